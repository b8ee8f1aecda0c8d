// The principal's card: one question. What it is, who asks, what the other side has said, how long there is; then sign or decline.

import { h } from "preact";
import { Owed, STEP_ADVANCE } from "../fold/owed.js";
import { drafts, inboxes, instances, nodeClock, session } from "../node/record.js";
import type { Entry } from "../node/shapes.js";
import { countdown } from "../words/moment.js";
import { _, beginning, spanText, word } from "../words/say.js";
import { owed, titleOf } from "./alarm.js";
import { atGates, CardGates, whoAsks } from "./consult.js";
import { DraftView } from "./draft.js";
import { opened, openedDraft } from "./entry.js";
import { Message } from "./message.js";
import { partyCode, Precedence, Title, whoIs, Words } from "./parts.js";
import { linkTo, now, placeIn, screen, when } from "./screen.js";

const SAID_SHOWN = 3;

const saidByOthers = (channel: string): Entry[] => (inboxes.value[channel] ?? []).filter((entry) => entry.party !== session.value?.party).slice(-SAID_SHOWN).reverse();

// Whoever wrote it, proposed it or began it: a name of the record, never a guess.
function whoAsksFor(row: Owed): string {
  const draft = drafts.value.find((one) => one.place === row.place), entry = opened.value?.place === row.place ? opened.value : undefined;
  const instance = row.screen === "consult" ? instances.value.find((one) => one.place === row.place) : undefined;
  if (draft !== undefined)
    return `${whoIs(draft)}, ${_("officer {1}", draft.author_holder)}`;
  return instance !== undefined ? whoAsks(instance) : entry !== undefined ? whoIs(entry) : partyCode(row.place.split("/")[0]);
}

function Asked({ row }: { row: Owed }) {
  const at = nodeClock.value(now.value);
  return (
    <dl class="facts card-facts">
      <dt>{_("Who asks")}</dt><dd data-row="asks"><Words text={whoAsksFor(row)} /></dd>
      <dt>{_("What")}</dt><dd><Precedence name={row.precedence} /> <b><Words text={titleOf(row)} /></b></dd>
      <dt>{_("Asked of you")}</dt><dd>{word(row.step)}</dd>
      <dt>{_("Time left")}</dt><dd class={row.due !== undefined && row.due < at ? "due over" : "due"}>{row.due === undefined ? _("no limit; waits for {1}", spanText(at - row.since)) : countdown(row.due - at)}</dd>
      <dt>{_("The other side has said")}</dt>
      <dd>{saidByOthers(row.channel).map((entry) => <p key={entry.place}>{when(entry.filed_ms)} {partyCode(entry.party)}: <Title entry={entry} /></p>)}
        {saidByOthers(row.channel).length === 0 ? _("nothing on this channel yet") : null}</dd>
    </dl>
  );
}

export function CardScreen() {
  const rows = owed.value.filter((row) => row.ours && row.screen !== "relief" && row.step !== STEP_ADVANCE), place = placeIn(screen.value.about);
  const row = rows.find((one) => one.place === place);
  const instance = place === undefined ? undefined : atGates(place);
  if (place === undefined && rows[0] !== undefined)
    location.replace(linkTo("card", rows[0].place)); // the way back leads where one was
  return (
    <div class="card">
      <h1>{_("For decision")}</h1>
      {rows.length === 0 ? <p class="none">{_("Nothing waits for you.")}</p> : null}
      <nav class="card-rows" aria-label={_("For decision")}>
        {rows.map((one, i) => <a key={one.key} href={linkTo("card", one.place)} aria-current={one.place === place ? "page" : undefined}>{i + 1}. {one.precedence} {beginning(titleOf(one), 24) || one.place}</a>)}
      </nav>
      {row === undefined ? null : <Asked row={row} />}
      {openedDraft.value?.place === place && openedDraft.value ? <DraftView draft={openedDraft.value} /> : null}
      {row?.screen === "consult" ? (instance === undefined ? null : <CardGates instance={instance} />) : opened.value?.place === place && opened.value ? <Message entry={opened.value} /> : null}
    </div>
  );
}
