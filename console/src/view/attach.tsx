// Files that go with a message: read, hashed and handed to the node piece by piece before anything is signed, so that only their names,
// lengths and hashes are in what is signed, and a page that ends loses at most the way that is left.

import { h } from "preact";
import { computed, effect, signal, untracked } from "@preact/signals";
import { Bytes, Hasher, toHex, utf8 } from "../base/bytes.js";
import { allTyped, Typed } from "../keep/drafts.js";
import { dropPieces, isKept, keepPiece, keptPiece, PIECE_LEN } from "../keep/database.js";
import { pause, post, Refusal, Silence } from "../node/ask.js";
import { othersTyped, outbox } from "../node/outbox.js";
import { session, status } from "../node/record.js";
import type { Channel } from "../node/shapes.js";
import { Attached, ATTACHMENT_LEN_MAX, ATTACHMENTS_MAX } from "../wire/content.js";
import { _, N_, nodeSays } from "../words/say.js";
import { OnTerminal, Words } from "./parts.js";
import { change, typing } from "./typing.js";

const AGAIN_MS = 2_000;

// Of each file that is under way in this tab, by its box and name: what is done with it, and how far that is.
interface Way { is: "read" | "sent" | "waits" | "refused"; at: number; of: number; why?: string }

const ways = signal<Record<string, Way>>({});

// Where the bytes come from: the file that was chosen in this tab, or what this browser keeps of it.
interface Source {
  size: number;
  piece(at: number): Promise<Bytes>;
}

const sources = new Map<string, Source>();
const loose = new Set<string>(); // ways of files that this browser has no room for

// What this tab alone has.
export const isCarrying = computed(() => Object.entries(ways.value).some(([key, way]) => way.is === "read" || (way.is !== "refused" && loose.has(key))));
const carried = new Set<string>(); // one way at a time

const ofFile = (file: File): Source => ({ size: file.size, piece: async (at) => new Uint8Array(await file.slice(at, at + PIECE_LEN).arrayBuffer()) });

const ofKept = (hash: string, size: number): Source => ({ size, piece: async (at) => {
  const piece = await keptPiece(hash, at);
  if (piece === undefined)
    throw new Error(N_("this browser does not keep it any more: choose it again"));
  return piece;
} });

// The node knows who gave it what in one run, by his key.
const run = computed(() => (session.value && status.value ? `${status.value.value.started_ms} ${session.value.key}` : undefined));

const given = (file: Attached) => (file.to !== undefined && file.to === run.value ? file.sent ?? 0 : 0); // of which the node knows that he gave it

export const isWhole = (typed: Typed) => (typed.files ?? []).every((file) => given(file) === file.len);

const wayKey = (typed: Typed, name: string) => `${typed.key} ${name}`;
const now = (typed: Typed) => typing.value[typed.key] ?? typed;

function tell(key: string, way: Way | undefined): void {
  const { [key]: _before, ...rest } = ways.value;
  ways.value = way === undefined ? rest : { ...rest, [key]: way };
}

// As the commands call it: what is signed is not what one browser takes a file for.
const TYPES: Record<string, string> = { txt: "text/plain", pdf: "application/pdf", png: "image/png", jpg: "image/jpeg", json: "application/json", csv: "text/csv", xml: "application/xml", html: "text/html" };

const typeOf = (name: string) => TYPES[/\.(\w+)$/.exec(name)?.[1] ?? ""] ?? "application/octet-stream";

function fault(typed: Typed, file: File): string | undefined {
  if (file.size === 0)
    return _("it is empty, or a folder");
  if (file.size > ATTACHMENT_LEN_MAX)
    return _("it has {1} bytes, and {2} are the most", file.size, ATTACHMENT_LEN_MAX);
  if (/[/\\\t\n]/.test(file.name) || utf8(file.name).length > 255)
    return _("its name is longer than 255 bytes, or has a character that a name cannot have");
  return (now(typed).files ?? []).length >= ATTACHMENTS_MAX ? _("{1} files are the most of one message", ATTACHMENTS_MAX) : undefined;
}

async function hash(key: string, file: Source): Promise<string> {
  const hasher = new Hasher();
  for (let at = 0; at < file.size; at += PIECE_LEN) {
    tell(key, { is: "read", at, of: file.size });
    hasher.add(await file.piece(at));
  }
  return toHex(hasher.end());
}

function set(typed: Typed, hash: string, part: Partial<Attached> | undefined): void {
  const last = now(typed), rows = last.files ?? [];
  change(last, { files: part === undefined ? rows.filter((row) => row.hash !== hash) : rows.map((row) => (row.hash === hash ? { ...row, ...part } : row)) });
}

// A browser that has no room keeps nothing: then the tab alone has it.
async function keepAll(hash: string, file: Source): Promise<void> {
  for (let at = 0; at < file.size; at += PIECE_LEN)
    await keepPiece(hash, at, await file.piece(at));
}

// One piece after the other; a node that does not answer is asked again as long as there are bytes to give. A node that was started anew,
// or that knows another session, has the bytes and not who gave them: it is given all of them again (ADR 58).
async function carryOn(typed: Typed, key: string, file: Source, hash: string): Promise<void> {
  for (;;) {
    const row = (now(typed).files ?? []).find((one) => one.hash === hash), at = row?.sent ?? file.size;
    if (at >= file.size || sources.get(key) !== file)
      return tell(key, undefined);
    tell(key, { is: "sent", at, of: file.size });
    try {
      const bytes = await file.piece(at), to = at === 0 ? run.value : row?.to;
      await post("/attachments", bytes, { hash, offset: at, total: file.size }, "application/octet-stream");
      set(typed, hash, { sent: at + bytes.length, to });
    } catch (why) {
      if (!(why instanceof Silence) && !(why instanceof Refusal && why.status === 401))
        throw why;
      tell(key, { is: "waits", at, of: file.size });
      await pause(AGAIN_MS);
      set(typed, hash, { sent: 0 });
    }
  }
}

const refuse = (key: string, of: number, why: string) => tell(key, { is: "refused", at: 0, of, why });

async function carry(typed: Typed, key: string, file: Source, hash: string): Promise<void> {
  if (carried.has(key))
    return;
  carried.add(key);
  await carryOn(typed, key, file, hash).catch((why: Error) => refuse(key, file.size, nodeSays(why.message))); // it cannot be read any more, or the node refuses it
  carried.delete(key);
}

// To a node that was started anew, or another officer's session, it is given anew: as it was chosen here, or as this browser keeps it.
async function giveAgain(typed: Typed, file: Attached, to: string): Promise<void> {
  const key = wayKey(typed, file.name), isOld = file.to !== to;
  if (carried.has(key) || (!isOld && file.sent === file.len))
    return;
  const source = sources.get(key) ?? (await isKept(file.hash, file.len) ? ofKept(file.hash, file.len) : undefined);
  if (isOld)
    set(typed, file.hash, { sent: 0 });
  if (source === undefined)
    return;
  sources.set(key, source);
  await carry(now(typed), key, source, file.hash);
}

const named = computed(() => [...Object.values(typing.value), ...outbox.value.flatMap((item) => item.typed ?? [])].flatMap((typed) => (typed.files ?? []).map((file) => file.hash)).sort().join(" "));

async function sweep(): Promise<void> {
  const kept = await allTyped().then((typed) => [...typed, ...othersTyped], () => undefined); // of every tab and officer
  if (kept !== undefined)
    await dropPieces(new Set([...named.value.split(" "), ...kept.flatMap((typed) => (typed.files ?? []).map((file) => file.hash))])).catch(() => undefined);
}

export function followAttached(): void {
  effect(() => {
    const to = run.value;
    if (to !== undefined)
      untracked(() => Object.values(typing.value).forEach((typed) => (typed.files ?? []).forEach((file) => void giveAgain(typed, file, to))));
  });
  effect(() => {
    void named.value;
    untracked(() => void sweep());
  });
}

async function attach(typed: Typed, chosen: File): Promise<void> {
  const key = wayKey(typed, chosen.name), wrong = fault(typed, chosen), file = ofFile(chosen);
  if (wrong !== undefined)
    return refuse(key, file.size, wrong);
  sources.set(key, file);
  try {
    const found = await hash(key, file), rows = now(typed).files ?? [];
    if (!rows.some((row) => row.hash === found))
      change(now(typed), { files: [...rows, { hash: found, len: file.size, type: typeOf(chosen.name), name: chosen.name, sent: 0 }] });
    await keepAll(found, file).then(() => loose.delete(key), () => loose.add(key));
    await carry(typed, key, file, found);
  } catch (why) { // it cannot be read any more
    refuse(key, file.size, nodeSays((why as Error).message));
  }
}

async function attachAll(typed: Typed, list: Iterable<File>): Promise<void> {
  ways.value = Object.fromEntries(Object.entries(ways.value).filter(([key, way]) => way.is !== "refused" || !key.startsWith(`${typed.key} `)));
  for (const file of list)
    await attach(typed, file); // one at a time: memory is that of one piece
}

function drop(typed: Typed, event: DragEvent): void {
  event.preventDefault();
  void attachAll(typed, [...event.dataTransfer?.files ?? []]);
}

// A file that is dropped beside the form would take the page's place.
export function keepPage(): void {
  for (const name of ["dragover", "drop"])
    addEventListener(name, (event) => event.preventDefault());
}

function Row({ typed, file }: { typed: Typed; file: Attached }) {
  const key = wayKey(typed, file.name), way = ways.value[key], sent = given(file), isHere = sent === file.len;
  const forget = () => {
    sources.delete(key);
    set(typed, file.hash, undefined);
  };
  return (
    <li data-file={file.name} data-sent={sent} data-whole={isHere}>
      <Words text={`${file.name}, ${file.type}`} />, {_("{1} bytes", file.len)} <span class="hash">{file.hash}</span>
      <p>
        {isHere ? _("It is whole at the node.") : way === undefined ? _("{1} of {2} bytes are at the node: choose the same file again, and it goes on from there.", sent, file.len)
          : way.is === "waits" ? _("{1} of {2} bytes are at the node, which does not answer; it goes on by itself.", sent, file.len) : _("{1} of {2} bytes are at the node.", sent, file.len)}{" "}
        {isHere ? null : <progress value={sent} max={file.len} aria-label={_("{1}, at the node", file.name)} />}{" "}
        <button type="button" data-act="detach" onClick={forget}>{_("Remove {1}", file.name)}</button>
      </p>
    </li>
  );
}

const Under = ({ name, way, clear }: { name: string; way: Way; clear: () => void }) => (
  <li data-way={way.is}>
    {way.is === "refused" ? <p class="warning bad" role="alert"><b>{_("{1} is not attached:", name)}</b> {way.why ?? ""} <button type="button" onClick={clear}>{_("I have read it")}</button></p>
      : <p>{_("{1}: {2} of {3} bytes are read", name, way.at, way.of)} <progress value={way.at} max={way.of} aria-label={_("{1}, read", name)} /></p>}
  </li>
);

export function Attach({ typed }: { typed: Typed }) {
  const rows = typed.files ?? [], start = `${typed.key} `;
  const others = Object.entries(ways.value).filter(([key, way]) => key.startsWith(start) && (way.is === "refused" || !rows.some((row) => wayKey(typed, row.name) === key)));
  return (
    <fieldset class="attach" onDragOver={(event) => event.preventDefault()} onDrop={(event) => drop(typed, event)}>
      <legend>{_("Attachments")}</legend>
      <label>{_("Choose files, or drop them here: up to 64 MiB each")}
        <input type="file" multiple onChange={(event) => {
          const list = [...event.currentTarget.files ?? []];
          event.currentTarget.value = ""; // the same one can be chosen again
          void attachAll(typed, list);
        }} />
      </label>
      {rows.length + others.length === 0 ? null : <ul class="attachments" aria-label={_("Attachments")}>
        {rows.map((file) => <Row key={file.hash} typed={typed} file={file} />)}
        {others.map(([key, way]) => <Under key={key} name={key.slice(start.length)} way={way} clear={() => tell(key, undefined)} />)}
      </ul>}
      {isWhole(typed) ? null : <p class="warning" role="status">{_("It can be signed when its files are whole at the node.")}</p>}
    </fieldset>
  );
}

// Of what is signed, from its bytes.
export function Named({ files }: { files: Attached[] }) {
  return files.length === 0 ? null
    : <ul class="attachments" aria-label={_("Attachments")}>{files.map((one) => <li key={one.hash}><Words text={`${one.name}, ${one.type}`} />, {_("{1} bytes", one.len)} <span class="hash">{one.hash}</span></li>)}</ul>;
}

// No key that opens sealed words is in a browser, and what seals them is not either (ADR 50).
export function SealedLine({ channel }: { channel: Channel }) {
  return <OnTerminal name="send" command={`entente send ${channel.name} --to PARTY/ROLE --file FILE`}
    why={_("What is said on this channel is sealed, and so are its files. It is not written here but by a command, on a machine that has your key.")} />;
}
