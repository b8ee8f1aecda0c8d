// Who owes what, as the node says it in each ladder, as rows for a board: one row a cause, the most urgent first.

import type { Draft, Entry } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";

export interface Owed {
  key: string;
  ours: boolean;
  place: string;
  channel: string;
  precedence: string;
  step: string;
  party: string; // who owes it
  title: string;
  since: number;
  due?: number;
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
        key, ours, step, party: by, place: entry.place, channel: entry.channel_name, precedence: entry.precedence ?? "ROUTINE",
        title: entry.subject ?? entry.title ?? "", since: ladder.owed.since_ms ?? entry.filed_ms, due: ladder.owed.due_ms, highest: ladder.highest,
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
    key: `${draft.place} ${STEP_APPROVE}`, ours: true, step: STEP_APPROVE, party: draft.party, place: draft.place,
    channel: draft.channel_name, precedence: draft.precedence ?? "ROUTINE", title: draft.subject ?? draft.title ?? "",
    since: draft.claimed_ms, due: draft.lapses_ms || undefined, highest: draft.state,
  };
}

const rank = (row: Owed) => PRECEDENCES.indexOf(row.precedence as typeof PRECEDENCES[number]);

export function owedRows(entries: Entry[], drafts: Draft[], holder: number): Owed[] {
  const rows = [
    ...entries.filter((entry) => entry.verdict === undefined || entry.verdict === "OK").flatMap(owedIn),
    ...drafts.filter((draft) => waitsForMe(draft, holder)).map(owedDraft),
  ];
  return rows.sort((a, b) => rank(a) - rank(b) || (a.due ?? Infinity) - (b.due ?? Infinity) || a.since - b.since);
}
