// What is being typed in this tab, and its copy on this browser's disk.

import { effect, signal, untracked } from "@preact/signals";
import { keepTyped, loadTyped, Typed } from "../keep/drafts.js";
import { keepingFails, outbox, returned, settled } from "../node/outbox.js";

export const typing = signal<Record<string, Typed>>({});
export const keptAt = signal(0); // when the disk had it last
export const unkept = signal(0); // changes that the disk has not yet

export function keyOf(channel: string, kind: number, about?: string): string {
  return `${channel} ${kind} ${about ?? "new"}`;
}

async function keep(key: string, typed: Typed | null): Promise<void> {
  unkept.value++;
  try {
    await keepTyped(key, typed);
    keptAt.value = Date.now();
    keepingFails.value = false;
  } catch {
    keepingFails.value = true;
  }
  unkept.value--;
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

function isSame(typed: Typed): boolean {
  return typing.value[typed.key]?.text === typed.text;
}

// A page that ended between the outbox and the answer left both: what is signed is not signed again.
export function leaveToOutbox(): void {
  for (const { typed } of outbox.value) {
    if (typed !== undefined && isSame(typed))
      forget(typed.key);
  }
}

// What the outbox took over goes from the page, and what it gives back comes back, unless something newer is typed there.
export function followTyping(): void {
  effect(() => {
    const typed = settled.value;
    untracked(() => {
      if (typed !== undefined && isSame(typed))
        forget(typed.key);
    });
  });
  effect(() => {
    const typed = returned.value?.typed;
    untracked(() => {
      if (typed !== undefined && typing.value[typed.key] === undefined)
        typing.value = { ...typing.value, [typed.key]: typed };
    });
  });
}
