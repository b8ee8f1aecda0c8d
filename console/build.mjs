// Builds the console: node console/build.mjs [FOLDER]. The modules are ours file for file, and five of three packages that the
// lock file names, their bare imports made relative. No bundler, no minifier: what is served is what was
// written, without its types and comments. All but the page lies in a folder that is named by what is in it:
// a browser that has one of its files need not ask for it again.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { usedStrings, readCatalogue } from "./strings.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGE = resolve(process.argv[2] ?? join(HERE, "../build/console")), OUT = join(PAGE, "new");
const FOLDER_LEN = 16; // docs/spec/browser.md section 4
const PACKAGES = join(HERE, "node_modules");

// A bare import, the file that it means, and what it is called beside our modules.
const VENDOR = [
  ["preact", "preact/dist/preact.mjs", "vendor/preact.js"],
  ["preact/hooks", "preact/hooks/dist/hooks.mjs", "vendor/hooks.js"],
  ["@preact/signals", "@preact/signals/dist/signals.mjs", "vendor/signals.js"],
  ["@preact/signals-core", "@preact/signals-core/dist/signals-core.mjs", "vendor/signals-core.js"],
  ["uplot", "uplot/dist/uPlot.iife.min.js", "vendor/uplot.js"],
];
const FILES = [
  ["uplot/dist/uPlot.min.css", "vendor/uplot.css"],
  ["pretendard/dist/web/static/woff2-subset/Pretendard-Regular.subset.woff2", "fonts/regular.woff2"],
  ["pretendard/dist/web/static/woff2-subset/Pretendard-Bold.subset.woff2", "fonts/bold.woff2"],
  ["pretendard/dist/web/variable/woff2/PretendardVariable.woff2", "fonts/all.woff2"],
  ["pretendard/dist/LICENSE.txt", "fonts/LICENSE.txt"],
  ["preact/LICENSE", "vendor/LICENSE-preact.txt"],
  ["@preact/signals/LICENSE", "vendor/LICENSE-signals.txt"],
  ["uplot/LICENSE", "vendor/LICENSE-uplot.txt"],
];

function files(folder, ending = "") {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.path, entry.name)).sort();
}

const hashOf = (file, form) => createHash("sha256").update(readFileSync(file)).digest(form);

// import ... from "preact" names a package; a browser without an import map wants a file.
function makeRelative(file) {
  const text = readFileSync(file, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "\n");
  writeFileSync(file, text.replace(/\b(from\s*|import\s*\(?\s*)"([@a-z][a-z0-9@\/-]*)"/g, (whole, before, name) => {
    const row = VENDOR.find(([bare]) => bare === name);
    if (row === undefined)
      throw new Error(`${relative(OUT, file)} imports ${name}, which is not among the packages that are served`);
    const path = relative(dirname(file), join(OUT, row[2]));
    return `${before}"${path.startsWith(".") ? path : "./" + path}"`;
  }));
}

// A browser finds a module's imports when it has it; told of all at once, it does not wait once a level. uPlot waits for a chart. What it has kept of
// them is what this page means, or it runs none of it.
function writePage() {
  const lines = files(OUT).map((file) => `${hashOf(file, "hex")}  ${relative(OUT, file)}\n`).join("");
  const folder = createHash("sha256").update(lines).digest("hex").slice(0, FOLDER_LEN);
  const links = files(OUT, ".js").map((file) => relative(OUT, file)).filter((name) => name !== "vendor/uplot.js").map((name) => `<link rel="modulepreload" href="/${name}">\n`).join("");
  const page = readFileSync(join(HERE, "index.html"), "utf8").replace("<script", `${links}$&`);
  writeFileSync(join(PAGE, "index.html"), page.replace(/(href|src)="\/([^"]+)"/g, (_whole, word, name) => `${word}="/${folder}/${name}" integrity="sha256-${hashOf(join(OUT, name), "base64")}"`));
  renameSync(OUT, join(PAGE, folder));
}

function writeStrings() {
  const korean = readCatalogue(join(HERE, "../po/ko.po"));
  const used = usedStrings(join(HERE, "src"), ["home/sentences.c", "show/show.c", "entente/instance.c"].map((name) => join(HERE, "../src", name)));
  const missing = used.filter((text) => !korean.get(text));
  if (missing.length > 0)
    throw new Error(`po/ko.po has no Korean for: ${missing.join(" | ")}`);
  const rows = used.sort().map((text) => [text, korean.get(text)]);
  writeFileSync(join(OUT, "strings-ko.json"), JSON.stringify(Object.fromEntries(rows), null, 1));
}

rmSync(PAGE, { recursive: true, force: true });
mkdirSync(join(OUT, "vendor"), { recursive: true });
mkdirSync(join(OUT, "fonts"));
execFileSync("tsc", ["-p", HERE, "--outDir", OUT], { stdio: "inherit" });
for (const [from, to] of [...VENDOR.map(([, from, to]) => [from, to]), ...FILES])
  cpSync(join(PACKAGES, from), join(OUT, to));
for (const name of ["style.css", "theme.css", "icon.svg"])
  cpSync(join(HERE, name), join(OUT, name));
appendFileSync(join(OUT, "vendor/uplot.js"), "\nexport default uPlot;\n"); // as a module the package has it at twice the size
files(OUT, ".js").forEach(makeRelative);
writeStrings();
writePage();
