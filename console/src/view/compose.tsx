// Writing: a message in free text or by a form, and what the words of every act are typed into. Ctrl+Enter signs; the input method's Enter never does.

import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { utf8 } from "../base/bytes.js";
import { unseen } from "../fold/drafted.js";
import type { Typed } from "../keep/drafts.js";
import { accord, allOf, channelOf, nodeClock, session, shown } from "../node/record.js";
import type { Answer, Channel, Entry, Form, Names } from "../node/shapes.js";
import { Kind } from "../wire/statement.js";
import { clock } from "../words/moment.js";
import { _, beginning, language, named, tongueName } from "../words/say.js";
import { FormFields, formOf, FormChoice } from "./form.js";
import { Attach, isWhole, SealedLine } from "./attach.js";
import { Check, Choice, Group, Input, Precedence, Refusal, Result, roleName, Title, Words } from "./parts.js";
import { mayMessage, once, results, rolesFor, Said, sayMessage, textOf } from "./say.js";
import { now } from "./screen.js";
import { besides, change, forget, keptAt, keyOf, takeUp, typing, unkept } from "./typing.js";

function blank(key: string, channel: string, kind: number, about?: Entry): Typed {
  const row = channelOf(channel), role = rolesFor(channel, about)[0] ?? "", to = row?.plane === "HOME" ? [`${session.value?.party ?? ""}/${role}`] : []; // our own log is read at the post that writes it
  return {
    key, channel, kind, about: about?.place, at: Date.now(), role, language: language.value, subject: "",
    text: "", precedence: row?.precedences[row.precedences.length - 1] ?? "ROUTINE", to, level: accord.value?.guidelines?.levels[0]?.code ?? "",
    values: [], fields: {}, seen: shown.value[channel],
  };
}

export function typedFor(channel: string, kind: number, about?: Entry): Typed {
  const key = keyOf(channel, kind, about?.place);
  return typing.value[key] ?? blank(key, channel, kind, about);
}

// In composition Enter belongs to the input method: it is remembered, and acts once when the composition has ended.
function useSign(sign: () => void): { onKeyDown(event: KeyboardEvent): void; onCompositionEnd(): void } {
  const waits = useRef(false);
  return {
    onKeyDown: (event) => {
      if (!["Enter", "NumpadEnter"].includes(event.code) || !event.ctrlKey || event.repeat)
        return;
      event.preventDefault();
      if (event.isComposing || event.keyCode === 229)
        waits.current = true;
      else
        sign();
    },
    onCompositionEnd: () => {
      if (!waits.current)
        return;
      waits.current = false;
      setTimeout(sign); // what was composed is in the text by then
    },
  };
}

function Addressees({ typed, channel }: { typed: Typed; channel: Channel }) {
  const others = channel.parties.filter((party) => channel.plane === "HOME" || party !== session.value?.party);
  const mark = (name: string, kind: string) => {
    const rest = typed.to.filter((one) => one !== name && one !== `${name}/info`);
    change(typed, { to: kind === "" ? rest : [...rest, kind === "info" ? `${name}/info` : name] });
  };
  return (
    <fieldset class="addressees">
      <legend>{_("To")}</legend>
      {others.flatMap((party) => (accord.value?.roles ?? []).filter((role) => role.parties.includes(party)).map((role) => {
        const name = `${party}/${role.name}`;
        const value = typed.to.includes(name) ? "action" : typed.to.includes(`${name}/info`) ? "info" : "";
        return (
          <label key={name}>
            <select value={value} data-to={name} onChange={(event) => mark(name, event.currentTarget.value)}>
              <option value="">–</option>{channel.observers.includes(party) ? null : <option value="action">{_("action")}</option>}<option value="info">{_("information")}</option>
            </select>
            {channel.observers.includes(party) ? _("{1} (observes)", party.toUpperCase()) : party.toUpperCase()} {named(role.names, role.name)}
            {role.until_ms !== undefined && role.until_ms <= nodeClock.value(now.value) ? <b class="warn"> {_("its authority has ended: it reads nothing")}</b> : null}
          </label>
        );
      }))}
    </fieldset>
  );
}

const coded = ({ code, names }: { code: string; names: Names }) => (named(names, code) === code ? code : `${code} ${named(names)}`);

export function LabelChoice({ typed }: { typed: Typed }) {
  const guidelines = accord.value?.guidelines;
  if (guidelines === undefined)
    return null;
  const flip = (value: string, on: boolean) =>
    change(typed, { values: on ? [...typed.values, value] : typed.values.filter((one) => one !== value) });
  return (
    <fieldset class="label-choice">
      <legend>{_("Marking")}</legend>
      <Choice label={_("Level")} value={typed.level} onChange={(level) => change(typed, { level })}
        options={guidelines.levels.map((level) => [level.code, coded(level)])} />
      {guidelines.categories.flatMap((category) => category.values.map((value) => {
        const name = `${category.name}/${value.code}`;
        return <Check key={name} label={coded(value)} value={typed.values.includes(name)} onChange={(on) => flip(name, on)} />;
      }))}
    </fieldset>
  );
}

// What the other side said since this was begun, in words or by a form: to be read before it goes. What is signed says what he had read.
export function Newer({ typed }: { typed: Typed }) {
  const newer = typing.value[typed.key]?.seen === undefined ? [] : unseen(allOf(typed.channel), typed.seen ?? [], session.value?.party ?? "");
  return newer.length === 0 ? null : (
    <div class="warning crossing" role="status">
      <p><b>!!</b> {_("Came while you wrote: {1}. Read it before you sign.", newer.map((entry) => entry.place).join(", "))}</p>
      {newer.map((entry) => <p key={entry.place}><Precedence name={entry.precedence ?? "ROUTINE"} /> <Title entry={entry} /></p>)}
      <button type="button" data-act="seen" onClick={() => change(typed, { seen: shown.value[typed.channel] })}>{_("I have read it")}</button>
    </div>
  );
}

// No text is lost to another: what stands beside this box can be taken up, and is thrown away by hand alone.
export const Beside = ({ typed }: { typed: Typed }) => (
  <Group>
    {besides(typed.key).map((other) => (
      <div key={other.key} class="warning beside-text" role="status">
        <p>{_("Another text of yours is kept here: it came back unfiled, or was typed in another window.")} <Words text={other.subject || beginning(other.text, 80)} tongue={other.language} /></p>
        <button type="button" data-act="take-up" onClick={() => takeUp(other)}>{_("Write on with it")}</button>{" "}
        <button type="button" data-act="throw-away" onClick={() => forget(other.key)}>{_("Throw it away")}</button>
      </div>
    ))}
  </Group>
);

export function Kept({ typed, max: most }: { typed: Typed; max?: number }) {
  const limit = most ?? (typed.precedence === "FLASH" ? accord.value?.flash_len_max : undefined), max = limit === undefined ? "" : ` / ${limit}`;
  return (
    <Group>
      <p class="kept" data-kept={unkept.value === 0}>
        {_("{1} bytes", `${utf8(typed.text).length}${max}`)} · {typing.value[typed.key] === undefined ? _("nothing typed yet") : unkept.value > 0 ? _("being kept") : _("kept in this browser {1}", keptAt.value ? clock(keptAt.value) : "")}
      </p>
      <Beside typed={typed} />
    </Group>
  );
}

export const Text = ({ typed, label, sign }: { typed: Typed; label: string; sign: () => void }) => (
  <label class="text">{label}
    <textarea rows={6} lang={typed.language} value={typed.text} {...useSign(sign)}
      onInput={(event) => change(typed, { text: event.currentTarget.value })} />
  </label>
);

// What was filed before is not said of what is being typed now; why it was not filed is.
export function resultOf(key: string): Said | undefined {
  const result = results.value[key];
  return result?.place !== undefined && typing.value[key] !== undefined ? undefined : result;
}

export const Language = ({ typed, label }: { typed: Typed; label?: string }) =>
  <Choice label={label ?? _("Language")} value={typed.language} options={["ko", "en"].map((tongue) => [tongue, tongueName(tongue)])} onChange={(language) => change(typed, { language })} />;

export const Role = ({ typed, roles }: { typed: Typed; roles: string[] }) =>
  <Choice label={_("In the role")} value={typed.role} options={roles.map((role) => [role, roleName(role)])} onChange={(role) => change(typed, { role })} />;

// An empty message says nothing, and nobody means to sign one.
const saysSomething = (typed: Typed) => textOf(typed.text).trim() !== "" || typed.form !== undefined || (typed.files ?? []).length > 0;

const MAY_AFTER_MS = 400;

// Before anybody presses: asked again when something is chosen or a field is filled, not at each letter of the text.
function useMay(typed: Typed, form: Form | undefined): Answer | undefined {
  const [may, set] = useState<Answer | undefined>(undefined), isBegun = typing.value[typed.key] !== undefined;
  useEffect(() => {
    let isOver = !isBegun;
    set(undefined);
    const timer = setTimeout(() => {
      if (!isOver)
        void mayMessage(typed, form).then((answer) => { if (!isOver) set(answer); }, () => undefined); // then the door says it
    }, MAY_AFTER_MS);
    return () => { isOver = true; clearTimeout(timer); };
  }, [isBegun, JSON.stringify({ ...typed, at: 0, text: "", subject: "", files: [], seen: [] })]);
  return may;
}

export function ComposeMessage({ channel }: { channel: Channel }) {
  const typed = typedFor(channel.name, Kind.MESSAGE), form = formOf(typed), may = useMay(typed, form), refusal = may?.err === "OK" ? undefined : may;
  const sign = () => {
    const last = typing.value[typed.key];
    if (last !== undefined && isWhole(last) && saysSomething(last)) // what was signed is gone from here: a second press finds nothing
      void once(typed.key, () => sayMessage(last, formOf(last)));
  };
  if (channel.sealed)
    return <section class="compose panel sealed"><h2>{_("New message on {1}", named(channel.names, channel.name))}</h2><SealedLine channel={channel} /></section>;
  return (
    <form class="compose panel" aria-label={_("New message")} onSubmit={(event) => event.preventDefault()}>
      <h2>{_("New message on {1}", named(channel.names, channel.name))}</h2>
      {typed.instance === undefined ? null
        : <p class="in-instance">{_("In the procedure {1}.", typed.instance)} <button type="button" onClick={() => change(typed, { instance: undefined })}>{_("Not in it")}</button></p>}
      <div class="row">
        <Choice label={_("Precedence")} value={typed.precedence} options={channel.precedences.map((name) => [name, name])}
          onChange={(precedence) => change(typed, { precedence })} />
        <Language typed={typed} label={_("Authentic language")} />
        <Role typed={typed} roles={rolesFor(channel.name)} />
        <FormChoice typed={typed} plane={channel.plane} />
      </div>
      <Addressees typed={typed} channel={channel} />
      <LabelChoice typed={typed} />
      {form === undefined ? null : <FormFields typed={typed} form={form} />}
      <Input label={_("Subject")} class="subject" lang={typed.language} value={typed.subject} onChange={(subject) => change(typed, { subject })} />
      <Text typed={typed} label={_("Text")} sign={sign} />
      <Attach typed={typed} />
      <Newer typed={typed} />
      <Kept typed={typed} />
      <Refusal answer={refusal} />
      {may?.needed === undefined || refusal !== undefined ? null : <p class="note" role="status" data-needed={may.needed}>{_("When it is signed it waits for {1} others to approve it (guidelines, line {2}).", may.needed, may.line ?? 0)}</p>}
      {typed.to.length > 0 || typing.value[typed.key] === undefined ? null : <p class="warning to-nobody" role="status">{_("It is addressed to nobody: nobody owes it a reading, and it calls nobody.")}</p>}
      <button type="button" class="primary sign" disabled={!isWhole(typed) || !saysSomething(typed)} aria-disabled={refusal !== undefined} onClick={sign}>{_("Sign (Ctrl+Enter)")}</button>
      <Result result={resultOf(typed.key)} />
    </form>
  );
}
