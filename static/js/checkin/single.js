// @ts-check
/** One tab of a phone is the gate: two would keep two lists of who is inside. */

const NAME = "gate";

/**
 * Go on once this tab alone is the gate; until then the page says that another one is.
 *
 * The other tab may be closed, or be taken over from here: it then loads anew
 * and finds itself to be the other one.
 * @param {(name: string) => HTMLElement} part
 * @param {(name: "other") => void} screen
 * @returns {Promise<void>}
 */
export function onlyTab(part, screen) {
  if (!navigator.locks) return Promise.resolve();
  return new Promise((mine) => {
    const hold = () => {
      mine();
      return new Promise(() => undefined); // for as long as the tab is open
    };
    const lost = () => location.reload();
    /** @param {LockOptions} options */
    const ask = (options) => void navigator.locks.request(NAME, options, hold).catch(lost);
    const found = navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      if (lock) return hold();
      screen("other");
      part("other-here").addEventListener("click", () => ask({ steal: true }), { once: true });
      ask({}); // by itself, once the other one is closed
      return undefined;
    });
    found.catch(lost);
  });
}
