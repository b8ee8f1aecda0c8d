// Small pieces that every screen is made of.

import { h, ComponentChildren, Fragment, JSX } from "preact";
import { dateTimeGroup, local } from "../words/moment.js";
import { ageText, word } from "../words/names.js";
import { _, language } from "../words/say.js";
import { visible } from "../words/visible.js";
import { nodeClock } from "../node/record.js";
import { now } from "./screen.js";

// Several elements without one around them, of a type that TypeScript 4.8 takes for a component.
export const Group = Fragment as unknown as (props: { children: ComponentChildren }) => JSX.Element;

export function Panel({ title, count, children, name }: { title: string; count?: number; children: ComponentChildren; name?: string }) {
  const id = `panel-${name ?? title}`.replace(/\W/g, "-");
  return (
    <section class={`panel ${name ?? ""}`} aria-labelledby={id}>
      <h2 id={id}>{title}{count === undefined ? "" : ` (${count})`}</h2>
      {children}
    </section>
  );
}

// A value that can go stale carries its age; older than its limit it is hatched and says so.
export function Aged({ at, limit, children }: { at: number; limit: number; children?: ComponentChildren }) {
  const age = nodeClock.value(now.value) - at, isStale = at === 0 || age > limit;
  return (
    <span class={isStale ? "stale" : "fresh"}>
      {isStale ? <b>{_("STALE")} </b> : null}
      {children} <span class="age">{at === 0 ? _("never") : ageText(Math.max(0, age))}</span>
    </span>
  );
}

// UTC first, the local time beside it.
export function Moment({ ms }: { ms: number }) {
  return <time dateTime={new Date(ms).toISOString()}>{dateTimeGroup(ms)} <span class="local">({local(ms)})</span></time>;
}

export function Step({ name }: { name: string }) {
  return <span class="step" data-step={name}>{word(name)}</span>;
}

export function Precedence({ name }: { name: string }) {
  return <b class="precedence" data-precedence={name}>{name}</b>;
}

// Words of the record: marked with their language, hidden characters shown.
export function Words({ text, tongue }: { text: string; tongue?: string }) {
  return <span class="words" lang={tongue ?? language.value}>{visible(text)}</span>;
}

export function partyCode(name: string): string {
  return name.toUpperCase();
}
