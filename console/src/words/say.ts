// The words of the screens in the language that is chosen, by _ as in the C sources, one catalogue for both.

import { signal } from "@preact/signals";
import { fill, Filling } from "./fill.js";
import type { Names } from "../node/shapes.js";

export type Language = "ko" | "en";

const KEPT = "entente-language";
const kept = localStorage.getItem(KEPT);

export const language = signal<Language>(kept === "ko" || kept === "en" ? kept : navigator.language.startsWith("ko") ? "ko" : "en");
const korean = signal<Record<string, string>>({});

export async function loadWords(): Promise<void> {
  korean.value = await (await fetch("/strings-ko.json")).json() as Record<string, string>;
}

export function choose(next: Language): void {
  language.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
}

export function sayIn(tongue: Language, msgid: string, ...values: Filling[]): string {
  return fill(tongue === "ko" ? korean.value[msgid] ?? msgid : msgid, values);
}

export function _(msgid: string, ...values: Filling[]): string {
  return sayIn(language.value, msgid, ...values);
}

// A sentence of the node: it speaks English, and the catalogue has all that it may say.
export function nodeSays(sentence: string, ...values: Filling[]): string {
  return sayIn(language.value, sentence, ...values);
}

// Marks a string for the catalogue that is looked up later.
export function N_(msgid: string): string {
  return msgid;
}

// What the accord says in several languages.
export function named(names: Names | undefined, otherwise = ""): string {
  return names?.[language.value] ?? names?.["en"] ?? Object.values(names ?? {})[0] ?? otherwise;
}
