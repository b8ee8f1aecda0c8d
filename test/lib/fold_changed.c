#include "fold_changed.h"

#include "proc/instance.h"
#include "test_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Another value of a field: a number, a large one, a text, bytes, an empty list, one of a text. */
#define VALUE(cbor) { cbor, sizeof cbor - 1 }
static const struct {
	const char *cbor;
	size_t len;
} values[] = { VALUE("\x01"),  VALUE("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"),
	       VALUE("\x61x"), VALUE("\x41\x01"),
	       VALUE("\x80"),  VALUE("\x81\x61x") };

static const enum kind kinds[] = {
#define KIND_EACH(name, number, author, refers, text) KIND_##name,
	KIND_LIST(KIND_EACH)
#undef KIND_EACH
};

struct changed {
	struct statement s;
	struct entry entry;
	struct signer signers[STATEMENT_SIGNATURES_MAX];
	bool instance_matches, has_subject;
};

/* The n-th way to name another place. */
#define ELSEWHERE 5u
static void name_elsewhere(struct place *at, size_t n)
{
	at->channel += n == 0;
	at->epoch += n == 1;
	at->index += n == 2 ? 1000u : n == 3 ? 1u : 0u;
	if (n == 4)
		at->party = BYTES_LIT("nobody");
}

#define OTHERWISE 15u
static void say_otherwise(struct changed *c, size_t n)
{
	struct statement *s = &c->s;

	switch (n) {
	case 0:
		s->refers_count = 0;
		break;
	case 1:
		if (s->refers_count > 0)
			s->refers[s->refers_count++] = s->refers[0];
		break;
	case 2:
		s->has_label = false;
		break;
	case 3:
		s->label.level = BYTES_LIT("X");
		break;
	case 4:
		s->has_content = !s->has_content;
		s->content.len = 10;
		break;
	case 5:
		s->role = BYTES_LIT("nobody");
		break;
	case 6:
		s->addressees_count = 0;
		break;
	case 7:
		s->addressees[0] = (struct addressee){ s->party, s->role, false };
		s->addressees_count = 1;
		break;
	case 8:
		s->has_precedence = true;
		s->precedence = PRECEDENCE_FLASH;
		break;
	case 9:
		s->has_instance = s->refers_count > 0;
		s->instance = s->refers[0];
		c->instance_matches = true;
		break;
	case 10:
		c->entry.signatures_count = 0;
		break;
	case 11:
		c->signers[0].is_good = false;
		break;
	case 12:
		memset(c->signers[0].key, 0xee, KEY_HASH_LEN);
		break;
	case 13:
		c->has_subject = false;
		break;
	default:
		s->fields_count = 0;
		break;
	}
}

/* The n-th change; false: there are no more. */
static bool change(struct changed *c, size_t n)
{
	struct statement *s = &c->s;
	size_t of_fields = s->fields_count * (ARRAY_COUNT(values) + 1),
	       of_refers = s->refers_count * ELSEWHERE;

	if (n < ARRAY_COUNT(kinds)) {
		s->kind = kinds[n];
		return true;
	}
	n -= ARRAY_COUNT(kinds);
	if (n < of_fields) {
		size_t at = n / (ARRAY_COUNT(values) + 1), to = n % (ARRAY_COUNT(values) + 1);
		if (to < ARRAY_COUNT(values))
			s->fields[at].value =
				(struct bytes){ (const uint8_t *)values[to].cbor, values[to].len };
		else
			memmove(&s->fields[at], &s->fields[at + 1],
				(--s->fields_count - at) * sizeof s->fields[0]);
		return true;
	}
	n -= of_fields;
	if (n < of_refers) {
		name_elsewhere(&s->refers[n / ELSEWHERE], n % ELSEWHERE);
		return true;
	}
	n -= of_refers;
	if (n < OTHERWISE)
		say_otherwise(c, n);
	return n < OTHERWISE;
}

/* Read again as it comes from the line; false: the border refuses it. */
static bool passes_border(struct statement *s)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf out = BUF_ON(memory);
	struct fault fault;

	s->id[0] |= 1;
	s->claimed.ms += s->claimed.ms == 0;
	statement_write(s, &out);
	return buf_check(&out) == ERR_OK && statement_read(buf_bytes(&out), s, &fault) == ERR_OK;
}

/* It writes nowhere, so it may miss what it has just written. */
static void fold_it(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	struct tried_map t;
	const struct map map = tried_map_open(&t, f->map);
	struct fold fold = *f;
	enum err e;

	fold.map = &map;
	e = fold_judged(&fold, in, v);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		fail_msg("kind %u is %s, and the fold gives %s", (unsigned)in->statement->kind,
			 verdict_name(v->verdict), err_name(e));
	if (fold.instance != NULL)
		instance_forget(fold.instance);
}

bool fold_changed(const struct fold *f, const struct fold_input *in)
{
	static struct changed c;
	struct fold_input changed = *in;
	struct fold_waits waits;
	bool match[STATEMENT_REFERENCES_MAX];
	size_t judged = 0;

	memset(match, true, sizeof match);
	for (size_t n = 0;; n++) {
		struct entry_view v, again;
		enum err e;
		c.s = *in->statement;
		c.entry = *in->entry;
		c.instance_matches = in->instance_matches;
		c.has_subject = true;
		memcpy(c.signers, in->signers, in->entry->signatures_count * sizeof c.signers[0]);
		if (!change(&c, n))
			break;
		if (!passes_border(&c.s))
			continue;
		changed.statement = &c.s;
		changed.entry = &c.entry;
		changed.signers = c.signers;
		changed.refers_match = match;
		changed.instance_matches = c.instance_matches;
		changed.subject = c.has_subject ? in->subject : NULL;
		/* What waits for what nobody has is folded without it: a knot that is untied. */
		changed.is_forced = fold_is_ready(f, &changed, &waits) != ERR_OK;
		if (waits.has_version)
			continue;
		e = fold_judge(f, &changed, &v);
		if (e != ERR_OK)
			fail_msg("change %zu of kind %u: %s", n, (unsigned)in->statement->kind, err_name(e));
		assert_int_equal(fold_judge(f, &changed, &again), ERR_OK);
		assert_int_equal(v.verdict, again.verdict);
		fold_it(f, &changed, &v);
		judged++;
	}
	return judged > 0;
}
