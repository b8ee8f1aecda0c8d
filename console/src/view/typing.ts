// What is being typed in this tab, and its copy on this browser's disk.

import { signal } from "@preact/signals";
import { keepTyped, loadTyped, Typed } from "../keep/drafts.js";
import { keepingFails } from "../node/outbox.js";

export const typing = signal<Record<string, Typed>>({});
export const keptAt = signal(0); // when the disk had it last

export function keyOf(channel: string, kind: number, about?: string): string {
  return `${channel} ${kind} ${about ?? "new"}`;
}

async function keep(key: string, typed: Typed | null): Promise<void> {
  try {
    await keepTyped(key, typed);
    keptAt.value = Date.now();
    keepingFails.value = false;
  } catch {
    keepingFails.value = true;
  }
}

export function change(typed: Typed, part: Partial<Typed>): void {
  const next = { ...typed, ...part };
  typing.value = { ...typing.value, [typed.key]: next };
  void keep(typed.key, next);
}

export function forget(key: string): void {
  const { [key]: _gone, ...rest } = typing.value;
  typing.value = rest;
  void keep(key, null);
}

export async function loadTyping(): Promise<void> {
  typing.value = Object.fromEntries((await loadTyped()).map((typed) => [typed.key, typed]));
}
