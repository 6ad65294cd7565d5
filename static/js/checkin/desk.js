// @ts-check
/** Where a scan is decided: by the server while it answers, else by the device. */

import { newNonce } from "./api.js";
import { Decider } from "./decide.js";
import { importDayKeys } from "./dynamic.js";
import * as kept from "./kept.js";
import { Names } from "./names.js";
import { Sync } from "./sync.js";
import { Verifier } from "./token.js";

const HITS = 20;
const UNANSWERED_MS = 120000; // how long a scan without an answer keeps its nonce
const ADMITS = new Set(["ok", "ok_reentry", "ok_group", "ok_attention", "ok_unlisted", "ok_override"]);

/**
 * @typedef {{ text?: string, hash?: string }} What
 * @typedef {{ nonce: string, n: number, at: number }} Scan
 * @typedef {{ card: import("./staff.js").Card, reason: string }} Override
 * @typedef {import("./ask.js").Given} Given
 * @typedef {{
 *   nonce: string, what: What, hash: string | null, scope: string, direction: string, at: number,
 *   kind: string, enter: import("./rules.js").Move[], leave: import("./rules.js").Move[],
 * }} Passed
 * @typedef {{
 *   settings: any,
 *   api: import("./api.js").GateApi,
 *   store: import("./store.js").Store | null,
 *   changed: () => void,
 *   reconfigured: (config: any) => void,
 *   signedOut: (code: string) => void,
 *   isOnline: (isOnline: boolean) => void,
 * }} Parts
 */

export class Desk {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    this.boot = newNonce();
    /** @type {Sync | null} */
    this.sync = null;
    /** @type {Decider | null} */
    this.decider = null;
    this.verifier = new Verifier(parts.settings.noble);
    /** @type {Map<string, Scan>} */
    this.unanswered = new Map();
    /** @type {any} */
    this.config = null;
    /** @type {Passed | null} */
    this.passed = null;
    this.isFull = false; // as the server said last
    /** @type {{ tag: string, list: Names } | null} */
    this.names = null;
  }

  /** Return the configuration of the last visit, null on the first. */
  async remembered() {
    return (await this.parts.store?.meta("config")) ?? null;
  }

  /**
   * Work with a configuration from now on.
   * @param {any} config
   */
  async open(config) {
    const { store, api, changed, reconfigured, signedOut } = this.parts;
    this.config = config;
    if (!store) return;
    if (!this.sync) await store.load();
    const event = config.events[0];
    if (event.dynkeys) {
      await store.setDayKeys(await importDayKeys(event.dynkeys));
      delete event.dynkeys; // nothing that can be read out stays on the device
    } else {
      const left = [...store.dayKeys].filter(([, day]) => day.until > Date.now());
      await store.setDayKeys(new Map(left));
    }
    this.decider = new Decider(store, this.verifier, config);
    await store.setMeta("config", config);
    const findsNames = config.gate.search !== false;
    if (!findsNames) {
      this.names = null;
      await store.dropNames();
    }
    if (this.sync) {
      this.sync.findsNames = findsNames;
      return;
    }
    this.sync = new Sync({
      api,
      store,
      boot: this.boot,
      event: config.events[0].id,
      beat: () => this.#beat(),
      changed,
      reconfigured,
      signedOut,
    });
    this.sync.findsNames = findsNames;
    await this.sync.start();
  }

  /** Hand in what is left and forget everything; the device is out of service. */
  async close() {
    const { store } = this.parts;
    this.sync?.stop();
    await this.sync?.lastUpload();
    this.sync = null;
    this.decider = null;
    this.config = null;
    await store?.wipe();
    this.parts.store = null;
  }

  /**
   * Decide one scan and return what the screen shows; null when the device was signed out.
   *
   * A scan that got no answer keeps its nonce: when the same code comes again
   * the server answers what it answered then.
   * @param {What} what
   * @param {string} direction
   * @param {Override | null} [override] a supervisor's card and why
   * @param {number} [persons] of a group, all that are left by default; another number is decided here
   * @param {Given | null} [given] the answer to the question of an earlier verdict
   * @returns {Promise<import("./verdict.js").Verdict | null>}
   */
  async decide(what, direction, override = null, persons = 0, given = null) {
    const answered = given ? ` ${JSON.stringify(sentOf(given))}` : "";
    const key = `${direction} ${what.text ?? what.hash}${override ? " override" : ""}${answered}`;
    const last = this.unanswered.get(key);
    const isFresh = !last || Date.now() - last.at > UNANSWERED_MS;
    const scan = isFresh ? { nonce: newNonce(), n: kept.nextNumber(), at: Date.now() } : last;
    const { canDecide } = this;
    if (!canDecide || (this.sync?.asksServer && !persons)) {
      const answer = await this.#ask(what, direction, scan, !canDecide, override, given);
      if (answer) {
        if (answer.outcome === "signed-out") return null;
        this.unanswered.delete(key);
        if (answer.outcome !== "ok" && given) return { result: "need_answer", question: given.asked, isFault: true };
        if (answer.outcome !== "ok") return { result: override ? "need_supervisor" : "unknown_code" };
        await this.#remember(what, direction, answer.data, given);
        return answer.data;
      }
    }
    if (canDecide && (this.sync?.mode !== "online" || persons)) {
      const found = await this.#alone(what, direction, scan, override, persons, given);
      this.unanswered.delete(key);
      return found;
    }
    this.unanswered.set(key, scan);
    if (canDecide) return { result: "try_again" };
    return { result: this.parts.store ? "list_missing" : "no_connection" };
  }

  /**
   * @param {What} what
   * @param {string} direction
   * @param {Scan} scan
   * @param {boolean} isLast
   * @param {Override | null} override
   * @param {Given | null} given
   * @returns {Promise<import("./api.js").Answer | null>} null when there was none
   */
  async #ask(what, direction, scan, isLast, override, given) {
    const { api, signedOut, isOnline } = this.parts;
    const sent = Date.now();
    const body = {
      ...(what.hash ? { idhash: what.hash } : { code: what.text }),
      nonce: scan.nonce,
      n: scan.n,
      dir: direction,
      gate: this.config.gate.number,
      claimed_ms: scan.at,
      offset_ms: this.sync?.offset_ms ?? 0,
      mono_ms: Math.round(performance.now()),
      boot_id: this.boot,
      ...(override ? { override: { card: override.card.code, reason: override.reason } } : {}),
      ...(given ? { answer: sentOf(given) } : {}),
    };
    const answer = await api.redeem(body, isLast);
    if (answer.outcome === "signed-out") signedOut(answer.code);
    const isAnswered = answer.outcome !== "offline" && answer.outcome !== "busy";
    this.sync?.note(isAnswered);
    isOnline(answer.outcome !== "offline");
    if (!isAnswered) return null;
    this.sync?.learn(answer.data, sent);
    return answer;
  }

  /**
   * Note an entry that the server decided: the network may be gone before a delta tells of it.
   * @param {What} what
   * @param {string} direction
   * @param {any} answer
   * @param {Given | null} given
   */
  async #remember(what, direction, answer, given) {
    const { store } = this.parts;
    const isPassed = ADMITS.has(answer.result) || answer.result === "ok_exit";
    if (!store || !this.decider || !isPassed) return;
    const hash = await this.decider.hashOf(what);
    const at = Date.now();
    const kind = what.hash ? "search" : (what.text ?? "").trim().slice(0, 2).toUpperCase();
    const passed = { nonce: answer.nonce, what, hash, scope: answer.scope, direction, at, kind, enter: [], leave: [] };
    this.passed = passed;
    if (hash === null || direction !== "in" || !answer.persons || !answer.seq) return;
    const enter = Array.from({ length: answer.persons }, (_, at) => ({
      place: Math.max(1, answer.party.used - at),
      turn: answer.result === "ok_reentry" ? 1 : 0,
    }));
    this.passed = { ...passed, enter };
    const at_ms = answer.server_ms ?? Date.now();
    const { nonce, scope, seq } = answer;
    const gate = this.config.gate.number;
    await store.remember({ nonce, hash, scope, at_ms, gate, enter, leave: [], seq, answered: slugOf(given) });
  }

  /**
   * @param {What} what
   * @param {string} direction
   * @param {Scan} scan
   * @param {Override | null} override
   * @param {number} persons
   * @param {Given | null} given
   */
  async #alone(what, direction, scan, override, persons, given) {
    const { store } = this.parts;
    const { sync, decider } = this;
    if (!store || !sync || !decider) return { result: "list_missing" };
    const found = await decider.decide({
      ...what,
      direction,
      now_ms: sync.now_ms,
      offset_ms: sync.offset_ms,
      isOverride: override !== null,
      isFull: this.isFull,
      persons,
      given,
    });
    const { result, enter, leave } = found.verdict;
    const item = {
      nonce: scan.nonce,
      n: scan.n,
      event: this.config.events[0].id,
      kind: found.kind,
      ...(found.isListed ? { idhash: found.hash } : { code: what.text ?? "" }),
      dir: direction,
      persons: Math.max(1, enter.length || leave.length),
      gate: this.config.gate.number,
      claimed_ms: scan.at,
      mono_ms: Math.round(performance.now()),
      result,
      offline: true,
      unlisted: !found.isListed && ADMITS.has(result),
      ...(override && result === "ok_override"
        ? { override_by: override.card.hash, override_reason: override.reason, overridden: found.verdict.why }
        : {}),
      ...(given && enter.length ? { answer: sentOf(given) } : {}),
    };
    const isMoved = found.hash !== null && (enter.length > 0 || leave.length > 0);
    const own = isMoved
      ? {
          nonce: scan.nonce,
          hash: found.hash ?? "",
          scope: found.scope,
          at_ms: sync.now_ms,
          gate: this.config.gate.number,
          enter,
          leave,
          seq: null,
          answered: slugOf(given),
        }
      : null;
    try {
      await store.enqueue(item, own);
    } catch {
      return { result: "storage_full" };
    }
    if (ADMITS.has(result) || result === "ok_exit") {
      const { hash, scope, kind } = found;
      this.passed = { nonce: scan.nonce, what, hash, scope, direction, at: scan.at, kind, enter, leave };
    }
    void sync.upload();
    return /** @type {import("./verdict.js").Verdict} */ (found.answer);
  }

  /** Tell whether this device can decide and keep by itself. */
  get canDecide() {
    return Boolean(this.decider && this.parts.store?.hasList);
  }

  /** Return when the last scan passed that may still be taken back, 0 for none. */
  get passedAt() {
    return this.parts.store ? (this.passed?.at ?? 0) : 0;
  }

  /**
   * Take the last scan back: durable like every decision, told to the server at once.
   * @param {import("./staff.js").Card | null} card a supervisor's, after the first seconds
   * @param {string} reason
   * @returns {Promise<import("./verdict.js").Verdict>}
   */
  async undo(card, reason) {
    const { store } = this.parts;
    const { passed, sync } = this;
    if (!store || !sync || !passed) return { result: "list_missing" };
    const gate = this.config.gate.number;
    const nonce = newNonce();
    const item = {
      nonce,
      n: kept.nextNumber(),
      event: this.config.events[0].id,
      kind: passed.kind,
      ...(passed.hash ? { idhash: passed.hash } : { code: passed.what.text ?? "" }),
      dir: "undo",
      persons: 1,
      gate,
      claimed_ms: Date.now(),
      mono_ms: Math.round(performance.now()),
      result: "undone",
      offline: !sync.asksServer,
      unlisted: false,
      undoes: passed.nonce,
      ...(card ? { override_by: card.hash, override_reason: reason } : {}),
    };
    const { hash, scope, enter, leave } = passed;
    const own = hash
      ? { nonce, hash, scope, at_ms: sync.now_ms, gate, enter: [], leave: [], drop: enter, back: leave, seq: null }
      : null;
    try {
      await store.enqueue(item, own);
    } catch {
      return { result: "storage_full" };
    }
    this.passed = null;
    void sync.upload();
    return { result: "undone" };
  }

  /**
   * Return who a text finds: asked of the server while it answers, else among the kept names.
   * @param {string} text
   * @returns {Promise<{ hits: any[], more: boolean } | null>} null when nobody can tell
   */
  async search(text) {
    const { api, store } = this.parts;
    if (!this.sync || this.sync.asksServer) {
      const answer = await api.search(text);
      if (answer.outcome === "ok") return answer.data;
    }
    const tag = (await store?.namesTag()) ?? "";
    if (!store || !tag) return null;
    if (this.names?.tag !== tag) this.names = { tag, list: new Names((await store.names()) ?? "") };
    const found = this.names.list.find(text);
    return { hits: found.slice(0, HITS).map((hit) => this.#hit(hit)), more: found.length > HITS };
  }

  /** @param {import("./names.js").Hit} hit */
  #hit({ idhash, name, product, order, phone4 }) {
    const type = this.config.events[0].products.find((/** @type {any} */ row) => row.no === product)?.name ?? null;
    const isIn = this.decider?.isInside(idhash) ?? false;
    return { idhash, name, type, order, phone4, state: isIn ? "in" : "out" };
  }

  async #beat() {
    const battery = await /** @type {any} */ (navigator).getBattery?.().catch(() => null);
    return {
      n: kept.load().n,
      version: this.config.client,
      battery: battery ? battery.level : null,
    };
  }
}

/**
 * Return an answer as it is sent.
 * @param {Given} given
 */
function sentOf({ question, value, values }) {
  return values ? { question, values } : { question, value };
}

/**
 * Return the slug of the question that was really answered.
 * @param {Given | null} given
 */
function slugOf(given) {
  return given && (given.values || given.value !== null) ? given.question : undefined;
}
