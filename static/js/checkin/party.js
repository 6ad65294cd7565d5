// @ts-check
/** A group that has come in part: all are let in at first, staff say how many really came. */

const MOST = 8; // buttons that fit a thumb

/**
 * @typedef {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   mayCorrect: () => boolean,
 *   only: (what: import("./desk.js").What, persons: number) => void,
 * }} Parts
 */

export class PartyChoice {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * Offer smaller numbers than those who were let in.
   * @param {import("./desk.js").What} what
   * @param {import("./verdict.js").Verdict} verdict
   */
  offer(what, verdict) {
    const { part, texts, mayCorrect, only } = this.parts;
    const persons = verdict.result === "ok_group" && mayCorrect() ? (verdict.persons ?? 0) : 0;
    const row = part("party");
    row.hidden = persons < 2;
    const numbers = Array.from({ length: Math.min(MOST, Math.max(0, persons - 1)) }, (_, at) => at + 1);
    row.replaceChildren(label(texts.only_came), ...numbers.map((number) => this.#button(what, number, only)));
  }

  /**
   * @param {import("./desk.js").What} what
   * @param {number} number
   * @param {Parts["only"]} only
   */
  #button(what, number, only) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "party-number";
    button.textContent = String(number);
    button.addEventListener("click", (event) => {
      event.stopPropagation(); // a tap on the verdict clears it
      only(what, number);
    });
    return button;
  }
}

/** @param {string} text */
function label(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made;
}
