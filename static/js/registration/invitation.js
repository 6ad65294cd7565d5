// @ts-check
/** Tells that the invitation was seen; programs that only fetch links never do. */

/** @param {HTMLFormElement} form */
export function tellOpened(form) {
  if (document.visibilityState !== "visible") {
    document.addEventListener("visibilitychange", () => tellOpened(form), { once: true });
    return;
  }
  fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => {
    // without a connection the answer itself counts as opened
  });
}

const form = document.querySelector("form[data-opened]");
if (form instanceof HTMLFormElement) {
  tellOpened(form);
}
