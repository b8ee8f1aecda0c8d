// What is written in the page of dialogues: a body's session and its agenda, a text in two languages by two sides and two tabs at once, claims,
// assessments, and attempts to reach the other side. What is filed is asked of the nodes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { at, hold } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let stage, kor, usa;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "head,linguist,policy,watch");
  usa = await stage.officer("usa", "head,linguist,policy,watch");
  await say("kor", "policy", "import", "dialogues", join(ROOT, "examples/rok-us/dialogues.json"));
  await say("kor", "policy", "import", "dialogues", join(ROOT, "examples/rok-us/events.json"));
  await until("the other side has it", async () => (await dialogues("usa", "text")).length > 0 && (await stage.ask("get", { party: "usa", path: "/assessments" })).events.length > 0);
});
after(() => stage.close());

const say = (party, key, ...words) => stage.ask("say", { party, key, words });
const dialogues = async (party, kind) => (await stage.ask("get", { party, path: "/dialogues", kind })).things;
const named = async (party, kind, name) => (await dialogues(party, kind)).find((one) => one.name === name);
const enabled = (name) => `[data-act="${name}"]:not([aria-disabled=true])`;

async function until(what, isTrue) {
  for (let i = 0; !await isTrue(); i++) {
    assert.ok(i < 60, what);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function openThing(officer, place) {
  await at(officer, stage, `dialogues/${encodeURIComponent(place)}`);
  await officer.page.locator(`.thing[aria-label="${place}"]`).waitFor();
}

// The form of one act: filled by its fields' names, signed by the keyboard; gone when it is filed.
async function fill(page, act, fields) {
  if (await page.locator(enabled(act)).getAttribute("aria-expanded") !== "true")
    await page.locator(enabled(act)).press("Enter");
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`.compose.act [data-field="${name}"]`);
    if (value === true)
      await field.press("Space");
    else if (await field.evaluate((one) => one.tagName) === "SELECT")
      await field.selectOption(value);
    else
      await field.fill(value);
  }
  await page.locator(".compose.act .sign:enabled").press("Enter");
  await page.locator(`.compose.act [data-field="${Object.keys(fields)[0]}"]`).waitFor({ state: "detached" });
}

async function axe(page, what) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression: AXE });
  await devtools.detach();
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 120))]), [], what);
}

test("a body is founded and an event opened on a line that is chosen, under a marking of their own", async () => {
  const [page, both] = [kor.page, { "title.ko": "해상 협의체", "title.en": "Talks at sea" }];
  const begin = async (screen, act, name, fields) => {
    await at(kor, stage, screen);
    await page.locator(`.founding [data-act=${act}]`).press("Enter");
    for (const [field, value] of Object.entries({ name, ...both, ...fields }))
      await page.locator(`.founding [data-field="${field}"]`).fill(value);
    await page.locator(".founding .sign:enabled").press("Enter");
    assert.match(await page.locator(".founding .done").innerText(), /^KOR\/CONSULT \d+\.\d+/);
    assert.equal(await page.locator(".founding form").count(), 0);
  };
  await begin("dialogues", "found-body", "sea-talks", { "mandate.en": "To talk of the sea.", months: "6" });
  await until("the body is there", async () => (await named("usa", "body", "sea-talks"))?.number === 6);
  await page.locator(".bodies a", { hasText: "해상 협의체" }).press("Enter");
  await page.locator(".thing .facts dt", { hasText: "임무" }).waitFor();
  await begin("assess", "open-event", "buoy-2026", { when: "2026-11" });
  await until("the event is there", async () => (await stage.ask("get", { party: "usa", path: "/assessments" })).events.some((one) => one.name === "buoy-2026"));
});

test("a session is set, its item proposed by one side and agreed to or declined by the other, its agenda agreed", async () => {
  const body = (await dialogues("kor", "body")).find((one) => !one.over);
  await openThing(kor, body.place);
  await fill(kor.page, "found-session", { name: "talks-2027", "title.ko": "2027년 회의", "title.en": "Talks of 2027", when: "2027-04" });
  await until("the session is there", () => named("usa", "session", "talks-2027"));
  const session = await named("usa", "session", "talks-2027");
  assert.deepEqual([session.title.ko, session.when], ["2027년 회의", "2027-04"]);
  await openThing(kor, session.place);
  await axe(kor.page, "ko");
  await fill(kor.page, "found-item", { name: "lines", "title.ko": "통신로 점검", "title.en": "Testing the lines" });
  await fill(kor.page, "found-item", { name: "costs", "title.ko": "비용", "title.en": "Costs" });
  await until("the items are there", () => named("usa", "item", "costs"));
  const [lines, costs] = [await named("usa", "item", "lines"), await named("usa", "item", "costs")];
  await openThing(usa, lines.place);
  await usa.page.locator(enabled("agree-item")).press("Enter");
  await usa.page.locator(".compose.act .sign:enabled").press("Enter");
  await until("agreed", async () => (await named("kor", "item", "lines")).standing === "AGREED");
  await openThing(usa, costs.place);
  await axe(usa.page, "en");
  await usa.page.locator(enabled("decline-item")).press("Enter");
  assert.ok(await usa.page.locator(".compose.act .sign").isDisabled(), "a reason is asked for");
  await usa.page.locator(".compose.act textarea").fill("Not at this level.");
  await usa.page.locator(".compose.act textarea").press("Control+Enter");
  await until("declined", async () => (await named("kor", "item", "costs")).standing === "DECLINED");
  for (const officer of [kor, usa]) {
    await openThing(officer, session.place);
    await officer.page.locator(enabled("agenda-agree")).press("Enter");
    await officer.page.locator(".compose.act .sign:enabled").press("Enter");
  }
  await until("the agenda is agreed", async () => (await named("kor", "session", "talks-2027")).standing === "AGENDA AGREED");
  // Once a party: the button stays, with its rule.
  await usa.page.locator('[data-act="agenda-agree"][aria-disabled=true]').press("Enter");
  await usa.page.locator(".acts .warning", { hasText: "TWICE" }).waitFor();
});

test("a session is moved, a call is set, a delegation named; a body is renamed, given chairs and a rhythm, and merged by both into another", async () => {
  const { place } = await named("kor", "session", "talks-2027");
  await openThing(kor, place);
  await fill(kor.page, "move-session", { when: "2027-05", "place.ko": "서울", "place.en": "Seoul", manner: "side-meeting" });
  await until("moved", async () => (await named("usa", "session", "talks-2027")).when === "2027-05");
  assert.equal((await named("usa", "session", "talks-2027")).manner, "side-meeting");
  const people = "Hong Gil-dong = Deputy Minister\nKim = Director";
  await kor.page.locator(enabled("delegation")).press("Enter");
  await kor.page.locator('.compose.act [data-field="people"]').fill("Hong Gil-dong");
  assert.ok(await kor.page.locator(".compose.act .sign").isDisabled(), "an office is missing");
  await axe(kor.page, "a delegation that is written");
  await fill(kor.page, "delegation", { people, "credentials.ko": "서한 12호", "credentials.en": "Letter 12" });
  await openThing(usa, place);
  await usa.page.locator(".thing .deeds tr", { hasText: "Hong Gil-dong (Deputy Minister), Kim (Director)" }).waitFor();
  await usa.page.locator(".thing .deeds tr", { hasText: "Letter 12" }).waitFor();
  for (const name of ["lower", "upper"])
    await say("kor", "policy", "body", "new", name, `The ${name} body`, "--language", "en", "--channel", "consult", "--label", "U");
  await until("the bodies are there", () => named("usa", "body", "upper"));
  const body = (await named("kor", "body", "lower")).place;
  await openThing(kor, body);
  await fill(kor.page, "found-session", { name: "a-call", "title.ko": "통화", "title.en": "A call", when: "2027-06", manner: "call", beside: "talks-2027" });
  await until("the call is there", async () => (await named("usa", "session", "a-call"))?.manner === "call");
  assert.equal((await named("usa", "session", "a-call")).beside, "talks-2027");
  await openThing(usa, place);
  await usa.page.locator('.panel.margins tr', { hasText: "A call" }).waitFor();
  await kor.page.locator(enabled("amend-body")).press("Enter");
  assert.ok(await kor.page.locator(".compose.act .sign").isDisabled(), "something is changed, or nothing is signed");
  await fill(kor.page, "amend-body", { "title.ko": "새 이름", "title.en": "A new name", chairs: "head,policy", months: "6", "hosts.KOR": true, "hosts.USA": true, feeds: "upper" });
  await until("renamed", async () => (await named("usa", "body", "lower")).title.ko === "새 이름");
  const { chairs, number, parties, to } = await named("usa", "body", "lower");
  assert.deepEqual({ chairs, number, parties, to }, { chairs: ["head", "policy"], number: 6, parties: ["KOR", "USA"], to: "upper" });
  for (const officer of [kor, usa]) {
    await openThing(officer, body);
    await officer.page.locator(enabled("merge-body")).press("Enter");
    await officer.page.locator('.compose.act [data-field="into"]').selectOption("upper");
    await hold(officer.page, "merge-body-hold");
  }
  await until("merged by both", async () => (await named("kor", "body", "lower")).standing === "ENDED");
  assert.equal((await named("usa", "body", "lower")).merged_into, "upper");
  // What it was called before is still there.
  await openThing(usa, body);
  await usa.page.locator(".thing .deeds tr", { hasText: "A new name" }).waitFor();
});

const unit = (page, name) => page.locator(`[data-unit="${name}"]`);
const words = (page, tongue) => page.locator(`.unit-open [data-writes=${tongue}] textarea, .new-unit [data-writes=${tongue}] textarea`).first();
const versionsOf = async (party, place, name, tongue) => (await stage.ask("get", { party, path: "/text", place })).units.find((one) => one.name === name)?.languages[tongue]?.versions ?? [];

let text;

test("a text is begun, a unit is written in both languages side by side, agreed to and found to match", async () => {
  const session = await named("kor", "session", "talks-2027");
  await openThing(kor, session.place);
  await fill(kor.page, "found-text", { name: "joint-2027", "title.ko": "공동문안", "title.en": "Joint text" });
  await until("the text is there", () => named("usa", "text", "joint-2027"));
  text = (await named("usa", "text", "joint-2027")).place;
  await openThing(kor, text);
  await kor.page.locator(".new-unit summary").press("Enter");
  await kor.page.locator(".new-unit [data-field=name]").fill("goal");
  await words(kor.page, "ko").fill("양측은 통신로를 매월 점검한다.");
  await words(kor.page, "en").fill("Both sides test the lines monthly.");
  await words(kor.page, "ko").press("Control+Enter");
  await unit(kor.page, "goal").waitFor();
  // The unit is there now, and the other language is written on in its own row: the words stand where they were typed.
  await unit(kor.page, "goal").locator("button").press("Enter");
  assert.equal(await words(kor.page, "en").inputValue(), "Both sides test the lines monthly.");
  await axe(kor.page, "a unit that is written");
  await words(kor.page, "en").press("Control+Enter");
  await until("both languages are there", async () => (await versionsOf("usa", text, "goal", "en")).length === 1);
  await openThing(usa, text);
  await unit(usa.page, "goal").locator("button").press("Enter");
  await usa.page.locator(`.unit-open ${enabled("agree")}`).press("Enter");
  await usa.page.locator(`.unit-open ${enabled("concord")}`).press("Enter");
  await until("agreed", async () => (await stage.ask("get", { party: "kor", path: "/text", place: text })).units[0].concordance.includes("USA"));
});

test("what is promised is recorded with its test, to whom it is owed and the unit from which it is taken", async () => {
  await openThing(kor, (await dialogues("kor", "body")).find((one) => !one.over).place);
  await fill(kor.page, "found-commitment", { name: "lines-tested", "title.ko": "통신로 점검", "title.en": "The lines are tested", "owes.USA": true, "owed.KOR": true, until: "2027", "test.en": "A log of each test", unit: "joint-2027/goal" });
  await until("it is there", () => named("usa", "commitment", "lines-tested"));
  const { parties, owed_to, when, unit: from } = await named("usa", "commitment", "lines-tested");
  assert.deepEqual([parties, owed_to, when, from], [["USA"], ["KOR"], "2027", "joint-2027/goal"]);
});

test("what not all have signed is changed by its units: a text that amends or corrects it is offered to nobody", async () => {
  await openThing(kor, text);
  for (const act of ["amend-text", "correct-text"]) {
    await kor.page.locator(`[data-act="${act}"][aria-disabled=true]`).press("Enter");
    await kor.page.locator(".acts .warning", { hasText: "STEP" }).waitFor();
    await kor.page.locator(`[data-act="${act}"]`).press("Enter"); // closed again
  }
});

test("two sides change one unit at once: both words stand, in brackets, by whom; neither text is lost", async () => {
  for (const [officer, mine] of [[kor, "양측은 통신로를 매주 점검한다."], [usa, "양측은 통신로를 격월로 점검한다."]]) {
    await openThing(officer, text);
    if (await words(officer.page, "ko").count() === 0)
      await unit(officer.page, "goal").locator("button").press("Enter");
    await words(officer.page, "ko").fill(mine);
  }
  await Promise.all([kor, usa].map((officer) => words(officer.page, "ko").press("Control+Enter")));
  for (const party of ["kor", "usa"])
    await until("both are kept", async () => (await versionsOf(party, text, "goal", "ko")).length === 2);
  for (const { page } of [kor, usa]) {
    const cell = unit(page, "goal").locator("td.bracketed");
    await cell.filter({ hasText: "매주" }).filter({ hasText: "격월로" }).waitFor();
    assert.match(await cell.innerText(), /KOR .*USA /s);
  }
  // One side goes over to the other's words.
  await usa.page.locator(`.unit-open [data-writes=ko] ${enabled("agree")}`, { hasText: "KOR" }).press("Enter");
  await until("no brackets", async () => (await versionsOf("kor", text, "goal", "ko")).length === 1);
  assert.equal((await versionsOf("usa", text, "goal", "ko"))[0].words, "양측은 통신로를 매주 점검한다.");
});

test("two tabs of one officer in one unit: what the one types never takes what the other typed", async () => {
  const other = await kor.context.newPage();
  other.setDefaultTimeout(10_000);
  await other.goto(`${stage.addresses.kor}/#dialogues/${encodeURIComponent(text)}`);
  await unit(other, "goal").locator("button").press("Enter");
  await openThing(kor, text);
  await words(kor.page, "ko").fill("첫째 창의 문구.");
  await words(other, "ko").fill("둘째 창의 문구.");
  await words(kor.page, "ko").fill("첫째 창의 문구, 더 길게.");
  await other.locator(".unit-open [data-kept=true]").first().waitFor();
  await kor.page.locator(".unit-open [data-kept=true]").first().waitFor();
  await other.close();
  await kor.page.reload();
  await unit(kor.page, "goal").locator("button").press("Enter");
  const seen = [await words(kor.page, "ko").inputValue(), ...await kor.page.locator(".beside-text").allInnerTexts()].join("\n");
  assert.match(seen, /더 길게/);
  assert.match(seen, /둘째 창/);
  await kor.page.locator("[data-act=throw-away]").first().press("Enter");
  await words(kor.page, "ko").fill("");
});

// What amends a text, and what corrects it, is begun from it and names it; and says that the other is not out itself.
async function changed(officer, place, name) {
  const { page } = officer;
  await openThing(officer, place);
  await fill(page, "amend-text", { name: "change-2027", "title.ko": "개정 문안", "title.en": "A change" });
  await fill(page, "correct-text", { name: "joint-2027-2", "title.ko": "정정 문안", "title.en": "Corrected" });
  await until("both are there", async () => (await named("usa", "text", "change-2027")) && named("usa", "text", "joint-2027-2"));
  const shown = await textAt("usa", place);
  assert.deepEqual([shown.amended_by, shown.corrected_by], [["change-2027"], ["joint-2027-2"]]);
  await axe(page, "a text with what amends it");
  for (const [change, said, korean] of [["change-2027", "amends", "개정본"], ["joint-2027-2", "corrects", "정정본"]]) {
    for (const [who, words] of [[usa, `${change} ${said} ${name}, which not every party has released`], [kor, korean]]) {
      await openThing(who, (await named("kor", "text", change)).place);
      await who.page.locator(`[data-unreleased="${name}"]`, { hasText: words }).waitFor();
    }
  }
}

const textAt = (party, place) => stage.ask("get", { party, path: "/text", place });

// A unit that both agreed to: what is left to do is to initial.
async function agreed(name) {
  const body = (await dialogues("kor", "body")).find((one) => !one.over).name;
  const { place } = await say("kor", "policy", "text", "new", body, name, "A clean text", "--language", "en", "--languages", "ko,en", "--label", "U");
  await until("the text is there", () => named("usa", "text", name));
  for (const [tongue, words] of [["en", "Both sides agree."], ["ko", "양측은 동의한다."]])
    await say("kor", "policy", "text", "unit", name, "goal", words, "--language", tongue, "--number", "1");
  await until("both languages are there", async () => Object.keys((await textAt("usa", place)).units[0]?.languages ?? {}).length === 2 && (await versionsOf("usa", place, "goal", "ko")).length === 1);
  for (const officer of [kor, usa]) {
    await say(officer.party, "policy", "text", "agree", name, "goal");
    await openThing(officer, place);
    await unit(officer.page, "goal").waitFor();
    assert.equal(await officer.page.locator(".unit-open").count(), 0, "one of this name that is open in another text opens none here");
    await unit(officer.page, "goal").locator("button").press("Enter");
    await officer.page.locator(`.unit-open ${enabled("concord")}`).press("Enter");
  }
  await until("clean", async () => (await Promise.all(["kor", "usa"].map((party) => textAt(party, place)))).every((one) => one.state === "CLEAN"));
  return place;
}

test("a text is initialled, each initial read back by the hash that the other's page made, marked, signed when the hold is over, and released to the press", async () => {
  const place = await agreed("statement-2027"), { hash } = await textAt("kor", place), moved = async (what, isTrue) => {
    for (const party of ["kor", "usa"])
      await until(what, async () => isTrue(await textAt(party, place)));
  };
  for (const officer of [kor, usa]) {
    await openThing(officer, place);
    await officer.page.locator(".facts .hash + .age").waitFor(); // the hash was made here too
    await officer.page.locator(enabled("initial")).press("Enter");
    await hold(officer.page, "initial-hold");
  }
  await moved("initialled", (one) => one.initialled.all);
  for (const { page } of [kor, usa]) {
    await page.locator("[data-act=initial]").waitFor({ state: "detached" }); // once each
    assert.deepEqual(await page.locator(".units thead th").allInnerTexts(), [page === kor.page ? "조항" : "unit", "한국어", "English", page === kor.page ? "대조 확인" : "found to match"]);
  }
  await kor.page.locator('[data-act="sign-text"][aria-disabled=true]').press("Enter");
  await kor.page.locator(".acts .warning", { hasText: "READ_BACK" }).waitFor();
  for (const officer of [kor, usa]) {
    await officer.page.locator(enabled("read-back")).press("Enter");
    assert.ok((await officer.page.locator(".compose.act .hash").innerText()).endsWith(hash));
    await officer.page.locator(".compose.act .sign:enabled").press("Enter");
  }
  await moved("read back", (one) => one.initialled.by.every((initial) => initial.read_back.length === 1));
  assert.deepEqual((await stage.ask("get", { party: "kor", path: "/entry", place: (await textAt("kor", place)).initialled.by.find((one) => one.party === "KOR").read_back[0].place })).text, [hash]);
  await axe(kor.page, "a text that was read back");
  for (const officer of [kor, usa])
    await officer.page.locator(enabled("correct")).press("Enter");
  await moved("marked", (one) => one.initialled.by.every((initial) => initial.read_back[0].mark === "CORRECT"));
  for (const officer of [kor, usa]) {
    await officer.page.locator(enabled("sign-text")).waitFor({ timeout: 20_000 }); // when the hold is over, by itself
    await officer.page.locator(enabled("sign-text")).press("Enter");
    await hold(officer.page, "sign-text-hold");
  }
  await moved("signed", (one) => one.signed.all);
  await changed(kor, place, "statement-2027");
  for (const officer of [kor, usa]) {
    await openThing(officer, place);
    await officer.page.locator(enabled("release-text")).press("Enter");
    await officer.page.locator('.compose.act [data-field="when"]').fill("2026-01");
    await officer.page.locator('.compose.act [data-field="outlets.press"]').press("Space");
    await hold(officer.page, "release-text-hold");
  }
  await moved("released by both, to the press alone", (one) => one.released.all && one.released.by.every((by) => by.outlets.join() === "press"));
  await openThing(usa, (await named("usa", "text", "change-2027")).place);
  await usa.page.locator(".panel.text [data-text-state]").waitFor();
  assert.equal(await usa.page.locator("[data-unreleased]").count(), 0);
  await openThing(kor, place);
  await kor.page.locator('[data-sealed="publish"] code', { hasText: "entente text publish statement-2027" }).waitFor();
  await axe(kor.page, "a text that is released");
  const [file] = await Promise.all([kor.page.waitForEvent("download"), kor.page.locator("[data-act=save-text]").click()]);
  assert.equal(createHash("sha256").update(readFileSync(await file.path())).digest("hex"), hash);
});

test("what both agreed to is the record of its session, by its name and its hash; before that it is offered to nobody", async () => {
  const body = (await dialogues("kor", "body")).find((one) => !one.over).name;
  await say("kor", "policy", "session", "new", body, "held-2027", "Held", "--language", "en", "--label", "U");
  for (const verb of ["begin", "conclude"])
    await say("kor", "policy", "session", verb, "held-2027");
  const { place } = await say("kor", "policy", "text", "of", "held-2027", "minutes-2027", "Minutes", "--language", "en", "--languages", "en", "--label", "U");
  await say("kor", "policy", "text", "unit", "minutes-2027", "goal", "Both sides agree.", "--language", "en");
  await until("the minutes are there", async () => (await named("usa", "text", "minutes-2027")) && (await textAt("usa", place)).units.length === 1);
  await openThing(kor, place);
  await kor.page.locator('[data-act="record-agree"][aria-disabled=true]').press("Enter");
  await kor.page.locator(".acts .warning", { hasText: "CLEAN" }).waitFor();
  await kor.page.locator('[data-act="record-agree"]').press("Enter"); // closed again
  for (const { party } of [kor, usa])
    await say(party, "policy", "text", "agree", "minutes-2027");
  await until("agreed", async () => (await Promise.all(["kor", "usa"].map((party) => textAt(party, place)))).every((one) => one.units[0].status === "AGREED"));
  for (const officer of [kor, usa]) {
    await openThing(officer, place);
    await officer.page.locator(enabled("record-agree")).press("Enter");
    await hold(officer.page, "record-agree-hold");
  }
  await until("the record is agreed", async () => (await Promise.all(["kor", "usa"].map((party) => named(party, "session", "held-2027")))).every((one) => one.standing === "RECORD AGREED"));
  await openThing(usa, (await named("usa", "session", "held-2027")).place);
  await usa.page.locator(".thing .deeds tr", { hasText: (await textAt("usa", place)).hash }).first().waitFor();
});

test("words that were read back and are no hash of the text cannot be marked CORRECT here, and a file with another hash offers nothing", async () => {
  const place = await agreed("statement-2028");
  await say("kor", "policy", "text", "initial", "statement-2028");
  const { initialled } = await textAt("kor", place), own = initialled.by[0].place;
  await stage.ask("held", { party: "usa", place: own });
  await say("usa", "policy", "readback", own, "It is the same.");
  await until("read back", async () => (await textAt("kor", place)).initialled.by[0].read_back.length === 1);
  await openThing(kor, place);
  await kor.page.locator("[data-read-back] .warn", { hasText: "It is the same." }).waitFor();
  await kor.page.locator('.panel.text [data-act="wrong"]').waitFor();
  assert.equal(await kor.page.locator('.panel.text [data-act="correct"]').count(), 0);
  await usa.page.route("**/text?*file=*", (route) => route.fulfill({ json: { file: "Another file.", file_len: 13 } }));
  await openThing(usa, place);
  await usa.page.reload(); // what was made here of the right one is forgotten
  await usa.page.locator(".panel.text .warning.bad", { hasText: createHash("sha256").update("Another file.").digest("hex") }).waitFor();
  assert.equal(await usa.page.locator('.panel.text > .acts [data-act]').count(), 0);
  await usa.page.unroute("**/text?*file=*");
});

test("a claim is added and one's own assessment said; a word that cannot be read is named before anything is signed", async () => {
  const { events: [event] } = await stage.ask("get", { party: "kor", path: "/assessments" });
  await at(kor, stage, `assess/${encodeURIComponent(event.place)}`);
  await kor.page.locator(`.event ${enabled("claim")}`).press("Enter");
  await kor.page.locator('[data-field="name"]').fill("Not A Name");
  assert.ok(await kor.page.locator(".compose.act .sign").isDisabled());
  await kor.page.locator(".compose.act .age", { hasText: "이름" }).waitFor();
  await axe(kor.page, "a claim");
  await kor.page.locator(`.event ${enabled("claim")}`).press("Enter");
  await fill(kor.page, "claim", { name: "page-claim", source: "한 통신사", "claimed.ko": "한 발이 발사되었다고 함.", "claimed.en": "One was launched, it says.", when: "2024-07", degrees: "38.5,127.25" });
  await fill(kor.page, "assess", { "assessed.ko": "우리의 평가.", "assessed.en": "Our own assessment." });
  await until("there", async () => {
    const found = (await stage.ask("get", { party: "usa", path: "/assessments" })).events.find((one) => one.place === event.place);
    return found?.claims.some((one) => one.name === "page-claim") && found.assessments.some((one) => one.party === "KOR" && one.detail.ko === "우리의 평가.");
  });
});

test("an attempt to reach the other side is kept with whom, by what way and what came of it", async () => {
  const { place } = await say("usa", "watch", "consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U");
  await stage.ask("held", { party: "kor", place });
  await at(kor, stage, `consult/${encodeURIComponent(place)}`);
  await fill(kor.page, "attempt", { whom: "상대국 당직", way: "전화 2번", result: "1" });
  await until("kept", async () => (await stage.ask("get", { party: "kor", path: "/instances", place })).attempts.some((one) => one.whom === "상대국 당직" && one.result === "NO ANSWER"));
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
