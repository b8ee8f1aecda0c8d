// A session: the node's challenge, signed by the key that is used here. docs/spec/reading.md section 2.

import { utf8 } from "../base/bytes.js";
import { encode } from "../wire/cbor.js";
import { sshsig } from "../sign/sshsig.js";
import { signer } from "../sign/keys.js";
import { ask, end, post, Refusal } from "./ask.js";
import { session } from "./record.js";
import type { Session } from "./shapes.js";

interface Challenge {
  challenge: string;
  namespace: string;
}

export async function findSession(): Promise<void> {
  try {
    session.value = await ask<Session>("/session");
  } catch (why) {
    if (!(why instanceof Refusal))
      throw why;
    session.value = null;
  }
}

export async function signIn(): Promise<void> {
  const { challenge, namespace } = await post<Challenge>("/session");
  const text = utf8(challenge);
  const signature = await sshsig(await signer(), namespace, text);
  await post("/session", encode([text, signature]));
  session.value = await ask<Session>("/session");
}

export async function signOut(): Promise<void> {
  await end("/session").catch(() => undefined);
  session.value = null;
}
