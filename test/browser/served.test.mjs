// What is served: our modules and five of three packages, within their bounds, and nothing that calls elsewhere.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url)), SERVED = join(HERE, "../../build/console"), SOURCE = join(HERE, "../../console/src");
const FOLDER = readdirSync(SERVED).find((name) => name !== "index.html"), BUILT = join(SERVED, FOLDER), PAGE = readFileSync(join(SERVED, "index.html"), "utf8");
const files = (folder, ending) => readdirSync(folder, { recursive: true }).filter((name) => ending.test(name));
const VENDOR = ["hooks.js", "preact.js", "signals-core.js", "signals.js", "uplot.js"];
const zipped = (folder, names) => names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);

test("no module of another package is served, and every import is a file beside it", () => {
  const modules = files(BUILT, /\.js$/);
  assert.deepEqual(modules.filter((name) => name.startsWith("vendor/")).sort(), VENDOR.map((name) => `vendor/${name}`));
  const sources = files(SOURCE, /\.tsx?$/).map((name) => name.replace(/\.tsx?$/, ".js"));
  assert.deepEqual(modules.filter((name) => !name.startsWith("vendor/") && !sources.includes(name)), []);
  for (const name of modules.filter((one) => one !== "vendor/uplot.js")) {
    for (const [, path] of readFileSync(join(BUILT, name), "utf8").matchAll(/\b(?:from|import)\s*\(?\s*"([.@a-z][^"]*)"/g))
      assert.ok(path.startsWith(".") && modules.includes(join(dirname(name), path)), `${name} imports ${path}`);
  }
});

test("the page tells of every module at once, but for the one of charts, which waits for a chart", () => {
  const told = [...PAGE.matchAll(/rel="modulepreload" href="\/([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(told.sort(), files(BUILT, /\.js$/).filter((name) => name !== "vendor/uplot.js").map((name) => `${FOLDER}/${name}`).sort());
});

test("all but the page lies in one folder that is named by what is in it, and the page says the hash of each file that it names", () => {
  const hash = (bytes, form) => createHash("sha256").update(bytes).digest(form), names = files(BUILT, /\.[a-z0-9]+$/).sort();
  assert.deepEqual(readdirSync(SERVED).sort(), [FOLDER, "index.html"].sort());
  assert.equal(FOLDER, hash(names.map((name) => `${hash(readFileSync(join(BUILT, name)), "hex")}  ${name}\n`).join(""), "hex").slice(0, 16));
  const named = [...PAGE.matchAll(/(?:href|src)="\/([^"]+)"(?: integrity="([^"]+)")?/g)];
  assert.ok(named.length > 50);
  for (const [, path, told] of named)
    assert.equal(told, `sha256-${hash(readFileSync(join(SERVED, path)), "base64")}`, path);
});

test("the page has an icon of its own, so that no browser asks for one that is not there", () => {
  const [, path] = /<link rel="icon" href="\/([^"]+\.svg)"/.exec(PAGE) ?? [], icon = readFileSync(join(SERVED, path), "utf8");
  assert.match(icon, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.doesNotMatch(icon, /<script|style=|href/);
});

test("at most 150 KB of script and 30 KB of style after gzip, 60 modules and 8,000 lines of ours", () => {
  const script = zipped(BUILT, files(BUILT, /\.js$/)), style = zipped(BUILT, files(BUILT, /\.css$/));
  const lines = files(SOURCE, /\.tsx?$/).reduce((sum, name) => sum + readFileSync(join(SOURCE, name), "utf8").match(/\n/g).length, 0);
  const modules = files(SOURCE, /\.tsx?$/).length;
  console.log(`# script ${script} bytes, style ${style} bytes, ${modules} modules, ${lines} lines`);
  assert.ok(script <= 150 * 1024 && style <= 30 * 1024 && modules <= 60 && lines <= 8000);
});
