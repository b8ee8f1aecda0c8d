// A form from what was typed into its fields: docs/spec/forms.md section 3. Whether it is filled well the node says.

import { fromHex } from "../base/bytes.js";
import type { Form, FormField } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { readMoment } from "../words/moment.js";

export interface Filled {
  statement: Map<number, Value>;
  content: Map<number, Value>;
  refers: string[]; // places, in the order in which the fields count them
  fault?: string; // the name of the first field that cannot be read
}

export type Texts = Record<string, string>; // by name, name.ko, name.from, name.member

export const REPLY_BY = 201, BASIS = 200, BECAUSE = 202;

class Unreadable extends Error {}

function moment(text: string): number {
  const at = readMoment(text);
  if (Number.isNaN(at))
    throw new Unreadable();
  return at;
}

function hash(text: string): Value {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new Unreadable();
  return fromHex(text);
}

function one(field: FormField, text: string, refers: string[]): Value {
  switch (field.type) {
  case "code":
  case "num":
    if (!/^\d+$/.test(text))
      throw new Unreadable();
    return Number(text);
  case "time":
    return moment(text);
  case "hash":
    return hash(text);
  case "ref":
    return refers.push(text) - 1;
  default:
    return text;
  }
}

// undefined: nothing was typed.
function valueOf(field: FormField, name: string, texts: Texts, languages: string[], refers: string[]): Value | undefined {
  const parts = field.type === "pair" ? languages.map((tongue) => texts[`${name}.${tongue}`] ?? "")
    : field.type === "span" ? ["from", "to"].map((end) => texts[`${name}.${end}`] ?? "") : undefined;
  if (parts !== undefined) {
    if (parts.every((text) => text === ""))
      return undefined;
    const value = field.type === "pair" ? parts : parts.map(moment);
    return field.list ? [value] : value;
  }
  if (field.type === "group") {
    const members = (field.members ?? []).map((member) => valueOf(member, `${name}.${member.name}`, texts, languages, refers));
    if (members.every((member) => member === undefined))
      return undefined;
    if (members.some((member) => member === undefined))
      throw new Unreadable();
    return field.list ? [members as Value[]] : members as Value[];
  }
  const typed = texts[name] ?? "";
  if (typed === "")
    return undefined;
  return field.list ? typed.split("\n").filter((line) => line !== "").map((line) => one(field, line, refers)) : one(field, typed, refers);
}

// before: places that the statement refers to whatever is typed, as a reply its message.
export function fillForm(form: Form, texts: Texts, languages: string[], before: string[] = []): Filled {
  const filled: Filled = { statement: new Map(), content: new Map(), refers: [...before] };
  const shared: FormField[] = ([[BASIS, "basis", "text"], [REPLY_BY, "reply-by", "time"], [BECAUSE, "because", "text"]] as const)
    .map(([number, name, type]) => ({ number, name, type, title: {}, list: false, optional: true, in: "statement" }));
  for (const field of [...form.fields, ...shared]) {
    try {
      const value = valueOf(field, field.name, texts, languages, filled.refers);
      if (value !== undefined)
        filled[field.in].set(field.number, value);
    } catch (why) {
      if (!(why instanceof Unreadable))
        throw why;
      filled.fault ??= field.name;
    }
  }
  return filled;
}
