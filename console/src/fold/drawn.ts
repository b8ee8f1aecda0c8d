// Claims as a time line and as a map, out of what each source says: numbers that stand in the table too. Degrees alone are drawn, no
// border and no name of a land or a sea; and nothing is worked out of several claims.

import type { Claim, Happened } from "../node/shapes.js";

export interface Numbered {
  number: number;
  event: Happened;
  claim: Claim;
}

// Of all events, in the order of the record; who took his claim back claims nothing.
export function numbered(events: Happened[]): Numbered[] {
  return events.flatMap((event) => event.claims.filter((claim) => claim.withdrawn === undefined).map((claim) => ({ event, claim })))
    .map((row, i) => ({ number: i + 1, ...row }));
}

export interface Point {
  lat: number;
  lon: number;
}

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
