// @ts-check
/** The scanner: pairing, reading, asking the server, showing the verdict. */

import { GateApi } from "./api.js";
import { Asking } from "./ask.js";
import { BadgePrint } from "./badge.js";
import { StatusBar } from "./bar.js";
import { Camera } from "./camera.js";
import { Desk } from "./desk.js";
import { mountHardwareScanner } from "./hid.js";
import * as kept from "./kept.js";
import { fillScreen, keepAwake, onCode, pairFault } from "./page.js";
import { showCamera, showFigures, showFind, shownFor, showTools } from "./page.js";
import { mountSearch } from "./search.js";
import { unlock } from "./sound.js";
import { PartyChoice } from "./party.js";
import { onlyTab } from "./single.js";
import { Staff } from "./staff.js";
import { Store } from "./store.js";
import { Supervision } from "./supervise.js";
import { VerdictScreen } from "./verdict.js";
import { mountWalkIn } from "./walk_in.js";

const SAME_CODE_MS = 3000; // a code that stays in view counts once
const STATS_MS = 5000;
const SUPERVISION_MS = 1000;

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-part="${name}"]`));

/** @typedef {"pair" | "idle" | "search" | "override" | "staff" | "walkin" | "badge" | "other"} Screen */

class Gate {
  /** @param {any} settings */
  constructor(settings) {
    this.settings = settings;
    this.api = new GateApi(settings.api, kept.load().token);
    this.verdict = new VerdictScreen(settings, part);
    this.camera = new Camera({
      settings,
      video: /** @type {HTMLVideoElement} */ (part("video")),
      onText: (text) => this.#seen(text),
      onNothing: () => undefined,
      onState: (state) => showCamera(state, part, settings.results),
    });
    /** @type {any} */
    this.config = null;
    this.direction = "in";
    this.isDeciding = false;
    this.isOnline = navigator.onLine;
    this.lastText = "";
    this.lastSeen = 0;
    this.bar = new StatusBar(settings.texts, part);
    this.desk = this.#newDesk(null);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.clearing = undefined;
    this.staff = new Staff();
    this.isKiosk = kept.load().kiosk || new URLSearchParams(location.search).get("kiosk") === "1";
    const shared = {
      part,
      texts: settings.texts,
      staff: this.staff,
      isKiosk: () => this.isKiosk,
      now_ms: () => this.desk.sync?.now_ms ?? Date.now(),
      screen: (/** @type {Screen} */ name) => this.#screen(name),
      current: () => document.body.dataset.screen ?? "",
      pick: (/** @type {any} */ text) => this.verdict.pick(text),
      close: () => this.#screen("idle"),
    };
    this.supervision = new Supervision({
      ...shared,
      override: (what, card, reason) => void this.#decide(what, { card, reason }),
      undo: (card) => void this.#undo(card),
      lastAt: () => this.desk.passedAt,
      leaveKiosk: () => this.#kiosk(false),
    });
    this.badge = new BadgePrint({
      ...shared,
      hashOf: async (what) => what.hash ?? (await this.desk.decider?.hashOf(what)) ?? null,
      send: (idhash, card) => this.api.badge(idhash, card, settings.lang),
    });
    this.party = new PartyChoice({
      ...shared,
      mayCorrect: () => this.desk.canDecide && !this.isKiosk,
      only: (what, persons) => void this.#only(what, persons),
    });
    this.asking = new Asking({
      ...shared,
      answer: (what, given, persons) => void this.#decide(what, null, persons, given),
    });
    const take = (/** @type {string} */ hash) => {
      this.#screen("idle");
      void this.#decide({ hash });
    };
    this.walkIn = mountWalkIn({
      ...shared,
      send: (person) => this.api.walkIn(person),
      open: () => this.#screen("walkin"),
      take,
    });
    this.search = mountSearch({ ...shared, ask: (text) => this.desk.search(text), take });
  }

  /** Listen to everything and show the first screen. */
  async mount() {
    document.addEventListener("pointerdown", () => this.#awake(), { passive: true });
    document.addEventListener("keydown", () => unlock());
    document.addEventListener("visibilitychange", () => this.#visible());
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#onlineIs(navigator.onLine));
    this.#kiosk(this.isKiosk);
    void navigator.serviceWorker?.register(this.settings.sw, { scope: "/gate/" }).catch(() => undefined);
    await onlyTab(part, (name) => this.#screen(name));
    this.desk = this.#newDesk(await Store.open().catch(() => null));
    mountHardwareScanner((text) => this.#taken(text));
    this.#mountButtons();
    const fragment = decodeURIComponent(location.hash.slice(1));
    if (fragment) history.replaceState(null, "", location.pathname + location.search);
    if (fragment.startsWith("GP")) await this.#pair(fragment);
    else if (this.api.token) await this.#begin();
    else this.#screen("pair");
    setInterval(() => (this.#showState(), void this.#stats()), STATS_MS);
    setInterval(() => this.supervision.show(), SUPERVISION_MS);
  }

  /** @param {Store | null} store */
  #newDesk(store) {
    return new Desk({
      settings: this.settings,
      api: this.api,
      store,
      changed: () => this.#showState(),
      reconfigured: (config) => void this.#configured(config),
      signedOut: (code) => void this.#unpaired(code === "device-revoked"),
      isOnline: (isOnline) => this.#onlineIs(isOnline),
    });
  }

  #mountButtons() {
    for (const name of ["start", "view-note"]) part(name).addEventListener("click", () => void this.#openCamera());
    part("pair-scan").addEventListener("click", () => {
      this.#screen("idle");
      void this.#openCamera();
    });
    part("lens").addEventListener("click", async () => {
      kept.keep({ lens: await this.camera.nextLens() });
      await this.#openCamera();
    });
    part("torch").addEventListener("click", async () => {
      part("torch").setAttribute("aria-pressed", String(await this.camera.toggleLight()));
    });
    part("gate").addEventListener("click", () => this.#turn());
    part("online").addEventListener("click", () => this.bar.nextMode(this.desk.sync));
    part("find").addEventListener("click", () => {
      // where nobody is looked up, people may be registered
      if (this.config?.gate.search === false) return part("walkin").click();
      this.#screen("search");
      this.search.open();
    });
    part("verdict").addEventListener("click", (event) => {
      if (!this.asking.what || event.target === part("next")) this.#clear();
    });
    onCode(part("typed-form"), (text) => this.#taken(text));
    onCode(part("pair-form"), (text) => void this.#pair(text));
  }

  /** @param {string} text */
  async #pair(text) {
    const fault = part("pair-fault");
    fault.textContent = "";
    const answer = await this.api.pair(text);
    if (answer.outcome !== "ok") {
      this.#screen("pair");
      fault.textContent = pairFault(answer, this.settings.texts);
      return;
    }
    this.api.token = answer.data.token;
    kept.keep({ token: answer.data.token, n: 0 });
    void navigator.storage?.persist?.();
    await this.#begin();
  }

  async #begin() {
    const answer = await this.api.config();
    if (answer.outcome === "signed-out") return this.#unpaired(answer.code === "device-revoked");
    const isOnline = answer.outcome === "ok";
    this.#onlineIs(isOnline);
    const config = isOnline ? answer.data : await this.desk.remembered();
    if (!config) {
      this.#screen("idle");
      setTimeout(() => void this.#begin(), STATS_MS);
      return;
    }
    this.direction = config.gate.direction === "out" ? "out" : "in";
    await this.#configured(config);
    part("foot").hidden = false;
    this.#screen("idle");
    void this.#stats();
    await this.#openCamera();
  }

  /** @param {any} config */
  async #configured(config) {
    this.config = config;
    this.staff.configure(config);
    document.body.dataset.welcome = String(Boolean(config.gate.welcome) && !this.isKiosk);
    this.walkIn.allow(config.gate.walk_in);
    showFind(config.gate, part, this.settings.texts);
    this.badge.allow(Boolean(config.gate.badges));
    part("demo").hidden = !config.events[0].is_synthetic;
    this.#bar();
    await this.desk.open(config);
  }

  /** @param {boolean} wasRevoked */
  async #unpaired(wasRevoked) {
    this.config = null;
    this.staff.configure(null);
    this.staff.end();
    this.badge.end();
    this.camera.stop();
    await this.desk.close();
    kept.forget();
    this.api.token = "";
    this.desk = this.#newDesk(await Store.open().catch(() => null));
    this.#clear();
    part("foot").hidden = true;
    part("pair-fault").textContent = wasRevoked ? this.settings.texts.revoked : "";
    this.#screen("pair");
  }

  #bar() {
    const { gate } = this.config;
    part("gate").textContent = `${this.verdict.pick(gate.name)} · ${this.settings.texts[this.direction]}`;
    /** @type {HTMLButtonElement} */ (part("gate")).disabled = gate.direction !== "both";
    part("invite-line").textContent = this.verdict.pick(gate.zone_name);
  }

  #turn() {
    this.direction = this.direction === "in" ? "out" : "in";
    this.#clear();
    this.#bar();
  }

  /** @param {Screen} name */
  #screen(name) {
    document.body.dataset.screen = name;
    for (const section of document.querySelectorAll("[data-screen-of]")) {
      const own = /** @type {HTMLElement} */ (section);
      own.hidden = own.dataset.screenOf !== name;
    }
    if (name !== "idle") this.#clear();
    if (name === "pair") document.getElementById("pair-code")?.focus();
    this.supervision.show();
  }

  /** @param {boolean} isOn whether guests hold their own codes to this device */
  #kiosk(isOn) {
    if (this.isKiosk && !isOn) {
      history.replaceState(null, "", location.pathname);
      if (document.fullscreenElement) void document.exitFullscreen();
    }
    const isTurned = this.isKiosk !== isOn;
    this.isKiosk = isOn;
    this.verdict.hasNames = !isOn;
    document.body.dataset.kiosk = String(isOn);
    kept.keep({ kiosk: isOn });
    if (this.config) document.body.dataset.welcome = String(Boolean(this.config.gate.welcome) && !isOn);
    if (isTurned && this.config) void this.#openCamera();
  }

  async #openCamera() {
    part("start").hidden = true;
    await this.camera.start(this.isKiosk ? "" : kept.load().lens, this.isKiosk ? "user" : "environment");
    await showTools(this.camera, part);
  }

  /** @param {string} text */
  #seen(text) {
    const now = performance.now();
    const isSame = this.asking.isOf(text) || (text === this.lastText && now - this.lastSeen < SAME_CODE_MS);
    this.lastText = text;
    this.lastSeen = now;
    const isOpen = ["idle", "override", "badge"].includes(document.body.dataset.screen ?? "");
    if (isOpen && !isSame) void this.#taken(text);
  }

  /** @param {string} text */
  async #taken(text) {
    if (!this.api.token) {
      void this.#pair(text);
      return;
    }
    if (!this.config || (await this.badge.take(text)) || (await this.supervision.take(text))) return;
    if (document.body.dataset.screen === "idle") void this.#decide({ text });
  }

  /**
   * @param {import("./desk.js").What} what
   * @param {import("./desk.js").Override | null} [override]
   * @param {number} [persons]
   * @param {import("./ask.js").Given | null} [given]
   */
  async #decide(what, override = null, persons = 0, given = null) {
    if (this.isDeciding) return;
    this.isDeciding = true;
    const asked = this.desk.decide(what, this.direction, override, persons, given);
    const verdict = await asked.finally(() => (this.isDeciding = false));
    if (!verdict) return;
    this.#show(verdict);
    this.supervision.offer(what, verdict.result);
    this.badge.offer(what, verdict.result);
    this.party.offer(what, verdict);
    this.asking.offer(what, verdict, persons);
    void this.#stats();
  }

  /**
   * Take a whole group back and let the part in that came.
   * @param {import("./desk.js").What} what
   * @param {number} persons
   */
  async #only(what, persons) {
    const undone = await this.desk.undo(null, "");
    if (undone.result === "undone") await this.#decide(what, null, persons);
    else this.#show(undone);
  }

  /** @param {import("./staff.js").Card | null} card */
  async #undo(card) {
    this.#show(await this.desk.undo(card, this.settings.texts.undo_reason));
    this.supervision.offer({}, "undone");
    this.badge.offer({}, "undone");
    void this.#stats();
  }

  /** @param {import("./verdict.js").Verdict} verdict */
  #show(verdict) {
    clearTimeout(this.clearing);
    this.verdict.show(verdict);
    this.clearing = setTimeout(() => this.#tidy(), shownFor(verdict.result, this.isKiosk));
  }

  /** Clear the screen, but not while the code is still held into the camera. */
  #tidy() {
    if (performance.now() - this.lastSeen < SAME_CODE_MS / 3) {
      this.clearing = setTimeout(() => this.#tidy(), SAME_CODE_MS / 3);
    } else {
      this.#clear();
    }
  }

  #clear() {
    clearTimeout(this.clearing);
    this.asking.close();
    this.verdict.clear();
  }

  async #stats() {
    if (!this.config || document.visibilityState === "hidden") return;
    const answer = await this.api.stats();
    if (answer.outcome === "signed-out") return this.#unpaired(answer.code === "device-revoked");
    this.#onlineIs(answer.outcome === "ok");
    if (answer.outcome !== "ok") return;
    const { inside, capacity } = answer.data;
    this.desk.isFull = Boolean(this.config.gate.hard_limit && capacity && inside !== null && inside >= capacity);
    showFigures(answer.data, part, this.settings.texts);
  }

  /** @param {boolean} isOnline */
  #onlineIs(isOnline) {
    this.isOnline = isOnline;
    this.#showState();
  }

  #showState() {
    this.bar.show(this.desk.sync, this.desk.parts.store, this.isOnline);
  }

  #awake() {
    unlock();
    if (this.isKiosk) fillScreen();
    void keepAwake();
  }

  #visible() {
    if (document.visibilityState === "hidden") {
      this.camera.stop();
    } else if (this.config) {
      void keepAwake();
      void this.#openCamera();
      void this.#stats();
    }
  }
}

const settings = JSON.parse(document.getElementById("gate-settings")?.textContent ?? "{}");
void new Gate(settings).mount();
