// Alarms are heard: in one tab of a browser, again after a while of quiet, until the act is in the record, and by nobody who is signed out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, kor, other, place;

const tones = (page) => page.evaluate(() => window.tones ?? 0);
const send = async (text) => (await stage.ask("say", { party: "usa", key: "watch", words: ["send", "consult", text, "--language", "en", "--to", "kor/watch", "--label", "U", "--precedence", "IMMEDIATE"] })).place;

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "watch");
  await kor.context.addInitScript(() => {
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.tones = (window.tones ?? 0) + 1; return make.call(this); };
  });
  await kor.page.reload();
  await kor.page.locator(".panel.last").waitFor();
  other = await kor.context.newPage();
  await other.goto(`${stage.addresses.kor}/#watch`);
  await other.locator(".panel.last").waitFor();
});
after(() => stage.close());

test("of two tabs one sounds, and the other when that one is closed", async () => {
  place = await send("Stay on the line.");
  for (const page of [kor.page, other])
    await page.locator(".alarms", { hasText: place }).waitFor();
  await other.waitForTimeout(1_500);
  const heard = [await tones(kor.page), await tones(other)];
  assert.deepEqual(heard.map((count) => count > 0).sort(), [false, true], String(heard));
  const rings = heard[0] > 0 ? kor.page : other, silent = rings === other ? kor.page : other;
  await rings.close();
  await silent.waitForFunction(() => window.tones > 0);
  kor.page = silent;
});

test("hearing is quiet in every tab for a while; the alarm comes back until the act is in the record", async () => {
  other = await kor.context.newPage();
  await other.goto(`${stage.addresses.kor}/#watch`);
  await other.locator(".alarms", { hasText: place }).waitFor();
  await kor.page.locator(".alarms button").first().click();
  for (const page of [kor.page, other])
    await page.locator(".alarms", { hasText: place }).waitFor({ state: "detached" });
  await other.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("entente-heard"));
    localStorage.setItem("entente-heard", JSON.stringify({ ...kept, keys: Object.fromEntries(Object.keys(kept.keys).map((key) => [key, 1])) }));
  });
  await kor.page.locator(".alarms", { hasText: place }).waitFor();
  await other.close();
  await kor.page.locator(".alarms", { hasText: `${place}: 당직 열람` }).waitFor();
  await stage.ask("say", { party: "kor", key: "watch", words: ["ack", place] });
  await kor.page.locator(".alarms", { hasText: `${place}: 당직 열람` }).waitFor({ state: "detached" }); // and what is owed next calls
});

test("a line that is down for a minute calls, and so do states that differ", async () => {
  const told = await stage.ask("get", { party: "kor", path: "/status" });
  for (const peer of told.peers)
    peer.paths.forEach((path) => Object.assign(path, { up: false, since_ms: told.now_ms - 61_000 }));
  await kor.page.route("**/status", (route) => route.fulfill({ json: told }));
  await kor.page.locator(".alarms", { hasText: "USA: 회선 두절" }).waitFor();
  told.diverged = 1;
  await kor.page.locator(".alarms", { hasText: "상태 불일치" }).waitFor();
  await kor.page.unrouteAll({ behavior: "ignoreErrors" });
  await kor.page.locator(".alarms", { hasText: "회선 두절" }).waitFor({ state: "detached" });
});

test("who has signed out is called by nothing", async () => {
  const last = await send("Still on the line?");
  await kor.page.locator(".alarms", { hasText: last }).waitFor();
  await kor.page.locator(".sign-out").click();
  await kor.page.locator(".login .key-line").first().waitFor();
  await kor.page.waitForTimeout(12_000); // IMMEDIATE sounds each ten seconds
  assert.equal(await tones(kor.page), 0);
  assert.equal(await kor.page.locator(".alarms").count(), 0);
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
