/*
 * An erasure takes two persons at two terminals: the first signs a draft and writes it to a file, the second
 * sees what it would erase and signs the same bytes. Until then nothing is in the record.
 */
#include "base/alloc.h"
#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/login.h"
#include "terminal/refuse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "draft", N_("FILE"),
	  N_("with PLACE: the file to write your part into; alone: show what it would erase") },
	{ "sign", NULL, N_("and sign it, having seen it, as the second person") },
	{ NULL, NULL, NULL },
};

static enum exit_code get_entry(struct client *c, const char *place, json_t **out)
{
	struct query q;

	query_open(&q, "/entry");
	query_put(&q, "place", place);
	return client_get(c, &q, out);
}

/* Whether there is something to erase, as far as can be known before the node judges it. */
static enum exit_code check_erasable(const json_t *entry, struct bytes party)
{
	const char *place = json_str(entry, "place");

	if (!bytes_equal(bytes_str(json_str(entry, "party")), party)) {
		say_error(_("{1} is not ours: a party erases its own words, and a peer can only be asked."),
			  place);
		say_next(_("entente send CHANNEL --refers '{1}' asks for it"), place);
		return EXIT_REFUSED;
	}
	if (json_object_get(entry, "content") == NULL) {
		say_error(_("{1} has no text: there is nothing to erase."), place);
		say_next("entente read '{1}'", place);
		return EXIT_REFUSED;
	}
	if (json_flag(entry, "erased")) {
		say_error(_("{1} was erased already, by {2}."), place, json_str(entry, "eraser"));
		say_next("entente read '{1}'", json_str(entry, "eraser"));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* ---- The first. ---- */

static enum exit_code write_draft(const struct draft *d, const char *path)
{
	struct buf body;
	enum exit_code code;
	enum err e;

	if (file_exists(path))
		return refuse_existing(path);
	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	draft_write_body(d, &body);
	e = file_write_new(path, buf_bytes(&body), 0600);
	code = e == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
	free(body.ptr);
	return code;
}

static enum exit_code begin(struct options *o, struct client *c, struct officer *officer, struct draft *d)
{
	const char *path = option_value(o, "draft");
	json_t *entry = NULL;
	enum exit_code code = get_entry(c, o->arguments[0], &entry);

	if (code == EXIT_DONE)
		code = officer_find_role(officer, o, c);
	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(entry, "channel")));
	if (code == EXIT_DONE)
		code = check_erasable(entry, d->statement.party);
	if (code == EXIT_DONE)
		code = draft_refer(d, entry);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	if (code == EXIT_DONE)
		code = write_draft(d, path);
	if (code == EXIT_DONE && o->is_json) {
		json_t *out = json_pack("{s:s, s:s, s:s}", "err", "OK", "draft", path, "refers",
					json_str(entry, "place"));
		json_say(out);
		json_decref(out);
	} else if (code == EXIT_DONE) {
		say(_("{1} has your signature under the erasure of {2}. Nothing is erased yet.\n"), path,
		    json_str(entry, "place"));
		say_next(_("a second officer, on any terminal: entente erase --draft {1}"), path);
	}
	json_decref(entry);
	return code;
}

/* ---- The second. ---- */

static enum exit_code read_draft(struct draft *d, const char *path)
{
	enum err e = draft_read_file(d, KIND_ERASE, path);

	if (e == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_NOT_FOUND) {
		say_error(_("There is no file {1}: {2}."), path, strerror(errno));
		say_next("entente erase PLACE --draft {1}", path);
		return EXIT_NOT_FOUND;
	}
	if (e == ERR_VERIFY) {
		say_error(_("A signature in {1} is false: do not sign it."), path);
		say_next("entente erase PLACE --draft FILE");
		return EXIT_INTEGRITY;
	}
	say_error(_("{1} is no draft of an erasure."), path);
	say_next("entente erase PLACE --draft FILE");
	return EXIT_USAGE;
}

/* The entry that the signed bytes name, by its leaf: not by what anybody says of it. */
static enum exit_code find_named(struct client *c, const struct draft *d, json_t **entry)
{
	const struct place *at = &d->statement.refers[0];
	char place[PLACE_TEXT_LEN], party[PARTY_NAME_MAX + 1];
	uint8_t leaf[HASH_LEN];
	enum exit_code code;

	if (bytes_copy_str(at->party, party, sizeof party) != ERR_OK)
		return EXIT_USAGE;
	say_fill(place, sizeof place, "{1}/{2} {3}.{4}", party, say_number(at->channel),
		 say_number(at->epoch), say_number(at->index));
	code = get_entry(c, place, entry);
	if (code != EXIT_DONE)
		return code;
	if (json_hex(*entry, "leaf", leaf, sizeof leaf) != ERR_OK || memcmp(leaf, at->leaf, HASH_LEN) != 0) {
		say_error(_("The draft names another {1} than the one that stands here: do not sign it."),
			  json_str(*entry, "place"));
		say_next("entente erase '{1}' --draft FILE", json_str(*entry, "place"));
		return EXIT_INTEGRITY;
	}
	return EXIT_DONE;
}

/* Fingerprints of those who signed before. */
static json_t *signed_by(const struct draft *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->before_count; i++) {
		char fingerprint[SSH_FINGERPRINT_LEN];
		struct sshsig sig;
		if (sshsig_read(d->before[i], &sig) != ERR_OK)
			continue;
		ssh_fingerprint(sig.public_key, fingerprint);
		json_array_append_new(list, json_string(fingerprint));
	}
	return list;
}

static enum exit_code show_draft(struct client *c, const struct options *o, const struct draft *d,
				 const json_t *entry)
{
	json_t *list = signed_by(d), *fingerprint;
	enum exit_code code = EXIT_DONE;
	size_t i;

	if (o->is_json) {
		json_t *out = json_pack("{s:s, s:s, s:O, s:O}", "err", "OK", "refers",
					json_str(entry, "place"), "signed", list, "entry", entry);
		json_say(out);
		json_decref(out);
	} else {
		code = show_entry(c, entry);
		say(_("\nThe draft erases the text of {1} for ever, here and at every party of its "
		      "channel.\n"),
		    json_str(entry, "place"));
		json_array_foreach(list, i, fingerprint)
			say(_("signed by {1}, checked here\n"), json_string_value(fingerprint));
	}
	json_decref(list);
	return code;
}

static enum exit_code sign_and_file(struct options *o, struct client *c, struct officer *officer,
				    struct draft *d, const json_t *entry)
{
	enum exit_code code;

	if (draft_is_signed_by(d, officer->public_key)) {
		say_error(_("You have signed it already: it takes a second person."));
		say_next(_("a second officer, on any terminal: entente erase --draft {1}"),
			 option_value(o, "draft"));
		return EXIT_REFUSED;
	}
	code = draft_sign_bytes(d, officer);
	return code == EXIT_DONE
		       ? act_file(o, c, d, NULL, entry,
				  _("The text of {2} is erased by {1}; its hash and its proof stay. Backups "
				    "and exports of before have it still."))
		       : code;
}

static enum exit_code finish(struct options *o, struct client *c, struct officer *officer, struct draft *d)
{
	const char *path = option_value(o, "draft");
	bool is_signing = option_is_given(o, "sign");
	json_t *entry = NULL;
	enum exit_code code = read_draft(d, path);

	if (code == EXIT_DONE)
		code = find_named(c, d, &entry);
	if (code == EXIT_DONE)
		code = check_erasable(entry, d->statement.party);
	if (code == EXIT_DONE && !(is_signing && o->is_json))
		code = show_draft(c, o, d, entry);
	if (code == EXIT_DONE && is_signing)
		code = sign_and_file(o, c, officer, d, entry);
	else if (code == EXIT_DONE && !o->is_json)
		say_next("entente erase --draft {1} --sign", path);
	json_decref(entry);
	return code;
}

static enum exit_code run(struct options *o)
{
	bool is_first = o->arguments_count > 0, is_signing = is_first || option_is_given(o, "sign");
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	enum exit_code code = EXIT_DONE;
	struct draft d;

	if (option_value(o, "draft") == NULL || (is_first && option_is_given(o, "sign"))) {
		say_error(_("It takes two persons: the first writes a draft, the second signs it."));
		say_next(_("entente erase PLACE --draft FILE; then entente erase --draft FILE"));
		return EXIT_USAGE;
	}
	draft_open(&d, KIND_ERASE);
	if (is_signing)
		code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = is_first ? begin(o, &c, &officer, &d) : finish(o, &c, &officer, &d);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

const struct command_row command_erase = {
	"erase", "[PLACE]", 0,	   1, N_("erase the text of one of our entries for ever: two officers sign"),
	options, run,	    false,
};
