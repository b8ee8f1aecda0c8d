// New entries for a screen reader: each once, sender and text first, time last; of a burst the count, then the FLASH.

import { effect, untracked } from "@preact/signals";
import { lastEvents, session } from "../node/record.js";
import type { Entry } from "../node/shapes.js";
import { Kind } from "../wire/statement.js";
import { clock } from "../words/moment.js";
import { _ } from "../words/say.js";
import { said } from "./screen.js";

const GATHER_MS = 1_000;

function one(entry: Entry): string {
  return `${entry.party.toUpperCase()} ${entry.role}: ${entry.precedence ?? "ROUTINE"} ${entry.subject ?? entry.text?.[0]?.slice(0, 120) ?? entry.place}, ${clock(entry.filed_ms)}`;
}

function sentence(entries: Entry[]): string {
  if (entries.length === 1)
    return one(entries[0]);
  const flash = entries.filter((entry) => entry.precedence === "FLASH");
  return [_("{1} new messages", entries.length), ...flash.map(one)].join(". ");
}

export function followAnnouncements(): void {
  let gathered: Entry[] = [];
  effect(() => {
    const event = lastEvents.value[0]?.event;
    const entry = event?.change === "ENTRY" ? event.entry as Entry | undefined : undefined;
    if (entry === undefined || entry.kind_number !== Kind.MESSAGE || entry.party === untracked(() => session.value?.party) || gathered.includes(entry))
      return;
    gathered.push(entry);
    if (gathered.length > 1)
      return;
    setTimeout(() => {
      said.value = sentence(gathered);
      gathered = [];
    }, GATHER_MS);
  });
}
