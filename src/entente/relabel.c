#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <string.h>

static const struct option_row options[] = {
	{ "label", N_("LEVEL"), N_("the higher level") },
	{ "with", N_("CATEGORY=VALUE"), N_("a value that it has from now on; may be given again") },
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o, const json_t *item)
{
	const char *pair, *level = option_value(o, "label");
	char category[ROLE_NAME_MAX + 1];
	size_t at = 0;

	(void)item;
	if (level != NULL)
		d->statement.label.level = draft_word(d, level);
	while ((pair = option_next(o, "with", &at)) != NULL) {
		struct bytes value = bytes_str(pair), name;
		if (bytes_take_until(&value, '=', &name) != ERR_OK ||
		    bytes_copy_str(name, category, sizeof category) != ERR_OK) {
			say_error(_("{1} is not written as CATEGORY=VALUE."), pair);
			say_next(_("see entente {1} --help"), o->command->name);
			return EXIT_USAGE;
		}
		label_put(&d->words, &d->statement.label, category, (const char *)value.ptr);
	}
	return EXIT_DONE;
}

static const struct item_act act = {
	.kind = KIND_RELABEL,
	.is_about_label = true,
	.has_hash = true,
	.fill = fill,
	.done = N_("{2} has the label of {1} from now on."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, &act);
}

const struct command_row command_relabel = {
	"relabel", "PLACE", 1,	   1, N_("give one of our items a label that closes it further"),
	options,   run,	    false,
};
