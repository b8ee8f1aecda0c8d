#include "entente/accord_life.h"

#include "base/alloc.h"
#include "compose/post.h"
#include "compose/registrar.h"
#include "entente/init.h"
#include "entente/matrix.h"
#include "entente/rows.h"
#include "home/accord_rule.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *hex_of(const uint8_t hash[HASH_LEN], char out[2 * HASH_LEN + 1])
{
	bytes_write_hex((struct bytes){ hash, HASH_LEN }, out);
	return out;
}

/* ---- Draft: every file of the version before, and `accord` with its name in it. ---- */

/* The line that says what this version follows takes the place of the one that did. */
static void put_accord_file(const struct accord_dir *old, struct bytes file, struct buf *out)
{
	char hash[2 * HASH_LEN + 1], id[2 * ACCORD_ID_LEN + 1];
	struct bytes line;

	bytes_write_hex(BYTES_OF(old->accord->id), id);
	buf_put_str(out, "previous ");
	buf_put_str(out, hex_of(old->accord->hash, hash));
	buf_put_str(out, " id ");
	buf_put_str(out, id);
	buf_put_byte(out, '\n');
	while (bytes_take_until(&file, '\n', &line) == ERR_OK) {
		struct bytes rest = line, word = { NULL, 0 };
		while (rest.len > 0 && rest.ptr[0] == ' ')
			rest = (struct bytes){ rest.ptr + 1, rest.len - 1 };
		if (bytes_take_until(&rest, ' ', &word) != ERR_OK)
			word = rest;
		if (bytes_equal(word, BYTES_LIT("founding")) || bytes_equal(word, BYTES_LIT("previous")))
			continue;
		buf_put(out, line);
		buf_put_byte(out, '\n');
	}
}

/* Party and use: what a node has one key for. */
static bool is_same_use(struct bytes a, struct bytes b)
{
	struct bytes left, right;

	for (size_t i = 0; i < 2; i++) {
		if (bytes_take_until(&a, ' ', &left) != ERR_OK ||
		    bytes_take_until(&b, ' ', &right) != ERR_OK || !bytes_equal(left, right))
			return false;
	}
	return true;
}

/* The file `keys` with these lines in the place of those before them. ERR_NOT_FOUND: one has none. */
static enum err put_keys_file(struct bytes file, struct bytes fresh, struct buf *out)
{
	struct bytes line, lines = fresh;

	while (bytes_take_until(&file, '\n', &line) == ERR_OK) {
		struct bytes rest = fresh, other;
		while (bytes_take_until(&rest, '\n', &other) == ERR_OK) {
			if (is_same_use(line, other))
				line = other;
		}
		buf_put(out, line);
		buf_put_byte(out, '\n');
	}
	while (bytes_take_until(&lines, '\n', &line) == ERR_OK) {
		struct bytes rest = buf_bytes(out), other;
		bool is_there = false;
		while (bytes_take_until(&rest, '\n', &other) == ERR_OK)
			is_there = is_there || bytes_equal(line, other);
		if (!is_there)
			return ERR_NOT_FOUND;
	}
	return lines.len == 0 ? buf_check(out) : ERR_NOT_FOUND;
}

static enum exit_code read_lines(const struct options *o, struct buf *out)
{
	const char *path;
	size_t at = 0;

	while ((path = option_next(o, "lines", &at)) != NULL) {
		if (file_read(path, out) == ERR_OK)
			continue;
		say_error(_("The key lines {1} cannot be read: {2}."), path, strerror(errno));
		say_next("entente keys --rotate log,mirror,tls");
		return EXIT_NOT_FOUND;
	}
	return EXIT_DONE;
}

static enum exit_code write_draft(const struct options *o, const struct accord_dir *old, const char *to)
{
	uint8_t fresh_memory[ACCORD_FILE_LEN_MAX];
	struct buf memory, fresh = BUF_ON(fresh_memory);
	enum exit_code code = EXIT_DONE;

	code = read_lines(o, &fresh);
	if (code != EXIT_DONE)
		return code;
	if (file_exists(to))
		return refuse_existing(to);
	if (file_make_dir(to) != ERR_OK)
		return refuse_unwritable(to);
	buf_init(&memory, xcalloc(1, ACCORD_FILE_LEN_MAX + 512), ACCORD_FILE_LEN_MAX + 512);
	for (size_t i = 0; code == EXIT_DONE && i < old->files_count; i++) {
		struct bytes content = old->files[i].content;
		/* What that version opened is of the one before it. */
		if (bytes_equal(old->files[i].name, BYTES_LIT("opened")))
			continue;
		if (bytes_equal(old->files[i].name, BYTES_LIT("accord"))) {
			buf_reset(&memory);
			put_accord_file(old, content, &memory);
			content = buf_bytes(&memory);
		} else if (bytes_equal(old->files[i].name, BYTES_LIT("keys")) && fresh.len > 0) {
			buf_reset(&memory);
			if (put_keys_file(content, buf_bytes(&fresh), &memory) != ERR_OK) {
				say_error(_("A key line takes the place of none in {1}."), to);
				say_next("entente keys --rotate log,mirror,tls");
				code = EXIT_USAGE;
				break;
			}
			content = buf_bytes(&memory);
		}
		code = init_copy_file(to, old->files[i].name, content);
	}
	free(memory.ptr);
	return code;
}

/* The folder of the version that our node says is in force. */
static enum exit_code path_in_force(const struct options *o, char path[FILE_PATH_MAX])
{
	json_t *accord = NULL;
	enum exit_code code;
	struct client c;

	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = show_get(&c, "/accord", &accord);
	client_close(&c);
	if (code == EXIT_DONE && (size_t)snprintf(path, FILE_PATH_MAX, "%s/accord/%s", o->home,
						  json_str(accord, "accord_hash")) >= FILE_PATH_MAX)
		code = EXIT_ERROR;
	json_decref(accord);
	return code;
}

enum exit_code accord_draft(struct options *o)
{
	const char *to = o->arguments[1];
	char path[FILE_PATH_MAX];
	struct accord_dir old;
	enum exit_code code = EXIT_DONE;

	if (o->arguments_count > 2) {
		if (bytes_copy_str(bytes_str(o->arguments[2]), path, sizeof path) != ERR_OK)
			return accord_cannot_open(o->arguments[2], ERR_LIMIT);
	} else {
		code = path_in_force(o, path);
	}
	if (code == EXIT_DONE)
		code = accord_open_checked(&old, path);
	if (code != EXIT_DONE)
		return code;
	code = write_draft(o, &old, to);
	accord_dir_close(&old);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("folder", to);
	else if (code == EXIT_DONE)
		say(_("{1} is a copy of {2} that follows it; change its files, then: entente init accord "
		      "{1}; "
		      "entente accord check {1} {2}\n"),
		    to, path);
	return code;
}

/* ---- Diff: which files differ, and in which lines. ---- */

struct lines {
	struct bytes of[ACCORD_FILE_LEN_MAX];
	size_t count;
};

static void split(struct bytes file, struct lines *out)
{
	out->count = 0;
	while (bytes_take_until(&file, '\n', &out->of[out->count]) == ERR_OK)
		out->count++;
}

static void say_diff_line(char sign, struct bytes line)
{
	char text[ACCORD_LINE_LEN_MAX + 1], mark[2] = { sign, '\0' };

	if (bytes_copy_str(line, text, sizeof text) == ERR_OK)
		say("  {1} {2}\n", mark, text);
}

static bool has_line(const struct lines *lines, struct bytes line)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (bytes_equal(lines->of[i], line))
			return true;
	}
	return false;
}

/* A line is a statement, and what stands around it changes nothing: lines are compared as a set. */
static void diff_lines(struct bytes left, struct bytes right, json_t *gone, json_t *come)
{
	struct lines *a = xcalloc(1, sizeof *a), *b = xcalloc(1, sizeof *b);

	split(left, a);
	split(right, b);
	for (size_t i = 0; i < a->count; i++) {
		if (has_line(b, a->of[i]))
			continue;
		if (gone != NULL)
			json_array_append_new(gone, json_stringn((const char *)a->of[i].ptr, a->of[i].len));
		else
			say_diff_line('-', a->of[i]);
	}
	for (size_t i = 0; i < b->count; i++) {
		if (has_line(a, b->of[i]))
			continue;
		if (come != NULL)
			json_array_append_new(come, json_stringn((const char *)b->of[i].ptr, b->of[i].len));
		else
			say_diff_line('+', b->of[i]);
	}
	free(a);
	free(b);
}

static void diff_file(struct bytes name, struct bytes left, struct bytes right, json_t *files)
{
	char text[256];
	json_t *gone = NULL, *come = NULL;

	if (bytes_compare(left, right) == 0 || bytes_copy_str(name, text, sizeof text) != ERR_OK)
		return;
	if (files == NULL) {
		say(_("differs: {1}\n"), text);
	} else {
		gone = json_array();
		come = json_array();
	}
	diff_lines(left, right, gone, come);
	if (files != NULL)
		json_array_append_new(files,
				      json_pack("{s:s, s:o, s:o}", "file", text, "gone", gone, "come", come));
}

/* Both lists rise by name; a file that only one has counts as empty in the other. */
static size_t diff_files(const struct accord_dir *left, const struct accord_dir *right, json_t *files)
{
	size_t a = 0, b = 0, count = 0;
	const struct bytes none = { NULL, 0 };

	while (a < left->files_count || b < right->files_count) {
		int order = a == left->files_count ? 1
			    : b == right->files_count
				    ? -1
				    : bytes_compare(left->files[a].name, right->files[b].name);
		struct bytes name = order <= 0 ? left->files[a].name : right->files[b].name;
		struct bytes was = order <= 0 ? left->files[a++].content : none;
		struct bytes is = order >= 0 ? right->files[b++].content : none;
		count += bytes_compare(was, is) != 0;
		diff_file(name, was, is, files);
	}
	return count;
}

/* Without asking for its MANIFEST: a version that is being written has none yet, or an old one. */
static bool is_read(struct accord_dir *d)
{
	struct buf manifest;
	enum err e;

	buf_init(&manifest, xcalloc(1, MANIFEST_LEN_MAX), MANIFEST_LEN_MAX);
	accord_manifest_write(d->files, d->files_count, &manifest);
	e = buf_check(&manifest);
	if (e == ERR_OK)
		e = accord_read(buf_bytes(&manifest), d->files, d->files_count, &d->arena, &d->accord,
				&d->fault);
	free(manifest.ptr);
	return e == ERR_OK;
}

static enum exit_code write_opened(const struct accord_dir *next, const struct accord_dir *old)
{
	uint8_t *memory = xcalloc(1, ACCORD_FILE_LEN_MAX);
	char path[FILE_PATH_MAX];
	struct buf text;
	enum exit_code code = EXIT_DONE;
	enum err e;

	buf_init(&text, memory, ACCORD_FILE_LEN_MAX);
	e = opened_text(next->accord, old->accord, &text);
	if (e == ERR_OK)
		e = file_path(path, next->path, "opened");
	/* What opens nothing has no such file. */
	if (e == ERR_OK && (text.len > 0 ? file_write(path, buf_bytes(&text), 0644) != ERR_OK
					 : unlink(path) != 0 && errno != ENOENT))
		code = refuse_unwritable(path);
	free(memory);
	if (e == ERR_OK)
		return code;
	say_error(_("What {1} opens over {2} is too much for one file."), next->path, old->path);
	say_next(_("open it in several versions, one after the other"));
	return EXIT_REFUSED;
}

/* Who reads more by it, who less. Nothing of it where one of them holds not every rule. */
static enum exit_code diff_guidelines(struct accord_dir *left, struct accord_dir *right,
				      const struct options *o, json_t *all)
{
	if (!is_read(left) || !is_read(right)) {
		const struct accord_dir *bad = left->accord == NULL ? left : right;
		if (option_is_given(o, "opened")) {
			say_error(_("{1} does not hold every rule, so what it opens is not known."),
				  bad->path);
			say_next("entente init accord {1}; entente accord check {1}", bad->path);
			return EXIT_REFUSED;
		}
		return EXIT_DONE;
	}
	if (all != NULL)
		json_object_set_new(all, "opened", opened_json(right->accord, left->accord));
	else
		show_opened(right->accord, left->accord, option_is_given(o, "all"));
	return option_is_given(o, "opened") ? write_opened(right, left) : EXIT_DONE;
}

enum exit_code accord_diff(struct options *o)
{
	struct accord_dir left, right;
	json_t *files, *all;
	enum exit_code code;
	size_t count;
	enum err e;

	e = accord_dir_open(&left, o->arguments[1]);
	if (e != ERR_OK)
		return accord_cannot_open(o->arguments[1], e);
	e = accord_dir_open(&right, o->arguments[2]);
	if (e != ERR_OK) {
		accord_dir_close(&left);
		return accord_cannot_open(o->arguments[2], e);
	}
	files = o->is_json ? json_array() : NULL;
	count = diff_files(&left, &right, files);
	if (o->is_json) {
		all = json_pack("{s:b, s:o}", "same", count == 0, "files", files);
		code = diff_guidelines(&left, &right, o, all);
		json_say(all);
		json_decref(all);
	} else if (count == 0) {
		say_line(_("no difference"));
		code = EXIT_DONE;
	} else {
		code = diff_guidelines(&left, &right, o, NULL);
	}
	accord_dir_close(&left);
	accord_dir_close(&right);
	if (code != EXIT_DONE || option_is_given(o, "opened"))
		return code;
	return count == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* ---- Adopt: into the home, to the node; with the registrar's key our logs move to it. ---- */

static enum exit_code hand_over(struct client *c, const char *hash)
{
	struct client_answer answer;
	char target[128];
	const char *err;
	enum exit_code code = EXIT_REFUSED;

	snprintf(target, sizeof target, "/versions?hash=%s", hash);
	if (client_ask(c, "POST", target, (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return EXIT_ERROR;
	err = json_str(answer.json, "err");
	if (answer.status != 200) {
		code = client_explain(&answer);
	} else if (strcmp(err, "OK") == 0 || strcmp(err, "EXISTS") == 0) {
		code = EXIT_DONE;
	} else {
		const char *rule = json_str(answer.json, "rule"), *text = accord_rule_text(rule);
		if (text != NULL)
			say_error(_("The node does not take this version: {1} ({2})."), _(text), rule);
		else
			say_error(_("The node does not take this version: {1}."),
				  _(json_str(answer.json, "text")));
		say_next(_("entente accord check DIR OLD, with the version in force as OLD, says what is "
			   "missing"));
	}
	client_answer_finish(&answer);
	return code;
}

/* Peers of whom the node does not know that they hold this version; an empty text: there is none. */
static enum exit_code find_behind(struct client *c, const char *hash, char *out, size_t size)
{
	json_t *accord = NULL, *versions = NULL;
	const json_t *party, *holder, *version = NULL;
	enum exit_code code = show_get(c, "/accord", &accord);
	size_t i, j;

	out[0] = '\0';
	if (code == EXIT_DONE)
		code = show_get(c, "/versions", &versions);
	json_array_foreach(json_object_get(versions, "versions"), i, version)
	{
		if (strcmp(json_str(version, "hash"), hash) == 0)
			break;
	}
	json_array_foreach(json_object_get(accord, "parties"), i, party)
	{
		bool is_holder = false;
		json_array_foreach(json_object_get(version, "held_by"), j, holder) is_holder |=
			strcmp(json_string_value(holder), json_str(party, "name")) == 0;
		if (!is_holder && strlen(out) + 2 * PARTY_NAME_MAX < size)
			snprintf(out + strlen(out), size - strlen(out), "%s%s", out[0] == '\0' ? "" : ", ",
				 json_str(party, "code"));
	}
	json_decref(accord);
	json_decref(versions);
	return code;
}

/* One statement of the registrar's for every log: the version, or the opening of channels that it brings. */
static enum exit_code say_version(struct client *c, const struct options *o, const struct accord *a,
				  enum kind kind, char place[PLACE_TEXT_LEN])
{
	const char *names[PARTY_MAX];
	struct officer registrar = { 0 };
	json_t *accord = NULL;
	struct draft d;
	enum exit_code code = show_get(c, "/accord", &accord);

	for (size_t i = 0; i < a->parties_count; i++)
		names[i] = a->parties[i].name;
	if (code == EXIT_DONE)
		code = registrar_draft(&d, kind, o, BYTES_OF(a->id), json_str(accord, "party"), names,
				       a->parties_count);
	else
		draft_open(&d, kind);
	if (code == EXIT_DONE)
		code = officer_open(&registrar, o);
	if (code == EXIT_DONE) {
		registrar_fill_open(&d, a->hash); /* an `accord` statement has it in the same field */
		memcpy(registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
		code = draft_sign(&d, &registrar);
	}
	if (code == EXIT_DONE)
		code = post_draft(c, &d, place);
	officer_close(&registrar);
	draft_close(&d);
	json_decref(accord);
	return code;
}

/* Whether one of our channels under it was never opened. */
static bool has_unopened(const json_t *accord)
{
	const json_t *channel, *epoch;
	size_t i, j;

	json_array_foreach(json_object_get(accord, "channels"), i, channel)
	{
		json_array_foreach(json_object_get(channel, "epochs"), j, epoch)
		{
			if (strcmp(json_str(epoch, "party"), json_str(accord, "party")) == 0 &&
			    json_uint(epoch, "epoch") == 0)
				return true;
		}
	}
	return false;
}

/* *place: of the last statement that was filed; "": none was. */
static enum exit_code move(struct client *c, const struct options *o, const struct accord *a,
			   const char *hash, char place[PLACE_TEXT_LEN])
{
	char behind[PARTY_MAX * 2 * PARTY_NAME_MAX];
	json_t *accord = NULL;
	enum exit_code code = find_behind(c, hash, behind, sizeof behind);

	if (code == EXIT_DONE && behind[0] != '\0' && !option_is_given(o, "anyway")) {
		say_error(_("{1} is not known to hold this version: what we say under it would wait there, "
			    "unread."),
			  behind);
		say_next(_("wait until it has adopted it and the line is up, or say --anyway"));
		return EXIT_REFUSED;
	}
	if (code == EXIT_DONE)
		code = show_get(c, "/accord", &accord);
	if (code == EXIT_DONE && strcmp(json_str(accord, "accord_hash"), hash) != 0)
		code = say_version(c, o, a, KIND_ACCORD, place);
	json_decref(accord);
	accord = NULL;
	if (code == EXIT_DONE)
		code = show_get(c, "/accord", &accord);
	if (code == EXIT_DONE && has_unopened(accord))
		code = say_version(c, o, a, KIND_OPEN, place);
	json_decref(accord);
	return code;
}

#define LINES_WAIT_MS 1000u
#define LINES_STEP_MS 50u

/* A line whose TLS key changes by this very move is down for a moment, and back before anybody could act. */
static bool does_line_stay_down(struct client *c)
{
	for (unsigned ms = 0; ms < LINES_WAIT_MS; ms += LINES_STEP_MS) {
		if (check_lines_on(c, 0, "", true) != EXIT_LINE_DOWN)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = LINES_STEP_MS * 1000000 }, NULL);
	}
	return true;
}

static enum exit_code adopt(const struct options *o, const struct accord_dir *d, const char *hash)
{
	bool is_move = option_value(o, "key") != NULL;
	struct client c;
	char held[FILE_PATH_MAX], place[PLACE_TEXT_LEN] = "";
	enum exit_code code = EXIT_DONE;

	if ((size_t)snprintf(held, sizeof held, "%s/accord/%s", o->home, hash) >= sizeof held)
		return EXIT_USAGE;
	/* What is not signed does not come into the home, where the next start would look at it. */
	if (!file_exists(held))
		code = accord_check_signed(d);
	if (code == EXIT_DONE)
		code = init_copy_accord(d, o->home, hash);
	if (code != EXIT_DONE)
		return code;
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = hand_over(&c, hash);
	if (code == EXIT_DONE && is_move)
		code = move(&c, o, d->accord, hash, place);
	if (code == EXIT_DONE && o->is_json)
		json_say_done(is_move ? "in_force" : "held", hash);
	else if (code == EXIT_DONE)
		say(is_move ? _("version {1} is in force in every log of ours\n")
			    : _("version {1} is held; in force for us once our registrar says so: the same "
				"command with --key REGISTRAR\n"),
		    hash);
	if (code == EXIT_DONE && place[0] != '\0' && does_line_stay_down(&c))
		code = check_lines_on(&c, 0, place, o->is_json);
	client_close(&c);
	return code;
}

enum exit_code accord_adopt(struct options *o)
{
	char hash[2 * HASH_LEN + 1];
	struct accord_dir d;
	enum exit_code code = accord_open_checked(&d, o->arguments[1]);

	if (code != EXIT_DONE)
		return code;
	code = adopt(o, &d, hex_of(d.accord->hash, hash));
	accord_dir_close(&d);
	return code;
}
