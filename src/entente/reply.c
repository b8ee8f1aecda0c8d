#include "compose/act.h"
#include "compose/fill.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_FOR_OPTION, ACT_TEXT_OPTIONS, FORM_OPTION, FILL_OPTIONS, { NULL, NULL, NULL },
};

static const struct act act = {
	.kind = KIND_REPLY,
	.text = ACT_TEXT_MUST,
	.may_be_form = true,
	.done = N_("The reply to {2} stands as {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_reply = {
	"reply", "PLACE [TEXT]", 1, 2, N_("answer it: REPLIED"), options, run, false,
};
