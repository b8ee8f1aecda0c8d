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

const read = async <T>(store: Store, act: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> => done(act((await open()).transaction(store).objectStore(store)));

export const get = <T>(store: Store, key: string): Promise<T | undefined> => read(store, (rows) => rows.get(key));
export const getAll = <T>(store: Store): Promise<T[]> => read(store, (rows) => rows.getAll());
export const getKeys = (store: Store): Promise<string[]> => read(store, (rows) => rows.getAllKeys() as IDBRequest<string[]>);

// Resolves when the disk has it, not when the browser has heard of it.
async function write(store: Store, act: (rows: IDBObjectStore) => void): Promise<void> {
  const transaction = (await open()).transaction(store, "readwrite", { durability: "strict" });
  act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const put = (store: Store, key: string, value: unknown): Promise<void> => write(store, (rows) => rows.put(value, key));

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

export const remove = (store: Store, key: string): Promise<void> => write(store, (rows) => rows.delete(key));

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

const key = (): Promise<CryptoKey> => made ??= navigator.locks.request("entente-seal", make) as Promise<CryptoKey>;

export async function sealBytes(plain: Bytes): Promise<Bytes> {
  const nonce = randomBytes(NONCE_LEN);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key(), plain);
  return concat(nonce, new Uint8Array(box));
}

export async function unsealBytes(sealed: Bytes): Promise<Bytes> {
  const nonce = sealed.slice(0, NONCE_LEN), box = sealed.slice(NONCE_LEN);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, await key(), box));
}

export const seal = (value: unknown): Promise<Bytes> => sealBytes(utf8(JSON.stringify(value)));

export const unseal = async <T>(sealed: Bytes): Promise<T> => JSON.parse(new TextDecoder().decode(await unsealBytes(sealed))) as T;

// ---- The bytes of what is attached, until the message that names them is filed: a page that was closed gives them to a node that was started
// anew, and nobody has to find the file again. A row a piece, so that memory is that of one.

export const PIECE_LEN = 256 << 10;

const keyOf = (hash: string, at: number) => `${hash} ${at}`;
const hashIn = (key: string) => key.split(" ")[0];

export const keepPiece = async (hash: string, at: number, piece: Bytes): Promise<void> => put("pieces", keyOf(hash, at), await sealBytes(piece));

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
