// One tab of this browser holds the node's event stream and passes it on to the others. A Web Lock says which.

import { pause, sessionHeaders } from "./ask.js";

// ---- The stream as text: docs/spec/api.md section 5. A piece of text in, whole events out. ----

export interface NodeEvent {
  id: string;
  name: string; // "" for a change, hello, reset, end
  value: Record<string, unknown>;
}

export class EventText {
  private left = "";

  // Gives the events that the piece completes. A comment is a beat and gives none.
  take(piece: string): NodeEvent[] {
    const blocks = (this.left + piece).split("\n\n");
    this.left = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): NodeEvent | undefined {
  const lines = (field: string) => block.split("\n").filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2)).join("\n");
  const data = lines("data");
  return data === "" ? undefined : { id: lines("id"), name: lines("event"), value: JSON.parse(data) as Record<string, unknown> };
}

// ---- The tab that holds it. ----

export interface Listener {
  greeted(): void; // what is asked from now on misses nothing; what was asked before it may
  event(event: NodeEvent): void;
  beat(): void; // the node is heard
  ended(): void; // there is no session any more
}

type Passed = { event: NodeEvent } | "beat" | "ended";

const LOCK = "entente-stream", AGAIN_MS = 1_000; // before the stream is opened anew
const SILENCE_MS = 12_000; // a beat is due each 5 s

class Stream {
  private readonly channel = new BroadcastChannel("entente-events");
  private last = "";
  private stopping = new AbortController();

  constructor(private readonly listener: Listener) {
    this.channel.onmessage = ({ data: passed }) => this.hear(passed as Passed);
  }

  private hear(passed: Passed): void {
    if (passed === "beat") {
      this.listener.beat();
    } else if (passed === "ended") {
      this.listener.ended();
    } else {
      this.last = passed.event.id || this.last;
      if (["hello", "reset"].includes(passed.event.name))
        this.listener.greeted();
      else
        this.listener.event(passed.event);
    }
  }

  private tell(passed: Passed): void {
    this.channel.postMessage(passed);
    this.hear(passed);
  }

  // Until it breaks. What was missed is asked for by `after`; a node that does not know it any more says reset.
  private async follow(): Promise<void> {
    const silence = new AbortController();
    const stop = () => silence.abort();
    this.stopping.signal.addEventListener("abort", stop);
    let timer = setTimeout(stop, SILENCE_MS);
    try {
      const answer = await fetch("/events" + (this.last ? `?after=${this.last}` : ""), { signal: silence.signal, headers: sessionHeaders() });
      if (answer.status === 401 || answer.status === 403)
        this.tell("ended");
      if (!answer.ok || answer.body === null)
        return;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const text = new EventText();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE_MS);
        this.tell("beat");
        for (const event of text.take(piece.value))
          this.tell(event.name === "end" ? "ended" : { event });
      }
    } finally {
      clearTimeout(timer);
      this.stopping.signal.removeEventListener("abort", stop);
    }
  }

  // A node that opens no stream may answer all the same.
  private async hold(): Promise<void> {
    for (let isFirst = true; !this.stopping.signal.aborted; isFirst = false) {
      await this.follow().catch(() => undefined);
      if (isFirst && this.last === "" && !this.stopping.signal.aborted)
        this.listener.greeted();
      await pause(AGAIN_MS);
    }
  }

  async run(): Promise<void> {
    if (!await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => lock === null || this.hold()))
      return;
    this.listener.greeted(); // the tab that holds it passes on all of it
    await navigator.locks.request(LOCK, { signal: this.stopping.signal }, () => this.hold()).catch(() => undefined);
  }

  stop(): void {
    this.stopping.abort();
    this.channel.close();
  }
}

// Gives what ends it.
export function listen(listener: Listener): () => void {
  const stream = new Stream(listener);
  void stream.run();
  return () => stream.stop();
}
