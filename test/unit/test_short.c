/*
 * Short codes: what they leave of an entry, what has none, where they end. Their bytes are in frame.json.
 */
#include "crypto/hash.h"
#include "crypto/sshsig.h"
#include "wire/entry.h"
#include "wire/frame.h"
#include "wire/short.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "coded.h"

#define FILED_MS (CODED_CLAIMED_MS + 10)

static const struct origin origin = { .channel = 3, .party = "kor", .epoch = 1 };
static struct book book;
static uint8_t rebuilt_memory[REBUILT_LEN_MAX];

/* As accord_book makes it of an accord of two parties. */
static int make_book(void **state)
{
	(void)state;
	coded_book(&book, origin.accord);
	return 0;
}

static void name_content(struct statement *s, struct bytes content)
{
	s->has_content = true;
	hash_sha256(content, s->content.hash);
	s->content.len = content.len;
}

/* What a thin path sends: a coded FLASH in 60 bytes, without its origin, its time and a signature. */
static void test_thin(void **state)
{
	uint8_t whole_memory[512], short_memory[512], back_memory[512];
	struct buf whole = BUF_ON(whole_memory), code = BUF_ON(short_memory), back = BUF_ON(back_memory);
	struct statement s = coded_notice(1);
	struct short_state one;

	(void)state;
	statement_write(&s, &whole);
	short_open(&one, &book, &origin);
	assert_int_equal(
		short_statement_write(&one, buf_bytes(&whole), (struct bytes){ NULL, 0 }, s.claimed, &code),
		ERR_OK);
	print_message("a coded FLASH: %zu bytes of %zu\n", code.len, whole.len);
	assert_in_range(code.len, 1, 60);
	short_open(&one, &book, &origin);
	assert_int_equal(
		short_statement_read(&one, buf_bytes(&code), (struct bytes){ NULL, 0 }, s.claimed, &back),
		ERR_OK);
	assert_true(bytes_equal(buf_bytes(&back), buf_bytes(&whole)));
	/* Without a label, a precedence and addressees there is not even a byte for them. */
	assert_int_equal(one.lead, 0);
}

static void put_entry(uint64_t index, const struct statement *s, const struct sign_key *key, struct buf *out)
{
	uint8_t statement_memory[1024], signature_memory[512];
	struct buf statement = BUF_ON(statement_memory), signature = BUF_ON(signature_memory);
	struct entry e = {
		.origin = origin, .index = index, .filed = { FILED_MS + index }, .signatures_count = 1
	};

	statement_write(s, &statement);
	sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), buf_bytes(&statement), &signature);
	e.statement = buf_bytes(&statement);
	e.signatures[0] = buf_bytes(&signature);
	entry_write(&e, out);
}

static void put_note(uint64_t size, struct buf *out)
{
	uint8_t memory[ORIGIN_LEN_MAX], root[HASH_LEN] = { 1 }, signature[64] = { 2 };
	struct buf name = BUF_ON(memory);

	origin_write(&origin, &name);
	note_write_text(&origin, size, root, out);
	buf_put_byte(out, '\n');
	note_write_line(buf_bytes(&name), root, BYTES_OF(signature), out);
}

/* A batch of messages of 100 characters, each with the content beside it; its length. */
static size_t check_batch(size_t count, struct batch_item *items, struct buf *entries, size_t keys)
{
	static uint8_t payload_memory[FRAME_LEN_MAX];
	static struct batch_item back_items[BATCH_ENTRIES_MAX];
	uint8_t note_memory[512], content[127] = { 0xa3 };
	struct buf payload = BUF_ON(payload_memory), note = BUF_ON(note_memory),
		   rebuilt = BUF_ON(rebuilt_memory);
	struct batch batch = { .origin = origin, .first = 1, .items = items, .count = count }, back;

	for (size_t i = 0; i < count; i++) {
		uint8_t seed[32] = { (uint8_t)(i % keys), 1 };
		struct statement s = coded_notice((uint8_t)i);
		struct sign_key key;
		size_t from = entries->len;
		sign_key_from_seed(&key, seed);
		name_content(&s, BYTES_OF(content));
		put_entry(1 + i, &s, &key, entries);
		items[i] = (struct batch_item){ .entry = { entries->ptr + from, entries->len - from },
						.content = BYTES_OF(content) };
	}
	put_note(1 + count, &note);
	batch.note = buf_bytes(&note);
	batch_write(&batch, &book, &payload);
	assert_int_equal(buf_check(&payload), ERR_OK);
	assert_int_equal(batch_read(buf_bytes(&payload), &book, &rebuilt, back_items, &back), ERR_OK);
	assert_int_equal(back.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_true(bytes_equal(back_items[i].entry, items[i].entry));
		assert_true(bytes_equal(back_items[i].content, items[i].content));
	}
	assert_true(bytes_equal(back.note, batch.note));
	/* A receiver with less memory refuses it, and one without the book. */
	rebuilt = (struct buf){ rebuilt_memory, 0, entries->len, false };
	assert_int_equal(batch_read(buf_bytes(&payload), &book, &rebuilt, back_items, &back), ERR_FRAME);
	assert_int_equal(batch_read(buf_bytes(&payload), NULL, NULL, back_items, &back), ERR_FRAME);
	return payload.len;
}

static void test_batch(void **state)
{
	static uint8_t memory[FRAME_LEN_MAX];
	static struct batch_item items[BATCH_ENTRIES_MAX];
	struct buf entries = BUF_ON(memory);
	size_t alone = check_batch(1, items, &entries, 1), hundred;

	(void)state;
	buf_reset(&entries);
	hundred = check_batch(100, items, &entries, 1);
	print_message("a message with its content and note: %zu bytes, and %zu more each\n", alone,
		      (hundred - alone) / 99);
	assert_in_range(alone, 1, 450);
	assert_in_range((hundred - alone) / 99, 1, 225);
	/* More keys than have numbers: the others stand in full each time. */
	buf_reset(&entries);
	check_batch(200, items, &entries, SHORT_KEYS_MAX + 6);
}

/*
 * What does not come back exactly is not short: it is said, nothing is written, and the state is as it was.
 */
static void test_none(void **state)
{
	static const struct {
		const char *why;
		size_t at; /* byte of the statement to change */
		uint8_t to;
	} rows[] = {
		{ "another accord", 5, 1 },
		{ "another version", 2, 2 },
		{ "a key twice", 3, 1 },
		{ "an array", 0, 0x8d },
	};
	uint8_t whole_memory[512], short_memory[512];
	struct buf whole = BUF_ON(whole_memory), code = BUF_ON(short_memory),
		   small = { short_memory, 0, 20, false };
	struct statement s = coded_notice(1);
	struct short_state one, fresh;
	struct bytes none = { NULL, 0 };

	(void)state;
	statement_write(&s, &whole);
	short_open(&one, &book, &origin);
	fresh = one;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t was = whole.ptr[rows[i].at];
		whole.ptr[rows[i].at] = rows[i].to;
		print_message("%s\n", rows[i].why);
		assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &code),
				 ERR_USAGE);
		whole.ptr[rows[i].at] = was;
	}
	assert_int_equal(code.len, 0);
	assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &small), ERR_LIMIT);
	assert_int_equal(small.len, 0);
	assert_int_equal(buf_check(&small), ERR_OK);
	assert_memory_equal(&one, &fresh, sizeof one);
	s.party = BYTES_LIT("usa");
	buf_reset(&whole);
	statement_write(&s, &whole);
	assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &code), ERR_USAGE);
	short_open(&one, NULL, &origin);
	assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &code), ERR_USAGE);
}

/* A word stands for itself alone, and numbers below zero make room for words. */
static void test_words(void **state)
{
	const struct {
		const char *why;
		struct bytes value, code;
	} rows[] = {
		{ "a word", BYTES_LIT("\x65watch"), BYTES_LIT("\x2d") },
		{ "no word", BYTES_LIT("\x65watcH"), BYTES_LIT("\x65watcH") },
		{ "the beginning of a word", BYTES_LIT("\x62wa"), BYTES_LIT("\x62wa") },
		{ "the same bytes are no text", BYTES_LIT("\x45watch"), BYTES_LIT("\x45watch") },
		{ "words in an array", BYTES_LIT("\x82\x63kor\x81\x63usa"), BYTES_LIT("\x82\x24\x81\x26") },
		{ "an array that is a word", BYTES_LIT("\x82\x61S\x81\x82\x63rel\x82\x63KOR\x63USA"),
		  BYTES_LIT("\x82\x61S\x20") },
		{ "nearly such an array", BYTES_LIT("\x81\x82\x63rel\x81\x63KOR"),
		  BYTES_LIT("\x81\x82\x21\x81\x25") },
		{ "minus one", BYTES_LIT("\x20"), BYTES_LIT("\x2e") },
		{ "in a map", BYTES_LIT("\xa2\x01\x20\x02\x63kor"), BYTES_LIT("\xa2\x01\x2e\x02\x24") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t code_memory[64], back_memory[128];
		struct buf code = BUF_ON(code_memory), back = BUF_ON(back_memory);
		print_message("%s\n", rows[i].why);
		assert_int_equal(book_put(&book, rows[i].value, &code), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&code), rows[i].code));
		assert_int_equal(book_get(&book, buf_bytes(&code), &back), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&back), rows[i].value));
	}
}

static void test_no_words(void **state)
{
	const struct bytes refused[] = { BYTES_LIT("\x65watch"), BYTES_LIT("\x81\x82\x21\x82\x25\x27") };
	uint8_t memory[128];
	struct buf out = BUF_ON(memory);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
		assert_int_equal(book_get(&book, refused[i], &out), ERR_FRAME);
	/* The lowest number has no room below it. */
	assert_int_equal(book_put(&book, BYTES_LIT("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"), &out), ERR_USAGE);
	buf_reset(&out);
	assert_int_equal(book_get(&book, BYTES_LIT("\x2d"), &(struct buf){ memory, 0, 5, false }), ERR_LIMIT);
	assert_int_equal(out.len, 0);
}

/* A book that is full gives no more numbers, and one word has one. */
static void test_full_book(void **state)
{
	static struct book full;
	char word[64];

	(void)state;
	book_init(&full, origin.accord);
	for (unsigned i = 0; i < 2 * BOOK_WORDS_MAX; i++) {
		snprintf(word, sizeof word, "word %u", i / 2);
		book_add_text(&full, bytes_str(word));
	}
	assert_int_equal(full.count, BOOK_WORDS_MAX);
	book_init(&full, origin.accord);
	for (unsigned i = 0; i < BOOK_WORDS_MAX; i++) {
		snprintf(word, sizeof word, "%060u", i);
		book_add_text(&full, bytes_str(word));
	}
	assert_in_range(full.count, 1, BOOK_WORDS_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thin),	 cmocka_unit_test(test_batch),
		cmocka_unit_test(test_none),	 cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words), cmocka_unit_test(test_full_book),
	};

	return cmocka_run_group_tests(tests, make_book, NULL);
}
