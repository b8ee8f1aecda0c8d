// Channel: what both sides said on one line, in the record's order, and beside it one message or the writing of a new one.

import { h, ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { cameAs, isWaiting, messageOf, owedCopies, STEP_ADVANCE } from "../fold/owed.js";
import { allOf, askOlder, copies, drafts, inboxes, logs, mayWrite, MESSAGES_SHOWN, readable, session, status } from "../node/record.js";
import type { Channel as Line, Copy, Draft, Entry } from "../node/shapes.js";
import { _, named, word } from "../words/say.js";
import { ComposeMessage } from "./compose.js";
import { DraftView } from "./draft.js";
import { missing, opened, openedDraft } from "./entry.js";
import { CopyView, Message } from "./message.js";
import { Far, Group, inHand, isKept, MissingRows, Nowhere, partyCode, Precedence, Sentence, Step, stopOf, Title, Views } from "./parts.js";
import { channelIn, linkTo, placeIn, screen, when } from "./screen.js";

const AT_ONCE = 60; // rows that are drawn more at a time; older ones come when they are asked for
const DRAWN_MAX = 240; // and of all, so that the last page is as fast as the first: what is left at the other end is drawn anew on the way back

interface Rows { from: number; to: number } // counted from the newest

const shownRows = signal<Record<string, Rows>>({});

const rowsOf = (channel: string) => shownRows.value[channel] ?? { from: 0, to: AT_ONCE };

const show = (channel: string, from: number, to: number): void => { shownRows.value = { ...shownRows.value, [channel]: { from, to } }; };

function newer(channel: string): void {
  const from = Math.max(0, rowsOf(channel).from - AT_ONCE);
  show(channel, from, from + DRAWN_MAX);
}

const Lines = ({ current }: { current: string }) => (
  <nav class="lines" aria-label={_("Channels")}>
    {readable.value.map((line) => {
      const owed = (inboxes.value[line.name] ?? []).filter(isOwed).length + owedCopies(copies.value.filter((copy) => copy.channel === line.number), session.value?.party ?? "").length;
      return (
        <a key={line.name} href={linkTo("channel", line.name)} aria-current={line.name === current ? "page" : undefined}>
          {named(line.names, line.name)}{owed > 0 ? <b class="count"> {owed}</b> : null}
        </a>
      );
    })}
  </nav>
);

const Item = ({ one, name, first, children }: { one: Entry | Draft; name: string; first: string; children: ComponentChildren }) => (
  <li class={name}>
    <a href={linkTo("channel", one.place)} data-place={one.place} aria-current={screen.value.about === one.place ? "true" : undefined}>
      <span class="first">{first} <Precedence name={one.precedence ?? "ROUTINE"} /> <b>{one.place}</b></span>
      <Title entry={one} />
      <span class="first">{children}</span>
    </a>
  </li>
);

const isOwed = (entry: Entry) => entry.ladders?.some((ladder) => ladder.owed?.ours) === true;

const entryItem = (entry: Entry) => <Item key={entry.place} one={entry} name={`${entry.party === session.value?.party ? "ours" : "theirs"} ${isOwed(entry) ? "owed" : ""}`} first={when(entry.filed_ms)}><Far entry={entry} /></Item>;

const copyItem = (copy: Copy) => <Item key={`${copy.log} ${copy.entry.id}`} one={messageOf(copy)} name={`theirs copy ${copy.state === "FALSE" ? "" : "owed"}`} first=""><Step name={copy.state === "FALSE" ? "FALSE" : STEP_ADVANCE} /></Item>;

const draftItem = (draft: Draft) => <Item key={draft.place} one={draft} name="draft" first="">{word(draft.state)} {_("{1} of {2}", draft.approved, draft.needed)}</Item>;

// A log that was stopped is a red row: what is behind it has not come.
const Stopped = ({ line }: { line: Line }) => (
  <div>
    {logs.value.filter((log) => log.channel === line.number && log.state === "STOPPED").map((log) => (
      <p class={log.ended ? "warning" : "warning bad"} role={log.ended ? undefined : "alert"}><Sentence text={stopOf(log)} /></p>
    ))}
  </div>
);

const NEAR = 200; // of an end of the list, in pixels

let isAsking = false;

// More rows of those that are here; where they end, the node is asked for those before.
async function more(channel: string): Promise<void> {
  if (isAsking)
    return;
  isAsking = true;
  const { from, to } = rowsOf(channel);
  if (allOf(channel).length < to + AT_ONCE)
    await askOlder(channel);
  if (allOf(channel).length > to)
    show(channel, Math.max(from, to + AT_ONCE - DRAWN_MAX), to + AT_ONCE);
  isAsking = false;
}

function follow(channel: string, list: HTMLElement): void {
  if (list.scrollTop + list.clientHeight > list.scrollHeight - NEAR)
    void more(channel);
  else if (list.scrollTop < NEAR && rowsOf(channel).from > 0) {
    list.scrollTop = Math.max(1, list.scrollTop); // at 0 the browser would not hold the rows where they are
    newer(channel);
  }
}

// While the hand is in a list its rows stay where they are: what comes meanwhile is counted above them.
const heldAt = signal<{ channel: string; place: string; at: number } | undefined>(undefined);

function List({ line }: { line: Line }) {
  const entries = allOf(line.name), rows = rowsOf(line.name), kept = heldAt.value?.channel === line.name ? heldAt.value : undefined;
  const held = isKept(kept) ? entries.findIndex((entry) => entry.place === kept?.place) : -1;
  const above = held < 0 ? 0 : entries.length - 1 - held, from = rows.from + above, to = rows.to + above;
  const hand = inHand(kept, (next) => { heldAt.value = next; }, (at) => ({ channel: line.name, place: entries[entries.length - 1]?.place ?? "", at }));
  const showNewer = () => {
    heldAt.value = undefined;
    newer(line.name);
    setTimeout(() => document.querySelector<HTMLElement>(".list li a")?.focus()); // the button is gone
  };
  const ahead = copies.value.filter((copy) => copy.channel === line.number);
  const waiting = drafts.value.filter((draft) => draft.channel_name === line.name && isWaiting(draft));
  return (
    <section class="list" aria-label={_("Messages")} {...hand}>
      <a class="new-message button" href={linkTo("channel", line.name)}>{_("New message")}</a>{" "}
      {from > 0 ? <button type="button" class="newer" onClick={showNewer}>{above > 0 ? _("{1} new above", above) : _("Newer")}</button> : null}
      <Stopped line={line} />
      <MissingRows rows={(status.value?.value.missing ?? []).filter((row) => row.channel === line.number)} />
      <ol onScroll={(event) => follow(line.name, event.currentTarget)}>
        {rows.from > 0 ? null : [...ahead.map(copyItem), ...waiting.map(draftItem)]}
        {entries.slice(Math.max(0, entries.length - to), entries.length - from).reverse().map(entryItem)}
      </ol>
      {entries.length > to || entries.length >= MESSAGES_SHOWN ? <button type="button" class="older" onClick={() => void more(line.name)}>{_("Older")}</button> : null}
      {entries.length + ahead.length + waiting.length === 0 ? <p class="none">{_("No message yet.")}</p> : null}
    </section>
  );
}

function Beside({ line }: { line: Line }) {
  const { about } = screen.value, place = placeIn(about), ahead = copies.value.filter((copy) => messageOf(copy).place === about);
  if (ahead.length > 0)
    return <Group>{ahead.map((copy) => <CopyView key={`${copy.log} ${copy.entry.id}`} copy={copy} />)}{opened.value?.place === place && opened.value ? <Message entry={opened.value} /> : null}</Group>;
  const came = cameAs(about, allOf(line.name));
  if (came !== undefined)
    location.replace(linkTo("channel", came.place)); // the way back leads where one was
  if (place === undefined && about.includes(" "))
    return came === undefined && inboxes.value[line.name] !== undefined ? <Nowhere place={about} /> : null;
  if (place === undefined)
    return mayWrite(line) ? <ComposeMessage channel={line} /> : <p class="none">{_("None of your roles writes on this channel.")}</p>;
  if (missing.value)
    return <Nowhere place={place} />;
  if (openedDraft.value?.place === place)
    return <DraftView draft={openedDraft.value} />;
  return opened.value?.place === place ? <Message entry={opened.value} /> : null;
}

// Whether its line is up, how far each log is here, and whether both sides hold the same.
function Standing({ line }: { line: Line }) {
  const peers = status.value?.value.peers.filter((peer) => line.parties.includes(peer.party)) ?? [];
  const ends = logs.value.flatMap((log) => (log.channel === line.number && log.size ? [`${log.log}.${log.size - 1}`] : []));
  return (
    <p class="standing meta">
      {peers.map((peer, i) => <span key={peer.party}>{i > 0 ? " · " : ""}{peer.code} <b class={`path ${peer.paths.some((path) => path.up) ? "up" : "down"}`}>{peer.paths.some((path) => path.up) ? _("UP") : _("DOWN")}</b> · <Views peer={peer} /></span>)}
      {ends.length === 0 ? null : `${peers.length > 0 ? " · " : ""}${_("here to {1}", ends.join(", "))}`}
    </p>
  );
}

export function ChannelScreen() {
  const wanted = channelIn(screen.value.about), place = placeIn(screen.value.about), draft = [...drafts.value, openedDraft.value].find((one) => one?.place === place);
  const name = draft?.channel_name ?? wanted; // what waits at home stands on its line
  const line = readable.value.find((one) => one.name === name) ?? readable.value[0];
  if (line === undefined)
    return null;
  return (
    <div class="channel">
      <h1>{named(line.names, line.name)} <span class="age">{line.parties.map((party) => line.observers.includes(party) ? _("{1} (observes)", partyCode(party)) : partyCode(party)).join(" – ")}</span></h1>
      <Standing line={line} />
      <Lines current={line.name} />
      <List line={line} />
      <div class="beside"><Beside line={line} /></div>
    </div>
  );
}
