// @ts-check
/** Ticket codes (GT1): read strictly, one spelling per value; signatures by WebCrypto or noble. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SIZES = /** @type {Record<string, number>} */ ({ GS: 79, GR: 10, GD: 20, GP: 16, GK: 16 });
const BODY = 15;
const CHECK_ID = 1;
const RESERVED = 0b1110;
const LONGEST = 200;

/**
 * @typedef {{
 *   kind: string,
 *   refused?: "unknown_code" | "bad_check",
 *   kid?: number,
 *   ticket?: bigint,
 *   product?: number,
 *   window?: number,
 *   rev?: number,
 *   checkId?: boolean,
 *   data?: Uint8Array,
 * }} Token
 */

/**
 * Return what a text spells; `refused` says why it is no code. No signature is checked.
 * @param {string} text as scanned or typed
 * @returns {Token}
 */
export function parseCode(text) {
  if (text.length > LONGEST || /[^\x00-\x7f]/.test(text)) return no(text);
  const plain = text.trim().toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0").replace(/-/g, "");
  const kind = plain.slice(0, 2);
  const size = Object.hasOwn(SIZES, kind) ? SIZES[kind] : 0;
  const data = size ? decode(plain.slice(2), size) : null;
  if (data === null) return no(text);
  const view = new DataView(data.buffer);
  if (kind === "GR") {
    if (crc(data.subarray(0, 8)) !== view.getUint16(8)) return { kind, refused: "bad_check" };
    return { kind, ticket: view.getBigUint64(0), data };
  }
  if (kind === "GD") return { kind, kid: data[0], ticket: view.getBigUint64(1), rev: data[9], data };
  if (kind !== "GS") return { kind, data };
  if (data[0] >> 4 !== 1 || data[0] & RESERVED) return no(text);
  return {
    kind,
    kid: data[1],
    ticket: view.getBigUint64(2),
    product: view.getUint16(10),
    window: view.getUint16(12),
    rev: data[14],
    checkId: Boolean(data[0] & CHECK_ID),
    data,
  };
}

/** @param {string} text */
function no(text) {
  const head = text.trim().slice(0, 2).toUpperCase();
  return /** @type {Token} */ ({ kind: Object.hasOwn(SIZES, head) ? head : "none", refused: "unknown_code" });
}

/**
 * @param {string} text
 * @param {number} size
 * @returns {Uint8Array<ArrayBuffer> | null} null for a wrong length, letter or pad bit
 */
function decode(text, size) {
  if (text.length !== Math.ceil((size * 8) / 5)) return null;
  const bytes = new Uint8Array(size);
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const letter of text) {
    const five = ALPHABET.indexOf(letter);
    if (five < 0) return null;
    value = (value << 5) | five;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = value >> bits;
      at += 1;
      value &= (1 << bits) - 1;
    }
  }
  return value === 0 ? bytes : null;
}

/** @param {Uint8Array} number */
function crc(number) {
  let register = 0x756c; // CRC-16/CCITT-FALSE after "GT1R"
  for (const byte of number) {
    register ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      register = register & 0x8000 ? (register << 1) ^ 0x1021 : register << 1;
    }
    register &= 0xffff;
  }
  return register;
}

/**
 * Return the 16 hexadecimal digits by which a list knows a ticket.
 * @param {Uint8Array} salt
 * @param {bigint} ticket
 */
export async function idhash(salt, ticket) {
  const message = new Uint8Array(salt.length + 8);
  message.set(salt);
  new DataView(message.buffer).setBigUint64(salt.length, ticket);
  const digest = await crypto.subtle.digest("SHA-256", message);
  return toHex(new Uint8Array(digest, 0, 8));
}

export class Verifier {
  /** @param {string} noble address of the library for browsers without Ed25519 */
  constructor(noble) {
    this.noble = noble;
    /** @type {Map<string, Promise<(signature: BufferSource, message: BufferSource) => Promise<boolean>>>} */
    this.keys = new Map();
  }

  /**
   * Tell whether a GS was signed for an event with a key.
   * @param {Token} token
   * @param {string} event 32 hexadecimal digits
   * @param {string} pub public key, 64 hexadecimal digits
   */
  async isSigned(token, event, pub) {
    const data = /** @type {Uint8Array<ArrayBuffer>} */ (token.data);
    const message = new Uint8Array(4 + 16 + BODY);
    message.set(new TextEncoder().encode("GT1S"));
    message.set(fromHex(event), 4);
    message.set(data.subarray(0, BODY), 20);
    const verify = await this.#key(pub);
    return verify(data.slice(BODY), message).catch(() => false);
  }

  /** @param {string} pub */
  #key(pub) {
    let made = this.keys.get(pub);
    if (!made) {
      made = this.#make(fromHex(pub));
      this.keys.set(pub, made);
    }
    return made;
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} pub
   * @returns {Promise<(signature: BufferSource, message: BufferSource) => Promise<boolean>>}
   */
  async #make(pub) {
    try {
      const key = await crypto.subtle.importKey("raw", pub, "Ed25519", false, ["verify"]);
      return (signature, message) => crypto.subtle.verify("Ed25519", key, signature, message);
    } catch {
      const library = await import(this.noble); // older phones
      return (signature, message) => library.verifyAsync(signature, message, pub, { zip215: false });
    }
  }
}

/** @param {string} text */
export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
