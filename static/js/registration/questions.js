// @ts-check
/** Shows only the questions that the chosen ticket asks and whose condition holds. */

/**
 * @typedef {{all?: Condition[], any?: Condition[], not?: Condition, q?: string, op?: string, v?: any}} Condition
 * @typedef {Record<string, string[]>} Answers
 */

/**
 * The same tree as the server evaluates; yes and no are the words of the form.
 * @param {Condition} condition
 * @param {Answers} answers
 * @returns {boolean}
 */
export function shows(condition, answers) {
  if (condition.all) return condition.all.every((part) => shows(part, answers));
  if (condition.any) return condition.any.some((part) => shows(part, answers));
  if (condition.not) return !shows(condition.not, answers);
  const found = answers[condition.q ?? ""] ?? [];
  if (condition.op === "set") return found.length > 0 === (condition.v ?? true);
  const wanted = condition.op === "in" ? condition.v : [condition.v];
  return wanted.some((/** @type {any} */ value) => found.includes(asTyped(value)));
}

/** @param {any} value */
function asTyped(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return String(value);
}

/** @param {FormDataEntryValue} value */
function asText(value) {
  return typeof value === "string" ? value : value.name;
}

/** @param {HTMLElement} section */
function mountQuestions(section) {
  const form = /** @type {HTMLFormElement} */ (section.closest("form"));
  const questions = /** @type {NodeListOf<HTMLElement>} */ (
    section.querySelectorAll("[data-question]")
  );
  for (const note of section.querySelectorAll("[data-only-without-script]")) note.remove();

  const show = () => {
    const sent = new FormData(form);
    const type = String(sent.get("ticket_type") ?? "");
    /** @type {Answers} */
    const answers = {};
    let shown = 0;
    for (const question of questions) {
      const types = (question.dataset.types ?? "").split(" ");
      const condition = question.dataset.showIf;
      const isAsked =
        types.includes(type) && (!condition || shows(JSON.parse(condition), answers));
      question.hidden = !isAsked;
      if (!isAsked) continue;
      shown += 1;
      const slug = question.dataset.question ?? "";
      answers[slug] = sent.getAll(`q_${slug}`).map(asText).filter(Boolean);
    }
    section.hidden = shown === 0;
  };
  form.addEventListener("change", show);
  show();
}

for (const section of document.querySelectorAll("[data-questions]")) {
  mountQuestions(/** @type {HTMLElement} */ (section));
}
