// What the browser signs is what ssh-keygen signs, byte for byte, and what it verifies.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { load } from "./here.mjs";

const { ed25519, fingerprint, publicLine, signerOf: ownerOf, sshsig, tokenKey, tokenSignature } = await load("sign/sshsig.js");
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
  return ed25519(publicKey, await signerOf(seed));
}

test("the bytes are those of ssh-keygen -Y sign", async () => {
  const path = join(folder, "officer"), key = await stockKey(path);
  writeFileSync(join(folder, "message"), message);
  execFileSync("ssh-keygen", ["-q", "-Y", "sign", "-n", NAMESPACE, "-f", path, join(folder, "message")], { stdio: "ignore" });
  const armour = readFileSync(join(folder, "message.sig"), "utf8").split("\n").slice(1, -2).join("");
  assert.equal(Buffer.from(await sshsig(key, NAMESPACE, message)).toString("base64"), armour);
  assert.equal(await ownerOf(await sshsig(key, NAMESPACE, message)), createHash("sha256").update(key.publicKey).digest("hex"));
  assert.equal(publicLine(key.publicKey, "").trim(), readFileSync(`${path}.pub`, "utf8").trim());
  assert.ok(execFileSync("ssh-keygen", ["-lf", `${path}.pub`], { encoding: "utf8" }).includes(await fingerprint(key.publicKey)));
});

function verifier(signer, blob) {
  const lines = Buffer.from(blob).toString("base64").replace(/(.{70})/g, "$1\n");
  writeFileSync(join(folder, "sig"), `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`);
  writeFileSync(join(folder, "signers"), `kor namespaces="${NAMESPACE}" ${publicLine(signer.publicKey, "console")}\n`);
  return (text) => spawnSync("ssh-keygen", ["-Y", "verify", "-f", join(folder, "signers"), "-I", "kor", "-n", NAMESPACE, "-s", join(folder, "sig")],
    { input: text }).status;
}

test("ssh-keygen -Y verify accepts it, and not another text", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const signer = ed25519(point, async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes)));
  const verify = verifier(signer, await sshsig(signer, NAMESPACE, message));
  assert.equal(verify(message), 0);
  assert.notEqual(verify(Buffer.concat([message, Buffer.from(".")])), 0);
});

// What a browser gives for a passkey, made here as WebAuthn section 6 lays it out.
function passkey(origin = "http://kor.localhost:7480") {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const sha = (bytes) => createHash("sha256").update(bytes).digest(), application = "kor.localhost";
  return {
    publicKey: tokenKey(Uint8Array.from(publicKey.export({ type: "spki", format: "der" }).subarray(-65)), application),
    sign: async (toSign) => {
      const client = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge: Buffer.from(toSign).toString("base64url"), origin, crossOrigin: false }));
      const said = Buffer.concat([sha(application), Buffer.from([5, 0, 0, 0, 9])]);
      return tokenSignature(origin, client, said, sign("sha256", Buffer.concat([said, sha(client)]), privateKey));
    },
  };
}

test("a passkey's signature too, whatever the lengths of its numbers", async () => {
  for (let i = 0; i < 8; i++) {
    const signer = passkey(), verify = verifier(signer, await sshsig(signer, NAMESPACE, message));
    assert.equal(verify(message), 0);
    assert.notEqual(verify(Buffer.concat([message, Buffer.from(".")])), 0);
  }
  assert.throws(() => tokenSignature("http://kor.localhost", new Uint8Array(), new Uint8Array(37), Uint8Array.of(0x31, 0)), /no signature/);
  assert.throws(() => tokenSignature("http://kor.localhost", new Uint8Array(), new Uint8Array(36), Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1)), /no signature/);
});
