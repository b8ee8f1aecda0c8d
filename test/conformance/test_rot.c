/*
 * A small record on a disk that turns bits over, loses the ends of files and gives an older one back.
 * Whatever it does, what is read is what was written, or an error; and what has changed is found by the
 * opening, by the reading, by verify, or shows as a log shorter than the signer remembers.
 *
 * test_rot [FLIPS=n] [CUTS=n] [PART=i PARTS=n]: so many bits and lengths, spread over all that there are.
 */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "record/checkpoint.h"
#include "record/verify.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"
#include "wire/content.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VFS "test-rot"
#define FILE_NAME "record"
#define LOGS 2u
#define TURNS 5u
#define PER_TURN 3u
#define ENTRIES (1u + TURNS * PER_TURN)
#define BLOB_LEN 5000u
#define ROWS 40u
#define SAID_ONE_IN 10u /* damages of each kind, at the least */
#define GONE_ONE_IN 50u /* flipped bits, at the most */

/* The damage under way: who looks for the fault makes this one again. */
static const char *damaged = "";
static uint64_t damaged_at;

#define NEED(condition)                                                                         \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			printf("FAIL line %d: %s; %s at %llu\n", __LINE__, #condition, damaged, \
			       (unsigned long long)damaged_at);                                 \
			exit(1);                                                                \
		}                                                                               \
	} while (0)

/* What is known to be true: two parties, kor writes and usa mirrors. */
static struct accord accord;
static struct sign_key log_key, mirror_key;
static uint8_t mirror_memory[64], blob[BLOB_LEN], blob_hash[HASH_LEN];
static struct buf mirror_name;
static struct bytes entries[LOGS][ENTRIES], contents[LOGS][ENTRIES]; /* .len 0: none, or erased */
static uint8_t content_hashes[LOGS][ENTRIES][HASH_LEN];
static struct bytes notes[LOGS][TURNS], lines[LOGS][TURNS];
static struct vfs *vfs;

/* How a damage came out. */
enum outcome { OPENING, READING, VERIFYING, SHORTER, GONE, UNSAID, OUTCOME_COUNT };
static const char *const outcome_texts[OUTCOME_COUNT] = { "the opening refuses",
							  "reading refuses",
							  "verify finds",
							  "shorter than the signer's mark",
							  "a note, receipt or file is gone",
							  "nothing is said there" };
static uint64_t outcomes[OUTCOME_COUNT];

/* Of the state at hand. */
static uint8_t kept_memory[1u << 20];
static struct arena kept;

static struct bytes keep(struct bytes from)
{
	struct bytes copy = arena_copy(&kept, from);

	NEED(copy.ptr != NULL);
	return copy;
}

static struct origin origin_at(uint32_t channel)
{
	struct origin o = { .channel = channel, .party = "kor", .epoch = 1 };

	memset(o.accord, 0x78, sizeof o.accord);
	return o;
}

static void accord_make(void)
{
	uint8_t seed[SIGN_SEED_LEN];

	memset(accord.id, 0x78, sizeof accord.id);
	memcpy(accord.parties[0].name, "kor", 4);
	memcpy(accord.parties[1].name, "usa", 4);
	accord.parties_count = 2;
	memset(seed, 1, sizeof seed);
	sign_key_from_seed(&log_key, seed);
	memset(seed, 2, sizeof seed);
	sign_key_from_seed(&mirror_key, seed);
	accord.keys[0] = (struct accord_key){ .use = ACCORD_KEY_LOG, .key = BYTES_OF(log_key.public) };
	accord.keys[1] = (struct accord_key){ .party = 1,
					      .use = ACCORD_KEY_MIRROR,
					      .key = BYTES_OF(mirror_key.public) };
	accord.keys_count = 2;
	buf_init(&mirror_name, mirror_memory, sizeof mirror_memory);
	accord_mirror_name(&accord, 1, &mirror_name);
	for (size_t i = 0; i < BLOB_LEN; i++)
		blob[i] = (uint8_t)(i * 13 + i / 256);
	hash_sha256(BYTES_OF(blob), blob_hash);
}

/* ---- The record. ---- */

static void message_add(struct record *r, struct log *log)
{
	static uint8_t content_memory[2048], statement_memory[1024], entry_memory[4096];
	struct buf content = BUF_ON(content_memory), statement = BUF_ON(statement_memory),
		   bytes = BUF_ON(entry_memory);
	static const uint8_t manifest[2 + HASH_LEN] = { 0x58, HASH_LEN };
	uint64_t index = log->frontier.size;
	size_t channel = log->origin.channel - 1;
	struct content c = { .language = BYTES_LIT("en"), .portions_count = 1 };
	struct statement s = { .channel = log->origin.channel,
			       .kind = index == 0 ? KIND_OPEN : KIND_MESSAGE,
			       .party = BYTES_LIT("kor"),
			       .role = BYTES_LIT(ROLE_NODE),
			       .claimed = { 1790000000000 + index } };
	struct entry e = { .origin = log->origin, .index = index, .filed = { 1790000000000 + index } };

	memcpy(s.accord, log->origin.accord, ACCORD_ID_LEN);
	be64_put(s.id, index);
	if (index == 0) {
		s.fields[0] = (struct field){ FIELD_OPEN_MANIFEST, BYTES_OF(manifest) };
		s.fields_count = 1;
	} else if (index % 2 == 1) {
		c.portions[0].text = BYTES_LIT("words that nobody may change");
		be64_put(c.salt, index);
		c.salt[15] = (uint8_t)channel;
		if (index == 3) {
			c.attachments[0] = (struct attachment){ .len = BLOB_LEN,
								.media_type = BYTES_LIT("text/plain"),
								.name = BYTES_LIT("blob.txt") };
			memcpy(c.attachments[0].hash, blob_hash, HASH_LEN);
			c.attachments_count = 1;
		}
		content_write(&c, &content);
		s.has_content = true;
		s.content.len = content.len;
		hash_sha256(buf_bytes(&content), s.content.hash);
		memcpy(content_hashes[channel][index], s.content.hash, HASH_LEN);
		contents[channel][index] = keep(buf_bytes(&content));
	}
	statement_write(&s, &statement);
	e.statement = buf_bytes(&statement);
	entry_write(&e, &bytes);
	entries[channel][index] = keep(buf_bytes(&bytes));
	NEED(record_add(r, log, buf_bytes(&bytes), &s, buf_bytes(&content)) == ERR_OK);
}

static uint64_t size_after(uint64_t turn)
{
	return 1 + (turn + 1) * PER_TURN;
}

static void note_add(struct record *r, struct log *log, uint64_t turn)
{
	uint8_t root[HASH_LEN], note_memory[1024], line_memory[512];
	struct buf note = BUF_ON(note_memory), line = BUF_ON(line_memory), text;

	record_root(log, root);
	note_write_text(&log->origin, log->frontier.size, root, &note);
	text = note;
	buf_put_byte(&note, '\n');
	checkpoint_sign(&log_key, buf_bytes(&text), &note);
	NEED(record_add_note(r, log, log->frontier.size, buf_bytes(&note)) == ERR_OK);
	checkpoint_cosign(&mirror_key, buf_bytes(&mirror_name), 1790000000, buf_bytes(&text), &line);
	NEED(record_add_cosignature(r, log, log->frontier.size, BYTES_LIT("usa"), buf_bytes(&line)) ==
	     ERR_OK);
	NEED(log->frontier.size == size_after(turn));
	notes[log->origin.channel - 1][turn] = keep(buf_bytes(&note));
	lines[log->origin.channel - 1][turn] = keep(buf_bytes(&line));
}

static struct bytes row_key(unsigned row, uint8_t memory[8])
{
	memset(memory, (int)row + 1, 8);
	return (struct bytes){ memory, 1 + row % 8 };
}

/* A row says how many turns the record has. */
static struct bytes row_value(unsigned row, uint64_t turns, uint8_t memory[64])
{
	memset(memory, (int)(row * 3), 64);
	be64_put(memory, turns);
	return (struct bytes){ memory, 8 + row };
}

static void turn(struct record *r, uint64_t number)
{
	struct map views = record_store(r)->ops->views(record_store(r));
	uint8_t key[8], value[64];

	NEED(record_begin(r) == ERR_OK);
	for (uint32_t channel = 1; channel <= LOGS; channel++) {
		struct origin o = origin_at(channel);
		struct log *log = NULL;
		NEED(record_log_open(r, &o, &log) == ERR_OK);
		for (unsigned i = 0; i < PER_TURN + (number == 0); i++)
			message_add(r, log);
		note_add(r, log, number);
	}
	for (unsigned i = 0; i < ROWS; i++)
		NEED(map_put(&views, row_key(i, key), row_value(i, number + 1, value)) == ERR_OK);
	if (number == 0) {
		struct store *s = record_store(r);
		NEED(s->ops->attachment_put(s, blob_hash, BLOB_LEN, 0, BYTES_OF(blob)) == ERR_OK);
	}
	NEED(record_append(r) == ERR_OK);
}

/* Entry 5 of the first log, erased by its entry 6. */
static void erase(struct record *r)
{
	struct store *s = record_store(r);
	struct place by = { .channel = 1, .party = BYTES_LIT("kor"), .epoch = 1, .index = 6 };
	uint8_t memory[128];
	struct buf out = BUF_ON(memory);

	NEED(record_leaf(r, record_log_at(r, 0), 6, by.leaf) == ERR_OK);
	place_write(&by, &out);
	NEED(record_begin(r) == ERR_OK);
	NEED(s->ops->content_erase(s, content_hashes[0][5], buf_bytes(&out)) == ERR_OK);
	NEED(record_append(r) == ERR_OK);
	contents[0][5].len = 0;
}

static struct record *open_again(void)
{
	struct store *s = NULL;
	struct record *r = NULL;

	if (store_sqlite_open(FILE_NAME, VFS, &s) != ERR_OK || record_open(s, &accord, &r) != ERR_OK)
		return NULL;
	return r;
}

/* ---- What comes out of a damage. ---- */

static void report(void *self, const struct finding *f)
{
	(void)self;
	(void)f;
}

static bool read_entries(struct record *r, size_t channel, const struct log *log)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	bool is_whole = true;

	for (uint64_t i = 0; i < log->durable && i < ENTRIES; i++) {
		struct buf out = BUF_ON(memory), content = BUF_ON(content_memory);
		struct entry entry;
		struct statement s;
		enum err e = record_entry_read(r, log, i, &out, &entry, &s);

		/* Never other bytes than those that were written. */
		NEED(e != ERR_OK || bytes_equal(buf_bytes(&out), entries[channel][i]));
		is_whole = is_whole && e == ERR_OK;
		if (contents[channel][i].ptr == NULL)
			continue;
		e = record_content(r, content_hashes[channel][i], &content);
		NEED(e != ERR_OK || bytes_equal(buf_bytes(&content), contents[channel][i]) ||
		     contents[channel][i].len == 0);
		is_whole = is_whole && e == (contents[channel][i].len == 0 ? ERR_REFUSED : ERR_OK);
	}
	return is_whole;
}

static bool is_of_turn(unsigned row, uint64_t turns, struct bytes found)
{
	uint8_t value[64];

	return bytes_equal(found, row_value(row, turns, value));
}

/*
 * turns: how many the rows must be of, or at least: where the log has lost its end, they may know more of it.
 * A row that is not there is no lie, and is found by the scrub.
 */
static bool read_rows(struct record *r, uint64_t turns, bool is_shorter, bool *is_missing)
{
	struct map views = record_store(r)->ops->views(record_store(r));
	bool is_whole = true;

	for (unsigned i = 0; i < ROWS; i++) {
		uint8_t key[8], memory[128];
		struct buf out = BUF_ON(memory);
		enum err e = map_get(&views, row_key(i, key), &out);
		uint64_t of = turns;
		while (e == ERR_OK && is_shorter && of < TURNS && !is_of_turn(i, of, buf_bytes(&out)))
			of++;
		NEED(e != ERR_OK || is_of_turn(i, of, buf_bytes(&out)));
		is_whole = is_whole && (e == ERR_OK || e == ERR_NOT_FOUND);
		*is_missing |= e == ERR_NOT_FOUND;
	}
	return is_whole;
}

static uint64_t turns_of(const struct log *log)
{
	return log->durable == 0 ? 0 : (log->durable - 1) / PER_TURN;
}

/*
 * What neither reading nor verify misses, for nothing says that it was there: each note, each line, and the
 * attachment. With them all that was written is there.
 */
static bool is_all_there(struct record *r)
{
	struct store *s = record_store(r);
	uint8_t memory[BLOB_LEN];
	bool is_there;
	struct buf out = BUF_ON(memory);

	is_there = s->ops->attachment_get(s, blob_hash, 0, BLOB_LEN, &out) == ERR_OK &&
		   bytes_equal(buf_bytes(&out), BYTES_OF(blob));
	for (size_t i = 0; i < LOGS; i++) {
		const struct log *log = record_log_at(r, i);
		for (uint64_t turn = 0; turn < TURNS; turn++) {
			uint64_t size = size_after(turn), found = 0;
			out = BUF_ON(memory);
			is_there &= s->ops->note_get(s, log->number, size, &found, &out) == ERR_OK &&
				    found == size && bytes_equal(buf_bytes(&out), notes[i][turn]);
			out = BUF_ON(memory);
			is_there &= s->ops->cosignature_above(s, log->number, size, BYTES_LIT("usa"), &found,
							      &out) == ERR_OK &&
				    found == size && bytes_equal(buf_bytes(&out), lines[i][turn]);
		}
	}
	return is_there;
}

static enum outcome look(void)
{
	struct record *r = open_again();
	struct verify *v;
	bool is_read = true, is_missing = false, is_shorter, is_found, is_gone;
	enum err e;

	if (r == NULL)
		return OPENING;
	is_shorter = record_logs_count(r) < LOGS;
	for (size_t i = 0; i < record_logs_count(r); i++) {
		struct log *log = record_log_at(r, i);
		size_t channel = log->origin.channel - 1;
		/* Under another name it has no entry of its own: the place is in each. */
		is_shorter |= log->durable < ENTRIES;
		if (channel < LOGS && log->origin.epoch == 1 && strcmp(log->origin.party, "kor") == 0)
			is_read &= read_entries(r, channel, log);
		else
			is_shorter = true;
	}
	if (record_logs_count(r) > 0)
		is_read &= read_rows(r, turns_of(record_log_at(r, 0)), is_shorter, &is_missing);
	v = verify_new(r, &(struct accord_versions){ { &accord }, 1 }, report, NULL);
	while ((e = verify_step(v, SIZE_MAX)) == ERR_SHORT)
		;
	is_found = e != ERR_OK || verify_count(v)->findings > 0;
	verify_free(v);
	is_gone = is_read && !is_found && !is_shorter && !is_all_there(r);
	record_free(r);
	if (!is_read)
		return READING;
	if (is_found)
		return VERIFYING;
	NEED(!is_missing || is_shorter);
	/* Nothing is said where bytes meant nothing, and all that was written is there. */
	return is_shorter ? SHORTER : is_gone ? GONE : UNSAID;
}

/* ---- Damages. ---- */

static uint64_t argument(int argc, char **argv, const char *name, uint64_t otherwise)
{
	size_t len = strlen(name);

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
			return strtoull(argv[i] + len + 1, NULL, 10);
	}
	return otherwise;
}

static uint64_t size_of(struct sim_disk *d, const char *name)
{
	struct disk *disk = sim_disk_disk(d);
	uint64_t size = 0;

	if (disk->ops->exists(disk, name))
		NEED(disk->ops->size(disk, name, &size) == ERR_OK);
	return size;
}

/* Zeros written ahead say nothing wherever they are; what is behind them says something. */
static bool is_blank(struct sim_disk *d, const char *name, uint64_t at)
{
	uint8_t around[64] = { 0 };
	size_t got;
	uint64_t from = at < 32 ? 0 : at - 32;
	struct disk *disk = sim_disk_disk(d);

	NEED(disk->ops->read(disk, name, from, around, sizeof around, &got) == ERR_OK);
	for (size_t i = 0; i < got; i++) {
		if (around[i] != 0)
			return false;
	}
	return true;
}

static void run_on(struct sim_disk *d, enum outcome (*judge)(void))
{
	vfs_set_disk(vfs, sim_disk_disk(d));
	outcomes[judge()]++;
	sim_disk_free(d);
}

static const char *const files[] = { FILE_NAME, FILE_NAME "-wal", FILE_NAME STORE_REDO_ENDING };

static void flip_bit(struct sim_disk *whole, const char *file, uint64_t bit)
{
	struct sim_disk *d = sim_disk_copy(whole, bit);

	damaged = file;
	damaged_at = bit;
	NEED(sim_disk_flip(d, file, bit) == ERR_OK);
	run_on(d, look);
}

/* Bits first, first + step, ...; each eighth of those in blank parts. */
static uint64_t flip(struct sim_disk *whole, uint64_t first, uint64_t step)
{
	uint64_t done = 0, blank = 0;

	for (size_t f = 0; f < ARRAY_COUNT(files); f++) {
		for (uint64_t bit = first; bit < 8 * size_of(whole, files[f]); bit += step) {
			if (is_blank(whole, files[f], bit / 8) && blank++ % 8 != 0)
				continue;
			flip_bit(whole, files[f], bit);
			done++;
		}
	}
	return done;
}

static uint64_t cut(struct sim_disk *whole, uint64_t first, uint64_t step)
{
	uint64_t done = 0, blank = 0;

	for (size_t f = 0; f < ARRAY_COUNT(files); f++) {
		for (uint64_t size = first; size < size_of(whole, files[f]); size += step) {
			struct sim_disk *d;
			struct disk *disk;
			if (is_blank(whole, files[f], size) && blank++ % 8 != 0)
				continue;
			damaged = files[f];
			damaged_at = size;
			d = sim_disk_copy(whole, size);
			disk = sim_disk_disk(d);
			NEED(disk->ops->truncate(disk, files[f], size) == ERR_OK);
			run_on(d, look);
			done++;
		}
	}
	return done;
}

static void carry(struct sim_disk *from, struct sim_disk *to, const char *name)
{
	struct disk *in = sim_disk_disk(from), *out = sim_disk_disk(to);
	uint64_t size = size_of(from, name);
	uint8_t *memory = xcalloc(1, size + 1);
	size_t got = 0;

	NEED(out->ops->open(out, name) == ERR_OK && out->ops->truncate(out, name, 0) == ERR_OK);
	if (size > 0) {
		NEED(in->ops->read(in, name, 0, memory, size, &got) == ERR_OK && got == size);
		NEED(out->ops->write(out, name, 0, (struct bytes){ memory, size }) == ERR_OK);
		NEED(out->ops->sync(out, name) == ERR_OK);
	}
	free(memory);
}

/* Each choice of files from another age, the rest as they are. */
static uint64_t age(struct sim_disk *now, struct sim_disk *const *ages, size_t count)
{
	uint64_t done = 0;

	for (size_t i = 0; i < count; i++) {
		for (unsigned mask = 1; mask < 1u << ARRAY_COUNT(files); mask++) {
			struct sim_disk *d = sim_disk_copy(now, i);
			for (size_t f = 0; f < ARRAY_COUNT(files); f++) {
				if ((mask >> f & 1) != 0)
					carry(ages[i], d, files[f]);
			}
			run_on(d, look);
			done++;
		}
	}
	return done;
}

/* Damages that came through once, by the state that they were made to. */
static const struct {
	unsigned which;
	size_t file;
	uint64_t bit;
} came_through[] = {
	/* A key beside it hid a row from the turns that were run again, and the old one was found later. */
	{ 3, 0, 393435 },
	{ 3, 0, 416232 },
	{ 3, 0, 425670 },
	/* A log's size alone: its rows know more than it, as the signer does. */
	{ 2, 0, 63980 },
};

static void flip_again(struct sim_disk *whole, unsigned which)
{
	for (size_t i = 0; i < ARRAY_COUNT(came_through); i++) {
		uint64_t bit = came_through[i].bit;
		if (came_through[i].which == which && bit < 8 * size_of(whole, files[came_through[i].file]))
			flip_bit(whole, files[came_through[i].file], bit);
	}
}

/* ---- The states that a store is found in. ---- */

#define STATES 4u

struct state {
	const char *name;
	struct sim_disk *disk;
	struct sim_disk *ages[3 * TURNS];
	size_t ages_count;
};

/*
 * As a power cut leaves it, all of it in the redo file; with all of it in the WAL; with all of it in the one
 * file, as a backup has it; and with the three at once.
 */
static void state_make(struct state *s, unsigned which)
{
	static const char *const names[STATES] = { "redo file", "WAL", "one file", "all three" };
	struct sim_disk *d = sim_disk_new(which + 1), *copy;
	struct record *r;
	uint64_t done, total;

	*s = (struct state){ .name = names[which] };
	arena_init(&kept, kept_memory, sizeof kept_memory);
	vfs_set_disk(vfs, sim_disk_disk(d));
	r = open_again();
	NEED(r != NULL);
	for (uint64_t i = 0; i < TURNS; i++) {
		turn(r, i);
		if (i == 2)
			erase(r);
		if (which == 1 || (which == 3 && i == 2))
			NEED(record_store(r)->ops->tidy(record_store(r), true) == ERR_OK);
		if (i + 1 < TURNS)
			s->ages[s->ages_count++] = sim_disk_copy(d, i);
	}
	if (which == 2) {
		enum err e;
		while ((e = record_store(r)->ops->backup(record_store(r), "copy", &done, &total)) ==
		       ERR_SHORT)
			;
		NEED(e == ERR_OK);
	}
	s->disk = sim_disk_copy(d, 9);
	record_free(r);
	sim_disk_free(d);
	if (which == 2) {
		copy = sim_disk_new(10);
		{
			struct disk *in = sim_disk_disk(s->disk), *out = sim_disk_disk(copy);
			uint64_t size = size_of(s->disk, "copy");
			uint8_t *memory = xcalloc(1, size);
			size_t got;
			NEED(in->ops->read(in, "copy", 0, memory, size, &got) == ERR_OK && got == size);
			NEED(out->ops->open(out, FILE_NAME) == ERR_OK);
			NEED(out->ops->write(out, FILE_NAME, 0, (struct bytes){ memory, size }) == ERR_OK);
			NEED(out->ops->sync(out, FILE_NAME) == ERR_OK);
			free(memory);
		}
		sim_disk_free(s->disk);
		s->disk = copy;
	}
}

/*
 * Of a WAL most bytes mean nothing: their pages are in the file, or a later frame has them. Were nearly all
 * so, the damages would have missed the record. gone: of how many damages one may hide the row of a note, a
 * receipt or a file; 0: none does.
 */
static void print_outcomes(const char *what, const char *state, uint64_t done, uint64_t gone)
{
	printf("# %s, %s: %llu", state, what, (unsigned long long)done);
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		printf("%s %s %llu", i == 0 ? ":" : ",", outcome_texts[i], (unsigned long long)outcomes[i]);
	printf("\n");
	fflush(stdout);
	NEED(outcomes[UNSAID] <= done - done / SAID_ONE_IN);
	NEED(outcomes[GONE] <= (gone == 0 ? 0 : 1 + done / gone));
	memset(outcomes, 0, sizeof outcomes);
}

int main(int argc, char **argv)
{
	uint64_t flips = argument(argc, argv, "FLIPS", 4000), cuts = argument(argc, argv, "CUTS", 800);
	uint64_t part = argument(argc, argv, "PART", 0), parts = argument(argc, argv, "PARTS", 1), sum = 0;
	struct sim_disk *first = sim_disk_new(99);

	crypto_init();
	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	accord_make();
	NEED(vfs_new(VFS, sim_disk_disk(first), &vfs) == ERR_OK);
	for (unsigned which = 0; which < STATES; which++) {
		struct state s;
		uint64_t bytes = 0, step, done;
		state_make(&s, which);
		run_on(sim_disk_copy(s.disk, 0), look);
		NEED(outcomes[UNSAID] == 1); /* undamaged, it says everything and nothing is found */
		memset(outcomes, 0, sizeof outcomes);
		for (size_t f = 0; f < ARRAY_COUNT(files); f++)
			bytes += size_of(s.disk, files[f]);
		flip_again(s.disk, which);
		memset(outcomes, 0, sizeof outcomes);
		step = 8 * bytes / (flips / STATES) | 1;
		done = flip(s.disk, (part * step / parts) | 0, step);
		print_outcomes("bits flipped", s.name, done, GONE_ONE_IN);
		sum += done;
		step = bytes / (cuts / STATES) | 1;
		done = cut(s.disk, part * step / parts, step);
		print_outcomes("files cut short", s.name, done, 0);
		done = part == 0 ? age(s.disk, s.ages, s.ages_count) : 0;
		print_outcomes("older files put back", s.name, done, 0);
		for (size_t i = 0; i < s.ages_count; i++)
			sim_disk_free(s.ages[i]);
		sim_disk_free(s.disk);
	}
	printf("# %llu bits flipped, and never was anything read that was not written\n",
	       (unsigned long long)sum);
	vfs_free(vfs);
	sim_disk_free(first);
	return 0;
}
