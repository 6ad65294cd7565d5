// @ts-check
/** Stars at shows, kept in this browser alone; only a calendar that somebody subscribed to follows. */

import { follow } from "./own-calendar.js";

const STAR =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3l2.7 5.8 6.3.8-4.6 4.4 1.2 6.3-5.6-3.1-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z"/></svg>';

const reader = document.querySelector("[data-reader]");
const words = reader instanceof HTMLElement ? reader.dataset : {};
const KEY = `eventhub:programme:${words.event ?? ""}`;

/** @returns {Set<number>} */
export function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(found) ? found.filter(Number.isInteger) : []);
  } catch {
    return new Set();
  }
}

/** @param {Set<number>} numbers */
export function keep(numbers) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...numbers].sort((a, b) => a - b)));
  } catch {
    // a full or forbidden store: the star stays as it was
  }
  paint();
  follow(kept());
  document.dispatchEvent(new CustomEvent("programme:kept"));
}

function paint() {
  const mine = kept();
  for (const star of document.querySelectorAll("button.star")) {
    if (!(star instanceof HTMLElement)) continue;
    const isMine = mine.has(Number(star.dataset.star));
    star.setAttribute("aria-pressed", String(isMine));
    const text = (isMine ? words.drop : words.keep) ?? "";
    star.setAttribute("aria-label", `${text}: ${star.dataset.title}`);
    const label = star.querySelector("span");
    if (label) label.textContent = text;
  }
  for (const place of document.querySelectorAll("[data-fav-count]")) {
    place.textContent = mine.size ? String(mine.size) : "";
  }
}

function mountStars() {
  for (const place of document.querySelectorAll("[data-no]")) {
    if (!(place instanceof HTMLElement) || place.querySelector(":scope > button.star")) continue;
    const star = document.createElement("button");
    star.type = "button";
    star.className = "star";
    star.dataset.star = place.dataset.no;
    star.dataset.title = place.querySelector("h1, h3, .block-title")?.textContent?.trim() ?? "";
    star.innerHTML = STAR;
    if (place.dataset.star === "text") star.append(document.createElement("span"));
    place.append(star);
  }
  paint();
}

document.addEventListener("click", (event) => {
  const star = event.target instanceof Element ? event.target.closest("button.star") : null;
  if (!(star instanceof HTMLElement)) return;
  const mine = kept();
  const number = Number(star.dataset.star);
  if (!mine.delete(number)) mine.add(number);
  keep(mine);
});

window.addEventListener("storage", (event) => event.key === KEY && paint());
document.addEventListener("programme:new", mountStars);
mountStars();
follow(kept());
