// @ts-check
/** Names without a network: the rules of `registration/rules/search.py`; the same cases test both. */

const HAN = /[\u3400-\u9fff\uf900-\ufaff]|[\u{20000}-\u{3ffff}]/u;
const MIN_LETTERS = 2;
const MIN_DIGITS = 4;
const HITS = 20;
const EXACT = 0;
const PREFIX = 1;
const INITIALS = 2;
const REST = 3;

/**
 * @typedef {{ idhash: string, name: string, product: number, order: string, phone4: string }} Hit
 * @typedef {{ nameNorm: string, readings: string[][] }} Keys
 */

/**
 * Return folded text without blanks: small letters, no accents, width or punctuation.
 * @param {string} text
 */
export function joined(text) {
  const bare = text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return bare.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * Return what a typed text can mean; `ü` is `v` to those who type pinyin, else `u`.
 * @param {string} typed
 */
export function queriesOf(typed) {
  const asPinyin = typed.toLowerCase().normalize("NFC").replace(/ü/g, "v");
  return [...new Set([joined(typed), joined(asPinyin)])];
}

/**
 * Tell whether a text is long enough to search for: 1 Han, 2 letters or 4 digits.
 * @param {string} typed
 */
export function isEnough(typed) {
  const text = joined(typed);
  if (HAN.test(text)) return true;
  return [...text].length >= (/^\p{Nd}+$/u.test(text) ? MIN_DIGITS : MIN_LETTERS);
}

/**
 * Return how well one of `queriesOf(typed)` finds a name, null when none does.
 * @param {string[]} asked
 * @param {Keys} keys
 */
export function rank(asked, keys) {
  const found = asked.map((query) => rankOf(query, keys)).filter((one) => one !== null);
  return found.length ? Math.min(...found) : null;
}

/**
 * @param {string} query
 * @param {Keys} keys
 * @returns {number | null}
 */
function rankOf(query, { nameNorm, readings }) {
  if (!query) return null;
  if (query === nameNorm || readings.some((words) => query === words.join(""))) return EXACT;
  if (HAN.test(query)) {
    const at = nameNorm.indexOf(query);
    if (at < 0) return null;
    return at === 0 ? PREFIX : REST;
  }
  if (!readings.some((words) => splits(query, words))) return null;
  if (readings.some((words) => words.join("").startsWith(query))) return PREFIX;
  return readings.some((words) => query === words.map((word) => word[0]).join("")) ? INITIALS : REST;
}

/**
 * Tell whether `query` is made of prefixes of consecutive syllables from the first.
 * @param {string} query
 * @param {string[]} syllables
 */
export function splits(query, syllables) {
  let reached = new Set([0]);
  for (const syllable of syllables) {
    const further = new Set();
    for (const start of reached) {
      for (let length = 0; length < syllable.length && query[start + length] === syllable[length]; length += 1) {
        further.add(start + length + 1);
      }
    }
    if (further.has(query.length)) return true;
    if (!further.size) return false;
    reached = further;
  }
  return false;
}

/** @param {string} packed */
export function unpack(packed) {
  return packed.split("|").filter(Boolean).map((words) => words.split(" "));
}

/** All names of an event in memory. */
export class Names {
  /** @param {string} text one line per ticket */
  constructor(text) {
    this.lines = text ? text.split("\n") : [];
  }

  /**
   * Return the best hits, at most one more than 20.
   * @param {string} typed
   * @returns {Hit[]}
   */
  find(typed) {
    const wanted = typed.trim();
    if (!isEnough(wanted)) return [];
    const low = wanted.toLowerCase();
    const asked = queriesOf(wanted);
    const isDigits = /^\d{4}$/.test(wanted);
    /** @type {[number, string, Hit][]} */
    const found = [];
    for (const line of this.lines) {
      if (!mayBe(line, asked, low)) continue;
      const [idhash, name, nameNorm, readings, product, order, phone4, mail] = line.split("\t");
      let how = rank(asked, { nameNorm, readings: unpack(readings) });
      if (how === null && name.toLowerCase().includes(low)) how = REST;
      if (how === null && (order === wanted.toUpperCase() || mail.startsWith(low))) how = REST;
      if (how === null && isDigits && phone4 === wanted) how = REST;
      if (how !== null) found.push([how, name, { idhash, name, product: Number(product), order, phone4 }]);
    }
    found.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
    return found.slice(0, HITS + 1).map((row) => row[2]);
  }
}

/**
 * Tell whether a line can be found at all; most lines end here.
 * @param {string} line
 * @param {string[]} asked
 * @param {string} low
 */
function mayBe(line, asked, low) {
  return asked.some((query) => query && line.includes(query[0])) || line.toLowerCase().includes(low);
}
