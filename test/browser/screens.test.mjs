// Every screen, in both languages and three themes: axe finds nothing, nothing is clipped, Watch fits; and the pictures of docs/screens.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const HERE = dirname(fileURLToPath(import.meta.url)), PICTURES = join(HERE, "../../docs/screens");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURE_LEN_MAX = 120 << 10;
const THEMES = ["light", "dark", "contrast"], TONGUES = ["ko", "en"];

let stage, head, usa, screens;

const send = (party, words, channel = "share") => stage.ask("say", { party, key: "watch", words: ["send", channel, ...words, "--label", "U"] });

// A record with something of everything: owed on both sides, crossed, read back, a draft that waits.
async function fill() {
  await send("usa", ["Weekly assessment of public reporting.", "--subject", "Weekly assessment", "--language", "en", "--to", "kor/watch"]);
  await send("kor", ["주간 공개 보도 평가를 보냄.", "--subject", "주간 평가", "--language", "ko", "--to", "usa/watch"]);
  await send("usa", ["Planned communications test on Thursday.", "--subject", "Communications test", "--language", "en", "--to", "kor/watch", "--precedence", "PRIORITY"], "notify");
  await stage.ask("cut");
  await send("kor", ["다음 회의 의제를 제안함.", "--subject", "의제 제안", "--language", "ko", "--to", "usa/watch", "--precedence", "IMMEDIATE"], "consult").catch(() => undefined);
  await send("usa", ["We propose to move the session.", "--subject", "Session", "--language", "en", "--to", "kor/watch", "--precedence", "IMMEDIATE"], "consult").catch(() => undefined);
  await stage.ask("mend");
  const flash = await stage.ask("release", { party: "usa", words: ["send", "consult-urgent", "Please read back: consult at 14:30Z on topic 2.", "--subject", "Urgent consultation", "--language", "en", "--to", "kor/watch", "--label", "U", "--precedence", "FLASH"] });
  await stage.ask("say", { party: "kor", key: "watch", words: ["ack", flash] }).catch(() => undefined);
  await stage.ask("say", { party: "kor", key: "policy", words: ["send", "consult-urgent", "14:30Z 협의에 동의함.", "--subject", "회신 문안", "--language", "ko", "--to", "usa/watch", "--label", "U", "--precedence", "FLASH"] });
  return flash;
}

before(async () => {
  stage = await Stage.open();
  const flash = await fill();
  head = await stage.officer("kor", "head,watch");
  usa = await stage.officer("usa", "watch");
  await head.page.locator(".panel.last tbody tr").nth(4).waitFor();
  const [draft] = await stage.ask("get", { party: "kor", path: "/drafts" });
  const place = encodeURIComponent(flash);
  screens = { watch: "watch", channel: "channel/consult-urgent", message: `channel/${place}`, draft: `channel/${encodeURIComponent(draft.place)}`,
    record: `record/${place}`, card: `card/${encodeURIComponent(draft.place)}`, people: "people", status: "status", keys: "keys" };
});
after(() => stage.close());

const choose = (page, tongue, theme) => page.evaluate(([language, name]) => {
  const button = document.querySelector("button.language");
  if (document.documentElement.lang !== language)
    button.click();
  const select = document.querySelector(".choices select");
  select.value = name;
  select.dispatchEvent(new Event("change"));
}, [tongue, theme]);

async function show(name, tongue, theme) {
  await at(head, stage, screens[name]);
  await choose(head.page, tongue, theme);
  await head.page.locator("main h1, main h2").first().waitFor({ state: "attached" });
  if (name === "message" || name === "record")
    await head.page.locator(".message .rungs").first().waitFor();
  if (name === "draft" || name === "card")
    await head.page.locator(".draft .hold:enabled").waitFor();
  if (name === "record") {
    await head.page.locator(".search input").first().fill("평가");
    await head.page.locator(".search .primary").click();
    await head.page.locator(".panel.found tbody tr").first().waitFor();
  }
  if (name === "status")
    await head.page.locator(".uplot").first().waitFor();
  await head.page.waitForTimeout(150);
}

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
}

async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path });
  execFileSync("pngquant", ["--force", "--skip-if-larger", "--ext", ".png", "--speed", "1", "96", path], { stdio: "ignore" });
  assert.ok(statSync(path).size <= PICTURE_LEN_MAX, `${name}: ${statSync(path).size} bytes`);
}

test("the way in: axe finds nothing", async () => {
  await usa.page.locator(".sign-out").click();
  await usa.page.locator(".login .key-line").waitFor();
  for (const tongue of TONGUES) {
    await usa.page.evaluate((language) => { if (document.documentElement.lang !== language) document.querySelector("button.language").click(); }, tongue);
    await usa.page.waitForTimeout(100);
    assert.deepEqual(await violations(usa.page), []);
    await picture(usa.page, `login-${tongue}`);
  }
  await usa.page.locator(".login .primary").click();
  await usa.page.locator("header nav").waitFor();
});

for (const theme of THEMES) {
  for (const tongue of TONGUES) {
    test(`every screen, ${tongue}, ${theme}: axe finds nothing, nothing sticks out`, async () => {
      const bad = [];
      for (const name of Object.keys(screens)) {
        await show(name, tongue, theme);
        bad.push(...(await violations(head.page)).map((text) => `${name}: ${text}`));
        const wide = await head.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0)
          bad.push(`${name}: ${wide} px stick out`);
        if (theme === (name === "watch" ? "dark" : "light"))
          await picture(head.page, `${name}-${tongue}`);
      }
      assert.deepEqual(bad, []);
    });
  }
}

test("Watch fits 1366 x 768 without scrolling, in both languages", async () => {
  for (const tongue of TONGUES) {
    await show("watch", tongue, "light");
    const over = await head.page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(over <= 0, `${tongue}: ${over} px below`);
  }
});

test("at 400 % everything is in one column", async () => {
  await head.page.setViewportSize({ width: 342, height: 768 });
  for (const name of Object.keys(screens)) {
    await show(name, "ko", "light");
    const wide = await head.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name}: ${wide} px stick out`);
  }
  await head.page.setViewportSize({ width: 1366, height: 768 });
});

test("the keyboard reaches every screen, also with the Korean layout", async () => {
  await at(head, stage, "watch");
  await head.page.locator("main").focus();
  for (const [code, key, selector] of [["KeyC", "ㅊ", ".channel"], ["KeyR", "ㄱ", ".record"], ["KeyP", "ㅔ", ".card"], ["KeyS", "ㄴ", ".chart"], ["KeyW", "ㅈ", ".watch"]]) {
    await head.page.evaluate(([physical, letter]) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { code: physical, key: letter, bubbles: true })), [code, key]);
    await head.page.locator(`main ${selector}`).first().waitFor();
  }
  await head.page.keyboard.press("j");
  assert.ok(await head.page.evaluate(() => document.activeElement.dataset.place));
});

test("a line that is cut says so within its two periods, and values go stale", async () => {
  await at(head, stage, "watch");
  await stage.ask("cut");
  await head.page.locator(".path.down").waitFor();
  await at(head, stage, "status");
  await head.page.locator(".panel.faults .warning.bad").first().waitFor();
  await stage.ask("mend");
  await head.page.locator(".panel.faults .none").waitFor();
});

test("a proof is saved, and search finds two syllables", async () => {
  await show("record", "ko", "light");
  await head.page.locator(".panel.found a", { hasText: "KOR/SHARE" }).waitFor();
  await head.page.locator(".panel.found a", { hasText: "KOR/SHARE" }).first().click();
  await head.page.locator(".panel.prove", { hasText: "KOR/SHARE" }).waitFor();
  const [file] = await Promise.all([head.page.waitForEvent("download"), head.page.locator("[data-act=proof]").click()]);
  assert.match(readFileSync(await file.path(), "utf8"), /^c2sp\.org\/tlog-proof@v1/);
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
