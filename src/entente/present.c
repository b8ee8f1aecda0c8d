#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_PRESENTED,
	.text = ACT_TEXT_MAY,
	.done = N_("PRESENTED of {2} stands as {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_present = {
	"present",
	"PLACE [TEXT]",
	1,
	2,
	N_("say that it was put before the action addressee: PRESENTED"),
	options,
	run,
	false,
};
