// @ts-check
/**
 * Opens the evidence of a figure in a drawer beside the report.
 *
 * Without this module every such link is a page of its own; the drawer shows
 * the same text under the same address.
 */

const LINKS = "a[data-evidence]";

/** @param {HTMLDialogElement} drawer */
function mountDrawer(drawer) {
  const report = location.href;
  /** @type {HTMLElement | null} */
  let opener = null;

  /** @param {string} address */
  async function show(address) {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = page.querySelector("[data-evidence-body]");
    if (!answer.ok || !body) {
      location.assign(address);
      return;
    }
    drawer.replaceChildren(closeButton(), document.adoptNode(body));
    lowerTitle();
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
    /** @type {HTMLElement | null} */ (drawer.querySelector("#evidence-title"))?.focus();
  }

  /** The report keeps the one h1 of the page. */
  function lowerTitle() {
    const title = drawer.querySelector("h1");
    if (!title) return;
    const lower = document.createElement("h2");
    for (const { name, value } of title.attributes) lower.setAttribute(name, value);
    lower.append(...title.childNodes);
    title.replaceWith(lower);
  }

  function closeButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "drawer-close";
    button.textContent = "✕";
    button.setAttribute("aria-label", drawer.dataset.close ?? "✕");
    button.addEventListener("click", () => drawer.close());
    return button;
  }

  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target).closest(LINKS);
    if (!(target instanceof HTMLAnchorElement)) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (!drawer.open) opener = target;
    history.pushState({ evidence: true }, "", target.href);
    show(target.href);
  });

  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });

  drawer.addEventListener("close", () => {
    drawer.replaceChildren();
    if (location.href !== report) history.pushState({}, "", report);
    opener?.focus();
  });

  addEventListener("popstate", () => {
    if (history.state?.evidence) show(location.href);
    else if (drawer.open) drawer.close();
  });
}

const drawer = document.getElementById("drawer");
if (drawer instanceof HTMLDialogElement) mountDrawer(drawer);
