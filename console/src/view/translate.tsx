// A translation is written, reviewed and certified beside its original, unit by unit of what the officer sees. Who may say how good it is
// the accord says, and the node is asked.

import { h } from "preact";
import { signal } from "@preact/signals";
import type { Typed } from "../keep/drafts.js";
import { askMay, compose, entryAt, placeOf, Words as Statement } from "../node/compose.js";
import { send } from "../node/outbox.js";
import { accord, rolesOn } from "../node/record.js";
import type { Answer, Entry, Translation } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind } from "../wire/statement.js";
import { word } from "../words/names.js";
import { _, nodeSays } from "../words/say.js";
import { Choice, Kept, Text, typedFor } from "./compose.js";
import { Result } from "./parts.js";
import { once, results, Said, textOf } from "./say.js";
import { change, typing } from "./typing.js";

const STATUSES = ["NONE", "MACHINE", "DRAFT", "REVIEWED", "CERTIFIED"]; // by their number
const NEW = ["DRAFT", "MACHINE"], LATER = ["REVIEWED", "CERTIFIED", "DRAFT", "NONE"];

const opened = signal(""); // the place about which it is written
const verdicts = signal<Record<string, { role: string; refusal?: Answer }>>({}); // by place and status

// What is said: of a message its translation; of a translation how good it is, and other words if they are typed.
async function statementOf(about: string, status: string, to: string, role: string, text: string): Promise<Statement> {
  const entry = await entryAt(about);
  return {
    kind: Kind.TRANSLATION, channel: entry.channel_name, role, label: entry.label, refers: [placeOf(entry)],
    fields: new Map<number, Value>([[1, STATUSES.indexOf(status)], [2, to]]),
    content: text === "" ? undefined : { language: to, portions: [{ text }] },
  };
}

// Of his roles the first that may say so; where there is none, why.
async function judge(about: string, statuses: string[], to: string): Promise<void> {
  const entry = await entryAt(about), roles = rolesOn(entry.channel_name);
  const all = await Promise.all(statuses.flatMap((status) => roles.map((role) => statementOf(about, status, to, role, statuses === NEW ? "-" : ""))));
  const answers = await askMay(all), found = statuses.map((status, i) => {
    const own = answers.slice(i * roles.length, (i + 1) * roles.length), good = own.findIndex((answer) => answer.err === "OK");
    return [`${about} ${status}`, good >= 0 ? { role: roles[good] } : { role: roles[0] ?? "", refusal: own[0] }] as const;
  });
  verdicts.value = { ...verdicts.value, ...Object.fromEntries(found) };
}

async function say(about: string, status: string, to: string, typed: Typed | undefined): Promise<Said> {
  const text = textOf(typed?.text ?? ""), words = await statementOf(about, status, to, verdicts.value[`${about} ${status}`]?.role ?? "", text);
  return send(await compose(words, false, text.slice(0, 40), typed));
}

// one: a translation of which a later word is said; else a new one.
function Writing({ entry, one }: { entry: Entry; one?: Translation }) {
  const about = one?.place ?? entry.place, statuses = one === undefined ? NEW : LATER;
  const typed = typedFor(entry.channel_name, Kind.TRANSLATION, { ...entry, place: about });
  const others = (accord.value?.languages ?? []).filter((tongue) => tongue !== entry.language);
  const to = one?.to ?? (others.includes(typed.language) ? typed.language : others[0] ?? "");
  const status = statuses.includes(typed.fields.status ?? "") ? typed.fields.status : statuses[0];
  const text = textOf(typed.text), refusal = verdicts.value[`${about} ${status}`]?.refusal, isWhole = one !== undefined || text !== "";
  const sign = () => {
    if (isWhole)
      void once(typed.key, () => say(about, status, to, typing.value[typed.key]));
  };
  return (
    <form class="compose act panel" aria-label={_("Translation")} onSubmit={(event) => event.preventDefault()}>
      <div class="row">
        {one === undefined ? <Choice label={_("Into")} value={to} options={others.map((tongue) => [tongue, tongue])} onChoose={(tongue) => change(typed, { language: tongue })} /> : null}
        <Choice label={_("How good it is")} value={status} options={statuses.map((name) => [name, word(name)])} onChoose={(name) => change(typed, { fields: { ...typed.fields, status: name } })} />
      </div>
      <Text typed={{ ...typed, language: to }} label={one === undefined ? _("Translation") : _("Other words, if these are not right")} sign={sign} />
      <Kept typed={typed} />
      {refusal === undefined ? null : <p class="warning" role="status"><code>{refusal.rule ?? refusal.err}</code> {nodeSays(refusal.text ?? "")}</p>}
      <button type="button" class="primary sign" disabled={!isWhole} aria-disabled={refusal !== undefined} onClick={sign}>{_("Sign (Ctrl+Enter)")}</button>
      <Result result={results.value[typed.key]} />
    </form>
  );
}

export function Translate({ entry, one }: { entry: Entry; one?: Translation }) {
  const about = one?.place ?? entry.place, isOpen = opened.value === about;
  const press = () => {
    opened.value = isOpen ? "" : about;
    if (!isOpen)
      void judge(about, one === undefined ? NEW : LATER, one?.to ?? (accord.value?.languages ?? []).find((tongue) => tongue !== entry.language) ?? "").catch(() => undefined); // then the door says it
  };
  return (
    <div class="translate">
      <button type="button" data-act="translate" aria-expanded={isOpen} onClick={press}>{one === undefined ? _("Translate") : _("Review, certify or withdraw this translation")}</button>
      {isOpen ? <Writing entry={entry} one={one} /> : null}
    </div>
  );
}
