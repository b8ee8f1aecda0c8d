/*
 * Two sides of a connection in memory. Their private keys stand behind a function that is called for a
 * signature: struct tls never sees them, and each test that reaches a handshake proves that it need not.
 */
#include "crypto/tls.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <cmocka.h>

/* A process with a key, as far as the other side of the function can tell. */
struct holder {
	struct sign_key key;
	unsigned asked;
	bool is_silent, is_wrong;
	enum err checked; /* what tls_check_signed said of the last message */
	uint8_t message[TLS_SIGNED_MAX];
	size_t len;
};

struct side {
	struct holder holder;
	uint8_t memory[TLS_CERTIFICATE_MAX];
	struct buf certificate;
	struct tls_identity *id;
	struct tls *tls;
	enum err err;
};

static int start(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	struct holder *h = self;

	h->asked++;
	h->checked = tls_check_signed(message);
	if (message.len <= sizeof h->message) {
		memcpy(h->message, message.ptr, message.len);
		h->len = message.len;
	}
	if (h->is_silent)
		return ERR_DOWN;
	sign_make(&h->key, message, out);
	if (h->is_wrong)
		out[0] ^= 1;
	return ERR_OK;
}

static void side_init(struct side *s, uint8_t seed_byte)
{
	uint8_t seed[SIGN_SEED_LEN] = { seed_byte };
	struct tls_signer signer = { sign, &s->holder };

	memset(s, 0, sizeof *s);
	s->certificate = BUF_ON(s->memory);
	sign_key_from_seed(&s->holder.key, seed);
	assert_int_equal(tls_certificate_make(s->holder.key.public, &signer, "entente", &s->certificate),
			 ERR_OK);
	assert_int_equal(tls_identity_new(buf_bytes(&s->certificate), &signer, false, &s->id), ERR_OK);
	s->holder.asked = 0;
}

static void side_open(struct side *s, enum tls_role role, const struct side *pinned)
{
	tls_free(s->tls);
	s->err = ERR_OK;
	assert_int_equal(tls_new(s->id, role, pinned == NULL ? NULL : &pinned->holder.key.public,
				 pinned == NULL ? 0 : 1, &s->tls),
			 ERR_OK);
}

static void side_finish(struct side *s)
{
	tls_free(s->tls);
	tls_identity_free(s->id);
}

static void pair_open(struct side *client, struct side *server)
{
	side_init(client, 1);
	side_init(server, 2);
	side_open(client, TLS_CLIENT, server);
	side_open(server, TLS_SERVER, client);
}

static void pair_finish(struct side *client, struct side *server)
{
	side_finish(client);
	side_finish(server);
}

/* What waits at one side goes to the other, at most `piece` bytes; false if nothing waited. */
static bool carry(struct side *from, struct side *to, size_t piece)
{
	uint8_t memory[TLS_PIECE_MAX];
	struct buf wire;

	buf_init(&wire, memory, piece);
	if (tls_get_wire(from->tls, &wire) == 0)
		return false;
	if (to->err == ERR_OK)
		to->err = tls_put_wire(to->tls, buf_bytes(&wire));
	return true;
}

static void carry_all(struct side *a, struct side *b, size_t piece)
{
	bool is_moving = true;

	while (is_moving) {
		is_moving = carry(a, b, piece);
		is_moving = carry(b, a, piece) || is_moving;
	}
}

static void assert_established(struct side *client, struct side *server)
{
	assert_int_equal(client->err, ERR_OK);
	assert_int_equal(server->err, ERR_OK);
	assert_true(tls_is_established(client->tls));
	assert_true(tls_is_established(server->tls));
	assert_memory_equal(tls_peer_key(client->tls), server->holder.key.public, SIGN_PUBLIC_LEN);
	assert_memory_equal(tls_peer_key(server->tls), client->holder.key.public, SIGN_PUBLIC_LEN);
	assert_string_equal(tls_failure(client->tls), "");
	assert_string_equal(tls_failure(server->tls), "");
}

static void test_handshake_with_keys_elsewhere(void **state)
{
	const char *group = tls_has_post_quantum() ? "X25519MLKEM768" : "X25519";
	struct side client, server;

	(void)state;
	pair_open(&client, &server);
	assert_null(tls_peer_key(client.tls));
	assert_string_equal(tls_group(client.tls), "none");
	assert_false(tls_is_established(client.tls));
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_established(&client, &server);
	assert_int_equal(client.holder.asked, 1);
	assert_int_equal(server.holder.asked, 1);
	assert_int_equal(client.holder.checked, ERR_OK);
	assert_int_equal(server.holder.checked, ERR_OK);
	assert_string_equal(tls_group(client.tls), group);
	assert_string_equal(tls_group(server.tls), group);
	/* No tickets: the server has nothing to add. */
	assert_int_equal(tls_wire_len(server.tls), 0);
	pair_finish(&client, &server);
}

/* Several connections of one identity at once, and one after the other. */
static void test_one_identity_many_connections(void **state)
{
	struct side client, server, other;

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_established(&client, &server);
	for (int i = 0; i < 20; i++) {
		struct tls *kept = client.tls;
		client.tls = NULL;
		side_open(&client, TLS_CLIENT, &server);
		side_open(&server, TLS_SERVER, &client);
		carry_all(&client, &server, 500);
		assert_established(&client, &server);
		tls_free(kept);
	}
	assert_int_equal(server.holder.asked, 21);
	/* The same identity calls and is called. */
	side_init(&other, 3);
	side_open(&server, TLS_CLIENT, &other);
	side_open(&other, TLS_SERVER, &server);
	carry_all(&server, &other, TLS_PIECE_MAX);
	assert_established(&server, &other);
	side_finish(&other);
	pair_finish(&client, &server);
}

static void test_one_byte_at_a_time(void **state)
{
	struct side client, server;

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, 1);
	assert_established(&client, &server);
	pair_finish(&client, &server);
}

/* Writes `len` bytes, carries them, and compares what is read in pieces of `room`. */
static void exchange(struct side *from, struct side *to, size_t len, size_t piece, size_t room)
{
	static uint8_t sent[1u << 20], got[sizeof sent];
	struct prng p;
	size_t at = 0;
	enum err e;

	prng_init(&p, len);
	for (size_t i = 0; i < len; i++)
		sent[i] = (uint8_t)prng_next(&p);
	assert_int_equal(tls_write(from->tls, (struct bytes){ sent, len }), ERR_OK);
	do {
		bool has_moved = carry(from, to, piece);
		assert_int_equal(to->err, ERR_OK);
		do {
			struct buf out;
			buf_init(&out, got + at, room < len - at ? room : len - at);
			e = tls_read(to->tls, &out);
			at += out.len;
			assert_true(e == ERR_OK ? out.len > 0 : out.len == 0 && e == ERR_SHORT);
		} while (e == ERR_OK);
		assert_true(has_moved || at == len);
	} while (at < len);
	assert_memory_equal(sent, got, len);
}

static void test_plain_bytes_both_ways(void **state)
{
	static const size_t lens[] = { 0, 1, 100, 16384, 16385, 100000, 1u << 20 };
	struct side client, server;

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, TLS_PIECE_MAX);
	for (size_t i = 0; i < ARRAY_COUNT(lens); i++) {
		exchange(&client, &server, lens[i], TLS_PIECE_MAX, 1u << 20);
		exchange(&server, &client, lens[i], TLS_PIECE_MAX, 1000);
		exchange(&client, &server, lens[i], 1237, 70000);
	}
	pair_finish(&client, &server);
}

static void test_nothing_readable_is_secret(void **state)
{
	static const char text[] = "this must not be seen on the line";
	struct side client, server;
	uint8_t memory[4096];
	struct buf wire = BUF_ON(memory);

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(tls_write(client.tls, BYTES_LIT(text)), ERR_OK);
	tls_get_wire(client.tls, &wire);
	assert_true(wire.len > sizeof text);
	assert_null(memmem(wire.ptr, wire.len, text, sizeof text - 1));
	pair_finish(&client, &server);
}

static void test_keys_that_are_not_pinned(void **state)
{
	struct side client, server, stranger;
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	(void)state;
	pair_open(&client, &server);
	side_init(&stranger, 3);

	/* The server does not know the client, who learns it from the alert. */
	side_open(&server, TLS_SERVER, &stranger);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(server.err, ERR_NOT_PINNED);
	assert_false(tls_is_established(server.tls));
	assert_memory_equal(tls_peer_key(server.tls), client.holder.key.public, SIGN_PUBLIC_LEN);
	assert_string_equal(tls_failure(server.tls), "sent alert: bad certificate");
	assert_int_equal(tls_read(client.tls, &out), ERR_NOT_PINNED);
	assert_string_equal(tls_failure(client.tls), "received alert: bad certificate");
	assert_int_equal(tls_read(client.tls, &out), ERR_NOT_PINNED);
	assert_int_equal(tls_write(client.tls, BYTES_LIT("x")), ERR_DOWN);

	/* The client does not know the server; the server never hears of the client's key. */
	side_open(&client, TLS_CLIENT, &stranger);
	side_open(&server, TLS_SERVER, &client);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(client.err, ERR_NOT_PINNED);
	assert_int_equal(server.err, ERR_NOT_PINNED);
	assert_memory_equal(tls_peer_key(client.tls), server.holder.key.public, SIGN_PUBLIC_LEN);
	assert_null(tls_peer_key(server.tls));

	/* Nobody is pinned. */
	side_open(&client, TLS_CLIENT, &server);
	side_open(&server, TLS_SERVER, NULL);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(server.err, ERR_NOT_PINNED);
	side_finish(&stranger);
	pair_finish(&client, &server);
}

/* A key beside those that a side has; its certificate and holder are `newer`'s. */
static void add_key(struct side *s, struct side *newer, uint8_t seed_byte)
{
	struct tls_signer signer = { sign, &newer->holder };

	side_init(newer, seed_byte);
	tls_identity_free(newer->id);
	newer->id = NULL;
	assert_int_equal(tls_identity_add(s->id, buf_bytes(&newer->certificate), &signer), ERR_OK);
}

/* The newest that the other side knows, as often as there is one; no more than there is room for. */
static void test_keys_beside_the_first(void **state)
{
	struct side client, server, newer[TLS_OWN_MAX];
	struct tls_signer signer = { sign, &newer[0].holder };

	(void)state;
	pair_open(&client, &server);
	for (size_t i = 1; i < TLS_OWN_MAX; i++)
		add_key(&server, &newer[i], (uint8_t)(10 + i));
	side_init(&newer[0], 10);
	assert_int_equal(tls_identity_add(server.id, buf_bytes(&newer[0].certificate), &signer), ERR_LIMIT);
	assert_int_equal(tls_identity_add(server.id, BYTES_LIT("x"), &signer), ERR_VERIFY);
	for (size_t known = 0; known < TLS_OWN_MAX; known++) {
		side_open(&client, TLS_CLIENT, known == 0 ? &server : &newer[known]);
		side_open(&server, TLS_SERVER, &client);
		carry_all(&client, &server, TLS_PIECE_MAX);
		assert_int_equal(client.err, ERR_OK);
		assert_true(tls_is_established(server.tls));
		assert_int_equal(tls_own(server.tls), known);
	}
	side_finish(&newer[0]);
	pair_finish(&client, &server);
}

static void test_many_pins(void **state)
{
	static uint8_t pins[TLS_PINS_MAX + 1][SIGN_PUBLIC_LEN];
	struct side client, server;
	struct tls *refused = NULL;

	(void)state;
	pair_open(&client, &server);
	memcpy(pins[TLS_PINS_MAX - 1], client.holder.key.public, SIGN_PUBLIC_LEN);
	tls_free(server.tls);
	assert_int_equal(tls_new(server.id, TLS_SERVER, (const uint8_t(*)[SIGN_PUBLIC_LEN])pins, TLS_PINS_MAX,
				 &server.tls),
			 ERR_OK);
	memset(pins, 0, sizeof pins); /* they were copied */
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_established(&client, &server);
	assert_int_equal(tls_new(server.id, TLS_SERVER, (const uint8_t(*)[SIGN_PUBLIC_LEN])pins,
				 TLS_PINS_MAX + 1, &refused),
			 ERR_LIMIT);
	assert_null(refused);
	pair_finish(&client, &server);
}

/* A pinned key's certificate is public: who shows it without the key gets nowhere. */
static void test_signatures_that_do_not_come_or_are_wrong(void **state)
{
	struct side client, server;
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	(void)state;
	pair_open(&client, &server);
	server.holder.is_silent = true;
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(server.err, ERR_SIGNER);
	assert_false(tls_is_established(client.tls));
	server.holder.is_silent = false;

	client.holder.is_silent = true;
	side_open(&client, TLS_CLIENT, &server);
	side_open(&server, TLS_SERVER, &client);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(client.err, ERR_SIGNER);
	assert_false(tls_is_established(server.tls));
	client.holder.is_silent = false;

	server.holder.is_wrong = true;
	side_open(&client, TLS_CLIENT, &server);
	side_open(&server, TLS_SERVER, &client);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(client.err, ERR_FRAME);
	assert_false(tls_is_established(server.tls));
	server.holder.is_wrong = false;

	client.holder.is_wrong = true;
	side_open(&client, TLS_CLIENT, &server);
	side_open(&server, TLS_SERVER, &client);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(server.err, ERR_FRAME);
	assert_int_not_equal(tls_read(client.tls, &out), ERR_OK);
	client.holder.is_wrong = false;

	/* A failure of one connection is not remembered for the next. */
	side_open(&client, TLS_CLIENT, &server);
	side_open(&server, TLS_SERVER, &client);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_established(&client, &server);
	pair_finish(&client, &server);
}

static void test_close(void **state)
{
	struct side client, server;
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(tls_write(client.tls, BYTES_LIT("last")), ERR_OK);
	tls_close(client.tls);
	carry_all(&client, &server, TLS_PIECE_MAX);
	/* What came before the end is read first. */
	assert_int_equal(tls_read(server.tls, &out), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&out), BYTES_LIT("last")));
	assert_int_equal(tls_read(server.tls, &out), ERR_DOWN);
	assert_int_equal(tls_write(server.tls, BYTES_LIT("x")), ERR_DOWN);
	assert_string_equal(tls_failure(server.tls), "");
	pair_finish(&client, &server);
}

static void test_limits(void **state)
{
	static uint8_t much[TLS_OUT_MAX + 1];
	struct side client, server;
	struct buf full;

	(void)state;
	pair_open(&client, &server);
	assert_int_equal(tls_put_wire(server.tls, (struct bytes){ much, TLS_PIECE_MAX + 1 }), ERR_LIMIT);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_established(&client, &server);
	assert_int_equal(tls_write(client.tls, BYTES_OF(much)), ERR_LIMIT);
	assert_int_equal(tls_wire_len(client.tls), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tls_write(client.tls, (struct bytes){ much, 1000000 }), ERR_OK);
	assert_int_equal(tls_write(client.tls, (struct bytes){ much, 100000 }), ERR_LIMIT);
	/* Up to the limit, which what stands around the bytes then goes beyond. */
	assert_int_equal(
		tls_write(client.tls, (struct bytes){ much, TLS_OUT_MAX - tls_wire_len(client.tls) }),
		ERR_OK);
	assert_true(tls_wire_len(client.tls) > TLS_OUT_MAX);
	assert_int_equal(tls_write(client.tls, (struct bytes){ much, 1 }), ERR_LIMIT);
	/* Whoever does not read is not fed without end. */
	for (int i = 0; i < 2; i++) {
		assert_true(carry(&client, &server, TLS_PIECE_MAX));
		assert_int_equal(server.err, ERR_OK);
	}
	assert_true(carry(&client, &server, TLS_PIECE_MAX));
	assert_int_equal(server.err, ERR_LIMIT);
	buf_init(&full, much, 0);
	assert_int_equal(tls_read(server.tls, &full), ERR_SHORT);
	assert_int_equal(tls_get_wire(client.tls, &full), 0);
	pair_finish(&client, &server);
}

static void test_noise(void **state)
{
	static const char *const noises[] = {
		"GET / HTTP/1.1\r\nHost: entente\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2p1\r\n",
		"\x16\x03\x01\xff\xff\x01\x01\x01\x01\x01",
		"\x17\x03\x03\xff\xff\x01",
	};
	struct side client, server;

	(void)state;
	pair_open(&client, &server);
	for (size_t i = 0; i < ARRAY_COUNT(noises); i++) {
		enum err e;
		side_open(&server, TLS_SERVER, &client);
		e = tls_put_wire(server.tls, bytes_str(noises[i]));
		assert_true(e == ERR_FRAME || e == ERR_PROTOCOL);
		assert_string_not_equal(tls_failure(server.tls), "");
		assert_int_equal(tls_put_wire(server.tls, BYTES_LIT("x")), e);
	}
	pair_finish(&client, &server);
}

/* One bit of one flight is changed: either side ends it, and never the wrong peer is taken for the right one.
 */
static void test_changed_bits(void **state)
{
	struct side client, server;
	unsigned reached = 0;

	(void)state;
	pair_open(&client, &server);
	for (size_t at = 0; at < 2400; at += 13) {
		size_t seen = 0;
		uint8_t memory[TLS_PIECE_MAX], plain[8];
		struct buf out = BUF_ON(plain);
		side_open(&client, TLS_CLIENT, &server);
		side_open(&server, TLS_SERVER, &client);
		for (int turn = 0; turn < 8; turn++) {
			struct side *from = turn % 2 == 0 ? &client : &server,
				    *to = turn % 2 == 0 ? &server : &client;
			struct buf wire = BUF_ON(memory);
			tls_get_wire(from->tls, &wire);
			if (at >= seen && at < seen + wire.len) {
				memory[at - seen] ^= 0x10;
				reached++;
			}
			seen += wire.len;
			if (to->err == ERR_OK)
				to->err = tls_put_wire(to->tls, buf_bytes(&wire));
		}
		if (at < seen && tls_is_established(client.tls) && tls_is_established(server.tls)) {
			/* Only what the transcript does not cover: the version of a record's head. */
			assert_int_equal(tls_write(client.tls, BYTES_LIT("x")), ERR_OK);
			carry_all(&client, &server, TLS_PIECE_MAX);
			assert_int_equal(tls_read(server.tls, &out), ERR_OK);
		} else {
			assert_true(at >= seen || client.err != ERR_OK || server.err != ERR_OK ||
				    !tls_is_established(server.tls));
		}
	}
	assert_true(reached > 80);
	pair_finish(&client, &server);
}

/* A foreign client, by the library alone: what it may not leave out. NULL: as the library has it. */
struct foreign {
	int version;
	bool has_certificate;
	const char *groups, *ciphers, *algorithms;
	const char *authority; /* a name that it tells */
};

static void foreign_settings(SSL_CTX *settings, const struct foreign *f)
{
	char list[64];

	snprintf(list, sizeof list, "%s", f->groups);
	assert_int_equal(SSL_CTX_set_max_proto_version(settings, f->version), 1);
	assert_int_equal(SSL_CTX_set1_groups_list(settings, list), 1);
	if (f->ciphers != NULL)
		assert_int_equal(SSL_CTX_set_ciphersuites(settings, f->ciphers), 1);
	if (f->algorithms != NULL) {
		snprintf(list, sizeof list, "%s", f->algorithms);
		assert_int_equal(SSL_CTX_set1_sigalgs_list(settings, list), 1);
	}
	if (f->authority != NULL) {
		STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
		X509_NAME *name = X509_NAME_new();
		assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
							    (const unsigned char *)f->authority, -1, -1, 0),
				 1);
		assert_true(sk_X509_NAME_push(names, name) > 0);
		SSL_CTX_set0_CA_list(settings, names);
	}
}

static enum err foreign_client(struct side *server, const struct foreign *f)
{
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	uint8_t memory[TLS_PIECE_MAX], seed[SIGN_SEED_LEN] = { 1 };
	BIO *in = BIO_new(BIO_s_mem()), *away = BIO_new(BIO_s_mem());
	SSL *ssl;

	foreign_settings(settings, f);
	if (f->has_certificate) {
		struct side own;
		EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
		side_init(&own, 1);
		assert_int_equal(
			SSL_CTX_use_certificate_ASN1(settings, (int)own.certificate.len, own.certificate.ptr),
			1);
		assert_int_equal(SSL_CTX_use_PrivateKey(settings, key), 1);
		EVP_PKEY_free(key);
		side_finish(&own);
	}
	ssl = SSL_new(settings);
	SSL_set_bio(ssl, in, away);
	SSL_set_connect_state(ssl);
	server->err = ERR_OK;
	for (int i = 0; i < 6; i++) {
		struct buf wire = BUF_ON(memory);
		SSL_do_handshake(ssl);
		int len = BIO_read(away, memory, sizeof memory);
		if (len > 0 && server->err == ERR_OK)
			server->err = tls_put_wire(server->tls, (struct bytes){ memory, (size_t)len });
		buf_reset(&wire);
		if (tls_get_wire(server->tls, &wire) > 0)
			assert_int_equal(BIO_write(in, memory, (int)wire.len), wire.len);
	}
	if (server->err == ERR_OK) {
		assert_true(tls_is_established(server->tls));
		assert_int_equal(SSL_SESSION_is_resumable(SSL_get_session(ssl)), 0);
	}
	SSL_free(ssl);
	SSL_CTX_free(settings);
	return server->err;
}

static void test_foreign_clients(void **state)
{
	static const struct {
		const char *why;
		enum err want;
		struct foreign client;
	} rows[] = {
		{ "as it should be", ERR_OK, { TLS1_3_VERSION, true, "X25519", NULL, NULL, NULL } },
		{ "TLS 1.2", ERR_PROTOCOL, { TLS1_2_VERSION, true, "X25519", NULL, NULL, NULL } },
		{ "no certificate", ERR_NOT_PINNED, { TLS1_3_VERSION, false, "X25519", NULL, NULL, NULL } },
		{ "another group", ERR_PROTOCOL, { TLS1_3_VERSION, true, "P-256", NULL, NULL, NULL } },
		{ "another group first", ERR_OK, { TLS1_3_VERSION, true, "P-256:X25519", NULL, NULL, NULL } },
		{ "another cipher",
		  ERR_PROTOCOL,
		  { TLS1_3_VERSION, true, "X25519", "TLS_AES_128_GCM_SHA256", NULL, NULL } },
		{ "another signature",
		  ERR_PROTOCOL,
		  { TLS1_3_VERSION, true, "X25519", NULL, "ECDSA+SHA256", NULL } },
		{ "authorities of its own",
		  ERR_OK,
		  { TLS1_3_VERSION, true, "X25519", NULL, NULL, "a name" } },
		{ "a name as long as ours, and no number",
		  ERR_OK,
		  { TLS1_3_VERSION, true, "X25519", NULL, NULL,
		    "a name that is as long as ours, and is no number" } },
	};
	struct side client, server, newer;

	(void)state;
	pair_open(&client, &server);
	add_key(&server, &newer, 3);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		print_message("# %s\n", rows[i].why);
		side_open(&server, TLS_SERVER, &client);
		assert_int_equal(foreign_client(&server, &rows[i].client), rows[i].want);
		/* Whoever knows neither of our keys is shown the first. */
		assert_int_equal(tls_own(server.tls), 0);
	}
	pair_finish(&client, &server);
}

static void test_post_quantum_only(void **state)
{
	struct side client, server;
	struct tls_identity *id = NULL;
	struct tls_signer signer = { sign, &client.holder };
	enum err e;

	(void)state;
	pair_open(&client, &server);
	e = tls_identity_new(buf_bytes(&client.certificate), &signer, true, &id);
	assert_int_equal(e, tls_has_post_quantum() ? ERR_OK : ERR_REFUSED);
	if (e == ERR_OK) {
		tls_free(client.tls);
		client.tls = NULL;
		tls_identity_free(client.id);
		client.id = id;
		side_open(&client, TLS_CLIENT, &server);
		carry_all(&client, &server, TLS_PIECE_MAX);
		assert_established(&client, &server);
		assert_string_equal(tls_group(server.tls), "X25519MLKEM768");
		/* And nobody gets in with less. */
		side_open(&client, TLS_SERVER, &client);
		assert_int_equal(foreign_client(&client, &(struct foreign){ TLS1_3_VERSION, true, "X25519",
									    NULL, NULL, NULL }),
				 ERR_PROTOCOL);
	} else {
		assert_null(id);
	}
	pair_finish(&client, &server);
}

static void test_what_the_key_may_sign(void **state)
{
	struct side client, server;
	struct holder *h = &client.holder;

	(void)state;
	pair_open(&client, &server);
	carry_all(&client, &server, TLS_PIECE_MAX);
	assert_int_equal(tls_check_signed((struct bytes){ h->message, h->len }), ERR_OK);
	assert_int_equal(tls_check_signed((struct bytes){ h->message, h->len - 1 }), ERR_REFUSED);
	assert_int_equal(tls_check_signed((struct bytes){ h->message + 1, h->len - 1 }), ERR_REFUSED);
	for (size_t i = 0; i < 98; i++) {
		h->message[i] ^= 1;
		assert_int_equal(tls_check_signed((struct bytes){ h->message, h->len }), ERR_REFUSED);
		h->message[i] ^= 1;
	}
	for (size_t len = 0; len < h->len; len++) {
		enum err want = len == 98 + 32 ? ERR_OK : ERR_REFUSED;
		assert_int_equal(tls_check_signed((struct bytes){ h->message, len }), want);
	}
	assert_int_equal(tls_check_signed(buf_bytes(&client.certificate)), ERR_REFUSED);
	pair_finish(&client, &server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_with_keys_elsewhere),
		cmocka_unit_test(test_one_identity_many_connections),
		cmocka_unit_test(test_one_byte_at_a_time),
		cmocka_unit_test(test_plain_bytes_both_ways),
		cmocka_unit_test(test_nothing_readable_is_secret),
		cmocka_unit_test(test_keys_that_are_not_pinned),
		cmocka_unit_test(test_keys_beside_the_first),
		cmocka_unit_test(test_many_pins),
		cmocka_unit_test(test_signatures_that_do_not_come_or_are_wrong),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_changed_bits),
		cmocka_unit_test(test_foreign_clients),
		cmocka_unit_test(test_post_quantum_only),
		cmocka_unit_test(test_what_the_key_may_sign),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
