#include "entente/text_say.h"

#include "compose/act.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <string.h>

enum exit_code saying_open(struct saying *s)
{
	enum exit_code code = officer_open(&s->officer, s->o);

	if (code == EXIT_DONE)
		code = login_open_to_sign(&s->c, s->o);
	if (code == EXIT_DONE)
		code = officer_find_role(&s->officer, s->o, &s->c);
	if (code == EXIT_DONE)
		code = text_get(&s->c, s->o->arguments[1], NULL, &s->text);
	return code == EXIT_DONE ? show_get_entry(&s->c, json_str(s->text, "place"), &s->entry) : code;
}

void saying_close(struct saying *s)
{
	if (s->is_drafted)
		draft_close(&s->d);
	json_decref(s->entry);
	json_decref(s->text);
	login_close(&s->c);
	officer_close(&s->officer);
}

enum exit_code saying_begin_on(struct saying *s, const json_t *entry)
{
	enum exit_code code;

	s->about = entry;
	draft_open(&s->d, s->kind);
	s->is_drafted = true;
	code = draft_address(&s->d, &s->c, say_number(json_uint(entry, "channel")));
	if (code == EXIT_DONE)
		code = draft_label_over(&s->d, s->o, &s->c);
	if (code == EXIT_DONE)
		code = draft_refer(&s->d, entry);
	if (code == EXIT_DONE && bytes_copy_str(s->d.statement.party, s->party, sizeof s->party) != ERR_OK)
		code = EXIT_ERROR;
	return code;
}

enum exit_code saying_begin(struct saying *s)
{
	return saying_begin_on(s, s->entry);
}

enum exit_code saying_end(struct saying *s, json_t *fields)
{
	const char *bad = "";
	enum exit_code code = EXIT_DONE;

	if (kind_is_dialogue(s->kind) &&
	    (!dialogue_put(&s->d, fields, &bad) || !dialogue_is_whole(&s->d, &bad))) {
		say_error(_("{1} is missing, or is not as it is written."), bad);
		say_next(_("see entente {1} --help"), s->o->command->name);
		code = EXIT_USAGE;
	}
	if (code == EXIT_DONE)
		code = draft_sign(&s->d, &s->officer);
	if (code == EXIT_DONE)
		code = act_file(s->o, &s->c, &s->d, &s->officer, s->about, _(s->done));
	draft_close(&s->d);
	s->is_drafted = false;
	json_decref(fields);
	return code;
}
