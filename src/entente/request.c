#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ "precedence", N_("WORD"), N_("FLASH, IMMEDIATE, PRIORITY or ROUTINE (default)") },
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_REQUEST,
	.text = ACT_TEXT_MUST,
	.is_addressed = true,
	.done = N_("REQUEST about {2} stands as {1}; its addressee answers it as a message."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_request = {
	"request",
	"PLACE TEXT",
	1,
	2,
	N_("ask the other party for what belongs to an item, or for a lower label: REQUEST"),
	options,
	run,
	false,
};
