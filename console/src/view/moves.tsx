// Buttons for moves: each asks the node whether it may and in which role; what is refused stays, with its rule. The words are kept
// as everything that is typed; what cannot be taken back is shown again and held.

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { sha256, toHex, utf8 } from "../base/bytes.js";
import { keyOfMove, Move } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { askMay, compose, entryAt, placeOf, Words } from "../node/compose.js";
import { send } from "../node/outbox.js";
import { rolesOn } from "../node/record.js";
import type { Answer, Entry } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { _, nodeSays } from "../words/say.js";
import { Kept, Language, Text, typedFor } from "./compose.js";
import { Group, Hold, Result } from "./parts.js";
import { contentOf, once, results, Said, textOf } from "./say.js";
import { typing } from "./typing.js";

// What the moves are about: an instance of a procedure, or a thing of a dialogue.
export interface Subject {
  place: string;
  channel: string;
  isInstance: boolean;
}

interface Verdict {
  role: string;
  refusals?: Answer[]; // none of his roles may: each reason once
}

const verdicts = signal<Record<string, Verdict>>({}); // by subject and move
const opened = signal(""); // the move whose words are being typed, or whose rule is shown

const keyIn = (subject: Subject, move: Move) => `${subject.place}: ${keyOfMove(move)}`;

const titles: Record<string, () => string> = {
  attend: () => _("We attend"), leave: () => _("We leave"), done: () => _("Done"), propose: () => _("Propose"), decide: () => _("Decide for ourselves"),
  concur: () => _("Concur"), confirm: () => _("Confirm"), withdraw: () => _("Withdraw the proposal"), reserve: () => _("Reserve"), object: () => _("Object"),
  await: () => _("Await instructions"), recess: () => _("Recess"), resume: () => _("End the recess"), "stand-down": () => _("Stand down"),
  end: () => _("Withdraw our participation"), "read-back": () => _("Read back"), correct: () => _("CORRECT"), wrong: () => _("WRONG"),
  "confirm-owed": () => _("Confirm that we owe it"), report: () => _("Report it done"), accept: () => _("Accept the report"), dispute: () => _("Dispute the report"),
};

// ---- From a move to a statement. ----

async function fieldsOf(move: Move, typed: Typed | undefined): Promise<Map<number, Value> | undefined> {
  const text = textOf(typed?.text ?? ""), fields = new Map<number, Value>();
  if (move.step !== undefined)
    fields.set(1, move.step);
  if (move.option !== undefined)
    fields.set(2, move.option);
  if (move.kind === Kind.PROPOSE)
    fields.set(3, await sha256(utf8(text)));
  if (move.mark !== undefined)
    fields.set(1, move.mark);
  if (move.act !== undefined)
    fields.set(3, move.act);
  if (isOfDialogue(move) && (text !== "" || move.kind === Kind.DISPUTED))
    fields.set(7, [typed?.language ?? "en", text || "-"]);
  return fields.size > 0 ? fields : undefined;
}

const isOfDialogue = (move: Move) => move.kind >= Kind.REPORTED;

async function wordsOf(subject: Subject, move: Move, role: string, typed: Typed | undefined): Promise<Words> {
  const whole = await entryAt(subject.place);
  return {
    kind: move.kind, channel: subject.channel, role, label: whole.label, fields: await fieldsOf(move, typed),
    refers: move.about === undefined ? [] : [placeOf(await entryAt(move.about))],
    instance: subject.isInstance ? placeOf(whole) : undefined,
    content: typed === undefined || isOfDialogue(move) ? undefined : contentOf(typed),
  };
}

// Of his roles the first in which the node would take it; where there is none, why.
export async function judge(subject: Subject, moves: Move[]): Promise<void> {
  const roles = rolesOn(subject.channel);
  if (roles.length === 0 || moves.length === 0)
    return;
  const all = await Promise.all(moves.flatMap((move) => roles.map((role) => wordsOf(subject, move, role, undefined))));
  const answers = await askMay(all.map((words) => ({ ...words, content: undefined })));
  const found = moves.map((move, i): [string, Verdict] => {
    const own = answers.slice(i * roles.length, (i + 1) * roles.length), good = own.findIndex((answer) => answer.err === "OK");
    return [keyIn(subject, move), good >= 0 ? { role: roles[good] } : { role: roles[0], refusals: distinct(own) }];
  });
  verdicts.value = { ...verdicts.value, ...Object.fromEntries(found) };
}

const distinct = (answers: Answer[]) => answers.filter((answer, i) => answers.findIndex((one) => one.text === answer.text) === i);

async function say(subject: Subject, move: Move, typed: Typed): Promise<Said> {
  const words = await wordsOf(subject, move, verdicts.value[keyIn(subject, move)]?.role ?? typed.role, typed);
  return send(await compose(words, false, titles[move.name](), typed));
}

// ---- The view. ----

function typedOf(subject: Subject, move: Move): Typed {
  return typedFor(subject.channel, move.kind, { place: keyIn(subject, move) } as Entry);
}

function MoveForm({ subject, move, title }: { subject: Subject; move: Move; title: string }) {
  const typed = typedOf(subject, move), text = textOf(typed.text), isWhole = move.text !== "must" || text !== "";
  const act = () => {
    const last = typing.value[typed.key] ?? (move.text === "must" ? undefined : typed);
    if (last !== undefined)
      void once(typed.key, () => say(subject, move, last));
  };
  return (
    <form class="compose act panel" aria-label={title} onSubmit={(event) => event.preventDefault()}>
      <h3>{title}</h3>
      {move.text === "none" ? null : <Group><div class="row"><Language typed={typed} /></div><Text typed={typed} label={move.text === "must" ? _("Text") : _("Text, if there is one")} sign={move.isHeld ? () => undefined : act} /><Kept typed={typed} /></Group>}
      {move.kind === Kind.PROPOSE && text !== "" ? <Hash text={text} /> : null}
      {move.isHeld
        ? <Group><p class="warning">{_("This cannot be taken back: {1}, in the role {2}.", title, verdicts.value[keyIn(subject, move)]?.role ?? "")}</p><Hold name={`${move.name}-hold`} title={title} disabled={!isWhole} act={act} /></Group>
        : <button type="button" class="primary sign" disabled={!isWhole} onClick={act}>{_("Sign (Ctrl+Enter)")}</button>}
      <Result result={results.value[typed.key]} />
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

function MoveButton({ subject, move, name }: { subject: Subject; move: Move; name?: string }) {
  const key = keyIn(subject, move), verdict = verdicts.value[key], isOpen = opened.value === key;
  const title = titles[move.name]() + (name === undefined ? "" : `: ${name}`);
  const isPlain = move.text === "none" && !move.isHeld;
  const press = () => {
    if (verdict?.refusals === undefined && isPlain)
      void once(typedOf(subject, move).key, () => say(subject, move, typedOf(subject, move)));
    else
      opened.value = isOpen ? "" : key;
  };
  return (
    <button type="button" data-act={move.name} data-option={move.option} aria-expanded={isPlain ? undefined : isOpen} aria-disabled={verdict?.refusals !== undefined}
      title={verdict?.refusals?.map((answer) => nodeSays(answer.text ?? "")).join("; ")} onClick={press}>{title}</button>
  );
}

// name: what a move is called besides, as the option that it proposes.
export function Moves({ subject, moves, name }: { subject: Subject; moves: Move[]; name?: (move: Move) => string | undefined }) {
  const open = moves.find((move) => keyIn(subject, move) === opened.value), verdict = open && verdicts.value[opened.value];
  return (
    <div class="acts">
      <div class="buttons">{moves.map((move) => <MoveButton key={keyOfMove(move)} subject={subject} move={move} name={name?.(move)} />)}</div>
      {open === undefined ? null : verdict?.refusals === undefined
        ? <MoveForm key={opened.value} subject={subject} move={open} title={titles[open.name]() + (name?.(open) ? `: ${name(open)}` : "")} />
        : verdict.refusals.map((answer) => <p key={answer.text} class="warning" role="status"><b>{titles[open.name]()}: {answer.rule ?? answer.err}</b> {nodeSays(answer.text ?? "")}</p>)}
      {moves.filter((move) => move !== open || verdict?.refusals !== undefined).map((move) => <Result key={keyOfMove(move)} result={results.value[typedOf(subject, move).key]} />)}
    </div>
  );
}
