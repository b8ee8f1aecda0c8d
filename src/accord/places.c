#include "accord/places.h"

#include "crypto/sshsig.h"

#include <assert.h>
#include <string.h>

bool accord_named_version(const struct statement *s, uint8_t hash[HASH_LEN])
{
	const struct field *f = statement_field(s, FIELD_ACCORD_MANIFEST);
	struct cbor_reader r;

	static_assert(FIELD_OPEN_MANIFEST == FIELD_ACCORD_MANIFEST, "one field for both");
	if ((s->kind != KIND_OPEN && s->kind != KIND_ACCORD) || f == NULL)
		return false;
	cbor_open(&r, f->value);
	return cbor_read_fixed(&r, hash, HASH_LEN) == ERR_OK;
}

/* Every signature is good, and one is the registrar's. */
static bool is_by_registrar(const struct accord *a, size_t party, const struct entry *entry)
{
	const struct accord_key *registrar = accord_key_find(a, party, ACCORD_KEY_REGISTRAR);
	bool has_registrar = false;

	for (size_t i = 0; i < entry->signatures_count; i++) {
		struct sshsig sig;
		if (sshsig_verify(entry->signatures[i], BYTES_LIT(SSHSIG_STATEMENT), entry->statement,
				  &sig) != ERR_OK)
			return false;
		has_registrar =
			has_registrar || (registrar != NULL && bytes_equal(registrar->key, sig.public_key));
	}
	return has_registrar;
}

static void place_add(struct log_places *p, const struct accord_versions *v, uint64_t from,
		      const uint8_t version[HASH_LEN])
{
	struct log_place *last = &p->of[p->count++];

	last->from = from;
	memcpy(last->version, version, HASH_LEN);
	last->is_awaited = accord_version_find(v, version) == v->count;
}

bool is_of_places(const struct entry *entry, const struct statement *s)
{
	return entry->index == 0 || s->kind == KIND_ACCORD;
}

bool places_pass(struct log_places *p, const struct accord_versions *v, size_t party,
		 const struct entry *entry, const struct statement *s)
{
	uint8_t named[HASH_LEN];
	size_t current, known, next;

	if (entry->index == 0) {
		p->count = 0;
		place_add(p, v, 0, accord_named_version(s, named) ? named : v->of[0]->hash);
		return true;
	}
	if (s->kind != KIND_ACCORD || p->count == ACCORD_VERSIONS_MAX)
		return false;
	(void)accord_named_version(s, named); /* its kind names one */
	current = places_version(p, v, entry->index, &known);
	if (current == v->count)
		return false;
	next = accord_version_find(v, named);
	if (next != current + 1 || !is_by_registrar(v->of[current], party, entry))
		return false;
	place_add(p, v, entry->index + 1, named);
	return true;
}

size_t places_version(const struct log_places *p, const struct accord_versions *v, uint64_t index,
		      size_t *known)
{
	size_t version = v->count;

	*known = v->count;
	for (size_t i = 0; i < p->count && p->of[i].from <= index; i++) {
		version = accord_version_find(v, p->of[i].version);
		if (version < v->count)
			*known = version;
	}
	return version;
}

void places_cut(struct log_places *p, uint64_t size)
{
	while (p->count > 0 && (size == 0 || p->of[p->count - 1].from > size))
		p->count--;
}

uint64_t places_settle(struct log_places *p, const struct accord_versions *v)
{
	struct log_place *last = p->count == 0 ? NULL : &p->of[p->count - 1];

	if (last == NULL || !last->is_awaited || accord_version_find(v, last->version) == v->count)
		return UINT64_MAX;
	last->is_awaited = false;
	if (last->from == 0)
		return 1;
	/* Whether it may follow is known now: the entry that says it is asked again. */
	p->count--;
	return last->from - 1;
}

void places_write(const struct log_places *p, struct buf *out)
{
	for (size_t i = 0; i < p->count; i++) {
		buf_put_be64(out, p->of[i].from);
		buf_put(out, BYTES_OF(p->of[i].version));
		buf_put_byte(out, p->of[i].is_awaited);
	}
}

enum err places_read(struct bytes in, struct log_places *out)
{
	*out = (struct log_places){ 0 };
	while (in.len > 0) {
		struct log_place *place = &out->of[out->count];
		struct bytes from, version, flag;

		if (out->count == ACCORD_VERSIONS_MAX || bytes_take(&in, 8, &from) != ERR_OK ||
		    bytes_take(&in, HASH_LEN, &version) != ERR_OK || bytes_take(&in, 1, &flag) != ERR_OK ||
		    flag.ptr[0] > 1)
			return ERR_CORRUPT;
		place->from = be64_get(from.ptr);
		memcpy(place->version, version.ptr, HASH_LEN);
		place->is_awaited = flag.ptr[0] == 1;
		if (out->count == 0 ? place->from != 0 : place->from <= place[-1].from)
			return ERR_CORRUPT;
		out->count++;
	}
	return out->count == 0 ? ERR_CORRUPT : ERR_OK;
}

const uint8_t *accord_node_key(const struct accord_versions *v, size_t version, size_t party,
			       enum accord_key_use use)
{
	const struct accord_key *k =
		party < v->of[version]->parties_count ? accord_key_find(v->of[version], party, use) : NULL;

	return k == NULL ? NULL : k->key.ptr;
}

size_t accord_node_keys(const struct accord_versions *v, size_t party, enum accord_key_use use, size_t first,
			const uint8_t *out[ACCORD_VERSIONS_MAX])
{
	size_t count = 0;

	for (size_t i = first; i < v->count; i++) {
		const uint8_t *key = accord_node_key(v, i, party, use);
		size_t at = 0;

		while (key != NULL && at < count && memcmp(out[at], key, SIGN_PUBLIC_LEN) != 0)
			at++;
		if (key != NULL && at == count)
			out[count++] = key;
	}
	return count;
}
