/*
 * What a version of the accord keeps of the one before it (docs/spec/accord.md section 12): each rule by one
 * change that breaks it and, where there is one, a like change that does not. And whose roots let it go.
 */
#include "accord/accord.h"
#include "crypto/sign.h"
#include "crypto/sshsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ASTER, BIRCH };
#define KEY_LEN 32u

static struct accord old, next;
static uint8_t raw[8][KEY_LEN]; /* of nodes */
static struct sign_key roots[3];
static uint8_t wires[3][64];

static struct bytes root_of(size_t i)
{
	struct buf out = BUF_ON(wires[i]);

	ssh_public_write(roots[i].public, &out);
	return buf_bytes(&out);
}

static void put_key(struct accord *a, size_t party, enum accord_key_use use, struct bytes key,
		    unsigned quorum)
{
	a->keys[a->keys_count++] = (struct accord_key){ party, use, key, quorum, quorum };
}

/* Two parties with a log key each; aster's root is the first, birch has two of two. */
static void lay_out(struct accord *a)
{
	static const uint8_t registrar[] = "a registrar";

	*a = (struct accord){
		.is_founding = true, .parties_count = 2, .roles_count = 2, .channels_count = 1
	};
	memset(a->hash, 7, sizeof a->hash);
	memcpy(a->parties[0].name, "aster", 6);
	memcpy(a->parties[1].name, "birch", 6);
	memcpy(a->roles[0].name, "watch", 6);
	memcpy(a->roles[1].name, "chief", 6);
	a->channels[0] =
		(struct accord_channel){ .number = 7, .plane = PLANE_CONSULT, .name = "talk", .parties = 3 };
	put_key(a, ASTER, ACCORD_KEY_ROOT, root_of(0), 1);
	put_key(a, BIRCH, ACCORD_KEY_ROOT, root_of(1), 2);
	put_key(a, BIRCH, ACCORD_KEY_ROOT, root_of(2), 2);
	for (size_t party = ASTER; party <= BIRCH; party++) {
		put_key(a, party, ACCORD_KEY_REGISTRAR, BYTES_OF(registrar), 1);
		raw[party][0] = (uint8_t)(party + 1);
		put_key(a, party, ACCORD_KEY_LOG, BYTES_OF(raw[party]), 1);
	}
	a->manifest = BYTES_LIT("a manifest\n");
}

static void follow(void)
{
	lay_out(&old);
	lay_out(&next);
	next.is_founding = false;
	memcpy(next.previous, old.hash, sizeof next.previous);
}

/* ---- What is kept. ---- */

static void nothing(void)
{
}
static void founds(void)
{
	next.is_founding = true;
}
static void follows_another(void)
{
	next.previous[0] ^= 1;
}
static void is_another(void)
{
	next.id[0] ^= 1;
}
static void is_exercise(void)
{
	next.is_exercise = true;
}
static void asks_for_more(void)
{
	next.post_quantum = POST_QUANTUM_REQUIRED;
}
static void asks_for_less(void)
{
	old.post_quantum = POST_QUANTUM_REQUIRED;
}
static void a_party_less(void)
{
	next.parties_count = 1;
}
static void a_party_more(void)
{
	next.parties_count = 3;
}
static void another_party(void)
{
	next.parties[1].name[0] = 'c';
}
static void a_post_less(void)
{
	next.roles_count = 1;
}
static void a_post_more(void)
{
	next.roles_count = 3;
}
static void posts_change_places(void)
{
	next.roles[0].name[0] = 'x';
}
static void a_channel_less(void)
{
	next.channels_count = 0;
}
static void a_channel_more(void)
{
	next.channels[next.channels_count++].number = 9;
}
static void another_plane(void)
{
	next.channels[0].plane = PLANE_SHARE;
}
static void who_is_on_it(void)
{
	next.channels[0].parties = 1;
}
static void an_observer(void)
{
	next.channels[0].observers = 2;
}
static void a_voice_more(void)
{
	old.channels[0].observers = 2;
}
static void another_name(void)
{
	next.channels[0].name[0] = 'w';
}
static void who_writes(void)
{
	next.channels[0].writers = 1;
}
static void a_new_log_key(void)
{
	next.keys[4].key = BYTES_OF(raw[5]);
}
static void keys_change_hands(void)
{
	next.keys[4].key = old.keys[6].key;
}
static void a_key_of_another_use(void)
{
	next.keys[4].use = ACCORD_KEY_MIRROR;
}

static const struct {
	const char *why;
	void (*change)(void);
	const char *file, *rule; /* NULL: it may follow */
} changes[] = {
	{ "the same", nothing, NULL, NULL },
	{ "a founding version", founds, "accord", "succession.previous" },
	{ "it names another", follows_another, "accord", "succession.previous" },
	{ "another accord", is_another, "accord", "succession.id" },
	{ "an exercise", is_exercise, "accord", "succession.mode" },
	{ "post-quantum is required", asks_for_more, NULL, NULL },
	{ "it no longer is", asks_for_less, "accord", "succession.post-quantum" },
	{ "a party has left", a_party_less, "parties", "succession.parties" },
	{ "a party has joined", a_party_more, NULL, NULL },
	{ "a party has another name", another_party, "parties", "succession.parties" },
	{ "a post is gone", a_post_less, "posts", "succession.posts" },
	{ "a post is new", a_post_more, NULL, NULL },
	{ "a post has another name", posts_change_places, "posts", "succession.posts" },
	{ "a channel is gone", a_channel_less, "channels", "succession.channels" },
	{ "a channel is new", a_channel_more, NULL, NULL },
	{ "a channel on another plane", another_plane, "channels", "succession.channels" },
	{ "fewer parties on it", who_is_on_it, "channels", "succession.channels" },
	{ "a voice less", an_observer, "channels", "succession.channels" },
	{ "a voice more", a_voice_more, NULL, NULL },
	{ "a channel of another name", another_name, "channels", "succession.channels" },
	{ "other writers", who_writes, NULL, NULL },
	{ "a new log key", a_new_log_key, NULL, NULL },
	{ "the other party's log key", keys_change_hands, "keys", "succession.keys" },
	{ "a log key for another use", a_key_of_another_use, "keys", "succession.keys" },
};

static void kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
		struct accord_fault fault = { 0 };
		enum err e;
		follow();
		changes[i].change();
		e = accord_succeeds(&old, &next, &fault);
		if (changes[i].rule == NULL
			    ? e != ERR_OK
			    : e != ERR_USAGE || strcmp(fault.fault.rule, changes[i].rule) != 0 ||
				      !bytes_equal(fault.file, bytes_str(changes[i].file)))
			fail_msg("%s: %s, %s", changes[i].why, err_name(e),
				 fault.fault.rule == NULL ? "no rule" : fault.fault.rule);
	}
}

/* ---- Who lets it go. ---- */

static struct bytes signature_by(size_t root, struct bytes over)
{
	static uint8_t memory[3][2048];
	uint8_t blob_memory[1024];
	struct buf blob = BUF_ON(blob_memory), out = BUF_ON(memory[root]);

	sshsig_make(&roots[root], BYTES_LIT(SSHSIG_ACCORD), over, &blob);
	sshsig_write_armour(buf_bytes(&blob), &out);
	assert_int_equal(buf_check(&out), ERR_OK);
	return buf_bytes(&out);
}

static void another_root(void)
{
	next.keys[1].key = root_of(0);
}
static void one_root_is_enough(void)
{
	next.keys[1].quorum = next.keys[2].quorum = 1;
}
static void a_root_less(void)
{
	next.keys[2].party = ASTER;
}
static void another_registrar(void)
{
	next.keys[5].key = BYTES_LIT("somebody else");
}

static void let_go(void **state)
{
	static const struct {
		const char *why;
		void (*change)(void);
		bool needs_roots; /* birch's, of the version before */
	} rows[] = { { "the same roots", nothing, false },
		     { "another root", another_root, true },
		     { "another quorum", one_root_is_enough, true },
		     { "a root is another party's", a_root_less, true },
		     { "another registrar", another_registrar, true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct bytes both[3];
		follow();
		rows[i].change();
		next.manifest = BYTES_LIT("the next manifest\n");
		both[0] = signature_by(1, next.manifest);
		both[1] = signature_by(1, next.manifest);
		assert_int_equal(accord_is_let_go(&old, &next, BIRCH, NULL, 0), !rows[i].needs_roots);
		/* The same root twice is one; one of the old manifest's is none. */
		assert_int_equal(accord_is_let_go(&old, &next, BIRCH, both, 2), !rows[i].needs_roots);
		both[1] = signature_by(2, old.manifest);
		assert_int_equal(accord_is_let_go(&old, &next, BIRCH, both, 2), !rows[i].needs_roots);
		both[1] = signature_by(2, next.manifest);
		assert_true(accord_is_let_go(&old, &next, BIRCH, both, 2));
		assert_true(accord_is_let_go(&old, &next, 2, NULL, 0)); /* who joins had none */
	}
}

static int start(void **state)
{
	(void)state;
	crypto_init();
	for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
		const uint8_t seed[SIGN_SEED_LEN] = { (uint8_t)(i + 1) };
		sign_key_from_seed(&roots[i], seed);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(kept), cmocka_unit_test(let_go) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, NULL);
}
