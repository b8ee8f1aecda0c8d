// Manning and relief: who is on duty here and there; the watch is offered with all that is open by who goes, and taken by another person,
// who has tried the sounds. Both sign; what is handed over stands in the bytes.

import { h } from "preact";
import { signal } from "@preact/signals";
import { fromBase64 } from "../base/bytes.js";
import { stepsOf } from "../fold/moves.js";
import type { Typed } from "../keep/drafts.js";
import { ask } from "../node/ask.js";
import { askMay, compose, placeOf, Words as Statement } from "../node/compose.js";
import { outbox, send } from "../node/outbox.js";
import { channelName, duty, home, instances, nodeClock, procedures, rolesOn } from "../node/record.js";
import type { Answer, Duty, Entry, Manning, OpenItem, Post } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { Kind, readStatement } from "../wire/statement.js";
import { dateTimeGroup } from "../words/moment.js";
import { _, N_, named, spanText, word } from "../words/say.js";
import { soundIsOn, soundNames, tryOut } from "./alarm.js";
import { Beside, LabelChoice, typedFor } from "./compose.js";
import { Check, Group, Input, Panel, Precedence, Refusal, Result, roleName, Step, Table, Words } from "./parts.js";
import { labelOfTyped, once, results, Said } from "./say.js";
import { linkTo, now, screen, whenShown } from "./screen.js";
import { change } from "./typing.js";

// ---- Who is on duty: also a panel of Watch. ----

const states: Record<Post["state"], string> = { MANNED: N_("manned"), GAP: N_("planned gap"), EMPTY: N_("NOBODY ON DUTY"), UNKNOWN: N_("no roster") };

const State = ({ state, depth }: { state: Post["state"]; depth: number }) =>
  <b class={state === "EMPTY" ? "crossed" : state === "MANNED" ? "path up" : "unproved"} data-duty={state}>{_(states[state])}{state === "MANNED" ? ` ${depth}` : ""}</b>;

const OwnRow = ({ post }: { post: Post }) => (
  <tr data-post={post.post}>
    <th scope="row"><a href={linkTo("relief", post.post)}>{roleName(post.post)}</a></th>
    <td class="step"><State state={post.state} depth={post.depth} /></td>
    <td class="wide"><Words text={post.on.map((one) => one.name).join(", ")} />{post.to_ms ? ` ${_("until {1}", dateTimeGroup(post.to_ms))}` : ""}</td>
    <td class="step">{post.waits ? <b class="warn">{_("relief offered")}</b> : post.again.length > 0 ? <b class="warn">{_("to be read again: {1}", post.again.length)}</b> : null}</td>
  </tr>
);

const TheirRow = ({ one }: { one: Manning }) => (
  <tr>
    <th scope="row">{one.party} {roleName(one.post)}</th><td class="step"><State state={one.state} depth={one.depth} /></td>
    <td class="wide">{one.gap_from_ms ? _("gap from {1}", dateTimeGroup(one.gap_from_ms)) : ""}</td><td />
  </tr>
);

export function OnDuty({ limit }: { limit: number }) {
  const { posts, manning } = duty.value, theirs = manning.filter((one) => !one.ours);
  return (
    <Group>
      <Table rows={posts} limit={limit} none={_("No roster says who is on duty here.")} row={(post) => <OwnRow key={post.post} post={post} />} />
      {theirs.length === 0 ? null : <Table rows={theirs} limit={limit} row={(one) => <TheirRow key={`${one.party} ${one.post}`} one={one} />} />}
    </Group>
  );
}

export const SoundTest = () => (
  <p class="sounds">
    {soundIsOn.value ? _("Sound has been tried.") : <b class="unproved">{_("Sound is not tried yet by whoever has this watch:")}</b>}{" "}
    {["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"].map((name) => (
      <button key={name} type="button" data-sound={name} title={soundNames[name]()} onClick={() => tryOut(name)}>{name}</button>
    ))}
  </p>
);

// ---- The post whose watch is handed over. ----

const open = signal<OpenItem[]>([]);
const offer = signal<{ entry: Entry; items: OpenItem[]; note?: string } | undefined>(undefined);
const refusals = signal<{ offer?: Answer; accept?: Answer }>({});
const handedOver = signal<Record<string, boolean>>({}); // what waits in this browser, accepted by its name

// What is handed over, from the very bytes that were signed: channel, party, epoch, index and what is owed, one after the other.
function itemsIn(value: Value | undefined): OpenItem[] {
  const flat = (value ?? []) as [number, string, number, number, string, ...Value[]];
  return Array.from({ length: Math.floor(flat.length / 5) }, (_one, i) => {
    const [channel, party, epoch, index, what] = flat.slice(5 * i, 5 * i + 5) as [number, string, number, number, string];
    return { channel, party, epoch, index, what, precedence: "", unresolved: false, place: `${party.toUpperCase()}/${channelName(channel).toUpperCase()} ${epoch}.${index}` };
  });
}

const typedOf = (post: string) => typedFor(home.value?.name ?? "", Kind.RELIEF, { place: post } as Entry);

function offering(post: string): Statement {
  const typed = typedOf(post), note = typed.text.trim();
  const fields = new Map<number, Value>([[1, post], [2, open.value.flatMap((one): Value[] => [one.channel, one.party, one.epoch, one.index, one.what])]]);
  if (note !== "")
    fields.set(3, note);
  return { kind: Kind.RELIEF, channel: home.value?.name ?? "", role: post, label: labelOfTyped(typed), fields };
}

const accepting = (post: string, entry: Entry): Statement =>
  ({ kind: Kind.RELIEF_ACCEPTED, channel: home.value?.name ?? "", role: post, label: entry.label, refers: [placeOf(entry)] });

async function load(name: string, isInOrder = () => name === postShown()): Promise<void> {
  const post = (await ask<Duty>("/watch", { open: name })), own = post.posts.find((one) => one.post === name);
  const entry = own?.waits && own.offer !== undefined ? await ask<Entry>("/entry", { place: own.offer }) : undefined;
  if (!isInOrder())
    return; // what is open at one post, or offered there, is not handed over at another
  open.value = post.open ?? [];
  const fields = entry?.statement === undefined ? undefined : readStatement(fromBase64(entry.statement)).fields;
  offer.value = entry && { entry, items: itemsIn(fields?.get(2)), note: fields?.get(3) as string | undefined };
  const [toOffer, toAccept] = await Promise.all([askMay([offering(name)]), entry === undefined ? [] : askMay([accepting(name, entry)])]);
  if (isInOrder())
    refusals.value = { offer: toOffer[0]?.err === "OK" ? undefined : toOffer[0], accept: toAccept[0]?.err === "OK" ? undefined : toAccept[0] };
}

const postShown = () => screen.value.about || rolesOn(home.value?.name ?? "")[0] || "";

export const followRelief = () => whenShown(["relief"], () => [postShown(), duty.value], async (_place, isInOrder) => (postShown() === "" ? undefined : load(postShown(), isInOrder)));

const say = async (words: Statement, title: string, typed?: Typed): Promise<Said> => send(await compose(words, true, title, typed));

// What a procedure lets owe is named by its step, which the accord names, and how far it must come.
function Owes({ what, place }: OpenItem) {
  const at = what.lastIndexOf(" "), level = what.slice(at + 1), instance = instances.value.find((one) => one.place === place);
  const step = instance && stepsOf(instance, procedures.value).find((one) => one.id === what.slice(0, at));
  return step === undefined && (word(what) !== what || word(level) === level) ? <Step name={what} />
    : <span class="step" data-step={what}><Words text={named(step?.title, what.slice(0, at))} /> {word(level)}</span>;
}

function Items({ items, none }: { items: OpenItem[]; none: string }) {
  return <Table rows={items} none={none} name="items" row={(one) => (
    <tr key={`${one.place} ${one.what}`} data-unresolved={one.unresolved}>
      <td>{one.precedence === "" ? null : <Precedence name={one.precedence} />}</td>
      <th scope="row"><a href={linkTo("channel", one.place)} data-place={one.place}>{one.place}</a></th>
      <td class="wide"><Owes {...one} /></td><td class="step">{one.unresolved ? <b class="crossed">{_("NOT RESOLVED")}</b> : _("handed over")}</td>
    </tr>
  )} />;
}

// With the line down nothing else empties this browser's outbox: what is left is named, and accepted each by itself.
const Left = () => (
  <Group>
    {outbox.value.map((item) => (
      <Check key={item.id} name="left" value={handedOver.value[item.id] ?? false} onChange={(on) => { handedOver.value = { ...handedOver.value, [item.id]: on }; }}
        label={item.state === "UNSENT" ? _("In this browser alone, and handed over so: {1}", item.title || item.channel) : _("Without a receipt of the other side, and handed over so: {1}", item.place ?? "")} />
    ))}
  </Group>
);

function Offer({ post }: { post: string }) {
  const typed = typedOf(post), key = `relief offer ${post}`, isWhole = outbox.value.every((item) => handedOver.value[item.id]);
  return (
    <Panel title={_("I hand over the watch: {1}", roleName(post))} name="offer">
      <Items items={open.value} none={_("Nothing is open.")} />
      <form class="compose" aria-label={_("Relief")} onSubmit={(event) => event.preventDefault()}>
        <LabelChoice typed={typed} />
        <Input label={_("Why what is not resolved is handed over")} rows={2} value={typed.text} onChange={(text) => change(typed, { text })} onBlur={() => void load(post).catch(() => undefined)} />
        <Beside typed={typed} />
        <Left />
        <Refusal answer={refusals.value.offer} />
        <button type="button" class="primary" data-act="offer" disabled={!isWhole} onClick={() => void once(key, () => say(offering(post), post, typed))}>{_("Sign, and offer the relief")}</button>
        <Result result={results.value[key]} />
      </form>
    </Panel>
  );
}

function Accept({ post }: { post: string }) {
  const shown = offer.value, key = `relief accept ${post}`;
  return (
    <Panel title={_("I take the watch: {1}", roleName(post))} name="accept">
      {shown === undefined ? <p class="none">{_("No relief is offered.")}</p> : (
        <Group>
          <p class="meta">{shown.entry.place} · {_("offered {1} ago, with {2} open items", spanText(nodeClock.value(now.value) - shown.entry.filed_ms), shown.items.length)}</p>
          <Items items={shown.items} none={_("Nothing is handed over open.")} />
          {shown.note === undefined ? null : <p class="note"><Words text={shown.note} /></p>}
          <p>{_("Each of these messages is to be read again by you. First try the sounds: you must hear them.")}</p>
          <SoundTest />
          <Refusal answer={refusals.value.accept} />
          <button type="button" class="primary" data-act="accept" disabled={!soundIsOn.value} aria-disabled={refusals.value.accept !== undefined} onClick={() => void once(key, () => say(accepting(post, shown.entry), post))}>{_("Sign, and take the watch")}</button>
        </Group>
      )}
      <Result result={results.value[key]} />
    </Panel>
  );
}

export function ReliefScreen() {
  const post = postShown(), again = duty.value.posts.find((one) => one.post === post)?.again ?? [];
  const posts = [...new Set([...duty.value.posts.map((one) => one.post), ...rolesOn(home.value?.name ?? "")])];
  return (
    <div class="halves relief">
      <div>
        <Panel title={_("Manning")} name="manning"><OnDuty limit={20} /></Panel>
        <nav class="card-rows" aria-label={_("Posts")}>{posts.map((name) => <a key={name} href={linkTo("relief", name)} aria-current={name === post ? "page" : undefined}>{roleName(name)}</a>)}</nav>
        {again.length === 0 ? null : <Panel title={_("To be read again by whoever has the watch now")} count={again.length} name="again">
          <Table rows={again} row={(place) => <tr key={place}><th scope="row"><a href={linkTo("channel", place)} data-place={place}>{place}</a></th><td class="wide"><Step name="WATCH READ" /></td></tr>} />
        </Panel>}
      </div>
      <div>{post === "" ? <p class="none">{_("You have no role on the home channel, so no watch of yours is handed over here.")}</p> : <Group><Accept post={post} /><Offer post={post} /></Group>}</div>
    </div>
  );
}
