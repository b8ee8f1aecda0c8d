/*
 * What an SPIF has and the lines proposed from it do not: every element and attribute that is not looked at.
 */
#include "border/spif_left.h"

#include <string.h>

#define KINDS_MAX 64u

/* What spif_read.c looks at, or what says nothing about a marking. */
static const struct {
	const char *parent, *name, *attributes;
} looked_at[] = {
	{ "", "SPIF", " schemaVersion version creationDate originatorDN keyIdentifier privilegeId rbacId " },
	{ "SPIF", "securityPolicyId", " name id " },
	{ "SPIF", "securityClassifications", " " },
	{ "securityClassifications", "securityClassification", " name lacv hierarchy obsolete " },
	{ "securityClassification", "markingData", " phrase xml:lang " },
	{ "SPIF", "securityCategoryTagSets", " " },
	{ "securityCategoryTagSets", "securityCategoryTagSet", " name id " },
	{ "securityCategoryTagSet", "securityCategoryTag", " name tagType enumType tag7Encoding " },
	{ "securityCategoryTag", "tagCategory", " name lacv obsolete userInput requiredClass " },
	{ "tagCategory", "markingData", " phrase xml:lang " },
	{ "tagCategory", "excludedClass", " " },
	{ "tagCategory", "excludedCategory", " tagSetRef tagType enumType lacv all " },
	{ "markingData", "code", " " },
	{ "SPIF", "extensions", " " },
	{ "extensions", "control", " category value " },
	{ "extensions", "outside", " party " },
};

static const char *attributes_of(const struct xml_node *n)
{
	const struct xml_node *above = xml_parent_of(n);
	struct bytes name = xml_name_of(n), parent = above == NULL ? BYTES_LIT("") : xml_name_of(above);

	for (size_t i = 0; i < ARRAY_COUNT(looked_at); i++) {
		const char *space = strcmp(looked_at[i].parent, "extensions") == 0 ? SPIF_OWN_NS : SPIF_NS;
		if (bytes_equal(parent, bytes_str(looked_at[i].parent)) &&
		    bytes_equal(name, bytes_str(looked_at[i].name)) && xml_is(n, space, looked_at[i].name))
			return looked_at[i].attributes;
	}
	return NULL;
}

/* " name " stands in the list. */
static bool is_in(const char *list, struct bytes name)
{
	for (const char *at = strchr(list, ' '); at != NULL && at[1] != '\0'; at = strchr(at + 1, ' ')) {
		if (strncmp(at + 1, (const char *)name.ptr, name.len) == 0 && at[1 + name.len] == ' ')
			return true;
	}
	return false;
}

/* One more of a kind; kinds beyond the bound are one. */
static void count(json_t *kinds, struct bytes element, struct bytes attribute)
{
	uint8_t memory[128];
	struct buf name = BUF_ON(memory);
	char key[sizeof memory + 1];
	const json_t *sum;

	buf_put(&name, element);
	if (attribute.ptr != NULL) {
		buf_put_byte(&name, '@');
		buf_put(&name, attribute);
	}
	if (buf_check(&name) != ERR_OK || bytes_copy_str(buf_bytes(&name), key, sizeof key) != ERR_OK)
		memcpy(key, "...", sizeof "...");
	if (json_object_get(kinds, key) == NULL && json_object_size(kinds) >= KINDS_MAX)
		memcpy(key, "...", sizeof "...");
	sum = json_object_get(kinds, key);
	json_object_set_new(kinds, key, json_integer(json_integer_value(sum) + 1));
}

void spif_left_put(json_t *left, enum spif_left why, struct bytes of, struct bytes as)
{
	json_array_append_new(left, json_pack("{s:s, s:s%, s:s%}", "why", spif_left_name(why), "of",
					      of.len == 0 ? "" : (const char *)of.ptr, of.len, "as",
					      as.len == 0 ? "" : (const char *)as.ptr, as.len));
}

void spif_left_count(json_t *left, const struct xml_doc *doc)
{
	json_t *kinds = json_object(), *sum;
	const char *kind;

	for (const struct xml_node *n = xml_walk(doc, NULL); n != NULL; n = xml_walk(doc, n)) {
		const char *known = attributes_of(n);
		const struct xml_attribute *a = NULL;
		struct bytes name, value;
		if (known == NULL)
			count(kinds, xml_name_of(n), (struct bytes){ NULL, 0 });
		while (known != NULL && (a = xml_attribute_next(n, a, NULL, &name, &value)) != NULL) {
			if (!is_in(known, name))
				count(kinds, xml_name_of(n), name);
		}
	}
	json_object_foreach(kinds, kind, sum)
	{
		uint8_t memory[24];
		struct buf number = BUF_ON(memory);
		buf_put_decimal(&number, (uint64_t)json_integer_value(sum));
		spif_left_put(left, SPIF_OTHER, bytes_str(kind), buf_bytes(&number));
	}
	json_decref(kinds);
}

const char *spif_left_name(enum spif_left why)
{
	static const char *const names[SPIF_LEFT_COUNT] = {
		[SPIF_RENAMED] = "RENAMED", [SPIF_OBSOLETE] = "OBSOLETE", [SPIF_TYPED] = "TYPED",
		[SPIF_EQUAL] = "EQUAL",	    [SPIF_NAME] = "NAME",	  [SPIF_LANGUAGE] = "LANGUAGE",
		[SPIF_PORTION] = "PORTION", [SPIF_KIND] = "KIND",	  [SPIF_ABOVE] = "ABOVE",
		[SPIF_NOWHERE] = "NOWHERE", [SPIF_EXCLUDED] = "EXCLUDED", [SPIF_FULL] = "FULL",
		[SPIF_OTHER] = "OTHER",
	};

	return names[why];
}
