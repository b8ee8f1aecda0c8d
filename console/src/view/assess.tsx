// Assessments: events, what each source claims of them, and each side's assessment beside the other's. Nothing is merged, and no number is
// made of several.

import { h } from "preact";
import { computed, signal } from "@preact/signals";
import { formsOn } from "../fold/forms.js";
import { degrees, Mapped, mapOf, Numbered, numbered } from "../fold/drawn.js";
import { ask } from "../node/ask.js";
import { accord, channelOf, inboxes } from "../node/record.js";
import type { Assessments, Claim, Happened, OfEvent } from "../node/shapes.js";
import { _, named } from "../words/say.js";
import { TimeLine } from "./chart.js";
import { minute, title } from "./dialogues.js";
import { Founding, judge, Moves, Subject } from "./moves.js";
import { showToo } from "./entry.js";
import { Banner } from "./message.js";
import { Group, InTurn, Panel, Table, Words } from "./parts.js";
import { channelIn, linkTo, placeIn, screen, whenShown } from "./screen.js";

const answer = signal<Assessments | undefined>(undefined);

const events = computed(() => answer.value?.events ?? []);
const rows = computed(() => numbered(events.value));

export function followAssessments(): void {
  whenShown(["assess"], () => inboxes.value, async (place, isInOrder) => {
    const found = await ask<Assessments>("/assessments"), event = found.events.find((one) => one.place === place);
    if (!isInOrder())
      return;
    answer.value = found;
    showToo("assess", found.events.flatMap((one) => [one, ...one.claims, ...one.assessments]));
    if (event !== undefined)
      await judge(subjectOf(event), movesOf(event));
  });
}

const subjectOf = (event: Happened): Subject => ({ place: event.place, channel: channelIn(event.place), isInstance: false });
const coding = (rows: Assessments["types"] = []) => rows.map((one): [string, string] => [one.name, named(one.words, one.name)]);
const eventChoices = () => ({ type: coding(answer.value?.types), confidence: coding(answer.value?.confidences) });
const movesOf = (event: Happened) => formsOn("event", event.place, eventChoices());

// ---- In words: what is not there is unknown. ----

const coded = (list: "types" | "confidences", name: string | undefined) =>
  (name === undefined ? _("unknown") : named(answer.value?.[list].find((one) => one.name === name)?.words, name));
const whenOf = (said: OfEvent) => said.when ?? _("unknown");
const whereOf = (said: OfEvent) => named(said.location) || (said.where ?? _("unknown"));
const portion = (said: OfEvent) => <span class="age marking">{said.marking?.portion ?? ""} </span>;

const Doubt = ({ said }: { said: OfEvent }) => said.doubt === undefined ? null : <p class="warn">{_("in doubt: {1}", named(said.doubt))}</p>;

// ---- All of them. ----

function Events() {
  const at = placeIn(screen.value.about);
  return (
    <Panel title={_("Events")} count={events.value.length} name="events">
      <Table rows={events.value} none={_("No event is opened yet.")} head={[_("event"), _("type"), _("when"), _("assessed by")]} row={(event) => (
        <tr key={event.place} data-event={event.name}>
          <th scope="row" class="name wide">{portion(event)}<a href={linkTo("assess", event.place)} data-place={event.place} aria-current={event.place === at ? "true" : undefined}>{title(event)}</a></th>
          <td class="step">{coded("types", event.type)}</td><td class="step">{whenOf(event)}</td>
          <td>{event.assessments.map((one) => one.party).join(", ") || _("nobody yet")}</td>
        </tr>
      )} />
      {answer.value?.more ? <p class="warning">{_("This list is full: there are more than it can hold.")}</p> : null}
    </Panel>
  );
}

const WIDTH = 1000, HEIGHT = 420, MARK = 14;

function Map({ map }: { map: Mapped }) {
  const x = (lon: number) => (lon - map.low.lon) * WIDTH / (map.high.lon - map.low.lon);
  const y = (lat: number) => HEIGHT - (lat - map.low.lat) * HEIGHT / (map.high.lat - map.low.lat);
  return (
    <figure class="map" aria-hidden="true">
      <svg viewBox={`-30 -30 ${WIDTH + 90} ${HEIGHT + 70}`} width="100%">
        {degrees(map.low.lon, map.high.lon).map((lon) => <g key={`x${lon}`}><line class="degree" x1={x(lon)} x2={x(lon)} y1={0} y2={HEIGHT} /><text x={x(lon)} y={HEIGHT + 28}>{lon}°</text></g>)}
        {degrees(map.low.lat, map.high.lat).map((lat) => <g key={`y${lat}`}><line class="degree" x1={0} x2={WIDTH} y1={y(lat)} y2={y(lat)} /><text x={2} y={y(lat) - 4}>{lat}°</text></g>)}
        {map.shapes.map(({ number, points }) => (
          <g key={number} class="mark">
            {points.length > 1 ? <polygon points={points.map(({ lat, lon }) => `${x(lon)},${y(lat)}`).join(" ")} /> : null}
            <circle cx={x(points[0].lon)} cy={y(points[0].lat)} r={MARK} /><text x={x(points[0].lon)} y={y(points[0].lat) + 7}>{number}</text>
          </g>
        ))}
      </svg>
      <figcaption>{_("Degrees alone: no border, and no name of a land or a sea.")}</figcaption>
    </figure>
  );
}

const dated = ({ number, claim }: Numbered) => ({ ...claim, name: String(number) });

// Both pictures, and the table that has what they have under the same numbers.
function Drawn() {
  const map = mapOf(rows.value), isDated = rows.value.some(({ claim }) => claim.first_ms !== undefined);
  return (
    <Panel title={_("Claims over time and on the map")} count={rows.value.length} name="drawn">
      {isDated ? <TimeLine at={minute.value} rows={rows.value.map(dated)} /> : <p class="none">{_("No claim has a date.")}</p>}
      {map === undefined ? <p class="none">{_("No claim names a place in degrees, so there is no map.")}</p> : <Map map={map} />}
      <Table rows={rows.value} head={[_("number"), _("event"), _("source"), _("when"), _("where")]} row={({ number, event, claim }) => (
        <tr key={number} data-claim={claim.name}>
          <th scope="row">{number}</th><td>{title(event)}</td><td class="wide"><Words text={claim.source ?? ""} /></td>
          <td class="step">{whenOf(claim)}</td><td><InTurn all={[named(claim.location), claim.where ?? (claim.location ? "" : _("unknown"))]} /></td>
        </tr>
      )} />
    </Panel>
  );
}

// ---- One of them. ----

const ClaimOf = ({ claim }: { claim: Claim }) => (
  <li data-claim={claim.name} class={claim.withdrawn === undefined ? "" : "taken-back"}>
    <p>{portion(claim)}<b><Words text={claim.source ?? claim.name ?? ""} /></b> <span class="age">{_("filed by {1}", claim.party)} <a href={linkTo("record", claim.place)}>{claim.place}</a></span></p>
    <p><Words text={named(claim.detail)} /></p>
    <p class="meta">{_("when: {1} · where: {2} · confidence: {3}", whenOf(claim), whereOf(claim), coded("confidences", claim.confidence))}</p>
    <Doubt said={claim} />
    {claim.withdrawn === undefined ? null : <p class="warn"><b>{_("WITHDRAWN by {1}", claim.party)}</b> <Words text={named(claim.withdrawn.detail)} />{claim.withdrawn.to === undefined ? "" : ` · ${_("instead of it: {1}", claim.withdrawn.to)}`}</p>}
  </li>
);

// A column a party that speaks there, in the accord's order; who has said nothing has a column too.
function Sides({ event }: { event: Happened }) {
  const line = channelOf(channelIn(event.place)), parties = (line?.parties ?? []).filter((party) => !line?.observers.includes(party));
  return (
    <div class="sides">
      {(accord.value?.parties ?? []).filter((party) => parties.includes(party.name)).map((party) => {
        const said = event.assessments.find((one) => one.party === party.code);
        return (
          <section key={party.code} data-side={party.code} aria-label={_("Assessment of {1}", named(party.names, party.code))}>
            <h3>{party.code} {named(party.names)}</h3>
            {said === undefined ? <p class="none">{_("It has said nothing of it.")}</p> : (
              <Group>
                <p>{portion(said)}<Words text={named(said.detail)} /></p>
                <p class="meta">{_("confidence: {1}", coded("confidences", said.confidence))} · <a href={linkTo("record", said.place)}>{said.place}</a></p>
                <Doubt said={said} />
              </Group>
            )}
          </section>
        );
      })}
    </div>
  );
}

function One({ event }: { event: Happened }) {
  const names = (place: string) => title(events.value.find((one) => one.place === place) ?? { place });
  return (
    <article class="event panel" aria-label={event.place}>
      <Banner marking={event.marking} />
      <h2>{title(event)}</h2>
      <p class="meta">{coded("types", event.type)} · {whenOf(event)} · {event.name} · {event.place}</p>
      <h3>{_("Each side's own assessment")}</h3>
      <Sides event={event} />
      <h3>{_("What each source claims")} ({event.claims.length})</h3>
      {event.claims.length === 0 ? <p class="none">{_("Nobody has claimed anything of it yet.")}</p> : null}
      <ol class="claims">{event.claims.map((claim) => <ClaimOf key={claim.place} claim={claim} />)}</ol>
      <Moves subject={subjectOf(event)} moves={movesOf(event)} />
      {event.same.map((same) => <p key={same.event}>{same.one ? _("one with {1}, say all", names(same.event)) : _("one with {1}, says only {2}", names(same.event), same.by.join(", "))}</p>)}
      <Banner marking={event.marking} />
    </article>
  );
}

export function AssessScreen() {
  const event = events.value.find((one) => one.place === placeIn(screen.value.about));
  return (
    <div class="halves assess">
      <div><Events /><Founding name="open-event" others={events.value} choices={eventChoices} /><Drawn /></div>
      <div>{event === undefined ? <p class="none">{_("Choose an event.")}</p> : <One event={event} />}</div>
    </div>
  );
}
