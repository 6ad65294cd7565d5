// @ts-check
/** Does the work of the form while people fill it in; without it a plain question is asked. */

/** @param {string} text */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {HTMLInputElement} field */
function mountWork(field) {
  const form = /** @type {HTMLFormElement} */ (field.form);
  const proof = /** @type {HTMLInputElement} */ (form.elements.namedItem("proof"));
  const { n, d } = JSON.parse(new TextDecoder().decode(bytes(field.value.split(".")[0])));
  const worker = new Worker(new URL("./work_worker.js", import.meta.url), { type: "module" });
  let isAsked = false;
  worker.addEventListener("message", (event) => {
    proof.value = String(event.data);
    worker.terminate();
    if (isAsked) form.requestSubmit();
  });
  worker.addEventListener("error", () => {
    worker.terminate();
    isAsked = true; // an old browser: sent without work, the plain question comes back
  });
  form.addEventListener("submit", (event) => {
    if (proof.value || isAsked) return;
    event.preventDefault(); // a moment: the work is nearly done
    isAsked = true;
  });
  worker.postMessage({ nonce: bytes(n), bits: d });
}

const field = document.querySelector("[data-work]");
if (field instanceof HTMLInputElement) mountWork(field);
