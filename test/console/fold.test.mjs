// The folds: what is owed and by when, which alarms are open, what becomes of a signed statement, forms, the event stream.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./here.mjs";

const { answered, isWithAll } = await load("keep/outbox.js");
const { answerTimes, degrees, figureOf, mapOf, numbered, plotted, pointsOf, sampled, tableOf } = await load("fold/drawn.js");
const { isAsSaid, labelText, unseen } = await load("fold/drafted.js");
const { alarmsOf, cameAs, contradicted, faultRows, isFlood, loudness, messageOf, owedCopies, owedRows, quietUntil } = await load("fold/owed.js");
const { fillForm } = await load("fold/forms.js");
const { stretchesOf } = await load("fold/moves.js");
const { EventText } = await load("node/stream.js");
const { agendaOf, nextHost, nextSession, pastSessions, rhythmPast } = await load("fold/rhythm.js");

const NOBODY = { posts: [], manning: [] }; // no roster, no manning
const item = { id: "aa", channel: "consult", isHome: false, statement: "", signatures: [], content: "", since: 1, state: "UNSENT", title: "" };

test("outbox: each answer of the node", () => {
  assert.deepEqual(answered(item, { err: "OK", place: "KOR/CONSULT 1.7" }), { is: "keep", item: { ...item, state: "QUEUED", place: "KOR/CONSULT 1.7" } });
  assert.deepEqual(answered({ ...item, isHome: true }, { err: "OK", place: "KOR/KOR-HOME 1.7" }), { is: "gone", place: "KOR/KOR-HOME 1.7" });
  assert.deepEqual(answered(item, { err: "OK", place: "KOR/CONSULT 1.3", said: true }), { is: "gone", place: "KOR/CONSULT 1.3", isSaid: true });
  for (const rule of ["APPROVAL", "HELD"])
    assert.deepEqual(answered(item, { err: "REFUSED", rule }), { is: "submit" });
  assert.equal(answered({ ...item, isHome: true }, { err: "REFUSED", rule: "APPROVAL" }).is, "draft");
  assert.equal(answered(item, { err: "REFUSED", rule: "LABEL" }).is, "draft");
  for (const err of ["IO", "CORRUPT", "SIGNER", "FULL", "RECOVERING", "DOWN"])
    assert.deepEqual(answered(item, { err }), { is: "keep", item }, err);
});

test("outbox: only the receipt of every other party ends it", () => {
  assert.ok(!isWithAll(["usa"], undefined) && !isWithAll(["usa", "jpn"], ["usa"]) && isWithAll(["usa", "jpn"], ["jpn", "usa"]));
});

const owes = (step, by, ours, due_ms) => ({ party: by, role: "watch", information: false, highest: "STATION RECEIPT", steps: [], owed: { step, by, ours, since_ms: 900, due_ms } });
const entry = (place, precedence, ladders, more = {}) =>
  ({ place, channel_name: "consult", precedence, filed_ms: 1_000, verdict: "OK", title: "t", ladders, ...more });

test("what came ahead of its log calls whoever it is for, until he has heard it; one that the log contradicts, or ended without, calls nobody", () => {
  const id = "ab".repeat(16), to = (party, information = false) => ({ party, role: "watch", information });
  const copy = (more = {}, said = {}) => ({ log: "USA/CONSULT-URGENT 1", channel: 5, state: "BY_LINE", ended: false, place: "USA/CONSULT-URGENT 1.7", ...more,
    entry: { id, party: "usa", role: "watch", precedence: "FLASH", claimed_ms: 900, text: ["One.\nTwo.", "Three."], to: [to("kor")], ...said } });
  const rows = (...all) => owedRows([entry("USA/CONSULT 1.1", "ROUTINE", [owes("WATCH READ", "kor", true)])], [], [], NOBODY, 7, owedCopies(all, "kor"));
  assert.deepEqual(rows(copy()).map(({ step, place, channel, title, due }) => [step, place, channel, title, due]),
    [["ADVANCE", "USA/CONSULT-URGENT 1.7", "consult-urgent", "One.", undefined], ["WATCH READ", "USA/CONSULT 1.1", "consult", "t", undefined]]);
  assert.equal(messageOf(copy({ state: "SIGNED", place: undefined })).place, "USA/CONSULT-URGENT 1 abababab");
  for (const silent of [copy({ state: "FALSE" }), copy({ ended: true }), copy({}, { to: [to("usa")] }), copy({}, { to: [to("kor", true)] }), copy({}, { to: undefined })])
    assert.equal(rows(silent).length, 1);
  const [alarm] = alarmsOf(rows(copy()), {}, 1_000), quiet = { [alarm.key]: quietUntil(alarm, 1_000) };
  assert.deepEqual([alarm.precedence, alarmsOf(rows(copy()), quiet, 1_000 + 365 * 86_400_000)], ["FLASH", []], "nothing can be signed on it: it is heard once");
  assert.equal(alarmsOf(rows(copy(), copy({}, { id: "cd".repeat(16) })), quiet, 1_000).length, 1, "another is another");
  // One that its log contradicts calls whoever has heard it, once; nobody else.
  const denied = (kept) => alarmsOf(contradicted([copy({ state: "FALSE" }), copy({ state: "FALSE" }, { id: "cd".repeat(16) }), copy()], "kor", kept), kept, 1_000), [again] = denied(quiet);
  assert.deepEqual([denied({}), denied(quiet).length, again.row.step, denied({ ...quiet, [again.key]: quietUntil(again, 1_000) })], [[], 1, "FALSE", []]);
  assert.equal(cameAs("USA/CONSULT-URGENT 1 abababab", [entry("USA/CONSULT 1.7", "FLASH", [], { id }), entry("USA/CONSULT-URGENT 1.9", "FLASH", [], { id: id.slice(2) + "cd" }), entry("USA/CONSULT-URGENT 1.8", "FLASH", [], { id })])?.place, "USA/CONSULT-URGENT 1.8");
});

test("owed: one row a cause, FLASH first, with its minute where the accord has one", () => {
  const rows = owedRows([
    entry("USA/CONSULT 1.1", "ROUTINE", [owes("WATCH READ", "kor", true, 21_601_000), owes("WATCH READ", "kor", true, 21_601_000)]),
    entry("USA/CONSULT 1.2", "FLASH", [owes("READ BACK", "kor", true)]),
    entry("KOR/CONSULT 1.3", "FLASH", [owes("WATCH READ", "usa", false, 481_000)]),
    entry("USA/CONSULT 1.4", "FLASH", [owes("WATCH READ", "kor", true)], { verdict: "KEY" }),
  ], [], [], NOBODY, 7);
  assert.deepEqual(rows.map((row) => `${row.place} ${row.step} ${row.ours} ${row.due}`), [
    "USA/CONSULT 1.2 READ BACK true undefined", "KOR/CONSULT 1.3 WATCH READ false 481000", "USA/CONSULT 1.1 WATCH READ true 21601000"]);
});

const draft = { place: "KOR/KOR-HOME 1.1", state: "SUBMITTED", author_holder: 1, signers: [{ holder: 2 }], channel_name: "consult", party: "kor", claimed_ms: 1, lapses_ms: 9, precedence: "FLASH" };

test("owed: a draft waits for those who neither wrote nor signed it", () => {
  const waits = (holder, more = {}) => owedRows([], [{ ...draft, ...more }], [], NOBODY, holder).length;
  assert.deepEqual([1, 2, 3].map((holder) => waits(holder)), [0, 0, 1]);
  assert.equal(waits(1, { state: "APPROVED" }), 1);
  assert.equal(waits(3, { state: "REFUSED" }), 0);
  assert.equal(waits(3, { state: "DATED" }), 0, "its node files it");
});

const due = (level, more = {}) => ({ instance: "KOR/CONSULT 1.9", title: {}, step_title: {}, precedence: "IMMEDIATE", step: "decide", party: "kor", role: "head", level,
  ours: true, state: "OWED", recess: false, since_ms: 1_000, due_ms: 5_000, ...more });

test("owed: one order, FLASH first, then what is due soonest; what has no minute is owed now, and what waits for a clock comes last", () => {
  const rows = owedRows([entry("USA/CONSULT 1.1", "FLASH", [owes("READ BACK", "kor", true)]), entry("USA/CONSULT 1.2", "FLASH", [owes("WATCH READ", "kor", true, 800)]),
    entry("USA/CONSULT 1.3", "IMMEDIATE", [owes("WATCH READ", "kor", true, 1)])], [{ ...draft, precedence: "FLASH", claimed_ms: 1, lapses_ms: 86_400_000 }],
  [due("presented", { precedence: "FLASH", since_ms: undefined, due_ms: undefined }), due("position", { precedence: "FLASH", recess: true, due_ms: 2 })], NOBODY, 7);
  assert.deepEqual(rows.map((row) => `${row.precedence} ${row.step}`), ["FLASH WATCH READ", "FLASH READ BACK", "FLASH APPROVE", "FLASH presented", "FLASH position", "IMMEDIATE WATCH READ"]);
});

test("alarms: what is ours and urgent or due, until it was heard", () => {
  const rows = owedRows([entry("USA/CONSULT 1.1", "ROUTINE", [owes("WATCH READ", "kor", true, 21_601_000)]),
    entry("USA/CONSULT 1.2", "FLASH", [owes("WATCH READ", "kor", true)]), entry("KOR/CONSULT 1.3", "FLASH", [owes("WATCH READ", "usa", false)])], [], [], NOBODY, 7);
  assert.deepEqual(alarmsOf(rows, {}, 2_000).map((alarm) => alarm.precedence), ["FLASH"]);
  assert.deepEqual(alarmsOf(rows, {}, 30_000_000).map((alarm) => alarm.precedence), ["FLASH", "ROUTINE"]);
  const [flash] = alarmsOf(rows, {}, 2_000), until = quietUntil(flash, 2_000);
  assert.deepEqual(alarmsOf(rows, { [flash.key]: until }, until - 1), []);
  assert.deepEqual(alarmsOf(rows, { [flash.key]: until }, until), [flash], "hearing is quiet for a while, and ends nothing");
});

test("owed of a procedure: what a ladder says too is one row, as is what two roles owe; it calls when a quarter is left", () => {
  const message = entry("USA/CONSULT 1.2", "IMMEDIATE", [owes("WATCH READ", "kor", true)]);
  const rows = owedRows([message], [], [due("watch-read", { about: message.place }), due("presented", { about: message.place, precedence: "FLASH" }), due("position"),
    due("position", { role: "deputy" }), due("attend", { state: "MET" })], NOBODY, 7);
  assert.deepEqual(rows.map((row) => row.step).sort(), ["WATCH READ", "position", "presented"]);
  assert.equal(rows.find((row) => row.step === "WATCH READ").due, 5_000); // the message has no minute of its own
  // Of one cause one alarm: the reading stands for the presenting until it is done.
  assert.deepEqual(alarmsOf(rows, {}, 3_999).map((alarm) => alarm.row.cause), ["USA/CONSULT 1.2"]);
  assert.deepEqual(alarmsOf(rows, {}, 4_000).map((alarm) => alarm.row.cause), ["USA/CONSULT 1.2", "KOR/CONSULT 1.9 decide"]);
  const first = alarmsOf(rows, {}, 3_999)[0].key;
  assert.deepEqual(alarmsOf(rows, { [first]: 4_000 }, 3_999), []);
  assert.deepEqual(alarmsOf(owedRows([], [], [due("position", { recess: true })], NOBODY, 7), {}, 9_000), []);
});

test("alarms climb: each rung that the node calls is another alarm, and what nobody hears grows louder", () => {
  const rows = (rung) => owedRows([entry("USA/CONSULT 1.2", "IMMEDIATE", [{ ...owes("WATCH READ", "kor", true), rung }])], [], [], NOBODY, 7);
  const [first] = alarmsOf(rows(undefined), {}, 2_000), quiet = { [first.key]: quietUntil(first, 2_000) };
  assert.deepEqual(alarmsOf(rows(undefined), quiet, 3_000), []);
  assert.deepEqual(alarmsOf(rows(1), quiet, 3_000).map((alarm) => alarm.row.call), [1]);
  assert.deepEqual([0, 299_999, 300_000, 600_000, 9_000_000].map((ms) => loudness("PRIORITY", ms)), ["PRIORITY", "PRIORITY", "IMMEDIATE", "FLASH", "FLASH"]);
});

const way = (up, since_ms) => ({ name: "1", up, since_ms });

test("alarms of the node: silent for half a minute, a line without a path for a minute, a log that stopped; each once", () => {
  const health = { silentMs: 0, peers: [{ code: "USA", paths: [way(false, 1_000), way(false, 5_000)] }, { code: "JPN", paths: [way(true, 1_000), way(false, 5_000)] }], stopped: [] };
  const steps = (more, at) => alarmsOf(faultRows({ ...health, ...more }, at), {}, at).map((alarm) => `${alarm.row.place} ${alarm.row.step}`.trim());
  assert.deepEqual(steps({ diverged: 1, peers: [] }, 65_000), ["THE STATES DIFFER"]);
  assert.deepEqual(steps({}, 64_999), []);
  assert.deepEqual(steps({}, 65_000), ["USA LINE DOWN"]);
  assert.deepEqual(steps({ silentMs: 29_999, peers: [] }, 65_000), []);
  assert.deepEqual(steps({ silentMs: 30_000, peers: [], stopped: ["KOR/CONSULT 1"] }, 65_000), ["NODE SILENT", "KOR/CONSULT 1 LOG STOPPED"]);
});

test("a flood begins above ten in ten minutes and is over below five", () => {
  const began = Array.from({ length: 11 }, (_, i) => i * 1_000);
  assert.equal(isFlood(began, 11_000, false), true);
  assert.equal(isFlood(began.slice(1), 11_000, false), false);
  assert.equal(isFlood(began.slice(6), 11_000, true), true);
  assert.equal(isFlood(began.slice(7), 11_000, true), false);
});

const field = (number, name, type, more = {}) => ({ number, name, type, title: {}, list: false, optional: false, in: "statement", ...more });

test("a form from what was typed", () => {
  const form = { form: "N1", version: 1, fields: [field(1, "depth", "code"), field(2, "when", "span"), field(3, "about", "ref"), field(4, "names", "text", { list: true, in: "content" }),
    field(5, "reason", "pair", { in: "content" }), field(6, "claims", "group", { list: true, in: "content", members: [field(1, "claim", "text"), field(2, "sure", "num")] })] };
  const filled = fillForm(form, { depth: "3", "when.from": "281400Z NOV 26", "when.to": "281500Z NOV 26", about: "USA/CONSULT 1.2", names: "a\nb\n",
    "reason.ko": "사유", "reason.en": "why", "claims.claim": "x", "claims.sure": "2", "reply-by": "281600Z NOV 26" }, ["ko", "en"]);
  assert.deepEqual([...filled.statement], [[1, 3], [2, [Date.UTC(2026, 10, 28, 14), Date.UTC(2026, 10, 28, 15)]], [3, 0], [201, Date.UTC(2026, 10, 28, 16)]]);
  assert.deepEqual([...filled.content], [[4, ["a", "b"]], [5, ["사유", "why"]], [6, [["x", 2]]]]);
  assert.deepEqual(filled.refers, ["USA/CONSULT 1.2"]);
  assert.equal(fillForm(form, { "when.from": "soon", "when.to": "later" }, ["ko"]).fault, "when");
});

test("the event stream in pieces", () => {
  const text = new EventText();
  assert.deepEqual(text.take("id: 1-1\nevent: hello\ndata: {}\n\n: beat\n\nid: 1-2\nda"), [{ id: "1-1", name: "hello", value: {} }]);
  assert.deepEqual(text.take('ta: {"change":"ENTRY"}\n'), []);
  assert.deepEqual(text.take("\n"), [{ id: "1-2", name: "", value: { change: "ENTRY" } }]);
});

test("owed of the watch: what is read again, once, with its alarm for whoever has it now; a post with nobody at it calls as a FLASH", () => {
  const message = entry("USA/CONSULT 1.2", "IMMEDIATE", []);
  const post = { post: "watch", state: "MANNED", again: [message.place] }, rows = (one) => owedRows([message], [], [], { posts: [one], manning: [] }, 7);
  assert.deepEqual(rows(post).map((row) => `${row.step} ${row.place} ${row.precedence}`), ["TO BE READ AGAIN USA/CONSULT 1.2 IMMEDIATE"]);
  assert.deepEqual(alarmsOf(rows({ ...post, state: "EMPTY" }), {}, 2_000).map((alarm) => `${alarm.precedence} ${alarm.row.step}`),
    ["FLASH NOBODY ON DUTY", "IMMEDIATE TO BE READ AGAIN"]);
  assert.deepEqual(rows({ ...post, state: "GAP", again: [] }), []);
});

test("claims drawn: numbers of the table, degrees alone, and nothing of who took his word back", () => {
  const claim = (name, more = {}) => ({ name, place: name, party: "KOR", ...more });
  const rows = numbered([{ name: "a", claims: [claim("one", { where: "38.5,127.25" }), claim("two", { withdrawn: {} })] }, { name: "b", claims: [claim("three", { where: "-1,10 -1,11 0,11 -1,10" }), claim("four")] }]);
  assert.deepEqual(rows.map((row) => `${row.number} ${row.event.name} ${row.claim.name}`), ["1 a one", "2 b three", "3 b four"]);
  const map = mapOf(rows);
  assert.deepEqual([map.low, map.high], [{ lat: -2, lon: 9 }, { lat: 39, lon: 128 }]);
  assert.deepEqual(map.shapes.map((one) => [one.number, one.points.length]), [[1, 1], [2, 4]]);
  assert.equal(mapOf(rows.slice(2)), undefined);
  for (const bad of ["", "near Seoul", "38.5", "1,2,3", "38.123456,127"])
    assert.deepEqual(pointsOf(bad), []);
  assert.deepEqual(degrees(37, 39), [37, 38, 39]);
  assert.ok(degrees(-180, 180).length <= 13);
});

test("agenda: what is open of earlier sessions and of the bodies that went into it", () => {
  const body = (place, name, more = {}) => ({ place, kind: "body", name, over: false, ...more });
  const session = (place, of, first_ms, more = {}) => ({ place, kind: "session", of, over: false, standing: "SCHEDULED", first_ms, end_ms: first_ms, ...more });
  const item = (place, of, over = false) => ({ place, kind: "item", of, over });
  const all = [
    body("b1", "kidd"), body("b2", "spi", { over: true, merged_into: "kidd" }), body("b3", "dsc", { over: true, merged_into: "spi" }), body("b4", "ncg"),
    session("s1", "b1", 1), session("s2", "b1", 2), session("s3", "b1", undefined), session("s4", "b1", undefined), session("s5", "b3", 9), session("s6", "b4", 1),
    item("i1", "s1"), item("i2", "s2"), item("i3", "s3"), item("i5", "s5"), item("i6", "s6"), item("i7", "s1", true),
  ];
  const at = (place) => agendaOf(all, all.find((one) => one.place === place)).map((one) => one.place);
  assert.deepEqual(at("s2"), ["i1", "i2", "i3", "i5"]); // i3: nobody knows yet when
  assert.deepEqual(at("s3"), ["i1", "i2", "i3", "i5"]);
  assert.deepEqual(at("s4"), ["i1", "i2", "i3", "i5"]);
  assert.deepEqual(at("s6"), ["i6"]);
  assert.equal(nextSession(all, all[0]).place, "s1");
  assert.equal(nextSession(all, all[2]), undefined, "nothing is due of what is ended");
});

test("dialogues: what is open of a body's parts is on its own agenda too, as long as they are parts of it", () => {
  const body = (place, of, merged_into) => ({ place, kind: "body", name: place, of, over: merged_into !== undefined, merged_into });
  const session = (place, of, first_ms) => ({ place, kind: "session", of, first_ms, end_ms: first_ms, standing: "CONCLUDED", over: false });
  const item = (place, of) => ({ place, kind: "item", of, over: false, standing: "PROPOSED" });
  const all = [
    body("whole"), body("part", "whole"), body("own"), body("gone", "whole", "own"),
    session("w1", "whole", 1), session("p1", "part", 1), session("w2", "whole", 2), session("p3", "part", 3), session("g1", "gone", 1), session("o1", "own", 2),
    item("of-part", "part"), item("of-p1", "p1"), item("of-p3", "p3"), item("of-w1", "w1"), item("of-g1", "g1"),
  ];
  const at = (place) => agendaOf(all, all.find((one) => one.place === place)).map((one) => one.place);
  assert.deepEqual(at("w2"), ["of-part", "of-p1", "of-w1"]); // a later session of a part, and what went elsewhere, are not
  assert.deepEqual(at("p3"), ["of-part", "of-p1", "of-p3"]); // nothing goes down
  assert.deepEqual(at("o1"), ["of-g1"]);
});

const { fieldsOfRows, formsOn, faultOf, sampleOf } = await load("fold/forms.js");

test("moves: a condition's stage is said on its commitment, and what is signed is released at a time", () => {
  const [condition] = formsOn("commitment", "KOR/CONSULT 1.9");
  assert.equal(condition.kind, 87);
  assert.equal(faultOf(condition.rows, sampleOf(condition.rows, "KOR")), undefined, "the sample has a stage too");
  const typed = { name: "capability", "title.en": "Leading forces", stage: "ioc", when: "2019" };
  assert.deepEqual(fieldsOfRows(condition.rows, typed), [[1, "capability"], [2, ["en", "Leading forces"]], [16, "ioc"], [4, "2019"]]);
  assert.equal(faultOf(condition.rows, { ...typed, stage: "" }), "stage");
  const [move] = formsOn("signed", "KOR/CONSULT 1.5", {}, { 93: [[18, new Uint8Array(32)]] });
  assert.deepEqual([move.kind, move.fields[0], move.rows.map((row) => row.number)], [93, [3, 2], [4, 19]]);
  assert.deepEqual(fieldsOfRows(move.rows, { when: "2026-01", "outlets.press": "1", "outlets.atom": "" }), [[4, "2026-01"], [19, ["press"]]]);
  assert.equal(faultOf(move.rows, { when: "tomorrow" }), "when");
});

test("moves: a body is amended where something is said anew, merged where there is another; a delegation is names with offices", () => {
  const on = (kind, name, choices = {}) => formsOn(kind, "KOR/CONSULT 1.2", choices, { 89: [[11, ["ko", "en"]]] }).find((one) => one.name === name);
  const amend = on("body", "amend-body");
  assert.equal(faultOf(amend.rows, {}), "title", "nothing is amended");
  assert.equal(faultOf(amend.rows, { chairs: "head, Policy" }), "chairs");
  const owed = on("session", "found-commitment"), unit = (text) => faultOf(owed.rows, { ...sampleOf(owed.rows, "KOR"), unit: text });
  assert.deepEqual(fieldsOfRows(owed.rows, { name: "talks", "owes.KOR": "1", "owed.USA": "1", unit: "joint-2027/goal" }), [[1, "talks"], [5, ["KOR"]], [9, ["USA"]], [24, "joint-2027/goal"]]);
  assert.deepEqual([unit("joint-2027/goal"), unit(""), unit("goal"), unit("Joint/goal"), unit("a/b/c")], [undefined, undefined, "unit", "unit", "unit"]);
  assert.deepEqual([...amend.fields, ...fieldsOfRows(amend.rows, { chairs: "head, policy", months: "6" })], [[3, 2], [12, ["head", "policy"]], [10, 6]]);
  assert.equal(on("body", "merge-body", { into: [] }), undefined);
  const merge = on("body", "merge-body", { into: [["upper", "Upper"]] });
  assert.ok(merge.isHeld && faultOf(merge.rows, {}) === "into" && sampleOf(merge.rows, "KOR").into === "upper");
  const come = on("session", "delegation");
  for (const people of ["", "Kim", "Kim = ", "Kim = A = B"])
    assert.equal(faultOf(come.rows, { people }), "people", people);
  assert.deepEqual(fieldsOfRows(come.rows, { people: "Kim = Head\n\n Lee= Member " }), [[15, ["Kim", "Head", "Lee", "Member"]]]);
  assert.equal(faultOf(come.rows, sampleOf(come.rows, "KOR")), undefined);
  assert.deepEqual(["correct-text", "amend-text"].map((name) => on("text", name).fields), [[[11, ["ko", "en"]]], [[3, 1], [11, ["ko", "en"]]]]);
});

const path = (more) => ({ name: "north", up: true, heard_ms: 9_000, round_trip_us: 84_321, ...more });
const statusAt = (now_ms, ...paths) => ({ now_ms, peers: [{ code: "USA", paths }] });

test("charts: the table has every number that is drawn, and nothing else; a round trip too, and what is not known is no point", () => {
  let samples = [];
  for (const status of [statusAt(10_000, path()), statusAt(15_050, path({ round_trip_us: 90_000 })), statusAt(20_000, path({ up: false, heard_ms: 0 }))])
    samples = sampled(samples, status);
  for (const [of, want] of [["heard", [1, 6.1, null]], ["roundTrip", [84.3, 90, null]]]) {
    const figure = figureOf(samples, of), [x, line] = plotted(figure), rows = tableOf(figure, String);
    assert.deepEqual([x, line], [[10, 15.05, 20], want]);
    assert.deepEqual(rows, x.map((at, i) => [String(at), line[i] === null ? "–" : String(line[i])]));
    assert.deepEqual(figure.series.map((one) => one.label), ["USA north"]);
  }
  const proved = (seconds) => entry("KOR/CONSULT 1.3", "FLASH", [{ steps: [{ step: "WATCH READ", at_ms: 1_000 + seconds * 1000 }] }]);
  assert.deepEqual(answerTimes([proved(1.2345)], "WATCH READ").map((row) => row.seconds), [1.2]);
});

test("crossing: told by the numbers of each log, whatever the clocks say and whether words or a form are written", () => {
  const at = (party, epoch, index) => ({ party, epoch, index, place: `${party} ${epoch}.${index}`, filed_ms: 0 });
  const seen = [{ party: "usa", epoch: 1, size: 5 }];
  assert.deepEqual(unseen([at("usa", 1, 4), at("usa", 1, 5), at("usa", 2, 0), at("kor", 1, 9)], seen, "kor").map((one) => one.place), ["usa 1.5", "usa 2.0"]);
  assert.deepEqual(unseen([at("usa", 1, 0)], [], "kor").length, 1); // of whom nothing had been seen
  assert.deepEqual(unseen([at("usa", 1, 4)], seen, "kor"), []);
});

test("a draft: what the node says of it is compared with the bytes, row by row", () => {
  const label = { level: "R", categories: [{ name: "rel", values: ["KOR", "USA"] }] };
  const statement = { channel: 2, kind: 8, party: "kor", role: "watch", precedence: 0, label };
  const said = { channel: 2, kind: "message", party: "kor", role: "watch", precedence: "FLASH", label: { level: "R", categories: [{ name: "rel", values: ["USA", "KOR"] }] } };
  assert.ok(isAsSaid(said, statement));
  for (const lie of [{ channel: 3 }, { kind: "relabel" }, { precedence: "ROUTINE" }, { label: { level: "U", categories: [] } }, { label: undefined }, { role: "head" }])
    assert.ok(!isAsSaid({ ...said, ...lie }, statement), JSON.stringify(lie));
  assert.equal(labelText(label), "R · REL KOR, USA");
});

test("dialogues: a rhythm is past where none is set, and where the next is set beyond it", () => {
  const month = 365 * 86_400_000 / 12, body = { kind: "body", place: "b", number: 6 };
  const session = (standing, months) => ({ kind: "session", of: "b", standing, first_ms: months * month, end_ms: months * month });
  const held = session("CONCLUDED", 0);
  assert.equal(rhythmPast([held], body, 6 * month - 1), undefined);
  assert.equal(rhythmPast([held], body, 6 * month), "unset");
  assert.equal(rhythmPast([held, session("SCHEDULED", 6)], body, month), undefined);
  assert.equal(rhythmPast([held, session("SCHEDULED", 7)], body, month), "late");
  assert.equal(rhythmPast([held, session("SCHEDULED", 7)], { ...body, number: 0 }, month), undefined);
  assert.equal(rhythmPast([held], { ...body, over: true }, 60 * month), undefined);
  // A call or a side meeting is no session of the rhythm; whatever is set and past is named, as long as nobody said that it was held.
  const call = { ...session("CONCLUDED", 5), manner: "call", parties: ["USA"] };
  assert.equal(rhythmPast([held, call], body, 6 * month), "unset");
  assert.equal(nextHost([held, call], { ...body, parties: ["KOR", "USA"] }), nextHost([held], { ...body, parties: ["KOR", "USA"] }));
  assert.deepEqual(pastSessions([held, session("SCHEDULED", 2), session("SCHEDULED", 3), session("SCHEDULED", 9)], body, 4 * month).map((one) => one.end_ms), [2 * month, 3 * month]);
});

const { stripOf } = await load("fold/drawn.js");

test("a ladder's strip runs from its filing to its last step, or to now and what is due; of one moment there is none", () => {
  const steps = [{ step: "QUEUED", at_ms: 1_000 }, { step: "SENT" }, { step: "STATION RECEIPT", at_ms: 2_000 }, { step: "WATCH READ", at_ms: 5_000 }];
  assert.deepEqual(stripOf({ steps }, 9_000), { steps: [0, 250, 1000], now: undefined, due: undefined });
  assert.deepEqual(stripOf({ steps, owed: { step: "REPLY", due_ms: 11_000 } }, 6_000), { steps: [0, 100, 400], now: 500, due: 1000 });
  assert.deepEqual(stripOf({ steps: steps.slice(0, 3), owed: { step: "WATCH READ" } }, 3_000), { steps: [0, 500], now: 1000, due: undefined });
  assert.equal(stripOf({ steps: steps.slice(0, 2) }, 9_000), undefined);
  assert.equal(stripOf({ steps: [] }, 9_000), undefined);
});

test("the steps of a procedure over time: from what was said in each or owed of it, to what was said last; and by when what is owed of it is due", () => {
  const step = (id) => ({ id, kind: "notice", title: {} }), said = (place, filed_ms, more) => ({ place, filed_ms, party: "kor", move: "message", ...more });
  const instance = { moves: [said("m1", 10, { step: "call" }), said("m2", 30, { about: "m1" }), said("m3", 40, { about: "m2" }), said("m4", 70, {}), said("m5", 50, { step: "agree" })],
    obligations: [due("presented", { step: "call", since_ms: 12, due_ms: 900 }), due("read-back", { step: "call", since_ms: 12, due_ms: 100, state: "MET" }),
      due("position", { step: "agree", since_ms: 45, due_ms: 800 }), due("attend", { step: "agree", since_ms: 45, due_ms: 700 })] };
  const rows = stretchesOf(instance, ["call", "agree", "in-effect"].map(step));
  assert.deepEqual(rows.map((row) => [row.step.id, row.first_ms, row.end_ms, row.due_ms]), [["call", 10, 40, 900], ["agree", 45, 50, 700]]);
});
