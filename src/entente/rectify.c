#include "compose/about.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	FILL_OPTIONS,
	{ "language", N_("TAG"), N_("the language that the text is authentic in, as ko or en") },
	{ NULL, NULL, NULL },
};

static const struct about about = {
	.act = FORM_ACT_ANNOUNCE,
	.done = N_("{2} is corrected by {1}, which went where it went, as urgently."),
};

static enum exit_code run(struct options *o)
{
	return about_run(o, &about);
}

const struct command_row command_rectify = {
	"rectify",
	"PLACE",
	1,
	1,
	N_("correct or cancel a message of your own by the accord's form for it"),
	options,
	run,
	false,
};
