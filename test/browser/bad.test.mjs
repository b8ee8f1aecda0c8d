// What goes wrong at a console: words that mislead, sessions that end, two hands on one thing, a stream that was cut, and very much at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, hold, sign, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const MANY = Number(process.env.MANY ?? 5_000);
let stage, kor, second, usa, press;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "head,watch");
  second = await stage.officer("kor", "shift");
  usa = await stage.officer("usa", "watch");
  press = await stage.officer("usa", "press");
});
after(() => stage.close());

const say = (party, key, ...words) => stage.ask("say", { party, key, words });
const send = (text, ...more) => say("usa", "watch", "send", "share", text, "--language", "en", "--to", "kor/watch", "--label", "U", ...more);

// As the page itself asks, with its cookie and its word.
const ask = (page, path, how = {}) => page.evaluate(async ([url, { length, headers, ...rest }]) => {
  const answer = await fetch(url, { ...rest, headers: { ...headers, "Entente-Page": localStorage.getItem("entente-page") }, ...(length ? { body: new Uint8Array(length) } : {}) });
  return { status: answer.status, text: await answer.text() };
}, [path, how]);

test("a request that is none: unknown route, wrong method, wrong type, too large, each by its name", async () => {
  for (const [path, how, status, words] of [
    ["/nothing", {}, 404, /NOT_FOUND/],
    ["/status", { method: "DELETE" }, 405, /METHOD/],
    ["/inbox?channel=share&last=many", {}, 400, /last/],
    ["/statements", { method: "POST", length: 8, headers: { "Content-Type": "text/plain" } }, 415, /CONTENT_TYPE/],
    ["/statements", { method: "POST", length: (1 << 20) + 1, headers: { "Content-Type": "application/cbor" } }, 413, /LIMIT/],
    ["/statements", { method: "POST", length: 8, headers: { "Content-Type": "application/cbor" } }, 400, /USAGE/],
  ]) {
    const answer = await ask(kor.page, path, how);
    assert.equal(answer.status, status, path);
    assert.match(answer.text, words);
  }
});

test("a node that does not answer the first question is asked again, and the page says so meanwhile", async () => {
  const page = await press.context.newPage(), silent = new Set(["session", "strings-ko.json"]);
  stage.watchPage(page, stage.addresses.usa);
  for (const name of silent)
    await page.route(`**/${name}`, (route) => (silent.has(name) ? route.abort() : route.continue()));
  await page.goto(stage.addresses.usa);
  await page.locator(".login [role=status]", { hasText: "The node has not answered yet." }).waitFor();
  assert.equal(await page.locator(".login .mode").getAttribute("data-mode"), "UNKNOWN");
  silent.delete("session");
  await page.waitForTimeout(3_000);
  assert.ok(await page.locator(".login [role=status]").isVisible(), "its words have not come yet");
  silent.clear();
  await page.locator("header nav").waitFor();
  await page.close();
});

test("what is out of reach is not found, byte for byte as what is not there; and a role without authority is told its rule", async () => {
  const draft = (await say("kor", "watch", "send", "notify", "Not for the press.", "--language", "en", "--to", "usa/watch", "--label", "R")).place;
  const { released: secret } = await say("kor", "head", "approve", draft, "--sign");
  await stage.ask("held", { party: "usa", place: secret });
  const none = secret.replace(/\d+$/, "999");
  for (const path of ["/entry?place=", "/ladder?place=", "/proof?place="])
    assert.deepEqual(await ask(press.page, path + encodeURIComponent(secret)), await ask(press.page, path + encodeURIComponent(none)), path);
  assert.ok(!(await ask(press.page, "/inbox?channel=notify&last=200")).text.includes(secret));
  await at(press, stage, `channel/${encodeURIComponent(secret)}`);
  await press.page.locator(".beside .none, .beside .warning").first().waitFor();
  assert.equal(await press.page.getByText("Not for the press.").count(), 0);
  await at(second, stage, "channel/consult-urgent");
  await write(second.page, { precedence: "FLASH", to: ["usa/watch"], text: "혼자 내보낼 수 없음." });
  assert.match(await sign(second.page), /^KOR\/KOR-HOME/); // nobody is alone at FLASH: it waits for others
});

test("a role that the officer has not is refused by its rule, whatever his page offers him", async () => {
  const { page } = press, said = JSON.parse((await ask(page, "/session")).text);
  await page.route("**/session", (route) => (route.request().method() === "GET" ? route.fulfill({ json: { ...said, channels: said.channels.map((row) => ({ ...row, roles: [...row.roles, "head"] })) } }) : route.continue()));
  await at(press, stage, "channel/notify");
  await page.reload();
  await write(page, { to: ["kor/watch"], text: "In the name of another." });
  await page.locator(".compose .row select").nth(2).selectOption("head");
  await page.locator(".compose .refusal code", { hasText: "ROLE" }).waitFor();
  assert.match(await sign(page), /ROLE/);
  await page.locator(".compose .text textarea").fill("");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
});

test("characters that turn or hide text are shown as what they are", async () => {
  const { place } = await send("pay \u202e001 won\u202c and\u200b go");
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await kor.page.locator(".message .portion", { hasText: "pay <U+202E>001 won<U+202C> and<U+200B> go" }).waitFor();
  await kor.page.locator(".list a", { hasText: "pay <U+202E>001" }).waitFor();
});

test("what is known elsewhere and has not come is MISSING where it will stand, and at its place, until it comes", async () => {
  await stage.ask("cut");
  const sizeOf = async (party) => (await stage.ask("get", { party, path: "/logs" })).logs.find((log) => log.log === "USA/NOTIFY 1").size;
  const first = await sizeOf("kor"), text = Array.from({ length: 1500 }, (_one, i) => (i * 7919 % 1e10).toString(36).padStart(9, "x")).join(" ");
  for (let i = 0; i < 8; i++)
    await say("usa", "watch", "send", "notify", `${i} ${text}`, "--language", "en", "--to", "kor/watch", "--label", "U").catch(() => undefined); // the line is down
  const last = `USA/NOTIFY 1.${await sizeOf("usa") - 1}`;
  await stage.ask("mend", { bytes_per_s: 10_000 });
  await at(kor, stage, "channel/notify");
  await kor.page.locator(".list .missing", { hasText: `USA/NOTIFY 1.${first}` }).waitFor({ timeout: 30_000 });
  assert.match(await kor.page.locator(".list .missing").innerText(), new RegExp(`미수신.*${last.replace(/[.]/g, "\\.")}`));
  await at(kor, stage, `channel/${encodeURIComponent(last)}`);
  await kor.page.locator(".beside .missing", { hasText: last }).waitFor();
  await at(kor, stage, `channel/${encodeURIComponent(last.replace(/\d+$/, "9999"))}`);
  await kor.page.locator(".beside .warning.bad", { hasText: "9999" }).waitFor();
  await at(kor, stage, "watch");
  await kor.page.locator(".line-usa .missing, [class*=line] .missing").first().waitFor();
  await stage.ask("mend", { bytes_per_s: 0 });
  await at(kor, stage, `channel/${encodeURIComponent(last)}`);
  await kor.page.locator(".message .portion", { hasText: "7 " }).waitFor({ timeout: 30_000 });
  await kor.page.locator(".list .missing").waitFor({ state: "detached" });
});

test("whether both sides hold the same record stands on Watch and over the channel with its age, and is never rounded up; a post that has ended says so where it is chosen", async () => {
  const { place } = await send("The last of this log.");
  const told = await stage.ask("get", { party: "kor", path: "/status" }), accord = await stage.ask("get", { party: "kor", path: "/accord" });
  let more = {};
  const age = (ms) => ({ peers: told.peers.map((peer) => ({ ...peer, compared_ms: Date.now() - ms })) });
  await kor.page.route("**/status", (route) => route.fulfill({ json: { ...told, ...more } }));
  await kor.page.route("**/accord", (route) => route.fulfill({ json: { ...accord, roles: accord.roles.map((role) => (role.name === "policy" ? { ...role, until_ms: Date.now() - 60_000 } : role)) } }));
  for (const [views, words] of [[age(40_000), /^양측 기록 일치 [34]\d초 전/], [age(600_000), /^갱신 안 됨 양측 기록 일치/], [{ ...age(40_000), diverged: 1 }, /^양측 상태 불일치/],
    [{ ...age(40_000), missing: [{ log: "USA/SHARE 1", channel: 6, party: "usa", first: 9, missing: 1 }] }, /^양측 기록 아직 불일치/]]) {
    more = views;
    await at(kor, stage, "watch");
    await kor.page.reload();
    const shown = kor.page.locator("span:has(> [data-views])");
    await kor.page.locator(".line-usa [data-views]").waitFor();
    assert.match((await shown.innerText()).trim(), words);
  }
  await at(kor, stage, "channel/share");
  await kor.page.locator('.standing [data-views="short"]').waitFor();
  await kor.page.locator(".standing", { hasText: place }).waitFor(); // how far each log is here
  await kor.page.route("**/logs", (route) => route.fulfill({ json: { logs: [{ log: "USA/SHARE 1", channel: 6, party: "usa", state: "RUNS", size: 0 }] } }));
  await kor.page.reload();
  await kor.page.locator('.standing [data-views="short"]').waitFor();
  await kor.page.waitForTimeout(500);
  assert.doesNotMatch(await kor.page.locator(".standing").innerText(), /보유|-1|·\s*$/, "where none is held nothing is said to be here");
  await kor.page.locator(".addressees b.warn").waitFor();
  assert.match((await kor.page.locator(".addressees label:has(b.warn)").allInnerTexts()).join(), /^[^,]*정책담당관\s+권한 종료[^,]*$/);
  await kor.page.unrouteAll({ behavior: "ignoreErrors" });
  await kor.page.reload();
});

test("what does not count is VOID in every list, above its words and on its ladder, is said by nobody, and can be owed by nobody", async () => {
  const { place } = await send("Obey, says nobody.", "--precedence", "PRIORITY");
  const spoil = (entry) => (entry.place !== place ? entry
    : { ...entry, verdict: "SIGNATURE", why: "a signature is wrong", ladders: (entry.ladders ?? []).map(({ owed, ...rest }) => ({ ...rest, steps: rest.steps.map(({ role, ...step }) => step) })) });
  await kor.page.route(/\/(entry|inbox|owed|search)\?/, async (route) => {
    const { pathname, searchParams } = new URL(route.request().url()), json = await stage.ask("get", { party: "kor", path: pathname, ...Object.fromEntries(searchParams) });
    await route.fulfill({ json: json.messages === undefined ? spoil(json) : { ...json, messages: json.messages.map(spoil) } });
  });
  await at(kor, stage, "watch");
  await kor.page.reload();
  await kor.page.locator(".panel.last tr", { hasText: place }).locator(".void", { hasText: "무효 SIGNATURE" }).waitFor();
  assert.equal(await kor.page.locator(".panel.ours tr", { hasText: place }).count(), 0);
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await kor.page.locator(`.list a[data-place="${place}"] .void`).waitFor();
  const shown = await kor.page.locator(".message").innerText();
  assert.ok(shown.indexOf("무효:") < shown.indexOf("Obey") && shown.includes("(SIGNATURE)") && shown.includes("작성자로 적힌 이"), shown);
  await kor.page.locator('.message .rungs [data-step="VOID"]').waitFor();
  assert.equal(await kor.page.locator(".message .rungs .highest").count(), 0);
  await kor.page.unrouteAll({ behavior: "ignoreErrors" });
  await kor.page.reload();
});

test("an act that is refused shows its rule and closes the form of another", async () => {
  const { place } = await send("Two acts."), { page } = kor;
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  for (let i = 0; i < 2; i++) {
    await page.locator('.message [data-act="query"]').press("Enter");
    await page.locator(".compose.act").waitFor();
    assert.equal(await page.locator(".acts .warning code").count(), 0);
    await page.locator('.message [data-act="reply"][aria-disabled=true]').press("Enter"); // nobody has read it
    await page.locator(".acts .warning code", { hasText: "STEP" }).waitFor();
    assert.equal(await page.locator(".compose.act").count(), 0);
  }
});

test("what says nothing is not signed: no text, or blanks alone", async () => {
  const posted = [], { page } = usa, note = (request) => { if (new URL(request.url()).pathname === "/statements") posted.push(request); };
  await at(usa, stage, "channel/share");
  page.on("request", note);
  for (const text of ["", " \n \u3000"]) {
    await write(page, { to: ["kor/watch"], text });
    await page.locator(".compose .text textarea").press("Control+Enter");
    assert.ok(await page.locator(".compose .sign").isDisabled());
  }
  await page.waitForTimeout(500);
  page.off("request", note);
  assert.equal(posted.length, 0);
});

test("an id that is said again is filed once, also by another tab", async () => {
  await at(usa, stage, "channel/share");
  const bodies = [];
  usa.page.on("request", (request) => { if (new URL(request.url()).pathname === "/statements") bodies.push(request.postDataBuffer()); });
  await write(usa.page, { to: ["kor/watch"], text: "Once." });
  const place = await sign(usa.page);
  const other = await usa.context.newPage();
  await other.goto(`${stage.addresses.usa}/#watch`);
  await other.locator(".panel.last").waitFor();
  const again = await other.evaluate(async (bytes) => (await fetch("/statements", { method: "POST", body: new Uint8Array(bytes), headers: { "Content-Type": "application/cbor", "Entente-Page": localStorage.getItem("entente-page") } })).json(), [...bodies[0]]);
  assert.deepEqual([again[0].err, again[0].place, again[0].repeat], ["OK", place, true]);
  await other.close();
});

test("a session that has ended: the text stays, waits for whoever signs in, and goes out once", async () => {
  await at(usa, stage, "channel/share");
  await write(usa.page, { to: ["kor/watch"], text: "Typed before the session ended." });
  await ask(usa.page, "/session", { method: "DELETE" });
  await usa.page.locator(".compose .text textarea").press("Control+Enter").catch(() => undefined);
  await usa.page.locator(".login .primary").click();
  await usa.page.locator("header nav").waitFor();
  await at(usa, stage, "channel/share");
  const box = usa.page.locator(".compose .text textarea");
  await box.waitFor();
  if (await box.inputValue() !== "")
    await sign(usa.page);
  const count = async () => (await stage.ask("get", { party: "usa", path: "/inbox", channel: "share", last: 50 })).messages.filter((one) => one.title === "Typed before the session ended.").length;
  for (let i = 0; await count() === 0; i++) {
    assert.ok(i < 40);
    await usa.page.waitForTimeout(250);
  }
  assert.equal(await count(), 1);
});

test("what is typed while an older text of the same box waits for the node is still there when that has gone, and after a reload", async () => {
  await at(usa, stage, "channel/share");
  await stage.ask("freeze", { party: "usa" });
  await write(usa.page, { text: "The older, which waits." }).catch(() => undefined);
  await usa.page.locator(".compose .text textarea").press("Control+Enter");
  await usa.page.waitForTimeout(300);
  await stage.ask("thaw", { party: "usa" });
  await usa.page.locator(".compose .text textarea").fill("The newer, which is not signed.");
  await usa.page.waitForTimeout(1_500);
  await usa.page.reload();
  await usa.page.locator(".compose .text textarea").waitFor();
  assert.equal(await usa.page.locator(".compose .text textarea").inputValue(), "The newer, which is not signed.");
  await usa.page.locator(".compose .text textarea").fill("");
});

test("what comes back refused while something newer is typed in its box stands beside it, also after a reload, and can be taken up", async () => {
  const { page } = usa, box = page.locator(".compose .text textarea"), older = `An older text, too long for a FLASH.${" more".repeat(400)}`;
  await at(usa, stage, "channel/consult-urgent");
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route("**/statements", async (route) => { await released; await route.continue(); });
  await write(page, { precedence: "FLASH", to: ["kor/watch"], text: older });
  const asked = page.waitForRequest("**/statements");
  await box.press("Control+Enter");
  await asked;
  await box.fill("A newer text, typed meanwhile.");
  await page.locator(".compose .kept[data-kept=true]").waitFor();
  release();
  for (let i = 0; i < 2; i++) {
    await page.locator(".beside-text", { hasText: "An older text" }).waitFor();
    assert.equal(await box.inputValue(), "A newer text, typed meanwhile.");
    await page.unroute("**/statements");
    await page.reload();
    await box.waitFor();
  }
  await page.locator("[data-act=take-up]").click();
  assert.equal(await box.inputValue(), older);
  await page.locator(".beside-text", { hasText: "A newer text" }).waitFor();
  await page.locator("[data-act=throw-away]").click();
  await page.locator(".beside-text").waitFor({ state: "detached" });
  await box.fill("");
});

test("two tabs in one box: neither writes over the other's text", async () => {
  const boxIn = (page) => page.locator(".compose .text textarea");
  await at(usa, stage, "channel/share");
  await write(usa.page, { text: "Typed in the first tab" });
  await usa.page.locator(".compose .kept[data-kept=true]").waitFor();
  const other = await usa.context.newPage();
  await other.goto(`${stage.addresses.usa}/#channel/share`);
  await write(other, { text: "Typed in the second tab." });
  await other.locator(".compose .kept[data-kept=true]").waitFor();
  await boxIn(usa.page).fill("Typed in the first tab, and more.");
  await usa.page.locator(".compose .kept[data-kept=true]").waitFor();
  await other.close();
  await usa.page.reload();
  await boxIn(usa.page).waitFor();
  const texts = [await boxIn(usa.page).inputValue(), ...await usa.page.locator(".beside-text").allInnerTexts()].join("\n");
  assert.match(texts, /first tab, and more\./);
  assert.match(texts, /second tab\./);
  await usa.page.locator("[data-act=throw-away]").click();
  await boxIn(usa.page).fill("");
});

test("two officers on one draft: whoever comes second sees that it is done, and by whom", async () => {
  const { place } = await say("kor", "policy", "send", "consult-urgent", "둘이 함께 보는 문안.", "--language", "ko", "--to", "usa/watch", "--label", "U", "--precedence", "FLASH");
  for (const officer of [kor, second]) {
    await at(officer, stage, `channel/${encodeURIComponent(place)}`);
    await officer.page.locator(".draft .hold:enabled").waitFor();
  }
  // The first refuses it while the second's page is deaf: his act meets the door, and the door's reason.
  await second.context.setOffline(true);
  await kor.page.locator(".reason textarea").fill("다시 쓸 것");
  await kor.page.locator("[data-act=refuse]").click();
  await kor.page.locator(".approvals", { hasText: "거부됨" }).waitFor();
  await second.context.setOffline(false);
  const button = second.page.locator("[data-act=approve]:enabled");
  if (await button.count() > 0)
    await hold(second.page, "approve").catch(() => undefined);
  await second.page.locator(".draft .warning.bad").or(second.page.locator(".draft .approvals", { hasText: "거부됨" })).first().waitFor();
});

test("a stream that falls silent is opened anew behind the last word it heard: nothing twice, nothing missing", async () => {
  await at(kor, stage, "channel/share");
  await send("Before it fell silent.");
  await kor.page.locator(".list li").first().waitFor();
  const asked = [];
  kor.page.on("request", (request) => { if (request.url().includes("/events")) asked.push(new URL(request.url()).searchParams.get("after")); });
  await stage.ask("freeze", { party: "kor" });
  const places = [];
  for (let i = 0; i < 3; i++)
    places.push((await send(`While it was silent ${i}.`)).place);
  await kor.page.locator(".warning.stale").waitFor({ timeout: 30_000 });
  await kor.page.waitForTimeout(2_000);
  await stage.ask("thaw", { party: "kor" });
  for (const place of places)
    await kor.page.locator(`.list a[data-place="${place}"]`).waitFor({ timeout: 30_000 });
  await kor.page.locator(".warning.stale").waitFor({ state: "detached" });
  assert.match(asked[0] ?? "", /^\d+-\d+$/);
  const shown = await kor.page.locator(".list li a[data-place]").evaluateAll((rows) => rows.map((row) => row.dataset.place));
  assert.equal(new Set(shown).size, shown.length);
});

// The page's clock is moved by an hour, and with it all its timers; the node stands still for as long as that takes, and its clock is the real one.
test("a stream that was cut for an hour says so all the while, and resumes exactly: what it missed once, in order, and nothing twice", async () => {
  const page = await kor.context.newPage();
  page.setDefaultTimeout(30_000);
  stage.watchPage(page, stage.addresses.kor);
  await kor.page.goto("about:blank"); // the one tab that holds the stream
  await page.clock.install();
  const asked = [];
  page.on("request", (request) => { if (request.url().includes("/events")) asked.push(new URL(request.url()).searchParams.get("after")); });
  await page.goto(`${stage.addresses.kor}/#channel/share`);
  const { place: before } = await send("Before the hour.");
  await page.locator(`.list a[data-place="${before}"]`).waitFor();
  await stage.ask("freeze", { party: "kor" });
  const places = [];
  for (let i = 0; i < 5; i++)
    places.push((await send(`In the hour ${i}.`)).place);
  const count = asked.length;
  for (const span of ["25:00", "25:00", "10:00"]) {
    await page.clock.fastForward(span);
    await page.locator(".warning.stale").waitFor();
    await page.keyboard.press("Shift"); // somebody is there all the while
  }
  assert.match(await page.locator(".warning.stale").innerText(), /1시간|60분|[1-9]\d분/);
  await stage.ask("thaw", { party: "kor" });
  for (const place of places)
    await page.locator(`.list a[data-place="${place}"]`).waitFor();
  await page.locator(".warning.stale").waitFor({ state: "detached" });
  assert.ok(asked.length > count && asked.slice(count).every((after) => /^\d+-\d+$/.test(after)), "each time behind the last word that it heard");
  const shown = await page.locator(".list li a[data-place]").evaluateAll((rows) => rows.map((row) => row.dataset.place));
  assert.equal(new Set(shown).size, shown.length);
  assert.deepEqual(shown.slice(0, 5), [...places].reverse());
  await page.close();
  await at(kor, stage, "channel/share");
  await kor.page.locator(".list li").first().waitFor();
});

test("a question that got no answer is asked again: nothing old stands there as if it were new", async () => {
  await kor.context.setOffline(true); // the stream goes on, and what it touches cannot be asked for
  const { place } = await send("Told by the stream alone.");
  await kor.page.locator(".warning.stale").waitFor({ timeout: 30_000 });
  await kor.context.setOffline(false);
  await kor.page.locator(`.list a[data-place="${place}"]`).waitFor({ timeout: 20_000 });
  await kor.page.locator(".warning.stale").waitFor({ state: "detached" });
});

test("of two answers to one question that of the later one stays, whichever comes last", async () => {
  const { page } = kor, late = await stage.ask("get", { party: "kor", path: "/inbox", channel: "share", last: 200 });
  let letGo, isFirst = true;
  const held = new Promise((resolve) => { letGo = resolve; });
  await at(kor, stage, "channel/share");
  await page.route("**/inbox?channel=share&last=*", async (route) => {
    if (!isFirst)
      return route.continue();
    isFirst = false;
    await held;
    await route.fulfill({ json: late });
  });
  await send("The first of two.");
  const { place } = await send("The second of two."), row = page.locator(`.list a[data-place="${place}"]`);
  await row.waitFor();
  await page.waitForTimeout(2_000); // until nothing is asked any more
  assert.ok(!isFirst);
  letGo();
  await page.waitForTimeout(300);
  assert.equal(await row.count(), 1, "it was there");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what comes while a page does not know its channels yet is shown when it does", async () => {
  const page = await kor.context.newPage();
  let letGo;
  const held = new Promise((resolve) => { letGo = resolve; });
  stage.watchPage(page, stage.addresses.kor);
  await page.route("**/channels", async (route) => {
    await held;
    await route.continue();
  });
  const answered = page.waitForResponse((one) => one.url().includes("/inbox?channel=share"));
  await page.goto(`${stage.addresses.kor}/#channel/share`);
  await answered;
  const { place } = await send("While the channels are asked for.");
  await stage.ask("held", { party: "kor", place });
  await page.waitForTimeout(2_000); // until nothing is asked any more
  letGo();
  await page.locator(`.list a[data-place="${place}"]`).waitFor();
  await page.close();
});

test("what the node did not take goes when it answers again, though its stream was never cut", async () => {
  const { page } = kor, waits = page.locator(".warning", { hasText: "이 브라우저에 있음" }), asked = [];
  let isSilent = true;
  await at(kor, stage, "channel/share");
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.route("**/statements", (route) => (isSilent ? route.abort() : route.continue()));
  await write(page, { to: ["usa/watch"], text: "스트림은 살아 있다." });
  await page.locator(".compose .text textarea").press("Control+Enter");
  await waits.waitFor();
  isSilent = false;
  await waits.waitFor({ state: "detached" });
  await page.locator(".list li.ours", { hasText: "스트림은 살아 있다." }).waitFor();
  assert.ok(!asked.includes("/events"), "it was");
  await page.unroute("**/statements");
});

test("what waited here and is refused then is told on whatever screen one is, with its rule, and its text is where it was typed", async () => {
  const { page } = kor, told = page.locator(".refused-late");
  await at(kor, stage, "channel/service");
  await page.route("**/statements", (route) => route.abort());
  await write(page, { to: ["usa/watch"], text: "직책이 맞지 않는 글" });
  await page.locator(".compose .text textarea").press("Control+Enter");
  await page.locator(".warning", { hasText: "이 브라우저에 있음" }).waitFor();
  await at(kor, stage, "status");
  await page.unroute("**/statements");
  await told.locator("[role=alert]", { hasText: "ROLE" }).waitFor(); // the head does not write there
  await told.locator("a").press("Enter");
  assert.equal(await page.locator(".compose .text textarea").inputValue(), "직책이 맞지 않는 글");
  await told.locator("button").press("Enter");
  await told.waitFor({ state: "detached" });
  await page.locator(".compose .text textarea").fill("");
});

test("a reason that was typed stays there when the draft has ended meanwhile, and comes back when it was signed in vain", async () => {
  const draft = () => say("kor", "policy", "send", "consult-urgent", "누가 먼저 거부하는가.", "--language", "ko", "--to", "usa/watch", "--label", "U", "--precedence", "FLASH");
  const { page } = second, reason = page.locator(".reason textarea");
  for (const isSigned of [false, true]) {
    const { place } = await draft();
    await at(second, stage, `channel/${encodeURIComponent(place)}`);
    await page.locator(`.draft[aria-label="${place}"] .hold:enabled`).waitFor();
    await reason.fill("늦은 사유");
    await page.route("**/statements", (route) => route.abort());
    if (isSigned) {
      await page.locator("[data-act=refuse]").press("Enter");
      await page.locator(".warning", { hasText: "이 브라우저에 있음" }).waitFor();
    }
    await say("kor", "head", "refuse", place, "Too early.");
    await page.locator(".approvals", { hasText: "거부됨" }).waitFor();
    await page.unroute("**/statements");
    if (isSigned)
      await page.locator(".refused-late [role=alert]", { hasText: "ENDED" }).waitFor();
    assert.equal(await reason.inputValue(), "늦은 사유");
  }
  await page.locator(".refused-late button").press("Enter");
});

test("what was typed for an act stands there still, under the rule, when the act is refused meanwhile", async () => {
  const { place } = await send("Asked of two."), { page } = kor, box = page.locator(".compose.act textarea");
  await stage.ask("held", { party: "kor", place });
  await say("kor", "watch", "ack", place);
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await page.locator('.message [data-act="decline"]:not([aria-disabled=true])').press("Enter");
  await box.fill("반쯤 쓴 글");
  await page.route("**/may", (route) => route.fulfill({ json: Array.from({ length: 64 }, () => ({ err: "REFUSED", rule: "STEP", text: "the step before it was not taken" })) }));
  await send("And what else.");
  await page.locator(".acts .warning code", { hasText: "STEP" }).waitFor();
  assert.equal(await box.inputValue(), "반쯤 쓴 글");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await box.fill("");
});

// From nothing to sixty rows, in a page of its own.
async function firstScreen(channel) {
  const page = await kor.context.newPage(), began = Date.now(), asked = [];
  page.setDefaultTimeout(30_000);
  stage.watchPage(page, stage.addresses.kor);
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${stage.addresses.kor}/#channel/${channel}`);
  await page.locator(".list li").nth(59).waitFor();
  return { page, took: Date.now() - began, asked };
}

// For others work on this machine too: the median and the least, in an odd number of pages, of which the last stays open.
async function screens(channel, runs = 7) {
  const taken = [];
  let last;
  for (let i = 0; i < runs; i++) {
    await last?.page.close();
    last = await firstScreen(channel);
    taken.push(last.took);
  }
  taken.sort((a, b) => a - b);
  return { ...last, took: taken[(runs - 1) / 2], least: taken[0], taken };
}

// The node has put away what was filed in one heap, and the tab that was open has asked for what it shows of it.
async function quiet() {
  let asked = Date.now();
  const asks = () => { asked = Date.now(); };
  kor.page.on("request", asks);
  while (Date.now() - asked < 1000)
    await new Promise((resolve) => setTimeout(resolve, 100));
  kor.page.off("request", asks);
  for (let quick = 0; quick < 15;) {
    const began = Date.now();
    await stage.ask("get", { party: "kor", path: "/status" });
    quick = Date.now() - began < 100 ? quick + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test(`${MANY} messages: they make the first screen hardly later than a hundred, and there is no hole backwards`, async () => {
  await stage.ask("stop", { party: "usa" });
  const { channel } = await stage.ask("fill", { party: "kor", count: 100 });
  await quiet();
  const few = await screens(channel);
  await few.page.close();
  for (const { page } of [kor, second])
    await page.goto("about:blank"); // a page asks anew at each burst: beside two of them 100,000 take six minutes
  const { filed } = await stage.ask("fill", { party: "kor", count: MANY });
  assert.equal(filed, MANY);
  await quiet();
  const { page, took, least, taken, asked } = await screens(channel);
  console.log(`# first screen, median: ${few.took} ms with 100 messages (${few.taken.join(", ")}), ${took} ms with ${MANY} (${taken.join(", ")})`);
  assert.equal(asked.filter((path) => path === "/accord").length, 1, "all is asked once");
  const given = await page.evaluate(() => performance.getEntriesByType("resource").filter((one) => /\.(js|css|woff2)$/.test(one.name) && one.transferSize > 0).map((one) => one.name));
  assert.deepEqual(given, [], "what the browser has it does not ask for");
  const more = Math.min(took - few.took, least - few.least);
  assert.ok(more <= Math.max(300, few.took / 3), `${more} ms more`); // the third: of a machine that is busy with other things
  const shown = () => page.locator(".list li a[data-place]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.place.match(/\d+$/)[0])));
  const rows = await shown(), top = rows[0], list = page.locator(".list ol");
  while (rows.length < Math.min(720, MANY + 100)) {
    await list.evaluate((box) => { box.scrollTop = box.scrollHeight; });
    await page.waitForFunction((last) => Number([...document.querySelectorAll(".list li a[data-place]")].at(-1).dataset.place.match(/\d+$/)[0]) < last, rows.at(-1));
    const drawn = await shown();
    assert.ok(drawn.length <= 240 && drawn.includes(rows.at(-1)), "what is drawn goes on where it was");
    rows.push(...drawn.filter((row) => row < rows.at(-1)));
  }
  assert.deepEqual(rows, Array.from({ length: rows.length }, (_one, i) => top - i));
  while ((await shown())[0] !== top) {
    const [before] = await shown();
    await list.evaluate((box) => { box.scrollTop = 0; });
    await page.waitForFunction((last) => Number(document.querySelector(".list li a[data-place]").dataset.place.match(/\d+$/)[0]) > last, before);
  }
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
