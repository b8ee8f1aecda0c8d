// The keyboard does everything. Shortcuts read the physical key, because with the Korean input method on the letter never arrives.

import { h } from "preact";
import { _, choose, language } from "../words/say.js";
import { go, setShortcuts, shortcutsAreOn } from "./screen.js";
import { acknowledge, alarms } from "./alarm.js";
import { Panel } from "./parts.js";

interface Shortcut {
  code: string; // KeyboardEvent.code
  key: string; // as it is printed on the key
  says: () => string;
  run(): void;
}

function focusFirst(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

// Rows of lists are walked through by their links.
function step(forward: boolean): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main a[data-place], main [data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (forward ? 1 : -1)))]?.focus();
}

export const shortcuts: Shortcut[] = [
  { code: "KeyW", key: "W", says: () => _("Watch"), run: () => go("watch") },
  { code: "KeyC", key: "C", says: () => _("Channels"), run: () => go("channel") },
  { code: "KeyI", key: "I", says: () => _("Consultation"), run: () => go("consult") },
  { code: "KeyD", key: "D", says: () => _("Dialogues"), run: () => go("dialogues") },
  { code: "KeyA", key: "A", says: () => _("Assessments"), run: () => go("assess") },
  { code: "KeyR", key: "R", says: () => _("Record"), run: () => go("record") },
  { code: "KeyP", key: "P", says: () => _("Principal"), run: () => go("card") },
  { code: "KeyT", key: "T", says: () => _("Relief"), run: () => go("relief") },
  { code: "KeyK", key: "K", says: () => _("People and keys"), run: () => go("people") },
  { code: "KeyS", key: "S", says: () => _("Status"), run: () => go("status") },
  { code: "KeyN", key: "N", says: () => _("New message on this channel"), run: () => focusFirst(".new-message, .compose textarea") },
  { code: "KeyJ", key: "J", says: () => _("Next row"), run: () => step(true) },
  { code: "KeyU", key: "U", says: () => _("Row before"), run: () => step(false) },
  { code: "KeyH", key: "H", says: () => _("I have heard the first alarm"), run: () => { if (alarms.value[0]) acknowledge(alarms.value[0].key); } },
  { code: "KeyG", key: "G", says: () => _("The other language"), run: () => choose(language.value === "ko" ? "en" : "ko") },
  { code: "Slash", key: "/", says: () => _("Search"), run: () => { go("record"); setTimeout(() => focusFirst(".search input"), 100); } },
];

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target))
      return;
    if (event.code === "Slash" && event.shiftKey)
      return go("keys");
    const found = shortcutsAreOn.value ? shortcuts.find((row) => row.code === event.code) : undefined;
    if (found === undefined)
      return;
    event.preventDefault();
    found.run();
  });
}

export function Keyboard() {
  return (
    <div>
    <h1 class="hidden">{_("Keyboard")}</h1>
    <Panel title={_("Keyboard")} name="keyboard">
      <label><input type="checkbox" checked={shortcutsAreOn.value} onChange={(event) => setShortcuts(event.currentTarget.checked)} /> {_("Keys act alone")}</label>
      <table class="rows">
        <tbody>
          {shortcuts.map((row) => <tr key={row.code}><td><kbd>{row.key}</kbd></td><td>{row.says()}</td></tr>)}
          <tr><td><kbd>?</kbd></td><td>{_("This list")}</td></tr>
          <tr><td><kbd>Tab</kbd> <kbd>Enter</kbd></td><td>{_("Everything that can be pressed")}</td></tr>
          <tr><td><kbd>Ctrl</kbd>+<kbd>Enter</kbd></td><td>{_("Sign what is written")}</td></tr>
        </tbody>
      </table>
    </Panel>
    </div>
  );
}
