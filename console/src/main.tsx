// The console begins here: words, the terminal's key, the session, the stream; then the screens are functions of the signals.

import { h, JSX, render } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { effect, signal, untracked } from "@preact/signals";
import { pause, Silence } from "./node/ask.js";
import { findSession, followTabs } from "./node/login.js";
import { deliverAll, loadOutbox, outbox, sweep } from "./node/outbox.js";
import { askAll, askDuty, askStatus, endSession, hasLeft, heard, inboxes, logs, session, status, take } from "./node/record.js";
import { listen } from "./node/stream.js";
import { followAlarms, followAnnouncements } from "./view/alarm.js";
import { followAttached, keepPage } from "./view/attach.js";
import { AssessScreen, followAssessments } from "./view/assess.js";
import { CardScreen } from "./view/card.js";
import { ChannelScreen } from "./view/channel.js";
import { ConsultScreen, followInstance } from "./view/consult.js";
import { DialoguesScreen, followDialogues } from "./view/dialogues.js";
import { Frame } from "./view/frame.js";
import { followDrafts } from "./view/draft.js";
import { followMay, followOpened, followMarking } from "./view/entry.js";
import { loadForms } from "./view/form.js";
import { followKeys, Keyboard } from "./view/keys.js";
import { followIdle, followLeaving, holds } from "./view/leave.js";
import { Left, Login, showKeys, Unanswered } from "./view/login.js";
import { Group, Sentence } from "./view/parts.js";
import { followPeople, PeopleScreen } from "./view/people.js";
import { RecordScreen } from "./view/record.js";
import { followRelief, ReliefScreen } from "./view/relief.js";
import { beginScreen, channelIn, now, Screen, screen, SCREENS } from "./view/screen.js";
import { followSamples, StatusScreen } from "./view/status.js";
import { countTyping, followTyping, leaveToOutbox, loadTyping } from "./view/typing.js";
import { Watch } from "./view/watch.js";
import { _, choose, language, loadWords } from "./words/say.js";

const STATUS_MS = 5_000, DUTY_MS = 30_000; // paths and clocks age meanwhile, and a shift ends

const screens: Record<Screen, () => JSX.Element | null> = {
  watch: Watch, channel: ChannelScreen, consult: ConsultScreen, dialogues: DialoguesScreen, assess: AssessScreen, record: RecordScreen, card: CardScreen,
  relief: ReliefScreen, people: PeopleScreen, status: StatusScreen, keys: Keyboard,
};

const LATE_MS = 5_000, AGAIN_MS = 2_000;
const began = Date.now(), isBegun = signal(false);

// A first answer that does not come is asked for again; whoever waits for it meanwhile is told so.
async function again(question: () => Promise<void>): Promise<void> {
  for (;; await pause(AGAIN_MS)) {
    try {
      return await question();
    } catch (why) {
      if (!(why instanceof Silence))
        throw why;
    }
  }
}

function App() {
  if (!isBegun.value || session.value === undefined)
    return now.value - began < LATE_MS ? null : <Unanswered />;
  if (session.value === null)
    return hasLeft.value && !holds.value ? <Left /> : <Login />;
  return isAtHand.value ? <Frame><Whole key={screen.value.name} name={screen.value.name} /></Frame> : null;
}

// Whatever one thing does to the screen that shows it, the alarms and the other screens stay.
function Whole({ name }: { name: Screen }) {
  const [why, tryAgain] = useErrorBoundary((error) => reportError(error)), Shown = screens[name];
  useEffect(tryAgain, [screen.value.about]);
  const title = ["channel", "card"].includes(name) ? undefined : SCREENS.find(([one]) => one === name)?.[2](); // those two have their own
  return why === undefined ? <Group>{title && <h1 class="hidden">{title}</h1>}<Shown /></Group> : <p class="warning bad" role="alert"><Sentence text={_("This cannot be shown, by a fault of this page. The record is whole: read it with `entente read` on the node, and report the fault.")} /> {String(why)}</p>;
}

const isAtHand = signal(false); // what this officer typed and signed here

async function takeUp(key: string): Promise<void> {
  if (isAtHand.value)
    return; // the same officer again, on a page that holds what is nowhere else
  await Promise.all([loadOutbox(), loadTyping(key)]);
  leaveToOutbox();
  isAtHand.value = true;
}

// While somebody is signed in: everything once, then what the stream says; what waits here goes when the node is heard again.
function followNode(): void {
  let stop: (() => void) | undefined;
  let timers: ReturnType<typeof setInterval>[] = [];
  effect(() => {
    const isIn = Boolean(session.value);
    if (isIn && stop === undefined) {
      const key = session.value?.key ?? "";
      const isTakenUp = untracked(() => takeUp(key));
      stop = listen({
        greeted: () => void Promise.all([askAll(channelIn(screen.peek().about)).then(loadForms), isTakenUp]).then(deliverAll),
        event: take,
        beat: () => { heard.value = Date.now(); },
        ended: endSession,
      });
      timers = [setInterval(() => void askStatus(), STATUS_MS), setInterval(() => void askDuty(), DUTY_MS)];
    } else if (!isIn && stop !== undefined) {
      stop();
      timers.forEach(clearInterval);
      stop = undefined;
    }
  });
  effect(() => {
    if (status.value !== undefined && outbox.peek().some(({ state }) => state === "UNSENT"))
      untracked(() => void deliverAll()); // it has answered, whatever became of the stream
  });
  effect(() => {
    if (logs.value.length > 0 || Object.keys(inboxes.value).length > 0)
      untracked(() => void sweep());
  });
}

async function begin(): Promise<void> {
  choose(language.value);
  beginScreen();
  render(<App />, document.body);
  followNode(); // as soon as it says who is signed in
  await Promise.all([again(loadWords), loadOutbox(), countTyping(), showKeys(), again(findSession)]);
  for (const follow of [followTabs, followLeaving, followIdle, followMarking, followAlarms, followAnnouncements, followKeys, followOpened, followTyping, followMay,
    followDrafts, followPeople, followSamples, followInstance, followDialogues, followAssessments, followRelief, followAttached, keepPage])
    follow();
  isBegun.value = true;
}

begin().catch((why: Error) => {
  document.body.textContent = `entente: ${why.message}`; // no blank page: an old browser, or a node that is not there
});
