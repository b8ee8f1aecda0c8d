/*
 * A bundle: what is read is written again, file by file, and read to the same. The input is the files one
 * after the other, each behind a line "@NAME"; the manifest is made for them, unless there is one among them.
 */
#include "accord/accord.h"

#include <assert.h>
#include <string.h>

#define FILES_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

struct bundle {
	struct accord_file files[FILES_MAX];
	size_t count;
	struct bytes manifest; /* .ptr NULL: none was among them */
};

/* Files rise by name, as they do when they come from a folder. */
static void add(struct bundle *b, struct bytes name, struct bytes content)
{
	size_t at = b->count;

	if (bytes_equal(name, BYTES_LIT("MANIFEST"))) {
		b->manifest = content;
		return;
	}
	if (b->count == FILES_MAX)
		return;
	for (; at > 0 && bytes_compare(b->files[at - 1].name, name) > 0; at--)
		b->files[at] = b->files[at - 1];
	b->files[at] = (struct accord_file){ name, content };
	b->count++;
}

static void split(struct bytes in, struct bundle *b)
{
	struct bytes name, line;

	while (in.len > 0 && in.ptr[0] == '@') {
		struct bytes content;
		if (bytes_take_until(&in, '\n', &name) != ERR_OK)
			return;
		name = (struct bytes){ name.ptr + 1, name.len - 1 };
		content = (struct bytes){ in.ptr, 0 };
		while (in.len > 0 && in.ptr[0] != '@') {
			if (bytes_take_until(&in, '\n', &line) != ERR_OK)
				line = (struct bytes){ in.ptr, in.len };
			content.len = (size_t)(line.ptr + line.len - content.ptr);
			if (line.ptr == in.ptr)
				in = (struct bytes){ in.ptr + in.len, 0 };
			else
				content.len++;
		}
		add(b, name, content);
	}
}

/* ---- The files, written from what was read ---- */

static void put_word(struct buf *out, const char *word)
{
	buf_put_str(out, word);
	buf_put_byte(out, ' ');
}

static void put_names(struct buf *out, const struct accord *a, const struct bytes *text)
{
	for (size_t i = 0; i < a->languages_count; i++) {
		assert(text[i].len > 0);
		put_word(out, a->languages[i]);
		buf_put_byte(out, '"');
		buf_put(out, text[i]);
		buf_put_str(out, "\" ");
	}
}

static void write_accord(const struct accord *a, struct buf *out)
{
	if (a->is_founding) {
		buf_put_str(out, "founding\n");
		assert(memcmp(a->id, a->hash, sizeof a->id) == 0);
	} else {
		put_word(out, "previous");
		buf_put_hex(out, BYTES_OF(a->previous));
		buf_put_str(out, " id ");
		buf_put_hex(out, BYTES_OF(a->id));
		buf_put_byte(out, '\n');
	}
	buf_put_str(out, a->is_exercise ? "mode exercise\n" : "mode live\n");
	put_word(out, "post-quantum");
	buf_put_str(out, a->post_quantum == POST_QUANTUM_REQUIRED ? "required\n" : "preferred\n");
	put_word(out, "languages");
	for (size_t i = 0; i < a->languages_count; i++)
		put_word(out, a->languages[i]);
	buf_put_str(out, "\ntitle ");
	put_names(out, a, a->title);
	buf_put_byte(out, '\n');
}

static void write_parties(const struct accord *a, struct buf *out)
{
	assert(a->parties_count >= 2 && a->parties_count <= PARTY_MAX);
	for (size_t i = 0; i < a->parties_count; i++) {
		assert(accord_party_find(a, bytes_str(a->parties[i].name)) == i);
		put_word(out, a->parties[i].name);
		put_names(out, a, a->parties[i].names.text);
		buf_put_byte(out, '\n');
	}
}

static void put_parties(struct buf *out, const struct accord *a, uint8_t parties)
{
	assert(parties != 0 && parties >> a->parties_count == 0);
	for (size_t i = 0; i < a->parties_count; i++) {
		if ((parties >> i & 1) != 0)
			put_word(out, a->parties[i].name);
	}
}

static void write_posts(const struct accord *a, struct buf *out)
{
	for (size_t i = 0; i < a->roles_count; i++) {
		assert(accord_role_find(a, bytes_str(a->roles[i].name)) == i);
		put_word(out, a->roles[i].name);
		put_names(out, a, a->roles[i].names.text);
		put_word(out, "of");
		put_parties(out, a, a->roles[i].parties);
		buf_put_byte(out, '\n');
	}
}

static void write_channels(const struct accord *a, struct buf *out)
{
	for (size_t i = 0; i < a->channels_count; i++) {
		const struct accord_channel *c = &a->channels[i];
		assert(accord_channel_find(a, c->number) == c);
		assert(accord_channel_by_name(a, bytes_str(c->name)) == c);
		buf_put_decimal(out, c->number);
		buf_put_byte(out, ' ');
		put_word(out, c->name);
		put_word(out, plane_name(c->plane));
		put_names(out, a, c->names.text);
		put_word(out, "parties");
		put_parties(out, a, c->parties);
		put_word(out, "write");
		for (size_t role = 0; role < a->roles_count; role++) {
			if ((c->writers >> role & 1) != 0)
				put_word(out, a->roles[role].name);
		}
		put_word(out, "precedence");
		for (int p = 0; p < PRECEDENCE_COUNT; p++) {
			if ((c->precedences >> p & 1) != 0)
				put_word(out, precedence_name((enum precedence)p));
		}
		assert(c->is_sealed || c->readers == 0);
		if (c->is_sealed)
			put_word(out, "sealed");
		for (size_t role = 0; role < a->roles_count; role++) {
			if ((c->readers >> role & 1) != 0)
				put_word(out, a->roles[role].name);
		}
		buf_put_byte(out, '\n');
	}
}

static void put_span(struct buf *out, const char *word, uint64_t ms)
{
	put_word(out, word);
	if (ms == 0) {
		put_word(out, "none");
		return;
	}
	buf_put_decimal(out, ms);
	put_word(out, "ms");
}

static void write_timers(const struct accord *a, struct buf *out)
{
	for (int p = 0; p < PRECEDENCE_COUNT; p++) {
		const struct accord_timer *t = &a->timers[p];
		put_word(out, "timer");
		put_word(out, precedence_name((enum precedence)p));
		put_span(out, "receipt", t->receipt_ms);
		put_span(out, "read", t->read_ms);
		put_span(out, "query", t->query_ms);
		buf_put_str(out, t->is_query_doubling ? "doubling " : "");
		put_span(out, "alternate", t->alternate_ms);
		buf_put_byte(out, '\n');
	}
	put_word(out, "line-check");
	put_span(out, "every", a->line_check_ms);
	put_span(out, "answer", a->line_answer_ms);
	buf_put_str(out, "\nflash length ");
	buf_put_decimal(out, a->flash_len_max);
	buf_put_str(out, "\nclock ");
	put_span(out, "offset", a->clock_offset_ms);
	buf_put_str(out, a->is_start_strict ? "\nstart strict\n" : "\nstart free\n");
}

static void write_keys(const struct accord *a, struct buf *out)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		const struct accord_key *k = &a->keys[i];
		assert(k->party < a->parties_count && k->quorum >= 1 && k->quorum <= k->of);
		accord_key_write(bytes_str(a->parties[k->party].name), k, out);
	}
}

static void write_all(const struct accord *a, struct bundle *b, struct buf *out)
{
	static const struct {
		const char *name;
		void (*write)(const struct accord *a, struct buf *out);
	} files[] = { { "accord", write_accord },     { "parties", write_parties }, { "posts", write_posts },
		      { "channels", write_channels }, { "timers", write_timers },   { "keys", write_keys } };

	for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
		size_t begin = out->len;
		files[i].write(a, out);
		add(b, bytes_str(files[i].name), (struct bytes){ out->ptr + begin, out->len - begin });
	}
	assert(buf_check(out) == ERR_OK);
}

/* ---- One bundle ---- */

static enum err read_bundle(const struct bundle *b, struct arena *arena, struct buf *manifest,
			    struct accord **out)
{
	struct accord_fault fault;
	struct bytes names = b->manifest;
	enum err e;

	if (names.ptr == NULL) {
		accord_manifest_write(b->files, b->count, manifest);
		assert(buf_check(manifest) == ERR_OK || b->count > 0);
		names = buf_bytes(manifest);
	}
	e = accord_read(names, b->files, b->count, arena, out, &fault);
	assert(e == ERR_OK || e == ERR_USAGE);
	assert(e == ERR_OK || (fault.fault.rule != NULL && fault.fault.offset > 0 && fault.file.len > 0));
	return e;
}

static void check_signers(const struct accord *a)
{
	size_t all[ACCORD_KEYS_MAX], key;

	for (size_t i = 0; i < a->keys_count; i++)
		all[i] = i;
	for (size_t party = 0; party < a->parties_count; party++) {
		assert(accord_has_quorum(a, party, all, a->keys_count));
		assert(!accord_has_quorum(a, party, all, 0));
	}
	assert(accord_signature_check(a, a->manifest, &key) == ERR_VERIFY);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready; /* the library is tried once, which takes longer than an input */
	static uint8_t arenas[2][1u << 20], files[2][1u << 18], manifests[2][MANIFEST_LEN_MAX];
	struct bundle first = { .count = 0 }, second = { .count = 0 }, third = { .count = 0 };
	struct buf written = BUF_ON(files[0]), again = BUF_ON(files[1]);
	struct buf manifest = BUF_ON(manifests[0]), other = BUF_ON(manifests[1]);
	struct arena arena, more;
	struct accord *a, *same;
	struct bytes file;
	enum err e;

	if (!is_ready)
		crypto_init();
	is_ready = true;
	arena_init(&arena, arenas[0], sizeof arenas[0]);
	arena_init(&more, arenas[1], sizeof arenas[1]);
	split((struct bytes){ ptr, len }, &first);
	/* Two sides' manifests, both anything. */
	if (accord_manifest_diff(first.manifest, (struct bytes){ ptr, len }, &file) == ERR_OK)
		assert(file.len > 0);
	if (read_bundle(&first, &arena, &manifest, &a) != ERR_OK)
		return 0;
	assert(accord_manifest_diff(a->manifest, a->manifest, &file) == ERR_NOT_FOUND);
	check_signers(a);
	write_all(a, &second, &written);
	e = read_bundle(&second, &more, &other, &same);
	assert(e == ERR_OK);
	if (!same->is_founding)
		assert(memcmp(a->id, same->id, sizeof a->id) == 0);
	write_all(same, &third, &again);
	assert(bytes_equal(buf_bytes(&written), buf_bytes(&again)));
	return 0;
}
