/*
 * xml.h - XML under way, written straight into bounded memory: elements that close as they were opened.
 *
 * Layer: border. Pure. Text is UTF-8; what XML cannot hold is written as U+FFFD. No DTD, no entities but the
 * five.
 */
#ifndef BORDER_XML_H
#define BORDER_XML_H

#include "base/buf.h"

#define XML_DEPTH_MAX 16u

struct xml {
	struct buf *out; /* borrowed */
	const char *open[XML_DEPTH_MAX];
	size_t depth;
	bool is_in_tag; /* of the element that was opened last */
};

void xml_start(struct xml *x, struct buf *out); /* and the declaration */
/* A page for browsers, that XML readers take as well. */
void xml_start_html(struct xml *x, struct buf *out);
/* The name is a literal. Attributes come at once behind it. */
void xml_open(struct xml *x, const char *name);
void xml_attribute(struct xml *x, const char *name, struct bytes value);
void xml_text(struct xml *x, struct bytes text);
void xml_close(struct xml *x);
/* <name>text</name> */
void xml_put(struct xml *x, const char *name, struct bytes text);
/* ERR_LIMIT if anything did not fit. All that was opened is closed. */
enum err xml_check(const struct xml *x) MUST_CHECK;

#endif
