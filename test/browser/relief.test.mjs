// The watch is handed over at two consoles: with what is open, by two persons, after the sounds were tried; and what it leaves behind.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, goes, comes, place, read; // one that nobody has read, and one that was read and is still open

const send = (...more) => stage.ask("say", { party: "usa", key: "watch", words: ["send", "consult", ...more, "--language", "en", "--to", "kor/watch", "--label", "U"] });

before(async () => {
  stage = await Stage.open();
  await stage.ask("roster", { party: "kor", post: "watch", name: "김민수" });
  goes = await stage.officer("kor", "watch");
  comes = await stage.officer("kor", "watch");
  ({ place } = await send("Stay on the line.", "--precedence", "IMMEDIATE"));
  ({ place: read } = await send("Wait for our word.", "--precedence", "IMMEDIATE"));
  await stage.ask("held", { party: "kor", place: read });
  await stage.ask("say", { party: "kor", key: "watch", words: ["ack", read] });
});
after(() => stage.close());

test("Watch says who is on duty here, until when; and how deep the other side is manned", async () => {
  await stage.ask("roster", { party: "usa", post: "watch", name: "Cole" });
  const panel = goes.page.locator(".panel.manning");
  await panel.locator("[data-post=watch] [data-duty=MANNED]").waitFor();
  assert.match(await panel.innerText(), /김민수 \d{6}Z [A-Z]{3} \d\d까지/);
  await panel.locator("tr", { hasText: "USA 당직관" }).locator("[data-duty=MANNED]").waitFor();
  assert.ok(!(await panel.innerText()).includes("Cole"), "names stay at home");
});

test("what is not resolved is not handed over without a word, and the node says so before it is signed", async () => {
  await goes.page.locator(".panel.manning a", { hasText: "당직관" }).press("Enter");
  await goes.page.locator(`.panel.offer [data-unresolved=true] a[data-place="${place}"]`).waitFor();
  await goes.page.locator(".panel.offer .warning", { hasText: "UNRESOLVED" }).waitFor();
  await goes.page.locator("[data-act=offer]").press("Enter");
  await goes.page.locator(".panel.offer .warning.bad", { hasText: "UNRESOLVED" }).waitFor();
  await goes.page.locator(".panel.offer textarea").fill("상대 측 확인 중.");
  await goes.page.locator("[data-act=offer]").press("Enter");
  await goes.page.locator(".panel.offer .done[data-place]").waitFor();
  assert.equal(await goes.page.locator(".panel.offer textarea").inputValue(), "", "what was said of this watch is said of no other");
});

test("what comes late for one post is not offered at another", async () => {
  const { page } = goes;
  await at(goes, stage, "relief/deputy");
  await page.locator(".panel.accept .none").waitFor();
  const { posts: [post] } = await stage.ask("get", { party: "kor", path: "/watch" });
  for (const query of ["watch?open=watch", `entry?place=${encodeURIComponent(post.offer)}`]) {
    const isIt = (url) => url.href.endsWith(query);
    let letGo, isAsked;
    const held = new Promise((resolve) => { letGo = resolve; }), asked = new Promise((resolve) => { isAsked = resolve; });
    await page.route(isIt, async (route) => { isAsked(); await held; await route.continue(); });
    await at(goes, stage, "relief/watch");
    await asked;
    await at(goes, stage, "relief/deputy");
    await page.locator(".panel.accept h2", { hasText: "deputy" }).or(page.locator(".panel.accept .none")).first().waitFor();
    const came = page.waitForResponse((one) => isIt(new URL(one.url())));
    letGo();
    await came;
    await page.unroute(isIt);
    await page.waitForTimeout(500);
    assert.equal(await page.locator(".panel.accept .note, .panel.accept a[data-place], .panel.offer a[data-place]").count(), 0, query);
  }
  await at(goes, stage, "relief/watch");
  await page.locator(`.panel.accept a[data-place="${place}"]`).waitFor();
});

test("nobody takes his own watch; another does, once he has heard the sounds; both have signed what is open", async () => {
  await goes.page.locator(".panel.accept .warning", { hasText: "PERSON" }).waitFor();
  await comes.page.keyboard.press("t");
  await comes.page.locator(`.panel.accept a[data-place="${place}"]`).waitFor();
  assert.match(await comes.page.locator(".panel.accept .note").innerText(), /상대 측 확인 중/);
  const button = comes.page.locator("[data-act=accept]");
  assert.ok(await button.isDisabled(), "before the sounds were tried");
  await comes.page.locator(".panel.accept [data-sound=FLASH]").press("Enter");
  await comes.page.locator("[data-act=accept]:enabled").press("Enter");
  await comes.page.locator(".panel.accept .done[data-place]").waitFor();
  const { posts: [post] } = await stage.ask("get", { party: "kor", path: "/watch" });
  assert.equal(post.waits, false);
  const signers = await Promise.all([post.offer, post.accepted].map(async (one) => (await stage.ask("get", { party: "kor", path: "/entry", place: one })).signer.holder));
  assert.deepEqual(signers, [goes.holder, comes.holder]);
});

test("who handed it over is signed out; what was open is to be read again by who took it, calls him, and is over when he has", async () => {
  await goes.page.locator(".login .key-line").waitFor();
  await comes.page.locator(`.panel.again a[data-place="${place}"]`).waitFor();
  await comes.page.locator(".alarms", { hasText: `${read}: 다시 열람` }).waitFor();
  for (const one of [read, place]) {
    await at(comes, stage, "relief/watch");
    await comes.page.locator(`.panel.again a[data-place="${one}"]`).press("Enter");
    await comes.page.locator(`[aria-label="${one}"] [data-act=watch-read][aria-disabled=false]`).press("Enter");
    await comes.page.locator(".acts .done").waitFor();
  }
  await at(comes, stage, "relief/watch");
  await comes.page.locator(".panel.again").waitFor({ state: "detached" });
  assert.equal(await comes.page.locator(".alarms", { hasText: "다시 열람" }).count(), 0);
});

test("what this browser alone has is named, and accepted by its name, before the watch goes", async () => {
  for (let i = 0; await comes.page.locator(".panel.offer [data-field=left]").count() > 0; i++) {
    assert.ok(i < 40, "what the other side has is not left here");
    await comes.page.waitForTimeout(250);
  }
  await stage.ask("cut");
  await at(comes, stage, "channel/share");
  await comes.page.locator('[data-to="usa/watch"]').selectOption("action");
  await comes.page.locator(".compose .text textarea").fill("접수를 기다리는 글");
  await comes.page.locator(".compose .text textarea").press("Control+Enter");
  await comes.page.locator(".compose .done[data-place]").waitFor();
  await at(comes, stage, "relief/watch");
  await comes.page.locator("[data-act=offer]:disabled").waitFor();
  await comes.page.locator(".panel.offer [data-field=left]").check();
  await comes.page.locator("[data-act=offer]:enabled").waitFor();
  await stage.ask("mend");
});

test("a post with nobody at it is the loudest of all", async () => {
  await stage.ask("roster", { party: "kor", post: "watch", name: "김민수", days: 0 });
  await comes.page.locator(".alarms [data-precedence=FLASH]").waitFor();
  await comes.page.locator(".alarms", { hasText: "근무자 없음" }).waitFor();
  await at(comes, stage, "watch");
  await comes.page.locator(".panel.manning [data-duty=EMPTY]").waitFor();
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
