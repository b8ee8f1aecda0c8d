// The outbox of this browser: signed, on its disk, and not yet known to be at the other side's node. CONSOLE: no typed word lost.

import { signal } from "@preact/signals";
import { fromBase64 } from "../base/bytes.js";
import { getAll, put, remove, seal, unseal } from "../keep/database.js";
import { besideKey, dropTyped, keepTyped, Typed } from "../keep/drafts.js";
import { answered, isWithAll, Item, Outcome } from "../keep/outbox.js";
import { signerOf } from "../sign/sshsig.js";
import { readStatement, writeBody } from "../wire/statement.js";
import { ask, post, Refusal, Silence } from "./ask.js";
import { submit } from "./compose.js";
import { channelOf, endSession, home, session } from "./record.js";
import type { Answer, Entry } from "./shapes.js";

export const outbox = signal<Item[]>([]);
export const keepingFails = signal(false); // the browser's disk does not take it: what is typed stands on the page alone

// What was typed is the outbox's from the moment at which the node has it, and comes back with a refusal.
export const settled = signal<Typed | undefined>(undefined);
export const returned = signal<Typed | undefined>(undefined);
export const refused = signal<{ item: Item; answer: Answer }[]>([]); // after it had waited here, when nobody looked at it any more

const SIGNED_OUT = 401;

export interface Posted {
  place?: string;
  isSubmitted?: boolean;
  isSaid?: boolean; // it was said before, there: nothing was filed
  answer?: Answer; // a refusal
  isSilent?: boolean; // the node is not there: it waits here
  isUnsigned?: boolean; // nor could it be asked what is to be signed: it stands where it was typed
}

// Whether the disk has taken it.
export async function isOnDisk(writing: Promise<void>): Promise<boolean> {
  keepingFails.value = await writing.then(() => false, () => true);
  return !keepingFails.value;
}

const underWay = new Set<string>(); // to the disk

async function keep(item: Item): Promise<void> {
  underWay.add(item.id);
  outbox.value = [...outbox.value.filter((row) => row.id !== item.id), item];
  await isOnDisk(seal(item).then((sealed) => put("outbox", item.id, sealed)));
  underWay.delete(item.id);
}

async function drop(item: Item): Promise<void> {
  outbox.value = outbox.value.filter((row) => row.id !== item.id);
  await remove("outbox", item.id).catch(() => { keepingFails.value = true; });
}

export const othersUnsent = signal(0); // that other keys signed here: they go when who signed them is signed in

export let othersTyped: Typed[] = []; // what those were made of

// Whose each is, its signature says.
export async function loadOutbox(): Promise<void> {
  const rows = await getAll<Uint8Array>("outbox").catch(() => []), items = await Promise.all(rows.map((row) => unseal<Item>(row)));
  const keys = await Promise.all(items.map((item) => signerOf(fromBase64(item.signatures[0]))));
  const others = items.filter((_item, i) => keys[i] !== session.value?.key);
  othersTyped = others.flatMap((item) => item.typed ?? []);
  othersUnsent.value = others.filter((item) => item.state === "UNSENT").length;
  const unkept = outbox.value.filter((one) => (keepingFails.value || underWay.has(one.id)) && !items.some((item) => item.id === one.id));
  outbox.value = [...items.filter((item) => !others.includes(item)), ...unkept].sort((a, b) => a.since - b.since);
}

async function askNode(item: Item): Promise<Answer> {
  const body = writeBody(fromBase64(item.statement), item.signatures.map(fromBase64), fromBase64(item.content));
  try {
    return (await post<Answer[]>("/statements", body))[0];
  } catch (why) {
    if (!(why instanceof Refusal))
      throw why;
    if (why.status === SIGNED_OUT) {
      endSession(); // it waits until its signer is signed in
      throw new Silence(why.message);
    }
    return { err: why.err, rule: why.rule, text: why.message };
  }
}

async function submitted(item: Item): Promise<Posted> {
  const { role, label } = readStatement(fromBase64(item.statement));
  const waiting = await submit(item, home.value?.name ?? "", role, label);
  await keep(waiting);
  await drop(item);
  return { ...await deliver(waiting), isSubmitted: true };
}

// In this order a copy is always left: the draft goes before the outbox forgets, and is back before it does.
async function settle(item: Item): Promise<void> {
  if (item.typed === undefined)
    return;
  await dropTyped(item.typed).catch(() => undefined);
  settled.value = item.typed;
}

// It comes back beside its box: something newer may be typed there, in this tab or in another.
async function giveBack(item: Item): Promise<void> {
  if (item.typed === undefined)
    return;
  const typed = { ...item.typed, key: besideKey(item.typed.key, item.id) };
  await keepTyped(typed.key, typed).catch(() => { keepingFails.value = true; });
  returned.value = typed;
}

async function apply(item: Item, outcome: Outcome): Promise<Posted> {
  switch (outcome.is) {
  case "submit":
    return submitted(item);
  case "draft":
    await giveBack(item);
    await drop(item);
    return { answer: outcome.answer };
  case "gone":
    await settle(item);
    await drop(item);
    return { place: outcome.place, isSaid: outcome.isSaid };
  case "keep":
    if (outcome.item.state === "QUEUED")
      await settle(item);
    await keep(outcome.item);
    return { place: outcome.item.place, isSilent: outcome.item.state === "UNSENT" };
  }
}

async function deliver(item: Item): Promise<Posted> {
  try {
    return await apply(item, answered(item, await askNode(item)));
  } catch (why) {
    if (why instanceof Silence)
      return { isSilent: true };
    throw why;
  }
}

// First this browser's disk, then the node.
export async function send(item: Item): Promise<Posted> {
  await keep(item);
  return navigator.locks.request("entente-outbox", () => deliver(item));
}

// What is still here is said again: when the node is back, and when this page begins. One tab at a time.
export async function deliverAll(): Promise<void> {
  if (!session.value)
    return;
  await navigator.locks.request("entente-outbox", { ifAvailable: true }, async (lock) => {
    if (lock === null)
      return; // somebody delivers, and the next answer of the node finds what is left
    await loadOutbox();
    for (const item of outbox.value.filter((row) => row.state === "UNSENT")) {
      const { answer } = await deliver(item);
      refused.value = answer === undefined ? refused.value : [...refused.value, { item, answer }];
    }
  });
}

// Its entry says which parties have cosigned beyond it.
async function isReceived(item: Item): Promise<boolean> {
  const others = (channelOf(item.channel)?.parties ?? []).filter((party) => party !== session.value?.party);
  return isWithAll(others, (await ask<Entry>("/entry", { place: item.place })).received);
}

let isDue = false, isSweeping = false;

// A STATION RECEIPT of every other party ends what was kept for it. What came while it was looked for is looked at once more, and not each time.
export async function sweep(): Promise<void> {
  isDue = true;
  if (isSweeping)
    return;
  for (isSweeping = true; isDue;) {
    isDue = false;
    for (const item of outbox.value.filter((one) => one.state === "QUEUED")) {
      if (await isReceived(item).catch(() => false))
        await drop(item);
    }
  }
  isSweeping = false;
}
