#include "compose/act.h"

#include "base/limits.h"
#include "compose/fill.h"
#include "compose/submit.h"
#include "home/time_text.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/unseal.h"

#include <stdlib.h>
#include <string.h>

/* A mark refers to the READ BACK; a person may name the message when there is one only. */
static enum exit_code find_read_back(struct client *c, json_t **entry)
{
	const json_t *ladder;
	const char *place = NULL;
	size_t i, count = 0;
	enum exit_code code;
	json_t *message = *entry;

	if (strcmp(json_str(message, "kind"), "read back") == 0)
		return EXIT_DONE;
	json_array_foreach(json_object_get(message, "ladders"), i, ladder)
	{
		const json_t *offered = json_object_get(ladder, "read_back_offered");
		/* One READ BACK speaks for all roles of its party. */
		if (offered == NULL || (place != NULL && strcmp(place, json_str(offered, "evidence")) == 0))
			continue;
		place = json_str(offered, "evidence");
		count++;
	}
	if (count != 1) {
		if (count == 0)
			say_error(_("Nobody has read {1} back."), json_str(message, "place"));
		else
			say_error(_("{1} was read back by {2} parties; name the READ BACK itself."),
				  json_str(message, "place"), say_number(count));
		say_next("entente ladder '{1}'", json_str(message, "place"));
		return EXIT_NOT_FOUND;
	}
	*entry = NULL;
	code = show_get_entry(c, place, entry);
	json_decref(message);
	return code;
}

/* What of it the node has whole now: the officer signs which he could open. */
static void add_attachments(struct draft *d, struct client *c, const json_t *entry)
{
	uint8_t hashes[ATTACHMENTS_MAX][HASH_LEN];
	const json_t *attachment;
	size_t i, count = 0;

	if (json_array_size(json_object_get(entry, "attachments")) == 0)
		return;
	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		if (count < ATTACHMENTS_MAX && show_is_whole(c, json_str(entry, "place"), attachment) &&
		    json_hex(attachment, "hash", hashes[count], HASH_LEN) == ERR_OK)
			count++;
	}
	draft_field_hashes(d, FIELD_READ_ATTACHMENTS, hashes, count);
}

static enum exit_code add_text(struct draft *d, const struct act *act, const struct options *o)
{
	const char *typed = o->arguments_count > 1 ? o->arguments[1] : NULL;
	enum exit_code code;
	struct buf text;

	if (act->text == ACT_TEXT_NONE || ((act->text == ACT_TEXT_MAY || d->statement.has_form) &&
					   typed == NULL && !option_is_given(o, "file")))
		return EXIT_DONE;
	code = text_read(o, typed, &text);
	if (code == EXIT_DONE)
		draft_text(d, text_language(o), NULL, buf_bytes(&text));
	free(text.ptr);
	return code;
}

static enum exit_code add_form(struct draft *d, const struct options *o, struct client *c)
{
	const char *name = option_value(o, "form");
	json_t *form = NULL;
	enum exit_code code;

	if (name == NULL)
		return form_is_missed(o);
	code = form_get(c, name, 0, &form);
	if (code == EXIT_DONE)
		code = form_fill(d, o, c, form, FORM_ACT_ANNOUNCE, NULL);
	json_decref(form);
	return code;
}

enum exit_code act_file(const struct options *o, struct client *c, struct draft *d,
			const struct officer *officer, const json_t *entry, const char *done)
{
	struct posted posted = { 0 };
	const char *place = posted.place;
	enum exit_code code =
		officer == NULL ? post_draft(c, d, posted.place) : post_or_submit(c, d, officer, &posted);

	if (code != EXIT_DONE)
		return code;
	if (posted.is_waiting) {
		json_t *out = posted_json(&posted);
		if (o->is_json)
			json_say(out);
		else
			posted_say(&posted);
		json_decref(out);
		return EXIT_DONE;
	}
	if (o->is_json) {
		json_t *out = json_pack("{s:s, s:s, s:s, s:b}", "err", "OK", "place", place, "refers",
					json_str(entry, "place"), "said", posted.is_said);
		json_say(out);
		json_decref(out);
	} else if (posted.is_said) {
		say(_("It was said before: {1}. Nothing was filed.\n"), place);
	} else {
		say(done, place, json_str(entry, "place"));
		say("\n");
	}
	return check_lines(c, d, place, o->is_json);
}

static enum exit_code add_addressee(struct draft *d, const struct options *o, const json_t *entry)
{
	const char *word = option_value(o, "precedence");
	char to[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];
	enum exit_code code = draft_precedence(d, o, word == NULL ? "" : word);

	say_fill(to, sizeof to, "{1}/{2}", json_str(entry, "party"), json_str(entry, "role"));
	return code == EXIT_DONE ? draft_to(d, to, false) : code;
}

/* Nobody signs that what he has not seen is right, or wrong. */
static enum exit_code refuse_unread(const json_t *entry)
{
	say_error(_("{1} is sealed, and no secret here opens it: nobody marks what he has not read."),
		  json_str(entry, "place"));
	say_next(_("the same command with --identity FILE"));
	return EXIT_REFUSED;
}

static enum exit_code show_marked(struct client *c, const struct options *o, json_t *entry)
{
	struct identities ids = { 0 };
	enum exit_code code = identities_open(&ids, o);

	if (code == EXIT_DONE)
		unseal_entry(entry, &ids, o);
	if (code == EXIT_DONE && json_is_false(json_object_get(entry, "opened")))
		code = refuse_unread(entry);
	if (code == EXIT_DONE && !o->is_json)
		code = show_entry(c, entry);
	identities_close(&ids);
	return code;
}

static enum exit_code compose(struct options *o, const struct act *act, struct client *c,
			      struct officer *officer, struct draft *d, const json_t *entry)
{
	enum exit_code code = officer_find_role(officer, o, c);

	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(entry, "channel")));
	if (code == EXIT_DONE)
		code = draft_refer(d, entry);
	if (code == EXIT_DONE && act->is_addressed)
		code = add_addressee(d, o, entry);
	if (code == EXIT_DONE && act->kind == KIND_WATCH_READ)
		add_attachments(d, c, entry);
	if (code == EXIT_DONE && option_is_given(o, "for"))
		d->statement.acting_for = draft_word(d, option_value(o, "for"));
	if (code == EXIT_DONE && act->fill != NULL)
		code = act->fill(d, o);
	if (code == EXIT_DONE && act->may_be_form)
		code = add_form(d, o, c);
	if (code == EXIT_DONE)
		code = add_text(d, act, o);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	return code == EXIT_DONE ? act_file(o, c, d, officer, entry, _(act->done)) : code;
}

enum exit_code act_run(struct options *o, const struct act *act)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	json_t *entry = NULL;
	struct draft d;
	enum exit_code code;

	draft_open(&d, act->kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = show_get_entry(&c, o->arguments[0], &entry);
	if (code == EXIT_DONE && act->is_on_read_back)
		code = find_read_back(&c, &entry);
	if (code == EXIT_DONE && act->is_on_read_back)
		code = show_marked(&c, o, entry);
	if (code == EXIT_DONE)
		code = compose(o, act, &c, &officer, &d, entry);
	json_decref(entry);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

enum exit_code ahead_read(const char *text, struct wall claimed, const char *next, const char *place,
			  uint64_t *ms)
{
	if (time_text_read(text, claimed, ms) != ERR_OK)
		say_error(_("{1} is no time: it is written as 2h, 30m or 1d from now, or as "
			    "2026-11-24T14:30Z."),
			  text);
	else if (*ms <= claimed.ms)
		say_error(_("{1} is over already by this terminal's clock."), text);
	else if (*ms - claimed.ms > TIME_AHEAD_MAX)
		say_error(_("{1} is further away than {2} days (TIME_AHEAD_MAX)."), text,
			  say_number(TIME_AHEAD_MAX / 86400000));
	else
		return EXIT_DONE;
	say_next(next, place);
	return EXIT_USAGE;
}
