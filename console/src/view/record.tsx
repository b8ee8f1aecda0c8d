// Record: find a message, prove it, take the proof away. It counts only what the reader may read.

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { aloud } from "../base/bytes.js";
import { ask, askBytes } from "../node/ask.js";
import { lines, logs } from "../node/record.js";
import type { Entry, Inbox, Log } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";
import { dateTimeGroup, readMoment } from "../words/moment.js";
import { _, named, nodeSays, word } from "../words/say.js";
import { missing, opened, showToo } from "./entry.js";
import { Message } from "./message.js";
import { Choice, EntryRow, Input, Moment, Nowhere, Panel, partyCode, roleNames, save, Table } from "./parts.js";
import { linkTo, placeIn, screen } from "./screen.js";

const ROWS_SHOWN = 200;

const typed = signal({ words: "", channel: "", party: "", precedence: "", from: "", to: "" });
const found = signal<{ rows: Entry[]; looked: number; isDone: boolean } | undefined>(undefined);
const failed = signal<string | undefined>(undefined);
const tried = signal(false); // from the first press on, a wrong date is said as it is typed
let run = 0;

// The node looks through some hundreds at a time and says where to go on; a newer search ends an older one.
async function search(): Promise<void> {
  const mine = ++run, { words, channel, party, from, to } = typed.value;
  const bound = (text: string) => (text.trim() === "" ? undefined : readMoment(text));
  failed.value = undefined;
  let rows: Entry[] = [], looked = 0, after: string | undefined;
  do {
    const page: Inbox = await ask<Inbox>("/search", {
      words: words.trim() || undefined, channel: channel || undefined, party: party || undefined, from_ms: bound(from), to_ms: bound(to), after,
    });
    if (mine !== run)
      return;
    rows = [...rows, ...page.messages.filter((entry) => !typed.value.precedence || (entry.precedence ?? "ROUTINE") === typed.value.precedence)];
    looked += page.looked ?? 0;
    after = page.next;
    showToo("record", rows);
    found.value = { rows: rows.sort((a, b) => b.filed_ms - a.filed_ms), looked, isDone: after === undefined };
  } while (after !== undefined && rows.length < ROWS_SHOWN);
}

type Bound = "from" | "to";

const isWrong = (name: Bound) => typed.value[name].trim() !== "" && Number.isNaN(readMoment(typed.value[name]));
const wrong = () => (["from", "to"] as const).filter(isWrong);
const boundTitles: Record<Bound, () => string> = { from: () => _("From"), to: () => _("Until") };

// A filter that cannot be read would find what was not asked for: it is told, and nothing is searched.
function press(event: Event): void {
  event.preventDefault();
  tried.value = true;
  if (wrong().length > 0)
    found.value = failed.value = undefined;
  else
    void search().catch((why: Error) => { failed.value = why.message; });
}

function Line({ label, name }: { label: string; name: "words" | Bound }) {
  return <Input label={label} value={typed.value[name]} aria-invalid={tried.value && name !== "words" && isWrong(name)} placeholder={name === "words" ? "" : "281407Z NOV 26"}
    onChange={(value) => { typed.value = { ...typed.value, [name]: value }; }} />;
}

const Filter = ({ label, name, options }: { label: string; name: "channel" | "party" | "precedence"; options: [string, string][] }) =>
  <Choice label={label} value={typed.value[name]} options={options} empty={_("all")} onChange={(value) => { typed.value = { ...typed.value, [name]: value }; }} />;

function Search() {
  const parties = [...new Set(lines.value.flatMap((line) => line.parties))];
  return (
    <form class="search panel" role="search" aria-label={_("Search")} onSubmit={press}>
      <Line label={_("Words in subject, text, fields or file names")} name="words" />
      <Filter label={_("Channel")} name="channel" options={lines.value.map((line) => [line.name, named(line.names, line.name)])} />
      <Filter label={_("Party")} name="party" options={parties.map((party) => [party, partyCode(party)])} />
      <Filter label={_("Precedence")} name="precedence" options={PRECEDENCES.map((name) => [name, name])} />
      <Line label={boundTitles.from()} name="from" />
      <Line label={boundTitles.to()} name="to" />
      <button class="primary">{_("Search")}</button>
    </form>
  );
}

function Found() {
  const result = found.value;
  if (tried.value && wrong().length > 0)
    return <div role="alert">{wrong().map((name) => <p key={name} class="warning bad">{_("The field {1} cannot be read: a time is written 281407Z NOV 26.", boundTitles[name]())} {_("Nothing was searched for.")}</p>)}</div>;
  if (failed.value !== undefined)
    return <p class="warning bad" role="alert">{typed.value.words.trim() === "" ? _("Type at least one word to search for.") : nodeSays(failed.value)}</p>;
  if (result === undefined)
    return <p class="none">{_("Nothing has been searched for yet.")}</p>;
  return (
    <Panel title={result.isDone ? _("Found") : _("Found so far")} count={result.rows.length} name="found">
      <Table rows={result.rows} limit={ROWS_SHOWN} row={(entry) => <EntryRow key={entry.place} entry={entry} at={dateTimeGroup} href={linkTo("record", entry.place)} />} />
      <p class="more">{_("looked through {1} messages", result.looked)}</p>
    </Panel>
  );
}

// ---- Proof. ----

const fileName = (place: string, ending: string) => place.replace(/[/ ]/g, "-").toLowerCase() + ending;

const proofFails = signal<string | undefined>(undefined);

async function saveProof(place: string): Promise<void> {
  proofFails.value = undefined;
  await askBytes("/proof", { place }).then((bytes) => save(bytes, fileName(place, ".tlog-proof")), (why: Error) => { proofFails.value = why.message; });
}

const saveEntry = (entry: Entry) => save(new Blob([JSON.stringify(entry, null, 1)], { type: "application/json" }), fileName(entry.place, ".json"));

type Sent = { peer: string; path: string }[]; // by which path an own one went to each

function Prove({ entry }: { entry: Entry }) {
  const { signer } = entry, [sent, set] = useState<Sent>([]);
  useEffect(() => void ask<{ sent: Sent }>("/ladder", { place: entry.place }).then((answer) => set(answer.sent), () => undefined), [entry]);
  return (
    <Panel title={_("Prove {1}", entry.place)} name="prove">
      <dl class="facts">
        <dt>{_("leaf")}</dt><dd class="hash">{entry.leaf}</dd>
        <dt>{_("read aloud, the same on both sides")}</dt><dd class="aloud">{aloud(entry.leaf)}</dd>
        <dt>{_("signatures")}</dt>
        <dd data-signer={signer?.holder}>{entry.signatures}{signer === undefined ? "" : ` · ${_("officer {1}", signer.holder)}, ${roleNames(signer.roles)}${signer.withdrawn ? `, ${_("withdrawn")}` : ""}`}</dd>
        <dt>{_("claimed")}</dt><dd><Moment ms={entry.claimed_ms} /></dd><dt>{_("filed")}</dt><dd><Moment ms={entry.filed_ms} /></dd>
        {sent.length === 0 ? null : [<dt key="sent">{word("SENT")}</dt>, <dd key="by" data-sent>{sent.map(({ peer, path }) => `${partyCode(peer)} ${path}`).join(", ")}</dd>]}
      </dl>
      <div class="buttons">
        <button type="button" data-act="proof" onClick={() => void saveProof(entry.place)}>{_("Save the proof (tlog-proof)")}</button>
        <button type="button" data-act="export" onClick={() => saveEntry(entry)}>{_("Save statement, signatures and content")}</button>
      </div>
      {proofFails.value === undefined ? null : <p class="warning bad" role="alert">{_("There is no proof yet: {1}", nodeSays(proofFails.value))}</p>}
      <p class="meta">{_("Checked without this program: ssh-keygen -Y verify for the signatures, any reader of C2SP notes for the proof.")}</p>
    </Panel>
  );
}

const Heads = ({ rows }: { rows: Log[] }) => (
  <Panel title={_("Heads of the logs")} name="heads">
    <Table rows={rows} head={[_("log"), _("size"), _("root"), _("cosigned to")]} row={(log) => (
      <tr key={log.log}>
        <th scope="row">{log.log}</th><td>{log.size ?? ""}</td><td class="hash">{log.root?.slice(0, 16) ?? ""}</td>
        <td>{Object.entries(log.cosigned ?? {}).map(([party, size]) => `${partyCode(party)} ${size}`).join(", ")}</td>
      </tr>
    )} />
  </Panel>
);

export function RecordScreen() {
  const place = placeIn(screen.value.about), entry = opened.value?.place === place ? opened.value : undefined;
  return (
    <div class="record">
      <Search />
      <div class="halves">
        <div><Found /></div>
        <div>{entry === undefined && place !== undefined && missing.value ? <Nowhere place={place} /> : null}{entry === undefined ? <Heads rows={logs.value.filter((log) => log.size !== undefined)} /> : [<Prove key="prove" entry={entry} />, <Message key="message" entry={entry} />]}</div>
      </div>
    </div>
  );
}
