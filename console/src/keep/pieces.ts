// The bytes of what is attached, kept sealed in this browser until the message that names them is filed: a page that was closed gives them to
// a node that was started anew, and nobody has to find the file again. A row a piece, so that memory is that of one.

import type { Bytes } from "../base/bytes.js";
import { getKeys, get, put, remove, sealBytes, unsealBytes } from "./database.js";

export const PIECE_LEN = 256 << 10;

const keyOf = (hash: string, at: number) => `${hash} ${at}`;
const hashIn = (key: string) => key.split(" ")[0];

export async function keepPiece(hash: string, at: number, piece: Bytes): Promise<void> {
  await put("pieces", keyOf(hash, at), await sealBytes(piece));
}

export async function keptPiece(hash: string, at: number): Promise<Bytes | undefined> {
  const sealed = await get<Bytes>("pieces", keyOf(hash, at));
  return sealed && unsealBytes(sealed);
}

// Whether every piece is here.
export async function isKept(hash: string, len: number): Promise<boolean> {
  const keys = new Set(await getKeys("pieces").catch(() => []));
  return Array.from({ length: Math.ceil(len / PIECE_LEN) }, (_one, i) => keyOf(hash, i * PIECE_LEN)).every((key) => keys.has(key));
}

// What no text of this browser names any more goes.
export async function dropPieces(named: Set<string>): Promise<void> {
  for (const key of await getKeys("pieces").catch(() => [])) {
    if (!named.has(hashIn(key)))
      await remove("pieces", key);
  }
}
