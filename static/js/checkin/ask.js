// @ts-check
/** The one question at entry: asked on the verdict, answered by a tap or a word, and the scan goes on. */

const TYPES = new Map([
  ["number", { type: "text", inputMode: "numeric", maxLength: 13 }],
  ["date", { type: "date" }],
  ["text", { type: "text", maxLength: 200 }],
  ["long_text", { type: "text", maxLength: 2000 }],
]);

/**
 * @typedef {{ slug: string, kind: string, label: Record<string, string>, help: Record<string, string> | null,
 *   required: boolean, options: { value: string, label: Record<string, string> }[] }} Question
 * @typedef {{ question: string, value?: string | boolean | null, values?: string[], asked: Question }} Given
 * @typedef {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   pick: (text: Record<string, string> | null | undefined) => string,
 *   answer: (what: import("./desk.js").What, given: Given, persons: number) => void,
 * }} Parts
 */

export class Asking {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    /** @type {import("./desk.js").What | null} who is asked */
    this.what = null;
    this.persons = 0;
    parts.part("ask").addEventListener("click", (event) => event.stopPropagation()); // a tap on the verdict clears it
  }

  /**
   * Tell whether a code in view is that of the person who is being asked.
   * @param {string} text
   */
  isOf(text) {
    return this.what !== null && this.what.text === text;
  }

  /**
   * Offer the answers when a verdict asks, nothing otherwise.
   * @param {import("./desk.js").What} what
   * @param {import("./verdict.js").Verdict} verdict
   * @param {number} persons of a group, 0 for all
   */
  offer(what, verdict, persons) {
    const place = this.parts.part("ask");
    const question = verdict.result === "need_answer" ? verdict.question : null;
    this.what = question ? what : null;
    this.persons = persons;
    place.hidden = !question;
    document.body.dataset.asks = String(Boolean(question));
    place.replaceChildren(...(question ? this.#form(question, Boolean(verdict.isFault)) : []));
    place.querySelector("input")?.focus();
  }

  /** Nobody is asked any more. */
  close() {
    this.what = null;
    this.parts.part("ask").hidden = true;
    document.body.dataset.asks = "false";
  }

  /**
   * @param {Question} question
   * @param {boolean} isFault
   * @returns {HTMLElement[]}
   */
  #form(question, isFault) {
    const { texts, pick } = this.parts;
    const rows = question.kind === "many" ? this.#many(question) : this.#choices(question) ?? this.#typed(question);
    if (!question.required) rows.push(this.#button(texts.no_answer, () => this.#give(question, { value: null }), "ask-pass"));
    const help = pick(question.help);
    if (help) rows.unshift(note(help, "ask-help"));
    if (isFault) rows.unshift(note(texts.answer_wrong, "ask-fault"));
    return rows;
  }

  /**
   * @param {Question} question
   * @returns {HTMLElement[] | null} a button for each answer, null where it is typed
   */
  #choices(question) {
    const { texts, pick } = this.parts;
    if (question.kind === "yes_no") {
      return [
        this.#button(texts.yes, () => this.#give(question, { value: true })),
        this.#button(texts.no, () => this.#give(question, { value: false })),
      ];
    }
    if (question.kind !== "choice") return null;
    return question.options.map(({ value, label }) =>
      this.#button(pick(label), () => this.#give(question, { value })),
    );
  }

  /** @param {Question} question */
  #many(question) {
    const { texts, pick } = this.parts;
    /** @type {Set<string>} */
    const chosen = new Set();
    const buttons = question.options.map(({ value, label }) => {
      const button = this.#button(pick(label), () => {
        if (!chosen.delete(value)) chosen.add(value);
        button.setAttribute("aria-pressed", String(chosen.has(value)));
      });
      button.setAttribute("aria-pressed", "false");
      return button;
    });
    const send = () => chosen.size && this.#give(question, { values: [...chosen] });
    return [...buttons, this.#button(texts.answer, send, "ask-send")];
  }

  /** @param {Question} question */
  #typed(question) {
    const { texts, pick } = this.parts;
    const form = document.createElement("form");
    form.className = "ask-typed";
    form.noValidate = true;
    const input = Object.assign(document.createElement("input"), TYPES.get(question.kind));
    input.autocomplete = "off";
    input.setAttribute("aria-label", pick(question.label));
    const send = this.#button(texts.answer, () => form.requestSubmit(), "ask-send");
    form.append(input, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = input.value.trim();
      if (value) this.#give(question, { value });
      else input.focus();
    });
    return [form];
  }

  /**
   * @param {Question} question
   * @param {{ value?: string | boolean | null, values?: string[] }} answer
   */
  #give(question, answer) {
    const { what, persons } = this;
    if (what) this.parts.answer(what, { question: question.slug, ...answer, asked: question }, persons);
  }

  /**
   * @param {string} text
   * @param {() => void} act
   * @param {string} [more] class
   */
  #button(text, act, more = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `ask-choice ${more}`.trim();
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }
}

/**
 * @param {string} text
 * @param {string} name class
 */
function note(text, name) {
  const made = document.createElement("p");
  made.className = name;
  if (name === "ask-fault") made.setAttribute("role", "alert");
  made.textContent = text;
  return made;
}
