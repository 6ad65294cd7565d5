// @ts-check
/** Counting by hand: counts first on the phone, then at the server, by quarter of an hour. */

const QUARTER_MS = 15 * 60_000;
const SAVE_AFTER_MS = 1_000;
const RETRY_MS = 5_000;
const STORE = "eventhub-tally";

/** @typedef {{post: string, start: string, entered: number, left: number, seq: number}} Count */

/**
 * @param {number} ms
 * @returns {number} Begin of the quarter of an hour that `ms` lies in.
 */
export function quarterOf(ms) {
  return Math.floor(ms / QUARTER_MS) * QUARTER_MS;
}

/** @param {HTMLFormElement} form */
function mountClicker(form) {
  const state = form.querySelector("[data-state]");
  const span = form.querySelector("[data-span]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isSending = false;

  /** @param {string} name */
  function input(name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  }

  /** @returns {Record<string, Count>} */
  function kept() {
    try {
      return JSON.parse(localStorage.getItem(STORE) ?? "{}");
    } catch {
      return {};
    }
  }

  /** @param {Record<string, Count>} counts */
  function keep(counts) {
    localStorage.setItem(STORE, JSON.stringify(counts));
  }

  /** @param {string} text */
  function say(text) {
    if (state && state.textContent !== text) state.textContent = text;
  }

  function note() {
    const [post, start] = [input("post").value, input("start").value];
    const counts = kept();
    counts[`${post} ${start}`] = {
      post,
      start,
      entered: Number(input("entered").value) || 0,
      left: Number(input("left").value) || 0,
      seq: Date.now(),
    };
    keep(counts);
    clearTimeout(timer);
    timer = setTimeout(send, SAVE_AFTER_MS);
  }

  async function send() {
    clearTimeout(timer);
    if (isSending) return;
    const waiting = Object.entries(kept());
    if (!waiting.length) return;
    isSending = true;
    try {
      for (const [key, count] of waiting) {
        const body = new FormData(form);
        for (const [name, value] of Object.entries(count)) body.set(name, String(value));
        const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
        if (answer.type !== "opaqueredirect" && answer.status !== 409) throw new Error("refused");
        const now = kept();
        if (now[key]?.seq === count.seq) delete now[key];
        keep(now);
      }
      say(form.dataset.saved ?? "");
    } catch {
      say(form.dataset.offline ?? "");
    }
    isSending = false;
    if (Object.keys(kept()).length) timer = setTimeout(send, RETRY_MS);
  }

  /**
   * @param {string} name
   * @param {number} step
   */
  function count(name, step) {
    turn();
    const field = input(name);
    field.value = String(Math.max(0, (Number(field.value) || 0) + step));
    note();
  }

  /** Begin a new quarter of an hour when the old one is over. */
  function turn() {
    const start = quarterOf(Date.now());
    const shown = Date.parse(input("start").value);
    if (start <= shown) return;
    input("start").value = new Date(start).toISOString();
    input("entered").value = input("left").value = "0";
    const time = (/** @type {number} */ ms) =>
      new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    if (span) span.textContent = `${time(start)}–${time(start + QUARTER_MS)}`;
  }

  for (const button of form.querySelectorAll("[data-add], [data-take]")) {
    const data = /** @type {HTMLElement} */ (button).dataset;
    button.removeAttribute("hidden");
    button.addEventListener("click", () => count(data.add ?? data.take ?? "", data.add ? 1 : -1));
  }
  form.querySelector("[data-no-script]")?.remove();
  form.addEventListener("change", note);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    note();
  });
  const mine = kept()[`${input("post").value} ${input("start").value}`];
  if (mine) {
    input("entered").value = String(mine.entered);
    input("left").value = String(mine.left);
  }
  setInterval(turn, RETRY_MS);
  addEventListener("online", send);
  send();
}

for (const form of document.querySelectorAll("[data-clicker]")) {
  mountClicker(/** @type {HTMLFormElement} */ (form));
}
