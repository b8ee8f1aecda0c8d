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

export interface Place {
  channel: number;
  party: string;
  epoch: number;
  index: number;
  leaf: Bytes;
}

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

export function newId(): Bytes {
  return randomBytes(16);
}

const placeValue = (p: Place): Value => [p.channel, p.party, p.epoch, p.index, p.leaf];

function placeOf(value: Value): Place {
  const [channel, party, epoch, index, leaf] = value as [number, string, number, number, Bytes];
  return { channel, party, epoch, index, leaf };
}

const byParty = (a: Seen, b: Seen) => compareText(a.party, b.party);
const byAddress = (a: Addressee, b: Addressee) =>
  compareText(a.party, b.party) || compareText(a.role, b.role) || Number(a.information) - Number(b.information);

export function writeStatement(s: Statement): Bytes {
  const map = new Map<number, Value>([
    [1, 1], [2, s.accord], [3, s.channel], [4, s.id], [5, s.kind], [6, [s.party, s.role]], [7, s.claimed],
    [8, [...s.seen].sort(byParty).map(({ party, epoch, size }) => [party, epoch, size])],
  ]);
  if (s.to !== undefined && s.to.length > 0)
    map.set(9, [...s.to].sort(byAddress).map(({ party, role, information }) => [party, role, Number(information)]));
  if (s.precedence !== undefined)
    map.set(10, s.precedence);
  if (s.label !== undefined)
    map.set(11, labelValue(s.label));
  if (s.refers !== undefined && s.refers.length > 0)
    map.set(12, s.refers.map(placeValue));
  if (s.form !== undefined)
    map.set(13, s.form);
  if (s.fields !== undefined && s.fields.size > 0)
    map.set(14, s.fields);
  if (s.content !== undefined)
    map.set(15, [s.content.hash, s.content.length, s.content.sealing]);
  if (s.instance !== undefined)
    map.set(16, placeValue(s.instance));
  if (s.actingFor !== undefined)
    map.set(17, s.actingFor);
  if (s.blobs !== undefined && s.blobs.length > 0)
    map.set(18, s.blobs.map(({ hash, length }) => [hash, length]));
  return encode(map);
}

// For a screen that shows what is to be signed from the very bytes. The node judges; nothing is decided here.
export function readStatement(bytes: Bytes): Statement {
  const map = decode(bytes) as Map<number, Value>;
  const [party, role] = map.get(6) as [string, string];
  const content = map.get(15) as [Bytes, number, number] | undefined;
  const label = map.get(11), instance = map.get(16);
  return {
    accord: map.get(2) as Bytes,
    channel: map.get(3) as number,
    id: map.get(4) as Bytes,
    kind: map.get(5) as number,
    party, role,
    claimed: map.get(7) as number,
    seen: (map.get(8) as [string, number, number][]).map(([name, epoch, size]) => ({ party: name, epoch, size })),
    to: (map.get(9) as [string, string, number][] | undefined)
      ?.map(([to, post, information]) => ({ party: to, role: post, information: information === 1 })),
    precedence: map.get(10) as number | undefined,
    label: label === undefined ? undefined : labelOf(label),
    refers: (map.get(12) as Value[] | undefined)?.map(placeOf),
    form: map.get(13) as [string, number] | undefined,
    fields: map.get(14) as Map<number, Value> | undefined,
    content: content && { hash: content[0], length: content[1], sealing: content[2] },
    instance: instance === undefined ? undefined : placeOf(instance),
    actingFor: map.get(17) as string | undefined,
    blobs: (map.get(18) as [Bytes, number][] | undefined)?.map(([hash, length]) => ({ hash, length })),
  };
}

// The body of POST /statements: docs/spec/api.md section 4.1.
export function writeBody(statement: Bytes, signatures: Bytes[], content: Bytes = new Uint8Array()): Bytes {
  return encode([[statement, signatures, content]]);
}
