#include "compose/agreed.h"

#include "api/place_text.h"
#include "home/words.h"
#include "policy/policy.h"
#include "terminal/say.h"
#include "wire/statement.h"

#include <stdlib.h>
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

/* ---- Who signed for a key. ---- */

static bool is_registrar(const struct agreed *a, size_t party, struct bytes public_key)
{
	for (size_t i = 0; i < a->held.versions.held.count; i++) {
		const struct accord_key *k =
			accord_key_find(a->held.versions.held.of[i], party, ACCORD_KEY_REGISTRAR);
		if (k != NULL && bytes_equal(k->key, public_key))
			return true;
	}
	return false;
}

static bool is_by_registrar(const struct agreed *a, size_t party, struct bytes statement, const json_t *row)
{
	json_t *text;
	size_t i;

	json_array_foreach(json_object_get(row, "sshsigs"), i, text)
	{
		uint8_t blob[SSHSIG_LEN_MAX];
		struct sshsig sig;
		size_t len;
		if (json_is_string(text) &&
		    bytes_read_base64(bytes_str(json_string_value(text)), blob, sizeof blob, &len) ==
			    ERR_OK &&
		    sshsig_verify((struct bytes){ blob, len }, BYTES_LIT(SSHSIG_STATEMENT), statement,
				  &sig) == ERR_OK &&
		    is_registrar(a, party, sig.public_key))
			return true;
	}
	return false;
}

static bool names_role(const struct statement *s, struct bytes role)
{
	struct text_list roles = statement_list(s, FIELD_KEYS_ROLES);
	struct bytes name;

	while (text_list_next(&roles, &name)) {
		if (bytes_equal(name, role))
			return true;
	}
	return false;
}

/* It adds this key, for words to be sealed for, and these posts are among those that it gives. */
static bool says_row(const struct statement *s, struct bytes key, const json_t *row)
{
	const struct field *named = statement_field(s, FIELD_KEYS_KEY);
	struct cbor_reader r;
	struct bytes added;
	uint64_t act, use;
	json_t *role;
	size_t i;

	if (s->kind != KIND_KEYS || named == NULL ||
	    statement_field_uint(s, FIELD_KEYS_ACT, 1, &act) != ERR_OK || act != 0 ||
	    statement_field_uint(s, FIELD_KEYS_USE, KEY_USE_COUNT - 1, &use) != ERR_OK ||
	    use != KEY_USE_RECIPIENT)
		return false;
	cbor_open(&r, named->value);
	if (cbor_read_bytes(&r, named->value.len, &added) != ERR_OK || !bytes_equal(added, key))
		return false;
	json_array_foreach(json_object_get(row, "roles"), i, role)
	{
		if (!json_is_string(role) || !names_role(s, bytes_str(json_string_value(role))))
			return false;
	}
	return true;
}

bool agreed_is_enrolled(const struct agreed *a, const json_t *row)
{
	const struct accord *accord = a->held.accord;
	struct bytes name = bytes_str(json_str(row, "party"));
	size_t party = accord_party_find(accord, name);
	struct buf statement = { 0 }, key = { 0 };
	struct statement s;
	struct fault fault;
	bool is_good = party < accord->parties_count && json_bytes(row, "statement", &statement) == ERR_OK &&
		       json_bytes(row, "key", &key) == ERR_OK &&
		       statement_read(buf_bytes(&statement), &s, &fault) == ERR_OK &&
		       memcmp(s.accord, accord->id, ACCORD_ID_LEN) == 0 && bytes_equal(s.party, name) &&
		       (s.channel == 0 || s.channel == a->channel->number) &&
		       says_row(&s, buf_bytes(&key), row) &&
		       is_by_registrar(a, party, buf_bytes(&statement), row);

	free(statement.ptr);
	free(key.ptr);
	return is_good;
}
