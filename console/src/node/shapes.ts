// The node's answers, as far as the screens read them: docs/spec/api.md section 3.

import type { Label } from "../wire/content.js";
import type { Addressee, Place } from "../wire/statement.js";

export type Names = Record<string, string>; // language to text

export interface Marking { banner: Names; portion: string; home?: { party: string; banner: string; portion: string }[] }

export interface Session {
  party: string;
  holder: number;
  key: string;
  channels: { channel: string; roles: string[] }[];
  idle_ms_max: number;
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
  thin?: { speed: number };
}

export interface Peer { party: string; code: string; paths: Path[]; clock_offset_ms?: number; compared_ms: number }

export interface Log {
  log: string;
  channel: number;
  party: string;
  state: string;
  size?: number;
  root?: string;
  cosigned?: Record<string, number>;
  rule?: string;
  rots?: { held_by: string[] }[]; // what this disk has changed of it
  ended?: boolean; // a later epoch goes on
}

// What of a log is known elsewhere and has not come.
export interface Range { log: string; channel: number; party: string; first: number; missing: number }

export interface Status {
  code: string;
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
  processes: { name: string; starting: boolean; files: boolean; signals: boolean }[];
  missing: Range[];
  diverged: number; // procedures whose state is another there at the same past
}

// Held, receipted, and not in the order yet.
export interface Held { cause: string; entry: Entry }

export interface Channel {
  number: number;
  name: string;
  names: Names;
  plane: string;
  parties: string[];
  observers: string[]; // those of them that read, and say nothing here
  writers: string[];
  precedences: string[];
  sealed: boolean;
}

export interface Accord {
  languages: string[];
  parties: { name: string; code: string; names: Names; zone?: string }[];
  roles: { name: string; names: Names; parties: string[]; until_ms?: number }[];
  flash_len_max: number;
  guidelines?: { levels: { code: string; names: Names }[]; categories: { name: string; values: { code: string; names: Names }[] }[] };
}

interface Step { step: string; at_ms?: number; role?: string }

export interface Ladder extends Addressee {
  highest: string;
  steps: Step[];
  owed?: { step: string; by: string; ours: boolean; since_ms?: number; due_ms?: number };
  read_back_offered?: { evidence: string };
  wrong: boolean;
  wrong_cause?: number; negative_cause?: number;
  query?: Step;
  negative?: Step;
  lapse?: Step;
  lapse_cause?: string;
  rung?: number; // of our own people that was called last; 4: the whole post
  deferred_until_ms?: number;
}

interface Text {
  language?: string;
  subject?: string;
  title?: string;
  text?: string[];
  portions?: { marking: Marking | null }[];
  unreadable?: string;
  erased?: boolean;
  sealed_for?: Readers[];
  attachments?: Attachment[] | number; // in a list their count alone
}

export interface Attachment { hash: string; len: number; media_type: string; name: string; marking?: Marking | null }

export interface FilledField { name: string; title: Names; type: string; values: { value?: unknown; words?: Names; members?: FilledField[] }[] }

// What was said, or waits to be: by whom, to whom, of what.
interface Utterance extends Text {
  place: string;
  channel: number;
  channel_name: string;
  kind: string;
  party: string;
  role: string;
  acting_for?: string; // the post in whose place it is said
  precedence?: string;
  label?: Label;
  marking?: Marking;
  refers?: string[];
  filled?: { form: string; title?: Names; fields?: FilledField[] };
  filled_content?: { fields?: FilledField[] };
}

export interface Entry extends Utterance {
  id: string;
  plane: string;
  epoch: number;
  index: number;
  leaf: string;
  filed_ms: number;
  claimed_ms: number;
  flagged?: boolean; // the clock that claimed it was off, by offset_ms
  offset_ms?: number;
  ahead_ms?: number; // its filing of ours
  signer?: { holder: number; roles: string[]; withdrawn: boolean };
  order?: number; // in the record
  signatures: number;
  kind_number: number;
  to?: Addressee[];
  content?: { sealing: number };
  verdict?: string;
  why?: string;
  guidelines?: Denial;
  held?: boolean; // false: its text is not here yet
  eraser?: string;
  became?: { recall?: string; recall_place?: string };
  says?: { name?: string; title?: Names; words?: string; detail?: Names }; // of a dialogue; its other fields stand in the bytes
  ladders?: Ladder[];
  received?: string[]; // of an own one: who has cosigned beyond it
  crossed?: string[];
  suspended?: boolean;
  statement?: string;
  translations?: Translation[];
}

export interface Translation extends Text {
  place: string;
  to: string;
  status: string;
  by?: { party: string; role: string };
  held: boolean;
  sealing: number;
  apart?: string; // where its words stand: they are marked above the original
}

// What came ahead of its log: docs/spec/thin.md section 6. SIGNED has no place yet.
export interface Copy { log: string; channel: number; state: "SIGNED" | "BY_LINE" | "FALSE"; ended: boolean; place?: string; entry: Entry }

// looked: of a search, how many it went through
export interface Inbox { messages: Entry[]; next?: string; looked?: number }

// party: its code, of an outside one too
export interface Readers { party: string; roles: string[] }

export interface Draft extends Utterance {
  state: "SUBMITTED" | "APPROVED" | "DATED" | "RELEASED" | "REFUSED" | "CANCELLED" | "LAPSED";
  needed: number;
  approved: number;
  line: number;
  lapses_ms: number;
  held?: string;
  unfiled?: "LABEL" | "RECALLED" | "ENDED LOG" | "RECOVERING"; // why the node does not file it on its day
  unfiled_by?: string;
  unseen?: { name: string; kind: string }[];
  released?: string;
  claimed_ms: number;
  author_holder: number;
  signers: { holder: number }[];
  readers: Readers[];
  newer: string[];
  statement: string;
  sshsigs: string[];
  content_bytes?: string;
}

interface Denial { line: number; why: string; subject?: string; needed?: string }

export interface Answer {
  err: string;
  place?: string;
  said?: boolean; // the same officer has said it before, at that place: nothing was filed
  rule?: string;
  text?: string;
  guidelines?: Denial;
  line?: number; // of the guidelines, by which so many others approve it
  needed?: number;
  fault?: { text: string; field?: string };
}

export interface Key { fingerprint: string; holder: number; roles: string[]; withdrawn?: number }

export interface Form {
  form: string;
  version: number;
  newest: boolean;
  title: Names;
  planes: string[];
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
  needed_where?: { field: string; values: { number: number }[] };
  in: "statement" | "content";
  values?: { number: number; name: string; words: Names }[];
  members?: FormField[];
}

// ---- Procedures: docs/spec/procedure.md section 10. ----

export interface ProcedureStep {
  id: string; kind: "notice" | "meet" | "exchange" | "act" | "gate"; title: Names; by?: string; form?: string;
  rule?: "joint" | "each" | "one"; options?: { id: string; title: Names }[]; owe?: { who: string }[];
}

export interface Procedure { id: string; hash: string; title: Names; precedences: string[]; steps: ProcedureStep[] }

interface Decision { place: string; party: string; option_title: Names }

export interface Gate extends Decision {
  step_title: Names;
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
  place: string; party: string; move: string; step?: string; role?: string; holder: number;
  about?: string; whose?: string; cause?: string; filed_ms: number; shown_by: string[];
}

export interface Instance {
  place: string;
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
  decisions: Decision[];
}

// With a place: with what is owed and all that was said.
export interface WholeInstance extends Instance {
  obligations: Due[];
  moves: Said[];
  attempts: { place: string; party: string; role: string; claimed_ms: number; path?: string; whom?: string; result?: string }[];
  diverged: string[];
}

// ---- Dialogues: docs/spec/dialogue.md section 7. ----

// A thing of a dialogue, or what is said of one.
interface Told {
  place: string;
  name?: string;
  title?: Names;
  label?: Label;
  when?: string;
  first_ms?: number;
  end_ms?: number;
  source?: string;
  detail?: Names;
  doubt?: Names;
  to?: string;
}

export interface Thing extends Told {
  kind: "body" | "session" | "item" | "commitment" | "condition" | "event" | "text";
  of?: string;
  parties?: string[];
  owed_to?: string[];
  number?: number;
  merged_into?: string;
  chairs?: string[];
  manner?: "meeting" | "side-meeting" | "call";
  beside?: string;
  stage?: string;
  unit?: string;
  standing: string;
  over: boolean;
  parts?: { party: string; part: string; report?: string }[];
  deeds?: { place: string; party: string; kind: string; act?: string; title?: Names; detail?: Names; source?: string; people?: string[]; credentials?: Names; hash?: string; when?: string }[];
}

// ---- Texts: docs/spec/dialogue.md section 11. ----

export interface Version { place: string; label?: Label; words: string; by: Record<string, "proposes" | "ad referendum" | "agrees"> }

export interface Unit { name: string; number: number; status: string; left_out: boolean; concordance: string[]; languages: Record<string, { status: string; versions: Version[] }> }

export interface Endorsed {
  all: boolean;
  by: { party: string; place: string; hash: string; stale: boolean; when?: string; from_ms?: number; outlets?: string[]; read_back?: { party: string; place: string; mark: "" | "CORRECT" | "WRONG" }[] }[];
}

export interface WholeText {
  place: string;
  name: string;
  sign_from_ms?: number; // our own party may
  denied?: { outlet: string; place: string; guidelines: Denial }[];
  languages: string[];
  amends?: boolean;
  unreleased?: string; // name of what it corrects or amends, which not every party has released
  corrected_by: string[]; // names
  amended_by: string[];
  state: string;
  hash: string;
  whole: boolean; // this reader is cleared for all that the channel carries
  brackets: Record<string, Record<string, number>>;
  initialled: Endorsed;
  signed: Endorsed;
  released: Endorsed;
  units: Unit[];
}

// ---- Events and what is said of them: docs/spec/dialogue.md section 13. ----

export interface OfEvent extends Told { party: string; marking?: Marking; type?: string; where?: string; location?: Names; confidence?: string }

export interface Claim extends OfEvent { withdrawn?: OfEvent }

export interface Happened extends OfEvent { claims: Claim[]; assessments: OfEvent[]; same: { event: string; by: string[]; one: boolean }[] }

interface Coded { name: string; words: Names }

export interface Assessments { types: Coded[]; confidences: Coded[]; events: Happened[]; more: boolean }

// ---- The watch: docs/spec/watch.md section 6. ----

export interface Post {
  post: string;
  state: "UNKNOWN" | "MANNED" | "GAP" | "EMPTY";
  depth: number;
  to_ms?: number;
  on: { name: string }[];
  offer?: string;
  waits: boolean;
  again: string[];
}

export interface Manning extends Pick<Post, "post" | "state" | "depth"> { party: string; ours: boolean; gap_from_ms?: number }

export interface OpenItem extends Omit<Place, "leaf"> { place: string; what: string; precedence: string; unresolved: boolean }

export interface Duty { posts: Post[]; manning: Manning[]; open?: OpenItem[] }
