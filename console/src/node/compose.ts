// From words to signed bytes: what an officer saw is what is signed, with what this node had seen of the others.

import { Bytes, fromBase64, fromHex, sha256, toBase64, toHex } from "../base/bytes.js";
import type { Typed } from "../keep/drafts.js";
import type { Item } from "../keep/outbox.js";
import { sshsig } from "../sign/sshsig.js";
import { signer } from "../sign/keys.js";
import { encode, Value } from "../wire/cbor.js";
import { Content, writeContent } from "../wire/content.js";
import type { Label } from "../wire/content.js";
import { Addressee, Kind, NAMESPACE, newId, Place, Seen, Statement, writeStatement } from "../wire/statement.js";
import { ask, post } from "./ask.js";
import type { Answer, Entry } from "./shapes.js";

const MAY_STATEMENTS_MAX = 64;

export interface Words {
  kind: number;
  channel: string;
  role: string;
  label?: Label;
  to?: Addressee[];
  precedence?: number;
  refers?: Place[];
  form?: [string, number];
  fields?: Map<number, Value>;
  content?: Content;
  instance?: Place;
  actingFor?: string;
  seen?: Seen[]; // what he had before him; not said: what the node has by now
}

interface SeenAnswer {
  accord: string;
  party: string;
  channel: number;
  seen: Seen[];
}

export function placeOf(entry: Entry): Place {
  return { channel: entry.channel, party: entry.party, epoch: entry.epoch, index: entry.index, leaf: fromHex(entry.leaf) };
}

const entries = new Map<string, Promise<Entry>>();

// An entry for what never changes in it: its place, its channel, its label.
export function entryAt(place: string): Promise<Entry> {
  const kept = entries.get(place) ?? ask<Entry>("/entry", { place });
  entries.set(place, kept);
  kept.catch(() => entries.delete(place));
  return kept;
}

export async function sign(message: Bytes): Promise<Bytes> {
  return sshsig(await signer(), NAMESPACE, message);
}

async function item(statement: Statement, content: Bytes, words: { channel: string; title: string; isHome: boolean; typed?: Typed }): Promise<Item> {
  const bytes = writeStatement(statement);
  return {
    ...words, id: toHex(statement.id), statement: toBase64(bytes), signatures: [toBase64(await sign(bytes))],
    content: toBase64(content), since: Date.now(), state: "UNSENT",
  };
}

const askSeen = (channel: string) => ask<SeenAnswer>("/seen", { channel });

async function addressed(words: Words): Promise<Statement> {
  return address(words, await askSeen(words.channel));
}

async function whole(words: Words, seen: SeenAnswer): Promise<{ statement: Statement; content: Bytes }> {
  const statement = address(words, seen), content = words.content === undefined ? new Uint8Array() : writeContent(words.content);
  if (words.content !== undefined)
    statement.content = { hash: await sha256(content), length: content.length, sealing: 0 };
  return { statement, content };
}

function address(words: Words, seen: SeenAnswer): Statement {
  return {
    accord: fromHex(seen.accord), channel: seen.channel, id: newId(), kind: words.kind, party: seen.party, role: words.role,
    claimed: Date.now(), seen: words.seen ?? seen.seen, to: words.to, precedence: words.precedence, label: words.label, refers: words.refers,
    form: words.form, fields: words.fields, instance: words.instance, actingFor: words.actingFor,
  };
}

// What the node would say of each, if it were signed now: all of one channel.
export async function askMay(all: Words[]): Promise<Answer[]> {
  const seen = all.length > 0 ? await askSeen(all[0].channel) : undefined, answers: Answer[] = [];
  for (let at = 0; seen !== undefined && at < all.length; at += MAY_STATEMENTS_MAX) {
    const made = await Promise.all(all.slice(at, at + MAY_STATEMENTS_MAX).map((words) => whole(words, seen)));
    const body = made.map(({ statement, content }): Value => [writeStatement(statement), [], content]);
    answers.push(...await post<Answer[]>("/may", encode(body)));
  }
  return answers;
}

export async function compose(words: Words, isHome: boolean, title: string, typed?: Typed): Promise<Item> {
  const { statement, content } = await whole(words, await askSeen(words.channel));
  return item(statement, content, { channel: words.channel, title, isHome, typed });
}

// What others must approve waits on the home channel: the same bytes, the same content, and the author's signature.
export async function submit(out: Item, home: string, role: string, label: Label | undefined): Promise<Item> {
  const content = fromBase64(out.content);
  const statement = await addressed({ kind: Kind.SUBMIT, channel: home, role, label });
  statement.fields = new Map<number, Value>([[1, fromBase64(out.statement)], [2, fromBase64(out.signatures[0])]]);
  if (content.length > 0)
    statement.content = { hash: await sha256(content), length: content.length, sealing: 0 };
  return item(statement, content, { channel: home, title: out.title, isHome: true, typed: out.typed });
}
