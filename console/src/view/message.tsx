// One message: its marking, its words, how far it has come, and what can be done with it.

import { h } from "preact";
import { signal } from "@preact/signals";
import { fromBase64, Hasher, toHex } from "../base/bytes.js";
import { stripOf } from "../fold/drawn.js";
import { messageOf } from "../fold/owed.js";
import type { Typed } from "../keep/drafts.js";
import { askBytes } from "../node/ask.js";
import { compose, entryAt, inRoles, placeOf, Verdict, Words as Spoken } from "../node/compose.js";
import { send } from "../node/outbox.js";
import { accord, nodeClock, rolesOn } from "../node/record.js";
import type { Attachment, Copy, Entry, FilledField, Ladder, Readers, Translation } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { CODED, NEGATIVE_CAUSES, saysOf, WRONG_CAUSES } from "../wire/says.js";
import { Kind, readStatement, Statement } from "../wire/statement.js";
import { dateTimeGroup, offset } from "../words/moment.js";
import { _, beginning, language, named, nodeSays, tongueName, visible, word } from "../words/say.js";
import { Kept, Text, typedFor } from "./compose.js";
import { movesOfMessage, readBack, subjectOf } from "./entry.js";
import { Moves } from "./moves.js";
import { Choice, Group, Guidelines, InAll, isVoid, Moment, OnTerminal, partyCode, Precedence, readersText, Refusal, Result, roleName, save, Step, Table, whoIs, Words } from "./parts.js";
import { once, results, Said, textOf } from "./say.js";
import { linkTo, now, when } from "./screen.js";
import { change, setField, typing } from "./typing.js";

// As those parties mark at home for whom the guidelines say how.
export const Homes = ({ marking }: { marking: Entry["marking"] }) => <Group>{(marking?.home ?? []).map((one) => <p key={one.party} class="meta" data-home={one.party}>{_("as {1} marks at home: {2}  {3}", one.party, one.banner, one.portion)}</p>)}</Group>;

// In whose place it is said: that post has spoken.
export const ActingFor = ({ role }: { role?: string }) => (role ? <Group><b data-acting-for={role}>{_("acting for {1}", roleName(role))}</b> · </Group> : null);

// Which words count.
export const Authentic = ({ tongue }: { tongue?: string }) => (tongue === undefined ? null : <p class="meta" data-authentic={tongue}>{_("Authentic language")}: {tongueName(tongue)}</p>);

export const Banner = ({ marking }: { marking: Entry["marking"] }) => <p class="banner">{marking === undefined ? _("no marking that the guidelines know") : <InAll names={marking.banner} />}</p>;

function valueText(field: FilledField, value: FilledField["values"][number]): string {
  if (value.words)
    return named(value.words);
  if (value.members)
    return value.members.map((member) => member.values.map((one) => valueText(member, one)).join(" ")).join(" · ");
  if (field.type === "time")
    return dateTimeGroup(Number(value.value));
  if (field.type === "span" && Array.isArray(value.value))
    return value.value.map((ms) => dateTimeGroup(Number(ms))).join(" – ");
  if (field.type === "pair" && Array.isArray(value.value))
    return value.value.join(" / ");
  return typeof value.value === "object" ? JSON.stringify(value.value) : String(value.value);
}

// A form is shown as a form, its labels in every language of the accord.
export function Fields({ entry }: { entry: Pick<Entry, "filled" | "filled_content"> }) {
  const rows = [...entry.filled?.fields ?? [], ...entry.filled_content?.fields ?? []].filter((field) => (field.values ?? []).length > 0);
  if (entry.filled === undefined)
    return null;
  return (
    <table class="rows fields">
      <caption>{entry.filled.form} <InAll names={entry.filled.title ?? {}} between=" / " /></caption>
      <tbody>{rows.map((field) => <tr key={field.name}><th scope="row" class="name"><InAll names={field.title} between=" / " /></th><td class="wide"><Words text={field.values.map((value) => valueText(field, value)).join("; ")} /></td></tr>)}</tbody>
    </table>
  );
}

// What a machine made says so on every line.
function linesOf(one: Translation): string[] {
  const lines = [one.subject ?? "", ...one.text ?? []].filter((text) => text !== "").flatMap((text) => text.split("\n"));
  return one.status === "MACHINE" ? lines.map((line) => `[${word(one.status)}] ${line}`) : lines;
}

// Another into its language that is certified too, and has other words.
function rivalOf(all: Translation[], one: Translation): Translation | undefined {
  const says = (it: Translation) => JSON.stringify([it.subject, it.text]), isCertified = (it: Translation) => it.status === "CERTIFIED" && it.text !== undefined;
  return isCertified(one) ? all.find((other) => isCertified(other) && other.to === one.to && says(other) !== says(one)) : undefined;
}

function Rival({ all, one }: { all: Translation[]; one: Translation }) {
  const rival = rivalOf(all, one);
  return rival === undefined ? null
    : <p class="warning">{_("Two are certified and differ. The linguists of both sides say which stands; the other:")} <a href={linkTo("record", rival.place)}>{rival.place}</a></p>;
}

// The original rules; a translation stands beside it with how good it is, and who says so.
const Beside = ({ entry }: { entry: Entry }) => (
  <Group>
    {(entry.translations ?? []).filter((one) => one.status !== "NONE").map((one) => (
      <div class="translation" key={one.place} lang={one.to}>
        <p class="meta" lang={language.value}>{_("Translation into {1}: {2}", tongueName(one.to), word(one.status))}{one.by === undefined ? "" : `, ${whoIs(one.by)}`} · <a href={linkTo("record", one.place)}>{one.place}</a></p>
        <Rival all={entry.translations ?? []} one={one} />
        {one.apart !== undefined ? <p class="none">{_("Its words are marked above the original, and stand alone:")} <a href={linkTo("record", one.apart)}>{one.apart}</a></p> : one.sealing > 0 ? <Sealed place={one.place} readers={[]} files={0} /> : !one.held ? <p class="none">{_("Its text is not at this node yet.")}</p>
          : <p class="portion"><Words text={linesOf(one).join("\n")} tongue={one.to} /></p>}
        <Translate entry={entry} one={one} />
      </div>
    ))}
  </Group>
);

const Sealed = ({ place, readers, files }: { place: string; readers: Readers[]; files: number }) => (
  <Group>
    <OnTerminal name="words" command={`entente read '${place}' --identity FILE`}
      why={readers.length > 0 ? _("Sealed. It is opened where the key of one of these roles is: {1}.", readersText(readers))
        : _("Sealed. It is opened where the key of a role that it was sealed for is.")} />
    {files === 0 ? null : <OnTerminal name="files" command={`entente read '${place}' --identity FILE --save DIR`}
      why={_("Files attached, sealed too: {1}.", files)} />}
  </Group>
);

const PIECE_LEN = 512 << 10;
const fetching = signal<Record<string, string>>({}); // by the hash: how far it is, or why not

// Piece by piece, and given out only when the whole has the hash that was signed.
async function fetchAttachment(place: string, { hash, len, name, media_type: type }: Attachment): Promise<void> {
  const say = (text: string) => { fetching.value = { ...fetching.value, [hash]: text }; };
  const pieces: Blob[] = [], hasher = new Hasher();
  try {
    for (let offset = 0; offset < len;) {
      say(_("{1} of {2} bytes", offset, len));
      const piece = await askBytes("/attachments", { hash, place, offset, len: Math.min(PIECE_LEN, len - offset) });
      if (piece.size === 0)
        return say(_("The node has {1} of {2} bytes; the rest is still on its way.", offset, len));
      pieces.push(piece);
      hasher.add(new Uint8Array(await piece.arrayBuffer()));
      offset += piece.size;
    }
    const whole = new Blob(pieces, { type: "application/octet-stream" });
    if (toHex(hasher.end()) !== hash)
      return say(_("What came is not what was signed: it is not saved."));
    save(whole, visible(name));
    say(_("saved, its hash is that which was signed ({1})", type));
  } catch (why) {
    say(_("It cannot be fetched now: {1}", nodeSays((why as Error).message)));
  }
}

function Attachments({ entry }: { entry: Entry }) {
  const list = Array.isArray(entry.attachments) ? entry.attachments : [];
  if (list.length === 0)
    return null;
  return (
    <ul class="attachments" aria-label={_("Attachments")}>
      {list.map((one) => (
        <li key={one.hash}>
          <button type="button" data-attachment={one.name} onClick={() => void fetchAttachment(entry.place, one)}>{_("Save {1}", one.name)}</button>{" "}
          {one.marking?.portion ?? ""} <Words text={`${one.name}, ${one.media_type}`} />, {_("{1} bytes", one.len)} <span class="hash">{one.hash}</span>
          {fetching.value[one.hash] === undefined ? null : <p role="status">{fetching.value[one.hash]}</p>}
        </li>
      ))}
    </ul>
  );
}

// ---- A translation is written, reviewed and certified beside its original. Who may say how good it is the accord says, and the node is asked. ----

const STATUSES = ["NONE", "MACHINE", "DRAFT", "REVIEWED", "CERTIFIED"]; // by their number
const NEW = ["DRAFT", "MACHINE"], LATER = ["REVIEWED", "CERTIFIED", "DRAFT", "NONE"];

const translated = signal(""); // the place of what is translated here now
const verdicts = signal<Record<string, Verdict>>({}); // by place and status

// What is said: of a message its translation; of a translation how good it is, and other words if they are typed.
async function statementOf(about: string, status: string, to: string, role: string, text: string): Promise<Spoken> {
  const entry = await entryAt(about);
  return {
    kind: Kind.TRANSLATION, channel: entry.channel_name, role, label: entry.label, refers: [placeOf(entry)],
    fields: new Map<number, Value>([[1, STATUSES.indexOf(status)], [2, to]]),
    content: text === "" ? undefined : { language: to, portions: [{ text }] },
  };
}

async function judge(about: string, statuses: string[], to: string): Promise<void> {
  const { channel_name: channel } = await entryAt(about);
  const found = await inRoles(channel, statuses.map((status) => (role) => statementOf(about, status, to, role, statuses === NEW ? "-" : "")));
  verdicts.value = { ...verdicts.value, ...Object.fromEntries(statuses.map((status, i) => [`${about} ${status}`, found[i]])) };
}

async function sayHowGood(about: string, statuses: string[], status: string, to: string, typed: Typed | undefined): Promise<Said> {
  if (verdicts.value[`${about} ${status}`] === undefined)
    await judge(about, statuses, to); // whoever is quicker than the node is not sent away
  const text = textOf(typed?.text ?? ""), words = await statementOf(about, status, to, verdicts.value[`${about} ${status}`]?.role ?? "", text);
  return send(await compose(words, false, beginning(text, 40), typed));
}

// one: a translation of which a later word is said; else a new one.
function Writing({ entry, one }: { entry: Entry; one?: Translation }) {
  const about = one?.place ?? entry.place, statuses = one === undefined ? NEW : LATER;
  const typed = typedFor(entry.channel_name, Kind.TRANSLATION, { ...entry, place: about });
  const others = (accord.value?.languages ?? []).filter((tongue) => tongue !== entry.language);
  const to = one?.to ?? (others.includes(typed.language) ? typed.language : others[0] ?? "");
  const status = statuses.includes(typed.fields.status ?? "") ? typed.fields.status : statuses[0];
  const text = textOf(typed.text), refusal = verdicts.value[`${about} ${status}`]?.refusals?.[0], isWhole = one !== undefined || text !== "";
  const sign = () => {
    if (isWhole)
      void once(typed.key, () => sayHowGood(about, statuses, status, to, typing.value[typed.key]));
  };
  return (
    <form class="compose act panel" aria-label={_("Translation")} onSubmit={(event) => event.preventDefault()}>
      <div class="row">
        {one === undefined ? <Choice label={_("Into")} value={to} options={others.map((tongue) => [tongue, tongueName(tongue)])} onChange={(tongue) => change(typed, { language: tongue })} /> : null}
        <Choice label={_("How good it is")} value={status} options={statuses.map((name) => [name, word(name)])} onChange={(name) => setField(typed, "status", name)} />
      </div>
      <Text typed={{ ...typed, language: to }} label={one === undefined ? _("Translation") : _("Other words, if these are not right")} sign={sign} />
      <Kept typed={typed} />
      <Refusal answer={refusal} />
      <button type="button" class="primary sign" disabled={!isWhole} aria-disabled={refusal !== undefined} onClick={sign}>{_("Sign (Ctrl+Enter)")}</button>
      <Result result={results.value[typed.key]} />
    </form>
  );
}

function Translate({ entry, one }: { entry: Entry; one?: Translation }) {
  const about = one?.place ?? entry.place, isOpen = translated.value === about;
  const press = () => {
    translated.value = isOpen ? "" : about;
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

const canTranslate = (entry: Entry) => entry.kind_number === Kind.MESSAGE && (entry.text ?? []).length > 0 && rolesOn(entry.channel_name).length > 0;

function Body({ entry }: { entry: Entry }) {
  if (entry.unreadable)
    return <p class="warning bad">{_("This text breaks the rule {1} and cannot be shown.", entry.unreadable)}</p>;
  if (entry.erased)
    return <p class="warning">{_("The text was erased; its hash stands in the record.")} {entry.eraser === undefined ? null : <a href={linkTo("record", entry.eraser)}>{entry.eraser}</a>}</p>;
  if (entry.held === false)
    return <p class="none">{_("Its text is not at this node yet.")}</p>;
  if (entry.sealed_for)
    return <Sealed place={entry.place} readers={entry.sealed_for} files={Array.isArray(entry.attachments) ? entry.attachments.length : 0} />;
  return (
    <div class={`body ${(entry.translations ?? []).length > 0 ? "beside-it" : ""}`}>
      <div>
        <Authentic tongue={entry.language} />
        {entry.subject ? <h3 class="subject"><Words text={entry.subject} tongue={entry.language} /></h3> : null}
        {(entry.text ?? []).map((text, i) => (
          <p class="portion">{entry.portions?.[i]?.marking ? <b>{entry.portions[i].marking?.portion} </b> : null}<Words text={text} tongue={entry.language} /></p>
        ))}
      </div>
      <Beside entry={entry} />
      {canTranslate(entry) ? <Translate entry={entry} /> : null}
      <Attachments entry={entry} />
    </div>
  );
}

// ---- How far a message has come: the steps that are proved, by whom and when, and what is owed next. Nothing is rounded up. ----

const OFF_LADDER = [["query", "QUERY"], ["negative", "NEGATIVE"], ["lapse", "NO ANSWER"]] as const;

// isNot: it does not count, so that nobody has said it and nobody owes it an answer.
const Rungs = ({ ladder, isNot }: { ladder: Ladder; isNot: boolean }) => (
  <ol class="rungs">
    {isNot ? <li class="off"><Step name="VOID" /></li> : null}
    {ladder.steps.map((step) => (
      <li key={step.step} class={step.step === ladder.highest && !isNot ? "highest" : ""}>
        <Step name={step.step} /> {step.at_ms ? <span class="at">{when(step.at_ms)}</span> : null}{" "}
        {step.role && step.step !== "QUEUED" ? <span class="by">{roleName(step.role)}</span> : null}
      </li>
    ))}
    {OFF_LADDER.map(([key, name]) => (ladder[key] === undefined ? null
      : <li key={name} class="off"><Step name={key === "lapse" ? ladder.lapse_cause ?? name : name} /> {ladder[key]?.at_ms ? when(ladder[key]?.at_ms ?? 0) : ""}{key === "negative" ? ` ${word(NEGATIVE_CAUSES[ladder.negative_cause ?? -1] ?? "")}` : ""}</li>))}
    {ladder.owed === undefined ? null
      : <li class="owed">{_("owed by {1}: {2}", partyCode(ladder.owed.by), word(ladder.owed.step))}</li>}
  </ol>
);

// Where each step stands between the filing and now: the steps beside it have the times.
function Strip({ ladder }: { ladder: Ladder }) {
  const strip = stripOf(ladder, nodeClock.value(now.value));
  return strip === undefined ? null : (
    <svg class="strip" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
      <rect class="span" x={0} y={6} width={strip.now ?? 1000} height={2} />
      {strip.steps.map((at, i) => <rect key={i} class="mark" x={Math.min(at, 996)} y={1} width={4} height={12} />)}
      {strip.due === undefined ? null : <rect class="due" x={Math.min(strip.due, 996)} y={1} width={4} height={12} />}
    </svg>
  );
}

const Ladders = ({ entry }: { entry: Entry }) => (
  <div class="ladders">
    {(entry.ladders ?? []).map((ladder) => (
      <div key={`${ladder.party} ${ladder.role}`} class="ladder">
        <span class="to">{whoIs(ladder)}{ladder.information ? ` (${_("information")})` : ""}</span>
        <Rungs ladder={ladder} isNot={isVoid(entry)} />
        {isVoid(entry) ? null : <Strip ladder={ladder} />}
        {ladder.wrong ? <b class="crossed">{_("The last READ BACK was marked WRONG: another is owed.")}{ladder.wrong_cause === undefined ? "" : ` ${_("Cause")}: ${word(WRONG_CAUSES[ladder.wrong_cause])}`}</b> : null}
        {ladder.deferred_until_ms ? <span>{_("deferred until {1}", when(ladder.deferred_until_ms))}</span> : null}
      </div>
    ))}
    {(entry.crossed ?? []).length > 0 ? <p class="crossed"><b>{_("crossed in transit")}</b>: {entry.crossed?.join(", ")}</p> : null}
    {entry.suspended ? <p><Step name="SUSPENDED" /></p> : null}
  </div>
);

export const addressText = (entry: Pick<Entry, "to">): string => (entry.to ?? []).map((to) => `${whoIs(to)} (${to.information ? _("information") : _("action")})`).join(", ");

const Off = ({ ms, text }: { ms?: number; text: string }) => (ms ? <b class="warn" data-clock={ms}>{text}{_("{1} s", offset(ms))}</b> : null);

export const Message = ({ entry }: { entry: Entry }) => (
  <article class="message panel" aria-label={entry.place}>
    <Banner marking={entry.marking} />
    <Homes marking={entry.marking} />
    <h2><a href={linkTo("record", entry.place)}>{entry.place}</a> <Precedence name={entry.precedence ?? "ROUTINE"} /> {word(entry.kind)}</h2>
    {isVoid(entry) ? <div class="warning bad void"><p><b>{entry.verdict === "RAW" ? "" : _("VOID: ")}</b>{nodeSays(entry.why ?? "")} ({entry.verdict})</p><Guidelines denial={entry.guidelines} /></div> : null}
    {entry.became?.recall ? <p class="warning bad"><b>{word(entry.became.recall)}</b> <a href={linkTo("record", entry.became.recall_place)}>{entry.became.recall_place}</a></p> : null}
    <p class="meta">
      {_("filed")} <Moment ms={entry.filed_ms} /> · {_("claimed {1}", when(entry.claimed_ms))}<Off ms={entry.flagged ? entry.offset_ms : 0} text={_("  the clock that claimed it was off: ")} /><Off ms={entry.ahead_ms} text={_("  it was filed ahead of our clock: ")} /> · {isVoid(entry) ? _("names as its author ") : null}{isVoid(entry) ? whoIs(entry) : _("from {1}", whoIs(entry))} · <ActingFor role={entry.acting_for} />{_("to")} {addressText(entry)}
      {(entry.refers ?? []).length > 0 ? ` · ${_("refers to {1}", entry.refers?.join(", ") ?? "")}` : ""} · {_("{1} signatures", entry.signatures)}
    </p>
    <Fields entry={entry} />
    {entry.statement === undefined || (entry.says === undefined && CODED[entry.kind_number] === undefined) ? null : <Says statement={readStatement(fromBase64(entry.statement))} />}
    <Body entry={entry} />
    <Ladders entry={entry} />
    {readBack.value === undefined ? null : <div class="returned"><h3>{_("Read back by {1}", whoIs(readBack.value))}</h3><Body entry={readBack.value} /></div>}
    <Moves subject={subjectOf(entry)} moves={movesOfMessage(entry)} />
    <Banner marking={entry.marking} />
  </article>
);

// ---- What came ahead of its log: by whose word it stands here, and nothing that could be done with it. ----

const byWhom: Record<Copy["state"], () => string> = {
  SIGNED: () => _("ADVANCE: signed by its officer; its number follows"),
  BY_LINE: () => _("ADVANCE: authenticated by the line alone, by no officer; the signature is to follow"),
  FALSE: () => _("FALSE: the line said this, and the log holds something else; telephone their watch"),
};

export function CopyView({ copy }: { copy: Copy }) {
  const entry = messageOf(copy);
  return (
    <article class="message panel copy" data-copy={copy.state} aria-label={entry.place}>
      <Banner marking={entry.marking} />
      <p class={`warning ${copy.ended || copy.state === "FALSE" ? "bad" : ""}`}><b>{byWhom[copy.state]()}{copy.ended ? _("; its log ended without it; telephone their watch") : ""}</b></p>
      <h2>{entry.place} <Precedence name={entry.precedence ?? "ROUTINE"} /> {word(entry.kind)}</h2>
      <p class="meta">{_("claimed {1}", when(entry.claimed_ms))} · {_("names as its author ")}{whoIs(entry)} · <ActingFor role={entry.acting_for} />{_("to")} {addressText(entry)}</p>
      <Fields entry={entry} />
      {(entry.content?.sealing ?? 0) > 0 ? <p class="none">{_("(sealed)")}</p> : <Body entry={entry} />}
      <Banner marking={entry.marking} />
    </article>
  );
}

// ---- What a statement says in its fields, from the bytes that are or were signed: a row a field. ----

const fieldTitles: Record<string, () => string> = {
  act: () => _("act"), cause: () => _("Cause"), name: () => _("lasting name"), title: () => _("title"), words: () => _("words"), when: () => _("when"), parties: () => _("hosts"),
  owed_to: () => _("owed to"), detail: () => _("said in it"), unit: () => _("from the unit"), doubt: () => _("its sources contradict"), source: () => _("source"),
  type: () => _("type"), confidence: () => _("confidence"), location: () => _("place"), where: () => _("where"), number: () => _("number"),
  languages: () => _("languages"), chairs: () => _("chairs"), to: () => _("to"), people: () => _("delegation"), credentials: () => _("credentials"), manner: () => _("manner"), beside: () => _("beside the session"), stage: () => _("stage"),
  hash: () => _("hash of the text"), outlets: () => _("outlets"),
};
const titlesOf: Record<number, Record<string, () => string>> = {
  [Kind.COMMITMENT]: { when: () => _("until"), parties: () => _("by whom"), detail: () => _("what shows it done") }, [Kind.BODY]: { parties: () => _("hosts by turns"), detail: () => _("mandate"), number: () => _("months between two"), to: () => _("feeds") },
};

const titleOf = (kind: number, key: string) => (titlesOf[kind]?.[key] ?? fieldTitles[key] ?? (() => _("field {1}", key)))();

export function Says({ statement }: { statement: Pick<Statement, "kind" | "fields" | "form"> }) {
  const rows = statement.form === undefined ? saysOf(statement.kind, statement.fields) : [];
  return rows.length === 0 ? null : <Table rows={rows} name="fields says" row={([key, text]) => (
    <tr key={key} data-field={key}>
      <th scope="row" class="name">{titleOf(statement.kind, key)}</th><td class="wide"><Words text={key === "act" || key === "cause" ? word(text) : text === "" ? _("(left out)") : text} /></td>
    </tr>
  )} />;
}
