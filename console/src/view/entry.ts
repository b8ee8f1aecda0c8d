// The entry or draft that a screen is about: asked for when it is opened, and again when the node says that it has changed.

import { effect, signal, untracked } from "@preact/signals";
import { ask, Refusal } from "../node/ask.js";
import { drafts, home, inboxes } from "../node/record.js";
import type { Draft, Entry } from "../node/shapes.js";
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
