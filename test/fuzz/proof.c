/* What is read as a proof is written again as it stands, and none but the log's key makes one good. */
#include "record/proof.h"
#include "crypto/sign.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready; /* the library is tried once, which takes longer than an input */
	static uint8_t memory[PROOF_LEN_MAX];
	static const uint8_t stranger[SIGN_PUBLIC_LEN] = { 0x58 };
	struct bytes in = { ptr, len };
	struct buf again = BUF_ON(memory);
	struct proof proof;
	struct fault fault;
	struct note note;

	if (!is_ready)
		crypto_init();
	is_ready = true;
	if (proof_read(in, &proof, &fault) != ERR_OK) {
		assert(fault.rule != NULL && fault.offset > 0);
		return 0;
	}
	proof_write(&proof, &again);
	assert(bytes_equal(buf_bytes(&again), in));
	assert(proof_check(&proof, BYTES_LIT("entry"), stranger, &note) == ERR_VERIFY);
	return 0;
}
