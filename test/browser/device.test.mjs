// A terminal on the network: Chromium with a device certificate in its own store or on a smart card, chosen by its policy, and not a word without one;
// then the officer's session as on the machine itself.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { sign, write } from "./hands.mjs";
import { LAUNCH, Stage } from "./stage.mjs";

// The one folder in which Debian's Chromium looks for policies; the file is of this name and is taken away again.
const POLICIES = "/etc/chromium/policies/managed", POLICY = join(POLICIES, "entente-test.json");
let stage;
const contexts = [];
let screen; // on which a browser asks for a card's PIN: no page can

before(async () => {
  stage = await Stage.open("terminals");
  mkdirSync(POLICIES, { recursive: true });
  writeFileSync(POLICY, JSON.stringify({ AutoSelectCertificateForUrls: [JSON.stringify({ pattern: stage.terminals.address, filter: {} })] }));
});
after(async () => {
  rmSync(POLICY, { force: true });
  for (const one of contexts)
    await one.close().catch(() => undefined);
  screen?.kill();
  await stage.close();
});

// The number of a screen that is nobody's yet.
async function openScreen() {
  screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = await once(screen.stdout, "data");
  return `:${String(number).trim()}`;
}

// A browser whose store trusts the node's certificate and has this device's, or none; or the module of a card's reader.
async function terminal(device, card) {
  const home = mkdtempSync(join(tmpdir(), "entente-device-")), store = `sql:${join(home, ".pki/nssdb")}`;
  mkdirSync(join(home, ".pki/nssdb"), { recursive: true });
  execFileSync("certutil", ["-N", "-d", store, "--empty-password"]);
  execFileSync("certutil", ["-A", "-d", store, "-n", "console", "-t", "C,,", "-i", stage.terminals.server]);
  if (card)
    execFileSync("modutil", ["-force", "-dbdir", store, "-add", "card", "-libfile", card.module], { env: { ...process.env, ...card.env } });
  else if (device)
    execFileSync("pk12util", ["-d", store, "-i", join(stage.folder, `${device}.p12`), "-W", ""]);
  const context = await chromium.launchPersistentContext(join(home, "profile"), {
    ...LAUNCH, headless: card === undefined, args: [...LAUNCH.args, `--host-resolver-rules=MAP ${stage.terminals.name} 127.0.0.1`], env: { ...process.env, HOME: home, ...card?.env }, locale: "ko-KR",
    viewport: { width: 1366, height: 768 },
  });
  contexts.push(context);
  const page = context.pages()[0] ?? await context.newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

// The officer's session, then a message of his; its place.
async function signInAndSend(page, holder, text) {
  const line = await page.locator(".login .key-line").first().inputValue();
  await stage.ask("enrol", { party: "kor", line, roles: "watch", holder });
  await page.locator(".login .primary").press("Enter");
  await page.locator("header nav").waitFor();
  await page.goto(`${stage.terminals.address}/#channel/share`);
  await write(page, { to: ["usa/watch"], text });
  const place = await sign(page);
  assert.match(place, /^KOR\/SHARE 1\.\d+$/);
  return place;
}

for (const device of [undefined, "desk-2"]) {
  test(`${device ?? "no device"}: neither the page nor a word`, async () => {
    const page = await terminal(device);
    await assert.rejects(page.goto(stage.terminals.address), /ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_|ERR_CONNECTION|ERR_SOCKET_NOT_CONNECTED/);
    assert.equal(await page.locator(".login").count(), 0);
  });
}

test("the device that is known: the officer signs in with his key and is read at the other side", async () => {
  const page = await terminal("desk-1");
  stage.watchPage(page, stage.terminals.address);
  await page.goto(stage.terminals.address);
  const place = await signInAndSend(page, 31, "장치 인증서로 접속함.");
  await stage.ask("held", { party: "usa", place });
  await stage.ask("say", { party: "usa", key: "watch", words: ["ack", place] });
  await page.goto(`${stage.terminals.address}/#channel/${encodeURIComponent(place)}`);
  await page.locator('.message .rungs [data-step="WATCH READ"]').waitFor(); // the stream says it
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.map((one) => [one.name, one.secure, one.httpOnly, one.sameSite]), [["__Host-entente", true, true, "Strict"]]);
});

// What the browser itself asks, on its screen.
async function answerPin(env, pin) {
  const xdotool = (...words) => execFileSync("xdotool", words, { env: { ...process.env, ...env } }).toString();
  for (let i = 0; ; i++) {
    try {
      xdotool("search", "--onlyvisible", "--name", "Unlock Security Device");
      break;
    } catch (why) { // there is none yet
      assert.ok(i < 80, why);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  xdotool("type", pin);
  xdotool("key", "Return");
}

test("a device whose key is on a smart card: the browser asks for its PIN, and the officer signs in; without the card neither the page nor a word", async () => {
  const DISPLAY = await openScreen(), { env, module, pin } = stage.terminals.card;
  const page = await terminal("desk-3", { module, env: { ...env, DISPLAY, LANGUAGE: "en" } });
  stage.watchPage(page, stage.terminals.address);
  const opened = page.goto(stage.terminals.address);
  await answerPin({ DISPLAY }, pin);
  await opened;
  await signInAndSend(page, 32, "카드로 접속함.");
  const empty = join(stage.folder, "empty"), conf = join(stage.folder, "empty.conf");
  mkdirSync(empty);
  writeFileSync(conf, `directories.tokendir = ${empty}\nobjectstore.backend = file\n`);
  const bare = await terminal("desk-3", { module, env: { SOFTHSM2_CONF: conf, DISPLAY } });
  await assert.rejects(bare.goto(stage.terminals.address), /ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_|ERR_CONNECTION|ERR_SOCKET_NOT_CONNECTED/);
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
