// Status and faults in plain words: what is wrong, since when, what to do next; then the lines over time.

import { h } from "preact";
import { computed, effect, signal, untracked } from "@preact/signals";
import { answerTimes, byPrecedence, figureOf, median, Sample, sampled } from "../fold/drawn.js";
import { drafts, inboxes, lastEvents, nodeClock, status } from "../node/record.js";
import type { Peer, Status } from "../node/shapes.js";
import { PRECEDENCES } from "../wire/statement.js";
import { clock } from "../words/moment.js";
import { _, named, nodeSays, spanText, word } from "../words/say.js";
import { Chart } from "./chart.js";
import { MissingRows, Panel, Sentence, stopOf, Table } from "./parts.js";
import { now, when } from "./screen.js";

const samples = signal<Sample[]>([]);

export function followSamples(): void {
  effect(() => {
    const last = status.value;
    if (last !== undefined)
      untracked(() => { samples.value = sampled(samples.value, last.value); });
  });
}

function lineFaults(peer: Peer, at: number): string[] {
  if (peer.paths.some((path) => path.up))
    return peer.paths.filter((path) => !path.up).map((path) =>
      _("The path {1} to {2} is down ({3}). Another carries everything; have the path looked at.", path.name, peer.code, nodeSays(path.why ?? "")));
  const since = Math.max(...peer.paths.map((path) => path.since_ms));
  return [_("The line to {1} is down, {2}. What is signed is safe here and goes by itself; telephone their watch.", peer.code,
    since > 0 ? spanText(at - since) : _("it was never up"))];
}

function faultsOf(s: Status, at: number): string[] {
  const unfiled = drafts.value.filter((draft) => draft.unfiled !== undefined).length;
  return [
    ...(s.recovering ? [_("The node is fetching its own log back after a restore: nothing can be signed until it has.")] : []),
    ...s.peers.flatMap((peer) => lineFaults(peer, at)),
    ...s.stopped.filter((log) => !log.ended).map(stopOf),
    ...(s.diverged > 0 ? [_("Of {1} procedures their node holds another state at the same past: confirm nothing in them; `entente consult list --all` names them.", s.diverged)] : []),
    ...(unfiled > 0 ? [_("Downgrades whose day has come, and that the node does not file: {1}. Each draft says why, and what to do.", unfiled)] : []),
    ...(s.review_due ? [_("The guidelines were to be reviewed by {1}: ask for a new version.", s.review_by ?? "")] : []),
    ...s.processes.filter((process) => !process.starting && !(process.files && process.signals)).map((process) =>
      _("The kernel does not contain the process {1} as it should: see `entente doctor` on the node.", process.name)),
  ];
}

function Faults({ node }: { node: Status }) {
  const faults = faultsOf(node, nodeClock.value(now.value));
  return (
    <Panel title={_("Faults")} count={faults.length} name="faults">
      {faults.length === 0 ? <p class="none">{_("None: every line is up, every log runs.")}</p> : faults.map((text) => <p class="warning bad" key={text}><Sentence text={text} /></p>)}
      {node.stopped.filter((log) => log.ended).map((log) => <p class="warning" key={log.log}>{stopOf(log)}</p>)}
      <MissingRows rows={node.missing} />
    </Panel>
  );
}

const Facts = ({ node }: { node: Status }) => (
  <Panel title={_("The node")} name="node-facts">
    <dl class="facts">
      <dt>{_("accord")}</dt><dd>{named(node.title)} <span class="hash">{node.accord_hash.slice(0, 16)}</span></dd>
      <dt>{_("runs since")}</dt><dd>{when(node.started_ms)} ({spanText(nodeClock.value(now.value) - node.started_ms)})</dd>
      <dt>{_("post-quantum")}</dt><dd>{node.post_quantum === "required" ? _("required") : _("preferred")}</dd>
      <dt>{_("lines")}</dt><dd>{node.peers.flatMap((peer) => peer.paths.map((path) => `${peer.code} ${path.name} ${path.group} ${path.address}`)).join("; ")}</dd>
    </dl>
  </Panel>
);

const all = computed(() => Object.values(inboxes.value).flat());

const second = (value: number) => clock(value * 1000);

function AnswerChart() {
  const steps = ["STATION RECEIPT", "WATCH READ"], times = steps.map((step) => answerTimes(all.value, step));
  const count = Math.max(...times.map((rows) => rows.length));
  const figure = { x: Array.from({ length: count }, (_one, i) => i + 1),
    series: steps.map((step, i) => ({ label: word(step), values: Array.from({ length: count }, (_one, n) => times[i][n]?.seconds ?? NaN) })) };
  return (
    <Chart title={_("From filing to each step, message by message")} unit="s" name={_("message")} tick={String} figure={figure}>
      <table class="rows">
        <caption>{_("Medians")}</caption>
        <tbody>{steps.flatMap((step, i) => PRECEDENCES.map((name) => {
          const of = times[i].filter((row) => row.precedence === name).map((row) => row.seconds);
          return of.length === 0 ? null : <tr key={`${step} ${name}`}><th scope="row">{word(step)} {name}</th><td>{_("{1} messages", of.length)}</td><td>{_("median {1} s", median(of).toFixed(1))}</td></tr>;
        }))}</tbody>
      </table>
    </Chart>
  );
}

function VolumeChart() {
  const rows = byPrecedence(all.value);
  return (
    <Chart title={_("Messages by precedence")} unit={_("messages")} name={_("Precedence")} isBars tick={(value) => rows[value]?.[0] ?? ""}
      figure={{ x: rows.map((_row, i) => i), series: [{ label: _("all channels"), values: rows.map(([, count]) => count) }] }} />
  );
}

const Events = () => (
  <Panel title={_("What the node said last")} name="events">
    <Table rows={lastEvents.value.slice(0, 10)} row={({ at, event }) => (
      <tr key={`${at} ${JSON.stringify(event).length}`}><td class="step">{clock(at)}</td><th scope="row">{word(String(event.change))}</th><td class="wide">{String(event.place ?? event.log ?? event.peer ?? "")}</td></tr>
    )} />
  </Panel>
);

export function StatusScreen() {
  const node = status.value?.value;
  return (
    <div class="halves">
      <div>{node === undefined ? null : [<Faults key="faults" node={node} />, <Facts key="facts" node={node} />]}<Events /></div>
      <div><Panel title={_("Over time")} name="charts">
        <Chart title={_("Heard, before")} unit="s" name={_("Time")} tick={second} figure={figureOf(samples.value, "heard")} />
        <Chart title={_("Round trip of each path")} unit="ms" name={_("Time")} tick={second} figure={figureOf(samples.value, "roundTrip")} />
        <AnswerChart /><VolumeChart />
      </Panel></div>
    </div>
  );
}
