/* Marks that are read are written again as they stand; and a note's text moves a mark or leaves all as it
 * was. */
#include "record/mark.h"

#include <assert.h>
#include <string.h>

#define ROWS_MAX 16u

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[1u << 16];
	struct bytes in = { ptr, len };
	struct mark rows[ROWS_MAX] = { 0 };
	struct marks marks = { rows, 0, ROWS_MAX };
	struct mark_request request = { in, NULL, 0 };
	struct buf again = BUF_ON(memory);

	if (marks_read(in, &marks) == ERR_OK) {
		marks_write(&marks, &again);
		assert(bytes_equal(buf_bytes(&again), in));
	} else {
		assert(marks.count == 0);
	}
	if (marks_move(&marks, &request) == ERR_OK)
		assert(marks_move(&marks, &request) == ERR_OK); /* the same again is always signed */
	for (size_t i = 1; i < marks.count; i++)
		assert(origin_compare(&rows[i - 1].origin, &rows[i].origin) < 0);
	return 0;
}
