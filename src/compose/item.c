#include "compose/item.h"

#include "compose/act.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

static enum exit_code add_hash(struct draft *d, const json_t *item)
{
	uint8_t hash[HASH_LEN];

	if (json_hex(json_object_get(item, "content"), "hash", hash, sizeof hash) != ERR_OK) {
		say_error(_("{1} has no text: there is nothing of it to release."), json_str(item, "place"));
		say_next("entente read '{1}'", json_str(item, "place"));
		return EXIT_REFUSED;
	}
	draft_field_bytes(d, FIELD_ITEM_HASH, BYTES_OF(hash));
	return EXIT_DONE;
}

/* What the act refers to; *subject is the caller's. */
static enum exit_code find_subject(struct client *c, const struct item_act *act, json_t *item,
				   json_t **subject)
{
	const json_t *became = json_object_get(item, "became");
	const char *place = "";

	if (act->is_about_label)
		place = json_str(became, "label_place");
	else if (act->is_about_recall && strcmp(json_str(item, "kind"), "recall") != 0)
		place = json_str(became, "recall_place");
	if (place[0] != '\0')
		return show_get_entry(c, place, subject);
	if (act->is_about_recall && strcmp(json_str(item, "kind"), "recall") != 0) {
		say_error(_("Nobody has asked for {1} back."), json_str(item, "place"));
		say_next("entente read '{1}'", json_str(item, "place"));
		return EXIT_NOT_FOUND;
	}
	*subject = json_incref(item);
	return EXIT_DONE;
}

static enum exit_code add_text(struct draft *d, const struct item_act *act, const struct options *o)
{
	const char *typed = o->arguments_count > 1 ? o->arguments[1] : NULL;
	enum exit_code code;
	struct buf text;

	if (!act->may_have_text || (typed == NULL && !option_is_given(o, "file")))
		return EXIT_DONE;
	code = text_read(o, typed, &text);
	if (code == EXIT_DONE)
		draft_text(d, text_language(o), NULL, buf_bytes(&text));
	free(text.ptr);
	return code;
}

static enum exit_code compose(struct options *o, const struct item_act *act, struct client *c,
			      struct officer *officer, struct draft *d)
{
	json_t *item = NULL, *subject = NULL;
	enum exit_code code = show_get_entry(c, o->arguments[0], &item);

	if (code == EXIT_DONE)
		code = officer_find_role(officer, o, c);
	if (code == EXIT_DONE)
		code = find_subject(c, act, item, &subject);
	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(subject, "channel")));
	if (code == EXIT_DONE && act->is_under_label)
		d->statement.has_label =
			label_copy(&d->words, json_object_get(item, "label"), &d->statement.label);
	if (code == EXIT_DONE)
		code = draft_refer(d, subject);
	if (code == EXIT_DONE && act->is_of_item && subject != item)
		code = draft_refer(d, item);
	if (code == EXIT_DONE)
		label_keep_origin(&d->words, &d->statement.label, json_str(item, "party"));
	if (code == EXIT_DONE && act->has_hash)
		code = add_hash(d, item);
	if (code == EXIT_DONE && act->fill != NULL)
		code = act->fill(d, o, item);
	if (code == EXIT_DONE)
		code = add_text(d, act, o);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	if (code == EXIT_DONE)
		code = act_file(o, c, d, officer, item, _(act->done));
	json_decref(subject);
	json_decref(item);
	return code;
}

enum exit_code item_run(struct options *o, const struct item_act *act)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	struct draft d;
	enum exit_code code;

	draft_open(&d, act->kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = compose(o, act, &c, &officer, &d);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}
