// What may be said in a procedure or of a commitment at all: rows for buttons. Whether one counts now, and in which role, the node is asked.

import type { Instance, Procedure, ProcedureStep, Said, Thing, WholeInstance, Entry } from "../node/shapes.js";
import { Kind } from "../wire/statement.js";

export interface Move {
  name: string; // in the page's markup, and of its title
  kind: number;
  about?: string; // the place that it refers to
  step?: string;
  option?: string;
  mark?: number; // MARK: 0 CORRECT, 1 WRONG
  act?: number; // of a dialogue
  text: "none" | "may" | "must";
  isHeld?: boolean; // it cannot be taken back: shown again, then held
}

export const keyOfMove = (move: Move) => [move.name, move.about, move.step, move.option].filter((part) => part !== undefined).join(" ");

// ---- Procedures. ----

// The steps as the instance's own definition has them; of another version than the one in force only their names are known.
export function stepsOf(instance: Instance, procedures: Procedure[]): ProcedureStep[] {
  return procedures.find((one) => one.hash === instance.definition)?.steps ?? [...instance.done, ...instance.open];
}

function isThere(step: string, holder: number, me: string, said: Said[]): boolean {
  const own = said.filter((one) => one.party === me && one.holder === holder && one.step === step && (one.move === "attend" || one.move === "leave"));
  return own[own.length - 1]?.move === "attend";
}

function atStep(step: ProcedureStep, isPresent: boolean): Move[] {
  switch (step.kind) {
  case "meet":
    return [isPresent ? { name: "leave", kind: Kind.LEAVE, step: step.id, text: "none" } : { name: "attend", kind: Kind.ATTEND, step: step.id, text: "none" }];
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

function isAnswered(said: Said[], about: string, by: string): boolean {
  return said.some((one) => one.move === by && one.about === about);
}

function atGate(gate: Instance["gates"][number], me: string, said: Said[]): Move[] {
  if (gate.state === "DECIDED" || gate.state === "WITHDRAWN")
    return [];
  const about = gate.place;
  const returned = said.filter((one) => one.move === "read back" && one.about === about && one.party !== me && !isAnswered(said, one.place, "mark"));
  return [
    ...(gate.read_back && gate.party !== me ? [{ name: "read-back", kind: Kind.READ_BACK, about, text: "must" } as Move] : []),
    ...(gate.party === me ? returned : []).flatMap((one): Move[] => [
      { name: "correct", kind: Kind.MARK, about: one.place, mark: 0, text: "none" }, { name: "wrong", kind: Kind.MARK, about: one.place, mark: 1, text: "may" }]),
    { name: "concur", kind: Kind.CONCUR, about, text: "may" },
    { name: "confirm", kind: Kind.CONFIRM, about, text: "none", isHeld: true },
    { name: "reserve", kind: Kind.RESERVE, about, text: "may" },
    { name: "object", kind: Kind.OBJECT, about, text: "may" },
    { name: "await", kind: Kind.AWAIT, about, text: "may" },
    { name: "withdraw", kind: Kind.WITHDRAW, about, text: "may", isHeld: true },
  ];
}

export function movesAt(gate: Instance["gates"][number], instance: WholeInstance, me: string): Move[] {
  return atGate(gate, me, instance.moves);
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

// ---- Commitments. ----

const CONFIRM = 0;

// Who owes it reports or says that he does; who is owed it accepts or disputes each report.
export function movesOn(thing: Thing, me: string): Move[] {
  if (thing.kind !== "commitment" || thing.over)
    return [];
  return (thing.parts ?? []).flatMap((part): Move[] => {
    if (part.party === me)
      return [...(part.part === "CLAIMED" ? [{ name: "confirm-owed", kind: Kind.ACT, about: thing.place, act: CONFIRM, text: "none" } as Move] : []),
        ...(part.part === "ACCEPTED" ? [] : [{ name: "report", kind: Kind.REPORTED, about: thing.place, text: "may" } as Move])];
    return part.report === undefined || part.part === "ACCEPTED" ? []
      : [{ name: "accept", kind: Kind.ACCEPTED, about: part.report, text: "may" }, { name: "dispute", kind: Kind.DISPUTED, about: part.report, text: "must" }];
  });
}

// ---- Acts on a message: which kind of statement, with which words. Whether one may be done the node says when it is done.

export interface Act {
  kind: number;
  name: string; // in the page's markup and in tests
  text: "none" | "may" | "must";
  cause?: boolean; // NEGATIVE says why by a number
  until?: boolean; // DEFER says until when
  mark?: number; // MARK: 0 CORRECT, 1 WRONG
}

export const RECEIVED: Act[] = [
  { kind: Kind.WATCH_READ, name: "watch-read", text: "none" },
  { kind: Kind.READ_BACK, name: "read-back", text: "must" },
  { kind: Kind.PRESENTED, name: "present", text: "none" },
  { kind: Kind.REPLY, name: "reply", text: "must" },
  { kind: Kind.QUERY, name: "query", text: "may" },
  { kind: Kind.NEGATIVE, name: "negative", text: "may", cause: true },
  { kind: Kind.DECLINE, name: "decline", text: "must" },
  { kind: Kind.DEFER, name: "defer", text: "may", until: true },
];

export const RETURNED: Act[] = [
  { kind: Kind.MARK, name: "correct", text: "none", mark: 0 },
  { kind: Kind.MARK, name: "wrong", text: "may", mark: 1 },
];

// Those that are about it at all: what was sent to us, or what was returned to us.
export function actsOn(entry: Entry, me: string): Act[] {
  if (entry.party !== me)
    return (entry.to ?? []).some((to) => to.party === me) ? RECEIVED : [];
  const ladders = entry.ladders ?? [];
  return ladders.some((ladder) => ladder.read_back_offered && ladder.owed?.step === "MARK") ? RETURNED
    : [{ kind: Kind.QUERY, name: "query", text: "may" }];
}

// The step that is owed by us is the one that a hand goes to first.
export function isNext(act: Act, entry: Entry): boolean {
  const owed = (entry.ladders ?? []).find((ladder) => ladder.owed?.ours)?.owed?.step;
  return (owed === "WATCH READ" && act.name === "watch-read") || (owed === "READ BACK" && act.name === "read-back") ||
    (owed === "MARK" && act.name === "correct");
}
