// What an officer signs: docs/spec/entry.md section 3. Bytes are made here once and never made again from their meaning.

import { Bytes, compareText, randomBytes } from "../base/bytes.js";
import { decode, encode, Value } from "./cbor.js";
import { Label, labelOf, labelValue } from "./content.js";

export const NAMESPACE = "entente-statement-v1";

export const Kind = {
  MESSAGE: 8, WATCH_READ: 9, READ_BACK: 10, MARK: 11, PRESENTED: 12, REPLY: 13, DECLINE: 14, DEFER: 15, QUERY: 16,
  NEGATIVE: 17, SUSPEND: 18, REINSTATE: 19, CORRECTION: 20, REMARK: 21, ATTEMPT: 22, TRANSLATION: 24, SUBMIT: 32, APPROVE: 33, REFUSE: 34, CANCEL: 35, CONSENT: 36, RELEASE: 37, RECALL: 38, DOWNGRADE: 41, RELABEL: 42, REQUEST: 44, START: 48, ATTEND: 49, LEAVE: 50, DONE: 51, RECESS: 53,
  RESUME: 54, STAND_DOWN: 55, END: 56, PROPOSE: 57, CONCUR: 58, WITHDRAW: 59, CONFIRM: 60, RESERVE: 61, OBJECT: 62, AWAIT: 63,
  DECIDE: 64, RELIEF: 67, RELIEF_ACCEPTED: 68, BODY: 80, SESSION: 81, ITEM: 82, COMMITMENT: 83, REPORTED: 84,
  ACCEPTED: 85, DISPUTED: 86, CONDITION: 87, EVENT: 88, TEXT: 89, UNIT: 90, AGREE: 91, CONCORDANCE: 92, ENDORSE: 93, ACT: 94, CLAIM: 95, SAME: 96,
} as const;

const OTHERWISE: Record<string, string> = { END: "end participation", AWAIT: "await instructions" };
const names = new Map<number, string>(Object.entries(Kind).map(([name, number]) => [number, OTHERWISE[name] ?? name.toLowerCase().replace(/_/g, " ")]));

// What a kind is called, as the node calls it; undefined: one that this page does not know.
export const kindName = (kind: number): string | undefined => names.get(kind);

export const PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"] as const;
export type Precedence = typeof PRECEDENCES[number];

export interface Addressee { party: string; role: string; information: boolean }

export interface Place { channel: number; party: string; epoch: number; index: number; leaf: Bytes }

export interface Seen { party: string; epoch: number; size: number }

export interface Statement {
  accord: Bytes;
  channel: number;
  id: Bytes;
  kind: number;
  party: string;
  role: string;
  claimed: number; // milliseconds since 1970
  seen: Seen[];
  to?: Addressee[];
  precedence?: number; // its place in PRECEDENCES
  label?: Label;
  refers?: Place[];
  form?: [string, number];
  fields?: Map<number, Value>;
  content?: { hash: Bytes; length: number; sealing: number };
  instance?: Place;
  actingFor?: string;
  blobs?: { hash: Bytes; length: number }[]; // what is attached to a sealed content, sealed
}

const placeValue = (p: Place): Value => [p.channel, p.party, p.epoch, p.index, p.leaf];

const placeOf = ([channel, party, epoch, index, leaf]: [number, string, number, number, Bytes]): Place => ({ channel, party, epoch, index, leaf });

const byParty = (a: Seen, b: Seen) => compareText(a.party, b.party);
const byAddress = (a: Addressee, b: Addressee) =>
  compareText(a.party, b.party) || compareText(a.role, b.role) || Number(a.information) - Number(b.information);

// A field by its number in the bytes: how it is written, and read again. What is not there, or an empty list, is not written.
interface Field { number: number; name: keyof Statement; write(value: unknown): Value; read(value: unknown): unknown }

function field<Name extends keyof Statement, Raw extends Value>(number: number, name: Name, write = (value: NonNullable<Statement[Name]>) => value as unknown as Value,
  read = (value: Raw) => value as unknown as Statement[Name]): Field {
  return { number, name, write: write as Field["write"], read: read as Field["read"] };
}

const FIELDS = [
  field(2, "accord"), field(3, "channel"), field(4, "id"), field(5, "kind"), field(7, "claimed"),
  field(8, "seen", (seen) => [...seen].sort(byParty).map(({ party, epoch, size }) => [party, epoch, size]),
    (rows: [string, number, number][]) => rows.map(([party, epoch, size]) => ({ party, epoch, size }))),
  field(9, "to", (to) => [...to].sort(byAddress).map(({ party, role, information }) => [party, role, Number(information)]),
    (rows: [string, string, number][]) => rows.map(([party, role, information]) => ({ party, role, information: information === 1 }))),
  field(10, "precedence"), field(11, "label", labelValue, labelOf),
  field(12, "refers", (refers) => refers.map(placeValue), (rows: Parameters<typeof placeOf>[0][]) => rows.map(placeOf)),
  field(13, "form"), field(14, "fields"),
  field(15, "content", ({ hash, length, sealing }) => [hash, length, sealing], ([hash, length, sealing]: [Bytes, number, number]) => ({ hash, length, sealing })),
  field(16, "instance", placeValue, placeOf), field(17, "actingFor"),
  field(18, "blobs", (blobs) => blobs.map(({ hash, length }) => [hash, length]), (rows: [Bytes, number][]) => rows.map(([hash, length]) => ({ hash, length }))),
];
const SEEN = 8; // is written though nothing was seen

const isEmpty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0);

// An id begins with the time, so that what is said one after the other lies side by side in every store; the rest is random.
export function newId(claimed: number): Bytes {
  const id = randomBytes(16);
  for (let i = 5, left = claimed; i >= 0; i--, left = Math.floor(left / 256))
    id[i] = left % 256;
  return id;
}

export function writeStatement(s: Statement): Bytes {
  const rows = FIELDS.filter(({ number, name }) => number === SEEN || !isEmpty(s[name])).map(({ number, name, write }): [number, Value] => [number, write(s[name])]);
  return encode(new Map<number, Value>([[1, 1], [6, [s.party, s.role]], ...rows]));
}

// For a screen that shows what is to be signed from the very bytes. The node judges; nothing is decided here.
export function readStatement(bytes: Bytes): Statement {
  const map = decode(bytes) as Map<number, Value>, [party, role] = map.get(6) as [string, string];
  const rows = FIELDS.filter(({ number }) => map.has(number)).map(({ number, name, read }) => [name, read(map.get(number))]);
  return { party, role, ...Object.fromEntries(rows) } as unknown as Statement;
}

// The body of POST /statements: docs/spec/api.md section 4.1.
export const writeBody = (statement: Bytes, signatures: Bytes[], content: Bytes = new Uint8Array()): Bytes => encode([[statement, signatures, content]]);
