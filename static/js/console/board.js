// @ts-check
/** Keeps the parts of a board fresh that nobody types into; without a script the page is reloaded by hand. */

const EVERY_MS = 3000;

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const name = part.getAttribute("data-fresh");
    const fresh = page.querySelector(`[data-fresh="${name}"]`);
    const isUsed = part.contains(document.activeElement) && document.activeElement !== document.body;
    if (fresh && !isUsed && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
}

async function round() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(round, EVERY_MS);
}

setTimeout(round, EVERY_MS);
