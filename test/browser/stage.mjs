// The two nodes and a browser for each officer: test/browser/stage.py, driven from here.

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const ARGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  ...(process.getuid() === 0 ? ["--no-sandbox"] : [])];
export const LAUNCH = { executablePath: "/usr/bin/chromium", headless: true, args: ARGS };

export class Stage {
  static async open(...words) {
    const stage = new Stage();
    stage.process = spawn("/usr/bin/python3", [join(HERE, "stage.py"), ...words], { stdio: ["pipe", "pipe", "inherit"] });
    stage.answers = createInterface({ input: stage.process.stdout })[Symbol.asyncIterator]();
    Object.assign(stage, JSON.parse((await stage.answers.next()).value));
    stage.reports = []; // of the policy, of foreign requests, of errors on a page
    stage.officers = [];
    stage.holder = 20;
    return stage;
  }

  async ask(what, more = {}) {
    this.process.stdin.write(JSON.stringify({ do: what, ...more }) + "\n");
    const answer = JSON.parse((await this.answers.next()).value);
    if (answer.failed)
      throw new Error(`${what} ${JSON.stringify(more)}: ${answer.failed}`);
    return answer.is;
  }

  watchPage(page, address) {
    page.on("console", (message) => {
      if (/Content Security Policy|Trusted Type/i.test(message.text()))
        this.reports.push(`policy: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.reports.push(`page: ${error.stack ?? error}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith("data:") && !request.url().startsWith("blob:"))
        this.reports.push(`foreign: ${request.url()}`);
    });
  }

  // A browser of his own for each officer, with a profile that outlives a kill.
  async officer(party, roles, language = party === "kor" ? "ko" : "en", folder = mkdtempSync(join(tmpdir(), "entente-profile-"))) {
    const officer = { party, roles, language, folder, holder: this.holder++ };
    await this.launch(officer);
    const line = await officer.page.locator(".key-line").inputValue();
    await this.ask("enrol", { party, line, roles, holder: officer.holder });
    await officer.page.locator(".login .primary").click();
    await officer.page.locator("header nav").waitFor();
    this.officers.push(officer);
    return officer;
  }

  async launch(officer) {
    officer.context = await chromium.launchPersistentContext(officer.folder, {
      ...LAUNCH, locale: officer.language === "ko" ? "ko-KR" : "en-US", viewport: { width: 1366, height: 768 },
    });
    officer.page = officer.context.pages()[0] ?? await officer.context.newPage();
    officer.page.setDefaultTimeout(10_000);
    this.watchPage(officer.page, this.addresses[officer.party]);
    await officer.page.goto(this.addresses[officer.party]);
    await officer.page.locator(".login .key-line, header nav").first().waitFor({ timeout: 30_000 }); // a browser that begins has no time of its own
  }

  async close() {
    for (const officer of this.officers)
      await officer.context.close().catch(() => undefined);
    this.process.stdin.write('{"do": "end"}\n');
    this.process.stdin.end();
    await new Promise((resolve) => this.process.on("exit", resolve));
  }
}
