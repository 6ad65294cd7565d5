// @ts-check
/**
 * Schedule editor: dragging with the pointer, carrying with keys, both through
 * the same requests as the forms, which work without this script.
 */

import { Carry, measure } from "./editor-carry.js";
import { Group } from "./editor-group.js";
import { closeMarks, markedWith, showMarks, toggleMark } from "./editor-marks.js";
import { readPage, send, watchOthers } from "./editor-send.js";

const DRAG_FROM_PX = 5;
const EDGE_PX = 56;
const SCROLL_PX = 14;
const SNAP_KEY = "eventhub-snap";

/** @type {Carry | null} */
let carried = null;
let isSaving = false;

/** @returns {HTMLElement | null} */
const current = () => document.querySelector("[data-editor]");
/** @returns {HTMLSelectElement | null} */
const snapBox = () => document.querySelector("[data-snap]");
const snap = () => Number(snapBox()?.value ?? 15);

/**
 * Say in the panel what is going on.
 *
 * @param {string} text
 * @param {import("./editor-send.js").Effect[]} [effects]
 * @param {{words: string, run: () => void}[]} [ways] Buttons that lead on.
 */
function say(text, effects = [], ways = []) {
  const place = current()?.querySelector("[data-status]");
  if (!place) return;
  const line = document.createElement("p");
  line.textContent = text;
  const list = document.createElement("ul");
  for (const effect of effects) {
    const item = document.createElement("li");
    const sign = document.createElement("strong");
    sign.className = `is-${effect.kind}`;
    sign.textContent = `${effect.sign} `;
    item.append(sign, effect.text);
    list.append(item);
  }
  const row = document.createElement("div");
  row.className = "panel-buttons";
  for (const way of ways) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-small";
    button.textContent = way.words;
    button.addEventListener("click", way.run);
    row.append(button);
  }
  place.replaceChildren(...(text ? [line] : []), ...(effects.length ? [list] : []), ...(ways.length ? [row] : []));
  row.querySelector("button")?.focus();
}

/**
 * Show the page as the server has it now.
 *
 * @param {string} [text] What to say afterwards.
 * @param {string} [number] The performance that gets the focus.
 */
async function refresh(text = "", number = "") {
  carried?.end();
  carried = null;
  const read = await readPage();
  const fresh = read?.querySelector("[data-editor]");
  if (!read || !fresh) {
    location.reload();
    return;
  }
  current()?.replaceWith(document.adoptNode(fresh));
  const edge = read.querySelector(".selvedge-text");
  if (edge) document.querySelector(".selvedge-text")?.replaceWith(document.adoptNode(edge));
  mount();
  if (text) say(text);
  if (number) {
    const link = `[data-number="${CSS.escape(number)}"] > a`;
    /** @type {HTMLElement | null} */ (document.querySelector(link))?.focus({ preventScroll: true });
  }
}

function leave() {
  carried?.end();
  carried = null;
  say("");
}

/** Save what is carried; when somebody was faster, show both and let the person choose. */
async function drop() {
  const held = carried;
  const editor = current();
  if (!held || !editor || isSaving) return;
  if (!held.isChanged) {
    leave();
    return;
  }
  if (held instanceof Group) {
    held.submit();
    return;
  }
  isSaving = true;
  clearTimeout(held.timer);
  held.question?.abort();
  const url = (held.isOff ? editor.dataset.unplace : editor.dataset.place) ?? "";
  const answer = await send(editor, url, held.fields);
  isSaving = false;
  const words = editor.dataset;
  const number = held.item.dataset.number ?? "";
  if (answer.ok) {
    await refresh(`${words.savedWord} ${held.item.dataset.title}`, number);
  } else if (answer.data.code === "stale-edit") {
    say(`${words.staleWord} ${answer.data.now}`, [], [
      { words: words.theirsWord ?? "", run: () => void refresh("", number) },
      {
        words: words.mineWord ?? "",
        run: () => {
          held.version = String(answer.data.version);
          carried = held;
          void drop();
        },
      },
    ]);
  } else if (answer.status === 0) {
    say(words.offlineWord ?? "", [], [
      { words: words.againWord ?? "", run: () => void drop() },
      { words: words.leaveWord ?? "", run: leave },
    ]);
  } else {
    leave();
    say(`${words.refusedWord} ${answer.data.title}`, (answer.data.findings ?? []).map(findingLine));
  }
}

/**
 * Take up a performance, and with a marked one all that are marked.
 *
 * @param {HTMLElement} editor
 * @param {HTMLElement} item
 */
function pickUp(editor, item, isResize = false) {
  const others = isResize ? [] : markedWith(item);
  return others.length ? new Group(editor, item, others, say) : new Carry(editor, item, say);
}

/** @param {{message: Record<string, string>}} finding */
function findingLine(finding) {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  return { kind: "stop", sign: "+", text: finding.message[lang] ?? "" };
}

/**
 * Carry with the pointer until it is let go.
 *
 * @param {PointerEvent} begun
 * @param {HTMLElement} item
 * @param {boolean} isResize
 */
function drag(begun, item, isResize) {
  const editor = /** @type {HTMLElement} */ (current());
  const top = item.getBoundingClientRect().top;
  const grab = item.matches("[data-block]") ? begun.clientY - top : 12;
  let last = begun;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let scroller;

  const follow = () => {
    if (!carried) return;
    const { columns, stages, first, last: end, minutePx } = carried.grid;
    const list = editor.querySelector("#unplaced")?.getBoundingClientRect();
    const { clientX: x, clientY: y } = last;
    if (!isResize && carried.isPlaced && list && x > list.left && x < list.right && y > list.top && y < list.bottom) {
      carried.off();
      return;
    }
    const gridTop = columns[0].getBoundingClientRect().top;
    const at = first + (y - gridTop - (isResize ? 0 : grab)) / minutePx;
    const step = snap();
    const snapped = Math.min(Math.round(at / step) * step, isResize ? Infinity : end - step);
    if (isResize) {
      carried.to({ minutes: snapped - carried.place.start });
      return;
    }
    const nearest = columns.findIndex((column) => x < column.getBoundingClientRect().right + 8);
    carried.to({ start: snapped, stage: stages[nearest < 0 ? stages.length - 1 : nearest] });
  };

  const scroll = () => {
    const way = last.clientY < EDGE_PX ? -1 : last.clientY > innerHeight - EDGE_PX ? 1 : 0;
    if (!way) return;
    scrollBy(0, way * SCROLL_PX);
    follow();
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    last = event;
    const far = Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY);
    if (!carried && far >= DRAG_FROM_PX) {
      carried = pickUp(editor, item, isResize);
      document.body.classList.add("is-dragging-page");
      scroller = setInterval(scroll, 30);
    }
    follow();
  };

  const finish = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", stop);
    clearInterval(scroller);
    document.body.classList.remove("is-dragging-page");
  };
  const up = () => {
    finish();
    if (!carried) return;
    // the click that ends a drag must not follow the link; without one, nothing waits
    const swallow = (/** @type {Event} */ event) => event.preventDefault();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    void drop();
  };
  const stop = () => {
    finish();
    leave();
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", stop);
}

/** @param {KeyboardEvent} event */
function carryByKey(event) {
  if (!carried || isSaving) return;
  const { place, grid } = carried;
  const step = snap();
  const column = grid.stages.indexOf(place.stage);
  const grow = event.shiftKey;
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowUp: () => carried?.to(grow ? { minutes: place.minutes - step } : { start: place.start - step }),
    ArrowDown: () => carried?.to(grow ? { minutes: place.minutes + step } : { start: place.start + step }),
    ArrowLeft: () => carried?.to({ stage: grid.stages[Math.max(0, column - 1)] }),
    ArrowRight: () => carried?.to({ stage: grid.stages[Math.min(grid.stages.length - 1, column + 1)] }),
    Delete: () => carried?.isPlaced && carried.off(),
    Enter: () => void drop(),
    Escape: leave,
  };
  const run = keys[event.key];
  if (run) {
    event.preventDefault();
    run();
    carried?.picture.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Tab") {
    leave();
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("[data-status]")) return;
  if (carried) {
    carryByKey(event);
    return;
  }
  const item = /** @type {HTMLElement | null} */ (target.closest("[data-block], [data-unplaced]"));
  const isFace = item && target.parentElement === item && target.matches("a");
  if (!isFace || !isWide()) return;
  const editor = /** @type {HTMLElement} */ (current());
  if (event.key === "Enter") {
    event.preventDefault();
    carried = pickUp(editor, item);
  } else if (event.key === " ") {
    event.preventDefault();
    target.click();
  } else if (event.key === "m" && item.matches("[data-block]") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    toggleMark(item);
  }
}

const isWide = () => matchMedia("(min-width: 710px)").matches;

/** Make the editor on the page answer to the pointer. */
function mount() {
  const editor = current();
  if (!editor || !measure(editor).columns.length) return;
  for (const part of editor.querySelectorAll("[data-snap-box], [data-keys]")) part.removeAttribute("hidden");
  const box = snapBox();
  if (box) {
    box.value = sessionStorage.getItem(SNAP_KEY) ?? box.value;
    box.addEventListener("change", () => sessionStorage.setItem(SNAP_KEY, box.value));
  }
  editor.addEventListener("pointerdown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-block], [data-unplaced]"));
    const isMain = event.button === 0 && event.pointerType !== "touch" && !event.ctrlKey && !event.metaKey;
    if (!item || !isMain || carried || isSaving || !isWide() || target.closest(".block-numbers")) return;
    drag(event, item, target.closest("[data-grip]") !== null);
  });
  editor.addEventListener("dragstart", (event) => event.preventDefault());
  editor.addEventListener("click", (event) => {
    const block = /** @type {HTMLElement} */ (event.target).closest("[data-block]");
    closeMarks(event);
    if (!block || !(event.ctrlKey || event.metaKey) || !isWide()) return;
    event.preventDefault();
    toggleMark(/** @type {HTMLElement} */ (block));
  });
  showMarks();
}

document.addEventListener("keydown", onKey);
mount();
watchOthers(current, (names, cursor) => {
  const editor = current();
  const isBusy = carried || isSaving || editor?.querySelector("form:focus-within");
  if (!editor || isBusy) return;
  editor.dataset.cursor = cursor;
  const who = names.join(", ");
  void refresh(who ? `${editor.dataset.othersWord} ${who}` : "");
});
