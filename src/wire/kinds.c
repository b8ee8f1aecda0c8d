#include "wire/kinds.h"

#include <assert.h>

/* Rising by number, as KIND_LIST is written. */
static const struct kind_row rows[] = {
#define KIND_ROW(name, number, author, refers, text) { KIND_##name, author, refers, text },
	KIND_LIST(KIND_ROW)
#undef KIND_ROW
};

const struct kind_row *kind_find(uint64_t number)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if ((uint64_t)rows[i].kind == number)
			return &rows[i];
	}
	return NULL;
}

bool kind_is_message(uint64_t kind)
{
	return kind == KIND_MESSAGE || kind == KIND_REQUEST;
}

bool kind_is_dialogue(uint64_t kind)
{
	return kind >= KIND_BODY && kind <= KIND_SAME; /* a row for each */
}

static const char *const precedences[PRECEDENCE_COUNT] = {
	[PRECEDENCE_FLASH] = "FLASH",
	[PRECEDENCE_IMMEDIATE] = "IMMEDIATE",
	[PRECEDENCE_PRIORITY] = "PRIORITY",
	[PRECEDENCE_ROUTINE] = "ROUTINE",
};

const char *precedence_name(enum precedence p)
{
	assert(p < PRECEDENCE_COUNT);
	return precedences[p];
}

enum err precedence_read(struct bytes in, enum precedence *out)
{
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (bytes_equal(in, bytes_str(precedences[i]))) {
			*out = (enum precedence)i;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}

int owed_rank_compare(struct owed_rank a, struct owed_rank b)
{
	if (a.precedence != b.precedence)
		return a.precedence < b.precedence ? -1 : 1;
	return (a.ms > b.ms) - (a.ms < b.ms);
}
