// The terminal's key: made here, of Ed25519, and never to be had out of this browser.

import { Bytes } from "../base/bytes.js";
import { get, put } from "../keep/database.js";
import type { Signer } from "./sshsig.js";

interface Kept {
  pair: CryptoKeyPair;
  publicKey: Bytes;
}

function signer({ pair, publicKey }: Kept): Signer {
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message)),
  };
}

async function make(): Promise<Kept> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  await put("keys", "terminal", { pair, publicKey });
  return { pair, publicKey };
}

// The lock keeps two tabs that open at once from making two keys.
export function terminalKey(): Promise<Signer> {
  return navigator.locks.request("entente-terminal", async () =>
    signer((await get<Kept>("keys", "terminal")) ?? await make()));
}
