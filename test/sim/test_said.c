/*
 * What an officer says a second time: the same words stand once, however they are salted, and every other
 * word is said anew. A mark takes the place of the one before it, so the last alone is the same.
 */
#include "attack.h"
#include "draft.h"

#include "base/log.h"

/* A mark of a read-back, and its words. */
struct words {
	const char *why, *language, *subject, *text, *second; /* second: another portion; NULL: none */
	bool is_wrong, has_none, is_seconded;
};

static const struct words first = {
	.why = "the first", .language = "en", .text = "two figures", .is_wrong = true
};

static struct effect_answer mark(struct room *r, const struct place_key *at, const struct words *w)
{
	static struct draft d;
	static struct content c;
	struct command in = { 0 };
	struct effect_answer answer = { .err = ERR_COUNT };
	struct buf out = BUF_ON(d.content), field = BUF_ON(d.field_memory);

	r->skip_ms += 1000;
	draft_open(r->w, r->n, &d, CONSULT, KIND_MARK);
	assert_true(draft_place(r->w, r->n, at, &d.s.refers[d.s.refers_count++]));
	cbor_put_uint(&field, w->is_wrong);
	d.s.fields[d.s.fields_count++] = (struct field){ FIELD_MARK, buf_bytes(&field) };
	c = (struct content){ .language = bytes_str(w->language), .portions_count = 1 };
	for (size_t i = 0; i < CONTENT_SALT_LEN; i++)
		c.salt[i] = (uint8_t)prng_next(&r->w->prng);
	if (w->subject != NULL)
		c.subject = bytes_str(w->subject);
	c.portions[0].text = bytes_str(w->text);
	if (w->second != NULL)
		c.portions[c.portions_count++].text = bytes_str(w->second);
	content_write(&c, &out);
	assert_int_equal(buf_check(&out), ERR_OK);
	if (!w->has_none) {
		d.s.has_content = true;
		d.s.content.len = out.len;
		hash_sha256(buf_bytes(&out), d.s.content.hash);
		in.content = buf_bytes(&out);
	}
	draft_sign(r->w, &d, &r->n->officer.key);
	if (w->is_seconded)
		draft_sign(r->w, &d, &r->n->officer.second);
	in.statement = (struct bytes){ d.bytes, d.len };
	in.signatures_count = d.signatures_count;
	for (size_t i = 0; i < in.signatures_count; i++)
		in.signatures[i] = (struct bytes){ d.signatures[i], d.signature_lens[i] };
	assert_int_equal(node_command(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
	for (size_t i = 0; i < r->n->fx.count; i++) {
		if (r->n->fx.list[i].kind == EFFECT_ANSWER)
			answer = r->n->fx.list[i].answer;
	}
	room_turn(r);
	if (answer.err != ERR_OK)
		fail_msg("%s: %s, %s", w->why, err_text(answer.err), verdict_name(answer.verdict));
	return answer;
}

static void expect(struct room *r, const struct place_key *at, const struct words *w, bool is_said)
{
	static struct place_key last;
	struct effect_answer answer = mark(r, at, w);

	if (answer.is_said != is_said || place_key_equal(&answer.place, &last) != is_said)
		fail_msg("%s: %s", w->why, answer.is_said ? "was said before" : "is said anew");
	last = answer.place;
}

/* A message of ours, and the peer's read-back of it. */
static struct place_key read_back(struct room *r)
{
	uint8_t memory[4096];
	struct buf content = BUF_ON(memory);
	struct forge ours, f;
	struct statement s;
	struct place_key at;

	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, NULL, 0), ERR_OK);
	load(&ours, r, 0, CONSULT);
	load(&f, r, 1, CONSULT);
	forge_statement(&f, KIND_WATCH_READ, &s);
	s.refers[s.refers_count++] = forge_place(&ours, ours.count - 1);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(ours.origin.party), 1, ours.count };
	forge_say(&f, &s, &r->w->nodes[1].officer.key, NONE);
	forge_statement(&f, KIND_READ_BACK, &s);
	s.refers[s.refers_count++] = forge_place(&ours, ours.count - 1);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(ours.origin.party), 1, ours.count };
	forge_content(r->w, &s, BYTES_LIT("xxxxxxxxxx"), NULL, 0, &content);
	forge_say(&f, &s, &r->w->nodes[1].officer.key, buf_bytes(&content));
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	at = (struct place_key){ f.key, f.count - 1 };
	assert_true(room_has_folded(r, &at.log, at.index));
	forge_free(&ours);
	forge_free(&f);
	return at;
}

static void test_the_same_words(void **state)
{
	struct room *r = *state;
	const struct place_key at = read_back(r);
	const struct words others[] = {
		{ .why = "another language", .language = "ko", .text = first.text, .is_wrong = true },
		{ .why = "a subject",
		  .language = "en",
		  .subject = "of it",
		  .text = first.text,
		  .is_wrong = true },
		{ .why = "a portion more",
		  .language = "en",
		  .text = first.text,
		  .second = "and",
		  .is_wrong = true },
		{ .why = "another text", .language = "en", .text = "one figure", .is_wrong = true },
		{ .why = "no words",
		  .language = "en",
		  .text = first.text,
		  .has_none = true,
		  .is_wrong = true },
		{ .why = "correct", .language = "en", .text = first.text },
		{ .why = "by two",
		  .language = "en",
		  .text = first.text,
		  .is_wrong = true,
		  .is_seconded = true },
	};

	expect(r, &at, &first, false);
	expect(r, &at, &first, true);
	for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
		expect(r, &at, &others[i], false);
		if (!others[i].is_seconded)
			expect(r, &at, &others[i], true);
		expect(r, &at, &first, false);
		expect(r, &at, &first, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { ATTACK(the_same_words) };

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
