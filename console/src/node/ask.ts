// Questions to the node: docs/spec/api.md. Three things can come back: an answer, a refusal with its rule, or silence.

import type { Bytes } from "../base/bytes.js";

export type Query = Record<string, string | number | undefined>;

export class Refusal extends Error {
  constructor(readonly status: number, readonly err: string, readonly rule: string | undefined, text: string) {
    super(text);
  }
}

export class Silence extends Error {}

// Of something that is not there for this reader, whoever is asked again.
export const isNone = (why: unknown): boolean => why instanceof Refusal && why.status < 500;

const PATIENCE_MS = 15_000;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function target(path: string, query: Query): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined);
  return path + (words.length > 0 ? "?" + words.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&") : "");
}

// The second half of a session: beside the cookie, which goes to every port of this machine's name, a word that this origin alone has. All
// tabs of it say the same.
const KEPT = "entente-page", HEADER = "Entente-Page";

export function keepPageWord(word: string | undefined): void {
  if (word === undefined)
    localStorage.removeItem(KEPT);
  else
    localStorage.setItem(KEPT, word);
}

export function followPageWord(changed: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === KEPT)
      changed();
  });
}

// When a person did something here last, in whichever tab.
const USED = "entente-used", IDLE_HEADER = "Entente-Idle";

export const touched = (): void => localStorage.setItem(USED, String(Date.now()));

export const idleMs = (now: number): number => Math.max(0, now - Number(localStorage.getItem(USED) ?? now));

export function sessionHeaders(): Record<string, string> {
  const word = localStorage.getItem(KEPT);
  return word === null ? {} : { [HEADER]: word, [IDLE_HEADER]: String(Math.floor(idleMs(Date.now()) / 1000)) };
}

async function reach(path: string, query: Query, how: RequestInit): Promise<Response> {
  const patience = new AbortController(), timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(target(path, query), {
      credentials: "same-origin", signal: patience.signal, ...how, headers: { ...sessionHeaders(), ...how.headers as Record<string, string> | undefined },
    });
  } catch {
    throw new Silence(path);
  } finally {
    clearTimeout(timer);
  }
}

async function refuse(answer: Response): Promise<never> {
  const said = await answer.json().catch(() => ({})) as { err?: string; rule?: string; text?: string };
  throw new Refusal(answer.status, said.err ?? String(answer.status), said.rule, said.text ?? answer.statusText);
}

async function read<T>(answer: Response): Promise<T> {
  if (!answer.ok)
    return refuse(answer);
  try {
    return await answer.json() as T;
  } catch {
    throw new Silence("an answer that ended early");
  }
}

export const ask = async <T>(path: string, query: Query = {}): Promise<T> => read<T>(await reach(path, query, {}));

export async function askBytes(path: string, query: Query = {}): Promise<Blob> {
  const answer = await reach(path, query, {});
  return answer.ok ? answer.blob() : refuse(answer);
}

export async function post<T>(path: string, body?: Bytes, query: Query = {}, type = "application/cbor"): Promise<T> {
  const headers: Record<string, string> = body ? { "Content-Type": type } : {};
  return read<T>(await reach(path, query, { method: "POST", body, headers }));
}

export const end = async (path: string): Promise<void> => read(await reach(path, {}, { method: "DELETE" }));
