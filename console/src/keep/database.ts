// IndexedDB as promises: what this browser keeps is here, and nothing else of ours writes to its disk.

const NAME = "entente", VERSION = 1;
export const STORES = ["keys", "drafts", "outbox"] as const;
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
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
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

export function remove(store: Store, key: string): Promise<void> {
  return write(store, (rows) => rows.delete(key));
}
