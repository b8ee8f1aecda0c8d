/*
 * Age files and keys: one header has one spelling, nothing opens that was not sealed, and what opens opens
 * by its file key too.
 *
 * Behind a first byte 0xff stands no file, but what one is to be made of that a secret of ours opens, so that
 * chunks are read whose tags are right: up to CHUNKS_MAX times u8 flags (FIT_*) and u16 how long it is.
 */
#include "crypto/age.h"
#include "terminal/sealed_file.h"

#include "crypto/bech32.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define FITTED 0xff
#define CHUNKS_MAX 3u
#define PLAIN_MAX (4u * AGE_CHUNK_LEN)
#define FILE_MAX (AGE_HEADER_LEN_MAX + AGE_NONCE_LEN + (CHUNKS_MAX + 1) * (AGE_CHUNK_LEN + AGE_TAG_LEN))

enum fit { FIT_LAST = 1, FIT_SKIP = 2, FIT_CUT = 4 };

/* Of test/vectors/age.json. */
static const char *const secrets[] = {
	"AGE-SECRET-KEY-1XNT7047T30KXX8XHS55PL68PLDUSQ9H3L4T2WFD6VAASVK7P7H9QJV7VZ3",
	"AGE-SECRET-KEY-1L38C4WKWCVJK3UC727WK6SPF8UQ9KD8TCK63UYSDQNQQ7TVFHSTSYMT4CL",
};

static void put_base64(struct buf *out, const uint8_t *ptr, size_t len)
{
	char text[64];
	struct buf whole = BUF_ON(text);

	buf_put_base64(&whole, (struct bytes){ ptr, len });
	while (whole.ptr[whole.len - 1] == '=')
		whole.len--;
	buf_put(out, buf_bytes(&whole));
}

/* Everything of a header that was read gives its bytes again. */
static void check_header(struct bytes in)
{
	static uint8_t memory[AGE_HEADER_LEN_MAX];
	struct buf again = BUF_ON(memory);
	struct age_header h;
	struct fault fault;
	struct bytes rest = in;

	bool is_looked = age_look(in, in.len, AGE_X25519, &fault) == ERR_OK ||
			 age_look(in, in.len, AGE_HYBRID, &fault) == ERR_OK;

	if (age_header_read(&rest, &h, &fault) != ERR_OK) {
		assert(!is_looked);
		assert(rest.len == in.len && fault.offset <= in.len && fault.rule != NULL);
		return;
	}
	buf_put_str(&again, "age-encryption.org/v1\n");
	for (size_t i = 0; i < h.count; i++) {
		buf_put_str(&again, "-> ");
		buf_put_str(&again, age_kind_name(h.kind));
		buf_put_byte(&again, ' ');
		buf_put(&again, h.stanzas[i].share);
		buf_put_byte(&again, '\n');
		put_base64(&again, h.stanzas[i].body, sizeof h.stanzas[i].body);
		buf_put_byte(&again, '\n');
	}
	buf_put_str(&again, "---");
	assert(bytes_equal(buf_bytes(&again), h.covered));
	buf_put_byte(&again, ' ');
	put_base64(&again, h.mac, sizeof h.mac);
	buf_put_byte(&again, '\n');
	assert(buf_check(&again) == ERR_OK && again.len == age_header_len(h.kind, h.count));
	assert(bytes_equal(buf_bytes(&again), (struct bytes){ in.ptr, in.len - rest.len }));
}

static enum err more(void *self, struct buf *out)
{
	struct bytes *left = self, some;
	size_t len = left->len < 777 ? left->len : 777;

	if (len == 0)
		return ERR_NOT_FOUND;
	if (bytes_take(left, len, &some) != ERR_OK)
		return ERR_IO;
	buf_put(out, some);
	return buf_check(out);
}

/* What flows is judged as what is in memory whole. */
static void check_flow(struct bytes in, const uint8_t key[AGE_FILE_KEY_LEN], enum err wanted,
		       struct bytes whole)
{
	static uint8_t memory[PLAIN_MAX];
	struct buf out = BUF_ON(memory);
	struct bytes left = in;
	struct opening_file f;
	struct fault fault;
	enum err e = opening_file_open(&f, (struct sealed_source){ more, &left }, 777, &fault);

	if (e == ERR_OK)
		e = opening_file_unlock(&f, key, &fault);
	while (e == ERR_OK)
		e = opening_file_read(&f, &out, &fault);
	opening_file_close(&f);
	assert(e == (wanted == ERR_OK ? ERR_NOT_FOUND : wanted));
	assert(wanted != ERR_OK || bytes_equal(buf_bytes(&out), whole));
}

/* Whether it opened. */
static bool check_file(struct bytes in)
{
	static uint8_t plain[PLAIN_MAX], again[PLAIN_MAX];
	struct age_identity ids[ARRAY_COUNT(secrets)];
	uint8_t key[AGE_FILE_KEY_LEN] = { 0 };
	struct buf out = BUF_ON(plain), by_key = BUF_ON(again);
	struct fault fault;
	enum err e;

	for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
		e = age_identity_read(bytes_str(secrets[i]), &ids[i]);
		assert(e == ERR_OK);
	}
	e = age_open(in, ids, ARRAY_COUNT(ids), &out, key, &fault);
	assert(e == ERR_OK || out.len == 0);
	/* What opens has passed who cannot open it. */
	assert(e != ERR_OK || age_look(in, in.len, AGE_X25519, &fault) == ERR_OK);
	e = age_open_by_key(in, key, &by_key, &fault);
	assert(bytes_equal(buf_bytes(&out), buf_bytes(&by_key)));
	assert(e == ERR_OK || by_key.len == 0);
	check_flow(in, key, e, buf_bytes(&by_key));
	return e == ERR_OK;
}

/* A header for the first of our secrets, and the nonce behind it. */
static void put_front(const uint8_t file_key[AGE_FILE_KEY_LEN], const uint8_t nonce[AGE_NONCE_LEN],
		      struct buf *out)
{
	static uint8_t memory[AGE_HEADER_LEN_MAX];
	static size_t len;
	struct buf header = BUF_ON(memory);
	struct drbg random = { { 7 } };
	struct age_identity id;
	struct age_recipient to;
	const struct age_recipient *all[] = { &to };
	size_t bad;
	enum err e = ERR_OK;

	header.len = len;
	if (len == 0) {
		e = age_identity_read(bytes_str(secrets[0]), &id);
		if (e == ERR_OK)
			e = age_identity_recipient(&id, &to);
		if (e == ERR_OK)
			e = age_header_write(all, 1, &random, file_key, &header, &bad);
	}
	assert(e == ERR_OK);
	len = header.len;
	buf_put(out, buf_bytes(&header));
	buf_put(out, (struct bytes){ nonce, AGE_NONCE_LEN });
}

/* It opens if it is whole: each chunk full but the last one, which is empty only where it is alone. */
static void check_fitted(struct bytes in)
{
	static const uint8_t file_key[AGE_FILE_KEY_LEN] = { 1 }, nonce[AGE_NONCE_LEN] = { 2 };
	static const uint8_t zeros[AGE_CHUNK_LEN];
	static uint8_t memory[FILE_MAX];
	struct buf file = BUF_ON(memory);
	bool is_whole = true, is_over = false;
	struct age_stream stream;
	struct bytes head;

	put_front(file_key, nonce, &file);
	age_stream_open(&stream, file_key, nonce);
	for (unsigned i = 0; i < CHUNKS_MAX && bytes_take(&in, 3, &head) == ERR_OK; i++) {
		bool is_last = (head.ptr[0] & FIT_LAST) != 0;
		size_t len = is_last ? (size_t)head.ptr[1] << 8 | head.ptr[2] : AGE_CHUNK_LEN;
		uint8_t *to;
		if ((head.ptr[0] & FIT_SKIP) != 0)
			stream.chunk++;
		is_whole = is_whole && !is_over && (head.ptr[0] & (FIT_SKIP | FIT_CUT)) == 0 &&
			   (len > 0 || i == 0);
		is_over = is_last;
		to = buf_reserve(&file, len + AGE_TAG_LEN);
		assert(to != NULL);
		age_stream_seal(&stream, (struct bytes){ zeros, len }, is_last, to);
		file.len -= (head.ptr[0] & FIT_CUT) != 0 ? 1 + head.ptr[1] % AGE_TAG_LEN : 0;
	}
	assert(check_file(buf_bytes(&file)) == (is_whole && is_over));
}

static bool is_same_word(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if ((a.ptr[i] | 0x20) != (b.ptr[i] | 0x20))
			return false;
	}
	return true;
}

static void check_keys(struct bytes in)
{
	static char memory[AGE_TEXT_LEN_MAX];
	struct buf out = BUF_ON(memory);
	struct age_recipient recipient, from;
	struct age_identity identity;
	uint8_t ten[10];

	if (age_recipient_read(in, &recipient) == ERR_OK) {
		age_recipient_write(&recipient, &out);
		assert(is_same_word(buf_bytes(&out), in));
		enum err e = age_recipient_from((struct bytes){ recipient.key, age_key_len(recipient.kind) },
						&from);
		assert(e == ERR_OK && memcmp(&recipient, &from, sizeof from) == 0);
	}
	buf_reset(&out);
	if (age_identity_read(in, &identity) == ERR_OK) {
		age_identity_write(&identity, &out);
		assert(is_same_word(buf_bytes(&out), in));
	}
	buf_reset(&out);
	if (bech32_read("a", in, ten, sizeof ten) == ERR_OK) {
		bech32_write("a", BYTES_OF(ten), &out);
		assert(is_same_word(buf_bytes(&out), in));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready;

	if (!is_ready)
		crypto_init();
	is_ready = true;
	if (len > 0 && ptr[0] == FITTED) {
		check_fitted((struct bytes){ ptr + 1, len - 1 });
		return 0;
	}
	check_header((struct bytes){ ptr, len });
	(void)check_file((struct bytes){ ptr, len });
	check_keys((struct bytes){ ptr, len });
	return 0;
}
