#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/say.h"

#include <string.h>

static const struct option_row options[] = {
	{ "cause", N_("CAUSE"), N_("missing, figures, names, sense or unreadable; it goes at once, alone") },
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const char *const causes[MARK_CAUSE_COUNT] = {
	[MARK_MISSING] = "missing", [MARK_FIGURES] = "figures",	      [MARK_NAMES] = "names",
	[MARK_SENSE] = "sense",	    [MARK_UNREADABLE] = "unreadable",
};

static enum exit_code fill(struct draft *d, const struct options *o)
{
	const char *cause = option_value(o, "cause");

	draft_field_uint(d, FIELD_MARK, 1);
	if (cause == NULL)
		return EXIT_DONE;
	for (size_t i = 0; i < MARK_CAUSE_COUNT; i++) {
		if (strcmp(causes[i], cause) == 0) {
			draft_field_uint(d, FIELD_MARK_CAUSE, i);
			return EXIT_DONE;
		}
	}
	say_error(_("{1} is no cause: missing, figures, names, sense or unreadable."), cause);
	say_next("entente wrong '{1}' --cause figures", o->arguments[0]);
	return EXIT_USAGE;
}

static const struct act act = {
	.kind = KIND_MARK,
	.text = ACT_TEXT_MAY,
	.fill = fill,
	.done = N_("{2} is marked WRONG by {1}: the step is not reached until it is read back again."),
	.is_on_read_back = true,
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_wrong = {
	"wrong", "PLACE [TEXT]", 1, 2, N_("mark a READ BACK of your message as WRONG"), options, run, false,
};
