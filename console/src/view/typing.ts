// What is being typed in this tab, and its copy on this browser's disk.

import { effect, signal, untracked } from "@preact/signals";
import { besideKey, boxOf, countTyped, isSame, keepTyped, loadTyped, Typed } from "../keep/drafts.js";
import { isOnDisk, outbox, returned, settled } from "../node/outbox.js";

export const typing = signal<Record<string, Typed>>({});
export const keptAt = signal(0); // when the disk had it last
export const unkept = signal(0); // changes that the disk has not yet

export const keyOf = (channel: string, kind: number, about?: string): string => `${channel} ${kind} ${about ?? "new"}`;

async function keep(key: string, typed: Typed | null): Promise<void> {
  unkept.value++;
  if (await isOnDisk(keepTyped(key, typed)))
    keptAt.value = Date.now();
  unkept.value--;
}

export function change(typed: Typed, part: Partial<Typed>): void {
  const next = { ...typed, ...part };
  typing.value = { ...typing.value, [typed.key]: next };
  void keep(typed.key, next);
}

export const setField = (typed: Typed, name: string, value: string): void => change(typed, { fields: { ...typed.fields, [name]: value } });

export function forget(key: string): void {
  const { [key]: _gone, ...rest } = typing.value;
  typing.value = rest;
  void keep(key, null);
}

// What stands beside a box: what came back while something newer was typed, or was typed in another tab.
export const besides = (key: string): Typed[] => Object.values(typing.value).filter((typed) => typed.key !== key && boxOf(typed.key) === key);

// Into its box; what was there goes beside first, so that the disk has each of them at every moment.
export function takeUp(typed: Typed): void {
  const key = boxOf(typed.key), there = typing.value[key];
  if (there !== undefined && !isSame(there, typed))
    change({ ...there, key: besideKey(key, String(Date.now())) }, {});
  change({ ...typed, key }, {});
  forget(typed.key);
}

export const textsHere = signal(0); // of whomever

export const countTyping = async (): Promise<void> => { textsHere.value = await countTyped(); };

// What this officer typed here.
export async function loadTyping(key: string): Promise<void> {
  typing.value = Object.fromEntries((await loadTyped(key)).map((typed) => [typed.key, typed]));
  for (const typed of Object.values(typing.value)) {
    if (typing.value[boxOf(typed.key)] === undefined)
      takeUp(typed);
  }
}

// A page that ended between the outbox and the answer left both: what is signed is not signed again.
export function leaveToOutbox(): void {
  for (const { typed } of outbox.value) {
    if (typed !== undefined && isSame(typing.value[typed.key], typed))
      forget(typed.key);
  }
}

// What the outbox took over goes from the page, and what it gives back comes back, unless something newer is typed there.
export function followTyping(): void {
  effect(() => {
    const typed = settled.value;
    untracked(() => {
      if (typed !== undefined && isSame(typing.value[typed.key], typed))
        forget(typed.key);
    });
  });
  effect(() => {
    const typed = returned.value;
    untracked(() => {
      const there = typed && typing.value[boxOf(typed.key)];
      if (typed !== undefined && (there === undefined || isSame(there, typed)))
        takeUp(typed);
      else if (typed !== undefined)
        typing.value = { ...typing.value, [typed.key]: typed };
    });
  });
}
