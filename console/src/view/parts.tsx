// Small pieces that every screen is made of.

import { h, ComponentChildren, Fragment, JSX } from "preact";
import { signal } from "@preact/signals";
import { dateTimeGroup, local } from "../words/moment.js";
import { ageText, word } from "../words/names.js";
import { _, language, named, nodeSays } from "../words/say.js";
import { visible } from "../words/fill.js";
import { accord, nodeClock } from "../node/record.js";
import type { Posted } from "../node/outbox.js";
import type { Entry } from "../node/shapes.js";
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
export function Moment({ ms }: { ms: number }) {
  return <time dateTime={new Date(ms).toISOString()}>{dateTimeGroup(ms)} <span class="local">({local(ms)})</span></time>;
}

export function Step({ name }: { name: string }) {
  return <span class="step" data-step={name}>{word(name)}</span>;
}

export function Precedence({ name }: { name: string }) {
  return <b class="precedence" data-precedence={name}>{name}</b>;
}

// Words of the record: marked with their language, hidden characters shown.
export function Words({ text, tongue }: { text: string; tongue?: string }) {
  return <span class="words" lang={tongue ?? language.value}>{visible(text)}</span>;
}

// Its subject or first line; of a form without words, the form's name in the reader's language.
export function Title({ entry }: { entry: Entry }) {
  const own = entry.subject || entry.title;
  return <Words text={own || named(entry.filled?.title)} tongue={own ? entry.language : undefined} />;
}

// Bytes as a file on this machine.
export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function partyCode(name: string): string {
  return name.toUpperCase();
}

// A role as the accord calls it in the reader's language; one that is in no version that is in force keeps its id.
export function roleName(id: string): string {
  return named(accord.value?.roles.find((role) => role.name === id)?.names, id);
}

export const roleNames = (ids: string[]) => ids.map(roleName).join(", ");

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
    addEventListener("pointerup", end, { once: true });
    addEventListener("keyup", end, { once: true });
    addEventListener("blur", end, { once: true });
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

// What became of an act: where it stands, that it waits, or why not and by which rule.
function Refused({ result }: { result: Posted }) {
  const answer = result.answer, guidelines = answer?.guidelines;
  return (
    <div class="warning bad" role="alert">
      <p><b>{_("Not filed: {1}.", answer?.rule ?? answer?.err ?? "")}</b> {nodeSays(answer?.text ?? "")}</p>
      {guidelines === undefined ? null
        : <p>{guidelines.line ? _("Guidelines, line {1}:", guidelines.line) : _("Guidelines:")} {nodeSays(guidelines.why, guidelines.subject ?? "", guidelines.needed ?? "")}</p>}
      {answer?.fault === undefined ? null : <p>{nodeSays(answer.fault.text)} {answer.fault.field ?? ""}</p>}
      <p>{_("Your text is kept here. Change it and sign it again.")}</p>
    </div>
  );
}

// No key of sealed words comes into the browser: where it is, a command opens and seals them.
export function OnTerminal({ why, command, name }: { why: string; command: string; name: string }) {
  return (
    <div class="warning" data-sealed={name}>
      <p>{why}</p>
      <p>{_("On that machine:")} <code>{command}</code></p>
    </div>
  );
}

export function Result({ result }: { result: Said | undefined }) {
  if (result === undefined)
    return null;
  if (result.field !== undefined)
    return <p class="warning bad" role="alert">{_("The field {1} cannot be read: a time is written 281407Z NOV 26.", result.field)}</p>;
  if (result.answer !== undefined)
    return <Refused result={result} />;
  if (result.isUntouched)
    return <p class="warning" role="status">{_("The passkey was not given, so nothing was signed. Your text is kept here: sign it again.")}</p>;
  if (result.isNext)
    return <p class="warning" role="status">{_("It is done when the act before it is answered.")}</p>;
  if (result.isUnsigned)
    return <p class="warning" role="status">{_("The node does not answer, so nothing was signed. Your text is kept here: sign it again when the node answers.")}</p>;
  if (result.isSilent)
    return <p class="warning" role="status">{_("The node does not answer. Your signed text is safe in this browser and goes by itself.")}</p>;
  if (result.isSaid)
    return <p class="done" role="status" data-place={result.place}>{_("It was said before: {1}. Nothing was filed.", result.place ?? "")}</p>;
  return (
    <p class="done" role="status" data-place={result.place}>
      <b>{result.place ?? ""}</b> {result.isSubmitted ? `${word("SUBMITTED")}: ${_("it waits for others to approve it.")}` : word("QUEUED")}
    </p>
  );
}
