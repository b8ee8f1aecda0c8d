// What waits to go out: shown from the very bytes that a releaser signs, with who has signed and what came since.

import { h } from "preact";
import { computed, effect, signal } from "@preact/signals";
import { fromBase64, sha256, toHex, equal } from "../base/bytes.js";
import { isAsSaid, labelText } from "../fold/drafted.js";
import { isWaiting } from "../fold/owed.js";
import type { Typed } from "../keep/drafts.js";
import { ask } from "../node/ask.js";
import { compose, inRoles, placeOf, sign } from "../node/compose.js";
import { Posted, send } from "../node/outbox.js";
import { channelName, channelOf, home, nodeClock, session } from "../node/record.js";
import type { Draft as Waiting, Entry } from "../node/shapes.js";
import type { Value } from "../wire/cbor.js";
import { readContent } from "../wire/content.js";
import { Kind, kindName, PRECEDENCES, readStatement, Statement } from "../wire/statement.js";
import { countdown, dateTimeGroup } from "../words/moment.js";
import { _, named, word } from "../words/say.js";
import { Named } from "./attach.js";
import { openedDraft } from "./entry.js";
import { ActingFor, addressText, Authentic, Banner, Fields, Homes, Says } from "./message.js";
import { Group, Hold, Input, OnTerminal, Precedence, readersText, Result, roleName, whoIs, Words as Shown } from "./parts.js";
import { once, results } from "./say.js";
import { now } from "./screen.js";
import { typedFor } from "./compose.js";
import { change } from "./typing.js";

// ---- From the bytes. ----

// isTrue: the content shown is the one that is signed, and so is all that the node says of it besides.
interface Checked { place: string; statement?: Statement; hash: string; isTrue: boolean }

const checked = signal<Checked | undefined>(undefined);
const isSealed = computed(() => (checked.value?.statement?.content?.sealing ?? 0) > 0);
const content = computed(() => (openedDraft.value?.content_bytes && checked.value?.statement !== undefined && !isSealed.value
  ? readContent(fromBase64(openedDraft.value.content_bytes)) : undefined));

async function check(draft: Waiting): Promise<void> {
  const bytes = fromBase64(draft.statement), statement = readStatement(bytes);
  const hash = draft.content_bytes ? await sha256(fromBase64(draft.content_bytes)) : undefined;
  const isTrue = isAsSaid(draft, statement) && (statement.content === undefined || (hash !== undefined && equal(hash, statement.content.hash)));
  checked.value = { place: draft.place, statement, hash: toHex(await sha256(bytes)), isTrue };
}

export function followDrafts(): void {
  effect(() => {
    const draft = openedDraft.value;
    checked.value = undefined;
    if (draft?.statement === undefined)
      return;
    void check(draft).catch(() => { checked.value = { place: draft.place, hash: "", isTrue: false }; });
    void entriesAbout(draft.refers ?? [], ABOUT_DEPTH).then((found) => { about.value = { [draft.place]: found }; });
    void refusalOf(draft).then((found) => { refusal.value = found; }, () => undefined);
  });
}

// ---- Acts. ----

async function release(place: string): Promise<Posted> {
  const draft = await ask<Waiting>("/drafts", { place });
  if (draft.state !== "APPROVED")
    return { place };
  const statement = readStatement(fromBase64(draft.statement));
  return send({
    id: toHex(statement.id), channel: draft.channel_name, isHome: false, statement: draft.statement, signatures: draft.sshsigs,
    content: draft.content_bytes ?? "", since: Date.now(), state: "UNSENT", title: draft.subject ?? draft.place,
  });
}

async function onSubmit(draft: Waiting, kind: number, fields?: Map<number, Value>, reason?: Typed): Promise<Posted> {
  const submit = await ask<Entry>("/entry", { place: draft.place }), channel = home.value?.name ?? "";
  const words = { kind, channel, label: submit.label, refers: [placeOf(submit)], fields };
  const [{ role }] = await inRoles(channel, [async (one) => ({ ...words, role: one })]);
  const item = await compose({
    ...words, role, content: reason ? { language: draft.language ?? "en", portions: [{ text: reason.text }] } : undefined,
  }, true, draft.subject ?? draft.place, reason);
  return send(item);
}

// What a word or a file holds goes by an approval with its reason, which stands at home beside the name of who gave it.
const isHeld = (draft: Waiting) => draft.held !== undefined || (draft.unseen ?? []).length > 0;
const reasonOf = (draft: Waiting) => typedFor(home.value?.name ?? "", Kind.APPROVE, { place: draft.place } as Entry);

async function approve(draft: Waiting): Promise<Posted> {
  if (draft.state === "APPROVED")
    return release(draft.place);
  const signature = await sign(fromBase64(draft.statement));
  const done = await onSubmit(draft, Kind.APPROVE, new Map<number, Value>([[1, signature]]), isHeld(draft) ? reasonOf(draft) : undefined);
  return done.answer !== undefined || done.isSilent ? done : release(draft.place);
}

// ---- The view. ----

function Reason({ draft }: { draft: Waiting }) {
  const typed = typedFor(home.value?.name ?? "", Kind.REFUSE, { place: draft.place } as Entry);
  const refuse = () => void once(typed.key, () => onSubmit(draft, Kind.REFUSE, undefined, typed));
  const cancel = () => void once(typed.key, () => onSubmit(draft, Kind.CANCEL));
  return (
    <div class="reason">
      {draft.author_holder === session.value?.holder
        ? <button type="button" data-act="cancel" onClick={cancel}>{_("Take it back")}</button>
        : isSealed.value ? null : <Group>
          <Input label={_("Reason for a refusal")} rows={2} value={typed.text} onChange={(text) => change(typed, { text })} />
          <button type="button" data-act="refuse" disabled={typed.text.trim() === ""} onClick={refuse}>{_("Refuse")}</button>
        </Group>}
      <Result result={results.value[typed.key]} />
    </div>
  );
}

function Approvals({ draft }: { draft: Waiting }) {
  const left = draft.lapses_ms - nodeClock.value(now.value);
  return (
    <ul class="approvals">
      <li>{_("drafted by officer {1}, {2}", draft.author_holder, roleName(draft.role))}</li>
      {draft.signers.map((signer) => <li key={signer.holder}>{_("approved by officer {1}", signer.holder)}</li>)}
      <li><b>{word(draft.state)} {_("{1} of {2}", draft.approved, draft.needed)}</b>{draft.line ? ` · ${_("guidelines, line {1}", draft.line)}` : ""}</li>
      {refusal.value?.refers?.includes(draft.place) ? <li class="refusal-of">{whoIs(refusal.value)}: <Shown text={refusal.value.title ?? ""} tongue={refusal.value.language} /></li> : null}
      {draft.lapses_ms > 0 ? <li>{_("lapses in {1}", countdown(left))}</li> : null}
      {draft.released ? <li>{_("went out as {1}", draft.released)}</li> : null}
    </ul>
  );
}

// A place alone says nothing to whoever is to approve it: what it is about, and what that is about.
const about = signal<Record<string, Entry[]>>({});
const ABOUT_DEPTH = 3; // an acceptance, its report, the commitment

async function entriesAbout(places: string[], depth: number): Promise<Entry[]> {
  if (depth === 0 || places.length === 0)
    return [];
  const entries = (await Promise.all(places.map((place) => ask<Entry>("/entry", { place }).then((one) => [one], () => [])))).flat();
  return [...entries, ...await entriesAbout([...new Set(entries.flatMap((one) => one.refers ?? []))], depth - 1)];
}

const refusal = signal<Entry | undefined>(undefined); // of a draft that was refused: by whom, and why

async function refusalOf({ place, state, party }: Waiting): Promise<Entry | undefined> {
  const [, channel, epoch, from] = /^[^/]+\/(\S+) (\d+)\.(\d+)$/.exec(place) ?? [];
  return state !== "REFUSED" ? undefined : (await ask<{ entries: Entry[] }>("/log", { channel: channel.toLowerCase(), party, epoch, from, limit: 1000 })).entries.find((one) => one.kind === "refuse" && one.refers?.includes(place));
}

function About({ entries }: { entries: Entry[] }) {
  return entries.length === 0 ? null : (
    <ul class="about">
      {entries.map((one) => <li key={one.place}>{_("refers to {1}", one.place)} · {word(one.kind)} <Shown text={[one.says?.name, named(one.says?.title) || one.says?.words || named(one.says?.detail) || one.subject].filter((text) => text).join(" ")} /></li>)}
    </ul>
  );
}

// The marking in the bytes; in the words of the guidelines only where the node speaks of the same.
const Marked = ({ bytes, marking }: { bytes: Checked | undefined; marking: Waiting["marking"] }) =>
  bytes?.isTrue && marking !== undefined ? <Banner marking={marking} /> : <p class="banner">{labelText(bytes?.statement?.label)}</p>;

// Its day has come, and the node does not file it by itself.
const unfiled = (draft: Waiting): Record<NonNullable<Waiting["unfiled"]>, string> => ({
  LABEL: _("{1} is the item's label now: the node does not file this. Take it back.", draft.unfiled_by ?? ""),
  RECALLED: _("The item was asked back: the node does not file this by itself. Send it on its way all the same, or take it back."),
  "ENDED LOG": _("It stands in a log that has ended, as after a restore, and may have been taken back there. Approve it anew, or take it back."),
  RECOVERING: _("The log that it goes to is not open yet, as after a restore. The node files it when it is."),
});

export function DraftView({ draft }: { draft: Waiting }) {
  const bytes = checked.value?.place === draft.place ? checked.value : undefined, shown = content.value;
  const isOpen = isWaiting(draft), reason = reasonOf(draft), from = bytes?.statement?.kind === Kind.DOWNGRADE ? bytes.statement.fields?.get(2) : undefined;
  return (
    <article class="message draft panel" aria-label={draft.place}>
      <Marked bytes={bytes} marking={draft.marking} />
      {bytes?.isTrue ? <Homes marking={draft.marking} /> : null}
      <h2>{draft.place} <Precedence name={PRECEDENCES[bytes?.statement?.precedence ?? PRECEDENCES.length - 1]} /> <span data-from-bytes={bytes?.statement?.kind}>{bytes?.statement === undefined ? "" : `${word(kindName(bytes.statement.kind) ?? _("kind {1}", bytes.statement.kind))} → ${named(channelOf(channelName(bytes.statement.channel))?.names, channelName(bytes.statement.channel))}`}</span></h2>
      {bytes?.statement === undefined ? null : <p class="meta" data-label={labelText(bytes.statement.label)}>{_("marking in the bytes that you sign: {1}", labelText(bytes.statement.label) || _("none"))}</p>}
      <p class="meta"><ActingFor role={bytes?.statement?.actingFor} />{_("to")} {addressText({ to: bytes?.statement?.to })}</p>
      <About entries={about.value[draft.place] ?? []} />
      <Fields entry={draft} />
      {bytes?.statement === undefined ? null : <Says statement={bytes.statement} />}
      <div class="body">
        <Authentic tongue={shown?.language} />
        {shown?.subject ? <h3 class="subject"><Shown text={shown.subject} tongue={shown.language} /></h3> : null}
        {shown?.portions.map((portion) => <p class="portion"><Shown text={portion.text} tongue={shown.language} /></p>)}
        <Named files={shown?.files ?? []} />
      </div>
      {bytes !== undefined && !bytes.isTrue ? <p class="warning bad" role="alert">{_("What the node shows is not what was signed: do not sign it.")}</p> : null}
      <p class="hash">{_("The bytes that you sign: SHA-256 {1}", bytes?.hash ?? "")}</p>
      {(draft.unseen ?? []).map((file) => <p key={file.name} class="warning bad">{_("Not looked into: {1}", `${file.name} (${file.kind})`)}</p>)}
      {draft.held ? <p class="warning bad">{_("Held by this word in it: {1}", draft.held)}</p> : null}
      <p class="meta">{_("can be read by {1}", readersText(draft.readers))}</p>
      {draft.newer.length > 0 ? <p class="warning crossing"><b>!!</b> {_("Came since its author signed: {1}. Read it before release.", draft.newer.join(", "))}</p> : null}
      {typeof from === "number" ? <p class="meta" data-from={from}>{_("signed for {1}: the node files it then", dateTimeGroup(from))}</p> : null}
      {draft.unfiled === undefined ? null : <p class="warning" data-unfiled={draft.unfiled}>{unfiled(draft)[draft.unfiled]}</p>}
      <Approvals draft={draft} />
      {isOpen && isHeld(draft) && !isSealed.value ? <div class="reason"><Input label={_("Why it may go all the same")} name="override" rows={2} value={reason.text} onChange={(text) => change(reason, { text })} /></div> : null}
      {bytes !== undefined && isSealed.value ? <OnTerminal name="draft" command={`entente approve '${draft.place}' --sign --identity FILE`}
        why={_("What it says is sealed. Whoever approves or refuses it opens it first, on a terminal that has the key.")} /> : null}
      {isOpen && draft.state !== "DATED" && (draft.state === "APPROVED" || !isSealed.value) ? <Hold name="approve" title={draft.state === "APPROVED" ? _("Send it on its way") : _("Approve and sign")} disabled={!bytes?.isTrue || (isHeld(draft) && reason.text.trim() === "")}
        act={() => void once(reason.key, () => approve(draft))} /> : null}
      <Result result={results.value[reason.key]} />
      {isOpen || typedFor(home.value?.name ?? "", Kind.REFUSE, { place: draft.place } as Entry).text !== "" ? <Reason draft={draft} /> : null}
      <Marked bytes={bytes} marking={draft.marking} />
    </article>
  );
}
