#include "compose/agreed.h"

#include "api/place_text.h"
#include "home/words.h"
#include "policy/policy.h"
#include "sys/clock.h"
#include "terminal/say.h"
#include "wire/statement.h"

#include <string.h>

/* The channel of what was typed first, a channel or a place; what is neither says nothing of it. */
static uint32_t typed_channel(const struct accord *a, const struct options *o, uint32_t otherwise)
{
	struct bytes typed = bytes_str(o->arguments_count > 0 ? o->arguments[0] : "");
	struct place_key at;
	uint32_t number;

	if (place_text_read(a, typed, &at) == ERR_OK)
		return at.log.channel;
	return channel_text_read(a, typed, &number) == ERR_OK ? number : otherwise;
}

enum exit_code agreed_open(struct agreed *a, const struct options *o, const struct draft *d)
{
	const struct statement *s = &d->statement;
	enum exit_code code = held_accord(&a->held, o);

	a->channel = NULL;
	if (code != EXIT_DONE)
		return code;
	a->channel = accord_channel_find(a->held.accord, s->channel);
	if (a->channel != NULL && memcmp(a->held.accord->id, s->accord, ACCORD_ID_LEN) == 0 &&
	    typed_channel(a->held.accord, o, s->channel) == s->channel)
		return EXIT_DONE;
	say_error(_("The node addresses this elsewhere than was typed, by the accord in {1}: nothing was "
		    "signed."),
		  o->home);
	say_next("entente doctor");
	return EXIT_INTEGRITY;
}

void agreed_close(struct agreed *a)
{
	held_close(&a->held);
}

bool agreed_is_reader(const struct agreed *a, struct bytes role)
{
	for (size_t i = 0; i < a->held.versions.held.count; i++) {
		const struct accord *of = a->held.versions.held.of[i];
		const struct accord_channel *c = accord_channel_find(of, a->channel->number);
		size_t post = accord_role_find(of, role);
		if (c != NULL && post < of->roles_count && (c->readers >> post & 1) != 0)
			return true;
	}
	return false;
}

bool agreed_may_read(const struct agreed *a, const struct statement *s, struct bytes role)
{
	const struct accord *accord = a->held.accord;
	size_t post = accord_role_find(accord, role);
	struct label_mask mask;

	if (accord->guidelines == NULL || !s->has_label || post == accord->roles_count ||
	    !policy_label_read(accord->guidelines, &s->label, accord_party_find(accord, s->party), &mask)
		     .is_allowed)
		return true;
	return (policy_readers(accord->guidelines, &mask, a->channel) >> post & 1) != 0;
}

bool agreed_has_ended(const struct agreed *a, struct bytes role)
{
	const struct accord *accord = a->held.accord;
	size_t post = accord_role_find(accord, role);

	return post < accord->roles_count && (accord_ended(accord, clock_now().wall.ms) >> post & 1) != 0;
}
