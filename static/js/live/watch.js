// @ts-check
/**
 * Counts that somebody watches: a play after five seconds, then a beat now and then.
 *
 * The page wakes every period while it plays and sends with probability 2 ** -k,
 * so that the number of beats stays the same however many watch. Nothing is
 * stored; the name of the page load is random and lives in memory only.
 */

const PLAYED_MS = 5_000;
const POLICY_EVERY_MS = 60_000;
const RETRY_MS = 15_000;
const PATIENCE_MS = 10_000;
const LETTERS = "0123456789abcdefghijklmnopqrstuv";

/** @returns {string} 16 random characters. */
export function pageName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => LETTERS[byte % 32]).join("");
}

/**
 * @param {number} k
 * @param {number} random From 0 up to 1.
 * @returns {boolean} Whether this beat is one of those that are sent.
 */
export function isSent(k, random) {
  return random < 2 ** -k;
}

/** @param {HTMLVideoElement} video */
function mountWatch(video) {
  const { stream = "", beat = "", policy = "", period = "15" } = video.dataset;
  const sid = pageName();
  let k = 0;
  let isJoined = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let joinTimer;

  /** @param {Record<string, string>} more */
  function send(more) {
    const query = new URLSearchParams({ v: "1", k: String(k), ...more });
    fetch(`${beat}?s=${stream}&${query}`, { keepalive: true, credentials: "omit", cache: "no-store" }).catch(() => {});
  }

  async function readPolicy() {
    try {
      const answer = await fetch(policy, { credentials: "omit" });
      const found = Number.parseInt(await answer.text(), 10);
      if (answer.ok && found >= 0 && found <= 20) k = found;
    } catch {
      // The last k goes on; each beat carries its own.
    }
  }

  function isPlaying() {
    return !video.paused && !video.ended && video.readyState >= 2;
  }

  function join() {
    if (isJoined || !isPlaying()) return;
    isJoined = true;
    send({ e: "j", i: sid });
  }

  function tick() {
    if (isPlaying() && isSent(k, Math.random())) send({ e: "b" });
  }

  video.addEventListener("playing", () => {
    clearTimeout(joinTimer);
    joinTimer = setTimeout(join, PLAYED_MS);
  });
  /** @param {string} name Of the panel in the place of the picture; "" for the picture. */
  function show(name) {
    video.hidden = name !== "";
    for (const one of ["unplayable", "silent", "over"]) {
      document.querySelector(`[data-${one}]`)?.toggleAttribute("hidden", one !== name);
    }
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silentTimer;
  let isWanted = false;

  /** Ask for the picture again, as long as somebody waits for it. */
  function retry() {
    if (!isWanted) return;
    video.load();
    video.play().catch(() => {});
  }

  function lose() {
    show("silent");
    clearTimeout(silentTimer);
    silentTimer = setTimeout(retry, RETRY_MS);
  }

  if (!video.canPlayType("application/vnd.apple.mpegurl")) show("unplayable");
  video.addEventListener("play", () => (isWanted = true));
  video.addEventListener("pause", () => (isWanted = video.hidden && isWanted));
  video.addEventListener("playing", () => {
    clearTimeout(silentTimer);
    show("");
  });
  video.addEventListener("waiting", () => {
    clearTimeout(silentTimer);
    silentTimer = setTimeout(lose, PATIENCE_MS);
  });
  video.addEventListener("ended", () => {
    clearTimeout(silentTimer);
    isWanted = false;
    show("over");
  });
  video.addEventListener("error", lose);
  video.querySelector("source")?.addEventListener("error", lose);
  document.querySelector("[data-again]")?.addEventListener("click", () => {
    video.currentTime = 0;
    show("");
    video.play().catch(() => {});
  });
  readPolicy();
  setInterval(readPolicy, POLICY_EVERY_MS);
  const periodMs = Number(period) * 1000;
  setTimeout(() => {
    tick();
    setInterval(tick, periodMs);
  }, Math.random() * periodMs);
}

for (const video of document.querySelectorAll("[data-watch]")) {
  mountWatch(/** @type {HTMLVideoElement} */ (video));
}
