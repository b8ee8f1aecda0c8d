// Which screen stands in the frame.

import { h } from "preact";
import { ChannelScreen } from "./channel.js";
import { Keyboard } from "./keys.js";
import { screen } from "./screen.js";
import { Watch } from "./watch.js";

export function Screens() {
  switch (screen.value.name) {
  case "channel":
    return <ChannelScreen />;
  case "keys":
    return <Keyboard />;
  default:
    return <Watch />;
  }
}
