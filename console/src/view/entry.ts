// The entry or draft that a screen is about: asked for when it is opened, and again when the node says that it has changed.

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { Move, movesAbout } from "../fold/moves.js";
import { isWaiting } from "../fold/owed.js";
import { ask, isNone, pause, post } from "../node/ask.js";
import { allOf, channelOf, copies, drafts, home, inboxes, session } from "../node/record.js";
import type { Draft, Entry, Marking } from "../node/shapes.js";
import { judge, Subject } from "./moves.js";
import { channelIn, followPlace, Screen, screen, whenShown } from "./screen.js";
import { encode } from "../wire/cbor.js";
import { Label, labelValue } from "../wire/content.js";

export const opened = signal<Entry | undefined>(undefined);
export const openedDraft = signal<Draft | undefined>(undefined);
export const readBack = signal<Entry | undefined>(undefined); // what was returned last of the opened message
export const missing = signal(false);

async function open(place: string, isInOrder: () => boolean): Promise<void> {
  const isDraft = channelIn(place) === home.value?.name && !(inboxes.value[home.value.name] ?? []).some((entry) => entry.place === place);
  try {
    const found = await ask<Entry & Draft>(isDraft ? "/drafts" : "/entry", { place });
    const offered = found.ladders?.find((ladder) => ladder.read_back_offered)?.read_back_offered;
    const returned = offered && await ask<Entry>("/entry", { place: offered.evidence });
    if (isInOrder())
      batch(() => {
        (isDraft ? openedDraft : opened).value = found;
        readBack.value = returned;
        missing.value = false;
      });
  } catch (why) {
    missing.value = isInOrder() ? isNone(why) : missing.value;
    if (!isNone(why))
      throw why;
  }
}

export function followOpened(): void {
  followPlace(opened, openedDraft);
  whenShown(["channel", "card", "record"], () => [inboxes.value, drafts.value, home.value], async (place, isInOrder) => (place === undefined ? undefined : open(place, isInOrder))); // whatever these bring may be about it
}

// ---- What the node would say of each act on the opened message, before anybody presses: ask, do not know. ----

export function movesOfMessage(entry: Entry): Move[] {
  const returned = readBack.value?.channel_name === entry.channel_name ? readBack.value : undefined;
  return movesAbout(entry, session.value?.party ?? "", returned?.place).map((move) => {
    const about = (move.mark === undefined ? undefined : returned) ?? entry, isSealed = (about.content?.sealing ?? 0) > 0;
    const isElsewhere = move.text === "none" ? isSealed && move.mark !== undefined : isSealed || channelOf(about.channel_name)?.sealed === true;
    return { ...move, command: isElsewhere ? `entente ${move.name.replace("-", "")} '${about.place}'${(move.rows ?? []).map(({ name }) => OPTIONS[name]).join("")} --identity FILE` : undefined };
  });
}

const OPTIONS: Record<string, string> = { cause: " --cause CAUSE", deferred: " --until TIME" }; // of a command, by the row of the form

export const subjectOf = (entry: Entry): Subject => ({ place: entry.place, channel: entry.channel_name, isInstance: false, message: entry });

export function followMay(): void {
  effect(() => {
    const entry = opened.value, moves = entry === undefined ? [] : movesOfMessage(entry).filter((move) => move.command === undefined);
    if (entry !== undefined)
      untracked(() => void judge(subjectOf(entry), moves).catch(() => undefined)); // then the door says it
  });
}

// ---- The marking of the screen: the node joins the labels of what is shown. Nothing is joined here.

export const marking = signal<Marking | "none" | "late" | undefined>(undefined); // none: of what is shown none can be made; late: the node has not answered
export const shownToo = signal<Partial<Record<Screen, { label?: Label }[]>>>({}); // what a screen shows besides the newest messages

export const showToo = (name: Screen, all: { label?: Label }[]): void => { shownToo.value = { ...shownToo.peek(), [name]: all }; };

const LABELS_MAX = 64, LATE_MS = 1_000, AGAIN_MS = 2_000; // of one question; until the marking of what was shown before goes; until it is asked again

// At home every label of ours may stand; on a line those that may not would be left out.
function labelsShown(): { channel: string; labels: Label[] } {
  const { name, about } = screen.value, line = name === "channel" ? channelIn(about) : "";
  const entries = Object.hasOwn(inboxes.value, line) ? allOf(line) : Object.values(inboxes.value).flat();
  const labels = [...entries, ...drafts.value.filter((draft) => isWaiting(draft) && (line === "" || draft.channel_name === line)), ...copies.value.filter((one) => line === "" || channelOf(line)?.number === one.channel).map((one) => one.entry), ...shownToo.value[name] ?? [], opened.value, openedDraft.value, readBack.value].flatMap((one) => one?.label ?? []);
  return { channel: home.value?.name ?? "", labels: [...new Map(labels.map((label) => [JSON.stringify(label), label])).values()] };
}

const wanted = computed(() => JSON.stringify(labelsShown()));

// However many there are: what the first of them give together is joined with the next.
async function join(labels: Label[], channel: string): Promise<Marking | "none"> {
  const answer = await post<{ labels: { may: boolean }[]; label?: Label; marking?: Marking }>("/labels", encode(labels.slice(0, LABELS_MAX).map(labelValue)), { channel });
  if (answer.label === undefined || answer.marking === undefined || !answer.labels.every((one) => one.may))
    return "none";
  return labels.length <= LABELS_MAX ? answer.marking : join([answer.label, ...labels.slice(LABELS_MAX)], channel);
}

async function mark(asked: string): Promise<void> {
  const { channel, labels } = JSON.parse(asked) as ReturnType<typeof labelsShown>, set = (to: typeof marking.value) => { marking.value = asked === wanted.peek() ? to : marking.value; };
  if (labels.length === 0 || channel === "")
    return set(undefined);
  const late = setTimeout(() => set("late"), LATE_MS), made = await join(labels, channel).catch(() => "late" as const);
  clearTimeout(late);
  set(made);
  return made === "late" && await pause(AGAIN_MS).then(() => asked === wanted.peek()) ? mark(asked) : undefined;
}

export function followMarking(): void {
  effect(() => {
    const asked = wanted.value;
    untracked(() => void mark(asked));
  });
}
