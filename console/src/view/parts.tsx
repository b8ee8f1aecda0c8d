// Small pieces that every screen is made of.

import { h, ComponentChildren, Fragment, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { dateOf, dateTimeGroup, local } from "../words/moment.js";
import { _, ageText, language, named, nodeSays, visible, word } from "../words/say.js";
import { accord, logs, nodeClock, session, status } from "../node/record.js";
import type { Posted } from "../node/outbox.js";
import type { Answer, Draft, Entry, Log, Names, Peer, Range, Readers } from "../node/shapes.js";
import type { Said } from "./say.js";
import { now } from "./screen.js";

// Several elements without one around them, of a type that TypeScript 4.8 takes for a component.
export const Group = Fragment as unknown as (props: { children: ComponentChildren }) => JSX.Element;

export function Panel({ title, count, children, name }: { title: string; count?: number; children: ComponentChildren; name?: string }) {
  const id = `panel-${name ?? title}`.replace(/\W/g, "-");
  return (
    <section class={`panel ${name ?? ""}`} aria-labelledby={id}>
      <h2 id={id}>{title}{count === undefined ? "" : ` (${count})`}</h2>
      {children}
    </section>
  );
}

// Where a hand is, by mouse or by keyboard, rows stay where they are: until it leaves, or has not moved for a while, for who is gone is to see what is new.
const HAND_MS = 60_000, MOVED_MS = 1_000;

interface Kept { at: number } // when the hand moved last

export const isKept = (kept: Kept | undefined) => kept !== undefined && now.value - kept.at < HAND_MS;

export function inHand<What extends Kept>(kept: What | undefined, set: (kept: What | undefined) => void, make: (at: number) => What) {
  const take = () => {
    const at = Date.now();
    if (kept === undefined || !isKept(kept))
      set(make(at));
    else if (at - kept.at > MOVED_MS)
      set({ ...kept, at });
  };
  const leave = (event: Event) => {
    const list = event.currentTarget as Element;
    setTimeout(() => { if (!list.matches(":hover, :focus-within")) set(undefined); });
  };
  const reach = (event: Event) => (event.target as HTMLElement).dataset.placed === undefined && take(); // not where the page itself put the focus
  return { onPointerEnter: take, onPointerMove: take, onFocusCapture: reach, onKeyDown: take, onPointerLeave: leave, onBlurCapture: leave };
}

// What comes meanwhile is counted above its rows, and what goes stays among them and says so.
export function StillTable<One>({ rows, keyOf, row, limit, isCut = true, none }:
  { rows: One[]; keyOf: (one: One) => string; row: (one: One, isGone: boolean) => ComponentChildren; limit: number; isCut?: boolean; none?: string }) {
  const [kept, keep] = useState<{ at: number; rows: One[]; keys: string[] } | undefined>(undefined), list = useRef<HTMLDivElement>(null);
  const held = isKept(kept) && kept?.rows.length ? kept : undefined, above = held === undefined ? 0 : rows.filter((one) => !held.keys.includes(keyOf(one))).length;
  const last = (one: One) => rows.find((other) => keyOf(other) === keyOf(one)), shown = held === undefined ? rows : [...held.rows, ...rows.filter((one) => held.keys.indexOf(keyOf(one)) >= limit)];
  const showNew = () => {
    keep(undefined);
    setTimeout(() => list.current?.querySelector<HTMLElement>("a")?.focus()); // the button is gone
  };
  return (
    <div class="still" ref={list} {...inHand(kept, keep, (at) => ({ at, rows: rows.slice(0, limit), keys: rows.map(keyOf) }))}>
      {above > 0 ? <button type="button" class="newer" onClick={showNew}>{_("{1} new above", above)}</button> : null}
      <Table rows={isCut ? shown : shown.slice(0, limit)} limit={limit} none={none} row={(one) => row(last(one) ?? one, last(one) === undefined)} />
    </div>
  );
}

// A list: of none it says so, of more than are shown how many more.
export function Table<Row>({ rows, row, head, none, limit = Infinity, name = "" }:
  { rows: Row[]; row: (one: Row, i: number) => ComponentChildren; head?: string[]; none?: string; limit?: number; name?: string }) {
  if (rows.length === 0 && none !== undefined)
    return <p class="none">{none}</p>;
  return (
    <Group>
      <table class={`rows ${name}`}>
        {head === undefined ? null : <thead><tr>{head.map((title) => <th key={title}>{title}</th>)}</tr></thead>}
        <tbody>{rows.slice(0, limit).map(row)}</tbody>
      </table>
      {rows.length > limit ? <p class="more">{_("and {1} more", rows.length - limit)}</p> : null}
    </Group>
  );
}

// ---- What is filled in. ----

// name: of what is filled in, in the page's markup.
interface Asked<Value> { label: ComponentChildren; value: Value; onChange: (value: Value) => void; name?: string }

// One of several; empty: what it is called that none is chosen.
export const Choice = ({ label, value, options, onChange, empty, name }: { options: [value: string, text: string][]; empty?: string } & Asked<string>) => (
  <label class={name && "field"}>{label}
    <select data-field={name} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {empty === undefined ? null : <option value="">{empty}</option>}
      {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
    </select>
  </label>
);

export const Check = ({ label, value, onChange, name }: Asked<boolean>) =>
  <label class="check"><input type="checkbox" data-field={name} checked={value} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}</label>;

// A line of text, or rows of it.
export function Input({ label, value, onChange, name, rows, ...more }: { rows?: number } & Asked<string> & { class?: string; lang?: string; placeholder?: string; onBlur?: () => void; "aria-invalid"?: boolean }) {
  const shown = { ...more, "data-field": name, value, onInput: (event: Event) => onChange((event.currentTarget as HTMLInputElement).value) } as object;
  return <label class={name && "field"}>{label}{rows === undefined ? <input type="text" {...shown} /> : <textarea rows={rows} {...shown} />}</label>;
}

// A value that can go stale carries its age; older than its limit it is hatched and says so.
export function Aged({ at, limit, children }: { at: number; limit: number; children?: ComponentChildren }) {
  const age = nodeClock.value(now.value) - at, isStale = at === 0 || age > limit;
  return (
    <span class={isStale ? "stale" : "fresh"}>
      {isStale ? <b>{_("STALE")} </b> : null}
      {children} <span class="age">{at === 0 ? _("never") : ageText(Math.max(0, age))}</span>
    </span>
  );
}

// UTC first, the local time beside it.
export const Moment = ({ ms }: { ms: number }) => <time dateTime={dateOf(ms).toISOString()}>{dateTimeGroup(ms)} <span class="local">({local(ms)})</span></time>;

export const Step = ({ name }: { name: string }) => <span class="step" data-step={name}>{word(name)}</span>;

export const Precedence = ({ name }: { name: string }) => <b class="precedence" data-precedence={name}>{name}</b>;

// Words of the record: marked with their language, hidden characters shown; where they may be cut, whole under the pointer.
export const Words = ({ text, tongue, isCut }: { text: string; tongue?: string; isCut?: boolean }) =>
  <span class="words" lang={tongue ?? language.value} title={isCut ? visible(text) : undefined}>{visible(text)}</span>;

// Several of them in one line, each by itself.
export const InTurn = ({ all }: { all: (string | undefined)[] }) => <Group>{all.filter((text) => text).map((text, i) => [i > 0 ? " · " : "", <Words key={i} text={text ?? ""} />])}</Group>;

// A sentence with commands between backticks.
export const Sentence = ({ text }: { text: string }) => <Group>{text.split("`").map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</Group>;

// In every language that it is given in.
export const InAll = ({ names, between = " · " }: { names: Names; between?: string }) =>
  <Group>{Object.entries(names).map(([tongue, text], i) => <span key={tongue} lang={tongue}>{i > 0 ? between : ""}{text}</span>)}</Group>;

// What stands where words would, if none are shown.
function instead(entry: Entry | Draft): string {
  const { eraser, became } = entry as Partial<Entry>;
  return entry.erased ? _("(erased by {1})", eraser ?? "") : became?.recall ? `(${word(became.recall)})` : entry.unreadable ? _("(unreadable)")
    : ((entry as Partial<Entry>).content?.sealing ?? 0) > 0 ? _("(sealed)") : "";
}

// Its subject or first line; of a form without words, the form's name in the reader's language.
export function Title({ entry }: { entry: Entry | Draft }) {
  const own = entry.subject || entry.title;
  return <Words text={own || named(entry.filled?.title) || instead(entry)} tongue={own ? entry.language : undefined} isCut />;
}

export const isVoid = (entry: Entry) => entry.verdict !== undefined && entry.verdict !== "OK";

// How far it has come; what does not count has come nowhere.
export function Far({ entry }: { entry: Entry }) {
  return isVoid(entry) ? <b class="void">{entry.verdict === "RAW" ? "" : _("VOID ")}{entry.verdict}</b>
    : <Group><Step name={entry.ladders?.find((ladder) => !ladder.information)?.highest ?? (entry.ladders === undefined ? "" : "QUEUED")} />{(entry.crossed ?? []).length > 0 ? <b class="crossed"> {_("crossed in transit")}</b> : null}</Group>;
}

// What of a log is known elsewhere and has not come yet, where it will stand.
export const MissingRows = ({ rows }: { rows: Range[] }) => (
  <Group>
    {rows.map(({ log, first, missing }) => (
      <p key={log} class="warning missing" role="status"><b>{_("MISSING: ")}</b>{missing === 1 ? _("{1} is known elsewhere and has not come yet\n", `${log}.${first}`)
        : _("{1} to {2} are known elsewhere and have not come yet\n", `${log}.${first}`, `${log}.${first + missing - 1}`)}</p>
    ))}
  </Group>
);

// What this disk has changed a peer may have still. What nobody has is given up by persons, and then goes on under another number.
export function stopOf({ log, channel, rule, state, rots = [], ended }: Log): string {
  return rule !== "record.rot" ? _("The log {1} is stopped: {2}.", log, rule ?? state)
    : ended ? _("The log {1} ended with what this disk had lost of it; a later epoch goes on, and nothing is left to do.", log)
      : rots.every((rot) => rot.held_by.length > 0) ? _("This disk has changed what was written in the log {1}, which is halted: run `entente repair` on the node.", log)
        : _("The log {1} is halted: this disk has changed what nobody else holds. Put a backup back that has it (`entente restore FILE`); if there is none, your registrar gives it up with `entente restore --open-epoch --channel {2}`, and then `entente send --again` says the rest again.", log, channel);
}

export function unsettled(peer: Peer): number {
  return logs.value.filter((log) => log.party === session.value?.party && log.cosigned?.[peer.party] !== undefined)
    .reduce((sum, log) => sum + (log.size ?? 0) - (log.cosigned?.[peer.party] ?? 0), 0);
}

// Whether both sides hold the same record, and when that was compared last, each minute; nothing is rounded up to EQUAL.
export function Views({ peer }: { peer: Peer }) {
  const node = status.value?.value, isBad = (node?.diverged ?? 0) > 0 || node?.stopped.some((log) => log.party === peer.party);
  const isShort = unsettled(peer) > 0 || node?.missing.some((row) => row.party === peer.party);
  return <Aged at={peer.compared_ms} limit={120_000}><b class={isBad ? "path down" : ""} data-views={isBad ? "differ" : isShort ? "short" : "equal"}>{isBad ? _("the views DIFFER") : isShort ? _("views not equal yet") : _("views EQUAL")}</b></Aged>;
}

// Of a place at which nothing is here.
export function Nowhere({ place }: { place: string }) {
  const at = /^(.*)\.(\d+)$/.exec(place), index = Number(at?.[2]);
  const range = (status.value?.value.missing ?? []).find((row) => row.log === at?.[1] && index >= row.first && index < row.first + row.missing);
  return range === undefined ? <p class="warning bad">{_("There is no such thing: {1}", place)}</p> : <MissingRows rows={[{ ...range, first: index, missing: 1 }]} />;
}

// What was said, as a row of a list. at: how its time is written.
export const EntryRow = ({ entry, at, href }: { entry: Entry; at: (ms: number) => string; href: string }) => (
  <tr>
    <td class="step">{at(entry.filed_ms)}</td>
    <td><Precedence name={entry.precedence ?? "ROUTINE"} /></td>
    <th scope="row"><a href={href} data-place={entry.place}>{entry.place}</a></th>
    <td class="wide"><div class="said"><Title entry={entry} /> <span class="step"><Far entry={entry} /></span></div></td>
  </tr>
);

// Bytes as a file on this machine.
export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export const partyCode = (name: string): string => name.toUpperCase();

// A role as the accord calls it in the reader's language; one that is in no version that is in force keeps its id.
export const roleName = (id: string): string => named(accord.value?.roles.find((role) => role.name === id)?.names, id);

export const roleNames = (ids: string[]) => ids.map(roleName).join(", ");

export const readersText = (all: Readers[]) => all.map((row) => `${row.party}: ${roleNames(row.roles)}`).join(" · ");

export const whoIs = (one: { party: string; role?: string }) => `${partyCode(one.party)} ${roleName(one.role ?? "")}`;

// ---- Hold. ----

// What cannot be undone is held for two seconds, with a finger or a key: no one does it in passing. Whoever cannot hold presses, and
// types a number that is made for it.
const HOLD_MS = 2_000;
const held = signal<string | undefined>(undefined);
const numbered = signal<{ name: string; number: string; typed: string } | undefined>(undefined);
let isDone = false; // by the hold, whose own release is no press

const ask = (name: string) => { numbered.value = { name, number: String(1000 + crypto.getRandomValues(new Uint16Array(1))[0] % 9000), typed: "" }; };

function ByNumber({ title, act, disabled }: { title: string; act: () => void; disabled?: boolean }) {
  const asked = numbered.value, isRight = asked !== undefined && asked.typed.trim() === asked.number && !disabled;
  const press = () => {
    if (!isRight)
      return;
    numbered.value = undefined;
    act();
  };
  return asked === undefined ? null : (
    <div class="by-number warning" role="group" aria-label={title}>
      <label>{_("It was not held for 2 s. To do it without holding, type {1}", asked.number)}{" "}
        <input type="text" inputMode="numeric" autoComplete="off" size={6} value={asked.typed} onInput={(event) => { numbered.value = { ...asked, typed: event.currentTarget.value }; }}
          onKeyDown={(event) => {
            if (event.code === "Enter" && !event.isComposing) {
              event.preventDefault();
              press();
            }
          }} />
      </label>{" "}
      <button type="button" class="primary" data-act="by-number" disabled={!isRight} onClick={press}>{title}</button>{" "}
      <button type="button" onClick={() => { numbered.value = undefined; }}>{_("Leave it")}</button>
    </div>
  );
}

export function Hold({ name, title, act, disabled }: { name: string; title: string; act: () => void; disabled?: boolean }) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    if (disabled || held.value === name)
      return;
    isDone = false;
    held.value = name;
    timer = setTimeout(() => {
      isDone = true;
      held.value = numbered.value = undefined;
      act();
    }, HOLD_MS);
    for (const name of ["pointerup", "keyup", "blur"])
      addEventListener(name, end, { once: true });
  };
  const end = () => {
    clearTimeout(timer);
    held.value = undefined;
  };
  const press = () => {
    if (!isDone && numbered.value?.name !== name)
      ask(name);
    isDone = false;
  };
  return (
    <Group>
      <button
        type="button" class={`hold primary ${held.value === name ? "held" : ""}`} data-act={name} disabled={disabled} onPointerDown={begin} onClick={press}
        onKeyDown={(event) => {
          if (event.code === "Enter")
            event.preventDefault(); // it would press at once
          if ((event.code === "Space" || event.code === "Enter") && !event.repeat)
            begin();
        }}
        onKeyUp={(event) => { if (event.code === "Enter") press(); }}
      >
        {held.value === name ? _("hold …") : _("{1} (hold 2 s)", title)}
      </button>
      {numbered.value?.name === name ? <ByNumber title={title} act={act} disabled={disabled} /> : null}
    </Group>
  );
}

// ---- Result. ----

export function Guidelines({ denial }: { denial: Answer["guidelines"] }) {
  return denial === undefined ? null
    : <p>{denial.line ? _("Guidelines, line {1}:", denial.line) : _("Guidelines:")} {nodeSays(denial.why, denial.subject ?? "", denial.needed ?? "")}</p>;
}

// What became of an act: where it stands, that it waits, or why not and by which rule.
function Refused({ result }: { result: Posted }) {
  const answer = result.answer, guidelines = answer?.guidelines;
  return (
    <div class="warning bad" role="alert">
      <p><b>{_("Not filed: {1}.", answer?.rule ?? answer?.err ?? "")}</b> <Sentence text={nodeSays(answer?.text ?? "")} /></p>
      <Guidelines denial={guidelines} />
      {answer?.fault === undefined ? null : <p>{nodeSays(answer.fault.text)} {answer.fault.field ?? ""}</p>}
      <p>{_("Your text is kept here. Change it and sign it again.")}</p>
    </div>
  );
}

// No key of sealed words comes into the browser: where it is, a command opens and seals them.
export const OnTerminal = ({ why, command, name }: { why: string; command: string; name: string }) => (
  <div class="warning" data-sealed={name}>
    <p><Sentence text={why} /></p>
    <p>{_("On that machine:")} <code>{command}</code></p>
  </div>
);

// What is said of one that is not filed, and of which nothing is wrong: the first that is so.
const waits: [keyof Said, () => string][] = [
  ["isUntouched", () => _("The passkey was not given, so nothing was signed. Your text is kept here: sign it again.")],
  ["isNext", () => _("It is done when the act before it is answered.")],
  ["isUnsigned", () => _("The node does not answer, so nothing was signed. Your text is kept here: sign it again when the node answers.")],
  ["isSilent", () => _("The node does not answer. Your signed text is safe in this browser and goes by itself.")],
];

export function Result({ result }: { result: Said | undefined }) {
  if (result === undefined)
    return null;
  if (result.field !== undefined)
    return <p class="warning bad" role="alert">{_("The field {1} cannot be read: a time is written 281407Z NOV 26.", result.field)}</p>;
  if (result.answer !== undefined)
    return <Refused result={result} />;
  const why = waits.find(([key]) => result[key])?.[1];
  return why !== undefined ? <p class="warning" role="status">{why()}</p> : (
    <p class="done" role="status" data-place={result.place}>
      {result.isSaid ? _("It was said before: {1}. Nothing was filed.", result.place ?? "")
        : [<b key="place">{result.place ?? ""} </b>, result.isSubmitted ? `${word("SUBMITTED")}: ${_("it waits for others to approve it.")}` : word("QUEUED")]}
    </p>
  );
}

// Why the node would not take it, in its own words.
export function Refusal({ answer, title }: { answer: Answer | undefined; title?: string }) {
  return answer === undefined ? null
    : <div class="warning refusal" role="status"><p><b>{title === undefined ? "" : `${title}: `}<code>{answer.rule ?? answer.err}</code></b> <Sentence text={nodeSays(answer.text ?? "")} /></p><Guidelines denial={answer.guidelines} /></div>;
}
