#include "accord/accord.h"

#include "accord/line.h"
#include "accord/manifest.h"
#include "crypto/sshsig.h"

#include <assert.h>
#include <string.h>

static const char *const planes[] = { "LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME" };

const char *plane_name(enum plane p)
{
	assert(p < PLANE_COUNT);
	return planes[p];
}

/* ---- Look-ups ---- */

size_t accord_party_find(const struct accord *a, struct bytes name)
{
	for (size_t i = 0; i < a->parties_count; i++) {
		if (bytes_equal(name, bytes_str(a->parties[i].name)))
			return i;
	}
	return a->parties_count;
}

size_t accord_role_find(const struct accord *a, struct bytes name)
{
	for (size_t i = 0; i < a->roles_count; i++) {
		if (bytes_equal(name, bytes_str(a->roles[i].name)))
			return i;
	}
	return a->roles_count;
}

const struct accord_channel *accord_channel_find(const struct accord *a, uint32_t number)
{
	for (size_t i = 0; i < a->channels_count; i++) {
		if (a->channels[i].number == number)
			return &a->channels[i];
	}
	return NULL;
}

const struct accord_channel *accord_channel_by_name(const struct accord *a, struct bytes name)
{
	for (size_t i = 0; i < a->channels_count; i++) {
		if (bytes_equal(name, bytes_str(a->channels[i].name)))
			return &a->channels[i];
	}
	return NULL;
}

const struct accord_key *accord_key_find(const struct accord *a, size_t party, enum accord_key_use use)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].party == party && a->keys[i].use == use)
			return &a->keys[i];
	}
	return NULL;
}

static size_t language_index(const struct accord *a, struct bytes tag)
{
	size_t i = 0;

	while (i < a->languages_count && !bytes_equal(tag, bytes_str(a->languages[i])))
		i++;
	return i;
}

size_t accord_language_find(const struct accord *a, struct bytes tag)
{
	size_t i = language_index(a, tag);

	return i == a->languages_count ? 0 : i;
}

void accord_mirror_name(const struct accord *a, size_t party, struct buf *out)
{
	buf_put_hex(out, BYTES_OF(a->id));
	buf_put_byte(out, '/');
	buf_put_str(out, a->parties[party].name);
	buf_put_str(out, "/mirror");
}

/* ---- Parts that several files share ---- */

/* (LANG TEXT)+ in every language of the accord, in its order or any other, each once. */
static void read_names(struct line_reader *r, const struct accord *a, struct bytes text[ACCORD_LANGUAGES_MAX])
{
	for (size_t i = 0; i < a->languages_count; i++) {
		size_t language = language_index(a, line_word(r, "names.language"));
		struct bytes name = line_text(r, "names.text");
		if (language == a->languages_count || text[language].len > 0)
			line_refuse(r, "names.language");
		else
			text[language] = name;
	}
}

/* Party names up to the end of the line or a word that is none. */
static uint8_t read_parties(struct line_reader *r, const struct accord *a, const char *rule)
{
	uint8_t mask = 0;

	while (line_has_more(r)) {
		size_t party = accord_party_find(a, line_peek(r));
		if (party == a->parties_count)
			break;
		if ((mask >> party & 1) != 0)
			line_refuse(r, rule);
		mask |= (uint8_t)(1u << party);
		(void)line_word(r, rule);
	}
	if (mask == 0)
		line_refuse(r, rule);
	return mask;
}

static void copy_name(struct line_reader *r, struct bytes from, char *out, size_t size, const char *rule)
{
	if (r->rule == NULL && bytes_copy_str(from, out, size) != ERR_OK)
		line_refuse(r, rule);
}

/* ---- The file `accord` ---- */

static void read_founding(struct line_reader *r, struct accord *a)
{
	a->is_founding = true;
	(void)r;
}

static void read_previous(struct line_reader *r, struct accord *a)
{
	struct bytes hash = line_word(r, "accord.previous");

	if (r->rule == NULL && bytes_read_hex(hash, a->previous, HASH_LEN) != ERR_OK)
		line_refuse(r, "accord.previous");
	line_expect(r, "id", "accord.id");
	hash = line_word(r, "accord.id");
	if (r->rule == NULL && bytes_read_hex(hash, a->id, ACCORD_ID_LEN) != ERR_OK)
		line_refuse(r, "accord.id");
}

static void read_mode(struct line_reader *r, struct accord *a)
{
	a->is_exercise = line_accept(r, "exercise");
	if (!a->is_exercise)
		line_expect(r, "live", "accord.mode");
}

static void read_post_quantum(struct line_reader *r, struct accord *a)
{
	if (line_accept(r, "required"))
		a->post_quantum = POST_QUANTUM_REQUIRED;
	else
		line_expect(r, "preferred", "accord.post-quantum");
}

static void read_languages(struct line_reader *r, struct accord *a)
{
	while (line_has_more(r)) {
		if (a->languages_count == ACCORD_LANGUAGES_MAX || language_index(a, line_peek(r)) < a->languages_count) {
			line_refuse(r, "accord.languages");
			return;
		}
		copy_name(r, line_word(r, "accord.languages"), a->languages[a->languages_count],
			  sizeof a->languages[0], "accord.languages");
		a->languages_count++;
	}
}

static void read_title(struct line_reader *r, struct accord *a)
{
	if (a->languages_count == 0)
		line_refuse(r, "accord.languages");
	read_names(r, a, a->title);
}

/* ---- The other files ---- */

static void read_party(struct line_reader *r, struct accord *a)
{
	struct bytes name = line_word(r, "parties.name");
	struct accord_party *p = &a->parties[a->parties_count];

	if (r->rule == NULL && (!is_party_name(name) || a->parties_count == PARTY_MAX)) {
		line_refuse(r, is_party_name(name) ? "parties.limit" : "parties.name");
		return;
	}
	copy_name(r, name, p->name, sizeof p->name, "parties.name");
	for (size_t i = 0; i < name.len && r->rule == NULL; i++)
		p->code[i] = p->name[i] >= 'a' && p->name[i] <= 'z' ? (char)(p->name[i] - 'a' + 'A') : p->name[i];
	if (a->parties_count > 0 && strcmp(a->parties[a->parties_count - 1].name, p->name) >= 0)
		line_refuse(r, "parties.order");
	read_names(r, a, p->names.text);
	a->parties_count += r->rule == NULL;
}

static const struct {
	const char *name, *algorithm;
	enum accord_key_use use;
} key_uses[] = {
	{ "root", NULL, ACCORD_KEY_ROOT },     { "registrar", NULL, ACCORD_KEY_REGISTRAR },
	{ "log", "ed25519", ACCORD_KEY_LOG },  { "mirror", "ed25519", ACCORD_KEY_MIRROR },
	{ "tls", "ed25519", ACCORD_KEY_TLS },
};

/* Node keys are raw Ed25519; roots and registrars are in SSH's wire form and may be tokens. */
static void check_key(struct line_reader *r, const struct accord_key *k, struct bytes algorithm, const char *node_algorithm)
{
	uint8_t memory[4];

	if (r->rule != NULL)
		return;
	if (node_algorithm != NULL) {
		if (!bytes_equal(algorithm, bytes_str(node_algorithm)) || k->key.len != SIGN_PUBLIC_LEN ||
		    !sign_is_good_public(k->key.ptr))
			line_refuse(r, "keys.key");
		return;
	}
	be32_put(memory, (uint32_t)algorithm.len);
	if (k->key.len < 4 + algorithm.len || memcmp(k->key.ptr, memory, 4) != 0 ||
	    memcmp(k->key.ptr + 4, algorithm.ptr, algorithm.len) != 0 || ssh_public_check(k->key) != ERR_OK)
		line_refuse(r, "keys.key");
}

static void read_key(struct line_reader *r, struct accord *a)
{
	size_t party = accord_party_find(a, line_word(r, "keys.party")), use = 0, len;
	struct bytes word = line_word(r, "keys.use"), algorithm = line_word(r, "keys.algorithm");
	struct bytes text = line_word(r, "keys.key");
	struct accord_key *k = &a->keys[a->keys_count];
	uint8_t *key = arena_alloc(r->arena, SSH_PUBLIC_MAX, 1);

	while (use < ARRAY_COUNT(key_uses) && !bytes_equal(word, bytes_str(key_uses[use].name)))
		use++;
	if (r->rule == NULL && (party == a->parties_count || use == ARRAY_COUNT(key_uses) || key == NULL ||
				a->keys_count == ACCORD_KEYS_MAX))
		line_refuse(r, party == a->parties_count ? "keys.party" : key == NULL ? "accord.memory" : "keys.use");
	if (r->rule == NULL && bytes_read_base64(text, key, SSH_PUBLIC_MAX, &len) != ERR_OK)
		line_refuse(r, "keys.key");
	if (r->rule != NULL)
		return;
	*k = (struct accord_key){ .party = party, .use = key_uses[use].use, .key = { key, len }, .quorum = 1, .of = 1 };
	check_key(r, k, algorithm, key_uses[use].algorithm);
	if (k->use == ACCORD_KEY_ROOT) {
		k->quorum = (unsigned)line_number(r, ACCORD_KEYS_MAX, "keys.quorum");
		line_expect(r, "of", "keys.quorum");
		k->of = (unsigned)line_number(r, ACCORD_KEYS_MAX, "keys.quorum");
		if (k->quorum == 0 || k->quorum > k->of)
			line_refuse(r, "keys.quorum");
	}
	for (size_t i = 0; i < a->keys_count; i++) {
		if (bytes_equal(a->keys[i].key, k->key))
			line_refuse(r, "keys.twice"); /* a key has one use: a mirror's line does not name its signer */
	}
	a->keys_count += r->rule == NULL;
}

static void read_role(struct line_reader *r, struct accord *a)
{
	struct bytes name = line_word(r, "posts.name");
	struct accord_role *role = &a->roles[a->roles_count];

	if (r->rule == NULL &&
	    (!is_role_name(name) || bytes_equal(name, BYTES_LIT("node")) || a->roles_count == ACCORD_ROLES_MAX)) {
		line_refuse(r, "posts.name");
		return;
	}
	copy_name(r, name, role->name, sizeof role->name, "posts.name");
	if (a->roles_count > 0 && strcmp(a->roles[a->roles_count - 1].name, role->name) >= 0)
		line_refuse(r, "posts.order");
	read_names(r, a, role->names.text);
	line_expect(r, "of", "posts.of");
	role->parties = read_parties(r, a, "posts.of");
	a->roles_count += r->rule == NULL;
}

static void read_writers(struct line_reader *r, const struct accord *a, struct accord_channel *c)
{
	while (line_has_more(r)) {
		size_t role = accord_role_find(a, line_peek(r));
		if (role == a->roles_count)
			break;
		c->writers |= 1ull << role;
		(void)line_word(r, "channels.write");
	}
	if (c->writers == 0)
		line_refuse(r, "channels.write");
}

static void read_precedences(struct line_reader *r, struct accord_channel *c)
{
	while (line_has_more(r)) {
		enum precedence p;
		if (precedence_read(line_word(r, "channels.precedence"), &p) != ERR_OK) {
			line_refuse(r, "channels.precedence");
			return;
		}
		c->precedences |= (uint8_t)(1u << p);
	}
	if (c->precedences == 0)
		line_refuse(r, "channels.precedence");
}

static void read_channel(struct line_reader *r, struct accord *a)
{
	struct accord_channel *c = &a->channels[a->channels_count];
	struct bytes name, plane;
	size_t i = 0;

	if (a->channels_count == ACCORD_CHANNELS_MAX) {
		line_refuse(r, "channels.limit");
		return;
	}
	c->number = (uint32_t)line_number(r, CHANNEL_MAX, "channels.number");
	name = line_word(r, "channels.name");
	plane = line_word(r, "channels.plane");
	while (i < PLANE_COUNT && !bytes_equal(plane, bytes_str(planes[i])))
		i++;
	if (r->rule == NULL && (i == PLANE_COUNT || !is_role_name(name) || c->number == 0))
		line_refuse(r, i == PLANE_COUNT ? "channels.plane" : c->number == 0 ? "channels.number" : "channels.name");
	c->plane = (enum plane)i;
	if (r->rule == NULL && accord_channel_by_name(a, name) != NULL)
		line_refuse(r, "channels.name");
	copy_name(r, name, c->name, sizeof c->name, "channels.name");
	if (a->channels_count > 0 && a->channels[a->channels_count - 1].number >= c->number)
		line_refuse(r, "channels.order");
	read_names(r, a, c->names.text);
	line_expect(r, "parties", "channels.parties");
	c->parties = read_parties(r, a, "channels.parties");
	if (r->rule == NULL && ((c->parties & (c->parties - 1)) == 0) != (c->plane == PLANE_HOME))
		line_refuse(r, "channels.home"); /* a channel of one party is its home channel, and no other is */
	line_expect(r, "write", "channels.write");
	read_writers(r, a, c);
	line_expect(r, "precedence", "channels.precedence");
	read_precedences(r, c);
	a->channels_count += r->rule == NULL;
}

static void read_timer(struct line_reader *r, struct accord *a)
{
	enum precedence p;
	struct accord_timer *t;

	if (precedence_read(line_word(r, "timers.precedence"), &p) != ERR_OK || a->timers[p].receipt_ms != 0) {
		line_refuse(r, "timers.precedence");
		return;
	}
	t = &a->timers[p];
	line_expect(r, "receipt", "timers.receipt");
	t->receipt_ms = line_span(r, "timers.receipt");
	line_expect(r, "read", "timers.read");
	t->read_ms = line_span(r, "timers.read");
	line_expect(r, "query", "timers.query");
	t->query_ms = line_span(r, "timers.query");
	t->is_query_doubling = line_accept(r, "doubling");
	line_expect(r, "alternate", "timers.alternate");
	t->alternate_ms = line_span(r, "timers.alternate");
	if (r->rule == NULL && (t->receipt_ms == 0 || t->read_ms == 0 || t->query_ms == 0))
		line_refuse(r, "timers.zero");
}

static void read_line_check(struct line_reader *r, struct accord *a)
{
	line_expect(r, "every", "timers.line-check");
	a->line_check_ms = line_span(r, "timers.line-check");
	line_expect(r, "answer", "timers.line-check");
	a->line_answer_ms = line_span(r, "timers.line-check");
}

static void read_flash(struct line_reader *r, struct accord *a)
{
	line_expect(r, "length", "timers.flash");
	a->flash_len_max = line_number(r, CONTENT_LEN_MAX, "timers.flash");
}

static void read_clock(struct line_reader *r, struct accord *a)
{
	line_expect(r, "offset", "timers.clock");
	a->clock_offset_ms = line_span(r, "timers.clock");
}

static void read_start(struct line_reader *r, struct accord *a)
{
	a->is_start_strict = line_accept(r, "strict");
	if (!a->is_start_strict)
		line_expect(r, "free", "timers.start");
}

/* ---- The table: which words may begin a line of which file, and how often they must ---- */

enum how_often { ONCE, ANY, FOUR };

static const struct row {
	const char *file, *word; /* word NULL: the line begins with a name or number of its own */
	enum how_often often;
	void (*read)(struct line_reader *r, struct accord *a);
	const char *missing; /* the rule of a file without it */
} rows[] = {
	/* clang-format off */
	{ "accord",   "founding",     ANY,  read_founding,     NULL },
	{ "accord",   "previous",     ANY,  read_previous,     NULL },
	{ "accord",   "mode",         ONCE, read_mode,         "accord.mode" },
	{ "accord",   "post-quantum", ONCE, read_post_quantum, "accord.post-quantum" },
	{ "accord",   "languages",    ONCE, read_languages,    "accord.languages" },
	{ "accord",   "title",        ONCE, read_title,        "accord.title" },
	{ "parties",  NULL,           ANY,  read_party,        NULL },
	{ "posts",    NULL,           ANY,  read_role,         NULL },
	{ "keys",     NULL,           ANY,  read_key,          NULL },
	{ "channels", NULL,           ANY,  read_channel,      NULL },
	{ "timers",   "line-check",   ONCE, read_line_check,   "timers.line-check" },
	{ "timers",   "flash",        ONCE, read_flash,        "timers.flash" },
	{ "timers",   "clock",        ONCE, read_clock,        "timers.clock" },
	{ "timers",   "start",        ONCE, read_start,        "timers.start" },
	{ "timers",   "timer",        FOUR, read_timer,        "timers.precedence" },
	/* clang-format on */
};

/* In this order, because a name must be defined before it is used. */
static const char *const files_read[] = { "accord", "parties", "posts", "keys", "channels", "timers" };
/* Of versions to come: in the manifest, kept, and not read by this one. */
static const char *const files_kept[] = { "guidelines", "glossary", "REVIEW", "words" };
static const char *const folders_kept[] = { "forms/", "procedures/", "bodies/" };

static void count_rows(struct line_reader *r, const char *file, const size_t counts[])
{
	for (size_t i = 0; i < ARRAY_COUNT(rows) && r->rule == NULL; i++) {
		if (strcmp(rows[i].file, file) != 0)
			continue;
		if ((rows[i].often == ONCE && counts[i] != 1) || (rows[i].often == FOUR && counts[i] != 4))
			line_refuse(r, rows[i].missing);
	}
}

static void read_lines(struct line_reader *r, const char *file, struct accord *a)
{
	size_t counts[ARRAY_COUNT(rows)] = { 0 };

	while (line_next(r)) {
		const struct row *row = NULL;
		for (size_t i = 0; i < ARRAY_COUNT(rows) && row == NULL; i++) {
			if (strcmp(rows[i].file, file) == 0 && (rows[i].word == NULL || line_accept(r, rows[i].word))) {
				row = &rows[i];
				counts[i]++;
			}
		}
		if (row == NULL)
			line_refuse(r, "line.keyword");
		else
			row->read(r, a);
		line_end(r, "line.end");
	}
	count_rows(r, file, counts);
}

/* ---- The bundle ---- */

static bool is_kept(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_COUNT(files_kept); i++) {
		if (bytes_equal(name, bytes_str(files_kept[i])))
			return true;
	}
	for (size_t i = 0; i < ARRAY_COUNT(folders_kept); i++) {
		size_t len = strlen(folders_kept[i]);
		if (name.len > len && memcmp(name.ptr, folders_kept[i], len) == 0 &&
		    memchr(name.ptr + len, '/', name.len - len) == NULL)
			return true;
	}
	return false;
}

static bool is_read(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_COUNT(files_read); i++) {
		if (bytes_equal(name, bytes_str(files_read[i])))
			return true;
	}
	return false;
}

static enum err refuse(struct accord_fault *fault, struct bytes file, size_t line, const char *rule)
{
	*fault = (struct accord_fault){ file, { rule, line } };
	return bytes_equal(bytes_str(rule), BYTES_LIT("accord.memory")) ? ERR_MEMORY : ERR_USAGE;
}

/* The manifest names exactly these files, with these hashes, rising by name. */
static enum err check_manifest(struct bytes manifest, const struct accord_file *files, size_t count,
			       struct accord_fault *fault)
{
	static const char name[] = "MANIFEST";
	struct manifest_row row;
	size_t line = 0;
	enum err e;

	while ((e = manifest_next(&manifest, &row)) == ERR_OK) {
		uint8_t hash[HASH_LEN];
		if (line == count || !bytes_equal(row.name, files[line].name))
			return refuse(fault, BYTES_LIT(name), line + 1, "manifest.file");
		hash_sha256(files[line].content, hash);
		if (memcmp(hash, row.hash, HASH_LEN) != 0)
			return refuse(fault, files[line].name, 0, "manifest.hash");
		if (!is_read(row.name) && !is_kept(row.name))
			return refuse(fault, BYTES_LIT(name), line + 1, "manifest.name");
		if (line > 0 && bytes_compare(files[line - 1].name, files[line].name) >= 0)
			return refuse(fault, BYTES_LIT(name), line + 1, "manifest.order");
		line++;
	}
	if (e != ERR_NOT_FOUND || line != count)
		return refuse(fault, BYTES_LIT(name), line + 1, "manifest.line");
	return ERR_OK;
}

/* What no single line shows: every party has its keys, and roots agree on their quorum. */
static const char *check_whole(const struct accord *a)
{
	if (a->is_founding == (memcmp(a->previous, (uint8_t[HASH_LEN]){ 0 }, HASH_LEN) != 0))
		return "accord.founding";
	if (a->parties_count < 2)
		return "parties.count";
	for (size_t party = 0; party < a->parties_count; party++) {
		size_t counts[ACCORD_KEY_USE_COUNT] = { 0 };
		unsigned quorum = 0, of = 0;
		for (size_t i = 0; i < a->keys_count; i++) {
			const struct accord_key *k = &a->keys[i];
			if (k->party != party)
				continue;
			counts[k->use]++;
			if (k->use != ACCORD_KEY_ROOT)
				continue;
			if (of != 0 && (of != k->of || quorum != k->quorum))
				return "keys.quorum";
			of = k->of;
			quorum = k->quorum;
		}
		if (counts[ACCORD_KEY_ROOT] == 0 || counts[ACCORD_KEY_ROOT] != of)
			return "keys.root";
		if (counts[ACCORD_KEY_REGISTRAR] != 1 || counts[ACCORD_KEY_LOG] != 1 || counts[ACCORD_KEY_MIRROR] != 1 ||
		    counts[ACCORD_KEY_TLS] != 1)
			return "keys.count";
	}
	return NULL;
}

enum err accord_read(struct bytes manifest, const struct accord_file *files, size_t count, struct arena *arena,
		     struct accord **out, struct accord_fault *fault)
{
	struct accord *a = arena_alloc(arena, 1, sizeof *a);
	const char *rule;
	enum err e = check_manifest(manifest, files, count, fault);

	if (a == NULL)
		return refuse(fault, BYTES_LIT("accord"), 0, "accord.memory");
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < ARRAY_COUNT(files_read); i++) {
		struct bytes name = bytes_str(files_read[i]);
		struct line_reader r;
		size_t at = 0;
		while (at < count && !bytes_equal(files[at].name, name))
			at++;
		if (at == count)
			return refuse(fault, name, 0, "file.missing");
		if (files[at].content.len > ACCORD_FILE_LEN_MAX)
			return refuse(fault, name, 0, "file.limit");
		line_reader_open(&r, files[at].content, arena);
		read_lines(&r, files_read[i], a);
		if (r.rule != NULL)
			return refuse(fault, name, r.number, r.rule);
	}
	rule = check_whole(a);
	if (rule != NULL)
		return refuse(fault, bytes_str(strncmp(rule, "keys", 4) == 0 ? "keys" : "accord"), 0, rule);
	a->manifest = arena_copy(arena, manifest);
	if (a->manifest.ptr == NULL)
		return refuse(fault, BYTES_LIT("accord"), 0, "accord.memory");
	hash_sha256(manifest, a->hash);
	if (a->is_founding)
		memcpy(a->id, a->hash, ACCORD_ID_LEN);
	*out = a;
	return ERR_OK;
}

/* ---- Signatures ---- */

enum err accord_signature_check(const struct accord *a, struct bytes armoured, size_t *key)
{
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	struct sshsig sig;
	enum err e = sshsig_read_armour(armoured, &blob);

	if (e == ERR_OK)
		e = sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_ACCORD), a->manifest, &sig);
	if (e != ERR_OK)
		return ERR_VERIFY;
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].use == ACCORD_KEY_ROOT && bytes_equal(a->keys[i].key, sig.public_key)) {
			*key = i;
			return ERR_OK;
		}
	}
	return ERR_VERIFY;
}

bool accord_has_quorum(const struct accord *a, size_t party, const size_t *signers, size_t count)
{
	bool has_signed[ACCORD_KEYS_MAX] = { false };
	const struct accord_key *root = accord_key_find(a, party, ACCORD_KEY_ROOT);
	unsigned distinct = 0;

	for (size_t i = 0; i < count; i++) {
		if (signers[i] < a->keys_count && a->keys[signers[i]].party == party &&
		    a->keys[signers[i]].use == ACCORD_KEY_ROOT && !has_signed[signers[i]]) {
			has_signed[signers[i]] = true;
			distinct++;
		}
	}
	return root != NULL && distinct >= root->quorum;
}
