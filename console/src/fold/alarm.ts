// What needs a response now: the obligations of ours that are due, and faults of this node. A fold, nothing else sounds. An alarm ends by an act in
// the record, or with its fault; whoever hears it has quiet for a while and no longer, and who is not heard grows louder.

import type { Owed } from "./owed.js";
import type { Peer } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";

export interface Alarm {
  key: string; // one cause, one alarm; another rung of our own people is another
  precedence: string;
  row: Owed;
}

export type Quiet = Record<string, number>; // by an alarm's key: until when whoever heard it has quiet, on the node's clock

const NOW = ["FLASH", "IMMEDIATE"]; // these call at once; the others when their minute has come
const QUIET_MS: Record<string, number> = { FLASH: 180_000, IMMEDIATE: 600_000, PRIORITY: 1_800_000, ROUTINE: 3_600_000 };

function callsFrom(row: Owed): number {
  return row.rings ?? (NOW.includes(row.precedence) ? 0 : row.due ?? Infinity);
}

export function alarmsOf(rows: Owed[], quiet: Quiet, nodeNow: number): Alarm[] {
  const calling = rows.filter((row) => row.ours && callsFrom(row) <= nodeNow);
  return calling
    .filter((row, i) => calling.findIndex((one) => one.cause === row.cause) === i)
    .map((row) => ({ key: `${row.key} ${row.call ?? 0}`, precedence: row.precedence, row }))
    .filter(({ key }) => !(quiet[key] > nodeNow));
}

export function quietUntil({ precedence, row }: Alarm, nodeNow: number): number {
  return nodeNow + (row.screen === "status" ? QUIET_MS.PRIORITY : QUIET_MS[precedence] ?? QUIET_MS.ROUTINE);
}

// ---- Faults of this node: nothing of the record ends them. ----

const SILENT_MS = 30_000, DOWN_MS = 60_000; // a line that comes back by itself calls nobody

export interface Health {
  silentMs: number; // how long nothing was heard of the node
  peers: Pick<Peer, "code" | "paths">[];
  stopped: string[]; // logs
}

export function faultRows({ silentMs, peers, stopped }: Health, nodeNow: number): Owed[] {
  const row = (step: string, place: string, since: number, rings: number): Owed => ({
    key: `${step} ${place}`, cause: `${step} ${place}`, screen: "status", ours: true, place, channel: "", precedence: "IMMEDIATE", step, party: "", title: "", since, rings, highest: "",
  });
  const down = peers.filter(({ paths }) => paths.length > 0 && paths.every((path) => !path.up));
  return [
    ...(silentMs >= SILENT_MS ? [row("NODE SILENT", "", nodeNow - silentMs, 0)] : []),
    ...down.map(({ code, paths }) => {
      const since = Math.max(...paths.map((path) => path.since_ms));
      return row("LINE DOWN", code, since, since + DOWN_MS);
    }),
    ...stopped.map((log) => row("LOG STOPPED", log, 0, 0)),
  ];
}

// ---- How loud. ----

const CLIMB_MS = 300_000;

// Of an alarm that nobody has heard for so long.
export function loudness(precedence: string, unheardMs: number): string {
  const at = PRECEDENCES.indexOf(precedence as typeof PRECEDENCES[number]);
  return PRECEDENCES[Math.max(0, at - Math.floor(unheardMs / CLIMB_MS))];
}

// More than ten in ten minutes is a flood: then one line a precedence. Times of the alarms that began, newest last.
export const FLOOD_COUNT = 10, FLOOD_MS = 600_000, FLOOD_OVER = 5;

export function isFlood(began: number[], at: number, wasFlood: boolean): boolean {
  const recent = began.filter((ms) => at - ms < FLOOD_MS).length;
  return wasFlood ? recent >= FLOOD_OVER : recent > FLOOD_COUNT;
}

export interface Tone {
  hertz: number;
  seconds: number;
  pause: number;
  times: number;
}

// Four sounds, each of a shape of its own: how high, how long, how often.
export const TONES: Record<string, Tone> = {
  FLASH: { hertz: 980, seconds: 0.15, pause: 0.1, times: 6 },
  IMMEDIATE: { hertz: 740, seconds: 0.25, pause: 0.2, times: 3 },
  PRIORITY: { hertz: 560, seconds: 0.4, pause: 0.3, times: 2 },
  ROUTINE: { hertz: 440, seconds: 0.5, pause: 0, times: 1 },
};

export const AGAIN_MS: Record<string, number> = { FLASH: 4_000, IMMEDIATE: 10_000, PRIORITY: 30_000, ROUTINE: 60_000 };
