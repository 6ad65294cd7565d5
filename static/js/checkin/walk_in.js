// @ts-check
/** People without a ticket, where the organizer lets a gate register them. */

/**
 * @typedef {{
 *   part: (name: string) => HTMLElement,
 *   texts: Record<string, string>,
 *   send: (person: Record<string, unknown>) => Promise<import("./api.js").Answer>,
 *   open: () => void,
 *   close: () => void,
 *   take: (idhash: string) => void,
 * }} Parts
 */

/** @param {Parts} parts */
export function mountWalkIn({ part, texts, send, open, close, take }) {
  const form = /** @type {HTMLFormElement} */ (part("walkin-form"));
  const note = part("walkin-note");
  let key = "";

  /** @param {import("./api.js").Answer} answer */
  const fault = (answer) => {
    if (answer.outcome === "offline") return texts.no_network;
    if (answer.status === 429) return texts.too_often;
    if (answer.code === "sold-out" || answer.code === "not-on-sale") return texts.walk_in_full;
    return answer.status === 409 ? texts.walk_in_known : texts.walk_in_needs;
  };

  part("walkin").addEventListener("click", () => {
    key = crypto.randomUUID(); // the same person is sent twice at most as one registration
    form.reset();
    note.textContent = "";
    open();
    document.getElementById("walkin-name")?.focus();
  });
  part("walkin-close").addEventListener("click", close);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const answer = await send({
      key,
      name: String(given.get("name") ?? "").trim(),
      contact: String(given.get("contact") ?? "").trim(),
      consent: given.get("consent") === "1",
    });
    if (answer.outcome === "ok") take(answer.data.idhash);
    else note.textContent = fault(answer);
  });

  return {
    /** @param {boolean} isAllowed whether the organizer lets this gate register people */
    allow(isAllowed) {
      part("walkin").hidden = !isAllowed;
    },
  };
}
