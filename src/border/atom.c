#include "border/atom.h"

#include "base/alloc.h"
#include "policy/marking.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void atom_start(struct atom *f, const struct accord *a, const char *role, const char *of)
{
	*f = (struct atom){ .accord = a, .role = role, .of = of };
	buf_init(&f->entries, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
	f->xml.out = &f->entries;
}

static void put_time(struct xml *x, const char *name, struct wall t)
{
	char time[WALL_TEXT_LEN];

	wall_write(t, time);
	xml_put(x, name, bytes_str(time));
}

static void put_tombstone(struct atom *f, const struct border_item *it)
{
	char urn[URN_LEN], time[WALL_TEXT_LEN];

	urn_write(it->id, urn);
	wall_write(it->modified, time);
	xml_open(&f->xml, "at:deleted-entry");
	xml_attribute(&f->xml, "ref", bytes_str(urn));
	xml_attribute(&f->xml, "when", bytes_str(time));
	xml_close(&f->xml);
}

/* The portion mark stands before whatever is shown in a list. */
static void put_title(struct atom *f, const struct border_item *it)
{
	char memory[BORDER_BANNER_MAX + 1024];
	struct buf title = BUF_ON(memory);

	marking_portion(f->accord, &it->label, MARKING_NO_AUTHOR, &title);
	buf_put_byte(&title, ' ');
	buf_put(&title, border_title(it));
	assert(buf_check(&title) == ERR_OK);
	xml_put(&f->xml, "title", buf_bytes(&title));
}

static void put_label(struct atom *f, const struct border_item *it)
{
	char banner_memory[BORDER_BANNER_MAX], line_memory[LABEL_TEXT_LEN_MAX];
	struct buf banner = BUF_ON(banner_memory), line = BUF_ON(line_memory);

	border_banner(f->accord, &it->label, &banner);
	label_text_write(f->accord->guidelines, &it->label, &line);
	xml_open(&f->xml, "category");
	xml_attribute(&f->xml, "scheme", BYTES_LIT(ATOM_LABEL_SCHEME));
	xml_attribute(&f->xml, "term", buf_bytes(&line));
	xml_attribute(&f->xml, "label", buf_bytes(&banner));
	xml_close(&f->xml);
}

static void put_link(struct atom *f, const char *rel, const char *href, const char *media_type)
{
	xml_open(&f->xml, "link");
	xml_attribute(&f->xml, "rel", bytes_str(rel));
	xml_attribute(&f->xml, "href", bytes_str(href));
	if (media_type != NULL)
		xml_attribute(&f->xml, "type", bytes_str(media_type));
	xml_close(&f->xml);
}

static void put_words(struct atom *f, const struct border_item *it)
{
	uint8_t *memory = xcalloc(1, border_text_max(it));
	struct buf text;

	buf_init(&text, memory, border_text_max(it));
	border_text(it, &text);
	xml_open(&f->xml, "content");
	xml_attribute(&f->xml, "type", BYTES_LIT("text"));
	if (it->language.len > 0 && it->languages_count < 2) /* an entry has one content, of one language */
		xml_attribute(&f->xml, "xml:lang", it->language);
	xml_text(&f->xml, buf_bytes(&text));
	xml_close(&f->xml);
	free(memory);
}

static void put_entry(struct atom *f, const struct border_item *it, const char *href, const char *media_type)
{
	char urn[URN_LEN], author[AUTHOR_LEN];
	struct xml *x = &f->xml;

	urn_write(it->id, urn);
	author_write(f->accord, it, author);
	xml_open(x, "entry");
	xml_put(x, "id", bytes_str(urn));
	put_title(f, it);
	put_time(x, "updated", it->modified);
	put_time(x, "published", it->created);
	xml_open(x, "author");
	xml_put(x, "name", bytes_str(author));
	xml_close(x);
	put_label(f, it);
	for (size_t i = 0; i < it->references_count; i++) {
		urn_write(it->references[i].id, urn);
		put_link(f, "related", urn, NULL);
	}
	if (href != NULL)
		put_link(f, "alternate", href, media_type);
	if (href == NULL || !it->is_withdrawn)
		put_words(f, it);
	xml_close(x);
}

enum err atom_put(struct atom *f, const struct border_item *it, const char *href, const char *media_type)
{
	size_t len = f->entries.len;

	/* An index has the message that takes the item back; a feed of its own has the tombstone. */
	if (it->is_withdrawn && href == NULL)
		put_tombstone(f, it);
	else
		put_entry(f, it, href, media_type);
	if (buf_check(&f->entries) != ERR_OK) {
		buf_cut(&f->entries, len);
		return ERR_LIMIT;
	}
	if (it->modified.ms > f->updated.ms)
		f->updated = it->modified;
	return ERR_OK;
}

static void write_head(struct atom *f, struct xml *x)
{
	char title[ROLE_NAME_MAX + 64], urn[URN_LEN];
	uint8_t id[UUID_LEN];

	snprintf(title, sizeof title, "entente %s %s", f->of, f->role);
	border_uuid(f->accord, "feed", bytes_str(title), id);
	urn_write(id, urn);
	xml_put(x, "id", bytes_str(urn));
	xml_put(x, "title", bytes_str(title));
	put_time(x, "updated", f->updated);
	xml_put(x, "generator", BYTES_LIT("entente"));
}

void atom_finish(struct atom *f, struct writing *w, const char *name)
{
	size_t max = f->entries.len + 4096;
	struct buf out;
	struct xml x;

	buf_init(&out, xcalloc(1, max), max);
	xml_start(&x, &out);
	xml_open(&x, "feed");
	xml_attribute(&x, "xmlns", BYTES_LIT(ATOM_NS));
	xml_attribute(&x, "xmlns:at", BYTES_LIT(TOMBSTONE_NS));
	write_head(f, &x);
	buf_put(&out, buf_bytes(&f->entries));
	xml_close(&x);
	assert(xml_check(&x) == ERR_OK);
	writing_put_file(w, name, "application/atom+xml", buf_bytes(&out));
	free(out.ptr);
	free(f->entries.ptr);
}

/* ---- A feed of its own ---- */

static void start(struct writing *w)
{
	w->state = xcalloc(1, sizeof(struct atom));
	atom_start(w->state, w->accord, w->role, "atom");
}

static enum err put(struct writing *w, const struct border_item *it)
{
	return atom_put(w->state, it, NULL, NULL);
}

static void finish(struct writing *w)
{
	atom_finish(w->state, w, "feed.atom");
	free(w->state);
}

const struct format format_atom = { "atom", "atom", start, put, finish, false };
