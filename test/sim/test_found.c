/* What seeds found, told as short stories: each fails without what mended it (docs/track-record.md). */
#include "world.h"

#include "base/log.h"
#include "record/checkpoint.h"
#include "sys/sim_disk.h"
#include "wire/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONSULT 2u

/* The last message that a node holds of the first party on a channel. */
static struct place_key last_message(struct sim_node *n, uint32_t channel)
{
	struct message_at at = { 0 };
	struct place_key last = { 0 };

	while (fold_next_message(node_fold(n->node), channel, &at) == ERR_OK) {
		if (at.place.log.party == 0)
			last = at.place;
	}
	return last;
}

/* How much of the blob of the first party's last message a node holds; 0 if it has no such message. */
static uint64_t blob_held(struct sim_node *n, uint64_t *total)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	static struct content content;
	struct place_key at = last_message(n, CONSULT);
	struct buf bytes = BUF_ON(memory), text = BUF_ON(content_memory);
	struct entry_read_out read;
	struct fault fault;
	uint64_t held = 0;

	*total = 0;
	if (at.log.epoch == 0 || node_entry(n->node, &at, &bytes, &read) != ERR_OK ||
	    node_content(n->node, &read.statement, &text) != ERR_OK ||
	    content_read(buf_bytes(&text), &content, &fault) != ERR_OK || content.attachments_count == 0)
		return 0;
	if (node_attachment(n->node, content.attachments[0].hash, 0, 0, NULL, &held, total) != ERR_OK)
		return 0;
	return held;
}

/*
 * A disk that is full takes pieces of an attachment back that were on their way into the store: what comes
 * after them leaves a hole, and is asked for again without a new path.
 */
static void test_attachment_over_a_full_disk(void **state)
{
	struct world *w = world_new(5, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	uint64_t total, held;

	(void)state;
	world_advance(w, 1900000); /* enrolled, connected; people begin at two seconds */
	w->is_healing = true;
	officer_attach(w, a, CONSULT, 1000000);
	node_turn(w, a);
	sim_disk_limit(b->disk, sim_disk_used(b->disk));
	while ((held = blob_held(b, &total)) == 0 && w->now_us < 20000000)
		world_advance(w, w->now_us + 100);
	world_advance(w, w->now_us + 20000000);
	assert_int_equal(blob_held(b, &total), 1000000);
	assert_int_equal(total, 1000000);
	world_free(w);
}

static struct log_status newest_log(struct sim_node *n, size_t party, uint32_t channel)
{
	struct log_status logs[64], newest = { 0 };
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.party == party && logs[i].log.channel == channel)
			newest = logs[i];
	}
	return newest;
}

static struct log_status own_log(struct sim_node *n, uint32_t channel)
{
	return newest_log(n, n->party, channel);
}

/* The node goes back to its backup; its signer does not. */
static void put_back(struct world *w, struct sim_node *n)
{
	node_down(w, n);
	disk_restore(w, n);
	n->is_restored = true;
	memset(n->cosigned, 0, sizeof n->cosigned);
	node_boot(w, n);
}

/*
 * A backup, and a message after it whose mark the signer has not synced; its receipt is committed, and the
 * note with it. The log as the backup has it.
 */
static struct log_status one_after_the_backup(struct world *w, struct sim_node *a, struct sim_node *b)
{
	struct log_status log;

	world_advance(w, 1900000);
	w->is_healing = true;
	world_advance(w, 4000000);
	disk_keep(w, a);
	a->backup_acknowledged = a->acknowledged_count;
	log = own_log(a, CONSULT);
	signer_sync(&a->signer);
	officer_attach(w, a, CONSULT, 0);
	node_turn(w, a);
	while (own_log(a, CONSULT).cosigned[b->party] <= log.size && w->now_us < 5000000)
		world_advance(w, w->now_us + 100);
	return log;
}

/*
 * The power goes within two milliseconds of a signature: the note is in the store and at the peer, the mark
 * is not on the signer's disk. The next start brings the mark to what was signed, or a backup that is put
 * back later, as long as the mark, would be taken for all that there was.
 */
static void test_mark_lost_after_its_note(void **state)
{
	struct world *w = world_new(6, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct log_status log;

	(void)state;
	log = one_after_the_backup(w, a, b);
	assert_int_equal(own_log(a, CONSULT).noted, log.size + 1);
	/* The mark that moved last is gone, and the peer is out of reach. */
	w->is_cut = true;
	node_down(w, a);
	signer_forget(&a->signer);
	a->signer.is_certain = false;
	node_boot(w, a);
	world_advance(w, w->now_us + 3000000);
	assert_int_equal(own_log(a, CONSULT).size, log.size + 1);
	/* The backup is one entry short. The signer knows. */
	put_back(w, a);
	assert_int_equal(own_log(a, CONSULT).size, log.size);
	assert_int_equal(own_log(a, CONSULT).state, LOG_RECOVERING);
	w->is_cut = false;
	world_advance(w, w->now_us + 20000000);
	assert_int_equal(own_log(a, CONSULT).state, LOG_RUNS);
	assert_true(own_log(a, CONSULT).size > log.size);
	world_free(w);
}

/*
 * The power takes the last mark, the disk is lost and its backup put back: the peer fills the log up. The
 * signer signs what came back, or the same backup, put back once more, would be taken for all that there was.
 */
static void test_mark_behind_a_refilled_log(void **state)
{
	struct world *w = world_new(6, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct log_status log;

	(void)state;
	log = one_after_the_backup(w, a, b);
	signer_forget(&a->signer);
	a->signer.is_certain = false;
	put_back(w, a);
	world_advance(w, w->now_us + 5000000);
	assert_int_equal(own_log(a, CONSULT).state, LOG_RUNS);
	assert_int_equal(own_log(a, CONSULT).size, log.size + 1);
	w->is_cut = true;
	put_back(w, a);
	assert_int_equal(own_log(a, CONSULT).size, log.size);
	assert_int_equal(own_log(a, CONSULT).state, LOG_RECOVERING);
	world_free(w);
}

/*
 * A signer that went back with its machine does not know how far it had signed. That the peers have said so
 * is known to this run alone: the next start asks them again, until the log is whole.
 */
static void test_doubt_while_peers_give_back(void **state)
{
	struct world *w = world_new(6, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct log_status log;

	(void)state;
	log = one_after_the_backup(w, a, b);
	signer_forget(&a->signer);
	a->signer.is_certain = false;
	put_back(w, a);
	for (int64_t end = w->now_us + 5000000; w->now_us < end; world_advance(w, w->now_us + 50)) {
		if (own_log(a, CONSULT).state == LOG_RECOVERING)
			assert_false(a->signer.is_certain);
	}
	assert_int_equal(own_log(a, CONSULT).size, log.size + 1);
	assert_true(a->signer.is_certain);
	world_free(w);
}

/*
 * A mirror signs its receipt, and before anybody has it its machine goes back to a backup. The refilled log
 * ends where its mark stands: the receipt is signed again, although the signer had been asked for it once.
 */
static void test_receipt_lost_with_its_store(void **state)
{
	struct world *w = world_new(8, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct origin origin;
	uint64_t size;

	(void)state;
	world_advance(w, 1900000);
	w->is_healing = true;
	world_advance(w, 4000000);
	disk_keep(w, b);
	b->backup_acknowledged = b->acknowledged_count;
	size = own_log(a, CONSULT).size + 1;
	origin = (struct origin){ .channel = CONSULT, .epoch = 1 };
	memcpy(origin.accord, w->accord->id, ACCORD_ID_LEN);
	memcpy(origin.party, w->accord->parties[a->party].name, sizeof origin.party);
	officer_attach(w, a, CONSULT, 0);
	node_turn(w, a);
	while (marks_find(&b->signer.marks, &origin)->size < size && w->now_us < 5000000)
		world_advance(w, w->now_us + 10);
	assert_true(own_log(a, CONSULT).cosigned[b->party] < size);
	put_back(w, b);
	world_advance(w, 12000000);
	assert_true(own_log(a, CONSULT).cosigned[b->party] >= size);
	world_free(w);
}

/* This log is there as it was. */
static void check_filled(struct sim_node *n, const struct log_status *want)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (!log_key_equal(&logs[i].log, &want->log))
			continue;
		assert_int_equal(logs[i].size, want->size);
		assert_memory_equal(logs[i].root, want->root, HASH_LEN);
		return;
	}
	fail_msg("node %zu has no such log", n->party);
}

/* All that a node has for another, as files on a carrier. */
static void pack(struct world *w, struct sim_node *from, const struct sim_node *to, struct buf *bundle)
{
	struct bundle_cursor cursor = { .pieces_max = 1u << 20 };

	buf_reset(bundle);
	while (node_bundle(from->node, to->party, world_now(w, from), &cursor, bundle) == ERR_OK)
		;
}

static void unpack(struct world *w, const struct buf *bundle, size_t from, struct sim_node *to)
{
	struct bytes rest = buf_bytes(bundle);
	struct frame frame;

	while (rest.len > 0) {
		struct arrival in = { from, PATH_BUNDLE, { 0 } };
		assert_int_equal(frame_read(&rest, &frame), ERR_OK);
		in.frame = frame;
		assert_int_equal(node_receive(to->node, world_now(w, to), &in, &to->fx), ERR_OK);
	}
	node_turn(w, to);
}

/*
 * A restore takes an entry that is on its way by hand: the next epoch is open when the peer gets it. His
 * receipt tells the author that it exists, and the ended log is filled up without a new path.
 */
static void test_ended_log_filled_by_a_bundle(void **state)
{
	static uint8_t memory[4u << 20];
	struct world *w = world_new(7, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct buf bundle = BUF_ON(memory);
	struct log_status log;

	(void)state;
	world_advance(w, 1900000);
	w->is_healing = true;
	world_advance(w, 4000000);
	disk_keep(w, a);
	a->backup_acknowledged = a->acknowledged_count;
	w->is_cut = true;
	for (size_t path = 0; path < SIM_PATHS; path++)
		path_set(w, 0, 1, path, false);
	officer_attach(w, a, CONSULT, 0);
	node_turn(w, a);
	world_advance(w, 4500000);
	log = own_log(a, CONSULT);
	pack(w, a, b, &bundle);
	put_back(w, a);
	w->is_cut = false;
	world_advance(w, 8000000);
	assert_int_equal(own_log(a, CONSULT).state, LOG_RECOVERING);
	officer_open(w, a, CONSULT);
	node_turn(w, a);
	world_advance(w, 10000000);
	unpack(w, &bundle, a->party, b);
	world_advance(w, 20000000);
	check_filled(a, &log);
	check_filled(b, &log);
	world_free(w);
}

/*
 * The turn that a receipt came in is refused by a full disk: nobody gives it again, and it is kept all the
 * same.
 */
static void test_receipt_over_a_full_disk(void **state)
{
	uint64_t full = 0;

	(void)state;
	for (int64_t i = 0; i < 60; i++) {
		struct world *w = world_new((uint64_t)i, 2, getenv("VERBOSE") != NULL);
		struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
		world_advance(w, 1900000);
		w->is_healing = true;
		/* Pieces of its attachment come in the same turn as the receipt, and find no room. */
		officer_attach(w, b, CONSULT, 100000);
		node_turn(w, b);
		world_advance(w, w->now_us + 7 * i);
		sim_disk_limit(a->disk, sim_disk_used(a->disk));
		officer_attach(w, a, CONSULT, 0);
		node_turn(w, a);
		world_advance(w, w->now_us + 1000000);
		sim_disk_limit(a->disk, UINT64_MAX);
		world_advance(w, (w->now_us / 1000000 + 2) * 1000000 + 500000); /* between two ticks */
		assert_int_equal(own_log(a, CONSULT).cosigned[b->party],
				 newest_log(b, a->party, CONSULT).cosigned[b->party]);
		full += w->counters.full;
		world_free(w);
	}
	assert_true(full > 0);
}

/*
 * Author and mirror both went back behind what they had signed. The mirror says a receipt that nobody can
 * reach any more; the one that counts is held by the third party alone, and must not be put aside for the
 * other.
 */
static void test_receipt_beside_a_lost_one(void **state)
{
	static uint8_t memory[8u << 20];
	struct world *w = world_new(9, 3, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1], *c = &w->nodes[2];
	uint8_t text_memory[256], name_memory[64], line_memory[512], frame_memory[1024];
	struct buf text = BUF_ON(text_memory), name = BUF_ON(name_memory), line = BUF_ON(line_memory);
	struct buf payload = BUF_ON(frame_memory), bundle = BUF_ON(memory);
	struct cosignature lost = { .origin = { .channel = CONSULT, .epoch = 1 } };
	struct arrival in = { b->party, PATH_BUNDLE, { FRAME_COSIGNATURE, { 0 } } };
	uint64_t size;

	(void)state;
	world_advance(w, 1900000);
	w->is_healing = true;
	world_advance(w, 4000000);
	disk_keep(w, a);
	a->backup_acknowledged = a->acknowledged_count;
	officer_attach(w, a, CONSULT, 0);
	node_turn(w, a);
	world_advance(w, 4500000);
	size = own_log(a, CONSULT).size;
	assert_int_equal(own_log(a, CONSULT).cosigned[b->party], size);
	w->is_cut = true;
	put_back(w, a);
	assert_int_equal(own_log(a, CONSULT).size, size - 1);
	/* From the mirror itself: two entries more, of a history that is gone. */
	memcpy(lost.origin.accord, w->accord->id, ACCORD_ID_LEN);
	memcpy(lost.origin.party, w->accord->parties[a->party].name, sizeof lost.origin.party);
	lost.size = size + 2;
	note_write_text(&lost.origin, lost.size, own_log(a, CONSULT).root, &text);
	accord_mirror_name(w->accord, b->party, &name);
	checkpoint_cosign(&b->mirror_key, buf_bytes(&name), 1793000000, buf_bytes(&text), &line);
	lost.line = buf_bytes(&line);
	cosignature_write(&lost, NULL, &payload);
	in.frame.payload = buf_bytes(&payload);
	assert_int_equal(node_receive(a->node, world_now(w, a), &in, &a->fx), ERR_OK);
	node_turn(w, a);
	/* From the third, by hand: the entries, and the mirror's receipt for them. */
	pack(w, a, c, &bundle);
	unpack(w, &bundle, a->party, c);
	pack(w, c, a, &bundle);
	unpack(w, &bundle, c->party, a);
	assert_int_equal(own_log(a, CONSULT).size, size);
	assert_int_equal(own_log(a, CONSULT).cosigned[b->party], size);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attachment_over_a_full_disk),
		cmocka_unit_test(test_mark_lost_after_its_note),
		cmocka_unit_test(test_mark_behind_a_refilled_log),
		cmocka_unit_test(test_doubt_while_peers_give_back),
		cmocka_unit_test(test_receipt_lost_with_its_store),
		cmocka_unit_test(test_receipt_over_a_full_disk),
		cmocka_unit_test(test_receipt_beside_a_lost_one),
		cmocka_unit_test(test_ended_log_filled_by_a_bundle),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("found", tests, NULL, NULL);
}
