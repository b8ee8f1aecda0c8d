#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_READ_BACK,
	.text = ACT_TEXT_MUST,
	.done = N_("READ BACK of {2} stands as {1}; its author marks it CORRECT or WRONG."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_readback = {
	"readback",
	"PLACE [TEXT]",
	1,
	2,
	N_("return its key fields or a paraphrase, for its author to mark: READ BACK"),
	options,
	run,
	false,
};
