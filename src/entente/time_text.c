#include "entente/time_text.h"

#include "base/limits.h"
#include "entente/post.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum err time_text_read(const char *text, struct wall now, uint64_t *ms)
{
	struct tm t = { 0 }, again;
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
	again = t;
	seconds = timegm(&again);
	if (seconds < 0 || again.tm_mday != t.tm_mday) /* 31 November became 1 December */
		return ERR_USAGE;
	*ms = (uint64_t)seconds * 1000;
	return ERR_OK;
}
