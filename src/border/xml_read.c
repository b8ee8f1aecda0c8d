#include "border/xml_read.h"

#include "border/incoming.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

static const xmlNode *real(const struct xml_node *n)
{
	return (const xmlNode *)(const void *)n;
}

static const struct xml_node *ours(const xmlNode *n)
{
	return (const struct xml_node *)(const void *)n;
}

static xmlDoc *real_doc(const struct xml_doc *d)
{
	union {
		const struct xml_doc *in;
		xmlDoc *out;
	} cast = { d };

	return cast.out;
}

/* The only thing that XML writes "<!D" for; with the encoding fixed no other bytes are read as it. */
static bool has_dtd(struct bytes in, size_t *offset)
{
	const uint8_t *at = in.len == 0 ? NULL : memmem(in.ptr, in.len, "<!DOCTYPE", 9);

	if (at == NULL)
		return false;
	*offset = (size_t)(at - in.ptr);
	return true;
}

static bool is_shallow(xmlDoc *doc)
{
	const xmlNode *n = xmlDocGetRootElement(doc);
	size_t depth = 1;

	while (n != NULL) {
		if (n->type == XML_ELEMENT_NODE && n->children != NULL) {
			n = n->children;
			if (++depth > INCOMING_DEPTH_MAX)
				return false;
			continue;
		}
		while (n != NULL && n->next == NULL) {
			n = n->parent;
			depth--;
			if (n == NULL || n->type != XML_ELEMENT_NODE)
				return true;
		}
		if (n != NULL)
			n = n->next;
	}
	return true;
}

enum err xml_read(struct bytes in, struct xml_doc **out, const char **rule, size_t *offset)
{
	xmlDoc *doc;

	*offset = 0;
	if (!bytes_is_utf8(in)) {
		*rule = "xml.utf8";
		return ERR_USAGE;
	}
	if (has_dtd(in, offset)) {
		*rule = "xml.dtd";
		return ERR_USAGE;
	}
	*rule = "xml.form";
	doc = xmlReadMemory((const char *)in.ptr, (int)in.len, NULL, "UTF-8",
			    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
	if (doc == NULL)
		return ERR_USAGE;
	if (doc->intSubset != NULL || xmlDocGetRootElement(doc) == NULL || !is_shallow(doc)) {
		*rule = doc->intSubset != NULL ? "xml.dtd" : "xml.depth";
		xmlFreeDoc(doc);
		return ERR_USAGE;
	}
	*rule = NULL;
	*out = (struct xml_doc *)(void *)doc;
	return ERR_OK;
}

void xml_read_close(struct xml_doc *doc)
{
	if (doc != NULL)
		xmlFreeDoc(real_doc(doc));
}

const struct xml_node *xml_root(const struct xml_doc *doc)
{
	return ours(xmlDocGetRootElement(real_doc(doc)));
}

bool xml_is(const struct xml_node *node, const char *name_space, const char *name)
{
	const xmlNode *n = real(node);

	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0 && n->ns != NULL &&
	       n->ns->href != NULL && strcmp((const char *)n->ns->href, name_space) == 0;
}

const struct xml_node *xml_next(const struct xml_node *parent, const struct xml_node *after,
				const char *name_space, const char *name)
{
	const xmlNode *n = after == NULL ? real(parent)->children : real(after)->next;

	for (; n != NULL; n = n->next) {
		if (n->type == XML_ELEMENT_NODE && (name == NULL || xml_is(ours(n), name_space, name)))
			return ours(n);
	}
	return NULL;
}

const struct xml_node *xml_walk(const struct xml_doc *doc, const struct xml_node *after)
{
	const xmlNode *n = real(after);
	const struct xml_node *below;

	if (after == NULL)
		return xml_root(doc);
	below = xml_next(after, NULL, NULL, NULL);
	if (below != NULL)
		return below;
	for (; n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent) {
		const struct xml_node *beside = xml_next(NULL, ours(n), NULL, NULL);
		if (beside != NULL)
			return beside;
	}
	return NULL;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* NOCDATA and no entities: the text of an element is one node. */
struct bytes xml_text_of(const struct xml_node *node)
{
	const xmlNode *n = real(node)->children;
	struct bytes text;

	if (n == NULL)
		return BYTES_LIT("");
	if (n->next != NULL || n->type != XML_TEXT_NODE || n->content == NULL)
		return (struct bytes){ NULL, 0 };
	text = bytes_str((const char *)n->content);
	while (text.len > 0 && is_blank(text.ptr[0]))
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

struct bytes xml_attribute_of(const struct xml_node *node, const char *name)
{
	for (const xmlAttr *a = real(node)->properties; a != NULL; a = a->next) {
		if (strcmp((const char *)a->name, name) == 0 && a->children != NULL &&
		    a->children->next == NULL && a->children->content != NULL)
			return bytes_str((const char *)a->children->content);
	}
	return (struct bytes){ NULL, 0 };
}
