// @ts-check
/** Keeps the figures of the live page and their ages current. */

import { startPolling } from "./poll.js";

const SPEAK_EVERY_MS = 60_000;
const AGE_EVERY_MS = 5_000;

/** @param {HTMLElement} page */
function mountLive(page) {
  const lang = document.documentElement.lang;
  const numbers = new Intl.NumberFormat("en-US");
  const ages = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
  const spoken = page.querySelector("[data-live-spoken]");
  let spokenAt = Date.now();

  /**
   * @param {string} key
   * @param {number | null} value
   * @param {boolean} isOver
   */
  function showFigure(key, value, isOver = false) {
    const over = isOver ? `${page.dataset.over} ` : "";
    const text = value === null ? page.dataset.missing : over + numbers.format(value);
    for (const place of page.querySelectorAll(`[data-figure="${CSS.escape(key)}"]`)) {
      if (place.textContent !== text) place.textContent = text ?? "";
    }
  }

  /**
   * @param {string} key
   * @param {string | null} at
   */
  function setAge(key, at) {
    const place = page.querySelector(`time[data-age="${CSS.escape(key)}"]`);
    if (place && at) place.setAttribute("datetime", at);
  }

  function showAges() {
    for (const place of page.querySelectorAll("time[data-age]")) {
      const at = Date.parse(place.getAttribute("datetime") ?? "");
      const seconds = Math.round((at - Date.now()) / 1000);
      if (Number.isNaN(seconds)) continue;
      const [value, unit] =
        seconds > -60 ? [seconds, "second"] : seconds > -3600 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
      place.textContent = ages.format(
        Math.min(0, Math.round(Number(value))),
        /** @type {Intl.RelativeTimeFormatUnit} */ (unit),
      );
    }
  }

  function speak() {
    if (!spoken || Date.now() - spokenAt < SPEAK_EVERY_MS) return;
    spokenAt = Date.now();
    spoken.textContent = page.querySelector("h1")?.textContent?.trim() ?? "";
  }

  startPolling(page.dataset.url ?? "", (data) => {
    showFigure("viewers", data.viewers);
    if (data.visits) showFigure("visits", data.visits.count, data.visits.op === ">");
    for (const row of data.streams) {
      showFigure(`streams.${row.stream}`, row.viewers);
      setAge(`streams.${row.stream}`, row.at);
    }
    for (const row of data.cordons) {
      showFigure(`cordons.${row.zone}`, row.count, row.op === ">" || row.stale);
    }
    showAges();
    speak();
  });
  setInterval(showAges, AGE_EVERY_MS);
  watchWords(page.dataset.nowUrl ?? "");
}

/**
 * Read the page anew when a stage manager has said something.
 *
 * @param {string} url
 */
function watchWords(url) {
  let before = "";
  startPolling(url, (data) => {
    const said = JSON.stringify(data.said.map((/** @type {any} */ one) => [one.guid, one.state, one.delay_min]));
    if (before && said !== before) location.reload();
    before = said;
  });
}

for (const page of document.querySelectorAll("[data-live]")) {
  mountLive(/** @type {HTMLElement} */ (page));
}
