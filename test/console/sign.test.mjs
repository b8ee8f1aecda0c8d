// What the browser signs is what ssh-keygen signs, byte for byte, and what it verifies.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { load } from "./here.mjs";

const { fingerprint, publicLine, sshsig } = await load("sign/sshsig.js");
const folder = mkdtempSync(join(tmpdir(), "entente-sign-"));
after(() => rmSync(folder, { recursive: true }));
const NAMESPACE = "entente-statement-v1", message = Buffer.from("세 번째 협의 ✓ third consultation\n");

async function signerOf(seed) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  return async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
}

// openssh-key-v1 without a passphrase ends in the public key twice, the seed before the second.
async function stockKey(path) {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  const raw = Buffer.from(readFileSync(path, "utf8").split("\n").slice(1, -2).join(""), "base64");
  const [, type] = readFileSync(`${path}.pub`, "utf8").split(" ");
  const publicKey = Uint8Array.from(Buffer.from(type, "base64").subarray(-32));
  const seed = raw.subarray(raw.lastIndexOf(Buffer.from(publicKey)) - 32).subarray(0, 32);
  return { publicKey, sign: await signerOf(seed) };
}

test("the bytes are those of ssh-keygen -Y sign", async () => {
  const path = join(folder, "officer"), key = await stockKey(path);
  writeFileSync(join(folder, "message"), message);
  execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-n", NAMESPACE, "-f", path, join(folder, "message")], { stdio: "ignore" });
  const armour = readFileSync(join(folder, "message.sig"), "utf8").split("\n").slice(1, -2).join("");
  assert.equal(Buffer.from(await sshsig(key, NAMESPACE, message)).toString("base64"), armour);
  assert.equal(publicLine(key.publicKey, "").trim(), readFileSync(`${path}.pub`, "utf8").trim());
  assert.ok(execFileSync("ssh-keygen", ["-lf", `${path}.pub`], { encoding: "utf8" }).includes(await fingerprint(key.publicKey)));
});

test("ssh-keygen -Y verify accepts it, and not another text", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const signer = { publicKey, sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes)) };
  const blob = Buffer.from(await sshsig(signer, NAMESPACE, message)).toString("base64").replace(/(.{70})/g, "$1\n");
  writeFileSync(join(folder, "sig"), `-----BEGIN SSH SIGNATURE-----\n${blob}\n-----END SSH SIGNATURE-----\n`);
  writeFileSync(join(folder, "signers"), `kor namespaces="${NAMESPACE}" ${publicLine(publicKey, "console")}\n`);
  const verify = (text) => spawnSync("ssh-keygen", ["-Y", "verify", "-f", join(folder, "signers"), "-I", "kor", "-n", NAMESPACE, "-s", join(folder, "sig")],
    { input: text }).status;
  assert.equal(verify(message), 0);
  assert.notEqual(verify(Buffer.concat([message, Buffer.from(".")])), 0);
});
