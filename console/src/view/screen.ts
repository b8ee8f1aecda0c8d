// Which screen is shown, in which theme, at which moment: the state of this tab alone.

import { computed, effect, Signal, signal, untracked } from "@preact/signals";
import { asked, nodeClock, session } from "../node/record.js";
import { clock, dateTimeGroup, dayOf } from "../words/moment.js";
import { _ } from "../words/say.js";

export type Screen = "watch" | "channel" | "consult" | "dialogues" | "assess" | "record" | "card" | "relief" | "people" | "status" | "keys";

// In the order of the tabs, each with the key that leads to it, as it is printed.
export const SCREENS: [name: Screen, key: string, title: () => string][] = [
  ["watch", "W", () => _("Watch")], ["channel", "C", () => _("Channels")], ["consult", "I", () => _("Consultation")], ["dialogues", "D", () => _("Dialogues")],
  ["assess", "A", () => _("Assessments")], ["record", "R", () => _("Record")], ["card", "P", () => _("Principal")], ["relief", "T", () => _("Relief")],
  ["people", "K", () => _("People and keys")], ["status", "S", () => _("Status")], ["keys", "?", () => _("Keyboard")],
];

export type Theme = "light" | "dark" | "contrast";

export const themes: [Theme, () => string][] = [["light", () => _("Light")], ["dark", () => _("Dark")], ["contrast", () => _("High contrast")]];

export const screen = signal<{ name: Screen; about: string }>({ name: "watch", about: "" });
export const now = signal(Date.now());
export const theme = signal<Theme>("light");
export const shortcutsAreOn = signal(localStorage.getItem("entente-shortcuts") !== "off");
export const said = signal(""); // read out once by a screen reader

const today = computed(() => dayOf(nodeClock.value(now.value)));

// What is of today by its clock alone, all else with its day.
export const when = (ms: number) => (dayOf(ms) === today.value ? clock(ms) : dateTimeGroup(ms));

// Any page may have a link to here: of one that cannot be read, the first screen.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// #channel/consult-urgent or #channel/KOR%2FCONSULT-URGENT%201.6: what a link and the back button say.
function readHash(): void {
  const [name, ...about] = decoded(location.hash.slice(1)).split("/");
  screen.value = SCREENS.some(([one]) => one === name) ? { name: name as Screen, about: about.join("/") } : { name: "watch", about: "" };
}

export const linkTo = (name: Screen, about = ""): string => "#" + name + (about ? "/" + encodeURIComponent(about) : "");

export const go = (name: Screen, about = ""): void => { location.hash = linkTo(name, about); };

export function setTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  localStorage.setItem("entente-theme", next);
}

export function setShortcuts(on: boolean): void {
  shortcutsAreOn.value = on;
  localStorage.setItem("entente-shortcuts", on ? "on" : "off");
}

export function beginScreen(): void {
  addEventListener("hashchange", readHash);
  readHash();
  const kept = themes.find(([name]) => name === localStorage.getItem("entente-theme"))?.[0];
  setTheme(kept ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  setInterval(() => { now.value = Date.now(); }, 1000);
}

// The channel of a place, KOR/CONSULT-URGENT 1.6, of what came ahead and has no number yet, or the channel itself.
export const channelIn = (about: string): string => (/^[^/]+\/(\S+) \d+[. ]\w+$/.exec(about)?.[1] ?? about).toLowerCase();

export const placeIn = (about: string): string | undefined => / \d+\.\d+$/.test(about) ? about : undefined;

// What is of one place is forgotten when the screen is about another.
export function followPlace(...kept: Signal<{ place: string } | undefined>[]): void {
  effect(() => {
    const place = placeIn(screen.value.about);
    kept.filter((one) => one.peek()?.place !== place).forEach((one) => { one.value = undefined; });
  });
}

let questions = 0;

// While one of these screens is shown to somebody: asked for now, and anew whenever what `after` reads has changed. Answers may overtake each
// other: what was asked for before what is shown is not `isInOrder`, and is older, or of another place.
export function whenShown(names: Screen[], after: () => unknown, load: (place: string | undefined, isInOrder: () => boolean) => Promise<unknown>): void {
  const question = `screen ${++questions}`;
  let count = 0, shown = 0, at: unknown;
  effect(() => {
    const { name, about } = screen.value, mine = ++count;
    if (at !== screen.value)
      shown = mine; // of where one was before, nothing
    at = screen.value;
    void after();
    untracked(() => {
      if (names.includes(name) && session.value)
        void asked(question, async () => (names.includes(screen.peek().name) ? load(placeIn(about), () => mine === (shown = Math.max(shown, mine))) : undefined), () => undefined).catch(() => undefined); // asked again of a screen that was left it is answered
    });
  });
}
