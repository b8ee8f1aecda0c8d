#include "accord/guidelines.h"

#include <string.h>

size_t guidelines_party_find(const struct guidelines *g, struct bytes code)
{
	size_t i = 0;

	while (i < g->parties_count && !bytes_equal(bytes_str(g->parties[i].code), code))
		i++;
	return i;
}

size_t guidelines_level_find(const struct guidelines *g, struct bytes code)
{
	size_t i = 0;

	while (i < g->levels_count && !bytes_equal(bytes_str(g->levels[i].code), code))
		i++;
	return i;
}

size_t guidelines_category_find(const struct guidelines *g, struct bytes name)
{
	size_t i = 0;

	while (i < g->categories_count && !bytes_equal(bytes_str(g->categories[i].name), name))
		i++;
	return i;
}

size_t guidelines_value_find(const struct guidelines *g, struct bytes code)
{
	size_t i = 0;

	while (i < g->values_count && !bytes_equal(bytes_str(g->values[i].code), code))
		i++;
	return i;
}

size_t guidelines_value_in(const struct guidelines *g, const struct guidelines *of, size_t value)
{
	const struct guidelines_value *v = &of->values[value];
	size_t i = guidelines_value_find(g, bytes_str(v->code));

	if (i == g->values_count ||
	    strcmp(g->categories[g->values[i].category].name, of->categories[v->category].name) != 0)
		return SIZE_MAX;
	return i;
}

size_t guidelines_feed_find(const struct guidelines *g, struct bytes name)
{
	size_t i = 0;

	while (i < g->feeds_count && !bytes_equal(bytes_str(g->feeds[i].name), name))
		i++;
	return i;
}

void guidelines_review_day(const struct guidelines *g, char out[GUIDELINES_DAY_LEN])
{
	char text[WALL_TEXT_LEN];

	wall_write(g->review_by.first, text);
	memcpy(out, text, GUIDELINES_DAY_LEN - 1);
	out[GUIDELINES_DAY_LEN - 1] = '\0';
}

bool guidelines_is_review_due(const struct guidelines *g, struct wall now)
{
	return now.ms >= g->review_by.end.ms;
}

struct bytes guidelines_level_name(const struct guidelines *g, const char *format, uint8_t level)
{
	for (size_t i = 0; i < g->maps_count; i++) {
		if (g->maps[i].level == level && strcmp(g->maps[i].format, format) == 0)
			return g->maps[i].value;
	}
	return (struct bytes){ NULL, 0 };
}
