// From words to signed bytes: what an officer saw is what is signed, with what this node had seen of the others.

import { Bytes, fromBase64, fromHex, sha256, toBase64, toHex } from "../base/bytes.js";
import { distinct } from "../fold/owed.js";
import type { Typed } from "../keep/drafts.js";
import { Item, waitsForOthers } from "../keep/outbox.js";
import { sshsig } from "../sign/sshsig.js";
import { signer } from "../sign/keys.js";
import { encode, Value } from "../wire/cbor.js";
import { Content, Label, writeContent } from "../wire/content.js";
import { Kind, NAMESPACE, newId, Place, Seen, Statement, writeStatement } from "../wire/statement.js";
import { ask, post } from "./ask.js";
import { rolesOn } from "./record.js";
import type { Answer, Entry } from "./shapes.js";

const MAY_STATEMENTS_MAX = 64;

// What is said; the rest of a statement the node and the clock say.
export interface Words extends Pick<Statement, "kind" | "role" | "label" | "to" | "precedence" | "refers" | "form" | "fields" | "instance"> {
  channel: string;
  content?: Content;
  seen?: Seen[]; // what he had before him; not said: what the node has by now
}

interface SeenAnswer { accord: string; party: string; channel: number; seen: Seen[] }

export const placeOf = (entry: Entry): Place => ({ channel: entry.channel, party: entry.party, epoch: entry.epoch, index: entry.index, leaf: fromHex(entry.leaf) });

const asking = new Map<string, Promise<Entry>>();

// As it stands now, for its label may be another by then: who asks while it is asked for is given the same.
export function entryAt(place: string): Promise<Entry> {
  const answer = asking.get(place) ?? ask<Entry>("/entry", { place }).finally(() => asking.delete(place));
  asking.set(place, answer);
  return answer;
}

export const sign = async (message: Bytes): Promise<Bytes> => sshsig(await signer(), NAMESPACE, message);

async function item(statement: Statement, content: Bytes, words: { channel: string; title: string; isHome: boolean; typed?: Typed }): Promise<Item> {
  const bytes = writeStatement(statement);
  return {
    ...words, id: toHex(statement.id), statement: toBase64(bytes), signatures: [toBase64(await sign(bytes))],
    content: toBase64(content), since: Date.now(), state: "UNSENT",
  };
}

const askSeen = (channel: string) => ask<SeenAnswer>("/seen", { channel });

async function whole({ channel: _name, content, ...said }: Words, { accord, channel, party, seen }: SeenAnswer, bytes = content && writeContent(content)) {
  const claimed = Date.now();
  const statement: Statement = { ...said, seen: said.seen ?? seen, accord: fromHex(accord), channel, id: newId(claimed), party, claimed };
  if (bytes !== undefined && bytes.length > 0)
    statement.content = { hash: await sha256(bytes), length: bytes.length, sealing: 0 };
  return { statement, content: bytes ?? new Uint8Array() };
}

// What the node would say of each, if it were signed now: all of one channel. What others approve first may be signed.
export async function askMay(all: Words[]): Promise<Answer[]> {
  const seen = all.length > 0 ? await askSeen(all[0].channel) : undefined, answers: Answer[] = [];
  for (let at = 0; seen !== undefined && at < all.length; at += MAY_STATEMENTS_MAX) {
    const made = await Promise.all(all.slice(at, at + MAY_STATEMENTS_MAX).map((words) => whole(words, seen)));
    const body = made.map(({ statement, content }): Value => [writeStatement(statement), [], content]);
    answers.push(...(await post<Answer[]>("/may", encode(body))).map((answer) => (waitsForOthers(answer) ? { ...answer, err: "OK" } : answer)));
  }
  return answers;
}

// In which of an officer's roles the node would take it, if in any; if in none, each reason once.
export interface Verdict { role: string; refusals?: Answer[] }

// Of his roles the first in which the node would take each.
export async function inRoles(channel: string, all: ((role: string) => Promise<Words>)[], roles = rolesOn(channel)): Promise<Verdict[]> {
  const words = await Promise.all(all.flatMap((make) => roles.map(make)));
  const answers = await askMay(words);
  return all.map((_make, i) => {
    const own = answers.slice(i * roles.length, (i + 1) * roles.length), good = own.findIndex((answer) => answer.err === "OK");
    return good >= 0 ? { role: roles[good] } : { role: roles[0] ?? "", refusals: distinct(own, (answer) => answer.text) };
  });
}

export async function compose(words: Words, isHome: boolean, title: string, typed?: Typed): Promise<Item> {
  const { statement, content } = await whole(words, await askSeen(words.channel));
  return item(statement, content, { channel: words.channel, title, isHome, typed });
}

// What others must approve waits on the home channel: the same bytes, the same content, and the author's signature.
export async function submit(out: Item, home: string, role: string, label: Label | undefined): Promise<Item> {
  const fields = new Map<number, Value>([[1, fromBase64(out.statement)], [2, fromBase64(out.signatures[0])]]);
  const { statement, content } = await whole({ kind: Kind.SUBMIT, channel: home, role, label, fields }, await askSeen(home), fromBase64(out.content));
  return item(statement, content, { channel: home, title: out.title, isHome: true, typed: out.typed });
}
