#include "base/alloc.h"
#include "compose/attach.h"
#include "compose/fill.h"
#include "compose/glossary.h"
#include "compose/parts.h"
#include "compose/post.h"
#include "compose/seal.h"
#include "compose/submit.h"
#include "entente/instance.h"
#include "entente/rows.h"
#include "home/time_text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS_DEFAULT 60000u

static const struct option_row options[] = {
	{ "to", N_("PARTY/ROLE"), N_("action addressee: must act; may be given again") },
	{ "info", N_("PARTY/ROLE"), N_("information addressee: is told; may be given again") },
	{ "precedence", N_("WORD"),
	  N_("FLASH, IMMEDIATE, PRIORITY or ROUTINE (default); of a form its own") },
	{ "form", N_("NAME"), N_("as this form of the accord: entente forms lists them") },
	/* The rows of FILL_OPTIONS, once in full, so that the catalogue has their words. */
	{ "field", N_("NAME=VALUE"),
	  N_("a field of the form; of a pair NAME.ko= and NAME.en=; again for each item of a list") },
	{ "fields", N_("FILE"), N_("take such lines from a file, - for standard input") },
	{ "basis", N_("TEXT"), N_("the legal basis") },
	{ "reply-by", N_("TIME"), N_("when an answer is due") },
	{ "because", N_("TEXT"), N_("say it although something is missing or late, and why") },
	{ "label", N_("LABEL"),
	  N_("a level, then categories with values, as 'S matter:EAST,WEST'; otherwise $ENTENTE_LABEL") },
	{ "rel", N_("CODES"),
	  N_("whom it is released to, as ALBA,BOREA; all parties of the channel if not said") },
	{ "subject", N_("TEXT"), N_("the subject") },
	{ "refers", N_("PLACE"), N_("what it refers to; may be given again") },
	{ "instance", N_("PLACE"),
	  N_("the procedure that it is a step of: what began it, or anything in it") },
	{ "step", N_("STEP"), N_("with --instance and no form: which step") },
	{ "portion", N_("LABEL|TEXT"), N_("one more portion with a label of its own; may be given again") },
	{ "quote", N_("PLACE"), N_("take over the text of an item, with its label") },
	{ "redact", N_("PLACE"),
	  N_("take over from an item the portions and files that the channel may have") },
	{ "file", N_("FILE"), N_("take the text from a file, - for standard input") },
	{ "attach", N_("FILE"), N_("attach a file, up to 64 MiB; may be given again") },
	{ "language", N_("TAG"), N_("the language that the text is authentic in, as ko or en") },
	{ "seal", NULL, N_("seal the words, also where the accord does not ask for it") },
	{ "wait", N_("STEP"), N_("wait for receipt, read, readback, presented or reply") },
	{ "timeout", N_("SPAN"), N_("how long to wait: 30s, 10m; 60s if not said") },
	{ "again", NULL, N_("say again what this terminal signed and has no receipt for; takes no text") },
	{ NULL, NULL, NULL },
};

/* ---- The message. ---- */

static enum exit_code add_channel(struct draft *d, const struct options *o, struct client *c)
{
	struct query q;
	json_t *answer;
	enum exit_code code = draft_address(d, c, o->arguments[0]);

	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/seen");
	query_put(&q, "channel", o->arguments[0]);
	code = client_get(c, &q, &answer);
	if (code == EXIT_DONE && !(parts_are_given(o) && !draft_label_is_given(o)))
		code = draft_label(d, o, json_object_get(answer, "parties"));
	json_decref(answer);
	return code;
}

static enum exit_code add_addressees(struct draft *d, const struct options *o)
{
	enum exit_code code = EXIT_DONE;
	const char *to;
	size_t at = 0;

	while (code == EXIT_DONE && (to = option_next(o, "to", &at)) != NULL)
		code = draft_to(d, to, false);
	at = 0;
	while (code == EXIT_DONE && (to = option_next(o, "info", &at)) != NULL)
		code = draft_to(d, to, true);
	if (code == EXIT_DONE && d->statement.addressees_count == 0) {
		say_error(_("A message is addressed to somebody."));
		say_next(_("the same command with --to PARTY/ROLE; entente accord show lists them"));
		code = EXIT_USAGE;
	}
	return code;
}

/* He may want the record to have it all the same: it stops nothing. */
static void warn_of_ended(const struct draft *d, struct client *c)
{
	json_t *accord = NULL;
	const json_t *role;
	size_t i;

	if (show_get(c, "/accord", &accord) != EXIT_DONE)
		return;
	json_array_foreach(json_object_get(accord, "roles"), i, role)
	{
		uint64_t until_ms = json_uint(role, "until_ms");
		for (size_t n = 0; until_ms != 0 && n < d->statement.addressees_count; n++) {
			if (clock_now().wall.ms < until_ms ||
			    !bytes_equal(d->statement.addressees[n].role, bytes_str(json_str(role, "name"))))
				continue;
			say_error(_("The authority of the post {1} ended at {2}: it reads nothing any more, "
				    "and answers nothing."),
				  json_str(role, "name"), say_time(until_ms));
			say_next(
				_("it goes as it is; entente accord show lists the posts: name one that goes "
				  "on too"));
			break;
		}
	}
	json_decref(accord);
}

static enum exit_code add_references(struct draft *d, const struct options *o, struct client *c)
{
	enum exit_code code = EXIT_DONE;
	const char *place;
	size_t at = 0;

	while (code == EXIT_DONE && (place = option_next(o, "refers", &at)) != NULL) {
		struct query q;
		json_t *entry;
		query_open(&q, "/entry");
		query_put(&q, "place", place);
		code = client_get(c, &q, &entry);
		if (code == EXIT_DONE)
			code = draft_refer(d, entry);
		json_decref(entry);
	}
	return code;
}

/* A procedure that says no form for the step has it named. */
static enum exit_code add_instance(struct draft *d, const struct options *o, struct client *c)
{
	const char *place = option_value(o, "instance"), *step = option_value(o, "step");
	json_t *instance = NULL;
	enum exit_code code;

	if (place == NULL)
		return EXIT_DONE;
	code = instance_get(c, place, &instance);
	if (code == EXIT_DONE)
		code = draft_instance(d, c, instance);
	if (code == EXIT_DONE && step != NULL)
		draft_field_text(d, FIELD_STEP, draft_word(d, step));
	json_decref(instance);
	return code;
}

static enum exit_code add_text(struct draft *d, const struct options *o)
{
	struct buf text;
	enum exit_code code = text_read(o, o->arguments_count > 1 ? o->arguments[1] : NULL, &text);

	if (code == EXIT_DONE)
		draft_text(d, text_language(o), option_value(o, "subject"), buf_bytes(&text));
	free(text.ptr);
	return code;
}

/* A form says what it says by its fields; words beside them are possible, and nobody agreed on them. */
static enum exit_code add_content(struct draft *d, const struct options *o, struct client *c,
				  const json_t *form)
{
	bool has_text = o->arguments_count > 1 || option_is_given(o, "file");
	enum exit_code code = EXIT_DONE;
	const char *path;
	size_t at = 0;

	if (form != NULL)
		code = form_fill(d, o, c, form, FORM_ACT_ANNOUNCE, NULL);
	if (code == EXIT_DONE && (has_text || (form == NULL && !parts_are_given(o))))
		code = add_text(d, o);
	while (code == EXIT_DONE && (path = option_next(o, "attach", &at)) != NULL)
		code = attach_file(c, d, path);
	return code == EXIT_DONE && parts_are_given(o) ? parts_add(d, o, c) : code;
}

static enum exit_code find_form(const struct options *o, struct client *c, json_t **form)
{
	const char *name = option_value(o, "form");

	*form = NULL;
	if (name != NULL)
		return form_get(c, name, 0, form);
	return form_is_missed(o);
}

static enum exit_code build(struct draft *d, struct officer *officer, const struct options *o,
			    struct client *c, const json_t *form)
{
	const char *word = option_value(o, "precedence");
	enum exit_code code = draft_precedence(d, o, word == NULL ? json_str(form, "precedence") : word);

	if (code == EXIT_DONE)
		code = add_addressees(d, o);
	if (code == EXIT_DONE)
		code = add_channel(d, o, c);
	if (code == EXIT_DONE)
		code = add_references(d, o, c);
	if (code == EXIT_DONE)
		code = add_instance(d, o, c);
	if (code == EXIT_DONE)
		code = officer_find_role(officer, o, c);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c); /* a node must not have what is attached, in clear */
	if (code == EXIT_DONE)
		code = add_content(d, o, c, form);
	if (code == EXIT_DONE) {
		glossary_warn(c, d);
		warn_of_ended(d, c);
	}
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	return code;
}

/* The words were checked before anything was filed. */
static enum exit_code follow(struct client *c, const struct options *o, const struct draft *d,
			     const char *place)
{
	const char *wait = option_value(o, "wait"), *timeout = option_value(o, "timeout");
	uint64_t ms = WAIT_MS_DEFAULT;
	enum exit_code code;

	if (wait == NULL)
		return check_lines(c, d, place, o->is_json);
	if (timeout != NULL && span_read(timeout, &ms) != ERR_OK)
		return EXIT_USAGE;
	code = wait_for_step(c, o, place, wait_step_find(wait), ms);
	if (code == EXIT_TIMEOUT && check_lines(c, d, place, o->is_json) == EXIT_LINE_DOWN)
		return EXIT_LINE_DOWN; /* that is why */
	if (code == EXIT_DONE && !o->is_json)
		say(_("{1} has come: {2}\n"), wait_step_name(wait_step_find(wait)), place);
	return code;
}

static enum exit_code check_wait(const struct options *o)
{
	const char *wait = option_value(o, "wait"), *timeout = option_value(o, "timeout");
	uint64_t ms;

	if (wait != NULL && wait_step_find(wait) == NULL) {
		say_error(_("{1} is no step to wait for: receipt, read, readback, presented or reply."),
			  wait);
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	if (timeout != NULL && span_read(timeout, &ms) != ERR_OK) {
		say_error(_("{1} is no span of time: write 30s, 10m or 2h."), timeout);
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static enum exit_code send_new(struct options *o, struct client *c)
{
	struct officer officer = { 0 };
	struct posted posted = { 0 };
	json_t *form = NULL;
	struct draft d;
	enum exit_code code;

	draft_open(&d, KIND_MESSAGE);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = find_form(o, c, &form);
	if (code == EXIT_DONE)
		code = build(&d, &officer, o, c, form);
	if (code == EXIT_DONE)
		code = post_or_submit(c, &d, &officer, &posted);
	if (code == EXIT_DONE && o->is_json) {
		json_t *out = posted.is_waiting ? posted_json(&posted)
						: json_pack("{s:s, s:s, s:s}", "err", "OK", "place",
							    posted.place, "step", "QUEUED");
		json_say(out);
		json_decref(out);
	} else if (code == EXIT_DONE && posted.is_waiting) {
		posted_say(&posted);
	} else if (code == EXIT_DONE) {
		say("{1}  {2}\n", posted.place, _("QUEUED"));
	}
	fflush(stdout);
	if (code == EXIT_DONE && !posted.is_waiting)
		code = follow(c, o, &d, posted.place);
	else if (code == EXIT_DONE && option_is_given(o, "wait"))
		code = EXIT_TIMEOUT; /* no step comes before others have approved it */
	(void)outbox_sweep(c);
	json_decref(form);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

static enum exit_code run(struct options *o)
{
	enum exit_code code = check_wait(o);
	struct client c;

	if (code == EXIT_DONE && o->arguments_count == 0 && !option_is_given(o, "again")) {
		say_error(_("On which channel?"));
		say_next("entente send CHANNEL --to PARTY/ROLE --label LEVEL \"...\"");
		code = EXIT_USAGE;
	}
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code != EXIT_DONE)
		return code;
	code = option_is_given(o, "again") ? outbox_again(&c, o) : send_new(o, &c);
	login_close(&c);
	return code;
}

const struct command_row command_send = {
	"send", "CHANNEL [TEXT]", 0, 2, N_("sign a message and put it into the record"), options, run, false,
};
