/* A form under its number, or what waits to go out: whatever stands at the place that is named. */
#include "compose/about.h"
#include "compose/act.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/login.h"

#include <string.h>

static const struct option_row options[] = {
	ACT_TEXT_OPTIONS,
	FILL_OPTIONS,
	{ NULL, NULL, NULL },
};

static const struct about about = {
	.act = FORM_ACT_CANCEL,
	.has_reason = true,
	.done = N_("{2} is cancelled by {1}."),
};

static const struct act draft = {
	.kind = KIND_CANCEL,
	.text = ACT_TEXT_MAY,
	.done = N_("{2} does not go out: it is taken back by {1}."),
};

static enum exit_code find_kind(const struct options *o, bool *is_draft)
{
	struct client c = { .fd = -1 };
	json_t *entry = NULL;
	struct query q;
	enum exit_code code = login_open_to_sign(&c, o);

	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &entry);
	*is_draft = json_uint(entry, "kind_number") == KIND_SUBMIT;
	json_decref(entry);
	login_close(&c);
	return code;
}

static enum exit_code run(struct options *o)
{
	bool is_draft = false;
	enum exit_code code = find_kind(o, &is_draft);

	if (code != EXIT_DONE)
		return code;
	return is_draft ? act_run(o, &draft) : about_run(o, &about);
}

const struct command_row command_cancel = {
	"cancel",
	"PLACE [TEXT]",
	1,
	2,
	N_("cancel a form under its number, or what waits to go out: TEXT is the reason"),
	options,
	run,
	false,
};
