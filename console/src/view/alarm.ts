// Alarms on this terminal: the fold, the sound, and who has heard which. They end by an act in the record; hearing gives quiet for a while.

import { computed, effect, signal, untracked } from "@preact/signals";
import { AGAIN_MS, alarmsOf, contradicted, faultRows, isFlood, loudness, Owed, owedCopies, owedRows, Quiet, quietUntil, STEP_ADVANCE, STEP_FALSE, TONES } from "../fold/owed.js";
import { copies, drafts, duty, heard as heardOf, inboxes, nodeClock, obligations, owing, session, lastEvents, status } from "../node/record.js";
import { _, beginning, named, word } from "../words/say.js";
import { now, said, when } from "./screen.js";
import type { Entry } from "../node/shapes.js";
import { Kind } from "../wire/statement.js";
import { roleName, whoIs } from "./parts.js";

// Of what the node says is owed, and of the newest messages, which may owe a mark: each once, as it was said last.
export const owed = computed(() => {
  const entries = new Map([...owing.value, ...Object.values(inboxes.value).flat()].map((entry) => [entry.place, entry]));
  return owedRows([...entries.values()], drafts.value, obligations.value, duty.value, session.value?.holder ?? 0, owedCopies(copies.value, session.value?.party ?? ""));
});

export const titleOf = (row: Owed) => row.names?.map((names) => named(names)).join(": ") ?? (row.screen === "relief" ? roleName(row.title) : row.title);

// What one officer has heard here sounds again for the next: an open item goes to him by name, or calls him. All tabs have the same quiet.
const KEPT = "entente-heard";
interface Heard { by: string; keys: Quiet }
const readHeard = () => JSON.parse(localStorage.getItem(KEPT) ?? "null") as Heard | null ?? { by: "", keys: {} };
const heard = signal<Heard>(readHeard());
const quiet = computed(() => (heard.value.by === session.value?.key ? heard.value.keys : {}));
export const soundIsOn = signal(false); // whoever has this watch has tried it: a browser is mute before a gesture

const faults = computed(() => faultRows({
  silentMs: heardOf.value === 0 ? 0 : now.value - heardOf.value, peers: status.value?.value.peers ?? [], stopped: (status.value?.value.stopped ?? []).flatMap(({ log, ended }) => (ended ? [] : [log])), diverged: status.value?.value.diverged ?? 0,
}, nodeClock.value(now.value)));

const WHOLE_POST = 4;

const called = (call: number | undefined): string => !call ? "" : call >= WHOLE_POST ? `, ${_("the whole post is called")}` : `, ${_("alternate {1} is called", call)}`;

export const alarms = computed(() =>
  (session.value ? alarmsOf([...contradicted(copies.value, session.value.party, quiet.value), ...owed.value, ...faults.value], quiet.value, nodeClock.value(now.value)) : []).map((alarm) => ({
    ...alarm, text: `${alarm.row.screen === "relief" ? roleName(alarm.row.place) : alarm.row.place}: ${word(alarm.row.step)}${called(alarm.row.call)}`.replace(/^: /, ""),
  })));

// ---- A flood: one line a precedence, FLASH first. ----

const began = new Map<string, number>(); // when each alarm was seen first
export const flood = signal(false);

function followFlood(): void {
  effect(() => {
    for (const alarm of alarms.value) {
      if (!began.has(alarm.key))
        began.set(alarm.key, now.value);
    }
    flood.value = isFlood([...began.values()], now.value, flood.peek());
  });
}

export const acknowledgeAll = (precedence: string): void => alarms.value.filter((alarm) => alarm.precedence === precedence).forEach((alarm) => acknowledge(alarm.key));

// Quiet for a while. What ends an alarm is the act, which stands in the record with its name.
export function acknowledge(key: string): void {
  const at = nodeClock.value(now.value), alarm = alarms.value.find((one) => one.key === key);
  if (alarm === undefined)
    return;
  const kept = Object.entries(quiet.value).filter(([, until]) => until > at);
  heard.value = { by: session.value?.key ?? "", keys: Object.fromEntries([...kept, [key, quietUntil(alarm, at)]]) };
  localStorage.setItem(KEPT, JSON.stringify(heard.value));
}

// ---- Sound. ----

let audio: AudioContext | undefined;

function play(precedence: string): void {
  audio ??= new AudioContext();
  void audio.resume();
  const tone = TONES[precedence] ?? TONES.ROUTINE;
  let at = audio.currentTime;
  for (let i = 0; i < tone.times; i++, at += tone.seconds + tone.pause) {
    const source = audio.createOscillator(), volume = audio.createGain();
    source.frequency.value = tone.hertz;
    volume.gain.setValueAtTime(0.3, at);
    source.connect(volume).connect(audio.destination);
    source.start(at);
    source.stop(at + tone.seconds);
  }
}

export const soundNames: Record<string, () => string> = {
  FLASH: () => _("six short high tones"), IMMEDIATE: () => _("three tones"), PRIORITY: () => _("two long tones"), ROUTINE: () => _("one low tone"),
};

// ---- A notice of this desktop: that there is an alarm, and no word of what it is. ----

const ASKED = "entente-notice-asked";

// Asked for once, by whoever tries the sounds.
function askForNotices(): void {
  if (typeof Notification === "undefined" || Notification.permission !== "default" || localStorage.getItem(ASKED) !== null)
    return;
  localStorage.setItem(ASKED, "yes");
  void Notification.requestPermission();
}

function notify(precedence: string): void {
  if (typeof Notification !== "undefined" && Notification.permission === "granted" && document.hidden)
    new Notification("entente", { body: _("{1}: an alarm waits at the console", precedence), tag: "entente", requireInteraction: true }).onclick = () => window.focus();
}

export function tryOut(precedence: string): void {
  askForNotices();
  holdSound(true);
  play(precedence);
  void audio?.resume().then(() => { soundIsOn.value = audio?.state === "running"; });
}

// One tab of this browser sounds: the first, or the one in which the sounds were tried last.
const soundsHere = signal(false);
let turns = 0, turn = 0;

function holdSound(steal: boolean): void {
  const mine = ++turns;
  navigator.locks.request("entente-sound", { steal }, () => {
    turn = mine;
    soundsHere.value = true;
    return new Promise(() => undefined);
  }).catch(() => {
    if (turn !== mine)
      return; // taken by this tab itself, and told of it too late
    soundsHere.value = false;
    holdSound(false);
  });
}

export const sound = (precedence: string): void => (soundsHere.value ? play(precedence) : undefined);

const unheard = new Map<string, number>(); // since when each of those that are open calls

function loudest(): { key: string; precedence: string; loud: string } | undefined {
  for (const key of unheard.keys()) {
    if (!alarms.value.some((alarm) => alarm.key === key))
      unheard.delete(key);
  }
  const rows = alarms.value.map(({ key, precedence }) => {
    unheard.set(key, unheard.get(key) ?? now.value);
    return { key, precedence, loud: loudness(precedence, now.value - (unheard.get(key) ?? 0)) };
  });
  return rows.sort((a, b) => AGAIN_MS[a.loud] - AGAIN_MS[b.loud])[0];
}

// The loudest of what is open, again and again until somebody has heard it.
export function followAlarms(): void {
  followFlood();
  holdSound(false);
  addEventListener("storage", (event) => {
    if (event.key === KEPT)
      heard.value = readHeard();
  });
  let sounded = { key: "", at: 0 };
  effect(() => {
    const first = loudest();
    if (first === undefined || !soundsHere.value || (first.key === sounded.key && now.value - sounded.at < AGAIN_MS[first.loud]))
      return;
    if (first.key !== sounded.key)
      notify(first.precedence); // once a cause; the sound goes on
    sounded = { key: first.key, at: now.value };
    play(first.loud);
  });
  effect(() => {
    if (session.value === null)
      soundIsOn.value = false; // whoever takes over tries it himself
  });
}

// ---- New entries for a screen reader: each once, sender and text first, time last; of a burst the count, then the FLASH.

const GATHER_MS = 1_000;

interface Told { entry: Entry; state?: string } // state: of what came ahead of its log, by no proof of it

const one = ({ entry, state }: Told): string => `${state === undefined ? "" : `${word(state === STEP_FALSE ? state : STEP_ADVANCE)}: `}${whoIs(entry)}: ${entry.precedence ?? "ROUTINE"} ${beginning(entry.subject ?? entry.text?.[0] ?? entry.place, 120)}, ${when(entry.filed_ms ?? entry.claimed_ms)}`;

function sentence(all: Told[]): string {
  if (all.length === 1)
    return one(all[0]);
  const flash = all.filter(({ entry }) => entry.precedence === "FLASH");
  return [_("{1} new messages", all.length), ...flash.map(one)].join(". ");
}

export function followAnnouncements(): void {
  let gathered: Told[] = [];
  effect(() => {
    const event = lastEvents.value[0]?.event as Partial<Told> & { change?: string } | undefined, entry = event?.change === "ENTRY" || event?.change === "ADVANCE" ? event.entry : undefined;
    if (entry === undefined || entry.kind_number !== Kind.MESSAGE || entry.party === untracked(() => session.value?.party) || gathered.some((told) => told.entry === entry))
      return;
    gathered.push({ entry, state: event?.state });
    if (gathered.length > 1)
      return;
    setTimeout(() => {
      said.value = sentence(gathered);
      gathered = [];
    }, GATHER_MS);
  });
}
