/* The watch is handed over: by who goes, with what is open; by who comes, who reads it again. */
#include "base/alloc.h"
#include "compose/act.h"
#include "entente/roster.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/login.h"
#include "wire/roster.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "note", N_("TEXT"), N_("offer: why what is not resolved is handed over") },
	{ "label", N_("LEVEL"), N_("offer: the level; it stays in the home channel") },
	{ "rel", N_("CODES"), N_("offer: to whom it is released; the own party if not said") },
	{ NULL, NULL, NULL },
};

static enum exit_code get_open(struct client *c, const char *post, json_t **out)
{
	struct query q;

	query_open(&q, "/watch");
	query_put(&q, "open", post);
	return client_get(c, &q, out);
}

/* What stands unresolved comes first and loud; whether the watch is handed over so, the node says. */
static void say_open(const json_t *watch)
{
	const json_t *item;
	size_t i;

	for (int pass = 0; pass < 2; pass++) {
		json_array_foreach(json_object_get(watch, "open"), i, item)
		{
			bool is_unresolved = json_flag(item, "unresolved");
			if (is_unresolved != (pass == 0))
				continue;
			say_note("  {1}  {2}  {3}  {4}", is_unresolved ? _("NOT RESOLVED") : _("handed over"),
				 json_str(item, "precedence"), json_str(item, "place"),
				 show_step(json_str(item, "what")));
		}
	}
}

/* ---- offer ---- */

static void put_items(struct draft *d, const json_t *watch)
{
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX);
	struct buf value = { memory, 0, ENTRY_LEN_MAX, false };
	const json_t *open = json_object_get(watch, "open"), *item;
	size_t i;

	cbor_put_array(&value, 5 * json_array_size(open));
	json_array_foreach(open, i, item)
	{
		struct relief_item one = { json_uint(item, "channel"), json_uint(item, "epoch"),
					   json_uint(item, "index"), bytes_str(json_str(item, "party")),
					   bytes_str(json_str(item, "what")) };
		relief_item_put(&one, &value);
	}
	draft_field(d, FIELD_RELIEF_ITEMS, buf_bytes(&value), false);
	free(memory);
}

static enum exit_code fill_offer(struct draft *d, struct client *c, const struct officer *officer, void *self)
{
	const struct options *o = self;
	const char *post = o->arguments[1], *note = option_value(o, "note");
	json_t *watch = NULL;
	enum exit_code code = get_open(c, post, &watch);

	(void)officer;
	if (code == EXIT_DONE)
		say_open(watch);
	if (code == EXIT_DONE && json_array_size(json_object_get(watch, "open")) > RELIEF_ITEMS_MAX) {
		say_error(_("More is open than one relief hands over: {1} of at most {2}."),
			  say_number(json_array_size(json_object_get(watch, "open"))),
			  say_number(RELIEF_ITEMS_MAX));
		say_next("entente inbox");
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE) {
		draft_field_text(d, FIELD_POST, bytes_str(post));
		put_items(d, watch);
		if (note != NULL)
			draft_field_text(d, FIELD_RELIEF_NOTE, bytes_str(note));
	}
	json_decref(watch);
	return code;
}

static enum exit_code run_offer(struct options *o)
{
	return home_file(o, KIND_RELIEF, _("The relief is offered as {1}; another person accepts it."),
			 fill_offer, o);
}

/* ---- accept ---- */

static const struct act accepting = {
	.kind = KIND_RELIEF_ACCEPTED,
	.text = ACT_TEXT_NONE,
	.done = N_("{1} accepts the relief {2}: from now on the watch is yours."),
};

/* The offer of the post that waits. */
static enum exit_code find_offer(struct options *o, const char *name, char place[PLACE_TEXT_LEN])
{
	json_t *watch = NULL;
	const json_t *post;
	struct client c;
	enum exit_code code = login_open(&c, o);
	size_t i;

	place[0] = '\0';
	if (code == EXIT_DONE)
		code = show_get(&c, "/watch", &watch);
	login_close(&c);
	json_array_foreach(json_object_get(watch, "posts"), i, post)
	{
		if (strcmp(json_str(post, "post"), name) == 0 && json_flag(post, "waits"))
			say_fill(place, PLACE_TEXT_LEN, "{1}", json_str(post, "offer"));
	}
	json_decref(watch);
	if (code == EXIT_DONE && place[0] == '\0') {
		say_error(_("No relief of {1} is offered."), name);
		say_next(_("entente relief offer {1}, by who goes"), name);
		code = EXIT_NOT_FOUND;
	}
	return code;
}

static enum exit_code run_accept(struct options *o)
{
	char place[PLACE_TEXT_LEN];
	char *arguments[] = { place };
	struct options accept = *o;
	enum exit_code code = find_offer(o, o->arguments[1], place);

	accept.arguments = arguments;
	accept.arguments_count = 1;
	return code == EXIT_DONE ? act_run(&accept, &accepting) : code;
}

/* ---- show ---- */

static enum exit_code run_show(struct options *o)
{
	json_t *watch = NULL;
	const json_t *post, *place;
	struct client c;
	enum exit_code code = login_open(&c, o);
	size_t i, p;

	if (code == EXIT_DONE)
		code = o->arguments_count > 1 ? get_open(&c, o->arguments[1], &watch)
					      : show_get(&c, "/watch", &watch);
	login_close(&c);
	if (code == EXIT_DONE && o->is_json)
		json_say(watch);
	json_array_foreach(json_object_get(watch, "posts"), i, post)
	{
		if (o->is_json)
			break;
		if (json_flag(post, "waits"))
			say(_("{1}: a relief is offered: {2}\n"), json_str(post, "post"),
			    json_str(post, "offer"));
		else if (json_object_get(post, "accepted") != NULL)
			say(_("{1}: relieved at {2}\n"), json_str(post, "post"),
			    say_time(json_uint(post, "accepted_ms")));
		json_array_foreach(json_object_get(post, "again"), p, place)
			say(_("  to be read again: {1}\n"), json_string_value(place));
	}
	if (code == EXIT_DONE && !o->is_json)
		say_open(watch);
	json_decref(watch);
	return code;
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "show", 1, 2, run_show },
		{ "offer --note --label --rel", 2, 2, run_offer },
		{ "accept", 2, 2, run_accept },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_relief = {
	"relief",
	"[show [POST] | offer POST | accept POST]",
	0,
	2,
	N_("hand the watch of a post over with what is open, or take it"),
	options,
	run,
	false,
};
