#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_FOR_OPTION,
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_DECLINE,
	.text = ACT_TEXT_MUST,
	.done = N_("{2} is DECLINED by {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_decline = {
	"decline", "PLACE [REASON]", 1, 2, N_("decline it, with the reason: DECLINED"), options, run, false,
};
