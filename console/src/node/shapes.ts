// The node's answers, as far as the screens read them: docs/spec/api.md section 3.

import type { Label } from "../wire/content.js";

export type Names = Record<string, string>; // language to text

export interface Marking { banner: Names; portion: string }

export interface Session {
  party: string;
  holder: number;
  key: string;
  channels: { channel: string; roles: string[] }[];
  idle_ms_max: number;
  left_ms: number;
}

export interface Path {
  name: string;
  up: boolean;
  group: string;
  address: string;
  round_trip_us: number;
  since_ms: number;
  heard_ms: number;
  line_checked_ms: number;
  line_check_ms: number;
  why?: string;
  rule?: string;
}

export interface Peer {
  party: string;
  code: string;
  paths: Path[];
  clock_offset_ms?: number;
  compared_ms: number;
}

export interface Log {
  log: string;
  channel: number;
  party: string;
  epoch: number;
  state: string;
  size?: number;
  root?: string;
  cosigned?: Record<string, number>;
  rule?: string;
}

export interface Status {
  party: string;
  code: string;
  accord: string;
  accord_hash: string;
  mode: "LIVE" | "EXERCISE";
  title: Names;
  post_quantum: string;
  now_ms: number;
  started_ms: number;
  recovering: boolean;
  review_by?: string;
  review_due?: boolean;
  peers: Peer[];
  stopped: Log[];
  processes: { name: string; starting: boolean; landlock: number; files: boolean; ports: boolean; signals: boolean }[];
  waiting?: number;
  entries?: number;
  void?: number;
  scrub?: { finished_ms: number; findings: number; left: number };
}

// Held, receipted, and not in the order yet.
export interface Held { cause: string; entry: Entry }

export interface Channel {
  number: number;
  name: string;
  names: Names;
  plane: string;
  parties: string[];
  writers: string[];
  precedences: string[];
  sealed: boolean;
}

export interface Guidelines {
  name: string;
  version: number;
  levels: { code: string; names: Names }[];
  categories: { name: string; rule: string; values: { code: string; names: Names; from: string }[] }[];
  parties: { code: string; names: Names; outside: boolean }[];
}

export interface Accord {
  title: Names;
  languages: string[];
  parties: { party?: string; name: string; code: string; names: Names }[];
  roles: { role?: string; name: string; names: Names; parties: string[] }[];
  line_check_ms: number;
  flash_len_max: number;
  guidelines?: Guidelines;
}

export interface Addressed { party: string; role: string; information: boolean }

export interface Step {
  step: string;
  at_ms?: number;
  evidence?: string;
  role?: string;
}

export interface Ladder extends Addressed {
  highest: string;
  steps: Step[];
  owed?: { step: string; by: string; ours: boolean; since_ms?: number; due_ms?: number };
  read_back_offered?: { at_ms: number; evidence: string; role: string };
  wrong: boolean;
  query?: Step;
  negative?: Step;
  lapse?: Step;
  lapse_cause?: string;
  rung?: number; // of our own people that was called last; 4: the whole post
  deferred_until_ms?: number;
}

export interface Text {
  language?: string;
  subject?: string;
  title?: string;
  text?: string[];
  portions?: { label: Label | null; marking: Marking | null }[];
  unreadable?: string;
  erased?: boolean;
  sealed_for?: string[];
  attachments?: Attachment[] | number; // in a list their count alone
}

export interface Attachment {
  hash: string;
  len: number;
  media_type: string;
  name: string;
  marking?: Marking | null;
}

export interface FilledField {
  number: number;
  name: string;
  title: Names;
  type: string;
  values: { value?: unknown; words?: Names; members?: FilledField[] }[];
}

export interface Entry extends Text {
  place: string;
  channel: number;
  channel_name: string;
  plane: string;
  epoch: number;
  index: number;
  leaf: string;
  filed_ms: number;
  order?: number; // in the record
  signatures: number;
  id: string;
  kind: string;
  kind_number: number;
  party: string;
  role: string;
  claimed_ms: number;
  precedence?: string;
  label?: Label;
  marking?: Marking;
  to?: Addressed[];
  refers?: string[];
  content?: { hash: string; len: number; sealing: number };
  verdict?: string;
  why?: string;
  line?: number;
  signer?: { holder: number; roles: string[]; withdrawn: boolean };
  filled?: { form: string; version: number; known: boolean; title?: Names; act?: string; fields?: FilledField[]; filled_content?: { fields: FilledField[] } };
  filled_content?: { fields?: FilledField[] };
  says?: { act?: string; name?: string; title?: Names; words?: string; detail?: Names }; // of a dialogue; its other fields stand in the bytes
  ladders?: Ladder[];
  received?: string[]; // of an own one: who has cosigned beyond it
  crossed?: string[];
  suspended?: boolean;
  statement?: string;
  sshsigs?: string[];
  content_bytes?: string;
  translations?: Translation[];
}

export interface Translation extends Text {
  place: string;
  to: string;
  status: string;
  by?: { place: string; party: string; role: string; holder?: number };
  held: boolean;
  sealing: number;
}

export interface Inbox {
  messages: Entry[];
  next?: string;
  looked?: number; // of a search: how many it went through
}

export interface Draft extends Text {
  place: string;
  state: "SUBMITTED" | "APPROVED" | "RELEASED" | "REFUSED" | "CANCELLED" | "LAPSED";
  needed: number;
  approved: number;
  line: number;
  lapses_ms: number;
  held?: string;
  unseen?: { name: string; kind: string }[];
  released?: string;
  channel: number;
  channel_name: string;
  id: string;
  kind: string;
  party: string;
  role: string;
  claimed_ms: number;
  precedence?: string;
  label?: Label;
  marking?: Marking;
  to?: Addressed[];
  refers?: string[];
  filled?: Entry["filled"];
  filled_content?: Entry["filled_content"];
  author_holder: number;
  signers: { holder: number; role?: string; release?: boolean }[];
  readers: { party: string; roles: string[] }[];
  newer: string[];
  statement: string;
  sshsigs: string[];
  content_bytes?: string;
}

export interface Answer {
  err: string;
  place?: string;
  step?: string;
  repeat?: boolean;
  said?: boolean; // the same officer has said it before, at that place: nothing was filed
  rule?: string;
  text?: string;
  needed?: number;
  line?: number;
  guidelines?: { line: number; reason: string; why: string; subject?: string; needed?: string };
  fault?: { name: string; text: string; field?: string };
}

export interface Key {
  fingerprint: string;
  holder: number;
  roles: string[];
  from?: number;
  withdrawn?: number;
}

export interface Form {
  form: string;
  version: number;
  newest: boolean;
  title: Names;
  planes: string[];
  acts: string[];
  precedence: string;
  precedences: string[];
  reply: boolean;
  basis: boolean;
  after: string[];
  fields: FormField[];
}

export interface FormField {
  number: number;
  name: string;
  title: Names;
  type: string;
  list: boolean;
  optional: boolean;
  in: "statement" | "content";
  values?: { number: number; name: string; words: Names }[];
  members?: FormField[];
}

// ---- Procedures: docs/spec/procedure.md section 10. ----

export interface ProcedureStep {
  id: string;
  kind: "notice" | "meet" | "exchange" | "act" | "gate";
  title: Names;
  by?: string;
  form?: string;
  rule?: "joint" | "each" | "one";
  hold?: number;
  read_back?: boolean;
  options?: { id: string; title: Names }[];
  owe?: { who: string; what: string }[];
}

export interface Procedure {
  id: string;
  version: number;
  hash: string;
  title: Names;
  roles: string[];
  precedences: string[];
  recess?: string;
  steps: ProcedureStep[];
}

export interface Gate {
  place: string;
  party: string;
  step: string;
  step_title: Names;
  option: string;
  option_title: Names;
  hash: string;
  state: "PROPOSED" | "ALL CONCURRED" | "IN DOUBT" | "DECIDED" | "WITHDRAWN";
  in_doubt: boolean;
  concurred: string[];
  confirmed: string[];
  awaiting?: string[];
  hold: number;
  read_back: boolean;
}

export interface Due {
  instance: string;
  title: Names;
  precedence: string;
  step: string;
  step_title: Names;
  about?: string;
  party: string;
  role: string;
  level: string;
  ours: boolean;
  state: string;
  recess: boolean;
  since_ms?: number;
  due_ms?: number;
  overdue?: boolean;
}

export interface Said {
  place: string;
  party: string;
  move: string;
  step?: string;
  role?: string;
  holder: number;
  about?: string;
  whose?: string;
  cause?: string;
  filed_ms: number;
  shown_by: string[];
}

export interface Instance {
  place: string;
  channel: number;
  channel_name: string;
  opener: string;
  parties: string[];
  procedure: string;
  version: number;
  definition: string;
  title: Names;
  precedence: string;
  depth_asked: number;
  depth_given: number;
  started_ms: number;
  life: string;
  open: ProcedureStep[];
  done: ProcedureStep[];
  gates: Gate[];
  decisions: { place: string; party: string; step: string; step_title: Names; option: string; option_title: Names }[];
}

// With a place: with what is owed and all that was said.
export interface WholeInstance extends Instance {
  obligations: Due[];
  moves: Said[];
  attempts: { place: string; party: string; role: string; claimed_ms: number; path?: string; whom?: string; result?: string }[];
  diverged: string[];
}

// ---- Dialogues: docs/spec/dialogue.md section 7. ----

export interface Thing {
  place: string;
  kind: "body" | "session" | "item" | "commitment" | "condition" | "event" | "text";
  party: string;
  of?: string;
  name?: string;
  title?: Names;
  when?: string;
  first_ms?: number;
  end_ms?: number;
  parties?: string[];
  owed_to?: string[];
  source?: string;
  detail?: Names;
  doubt?: Names;
  number?: number;
  to?: string;
  merged_into?: string;
  chairs?: string[];
  manner?: "meeting" | "side-meeting" | "call";
  stage?: string;
  unit?: string;
  standing: string;
  over: boolean;
  parts?: { party: string; part: string; report?: string }[];
  said?: Record<string, string[]>;
  deeds?: { place: string; party: string; kind: string; act?: string; title?: Names; detail?: Names; people?: string[]; credentials?: Names; hash?: string; when?: string }[];
}

// ---- Texts: docs/spec/dialogue.md section 11. ----

export interface Version {
  place: string;
  party: string;
  words: string;
  by: Record<string, "proposes" | "ad referendum" | "agrees">;
}

export interface Unit {
  name: string;
  number: number;
  status: string;
  left_out: boolean;
  concordance: string[];
  languages: Record<string, { status: string; versions: Version[] }>;
}

export interface Endorsed {
  all: boolean;
  by: { party: string; place: string; hash: string; stale: boolean; when?: string }[];
}

export interface WholeText {
  place: string;
  title: Names;
  languages: string[];
  corrected_by: string[]; // names
  amended_by: string[];
  state: string;
  hash: string;
  brackets: Record<string, Record<string, number>>;
  initialled: Endorsed;
  signed: Endorsed;
  released: Endorsed;
  units: Unit[];
}

// ---- Events and what is said of them: docs/spec/dialogue.md section 13. ----

export interface OfEvent {
  place: string;
  party: string;
  role: string;
  claimed_ms: number;
  label?: Label;
  marking?: Marking;
  name?: string;
  title?: Names;
  type?: string;
  when?: string;
  first_ms?: number;
  end_ms?: number;
  where?: string;
  location?: Names;
  confidence?: string;
  source?: string;
  detail?: Names;
  doubt?: Names;
  to?: string;
}

export interface Claim extends OfEvent { withdrawn?: OfEvent }

export interface Happened extends OfEvent {
  claims: Claim[];
  assessments: OfEvent[];
  same: { event: string; by: string[]; one: boolean }[];
}

export interface Assessments {
  types: { name: string; words: Names }[];
  confidences: { name: string; words: Names }[];
  events: Happened[];
  more: boolean;
}

// ---- The watch: docs/spec/watch.md section 6. ----

export interface Post {
  post: string;
  channel: number;
  state: "UNKNOWN" | "MANNED" | "GAP" | "EMPTY";
  depth: number;
  to_ms?: number;
  on: { rung: number; name: string; reach: string; able: string }[];
  offer?: string;
  waits: boolean;
  accepted?: string;
  again: string[];
}

export interface Manning {
  party: string;
  ours: boolean;
  post: string;
  state: Post["state"];
  depth: number;
  gap_from_ms?: number;
  planned: boolean;
}

export interface OpenItem {
  place: string;
  channel: number;
  party: string;
  epoch: number;
  index: number;
  what: string;
  precedence: string;
  unresolved: boolean;
}

export interface Duty { posts: Post[]; manning: Manning[]; open?: OpenItem[] }
