// Before anybody is signed in: the terminal's key, how it is enrolled, and the way in.

import { h } from "preact";
import { signal } from "@preact/signals";
import { Refusal } from "../node/ask.js";
import { signIn } from "../node/login.js";
import { fingerprint, publicLine } from "../sign/sshsig.js";
import { terminalKey } from "../sign/terminal.js";
import { _, choose, language } from "../words/say.js";

export const key = signal<{ line: string; fingerprint: string } | undefined>(undefined);
const refused = signal<string | undefined>(undefined);
const isBusy = signal(false);

export async function showKey(): Promise<void> {
  const { publicKey } = await terminalKey();
  key.value = { line: publicLine(publicKey, "console"), fingerprint: await fingerprint(publicKey) };
}

const why: Record<string, () => string> = {
  KEY: () => _("This terminal's key has no role yet, or was withdrawn: have your registrar enrol it by the line above."),
  GUIDELINES: () => _("The accord has no guidelines, so nobody can be signed in."),
  EXPIRED: () => _("The challenge was older than a minute: sign in again."),
};

async function enter(): Promise<void> {
  isBusy.value = true;
  refused.value = undefined;
  try {
    await signIn();
  } catch (reason) {
    refused.value = reason instanceof Refusal ? why[reason.rule ?? ""]?.() ?? `${reason.rule ?? reason.err}: ${reason.message}`
      : _("The node does not answer. Nothing was lost; try again, or see `entente status` on the node.");
  }
  isBusy.value = false;
}

export function Login() {
  return (
    <main class="login">
      <button class="language" lang={language.value === "ko" ? "en" : "ko"} onClick={() => choose(language.value === "ko" ? "en" : "ko")}>
        {language.value === "ko" ? "English" : "한국어"}
      </button>
      <h1>entente</h1>
      <p>{_("You sign in with the key of this terminal. It was made in this browser and cannot be taken out of it.")}</p>
      <h2>{_("The key of this terminal")}</h2>
      <p class="fingerprint">{key.value?.fingerprint ?? ""}</p>
      <label>
        {_("For the registrar, who enrols it with `entente keys --add`")}
        <textarea class="key-line" readOnly rows={3} value={key.value?.line ?? ""} />
      </label>
      {refused.value === undefined ? null : <p class="warning bad" role="alert">{refused.value}</p>}
      <button class="primary" disabled={isBusy.value} onClick={() => void enter()}>{_("Sign in")}</button>
    </main>
  );
}
