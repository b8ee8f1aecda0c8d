/*
 * What a peer may do with logs: epochs, forks, receipts, and entries that are not of the form.
 * It holds its own keys and every byte of its link. Each test is an attack, and what must not come of it.
 */
#include "attack.h"

#include "base/log.h"
#include "record/fork.h"

static uint8_t scratch[FRAME_LEN_MAX];

/* ---- Logs and epochs. ---- */

static void test_epochs_are_few(void **state)
{
	struct room *r = *state;
	size_t logs = 0;

	room_link(r, 1, 0, NULL, 0);
	for (uint32_t channel = LEADER; channel <= TWO_ALONE; channel++) {
		for (uint32_t epoch = 1; epoch <= 2 * EPOCHS_MAX; epoch++) {
			struct forge f;
			forge_open(&f, r->w, 1, channel, epoch);
			forge_begin(&f);
			assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
			logs += room_has_log(r, &f.key);
			if (epoch <= EPOCHS_MAX)
				assert_true(room_has_log(r, &f.key));
			else
				assert_false(room_has_log(r, &f.key));
			forge_free(&f);
		}
	}
	assert_int_equal(logs, 4 * EPOCHS_MAX);
	assert_int_equal(r->closed, 0);
	assert_int_equal(r->stopped, 0);
	/* And ours go on, as everybody else's. */
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
}

static void test_a_log_is_opened_by_its_author_alone(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 2, 0, NULL, 0);
	forge_open(&f, r->w, 1, LEADER, 5);
	forge_begin(&f);
	/* The third party cannot sign for the author. */
	forge_batch(&f, 0, f.count, &out);
	out.ptr[out.len - 20] = out.ptr[out.len - 20] == 'A' ? 'B' : 'A';
	assert_int_not_equal(room_hear(r, 2, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	assert_false(room_has_log(r, &f.key));
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_true(room_has_log(r, &f.key));
	forge_free(&f);
}

/* Said twice in a session, it would make us look at all logs and send all receipts as often as it likes. */
static void test_hello_comes_once(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);

	room_link(r, 1, 0, NULL, 0);
	forge_hello(r->w, 1, NULL, 0, &out);
	assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)), ERR_FRAME);
	assert_int_equal(r->closed, 1);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(r->closed, 1);
}

/* ---- Forks. ---- */

/* The contents of FORK statements in our own logs, checked as a stranger would. */
static size_t count_proofs(struct room *r, size_t party, uint32_t channel)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct place_key at = { { channel, 0, 1 }, 0 };
	size_t count = 0;

	for (; at.index < room_log(r, &at.log).size; at.index++) {
		struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
		static struct fork fork;
		struct entry_read_out read;
		struct fault fault;
		assert_int_equal(node_entry(r->n->node, &at, &bytes, &read), ERR_OK);
		count += read.statement.kind == KIND_FORK &&
			 node_content(r->n->node, &read.statement, &content) == ERR_OK &&
			 fork_read(buf_bytes(&content), &fork, &fault) == ERR_OK &&
			 fork_check(&fork, (const uint8_t *const[]){ r->w->nodes[party].log_key.public }, 1,
				    &fault) == ERR_OK;
	}
	return count;
}

static void test_a_fork_is_proved_with_few_reads(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 1500);
	common = f.count;
	for (size_t at = 0; at < f.count; at += 300)
		assert_int_equal(room_hear_batch(r, 1, &f, at, at + 300 < f.count ? at + 300 : f.count),
				 ERR_OK);
	forge_open(&g, r->w, 1, LEADER, 1);
	for (size_t i = 0; i < common; i++)
		forge_put(&g, f.items[i].entry, f.items[i].content);
	add_many(&f, 1);
	add_many(&g, 3);
	assert_int_equal(room_hear_batch(r, 1, &f, common, f.count), ERR_OK);
	count_reads(r);
	assert_int_equal(room_hear_batch(r, 1, &g, common, g.count), ERR_OK);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	assert_in_range(nodes_read, 1, 500);
	count_no_more(r);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	forge_free(&f);
	forge_free(&g);
}

/* Two roots of one size, whichever comes first: the sides are put in order before they are checked. */
static void test_a_fork_is_proved_either_way_round(void **state)
{
	struct room *r = *state;
	bool was_less = false, was_more = false;

	room_link(r, 1, 0, NULL, 0);
	for (uint32_t epoch = 1; !was_less || !was_more; epoch++) {
		uint8_t memory[2][1024], roots[2][HASH_LEN];
		struct buf notes[2] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
		size_t proofs = count_proofs(r, 1, LEADER);
		struct bytes note;
		struct forge f, g;
		assert_true(epoch <= EPOCHS_MAX);
		forge_open(&f, r->w, 1, LEADER, epoch);
		forge_open(&g, r->w, 1, LEADER, epoch);
		forge_begin(&f);
		forge_begin(&g);
		assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
		frontier_root(&f.frontiers[f.count], roots[0]);
		frontier_root(&g.frontiers[g.count], roots[1]);
		forge_note(&g, g.count, &notes[1]);
		note = buf_bytes(&notes[1]);
		room_link(r, 1, 0, &note, 1);
		assert_int_equal(count_proofs(r, 1, LEADER), proofs + 1);
		assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
		was_less |= memcmp(roots[0], roots[1], HASH_LEN) < 0;
		was_more |= memcmp(roots[0], roots[1], HASH_LEN) > 0;
		forge_free(&f);
		forge_free(&g);
	}
}

/* A fork whose two histories begin with the same: this is kept of the first, and then shown of the second. */
static void fork_of(struct room *r, struct forge *f, struct forge *g)
{
	load(f, r, 1, LEADER);
	load(g, r, 1, LEADER);
	add_many(f, 1);
	add_many(g, 2);
	assert_int_equal(room_hear_batch(r, 1, f, 0, f->count), ERR_OK);
}

/* Our own log is shut just then: the proof is kept, and said when it is open. */
static void test_a_fork_is_proved_later(void **state)
{
	struct room *r = *state;
	struct forge f, g, own, other, fork;
	uint8_t memory[1024];
	struct buf out = BUF_ON(memory);
	struct bytes note;
	uint64_t size;

	room_link(r, 1, 0, NULL, 0);
	fork_of(r, &f, &g);
	forge_open(&own, r->w, 0, LEADER, 1);
	forge_load(&own, r->n);
	add_many(&own, 1);
	forge_note(&own, own.count, &out);
	note = buf_bytes(&out);
	room_link(r, 1, 0, &note, 1);
	assert_int_equal(room_log(r, &own.key).state, LOG_RECOVERING);
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(count_proofs(r, 1, LEADER), 0);
	/* Another one is said at once, where our log is open: once, and there alone. */
	load(&other, r, 1, CONSULT);
	load(&fork, r, 1, CONSULT);
	add_message(&other, PRECEDENCE_ROUTINE, "one");
	add_message(&fork, PRECEDENCE_ROUTINE, "other");
	add_message(&fork, PRECEDENCE_ROUTINE, "more");
	assert_int_equal(room_hear_batch(r, 1, &other, 0, other.count), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &fork, 0, fork.count), ERR_OK);
	size = room_log(r, &(struct log_key){ CONSULT, 0, 1 }).size;
	for (size_t i = 0; i < 3; i++)
		room_tick(r, 1000);
	assert_int_equal(count_proofs(r, 1, CONSULT), 1);
	assert_int_equal(room_log(r, &(struct log_key){ CONSULT, 0, 1 }).size, size);
	assert_int_equal(room_hear_batch(r, 1, &own, 0, own.count), ERR_OK);
	assert_int_equal(room_log(r, &own.key).state, LOG_RUNS);
	for (size_t i = 0; i < 3; i++)
		room_tick(r, 1000);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	forge_free(&f);
	forge_free(&g);
	forge_free(&own);
	forge_free(&other);
	forge_free(&fork);
}

/* The commit that took the proof along failed: it is made again. */
static void test_a_fork_is_proved_when_the_disk_has_room(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct arrival in = { 1, 0, { FRAME_BATCH, { 0 } } };
	struct forge f, g;

	room_link(r, 1, 0, NULL, 0);
	fork_of(r, &f, &g);
	forge_batch(&g, 0, g.count, &out);
	in.frame.payload = buf_bytes(&out);
	count_reads(r);
	is_full = true;
	assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
	assert_int_equal(node_commit(r->n->node, room_now(r), &r->n->fx), ERR_FULL);
	effects_reset(&r->n->fx);
	is_full = false;
	count_no_more(r);
	node_room(r->n->node, true);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	forge_free(&f);
	forge_free(&g);
}

/* What a third party makes up of a log must not keep us from looking when its author really forks it. */
static void test_hearsay_hides_no_fork(void **state)
{
	struct room *r = *state;
	struct forge f, g, h;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 10);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	common = f.count;
	/* The third party passes on a good note with other entries under it. */
	load(&g, r, 1, LEADER);
	forge_cut(&g, 0);
	for (size_t i = 0; i < common; i++)
		forge_put(&g, f.items[i].entry, f.items[i].content);
	add_many(&f, 2);
	add_many(&g, 2);
	{
		struct batch_item items[2];
		uint8_t memory[1024];
		struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
		struct batch b = { .origin = f.origin, .first = common, .items = items, .count = 2 };
		for (size_t i = 0; i < 2; i++)
			items[i] = (struct batch_item){ .entry = g.items[common + i].entry,
							.content = g.items[common + i].content };
		forge_note(&f, f.count, &note);
		b.note = buf_bytes(&note);
		batch_write(&b, NULL, &out);
		assert_int_equal(room_hear(r, 2, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	}
	assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
	/* Now the author goes on from another history. */
	forge_open(&h, r->w, 1, LEADER, 1);
	for (size_t i = 0; i + 1 < common; i++)
		forge_put(&h, f.items[i].entry, f.items[i].content);
	add_many(&h, 3);
	room_forget(r);
	assert_int_equal(room_hear_batch(r, 1, &h, common, h.count), ERR_OK);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	assert_int_equal(room_hear_batch(r, 1, &h, 0, h.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	forge_free(&f);
	forge_free(&g);
	forge_free(&h);
}

/* So many that one frame has no room for them. */
static void hear_many(struct room *r, size_t peer, const struct forge *f, size_t from)
{
	for (size_t end; from < f->count; from = end) {
		end = from + 500 < f->count ? from + 500 : f->count;
		assert_int_equal(room_hear_batch(r, peer, f, from, end), ERR_OK);
	}
}

/* A third party shows the history `g`, and gives what is asked of it: the log of `f` stops. */
static void look_until_proved(struct room *r, const struct forge *f, const struct forge *g, size_t common)
{
	struct want want;

	room_link(r, 2, 0, NULL, 0);
	room_forget(r);
	assert_int_equal(room_hear_batch(r, 2, g, f->count, g->count), ERR_OK);
	for (size_t i = 0; i < 8 && room_log(r, &f->key).state == LOG_RUNS; i++) {
		assert_int_equal(room_said(r, 2, FRAME_WANT), i + 1);
		for (size_t j = 0; j < r->count; j++) {
			if (r->said[j].kind == FRAME_WANT)
				assert_int_equal(
					want_read((struct bytes){ r->said[j].bytes, r->said[j].len }, &want),
					ERR_OK);
		}
		hear_many(r, 2, g, want.first);
	}
	assert_true(want.first < common);
	assert_int_equal(room_log(r, &f->key).state, LOG_STOPPED);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
}

/*
 * Two histories part further back than is asked for at first, and a third party shows the other one: it is
 * asked for more until the proof is there. Where both are noted at the same sizes one look proves it.
 */
static void test_a_fork_far_back(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, LEADER);
	common = f.count;
	add_many(&f, 3000);
	add_many(&g, 3001);
	hear_many(r, 1, &f, 0);
	look_until_proved(r, &f, &g, common);
	forge_free(&f);
	forge_free(&g);
}

/* The other history has one entry that is another, far back, and behind it the same ones. */
static void test_a_fork_of_one_entry(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, LEADER);
	common = f.count;
	add_many(&f, 3000);
	add_many(&g, 1);
	for (size_t i = g.count; i < f.count; i++)
		forge_put(&g, f.items[i].entry, f.items[i].content);
	add_many(&g, 1);
	hear_many(r, 1, &f, 0);
	look_until_proved(r, &f, &g, common);
	forge_free(&f);
	forge_free(&g);
}

/*
 * The signer remembers a history of a peer's log that our store has lost: that stops the log and not the
 * node.
 */
static void test_a_log_that_the_signer_refuses_stops(void **state)
{
	struct room *r = *state;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	r->signer_says = ERR_REFUSED;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	r->signer_says = ERR_OK;
	room_turn(r);
	assert_int_equal(r->stopped, 0);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	forge_free(&f);
}

/* ---- Receipts. ---- */

static void test_a_receipt_of_another_root_closes_nothing(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 0, LEADER);
	forge_cut(&f, f.count - 1);
	add_message(&f, PRECEDENCE_FLASH, "not ours");
	forge_cosignature(&f, f.count, 1, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->closed, 0);
	assert_int_equal(room_log(r, &f.key).cosigned[1], 0);
	forge_free(&f);
}

/* Each costs a signature to verify, and whoever sends them all the time has nothing else to say. */
static void test_false_receipts_are_few(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 0, LEADER);
	forge_cut(&f, f.count - 1);
	add_message(&f, PRECEDENCE_FLASH, "not ours");
	forge_cosignature(&f, f.count, 1, &out);
	for (unsigned minute = 0; minute < 2; minute++) {
		for (unsigned i = 0; i < COSIGNATURES_FALSE_MAX; i++)
			assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
		assert_int_equal(r->closed, 0);
		r->skip_ms += HEADS_MS;
	}
	for (unsigned i = 0; i <= COSIGNATURES_FALSE_MAX; i++)
		assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->closed, 1);
	assert_int_equal(r->why, ERR_LIMIT);
	/* A new session is no new minute. */
	room_unlink(r, 1, 0);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->closed, 2);
	forge_free(&f);
}

/* A peer whose node is under a version that we do not hold gives no others. */
static void test_receipts_by_an_unknown_key_close_nothing(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct sign_key *key = &r->w->nodes[1].mirror_key, known = *key;
	uint8_t seed[SIGN_SEED_LEN] = { 1 };
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 0, LEADER);
	sign_key_from_seed(key, seed);
	forge_cosignature(&f, f.count, 1, &out);
	*key = known;
	for (unsigned i = 0; i <= COSIGNATURES_FALSE_MAX; i++)
		assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->closed, 0);
	assert_int_equal(room_log(r, &f.key).cosigned[1], 0);
	forge_free(&f);
}

/* A receipt that comes before its entries cannot be judged yet: what others make up takes no room from it. */
static void test_an_early_receipt_is_not_crowded_out(void **state)
{
	struct room *r = *state;
	uint8_t memory[1024];
	struct buf out = BUF_ON(scratch), line = BUF_ON(memory);
	struct cosignature c;
	struct forge f;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, first), ERR_OK);
	add_many(&f, 1);
	/* The author says for the third party what it never said. */
	forge_line(&f, f.count, 2, &line);
	c = (struct cosignature){ f.origin, LOG_SIZE_MAX, buf_bytes(&line) };
	cosignature_write(&c, NULL, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	buf_reset(&out);
	forge_cosignature(&f, f.count, 2, &out);
	assert_int_equal(room_hear(r, 2, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[2], f.count);
	forge_free(&f);
}

/*
 * A peer was restored since he signed more than he has now: what he says when he comes back is taken as soon
 * as the entries are there, also beside an old bundle of his.
 */
static void test_an_early_receipt_of_before_a_restore(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct arrival in = { 1, PATH_BUNDLE, { FRAME_COSIGNATURE, { 0 } } };
	struct forge f;
	size_t first, now;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 2, LEADER);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 2, &f, 0, first), ERR_OK);
	add_many(&f, 1);
	now = f.count;
	add_many(&f, 4);
	forge_cosignature(&f, f.count, 1, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	room_unlink(r, 1, 0);
	room_link(r, 1, 0, NULL, 0);
	in.frame.payload = buf_bytes(&out);
	assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
	room_turn(r);
	buf_reset(&out);
	forge_cosignature(&f, now, 1, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_hear_batch(r, 2, &f, first, now), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[1], now);
	forge_free(&f);
}

/* The lines of this log's note in the last HEADS to that peer; 0: it tells of others, or nothing. */
static size_t lines_told(const struct room *r, size_t peer, const struct forge *f)
{
	size_t lines = 0;

	for (size_t i = 0; i < r->count; i++) {
		static struct heads h;
		if (r->said[i].kind != FRAME_HEADS || r->said[i].peer != peer)
			continue;
		assert_int_equal(heads_read((struct bytes){ r->said[i].bytes, r->said[i].len }, &h), ERR_OK);
		lines = 0;
		for (size_t j = 0; j < h.notes_count; j++) {
			struct note note;
			struct fault fault;
			assert_int_equal(note_read(h.notes[j], &note, &fault), ERR_OK);
			if (origin_equal(&note.origin, &f->origin))
				lines = note.lines_count;
		}
	}
	return lines;
}

/* One who has no line to the third party hears of its receipt from us, also of a note that he knows. */
static void test_a_receipt_is_passed_on(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	room_tick(r, 60000);
	assert_int_equal(lines_told(r, 1, &f), 2); /* its author's and ours */
	room_forget(r);
	room_tick(r, 60000);
	assert_int_equal(lines_told(r, 1, &f), 0);
	forge_cosignature(&f, f.count, 2, &out);
	assert_int_equal(room_hear(r, 2, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	room_forget(r);
	room_tick(r, 60000);
	assert_int_equal(lines_told(r, 1, &f), 3);
	forge_free(&f);
}

/* ---- An entry that is not of the form. ---- */

/* The last entry again, with these bytes in place of the first `cut` and these behind it. */
static void add_spoilt(struct forge *f, size_t cut, struct bytes begin, struct bytes end)
{
	static uint8_t memory[2 * ENTRY_LEN_MAX];
	struct buf out = BUF_ON(memory);
	struct bytes entry = f->items[f->count - 1].entry;

	buf_put(&out, begin);
	buf_put(&out, (struct bytes){ entry.ptr + cut, entry.len - cut });
	buf_put(&out, end);
	forge_cut(f, f->count - 1);
	forge_put(f, buf_bytes(&out), NONE);
}

/* That log stops there, and its writer is told where and why; the path and his other logs go on. */
static void stops_at(struct room *r, struct forge *f, struct forge *other, size_t index, size_t offset,
		     const char *rule)
{
	struct refuse refuse;
	struct log_status status;

	assert_int_equal(room_hear_batch(r, 1, f, 0, f->count), ERR_OK);
	assert_int_equal(r->closed, 0);
	assert_int_equal(room_said(r, 1, FRAME_REFUSE), 1);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].kind == FRAME_REFUSE)
			assert_int_equal(
				refuse_read((struct bytes){ r->said[i].bytes, r->said[i].len }, &refuse),
				ERR_OK);
	}
	assert_true(origin_equal(&refuse.origin, &f->origin));
	assert_int_equal(refuse.index, index);
	assert_int_equal(refuse.offset, offset);
	assert_true(bytes_equal(refuse.rule, bytes_str(rule)));
	status = room_log(r, &f->key);
	assert_int_equal(status.state, LOG_STOPPED);
	assert_string_equal(status.stopped.rule, rule);
	assert_int_equal(status.size, 0);
	assert_int_equal(room_hear_batch(r, 1, other, 0, other->count), ERR_OK);
	assert_int_equal(room_log(r, &other->key).size, other->count);
}

static void test_an_entry_that_is_not_strict_stops_its_log_alone(void **state)
{
	static const uint8_t long_end[ENTRY_LEN_MAX];
	const struct {
		const char *why;
		size_t cut;
		struct bytes begin, end;
		size_t offset; /* SIZE_MAX: behind the entry */
		const char *rule;
	} rows[] = {
		{ "an integer in two bytes", 3, BYTES_LIT("\xa6\x01\x18\x01"), NONE, 2, "cbor.shortest" },
		{ "a float", 3, BYTES_LIT("\xa6\x01\xf9\x3c\x00"), NONE, 2, "cbor.float" },
		{ "a tag", 3, BYTES_LIT("\xa6\x01\xc1\x01"), NONE, 2, "cbor.tag" },
		{ "a map without an end", 1, BYTES_LIT("\xbf"), NONE, 0, "cbor.indefinite" },
		{ "a key twice", 3, BYTES_LIT("\xa7\x01\x01\x01\x01"), NONE, 3, "cbor.order" },
		{ "another version", 3, BYTES_LIT("\xa6\x01\x02"), NONE, 2, "entry.version" },
		{ "a byte behind it", 0, NONE, BYTES_LIT("\x00"), SIZE_MAX, "cbor.trailing" },
		{ "too long", 0, NONE, BYTES_OF(long_end), 0, "entry.limit" },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct room *r = *state;
		struct forge f, g;
		size_t len;

		print_message("# %s\n", rows[i].why);
		room_link(r, 1, 0, NULL, 0);
		load(&f, r, 1, LEADER);
		load(&g, r, 1, CONSULT);
		add_reference(&f, PRECEDENCE_FLASH, &f, 0);
		len = f.items[f.count - 1].entry.len;
		add_spoilt(&f, rows[i].cut, rows[i].begin, rows[i].end);
		stops_at(r, &f, &g, f.count - 1, rows[i].offset == SIZE_MAX ? len : rows[i].offset,
			 rows[i].rule);
		forge_free(&f);
		forge_free(&g);
		room_close(r);
		room_open(r);
	}
}

static void test_an_entry_of_another_place_stops_its_log(void **state)
{
	struct room *r = *state;
	struct forge f, g;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, CONSULT);
	forge_put(&f, f.items[0].entry, f.items[0].content);
	stops_at(r, &f, &g, f.count - 1, 0, "entry.place");
	forge_free(&f);
	forge_free(&g);
}

/*
 * The log key's word for a root that these entries do not have: of a whole log there is nothing to look for.
 */
static void test_a_root_that_is_not_the_notes(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t held;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, CONSULT);
	f.frontiers[f.count] = g.frontiers[g.count - 1];
	stops_at(r, &f, &g, 0, 0, "record.root");

	/* Behind entries that are held it may be a fork: they are asked for before anybody is accused. */
	held = g.count;
	add_many(&g, 1);
	g.frontiers[g.count] = f.frontiers[1];
	assert_int_equal(room_hear_batch(r, 1, &g, held, g.count), ERR_OK);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	assert_int_equal(r->closed, 0);
	assert_int_not_equal(room_log(r, &g.key).state, LOG_STOPPED);
	assert_int_equal(room_log(r, &g.key).size, held);
	forge_free(&f);
	forge_free(&g);
}

/* Of a log that is held, by its author: whoever sends a note that its key has not signed is no peer. */
static void test_a_false_log_signature_closes(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;
	size_t held;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	held = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, held), ERR_OK);
	add_many(&f, 1);
	forge_batch(&f, held, f.count, &out);
	out.ptr[out.len - 20] = out.ptr[out.len - 20] == 'A' ? 'B' : 'A';
	assert_int_equal(room_hear(r, 1, FRAME_BATCH, buf_bytes(&out)), ERR_NOTE);
	assert_int_equal(r->closed, 1);
	assert_int_equal(room_log(r, &f.key).size, held);
	forge_free(&f);
}

static enum err hear_from(struct room *r, struct forge *f, size_t first)
{
	return room_hear_batch(r, 1, f, first, f->count);
}

static const char *rule_of(const struct room *r, const struct forge *f)
{
	const char *rule = room_log(r, &f->key).stopped.rule;

	return rule == NULL ? "" : rule;
}

static void adopt_next(struct room *r)
{
	assert_int_equal(node_adopt(r->n->node, room_now(r), r->w->next, &r->n->fx), ERR_OK);
	room_turn(r);
}

/* The key that a log has left, behind the place; the one that it comes to, before it. */
static void test_a_key_out_of_its_place(void **state)
{
	struct room *r = *state;
	uint8_t kept_memory[NOTE_LEN_MAX], note_memory[NOTE_LEN_MAX];
	struct buf kept = BUF_ON(kept_memory), note = BUF_ON(note_memory);
	const struct sign_key *const old = &r->w->nodes[1].log_key, *const new = &r->w->nodes[1].next_log_key;

	world_rotates(r->w);
	assert_memory_not_equal(old->public, new->public, SIGN_PUBLIC_LEN);
	room_link(r, 1, 0, NULL, 0);
	adopt_next(r);
	for (unsigned is_early = 0; is_early < 2; is_early++) {
		struct forge f;
		size_t held, refused = room_said(r, 1, FRAME_REFUSE);
		load(&f, r, 1, is_early ? CONSULT : LEADER);
		held = f.count;
		assert_int_equal(hear_from(r, &f, 0), ERR_OK);
		if (!is_early) {
			/* One batch that says itself which key signs it, then the entry behind it. */
			forge_version(&f, r->w->next->hash);
			add_many(&f, 1);
			f.log_key = new;
			assert_int_equal(hear_from(r, &f, held), ERR_OK);
			assert_int_equal(room_log(r, &f.key).size, held + 2);
			assert_string_equal(rule_of(r, &f), "");
			/* The old note is as good as ever. */
			f.log_key = old;
			assert_int_equal(room_hear_batch(r, 1, &f, 0, held + 1), ERR_OK);
			assert_string_equal(rule_of(r, &f), "");
			held += 2;
		}
		add_many(&f, 1);
		f.log_key = is_early ? new : old;
		assert_int_equal(hear_from(r, &f, held), ERR_OK);
		assert_string_equal(rule_of(r, &f), "record.key");
		assert_int_equal(room_log(r, &f.key).size, held);
		assert_int_equal(room_said(r, 1, FRAME_REFUSE), refused + 1);
		assert_int_equal(r->closed, 0);
		buf_reset(&kept);
		assert_int_equal(node_misused(r->n->node, &f.key, &kept), ERR_OK);
		buf_reset(&note);
		forge_note(&f, f.count, &note);
		assert_true(bytes_equal(buf_bytes(&kept), buf_bytes(&note)));
		forge_free(&f);
	}
}

/*
 * A peer passes on another's log with a move to the next version where that log has none, under a note that
 * is genuine: neither what is held nor what follows is judged by it, and nobody's key is called misused.
 */
static void test_a_move_that_is_made_up(void **state)
{
	struct room *r = *state;
	const struct sign_key *const old = &r->w->nodes[1].log_key, *const new = &r->w->nodes[1].next_log_key;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	adopt_next(r);
	for (unsigned is_behind = 0; is_behind < 2; is_behind++) {
		uint8_t memory[NOTE_LEN_MAX];
		struct buf kept = BUF_ON(memory);
		struct forge f, g;
		size_t held, from;
		load(&f, r, 1, is_behind ? CONSULT : LEADER);
		load(&g, r, 1, is_behind ? CONSULT : LEADER);
		add_many(&f, 2);
		if (!is_behind) {
			from = g.count;
			assert_int_equal(hear_from(r, &f, 0), ERR_OK);
			held = f.count;
			forge_version(&f, r->w->next->hash);
			add_many(&f, 1);
			f.log_key = new;
			assert_int_equal(hear_from(r, &f, held), ERR_OK);
			held = f.count;
		} else {
			held = from = g.count;
			assert_int_equal(hear_from(r, &g, 0), ERR_OK);
		}
		forge_version(&g, r->w->next->hash);
		add_many(&g, 1);
		g.log_key = old;
		g.frontiers[g.count] = f.frontiers[g.count];
		assert_int_equal(room_hear_batch(r, 2, &g, from, g.count), ERR_OK);
		assert_string_equal(rule_of(r, &f), "");
		assert_int_equal(room_log(r, &f.key).size, held);
		assert_int_equal(node_misused(r->n->node, &f.key, &kept), ERR_NOT_FOUND);
		forge_free(&f);
		forge_free(&g);
	}
	assert_int_equal(r->closed, 0);
}

/* What is signed under a version that is not held: neither kept nor refused, and taken when it is held. */
static void test_a_key_of_a_version_that_is_not_held(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t held;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(hear_from(r, &f, 0), ERR_OK);
	forge_version(&f, r->w->next->hash);
	assert_int_equal(hear_from(r, &f, f.count - 1), ERR_OK);
	held = f.count;
	add_many(&f, 1);
	f.log_key = &r->w->nodes[1].next_log_key;
	assert_int_equal(hear_from(r, &f, held), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, held);
	assert_string_equal(rule_of(r, &f), "");
	assert_int_equal(r->closed, 0);
	adopt_next(r);
	assert_int_equal(hear_from(r, &f, held), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, held + 1);
	forge_free(&f);
}

/* On each line that is up, before all else: no note by its keys comes to who has not heard of it. */
static void test_a_version_is_told_on_every_line(void **state)
{
	struct room *r = *state;
	bool is_told[2] = { false };

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 1, 1, NULL, 0);
	room_forget(r);
	adopt_next(r);
	for (size_t i = 0; i < r->count; i++) {
		struct heads h;
		if (r->said[i].kind != FRAME_HEADS)
			continue;
		assert_int_equal(r->said[i].urgency, URGENCY_LINK);
		assert_int_equal(heads_read((struct bytes){ r->said[i].bytes, r->said[i].len }, &h), ERR_OK);
		assert_int_equal(h.held.count, 2);
		is_told[r->said[i].path] = true;
	}
	assert_true(is_told[0] && is_told[1]);
}

/* In a second history its keys may have other places: what has stopped is not judged again. */
static void test_a_stopped_log_closes_nothing(void **state)
{
	struct room *r = *state;
	uint8_t memory[1024];
	struct buf note = BUF_ON(memory);
	struct bytes told;
	struct forge f, g;
	size_t held;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, LEADER);
	add_many(&f, 1);
	forge_version(&g, r->w->next->hash);
	assert_int_equal(hear_from(r, &f, 0), ERR_OK);
	assert_int_equal(hear_from(r, &g, f.count - 1), ERR_OK);
	assert_string_equal(rule_of(r, &f), "record.fork");
	held = g.count;
	add_many(&g, 1);
	g.log_key = &r->w->nodes[1].next_log_key;
	assert_int_equal(room_hear_batch(r, 1, &g, held, g.count), ERR_OK);
	forge_note(&g, g.count, &note);
	told = buf_bytes(&note);
	room_unlink(r, 1, 0);
	room_link(r, 1, 0, &told, 1);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
	forge_free(&g);
}

static void hear_line(struct room *r, const struct forge *f, size_t size, size_t mirror)
{
	struct buf out = BUF_ON(scratch);

	forge_cosignature(f, size, mirror, &out);
	assert_int_equal(room_hear(r, mirror, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
}

/* The next version brings this party another mirror key; gives what is held of its log. */
static size_t leave_mirror_key(struct room *r, size_t mirror, struct forge *ours, struct forge *f)
{
	world_rotates(r->w);
	assert_memory_not_equal(r->w->nodes[mirror].mirror_key.public,
				r->w->nodes[mirror].next_mirror_key.public, SIGN_PUBLIC_LEN);
	room_link(r, mirror, 0, NULL, 0);
	adopt_next(r);
	assert_int_equal(room_say_at_once(r, LEADER, PRECEDENCE_FLASH, 10, 2), ERR_OK);
	load(ours, r, 0, LEADER);
	load(f, r, mirror, LEADER);
	assert_int_equal(room_hear_batch(r, mirror, f, 0, f->count), ERR_OK);
	return f->count;
}

/*
 * Whoever has the mirror key that a party has left makes nobody believe more than its own log shows; a
 * receipt that a restore took from us, and that its mirror cannot make again, comes back.
 */
static void test_a_mirror_key_that_was_left(void **state)
{
	struct room *r = *state;
	const size_t mirror = 2;
	struct forge f, ours;
	size_t held;

	held = leave_mirror_key(r, mirror, &ours, &f);
	add_seen(&f, 0, 1, ours.count - 1);
	forge_version(&f, r->w->next->hash);
	f.log_key = &r->w->nodes[mirror].next_log_key;
	assert_int_equal(room_hear_batch(r, mirror, &f, held, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, held + 2);
	hear_line(r, &ours, ours.count, mirror);
	assert_int_equal(room_log(r, &ours.key).cosigned[mirror], 0);
	hear_line(r, &ours, ours.count - 1, mirror);
	assert_int_equal(room_log(r, &ours.key).cosigned[mirror], ours.count - 1);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
	forge_free(&ours);
}

/*
 * The receipt comes first, and the entry of its party's log that makes an older key good for it later: nobody
 * says the receipt again.
 */
static void test_a_receipt_waits_for_what_its_party_shows(void **state)
{
	struct room *r = *state;
	const size_t mirror = 2;
	struct forge f, ours;
	size_t held;

	held = leave_mirror_key(r, mirror, &ours, &f);
	forge_version(&f, r->w->next->hash);
	f.log_key = &r->w->nodes[mirror].next_log_key;
	assert_int_equal(room_hear_batch(r, mirror, &f, held, f.count), ERR_OK);
	hear_line(r, &ours, ours.count, mirror);
	/* One entry that shows less, and then the one that shows all. */
	for (size_t size = ours.count - 1; size <= ours.count; size++) {
		assert_int_equal(room_log(r, &ours.key).cosigned[mirror], 0);
		held = f.count;
		add_seen(&f, 0, 1, size);
		assert_int_equal(room_hear_batch(r, mirror, &f, held, f.count), ERR_OK);
		assert_int_equal(room_log(r, &f.key).folded, f.count);
	}
	assert_int_equal(room_log(r, &ours.key).cosigned[mirror], ours.count);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
	forge_free(&ours);
}

/* Taken while nobody could know better; the version comes, and says that this key was not good there. */
static void test_an_old_key_is_found_out_by_the_version(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t held;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(hear_from(r, &f, 0), ERR_OK);
	held = f.count;
	forge_version(&f, r->w->next->hash);
	add_many(&f, 1);
	assert_int_equal(hear_from(r, &f, held), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, held + 2);
	adopt_next(r);
	assert_string_equal(rule_of(r, &f), "record.key");
	forge_free(&f);
}

/* A HELLO that is not from now, nor from anybody in particular, with these changes. */
static enum err carry_hello(struct room *r, int64_t late_ms, bool is_of_another_accord, bool has_next)
{
	static uint8_t memory[FRAME_LEN_MAX], changed[FRAME_LEN_MAX];
	static struct hello h;
	struct buf plain = BUF_ON(memory), out = BUF_ON(changed);
	struct arrival in = { 1, PATH_BUNDLE, { FRAME_HELLO, { 0 } } };

	forge_hello(r->w, 1, NULL, 0, &plain);
	assert_int_equal(hello_read(buf_bytes(&plain), &h), ERR_OK);
	h.clock.ms -= (uint64_t)late_ms;
	h.manifest_hash[0] ^= is_of_another_accord;
	if (has_next) {
		h.held.count = 2;
		memcpy(h.held.hashes[0], r->w->accord->hash, HASH_LEN);
		memcpy(h.held.hashes[1], r->w->next->hash, HASH_LEN);
	}
	hello_write(&h, &out);
	in.frame.payload = buf_bytes(&out);
	return node_receive(r->n->node, room_now(r), &in, &r->n->fx);
}

/* What a carried file says of its writer is nothing that the screen may say of the peer. */
static void test_a_bundle_is_no_word_of_the_peer(void **state)
{
	struct room *r = *state;
	uint8_t memory[256];
	struct buf out = BUF_ON(memory);
	struct arrival in = { 1, PATH_BUNDLE, { FRAME_REFUSE, { 0 } } };
	struct refuse refuse = { .index = 0, .rule = BYTES_LIT("cbor.shortest") };
	struct node_status before, after;

	room_link(r, 1, 0, NULL, 0);
	node_status(r->n->node, &before);
	r->skip_ms += 5000;
	assert_int_equal(carry_hello(r, 86400000, false, false), ERR_OK);
	room_turn(r);
	assert_int_equal(carry_hello(r, 0, true, false), ERR_ACCORD_DIFFERS);
	room_turn(r);
	refuse.origin = (struct origin){ .channel = LEADER, .epoch = 1 };
	memcpy(refuse.origin.accord, r->w->accord->id, ACCORD_ID_LEN);
	memcpy(refuse.origin.party, r->w->accord->parties[0].name, strlen(r->w->accord->parties[0].name) + 1);
	refuse_write(&refuse, &out);
	in.frame.payload = buf_bytes(&out);
	assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_FRAME);
	room_turn(r);
	node_status(r->n->node, &after);
	for (size_t i = 0; i < before.peers_count; i++) {
		assert_int_equal(after.peers[i].clock_offset_ms, before.peers[i].clock_offset_ms);
		assert_int_equal(after.peers[i].compared.ms, before.peers[i].compared.ms);
		assert_int_equal(after.peers[i].refused.kind, REFUSAL_NONE);
	}
}

/* By the versions that he holds it is decided whether an old key may go, and nobody signed the file. */
static void test_a_bundle_says_not_what_the_peer_holds(void **state)
{
	struct room *r = *state;
	uint16_t known;
	size_t batches;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	adopt_next(r);
	known = node_peer_versions(r->n->node, 1);
	assert_int_equal(known & 2, 0);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	batches = room_said(r, 1, FRAME_BATCH);
	assert_int_not_equal(batches, 0);
	assert_int_equal(carry_hello(r, 0, false, true), ERR_OK);
	room_turn(r);
	assert_int_equal(node_peer_versions(r->n->node, 1), known);
	/* Nor does it begin anew what the line has under way. */
	assert_int_equal(room_said(r, 1, FRAME_BATCH), batches);
}

/* But that there is a version which we lack may be so: what is signed under it is awaited. */
static void test_a_bundle_says_that_there_is_a_version(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t held;

	world_rotates(r->w);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	held = f.count;
	assert_int_equal(hear_from(r, &f, 0), ERR_OK);
	add_many(&f, 2);
	f.log_key = &r->w->nodes[1].next_log_key;
	assert_int_equal(hear_from(r, &f, held + 1), ERR_NOTE);
	assert_int_equal(carry_hello(r, 0, false, true), ERR_OK);
	room_turn(r);
	assert_int_equal(hear_from(r, &f, held + 1), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, held);
	assert_string_equal(rule_of(r, &f), "");
	forge_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(epochs_are_few),
		ATTACK(a_log_is_opened_by_its_author_alone),
		ATTACK(hello_comes_once),
		ATTACK(a_bundle_is_no_word_of_the_peer),
		ATTACK(a_bundle_says_not_what_the_peer_holds),
		ATTACK(a_bundle_says_that_there_is_a_version),
		ATTACK(a_fork_is_proved_with_few_reads),
		ATTACK(a_fork_is_proved_either_way_round),
		ATTACK(a_fork_is_proved_later),
		ATTACK(a_fork_is_proved_when_the_disk_has_room),
		ATTACK(hearsay_hides_no_fork),
		ATTACK(a_fork_far_back),
		ATTACK(a_fork_of_one_entry),
		ATTACK(a_log_that_the_signer_refuses_stops),
		ATTACK(a_receipt_of_another_root_closes_nothing),
		ATTACK(false_receipts_are_few),
		ATTACK(receipts_by_an_unknown_key_close_nothing),
		ATTACK(an_early_receipt_is_not_crowded_out),
		ATTACK(an_early_receipt_of_before_a_restore),
		ATTACK(a_receipt_is_passed_on),
		ATTACK(an_entry_that_is_not_strict_stops_its_log_alone),
		ATTACK(an_entry_of_another_place_stops_its_log),
		ATTACK(a_root_that_is_not_the_notes),
		ATTACK(a_false_log_signature_closes),
		ATTACK(a_key_out_of_its_place),
		ATTACK(a_move_that_is_made_up),
		ATTACK(a_key_of_a_version_that_is_not_held),
		ATTACK(a_version_is_told_on_every_line),
		ATTACK(a_stopped_log_closes_nothing),
		ATTACK(a_mirror_key_that_was_left),
		ATTACK(a_receipt_waits_for_what_its_party_shows),
		ATTACK(an_old_key_is_found_out_by_the_version),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile logs", tests, NULL, NULL);
}
