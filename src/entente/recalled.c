/* The answer to a RECALL: what was done, and who had read it; or why not. */
#include "compose/act.h"
#include "compose/item.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/say.h"

#include <string.h>

static const struct option_row options[] = {
	{ "erased", NULL, N_("its copies here are erased; else it is withdrawn from use") },
	{ "reader", N_("ROLE"), N_("who had read it; may be given again") },
	{ "refused", N_("CAUSE"), N_("it stays here, and why: used, law or other") },
	ACT_TEXT_OPTIONS,
	{ NULL, NULL, NULL },
};

static enum exit_code fill_done(struct draft *d, const struct options *o, const json_t *item)
{
	struct bytes roles[ACCORD_ROLES_MAX];
	const char *role;
	size_t count = 0, at = 0;

	(void)item;
	while (count < ACCORD_ROLES_MAX && (role = option_next(o, "reader", &at)) != NULL) {
		if (!is_role_name(bytes_str(role))) {
			say_error(_("{1} is not the name of a role."), role);
			say_next("entente accord show");
			return EXIT_USAGE;
		}
		roles[count++] = draft_word(d, role);
	}
	draft_field_texts(d, FIELD_RECALL_READERS, roles, count);
	draft_field_uint(d, FIELD_RECALL_DONE,
			 option_is_given(o, "erased") ? RECALL_ERASED : RECALL_WITHDRAWN);
	return EXIT_DONE;
}

static enum exit_code fill_refused(struct draft *d, const struct options *o, const json_t *item)
{
	static const char *const causes[RECALL_CAUSE_COUNT] = { "used", "law", "other" };
	const char *cause = option_value(o, "refused");

	(void)item;
	for (uint64_t i = 0; i < RECALL_CAUSE_COUNT; i++) {
		if (strcmp(cause, causes[i]) == 0) {
			draft_field_uint(d, FIELD_RECALL_CAUSE, i);
			return EXIT_DONE;
		}
	}
	say_error(_("{1} is no cause: used, law or other."), cause);
	say_next(_("see entente {1} --help"), o->command->name);
	return EXIT_USAGE;
}

static const struct item_act done = {
	.kind = KIND_RECALL_DONE,
	.is_about_recall = true,
	.may_have_text = true,
	.fill = fill_done,
	.done = N_("{1} says that {2} is recalled here."),
};

static const struct item_act refused = {
	.kind = KIND_RECALL_REFUSED,
	.is_about_recall = true,
	.may_have_text = true,
	.fill = fill_refused,
	.done = N_("{1} says that {2} stays here."),
};

static enum exit_code run(struct options *o)
{
	return item_run(o, option_is_given(o, "refused") ? &refused : &done);
}

const struct command_row command_recalled = {
	"recalled", "PLACE [TEXT]", 1, 2, N_("answer a recall: what was done, and who had read it"), options,
	run,	    false,
};
