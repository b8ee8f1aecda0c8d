// Which screen stands in the frame.

import { h, JSX } from "preact";
import { CardScreen } from "./card.js";
import { ChannelScreen } from "./channel.js";
import { Keyboard } from "./keys.js";
import { PeopleScreen } from "./people.js";
import { RecordScreen } from "./record.js";
import { Screen, screen } from "./screen.js";
import { StatusScreen } from "./status.js";
import { Watch } from "./watch.js";

const screens: Record<Screen, () => JSX.Element | null> = {
  watch: Watch, channel: ChannelScreen, record: RecordScreen, card: CardScreen, people: PeopleScreen, status: StatusScreen, keys: Keyboard,
};

export function Screens() {
  const Shown = screens[screen.value.name];
  return <Shown key={screen.value.name} />;
}
