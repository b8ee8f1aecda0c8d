#include "wire/roster.h"

static bool read_people(struct bytes value, struct roster *out)
{
	struct cbor_reader r;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, 3 * (size_t)ROSTER_PEOPLE_MAX, &count) != ERR_OK || count % 3 != 0)
		return false;
	for (out->people_count = 0; out->people_count < count / 3; out->people_count++) {
		struct roster_person *p = &out->people[out->people_count];
		if (cbor_read_text(&r, ROSTER_NAME_MAX, &p->name) != ERR_OK || p->name.len == 0 ||
		    cbor_read_text(&r, ROSTER_REACH_MAX, &p->reach) != ERR_OK ||
		    cbor_read_text(&r, ROSTER_REACH_MAX, &p->able) != ERR_OK)
			return false;
	}
	return true;
}

/* Numbers in fours, or in twos without rung and person; within the roster's span, in order. */
static bool read_shifts(struct bytes value, const struct roster *roster, size_t each,
			struct roster_shift *out, size_t *out_count)
{
	uint64_t span_s = (roster->to_ms - roster->from_ms) / 1000, begin, end, rung = 0, person = 0;
	struct cbor_reader r;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, each * ROSTER_SHIFTS_MAX, &count) != ERR_OK || count % each != 0)
		return false;
	for (size_t i = 0; i < count / each; i++) {
		if (cbor_read_uint(&r, span_s, &begin) != ERR_OK ||
		    cbor_read_uint(&r, span_s, &end) != ERR_OK || end <= begin)
			return false;
		if (each == 4 &&
		    (cbor_read_uint(&r, RUNG_POST - 1, &rung) != ERR_OK ||
		     cbor_read_uint(&r, UINT8_MAX, &person) != ERR_OK || person >= roster->people_count))
			return false;
		out[i] = (struct roster_shift){ (uint32_t)begin, (uint32_t)end, (uint8_t)rung,
						(uint8_t)person, 0 };
		if (i > 0 && (out[i].begin < out[i - 1].begin ||
			      (out[i].begin == out[i - 1].begin && out[i].rung <= out[i - 1].rung)))
			return false;
	}
	*out_count = count / each;
	return true;
}

enum err roster_read(const struct statement *s, struct roster *out, const struct field **bad)
{
	const struct field *people = statement_field(s, FIELD_ROSTER_PEOPLE),
			   *shifts = statement_field(s, FIELD_ROSTER_SHIFTS),
			   *gaps = statement_field(s, FIELD_ROSTER_GAPS),
			   *post = statement_field(s, FIELD_POST);
	struct cbor_reader r;

	out->people_count = out->shifts_count = out->gaps_count = 0;
	*bad = statement_field(s, FIELD_ROSTER_TO);
	if (post == NULL ||
	    statement_field_uint(s, FIELD_ROSTER_FROM, TIME_MS_MAX - 1, &out->from_ms) != ERR_OK ||
	    statement_field_uint(s, FIELD_ROSTER_TO, TIME_MS_MAX - 1, &out->to_ms) != ERR_OK ||
	    out->from_ms % 1000 != 0 || out->to_ms % 1000 != 0 || out->to_ms <= out->from_ms ||
	    out->to_ms - out->from_ms > ROSTER_SPAN_MS_MAX)
		return ERR_RULE;
	cbor_open(&r, post->value);
	*bad = post;
	if (cbor_read_text(&r, ROLE_NAME_MAX, &out->post) != ERR_OK)
		return ERR_RULE;
	*bad = people;
	if (people != NULL && !read_people(people->value, out))
		return ERR_RULE;
	*bad = shifts;
	if (shifts != NULL && !read_shifts(shifts->value, out, 4, out->shifts, &out->shifts_count))
		return ERR_RULE;
	*bad = gaps;
	if (gaps != NULL && !read_shifts(gaps->value, out, 2, out->gaps, &out->gaps_count))
		return ERR_RULE;
	*bad = NULL;
	return ERR_OK;
}

enum err roster_check(const struct statement *s, const struct field **bad)
{
	struct roster roster;

	return roster_read(s, &roster, bad);
}

bool able_has(struct bytes able, struct bytes word)
{
	struct bytes one;

	while (bytes_take_until(&able, ' ', &one) == ERR_OK) {
		if (bytes_equal(one, word))
			return true;
	}
	return bytes_equal(able, word);
}

const struct roster_shift *roster_unable(const struct roster *r, struct bytes able, struct bytes *word)
{
	for (size_t i = 0; i < r->shifts_count; i++) {
		struct bytes has = r->people[r->shifts[i].person].able, rest = able;
		while (rest.len > 0) {
			if (bytes_take_until(&rest, ' ', word) != ERR_OK) {
				*word = rest;
				rest.len = 0;
			}
			if (!able_has(has, *word))
				return &r->shifts[i];
		}
	}
	return NULL;
}

void roster_put_people(const struct roster *r, struct buf *out)
{
	cbor_put_array(out, 3 * r->people_count);
	for (size_t i = 0; i < r->people_count; i++) {
		cbor_put_text(out, r->people[i].name);
		cbor_put_text(out, r->people[i].reach);
		cbor_put_text(out, r->people[i].able);
	}
}

void roster_put_shifts(const struct roster *r, struct buf *out)
{
	cbor_put_array(out, 4 * r->shifts_count);
	for (size_t i = 0; i < r->shifts_count; i++) {
		cbor_put_uint(out, r->shifts[i].begin);
		cbor_put_uint(out, r->shifts[i].end);
		cbor_put_uint(out, r->shifts[i].rung);
		cbor_put_uint(out, r->shifts[i].person);
	}
}

void roster_put_gaps(const struct roster *r, struct buf *out)
{
	cbor_put_array(out, 2 * r->gaps_count);
	for (size_t i = 0; i < r->gaps_count; i++) {
		cbor_put_uint(out, r->gaps[i].begin);
		cbor_put_uint(out, r->gaps[i].end);
	}
}

#define ITEM_VALUES 5u

static bool read_item(struct cbor_reader *r, struct relief_item *out)
{
	return cbor_read_uint(r, UINT16_MAX, &out->channel) == ERR_OK &&
	       cbor_read_text(r, PARTY_NAME_MAX, &out->party) == ERR_OK &&
	       cbor_read_uint(r, UINT32_MAX, &out->epoch) == ERR_OK &&
	       cbor_read_uint(r, LOG_SIZE_MAX, &out->index) == ERR_OK &&
	       cbor_read_text(r, RELIEF_ITEM_MAX, &out->what) == ERR_OK && out->what.len > 0;
}

void relief_items_open(struct relief_items *i, const struct statement *s)
{
	const struct field *field = statement_field(s, FIELD_RELIEF_ITEMS);
	size_t count = 0;

	i->left = 0;
	if (field == NULL)
		return;
	cbor_open(&i->reader, field->value);
	if (cbor_read_array(&i->reader, ITEM_VALUES * RELIEF_ITEMS_MAX, &count) == ERR_OK)
		i->left = count / ITEM_VALUES;
}

bool relief_items_next(struct relief_items *i, struct relief_item *out)
{
	if (i->left == 0)
		return false;
	i->left--;
	return read_item(&i->reader, out);
}

void relief_item_put(const struct relief_item *item, struct buf *out)
{
	cbor_put_uint(out, item->channel);
	cbor_put_text(out, item->party);
	cbor_put_uint(out, item->epoch);
	cbor_put_uint(out, item->index);
	cbor_put_text(out, item->what);
}

bool relief_items_check(struct bytes value, uint64_t max)
{
	struct relief_item item;
	struct cbor_reader r;
	size_t count;

	cbor_open(&r, value);
	if (cbor_read_array(&r, ITEM_VALUES * (size_t)max, &count) != ERR_OK || count % ITEM_VALUES != 0)
		return false;
	for (size_t i = 0; i < count / ITEM_VALUES; i++) {
		if (!read_item(&r, &item))
			return false;
	}
	return true;
}
