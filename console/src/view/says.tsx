// What a statement says in its fields, from the bytes that are or were signed: a row a field.

import { h } from "preact";
import { saysOf } from "../wire/says.js";
import { Kind, Statement } from "../wire/statement.js";
import { word } from "../words/names.js";
import { _ } from "../words/say.js";
import { Words } from "./parts.js";

const titles: Record<string, () => string> = {
  act: () => _("act"), name: () => _("lasting name"), title: () => _("title"), words: () => _("words"), when: () => _("when"), parties: () => _("hosts"),
  owed_to: () => _("owed to"), detail: () => _("said in it"), unit: () => _("from the unit"), doubt: () => _("its sources contradict"), source: () => _("source"),
  type: () => _("type"), confidence: () => _("confidence"), location: () => _("place"), where: () => _("where"), number: () => _("number"),
  languages: () => _("languages"), chairs: () => _("chairs"), to: () => _("to"), people: () => _("delegation"), credentials: () => _("credentials"), manner: () => _("manner"), stage: () => _("stage"),
  hash: () => _("hash of the text"), outlets: () => _("outlets"),
};
const ofCommitment: Record<string, () => string> = { when: () => _("until"), parties: () => _("by whom"), detail: () => _("what shows it done") };

const titleOf = (kind: number, key: string) => ((kind === Kind.COMMITMENT ? ofCommitment[key] : undefined) ?? titles[key] ?? (() => _("field {1}", key)))();

export function Says({ statement }: { statement: Pick<Statement, "kind" | "fields" | "form"> }) {
  const rows = statement.form === undefined ? saysOf(statement.kind, statement.fields) : [];
  return rows.length === 0 ? null : (
    <table class="rows fields says"><tbody>
      {rows.map(([key, text]) => (
        <tr key={key} data-field={key}><th scope="row" class="name">{titleOf(statement.kind, key)}</th>
          <td class="wide"><Words text={key === "act" ? word(text) : text === "" ? _("(left out)") : text} /></td></tr>
      ))}
    </tbody></table>
  );
}
