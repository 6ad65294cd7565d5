// @ts-check
/** What a supervisor does at a gate: let in against a refusal, take a scan back, leave kiosk mode. */

import { OVERRIDABLE } from "./rules.js";
import { looksLikeCard } from "./staff.js";

const REASON_CHARS = 3;
const UNDO_MS = 10000; // without a card
const MENU_MS = 30000; // an open menu would let guests out of a kiosk

/**
 * @typedef {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   staff: import("./staff.js").Staff,
 *   isKiosk: () => boolean,
 *   now_ms: () => number,
 *   screen: (name: "idle" | "override" | "staff") => void,
 *   current: () => string,
 *   override: (what: import("./desk.js").What, card: import("./staff.js").Card, reason: string) => void,
 *   undo: (card: import("./staff.js").Card | null) => void,
 *   lastAt: () => number,
 *   leaveKiosk: () => void,
 * }} Parts
 */

export class Supervision {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    /** @type {import("./desk.js").What | null} */
    this.refused = null;
    /** @type {import("./staff.js").Card | null} */
    this.shown = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.closing = undefined;
    this.reason = /** @type {HTMLInputElement} */ (document.getElementById("override-reason"));
    this.#mount();
  }

  #mount() {
    const { part, screen, staff } = this.parts;
    part("override").addEventListener("click", (event) => {
      event.stopPropagation(); // a tap on the verdict clears it
      this.#open();
    });
    part("override-close").addEventListener("click", () => this.close());
    part("override-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try();
    });
    part("undo").addEventListener("click", () => this.parts.undo(staff.supervisor));
    part("staff-badge").addEventListener("click", () => this.#menu());
    part("staff-undo").addEventListener("click", () => {
      screen("idle");
      this.parts.undo(staff.supervisor);
    });
    part("staff-kiosk").addEventListener("click", () => {
      this.parts.leaveKiosk();
      screen("idle");
    });
    part("staff-end").addEventListener("click", () => {
      staff.end();
      this.show();
      screen("idle");
    });
    part("staff-close").addEventListener("click", () => screen("idle"));
  }

  /**
   * Offer what may be done about a verdict.
   * @param {import("./desk.js").What} what
   * @param {string} result
   */
  offer(what, result) {
    this.refused = OVERRIDABLE.has(result) && !this.parts.isKiosk() ? what : null;
    this.parts.part("override").hidden = this.refused === null;
    this.show();
  }

  /** Show who supervises and whether the last scan may be taken back. */
  show() {
    const { part, staff, isKiosk, lastAt, current } = this.parts;
    const { supervisor } = staff;
    const badge = part("staff-badge");
    badge.hidden = !supervisor;
    badge.textContent = supervisor?.name ?? "";
    const isFresh = lastAt() > 0 && Date.now() - lastAt() < UNDO_MS;
    part("undo").hidden = isKiosk() || current() !== "idle" || !(isFresh || (supervisor && lastAt()));
  }

  /**
   * Take a text that was read; tell whether it was meant for here.
   * @param {string} text
   * @returns {Promise<boolean>}
   */
  async take(text) {
    if (!looksLikeCard(text)) return false;
    const { staff, now_ms, current } = this.parts;
    const card = await staff.read(text, now_ms());
    if (current() === "override") {
      this.shown = card?.override ? card : null;
      this.#say(card ? (card.override ? "" : this.parts.texts.card_plain) : this.parts.texts.card_unknown);
      if (this.shown) this.#try();
      return true;
    }
    if (card === null) return false; // the verdict screen says that it is nobody's
    if (card.override) staff.begin(card);
    else if (this.parts.isKiosk()) this.parts.leaveKiosk();
    this.show();
    if (card.override) this.#menu();
    return true;
  }

  close() {
    this.refused = null;
    this.shown = null;
    this.parts.screen("idle");
  }

  #open() {
    const { part, texts, staff, screen } = this.parts;
    const list = part("override-reasons");
    list.replaceChildren(...(staff.event?.reasons ?? []).map((/** @type {string} */ text) => this.#choice(text)));
    this.reason.value = "";
    this.shown = staff.supervisor;
    this.#say(this.shown ? "" : texts.card_wanted);
    const kept = this.refused;
    screen("override");
    this.refused = kept;
    this.reason.focus();
  }

  /** @param {string} text */
  #choice(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "act act-plain";
    button.textContent = text;
    button.addEventListener("click", () => {
      this.reason.value = text;
      this.#try();
    });
    return button;
  }

  /** Go on when both are there: reason and card. */
  #try() {
    const { texts, override } = this.parts;
    const reason = this.reason.value.trim().replace(/\s+/g, " ");
    if (reason.length < REASON_CHARS) {
      this.#say(texts.reason_wanted);
      this.reason.focus();
      return;
    }
    if (!this.shown || !this.refused) {
      this.#say(texts.card_wanted);
      return;
    }
    const [what, card] = [this.refused, this.shown];
    this.close();
    override(what, card, reason);
  }

  #menu() {
    const { part, staff, isKiosk, lastAt, screen } = this.parts;
    part("staff-name").textContent = staff.supervisor?.name ?? "";
    part("staff-undo").hidden = lastAt() === 0;
    part("staff-kiosk").hidden = !isKiosk();
    screen("staff");
    clearTimeout(this.closing);
    this.closing = setTimeout(() => this.parts.current() === "staff" && screen("idle"), MENU_MS);
  }

  /** @param {string} text */
  #say(text) {
    this.parts.part("override-note").textContent = text;
  }
}
