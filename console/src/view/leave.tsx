// The end of a session: what stands on this page is one officer's, so the page begins anew before anybody else sees it.

import { h } from "preact";
import { computed, effect, untracked } from "@preact/signals";
import { settleTyped } from "../keep/drafts.js";
import { beginAnew, isNodeThere, seenBy, whenSignedOut } from "../node/login.js";
import { keepingFails } from "../node/outbox.js";
import { hasLeft, session } from "../node/record.js";
import { _ } from "../words/say.js";
import { isCarrying } from "./attach.js";
import { Band, Languages } from "./frame.js";
import { go, screen, Screen } from "./screen.js";

const AGAIN_MS = 1_000;
const KEPT = "entente-screen"; // where he was, for himself

// What is on no disk and at no node stands on this page alone: it is not shown, and waits for the officer whose it is.
export const holds = computed(() => keepingFails.value || isCarrying.value);

async function leave(): Promise<void> {
  await settleTyped();
  await whenSignedOut();
  while (!await isNodeThere())
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
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

export function Left() {
  return (
    <main class="login left">
      <Band />
      <Languages />
      <h1>entente</h1>
      <p role="status">{_("The session has ended. This page begins anew when the node answers; nothing of it is shown to anybody else.")}</p>
    </main>
  );
}
