// @ts-check
/**
 * Rotating codes (GD) of a ticket: "GD" and 20 bytes in Crockford's base32, good for 15 seconds.
 * Bytes 0-11 are kid, ticket, revision and the low half of the step; 12-19 begin an HMAC-SHA-256
 * over "GT1D", bytes 0-9 and the whole step, under the ticket's key of the day.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HMAC = { name: "HMAC", hash: "SHA-256" };
const MAC_BYTES = 8;
export const STEP_MS = 15_000;

/**
 * @typedef {{ kid: number, key: string, from: number, until: number }} DayKey
 *   key: 64 hexadecimal digits; from, until: Unix milliseconds, half open
 * @typedef {{ ticket: string, rev: number, keys: DayKey[] }} Facts
 *   ticket: 16 hexadecimal digits
 */

/**
 * Return the code that holds at a time; null when no key is for that day.
 * @param {Facts} facts
 * @param {number} now_ms time of the server
 * @returns {Promise<string | null>}
 */
export async function rotatingCode(facts, now_ms) {
  const day = facts.keys.find((one) => one.from <= now_ms && now_ms < one.until);
  if (!day) return null;
  const step = Math.floor(now_ms / STEP_MS);
  const data = new Uint8Array(12 + MAC_BYTES);
  const view = new DataView(data.buffer);
  data[0] = day.kid;
  view.setBigUint64(1, BigInt(`0x${facts.ticket}`));
  data[9] = facts.rev;
  view.setUint16(10, step % 65536);
  const message = new Uint8Array(4 + 10 + 8);
  message.set(new TextEncoder().encode("GT1D"));
  message.set(data.subarray(0, 10), 4);
  new DataView(message.buffer).setBigUint64(14, BigInt(step));
  const raw = Uint8Array.from(day.key.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
  const key = await crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
  data.set(new Uint8Array(await crypto.subtle.sign("HMAC", key, message), 0, MAC_BYTES), 12);
  return `GD${base32(data)}`;
}

/** @param {Uint8Array} data a multiple of five bytes, so that no bit is left over */
function base32(data) {
  let text = "";
  let value = 0;
  let bits = 0;
  for (const byte of data) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return text;
}
