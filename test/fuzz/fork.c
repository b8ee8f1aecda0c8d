/* What is read as evidence of a fork is written again in its one form, and convinces under no stranger's key.
 */
#include "record/fork.h"
#include "crypto/sign.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready; /* the library is tried once, which takes longer than an input */
	static uint8_t memory[CONTENT_LEN_MAX * 2];
	static const uint8_t stranger[SIGN_PUBLIC_LEN] = { 0x58 };
	struct bytes in = { ptr, len };
	struct buf again = BUF_ON(memory);
	struct content content;
	struct fork fork, second;
	struct fault fault;

	if (!is_ready)
		crypto_init();
	is_ready = true;
	if (fork_read(in, &fork, &fault) != ERR_OK) {
		assert(fault.rule != NULL);
		return 0;
	}
	assert(fork_check(&fork, (const uint8_t *const[]){ stranger }, 1, &fault) == ERR_VERIFY &&
	       fault.rule != NULL);
	assert(content_read(in, &content, &fault) == ERR_OK);
	fork_write(&fork, content.salt, &again);
	assert(buf_check(&again) == ERR_OK);
	assert(fork_read(buf_bytes(&again), &second, &fault) == ERR_OK);
	assert(second.has_index == fork.has_index && second.index == fork.index);
	return 0;
}
