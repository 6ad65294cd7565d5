// @ts-check
/**
 * The ticket page: draws codes that change, keeps itself for when there is no network, says then
 * how old it is, and takes itself anew once the server knows better.
 */

import { STEP_MS, rotatingCode } from "./rotating.js";

const OFFSET = "eventhub:clock-offset"; // of the server's clock against this one, ms
const CACHE = "tickets";
const MOST_KEPT = 60; // pages and their files
const AGAIN_MS = 20_000;
const PATIENCE_MS = 1500; // for the server's time, before a code is shown by the clock of the phone
const SLOWEST_MS = 4000; // a slower answer says too little about the time
const QUIET = 4; // modules of white around a code
const SVG = "http://www.w3.org/2000/svg";

/** @param {HTMLElement} root */
function mountTicket(root) {
  const kept = root.querySelector("[data-kept]");
  const remembered = recall(OFFSET);
  let offset = Number(remembered) || 0;
  let isBegun = false;

  // a code by a clock that may be wrong is refused at the gate: rather none for a moment
  const begin = () => {
    if (!isBegun) redrawAll();
    isBegun = true;
  };

  const ask = () => answered().finally(begin);

  const answered = async () => {
    const sent = Date.now();
    const answer = await fetch(root.dataset.state ?? "", { cache: "no-store" }).catch(() => null);
    if (kept instanceof HTMLElement) kept.hidden = answer !== null;
    if (answer === null) {
      setTimeout(ask, AGAIN_MS);
      return;
    }
    if (answer.status === 404 || answer.status === 410) {
      await (await caches.open(CACHE)).delete(location.pathname); // the link is dead
      location.reload();
      return;
    }
    if (!answer.ok) return;
    const { now, version } = await answer.json();
    const took = Date.now() - sent;
    if (took < SLOWEST_MS) {
      offset = Math.round(now + took / 2 - Date.now());
      note(OFFSET, String(offset));
      if (isBegun) redrawAll();
    }
    if (version !== root.dataset.version) location.reload();
  };

  const places = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-rotating]"));
  const redraws = [...places].map((place) => mountCode(place, root.dataset.encoder ?? "", () => Date.now() + offset));
  // without a safe context there are no keys: what the page says instead then stays
  const canDraw = Boolean(globalThis.crypto?.subtle);
  const redrawAll = () => canDraw && redraws.forEach((redraw) => redraw());
  addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void ask();
  });
  if (remembered !== null) {
    begin();
  } else {
    setTimeout(begin, PATIENCE_MS);
    for (const place of canDraw ? places : []) {
      const instead = place.querySelector(".tag-instead");
      if (instead) instead.textContent = place.dataset.wait ?? "";
    }
  }
  void ask();
  void keep(root.dataset.worker ?? "");
}

/**
 * @param {HTMLElement} place
 * @param {string} encoder address of the module that draws QR codes
 * @param {() => number} now time of the server, ms
 * @returns {() => void} what draws anew when the time is known better
 */
function mountCode(place, encoder, now) {
  const facts = JSON.parse(place.dataset.rotating ?? "{}");
  const hint = place.nextElementSibling;
  let shown = "";
  let next = 0;
  let drawing = 0;

  const say = (/** @type {string} */ words) => {
    const text = document.createElement("p");
    text.className = "tag-instead";
    text.textContent = words;
    place.replaceChildren(text);
    if (hint instanceof HTMLElement) hint.hidden = true;
  };

  const draw = async () => {
    drawing += 1;
    const mine = drawing;
    const [code, { qrcode }] = await Promise.all([rotatingCode(facts, now()), import(encoder)]);
    if (mine !== drawing) return; // the time is known better by now
    if (code === null) {
      shown = "";
      say(place.dataset.none ?? "");
    } else if (code !== shown) {
      place.replaceChildren(picture(qrcode, code, place.dataset.label ?? ""));
      place.dataset.code = code;
      if (hint instanceof HTMLElement) hint.hidden = false;
      shown = code;
    }
    clearTimeout(next);
    next = setTimeout(redraw, STEP_MS - (((now() % STEP_MS) + STEP_MS) % STEP_MS) + 20);
  };

  const redraw = () => void draw().catch((error) => console.error(error));
  return redraw;
}

/**
 * @param {(version: number, level: string) => any} qrcode
 * @param {string} code
 * @param {string} label
 */
function picture(qrcode, code, label) {
  const drawn = qrcode(2, "M");
  drawn.addData(code, "Alphanumeric");
  drawn.make();
  const modules = drawn.getModuleCount();
  const size = modules + 2 * QUIET;
  let path = "";
  for (let y = 0; y < modules; y += 1) {
    for (let x = 0; x < modules; x += 1) if (drawn.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  const svg = document.createElementNS(SVG, "svg");
  const given = { class: "qr", viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges", role: "img" };
  for (const [name, value] of Object.entries({ ...given, "aria-label": label })) svg.setAttribute(name, value);
  for (const [fill, d] of [
    ["#fff", `M0 0h${size}v${size}H0z`],
    ["#000", path],
  ]) {
    const part = document.createElementNS(SVG, "path");
    part.setAttribute("fill", fill);
    part.setAttribute("d", d);
    svg.append(part);
  }
  return svg;
}

/**
 * Keep this page and its files; the service worker shows them when there is no network.
 * @param {string} worker
 */
async function keep(worker) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(worker, { scope: "/t/" });
  const cache = await caches.open(CACHE);
  const files = [...document.querySelectorAll("link[rel~=stylesheet], link[rel~=icon], script[src]")].map((one) =>
    one instanceof HTMLLinkElement ? one.href : /** @type {HTMLScriptElement} */ (one).src,
  );
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const own = new Set([...files, ...loaded].filter((url) => isFile(new URL(url))));
  await cache.add(location.pathname);
  await Promise.all([...own].map(async (url) => (await cache.match(url)) ?? cache.add(url).catch(() => undefined)));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_KEPT)).map((key) => cache.delete(key)));
  document.documentElement.dataset.isKept = "yes";
}

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // the browser keeps nothing
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function note(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // the browser keeps nothing: the server is asked again each time
  }
}

/** @param {URL} url */
function isFile(url) {
  return url.origin === location.origin && !url.pathname.startsWith("/t/");
}

const root = document.querySelector("[data-ticket]");
if (root instanceof HTMLElement) mountTicket(root);
