// A session: the node's challenge, signed by the key that is used here. docs/spec/reading.md section 2.

import { utf8 } from "../base/bytes.js";
import { encode } from "../wire/cbor.js";
import { sshsig } from "../sign/sshsig.js";
import { signer } from "../sign/keys.js";
import { ask, end, followPageWord, keepPageWord, post, Refusal, touched } from "./ask.js";
import { endSession, hasLeft, mode, session } from "./record.js";
import type { Session } from "./shapes.js";

interface Challenge { challenge: string; namespace: string; mode: string }

let key: string | undefined; // of the officer whose sight stands on this page

export const seenBy = () => key;

// Nothing of this page is left, its address neither.
export const beginAnew = (): void => location.replace("/");

async function enter(): Promise<void> {
  const next = await ask<Session>("/session");
  if (key !== undefined && key !== next.key)
    return beginAnew();
  key = next.key;
  hasLeft.value = false;
  session.value = next;
}

export async function findSession(): Promise<void> {
  try {
    await enter();
  } catch (why) {
    if (!(why instanceof Refusal))
      throw why;
    session.value = null;
    void post<Challenge>("/session").then((answer) => { mode.value = answer.mode; }, () => undefined);
  }
}

export async function signIn(): Promise<void> {
  const { challenge, namespace } = await post<Challenge>("/session");
  const text = utf8(challenge);
  const signature = await sshsig(await signer(), namespace, text);
  touched();
  keepPageWord((await post<{ page: string }>("/session", encode([text, signature]))).page);
  await enter();
}

let ending: Promise<void> = Promise.resolve();

export const whenSignedOut = () => ending;

// Without an answer too: the node hears nobody who does not say the page's word.
export function signOut(): void {
  ending = end("/session").catch(() => undefined).then(() => keepPageWord(undefined));
  endSession();
}

export const isNodeThere = async (): Promise<boolean> => fetch("/", { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);

// Another tab signed out or in: this one is of that session from now on.
export function followTabs(): void {
  followPageWord(() => {
    if (session.value)
      endSession();
    else if (!hasLeft.value)
      beginAnew();
  });
}
