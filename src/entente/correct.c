#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static enum exit_code fill(struct draft *d, const struct options *o)
{
	(void)o;
	draft_field_uint(d, FIELD_MARK, 0);
	return EXIT_DONE;
}

static const struct act act = {
	.kind = KIND_MARK,
	.text = ACT_TEXT_NONE,
	.fill = fill,
	.done = N_("{2} is marked CORRECT by {1}: the message has reached READ BACK."),
	.is_on_read_back = true,
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_correct = {
	"correct", "PLACE", 1, 1, N_("mark a READ BACK of your message as CORRECT"), NULL, run, false,
};
