#include "compose/about.h"
#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	FILL_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct about about = {
	.act = FORM_ACT_CLOSE,
	.has_reason = true,
	.done = N_("{2} is closed by {1}."),
};

static enum exit_code run(struct options *o)
{
	return about_run(o, &about);
}

const struct command_row command_close = {
	"close", "PLACE [TEXT]", 1, 2, N_("close a form under its number: TEXT is the reason"), options,
	run,	 false,
};
