#include "compose/act.h"
#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct item_act act = {
	.kind = KIND_RECALL,
	.may_have_text = true,
	.done = N_("{2} is asked back by {1}. A copy of another government cannot be erased from here; its "
		   "answer is a "
		   "statement."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, &act);
}

const struct command_row command_recall = {
	"recall", "PLACE [REASON]", 1, 2, N_("ask for one of our items back: RECALL ASKED"), options, run,
	false,
};
