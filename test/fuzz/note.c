/* What is read as a note is written again as it stands, text and lines. */
#include "wire/note.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[1u << 16];
	struct bytes in = { ptr, len };
	struct buf again = BUF_ON(memory);
	struct note_line line;
	struct fault fault;
	struct note note;

	if (note_read_line(in, &line) == ERR_OK) {
		note_write_line(line.name, line.key_id, (struct bytes){ line.signature, line.signature_len },
				&again);
		assert(bytes_equal(buf_bytes(&again), in));
		buf_reset(&again);
	}
	if (note_read(in, &note, &fault) != ERR_OK) {
		assert(fault.rule != NULL && fault.offset > 0);
		return 0;
	}
	note_write_text(&note.origin, note.size, note.root, &again);
	buf_put_byte(&again, '\n');
	for (size_t i = 0; i < note.lines_count; i++) {
		const struct note_line *l = &note.lines[i];
		note_write_line(l->name, l->key_id, (struct bytes){ l->signature, l->signature_len }, &again);
	}
	assert(bytes_equal(buf_bytes(&again), in));
	return 0;
}
