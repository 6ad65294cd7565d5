// @ts-check
/** Seats by drag and by arrow keys; both end in the forms that work without script. */

const NEAR_PX = 6; // a pointer that moved less was a click

/**
 * @param {SVGSVGElement} chart
 * @param {HTMLFormElement | null} form
 */
function mountSeats(chart, form) {
  const seats = /** @type {SVGAElement[]} */ ([...chart.querySelectorAll("[data-seat]")]);
  chart.addEventListener("keydown", (event) => walk(event, seats));
  if (!form) return;
  const help = document.querySelector("[data-drag-help]");
  if (help instanceof HTMLElement) help.hidden = false;
  for (const seat of seats) {
    if (seat.dataset.state === "free") continue;
    const label = String(seat.dataset.seat);
    mountDrag(seat, label, (to) => send(form, { act: "move", seat: label, to }));
  }
  const list = document.querySelector(".seat-guest-list");
  list?.classList.add("is-draggable");
  for (const guest of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-ticket]")
  )) {
    const ticket = String(guest.dataset.ticket);
    const name = guest.querySelector("strong")?.textContent ?? "";
    mountDrag(guest, name, (seat) => send(form, { act: "assign", seat, ticket }));
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} values
 */
function send(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  form.submit();
}

/**
 * Lets `from` be dragged onto a seat.
 * @param {HTMLElement | SVGElement} from
 * @param {string} words
 * @param {(seat: string) => void} drop
 */
function mountDrag(from, words, drop) {
  from.addEventListener("dragstart", (event) => event.preventDefault()); // the link's own drag
  from.addEventListener("pointerdown", (down) => {
    const start = /** @type {PointerEvent} */ (down);
    if (start.button !== 0 || (start.pointerType === "touch" && from instanceof SVGElement)) return;
    /** @type {HTMLElement | null} */
    let ghost = null;
    /** @type {Element | null} */
    let target = null;

    /** @param {PointerEvent} move */
    const onMove = (move) => {
      const far = Math.hypot(move.clientX - start.clientX, move.clientY - start.clientY);
      if (!ghost && far < NEAR_PX) return;
      ghost ??= newGhost(words);
      ghost.style.transform = `translate(${move.clientX + 12}px, ${move.clientY + 12}px)`;
      target?.classList.remove("is-target");
      target = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-seat]") ?? null;
      target?.classList.add("is-target");
      move.preventDefault();
    };
    /** @param {PointerEvent} up */
    const onUp = (up) => {
      document.removeEventListener("pointermove", onMove);
      document.removeEventListener("pointerup", onUp);
      document.removeEventListener("pointercancel", onUp);
      const wasDragged = ghost !== null;
      ghost?.remove();
      target?.classList.remove("is-target");
      if (!wasDragged) return;
      from.addEventListener("click", (click) => click.preventDefault(), { once: true });
      const seat = target instanceof SVGElement ? target.dataset.seat : undefined;
      if (up.type === "pointerup" && seat && target !== from) drop(seat);
    };
    document.addEventListener("pointermove", onMove);
    document.addEventListener("pointerup", onUp);
    document.addEventListener("pointercancel", onUp);
  });
}

/** @param {string} words */
function newGhost(words) {
  const ghost = document.createElement("div");
  ghost.className = "seat-ghost";
  ghost.textContent = words;
  document.body.append(ghost);
  return ghost;
}

/**
 * Moves the focus to the nearest seat in the direction of an arrow key.
 * @param {KeyboardEvent} event
 * @param {SVGAElement[]} seats
 */
function walk(event, seats) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
    event.key
  ];
  const here = seats.find((seat) => seat === document.activeElement);
  if (!step || !here) return;
  const from = here.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const seat of seats) {
    const box = seat.getBoundingClientRect();
    const [dx, dy] = [box.x - from.x, box.y - from.y];
    const along = dx * step[0] + dy * step[1];
    const aside = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
    if (along < 2 || (step[0] && aside > 2)) continue;
    const cost = along + 2 * aside;
    if (cost < least) [best, least] = [seat, cost];
  }
  if (!best) return;
  event.preventDefault();
  best.focus();
  best.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const chart = document.querySelector("[data-seat-chart]");
const dragForm = document.querySelector("[data-drag-form]");
if (chart instanceof SVGSVGElement) {
  mountSeats(chart, dragForm instanceof HTMLFormElement ? dragForm : null);
}
