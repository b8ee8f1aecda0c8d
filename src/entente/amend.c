#include "compose/about.h"
#include "entente/rows.h"
#include "home/words.h"

static const struct option_row options[] = {
	FILL_OPTIONS,
	{ "precedence", N_("WORD"), N_("FLASH, IMMEDIATE, PRIORITY or ROUTINE; as before if not said") },
	{ "language", N_("TAG"), N_("the language that the text is authentic in, as ko or en") },
	{ NULL, NULL, NULL },
};

static const struct about about = {
	.act = FORM_ACT_AMEND,
	.done = N_(
		"{2} is amended by {1}: the whole of it is said anew, and what was not typed is as it was."),
};

static enum exit_code run(struct options *o)
{
	return about_run(o, &about);
}

const struct command_row command_amend = {
	"amend", "PLACE", 1,	 1, N_("say a form anew under its number; what is not given stays as it was"),
	options, run,	  false,
};
