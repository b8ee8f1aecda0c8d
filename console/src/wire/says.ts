// What a statement of a dialogue says in its key 14: docs/spec/dialogue.md sections 3 and 4. Read from the bytes that are signed, for a screen.

import { toHex } from "../base/bytes.js";
import type { Value } from "./cbor.js";
import { N_ } from "../words/fill.js";
import { Kind } from "./statement.js";

// In the order of reading: number, name, and how its value is written.
const FIELDS: [number: number, key: string, shape: "act" | "text" | "texts" | "words" | "people" | "hash"][] = [
  [3, "act", "act"], [1, "name", "text"], [2, "title", "words"], [17, "words", "text"], [4, "when", "text"], [5, "parties", "texts"], [9, "owed_to", "texts"],
  [7, "detail", "words"], [24, "unit", "text"], [8, "doubt", "words"], [6, "source", "text"], [20, "type", "text"], [21, "confidence", "text"],
  [23, "location", "words"], [22, "where", "text"], [10, "number", "text"], [11, "languages", "texts"], [12, "chairs", "texts"], [13, "to", "text"],
  [15, "people", "people"], [25, "credentials", "words"], [26, "manner", "text"], [27, "beside", "text"], [16, "stage", "text"], [18, "hash", "hash"], [19, "outlets", "texts"],
];

export const ACTS = [N_("confirm"), N_("drop"), N_("amend"), N_("merge"), N_("end"), N_("agenda open"), N_("agenda agree"), N_("begin"),
  N_("recess"), N_("conclude"), N_("record agree"), N_("move"), N_("call off"), N_("delegation"), N_("agree"), N_("decline"),
  N_("discussed"), N_("defer"), N_("close"), N_("assess"), N_("in force"), N_("terminate"), N_("withdraw")];
const ENDORSED = [N_("initial"), N_("sign"), N_("release text")], SAMENESS = [N_("one"), N_("apart")], AGREED = [N_("fully"), N_("ad referendum")];

const actsOf = (kind: number) => (kind === Kind.ENDORSE ? ENDORSED : kind === Kind.SAME ? SAMENESS : kind === Kind.AGREE ? AGREED : ACTS);

// Texts in twos, as a tag and its text.
function pairs(value: Value, write: (first: string, second: string) => string, between = " · "): string {
  const all = value as string[];
  return all.flatMap((one, i) => (i % 2 === 0 ? [write(one, all[i + 1] ?? "")] : [])).join(between);
}

// The head first.
export const peopleText = (people: string[], between?: string): string => pairs(people, (name, office) => `${name} (${office})`, between);

function textOf(kind: number, shape: typeof FIELDS[number][2], value: Value): string {
  switch (shape) {
  case "act":
    return actsOf(kind)[Number(value)] ?? String(value);
  case "words":
    return pairs(value, (tag, text) => `[${tag}] ${text}`);
  case "people":
    return peopleText(value as string[]);
  case "texts":
    return (value as string[]).join(", ");
  case "hash":
    return toHex(value as Uint8Array);
  case "text":
    return String(value);
  }
}

const isDialogue = (kind: number) => kind >= Kind.BODY && kind <= Kind.SAME;
const rawText = (value: Value): string => (value instanceof Uint8Array ? toHex(value) : Array.isArray(value) ? value.map(rawText).join(", ") : String(value));

// Causes, by their number.
export const NEGATIVE_CAUSES = [N_("cannot decode"), N_("wrong addressee"), N_("unknown form"), N_("incomplete")];
export const WRONG_CAUSES = [N_("some of it is missing"), N_("a number, a time or a place is another"), N_("a name is another"), N_("its sense is another"), N_("it cannot be read")];

export const CODED: Record<number, [key: string, values: string[]][]> = { [Kind.MARK]: [["act", [N_("CORRECT"), N_("WRONG")]], ["cause", WRONG_CAUSES]], [Kind.NEGATIVE]: [["cause", NEGATIVE_CAUSES]] };

// Every field once: those of dialogues, and what is coded, by their names, all others by their numbers.
export function saysOf(kind: number, fields: Map<number, Value> | undefined): [key: string, text: string][] {
  const all = fields ?? new Map<number, Value>(), named = isDialogue(kind) ? FIELDS.filter(([number]) => all.has(number)) : [];
  const known = new Set(named.map(([number]) => number));
  return [
    ...named.map(([number, key, shape]): [string, string] => [key, textOf(kind, shape, all.get(number) ?? "")]),
    ...[...all].filter(([number]) => !known.has(number)).map(([number, value]): [string, string] => [CODED[kind]?.[number - 1]?.[0] ?? String(number), CODED[kind]?.[number - 1]?.[1][Number(value)] ?? rawText(value)]),
  ];
}
