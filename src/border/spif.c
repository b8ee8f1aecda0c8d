/*
 * Written by the schema of version 2.1: names are the codes that our labels have (adatp.c), phrases the
 * names. What SPIF has no word for and would let more be read stands in the extensions.
 */
#include "border/spif.h"
#include "border/xml.h"

#include <stdio.h>
#include <string.h>

#define OID_LEN 48u /* "2.25." and 128 bits as a decimal */
#define NUMBER_LEN 24u

/* Rec. X.667: an object identifier of a UUID, that nobody has to assign. */
static void oid_write(const struct accord *a, struct bytes of, char out[OID_LEN])
{
	uint8_t id[UUID_LEN];
	char digits[OID_LEN];
	size_t count = 0, at;
	bool is_zero;

	border_uuid(a, "spif", of, id);
	do {
		unsigned rest = 0;
		is_zero = true;
		for (size_t i = 0; i < UUID_LEN; i++) {
			rest = rest << 8 | id[i];
			id[i] = (uint8_t)(rest / 10);
			rest %= 10;
			is_zero = is_zero && id[i] == 0;
		}
		digits[count++] = (char)('0' + rest);
	} while (!is_zero);
	at = (size_t)snprintf(out, OID_LEN, "2.25.");
	while (count > 0)
		out[at++] = digits[--count];
	out[at] = '\0';
}

static void put_oid(struct xml *x, const char *name, const struct accord *a, const char *of)
{
	char oid[OID_LEN];

	oid_write(a, bytes_str(of), oid);
	xml_attribute(x, name, bytes_str(oid));
}

static void put_number(struct xml *x, const char *name, uint64_t value)
{
	char text[NUMBER_LEN];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	xml_attribute(x, name, bytes_str(text));
}

static void put_phrase(struct xml *x, struct bytes phrase, const char *language, const char *where)
{
	xml_open(x, "spif:markingData");
	xml_attribute(x, "phrase", phrase);
	if (language != NULL)
		xml_attribute(x, "xml:lang", bytes_str(language));
	xml_put(x, "spif:code", bytes_str(where));
	xml_close(x);
}

/* The names above and below a page, the code beside a portion. */
static void put_phrases(struct xml *x, const struct accord *a, const struct accord_names *names,
			const char *code)
{
	for (size_t i = 0; i < a->languages_count; i++)
		put_phrase(x, names->text[i], a->languages[i], "pageTopBottom");
	put_phrase(x, bytes_str(code), NULL, "portionMarking");
}

static void put_levels(struct xml *x, const struct accord *a)
{
	const struct guidelines *g = a->guidelines;

	xml_open(x, "spif:securityClassifications");
	for (size_t i = 0; i < g->levels_count; i++) {
		xml_open(x, "spif:securityClassification");
		xml_attribute(x, "name", bytes_str(g->levels[i].code));
		put_number(x, "lacv", i);
		put_number(x, "hierarchy", i);
		put_phrases(x, a, &g->levels[i].names, g->levels[i].code);
		xml_close(x);
	}
	xml_close(x);
}

static void open_value(struct xml *x, const char *code, size_t number)
{
	xml_open(x, "spif:tagCategory");
	xml_attribute(x, "name", bytes_str(code));
	put_number(x, "lacv", number);
}

static void put_value(struct xml *x, const struct accord *a, const struct guidelines_value *v, size_t number)
{
	const struct guidelines *g = a->guidelines;

	open_value(x, v->code, number);
	put_phrases(x, a, &v->names, v->code);
	for (size_t i = 0; i < v->from; i++)
		xml_put(x, "spif:excludedClass", bytes_str(g->levels[i].code));
	for (size_t i = 0; i < g->parties_count; i++) {
		if ((v->excludes >> i & 1) == 0)
			continue;
		xml_open(x, "spif:excludedCategory");
		xml_attribute(x, "tagSetRef", BYTES_LIT("rel"));
		xml_attribute(x, "tagType", BYTES_LIT("permissive"));
		put_number(x, "lacv", i);
		xml_close(x);
	}
	xml_close(x);
}

static void open_set(struct xml *x, const struct accord *a, const char *name, enum category_rule rule)
{
	static const char *const types[CATEGORY_RULE_COUNT] = {
		[CATEGORY_ALL] = "restrictive",
		[CATEGORY_ANY] = "permissive",
		[CATEGORY_INFO] = "tagType7",
	};

	xml_open(x, "spif:securityCategoryTagSet");
	xml_attribute(x, "name", bytes_str(name));
	put_oid(x, "id", a, name);
	xml_open(x, "spif:securityCategoryTag");
	xml_attribute(x, "name", bytes_str(name));
	xml_attribute(x, "tagType", bytes_str(types[rule]));
	if (rule == CATEGORY_INFO)
		xml_attribute(x, "tag7Encoding", BYTES_LIT("bitSetAttributes"));
}

static void put_parties(struct xml *x, const struct accord *a, const char *name, enum category_rule rule)
{
	const struct guidelines *g = a->guidelines;

	open_set(x, a, name, rule);
	for (size_t i = 0; i < g->parties_count; i++) {
		open_value(x, g->parties[i].code, i);
		put_phrases(x, a, &g->parties[i].names, g->parties[i].code);
		xml_close(x);
	}
	xml_close(x);
	xml_close(x);
}

static void put_sets(struct xml *x, const struct accord *a)
{
	const struct guidelines *g = a->guidelines;

	xml_open(x, "spif:securityCategoryTagSets");
	for (size_t c = 0; c < g->categories_count; c++) {
		size_t number = 0;
		open_set(x, a, g->categories[c].name, g->categories[c].rule);
		for (size_t v = 0; v < g->values_count; v++) {
			if (g->values[v].category == c)
				put_value(x, a, &g->values[v], number++);
		}
		xml_close(x);
		xml_close(x);
	}
	put_parties(x, a, "rel", CATEGORY_ANY);
	put_parties(x, a, "origin", CATEGORY_INFO);
	xml_close(x);
}

static void put_extensions(struct xml *x, const struct guidelines *g)
{
	xml_open(x, "spif:extensions");
	for (size_t i = 0; i < g->values_count; i++) {
		if (!g->values[i].is_originator_controlled)
			continue;
		xml_open(x, "entente:control");
		xml_attribute(x, "category", bytes_str(g->categories[g->values[i].category].name));
		xml_attribute(x, "value", bytes_str(g->values[i].code));
		xml_close(x);
	}
	for (size_t i = 0; i < g->parties_count; i++) {
		if ((g->members >> i & 1) != 0)
			continue;
		xml_open(x, "entente:outside");
		xml_attribute(x, "party", bytes_str(g->parties[i].code));
		xml_close(x);
	}
	xml_close(x);
}

/* "20261130003835Z" */
static void put_time(struct xml *x, struct wall now)
{
	char text[WALL_TEXT_LEN], out[WALL_TEXT_LEN];
	size_t len = 0;

	wall_write(now, text);
	for (const char *at = text; *at != '\0' && len < 14; at++) {
		if (*at >= '0' && *at <= '9')
			out[len++] = *at;
	}
	out[len++] = 'Z';
	xml_attribute(x, "creationDate", (struct bytes){ (const uint8_t *)out, len });
}

enum err spif_write(const struct accord *a, struct wall now, struct buf *out)
{
	const struct guidelines *g = a->guidelines;
	char policy[CODE_LEN_MAX + 16], author[CODE_LEN_MAX + 24];
	struct xml x;

	snprintf(policy, sizeof policy, "%s %u", g->name, g->version);
	snprintf(author, sizeof author, "CN=%s", policy);
	xml_start(&x, out);
	xml_open(&x, "spif:SPIF");
	xml_attribute(&x, "xmlns:spif", BYTES_LIT(SPIF_NS));
	xml_attribute(&x, "xmlns:entente", BYTES_LIT(SPIF_OWN_NS));
	xml_attribute(&x, "schemaVersion", BYTES_LIT("2.1"));
	put_number(&x, "version", g->version);
	put_time(&x, now);
	xml_attribute(&x, "originatorDN", bytes_str(author));
	xml_attribute(&x, "keyIdentifier", BYTES_LIT("")); /* required, and it is not signed */
	put_oid(&x, "privilegeId", a, policy);
	put_oid(&x, "rbacId", a, policy);
	xml_open(&x, "spif:securityPolicyId");
	xml_attribute(&x, "name", bytes_str(policy));
	put_oid(&x, "id", a, policy);
	xml_close(&x);
	put_levels(&x, a);
	put_sets(&x, a);
	put_extensions(&x, g);
	xml_close(&x);
	return xml_check(&x);
}
