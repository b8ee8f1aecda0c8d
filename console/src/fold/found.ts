// What hangs on a thing of a dialogue, or is tried in a procedure, as rows of a form: docs/spec/dialogue.md section 3. From what was typed
// into them come the fields that are signed; whether they count the node says.

import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import type { Move } from "./moves.js";

export interface Row {
  number: number; // of the field
  name: string; // of its title, and of what is typed into it
  type: "name" | "names" | "words" | "text" | "date" | "number" | "parties" | "people" | "choice";
  isOptional?: boolean;
  options?: [value: string, text: string][];
}

type Texts = Record<string, string>; // by name, name.ko

const NAME: Row = { number: 1, name: "name", type: "name" }, TITLE: Row = { number: 2, name: "title", type: "words" };
const optional = (number: number, name: string, type: Row["type"], options?: Row["options"]): Row => ({ number, name, type, isOptional: true, options });

const found = (name: string, kind: number, about: string, rows: Row[], fields?: Move["fields"]): Move => ({ name, kind, about, rows, fields, text: "none" });

// What a form of a dialogue offers to choose from.
export interface Choices {
  manners: Row["options"];
  bodies: Row["options"]; // the others of its channel, by name
}

const AMEND = 2, MERGE = 3, MOVE = 11, DELEGATION = 13;

// What changes a body or a session, or names who comes: of each field the last that says it stands.
function changesOf(kind: string, about: string, { bodies, manners }: Choices): Move[] {
  const when = [optional(4, "when", "date"), optional(5, "hosts", "parties"), optional(7, "place", "words"), optional(26, "manner", "choice", manners)];
  if (kind === "body")
    return [
      found("amend-body", Kind.ACT, about, [optional(2, "title", "words"), optional(7, "mandate", "words"), optional(12, "chairs", "names"), optional(10, "months", "number"),
        optional(5, "hosts", "parties"), optional(13, "feeds", "choice", bodies)], [[3, AMEND]]),
      ...bodies?.length ? [{ ...found("merge-body", Kind.ACT, about, [{ number: 13, name: "into", type: "choice", options: bodies }, optional(7, "detail", "words")], [[3, MERGE]]), isHeld: true }] : [],
    ];
  return kind !== "session" ? [] : [
    found("move-session", Kind.ACT, about, [optional(2, "title", "words"), ...when], [[3, MOVE]]),
    found("delegation", Kind.ACT, about, [{ number: 15, name: "people", type: "people" }, optional(25, "credentials", "words")], [[3, DELEGATION]]),
  ];
}

// A body has sessions, commitments and texts; a session items besides; a commitment conditions, said again at each stage; a text what
// corrects or amends it.
export function foundOn(kind: string, about: string, languages: string[], choices: Choices): Move[] {
  return [...changesOf(kind, about, choices), ...hungOn(kind, about, languages, choices)];
}

function hungOn(kind: string, about: string, languages: string[], { manners }: Choices): Move[] {
  const both = [
    found("found-commitment", Kind.COMMITMENT, about, [NAME, TITLE, { number: 5, name: "owes", type: "parties" }, optional(4, "until", "date"), optional(7, "test", "words")]),
    found("found-text", Kind.TEXT, about, [NAME, TITLE], [[11, languages]]),
  ];
  if (kind === "body")
    return [found("found-session", Kind.SESSION, about, [NAME, TITLE, optional(4, "when", "date"), optional(5, "hosts", "parties"), optional(7, "place", "words"),
      optional(26, "manner", "choice", manners)]), ...both];
  if (kind === "text")
    return [found("correct-text", Kind.TEXT, about, [NAME, TITLE], [[11, languages]]), found("amend-text", Kind.TEXT, about, [NAME, TITLE], [[3, 1], [11, languages]])];
  if (kind === "commitment")
    return [found("found-condition", Kind.CONDITION, about, [NAME, TITLE, { number: 16, name: "stage", type: "name" }, optional(4, "when", "date"), optional(6, "source", "text")])];
  return kind === "session" ? [found("found-item", Kind.ITEM, about, [NAME, TITLE, optional(7, "detail", "words")]), ...both] : [];
}

const ASSESS = 19;

export function foundOnEvent(about: string, confidences: Row["options"]): Move[] {
  const confidence = optional(21, "confidence", "choice", confidences);
  return [
    found("claim", Kind.CLAIM, about, [NAME, { number: 6, name: "source", type: "text" }, { number: 7, name: "claimed", type: "words" }, optional(4, "when", "date"),
      optional(23, "location", "words"), optional(22, "degrees", "text"), confidence]),
    found("assess", Kind.ACT, about, [{ number: 7, name: "assessed", type: "words" }, confidence], [[3, ASSESS]]),
  ];
}

// That one tried to reach the other side, and what came of it.
export const attempt = (about: string, results: Row["options"]): Move => found("attempt", Kind.ATTEMPT, about, [
  { number: 3, name: "whom", type: "text" }, { number: 1, name: "way", type: "text" }, { number: 2, name: "result", type: "choice", options: results }]);

const TAGS = (texts: Texts, name: string) => Object.keys(texts).filter((key) => key.startsWith(`${name}.`) && texts[key].trim() !== "");

// A line each, name and office, as "Hong Gil-dong = Deputy Minister".
function peopleIn(text: string): string[] | undefined {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => line.split("=").map((part) => part.trim().normalize("NFC")));
  return lines.length > 0 && lines.every((parts) => parts.length === 2 && parts.every((part) => part !== "")) ? lines.flat() : undefined;
}

const DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\dZ)?)?)?$/;

// Undefined: nothing is typed, or nothing that can be read.
function valueOf(row: Row, texts: Texts): Value | undefined {
  const text = (texts[row.name] ?? "").trim();
  switch (row.type) {
  case "name":
    return /^[a-z][a-z0-9-]{0,47}$/.test(text) ? text : undefined;
  case "names": {
    const names = text.split(",").map((one) => one.trim());
    return names.every((one) => /^[a-z][a-z0-9-]{0,47}$/.test(one)) ? names : undefined;
  }
  case "people":
    return peopleIn(text);
  case "words": {
    const tags = TAGS(texts, row.name).sort();
    return tags.length > 0 ? tags.flatMap((key) => [key.slice(row.name.length + 1), texts[key].trim().normalize("NFC")]) : undefined;
  }
  case "date":
    return text.split("/").length <= 2 && text.split("/").every((part) => DATE.test(part)) ? text : undefined;
  case "number":
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  case "parties": {
    const codes = TAGS(texts, row.name).map((key) => key.slice(row.name.length + 1)).sort();
    return codes.length > 0 ? codes : undefined;
  }
  case "choice":
    return text === "" ? undefined : /^\d+$/.test(text) ? Number(text) : text;
  case "text":
    return text === "" ? undefined : text.normalize("NFC");
  }
}

const isTyped = (row: Row, texts: Texts) => (texts[row.name] ?? "").trim() !== "" || TAGS(texts, row.name).length > 0;

// The name of the first row that is missing or cannot be read; of what only changes something, one must be there.
export function faultOf(rows: Row[], texts: Texts): string | undefined {
  if (rows.length > 0 && rows.every((row) => row.isOptional && !isTyped(row, texts)))
    return rows[0].name;
  return rows.find((row) => valueOf(row, texts) === undefined && (!row.isOptional || isTyped(row, texts)))?.name;
}

export function fieldsOfRows(rows: Row[], texts: Texts): [number, Value][] {
  return rows.flatMap((row) => {
    const value = valueOf(row, texts);
    return value === undefined ? [] : [[row.number, value] as [number, Value]];
  });
}

// Something in each row that must be filled: to ask before anything is typed whether one may.
export function sampleOf(rows: Row[], code: string): Texts {
  const texts: Record<Row["type"], (row: Row) => Texts> = {
    name: (row) => ({ [row.name]: "not-named-yet" }), words: (row) => ({ [`${row.name}.en`]: "-" }), text: (row) => ({ [row.name]: "-" }), date: (row) => ({ [row.name]: "2026" }),
    number: (row) => ({ [row.name]: "1" }), parties: (row) => ({ [`${row.name}.${code}`]: "1" }), choice: (row) => ({ [row.name]: row.options?.[0]?.[0] ?? "" }),
    names: (row) => ({ [row.name]: "not-named-yet" }), people: (row) => ({ [row.name]: "- = -" }),
  };
  return Object.assign({}, ...rows.filter((row) => !row.isOptional).map((row) => texts[row.type](row))) as Texts;
}
