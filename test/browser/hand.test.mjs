// What a hand without a mouse, or that cannot hold, and an eye on the screen meet: Tab alone, a press in place of a hold, what passes on the way,
// what the node says against what the bytes say, what is told and not dropped.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, hold, sign, step, tabTo, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, kor, head, usa;

before(async () => {
  stage = await Stage.open("words");
  kor = await stage.officer("kor", "policy,watch");
  head = await stage.officer("kor", "head");
  usa = await stage.officer("usa", "head,policy,watch", "en");
});
after(() => stage.close());

const say = (party, key, ...words) => stage.ask("say", { party, key, words });
const send = (party, channel, text, ...more) => say(party, "watch", "send", channel, text, "--to", `${party === "kor" ? "usa" : "kor"}/watch`, "--label", "U", ...more);
const entry = (party, place) => stage.ask("get", { party, path: "/entry", place });

test("Watch opens with the first that we owe under the hand; Enter and Tab alone read it, and answer it", async () => {
  const { page } = kor, { place } = await send("usa", "consult", "Please answer.", "--precedence", "IMMEDIATE");
  await at(kor, stage, "status");
  await stage.ask("held", { party: "kor", place });
  await at(kor, stage, "watch");
  await page.locator(`.panel.ours a[data-place="${place}"]`).waitFor();
  await page.waitForFunction((wanted) => document.activeElement.dataset.place === wanted, place);
  await page.keyboard.press("Enter");
  await tabTo(page, ".acts [data-act=watch-read][aria-disabled=false]");
  await page.keyboard.press("Enter");
  await step(page, "WATCH READ");
  await tabTo(page, ".acts [data-act=reply]");
  await page.keyboard.press("Enter");
  await tabTo(page, ".compose.act textarea");
  await page.keyboard.type("Answered by hand.");
  await page.keyboard.press("Control+Enter");
  await step(page, "REPLIED");
});

test("what comes while one fills in a form alone is said, whatever this terminal's clock says", async () => {
  const { page } = usa;
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 3_600_000; // an hour behind: nothing came before, by that clock
  });
  await page.reload();
  await at(usa, stage, "channel/consult-urgent");
  await page.locator(".compose [data-field=form-choice]").selectOption("N10");
  await page.locator('[data-field="depth"]').selectOption("3");
  await send("kor", "consult-urgent", "작성 중에 온 글", "--language", "ko", "--precedence", "IMMEDIATE");
  await page.locator(".compose .crossing", { hasText: "KOR/CONSULT-URGENT" }).waitFor();
});

test("what is signed names what was read, and not what came before the press: unread it crossed, read it did not", async () => {
  const { page } = usa;
  for (const isRead of [false, true]) {
    await at(usa, stage, "channel/share");
    await write(page, { to: ["kor/watch"], text: isRead ? "Having read it." : "Without having read it." });
    assert.equal(await page.locator(".compose .crossing").count(), 0);
    const { place } = await send("kor", "share", `${isRead}: 그 사이에 온 글`, "--language", "ko");
    await page.locator(".compose .crossing", { hasText: place }).waitFor();
    if (isRead) {
      await tabTo(page, ".compose [data-act=seen]");
      await page.keyboard.press("Enter");
      await page.locator(".compose .crossing").waitFor({ state: "detached" });
    }
    const filed = await sign(page);
    assert.match(filed, /^USA\/SHARE/);
    assert.equal(((await entry("usa", filed)).crossed ?? []).includes(place), !isRead, filed);
  }
});

let draft;

test("a draft is shown by the bytes that are signed: where the node says otherwise it is told, and cannot be signed", async () => {
  await at(kor, stage, "channel/consult-urgent");
  await write(kor.page, { precedence: "FLASH", to: ["usa/watch"], subject: "협의 요청", text: "협의를 요청함." });
  draft = await sign(kor.page);
  const { page } = head, place = `channel/${encodeURIComponent(draft)}`;
  const said = await stage.ask("get", { party: "kor", path: "/drafts", place: draft });
  const lies = [{ label: { level: "S", categories: [] }, marking: { banner: { en: "FALSE" }, portion: "F", home: [{ party: "USA", banner: "FALSE", portion: "F" }] } }, { kind: "relabel" }, { channel: 99, channel_name: "false" }];
  for (const lie of lies) {
    await page.route("**/drafts?place=*", (route) => route.fulfill({ json: { ...said, ...lie } }));
    await at(head, stage, "watch");
    await at(head, stage, place);
    await page.locator(".draft [role=alert]").waitFor();
    assert.ok(await page.locator(".draft .hold").isDisabled());
    assert.match(await page.locator(".draft [data-from-bytes]").innerText(), /긴급 협의 통신로/);
    assert.match(await page.locator(".draft [data-label]").innerText(), /U/);
    assert.equal(await page.locator(".draft", { hasText: "FALSE" }).count(), 0);
    await page.unroute("**/drafts?place=*");
  }
  await at(head, stage, "watch");
  await at(head, stage, place);
  await page.locator('.draft [data-home="USA"]', { hasText: "UNCLASSIFIED//REL TO USA, KOR" }).waitFor(); // as whoever gets it will mark it
  assert.equal(await page.locator(".draft [data-authentic]").getAttribute("data-authentic"), "ko");
});

test("what a word of it holds goes by an approval that says why, and by none without", async () => {
  await at(kor, stage, "channel/consult");
  await write(kor.page, { to: ["usa/watch"], text: "아이언 게이트가 아니라 Iron Gate임." });
  const held = await sign(kor.page), { page } = head;
  await at(head, stage, `channel/${encodeURIComponent(held)}`);
  await page.locator(".draft .warning.bad", { hasText: "Iron Gate" }).waitFor();
  assert.ok(await page.locator(".draft .hold").isDisabled());
  await page.locator('.draft [data-field="override"]').fill("공개된 이름임.");
  await hold(page, "approve");
  await page.locator(".draft .done, .draft .approvals", { hasText: /KOR\/CONSULT 1\.\d+/ }).first().waitFor();
  const { released, signers: [{ place }] } = await stage.ask("get", { party: "kor", path: "/drafts", place: held });
  assert.match(released, /^KOR\/CONSULT 1/);
  assert.deepEqual((await stage.ask("get", { party: "kor", path: "/entry", place })).text, ["공개된 이름임."]);
});

test("a draft whose day has come and that the node does not file says why and what to do, and stands among the faults", async () => {
  const { page } = head, said = await stage.ask("get", { party: "kor", path: "/drafts", place: draft });
  const reasons = [["LABEL", /KOR\/SHARE 1\.7이 이 항목의 현재 보안표지이므로.*철회하십시오/], ["RECALLED", /회수.*그래도 발신하거나 철회하십시오/],
    ["ENDED LOG", /끝난 기록.*다시 승인하거나 철회하십시오/], ["RECOVERING", /아직 열리지 않았습니다.*열리면 노드가 시행합니다/]];
  for (const [unfiled, words] of reasons) {
    await page.route("**/drafts?place=*", (route) => route.fulfill({ json: { ...said, state: "APPROVED", unfiled, unfiled_by: "KOR/SHARE 1.7" } }));
    await at(head, stage, "watch");
    await at(head, stage, `channel/${encodeURIComponent(draft)}`);
    assert.match(await page.locator(`.draft [data-unfiled="${unfiled}"]`).innerText(), words);
    await page.unroute("**/drafts?place=*");
  }
  const unfiled = [draft, `${draft}9`].map((place) => ({ ...said, place, state: "APPROVED", unfiled: "LABEL" }));
  await page.route("**/drafts?all=1", (route) => route.fulfill({ json: [...unfiled, said] }));
  await at(head, stage, "status");
  await page.reload();
  await page.locator(".panel.faults", { hasText: "시행일이 되었으나 노드가 시행하지 않은 보안표지 하향: 2건" }).waitFor();
  await page.unroute("**/drafts?all=1");
  await page.reload();
});

test("the key L leads to our own log, whatever the keyboard's layout: what is written there is read at home and by nobody else", async () => {
  const { page } = kor;
  await at(kor, stage, "watch");
  await page.locator("nav a[aria-current=page]").first().focus();
  await page.keyboard.press("KeyL");
  await page.waitForFunction(() => document.activeElement.matches(".compose .text textarea"));
  await page.keyboard.type("Telephoned their watch: nothing to report.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".compose .done").waitFor();
  const place = await page.locator(".compose .done").getAttribute("data-place");
  assert.match(place, /^KOR\/KOR-HOME 1\.\d+$/);
  const { kind, to, ladders, text } = await entry("kor", place);
  assert.deepEqual([kind, text, to.map((one) => `${one.party}/${one.role}`)], ["message", ["Telephoned their watch: nothing to report."], [`kor/${to[0].role}`]]);
  assert.ok((ladders ?? []).every((ladder) => ladder.owed === undefined), "nobody owes a log an answer");
  await page.locator(`.list a[data-place="${place}"]`).press("Enter");
  await page.locator(".message .portion", { hasText: "Telephoned their watch" }).waitFor();
  await page.reload();
  await page.locator(".message .portion", { hasText: "Telephoned their watch" }).waitFor();
  assert.deepEqual((await stage.ask("get", { party: "usa", path: "/logs" })).logs.filter((log) => log.log.startsWith("KOR/KOR-HOME")), []);
});

test("an answer that comes late is not shown over a later one, nor of another place", async () => {
  const { page } = kor, [first, second] = [await send("usa", "consult", "The first."), await send("usa", "consult", "The second.")];
  let isHeld = true, letGo;
  const held = new Promise((resolve) => { letGo = resolve; });
  await stage.ask("held", { party: "kor", place: second.place });
  await at(kor, stage, "status");
  await page.route((url) => url.pathname === "/entry" && url.searchParams.get("place") === first.place, async (route) => {
    if (isHeld)
      await held;
    await route.continue();
  });
  const asked = page.waitForRequest((one) => one.url().includes("/entry") && one.url().includes(encodeURIComponent(first.place)));
  await at(kor, stage, `channel/${encodeURIComponent(first.place)}`);
  await asked;
  await at(kor, stage, `channel/${encodeURIComponent(second.place)}`);
  await page.locator(".message .portion", { hasText: "The second." }).waitFor();
  isHeld = false;
  const answer = page.waitForResponse((one) => one.url().includes("/entry") && one.url().includes(encodeURIComponent(first.place)));
  letGo();
  await (await answer).finished();
  await page.waitForTimeout(500);
  assert.ok(await page.locator(".message .portion", { hasText: "The second." }).isVisible());
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a path that nothing has proved says for how long", async () => {
  const { page } = kor, told = await stage.ask("get", { party: "kor", path: "/status" });
  for (const [ms, words] of [[26 * 3_600_000 + 60_000, /^미검증 1일 2시간/], [undefined, /^미검증 .*없음/]]) {
    await page.route("**/status", (route) => route.fulfill({ json: { ...told, now_ms: Date.now(), peers: told.peers.map((peer) => ({ ...peer, paths: peer.paths.map((path) => ({ ...path, line_checked_ms: ms ? Date.now() - ms : 0 })) })) } }));
    await at(kor, stage, "watch");
    await page.reload();
    await page.locator(".line-usa .unproved").first().waitFor();
    assert.match(await page.locator(".line-usa td:has(.unproved)").first().innerText(), words);
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("who cannot hold presses and types a number: a wrong one does nothing", async () => {
  const { page } = head;
  await at(head, stage, "watch");
  await at(head, stage, `channel/${encodeURIComponent(draft)}`);
  await page.locator("[data-act=approve]:enabled").click();
  const box = page.locator(".by-number"), number = /\d{4}/.exec(await box.locator("label").innerText())[0];
  await box.locator("input").fill(number === "1234" ? "4321" : "1234");
  assert.ok(await page.locator("[data-act=by-number]").isDisabled());
  await box.locator("input").press("Enter");
  assert.equal((await stage.ask("get", { party: "kor", path: "/drafts", place: draft })).approved, 0);
  await box.locator("input").fill(number);
  await box.locator("input").press("Enter");
  await page.locator(".draft .approvals", { hasText: "1" }).waitFor();
  for (let i = 0; (await stage.ask("get", { party: "kor", path: "/drafts", place: draft })).approved !== 1; i++)
    await page.waitForTimeout(Math.min(i, 40) < 40 ? 250 : assert.fail("approved"));
});

test("the principal's card says who asks, and a gate is an act on it", async () => {
  const { place } = await say("usa", "watch", "consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U");
  const call = await say("usa", "watch", "send", "consult-urgent", "--to", "kor/watch", "--precedence", "IMMEDIATE", "--label", "U", "--instance", place,
    "--form", "N25", ...["scale=watch", "from=normal", "to=raised", "effect=now", "reason-for.ko=태세 강화", "reason-for.en=a stronger watch"].flatMap((field) => ["--field", field]));
  await stage.ask("held", { party: "kor", place: call.place });
  await say("kor", "watch", "ack", call.place);
  const { place: proposal } = await say("usa", "head", "consult", "propose", place, "agree", "change", "The watch is raised.");
  await stage.ask("held", { party: "kor", place: proposal });
  await at(head, stage, `card/${encodeURIComponent(place)}`);
  await head.page.locator("[data-row=asks]", { hasText: "USA" }).waitFor();
  await tabTo(head.page, `[data-gate="${proposal}"] [data-act=read-back]`);
  assert.equal(await head.page.locator(`[data-gate="${proposal}"] [data-act=concur]`).count(), 1);
  assert.ok(await head.page.locator("[data-gate]", { hasText: "The watch is raised." }).isVisible());
  await at(head, stage, `card/${encodeURIComponent(draft)}`);
});

test("the way back from the card leads where one was", async () => {
  const { page } = head;
  await at(head, stage, "status");
  await page.locator("header nav a[href='#card']").click();
  await page.waitForFunction(() => location.hash.startsWith("#card/"));
  await page.goBack();
  await page.locator(".panel.faults").waitFor();
  await page.waitForTimeout(500);
  assert.equal(new URL(page.url()).hash, "#status");
});

test("what turns or hides text is shown as what it is, in the card's links and in what is read out", async () => {
  await kor.page.waitForTimeout(1500); // of several at once only the number is read out
  const { place } = await send("usa", "consult", "Words.", "--subject", "a\u202eb", "--precedence", "IMMEDIATE");
  await stage.ask("held", { party: "kor", place });
  await kor.page.waitForFunction(() => [...document.querySelectorAll("[aria-live]")].some((one) => one.textContent.includes("a<U+202E>b")));
  await at(kor, stage, "card");
  await kor.page.locator("nav.card-rows a", { hasText: "a<U+202E>b" }).waitFor();
  assert.ok(!(await kor.page.locator("body").innerText()).includes("\u202e"));
});

test("a date that cannot be read is told, and nothing is searched for", async () => {
  const { page } = usa, asked = [];
  page.on("request", (request) => { if (new URL(request.url()).pathname === "/search") asked.push(request.url()); });
  await at(usa, stage, "record");
  const [words, from] = [page.locator(".search input").first(), page.locator(".search input").nth(1)];
  await words.fill("answer");
  await from.fill("yesterday");
  await words.press("Enter");
  await page.locator(".record [role=alert]", { hasText: "From" }).waitFor();
  assert.equal(await from.getAttribute("aria-invalid"), "true");
  assert.deepEqual(asked, []);
  await from.fill("281407Z NOV 20");
  await words.press("Enter");
  await page.locator(".panel.found").waitFor();
  assert.equal(asked.length, 1);
});

test("bars are drawn anew when their numbers change, and the table has the same", async () => {
  const { page } = usa, bars = page.locator("figure.chart").last();
  const drawn = () => bars.locator("canvas").evaluate((one) => one.toDataURL());
  await at(usa, stage, "status");
  await bars.locator("canvas").waitFor();
  await bars.locator("summary").click();
  const rows = async () => Object.fromEntries(await bars.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((one) => one.textContent))));
  await page.waitForTimeout(300);
  const [picture, before] = [await drawn(), await rows()];
  await send("kor", "share", "하나 더", "--language", "ko");
  await page.waitForFunction((count) => [...document.querySelectorAll("figure.chart:last-of-type tbody tr")].at(-1).children[1].textContent === String(count), Number(before.ROUTINE) + 1);
  for (let i = 0; await drawn() === picture; i++) {
    assert.ok(i < 20, "drawn anew");
    await page.waitForTimeout(100);
  }
  assert.equal(await page.locator("figure.chart", { hasText: "Round trip of each path" }).locator("canvas").count(), 1);
});

test("what is held and waits stands in Watch, with for what, in both languages", async () => {
  const { page } = kor, { place } = await send("usa", "share", "It waits.");
  await stage.ask("held", { party: "kor", place });
  const held = await entry("kor", place);
  await page.route("**/status", async (route) => route.fulfill({ json: { ...await stage.ask("get", { party: "kor", path: "/status" }), waiting: 1 } }));
  await page.route("**/waiting", (route) => route.fulfill({ json: { waiting: [{ cause: "VERSION", code: "USA", channel: held.channel, entry: held }] } }));
  await at(kor, stage, "watch");
  const panel = page.locator(".panel.held", { hasText: place });
  await panel.filter({ hasText: "entente accord adopt" }).filter({ hasText: "대기" }).waitFor();
  await page.locator("button.language").click();
  await panel.filter({ hasText: "under a version of the accord that is not held here" }).waitFor();
  await page.locator("button.language").click();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await panel.waitFor({ state: "detached" });
});

test("a silent node is said once to a screen reader: nothing that it reads out changes each second", async () => {
  const { page } = kor;
  await stage.ask("freeze", { party: "kor" });
  await page.locator(".warning.stale [role=status]").waitFor({ timeout: 30_000 });
  const changes = await page.evaluate(() => new Promise((resolve) => {
    const seen = [], live = "[role=status], [role=alert], [aria-live]";
    const observer = new MutationObserver((all) => all.forEach((one) => { const where = (one.target.parentElement ?? one.target).closest(live); if (where) seen.push(where.textContent); }));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    setTimeout(() => { observer.disconnect(); resolve(seen); }, 3500);
  }));
  await stage.ask("thaw", { party: "kor" });
  assert.deepEqual(changes, []);
  await page.locator(".warning.stale").waitFor({ state: "detached" });
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
