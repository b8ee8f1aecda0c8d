// Bytes, and the texts that stand for them.

export type Bytes = Uint8Array;

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);

export function concat(...parts: Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const equal = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

// As memcmp of the shorter length, then the shorter first: the order of names in the record.
export function compareText(a: string, b: string): number {
  const x = toHex(utf8(a)), y = toHex(utf8(b));
  return x < y ? -1 : Number(x > y);
}

export const toHex = (bytes: Bytes): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(text))
    throw new Error("not hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function toBase64(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes)
    text += String.fromCharCode(byte);
  return btoa(text);
}

export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export const randomBytes = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));

export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// Primes' cube roots and square roots as FIPS 180-4 wants them: the first 32 bits behind the point.
const rootBits = (prime: number, power: number): number => ((Math.pow(prime, 1 / power) % 1) * 0x100000000) | 0;

const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d !== 0));
const ROUNDS = PRIMES.slice(0, 64).map((prime) => rootBits(prime, 3));

const turn = (x: number, by: number) => (x >>> by) | (x << (32 - by));

// SHA-256 of what comes in pieces, which WebCrypto has only of a whole: FIPS 180-4 section 6.2.
export class Hasher {
  private readonly sum = Int32Array.from(PRIMES.slice(0, 8), (prime) => rootBits(prime, 2));
  private readonly words = new Int32Array(64);
  private rest: Bytes = new Uint8Array();
  private len = 0;

  private block(bytes: Bytes, at: number): void {
    const w = this.words, s = this.sum;
    for (let i = 0; i < 16; i++, at += 4)
      w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10);
    }
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + ROUNDS[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c)) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }

  add(piece: Bytes): void {
    const bytes = this.rest.length === 0 ? piece : concat(this.rest, piece), whole = bytes.length - bytes.length % 64;
    for (let at = 0; at < whole; at += 64)
      this.block(bytes, at);
    this.rest = bytes.slice(whole);
    this.len += piece.length;
  }

  end(): Bytes {
    const bits = this.len * 8, close = new Uint8Array((this.rest.length < 56 ? 64 : 128) - this.rest.length), view = new DataView(close.buffer);
    close[0] = 0x80;
    view.setUint32(close.length - 8, Math.floor(bits / 0x100000000));
    view.setUint32(close.length - 4, bits >>> 0);
    this.add(close);
    return Uint8Array.from({ length: 32 }, (_, i) => this.sum[i >> 2] >>> (24 - 8 * (i & 3)));
  }
}

// Nine digits of a leaf, to be read aloud: the same on both sides.
export function aloud(leaf: string): string {
  const number = parseInt(leaf.slice(0, 8), 16) % 1_000_000_000;
  return String(number).padStart(9, "0").replace(/(...)(?=.)/g, "$1 ");
}
