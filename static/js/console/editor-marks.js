// @ts-check
/** Marks on several blocks: set by Ctrl + click or M, sent by the form of the panel. */

/** Numbers of the marked performances; kept while the page is exchanged. */
const marks = new Set();

/**
 * Return the other marked blocks when this one is marked too, else none.
 *
 * @param {HTMLElement} item
 */
export function markedWith(item) {
  if (!item.matches("[data-block]") || !marks.has(item.dataset.number ?? "")) return [];
  const blocks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-block].is-marked")]);
  return blocks.filter((block) => block !== item);
}

/** @param {HTMLElement} block */
export function toggleMark(block) {
  const number = block.dataset.number ?? "";
  if (!marks.delete(number)) marks.add(number);
  showMarks();
}

/** Show the marks on the page as it is now; what is gone is no longer marked. */
export function showMarks() {
  const panel = /** @type {HTMLElement | null} */ (document.querySelector("[data-several]"));
  const form = panel?.querySelector("form[data-several-form]");
  if (!panel || !form) return;
  const blocks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-block]")]);
  const known = new Set(blocks.map((block) => block.dataset.number ?? ""));
  for (const number of marks) if (!known.has(number)) marks.delete(number);
  for (const old of form.querySelectorAll("[data-mark]")) old.remove();
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[type=checkbox][name=item]")]);
  for (const block of blocks) {
    const number = block.dataset.number ?? "";
    const isMarked = marks.has(number);
    block.classList.toggle("is-marked", isMarked);
    const box = boxes.find((one) => one.value.startsWith(`${number}:`));
    if (box) {
      if (!box.disabled && marks.size) box.checked = isMarked;
    } else if (isMarked) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "item";
      field.value = `${number}:${block.dataset.version ?? "0"}`;
      field.dataset.mark = "";
      form.append(field);
    }
  }
  const count = panel.querySelector("[data-several-count]");
  if (count) count.textContent = marks.size ? String(marks.size) : "";
  if (!boxes.length) panel.hidden = marks.size === 0;
}

/** @param {Event} event */
export function closeMarks(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (!target.closest("[data-several-close]") || !marks.size) return;
  event.preventDefault();
  marks.clear();
  showMarks();
}
