// The end of a session: what stands on this page is one officer's, so the page begins anew before anybody else sees it.

import { h } from "preact";
import { computed, effect, untracked } from "@preact/signals";
import { settleTyped } from "../keep/drafts.js";
import { idleMs, pause, touched } from "../node/ask.js";
import { beginAnew, isNodeThere, seenBy, signOut, whenSignedOut } from "../node/login.js";
import { keepingFails } from "../node/outbox.js";
import { hasLeft, session } from "../node/record.js";
import { _, spanText } from "../words/say.js";
import { sound } from "./alarm.js";
import { isCarrying } from "./attach.js";
import { go, now, screen, Screen } from "./screen.js";

const AGAIN_MS = 1_000; // before the node is looked for again
const KEPT = "entente-screen"; // where he was, for himself

// What is on no disk and at no node stands on this page alone: it is not shown, and waits for the officer whose it is.
export const holds = computed(() => keepingFails.value || isCarrying.value);

async function leave(): Promise<void> {
  await settleTyped();
  await whenSignedOut();
  while (!await isNodeThere())
    await pause(AGAIN_MS);
  if (holds.value || session.value)
    return;
  sessionStorage.setItem(KEPT, JSON.stringify({ ...screen.value, key: seenBy() }));
  beginAnew();
}

export function followLeaving(): void {
  effect(() => {
    if (hasLeft.value && !holds.value)
      untracked(() => void leave());
  });
  effect(() => {
    const key = session.value?.key, kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as { key: string; name: Screen; about: string } | null;
    if (key === undefined || kept === null)
      return;
    sessionStorage.removeItem(KEPT);
    if (kept.key === key)
      go(kept.name, kept.about);
  });
}

// ---- How long nobody has touched this console, in whichever tab: what the page asks by itself is nobody's hand. It is said before the session
// ends by it, by sight and sound, for whoever is not there hears no alarm either.

const WARNED_MS = 120_000, SOUND_MS = 15_000;

const left = computed(() => (session.value ? session.value.idle_ms_max - idleMs(now.value) : Infinity));

export function followIdle(): void {
  for (const name of ["keydown", "pointerdown", "wheel", "input"])
    addEventListener(name, () => { if (session.value) touched(); }, { capture: true, passive: true });
  let sounded = 0;
  effect(() => {
    if (left.value <= 0) {
      signOut();
    } else if (left.value <= WARNED_MS && now.value - sounded >= SOUND_MS) {
      sounded = now.value;
      sound("PRIORITY");
    }
  });
}

export function Idle() {
  return left.value > WARNED_MS ? null
    : <p class="warning bad" role="alert">{_("Nobody has touched this console for {1}. The session ends soon, and then no alarm sounds here: press any key to stay.", spanText(idleMs(now.value)))}</p>;
}
