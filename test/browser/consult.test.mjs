// A change of state from its beginning to its end, by the officers of two governments at their consoles: begun, called, proposed, read
// back, concurred in, confirmed while the line is cut, in doubt on both sides, decided; and what cannot be done says why.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, hold } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, kor, korDeputy, usa, usaDeputy, place, gate;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "head,watch");
  korDeputy = await stage.officer("kor", "deputy");
  usa = await stage.officer("usa", "head,watch");
  usaDeputy = await stage.officer("usa", "deputy");
});
after(() => stage.close());

const open = (officer) => at(officer, stage, `consult/${encodeURIComponent(place)}`);
const may = (officer, name, inside = "") => officer.page.locator(`${inside} [data-act=${name}]:not([aria-disabled=true])`).first();

// Presses what may be pressed, types what it asks for, and signs with the keyboard.
async function act(officer, name, text) {
  await may(officer, name).waitFor();
  await may(officer, name).press("Enter");
  if (text === undefined)
    return;
  const words = officer.page.locator(".compose.act textarea");
  await words.fill(text);
  await words.press("Control+Enter");
}

test("a procedure is begun, and stands on both Watches with its step and whose move it is", async () => {
  await at(kor, stage, "consult");
  await kor.page.locator(".begin summary").press("Enter");
  await kor.page.locator(".begin select").first().selectOption("consult-urgent");
  await kor.page.locator(".begin select").nth(1).selectOption("alert-state");
  await kor.page.locator(".begin select").nth(2).selectOption("IMMEDIATE");
  await kor.page.locator("[data-act=begin]").press("Enter");
  await kor.page.locator(".instance .steps .now[data-step-id=call]").waitFor();
  place = decodeURIComponent(new URL(kor.page.url()).hash).replace("#consult/", "");
  assert.match(place, /^KOR\/CONSULT-URGENT 1\.\d+$/);
  await at(usa, stage, "watch");
  await usa.page.locator(`.panel.running a[data-place="${place}"]`).press("Enter");
  await usa.page.locator(".instance h2", { hasText: "Change of state" }).waitFor();
  await usa.page.locator(".instance > .meta .fresh", { hasText: /views (EQUAL|not equal yet).*ago/ }).waitFor();
});

test("the message of a step is written by its form, in the instance", async () => {
  await kor.page.locator("[data-step-id=call] [data-act=write]").press("Enter");
  await kor.page.locator(".compose .in-instance", { hasText: place }).waitFor();
  assert.equal(await kor.page.locator(".compose [data-field=form-choice]").inputValue(), "N25");
  for (const [name, value] of [["scale", "1"], ["from", "1"], ["to", "2"]])
    await kor.page.locator(`[data-field="${name}"]`).selectOption(value);
  await kor.page.locator('[data-field="effect"]').fill("281800Z NOV 26");
  await kor.page.locator('[data-field="reason-for.ko"]').fill("태세 강화");
  await kor.page.locator('[data-field="reason-for.en"]').fill("A stronger watch");
  await kor.page.locator(".compose .text textarea").press("Control+Enter");
  await kor.page.locator(".compose .done[data-place]").waitFor();
  await usa.page.locator(".instance .steps .done[data-step-id=call]").waitFor();
});

test("who has not read it cannot open the gate; who reads it can", async () => {
  await open(kor);
  assert.equal(await kor.page.locator("[data-act=propose]").count(), 0);
  const call = await kor.page.locator(".panel.said [data-move=message] a").first().innerText();
  await at(usa, stage, `channel/${encodeURIComponent(call)}`);
  await act(usa, "watch-read");
  await kor.page.locator(".steps .now[data-step-id=agree]").waitFor();
});

test("the steps are a strip of time too, and the list beside it says the same to whoever does not see it", async () => {
  const { page } = kor, moment = /\d\d:\d\d:\d\dZ|\d{6}Z [A-Z]{3} \d\d/g, times = async (step) => (await page.locator(`[data-step-id=${step}] .age`).innerText()).match(moment);
  assert.deepEqual([(await times("call")).length, (await times("agree")).length], [3, 2], "from, to and by when; from and by when");
  assert.equal(await page.locator("[data-step-id=in-effect] .age").count(), 0, "what has not begun has no time");
  const strip = page.locator(".steps .time-line"), line = Number(await strip.locator("line").getAttribute("x1"));
  const bars = await strip.locator("rect").evaluateAll((all) => all.map((one) => [Number(one.getAttribute("x")), Number(one.getAttribute("x")) + Number(one.getAttribute("width"))]));
  assert.deepEqual(await strip.locator("li").allInnerTexts(), await page.locator(".steps li:has(.age)").evaluateAll((all) => all.map((one) => one.childNodes[2].data)));
  assert.ok(bars.length === 2 && bars.every(([from, to]) => from <= line && to > line), JSON.stringify({ bars, line })); // of both something is owed still
  assert.deepEqual([bars[0][0], Math.max(...bars.map(([, to]) => to))], [0, 1000]);
});

test("minutes within many hours are seen on the strip", async () => {
  const { page } = kor, far = Date.now() + 40 * 3_600_000, ends = page.locator(".steps .time-line figcaption"), before = await ends.innerText();
  const whole = await stage.ask("get", { party: "kor", path: "/instances", place }), dues = whole.obligations.map((one, i) => ({ ...one, state: "OWED", due_ms: i === 0 ? far : undefined }));
  await page.route("**/instances?place=*", (route) => route.fulfill({ json: { ...whole, obligations: dues } }));
  await page.reload();
  await page.waitForFunction((was) => ![undefined, was].includes(document.querySelector(".steps .time-line figcaption")?.innerText), before);
  const drawn = await page.locator(".steps .time-line rect").evaluateAll((all) => all.map((one) => [Number(one.getAttribute("x")), Number(one.getAttribute("width"))]));
  assert.ok(drawn.length === 2 && drawn.every(([x, width]) => width >= 12 && x + width <= 1000), JSON.stringify(drawn));
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
});

test("it is proposed with its text and hash, read back, marked CORRECT, and concurred in by both roles of both", async () => {
  await act(kor, "propose", "당직 태세를 강화로 변경함.");
  gate = kor.page.locator("[data-gate]").first();
  await gate.waitFor();
  await open(usa);
  await usa.page.locator("[data-gate] .portion", { hasText: "당직 태세를 강화로 변경함." }).waitFor();
  const [shown, agreed] = [await usa.page.locator("[data-gate] .hash").innerText(), await kor.page.locator("[data-gate] .hash").innerText()];
  assert.equal(shown.match(/[0-9a-f]{64}/)[0], agreed.match(/[0-9a-f]{64}/)[0]);
  await act(usa, "read-back", "Change the watch to raised.");
  await act(kor, "correct");
  for (const officer of [kor, korDeputy, usa, usaDeputy]) {
    await open(officer);
    await act(officer, "concur", "");
  }
  for (const officer of [kor, usa])
    await officer.page.locator("[data-gate] [data-state='ALL CONCURRED']").waitFor();
});

test("what is refused stays, and says by which rule", async () => {
  await korDeputy.page.locator("[data-gate] [data-act=confirm][aria-disabled=true]").press("Enter");
  await korDeputy.page.locator("[data-gate] .acts .warning", { hasText: "PROCEDURE" }).waitFor();
});

test("confirmed while the line is cut, it is in doubt on both sides, on every screen, and nothing closes it", async () => {
  await stage.ask("cut");
  for (const officer of [kor, usa]) {
    await may(officer, "confirm", "[data-gate]").press("Enter");
    await hold(officer.page, "confirm-hold");
    await officer.page.locator("[data-gate] [data-state='IN DOUBT']").waitFor();
    await at(officer, stage, "status");
    await officer.page.locator(".alarms.doubt").waitFor();
    assert.equal(await officer.page.locator(".doubt button, details .doubt").count(), 0);
  }
});

test("it ends when the line is back: decided on both sides, and closed by what both say is done", async () => {
  await stage.ask("mend");
  for (const officer of [kor, usa]) {
    await open(officer);
    await officer.page.locator("[data-gate] [data-state=DECIDED]").waitFor();
    await officer.page.locator(".alarms.doubt").waitFor({ state: "detached" });
    await act(officer, "done", "");
  }
  for (const officer of [kor, usa])
    await officer.page.locator(".instance [data-life=CLOSED]").waitFor();
});

test("a recess is taken and ended, and both stand down by holding the button", async () => {
  ({ place } = await stage.ask("say", { party: "usa", key: "watch", words: ["consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U"] }));
  await kor.page.locator(`.panel.running a[data-place="${place}"]`).press("Enter");
  await act(kor, "recess", "");
  await open(usa);
  await usa.page.locator(".instance [data-life=RECESS]").waitFor();
  await act(usa, "resume", ""); // whoever may call one may end it
  await kor.page.locator(".instance [data-life=ACTIVE]").waitFor();
  // Who lets go too early has said nothing.
  await may(kor, "stand-down").press("Enter");
  const button = kor.page.locator("[data-act=stand-down-hold]:enabled");
  await button.focus();
  await kor.page.keyboard.down("Space");
  await kor.page.waitForTimeout(500);
  await kor.page.keyboard.up("Space");
  await kor.page.waitForTimeout(2000);
  assert.equal(await kor.page.locator(".panel.said [data-move='stand down']").count(), 0);
  for (const officer of [kor, usa]) {
    if (officer === usa)
      await may(usa, "stand-down").press("Enter");
    await hold(officer.page, "stand-down-hold");
    await officer.page.locator(".panel.said [data-move='stand down']").first().waitFor();
  }
  for (const officer of [kor, usa])
    await officer.page.locator(".instance [data-life='STOOD DOWN']").waitFor();
});

test("however many run, each can be opened on its screen", async () => {
  const { page } = kor, { place: one } = await stage.ask("say", { party: "usa", key: "watch", words: ["consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U"] });
  await page.locator(`.panel.running a[data-place="${one}"]`).waitFor();
  const whole = await stage.ask("get", { party: "kor", path: "/instances", place: one });
  const all = Array.from({ length: 12 }, (_one, i) => ({ ...whole, place: `USA/CONSULT-URGENT 1.${900 + i}` }));
  await page.route(/\/instances$/, (route) => route.fulfill({ json: all }));
  await at(kor, stage, "consult");
  await page.reload();
  const last = page.locator(`.consult > .running a[data-place="${all[11].place}"]`);
  await last.focus();
  assert.ok(await last.isVisible());
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
