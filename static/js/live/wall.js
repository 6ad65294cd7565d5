// @ts-check
/** Keeps the wall current: figures every two seconds, words and curve when they change. */

import { startPolling } from "./poll.js";

const PARTS_EVERY_MS = 60_000;
const SPEAK_EVERY_MS = 60_000;
const NEARLY_FULL = 0.95;

/** @param {HTMLElement} wall */
function mountWall(wall) {
  const numbers = new Intl.NumberFormat("en-US");
  const time = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: wall.dataset.zone,
  });
  const clock = wall.querySelector("[data-clock]");
  const spoken = wall.querySelector("[data-spoken]");
  let isRenewing = false;
  let spokenAt = Date.now();

  /**
   * @param {Element | null} place
   * @param {string} text
   */
  function write(place, text) {
    if (place && place.textContent !== text) place.textContent = text;
  }

  /**
   * @param {string} key
   * @param {number | null} value
   * @param {boolean} isOver
   */
  function showFigure(key, value, isOver = false) {
    const text = value === null ? "—" : numbers.format(value);
    const place = wall.querySelector(`[data-figure="${key}"]`);
    write(place, text);
    place?.classList.toggle("is-none", value === null);
    wall.querySelector(`[data-over="${key}"]`)?.toggleAttribute("hidden", !isOver);
  }

  /**
   * @param {any} row
   * @returns {boolean} Whether the words of the stage are still right.
   */
  function showStage(row) {
    const place = wall.querySelector(`[data-stage="${CSS.escape(row.stage)}"]`);
    if (!(place instanceof HTMLElement)) return false;
    if (row.inside !== null) write(place.querySelector("[data-inside]"), numbers.format(row.inside));
    place.querySelector("[data-count]")?.classList.toggle("is-near", row.share >= NEARLY_FULL);
    place.querySelector("[data-bar]")?.setAttribute("width", String(Math.round(row.share * 1000)));
    const { now, next } = place.dataset;
    return now === String(row.now ?? "") && next === String(row.next ?? "");
  }

  /** Take the parts of the page from the server again. */
  async function renew() {
    if (isRenewing) return;
    isRenewing = true;
    try {
      const answer = await fetch(location.href, { credentials: "omit" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of page.querySelectorAll("[data-part]")) {
        const name = /** @type {HTMLElement} */ (part).dataset.part ?? "";
        wall.querySelector(`[data-part="${name}"]`)?.replaceWith(document.adoptNode(part));
      }
    } catch {
      // Without a connection the wall keeps what it shows; polling goes on.
    } finally {
      isRenewing = false;
    }
  }

  function speak() {
    if (Date.now() - spokenAt < SPEAK_EVERY_MS) return;
    spokenAt = Date.now();
    const inside = wall.querySelector('[data-part="inside"]');
    const words = [inside?.querySelector("h2"), inside?.querySelector("[data-figure]")];
    write(spoken, words.map((word) => word?.textContent ?? "").join(" "));
  }

  function tick() {
    write(clock, time.format(Date.now()));
  }

  startPolling(
    wall.dataset.url ?? "",
    (data) => {
      showFigure("inside", data.inside, data.silent > 0);
      showFigure("visits", data.visits, data.visits_op === ">");
      showFigure("arrived", data.arrived);
      showFigure("viewers", data.viewers);
      if (data.coverage !== null) showFigure("coverage", data.coverage);
      write(wall.querySelector("[data-rate]"), data.per_minute.toFixed(1));
      if (!data.stages.map(showStage).every(Boolean)) renew();
      speak();
    },
    { isConstant: true },
  );
  setInterval(tick, 1_000);
  setInterval(renew, PARTS_EVERY_MS);
}

for (const wall of document.querySelectorAll("[data-wall]")) {
  mountWall(/** @type {HTMLElement} */ (wall));
}
