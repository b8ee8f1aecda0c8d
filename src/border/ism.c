/*
 * Marks as attributes of XML (IC-ISM), read for a person to decide on: docs/spec/border.md section 9. What an
 * attribute says of when a mark ends or who gave it is of no label; one that may restrict and is not known
 * is.
 */
#include "border/incoming.h"
#include "border/xml_read.h"

#include "base/alloc.h"

#include <stdlib.h>

#define ISM_NS "urn:us:gov:ic:ism"

static bool is_any_of(struct bytes word, const char *const *words)
{
	while (*words != NULL && !bytes_equal(word, bytes_str(*words)))
		words++;
	return *words != NULL;
}

/* The next word of a list between blanks. */
static bool next_word(struct bytes *in, struct bytes *word)
{
	while (in->len > 0) {
		if (bytes_take_until(in, ' ', word) != ERR_OK) {
			*word = *in;
			in->len = 0;
		}
		if (word->len > 0)
			return true;
	}
	return false;
}

static uint32_t read_parties(const struct guidelines *g, struct bytes list, bool *is_whole)
{
	struct bytes code;
	uint32_t set = 0;

	*is_whole = true;
	while (next_word(&list, &code)) {
		size_t party = guidelines_party_find(g, code);
		if (party < g->parties_count)
			set |= 1u << party;
		else
			*is_whole = false;
	}
	return set;
}

/* By `map dni-ism`, or a code; of two that it may be the higher. */
static void read_level(const struct guidelines *g, struct bytes word, struct banner *b)
{
	for (size_t l = 0; l < g->levels_count; l++) {
		if (!bytes_equal(word, bytes_str(g->levels[l].code)) &&
		    !bytes_equal(word, guidelines_level_name(g, "dni-ism", (uint8_t)l)))
			continue;
		b->level = (uint8_t)l;
		b->has_level = true;
	}
	if (!b->has_level)
		banner_doubt(b, word);
}

static void narrow(struct banner *b, uint32_t rel)
{
	b->rel = b->has_rel ? b->rel & rel : rel;
	b->has_rel = true;
}

static void read_controls(struct bytes list, struct banner *b)
{
	struct bytes word;

	while (next_word(&list, &word)) {
		if (bytes_equal(word, BYTES_LIT("NF")))
			narrow(b, 0);
		else if (!bytes_equal(word, BYTES_LIT("REL")))
			banner_doubt(b, word);
	}
}

static void read_attribute(const struct guidelines *g, struct bytes name, struct bytes value,
			   struct banner *b)
{
	static const char *const silent[] = { "resourceElement",
					      "DESVersion",
					      "ISMCATCESVersion",
					      "createDate",
					      "compliesWith",
					      "exemptFrom",
					      "excludeFromRollup",
					      "joint",
					      "classifiedBy",
					      "classificationReason",
					      "compilationReason",
					      "derivedFrom",
					      "derivativelyClassifiedBy",
					      "declassDate",
					      "declassEvent",
					      "declassException",
					      NULL };
	bool is_whole = true;

	if (bytes_equal(name, BYTES_LIT("classification"))) {
		read_level(g, value, b);
	} else if (bytes_equal(name, BYTES_LIT("ownerProducer"))) {
		b->origin |= read_parties(g, value, &is_whole);
	} else if (bytes_equal(name, BYTES_LIT("FGIsourceOpen"))) {
		b->foreign |= read_parties(g, value, &is_whole);
	} else if (bytes_equal(name, BYTES_LIT("releasableTo"))) {
		narrow(b, read_parties(g, value, &is_whole));
		is_whole = true; /* who is not known is in nobody's list */
	} else if (bytes_equal(name, BYTES_LIT("disseminationControls"))) {
		read_controls(value, b);
	} else if (!is_any_of(name, silent)) {
		banner_doubt(b, name);
	}
	if (!is_whole)
		banner_doubt(b, value);
}

static bool read_node(struct incoming *in, const struct xml_node *n, struct banner *out)
{
	const struct xml_attribute *a = NULL;
	struct bytes name, value;

	*out = (struct banner){ 0 };
	while ((a = xml_attribute_next(n, a, ISM_NS, &name, &value)) != NULL) {
		incoming_look_at(in, value);
		out->is_there = true;
		read_attribute(in->guidelines, name, value, out);
	}
	/* a notice alone, or who is meant by it, has no level and is of no portion */
	out->is_unknown = out->is_unknown || !out->has_level;
	return out->is_there;
}

bool incoming_take_ism(struct incoming *in, const struct xml_node *top, struct incoming_marks *m)
{
	struct banner b;
	bool has_any = false;

	for (const struct xml_node *n = xml_within(top, NULL); n != NULL && in->guidelines != NULL;
	     n = xml_within(top, n)) {
		if (!read_node(in, n, &b))
			continue;
		incoming_take_marking(in->guidelines, &b, n != top, m);
		has_any = true;
	}
	return has_any;
}

/* ---- A document of any kind that is marked so ---- */

static bool put_words(struct incoming *in, const struct xml_node *root, const struct incoming_marks *m)
{
	struct buf text;
	bool is_put;

	buf_init(&text, xcalloc(1, in->whole.len), in->whole.len);
	xml_words(root, &text);
	is_put = buf_check(&text) == ERR_OK &&
		 incoming_put(in, xml_name_of(root), (struct bytes){ NULL, 0 }, buf_bytes(&text), m);
	free(text.ptr);
	return is_put;
}

enum err ism_incoming(struct incoming *in, struct bytes bytes)
{
	struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
	struct xml_doc *doc;
	enum err e = xml_read(bytes, &doc, &in->rule, &in->offset);

	if (e != ERR_OK)
		return e;
	if (!incoming_take_ism(in, xml_root(doc), &marks))
		in->rule = "ism.none";
	else if (!put_words(in, xml_root(doc), &marks))
		in->rule = "ism.text";
	xml_read_close(doc);
	return in->rule == NULL ? ERR_OK : ERR_USAGE;
}
