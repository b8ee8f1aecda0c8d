// Buttons for moves: each asks the node whether it may and in which role; what is refused stays, with its rule. The words are kept
// as everything that is typed; what cannot be taken back is shown again and held.

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { sha256, toHex, utf8 } from "../base/bytes.js";
import { Choices, faultOf, fieldsOfRows, formsOn, Row, sampleOf } from "../fold/forms.js";
import { keyOfMove, Move } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { entryAt, inRoles, placeOf, Verdict, Words } from "../node/compose.js";
import { accord, rolesOn, session, shown, writable } from "../node/record.js";
import type { Entry } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { _, named, nodeSays, word } from "../words/say.js";
import { Beside, Kept, LabelChoice, Language, Newer, resultOf, Role, Text, typedFor } from "./compose.js";
import { FormChoice, FormFields, formOf, InEach, Line, Select } from "./form.js";
import { Check, Choice, Group, Hold, OnTerminal, Refusal, Result, roleName } from "./parts.js";
import { contentOf, file, labelOfTyped, once, placesOf, results, rolesFor, Said, textOf } from "./say.js";
import { channelIn } from "./screen.js";
import { setField, typing } from "./typing.js";

// What the moves are about: an instance of a procedure, a thing of a dialogue, or a message; without a place what is begun on a channel, under a marking of its own.
export interface Subject { place: string; channel: string; isInstance: boolean; message?: Entry }

const verdicts = signal<Record<string, Verdict & { run: number }>>({}); // by subject and move
let runs = 0;
const opened = signal(""); // the move whose words are being typed, or whose rule is shown

const keyIn = (subject: Subject, move: Move) => `${subject.place}: ${keyOfMove(move)}`;

const titles: Record<string, () => string> = {
  "watch-read": () => _("I have read it (WATCH READ)"), present: () => _("Presented"), reply: () => _("Reply"), query: () => _("Query"),
  negative: () => _("Negative, cause"), decline: () => _("Decline"), defer: () => _("Defer until"), attend: () => _("We attend"), leave: () => _("We leave"), done: () => _("Done"), propose: () => _("Propose"), decide: () => _("Decide for ourselves"),
  concur: () => _("Concur"), confirm: () => _("Confirm"), withdraw: () => _("Withdraw the proposal"), reserve: () => _("Reserve"), object: () => _("Object"),
  await: () => _("Await instructions"), recess: () => _("Recess"), resume: () => _("End the recess"), "stand-down": () => _("Stand down"),
  end: () => _("Withdraw our participation"), "read-back": () => _("Read back"), correct: () => _("CORRECT"), wrong: () => _("WRONG"),
  "end-body": () => _("End the body"), "agenda-open": () => _("Open the agenda"), "agenda-agree": () => _("Agree to the agenda"), begin: () => _("Begin the session"),
  conclude: () => _("Conclude the session"), "record-agree": () => _("Agree to the record"), "call-off": () => _("Call the session off"),
  "agree-item": () => _("Agree to the item"), "decline-item": () => _("Decline the item"), discussed: () => _("Discussed"), "defer-item": () => _("Defer to the next session"),
  "close-item": () => _("Close the item"), drop: () => _("It is owed no more"), "in-force": () => _("It is in force"), terminate: () => _("Terminate the text"),
  unit: () => _("Words of the unit"), "leave-out": () => _("Leave the unit out"), agree: () => _("Agree to these words"), "agree-ad": () => _("Agree ad referendum"),
  concord: () => _("The languages match"), initial: () => _("Initial the text"), "sign-text": () => _("Sign the text"), "release-text": () => _("Release the text at a time"),
  "found-body": () => _("Found a body"), "open-event": () => _("Open an event"), "found-session": () => _("Set a session"), "found-commitment": () => _("Record a commitment"), "found-text": () => _("Begin a text"), "found-item": () => _("Propose an item"), "found-condition": () => _("Say a condition's stage"),
  "amend-body": () => _("Rename the body, or change what is agreed of it"), "merge-body": () => _("Merge the body into another"), "move-session": () => _("Change the session"),
  delegation: () => _("Name our delegation"), "correct-text": () => _("Begin a correction"), "amend-text": () => _("Begin an amendment"),
  claim: () => _("Add a claim"), assess: () => _("Say our own assessment"), attempt: () => _("Record an attempt to reach them"),
  "confirm-owed": () => _("Confirm that we owe it"), report: () => _("Report it done"), accept: () => _("Accept the report"), dispute: () => _("Dispute the report"),
};

const rowTitles: Record<string, () => string> = {
  name: () => _("Name: small letters, digits and hyphens, as talks-2027"), title: () => _("Title"), owes: () => _("Who owes it"), owed: () => _("To whom it is owed; to everybody else, if none is chosen"), unit: () => _("From which unit of which text, as joint-2027/goal"), until: () => _("Until (2026, 2026-04, 2026-04-11)"),
  test: () => _("What shows that it is done"), when: () => _("When (2026, 2026-04, 2026-04-11, 2026-04-11T14:30Z, FROM/TO)"), hosts: () => _("Who hosts"), place: () => _("Place"),
  detail: () => _("Detail"), source: () => _("Source"), claimed: () => _("What it says"), location: () => _("Where, in words"), degrees: () => _("Where, in degrees (38.5,127.25)"),
  confidence: () => _("How sure"), type: () => _("Type"), assessed: () => _("Assessment"), whom: () => _("Whom"), way: () => _("By what way"), result: () => _("What came of it"),
  mandate: () => _("Mandate"), months: () => _("Months between two sessions"), chairs: () => _("Chairs: roles with commas between them, as head,policy"), feeds: () => _("Which body it feeds"),
  into: () => _("Into which body"), cause: () => _("Cause"), deferred: () => _("Until (281407Z NOV 26)"),
  outlets: () => _("By what it is made public; by all, if none is chosen"), people: () => _("Who comes, the head first: a line each, as NAME = OFFICE"), credentials: () => _("Credentials"), manner: () => _("Manner"), beside: () => _("Beside which session"),
};

const rowTitle = (row: Row) => rowTitles[row.name]() + (row.isOptional && row.type !== "ticked" ? ` (${_("if there is one")})` : "");

function Ticked({ typed, row, label }: { typed: Typed; row: Row; label: string }) {
  const parties = (accord.value?.parties ?? []).map(({ code, names }): [string, string] => [code, `${code} ${named(names)}`]);
  return (
    <fieldset><legend>{label}</legend>
      {(row.options ?? parties).map(([value, text]) => {
        const name = `${row.name}.${value}`;
        return <Check key={name} name={name} label={text} value={typed.fields[name] === "1"} onChange={(on) => setField(typed, name, on ? "1" : "")} />;
      })}
    </fieldset>
  );
}

const Rows = ({ typed, rows }: { typed: Typed; rows: Row[] }) => (
  <div class="form-fields">
    {rows.map((row) => {
      const shown = { key: row.name, typed, name: row.name, label: rowTitle(row) };
      return row.type === "words" ? <InEach {...shown} /> : row.type === "ticked" ? <Ticked {...shown} row={row} />
        : row.type === "choice" ? <Select {...shown} options={(row.options ?? []).map(([value, text]) => [value, row.name === "cause" ? word(text) : text])} /> : <Line {...shown} rows={row.type === "people" ? 4 : undefined} />;
    })}
  </div>
);

// ---- From a move to a statement. ----

const codeOf = (party = "") => accord.value?.parties.find((one) => one.name === party)?.code ?? "";

async function fieldsOf(move: Move, typed: Typed | undefined): Promise<Map<number, Value> | undefined> {
  const text = textOf(typed?.text ?? "");
  const filled = move.rows === undefined ? [] : fieldsOfRows(move.rows, typed?.fields ?? sampleOf(move.rows, codeOf(session.value?.party)));
  const said: [number, Value | undefined][] = [
    [1, move.step ?? move.mark], [2, move.option], [3, move.kind === Kind.PROPOSE ? await sha256(utf8(text)) : move.act], ...move.fields ?? [], ...filled,
    [17, move.isUnit ? (text || move.start || "-").normalize("NFC") : undefined],
  ];
  const fields = new Map(said.filter((row): row is [number, Value] => row[1] !== undefined));
  if (isOfDialogue(move) && !move.isUnit && move.rows === undefined && (text !== "" || (move.text === "must" && typed === undefined)))
    fields.set(7, [typed?.language ?? "en", text || "-"]);
  return fields.size > 0 ? fields : undefined;
}

const isOfDialogue = (move: Move) => move.kind >= Kind.SESSION;

const aboutOf = (move: Move) => [...move.about === undefined ? [] : [move.about], ...move.refers ?? []];

const contentIn = (move: Move, typed: Typed | undefined): Words["content"] =>
  (move.words !== undefined ? { language: "en", portions: [{ text: move.words }] } : typed === undefined || isOfDialogue(move) ? undefined : contentOf(typed));

// About a message it says what its writer had before him of the others; all else is judged on what the node has by now.
async function wordsOf(subject: Subject, move: Move, role: string, typed: Typed | undefined): Promise<Words> {
  const whole = subject.place === "" ? undefined : await entryAt(subject.place);
  return {
    kind: move.kind, channel: subject.channel, role, label: whole?.label ?? labelOfTyped(typed ?? typedOf(subject, move)), fields: await fieldsOf(move, typed),
    refers: await placesOf(aboutOf(move)), instance: subject.isInstance && whole ? placeOf(whole) : undefined, content: contentIn(move, typed),
    seen: typed && subject.message && (typed.seen ?? shown.value[subject.channel]),
  };
}

export async function judge(subject: Subject, moves: Move[]): Promise<void> {
  if (rolesOn(subject.channel).length === 0 || moves.length === 0)
    return;
  const run = ++runs;
  const found = await inRoles(subject.channel, moves.map((move) => (role) => wordsOf(subject, move, role, undefined)), rolesFor(subject.channel, subject.message));
  const rows = moves.map((move, i) => [keyIn(subject, move), { ...found[i], run }] as const);
  verdicts.value = { ...verdicts.value, ...Object.fromEntries(rows.filter(([key]) => run > (verdicts.value[key]?.run ?? 0))) }; // what was asked later may be answered before
}

// What is filed, or waits for others, is done: its form is closed, and its button is under the hand again.
async function say(subject: Subject, move: Move, typed: Typed): Promise<Said> {
  const key = keyIn(subject, move), isOpen = () => [key, move.name].includes(opened.value);
  if (verdicts.value[key] === undefined)
    await judge(subject, [move]);
  const role = subject.message ? typed.role : verdicts.value[key]?.role ?? typed.role;
  const result = await file(await wordsOf(subject, move, role, typed), aboutOf(move), typed, replyFormOf(subject, move, typed), titles[move.name]());
  if (result.place !== undefined && isOpen()) {
    opened.value = "";
    document.activeElement?.closest(".acts, .founding")?.querySelector<HTMLElement>(`[data-act="${move.name}"]`)?.focus();
  }
  return result;
}

// ---- The view. ----

const replyFormOf = (subject: Subject, move: Move, typed: Typed) => (subject.message && move.kind === Kind.REPLY ? formOf(typed) : undefined);

function typedOf(subject: Subject, move: Move): Typed {
  const typed = typedFor(subject.channel, move.kind, subject.message ? { ...subject.message, place: move.about ?? "" } : { place: keyIn(subject, move) } as Entry);
  return typing.value[typed.key] !== undefined ? typed
    : { ...typed, text: move.start ?? "", language: move.tongue ?? typed.language, role: verdicts.value[keyIn(subject, move)]?.role ?? typed.role };
}

const UNIT_LEN_MAX = 2400;

// About a message: in which language and role, and a reply perhaps by a form of the accord.
function Saying({ subject: { message }, move, typed }: { subject: Subject; move: Move; typed: Typed }) {
  const form = message && move.kind === Kind.REPLY ? formOf(typed) : undefined;
  return (
    <Group>
      <div class="row">
        {move.text === "none" || move.tongue !== undefined ? null : <Language typed={typed} />}
        {message === undefined ? null : <Role typed={typed} roles={rolesFor(message.channel_name, message)} />}
        {message !== undefined && move.kind === Kind.REPLY ? <FormChoice typed={typed} plane={message.plane} about={message} /> : null}
      </div>
      {form === undefined ? null : <FormFields typed={typed} form={form} />}
    </Group>
  );
}

export function MoveForm({ subject, move, title }: { subject: Subject; move: Move; title: string }) {
  const typed = typedOf(subject, move), text = textOf(typed.text), max = move.isUnit ? UNIT_LEN_MAX : undefined;
  const fault = move.rows === undefined ? undefined : faultOf(move.rows, typed.fields), isFormed = replyFormOf(subject, move, typed) !== undefined;
  const isWhole = fault === undefined && (move.text !== "must" || isFormed || (text.trim() !== "" && text !== move.start && utf8(text).length <= (max ?? Infinity)));
  const act = () => {
    const last = typing.value[typed.key] ?? (move.text === "must" ? undefined : typed);
    if (last !== undefined && isWhole)
      void once(typed.key, () => say(subject, move, last));
  };
  return (
    <form class="compose act panel" aria-label={title} onSubmit={(event) => event.preventDefault()}>
      <h3>{title}</h3>
      {subject.place === "" ? <LabelChoice typed={typed} /> : null}
      <Saying subject={subject} move={move} typed={typed} />
      {move.rows === undefined ? null : <Group><Rows typed={typed} rows={move.rows} />{move.text === "none" ? <Beside typed={typed} /> : null}</Group>}
      {move.text === "none" ? null : <Group><Text typed={typed} label={move.text === "must" ? _("Text") : _("Text, if there is one")} sign={move.isHeld ? () => undefined : act} />{subject.message === undefined ? null : <Newer typed={typed} />}<Kept typed={typed} max={max} /></Group>}
      {move.mark === 1 && text !== "" ? <p class="warning">{_("With words it waits for as many signatures as a FLASH; with its cause alone it goes at once.")}</p> : null}
      {move.kind === Kind.PROPOSE && text !== "" ? <Hash text={text} /> : null}
      {move.words === undefined ? null : <p class="hash">{_("SHA-256 of the text: {1}", move.words)}</p>}
      {move.isHeld
        ? <Group><p class="warning">{_("This cannot be taken back: {1}, in the role {2}.", title, roleName(verdicts.value[keyIn(subject, move)]?.role ?? ""))}</p><Hold name={`${move.name}-hold`} title={title} disabled={!isWhole} act={act} /></Group>
        : <button type="button" class="primary sign" disabled={!isWhole} onClick={act}>{move.text === "none" ? _("Sign") : _("Sign (Ctrl+Enter)")}</button>}
      {fault === undefined || Object.keys(typed.fields).length === 0 ? null : <p class="age">{_("Not filled yet, or not as it is written: {1}", rowTitles[fault]())}</p>}
      <Result result={resultOf(typed.key)} />
    </form>
  );
}

// The hash of what is proposed, as the other side will see it too.
function Hash({ text }: { text: string }) {
  const [hash, set] = useState("");
  useEffect(() => {
    let isGone = false;
    void sha256(utf8(text)).then((bytes) => { if (!isGone) set(toHex(bytes)); });
    return () => { isGone = true; };
  }, [text]);
  return <p class="hash">{_("SHA-256 of the text: {1}", hash)}</p>;
}

function MoveButton({ subject, move, title }: { subject: Subject; move: Move; title: string }) {
  const key = keyIn(subject, move), refusals = move.command === undefined ? verdicts.value[key]?.refusals : undefined, isOpen = opened.value === key;
  const isPlain = move.text === "none" && !move.isHeld && move.rows === undefined && move.words === undefined && move.command === undefined;
  const press = () => {
    opened.value = isOpen || (isPlain && refusals === undefined) ? "" : key; // one at a time, and of the one that was pressed
    if (isPlain && refusals === undefined)
      void once(typedOf(subject, move).key, () => say(subject, move, typedOf(subject, move)));
  };
  return (
    <button type="button" data-act={move.name} data-option={move.option} class={move.isNext ? "primary" : ""} aria-expanded={isPlain ? undefined : isOpen} aria-disabled={refusals !== undefined}
      title={refusals?.map((answer) => `${answer.rule ?? answer.err}: ${nodeSays(answer.text ?? "")}`).join("; ")} onClick={press}>{title}</button>
  );
}

// What was typed for it stays under the hand, though it be refused by now.
const isForm = (subject: Subject, move: Move) => move.command !== undefined || verdicts.value[keyIn(subject, move)]?.refusals === undefined || typing.value[typedOf(subject, move).key] !== undefined;

function Opened({ subject, move, title }: { subject: Subject; move: Move; title: string }) {
  const refusals = verdicts.value[keyIn(subject, move)]?.refusals;
  if (move.command !== undefined)
    return (
      <div class="compose act panel">
        <h3>{title}</h3>
        <OnTerminal name={move.name} command={move.command}
          why={_("What is said of this is sealed, and no key for that is in this page. It is said on a terminal of a role that it was sealed for.")} />
      </div>
    );
  return <Group>{(refusals ?? []).map((answer) => <Refusal key={answer.text} answer={answer} title={title} />)}{isForm(subject, move) ? <MoveForm subject={subject} move={move} title={title} /> : null}</Group>;
}

// name: what a move is called besides, as the option that it proposes.
export function Moves({ subject, moves, name }: { subject: Subject; moves: Move[]; name?: (move: Move) => string | undefined }) {
  const open = moves.find((move) => keyIn(subject, move) === opened.value), titled = (move: Move) => [titles[move.name](), name?.(move)].filter((part) => part !== undefined).join(": ");
  const keys = moves.filter((move) => move !== open || !isForm(subject, move)).map((move) => typedOf(subject, move).key);
  return moves.length === 0 ? null : (
    <div class="acts">
      <div class="buttons">{moves.map((move) => <MoveButton key={keyOfMove(move)} subject={subject} move={move} title={titled(move)} />)}</div>
      {open === undefined ? null : <Opened key={opened.value} subject={subject} move={open} title={titled(open)} />}
      {[...new Set(keys)].map((key) => <Result key={key} result={results.value[key]} />)}
    </div>
  );
}

const chosen = signal(""); // the line on which something is begun

// What hangs on nothing yet: its form, on a line that is chosen; if none was, on that of others of its kind.
export function Founding({ name, others, choices }: { name: string; others: { place: string }[]; choices: (channel: string) => Choices }) {
  const lines = writable().filter((one) => !one.sealed), near = [chosen.value, ...others.map((one) => channelIn(one.place))];
  const line = near.map((channel) => lines.find((one) => one.name === channel)).find((one) => one !== undefined) ?? lines[0];
  const move = line && formsOn("channel", undefined, choices(line.name)).find((one) => one.name === name);
  const subject = { place: "", channel: line?.name ?? "", isInstance: false };
  return move === undefined ? null : (
    <div class="founding">
      <button type="button" data-act={name} aria-expanded={opened.value === name} onClick={() => { opened.value = opened.value === name ? "" : name; }}>{titles[name]()}</button>
      {opened.value !== name ? <Result result={results.value[typedOf(subject, move).key]} /> : (
        <Group>
          <Choice label={_("Channel")} value={line.name} options={lines.map((one) => [one.name, named(one.names, one.name)])} onChange={(channel) => { chosen.value = channel; }} />
          <MoveForm key={line.name} subject={subject} move={move} title={titles[name]()} />
        </Group>
      )}
    </div>
  );
}
