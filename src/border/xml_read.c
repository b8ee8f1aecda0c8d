#include "border/xml_read.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "border/incoming.h"

#include <expat.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 32u /* namespaces declared for one element, by it and by those around it */
#define XML_URI "http://www.w3.org/XML/1998/namespace"
#define XMLNS_URI "http://www.w3.org/2000/xmlns/"
#define NODES_LEN_MAX (8u << 20) /* bytes for elements and their attributes */
#define NODES_LEN_A_BYTE 64u	 /* a byte of a file makes no more of them, see nodes_len */

struct xml_attribute {
	struct bytes name, prefix, value; /* name: the whole of it */
	struct xml_attribute *next;
};

/* xmlns:prefix="uri", and all that hold around it. */
struct scope {
	struct bytes prefix, uri;
	struct scope *outer;
	size_t count;
};

struct xml_node {
	struct xml_node *parent, *first, *last, *next;
	struct bytes uri, name;	   /* uri: .ptr NULL is none */
	struct bytes text, behind; /* before its first element; behind its end, in the one around it */
	struct xml_attribute *attributes;
	struct scope *scope;
};

struct xml_doc {
	XML_Parser parser;
	struct xml_node *root, *open;
	size_t depth;
	const char *rule;
	struct arena nodes;
	struct buf words; /* every name, value and text: no longer than the file */
	uint8_t memory[];
};

static void refuse(struct xml_doc *doc, const char *rule)
{
	if (doc->rule == NULL)
		doc->rule = rule;
	(void)XML_StopParser(doc->parser, XML_FALSE);
}

static void *node_alloc(struct xml_doc *doc, size_t size)
{
	void *out = arena_alloc(&doc->nodes, 1, size);

	if (out == NULL)
		refuse(doc, "xml.size");
	return out;
}

static struct bytes keep(struct xml_doc *doc, struct bytes word)
{
	uint8_t *out = buf_reserve(&doc->words, word.len);

	/* Without a DTD nothing gets longer by being read. */
	if (out == NULL) {
		refuse(doc, "xml.size");
		return (struct bytes){ NULL, 0 };
	}
	if (word.len > 0)
		memcpy(out, word.ptr, word.len);
	return (struct bytes){ out, word.len };
}

/*
 * What stands before the colon of a name, and what behind; each has at least a letter, and no second colon.
 */
static struct bytes split(struct xml_doc *doc, struct bytes *name)
{
	struct bytes rest = *name, prefix, ignored;

	if (bytes_take_until(&rest, ':', &prefix) != ERR_OK)
		return BYTES_LIT("");
	*name = rest;
	if (prefix.len == 0 || rest.len == 0 || bytes_take_until(&rest, ':', &ignored) == ERR_OK)
		refuse(doc, "xml.form");
	return prefix;
}

/* Of a prefix in scope; "" is the default one, which may be none. "xml" is bound without being declared. */
static bool find_uri(const struct xml_node *n, struct bytes prefix, struct bytes *out)
{
	for (const struct scope *s = n->scope; s != NULL; s = s->outer) {
		if (bytes_equal(s->prefix, prefix)) {
			*out = s->uri;
			return true;
		}
	}
	*out = bytes_equal(prefix, BYTES_LIT("xml")) ? BYTES_LIT(XML_URI) : (struct bytes){ NULL, 0 };
	return prefix.len == 0 || out->len > 0;
}

/* An attribute that declares a namespace; false: the element is refused. */
static bool declare(struct xml_doc *doc, struct xml_node *n, struct bytes prefix, struct bytes uri)
{
	struct scope *s = node_alloc(doc, sizeof *s);

	if (s == NULL)
		return false;
	*s = (struct scope){ prefix, uri, n->scope, n->scope == NULL ? 1 : n->scope->count + 1 };
	n->scope = s;
	if (s->count > NAMES_MAX)
		refuse(doc, "xml.size");
	/* None is taken back, and the two that XML has itself stay what they are. */
	if ((prefix.len > 0 && uri.len == 0) || bytes_equal(prefix, BYTES_LIT("xmlns")) ||
	    bytes_equal(uri, BYTES_LIT(XMLNS_URI)) ||
	    bytes_equal(prefix, BYTES_LIT("xml")) != bytes_equal(uri, BYTES_LIT(XML_URI)))
		refuse(doc, "xml.form");
	return doc->rule == NULL;
}

static bool take_attribute(struct xml_doc *doc, struct xml_node *n, struct bytes name, struct bytes value)
{
	struct bytes local = name;
	struct bytes prefix = split(doc, &local);
	struct xml_attribute *a;

	if (bytes_equal(name, BYTES_LIT("xmlns")))
		return declare(doc, n, BYTES_LIT(""), value);
	if (bytes_equal(prefix, BYTES_LIT("xmlns")))
		return declare(doc, n, local, value);
	a = node_alloc(doc, sizeof *a);
	if (a == NULL)
		return false;
	*a = (struct xml_attribute){ name, prefix, value, n->attributes };
	n->attributes = a;
	return doc->rule == NULL;
}

/* Namespaces in XML 1.0: what has no prefix is in the default one, an undeclared prefix is a fault. */
static void resolve(struct xml_doc *doc, struct xml_node *n)
{
	struct bytes uri;

	if (!find_uri(n, split(doc, &n->name), &n->uri))
		refuse(doc, "xml.form");
	for (const struct xml_attribute *a = n->attributes; a != NULL; a = a->next) {
		if (!find_uri(n, a->prefix, &uri))
			refuse(doc, "xml.form");
	}
}

static void on_start(void *self, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_doc *doc = self;
	struct xml_node *n = node_alloc(doc, sizeof *n);

	if (n == NULL)
		return;
	n->parent = doc->open;
	n->scope = n->parent == NULL ? NULL : n->parent->scope;
	n->name = keep(doc, bytes_str(name));
	for (; *attributes != NULL; attributes += 2) {
		struct bytes key = keep(doc, bytes_str(attributes[0]));
		struct bytes value = keep(doc, bytes_str(attributes[1]));
		if (key.ptr == NULL || value.ptr == NULL || !take_attribute(doc, n, key, value))
			return;
	}
	resolve(doc, n);
	if (n->parent == NULL) {
		doc->root = n;
	} else {
		*(n->parent->last == NULL ? &n->parent->first : &n->parent->last->next) = n;
		n->parent->last = n;
	}
	doc->open = n;
	if (++doc->depth > INCOMING_DEPTH_MAX)
		refuse(doc, "xml.depth");
}

static void on_end(void *self, const XML_Char *name)
{
	struct xml_doc *doc = self;

	(void)name;
	/* The end of <a/> is told even where its start stopped the reading. */
	if (doc->rule != NULL)
		return;
	doc->open = doc->open->parent;
	doc->depth--;
}

/* Comes in pieces, also around a comment; without an element between them they lie one behind the other. */
static void on_text(void *self, const XML_Char *text, int len)
{
	struct xml_doc *doc = self;
	struct xml_node *n = doc->open;
	struct bytes *run = n->last == NULL ? &n->text : &n->last->behind,
		     part = keep(doc, (struct bytes){ (const uint8_t *)text, (size_t)len });

	if (run->len == 0)
		*run = part;
	else
		run->len += part.len;
}

static void on_doctype(void *self, const XML_Char *name, const XML_Char *system, const XML_Char *public,
		       int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	refuse(self, "xml.dtd");
}

/* None is told of that is shorter than these, with what the arena leaves free before each. */
static size_t nodes_len(size_t len)
{
	_Static_assert(sizeof(struct xml_node) + _Alignof(max_align_t) <= 3 * NODES_LEN_A_BYTE, "<a>");
	_Static_assert(sizeof(struct xml_attribute) + _Alignof(max_align_t) <= 5 * NODES_LEN_A_BYTE,
		       "a='' and a space");
	_Static_assert(sizeof(struct scope) + _Alignof(max_align_t) <= 5 * NODES_LEN_A_BYTE,
		       "a='' and a space");
	return len < NODES_LEN_MAX / NODES_LEN_A_BYTE ? len * NODES_LEN_A_BYTE : NODES_LEN_MAX;
}

static struct xml_doc *doc_new(size_t len)
{
	size_t nodes = nodes_len(len);
	struct xml_doc *doc = xrealloc(NULL, sizeof *doc + nodes + len);

	memset(doc, 0, sizeof *doc);
	buf_init(&doc->words, doc->memory + nodes, len);
	arena_init(&doc->nodes, doc->memory, nodes);
	doc->parser = XML_ParserCreate("UTF-8");
	if (doc->parser == NULL) {
		free(doc);
		return NULL;
	}
	XML_SetUserData(doc->parser, doc);
	XML_SetElementHandler(doc->parser, on_start, on_end);
	XML_SetCharacterDataHandler(doc->parser, on_text);
	XML_SetStartDoctypeDeclHandler(doc->parser, on_doctype);
	return doc;
}

/*
 * Which of the two names is to be used follows the library's version: from 2.9 on the short one is an old
 * one.
 */
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
#define BYTE_INDEX XML_GetCurrentByteIndex64
#else
#define BYTE_INDEX XML_GetCurrentByteIndex
#endif

/* The library has none where the file ended before it began. */
static size_t error_offset(const struct xml_doc *doc, size_t len)
{
	int64_t at = BYTE_INDEX(doc->parser);

	return at < 0 ? len : (size_t)at;
}

enum err xml_read(struct bytes in, struct xml_doc **out, const char **rule, size_t *offset)
{
	struct xml_doc *doc;
	bool is_read;

	*offset = 0;
	*rule = "xml.utf8";
	if (!bytes_is_utf8(in))
		return ERR_USAGE;
	*rule = "xml.size";
	if (in.len > INCOMING_LEN_MAX)
		return ERR_USAGE;
	doc = doc_new(in.len);
	if (doc == NULL)
		return ERR_MEMORY;
	is_read = XML_Parse(doc->parser, (const char *)in.ptr, (int)in.len, true) == XML_STATUS_OK;
	if (!is_read || doc->rule != NULL) {
		bool is_short = XML_GetErrorCode(doc->parser) == XML_ERROR_NO_MEMORY;
		*rule = doc->rule != NULL ? doc->rule : "xml.form";
		*offset = error_offset(doc, in.len);
		xml_read_close(doc);
		return is_short ? ERR_MEMORY : ERR_USAGE;
	}
	*rule = NULL;
	*out = doc;
	return ERR_OK;
}

void xml_read_close(struct xml_doc *doc)
{
	if (doc == NULL)
		return;
	XML_ParserFree(doc->parser);
	free(doc);
}

const struct xml_node *xml_root(const struct xml_doc *doc)
{
	return doc->root;
}

static bool is_text(struct bytes b, const char *text)
{
	return bytes_equal(b, bytes_str(text));
}

bool xml_is(const struct xml_node *node, const char *name_space, const char *name)
{
	return is_text(node->name, name) && is_text(node->uri, name_space);
}

const struct xml_node *xml_next(const struct xml_node *parent, const struct xml_node *after,
				const char *name_space, const char *name)
{
	const struct xml_node *n = after == NULL ? parent->first : after->next;

	while (n != NULL && name != NULL && !xml_is(n, name_space, name))
		n = n->next;
	return n;
}

const struct xml_node *xml_walk(const struct xml_doc *doc, const struct xml_node *after)
{
	return xml_within(doc->root, after);
}

const struct xml_node *xml_within(const struct xml_node *top, const struct xml_node *after)
{
	if (after == NULL)
		return top;
	if (after->first != NULL)
		return after->first;
	while (after != top && after->next == NULL)
		after = after->parent;
	return after == top ? NULL : after->next;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct bytes trimmed(struct bytes text)
{
	if (text.len == 0)
		return BYTES_LIT("");
	while (text.len > 0 && is_blank(text.ptr[0]))
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

struct bytes xml_text_of(const struct xml_node *node)
{
	return node->first != NULL ? (struct bytes){ NULL, 0 } : trimmed(node->text);
}

static void put_line(struct buf *out, struct bytes text)
{
	text = trimmed(text);
	if (text.len == 0)
		return;
	buf_put_str(out, out->len > 0 ? "\n" : "");
	buf_put(out, text);
}

void xml_words(const struct xml_node *top, struct buf *out)
{
	const struct xml_node *n = top;

	put_line(out, n->text);
	while (n != top || n->first != NULL) {
		if (n->first != NULL) {
			n = n->first;
			put_line(out, n->text);
			continue;
		}
		while (n != top && n->next == NULL) {
			put_line(out, n->behind);
			n = n->parent;
		}
		if (n == top)
			return;
		put_line(out, n->behind);
		n = n->next;
		put_line(out, n->text);
	}
}

struct bytes xml_attribute_of(const struct xml_node *node, const char *name)
{
	for (const struct xml_attribute *a = node->attributes; a != NULL; a = a->next) {
		if (is_text(a->name, name))
			return a->value;
	}
	return (struct bytes){ NULL, 0 };
}

const struct xml_attribute *xml_attribute_next(const struct xml_node *node, const struct xml_attribute *after,
					       const char *name_space, struct bytes *name,
					       struct bytes *value)
{
	const struct xml_attribute *a = after == NULL ? node->attributes : after->next;
	struct bytes uri;

	for (; a != NULL; a = a->next) {
		size_t before = name_space == NULL ? 0 : a->prefix.len + 1;
		if (name_space != NULL &&
		    (a->prefix.len == 0 || !find_uri(node, a->prefix, &uri) || !is_text(uri, name_space)))
			continue;
		*name = (struct bytes){ a->name.ptr + before, a->name.len - before };
		*value = a->value;
		break;
	}
	return a;
}

struct bytes xml_name_of(const struct xml_node *node)
{
	return node->name;
}

const struct xml_node *xml_parent_of(const struct xml_node *node)
{
	return node->parent;
}
