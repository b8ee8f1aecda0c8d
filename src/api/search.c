/*
 * Search: the words of a message that its reader knows of. Every message is looked through, some in each
 * request, and what comes back says where the next one goes on: there is no index that could tell of what he
 * may not know.
 */
#include "accord/searched.h"
#include "api/list.h"
#include "api/runs.h"
#include "base/alloc.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

/* A syllable has three letters of three bytes each; what would not fit is not searched. */
#define LETTERS_MAX (3u * CONTENT_LEN_MAX)

struct search {
	struct buf words[SEARCH_WORDS_MAX];
	uint8_t memory[SEARCH_WORDS_MAX][SEARCH_WORD_LEN_MAX];
	size_t words_count;
	uint8_t *letters; /* LETTERS_MAX */
	uint32_t channel; /* 0: all */
	size_t party;	  /* whose messages; of parties_count: everybody's */
	uint64_t from_ms, to_ms, limit;
	struct message_at at; /* the last that was looked through */
	size_t row;	      /* of accord.channels, in which that is */
	size_t found, looked, len;
};

/* ---- What is asked. ---- */

static enum err read_words(struct bytes text, struct search *s)
{
	struct bytes word;

	while (text.len > 0) {
		struct buf *b = &s->words[s->words_count];

		if (bytes_take_until(&text, ' ', &word) != ERR_OK) {
			word = text;
			text.len = 0;
		}
		if (word.len == 0)
			continue;
		if (s->words_count == SEARCH_WORDS_MAX)
			return ERR_LIMIT;
		buf_init(b, s->memory[s->words_count], SEARCH_WORD_LEN_MAX);
		searched_put(word, b);
		if (buf_check(b) != ERR_OK)
			return ERR_LIMIT;
		s->words_count += b->len > 0;
	}
	return s->words_count > 0 ? ERR_OK : ERR_USAGE;
}

static enum err read_after(struct api *a, struct request *q, struct search *s)
{
	const struct accord *accord = node_accord(a->node);
	enum err e;

	if (request_word(q, "after").ptr == NULL) {
		s->at.order = s->from_ms;
		return ERR_OK;
	}
	e = list_position_read(a, q, "after", &s->at);
	while (e == ERR_OK && s->row < accord->channels_count &&
	       accord->channels[s->row].number != s->at.place.log.channel)
		s->row++;
	return e;
}

static enum err read_search(struct api *a, struct request *q, struct search *s)
{
	enum err e = read_words(request_word(q, "words"), s);

	if (e == ERR_LIMIT)
		q->rule = "SEARCH_WORDS_MAX";
	if (e == ERR_OK && request_word(q, "channel").ptr != NULL)
		e = request_channel(a, q, &s->channel);
	if (e == ERR_OK)
		e = request_party(a, q, "party", node_accord(a->node)->parties_count, &s->party);
	if (e == ERR_OK)
		e = request_number(q, "from_ms", TIME_MS_MAX, 0, &s->from_ms);
	if (e == ERR_OK)
		e = request_number(q, "to_ms", TIME_MS_MAX, TIME_MS_MAX, &s->to_ms);
	if (e == ERR_OK)
		e = request_number(q, "limit", PAGE_MAX, PAGE_DEFAULT, &s->limit);
	return e == ERR_OK ? read_after(a, q, s) : e;
}

/* ---- Looking. ---- */

/* Which of the words are in this part of a message, as bits. */
static unsigned words_in(const struct search *s, struct bytes part)
{
	struct buf letters;
	unsigned found = 0;

	buf_init(&letters, s->letters, LETTERS_MAX);
	searched_put(part, &letters);
	for (size_t i = 0; i < s->words_count; i++) {
		if (memmem(letters.ptr, letters.len, s->words[i].ptr, s->words[i].len) != NULL)
			found |= 1u << i;
	}
	return found;
}

/* Text that stands in a form's field. */
static struct bytes field_text(const struct field *f)
{
	struct bytes text = { NULL, 0 };
	struct cbor_reader r;

	cbor_open(&r, f->value);
	return cbor_read_text(&r, f->value.len, &text) == ERR_OK ? text : (struct bytes){ NULL, 0 };
}

static bool is_found(const struct search *s, const struct statement *statement, struct bytes bytes)
{
	const unsigned all = (1u << s->words_count) - 1;
	struct content c = { .portions_count = 0 };
	struct fault fault;
	unsigned found = 0;

	for (size_t i = 0; found != all && i < statement->fields_count; i++)
		found |= words_in(s, field_text(&statement->fields[i]));
	if (bytes.len == 0 || content_read(bytes, &c, &fault) != ERR_OK)
		return found == all;
	found |= words_in(s, c.subject);
	for (size_t i = 0; found != all && i < c.portions_count; i++)
		found |= words_in(s, c.portions[i].text);
	for (size_t i = 0; found != all && i < c.fields_count; i++)
		found |= words_in(s, field_text(&c.fields[i]));
	for (size_t i = 0; found != all && i < c.attachments_count; i++)
		found |= words_in(s, c.attachments[i].name);
	return found == all;
}

static enum err look_at(struct api *a, struct reply *r, struct search *s)
{
	struct entry_read_out entry;
	struct buf content;
	bool is_back;
	enum err content_err, e = list_entry(a, &s->at.place, &entry, &content, &content_err);

	if (e != ERR_OK)
		return e;
	s->looked++;
	s->len += content.len + entry.entry.statement.len;
	if (s->party < node_accord(a->node)->parties_count && s->at.place.log.party != s->party)
		return ERR_OK;
	if (entry.statement.content.sealing != SEALING_NONE)
		buf_reset(&content);
	e = is_recalled(a, &s->at.place, &entry, &is_back);
	if (e != ERR_OK || is_back || !is_found(s, &entry.statement, buf_bytes(&content)))
		return e;
	s->found++;
	return list_row(a, r, &s->at.place);
}

/* The next message that he knows of, in this channel or one behind it. ERR_NOT_FOUND: it was the last. */
static enum err next(struct api *a, const struct search *s, struct message_at *at, size_t *row)
{
	const struct accord *accord = node_accord(a->node);

	for (; *row < accord->channels_count; ++*row, *at = (struct message_at){ .order = s->from_ms }) {
		uint32_t channel = accord->channels[*row].number;
		enum err e =
			s->channel != 0 && s->channel != channel ? ERR_NOT_FOUND : list_next(a, channel, at);

		if (e == ERR_OK && at->order <= s->to_ms)
			return ERR_OK;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_NOT_FOUND;
}

static enum err search(struct api *a, struct reply *r, struct search *s)
{
	struct message_at at = s->at;
	size_t row = s->row;
	enum err e;

	reply_object(r, NULL);
	reply_array(r, "messages");
	while ((e = next(a, s, &at, &row)) == ERR_OK && s->found < s->limit &&
	       s->looked < SEARCH_ENTRIES_MAX && s->len < SEARCH_LEN_MAX &&
	       r->out->len <= REPLY_LEN_MAX / 2) {
		s->at = at;
		s->row = row;
		e = look_at(a, r, s);
		if (e != ERR_OK)
			return e;
	}
	reply_array_end(r);
	reply_uint(r, "looked", s->looked);
	if (e == ERR_OK)
		list_position_reply(a, r, &s->at);
	reply_object_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err run_search(struct api *a, struct request *q, struct reply *r)
{
	struct search *s = xcalloc(1, sizeof *s);
	enum err e;

	s->letters = xcalloc(1, LETTERS_MAX);
	a->reading.is_asked = true; /* also of none */
	e = read_search(a, q, s);
	if (e == ERR_OK)
		e = search(a, r, s);
	free(s->letters);
	free(s);
	return e;
}
