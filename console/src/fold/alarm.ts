// What needs a response now: the obligations of ours that are due and nobody here has heard yet. A fold, nothing else sounds.

import type { Owed } from "./owed.js";

export interface Alarm {
  key: string; // one cause, one alarm
  precedence: string;
  row: Owed;
}

const NOW = ["FLASH", "IMMEDIATE"]; // these call at once; the others when their minute has come

function callsFrom(row: Owed): number {
  return row.rings ?? (NOW.includes(row.precedence) ? 0 : row.due ?? Infinity);
}

export function alarmsOf(rows: Owed[], heardKeys: Record<string, true>, nodeNow: number): Alarm[] {
  const calling = rows.filter((row) => row.ours && callsFrom(row) <= nodeNow);
  return calling
    .filter((row, i) => calling.findIndex((one) => one.cause === row.cause) === i && !heardKeys[row.key])
    .map((row) => ({ key: row.key, precedence: row.precedence, row }));
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
