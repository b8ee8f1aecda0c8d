// What each test of the console needs: the compiled modules, the vectors of the whole project, WebCrypto by its global name.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto;

const HERE = dirname(fileURLToPath(import.meta.url));

export const load = (name) => import(pathToFileURL(resolve(process.env.CONSOLE, name)).href);
export const vectors = (name) => JSON.parse(readFileSync(join(HERE, "../vectors", name), "utf8"));

// (81*5000) stands for a byte that comes five thousand times: test/vectors/make_wire.py.
export const bytesOf = (text) => Uint8Array.from(Buffer.from(
  text.replace(/\(([0-9a-f]{2})\*(\d+)\)/g, (_, byte, count) => byte.repeat(Number(count))), "hex"));
