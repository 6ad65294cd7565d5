// @ts-check
/** The key "/" leads to the search of the console, wherever nobody is typing. */

const box = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search]"));

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !box) return;
  const at = /** @type {HTMLElement | null} */ (document.activeElement);
  if (at?.matches("input, textarea, select") || at?.isContentEditable) return;
  event.preventDefault();
  box.focus();
  box.select();
});
