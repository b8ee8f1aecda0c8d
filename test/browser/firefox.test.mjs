// The other engine: Debian's Firefox, by its own Marionette (a line of JSON behind its length). One officer signs in, writes in Korean, receives, reads, and
// changes the language.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Stage } from "./stage.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf"; // as WebDriver names one
const CTRL = "\ue009", KEYPAD_ENTER = "\ue007";
const PATIENCE_MS = 20_000;
// It calls nobody: what is not this machine goes to a port at which nobody listens.
const PREFERENCES = {
  "marionette.port": 0, "intl.accept_languages": "ko, en", "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "app.update.disabledForTesting": true, "datareporting.policy.dataSubmissionEnabled": false,
  "browser.shell.checkDefaultBrowser": false, "browser.aboutwelcome.enabled": false, "network.captive-portal-service.enabled": false,
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, isTrue) {
  for (const end = Date.now() + PATIENCE_MS; ; await pause(100)) {
    const found = await isTrue();
    if (found)
      return found;
    assert.ok(Date.now() < end, what);
  }
}

class Firefox {
  static async open() {
    const browser = new Firefox(), folder = mkdtempSync(join(tmpdir(), "entente-firefox-")), port = join(folder, "MarionetteActivePort");
    writeFileSync(join(folder, "user.js"), Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`).join(""));
    browser.process = spawn("firefox-esr", ["--marionette", "--headless", "--no-remote", "--profile", folder], { env: { ...process.env, HOME: folder }, stdio: "ignore" });
    await until("Firefox is there", () => existsSync(port) && readFileSync(port, "utf8") !== "");
    browser.socket = connect(Number(readFileSync(port, "utf8")), "127.0.0.1");
    browser.waiting = new Map();
    browser.text = Buffer.alloc(0);
    browser.socket.on("data", (piece) => browser.take(piece));
    await browser.ask("WebDriver:NewSession", {});
    return browser;
  }

  take(piece) {
    this.text = Buffer.concat([this.text, piece]);
    for (let colon = this.text.indexOf(":"); colon >= 0; colon = this.text.indexOf(":")) {
      const end = colon + 1 + Number(this.text.subarray(0, colon));
      if (this.text.length < end)
        return;
      const said = JSON.parse(this.text.subarray(colon + 1, end));
      this.text = this.text.subarray(end);
      if (Array.isArray(said)) // the first is its name
        this.waiting.get(said[1])(said);
    }
  }

  async ask(name, parameters) {
    const id = this.waiting.size + 1, answer = new Promise((resolve) => this.waiting.set(id, resolve)), text = JSON.stringify([0, id, name, parameters]);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = await answer;
    if (error !== null)
      throw new Error(`${name}: ${error.error}: ${error.message}`);
    return result;
  }

  goto = (url) => this.ask("WebDriver:Navigate", { url });
  run = async (script, ...args) => (await this.ask("WebDriver:ExecuteScript", { script, args, sandbox: null })).value;
  textOf = (selector) => this.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector);

  async find(selector) {
    const found = await until(selector, () => this.ask("WebDriver:FindElement", { using: "css selector", value: selector }).catch(() => undefined));
    return found.value[ELEMENT];
  }

  async press(selector) {
    await this.ask("WebDriver:ElementClick", { id: await this.find(selector) });
  }

  async type(selector, text) {
    await this.ask("WebDriver:ElementSendKeys", { id: await this.find(selector), text });
  }

  choose = async (selector, value) => {
    await this.find(selector);
    await this.run("const one = document.querySelector(arguments[0]); one.value = arguments[1]; one.dispatchEvent(new Event('change', { bubbles: true }))", selector, value);
  };

  close() {
    this.socket?.destroy();
    this.process.kill();
  }
}

let stage, browser, place;

before(async () => {
  stage = await Stage.open();
  browser = await Firefox.open();
});
after(async () => {
  browser?.close();
  await stage.close();
});

const at = (hash) => browser.run("location.hash = arguments[0]", hash);

test("an officer signs in with a key that Firefox made and does not give away", async () => {
  await browser.goto(stage.addresses.kor);
  await browser.find(".login .key-line");
  await browser.run("window.reports = []; document.addEventListener('securitypolicyviolation', (event) => window.reports.push(event.violatedDirective + ' ' + event.blockedURI)); addEventListener('error', (event) => window.reports.push(event.message))");
  const line = await until("its key", () => browser.run("return document.querySelector('.key-line').value"));
  assert.match(line, /^ssh-ed25519 /);
  await stage.ask("enrol", { party: "kor", line, roles: "watch", holder: 41 });
  await browser.press(".login .primary");
  await browser.find("header nav");
  assert.match(await browser.textOf("header .mode"), /LIVE · 실제/);
});

test("what is written in Korean is signed by Ctrl+Enter and is read at the other side, whose answer comes by the stream", async () => {
  await at("channel/share");
  await browser.choose('[data-to="usa/watch"]', "action");
  await browser.type(".compose .text textarea", "다른 브라우저에서 보냄.");
  await browser.type(".compose .text textarea", CTRL + KEYPAD_ENTER);
  await browser.find(".compose .done");
  place = await browser.run("return document.querySelector('.compose .done').dataset.place");
  assert.match(place, /^KOR\/SHARE 1\.\d+$/);
  await stage.ask("held", { party: "usa", place });
  assert.deepEqual((await stage.ask("get", { party: "usa", path: "/entry", place })).text, ["다른 브라우저에서 보냄."]);
  await stage.ask("say", { party: "usa", key: "watch", words: ["ack", place] });
  await at(`channel/${encodeURIComponent(place)}`);
  await browser.find('.message .rungs [data-step="WATCH READ"]');
});

test("what is received is shown and read, and the language is changed without a new page", async () => {
  const said = await stage.ask("say", { party: "usa", key: "watch", words: ["send", "share", "Received in the other engine.", "--language", "en", "--to", "kor/watch", "--label", "U"] });
  await browser.find(`.list a[data-place="${said.place}"]`);
  await at(`channel/${encodeURIComponent(said.place)}`);
  await until("its words", async () => (await browser.textOf(".message .portion")).includes("Received in the other engine."));
  await browser.press('.acts [data-act="watch-read"][aria-disabled="false"]');
  await browser.find('.message .rungs [data-step="WATCH READ"]');
  await browser.run("window.isSamePage = true");
  assert.match(await browser.textOf("header nav"), /당직/);
  await browser.press("button.language");
  await until("English", async () => /^Watch/.test(await browser.textOf("header nav")));
  assert.equal(await browser.run("return document.documentElement.lang"), "en");
  assert.ok(await browser.run("return window.isSamePage"));
});

test("no report of the policy, no error on the page", async () => assert.deepEqual(await browser.run("return window.reports"), []));
