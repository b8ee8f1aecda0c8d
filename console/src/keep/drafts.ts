// What is being typed: each change goes to this browser's disk at once, one write at a time, the newest last. A box is where something is
// typed; rows of a box that stand beside its own are of another tab, or came back with a refusal: no text is written over another.
// Each row is the key's that signed in when it was typed, and no other key's officer is shown it.

import { Bytes, equal, randomBytes, toHex } from "../base/bytes.js";
import type { Attached } from "../wire/content.js";
import type { Seen } from "../wire/statement.js";
import { change, getAll, seal, unseal } from "./database.js";

export interface Typed {
  key: string;
  at: number;
  channel: string;
  kind: number;
  about?: string; // the place that it answers
  instance?: string; // the procedure that it is said in
  role: string;
  language: string;
  subject: string;
  text: string;
  precedence: string;
  to: string[]; // party/role, or party/role/info
  level: string;
  values: string[]; // category/value
  form?: string;
  fields: Record<string, string>;
  files?: Attached[];
  seen?: Seen[]; // of the others' logs, when it was begun, or when what came since was read
}

type Row = Typed & { whose: string }; // on the disk

const BESIDE = " beside ";

export const boxOf = (key: string) => key.split(BESIDE)[0];
export const besideKey = (key: string, id: string) => `${boxOf(key)}${BESIDE}${id}`;

// When it was begun is no part of what was typed, and a box is not either.
export function isSame(a: Typed | undefined, b: Typed | undefined): boolean {
  const plain = (typed: Typed | undefined) => typed && JSON.stringify(Object.entries({ ...typed, key: "", at: 0 }).sort());
  return plain(a) === plain(b);
}

const newest = new Map<string, Typed | null>(); // null: to be removed
const mine = new Map<string, Bytes | undefined>(); // the row as this tab wrote or read it last
const moved = new Map<string, string>(); // boxes in which another tab writes too: where this one's row is
let writing: Promise<void> | undefined;
let whose = ""; // hash of the key

const at = (row: string) => `${whose} ${row}`;

const known = (there: Bytes, row: Bytes | undefined) => row !== undefined && equal(there, row);

// Written only over what this tab knows; what another tab has there by now stays, and this one goes on beside it.
async function write(key: string, typed: Typed | null): Promise<void> {
  const row = moved.get(key) ?? key, sealed = typed === null ? undefined : await seal({ ...typed, key: row, whose });
  if (await change<Bytes>("drafts", at(row), (there) => (there === undefined || known(there, mine.get(row)) ? { is: sealed } : undefined))) {
    mine.set(row, sealed);
  } else if (typed !== null) {
    moved.set(key, besideKey(key, toHex(randomBytes(8))));
    await write(key, typed);
  }
}

async function writeAll(): Promise<void> {
  while (newest.size > 0) {
    const [key, typed] = newest.entries().next().value as [string, Typed | null];
    newest.delete(key);
    await write(key, typed);
  }
}

// Resolves when the disk has it; fails if the browser keeps nothing.
export function keepTyped(key: string, typed: Typed | null): Promise<void> {
  newest.set(key, typed);
  writing ??= writeAll().finally(() => { writing = undefined; });
  return writing;
}

const allRows = async (): Promise<{ row: Row; sealed: Bytes }[]> =>
  Promise.all((await getAll<Bytes>("drafts")).map(async (sealed) => ({ row: await unseal<Row>(sealed), sealed })));

const rows = async (): Promise<{ typed: Typed; sealed: Bytes }[]> =>
  (await allRows()).filter(({ row }) => row.whose === whose).map(({ row: { whose: _key, ...typed }, sealed }) => ({ typed, sealed }));

// When what was typed so far is on the disk, or cannot be.
export const settleTyped = async (): Promise<void> => writing?.catch(() => undefined);

// What the outbox took over goes from the disk; what is typed in its place by now is another.
export async function dropTyped(typed: Typed): Promise<void> {
  await writing;
  for (const row of await rows()) {
    if (boxOf(row.typed.key) === boxOf(typed.key) && isSame(row.typed, typed))
      await change<Bytes>("drafts", at(row.typed.key), (there) => (there !== undefined && equal(there, row.sealed) ? { is: undefined } : undefined));
  }
}

// Of every tab and every key.
export const allTyped = async (): Promise<Typed[]> => (await allRows()).map(({ row }) => row);

export async function loadTyped(key: string): Promise<Typed[]> {
  whose = key;
  const found = await rows().catch(() => []);
  found.forEach(({ typed, sealed }) => mine.set(typed.key, sealed));
  return found.map(({ typed }) => typed).sort((a, b) => b.at - a.at);
}

// Of whomever.
export const countTyped = async (): Promise<number> => (await allRows().catch(() => [])).filter(({ row }) => row.text !== "").length;
