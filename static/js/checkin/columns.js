// @ts-check
/** A whole list as typed arrays; `checkin/snapshot.py` says how it is laid out. */

/**
 * Return the columns of a list as typed arrays over its own bytes.
 * @param {ArrayBuffer} bytes
 */
export function columnsOf(bytes) {
  const tickets = new Columns(bytes, 0, "GTL1");
  const n = tickets.count;
  const list = {
    hashes: tickets.take(BigUint64Array),
    product: tickets.take(Uint16Array),
    window: tickets.take(Uint16Array),
    status: tickets.take(Uint8Array),
    rev: tickets.take(Uint8Array),
    party: tickets.take(Uint8Array),
    count: n,
  };
  const admissions = new Columns(bytes, Math.ceil(tickets.at / 8) * 8, "GTA1");
  const found = {
    tickets: list,
    admissions: {
      hashes: admissions.take(BigUint64Array),
      last: admissions.take(Uint32Array),
      scope: admissions.take(Uint16Array),
      gate: admissions.take(Uint16Array),
      used: admissions.take(Uint8Array),
      inside: admissions.take(Uint8Array),
      turn: admissions.take(Uint8Array),
    },
  };
  return { ...found, answers: answersOf(bytes, Math.ceil(admissions.at / 8) * 8) };
}

/**
 * Return which questions tickets have answered: slugs, and their bits by the place of the ticket.
 * @param {ArrayBuffer} bytes
 * @param {number} start
 * @returns {{ slugs: string[], answered: Uint8Array }}
 */
function answersOf(bytes, start) {
  if (start >= bytes.byteLength) return { slugs: [], answered: new Uint8Array() };
  const block = new Columns(bytes, start, "GTQ1");
  const answered = block.take(Uint8Array);
  return { slugs: new TextDecoder().decode(bytes.slice(block.at)).split("\n"), answered };
}

class Columns {
  /**
   * @param {ArrayBuffer} bytes
   * @param {number} start
   * @param {string} magic
   */
  constructor(bytes, start, magic) {
    const head = new DataView(bytes, start, 16);
    if (String.fromCharCode(...new Uint8Array(bytes, start, 4)) !== magic) throw new Error(`no ${magic}`);
    this.bytes = bytes;
    this.count = head.getUint32(4, true);
    this.at = start + 16;
  }

  /**
   * @template T
   * @param {{ new (bytes: ArrayBuffer, at: number, count: number): T, BYTES_PER_ELEMENT: number }} type
   * @returns {T}
   */
  take(type) {
    const made = new type(this.bytes, this.at, this.count);
    this.at += this.count * type.BYTES_PER_ELEMENT;
    return made;
  }
}

/**
 * Return the first place of a value in ascending numbers, -1 when it is not there.
 * @param {BigUint64Array} values
 * @param {bigint} value
 */
export function lowest(values, value) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return values[low] === value ? low : -1;
}
