// What may be said in a procedure or of a commitment at all: rows for buttons. Whether one counts now, and in which role, the node is asked.

import type { Entry, Gate, Instance, Procedure, ProcedureStep, Said, Thing, Unit, Version, WholeInstance } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { NEGATIVE_CAUSES, WRONG_CAUSES } from "../wire/says.js";
import { Kind } from "../wire/statement.js";
import type { Row } from "./forms.js";

export interface Move {
  name: string; // in the page's markup, and of its title
  kind: number;
  about?: string; // the place that it refers to
  step?: string;
  option?: string;
  mark?: number; // MARK: 0 CORRECT, 1 WRONG
  act?: number; // of a dialogue
  refers?: string[]; // what it names besides
  fields?: [number, Value][]; // what it says besides
  key?: string; // what tells it from others of its name
  tongue?: string; // its text is in this language
  start?: string; // its text is that of another, changed
  isUnit?: boolean; // its text is a unit's
  rows?: Row[]; // it is filled as a form
  text: "none" | "may" | "must";
  isHeld?: boolean; // it cannot be taken back: shown again, then held
  words?: string; // it says these, and nothing is typed
  command?: string; // it is said on a terminal alone: how
  isNext?: boolean; // it is what is owed
}

export const keyOfMove = (move: Move) => [move.name, move.about, move.step, move.option, move.key].filter((part) => part !== undefined).join(" ");

// ---- Procedures. ----

// The steps as the instance's own definition has them; of another version than the one in force only their names are known.
export const stepsOf = (instance: Instance, procedures: Procedure[]): ProcedureStep[] => procedures.find((one) => one.hash === instance.definition)?.steps ?? [...instance.done, ...instance.open];

// end: of what was said in it; due: of what is owed of it still.
export interface Stretch { step: ProcedureStep; first_ms: number; end_ms: number; due_ms?: number }

// When each step that has begun was under way: from what was said in it, or owed of it, first.
export function stretchesOf({ moves, obligations }: WholeInstance, steps: ProcedureStep[]): Stretch[] {
  const stepOf = new Map<string | undefined, string | undefined>(); // of a move, by its place
  moves.forEach((one) => stepOf.set(one.place, one.step ?? stepOf.get(one.about)));
  return steps.flatMap((step) => {
    const said = moves.filter((one) => stepOf.get(one.place) === step.id).map((one) => one.filed_ms), of = obligations.filter((due) => due.step === step.id);
    const first_ms = Math.min(...said, ...of.flatMap((due) => due.since_ms ?? []));
    const dues = of.flatMap((due) => (due.state === "OWED" && !due.recess && due.due_ms) || []);
    return first_ms === Infinity ? [] : [{ step, first_ms, end_ms: Math.max(first_ms, ...said), due_ms: dues.length > 0 ? Math.min(...dues) : undefined }];
  });
}

function isThere(step: string, holder: number, me: string, said: Said[]): boolean {
  const own = said.filter((one) => one.party === me && one.holder === holder && one.step === step && (one.move === "attend" || one.move === "leave"));
  return own[own.length - 1]?.move === "attend";
}

function atStep(step: ProcedureStep, isPresent: boolean): Move[] {
  switch (step.kind) {
  case "meet":
    return [{ ...isPresent ? { name: "leave", kind: Kind.LEAVE } : { name: "attend", kind: Kind.ATTEND }, step: step.id, text: "none" }];
  case "exchange":
  case "act":
    return [{ name: "done", kind: Kind.DONE, step: step.id, text: "may" }];
  case "gate":
    return (step.options ?? []).map((option): Move => (step.rule === "joint"
      ? { name: "propose", kind: Kind.PROPOSE, step: step.id, option: option.id, text: "must" }
      : { name: "decide", kind: Kind.DECIDE, step: step.id, option: option.id, text: "may", isHeld: true }));
  case "notice":
    return []; // a message, which is written on its channel
  }
}

const isAnswered = (said: Said[], about: string, by: string): boolean => said.some((one) => one.move === by && one.about === about);

export function movesAt(gate: Gate, { moves: said }: WholeInstance, me: string): Move[] {
  if (gate.state === "DECIDED" || gate.state === "WITHDRAWN")
    return [];
  const about = gate.place, isMine = gate.party === me;
  const returned = said.filter((one) => isMine && one.move === "read back" && one.about === about && one.party !== me && !isAnswered(said, one.place, "mark"));
  return [
    ...gate.read_back && !isMine ? [{ name: "read-back", kind: Kind.READ_BACK, about, text: "must" } as Move] : [],
    ...returned.flatMap((one) => RETURNED.map((act): Move => ({ ...act, about: one.place }))),
    { name: "concur", kind: Kind.CONCUR, about, text: "may" },
    { name: "confirm", kind: Kind.CONFIRM, about, text: "none", isHeld: true },
    { name: "reserve", kind: Kind.RESERVE, about, text: "may" },
    { name: "object", kind: Kind.OBJECT, about, text: "may" },
    { name: "await", kind: Kind.AWAIT, about, text: "may" },
    { name: "withdraw", kind: Kind.WITHDRAW, about, text: "may", isHeld: true },
  ];
}

export function movesOf(instance: WholeInstance, steps: ProcedureStep[], me: string, holder: number): Move[] {
  const open = new Set(instance.open.map((step) => step.id)), said = instance.moves;
  const recess = said.find((one) => one.move === "recess" && !isAnswered(said, one.place, "resume"));
  return [
    ...steps.filter((step) => open.has(step.id) || (step.kind === "meet" && isThere(step.id, holder, me, said)))
      .flatMap((step) => atStep(step, isThere(step.id, holder, me, said))),
    recess === undefined ? { name: "recess", kind: Kind.RECESS, text: "may" } : { name: "resume", kind: Kind.RESUME, about: recess.place, text: "may" },
    { name: "stand-down", kind: Kind.STAND_DOWN, text: "may", isHeld: true },
    { name: "end", kind: Kind.END, text: "must", isHeld: true },
  ];
}

// ---- Dialogues: acts by their numbers, docs/spec/dialogue.md section 4. ----

const CONFIRM = 0;

const ACTS: Partial<Record<Thing["kind"], [name: string, act: number, text: Move["text"], isHeld?: boolean][]>> = {
  body: [["end-body", 4, "must", true]],
  session: [["agenda-open", 5, "may"], ["agenda-agree", 6, "may"], ["begin", 7, "may"], ["recess", 8, "may"], ["conclude", 9, "may"],
    ["call-off", 12, "must", true]],
  item: [["agree-item", 14, "may"], ["decline-item", 15, "must"], ["discussed", 16, "may"], ["defer-item", 17, "may"], ["close-item", 18, "may"]],
  commitment: [["drop", 1, "must", true]],
  text: [["in-force", 20, "may", true], ["terminate", 21, "must", true]],
};

export function movesOn(thing: Thing, me: string): Move[] {
  if (thing.over)
    return [];
  const acts = (ACTS[thing.kind] ?? []).map(([name, act, text, isHeld]): Move => ({ name, kind: Kind.ACT, about: thing.place, act, text, isHeld }));
  return [...promised(thing, me), ...acts];
}

// Who owes it reports or says that he does; who is owed it accepts or disputes each report.
function promised(thing: Thing, me: string): Move[] {
  return (thing.parts ?? []).flatMap((part): Move[] => {
    if (part.party === me)
      return [...(part.part === "UNCONFIRMED" || part.part === "DENIED" ? [{ name: "confirm-owed", kind: Kind.ACT, about: thing.place, act: CONFIRM, text: "none" } as Move] : []),
        ...(part.part === "ACCEPTED" ? [] : [{ name: "report", kind: Kind.REPORTED, about: thing.place, text: "may" } as Move])];
    return part.report === undefined || part.part === "ACCEPTED" ? []
      : [{ name: "accept", kind: Kind.ACCEPTED, about: part.report, text: "may" }, { name: "dispute", kind: Kind.DISPUTED, about: part.report, text: "must" }];
  });
}

// ---- Units of a text: docs/spec/dialogue.md section 9. ----

const stands = (version: Version, me: string) => Object.entries(version.by).find(([party]) => party.toUpperCase() === me)?.[1];

// Other words of a unit in one language: changed from its own party's, or from what is shown.
export function wordsOf(place: string, unit: Unit, tongue: string, me: string): Move {
  const versions = unit.languages[tongue]?.versions ?? [], own = versions.find((one) => stands(one, me) !== undefined) ?? versions[0];
  return {
    name: "unit", kind: Kind.UNIT, about: place, key: `${unit.name} ${tongue}`, fields: [[1, unit.name], [10, unit.number], [11, [tongue]]], tongue,
    start: own?.words ?? "", isUnit: true, text: "must",
  };
}

export const leaveOut = (place: string, unit: Unit, tongue: string): Move =>
  ({ name: "leave-out", kind: Kind.UNIT, about: place, key: `${unit.name} ${tongue}`, fields: [[1, unit.name], [10, unit.number], [11, [tongue]], [17, ""]], text: "none" });

function agree(place: string, versions: Version[], me: string): Move[] {
  const open = versions.filter((one) => stands(one, me) !== "agrees"), key = open.map((one) => one.place).join(" ");
  const move: Move = { name: "agree", kind: Kind.AGREE, about: place, refers: open.map((one) => one.place), key, text: "none" };
  return open.length === 0 ? [] : [move, { ...move, name: "agree-ad", fields: [[3, 1]] }];
}

export const agreeTo = (place: string, version: Version, me: string) => agree(place, [version], me);

// Of a unit that is not in brackets: to all that is shown; and that its languages match, where each has words.
export function agreeUnit(place: string, unit: Unit, me: string): Move[] {
  const all = Object.values(unit.languages);
  if (all.some((one) => one.versions.length > 1))
    return [];
  const versions = all.flatMap((one) => one.versions), isWhole = versions.length === all.length && versions.length > 1;
  return [...agree(place, versions, me), ...isWhole && !unit.concordance.includes(me)
    ? [{ name: "concord", kind: Kind.CONCORDANCE, about: place, refers: versions.map((one) => one.place), key: unit.name, text: "none" } as Move] : []];
}

// ---- Of a message: whether one counts the node says when it is said.

const causeOf = (number: number, names: string[]): Row => ({ number, name: "cause", type: "choice", options: names.map((name, i) => [String(i), name]) });

const RECEIVED: Move[] = [
  { kind: Kind.WATCH_READ, name: "watch-read", text: "none" },
  { kind: Kind.READ_BACK, name: "read-back", text: "must" },
  { kind: Kind.PRESENTED, name: "present", text: "none" },
  { kind: Kind.REPLY, name: "reply", text: "must" },
  { kind: Kind.QUERY, name: "query", text: "may" },
  { kind: Kind.NEGATIVE, name: "negative", text: "may", rows: [causeOf(1, NEGATIVE_CAUSES)] },
  { kind: Kind.DECLINE, name: "decline", text: "must" },
  { kind: Kind.DEFER, name: "defer", text: "may", rows: [{ number: 1, name: "deferred", type: "moment" }] },
];

export const RETURNED: Move[] = [
  { kind: Kind.MARK, name: "correct", text: "none", mark: 0 },
  { kind: Kind.MARK, name: "wrong", text: "may", mark: 1, rows: [causeOf(2, WRONG_CAUSES)] },
];

// Those that are about it at all: what was sent to us, or what was returned to us.
export function movesAbout(entry: Entry, me: string, returned: string | undefined): Move[] {
  const ladders = entry.ladders ?? [], next = OWED_MOVES[ladders.find((ladder) => ladder.owed?.ours)?.owed?.step ?? ""];
  const moves = entry.party !== me ? ((entry.to ?? []).some((to) => to.party === me) ? RECEIVED : [])
    : ladders.some((ladder) => ladder.read_back_offered && ladder.owed?.step === "MARK") ? (returned === undefined ? [] : RETURNED)
      : RECEIVED.filter((move) => move.kind === Kind.QUERY);
  return moves.map((move) => ({ ...move, about: move.mark === undefined ? entry.place : returned, isNext: move.name === next }));
}

const OWED_MOVES: Record<string, string> = { "WATCH READ": "watch-read", "READ BACK": "read-back", MARK: "correct" }; // the step that a hand goes to first
