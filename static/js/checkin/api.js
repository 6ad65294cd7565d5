// @ts-check
/** The gate API of the server: every answer is a value, nothing is thrown. */

/**
 * @typedef {"ok" | "offline" | "busy" | "signed-out" | "refused"} Outcome
 * @typedef {{ outcome: Outcome, status: number, code: string, data: any }} Answer
 */

const REDEEM_MS = 800; // a person's patience; the device can decide alone
const ALONE_MS = 2500; // when it can not
const OTHER_MS = 8000;
const LIST_MS = 60000;
const PAUSE_MS = 250;
const BYTES = new Set(["application/octet-stream", "application/pdf"]);

export class GateApi {
  /**
   * @param {string} base address of the API
   * @param {string} token bearer token, empty before pairing
   */
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** @param {string} code */
  pair(code) {
    return this.#send("POST", "/pair", { code, ua: navigator.userAgent.slice(0, 500) }, OTHER_MS);
  }

  config() {
    return this.#send("GET", "/config", null, OTHER_MS);
  }

  stats() {
    return this.#send("GET", "/stats", null, OTHER_MS);
  }

  /** @param {string} text */
  search(text) {
    return this.#send("GET", `/search?q=${encodeURIComponent(text)}`, null, OTHER_MS);
  }

  /** @param {Record<string, unknown>} person */
  walkIn(person) {
    return this.#send("POST", "/walk-in", person, OTHER_MS);
  }

  /**
   * Fetch a badge; `data.bytes` is the PDF.
   * @param {string} idhash
   * @param {string} card text of a staff card
   * @param {string} lang
   */
  badge(idhash, card, lang) {
    return this.#send("POST", "/badge", { idhash, card, lang }, OTHER_MS);
  }

  /** @param {Record<string, unknown>} beat */
  heartbeat(beat) {
    return this.#send("POST", "/heartbeat", beat, OTHER_MS);
  }

  /** @param {Record<string, unknown>} batch */
  scans(batch) {
    return this.#send("POST", "/scans", batch, OTHER_MS);
  }

  /**
   * @param {string} event
   * @param {string} since
   */
  delta(event, since) {
    return this.#send("GET", `/events/${event}/delta?since=${since}`, null, OTHER_MS);
  }

  /**
   * Fetch the whole list; `data` is its bytes and the change number it stands at.
   * @param {string} event
   * @returns {Promise<Answer>}
   */
  list(event) {
    return this.#send("GET", `/events/${event}/list`, null, LIST_MS);
  }

  /**
   * Fetch the names of an event; status 304 when they are those of `known`.
   * @param {string} event
   * @param {string} known
   * @returns {Promise<Answer>}
   */
  names(event, known) {
    return this.#send("GET", `/events/${event}/names`, null, LIST_MS, known);
  }

  /**
   * Ask for one verdict. Where the device can not decide alone, a lost answer
   * is asked for once more with the same nonce: the server then gives the
   * first answer again.
   * @param {Record<string, unknown>} scan
   * @param {boolean} isLast whether nobody else can decide
   * @returns {Promise<Answer>}
   */
  async redeem(scan, isLast) {
    const first = await this.#send("POST", "/redeem", scan, isLast ? ALONE_MS : REDEEM_MS);
    if (!isLast || (first.outcome !== "offline" && first.outcome !== "busy")) return first;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    return this.#send("POST", "/redeem", scan, ALONE_MS);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {number} timeoutMs
   * @param {string} [known] what is here already
   * @returns {Promise<Answer>}
   */
  async #send(method, path, body, timeoutMs, known = "") {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body !== null) headers["Content-Type"] = "application/json";
    if (known) headers["If-None-Match"] = `"${known}"`;
    try {
      const answer = await fetch(this.base + path, {
        method,
        headers,
        body: body === null ? null : JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const data = await read(answer);
      return { outcome: outcomeOf(answer.status), status: answer.status, code: data.code ?? "", data };
    } catch {
      return { outcome: "offline", status: 0, code: "", data: {} };
    }
  }
}

/** @param {Response} answer */
async function read(answer) {
  const isBytes = BYTES.has(answer.headers.get("Content-Type") ?? "");
  if (!isBytes) return answer.json().catch(() => ({}));
  return { bytes: await answer.arrayBuffer(), seq: answer.headers.get("Eventhub-Seq") };
}

/**
 * @param {number} status
 * @returns {Outcome}
 */
function outcomeOf(status) {
  if (status < 400) return "ok";
  if (status === 401) return "signed-out";
  if (status === 429 || status >= 500) return "busy";
  return "refused";
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Return a new nonce: 16 random bytes as 26 characters. */
export function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  return text + ALPHABET[(value << (5 - bits)) & 31];
}
