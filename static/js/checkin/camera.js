// @ts-check
/** The camera and its decoder: calls back with every text that it sees. */

/**
 * @typedef {{
 *   settings: any,
 *   video: HTMLVideoElement,
 *   onText: (text: string) => void,
 *   onNothing: () => void,
 *   onState: (state: "starting" | "running" | "denied" | "lost" | "none" | "failed") => void,
 * }} CameraParts
 */

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };

export class Camera {
  /** @param {CameraParts} parts */
  constructor(parts) {
    this.parts = parts;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Worker | null} */
    this.worker = null;
    this.isBusy = false;
    this.wants = false;
    this.lens = "";
    this.light = false;
  }

  /** Tell whether this browser can open a camera at all. */
  static get isPossible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /**
   * Open the camera and read codes until `stop`.
   * @param {string} lens device id, empty for the back camera
   * @param {"environment" | "user"} [facing] the camera to begin with
   */
  async start(lens, facing = "environment") {
    this.wants = true;
    this.#startWorker();
    if (!Camera.isPossible) {
      this.parts.onState("none");
      return;
    }
    this.parts.onState("starting");
    this.#close();
    try {
      this.stream = await open(lens, facing);
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      this.parts.onState(name === "NotFoundError" ? "none" : name === "NotAllowedError" ? "denied" : "lost");
      return;
    }
    const [track] = this.stream.getVideoTracks();
    this.lens = track.getSettings().deviceId ?? lens;
    track.addEventListener("ended", () => this.wants && this.parts.onState("lost"));
    const { video } = this.parts;
    video.srcObject = this.stream;
    await video.play().catch(() => undefined);
    this.parts.onState("running");
    this.#next();
  }

  /** Close the camera; `start` opens it again. */
  stop() {
    this.wants = false;
    this.#close();
  }

  /** Return the ids of all cameras. */
  async lenses() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return devices.filter((device) => device.kind === "videoinput").map((device) => device.deviceId);
  }

  /** Return the camera after this one; phones with several lenses often begin with the wrong one. */
  async nextLens() {
    const all = await this.lenses();
    return all.length < 2 ? this.lens : all[(all.indexOf(this.lens) + 1) % all.length];
  }

  /** Tell whether the camera has a light. */
  get hasLight() {
    const track = this.stream?.getVideoTracks()[0];
    const able = /** @type {any} */ (track?.getCapabilities?.() ?? {});
    return Boolean(able.torch);
  }

  /** Turn the light on or off. */
  async toggleLight() {
    const track = this.stream?.getVideoTracks()[0];
    this.light = !this.light;
    const wish = /** @type {any} */ ({ advanced: [{ torch: this.light }] });
    await track?.applyConstraints(wish).catch(() => undefined);
    return this.light;
  }

  #close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.light = false;
    this.parts.video.srcObject = null;
  }

  #startWorker() {
    if (this.worker) return;
    const { settings, onState } = this.parts;
    this.worker = new Worker(settings.worker);
    this.worker.addEventListener("error", () => onState("failed"));
    this.worker.addEventListener("message", (event) => this.#heard(event.data));
    const { reader, wasm, integrity } = settings;
    this.worker.postMessage({ kind: "start", reader, wasm, integrity });
  }

  /** @param {{ kind: string, text?: string | null }} message */
  #heard(message) {
    if (message.kind === "failed") this.parts.onState("failed");
    if (message.kind !== "read") return;
    this.isBusy = false;
    if (message.text) this.parts.onText(message.text);
    else this.parts.onNothing();
  }

  #next() {
    const { video } = this.parts;
    const stream = this.stream;
    const again = () => {
      if (!this.wants || this.stream !== stream) return;
      void this.#grab();
      this.#next();
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(again);
    else setTimeout(again, 66);
  }

  async #grab() {
    const { video } = this.parts;
    if (this.isBusy || !this.worker || video.readyState < 2) return;
    this.isBusy = true;
    try {
      const frame = await createImageBitmap(video);
      this.worker.postMessage({ kind: "frame", frame }, [frame]);
    } catch {
      this.isBusy = false; // the frame was gone; the next one is near
    }
  }
}

/**
 * @param {string} lens
 * @param {string} facing
 * @returns {Promise<MediaStream>}
 */
async function open(lens, facing) {
  const back = { facingMode: { ideal: facing }, ...WANTED };
  if (!lens) return navigator.mediaDevices.getUserMedia({ audio: false, video: back });
  try {
    const kept = { deviceId: { exact: lens }, ...WANTED };
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: kept });
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotAllowedError") throw error;
    return navigator.mediaDevices.getUserMedia({ audio: false, video: back }); // that lens is gone
  }
}
