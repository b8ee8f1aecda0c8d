// Who owes what, as the node says it in each ladder, as rows for a board: one row a cause, the most urgent first. And what of it needs a response now.

import type { Copy, Draft, Due, Duty, Entry, Names, Peer } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";

export interface Owed {
  key: string;
  cause: string; // the message, or the step: several things may be owed of it, and it calls once
  screen: "channel" | "consult" | "relief" | "status"; // where it is done
  ours: boolean;
  place: string;
  channel: string;
  precedence: string;
  step: string;
  party: string; // who owes it
  title: string;
  names?: Names[]; // of a procedure and its step, or of a form, in place of a title
  since: number;
  due?: number;
  rings?: number; // from when on it calls, if that is not its precedence's rule
  call?: number; // the rung of our own people that the node has called
  highest: string;
}

const STEP_APPROVE = "APPROVE";
export const STEP_ADVANCE = "ADVANCE", STEP_FALSE = "FALSE";

const lineOf = (place: string): string => place.split("/")[1].split(" ")[0].toLowerCase();

// Of those with the same key the first.
export const distinct = <One>(all: One[], key: (one: One) => unknown): One[] => all.filter((one, i) => all.findIndex((other) => key(other) === key(one)) === i);

function owedIn(entry: Entry): Owed[] {
  const title = entry.subject ?? entry.title ?? "", names = title === "" && entry.filled?.title ? [entry.filled.title] : undefined;
  const rows = (entry.ladders ?? []).flatMap(({ owed, rung, highest }): Owed[] => (owed === undefined ? [] : [{
    key: `${entry.place} ${owed.step} ${owed.by}`, cause: entry.place, screen: "channel", ours: owed.ours, step: owed.step, party: owed.by, place: entry.place, channel: entry.channel_name,
    precedence: entry.precedence ?? "ROUTINE", title, names, since: owed.since_ms ?? entry.filed_ms, due: owed.due_ms, call: owed.ours ? rung : undefined, highest,
  }]));
  return distinct(rows, (row) => row.key);
}

const aheadAt = (log: string, { id }: Entry) => `${log} ${id.slice(-8)}`; // it begins with its time

// What came ahead of its log, as a message: where its number is not known, its id stands.
export const messageOf = ({ log, place, entry }: Copy): Entry =>
  ({ ...entry, place: place ?? aheadAt(log, entry), title: entry.text?.[0]?.split("\n")[0], attachments: undefined });

// The entry that has taken the place of one that stood under its id.
export const cameAs = (about: string, entries: Entry[]) => entries.find((entry) => about === aheadAt(entry.place.replace(/\.\d+$/, ""), entry));

// Nothing can be signed on it, and it is read all the same, until its entry takes its place. isFalse: those that their log has contradicted.
export const owedCopies = (copies: Copy[], party: string, isFalse = false): Owed[] => copies.flatMap((copy) => {
  const step = isFalse ? STEP_FALSE : STEP_ADVANCE;
  const { place, id, subject, title = "", filled, to = [], precedence = "ROUTINE", claimed_ms: since } = messageOf(copy);
  const isOurs = to.some((one) => one.party === party && !one.information);
  return !isOurs || (copy.ended && !isFalse) || (copy.state === STEP_FALSE) !== isFalse ? [] : [{
    key: `${copy.log} ${id} ${step}`, cause: `${copy.log} ${id} ${step}`, screen: "channel", ours: true, step, party, place, channel: lineOf(place), precedence,
    title: subject ?? title, names: filled?.title ? [filled.title] : undefined, since, highest: "",
  }];
});

// Neither out nor ended; DATED waits for its day.
export const isWaiting = (draft: Draft): boolean => ["SUBMITTED", "APPROVED", "DATED"].includes(draft.state);

// Its author is told that it went nowhere, for a day or two: then it is old.
const TOLD_MS = 172_800_000;
export const hasFailed = (draft: Draft, holder: number, nodeNow: number): boolean => ["REFUSED", "LAPSED"].includes(draft.state) && draft.author_holder === holder && nodeNow - draft.claimed_ms < TOLD_MS;

// A draft waits for a person of this party other than its author and those who have signed.
function waitsForMe(draft: Draft, holder: number): boolean {
  return (draft.state === "SUBMITTED" && draft.author_holder !== holder && !draft.signers.some((signer) => signer.holder === holder)) ||
    draft.state === "APPROVED";
}

function owedDraft(draft: Draft): Owed {
  return {
    key: `${draft.place} ${STEP_APPROVE}`, cause: draft.place, screen: "channel", ours: true, step: STEP_APPROVE, party: draft.party, place: draft.place,
    channel: draft.channel_name, precedence: draft.precedence ?? "ROUTINE", title: draft.subject ?? draft.title ?? "",
    since: draft.claimed_ms, due: draft.lapses_ms || undefined, highest: draft.state,
  };
}

// What a procedure lets owe has hours: it calls when a quarter of them is left, FLASH at once.
const QUARTER = 0.25;

function owedDue(due: Due): Owed {
  const { since_ms: since = 0, due_ms: end } = due;
  return {
    key: [due.instance, due.step, due.about, due.level, due.party].join(" "), cause: due.about ?? `${due.instance} ${due.step}`, screen: "consult", ours: due.ours,
    step: due.level, party: due.party, place: due.instance, channel: lineOf(due.instance), precedence: due.precedence,
    title: "", names: [due.title, due.step_title], since, due: due.recess ? undefined : end, highest: due.state,
    rings: due.precedence === "FLASH" ? 0 : end === undefined || due.recess ? Infinity : end - (end - since) * QUARTER,
  };
}

// What a message's own ladder says too is one thing, with the minute of the procedure; and so is what two roles owe of one step.
const LADDER_STEPS: Record<string, string> = { "watch-read": "WATCH READ", "read-back": "READ BACK", presented: "PRESENTED", replied: "REPLIED" };

function owedDues(dues: Due[], ladders: Owed[]): Owed[] {
  const rows = dues.filter((due) => due.state === "OWED").flatMap((due): Owed[] => {
    const row = owedDue(due), said = ladders.find((one) => one.key === `${due.about} ${LADDER_STEPS[due.level]} ${due.party}`);
    if (said === undefined)
      return [row];
    said.due ??= row.due;
    return [];
  });
  return distinct(rows, (row) => row.key);
}

// What the watch before left open is read again, and a post with nobody at it is louder than all that waits for it.
function owedWatch(duty: Duty, entries: Entry[]): Owed[] {
  return duty.posts.flatMap((post) => {
    const row = { channel: "", party: "", since: 0, highest: "", ours: true, title: post.post };
    const again = post.again.map((place): Owed => {
      const entry = entries.find((one) => one.place === place);
      return { ...row, key: `${place} AGAIN`, cause: place, screen: "channel", step: "TO BE READ AGAIN", place, channel: lineOf(place),
        precedence: entry?.precedence ?? "IMMEDIATE", title: entry?.subject ?? entry?.title ?? "", since: entry?.filed_ms ?? 0 };
    });
    return post.state !== "EMPTY" ? again
      : [{ ...row, key: `${post.post} EMPTY`, cause: `${post.post} EMPTY`, screen: "relief" as const, step: "NOBODY ON DUTY", place: post.post, precedence: "FLASH" }, ...again];
  });
}

// The one order of whatever is owed, docs/spec/ladder.md rule 7: FLASH first, then what is due soonest; what has no minute is owed since it is
// owed at all, but what a procedure lets owe has one as soon as its clock runs.
const rank = (row: Owed) => PRECEDENCES.indexOf(row.precedence as typeof PRECEDENCES[number]);
const minute = (row: Owed) => row.due ?? (row.screen === "consult" ? Infinity : row.since);

export function owedRows(entries: Entry[], drafts: Draft[], dues: Due[], duty: Duty, holder: number, ahead: Owed[] = []): Owed[] {
  const ladders = entries.filter((entry) => entry.verdict === undefined || entry.verdict === "OK").flatMap(owedIn);
  const rows = [
    ...owedWatch(duty, entries), ...ahead, ...ladders, ...owedDues(dues, ladders),
    ...drafts.filter((draft) => waitsForMe(draft, holder)).map(owedDraft),
  ];
  return rows.sort((a, b) => rank(a) - rank(b) || (minute(a) < minute(b) ? -1 : Number(minute(a) > minute(b))));
}

// ---- Alarms: the obligations of ours that are due, and faults of this node. Nothing else sounds. An alarm ends by an act in the record, or with its
// fault; whoever hears it has quiet for a while and no longer, and who is not heard grows louder.

interface Alarm {
  key: string; // one cause, one alarm; another rung of our own people is another
  precedence: string;
  row: Owed;
}

export type Quiet = Record<string, number>; // by an alarm's key: until when whoever heard it has quiet, on the node's clock

const NOW = ["FLASH", "IMMEDIATE"]; // these call at once; the others when their minute has come
const QUIET_MS: Record<string, number> = { FLASH: 180_000, IMMEDIATE: 600_000, PRIORITY: 1_800_000, ROUTINE: 3_600_000 };

const callsFrom = (row: Owed): number => row.rings ?? (NOW.includes(row.precedence) ? 0 : row.due ?? Infinity);

export function alarmsOf(rows: Owed[], quiet: Quiet, nodeNow: number): Alarm[] {
  const calling = rows.filter((row) => row.ours && callsFrom(row) <= nodeNow);
  return distinct(calling, (row) => row.cause)
    .map((row) => ({ key: `${row.key} ${row.call ?? 0}`, precedence: row.precedence, row }))
    .filter(({ key }) => !(quiet[key] > nodeNow));
}

// Whoever has heard of one that its log contradicts then, and may have acted on it, is called again.
export const contradicted = (copies: Copy[], party: string, quiet: Quiet): Owed[] =>
  owedCopies(copies, party, true).filter((row) => quiet[`${row.key.slice(0, -STEP_FALSE.length)}${STEP_ADVANCE} 0`] !== undefined);

// Of what no act can end, whoever has heard it hears no more: of what came ahead until its entry comes.
export const quietUntil = ({ precedence, row }: Alarm, nodeNow: number): number => nodeNow + (row.step === STEP_ADVANCE || row.step === STEP_FALSE ? Number.MAX_SAFE_INTEGER - nodeNow : row.screen === "status" ? QUIET_MS.PRIORITY : QUIET_MS[precedence] ?? QUIET_MS.ROUTINE);

// ---- Faults of this node: nothing of the record ends them. ----

const SILENT_MS = 30_000, DOWN_MS = 60_000; // a line that comes back by itself calls nobody

interface Health {
  silentMs: number; // how long nothing was heard of the node
  peers: Pick<Peer, "code" | "paths">[];
  stopped: string[]; // logs
  diverged: number; // procedures
}

export function faultRows({ silentMs, peers, stopped, diverged }: Health, nodeNow: number): Owed[] {
  const row = (step: string, place: string, since: number, rings: number): Owed => ({
    key: `${step} ${place}`, cause: `${step} ${place}`, screen: "status", ours: true, place, channel: "", precedence: "IMMEDIATE", step, party: "", title: "", since, rings, highest: "",
  });
  const down = peers.filter(({ paths }) => paths.length > 0 && paths.every((path) => !path.up));
  return [
    ...(silentMs >= SILENT_MS ? [row("NODE SILENT", "", nodeNow - silentMs, 0)] : []),
    ...down.map(({ code, paths }) => {
      const since = Math.max(...paths.map((path) => path.since_ms));
      return row("LINE DOWN", code, since, since + DOWN_MS);
    }),
    ...stopped.map((log) => row("LOG STOPPED", log, 0, 0)),
    ...(diverged > 0 ? [row("THE STATES DIFFER", "", 0, 0)] : []),
  ];
}

// ---- How loud. ----

const CLIMB_MS = 300_000;

// Of an alarm that nobody has heard for so long.
export function loudness(precedence: string, unheardMs: number): string {
  const at = PRECEDENCES.indexOf(precedence as typeof PRECEDENCES[number]);
  return PRECEDENCES[Math.max(0, at - Math.floor(unheardMs / CLIMB_MS))];
}

// More than ten in ten minutes is a flood: then one line a precedence. Times of the alarms that began, newest last.
export const FLOOD_COUNT = 10, FLOOD_MS = 600_000, FLOOD_OVER = 5;

export function isFlood(began: number[], at: number, wasFlood: boolean): boolean {
  const recent = began.filter((ms) => at - ms < FLOOD_MS).length;
  return wasFlood ? recent >= FLOOD_OVER : recent > FLOOD_COUNT;
}

interface Tone { hertz: number; seconds: number; pause: number; times: number }

// Four sounds, each of a shape of its own: how high, how long, how often.
export const TONES: Record<string, Tone> = {
  FLASH: { hertz: 980, seconds: 0.15, pause: 0.1, times: 6 },
  IMMEDIATE: { hertz: 740, seconds: 0.25, pause: 0.2, times: 3 },
  PRIORITY: { hertz: 560, seconds: 0.4, pause: 0.3, times: 2 },
  ROUTINE: { hertz: 440, seconds: 0.5, pause: 0, times: 1 },
};

export const AGAIN_MS: Record<string, number> = { FLASH: 4_000, IMMEDIATE: 10_000, PRIORITY: 30_000, ROUTINE: 60_000 };
