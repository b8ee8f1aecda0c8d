/*
 * xml_read.h - XML from outside, by expat: no DTD, so no entity of its own, no more than its bounds.
 *
 * Layer: border. Fuzz: test/fuzz/incoming.c. Nodes are borrowed until xml_read_close.
 */
#ifndef BORDER_XML_READ_H
#define BORDER_XML_READ_H

#include "base/buf.h"

struct xml_doc;
struct xml_node;
struct xml_attribute;

/* ERR_USAGE with *rule and *offset: not UTF-8, a DTD, not well formed, too deep, too large;
 * ERR_MEMORY. Gives. */
enum err xml_read(struct bytes in, struct xml_doc **out, const char **rule, size_t *offset) MUST_CHECK;
void xml_read_close(struct xml_doc *doc); /* takes NULL */

const struct xml_node *xml_root(const struct xml_doc *doc);
/* The next element below `parent` behind `after` (NULL: the first) of that name; name NULL: any. */
const struct xml_node *xml_next(const struct xml_node *parent, const struct xml_node *after,
				const char *name_space, const char *name);
/* The next element of the document in reading order, `after` NULL: the root; NULL at the end. */
const struct xml_node *xml_walk(const struct xml_doc *doc, const struct xml_node *after);
/* The next element of those below `top`, which is the first, likewise. */
const struct xml_node *xml_within(const struct xml_node *top, const struct xml_node *after);
bool xml_is(const struct xml_node *node, const char *name_space, const char *name);
/*
 * The text of an element that holds nothing else, blanks around it left out; .ptr NULL: it holds an element.
 */
struct bytes xml_text_of(const struct xml_node *node);
/*
 * All words in it and in the elements below it, in their order, a line for each run between two tags. They
 * are no longer than the file.
 */
void xml_words(const struct xml_node *top, struct buf *out);
/* Of a name as it is written, "xml:lang"; .ptr NULL: it has none. */
struct bytes xml_attribute_of(const struct xml_node *node, const char *name);
/*
 * The next attribute behind `after` (NULL: the first), in no order; of that namespace, with its name without
 * the prefix, or NULL: of any, as it is written. NULL: there is no more.
 */
const struct xml_attribute *xml_attribute_next(const struct xml_node *node, const struct xml_attribute *after,
					       const char *name_space, struct bytes *name,
					       struct bytes *value);
struct bytes xml_name_of(const struct xml_node *node);		   /* without its prefix */
const struct xml_node *xml_parent_of(const struct xml_node *node); /* NULL: it is the root */

#endif
