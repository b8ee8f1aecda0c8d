// The Korean input method: one press is one act, and no syllable is lost or doubled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { at, write } from "./hands.mjs";
import { Stage } from "./stage.mjs";

let stage, kor, keys;
const posted = [];

before(async () => {
  stage = await Stage.open();
  kor = await stage.officer("kor", "watch");
  keys = await kor.context.newCDPSession(kor.page);
  kor.page.on("request", (request) => { if (request.method() === "POST" && request.url().endsWith("/statements")) posted.push(request.postDataBuffer()); });
});
after(() => stage.close());

const compose = (text) => keys.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
const commit = (text) => keys.send("Input.insertText", { text });

// As a browser sends it while the input method holds the key: code 229.
async function enter(modifiers) {
  const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229, modifiers };
  await keys.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
  await keys.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
}

async function begin() {
  posted.length = 0;
  await at(kor, stage, "channel/share");
  await write(kor.page, { to: ["usa/watch"], text: "" });
  await kor.page.locator(".compose .text textarea").focus();
}

const text = () => kor.page.locator(".compose .text textarea").inputValue();

async function typeSyllables(word) {
  for (const syllable of word) {
    await compose(syllable);
    await commit(syllable);
  }
}

test("syllables are composed one after the other and kept as they are", async () => {
  await begin();
  await typeSyllables("협의를 요청함");
  assert.equal(await text(), "협의를 요청함");
});

test("Enter within a composition makes no act", async () => {
  await begin();
  await typeSyllables("가나");
  await compose("다");
  await enter(0);
  await kor.page.waitForTimeout(200);
  assert.equal(posted.length, 0);
  await commit("다");
  await kor.page.waitForTimeout(200);
  assert.equal(posted.length, 0);
});

test("Ctrl+Enter within a composition acts once, when it has ended, with the last syllable", async () => {
  await begin();
  await typeSyllables("회신 바");
  await compose("람");
  await enter(2);
  await enter(2);
  await kor.page.waitForTimeout(100);
  assert.equal(posted.length, 0);
  await commit("람");
  await kor.page.locator(".compose .done").waitFor();
  await kor.page.waitForTimeout(300);
  assert.equal(posted.length, 1);
  assert.ok(posted[0].includes(Buffer.from("회신 바람")));
});

test("a key that is held and pressed again signs once", async () => {
  await begin();
  await kor.page.locator(".compose .text textarea").fill("한 번만");
  for (let i = 0; i < 3; i++)
    await kor.page.keyboard.press("Control+Enter");
  await kor.page.locator(".compose .done").waitFor();
  await kor.page.waitForTimeout(300);
  assert.equal(posted.length, 1);
});

test("all syllables of Hangul are drawn by the fonts that are served: no box", async () => {
  const missing = await kor.page.evaluate(async () => {
    await Promise.all([...document.fonts].map((face) => face.load().catch(() => undefined)));
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.font = "24px Console, 'Console All'";
    canvas.canvas.width = canvas.canvas.height = 32;
    const picture = (letter) => {
      canvas.clearRect(0, 0, 32, 32);
      canvas.fillText(letter, 2, 26);
      return canvas.getImageData(0, 0, 32, 32).data.join();
    };
    const box = picture("\u{10fffd}"), blank = picture(" ");
    const bad = [];
    for (let code = 0xac00; code <= 0xd7a3; code++) {
      const drawn = picture(String.fromCharCode(code));
      if (drawn === box || drawn === blank)
        bad.push(code.toString(16));
    }
    return bad;
  });
  assert.deepEqual(missing, []);
});

test("no report of the policy, no foreign request, no error on a page", () => assert.deepEqual(stage.reports, []));
