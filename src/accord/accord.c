/* What is asked of an accord that has been read: look-ups, and who signed it. */
#include "accord/form.h"

#include "crypto/sshsig.h"
#include "wire/statement.h"

size_t accord_party_find(const struct accord *a, struct bytes name)
{
	size_t i = 0;

	while (i < a->parties_count && !bytes_equal(bytes_str(a->parties[i].name), name))
		i++;
	return i;
}

bool accord_may_act(const struct accord *a, size_t role, size_t for_role, enum plane plane,
		    enum precedence precedence)
{
	bool may = role == for_role;

	for (size_t i = 0; i < a->acting_count && !may; i++) {
		const struct accord_acting *acting = &a->acting[i];
		may = acting->role == role && acting->for_role == for_role &&
		      (acting->planes >> plane & 1) != 0 && (acting->precedences >> precedence & 1) != 0;
	}
	return may;
}

bool accord_is_acted_for(const struct accord *a, size_t role)
{
	for (size_t i = 0; i < a->acting_count; i++) {
		if (a->acting[i].for_role == role)
			return true;
	}
	return false;
}

uint64_t accord_ended(const struct accord *a, uint64_t ms)
{
	uint64_t out = 0;

	for (size_t i = 0; i < a->roles_count; i++) {
		if (a->roles[i].until_ms != 0 && ms >= a->roles[i].until_ms)
			out |= 1ull << i;
	}
	return out;
}

uint8_t accord_voices(const struct accord_channel *c)
{
	return (uint8_t)(c->parties & ~c->observers);
}

uint64_t accord_let_in(const struct accord_channel *c)
{
	return c->is_closed ? c->writers : UINT64_MAX;
}

size_t accord_role_find(const struct accord *a, struct bytes name)
{
	size_t i = 0;

	while (i < a->roles_count && !bytes_equal(bytes_str(a->roles[i].name), name))
		i++;
	return i;
}

const struct accord_channel *accord_channel_find(const struct accord *a, uint32_t number)
{
	for (size_t i = 0; i < a->channels_count; i++) {
		if (a->channels[i].number == number)
			return &a->channels[i];
	}
	return NULL;
}

const struct accord_channel *accord_channel_by_name(const struct accord *a, struct bytes name)
{
	for (size_t i = 0; i < a->channels_count; i++) {
		if (bytes_equal(bytes_str(a->channels[i].name), name))
			return &a->channels[i];
	}
	return NULL;
}

const struct accord_key *accord_key_find(const struct accord *a, size_t party, enum accord_key_use use)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].party == party && a->keys[i].use == use)
			return &a->keys[i];
	}
	return NULL;
}

size_t accord_language_find(const struct accord *a, struct bytes tag)
{
	for (size_t i = 0; i < a->languages_count; i++) {
		if (bytes_equal(bytes_str(a->languages[i]), tag))
			return i;
	}
	return 0;
}

void accord_mirror_name(const struct accord *a, size_t party, struct buf *out)
{
	note_write_mirror_name(a->id, bytes_str(a->parties[party].name), out);
}

void accord_book(const struct accord *a, struct book *out)
{
	uint8_t memory[PARTY_MAX * (PARTY_NAME_MAX + 1) + 16];
	struct buf released = BUF_ON(memory);

	/* The categories of a label that releases to every party. */
	cbor_put_array(&released, 1);
	cbor_put_array(&released, 2);
	cbor_put_text(&released, BYTES_LIT("rel"));
	cbor_put_array(&released, a->parties_count);
	for (size_t i = 0; i < a->parties_count; i++)
		cbor_put_text(&released, bytes_str(a->parties[i].code));
	book_init(out, a->id);
	book_add(out, buf_bytes(&released));
	book_add_text(out, BYTES_LIT("rel"));
	book_add_text(out, BYTES_LIT(ROLE_NODE));
	book_add_text(out, BYTES_LIT(FORM_LINE_CHECK));
	for (size_t i = 0; i < a->parties_count; i++) {
		book_add_text(out, bytes_str(a->parties[i].name));
		book_add_text(out, bytes_str(a->parties[i].code));
	}
	for (size_t i = 0; i < a->roles_count; i++)
		book_add_text(out, bytes_str(a->roles[i].name));
	for (const struct form *f = a->forms; f != NULL; f = f->next)
		book_add_text(out, bytes_str(f->name));
}

enum err accord_signature_check(const struct accord *a, struct bytes armoured, size_t *key)
{
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	struct sshsig signature;

	if (sshsig_read_armour(armoured, &blob) != ERR_OK ||
	    sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_ACCORD), a->manifest, &signature) != ERR_OK)
		return ERR_VERIFY;
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].use == ACCORD_KEY_ROOT && bytes_equal(a->keys[i].key, signature.public_key)) {
			*key = i;
			return ERR_OK;
		}
	}
	return ERR_VERIFY;
}

bool accord_has_quorum(const struct accord *a, size_t party, const size_t *signers, size_t count)
{
	unsigned good = 0, quorum = 0;

	/* Over the keys, not the signers: a root that signed twice counts once. */
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].party != party || a->keys[i].use != ACCORD_KEY_ROOT)
			continue;
		quorum = a->keys[i].quorum;
		for (size_t n = 0; n < count; n++) {
			if (signers[n] == i) {
				good++;
				break;
			}
		}
	}
	return quorum > 0 && good >= quorum;
}
