// Bytes: the vectors that the C side reads must give the same values, the same refusals, and the same bytes again.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bytesOf, load, vectors } from "./here.mjs";

const { decode, encode, Refused } = await load("wire/cbor.js");
const { labelOf, labelValue, readContent, writeContent } = await load("wire/content.js");
const { newId, readStatement, writeStatement } = await load("wire/statement.js");
const { Hasher, toHex } = await load("base/bytes.js");

// The words of the vectors for a value.
function told(value) {
  if (typeof value === "boolean")
    return [`bool ${value}`];
  if (typeof value === "string")
    return [`text ${value}`];
  if (value instanceof Uint8Array)
    return [`bytes ${toHex(value)}`];
  if (value instanceof Map)
    return [`map ${value.size}`, ...[...value].flatMap(([key, one]) => [`key ${key}`, ...told(one)])];
  if (Array.isArray(value))
    return [`array ${value.length}`, ...value.flatMap(told)];
  return [value < 0 ? `nint ${-1n - BigInt(value)}` : `uint ${value}`];
}

test("strict CBOR: every vector", () => {
  for (const { name, hex, read, rule } of vectors("cbor.json").vectors) {
    const bytes = bytesOf(hex);
    if (rule !== undefined) {
      assert.throws(() => decode(bytes), (why) => why instanceof Refused && why.rule === rule, `${name}: ${rule}`);
      continue;
    }
    assert.deepEqual(told(decode(bytes)), read, name);
    assert.deepEqual(encode(decode(bytes)), bytes, name);
  }
});

const good = (name) => vectors(name).vectors.filter((row) => row.read !== undefined);

test("labels, statements and contents are written as they were read", () => {
  for (const { name, hex } of good("label.json"))
    assert.deepEqual(encode(labelValue(labelOf(decode(bytesOf(hex))))), bytesOf(hex), name);
  for (const { name, hex } of good("statement.json"))
    assert.deepEqual(writeStatement(readStatement(bytesOf(hex))), bytesOf(hex), name);
  const written = good("content.json").filter(({ read }) => !read.some((line) => /^padding/.test(line)));
  assert.ok(written.length > 5);
  for (const { name, hex } of written)
    assert.deepEqual(writeContent(readContent(bytesOf(hex)), decode(bytesOf(hex)).get(1)), bytesOf(hex), name);
});

test("a hash of pieces is that of the whole, wherever they are cut", () => {
  const bytes = Uint8Array.from({ length: 1 << 16 }, (_one, i) => (i * 2654435761) >>> 13);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 65536]) {
    for (const step of [1 + length, 64, 63, 17]) {
      const hasher = new Hasher(), part = bytes.subarray(0, length);
      for (let at = 0; at < length; at += step)
        hasher.add(part.subarray(at, at + step));
      assert.equal(toHex(hasher.end()), createHash("sha256").update(part).digest("hex"), `${length} in pieces of ${step}`);
    }
  }
});

test("lists come in the order that the record asks for", () => {
  const statement = readStatement(bytesOf(good("statement.json").find((row) => row.name === "FLASH message").hex));
  const to = [{ party: "usa", role: "watch", information: true }, { party: "kor", role: "watch", information: false },
    { party: "usa", role: "head", information: false }];
  const seen = [{ party: "zeta", epoch: 1, size: 2 }, { party: "beta", epoch: 1, size: 3 }];
  assert.deepEqual(readStatement(writeStatement({ ...statement, to, seen })).to.map((one) => `${one.party}/${one.role}`),
    ["kor/watch", "usa/head", "usa/watch"]);
  assert.deepEqual(readStatement(writeStatement({ ...statement, to, seen })).seen.map((one) => one.party), ["beta", "zeta"]);
  assert.deepEqual(labelValue({ level: "S", categories: [{ name: "rel", values: ["USA", "KOR", "USA"] }, { name: "a", values: [] }] }),
    ["S", [["rel", ["KOR", "USA"]]]]);
});

const { ACTS, saysOf } = await load("wire/says.js");

test("says: every field of a dialogue by its name, and the acts are those of the record", async () => {
  const header = await readFile(new URL("../../src/wire/dialogue.h", import.meta.url), "utf8");
  const acts = [...header.matchAll(/^\tX\(\w+, +[A-Z]+, +(?:true|false), +"([^"]+)"\)/gm)].map((row) => row[1]);
  assert.deepEqual(ACTS, acts);
  const fields = new Map([[1, "exercises"], [2, ["en", "Combined exercises", "ko", "연합연습"]], [4, "2027"], [5, ["KOR"]], [7, ["en", "One was held"]], [99, [1, "x"]]]);
  assert.deepEqual(saysOf(83, fields), [["name", "exercises"], ["title", "[en] Combined exercises · [ko] 연합연습"], ["when", "2027"], ["parties", "KOR"],
    ["detail", "[en] One was held"], ["99", "1, x"]]);
  assert.deepEqual(saysOf(94, new Map([[3, 13], [15, ["Kim", "Deputy Minister", "Lee", "Director"]]])), [["act", "delegation"], ["people", "Kim (Deputy Minister) · Lee (Director)"]]);
  assert.deepEqual(saysOf(93, new Map([[3, 2], [18, new Uint8Array([1, 255])], [19, ["press"]]])), [["act", "release text"], ["hash", "01ff"], ["outlets", "press"]]);
  assert.deepEqual(saysOf(64, new Map([[1, "step"]])), [["1", "step"]], "of another kind its numbers");
  // Each field that the terminal takes has a title where what is signed is shown, on it and here.
  const source = (name) => readFile(new URL(`../../${name}`, import.meta.url), "utf8");
  const keys = [...(await source("src/entente/dialogue.c")).matchAll(/\{ DIALOGUE_([A-Z_]+), SHAPE_/g)].map((row) => row[1].toLowerCase());
  assert.ok(keys.length > 20);
  for (const [name, shape] of [["src/show/says.c", (key) => `{ "${key}", N_(`], ["console/src/view/message.tsx", (key) => `${key}: () =>`]]) {
    const text = await source(name);
    assert.deepEqual(keys.filter((key) => !text.includes(shape(key))), [], name);
  }
  // Each number that the record names has that name here.
  const names = [...header.matchAll(/^\tX\((\d+), [A-Z_]+, "(\w+)"\)/gm)].map((row) => [Number(row[1]), row[2]]);
  assert.ok(names.length > 20);
  for (const [number, name] of names)
    assert.equal(saysOf(83, new Map([[number, number === 18 ? new Uint8Array(32) : ["en", "x"]]]))[0][0], name);
});

test("an id begins with its time, and no two are the same", () => {
  const [one, two] = [newId(0x01b8dac6d6f8), newId(0x01b8dac6d6f8)];
  assert.equal(one.length, 16);
  assert.equal(toHex(one).slice(0, 12), "01b8dac6d6f8");
  assert.notEqual(toHex(one), toHex(two));
});
