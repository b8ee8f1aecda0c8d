// Every screen, in both languages and three themes: axe finds nothing, nothing is clipped, Watch fits; and the pictures of docs/screens.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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

let stage, head, usa, screens, instance, proposal;

const send = (party, words, channel = "share") => stage.ask("say", { party, key: "watch", words: ["send", channel, ...words, "--label", "U"] });

// A change of state, proposed and not agreed on; and what five articles say of dialogues.
async function consult() {
  const say = (party, key, ...words) => stage.ask("say", { party, key, words });
  const form = ["scale=watch", "from=normal", "to=raised", "effect=now", "reason-for.ko=태세 강화", "reason-for.en=a stronger watch"];
  instance = (await say("usa", "watch", "consult", "start", "consult-urgent", "alert-state", "--precedence", "IMMEDIATE", "--label", "U")).place;
  const call = await say("usa", "watch", "send", "consult-urgent", "--to", "kor/watch", "--precedence", "IMMEDIATE", "--label", "U", "--instance", instance,
    "--form", "N25", ...form.flatMap((field) => ["--field", field]));
  await stage.ask("held", { party: "kor", place: call.place });
  await say("kor", "watch", "ack", call.place);
  proposal = (await say("kor", "head", "consult", "propose", instance, "agree", "change", "당직 태세를 강화로 변경함.")).place;
  await say("kor", "head", "consult", "concur", proposal);
  for (const name of ["dialogues", "events"])
    await say("kor", "policy", "import", "dialogues", join(HERE, `../../examples/rok-us/${name}.json`));
  const claim = await say("kor", "policy", "event", "claim", "dmz-2024", "dmz-point", "A place that a sample source named.", "--source", "a sample source", "--language", "en",
    "--also", "ko=예시 출처가 밝힌 장소.", "--when", "2024-07", "--where", "38.3,127.2", "--confidence", "moderate");
  await stage.ask("held", { party: "usa", place: claim.place });
  await say("usa", "policy", "import", "dialogues", join(HERE, "../../examples/rok-us/events.json"));
  await stage.ask("roster", { party: "kor", post: "watch", name: "김민수" });
}

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
  await consult();
  return flash;
}

async function placeOf(kind, name) {
  const { things } = await stage.ask("get", { party: "kor", path: "/dialogues", kind });
  return `dialogues/${encodeURIComponent(things.find((one) => name === undefined || one.name === name).place)}`;
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
    record: `record/${place}`,
    consult: `consult/${encodeURIComponent(instance)}`, dialogues: "dialogues", text: await placeOf("text", "statement-kidd-22"), commitment: await placeOf("commitment"),
    assess: `assess/${encodeURIComponent((await stage.ask("get", { party: "kor", path: "/assessments" })).events.find((one) => one.name === "dmz-2024").place)}`, relief: "relief/watch", card: `card/${encodeURIComponent(draft.place)}`, people: "people", status: "status", keys: "keys" };
});
after(() => stage.close());

// What reaches beyond the right edge: how far the page can be scrolled, and the innermost elements that make it so.
const sticking = (page) => page.evaluate(() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".hidden, svg, .uplot"));
  return over <= 0 ? "" : `${over} px: ${out.filter((one) => !out.some((other) => other !== one && one.contains(other))).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`).slice(0, 4).join(" | ")}`;
});

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
  await head.page.locator(".choices select").waitFor(); // also after a reload
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
  if (name === "watch")
    await head.page.locator(".panel.manning table").waitFor();
  if (name === "consult")
    await head.page.locator("[data-gate] [data-act=withdraw]").waitFor();
  if (name === "dialogues") {
    await head.page.locator(".panel.bodies a", { hasText: /Integrated Defense Dialogue|한미 통합국방협의체/ }).press("Enter");
    await head.page.locator(".panel.sessions a").last().waitFor();
  }
  if (name === "text")
    await head.page.locator(".units tbody tr").first().waitFor();
  if (name === "commitment")
    await head.page.locator(".thing .deeds, .thing .facts").first().waitFor();
  if (name === "assess")
    await head.page.locator(".event .sides section").nth(1).waitFor();
  if (name === "relief")
    await head.page.locator(".panel.offer .items tbody tr").first().waitFor();
  if (name === "status")
    await head.page.locator(".uplot").first().waitFor();
  await head.page.waitForTimeout(150);
}

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
}

// PICTURES=1 remakes those of docs/screens; else they are made, weighed and thrown away, for their clocks differ each time.
async function picture(page, name) {
  const path = join(process.env.PICTURES ? PICTURES : stage.folder, `${name}.png`);
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
        const wide = await sticking(head.page);
        if (wide)
          bad.push(`${name}: ${wide}`);
        if (theme === (name === "watch" ? "dark" : "light"))
          await picture(head.page, `${name}-${tongue}`);
      }
      assert.deepEqual(bad, []);
    });
  }
}

test("what is typed into and chosen from has an edge that is seen, three to one, in each theme", async () => {
  for (const theme of THEMES) {
    await show("channel", "en", theme);
    for (const kind of ["textarea", "input[type=text]", "select"])
      assert.ok(await head.page.locator(`.compose ${kind}`).first().evaluate((one) => {
        const { borderTopColor, backgroundColor } = getComputedStyle(one);
        const [edge, within] = [borderTopColor, backgroundColor].map((text) => text.match(/\d+/g).slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)))
          .map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue);
        return (Math.max(edge, within) + 0.05) / (Math.min(edge, within) + 0.05);
      }) >= 3, `${kind}, ${theme}`);
  }
});

test("Watch fits 1366 x 768 without scrolling, in both languages", async () => {
  for (const tongue of TONGUES) {
    await show("watch", tongue, "light");
    const over = await head.page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(over <= 0, `${tongue}: ${over} px below`);
    const cut = await head.page.locator(".panel.running td.wide").evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText));
    assert.deepEqual(cut, [], `${tongue}: which step is open is read whole`);
    const words = await head.page.locator(".watch .words").evaluateAll((all) => all.map((one) => ({ text: one.textContent, title: one.title, isLast: one.closest(".panel.last") !== null,
      isCut: one.scrollWidth > one.clientWidth || one.parentElement.scrollWidth > one.parentElement.clientWidth })));
    assert.deepEqual(words.filter((one) => one.isCut && one.isLast), [], `${tongue}: the last subjects are read whole`);
    assert.deepEqual(words.filter((one) => one.isCut && one.title !== one.text), [], `${tongue}: what is cut is whole under the pointer`);
  }
});

test("the band says what time it is where the other side's watch sits", async () => {
  for (const tongue of TONGUES) {
    await show("watch", tongue, "light");
    const there = () => new Date().toLocaleTimeString("en-GB", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit" }), before = there();
    const shown = await head.page.locator(".clocks").innerText();
    assert.ok([before, there()].some((time) => new RegExp(`USA [^0-9]*${time}`).test(shown)), shown);
  }
});

for (const [zoom, width] of [[200, 640], [400, 320]]) {
  test(`at ${zoom} % nothing sticks out and nothing is lost`, async () => {
    await head.page.setViewportSize({ width, height: 768 });
    const bad = [];
    for (const name of Object.keys(screens)) {
      await show(name, "ko", "light");
      const wide = await sticking(head.page);
      if (wide)
        bad.push(`${name}: ${wide}`);
    }
    await head.page.setViewportSize({ width: 1366, height: 768 });
    assert.deepEqual(bad, []);
  });
}

// Every sentence of the catalogue in brackets and 30 % longer: what is without them is not in it, and what is clipped would be.
test("no string is outside the catalogue, and a language that is 30 % longer fits", async () => {
  const korean = JSON.parse(readFileSync(join(HERE, "../../build/console", readdirSync(join(HERE, "../../build/console")).find((name) => name !== "index.html"), "strings-ko.json"), "utf8"));
  const longer = Object.fromEntries(Object.keys(korean).map((text) => [text, `⟦${text}${"~".repeat(Math.ceil(text.length * 0.3))}⟧`]));
  await head.page.route("**/strings-ko.json", (route) => route.fulfill({ json: longer }));
  await at(head, stage, "watch");
  await head.page.reload();
  const ask = (path) => stage.ask("get", { party: "kor", path });
  const { roles, parties, languages, guidelines } = await ask("/accord"), { channels } = await ask("/channels"), { peers } = await ask("/status");
  const steps = (await ask("/procedures")).flatMap((one) => one.steps.map((step) => step.id));
  // Names of the accord and of the node are the same in every language, and a language is called as it calls itself.
  const names = new Set([...languages.map((tongue) => new Intl.DisplayNames([tongue], { type: "language" }).of(tongue)), ...[...roles, ...parties, ...channels, ...peers.flatMap((peer) => peer.paths)].map((one) => one.name), ...steps, ...channels.flatMap((one) => one.precedences),
    ...guidelines.categories.flatMap((one) => one.values.map((value) => value.code))].flatMap((name) => name.toLowerCase().split("-")));
  const bad = [];
  for (const name of Object.keys(screens)) {
    await show(name, "ko", "light");
    const found = await head.page.evaluate(() => {
      const out = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const isData = ".words, .hash, .fingerprint, .precedence, code, kbd, textarea, time, [data-place], [data-step-id], a[href*='%2F'], .language, .marking, .mode, .choices select, .banner, .meta, option, svg, .uplot, .node-facts dd, .time-line li";
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const text = node.textContent.replace(/⟦[^⟦⟧]*⟧/g, " ").replace(/\b[A-Z]{3,}\/[A-Z-]+ \d+(\.\d+)?|\d{6}Z [A-Z]{3} \d\d/g, " ");
        if (/[A-Za-z]{3,}/.test(text) && !/[⟦⟧]/.test(text) && node.parentElement.closest(isData) === null)
          out.push(text.trim());
      }
      return [...new Set(out)];
    });
    bad.push(...found.filter((text) => text.match(/[A-Za-z]{3,}/g).some((word) => !names.has(word.toLowerCase()))).map((text) => `${name}: ${text}`));
    const wide = await sticking(head.page);
    if (wide)
      bad.push(`${name}: ${wide}`);
  }
  await head.page.unroute("**/strings-ko.json");
  await head.page.reload();
  assert.deepEqual(bad, []);
});

// What a screen reader meets, in its order: docs/screens/reader.md, remade by READER=1. Numbers and times are not part of it.
const READER = join(PICTURES, "reader.md"), STRUCTURE = ["banner", "navigation", "main", "contentinfo", "region", "form", "search", "article", "heading", "table", "list", "figure"];

async function outline(page) {
  const keys = await page.context().newCDPSession(page);
  const { nodes } = await keys.send("Accessibility.getFullAXTree");
  await keys.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node])), out = [];
  const walk = (node) => {
    const role = node.role?.value, text = (node.name?.value ?? "").replace(/\d+/g, "#").replace(/\s+/g, " ").trim();
    if (!node.ignored && STRUCTURE.includes(role))
      out.push({ role, text });
    (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean).forEach(walk);
  };
  walk(nodes[0]);
  return out;
}

test("a screen reader meets the same things in the same order in both languages, as docs/screens/reader.md says", async () => {
  const lines = ["# What a screen reader meets", "", "Screen by screen, its landmarks, headings, tables and lists in their order, as Chromium's accessibility tree has them;",
    "`make browser K=reader` compares, `READER=1` remakes it. Numbers are left out.", ""];
  for (const name of Object.keys(screens)) {
    await show(name, "ko", "light");
    const korean = await outline(head.page);
    await show(name, "en", "light");
    const english = await outline(head.page);
    assert.deepEqual(korean.map((one) => one.role), english.map((one) => one.role), name);
    for (const one of english.filter((each) => ["region", "heading", "navigation", "search", "form"].includes(each.role)))
      assert.notEqual(one.text, "", `${name}: a ${one.role} without a name`);
    lines.push(`## ${name}`, "", ...english.map((one) => `- ${one.role}${one.text ? `: ${one.text.slice(0, 80)}` : ""}`), "");
  }
  const text = lines.join("\n");
  if (process.env.READER)
    writeFileSync(READER, text);
  assert.equal(text, readFileSync(READER, "utf8"));
});

test("the keyboard reaches every screen, also with the Korean layout", async () => {
  await at(head, stage, "watch");
  await head.page.locator("main").focus();
  for (const [code, key, selector] of [["KeyC", "ㅊ", ".channel"], ["KeyI", "ㅑ", ".consult"], ["KeyD", "ㅇ", ".dialogues"], ["KeyA", "ㅁ", ".assess"], ["KeyT", "ㅅ", ".relief"], ["KeyR", "ㄱ", ".record"], ["KeyP", "ㅔ", ".card"], ["KeyS", "ㄴ", ".chart"], ["KeyW", "ㅈ", ".watch"]]) {
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

test("in doubt: the box is on every screen, axe finds nothing, and it has no button", async () => {
  const say = (party, key, ...words) => stage.ask("say", { party, key, words });
  await stage.ask("held", { party: "usa", place: proposal });
  const { place } = await say("usa", "watch", "readback", proposal, "raised");
  await stage.ask("held", { party: "kor", place });
  await say("kor", "head", "correct", place);
  for (const [party, key] of [["kor", "deputy"], ["usa", "head"], ["usa", "deputy"]])
    await say(party, key, "consult", "concur", proposal);
  await stage.ask("held", { party: "kor", place: (await say("usa", "deputy", "consult", "attempt", instance, "head", "--path", "telephone", "--result", "reached")).place });
  await head.page.waitForTimeout(2500); // the hold
  await say("kor", "head", "consult", "confirm", proposal);
  const bad = [];
  for (const name of ["watch", "consult"]) {
    for (const [tongue, theme] of [["ko", "light"], ["en", "contrast"], ["en", "dark"]]) {
      await show(name, tongue, theme);
      await head.page.locator(".alarms.doubt").waitFor();
      bad.push(...(await violations(head.page)).map((text) => `${name}: ${text}`));
      if (name === "consult" && theme !== "contrast")
        await picture(head.page, `doubt-${tongue}`);
    }
  }
  assert.deepEqual(bad, []);
  assert.equal(await head.page.locator(".doubt button:not(.acts button), details .doubt").count(), 0);
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
