// What people read, beside its entry by its hash: docs/spec/entry.md section 2.

import { Bytes, compareText, fromHex, randomBytes, toHex } from "../base/bytes.js";
import { decode, encode, Value } from "./cbor.js";

export interface Portion { text: string; label?: Label }

export interface Attached {
  hash: string;
  len: number;
  type: string;
  name: string;
  label?: Label;
  sent?: number; // bytes of it that the node has: not in what is signed
  to?: string; // the run of the node, and the key, that they were given to
}

export interface Content {
  language: string;
  subject?: string;
  portions: Portion[];
  fields?: Map<number, Value>;
  files?: Attached[];
}

export const ATTACHMENT_LEN_MAX = 64 << 20, ATTACHMENTS_MAX = 16;

export function writeContent(content: Content, salt: Bytes = randomBytes(16)): Bytes {
  const map = new Map<number, Value>([[1, salt], [2, content.language]]);
  if (content.subject)
    map.set(3, content.subject);
  if (content.portions.length > 0)
    map.set(4, content.portions.map(({ text, label }) => (label ? [text, labelValue(label)] : [text])));
  if (content.fields !== undefined && content.fields.size > 0)
    map.set(5, content.fields);
  if (content.files !== undefined && content.files.length > 0)
    map.set(6, content.files.map(({ hash, len, type, name, label }) => [fromHex(hash), len, type, name, ...label ? [labelValue(label)] : []]));
  return encode(map);
}

// Of bytes whose hash was compared with what is signed.
export function readContent(bytes: Bytes): Content {
  const map = decode(bytes) as Map<number, Value>;
  const portions = (map.get(4) ?? []) as [string, Value?][];
  return {
    language: map.get(2) as string,
    subject: map.get(3) as string | undefined,
    portions: portions.map(([text, label]) => (label === undefined ? { text } : { text, label: labelOf(label) })),
    fields: map.get(5) as Map<number, Value> | undefined,
    files: (map.get(6) as [Bytes, number, string, string, Value?][] | undefined)
      ?.map(([hash, len, type, name, label]) => ({ hash: toHex(hash), len, type, name, ...label === undefined ? {} : { label: labelOf(label) } })),
  };
}

// ---- The marking of an item as it is signed: docs/spec/entry.md section 5.

export interface Category { name: string; values: string[] }

export interface Label { level: string; categories: Category[] }

// Names and values in the order that the record asks for, each once; a category without a value says nothing.
export function sorted(label: Label): Label {
  return {
    level: label.level,
    categories: label.categories
      .filter((category) => category.values.length > 0)
      .map(({ name, values }) => ({ name, values: [...new Set(values)].sort(compareText) }))
      .sort((a, b) => compareText(a.name, b.name)),
  };
}

export function labelValue(label: Label): Value {
  const { level, categories } = sorted(label);
  return [level, categories.map(({ name, values }) => [name, values])];
}

export function labelOf(value: Value): Label {
  const [level, categories] = value as [string, [string, string[]][]];
  return { level, categories: categories.map(([name, values]) => ({ name, values })) };
}
