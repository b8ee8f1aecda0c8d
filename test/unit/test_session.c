/* Two sides of a line in memory: what may come when, what goes first, when silence ends it. */
#include "link/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct side {
	struct sign_key key;
	struct tls_identity *id;
	struct session session;
	enum err err; /* of the last feed */
};

struct line {
	struct side caller, called;
	struct now now;
};

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	sign_make(self, message, out);
	return ERR_OK;
}

static void side_make(struct side *s, uint8_t seed_byte)
{
	uint8_t seed[SIGN_SEED_LEN] = { seed_byte }, memory[TLS_CERTIFICATE_MAX];
	struct tls_signer signer = { sign, &s->key };
	struct buf certificate = BUF_ON(memory);

	sign_key_from_seed(&s->key, seed);
	assert_int_equal(tls_certificate_make(s->key.public, &signer, "test", &certificate), ERR_OK);
	assert_int_equal(tls_identity_new(buf_bytes(&certificate), &signer, false, &s->id), ERR_OK);
}

static void side_open(struct side *s, enum tls_role role, const struct side *pinned, struct now now)
{
	struct tls *tls;

	assert_int_equal(tls_new(s->id, role, &pinned->key.public, 1, &tls), ERR_OK);
	session_init(&s->session, tls, now, LINK_HANDSHAKE_MS_MAX);
}

static int line_make(void **state)
{
	struct line *l = calloc(1, sizeof *l);

	if (l == NULL)
		return -1;
	crypto_init();
	l->now.mono.us = 1000000000;
	side_make(&l->caller, 1);
	side_make(&l->called, 2);
	side_open(&l->caller, TLS_CLIENT, &l->called, l->now);
	side_open(&l->called, TLS_SERVER, &l->caller, l->now);
	*state = l;
	return 0;
}

static int line_drop(void **state)
{
	struct line *l = *state;

	session_finish(&l->caller.session);
	session_finish(&l->called.session);
	tls_identity_free(l->caller.id);
	tls_identity_free(l->called.id);
	free(l);
	return 0;
}

/* Carries at most `max` bytes; how many. */
static size_t carry(struct line *l, struct side *from, struct side *to, size_t max)
{
	struct bytes out;

	assert_int_equal(session_output(&from->session, &out), ERR_OK);
	if (out.len > max)
		out.len = max;
	if (out.len == 0 || to->err != ERR_OK)
		return 0;
	to->err = session_feed(&to->session, l->now, out);
	session_took(&from->session, out.len);
	return out.len;
}

static void shake(struct line *l)
{
	while (carry(l, &l->caller, &l->called, 4096) + carry(l, &l->called, &l->caller, 4096) > 0)
		;
}

static struct bytes frame_of(enum frame_kind kind, size_t len, uint8_t fill)
{
	static uint8_t memory[FRAME_LEN_MAX + 4], payload[FRAME_LEN_MAX];
	struct buf out = BUF_ON(memory);

	memset(payload, fill, len);
	frame_write(kind, (struct bytes){ payload, len }, &out);
	assert_int_equal(buf_check(&out), ERR_OK);
	return buf_bytes(&out);
}

static void send(struct side *s, unsigned urgency, uint64_t tag, enum frame_kind kind, size_t len)
{
	assert_int_equal(session_send(&s->session, urgency, tag, frame_of(kind, len, (uint8_t)tag)), ERR_OK);
}

static enum err next(struct line *l, struct side *s, enum frame_kind *kind, struct bytes *whole)
{
	enum err e = session_next(&s->session, l->now, whole);

	if (e == ERR_OK)
		*kind = (enum frame_kind)whole->ptr[4];
	return e;
}

/* Both have said HELLO and read it. */
static void greet(struct line *l)
{
	enum frame_kind kind = FRAME_KIND_COUNT;
	struct bytes whole;

	shake(l);
	send(&l->caller, 1, 0, FRAME_HELLO, 10);
	send(&l->called, 1, 0, FRAME_HELLO, 10);
	shake(l);
	assert_int_equal(next(l, &l->called, &kind, &whole), ERR_OK);
	assert_int_equal(kind, FRAME_HELLO);
	assert_int_equal(next(l, &l->caller, &kind, &whole), ERR_OK);
	assert_int_equal(next(l, &l->caller, &kind, &whole), ERR_SHORT);
	assert_int_equal(next(l, &l->called, &kind, &whole), ERR_SHORT);
	assert_int_equal(l->caller.session.state, SESSION_RUNS);
	assert_int_equal(l->called.session.state, SESSION_RUNS);
}

static void wait_ms(struct line *l, uint64_t ms)
{
	l->now.mono = mono_add_ms(l->now.mono, ms);
}

static void states_in_order(void **state)
{
	struct line *l = *state;

	assert_int_equal(l->called.session.state, SESSION_SHAKES);
	shake(l);
	assert_int_equal(l->caller.session.state, SESSION_GREETS);
	assert_int_equal(l->called.session.state, SESSION_GREETS);
	assert_memory_equal(tls_peer_key(l->called.session.tls), l->caller.key.public, SIGN_PUBLIC_LEN);
	greet(l);
}

static void hello_first(void **state)
{
	struct line *l = *state;
	enum frame_kind kind;
	struct bytes whole;

	shake(l);
	/* What core meant for an earlier session does not get into this one. */
	send(&l->caller, 1, 5, FRAME_BATCH, 10);
	assert_false(session_waits(&l->caller.session));
	/* A peer that does not greet is told so by the end. */
	l->caller.session.has_greeted = true;
	send(&l->caller, 1, 5, FRAME_BATCH, 10);
	shake(l);
	assert_int_equal(next(l, &l->called, &kind, &whole), ERR_FRAME);
}

static void frames_of_every_length(void **state)
{
	struct line *l = *state;
	static const size_t lens[] = { 0, 1, 100, 16379, 16380, 16384, 40000, 65536, FRAME_LEN_MAX - 1 };

	greet(l);
	for (size_t i = 0; i < ARRAY_COUNT(lens); i++) {
		enum frame_kind kind = FRAME_KIND_COUNT;
		struct bytes whole;
		enum err e;

		send(&l->caller, 4, i + 1, FRAME_BATCH, lens[i]);
		while ((e = next(l, &l->called, &kind, &whole)) == ERR_SHORT)
			assert_true(carry(l, &l->caller, &l->called, 5000) > 0);
		assert_int_equal(e, ERR_OK);
		assert_int_equal(whole.len, lens[i] + FRAME_HEAD_LEN);
		assert_memory_equal(whole.ptr, frame_of(FRAME_BATCH, lens[i], (uint8_t)(i + 1)).ptr,
				    whole.len);
	}
}

/* The head of a frame over the limit, and of one of length 0, alone end it: nothing is kept for them. */
static void a_frame_over_the_limit(void **state)
{
	static const uint8_t heads[2][5] = { { 0, 0x10, 0, 1, 3 }, { 0, 0, 0, 0, 3 } };
	struct line *l = *state;
	enum frame_kind kind;
	struct bytes whole;
	struct buf out;
	uint8_t memory[1024];

	for (size_t i = 0; i < 2; i++) {
		greet(l);
		assert_int_equal(tls_write(l->caller.session.tls, BYTES_OF(heads[i])), ERR_OK);
		out = BUF_ON(memory);
		assert_true(tls_get_wire(l->caller.session.tls, &out) > 0);
		assert_int_equal(session_feed(&l->called.session, l->now, buf_bytes(&out)), ERR_OK);
		assert_int_equal(next(l, &l->called, &kind, &whole), ERR_FRAME);
		if (i == 0)
			assert_string_equal(l->called.session.limit, "FRAME_LEN_MAX");
		else
			assert_null(l->called.session.limit);
		session_finish(&l->caller.session);
		session_finish(&l->called.session);
		side_open(&l->caller, TLS_CLIENT, &l->called, l->now);
		side_open(&l->called, TLS_SERVER, &l->caller, l->now);
	}
}

/* 4 MiB of attachment wait; a FLASH comes to the front, behind what the socket has been given already. */
static void a_flash_overtakes(void **state)
{
	struct line *l = *state;
	size_t before = 0, attachments = 0;
	bool is_flash_in = false;

	greet(l);
	for (uint64_t tag = 1; tag <= 200; tag++)
		send(&l->caller, 5, tag, FRAME_ATTACHMENT, ATTACHMENT_PIECE_MAX);
	for (unsigned turn = 0; turn < 10000 && attachments < 200; turn++) {
		enum frame_kind kind = FRAME_KIND_COUNT;
		struct bytes whole;

		if (turn == 20)
			send(&l->caller, 1, 777, FRAME_ADVANCE, 500);
		while (next(l, &l->called, &kind, &whole) == ERR_OK) {
			attachments += kind == FRAME_ATTACHMENT;
			if (turn < 20)
				before = attachments;
			is_flash_in = is_flash_in || kind == FRAME_ADVANCE;
			if (kind == FRAME_ADVANCE)
				assert_true(attachments - before <=
					    3); /* in the socket's and TLS's hands already */
		}
		carry(l, &l->caller, &l->called, 5000);
	}
	assert_true(is_flash_in);
	assert_int_equal(attachments, 200);
}

static void sent_when_the_socket_has_it(void **state)
{
	struct line *l = *state;
	struct bytes out;
	uint64_t tag = 0;

	greet(l);
	send(&l->caller, 2, 41, FRAME_BATCH, 1500);
	send(&l->caller, 2, 42, FRAME_BATCH, 1500);
	assert_int_equal(session_output(&l->caller.session, &out), ERR_OK);
	assert_false(session_sent(&l->caller.session, &tag));
	session_took(&l->caller.session, 1000);
	assert_false(session_sent(&l->caller.session, &tag));
	session_took(&l->caller.session, 600);
	assert_true(session_sent(&l->caller.session, &tag));
	assert_true(tag == 41);
	assert_false(session_sent(&l->caller.session, &tag));
	session_took(&l->caller.session, out.len - 1600);
	assert_true(session_sent(&l->caller.session, &tag));
	assert_true(tag == 42);
	assert_false(session_waits(&l->caller.session));
}

/* Frames that leave in one turn share a record, and with it what TLS adds: 22 bytes. */
static void one_record_for_a_turn(void **state)
{
	struct line *l = *state;
	struct bytes out;
	uint64_t tag = 0;

	greet(l);
	for (uint64_t i = 1; i <= 3; i++)
		send(&l->caller, 2, i, FRAME_COSIGNATURE, 100);
	assert_int_equal(session_output(&l->caller.session, &out), ERR_OK);
	assert_int_equal(out.len, 3 * (100 + FRAME_HEAD_LEN) + 22);
	session_took(&l->caller.session, out.len - 1);
	assert_false(session_sent(&l->caller.session, &tag));
	session_took(&l->caller.session, 1);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_true(session_sent(&l->caller.session, &tag));
		assert_true(tag == i);
	}
}

/* Carries at so many bytes a second until the line is known to be thin. */
static void make_thin(struct line *l)
{
	for (unsigned i = 0; i < 3; i++) {
		carry(l, &l->caller, &l->called, 300);
		wait_ms(l, 1000);
		assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
	}
	assert_int_equal(l->caller.session.pace, PACE_THIN);
}

/* A batch of 1 MiB is under way on a thin line: a FLASH waits for what is in the line's hands alone. */
static void a_flash_waits_for_one_part(void **state)
{
	struct line *l = *state;
	enum frame_kind kind = FRAME_KIND_COUNT;
	struct bytes whole;
	size_t carried = 0, most = 0;

	greet(l);
	send(&l->caller, 4, 1, FRAME_BATCH, FRAME_LEN_MAX - 1);
	make_thin(l);
	while (session_waits(&l->caller.session) && carried < 40000)
		carried += carry(l, &l->caller, &l->called, 300);
	for (uint64_t flash = 2; flash < 20; flash++) {
		carried = 0;
		assert_int_equal(next(l, &l->called, &kind, &whole), ERR_SHORT);
		send(&l->caller, 1, flash, FRAME_ADVANCE, 400);
		while (next(l, &l->called, &kind, &whole) != ERR_OK)
			carried += carry(l, &l->caller, &l->called, 100);
		assert_int_equal(kind, FRAME_ADVANCE);
		most = carried > most ? carried : most;
		carry(l, &l->caller, &l->called, 100 * flash);
	}
	print_message("a FLASH of 405 bytes was there after %zu bytes\n", most);
	assert_in_range(most, 405, 405 + 22 + 1200 + 22 + 100);
	/* And the batch comes whole in the end. */
	while (next(l, &l->called, &kind, &whole) != ERR_OK)
		assert_true(carry(l, &l->caller, &l->called, 5000) > 0);
	assert_int_equal(kind, FRAME_BATCH);
	assert_int_equal(whole.len, FRAME_LEN_MAX - 1 + FRAME_HEAD_LEN);
	assert_memory_equal(whole.ptr, frame_of(FRAME_BATCH, FRAME_LEN_MAX - 1, 1).ptr, whole.len);
	assert_false(partials_is_any(&l->called.session.partials));
}

static struct bytes part_of(unsigned urgency, uint64_t left, struct bytes piece)
{
	static uint8_t memory[PART_HEAD_MAX + PART_LEN_MAX];
	struct buf out = BUF_ON(memory);

	part_write_head(&(struct part){ urgency, left, piece }, &out);
	buf_put(&out, piece);
	assert_int_equal(buf_check(&out), ERR_OK);
	return buf_bytes(&out);
}

/* A frame that begins and does not go on ends the line, whatever PINGs come meanwhile. */
static void a_part_that_never_ends(void **state)
{
	struct line *l = *state;
	enum frame_kind kind;
	struct bytes whole;

	greet(l);
	whole = frame_of(FRAME_BATCH, 5000, 1);
	assert_int_equal(session_send(&l->caller.session, 0, 0,
				      part_of(3, 5005 - 2000, (struct bytes){ whole.ptr, 2000 })),
			 ERR_OK);
	for (uint64_t ms = 0; ms < LINK_PART_MS_MAX; ms += 5000) {
		assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
		carry(l, &l->caller, &l->called, 4096);
		assert_int_equal(next(l, &l->called, &kind, &whole), ERR_SHORT);
		assert_int_equal(session_tick(&l->called.session, l->now), ERR_OK);
		carry(l, &l->called, &l->caller, 4096);
		assert_int_equal(next(l, &l->caller, &kind, &whole), ERR_SHORT);
		wait_ms(l, 5000);
	}
	assert_int_equal(session_tick(&l->called.session, l->now), ERR_TIMEOUT);
	assert_string_equal(l->called.session.limit, "LINK_PART_MS_MAX");
}

/* Before HELLO there are no parts, and what is whole out of parts is a frame like another. */
static void parts_after_hello(void **state)
{
	struct line *l = *state;
	enum frame_kind kind;
	struct bytes whole;

	shake(l);
	l->caller.session.has_greeted = true;
	whole = frame_of(FRAME_BATCH, 5000, 1);
	assert_int_equal(session_send(&l->caller.session, 0, 0,
				      part_of(3, 5005 - 2000, (struct bytes){ whole.ptr, 2000 })),
			 ERR_OK);
	shake(l);
	assert_int_equal(next(l, &l->called, &kind, &whole), ERR_FRAME);
}

static void a_full_queue_ends_it(void **state)
{
	struct line *l = *state;
	enum err e = ERR_OK;
	unsigned count = 0;

	greet(l);
	while (e == ERR_OK && count < 100) {
		e = session_send(&l->caller.session, 4, 0, frame_of(FRAME_BATCH, 500000, 1));
		count++;
	}
	assert_int_equal(e, ERR_LIMIT);
	assert_string_equal(l->caller.session.limit, "LINK_QUEUE_LEN_MAX");
	assert_true(count < 12);
}

static void silence_and_pings(void **state)
{
	struct line *l = *state;
	enum frame_kind kind;
	struct bytes whole;
	uint64_t us;

	greet(l);
	for (unsigned i = 0; i < 20; i++) {
		wait_ms(l, LINK_PING_MS);
		assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
		assert_true(session_waits(&l->caller.session));
		carry(l, &l->caller, &l->called, 4096);
		wait_ms(l, 40);
		assert_int_equal(next(l, &l->called, &kind, &whole), ERR_SHORT);
		carry(l, &l->called, &l->caller, 4096);
		wait_ms(l, 40);
		assert_int_equal(next(l, &l->caller, &kind, &whole), ERR_SHORT);
		assert_true(session_measured(&l->caller.session, &us));
		assert_true(us == 80000);
		assert_false(session_measured(&l->caller.session, &us));
	}
	/* Nothing comes back any more. */
	for (unsigned i = 0; i < 2; i++) {
		wait_ms(l, LINK_PING_MS);
		assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
	}
	wait_ms(l, LINK_PING_MS);
	assert_int_equal(session_tick(&l->caller.session, l->now), ERR_TIMEOUT);
	assert_string_equal(l->caller.session.limit, "LINK_SILENCE_MS_MAX");
}

/* Neither a handshake nor a HELLO may drip in for longer than the limit. */
static void a_slow_beginning(void **state)
{
	struct line *l = *state;

	wait_ms(l, LINK_HANDSHAKE_MS_MAX / 2);
	assert_int_equal(session_tick(&l->called.session, l->now), ERR_OK);
	shake(l);
	assert_int_equal(l->called.session.state, SESSION_GREETS);
	wait_ms(l, LINK_HANDSHAKE_MS_MAX / 2 - 1);
	assert_int_equal(session_tick(&l->called.session, l->now), ERR_OK);
	wait_ms(l, 1);
	assert_int_equal(session_tick(&l->called.session, l->now), ERR_TIMEOUT);
	assert_string_equal(l->called.session.limit, "LINK_HANDSHAKE_MS_MAX");
}

static void a_stranger(void **state)
{
	struct line *l = *state;
	struct side stranger = { 0 };

	side_make(&stranger, 3);
	side_open(&stranger, TLS_CLIENT, &l->called, l->now);
	while (carry(l, &stranger, &l->called, 4096) + carry(l, &l->called, &stranger, 4096) > 0)
		;
	assert_int_equal(l->called.err, ERR_NOT_PINNED);
	assert_int_equal(l->called.session.state, SESSION_SHAKES);
	/* He is told why: the alert is among the bytes that he was given. */
	if (stranger.err == ERR_OK) {
		struct bytes whole;

		stranger.err = session_next(&stranger.session, l->now, &whole);
	}
	assert_int_equal(stranger.err, ERR_NOT_PINNED);
	session_finish(&stranger.session);
	tls_identity_free(stranger.id);
}

static void noise(void **state)
{
	struct line *l = *state;
	uint8_t bytes[300];

	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(session_feed(&l->called.session, l->now, BYTES_OF(bytes)), ERR_FRAME);
	assert_int_equal(l->called.session.state, SESSION_SHAKES);
}

/* A thin line gets short TLS records and little in advance; none is thought thin that was not tried. */
static void a_thin_line(void **state)
{
	struct line *l = *state;
	struct bytes out;

	greet(l);
	wait_ms(l, 1000);
	assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
	assert_int_equal(l->caller.session.pace, PACE_UNPROVED);
	for (unsigned i = 0; i < 3; i++) {
		send(&l->caller, 5, 0, FRAME_ATTACHMENT, ATTACHMENT_PIECE_MAX);
		carry(l, &l->caller, &l->called, 300);
		wait_ms(l, 1000);
		assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
	}
	assert_int_equal(l->caller.session.pace, PACE_THIN);
	assert_int_equal(session_unsent_max(&l->caller.session), 1);
	/* A PART and what TLS adds to it are a whole record: heard, though the frame is far from whole. */
	wait_ms(l, 1000);
	carry(l, &l->caller, &l->called, 1000);
	assert_int_equal(session_next(&l->called.session, l->now, &out), ERR_SHORT);
	assert_true(l->called.session.heard.us < l->now.mono.us);
	carry(l, &l->caller, &l->called, 300);
	assert_int_equal(session_next(&l->called.session, l->now, &out), ERR_SHORT);
	assert_true(l->called.session.heard.us == l->now.mono.us);
	/* And it is fast again as soon as it takes more. */
	while (session_waits(&l->caller.session)) {
		carry(l, &l->caller, &l->called, 16384);
		while (session_next(&l->called.session, l->now, &out) == ERR_OK)
			;
	}
	assert_int_equal(session_tick(&l->caller.session, l->now), ERR_OK);
	assert_int_equal(l->caller.session.pace, PACE_FAST);
}

#define ON_LINE(test) cmocka_unit_test_setup_teardown(test, line_make, line_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_LINE(states_in_order),
		ON_LINE(hello_first),
		ON_LINE(frames_of_every_length),
		ON_LINE(a_frame_over_the_limit),
		ON_LINE(a_flash_overtakes),
		ON_LINE(sent_when_the_socket_has_it),
		ON_LINE(one_record_for_a_turn),
		ON_LINE(a_flash_waits_for_one_part),
		ON_LINE(a_part_that_never_ends),
		ON_LINE(parts_after_hello),
		ON_LINE(a_full_queue_ends_it),
		ON_LINE(silence_and_pings),
		ON_LINE(a_slow_beginning),
		ON_LINE(a_thin_line),
		ON_LINE(a_stranger),
		ON_LINE(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
