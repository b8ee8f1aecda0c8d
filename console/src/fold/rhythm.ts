// Of standing dialogues, out of what the node says of each thing: the next session, the rhythm, what is on an agenda. Nobody is blamed.

import type { Thing } from "../node/shapes.js";

const MONTH_MS = 365 * 86_400_000 / 12;
const HELD = ["IN SESSION", "RECESS", "CONCLUDED", "RECORD AGREED"];

const isHeld = (session: Thing) => HELD.includes(session.standing);
// A side meeting or a call is none of the sessions that were agreed on, and nobody's turn to host.
const ofBody = (things: Thing[], body: Thing) =>
  things.filter((one) => one.kind === "session" && one.of === body.place && one.end_ms !== undefined && one.standing !== "CALLED OFF" && (one.manner ?? "meeting") === "meeting" && one.beside === undefined);

export const lastSession = (things: Thing[], body: Thing): Thing | undefined => ofBody(things, body).filter(isHeld).sort((a, b) => (b.end_ms ?? 0) - (a.end_ms ?? 0))[0];

export const nextSession = (things: Thing[], body: Thing): Thing | undefined =>
  body.over ? undefined : ofBody(things, body).filter((one) => !isHeld(one)).sort((a, b) => (a.end_ms ?? 0) - (b.end_ms ?? 0))[0];

// Those whose date went by, and of which nobody has said that they were held.
export const pastSessions = (things: Thing[], body: Thing, at: number): Thing[] => body.over ? [] : things.filter((one) => one.kind === "session" && one.of === body.place && !isHeld(one) && isPast(one, at));

// The body's rhythm goes by before it meets again, or has gone by: no session is set, or one beyond it.
export function rhythmPast(things: Thing[], body: Thing, at: number): "unset" | "late" | undefined {
  const last = lastSession(things, body)?.end_ms, next = nextSession(things, body);
  if (body.over || last === undefined || !body.number)
    return undefined;
  const due = last + body.number * MONTH_MS;
  return next === undefined ? (due <= at ? "unset" : undefined) : due < (next.first_ms ?? due) ? "late" : undefined;
}

// Who hosts after whom: the body's list, one after the other.
export function nextHost(things: Thing[], body: Thing): string | undefined {
  const was = lastSession(things, body)?.parties?.[0], at = body.parties?.indexOf(was ?? "") ?? -1;
  return at < 0 || body.over ? undefined : body.parties?.[(at + 1) % body.parties.length];
}

// A body, those under it and those that went into it, by however many steps.
function goesTo(things: Thing[], body: string | undefined): Set<string | undefined> {
  const bodies = things.filter((one) => one.kind === "body"), into = new Set([body]);
  for (let count = 0; count !== into.size;) {
    count = into.size;
    for (const one of bodies)
      if (one.over ? bodies.some((other) => other.name === one.merged_into && into.has(other.place)) : one.of !== undefined && into.has(one.of))
        into.add(one.place);
  }
  return into;
}

// One without a date is behind all that have one, and behind those that were set before it.
function isEarlier(things: Thing[], one: Thing, than: Thing): boolean {
  return one.first_ms === undefined && than.first_ms === undefined ? things.indexOf(one) < things.indexOf(than)
    : than.first_ms === undefined || (one.first_ms ?? 0) < than.first_ms;
}

// What hangs on the session, and what is not over of its body and of those under it, of their earlier sessions and of the bodies that went into them.
export function agendaOf(things: Thing[], session: Thing): Thing[] {
  const into = goesTo(things, session.of), gone = new Set(things.filter((one) => one.kind === "body" && one.over && one.place !== session.of).map((one) => one.place));
  const from = new Set(things.filter((one) => one.kind === "session" && into.has(one.of) && (gone.has(one.of ?? "") || isEarlier(things, one, session))).map((one) => one.place));
  return things.filter((one) => (one.kind === "item" || one.kind === "commitment") && one.of !== undefined &&
    (one.of === session.place || (!one.over && (into.has(one.of) || from.has(one.of)))));
}

// A date is past when all that it may mean is; what its debtor says that it does not owe is late of nobody.
export const isPast = (thing: Thing, at: number): boolean => !thing.over && thing.standing !== "DENIED" && thing.end_ms !== undefined && thing.end_ms <= at;

export interface Bar {
  place: string;
  name: string;
  from: number; // 0 to 1000 of the line
  to: number;
}

export type Dated = Pick<Thing, "place" | "name" | "first_ms" | "end_ms">;

// Dates on one line, from the earliest to the latest, now among them.
export function timeLine(things: Dated[], at: number): { bars: Bar[]; now: number; first: number; last: number } {
  const dated = things.filter((one) => one.first_ms !== undefined && one.end_ms !== undefined);
  const first = Math.min(at, ...dated.map((one) => one.first_ms ?? at)), last = Math.max(at, ...dated.map((one) => one.end_ms ?? at));
  const on = (ms: number) => (last === first ? 0 : Math.round((ms - first) * 1000 / (last - first)));
  return { first, last, now: on(at), bars: dated.map((one) => ({ place: one.place, name: one.name ?? one.place, from: on(one.first_ms ?? 0), to: on(one.end_ms ?? 0) })) };
}
