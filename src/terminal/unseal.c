#include "terminal/unseal.h"

#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "base/alloc.h"
#include "crypto/hash.h"
#include "sys/file.h"
#include "terminal/held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_LEN_MAX (1u << 20) /* of a content as JSON */

/* ---- Headers that were made when a holder changed. ---- */

static const char *wraps_folder(const struct options *o)
{
	const char *folder = option_value(o, "wraps");

	if (folder == NULL)
		folder = getenv("ENTENTE_WRAPS");
	return folder == NULL || folder[0] == '\0' ? NULL : folder;
}

/* A wrap may be as long as its file: its header is in front. */
static enum err read_front(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return ERR_NOT_FOUND;
	out->len = fread(out->ptr, 1, out->max, file);
	fclose(file);
	return ERR_OK;
}

/* The new header counts for nothing by itself: its file key must be that of the file in the record. */
static enum err unwrap_beside(const struct identities *ids, const char *folder, const struct age_header *of,
			      const uint8_t hash[HASH_LEN], uint8_t file_key[AGE_FILE_KEY_LEN])
{
	char name[2 * HASH_LEN + sizeof ".age"], path[FILE_PATH_MAX];
	struct age_header h;
	struct fault fault;
	struct bytes in;
	struct buf wrap;
	enum err e;

	bytes_write_hex((struct bytes){ hash, HASH_LEN }, name);
	memcpy(name + 2 * HASH_LEN, ".age", sizeof ".age");
	e = file_path(path, folder, name);
	buf_init(&wrap, xcalloc(1, AGE_HEADER_LEN_MAX), AGE_HEADER_LEN_MAX);
	if (e == ERR_OK)
		e = read_front(path, &wrap);
	in = buf_bytes(&wrap);
	if (e == ERR_OK)
		e = age_header_read(&in, &h, &fault);
	if (e == ERR_OK)
		e = age_header_unwrap(&h, ids->of, ids->count, file_key);
	if (e == ERR_OK)
		e = age_header_verify(of, file_key);
	free(wrap.ptr);
	return e;
}

enum err unseal_key(const struct identities *ids, const struct options *o, const struct age_header *h,
		    const uint8_t hash[HASH_LEN], uint8_t file_key[AGE_FILE_KEY_LEN])
{
	const char *folder = wraps_folder(o);
	enum err e = age_header_unwrap(h, ids->of, ids->count, file_key);

	if ((e != ERR_NOT_FOUND && e != ERR_REFUSED) || folder == NULL)
		return e;
	return unwrap_beside(ids, folder, h, hash, file_key) == ERR_OK ? ERR_OK : e;
}

enum err unseal(const struct identities *ids, const struct options *o, uint64_t kind, struct bytes file,
		struct buf *out, uint8_t file_key[AGE_FILE_KEY_LEN], struct fault *fault)
{
	uint8_t hash[HASH_LEN];
	struct bytes rest = file;
	struct age_header h;
	enum err e = age_look(file, file.len, kind, fault);

	if (e == ERR_OK)
		e = age_header_read(&rest, &h, fault);
	if (e != ERR_OK)
		return e;
	hash_sha256(file, hash);
	*fault = (struct fault){ "age.mac", h.covered.len };
	e = unseal_key(ids, o, &h, hash, file_key);
	return e == ERR_OK ? age_open_by_key(file, file_key, out, fault) : e;
}

/* ---- Its words, as the API says those of a clear one. ---- */

static void words_of(struct reply *r, struct bytes content)
{
	reply_content(r, NULL, NULL, content);
}

typedef void reply_words(struct reply *r, struct bytes content);

static void put_words(json_t *to, struct bytes content, reply_words *words)
{
	struct buf text;
	struct reply r = { &text };
	json_t *members;

	buf_init(&text, xcalloc(1, WORDS_LEN_MAX), WORDS_LEN_MAX);
	reply_object(&r, NULL);
	words(&r, content);
	reply_object_end(&r);
	members = buf_check(&text) == ERR_OK ? json_loadb((const char *)text.ptr, text.len, 0, NULL) : NULL;
	if (members != NULL)
		json_object_update(to, members);
	json_decref(members);
	age_wipe(text.ptr, text.len);
	free(text.ptr);
}

void form_words(json_t *to, const struct options *o, const struct statement *s, struct bytes words)
{
	struct held held;
	struct content content;
	struct fault fault;
	struct buf text;
	struct reply r = { &text };
	json_t *members = NULL;
	bool has_words = words.len > 0 && content_read(words, &content, &fault) == ERR_OK;

	buf_init(&text, xcalloc(1, WORDS_LEN_MAX), WORDS_LEN_MAX);
	reply_object(&r, NULL);
	if (has_words)
		reply_read_fields(&r, &content);
	if (s->has_form && held_accord(&held, o) == EXIT_DONE) {
		reply_filled(&r, held.accord, s);
		if (has_words)
			reply_filled_content(&r, held.accord, s, &content);
	}
	if (s->has_form)
		held_close(&held);
	reply_object_end(&r);
	if (buf_check(&text) == ERR_OK)
		members = json_loadb((const char *)text.ptr, text.len, 0, NULL);
	if (members != NULL)
		json_object_update(to, members);
	json_decref(members);
	age_wipe(text.ptr, text.len);
	free(text.ptr);
}

/* Of an entry that was opened, by its statement as it was signed. */
static void put_form(json_t *to, const struct options *o, struct bytes words)
{
	struct buf bytes;
	struct statement s;
	struct fault fault;

	if (json_bytes(to, "statement", &bytes) != ERR_OK)
		return;
	if (statement_read(buf_bytes(&bytes), &s, &fault) == ERR_OK)
		form_words(to, o, &s, words);
	free(bytes.ptr);
}

static uint64_t sealing_of(const json_t *entry)
{
	return json_uint(json_object_get(entry, "content"), "sealing");
}

static void open_into(json_t *to, struct bytes file, const struct identities *ids, const struct options *o,
		      reply_words *words)
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	struct fault fault;
	struct buf plain;
	enum err e;

	buf_init(&plain, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	e = unseal(ids, o, sealing_of(to), file, &plain, file_key, &fault);
	if (e == ERR_OK)
		put_words(to, buf_bytes(&plain), words);
	if (e == ERR_OK && words == words_of)
		put_form(to, o, buf_bytes(&plain));
	if (e == ERR_VERIFY)
		json_object_set_new(to, "unreadable", json_string(fault.rule));
	json_object_set_new(to, "opened", json_boolean(e == ERR_OK));
	age_wipe(file_key, sizeof file_key);
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
}

/* Each has its name and its own hash from what was opened, and how the node has it from the statement. */
static void join_attachments(json_t *entry, const json_t *stored)
{
	json_t *named = json_object_get(entry, "attachments"), *row;
	size_t i;

	if (json_array_size(named) != json_array_size(stored)) {
		json_object_set_new(entry, "unreadable", json_string("content.attachments"));
		json_object_del(entry, "attachments");
		return;
	}
	json_array_foreach(named, i, row)
	{
		const json_t *blob = json_array_get(stored, i);
		json_object_set(row, "file_hash", json_object_get(row, "hash"));
		json_object_set(row, "file_len", json_object_get(row, "len"));
		json_object_set(row, "hash", json_object_get(blob, "hash"));
		json_object_set(row, "len", json_object_get(blob, "len"));
		json_object_set_new(row, "sealing", json_integer((json_int_t)sealing_of(entry)));
	}
}

static bool is_sealed(const json_t *entry)
{
	return sealing_of(entry) != SEALING_NONE;
}

void unseal_entry(json_t *entry, const struct identities *ids, const struct options *o)
{
	json_t *stored = json_incref(json_object_get(entry, "attachments"));
	struct buf file;

	if (is_sealed(entry) && json_bytes(entry, "content_bytes", &file) == ERR_OK) {
		json_object_del(entry, "attachments");
		open_into(entry, buf_bytes(&file), ids, o, words_of);
		free(file.ptr);
		if (json_flag(entry, "opened"))
			join_attachments(entry, stored);
		else if (stored != NULL)
			json_object_set(entry, "attachments", stored);
	}
	json_decref(stored);
}

static void unseal_row(json_t *row, const struct identities *ids, const struct options *o, struct client *c)
{
	struct client_answer answer;
	struct query q;

	if (!is_sealed(row) || ids->count == 0 || json_flag(row, "erased"))
		return;
	query_open(&q, "/content");
	query_put(&q, "place", json_str(row, "place"));
	if (client_ask(c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return;
	if (answer.status == 200)
		open_into(row, buf_bytes(&answer.body), ids, o, reply_title);
	client_answer_finish(&answer);
}

enum exit_code unseal_rows(json_t *rows, const struct options *o, struct client *c)
{
	struct identities ids;
	enum exit_code code = identities_open(&ids, o);
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (code == EXIT_DONE)
			unseal_row(row, &ids, o, c);
	}
	identities_close(&ids);
	return code;
}
