/* Procedures on the record: begun, each step said, shown; a verb a move. */
#include "compose/act.h"
#include "crypto/hash.h"
#include "entente/instance.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

/* ---- Moves. ---- */

/* What stands behind the place: a step, an option, words. */
enum said { SAID_NOTHING, SAID_STEP, SAID_OPTION };

static const struct move_verb {
	const char *name;
	enum kind kind;
	bool is_about; /* the place is what it is about: a proposal, a recess; else the instance */
	enum said said;
	bool must_have_words;
	const char *done; /* N_(): {1} its place, {2} the instance */
} moves[] = {
	{ "attend", KIND_ATTEND, false, SAID_STEP, false, N_("ATTEND stands as {1}.") },
	{ "leave", KIND_LEAVE, false, SAID_STEP, false, N_("LEAVE stands as {1}.") },
	{ "done", KIND_DONE, false, SAID_STEP, false, N_("DONE stands as {1}.") },
	{ "propose", KIND_PROPOSE, false, SAID_OPTION, true,
	  N_("The proposal stands as {1}; nobody concurs by it.") },
	{ "concur", KIND_CONCUR, true, SAID_NOTHING, false, N_("CONCUR stands as {1}.") },
	{ "withdraw", KIND_WITHDRAW, true, SAID_NOTHING, false, N_("The proposal is withdrawn by {1}.") },
	{ "confirm", KIND_CONFIRM, true, SAID_NOTHING, false,
	  N_("CONFIRM stands as {1}. It is decided when every party's is held.") },
	{ "reserve", KIND_RESERVE, true, SAID_NOTHING, false, N_("The reservation stands as {1}.") },
	{ "object", KIND_OBJECT, true, SAID_NOTHING, false, N_("The objection stands as {1}.") },
	{ "await", KIND_AWAIT, true, SAID_NOTHING, false, N_("AWAIT INSTRUCTIONS stands as {1}.") },
	{ "decide", KIND_DECIDE, false, SAID_OPTION, false,
	  N_("The decision for this government stands as {1}.") },
	{ "recess", KIND_RECESS, false, SAID_NOTHING, false, N_("The recess begins with {1}.") },
	{ "resume", KIND_RESUME, true, SAID_NOTHING, false, N_("The recess ends with {1}.") },
	{ "stand-down", KIND_STAND_DOWN, false, SAID_NOTHING, false,
	  N_("STAND DOWN stands as {1}; it ends when every party has said so.") },
	{ "remark", KIND_REMARK, false, SAID_NOTHING, true, N_("The remark stands as {1}.") },
	{ "end", KIND_END, false, SAID_NOTHING, true, N_("Our participation has ended by {1}.") },
};

static const struct move_verb *move_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(moves); i++) {
		if (strcmp(moves[i].name, name) == 0)
			return &moves[i];
	}
	return NULL;
}

/* Words behind what the verb takes; of a proposal their hash is what is agreed to. */
static enum exit_code add_words(struct draft *d, const struct options *o, const struct move_verb *v)
{
	size_t at = 2 + v->said;
	const char *typed = o->arguments_count > at ? o->arguments[at] : NULL;
	enum exit_code code;
	uint8_t hash[HASH_LEN];
	struct buf text;

	if (!v->must_have_words && typed == NULL && !option_is_given(o, "file"))
		return EXIT_DONE;
	code = text_read(o, typed, &text);
	if (code == EXIT_DONE) {
		hash_sha256(buf_bytes(&text), hash);
		if (v->kind == KIND_PROPOSE)
			draft_field_bytes(d, FIELD_PROPOSE_TEXT, BYTES_OF(hash));
		draft_text(d, text_language(o), NULL, buf_bytes(&text));
	}
	free(text.ptr);
	return code;
}

static enum exit_code add_said(struct draft *d, const struct options *o, const struct move_verb *v)
{
	if (o->arguments_count < 2u + v->said) {
		say_error(v->said == SAID_STEP ? _("Say which step: {1} PLACE STEP.")
					       : _("Say which step and which option: {1} PLACE STEP OPTION."),
			  v->name);
		say_next("entente consult show '{1}'", o->arguments[1]);
		return EXIT_USAGE;
	}
	if (v->said >= SAID_STEP)
		draft_field_text(d, FIELD_STEP, draft_word(d, o->arguments[2]));
	if (v->said == SAID_OPTION)
		draft_field_text(d, FIELD_OPTION, draft_word(d, o->arguments[3]));
	return add_words(d, o, v);
}

static enum exit_code compose(struct options *o, const struct move_verb *v, struct client *c,
			      struct officer *officer, struct draft *d)
{
	json_t *instance = NULL, *about = NULL;
	enum exit_code code = officer_find_role(officer, o, c);

	if (code == EXIT_DONE)
		code = instance_get(c, o->arguments[1], &instance);
	if (code == EXIT_DONE && v->is_about)
		code = show_get_entry(c, o->arguments[1], &about);
	if (code == EXIT_DONE && v->is_about)
		code = draft_refer(d, about);
	if (code == EXIT_DONE)
		code = draft_instance(d, c, instance);
	if (code == EXIT_DONE)
		code = add_said(d, o, v);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	if (code == EXIT_DONE)
		code = act_file(o, c, d, officer, instance, _(v->done));
	json_decref(about);
	json_decref(instance);
	return code;
}

static enum exit_code with_officer(struct options *o, enum kind kind, const void *self,
				   enum exit_code (*compose_it)(struct options *o, const void *self,
								struct client *c, struct officer *officer,
								struct draft *d))
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	struct draft d;
	enum exit_code code;

	draft_open(&d, kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = compose_it(o, self, &c, &officer, &d);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

static enum exit_code compose_move(struct options *o, const void *self, struct client *c,
				   struct officer *officer, struct draft *d)
{
	return compose(o, self, c, officer, d);
}

static enum exit_code do_move(struct options *o)
{
	const struct move_verb *v = move_find(o->arguments[0]);

	return with_officer(o, v->kind, v, compose_move);
}

/* ---- START. ---- */

static const json_t *find_procedure(const json_t *procedures, const char *id)
{
	const json_t *p;
	size_t i;

	json_array_foreach(procedures, i, p)
	{
		if (strcmp(json_str(p, "id"), id) == 0)
			return p;
	}
	return NULL;
}

static enum exit_code read_depth(const struct options *o, uint64_t *out)
{
	static const char *const words[] = { "I", "II", "III" };
	const char *text = option_value(o, "depth");

	*out = DEPTH_MAX;
	for (size_t i = 0; text != NULL && i < ARRAY_COUNT(words); i++) {
		if (strcmp(text, words[i]) == 0 || strcmp(text, say_number(i + 1)) == 0) {
			*out = i + 1;
			return EXIT_DONE;
		}
	}
	if (text == NULL)
		return EXIT_DONE;
	say_error(_("{1} is no depth: I (exchange), II (advise) or III (consult)."), text);
	say_next(_("see entente {1} --help"), "consult");
	return EXIT_USAGE;
}

static enum exit_code name_definition(struct draft *d, const struct options *o, struct client *c,
				      json_t *procedures)
{
	const json_t *p = find_procedure(procedures, o->arguments[2]);
	const char *precedence = option_value(o, "precedence");
	uint8_t hash[HASH_LEN];
	uint64_t depth;
	enum exit_code code;

	if (p == NULL || json_hex(p, "hash", hash, HASH_LEN) != ERR_OK) {
		say_error(_("The accord has no procedure {1}."), o->arguments[2]);
		say_next("entente consult list");
		return EXIT_NOT_FOUND;
	}
	if (precedence == NULL)
		precedence = json_string_value(json_array_get(json_object_get(p, "precedences"), 0));
	code = draft_precedence(d, o, precedence == NULL ? "" : precedence);
	if (code == EXIT_DONE)
		code = read_depth(o, &depth);
	if (code != EXIT_DONE)
		return code;
	draft_field_bytes(d, FIELD_START_DEFINITION, BYTES_OF(hash));
	draft_field_uint(d, FIELD_START_DEPTH, depth);
	if (o->arguments_count > 3)
		draft_text(d, text_language(o), NULL, bytes_str(o->arguments[3]));
	return draft_address(d, c, o->arguments[1]);
}

/* To go on later is a new one, which refers to the old. */
static enum exit_code refer_to_old(struct draft *d, const struct options *o, struct client *c)
{
	const char *place = option_value(o, "refers");
	json_t *entry = NULL;
	enum exit_code code;

	if (place == NULL)
		return EXIT_DONE;
	code = show_get_entry(c, place, &entry);
	if (code == EXIT_DONE)
		code = draft_refer(d, entry);
	json_decref(entry);
	return code;
}

static enum exit_code compose_start(struct options *o, const void *self, struct client *c,
				    struct officer *officer, struct draft *d)
{
	json_t *procedures = NULL, *seen = NULL, *what;
	struct query q;
	enum exit_code code = officer_find_role(officer, o, c);

	(void)self;
	if (code == EXIT_DONE)
		code = show_get(c, "/procedures", &procedures);
	if (code == EXIT_DONE)
		code = name_definition(d, o, c, procedures);
	query_open(&q, "/seen");
	query_put(&q, "channel", o->arguments[1]);
	if (code == EXIT_DONE)
		code = client_get(c, &q, &seen);
	if (code == EXIT_DONE)
		code = draft_label(d, o, json_object_get(seen, "parties"));
	if (code == EXIT_DONE)
		code = refer_to_old(d, o, c);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	what = json_pack("{s:s}", "place", o->arguments[2]);
	if (code == EXIT_DONE)
		code = act_file(o, c, d, officer, what, _("{2} has begun as {1}."));
	json_decref(what);
	json_decref(seen);
	json_decref(procedures);
	return code;
}

static enum exit_code start(struct options *o)
{
	return with_officer(o, KIND_START, NULL, compose_start);
}

/* ---- Every effort to consult. ---- */

static enum exit_code read_result(const struct options *o, uint64_t *out)
{
	static const char *const words[ATTEMPT_RESULT_COUNT] = {
		[ATTEMPT_REACHED] = "reached",
		[ATTEMPT_NO_ANSWER] = "no-answer",
		[ATTEMPT_LINE_DOWN] = "line-down",
		[ATTEMPT_REFUSED] = "refused",
	};
	const char *text = option_value(o, "result");

	for (size_t i = 0; text != NULL && i < ATTEMPT_RESULT_COUNT; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return EXIT_DONE;
		}
	}
	say_error(_("Say what came of it: --result reached, no-answer, line-down or refused."));
	say_next(_("see entente {1} --help"), "consult");
	return EXIT_USAGE;
}

static enum exit_code compose_attempt(struct options *o, const void *self, struct client *c,
				      struct officer *officer, struct draft *d)
{
	const char *path = option_value(o, "path");
	json_t *instance = NULL, *start_entry = NULL;
	uint64_t result;
	enum exit_code code = read_result(o, &result);

	(void)self;
	if (code == EXIT_DONE && (path == NULL || path[0] == '\0' || strlen(path) > ATTEMPT_WORDS_MAX ||
				  strlen(o->arguments[2]) > ATTEMPT_WORDS_MAX)) {
		say_error(
			_("Say by what way it was tried, in at most {1} bytes: --path 'telephone, line 2'."),
			say_number(ATTEMPT_WORDS_MAX));
		say_next(_("see entente {1} --help"), "consult");
		code = EXIT_USAGE;
	}
	if (code == EXIT_DONE)
		code = officer_find_role(officer, o, c);
	if (code == EXIT_DONE)
		code = instance_get(c, o->arguments[1], &instance);
	if (code == EXIT_DONE)
		code = show_get_entry(c, json_str(instance, "place"), &start_entry);
	if (code == EXIT_DONE)
		code = draft_refer(d, start_entry);
	if (code == EXIT_DONE)
		code = draft_instance(d, c, instance);
	if (code == EXIT_DONE) {
		draft_field_text(d, FIELD_ATTEMPT_PATH, draft_word(d, path));
		draft_field_uint(d, FIELD_ATTEMPT_RESULT, result);
		draft_field_text(d, FIELD_ATTEMPT_WHOM, draft_word(d, o->arguments[2]));
		if (o->arguments_count > 3)
			draft_text(d, text_language(o), NULL, bytes_str(o->arguments[3]));
		code = seal_choose(d, officer, o, c);
	}
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	if (code == EXIT_DONE)
		code = act_file(o, c, d, officer, instance, _("The attempt stands as {1}."));
	json_decref(start_entry);
	json_decref(instance);
	return code;
}

static enum exit_code attempt(struct options *o)
{
	return with_officer(o, KIND_ATTEMPT, NULL, compose_attempt);
}

/* ---- Looking. ---- */

static enum exit_code ask(const struct options *o, const char *place, json_t **answer, json_t **status)
{
	struct client c;
	struct query q;
	enum exit_code code = login_open(&c, o);

	*answer = *status = NULL;
	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/instances");
	if (place != NULL)
		query_put(&q, "place", place);
	else if (o->arguments_count > 1)
		query_put(&q, "channel", o->arguments[1]);
	if (place == NULL && option_is_given(o, "all"))
		query_put(&q, "all", "1");
	code = client_get(&c, &q, answer);
	if (code == EXIT_DONE)
		code = show_get(&c, "/status", status);
	login_close(&c);
	return code;
}

static enum exit_code list(struct options *o)
{
	json_t *answer, *status;
	const json_t *instance;
	enum exit_code code = ask(o, NULL, &answer, &status);
	size_t i;

	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE) {
		show_band(status);
		json_array_foreach(answer, i, instance) instance_show_row(instance);
		if (json_array_size(answer) == 0)
			say_line(_("No procedure runs."));
	}
	json_decref(answer);
	json_decref(status);
	return code;
}

static enum exit_code show(struct options *o)
{
	json_t *answer, *status;
	enum exit_code code = ask(o, o->arguments[1], &answer, &status);

	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE) {
		show_band(status);
		instance_show(answer, json_str(status, "party"));
	}
	json_decref(answer);
	json_decref(status);
	return code;
}

static enum exit_code attempts(struct options *o)
{
	json_t *answer, *status;
	const json_t *one;
	enum exit_code code = ask(o, o->arguments[1], &answer, &status);
	size_t i;

	if (code == EXIT_DONE && o->is_json) {
		json_say(json_object_get(answer, "attempts"));
	} else if (code == EXIT_DONE) {
		json_array_foreach(json_object_get(answer, "attempts"), i, one)
		{
			say("{1}  {2}/{3}  {4}  {5}: {6}  ", say_time(json_uint(one, "claimed_ms")),
			    json_str(one, "party"), json_str(one, "role"), json_str(one, "place"),
			    json_str(one, "path"), json_str(one, "whom"));
			say_line(json_str(one, "result"));
		}
		if (json_array_size(json_object_get(answer, "attempts")) == 0)
			say_line(_("No attempt is written down."));
	}
	json_decref(answer);
	json_decref(status);
	return code;
}

static const struct option_row options[] = {
	{ "precedence", N_("WORD"), N_("start: one that the procedure has; its first if not said") },
	{ "depth", N_("I|II|III"), N_("start: exchange, advise or consult; III if not said") },
	{ "label", N_("LABEL"),
	  N_("a level, then categories with values, as 'S matter:EAST,WEST'; otherwise $ENTENTE_LABEL") },
	{ "rel", N_("CODES"),
	  N_("whom it is released to, as ALBA,BOREA; all parties of the channel if not said") },
	{ "refers", N_("PLACE"), N_("start: the one that this goes on from") },
	{ "path", N_("TEXT"), N_("attempt: by what way") },
	{ "result", N_("WORD"), N_("attempt: reached, no-answer, line-down or refused") },
	{ "all", NULL, N_("list: those too that are over") },
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct verb verbs[] = {
	{ "list", 1, 2, list },	      { "show", 2, 2, show },	       { "start", 3, 4, start },
	{ "attend", 2, 4, do_move },  { "leave", 2, 4, do_move },      { "done", 2, 4, do_move },
	{ "propose", 2, 5, do_move }, { "concur", 2, 3, do_move },     { "withdraw", 2, 3, do_move },
	{ "confirm", 2, 3, do_move }, { "reserve", 2, 3, do_move },    { "object", 2, 3, do_move },
	{ "await", 2, 3, do_move },   { "decide", 2, 5, do_move },     { "recess", 2, 3, do_move },
	{ "resume", 2, 3, do_move },  { "stand-down", 2, 3, do_move }, { "end", 2, 3, do_move },
	{ "remark", 2, 3, do_move },  { "attempt", 3, 4, attempt },    { "attempts", 2, 2, attempts },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_consult = {
	"consult",
	"list [CHANNEL] | show PLACE | start CHANNEL PROCEDURE | MOVE PLACE ...",
	1,
	5,
	N_("begin a procedure of the accord, take its steps, and show how it stands"),
	options,
	run,
	false,
};
