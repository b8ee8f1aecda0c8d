// The entry or draft that a screen is about: asked for when it is opened, and again when the node says that it has changed.

import { effect, signal, untracked } from "@preact/signals";
import { Act, actsOn } from "../fold/acts.js";
import { ask, Refusal } from "../node/ask.js";
import { askMay, placeOf } from "../node/compose.js";
import { drafts, home, inboxes, session } from "../node/record.js";
import type { Answer, Draft, Entry } from "../node/shapes.js";
import { fieldsOf, rolesFor } from "./say.js";
import { channelIn, placeIn, screen } from "./screen.js";

export const opened = signal<Entry | undefined>(undefined);
export const openedDraft = signal<Draft | undefined>(undefined);
export const readBack = signal<Entry | undefined>(undefined); // what was returned last of the opened message
export const missing = signal(false);

async function open(place: string): Promise<void> {
  const isDraft = channelIn(place) === home.value?.name;
  try {
    if (isDraft)
      openedDraft.value = await ask<Draft>("/drafts", { place });
    else
      opened.value = await ask<Entry>("/entry", { place });
    missing.value = false;
    const offered = isDraft ? undefined : opened.value?.ladders?.find((ladder) => ladder.read_back_offered)?.read_back_offered;
    readBack.value = offered === undefined ? undefined : await ask<Entry>("/entry", { place: offered.evidence });
  } catch (why) {
    missing.value = why instanceof Refusal;
  }
}

export function followOpened(): void {
  effect(() => {
    const place = placeIn(screen.value.about), name = screen.value.name;
    void [inboxes.value, drafts.value, home.value]; // whatever these bring may be about it
    untracked(() => {
      if (opened.value?.place !== place)
        opened.value = undefined;
      if (openedDraft.value?.place !== place)
        openedDraft.value = undefined;
      if (place !== undefined && (name === "channel" || name === "card" || name === "record"))
        void open(place);
    });
  });
}

// ---- What the node would say of each act on the opened message, before anybody presses: ask, do not know. ----

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
