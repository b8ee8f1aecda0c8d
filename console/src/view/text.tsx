// A text of a dialogue as it stands: unit by unit, its languages side by side, what is in brackets by whom, and who has initialled and
// signed which hash. One unit is opened at a time, and written in every language at once.

import { h } from "preact";
import { signal } from "@preact/signals";
import { fromHex, sha256, toHex, utf8 } from "../base/bytes.js";
import { formsOn, isName } from "../fold/forms.js";
import { agreeTo, agreeUnit, leaveOut, Move, RETURNED, wordsOf } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { ask, isNone } from "../node/ask.js";
import { nodeClock, status } from "../node/record.js";
import type { Endorsed, Entry, Unit, WholeText } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { countdown, dateTimeGroup } from "../words/moment.js";
import { _, tongueName, word } from "../words/say.js";
import { typedFor } from "./compose.js";
import { showToo, shownToo } from "./entry.js";
import { Line } from "./form.js";
import { judge, MoveForm, Moves, Subject } from "./moves.js";
import { Group, Guidelines, OnTerminal, Panel, partyCode, save, Table, Words } from "./parts.js";
import { channelIn, now, whenShown } from "./screen.js";

const text = signal<WholeText | undefined>(undefined);
const refused = signal<string | undefined>(undefined); // the place of one that this officer is not cleared for
const openUnit = signal(""); // its text and name
const NO_UNIT = 0xffff_ffff, HOLD_SEEN_MS = 10_000;
const ofSession = signal<string | undefined>(undefined); // the place of the session whose record it may be

// The file as it came from the node, and the hash that was made of it here: `of` is the hash that the node says.
const made = signal<{ of: string; file: string; hash: string } | undefined>(undefined);
const returned = signal<Record<string, string>>({}); // by place: what was read back of our own initial

const me = () => status.value?.value.code ?? "";
const subjectOf = (shown: WholeText): Subject => ({ place: shown.place, channel: channelIn(shown.place), isInstance: false });

const outlets = (): [string, string][] => [["press", _("pages for the press")], ["atom", _("a feed (Atom)")]];

// Each other party's initial is read back by the hash that was made here; whoever initialled compares what comes back, and marks it.
function initialMoves({ hash, initialled }: WholeText): Move[] {
  return initialled.by.filter((one) => !one.stale).flatMap(({ party, place, read_back: backs = [] }): Move[] => (party === me()
    ? backs.filter((back) => back.mark === "").flatMap((back) => RETURNED.filter((move) => move.mark !== 0 || returned.value[back.place] === hash)
      .map((move) => ({ ...move, about: back.place, key: back.party })))
    : backs.some((back) => back.party === me() && back.mark !== "WRONG") ? [] : [{ name: "read-back", kind: Kind.READ_BACK, about: place, key: party, text: "none", words: hash }]));
}

function textMoves(shown: WholeText): Move[] {
  const { place, state, hash } = shown, isOurs = (row: Endorsed) => row.by.some((one) => one.party === me() && !one.stale);
  if (made.value?.of === hash && made.value.hash !== hash)
    return [];
  const named: [number, Value][] = [[18, fromHex(hash)]], isSigned = state === "SIGNED" || state === "IN FORCE";
  return [
    ...isSigned || ["CORRECTED", "AMENDED", "TERMINATED"].includes(state) ? [] : formsOn("agreed", place, {}, { [Kind.ENDORSE]: named })
      .filter((move) => !isOurs(move.name === "initial" ? shown.initialled : shown.signed)), // once each
    ...isSigned ? formsOn("signed", place, { outlets: outlets() }, { [Kind.ENDORSE]: named }) : [],
    ...state === "INITIALLED" || state.startsWith("CLEAN") ? initialMoves(shown) : [],
    ...ofSession.value === undefined ? [] : formsOn("minutes", ofSession.value, {}, { [Kind.ACT]: [[13, shown.name], ...named] }),
  ];
}

function cellMoves(shown: WholeText, unit: Unit, tongue: string): Move[] {
  const versions = unit.languages[tongue]?.versions ?? [];
  return [...versions.length > 1 ? versions.flatMap((one) => agreeTo(shown.place, one, me())) : [], ...versions.length > 0 ? [leaveOut(shown.place, unit, tongue)] : []];
}

const unitMoves = (shown: WholeText, unit: Unit) => [...agreeUnit(shown.place, unit, me()),
  ...shown.languages.flatMap((tongue) => [...cellMoves(shown, unit, tongue), wordsOf(shown.place, unit, tongue, me())])];

async function judgeShown(): Promise<void> {
  const shown = text.value, unit = shown?.units.find((one) => isOpen(shown, one));
  if (shown !== undefined)
    await judge(subjectOf(shown), [...textMoves(shown), ...unit === undefined ? [] : unitMoves(shown, unit)]).catch(() => undefined); // then the door says it
}

async function fetchFile(place: string): Promise<string> {
  for (let file = "", at = 0; ;) {
    const page = await ask<{ file: string; file_len: number }>("/text", { place, unit: NO_UNIT, file: at });
    file += page.file;
    at += utf8(page.file).length;
    if (page.file === "" || at >= page.file_len)
      return file;
  }
}

async function loadSaid({ place, hash, initialled, state }: WholeText, isInOrder: () => boolean): Promise<void> {
  if (state !== "DRAFT" && made.value?.of !== hash) {
    const file = await fetchFile(place);
    made.value = { of: hash, file, hash: toHex(await sha256(utf8(file))) };
  }
  const own = initialled.by.filter((one) => one.party === me()).flatMap((one) => one.read_back ?? []);
  const said = await Promise.all(own.map(async (back) => [back.place, (await ask<Entry>("/entry", { place: back.place })).text?.join("\n") ?? ""]));
  returned.value = isInOrder() ? Object.fromEntries(said) : returned.value;
}

// A hold ends by the clock alone.
export function followText(): void {
  whenShown(["dialogues"], () => status.value, async () => ((text.value?.sign_from_ms ?? 0) > nodeClock.value(Date.now()) - HOLD_SEEN_MS ? judgeShown() : undefined));
}

export async function loadText(place: string, session: string | undefined, isInOrder: () => boolean): Promise<void> {
  ofSession.value = session;
  try {
    const shown = await ask<WholeText>("/text", { place, outlets: outlets().map(([name]) => name).join(",") });
    await loadSaid(shown, isInOrder);
    if (!isInOrder())
      return;
    text.value = shown;
    showToo("dialogues", [...shownToo.value.dialogues ?? [], ...shown.units.flatMap((unit) => Object.values(unit.languages).flatMap((one) => one.versions))]);
    refused.value = undefined;
  } catch (why) {
    if (!isNone(why))
      throw why;
    refused.value = isInOrder() ? place : refused.value;
  }
  await judgeShown();
}

const isOpen = (shown: WholeText, unit: Unit) => openUnit.value === `${shown.place} ${unit.name}`;

function open(shown: WholeText, unit: Unit): void {
  openUnit.value = isOpen(shown, unit) ? "" : `${shown.place} ${unit.name}`;
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
        const move = wordsOf(shown.place, unit, tongue, me()), title = _("Words of {1} in {2}", unit.name, tongueName(tongue));
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

const UnitRows = ({ shown, unit }: { shown: WholeText; unit: Unit }) => (
  <Group>
    <tr data-unit={unit.name}>
      <th scope="row">
        <button type="button" class="unit-name" aria-expanded={isOpen(shown, unit)} onClick={() => open(shown, unit)}>{unit.number} <Words text={unit.name} /></button>{" "}
        <span class="age">{unit.left_out ? _("to be left out") : word(unit.status)}</span>
      </th>
      {shown.languages.map((tongue) => <Versions key={tongue} unit={unit} tongue={tongue} />)}
      <td class="step">{unit.concordance.join(", ") || _("nobody yet")}</td>
    </tr>
    {isOpen(shown, unit) ? (
      <tr class="unit-open"><td colSpan={shown.languages.length + 2}>
        <Moves subject={subjectOf(shown)} moves={agreeUnit(shown.place, unit, me())} />
        <Writing shown={shown} unit={unit} />
      </td></tr>
    ) : null}
  </Group>
);

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

// What each other party read back of an initial, and what was said of that.
const Backs = ({ shown, of: { party, read_back: backs = [] } }: { shown: WholeText; of: Endorsed["by"][number] }) => (
  <Group>
    {backs.map((back) => (
      <p key={back.place} data-read-back={back.party}>
        {back.party} {word("READ BACK")}: {back.mark === "" ? _("not marked yet") : word(back.mark)}{" "}
        {party === me() && returned.value[back.place] !== undefined && returned.value[back.place] !== shown.hash
          ? <b class="warn">{_("{1} read back other words than the hash of {2}: {3}", back.party, shown.name, returned.value[back.place])}</b> : null}
      </p>
    ))}
  </Group>
);

// When it goes out, by what, and what does not carry it; pages and feed are for another server, and are made by a command.
function GoesOut({ shown }: { shown: WholeText }) {
  const by = shown.released.by.find((one) => !one.stale), file = made.value;
  return by === undefined ? null : (
    <div class="goes-out">
      <p>{_("It goes out {1}", by.from_ms === undefined ? "" : dateTimeGroup(by.from_ms))}: {outlets().filter(([name]) => (by.outlets ?? []).length === 0 || by.outlets?.includes(name)).map(([, title]) => title).join(", ")}</p>
      {(shown.denied ?? []).map((one) => <div key={one.outlet} class="warning" data-denied={one.outlet}><p><b>{outlets().find(([name]) => name === one.outlet)?.[1]}</b>: {_("not carried, because of {1}", one.place)}</p><Guidelines denial={one.guidelines} /></div>)}
      {shown.released.all ? <OnTerminal name="publish" command={`entente text publish ${shown.name} DIR`} why={_("Every party has released it. Its pages and its feed are made by a command, for a server that is not this node.")} /> : null}
      {file?.of !== shown.hash ? null : <button type="button" data-act="save-text" onClick={() => save(new Blob([file.file], { type: "text/plain" }), `${shown.name}.txt`)}>{_("Save {1}", `${shown.name}.txt`)}</button>}
    </div>
  );
}

const Signed = ({ title, row, hash }: { title: string; row: Endorsed; hash: string }) => (
  <Group>
    <dt>{title}</dt>
    <dd>{row.by.length === 0 ? _("nobody yet") : row.by.map((one) => <span key={one.place}>{one.party} {one.when ?? ""}{one.hash === hash ? "" : ` (${_("another state of it")})`} </span>)}{row.all ? <b>{_("every party")}</b> : null}</dd>
  </Group>
);

export function TextView({ place }: { place: string }) {
  const shown = text.value, at = nodeClock.value(now.value);
  if (refused.value === place)
    return <p class="none">{_("A text is shown to whoever is cleared for the whole channel.")}</p>;
  if (shown?.place !== place)
    return null;
  const brackets = Object.entries(shown.brackets).flatMap(([party, counts]) => Object.entries(counts).filter(([, count]) => count > 0).map(([tongue, count]) => `${partyCode(party)} ${tongueName(tongue)} ${count}`));
  return (
    <Panel title={_("The text")} count={shown.units.length} name="text">
      <dl class="facts">
        <dt>{_("state")}</dt><dd data-text-state={shown.state}><b>{word(shown.state)}</b></dd>
        {[[_("corrected by"), shown.corrected_by] as const, [_("amended by"), shown.amended_by] as const].map(([name, by]) => (by.length === 0 ? null : [<dt key={name}>{name}</dt>, <dd key={`${name}:`}>{by.join(", ")}</dd>]))}
        <dt>{_("in brackets")}</dt><dd>{brackets.join(", ") || _("none")}</dd>
        <Signed title={_("initialled")} row={shown.initialled} hash={shown.hash} /><Signed title={_("signed")} row={shown.signed} hash={shown.hash} /><Signed title={_("released")} row={shown.released} hash={shown.hash} />
        <dt><code>SHA-256</code></dt><dd><span class="hash">{shown.hash}</span> {made.value?.of === shown.hash && made.value.hash === shown.hash ? <span class="age">{_("made here of the file too")}</span> : null}</dd>
      </dl>
      {shown.whole ? null : <p class="age" data-reach="part">{_("This is the text as far as you may know of it: you are not cleared for all that its channel carries.")}</p>}
      <Table rows={shown.units} name="units" head={[_("unit"), ...shown.languages.map(tongueName), _("found to match")]} row={(unit) => <UnitRows key={unit.name} shown={shown} unit={unit} />} />
      <NewUnit shown={shown} />
      {shown.initialled.by.filter((one) => !one.stale).map((one) => <Backs key={one.place} shown={shown} of={one} />)}
      {(shown.sign_from_ms ?? 0) > at ? <p class="hold-until">{_("It may be signed in {1}", countdown((shown.sign_from_ms ?? 0) - at))}</p> : null}
      {made.value?.of === shown.hash && made.value.hash !== shown.hash ? <p class="warning bad" role="alert">{_("The file that the node gave has another hash: {1}. Initial, read back and sign nothing of it.", made.value.hash)}</p> : null}
      {shown.unreleased === undefined ? null : <p class="warning" data-unreleased={shown.unreleased}>{shown.amends ? _("{1} amends {2}, which not every party has released: it goes out without the name of {2}.", shown.name, shown.unreleased) : _("{1} corrects {2}, which not every party has released: it goes out as a text that nobody has read before, without the name of {2}.", shown.name, shown.unreleased)}</p>}
      <GoesOut shown={shown} />
      <Moves subject={subjectOf(shown)} moves={textMoves(shown)} name={(move) => (move.kind === Kind.READ_BACK ? _("the initial of {1}", move.key ?? "") : move.key)} />
    </Panel>
  );
}
