/*
 * A label's bytes under the example's guidelines: what they do not know is denied by name, and what they know
 * is written in its one form, read back to the same, and read by nobody whom a stricter one would let.
 */
#include "bundle_copy.h"
#include "policy/marking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static const struct accord *accord;

static void read_example(void)
{
	static struct bundle base;
	json_t *vectors = bundle_vectors("guidelines.json");
	struct accord_fault fault;
	struct accord *a;

	assert(vectors != NULL);
	crypto_init();
	bundle_make(&base, vectors, json_array_get(json_object_get(vectors, "vectors"), 0));
	if (bundle_read(&base, &a, &fault) != ERR_OK)
		abort();
	accord = a;
	json_decref(vectors);
}

static void check_denial(const struct decision *d)
{
	struct denial denial;

	policy_denial(accord, d, &denial);
	assert(d->reason > REASON_ALLOWED && d->reason < REASON_COUNT);
	assert(bytes_is_utf8(bytes_str(denial.subject)) && bytes_is_utf8(bytes_str(denial.needed)));
}

static void check_known(const struct label_mask *m)
{
	const struct guidelines *g = accord->guidelines;
	struct label_mask again, stricter = *m;
	struct label written;
	char memory[MARKING_LEN_MAX];
	struct buf text = BUF_ON(memory);

	assert(policy_label_write(g, m, &written) == ERR_OK && label_check(&written) == ERR_OK);
	assert(policy_label_read(g, &written, 1, &again).is_allowed);
	assert(again.level == m->level && again.values == m->values && again.rel == m->rel &&
	       again.origin == m->origin);
	if (stricter.level + 1u < g->levels_count)
		stricter.level++;
	assert((policy_parties(g, &stricter) & ~policy_parties(g, m)) == 0);
	marking_banner(accord, m, 0, 0, &text);
	marking_portion(accord, m, 0, &text);
	assert(buf_check(&text) == ERR_OK && bytes_is_utf8(buf_bytes(&text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct label l = { .categories_count = 0 };
	struct cbor_reader r;
	struct label_mask m;
	struct decision d;

	if (accord == NULL)
		read_example();
	cbor_open(&r, (struct bytes){ ptr, len });
	(void)label_read(&r, &l);
	if (cbor_finish(&r) != ERR_OK || label_check(&l) != ERR_OK)
		return 0;
	d = policy_label_read(accord->guidelines, &l, 0, &m);
	if (!d.is_allowed) {
		check_denial(&d);
		return 0;
	}
	check_known(&m);
	d = policy_label_check(accord->guidelines, &m);
	if (!d.is_allowed)
		check_denial(&d);
	d = policy_statement(accord->guidelines, &l, 0, &accord->channels[0]);
	if (!d.is_allowed)
		check_denial(&d);
	return 0;
}
