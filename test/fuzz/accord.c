/*
 * A bundle: what is read is written again, file by file, and read to the same. The input is the files one
 * after the other, each behind a line "@NAME"; the manifest is made for them, unless there is one among them.
 */
#include "accord/form.h"
#include "accord/glossary.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FILES_MAX 24

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
	if (a->text_hold_ms > 0) {
		buf_put_str(out, "text ");
		put_span(out, "hold", a->text_hold_ms);
		buf_put_byte(out, '\n');
	}
}

static void write_keys(const struct accord *a, struct buf *out)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		const struct accord_key *k = &a->keys[i];
		assert(k->party < a->parties_count && k->quorum >= 1 && k->quorum <= k->of);
		accord_key_write(bytes_str(a->parties[k->party].name), k, out);
	}
}

/* ---- codes, forms ---- */

static void put_number(struct buf *out, uint64_t number)
{
	buf_put_decimal(out, number);
	buf_put_byte(out, ' ');
}

static void write_lists(const struct accord *a, const struct form_list *list, struct buf *out)
{
	for (; list != NULL; list = list->next) {
		put_word(out, "list");
		buf_put_str(out, list->name);
		buf_put_byte(out, '\n');
		assert(list->codes != NULL);
		for (const struct form_code *code = list->codes; code != NULL; code = code->next) {
			assert(form_code_find(list, code->number) == code);
			put_word(out, "value");
			put_number(out, code->number);
			put_word(out, code->name);
			put_names(out, a, code->names.text);
			buf_put_byte(out, '\n');
		}
	}
}

static void write_codes(const struct accord *a, struct buf *out)
{
	write_lists(a, a->lists, out);
}

static void write_one(const struct accord *a, const struct form_field *f, bool is_member, struct buf *out)
{
	put_word(out, is_member ? "member" : "field");
	if (!is_member)
		put_number(out, f->number);
	put_word(out, f->name);
	buf_put_str(out, form_type_name(f->type));
	if (f->list != NULL) {
		buf_put_byte(out, ':');
		buf_put_str(out, f->list->name);
	}
	buf_put_str(out, f->is_list ? "[]" : "");
	buf_put_str(out, f->is_optional ? "? " : " ");
	if (!is_member)
		put_word(out, f->is_content ? "content" : "statement");
	put_names(out, a, f->names.text);
	buf_put_byte(out, '\n');
}

static void write_field(const struct accord *a, const struct form_field *f, struct buf *out)
{
	write_one(a, f, false, out);
	for (const struct form_field *m = f->members; m != NULL; m = m->next)
		write_one(a, m, true, out);
}

static void write_where(const struct form_where *w, struct buf *out)
{
	if (w->of == NULL)
		return;
	put_word(out, "where");
	put_word(out, w->of->name);
	for (size_t i = 0; i < FORM_WHERE_MAX && w->values[i] != NULL; i++)
		put_word(out, w->values[i]->name);
}

static void write_need(const struct form_field *f, struct buf *out)
{
	if (f->needed.of == NULL)
		return;
	assert(f->is_optional && (f->is_content || !f->needed.of->is_content));
	put_word(out, "need");
	put_word(out, f->name);
	write_where(&f->needed, out);
	buf_put_byte(out, '\n');
}

static void write_bound(const char *word, const struct form_bound *b, struct buf *out)
{
	char what[64];

	if (b->ms == 0)
		return;
	assert(b->of->type == FORM_TYPE_TIME || b->of->type == FORM_TYPE_SPAN);
	snprintf(what, sizeof what, "%s %s", word, b->of->name);
	put_word(out, "limit");
	put_span(out, what, b->ms);
	write_where(&b->where, out);
	buf_put_byte(out, '\n');
}

static void write_limits(const struct form_limits *l, struct buf *out)
{
	if (l->answer_ms > 0) {
		put_word(out, "limit");
		put_span(out, "answer", l->answer_ms);
		for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
			if (l->answer_by_ms[i] > 0)
				put_span(out, precedence_name((enum precedence)i), l->answer_by_ms[i]);
		}
		buf_put_byte(out, '\n');
	}
	if (l->again_ms > 0) {
		put_word(out, "limit");
		put_span(out, "again", l->again_ms);
		buf_put_byte(out, '\n');
	}
	write_bound("before", &l->before, out);
	write_bound("after", &l->after, out);
}

static void put_flag(struct buf *out, bool flag, const char *line)
{
	buf_put_str(out, flag ? line : "");
}

static void write_form(const struct accord *a, const struct form *f, struct buf *out)
{
	assert(form_find(a, bytes_str(f->name), f->version) == f);
	put_word(out, "form");
	put_word(out, f->name);
	put_word(out, "version");
	put_number(out, f->version);
	put_names(out, a, f->names.text);
	buf_put_str(out, "\nplane");
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		buf_put_str(out, f->planes >> i & 1 ? " " : "");
		buf_put_str(out, f->planes >> i & 1 ? plane_name((enum plane)i) : "");
	}
	buf_put_str(out, "\nacts");
	for (size_t i = 0; i < FORM_ACT_COUNT; i++) {
		buf_put_str(out, f->acts >> i & 1 ? " " : "");
		buf_put_str(out, f->acts >> i & 1 ? form_act_name((enum form_act)i) : "");
	}
	buf_put_str(out, "\nprecedence ");
	buf_put_str(out, f->precedences == 0 ? "subject" : precedence_name(f->precedence));
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		bool is_other = (f->precedences >> i & 1) != 0 && i != (size_t)f->precedence;
		buf_put_str(out, is_other ? " " : "");
		buf_put_str(out, is_other ? precedence_name((enum precedence)i) : "");
	}
	buf_put_byte(out, '\n');
	put_flag(out, f->is_reply, "reply\n");
	put_flag(out, f->is_correction, "corrects\n");
	put_flag(out, f->is_basis_required, "basis\n");
	if (f->after[0][0] != '\0')
		buf_put_str(out, "after");
	for (size_t i = 0; i < FORM_AFTER_MAX && f->after[i][0] != '\0'; i++) {
		buf_put_byte(out, ' ');
		buf_put_str(out, f->after[i]);
	}
	buf_put_byte(out, '\n');
	write_lists(a, f->lists, out);
	for (const struct form_field *field = f->fields; field != NULL; field = field->next)
		write_field(a, field, out);
	for (const struct form_field *field = f->fields; field != NULL; field = field->next)
		write_need(field, out);
	write_limits(&f->limits, out);
}

static void write_glossary(const struct accord *a, struct buf *out)
{
	for (size_t i = TRANSLATION_MACHINE; i < TRANSLATION_STATUS_COUNT; i++) {
		if (a->translators[i] == 0)
			continue;
		put_word(out, "translate");
		put_word(out, translation_status_name((enum translation_status)i));
		buf_put_str(out, "by");
		for (size_t role = 0; role < a->roles_count; role++) {
			buf_put_str(out, a->translators[i] >> role & 1 ? " " : "");
			buf_put_str(out, a->translators[i] >> role & 1 ? a->roles[role].name : "");
		}
		buf_put_byte(out, '\n');
	}
	for (const struct glossary_term *t = a->terms; t != NULL; t = t->next) {
		put_word(out, "term");
		put_word(out, t->name);
		put_names(out, a, t->names.text);
		buf_put_str(out, t->is_contested ? "contested\n" : "\n");
	}
}

static void write_forms(const struct accord *a, struct bundle *b, struct buf *out)
{
	size_t begin = out->len;

	if (a->lists != NULL) {
		write_codes(a, out);
		add(b, BYTES_LIT("codes"), (struct bytes){ out->ptr + begin, out->len - begin });
	}
	begin = out->len;
	write_glossary(a, out);
	add(b, BYTES_LIT("glossary"), (struct bytes){ out->ptr + begin, out->len - begin });
	for (const struct form *f = a->forms; f != NULL; f = f->next) {
		begin = out->len;
		write_form(a, f, out);
		add(b, f->file, (struct bytes){ out->ptr + begin, out->len - begin });
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
	write_forms(a, b, out);
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
	static uint8_t arenas[2][ACCORD_ARENA_LEN], files[2][1u << 19], manifests[2][MANIFEST_LEN_MAX];
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
