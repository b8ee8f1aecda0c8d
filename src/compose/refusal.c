#include "compose/refusal.h"

#include "base/attr.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/options.h"
#include "wire/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a statement says, and what it is said of: with the rule that it broke, what to type next. */
static const struct {
	enum kind kind;
	const char *word;   /* N_() */
	bool is_on_message; /* of another party, after its WATCH READ but for that itself */
} acts[] = {
	{ KIND_WATCH_READ, N_("WATCH READ"), true },
	{ KIND_READ_BACK, N_("READ BACK"), true },
	{ KIND_MARK, N_("mark"), false },
	{ KIND_PRESENTED, N_("PRESENTED"), true },
	{ KIND_REPLY, N_("reply"), true },
	{ KIND_DECLINE, N_("decline"), true },
	{ KIND_DEFER, N_("defer"), true },
	{ KIND_QUERY, N_("query"), false },
	{ KIND_NEGATIVE, N_("NEGATIVE"), false },
	{ KIND_ERASE, N_("erase"), false },
	{ KIND_RECALL, N_("recall"), false },
	{ KIND_DOWNGRADE, N_("downgrade"), false },
	{ KIND_RELABEL, N_("relabel"), false },
};

static size_t find_act(const struct draft *d)
{
	size_t i = 0;

	while (i < ARRAY_COUNT(acts) && acts[i].kind != d->statement.kind)
		i++;
	return i;
}

/* NULL: the node does not have it for who asks, or does not answer. */
static json_t *get_quietly(struct client *c, struct query *q)
{
	struct client_answer answer;
	json_t *found = NULL;

	if (client_ask(c, "GET", query_target(q), (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return NULL;
	if (answer.status == 200)
		found = json_incref(answer.json);
	client_answer_finish(&answer);
	return found;
}

#define SUBJECT_LEN 128u

/* Of the entry that it refers to; false: it refers to none. */
static bool put_subject(const struct draft *d, char place[SUBJECT_LEN])
{
	const struct place *p = &d->statement.refers[0];
	char party[PARTY_NAME_MAX + 1];

	if (d->statement.refers_count == 0 || bytes_copy_str(p->party, party, sizeof party) != ERR_OK)
		return false;
	say_fill(place, SUBJECT_LEN, "{1}/{2} {3}.{4}", party, say_number(p->channel), say_number(p->epoch),
		 say_number(p->index));
	return true;
}

/* The entry that it refers to, as the node has it; NULL: it has none, or does not answer. */
static json_t *get_subject(struct client *c, const struct draft *d)
{
	char place[SUBJECT_LEN];
	struct query q;

	if (!put_subject(d, place))
		return NULL;
	query_open(&q, "/entry");
	query_put(&q, "place", place);
	return get_quietly(c, &q);
}

static const char *next_of(const struct draft *d)
{
	size_t i = find_act(d);

	if (d->statement.kind == KIND_MARK)
		return _("entente ladder PLACE, of your own message, names what was read back");
	return i < ARRAY_COUNT(acts) && acts[i].is_on_message
		       ? _("entente inbox lists the messages to your party, with their places")
		       : _("entente read PLACE shows what stands there, entente log what there is");
}

static bool say_refers(const struct draft *d, const json_t *entry)
{
	size_t i = find_act(d);

	if (i == ARRAY_COUNT(acts))
		return false;
	if (show_is_void(entry)) {
		say_error(_("{1} cannot be said of {2}: it counts for nothing, VOID {3} (REFERS)."),
			  _(acts[i].word), json_str(entry, "place"), json_str(entry, "verdict"));
		say_next("entente read '{1}'", json_str(entry, "place"));
		return true;
	}
	say_error(_("{1} cannot be said of {2}: that was said by {3} and is: {4} (REFERS)."), _(acts[i].word),
		  json_str(entry, "place"), json_str(entry, "party"), show_kind(entry));
	say_next("{1}", next_of(d));
	return true;
}

/* The door asks one step of whoever answers a message: that his party has read it. */
static bool say_step(const struct draft *d, const json_t *entry)
{
	size_t i = find_act(d);

	if (i == ARRAY_COUNT(acts) || !acts[i].is_on_message)
		return false;
	say_error(_("{1} comes after WATCH READ, and nobody here has said that of {2} (STEP)."),
		  _(acts[i].word), json_str(entry, "place"));
	say_next(_("entente ack '{1}', then the same command again"), json_str(entry, "place"));
	return true;
}

/* Of an item what was said of it before stands in the way, and no step before it is missing. */
static bool say_taken(const struct draft *d, const json_t *entry)
{
	static const struct {
		enum kind kind;
		const char *text; /* N_() */
	} rows[] = {
		{ KIND_RECALL,
		  N_("{1} was asked back before, and is again only when every party has answered and "
		     "one has refused (STEP).") },
		{ KIND_RECALL_DONE, N_("{1} was answered by your party before (STEP).") },
		{ KIND_RECALL_REFUSED, N_("{1} was answered by your party before (STEP).") },
		{ KIND_DOWNGRADE, N_("The label of {1} has had another in its place since (STEP).") },
		{ KIND_RELABEL, N_("The label of {1} has had another in its place since (STEP).") },
		{ KIND_RELEASE, N_("{1} was asked back, or has another label since (STEP).") },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].kind != d->statement.kind)
			continue;
		say_error(_(rows[i].text), json_str(entry, "place"));
		say_next("entente read '{1}'", json_str(entry, "place"));
		return true;
	}
	return false;
}

static bool has_name(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

/* Why it is none, by the accord; NULL: nothing is wrong with it. */
static const char *why_no_addressee(const struct draft *d, const json_t *accord, const char *party,
				    const char *role, bool is_asked)
{
	const json_t *row = show_find(json_object_get(accord, "roles"), role), *channel, *observers = NULL;
	size_t i;

	if (show_find(json_object_get(accord, "parties"), party) == NULL)
		return N_("{1} is no addressee: the accord has no party {2} (ADDRESSEE).");
	json_array_foreach(json_object_get(accord, "channels"), i, channel)
	{
		if (json_uint(channel, "number") != d->statement.channel)
			continue;
		if (!has_name(json_object_get(channel, "parties"), party))
			return N_("{1} is no addressee here: {2} is not on channel {4} (ADDRESSEE).");
		observers = json_object_get(channel, "observers");
	}
	if (is_asked && has_name(observers, party))
		return N_("{1} is asked nothing here: {2} observes on channel {4}, and is told with --info "
			  "(ADDRESSEE).");
	if (bytes_equal(d->statement.party, bytes_str(party)))
		return N_("{1} is of your own party, which does not write to itself here (ADDRESSEE).");
	if (row == NULL)
		return N_("{1} is no addressee: the accord has no role {3} (ADDRESSEE).");
	if (!has_name(json_object_get(row, "parties"), party))
		return N_("{1} is no addressee: {2} has no role {3} (ADDRESSEE).");
	return NULL;
}

static bool say_addressees(struct client *c, const struct draft *d)
{
	const struct statement *s = &d->statement;
	json_t *accord = NULL;
	struct query q;
	bool is_said = false;

	query_open(&q, "/accord");
	if (client_get(c, &q, &accord) != EXIT_DONE)
		return true;
	for (size_t i = 0; i < s->addressees_count && !is_said; i++) {
		char party[PARTY_NAME_MAX + 1], role[ROLE_NAME_MAX + 1];
		char whole[sizeof party + sizeof role];
		const char *why;
		if (bytes_copy_str(s->addressees[i].party, party, sizeof party) != ERR_OK ||
		    bytes_copy_str(s->addressees[i].role, role, sizeof role) != ERR_OK)
			continue;
		why = why_no_addressee(d, accord, party, role, !s->addressees[i].is_information);
		if (why == NULL)
			continue;
		say_fill(whole, sizeof whole, "{1}/{2}", party, role);
		say_error(_(why), whole, party, role, say_number(s->channel));
		is_said = true;
	}
	if (is_said)
		say_next(_("entente accord show lists the parties of each channel and the roles; for your "
			   "own party "
			   "there is the home channel"));
	json_decref(accord);
	return is_said;
}

/* Fields are not sealed: of what has its words there. */
static bool say_sealing(const struct draft *d)
{
	if (!kind_is_dialogue(d->statement.kind) && d->statement.kind != KIND_ATTEMPT)
		return false;
	say_error(_("Its words would stand unsealed on channel {1}, which the accord seals (SEALING)."),
		  say_number(d->statement.channel));
	say_next(_("say it on a channel that is not sealed, or in a message: entente send"));
	return true;
}

/* Of a text that is signed too early. */
static bool say_hold(const json_t *refusal)
{
	say_error(_("The hold is not over on its own clock: it goes on for {1} (HOLD)."),
		  say_span(json_uint(refusal, "hold_ms")));
	say_next(_("the same command then"));
	return true;
}

/* The text that it has the hash of: an endorsement refers to it, an agreement to a record names it. */
static json_t *get_text(struct client *c, const struct draft *d)
{
	struct bytes name = dialogue_text(&d->statement, DIALOGUE_TO);
	char place[SUBJECT_LEN], word[DIALOGUE_NAME_MAX + 1];
	json_t *texts = NULL;
	struct query q;

	if (d->statement.kind != KIND_ACT) {
		if (!put_subject(d, place))
			return NULL;
	} else if (bytes_copy_str(name, word, sizeof word) == ERR_OK) {
		query_open(&q, "/dialogues");
		query_put(&q, "kind", "text");
		query_put(&q, "name", word);
		texts = get_quietly(c, &q);
		say_fill(place, sizeof place, "{1}",
			 json_str(json_array_get(json_object_get(texts, "things"), 0), "place"));
		json_decref(texts);
	}
	query_open(&q, "/text");
	query_put(&q, "place", place);
	query_put_number(&q, "unit", UINT32_MAX);
	return get_quietly(c, &q);
}

/* Whoever is shown a text in part has the hash of that part, however often he asks. */
static bool say_part(struct client *c, const struct draft *d)
{
	json_t *text = get_text(c, d);
	bool is_part = text != NULL && !json_flag(text, "whole");

	if (is_part) {
		say_error(_("You are shown {1} as far as you may know of it, and its hash is not that of the "
			    "whole (STALE)."),
			  json_str(text, "name"));
		say_next(_("if entente text show {1} says the same again, this is for an officer who is "
			   "cleared for the whole channel: entente keys shows who has which role"),
			 json_str(text, "name"));
	}
	json_decref(text);
	return is_part;
}

enum exit_code refusal_explain(struct client *c, const struct draft *d, const struct client_answer *a)
{
	const json_t *object = json_is_array(a->json) ? json_array_get(a->json, 0) : a->json;
	const char *rule = json_str(object, "rule");
	bool is_said = false;
	json_t *entry = NULL;

	if (strcmp(rule, "HOLD") == 0)
		is_said = say_hold(object);
	else if (strcmp(rule, "SEALING") == 0)
		is_said = say_sealing(d);
	else if (strcmp(rule, "STALE") == 0)
		is_said = say_part(c, d);
	else if (strcmp(rule, "ADDRESSEE") == 0)
		is_said = say_addressees(c, d);
	else if (strcmp(rule, "REFERS") == 0 || strcmp(rule, "STEP") == 0)
		entry = get_subject(c, d);
	if (entry != NULL)
		is_said = strcmp(rule, "STEP") == 0 ? say_step(d, entry) || say_taken(d, entry)
						    : say_refers(d, entry);
	json_decref(entry);
	if (is_said)
		return EXIT_REFUSED;
	return client_explain(a);
}
