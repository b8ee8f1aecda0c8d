// The end of a session: nothing of one officer's sight is left for the next at the same browser, nothing that he typed or signed is lost,
// and no tab or port goes on without him.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { at, sign, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, kor, page;

const signIn = async (way = ".primary") => {
  await page.locator(`.login ${way}`).click();
  await page.locator("header nav").waitFor();
};
const signOut = async () => {
  await page.evaluate(() => { window.mark = "his"; });
  await page.locator(".sign-out").click();
  await page.locator(".login .key-line").first().waitFor();
};
const titles = async () => (await stage.ask("get", { party: "kor", path: "/inbox", channel: "share", last: 50 })).messages.map((one) => one.title);

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "watch");
  page = kor.page;
  const keys = await kor.context.newCDPSession(page);
  await keys.send("WebAuthn.enable");
  await keys.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await signOut();
  await page.locator("[data-act=make-passkey]").click();
  const line = await page.locator(".passkey .key-line").inputValue();
  await stage.ask("enrol", { party: "kor", line, roles: "watch", holder: 77 });
  await signIn();
});
after(() => stage.close());

test("the way in says the mode, and no screen says LIVE before the node has", async () => {
  await signOut();
  await page.locator(".login .mode[data-mode=LIVE]").waitFor();
  const late = async (route) => { await new Promise((resolve) => setTimeout(resolve, 800)); await route.continue().catch(() => undefined); };
  await page.route("**/session", (route) => (route.request().method() === "POST" ? late(route) : route.continue()));
  await page.reload();
  await page.locator(".login .mode[data-mode=UNKNOWN]").waitFor();
  await page.locator(".login .mode[data-mode=LIVE]").waitFor();
  await signIn();
  await page.route("**/status", late);
  await page.reload();
  await page.locator("header .mode[data-mode=UNKNOWN]").waitFor();
  await page.locator("header .mode[data-mode=LIVE]").waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("who comes next sees neither the page nor what was typed; who typed it finds it again, where he was", async () => {
  await at(kor, stage, "channel/share");
  await write(page, { to: ["usa/watch"], text: "다음 사람이 볼 수 없는 글" });
  await page.locator(".compose .kept[data-kept=true]").waitFor();
  await signOut();
  assert.equal(await page.evaluate(() => window.mark), undefined, "the page goes on with what it knew");
  assert.equal(new URL(page.url()).hash, "");
  assert.match(await page.locator(".texts-here").innerText(), /1/);
  await signIn("[data-act=passkey]");
  assert.equal(new URL(page.url()).hash, "", "where the one before was is his own");
  await at(kor, stage, "channel/share");
  await page.locator(".compose .text textarea").waitFor();
  assert.equal(await page.locator(".compose .text textarea").inputValue(), "");
  assert.ok(!(await page.locator("body").innerText()).includes("다음 사람이"));
  await signOut();
  await signIn();
  await at(kor, stage, "channel/share");
  assert.equal(await page.locator(".compose .text textarea").inputValue(), "다음 사람이 볼 수 없는 글");
  await signOut();
  await signIn();
  assert.equal(new URL(page.url()).hash, "#channel/share");
});

test("what he signed and the node did not take goes when he is back, and with nobody else", async () => {
  await at(kor, stage, "channel/share");
  await page.route("**/statements", (route) => route.abort());
  await page.locator(".compose .text textarea").fill("서명했으나 보내지 못한 글");
  await page.locator(".compose .text textarea").press("Control+Enter");
  await page.locator(".compose .warning", { hasText: "노드가 응답하지 않습니다" }).waitFor();
  await signOut();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await signIn("[data-act=passkey]");
  await page.locator(".warning", { hasText: "다른 담당관이 서명한 글 1건" }).waitFor();
  await page.waitForTimeout(500);
  assert.ok(!(await titles()).includes("서명했으나 보내지 못한 글"));
  await signOut();
  await signIn();
  for (let i = 0; !(await titles()).includes("서명했으나 보내지 못한 글"); i++) {
    assert.ok(i < 40);
    await page.waitForTimeout(250);
  }
});

test("a node that does not answer: he is out all the same, and no word of the page is shown", async () => {
  await at(kor, stage, "watch");
  await stage.ask("freeze", { party: "kor" });
  await page.locator(".sign-out").click();
  await page.locator(".login.left").waitFor({ timeout: 2_000 });
  assert.equal(await page.locator("header, .panel, .alarms").count(), 0);
  await stage.ask("thaw", { party: "kor" });
  await page.locator(".login .key-line").first().waitFor({ timeout: 25_000 });
  await signIn();
});

test("two tabs are one session: one signs out and both are, one signs in and both are", async () => {
  const other = await kor.context.newPage();
  await other.goto(`${stage.addresses.kor}/#watch`);
  await other.locator(".panel.last").waitFor();
  await other.route("**/*", (route) => route.abort()); // the node's word does not reach it: the first tab's does
  await signOut();
  await other.locator(".login.left").waitFor({ timeout: 3_000 });
  await other.unrouteAll({ behavior: "ignoreErrors" });
  await other.locator(".login .key-line").first().waitFor();
  await signIn();
  await other.locator("header nav").waitFor();
  await other.close();
});

// A second tab, in which nothing that is typed can be kept.
async function tabWithoutRoom() {
  const other = await kor.context.newPage(), text = other.locator(".compose .text textarea");
  await other.goto(`${stage.addresses.kor}/#channel/share`);
  await text.waitFor();
  await other.evaluate(() => { IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); }; });
  return { other, text };
}

// It has waited for its officer, and is closed.
async function showsItAgain(other, text, words) {
  await other.waitForTimeout(2_000);
  await other.locator(".login .primary").click();
  await text.waitFor();
  assert.equal(await text.inputValue(), words);
  await other.close();
  await page.locator("header nav").waitFor();
}

test("a tab that alone has a text is not begun anew by another that signs in: it waits for its officer, and shows it to him", async () => {
  const { other, text } = await tabWithoutRoom();
  await text.fill("이 탭에만 있는 글");
  await other.locator(".compose .kept[data-kept=true]").waitFor(); // it was tried
  await signOut();
  await other.locator(".login .warning.bad").waitFor();
  await signIn();
  await showsItAgain(other, text, "이 탭에만 있는 글");
});

test("what is typed as he leaves, and that this browser does not keep, is not gone with the page: it waits for him", async () => {
  const { other, text } = await tabWithoutRoom();
  await other.evaluate(() => {
    const box = document.querySelector(".compose .text textarea");
    box.value = "떠나면서 쓴 글";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    document.querySelector(".sign-out").click();
  });
  await other.locator(".login .warning.bad").waitFor();
  await page.locator(".login .key-line").first().waitFor();
  await showsItAgain(other, text, "떠나면서 쓴 글");
});

test("a server on another port of this name is sent the cookie, and can do nothing with it", async () => {
  let cookie = "";
  const trap = createServer((request, response) => { cookie = request.headers.cookie ?? cookie; response.end("trap"); });
  await new Promise((resolve) => trap.listen(0, "127.0.0.1", resolve));
  const lure = await kor.context.newPage(), { host, hostname, port } = new URL(stage.addresses.kor);
  await lure.goto(`http://${hostname}:${trap.address().port}/`);
  await lure.close();
  trap.close();
  assert.match(cookie, /__Host-entente=[0-9a-f]{64}/, "browsers do so");
  const answer = await fetch(`http://127.0.0.1:${port}/inbox?channel=share`, { headers: { Cookie: cookie, Host: host } });
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).rule, "SESSION");
  await at(kor, stage, "watch");
  await page.locator(".panel.last").waitFor(); // his own goes on
});

test("an idle console says so before its session ends, and whoever touches it goes on", async () => {
  await at(kor, stage, "watch");
  const idle = (minutes) => page.evaluate((ms) => localStorage.setItem("entente-used", String(Date.now() - ms)), minutes * 60_000);
  await page.evaluate(() => {
    const make = AudioContext.prototype.createOscillator;
    window.tones = 0;
    AudioContext.prototype.createOscillator = function () { window.tones++; return make.call(this); };
  });
  const warning = page.locator(".warning.bad", { hasText: "조작이 없었습니다" });
  assert.equal(await warning.count(), 0);
  await idle(28.5);
  await warning.waitFor();
  await page.waitForTimeout(3_000);
  assert.ok(await warning.isVisible(), "as long as nobody has touched it");
  assert.equal(await page.evaluate(() => window.tones), 2, "PRIORITY, once in a quarter of a minute");
  await page.keyboard.press("Shift");
  await page.locator(".warning.bad", { hasText: "조작이 없었습니다" }).waitFor({ state: "detached" });
  await idle(30.1);
  await page.locator(".login .key-line").first().waitFor();
  assert.equal((await stage.ask("get", { party: "kor", path: "/status" })).party, "kor");
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports.filter((one) => !one.startsWith("foreign: http://kor.localhost")), []));
