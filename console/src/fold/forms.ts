// What is typed into forms, and the fields that are signed of it: the forms of the accord (docs/spec/forms.md section 3), and those of dialogues and
// procedures, which stand here as a table (docs/spec/dialogue.md section 3). Whether one is filled well, and counts, the node says.

import { fromHex } from "../base/bytes.js";
import type { Form, FormField } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { readMoment } from "../words/moment.js";
import type { Move } from "./moves.js";

type Texts = Record<string, string>; // by name, name.ko, name.from, name.member

// ---- Forms of the accord. ----

interface Filled {
  statement: Map<number, Value>;
  content: Map<number, Value>;
  refers: string[]; // places, in the order in which the fields count them
  fault?: string; // the name of the first field that cannot be read
}

const REPLY_BY = 201, BASIS = 200, BECAUSE = 202;

const UNREADABLE = Symbol("what is typed cannot be read");

type Read = Value | typeof UNREADABLE | undefined; // undefined: nothing was typed

const number = (text: string): Read => (/^\d+$/.test(text) ? Number(text) : UNREADABLE);
const moment = (text: string): Read => (Number.isNaN(readMoment(text)) ? UNREADABLE : readMoment(text));
const hash = (text: string): Read => (/^[0-9a-f]{64}$/.test(text) ? fromHex(text) : UNREADABLE);
const readers: Record<string, (text: string) => Read> = { code: number, num: number, time: moment, hash };

// What has several parts has all of them, or nothing.
const whole = (parts: Read[]): Read => parts.every((part) => part === undefined) ? undefined : parts.some((part) => part === undefined || part === UNREADABLE) ? UNREADABLE : parts as Value[];

function valueIn(field: FormField, name: string, texts: Texts, languages: string[], refers: string[]): Read {
  const typed = texts[name] ?? "", each = (names: string[], read: (text: string) => Read) => names.map((one) => texts[`${name}.${one}`] ?? "").map((text) => (text === "" ? undefined : read(text)));
  const list = (value: Read): Read => (field.list && value !== undefined && value !== UNREADABLE ? [value] : value);
  switch (field.type) {
  case "pair": {
    const words = each(languages, (text) => text);
    return list(words.every((text) => text === undefined) ? undefined : words.map((text) => text as string ?? ""));
  }
  case "span":
    return list(whole(each(["from", "to"], moment)));
  case "group":
    return list(whole((field.members ?? []).map((member) => valueIn(member, `${name}.${member.name}`, texts, languages, refers))));
  }
  const one = field.type === "ref" ? (text: string) => refers.push(text) - 1 : readers[field.type] ?? ((text: string) => text);
  return typed === "" ? undefined : field.list ? whole(typed.split("\n").filter((line) => line !== "").map(one)) : one(typed);
}

// before: places that the statement refers to whatever is typed, as a reply its message.
export function fillForm(form: Form, texts: Texts, languages: string[], before: string[] = []): Filled {
  const filled: Filled = { statement: new Map(), content: new Map(), refers: [...before] };
  const shared: FormField[] = ([[BASIS, "basis", "text"], [REPLY_BY, "reply-by", "time"], [BECAUSE, "because", "text"]] as const)
    .map(([number, name, type]) => ({ number, name, type, title: {}, list: false, optional: true, in: "statement" }));
  for (const field of [...form.fields, ...shared]) {
    const value = valueIn(field, field.name, texts, languages, filled.refers);
    if (value === UNREADABLE)
      filled.fault ??= field.name;
    else if (value !== undefined)
      filled[field.in].set(field.number, value);
  }
  return filled;
}

// ---- Forms of dialogues and procedures. ----

export interface Row {
  number: number; // of the field
  name: string; // of its title, and of what is typed into it
  type: "name" | "names" | "unit" | "words" | "text" | "date" | "number" | "ticked" | "people" | "choice" | "moment";
  isOptional?: boolean;
  options?: [value: string, text: string][];
}

// What is offered to choose from, by the name of the row.
export type Choices = Record<string, Row["options"]>;

const ROWS: Record<string, [number, Row["type"]]> = {
  name: [1, "name"], title: [2, "words"], when: [4, "date"], until: [4, "date"], owes: [5, "ticked"], owed: [9, "ticked"], hosts: [5, "ticked"], outlets: [19, "ticked"], source: [6, "text"],
  detail: [7, "words"], place: [7, "words"], test: [7, "words"], mandate: [7, "words"], claimed: [7, "words"], assessed: [7, "words"], months: [10, "number"],
  chairs: [12, "names"], feeds: [13, "choice"], into: [13, "choice"], people: [15, "people"], stage: [16, "name"], type: [20, "choice"], confidence: [21, "choice"],
  degrees: [22, "text"], location: [23, "words"], credentials: [25, "words"], manner: [26, "choice"], beside: [27, "choice"], unit: [24, "unit"],
  way: [1, "text"], result: [2, "choice"], whom: [3, "text"],
};

// On which kinds of thing, or what stands of a text, each may be filled, with which rows (? those that need not be) and which act.
const FORMS: [on: string, name: string, kind: number, rows: string, act?: number][] = [
  ["channel", "found-body", Kind.BODY, "name title mandate? chairs? months? hosts? feeds?"],
  ["channel", "open-event", Kind.EVENT, "name title type? when? location? degrees? detail?"],
  ["body", "amend-body", Kind.ACT, "title? mandate? chairs? months? hosts? feeds?", 2],
  ["body", "merge-body", Kind.ACT, "into detail?", 3],
  ["session", "move-session", Kind.ACT, "title? when? hosts? place? manner? beside?", 11],
  ["session", "delegation", Kind.ACT, "people credentials?", 13],
  ["body", "found-session", Kind.SESSION, "name title when? hosts? place? manner? beside?"],
  ["session", "found-item", Kind.ITEM, "name title detail?"],
  ["body session", "found-commitment", Kind.COMMITMENT, "name title owes owed? until? test? unit?"],
  ["body session", "found-text", Kind.TEXT, "name title"],
  ["text", "correct-text", Kind.TEXT, "name title"],
  ["text", "amend-text", Kind.TEXT, "name title", 1],
  ["commitment", "found-condition", Kind.CONDITION, "name title stage when? source?"], // said again at each stage
  ["event", "claim", Kind.CLAIM, "name source claimed when? location? degrees? confidence?"],
  ["event", "assess", Kind.ACT, "assessed confidence?", 19],
  ["instance", "attempt", Kind.ATTEMPT, "whom way result"],
  ["minutes", "record-agree", Kind.ACT, "", 10], // that a text as it stands is the record of its session
  ["agreed", "initial", Kind.ENDORSE, "", 0],
  ["agreed", "sign-text", Kind.ENDORSE, "", 1],
  ["signed", "release-text", Kind.ENDORSE, "when outlets?", 2], // what all signed goes out at a time that each side names alike, by every outlet
];
const HELD = ["merge-body", "record-agree", "initial", "sign-text", "release-text"];

// Of no other body there is none to choose.
const isOffered = (rows: Row[]) => rows.every((row) => row.type !== "choice" || row.isOptional || (row.options?.length ?? 0) > 0);

// also: what each kind of statement says besides.
export function formsOn(kind: string, about: string | undefined, choices: Choices = {}, also: Record<number, [number, Value][]> = {}): Move[] {
  return FORMS.filter(([on]) => on.split(" ").includes(kind)).map(([, name, number, names, act]): Move => ({
    name, kind: number, about, text: "none", isHeld: HELD.includes(name), fields: [...act === undefined ? [] : [[3, act] as [number, Value]], ...also[number] ?? []],
    rows: names === "" ? undefined : names.split(" ").map((text): Row => {
      const row = text.replace("?", "");
      return { number: ROWS[row][0], name: row, type: ROWS[row][1], isOptional: text.endsWith("?"), options: choices[row] };
    }),
  })).filter(({ rows }) => isOffered(rows ?? []));
}

const TAGS = (texts: Texts, name: string) => Object.keys(texts).filter((key) => key.startsWith(`${name}.`) && texts[key].trim() !== "");

// A line each, name and office, as "Hong Gil-dong = Deputy Minister".
function peopleIn(text: string): string[] | undefined {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => line.split("=").map((part) => part.trim().normalize("NFC")));
  return lines.length > 0 && lines.every((parts) => parts.length === 2 && parts.every((part) => part !== "")) ? lines.flat() : undefined;
}

const DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\dZ)?)?)?$/;

export const isName = (text: string) => /^[a-z][a-z0-9-]{0,47}$/.test(text);

// By its type the value of what is typed, undefined if it cannot be read; and what always can, to ask before anything is typed whether one may.
const TYPES: Record<Exclude<Row["type"], "words" | "ticked">, [read: (text: string) => Value | undefined, sample: string]> = {
  name: [(text) => (isName(text) ? text : undefined), "not-named-yet"],
  names: [(text) => { const names = text.split(",").map((one) => one.trim()); return names.every(isName) ? names : undefined; }, "not-named-yet"],
  unit: [(text) => (text.split("/").length === 2 && text.split("/").every(isName) ? text : undefined), "not-named-yet/unit"],
  text: [(text) => text.normalize("NFC") || undefined, "-"],
  date: [(text) => (text.split("/").length <= 2 && text.split("/").every((part) => DATE.test(part)) ? text : undefined), "2026"],
  number: [(text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined), "1"],
  people: [peopleIn, "- = -"],
  choice: [(text) => (/^\d+$/.test(text) ? Number(text) : text || undefined), ""],
  moment: [(text) => (Number.isNaN(readMoment(text)) ? undefined : readMoment(text)), "010000Z JAN 30"],
};

function valueOf(row: Row, texts: Texts): Value | undefined {
  if (row.type !== "words" && row.type !== "ticked")
    return TYPES[row.type][0]((texts[row.name] ?? "").trim());
  const tags = TAGS(texts, row.name).map((key) => key.slice(row.name.length + 1)).sort();
  return tags.length === 0 ? undefined : row.type === "ticked" ? tags : tags.flatMap((tag) => [tag, texts[`${row.name}.${tag}`].trim().normalize("NFC")]);
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

// Something in each row that must be filled.
export function sampleOf(rows: Row[], code: string): Texts {
  return Object.fromEntries(rows.filter((row) => !row.isOptional).map(({ name, type, options }) =>
    (type === "words" ? [`${name}.en`, "-"] : type === "ticked" ? [`${name}.${options?.[0]?.[0] ?? code}`, "1"] : [name, type === "choice" ? options?.[0]?.[0] ?? "" : TYPES[type][1]])));
}
