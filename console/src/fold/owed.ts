// Who owes what, as the node says it in each ladder, as rows for a board: one row a cause, the most urgent first.

import type { Draft, Due, Duty, Entry, Names } from "../node/shapes.js";
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

function owedIn(entry: Entry): Owed[] {
  const rows = new Map<string, Owed>();
  for (const ladder of entry.ladders ?? []) {
    if (ladder.owed === undefined)
      continue;
    const { step, by, ours } = ladder.owed, key = `${entry.place} ${step} ${by}`;
    if (!rows.has(key)) {
      rows.set(key, {
        key, cause: entry.place, screen: "channel", ours, step, party: by, place: entry.place, channel: entry.channel_name, precedence: entry.precedence ?? "ROUTINE",
        title: entry.subject ?? entry.title ?? "", names: !entry.subject && !entry.title && entry.filled?.title ? [entry.filled.title] : undefined, since: ladder.owed.since_ms ?? entry.filed_ms, due: ladder.owed.due_ms, call: ours ? ladder.rung : undefined, highest: ladder.highest,
      });
    }
  }
  return [...rows.values()];
}

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
    step: due.level, party: due.party, place: due.instance, channel: due.instance.split("/")[1].split(" ")[0].toLowerCase(), precedence: due.precedence,
    title: "", names: [due.title, due.step_title], since, due: due.recess ? undefined : end, highest: due.state,
    rings: due.precedence === "FLASH" ? 0 : end === undefined || due.recess ? Infinity : end - (end - since) * QUARTER,
  };
}

// What a message's own ladder says too is one thing, with the minute of the procedure; and so is what two roles owe of one step.
const LADDER_STEPS: Record<string, string> = { "watch-read": "WATCH READ", "read-back": "READ BACK", presented: "PRESENTED", replied: "REPLIED" };

function owedDues(dues: Due[], ladders: Owed[]): Owed[] {
  const rows = new Map<string, Owed>(), isOwed = (due: Due) => due.state === "OWED";
  for (const due of dues.filter(isOwed)) {
    const row = owedDue(due), said = ladders.find((one) => one.key === `${due.about} ${LADDER_STEPS[due.level]} ${due.party}`);
    if (said !== undefined)
      said.due ??= row.due;
    else if (!rows.has(row.key))
      rows.set(row.key, row);
  }
  return [...rows.values()];
}

// What the watch before left open is read again, and a post with nobody at it is louder than all that waits for it.
function owedWatch(duty: Duty, entries: Entry[]): Owed[] {
  return duty.posts.flatMap((post) => {
    const row = { channel: "", party: "", since: 0, highest: "", ours: true, title: post.post };
    const again = post.again.map((place): Owed => {
      const entry = entries.find((one) => one.place === place);
      return { ...row, key: `${place} AGAIN`, cause: place, screen: "channel", step: "TO BE READ AGAIN", place, channel: place.split("/")[1].split(" ")[0].toLowerCase(),
        precedence: entry?.precedence ?? "IMMEDIATE", title: entry?.subject ?? entry?.title ?? "", since: entry?.filed_ms ?? 0 };
    });
    return post.state !== "EMPTY" ? again
      : [{ ...row, key: `${post.post} EMPTY`, cause: `${post.post} EMPTY`, screen: "relief" as const, step: "NOBODY ON DUTY", place: post.post, precedence: "FLASH" }, ...again];
  });
}

const rank = (row: Owed) => PRECEDENCES.indexOf(row.precedence as typeof PRECEDENCES[number]);

export function owedRows(entries: Entry[], drafts: Draft[], dues: Due[], duty: Duty, holder: number): Owed[] {
  const ladders = entries.filter((entry) => entry.verdict === undefined || entry.verdict === "OK").flatMap(owedIn);
  const rows = [
    ...owedWatch(duty, entries), ...ladders, ...owedDues(dues, ladders),
    ...drafts.filter((draft) => waitsForMe(draft, holder)).map(owedDraft),
  ];
  return rows.sort((a, b) => rank(a) - rank(b) || (a.due ?? Infinity) - (b.due ?? Infinity) || a.since - b.since);
}
