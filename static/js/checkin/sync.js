// @ts-check
/** Keeps the device in step with the server: mode, clock, list, changes, queue. */

const CALLS_KEPT = 5;
const BAD_CALLS = 2; // of the last five: the device then decides alone
const GOOD_BEATS = 3; // in a row: it asks the server again
const POLL_MS = 2000;
const HIDDEN_MS = 30000;
const BEAT_MS = 30000;
const JITTER = 0.2;
const BATCH = 200;
const WAIT_FIRST_MS = 1000;
const WAIT_MOST_MS = 30000;
const CONFIG_MS = 60000;
const NAMES_MS = 300000;
const GOOD_ROUND_MS = 1000;
const SAMPLES = 5;

/**
 * @typedef {"auto" | "online" | "offline"} Mode
 * @typedef {{
 *   api: import("./api.js").GateApi,
 *   store: import("./store.js").Store,
 *   boot: string,
 *   event: string,
 *   beat: () => Promise<Record<string, unknown>>,
 *   changed: () => void,
 *   reconfigured: (config: any) => void,
 *   signedOut: (code: string) => void,
 * }} Parts
 */

export class Sync {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    /** @type {Mode} */
    this.mode = "auto";
    /** @type {boolean[]} */
    this.calls = [];
    this.isReachable = true;
    this.goodBeats = 0;
    /** @type {number[]} */
    this.offsets = [];
    this.offset_ms = 0;
    this.listAt = 0;
    this.beatAt = 0;
    this.configAt = Date.now();
    this.namesAt = 0;
    this.isUploading = false;
    this.uploadAt = 0;
    this.wait = WAIT_FIRST_MS;
    this.isStopped = false;
    this.findsNames = true; // as the organizer lets this gate
  }

  /** Tell whether scans are asked of the server. */
  get asksServer() {
    return this.mode === "online" || (this.mode === "auto" && this.isReachable);
  }

  /** Return the time of the server in milliseconds. */
  get now_ms() {
    return Date.now() + this.offset_ms;
  }

  /** Return how old the list is, milliseconds; null before there is one. */
  get age_ms() {
    return this.listAt ? Date.now() - this.listAt : null;
  }

  /** Begin with what was kept, then go on until `stop`. */
  async start() {
    this.offset_ms = (await this.parts.store.meta("offset_ms")) ?? 0;
    this.listAt = (await this.parts.store.meta("list_at")) ?? 0;
    void this.#round();
  }

  stop() {
    this.isStopped = true;
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.mode = mode;
    this.calls = [];
    this.parts.changed();
  }

  /**
   * Note how a call went.
   * @param {boolean} isGood
   */
  note(isGood) {
    this.calls = [...this.calls, isGood].slice(-CALLS_KEPT);
    const isBad = this.calls.filter((good) => !good).length >= BAD_CALLS;
    if (isBad && this.isReachable) {
      this.isReachable = false;
      this.goodBeats = 0;
      this.parts.changed();
    }
  }

  /**
   * Learn the clock of the server from an answer.
   * @param {any} data
   * @param {number} sent
   */
  learn(data, sent) {
    const took = Date.now() - sent;
    if (!data.server_ms || took >= GOOD_ROUND_MS) return;
    this.offsets = [...this.offsets, data.server_ms + took / 2 - Date.now()].slice(-SAMPLES);
    const sorted = [...this.offsets].sort((a, b) => a - b);
    this.offset_ms = Math.round(sorted[Math.floor(sorted.length / 2)]);
    void this.parts.store.setMeta("offset_ms", this.offset_ms);
  }

  async #round() {
    if (this.isStopped) return;
    try {
      if (this.mode !== "offline") await this.#talk();
    } finally {
      const isHidden = document.visibilityState === "hidden";
      const wait = (isHidden ? HIDDEN_MS : POLL_MS) * (1 + JITTER * (Math.random() * 2 - 1));
      setTimeout(() => void this.#round(), wait);
    }
  }

  async #talk() {
    const isDue = !this.isReachable || Date.now() - this.beatAt >= BEAT_MS;
    if (isDue && !(await this.#beat())) return;
    if (this.parts.store.hasList && !this.parts.store.wantsList) await this.#delta();
    else await this.#list();
    if (Date.now() - this.configAt >= CONFIG_MS) await this.#config();
    await this.upload();
    if (this.parts.store.hasList && Date.now() - this.namesAt >= NAMES_MS) await this.#names();
  }

  async #names() {
    const { api, store, event } = this.parts;
    if (!this.findsNames) return;
    const answer = await api.names(event, await store.namesTag());
    if (!this.#isGood(answer)) return;
    this.namesAt = Date.now();
    if (answer.status === 304) return;
    await store.saveNames(answer.data.bytes, answer.data.seq);
    this.parts.changed();
  }

  async #beat() {
    const { api, store, beat } = this.parts;
    const sent = Date.now();
    const answer = await api.heartbeat({
      ...(await beat()),
      queue: store.queued,
      seq: store.seq || "0".repeat(16),
      offset_ms: this.offset_ms,
    });
    if (!this.#isGood(answer)) {
      this.goodBeats = 0;
      return false;
    }
    this.beatAt = Date.now();
    this.learn(answer.data, sent);
    this.goodBeats += 1;
    if (!this.isReachable && this.goodBeats >= GOOD_BEATS) {
      this.isReachable = true;
      this.calls = [];
      this.parts.changed();
    }
    return true;
  }

  async #list() {
    const answer = await this.parts.api.list(this.parts.event);
    if (!this.#isGood(answer)) return;
    await this.parts.store.saveList(answer.data.bytes, answer.data.seq);
    await this.#fresh();
  }

  async #delta() {
    const { api, store, event } = this.parts;
    const sent = Date.now();
    const answer = await api.delta(event, store.seq);
    if (answer.status === 410) {
      await this.#list();
      return;
    }
    if (!this.#isGood(answer)) return;
    this.learn(answer.data, sent);
    await store.apply(answer.data);
    await this.#fresh();
    if (answer.data.more) await this.#delta();
  }

  async #config() {
    const answer = await this.parts.api.config();
    if (!this.#isGood(answer)) return;
    this.configAt = Date.now();
    this.parts.reconfigured(answer.data);
  }

  async #fresh() {
    this.listAt = Date.now();
    await this.parts.store.setMeta("list_at", this.listAt);
    this.parts.changed();
  }

  /** Hand in what waits, in order; an item leaves the queue only by its own status. */
  async upload() {
    const { store } = this.parts;
    if (this.isUploading || this.mode === "offline" || Date.now() < this.uploadAt) return;
    this.isUploading = true;
    try {
      while (store.queued && (await this.#batch()));
    } finally {
      this.isUploading = false;
      this.parts.changed();
    }
  }

  /** Hand in what is left after the device was taken out of service. */
  async lastUpload() {
    const { store } = this.parts;
    while (store.queued && (await this.#batch()));
  }

  async #batch() {
    const { api, store, boot } = this.parts;
    const rows = await store.queue(BATCH);
    if (!rows.length) {
      store.queued = 0;
      return false;
    }
    const scans = rows.map((row) => row.scan);
    const answer = await api.scans({ boot_id: boot, now_ms: Date.now(), offset_ms: this.offset_ms, scans });
    if (!this.#isGood(answer)) {
      this.uploadAt = Date.now() + this.wait;
      this.wait = Math.min(this.wait * 2, WAIT_MOST_MS);
      return false;
    }
    this.wait = WAIT_FIRST_MS;
    const told = new Map(answer.data.results.map((/** @type {any} */ row) => [row.nonce, row]));
    const settled = rows.filter((row) => told.has(row.scan.nonce));
    const refused = settled.filter((row) => told.get(row.scan.nonce).status === "refused");
    await store.noteRefused(refused.map(({ scan }) => refusal(scan, told.get(scan.nonce).reason)));
    const nonces = new Set(settled.map((row) => row.scan.nonce));
    await store.settle(settled.map((row) => row.key), nonces, answer.data.seq);
    return settled.length > 0;
  }

  /** @param {import("./api.js").Answer} answer */
  #isGood(answer) {
    if (answer.outcome === "signed-out") {
      if (this.isStopped) return false;
      this.stop();
      this.parts.signedOut(answer.code);
      return false;
    }
    this.note(answer.outcome === "ok" || answer.outcome === "refused");
    return answer.outcome === "ok";
  }
}

/**
 * Return what is kept of a scan that the server would not take: no code, no ticket.
 * @param {any} scan
 * @param {string} reason
 */
function refusal({ nonce, n, result, claimed_ms }, reason) {
  return { nonce, n, result, claimed_ms, reason };
}
