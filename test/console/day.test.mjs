// The reference day of one duty officer, through the fold of alarms: what began to sound, hour by hour. A sound that comes again after
// quiet counts anew. At most six in any hour (EEMUA 191), in the hour of a consultation too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./here.mjs";

const { alarmsOf, faultRows, owedRows, quietUntil } = await load("fold/owed.js");

const MINUTE = 60_000, HOUR = 60 * MINUTE, STEP = 10_000, HEARS = 20_000;
const READ_BY = { FLASH: 8, IMMEDIATE: 30, PRIORITY: 240, ROUTINE: 1_440 }; // minutes in which it is owed
const READS = { FLASH: 1.5, IMMEDIATE: 6, PRIORITY: 50, ROUTINE: 400 }; // and in which it is done
const LATE = 260; // one PRIORITY in eight is read only then

// hour:minute of each. Of what is FLASH a reading back is owed too, three minutes after the reading it is done.
const spread = (count, from, to) => Array.from({ length: count }, (_one, i) => from + Math.floor((to - from) * i / count));
const day = [
  ...spread(60, 0, 24 * 60).map((at) => ({ at, precedence: "ROUTINE" })),
  ...spread(24, 60, 20 * 60).map((at, i) => ({ at, precedence: "PRIORITY", reads: i % 8 === 7 ? LATE : undefined })),
  ...[95, 330, 512, 700, 845, 862, 889, 1_010, 1_200, 1_380].map((at) => ({ at, precedence: "IMMEDIATE" })),
  { at: 850, precedence: "FLASH" }, { at: 1_205, precedence: "FLASH" },
].map((one, i) => ({ ...one, place: `USA/CONSULT 1.${i}`, reads: one.reads ?? READS[one.precedence] }));
const DOWN = [{ from: 400, minutes: 0.6 }, { from: 870, minutes: 12 }, { from: 1_300, minutes: 45 }]; // the first comes back by itself
const SILENT = [{ from: 610, minutes: 0.3 }, { from: 1_100, minutes: 2 }];
const AGAIN = [{ at: 480, count: 2, minutes: 9 }, { at: 960, count: 2, minutes: 9 }]; // a relief leaves so many open

const inside = (spans, minute) => spans.find(({ from, minutes }) => minute >= from && minute < from + minutes);

function ladderOf(one, minute) {
  const owes = (step, by) => [{ party: "kor", role: "watch", steps: [], highest: "STATION RECEIPT", owed: { step, by: "kor", ours: true, since_ms: one.at * MINUTE, due_ms: (one.at + by) * MINUTE } }];
  if (minute < one.at || minute >= one.at + one.reads + (one.precedence === "FLASH" ? 3 : 0))
    return [];
  return minute < one.at + one.reads ? owes("WATCH READ", READ_BY[one.precedence]) : owes("READ BACK", 15);
}

function soundings(rowsAt, last) {
  const began = [], quiet = {}, open = new Map();
  for (let ms = 0; ms < last; ms += STEP) {
    const alarms = alarmsOf(rowsAt(ms), quiet, ms);
    for (const key of [...open.keys()].filter((one) => !alarms.some((alarm) => alarm.key === one)))
      open.delete(key);
    for (const alarm of alarms) {
      if (!open.has(alarm.key))
        began.push({ ms, what: `${alarm.precedence} ${alarm.row.step} ${alarm.row.place}` });
      open.set(alarm.key, open.get(alarm.key) ?? ms);
      if (ms - open.get(alarm.key) >= HEARS)
        quiet[alarm.key] = quietUntil(alarm, ms);
    }
  }
  return began;
}

function rowsAt(ms) {
  const minute = ms / MINUTE, down = inside(DOWN, minute), silent = inside(SILENT, minute);
  const entries = day.map((one) => ({ place: one.place, channel_name: "consult", precedence: one.precedence, filed_ms: one.at * MINUTE, verdict: "OK", title: "", ladders: ladderOf(one, minute) }));
  const again = AGAIN.flatMap(({ at, count, minutes }) => (minute >= at && minute < at + minutes ? spread(count, 0, count).map((i) => `USA/CONSULT 2.${at + i}`) : []));
  const peers = [{ code: "USA", paths: [{ name: "1", up: down === undefined, since_ms: down ? down.from * MINUTE : 0 }] }];
  return [
    ...owedRows(entries, [], [], { posts: [{ post: "watch", state: "MANNED", again }], manning: [] }, 7),
    ...faultRows({ silentMs: silent ? ms - silent.from * MINUTE : 0, peers, stopped: [] }, ms),
  ];
}

const most = (began) => Math.max(...began.map(({ ms }) => began.filter((one) => one.ms > ms - HOUR && one.ms <= ms).length));

test("the reference day: at most six alarms in any hour for the officer on duty, and none of them missed", () => {
  const began = soundings(rowsAt, 24 * HOUR);
  console.log(`# ${day.length} messages, ${began.length} alarms in the day, ${most(began)} in its worst hour`);
  assert.ok(most(began) <= 6, began.map(({ ms, what }) => `${Math.floor(ms / MINUTE)} ${what}`).join("\n"));
  const said = began.map(({ what }) => what);
  for (const one of day.filter(({ precedence }) => precedence === "FLASH" || precedence === "IMMEDIATE"))
    assert.equal(said.filter((what) => what === `${one.precedence} WATCH READ ${one.place}`).length, 1, one.place);
  assert.equal(said.filter((what) => what.includes("LINE DOWN")).length, 3); // twice in the three quarters of an hour
  assert.equal(said.filter((what) => what.includes("NODE SILENT")).length, 1);
  assert.equal(said.filter((what) => what.startsWith("PRIORITY")).length, 3, "those that were late");
});

test("an alarm that is heard and never answered comes back, and stays within the same bound", () => {
  const one = { ...day.find(({ precedence }) => precedence === "FLASH"), at: 0, reads: 60 };
  const began = soundings((ms) => owedRows([{ place: one.place, channel_name: "consult", precedence: "IMMEDIATE", filed_ms: 0, verdict: "OK", title: "", ladders: ladderOf(one, ms / MINUTE) }], [], [], { posts: [], manning: [] }, 7), HOUR);
  assert.ok(began.length > 3 && began.length <= 6, String(began.length));
});
