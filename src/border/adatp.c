/*
 * Confidentiality labels (ADatP-4774) bound to their words by a file beside them (ADatP-4778).
 * docs/spec/border.md section 9. No schema is bundled: written to the letter of the published text, and read
 * by our own program.
 */
#include "border/format.h"
#include "border/xml.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_NS "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define BINDING_NS "urn:nato:stanag:4778:bindinginformation:1:0"
#define DAY_MS 86400000ull

static void start(struct writing *w)
{
	struct buf *out = xcalloc(1, sizeof *out);

	buf_init(out, xrealloc(NULL, WRITING_LEN_MAX), WRITING_LEN_MAX);
	w->state = out;
}

static void open_category(struct xml *x, const char *name, const char *type)
{
	xml_open(x, "slab:Category");
	xml_attribute(x, "TagName", bytes_str(name));
	xml_attribute(x, "Type", bytes_str(type));
}

static void put_parties(struct xml *x, const struct guidelines *g, const char *name, const char *type,
			uint32_t set)
{
	open_category(x, name, type);
	for (size_t i = 0; i < g->parties_count; i++) {
		if ((set >> i & 1) != 0)
			xml_put(x, "slab:GenericValue", bytes_str(g->parties[i].code));
	}
	xml_close(x);
}

static void put_categories(struct xml *x, const struct guidelines *g, const struct label_mask *m)
{
	static const char *const types[CATEGORY_RULE_COUNT] = {
		[CATEGORY_ALL] = "RESTRICTIVE",
		[CATEGORY_ANY] = "PERMISSIVE",
		[CATEGORY_INFO] = "INFORMATIVE",
	};

	for (size_t c = 0; c < g->categories_count; c++) {
		uint64_t set = m->values & g->categories[c].values;
		if (set == 0)
			continue;
		open_category(x, g->categories[c].name, types[g->categories[c].rule]);
		for (size_t v = 0; v < g->values_count; v++) {
			if ((set >> v & 1) != 0)
				xml_put(x, "slab:GenericValue", bytes_str(g->values[v].code));
		}
		xml_close(x);
	}
	put_parties(x, g, "rel", "PERMISSIVE", m->rel);
	put_parties(x, g, "origin", "INFORMATIVE", m->origin);
}

static void put_label(struct xml *x, const struct guidelines *g, const struct border_item *it)
{
	struct guidelines_review review = policy_review(g, &it->label);
	char time[WALL_TEXT_LEN], policy[CODE_LEN_MAX + 16];

	snprintf(policy, sizeof policy, "%s %u", g->name, g->version);
	wall_write((struct wall){ it->created.ms + review.days * DAY_MS }, time);
	xml_open(x, "slab:originatorConfidentialityLabel");
	xml_attribute(x, "xmlns:slab", BYTES_LIT(LABEL_NS));
	xml_attribute(x, "ReviewDateTime", bytes_str(time));
	xml_open(x, "slab:ConfidentialityInformation");
	xml_put(x, "slab:PolicyIdentifier", bytes_str(policy));
	xml_put(x, "slab:Classification", bytes_str(g->levels[it->label.level].code));
	put_categories(x, g, &it->label);
	xml_close(x);
	wall_write(it->modified, time);
	xml_put(x, "slab:CreationDateTime", bytes_str(time));
	xml_close(x);
}

/* Of a withdrawn item nothing is bound: the format has no word for it. */
static enum err put(struct writing *w, const struct border_item *it)
{
	struct buf *out = w->state;
	char uuid[UUID_TEXT_LEN], words[UUID_TEXT_LEN + 8], name[UUID_TEXT_LEN + 8];
	struct xml x;

	if (it->is_withdrawn)
		return ERR_REFUSED;
	border_uuid_write(it->id, uuid);
	snprintf(words, sizeof words, "%s.txt", uuid);
	snprintf(name, sizeof name, "%s.xml", uuid);
	buf_reset(out);
	border_text(it, out);
	writing_put_file(w, words, "text/plain; charset=utf-8", buf_bytes(out));
	buf_reset(out);
	xml_start(&x, out);
	xml_open(&x, "mb:BindingInformation");
	xml_attribute(&x, "xmlns:mb", BYTES_LIT(BINDING_NS));
	xml_open(&x, "mb:MetadataBindingContainer");
	xml_open(&x, "mb:MetadataBinding");
	xml_open(&x, "mb:Metadata");
	put_label(&x, w->accord->guidelines, it);
	xml_close(&x);
	xml_open(&x, "mb:DataReference");
	xml_attribute(&x, "URI", bytes_str(words));
	xml_close(&x);
	xml_close(&x);
	xml_close(&x);
	xml_close(&x);
	if (xml_check(&x) != ERR_OK)
		return ERR_LIMIT;
	writing_put_file(w, name, "application/xml", buf_bytes(out));
	return ERR_OK;
}

static void finish(struct writing *w)
{
	struct buf *out = w->state;

	free(out->ptr);
	free(out);
}

const struct format format_adatp = { "adatp-4774", "adatp-4774", start, put, finish, false };
