// What the node has said last, and when: the screens are pure functions of these signals. Whatever an event touches is
// asked for anew; nothing is worked out here that the node has not said.

import { computed, signal } from "@preact/signals";
import { ask, Query, Refusal, Silence } from "./ask.js";
import type { NodeEvent } from "./stream.js";
import type { Seen } from "../wire/statement.js";
import type { Accord, Channel, Copy, Draft, Due, Duty, Entry, Held, Inbox, Instance, Log, Procedure, Session, Status } from "./shapes.js";

export const session = signal<Session | null | undefined>(undefined); // undefined: not asked yet
export const status = signal<{ value: Status; at: number } | undefined>(undefined);
export const mode = signal<string | undefined>(undefined); // as the node says it to whoever is not signed in
export const accord = signal<Accord | undefined>(undefined);
export const channels = signal<Channel[]>([]);
export const inboxes = signal<Record<string, Entry[]>>({}); // by the channel's name
export const shown = signal<Record<string, Seen[]>>({}); // by the channel: how far the others' logs were when its list was asked for
export const older = signal<Record<string, Entry[]>>({}); // what was asked for of before those, without a hole between
export const owing = signal<Entry[]>([]); // messages that still owe a reading or a reading back, of every channel
export const held = signal<Held[]>([]); // messages that wait at the node for what has not come
export const copies = signal<Copy[]>([]); // what came ahead of its log
export const drafts = signal<Draft[]>([]);
export const logs = signal<Log[]>([]);
export const procedures = signal<Procedure[]>([]);
export const instances = signal<Instance[]>([]); // those that run
export const obligations = signal<Due[]>([]); // of procedures: what is owed by us and to us
export const duty = signal<Duty>({ posts: [], manning: [] }); // who is on watch, here and there
export const heard = signal(0); // when the stream was heard last, on this terminal's clock
export const lastEvents = signal<{ at: number; event: Record<string, unknown> }[]>([]);
export const fault = signal<string | undefined>(undefined); // the node does not answer, or refuses

export const MESSAGES_SHOWN = 200, OWED_SHOWN = 200, EVENTS_KEPT = 50;

// The node's clock: its own word, and what has passed here since.
export const nodeClock = computed(() => {
  const last = status.value;
  return (now: number) => (last === undefined ? now : last.value.now_ms + (now - last.at));
});

export const home = computed(() => channels.value.find((channel) => channel.plane === "HOME" && channel.parties[0] === session.value?.party));
export const lines = computed(() => channels.value.filter((channel) => channel.plane !== "HOME"));

export const channelOf = (name: string) => channels.value.find((channel) => channel.name === name);
export const channelName = (number: number) => channels.value.find((channel) => channel.number === number)?.name ?? String(number);

// Those that this officer may read, and behind them our own log.
export const readable = computed(() => [...lines.value, ...home.value ? [home.value] : []].filter((channel) => rolesOn(channel.name).length > 0));

// The lines on which he may write.
export const mayWrite = (line: Channel) => !line.observers.includes(session.value?.party ?? "") && rolesOn(line.name).some((role) => line.writers.includes(role));
export const writable = () => lines.value.filter(mayWrite);

export const rolesOn = (channel: string): string[] => session.value?.channels.find((row) => row.channel === channel)?.roles ?? [];

// What stands on this page is one officer's: after his session the page begins anew, and no other key finds it.
export const hasLeft = signal(false);

export function endSession(): void {
  hasLeft.value = hasLeft.value || Boolean(session.value);
  session.value = null;
}

// Questions whose last answer did not come, or was a refusal: what is shown of them may be old until each of them is answered.
const missed = new Map<string, { text: string; again: () => Promise<void> }>();
const shownOf = new Map<string, number>(); // of each question which of its answers is shown: one that comes late is not shown over a later one
let questions = 0;

export async function asked<T>(name: string, question: () => Promise<T>, keep: (answer: T) => void): Promise<void> {
  const mine = ++questions;
  try {
    const answer = await question();
    if (mine > (shownOf.get(name) ?? 0)) {
      shownOf.set(name, mine);
      keep(answer);
    }
    missed.delete(name);
  } catch (why) {
    if (why instanceof Refusal && why.status === 401)
      return endSession();
    if (!(why instanceof Refusal || why instanceof Silence))
      throw why;
    missed.set(name, { text: why instanceof Silence ? "" : why.message, again: () => asked(name, question, keep) });
  }
  fault.value = [...missed.values()][0]?.text;
}

const askFor = <T>(path: string, keep: (answer: T) => void, query: Query = {}) => asked([path, ...Object.values(query)].join(" "), () => ask<T>(path, query), keep);

// A refusal is asked for again by itself; after a silence all of it, for nobody knows what else was not heard.
const askAgain = (all = [...missed.values()]): Promise<unknown> => (all.some(({ text }) => text === "") ? askAll() : Promise.all(all.map(({ again }) => again())));

export const askStatus = () => askFor<Status>("/status", (value) => {
  status.value = { value, at: Date.now() };
  soon("held", askHeld);
  if (missed.size > 0)
    soon("again", askAgain);
});
const askHeld = () => askFor<{ waiting: Held[] }>("/waiting", (answer) => { held.value = answer.waiting; });
const askCopies = () => askFor<{ advances: Copy[] }>("/advances", (answer) => { copies.value = answer.advances; });
const askDrafts = () => askFor<Draft[]>("/drafts", (answer) => { drafts.value = answer; }, { all: 1 });
const askOwed = () => askFor<Inbox>("/owed", (answer) => { owing.value = answer.messages; }, { limit: OWED_SHOWN });
const askLogs = () => askFor<{ logs: Log[] }>("/logs", (answer) => { logs.value = answer.logs; });
const askInstances = () => askFor<Instance[]>("/instances", (answer) => { instances.value = answer; });
const askObligations = () => askFor<{ obligations: Due[] }>("/obligations", (answer) => { obligations.value = answer.obligations; });
export const askDuty = () => askFor<Duty>("/watch", (answer) => { duty.value = answer; });

// Both of one moment: whoever writes has no more behind him than what stands before him.
export const askInbox = (channel: string): Promise<void> => asked(`/inbox ${channel}`, () => ask<Inbox & { seen: Seen[] }>("/inbox", { channel, last: MESSAGES_SHOWN }), (answer) => {
  keepOlder(channel, answer.messages[0]?.place);
  shown.value = { ...shown.value, [channel]: answer.seen };
  inboxes.value = { ...inboxes.value, [channel]: answer.messages };
});

// What the newest pushed out of the list joins the older ones; if that cannot be told, they are asked for again.
function keepOlder(channel: string, first: string | undefined): void {
  const was = inboxes.value[channel] ?? [], at = was.findIndex((entry) => entry.place === first);
  if (older.value[channel] !== undefined && at !== 0)
    older.value = { ...older.value, [channel]: at > 0 ? [...older.value[channel], ...was.slice(0, at)] : [] };
}

export const allOf = (channel: string): Entry[] => [...older.value[channel] ?? [], ...inboxes.value[channel] ?? []];

// The page before the first that is here; whether there was one.
export async function askOlder(channel: string): Promise<void> {
  const [first] = allOf(channel);
  if (first !== undefined)
    await askFor<Inbox>("/inbox", (answer) => {
      if (allOf(channel)[0] === first) // a second press asked for the same
        older.value = { ...older.value, [channel]: [...answer.messages, ...older.value[channel] ?? []] };
    }, { channel, last: MESSAGES_SHOWN, before: `${first.order}-${first.place}` });
}

// All at once; first what the screen at this channel shows, for a browser sends six at a time.
export async function askAll(at = ""): Promise<void> {
  missed.clear();
  const own = (session.value?.channels ?? []).map((row) => row.channel).sort((a, b) => Number(b === at) - Number(a === at));
  await Promise.all([
    askFor<{ channels: Channel[] }>("/channels", (answer) => { channels.value = answer.channels; }),
    askFor<Accord>("/accord", (answer) => { accord.value = answer; }),
    askStatus(), ...own.slice(0, 1).map(askInbox), askOwed(), askCopies(), askDrafts(), askLogs(), askInstances(), askObligations(), askDuty(),
    askFor<Procedure[]>("/procedures", (answer) => { procedures.value = answer; }), ...own.slice(1).map(askInbox),
  ]);
}

// ---- What an event touches. ----

const waiting = new Map<string, () => Promise<unknown>>();
const GATHER_MS = 50; // a burst asks once

function soon(name: string, question: () => Promise<unknown>): void {
  if (waiting.has(name))
    return;
  waiting.set(name, question);
  setTimeout(() => {
    waiting.delete(name);
    void question();
  }, GATHER_MS);
}

function channelTouched(event: Record<string, unknown>): string | undefined {
  const name = (event.entry as Entry | undefined)?.channel_name ?? String(event.log ?? "").split("/")[1]?.split(" ")[0];
  return channelOf(name?.toLowerCase() ?? "")?.name;
}

export function take(event: NodeEvent): void {
  if (event.name !== "")
    return;
  lastEvents.value = [{ at: Date.now(), event: event.value }, ...lastEvents.value].slice(0, EVENTS_KEPT);
  if (event.value.change === "PATH")
    return soon("status", askStatus);
  const channel = channelTouched(event.value);
  if (channel === undefined)
    return channels.value.length === 0 ? soon("all", askAll) : undefined; // while they are asked for, all else may have been answered
  soon("duty", askDuty);
  soon("drafts", askDrafts); // what goes out ends a draft
  soon("logs", askLogs);
  soon("owed", askOwed);
  soon("copies", askCopies); // a log brings what came ahead of it, or contradicts it
  soon("instances", askInstances);
  soon("obligations", askObligations);
  soon(`inbox ${channel}`, () => askInbox(channel));
}
