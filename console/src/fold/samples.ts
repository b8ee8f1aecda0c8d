// Series for charts out of what the node has said: pure, and the same rows stand in the table beside each chart.

import type { Entry, Status } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";

export interface Sample {
  at: number;
  heardMs: Record<string, number>; // by path: how long ago it was heard
}

export const SAMPLES_KEPT = 720; // an hour, one each 5 s

export function sampled(samples: Sample[], status: Status): Sample[] {
  const heardMs = Object.fromEntries(status.peers.flatMap((peer) => peer.paths.map((path) =>
    [`${peer.code} ${path.name}`, path.heard_ms > 0 ? Math.max(0, status.now_ms - path.heard_ms) : NaN] as const)));
  return [...samples, { at: status.now_ms, heardMs }].slice(-SAMPLES_KEPT);
}

export interface Answer {
  place: string;
  precedence: string;
  step: string;
  seconds: number;
}

// From the filing of a message to each step that was proved.
export function answerTimes(entries: Entry[], step: string): Answer[] {
  return entries.flatMap((entry) => (entry.ladders ?? []).filter((ladder) => !ladder.information).flatMap((ladder) => {
    const proved = ladder.steps.find((one) => one.step === step);
    return proved?.at_ms === undefined ? []
      : [{ place: entry.place, precedence: entry.precedence ?? "ROUTINE", step, seconds: Math.max(0, proved.at_ms - entry.filed_ms) / 1000 }];
  }));
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length === 0 ? NaN : sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function byPrecedence(entries: Entry[]): [string, number][] {
  return PRECEDENCES.map((name) => [name, entries.filter((entry) => (entry.precedence ?? "ROUTINE") === name).length]);
}
