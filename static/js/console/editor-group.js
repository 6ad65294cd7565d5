// @ts-check
/**
 * Marked performances carried together: they move in time by the same minutes and keep their
 * stages. Letting go sends the form of the panel, so that hand, key and form do the same.
 */

import { Carry } from "./editor-carry.js";

/** One of the group that is not held itself: only its picture moves. */
class Follower extends Carry {
  ask() {}
}

export class Group extends Carry {
  /**
   * @param {HTMLElement} editor
   * @param {HTMLElement} item The one that is held.
   * @param {HTMLElement[]} others The other marked ones.
   * @param {(text: string, effects: import("./editor-send.js").Effect[]) => void} say
   */
  constructor(editor, item, others, say) {
    super(editor, item, say);
    this.others = others.map((block) => new Follower(editor, block, () => undefined));
    const all = [this, ...this.others].map((one) => one.origin);
    this.least = Math.max(...all.map((place) => this.grid.first - place.start));
    this.most = Math.min(...all.map((place) => this.grid.last - place.start - place.minutes));
  }

  /** Minutes later than before; negative is earlier. */
  get shift() {
    return this.place.start - this.origin.start;
  }

  /** @param {Partial<import("./editor-carry.js").Place>} change Only another start counts. */
  to(change) {
    if (change.start === undefined) return;
    const least = Math.min(this.least, 0);
    const shift = Math.max(least, Math.min(change.start - this.origin.start, Math.max(this.most, 0)));
    super.to({ start: this.origin.start + shift });
    for (const one of this.others) one.to({ start: one.origin.start + this.shift });
    const minutes = `${this.shift > 0 ? "+" : ""}${this.shift}`;
    const word = this.editor.dataset.groupWord ?? "";
    this.say(word.replace("{n}", String(this.others.length + 1)).replace("{minutes}", minutes), []);
  }

  /** A group is not taken off by hand: the panel has a button for it. */
  off() {}

  /** Which conflicts it adds stands on the page after it, with the way back. */
  ask() {}

  end() {
    super.end();
    for (const one of this.others) one.end();
  }

  /** Send the form of the panel with the minutes. */
  submit() {
    const form = document.querySelector("form[data-several-form]");
    if (!(form instanceof HTMLFormElement)) return;
    const field = form.elements.namedItem("minutes");
    if (field instanceof HTMLInputElement) field.value = String(this.shift);
    form.requestSubmit(form.querySelector("button[name=action][value=shift]"));
  }
}
