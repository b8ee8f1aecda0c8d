/*
 * A releaser's yes: sees what goes out, signs its exact bytes, and sends it on its way when he is the last
 * that it takes.
 */
#include "entente/act.h"
#include "entente/rows.h"
#include "entente/say.h"
#include "entente/show.h"
#include "entente/submit.h"
#include "entente/unseal.h"
#include "entente/words.h"

#include <string.h>

static const struct option_row options[] = {
	{ "sign", NULL, N_("and sign it, having seen it; it goes out when you are the last that it takes") },
	{ "override", N_("REASON"),
	  N_("with --sign: let it go although a word holds it; the reason is kept with the approval") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

/* What was approved often enough goes out, with all signatures, by whose terminal ever. */
static enum exit_code file_out(struct options *o, struct client *c, const char *place, json_t *done)
{
	char out[PLACE_TEXT_LEN] = "";
	json_t *waiting = NULL;
	struct draft d;
	enum exit_code code;
	bool is_due = false;

	draft_open(&d, KIND_MESSAGE);
	code = waiting_read(c, place, &waiting, &d);
	if (code == EXIT_DONE)
		is_due = strcmp(json_str(waiting, "state"), "APPROVED") == 0;
	if (code == EXIT_DONE && is_due)
		code = post_draft(c, &d, out);
	json_object_set(done, "approved", json_object_get(waiting, "approved"));
	json_object_set(done, "needed", json_object_get(waiting, "needed"));
	if (code == EXIT_DONE && is_due)
		json_object_set_new(done, "released", json_string(out));
	if (code == EXIT_DONE && o->is_json) {
		json_say(done);
	} else if (code == EXIT_DONE && is_due) {
		say(_("{1} goes out as {2}.\n"), place, out);
	} else if (code == EXIT_DONE) {
		say(_("{1} is approved by {2} of {3}.\n"), place, say_number(json_uint(waiting, "approved")),
		    say_number(json_uint(waiting, "needed")));
		say_next(_("another officer who may release: entente approve '{1}'"), place);
	}
	if (code == EXIT_DONE && is_due)
		code = check_lines(c, &d, out, o->is_json);
	json_decref(waiting);
	draft_close(&d);
	return code;
}

/* In the home channel: who said yes, and his signature under what goes out. */
static enum exit_code sign(struct options *o, struct client *c, const char *place,
			   const struct draft *outgoing, json_t *done)
{
	struct officer officer = { 0 };
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	char stands[PLACE_TEXT_LEN];
	json_t *entry = NULL;
	struct draft d;
	enum exit_code code;

	draft_open(&d, KIND_APPROVE);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = officer_find_role(&officer, o, c);
	if (code == EXIT_DONE)
		code = show_get_entry(c, place, &entry);
	if (code == EXIT_DONE)
		code = draft_address(&d, c, say_number(json_uint(entry, "channel")));
	if (code == EXIT_DONE)
		code = draft_refer(&d, entry);
	if (code == EXIT_DONE && officer_sign(&officer, SSHSIG_STATEMENT,
					      buf_bytes(&outgoing->statement_bytes), &blob) != ERR_OK) {
		say_error(_("Your key {1} did not sign."), officer.fingerprint);
		say_next(_("touch the token, or see ssh-add -l; nothing was sent"));
		code = EXIT_ERROR;
	}
	if (code == EXIT_DONE) {
		draft_field_bytes(&d, FIELD_APPROVE_SIGNATURE, buf_bytes(&blob));
		if (option_value(o, "override") != NULL)
			draft_text(&d, text_language(o), NULL, bytes_str(option_value(o, "override")));
		code = draft_sign(&d, &officer);
	}
	if (code == EXIT_DONE)
		code = post_draft(c, &d, stands);
	if (code == EXIT_DONE)
		json_object_set_new(done, "place", json_string(stands));
	json_decref(entry);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

static enum exit_code refuse_unread(const char *place)
{
	say_error(_("{1} is sealed, and no secret here opens it: nobody approves what he has not read."),
		  place);
	say_next(
		_("the same command with --identity FILE; or another officer who may release and has a key"));
	return EXIT_REFUSED;
}

static enum exit_code refuse_state(const json_t *waiting, const char *place)
{
	const char *state = json_str(waiting, "state");

	if (strcmp(state, "RELEASED") == 0)
		say_error(_("{1} has gone out as {2}."), place, json_str(waiting, "released"));
	else if (strcmp(state, "LAPSED") == 0)
		say_error(_("{1} has lapsed: its author signs it anew."), place);
	else
		say_error(_("{1} was refused or cancelled."), place);
	say_next("entente drafts --all");
	return EXIT_REFUSED;
}

/* Whoever lets it go says why; and nobody gives a reason for nothing. */
static enum exit_code check_override(const struct options *o, const json_t *waiting, const char *place)
{
	bool is_held = json_object_get(waiting, "held") != NULL;
	const char *reason = option_value(o, "override");

	if (is_held && reason == NULL) {
		say_error(_("{1} is held by the word {2}."), place, json_str(waiting, "held"));
		say_next(_("entente approve '{1}' --sign --override REASON, or entente refuse '{1}'"), place);
		return EXIT_REFUSED;
	}
	if (!is_held && reason != NULL) {
		say_error(_("No word holds {1}."), place);
		say_next("entente approve '{1}' --sign", place);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Whether one of those who said yes gave a reason, which is in the home channel. */
static enum exit_code has_reason(struct client *c, const json_t *waiting, bool *out)
{
	const json_t *signer;
	enum exit_code code = EXIT_DONE;
	size_t i;

	*out = false;
	json_array_foreach(json_object_get(waiting, "signers"), i, signer)
	{
		json_t *entry = NULL;
		if (code == EXIT_DONE)
			code = show_get_entry(c, json_str(signer, "place"), &entry);
		*out = *out || json_object_get(entry, "content") != NULL;
		json_decref(entry);
	}
	return code;
}

/* Sealed words are looked at here, by whoever opened them: of them the node says nothing. */
static enum exit_code look_for_words(struct client *c, const struct options *o, const struct draft *d,
				     struct bytes words, json_t *waiting)
{
	char word[FILTER_WORD_LEN];
	bool is_let_go = false;
	enum exit_code code;

	if (d->statement.content.sealing == SEALING_NONE || words.len == 0)
		return EXIT_DONE;
	code = word_filter(o, &d->statement, words, word);
	if (code == EXIT_DONE && word[0] != '\0')
		code = has_reason(c, waiting, &is_let_go);
	if (code == EXIT_DONE && word[0] != '\0' && !is_let_go)
		json_object_set_new(waiting, "held", json_string(word));
	return code;
}

static enum exit_code run(struct options *o)
{
	const char *place = o->arguments[0];
	json_t *waiting = NULL, *done = json_pack("{s:s, s:s}", "err", "OK", "refers", place);
	bool is_signing = option_is_given(o, "sign");
	struct client c = { .fd = -1 };
	struct buf words = { 0 };
	const char *state;
	struct draft d;
	enum exit_code code = !option_has_use(o, "override", "sign") ? EXIT_USAGE
			      : client_open(&c, o->home) == ERR_OK   ? EXIT_DONE
								     : (enum exit_code)client_absent(o->home);

	draft_open(&d, KIND_MESSAGE);
	if (code == EXIT_DONE)
		code = waiting_read(&c, place, &waiting, &d);
	if (code == EXIT_DONE)
		code = waiting_words(&d, o, &words);
	if (code == EXIT_DONE)
		code = look_for_words(&c, o, &d, buf_bytes(&words), waiting);
	if (code == EXIT_DONE && o->is_json && !is_signing)
		json_say(waiting);
	else if (code == EXIT_DONE && !o->is_json)
		code = waiting_show(waiting, &d, buf_bytes(&words));
	state = json_str(waiting, "state");
	if (code == EXIT_DONE && is_signing && strcmp(state, "SUBMITTED") != 0 &&
	    strcmp(state, "APPROVED") != 0)
		code = refuse_state(waiting, place);
	if (code == EXIT_DONE && is_signing && d.statement.has_content && words.len == 0)
		code = refuse_unread(place);
	if (code == EXIT_DONE && is_signing)
		code = check_override(o, waiting, place);
	/* Held here, it is approved for the node, which knows of no word, and still wants its reason. */
	if (code == EXIT_DONE && is_signing &&
	    (strcmp(state, "APPROVED") != 0 || json_object_get(waiting, "held") != NULL))
		code = sign(o, &c, place, &d, done);
	if (code == EXIT_DONE && is_signing)
		code = file_out(o, &c, place, done);
	else if (code == EXIT_DONE && !o->is_json)
		say_next("entente approve '{1}' --sign", place);
	json_decref(waiting);
	json_decref(done);
	waiting_words_finish(&words);
	client_close(&c);
	draft_close(&d);
	return code;
}

const struct command_row command_approve = {
	"approve", "PLACE", 1,	   1, N_("see what waits to go out; with --sign, approve it"),
	options,   run,	    false,
};
