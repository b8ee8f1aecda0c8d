// Acts on a message: which kind of statement, with which words. Whether one may be done the node says when it is done.

import { Kind } from "../wire/statement.js";
import type { Entry } from "../node/shapes.js";

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
