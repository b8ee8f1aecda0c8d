#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/say.h"

#include <string.h>

static const struct option_row options[] = {
	{ "cause", N_("CAUSE"), N_("cannot-decode, wrong-addressee, unknown-form or incomplete") },
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const char *const causes[NEGATIVE_CAUSE_COUNT] = {
	[NEGATIVE_CANNOT_DECODE] = "cannot-decode",
	[NEGATIVE_WRONG_ADDRESSEE] = "wrong-addressee",
	[NEGATIVE_UNKNOWN_FORM] = "unknown-form",
	[NEGATIVE_INCOMPLETE] = "incomplete",
};

static enum exit_code fill(struct draft *d, const struct options *o)
{
	const char *cause = option_value(o, "cause");

	for (size_t i = 0; cause != NULL && i < NEGATIVE_CAUSE_COUNT; i++) {
		if (strcmp(causes[i], cause) == 0) {
			draft_field_uint(d, FIELD_NEGATIVE_CAUSE, i);
			return EXIT_DONE;
		}
	}
	say_error(
		_("A NEGATIVE says its cause: cannot-decode, wrong-addressee, unknown-form or incomplete."));
	say_next("entente negative '{1}' --cause incomplete", o->arguments[0]);
	return EXIT_USAGE;
}

static const struct act act = {
	.kind = KIND_NEGATIVE,
	.text = ACT_TEXT_MAY,
	.fill = fill,
	.done = N_("NEGATIVE on {2} stands as {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_negative = {
	"negative", "PLACE [TEXT]", 1, 2, N_("say that it cannot be used, and why: NEGATIVE"), options,
	run,	    false,
};
