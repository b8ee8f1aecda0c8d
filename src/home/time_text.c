#include "home/time_text.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SPAN_MAX 1000000u /* of any unit */

enum err span_read(const char *text, uint64_t *ms)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	size_t digits = strspn(text, "0123456789");
	uint64_t value;

	if (bytes_read_decimal((struct bytes){ (const uint8_t *)text, digits }, SPAN_MAX, &value) != ERR_OK)
		return ERR_USAGE;
	for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
		if (strcmp(units[i].unit, text + digits) == 0) {
			*ms = value * units[i].ms;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}

enum err time_text_read(const char *text, struct wall now, uint64_t *ms)
{
	struct tm t = { 0 };
	char again[WALL_TEXT_LEN];
	const char *end;
	time_t seconds;
	uint64_t span;

	if (span_read(text, &span) == ERR_OK) {
		*ms = now.ms + span;
		return *ms < TIME_MS_MAX ? ERR_OK : ERR_USAGE;
	}
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &t);
	if (end == NULL || *end != '\0') {
		t = (struct tm){ 0 };
		end = strptime(text, "%Y-%m-%dT%H:%MZ", &t);
	}
	if (end == NULL || *end != '\0')
		return ERR_USAGE;
	seconds = timegm(&t);
	if (seconds < 0)
		return ERR_USAGE;
	/* strptime takes spaces, single digits and a 31 November: only what is written so is meant so. */
	wall_write((struct wall){ (uint64_t)seconds * 1000 }, again);
	if (strncmp(text, again, strlen(text) - 1) != 0)
		return ERR_USAGE;
	*ms = (uint64_t)seconds * 1000;
	return ERR_OK;
}
