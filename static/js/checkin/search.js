// @ts-check
/** Finding a person by name, order code or the end of the phone number. */

import { isEnough } from "./names.js";

const WAIT_MS = 150;

/**
 * @param {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   pick: (text: any) => string,
 *   ask: (text: string) => Promise<{ hits: any[] } | null>,
 *   take: (idhash: string) => void,
 *   close: () => void,
 * }} parts
 */
export function mountSearch(parts) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("find-text"));
  const note = parts.part("find-note");
  const list = parts.part("hits");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;

  const find = async () => {
    const text = input.value.trim();
    asked += 1;
    const mine = asked;
    if (!isEnough(text)) {
      show([], text ? parts.texts.search_hint : "");
      return;
    }
    const answer = await parts.ask(text);
    if (mine !== asked) return;
    if (answer === null) show([], parts.texts.no_network);
    else show(answer.hits, answer.hits.length ? "" : parts.texts.no_hits);
  };

  /**
   * @param {any[]} hits
   * @param {string} text
   */
  const show = (hits, text) => {
    note.textContent = text;
    list.replaceChildren(...hits.map((hit) => row(hit)));
  };

  /** @param {any} hit */
  const row = (hit) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "hit";
    button.append(span("hit-name", hit.name), span("hit-facts", facts(hit)));
    button.addEventListener("click", () => parts.take(hit.idhash));
    item.append(button);
    return item;
  };

  /** @param {any} hit */
  const facts = (hit) => {
    const state = hit.state === "in" ? parts.texts.status_in : parts.texts.status_out;
    const phone = hit.phone4 ? `··${hit.phone4}` : "";
    return [parts.pick(hit.type), hit.order, phone, state].filter(Boolean).join(" · ");
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) parts.close();
  });
  parts.part("find-close").addEventListener("click", () => parts.close());

  return {
    /** Empty the list and put the cursor into the field. */
    open() {
      input.value = "";
      show([], parts.texts.search_hint);
      input.focus();
    },
  };
}

/**
 * @param {string} className
 * @param {string} text
 */
function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}
