// @ts-check
/** Staff cards: known by hash, so they work without a network and a stolen phone can not make one. */

import { fromHex, parseCode, toHex } from "./token.js";

const SESSION_MS = 10 * 60 * 1000;

/**
 * @typedef {{ hash: string, name: string, override: boolean, until_ms: number, code: string }} Card
 */

export class Staff {
  constructor() {
    /** @type {any} */
    this.event = null;
    /** @type {Card | null} */
    this.card = null;
    this.until = 0;
  }

  /** @param {any} config answer of `/config` */
  configure(config) {
    this.event = config?.events[0] ?? null;
    if (this.card && !this.#known(this.card.hash, Date.now())) this.end();
  }

  /** Return the supervisor whose card was shown here in the last ten minutes, else null. */
  get supervisor() {
    return this.card && Date.now() < this.until ? this.card : null;
  }

  /**
   * Return the card that a text is, null when it is none of this event.
   * @param {string} text
   * @param {number} now_ms time of the server
   * @returns {Promise<Card | null>}
   */
  async read(text, now_ms) {
    const token = parseCode(text);
    if (token.kind !== "GK" || token.refused || !token.data || !this.event) return null;
    const hash = await cardHash(this.event.salt, token.data);
    const known = this.#known(hash, now_ms);
    return known ? { ...known, code: text } : null;
  }

  /**
   * Begin the supervisor mode of a card that may override.
   * @param {Card} card
   */
  begin(card) {
    this.card = card;
    this.until = Date.now() + SESSION_MS;
  }

  end() {
    this.card = null;
    this.until = 0;
  }

  /**
   * @param {string} hash
   * @param {number} now_ms
   */
  #known(hash, now_ms) {
    const cards = this.event?.cards ?? [];
    return cards.find((/** @type {Card} */ card) => card.hash === hash && now_ms < card.until_ms) ?? null;
  }
}

/**
 * Return how a card is known: SHA-256 of the event's salt and its secret.
 * @param {string} salt hexadecimal
 * @param {Uint8Array} secret
 */
export async function cardHash(salt, secret) {
  const before = fromHex(salt);
  const message = new Uint8Array(before.length + secret.length);
  message.set(before);
  message.set(secret, before.length);
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", message)));
}

/** @param {string} text */
export function looksLikeCard(text) {
  return /^gk/i.test(text.trim());
}
