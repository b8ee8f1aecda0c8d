// What is served: our modules and five of three packages, within their bounds, and nothing that calls elsewhere.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url)), BUILT = join(HERE, "../../build/console"), SOURCE = join(HERE, "../../console/src");
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
  const told = [...readFileSync(join(BUILT, "index.html"), "utf8").matchAll(/rel="modulepreload" href="\/([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(told.sort(), files(BUILT, /\.js$/).filter((name) => name !== "vendor/uplot.js").sort());
});

test("at most 150 KB of script and 30 KB of style after gzip, 60 modules and 8,000 lines of ours", () => {
  const script = zipped(BUILT, files(BUILT, /\.js$/)), style = zipped(BUILT, files(BUILT, /\.css$/));
  const lines = files(SOURCE, /\.tsx?$/).reduce((sum, name) => sum + readFileSync(join(SOURCE, name), "utf8").match(/\n/g).length, 0);
  const modules = files(SOURCE, /\.tsx?$/).length;
  console.log(`# script ${script} bytes, style ${style} bytes, ${modules} modules, ${lines} lines`);
  assert.ok(script <= 150 * 1024 && style <= 30 * 1024 && modules <= 60 && lines <= 8000);
});
