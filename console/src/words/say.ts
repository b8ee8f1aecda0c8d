// The words of the screens in the language that is chosen, by _ as in the C sources, one catalogue for both.

import { signal } from "@preact/signals";
import { fill, Filling, N_ } from "./fill.js";
import { span } from "./moment.js";
import { ask } from "../node/ask.js";
import type { Names } from "../node/shapes.js";

export { beginning, N_, visible } from "./fill.js";

export type Language = "ko" | "en";

const KEPT = "entente-language";
const kept = localStorage.getItem(KEPT);

export const language = signal<Language>(kept === "ko" || kept === "en" ? kept : navigator.language.startsWith("ko") ? "ko" : "en");
const korean = signal<Record<string, string>>({});

export const loadWords = async (): Promise<void> => { korean.value = await ask<Record<string, string>>(new URL("../strings-ko.json", import.meta.url).pathname); };

export const otherLanguage = (): Language => (language.value === "ko" ? "en" : "ko");

export function choose(next: Language): void {
  language.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
}

export const sayIn = (tongue: Language, msgid: string, ...values: Filling[]): string => fill(tongue === "ko" && Object.hasOwn(korean.value, msgid) ? korean.value[msgid] : msgid, values);

export const _ = (msgid: string, ...values: Filling[]): string => sayIn(language.value, msgid, ...values);

// A sentence of the node: it speaks English, and the catalogue has all that it may say.
export const nodeSays = _;

// What the accord says in several languages.
export const named = (names: Names | undefined, otherwise = ""): string => names?.[language.value] ?? names?.["en"] ?? Object.values(names ?? {})[0] ?? otherwise;

const tongues = new Map([["ko", "한국어"], ["en", "English"]]); // a browser takes many milliseconds to say the first

// A language by its own name; what is none, which a peer may say, by its tag.
export function tongueName(tongue: string): string {
  try {
    return tongues.get(tongue) ?? new Intl.DisplayNames([tongue], { type: "language" }).of(tongue) ?? tongue;
  } catch {
    return tongue;
  }
}

// ---- Words of the record that a person reads: steps, states and times in the language of the screen. What the node calls steps, kinds and
// moves, src/show/show.c and src/entente/instance.c have for the terminal, and the catalogue takes them from there (strings.mjs).

export const words = [
  N_("NODE SILENT"), N_("LOG STOPPED"), N_("THE STATES DIFFER"), N_("SUBMITTED"), N_("APPROVED"), N_("DATED"), N_("RELEASED"),
  N_("CANCELLED"), N_("APPROVE"), N_("SCHEDULED"), N_("AGENDA OPEN"), N_("AGENDA AGREED"), N_("IN SESSION"), N_("CONCLUDED"),
  N_("RECORD AGREED"), N_("CALLED OFF"), N_("AGREED"), N_("DISCUSSED"), N_("UNCONFIRMED"), N_("OPEN"), N_("REPORTED"), N_("DISPUTED"),
  N_("ACCEPTED"), N_("DROPPED"), N_("DENIED"), N_("DRAFT"), N_("REVIEWED"), N_("CERTIFIED"), N_("CLEAN"), N_("CLEAN AD REFERENDUM"),
  N_("INITIALLED"), N_("SIGNED"), N_("IN FORCE"), N_("CORRECTED"), N_("AMENDED"), N_("TERMINATED"), N_("MISSING"), N_("BRACKETED"),
  N_("AGREED AD REFERENDUM"), N_("TO BE READ AGAIN"), N_("NOBODY ON DUTY"), N_("MACHINE"), N_("NONE"), N_("ENTRY"), N_("RECEIPT"),
  N_("ADVANCE"), N_("PATH"), N_("LOG"), N_("ATTACHMENT"), N_("VOID"), N_("FALSE"),
];

// What the node calls it, in the words of this screen; what the catalogue has not is shown as the node says it.
export const word = (name: string): string => _(name);

export function spanText(ms: number): string {
  const { unit, value, rest } = span(ms);
  return { s: () => _("{1} s", value), min: () => _("{1} min {2} s", value, rest), h: () => _("{1} h {2} min", value, rest), d: () => _("{1} d {2} h", value, rest) }[unit]();
}

export const ageText = (ms: number): string => _("{1} ago", spanText(ms));
