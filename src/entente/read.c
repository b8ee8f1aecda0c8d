/*
 * Shows an entry with its evidence. Opening it on a screen is no act: WATCH READ is a signed statement and is
 * never made by itself, so `read` writes nothing to the record unless --ack asks for it, and `ack` is the
 * act.
 */
#include "entente/act.h"
#include "entente/evidence.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PIECE_LEN (512u << 10)

static const struct option_row options[] = {
	{ "ack", NULL, N_("and sign WATCH READ, having shown it") },
	{ "save", N_("DIR"), N_("write its attachments into this folder, made if it is not there") },
	{ "proof", N_("FILE"),
	  N_("write the proof of this entry, a tlog-proof file that needs no node to be checked") },
	{ NULL, NULL, NULL },
};

static const struct act watch_read = {
	.kind = KIND_WATCH_READ,
	.done = N_("WATCH READ of {2} stands as {1}."),
};

static void show_rule(const json_t *entry)
{
	say_coloured(COLOUR_BOLD, "=== ");
	show_label(json_object_get(entry, "label"), COLOUR_BOLD);
	say_coloured(COLOUR_BOLD, " ===\n");
}

static void show_role_names(const json_t *accord, const json_t *entry)
{
	const json_t *party = show_find(json_object_get(accord, "parties"), json_str(entry, "party"));
	const json_t *role = show_find(json_object_get(accord, "roles"), json_str(entry, "role"));
	char names[256];

	if (party != NULL) {
		show_names(json_object_get(party, "names"), names, sizeof names);
		say("  {1}", names);
	}
	if (role != NULL) {
		show_names(json_object_get(role, "names"), names, sizeof names);
		say(", {1}", names);
	}
}

static void show_places(const char *word, const json_t *places)
{
	json_t *place;
	size_t i;

	if (json_array_size(places) == 0)
		return;
	say("{1} ", word);
	json_array_foreach(places, i, place) say("{1}{2}", i == 0 ? "" : ", ", json_string_value(place));
	say("\n");
}

static bool is_void(const json_t *entry)
{
	return strcmp(json_str(entry, "verdict"), "OK") != 0 && json_flag(entry, "folded");
}

static void show_head(const json_t *entry, const json_t *accord)
{
	say_coloured(COLOUR_BOLD, json_str(entry, "place"));
	if (json_str(entry, "precedence")[0] != '\0')
		say("  {1}", json_str(entry, "precedence"));
	say("  {1}\n", show_kind(entry));
	if (is_void(entry)) {
		say_coloured(COLOUR_BAD, _("VOID: "));
		say("{1} ({2})\n", _(json_str(entry, "why")), json_str(entry, "verdict"));
	}
	say("{1}", is_void(entry) ? _("names as its author ") : _("from "));
	show_author(entry);
	show_role_names(accord, entry);
	say("\n");
	if (json_object_get(entry, "to") != NULL) {
		say(_("to "));
		show_addressees(entry);
		say("\n");
	}
	say(_("claimed {1}, filed {2}"), say_dtg(json_uint(entry, "claimed_ms")),
	    say_time(json_uint(entry, "filed_ms")));
	if (json_flag(entry, "flagged")) {
		say_coloured(COLOUR_WARN, _("  the clock that claimed it was off: "));
		say_coloured(COLOUR_WARN,
			     say_offset(json_integer_value(json_object_get(entry, "offset_ms"))));
	}
	say("\n");
	show_places(_("refers to"), json_object_get(entry, "refers"));
	if (json_array_size(json_object_get(entry, "crossed")) > 0)
		say_coloured(COLOUR_WARN, _("crossed in transit: "));
	show_places("", json_object_get(entry, "crossed"));
}

static void show_words(const json_t *entry)
{
	json_t *portion;
	const json_t *attachment;
	size_t i;

	if (json_object_get(entry, "unreadable") != NULL) {
		say_coloured(COLOUR_BAD, _("This text cannot be decoded; answer NEGATIVE.\n"));
		return;
	}
	if (json_object_get(entry, "content") == NULL)
		return;
	if (json_object_get(entry, "content_bytes") == NULL) {
		say_coloured(COLOUR_WARN, json_flag(entry, "erased")
						  ? _("The text was erased; its hash stays.\n")
						  : _("INCOMPLETE: the text is not here yet.\n"));
		return;
	}
	say(_("authentic language: {1}\n"), json_str(entry, "language"));
	if (json_str(entry, "subject")[0] != '\0') {
		say(_("subject: "));
		say_text(bytes_str(json_str(entry, "subject")));
		say("\n");
	}
	say("\n");
	json_array_foreach(json_object_get(entry, "text"), i, portion)
	{
		say_text(bytes_str(json_is_string(portion) ? json_string_value(portion) : ""));
		say("\n");
	}
	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		say(_("attachment {1}: "), say_number(i + 1));
		say_text(bytes_str(json_str(attachment, "name")));
		say(_(", {1} bytes, {2}\n"), say_number(json_uint(attachment, "len")),
		    json_str(attachment, "hash"));
	}
	say("\n");
}

static enum exit_code show_evidence(const json_t *entry)
{
	struct evidence evidence;
	enum err e = evidence_check(entry, &evidence);

	if (evidence.signatures == 0)
		say(_("a service statement of the node: its log's checkpoint covers it\n"));
	else if (evidence.good == evidence.signatures)
		say(_("signed by {1}, checked here\n"), evidence.fingerprint);
	if (evidence.hash[0] != '\0')
		say(_("content {1}\n"), evidence.hash);
	if (e == ERR_OK || is_void(entry))
		return EXIT_DONE;
	say_error(_("What the node shows is not what was signed: do not act on it."));
	say_next("entente verify");
	return EXIT_INTEGRITY;
}

static void show_ladders(const json_t *entry)
{
	const json_t *ladder;
	size_t i;

	json_array_foreach(json_object_get(entry, "ladders"), i, ladder)
	{
		show_ladder_line(ladder);
		say("\n");
	}
	if (json_flag(entry, "suspended"))
		say_coloured(COLOUR_BAD, _("this channel is SUSPENDED by formal notice\n"));
}

static enum exit_code show_entry(struct client *c, const json_t *entry)
{
	json_t *accord = NULL, *status = NULL;
	enum exit_code code = show_get(c, "/accord", &accord);

	if (code == EXIT_DONE)
		code = show_get(c, "/status", &status);
	if (code == EXIT_DONE) {
		show_band(status);
		show_rule(entry);
		show_head(entry, accord);
		show_words(entry);
		code = show_evidence(entry);
		show_ladders(entry);
		/* The number last too, as on paper: an end that is missing is seen. */
		say_coloured(COLOUR_BOLD, json_str(entry, "place"));
		say("\n");
		show_rule(entry);
	}
	json_decref(status);
	json_decref(accord);
	return code;
}

/* ---- Attachments. ---- */

static enum exit_code save_pieces(struct client *c, const json_t *attachment, FILE *file)
{
	uint64_t len = json_uint(attachment, "len");

	for (uint64_t at = 0; at < len;) {
		struct client_answer answer;
		struct query q;
		size_t n;
		query_open(&q, "/attachments");
		query_put(&q, "hash", json_str(attachment, "hash"));
		query_put_number(&q, "offset", at);
		query_put_number(&q, "len", len - at < PIECE_LEN ? len - at : PIECE_LEN);
		if (client_ask(c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
			return EXIT_ERROR;
		n = answer.status == 200 ? fwrite(answer.body.ptr, 1, answer.body.len, file) : 0;
		client_answer_finish(&answer);
		if (n == 0)
			return EXIT_NOT_FOUND;
		at += n;
		say_progress(_("saving, bytes"), at, len);
	}
	say_progress_end();
	return EXIT_DONE;
}

/* A name from the other side is a name only: no folder, no dot file, nothing that a shell minds. */
static void safe_name(const char *in, size_t number, char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, "%zu-", number);

	for (; *in != '\0' && len + 1 < size; in++) {
		unsigned char c = (unsigned char)*in;
		out[len++] = c < 0x20 || c == 0x7f || strchr("/\\:*?\"<>|", c) != NULL ? '_' : (char)c;
	}
	out[len] = '\0';
}

static enum exit_code save(struct client *c, const struct options *o, const json_t *entry)
{
	const char *dir = option_value(o, "save");
	enum exit_code code = EXIT_DONE;
	const json_t *attachment;
	size_t i;

	if (dir == NULL)
		return EXIT_DONE;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		say_error(_("{1} cannot be written: {2}."), dir, strerror(errno));
		return EXIT_ERROR;
	}
	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		char name[256], path[4096];
		FILE *file;
		safe_name(json_str(attachment, "name"), i + 1, name, sizeof name);
		if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
			return EXIT_USAGE;
		file = fopen(path, "wxe");
		if (file == NULL) {
			say_error(_("{1} cannot be written: {2}."), path, strerror(errno));
			return EXIT_ERROR;
		}
		code = save_pieces(c, attachment, file);
		if (fclose(file) != 0 && code == EXIT_DONE)
			code = EXIT_ERROR;
		if (code != EXIT_DONE) {
			(void)remove(path);
			say_error(_("INCOMPLETE: {1} is not here whole yet."), name);
			say_next(_("it comes by itself while a path is up, as entente status shows; then the "
				   "same command with a new folder"));
			return code;
		}
		fprintf(stderr, "%s\n", path);
	}
	return code;
}

static enum exit_code save_proof(struct client *c, const struct options *o, const json_t *entry)
{
	const char *path = option_value(o, "proof");
	int code = EXIT_ERROR;
	struct query q;
	FILE *file;
	enum err e;

	if (path == NULL)
		return EXIT_DONE;
	file = fopen(path, "wxe");
	if (file == NULL) {
		say_error(_("{1} cannot be written: {2}."), path, strerror(errno));
		return EXIT_ERROR;
	}
	query_open(&q, "/proof");
	query_put(&q, "place", json_str(entry, "place"));
	e = client_download(c, query_target(&q), file, &code);
	if (fclose(file) != 0 && e == ERR_OK)
		e = ERR_IO;
	if (e == ERR_OK)
		return EXIT_DONE;
	(void)remove(path);
	if (e != ERR_REFUSED)
		say_error(_("The proof could not be fetched: {1}."), _(err_text(e)));
	return (enum exit_code)code;
}

static enum exit_code run(struct options *o)
{
	json_t *entry = NULL;
	enum exit_code code;
	struct client c;
	struct query q;

	if (client_open(&c, o->home) != ERR_OK)
		return EXIT_ERROR;
	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	code = (enum exit_code)client_get(&c, &q, &entry);
	if (code == EXIT_DONE && o->is_json)
		json_say(entry);
	else if (code == EXIT_DONE)
		code = show_entry(&c, entry);
	if (code == EXIT_DONE)
		code = save(&c, o, entry);
	if (code == EXIT_DONE)
		code = save_proof(&c, o, entry);
	json_decref(entry);
	client_close(&c);
	fflush(stdout);
	if (code == EXIT_DONE && option_is_given(o, "ack"))
		code = act_run(o, &watch_read);
	return code;
}

const struct command_row command_read = {
	"read",
	"PLACE",
	1,
	1,
	N_("show an entry: its words, who signed, its ladder; writes nothing unless --ack"),
	options,
	run,
	false,
};
