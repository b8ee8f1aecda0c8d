// The marking that stands: after a RELABEL it is in every place at which the console shows the item, on the open page and on a new one, in what is said of
// the item, and in the line above and below the screen, which is of all that is shown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const SUBJECT = "Flight schedule", WORDS = "The schedule of the next flights.";
let stage, usa, kor, place;

before(async () => {
  stage = await Stage.open();
  usa = await stage.officer("usa", "watch");
  kor = await stage.officer("kor", "head,policy,watch");
  ({ place } = await say("kor", "watch", "send", "notify", WORDS, "--subject", SUBJECT, "--language", "en", "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U"));
  await stage.ask("held", { party: "usa", place });
});
after(() => stage.close());

const say = (party, key, ...words) => stage.ask("say", { party, key, words });
const band = ({ page }, words) => page.locator("header .marking", { hasText: words }).waitFor();
const banners = ({ page }) => page.locator(".message > .banner").allInnerTexts();

// Signed by as many others as it takes.
async function release(key, ...words) {
  const draft = await say("kor", key, ...words);
  for (const name of ["head", "deputy"]) {
    const { released } = await say("kor", name, "approve", draft.place, "--sign");
    if (released)
      return released;
  }
  throw new Error(`${words.join(" ")} waits for more`);
}

async function relabel(level) {
  const act = await release("watch", "relabel", place, "--label", level);
  for (const party of ["kor", "usa"])
    await stage.ask("held", { party, place: act });
}

test("an item that is given another marking while it is open has it at once, and so has what is said of it", async () => {
  const { page } = usa;
  await at(usa, stage, `channel/${encodeURIComponent(place)}`);
  await band(usa, "UNCLASSIFIED");
  assert.ok((await banners(usa)).every((text) => text.includes("UNCLASSIFIED")));
  await page.locator("[data-act=watch-read][aria-disabled=false]").press("Enter");
  await page.locator('.rungs [data-step="WATCH READ"]').first().waitFor();
  await page.locator("[data-act=reply][aria-disabled=false]").press("Enter");
  await page.locator(".compose.act textarea").fill("We have it.");
  await relabel("C");
  await page.locator(".message > .banner", { hasText: "CONFIDENTIAL" }).first().waitFor();
  assert.deepEqual((await banners(usa)).map((text) => /CONFIDENTIAL/.test(text) && !/UNCLASSIFIED/.test(text)), [true, true]);
  await band(usa, "CONFIDENTIAL");
  await page.locator(".compose.act textarea").press("Control+Enter");
  await page.locator(".compose.act").waitFor({ state: "detached" });
  await page.locator(".acts .done").nth(1).waitFor(); // beside that of the reading
  const said = await page.locator(".acts .done").last().getAttribute("data-place"), isDraft = said.includes("-HOME ");
  const { label } = await stage.ask("get", { party: "usa", path: isDraft ? "/drafts" : "/entry", place: said });
  assert.equal(label.level, "C"); // words about it are not lower than it
});

test("Watch, channel, card, search, record and the file that is taken away have the marking that stands, in both languages", async () => {
  for (const officer of [usa, kor]) {
    const { page } = officer, level = officer === usa ? "CONFIDENTIAL" : "Ⅲ급비밀";
    const isOfIt = async (selector) => {
      await page.locator(selector, { hasText: level }).first().waitFor();
      assert.equal(await page.locator(selector, { hasText: "UNCLASSIFIED" }).count(), 0, selector);
    };
    await page.reload();
    await at(officer, stage, "watch");
    await page.locator(`.panel.last [data-place="${place}"]`).waitFor();
    await isOfIt("header .marking");
    await isOfIt("footer .marking");
    await at(officer, stage, "channel/notify");
    await page.locator(`.list [data-place="${place}"]`).waitFor();
    await isOfIt("header .marking");
    for (const name of ["channel", "card", "record"]) {
      await at(officer, stage, `${name}/${encodeURIComponent(place)}`);
      await isOfIt(".message > .banner");
      await isOfIt("header .marking");
    }
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("[data-act=export]").click()]);
    const taken = JSON.parse(readFileSync(await file.path(), "utf8"));
    assert.equal(taken.label.level, "C");
    assert.match(taken.marking.banner.en, /^CONFIDENTIAL/);
  }
});

test("what is found behind the newest has its marking above and below all the same", async () => {
  await stage.ask("fill", { party: "kor", count: 260 });
  const { page } = kor;
  await page.reload();
  await at(kor, stage, "watch");
  await band(kor, /^평문|UNCLASSIFIED/);
  await at(kor, stage, "record");
  await page.locator(".search input").first().fill("flights");
  await page.locator(".search button").press("Enter");
  await page.locator(`.panel.found [data-place="${place}"]`).waitFor();
  await band(kor, "CONFIDENTIAL");
  await at(kor, stage, `channel/${encodeURIComponent(place)}`);
  await page.locator(".message").waitFor();
  await band(kor, "CONFIDENTIAL");
});

test("a thing of a dialogue and the units of a text are in the line above and below too", async () => {
  const { page } = kor;
  await at(kor, stage, "watch");
  await page.locator(".panel.last a").first().waitFor();
  await say("kor", "policy", "body", "new", "talks", "Talks", "--channel", "consult", "--language", "en", "--label", "U");
  const text = await release("policy", "text", "new", "talks", "joint", "A joint text", "--language", "en", "--languages", "ko,en", "--label", "R");
  await at(kor, stage, "dialogues");
  await page.locator(`.panel.texts [data-place="${text}"]`).waitFor();
  await band(kor, "RESTRICTED");
  const unit = await release("policy", "text", "unit", "joint", "goal", "Both agree.", "--language", "en", "--number", "1", "--label", "S");
  await stage.ask("held", { party: "kor", place: unit });
  await at(kor, stage, `dialogues/${encodeURIComponent(text)}`);
  await page.locator('tr[data-unit="goal"]').waitFor();
  await band(kor, "SECRET");
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
