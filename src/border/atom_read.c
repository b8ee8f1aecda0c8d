/* Atom (RFC 4287) read: a feed, or one entry. docs/spec/border.md section 9. */
#include "border/atom.h"
#include "border/incoming.h"
#include "border/xml_read.h"

static const struct xml_node *child(const struct xml_node *entry, const char *name)
{
	return xml_next(entry, NULL, ATOM_NS, name);
}

static struct bytes text_below(const struct xml_node *entry, const char *name)
{
	const struct xml_node *n = child(entry, name);

	return n == NULL ? (struct bytes){ NULL, 0 } : xml_text_of(n);
}

static bool has_twice(const struct xml_node *entry, const char *name)
{
	const struct xml_node *n = child(entry, name);

	return n != NULL && xml_next(entry, n, ATOM_NS, name) != NULL;
}

/* RFC 4287 section 4.1.2: three once each, and two at most once. */
static bool is_entry(const struct xml_node *entry)
{
	static const char *const once[] = { "id", "title", "updated", "content", "summary" };

	for (size_t i = 0; i < ARRAY_COUNT(once); i++) {
		if ((i < 3 && child(entry, once[i]) == NULL) || has_twice(entry, once[i]))
			return false;
	}
	return text_below(entry, "id").len > 0;
}

static void take_marks(struct incoming *in, const struct xml_node *entry, struct incoming_marks *m)
{
	for (const struct xml_node *n = child(entry, "category"); n != NULL;
	     n = xml_next(entry, n, ATOM_NS, "category")) {
		if (bytes_equal(xml_attribute_of(n, "scheme"), BYTES_LIT(ATOM_LABEL_SCHEME)))
			incoming_take_line(in, xml_attribute_of(n, "term"), m);
	}
	for (const struct xml_node *n = child(entry, "category"); n != NULL;
	     n = xml_next(entry, n, ATOM_NS, "category")) {
		if (bytes_equal(xml_attribute_of(n, "scheme"), BYTES_LIT(ATOM_LABEL_SCHEME)))
			incoming_take_banner(in, xml_attribute_of(n, "label"), m);
	}
	(void)incoming_take_ism(in, entry, m);
}

/* Its words as they stand, of HTML with the marks; XHTML holds elements, and of it nothing is taken over. */
static const char *take_entry(struct incoming *in, const struct xml_node *entry)
{
	struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
	struct bytes text = text_below(entry, "content");

	if (!is_entry(entry))
		return "atom.entry";
	take_marks(in, entry, &marks);
	if (text.len == 0)
		text = text_below(entry, "summary");
	return incoming_put(in, text_below(entry, "id"), text_below(entry, "title"), text, &marks)
		       ? NULL
		       : "atom.items";
}

/* What its sender takes back (RFC 6721): told to a person, who has it or has it not. */
static const char *take_tombstone(struct incoming *in, const struct xml_node *n)
{
	static const struct incoming_marks none = { .mark = INCOMING_UNLABELLED };
	struct bytes ref = xml_attribute_of(n, "ref");

	if (ref.len == 0)
		return "atom.deleted";
	return incoming_put(in, ref, BYTES_LIT("WITHDRAWN"), (struct bytes){ NULL, 0 }, &none) ? NULL
											       : "atom.items";
}

static const char *take_feed(struct incoming *in, const struct xml_node *feed)
{
	const char *rule = NULL;

	for (const struct xml_node *n = xml_next(feed, NULL, NULL, NULL); n != NULL && rule == NULL;
	     n = xml_next(feed, n, NULL, NULL)) {
		if (xml_is(n, ATOM_NS, "entry"))
			rule = take_entry(in, n);
		else if (xml_is(n, TOMBSTONE_NS, "deleted-entry"))
			rule = take_tombstone(in, n);
	}
	return rule == NULL && json_array_size(in->items) == 0 ? "atom.feed" : rule;
}

enum err atom_incoming(struct incoming *in, struct bytes bytes)
{
	struct xml_doc *doc;
	enum err e = xml_read(bytes, &doc, &in->rule, &in->offset);

	if (e != ERR_OK)
		return e;
	if (xml_is(xml_root(doc), ATOM_NS, "entry"))
		in->rule = take_entry(in, xml_root(doc));
	else
		in->rule =
			xml_is(xml_root(doc), ATOM_NS, "feed") ? take_feed(in, xml_root(doc)) : "atom.feed";
	xml_read_close(doc);
	return in->rule == NULL ? ERR_OK : ERR_USAGE;
}
