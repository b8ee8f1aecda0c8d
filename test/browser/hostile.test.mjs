// What a peer may say, and is let in with: no page ends by it, no time of it is read as another; and whatever is shown can be traced to who signed it, and when.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const DAY_MS = 86_400_000, FAR_MS = 9_000_000_000_000_000; // a claimed time may be up to 2^53
let stage, kor, place;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "policy,watch");
  ({ place } = await say("usa", "send", "consult", "Please answer.", "--subject", "A question", "--to", "kor/watch", "--label", "U", "--precedence", "IMMEDIATE", "--language", "en"));
  await stage.ask("held", { party: "kor", place });
});
after(() => stage.close());

const say = (party, ...words) => stage.ask("say", { party, key: "watch", words });
const entry = (where = place) => stage.ask("get", { party: "kor", path: "/entry", place: where });

async function open(where = place, name = "channel") {
  await at(kor, stage, "watch");
  await at(kor, stage, `${name}/${encodeURIComponent(where)}`);
  await kor.page.locator(`.message[aria-label="${where}"]`).waitFor();
}

// As if the node said it: what another node wrote into its log.
async function told(more, where = place) {
  const said = await entry(where);
  await kor.page.route("**/entry?place=*", (route) => route.fulfill({ json: { ...said, ...more } }));
  await open(where);
  await kor.page.unroute("**/entry?place=*");
}

test("a translation into what is no language stands there by its tag, and the page lives on", async () => {
  const { place: translated } = await say("usa", "translate", place, "Answer, please.", "--to", "en-GB"); // our own node lets nobody say "a": another's may
  await stage.ask("held", { party: "kor", place: translated });
  const said = await entry();
  await kor.page.route("**/entry?place=*", (route) => route.fulfill({ json: { ...said, translations: said.translations.map((one) => ({ ...one, to: "a" })) } }));
  await open();
  await kor.page.locator('.translation[lang="a"]', { hasText: "Answer, please." }).waitFor();
  assert.match(await kor.page.locator(".translation .meta").innerText(), /\ba\b/);
  await kor.page.unroute("**/entry?place=*");
});

test("a time that no calendar has, or of another century, is shown and is not taken for one of these years", async () => {
  const { page } = kor;
  await told({ filed_ms: FAR_MS, claimed_ms: Date.UTC(2126, 10, 28, 14, 7) });
  const meta = await page.locator(".message .meta:not([data-home])").first().innerText();
  assert.match(meta, /281407Z NOV 2126/);
  assert.doesNotMatch(meta, /NaN|undefined/);
});

test("what was deferred, or came, on another day says which", async () => {
  const { page } = kor, until = Date.now() + 3 * DAY_MS, day = new Date(until).toISOString();
  const { place: later } = await say("kor", "send", "consult", "나중에 답하십시오.", "--to", "usa/watch", "--label", "U", "--language", "ko");
  await stage.ask("held", { party: "usa", place: later });
  await say("usa", "ack", later);
  const { place: deferred } = await say("usa", "defer", later, "--until", `${day.slice(0, 16)}Z`);
  await stage.ask("held", { party: "kor", place: deferred });
  await open(later);
  await page.locator(".ladder", { hasText: `${day.slice(8, 10)}${day.slice(11, 13)}${day.slice(14, 16)}Z` }).waitFor();
  const said = await stage.ask("get", { party: "kor", path: "/inbox", channel: "consult", last: 200 });
  said.messages.forEach((one) => { one.filed_ms -= 2 * DAY_MS; });
  await page.route("**/inbox?channel=consult&*", (route) => route.fulfill({ json: said }));
  await page.reload();
  await at(kor, stage, "channel/consult");
  const before = new Date(Date.now() - 2 * DAY_MS).toISOString();
  await page.locator(`.list a[data-place="${place}"]`, { hasText: new RegExp(`${before.slice(8, 10)}\\d{4}Z`) }).waitFor();
  await page.unroute("**/inbox?channel=consult&*");
  await page.reload();
});

test("when it was claimed and when it was filed stand both there, and a clock that was off is named", async () => {
  const { page } = kor, { claimed_ms: claimed } = await entry();
  await open();
  assert.ok((await page.locator(".message .meta:not([data-home])").first().innerText()).includes(new Date(claimed).toISOString().slice(11, 19)));
  await told({ flagged: true, offset_ms: 95_000, ahead_ms: 61_000 });
  await page.locator(".message .meta [data-clock]").nth(1).waitFor();
  assert.deepEqual(await page.locator(".message .meta:not([data-home])").first().locator("[data-clock]").evaluateAll((all) => all.map((one) => one.innerText.match(/[+-][\d.]+/)[0])), ["+95.0", "+61.0"]);
});

test("the proof is one key away from a message: who signed it, both times, by which path ours went", async () => {
  const { page } = kor, { place: ours } = await say("kor", "send", "consult", "경로 확인", "--to", "usa/watch", "--label", "U", "--language", "ko");
  await stage.ask("held", { party: "usa", place: ours });
  const { signer } = await entry(ours);
  await open(ours);
  await page.locator(".message h2 a").press("Enter");
  const prove = page.locator(".panel.prove");
  await prove.locator("[data-signer]").waitFor();
  assert.match(await prove.locator("[data-signer]").innerText(), new RegExp(`\\b${signer.holder}\\b`));
  assert.equal(await prove.locator("time").count(), 2);
  assert.match(await prove.locator("[data-sent]").innerText(), /USA.*north|USA.*south/);
});

test("what a screen cannot draw takes nothing else with it: the frame and its alarms stay, and so do the other screens and things", async () => {
  const { page } = kor, said = await entry();
  await page.route("**/entry?place=*", (route) => route.fulfill({ json: { ...said, text: 7 } }));
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await page.locator("main [role=alert]", { hasText: "entente read" }).waitFor();
  await page.unroute("**/entry?place=*");
  assert.equal(await page.locator("header nav").count(), 1);
  const { place: next } = await say("usa", "send", "consult", "Still there?", "--to", "kor/watch", "--label", "U", "--language", "en", "--precedence", "IMMEDIATE");
  await page.locator(".alarms", { hasText: next }).waitFor();
  await at(kor, stage, "status");
  await page.locator(".panel.faults").waitFor();
  await open(next);
  assert.ok(stage.reports.splice(0).every((one) => one.startsWith("page: TypeError")));
});

test("a refusal of the node is told in the language of the screen, and is not called its silence", async () => {
  const { page } = kor;
  await page.route("**/status", (route) => route.fulfill({ status: 503, json: { err: "RECOVERING", text: "the log is being fetched back" } }));
  const stale = page.locator(".warning.stale");
  await stale.waitFor();
  assert.doesNotMatch(await stale.innerText(), /응답이 없/);
  await page.unroute("**/status");
  await stale.waitFor({ state: "detached" });
});

test("before anybody presses it is said that the node would not take a message, by which rule and line, and that it has no addressee; what is chosen anew is asked anew", async () => {
  const { page } = kor, refusal = page.locator(".compose .refusal");
  await at(kor, stage, "channel/service");
  await page.locator(".label-choice select").selectOption("S");
  await page.locator('[data-to="usa/watch"]').selectOption("action");
  await page.locator(".compose .text textarea").fill("등급이 맞지 않는 글");
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /LABEL[\s\S]*공유지침 \d+행/);
  assert.equal(await page.locator(".compose .sign").getAttribute("aria-disabled"), "true");
  await page.locator(".label-choice select").selectOption("U");
  await refusal.waitFor({ state: "detached" });
  assert.equal(await page.locator(".compose .sign").getAttribute("aria-disabled"), "false");
  await page.locator('[data-to="usa/watch"]').selectOption("");
  await page.locator(".compose .to-nobody").waitFor();
});

test("rows do not move under the hand: what comes is counted above them, and shown when it is asked for", async () => {
  const { page } = kor;
  await at(kor, stage, "channel/notify");
  const sent = () => say("usa", "send", "notify", "For your information.", "--to", "kor/watch", "--label", "U", "--language", "en");
  const first = await sent(), row = page.locator(`.list a[data-place="${first.place}"]`);
  await row.focus();
  const { y } = await row.boundingBox(), later = [await sent(), await sent()];
  await page.locator(".list .newer", { hasText: "2" }).waitFor();
  assert.equal((await row.boundingBox()).y, y);
  assert.equal(await page.locator(`.list a[data-place="${later[1].place}"]`).count(), 0);
  await page.locator(".list .newer").press("Enter");
  await page.locator(`.list a[data-place="${later[1].place}"]`).waitFor();
});

test("a link that cannot be read leads to the first screen", async () => {
  const { page } = kor;
  await at(kor, stage, "%E0%A4%A");
  await page.reload();
  await page.locator(".watch .panel.ours").waitFor();
});

test("a link to a name that every object has is one to no channel, and a title that is such a name, or a word of the screen, is a title", async () => {
  const { page } = kor;
  await at(kor, stage, "channel/constructor");
  await page.reload();
  await page.locator(".channel h1").waitFor();
  for (const [name, title] of [["proto", "constructor"], ["opened", "OPEN"]])
    await stage.ask("say", { party: "usa", key: "policy", words: ["body", "new", name, title, "--language", "en", "--channel", "consult", "--label", "U"] });
  await at(kor, stage, "dialogues");
  await page.locator(".panel.bodies a", { hasText: "OPEN" }).waitFor();
  await page.locator(".founding [data-act=found-body]").press("Enter");
  await page.locator(".founding [data-field=feeds]").waitFor();
  const offered = await page.locator(".founding [data-field=feeds] option").allInnerTexts();
  assert.ok(["constructor", "OPEN"].every((title) => offered.includes(title)), offered.join("; "));
  await page.locator(".founding [data-act=found-body]").press("Enter");
});

test("a page's title says the screen, whose console it is and in which mode", async () => {
  const { page } = kor, titles = new Set();
  for (const name of ["watch", "channel", "record", "status"]) {
    await at(kor, stage, name);
    await page.locator("main h1").first().waitFor({ state: "attached" });
    await page.waitForFunction((was) => !was.includes(document.title), [...titles]);
    titles.add(await page.title());
  }
  assert.ok([...titles].every((title) => /KOR/.test(title) && /LIVE|EXERCISE/.test(title)), [...titles].join("; "));
});

test("on paper the mode and the marking stand above and below each page, and nothing of a message is cut off", async () => {
  const { page } = kor, lines = Array.from({ length: 120 }, (_one, i) => `Line ${i + 1} of the text.`);
  const { place: long } = await say("usa", "send", "consult", lines.join("\n"), "--to", "kor/watch", "--label", "U", "--language", "en");
  await stage.ask("held", { party: "kor", place: long });
  await open(long);
  await page.locator("header .marking", { hasText: "UNCLASSIFIED" }).waitFor();
  await page.locator(".choices select").selectOption("dark"); // paper is white all the same
  await page.emulateMedia({ media: "print" });
  assert.deepEqual(await page.locator(".message .portion, .message .precedence, .band").evaluateAll((all) => [...new Set(all.map((one) => getComputedStyle(one).color))]), ["rgb(0, 0, 0)"]);
  await page.emulateMedia({ media: null });
  await page.locator(".choices select").selectOption("light");
  const file = join(kor.folder, "printed.pdf");
  writeFileSync(file, await page.pdf({ format: "A4" }));
  const pages = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).split("\f").filter((text) => text.trim() !== "");
  assert.ok(pages.length > 1);
  for (const [i, text] of pages.entries())
    assert.ok((text.match(/UNCLASSIFIED/g) ?? []).length >= 2 && /LIVE|EXERCISE/.test(text), `page ${i + 1}: ${text}`);
  assert.deepEqual(lines.filter((line) => !pages.join("\n").includes(line)), []);
});

test("words that are written from right to left turn nothing that stands beside them", async () => {
  const file = { hash: "0".repeat(64), len: 17, media_type: "text/plain", name: "\u05d0\u05d1\u05d2", marking: null };
  await told({ attachments: [file], role: "\u05d0\u05d1\u05d2", to: [] });
  assert.deepEqual(await kor.page.locator(".attachments li").evaluate((row) => {
    const words = row.querySelector(".words"), beside = document.createRange();
    beside.selectNodeContents(words.nextSibling);
    return [getComputedStyle(words).unicodeBidi, beside.getBoundingClientRect().left >= words.getBoundingClientRect().right - 1];
  }), ["isolate", true]);
});

test("a name from right to left in a sentence turns nothing of it: what stands before and behind it stays there", async () => {
  const { page } = kor, hebrew = "\u05d0\u05d1\u05d2", thing = { channel: 2, over: false, label: { level: "U", categories: [{ name: "rel", values: ["KOR", "USA"] }] } };
  const body = { ...thing, kind: "body", place: "USA/CONSULT 1.900", name: "b", standing: "OPEN", title: { en: "A body" } };
  const session = { ...thing, kind: "session", place: "USA/CONSULT 1.901", name: "s", of: body.place, standing: "SCHEDULED", when: "2020-01", first_ms: 1, end_ms: 2, title: { en: `${hebrew} 1\u202e` } };
  await page.route(/\/dialogues(\?|$)/, (route) => route.fulfill({ json: { things: [body, session] } }));
  await at(kor, stage, "dialogues");
  await page.locator("button.language").click();
  const row = page.locator(".panel.bodies td.wide .warn");
  await row.waitFor();
  const lefts = await row.evaluate((shown) => {
    const [text] = shown.childNodes, left = (part) => {
      const range = document.createRange(), at = text.data.indexOf(part);
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    };
    return ["\u05d0", "was set", "2020"].map(left);
  });
  assert.deepEqual([...lefts].sort((a, b) => a - b), lefts, String(lefts));
  assert.match(await row.textContent(), new RegExp(`^\u2068${hebrew} 1<U\\+202E>\u2069 was set for 2020-01`));
  await page.locator("button.language").click();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("marks that are heaped on a letter of the subject reach over nothing that stands above it", async () => {
  const { page } = kor, heap = `Z${"\u0301".repeat(200)}`;
  await told({ subject: heap, text: [heap] });
  for (const name of [".subject", ".portion"]) {
    const words = page.locator(`.message ${name} .words`).first();
    assert.match(await words.innerText(), /(<U\+0301>){196}/);
    const reach = await words.evaluate((shown) => { // the ink of the letter, as it is drawn in this font
      const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(shown);
      pen.font = `${style.fontSize} ${style.fontFamily}`;
      return pen.measureText(shown.textContent.split("<")[0]).actualBoundingBoxAscent / parseFloat(style.fontSize);
    });
    assert.ok(reach < 2, `${reach} times the letter's size`);
  }
});

test("words in whatever tag a peer calls their language: the page shows them, with the tag, in its own fonts", async () => {
  const { page } = kor, family = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  const { place: odd } = await say("usa", "send", "consult", "Words in a tag of no list.", "--to", "kor/watch", "--label", "U", "--language", "qzx-Weird");
  await stage.ask("held", { party: "kor", place: odd });
  const said = await entry(odd);
  for (const tag of ["qzx-Weird", "a", "x-private", "i-klingon", "zz-zzzz-99999999", "1", "constructor", "ar", "AAAAAAAA-AAAAAAAA-AAAAAAAA-AAAAAAAA"]) {
    await page.route("**/entry?place=*", (route) => route.fulfill({ json: { ...said, language: tag, translations: [{ place: odd, to: tag, status: "DRAFT", held: true, sealing: 0, text: ["Other words."] }] } })); // as often as it is asked
    await open(odd);
    const words = page.locator(".message .portion .words").first();
    assert.deepEqual(await words.evaluate((shown) => [shown.lang, shown.textContent, getComputedStyle(shown).fontFamily, getComputedStyle(shown).direction]), [tag, "Words in a tag of no list.", family, "ltr"]);
    assert.equal(await page.locator(`.message [data-authentic="${tag}"]`).count(), 1, "which words count is told");
    await page.locator(`.translation[lang="${tag}"]`, { hasText: "Other words." }).waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  }
});

test("however many bodies and sessions a peer files, the page goes on: its clock and its alarms with it", async () => {
  const { page } = kor, thing = { channel: 2, standing: "", over: false, label: { level: "U", categories: [{ name: "rel", values: ["KOR", "USA"] }] } };
  const bodies = Array.from({ length: 2_000 }, (_one, i) => ({ ...thing, kind: "body", place: `USA/CONSULT 1.${10_000 + i}`, name: `b-${i}`, number: 6, parties: ["KOR", "USA"] }));
  const sessions = Array.from({ length: 10_000 }, (_one, i) => ({ ...thing, kind: "session", place: `USA/CONSULT 1.${20_000 + i}`, name: `s-${i}`, of: bodies[i % bodies.length].place, standing: "CONCLUDED", when: "2020-01", first_ms: 1, end_ms: i + 2, parties: ["USA"] }));
  await page.route(/\/dialogues(\?|$)/, (route) => route.fulfill({ json: { things: [...bodies, ...sessions] } }));
  await at(kor, stage, "dialogues");
  await page.locator(".panel.bodies tbody tr").nth(1_999).waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2_000); // until they are drawn
  const longest = await page.evaluate(() => new Promise((resolve) => {
    let last = performance.now(), most = 0;
    const timer = setInterval(() => { const time = performance.now(); most = Math.max(most, time - last); last = time; }, 50);
    setTimeout(() => { clearInterval(timer); resolve(most); }, 6_000);
  }));
  assert.ok(longest < 3_000, `${longest} ms without a turn`);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await at(kor, stage, "watch");
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
