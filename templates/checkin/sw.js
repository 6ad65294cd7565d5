// @ts-nocheck - a service worker: its globals are not those of a page
/* Opens the scanner without a network. Answers of the API are never kept. */
"use strict";

const FILES = {{ files|safe }};
const CACHE = "gate-{{ version }}";
const HOME = "/gate/";
const LANG = "/gate/lang"; // where the last chosen language is noted

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES.map((url) => new Request(url, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === HOME) event.respondWith(page(event.request, url));
  else if (url.pathname.startsWith("/static/") || ["/gate/worker.js", "/gate/manifest.webmanifest"].includes(url.pathname)) {
    event.respondWith(file(event.request));
  }
});

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

/* Pages come from the cache like their modules: one version at a time, whatever the server has by now. */
async function page(request, url) {
  const cache = await caches.open(CACHE);
  const asked = url.searchParams.get("lang");
  if (asked) await cache.put(LANG, new Response(asked));
  const noted = asked ?? (await (await cache.match(LANG))?.text());
  const wanted = noted ?? (self.navigator.language.startsWith("zh") ? "zh" : "en");
  return (await cache.match(`${HOME}?lang=${wanted}`)) ?? fetch(request);
}
