#include "dialogue/text_part.h"

bool text_part_next(struct bytes *file, struct text_part *out)
{
	struct bytes line, end, rest;
	uint64_t len;

	while (bytes_take_until(file, '\n', &line) == ERR_OK) {
		rest = line;
		*out = (struct text_part){ 0 };
		if (bytes_take_until(&rest, ' ', &out->what) != ERR_OK)
			return false;
		if (!bytes_equal(out->what, BYTES_LIT("title")) && !bytes_equal(out->what, BYTES_LIT("unit")))
			continue;
		if (out->what.len == 4 && bytes_take_until(&rest, ' ', &out->name) != ERR_OK)
			return false;
		return bytes_take_until(&rest, ' ', &out->language) == ERR_OK &&
		       bytes_read_decimal(rest, file->len, &len) == ERR_OK &&
		       bytes_take(file, len, &out->words) == ERR_OK && bytes_take(file, 1, &end) == ERR_OK &&
		       end.ptr[0] == '\n';
	}
	return false;
}
