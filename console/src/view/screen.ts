// Which screen is shown, in which theme, at which moment: the state of this tab alone.

import { signal } from "@preact/signals";

export const SCREENS = ["watch", "channel", "consult", "dialogues", "assess", "record", "card", "relief", "people", "status", "keys"] as const;
export type Screen = typeof SCREENS[number];
export type Theme = "light" | "dark" | "contrast";

export const THEMES: Theme[] = ["light", "dark", "contrast"];

export const screen = signal<{ name: Screen; about: string }>({ name: "watch", about: "" });
export const now = signal(Date.now());
export const theme = signal<Theme>("light");
export const shortcutsAreOn = signal(localStorage.getItem("entente-shortcuts") !== "off");
export const said = signal(""); // read out once by a screen reader

// #channel/consult-urgent or #channel/KOR%2FCONSULT-URGENT%201.6: what a link and the back button say.
function readHash(): void {
  const [name, ...about] = decodeURIComponent(location.hash.slice(1)).split("/");
  screen.value = SCREENS.includes(name as Screen) ? { name: name as Screen, about: about.join("/") } : { name: "watch", about: "" };
}

export function linkTo(name: Screen, about = ""): string {
  return "#" + name + (about ? "/" + encodeURIComponent(about) : "");
}

export function go(name: Screen, about = ""): void {
  location.hash = linkTo(name, about);
}

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
  const kept = localStorage.getItem("entente-theme") as Theme | null;
  setTheme(kept !== null && THEMES.includes(kept) ? kept : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  setInterval(() => { now.value = Date.now(); }, 1000);
}

// The channel of a place, KOR/CONSULT-URGENT 1.6, or the channel itself.
export function channelIn(about: string): string {
  return (/^[^/]+\/(\S+) \d+\.\d+$/.exec(about)?.[1] ?? about).toLowerCase();
}

export function placeIn(about: string): string | undefined {
  return / \d+\.\d+$/.test(about) ? about : undefined;
}
