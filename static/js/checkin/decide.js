// @ts-check
/** One scan decided on the device, in the words in which the server would have answered. */

import { answer, localParts, operatingDay, overridden, scopeKey, verdict } from "./rules.js";
import { verifyDynamic } from "./dynamic.js";
import { fromHex, idhash, parseCode } from "./token.js";

const CLOCK_OFF_MS = 15 * 60 * 1000;

/**
 * @typedef {import("./rules.js").Verdict} Verdict
 * @typedef {import("./token.js").Token} Token
 * @typedef {{ text?: string, hash?: string, direction: string, now_ms: number, offset_ms: number, isOverride?: boolean, isFull?: boolean, persons?: number, given?: import("./ask.js").Given | null }} Asked
 * @typedef {{ answer: Record<string, any>, kind: string, hash: string | null, scope: string, verdict: Verdict, isListed: boolean }} Decided
 * @typedef {{ kind: string, hash: string | null, token: Token | null, refused?: string, event?: any, isRevoked?: boolean }} Reading
 */

export class Decider {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./token.js").Verifier} verifier
   * @param {any} config answer of `/config`
   */
  constructor(store, verifier, config) {
    this.store = store;
    this.verifier = verifier;
    this.config = config;
    this.event = config.events[0];
    for (const [number, key] of this.event.scopes) store.scopes.set(key, number);
  }

  /**
   * @param {Asked} asked
   * @returns {Promise<Decided>}
   */
  async decide(asked) {
    const reading = await this.#read(asked);
    const isLate = asked.isOverride && reading.refused === "stale_dynamic";
    if (reading.refused && !isLate) return this.#said(reading, "", answer(reading.refused), null, asked);
    const ticket = reading.hash === null ? null : this.store.find(reading.hash);
    const { token } = reading;
    if (ticket === null && reading.kind !== "GS") {
      return this.#said(reading, "", answer("unknown_code"), null, asked);
    }
    if (reading.isRevoked && !equals(token, ticket)) {
      return this.#said(reading, "", answer("bad_signature"), null, asked);
    }
    const listed = ticket ?? {
      product: token?.product ?? 0,
      window: token?.window ?? 0,
      rev: token?.rev ?? 0,
      party: 1,
      status: "valid",
      answered: [],
    };
    const product = this.event.products.find((/** @type {any} */ row) => row.no === listed.product);
    if (!product) return this.#said(reading, "", answer("key_unknown"), null, asked);
    const scope = this.#scope(product, listed.window, asked.now_ms);
    const window = this.#window(listed.window, listed.product);
    if (window && Math.abs(asked.offset_ms) > CLOCK_OFF_MS) {
      return this.#said(reading, scope, answer("clock_error"), null, asked);
    }
    /** @type {import("./rules.js").Question} */
    const question = {
      code: { kind: reading.kind, rev: token?.rev ?? null, check_id: token?.checkId ?? false },
      ticket: { ...listed, is_listed: ticket !== null },
      gate: this.config.gate,
      policy: product.policy,
      window,
      places: reading.hash === null ? [] : this.store.places(reading.hash, scope),
      now_ms: asked.now_ms,
      direction: asked.direction,
      persons: asked.persons ?? 0,
      is_full: asked.isFull ?? false,
      has_answer: this.#hasAnswer(product.policy.ask, ticket, asked),
    };
    const plain = isLate ? answer("stale_dynamic") : verdict(question);
    const found = (asked.isOverride && overridden(question, plain.result)) || plain;
    return this.#said(reading, scope, found, { listed, product, isListed: ticket !== null }, asked);
  }

  /**
   * @param {string | null} slug
   * @param {import("./store.js").Ticket | null} ticket
   * @param {Asked} asked
   */
  #hasAnswer(slug, ticket, { given }) {
    return Boolean(slug && (ticket?.answered.includes(slug) || given?.question === slug));
  }

  /**
   * @param {Asked} asked
   * @returns {Promise<Reading>}
   */
  async #read({ text = "", hash, now_ms, offset_ms }) {
    if (hash) return { kind: "search", hash, token: null };
    const token = parseCode(text);
    const { kind } = token;
    if (token.refused) return { kind, hash: null, token, refused: token.refused };
    if (kind === "GR") return { kind, hash: await this.#hash(token), token: null };
    if (kind === "GD") return this.#rotating(token, now_ms, offset_ms);
    if (kind !== "GS") return { kind, hash: null, token, refused: "unknown_code" };
    const key = this.event.keys[String(token.kid)];
    if (key && key.state !== "retired" && (await this.verifier.isSigned(token, this.event.id, key.pub))) {
      return { kind, hash: await this.#hash(token), token, isRevoked: key.state === "revoked" };
    }
    for (const other of this.event.other_keys) {
      if (other.kid === token.kid && (await this.verifier.isSigned(token, other.id, other.pub))) {
        return { kind, hash: null, token, refused: "wrong_event", event: other.title };
      }
    }
    return { kind, hash: null, token, refused: key ? "bad_signature" : "key_unknown" };
  }

  /**
   * @param {Token} token
   * @param {number} now_ms
   * @param {number} offset_ms
   * @returns {Promise<Reading>}
   */
  async #rotating(token, now_ms, offset_ms) {
    const hash = await this.#hash(token);
    if (Math.abs(offset_ms) > CLOCK_OFF_MS) return { kind: "GD", hash: null, token, refused: "clock_error" };
    const day = this.store.dayKeys.get(String(token.kid));
    const found = await verifyDynamic(token, day, this.event.id, now_ms);
    if (found === "good") return { kind: "GD", hash, token };
    return { kind: "GD", hash: found === "stale_dynamic" ? hash : null, token, refused: found };
  }

  /**
   * Return by what the list knows a code or search hit, null for anything else.
   * @param {{ text?: string, hash?: string }} what
   */
  async hashOf({ text = "", hash }) {
    if (hash) return hash;
    const token = parseCode(text);
    return token.ticket === undefined ? null : this.#hash(token);
  }

  /**
   * Tell whether somebody is inside with a ticket, as far as this device knows.
   * @param {string} hash
   */
  isInside(hash) {
    const ticket = this.store.find(hash);
    const product = this.event.products.find((/** @type {any} */ row) => row.no === ticket?.product);
    if (!ticket || !product) return false;
    const scope = this.#scope(product, ticket.window, Date.now());
    return this.store.places(hash, scope).some((place) => place.left_ms === null);
  }

  /** @param {Token} token */
  #hash(token) {
    return idhash(fromHex(this.event.salt), token.ticket ?? 0n);
  }

  /**
   * @param {any} product
   * @param {number} window
   * @param {number} now
   */
  #scope(product, window, now) {
    return scopeKey(product.policy.once, {
      day: operatingDay(now, this.event.timezone, this.event.day_start),
      show: this.#show(window, now),
      window,
      zone: product.zone,
    });
  }

  /**
   * @param {number} window
   * @param {number} now
   * @returns {string | null}
   */
  #show(window, now) {
    const own = this.event.windows.find((/** @type {any} */ row) => row.no === window);
    if (own?.show) return own.show;
    const open = this.event.shows.filter((/** @type {any} */ row) => row.opens <= now && now < row.ends);
    if (!open.length) return null;
    return open.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b.starts > a.starts ? b : a)).show;
  }

  /**
   * @param {number} number
   * @param {number} product
   */
  #window(number, product) {
    const window = this.event.windows.find((/** @type {any} */ row) => row.no === number);
    return window ? (window.types[String(product)] ?? window) : null;
  }

  /**
   * @param {Reading} reading
   * @param {string} scope
   * @param {Verdict} found
   * @param {{ listed: any, product: any, isListed: boolean } | null} about
   * @param {Asked} asked
   * @returns {Decided}
   */
  #said(reading, scope, found, about, asked) {
    const first = found.first;
    const said = {
      result: found.result,
      persons: found.enter.length,
      why: found.why || null,
      first: first && {
        gate: this.event.gates[String(first.gate)]?.id ?? null,
        name: this.event.gates[String(first.gate)]?.name ?? null,
        ...this.#moment(first.entered_ms),
      },
      at: found.at_ms === null ? null : this.#moment(found.at_ms),
      event: reading.event ?? null,
      party: about && { used: found.used, of: about.listed.party },
      show: about && { name: "", type: about.product.name, seat: null },
      gates: found.result === "wrong_gate" || found.result === "wrong_product" ? (about?.product.gates ?? []) : [],
      seconds: this.#number(found, asked),
      question: found.result === "need_answer" ? this.#question(about?.product.policy.ask) : null,
      offline: true,
    };
    return { answer: said, kind: reading.kind, hash: reading.hash, scope, verdict: found, isListed: about?.isListed ?? false };
  }

  /** @param {string} slug */
  #question(slug) {
    return (this.event.questions ?? []).find((/** @type {any} */ row) => row.slug === slug) ?? null;
  }

  /**
   * @param {Verdict} found
   * @param {Asked} asked
   */
  #number(found, asked) {
    if (found.result === "clock_error") return Math.round(Math.abs(asked.offset_ms) / 60000);
    if (found.result !== "repeat" || !found.first) return null;
    return Math.max(0, Math.floor((asked.now_ms - found.first.entered_ms) / 1000));
  }

  /** @param {number} ms */
  #moment(ms) {
    const { hour, minute } = localParts(ms, this.event.timezone);
    return { at_ms: ms, time: `${hour}:${minute}` };
  }
}

/**
 * @param {Token | null} token
 * @param {import("./store.js").Ticket | null} ticket
 */
function equals(token, ticket) {
  return Boolean(
    token && ticket && token.product === ticket.product && token.window === ticket.window && token.rev === ticket.rev,
  );
}
