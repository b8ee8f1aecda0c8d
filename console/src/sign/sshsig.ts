// SSHSIG: docs/spec/signature.md sections 1 to 4, as `ssh-keygen -Y verify` reads it; by an Ed25519 key or by a passkey.

import { Bytes, concat, sha256, toBase64, toHex, utf8 } from "../base/bytes.js";

// Both in SSH's wire form: the key of section 2, the signature of section 3.
export interface Signer {
  publicKey: Bytes;
  sign(toSign: Bytes): Promise<Bytes>;
}

const MAGIC = utf8("SSHSIG");

function uint32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

const string = (bytes: Bytes): Bytes => concat(uint32(bytes.length), bytes);

// 32 bytes, and what makes 64 out of a message.
export function ed25519(point: Bytes, sign: (message: Bytes) => Promise<Bytes>): Signer {
  const type = string(utf8("ssh-ed25519"));
  return { publicKey: concat(type, string(point)), sign: async (toSign) => concat(type, string(await sign(toSign))) };
}

// A passkey's key: an uncompressed point of P-256 and the name of the site that it was made for.
export const tokenKey = (point: Bytes, application: string): Bytes =>
  concat(string(utf8("sk-ecdsa-sha2-nistp256@openssh.com")), string(utf8("nistp256")), string(point), string(utf8(application)));

const FLAGS_AT = 32, COUNTER_AT = 33, EXTENSIONS_AT = 37; // in what an authenticator says: WebAuthn section 6.1

// What a browser gives for a passkey: DER holds r and s as SSH's mpint does.
export function tokenSignature(origin: string, client: Bytes, said: Bytes, der: Bytes): Bytes {
  const r = der.slice(4, 4 + der[3]), s = der.slice(6 + der[3], 6 + der[3] + der[5 + der[3]]);
  if (der[0] !== 0x30 || der[2] !== 2 || der[4 + der[3]] !== 2 || der.length !== 6 + r.length + s.length || said.length < EXTENSIONS_AT)
    throw new Error("no signature of a passkey");
  return concat(string(utf8("webauthn-sk-ecdsa-sha2-nistp256@openssh.com")), string(concat(string(r), string(s))), said.slice(FLAGS_AT, COUNTER_AT),
    said.slice(COUNTER_AT, EXTENSIONS_AT), string(utf8(origin)), string(client), string(said.slice(EXTENSIONS_AT)));
}

// A line of an authorized_keys or .pub file: what the registrar enrols.
export function publicLine(publicKey: Bytes, comment: string): string {
  const length = new DataView(publicKey.buffer, publicKey.byteOffset).getUint32(0);
  return `${new TextDecoder().decode(publicKey.slice(4, 4 + length))} ${toBase64(publicKey)} ${comment}`;
}

export const fingerprint = async (publicKey: Bytes): Promise<string> => "SHA256:" + toBase64(await sha256(publicKey)).replace(/=+$/, "");

// Namespace, an empty reserved field, the hash's name: they stand in what is signed and in the blob.
const middle = (namespace: string): Bytes => concat(string(utf8(namespace)), string(new Uint8Array()), string(utf8("sha512")));

const KEY_AT = MAGIC.length + 4; // its length, behind the version

// Whose it is, as the node names a key in a session: the hash of the key in SSH's wire form.
export async function signerOf(blob: Bytes): Promise<string> {
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(KEY_AT);
  return toHex(await sha256(blob.slice(KEY_AT + 4, KEY_AT + 4 + length)));
}

export async function sshsig(signer: Signer, namespace: string, message: Bytes): Promise<Bytes> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", message));
  const signature = await signer.sign(concat(MAGIC, middle(namespace), string(hash)));
  return concat(MAGIC, uint32(1), string(signer.publicKey), middle(namespace), string(signature));
}
