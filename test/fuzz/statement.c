/* What is read as a statement is written again as it stands; what is refused has a rule and an offset inside.
 */
#include "view/release.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[1u << 20];
	struct bytes in = { ptr, len };
	struct buf again = BUF_ON(memory);
	struct fault fault;
	struct statement value, inner;
	struct bytes outgoing;

	if (statement_read(in, &value, &fault) != ERR_OK) {
		assert(fault.rule != NULL && fault.offset <= len);
		return 0;
	}
	statement_write(&value, &again);
	assert(bytes_equal(buf_bytes(&again), in));
	if (value.kind == KIND_SUBMIT && submit_read(&value, &outgoing, &inner) == ERR_OK)
		assert(outgoing.ptr > in.ptr && outgoing.ptr + outgoing.len <= in.ptr + in.len);
	return 0;
}
