/*
 * A releaser's yes: sees what goes out, signs its exact bytes, and sends it on its way when he is the last
 * that it takes.
 */
#include "base/alloc.h"
#include "compose/act.h"
#include "compose/submit.h"
#include "compose/unsealed.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/say.h"
#include "terminal/stored.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "sign", NULL, N_("and sign it, having seen it; it goes out when you are the last that it takes") },
	{ "override", N_("REASON"),
	  N_("with --sign: let it go although a word or a file holds it; the reason is kept with the "
	     "approval") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

/* Only one label takes the place of another: the door would say STEP. */
static enum exit_code refuse_overtaken(const json_t *waiting, const char *place)
{
	const char *label = json_str(waiting, "unfiled_by");

	say_error(_("{1} has taken the place of the label that {2} was to lower."), label, place);
	say_next(_("entente cancel '{2}' ends it; entente downgrade '{1}' lowers the label as it is now"),
		 label, place);
	return EXIT_REFUSED;
}

/* His yes is there, and is one of those that count for nothing. */
static bool is_review(const json_t *waiting, const json_t *done)
{
	const json_t *signer;
	size_t i;

	json_array_foreach(json_object_get(waiting, "signers"), i, signer)
	{
		if (strcmp(json_str(signer, "place"), json_str(done, "place")) == 0)
			return !json_flag(signer, "releaser");
	}
	return false;
}

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
	if (code == EXIT_DONE && is_due && strcmp(json_str(waiting, "unfiled"), "LABEL") == 0)
		code = refuse_overtaken(waiting, place);
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
	} else if (code == EXIT_DONE && strcmp(json_str(waiting, "state"), "DATED") == 0) {
		say(_("{1} is approved: the node files it on {2}.\n"), place,
		    say_time(json_uint(waiting, "from_ms")));
		say_next(_("entente cancel '{1}' takes it back until then"), place);
	} else if (code == EXIT_DONE) {
		if (is_review(waiting, done))
			say_line(_("Yours is a review: your post releases nothing there, and it is none of "
				   "these."));
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

static bool is_held(const json_t *waiting)
{
	return json_object_get(waiting, "held") != NULL ||
	       json_array_size(json_object_get(waiting, "unseen")) > 0;
}

/* Whoever lets it go says why; and nobody gives a reason for nothing. */
static enum exit_code check_override(const struct options *o, const json_t *waiting, const char *place)
{
	const char *reason = option_value(o, "override");

	if (is_held(waiting) && reason == NULL) {
		if (json_object_get(waiting, "held") != NULL)
			say_error(_("{1} is held by the word {2}."), place, json_str(waiting, "held"));
		else
			say_error(
				_("{1} has a file that could not be looked into: see it yourself, as entente "
				  "read --save writes it."),
				place);
		say_next(_("entente approve '{1}' --sign --override REASON, or entente refuse '{1}'"), place);
		return EXIT_REFUSED;
	}
	if (!is_held(waiting) && reason != NULL) {
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

/*
 * One sealed file is opened, whole, and is what the words say of it. Where words hold an item, filter is not
 * NULL: the word in it, or that nobody can look into it, goes into *waiting.
 */
static enum exit_code look_into(struct client *c, const struct options *o, const struct identities *ids,
				struct file_filter *filter, json_t *waiting, const json_t *row)
{
	char word[FILTER_WORD_LEN];
	struct stored_file f;
	struct bytes piece = { NULL, 0 };
	enum file_kind kind;
	json_t *unseen;
	enum err e = stored_file_begin(&f, c, json_str(waiting, "place"), row, ids, o);

	if (filter != NULL)
		file_filter_begin(filter);
	while (e == ERR_OK && (e = stored_file_next(&f, &piece)) == ERR_OK && piece.len > 0) {
		if (filter != NULL)
			file_filter_add(filter, piece);
	}
	stored_file_close(&f);
	if (e != ERR_OK)
		return stored_file_explain(e, json_str(row, "name"));
	if (filter == NULL)
		return EXIT_DONE;
	kind = file_filter_end(filter, word);
	if (kind == FILE_TEXT && word[0] != '\0' && json_object_get(waiting, "held") == NULL)
		json_object_set_new(waiting, "held", json_string(word));
	if (kind == FILE_TEXT)
		return EXIT_DONE;
	unseen = json_object_get(waiting, "unseen");
	if (unseen == NULL) {
		unseen = json_array();
		json_object_set_new(waiting, "unseen", unseen);
	}
	json_array_append_new(unseen, json_pack("{s:O, s:s}", "name", json_object_get(row, "name"), "kind",
						file_kind_name(kind)));
	return EXIT_DONE;
}

static json_t *row_of(const struct attachment *a, const struct blob *b, uint64_t sealing)
{
	char hash[2 * HASH_LEN + 1], file_hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(b->hash), hash);
	bytes_write_hex(BYTES_OF(a->hash), file_hash);
	return json_pack("{s:I, s:s, s:I, s:s, s:I, s:s%}", "sealing", (json_int_t)sealing, "hash", hash,
			 "len", (json_int_t)b->len, "file_hash", file_hash, "file_len", (json_int_t)a->len,
			 "name", (const char *)a->name.ptr, a->name.len);
}

/* Nobody lets a file go that he cannot open. */
static enum exit_code look_into_files(struct client *c, const struct options *o, const struct draft *d,
				      struct bytes words, json_t *waiting)
{
	struct content *content = xcalloc(1, sizeof *content);
	struct file_filter *filter = NULL;
	struct identities ids;
	struct fault fault;
	enum exit_code code = identities_open(&ids, o);

	if (code == EXIT_DONE)
		code = file_filter_open(o, &d->statement, &filter);
	if (code == EXIT_DONE && content_read(words, content, &fault) == ERR_OK &&
	    content->attachments_count != d->statement.blobs_count) {
		say_error(_("The text breaks the rule {1}: do not sign it."), "content.attachments");
		say_next(_("entente refuse PLACE \"...\" stops it"));
		code = EXIT_INTEGRITY;
	}
	for (size_t i = 0; code == EXIT_DONE && i < content->attachments_count; i++) {
		json_t *row = row_of(&content->attachments[i], &d->statement.blobs[i],
				     d->statement.content.sealing);
		code = look_into(c, o, &ids, filter, waiting, row);
		json_decref(row);
	}
	file_filter_close(filter);
	identities_close(&ids);
	free(content);
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
		json_object_set_new(waiting, "held", json_string(word));
	if (code == EXIT_DONE)
		code = look_into_files(c, o, d, words, waiting);
	if (code == EXIT_DONE && is_held(waiting))
		code = has_reason(c, waiting, &is_let_go);
	if (is_let_go) {
		json_object_del(waiting, "held");
		json_object_del(waiting, "unseen");
	}
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
	/* As himself: what he may not know of he is not shown to approve. */
	enum exit_code code = option_has_use(o, "override", "sign") ? login_open(&c, o) : EXIT_USAGE;

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
		code = waiting_show(&c, o, waiting, &d, buf_bytes(&words));
	state = json_str(waiting, "state");
	if (code == EXIT_DONE && is_signing && strcmp(state, "SUBMITTED") != 0 &&
	    strcmp(state, "APPROVED") != 0 && strcmp(state, "DATED") != 0)
		code = refuse_state(waiting, place);
	if (code == EXIT_DONE && is_signing && d.statement.has_content && words.len == 0)
		code = refuse_unread(place);
	if (code == EXIT_DONE && is_signing)
		code = unsealed_check(o, &d, buf_bytes(&words));
	if (code == EXIT_DONE && is_signing)
		code = check_override(o, waiting, place);
	/* Held here, it is approved for the node, which knows of no word, and still wants its reason. */
	if (code == EXIT_DONE && is_signing && (strcmp(state, "APPROVED") != 0 || is_held(waiting)))
		code = sign(o, &c, place, &d, done);
	if (code == EXIT_DONE && is_signing)
		code = file_out(o, &c, place, done);
	else if (code == EXIT_DONE && !o->is_json)
		say_next("entente approve '{1}' --sign", place);
	json_decref(waiting);
	json_decref(done);
	waiting_words_finish(&words);
	login_close(&c);
	draft_close(&d);
	return code;
}

const struct command_row command_approve = {
	"approve", "PLACE", 1,	   1, N_("see what waits to go out; with --sign, approve it"),
	options,   run,	    false,
};
