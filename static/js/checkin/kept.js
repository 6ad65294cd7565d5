// @ts-check
/** What the device keeps by name: its token, the number of its last scan, its camera. */

const KEY = "eventhub-gate";

/**
 * @typedef {{ token: string, n: number, lens: string, boot: string, kiosk: boolean }} Kept
 */

/** @type {Kept} */
const EMPTY = { token: "", n: 0, lens: "", boot: "", kiosk: false };

/**
 * Return what is kept; empty where storage is denied.
 * @returns {Kept}
 */
export function load() {
  try {
    return { ...EMPTY, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...EMPTY };
  }
}

/**
 * Keep some values beside the others.
 * @param {Partial<Kept>} changes
 */
export function keep(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...load(), ...changes }));
  } catch {
    return false; // private mode: the device must be paired again after a reload
  }
  return true;
}

/** Forget everything, after a revocation. */
export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    return false;
  }
  return true;
}

/** Return the number of the next scan of this device. */
export function nextNumber() {
  const n = load().n + 1;
  keep({ n });
  return n;
}
