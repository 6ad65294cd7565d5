// @ts-check
/** The status bar: connection, age of the list, scans that wait, and the mode. */

import { fill } from "./verdict.js";

const OLD_MIN = 5;
const LOW = 0.2; // share of the battery that is named first
/** @type {import("./sync.js").Mode[]} */
const MODES = ["auto", "offline", "online"];

export class StatusBar {
  /**
   * @param {Record<string, string>} texts
   * @param {(name: string) => HTMLElement} part
   */
  constructor(texts, part) {
    this.texts = texts;
    this.part = part;
    /** @type {{ level: number, charging: boolean } | null} */
    this.battery = null; // not all browsers tell
    void /** @type {any} */ (navigator)
      .getBattery?.()
      .then((/** @type {any} */ battery) => (this.battery = battery))
      .catch(() => undefined);
  }

  /**
   * Show how the device stands with the server.
   * @param {import("./sync.js").Sync | null} sync
   * @param {import("./store.js").Store | null} store
   * @param {boolean} isConnected
   */
  show(sync, store, isConnected) {
    const isOnline = sync ? sync.asksServer && isConnected : isConnected;
    const minutes = Math.floor((sync?.age_ms ?? 0) / 60000);
    const isOld = store?.hasList === true && minutes >= OLD_MIN;
    const facts = [this.#word(sync, isOnline)];
    if (store?.queued) facts.push(fill(this.texts.queued, { n: String(store.queued) }));
    if (store?.hasList && (!isOnline || isOld)) facts.push(fill(this.texts.list_age, { n: String(minutes) }));
    if (store?.refused) facts.push(fill(this.texts.not_taken, { n: String(store.refused) }));
    if (store && !store.hasList && !isOnline) facts.push(this.texts.no_list);
    if (this.battery && !this.battery.charging) {
      const text = fill(this.texts.battery, { n: String(Math.round(this.battery.level * 100)) });
      if (this.battery.level <= LOW) facts.unshift(text);
      else facts.push(text);
    }
    this.part("online").textContent = facts.join(" · ");
    document.body.dataset.online = String(isOnline);
    document.body.dataset.list = isOld ? "old" : "fresh";
  }

  /**
   * @param {import("./sync.js").Sync | null} sync
   * @param {boolean} isOnline
   */
  #word(sync, isOnline) {
    if (sync?.mode === "offline") return this.texts.forced_offline;
    if (sync?.mode === "online") return this.texts.forced_online;
    return isOnline ? this.texts.online : this.texts.offline;
  }

  /**
   * Go on to the next mode: by itself, always alone, always the server.
   * @param {import("./sync.js").Sync | null} sync
   */
  nextMode(sync) {
    sync?.setMode(MODES[(MODES.indexOf(sync.mode) + 1) % MODES.length]);
  }
}
