#include "compose/outbox.h"

#include "base/alloc.h"
#include "compose/submit.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTBOX_MAX 4096u
#define PARTS_OLD_S 3600u /* another terminal may be writing one now */
/* "TIME-ID", so that names rise as the statements were made, and are said again in that order. */
#define TIME_TEXT_LEN 16
#define NAME_LEN (TIME_TEXT_LEN + 1 + 2 * STATEMENT_ID_LEN)

static bool make_dirs(char *path)
{
	for (char *at = path + 1; *at != '\0'; at++) {
		enum err e;
		if (*at != '/')
			continue;
		*at = '\0';
		e = file_make_dir(path);
		*at = '/';
		if (e != ERR_OK && errno != EACCES && errno != EROFS && errno != EEXIST)
			return false;
	}
	return file_make_dir(path) == ERR_OK;
}

static bool outbox_dir(char out[FILE_PATH_MAX])
{
	const char *own = getenv("ENTENTE_OUTBOX"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;

	if (own != NULL && own[0] != '\0')
		n = snprintf(out, FILE_PATH_MAX, "%s", own);
	else if (state != NULL && state[0] != '\0')
		n = snprintf(out, FILE_PATH_MAX, "%s/entente/outbox", state);
	else
		n = snprintf(out, FILE_PATH_MAX, "%s/.local/state/entente/outbox", home == NULL ? "" : home);
	return n > 0 && (size_t)n < FILE_PATH_MAX && out[0] == '/' && make_dirs(out);
}

static void item_name(const struct draft *d, char out[NAME_LEN + 1])
{
	snprintf(out, NAME_LEN + 1, "%016llu-", (unsigned long long)d->statement.claimed.ms);
	bytes_write_hex(BYTES_OF(d->statement.id), out + TIME_TEXT_LEN + 1);
}

static bool item_path(const struct draft *d, char dir[FILE_PATH_MAX], char out[FILE_PATH_MAX])
{
	char name[NAME_LEN + 1];

	item_name(d, name);
	return outbox_dir(dir) && file_path(out, dir, name) == ERR_OK;
}

enum exit_code outbox_put(const struct draft *d, struct bytes body)
{
	const char *own = getenv("ENTENTE_OUTBOX");
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];

	if (item_path(d, dir, path) && file_write(path, body, 0600) == ERR_OK)
		return EXIT_DONE;
	/* From another folder it would be another one, and what lies in it would never be said again. */
	if (own != NULL && own[0] != '\0' && own[0] != '/') {
		say_error(_("$ENTENTE_OUTBOX is {1}, which is another folder wherever you stand. Nothing was "
			    "sent."),
			  own);
		say_next(_("set $ENTENTE_OUTBOX to a path that begins with /"));
		return EXIT_USAGE;
	}
	say_error(_("The terminal's own copy could not be kept: {1}. Nothing was sent."), strerror(errno));
	say_next(_("set $ENTENTE_OUTBOX to a folder of your own with room"));
	return EXIT_ERROR;
}

void outbox_drop(const struct draft *d)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];

	if (item_path(d, dir, path))
		unlink(path);
}

/* The file's name tells the place, so that a sweep needs one question for all of them. */
static void name_place(const char *dir, const char *name, const json_t *entry)
{
	char old[FILE_PATH_MAX], placed[128], path[FILE_PATH_MAX];

	snprintf(placed, sizeof placed, "%.*s@%llu.%s.%llu.%llu", (int)NAME_LEN, name,
		 (unsigned long long)json_uint(entry, "channel"), json_str(entry, "party"),
		 (unsigned long long)json_uint(entry, "epoch"),
		 (unsigned long long)json_uint(entry, "index"));
	if (file_path(old, dir, name) == ERR_OK && file_path(path, dir, placed) == ERR_OK)
		(void)rename(old, path); /* at worst it is said once more, under its old id */
}

static json_t *fetch_entry(struct client *c, const char *place_text)
{
	struct query q;
	json_t *entry;

	query_open(&q, "/entry");
	query_put(&q, "place", place_text);
	return client_get(c, &q, &entry) == EXIT_DONE ? entry : NULL;
}

void outbox_place(const struct draft *d, const char *place_text, struct client *c)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX], name[NAME_LEN + 1];
	json_t *entry = fetch_entry(c, place_text);

	item_name(d, name);
	if (entry != NULL && item_path(d, dir, path))
		name_place(dir, name, entry);
	json_decref(entry);
}

/* ---- All of them. ---- */

struct items {
	char dir[FILE_PATH_MAX];
	uint8_t *memory;
	struct bytes *names;
	size_t count;
};

static bool items_read(struct items *list)
{
	struct arena arena;

	*list = (struct items){ 0 };
	if (!outbox_dir(list->dir))
		return false;
	list->memory = xcalloc(OUTBOX_MAX, 160);
	list->names = xcalloc(OUTBOX_MAX, sizeof *list->names);
	arena_init(&arena, list->memory, (size_t)OUTBOX_MAX * 160);
	return file_list(list->dir, &arena, list->names, OUTBOX_MAX, &list->count) == ERR_OK;
}

static void items_free(struct items *list)
{
	free(list->memory);
	free(list->names);
}

/* Whether every other party has cosigned beyond this place, as GET /logs says. */
static bool is_received(const json_t *logs, uint64_t channel, const char *party, uint64_t epoch,
			uint64_t index)
{
	const json_t *log, *size;
	const char *peer;
	size_t i;

	json_array_foreach(logs, i, log)
	{
		json_t *cosigned = json_object_get(log, "cosigned");
		if (json_uint(log, "channel") != channel || json_uint(log, "epoch") != epoch ||
		    strcmp(json_str(log, "party"), party) != 0)
			continue;
		json_object_foreach(cosigned, peer, size)
		{
			if (json_integer_value(size) <= (json_int_t)index)
				return false;
		}
		return true;
	}
	return false;
}

static bool item_is_received(const json_t *logs, const char *name)
{
	char party[PARTY_NAME_MAX + 1];
	unsigned long long channel, epoch, index;

	return strlen(name) > NAME_LEN &&
	       sscanf(name + NAME_LEN, "@%llu.%16[a-z0-9-].%llu.%llu", &channel, party, &epoch, &index) ==
		       4 &&
	       is_received(logs, channel, party, epoch, index);
}

size_t outbox_sweep(struct client *c)
{
	struct items list;
	struct query q;
	json_t *answer = NULL;
	size_t left = 0;

	query_open(&q, "/logs");
	if (outbox_dir(list.dir))
		file_sweep_parts(list.dir, PARTS_OLD_S);
	if (items_read(&list) && list.count > 0 && client_get(c, &q, &answer) == EXIT_DONE) {
		for (size_t i = 0; i < list.count; i++) {
			char path[FILE_PATH_MAX];
			const char *name = (const char *)list.names[i].ptr;
			if (item_is_received(json_object_get(answer, "logs"), name) &&
			    file_path(path, list.dir, name) == ERR_OK)
				unlink(path);
			else
				left++;
		}
	}
	json_decref(answer);
	items_free(&list);
	return left;
}

/* Nothing of it was filed when its answer did not come: it goes where it would have gone then. */
static enum exit_code submit_item(struct client *c, const struct options *o, const char *path,
				  struct bytes body, const json_t *answer)
{
	struct posted p = { .needed = json_uint(answer, "needed"), .line = json_uint(answer, "line") };
	enum exit_code code = submit_again(c, o, body, &p);
	json_t *out;

	if (code != EXIT_DONE)
		return code;
	unlink(path);
	if (p.place[0] == '\0')
		return EXIT_DONE;
	out = posted_json(&p);
	if (o->is_json)
		json_say(out);
	else
		posted_say(&p);
	json_decref(out);
	return EXIT_DONE;
}

/*
 * Drafts are held by this node alone: what went with its disk comes from nobody, and no yes or no to it
 * counts.
 */
static bool is_of_lost_draft(struct bytes body, const json_t *answer)
{
	struct draft d;
	bool is_about_draft;

	draft_open(&d, KIND_MESSAGE);
	is_about_draft = draft_read_body(&d, body) == ERR_OK &&
			 (d.statement.kind == KIND_APPROVE || d.statement.kind == KIND_REFUSE);
	draft_close(&d);
	return is_about_draft && (strcmp(json_str(answer, "err"), "NOT_FOUND") == 0 ||
				  strcmp(json_str(answer, "rule"), "REFERS") == 0);
}

/* What was filed again may wait here as it did the first time. */
static enum exit_code check_again(struct client *c, struct bytes body, const char *place, bool is_quiet)
{
	struct draft d;
	enum exit_code code = EXIT_DONE;

	draft_open(&d, KIND_MESSAGE);
	if (draft_read_body(&d, body) == ERR_OK)
		code = check_lines(c, &d, place, is_quiet);
	draft_close(&d);
	return code;
}

/* is_told: that a line is down was said of one before. */
static enum exit_code item_again(struct client *c, const struct options *o, const struct items *list,
				 const char *name, struct buf *body, bool is_told)
{
	struct client_answer answer;
	char path[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;
	const json_t *first;

	buf_reset(body);
	if (file_path(path, list->dir, name) != ERR_OK || file_read(path, body) != ERR_OK)
		return EXIT_ERROR;
	if (client_ask(c, "POST", "/statements", buf_bytes(body), &answer) != ERR_OK)
		return EXIT_ERROR;
	first = json_array_get(answer.json, 0);
	if (strcmp(json_str(first, "err"), "OK") == 0) {
		bool is_said = json_flag(first, "said");
		json_t *entry = is_said ? NULL : fetch_entry(c, json_str(first, "place"));
		if (is_said)
			unlink(path);
		else if (entry != NULL)
			name_place(list->dir, name, entry);
		json_decref(entry);
		if (o->is_json)
			json_say(first);
		else
			say("{1}  {2}\n", json_str(first, "place"),
			    is_said || json_flag(first, "repeat") ? _("stands there already") : _("QUEUED"));
		if (!is_said)
			code = check_again(c, buf_bytes(body), json_str(first, "place"),
					   is_told || o->is_json);
	} else if (strcmp(json_str(first, "rule"), "APPROVAL") == 0) {
		code = submit_item(c, o, path, buf_bytes(body), first);
	} else if (is_of_lost_draft(buf_bytes(body), first)) {
		unlink(path);
		say_line(_("An approval is dropped: its draft was lost with the node's disk. Its author "
			   "submits it anew."));
	} else {
		code = client_explain(&answer);
	}
	client_answer_finish(&answer);
	return code;
}

enum exit_code outbox_again(struct client *c, const struct options *o)
{
	enum exit_code code = EXIT_DONE;
	struct items list;
	struct buf body;

	(void)outbox_sweep(c);
	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	if (!items_read(&list)) {
		say_error(_("The outbox {1} cannot be read: {2}."), list.dir, strerror(errno));
		say_next(_("set $ENTENTE_OUTBOX to a folder of your own with room"));
		code = EXIT_ERROR;
	}
	if (code == EXIT_DONE && list.count == 0 && !o->is_json)
		say_line(_("Everything that this terminal signed has its STATION RECEIPT."));
	for (size_t i = 0; i < list.count; i++) {
		enum exit_code one = item_again(c, o, &list, (const char *)list.names[i].ptr, &body,
						code == EXIT_LINE_DOWN);
		if (one != EXIT_DONE)
			code = one;
	}
	items_free(&list);
	free(body.ptr);
	return code;
}
