// Sealed words stay with the command (ADR 50): the page says so, names the command, and signs nothing that nobody has read here.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, step } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const WORDS = "Our aircraft, back at 14:05.";
const SEND = ["send", "leader", WORDS, "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U", "--attach", new URL(import.meta.url).pathname];

let stage, usa, shift, place;

before(async () => {
  stage = await Stage.open();
  await stage.ask("secrets");
  usa = await stage.officer("usa", "watch");
  shift = await stage.officer("kor", "shift");
  place = await stage.ask("release", { party: "kor", words: SEND });
  await stage.ask("held", { party: "usa", place });
});
after(() => stage.close());

const command = (page, name) => page.locator(`[data-sealed=${name}] code`).innerText();

test("a duty officer who opens the leader line sees that it is sealed, and the commands that open it and its file", async () => {
  await at(usa, stage, `channel/${encodeURIComponent(place)}`);
  assert.equal(await command(usa.page, "words"), `entente read '${place}' --identity FILE`);
  assert.equal(await command(usa.page, "files"), `entente read '${place}' --identity FILE --save DIR`);
  const shown = await usa.page.locator("main").innerText();
  assert.ok(!shown.includes(WORDS) && !shown.includes("sealed.test.mjs"), shown);
  assert.match(await stage.ask("read", { party: "usa", place }), new RegExp(WORDS));
});

test("what has no words is signed here; what has, and a mark on words that nobody has opened here, is not", async () => {
  await usa.page.locator("[data-act=watch-read]").press("Enter");
  await step(usa.page, "WATCH READ");
  await usa.page.locator("[data-act=reply]").press("Enter");
  assert.equal(await command(usa.page, "reply"), `entente reply '${place}' --identity FILE`);
  for (const [name, option] of [["negative", "--cause CAUSE"], ["defer", "--until TIME"]]) {
    await usa.page.locator(`[data-act=${name}]`).press("Enter");
    assert.equal(await command(usa.page, name), `entente ${name} '${place}' ${option} --identity FILE`);
  }
  assert.equal(await usa.page.locator(".compose.act textarea").count(), 0);
  await at(usa, stage, "channel/leader");
  await usa.page.locator(".compose.sealed code", { hasText: "entente send leader" }).waitFor();
  assert.equal(await usa.page.locator(".compose textarea").count(), 0);
});

test("nobody approves in the page what he cannot read there", async () => {
  const draft = (await stage.ask("say", { party: "kor", key: "watch", words: SEND })).place;
  await at(shift, stage, `channel/${encodeURIComponent(draft)}`);
  assert.equal(await command(shift.page, "draft"), `entente approve '${draft}' --sign --identity FILE`);
  assert.equal(await shift.page.locator("[data-act=approve], [data-hold=approve], .draft textarea").count(), 0);
});

test("no page has broken, and nothing foreign was asked for", () => assert.deepEqual(stage.reports, []));
