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

#define WATCH 13u /* the number of that word */
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
	/* Nobody, no time, and one that no entry has. */
	for (int i = 0; i < 2; i++) {
		buf_reset(&whole);
		cbor_put_map(&whole, 3);
		cbor_put_uint(&whole, STATEMENT_KEY_VERSION);
		cbor_put_uint(&whole, STATEMENT_VERSION);
		cbor_put_uint(&whole, STATEMENT_KEY_ACCORD);
		cbor_put_bytes(&whole, BYTES_OF(origin.accord));
		cbor_put_uint(&whole, i == 0 ? STATEMENT_KEY_CLAIMED : STATEMENT_KEY_AUTHOR);
		buf_put(&whole, i == 0 ? BYTES_LIT("\x05") : BYTES_LIT("\x82\x63kor\x65watch"));
		assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &code),
				 ERR_USAGE);
	}
	s.party = BYTES_LIT("kor");
	buf_reset(&whole);
	statement_write(&s, &whole);
	assert_int_equal(
		short_statement_write(&one, buf_bytes(&whole), none, (struct wall){ TIME_MS_MAX }, &code),
		ERR_USAGE);
	short_open(&one, NULL, &origin);
	assert_int_equal(short_statement_write(&one, buf_bytes(&whole), none, s.claimed, &code), ERR_USAGE);
}

/* A sealing of a later version is no number of ours: what names it stands there in full. */
static void test_unknown_sealing(void **state)
{
	static const uint8_t content[40] = { 0xa3 };
	uint8_t whole_memory[512], short_memory[512], back_memory[512];
	struct buf whole = BUF_ON(whole_memory), code = BUF_ON(short_memory), back = BUF_ON(back_memory);
	struct statement s = coded_notice(1);
	struct short_state one;

	(void)state;
	name_content(&s, BYTES_OF(content));
	s.content.sealing = (enum sealing)9;
	statement_write(&s, &whole);
	short_open(&one, &book, &origin);
	assert_int_equal(short_statement_write(&one, buf_bytes(&whole), BYTES_OF(content), s.claimed, &code),
			 ERR_OK);
	assert_in_range(code.len, HASH_LEN, whole.len);
	short_open(&one, &book, &origin);
	assert_int_equal(short_statement_read(&one, buf_bytes(&code), BYTES_OF(content), s.claimed, &back),
			 ERR_OK);
	assert_true(bytes_equal(buf_bytes(&back), buf_bytes(&whole)));
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

/* A signature's key by a number that nobody has yet, or that is none; one that has a number, in full. */
static void test_keys_have_their_numbers(void **state)
{
	uint8_t blob_memory[512], full_memory[512], number_memory[512], next_memory[512], seed[32] = { 1 };
	struct buf blob = BUF_ON(blob_memory), full = BUF_ON(full_memory), number = BUF_ON(number_memory),
		   next = BUF_ON(next_memory);
	struct short_state one;
	struct sign_key key;

	(void)state;
	sign_key_from_seed(&key, seed);
	sshsig_make(&key, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("words"), &blob);
	short_open(&one, &book, &origin);
	short_signature_write(&one, buf_bytes(&blob), &full);
	short_signature_write(&one, buf_bytes(&blob), &number);
	buf_put(&next, buf_bytes(&number));
	next.ptr[1] = 1;
	const struct {
		const char *why;
		struct bytes in;
		bool is_good;
	} rows[] = {
		{ "a key in full", buf_bytes(&full), true },
		{ "its number", buf_bytes(&number), true },
		{ "the next one's", buf_bytes(&next), false },
		{ "the first again", buf_bytes(&full), false },
		{ "half a number", BYTES_LIT("\x82\x18"), false },
		{ "a text", BYTES_LIT("\x82\x61k\x40"), false },
	};
	short_open(&one, &book, &origin);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[512];
		struct buf out = BUF_ON(memory);
		struct cbor_reader r;
		struct bytes got;
		print_message("%s\n", rows[i].why);
		cbor_open(&r, rows[i].in);
		short_signature_read(&one, &r, &out, &got);
		assert_int_equal(r.err == ERR_OK, rows[i].is_good);
		assert_true(!rows[i].is_good || bytes_equal(got, buf_bytes(&blob)));
		assert_int_equal(one.keys_count, 1);
	}
}

/* ---- What a peer may make of little. ---- */

/* A batch whose first statement has so many words of one byte, and the rest as it was: `{}`. */
static size_t put_grown(size_t words, size_t count, struct buf *out)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf difference = BUF_ON(memory);
	uint8_t note_memory[512];
	struct buf note = BUF_ON(note_memory);

	cbor_put_map(&difference, 2);
	cbor_put_uint(&difference, STATEMENT_KEY_AUTHOR);
	cbor_put_nint(&difference, WATCH);
	cbor_put_uint(&difference, STATEMENT_KEY_FIELDS);
	cbor_put_array(&difference, words);
	for (size_t i = 0; i < words; i++)
		cbor_put_nint(&difference, WATCH);
	cbor_put_array(out, 4);
	short_origin_write(&book, &origin, out);
	cbor_put_uint(out, 1);
	cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		cbor_put_array(out, 3);
		cbor_put_bytes(out, i == 0 ? buf_bytes(&difference) : BYTES_LIT("\xa0"));
		cbor_put_uint(out, i == 0 ? FILED_MS : 0);
		cbor_put_array(out, 0);
	}
	put_note(1 + count, &note);
	short_note_write(&book, &origin, 1 + count, buf_bytes(&note), out);
	assert_int_equal(buf_check(out), ERR_OK);
	return out->len;
}

/* An entry has its limit and a batch another, whatever a few bytes say: six stand for one here. */
static void test_what_grows_has_a_limit(void **state)
{
	static const struct {
		const char *why;
		size_t words, count;
		enum err want;
	} rows[] = {
		{ "long entries", 9900, 17, ERR_OK },
		{ "one more: a batch is no longer than a frame", 9900, 18, ERR_FRAME },
		{ "an entry that is too long", 10000, 1, ERR_FRAME },
	};
	static uint8_t memory[FRAME_LEN_MAX], much[4 * FRAME_LEN_MAX];
	static struct batch_item items[BATCH_ENTRIES_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct buf payload = BUF_ON(memory), rebuilt = BUF_ON(much);
		struct batch back;
		print_message("%s: %zu bytes\n", rows[i].why,
			      put_grown(rows[i].words, rows[i].count, &payload));
		assert_int_equal(batch_read(buf_bytes(&payload), &book, &rebuilt, items, &back),
				 rows[i].want);
	}
}

static void put_grown_advance(size_t words, struct buf *out)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf difference = BUF_ON(memory);

	cbor_put_map(&difference, 1);
	cbor_put_uint(&difference, STATEMENT_KEY_FIELDS);
	cbor_put_array(&difference, words);
	for (size_t i = 0; i < words; i++)
		cbor_put_nint(&difference, WATCH);
	cbor_put_array(out, 3);
	short_origin_write(&book, &origin, out);
	cbor_put_array(out, 2);
	cbor_put_uint(out, CODED_CLAIMED_MS);
	cbor_put_bytes(out, buf_bytes(&difference));
	cbor_put_array(out, 1);
	cbor_put_bytes(out, BYTES_LIT("signature"));
}

static void test_a_copy_has_the_limit_of_an_entry(void **state)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf payload = BUF_ON(memory), rebuilt = BUF_ON(rebuilt_memory);
	struct advance a;

	(void)state;
	put_grown_advance(9900, &payload);
	assert_int_equal(advance_read(buf_bytes(&payload), &book, &rebuilt, &a), ERR_OK);
	assert_in_range(a.statement.len, 9900 * 6, ENTRY_LEN_MAX);
	buf_reset(&payload);
	buf_reset(&rebuilt);
	put_grown_advance(10000, &payload);
	assert_int_equal(advance_read(buf_bytes(&payload), &book, &rebuilt, &a), ERR_FRAME);
}

/* Whatever is too small is said: by the writer once, at its end, by the reader as a frame that is none. */
static void test_every_length_of_memory(void **state)
{
	static struct batch_item back_items[BATCH_ENTRIES_MAX];
	uint8_t entry_memory[1024], note_memory[512], memory[2048], again_memory[2048], seed[32] = { 1 };
	struct buf entry = BUF_ON(entry_memory), note = BUF_ON(note_memory), payload = BUF_ON(memory),
		   rebuilt = BUF_ON(rebuilt_memory);
	struct statement s = coded_notice(1);
	struct batch_item item;
	struct batch b = { .origin = origin, .first = 1, .items = &item, .count = 1 }, back;
	struct sign_key key;
	size_t whole;

	(void)state;
	sign_key_from_seed(&key, seed);
	put_entry(1, &s, &key, &entry);
	put_note(2, &note);
	item = (struct batch_item){ .entry = buf_bytes(&entry) };
	b.note = buf_bytes(&note);
	batch_write(&b, &book, &payload);
	assert_int_equal(batch_read(buf_bytes(&payload), &book, &rebuilt, back_items, &back), ERR_OK);
	whole = rebuilt.len;
	for (size_t max = 0; max < payload.len; max++) {
		struct buf out = { again_memory, 0, max, false };
		batch_write(&b, &book, &out);
		assert_int_equal(buf_check(&out), ERR_LIMIT);
	}
	for (size_t max = 0; max < whole; max++) {
		rebuilt = (struct buf){ rebuilt_memory, 0, max, false };
		assert_int_equal(batch_read(buf_bytes(&payload), &book, &rebuilt, back_items, &back),
				 ERR_FRAME);
	}
}

/* A mirror's line of our accord is short, and so long when it comes back; no other is. */
static void test_every_length_of_a_line(void **state)
{
	uint8_t name_memory[ORIGIN_LEN_MAX], memory[NOTE_LINE_LEN_MAX], code_memory[NOTE_LINE_LEN_MAX],
		again_memory[NOTE_LINE_LEN_MAX], key_id[KEY_ID_LEN] = { 1 }, signature[8 + 64] = { 2 };
	struct buf name = BUF_ON(name_memory), text = BUF_ON(memory), code = BUF_ON(code_memory), again;
	struct cbor_reader r;
	struct bytes line;

	(void)state;
	note_write_mirror_name(book.accord, BYTES_LIT("usa"), &name);
	note_write_line(buf_bytes(&name), key_id, BYTES_OF(signature), &text);
	short_line_write(&book, buf_bytes(&text), &code);
	assert_in_range(code.len, sizeof signature, 80);
	for (size_t max = 0; max <= text.len; max++) {
		again = (struct buf){ again_memory, 0, max, false };
		cbor_open(&r, buf_bytes(&code));
		short_line_read(&book, &r, &again, &line);
		assert_int_equal(r.err, max < text.len ? ERR_FRAME : ERR_OK);
	}
	assert_true(bytes_equal(line, buf_bytes(&text)));
	buf_reset(&code);
	short_line_write(&book, BYTES_LIT("no line\n"), &code);
	assert_true(bytes_equal(buf_bytes(&code), BYTES_LIT("\x68no line\n")));
}

/* Without a book nothing is short, and what says that it is is refused; with one the rest goes as it is. */
static void test_without_a_book(void **state)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	uint8_t memory[1024], note_memory[512], line_memory[NOTE_LINE_LEN_MAX];
	struct buf payload = BUF_ON(memory), note = BUF_ON(note_memory), line = BUF_ON(line_memory);
	struct cosignature c = { .origin = origin, .size = 2 }, back;
	struct note read;
	struct fault fault;
	struct batch batch;

	(void)state;
	cbor_put_array(&payload, 4);
	short_origin_write(NULL, &origin, &payload);
	cbor_put_uint(&payload, 1);
	cbor_put_array(&payload, 1);
	cbor_put_array(&payload, 3);
	cbor_put_bytes(&payload, BYTES_LIT("\xa0"));
	cbor_put_uint(&payload, FILED_MS);
	cbor_put_array(&payload, 0);
	put_note(2, &note);
	short_note_write(NULL, &origin, 2, buf_bytes(&note), &payload);
	assert_int_equal(batch_read(buf_bytes(&payload), NULL, NULL, items, &batch), ERR_FRAME);

	assert_int_equal(note_read(buf_bytes(&note), &read, &fault), ERR_OK);
	c.line = read.lines[0].text;
	for (int i = 0; i < 2; i++) {
		const struct book *own = i == 0 ? NULL : &book;
		buf_reset(&payload);
		cosignature_write(&c, own, &payload);
		assert_int_equal(cosignature_read(buf_bytes(&payload), own, &line, &back), ERR_OK);
		assert_true(bytes_equal(back.line, c.line));
	}
	/* Which note is short: of this log and size, with one line. */
	for (int i = 0; i < 4; i++) {
		struct origin other = { .channel = 3 + (i == 1), .party = "kor", .epoch = 1 };
		struct bytes text = i == 2 ? BYTES_LIT("no note") : buf_bytes(&note);
		struct cbor_reader r;
		buf_reset(&payload);
		short_note_write(&book, &other, 2 + (i == 3), text, &payload);
		cbor_open(&r, buf_bytes(&payload));
		assert_int_equal(cbor_peek(&r), i == 0 ? CBOR_BYTES : CBOR_TEXT);
	}
}

static void test_no_words(void **state)
{
	const struct bytes refused[] = { BYTES_LIT("\x65watch"), BYTES_LIT("\x81\x82\x21\x82\x25\x27") };
	/* No CBOR: null, a number, a text, an array and a map without their ends. */
	const struct bytes none[] = { BYTES_LIT("\xf6"),  BYTES_LIT("\x18"),	 BYTES_LIT("\x38"),
				      BYTES_LIT("\x62w"), BYTES_LIT("\x82\x01"), BYTES_LIT("\xa1\x01") };
	uint8_t memory[128];
	struct buf out = BUF_ON(memory);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
		assert_int_equal(book_get(&book, refused[i], &out), ERR_FRAME);
	for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
		assert_int_equal(book_get(&book, none[i], &out), ERR_FRAME);
		assert_int_equal(out.len, 0);
		assert_int_equal(book_put(&book, none[i], &out), ERR_USAGE);
		buf_reset(&out);
	}
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
		cmocka_unit_test(test_thin),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_full_book),
		cmocka_unit_test(test_keys_have_their_numbers),
		cmocka_unit_test(test_what_grows_has_a_limit),
		cmocka_unit_test(test_a_copy_has_the_limit_of_an_entry),
		cmocka_unit_test(test_every_length_of_memory),
		cmocka_unit_test(test_every_length_of_a_line),
		cmocka_unit_test(test_without_a_book),
		cmocka_unit_test(test_unknown_sealing),
	};

	return cmocka_run_group_tests(tests, make_book, NULL);
}
