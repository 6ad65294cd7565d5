// @ts-check
/** Where a scan is decided: by the server while it answers, else by the device. */

import { newNonce } from "./api.js";
import { Decider } from "./decide.js";
import * as kept from "./kept.js";
import { Sync } from "./sync.js";
import { Verifier } from "./token.js";

const UNANSWERED_MS = 120000; // how long a scan without an answer keeps its nonce
const ADMITS = new Set(["ok", "ok_reentry", "ok_group", "ok_attention", "ok_unlisted"]);

/**
 * @typedef {{ text?: string, hash?: string }} What
 * @typedef {{ nonce: string, n: number, at: number }} Scan
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
    this.decider = new Decider(store, this.verifier, config);
    await store.setMeta("config", config);
    if (this.sync) return;
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
   * @returns {Promise<import("./verdict.js").Verdict | null>}
   */
  async decide(what, direction) {
    const key = `${direction} ${what.text ?? what.hash}`;
    const last = this.unanswered.get(key);
    const isFresh = !last || Date.now() - last.at > UNANSWERED_MS;
    const scan = isFresh ? { nonce: newNonce(), n: kept.nextNumber(), at: Date.now() } : last;
    const canDecide = Boolean(this.decider && this.parts.store?.hasList);
    if (!canDecide || this.sync?.asksServer) {
      const answer = await this.#ask(what, direction, scan, !canDecide);
      if (answer) {
        if (answer.outcome === "signed-out") return null;
        this.unanswered.delete(key);
        if (answer.outcome !== "ok") return { result: "unknown_code" };
        await this.#remember(what, direction, answer.data);
        return answer.data;
      }
    }
    if (canDecide && this.sync?.mode !== "online") {
      const found = await this.#alone(what, direction, scan);
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
   * @returns {Promise<import("./api.js").Answer | null>} null when there was none
   */
  async #ask(what, direction, scan, isLast) {
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
   */
  async #remember(what, direction, answer) {
    const { store } = this.parts;
    if (!store || !this.decider || direction !== "in" || !answer.persons || !answer.seq) return;
    const hash = await this.decider.hashOf(what);
    if (hash === null) return;
    const enter = Array.from({ length: answer.persons }, (_, at) => ({
      place: Math.max(1, answer.party.used - at),
      turn: answer.result === "ok_reentry" ? 1 : 0,
    }));
    const at_ms = answer.server_ms ?? Date.now();
    const { nonce, scope, seq } = answer;
    const gate = this.config.gate.number;
    await store.remember({ nonce, hash, scope, at_ms, gate, enter, leave: [], seq });
  }

  /**
   * @param {What} what
   * @param {string} direction
   * @param {Scan} scan
   */
  async #alone(what, direction, scan) {
    const { store } = this.parts;
    const { sync, decider } = this;
    if (!store || !sync || !decider) return { result: "list_missing" };
    const found = await decider.decide({
      ...what,
      direction,
      now_ms: sync.now_ms,
      offset_ms: sync.offset_ms,
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
        }
      : null;
    try {
      await store.enqueue(item, own);
    } catch {
      return { result: "storage_full" };
    }
    void sync.upload();
    return /** @type {import("./verdict.js").Verdict} */ (found.answer);
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
