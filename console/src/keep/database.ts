// IndexedDB as promises: what this browser keeps is here, and nothing else of ours writes to its disk.

import { Bytes, concat, randomBytes, utf8 } from "../base/bytes.js";

const NAME = "entente", VERSION = 2;
export const STORES = ["keys", "drafts", "outbox", "pieces"] as const;
export type Store = typeof STORES[number];

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  if (opened === undefined) {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => STORES.filter((store) => !request.result.objectStoreNames.contains(store)).forEach((store) => request.result.createObjectStore(store));
    opened = done(request);
  }
  return opened;
}

export async function get<T>(store: Store, key: string): Promise<T | undefined> {
  return done((await open()).transaction(store).objectStore(store).get(key));
}

export async function getAll<T>(store: Store): Promise<T[]> {
  return done((await open()).transaction(store).objectStore(store).getAll());
}

export async function getKeys(store: Store): Promise<string[]> {
  return await done((await open()).transaction(store).objectStore(store).getAllKeys()) as string[];
}

// Resolves when the disk has it, not when the browser has heard of it.
async function write(store: Store, act: (rows: IDBObjectStore) => void): Promise<void> {
  const transaction = (await open()).transaction(store, "readwrite", { durability: "strict" });
  act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export function put(store: Store, key: string, value: unknown): Promise<void> {
  return write(store, (rows) => rows.put(value, key));
}

// One act on the disk: what stands there is looked at, and then it is another, or as it was. Whether it was changed.
export async function change<T>(store: Store, key: string, next: (there: T | undefined) => { is: T | undefined } | undefined): Promise<boolean> {
  let isChanged = false;
  await write(store, (rows) => {
    const asked = rows.get(key) as IDBRequest<T | undefined>;
    asked.onsuccess = () => {
      const after = next(asked.result);
      isChanged = after !== undefined;
      if (after?.is !== undefined)
        rows.put(after.is, key);
      else if (isChanged)
        rows.delete(key);
    };
  });
  return isChanged;
}

export function remove(store: Store, key: string): Promise<void> {
  return write(store, (rows) => rows.delete(key));
}

// ---- What is kept in this browser is sealed by a key that the browser itself cannot give away.

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

export async function sealBytes(plain: Bytes): Promise<Bytes> {
  const nonce = randomBytes(NONCE_LEN);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key(), plain);
  return concat(nonce, new Uint8Array(box));
}

export async function unsealBytes(sealed: Bytes): Promise<Bytes> {
  const nonce = sealed.slice(0, NONCE_LEN), box = sealed.slice(NONCE_LEN);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, await key(), box));
}

export function seal(value: unknown): Promise<Bytes> {
  return sealBytes(utf8(JSON.stringify(value)));
}

export async function unseal<T>(sealed: Bytes): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await unsealBytes(sealed))) as T;
}
