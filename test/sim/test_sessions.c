/*
 * Sessions as they go wrong: challenges that are old, used, foreign or changed, keys that are nobody's,
 * limits, tokens of no form, roles that are lost while a stream runs; and requests that stop half-way.
 */
#include "served.h"

#include "base/map.h"
#include "crypto/sshsig.h"
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })

static struct world w;
static struct forge ours, theirs, home;

static int begin(void **state)
{
	static struct served v;
	struct served_options o = { 0 };

	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	served_hear(&v, &theirs, 0, theirs.count);
	*state = &v;
	return 0;
}

static int end(void **state)
{
	served_close(*state);
	return 0;
}

static bool says(struct bytes answer, const char *text)
{
	return memmem(answer.ptr, answer.len, text, strlen(text)) != NULL;
}

/* The answer to a challenge, signed by this key under this namespace. */
static struct bytes answer(struct served *v, struct bytes challenge, const struct sign_key *key,
			   const char *namespace)
{
	uint8_t signature_memory[1024], body_memory[4096];
	struct buf signature = BUF_ON(signature_memory), body = BUF_ON(body_memory);

	sshsig_make(key, bytes_str(namespace), challenge, &signature);
	cbor_put_array(&body, 2);
	cbor_put_bytes(&body, challenge);
	cbor_put_bytes(&body, buf_bytes(&signature));
	return served_ask(v, "POST", "/session", NULL, buf_bytes(&body));
}

static struct bytes challenge(struct served *v, char text[CHALLENGE_LEN_MAX + 1])
{
	return (struct bytes){ (const uint8_t *)text, served_challenge(v, text) };
}

static void refused(struct bytes got, unsigned status, const char *rule)
{
	char member[64];

	snprintf(member, sizeof member, "\"rule\":\"%s\"", rule);
	if (served_status(got) != status || !says(got, member))
		fail_msg("%u %s: %.*s", status, rule, (int)got.len, (const char *)got.ptr);
}

static void test_challenges(void **state)
{
	struct served *v = *state, other;
	struct served_options none = { 0 };
	char text[CHALLENGE_LEN_MAX + 1], first[CHALLENGE_LEN_MAX + 1];
	struct bytes c = challenge(v, text);

	/* Every byte of it is under the seal. */
	for (size_t i = 0; i < c.len; i++) {
		text[i] ^= 1;
		refused(answer(v, c, &served_desk, SSHSIG_SESSION), 403, "CHALLENGE");
		text[i] ^= 1;
	}
	refused(answer(v, (struct bytes){ c.ptr, c.len - 1 }, &served_desk, SSHSIG_SESSION), 403,
		"CHALLENGE");
	refused(answer(v, c, &served_desk, SSHSIG_STATEMENT), 403, "SIGNATURE");
	refused(answer(v, c, &w.nodes[1].officer.key, SSHSIG_SESSION), 403, "KEY");
	refused(answer(v, c, &w.nodes[0].officer.registrar, SSHSIG_SESSION), 403, "KEY");
	assert_int_equal(served_status(answer(v, c, &served_desk, SSHSIG_SESSION)), 200);
	refused(answer(v, c, &served_desk, SSHSIG_SESSION), 403, "REPLAYED");

	/* Another run's, or another node's. */
	served_open(&other, &w, &none);
	challenge(&other, first);
	refused(answer(v, bytes_str(first), &served_desk, SSHSIG_SESSION), 403, "CHALLENGE");
	served_close(&other);

	c = challenge(v, text);
	v->now.wall.ms += CHALLENGE_MS_MAX + 1;
	refused(answer(v, c, &served_desk, SSHSIG_SESSION), 403, "LATE");
	v->now.wall.ms -= 2 * CHALLENGE_MS_MAX;
	refused(answer(v, c, &served_desk, SSHSIG_SESSION), 403, "LATE");
	assert_int_equal(served_status(served_ask(v, "POST", "/session", NULL, BYTES_LIT("\x82\x40"))), 400);
}

static void test_tokens(void **state)
{
	struct served *v = *state;
	char changed[2 * TOKEN_LEN + 1];

	served_sign_in(v, READER_DESK, &w);
	assert_int_equal(
		served_status(served_ask(v, "GET", "/inbox?channel=2", v->tokens[READER_DESK], NONE)), 200);
	memcpy(changed, v->tokens[READER_DESK], sizeof changed);
	changed[5] = changed[5] == '0' ? '1' : '0';
	refused(served_ask(v, "GET", "/inbox?channel=2", changed, NONE), 401, "SESSION");
	refused(served_ask(v, "GET", "/status", "", NONE), 401, "SESSION");
	refused(served_ask(v, "GET", "/status", "00", NONE), 401, "SESSION");
	refused(served_ask(v, "POST", "/backup?to=x", changed, NONE), 401, "SESSION");
	assert_int_equal(served_status(served_ask(v, "POST", "/backup?to=x", v->tokens[READER_DESK], NONE)),
			 403);
	assert_int_equal(
		served_status(served_ask(v, "GET", "/bundle?peer=birch", v->tokens[READER_DESK], NONE)), 403);
	assert_int_equal(served_status(served_ask(v, "DELETE", "/session", v->tokens[READER_DESK], NONE)),
			 200);
	refused(served_ask(v, "GET", "/status", v->tokens[READER_DESK], NONE), 401, "SESSION");
	assert_int_equal(served_status(served_ask(v, "DELETE", "/session", NULL, NONE)), 404);
}

static void test_time(void **state)
{
	struct served *v = *state;

	served_sign_in(v, READER_DESK, &w);
	for (uint64_t ms = 0; ms + 1000 < SESSION_MS_MAX; ms += SESSION_IDLE_MS_MAX - 1000) {
		assert_int_equal(
			served_status(served_ask(v, "GET", "/session", v->tokens[READER_DESK], NONE)), 200);
		v->now.mono = mono_add_ms(v->now.mono, SESSION_IDLE_MS_MAX - 1000);
	}
	v->now.mono = mono_add_ms(v->now.mono, SESSION_IDLE_MS_MAX - 1000);
	refused(served_ask(v, "GET", "/session", v->tokens[READER_DESK], NONE), 401, "SESSION");
	served_sign_in(v, READER_WATCH, &w);
	v->now.mono = mono_add_ms(v->now.mono, SESSION_IDLE_MS_MAX);
	refused(served_ask(v, "GET", "/session", v->tokens[READER_WATCH], NONE), 401, "SESSION");
}

static void test_limits(void **state)
{
	struct served *v = *state;
	char first[sizeof v->tokens[0]], second[sizeof v->tokens[0]];

	served_sign_in(v, READER_WATCH, &w);
	served_sign_in(v, READER_DESK, &w);
	memcpy(first, v->tokens[READER_DESK], sizeof first);
	served_sign_in(v, READER_DESK, &w);
	memcpy(second, v->tokens[READER_DESK], sizeof second);
	for (size_t i = 2; i < SESSIONS_OF_OFFICER_MAX; i++)
		served_sign_in(v, READER_DESK, &w);
	/* One more ends that which was not used for longest, of this officer alone. */
	v->now.mono = mono_add_ms(v->now.mono, 1000);
	assert_int_equal(served_status(served_ask(v, "GET", "/session", first, NONE)), 200);
	served_sign_in(v, READER_DESK, &w);
	refused(served_ask(v, "GET", "/session", second, NONE), 401, "SESSION");
	assert_int_equal(served_status(served_ask(v, "GET", "/session", first, NONE)), 200);
	assert_int_equal(served_status(served_ask(v, "GET", "/session", v->tokens[READER_DESK], NONE)), 200);
	assert_int_equal(served_status(served_ask(v, "GET", "/session", v->tokens[READER_WATCH], NONE)), 200);
}

/* The desk signs in and opens the stream; gives its socket. */
static int desk_listens(struct served *v)
{
	char request[256];
	int fd, len;

	served_sign_in(v, READER_DESK, &w);
	len = snprintf(request, sizeof request,
		       "GET /events HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer %s\r\n\r\n",
		       v->tokens[READER_DESK]);
	fd = served_connect(v);
	assert_int_equal(send(fd, request, (size_t)len, MSG_NOSIGNAL), len);
	return fd;
}

/* The key is withdrawn while a stream runs: it says so and ends, and the token is of nobody. */
static void test_withdrawn(void **state)
{
	struct served *v = *state;
	struct bytes got;
	int fd;

	fd = desk_listens(v);
	got = served_listen(v, fd);
	assert_true(says(got, "event: hello") && !says(got, "event: end"));
	served_withdraw_desk(&ours);
	served_say(v, &ours, ours.count - 1, ours.count);
	got = served_listen(v, fd);
	assert_true(says(got, "event: end") && says(got, "\"rule\":\"SESSION\""));
	assert_true(says(got, "\r\n0\r\n\r\n"));
	close(fd);
	refused(served_ask(v, "GET", "/status", v->tokens[READER_DESK], NONE), 401, "SESSION");
	forge_cut(&ours, ours.count - 1);
}

/* What the desk is told of, under the session's numbers; what is not for it takes none. */
static void test_stream(void **state)
{
	struct served *v = *state;
	size_t had = theirs.count;
	struct bytes got;
	int fd;

	fd = desk_listens(v);
	got = served_listen(v, fd);
	assert_true(says(got, "id: 1-0\nevent: hello"));
	served_message(&theirs, "S", "not for the desk");
	served_hear(v, &theirs, had, had + 1);
	got = served_listen(v, fd);
	assert_false(says(got, "data:"));
	served_message(&theirs, "U", "for everybody");
	served_hear(v, &theirs, had + 1, had + 2);
	got = served_listen(v, fd);
	assert_true(says(got, "id: 1-1\n") && says(got, "for everybody") && !says(got, "id: 1-2\n"));
	close(fd);
	/* And back to what came before. */
	got = served_ask(v, "GET", "/events?after=1-0", v->tokens[READER_DESK], NONE);
	assert_true(says(got, "id: 1-0\nevent: hello") && says(got, "id: 1-1\n") && !says(got, "not for"));
	got = served_ask(v, "GET", "/events?after=1-7", v->tokens[READER_DESK], NONE);
	assert_true(says(got, "event: reset"));
	forge_cut(&theirs, had);
}

/* Rows of keys, as a disk spoils them. */
static size_t spoil_keys(const struct map *rows, uint8_t keys[][MAP_KEY_MAX], size_t lens[], size_t max)
{
	const struct bytes prefix = BYTES_LIT("k");
	uint8_t memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	size_t count = 0;

	while (map_next(rows, prefix, buf_bytes(&key), &key, NULL) == ERR_OK) {
		assert_in_range(count, 0, max - 1);
		memcpy(keys[count], key.ptr, key.len);
		lens[count++] = key.len;
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(map_put(rows, (struct bytes){ keys[i], lens[i] }, BYTES_LIT("?")), ERR_OK);
	return count;
}

/* Whoever cannot be found out is told so, and not that his session is none. */
static void test_unreadable(void **state)
{
	static uint8_t keys[64][MAP_KEY_MAX];
	struct served_options o = { .store = store_mem_new() };
	static struct served served;
	struct served *v = &served;
	size_t lens[64];
	struct bytes got;
	int fd;

	(void)state;
	served_open(v, &w, &o);
	served_say(v, &home, 0, home.count);
	served_say(v, &ours, 0, ours.count);
	fd = desk_listens(v);
	got = served_listen(v, fd);
	assert_true(says(got, "event: hello"));
	assert_int_equal(o.store->ops->begin(o.store), ERR_OK);
	assert_true(spoil_keys(node_fold(v->node)->map, keys, lens, 64) > 0);
	assert_int_equal(o.store->ops->commit(o.store), ERR_OK);
	v->now.mono = mono_add_ms(v->now.mono, 5000);
	got = served_listen(v, fd);
	assert_true(says(got, "0\r\n\r\n") && !says(got, "event: end"));
	close(fd);
	for (size_t i = 0; i < 2; i++) {
		got = served_ask(v, "GET", i == 0 ? "/events" : "/status", v->tokens[READER_DESK], NONE);
		assert_int_equal(served_status(got), 500);
		assert_true(says(got, "CORRUPT") && !says(got, "session"));
	}
	served_close(v);
}

static void test_owner_blind(void **state)
{
	struct served v;
	struct served_options o = { .is_owner_blind = true };

	(void)state;
	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	assert_int_equal(served_status(served_ask(&v, "GET", "/inbox?channel=2", NULL, NONE)), 403);
	assert_int_equal(served_status(served_ask(&v, "GET", "/events", NULL, NONE)), 403);
	assert_int_equal(served_status(served_ask(&v, "GET", "/bundle?peer=birch", NULL, NONE)), 403);
	assert_int_equal(served_status(served_ask(&v, "GET", "/status", NULL, NONE)), 200);
	assert_false(says(served_ask(&v, "GET", "/status", NULL, NONE), "\"entries\""));
	served_sign_in(&v, READER_WATCH, &w);
	assert_int_equal(
		served_status(served_ask(&v, "GET", "/inbox?channel=2", v.tokens[READER_WATCH], NONE)), 200);
	served_close(&v);
}

/* A request that stops half-way, in its head or in its body, is ended; one that is whole is not. */
static void test_half_requests(void **state)
{
	static const char *const halves[] = {
		"GET /status HTTP/1.1\r\nHo",
		"POST /statements HTTP/1.1\r\nHost: node\r\nContent-Length: 100\r\n\r\nsome",
	};
	struct served v;
	struct served_options o = { .silence_s = 1 };

	(void)state;
	served_open(&v, &w, &o);
	for (size_t i = 0; i < ARRAY_COUNT(halves); i++) {
		struct timespec start, now;
		char byte;
		ssize_t n = -1;
		int fd = served_connect(&v);

		assert_int_equal(send(fd, halves[i], strlen(halves[i]), MSG_NOSIGNAL), strlen(halves[i]));
		clock_gettime(CLOCK_MONOTONIC, &start);
		do {
			served_turn(&v);
			n = recv(fd, &byte, 1, MSG_DONTWAIT);
			clock_gettime(CLOCK_MONOTONIC, &now);
		} while (n < 0 && now.tv_sec - start.tv_sec < 20);
		assert_int_equal(n, 0);
		close(fd);
	}
	served_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_challenges, begin, end),
		cmocka_unit_test_setup_teardown(test_tokens, begin, end),
		cmocka_unit_test_setup_teardown(test_time, begin, end),
		cmocka_unit_test_setup_teardown(test_limits, begin, end),
		cmocka_unit_test_setup_teardown(test_stream, begin, end),
		cmocka_unit_test_setup_teardown(test_withdrawn, begin, end),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_owner_blind),
		cmocka_unit_test(test_half_requests),
	};

	served_world(&w);
	forge_open(&ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&home, &w, 0, SERVED_HOME, 1);
	served_begin(&ours);
	served_begin(&theirs);
	served_begin(&home);
	served_message(&ours, "U", "a word");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
