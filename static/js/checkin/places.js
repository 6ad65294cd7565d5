// @ts-check
/** What a device makes of rows of the list and of its own scans. */

/**
 * @typedef {import("./rules.js").Place} Place
 * @typedef {import("./store.js").Own} Own
 */

/**
 * Put a scan of this device on the places that are known.
 * @param {Map<number, Place>} places
 * @param {Own} own
 */
export function withOwn(places, own) {
  for (const { place } of own.leave) {
    const row = places.get(place);
    if (row) places.set(place, { ...row, left_ms: own.at_ms });
  }
  for (const { place, turn } of own.enter) {
    places.set(place, { place, turn, mine: true, gate: own.gate, entered_ms: own.at_ms, left_ms: null });
  }
  for (const { place, turn } of own.drop ?? []) {
    const row = places.get(place);
    if (row && turn > 0) places.set(place, { ...row, turn: turn - 1, left_ms: own.at_ms });
    else places.delete(place);
  }
  for (const { place } of own.back ?? []) {
    const row = places.get(place);
    if (row) places.set(place, { ...row, left_ms: null });
  }
}

/**
 * Return the slugs whose bit is set.
 * @param {string[]} slugs
 * @param {number} bits
 */
export function slugsOf(slugs, bits) {
  return slugs.filter((_slug, at) => bits & (1 << at));
}
