#include "border/imo.h"

#include <strings.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The first six, weighted 7 to 2: the last digit of their sum is the seventh. */
static bool is_right(const uint8_t *digits)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < IMO_LEN - 1; i++)
		sum += (digits[i] - '0') * (IMO_LEN - i);
	return sum % 10 == (unsigned)(digits[IMO_LEN - 1] - '0');
}

static size_t count_digits(struct bytes text, size_t at)
{
	size_t count = 0;

	while (at + count < text.len && is_digit(text.ptr[at + count]))
		count++;
	return count;
}

struct bytes imo_find_wrong(struct bytes text)
{
	for (size_t at = 0; at + 3 + IMO_LEN <= text.len; at++) {
		size_t from = at + 3;
		if (strncasecmp((const char *)text.ptr + at, "IMO", 3) != 0)
			continue;
		while (from < text.len &&
		       (text.ptr[from] == ' ' || text.ptr[from] == ':' || text.ptr[from] == '-'))
			from++;
		if (count_digits(text, from) == IMO_LEN && !is_right(text.ptr + from))
			return (struct bytes){ text.ptr + from, IMO_LEN };
	}
	return (struct bytes){ NULL, 0 };
}
