/* Accords against accord.json, the finished bundle's signatures and look-ups, the manifest's two other uses.
 */
#include "accord/form.h"
#include "accord/glossary.h"
#include "accord/manifest.h"
#include "bundle_copy.h"
#include "crypto/sshsig.h"
#include "vectors.h"

#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *vectors;
static struct bundle copy;

static int start(void **state)
{
	(void)state;
	crypto_init();
	vectors = bundle_vectors("accord.json");
	return vectors == NULL;
}

static int finish(void **state)
{
	(void)state;
	json_decref(vectors);
	return 0;
}

static void make(const json_t *vector)
{
	bundle_make(&copy, vectors, vector);
}

static enum err read_copy(struct accord **out, struct accord_fault *fault)
{
	return bundle_read(&copy, out, fault);
}

static const struct accord *read_base(void)
{
	struct accord_fault fault;
	struct accord *a;

	make(json_array_get(json_object_get(vectors, "vectors"), 0));
	assert_int_equal(read_copy(&a, &fault), ERR_OK);
	return a;
}

/* ---- What was read, as lines ---- */

static void put_names(struct buf *lines, const struct accord *a, const char *word, const struct bytes *text)
{
	for (size_t i = 0; i < a->languages_count; i++) {
		char head[64];
		snprintf(head, sizeof head, "%s %s", word, a->languages[i]);
		line_put_text(lines, head, text[i]);
	}
}

static void put_keys(struct buf *lines, const struct accord *a)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		buf_put_str(lines, "key ");
		accord_key_write(bytes_str(a->parties[a->keys[i].party].name), &a->keys[i], lines);
	}
}

static void put_head(struct buf *lines, const struct accord *a)
{
	if (a->is_founding) {
		line_put(lines, "founding");
		assert_memory_equal(a->id, a->hash, sizeof a->id);
	} else {
		buf_put_str(lines, "previous ");
		buf_put_hex(lines, BYTES_OF(a->previous));
		line_put_hex(lines, " id", BYTES_OF(a->id));
	}
	line_put(lines, a->is_exercise ? "exercise" : "live");
	line_put(lines, a->post_quantum == POST_QUANTUM_REQUIRED ? "required" : "preferred");
	line_put(lines, a->is_start_strict ? "start strict" : "start free");
	for (size_t i = 0; i < a->languages_count; i++)
		line_put(lines, "language %s", a->languages[i]);
	put_names(lines, a, "title", a->title);
}

static void put_timers(struct buf *lines, const struct accord *a)
{
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		const struct accord_timer *t = &a->timers[i];
		line_put(lines, "timer %s %llu %llu %llu %llu%s", precedence_name((enum precedence)i),
			 (unsigned long long)t->receipt_ms, (unsigned long long)t->read_ms,
			 (unsigned long long)t->query_ms, (unsigned long long)t->alternate_ms,
			 t->is_query_doubling ? " doubling" : "");
	}
	line_put(lines, "line-check %llu %llu", (unsigned long long)a->line_check_ms,
		 (unsigned long long)a->line_answer_ms);
	line_put(lines, "flash %llu", (unsigned long long)a->flash_len_max);
	line_put(lines, "clock %llu", (unsigned long long)a->clock_offset_ms);
	if (a->text_hold_ms > 0)
		line_put(lines, "text hold %llu", (unsigned long long)a->text_hold_ms);
}

static void put_lists(struct buf *lines, const struct accord *a, const struct form_list *list)
{
	for (; list != NULL; list = list->next) {
		line_put(lines, "list %s", list->name);
		for (const struct form_code *code = list->codes; code != NULL; code = code->next) {
			line_put(lines, "value %llu %s", (unsigned long long)code->number, code->name);
			put_names(lines, a, "name", code->names.text);
		}
	}
}

static void put_field(struct buf *lines, const struct accord *a, const char *head, const struct form_field *f)
{
	line_put(lines, "%s %s %s%s%s%s%s %s", head, f->name, form_type_name(f->type),
		 f->list != NULL ? ":" : "", f->list != NULL ? f->list->name : "", f->is_list ? "[]" : "",
		 f->is_optional ? "?" : "", f->is_content ? "content" : "statement");
	put_names(lines, a, "name", f->names.text);
}

static void put_limit(struct buf *lines, const char *what, uint64_t ms)
{
	if (ms > 0)
		line_put(lines, "limit %s %llu", what, (unsigned long long)ms);
}

static void put_where(struct buf *lines, const struct form_where *w)
{
	for (size_t i = 0; i < FORM_WHERE_MAX && w->values[i] != NULL; i++)
		line_put(lines, "where %s %s", w->of->name, w->values[i]->name);
}

static void put_bound(struct buf *lines, const char *what, const struct form_bound *b)
{
	if (b->ms == 0)
		return;
	line_put(lines, "limit %s %s %llu", what, b->of->name, (unsigned long long)b->ms);
	put_where(lines, &b->where);
}

static void put_limits(struct buf *lines, const struct form_limits *l)
{
	char what[64];

	put_limit(lines, "answer", l->answer_ms);
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		snprintf(what, sizeof what, "answer %s", precedence_name((enum precedence)i));
		put_limit(lines, what, l->answer_by_ms[i]);
	}
	put_limit(lines, "again", l->again_ms);
	put_bound(lines, "before", &l->before);
	put_bound(lines, "after", &l->after);
}

static void put_form(struct buf *lines, const struct accord *a, const struct form *f)
{
	char head[32];

	line_put(lines, "form %s %llu", f->name, (unsigned long long)f->version);
	put_names(lines, a, "name", f->names.text);
	line_put(lines, "plane %u acts %u precedence %u of %u", f->planes, f->acts, f->precedence,
		 f->precedences);
	if (f->is_reply)
		line_put(lines, "reply");
	if (f->is_correction)
		line_put(lines, "corrects");
	if (f->is_basis_required)
		line_put(lines, "basis");
	for (size_t i = 0; i < FORM_AFTER_MAX && f->after[i][0] != '\0'; i++)
		line_put(lines, "after %s", f->after[i]);
	put_limits(lines, &f->limits);
	put_lists(lines, a, f->lists);
	for (const struct form_field *field = f->fields; field != NULL; field = field->next) {
		snprintf(head, sizeof head, "field %llu", (unsigned long long)field->number);
		put_field(lines, a, head, field);
		for (const struct form_field *member = field->members; member != NULL; member = member->next)
			put_field(lines, a, "member", member);
		if (field->needed.of != NULL)
			line_put(lines, "need");
		put_where(lines, &field->needed);
	}
}

static void put_lines(struct buf *lines, const struct accord *a)
{
	put_head(lines, a);
	for (size_t i = 0; i < a->parties_count; i++) {
		line_put(lines, "party %s %s", a->parties[i].name, a->parties[i].code);
		put_names(lines, a, "name", a->parties[i].names.text);
		if (a->parties[i].zone[0] != '\0')
			line_put(lines, "zone %s", a->parties[i].zone);
	}
	for (size_t i = 0; i < a->roles_count; i++) {
		line_put(lines, "post %s of %u", a->roles[i].name, a->roles[i].parties);
		if ((a->two_roles >> i & 1) != 0 || a->roles[i].until_ms != 0)
			line_put(lines, "authority %d %" PRIu64, (int)(a->two_roles >> i & 1),
				 a->roles[i].until_ms);
		if (a->roles[i].able[0] != '\0')
			line_put(lines, "able %s", a->roles[i].able);
		put_names(lines, a, "name", a->roles[i].names.text);
	}
	for (size_t i = 0; i < a->acting_count; i++)
		line_put(lines, "acts %s for %s planes %u precedences %u", a->roles[a->acting[i].role].name,
			 a->roles[a->acting[i].for_role].name, a->acting[i].planes, a->acting[i].precedences);
	put_keys(lines, a);
	for (size_t i = 0; i < a->channels_count; i++) {
		const struct accord_channel *c = &a->channels[i];
		line_put(lines, "channel %u %s %s parties %u write %llu precedence %u", c->number, c->name,
			 plane_name(c->plane), c->parties, (unsigned long long)c->writers, c->precedences);
		if (c->observers != 0)
			line_put(lines, "observers %u", c->observers);
		if (c->is_sealed)
			line_put(lines, "sealed %llu", (unsigned long long)c->readers);
		put_names(lines, a, "name", c->names.text);
	}
	put_timers(lines, a);
	put_lists(lines, a, a->lists);
	for (const struct form *f = a->forms; f != NULL; f = f->next)
		put_form(lines, a, f);
	for (size_t i = TRANSLATION_MACHINE; i < TRANSLATION_STATUS_COUNT; i++) {
		if (a->translators[i] != 0)
			line_put(lines, "translate %s %llu",
				 translation_status_name((enum translation_status)i),
				 (unsigned long long)a->translators[i]);
	}
	for (const struct glossary_term *t = a->terms; t != NULL; t = t->next) {
		line_put(lines, "term %s%s", t->name, t->is_contested ? " contested" : "");
		put_names(lines, a, "name", t->names.text);
	}
}

static bool is_read_as(const struct accord *a, const json_t *wanted, const char *why)
{
	struct buf lines = BUF_ON(copy.lines_memory);
	struct bytes rest, got;
	const json_t *line;
	size_t i;

	put_lines(&lines, a);
	assert_int_equal(buf_check(&lines), ERR_OK);
	rest = buf_bytes(&lines);
	json_array_foreach(wanted, i, line)
	{
		if (bytes_take_until(&rest, '\n', &got) != ERR_OK ||
		    !bytes_equal(got, bytes_str(json_string_value(line)))) {
			print_message("# %s: line %zu is not: %s\n", why, i + 1, json_string_value(line));
			return false;
		}
	}
	return rest.len == 0;
}

static void test_vectors(void **state)
{
	const json_t *all = json_object_get(vectors, "vectors"), *vector;
	const json_t *base = json_object_get(json_array_get(all, 0), "read");
	size_t i, wrong = 0;

	(void)state;
	json_array_foreach(all, i, vector)
	{
		const char *why = json_string_value(json_object_get(vector, "name"));
		const json_t *read = json_object_get(vector, "read"),
			     *refused = json_object_get(vector, "fault");
		struct accord_fault fault;
		struct accord *a = NULL;
		enum err e;
		make(vector);
		e = read_copy(&a, &fault);
		if (refused != NULL) {
			wrong += !bundle_is_refused_as(e, &fault, refused, why);
		} else if (e != ERR_OK) {
			print_message("# %s: %s, %s\n", why, err_name(e), fault.fault.rule);
			wrong++;
		} else if (read != NULL || json_object_get(vector, "change") == NULL) {
			wrong += !is_read_as(a, read == NULL ? base : read, why);
		}
	}
	assert_int_equal(wrong, 0);
}

/* Every shorter arena is too small, and says so; nothing else goes wrong. */
static void test_memory(void **state)
{
	struct accord_fault fault;
	struct accord *a = NULL;
	size_t needed;

	(void)state;
	(void)read_base();
	needed = copy.arena.len;
	for (size_t len = 0; len < needed; len += len < needed - 600 ? 97 : 1) {
		arena_init(&copy.arena, copy.arena_memory, len);
		assert_int_equal(accord_read(copy.manifest, copy.files, copy.count, &copy.arena, &a, &fault),
				 ERR_MEMORY);
		assert_null(fault.fault.rule);
	}
	arena_init(&copy.arena, copy.arena_memory, needed);
	assert_int_equal(accord_read(copy.manifest, copy.files, copy.count, &copy.arena, &a, &fault), ERR_OK);
}

static void test_finders(void **state)
{
	const struct accord *a = read_base();
	uint8_t memory[128];
	struct buf name = BUF_ON(memory);
	char id[2 * ACCORD_ID_LEN + 1], want[64];

	(void)state;
	assert_int_equal(accord_party_find(a, BYTES_LIT("ash")), 0);
	assert_int_equal(accord_party_find(a, BYTES_LIT("elm")), 1);
	assert_int_equal(accord_party_find(a, BYTES_LIT("el")), 2);
	assert_int_equal(accord_role_find(a, BYTES_LIT("scribe")), 1);
	assert_int_equal(accord_role_find(a, BYTES_LIT("node")), 3);
	assert_int_equal(accord_channel_find(a, 7)->number, 7);
	assert_null(accord_channel_find(a, 2));
	assert_int_equal(accord_channel_by_name(a, BYTES_LIT("elm-home"))->number, 902);
	assert_null(accord_channel_by_name(a, BYTES_LIT("elm-homes")));
	assert_int_equal(accord_key_find(a, 1, ACCORD_KEY_LOG)->key.len, SIGN_PUBLIC_LEN);
	assert_null(accord_key_find(a, 2, ACCORD_KEY_LOG));
	assert_int_equal(accord_language_find(a, BYTES_LIT("ko")), 1);
	assert_int_equal(accord_language_find(a, BYTES_LIT("fr")), 0);
	accord_mirror_name(a, 1, &name);
	buf_put_byte(&name, '\0');
	bytes_write_hex(BYTES_OF(a->id), id);
	snprintf(want, sizeof want, "%s/elm/mirror", id);
	assert_string_equal((const char *)memory, want);
}

/* ---- Signatures ---- */

static void root_key(const char *name, struct sign_key *k)
{
	uint8_t seed[SIGN_SEED_LEN];
	const char *hex = json_string_value(json_object_get(json_object_get(vectors, "seeds"), name));

	assert_non_null(hex);
	assert_int_equal(bytes_read_hex(bytes_str(hex), seed, sizeof seed), ERR_OK);
	sign_key_from_seed(k, seed);
}

static enum err sign_and_check(const struct accord *a, const char *who, const char *namespace,
			       struct bytes message, size_t *key)
{
	uint8_t blob_memory[SSHSIG_LEN_MAX], text_memory[2 * SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(blob_memory), text = BUF_ON(text_memory);
	struct sign_key k;

	root_key(who, &k);
	sshsig_make(&k, bytes_str(namespace), message, &blob);
	sshsig_write_armour(buf_bytes(&blob), &text);
	assert_int_equal(buf_check(&text), ERR_OK);
	return accord_signature_check(a, buf_bytes(&text), key);
}

static void test_signatures(void **state)
{
	static const struct {
		const char *why, *who, *namespace;
		bool is_other; /* another message */
		enum err want;
		size_t key;
	} tries[] = {
		{ "first root", "ash root 0", SSHSIG_ACCORD, false, ERR_OK, 0 },
		{ "third root", "ash root 2", SSHSIG_ACCORD, false, ERR_OK, 2 },
		{ "the other party's", "elm root 0", SSHSIG_ACCORD, false, ERR_OK, 7 },
		{ "a registrar's", "ash registrar", SSHSIG_ACCORD, false, ERR_VERIFY, 0 },
		{ "a signature of a statement", "ash root 0", SSHSIG_STATEMENT, false, ERR_VERIFY, 0 },
		{ "over another manifest", "ash root 0", SSHSIG_ACCORD, true, ERR_VERIFY, 0 },
	};
	const struct accord *a = read_base();
	size_t key = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct bytes message = a->manifest;
		if (tries[i].is_other)
			message.len--;
		if (sign_and_check(a, tries[i].who, tries[i].namespace, message, &key) != tries[i].want)
			fail_msg("%s", tries[i].why);
		if (tries[i].want == ERR_OK)
			assert_int_equal(key, tries[i].key);
	}
	assert_int_equal(accord_signature_check(a, BYTES_LIT("no armour\n"), &key), ERR_VERIFY);
	assert_int_equal(accord_signature_check(a, (struct bytes){ NULL, 0 }, &key), ERR_VERIFY);
}

static void test_quorum(void **state)
{
	static const struct {
		const char *why;
		size_t party, signers[4], count;
		bool want;
	} tries[] = {
		{ "nobody", 0, { 0 }, 0, false },
		{ "one of two", 0, { 0 }, 1, false },
		{ "two", 0, { 2, 0 }, 2, true },
		{ "all", 0, { 0, 1, 2 }, 3, true },
		{ "one twice", 0, { 1, 1 }, 2, false },
		{ "one, and the other party's", 0, { 1, 7 }, 2, false },
		{ "two, and the other party's", 0, { 7, 1, 0 }, 3, true },
		{ "the other party's, whose one is enough", 1, { 7 }, 1, true },
		{ "the other party without its own", 1, { 0, 1, 2 }, 3, false },
		{ "a registrar's index is no root's", 1, { 8 }, 1, false },
		{ "an index beyond all keys", 0, { 400, 401 }, 2, false },
		{ "no such party", 2, { 0, 1, 2, 7 }, 4, false },
	};
	const struct accord *a = read_base();

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		if (accord_has_quorum(a, tries[i].party, tries[i].signers, tries[i].count) != tries[i].want)
			fail_msg("%s", tries[i].why);
	}
}

/* ---- Manifests of two sides ---- */

#define A_HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B_HASH "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_diff(void **state)
{
	static const struct {
		const char *why, *ours, *theirs, *want; /* NULL: no difference */
	} tries[] = {
		{ "two empty ones", "", "", NULL },
		{ "the same", A_HASH "  accord\n", A_HASH "  accord\n", NULL },
		{ "another hash", A_HASH "  accord\n", B_HASH "  accord\n", "accord" },
		{ "the second", A_HASH "  accord\n" A_HASH "  keys\n", A_HASH "  accord\n" B_HASH "  keys\n",
		  "keys" },
		{ "we have one more in the middle",
		  A_HASH "  accord\n" A_HASH "  channels\n" A_HASH "  keys\n",
		  A_HASH "  accord\n" A_HASH "  keys\n", "channels" },
		{ "they have one more in the middle", A_HASH "  accord\n" A_HASH "  keys\n",
		  A_HASH "  accord\n" A_HASH "  forms/N01\n" A_HASH "  keys\n", "forms/N01" },
		{ "we have one more at the end", A_HASH "  accord\n" A_HASH "  keys\n", A_HASH "  accord\n",
		  "keys" },
		{ "they have one more at the end", A_HASH "  accord\n", A_HASH "  accord\n" B_HASH "  keys\n",
		  "keys" },
		{ "they send what is no manifest", A_HASH "  accord\n", "nothing\n", "MANIFEST" },
		{ "they do not end it", A_HASH "  accord\n", A_HASH "  accord", "MANIFEST" },
		{ "they name what no bundle holds", A_HASH "  accord\n", A_HASH "  \x1b[2J\n", "MANIFEST" },
		{ "they send nothing", A_HASH "  accord\n", "", "accord" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct bytes file = { NULL, 0 };
		enum err e =
			accord_manifest_diff(bytes_str(tries[i].ours), bytes_str(tries[i].theirs), &file);
		if (e != (tries[i].want == NULL ? ERR_NOT_FOUND : ERR_OK) ||
		    (e == ERR_OK && !bytes_equal(file, bytes_str(tries[i].want))))
			fail_msg("%s: %s, %.*s", tries[i].why, err_name(e), (int)file.len,
				 (const char *)file.ptr);
	}
}

static void test_names(void **state)
{
	static const char *const planes[] = { "LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME" };
	static const char *const uses[] = { "root", "registrar", "log", "mirror", "tls" };

	(void)state;
	assert_int_equal(ARRAY_COUNT(planes), PLANE_COUNT);
	assert_int_equal(ARRAY_COUNT(uses), ACCORD_KEY_USE_COUNT);
	for (size_t i = 0; i < PLANE_COUNT; i++)
		assert_string_equal(plane_name((enum plane)i), planes[i]);
	for (size_t i = 0; i < ACCORD_KEY_USE_COUNT; i++)
		assert_string_equal(accord_key_use_name((enum accord_key_use)i), uses[i]);
}

static int clear_copy(void **state)
{
	(void)state;
	bundle_clear(&copy);
	return 0;
}

/* ---- A bundle with another file beside the base's, or one less. ---- */

static enum err read_with(struct bytes name, struct bytes content, struct accord **out,
			  struct accord_fault *fault)
{
	static uint8_t memory[MANIFEST_LEN_MAX];
	static struct accord_file files[ACCORD_FILES_MAX + 9];
	struct buf manifest = BUF_ON(memory);
	size_t at = 0;

	while (at < copy.count && bytes_compare(copy.files[at].name, name) < 0)
		at++;
	memcpy(files, copy.files, at * sizeof *files);
	files[at] = (struct accord_file){ name, content };
	memcpy(files + at + 1, copy.files + at, (copy.count - at) * sizeof *files);
	accord_manifest_write(files, copy.count + 1, &manifest);
	return accord_read(buf_bytes(&manifest), files, copy.count + 1, &copy.arena, out, fault);
}

static void test_another_file(void **state)
{
	static const struct {
		const char *name, *content, *rule; /* NULL: it is read */
	} tries[] = {
		{ "opened", "", NULL },
		{ "opened", "what opens\n", NULL },
		{ "words.txt", "words that nobody asks for\n", NULL },
		{ "procedures/a.json", "{", "json.name" },
		{ "forms/-a", "", "manifest.name" },
		{ "forms/", "", "manifest.name" },
		{ "forms/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "",
		  "manifest.name" },
		{ "nothing", "", "manifest.name" },
		{ "authority", "acts head for watch\nacts scribe for watch\nacts head for scribe\n", NULL },
		{ "authority", "acts head for watch\nacts head for watch\n", "authority.acts" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		const char *rule = tries[i].rule;
		struct accord_fault fault;
		struct accord *a;
		enum err e;
		(void)read_base();
		arena_init(&copy.arena, copy.arena_memory, sizeof copy.arena_memory);
		e = read_with(bytes_str(tries[i].name), bytes_str(tries[i].content), &a, &fault);
		assert_int_equal(e, rule == NULL ? ERR_OK : ERR_USAGE);
		if (rule != NULL)
			assert_string_equal(fault.fault.rule, rule);
		else if (strcmp(tries[i].name, "opened") == 0)
			assert_true(bytes_equal(a->opened, bytes_str(tries[i].content)));
	}
}

/* The base's file with the first of these words in the place of others. */
static enum err read_changed(const char *name, const char *from, const char *to, struct accord_fault *fault)
{
	static char text[ACCORD_FILE_LEN_MAX];
	static uint8_t memory[MANIFEST_LEN_MAX];
	struct buf manifest = BUF_ON(memory);
	struct accord_file *file = copy.files;
	const char *whole, *at;
	struct bytes before;
	struct accord *a;
	enum err e;

	while (!bytes_equal(file->name, bytes_str(name)))
		file++;
	before = file->content;
	whole = (const char *)before.ptr;
	at = memmem(whole, before.len, from, strlen(from));
	assert_non_null(at);
	snprintf(text, sizeof text, "%.*s%s%.*s", (int)(at - whole), whole, to,
		 (int)(before.len - (size_t)(at - whole) - strlen(from)), at + strlen(from));
	file->content = bytes_str(text);
	accord_manifest_write(copy.files, copy.count, &manifest);
	arena_init(&copy.arena, copy.arena_memory, sizeof copy.arena_memory);
	e = accord_read(buf_bytes(&manifest), copy.files, copy.count, &copy.arena, &a, fault);
	file->content = before;
	return e;
}

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LATER "previous " A_HASH " id " ID "\n"

static void test_changed_files(void **state)
{
	static const struct {
		const char *file, *from, *to, *rule; /* NULL: it is read */
	} tries[] = {
		{ "accord", "founding\n", LATER, NULL },
		{ "accord", "founding\n", LATER LATER, "accord.founding" },
		{ "accord", "founding\n", "previous\n", "accord.previous" },
		{ "parties", "ash en \"Ash\"  ko \"물푸레\"",
		  "ash en \"Ash\" ko \"물푸레\" zone Etc/GMT+5_a-b", NULL },
		{ "posts", "of ash elm\n", "of ash elm able * x\n", "posts.able" },
		{ "timers", "alternate 5m", "alternate 9m", "timers.order" },
		{ "forms/N20", "member age num", "member age num[]", "forms.group" },
		{ "forms/N20", "member age num", "member age num?", "forms.group" },
		{ "forms/N20", "member age num", "member age ref", "forms.group" },
		{ "forms/N20", "member age num", "member age group", "forms.group" },
		{ "forms/N31", "corrects\n", "corrects\nreply\n", "forms.corrects" },
		{ "forms/R1", "after N20 N31", "after N20 N31 N20 N31", NULL },
		{ "keys", "2 of 3\nash registrar", "2 of 2\nash registrar", "keys.quorum" },
	};

	(void)state;
	(void)read_base();
	for (size_t i = 0; i < ARRAY_COUNT(tries); i++) {
		struct accord_fault fault;
		enum err e = read_changed(tries[i].file, tries[i].from, tries[i].to, &fault);
		if ((e == ERR_OK) != (tries[i].rule == NULL) ||
		    (e != ERR_OK && strcmp(fault.fault.rule, tries[i].rule) != 0))
			fail_msg("%s, %s: %s", tries[i].file, tries[i].to,
				 e == ERR_OK ? "it is read" : fault.fault.rule);
	}
}

static void test_a_manifest_and_its_files(void **state)
{
	static uint8_t long_one[MANIFEST_LEN_MAX + 1];
	struct bytes bare = { NULL, 0 }, file;
	struct manifest_row row;
	struct accord_fault fault;
	struct accord *a;

	(void)state;
	(void)read_base();
	copy.count--; /* the last one that it lists */
	assert_int_equal(read_copy(&a, &fault), ERR_USAGE);
	assert_string_equal(fault.fault.rule, "bundle.missing");
	assert_true(bytes_equal(fault.file, copy.files[copy.count].name));
	copy.count++;
	bare = (struct bytes){ long_one, sizeof long_one };
	assert_int_equal(accord_read(bare, copy.files, copy.count, &copy.arena, &a, &fault), ERR_USAGE);
	assert_string_equal(fault.fault.rule, "manifest.length");
	/* A hash and no name; and a name that no file of ours has is given back to nobody. */
	bare = (struct bytes){ copy.manifest.ptr, 2 * HASH_LEN + 1 };
	memcpy(long_one, copy.manifest.ptr, 2 * HASH_LEN);
	long_one[2 * HASH_LEN] = '\n';
	bare.ptr = long_one;
	assert_int_equal(manifest_next(&bare, &row), ERR_USAGE);
	memcpy(long_one + 2 * HASH_LEN, "  evil\n", 7);
	for (size_t side = 0; side < 2; side++) {
		struct bytes evil = { long_one, 2 * HASH_LEN + 7 };
		assert_int_equal(accord_manifest_diff(side == 0 ? evil : copy.manifest,
						      side == 0 ? copy.manifest : evil, &file),
				 ERR_OK);
		assert_true(bytes_equal(file, BYTES_LIT("MANIFEST")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_vectors, clear_copy),
		cmocka_unit_test_teardown(test_memory, clear_copy),
		cmocka_unit_test_teardown(test_finders, clear_copy),
		cmocka_unit_test_teardown(test_signatures, clear_copy),
		cmocka_unit_test_teardown(test_quorum, clear_copy),
		cmocka_unit_test_teardown(test_another_file, clear_copy),
		cmocka_unit_test_teardown(test_changed_files, clear_copy),
		cmocka_unit_test_teardown(test_a_manifest_and_its_files, clear_copy),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
