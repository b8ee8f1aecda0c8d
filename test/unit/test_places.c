/* From which place on which version holds in a log, by its entries: each fault, and the same without it. */
#include "accord/places.h"
#include "crypto/sshsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct accord versions[3];
static struct accord_versions held;
static struct sign_key registrars[2], stranger;
static uint8_t wires[2][SSH_PUBLIC_MAX], keys[2][SIGN_PUBLIC_LEN];

/* The second version has another registrar and another log key; the third those of the second. */
static int start(void **state)
{
	(void)state;
	crypto_init();
	for (size_t i = 0; i < 2; i++) {
		uint8_t seed[SIGN_SEED_LEN] = { (uint8_t)(i + 1) };
		struct buf wire = BUF_ON(wires[i]);
		sign_key_from_seed(&registrars[i], seed);
		ssh_public_write(registrars[i].public, &wire);
		memset(keys[i], (int)i, SIGN_PUBLIC_LEN);
		for (size_t v = i; v < (i == 0 ? 1u : 3u); v++) {
			versions[v].parties_count = 1;
			memset(versions[v].hash, (int)(v + 1), HASH_LEN);
			versions[v].keys[0] =
				(struct accord_key){ .use = ACCORD_KEY_REGISTRAR, .key = buf_bytes(&wire) };
			versions[v].keys[1] =
				(struct accord_key){ .use = ACCORD_KEY_LOG, .key = BYTES_OF(keys[i]) };
			versions[v].keys_count = 2;
			held.of[v] = &versions[v];
		}
	}
	sign_key_from_seed(&stranger, (const uint8_t[SIGN_SEED_LEN]){ 9 });
	held.count = 3;
	return 0;
}

/* An entry of this kind that names a version, signed by those. */
static bool pass(struct log_places *p, uint64_t index, enum kind kind, size_t version,
		 const struct sign_key *first, const struct sign_key *second)
{
	static uint8_t value_memory[64], signature_memory[2][SSHSIG_LEN_MAX];
	const struct sign_key *const signers[] = { first, second };
	struct buf value = BUF_ON(value_memory);
	struct field field = { FIELD_ACCORD_MANIFEST, { 0 } };
	struct entry entry = { .index = index, .statement = BYTES_LIT("what was said") };
	struct statement s = { .kind = kind };
	uint8_t hash[HASH_LEN];

	memset(hash, (int)(version + 1), sizeof hash);
	cbor_put_bytes(&value, BYTES_OF(hash));
	field.value = buf_bytes(&value);
	s.fields[0] = field;
	s.fields_count = 1;
	for (size_t i = 0; i < 2 && signers[i] != NULL; i++) {
		struct buf signature = BUF_ON(signature_memory[i]);
		sshsig_make(signers[i], BYTES_LIT(SSHSIG_STATEMENT), entry.statement, &signature);
		entry.signatures[entry.signatures_count++] = buf_bytes(&signature);
	}
	return places_pass(p, &held, 0, &entry, &s);
}

static void test_what_moves_a_log(void **state)
{
	static const struct {
		const char *why;
		enum kind kind;
		size_t version;
		const struct sign_key *first, *second;
		bool moves;
	} rows[] = {
		{ "the registrar names the next", KIND_ACCORD, 1, &registrars[0], NULL, true },
		{ "and somebody signs beside him", KIND_ACCORD, 1, &stranger, &registrars[0], true },
		{ "one version after the other", KIND_ACCORD, 2, &registrars[0], NULL, false },
		{ "not back, nor where it is", KIND_ACCORD, 0, &registrars[0], NULL, false },
		{ "by the registrar that is in force", KIND_ACCORD, 1, &registrars[1], NULL, false },
		{ "by nobody", KIND_ACCORD, 1, NULL, NULL, false },
		{ "one that is not held, where the next is", KIND_ACCORD, 7, &registrars[0], NULL, false },
		{ "another kind", KIND_KEYS, 1, &registrars[0], NULL, false },
		{ "an open behind the first entry", KIND_OPEN, 1, &registrars[0], NULL, false },
	};
	size_t known;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct log_places p = { 0 };
		print_message("%s\n", rows[i].why);
		assert_true(pass(&p, 0, KIND_OPEN, 0, &registrars[0], NULL));
		assert_int_equal(pass(&p, 5, rows[i].kind, rows[i].version, rows[i].first, rows[i].second),
				 rows[i].moves);
		assert_int_equal(places_version(&p, &held, 5, &known), 0);
		assert_int_equal(places_version(&p, &held, 6, &known), rows[i].moves ? 1 : 0);
	}
}

static void test_the_keys_of_each_place(void **state)
{
	const uint8_t *all[ACCORD_VERSIONS_MAX];
	struct log_places p = { 0 };
	size_t known;

	(void)state;
	assert_true(pass(&p, 0, KIND_OPEN, 0, NULL, NULL));
	assert_true(pass(&p, 3, KIND_ACCORD, 1, &registrars[0], NULL));
	assert_true(pass(&p, 9, KIND_ACCORD, 2, &registrars[1], NULL));
	assert_int_equal(places_version(&p, &held, UINT64_MAX, &known), 2);
	places_cut(&p, 10); /* the third is of the next entry */
	assert_int_equal(p.count, 3);
	/* Each key once: the third version has that of the second. */
	assert_int_equal(accord_node_keys(&held, 0, ACCORD_KEY_LOG, 0, all), 2);
	assert_memory_equal(all[0], keys[0], SIGN_PUBLIC_LEN);
	assert_int_equal(accord_node_keys(&held, 0, ACCORD_KEY_LOG, 1, all), 1);
	assert_memory_equal(all[0], keys[1], SIGN_PUBLIC_LEN);
	places_cut(&p, 9);
	assert_int_equal(p.count, 2);
	places_cut(&p, 3);
	assert_int_equal(p.count, 1);
	places_cut(&p, 0);
	assert_int_equal(p.count, 0);
}

static void test_a_version_that_is_not_held(void **state)
{
	struct log_places p = { 0 };
	size_t known;

	(void)state;
	held.count = 1;
	assert_true(pass(&p, 0, KIND_OPEN, 0, NULL, NULL));
	assert_true(pass(&p, 3, KIND_ACCORD, 1, &registrars[0], NULL));
	assert_false(pass(&p, 4, KIND_ACCORD, 2, &registrars[1], NULL)); /* nothing behind it counts yet */
	assert_int_equal(places_version(&p, &held, 4, &known), held.count);
	assert_int_equal(known, 0);
	assert_int_equal(places_settle(&p, &held), UINT64_MAX);
	held.count = 3;
	/* The entry that says it is asked again, and those behind it. */
	assert_int_equal(places_settle(&p, &held), 3);
	assert_true(pass(&p, 3, KIND_ACCORD, 1, &registrars[0], NULL));
	assert_true(pass(&p, 4, KIND_ACCORD, 2, &registrars[1], NULL));
	assert_int_equal(places_settle(&p, &held), UINT64_MAX);
	assert_int_equal(places_version(&p, &held, 5, &known), 2);
}

/* A log that began under a version that we did not hold. */
static void test_a_beginning_that_is_not_held(void **state)
{
	struct log_places p = { 0 };

	(void)state;
	held.count = 1;
	assert_true(pass(&p, 0, KIND_OPEN, 1, NULL, NULL));
	assert_int_equal(places_settle(&p, &held), UINT64_MAX);
	held.count = 3;
	assert_int_equal(places_settle(&p, &held), 1);
	assert_false(p.of[0].is_awaited);
	assert_int_equal(places_settle(&p, &held), UINT64_MAX);
}

/* Another kind has a field of that number, which names no version; and a signature may be false. */
static void test_what_names_none(void **state)
{
	struct statement keys_added = { .kind = KIND_KEYS, .fields_count = 1 };
	const struct statement later = { .kind = KIND_ACCORD }, other = { .kind = KIND_MESSAGE };
	const struct entry first = { .index = 0 }, second = { .index = 1 };
	uint8_t memory[64], false_memory[SSHSIG_LEN_MAX], hash[HASH_LEN] = { 0 };
	struct buf value = BUF_ON(memory), signature = BUF_ON(false_memory);
	struct log_places p = { 0 };
	struct entry entry = { .index = 3, .statement = BYTES_LIT("what was said"), .signatures_count = 2 };
	struct statement s = { .kind = KIND_ACCORD, .fields_count = 1 };
	uint8_t good_memory[SSHSIG_LEN_MAX];
	struct buf good = BUF_ON(good_memory);

	(void)state;
	memset(hash, 2, sizeof hash);
	cbor_put_bytes(&value, BYTES_OF(hash));
	keys_added.fields[0] = s.fields[0] = (struct field){ FIELD_ACCORD_MANIFEST, buf_bytes(&value) };
	assert_false(accord_named_version(&keys_added, hash));
	assert_false(accord_named_version(&later, hash));
	assert_true(accord_named_version(&s, hash));
	assert_true(is_of_places(&first, &other) && is_of_places(&second, &later));
	assert_false(is_of_places(&second, &other));
	assert_true(pass(&p, 0, KIND_OPEN, 0, NULL, NULL));
	sshsig_make(&registrars[0], BYTES_LIT(SSHSIG_STATEMENT), entry.statement, &good);
	sshsig_make(&stranger, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("something else"), &signature);
	entry.signatures[0] = buf_bytes(&good);
	entry.signatures[1] = buf_bytes(&signature);
	assert_false(places_pass(&p, &held, 0, &entry, &s)); /* the other is false */
	entry.signatures_count = 1;
	assert_true(places_pass(&p, &held, 0, &entry, &s));
}

static void test_rows(void **state)
{
	uint8_t memory[LOG_PLACES_LEN_MAX + 1];
	struct buf out = BUF_ON(memory);
	struct log_places p = { 0 }, again;

	(void)state;
	assert_true(pass(&p, 0, KIND_OPEN, 0, NULL, NULL));
	assert_true(pass(&p, 3, KIND_ACCORD, 1, &registrars[0], NULL));
	places_write(&p, &out);
	assert_int_equal(places_read(buf_bytes(&out), &again), ERR_OK);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.of[1].from, 4);
	assert_false(again.of[0].is_awaited);
	memory[8 + HASH_LEN] = 1;
	assert_int_equal(places_read(buf_bytes(&out), &again), ERR_OK);
	assert_true(again.of[0].is_awaited);
	memory[8 + HASH_LEN] = 0;
	assert_int_equal(places_read((struct bytes){ memory, out.len - 1 }, &again), ERR_CORRUPT);
	assert_int_equal(places_read((struct bytes){ memory, 0 }, &again), ERR_CORRUPT);
	memory[7] = 1; /* the first place is not at 0 */
	assert_int_equal(places_read(buf_bytes(&out), &again), ERR_CORRUPT);
	memory[7] = 0;
	memory[8 + HASH_LEN] = 2; /* neither awaited nor not */
	assert_int_equal(places_read(buf_bytes(&out), &again), ERR_CORRUPT);
	memory[8 + HASH_LEN] = 0;
	memory[8 + HASH_LEN + 1 + 7] = 0; /* places do not rise */
	assert_int_equal(places_read(buf_bytes(&out), &again), ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_moves_a_log),
		cmocka_unit_test(test_the_keys_of_each_place),
		cmocka_unit_test(test_a_version_that_is_not_held),
		cmocka_unit_test(test_a_beginning_that_is_not_held),
		cmocka_unit_test(test_what_names_none),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("places", tests, start, NULL);
}
