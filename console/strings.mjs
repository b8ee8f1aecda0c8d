// The catalogue for the browser: the strings that the sources use, and what po/ko.po says for them.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CALL = /\bN?_\(((?:\s*"(?:[^"\\\n]|\\.)*")+)/g, MARKED = new RegExp(CALL.source.replace("N?", "N"), "g");
const LITERAL = /"(?:[^"\\\n]|\\.)*"/g;

function stringsOf(source, call = CALL) {
  return [...source.matchAll(call)].map(([, literals]) => literals.match(LITERAL).map((one) => JSON.parse(one)).join(""));
}

// Of the screens, and what a node may say to them: C keeps tables of its sentences and words for the same reason.
export function usedStrings(folder, tables) {
  const sources = readdirSync(folder, { recursive: true }).filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
  const found = (paths, call) => paths.flatMap((path) => stringsOf(readFileSync(path, "utf8"), call));
  return [...new Set([...found(sources, CALL), ...found(tables, MARKED)])];
}

// msgfmt judges the .po; its .mo is read as the GNU gettext manual lays it out.
export function readCatalogue(path) {
  const mo = execFileSync("msgfmt", ["-o", "-", path], { maxBuffer: 64 << 20 });
  const read32 = (at) => mo.readUInt32LE(at);
  if (read32(0) !== 0x950412de)
    throw new Error(`${path}: msgfmt gave no catalogue`);
  const [count, originals, translations] = [read32(8), read32(12), read32(16)];
  const text = (table, i) => mo.toString("utf8", read32(table + 8 * i + 4), read32(table + 8 * i + 4) + read32(table + 8 * i));
  return new Map(Array.from({ length: count }, (_, i) => [text(originals, i), text(translations, i)]));
}
