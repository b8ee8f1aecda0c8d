#include "wire/where.h"

#define DECIMALS_MAX 5

static bool take_digit(struct bytes *in, int32_t *value)
{
	if (in->len == 0 || in->ptr[0] < '0' || in->ptr[0] > '9')
		return false;
	*value = *value * 10 + (in->ptr[0] - '0');
	in->ptr++;
	in->len--;
	return true;
}

static bool take_sign(struct bytes *in, char sign)
{
	if (in->len == 0 || in->ptr[0] != (uint8_t)sign)
		return false;
	in->ptr++;
	in->len--;
	return true;
}

/* One degree or three digits of them, then as many decimals as are known. */
static bool take_degrees(struct bytes *in, int32_t most, int32_t *out)
{
	bool is_below = take_sign(in, '-');
	int32_t value = 0;
	int digits = 0, decimals = 0;

	while (digits < 3 && take_digit(in, &value))
		digits++;
	if (digits == 0)
		return false;
	if (take_sign(in, '.')) {
		while (decimals < DECIMALS_MAX && take_digit(in, &value))
			decimals++;
		if (decimals == 0)
			return false;
	}
	for (; decimals < DECIMALS_MAX; decimals++)
		value *= 10;
	*out = is_below ? -value : value;
	return value <= most * WHERE_UNITS;
}

static bool take_point(struct bytes *in, struct where_point *out)
{
	return take_degrees(in, 90, &out->lat) && take_sign(in, ',') && take_degrees(in, 180, &out->lon);
}

int64_t where_turn(const struct where *w)
{
	int64_t turn = 0;

	for (size_t i = 1; i < w->count; i++) {
		const struct where_point *a = &w->points[i - 1], *b = &w->points[i];
		turn += (int64_t)a->lon * b->lat - (int64_t)b->lon * a->lat;
	}
	return turn;
}

enum err where_read(struct bytes text, struct where *out)
{
	const struct where_point *first = &out->points[0], *last;

	out->count = 0;
	do {
		if (out->count == WHERE_POINTS_MAX || !take_point(&text, &out->points[out->count]))
			return ERR_RULE;
		out->count++;
	} while (take_sign(&text, ' '));
	if (text.len > 0)
		return ERR_RULE;
	if (out->count == 1)
		return ERR_OK;
	last = &out->points[out->count - 1];
	if (out->count < 4 || first->lat != last->lat || first->lon != last->lon || where_turn(out) == 0)
		return ERR_RULE;
	return ERR_OK;
}
