// A text of a dialogue as it stands: unit by unit, its languages side by side, what is in brackets by whom, and who has initialled and
// signed which hash. One unit is opened at a time, and written in every language at once.

import { h } from "preact";
import { signal } from "@preact/signals";
import { fromHex } from "../base/bytes.js";
import { formsOn, isName } from "../fold/forms.js";
import { agreeTo, agreeUnit, leaveOut, Move, wordsOf } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { ask, Refusal } from "../node/ask.js";
import { status } from "../node/record.js";
import type { Endorsed, Entry, Unit, WholeText } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { _, word } from "../words/say.js";
import { typedFor } from "./compose.js";
import { Line } from "./form.js";
import { judge, MoveForm, Moves, Subject } from "./moves.js";
import { Group, Panel, partyCode, Table, Words } from "./parts.js";
import { channelIn } from "./screen.js";

const text = signal<WholeText | undefined>(undefined);
const refused = signal<string | undefined>(undefined); // the place of one that this officer is not cleared for
const openUnit = signal(""); // its name
const ofSession = signal<string | undefined>(undefined); // the place of the session whose record it may be

const me = () => status.value?.value.code ?? "";
const subjectOf = (shown: WholeText): Subject => ({ place: shown.place, channel: channelIn(shown.place), isInstance: false });

function textMoves({ place, state, hash }: WholeText): Move[] {
  const named: [number, Value][] = [[18, fromHex(hash)]], isSigned = state === "SIGNED" || state === "IN FORCE";
  return [
    ...isSigned || ["CORRECTED", "AMENDED", "TERMINATED"].includes(state) ? [] : formsOn("agreed", place, {}, { [Kind.ENDORSE]: named }),
    ...isSigned ? formsOn("signed", place, {}, { [Kind.ENDORSE]: named }) : [],
    ...ofSession.value === undefined ? [] : formsOn("minutes", ofSession.value, {}, { [Kind.ACT]: named }),
  ];
}

function cellMoves(shown: WholeText, unit: Unit, tongue: string): Move[] {
  const versions = unit.languages[tongue]?.versions ?? [];
  return [...versions.length > 1 ? versions.flatMap((one) => agreeTo(shown.place, one, me())) : [], ...versions.length > 0 ? [leaveOut(shown.place, unit, tongue)] : []];
}

const unitMoves = (shown: WholeText, unit: Unit) => [...agreeUnit(shown.place, unit, me()),
  ...shown.languages.flatMap((tongue) => [...cellMoves(shown, unit, tongue), wordsOf(shown.place, unit, tongue, me())])];

async function judgeShown(): Promise<void> {
  const shown = text.value, unit = shown?.units.find((one) => one.name === openUnit.value);
  if (shown !== undefined)
    await judge(subjectOf(shown), [...textMoves(shown), ...unit === undefined ? [] : unitMoves(shown, unit)]).catch(() => undefined); // then the door says it
}

export async function loadText(place: string, session: string | undefined): Promise<void> {
  ofSession.value = session;
  try {
    text.value = await ask<WholeText>("/text", { place });
    refused.value = undefined;
  } catch (why) {
    refused.value = why instanceof Refusal ? place : undefined;
  }
  await judgeShown();
}

function open(name: string): void {
  openUnit.value = openUnit.value === name ? "" : name;
  void judgeShown();
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

// ---- One unit, opened: in each language its words to be changed, and what one stands on. ----

function Writing({ shown, unit }: { shown: WholeText; unit: Unit }) {
  const subject = subjectOf(shown);
  return (
    <div class="sides">
      {shown.languages.map((tongue) => {
        const move = wordsOf(shown.place, unit, tongue, me()), title = _("Words of {1} in {2}", unit.name, tongue);
        const versions = unit.languages[tongue]?.versions ?? [];
        return (
          <section key={tongue} aria-label={title} data-writes={tongue}>
            <MoveForm subject={subject} move={move} title={title} />
            <Moves subject={subject} moves={cellMoves(shown, unit, tongue)} name={(one) => {
              const at = versions.findIndex((version) => version.place === one.refers?.[0]);
              return at < 0 ? undefined : `${Object.keys(versions[at].by).join(", ")} ${versions[at].place}`;
            }} />
          </section>
        );
      })}
    </div>
  );
}

function UnitRows({ shown, unit }: { shown: WholeText; unit: Unit }) {
  const isOpen = openUnit.value === unit.name;
  return (
    <Group>
      <tr data-unit={unit.name}>
        <th scope="row">
          <button type="button" class="unit-name" aria-expanded={isOpen} onClick={() => open(unit.name)}>{unit.number} <Words text={unit.name} /></button>{" "}
          <span class="age">{unit.left_out ? _("to be left out") : word(unit.status)}</span>
        </th>
        {shown.languages.map((tongue) => <Versions key={tongue} unit={unit} tongue={tongue} />)}
        <td class="step">{unit.concordance.join(", ") || _("nobody yet")}</td>
      </tr>
      {isOpen ? (
        <tr class="unit-open"><td colSpan={shown.languages.length + 2}>
          <Moves subject={subjectOf(shown)} moves={agreeUnit(shown.place, unit, me())} />
          <Writing shown={shown} unit={unit} />
        </td></tr>
      ) : null}
    </Group>
  );
}

const newUnit = (shown: WholeText): Typed => typedFor(channelIn(shown.place), Kind.UNIT, { place: `${shown.place}: new` } as Entry);

function NewUnit({ shown }: { shown: WholeText }) {
  const typed = newUnit(shown), name = (typed.fields.name ?? "").trim(), number = Number(typed.fields.number ?? (shown.units.at(-1)?.number ?? 0) + 1);
  const isNamed = isName(name) && Number.isSafeInteger(number) && !shown.units.some((unit) => unit.name === name);
  return (
    <details class="new-unit">
      <summary>{_("Add a unit")}</summary>
      <div class="compose row">
        <Line typed={typed} name="name" label={_("Name: small letters, digits and hyphens, as talks-2027")} />
        <Line typed={{ ...typed, fields: { number: String(number), ...typed.fields } }} name="number" label={_("Its place among the others")} />
      </div>
      {isNamed ? <Writing shown={shown} unit={{ name, number, status: "", left_out: false, concordance: [], languages: {} }} /> : null}
    </details>
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
        {[[_("corrected by"), shown.corrected_by] as const, [_("amended by"), shown.amended_by] as const].map(([name, by]) => (by.length === 0 ? null : [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{by.join(", ")}</dd>]))}
        <dt>{_("in brackets")}</dt><dd>{brackets.join(", ") || _("none")}</dd>
        <Signed title={_("initialled")} row={shown.initialled} hash={shown.hash} /><Signed title={_("signed")} row={shown.signed} hash={shown.hash} /><Signed title={_("released")} row={shown.released} hash={shown.hash} />
        <dt><code>SHA-256</code></dt><dd class="hash">{shown.hash}</dd>
      </dl>
      <Table rows={shown.units} name="units" head={[_("unit"), ...shown.languages, _("found to match")]} row={(unit) => <UnitRows key={unit.name} shown={shown} unit={unit} />} />
      <NewUnit shown={shown} />
      <Moves subject={subjectOf(shown)} moves={textMoves(shown)} />
    </Panel>
  );
}
