#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/say.h"

static const struct option_row options[] = {
	{ "until", N_("TIME"), N_("until when: 2h, 30m, 1d from now, or 2026-11-24T14:30Z") },
	ACT_FOR_OPTION,
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o)
{
	static const char next[] = "entente defer '{1}' --until 2h";
	const char *until = option_value(o, "until");
	enum exit_code code;
	uint64_t ms;

	if (until == NULL) {
		say_error(_("A deferral says until when."));
		say_next(next, o->arguments[0]);
		return EXIT_USAGE;
	}
	code = ahead_read(until, d->statement.claimed, next, o->arguments[0], &ms);
	if (code == EXIT_DONE)
		draft_field_uint(d, FIELD_DEFER_UNTIL, ms);
	return code;
}

static const struct act act = {
	.kind = KIND_DEFER,
	.text = ACT_TEXT_MAY,
	.fill = fill,
	.done = N_("{2} is DEFERRED by {1}."),
};

static enum exit_code run(struct options *o)
{
	return act_run(o, &act);
}

const struct command_row command_defer = {
	"defer",
	"PLACE [TEXT]",
	1,
	2,
	N_("say that it will be answered later, and until when: DEFERRED"),
	options,
	run,
	false,
};
