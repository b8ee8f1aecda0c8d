// What passed on the way: messages of others that whoever writes has not seen. Told by each log's own numbers, which no clock moves.

import type { Entry } from "../node/shapes.js";
import type { Seen } from "../wire/statement.js";

export function isBeyond(entry: Pick<Entry, "party" | "epoch" | "index">, seen: Seen[]): boolean {
  const row = seen.find((one) => one.party === entry.party);
  return row === undefined || entry.epoch > row.epoch || (entry.epoch === row.epoch && entry.index >= row.size);
}

export function unseen(entries: Entry[], seen: Seen[], me: string): Entry[] {
  return entries.filter((entry) => entry.party !== me && isBeyond(entry, seen));
}
