/*
 * A file from outside in each format that is read; its first byte says which. It is refused with a rule, or
 * its items are whole, and what is marked LABELLED is a label of these guidelines. Of an SPIF each line
 * proposed is one line.
 */
#include "border/incoming.h"
#include "border/csv.h"
#include "border/spif.h"
#include "border/xml_read.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct guidelines g = {
	.name = "PLAY",
	.version = 1,
	.parties = { { .code = "KOR" }, { .code = "USA" } },
	.parties_count = 2,
	.members = 3,
	.levels = { { .code = "U" }, { .code = "S" } },
	.levels_count = 2,
	.categories = { { .name = "caveat", .values = 1 },
			{ .name = "note", .rule = CATEGORY_INFO, .values = 2 } },
	.categories_count = 2,
	.values = { { .code = "NCG", .from = 1 }, { .code = "DRAFT", .category = 1 } },
	.values_count = 2,
	.all = 1,
	.agreements = { { .name = "both", .parties = 3, .ceiling = 1, .via = GUIDELINES_NO_VIA, .line = 1 } },
	.agreements_count = 1,
	.nodes = { { { 1, 1 }, false, 1 }, { { 1, 1 }, false, 1 } },
	.roles = { { { 1, 1 }, false, 1 } },
	.maps = { { "tlp", 0, { (const uint8_t *)"amber", 5 }, 1 },
		  { "tlp", 1, { (const uint8_t *)"red", 3 }, 1 } },
	.maps_count = 2,
};

static void look_at_items(const struct incoming *in)
{
	const json_t *item;
	size_t i;

	json_array_foreach(in->items, i, item)
	{
		const char *mark = json_string_value(json_object_get(item, "mark"));
		struct label_mask m;
		assert(mark != NULL && json_string_value(json_object_get(item, "text")) != NULL);
		if (strcmp(mark, "LABELLED") == 0)
			assert(label_text_read(&g,
					       bytes_str(json_string_value(json_object_get(item, "label"))),
					       &m) == ERR_OK);
	}
}

static void read_spif(struct bytes in)
{
	const json_t *line;
	struct spif s;
	size_t i;
	enum err e = spif_read(in, &s);

	assert(e == ERR_OK ? s.rule == NULL && json_array_size(s.lines) > 1
			   : e == ERR_USAGE && s.rule != NULL && json_array_size(s.lines) == 0);
	json_array_foreach(s.lines, i, line) assert(strpbrk(json_string_value(line), "\n\r") == NULL);
	json_array_foreach(s.left, i, line) assert(json_string_value(json_object_get(line, "as")) != NULL);
	spif_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static const char *const names[] = {
		"cap", "csv", "adatp-4774", "stix", "atom", "geojson", "ic-ism"
	};
	struct bytes in = { ptr + 1, len - 1 };
	struct incoming read;
	enum err e;

	if (len == 0)
		return 0;
	if (ptr[0] == 's') {
		read_spif(in);
		return 0;
	}
	e = incoming_read(&g, 0, bytes_str(names[ptr[0] % ARRAY_COUNT(names)]), in, &read);
	assert(e == ERR_OK || e == ERR_LIMIT || (e == ERR_USAGE && read.rule != NULL));
	assert(e == ERR_OK || json_array_size(read.items) == 0);
	assert(read.offset <= len);
	look_at_items(&read);
	incoming_close(&read);
	return 0;
}
