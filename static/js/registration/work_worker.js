// @ts-check
/** Does the work beside the page, so that typing never waits. */

import { solve } from "./work_solve.js";

self.addEventListener("message", (event) => {
  self.postMessage(solve(event.data.nonce, event.data.bits));
});
