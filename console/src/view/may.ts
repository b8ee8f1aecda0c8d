// What the node would say of each act on the opened message, before anybody presses: ask, do not know.

import { effect, signal, untracked } from "@preact/signals";
import { Act, actsOn } from "../fold/acts.js";
import { askMay, placeOf } from "../node/compose.js";
import { session } from "../node/record.js";
import type { Answer, Entry } from "../node/shapes.js";
import { opened, readBack } from "./entry.js";
import { fieldsOf, rolesFor } from "./say.js";

export const refusals = signal<Record<string, Answer>>({}); // by place and act: only what would be refused

export const refusalKey = (entry: Entry, act: Act) => `${entry.place} ${act.name}`;

async function judge(entry: Entry, acts: Act[], role: string): Promise<void> {
  const about = (act: Act) => (act.mark === undefined ? entry : readBack.value ?? entry);
  const answers = await askMay(acts.map((act) => ({
    kind: act.kind, channel: entry.channel_name, role, label: entry.label, refers: [placeOf(about(act))], fields: fieldsOf(act, undefined),
  })));
  refusals.value = Object.fromEntries(answers.flatMap((answer, i) => (answer.err === "OK" ? [] : [[refusalKey(entry, acts[i]), answer] as const])));
}

export function followMay(): void {
  effect(() => {
    const entry = opened.value, returned = readBack.value;
    if (entry === undefined || (returned !== undefined && returned.channel_name !== entry.channel_name))
      return;
    const acts = actsOn(entry, session.peek()?.party ?? ""), role = untracked(() => rolesFor(entry.channel_name, entry)[0]);
    if (acts.length > 0 && role !== undefined)
      void judge(entry, acts, role).catch(() => { refusals.value = {}; }); // then the door says it
  });
}
