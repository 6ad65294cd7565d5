// @ts-check
/** Looks whether the turn has come, more often the nearer it is, and goes on by itself. */

const NEAR_S = 5;
const FAR_S = 20;

/** @param {HTMLElement} page */
async function look(page) {
  let wait = FAR_S;
  try {
    const answer = await fetch(page.dataset.waiting ?? "", { headers: { Accept: "application/json" } });
    const room = await answer.json();
    const number = page.dataset.number === undefined ? null : Number(page.dataset.number);
    const isTurn = number === null ? room.open : room.let_in === undefined || number < room.let_in;
    if (isTurn) {
      location.reload();
      return;
    }
    const ahead = number === null ? Infinity : number - room.let_in;
    wait = ahead < room.per_min ? NEAR_S : FAR_S;
  } catch {
    wait = FAR_S; // the network is away: the next look tells
  }
  // nobody looks at the same moment as everybody else
  setTimeout(() => look(page), (wait + Math.random() * wait) * 1000);
}

const page = document.querySelector("[data-waiting]");
if (page instanceof HTMLElement) setTimeout(() => look(page), Math.random() * NEAR_S * 1000);
