#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/marked.h"

static const struct option_row options[] = {
	{ "to", N_("CODE"),
	  N_("the outside party that it may go to; without it the new label is agreed to") },
	{ "label", N_("LEVEL"), N_("the lower level that is agreed to") },
	{ "without", N_("VALUE"), N_("a value that it may lose; may be given again") },
	{ NULL, NULL, NULL },
};

static enum exit_code fill(struct draft *d, const struct options *o, const json_t *item)
{
	const char *to = option_value(o, "to"), *level = option_value(o, "label"), *value;
	size_t at = 0;

	(void)item;
	if (level != NULL)
		d->statement.label.level = draft_word(d, level);
	while ((value = option_next(o, "without", &at)) != NULL)
		(void)label_drop(&d->statement.label, value);
	if (to != NULL) {
		label_put(&d->words, &d->statement.label, "rel", to);
		draft_field_text(d, FIELD_ITEM_TO, draft_word(d, to));
	}
	return EXIT_DONE;
}

static const struct item_act act = {
	.kind = KIND_CONSENT,
	.is_under_label = true,
	.has_hash = true,
	.fill = fill,
	.done = N_("{1} consents to exactly this of {2}."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, &act);
}

const struct command_row command_consent = {
	"consent",
	"PLACE",
	1,
	1,
	N_("agree, as an originator, that an item goes outside or gets a lower label"),
	options,
	run,
	false,
};
