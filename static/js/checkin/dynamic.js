// @ts-check
/** Rotating codes (GD): keys of the day that can not be read out, steps of 15 seconds. */

import { fromHex } from "./token.js";

const STEP_S = 15;
const STEPS_AROUND = 2; // of clock skew that pass
const MAC_BYTES = 8;
const EDGE_MS = 60000; // a code at the very end of a day may be read a moment later
const HMAC = { name: "HMAC", hash: "SHA-256" };

/**
 * @typedef {{ key: CryptoKey, from: number, until: number }} DayKey
 */

/**
 * Return the keys of a configuration, not extractable; the raw ones are to be forgotten.
 * @param {Record<string, { key: string, from: number, until: number }>} given
 * @returns {Promise<Map<string, DayKey>>}
 */
export async function importDayKeys(given) {
  /** @type {Map<string, DayKey>} */
  const keys = new Map();
  for (const [kid, { key, from, until }] of Object.entries(given)) {
    keys.set(kid, { key: await crypto.subtle.importKey("raw", fromHex(key), HMAC, false, ["sign"]), from, until });
  }
  return keys;
}

/**
 * Return what a rotating code is at a time.
 * @param {import("./token.js").Token} token
 * @param {DayKey | undefined} day key that the code names, if it is here
 * @param {string} event 32 hexadecimal digits
 * @param {number} now_ms time of the server
 * @returns {Promise<"good" | "stale_dynamic" | "bad_signature" | "key_unknown">}
 */
export async function verifyDynamic(token, day, event, now_ms) {
  const data = /** @type {Uint8Array<ArrayBuffer>} */ (token.data);
  const view = new DataView(data.buffer, data.byteOffset);
  const low = view.getUint16(10);
  const now = Math.floor(now_ms / 1000 / STEP_S);
  const around = Array.from({ length: 2 * STEPS_AROUND + 1 }, (_, at) => now - STEPS_AROUND + at);
  const step = around.find((one) => one % 65536 === low);
  if (step === undefined) return "stale_dynamic";
  if (!day) return "key_unknown";
  if (now_ms < day.from - EDGE_MS || now_ms >= day.until + EDGE_MS) return "stale_dynamic";
  const raw = await crypto.subtle.sign("HMAC", day.key, keyMessage(data, event));
  const key = await crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, codeMessage(data, step)), 0, MAC_BYTES);
  return isEqual(mac, data.subarray(12)) ? "good" : "bad_signature";
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {string} event
 */
function keyMessage(data, event) {
  const message = new Uint8Array(4 + 16 + 8 + 1);
  message.set(new TextEncoder().encode("GT1K"));
  message.set(fromHex(event), 4);
  message.set(data.subarray(1, 10), 20); // ticket and revision
  return message;
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {number} step
 */
function codeMessage(data, step) {
  const message = new Uint8Array(4 + 10 + 8);
  message.set(new TextEncoder().encode("GT1D"));
  message.set(data.subarray(0, 10), 4);
  new DataView(message.buffer).setBigUint64(14, BigInt(step));
  return message;
}

/**
 * Compare without telling by time where the difference is.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function isEqual(a, b) {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= a[at] ^ b[at];
  return difference === 0;
}
