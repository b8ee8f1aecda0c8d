/*
 * The proof that a log key has signed two histories: a file of its own, which convinces whoever has that key.
 * Spec: docs/spec/record.md section 10. The file is the content of a FORK statement, byte for byte: its
 * SHA-256 is what that statement names, and stock tools check what is in it.
 */
#include "record/fork.h"
#include "accord/places.h"
#include "terminal/refuse.h"

#include "api/place_text.h"
#include "base/alloc.h"
#include "compose/post.h"
#include "crypto/sign.h"
#include "entente/rows.h"
#include "home/words.h"
#include "record/checkpoint.h"
#include "show/show.h"
#include "terminal/held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
	{ "accord", N_("DIR"), N_("show: the accord that has the log's key; otherwise the home's") },
	{ "log-key", N_("KEY"), N_("show: the log's key itself, as the accord's keys file has it") },
	{ NULL, NULL, NULL },
};

#define LINE_LEN 256u

/* ---- What a proof says. ---- */

struct shown {
	struct fork fork;
	struct note notes[2];
	uint8_t keys[ACCORD_VERSIONS_MAX][SIGN_PUBLIC_LEN]; /* of the log; those that signed come first */
	size_t keys_count;
	char log[LINE_LEN], hash[2 * HASH_LEN + 1];
};

static const char *hex(const uint8_t hash[HASH_LEN], char out[2 * HASH_LEN + 1])
{
	bytes_write_hex((struct bytes){ hash, HASH_LEN }, out);
	return out;
}

static json_t *side_json(const struct shown *s, size_t i)
{
	const struct fork_side *side = &s->fork.sides[i];
	json_t *path = json_array(), *row;
	char text[2 * HASH_LEN + 1];

	row = json_pack("{s:I, s:s, s:s%}", "size", (json_int_t)s->notes[i].size, "root",
			hex(s->notes[i].root, text), "note", (const char *)side->note.ptr, side->note.len);
	for (size_t j = 0; j < side->proof_count; j++)
		json_array_append_new(path, json_string(hex(side->proof[j], text)));
	if (s->fork.has_index)
		json_object_set_new(row, "leaf", json_string(hex(side->leaf, text)));
	json_object_set_new(row, "path", path);
	return row;
}

static void say_json(const struct shown *s)
{
	char key[BASE64_LEN(SIGN_PUBLIC_LEN) + 1];
	json_t *all;

	bytes_write_base64(BYTES_OF(s->keys[0]), key);
	all = json_pack("{s:b, s:s, s:s, s:s, s:[o, o]}", "proved", 1, "log", s->log, "key", key, "sha256",
			s->hash, "histories", side_json(s, 0), side_json(s, 1));
	if (s->keys_count > 1) {
		bytes_write_base64(BYTES_OF(s->keys[1]), key);
		json_object_set_new(all, "other_key", json_string(key));
	}
	if (s->fork.has_index)
		json_object_set_new(all, "index", json_integer((json_int_t)s->fork.index));
	json_say(all);
	json_decref(all);
}

static void say_side(const struct shown *s, size_t i)
{
	const struct fork_side *side = &s->fork.sides[i];
	char leaf[2 * HASH_LEN + 1];

	say(i == 0 ? _("one history, signed at {1}:\n") : _("the other, signed at {1}:\n"),
	    say_counted(s->notes[i].size, "{1} entry", "{1} entries"));
	if (s->fork.has_index)
		say(_("  its entry {1} has the leaf {2}; from it to the root: {3}\n"),
		    say_number(s->fork.index), hex(side->leaf, leaf),
		    say_counted(side->proof_count, "{1} hash", "{1} hashes"));
	say_text(side->note);
	say("\n");
}

static void say_words(const struct shown *s)
{
	char key[BASE64_LEN(SIGN_PUBLIC_LEN) + 1];

	bytes_write_base64(BYTES_OF(s->keys[0]), key);
	say_coloured(COLOUR_BAD,
		     s->keys_count == 1
			     ? _("PROVED: two histories of one log, signed with one key.\n")
			     : _("PROVED: two histories of one log, signed with two keys of it.\n"));
	say(_("log {1}\nkey {2}\nSHA-256 of this file {3}\n"), s->log, key, s->hash);
	if (s->keys_count > 1) {
		bytes_write_base64(BYTES_OF(s->keys[1]), key);
		say(_("the other key {1}\n"), key);
	}
	say_side(s, 0);
	say_side(s, 1);
	say("{1}\n", s->fork.has_index ? _("A log has one entry at one place: both cannot be true.")
				       : _("So many entries have one root: both cannot be true."));
}

/* ---- Whose key. ---- */

static enum exit_code no_key(const char *what)
{
	say_error(_("{1} has no key of the log that this file is about."), what);
	say_next(_("entente fork show FILE --accord DIR, with the accord that the log was kept under"));
	return EXIT_NOT_FOUND;
}

/* A log's keys are those of every version: each holds from a place of the log on. */
static enum exit_code keys_of_accord(const struct accord_versions *v, const struct origin *o,
				     const char *what, struct shown *s)
{
	const struct accord *a = accord_newest(v);
	size_t party = accord_party_find(a, bytes_str(o->party));
	const uint8_t *keys[ACCORD_VERSIONS_MAX];

	if (party == a->parties_count || memcmp(a->id, o->accord, ACCORD_ID_LEN) != 0)
		return no_key(what);
	s->keys_count = accord_node_keys(v, party, ACCORD_KEY_LOG, 0, keys);
	for (size_t i = 0; i < s->keys_count; i++)
		memcpy(s->keys[i], keys[i], SIGN_PUBLIC_LEN);
	return EXIT_DONE;
}

/* As they are given; a fork over a change of keys takes both. */
static enum exit_code keys_given(const struct options *o, struct shown *s)
{
	const char *given;
	size_t at = 0, len;

	while ((given = option_next(o, "log-key", &at)) != NULL) {
		if (s->keys_count < ACCORD_VERSIONS_MAX &&
		    bytes_read_base64(bytes_str(given), s->keys[s->keys_count], SIGN_PUBLIC_LEN, &len) ==
			    ERR_OK &&
		    len == SIGN_PUBLIC_LEN) {
			s->keys_count++;
			continue;
		}
		say_error(_("{1} is no key."), given);
		say_next(_("the last word of the line `PARTY log ed25519` in the accord's keys file"));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static enum exit_code keys_find(const struct options *o, const struct origin *origin, struct shown *s)
{
	const char *dir = option_value(o, "accord");
	struct accord_dir d = { 0 };
	struct accord_versions one = { .count = 1 };
	struct held h;
	enum exit_code code;

	if (option_value(o, "log-key") != NULL)
		return keys_given(o, s);
	if (dir == NULL) {
		code = held_accord(&h, o);
		if (code == EXIT_DONE)
			code = keys_of_accord(&h.versions.held, origin, o->home, s);
		versions_close(&h.versions);
		return code;
	}
	if (accord_dir_open(&d, dir) != ERR_OK || accord_dir_check(&d) != ERR_OK) {
		say_error(_("{1} is no accord that holds its rules."), dir);
		say_next("entente accord check {1}", dir);
		return EXIT_NOT_FOUND;
	}
	one.of[0] = d.accord;
	code = keys_of_accord(&one, origin, dir, s);
	accord_dir_close(&d);
	return code;
}

/* Those that signed the two histories stay, one if it is the same. */
static void keys_narrow(struct shown *s)
{
	uint8_t used[2][SIGN_PUBLIC_LEN];

	for (size_t i = 0; i < ARRAY_COUNT(s->notes); i++) {
		size_t at = 0;
		while (checkpoint_verify(&s->notes[i], s->keys[at]) != ERR_OK)
			at++;
		memcpy(used[i], s->keys[at], SIGN_PUBLIC_LEN);
	}
	memcpy(s->keys, used, sizeof used);
	s->keys_count = memcmp(used[0], used[1], SIGN_PUBLIC_LEN) == 0 ? 1 : 2;
}

/* ---- show ---- */

static enum exit_code broken(const char *file, const char *rule)
{
	say_error(_("{1} proves nothing: the rule {2} is broken."), file, rule);
	say_next(_("docs/spec/record.md section 10 explains the rule"));
	return EXIT_INTEGRITY;
}

static enum exit_code read_file(const char *file, struct buf *content)
{
	enum err e = file_read(file, content);

	if (e == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_LIMIT)
		return broken(file, "content.limit");
	say_error(_("There is no file {1}: {2}."), file, strerror(errno));
	say_next("entente fork list");
	return EXIT_NOT_FOUND;
}

/* Before it is known whose key the log has, the file has to be of the form. */
static enum exit_code read_fork(const char *file, struct bytes content, struct shown *s)
{
	uint8_t hash[HASH_LEN];
	struct fault fault;

	if (fork_read(content, &s->fork, &fault) != ERR_OK)
		return broken(file, fault.rule);
	for (size_t i = 0; i < ARRAY_COUNT(s->notes); i++) {
		if (note_read(s->fork.sides[i].note, &s->notes[i], &fault) != ERR_OK)
			return broken(file, fault.rule);
	}
	hash_sha256(content, hash);
	(void)hex(hash, s->hash);
	return EXIT_DONE;
}

static enum exit_code show_read(const struct options *o, const char *file, struct shown *s,
				struct buf *content)
{
	struct buf log = { (uint8_t *)s->log, 0, sizeof s->log - 1, false };
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	struct fault fault;
	enum exit_code code = read_file(file, content);

	if (code == EXIT_DONE)
		code = read_fork(file, buf_bytes(content), s);
	if (code == EXIT_DONE)
		code = keys_find(o, &s->notes[0].origin, s);
	if (code != EXIT_DONE)
		return code;
	origin_write(&s->notes[0].origin, &log);
	s->log[log.len] = '\0';
	for (size_t i = 0; i < s->keys_count; i++)
		keys[i] = s->keys[i];
	if (fork_check(&s->fork, keys, s->keys_count, &fault) != ERR_OK)
		return broken(file, fault.rule);
	keys_narrow(s);
	return EXIT_DONE;
}

static enum exit_code show(struct options *o)
{
	struct shown *s = xcalloc(1, sizeof *s);
	struct buf content;
	enum exit_code code;

	buf_init(&content, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	code = show_read(o, o->arguments[1], s, &content);
	if (code == EXIT_DONE && o->is_json)
		say_json(s);
	else if (code == EXIT_DONE)
		say_words(s);
	free(content.ptr);
	free(s);
	return code;
}

/* ---- What a record has of them. ---- */

struct found {
	char place[PLACE_TEXT_LEN], log[LINE_LEN];
	struct bytes content; /* of the walk's memory */
	bool is_proved;
};

typedef enum exit_code found_take(const struct options *o, const struct found *f);

static void found_read(const struct held *h, struct found *f)
{
	const struct accord *a = h->accord;
	struct buf log = { (uint8_t *)f->log, 0, sizeof f->log - 1, false };
	struct shown *s = xcalloc(1, sizeof *s);
	const uint8_t *keys[ACCORD_VERSIONS_MAX];
	size_t count = 0;
	struct fault fault;
	struct note *note = &s->notes[0];
	size_t party = a->parties_count;

	if (fork_read(f->content, &s->fork, &fault) == ERR_OK &&
	    note_read(s->fork.sides[0].note, note, &fault) == ERR_OK) {
		origin_write(&note->origin, &log);
		party = accord_party_find(a, bytes_str(note->origin.party));
	}
	f->log[log.len] = '\0';
	if (party < a->parties_count)
		count = accord_node_keys(&h->versions.held, party, ACCORD_KEY_LOG, 0, keys);
	f->is_proved = count > 0 && fork_check(&s->fork, keys, count, &fault) == ERR_OK;
	free(s);
}

/* Every FORK statement of every log: whoever found one has it in his own, and we have his. */
static enum exit_code walk(const struct options *o, struct held *h, found_take *take, size_t *count)
{
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX + CONTENT_LEN_MAX);
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; code == EXIT_DONE && i < record_logs_count(h->record); i++) {
		struct log *log = record_log_at(h->record, i);
		size_t party = accord_party_find(h->accord, bytes_str(log->origin.party));
		struct place_key at = { { log->origin.channel, party, log->origin.epoch }, 0 };
		for (; code == EXIT_DONE && at.index < log->durable; at.index++) {
			struct buf bytes, content, place;
			struct entry entry;
			struct statement statement;
			struct found f = { 0 };
			buf_init(&bytes, memory, ENTRY_LEN_MAX);
			buf_init(&content, memory + ENTRY_LEN_MAX, CONTENT_LEN_MAX);
			buf_init(&place, (uint8_t *)f.place, sizeof f.place - 1);
			if (record_entry_read(h->record, log, at.index, &bytes, &entry, &statement) !=
				    ERR_OK ||
			    statement.kind != KIND_FORK || !statement.has_content ||
			    record_content(h->record, statement.content.hash, &content) != ERR_OK)
				continue;
			place_text_write(h->accord, &at, &place);
			f.content = buf_bytes(&content);
			found_read(h, &f);
			code = take(o, &f);
			++*count;
		}
	}
	free(memory);
	return code;
}

static enum exit_code list_one(const struct options *o, const struct found *f)
{
	json_t *row;

	if (!o->is_json) {
		say("{1}  {2}  {3}\n", f->place, f->log, f->is_proved ? _("PROVED") : _("proves nothing"));
		return EXIT_DONE;
	}
	row = json_pack("{s:s, s:s, s:b}", "place", f->place, "log", f->log, "proved", f->is_proved);
	json_say(row);
	json_decref(row);
	return EXIT_DONE;
}

static enum exit_code list(struct options *o)
{
	struct held h;
	enum exit_code code = held_open(&h, o, NULL);
	size_t count = 0;

	if (code != EXIT_DONE)
		return code;
	code = walk(o, &h, list_one, &count);
	held_close(&h);
	if (code == EXIT_DONE && count == 0 && !o->is_json)
		say_line(_("No log was forked, as far as this record tells."));
	return code;
}

/* The walk ends at the one that is wanted: EXIT_TIMEOUT stands for that, and is nobody's answer. */
#define WALK_ENDS EXIT_TIMEOUT

static enum exit_code take_out_one(const struct options *o, const struct found *f)
{
	const char *file = o->arguments[2];

	if (strcasecmp(f->place, o->arguments[1]) != 0)
		return EXIT_DONE;
	if (file_write_new(file, f->content, 0600) != ERR_OK)
		return refuse_unwritable(file);
	if (o->is_json)
		json_say_done("file", file);
	else
		say(_("{1} written; entente fork show {1} says what it proves\n"), file);
	return WALK_ENDS;
}

static enum exit_code take_out(struct options *o)
{
	struct held h;
	enum exit_code code;
	size_t count = 0;

	if (file_exists(o->arguments[2]))
		return refuse_existing(o->arguments[2]);
	code = held_open(&h, o, NULL);
	if (code != EXIT_DONE)
		return code;
	code = walk(o, &h, take_out_one, &count);
	held_close(&h);
	if (code == EXIT_DONE) {
		say_error(_("At {1} no fork is told of."), o->arguments[1]);
		say_next("entente fork list");
		return EXIT_NOT_FOUND;
	}
	return code == WALK_ENDS ? EXIT_DONE : code;
}

static const struct verb verbs[] = {
	{ "list", 1, 1, list },
	{ "show --accord --log-key", 2, 2, show },
	{ "export", 3, 3, take_out },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_fork = {
	"fork",
	"list | show FILE | export PLACE FILE",
	1,
	3,
	N_("the proofs that a log key has signed two histories: list, show, take out"),
	options,
	run,
	false,
};
