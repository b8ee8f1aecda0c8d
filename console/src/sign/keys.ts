// The keys that sign here: the terminal's own, of Ed25519, made in this browser and never to be had out of it; and a passkey, which asks
// for a touch at each signature.

import { signal } from "@preact/signals";
import { Bytes, randomBytes, toHex } from "../base/bytes.js";
import { get, getKeys, put } from "../keep/database.js";
import { ed25519, Signer, tokenKey, tokenSignature } from "./sshsig.js";

interface Kept { pair: CryptoKeyPair; publicKey: Bytes }

interface Passkey { id: Bytes; point: Bytes; application: string } // made for the site of this name

async function make(): Promise<Kept> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  await put("keys", TERMINAL, { pair, publicKey });
  return { pair, publicKey };
}

// The lock keeps two tabs that open at once from making two keys.
export function terminalKey(): Promise<Signer> {
  return navigator.locks.request("entente-terminal", async () => {
    const { pair, publicKey } = (await get<Kept>("keys", TERMINAL)) ?? await make();
    return ed25519(publicKey, async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message)));
  });
}

// ---- Passkeys: of each officer of this browser his own, and of one who has another token another. ----

const PASSKEY = "passkey ";
const ES256 = -7, POINT_LEN = 65;

export async function makePasskey(): Promise<void> {
  const application = location.hostname;
  const made = await navigator.credentials.create({ publicKey: {
    rp: { id: application, name: "entente" }, user: { id: randomBytes(16), name: application, displayName: application }, challenge: randomBytes(32),
    pubKeyCredParams: [{ type: "public-key", alg: ES256 }], authenticatorSelection: { userVerification: "required" }, attestation: "none",
  } }) as PublicKeyCredential;
  const spki = new Uint8Array((made.response as AuthenticatorResponse & { getPublicKey(): ArrayBuffer | null }).getPublicKey() ?? new ArrayBuffer(0));
  if (spki.length < POINT_LEN)
    throw new Error("the authenticator has no key of P-256");
  const id = new Uint8Array(made.rawId);
  await put("keys", `${PASSKEY}${toHex(id)}`, { id, point: spki.slice(-POINT_LEN), application });
}

function passkeySigner({ id, point, application }: Passkey): Signer {
  return {
    publicKey: tokenKey(point, application),
    sign: async (toSign) => {
      const given = await navigator.credentials.get({ publicKey: {
        challenge: toSign, rpId: application, allowCredentials: [{ type: "public-key", id }], userVerification: "required",
      } }) as PublicKeyCredential;
      const { clientDataJSON, authenticatorData, signature } = given.response as AuthenticatorAssertionResponse;
      return tokenSignature(location.origin, new Uint8Array(clientDataJSON), new Uint8Array(authenticatorData), new Uint8Array(signature));
    },
  };
}

export async function passkeys(): Promise<[name: string, signer: Signer][]> {
  const names = (await getKeys("keys")).filter((name) => name.startsWith(PASSKEY));
  return Promise.all(names.map(async (name): Promise<[string, Signer]> => [name, passkeySigner(await get<Passkey>("keys", name) as Passkey)]));
}

// ---- Which of them signs: the one that signed in. ----

export const TERMINAL = "terminal";
const KEPT = "entente-key";

export const used = signal(localStorage.getItem(KEPT) ?? TERMINAL);

export function use(name: string): void {
  used.value = name;
  localStorage.setItem(KEPT, name);
}

export async function signer(): Promise<Signer> {
  const kept = used.value === TERMINAL ? undefined : await get<Passkey>("keys", used.value);
  return kept === undefined ? terminalKey() : passkeySigner(kept);
}
