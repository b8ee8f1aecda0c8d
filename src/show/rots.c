#include "home/words.h"
#include "show/show.h"

#define SHOWN_MAX 8u

static void show_rot(const json_t *rot)
{
	const json_t *parties = json_object_get(rot, "held_by"), *party;
	size_t i;

	say("    {1}  {2}; ", say_number(json_uint(rot, "index")), _(json_str(rot, "text")));
	if (json_array_size(parties) == 0)
		say_coloured(COLOUR_BAD, _("nobody else holds it"));
	else
		say(_("held by:"));
	json_array_foreach(parties, i, party) say(" {1}", json_string_value(party));
	say("\n");
}

bool rots_are_lost(const json_t *log)
{
	const json_t *rots = json_object_get(log, "rots"), *rot;
	bool is_lost = false;
	size_t i;

	json_array_foreach(rots, i, rot) is_lost |= json_array_size(json_object_get(rot, "held_by")) == 0;
	return is_lost;
}

bool log_is_halted(const json_t *log)
{
	return json_object_get(log, "rule") != NULL && !json_flag(log, "ended");
}

bool show_rots(const json_t *log)
{
	const json_t *rots = json_object_get(log, "rots"), *rot;
	bool is_lost = rots_are_lost(log);
	size_t i;

	json_array_foreach(rots, i, rot)
	{
		if (i < SHOWN_MAX)
			show_rot(rot);
	}
	if (i > SHOWN_MAX)
		say(n_(i - SHOWN_MAX, "    and {1} more\n", "    and {1} more\n"), say_number(i - SHOWN_MAX));
	if (is_lost && !json_flag(log, "ended"))
		say(_("    next: entente restore FILE with a backup that has it; if there is none, as the "
		      "registrar, entente restore --open-epoch --channel {1}, then entente send --again\n"),
		    say_number(json_uint(log, "channel")));
	return is_lost;
}
