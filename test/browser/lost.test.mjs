// No typed word is lost: texts are typed and signed while the page is reloaded, the browser and the node are killed and the line is
// cut, at random moments from a seed. At the end each text is in the record, in the outbox, or where it was typed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { LAUNCH, Stage } from "./stage.mjs";

const RUNS = Number(process.env.LOST ?? 20), SEED = Number(process.env.SEED ?? 1);
const FAULTS = ["none", "reload", "browser", "node", "line"];

let stage, profile, child, browser, page, random = SEED;

// xorshift32: the same seed, the same moments.
function next(below) {
  random ^= random << 13; random ^= random >>> 17; random ^= random << 5;
  return (random >>> 0) % below;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function begin() {
  child = spawn(LAUNCH.executablePath, [...LAUNCH.args, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const address = await new Promise((resolve) => child.stderr.on("data", (text) => {
    const found = /DevTools listening on (ws:\S+)/.exec(String(text));
    if (found)
      resolve(found[1]);
  }));
  browser = await chromium.connectOverCDP(address);
  page = await browser.contexts()[0].newPage();
  page.setDefaultTimeout(15_000);
  stage.watchPage(page, stage.addresses.kor);
  await open();
}

// A page whose session has ended begins anew by itself, and may do so just when a hand does: then it is done once more.
async function crossing(act) {
  for (let i = 0; ; i++) {
    try {
      return await act();
    } catch (why) {
      if (i > 4 || !/Not attached|interrupted by another|ERR_ABORTED/.test(why.message))
        throw why;
    }
    await pause(200);
  }
}

async function open() {
  await crossing(() => page.goto(`${stage.addresses.kor}/#channel/share`));
  await page.locator(".login .key-line, .compose").first().waitFor();
  if (await page.locator(".login .primary").count() > 0)
    await page.locator(".login .primary").click();
  await page.locator(".compose .text textarea").waitFor();
}

async function killBrowser() {
  process.kill(-child.pid, "SIGKILL");
  await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.on("exit", resolve) : resolve()));
  await begin();
}

async function killNode() {
  await stage.ask("kill", { party: "kor" });
  await stage.ask("start", { party: "kor" });
  await crossing(() => page.reload());
  await open(); // who was signed in signs in anew: sessions are of one run
}

async function fail(fault) {
  if (fault === "reload")
    await crossing(() => page.reload()).then(open);
  else if (fault === "browser")
    await killBrowser();
  else if (fault === "node")
    await killNode();
  else if (fault === "line")
    await stage.ask("cut").then(() => pause(next(100))).then(() => stage.ask("mend"));
}

async function clearTyped() {
  await page.locator(".compose .text textarea").fill("");
}

before(async () => {
  stage = await Stage.open();
  profile = mkdtempSync(join(tmpdir(), "entente-lost-"));
  child = undefined;
  const officer = await stage.officer("kor", "watch", "ko", profile);
  await officer.context.close();
  stage.officers.pop();
  await begin();
});

after(async () => {
  await browser?.close().catch(() => undefined);
  if (child?.exitCode === null)
    process.kill(-child.pid, "SIGKILL");
  await stage.close();
});

async function titles() {
  const { messages } = await stage.ask("get", { party: "kor", path: "/inbox", channel: "share", last: 1000 });
  return new Map(messages.filter((one) => one.party === "kor").map((one) => [one.title, messages.filter((other) => other.title === one.title).length]));
}

test(`${RUNS} texts, seed ${SEED}: each is in the record once, in the outbox, or where it was typed`, async () => {
  const typed = [];
  for (let run = 0; run < RUNS; run++) {
    const text = `글 ${SEED}-${run} 잃지 않음`, fault = FAULTS[next(FAULTS.length)], isBefore = next(2) === 0;
    await page.locator('[data-to="usa/watch"]').selectOption("action");
    await page.locator(".compose .text textarea").fill(text);
    await page.locator(".compose .kept[data-kept=true]").waitFor();
    if (isBefore)
      await fail(fault);
    assert.equal(await page.locator(".compose .text textarea").inputValue(), text, `${fault} before signing`);
    await page.locator(".compose .text textarea").press("Control+Enter");
    if (!isBefore) {
      await pause(next(120));
      await fail(fault);
    }
    typed.push(text);
    const left = page.locator(".compose .text textarea");
    await pause(50);
    // Whoever finds it still there, as after a fault before it was taken over, signs it again.
    for (let i = 0; i < 100 && await left.inputValue() === text && !(await titles()).has(text); i++) {
      await left.press("Control+Enter");
      await pause(50);
    }
    await clearTyped();
  }
  for (let i = 0; i < 200 && typed.some((text) => !known.has(text)); i++) {
    known = await titles();
    await pause(100);
  }
  assert.deepEqual(typed.filter((text) => !known.has(text)), [], "lost");
  assert.deepEqual([...known].filter(([, count]) => count > 1), [], "filed twice");
});

let known = new Map();

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
