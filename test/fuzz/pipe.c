/* What one process of a node may be sent by another, broken or taken over: each pair of ends in turn. */
#include "link/pipe.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

/* What was read is written again as it stood. */
static void read_all(struct bytes in, enum pipe_end from, enum pipe_end to)
{
	static uint8_t memory[RECORD_LEN_MAX + 4];
	struct record r;

	for (;;) {
		struct buf again = BUF_ON(memory);
		const uint8_t *start = in.ptr;

		if (record_read(&in, from, to, &r) != ERR_OK)
			return;
		assert(r.peer < PARTY_MAX && r.path < LINK_PATHS_MAX && r.err < ERR_COUNT);
		assert(record_write(&r, &again) == ERR_OK);
		assert(bytes_equal(buf_bytes(&again), (struct bytes){ start, (size_t)(in.ptr - start) }));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	for (unsigned pair = 0; pair < PIPE_END_COUNT * PIPE_END_COUNT; pair++) {
		enum pipe_end from = (enum pipe_end)(pair / PIPE_END_COUNT);
		enum pipe_end to = (enum pipe_end)(pair % PIPE_END_COUNT);

		read_all((struct bytes){ ptr, len }, from, to);
	}
	return 0;
}
