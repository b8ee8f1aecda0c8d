// What lies on an officer's desk besides messages: translations and attachments of one, a reply by form, dialogues and what was promised
// in them, a notice of the desktop, and a passkey in place of the terminal's key.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { at, sign, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
let stage, kor, linguist, usa;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "policy,watch");
  linguist = await stage.officer("kor", "linguist");
  usa = await stage.officer("usa", "head,policy,watch");
});
after(() => stage.close());

const say = (party, key, ...words) => stage.ask("say", { party, key, words });

test("a translation stands beside the original with how good it is, and an attachment is saved as it was signed", async () => {
  const file = join(stage.folder, "annex.bin"), bytes = Buffer.alloc(700_000, "부속서 ");
  writeFileSync(file, bytes);
  const { place } = await say("usa", "watch", "send", "consult", "One launch was detected.", "--language", "en", "--to", "kor/watch", "--label", "U", "--attach", file);
  await kor.page.locator(".panel.last a", { hasText: place }).waitFor();
  await say("kor", "watch", "translate", place, "발사 1회가 탐지됨.", "--to", "ko", "--status", "DRAFT");
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await kor.page.locator(".translation", { hasText: "발사 1회가 탐지됨." }).waitFor();
  assert.match(await kor.page.locator(".translation .meta").innerText(), /초안.*KOR 당직관/);
  const button = kor.page.locator("[data-attachment='annex.bin']");
  const [saved] = await Promise.all([kor.page.waitForEvent("download"), button.press("Enter")]);
  const hash = (data) => createHash("sha256").update(data).digest("hex");
  assert.equal(hash(readFileSync(await saved.path())), hash(bytes));
});

test("of two translations that are certified and differ each names the other", async () => {
  const { place } = await say("usa", "watch", "send", "consult", "No launch was detected.", "--language", "en", "--to", "kor/watch", "--label", "U");
  await stage.ask("held", { party: "kor", place });
  const both = ["발사는 탐지되지 않음.", "발사 1회가 탐지됨."], rivals = linguist.page.locator(".translation .warning", { hasText: "서로 다릅니다" });
  for (const words of both)
    await say("kor", "watch", "translate", place, words, "--to", "ko", "--status", "DRAFT");
  await at(linguist, stage, `channel/${encodeURIComponent(place)}`);
  for (const words of both) {
    const one = linguist.page.locator(".translation", { hasText: words });
    assert.equal(await rivals.count(), 0);
    await one.locator("[data-act=translate]").press("Enter");
    await one.locator(".compose select").selectOption("CERTIFIED");
    await one.locator(".compose [aria-disabled=false].sign").press("Enter");
    await one.locator(".meta", { hasText: "인증됨" }).waitFor();
  }
  await rivals.nth(1).waitFor();
  const { translations } = await stage.ask("get", { party: "kor", path: "/entry", place });
  assert.deepEqual(await rivals.locator("a").allInnerTexts(), translations.map((one) => one.place).reverse());
});

test("a translation is written, marked as a machine's on every line, reviewed and corrected by another, never by himself", async () => {
  const { place } = await say("usa", "watch", "send", "consult", "Two lines\nof one text.", "--language", "en", "--to", "kor/watch", "--label", "U");
  await stage.ask("held", { party: "kor", place });
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await kor.page.route("**/may", async (route) => { await new Promise((resolve) => setTimeout(resolve, 700)); await route.continue(); }); // he is quicker than it
  await kor.page.locator("[data-act=translate]").press("Enter");
  const form = ".translate .compose";
  await kor.page.locator(`${form} select`).nth(1).selectOption("MACHINE");
  await kor.page.locator(`${form} textarea`).fill("한 글의\n두 줄.");
  await kor.page.locator(`${form} textarea`).press("Control+Enter");
  await kor.page.locator(".translation .portion", { hasText: "[기계번역] 한 글의\n[기계번역] 두 줄." }).waitFor();
  await kor.page.unrouteAll({ behavior: "ignoreErrors" });
  // Nobody reviews his own words, and he is told so before he presses.
  await kor.page.locator(".translation [data-act=translate]").press("Enter");
  await kor.page.locator(`.translation ${form} .warning`, { hasText: "PERSON" }).waitFor();
  await at(linguist, stage, `channel/${encodeURIComponent(place)}`);
  await linguist.page.locator(".translation [data-act=translate]").press("Enter");
  await linguist.page.locator(`.translation ${form} textarea`).fill("한 본문의 두 줄.");
  await linguist.page.locator(`.translation ${form} [aria-disabled=false].sign`).press("Enter");
  await linguist.page.locator(".translation .portion", { hasText: "한 본문의 두 줄." }).waitFor();
  const { translations: [one] } = await stage.ask("get", { party: "kor", path: "/entry", place });
  assert.deepEqual([one.status, one.by.role, one.text], ["REVIEWED", "linguist", ["한 본문의 두 줄."]]);
  await stage.ask("held", { party: "usa", place: one.by.place });
});

test("what the same officer has said before is not filed again, and the page says where it stands", async () => {
  const { place } = await say("usa", "watch", "send", "consult", "Read me once.", "--language", "en", "--to", "kor/watch", "--label", "U");
  await stage.ask("held", { party: "kor", place });
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  const button = kor.page.locator("[data-act=watch-read]");
  await button.press("Enter");
  await kor.page.locator(".acts .done", { hasText: "발신 대기" }).waitFor();
  await button.press("Enter");
  await kor.page.locator(".acts .done", { hasText: "같은 내용이 이미" }).waitFor();
});

test("a notice of the desktop says that there is an alarm and nothing of what it is; leave for it is asked once", async () => {
  await kor.page.addInitScript(() => {
    globalThis.noticed = [];
    globalThis.asked = 0;
    globalThis.Notification = class {
      static permission = "default";
      static async requestPermission() { globalThis.asked++; Notification.permission = "granted"; }
      constructor(title, { body }) { globalThis.noticed.push(`${title}: ${body}`); }
    };
    Object.defineProperty(document, "hidden", { get: () => true });
    // That a sound was taken is told late, as it may be: also of what this tab took from itself.
    const request = navigator.locks.request.bind(navigator.locks);
    navigator.locks.request = (...all) => request(...all).catch((taken) => new Promise((_, tell) => { setTimeout(tell, 300, taken); }));
  });
  await at(kor, stage, "watch");
  await kor.page.reload();
  // However often they are tried, here is where the next alarm sounds.
  for (let i = 0; i < 10; i++)
    await kor.page.locator(`[data-sound=${i % 2 ? "ROUTINE" : "FLASH"}]`).press("Enter");
  assert.equal(await kor.page.evaluate(() => globalThis.asked), 1);
  await say("usa", "watch", "send", "consult", "Nobody on the desktop reads this.", "--language", "en", "--to", "kor/watch", "--label", "U", "--precedence", "IMMEDIATE");
  await kor.page.locator(".alarms").waitFor();
  await kor.page.waitForFunction(() => globalThis.noticed.length > 0);
  await kor.page.waitForTimeout(1500);
  assert.deepEqual(await kor.page.evaluate(() => globalThis.noticed), ["entente: IMMEDIATE: 콘솔에 확인할 경보가 있습니다"]);
});

test("bodies, a session with its agenda and delegations, and the board with its dates", async () => {
  for (const party of ["kor", "usa"])
    await say(party, "policy", "import", "dialogues", join(ROOT, "examples/rok-us/dialogues.json"));
  await at(usa, stage, "dialogues");
  await usa.page.locator(".panel.bodies a", { hasText: "Integrated Defense Dialogue" }).press("Enter");
  await usa.page.locator(".panel.sessions a", { hasText: "22nd KIDD" }).press("Enter");
  await usa.page.locator(".thing .deeds tr", { hasText: "delegation" }).first().waitFor();
  await at(usa, stage, "dialogues"); // what the 22nd spoke of stands at its parts
  await usa.page.locator(".panel.bodies a", { hasText: "Integrated Defense Dialogue" }).press("Enter");
  await usa.page.locator(".panel.sessions a", { hasText: "24th KIDD" }).press("Enter");
  await usa.page.locator(".panel.agenda tbody tr").first().waitFor();
  assert.ok(await usa.page.locator(".time-line rect").count() > 0);
  assert.match(await usa.page.locator(".panel.commitments").innerText(), /date past/);
});

test("what is owed is reported by one side and accepted by the other; nobody accepts his own", async () => {
  const row = usa.page.locator(".panel.commitments tr", { has: usa.page.locator("[data-standing=OPEN]") }).first();
  const name = await row.getAttribute("data-commitment"), place = await row.locator("a").getAttribute("data-place");
  await row.locator("a").press("Enter");
  await usa.page.locator(".thing [data-act=report]:not([aria-disabled=true])").press("Enter");
  await usa.page.locator(".compose.act textarea").fill("It was held in August.");
  await usa.page.locator(".compose.act textarea").press("Control+Enter");
  await usa.page.locator(".thing .deeds", { hasText: "It was held in August." }).waitFor();
  assert.equal(await usa.page.locator(".thing [data-act=accept]").count(), 0);
  await say("usa", "policy", "commitments", "report", name, "Held again.", "--language", "en", "--source", "57th communique, point 4");
  await usa.page.locator(".thing .deeds tr", { hasText: "57th communique, point 4" }).waitFor();
  await at(kor, stage, `dialogues/${encodeURIComponent(place)}`);
  await kor.page.locator(".thing .deeds", { hasText: "It was held in August." }).waitFor();
  await kor.page.locator(".thing [data-act=accept]:not([aria-disabled=true])").press("Enter");
  await kor.page.locator(".compose.act .sign").press("Enter");
  const part = async () => (await stage.ask("get", { party: "usa", path: "/dialogues", kind: "commitment" })).things.find((one) => one.name === name).parts;
  for (let i = 0; !(await part()).some((one) => one.party === "USA" && one.part === "ACCEPTED"); i++) {
    assert.ok(i < 40, JSON.stringify(await part()));
    await usa.page.waitForTimeout(250);
  }
});

test("each side's assessment stands beside the other's, nothing is merged, and what a source took back is said to be", async () => {
  await say("kor", "policy", "import", "dialogues", join(ROOT, "examples/rok-us/events.json"));
  await say("usa", "policy", "event", "assess", "launches-2024", "A danger, in our own words.", "--language", "en", "--confidence", "high").catch(() => undefined); // the line takes a moment
  await say("kor", "policy", "event", "claim", "dmz-2024", "dmz-point", "A place.", "--source", "a source", "--language", "en", "--when", "2024-07", "--where", "38.3,127.2");
  const { events } = await stage.ask("get", { party: "kor", path: "/assessments" }), named = (name) => events.find((one) => one.name === name);
  await at(kor, stage, "assess");
  await kor.page.locator('[data-event="launches-2024"] a').press("Enter");
  for (const side of ["KOR", "USA"])
    await kor.page.locator(`.sides [data-side=${side}] .words`).first().waitFor();
  assert.equal(await kor.page.locator(".sides section").count(), 2);
  // Who has said nothing has a column that says so; a mark of the map has the number of its row.
  await at(kor, stage, `assess/${encodeURIComponent(named("cyber-2024").place)}`);
  await kor.page.locator(".sides [data-side=USA] .none").waitFor();
  const number = await kor.page.locator('.drawn [data-claim="dmz-point"] th').innerText();
  assert.deepEqual(await kor.page.locator(".map .mark text").allTextContents(), [number]);
  await say("kor", "policy", "event", "withdraw", "dmz-point", "The source was wrong.", "--language", "en");
  await at(kor, stage, `assess/${encodeURIComponent(named("dmz-2024").place)}`);
  await kor.page.locator('.claims [data-claim="dmz-point"].taken-back .warn', { hasText: "The source was wrong." }).waitFor();
  await kor.page.locator(".map").waitFor({ state: "detached" });
});

test("a text stands unit by unit, its languages side by side, and what both wrote at once in brackets", async () => {
  await say("kor", "policy", "text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--also", "ko=공동성명", "--languages", "ko,en");
  await say("kor", "policy", "text", "unit", "statement", "goal", "양측은 훈련을 계속하기로 하였다.", "--language", "ko");
  const text = (await stage.ask("get", { party: "kor", path: "/dialogues", kind: "text" })).things.find((one) => one.name === "statement");
  await at(usa, stage, `dialogues/${encodeURIComponent(text.place)}`);
  await usa.page.locator(".units [data-unit-status=PROPOSED]", { hasText: "양측은" }).waitFor();
  await stage.ask("cut");
  for (const [party, words] of [["usa", "The two sides decided to go on."], ["kor", "The two sides decided."]])
    await say(party, "policy", "text", "unit", "statement", "goal", words, "--language", "en").catch(() => undefined); // queued: the line is down
  await stage.ask("mend");
  await usa.page.locator(".units [data-unit-status=BRACKETED] p").nth(1).waitFor();
  const words = await usa.page.locator(".units [data-unit-status=BRACKETED]").innerText();
  assert.match(words, /\[ The two sides decided\. \] KOR proposes[\s\S]*\[ The two sides decided to go on\. \] USA proposes/);
  assert.equal(await usa.page.locator("[data-text-state]").getAttribute("data-text-state"), "DRAFT");
});

test("a passkey is made, enrolled, signs in and signs; the node verifies its signature", async () => {
  const keys = await usa.context.newCDPSession(usa.page);
  await keys.send("WebAuthn.enable");
  const { authenticatorId } = await keys.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await usa.page.locator(".sign-out").click();
  await usa.page.locator("[data-act=make-passkey]").press("Enter");
  const line = await usa.page.locator(".passkey .key-line").inputValue();
  assert.match(line, /^sk-ecdsa-sha2-nistp256@openssh\.com /);
  await usa.page.locator("[data-act=passkey]").press("Enter");
  await usa.page.locator(".login .warning.bad").waitFor(); // no role yet
  await stage.ask("enrol", { party: "usa", line, roles: "watch", holder: 77 });
  await usa.page.locator("[data-act=passkey]").press("Enter");
  await usa.page.locator("header nav").waitFor();
  await at(usa, stage, "channel/share");
  await write(usa.page, { to: ["kor/watch"], text: "Signed by a touch." });
  const place = await sign(usa.page);
  assert.match(place, /^USA\/SHARE/);
  const entry = await stage.ask("get", { party: "kor", path: "/entry", place }).catch(async () => stage.ask("get", { party: "usa", path: "/entry", place }));
  assert.equal(entry.signer.holder, 77);
  assert.ok(Buffer.from(entry.sshsigs[0], "base64").includes("webauthn-sk-ecdsa-sha2-nistp256@openssh.com"));
  // Who does not touch it signs nothing, and what is typed stays.
  await keys.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  await keys.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: true, isUserVerified: false, automaticPresenceSimulation: true } });
  await usa.page.locator(".compose .text textarea").fill("Not signed.");
  await usa.page.locator(".compose .text textarea").press("Control+Enter");
  await usa.page.locator(".compose .warning", { hasText: "passkey" }).waitFor({ timeout: 20_000 });
  assert.equal(await usa.page.locator(".compose .text textarea").inputValue(), "Not signed.");
});

test("two officers of one browser have a passkey each, and each signs in with his", async () => {
  const { page } = kor, keys = await kor.context.newCDPSession(page), ways = page.locator("[data-act=passkey]"), names = [];
  await keys.send("WebAuthn.enable");
  await keys.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await page.locator(".sign-out").click();
  for (const holder of [78, 79]) {
    await page.locator("[data-act=make-passkey]").press("Enter");
    await ways.nth(names.length).waitFor();
    const all = await ways.evaluateAll((rows) => rows.map((row) => row.dataset.key)), name = all.find((one) => !names.includes(one));
    await stage.ask("enrol", { party: "kor", line: await page.locator(".passkey .key-line").nth(all.indexOf(name)).inputValue(), roles: "watch", holder });
    names.push(name);
  }
  for (const [i, holder] of [78, 79].entries()) {
    await page.locator(`[data-key="${names[i]}"]`).press("Enter");
    await page.locator(".who", { hasText: String(holder) }).waitFor();
    await page.locator(".sign-out").click();
    await page.locator(".login .primary").waitFor();
  }
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
