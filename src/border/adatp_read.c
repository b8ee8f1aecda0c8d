/*
 * ADatP-4774 labels read, strictly but for these: any Type, in any case; no dates; words of either case
 * (section 2). Then the label is a line of section 2, and is read as that.
 */
#include "border/incoming.h"
#include "border/xml_read.h"

#include <string.h>

#define LABEL_NS "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define INCOMING_TOLD_MAX (4u * LABEL_TEXT_LEN_MAX)
#define BINDING_NS "urn:nato:stanag:4778:bindinginformation:1:0"

static struct bytes text_below(const struct xml_node *parent, const char *name)
{
	const struct xml_node *n = xml_next(parent, NULL, LABEL_NS, name);

	return n == NULL || xml_next(parent, n, LABEL_NS, name) != NULL ? (struct bytes){ NULL, 0 }
									: xml_text_of(n);
}

/* One word of a line, and never a second one: with `blanks`, a policy's name and version. */
static bool put_word(struct buf *line, struct bytes word, bool has_blanks)
{
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.ptr[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || (has_blanks && c == ' ')))
			return false;
	}
	buf_put(line, word);
	return word.len > 0;
}

static bool put_category(struct buf *line, const struct xml_node *category)
{
	size_t count = 0;

	buf_put_byte(line, ' ');
	if (!put_word(line, xml_attribute_of(category, "TagName"), false))
		return false;
	for (const struct xml_node *n = xml_next(category, NULL, NULL, NULL); n != NULL;
	     n = xml_next(category, n, NULL, NULL), count++) {
		buf_put_byte(line, count == 0 ? '=' : ',');
		if (!xml_is(n, LABEL_NS, "GenericValue") || !put_word(line, xml_text_of(n), false))
			return false;
	}
	return count > 0;
}

/* What the label says, as a line; false: it says something that no line says. */
static bool put_line(struct buf *line, const struct xml_node *label)
{
	const struct xml_node *all = xml_next(label, NULL, LABEL_NS, "ConfidentialityInformation");

	if (all == NULL || xml_next(label, all, LABEL_NS, "ConfidentialityInformation") != NULL ||
	    !put_word(line, text_below(all, "PolicyIdentifier"), true))
		return false;
	buf_put_byte(line, ' ');
	if (!put_word(line, text_below(all, "Classification"), false))
		return false;
	for (const struct xml_node *n = xml_next(all, NULL, NULL, NULL); n != NULL;
	     n = xml_next(all, n, NULL, NULL)) {
		if (xml_is(n, LABEL_NS, "PolicyIdentifier") || xml_is(n, LABEL_NS, "Classification"))
			continue;
		if (!xml_is(n, LABEL_NS, "Category") || !put_category(line, n))
			return false;
	}
	return buf_check(line) == ERR_OK;
}

/* A date and time as XML has it: that it is one is for whoever types it to see. */
static bool is_moment(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((text.ptr[i] < '0' || text.ptr[i] > '9') &&
		    (text.ptr[i] == '\0' || strchr("-:TZ+.", text.ptr[i]) == NULL))
			return false;
	}
	return text.len >= 10 && text.len <= 40;
}

/*
 * The label that is to follow on a day. Until a person downgrades it that of today counts; one that follows
 * and asks for more, or is not known, is no downgrade.
 */
static void take_succession(struct incoming *in, const struct xml_node *label, struct buf *told,
			    struct incoming_marks *m)
{
	const struct xml_node *n = xml_next(label, NULL, LABEL_NS, "SuccessionHandling");
	const struct xml_node *next =
		n == NULL ? NULL : xml_next(n, NULL, LABEL_NS, "SuccessorConfidentialityLabel");
	struct bytes at = n == NULL ? (struct bytes){ NULL, 0 } : text_below(n, "SuccessionDateTime");
	char memory[LABEL_TEXT_LEN_MAX];
	struct buf line = BUF_ON(memory);
	struct label_mask later;
	bool is_known;

	if (n == NULL)
		return;
	is_known = next != NULL && xml_next(n, next, LABEL_NS, "SuccessorConfidentialityLabel") == NULL &&
		   xml_next(label, n, LABEL_NS, "SuccessionHandling") == NULL && is_moment(at) &&
		   put_line(&line, next) && in->guidelines != NULL &&
		   label_text_read(in->guidelines, buf_bytes(&line), &later) == ERR_OK;
	if (is_known) {
		buf_put_str(told, told->len > 0 ? "\n" : "");
		buf_put_str(told, "SUCCESSION ");
		buf_put(told, at);
		buf_put_byte(told, ' ');
		label_text_write(in->guidelines, &later, told);
	}
	if (m->mark != INCOMING_LABELLED && m->mark != INCOMING_CONTRADICTORY)
		return;
	if (is_known && policy_is_within(in->guidelines, &m->label, &later))
		return;
	m->mark = is_known && !incoming_tighten(in->guidelines, &later, m) ? INCOMING_UNKNOWN
									   : INCOMING_CONTRADICTORY;
}

/* An item for each place where words lie that it is bound to, or one; the labels of a file count for each. */
static bool put_items(struct incoming *in, const struct xml_doc *doc, struct bytes told,
		      const struct incoming_marks *marks)
{
	static const struct bytes none;
	bool is_put = true;
	size_t count = 0;

	for (const struct xml_node *n = xml_walk(doc, NULL); n != NULL && is_put; n = xml_walk(doc, n)) {
		if (!xml_is(n, BINDING_NS, "DataReference"))
			continue;
		is_put = incoming_put(in, xml_attribute_of(n, "URI"), none, told, marks);
		count++;
	}
	return count > 0 ? is_put : incoming_put(in, none, none, told, marks);
}

/* Its words, whatever else it says. */
static void look_at_words(struct incoming *in, const struct xml_node *label)
{
	static const char *const names[] = { "PolicyIdentifier", "Classification", "Category",
					     "GenericValue" };

	for (const struct xml_node *n = xml_within(label, label); n != NULL; n = xml_within(label, n)) {
		for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
			if (!xml_is(n, LABEL_NS, names[i]))
				continue;
			incoming_look_at(in, xml_text_of(n));
			incoming_look_at(in, xml_attribute_of(n, "TagName"));
		}
	}
}

enum err adatp_incoming(struct incoming *in, struct bytes bytes)
{
	struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
	char memory[INCOMING_TOLD_MAX];
	struct buf told = BUF_ON(memory);
	struct xml_doc *doc;
	size_t labels = 0;
	enum err e = xml_read(bytes, &doc, &in->rule, &in->offset);

	if (e != ERR_OK)
		return e;
	for (const struct xml_node *n = xml_walk(doc, NULL); n != NULL; n = xml_walk(doc, n)) {
		char line_memory[LABEL_TEXT_LEN_MAX];
		struct buf line = BUF_ON(line_memory);
		if (!xml_is(n, LABEL_NS, "originatorConfidentialityLabel"))
			continue;
		labels++;
		if (put_line(&line, n))
			incoming_take_line(in, buf_bytes(&line), &marks);
		else
			marks.mark = INCOMING_UNKNOWN;
		take_succession(in, n, &told, &marks);
		look_at_words(in, n);
	}
	(void)incoming_take_ism(in, xml_root(doc), &marks);
	if (labels == 0)
		in->rule = "adatp.label";
	else if (buf_check(&told) != ERR_OK || !put_items(in, doc, buf_bytes(&told), &marks))
		in->rule = "adatp.text";
	xml_read_close(doc);
	return in->rule == NULL ? ERR_OK : ERR_USAGE;
}
