/* Feeds that are written whole, for a file or a folder: docs/spec/border.md. */
#include "api/runs.h"

#include "api/feed.h"
#include "base/alloc.h"
#include "base/sort.h"
#include "border/format.h"

#include <stdlib.h>
#include <string.h>

struct gathered {
	struct feed_row *rows; /* heap */
	size_t count;
};

/* The newest first; what was filed in one millisecond by its place. */
static int compare(const void *a, const void *b)
{
	const struct feed_row *one = a, *two = b;

	if (one->filed.ms != two->filed.ms)
		return one->filed.ms > two->filed.ms ? -1 : 1;
	if (one->at.log.channel != two->at.log.channel)
		return one->at.log.channel < two->at.log.channel ? -1 : 1;
	if (one->at.log.party != two->at.log.party)
		return one->at.log.party < two->at.log.party ? -1 : 1;
	if (one->at.log.epoch != two->at.log.epoch)
		return one->at.log.epoch > two->at.log.epoch ? -1 : 1;
	return one->at.index > two->at.index ? -1 : one->at.index < two->at.index;
}

static enum err gather_log(struct feed *f, uint32_t channel, size_t party, struct gathered *out)
{
	struct feed_row *rows = NULL;
	size_t count = 0;
	enum err e = feed_rows(f, channel, party, &rows, &count);

	if (e == ERR_OK && count > 0) {
		out->rows = xrealloc(out->rows, (out->count + count) * sizeof *rows);
		memcpy(out->rows + out->count, rows, count * sizeof *rows);
		out->count += count;
	}
	free(rows);
	return e;
}

static enum err gather(struct feed *f, struct gathered *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < f->accord->channels_count; i++) {
		const struct accord_channel *c = &f->accord->channels[i];
		if (c->plane == PLANE_HOME || (c->parties >> node_self(f->api->node) & 1) == 0)
			continue;
		for (size_t p = 0; e == ERR_OK && p < f->accord->parties_count; p++) {
			if ((c->parties >> p & 1) != 0)
				e = gather_log(f, c->number, p, out);
		}
	}
	if (out->count > 0)
		sort_items(out->rows, out->count, sizeof *out->rows, compare);
	return e;
}

/* As it may be written: escaped in its format, and once more in the answer's JSON (a quote is six in XML). */
static size_t written_len(struct bytes text)
{
	size_t len = text.len;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || strchr("\"&<>\\", text.ptr[i]) != NULL)
			len += 6;
	}
	return len;
}

/* What the items may have come to: words stand in a format's index too, and those of all in each language. */
static size_t len_of(const struct border_item *it)
{
	size_t len = written_len(it->subject) + 1024 + it->references_count * 256, at = 0;
	size_t times = 1 + (it->languages_count > 1 ? it->languages_count : 1);
	const char *name;
	struct bytes text;

	for (size_t i = 0; i < it->portions_count; i++)
		len += times * written_len(it->portions[i].text) + 256;
	while (border_event_next(&it->event, &at, &name, &text))
		len += 2 * written_len(text);
	return len;
}

static enum err write_items(struct feed *f, const struct format *format, struct writing *w,
			    const struct gathered *g, size_t *written, bool *is_cut)
{
	struct border_item *item = xcalloc(1, sizeof *item);
	size_t len = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < g->count; i++) {
		if (*written == FEED_ITEMS_MAX || len > REPLY_LEN_MAX / 4) {
			*is_cut = true;
			break;
		}
		e = feed_item(f, &g->rows[i], item);
		if (e == ERR_OK && !format->has_pairs && item->event.kind != NULL &&
		    strcmp(item->event.kind, BORDER_SAME) == 0)
			e = ERR_REFUSED;
		if (e == ERR_OK)
			e = format->put(w, item);
		if (e == ERR_OK) {
			(*written)++;
			len += len_of(item);
		} else if (e == ERR_NOT_FOUND || e == ERR_REFUSED || e == ERR_LIMIT) {
			/* No item stops the rest. */
			*is_cut = *is_cut || e == ERR_LIMIT;
			e = ERR_OK;
		}
	}
	free(item);
	return e;
}

static void answer_files(struct request *q, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);

	request_answer(q, 200, "application/json", bytes_str(text));
	free(text);
}

enum err run_feed(struct api *a, struct request *q, struct reply *r)
{
	struct bytes name = request_word(q, "format");
	const struct format *format = name.ptr == NULL ? NULL : format_find(name);
	struct gathered rows = { 0 };
	struct writing w = { 0 };
	struct feed f = { 0 };
	size_t written = 0;
	bool is_cut = false;
	json_t *answer;
	enum err e;

	(void)r;
	if (name.ptr != NULL && bytes_equal(name, BYTES_LIT("ics")))
		return run_calendar(a, q);
	if (format == NULL)
		return ERR_USAGE;
	e = feed_open(a, q, format->feed, &f);
	if (e != ERR_OK)
		return e;
	w.accord = f.accord;
	w.role = feed_reader_name(&f);
	w.files = json_array();
	e = gather(&f, &rows);
	format->open(&w);
	if (e == ERR_OK)
		e = write_items(&f, format, &w, &rows, &written, &is_cut);
	format->finish(&w);
	answer = json_pack("{s:s,s:s,s:I,s:I,s:b,s:o}", "format", format->name, "role", w.role, "items",
			   (json_int_t)written, "removed", (json_int_t)f.removed, "older", is_cut, "files",
			   w.files);
	if (e == ERR_OK)
		answer_files(q, answer);
	json_decref(answer);
	free(rows.rows);
	feed_close(&f);
	return e;
}
