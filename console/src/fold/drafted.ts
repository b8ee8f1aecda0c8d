// Whether what the node says of a draft is what its bytes say, for whoever signs, signs the bytes; and what had not been seen when they were
// made, told by each log's own numbers, which no clock moves.

import { equal } from "../base/bytes.js";
import type { Draft, Entry } from "../node/shapes.js";
import { encode } from "../wire/cbor.js";
import { Label, labelValue } from "../wire/content.js";
import { kindName, PRECEDENCES, Seen, Statement } from "../wire/statement.js";

type Shown = Pick<Draft, "channel" | "kind" | "precedence" | "label" | "party" | "role">;

const isSameLabel = (a: Label | undefined, b: Label | undefined) =>
  (a === undefined || b === undefined ? a === b : equal(encode(labelValue(a)), encode(labelValue(b))));

export function isAsSaid(draft: Shown, statement: Statement): boolean {
  return draft.channel === statement.channel && draft.party === statement.party && draft.role === statement.role && isSameLabel(draft.label, statement.label) &&
    (kindName(statement.kind) === undefined || draft.kind === kindName(statement.kind)) &&
    (draft.precedence ?? "ROUTINE") === PRECEDENCES[statement.precedence ?? PRECEDENCES.length - 1];
}

// As it stands in the bytes: the level, then each category with its values.
export const labelText = (label: Label | undefined): string => label === undefined ? "" : [label.level, ...label.categories.map(({ name, values }) => `${name.toUpperCase()} ${values.join(", ")}`)].join(" · ");

function isBeyond(entry: Pick<Entry, "party" | "epoch" | "index">, seen: Seen[]): boolean {
  const row = seen.find((one) => one.party === entry.party);
  return row === undefined || entry.epoch > row.epoch || (entry.epoch === row.epoch && entry.index >= row.size);
}

export const unseen = (entries: Entry[], seen: Seen[], me: string): Entry[] => entries.filter((entry) => entry.party !== me && isBeyond(entry, seen));
