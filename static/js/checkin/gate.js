// @ts-check
/** The scanner: pairing, reading, asking the server, showing the verdict. */

import { GateApi } from "./api.js";
import { StatusBar } from "./bar.js";
import { Camera } from "./camera.js";
import { Desk } from "./desk.js";
import { mountHardwareScanner } from "./hid.js";
import * as kept from "./kept.js";
import { mountSearch } from "./search.js";
import { unlock } from "./sound.js";
import { Store } from "./store.js";
import { VerdictScreen } from "./verdict.js";

const SAME_CODE_MS = 3000; // a code that stays in view counts once
const ADMIT_SHOWN_MS = 3500;
const OTHER_SHOWN_MS = 8000;
const STATS_MS = 5000;

/** @param {string} name */
const part = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-part="${name}"]`));

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
      onState: (state) => this.#cameraIs(state),
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
    this.search = mountSearch({
      part,
      texts: settings.texts,
      pick: (text) => this.verdict.pick(text),
      ask: (text) => this.api.search(text),
      take: (idhash) => {
        this.#screen("idle");
        void this.#decide({ hash: idhash });
      },
      close: () => this.#screen("idle"),
    });
  }

  /** Listen to everything and show the first screen. */
  async mount() {
    document.addEventListener("pointerdown", () => this.#awake(), { passive: true });
    document.addEventListener("keydown", () => unlock());
    document.addEventListener("visibilitychange", () => this.#visible());
    for (const name of ["online", "offline"]) {
      window.addEventListener(name, () => this.#onlineIs(navigator.onLine));
    }
    void navigator.serviceWorker?.register(this.settings.sw, { scope: "/gate/" }).catch(() => undefined);
    this.desk = this.#newDesk(await Store.open().catch(() => null));
    mountHardwareScanner((text) => this.#taken(text));
    this.#mountButtons();
    const fragment = decodeURIComponent(location.hash.slice(1));
    if (fragment) history.replaceState(null, "", location.pathname + location.search);
    if (fragment.startsWith("GP")) await this.#pair(fragment);
    else if (this.api.token) await this.#begin();
    else this.#screen("pair");
    setInterval(() => void this.#stats(), STATS_MS);
    setInterval(() => this.#showState(), STATS_MS);
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
    part("start").addEventListener("click", () => void this.#openCamera());
    part("view-note").addEventListener("click", () => void this.#openCamera());
    part("pair-scan").addEventListener("click", () => {
      this.#screen("idle");
      void this.#openCamera();
    });
    part("lens").addEventListener("click", async () => kept.keep({ lens: await this.camera.nextLens() }));
    part("torch").addEventListener("click", async () => {
      part("torch").setAttribute("aria-pressed", String(await this.camera.toggleLight()));
    });
    part("gate").addEventListener("click", () => this.#turn());
    part("online").addEventListener("click", () => this.bar.nextMode(this.desk.sync));
    part("find").addEventListener("click", () => {
      this.#screen("search");
      this.search.open();
    });
    part("verdict").addEventListener("click", () => this.#clear());
    this.#onForm("typed-form", (text) => this.#taken(text));
    this.#onForm("pair-form", (text) => void this.#pair(text));
  }

  /**
   * @param {string} name
   * @param {(text: string) => void} take
   */
  #onForm(name, take) {
    const form = /** @type {HTMLFormElement} */ (part(name));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("code"));
      const text = input.value.trim();
      input.value = "";
      input.blur();
      if (text) take(text);
    });
  }

  /** @param {string} text */
  async #pair(text) {
    const fault = part("pair-fault");
    fault.textContent = "";
    const answer = await this.api.pair(text);
    if (answer.outcome !== "ok") {
      this.#screen("pair");
      fault.textContent = this.#pairFault(answer);
      return;
    }
    this.api.token = answer.data.token;
    kept.keep({ token: answer.data.token, n: 0 });
    void navigator.storage?.persist?.();
    await this.#begin();
  }

  /** @param {import("./api.js").Answer} answer */
  #pairFault(answer) {
    const texts = this.settings.texts;
    if (answer.outcome === "offline") return texts.no_network;
    if (answer.status === 429) return texts.too_often;
    if (answer.code === "pairing-used") return texts.used_pairing;
    return answer.code === "pairing-expired" ? texts.old_pairing : texts.not_paired;
  }

  async #begin() {
    const answer = await this.api.config();
    if (answer.outcome === "signed-out") {
      await this.#unpaired(answer.code === "device-revoked");
      return;
    }
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
    part("demo").hidden = !config.events[0].is_synthetic;
    this.#bar();
    await this.desk.open(config);
  }

  /** @param {boolean} wasRevoked */
  async #unpaired(wasRevoked) {
    this.config = null;
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
    const texts = this.settings.texts;
    part("gate").textContent = `${this.verdict.pick(gate.name)} · ${texts[this.direction]}`;
    /** @type {HTMLButtonElement} */ (part("gate")).disabled = gate.direction !== "both";
    part("invite-line").textContent = this.verdict.pick(gate.zone_name);
  }

  #turn() {
    this.direction = this.direction === "in" ? "out" : "in";
    this.#clear();
    this.#bar();
  }

  /** @param {"pair" | "idle" | "search"} name */
  #screen(name) {
    document.body.dataset.screen = name;
    for (const section of document.querySelectorAll("[data-screen-of]")) {
      const own = /** @type {HTMLElement} */ (section);
      own.hidden = own.dataset.screenOf !== name;
    }
    if (name !== "idle") this.#clear();
    if (name === "pair") document.getElementById("pair-code")?.focus();
  }

  async #openCamera() {
    part("start").hidden = true;
    await this.camera.start(kept.load().lens);
    part("torch").hidden = !this.camera.hasLight;
    part("lens").hidden = (await this.camera.lenses()).length < 2;
  }

  /** @param {string} state */
  #cameraIs(state) {
    const results = this.settings.results;
    /** @type {Record<string, string>} */
    const notes = {
      denied: results.camera_denied.line,
      none: results.camera_denied.word,
      lost: results.camera_lost.line,
      failed: results.decoder_failed.line,
    };
    const note = part("view-note");
    note.textContent = notes[state] ?? "";
    note.hidden = !notes[state];
    part("view").dataset.camera = state;
  }

  /** @param {string} text */
  #seen(text) {
    const now = performance.now();
    const isSame = text === this.lastText && now - this.lastSeen < SAME_CODE_MS;
    this.lastText = text;
    this.lastSeen = now;
    if (!isSame && document.body.dataset.screen === "idle") this.#taken(text);
  }

  /** @param {string} text */
  #taken(text) {
    if (!this.api.token) {
      void this.#pair(text);
      return;
    }
    if (!this.config) return;
    void this.#decide({ text });
  }

  /** @param {import("./desk.js").What} what */
  async #decide(what) {
    if (this.isDeciding) return;
    this.isDeciding = true;
    const verdict = await this.desk.decide(what, this.direction).finally(() => (this.isDeciding = false));
    if (!verdict) return;
    this.#show(verdict);
    void this.#stats();
  }

  /** @param {import("./verdict.js").Verdict} verdict */
  #show(verdict) {
    this.verdict.show(verdict);
    clearTimeout(this.clearing);
    const isAdmitted = document.body.dataset.ground === "admit" && !document.body.dataset.extra;
    this.clearing = setTimeout(() => this.#tidy(), isAdmitted ? ADMIT_SHOWN_MS : OTHER_SHOWN_MS);
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
    this.verdict.clear();
  }

  async #stats() {
    if (!this.config || document.visibilityState === "hidden") return;
    const answer = await this.api.stats();
    if (answer.outcome === "signed-out") {
      await this.#unpaired(answer.code === "device-revoked");
      return;
    }
    this.#onlineIs(answer.outcome === "ok");
    if (answer.outcome !== "ok") return;
    const { inside, admitted, capacity, own } = answer.data;
    const texts = this.settings.texts;
    const count = (inside ?? admitted).toLocaleString("en");
    part("inside-caption").textContent = inside === null ? texts.admitted : texts.inside;
    part("inside").textContent = capacity ? `${count} / ${capacity.toLocaleString("en")}` : count;
    part("own").textContent = own.toLocaleString("en");
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
    void this.#keepAwake();
  }

  async #keepAwake() {
    try {
      this.lock ??= await navigator.wakeLock?.request("screen");
      this.lock?.addEventListener("release", () => (this.lock = undefined));
    } catch {
      this.lock = undefined; // low battery: the phone decides
    }
  }

  #visible() {
    if (document.visibilityState === "hidden") {
      this.camera.stop();
    } else if (this.config) {
      void this.#keepAwake();
      void this.#openCamera();
      void this.#stats();
    }
  }
}

const settings = JSON.parse(document.getElementById("gate-settings")?.textContent ?? "{}");
void new Gate(settings).mount();
