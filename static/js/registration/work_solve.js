// @ts-check
/** The work of the registration form: SHA-256 of one block, again and again. */

const ROUNDS = new Uint32Array(64);
const START = new Uint32Array(8);

/** The constants of SHA-256 are fractional parts of roots of primes; no table to mistype. */
function constants() {
  let found = 0;
  for (let number = 2; found < 64; number += 1) {
    let isPrime = true;
    for (let other = 2; other * other <= number; other += 1) {
      if (number % other === 0) isPrime = false;
    }
    if (!isPrime) continue;
    if (found < 8) START[found] = fraction(number ** (1 / 2));
    ROUNDS[found] = fraction(number ** (1 / 3));
    found += 1;
  }
}

/** @param {number} value */
function fraction(value) {
  return Math.floor((value - Math.floor(value)) * 2 ** 32);
}

constants();

/**
 * Return the first 32 bits of the SHA-256 of 24 bytes: they fit one block.
 * @param {Uint32Array} words 16 words, the block with its padding
 * @param {Uint32Array} schedule 64 words to work in
 * @returns {number}
 */
function head(words, schedule) {
  schedule.set(words);
  for (let i = 16; i < 64; i += 1) {
    const early = schedule[i - 15];
    const late = schedule[i - 2];
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + schedule[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  return (a + START[0]) >>> 0;
}

/**
 * Return the smallest counter whose hash begins with `bits` zero bits (at most 32).
 * @param {Uint8Array} nonce 16 bytes
 * @param {number} bits
 * @returns {number}
 */
export function solve(nonce, bits) {
  const words = new Uint32Array(16);
  const view = new DataView(nonce.buffer, nonce.byteOffset, 16);
  for (let i = 0; i < 4; i += 1) words[i] = view.getUint32(4 * i);
  words[6] = 0x80000000;
  words[15] = 24 * 8;
  const schedule = new Uint32Array(64);
  const limit = 2 ** (32 - bits);
  for (let counter = 0; ; counter += 1) {
    words[4] = Math.floor(counter / 2 ** 32);
    words[5] = counter >>> 0;
    if (head(words, schedule) < limit) return counter;
  }
}
