/* A text as the node has it, page by page; its file has the hash that stands beside it. */
#include "entente/text.h"

#include "base/alloc.h"
#include "crypto/hash.h"
#include "home/words.h"
#include "terminal/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 8 /* somebody writes in between: all of it is asked for again */

static enum exit_code check_file(const json_t *text)
{
	const char *file = json_str(text, "file");
	uint8_t said[HASH_LEN], hash[HASH_LEN];

	hash_sha256(bytes_str(file), hash);
	if (json_hex(text, "hash", said, sizeof said) == ERR_OK && memcmp(said, hash, HASH_LEN) == 0)
		return EXIT_DONE;
	say_error(_("The node's file of the text does not have the hash that it says."));
	say_next(_("sign nothing; entente verify"));
	return EXIT_INTEGRITY;
}

struct pages {
	const char *place, *until;
	json_t *text; /* the first page, to which the others are put */
	struct buf file;
	uint64_t unit;
	bool has_units; /* all of them */
};

static enum exit_code get_page(struct client *c, const struct pages *p, json_t **out)
{
	struct query q;

	query_open(&q, "/text");
	query_put(&q, "place", p->place);
	query_put_number(&q, "unit", p->unit);
	query_put_number(&q, "file", p->file.len);
	if (p->until != NULL)
		query_put(&q, "until", p->until);
	return client_get(c, &q, out);
}

static bool has_all(const struct pages *p)
{
	return p->has_units && p->file.len >= json_uint(p->text, "file_len");
}

/* Takes the page. False: it brings nothing more. */
static bool add_page(struct pages *p, json_t *page)
{
	struct bytes file = bytes_str(json_str(page, "file"));
	const json_t *next = json_object_get(page, "next_unit");
	uint64_t unit = next == NULL ? UINT32_MAX : json_uint(page, "next_unit");
	bool is_more = file.len > 0 || unit > p->unit;

	if (p->text == NULL)
		p->text = json_incref(page);
	else
		json_array_extend(json_object_get(p->text, "units"), json_object_get(page, "units"));
	buf_put(&p->file, file);
	p->unit = unit;
	p->has_units = next == NULL;
	json_decref(page);
	return is_more && buf_check(&p->file) == ERR_OK;
}

static enum exit_code say_incomplete(void)
{
	say_error(_("The node did not give all of the text: it is being written, or is longer than it "
		    "may be."));
	say_next(_("the same command again"));
	return EXIT_REFUSED;
}

static enum exit_code get_pages(struct client *c, struct pages *p)
{
	char hash[2 * HASH_LEN + 1] = "";

	for (int tries = 0; tries < TRIES_MAX;) {
		json_t *page = NULL;
		enum exit_code code = get_page(c, p, &page);
		if (code != EXIT_DONE)
			return code;
		if (p->text != NULL && strcmp(json_str(page, "hash"), hash) != 0) {
			json_decref(p->text);
			p->text = NULL;
			p->unit = 0;
			buf_reset(&p->file);
			json_decref(page);
			tries++;
			continue;
		}
		snprintf(hash, sizeof hash, "%s", json_str(page, "hash"));
		if (!add_page(p, page) && !has_all(p))
			break;
		if (has_all(p))
			return EXIT_DONE;
	}
	return say_incomplete();
}

static enum exit_code get_whole(struct client *c, const char *place, const char *until, json_t **out)
{
	struct pages p = { .place = place, .until = until };
	enum exit_code code;

	buf_init(&p.file, xcalloc(1, TEXT_FILE_LEN_MAX), TEXT_FILE_LEN_MAX);
	code = get_pages(c, &p);
	if (code == EXIT_DONE) {
		json_object_set_new(p.text, "file", json_stringn((const char *)p.file.ptr, p.file.len));
		json_object_del(p.text, "next_unit");
		json_object_del(p.text, "file_len");
		*out = json_incref(p.text);
	}
	json_decref(p.text);
	free(p.file.ptr);
	return code;
}

const char *text_reach(const json_t *text)
{
	if (json_is_false(json_object_get(text, "whole")))
		return _("This is the text as far as you may know of it: you are not cleared for all that "
			 "its channel "
			 "carries.");
	return "";
}

enum exit_code text_get(struct client *c, const char *word, const char *until, json_t **out)
{
	json_t *things = NULL;
	const json_t *found = NULL;
	enum exit_code code = dialogue_get(c, "text", &things);

	if (code == EXIT_DONE)
		found = dialogue_find(things, "text", word);
	if (code == EXIT_DONE && found == NULL)
		code = EXIT_NOT_FOUND;
	if (code == EXIT_DONE)
		code = get_whole(c, json_str(found, "place"), until, out);
	json_decref(things);
	return code == EXIT_DONE ? check_file(*out) : code;
}

const char *text_words(const json_t *unit, const char *language)
{
	const json_t *in = json_object_get(json_object_get(unit, "languages"), language);

	return json_str(json_array_get(json_object_get(in, "versions"), 0), "words");
}

const json_t *text_unit(const json_t *text, const char *name)
{
	const json_t *unit;
	size_t i;

	json_array_foreach(json_object_get(text, "units"), i, unit)
	{
		if (strcmp(json_str(unit, "name"), name) == 0)
			return unit;
	}
	return NULL;
}

enum exit_code text_has_unit(const json_t *text, const char *name)
{
	if (text_unit(text, name) != NULL)
		return EXIT_DONE;
	say_error(_("There is no unit {1} in the text."), name);
	say_next(_("entente text show {1}"), json_str(text, "name"));
	return EXIT_NOT_FOUND;
}
