// @ts-check
/** Hardware scanners: keyboards that type a code in a burst. */

const MIN_CHARS = 8;
const GAP_MS = 50;
const SILENCE_MS = 80;
const CODE = /^G[SRDPK]/;

/**
 * Call `take` for every code that a hardware scanner types.
 *
 * Key positions are read, not characters: an input method turns the latter
 * into "Process".
 * @param {(text: string) => void} take
 */
export function mountHardwareScanner(take) {
  let text = "";
  let last = 0;
  let before = ""; // what stood in the field before the scanner typed into it
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const finish = () => {
    clearTimeout(timer);
    const read = text;
    text = "";
    const inField = document.activeElement instanceof HTMLInputElement;
    if (read.length < MIN_CHARS || (inField && !CODE.test(read))) return false;
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.value = before;
    take(read);
    return true;
  };

  window.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
        if (text.length >= MIN_CHARS && event.timeStamp - last < GAP_MS * 2 && finish()) {
          event.preventDefault();
          event.stopPropagation();
        }
        return;
      }
      const letter = letterOf(event);
      if (letter === null) return;
      if (event.timeStamp - last > GAP_MS) text = "";
      if (!text) before = document.activeElement instanceof HTMLInputElement ? document.activeElement.value : "";
      last = event.timeStamp;
      text += letter;
      clearTimeout(timer);
      timer = setTimeout(finish, SILENCE_MS);
    },
    true,
  );
}

/**
 * @param {KeyboardEvent} event
 * @returns {string | null}
 */
function letterOf(event) {
  const match = /^(?:Key([A-Z])|Digit([0-9])|Numpad([0-9]))$/.exec(event.code);
  if (match) return match[1] ?? match[2] ?? match[3];
  return event.code === "Minus" ? "-" : null;
}
