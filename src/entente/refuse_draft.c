#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_REFUSE,
	.text = ACT_TEXT_MUST,
	.done = N_("{2} does not go out: it is refused by {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_refuse = {
	"refuse",
	"PLACE [REASON]",
	1,
	2,
	N_("a reviewer's or releaser's no to what waits to go out"),
	options,
	run,
	false,
};
