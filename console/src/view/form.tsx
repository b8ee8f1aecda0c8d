// The fields of a form of the accord, in the words of the accord.

import { h } from "preact";
import { signal } from "@preact/signals";
import type { Typed } from "../keep/drafts.js";
import { ask } from "../node/ask.js";
import { accord, asked } from "../node/record.js";
import type { Entry, Form, FormField } from "../node/shapes.js";
import { _, named, tongueName } from "../words/say.js";
import { Choice, Group, Input } from "./parts.js";
import { change, setField } from "./typing.js";

export const forms = signal<Form[]>([]);

export const loadForms = () => asked("/forms", () => ask<{ forms: Form[] }>("/forms"), (answer) => { forms.value = answer.forms; });

export const formOf = (typed: Typed): Form | undefined => forms.value.find((form) => form.form === typed.form && form.newest);

// about: what is replied to; only forms that are replies, and that may come after its own.
export function FormChoice({ typed, plane, about }: { typed: Typed; plane: string; about?: Entry }) {
  const usable = forms.value.filter((form) => form.newest && form.reply === (about !== undefined) && form.planes.includes(plane) &&
    (about === undefined || form.after.length === 0 || form.after.includes(about.filled?.form ?? "")));
  if (about !== undefined && usable.length === 0)
    return null;
  return <Choice label={_("Form")} name="form-choice" value={typed.form ?? ""} empty={_("free text")} onChange={(form) => change(typed, { form: form || undefined })}
    options={usable.map((form) => [form.form, `${form.form} ${named(form.title)}`])} />;
}

export const Line = ({ typed, name, label, rows, hint }: { typed: Typed; name: string; label: string; rows?: number; hint?: string }) =>
  <Input label={label} name={name} rows={rows} placeholder={hint} value={typed.fields[name] ?? ""} onChange={(value) => setField(typed, name, value)} />;

export const Select = ({ typed, name, label, options }: { typed: Typed; name: string; label: string; options: [string, string][] }) =>
  <Choice label={label} name={name} empty="–" value={typed.fields[name] ?? ""} options={options} onChange={(value) => setField(typed, name, value)} />;

// A line in each language of the accord.
export const InEach = ({ typed, name, label }: { typed: Typed; name: string; label: string }) =>
  <Group>{(accord.value?.languages ?? []).map((tongue) => <Line key={tongue} typed={typed} name={`${name}.${tongue}`} label={`${label} (${tongueName(tongue)})`} rows={2} />)}</Group>;

const DTG = "281407Z NOV 26";

function Field({ typed, field, name, title }: { typed: Typed; field: FormField; name: string; title: string }) {
  switch (field.type) {
  case "pair":
    return <InEach typed={typed} name={name} label={title} />;
  case "span":
    return <Group><Line typed={typed} name={`${name}.from`} label={_("{1}, from", title)} hint={DTG} /><Line typed={typed} name={`${name}.to`} label={_("{1}, to", title)} hint={DTG} /></Group>;
  case "code":
    return <Select typed={typed} name={name} label={title} options={(field.values ?? []).map((value) => [String(value.number), named(value.words, value.name)])} />;
  case "role":
    return <Select typed={typed} name={name} label={title} options={(accord.value?.roles ?? []).map((role) => [role.name, named(role.names, role.name)])} />;
  case "party":
    return <Select typed={typed} name={name} label={title} options={(accord.value?.parties ?? []).map((party) => [party.name, named(party.names, party.name)])} />;
  case "group":
    return (
      <fieldset><legend>{title}</legend>
        {(field.members ?? []).map((member) => <Field typed={typed} field={member} name={`${name}.${member.name}`} title={named(member.title, member.name)} />)}
      </fieldset>
    );
  case "text":
    return <Line typed={typed} name={name} label={title} rows={2} />;
  default:
    return <Line typed={typed} name={name} label={title} rows={field.list ? 2 : undefined} hint={field.type === "time" ? DTG : undefined} />;
  }
}

// Whether it may be left out as the form is filled now.
const isOptional = (typed: Typed, { optional, needed_where: where }: FormField): boolean =>
  optional && !where?.values.some(({ number }) => typed.fields[where.field] === String(number));

export const FormFields = ({ typed, form }: { typed: Typed; form: Form }) => (
  <fieldset class="form-fields">
    <legend>{form.form} {named(form.title)}</legend>
    {form.fields.map((field) => (
      <Field key={field.name} typed={typed} field={field} name={field.name} title={named(field.title, field.name) + (isOptional(typed, field) ? ` (${_("if there is one")})` : "")} />
    ))}
    {form.basis ? <Line typed={typed} name="basis" label={_("Legal basis")} /> : null}
    <Line typed={typed} name="reply-by" label={_("Reply by")} hint={DTG} />
  </fieldset>
);
