/* A message as a row of a list. */
#include "home/words.h"
#include "show/show.h"

#include <string.h>

bool show_is_owed_by_us(const json_t *message)
{
	const json_t *ladder;
	size_t i;

	json_array_foreach(json_object_get(message, "ladders"), i, ladder)
	{
		if (json_flag(json_object_get(ladder, "owed"), "ours"))
			return true;
	}
	return false;
}

const json_t *show_slowest_ladder(const json_t *message)
{
	const json_t *ladder, *slowest = NULL;
	size_t i;

	json_array_foreach(json_object_get(message, "ladders"), i, ladder)
	{
		if (json_flag(ladder, "information"))
			continue;
		if (slowest == NULL || json_array_size(json_object_get(ladder, "steps")) <
					       json_array_size(json_object_get(slowest, "steps")))
			slowest = ladder;
	}
	return slowest;
}

void show_title(const json_t *message, char *out, size_t size, bool *is_overdue)
{
	const char *state = json_str(json_object_get(message, "life"), "state");
	char form[512], instead[128], due[128];

	show_instead(message, instead, sizeof instead);
	show_form_title(message, form, sizeof form);
	show_due(message, due, sizeof due, is_overdue);
	say_fill(out, size, "{1}{2}{3} {4}{5}{6}{7}", form, form[0] != '\0' ? " " : "",
		 instead[0] != '\0' ? instead : json_str(message, "title"),
		 strcmp(state, "CANCELLED") == 0 || strcmp(state, "CLOSED") == 0 ? show_life_state(state)
										 : "",
		 *is_overdue ? " " : "", *is_overdue ? due : "",
		 json_array_size(json_object_get(message, "crossed")) > 0 ? _(" crossed") : "");
}
