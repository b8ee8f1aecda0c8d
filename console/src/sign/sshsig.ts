// SSHSIG of an Ed25519 key: docs/spec/signature.md sections 1 to 3, as `ssh-keygen -Y verify` reads it.

import { Bytes, concat, toBase64, utf8 } from "../base/bytes.js";

export interface Signer {
  publicKey: Bytes; // 32 bytes
  sign(message: Bytes): Promise<Bytes>; // 64 bytes
}

const MAGIC = utf8("SSHSIG");

function uint32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

function string(bytes: Bytes): Bytes {
  return concat(uint32(bytes.length), bytes);
}

export function publicWire(publicKey: Bytes): Bytes {
  return concat(string(utf8("ssh-ed25519")), string(publicKey));
}

// A line of an authorized_keys or .pub file: what the registrar enrols.
export function publicLine(publicKey: Bytes, comment: string): string {
  return `ssh-ed25519 ${toBase64(publicWire(publicKey))} ${comment}`;
}

export async function fingerprint(publicKey: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", publicWire(publicKey)));
  return "SHA256:" + toBase64(hash).replace(/=+$/, "");
}

// Namespace, an empty reserved field, the hash's name: they stand in what is signed and in the blob.
function middle(namespace: string): Bytes {
  return concat(string(utf8(namespace)), string(new Uint8Array()), string(utf8("sha512")));
}

export async function sshsig(signer: Signer, namespace: string, message: Bytes): Promise<Bytes> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", message));
  const raw = await signer.sign(concat(MAGIC, middle(namespace), string(hash)));
  const signature = concat(string(utf8("ssh-ed25519")), string(raw));
  return concat(MAGIC, uint32(1), string(publicWire(signer.publicKey)), middle(namespace), string(signature));
}
