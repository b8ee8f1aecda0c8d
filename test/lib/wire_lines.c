#include "wire_lines.h"

#include <inttypes.h>

#define TEXT(b) (int)(b).len, (const char *)(b).ptr

void label_lines(struct buf *lines, const struct label *l)
{
	line_put_text(lines, "label", l->level);
	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		for (size_t j = 0; j < c->count; j++)
			line_put(lines, "category %.*s %.*s", TEXT(c->name), TEXT(l->values[c->first + j]));
	}
}

void place_line(struct buf *lines, const char *word, const struct place *p)
{
	char leaf[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(p->leaf), leaf);
	line_put(lines, "%s %" PRIu32 " %.*s %" PRIu32 " %" PRIu64 " %s", word, p->channel, TEXT(p->party),
		 p->epoch, p->index, leaf);
}

void field_lines(struct buf *lines, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char word[32];
		struct buf head = BUF_ON(word);
		buf_put_str(&head, "field ");
		buf_put_decimal(&head, fields[i].key);
		buf_put_byte(&head, '\0');
		line_put_hex(lines, word, fields[i].value);
	}
}

static void content_line(struct buf *lines, const struct content_ref *c)
{
	char hash[2 * HASH_LEN + 1];

	bytes_write_hex(BYTES_OF(c->hash), hash);
	line_put(lines, "content %s %" PRIu64 " %" PRIu64, hash, c->len, c->sealing);
}

void statement_lines(struct buf *lines, const struct statement *s)
{
	const struct kind_row *row = kind_find(s->kind);

	line_put_hex(lines, "accord", BYTES_OF(s->accord));
	line_put(lines, "channel %" PRIu32, s->channel);
	line_put_hex(lines, "id", BYTES_OF(s->id));
	line_put(lines, "kind %" PRIu64 " %s", s->kind, row == NULL ? "unknown" : row->name);
	line_put(lines, "author %.*s %.*s", TEXT(s->party), TEXT(s->role));
	line_put(lines, "claimed %" PRIu64, s->claimed.ms);
	for (size_t i = 0; i < s->seen_count; i++)
		line_put(lines, "seen %.*s %" PRIu32 " %" PRIu64, TEXT(s->seen[i].party), s->seen[i].epoch,
			 s->seen[i].size);
	for (size_t i = 0; i < s->addressees_count; i++) {
		const struct addressee *a = &s->addressees[i];
		line_put(lines, "addressee %.*s %.*s %s", TEXT(a->party), TEXT(a->role),
			 a->is_information ? "information" : "action");
	}
	if (s->has_precedence)
		line_put(lines, "precedence %s", precedence_name(s->precedence));
	if (s->has_label)
		label_lines(lines, &s->label);
	for (size_t i = 0; i < s->refers_count; i++)
		place_line(lines, "refers", &s->refers[i]);
	if (s->has_form)
		line_put(lines, "form %.*s %" PRIu64, TEXT(s->form), s->form_version);
	field_lines(lines, s->fields, s->fields_count);
	if (s->has_content)
		content_line(lines, &s->content);
	if (s->has_instance)
		place_line(lines, "instance", &s->instance);
	if (s->acting_for.len > 0)
		line_put_text(lines, "acting", s->acting_for);
	for (size_t i = 0; i < s->blobs_count; i++) {
		char hash[2 * HASH_LEN + 1];
		bytes_write_hex(BYTES_OF(s->blobs[i].hash), hash);
		line_put(lines, "blob %s %" PRIu64, hash, s->blobs[i].len);
	}
}
