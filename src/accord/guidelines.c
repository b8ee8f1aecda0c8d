#include "accord/guidelines.h"

#include <stdio.h>
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

size_t guidelines_feed_find(const struct guidelines *g, struct bytes name)
{
	size_t i = 0;

	while (i < g->feeds_count && !bytes_equal(bytes_str(g->feeds[i].name), name))
		i++;
	return i;
}

void guidelines_review_day(const struct guidelines *g, char out[GUIDELINES_DAY_LEN])
{
	snprintf(out, GUIDELINES_DAY_LEN, "%04u-%02u-%02u", g->review_by / 10000 % 10000,
		 g->review_by / 100 % 100, g->review_by % 100);
}

bool guidelines_is_review_due(const struct guidelines *g, struct wall now)
{
	char today[WALL_TEXT_LEN], day[GUIDELINES_DAY_LEN];

	wall_write(now, today);
	guidelines_review_day(g, day);
	return memcmp(today, day, GUIDELINES_DAY_LEN - 1) > 0;
}
