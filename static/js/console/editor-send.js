// @ts-check
/** Requests of the schedule editor: the same addresses and fields as its forms. */

/**
 * @typedef {{kind: string, sign: string, text: string}} Effect
 * @typedef {{ok: boolean, status: number, data: any}} Answer
 */

/**
 * Send the fields of a form and read the answer; status 0 means there was none.
 *
 * @param {HTMLElement} editor
 * @param {string} url
 * @param {Record<string, string | number>} fields
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function send(editor, url, fields, signal) {
  const body = new URLSearchParams({ csrf_token: editor.dataset.csrf ?? "" });
  for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      signal,
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    return { ok: answer.ok, status: answer.status, data: await answer.json() };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ok: false, status: 0, data: {} };
  }
}

/**
 * Read the page again and return its editor and edge, or null when it can not be had.
 *
 * @returns {Promise<Document | null>}
 */
export async function readPage() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return null;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    return read.querySelector("[data-editor]") ? read : null;
  } catch {
    return null;
  }
}

/**
 * Ask every few seconds whether somebody changed the draft.
 *
 * @param {() => HTMLElement | null} current The editor on the page now.
 * @param {(names: string[], cursor: string) => void} onChange
 */
export function watchOthers(current, onChange) {
  const ask = async () => {
    const editor = current();
    if (editor && !document.hidden) {
      try {
        const answer = await fetch(`${editor.dataset.cursorUrl}?after=${editor.dataset.cursor}`);
        const data = answer.ok ? await answer.json() : null;
        if (data && String(data.cursor) !== current()?.dataset.cursor) {
          onChange(data.by, String(data.cursor));
        }
      } catch {
        // no connection: the next question may have one, and saving says so itself
      }
    }
    setTimeout(ask, 5_000);
  };
  setTimeout(ask, 5_000);
}
