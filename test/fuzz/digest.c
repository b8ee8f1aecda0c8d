/* A statement's digest: what is taken is what its two fields say. */
#include "record/digest.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	uint8_t memory[64], hash[HASH_LEN], again[HASH_LEN];
	struct buf values = BUF_ON(memory);
	struct statement s;
	struct fault fault;
	uint64_t version, same;

	if (statement_read((struct bytes){ ptr, len }, &s, &fault) != ERR_OK ||
	    digest_get_fields(&s, &version, hash) != ERR_OK)
		return 0;
	digest_put_fields(version, hash, &values, s.fields);
	s.fields_count = 2;
	assert(digest_get_fields(&s, &same, again) == ERR_OK);
	assert(same == version && memcmp(again, hash, HASH_LEN) == 0);
	return 0;
}
