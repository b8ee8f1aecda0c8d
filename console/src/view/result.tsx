// What became of an act: where it stands, that it waits, or why not and by which rule.

import { h } from "preact";
import type { Posted } from "../node/outbox.js";
import type { Said } from "./say.js";
import { word } from "../words/names.js";
import { _, nodeSays } from "../words/say.js";

function Refused({ result }: { result: Posted }) {
  const answer = result.answer, guidelines = answer?.guidelines;
  return (
    <div class="warning bad" role="alert">
      <p><b>{_("Not filed: {1}.", answer?.rule ?? answer?.err ?? "")}</b> {nodeSays(answer?.text ?? "")}</p>
      {guidelines === undefined ? null
        : <p>{guidelines.line ? _("Guidelines, line {1}:", guidelines.line) : _("Guidelines:")} {nodeSays(guidelines.why, guidelines.subject ?? "", guidelines.needed ?? "")}</p>}
      {answer?.fault === undefined ? null : <p>{nodeSays(answer.fault.text)} {answer.fault.field ?? ""}</p>}
      <p>{_("Your text is kept here. Change it and sign it again.")}</p>
    </div>
  );
}

export function Result({ result }: { result: Said | undefined }) {
  if (result === undefined)
    return null;
  if (result.field !== undefined)
    return <p class="warning bad" role="alert">{_("The field {1} cannot be read: a time is written 281407Z NOV 26.", result.field)}</p>;
  if (result.answer !== undefined)
    return <Refused result={result} />;
  if (result.isUnsigned)
    return <p class="warning" role="status">{_("The node does not answer, so nothing was signed. Your text is kept here: sign it again when the node answers.")}</p>;
  if (result.isSilent)
    return <p class="warning" role="status">{_("The node does not answer. Your signed text is safe in this browser and goes by itself.")}</p>;
  return (
    <p class="done" role="status" data-place={result.place}>
      <b>{result.place ?? ""}</b> {result.isSubmitted ? `${word("SUBMITTED")}: ${_("it waits for others to approve it.")}` : word("QUEUED")}
    </p>
  );
}
