// @ts-nocheck - a service worker: its globals are not those of a page
/* Opens a ticket without a network: the copy that its own page kept, of this link and no other. */
"use strict";

const CACHE = "tickets"; // filled by js/registration/ticket.js
const WAIT_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (/^\/t\/[^/]+$/.test(url.pathname)) event.respondWith(page(event.request, url.pathname));
  } else if (!url.pathname.startsWith("/t/")) event.respondWith(file(event.request));
});

/* A link that has died takes its copy with it. */
async function page(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.status === 404 || answer.status === 410) await cache.delete(path);
    return answer;
  } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}

/* Addresses with a content hash never change; others come from the network while there is one. */
async function file(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && new URL(request.url).searchParams.has("v")) return kept;
  return fetch(request).catch((error) => {
    if (kept) return kept;
    throw error;
  });
}
