#include "base/time.h"

#include <stdio.h>

struct civil {
	unsigned year, month, day, hour, minute, second, ms;
};

#define WALL_LAST_MS 253402300799999ull /* of the year 9999 */

/*
 * Gregorian date of a day count (the days-from-civil algorithm, run backwards). What is later than years of
 * four digits is their end, and so no time that anybody takes for one of these days.
 */
static struct civil wall_civil(struct wall t)
{
	uint64_t ms = t.ms < WALL_LAST_MS ? t.ms : WALL_LAST_MS;
	uint64_t days = ms / 86400000 + 719468, rest = ms % 86400000;
	unsigned era = (unsigned)(days / 146097), doe = (unsigned)(days % 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil){
		.year = yoe + era * 400 + (month <= 2),
		.month = month,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.hour = (unsigned)(rest / 3600000),
		.minute = (unsigned)(rest / 60000 % 60),
		.second = (unsigned)(rest / 1000 % 60),
		.ms = (unsigned)(rest % 1000),
	};
}

void wall_write(struct wall t, char out[WALL_TEXT_LEN])
{
	struct civil c = wall_civil(t);

	snprintf(out, WALL_TEXT_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", c.year % 10000, c.month % 100,
		 c.day % 100, c.hour % 100, c.minute % 100, c.second % 100, c.ms % 1000);
}

void wall_write_dtg(struct wall t, char out[WALL_DTG_LEN])
{
	static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
	struct civil c = wall_civil(t);

	snprintf(out, WALL_DTG_LEN, "%02u%02u%02uZ %.3s %02u", c.day % 100, c.hour % 100, c.minute % 100,
		 months + ((c.month - 1) % 12) * 3, c.year / 100 == 20 ? c.year % 100 : c.year % 10000);
}
