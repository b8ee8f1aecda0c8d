/* CAP 1.2 (OASIS): an alert for each item, and an Atom index of them. docs/spec/border.md section 6. */
#include "border/atom.h"
#include "border/format.h"
#include "border/xml.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_NS "urn:oasis:names:tc:emergency:cap:1.2"
#define SENDER_LEN 64u

struct cap {
	struct atom index;
	struct buf out; /* heap: one alert */
};

/* Lasting and without what the format forbids in it: the party's code at this accord. */
static void sender_write(const struct accord *a, size_t party, char out[SENDER_LEN])
{
	char hex[13];

	bytes_write_hex((struct bytes){ a->id, 6 }, hex);
	snprintf(out, SENDER_LEN, "%s@%s.entente", a->parties[party].code, hex);
}

/* Each message of its own: the item's first has the item's id. */
static void identifier_of(const struct accord *a, const struct border_item *it, uint8_t out[UUID_LEN])
{
	uint8_t memory[UUID_LEN + 8];
	struct buf b = BUF_ON(memory);

	memcpy(out, it->id, UUID_LEN);
	if (it->modified.ms == it->created.ms && !it->is_withdrawn)
		return;
	buf_put(&b, (struct bytes){ it->id, UUID_LEN });
	buf_put_be64(&b, it->modified.ms);
	border_uuid(a, "cap", buf_bytes(&b), out);
}

static void put_reference(struct buf *out, const struct accord *a, size_t author, const uint8_t id[UUID_LEN],
			  struct wall sent)
{
	char sender[SENDER_LEN], uuid[UUID_TEXT_LEN], time[NUMERIC_TIME_LEN];

	sender_write(a, author, sender);
	border_uuid_write(id, uuid);
	numeric_time_write(sent, time);
	if (out->len > 0)
		buf_put_byte(out, ' ');
	buf_put_str(out, sender);
	buf_put_byte(out, ',');
	buf_put_str(out, uuid);
	buf_put_byte(out, ',');
	buf_put_str(out, time);
}

static void put_references(struct xml *x, const struct accord *a, const struct border_item *it, bool is_first)
{
	char memory[(STATEMENT_REFERENCES_MAX + 1) * 160];
	struct buf list = BUF_ON(memory);

	if (!is_first)
		put_reference(&list, a, it->author, it->id, it->created);
	for (size_t i = 0; i < it->references_count; i++)
		put_reference(&list, a, it->references[i].author, it->references[i].id,
			      it->references[i].created);
	assert(buf_check(&list) == ERR_OK);
	if (list.len > 0)
		xml_put(x, "references", buf_bytes(&list));
}

/* A block a language: its language 0 is all that there is of an item that has none. */
static void put_words(struct xml *x, const struct border_item *it, size_t language)
{
	static const char *const urgencies[PRECEDENCE_COUNT] = {
		[PRECEDENCE_FLASH] = "Immediate",
		[PRECEDENCE_IMMEDIATE] = "Immediate",
		[PRECEDENCE_PRIORITY] = "Expected",
		[PRECEDENCE_ROUTINE] = "Unknown",
	};
	uint8_t *memory = xcalloc(1, border_text_max(it));
	char time[NUMERIC_TIME_LEN];
	struct buf text;

	buf_init(&text, memory, border_text_max(it));
	border_text_in(it, language, &text);
	numeric_time_write(it->modified, time);
	xml_open(x, "info");
	xml_put(x, "language", it->languages_count > 0 ? it->languages[language] : it->language);
	xml_put(x, "category", BYTES_LIT("Other"));
	xml_put(x, "event", border_title_in(it, language));
	xml_put(x, "urgency", bytes_str(urgencies[it->precedence]));
	xml_put(x, "severity", BYTES_LIT("Unknown"));
	xml_put(x, "certainty", BYTES_LIT("Unknown"));
	xml_put(x, "effective", bytes_str(time));
	xml_put(x, "headline", border_title_in(it, language));
	xml_put(x, "description", buf_bytes(&text));
	xml_close(x);
	free(memory);
}

static void put_marks(struct xml *x, const struct accord *a, const struct border_item *it)
{
	char banner_memory[BORDER_BANNER_MAX], line_memory[LABEL_TEXT_LEN_MAX];
	struct buf banner = BUF_ON(banner_memory), line = BUF_ON(line_memory);
	bool is_public = border_is_public(a->guidelines, &it->label);

	border_banner(a, &it->label, &banner);
	label_text_write(a->guidelines, &it->label, &line);
	xml_put(x, "scope", is_public ? BYTES_LIT("Public") : BYTES_LIT("Restricted"));
	if (!is_public)
		xml_put(x, "restriction", buf_bytes(&banner));
	xml_put(x, "code", buf_bytes(&line));
}

static void write_alert(struct buf *out, const struct accord *a, const struct border_item *it,
			const uint8_t id[UUID_LEN])
{
	bool is_first = memcmp(id, it->id, UUID_LEN) == 0;
	char sender[SENDER_LEN], uuid[UUID_TEXT_LEN], time[NUMERIC_TIME_LEN];
	struct xml x;

	sender_write(a, it->author, sender);
	border_uuid_write(id, uuid);
	numeric_time_write(it->modified, time);
	xml_start(&x, out);
	xml_open(&x, "alert");
	xml_attribute(&x, "xmlns", BYTES_LIT(CAP_NS));
	xml_put(&x, "identifier", bytes_str(uuid));
	xml_put(&x, "sender", bytes_str(sender));
	xml_put(&x, "sent", bytes_str(time));
	xml_put(&x, "status",
		border_is_exercise(a, &it->label) ? BYTES_LIT("Exercise") : BYTES_LIT("Actual"));
	xml_put(&x, "msgType",
		it->is_withdrawn ? BYTES_LIT("Cancel")
		: is_first	 ? BYTES_LIT("Alert")
				 : BYTES_LIT("Update"));
	put_marks(&x, a, it);
	put_references(&x, a, it, is_first);
	for (size_t i = 0; !it->is_withdrawn && (i == 0 || i < it->languages_count); i++)
		put_words(&x, it, i);
	xml_close(&x);
}

static void start(struct writing *w)
{
	struct cap *c = xcalloc(1, sizeof *c);

	atom_start(&c->index, w->accord, w->role, "cap");
	buf_init(&c->out, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
	w->state = c;
}

static enum err put(struct writing *w, const struct border_item *it)
{
	struct cap *c = w->state;
	char name[UUID_TEXT_LEN + 4], uuid[UUID_TEXT_LEN];
	uint8_t id[UUID_LEN];

	identifier_of(w->accord, it, id);
	border_uuid_write(id, uuid);
	snprintf(name, sizeof name, "%s.xml", uuid);
	buf_reset(&c->out);
	c->out.full = false;
	write_alert(&c->out, w->accord, it, id);
	if (buf_check(&c->out) != ERR_OK)
		return ERR_LIMIT;
	if (atom_put(&c->index, it, name, "application/cap+xml") != ERR_OK)
		return ERR_LIMIT;
	writing_put_file(w, name, "application/cap+xml", buf_bytes(&c->out));
	return ERR_OK;
}

static void finish(struct writing *w)
{
	struct cap *c = w->state;

	atom_finish(&c->index, w, "index.atom");
	free(c->out.ptr);
	free(c);
}

const struct format format_cap = { "cap", "cap", start, put, finish, false };
