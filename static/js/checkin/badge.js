// @ts-check
/**
 * The badge of somebody who was let in: asked of the server with a staff card, where the gate may.
 *
 * A badge holds a code that opens gates. So the card is kept in memory alone and
 * forgotten after ten minutes, and nothing is printed without the server.
 */

import { looksLikeCard } from "./staff.js";

const CARD_MS = 10 * 60 * 1000;
const ADMITS = new Set(["ok", "ok_reentry", "ok_group", "ok_attention", "ok_unlisted", "ok_override", "repeat", "used"]);

/**
 * @typedef {import("./staff.js").Card} Card
 * @typedef {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   staff: import("./staff.js").Staff,
 *   isKiosk: () => boolean,
 *   now_ms: () => number,
 *   screen: (name: "idle" | "badge") => void,
 *   current: () => string,
 *   hashOf: (what: import("./desk.js").What) => Promise<string | null>,
 *   send: (idhash: string, card: string) => Promise<import("./api.js").Answer>,
 * }} Parts
 */

export class BadgePrint {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    this.isAllowed = false;
    /** @type {import("./desk.js").What | null} */
    this.of = null;
    /** @type {Card | null} */
    this.card = null;
    this.until = 0;
    this.address = "";
    this.asked = 0;
    this.link = /** @type {HTMLAnchorElement} */ (parts.part("badge-open"));
    parts.part("badge").addEventListener("click", (event) => {
      event.stopPropagation(); // a tap on the verdict clears it
      this.#open();
    });
    parts.part("badge-close").addEventListener("click", () => this.close());
    parts.part("badge-again").addEventListener("click", () => void this.#fetch());
  }

  /**
   * @param {boolean} isAllowed whether the organizer lets this gate print
   */
  allow(isAllowed) {
    this.isAllowed = isAllowed;
  }

  /** Forget the card: the device is out of service. */
  end() {
    this.card = null;
    this.#drop();
  }

  /**
   * Offer the badge of who was let in, or was before.
   * @param {import("./desk.js").What} what
   * @param {string} result
   */
  offer(what, result) {
    const isOffered = this.isAllowed && !this.parts.isKiosk() && ADMITS.has(result);
    this.of = isOffered ? what : null;
    this.parts.part("badge").hidden = !isOffered;
  }

  /**
   * Take a text that was read; tell whether it was the card that this waits for.
   * @param {string} text
   * @returns {Promise<boolean>}
   */
  async take(text) {
    if (this.parts.current() !== "badge" || !looksLikeCard(text)) return false;
    const card = await this.parts.staff.read(text, this.parts.now_ms());
    if (card === null) {
      this.#say(this.parts.texts.card_unknown);
      return true;
    }
    this.card = card;
    this.until = Date.now() + CARD_MS;
    await this.#fetch();
    return true;
  }

  close() {
    this.#drop();
    this.parts.screen("idle");
  }

  #open() {
    const kept = this.of;
    this.parts.screen("badge");
    this.of = kept;
    void this.#fetch();
  }

  /** Return the card of who prints, null when it must be shown. */
  #shown() {
    if (this.card && Date.now() < this.until) return this.card;
    this.card = null;
    return this.parts.staff.supervisor;
  }

  async #fetch() {
    const { texts, hashOf, send, current } = this.parts;
    const card = this.#shown();
    this.#drop();
    if (!card) {
      this.#say(texts.badge_card);
      return;
    }
    this.#say(texts.badge_made);
    this.asked += 1;
    const mine = this.asked;
    const hash = this.of && (await hashOf(this.of));
    const answer = hash ? await send(hash, card.code) : null;
    if (mine !== this.asked || current() !== "badge") return;
    if (answer?.outcome === "ok") this.#ready(answer.data.bytes);
    else this.#fault(answer);
  }

  /** @param {import("./api.js").Answer | null} answer */
  #fault(answer) {
    const { texts } = this.parts;
    if (answer?.status === 422) {
      this.card = null;
      this.#say(texts.card_unknown);
      return;
    }
    /** @type {Record<string, string>} */
    const words = { "not-let-in": texts.badge_later, "gate-prints-nothing": texts.badge_never };
    const other = answer?.status === 404 ? texts.badge_none : texts.badge_failed;
    this.#say(answer?.outcome === "offline" ? texts.badge_offline : (words[answer?.code ?? ""] ?? other));
    this.parts.part("badge-again").hidden = answer?.outcome === "refused";
  }

  /** @param {ArrayBuffer} bytes */
  #ready(bytes) {
    this.address = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
    this.link.href = this.address;
    // without a viewer of its own the browser gives the file to the phone, which prints it
    if (navigator.pdfViewerEnabled === false) this.link.download = "badge.pdf";
    this.link.hidden = false;
    this.#say(this.parts.texts.badge_ready);
    this.link.focus();
  }

  /** Let go of a badge that was fetched. */
  #drop() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
    this.link.removeAttribute("href");
    this.link.hidden = true;
    this.parts.part("badge-again").hidden = true;
    this.#say("");
  }

  /** @param {string} text */
  #say(text) {
    this.parts.part("badge-note").textContent = text;
  }
}
