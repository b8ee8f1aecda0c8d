// What cannot be undone is held for two seconds, with a finger or a key: no one does it in passing.

import { h } from "preact";
import { signal } from "@preact/signals";
import { _ } from "../words/say.js";

const HOLD_MS = 2_000;
const held = signal<string | undefined>(undefined);

export function Hold({ name, title, act, disabled }: { name: string; title: string; act: () => void; disabled?: boolean }) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    if (disabled || held.value === name)
      return;
    held.value = name;
    timer = setTimeout(() => {
      held.value = undefined;
      act();
    }, HOLD_MS);
    addEventListener("pointerup", end, { once: true });
    addEventListener("keyup", end, { once: true });
    addEventListener("blur", end, { once: true });
  };
  const end = () => {
    clearTimeout(timer);
    held.value = undefined;
  };
  return (
    <button
      class={`hold primary ${held.value === name ? "held" : ""}`} data-act={name} disabled={disabled} onPointerDown={begin}
      onKeyDown={(event) => { if ((event.code === "Space" || event.code === "Enter") && !event.repeat) begin(); }}
    >
      {held.value === name ? _("hold …") : _("{1} (hold 2 s)", title)}
    </button>
  );
}
