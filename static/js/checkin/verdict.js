// @ts-check
/** The verdict screen: colour, shape, word and facts of one answer. */

import { play } from "./sound.js";

const HAN = /[\u3400-\u9fff]/;
const LONGEST_HAN_WORD = 5;
const LONGEST_ANSWER = 80; // characters that staff can read while a guest stands there

/**
 * @typedef {{ result: string, [key: string]: any }} Verdict
 */

export class VerdictScreen {
  /**
   * @param {any} settings
   * @param {(name: string) => HTMLElement} part
   */
  constructor(settings, part) {
    this.settings = settings;
    this.part = part;
    /** @type {Verdict | null} */
    this.shown = null;
    this.hasNames = true; // a kiosk shows none
  }

  /** @param {Record<string, string> | null | undefined} text */
  pick(text) {
    if (!text) return "";
    return text[this.settings.lang] || text.zh || text.en || "";
  }

  /**
   * Show a verdict at once, without any transition.
   * @param {Verdict} verdict
   */
  show(verdict) {
    const look = lookOf(this.settings.results, verdict);
    const words = this.#words(verdict, look);
    const root = this.part("verdict");
    root.dataset.ground = look.ground;
    root.dataset.extra = look.extra;
    document.body.dataset.ground = look.ground;
    document.body.dataset.extra = look.extra;
    this.part("sign").querySelector("use")?.setAttribute("href", `#sign-${look.sign}`);
    this.#put("word", words.word);
    this.part("word").dataset.size = sizeOf(words.word);
    for (const name of ["band", "label", "when", "name", "facts", "line"]) {
      this.#put(name, words[name]);
    }
    root.hidden = false;
    this.shown = verdict;
    const spoken = [words.word, words.when, words.name, words.facts, words.line];
    this.part("spoken").textContent = spoken.filter(Boolean).join(". ");
    play(look.sound, look.vibration);
  }

  /** Go back to the picture of the camera. */
  clear() {
    this.part("verdict").hidden = true;
    delete document.body.dataset.ground;
    delete document.body.dataset.extra;
    this.part("spoken").textContent = "";
    this.shown = null;
  }

  /**
   * @param {Verdict} verdict
   * @param {any} look
   * @returns {Record<string, string>}
   */
  #words(verdict, look) {
    const texts = this.settings.texts;
    const values = this.#values(verdict);
    const gates = values.gates;
    const elsewhere = gates && (verdict.result === "wrong_gate" || verdict.result === "wrong_product");
    const word = elsewhere ? shortWord(fill(texts.go, { gates: values.gate_word }), look.word) : fill(look.word, values);
    let line = fill(look.line, values);
    const isNamed = word.includes(values.gate_word) && verdict.gates?.length === 1;
    if (elsewhere) line = isNamed ? "" : fill(texts.enter_at, values);
    else if (verdict.result === "wrong_gate") line = "";
    const isUsed = look.ground === "used";
    if (verdict.result === "used" || verdict.result === "ok_unlisted") line = "";
    const isTrouble = look.ground === "trouble";
    return {
      word,
      band: look.extra === "band" ? (verdict.result === "need_answer" ? texts.band_ask : texts.band_check) : "",
      label: look.extra === "synced" ? texts.synced : "",
      when: verdict.result === "used" ? [values.time, values.gate].filter(Boolean).join("   ") : "",
      name: isTrouble || isUsed ? "" : this.#name(verdict),
      facts: isTrouble ? "" : [isUsed ? this.#name(verdict) : "", this.#facts(verdict)].filter(Boolean).join("   "),
      line: [line, ...this.#answers(verdict)].filter(Boolean).join("\n"),
    };
  }

  /** @param {Verdict} verdict */
  #values(verdict) {
    const texts = this.settings.texts;
    const party = verdict.party ?? { used: 0, of: 0 };
    const gates = (verdict.gates ?? []).map((/** @type {any} */ gate) => this.pick(gate));
    return {
      n: String(verdict.seconds ?? verdict.persons ?? 0),
      m: String(party.used),
      k: String(party.of),
      time: verdict.first?.time ?? verdict.at?.time ?? "",
      gate: this.pick(verdict.first?.name),
      gate_word: gates[0] ?? "",
      gates: gates.join(texts.and),
      type: this.pick(verdict.show?.type),
      event: this.pick(verdict.event),
      what: texts.photo_id,
      why: texts[verdict.why ?? ""] ?? "",
      question: this.pick(verdict.question?.label),
    };
  }

  /** @param {Verdict} verdict */
  #name(verdict) {
    return this.hasNames ? (verdict.show?.name ?? "") : "";
  }

  /** @param {Verdict} verdict */
  #facts(verdict) {
    const { show, party, persons } = verdict;
    if (!show) return "";
    const people = party?.of > 1 && persons ? fill(this.settings.texts.persons, { n: String(persons) }) : "";
    return [this.pick(show.type), show.seat, people].filter(Boolean).join("   ");
  }

  /**
   * What the organizers let staff see of the answers; a "no" needs no staff, a kiosk shows none.
   * @param {Verdict} verdict
   */
  #answers(verdict) {
    if (!this.hasNames) return [];
    return (verdict.answers ?? []).filter((/** @type {any} */ one) => one.value !== false).map((/** @type {any} */ one) => {
      const labels = one.labels.map((/** @type {any} */ label) => this.pick(label)).join(this.settings.texts.and);
      const said = labels || (one.value === true ? this.settings.texts.yes : String(one.value));
      return `${this.pick(one.question)} ${said.slice(0, LONGEST_ANSWER)}`;
    });
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #put(name, text) {
    const place = this.part(name);
    place.textContent = text;
    place.hidden = !text;
  }
}

/**
 * Return how a result looks; who is let in without the server gets the amber edge.
 * @param {Record<string, any>} looks
 * @param {Verdict} verdict
 */
function lookOf(looks, verdict) {
  const look = looks[verdict.result] ?? looks.try_again;
  const isPlain = look.ground === "admit" && !look.extra;
  return verdict.offline && isPlain ? { ...look, extra: "synced" } : look;
}

/**
 * @param {string} text
 * @param {Record<string, string>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/**
 * Return the wish when it is short enough for the large word.
 * @param {string} wish
 * @param {string} other
 */
function shortWord(wish, other) {
  const limit = HAN.test(wish) ? LONGEST_HAN_WORD : 16;
  return wish.length <= limit ? wish : other;
}

/** @param {string} word */
function sizeOf(word) {
  if (!HAN.test(word)) return word.length <= 5 ? "latin-short" : "latin-long";
  return `han-${Math.min(Math.max(word.length, 2), 6)}`;
}
