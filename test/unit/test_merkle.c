/* Trees against merkle.json, which the definitions of RFC 6962 made; then everything that must not hold. */
#include "crypto/merkle.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZES 131u
#define LEVELS 8u

/* A plain store of complete nodes, and the roots of all sizes. */
struct forest {
	uint8_t nodes[LEVELS][SIZES][HASH_LEN];
	bool is_held[LEVELS][SIZES];
	uint8_t roots[SIZES][HASH_LEN];
	struct frontier frontier;
	unsigned puts_left;
};

static struct forest *grown;

static enum err put_node(void *self, unsigned level, uint64_t index, const uint8_t hash[HASH_LEN])
{
	struct forest *f = self;

	if (f->puts_left == 0)
		return ERR_IO;
	f->puts_left--;
	assert_true(level < LEVELS && index < SIZES && !f->is_held[level][index]);
	f->is_held[level][index] = true;
	memcpy(f->nodes[level][index], hash, HASH_LEN);
	return ERR_OK;
}

static enum err get_node(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	const struct forest *f = self;

	if (level >= LEVELS || index >= SIZES || !f->is_held[level][index])
		return ERR_NOT_FOUND;
	memcpy(hash, f->nodes[level][index], HASH_LEN);
	return ERR_OK;
}

static void write_leaf(uint64_t i, uint8_t leaf[HASH_LEN])
{
	uint8_t entry[8];

	be64_put(entry, i);
	hash_leaf(BYTES_OF(entry), leaf);
}

static int grow(void **state)
{
	(void)state;
	grown = calloc(1, sizeof *grown);
	grown->puts_left = UINT32_MAX;
	for (uint64_t i = 0; i < SIZES; i++) {
		uint8_t leaf[HASH_LEN];
		frontier_root(&grown->frontier, grown->roots[i]);
		write_leaf(i, leaf);
		if (frontier_append(&grown->frontier, leaf, put_node, grown) != ERR_OK)
			return -1;
	}
	return 0;
}

static int fell(void **state)
{
	(void)state;
	free(grown);
	return 0;
}

static json_t *load_vectors(const char *name)
{
	const char *folder = getenv("VECTORS");
	char path[512];
	json_error_t error;
	json_t *out;

	snprintf(path, sizeof path, "%s/%s", folder == NULL ? "test/vectors" : folder, name);
	out = json_load_file(path, 0, &error);
	if (out == NULL)
		fail_msg("%s: %s", path, error.text);
	return out;
}

static void assert_hex(const uint8_t hash[HASH_LEN], const json_t *want)
{
	char text[2 * HASH_LEN + 1];

	bytes_write_hex((struct bytes){ hash, HASH_LEN }, text);
	assert_string_equal(text, json_string_value(want));
}

static void add_proof(struct hash_stream *h, const uint8_t (*proof)[HASH_LEN], size_t count)
{
	uint8_t n = (uint8_t)count;

	hash_add(h, (struct bytes){ &n, 1 });
	hash_add(h, (struct bytes){ (const uint8_t *)proof, count * HASH_LEN });
}

/* All roots, all consistency proofs and all inclusion proofs of 0 to 130 leaves. */
static void test_vectors_of_all_sizes(void **state)
{
	json_t *vectors = load_vectors("merkle.json"), *row;
	size_t n;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(vectors, "sizes")), SIZES);
	json_array_foreach(json_object_get(vectors, "sizes"), n, row)
	{
		uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], hash[HASH_LEN];
		struct hash_stream consistency, inclusion;
		size_t count;
		assert_int_equal(json_integer_value(json_object_get(row, "size")), n);
		assert_hex(grown->roots[n], json_object_get(row, "root"));
		hash_open(&consistency);
		hash_open(&inclusion);
		for (uint64_t i = 0; i < n; i++) {
			assert_int_equal(merkle_consistency(i + 1, n, get_node, grown, proof, &count),
					 ERR_OK);
			add_proof(&consistency, (const uint8_t(*)[HASH_LEN])proof, count);
			assert_int_equal(merkle_inclusion(i, n, get_node, grown, proof, &count), ERR_OK);
			add_proof(&inclusion, (const uint8_t(*)[HASH_LEN])proof, count);
		}
		hash_finish(&consistency, hash);
		assert_hex(hash, json_object_get(row, "consistency"));
		hash_finish(&inclusion, hash);
		assert_hex(hash, json_object_get(row, "inclusion"));
	}
	json_decref(vectors);
}

static void test_vectors_spelled_out(void **state)
{
	json_t *vectors = load_vectors("merkle.json"), *row, *hash;
	size_t at, i;

	(void)state;
	json_array_foreach(json_object_get(vectors, "proofs"), at, row)
	{
		uint64_t size = (uint64_t)json_integer_value(json_object_get(row, "size"));
		uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
		json_t *want = json_object_get(row, "proof");
		size_t count;
		enum err e;
		if (strcmp(json_string_value(json_object_get(row, "kind")), "consistency") == 0)
			e = merkle_consistency((uint64_t)json_integer_value(json_object_get(row, "old")),
					       size, get_node, grown, proof, &count);
		else
			e = merkle_inclusion((uint64_t)json_integer_value(json_object_get(row, "index")),
					     size, get_node, grown, proof, &count);
		assert_int_equal(e, ERR_OK);
		assert_int_equal(count, json_array_size(want));
		json_array_foreach(want, i, hash) assert_hex(proof[i], hash);
	}
	json_decref(vectors);
}

static void test_frontier_is_loaded_as_it_grew(void **state)
{
	struct frontier step = { 0 };

	(void)state;
	for (uint64_t n = 0; n < SIZES; n++) {
		struct frontier loaded;
		uint8_t leaf[HASH_LEN], root[HASH_LEN];
		assert_int_equal(frontier_load(&loaded, n, get_node, grown), ERR_OK);
		assert_int_equal(loaded.size, n);
		assert_int_equal(loaded.count, __builtin_popcountll(n));
		assert_int_equal(step.count, loaded.count);
		assert_memory_equal(step.nodes, loaded.nodes, loaded.count * HASH_LEN);
		frontier_root(&loaded, root);
		assert_memory_equal(root, grown->roots[n], HASH_LEN);
		write_leaf(n, leaf);
		assert_int_equal(frontier_append(&step, leaf, NULL, NULL), ERR_OK);
	}
}

static void test_failed_put_leaves_the_frontier(void **state)
{
	(void)state;
	/* Leaf 7 finishes four nodes. */
	for (unsigned puts = 0; puts < 4; puts++) {
		struct forest *f = calloc(1, sizeof *f);
		struct frontier before;
		uint8_t leaf[HASH_LEN];
		f->puts_left = UINT32_MAX;
		for (uint64_t i = 0; i < 7; i++) {
			write_leaf(i, leaf);
			assert_int_equal(frontier_append(&f->frontier, leaf, put_node, f), ERR_OK);
		}
		before = f->frontier;
		f->puts_left = puts;
		write_leaf(7, leaf);
		assert_int_equal(frontier_append(&f->frontier, leaf, put_node, f), ERR_IO);
		assert_memory_equal(&f->frontier, &before, sizeof before);
		free(f);
	}
}

static void test_missing_node_is_told(void **state)
{
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	struct frontier f;
	size_t count;

	(void)state;
	assert_int_equal(frontier_load(&f, 1000, get_node, grown), ERR_NOT_FOUND);
	assert_int_equal(f.count, 0);
	assert_int_equal(merkle_consistency(3, 1000, get_node, grown, proof, &count), ERR_NOT_FOUND);
	assert_int_equal(merkle_inclusion(3, 1000, get_node, grown, proof, &count), ERR_NOT_FOUND);
	assert_int_equal(merkle_consistency(8, 7, get_node, grown, proof, &count), ERR_USAGE);
	assert_int_equal(merkle_inclusion(7, 7, get_node, grown, proof, &count), ERR_USAGE);
	assert_int_equal(merkle_inclusion(0, 0, get_node, grown, proof, &count), ERR_USAGE);
}

struct claim {
	uint64_t place, size; /* old size or index */
	uint8_t start[HASH_LEN], root[HASH_LEN];
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	size_t count;
};

typedef enum err check_claim(const struct claim *c);

static enum err check_consistency(const struct claim *c)
{
	return merkle_check_consistency(c->place, c->start, c->size, c->root,
					(const uint8_t(*)[HASH_LEN])c->proof, c->count);
}

static enum err check_inclusion(const struct claim *c)
{
	return merkle_check_inclusion(c->place, c->start, c->size, c->root,
				      (const uint8_t(*)[HASH_LEN])c->proof, c->count);
}

/* Each change of a good claim makes it false: a bit anywhere, a hash less, more or elsewhere. */
static void assert_only_this_holds(const struct claim *good, check_claim *check)
{
	struct claim c = *good;

	assert_int_equal(check(&c), ERR_OK);
	for (size_t i = 0; i < c.count; i++) {
		c.proof[i][(i * 7) % HASH_LEN] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(check(&c), ERR_VERIFY);
		c = *good;
	}
	c.start[31] ^= 1;
	assert_int_equal(check(&c), ERR_VERIFY);
	c = *good;
	c.root[0] ^= 0x80;
	assert_int_equal(check(&c), ERR_VERIFY);
	c = *good;
	memset(c.proof[c.count++], 0, HASH_LEN);
	assert_int_equal(check(&c), ERR_VERIFY);
	c = *good;
	if (c.count > 0) {
		c.count--;
		assert_int_equal(check(&c), ERR_VERIFY);
		c = *good;
		memmove(c.proof[0], c.proof[1], (c.count - 1) * HASH_LEN);
		c.count--;
		assert_int_equal(check(&c), ERR_VERIFY);
		c = *good;
	}
	if (c.count > 1) {
		memcpy(c.proof[0], good->proof[1], HASH_LEN);
		memcpy(c.proof[1], good->proof[0], HASH_LEN);
		assert_int_equal(check(&c), ERR_VERIFY);
		c = *good;
	}
	c.count = MERKLE_PROOF_MAX + 1;
	assert_int_equal(check(&c), ERR_VERIFY);
}

static void test_consistency_claims(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < SIZES; n++) {
		for (uint64_t m = 0; m <= n; m++) {
			struct claim c = { .place = m, .size = n };
			memcpy(c.start, grown->roots[m], HASH_LEN);
			memcpy(c.root, grown->roots[n], HASH_LEN);
			assert_int_equal(merkle_consistency(m, n, get_node, grown, c.proof, &c.count),
					 ERR_OK);
			/* Any later root follows from nothing at all, so there the root alone cannot be
			 * wrong. */
			if (m > 0 || n == 0)
				assert_only_this_holds(&c, check_consistency);
			assert_int_equal(check_consistency(&c), ERR_OK);
			c.place = n + 1;
			assert_int_equal(check_consistency(&c), ERR_VERIFY);
		}
	}
}

static void test_from_nothing(void **state)
{
	struct claim c = { .place = 0, .size = 5 };

	(void)state;
	memcpy(c.start, grown->roots[0], HASH_LEN);
	memcpy(c.root, grown->roots[5], HASH_LEN);
	assert_int_equal(check_consistency(&c), ERR_OK);
	c.count = 1;
	assert_int_equal(check_consistency(&c), ERR_VERIFY);
	c.count = 0;
	c.start[0] ^= 1;
	assert_int_equal(check_consistency(&c), ERR_VERIFY);
}

static void test_inclusion_claims(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < SIZES; n++) {
		for (uint64_t i = 0; i < n; i++) {
			struct claim c = { .place = i, .size = n };
			write_leaf(i, c.start);
			memcpy(c.root, grown->roots[n], HASH_LEN);
			assert_int_equal(merkle_inclusion(i, n, get_node, grown, c.proof, &c.count), ERR_OK);
			assert_only_this_holds(&c, check_inclusion);
			/* The same path at the neighbour's place. */
			c.place = i ^ 1;
			assert_int_equal(check_inclusion(&c), ERR_VERIFY);
		}
	}
}

/* The largest trees that a number can claim end in a verdict too. */
static void test_sizes_at_the_edge(void **state)
{
	struct claim c = { .place = UINT64_MAX - 1, .size = UINT64_MAX, .count = MERKLE_PROOF_MAX };

	(void)state;
	assert_int_equal(check_consistency(&c), ERR_VERIFY);
	assert_int_equal(check_inclusion(&c), ERR_VERIFY);
	c.place = UINT64_C(1) << 63;
	assert_int_equal(check_consistency(&c), ERR_VERIFY);
	c.place = UINT64_MAX;
	assert_int_equal(check_inclusion(&c), ERR_VERIFY);
	c.count = 0;
	assert_int_equal(check_consistency(&c), ERR_OK); /* a tree with itself: the roots are equal */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_of_all_sizes),
		cmocka_unit_test(test_vectors_spelled_out),
		cmocka_unit_test(test_frontier_is_loaded_as_it_grew),
		cmocka_unit_test(test_failed_put_leaves_the_frontier),
		cmocka_unit_test(test_missing_node_is_told),
		cmocka_unit_test(test_consistency_claims),
		cmocka_unit_test(test_from_nothing),
		cmocka_unit_test(test_inclusion_claims),
		cmocka_unit_test(test_sizes_at_the_edge),
	};

	return cmocka_run_group_tests(tests, grow, fell);
}
