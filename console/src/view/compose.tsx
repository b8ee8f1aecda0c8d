// Writing: a message in free text or by a form, or the words of an act. Ctrl+Enter signs; the input method's Enter never does.

import { h } from "preact";
import { useRef } from "preact/hooks";
import { unseen } from "../fold/drafted.js";
import type { Act } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { bytesOf } from "../node/outbox.js";
import { accord, allOf, channels, session, shown } from "../node/record.js";
import type { Channel, Entry } from "../node/shapes.js";
import { Kind } from "../wire/statement.js";
import { clock } from "../words/moment.js";
import { _, language, named } from "../words/say.js";
import { FormFields, formOf, FormChoice } from "./form.js";
import { Attach, isWhole, SealedLine } from "./attach.js";
import { Group, OnTerminal, Precedence, Result, roleName, Title, Words } from "./parts.js";
import { once, results, rolesFor, Said, sayAct, sayMessage } from "./say.js";
import { besides, change, forget, keptAt, keyOf, takeUp, typing, unkept } from "./typing.js";

function blank(key: string, channel: string, kind: number, about?: Entry): Typed {
  const row = channels.value.find((one) => one.name === channel);
  return {
    key, channel, kind, about: about?.place, at: Date.now(), role: rolesFor(channel, about)[0] ?? "", language: language.value, subject: "",
    text: "", precedence: row?.precedences[row.precedences.length - 1] ?? "ROUTINE", to: [], level: accord.value?.guidelines?.levels[0]?.code ?? "",
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
      if (event.code !== "Enter" || !event.ctrlKey || event.repeat)
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

export function Choice({ label, value, options, onChoose }: { label: string; value: string; options: [string, string][]; onChoose: (value: string) => void }) {
  return (
    <label>{label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </label>
  );
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
              <option value="">–</option><option value="action">{_("action")}</option><option value="info">{_("information")}</option>
            </select>
            {party.toUpperCase()} {named(role.names, role.name)}
          </label>
        );
      }))}
    </fieldset>
  );
}

export function LabelChoice({ typed }: { typed: Typed }) {
  const guidelines = accord.value?.guidelines;
  if (guidelines === undefined)
    return null;
  const flip = (value: string, on: boolean) =>
    change(typed, { values: on ? [...typed.values, value] : typed.values.filter((one) => one !== value) });
  return (
    <fieldset class="label-choice">
      <legend>{_("Marking")}</legend>
      <Choice label={_("Level")} value={typed.level} onChoose={(level) => change(typed, { level })}
        options={guidelines.levels.map((level) => [level.code, `${level.code} ${named(level.names)}`])} />
      {guidelines.categories.flatMap((category) => category.values.map((value) => {
        const name = `${category.name}/${value.code}`;
        return (
          <label key={name}>
            <input type="checkbox" checked={typed.values.includes(name)} onChange={(event) => flip(name, event.currentTarget.checked)} />
            {value.code} {named(value.names)}
          </label>
        );
      }))}
    </fieldset>
  );
}

// What the other side said since this was begun, in words or by a form: to be read before it goes. What is signed says what he had read.
function Newer({ typed }: { typed: Typed }) {
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
export function Beside({ typed }: { typed: Typed }) {
  return (
    <Group>
      {besides(typed.key).map((other) => (
        <div key={other.key} class="warning beside-text" role="status">
          <p>{_("Another text of yours is kept here: it came back unfiled, or was typed in another window.")} <Words text={other.subject || other.text.slice(0, 80)} tongue={other.language} /></p>
          <button type="button" data-act="take-up" onClick={() => takeUp(other)}>{_("Write on with it")}</button>{" "}
          <button type="button" data-act="throw-away" onClick={() => forget(other.key)}>{_("Throw it away")}</button>
        </div>
      ))}
    </Group>
  );
}

export function Kept({ typed, max: most }: { typed: Typed; max?: number }) {
  const limit = most ?? (typed.precedence === "FLASH" ? accord.value?.flash_len_max : undefined), max = limit === undefined ? "" : ` / ${limit}`;
  return (
    <Group>
      <p class="kept" data-kept={unkept.value === 0}>
        {_("{1} bytes", `${bytesOf(typed.text)}${max}`)} · {typing.value[typed.key] === undefined ? _("nothing typed yet") : unkept.value > 0 ? _("being kept") : _("kept in this browser {1}", keptAt.value ? clock(keptAt.value) : "")}
      </p>
      <Beside typed={typed} />
    </Group>
  );
}

export function Text({ typed, label, sign }: { typed: Typed; label: string; sign: () => void }) {
  return (
    <label class="text">{label}
      <textarea rows={6} lang={typed.language} value={typed.text} {...useSign(sign)}
        onInput={(event) => change(typed, { text: event.currentTarget.value })} />
    </label>
  );
}

// What was filed before is not said of what is being typed now; why it was not filed is.
function resultOf(key: string): Said | undefined {
  const result = results.value[key];
  return result?.place !== undefined && typing.value[key] !== undefined ? undefined : result;
}

const languages: [string, string][] = [["ko", "한국어"], ["en", "English"]];

export function Language({ typed }: { typed: Typed }) {
  return <Choice label={_("Language")} value={typed.language} options={languages} onChoose={(tongue) => change(typed, { language: tongue })} />;
}

// What says words about something sealed, and a mark on words that nobody has opened here.
export function isForTerminal(act: Act, about: Entry): boolean {
  const isSealed = (about.content?.sealing ?? 0) > 0;
  const channel = channels.value.find((one) => one.name === about.channel_name);
  return act.text === "none" ? isSealed && act.mark !== undefined : isSealed || channel?.sealed === true;
}

export function ComposeMessage({ channel }: { channel: Channel }) {
  const typed = typedFor(channel.name, Kind.MESSAGE), form = formOf(typed);
  const sign = () => {
    const last = typing.value[typed.key];
    if (last !== undefined && isWhole(last)) // what was signed is gone from here: a second press finds nothing
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
          onChoose={(precedence) => change(typed, { precedence })} />
        <Choice label={_("Authentic language")} value={typed.language} options={languages} onChoose={(tongue) => change(typed, { language: tongue })} />
        <Choice label={_("In the role")} value={typed.role} options={rolesFor(channel.name).map((role) => [role, roleName(role)])}
          onChoose={(role) => change(typed, { role })} />
        <FormChoice typed={typed} plane={channel.plane} />
      </div>
      <Addressees typed={typed} channel={channel} />
      <LabelChoice typed={typed} />
      {form === undefined ? null : <FormFields typed={typed} form={form} />}
      <label class="text">{_("Subject")}
        <input type="text" class="subject" lang={typed.language} value={typed.subject} onInput={(event) => change(typed, { subject: event.currentTarget.value })} />
      </label>
      <Text typed={typed} label={_("Text")} sign={sign} />
      <Attach typed={typed} />
      <Newer typed={typed} />
      <Kept typed={typed} />
      <button type="button" class="primary sign" disabled={!isWhole(typed)} onClick={sign}>{_("Sign (Ctrl+Enter)")}</button>
      <Result result={resultOf(typed.key)} />
    </form>
  );
}

const causes: [string, () => string][] = [
  ["0", () => _("cannot decode")], ["1", () => _("wrong addressee")], ["2", () => _("unknown form")], ["3", () => _("incomplete")],
];

export function ComposeAct({ act, title, about }: { act: Act; title: string; about: Entry }) {
  return isForTerminal(act, about) ? (
    <div class="compose act panel">
      <h3>{title}</h3>
      <OnTerminal name={act.name} command={`entente ${act.name.replace("-", "")} '${about.place}' --identity FILE`}
        why={_("What is said of this is sealed, and no key for that is in this page. It is said on a terminal of a role that it was sealed for.")} />
    </div>
  ) : <ComposeActClear act={act} title={title} about={about} />;
}

function ComposeActClear({ act, title, about }: { act: Act; title: string; about: Entry }) {
  const typed = typedFor(about.channel_name, act.kind, about), form = act.kind === Kind.REPLY ? formOf(typed) : undefined;
  const sign = () => {
    const last = typing.value[typed.key] ?? (act.text === "may" ? typed : undefined);
    if (last !== undefined)
      void once(typed.key, () => sayAct(act, about, last.role, last, form));
  };
  return (
    <form class="compose act panel" aria-label={title} onSubmit={(event) => event.preventDefault()}>
      <h3>{title}</h3>
      <div class="row">
        <Language typed={typed} />
        <Choice label={_("In the role")} value={typed.role} options={rolesFor(about.channel_name, about).map((role) => [role, roleName(role)])} onChoose={(role) => change(typed, { role })} />
        {act.kind === Kind.REPLY ? <FormChoice typed={typed} plane={about.plane} about={about} /> : null}
        {act.cause ? <Choice label={_("Cause")} value={typed.fields.cause ?? "3"} options={causes.map(([key, text]) => [key, text()])}
          onChoose={(cause) => change(typed, { fields: { ...typed.fields, cause } })} /> : null}
        {act.until ? <label>{_("Until (281407Z NOV 26)")}<input type="text" value={typed.until ?? ""} onInput={(event) => change(typed, { until: event.currentTarget.value })} /></label> : null}
      </div>
      <Text typed={typed} label={_("Text")} sign={sign} />
      <Newer typed={typed} />
      <Kept typed={typed} />
      <button type="button" class="primary sign" onClick={sign}>{_("Sign (Ctrl+Enter)")}</button>
      <Result result={resultOf(typed.key)} />
    </form>
  );
}
