// From what was typed to a statement in the outbox.

import { signal } from "@preact/signals";
import { fillForm } from "../fold/forms.js";
import { isSame, Typed } from "../keep/drafts.js";
import { Refusal, Silence } from "../node/ask.js";
import { askMay, compose, entryAt, placeOf, Words } from "../node/compose.js";
import { Posted, send } from "../node/outbox.js";
import { accord, channelOf, endSession, rolesOn, session } from "../node/record.js";
import type { Answer, Entry, Form } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import type { Label } from "../wire/content.js";
import { Addressee, Kind, PRECEDENCES, Precedence } from "../wire/statement.js";
import { beginning } from "../words/fill.js";
import { forget, typing } from "./typing.js";

// What became of it; `field`: one that cannot be read; isUntouched: the passkey was not given; isNext: it waits for another act.
export type Said = Posted & { field?: string; isUntouched?: boolean; isNext?: boolean };

export const results = signal<Record<string, Said>>({}); // by the key of what was typed

const underWay = new Set<string>(); // pressed, and not yet answered: by the same keys
let last: Promise<void> = Promise.resolve();

// What went wrong before anything was signed: the text is where it was.
function refusedBefore(why: unknown): Said {
  if (why instanceof Silence)
    return { isUnsigned: true };
  if (why instanceof DOMException)
    return { isUntouched: true };
  if (!(why instanceof Refusal))
    throw why;
  if (why.status === 401)
    endSession();
  return { answer: { err: why.err, rule: why.rule, text: why.message } };
}

async function done(key: string, act: () => Promise<Said>, said: Typed | undefined): Promise<void> {
  const result = await act().catch(refusedBefore);
  results.value = { ...results.value, [key]: result };
  if (result.answer === undefined && result.field === undefined && !result.isUnsigned && !result.isUntouched && said !== undefined && isSame(typing.value[key], said))
    forget(key); // it is in the outbox; what was typed meanwhile is not
}

// One press is one act: pressed again while it is under way, it is the same act. Another act is done when the one before is answered,
// and says so meanwhile: one passkey is asked for at a time, and no press is lost.
export async function once(key: string, act: () => Promise<Said>): Promise<void> {
  if (underWay.has(key))
    return;
  const { [key]: _before, ...others } = results.value, said = typing.value[key]; // what became of the one before is not said of this one
  results.value = underWay.size > 0 ? { ...others, [key]: { isNext: true } } : others;
  underWay.add(key);
  last = last.then(() => done(key, act, said)).finally(() => underWay.delete(key));
  const mine = last;
  last = last.catch(() => undefined);
  await mine;
}

export function labelOfTyped(typed: Typed): Label {
  const parties = channelOf(typed.channel)?.parties ?? [];
  const codes = (accord.value?.parties ?? []).filter((party) => parties.includes(party.name)).map((party) => party.code);
  const categories = new Map<string, string[]>([["rel", codes]]);
  for (const value of typed.values) {
    const [category, code] = value.split("/");
    categories.set(category, [...categories.get(category) ?? [], code]);
  }
  return { level: typed.level, categories: [...categories].map(([name, values]) => ({ name, values })) };
}

function addresseesOf(typed: Typed): Addressee[] {
  return typed.to.map((text) => {
    const [party, role, information] = text.split("/");
    return { party, role, information: information === "info" };
  });
}

export const textOf = (typed: string) => typed.replace(/\r\n?/g, "\n").replace(/\n+$/, "");

export function contentOf(typed: Typed, fields?: Map<number, Value>): Words["content"] {
  const text = textOf(typed.text);
  if (text === "" && (fields === undefined || fields.size === 0) && typed.subject === "" && (typed.files ?? []).length === 0)
    return undefined;
  return { language: typed.language, subject: typed.subject || undefined, portions: text === "" ? [] : [{ text }], fields, files: typed.files };
}

export const placesOf = (all: string[]) => Promise.all(all.map(async (place) => placeOf(await entryAt(place))));

// A form of the accord, if it is one, gives its fields and content, and what it refers to besides `about`.
async function inForm(words: Words, about: string[], typed: Typed, form: Form | undefined): Promise<Words | { field: string }> {
  const filled = form && fillForm(form, typed.fields, accord.value?.languages ?? [], about);
  if (filled?.fault !== undefined)
    return { field: filled.fault };
  return form === undefined || filled === undefined ? words
    : { ...words, refers: await placesOf(filled.refers), form: [form.form, form.version], fields: filled.statement, content: contentOf(typed, filled.content) };
}

export async function file(words: Words, about: string[], typed: Typed, form: Form | undefined, title: string): Promise<Said> {
  const all = await inForm(words, about, typed, form);
  return "field" in all ? all : send(await compose(all, false, title, typed));
}

async function messageOf(typed: Typed): Promise<Words> {
  return {
    kind: Kind.MESSAGE, channel: typed.channel, role: typed.role, label: labelOfTyped(typed), to: addresseesOf(typed), precedence: PRECEDENCES.indexOf(typed.precedence as Precedence),
    refers: [], instance: typed.instance ? placeOf(await entryAt(typed.instance)) : undefined, seen: typed.seen, content: contentOf(typed),
  };
}

export const sayMessage = async (typed: Typed, form: Form | undefined) => file(await messageOf(typed), [], typed, form, typed.subject || beginning(typed.text, 40));

// What the node would say of it, whatever its words are; of a form that is not filled yet nothing is asked.
export async function mayMessage(typed: Typed, form: Form | undefined): Promise<Answer | undefined> {
  const all = await inForm(await messageOf(typed), [], typed, form);
  return "field" in all ? undefined : (await askMay([{ ...all, content: undefined }]))[0];
}

export function rolesFor(channel: string, about?: Entry): string[] {
  const addressed = (about?.to ?? []).filter((to) => to.party === session.value?.party).map((to) => to.role);
  return [...rolesOn(channel)].sort((a, b) => Number(addressed.includes(b)) - Number(addressed.includes(a)));
}
