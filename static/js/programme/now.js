// @ts-check
/** Moves the line for now in the day grid once a minute, by the device's clock in the event's zone. */

const ROW_MIN = 5;
const MINUTE_MS = 60_000;

/** @param {HTMLElement} grid */
function mountNow(grid) {
  const first = Number(grid.dataset.firstMin);
  const last = Number(grid.dataset.lastMin);
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: grid.dataset.zone,
  });
  const marks = /** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll("[data-now]"));

  const move = () => {
    const shown = clock.format(new Date());
    const [hour, minute] = shown.split(":").map(Number);
    const today = hour * 60 + minute;
    const at = today < first ? today + 24 * 60 : today;
    for (const mark of marks) {
      mark.hidden = at < first || at >= last;
      mark.className = mark.className.replace(/gs-\d+/, `gs-${Math.floor((at - first) / ROW_MIN) + 1}`);
      if (mark.dataset.now === "label") mark.textContent = shown;
    }
  };
  setInterval(move, MINUTE_MS);
}

const grid = document.querySelector(".day-grid");
if (grid instanceof HTMLElement && grid.querySelector("[data-now]")) mountNow(grid);
