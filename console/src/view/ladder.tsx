// How far a message has come: the steps that are proved, by whom and when, and what is owed next. Nothing is rounded up.

import { h } from "preact";
import { nodeClock } from "../node/record.js";
import type { Entry, Ladder } from "../node/shapes.js";
import { clock } from "../words/moment.js";
import { spanText, word } from "../words/names.js";
import { _ } from "../words/say.js";
import { Group, partyCode, Step } from "./parts.js";
import { now } from "./screen.js";

const OFF_LADDER = [["query", "QUERY"], ["negative", "NEGATIVE"], ["lapse", "NO ANSWER"]] as const;

function Rungs({ ladder }: { ladder: Ladder }) {
  return (
    <ol class="rungs">
      {ladder.steps.map((step) => (
        <li key={step.step} class={step.step === ladder.highest ? "highest" : ""}>
          <Step name={step.step} /> {step.at_ms ? <span class="at">{clock(step.at_ms)}</span> : null}{" "}
          {step.role && step.step !== "QUEUED" ? <span class="by">{step.role}</span> : null}
        </li>
      ))}
      {OFF_LADDER.map(([key, name]) => (ladder[key] === undefined ? null
        : <li key={name} class="off"><Step name={key === "lapse" ? ladder.lapse_cause ?? name : name} /> {ladder[key]?.at_ms ? clock(ladder[key]?.at_ms ?? 0) : ""}</li>))}
      {ladder.owed === undefined ? null
        : <li class="owed">{_("owed by {1}: {2}", partyCode(ladder.owed.by), word(ladder.owed.step))}</li>}
    </ol>
  );
}

export function Ladders({ entry }: { entry: Entry }) {
  return (
    <div class="ladders">
      {(entry.ladders ?? []).map((ladder) => (
        <div key={`${ladder.party} ${ladder.role}`} class="ladder">
          <span class="to">{partyCode(ladder.party)} {ladder.role}{ladder.information ? ` (${_("information")})` : ""}</span>
          <Rungs ladder={ladder} />
          {ladder.wrong ? <b class="crossed">{_("The last READ BACK was marked WRONG: another is owed.")}</b> : null}
          {ladder.deferred_until_ms ? <span>{_("deferred until {1}", clock(ladder.deferred_until_ms))}</span> : null}
        </div>
      ))}
      {(entry.crossed ?? []).length > 0 ? <p class="crossed"><b>{_("crossed in transit")}</b>: {entry.crossed?.join(", ")}</p> : null}
      {entry.suspended ? <p><Step name="SUSPENDED" /></p> : null}
    </div>
  );
}

export function Filed({ entry }: { entry: Entry }) {
  return <Group>{clock(entry.filed_ms)} <span class="age">{_("{1} ago", spanText(nodeClock.value(now.value) - entry.filed_ms))}</span></Group>;
}
