// @ts-check
/** A click on the plan fills in the place; a drag fills in the box. */

const FULL = 1000;

/**
 * @param {SVGSVGElement} plan
 * @param {HTMLFormElement} form
 */
function mountPlan(plan, form) {
  /** @type {{x: number, y: number} | null} */
  let from = null;

  /** @param {PointerEvent} event */
  function place(event) {
    const box = plan.getBoundingClientRect();
    const share = (/** @type {number} */ at, /** @type {number} */ size) =>
      Math.max(0, Math.min(FULL, Math.round((at / size) * FULL)));
    return { x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) };
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  function fill(name, value) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = String(value);
  }

  plan.addEventListener("pointerdown", (event) => {
    from = place(event);
    fill("x", from.x);
    fill("y", from.y);
  });
  plan.addEventListener("pointerup", (event) => {
    if (!from) return;
    const to = place(event);
    const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    if (width > 10 && height > 10) {
      fill("x", Math.min(from.x, to.x));
      fill("y", Math.min(from.y, to.y));
      fill("width", width);
      fill("height", height);
    }
    from = null;
  });
}

const plan = document.querySelector("[data-plan]");
const form = document.querySelector("[data-plan-form]");
if (plan instanceof SVGSVGElement && form instanceof HTMLFormElement) mountPlan(plan, form);
