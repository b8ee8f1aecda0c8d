// Strict CBOR: docs/spec/entry.md section 1. One value has one spelling; whatever has another is refused by the name of a rule.

import { Bytes, concat, utf8 } from "../base/bytes.js";

export type Value = number | bigint | string | boolean | Bytes | Value[] | Map<number | bigint, Value>;

export const DEPTH_MAX = 6;

export class Refused extends Error {
  constructor(readonly rule: string) {
    super(rule);
  }
}

function must(isSo: boolean, rule: string): void {
  if (!isSo)
    throw new Refused(rule);
}

// Major types of RFC 8949.
const UINT = 0, NINT = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6, SIMPLE = 7;

// ---- Writing. ----

function head(major: number, value: number | bigint): Bytes {
  const first = major << 5, big = BigInt(value);
  if (big < 24n)
    return Uint8Array.of(first | Number(big));
  const [more, length] = big < 0x100n ? [24, 1] : big < 0x10000n ? [25, 2] : big < 0x100000000n ? [26, 4] : [27, 8];
  const out = new Uint8Array(1 + length);
  out[0] = first | more;
  for (let i = 0; i < length; i++)
    out[length - i] = Number(big >> BigInt(8 * i) & 0xffn);
  return out;
}

function writeMap(map: Map<number | bigint, Value>): Bytes {
  const rows = [...map].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return concat(head(MAP, rows.length), ...rows.flatMap(([key, value]) => [head(UINT, key), encode(value)]));
}

export function encode(value: Value): Bytes {
  if (typeof value === "boolean")
    return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number" || typeof value === "bigint") {
    must(typeof value === "bigint" || Number.isSafeInteger(value), "cbor.float");
    return value < 0 ? head(NINT, -1n - BigInt(value)) : head(UINT, value);
  }
  if (typeof value === "string") {
    const bytes = utf8(value);
    return concat(head(TEXT, bytes.length), bytes);
  }
  if (value instanceof Uint8Array)
    return concat(head(BYTES, value.length), value);
  if (value instanceof Map)
    return writeMap(value);
  return concat(head(ARRAY, value.length), ...value.map(encode));
}

// ---- Reading. ----

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

class Reader {
  private at = 0;

  constructor(private readonly input: Bytes) {}

  private take(count: number | bigint): Bytes {
    must(BigInt(count) <= BigInt(this.input.length - this.at), "cbor.short");
    this.at += Number(count);
    return this.input.subarray(this.at - Number(count), this.at);
  }

  private argument(major: number, more: number): bigint {
    if (more < 24)
      return BigInt(more);
    must(more <= 27, more === 31 && major >= BYTES ? "cbor.indefinite" : "cbor.reserved");
    const length = 1 << (more - 24);
    const value = this.take(length).reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
    must(value >= (length === 1 ? 24n : 1n << BigInt(4 * length)), "cbor.shortest");
    return value;
  }

  private simple(more: number): boolean {
    must(more === 20 || more === 21, more === 31 ? "cbor.indefinite" : more >= 28 ? "cbor.reserved" : more >= 25 ? "cbor.float" : "cbor.simple");
    return more === 21;
  }

  private text(length: bigint): string {
    const bytes = this.take(length);
    let text;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw new Refused("cbor.utf8");
    }
    must(!CONTROL.test(text), "cbor.control");
    return text;
  }

  // So many items have at least so many bytes.
  private count(value: bigint, bytesEach: bigint, depth: number): number {
    must(depth <= DEPTH_MAX, "cbor.depth");
    must(value * bytesEach <= BigInt(this.input.length - this.at), "cbor.short");
    return Number(value);
  }

  private array(value: bigint, depth: number): Value[] {
    const out: Value[] = [];
    for (let left = this.count(value, 1n, depth); left > 0; left--)
      out.push(this.value(depth + 1));
    return out;
  }

  private map(value: bigint, depth: number): Map<number | bigint, Value> {
    const out = new Map<number | bigint, Value>();
    let last = -1n;
    for (let left = this.count(value, 2n, depth); left > 0; left--) {
      const first = this.take(1)[0];
      must(first >> 5 === UINT, "cbor.key");
      const key = this.argument(UINT, first & 31);
      must(key > last, "cbor.order");
      last = key;
      out.set(narrow(key), this.value(depth + 1));
    }
    return out;
  }

  value(depth: number): Value {
    const first = this.take(1)[0], major = first >> 5, more = first & 31;
    if (major === SIMPLE)
      return this.simple(more);
    must(major !== TAG, more === 31 ? "cbor.reserved" : "cbor.tag");
    const argument = this.argument(major, more);
    switch (major) {
    case UINT:
      return narrow(argument);
    case NINT:
      return narrow(-1n - argument);
    case BYTES:
      return this.take(argument).slice();
    case TEXT:
      return this.text(argument);
    case ARRAY:
      return this.array(argument, depth);
    default:
      return this.map(argument, depth);
    }
  }

  end(): void {
    must(this.at === this.input.length, "cbor.trailing");
  }
}

const narrow = (value: bigint): number | bigint => value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

export function decode(input: Bytes): Value {
  const reader = new Reader(input);
  const value = reader.value(0);
  reader.end();
  return value;
}
