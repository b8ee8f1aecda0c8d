// How long nobody has touched this console, in whichever tab: what the page asks by itself is nobody's hand. It is said before the session
// ends by it, by sight and sound, for whoever is not there hears no alarm either.

import { h } from "preact";
import { computed, effect } from "@preact/signals";
import { idleMs, touched } from "../node/ask.js";
import { signOut } from "../node/login.js";
import { session } from "../node/record.js";
import { spanText } from "../words/names.js";
import { _ } from "../words/say.js";
import { sound } from "./alarm.js";
import { now } from "./screen.js";

const WARNED_MS = 120_000, AGAIN_MS = 15_000;

const left = computed(() => (session.value ? session.value.idle_ms_max - idleMs(now.value) : Infinity));

export function followIdle(): void {
  for (const name of ["keydown", "pointerdown", "wheel", "input"])
    addEventListener(name, () => { if (session.value) touched(); }, { capture: true, passive: true });
  let sounded = 0;
  effect(() => {
    if (left.value <= 0) {
      signOut();
    } else if (left.value <= WARNED_MS && now.value - sounded >= AGAIN_MS) {
      sounded = now.value;
      sound("PRIORITY");
    }
  });
}

export function Idle() {
  return left.value > WARNED_MS ? null
    : <p class="warning bad" role="alert">{_("Nobody has touched this console for {1}. The session ends soon, and then no alarm sounds here: press any key to stay.", spanText(idleMs(now.value)))}</p>;
}
