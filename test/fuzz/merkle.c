/*
 * Proofs from outside: of a tree of up to 200 leaves the true proof holds, and any other is refused; of sizes
 * and hashes that are anything nothing is read beyond its end.
 *
 * Input: size, old, how many hashes more or less, then bytes that are turned over in the true proof's.
 */
#include "crypto/merkle.h"
#include "crypto/sign.h"

#include <assert.h>
#include <string.h>

#define LEAVES_MAX 200u
#define LEVELS 9u

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct {
	uint8_t nodes[LEVELS][LEAVES_MAX][HASH_LEN];
	uint8_t roots[LEAVES_MAX + 1][HASH_LEN];
} tree;

static enum err put(void *self, unsigned level, uint64_t index, const uint8_t hash[HASH_LEN])
{
	(void)self;
	memcpy(tree.nodes[level][index], hash, HASH_LEN);
	return ERR_OK;
}

static enum err get(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN])
{
	(void)self;
	memcpy(hash, tree.nodes[level][index], HASH_LEN);
	return ERR_OK;
}

static void make_tree(void)
{
	struct frontier f = { 0 };

	frontier_root(&f, tree.roots[0]);
	for (uint8_t i = 0; i < LEAVES_MAX; i++) {
		uint8_t leaf[HASH_LEN];
		enum err e;
		hash_leaf((struct bytes){ &i, 1 }, leaf);
		e = frontier_append(&f, leaf, put, NULL);
		assert(e == ERR_OK);
		frontier_root(&f, tree.roots[i + 1]);
	}
}

/* Changes the true proof as the input says; whether it is still the true one. */
static bool damage(struct bytes in, uint8_t (*proof)[HASH_LEN], size_t *count, int8_t more)
{
	size_t was = *count;
	bool is_true = true;

	if (more > 0 && was + (size_t)more <= MERKLE_PROOF_MAX)
		*count += (size_t)more;
	if (more < 0 && was >= (size_t)-more)
		*count -= (size_t)-more;
	for (size_t i = 0; i < in.len && i < *count * HASH_LEN; i++) {
		proof[i / HASH_LEN][i % HASH_LEN] ^= in.ptr[i];
		is_true = is_true && in.ptr[i] == 0;
	}
	return is_true && *count == was;
}

static void check_true(uint64_t size, uint64_t old, int8_t more, struct bytes in)
{
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN] = { { 0 } };
	size_t count;
	bool is_true;
	enum err e = merkle_consistency(old, size, get, NULL, proof, &count);

	assert(e == ERR_OK);
	is_true = damage(in, proof, &count, more);
	e = merkle_check_consistency(old, tree.roots[old], size, tree.roots[size],
				     (const uint8_t(*)[HASH_LEN])proof, count);
	assert(e == (is_true ? ERR_OK : ERR_VERIFY));
	if (old == size)
		return;
	memset(proof, 0, sizeof proof);
	e = merkle_inclusion(old, size, get, NULL, proof, &count);
	assert(e == ERR_OK);
	is_true = damage(in, proof, &count, more);
	e = merkle_check_inclusion(old, tree.nodes[0][old], size, tree.roots[size],
				   (const uint8_t(*)[HASH_LEN])proof, count);
	assert(e == (is_true ? ERR_OK : ERR_VERIFY));
}

/* Sizes that no tree has; a root is never a proof's by chance. */
static void check_anything(struct bytes in)
{
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	uint64_t sizes[2];
	size_t count;
	enum err e;

	if (in.len < 16)
		return;
	sizes[0] = be64_get(in.ptr);
	sizes[1] = be64_get(in.ptr + 8);
	count = (in.len - 16) / HASH_LEN;
	if (count > MERKLE_PROOF_MAX)
		count = MERKLE_PROOF_MAX;
	memcpy(proof, in.ptr + 16, count * HASH_LEN);
	e = merkle_check_inclusion(sizes[0], tree.nodes[0][0], sizes[1], tree.roots[3],
				   (const uint8_t(*)[HASH_LEN])proof, count);
	assert(e != ERR_OK || (sizes[0] == 0 && sizes[1] == 3));
	e = merkle_check_consistency(sizes[0], tree.roots[2], sizes[1], tree.roots[3],
				     (const uint8_t(*)[HASH_LEN])proof, count);
	assert(e != ERR_OK || (sizes[0] == 2 && sizes[1] == 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_made;
	uint64_t size;

	if (!is_made)
		make_tree();
	is_made = true;
	check_anything((struct bytes){ ptr, len });
	if (len < 3)
		return 0;
	size = 1 + ptr[0] % LEAVES_MAX;
	check_true(size, ptr[1] % (size + 1), (int8_t)ptr[2], (struct bytes){ ptr + 3, len - 3 });
	return 0;
}
