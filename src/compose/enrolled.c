#include "compose/enrolled.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "terminal/founded.h"

#include <stdlib.h>
#include <string.h>

#define SAYS_ADDED 0u
#define SAYS_WITHDRAWN 1u

struct said {
	struct buf bytes;
	struct statement s;
	size_t party;
	uint8_t key[HASH_LEN]; /* SHA-256 of the key that is named */
	bool is_by_registrar;
	uint8_t signers[STATEMENT_SIGNATURES_MAX][HASH_LEN]; /* of the good ones, beside the registrar's */
	size_t signers_count;
	bool is_good; /* an officer's: it takes no more than stands under it */
};

static bool is_registrar(const struct enrolled *e, size_t party, struct bytes public_key)
{
	for (size_t i = 0; i < e->held->count; i++) {
		const struct accord_key *k = accord_key_find(e->held->of[i], party, ACCORD_KEY_REGISTRAR);
		if (k != NULL && bytes_equal(k->key, public_key))
			return true;
	}
	return false;
}

static void read_signers(const struct enrolled *e, const json_t *row, struct said *out)
{
	json_t *text;
	size_t i;

	json_array_foreach(json_object_get(row, "sshsigs"), i, text)
	{
		uint8_t blob[SSHSIG_LEN_MAX];
		struct sshsig sig;
		size_t len;
		if (!json_is_string(text) || out->signers_count == STATEMENT_SIGNATURES_MAX ||
		    bytes_read_base64(bytes_str(json_string_value(text)), blob, sizeof blob, &len) !=
			    ERR_OK ||
		    sshsig_verify((struct bytes){ blob, len }, BYTES_LIT(SSHSIG_STATEMENT),
				  buf_bytes(&out->bytes), &sig) != ERR_OK)
			continue;
		if (is_registrar(e, out->party, sig.public_key))
			out->is_by_registrar = true;
		else
			hash_sha256(sig.public_key, out->signers[out->signers_count++]);
	}
}

/* What a key of that use is said to be, there. */
static bool is_fit(const struct enrolled *e, const struct said *said, uint64_t act, uint64_t use)
{
	const struct accord *accord = accord_newest(e->held);
	const struct statement *s = &said->s;

	return s->kind == KIND_KEYS && memcmp(s->accord, accord->id, ACCORD_ID_LEN) == 0 &&
	       bytes_equal(s->party, bytes_str(accord->parties[said->party].name)) &&
	       (s->channel == 0 || s->channel == e->channel->number) &&
	       statement_uint(s, FIELD_KEYS_ACT) == act && statement_uint(s, FIELD_KEYS_USE) == use;
}

static bool read_said(const struct enrolled *e, const json_t *row, uint64_t act, uint64_t use,
		      struct said *out)
{
	const struct accord *accord = accord_newest(e->held);
	struct fault fault;

	*out = (struct said){ .party = accord_party_find(accord, bytes_str(json_str(row, "party"))) };
	if (out->party == accord->parties_count || json_bytes(row, "statement", &out->bytes) != ERR_OK ||
	    statement_read(buf_bytes(&out->bytes), &out->s, &fault) != ERR_OK || !is_fit(e, out, act, use))
		return false;
	hash_sha256(statement_bytes(&out->s, FIELD_KEYS_KEY), out->key);
	read_signers(e, row, out);
	return out->is_by_registrar;
}

/* Who signed beside the registrar, if those who are good by now are enough. */
static bool is_seconded(const struct enrolled *e, const struct said *said)
{
	const struct accord *accord = accord_newest(e->held);

	for (size_t i = 0; i < e->officers_count; i++) {
		const struct said *one = &e->officers[i];
		if (!one->is_good || one->party != said->party ||
		    !enrol_is_second(accord, &said->s, statement_uint(&one->s, FIELD_KEYS_HOLDER),
				     enrol_roles(accord, &one->s)))
			continue;
		for (size_t n = 0; n < said->signers_count; n++) {
			if (memcmp(said->signers[n], one->key, HASH_LEN) == 0)
				return true;
		}
	}
	return false;
}

static bool is_enough(const struct enrolled *e, const struct said *said)
{
	return !enrol_takes_two(accord_newest(e->held), &said->s) || is_seconded(e, said) ||
	       (said->s.channel == 0 &&
		founded_has(e->answer, e->held, e->channel, said->party, buf_bytes(&said->bytes)));
}

/* Each lets in the next: until nobody more is found. */
static void judge_officers(struct enrolled *e)
{
	bool is_new = true;

	for (size_t i = 0; i < e->officers_count; i++)
		e->officers[i].is_good = is_enough(e, &e->officers[i]);
	while (is_new) {
		is_new = false;
		for (size_t i = 0; i < e->officers_count; i++) {
			struct said *one = &e->officers[i];
			if (!one->is_good && is_seconded(e, one))
				is_new = one->is_good = true;
		}
	}
}

void enrolled_open(struct enrolled *e, const struct accord_versions *held,
		   const struct accord_channel *channel, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "officers"), *row;
	size_t i;

	*e = (struct enrolled){ .held = held, .channel = channel, .answer = answer };
	e->officers = xcalloc(json_array_size(rows) + 1, sizeof *e->officers);
	json_array_foreach(rows, i, row)
	{
		struct said *one = &e->officers[e->officers_count];
		if (read_said(e, row, SAYS_ADDED, KEY_USE_OFFICER, one))
			e->officers_count++;
		else
			free(one->bytes.ptr);
	}
	judge_officers(e);
}

void enrolled_close(struct enrolled *e)
{
	for (size_t i = 0; i < e->officers_count; i++)
		free(e->officers[i].bytes.ptr);
	free(e->officers);
	*e = (struct enrolled){ 0 };
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

/* It is of this key, and the posts that the node says are among those that it gives. */
static bool says_row(const struct said *said, const json_t *row)
{
	struct buf key = { 0 };
	uint8_t hash[HASH_LEN];
	json_t *role;
	size_t i;

	if (json_bytes(row, "key", &key) != ERR_OK)
		return false;
	hash_sha256(buf_bytes(&key), hash);
	free(key.ptr);
	json_array_foreach(json_object_get(row, "roles"), i, role)
	{
		if (!json_is_string(role) || !names_role(&said->s, bytes_str(json_string_value(role))))
			return false;
	}
	return memcmp(hash, said->key, HASH_LEN) == 0;
}

enum enrolment enrolled_adds(const struct enrolled *e, const json_t *row)
{
	enum enrolment out = ENROLMENT_FALSE;
	struct said said;

	if (read_said(e, row, SAYS_ADDED, KEY_USE_RECIPIENT, &said) && says_row(&said, row))
		out = is_enough(e, &said) ? ENROLMENT_GOOD : ENROLMENT_ALONE;
	free(said.bytes.ptr);
	return out;
}

bool enrolled_withdraws(const struct enrolled *e, const json_t *row, struct gone *out)
{
	struct said said;
	bool is_good = read_said(e, row, SAYS_WITHDRAWN, KEY_USE_RECIPIENT, &said);

	if (is_good) {
		out->party = accord_newest(e->held)->parties[said.party].name;
		out->channel = said.s.channel;
		memcpy(out->key, said.key, HASH_LEN);
	}
	free(said.bytes.ptr);
	return is_good;
}
