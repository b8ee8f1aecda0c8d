// The marking of the screen: the node joins the labels of what is shown. Nothing is joined here.

import { computed, effect, signal } from "@preact/signals";
import { post } from "../node/ask.js";
import { channels, inboxes } from "../node/record.js";
import type { Marking } from "../node/shapes.js";
import { encode } from "../wire/cbor.js";
import { Label, labelValue } from "../wire/label.js";
import { channelIn, screen } from "./screen.js";

export const marking = signal<Marking | undefined>(undefined);
export const shownToo = signal<{ label?: Label }[]>([]); // what a screen shows besides messages

const LABELS_MAX = 64;

function labelsShown(): { channel: string; labels: Label[] } {
  const { name, about } = screen.value;
  const own = name === "channel" ? inboxes.value[channelIn(about)] : undefined;
  const channel = own === undefined ? channels.value[0]?.name ?? "" : channelIn(about);
  const entries = own ?? Object.values(inboxes.value).flat();
  const distinct = new Map([...entries, ...shownToo.value].flatMap((entry) => (entry.label ? [[JSON.stringify(entry.label), entry.label] as const] : [])));
  return { channel, labels: [...distinct.values()].slice(0, LABELS_MAX) };
}

const wanted = computed(() => JSON.stringify(labelsShown()));

export function followMarking(): void {
  effect(() => {
    const { channel, labels } = JSON.parse(wanted.value) as ReturnType<typeof labelsShown>;
    if (labels.length === 0 || channel === "") {
      marking.value = undefined;
      return;
    }
    post<{ marking?: Marking }>("/labels", encode(labels.map(labelValue)), { channel })
      .then((answer) => { marking.value = answer.marking; })
      .catch(() => undefined); // the silence of the node is said elsewhere
  });
}
