// @ts-check
/**
 * Keeps a programme page right while it is open: asks every ten seconds what has been said,
 * takes the page anew when something has changed, says how old it is without a network, and
 * lets a service worker keep it. The page is complete without this.
 */

const POLL_MS = 10_000;
const HIDDEN_MS = 60_000;
const MINUTE_MS = 60_000;

/** @param {HTMLElement} root */
function mountReader(root) {
  const nowUrl = root.dataset.nowUrl ?? "";
  const seenKey = `eventhub:seen:${root.dataset.event ?? "screen"}`;
  let etag = "";
  let takenAt = Date.now();

  const stamp = (/** @type {number} */ ms) => {
    const at = new Date(ms); // on the clock of whoever reads, written as the page writes times
    const [month, day, hour, minute] = [at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes()].map((one) =>
      String(one).padStart(2, "0"),
    );
    return `${month}-${day} ${hour}:${minute}`;
  };

  const isOnline = () => {
    const at = Date.now();
    localStorage.setItem(seenKey, String(at));
    const stale = root.querySelector("[data-stale]");
    if (stale instanceof HTMLElement) stale.hidden = true;
    const checked = root.querySelector("[data-checked-at]");
    if (checked) checked.textContent = ` · ${root.dataset.checked} ${stamp(at)}`;
  };

  const isOffline = () => {
    const stale = root.querySelector("[data-stale]");
    if (!(stale instanceof HTMLElement)) return;
    const seen = Number(localStorage.getItem(seenKey));
    const mark = stale.querySelector("[data-stale-at]");
    if (mark) mark.textContent = seen ? stamp(seen) : "–";
    stale.hidden = false;
  };

  const takeAnew = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main");
    const old = document.querySelector("main");
    const isBusy = old?.contains(document.activeElement) && document.activeElement !== old;
    if (!main || !old || isBusy) return;
    for (const open of old.querySelectorAll("details[open]")) {
      const same = main.querySelector(`details.${open.className}`);
      if (same) same.setAttribute("open", "");
    }
    const reader = main.querySelector("[data-reader]");
    if (reader) reader.replaceWith(root);
    old.replaceChildren(...main.childNodes);
    const clock = document.querySelector(".screen-clock");
    const time = page.querySelector(".screen-clock");
    if (clock && time) clock.textContent = time.textContent;
    takenAt = Date.now();
    document.dispatchEvent(new CustomEvent("programme:new"));
  };

  const ask = async () => {
    try {
      const answer = await fetch(nowUrl, {
        cache: "no-store",
        credentials: "omit",
        headers: etag ? { "If-None-Match": etag } : {},
      });
      if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
      const isNew = etag !== "" && answer.status === 200;
      etag = answer.headers.get("ETag") ?? etag;
      isOnline();
      if (isNew || Date.now() - takenAt >= MINUTE_MS) await takeAnew();
    } catch {
      isOffline();
    }
    const wait = document.hidden && !root.dataset.constant ? HIDDEN_MS : POLL_MS;
    setTimeout(ask, wait);
  };
  void ask();

  if (root.dataset.sw) {
    void navigator.serviceWorker?.register(root.dataset.sw, { scope: root.dataset.home }).catch(() => undefined);
  }
}

/** Adds the reader's own zone to the choice of zones, and the time in it to a show. */
function mountZones() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const select of document.querySelectorAll("select[data-zones]")) {
    if (!(select instanceof HTMLSelectElement) || !own) continue;
    const texts = [...select.options].map((option) => option.textContent?.replaceAll(" ", "_"));
    if (!texts.includes(own)) select.add(new Option(own.replaceAll("_", " "), own));
  }
  const word = document.querySelector("[data-zone-word]");
  for (const place of document.querySelectorAll("[data-own-time]")) {
    if (!(place instanceof HTMLElement) || place.dataset.zone === own) continue;
    const at = new Date(place.dataset.ownTime ?? "");
    const text = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    place.textContent = `${text} ${word instanceof HTMLElement ? word.dataset.zoneWord : ""} (${own})`;
    place.hidden = false;
  }
}

const root = document.querySelector("[data-reader]");
if (root instanceof HTMLElement) mountReader(root);
mountZones();
document.addEventListener("programme:new", mountZones);
