// @ts-check
/** Adds one box that chooses everybody in the approval queue, and the number chosen. */

/** @param {HTMLFormElement} form */
function mountChooseAll(form) {
  const source = /** @type {HTMLTemplateElement | null} */ (form.querySelector("template"));
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
    form.querySelectorAll("input[name=code]")
  );
  if (!source || !boxes.length) return;
  source.replaceWith(source.content.cloneNode(true));
  const all = /** @type {HTMLInputElement} */ (form.querySelector("[data-choose-all]"));
  const count = /** @type {HTMLElement} */ (form.querySelector("[data-chosen]"));

  const tell = () => {
    const chosen = [...boxes].filter((box) => box.checked).length;
    count.textContent = `${chosen} / ${boxes.length}`;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}

const form = document.querySelector("form.approval");
if (form instanceof HTMLFormElement) mountChooseAll(form);
