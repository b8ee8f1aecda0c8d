// People and keys: whose keys hold which roles, and what this terminal is.

import { h } from "preact";
import { effect, signal, untracked } from "@preact/signals";
import { ask } from "../node/ask.js";
import { accord, session } from "../node/record.js";
import type { Key } from "../node/shapes.js";
import { used } from "../sign/keys.js";
import { _, named } from "../words/say.js";
import { KeyLine, keys as ownKeys } from "./login.js";
import { Panel, partyCode, roleNames } from "./parts.js";
import { screen } from "./screen.js";

const keys = signal<Record<string, Key[]>>({});

async function load(party: string): Promise<void> {
  const answer = await ask<{ keys: Key[] }>("/keys", { party }).catch(() => ({ keys: [] }));
  keys.value = { ...keys.value, [party]: answer.keys };
}

export function followPeople(): void {
  effect(() => {
    const parties = accord.value?.parties ?? [];
    if (screen.value.name === "people")
      untracked(() => parties.forEach((party) => void load(party.name)));
  });
}

function Terminal() {
  return (
    <Panel title={_("This terminal")} name="terminal">
      <KeyLine shown={ownKeys.value[used.value]} rows={2} />
      <table class="rows">
        <thead><tr><th>{_("Channel")}</th><th>{_("roles")}</th></tr></thead>
        <tbody>{(session.value?.channels ?? []).map((row) => <tr key={row.channel}><th scope="row">{row.channel}</th><td class="wide">{roleNames(row.roles)}</td></tr>)}</tbody>
      </table>
    </Panel>
  );
}

function Keys({ party }: { party: string }) {
  const own = [ownKeys.value.terminal, ownKeys.value.passkey].map((shown) => shown?.fingerprint);
  return (
    <table class="rows">
      <thead><tr><th>{_("holder")}</th><th>{_("roles")}</th><th>{_("fingerprint")}</th><th>{_("state")}</th></tr></thead>
      <tbody>
        {(keys.value[party] ?? []).map((row) => (
          <tr key={row.fingerprint} class={row.withdrawn === undefined ? "" : "withdrawn"}>
            <td>{row.holder}</td><th scope="row">{roleNames(row.roles)}</th><td class="hash wide">{row.fingerprint}</td>
            <td class="state">{row.withdrawn === undefined ? _("good") : _("withdrawn")}{own.includes(row.fingerprint) ? ` · ${_("this terminal")}` : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PeopleScreen() {
  return (
    <div class="halves">
      <h1 class="hidden">{_("People and keys")}</h1>
      <div>
        {(accord.value?.parties ?? []).map((party) => (
          <Panel key={party.name} title={`${partyCode(party.name)} ${named(party.names)}`} name={`keys-${party.name}`}><Keys party={party.name} /></Panel>
        ))}
      </div>
      <div><Terminal /></div>
    </div>
  );
}
