#include "compose/unsealed.h"

#include "accord/form.h"
#include "base/alloc.h"
#include "home/words.h"
#include "policy/policy.h"
#include "terminal/held.h"
#include "terminal/say.h"

#include <stdlib.h>

static enum exit_code refuse(const char *why)
{
	say_error("{1}", why);
	say_next(_("entente refuse PLACE \"...\" stops it"));
	return EXIT_REFUSED;
}

static bool is_part_above(const struct accord *a, const struct statement *s, const struct content *c)
{
	size_t author = accord_party_find(a, s->party);
	struct label_mask whole;

	if (a->guidelines == NULL || !policy_label_read(a->guidelines, &s->label, author, &whole).is_allowed)
		return false; /* the door says so */
	for (size_t i = 0; i < c->portions_count + c->attachments_count; i++) {
		struct bytes part = i < c->portions_count ? c->portions[i].label
							  : c->attachments[i - c->portions_count].label;
		if (part.len > 0 && !policy_part(a->guidelines, &whole, part, author).is_allowed)
			return true;
	}
	return false;
}

static bool is_long_flash(const struct accord *a, const struct statement *s, const struct content *c)
{
	size_t len = 0;

	for (size_t i = 0; i < c->portions_count; i++)
		len += c->portions[i].text.len;
	return s->has_precedence && s->precedence == PRECEDENCE_FLASH && len > a->flash_len_max;
}

static const char *form_fault(const struct accord *a, const struct statement *s, const struct content *c)
{
	const struct form *form = form_of(a, s);
	struct form_fault fault = { FORM_FAULT_NONE, 0 };

	if (form == NULL)
		return NULL;
	if (form_check_content(a, form, s, c, &fault) == ERR_OK &&
	    form_check_sending(form, s, c, &fault) == ERR_OK)
		return NULL;
	return form_fault_text(fault.kind);
}

static enum exit_code check(const struct accord *a, const struct statement *s, const struct content *c)
{
	const char *fault = form_fault(a, s, c);
	char line[512];

	if (is_part_above(a, s, c))
		return refuse(_("A part of what is sealed is marked above the whole: do not sign it."));
	if (is_long_flash(a, s, c))
		return refuse(_("What is sealed is longer than the accord lets a FLASH be: do not sign it."));
	if (c->fields_count > 0 && !s->has_form)
		return refuse(_("What is sealed has fields, and is of no form: do not sign it."));
	if (fault == NULL)
		return EXIT_DONE;
	say_fill(line, sizeof line, _("What is sealed is not as its form says ({1}): do not sign it."),
		 _(fault));
	return refuse(line);
}

enum exit_code unsealed_check(const struct options *o, const struct draft *d, struct bytes words)
{
	struct content *content;
	struct held held;
	struct fault fault;
	enum exit_code code;

	if (!d->statement.has_content || d->statement.content.sealing == SEALING_NONE || words.len == 0)
		return EXIT_DONE;
	content = xcalloc(1, sizeof *content);
	code = held_accord(&held, o);
	if (code == EXIT_DONE && content_read(words, content, &fault) != ERR_OK) {
		say_error(_("The text breaks the rule {1}: do not sign it."), fault.rule);
		say_next(_("entente refuse PLACE \"...\" stops it"));
		code = EXIT_INTEGRITY;
	}
	if (code == EXIT_DONE)
		code = check(held.accord, &d->statement, content);
	held_close(&held);
	free(content);
	return code;
}
