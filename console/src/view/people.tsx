// People and keys: whose keys hold which roles, and what this terminal is.

import { h } from "preact";
import { signal } from "@preact/signals";
import { ask } from "../node/ask.js";
import { accord, channelOf, logs, session } from "../node/record.js";
import type { Key } from "../node/shapes.js";
import { used } from "../sign/keys.js";
import { _, named } from "../words/say.js";
import { KeyLine, keys as ownKeys } from "./login.js";
import { Panel, partyCode, roleNames, Table } from "./parts.js";
import { whenShown } from "./screen.js";

const keys = signal<Record<string, Key[]>>({});

export const followPeople = () => whenShown(["people"], () => [accord.value, logs.value], async () => {
  keys.value = Object.fromEntries(await Promise.all((accord.value?.parties ?? []).map(async ({ name }) => [name, (await ask<{ keys: Key[] }>("/keys", { party: name })).keys])));
});

const Terminal = () => (
  <Panel title={_("This terminal")} name="terminal">
    <KeyLine shown={ownKeys.value[used.value]} rows={2} />
    <Table rows={session.value?.channels ?? []} head={[_("Channel"), _("roles")]} row={({ channel, roles }) => <tr key={channel}><th scope="row">{named(channelOf(channel)?.names, channel)}</th><td class="wide">{roleNames(roles)}</td></tr>} />
  </Panel>
);

function Keys({ party }: { party: string }) {
  const own = Object.values(ownKeys.value).map((shown) => shown.fingerprint);
  return <Table rows={keys.value[party] ?? []} head={[_("holder"), _("roles"), _("fingerprint"), _("state")]} row={(row) => (
    <tr key={row.fingerprint} class={row.withdrawn === undefined ? "" : "withdrawn"}>
      <td>{row.holder}</td><th scope="row">{roleNames(row.roles)}</th><td class="hash wide">{row.fingerprint}</td>
      <td class="state">{row.withdrawn === undefined ? _("good") : _("withdrawn")}{own.includes(row.fingerprint) ? ` · ${_("this terminal")}` : ""}</td>
    </tr>
  )} />;
}

export const PeopleScreen = () => (
  <div class="halves">
    <div>
      {(accord.value?.parties ?? []).map((party) => (
        <Panel key={party.name} title={`${partyCode(party.name)} ${named(party.names)}`} name={`keys-${party.name}`}><Keys party={party.name} /></Panel>
      ))}
    </div>
    <div><Terminal /></div>
  </div>
);
