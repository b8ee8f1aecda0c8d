// A text of a dialogue as it stands: unit by unit, its languages side by side, what is in brackets by whom, and who has initialled and
// signed which hash. Read here; written by `entente text`.

import { h } from "preact";
import { signal } from "@preact/signals";
import { ask, Refusal } from "../node/ask.js";
import type { Names } from "../node/shapes.js";
import { word } from "../words/names.js";
import { _ } from "../words/say.js";
import { Group, Panel, partyCode, Words } from "./parts.js";

interface Version {
  place: string;
  party: string;
  words: string;
  by: Record<string, "proposes" | "ad referendum" | "agrees">;
}

interface Unit {
  name: string;
  number: number;
  status: string;
  left_out: boolean;
  concordance: string[];
  languages: Record<string, { status: string; versions: Version[] }>;
}

interface Endorsed {
  all: boolean;
  by: { party: string; place: string; hash: string; stale: boolean; when?: string }[];
}

interface WholeText {
  place: string;
  title: Names;
  languages: string[];
  state: string;
  hash: string;
  brackets: Record<string, Record<string, number>>;
  initialled: Endorsed;
  signed: Endorsed;
  released: Endorsed;
  units: Unit[];
}

const text = signal<WholeText | undefined>(undefined);
const refused = signal<string | undefined>(undefined); // the place of one that this officer is not cleared for

export async function loadText(place: string): Promise<void> {
  try {
    text.value = await ask<WholeText>("/text", { place });
    refused.value = undefined;
  } catch (why) {
    refused.value = why instanceof Refusal ? place : undefined;
  }
}

const firmness: Record<string, () => string> = { proposes: () => _("proposes"), "ad referendum": () => _("agrees ad referendum"), agrees: () => _("agrees") };

function Versions({ unit, tongue }: { unit: Unit; tongue: string }) {
  const { status, versions } = unit.languages[tongue] ?? { status: "MISSING", versions: [] };
  return (
    <td class={status === "BRACKETED" ? "bracketed" : ""} data-unit-status={status}>
      {versions.map((one) => (
        <p key={one.place}>{status === "BRACKETED" ? <b>[ </b> : null}{one.words === "" ? <span class="none">{_("to be left out")}</span> : <Words text={one.words} tongue={tongue} />}{status === "BRACKETED" ? <b> ]</b> : null}
          {" "}<span class="age">{Object.entries(one.by).map(([party, how]) => `${party} ${firmness[how]()}`).join(", ")}</span></p>
      ))}
      {versions.length === 0 ? <p class="none">{word("MISSING")}</p> : null}
    </td>
  );
}

function Signed({ title, row, hash }: { title: string; row: Endorsed; hash: string }) {
  return (
    <Group>
      <dt>{title}</dt>
      <dd>{row.by.length === 0 ? _("nobody yet") : row.by.map((one) => <span key={one.place}>{one.party} {one.when ?? ""}{one.hash === hash ? "" : ` (${_("another state of it")})`} </span>)}{row.all ? <b>{_("every party")}</b> : null}</dd>
    </Group>
  );
}

export function TextView({ place }: { place: string }) {
  const shown = text.value;
  if (refused.value === place)
    return <p class="none">{_("A text is shown to whoever is cleared for the whole channel.")}</p>;
  if (shown?.place !== place)
    return null;
  const brackets = Object.entries(shown.brackets).flatMap(([party, counts]) => Object.entries(counts).filter(([, count]) => count > 0).map(([tongue, count]) => `${partyCode(party)} ${tongue} ${count}`));
  return (
    <Panel title={_("The text")} count={shown.units.length} name="text">
      <dl class="facts">
        <dt>{_("state")}</dt><dd data-text-state={shown.state}><b>{word(shown.state)}</b></dd>
        <dt>{_("in brackets")}</dt><dd>{brackets.join(", ") || _("none")}</dd>
        <Signed title={_("initialled")} row={shown.initialled} hash={shown.hash} /><Signed title={_("signed")} row={shown.signed} hash={shown.hash} /><Signed title={_("released")} row={shown.released} hash={shown.hash} />
        <dt><code>SHA-256</code></dt><dd class="hash">{shown.hash}</dd>
      </dl>
      <table class="rows units">
        <thead><tr><th>{_("unit")}</th>{shown.languages.map((tongue) => <th key={tongue}>{tongue}</th>)}<th>{_("found to match")}</th></tr></thead>
        <tbody>
          {shown.units.map((unit) => (
            <tr key={unit.name}>
              <th scope="row">{unit.number} <Words text={unit.name} /> <span class="age">{unit.left_out ? _("to be left out") : word(unit.status)}</span></th>
              {shown.languages.map((tongue) => <Versions key={tongue} unit={unit} tongue={tongue} />)}
              <td class="step">{unit.concordance.join(", ") || _("nobody yet")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
