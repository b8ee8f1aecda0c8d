// Before anybody is signed in: the keys of this terminal, how they are enrolled, and the ways in.

import { h, ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { Refusal, Silence } from "../node/ask.js";
import { signIn } from "../node/login.js";
import { fingerprint, publicLine, Signer } from "../sign/sshsig.js";
import { makePasskey, passkeys, TERMINAL, terminalKey, use } from "../sign/keys.js";
import { othersUnsent } from "../node/outbox.js";
import { hasLeft } from "../node/record.js";
import { _, nodeSays } from "../words/say.js";
import { Band, Languages } from "./frame.js";
import { textsHere } from "./typing.js";
import { Group, Sentence } from "./parts.js";

interface Shown { line: string; fingerprint: string }

export const keys = signal<Record<string, Shown>>({}); // by the names under which this browser keeps them
const refused = signal<string | undefined>(undefined);
const isBusy = signal(false);

export async function showKeys(): Promise<void> {
  const all: [string, Signer][] = [[TERMINAL, await terminalKey()], ...await passkeys()];
  keys.value = Object.fromEntries(await Promise.all(all.map(async ([name, { publicKey }]) => [name, { line: publicLine(publicKey, "console"), fingerprint: await fingerprint(publicKey) }])));
}

const why: Record<string, () => string> = {
  KEY: () => _("This terminal's key has no role yet, or was withdrawn: have your registrar enrol it by the line above."),
  GUIDELINES: () => _("The accord has no guidelines, so nobody can be signed in."),
  LATE: () => _("The challenge was older than a minute: sign in again."),
};

// The browser asks for the touch; who says no, or has no authenticator, is where he was.
async function tryTo(act: () => Promise<void>): Promise<void> {
  isBusy.value = true;
  refused.value = undefined;
  try {
    await act();
  } catch (reason) {
    refused.value = reason instanceof Refusal ? why[reason.rule ?? ""]?.() ?? `${reason.rule ?? reason.err}: ${nodeSays(reason.message)}`
      : reason instanceof Silence ? _("The node does not answer. Nothing was lost; try again, or see `entente status` on the node.")
      : _("The passkey was not given: {1}", (reason as Error).message);
  }
  isBusy.value = false;
}

const enter = (name: string) => tryTo(() => {
  use(name);
  return signIn();
});

const makeOne = () => tryTo(() => makePasskey().then(showKeys));

export const KeyLine = ({ shown, rows }: { shown?: Shown; rows: number }) => (
  <Group>
    <p class="fingerprint">{shown?.fingerprint ?? ""}</p>
    <label><Sentence text={_("For the registrar, who enrols it with `entente keys --add`")} /><textarea class="key-line" readOnly rows={rows} value={shown?.line ?? ""} /></label>
  </Group>
);

function PasskeyWay() {
  const kept = Object.entries(keys.value).filter(([name]) => name !== TERMINAL);
  return (
    <section class="passkey" aria-labelledby="passkey">
      <h2 id="passkey">{_("A passkey")}</h2>
      {kept.map(([name, shown]) => <Group key={name}><KeyLine shown={shown} rows={3} /><button type="button" data-act="passkey" data-key={name} disabled={isBusy.value} onClick={() => void enter(name)}>{_("Sign in with the passkey")}</button></Group>)}
      <p>{_("A key on a token or in this machine, which asks for a touch and a PIN at each signature.")}</p>
      <button type="button" data-act="make-passkey" disabled={isBusy.value} onClick={() => void makeOne()}>{kept.length === 0 ? _("Make a passkey") : _("Make another passkey")}</button>
    </section>
  );
}

const Page = ({ name, children }: { name: string; children: ComponentChildren }) => <main class={name}><Band /><Languages /><h1>entente</h1>{children}</main>;

// After a session, until the page has begun anew.
export const Left = () => <Page name="login left"><p role="status">{_("The session has ended. This page begins anew when the node answers; nothing of it is shown to anybody else.")}</p></Page>;

// Before the node has said who is signed in, or that nobody is.
export const Unanswered = () =>
  <Page name="login"><p class="warning" role="status"><Sentence text={_("The node has not answered yet. This page asks it again by itself; on the node `entente status` tells what is wrong.")} /></p></Page>;

export const Login = () => (
  <Page name="login">
    <p>{_("You sign in with the key of this terminal. It was made in this browser and cannot be taken out of it.")}</p>
    <h2>{_("The key of this terminal")}</h2>
    <KeyLine shown={keys.value[TERMINAL]} rows={3} />
    {textsHere.value + othersUnsent.value > 0 ? <p class="texts-here">{_("{1} texts wait in this browser. Each is shown to who wrote it, when he signs in with the same key.", textsHere.value + othersUnsent.value)}</p> : null}
    {hasLeft.value ? <p class="warning bad" role="alert">{_("Something of the officer who was signed in stands on this page alone: a text that this browser does not keep, or a file on its way. He finds it when he signs in here. If another signs in, it is gone.")}</p> : null}
    {refused.value === undefined ? null : <p class="warning bad" role="alert">{refused.value}</p>}
    <button class="primary" disabled={isBusy.value} onClick={() => void enter(TERMINAL)}>{_("Sign in")}</button>
    {"PublicKeyCredential" in globalThis ? <PasskeyWay /> : null}
  </Page>
);
