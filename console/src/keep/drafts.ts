// What is being typed: each change goes to this browser's disk at once, one write at a time, the newest last.

import { get, getAll, put, remove, seal, unseal } from "./database.js";

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
  until?: string;
}

const newest = new Map<string, Typed | null>(); // null: to be removed
let writing: Promise<void> | undefined;
let changes = 0;

async function writeAll(): Promise<void> {
  while (newest.size > 0) {
    const [key, typed] = newest.entries().next().value as [string, Typed | null];
    newest.delete(key);
    await (typed === null ? remove("drafts", key) : put("drafts", key, await seal(typed)));
  }
}

// Resolves when the disk has it; fails if the browser keeps nothing.
export function keepTyped(key: string, typed: Typed | null): Promise<void> {
  newest.set(key, typed);
  changes++;
  writing ??= writeAll().finally(() => { writing = undefined; });
  return writing;
}

// What the outbox took over goes from the disk, unless something newer is typed in its place.
export async function dropTyped(typed: Typed): Promise<void> {
  await writing;
  const before = changes, kept = await get<Uint8Array>("drafts", typed.key);
  if (kept !== undefined && (await unseal<Typed>(kept)).text === typed.text && changes === before)
    await keepTyped(typed.key, null);
}

export async function loadTyped(): Promise<Typed[]> {
  const rows = await getAll<Uint8Array>("drafts").catch(() => []);
  return (await Promise.all(rows.map((row) => unseal<Typed>(row)))).sort((a, b) => b.at - a.at);
}
