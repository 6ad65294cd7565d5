/*
 * A programme, or a button to register, on another site (docs/embedding.md):
 *
 *   <script src="https://events.example.org/static/embed.js" async></script>
 *   <eventhub-programme src="https://events.example.org/e/SLUG" lang="en" stage="hall">
 *     <a href="https://events.example.org/e/SLUG/programme">Programme</a>
 *   </eventhub-programme>
 *
 * The link inside is what readers without scripts see. `day`, `stage`, `type`,
 * `venue`, `act` and `only` choose what is listed. Without this script an
 * <iframe src=".../e/SLUG/embed"> shows the same.
 *
 *   <eventhub-register src="https://events.example.org/e/SLUG" lang="en" show="CODE">
 *     <a href="https://events.example.org/e/SLUG/register">Register</a>
 *   </eventhub-register>
 *
 * `show` and `type` choose ahead. Without this script an
 * <iframe src=".../e/SLUG/button"> shows the same.
 */
"use strict";

(() => {
  const CHOICES = ["lang", "day", "stage", "type", "venue", "act", "only"];

  class Programme extends HTMLElement {
    page = "embed";
    choices = CHOICES;
    high = 600;

    connectedCallback() {
      if (this.frame) return;
      const home = new URL((this.getAttribute("src") || "").replace(/\/$/, ""));
      const url = new URL(`${home.pathname}/${this.page}`, home.origin);
      for (const name of this.choices) if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name));
      const frame = document.createElement("iframe");
      frame.src = url.href;
      frame.title = this.getAttribute("title") || (this.textContent || "").trim() || "Programme";
      frame.loading = "lazy";
      frame.style.cssText = `border:0;width:100%;height:${this.high}px;display:block`;
      this.frame = frame;
      this.heard = (event) => {
        const height = event.source === frame.contentWindow && event.origin === home.origin && event.data?.eventhub;
        if (typeof height === "number" && height > 0) frame.style.height = `${Math.min(height, 20000)}px`;
      };
      addEventListener("message", this.heard);
      this.replaceChildren(frame);
    }

    disconnectedCallback() {
      removeEventListener("message", this.heard);
    }
  }

  class Register extends Programme {
    page = "button";
    choices = ["lang", "show", "type"];
    high = 56;
  }

  if (!customElements.get("eventhub-register")) customElements.define("eventhub-register", Register);
  if (!customElements.get("eventhub-programme")) customElements.define("eventhub-programme", Programme);
})();
