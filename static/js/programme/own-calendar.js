// @ts-check
/**
 * A calendar of one's own shows that follows the marks of this browser.
 *
 * Only once somebody has subscribed does a mark leave the browser: the numbers of the shows, with
 * the key that this browser keeps. The address that a calendar program has can only read.
 */

const reader = document.querySelector("[data-reader]");
const words = reader instanceof HTMLElement ? reader.dataset : {};
const KEY = `eventhub:calendar:${words.event ?? ""}`;
const WAIT_MS = 800; // several marks in a row are one change

/** @typedef {{url: string, key: string, sent: string}} Calendar */

/** @returns {Calendar | null} */
export function calendar() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return found && typeof found.key === "string" && typeof found.url === "string" ? found : null;
  } catch {
    return null;
  }
}

/** @param {Iterable<number>} numbers */
const told = (numbers) => JSON.stringify([...numbers].sort((a, b) => a - b));

/**
 * @param {string} path
 * @param {object} data
 */
async function post(path, data) {
  const answer = await fetch(`${words.calendars}${path}`, {
    method: "POST",
    credentials: "omit",
    keepalive: true,
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(data),
  });
  return answer;
}

/** @param {Set<number>} numbers */
export async function subscribe(numbers) {
  const answer = await post("", { performances: [...numbers] });
  if (!answer.ok) throw new Error(String(answer.status));
  const made = await answer.json();
  localStorage.setItem(KEY, JSON.stringify({ url: made.url, key: made.key, sent: told(numbers) }));
}

export async function unsubscribe() {
  const mine = calendar();
  if (!mine) return;
  const answer = await post("/revoke", { key: mine.key });
  if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
  localStorage.removeItem(KEY);
}

let timer = 0;

/** @param {Set<number>} numbers The marks as they are now; what was not sent is sent once more. */
export function follow(numbers) {
  const mine = calendar();
  const now = told(numbers);
  clearTimeout(timer);
  if (!mine || mine.sent === now) return;
  timer = window.setTimeout(async () => {
    try {
      const answer = await post("/change", { key: mine.key, performances: JSON.parse(now) });
      if (answer.ok) localStorage.setItem(KEY, JSON.stringify({ ...mine, sent: now }));
      else if (answer.status === 404) localStorage.removeItem(KEY);
    } catch {
      // no network: the next page that is opened sends it
    }
  }, WAIT_MS);
}
