// @ts-check
/** Small parts of the scanner's page: forms for codes, sentences of pairing, the wake lock. */

const ADMIT_SHOWN_MS = 3500;
const OTHER_SHOWN_MS = 8000;
const KIOSK_SHOWN_MS = 4000;
const ASK_SHOWN_MS = 60000; // long enough to answer, short enough to forget who went away

/** @type {WakeLockSentinel | undefined} */
let lock;

/**
 * Call `take` with every code that is typed into a form.
 * @param {HTMLElement} form
 * @param {(text: string) => void} take
 */
export function onCode(form, take) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = /** @type {HTMLFormElement} */ (form).elements;
    const input = /** @type {HTMLInputElement} */ (fields.namedItem("code"));
    const text = input.value.trim();
    input.value = "";
    input.blur();
    if (text) take(text);
  });
}

/**
 * Return why a device was not paired.
 * @param {import("./api.js").Answer} answer
 * @param {Record<string, string>} texts
 */
export function pairFault(answer, texts) {
  if (answer.outcome === "offline") return texts.no_network;
  if (answer.status === 429) return texts.too_often;
  if (answer.code === "pairing-used") return texts.used_pairing;
  return answer.code === "pairing-expired" ? texts.old_pairing : texts.not_paired;
}

/**
 * Say over the picture of the camera how it is; nothing while all is well.
 * @param {string} state
 * @param {(name: string) => HTMLElement} part
 * @param {Record<string, any>} results
 */
export function showCamera(state, part, results) {
  /** @type {Record<string, string>} */
  const notes = {
    denied: results.camera_denied.line,
    none: results.camera_denied.word,
    lost: results.camera_lost.line,
    failed: results.decoder_failed.line,
  };
  const text = notes[state] ?? "";
  part("view-note").textContent = text;
  part("view-note").hidden = !text;
  part("view").dataset.camera = state;
}

/**
 * Offer the light and the other lenses of a camera that was opened.
 * @param {import("./camera.js").Camera} camera
 * @param {(name: string) => HTMLElement} part
 */
export async function showTools(camera, part) {
  part("torch").hidden = !camera.hasLight;
  part("torch").setAttribute("aria-pressed", "false");
  part("lens").hidden = (await camera.lenses()).length < 2;
}

/**
 * Offer what the organizer lets this gate do for people without a ticket.
 * @param {{ search?: boolean, walk_in: boolean }} gate
 * @param {(name: string) => HTMLElement} part
 * @param {Record<string, string>} texts
 */
export function showFind({ search, walk_in }, part, texts) {
  part("find").hidden = search === false && !walk_in;
  part("find").textContent = search === false ? texts.walk_in : texts.find;
}

/**
 * Show how many are inside and how many came in here.
 * @param {{ inside: number | null, admitted: number, capacity: number | null, own: number }} figures
 * @param {(name: string) => HTMLElement} part
 * @param {Record<string, string>} texts
 */
export function showFigures({ inside, admitted, capacity, own }, part, texts) {
  const count = (inside ?? admitted).toLocaleString("en");
  part("inside-caption").textContent = inside === null ? texts.admitted : texts.inside;
  part("inside").textContent = capacity ? `${count} / ${capacity.toLocaleString("en")}` : count;
  part("own").textContent = own.toLocaleString("en");
}

/**
 * Return how long a verdict stays, milliseconds; what is on the screen says whether it is plain.
 * @param {string} result
 * @param {boolean} isKiosk
 */
export function shownFor(result, isKiosk) {
  if (result === "need_answer") return ASK_SHOWN_MS;
  if (isKiosk) return KIOSK_SHOWN_MS;
  const { ground, extra } = document.body.dataset;
  return ground === "admit" && !extra ? ADMIT_SHOWN_MS : OTHER_SHOWN_MS;
}

/** Give the page the whole screen. */
export function fillScreen() {
  if (document.fullscreenElement) return;
  void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

/** Keep the screen on. */
export async function keepAwake() {
  try {
    lock ??= await navigator.wakeLock?.request("screen");
    lock?.addEventListener("release", () => (lock = undefined));
  } catch {
    lock = undefined; // low battery: the phone decides
  }
}
