#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_QUERY,
	.text = ACT_TEXT_MAY,
	.done = N_("QUERY about {2} stands as {1}; who is asked answers with the next step of a message, "
		   "or in words."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_query = {
	"query", "PLACE [TEXT]", 1, 2, N_("ask what has become of it: QUERY"), options, run, false,
};
