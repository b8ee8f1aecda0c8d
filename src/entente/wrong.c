#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o)
{
	(void)o;
	draft_field_uint(d, FIELD_MARK, 1);
	return EXIT_DONE;
}

static const struct act act = {
	.kind = KIND_MARK,
	.text = ACT_TEXT_MAY,
	.fill = fill,
	.done = N_("{2} is marked WRONG by {1}: the step is not reached until it is read back again."),
	.is_on_read_back = true,
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_wrong = {
	"wrong", "PLACE [TEXT]", 1, 2, N_("mark a READ BACK of your message as WRONG"), options, run, false,
};
