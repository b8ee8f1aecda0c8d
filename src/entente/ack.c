#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct act act = {
	.kind = KIND_WATCH_READ,
	.text = ACT_TEXT_NONE,
	.done = N_("WATCH READ of {2} stands as {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_ack = {
	"ack", "PLACE", 1,     1, N_("say that you, the watch officer, have opened it: WATCH READ"),
	NULL,  run,	false,
};
