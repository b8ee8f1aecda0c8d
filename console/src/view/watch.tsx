// Watch: one page for whoever is on duty. What is owed, by whom and by when; how the lines are; what came last.

import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { hasFailed, isWaiting, Owed } from "../fold/owed.js";
import { drafts, held, inboxes, instances, nodeClock, session, status } from "../node/record.js";
import type { Entry, Held, Path, Peer } from "../node/shapes.js";
import { countdown } from "../words/moment.js";
import { _, spanText, word } from "../words/say.js";
import { owed, titleOf } from "./alarm.js";
import { outbox } from "../node/outbox.js";
import { Running } from "./consult.js";
import { minute } from "./dialogues.js";
import { Aged, EntryRow, Group, MissingRows, Panel, Precedence, Step, StillTable, Table, Title, unsettled, Views, Words } from "./parts.js";
import { OnDuty, SoundTest } from "./relief.js";
import { linkTo, now, when } from "./screen.js";

const ROWS_SHOWN = 5, THEIRS_SHOWN = 3, LAST_SHOWN = 5, RUNNING_SHOWN = 3, POSTS_SHOWN = 2, HELD_SHOWN = 3;
const NODE = "node"; // what nodes say to each other, as line checks, is on the line board
const PATH_BEAT_MS = 30_000; // two periods of what a path says of itself
const PROOF_MS = 2 * 3_600_000; // also of a thin path, which says nothing while there is nothing to say
const AHEAD_MS = 60_000;

function Due({ row }: { row: Owed }) {
  const at = nodeClock.value(now.value);
  if (row.due === undefined)
    return <span class="due">{_("for {1}", spanText(at - row.since))}</span>;
  return <span class={`due ${row.due < at ? "over" : ""}`}>{countdown(row.due - at)}</span>;
}

const owedRow = (row: Owed, isGone: boolean) => (
  <tr key={row.key} class={isGone ? "gone" : ""}>
    <td><Precedence name={row.precedence} /></td>
    <th scope="row"><a href={linkTo(row.screen, row.place)} data-place={row.place}>{row.place}</a></th>
    <td class="wide"><Words text={titleOf(row)} isCut /></td>
    <td><Step name={row.step} /></td>
    <td class="step">{isGone ? _("owed no more") : <Due row={row} />}</td>
  </tr>
);

function PathRow({ path }: { path: Path }) {
  const at = nodeClock.value(now.value);
  const isProved = path.line_checked_ms > 0 && at - path.line_checked_ms < PROOF_MS;
  return (
    <tr>
      <th scope="row">{path.name}</th>
      <td><b class={`path ${path.up ? "up" : "down"}`}>{path.up ? _("UP") : _("DOWN")}</b></td>
      <td>{path.up && path.round_trip_us > 0 ? _("{1} ms", (path.round_trip_us / 1000).toFixed(0)) : ""}</td>
      <td>{path.up ? <Aged at={path.heard_ms} limit={path.thin ? PROOF_MS : PATH_BEAT_MS}>{_("heard")}</Aged>
        : path.since_ms > 0 ? _("for {1}", spanText(at - path.since_ms)) : _("it was never up")}</td>
      <td>{isProved ? <Aged at={path.line_checked_ms} limit={PROOF_MS}>{_("line check {1} ms", path.line_check_ms)}</Aged>
        : <Group><b class="unproved">{_("UNPROVED")}</b> <span class="age">{path.line_checked_ms > 0 ? _("no line check for {1}", spanText(at - path.line_checked_ms)) : _("never checked")}</span></Group>}</td>
    </tr>
  );
}

function LineBoard({ peer }: { peer: Peer }) {
  const left = unsettled(peer);
  return (
    <Panel title={_("Line to {1}", peer.code)} name={`line-${peer.party}`}>
      <Table rows={peer.paths} row={(path) => <PathRow path={path} key={path.name} />} />
      <MissingRows rows={(status.value?.value.missing ?? []).filter((row) => row.party === peer.party)} />
      <p class="line-sum">
        {left === 0 ? _("Everything of ours has its receipt.") : _("Without a receipt: {1}", left)}
        {" · "}<Views peer={peer} />{" · "}{_("In this browser: {1}", outbox.value.filter((item) => item.state === "UNSENT").length)}
      </p>
    </Panel>
  );
}

function Drafts() {
  const failed = drafts.value.filter((draft) => hasFailed(draft, session.value?.holder ?? 0, minute.value));
  return <Table rows={[...drafts.value.filter(isWaiting), ...failed]} limit={ROWS_SHOWN} none={_("Nothing waits for an approval.")} row={(draft) => (
    <tr key={draft.place}>
      <td><Precedence name={draft.precedence ?? "ROUTINE"} /></td>
      <th scope="row"><a href={linkTo("channel", draft.place)}>{draft.place}</a></th>
      <td class="wide"><Title entry={draft} /></td>
      <td class="step">{word(draft.state)} {_("{1} of {2}", draft.approved, draft.needed)}</td>
    </tr>
  )} />;
}

// Received and receipted, and no officer can act on it yet: for what it waits, and what is to be done.
const Waiting = ({ rows }: { rows: Held[] }) => (
  <Panel title={_("Received, and waits")} count={rows.length} name="held">
    <Table rows={rows} limit={HELD_SHOWN} row={({ entry, cause }) => (
      <tr key={entry.place}>
        <td><Precedence name={entry.precedence ?? "ROUTINE"} /></td>
        <th scope="row"><a href={linkTo("record", entry.place)} data-place={entry.place}>{entry.place}</a></th>
        <td class="why"><b>{_("WAITING: ")}</b>{cause === "VERSION" ? _("its log is under a version of the accord that is not held here: entente accord adopt DIR") : _("waits for entries of others that it has seen")}</td>
      </tr>
    )} />
  </Panel>
);

// Whoever opens Watch has what is owed first under the hand; whoever is elsewhere by then stays there.
function useFirst(place: string | undefined) {
  const column = useRef<HTMLDivElement>(null), isFocused = useRef(false);
  useEffect(() => {
    const row = isFocused.current ? null : column.current?.querySelector<HTMLElement>(".ours a[data-place]"), at = document.activeElement;
    if (!row)
      return;
    isFocused.current = true;
    row.dataset.placed = "";
    if (at === null || at === document.body || at.matches("main, nav a"))
      row.focus();
    delete row.dataset.placed;
  }, [place]);
  return column;
}

// A peer's clock may say any time: what it filed in a time to come keeps nothing newer off the board.
const filedBy = ({ filed_ms: at }: Entry) => (at > nodeClock.peek()(now.peek()) + AHEAD_MS ? 0 : at);

export function Watch() {
  const ours = owed.value.filter((row) => row.ours), theirs = owed.value.filter((row) => !row.ours);
  const last = Object.values(inboxes.value).flat().filter((entry) => entry.role !== NODE).sort((a, b) => filedBy(b) - filedBy(a));
  const column = useFirst(ours[0]?.place);
  return (
    <div class="watch">
      <div class="column" ref={column}>
        {held.value.length > 0 ? <Waiting rows={held.value} /> : null}
        <Panel title={_("We owe")} count={ours.length} name="ours"><StillTable rows={ours} keyOf={(row) => row.key} limit={ROWS_SHOWN} none={_("Nothing is owed by us.")} row={owedRow} /></Panel>
        <Panel title={_("They owe")} count={theirs.length} name="theirs"><StillTable rows={theirs} keyOf={(row) => row.key} limit={THEIRS_SHOWN} none={_("Nothing is owed to us.")} row={owedRow} /></Panel>
        <Panel title={_("Last messages")} name="last"><StillTable rows={last} keyOf={(entry) => entry.place} limit={LAST_SHOWN} isCut={false} row={(entry) => <EntryRow key={entry.place} entry={entry} at={when} href={linkTo("channel", entry.place)} />} /></Panel>
      </div>
      <div class="column">
        {(status.value?.value.peers ?? []).map((peer) => <LineBoard peer={peer} key={peer.party} />)}
        <Panel title={_("Running")} count={instances.value.length} name="running"><Running limit={RUNNING_SHOWN} /></Panel>
        <Panel title={_("Waiting at home")} name="home"><Drafts /></Panel>
        <Panel title={_("Manning")} name="manning"><OnDuty limit={POSTS_SHOWN} /></Panel>
        <Panel title={_("Sound test")} name="sound"><SoundTest /></Panel>
      </div>
    </div>
  );
}
