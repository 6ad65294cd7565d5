// @ts-nocheck - a service worker: its globals are not those of a page
/* Opens the programme without a network: the newest copy of each page that was read. */
"use strict";

const FILES = {{ files|tojson }};
const FILE_CACHE = "programme-files-{{ version }}";
const PAGE_CACHE = {{ ("programme-pages-" ~ home)|tojson }};
const HOME = {{ home|tojson }};
const WAIT_MS = 4000;
const MOST_PAGES = 120;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILE_CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("programme-files-") && name !== FILE_CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (isPage(url) && (event.request.mode === "navigate" || url.pathname.endsWith("schedule.json")))
    event.respondWith(page(event.request));
});

/* The programme alone: forms, tickets and the console always ask the server. */
function isPage(url) {
  const rest = url.pathname.slice(HOME.length);
  return (
    url.pathname.startsWith(HOME) && (rest === "" || /^(programme|shows\/[^.]+$|changes$|schedule\.json$)/.test(rest))
  );
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(request) {
  const cache = await caches.open(PAGE_CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.ok) {
      await cache.put(request, answer.clone());
      await trim(cache);
    }
    return answer;
  } catch (error) {
    const kept = (await cache.match(request)) ?? (await cache.match(request, { ignoreSearch: true }));
    if (kept) return kept;
    throw error;
  }
}

async function trim(cache) {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_PAGES)).map((key) => cache.delete(key)));
}
