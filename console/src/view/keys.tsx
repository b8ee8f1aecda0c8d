// The keyboard does everything. Shortcuts read the physical key, because with the Korean input method on the letter never arrives.

import { h } from "preact";
import { home } from "../node/record.js";
import { _, choose, otherLanguage } from "../words/say.js";
import { go, SCREENS, setShortcuts, shortcutsAreOn } from "./screen.js";
import { acknowledge, alarms } from "./alarm.js";
import { Check, Panel, Table } from "./parts.js";

interface Shortcut {
  code: string; // KeyboardEvent.code
  key: string; // as it is printed on the key
  says: () => string;
  run(): void;
}

const focusFirst = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

// Rows of lists are walked through by their links.
function step(forward: boolean): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main a[data-place], main [data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (forward ? 1 : -1)))]?.focus();
}

const shortcuts: Shortcut[] = [
  ...SCREENS.filter(([name]) => name !== "keys").map(([name, key, says]) => ({ code: `Key${key}`, key, says, run: () => go(name) })),
  { code: "KeyL", key: "L", says: () => _("A line in our own log"), run: () => { go("channel", home.value?.name ?? ""); setTimeout(() => focusFirst(".compose .text textarea"), 100); } },
  { code: "KeyN", key: "N", says: () => _("New message on this channel"), run: () => focusFirst(".new-message, .compose textarea") },
  { code: "KeyJ", key: "J", says: () => _("Next row"), run: () => step(true) },
  { code: "KeyU", key: "U", says: () => _("Row before"), run: () => step(false) },
  { code: "KeyH", key: "H", says: () => _("I have heard the first alarm"), run: () => { if (alarms.value[0]) acknowledge(alarms.value[0].key); } },
  { code: "KeyG", key: "G", says: () => _("The other language"), run: () => choose(otherLanguage()) },
  { code: "Slash", key: "/", says: () => _("Search"), run: () => { go("record"); setTimeout(() => focusFirst(".search input"), 100); } },
];

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");

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

type Line = [keys: string[], text: string];

const others = (): Line[] => [[["?"], _("This list")], [["Tab", "Enter"], _("Everything that can be pressed")], [["Ctrl+Enter"], _("Sign what is written")]];

export const Keyboard = () => (
  <Panel title={_("Keyboard")} name="keyboard">
    <Check label={_("Use keyboard shortcuts")} value={shortcutsAreOn.value} onChange={setShortcuts} />
    <Table rows={[...shortcuts.map(({ key, says }): Line => [[key], says()]), ...others()]} row={([keys, text]) => (
      <tr key={text}><td>{keys.map((key, i) => [i > 0 ? " " : "", <kbd key={key}>{key}</kbd>])}</td><td>{text}</td></tr>
    )} />
  </Panel>
);
