/*
 * A bundle and a label's line from outside: whatever they are, nothing is made of them but a value or a
 * refusal, and a label that is read is written and read again as the same.
 */
#include "border/stix.h"

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

static void look_at_label(struct bytes in)
{
	char memory[LABEL_TEXT_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct label_mask m, again;

	if (label_text_read(&g, in, &m) != ERR_OK)
		return;
	assert(policy_label_check(&g, &m).is_allowed);
	label_text_write(&g, &m, &text);
	assert(label_text_read(&g, buf_bytes(&text), &again) == ERR_OK);
	assert(m.level == again.level && m.values == again.values && m.rel == again.rel &&
	       m.origin == again.origin);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct bytes in = { ptr, len };
	struct stix_object o;
	struct stix_in read;
	size_t offset = 0;

	look_at_label(in);
	if (stix_read(in, &read, &offset) != ERR_OK) {
		assert(offset <= len);
		return 0;
	}
	for (size_t i = 0; i < json_array_size(read.objects); i++) {
		if (stix_read_object(&g, &read, i, &o) != ERR_OK)
			continue;
		assert(o.id != NULL && o.type != NULL);
		assert(o.marks.mark != INCOMING_LABELLED ||
		       policy_label_check(&g, &o.marks.label).is_allowed);
	}
	stix_in_close(&read);
	return 0;
}
