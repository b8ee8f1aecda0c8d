/*
 * What a peer may ask of attachments, and give as one.
 * It holds its own keys and every byte of its link. Each test is an attack, and what must not come of it.
 */
#include "attack.h"

#include "base/log.h"

static uint8_t scratch[FRAME_LEN_MAX];

static void make_blob(uint8_t *blob, size_t len, uint8_t first, uint8_t hash[HASH_LEN])
{
	memset(blob, first, len);
	hash_sha256((struct bytes){ blob, len }, hash);
}

static void attach(struct room *r, const uint8_t *blob, size_t len, const uint8_t hash[HASH_LEN])
{
	for (size_t at = 0; at < len; at += ATTACHMENT_PIECE_MAX) {
		size_t part = len - at < ATTACHMENT_PIECE_MAX ? len - at : ATTACHMENT_PIECE_MAX;
		assert_int_equal(
			node_attach(r->n->node, NULL, hash, len, at, (struct bytes){ blob + at, part }),
			ERR_OK);
	}
	room_turn(r);
}

/* Pieces that a FETCH of this peer brings him. */
static size_t fetch(struct room *r, size_t peer, const uint8_t hash[HASH_LEN])
{
	struct buf out = BUF_ON(scratch);
	struct fetch f = { .offset = 0 };
	size_t before = room_said(r, peer, FRAME_ATTACHMENT);

	memcpy(f.hash, hash, HASH_LEN);
	fetch_write(&f, &out);
	assert_int_equal(room_hear(r, peer, FRAME_FETCH, buf_bytes(&out)), ERR_OK);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].kind == FRAME_ATTACHMENT && r->said[i].tag != 0)
			room_took(r, &r->said[i]);
	}
	return room_said(r, peer, FRAME_ATTACHMENT) - before;
}

static enum err hear_piece(struct room *r, size_t peer, const uint8_t hash[HASH_LEN], uint64_t offset,
			   uint64_t total, struct bytes bytes)
{
	struct buf out = BUF_ON(scratch);
	struct attachment_piece p = { .offset = offset, .total = total, .piece = bytes };

	memcpy(p.hash, hash, HASH_LEN);
	attachment_piece_write(&p, &out);
	return room_hear(r, peer, FRAME_ATTACHMENT, buf_bytes(&out));
}

/* A message of that party that names a blob, at the end of its log. */
static void add_attachment(struct forge *f, const uint8_t hash[HASH_LEN], size_t len)
{
	uint8_t memory[4096];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	forge_content(f->w, &s, BYTES_LIT("attached"), hash, len, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

static void test_fetch_gives_what_the_channel_names(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], draft[HASH_LEN], two_alone[HASH_LEN], common[HASH_LEN], home[HASH_LEN];
	struct forge f;

	make_blob(blob, sizeof blob, 1, draft);
	attach(r, blob, sizeof blob, draft);
	make_blob(blob, sizeof blob, 2, two_alone);
	attach(r, blob, sizeof blob, two_alone);
	make_blob(blob, sizeof blob, 3, common);
	attach(r, blob, sizeof blob, common);
	make_blob(blob, sizeof blob, 4, home);
	attach(r, blob, sizeof blob, home);
	assert_int_equal(room_say(r, TWO_ALONE, PRECEDENCE_ROUTINE, 10, two_alone, 100), ERR_OK);
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, common, 100), ERR_OK);
	assert_int_equal(room_say(r, 900, PRECEDENCE_ROUTINE, 10, home, 100), ERR_OK);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	for (size_t peer = 1; peer <= 2; peer++) {
		assert_int_equal(fetch(r, peer, draft), 0);
		assert_int_equal(fetch(r, peer, home), 0);
		assert_int_equal(fetch(r, peer, common), 1);
		assert_int_equal(fetch(r, peer, two_alone), peer == 1 ? 1 : 0);
	}
	/* Who knows a hash can name it; that gives it to nobody. */
	load(&f, r, 2, CONSULT);
	add_attachment(&f, two_alone, 100);
	add_attachment(&f, draft, 100);
	add_attachment(&f, home, 100);
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_int_equal(fetch(r, 2, two_alone), 0);
	assert_int_equal(fetch(r, 2, draft), 0);
	assert_int_equal(fetch(r, 2, home), 0);
	forge_free(&f);
}

static void test_fetch_gives_back_what_was_given(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], hash[HASH_LEN];
	uint64_t held, total;
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	add_attachment(&f, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	/* To its author, who may have lost it, and to whoever else read that message. */
	assert_int_equal(fetch(r, 1, hash), 1);
	assert_int_equal(fetch(r, 2, hash), 1);
	/* One content of the two that name it is erased: the other names it still. */
	forge_erase(&f, &f, f.count - 1);
	assert_int_equal(room_hear_batch(r, 1, &f, f.count - 1, f.count), ERR_OK);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	assert_int_equal(fetch(r, 2, hash), 1);
	/* When both are, it goes to nobody, and from here. */
	forge_erase(&f, &f, f.count - 3);
	assert_int_equal(room_hear_batch(r, 1, &f, f.count - 1, f.count), ERR_OK);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	assert_int_equal(fetch(r, 1, hash), 0);
	assert_int_equal(fetch(r, 2, hash), 0);
	assert_int_equal(node_attachment(r->n->node, hash, 0, 0, NULL, &held, &total), ERR_NOT_FOUND);
	forge_free(&f);
}

#define NAMINGS 100u

static int in_order_of_contents(const void *a, const void *b, void *self)
{
	const struct forge *f = self;
	uint8_t hashes[2][HASH_LEN];

	hash_sha256(f->items[*(const size_t *)a].content, hashes[0]);
	hash_sha256(f->items[*(const size_t *)b].content, hashes[1]);
	return memcmp(hashes[0], hashes[1], HASH_LEN);
}

/*
 * Many messages name one blob, and all of them are erased, in the order of their rows: each costs what one
 * costs.
 */
static void test_erasures_walk_no_erased_names(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], hash[HASH_LEN];
	size_t order[NAMINGS], first;
	uint64_t held, total;
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	first = f.count;
	for (size_t i = 0; i < NAMINGS; i++) {
		add_attachment(&f, hash, sizeof blob);
		order[i] = first + i;
	}
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	qsort_r(order, NAMINGS, sizeof *order, in_order_of_contents, &f);
	first = f.count;
	for (size_t i = 0; i < NAMINGS; i++)
		forge_erase(&f, &f, order[i]);
	count_reads(r);
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	assert_in_range(contents_read, NAMINGS, 10 * NAMINGS);
	count_no_more(r);
	assert_int_equal(node_attachment(r->n->node, hash, 0, 0, NULL, &held, &total), ERR_NOT_FOUND);
	forge_free(&f);
}

/* A row a byte would be what 64 MiB cost. */
static void test_pieces_are_whole(void **state)
{
	struct room *r = *state;
	static uint8_t blob[3 * ATTACHMENT_PIECE_MAX];
	uint8_t hash[HASH_LEN];
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, (struct bytes){ blob, 1 }), ERR_FRAME);
	assert_int_equal(
		hear_piece(r, 1, hash, 0, ATTACHMENT_LEN_MAX, (struct bytes){ blob, ATTACHMENT_PIECE_MAX }),
		ERR_FRAME);
	for (size_t at = 0; at < sizeof blob; at += ATTACHMENT_PIECE_MAX)
		assert_int_equal(hear_piece(r, 1, hash, at, sizeof blob,
					    (struct bytes){ blob + at, ATTACHMENT_PIECE_MAX }),
				 ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	forge_free(&f);
}

/* One who names another's blob and gives a false beginning of it spoils nothing but his own. */
static void test_a_false_blob_spoils_no_other(void **state)
{
	struct room *r = *state;
	static uint8_t blob[2 * ATTACHMENT_PIECE_MAX], other[sizeof blob];
	uint8_t hash[HASH_LEN], ignored[HASH_LEN];
	struct forge f, g;

	make_blob(blob, sizeof blob, 1, hash);
	make_blob(other, sizeof other, 2, ignored);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	load(&g, r, 2, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	add_attachment(&g, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	assert_int_equal(
		hear_piece(r, 2, hash, 0, sizeof blob, (struct bytes){ other, ATTACHMENT_PIECE_MAX }),
		ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	/* The honest one is asked when the other lets us wait, from the beginning. */
	room_tick(r, 11000);
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	for (size_t at = 0; at < sizeof blob; at += ATTACHMENT_PIECE_MAX)
		assert_int_equal(hear_piece(r, 1, hash, at, sizeof blob,
					    (struct bytes){ blob + at, ATTACHMENT_PIECE_MAX }),
				 ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
	forge_free(&g);
}

/*
 * The commit of the message failed after its blob was asked for: the honest sender of a piece broke nothing.
 */
static void test_a_piece_of_what_was_taken_back(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], hash[HASH_LEN];
	struct buf out = BUF_ON(scratch);
	struct arrival in = { 1, 0, { FRAME_BATCH, { 0 } } };
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	forge_batch(&f, 0, f.count, &out);
	in.frame.payload = buf_bytes(&out);
	count_reads(r);
	is_full = true;
	assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
	assert_int_equal(node_commit(r->n->node, room_now(r), &r->n->fx), ERR_FULL);
	effects_reset(&r->n->fx);
	is_full = false;
	count_no_more(r);
	node_room(r->n->node, true);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->closed, 0);
	/* Asked for again with its message. */
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	forge_free(&f);
}

#define FILES 9u /* one more than a node looks through at once */
#define FILE_LEN (2 * ATTACHMENT_PIECE_MAX + 10)

static void give_piece(struct room *r, const uint8_t *by, const uint8_t *blob, const uint8_t hash[HASH_LEN],
		       unsigned piece)
{
	size_t at = piece * ATTACHMENT_PIECE_MAX,
	       part = FILE_LEN - at < ATTACHMENT_PIECE_MAX ? FILE_LEN - at : ATTACHMENT_PIECE_MAX;
	enum err e = node_attach(r->n->node, by, hash, FILE_LEN, at, (struct bytes){ blob + at, part });

	assert_int_equal(e, ERR_OK);
	room_turn(r);
}

/* Whoever gives a file gives all of it, in order, beside seven others at most: else he has not given it. */
static void test_a_file_is_given_whole(void **state)
{
	static const uint8_t by[KEY_HASH_LEN] = { 7 };
	static const struct {
		const uint8_t *by;
		uint8_t pieces[4];
		enum err want;
	} cases[] = {
		{ NULL, { 0, 1, 2, 2 }, ERR_OK },      { NULL, { 0, 1, 1, 2 }, ERR_OK },
		{ NULL, { 0, 0, 1, 2 }, ERR_OK },      { NULL, { 0, 2, 1, 1 }, ERR_REFUSED },
		{ NULL, { 0, 1, 0, 2 }, ERR_REFUSED }, { by, { 0, 1, 2, 2 }, ERR_REFUSED },
	};
	static uint8_t blobs[FILES][FILE_LEN];
	uint8_t hashes[FILES][HASH_LEN];
	struct room *r = *state;

	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		make_blob(blobs[0], FILE_LEN, (uint8_t)(i + 1), hashes[0]);
		for (size_t j = 0; j < ARRAY_COUNT(cases[i].pieces); j++)
			give_piece(r, cases[i].by, blobs[0], hashes[0], cases[i].pieces[j]);
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, hashes[0], FILE_LEN),
				 cases[i].want);
	}
	for (unsigned piece = 0; piece < 3; piece++) {
		for (size_t i = 0; i < FILES; i++) {
			make_blob(blobs[i], FILE_LEN, (uint8_t)(i + 100), hashes[i]);
			give_piece(r, NULL, blobs[i], hashes[i], piece);
		}
	}
	/* The one that had waited longest made room. */
	for (size_t i = 0; i < FILES; i++)
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, hashes[i], FILE_LEN),
				 i == 0 ? ERR_REFUSED : ERR_OK);
	/* Another length than what is held, and as much as nobody may attach. */
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, hashes[1], FILE_LEN - 1), ERR_REFUSED);
	for (unsigned piece = 0; piece < 3; piece++)
		give_piece(r, NULL, blobs[0], hashes[0], piece);
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, hashes[0], FILE_LEN), ERR_OK);
}

/* The last byte of a file that is whole, said again and again: the file is not read again and again. */
static void test_a_last_byte_reads_no_file(void **state)
{
	static const uint8_t by[KEY_HASH_LEN] = { 7 };
	static uint8_t blob[FILE_LEN];
	uint8_t hash[HASH_LEN];
	struct room *r = *state;

	make_blob(blob, sizeof blob, 9, hash);
	for (unsigned piece = 0; piece < 3; piece++)
		give_piece(r, by, blob, hash, piece);
	count_reads(r);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(node_attach(r->n->node, by, hash, FILE_LEN, FILE_LEN - 1,
					     (struct bytes){ blob + FILE_LEN - 1, 1 }),
				 ERR_OK);
	assert_int_equal(pieces_read, 0);
	count_no_more(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(fetch_gives_what_the_channel_names),
		ATTACK(fetch_gives_back_what_was_given),
		ATTACK(erasures_walk_no_erased_names),
		ATTACK(pieces_are_whole),
		ATTACK(a_false_blob_spoils_no_other),
		ATTACK(a_piece_of_what_was_taken_back),
		ATTACK(a_file_is_given_whole),
		ATTACK(a_last_byte_reads_no_file),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile attachments", tests, NULL, NULL);
}
