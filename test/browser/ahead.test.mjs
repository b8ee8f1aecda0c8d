// What comes ahead of its log, by a radio while no line is up: it is on the board, it calls, it is read, and nothing can be done with it until its log brings it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at } from "./hands.mjs";
import { Stage } from "./stage.mjs";

const WORDS = "Launch seen at 0812Z.";
let stage, usa, place, copy;

before(async () => {
  stage = await Stage.open("radio");
  usa = await stage.officer("usa", "watch");
});
after(() => stage.close());

const shown = (state) => usa.page.locator(`.message.copy[data-copy=${state}]`);

test("a FLASH by radio alone is the first that is owed, calls, and is read with the word that it stands by; nobody can sign on it", async () => {
  const { page } = usa, row = page.locator(".panel.ours tr").first();
  await at(usa, stage, "watch");
  await stage.ask("cut");
  place = await stage.ask("release", { party: "kor", words: ["send", "consult-urgent", WORDS, "--to", "usa/watch", "--label", "U", "--language", "en", "--precedence", "FLASH"] });
  await page.locator(`.panel.ours a[data-place="${place}"]`).waitFor({ timeout: 30_000 });
  assert.match((await row.innerText()).replace(/\s+/g, " "), new RegExp(`FLASH ${place} ${WORDS} ADVANCE`));
  await page.locator(".alarms", { hasText: `${place}: ADVANCE` }).waitFor();
  await page.locator("p.hidden[role=status]", { hasText: new RegExp(`^ADVANCE: KOR Watch officer: FLASH ${WORDS}`) }).waitFor({ state: "attached" }); // what is read out says by whose word
  await row.locator("a").click();
  await shown("BY_LINE").waitFor();
  const said = await shown("BY_LINE").innerText();
  for (const part of [WORDS, "authenticated by the line alone, by no officer", "names as its author KOR Watch", "UNCLASSIFIED"])
    assert.ok(said.includes(part), `${part} in ${said}`);
  assert.equal(await shown("BY_LINE").locator("button").count(), 0);
  await page.locator(".list li.copy", { hasText: place }).waitFor();
  assert.equal((await page.locator(".lines [aria-current] .count").innerText()).trim(), "1");
  ([copy] = (await stage.ask("get", { party: "usa", path: "/advances" })).advances);
});

test("heard once it is quiet; its entry takes its place, calls anew and is owed as any other", async () => {
  const { page } = usa;
  await page.locator(".alarms button").first().click();
  await page.locator(".alarms", { hasText: place }).waitFor({ state: "detached" });
  await stage.ask("mend");
  await page.locator(".alarms", { hasText: `${place}: WATCH READ` }).waitFor({ timeout: 40_000 });
  await page.locator(".message:not(.copy)", { hasText: WORDS }).waitFor();
  assert.equal(await page.locator(".copy").count(), 0);
});

test("one that has no number yet, one that the log contradicts, and one whose log ended without it each say so", async () => {
  const { page } = usa, change = (more, text) => ({ ...copy, place: undefined, ...more, entry: { ...copy.entry, id: more.id, text: [text] } });
  const all = [change({ state: "SIGNED", id: "ab".repeat(16) }, "Its number follows."), change({ state: "FALSE", place, id: "cd".repeat(16) }, "Nothing was seen."),
    change({ ended: true, place: place.replace(/\d+$/, "99"), id: "ef".repeat(16) }, "Left behind.")];
  const sealed = change({ state: "SIGNED", id: "0a".repeat(16) });
  all.push({ ...sealed, entry: { ...sealed.entry, text: undefined, content: { ...copy.entry.content, sealing: 1 } } });
  await page.route("**/advances", (route) => route.fulfill({ json: { advances: all } }));
  await at(usa, stage, "watch");
  await page.reload();
  await page.locator(".panel.ours", { hasText: "Its number follows." }).locator("a", { hasText: "abababab" }).click();
  await shown("SIGNED").locator(".warning:not(.bad)", { hasText: "signed by its officer; its number follows" }).waitFor();
  assert.equal(await page.locator(".panel.ours", { hasText: "Left behind." }).count() + await page.locator(".alarms", { hasText: "99" }).count(), 0);
  await page.locator(".list li.copy", { hasText: "Nothing was seen." }).locator("a").click();
  await shown("FALSE").locator(".warning.bad", { hasText: "the log holds something else" }).waitFor();
  await page.locator(".message:not(.copy)", { hasText: WORDS }).waitFor(); // what the log holds, beside it
  await page.locator(".list li.copy", { hasText: "Left behind." }).locator("a").click();
  await shown("BY_LINE").locator(".warning.bad", { hasText: "its log ended without it" }).waitFor();
  await page.locator(".list li.copy a", { hasText: "0a0a0a0a" }).click();
  await shown("SIGNED").locator(".none", { hasText: "(sealed)" }).waitFor();
});

test("where one without a number was read its entry is read when that has come; of one that nobody knows it is said, and no form stands in its place", async () => {
  const { page } = usa, { id } = await stage.ask("get", { party: "usa", path: "/entry", place }), log = place.replace(/\.\d+$/, "");
  await at(usa, stage, `channel/${encodeURIComponent(`${log} ${id.slice(-8)}`)}`);
  await page.waitForFunction((hash) => location.hash === hash, `#channel/${encodeURIComponent(place)}`);
  await page.locator(".message:not(.copy)", { hasText: WORDS }).waitFor();
  await at(usa, stage, `channel/${encodeURIComponent(`${log} 00000000`)}`);
  await page.locator(".beside .warning.bad", { hasText: "00000000" }).waitFor();
  assert.equal(await page.locator(".beside .compose").count(), 0);
});

test("whoever has heard one that its log contradicts then is called again, once", async () => {
  const { page } = usa;
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.route("**/advances", (route) => route.fulfill({ json: { advances: [{ ...copy, state: "FALSE" }, { ...copy, state: "FALSE", entry: { ...copy.entry, id: "cd".repeat(16) } }] } }));
  await at(usa, stage, "watch");
  await page.reload();
  const call = page.locator(".alarms p", { hasText: `${place}: FALSE` });
  await call.waitFor();
  assert.equal(await call.count(), 1, "of the other nobody here has heard");
  await call.locator("button").click();
  await call.waitFor({ state: "detached" });
  assert.equal(await page.locator(".panel.ours", { hasText: "FALSE" }).count(), 0);
  assert.deepEqual(stage.reports, []);
});
