// @ts-check
/** What the device decides by without a network: list, changes and queue in IndexedDB. */

import { columnsOf, lowest } from "./columns.js";
import { done, finished } from "./idb.js";
import { slugsOf, withOwn } from "./places.js";

const NAME = "gate";
const STORES = ["blob", "log", "queue", "meta", "keys"];
const REWRITE_ROWS = 5000; // changes beside the blob after which the whole list is fetched
const STATUSES = ["valid", "unpaid", "not_approved", "blocked", "cancelled"];

/**
 * @typedef {{
 *   product: number, window: number, status: string, rev: number, party: number, answered: string[],
 * }} Ticket `answered` are the slugs of questions
 * @typedef {{ used: number, inside: number, last_ms: number, gate: number, turn: number }} Admitted
 * @typedef {import("./rules.js").Place} Place
 * @typedef {import("./rules.js").Move} Move
 * @typedef {{
 *   id?: number, nonce: string, hash: string, scope: string, at_ms: number, gate: number,
 *   enter: Move[], leave: Move[], drop?: Move[], back?: Move[], seq: string | null, answered?: string,
 * }} Own `drop` and `back` take an entry or an exit back; `answered` is the slug of a question
 */

/** The list with its changes in memory, and the durable queue behind it. */
export class Store {
  /**
   * @param {IDBDatabase} database
   * @param {CryptoKey} key
   */
  constructor(database, key) {
    this.database = database;
    this.key = key;
    this.#reset();
  }

  /** Open the database; it throws where a browser has none. */
  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) request.result.createObjectStore(name, { autoIncrement: true });
    };
    const database = /** @type {IDBDatabase} */ (await done(request));
    let key = await done(database.transaction("keys").objectStore("keys").get("queue"));
    if (!key) {
      // not extractable: a copied profile opens nothing elsewhere
      key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const write = database.transaction("keys", "readwrite");
      write.objectStore("keys").put(key, "queue");
      await finished(write);
    }
    return new Store(database, key);
  }

  #reset() {
    this.seq = "";
    this.rows = 0;
    /** @type {Map<string, Ticket | null>} */
    this.changed = new Map();
    /** @type {Map<string, Admitted>} */
    this.admitted = new Map();
    /** @type {Map<string, Own[]>} */
    this.own = new Map();
    /** @type {Map<string, number>} */
    this.recent = new Map();
    /** @type {Map<string, number>} */
    this.scopes = new Map();
    /** @type {Map<string, Set<string>>} */
    this.answered = new Map(); // at this gate
    /** @type {Map<string, import("./dynamic.js").DayKey>} */
    this.dayKeys = new Map();
    /** @type {ReturnType<typeof columnsOf> | null} */
    this.list = null;
    this.queued = 0;
    this.refused = 0;
  }

  get hasList() {
    return this.list !== null;
  }

  /** Tell whether the changes have grown so many that the whole list is less. */
  get wantsList() {
    return this.rows > REWRITE_ROWS;
  }

  /** Read everything that is kept; the device then decides without a network. */
  async load() {
    const read = this.database.transaction(["blob", "log", "queue"]);
    const [blob, log, queued] = await Promise.all([
      done(read.objectStore("blob").get("list")),
      done(read.objectStore("log").getAll()),
      done(read.objectStore("queue").count()),
    ]);
    this.#reset();
    this.queued = queued;
    this.refused = ((await this.meta("refused")) ?? []).length;
    this.dayKeys = (await done(this.database.transaction("keys").objectStore("keys").get("days"))) ?? new Map();
    if (blob) this.#take(blob);
    for (const entry of log) {
      if (entry.delta) this.#apply(entry.delta);
      else this.#remember(entry.own);
    }
  }

  /**
   * Keep the keys of the days that are still to come; those of earlier days are gone with it.
   * @param {Map<string, import("./dynamic.js").DayKey>} keys
   */
  async setDayKeys(keys) {
    this.dayKeys = keys;
    const write = this.database.transaction("keys", "readwrite");
    write.objectStore("keys").put(keys, "days");
    await finished(write);
  }

  /**
   * Keep the names of an event; nobody reads them without the key of this browser.
   * @param {ArrayBuffer} bytes
   * @param {string} etag
   */
  async saveNames(bytes, etag) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const packed = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, await packed.arrayBuffer());
    const write = this.database.transaction("blob", "readwrite");
    write.objectStore("blob").put({ iv, data, etag }, "names");
    await finished(write);
  }

  /** Forget the names. */
  async dropNames() {
    const write = this.database.transaction("blob", "readwrite");
    write.objectStore("blob").delete("names");
    await finished(write);
  }

  /** Return what tells the kept names from others, empty without any. */
  async namesTag() {
    return (await done(this.database.transaction("blob").objectStore("blob").get("names")))?.etag ?? "";
  }

  /** Return the kept names as text, null without any. */
  async names() {
    const kept = await done(this.database.transaction("blob").objectStore("blob").get("names"));
    if (!kept) return null;
    const packed = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, this.key, kept.data);
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }

  /** @param {string} name */
  async meta(name) {
    return done(this.database.transaction("meta").objectStore("meta").get(name));
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  async setMeta(name, value) {
    const write = this.database.transaction("meta", "readwrite");
    write.objectStore("meta").put(value, name);
    await finished(write);
  }

  /**
   * Keep a whole list in place of list and changes.
   * @param {ArrayBuffer} bytes
   * @param {string} seq
   */
  async saveList(bytes, seq) {
    const blob = { bytes, seq };
    const write = this.database.transaction(["blob", "log"], "readwrite");
    write.objectStore("blob").put(blob, "list");
    const log = write.objectStore("log");
    log.clear();
    const kept = [...this.own.values()].flat().filter((own) => own.seq === null || own.seq > seq);
    for (const own of kept) log.put({ own: { ...own, id: undefined } });
    await finished(write);
    await this.load();
  }

  /** @param {any} delta answer of the server */
  async apply(delta) {
    if (delta.rows.length || delta.admissions.length || delta.to !== this.seq) {
      const write = this.database.transaction("log", "readwrite");
      const log = write.objectStore("log");
      const { to, rows, admissions, scopes, asks } = delta;
      log.put({ delta: { to, rows, admissions, scopes, asks } });
      await finished(write);
    }
    this.#apply(delta);
  }

  /** @param {{ bytes: ArrayBuffer, seq: string }} blob */
  #take(blob) {
    this.list = columnsOf(blob.bytes);
    this.seq = blob.seq;
  }

  /** @param {any} delta */
  #apply(delta) {
    for (const [key, text] of delta.scopes) this.scopes.set(text, key);
    for (const [hash, product, window, status, rev, party, bits = 0] of delta.rows) {
      const answered = slugsOf(delta.asks ?? [], bits);
      this.changed.set(hash, status === null ? null : { product, window, status, rev, party, answered });
    }
    for (const [hash, scope, used, inside, last_ms, gate, turn] of delta.admissions) {
      this.admitted.set(`${hash} ${scope}`, { used, inside, last_ms, gate, turn });
    }
    this.rows += delta.rows.length + delta.admissions.length;
    this.seq = delta.to;
    for (const [key, rows] of this.own) {
      const left = rows.filter((own) => own.seq === null || own.seq > delta.to);
      if (left.length) this.own.set(key, left);
      else this.own.delete(key);
    }
  }

  /** @param {Own} own */
  #remember(own) {
    if (own.seq !== null && own.seq <= this.seq) return;
    const key = `${own.hash} ${own.scope}`;
    if (own.answered) this.answered.set(own.hash, (this.answered.get(own.hash) ?? new Set()).add(own.answered));
    this.own.set(key, [...(this.own.get(key) ?? []), own]);
    if (own.enter.length) this.recent.set(key, own.at_ms);
    if (own.drop?.length) this.recent.delete(key);
  }

  /**
   * Return a ticket of the list, null when it is not on it.
   * @param {string} hash 16 hexadecimal digits
   * @returns {Ticket | null}
   */
  find(hash) {
    const found = this.#listed(hash);
    const own = this.answered.get(hash);
    return found && own ? { ...found, answered: [...found.answered, ...own] } : found;
  }

  /**
   * @param {string} hash
   * @returns {Ticket | null}
   */
  #listed(hash) {
    const changed = this.changed.get(hash);
    if (changed !== undefined) return changed;
    if (!this.list) return null;
    const { tickets, answers } = this.list;
    const at = lowest(tickets.hashes, BigInt(`0x${hash}`));
    if (at < 0) return null;
    return {
      product: tickets.product[at],
      window: tickets.window[at],
      status: STATUSES[tickets.status[at]],
      rev: tickets.rev[at],
      party: tickets.party[at],
      answered: slugsOf(answers.slugs, answers.answered[at] ?? 0),
    };
  }

  /**
   * Return the places of a ticket in a scope as far as this device knows them.
   * @param {string} hash
   * @param {string} scope
   * @returns {Place[]}
   */
  places(hash, scope) {
    const known = this.#admitted(hash, this.scopes.get(scope));
    const recent = this.recent.get(`${hash} ${scope}`);
    /** @type {Map<number, Place>} */
    const places = new Map();
    for (let place = 1; known && place <= known.used; place += 1) {
      const isIn = place <= known.inside;
      places.set(place, {
        place,
        turn: known.turn,
        mine: isIn && recent !== undefined,
        gate: known.gate,
        entered_ms: recent !== undefined && isIn ? recent : known.last_ms,
        left_ms: isIn ? null : known.last_ms,
      });
    }
    for (const own of this.own.get(`${hash} ${scope}`) ?? []) withOwn(places, own);
    return [...places.values()];
  }

  /**
   * @param {string} hash
   * @param {number | undefined} scope
   * @returns {Admitted | null}
   */
  #admitted(hash, scope) {
    if (scope === undefined) return null;
    const changed = this.admitted.get(`${hash} ${scope}`);
    if (changed || !this.list) return changed ?? null;
    const { admissions } = this.list;
    const value = BigInt(`0x${hash}`);
    let at = lowest(admissions.hashes, value);
    if (at < 0) return null;
    for (; admissions.hashes[at] === value; at += 1) {
      if (admissions.scope[at] === scope) {
        return {
          used: admissions.used[at],
          inside: admissions.inside[at],
          last_ms: admissions.last[at] * 1000,
          gate: admissions.gate[at],
          turn: admissions.turn[at],
        };
      }
    }
    return null;
  }

  /**
   * Write a decision durably; green is shown only after this has returned.
   * @param {Record<string, unknown>} scan as it will be uploaded
   * @param {Own | null} own what it changes, null when nobody passed
   */
  async enqueue(scan, own) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(scan));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, text);
    const write = this.database.transaction(["queue", "log"], "readwrite", { durability: "strict" });
    write.objectStore("queue").put({ iv, data, nonce: scan.nonce });
    if (own) write.objectStore("log").put({ own });
    await finished(write);
    this.queued += 1;
    if (own) this.#remember(own);
  }

  /**
   * Keep what the server has decided for this device until a delta says it too.
   * @param {Own} own
   */
  async remember(own) {
    this.#remember(own);
    const write = this.database.transaction("log", "readwrite");
    write.objectStore("log").put({ own });
    await finished(write);
  }

  /**
   * Return the oldest scans of the queue with their keys.
   * @param {number} count
   * @returns {Promise<{ key: IDBValidKey, scan: any }[]>}
   */
  async queue(count) {
    const store = this.database.transaction("queue").objectStore("queue");
    const [keys, rows] = await Promise.all([done(store.getAllKeys(null, count)), done(store.getAll(null, count))]);
    return Promise.all(
      rows.map(async (/** @type {any} */ row, /** @type {number} */ at) => {
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, this.key, row.data);
        return { key: keys[at], scan: JSON.parse(new TextDecoder().decode(plain)) };
      }),
    );
  }

  /**
   * Take scans out of the queue that the server has answered for.
   * @param {IDBValidKey[]} keys
   * @param {Set<string>} nonces
   * @param {string} seq change number that covers them
   */
  async settle(keys, nonces, seq) {
    const write = this.database.transaction(["queue", "log"], "readwrite");
    for (const key of keys) write.objectStore("queue").delete(key);
    const log = write.objectStore("log");
    const cursor = log.openCursor();
    cursor.onsuccess = () => {
      const at = cursor.result;
      if (!at) return;
      if (at.value.own && nonces.has(at.value.own.nonce)) at.update({ own: { ...at.value.own, seq } });
      at.continue();
    };
    await finished(write);
    this.queued = Math.max(0, this.queued - keys.length);
    for (const rows of this.own.values()) {
      for (const own of rows) if (nonces.has(own.nonce)) own.seq = seq;
    }
  }

  /**
   * Keep which scans the server would not take; the status bar counts them.
   * @param {Record<string, unknown>[]} rows
   */
  async noteRefused(rows) {
    if (!rows.length) return;
    const kept = [...((await this.meta("refused")) ?? []), ...rows];
    await this.setMeta("refused", kept);
    this.refused = kept.length;
  }

  /** Forget list, queue and keys. */
  async wipe() {
    this.database.close();
    await done(indexedDB.deleteDatabase(NAME));
  }
}
