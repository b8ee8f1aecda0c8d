// A FLASH from a drafter in Seoul: approved by two, released, received, read, read back and answered in Washington.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, hold, sign, step, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, drafter, shift, head, usa, draft, place;

before(async () => {
  stage = await Stage.open();
  drafter = await stage.officer("kor", "watch");
  shift = await stage.officer("kor", "shift");
  head = await stage.officer("kor", "head");
  usa = await stage.officer("usa", "watch");
});
after(() => stage.close());

test("a drafter's FLASH waits at home: nobody is alone at FLASH", async () => {
  await at(drafter, stage, "channel/consult-urgent");
  await write(drafter.page, { precedence: "FLASH", to: ["usa/watch"], subject: "긴급 협의 요청", text: "14:30Z까지 협의에 응할 수 있는지 회신 바람." });
  await drafter.page.locator('.compose [data-needed="2"]', { hasText: /공유지침 \d+행/ }).waitFor(); // before anybody presses
  draft = await sign(drafter.page);
  assert.match(draft, /^KOR\/KOR-HOME 1\.\d+$/);
  await usa.page.locator(".panel.ours .none").waitFor();
});

test("its author is not asked to approve it, two others are, and it goes out with the second", async () => {
  await at(drafter, stage, `channel/${encodeURIComponent(draft)}`);
  await hold(drafter.page, "approve");
  await drafter.page.locator(".draft .warning.bad").waitFor();
  assert.match(await drafter.page.locator(".draft .warning.bad").innerText(), /PERSON/);
  for (const releaser of [shift, head]) {
    await releaser.page.locator(`.alarms`).waitFor();
    await at(releaser, stage, `channel/${encodeURIComponent(draft)}`);
    await hold(releaser.page, "approve");
    await releaser.page.locator(".draft .done").waitFor();
  }
  await head.page.locator(".approvals", { hasText: "KOR/CONSULT-URGENT" }).waitFor();
});

test("in Washington it alarms until somebody has heard it, also after a reload", async () => {
  const page = usa.page;
  await page.locator(".alarms").waitFor();
  place = await page.locator(".panel.ours a[data-place]").first().getAttribute("data-place");
  await page.reload();
  await page.locator(".alarms").waitFor();
  await page.keyboard.press("h");
  await page.locator(".alarms").waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".panel.ours a[data-place]").first().waitFor();
  assert.equal(await page.locator(".alarms").count(), 0);
});

test("read, read back, marked CORRECT, answered; both sides show the same ladder", async () => {
  const page = usa.page;
  await page.locator(".panel.ours a[data-place]").first().press("Enter");
  await page.locator("[data-act=read-back][aria-disabled=true]").waitFor(); // the node says: STEP
  await page.locator("[data-act=watch-read]").press("Enter");
  await step(page, "WATCH READ");
  await page.locator("[data-act=read-back][aria-disabled=false]").press("Enter");
  await page.locator(".compose.act textarea").fill("We read: can you consult by 14:30Z.");
  await page.locator(".compose.act textarea").press("Control+Enter");
  await page.locator(".returned").waitFor();
  // What is filed is done: its form is closed, what became of it stands there, and the hand is on its button.
  await page.locator(".compose.act").waitFor({ state: "detached" });
  await page.locator(".acts .done[data-place^=USA]").nth(1).waitFor(); // beside that of the reading
  assert.equal(await page.evaluate(() => document.activeElement.dataset.act), "read-back");

  await at(drafter, stage, `channel/${encodeURIComponent(place)}`);
  await drafter.page.locator(".returned", { hasText: "14:30Z" }).waitFor();
  await drafter.page.locator("[data-act=wrong]").press("Enter");
  await drafter.page.locator(".compose.act .sign:disabled").waitFor(); // without a cause it is not said
  await drafter.page.locator(".compose.act [data-field=cause]").selectOption("1");
  await drafter.page.locator(".compose.act .sign:enabled").press("Enter");
  await page.locator(".ladder .crossed", { hasText: "a number, a time or a place is another" }).waitFor(); // at once, by one
  const { ladders: [{ wrong_cause: cause }] } = await stage.ask("get", { party: "usa", path: "/ladder", place });
  assert.equal(cause, 1);
  await page.locator("[data-act=read-back][aria-disabled=false]").press("Enter");
  await page.locator(".compose.act textarea").fill("We read: can you answer by 14:30Z.");
  await page.locator(".compose.act textarea").press("Control+Enter");
  await drafter.page.locator(".returned", { hasText: "answer by 14:30Z" }).waitFor();
  await drafter.page.locator("[data-act=correct]").press("Enter");
  await step(drafter.page, "READ BACK");

  // Nobody answers a FLASH alone either.
  await page.locator("[data-act=reply][aria-disabled=false]").press("Enter");
  await page.locator(".compose.act textarea").fill("Yes. We are ready at 14:20Z.");
  await page.locator(".compose.act textarea").press("Control+Enter");
  let reply;
  for (let i = 0; reply === undefined && i < 100; i++, await page.waitForTimeout(100))
    [reply] = await stage.ask("get", { party: "usa", path: "/drafts" });
  for (const roles of ["shift", "head"]) {
    const releaser = await stage.officer("usa", roles);
    await at(releaser, stage, `channel/${encodeURIComponent(reply.place)}`);
    await hold(releaser.page, "approve");
    await releaser.page.locator(".draft .done").waitFor();
  }
  for (const one of [usa, drafter])
    await step(one.page, "REPLIED");
  const ladders = [];
  for (const party of ["kor", "usa"]) {
    const { ladders: [row] } = await stage.ask("get", { party, path: "/ladder", place });
    ladders.push(row.steps.map((one) => one.step).filter((name) => name !== "SENT"));
  }
  assert.deepEqual(ladders[0], ["QUEUED", "STATION RECEIPT", "WATCH READ", "READ BACK", "REPLIED"]);
  assert.deepEqual(ladders[1], ladders[0]);
});

test("a marking that the guidelines refuse is refused with their line, and the text stays", async () => {
  await at(drafter, stage, "channel/service");
  await write(drafter.page, { to: ["usa/watch"], text: "이 글은 여기에 남는다.", level: "S" });
  assert.match(await sign(drafter.page), /LABEL[\s\S]*(\d+행|line \d+)/);
  assert.equal(await drafter.page.locator(".compose .text textarea").inputValue(), "이 글은 여기에 남는다.");
});

test("a form is filled in by its fields, and read in the reader's own language", async () => {
  const page = drafter.page;
  await at(drafter, stage, "channel/consult-urgent");
  await page.locator(".compose [data-field=form-choice]").selectOption("N10");
  await write(page, { precedence: "IMMEDIATE", to: ["usa/watch"], text: "" });
  for (const [name, value] of [["depth", "3"], ["topic", "1"], ["means", "1"], ["level", "head"]])
    await page.locator(`[data-field="${name}"]`).selectOption(value);
  await page.locator('[data-field="span.from"]').fill("soon");
  await page.locator('[data-field="span.to"]').fill("281500Z NOV 26");
  await page.locator('[data-field="reason-for.ko"]').fill("우려 사안 발생");
  await page.locator('[data-field="reason-for.en"]').fill("An incident of concern");
  assert.match(await sign(page), /span/);
  await page.locator('[data-field="span.from"]').fill("281400Z NOV 26");
  await page.locator(".compose .text textarea").press("Control+Enter");
  await page.locator(".compose .done[data-place]").waitFor();
  const filed = await page.locator(".compose .done").getAttribute("data-place");
  await usa.page.locator(`.list a[data-place="${filed}"]`).waitFor();
  await at(usa, stage, `channel/${encodeURIComponent(filed)}`);
  const fields = await usa.page.locator(".message .fields").innerText();
  for (const words of ["Request for consultation", "search for consensus", "281400Z NOV 26", "An incident of concern"])
    assert.ok(fields.includes(words), `${words}: ${fields}`);
});

test("a reply by a form of the accord has its fields, and needs no free text", async () => {
  const { page } = usa, may = (name) => page.locator(`.message [data-act="${name}"]:not([aria-disabled=true])`);
  await may("watch-read").press("Enter");
  await may("reply").press("Enter");
  await page.locator(".compose.act [data-field=form-choice]").selectOption("N11");
  await page.locator(".compose.act [data-field=answer]").selectOption("1");
  await page.locator(".compose.act .sign:enabled").press("Enter");
  const place = await page.locator(".acts .done[data-place^=USA]").nth(1).getAttribute("data-place");
  const { kind, filled } = await stage.ask("get", { party: "usa", path: "/entry", place });
  assert.deepEqual([kind, filled.form], ["reply", "N11"]);
});

test("what comes while one writes is said before it is signed", async () => {
  await at(usa, stage, "channel/share");
  await write(usa.page, { to: ["kor/watch"], text: "Our assessment follows." });
  await stage.ask("say", { party: "kor", key: "watch", words: ["send", "share", "평가를 보냄", "--language", "ko", "--to", "usa/watch", "--label", "U"] });
  await usa.page.locator(".compose .crossing", { hasText: "KOR/SHARE" }).waitFor();
});

test("a draft is refused with a reason, and its author is told", async () => {
  await at(drafter, stage, "channel/consult-urgent");
  await write(drafter.page, { precedence: "FLASH", to: ["usa/watch"], subject: "둘째 문안", text: "성급한 문안." });
  const refused = await sign(drafter.page);
  await at(shift, stage, `channel/${encodeURIComponent(refused)}`);
  await shift.page.locator(".reason textarea").fill("표현을 고칠 것");
  await shift.page.locator("[data-act=refuse]").click();
  await shift.page.locator(".reason .done, .draft .approvals").first().waitFor();
  await at(drafter, stage, `channel/${encodeURIComponent(refused)}`);
  await drafter.page.locator(".approvals", { hasText: "거부됨" }).waitFor();
  await at(drafter, stage, "watch"); // where nobody has told him its place
  await drafter.page.locator(".panel.home tr", { hasText: "거부됨" }).locator(`a[href*="${encodeURIComponent(refused)}"]`).press("Enter");
  await drafter.page.locator(".approvals", { hasText: "표현을 고칠 것" }).waitFor();
});

test("a node that is gone: the screen says STALE in two periods, and goes on when it is back", async () => {
  await at(head, stage, "watch");
  await stage.ask("kill", { party: "kor" });
  await head.page.locator(".warning.stale").waitFor({ timeout: 16_000 });
  await stage.ask("start", { party: "kor" });
  await head.page.locator(".login .primary").click({ timeout: 16_000 }); // a session is of one run of the node
  await head.page.locator(".panel.last tbody tr").first().waitFor();
  assert.equal(await head.page.locator(".warning.stale").count(), 0);
});

test("one tab holds the stream, and another goes on when it is closed", async () => {
  const second = await usa.context.newPage();
  const streams = [];
  for (const page of [usa.page, second])
    page.on("request", (request) => { if (new URL(request.url()).pathname === "/events") streams.push(page === second ? "second" : "first"); });
  await second.goto(`${stage.addresses.usa}/#watch`);
  await second.locator(".panel.last").waitFor();
  await stage.ask("say", { party: "kor", key: "watch", words: ["send", "share", "첫째 탭", "--language", "ko", "--to", "usa/watch", "--label", "U"] });
  await second.locator(".panel.last", { hasText: "첫째 탭" }).waitFor();
  assert.deepEqual(streams, []);
  await usa.page.close();
  await stage.ask("say", { party: "kor", key: "watch", words: ["send", "share", "둘째 탭", "--language", "ko", "--to", "usa/watch", "--label", "U"] });
  await second.locator(".panel.last", { hasText: "둘째 탭" }).waitFor();
  assert.deepEqual(streams, ["second"]);
  usa.page = second;
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
