#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/marked.h"
#include "terminal/say.h"

static const struct option_row options[] = {
	{ "to", N_("CODE"), N_("an outside party of the guidelines; may be given again") },
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o, const json_t *item)
{
	struct bytes codes[GUIDELINES_PARTIES_MAX];
	const char *to;
	size_t count = 0, at = 0;

	while (count < GUIDELINES_PARTIES_MAX && (to = option_next(o, "to", &at)) != NULL) {
		if (label_has(&d->statement.label, BYTES_LIT("rel"), bytes_str(to))) {
			say_error(_("{1} may read it already: a release is for an outside party."), to);
			say_next(_("the guidelines have a line `outside` for each that it can go to"));
			return EXIT_USAGE;
		}
		label_put(&d->words, &d->statement.label, "rel", to);
		codes[count++] = draft_word(d, to);
	}
	if (count == 0) {
		say_error(_("To which outside party?"));
		say_next("entente release '{1}' --to CODE", json_str(item, "place"));
		return EXIT_USAGE;
	}
	draft_field_texts(d, FIELD_ITEM_TO, codes, count);
	return EXIT_DONE;
}

static const struct item_act act = {
	.kind = KIND_RELEASE,
	.is_about_label = true,
	.is_of_item = true,
	.has_hash = true,
	.fill = fill,
	.done = N_("{2} is released by {1}."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, &act);
}

const struct command_row command_release = {
	"release", "PLACE", 1, 1, N_("let an item of a channel go to an outside party"), options, run, false,
};
