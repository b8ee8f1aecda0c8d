// Consultation: one instance of a procedure. What is, what is owed by whom and by when, what stands at the gates, what this officer may do.

import { h } from "preact";
import { signal } from "@preact/signals";
import { fromHex, sha256, toHex, utf8 } from "../base/bytes.js";
import { formsOn } from "../fold/forms.js";
import { Move, movesAt, movesOf, stepsOf, Stretch, stretchesOf } from "../fold/moves.js";
import type { Dated } from "../fold/rhythm.js";
import { ask, isNone } from "../node/ask.js";
import { compose } from "../node/compose.js";
import { send } from "../node/outbox.js";
import { instances, nodeClock, obligations, procedures, rolesOn, session, status, writable } from "../node/record.js";
import type { Due, Entry, Gate, Instance, Procedure, ProcedureStep, WholeInstance } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind, PRECEDENCES, Precedence as PrecedenceName } from "../wire/statement.js";
import { countdown } from "../words/moment.js";
import { _, N_, named, spanText, word } from "../words/say.js";
import { TimeLine } from "./chart.js";
import { LabelChoice, Role, typedFor } from "./compose.js";
import { showToo } from "./entry.js";
import { judge, Moves, Subject } from "./moves.js";
import { Choice, Group, Moment, Nowhere, Panel, partyCode, Precedence, Result, Sentence, Table, Views, whoIs, Words } from "./parts.js";
import { contentOf, labelOfTyped, once, results, Said } from "./say.js";
import { followPlace, go, linkTo, now, placeIn, Screen, screen, when, whenShown } from "./screen.js";
import { change, typing } from "./typing.js";

const DEPTHS = ["I", "II", "III"];
const GIVEN = [
  N_("not all have read it"), N_("I, exchanged: every party has read it"), N_("II, advised: it was put before every party's principal"),
  N_("III, consulted: every party has answered or taken a position"),
];

// ---- The one that is opened. ----

const whole = signal<WholeInstance | undefined>(undefined);
const texts = signal<Record<string, { entry: Entry; text: string; hash: string }>>({}); // what was proposed, by its place, and its own hash
const missing = signal(false);

const me = () => session.value?.party ?? "";
const subjectOf = (instance: Instance): Subject => ({ place: instance.place, channel: instance.channel_name, isInstance: true });

const RESULTS = ["REACHED", "NO ANSWER", "LINE DOWN", "REFUSED"]; // by their number

const ownMoves = (instance: WholeInstance): Move[] =>
  [...movesOf(instance, stepsOf(instance, procedures.value), me(), session.value?.holder ?? 0), ...formsOn("instance", instance.place, { result: RESULTS.map((name, i) => [String(i), word(name)]) })];

async function read(entry: Entry): Promise<{ entry: Entry; text: string; hash: string } | undefined> {
  const text = entry.text?.join("\n");
  return text === undefined ? undefined : { entry, text, hash: toHex(await sha256(utf8(text))) };
}

const judgeAll = (instance: WholeInstance) =>
  judge(subjectOf(instance), [...instance.gates.flatMap((gate) => movesAt(gate, instance, me())), ...ownMoves(instance)]);

async function open(place: string, isInOrder: () => boolean): Promise<void> {
  try {
    const answer = await ask<WholeInstance>("/instances", { place });
    const proposals = await Promise.all(answer.gates.map((gate) => ask<Entry>("/entry", { place: gate.place }).then(read).catch(() => undefined)));
    if (!isInOrder())
      return;
    const found = proposals.flatMap((one) => one ?? []);
    texts.value = Object.fromEntries(found.map((one) => [one.entry.place, one]));
    showToo("consult", found.map((one) => one.entry));
    whole.value = answer;
    missing.value = false;
    await judgeAll(answer);
  } catch (why) {
    missing.value = isInOrder() ? isNone(why) : missing.value;
    if (!isNone(why))
      throw why;
  }
}

export function followInstance(): void {
  const names: Screen[] = ["consult", "card"];
  followPlace(whole);
  whenShown(names, () => [instances.value, procedures.value], async (place, isInOrder) => (place === undefined ? undefined : open(place, isInOrder)));
  whenShown(names, () => status.value, async () => (whole.value === undefined ? undefined : judgeAll(whole.value))); // a hold ends by the clock alone
}

// ---- In doubt: on every screen, and nothing closes it but the record. ----

const Doubt = ({ gate, instance }: { gate: Gate; instance: Instance }) => (
  <p>
    <b>!! {gate.in_doubt ? _("IN DOUBT") : _("CONFIRMED THERE, NOT HERE")}</b>{" "}
    <a href={linkTo("consult", instance.place)}>{named(instance.title)} {gate.place}</a>: {named(gate.step_title)}, {named(gate.option_title)}.{" "}
    {_("Confirmed by {1}, awaiting {2}.", gate.confirmed.map(partyCode).join(", "), (gate.awaiting ?? []).map(partyCode).join(", "))}{" "}
    {_("Nothing is decided. Who has confirmed cannot withdraw; it ends when whoever is awaited confirms or withdraws.")}
  </p>
);

export function Doubts() {
  const rows = instances.value.flatMap((instance) => instance.gates.filter((gate) => gate.state === "IN DOUBT").map((gate) => <Doubt key={gate.place} gate={gate} instance={instance} />));
  return rows.length === 0 ? null : <div class="alarms doubt" role="alert">{rows}</div>;
}

// ---- What runs: also a panel of Watch. ----

const titlesOf = (steps: ProcedureStep[]) => steps.map((step) => named(step.title, step.id)).join(", ") || _("none");

const dues = (place: string): Due[] => obligations.value.filter((due) => due.instance === place);

function whoseMove(instance: Instance): string {
  const owing = [...new Set(dues(instance.place).map((due) => due.party))];
  return owing.length === 0 ? _("open to all") : owing.map(partyCode).join(", ");
}

function Row({ instance }: { instance: Instance }) {
  const at = nodeClock.value(now.value), since = Math.max(instance.started_ms, ...dues(instance.place).map((due) => due.since_ms ?? 0));
  const next = stepsOf(instance, procedures.value).find((step) => step.kind === "gate" && !instance.done.some((one) => one.id === step.id));
  return (
    <tr>
      <td><Precedence name={instance.precedence} /></td>
      <th scope="row" class="name"><a href={linkTo("consult", instance.place)} data-place={instance.place} aria-current={placeIn(screen.value.about) === instance.place ? "true" : undefined}>{named(instance.title)}</a> <span class="age">{instance.place}</span></th>
      <td class="wide">{titlesOf(instance.open)}{next === undefined || instance.open.some((one) => one.id === next.id) ? "" : ` · ${_("next gate: {1}", named(next.title))}`}</td>
      <td class="step">{instance.life === "ACTIVE" ? spanText(at - since) : word(instance.life)}</td>
      <td class="step">{whoseMove(instance)}</td>
    </tr>
  );
}

export function Running({ limit }: { limit: number }) {
  return <Table rows={instances.value} limit={limit} none={_("No procedure runs, or none that you are cleared for.")} row={(instance) => <Row key={instance.place} instance={instance} />}
    head={[_("Precedence"), _("Procedure"), _("open steps"), _("for"), _("owed by")]} />;
}

// ---- To begin one. ----

async function begin(key: string, procedure: Procedure): Promise<Said> {
  const typed = typing.value[key] ?? typedFor(typingChannel(), Kind.START);
  const item = await compose({
    kind: Kind.START, channel: typed.channel, role: typed.role, label: labelOfTyped(typed), precedence: PRECEDENCES.indexOf(typed.precedence as PrecedenceName),
    fields: new Map<number, Value>([[1, fromHex(procedure.hash)], [2, Number(typed.fields.depth ?? 3)]]), content: contentOf(typed),
  }, false, named(procedure.title), typed);
  const result = await send(item);
  if (result.place !== undefined)
    go("consult", result.place);
  return result;
}

const chosen = signal("");
const typingChannel = () => (writable().find((line) => line.name === chosen.value) ?? writable()[0])?.name ?? "";

function Begin() {
  if (procedures.value.length === 0 || writable().length === 0)
    return null;
  const typed = typedFor(typingChannel(), Kind.START), line = writable().find((one) => one.name === typed.channel);
  const procedure = procedures.value.find((one) => one.id === typed.fields.procedure) ?? procedures.value[0];
  const precedences = procedure.precedences.filter((name) => line?.precedences.includes(name));
  const precedence = precedences.includes(typed.precedence) ? typed.precedence : precedences[0] ?? "";
  const set = (fields: Record<string, string>) => change(typed, { precedence, fields: { ...typed.fields, ...fields } });
  return (
    <details class="panel begin">
      <summary>{_("Begin a procedure")}</summary>
      <form class="compose" onSubmit={(event) => event.preventDefault()}>
        <div class="row">
          <Choice label={_("Channel")} value={typed.channel} options={writable().map((one) => [one.name, named(one.names, one.name)])} onChange={(name) => { chosen.value = name; }} />
          <Choice label={_("Procedure")} value={procedure.id} options={procedures.value.map((one) => [one.id, named(one.title, one.id)])} onChange={(id) => set({ procedure: id })} />
          <Choice label={_("Precedence")} value={precedence} options={precedences.map((name) => [name, name])} onChange={(name) => change(typed, { precedence: name })} />
          <Choice label={_("Depth asked for")} value={typed.fields.depth ?? "3"} options={DEPTHS.map((name, i) => [String(i + 1), name])} onChange={(depth) => set({ depth })} />
          <Role typed={typed} roles={rolesOn(typed.channel)} />
        </div>
        <LabelChoice typed={typed} />
        {precedence === "" ? <p class="none">{_("This line has no precedence of this procedure.")}</p>
          : <button type="button" class="primary sign" data-act="begin" onClick={() => void once(typed.key, () => { change(typed, { precedence }); return begin(typed.key, procedure); })}>{_("Begin")}</button>}
        <Result result={results.value[typed.key]} />
      </form>
    </details>
  );
}

// ---- Steps, gates, what is owed, what was said. ----

const stateOf = (step: ProcedureStep, instance: Instance): string => instance.done.some((one) => one.id === step.id) ? "done" : instance.open.some((one) => one.id === step.id) ? "now" : "waits";

const stateWords: Record<string, () => string> = { done: () => _("done"), now: () => _("NOW"), waits: () => _("waits") };

// A message that a step asks for is written on its channel, in this instance.
function write(instance: Instance, step: ProcedureStep): void {
  const typed = typedFor(instance.channel_name, Kind.MESSAGE);
  const to = instance.parties.filter((party) => party !== me()).flatMap((party) => [...new Set((step.owe ?? []).map((owe) => `${party}/${owe.who.split(".")[1]}`))]);
  const by = step.by?.split(".")[1] ?? "", role = rolesOn(instance.channel_name).includes(by) ? by : typed.role;
  change(typed, { instance: instance.place, form: step.form, precedence: instance.precedence, role, to });
  go("channel", instance.channel_name);
}

// From when to when, or for how long so far; and by when something is owed of it still.
function Times({ stretch: { first_ms: first, end_ms: end, due_ms: due }, isOpen }: { stretch: Stretch; isOpen: boolean }) {
  const so = isOpen ? [when(first), _("for {1}", spanText(nodeClock.value(now.value) - first))] : [`${when(first)} – ${when(end)}`];
  return <span class="age"> {[...so, ...due === undefined ? [] : [_("by {1}", when(due))]].join(" · ")}</span>;
}

const recessesOf = ({ moves }: WholeInstance, at: number): Dated[] => moves.filter((one) => one.move === "recess").map(({ place, filed_ms: first_ms }) =>
  ({ place, name: word("RECESS"), first_ms, end_ms: moves.find((one) => one.move === "resume" && one.about === place)?.filed_ms ?? at }));

// The same as a picture: what is under way or owed goes on to now, and to when it is due.
function Strip({ instance, stretches }: { instance: WholeInstance; stretches: Stretch[] }) {
  const at = nodeClock.value(now.value), isOpen = (id: string) => instance.open.some((step) => step.id === id);
  const rows = stretches.map(({ step, first_ms, end_ms, due_ms }): Dated =>
    ({ place: step.id, name: named(step.title, step.id), first_ms, end_ms: Math.max(end_ms, isOpen(step.id) ? at : 0, due_ms ?? 0) }));
  return <TimeLine at={at} rows={[...rows, ...recessesOf(instance, at)]} note={(first, last) => _("{1} to {2}; the upright line is now", when(first), when(last))} />;
}

function Steps({ instance }: { instance: WholeInstance }) {
  const steps = stepsOf(instance, procedures.value), stretches = stretchesOf(instance, steps);
  return (
    <Panel title={_("Steps")} name="steps">
      <ol class="steps">
        {steps.map((step) => {
          const state = stateOf(step, instance), stretch = stretches.find((one) => one.step === step);
          return (
            <li key={step.id} class={state} data-step-id={step.id} aria-current={state === "now" ? "step" : undefined}>
              <b>{stateWords[state]()}</b> {named(step.title, step.id)}{step.kind === "gate" ? ` · ${_("GATE")}` : ""}
              {stretch === undefined ? null : <Times stretch={stretch} isOpen={state === "now"} />}
              {state === "now" && step.kind === "notice" ? <button type="button" data-act="write" onClick={() => write(instance, step)}>{_("Write it")}</button> : null}
            </li>
          );
        })}
      </ol>
      <Strip instance={instance} stretches={stretches} />
    </Panel>
  );
}

const POSITIONS = ["concur", "reserve", "object", "await instructions"];

// What each role has said of it last.
function Positions({ gate, instance }: { gate: Gate; instance: WholeInstance }) {
  const last = new Map(instance.moves.filter((one) => one.about === gate.place && POSITIONS.includes(one.move)).map((one) => [`${one.party} ${one.role}`, one]));
  return last.size === 0 ? null
    : <ul class="positions">{[...last.values()].map((one) => <li key={one.place}>{whoIs(one)}: {word(one.move)} <span class="age">{when(one.filed_ms)}</span></li>)}</ul>;
}

function GateBox({ gate, instance }: { gate: Gate; instance: WholeInstance }) {
  const shown = texts.value[gate.place], isOther = shown !== undefined && shown.hash !== gate.hash;
  const moves = movesAt(gate, instance, me()).filter((move) => !isOther || (move.kind !== Kind.CONCUR && move.kind !== Kind.CONFIRM));
  return (
    <section class={`gate ${gate.state === "IN DOUBT" ? "doubt" : ""}`} aria-label={gate.place} data-gate={gate.place}>
      <h3>{named(gate.step_title)}: {named(gate.option_title)} <span class="step" data-state={gate.state}>{word(gate.state)}</span></h3>
      <p class="meta">{gate.place} · {_("proposed by {1}", partyCode(gate.party))}{gate.hold > 0 ? ` · ${_("hold {1} s", gate.hold)}` : ""}{gate.read_back ? ` · ${_("to be read back")}` : ""}</p>
      {shown === undefined ? <p class="none">{_("Its text cannot be shown here: read it before you concur.")} <a href={linkTo("record", gate.place)}>{gate.place}</a></p>
        : <p class="portion"><Words text={shown.text} tongue={shown.entry.language} /></p>}
      <p class="hash">{_("SHA-256 of the text: {1}", gate.hash)}</p>
      {isOther ? <p class="warning bad" role="alert">{_("The text that is shown is not the one that was proposed: do not concur.")}</p> : null}
      <Positions gate={gate} instance={instance} />
      <p>{_("concurred: {1}", gate.concurred.map(partyCode).join(", ") || _("none"))} · {_("confirmed: {1}", gate.confirmed.map(partyCode).join(", ") || _("none"))}</p>
      <Moves subject={subjectOf(instance)} moves={moves} />
    </section>
  );
}

const Gates = ({ instance }: { instance: WholeInstance }) => (
  <Panel title={_("At the gates")} count={instance.gates.length + instance.decisions.length} name="gates">
    {instance.gates.length + instance.decisions.length === 0 ? <p class="none">{_("Nothing has been proposed. No silence and no clock decides.")}</p> : null}
    {[...instance.gates].reverse().map((gate) => <GateBox key={gate.place} gate={gate} instance={instance} />)}
    {instance.decisions.map((one) => <p key={one.place}>{_("{1} has decided for itself: {2}", partyCode(one.party), named(one.option_title))} <span class="age">{one.place}</span></p>)}
  </Panel>
);

// On the principal's card: what is at the gates and what this officer may do there. `asks`: who asks for it.
export const atGates = (place: string) => (whole.value?.place === place ? whole.value : undefined);

export function whoAsks(instance: Instance): string {
  const open = instance.gates.filter((gate) => gate.state !== "DECIDED" && gate.state !== "WITHDRAWN").map((gate) => gate.party);
  return [...new Set(open.length > 0 ? open : [instance.opener])].map(partyCode).join(", ");
}

export const CardGates = ({ instance }: { instance: WholeInstance }) => (
  <Group>
    <Gates instance={instance} />
    <Own instance={instance} />
    <p><a href={linkTo("consult", instance.place)}>{_("All of this procedure")}</a></p>
  </Group>
);

function OwedRow({ due }: { due: Due }) {
  const at = nodeClock.value(now.value), isOwed = due.state === "OWED";
  return (
    <tr>
      <td class="step">{word(due.state)}</td>
      <th scope="row">{whoIs(due)}</th>
      <td class="wide">{word(due.level)} · {named(due.step_title)}{due.about === undefined ? "" : ` · ${due.about}`}</td>
      <td>{!isOwed ? "" : due.due_ms === undefined ? <span class="due">{_("no deadline here yet")}</span>
        : <span class={`due ${due.overdue ? "over" : ""}`}>{_("by {1}", when(due.due_ms))} {due.recess ? word("RECESS") : countdown(due.due_ms - at)}</span>}</td>
    </tr>
  );
}

function Owed({ instance, title, isOurs, none }: { instance: WholeInstance; title: string; isOurs: boolean; none: string }) {
  const rows = instance.obligations.filter((due) => due.ours === isOurs).sort((a, b) => Number(b.state === "OWED") - Number(a.state === "OWED"));
  return (
    <Panel title={title} count={rows.filter((due) => due.state === "OWED").length} name={isOurs ? "ours" : "theirs"}>
      <Table rows={rows} none={none} row={(due) => <OwedRow key={`${due.step} ${due.about} ${due.party} ${due.role} ${due.level}`} due={due} />} />
    </Panel>
  );
}

function SaidPanel({ instance }: { instance: WholeInstance }) {
  const stepTitle = (id: string) => named(stepsOf(instance, procedures.value).find((step) => step.id === id)?.title, id);
  return (
    <Panel title={_("What was said")} count={instance.moves.length} name="said">
      <Table rows={[...instance.moves].reverse()} row={(one) => (
        <tr key={one.place} data-move={one.move}>
          <td class="step">{when(one.filed_ms)}</td><td class="step">{whoIs(one)}</td>
          <th scope="row"><a href={linkTo("record", one.place)}>{one.place}</a></th>
          <td class="wide">{word(one.move)} {one.step === undefined ? "" : stepTitle(one.step)}{one.about === undefined ? "" : ` → ${one.about}`}{one.cause === undefined ? "" : ` · ${partyCode(one.whose ?? "")}: ${word(one.cause)}`}
            {one.shown_by.length < instance.parties.length ? <span class="age"> {_("not yet shown by all")}</span> : null}</td>
        </tr>
      )} />
      {instance.attempts.map((one) => <p key={one.place} class="meta">{when(one.claimed_ms)} {whoIs(one)}: {_("tried {1} by {2}:", one.whom ?? "", one.path ?? "")} {word(one.result ?? "")}</p>)}
    </Panel>
  );
}

// What this officer may do in it, each named by its step.
function Own({ instance }: { instance: WholeInstance }) {
  const name = (move: Move) => {
    const step = stepsOf(instance, procedures.value).find((one) => one.id === move.step), option = step?.options?.find((one) => one.id === move.option);
    return step && [named(step.title, step.id), ...option === undefined ? [] : [named(option.title, option.id)]].join(", ");
  };
  return <Panel title={_("What you may do")} name="moves"><Moves subject={subjectOf(instance)} moves={ownMoves(instance)} name={name} /></Panel>;
}

function One({ instance }: { instance: WholeInstance }) {
  const isKnown = procedures.value.some((one) => one.hash === instance.definition);
  return (
    <div class="instance">
      <h2>{named(instance.title)} {instance.place} <Precedence name={instance.precedence} /> <span class="step" data-life={instance.life}>{word(instance.life)}</span></h2>
      <p class="meta">{_("begun by {1}", partyCode(instance.opener))} <Moment ms={instance.started_ms} /> · {instance.procedure} v{instance.version} <span class="hash">#{instance.definition.slice(0, 8)}</span> ·{" "}
        {_("depth asked: {1}; given: {2}", DEPTHS[instance.depth_asked - 1] ?? "", _(GIVEN[instance.depth_given] ?? GIVEN[0]))}
        {(status.value?.value.peers ?? []).filter((peer) => instance.parties.includes(peer.party)).map((peer) => <span key={peer.party}> · {peer.code} <Views peer={peer} /></span>)}</p>
      {instance.diverged.length === 0 ? null : <p class="warning bad" role="alert"><b>!!</b> {_("THE STATES DIFFER: their node holds another at the same past. Confirm nothing.")} {instance.diverged.join(", ")}</p>}
      {isKnown ? null : <p class="warning"><Sentence text={_("It runs under an older definition: its options stand in that version of the accord, and `entente consult` takes them by name.")} /></p>}
      <div class="halves">
        <div><Steps instance={instance} /><Owed instance={instance} title={_("We owe")} isOurs none={_("Nothing is owed by us.")} /><Owed instance={instance} title={_("They owe")} isOurs={false} none={_("Nothing is owed to us.")} /></div>
        <div>
          <Gates instance={instance} />
          <Own instance={instance} />
          <SaidPanel instance={instance} />
        </div>
      </div>
    </div>
  );
}

export function ConsultScreen() {
  const place = placeIn(screen.value.about), shown = whole.value;
  return (
    <div class="consult">
      <Panel title={_("Running")} count={instances.value.length} name="running"><Running limit={Infinity} /></Panel>
      <Begin />
      {place !== undefined && missing.value ? <Nowhere place={place} /> : null}
      {shown === undefined ? null : <One instance={shown} />}
    </div>
  );
}
