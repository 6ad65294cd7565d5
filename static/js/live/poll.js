// @ts-check
/** Polls a JSON address: quickly while somebody looks, seldom while nobody does. */

const ACTIVE_MS = 2_000;
const IDLE_MS = 15_000;
const HIDDEN_MS = 60_000;
const IDLE_AFTER_MS = 60_000;
const LONGEST_MS = 120_000;

/**
 * @param {{isHidden: boolean, quietMs: number, failures: number}} state
 * @returns {number} Milliseconds until the next request.
 */
export function delayMs({ isHidden, quietMs, failures }) {
  const usual = isHidden ? HIDDEN_MS : quietMs < IDLE_AFTER_MS ? ACTIVE_MS : IDLE_MS;
  return Math.min(LONGEST_MS, usual * 2 ** Math.min(failures, 8));
}

/**
 * Ask `url` again and again; an answer that has not changed (304) is not reported.
 *
 * @param {string} url
 * @param {(data: any) => void} onData Called with each new answer.
 * @param {{isConstant?: boolean}} [how] `isConstant`: a screen that nobody touches stays quick.
 */
export function startPolling(url, onData, { isConstant = false } = {}) {
  let etag = "";
  let failures = 0;
  let touchedAt = Date.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function ask() {
    try {
      const headers = etag ? { "If-None-Match": etag } : undefined;
      const answer = await fetch(url, { headers, cache: "no-store", credentials: "omit" });
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(String(answer.status));
        etag = answer.headers.get("ETag") ?? "";
        onData(await answer.json());
      }
      failures = 0;
    } catch {
      failures += 1;
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const quietMs = isConstant ? 0 : Date.now() - touchedAt;
    timer = setTimeout(ask, delayMs({ isHidden: document.hidden, quietMs, failures }));
  }

  function touched() {
    const wasIdle = Date.now() - touchedAt >= IDLE_AFTER_MS;
    touchedAt = Date.now();
    if (wasIdle) plan();
  }

  for (const kind of ["pointerdown", "keydown", "scroll", "pointermove"]) {
    addEventListener(kind, touched, { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    touchedAt = Date.now();
    plan();
  });
  plan();
}
