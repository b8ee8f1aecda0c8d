// What stands on every screen: the mode band, the clocks, who is signed in, the marking at top and bottom.

import { h, ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { clock, local, localIn, offset } from "../words/moment.js";
import { _, N_, ageText, choose, language, nodeSays, otherLanguage, sayIn, spanText } from "../words/say.js";
import { signOut } from "../node/login.js";
import { outbox, othersUnsent, keepingFails, refused } from "../node/outbox.js";
import { accord, fault, heard, mode, nodeClock, session, status } from "../node/record.js";
import { acknowledge, acknowledgeAll, alarms, flood } from "./alarm.js";
import { Doubts } from "./consult.js";
import { marking } from "./entry.js";
import { Idle } from "./leave.js";
import { linkTo, now, placeIn, said, screen, SCREENS, setTheme, Theme, theme, themes, when } from "./screen.js";
import { Choice, Group, InAll, Precedence, Result, Words } from "./parts.js";

const SILENCE_MS = 12_000, ALARMS_SHOWN = 3;

// The mode and the marking stand in both languages whichever is chosen.
const modes: Record<string, string> = { LIVE: N_("LIVE"), EXERCISE: N_("EXERCISE"), UNKNOWN: N_("MODE NOT KNOWN YET") };

export function Band() {
  const said = status.value?.value.mode ?? mode.value ?? "UNKNOWN", name = modes[said] ?? said;
  return (
    <div class={`band ${said.toLowerCase()}`}>
      <b class="mode" data-mode={said}>{name} · {sayIn("ko", name)}</b>
      <Marking />
    </div>
  );
}

const unmarked = { none: () => _("no marking that the guidelines know"), late: () => _("marking not known: the node has not answered") };

const Marking = () => <span class="marking">{typeof marking.value === "string" ? unmarked[marking.value]() : <InAll names={marking.value?.banner ?? {}} />}</span>;

function Clocks() {
  const at = nodeClock.value(now.value), there = (party: string) => localIn(at, accord.value?.parties.find((one) => one.name === party)?.zone);
  return (
    <div class="clocks">
      <b class="utc">{clock(at)}</b>
      <span>{_("local {1}", local(at))}</span>
      {(status.value?.value.peers ?? []).map((peer) => (
        <span>{there(peer.party) === undefined ? "" : `${_("local in {1} {2}", peer.code, there(peer.party) ?? "")} · `}{peer.clock_offset_ms === undefined
          ? _("clock of {1}: not compared", peer.code)
          : _("clock of {1}: {2} s ({3})", peer.code, offset(peer.clock_offset_ms),
              ageText(at - peer.compared_ms))}</span>
      ))}
    </div>
  );
}

function Silence() {
  const silent = now.value - heard.value;
  if (fault.value === undefined && silent < SILENCE_MS)
    return null;
  return (
    <div class="warning stale">
      <span role="status"><b>{_("STALE")}</b> {fault.value ? _("The node refuses an answer, so what is shown may be old: {1}", nodeSays(fault.value))
        : heard.value === 0 ? _("The node has not been heard yet.") : _("The node is silent: what is shown is as it was then.")}</span>
      {heard.value === 0 ? null : <span class="age"> {_("for {1}", spanText(silent))}</span>}
    </div>
  );
}

function Unsent() {
  const waiting = outbox.value.filter((item) => item.state === "UNSENT");
  return (
    <Group>
      {keepingFails.value ? <p class="warning bad" role="alert">{_("This browser keeps nothing on its disk: your text stands on this page alone. Do not close it.")}</p> : null}
      {othersUnsent.value > 0 ? <p class="warning" role="status"><b>{_("IN THIS BROWSER")}</b> {_("{1} signed texts of other officers wait here: each goes to the node when who signed it is signed in.", othersUnsent.value)}</p> : null}
      {refused.value.map((one) => (
        <div key={one.item.id} class="refused-late" role="status">
          <Result result={one} />
          <p class="warning bad"><a href={linkTo("channel", placeIn(one.item.typed?.about ?? "") ?? one.item.channel)}>{one.item.channel}</a> <Words text={one.item.title} /> <button type="button" onClick={() => { refused.value = refused.value.filter((other) => other !== one); }}>{_("I have read it")}</button></p>
        </div>
      ))}
      {waiting.map((item) => (
        <p class="warning" role="status">
          <b>{_("IN THIS BROWSER")}</b> {_("since {1}: {2}. It goes to the node by itself when the node answers.", when(item.since), item.title || item.channel)}
        </p>
      ))}
    </Group>
  );
}

// Each by itself; of a flood, and of what is behind the first three, how many there are.
function Alarms() {
  const open = alarms.value, isFlood = flood.value && open.length > ALARMS_SHOWN;
  const names = [...new Set(open.map((alarm) => alarm.precedence))];
  return open.length === 0 ? null : (
    <div class="alarms" role="alert">
      {isFlood
        ? names.map((name) => <p key={name}><Precedence name={name} /> {_("{1} alarms at once", open.filter((alarm) => alarm.precedence === name).length)} <button onClick={() => acknowledgeAll(name)}>{_("I have heard them")}</button></p>)
        : open.slice(0, ALARMS_SHOWN).map((alarm) => <p><Precedence name={alarm.precedence} /> <a href={linkTo(alarm.row.screen, alarm.row.place)}>{alarm.text}</a> <button onClick={() => acknowledge(alarm.key)}>{_("I have heard it")}</button></p>)}
      {!isFlood && open.length > ALARMS_SHOWN ? <p>{_("and {1} more", open.length - ALARMS_SHOWN)}</p> : null}
    </div>
  );
}

export const Languages = () => <button class="language" lang={otherLanguage()} onClick={() => choose(otherLanguage())}>{language.value === "ko" ? "English" : "한국어"}</button>;

const Choices = () => (
  <div class="choices">
    <Languages />
    <Choice label={<span class="hidden">{_("Theme")}</span>} value={theme.value} options={themes.map(([name, title]) => [name, title()])} onChange={(name) => setTheme(name as Theme)} />
    <span class="who">{_("{1}, officer {2}", session.value?.party.toUpperCase() ?? "", session.value?.holder ?? "")}</span>
    <button class="sign-out" onClick={signOut}>{_("Sign out")}</button>
  </div>
);

// Of a window that is behind others its title is all that is seen.
function titleOfPage(): string {
  const { mode: said, code = "" } = status.value?.value ?? {}, title = SCREENS.find(([name]) => name === screen.value.name)?.[2]() ?? "";
  return [alarms.value.length > 0 ? `(${alarms.value.length}) ${title}` : title, code, said === undefined ? "" : `${modes[said]} ${sayIn("ko", modes[said])}`].filter((part) => part !== "").join(" · ");
}

export function Frame({ children }: { children: ComponentChildren }) {
  const title = titleOfPage();
  useEffect(() => { document.title = title; }, [title]);
  return (
    <Group>
      <header>
        <Band />
        <Clocks />
        <nav aria-label={_("Screens")}>
          {SCREENS.map(([name, _key, title]) => (
            <a href={linkTo(name)} aria-current={screen.value.name === name ? "page" : undefined}>{title()}</a>
          ))}
        </nav>
        <Choices />
      </header>
      <Silence />
      <Idle />
      <Unsent />
      <Doubts />
      <Alarms />
      <main tabIndex={-1}>{children}</main>
      <p class="hidden" role="status" aria-live="polite">{said.value}</p>
      <footer><Marking /></footer>
    </Group>
  );
}
