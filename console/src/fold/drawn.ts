// Claims as a time line and as a map, out of what each source says: numbers that stand in the table too. Degrees alone are drawn, no
// border and no name of a land or a sea; and nothing is worked out of several claims.

import type { Claim, Happened, Entry, Ladder, Path, Status } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";

export interface Numbered { number: number; event: Happened; claim: Claim }

// Of all events, in the order of the record; who took his claim back claims nothing.
export function numbered(events: Happened[]): Numbered[] {
  return events.flatMap((event) => event.claims.filter((claim) => claim.withdrawn === undefined).map((claim) => ({ event, claim })))
    .map((row, i) => ({ number: i + 1, ...row }));
}

export interface Point { lat: number; lon: number }

// "38.5,127.25", or the corners of an area with blanks between: docs/spec/dialogue.md section 12.
export function pointsOf(where: string | undefined): Point[] {
  return (where ?? "").split(" ").flatMap((text) => {
    const found = /^(-?\d{1,3}(?:\.\d{1,5})?),(-?\d{1,3}(?:\.\d{1,5})?)$/.exec(text);
    return found === null ? [] : [{ lat: Number(found[1]), lon: Number(found[2]) }];
  });
}

export interface Mapped {
  low: Point; // whole degrees that hold everything
  high: Point;
  shapes: { number: number; points: Point[] }[]; // one point, or an area
}

export function mapOf(rows: Numbered[]): Mapped | undefined {
  const shapes = rows.map(({ number, claim }) => ({ number, points: pointsOf(claim.where) })).filter(({ points }) => points.length > 0);
  const all = shapes.flatMap(({ points }) => points), lats = all.map(({ lat }) => lat), lons = all.map(({ lon }) => lon);
  return all.length === 0 ? undefined : {
    low: { lat: Math.ceil(Math.min(...lats)) - 1, lon: Math.ceil(Math.min(...lons)) - 1 },
    high: { lat: Math.floor(Math.max(...lats)) + 1, lon: Math.floor(Math.max(...lons)) + 1 }, shapes,
  };
}

// Whole degrees on one axis, as few as fit.
export function degrees(low: number, high: number): number[] {
  const by = [1, 2, 5, 10, 30].find((one) => (high - low) / one <= 12) ?? 30, first = Math.ceil(low / by) * by;
  return Array.from({ length: Math.floor((high - first) / by) + 1 }, (_one, i) => first + i * by);
}

// ---- Series for charts out of what the node has said: pure, and the table beside each chart is made of the very same numbers.

export interface Sample {
  at: number;
  heard: Record<string, number>; // by path: how many seconds ago it was heard
  roundTrip: Record<string, number>; // milliseconds
}

export const SAMPLES_KEPT = 720; // an hour, one each 5 s

export function sampled(samples: Sample[], status: Status): Sample[] {
  const each = (value: (path: Path) => number) => Object.fromEntries(status.peers.flatMap((peer) => peer.paths.map((path) => [`${peer.code} ${path.name}`, rounded(value(path))] as const)));
  return [...samples, {
    at: status.now_ms, heard: each((path) => (path.heard_ms > 0 ? Math.max(0, status.now_ms - path.heard_ms) / 1000 : NaN)),
    roundTrip: each((path) => (path.up && path.round_trip_us > 0 ? path.round_trip_us / 1000 : NaN)),
  }].slice(-SAMPLES_KEPT);
}

const rounded = (value: number) => Math.round(value * 10) / 10; // as it is drawn, so it is written

// What is drawn, and the same as rows: NaN is no point, and no number.
export interface Figure {
  x: number[];
  series: { label: string; values: number[] }[];
}

export const plotted = ({ x, series }: Figure): (number | null)[][] => [x, ...series.map((one) => one.values.map((value) => (Number.isNaN(value) ? null : value)))];

export const tableOf = ({ x, series }: Figure, tick: (value: number) => string): string[][] =>
  x.map((value, i) => [tick(value), ...series.map((one) => (Number.isNaN(one.values[i]) ? "–" : String(one.values[i])))]);

export function figureOf(samples: Sample[], of: "heard" | "roundTrip"): Figure {
  const names = Object.keys(samples[samples.length - 1]?.[of] ?? {});
  return { x: samples.map((sample) => sample.at / 1000), series: names.map((name) => ({ label: name, values: samples.map((sample) => sample[of][name] ?? NaN) })) };
}

interface Answer { precedence: string; seconds: number }

// From the filing of a message to each step that was proved.
export function answerTimes(entries: Entry[], step: string): Answer[] {
  return entries.flatMap((entry) => (entry.ladders ?? []).filter((ladder) => !ladder.information).flatMap((ladder) => {
    const proved = ladder.steps.find((one) => one.step === step);
    return proved?.at_ms === undefined ? []
      : [{ precedence: entry.precedence ?? "ROUTINE", seconds: rounded(Math.max(0, proved.at_ms - entry.filed_ms) / 1000) }];
  }));
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length === 0 ? NaN : sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const byPrecedence = (entries: Entry[]): [string, number][] => PRECEDENCES.map((name) => [name, entries.filter((entry) => (entry.precedence ?? "ROUTINE") === name).length]);

// ---- A ladder as a strip of time, 0 to 1000: from the filing to the last step that is proved, or to now and to what is due. Its table is the steps themselves.

interface Strip { steps: number[]; now?: number; due?: number }

export function stripOf({ steps, owed }: Pick<Ladder, "steps" | "owed">, now: number): Strip | undefined {
  const times = steps.flatMap(({ at_ms }) => at_ms ?? []), ends = owed === undefined ? [] : [now, owed.due_ms ?? now];
  const first = Math.min(...times), last = Math.max(...times, ...ends), on = (ms: number) => Math.round((ms - first) * 1000 / (last - first));
  return times.length === 0 || last <= first ? undefined : { steps: times.map(on), now: owed && on(now), due: owed?.due_ms === undefined ? undefined : on(owed.due_ms) };
}
