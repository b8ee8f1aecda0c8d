// The fields of a form of the accord, in the words of the accord.

import { h } from "preact";
import { signal } from "@preact/signals";
import type { Typed } from "../keep/drafts.js";
import { ask } from "../node/ask.js";
import { accord, asked } from "../node/record.js";
import type { Entry, Form, FormField } from "../node/shapes.js";
import { _, named } from "../words/say.js";
import { Group } from "./parts.js";
import { change } from "./typing.js";

export const forms = signal<Form[]>([]);

export async function loadForms(): Promise<void> {
  await asked(ask<{ forms: Form[] }>("/forms"), (answer) => { forms.value = answer.forms; });
}

export function formOf(typed: Typed): Form | undefined {
  return forms.value.find((form) => form.form === typed.form && form.newest);
}

// about: what is replied to; only forms that are replies, and that may come after its own.
export function FormChoice({ typed, plane, about }: { typed: Typed; plane: string; about?: Entry }) {
  const usable = forms.value.filter((form) => form.newest && form.reply === (about !== undefined) && form.planes.includes(plane) &&
    (about === undefined || form.after.length === 0 || form.after.includes(about.filled?.form ?? "")));
  if (about !== undefined && usable.length === 0)
    return null;
  return (
    <label>{_("Form")}
      <select class="form-choice" value={typed.form ?? ""} onChange={(event) => change(typed, { form: event.currentTarget.value || undefined })}>
        <option value="">{_("free text")}</option>
        {usable.map((form) => <option key={form.form} value={form.form}>{form.form} {named(form.title)}</option>)}
      </select>
    </label>
  );
}

export function Input({ typed, name, label, rows, hint }: { typed: Typed; name: string; label: string; rows?: number; hint?: string }) {
  const set = (value: string) => change(typed, { fields: { ...typed.fields, [name]: value } });
  const value = typed.fields[name] ?? "";
  return (
    <label class="field">{label}
      {rows === undefined ? <input type="text" data-field={name} value={value} placeholder={hint} onInput={(event) => set(event.currentTarget.value)} />
        : <textarea rows={rows} data-field={name} value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </label>
  );
}

export function Select({ typed, name, label, options }: { typed: Typed; name: string; label: string; options: [string, string][] }) {
  return (
    <label class="field">{label}
      <select data-field={name} value={typed.fields[name] ?? ""} onChange={(event) => change(typed, { fields: { ...typed.fields, [name]: event.currentTarget.value } })}>
        <option value="">–</option>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </label>
  );
}

const DTG = "281407Z NOV 26";

function Field({ typed, field, name, title }: { typed: Typed; field: FormField; name: string; title: string }) {
  switch (field.type) {
  case "pair":
    return <Group>{(accord.value?.languages ?? []).map((tongue) => <Input typed={typed} name={`${name}.${tongue}`} label={`${title} (${tongue})`} rows={2} />)}</Group>;
  case "span":
    return <Group><Input typed={typed} name={`${name}.from`} label={_("{1}, from", title)} hint={DTG} /><Input typed={typed} name={`${name}.to`} label={_("{1}, to", title)} hint={DTG} /></Group>;
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
    return <Input typed={typed} name={name} label={title} rows={2} />;
  default:
    return <Input typed={typed} name={name} label={title} rows={field.list ? 2 : undefined} hint={field.type === "time" ? DTG : undefined} />;
  }
}

export function FormFields({ typed, form }: { typed: Typed; form: Form }) {
  return (
    <fieldset class="form-fields">
      <legend>{form.form} {named(form.title)}</legend>
      {form.fields.map((field) => (
        <Field key={field.name} typed={typed} field={field} name={field.name} title={named(field.title, field.name) + (field.optional ? ` (${_("if there is one")})` : "")} />
      ))}
      {form.basis ? <Input typed={typed} name="basis" label={_("Legal basis")} /> : null}
      <Input typed={typed} name="reply-by" label={_("Reply by")} hint={DTG} />
    </fieldset>
  );
}
