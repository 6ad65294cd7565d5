// @ts-check
/** One's own programme: the marked shows, or those behind the # of a shared link. */

import { keep, kept } from "./favourites.js";
import { calendar as subscribed, subscribe, unsubscribe } from "./own-calendar.js";

const page = document.querySelector("[data-my-programme]");

/** @returns {number[]} Numbers behind the #, none when it is one's own page. */
function shared() {
  const text = new URLSearchParams(location.hash.slice(1)).get("s") ?? "";
  return text.split(".").map(Number).filter((number) => Number.isInteger(number) && number > 0);
}

/** @param {Iterable<number>} numbers */
function linkOf(numbers) {
  return `${location.origin}${location.pathname}#s=${[...numbers].sort((a, b) => a - b).join(".")}`;
}

/**
 * @param {HTMLElement[]} rows By start.
 * @param {Record<string, number>} ways Minutes by both venues in alphabetical order.
 */
export function hints(rows, ways) {
  const walk = (/** @type {HTMLElement} */ a, /** @type {HTMLElement} */ b) =>
    ways[[a.dataset.venue, b.dataset.venue].sort().join(" ")] ?? 0;
  /** @type {Map<HTMLElement, {kind: "overlap" | "walk", other: HTMLElement, minutes: number}>} */
  const found = new Map();
  const on = rows.filter((row) => row.dataset.off !== "1");
  for (const [index, row] of on.entries()) {
    for (const earlier of on.slice(0, index)) {
      const gap = Math.floor((Number(row.dataset.from) - Number(earlier.dataset.to)) / 60);
      if (gap < 0) found.set(row, { kind: "overlap", other: earlier, minutes: gap });
      else if (gap < walk(row, earlier) && !found.has(row))
        found.set(row, { kind: "walk", other: earlier, minutes: gap });
    }
  }
  return found;
}

const titleOf = (/** @type {Element} */ row) => row.querySelector("h3")?.textContent?.trim() ?? "";

/** @param {HTMLElement} root */
async function drawCode(root, /** @type {string} */ link) {
  const place = root.querySelector("[data-code]");
  const source = document.querySelector("script[data-qr]");
  if (!(place instanceof HTMLElement) || !(source instanceof HTMLElement) || !source.dataset.qr) return;
  try {
    const { default: qrcode } = await import(source.dataset.qr);
    const code = qrcode(0, "M");
    code.addData(link);
    code.make();
    const size = code.getModuleCount();
    let path = "";
    for (let y = 0; y < size; y += 1)
      for (let x = 0; x < size; x += 1) if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
    place.innerHTML = `<svg role="img" viewBox="0 0 ${size + 8} ${size + 8}" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="${path}"/></svg>`;
    place.hidden = false;
  } catch {
    place.hidden = true; // too many shows for one code: the link still works
  }
}

/** @param {HTMLElement} root */
function show(root) {
  const others = shared();
  const mine = kept();
  const wanted = others.length ? new Set(others) : mine;
  /** @type {HTMLElement[]} */
  const rows = [];
  for (const row of root.querySelectorAll("[data-list] [data-no]")) {
    if (!(row instanceof HTMLElement)) continue;
    row.hidden = !wanted.has(Number(row.dataset.no));
    if (!row.hidden) rows.push(row);
  }
  rows.sort((a, b) => Number(a.dataset.from) - Number(b.dataset.from));
  const clashes = hints(rows, JSON.parse(root.dataset.ways ?? "{}"));
  for (const row of rows) {
    const place = row.querySelector("[data-hint]");
    if (!(place instanceof HTMLElement)) continue;
    const clash = clashes.get(row);
    place.hidden = !clash;
    if (!clash) continue;
    const text = (clash.kind === "overlap" ? root.dataset.overlap : root.dataset.walk) ?? "";
    place.textContent = text.replace("{title}", titleOf(clash.other)).replace("{minutes}", String(clash.minutes));
  }
  for (const day of root.querySelectorAll("[data-day]")) {
    if (day instanceof HTMLElement) day.hidden = !day.querySelector("[data-no]:not([hidden])");
  }
  const part = (/** @type {string} */ name, /** @type {boolean} */ isShown) => {
    const place = root.querySelector(name);
    if (place instanceof HTMLElement) place.hidden = !isShown;
  };
  part("[data-list]", rows.length > 0);
  part("[data-tools]", rows.length > 0);
  part("[data-none]", rows.length === 0);
  part("[data-adopt]", others.some((number) => !mine.has(number)));
  const title = root.querySelector("h1[data-title]");
  if (title instanceof HTMLElement) {
    title.dataset.own ??= title.textContent ?? "";
    title.textContent = (others.length ? title.dataset.title : title.dataset.own) ?? "";
  }
  showFeed(root);
  if (rows.length) void drawCode(root, linkOf(wanted));
}

/** @param {HTMLElement} root */
function showFeed(root) {
  const mine = subscribed();
  const place = root.querySelector("[data-feed]");
  const button = root.querySelector("[data-subscribe]");
  if (!(place instanceof HTMLElement) || !(button instanceof HTMLElement)) return;
  place.hidden = !mine;
  button.hidden = mine !== null || shared().length > 0;
  const address = place.querySelector("[data-feed-address]");
  const link = place.querySelector("[data-feed-link]");
  if (!mine || !(address instanceof HTMLInputElement) || !(link instanceof HTMLAnchorElement)) return;
  address.value = mine.url;
  link.href = mine.url.replace(/^https?:/, "webcal:");
}

/**
 * @param {HTMLElement} root
 * @param {() => Promise<void>} act
 * @param {string} [word] What to say when it is done.
 */
async function withFeed(root, act, word) {
  const said = root.querySelector("[data-feed-said]");
  if (!(said instanceof HTMLElement)) return;
  try {
    await act();
    said.textContent = (word && said.dataset[word]) ?? "";
  } catch {
    said.textContent = said.dataset.failed ?? "";
  }
  showFeed(root);
}

/** Take the marked shows out of the calendar of all shows, here: the server hears of none. */
async function calendar(/** @type {HTMLElement} */ root) {
  const answer = await fetch(root.dataset.ics ?? "", { credentials: "omit" });
  const text = await answer.text();
  const guids = new Set(
    [...root.querySelectorAll("[data-list] [data-guid]:not([hidden])")].map((row) =>
      row instanceof HTMLElement ? row.dataset.guid : "",
    ),
  );
  const part = /BEGIN:VEVENT\r\n[\s\S]*?END:VEVENT\r\n/g;
  const only = text.replace(part, (entry) => {
    const uid = /\r\nUID:perf-([0-9a-f-]{36})@/.exec(entry.replace(/\r\n[ \t]/g, ""));
    return uid && guids.has(uid[1]) ? entry : "";
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([only], { type: "text/calendar" }));
  link.download = "programme.ics";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {HTMLElement} root */
function mountMine(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    const others = shared();
    if (button.matches("[data-copy]")) {
      await navigator.clipboard?.writeText(linkOf(others.length ? others : kept()));
      button.textContent = root.dataset.copied ?? "";
    } else if (button.matches("[data-print]")) print();
    else if (button.matches("[data-calendar]")) await calendar(root);
    else if (button.matches("[data-subscribe]")) await withFeed(root, () => subscribe(kept()));
    else if (button.matches("[data-feed-stop]")) await withFeed(root, unsubscribe, "gone");
    else if (button.matches("[data-feed-copy]")) {
      await navigator.clipboard?.writeText(subscribed()?.url ?? "");
      button.textContent = root.dataset.copied ?? "";
    }
    else if (button.matches("[data-adopt]")) {
      keep(new Set([...kept(), ...others]));
      history.replaceState(null, "", location.pathname + location.search);
      show(root);
    }
  });
  for (const name of ["programme:kept", "programme:new"]) {
    document.addEventListener(name, () => {
      const now = document.querySelector("[data-my-programme]");
      if (now instanceof HTMLElement) show(now);
    });
  }
  window.addEventListener("hashchange", () => show(root));
  show(root);
}

if (page instanceof HTMLElement) mountMine(page);
