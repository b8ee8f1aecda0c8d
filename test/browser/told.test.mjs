// What the page says is so: of what the node tells an officer and not its owner, under the hand, of very many markings, while an answer is refused, and of what nobody holds any more.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const SHAPES = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../console/src/node/shapes.ts"), "utf8");
let stage, kor;

before(async () => {
  stage = await Stage.open("acting");
  kor = await stage.officer("kor", "head,watch");
});
after(() => stage.close());

const say = (party, ...words) => stage.ask("say", { party, key: "watch", words });
const send = (text, precedence = "ROUTINE") => say("usa", "send", "consult", text, "--to", "kor/watch", "--label", "U", "--language", "en", "--precedence", precedence);

// As the page itself asks, with its cookie and its word: what the officer is told.
const told = (path) => kor.page.evaluate(async (url) => (await fetch(url, { headers: { "Entente-Page": localStorage.getItem("entente-page") } })).json(), path);

// What the node says from here on, but for what is changed.
async function change(path, how) {
  const [, json] = [await kor.page.unrouteAll({ behavior: "ignoreErrors" }), await told(path)];
  await kor.page.route(`**${path}`, (route) => route.fulfill({ json: { ...json, ...how(json) } }));
}

test("what the page reads of an answer is what the node tells an officer, not its owner alone", async () => {
  const fields = (name) => [...SHAPES.match(new RegExp(`export interface ${name} [^{]*\\{\\n([\\s\\S]*?)\\n\\}`))[1].matchAll(/^ {2}(\w+):/gm)].map(([, field]) => field);
  await send("A first message.");
  await stage.ask("roster", { party: "kor", post: "watch", name: "김민수" });
  await say("usa", "consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U");
  await say("kor", "send", "consult-urgent", "기다리는 문안", "--language", "ko", "--to", "usa/watch", "--label", "U", "--precedence", "FLASH");
  const [instance] = await stage.ask("get", { party: "kor", path: "/instances" });
  const status = await told("/status"), { messages } = await told("/inbox?channel=consult&last=9"), { channels } = await told("/channels"), drafts = await told("/drafts?all=1");
  const instances = await told("/instances"), { posts } = await told("/watch"), { logs } = await told("/logs");
  const whole = await told(`/instances?place=${encodeURIComponent(instance.place)}`);
  const answers = { Status: [status], Path: status.peers[0].paths, Log: logs, Channel: channels, Entry: messages.slice(-1), Instance: instances, WholeInstance: [whole], Post: posts,
    Accord: [await told("/accord")], Session: [await told("/session")] };
  for (const [name, rows] of Object.entries({ ...answers, Draft: drafts })) {
    assert.ok(rows.length > 0, name);
    const lists = name === "Draft" ? ["statement", "sshsigs"] : []; // of the one that is asked for
    for (const field of fields(name).filter((one) => !lists.includes(one)))
      assert.ok(rows.every((row) => row[field] !== undefined), `${name} has no ${field}: ${JSON.stringify(rows[0]).slice(0, 300)}`);
  }
});

test("what waits here is asked for though no count of it is told", async () => {
  const { messages } = await told("/inbox?channel=consult&last=1"), [entry] = messages;
  await kor.page.route("**/waiting", (route) => route.fulfill({ json: { waiting: [{ cause: "VERSION", code: "USA", channel: entry.channel, entry }] } }));
  await at(kor, stage, "watch");
  await kor.page.locator(".panel.held", { hasText: entry.place }).waitFor();
  await kor.page.unrouteAll({ behavior: "ignoreErrors" });
  await kor.page.locator(".panel.held").waitFor({ state: "detached" });
});

test("rows of Watch do not move under the hand, by mouse or keyboard: what comes is counted above, what goes says so, and both end when the hand leaves", async () => {
  const { page } = kor, ours = page.locator(".panel.ours"), places = () => ours.locator("a[data-place]").evaluateAll((all) => all.map((one) => one.dataset.place));
  const first = await send("Under the hand."), row = ours.locator(`a[data-place="${first.place}"]`);
  await at(kor, stage, "watch");
  await row.waitFor();
  for (const take of [() => row.focus(), () => row.hover()]) {
    await page.locator("h2").last().click({ force: true }); // elsewhere
    await page.mouse.move(1300, 700);
    await ours.locator(".newer").waitFor({ state: "detached" });
    await take();
    await page.waitForTimeout(100);
    const before = await places(), { y } = await row.boundingBox(), { place } = await send("Above all others.", "PRIORITY");
    await ours.locator(".newer", { hasText: "1" }).waitFor();
    assert.deepEqual(await places(), before);
    assert.equal((await row.boundingBox()).y, y);
    await ours.locator(".newer").press("Enter");
    await ours.locator(`a[data-place="${place}"]`).waitFor();
    const at = (await row.boundingBox()).y;
    await say("kor", "ack", place);
    await ours.locator("tr.gone", { hasText: place }).waitFor();
    assert.match(await ours.locator("tr.gone").innerText(), /의무 종료/);
    assert.equal((await row.boundingBox()).y, at, "also below what goes");
    await page.mouse.move(1300, 700);
    await page.locator("header nav a").first().focus();
    await ours.locator("tr.gone").waitFor({ state: "detached" });
  }
});

test("of a path that is down no round trip stands there as if it were of now; a key that comes while one looks at the keys is there", async () => {
  const { page } = kor, paths = page.locator(".watch [class*=line-] tbody tr");
  await at(kor, stage, "watch");
  await change("/status", ({ peers }) => ({ peers: peers.map((peer) => ({ ...peer, paths: peer.paths.map((path) => ({ ...path, up: false, since_ms: Date.now() - 1_000, round_trip_us: 84_000 })) })) }));
  await paths.first().locator(".path.down").waitFor();
  assert.doesNotMatch((await paths.allInnerTexts()).join("; "), /84 ms/);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await at(kor, stage, "people");
  const rows = page.locator(".panel.keys-kor tbody tr");
  await rows.first().waitFor();
  const before = await rows.count(), other = await stage.officer("kor", "shift");
  await rows.nth(before).waitFor();
  await other.context.close();
});

test("from an alarm it is one key to what it is about, on every screen", async () => {
  const { page } = kor, { place } = await send("Now.", "IMMEDIATE");
  await at(kor, stage, "status");
  await page.locator(".alarms a", { hasText: place }).press("Enter");
  await page.locator(`.message[aria-label="${place}"]`).waitFor();
  await say("kor", "ack", place);
});

test("what a peer filed in a time to come keeps nothing newer off Watch", async () => {
  const { page } = kor, { place } = await send("Filed now."), far = Date.UTC(2126, 0);
  const { messages } = await told("/inbox?channel=consult&last=200");
  const ahead = Array.from({ length: 6 }, (_one, i) => ({ ...messages[0], place: `USA/SHARE 1.${900 + i}`, index: 900 + i, filed_ms: far + i }));
  await page.route("**/inbox?channel=share&*", (route) => route.fulfill({ json: { messages: ahead } }));
  await at(kor, stage, "watch");
  const answered = page.waitForResponse(/inbox\?channel=share/);
  await page.reload();
  await answered;
  await page.waitForTimeout(500);
  assert.equal(await page.locator(`.panel.last a[data-place="${place}"]`).count(), 1);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
});

test("the hand of who is gone holds nothing: after a while without a move the rows are as they are", async () => {
  const { page } = kor;
  await at(kor, stage, "watch");
  const ours = page.locator(".panel.ours"), row = ours.locator("a[data-place]").first();
  await page.locator("header nav a").first().focus(); // the page itself may have put the focus on the row, which is no hand
  await row.focus();
  const { place } = await send("Nobody is there.", "PRIORITY");
  await ours.locator(".newer").waitFor();
  await page.evaluate(() => { const now = Date.now; Date.now = () => now() + 61_000; });
  await ours.locator(`a[data-place="${place}"]`).waitFor();
  await page.reload();
});

test("of more markings than one question takes the line above and below is of them all", async () => {
  const { page } = kor, { messages: [one] } = await told("/inbox?channel=consult&last=1"), sets = (all) => all.reduce((made, value) => [...made, ...made.map((set) => [...set, value])], [[]]);
  const labels = ["U", "R", "C"].flatMap((level) => sets(["DPRK-MSL", "DPRK-NUC", "SANCTIONS"]).flatMap((topic) => sets(["DRAFT", "EXERCISE"]).map((note) => ({
    level, categories: [["note", note], ["rel", ["KOR", "USA"]], ["topic", topic]].filter(([, values]) => values.length > 0).map(([name, values]) => ({ name, values })) }))));
  assert.equal(labels.length, 96);
  const messages = labels.map((label, i) => ({ ...one, place: `USA/CONSULT 1.${1000 + i}`, index: 1000 + i, label }));
  await page.route("**/inbox?channel=consult&*", (route) => route.fulfill({ json: { messages } }));
  await page.reload();
  await at(kor, stage, "channel/consult");
  await page.locator("header .marking", { hasText: /CONFIDENTIAL/ }).waitFor();
  for (const words of [/Ⅲ급비밀/, /DPRK nuclear/, /DPRK missiles/, /Sanctions/, /EXERCISE/, /DRAFT/])
    assert.match(await page.locator("footer .marking").innerText(), words);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
});

test("a marking that the node has not told is not the one before: it says so, and is asked for again", async () => {
  const { page } = kor;
  await at(kor, stage, "channel/consult");
  await page.locator("header .marking", { hasText: "UNCLASSIFIED" }).waitFor();
  await page.route("**/labels?*", (route) => route.fulfill({ status: 503, json: { err: "RECOVERING", text: "the log is being fetched back" } }));
  const { place: draft } = await say("usa", "send", "consult", "Of another marking.", "--to", "kor/watch", "--label", "R", "--language", "en");
  await stage.ask("say", { party: "usa", key: "head", words: ["approve", draft, "--sign"] });
  await page.locator("header .marking", { hasText: "보안표지를 아직 알 수 없음" }).waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.locator("header .marking", { hasText: "RESTRICTED" }).waitFor();
});

test("a refusal is told until the same question is answered, and is asked for again by itself; what is refused for now is not called missing", async () => {
  const { page } = kor, stale = page.locator(".warning.stale"), { place } = await send("Refused for a while.");
  await page.route(/\/(owed|entry)\?/, (route) => route.fulfill({ status: 503, json: { err: "RECOVERING", text: "the log is being fetched back" } }));
  await at(kor, stage, "status");
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await stale.waitFor();
  for (let answers = 0; answers < 2; answers++)
    await page.waitForResponse("**/status");
  await page.waitForTimeout(500);
  assert.ok(await stale.isVisible(), "other questions were answered since");
  assert.equal(await page.locator(".beside .warning", { hasText: place }).count(), 0, "it is there");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await stale.waitFor({ state: "detached" });
  await page.locator(`.message[aria-label="${place}"]`).waitFor();
});

test("what is refused of one screen is told while that is shown, and no longer", async () => {
  const { page } = kor, stale = page.locator(".warning.stale");
  await page.route("**/assessments", (route) => route.fulfill({ status: 503, json: { err: "RECOVERING", text: "the log is being fetched back" } }));
  await at(kor, stage, "assess");
  await stale.waitFor();
  await at(kor, stage, "watch");
  await stale.waitFor({ state: "detached" });
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what this disk has changed is told with what to do, and not to repair what nobody holds, nor what was given up; that calls nobody any more", async () => {
  const { page } = kor, log = (more) => () => ({ stopped: [{ log: "KOR/NOTIFY 1", channel: 4, party: "kor", epoch: 1, state: "STOPPED", size: 9, rule: "record.rot", ...more }] });
  const rows = [[{ rots: [{ index: 7, held_by: ["usa"] }] }, /KOR\/NOTIFY 1의 내용이 바뀌어.*entente repair/, /run entente repair/, true],
    [{ rots: [{ index: 7, held_by: ["usa"] }, { index: 8, held_by: [] }] }, /다른 당사국에 없는.*--open-epoch --channel 4/, /nobody else holds.*--open-epoch --channel 4/, true],
    [{ rots: [{ index: 8, held_by: [] }], ended: true }, /다음 기수에서 이어집니다/, /a later epoch goes on/, false]];
  for (const [more, korean, english, isCalled] of rows) {
    await change("/status", log(more));
    await at(kor, stage, "status");
    await page.reload();
    for (const words of [korean, english]) {
      await page.locator(".panel.faults", { hasText: words }).waitFor();
      assert.equal(/entente repair/.test(await page.locator(".panel.faults").innerText()), more.rots.every((rot) => rot.held_by.length > 0));
      await page.locator("button.language").click();
    }
    assert.equal(await page.locator(".alarms", { hasText: "KOR/NOTIFY 1" }).count() > 0, isCalled);
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
});

test("a time of another century can be typed as it is shown", async () => {
  const { page } = kor;
  await at(kor, stage, "record");
  const asked = page.waitForRequest("**/search?*");
  await page.locator(".search input").first().fill("message");
  await page.locator(".search input").last().fill("281407Z NOV 2126");
  await page.locator(".search .primary").press("Enter");
  assert.equal(new URL((await asked).url()).searchParams.get("to_ms"), String(Date.UTC(2126, 10, 28, 14, 7)));
});

test("for whom an officer acts stands with his draft, in the bytes that are signed, and with what went out", async () => {
  const by = (party, key, ...words) => stage.ask("say", { party, key, words }), of = (place) => at(kor, stage, `channel/${encodeURIComponent(place)}`);
  const released = async (party, key, place) => {
    await by(party, key, "approve", place, "--sign");
    return (await stage.ask("get", { party, path: "/drafts", place })).released;
  };
  const drafted = await by("usa", "head", "send", "consult", "Do you agree?", "--to", "kor/head", "--label", "C", "--language", "en");
  const asked = await released("usa", "deputy", drafted.place);
  await stage.ask("held", { party: "kor", place: asked });
  await by("kor", "deputy", "ack", asked);
  const draft = (await by("kor", "deputy", "reply", asked, "We do.", "--for", "head", "--language", "en")).place;
  await of(draft);
  assert.match(await kor.page.locator(".draft .meta [data-acting-for=head]").innerText(), /직무 대행/);
  await of(await released("kor", "shift", draft));
  await kor.page.locator(".message:not(.draft) .meta [data-acting-for=head]").waitFor();
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
