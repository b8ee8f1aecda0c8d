// The entry or draft that a screen is about: asked for when it is opened, and again when the node says that it has changed.

import { effect, signal, untracked, computed } from "@preact/signals";
import { Move, movesAbout } from "../fold/moves.js";
import { ask, Refusal, post } from "../node/ask.js";
import { drafts, home, inboxes, session, channelOf, channels } from "../node/record.js";
import type { Draft, Entry, Marking } from "../node/shapes.js";
import { judge, Subject } from "./moves.js";
import { channelIn, followPlace, screen, whenShown } from "./screen.js";
import { encode } from "../wire/cbor.js";
import { Label, labelValue } from "../wire/content.js";

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
  followPlace(opened, openedDraft);
  whenShown(["channel", "card", "record"], () => [inboxes.value, drafts.value, home.value], async (place) => (place === undefined ? undefined : open(place))); // whatever these bring may be about it
}

// ---- What the node would say of each act on the opened message, before anybody presses: ask, do not know. ----

export function movesOfMessage(entry: Entry): Move[] {
  const returned = readBack.value?.channel_name === entry.channel_name ? readBack.value : undefined;
  return movesAbout(entry, session.value?.party ?? "", returned?.place).map((move) => {
    const about = (move.mark === undefined ? undefined : returned) ?? entry, isSealed = (about.content?.sealing ?? 0) > 0;
    const isElsewhere = move.text === "none" ? isSealed && move.mark !== undefined : isSealed || channelOf(about.channel_name)?.sealed === true;
    return { ...move, command: isElsewhere ? `entente ${move.name.replace("-", "")} '${about.place}' --identity FILE` : undefined };
  });
}

export const subjectOf = (entry: Entry): Subject => ({ place: entry.place, channel: entry.channel_name, isInstance: false, message: entry });

export function followMay(): void {
  effect(() => {
    const entry = opened.value, moves = entry === undefined ? [] : movesOfMessage(entry).filter((move) => move.command === undefined);
    if (entry !== undefined)
      untracked(() => void judge(subjectOf(entry), moves).catch(() => undefined)); // then the door says it
  });
}

// ---- The marking of the screen: the node joins the labels of what is shown. Nothing is joined here.

export const marking = signal<Marking | undefined>(undefined);
export const shownToo = signal<{ label?: Label }[]>([]); // what a screen shows besides messages

const LABELS_MAX = 64;

function labelsShown(): { channel: string; labels: Label[] } {
  const { name, about } = screen.value;
  const own = name === "channel" ? inboxes.value[channelIn(about)] : undefined;
  const channel = own === undefined ? channels.value[0]?.name ?? "" : channelIn(about);
  const entries = own ?? Object.values(inboxes.value).flat();
  const labels = [...entries, ...shownToo.value].flatMap((entry) => entry.label ?? []);
  return { channel, labels: [...new Map(labels.map((label) => [JSON.stringify(label), label])).values()].slice(0, LABELS_MAX) };
}

const wanted = computed(() => JSON.stringify(labelsShown()));

export function followMarking(): void {
  effect(() => {
    const { channel, labels } = JSON.parse(wanted.value) as ReturnType<typeof labelsShown>;
    if (labels.length === 0 || channel === "") {
      marking.value = undefined;
      return;
    }
    post<{ marking?: Marking }>("/labels", encode(labels.map(labelValue)), { channel })
      .then((answer) => { marking.value = answer.marking; })
      .catch(() => undefined); // the silence of the node is said elsewhere
  });
}
