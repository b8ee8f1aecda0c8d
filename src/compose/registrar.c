#include "compose/registrar.h"

#include "home/words.h"
#include "terminal/say.h"

#include <assert.h>
#include <string.h>

enum exit_code registrar_draft(struct draft *d, enum kind kind, const struct options *o,
			       struct bytes accord_id, const char *party, const char *const *parties,
			       size_t parties_count)
{
	json_t *names = json_array();
	enum exit_code code;

	draft_open(d, kind);
	assert(accord_id.len == ACCORD_ID_LEN);
	memcpy(d->statement.accord, accord_id.ptr, ACCORD_ID_LEN);
	d->statement.party = draft_word(d, party);
	for (size_t i = 0; i < parties_count; i++)
		json_array_append_new(names, json_string(parties[i]));
	code = draft_label(d, o, names);
	json_decref(names);
	return code;
}

void registrar_fill_open(struct draft *d, const uint8_t manifest_hash[HASH_LEN])
{
	draft_field_bytes(d, FIELD_OPEN_MANIFEST, (struct bytes){ manifest_hash, HASH_LEN });
}

static enum exit_code fill_roles(struct draft *d, const char *roles)
{
	struct bytes rest = draft_word(d, roles), one, list[ACCORD_ROLES_MAX];
	uint8_t memory[ACCORD_ROLES_MAX * (ROLE_NAME_MAX + 2) + 8];
	struct buf out = BUF_ON(memory);
	struct field *f = &d->statement.fields[d->statement.fields_count];
	size_t count = 0;

	while (rest.len > 0 && count < ACCORD_ROLES_MAX) {
		if (bytes_take_until(&rest, ',', &one) != ERR_OK) {
			one = rest;
			rest.len = 0;
		}
		if (!is_role_name(one)) {
			say_error(_("{1} are not names of roles, separated by commas."), roles);
			say_next("entente accord show");
			return EXIT_USAGE;
		}
		list[count++] = one;
	}
	cbor_put_array(&out, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(&out, list[i]);
	assert(buf_check(&out) == ERR_OK);
	*f = (struct field){ FIELD_KEYS_ROLES, arena_copy(&d->words, buf_bytes(&out)) };
	d->statement.fields_count++;
	return EXIT_DONE;
}

enum exit_code registrar_fill_key(struct draft *d, bool is_withdrawal, enum key_use use, struct bytes key,
				  uint64_t holder, const char *roles)
{
	draft_field_uint(d, FIELD_KEYS_ACT, is_withdrawal ? 1 : 0);
	draft_field_uint(d, FIELD_KEYS_USE, use);
	draft_field_bytes(d, FIELD_KEYS_KEY, key);
	if (is_withdrawal)
		return EXIT_DONE;
	if (use == KEY_USE_OFFICER || holder > 0)
		draft_field_uint(d, FIELD_KEYS_HOLDER, holder);
	return fill_roles(d, roles);
}
