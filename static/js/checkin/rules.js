// @ts-check
/** The order of decisions at a gate, as `checkin/rules/verdict.py` has it; the same cases test both. */

export const REPEAT_MS = 60000;

/** Refusals against which a supervisor may let somebody in. */
export const OVERRIDABLE = new Set([
  "used",
  "used_other_gate_offline",
  "no_reentry",
  "need_answer",
  "need_supervisor",
  "too_early",
  "too_late",
  "wrong_gate",
  "wrong_product",
  "unpaid",
  "not_approved",
  "quota_full",
  "stale_dynamic",
  "unlisted_refused",
]);

const STATUS = new Set(["cancelled", "blocked", "not_approved"]);

/**
 * @typedef {{ place: number, turn: number, mine: boolean, gate: number, entered_ms: number, left_ms: number | null }} Place
 * @typedef {{ opens_ms: number, closes_ms: number, is_cancelled: boolean, group: string | null }} Span
 * @typedef {{ place: number, turn: number }} Move
 * @typedef {{
 *   code: { kind: string, rev: number | null, check_id: boolean },
 *   ticket: { product: number, window: number, rev: number, party: number, status: string, is_listed: boolean },
 *   gate: { group: string, direction: string, state: string, products: number[] | null },
 *   policy: {
 *     once: string, reentry: string, reentry_max: number | null, reentry_gap_s: number,
 *     unlisted: string, unpaid: string, kinds: string[], party: string, ask: string | null,
 *   },
 *   window: Span | null,
 *   places: Place[],
 *   now_ms: number,
 *   direction: string,
 *   persons: number,
 *   is_full: boolean,
 *   has_answer: boolean,
 * }} Question
 * @typedef {{
 *   result: string, enter: Move[], leave: Move[], first: Place | null,
 *   at_ms: number | null, used: number, why: string,
 * }} Verdict
 */

/**
 * Decide one scan of a known ticket or of a rightly signed code.
 * @param {Question} question
 * @returns {Verdict}
 */
export function verdict(question) {
  const current = latestTurns(question.places);
  if (question.direction === "out") return exit(question, current);
  return (
    unlisted(question) ?? ticket(question) ?? gate(question) ?? window(question) ?? entry(question, current)
  );
}

/**
 * Return the entry that a supervisor grants against a refusal, null where nobody may override.
 * @param {Question} question
 * @param {string} refused
 * @returns {Verdict | null}
 */
export function overridden(question, refused) {
  if (!OVERRIDABLE.has(refused)) return null;
  const current = latestTurns(question.places);
  const taken = current.map((row) => row.place);
  let free = freePlaces(question.ticket.party, taken);
  if (!question.ticket.is_listed) free = free.slice(0, 1);
  if (question.persons) free = free.slice(0, question.persons);
  const places = free.length ? free : [Math.max(0, ...taken) + 1];
  const enter = places.map((place) => ({ place, turn: 0 }));
  return answer("ok_override", { enter, used: current.length + enter.length, why: refused });
}

/**
 * Return the key under which admissions of one place exclude each other.
 * @param {string} once
 * @param {{ day: string, show: string | null, window: number, zone: string | null }} where
 */
export function scopeKey(once, { day, show, window, zone }) {
  let key = "e";
  if (once === "day" || (once === "show" && show === null)) key = `d:${day}`;
  else if (once === "show") key = `s:${show}`;
  else if (once === "window") key = `w:${window}`;
  return zone === null ? key : `${key}@${zone}`;
}

/**
 * Return the operating day of an instant as 2026-09-25.
 * @param {number} ms
 * @param {string} zone
 * @param {string} start local time at which a day begins, 06:00
 */
export function operatingDay(ms, zone, start) {
  const parts = localParts(ms, zone);
  const day = Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day));
  const isBefore = `${parts.hour}:${parts.minute}` < start;
  return new Date(isBefore ? day - 86400000 : day).toISOString().slice(0, 10);
}

/**
 * @param {number} ms
 * @param {string} zone
 * @returns {Record<string, string>}
 */
export function localParts(ms, zone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
}

/**
 * @param {string} result
 * @param {Partial<Verdict>} [more]
 * @returns {Verdict}
 */
export function answer(result, more = {}) {
  return { result, enter: [], leave: [], first: null, at_ms: null, used: 0, why: "", ...more };
}

/**
 * @param {Place[]} places
 * @returns {Place[]} the latest turn of each place, by place
 */
function latestTurns(places) {
  /** @type {Map<number, Place>} */
  const latest = new Map();
  for (const row of places) {
    const known = latest.get(row.place);
    if (!known || row.turn > known.turn) latest.set(row.place, row);
  }
  return [...latest.values()].sort((a, b) => a.place - b.place);
}

/**
 * @param {Place} a
 * @param {Place} b
 */
const byEntry = (a, b) => a.entered_ms - b.entered_ms || a.place - b.place;

/**
 * @param {Question} question
 * @param {Place[]} current
 */
function exit(question, current) {
  const inside = current.filter((row) => row.left_ms === null).sort(byEntry);
  const leave = inside.slice(0, Math.max(question.persons, 1)).map(({ place, turn }) => ({ place, turn }));
  return answer("ok_exit", { leave, used: current.length, why: leave.length ? "" : "exit_without_entry" });
}

/** @param {Question} question */
function unlisted({ ticket, policy }) {
  if (ticket.is_listed || policy.unlisted === "accept") return null;
  if (policy.unlisted === "refuse") return answer("unlisted_refused");
  return answer("need_supervisor", { why: "unlisted" });
}

/** @param {Question} question */
function ticket({ code, ticket, policy }) {
  if (code.kind !== "search" && !policy.kinds.includes(code.kind)) return answer("kind_refused");
  if (code.rev !== null && code.rev < ticket.rev) return answer("revoked");
  if (STATUS.has(ticket.status)) return answer(ticket.status);
  if (ticket.status !== "unpaid") return null;
  return policy.unpaid === "ask" ? answer("need_supervisor", { why: "unpaid" }) : answer("unpaid");
}

/** @param {Question} question */
function gate({ gate, window, ticket }) {
  const isElsewhere = window !== null && window.group !== null && window.group !== gate.group;
  if (isElsewhere || gate.state !== "open" || gate.direction === "out") return answer("wrong_gate");
  if (gate.products !== null && !gate.products.includes(ticket.product)) return answer("wrong_product");
  return null;
}

/** @param {Question} question */
function window({ window, now_ms }) {
  if (window === null) return null;
  if (window.is_cancelled) return answer("show_cancelled");
  if (now_ms < window.opens_ms) return answer("too_early", { at_ms: window.opens_ms });
  if (now_ms >= window.closes_ms) return answer("too_late", { at_ms: window.closes_ms });
  return null;
}

/**
 * @param {Question} question
 * @param {Place[]} current
 */
function entry(question, current) {
  const { ticket, policy, persons } = question;
  const free = freePlaces(ticket.party, current.map((row) => row.place));
  if (!free.length) return again(question, current);
  if (isToAsk(question)) return answer("need_answer", { used: current.length });
  if (question.is_full) return answer("quota_full", { used: current.length });
  let wanted = persons === 0 ? free.length : Math.min(persons, free.length);
  if (!ticket.is_listed) wanted = 1;
  if (policy.party === "whole") wanted = free.length;
  const enter = free.slice(0, wanted).map((place) => ({ place, turn: 0 }));
  return answer(welcome(question), { enter, used: current.length + wanted });
}

/** @param {Question} question */
function isToAsk({ policy, has_answer }) {
  return Boolean(policy.ask) && !has_answer;
}

/**
 * @param {number} party
 * @param {number[]} taken
 */
function freePlaces(party, taken) {
  return Array.from({ length: party }, (_, at) => at + 1).filter((place) => !taken.includes(place));
}

/** @param {Question} question */
function welcome({ code, ticket }) {
  if (code.check_id) return "ok_attention";
  if (!ticket.is_listed) return "ok_unlisted";
  return ticket.party > 1 ? "ok_group" : "ok";
}

/**
 * @param {Question} question
 * @param {Place[]} current
 */
function again(question, current) {
  const used = current.length;
  const mine = current.filter(
    (row) => row.mine && row.left_ms === null && question.now_ms - row.entered_ms < REPEAT_MS,
  );
  if (mine.length) {
    const first = mine.reduce((best, row) => (row.entered_ms > best.entered_ms ? row : best));
    return answer("repeat", { first, used });
  }
  const back = returning(question, current);
  if (back) {
    if (isToAsk(question)) return answer("need_answer", { used });
    if (question.is_full) return answer("quota_full", { used });
    const leave = back.left_ms === null ? [{ place: back.place, turn: back.turn }] : [];
    return answer("ok_reentry", { enter: [{ place: back.place, turn: back.turn + 1 }], leave, used });
  }
  const first = [...current].sort(byEntry)[0];
  const isOut = current.every((row) => row.left_ms !== null);
  return answer(isOut ? "no_reentry" : "used", { first, used });
}

/**
 * @param {Question} question
 * @param {Place[]} current
 * @returns {Place | null}
 */
function returning({ policy, now_ms }, current) {
  const isFree = policy.reentry === "free" || policy.once === "unlimited";
  if (!isFree && policy.reentry !== "after_exit") return null;
  const max = policy.reentry_max;
  const may = current.filter((row) => max === null || row.turn < max);
  const outside = may.find(
    (row) => row.left_ms !== null && now_ms - row.left_ms >= policy.reentry_gap_s * 1000,
  );
  if (outside) return outside;
  const inside = may.filter((row) => row.left_ms === null).sort((a, b) => a.entered_ms - b.entered_ms);
  return isFree && inside.length ? inside[0] : null;
}
