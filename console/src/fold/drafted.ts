// Whether what the node says of a draft is what its bytes say: whoever signs, signs the bytes.

import { equal } from "../base/bytes.js";
import type { Draft } from "../node/shapes.js";
import { encode } from "../wire/cbor.js";
import { Label, labelValue } from "../wire/content.js";
import { kindName, PRECEDENCES, Statement } from "../wire/statement.js";

type Shown = Pick<Draft, "channel" | "kind" | "precedence" | "label" | "party" | "role">;

const isSameLabel = (a: Label | undefined, b: Label | undefined) =>
  (a === undefined || b === undefined ? a === b : equal(encode(labelValue(a)), encode(labelValue(b))));

export function isAsSaid(draft: Shown, statement: Statement): boolean {
  return draft.channel === statement.channel && draft.party === statement.party && draft.role === statement.role && isSameLabel(draft.label, statement.label) &&
    (kindName(statement.kind) === undefined || draft.kind === kindName(statement.kind)) &&
    (draft.precedence ?? "ROUTINE") === PRECEDENCES[statement.precedence ?? PRECEDENCES.length - 1];
}

// As it stands in the bytes: the level, then each category with its values.
export function labelText(label: Label | undefined): string {
  return label === undefined ? "" : [label.level, ...label.categories.map(({ name, values }) => `${name.toUpperCase()} ${values.join(", ")}`)].join(" · ");
}
