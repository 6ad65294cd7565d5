// @ts-check
/**
 * A performance while it is carried: its picture in the grid, where it would
 * stand, and which conflicts that would add.
 */

import { send } from "./editor-send.js";

const ROW_MIN = 5;
const DAY_MIN = 24 * 60;
const ASK_AFTER_MS = 120;

/** @typedef {{stage: string, start: number, minutes: number}} Place */

/** @param {number} minutes */
export function clockText(minutes) {
  const hour = String(Math.floor(minutes / 60) % 24).padStart(2, "0");
  return `${hour}:${String(minutes % 60).padStart(2, "0")}`;
}

/**
 * Return the grid as numbers: its columns, hours and the height of a row.
 *
 * @param {HTMLElement} editor
 */
export function measure(editor) {
  const columns = /** @type {HTMLElement[]} */ ([...editor.querySelectorAll("[data-stage]")]);
  const hour = getComputedStyle(/** @type {Element} */ (editor.querySelector(".day-grid")));
  return {
    columns,
    stages: columns.map((column) => column.dataset.stage ?? ""),
    first: Number(editor.dataset.firstMin),
    last: Number(editor.dataset.lastMin),
    minutePx: Number.parseFloat(hour.getPropertyValue("--hour")) / 60,
  };
}

export class Carry {
  /**
   * @param {HTMLElement} editor
   * @param {HTMLElement} item A block of the grid or a row of the unplaced.
   * @param {(text: string, effects: import("./editor-send.js").Effect[]) => void} say
   */
  constructor(editor, item, say) {
    this.editor = editor;
    this.item = item;
    this.say = say;
    this.grid = measure(editor);
    const column = /** @type {HTMLElement | null} */ (item.closest("[data-stage]"));
    this.isPlaced = column !== null;
    this.isOff = false;
    this.version = item.dataset.version ?? "0";
    /** @type {Place} */
    this.place = {
      stage: column?.dataset.stage ?? this.grid.stages[0],
      start: Number(item.dataset.start ?? Math.max(this.grid.first, 600)),
      minutes: Number(item.dataset.minutes),
    };
    this.origin = { ...this.place };
    this.picture = this.makePicture();
    item.classList.add("is-origin");
    if (this.isPlaced) this.setTime(item, `${editor.dataset.wasWord} ${clockText(this.place.start)}`);
    this.draw();
  }

  /** @returns {boolean} Whether it would stand somewhere else than before. */
  get isChanged() {
    const { stage, start, minutes } = this.place;
    const was = this.origin;
    if (this.isOff || !this.isPlaced) return true;
    return stage !== was.stage || start !== was.start || minutes !== was.minutes;
  }

  /** The fields that a form of the panel sends. */
  get fields() {
    return {
      number: this.item.dataset.number ?? "",
      version: this.version,
      view: this.editor.dataset.day ?? "",
      stage: this.place.stage,
      day: this.editor.dataset.day ?? "",
      start: clockText(this.place.start),
      minutes: this.place.minutes,
    };
  }

  /** @param {Partial<Place>} change */
  to(change) {
    const next = { ...this.place, ...change };
    next.minutes = Math.max(ROW_MIN, Math.min(next.minutes, DAY_MIN));
    next.start = Math.max(this.grid.first, Math.min(next.start, this.grid.last - ROW_MIN));
    const isSame = !this.isOff && JSON.stringify(next) === JSON.stringify(this.place);
    this.place = next;
    this.isOff = false;
    if (!isSame) this.draw();
  }

  /** Hold it over the list of the unplaced. */
  off() {
    if (this.isOff) return;
    this.isOff = true;
    this.picture.remove();
    this.unmark();
    this.say(this.editor.dataset.offWord ?? "", []);
  }

  draw() {
    const { stage, start, minutes } = this.place;
    const column = this.grid.columns[this.grid.stages.indexOf(stage)];
    const row = Math.floor((start - this.grid.first) / ROW_MIN) + 1;
    const length = Math.max(1, Math.min(Math.floor(minutes / ROW_MIN), 288 - row + 1));
    const size = minutes < 30 ? "is-short" : minutes < 45 ? "is-tight" : "";
    this.picture.className = `block is-moving gs-${row} gl-${length} ${size}`;
    this.setTime(this.picture, `${clockText(start)}–${clockText(start + minutes)}`);
    for (const one of this.grid.columns) one.classList.toggle("is-target", one === column);
    if (this.picture.parentElement !== column) column.append(this.picture);
    this.unmark();
    this.say(`${this.item.dataset.title}: ${column.dataset.stageName} ${clockText(start)}–${clockText(start + minutes)}`, []);
    this.ask();
  }

  /** Ask which conflicts the place would add, when it has not changed for a moment. */
  ask() {
    clearTimeout(this.timer);
    this.question?.abort();
    if (!this.isChanged) return;
    const question = new AbortController();
    this.question = question;
    this.timer = setTimeout(async () => {
      try {
        const fields = { ...this.fields, dry_run: 1 };
        const answer = await send(this.editor, this.editor.dataset.place ?? "", fields, question.signal);
        if (!question.signal.aborted) this.mark(answer);
      } catch (error) {
        if (!question.signal.aborted) throw error;
      }
    }, ASK_AFTER_MS);
  }

  /** @param {import("./editor-send.js").Answer} answer */
  mark(answer) {
    this.unmark();
    if (answer.status === 0) return;
    if (!answer.ok) {
      this.picture.classList.add("has-stop");
      this.say(answer.data.now ? `${this.editor.dataset.staleWord} ${answer.data.now}` : answer.data.title, []);
      return;
    }
    for (const [uuid, kind] of Object.entries(answer.data.subjects)) {
      const isSelf = uuid === this.item.dataset.uuid;
      const block = isSelf ? this.picture : this.editor.querySelector(`[data-block][data-uuid="${CSS.escape(uuid)}"]`);
      block?.classList.add(`has-${kind}`, "is-hit");
    }
    const effects = answer.data.effects;
    const text = this.picture.querySelector(".block-time")?.textContent ?? "";
    if (effects.length) this.say(`${this.item.dataset.title}: ${text}`, effects);
  }

  unmark() {
    for (const block of this.editor.querySelectorAll(".is-hit")) {
      const kept = block.getAttribute("data-kind");
      block.classList.remove("is-hit", "has-stop", "has-hold");
      if (kept) block.classList.add(`has-${kept}`);
    }
  }

  /** Put everything back as it was. */
  end() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.unmark();
    this.picture.remove();
    this.item.classList.remove("is-origin");
    if (this.isPlaced) {
      const { start, minutes } = this.origin;
      this.setTime(this.item, `${clockText(start)}–${clockText(start + minutes)}`);
    }
    for (const one of this.grid.columns) one.classList.remove("is-target");
  }

  makePicture() {
    const picture = document.createElement("li");
    const face = document.createElement("a");
    const edge = this.item.querySelector("svg")?.cloneNode(true);
    if (edge) face.append(edge);
    const text = document.createElement("span");
    text.className = "block-text";
    for (const [name, value] of [["title", this.item.dataset.title ?? ""], ["time", ""]]) {
      const part = document.createElement("span");
      part.className = `block-${name}`;
      part.textContent = value;
      text.append(part);
    }
    face.append(text);
    picture.append(face);
    picture.setAttribute("aria-hidden", "true");
    return picture;
  }

  /**
   * @param {HTMLElement} block
   * @param {string} text
   */
  setTime(block, text) {
    const place = block.querySelector("[data-time]") ?? block.querySelector(".block-time");
    if (place) place.textContent = text;
  }
}
