/* What is read as a content is written again as it stands; what is refused has a rule and an offset inside.
 */
#include "wire/content.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[1u << 20];
	struct bytes in = { ptr, len };
	struct buf again = BUF_ON(memory);
	struct fault fault;
	struct content value;

	if (content_read(in, &value, &fault) != ERR_OK) {
		assert(fault.rule != NULL && fault.offset <= len);
		return 0;
	}
	content_write(&value, &again);
	assert(bytes_equal(buf_bytes(&again), in));
	return 0;
}
