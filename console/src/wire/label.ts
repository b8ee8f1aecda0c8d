// The marking of an item as it is signed: docs/spec/entry.md section 5.

import { compareText } from "../base/bytes.js";
import type { Value } from "./cbor.js";

export interface Category {
  name: string;
  values: string[];
}

export interface Label {
  level: string;
  categories: Category[];
}

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
