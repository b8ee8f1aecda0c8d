// The words of the screens in the language that is chosen, by _ as in the C sources, one catalogue for both.

import { signal } from "@preact/signals";
import { fill, Filling } from "./fill.js";
import { span } from "./moment.js";
import { ask } from "../node/ask.js";
import type { Names } from "../node/shapes.js";

export { visible } from "./fill.js";

export type Language = "ko" | "en";

const KEPT = "entente-language";
const kept = localStorage.getItem(KEPT);

export const language = signal<Language>(kept === "ko" || kept === "en" ? kept : navigator.language.startsWith("ko") ? "ko" : "en");
const korean = signal<Record<string, string>>({});

export async function loadWords(): Promise<void> {
  korean.value = await ask<Record<string, string>>("/strings-ko.json");
}

export const otherLanguage = (): Language => (language.value === "ko" ? "en" : "ko");

export function choose(next: Language): void {
  language.value = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
}

export const sayIn = (tongue: Language, msgid: string, ...values: Filling[]): string => fill(tongue === "ko" ? korean.value[msgid] ?? msgid : msgid, values);

export const _ = (msgid: string, ...values: Filling[]): string => sayIn(language.value, msgid, ...values);

// A sentence of the node: it speaks English, and the catalogue has all that it may say.
export const nodeSays = _;

// Marks a string for the catalogue that is looked up later.
export const N_ = (msgid: string): string => msgid;

// What the accord says in several languages.
export const named = (names: Names | undefined, otherwise = ""): string => names?.[language.value] ?? names?.["en"] ?? Object.values(names ?? {})[0] ?? otherwise;

// A language by its own name; what is none, which a peer may say, by its tag.
export function tongueName(tongue: string): string {
  try {
    return new Intl.DisplayNames([tongue], { type: "language" }).of(tongue) ?? tongue;
  } catch {
    return tongue;
  }
}

// ---- Words of the record that a person reads: steps, states and times in the language of the screen.

const KNOWN = [
  N_("QUEUED"), N_("SENT"), N_("STATION RECEIPT"), N_("WATCH READ"), N_("READ BACK"), N_("PRESENTED"), N_("REPLIED"), N_("DECLINED"),
  N_("DEFERRED"), N_("MARK"), N_("QUERY"), N_("NEGATIVE"), N_("NO ANSWER"), N_("LINE DOWN"), N_("NODE SILENT"), N_("LOG STOPPED"), N_("THE STATES DIFFER"), N_("SUSPENDED"), N_("SUBMITTED"),
  N_("APPROVED"), N_("DATED"), N_("RELEASED"), N_("REFUSED"), N_("CANCELLED"), N_("LAPSED"), N_("APPROVE"), N_("message"), N_("watch read"),
  N_("read back"), N_("mark"), N_("presented"), N_("reply"), N_("decline"), N_("defer"), N_("query"), N_("negative"), N_("submit"),
  N_("approve"), N_("refuse"), N_("cancel"), N_("open"), N_("keys"), N_("lapse"),
  N_("ACTIVE"), N_("RECESS"), N_("STOOD DOWN"), N_("ENDED"), N_("CLOSED"), N_("OWED"), N_("MET"), N_("MET LATE"), N_("MET, CROSSED"),
  N_("PROPOSED"), N_("ALL CONCURRED"), N_("IN DOUBT"), N_("DECIDED"), N_("WITHDRAWN"), N_("watch-read"), N_("read-back"),
  N_("replied"), N_("attend"), N_("position"), N_("done"), N_("REACHED"), N_("start"), N_("leave"), N_("escalated"), N_("recess"),
  N_("resume"), N_("stand down"), N_("end participation"), N_("remark"), N_("propose"), N_("concur"), N_("withdraw"), N_("confirm"),
  N_("reserve"), N_("object"), N_("await instructions"), N_("decide"), N_("SCHEDULED"), N_("AGENDA OPEN"), N_("AGENDA AGREED"),
  N_("IN SESSION"), N_("CONCLUDED"), N_("RECORD AGREED"), N_("CALLED OFF"), N_("AGREED"), N_("DISCUSSED"), N_("UNCONFIRMED"), N_("OPEN"),
  N_("REPORTED"), N_("DISPUTED"), N_("ACCEPTED"), N_("DROPPED"), N_("DENIED"), N_("DRAFT"), N_("REVIEWED"), N_("CERTIFIED"), N_("body"), N_("session"), N_("item"),
  N_("commitment"), N_("text"), N_("CLEAN"), N_("CLEAN AD REFERENDUM"), N_("INITIALLED"), N_("SIGNED"), N_("IN FORCE"), N_("CORRECTED"), N_("AMENDED"), N_("TERMINATED"), N_("MISSING"),
  N_("BRACKETED"), N_("AGREED AD REFERENDUM"), N_("TO BE READ AGAIN"), N_("NOBODY ON DUTY"), N_("MACHINE"), N_("NONE"), N_("translation"),
  N_("relief"), N_("relief accepted"), N_("event"), N_("claim"),
  N_("unit"), N_("agree"), N_("concordance"), N_("endorse"), N_("reported"), N_("accepted"), N_("disputed"), N_("condition"), N_("same"), N_("REPLY"),
  N_("drop"), N_("amend"), N_("merge"), N_("end"), N_("agenda open"), N_("agenda agree"), N_("begin"), N_("conclude"), N_("record agree"), N_("move"),
  N_("call off"), N_("delegation"), N_("discussed"), N_("close"), N_("assess"), N_("in force"), N_("terminate"), N_("initial"), N_("sign"), N_("release text"),
  N_("suspend"), N_("reinstate"), N_("correction"), N_("attempt"), N_("consent"), N_("release"), N_("recall"), N_("downgrade"), N_("relabel"), N_("request"), N_("act"),
  N_("ENTRY"), N_("RECEIPT"), N_("ADVANCE"), N_("PATH"), N_("LOG"), N_("ATTACHMENT"), N_("VOID"), N_("CORRECT"), N_("WRONG"), N_("RECALL ASKED"), N_("RECALLED"), N_("RECALL REFUSED"), N_("cannot decode"), N_("wrong addressee"), N_("unknown form"), N_("incomplete"), N_("some of it is missing"), N_("a number, a time or a place is another"), N_("a name is another"), N_("its sense is another"), N_("it cannot be read"), N_("one"), N_("apart"), N_("fully"), N_("ad referendum"),
];

// What the node calls it, in the words of this screen; what it does not know is shown as the node says it.
export const word = (name: string): string => KNOWN.includes(name) ? _(name) : name;

export function spanText(ms: number): string {
  const { unit, value, rest } = span(ms);
  return { s: () => _("{1} s", value), min: () => _("{1} min {2} s", value, rest), h: () => _("{1} h {2} min", value, rest), d: () => _("{1} d {2} h", value, rest) }[unit]();
}

export const ageText = (ms: number): string => _("{1} ago", spanText(ms));
