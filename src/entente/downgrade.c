#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/marked.h"
#include "terminal/say.h"

static const struct option_row options[] = {
	{ "label", N_("LEVEL"), N_("the lower level") },
	{ "without", N_("VALUE"), N_("a value that it no longer has; may be given again") },
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o, const json_t *item)
{
	const char *value, *level = option_value(o, "label");
	size_t at = 0;

	if (level != NULL)
		d->statement.label.level = draft_word(d, level);
	while ((value = option_next(o, "without", &at)) != NULL) {
		if (!label_drop(&d->statement.label, value)) {
			say_error(_("{1} has no value {2}."), json_str(item, "place"), value);
			say_next("entente read '{1}'", json_str(item, "place"));
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

static const struct item_act act = {
	.kind = KIND_DOWNGRADE,
	.is_about_label = true,
	.has_hash = true,
	.fill = fill,
	.done = N_("{2} has the label of {1} from now on."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, &act);
}

const struct command_row command_downgrade = {
	"downgrade", "PLACE", 1, 1, N_("give one of our items a lower label"), options, run, false,
};
