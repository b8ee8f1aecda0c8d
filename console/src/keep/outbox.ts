// What becomes of a signed statement between this browser and the node. Pure: what is kept and what was heard in, what to do out.
//
//   UNSENT --answer OK--> QUEUED --STATION RECEIPT--> gone          (on the home channel, or said before: gone at once)
//          --refused for want of approval--> submit                 (what goes out waits at home for others)
//          --refused--> draft again, with the rule
//          --silence--> UNSENT: the same id is never filed twice

import type { Typed } from "./drafts.js";
import type { Answer } from "../node/shapes.js";

export interface Item {
  id: string; // of the statement, hexadecimal
  channel: string;
  isHome: boolean;
  statement: string; // base64, as the rest
  signatures: string[];
  content: string;
  since: number;
  state: "UNSENT" | "QUEUED";
  place?: string;
  typed?: Typed; // what it was made of: a refusal gives it back
  title: string;
}

export type Outcome =
  | { is: "keep"; item: Item }
  | { is: "gone"; place?: string; isSaid?: boolean }
  | { is: "submit" }
  | { is: "draft"; answer: Answer };

// Others approve it first: it goes to the home channel, and is no refusal.
export const waitsForOthers = (answer: Answer) => ["APPROVAL", "HELD"].includes(answer.rule ?? "");

export function answered(item: Item, answer: Answer): Outcome {
  if (answer.err === "OK" && answer.said)
    return { is: "gone", place: answer.place, isSaid: true };
  if (answer.err === "OK")
    return item.isHome ? { is: "gone", place: answer.place } : { is: "keep", item: { ...item, state: "QUEUED", place: answer.place } };
  if (!item.isHome && waitsForOthers(answer))
    return { is: "submit" };
  // Nobody knows what a node that failed while it wrote has: the same bytes again will tell.
  if (["IO", "CORRUPT", "SIGNER", "MEMORY", "FULL", "RECOVERING", "DOWN", "TIMEOUT"].includes(answer.err))
    return { is: "keep", item };
  return { is: "draft", answer };
}

// Of every other party of its channel, and of nobody else: who is alone on it waits for none.
export const isWithAll = (others: string[], received: string[] = []): boolean => others.every((party) => received.includes(party));
