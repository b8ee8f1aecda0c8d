/*
 * The file `guidelines` in a small accord: what is taken is whole, its matrix is made or is too large, and no
 * label that the file can name is read, joined or written out to harm.
 */
#include "bundle_copy.h"
#include "policy/marking.h"
#include "policy/once.h"
#include "policy/opened.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct bundle base;
static uint8_t matrix_memory[MATRIX_ARENA_LEN], accord_memory[ACCORD_ARENA_LEN];

static struct accord_file *file_of(const char *name)
{
	for (size_t i = 0; i < base.count; i++) {
		if (bytes_equal(base.files[i].name, bytes_str(name)))
			return &base.files[i];
	}
	abort();
}

static void make_base(void)
{
	json_t *vectors = bundle_vectors("guidelines.json");

	assert(vectors != NULL);
	crypto_init();
	bundle_make(&base, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	json_decref(vectors);
}

static void check_label(const struct accord *a, const struct label_mask *l)
{
	static char memory[MARKING_LEN_MAX];
	const struct guidelines *g = a->guidelines;
	struct label_mask both = *l, again;
	struct buf text = BUF_ON(memory);
	struct label written;

	for (size_t i = 0; i < a->languages_count; i++, buf_reset(&text)) {
		marking_banner(a, l, MARKING_NO_AUTHOR, i, &text);
		assert(buf_check(&text) == ERR_OK && bytes_is_utf8(buf_bytes(&text)));
	}
	marking_portion(a, l, 0, &text);
	assert(buf_check(&text) == ERR_OK);
	for (size_t i = 0; i < a->parties_count; i++) {
		struct bytes code = marking_home_code(a, l, i);
		assert(code.len <= CODE_LEN_MAX);
		buf_reset(&text);
		marking_home_banner(a, l, i, &text);
		assert(buf_check(&text) == ERR_OK);
		buf_reset(&text);
		marking_home_portion(a, l, i, code, &text);
		assert(buf_check(&text) == ERR_OK);
	}
	if (policy_label_write(g, l, &written) == ERR_OK) {
		assert(label_check(&written) == ERR_OK);
		assert(policy_label_read(g, &written, 0, &again).is_allowed);
		assert(again.level == l->level && again.values == l->values && again.rel == l->rel &&
		       again.origin == l->origin);
	}
	assert(policy_join(g, l, l, &both).is_allowed && both.values == l->values);
	(void)policy_label_check(g, l);
	(void)policy_release_need(g, l, PLANE_SHARE, PRECEDENCE_FLASH, l->rel);
	assert(policy_review(g, l).days > 0);
}

/* opened: any bytes, as of a version before. */
static void check_guidelines(const struct accord *a, struct bytes opened)
{
	const struct guidelines *g = a->guidelines;
	uint64_t all_values = g->values_count == 64 ? UINT64_MAX : (1ull << g->values_count) - 1;
	uint32_t all_parties = g->parties_count == 32 ? UINT32_MAX : (1u << g->parties_count) - 1;
	static uint8_t once_memory[1u << 17];
	struct buf once = BUF_ON(once_memory);
	struct accord before = *a;
	struct arena arena;
	struct matrix m;
	enum err e;

	for (size_t level = 0; level < g->levels_count; level++) {
		for (size_t i = 0; i < 66; i++) {
			struct label_mask l = { (uint8_t)level,
						i == 64	  ? all_values
						: i == 65 ? 0
							  : all_values & 1ull << i,
						i % 2 == 0 ? all_parties : 1, i % 3 == 0 ? all_parties : 1 };
			check_label(a, &l);
		}
	}
	arena_init(&arena, matrix_memory, sizeof matrix_memory);
	e = matrix_make(a, NULL, (struct bytes){ NULL, 0 }, &arena, &m);
	assert(e == ERR_OK || e == ERR_LIMIT);
	arena_init(&arena, matrix_memory, sizeof matrix_memory);
	if (e == ERR_OK) {
		e = matrix_make(a, a, opened, &arena, &m);
		/* over itself it opens nothing */
		assert(e == ERR_LIMIT || (e == ERR_OK && m.rows_count == 0));
	}
	/* Nor does it say anything new of itself, nor of what it said. */
	before.opened = opened;
	once_write(a, &before, &once);
	assert(buf_check(&once) != ERR_OK || once.len <= opened.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t manifest_memory[1u << 15];
	struct buf manifest = BUF_ON(manifest_memory);
	struct accord_file *file, kept;
	struct accord_fault fault;
	struct arena arena;
	struct accord *a;
	enum err e;

	if (base.count == 0)
		make_base();
	file = file_of("guidelines");
	kept = *file;
	file->content = (struct bytes){ ptr, len };
	accord_manifest_write(base.files, base.count, &manifest);
	arena_init(&arena, accord_memory, sizeof accord_memory);
	e = accord_read(buf_bytes(&manifest), base.files, base.count, &arena, &a, &fault);
	assert(e == ERR_OK || (e == ERR_USAGE && fault.fault.rule != NULL));
	if (e == ERR_OK)
		check_guidelines(a, (struct bytes){ ptr, len });
	*file = kept;
	return 0;
}
