#include "crypto/merkle.h"

#include <assert.h>
#include <string.h>

static bool is_same(const uint8_t a[HASH_LEN], const uint8_t b[HASH_LEN])
{
	return memcmp(a, b, HASH_LEN) == 0;
}

static void copy_hash(uint8_t out[HASH_LEN], const uint8_t in[HASH_LEN])
{
	memcpy(out, in, HASH_LEN);
}

enum err frontier_append(struct frontier *f, const uint8_t leaf[HASH_LEN], merkle_put *put, void *self)
{
	uint8_t hash[HASH_LEN];
	unsigned count = f->count, level = 0;

	assert(f->size < UINT64_MAX);
	copy_hash(hash, leaf);
	/* Each one bit at the end of the size is a complete subtree that this leaf makes the left half of a
	 * larger one. The frontier changes only when every put has succeeded. */
	for (uint64_t index = f->size;; index >>= 1, level++) {
		enum err e = put == NULL ? ERR_OK : put(self, level, index, hash);
		if (e != ERR_OK)
			return e;
		if ((index & 1) == 0)
			break;
		assert(count > 0);
		hash_node(f->nodes[--count], hash, hash);
	}
	copy_hash(f->nodes[count], hash);
	f->count = count + 1;
	f->size++;
	return ERR_OK;
}

void frontier_root(const struct frontier *f, uint8_t root[HASH_LEN])
{
	if (f->count == 0) {
		hash_sha256((struct bytes){ NULL, 0 }, root);
		return;
	}
	copy_hash(root, f->nodes[f->count - 1]);
	for (unsigned i = f->count - 1; i-- > 0;)
		hash_node(f->nodes[i], root, root);
}

enum err frontier_load(struct frontier *f, uint64_t size, merkle_get *get, void *self)
{
	f->size = 0;
	f->count = 0;
	for (unsigned level = 64; level-- > 0;) {
		enum err e;
		if ((size >> level & 1) == 0)
			continue;
		/* The bits above this one are the leaves to its left, so the index is even. */
		e = get(self, level, (size >> level) - 1, f->nodes[f->count]);
		if (e != ERR_OK) {
			f->count = 0;
			return e;
		}
		f->count++;
	}
	f->size = size;
	return ERR_OK;
}

/* The largest power of two smaller than n (RFC 6962's k); n is at least 2. */
static uint64_t split(uint64_t n)
{
	assert(n >= 2);
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static unsigned level_of(uint64_t power_of_two)
{
	return (unsigned)__builtin_ctzll(power_of_two);
}

/*
 * MTH(D[low:high]) of a range that the definition's descent meets: low is a multiple of a power of two not
 * below the range's length, so the range has the shape of a tree of its own.
 */
static enum err range_root(uint64_t low, uint64_t high, merkle_get *get, void *self, uint8_t root[HASH_LEN])
{
	bool is_first = true;

	assert(low < high);
	/* From the smallest complete subtree at the right to the largest at the left. */
	while (low < high) {
		uint64_t len = (high - low) & (~(high - low) + 1);
		unsigned level = level_of(len);
		uint8_t node[HASH_LEN];
		enum err e = get(self, level, (high - len) >> level, is_first ? root : node);
		if (e != ERR_OK)
			return e;
		if (!is_first)
			hash_node(node, root, root);
		is_first = false;
		high -= len;
	}
	return ERR_OK;
}

/* The descent adds the subtrees from the largest to the smallest; a proof lists them the other way. */
static void reverse(uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t count)
{
	for (size_t i = 0, j = count; i + 1 < j; i++) {
		uint8_t hash[HASH_LEN];
		j--;
		copy_hash(hash, proof[i]);
		copy_hash(proof[i], proof[j]);
		copy_hash(proof[j], hash);
	}
}

/* RFC 6962 section 2.1.2, PROOF(m, D[n]) with m = old and n = size, as a loop down the tree. */
enum err merkle_consistency(uint64_t old, uint64_t size, merkle_get *get, void *self,
			    uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count)
{
	uint64_t low = 0, high = size;
	size_t n = 0;
	enum err e;

	if (old > size)
		return ERR_USAGE;
	*count = 0;
	/* Every tree begins with the empty one, and each with itself: nothing to prove. */
	if (old == 0)
		return ERR_OK;
	while (old < high) {
		uint64_t k = low + split(high - low);
		assert(n < MERKLE_PROOF_MAX);
		e = old <= k ? range_root(k, high, get, self, proof[n])
			     : range_root(low, k, get, self, proof[n]);
		if (e != ERR_OK)
			return e;
		n++;
		if (old <= k)
			high = k;
		else
			low = k;
	}
	/* SUBPROOF(m, D[m], true) is empty: the verifier has that root. */
	if (low > 0) {
		assert(n < MERKLE_PROOF_MAX);
		e = range_root(low, high, get, self, proof[n]);
		if (e != ERR_OK)
			return e;
		n++;
	}
	reverse(proof, n);
	*count = n;
	return ERR_OK;
}

/* RFC 6962 section 2.1.1, PATH(m, D[n]) with m = index and n = size, as a loop down the tree. */
enum err merkle_inclusion(uint64_t index, uint64_t size, merkle_get *get, void *self,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count)
{
	uint64_t low = 0, high = size;
	size_t n = 0;

	if (index >= size)
		return ERR_USAGE;
	*count = 0;
	while (high - low > 1) {
		uint64_t k = low + split(high - low);
		enum err e;
		assert(n < MERKLE_PROOF_MAX);
		e = index < k ? range_root(k, high, get, self, proof[n])
			      : range_root(low, k, get, self, proof[n]);
		if (e != ERR_OK)
			return e;
		n++;
		if (index < k)
			high = k;
		else
			low = k;
	}
	reverse(proof, n);
	*count = n;
	return ERR_OK;
}

/* RFC 9162: from a node to its parent, fn being its index and sn, which is not 0, that of the last node of
 * its level. True if the next hash of the proof stands at its left. */
static bool step_up(uint64_t *fn, uint64_t *sn)
{
	bool is_at_left = (*fn & 1) == 1 || *fn == *sn;

	/* The last node of a level has no sibling until it is a right one: it is its own parent till then. */
	for (; is_at_left && (*fn & 1) == 0; *fn >>= 1)
		*sn >>= 1;
	*fn >>= 1;
	*sn >>= 1;
	return is_at_left;
}

/* RFC 9162 section 2.1.4.2; the names fn, sn, fr, sr are the specification's. */
enum err merkle_check_consistency(uint64_t old, const uint8_t old_root[HASH_LEN], uint64_t size,
				  const uint8_t root[HASH_LEN], const uint8_t (*proof)[HASH_LEN],
				  size_t count)
{
	uint64_t fn, sn;
	uint8_t fr[HASH_LEN], sr[HASH_LEN];
	size_t next = 0;

	if (old > size || count > MERKLE_PROOF_MAX)
		return ERR_VERIFY;
	if (old == size && !is_same(old_root, root))
		return ERR_VERIFY;
	if (old == 0) {
		hash_sha256((struct bytes){ NULL, 0 }, fr);
		return count == 0 && is_same(old_root, fr) ? ERR_OK : ERR_VERIFY;
	}
	if (old == size)
		return count == 0 ? ERR_OK : ERR_VERIFY;
	/* "If first is an exact power of 2, then prepend first_hash to the path." */
	if ((old & (old - 1)) == 0)
		copy_hash(fr, old_root);
	else if (count > 0)
		copy_hash(fr, proof[next++]);
	else
		return ERR_VERIFY;
	copy_hash(sr, fr);
	fn = old - 1;
	sn = size - 1;
	for (; (fn & 1) == 1; fn >>= 1)
		sn >>= 1;
	for (; next < count; next++) {
		if (sn == 0)
			return ERR_VERIFY;
		if (step_up(&fn, &sn)) {
			hash_node(proof[next], fr, fr);
			hash_node(proof[next], sr, sr);
		} else {
			hash_node(sr, proof[next], sr);
		}
	}
	return sn == 0 && is_same(fr, old_root) && is_same(sr, root) ? ERR_OK : ERR_VERIFY;
}

/* RFC 9162 section 2.1.3.2. */
enum err merkle_check_inclusion(uint64_t index, const uint8_t leaf[HASH_LEN], uint64_t size,
				const uint8_t root[HASH_LEN], const uint8_t (*proof)[HASH_LEN], size_t count)
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[HASH_LEN];

	if (index >= size || count > MERKLE_PROOF_MAX)
		return ERR_VERIFY;
	copy_hash(r, leaf);
	for (size_t i = 0; i < count; i++) {
		if (sn == 0)
			return ERR_VERIFY;
		if (step_up(&fn, &sn))
			hash_node(proof[i], r, r);
		else
			hash_node(r, proof[i], r);
	}
	return sn == 0 && is_same(r, root) ? ERR_OK : ERR_VERIFY;
}
