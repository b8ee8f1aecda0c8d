// What is kept in this browser is sealed by a key that the browser itself cannot give away.

import { Bytes, concat, randomBytes, utf8 } from "../base/bytes.js";
import { get, put } from "./database.js";

const NONCE_LEN = 12;

let made: Promise<CryptoKey> | undefined;

async function make(): Promise<CryptoKey> {
  const kept = await get<CryptoKey>("keys", "seal");
  if (kept !== undefined)
    return kept;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await put("keys", "seal", key);
  // Another tab may have been first: what stands there is the key.
  return (await get<CryptoKey>("keys", "seal")) ?? key;
}

function key(): Promise<CryptoKey> {
  made ??= navigator.locks.request("entente-seal", make) as Promise<CryptoKey>;
  return made;
}

export async function seal(value: unknown): Promise<Bytes> {
  const nonce = randomBytes(NONCE_LEN);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key(), utf8(JSON.stringify(value)));
  return concat(nonce, new Uint8Array(box));
}

export async function unseal<T>(sealed: Bytes): Promise<T> {
  const nonce = sealed.slice(0, NONCE_LEN), box = sealed.slice(NONCE_LEN);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, await key(), box);
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
