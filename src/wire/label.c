#include "wire/label.h"

#include <assert.h>

/* The rule that a label breaks, or NULL. */
static const char *broken_rule(const struct label *l)
{
	if (l->level.len == 0)
		return "label.level";
	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		if (c->name.len == 0 || c->count == 0)
			return "label.category";
		if (i > 0 && bytes_compare(l->categories[i - 1].name, c->name) >= 0)
			return "label.order";
		for (size_t j = 0; j < c->count; j++) {
			const struct bytes *value = &l->values[c->first + j];
			if (value->len == 0)
				return "label.category";
			if (j > 0 && bytes_compare(value[-1], *value) >= 0)
				return "label.order";
		}
	}
	return NULL;
}

enum err label_check(const struct label *l)
{
	assert(l->categories_count <= LABEL_CATEGORIES_MAX);
	assert(l->values_count <= LABEL_VALUES_MAX);
	return broken_rule(l) == NULL ? ERR_OK : ERR_RULE;
}

/* category = [tstr, [+ tstr]] */
static void read_category(struct cbor_reader *r, struct label *l)
{
	struct label_category *c = &l->categories[l->categories_count];
	size_t count;

	if (!cbor_read_tuple(r, 2, "label.form"))
		return;
	cbor_read_text(r, SIZE_MAX, &c->name);
	count = cbor_read_list(r, 0, LABEL_VALUES_MAX - l->values_count, "label.limit");
	c->first = l->values_count;
	c->count = count;
	for (size_t i = 0; i < count; i++)
		cbor_read_text(r, SIZE_MAX, &l->values[l->values_count++]);
	cbor_close(r);
	cbor_close(r);
	l->categories_count++;
}

enum err label_read(struct cbor_reader *r, struct label *out)
{
	size_t start = r->at, count;
	const char *rule;

	out->categories_count = 0;
	out->values_count = 0;
	if (!cbor_read_tuple(r, 2, "label.form"))
		return r->err;
	cbor_read_text(r, SIZE_MAX, &out->level);
	count = cbor_read_list(r, 0, LABEL_CATEGORIES_MAX, "label.limit");
	for (size_t i = 0; i < count && r->err == ERR_OK; i++)
		read_category(r, out);
	cbor_close(r);
	cbor_close(r);
	if (r->err != ERR_OK)
		return r->err;
	r->item = start;
	rule = broken_rule(out);
	return rule == NULL ? ERR_OK : cbor_refuse(r, ERR_RULE, rule);
}

void label_write(const struct label *l, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_text(out, l->level);
	cbor_put_array(out, l->categories_count);
	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		cbor_put_array(out, 2);
		cbor_put_text(out, c->name);
		cbor_put_array(out, c->count);
		for (size_t j = 0; j < c->count; j++)
			cbor_put_text(out, l->values[c->first + j]);
	}
}

bool label_has(const struct label *l, struct bytes category, struct bytes value)
{
	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		if (!bytes_equal(c->name, category))
			continue;
		for (size_t j = 0; j < c->count; j++) {
			if (bytes_equal(l->values[c->first + j], value))
				return true;
		}
	}
	return false;
}
