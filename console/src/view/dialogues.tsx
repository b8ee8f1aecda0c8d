// Dialogues: bodies and their next sessions, one session with its agenda and delegations, and what was promised. A date that is past is
// called past; nobody is blamed.

import { h } from "preact";
import { computed, signal } from "@preact/signals";
import { Choices, formsOn } from "../fold/forms.js";
import { Move, movesOn } from "../fold/moves.js";
import { agendaOf, isPast, lastSession, nextHost, nextSession, pastSessions, rhythmPast } from "../fold/rhythm.js";
import { ask, isNone } from "../node/ask.js";
import { accord, inboxes, nodeClock, status } from "../node/record.js";
import type { Thing } from "../node/shapes.js";
import { peopleText } from "../wire/says.js";
import { Kind } from "../wire/statement.js";
import { _, named, visible, word } from "../words/say.js";
import { TimeLine } from "./chart.js";
import { showToo } from "./entry.js";
import { Founding, judge, Moves, Subject } from "./moves.js";
import { Check, Group, InTurn, Panel, Table, Words } from "./parts.js";
import { channelIn, followPlace, linkTo, now, placeIn, screen, whenShown } from "./screen.js";
import { followText, loadText, TextView } from "./text.js";

const all = signal<Thing[]>([]);
const whole = signal<Thing | undefined>(undefined); // the one that is opened, with all that was said of it
const closedToo = signal(false);

const code = () => status.value?.value.code ?? "";
export const minute = computed(() => Math.floor(nodeClock.value(now.value) / 60_000) * 60_000), at = () => minute.value; // what is dated by the minute is not drawn anew each second
const sessionsOf = computed(() => { // by their body: a peer may found very many of both
  const found = new Map<string | undefined, Thing[]>();
  all.value.filter((one) => one.kind === "session").forEach((one) => (found.get(one.of) ?? found.set(one.of, []).get(one.of))?.push(one));
  return found;
});
const movesOf = (thing: Thing): Move[] => [...movesOn(thing, code()), ...thing.over ? [] : formsOn(thing.kind, thing.place, choicesOn(channelIn(thing.place), thing.place), { [Kind.TEXT]: [[11, accord.value?.languages ?? []]] })];
const choicesOn = (channel: string, but = ""): Choices => {
  const bodies = all.value.filter((one) => one.kind === "body" && !one.over && one.place !== but && channelIn(one.place) === channel).map((one): [string, string] => [one.name ?? "", title(one)]);
  const sessions = all.value.filter((one) => one.kind === "session" && one.standing !== "CALLED OFF" && one.place !== but && channelIn(one.place) === channel).map((one): [string, string] => [one.name ?? "", title(one)]);
  return { beside: sessions, manner: [["meeting", _("meeting")], ["side-meeting", _("side meeting")], ["call", _("call")]], feeds: bodies, into: bodies };
};
const subjectOf = (thing: Thing): Subject => ({ place: thing.place, channel: channelIn(thing.place), isInstance: false });

async function load(place: string | undefined, isInOrder: () => boolean): Promise<void> {
  const list: Thing[] = [];
  let after: string | undefined;
  do { // a page holds as much as an answer may
    const page: { things: Thing[]; next?: string } = await ask("/dialogues", { after });
    list.push(...page.things);
    after = page.next;
  } while (after !== undefined);
  const thing = place && await ask<{ things: Thing[] }>("/dialogues", { place }).then(({ things }) => things[0], (why) => (isNone(why) ? undefined : Promise.reject(why)));
  if (!isInOrder())
    return;
  all.value = list;
  showToo("dialogues", list);
  if (!thing)
    return;
  whole.value = thing;
  await Promise.all([judge(subjectOf(thing), movesOf(thing)), ...(thing.kind === "text" ? [loadText(thing.place, byPlace(thing.of)?.kind === "session" ? thing.of : undefined, isInOrder)] : [])]);
}

export function followDialogues(): void {
  followPlace(whole);
  whenShown(["dialogues"], () => [inboxes.value, status.value === undefined], load);
  followText();
}

// ---- Bodies. ----

export const title = (thing: Pick<Thing, "title" | "name" | "place">) => visible(named(thing.title, thing.name ?? thing.place)); // either side gave it
const byPlace = (place: string | undefined) => all.value.find((one) => one.place === place);

const bodyNamed = (name: string | undefined) => all.value.find((one) => one.kind === "body" && one.name === name);
const sessionNamed = (name: string | undefined) => all.value.find((one) => one.kind === "session" && one.name === name);

const Link = ({ thing }: { thing: Thing }) =>
  <a href={linkTo("dialogues", thing.place)} data-place={thing.place} aria-current={placeIn(screen.value.about) === thing.place ? "true" : undefined}>{title(thing)}</a>;

// What is set next, or that it is time to set one; who hosts it by turns.
function Rhythm({ body }: { body: Thing }) {
  const own = sessionsOf.value.get(body.place) ?? [], next = nextSession(own, body), last = lastSession(own, body), host = nextHost(own, body), past = rhythmPast(own, body, at());
  return (
    <Group>
      {pastSessions(own, body, at()).map((one) => <p key={one.place} class="warn">{_("{1} was set for {2}, and nobody has said yet that it was held", title(one), one.when ?? "")}</p>)}
      {next === undefined || isPast(next, at()) ? null : <p>{_("next: {1}", next.when ?? "")} <Link thing={next} /></p>}
      {past === "unset" ? <p class="warn">{_("none is set, and the last was {1}; every {2} months is agreed", last?.when ?? "", body.number ?? 0)}</p>
        : past === "late" ? <p class="warn">{_("the last was {1}, every {2} months is agreed, and the next is set for later", last?.when ?? "", body.number ?? 0)}</p> : null}
      {host === undefined ? null : <p class="age">{_("{1} hosts next, by turns", host)}</p>}
    </Group>
  );
}

function Bodies() {
  const bodies = all.value.filter((one) => one.kind === "body" && (closedToo.value || !one.over));
  return (
    <Panel title={_("Bodies")} count={bodies.length} name="bodies">
      <Table rows={bodies} none={_("No body is founded yet.")} row={(body) => (
        <tr key={body.place}>
          <th scope="row" class="name"><Link thing={body} /></th>
          <td class="wide">{body.of === undefined ? null : <span class="age">{_("under {1}", title(byPlace(body.of) ?? body))} </span>}<Rhythm body={body} /></td>
          <td class="step">{body.over ? word("ENDED") : ""}</td>
        </tr>
      )} />
    </Panel>
  );
}

// Things with how each stands.
const Standing = ({ title: heading, rows, name }: { title: string; rows: Thing[]; name: string }) => (
  <Panel title={heading} count={rows.length} name={name}>
    <Table rows={rows} row={(one) => <tr key={one.place}><th scope="row" class="name wide"><Link thing={one} /></th><td class="step">{one.kind === "session" ? one.when ?? "" : ""}</td><td class="step">{word(one.standing)}</td></tr>} />
  </Panel>
);

function Texts() {
  const rows = all.value.filter((one) => one.kind === "text" && (closedToo.value || !one.over));
  return rows.length === 0 ? null : <Standing title={_("Texts")} rows={rows} name="texts" />;
}

// ---- Commitments. ----

const whenText = (thing: Thing): string => thing.when === undefined ? _("no date") : isPast(thing, at()) ? _("{1}, date past", thing.when) : thing.when;

function Commitments() {
  const rows = all.value.filter((one) => one.kind === "commitment" && (closedToo.value || !one.over)).sort((a, b) => (a.end_ms ?? Infinity) - (b.end_ms ?? Infinity));
  return (
    <Panel title={_("Commitments")} count={rows.length} name="commitments">
      <Table rows={rows} none={_("Nothing is promised that is not done.")} head={[_("what"), _("standing"), _("by whom"), _("until")]} row={(thing) => (
        <tr key={thing.place} data-commitment={thing.name}>
          <th scope="row" class="name wide"><Link thing={thing} /></th><td class="step" data-standing={thing.standing}>{word(thing.standing)}</td>
          <td>{(thing.parts ?? []).map(({ party, part }) => <span key={party} class="part">{party} {word(part)} </span>)}</td><td class={isPast(thing, at()) ? "until warn" : "until"}>{whenText(thing)}</td>
        </tr>
      )} />
      <TimeLine at={at()} rows={rows.map((one) => ({ ...one, name: title(one) }))} />
    </Panel>
  );
}

// ---- One thing with all that was said of it. ----

function Facts({ thing }: { thing: Thing }) {
  const of = byPlace(thing.of), by = sessionNamed(thing.beside), fed = bodyNamed(thing.to), into = bodyNamed(thing.merged_into);
  const facts: [string, string | undefined, boolean?][] = [
    [_("standing"), word(thing.standing)], [_("when"), thing.when], [thing.kind === "commitment" ? _("by whom") : _("hosts"), thing.parties?.join(", ")], [_("owed to"), thing.owed_to?.join(", ")],
    [_("of"), of && title(of)], [_("manner"), thing.manner === "call" ? _("call") : thing.manner === "side-meeting" ? _("side meeting") : undefined], [_("beside the session"), by === undefined ? thing.beside : title(by)], [_("chairs"), thing.chairs?.join(", ")], [_("feeds"), fed === undefined ? thing.to : title(fed)], [_("merged into"), into === undefined ? thing.merged_into : title(into)],
    [thing.kind === "commitment" ? _("what shows it done") : thing.kind === "body" ? _("mandate") : thing.kind === "session" ? _("place") : _("said in it"), named(thing.detail) || undefined],
    [_("from the unit"), thing.unit], [_("stage"), thing.stage], [_("its sources contradict"), named(thing.doubt) || undefined], [_("source"), thing.source],
  ];
  return <dl class="facts">{facts.filter(([, text]) => text !== undefined && text !== "").map(([name, text]) => [<dt key={name}>{name}</dt>, <dd key={`${name}:`}><Words text={text ?? ""} /></dd>])}</dl>;
}

function Deeds({ thing }: { thing: Thing }) {
  return <Table rows={thing.deeds ?? []} name="deeds" row={(deed) => (
    <tr key={deed.place}>
      <td class="step"><a href={linkTo("record", deed.place)}>{deed.place}</a></td><th scope="row">{deed.party}</th>
      <td class="wide">{word(deed.act ?? deed.kind)} <InTurn all={[named(deed.title), peopleText(deed.people ?? [], ", "), named(deed.detail), deed.source, deed.when, deed.hash]} />{deed.credentials === undefined ? "" : ` · ${_("credentials: {1}", named(deed.credentials))}`}</td>
    </tr>
  )} />;
}

// The stages that the conditions of a commitment have reached: one condition is said again at each.
function Conditions({ thing }: { thing: Thing }) {
  const rows = all.value.filter((one) => one.kind === "condition" && one.of === thing.place);
  return rows.length === 0 ? null : (
    <Panel title={_("Conditions and the stages that they have reached")} count={rows.length} name="conditions">
      <Table rows={rows} head={[_("condition"), _("stage"), _("when"), _("source")]} row={(one) => (
        <tr key={one.place} data-condition={one.name}>
          <th scope="row" class="name wide"><Link thing={one} /></th><td class="step">{one.stage}</td><td class="step">{one.when ?? _("no date")}</td><td><Words text={one.source ?? ""} /></td>
        </tr>
      )} />
    </Panel>
  );
}

function One({ thing }: { thing: Thing }) {
  const moves = movesOf(thing), sessions = all.value.filter((one) => one.kind === "session" && one.of === thing.place);
  const beside = thing.kind === "session" ? all.value.filter((one) => one.kind === "session" && one.beside === thing.name) : [];
  return (
    <article class="thing" aria-label={thing.place}>
      <Panel title={title(thing)} name="thing">
        <p class="meta">{word(thing.kind)} · {thing.name} · {thing.place}</p>
        <Facts thing={thing} />
        <Moves subject={subjectOf(thing)} moves={moves} name={(move) => (move.about === thing.place ? undefined : move.about)} />
        {thing.kind === "text" ? <details><summary>{_("What was said")} ({(thing.deeds ?? []).length})</summary><Deeds thing={thing} /></details> : <Deeds thing={thing} />}
      </Panel>
      {thing.kind === "session" ? <Standing title={_("Agenda, with what is carried to it")} rows={agendaOf(all.value, thing)} name="agenda" /> : null}
      {beside.length === 0 ? null : <Standing title={_("Held beside it")} rows={beside} name="margins" />}
      {thing.kind === "commitment" ? <Conditions thing={thing} /> : null}
      {thing.kind === "text" ? <TextView place={thing.place} /> : null}
      {sessions.length === 0 ? null : <Standing title={_("Sessions")} rows={sessions} name="sessions" />}
    </article>
  );
}

export const DialoguesScreen = () => (
  <div class="halves dialogues">
    <div>
      <Check label={_("Show those that are over too")} value={closedToo.value} onChange={(on) => { closedToo.value = on; }} />
      <Bodies />
      <Founding name="found-body" others={all.value} choices={choicesOn} />
      <Texts />
      <Commitments />
    </div>
    <div>{whole.value === undefined ? <p class="none">{_("Choose a body, a session or a commitment.")}</p> : <One thing={whole.value} />}</div>
  </div>
);
