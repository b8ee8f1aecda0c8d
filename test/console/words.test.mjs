// Words and times: particles, filling in, date-time groups, hidden characters.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue, usedStrings } from "../../console/strings.mjs";
import { load, vectors } from "./here.mjs";

const { beginning, fill, particle, visible } = await load("words/fill.js");
const { clock, countdown, dateTimeGroup, localIn, offset, readMoment, span } = await load("words/moment.js");

test("particles: every vector", () => {
  for (const { before, forms, want } of vectors("particle.json").vectors)
    assert.equal(particle(before, ...forms.split("/")), want, `${before} ${forms}`);
});

test("a sentence is filled in, and a particle goes by what stands before it", () => {
  assert.equal(fill("{1}{을/를} {2}{으로/로} 보냄", ["문건", "서울"]), "문건을 서울로 보냄");
  assert.equal(fill("{2} of {1}", [3, 2]), "2 of 3");
  assert.equal(fill("{1} and {2}", ["a"]), "a and {2}");
});

test("no Korean of the page carries both forms of a particle; words that a message and a translation share are of both", () => {
  const here = dirname(fileURLToPath(import.meta.url)), korean = readCatalogue(join(here, "../../po/ko.po"));
  assert.deepEqual(usedStrings(join(here, "../../console/src"), []).filter((text) => /\((는|은|이|가|를|을|으|로|와|과)\)/.test(korean.get(text))), []);
  assert.doesNotMatch(korean.get("Its text is not at this node yet."), /번역/);
});

test("date-time groups", () => {
  const at = Date.UTC(2026, 10, 28, 14, 7, 31);
  assert.equal(dateTimeGroup(at), "281407Z NOV 26");
  assert.equal(clock(at), "14:07:31Z");
  assert.equal(readMoment(" 281407z nov 26 "), Date.UTC(2026, 10, 28, 14, 7));
  assert.equal(readMoment("2026-11-28T14:07Z"), Date.UTC(2026, 10, 28, 14, 7));
  for (const bad of ["", "311407Z NOV 26", "282507Z NOV 26", "281407 NOV 26", "281407Z NOW 26", "2026-11-28"])
    assert.ok(Number.isNaN(readMoment(bad)), bad);
});

test("a time of another century has its year whole, and one that no calendar has is one all the same", () => {
  assert.equal(dateTimeGroup(Date.UTC(2126, 10, 28, 14, 7)), "281407Z NOV 2126");
  assert.equal(dateTimeGroup(Date.UTC(1999, 11, 31)), "310000Z DEC 1999");
  assert.equal(dateTimeGroup(2 ** 53), "130000Z SEP 275760");
  assert.equal(clock(2 ** 53), "00:00:00Z");
  for (const at of [Date.UTC(2126, 10, 28, 14, 7), Date.UTC(1999, 11, 31), Date.UTC(2000, 0, 1)])
    assert.equal(readMoment(dateTimeGroup(at)), at, "what is shown can be typed");
  assert.equal(readMoment("281407Z NOV 2026"), Date.UTC(2026, 10, 28, 14, 7));
  for (const bad of ["281407Z NOV 0026", "281407Z NOV 126", "281407Z NOV 20126", "310000Z NOV 2126"])
    assert.ok(Number.isNaN(readMoment(bad)), bad);
});

test("how far a clock is off has its sign, and naught has none", () => assert.deepEqual([300, -1500, -40, 0].map(offset), ["+0.3", "-1.5", "0.0", "0.0"]));

test("spans and countdowns are never rounded up", () => {
  assert.deepEqual(span(59_999), { unit: "s", value: 59, rest: 0 });
  assert.deepEqual(span(3_599_999), { unit: "min", value: 59, rest: 59 });
  assert.deepEqual(span(90_000_000), { unit: "d", value: 1, rest: 1 });
  assert.deepEqual(span(-5), { unit: "s", value: 0, rest: 0 });
  assert.equal(countdown(72_900), "00:01:12");
  assert.equal(countdown(-72_900), "-00:01:12");
});

test("what turns or hides text is shown", () => {
  assert.equal(visible("a\u202eb\u200bc"), "a<U+202E>b<U+200B>c");
  assert.equal(visible("한국 text\n"), "한국 text\n");
});

test("in a sentence words of others hide nothing, and what goes from right to left turns nothing beside it", () => {
  assert.equal(fill("{1} was set for {2}", ["\u05d0\u05d1", "2026-05"]), "\u2068\u05d0\u05d1\u2069 was set for 2026-05");
  assert.equal(fill("{1}{을/를} 보냄", ["\u0633\u0644\u0627\u0645"]), "\u2068\u0633\u0644\u0627\u0645\u2069를 보냄");
  assert.equal(fill("Save {1}", ["a\u2069\u202etxt.exe"]), "Save a<U+2069><U+202E>txt.exe");
  assert.equal(fill("Save {1}", ["\u05d0\u2069\u202e1"]), "Save \u2068\u05d0<U+2069><U+202E>1\u2069", "no isolate is closed from inside");
});

test("marks that are heaped on a letter are shown as what they are, from the fifth on", () => {
  assert.equal(visible(`a${"\u0301".repeat(4)}b`), `a${"\u0301".repeat(4)}b`);
  assert.equal(visible(`a${"\u0301".repeat(6)}b`), `a${"\u0301".repeat(4)}<U+0301><U+0301>b`);
  assert.equal(fill("{1}", [`a${"\u0489".repeat(5)}`]), `a${"\u0489".repeat(4)}<U+0489>`);
  assert.equal(visible("각\u1112\u1161\u11ab नि מִּ֑"), "각\u1112\u1161\u11ab नि מִּ֑", "as languages write them they stay");
});

test("the beginning of words is whole letters: no half of a code, no letter without its marks", () => {
  assert.equal(beginning("\u{1d11e}\u{1d11e}\u{1d11e}", 2), "\u{1d11e}\u{1d11e}");
  assert.equal(beginning("\u1112\u1161\u11ab\u1100\u116e\u11a8", 1), "\u1112\u1161\u11ab", "a syllable in its parts");
  assert.equal(beginning("e\u0301e\u0301e\u0301", 2), "e\u0301e\u0301");
  assert.equal(beginning("a\u202eb", 40), "a<U+202E>b");
  assert.equal(beginning(`a${"\u0301".repeat(900)}`, 4).length, 8, "nor is one letter longer than a line");
  assert.deepEqual(["", "short"].map((text) => beginning(text, 24)), ["", "short"]);
});

test("what time it is in another zone, by its own summer time; of a zone that nobody knows, nothing", () => {
  const winter = Date.UTC(2026, 10, 28, 14, 7), summer = Date.UTC(2026, 6, 28, 14, 7);
  assert.deepEqual(["Asia/Seoul", "America/New_York"].map((zone) => [localIn(winter, zone), localIn(summer, zone)]), [["23:07", "23:07"], ["09:07", "10:07"]]);
  assert.equal(localIn(Date.UTC(2026, 10, 28, 15), "Asia/Seoul"), "00:00");
  assert.deepEqual(["Asia/Nowhere", "z".repeat(48), undefined].map((zone) => localIn(winter, zone)), [undefined, undefined, undefined]);
});
