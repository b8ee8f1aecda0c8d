/* Exports, read again by a program that knows only the C2SP texts; and the scrub that finds what has changed.
 */
#include "record/export.h"

#include "base/alloc.h"
#include "base/log.h"
#include "failing_store.h"
#include "record/checkpoint.h"
#include "record/proof.h"
#include "record/verify.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"
#include "wire/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define VFS "test-export"
#define BLOB_LEN 40000u

/* Two parties; kor writes, usa mirrors. */
struct setting {
	struct accord accord;
	struct sign_key log_key, mirror_key;
	uint8_t mirror_name[64];
	size_t mirror_name_len;
	uint8_t blob[BLOB_LEN], blob_hash[HASH_LEN];
	struct attachment more[2]; /* beside the blob */
	size_t more_count;
	enum finding_kind plant; /* what is made wrong; FINDING_COUNT: nothing */
};

static void setting_make(struct setting *s)
{
	uint8_t seed[SIGN_SEED_LEN];
	struct buf name = BUF_ON(s->mirror_name);

	memset(s, 0, sizeof *s);
	s->plant = FINDING_COUNT;
	memset(s->accord.id, 0x78, sizeof s->accord.id);
	memcpy(s->accord.parties[0].name, "kor", 4);
	memcpy(s->accord.parties[1].name, "usa", 4);
	s->accord.parties_count = 2;
	memset(seed, 1, sizeof seed);
	sign_key_from_seed(&s->log_key, seed);
	memset(seed, 2, sizeof seed);
	sign_key_from_seed(&s->mirror_key, seed);
	s->accord.keys[0] =
		(struct accord_key){ .party = 0, .use = ACCORD_KEY_LOG, .key = BYTES_OF(s->log_key.public) };
	s->accord.keys[1] = (struct accord_key){ .party = 1,
						 .use = ACCORD_KEY_MIRROR,
						 .key = BYTES_OF(s->mirror_key.public) };
	s->accord.keys_count = 2;
	accord_mirror_name(&s->accord, 1, &name);
	s->mirror_name_len = name.len;
	for (size_t i = 0; i < BLOB_LEN; i++)
		s->blob[i] = (uint8_t)(i * 13 + i / 256);
	hash_sha256(BYTES_OF(s->blob), s->blob_hash);
}

static struct origin origin_at(uint32_t channel)
{
	struct origin o = { .channel = channel, .party = "kor", .epoch = 1 };

	memset(o.accord, 0x78, sizeof o.accord);
	return o;
}

/* A message of the node itself, which needs no officer's signature. */
static void message_add(struct record *r, struct log *log, const struct setting *set, bool has_content,
			bool has_blob)
{
	uint8_t content_memory[512], statement_memory[512], entry_memory[1024];
	struct buf content = BUF_ON(content_memory), statement = BUF_ON(statement_memory),
		   bytes = BUF_ON(entry_memory);
	static const uint8_t manifest[2 + HASH_LEN] = { 0x58, HASH_LEN }; /* as CBOR */
	uint64_t index = log->frontier.size;
	struct content c = { .language = BYTES_LIT("en"), .portions_count = 1 };
	struct statement s = { .channel = log->origin.channel,
			       .kind = KIND_MESSAGE,
			       .party = BYTES_LIT("kor"),
			       .role = BYTES_LIT(ROLE_NODE),
			       .claimed = { 1790000000000 + index } };
	struct entry e = { .origin = log->origin, .index = index, .filed = { 1790000000000 + index } };

	c.portions[0].text = BYTES_LIT("words");
	be64_put(c.salt, index);
	c.salt[15] = (uint8_t)log->origin.channel;
	if (has_blob) {
		c.attachments[0] = (struct attachment){ .len = BLOB_LEN,
							.media_type = BYTES_LIT("text/plain"),
							.name = BYTES_LIT("blob.txt") };
		memcpy(c.attachments[0].hash, set->blob_hash, HASH_LEN);
		memcpy(c.attachments + 1, set->more, sizeof set->more);
		c.attachments_count = 1 + set->more_count;
	}
	if (index == 0) { /* an epoch begins with its `open` */
		s.kind = KIND_OPEN;
		s.fields[0] = (struct field){ FIELD_OPEN_MANIFEST, BYTES_OF(manifest) };
		s.fields_count = 1;
	}
	memcpy(s.accord, log->origin.accord, ACCORD_ID_LEN);
	be64_put(s.id, index);
	if (has_content) {
		content_write(&c, &content);
		s.has_content = true;
		s.content.len = content.len;
		hash_sha256(buf_bytes(&content), s.content.hash);
	}
	statement_write(&s, &statement);
	e.statement = buf_bytes(&statement);
	entry_write(&e, &bytes);
	assert_int_equal(buf_check(&bytes), ERR_OK);
	if (set->plant == FINDING_CONTENT)
		content.ptr[content.len - 1] ^= 1;
	if (set->plant == FINDING_CONTENT_MISSING)
		content.len = 0;
	assert_int_equal(record_add(r, log, buf_bytes(&bytes), &s, buf_bytes(&content)), ERR_OK);
}

static void note_add(struct record *r, struct log *log, const struct setting *set, bool is_cosigned)
{
	uint8_t root[HASH_LEN], note_memory[1024], line_memory[512];
	struct buf note = BUF_ON(note_memory), line = BUF_ON(line_memory), text;
	struct bytes name = { set->mirror_name, set->mirror_name_len };

	record_root(log, root);
	root[0] ^= set->plant == FINDING_NOTE_ROOT;
	note_write_text(&log->origin, log->frontier.size, root, &note);
	text = note;
	buf_put_byte(&note, '\n');
	checkpoint_sign(set->plant == FINDING_NOTE ? &set->mirror_key : &set->log_key, buf_bytes(&text),
			&note);
	assert_int_equal(record_add_note(r, log, log->frontier.size, buf_bytes(&note)), ERR_OK);
	if (!is_cosigned)
		return;
	checkpoint_cosign(set->plant == FINDING_COSIGNATURE ? &set->log_key : &set->mirror_key, name,
			  1790000000, buf_bytes(&text), &line);
	assert_int_equal(
		record_add_cosignature(r, log, log->frontier.size, BYTES_LIT("usa"), buf_bytes(&line)),
		ERR_OK);
}

/* Channel's log of so many entries, in turns of at most 500, each with its note. */
static void log_fill(struct record *r, const struct setting *set, uint32_t channel, uint64_t size)
{
	struct origin o = origin_at(channel);
	uint64_t done = 0;

	while (done < size) {
		struct log *log = NULL;

		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(record_log_open(r, &o, &log), ERR_OK);
		for (uint64_t end = done + 500 < size ? done + 500 : size; done < end; done++)
			message_add(r, log, set, done % 97 == 0, done == 97);
		note_add(r, log, set, channel != 3);
		assert_int_equal(record_append(r), ERR_OK);
	}
}

static void blob_put(struct record *r, const struct setting *set)
{
	struct store *s = record_store(r);

	assert_int_equal(record_begin(r), ERR_OK);
	assert_int_equal(s->ops->attachment_put(s, set->blob_hash, BLOB_LEN, 0, BYTES_OF(set->blob)), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
}

static void report_print(void *self, const struct finding *f)
{
	(void)self;
	print_message("# %s at %llu: %s\n", finding_name(f->kind), (unsigned long long)f->index,
		      finding_text(f->kind));
}

static void report_nothing(void *self, const struct finding *f)
{
	(void)self;
	(void)f;
}

static enum err verify_all(struct record *r, const struct setting *set, verify_report *report,
			   struct verify_counts *counts)
{
	struct verify *v = verify_new(r, &(struct accord_versions){ { &set->accord }, 1 }, report, NULL);
	enum err e;

	do
		e = verify_step(v, 5000);
	while (e == ERR_SHORT);
	*counts = *verify_count(v);
	verify_free(v);
	return e;
}

/* ---- Paths. ---- */

static void tile_paths(void **state)
{
	static const struct {
		const char *why;
		int level;
		uint64_t number;
		unsigned width;
		const char *want;
	} cases[] = {
		{ "the first", 0, 0, 256, "tile/0/000" },
		{ "one group", 1, 67, 256, "tile/1/067" },
		{ "two groups", 0, 1000, 256, "tile/0/x001/000" },
		{ "three groups", 3, 1234067, 256, "tile/3/x001/x234/067" },
		{ "partial", 0, 273, 112, "tile/0/273.p/112" },
		{ "partial and deep", 2, 1234067, 1, "tile/2/x001/x234/067.p/1" },
		{ "entries", -1, 3, 256, "tile/entries/003" },
		{ "entries, partial", -1, 4711, 9, "tile/entries/x004/711.p/9" },
		{ "the largest", 0, UINT64_MAX, 256, "tile/0/x018/x446/x744/x073/x709/x551/615" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		uint8_t memory[TILE_PATH_MAX];
		struct buf path = BUF_ON(memory);

		print_message("# path: %s\n", cases[i].why);
		tile_path_write(cases[i].level, cases[i].number, cases[i].width, &path);
		assert_true(bytes_equal(buf_bytes(&path), bytes_str(cases[i].want)));
	}
}

/* ---- The export and its stranger. ---- */

static bool is_not_home(void *self, const struct log *log)
{
	(void)self;
	return log->origin.channel != 9;
}

static void run(const char *command, const char *want)
{
	char got[1024] = "";
	FILE *f = popen(command, "r");
	size_t len;

	assert_non_null(f);
	len = fread(got, 1, sizeof got - 1, f);
	got[len] = '\0';
	assert_int_equal(pclose(f), 0);
	assert_string_equal(got, want);
}

static void a_stranger_reads_the_export(void **state)
{
	static struct setting set;
	char folder[] = "/tmp/entente-export-XXXXXX", command[2048], key[65], mirror[65];
	const char *vectors = getenv("VECTORS");
	struct record *r;
	struct verify_counts counts;
	struct export_counts written;
	struct export *x;
	struct sink *sink;
	uint64_t steps = 0;
	enum err e;

	(void)state;
	setting_make(&set);
	assert_int_equal(record_open(store_mem_new(), &set.accord, &r), ERR_OK);
	blob_put(r, &set);
	log_fill(r, &set, 1, 66000); /* three levels of tiles */
	log_fill(r, &set, 2, 1);
	log_fill(r, &set, 3, 512); /* whole tiles only, not cosigned */
	log_fill(r, &set, 9, 5);
	assert_int_equal(verify_all(r, &set, report_print, &counts), ERR_OK);
	assert_int_equal(counts.findings, 0);
	assert_int_equal(counts.entries, 66000 + 1 + 512 + 5);
	assert_int_equal(counts.notes, 132 + 1 + 2 + 1);
	assert_int_equal(counts.cosignatures, 132 + 1 + 1);
	assert_int_equal(counts.attachments, 2); /* named on two channels, looked at on each */

	assert_non_null(mkdtemp(folder));
	assert_int_equal(sink_folder_new(folder, &sink), ERR_OK);
	x = export_new(&(struct export_options){
		.record = r, .accord = &set.accord, .sink = sink, .is_wanted = is_not_home });
	assert_int_equal(export_put(x, "accord/00/channels", BYTES_LIT("lines\n")), ERR_OK);
	while ((e = export_step(x, 20000)) == ERR_SHORT)
		steps++;
	assert_int_equal(e, ERR_OK);
	assert_true(steps > 300); /* it never holds a node up */
	written = *export_count(x);
	assert_int_equal(written.logs, 3);
	assert_int_equal(written.entries, 66513);
	export_free(x);
	assert_int_equal(sink_folder_finish(sink), ERR_OK);
	record_free(r);

	bytes_write_hex(BYTES_OF(set.log_key.public), key);
	bytes_write_hex(BYTES_OF(set.mirror_key.public), mirror);
	snprintf(command, sizeof command, "/usr/bin/python3 %s/../conformance/check_tiles.py %s %s %.*s %s",
		 vectors != NULL ? vectors : "test/vectors", folder, key, (int)set.mirror_name_len,
		 (const char *)set.mirror_name, mirror);
	run(command, "78787878787878787878787878787878/1/kor/1 66000 log+mirror\n"
		     "78787878787878787878787878787878/2/kor/1 1 log+mirror\n"
		     "78787878787878787878787878787878/3/kor/1 512 log\n"
		     "rest accord/00/channels\n");
	snprintf(command, sizeof command, "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

/* ---- The n-th call of the store, or of where it goes, fails. ---- */

struct countdown {
	uint64_t fail_in; /* 0: none is to */
	enum err e;	  /* ERR_OK: as a disk that fails */
	bool has_failed;
};

static enum err count_down(void *self, enum failing_kind kind, const char *name)
{
	struct countdown *c = self;

	(void)kind;
	(void)name;
	if (c->fail_in == 0 || --c->fail_in > 0)
		return ERR_OK;
	c->has_failed = true;
	return c->e == ERR_OK ? ERR_IO : c->e;
}

/* A sink that keeps nothing. */
struct hole {
	struct sink sink; /* first */
	struct countdown *countdown;
};

static enum err hole_open(struct sink *s, const char *path)
{
	return count_down(((struct hole *)s)->countdown, FAILING_WRITE, path);
}

static enum err hole_add(struct sink *s, struct bytes part)
{
	(void)part;
	return count_down(((struct hole *)s)->countdown, FAILING_WRITE, "add");
}

static enum err hole_close(struct sink *s)
{
	return count_down(((struct hole *)s)->countdown, FAILING_WRITE, "close");
}

static const struct sink_ops hole_ops = { hole_open, hole_add, hole_close };

static enum err export_all(struct record *r, const struct setting *set, struct countdown *c)
{
	struct hole hole = { { &hole_ops }, c };
	struct export *x = export_new(
		&(struct export_options){ .record = r, .accord = &set->accord, .sink = &hole.sink });
	enum err e;

	do
		e = export_step(x, 20000);
	while (e == ERR_SHORT);
	export_free(x);
	return e;
}

static enum err verify_quietly(struct record *r, const struct setting *set, struct countdown *c)
{
	struct verify_counts counts;
	enum err e = verify_all(r, set, report_nothing, &counts);

	(void)c;
	/* A disk that fails is nobody's rot. */
	assert_int_equal(counts.findings, 0);
	return e;
}

static void what_fails_is_said(void **state)
{
	static enum err (*const readers[])(struct record *r, const struct setting *set,
					   struct countdown *c) = { export_all, verify_quietly };
	static struct setting set;
	struct countdown c = { 0 };
	struct record *r;

	(void)state;
	setting_make(&set);
	assert_int_equal(record_open(failing_store_new(store_mem_new(), count_down, &c), &set.accord, &r),
			 ERR_OK);
	blob_put(r, &set);
	log_fill(r, &set, 1, 300);
	log_fill(r, &set, 2, 1);
	for (size_t i = 0; i < ARRAY_COUNT(readers); i++) {
		uint64_t n = 1;

		for (c.has_failed = true; c.has_failed; n += STRIDE) {
			enum err e;

			c = (struct countdown){ .fail_in = n };
			e = readers[i](r, &set, &c);
			assert_int_equal(e, c.has_failed ? ERR_IO : ERR_OK);
		}
		assert_true(n > 300);
	}
	c.fail_in = 0;
	record_free(r);
}

/* What a damaged row leads to is said or found: never is less exported, or nothing seen. */
static void damage_is_said(void **state)
{
	static struct setting set;
	struct countdown c = { 0 };
	struct record *r;
	uint64_t n;

	(void)state;
	setting_make(&set);
	assert_int_equal(record_open(failing_store_new(store_mem_new(), count_down, &c), &set.accord, &r),
			 ERR_OK);
	blob_put(r, &set);
	log_fill(r, &set, 1, 40);
	log_fill(r, &set, 2, 1);
	for (int is_export = 0; is_export < 2; is_export++) {
		n = 1;
		for (c.has_failed = true; c.has_failed; n += STRIDE) {
			struct verify_counts counts = { 0 };
			enum err e;
			c = (struct countdown){ .fail_in = n, .e = ERR_CORRUPT };
			e = is_export ? export_all(r, &set, &c)
				      : verify_all(r, &set, report_nothing, &counts);
			if (c.has_failed)
				assert_true(e != ERR_OK || counts.findings > 0);
			else
				assert_true(e == ERR_OK && counts.findings == 0);
			/* What is not there is no reason to stop, unless it must be. */
			c = (struct countdown){ .fail_in = n, .e = ERR_NOT_FOUND };
			e = is_export ? export_all(r, &set, &c)
				      : verify_all(r, &set, report_nothing, &counts);
			assert_int_not_equal(e, ERR_IO);
		}
		assert_true(n > 40);
	}
	c.fail_in = 0;
	record_free(r);
}

/* ---- What verify finds. ---- */

static struct record *record_on_disk(const struct setting *set)
{
	struct store *s = NULL;
	struct record *r = NULL;

	if (store_sqlite_open("record", VFS, &s) != ERR_OK || record_open(s, &set->accord, &r) != ERR_OK)
		return NULL;
	return r;
}

static void row_add(struct hash_stream *h, enum err e, struct buf *row)
{
	uint8_t head[8];

	be32_put(head, (uint32_t)e);
	be32_put(head + 4, (uint32_t)row->len);
	hash_add(h, BYTES_OF(head));
	hash_add(h, buf_bytes(row));
	buf_reset(row);
}

/* All that the store says of entries, hashes and contents, in one hash. */
static void dump(struct record *r, uint8_t out[HASH_LEN])
{
	static uint8_t memory[1u << 18];
	struct buf row = BUF_ON(memory), hashes_row;
	struct store *s = record_store(r);
	struct hash_stream h;

	hash_open(&h);
	for (size_t i = 0; i < record_logs_count(r); i++) {
		struct log *log = record_log_at(r, i);
		for (uint64_t k = 0; k < log->durable; k++) {
			uint8_t hashes[65 * HASH_LEN];
			struct statement st;
			struct entry entry;
			struct fault fault;
			enum err e;

			hashes_row = BUF_ON(hashes);
			e = s->ops->entry_get(s, log->number, k, &row, &hashes_row);
			if (e == ERR_OK && entry_read(buf_bytes(&row), &entry, &st, &fault) == ERR_OK &&
			    st.has_content) {
				static uint8_t content_memory[CONTENT_LEN_MAX];
				struct buf content = BUF_ON(content_memory);
				enum err ce = s->ops->content_get(s, st.content.hash, &content);
				row_add(&h, ce, &content);
			}
			row_add(&h, e, &row);
			row_add(&h, e, &hashes_row);
		}
	}
	hash_finish(&h, out);
}

/* Notes, lines and attachments may come late, so one that has got lost is no lie; one that is there is as it
 * was. */
static void check_says_the_same(struct record *r, const struct setting *set, const uint8_t want[HASH_LEN])
{
	static uint8_t memory[BLOB_LEN];
	struct buf blob = BUF_ON(memory);
	struct store *s = record_store(r);
	uint8_t got[HASH_LEN];

	dump(r, got);
	assert_memory_equal(got, want, HASH_LEN);
	if (s->ops->attachment_get(s, set->blob_hash, 0, BLOB_LEN, &blob) == ERR_OK)
		assert_memory_equal(memory, set->blob, BLOB_LEN);
}

/* Whatever bit turns over in the file: nothing that is said afterwards differs unless the scrub finds it. */
static void flipped_bits_are_found(void **state)
{
	static struct setting set;
	struct sim_disk *whole = sim_disk_new(1);
	uint64_t found = 0, unused = 0;
	uint8_t want[HASH_LEN];
	struct record *r;
	struct vfs *v;

	(void)state;
	setting_make(&set);
	assert_int_equal(vfs_new(VFS, sim_disk_disk(whole), &v), ERR_OK);
	r = record_on_disk(&set);
	assert_non_null(r);
	blob_put(r, &set);
	for (uint64_t i = 1; i <= 40; i++)
		log_fill(r, &set, (uint32_t)(i % 4 + 1), i % 3 + 1 + (i == 40 ? 200 : 0));
	/* A hint of idle time moves the WAL into the file once it is large enough; then there is nothing
	 * else. */
	for (uint64_t i = 0; i < 300; i++) {
		assert_int_equal(record_begin(r), ERR_OK);
		message_add(r, record_log_at(r, 0), &set, true, false);
		if (i % 50 == 49)
			note_add(r, record_log_at(r, 0), &set, true);
		assert_int_equal(record_append(r), ERR_OK);
	}
	assert_int_equal(record_store(r)->ops->tidy(record_store(r), true), ERR_OK);
	dump(r, want);
	record_free(r);
	for (uint64_t bit = 5;; bit += 8191 * STRIDE) {
		struct sim_disk *d = sim_disk_copy(whole, bit);
		struct verify_counts counts = { 0 };
		bool is_found;

		vfs_set_disk(v, sim_disk_disk(d));
		if (sim_disk_flip(d, "record", bit) != ERR_OK) {
			sim_disk_free(d);
			break;
		}
		r = record_on_disk(&set);
		is_found = r == NULL || verify_all(r, &set, report_nothing, &counts) != ERR_OK ||
			   counts.findings > 0;
		if (!is_found)
			check_says_the_same(r, &set, want);
		found += is_found;
		unused += !is_found;
		record_free(r);
		sim_disk_free(d);
	}
	print_message("# flipped bits: %llu found, %llu where nothing is said\n", (unsigned long long)found,
		      (unsigned long long)unused);
	assert_true(found > 200 / STRIDE);
	vfs_free(v);
	sim_disk_free(whole);
}

static void report_mark(void *self, const struct finding *f)
{
	uint32_t *mask = self;

	*mask |= 1u << f->kind;
}

/* Makes one thing wrong in the rows themselves, behind the record's back. */
static void plant_in_rows(struct store *s, const struct log *log, enum finding_kind kind)
{
	uint8_t hash[HASH_LEN], memory[1024];
	struct buf entry = BUF_ON(memory);
	struct store_log row;

	assert_int_equal(s->ops->begin(s), ERR_OK);
	if (kind == FINDING_NODE) {
		assert_int_equal(s->ops->entry_get(s, log->number, 0, &entry, NULL), ERR_OK);
		memset(hash, 1, sizeof hash);
		assert_int_equal(s->ops->entry_put(s, log->number, 0, buf_bytes(&entry), BYTES_OF(hash)),
				 ERR_OK);
	}
	if (kind == FINDING_ROOT) {
		assert_int_equal(s->ops->log_get(s, log->number, &row), ERR_OK);
		row.root[0] ^= 1;
		assert_int_equal(s->ops->log_put(s, log->number, &row), ERR_OK);
	}
	assert_int_equal(s->ops->commit(s), ERR_OK);
}

/* A missing entry and a changed row of the views need a damaged file: flipped_bits_are_found has those. */
static void each_finding_is_made(void **state)
{
	static struct setting set;
	struct origin o = origin_at(1);

	(void)state;
	for (enum finding_kind kind = FINDING_ENTRY; kind <= FINDING_COUNT; kind++) {
		struct statement none = { .has_content = false };
		struct store *s;
		struct log *log = NULL;
		struct verify *v;
		struct record *r;
		uint32_t mask = 0;

		if (kind == FINDING_VIEW)
			continue;
		print_message("# planted: %s\n", kind == FINDING_COUNT ? "nothing" : finding_name(kind));
		s = store_mem_new();
		setting_make(&set);
		set.plant = kind;
		set.blob[0] ^= kind == FINDING_ATTACHMENT;
		assert_int_equal(record_open(s, &set.accord, &r), ERR_OK);
		blob_put(r, &set);
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(record_log_open(r, &o, &log), ERR_OK);
		message_add(r, log, &set, true, true);
		if (kind == FINDING_ENTRY)
			assert_int_equal(
				record_add(r, log, BYTES_LIT("no entry"), &none, (struct bytes){ 0 }),
				ERR_OK);
		note_add(r, log, &set, true);
		assert_int_equal(record_append(r), ERR_OK);
		plant_in_rows(s, log, kind);
		v = verify_new(r, &(struct accord_versions){ { &set.accord }, 1 }, report_mark, &mask);
		assert_int_equal(verify_step(v, SIZE_MAX), ERR_OK);
		/* A note of another root takes its cosignature with it. */
		if (kind == FINDING_NOTE_ROOT)
			mask &= ~(1u << FINDING_COSIGNATURE);
		assert_int_equal(mask, kind == FINDING_COUNT ? 0 : 1u << kind);
		assert_true((verify_count(v)->findings > 0) == (kind != FINDING_COUNT));
		verify_free(v);
		record_free(r);
	}
}

/* ---- What is there in part, and what is not. ---- */

#define LONG_LEN 150000u

static uint8_t long_file[2][LONG_LEN];

/* Two files more, each of several pieces; the second is held in part. */
static void more_make(struct setting *set)
{
	for (size_t i = 0; i < 2; i++) {
		memset(long_file[i], (int)i + 1, LONG_LEN);
		set->more[i] = (struct attachment){ .len = LONG_LEN,
						    .media_type = BYTES_LIT("text/plain"),
						    .name = BYTES_LIT("long.txt") };
		hash_sha256(BYTES_OF(long_file[i]), set->more[i].hash);
	}
	set->more_count = 2;
}

static void more_put(struct record *r, const struct setting *set)
{
	struct store *s = record_store(r);

	blob_put(r, set);
	assert_int_equal(record_begin(r), ERR_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(s->ops->attachment_put(
					 s, set->more[i].hash, LONG_LEN, 0,
					 (struct bytes){ long_file[i], i == 0 ? LONG_LEN : LONG_LEN / 2 }),
				 ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
}

/* A sink that remembers what it was given. */
struct shelf {
	struct sink sink; /* first */
	char paths[64][TILE_PATH_MAX];
	size_t lens[64], count;
};

static enum err shelf_open(struct sink *s, const char *path)
{
	struct shelf *shelf = (struct shelf *)s;

	assert_true(shelf->count < ARRAY_COUNT(shelf->paths));
	snprintf(shelf->paths[shelf->count], TILE_PATH_MAX, "%s", path);
	shelf->lens[shelf->count++] = 0;
	return ERR_OK;
}

static enum err shelf_add(struct sink *s, struct bytes part)
{
	struct shelf *shelf = (struct shelf *)s;

	shelf->lens[shelf->count - 1] += part.len;
	return ERR_OK;
}

static enum err shelf_close(struct sink *s)
{
	(void)s;
	return ERR_OK;
}

static size_t shelf_len(const struct shelf *shelf, const char *words, size_t *count)
{
	size_t len = 0;

	*count = 0;
	for (size_t i = 0; i < shelf->count; i++) {
		if (strstr(shelf->paths[i], words) == NULL)
			continue;
		len += shelf->lens[i];
		++*count;
	}
	return len;
}

static struct log *log_opened(struct record *r, uint32_t channel)
{
	struct origin o = origin_at(channel);
	struct log *log = NULL;

	assert_int_equal(record_log_open(r, &o, &log), ERR_OK);
	return log;
}

/* One log: a message with three files, one whose content has not come, an entry that is none; a line of a
 * mirror above the note, and a head that was given up. The other has no note yet. */
static void parts_fill(struct record *r, struct setting *set)
{
	struct statement none = { .has_content = false };
	struct log *log;

	assert_int_equal(record_begin(r), ERR_OK);
	log = log_opened(r, 1);
	message_add(r, log, set, true, false);
	note_add(r, log, set, false);
	message_add(r, log, set, true, true);
	set->plant = FINDING_CONTENT_MISSING;
	message_add(r, log, set, true, false);
	set->plant = FINDING_COUNT;
	assert_int_equal(record_add(r, log, BYTES_LIT("no entry"), &none, (struct bytes){ NULL, 0 }), ERR_OK);
	note_add(r, log, set, false);
	assert_int_equal(record_add_cosignature(r, log, 6, BYTES_LIT("usa"), BYTES_LIT("line\n")), ERR_OK);
	assert_int_equal(record_add_note(r, log, 9, BYTES_LIT("head\n")), ERR_OK);
	for (int i = 0; i < 3; i++)
		message_add(r, log_opened(r, 2), set, true, false);
	assert_int_equal(record_append(r), ERR_OK);
}

static void as_much_as_there_is(void **state)
{
	static const struct sink_ops ops = { shelf_open, shelf_add, shelf_close };
	static struct setting set;
	static struct shelf shelf;
	struct record *r;
	struct store *s;
	struct export *x;
	size_t count;
	enum err e;

	(void)state;
	setting_make(&set);
	more_make(&set);
	s = store_mem_new();
	assert_int_equal(record_open(s, &set.accord, &r), ERR_OK);
	more_put(r, &set);
	parts_fill(r, &set);
	shelf.sink.ops = &ops;
	x = export_new(&(struct export_options){ .record = r, .accord = &set.accord, .sink = &shelf.sink });
	do
		e = export_step(x, 1);
	while (e == ERR_SHORT);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(export_step(x, 1), ERR_OK); /* and nothing more */
	assert_int_equal(export_count(x)->logs, 1);
	assert_int_equal(export_count(x)->entries, 4);
	assert_int_equal(export_count(x)->contents, 2);
	assert_int_equal(export_count(x)->blobs, 2);
	assert_int_equal(export_count(x)->unproved, 3);
	assert_int_equal(shelf_len(&shelf, "blob/", &count), BLOB_LEN + LONG_LEN);
	assert_int_equal(count, 2);
	assert_int_equal(shelf_len(&shelf, "head/9", &count), 5);
	assert_int_equal(count, 1);
	assert_in_range(shelf_len(&shelf, "checkpoint", &count), 100, 300); /* one line, the author's */
	assert_int_equal(count, 1);
	export_free(x);

	/* The note that it begins with is gone, and an older one is none of this size. */
	assert_int_equal(s->ops->begin(s), ERR_OK);
	assert_int_equal(s->ops->note_del(s, record_log_at(r, 0)->number, 4), ERR_OK);
	assert_int_equal(s->ops->commit(s), ERR_OK);
	assert_int_equal(export_all(r, &set, &(struct countdown){ 0 }), ERR_CORRUPT);
	record_free(r);
}

/* What somebody erases while it is looked at has not rotted. */
static void a_file_goes_while_it_is_read(void **state)
{
	static struct setting set;
	struct store *s;
	struct record *r;

	(void)state;
	for (int is_gone = 0; is_gone < 2; is_gone++) {
		uint32_t mask = 0;
		struct verify *v;
		enum err e = ERR_SHORT;
		setting_make(&set);
		more_make(&set);
		s = store_mem_new();
		assert_int_equal(record_open(s, &set.accord, &r), ERR_OK);
		more_put(r, &set);
		assert_int_equal(record_begin(r), ERR_OK);
		message_add(r, log_opened(r, 1), &set, true, true);
		note_add(r, log_opened(r, 1), &set, true);
		assert_int_equal(record_append(r), ERR_OK);
		v = verify_new(r, &(struct accord_versions){ { &set.accord }, 1 }, report_mark, &mask);
		/* The blob, and then the first piece of the file behind it. */
		while (e == ERR_SHORT && verify_count(v)->attachments == 0)
			e = verify_step(v, 1);
		assert_int_equal(verify_step(v, 1), ERR_SHORT);
		assert_int_equal(s->ops->begin(s), ERR_OK);
		if (is_gone)
			assert_int_equal(s->ops->attachment_del(s, set.more[0].hash), ERR_OK);
		assert_int_equal(s->ops->commit(s), ERR_OK);
		do
			e = verify_step(v, 1);
		while (e == ERR_SHORT);
		assert_int_equal(e, ERR_OK);
		assert_int_equal(mask, 0);
		assert_int_equal(verify_count(v)->attachments, is_gone ? 1 : 2);
		verify_free(v);
		record_free(r);
	}
}

/* Behind the record's back: an entry without its hashes, with one too many, and with another log's bytes; a
 * row that says another size; and what a note of nothing says of it. */
static void rows_that_are_wrong(void **state)
{
	static const enum finding_kind wanted[] = { FINDING_NODE,  FINDING_NODE, FINDING_ENTRY,
						    FINDING_ENTRY, FINDING_ROOT, FINDING_COUNT };
	static struct setting set;

	(void)state;
	setting_make(&set);
	for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
		uint8_t memory[1024], hashes_memory[4 * HASH_LEN] = { 0 };
		struct buf entry = BUF_ON(memory), hashes = BUF_ON(hashes_memory);
		struct store *s = store_mem_new();
		struct record *r;
		struct log *log, *other;
		struct store_log row;
		uint32_t mask = 0;
		struct verify *v;

		assert_int_equal(record_open(s, &set.accord, &r), ERR_OK);
		assert_int_equal(record_begin(r), ERR_OK);
		log = log_opened(r, 1);
		if (i + 1 == ARRAY_COUNT(wanted))
			note_add(r, log, &set, false);
		message_add(r, log, &set, false, false);
		other = log_opened(r, 2);
		message_add(r, other, &set, false, false);
		message_add(r, other, &set, false, false);
		assert_int_equal(record_append(r), ERR_OK);
		assert_int_equal(s->ops->begin(s), ERR_OK);
		assert_int_equal(s->ops->entry_get(s, other->number, i == 3 ? 1 : 0, &entry, &hashes),
				 ERR_OK);
		if (i == 0)
			assert_int_equal(
				s->ops->entry_put(s, other->number, 0, buf_bytes(&entry),
						  (struct bytes){ (uint8_t[HASH_LEN]){ 0 }, HASH_LEN }),
				ERR_OK);
		if (i == 1) {
			hashes.ptr[HASH_LEN] = 1;
			hashes.len = HASH_LEN;
			assert_int_equal(s->ops->entry_get(s, other->number, 1, NULL, &hashes), ERR_OK);
			hashes.ptr[2 * HASH_LEN] ^= 1;
			buf_reset(&entry);
			assert_int_equal(s->ops->entry_get(s, other->number, 1, &entry, NULL), ERR_OK);
			assert_int_equal(
				s->ops->entry_put(s, other->number, 1, buf_bytes(&entry),
						  (struct bytes){ hashes.ptr + HASH_LEN, 2 * HASH_LEN }),
				ERR_OK);
		}
		if (i == 2 || i == 3) { /* of another log, at another place: its leaf is right */
			uint8_t leaf[HASH_LEN];
			hash_leaf(buf_bytes(&entry), leaf);
			assert_int_equal(s->ops->entry_put(s, i == 2 ? log->number : other->number, 0,
							   buf_bytes(&entry), BYTES_OF(leaf)),
					 ERR_OK);
		}
		if (i == 4) {
			assert_int_equal(s->ops->log_get(s, log->number, &row), ERR_OK);
			row.size++;
			assert_int_equal(s->ops->log_put(s, log->number, &row), ERR_OK);
		}
		assert_int_equal(s->ops->commit(s), ERR_OK);
		v = verify_new(r, &(struct accord_versions){ { &set.accord }, 1 }, report_mark, &mask);
		assert_int_equal(verify_step(v, SIZE_MAX), ERR_OK);
		print_message("# row %zu: findings %x\n", i, mask);
		assert_true(wanted[i] == FINDING_COUNT ? mask == 0 : (mask & 1u << wanted[i]) != 0);
		verify_free(v);
		record_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tile_paths),
		cmocka_unit_test(what_fails_is_said),
		cmocka_unit_test(damage_is_said),
		cmocka_unit_test(as_much_as_there_is),
		cmocka_unit_test(a_file_goes_while_it_is_read),
		cmocka_unit_test(rows_that_are_wrong),
		cmocka_unit_test(a_stranger_reads_the_export),
		cmocka_unit_test(flipped_bits_are_found),
		cmocka_unit_test(each_finding_is_made),
	};

	crypto_init();
	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
