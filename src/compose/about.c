#include "compose/about.h"

#include "compose/act.h"
#include "compose/seal.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

struct subject {
	json_t *entry; /* what was named */
	json_t *first; /* where its number is from; of a correction the same as entry */
	json_t *last;  /* what stands now; of a correction the same as entry */
	json_t *form;
};

static void subject_close(struct subject *s)
{
	json_decref(s->entry);
	json_decref(s->first);
	json_decref(s->last);
	json_decref(s->form);
}

/* Whatever stands under a number names it. */
static enum exit_code find_number(struct client *c, struct subject *s)
{
	const json_t *life = json_object_get(s->entry, "life");
	enum exit_code code;

	if (json_str(life, "state")[0] == '\0') {
		say_error(_("{1} is no form that this accord knows, so nothing stands under its number."),
			  json_str(s->entry, "place"));
		say_next(_("entente rectify '{1}' corrects any message of your own"),
			 json_str(s->entry, "place"));
		return EXIT_REFUSED;
	}
	code = show_get_entry(c, json_str(life, "number"), &s->first);
	if (code == EXIT_DONE)
		code = show_get_entry(c, json_str(life, "last"), &s->last);
	return code == EXIT_DONE ? form_get(c, json_str(s->first, "form"), 0, &s->form) : code;
}

static enum exit_code find_subject(struct client *c, const struct options *o, const struct about *about,
				   struct subject *s)
{
	enum exit_code code = show_get_entry(c, o->arguments[0], &s->entry);

	if (code != EXIT_DONE || about->act != FORM_ACT_ANNOUNCE)
		return code == EXIT_DONE ? find_number(c, s) : code;
	s->first = json_incref(s->entry);
	s->last = json_incref(s->entry);
	return form_get_correction(c, &s->form);
}

/* Those that it went to; an answer went to the author of what it answered. */
static enum exit_code copy_addressees(struct client *c, struct draft *d, const json_t *said)
{
	const json_t *to;
	json_t *asked = NULL;
	enum exit_code code = EXIT_DONE;
	char text[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];
	size_t i;

	json_array_foreach(json_object_get(said, "to"), i, to)
	{
		struct buf out = { (uint8_t *)text, 0, sizeof text - 1, false };
		buf_put_str(&out, json_str(to, "party"));
		buf_put_byte(&out, '/');
		buf_put_str(&out, json_str(to, "role"));
		text[out.len] = '\0';
		code = draft_to(d, text, json_flag(to, "information"));
		if (code != EXIT_DONE)
			return code;
	}
	if (d->statement.addressees_count > 0 || json_array_size(json_object_get(said, "refers")) == 0)
		return code;
	code = show_get_entry(c, json_string_value(json_array_get(json_object_get(said, "refers"), 0)),
			      &asked);
	if (code == EXIT_DONE) {
		struct buf out = { (uint8_t *)text, 0, sizeof text - 1, false };
		buf_put_str(&out, json_str(asked, "party"));
		buf_put_byte(&out, '/');
		buf_put_str(&out, json_str(asked, "role"));
		text[out.len] = '\0';
		code = draft_to(d, text, false);
	}
	json_decref(asked);
	return code;
}

static enum exit_code add_precedence(struct draft *d, const struct options *o, const struct subject *s,
				     enum form_act act)
{
	const char *word = act == FORM_ACT_AMEND ? option_value(o, "precedence") : NULL;

	if (word == NULL)
		word = json_str(s->last, "precedence");
	if (word[0] == '\0')
		word = json_str(s->form, "precedence");
	return draft_precedence(d, o, word);
}

static enum exit_code add_reason(struct draft *d, const struct options *o, const struct about *about)
{
	uint8_t memory[FORM_TEXT_LEN_MAX + 16];
	struct buf out = BUF_ON(memory);
	enum exit_code code;
	struct buf text;

	if (!about->has_reason)
		return EXIT_DONE;
	code = text_read(o, o->arguments_count > 1 ? o->arguments[1] : NULL, &text);
	if (code == EXIT_DONE) {
		cbor_put_text(&out, buf_bytes(&text));
		if (buf_check(&out) == ERR_OK && text.len <= FORM_TEXT_LEN_MAX) {
			draft_field(d, FORM_FIELD_REASON, buf_bytes(&out), true);
		} else {
			say_error(_("The text is longer than {1} bytes."), say_number(FORM_TEXT_LEN_MAX));
			say_next(_("give a shorter reason; nothing was sent"));
			code = EXIT_REFUSED;
		}
	}
	free(text.ptr);
	return code;
}

/* The form that corrects refers to its subject first, and has a field that says so. */
static void add_subject(struct draft *d, const json_t *form)
{
	static const uint8_t first[] = { 0 };
	const json_t *field;
	size_t i;

	json_array_foreach(json_object_get(form, "fields"), i, field)
	{
		if (strcmp(json_str(field, "type"), "ref") == 0 && !json_flag(field, "list") &&
		    !json_flag(field, "optional")) {
			draft_field(d, json_uint(field, "number"), BYTES_OF(first), false);
			json_object_set_new((json_t *)(uintptr_t)field, "optional", json_true());
			return;
		}
	}
}

static enum exit_code compose(struct options *o, const struct about *about, struct client *c,
			      struct officer *officer, struct draft *d, const struct subject *s)
{
	enum exit_code code = officer_find_role(officer, o, c);

	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(s->first, "channel")));
	if (code == EXIT_DONE && !bytes_equal(d->statement.party, bytes_str(json_str(s->first, "party")))) {
		say_error(_("{1} was said by {2}, and only who said it corrects, amends, cancels or closes "
			    "it."),
			  json_str(s->first, "place"), json_str(s->first, "party"));
		say_next(_("tell them: entente query '{1}'"), json_str(s->first, "place"));
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE)
		code = draft_refer(d, s->first);
	if (code == EXIT_DONE)
		code = copy_addressees(c, d, s->last);
	if (code == EXIT_DONE)
		code = add_precedence(d, o, s, about->act);
	if (code == EXIT_DONE && about->act == FORM_ACT_ANNOUNCE)
		add_subject(d, s->form);
	if (code == EXIT_DONE)
		code = form_fill(d, o, c, s->form, about->act, about->act == FORM_ACT_AMEND ? s->last : NULL);
	if (code == EXIT_DONE)
		code = add_reason(d, o, about);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	return code == EXIT_DONE ? act_file(o, c, d, officer, s->first, _(about->done)) : code;
}

enum exit_code about_run(struct options *o, const struct about *about)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	struct subject s = { 0 };
	struct draft d;
	enum exit_code code;

	draft_open(&d, KIND_MESSAGE);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = find_subject(&c, o, about, &s);
	if (code == EXIT_DONE)
		code = compose(o, about, &c, &officer, &d, &s);
	subject_close(&s);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}
