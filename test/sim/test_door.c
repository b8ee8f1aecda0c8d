/*
 * The own door: what it refuses of an officer before anything is filed, by row, each with what it says of it;
 * and what it takes for said already (docs/spec/api.md).
 */
#include "draft.h"

#include "crypto/sshsig.h"
#include "wire/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEADER 1u
#define CONSULT 2u
#define BLOB_LEN 5000u

static struct world *w;
static struct sim_node *a, *b;
static uint8_t blob_memory[BLOB_LEN];

static int start(void **state)
{
	(void)state;
	w = world_new(9, 2, getenv("VERBOSE") != NULL);
	world_advance(w, 1900000);
	w->is_healing = true; /* nobody acts by himself */
	world_advance(w, 4000000);
	a = &w->nodes[0];
	b = &w->nodes[1];
	return a->node == NULL || b->node == NULL;
}

static int finish(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* ---- What is refused. ---- */

static struct draft d;

static void message(uint32_t channel, enum precedence precedence, size_t len, struct bytes blob)
{
	draft_open(w, a, &d, channel, KIND_MESSAGE);
	draft_addressees(w, a, &d);
	d.s.has_precedence = true;
	d.s.precedence = precedence;
	draft_content(w, &d, len, blob);
}

static void as_it_should(void)
{
	message(CONSULT, PRECEDENCE_ROUTINE, 50, (struct bytes){ NULL, 0 });
}
static void a_flash(void)
{
	message(LEADER, PRECEDENCE_FLASH, 399, (struct bytes){ NULL, 0 });
}
static void a_long_flash(void)
{
	message(LEADER, PRECEDENCE_FLASH, 400, (struct bytes){ NULL, 0 });
}
static void a_file_that_is_not_there(void)
{
	message(CONSULT, PRECEDENCE_ROUTINE, 50, BYTES_OF(blob_memory));
}

static void another_accord(void)
{
	as_it_should();
	d.s.accord[0] ^= 1;
}
static void another_party(void)
{
	as_it_should();
	d.s.party = bytes_str(w->accord->parties[1].name);
	d.s.seen_count = 0;
}
static void no_such_channel(void)
{
	as_it_should();
	d.s.channel = 77;
}
static void words_of_another_hash(void)
{
	as_it_should();
	d.s.content.hash[0] ^= 1;
}
static void words_of_another_length(void)
{
	as_it_should();
	d.s.content.len++;
}
static void words_of_nothing(void)
{
	as_it_should();
	d.s.has_content = false;
}
static void no_such_post(void)
{
	as_it_should();
	d.s.role = BYTES_LIT("chief");
}
static void too_urgent_there(void)
{
	as_it_should();
	d.s.precedence = PRECEDENCE_FLASH;
}
static void to_itself(void)
{
	as_it_should();
	d.s.addressees[0].party = d.s.party;
}

static void not_strict(void)
{
	as_it_should();
	d.content[0] ^= 0xff;
	hash_sha256((struct bytes){ d.content, d.content_len }, d.s.content.hash);
}

/* A tag by its shape alone. */
static void in_no_language(void)
{
	uint8_t *tag;

	as_it_should();
	tag = memmem(d.content, d.content_len, "\x62\x65\x6e", 3);
	assert_non_null(tag);
	tag[2] = '1';
	hash_sha256((struct bytes){ d.content, d.content_len }, d.s.content.hash);
}

static void too_long(void)
{
	as_it_should();
	d.content_len = CONTENT_LEN_MAX + 1;
	d.s.content.len = CONTENT_LEN_MAX;
}

static struct place_key heard(void);
static void send_one(void);

static void translation(const char *tag)
{
	static uint8_t memory[64];
	const struct place_key on = heard();
	struct buf field = BUF_ON(memory);
	size_t len;

	draft_open(w, a, &d, CONSULT, KIND_TRANSLATION);
	assert_true(draft_place(w, a, &on, &d.s.refers[0]));
	d.s.refers_count = 1;
	cbor_put_uint(&field, TRANSLATION_DRAFT);
	len = field.len;
	cbor_put_text(&field, bytes_str(tag));
	d.s.fields[0] = (struct field){ FIELD_TRANSLATION_STATUS, { memory, len } };
	d.s.fields[1] = (struct field){ FIELD_TRANSLATION_LANGUAGE, { memory + len, field.len - len } };
	d.s.fields_count = 2;
	draft_content(w, &d, 50, (struct bytes){ NULL, 0 });
}

static void into_a_language(void)
{
	translation("en-GB");
}
static void into_none(void)
{
	translation("a");
}
static void into_a_long_one(void)
{
	translation("korean");
}

static const struct {
	const char *why;
	void (*say)(void);
	enum err want;
	enum verdict verdict; /* of ERR_REFUSED */
	const char *limit;    /* NULL: none is named */
} refusals[] = {
	{ "as it should be", as_it_should, ERR_OK, VERDICT_OK, NULL },
	{ "a FLASH as long as may be", a_flash, ERR_OK, VERDICT_OK, NULL },
	{ "a longer one", a_long_flash, ERR_REFUSED, VERDICT_LENGTH, NULL },
	{ "under another accord", another_accord, ERR_ACCORD_DIFFERS, VERDICT_OK, NULL },
	{ "of another party", another_party, ERR_REFUSED, VERDICT_SIGNATURE, NULL },
	{ "on a channel that is not there", no_such_channel, ERR_NOT_FOUND, VERDICT_OK, NULL },
	{ "other words than it names", words_of_another_hash, ERR_CONTENT, VERDICT_OK, NULL },
	{ "more of them", words_of_another_length, ERR_CONTENT, VERDICT_OK, NULL },
	{ "words of which it says nothing", words_of_nothing, ERR_CONTENT, VERDICT_OK, NULL },
	{ "words that are no content", not_strict, ERR_STRICT, VERDICT_OK, "cbor.reserved" },
	{ "words beyond all bounds", too_long, ERR_LIMIT, VERDICT_OK, "CONTENT_LEN_MAX" },
	{ "a file that nobody gave", a_file_that_is_not_there, ERR_NOT_FOUND, VERDICT_OK, NULL },
	{ "by a post that he does not hold", no_such_post, ERR_REFUSED, VERDICT_ROLE, NULL },
	{ "more urgent than the channel is for", too_urgent_there, ERR_REFUSED, VERDICT_PRECEDENCE, NULL },
	{ "to its own party", to_itself, ERR_REFUSED, VERDICT_ADDRESSEE, NULL },
	{ "words in what is no language", in_no_language, ERR_RULE, VERDICT_OK, "content.language" },
	{ "translated into a language", into_a_language, ERR_OK, VERDICT_OK, NULL },
	{ "translated into what is none", into_none, ERR_RULE, VERDICT_OK, "translation.language" },
	{ "translated into a word", into_a_long_one, ERR_RULE, VERDICT_OK, "translation.language" },
};

static void key_of(const struct sign_key *key, uint8_t out[KEY_HASH_LEN])
{
	uint8_t wire[64];
	struct buf public = BUF_ON(wire);

	ssh_public_write(key->public, &public);
	hash_sha256(buf_bytes(&public), out);
}

static void refused(void **state)
{
	static uint8_t content[CONTENT_LEN_MAX + 1];
	uint8_t key[KEY_HASH_LEN];

	(void)state;
	send_one();
	key_of(&a->officer.key, key);
	for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
		struct effect_answer answer = { .verdict = VERDICT_OK };
		struct command c = { .client = 0 };
		struct buf out = BUF_ON(d.bytes);
		enum err e;
		refusals[i].say();
		statement_write(&d.s, &out);
		memcpy(content, d.content,
		       d.content_len < sizeof d.content ? d.content_len : sizeof d.content);
		c.statement = buf_bytes(&out);
		c.content = (struct bytes){ content, d.content_len };
		e = node_may(a->node, world_now(w, a), &c, key, &a->fx, &answer);
		if (e != refusals[i].want || answer.verdict != refusals[i].verdict ||
		    (refusals[i].limit != NULL &&
		     (answer.limit == NULL || strcmp(answer.limit, refusals[i].limit) != 0)))
			fail_msg("%s: %s, %s, %s", refusals[i].why, err_name(e), verdict_name(answer.verdict),
				 answer.limit == NULL ? "no limit" : answer.limit);
	}
}

/* ---- What was said before. ---- */

/* The last message of the other party that has come. */
static struct place_key heard(void)
{
	struct message_at at = { 0 };
	struct place_key out = { { 0 }, 0 };

	while (fold_next_message(node_fold(a->node), CONSULT, &at) == ERR_OK) {
		if (at.place.log.party == b->party)
			out = at.place;
	}
	assert_int_not_equal(out.log.epoch, 0);
	return out;
}

static void send_one(void)
{
	officer_send(w, b, CONSULT);
	node_turn(w, b);
	world_advance(w, w->now_us + 3000000);
}

static struct effect_answer answer_of(const struct sign_key *key)
{
	struct effect_answer out = { 0 };
	size_t client = a->pending_count;
	bool has_one = false;

	draft_submit(w, a, &d, key);
	for (size_t i = 0; i < a->fx.count; i++) {
		if (a->fx.list[i].kind == EFFECT_ANSWER && a->fx.list[i].answer.client == client) {
			out = a->fx.list[i].answer;
			has_one = true;
		}
	}
	assert_true(has_one);
	node_turn(w, a);
	return out;
}

static void act(enum kind kind)
{
	const struct place_key on = heard();

	draft_open(w, a, &d, CONSULT, kind);
	assert_true(draft_place(w, a, &on, &d.s.refers[0]));
	d.s.refers_count = 1;
}

static void said_before(void **state)
{
	static const enum kind kinds[] = { KIND_WATCH_READ, KIND_PRESENTED };

	(void)state;
	send_one();
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		struct effect_answer first, again;
		act(kinds[i]);
		first = answer_of(&a->officer.key);
		assert_int_equal(first.err, ERR_OK);
		assert_false(first.is_said);
		act(kinds[i]);
		again = answer_of(&a->officer.key);
		assert_int_equal(again.err, ERR_OK);
		assert_true(again.is_said);
		assert_true(place_key_equal(&again.place, &first.place));
		/* Another person says it for himself. */
		act(kinds[i]);
		again = answer_of(&a->officer.second);
		assert_int_equal(again.err, ERR_OK);
		assert_false(again.is_said);
		/* And of another message it was not said. */
		send_one();
		act(kinds[i]);
		assert_false(answer_of(&a->officer.key).is_said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(refused), cmocka_unit_test(said_before) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, finish);
}
