#include "compose/draft.h"

#include "base/alloc.h"
#include "compose/seal.h"
#include "crypto/hash.h"
#include "home/words.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/random.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define DRAFT_LEN (DRAFT_WORDS_LEN + ENTRY_LEN_MAX + CONTENT_LEN_MAX + SSHSIG_LEN_MAX)

static uint8_t *slice(struct draft *d, size_t *at, size_t len)
{
	*at += len;
	return d->memory + *at - len;
}

void draft_open(struct draft *d, enum kind kind)
{
	size_t at = 0;

	*d = (struct draft){ 0 };
	d->memory = xcalloc(1, DRAFT_LEN);
	arena_init(&d->words, slice(d, &at, DRAFT_WORDS_LEN), DRAFT_WORDS_LEN);
	buf_init(&d->statement_bytes, slice(d, &at, ENTRY_LEN_MAX), ENTRY_LEN_MAX);
	buf_init(&d->content_bytes, slice(d, &at, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	buf_init(&d->signature, slice(d, &at, SSHSIG_LEN_MAX), SSHSIG_LEN_MAX);
	d->statement.kind = kind;
	d->statement.claimed = clock_now().wall;
	random_read(d->statement.id, sizeof d->statement.id);
	statement_id_date(d->statement.id, d->statement.claimed);
	random_read(d->content.salt, sizeof d->content.salt);
}

void draft_close(struct draft *d)
{
	explicit_bzero(d->memory, DRAFT_LEN); /* what will be sealed stands there in clear */
	free(d->memory);
	free(d->sealed_for);
	*d = (struct draft){ 0 };
}

static struct bytes keep(struct draft *d, struct bytes in)
{
	struct bytes copy = arena_copy(&d->words, in);

	/* What a person types is cut to its limits before it comes here. */
	assert(copy.ptr != NULL);
	return copy;
}

struct bytes draft_word(struct draft *d, const char *text)
{
	return keep(d, bytes_str(text));
}

static enum exit_code refuse_answer(void)
{
	say_error(_("The node's answer is not of the form that this version knows."));
	say_next(_("start the node anew with this version: entente --version tells which it is"));
	return EXIT_ERROR;
}

enum exit_code draft_address(struct draft *d, struct client *c, const char *channel)
{
	struct statement *s = &d->statement;
	const json_t *row;
	json_t *answer;
	struct query q;
	enum exit_code code;
	size_t i;

	query_open(&q, "/seen");
	query_put(&q, "channel", channel);
	code = client_get(c, &q, &answer);
	if (code != EXIT_DONE)
		return code;
	s->channel = (uint32_t)json_uint(answer, "channel");
	s->party = draft_word(d, json_str(answer, "party"));
	if (json_hex(answer, "accord", s->accord, ACCORD_ID_LEN) != ERR_OK)
		code = refuse_answer();
	json_array_foreach(json_object_get(answer, "seen"), i, row)
	{
		if (i == PARTY_MAX - 1)
			break;
		s->seen[i].party = draft_word(d, json_str(row, "party"));
		s->seen[i].epoch = (uint32_t)json_uint(row, "epoch");
		s->seen[i].size = json_uint(row, "size");
		s->seen_count = i + 1;
	}
	json_decref(answer);
	return code;
}

/* ---- The label. ---- */

static enum exit_code refuse_label(const char *text)
{
	say_error(_("{1} is no label."), text);
	say_next(_("a level, then each category once with its values: \"S matter:EAST,WEST\"; rel by --rel"));
	return EXIT_USAGE;
}

static const char *label_given(const struct options *options)
{
	const char *text = option_value(options, "label");

	if (text == NULL)
		text = getenv("ENTENTE_LABEL");
	return text == NULL || text[0] == '\0' ? NULL : text;
}

bool draft_label_is_given(const struct options *options)
{
	return label_given(options) != NULL;
}

enum exit_code draft_label(struct draft *d, const struct options *options, const json_t *parties)
{
	const char *text = label_given(options);

	if (text == NULL) {
		say_error(_("A statement carries a label, and none was given."));
		say_next(_("the same command with --label LEVEL, or set $ENTENTE_LABEL"));
		return EXIT_USAGE;
	}
	d->statement.has_label = true;
	if (label_type(&d->words, text, option_value(options, "rel"), parties, &d->statement.label) != ERR_OK)
		return refuse_label(text);
	return EXIT_DONE;
}

enum exit_code draft_label_over(struct draft *d, const struct options *options, struct client *c)
{
	json_t *seen = NULL;
	enum exit_code code;
	struct query q;

	if (!draft_label_is_given(options) && option_value(options, "rel") == NULL)
		return EXIT_DONE;
	query_open(&q, "/seen");
	query_put(&q, "channel", say_number(d->statement.channel));
	code = client_get(c, &q, &seen);
	if (code == EXIT_DONE)
		code = draft_label(d, options, json_object_get(seen, "parties"));
	json_decref(seen);
	return code;
}

static void add_reader(struct draft *d, const char *role)
{
	struct bytes name = bytes_str(role);

	for (size_t i = 0; i < d->readers_count; i++) {
		if (bytes_equal(d->readers[i], name))
			return;
	}
	if (d->readers_count < ACCORD_ROLES_MAX && is_role_name(name))
		d->readers[d->readers_count++] = keep(d, name);
}

/* Whoever can read it can read what is said about it. */
static void add_readers(struct draft *d, const json_t *entry)
{
	const json_t *to;
	size_t i;

	add_reader(d, json_str(entry, "role"));
	json_array_foreach(json_object_get(entry, "to"), i, to) add_reader(d, json_str(to, "role"));
	if (json_uint(json_object_get(entry, "content"), "sealing") != SEALING_NONE)
		d->answers_sealed = true;
}

/* What is said of a RELEASE to outside parties is not for them. */
static void keep_within(struct draft *d, const json_t *entry)
{
	const json_t *field, *code;
	size_t i, n;

	json_array_foreach(json_object_get(entry, "fields"), i, field)
	{
		if (strcmp(json_str(entry, "kind"), "release") != 0 ||
		    json_uint(field, "key") != FIELD_ITEM_TO)
			continue;
		json_array_foreach(json_object_get(field, "value"), n, code)
			label_close(&d->statement.label, json_string_value(code));
	}
}

void draft_label_as(struct draft *d, const json_t *entry)
{
	d->statement.has_label = label_copy(&d->words, json_object_get(entry, "label"), &d->statement.label);
	keep_within(d, entry);
}

enum exit_code draft_refer(struct draft *d, const json_t *entry)
{
	struct place *p = &d->statement.refers[d->statement.refers_count];

	if (d->statement.refers_count == STATEMENT_REFERENCES_MAX)
		return EXIT_USAGE;
	p->channel = (uint32_t)json_uint(entry, "channel");
	p->party = draft_word(d, json_str(entry, "party"));
	p->epoch = (uint32_t)json_uint(entry, "epoch");
	p->index = json_uint(entry, "index");
	if (p->channel == 0 || p->party.len == 0 || json_hex(entry, "leaf", p->leaf, HASH_LEN) != ERR_OK)
		return refuse_answer();
	d->statement.refers_count++;
	add_readers(d, entry);
	if (!d->statement.has_label)
		draft_label_as(d, entry);
	return EXIT_DONE;
}

enum exit_code draft_precedence(struct draft *d, const struct options *options, const char *word)
{
	d->statement.has_precedence = true;
	d->statement.precedence = PRECEDENCE_ROUTINE;
	if (word[0] == '\0' || precedence_read(bytes_str(word), &d->statement.precedence) == ERR_OK)
		return EXIT_DONE;
	say_error(_("{1} is no precedence: FLASH, IMMEDIATE, PRIORITY or ROUTINE."), word);
	say_next(_("see entente {1} --help"), options->command->name);
	return EXIT_USAGE;
}

static int compare_addressees(const void *a, const void *b)
{
	const struct addressee *x = a, *y = b;
	int order = bytes_compare(x->party, y->party);

	if (order == 0)
		order = bytes_compare(x->role, y->role);
	return order != 0 ? order : (int)x->is_information - (int)y->is_information;
}

enum exit_code draft_to(struct draft *d, const char *party_and_role, bool is_information)
{
	struct statement *s = &d->statement;
	struct bytes role = draft_word(d, party_and_role), party;

	if (bytes_take_until(&role, '/', &party) != ERR_OK || !is_party_name(party) || !is_role_name(role)) {
		say_error(_("{1} is no addressee: write PARTY/ROLE in small letters."), party_and_role);
		say_next(_("entente accord show lists parties and roles"));
		return EXIT_USAGE;
	}
	if (s->addressees_count == STATEMENT_ADDRESSEES_MAX) {
		say_error(_("There are more addressees than {1}."), say_number(STATEMENT_ADDRESSEES_MAX));
		say_next(_("send a second message to the others, with --refers to this one"));
		return EXIT_USAGE;
	}
	s->addressees[s->addressees_count++] = (struct addressee){ party, role, is_information };
	qsort(s->addressees, s->addressees_count, sizeof s->addressees[0], compare_addressees);
	return EXIT_DONE;
}

static void field_add(struct draft *d, uint64_t key, const struct buf *value)
{
	struct statement *s = &d->statement;

	assert(s->fields_count < STATEMENT_FIELDS_MAX);
	assert(s->fields_count == 0 || s->fields[s->fields_count - 1].key < key);
	s->fields[s->fields_count++] = (struct field){ key, keep(d, buf_bytes(value)) };
}

void draft_field_uint(struct draft *d, uint64_t key, uint64_t value)
{
	uint8_t memory[16];
	struct buf out = BUF_ON(memory);

	cbor_put_uint(&out, value);
	field_add(d, key, &out);
}

void draft_field_bytes(struct draft *d, uint64_t key, struct bytes value)
{
	struct buf out;

	buf_init(&out, xcalloc(1, value.len + 16), value.len + 16);
	cbor_put_bytes(&out, value);
	field_add(d, key, &out);
	free(out.ptr);
}

void draft_field_texts(struct draft *d, uint64_t key, const struct bytes *texts, size_t count)
{
	uint8_t memory[2048];
	struct buf out = BUF_ON(memory);

	cbor_put_array(&out, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(&out, texts[i]);
	assert(buf_check(&out) == ERR_OK);
	field_add(d, key, &out);
}

void draft_field_text(struct draft *d, uint64_t key, struct bytes text)
{
	uint8_t memory[256];
	struct buf out = BUF_ON(memory);

	cbor_put_text(&out, text);
	assert(buf_check(&out) == ERR_OK);
	field_add(d, key, &out);
}

static int compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, HASH_LEN);
}

void draft_field_hashes(struct draft *d, uint64_t key, uint8_t (*hashes)[HASH_LEN], size_t count)
{
	uint8_t memory[1024];
	struct buf out = BUF_ON(memory);
	size_t kept = 0;

	if (count > 0)
		qsort(hashes, count, HASH_LEN, compare_hashes);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || memcmp(hashes[kept - 1], hashes[i], HASH_LEN) != 0)
			memmove(hashes[kept++], hashes[i], HASH_LEN);
	}
	cbor_put_array(&out, kept);
	for (size_t i = 0; i < kept; i++)
		cbor_put_bytes(&out, (struct bytes){ hashes[i], HASH_LEN });
	assert(buf_check(&out) == ERR_OK);
	field_add(d, key, &out);
}

void draft_field(struct draft *d, uint64_t key, struct bytes value, bool is_content)
{
	struct field *fields = is_content ? d->content.fields : d->statement.fields;
	size_t *count = is_content ? &d->content.fields_count : &d->statement.fields_count, at = *count;

	assert(*count < STATEMENT_FIELDS_MAX);
	for (; at > 0 && fields[at - 1].key > key; at--)
		fields[at] = fields[at - 1];
	fields[at] = (struct field){ key, keep(d, value) };
	++*count;
}

void draft_text(struct draft *d, const char *language, const char *subject, struct bytes text)
{
	d->content.language = draft_word(d, language);
	if (subject != NULL)
		d->content.subject = draft_word(d, subject);
	d->content.portions[0] = (struct portion){ .text = keep(d, text) };
	d->content.portions_count = 1;
}

/* ---- Signing. ---- */

static enum exit_code too_long(const char *what, size_t max)
{
	say_error(_("{1} is longer than {2} bytes."), what, say_number(max));
	say_next(_("make it shorter, or attach it as a file: entente send CHANNEL --attach FILE"));
	return EXIT_REFUSED;
}

bool draft_has_content(const struct draft *d)
{
	return d->content.portions_count > 0 || d->content.attachments_count > 0 ||
	       d->content.fields_count > 0;
}

enum exit_code draft_sign(struct draft *d, const struct officer *o)
{
	struct statement *s = &d->statement, check;
	struct content content;
	struct fault fault = { 0 };

	s->role = bytes_str(o->role);
	if (d->sealed_for_count > 0)
		seal_fields(d);
	if (draft_has_content(d)) {
		content_write(&d->content, &d->content_bytes);
		if (buf_check(&d->content_bytes) != ERR_OK)
			return too_long(_("the text"), CONTENT_LEN_MAX);
		if (content_read(buf_bytes(&d->content_bytes), &content, &fault) != ERR_OK) {
			say_error(
				_("The text breaks the rule {1}: text is UTF-8 without control characters."),
				fault.rule);
			say_next(_("docs/spec/entry.md explains the rule; nothing was sent"));
			return EXIT_USAGE;
		}
		if (d->sealed_for_count > 0) {
			enum exit_code code = seal_content(d);
			if (code != EXIT_DONE)
				return code;
		}
		hash_sha256(buf_bytes(&d->content_bytes), s->content.hash);
		s->content.len = d->content_bytes.len;
		s->has_content = true;
	}
	statement_write(s, &d->statement_bytes);
	if (buf_check(&d->statement_bytes) != ERR_OK)
		return too_long(_("the statement"), ENTRY_LEN_MAX);
	if (statement_read(buf_bytes(&d->statement_bytes), &check, &fault) != ERR_OK) {
		say_error(_("The statement breaks the rule {1} of the record."), fault.rule);
		say_next(_("docs/spec/entry.md explains the rule; nothing was sent"));
		return EXIT_USAGE;
	}
	return draft_sign_bytes(d, o);
}

/* A signature has no time of its own: it would count on that day, as if it were given then (ADR 70). */
static enum exit_code check_date(const struct draft *d)
{
	uint64_t claimed_ms = d->statement.claimed.ms;

	if (d->before_count == 0 || claimed_ms <= clock_now().wall.ms + SIGN_AHEAD_MS_MAX)
		return EXIT_DONE;
	say_error(_("What you are to sign is dated {1}, ahead of this machine's clock: nothing was signed."),
		  say_time(claimed_ms));
	say_next(_("ask its author for a new one; entente doctor says whether this clock is right"));
	return EXIT_REFUSED;
}

enum exit_code draft_sign_bytes(struct draft *d, const struct officer *o)
{
	enum exit_code code = check_date(d);

	if (code != EXIT_DONE)
		return code;
	if (officer_sign(o, SSHSIG_STATEMENT, buf_bytes(&d->statement_bytes), &d->signature) != ERR_OK) {
		say_error(_("Your key {1} did not sign."), o->fingerprint);
		say_next(_("touch the token, or see ssh-add -l; nothing was sent"));
		return EXIT_ERROR;
	}
	return EXIT_DONE;
}

void draft_write_body(const struct draft *d, struct buf *out)
{
	cbor_put_array(out, 1);
	cbor_put_array(out, 3);
	cbor_put_bytes(out, buf_bytes(&d->statement_bytes));
	cbor_put_array(out, d->before_count + (d->signature.len > 0 ? 1 : 0));
	for (size_t i = 0; i < d->before_count; i++)
		cbor_put_bytes(out, d->before[i]);
	if (d->signature.len > 0)
		cbor_put_bytes(out, buf_bytes(&d->signature));
	cbor_put_bytes(out, buf_bytes(&d->content_bytes));
}

static enum err read_parts(struct bytes body, struct bytes *statement, struct bytes *content,
			   struct bytes signatures[STATEMENT_SIGNATURES_MAX - 1], size_t *count)
{
	struct cbor_reader r;
	size_t items, parts;

	cbor_open(&r, body);
	(void)cbor_read_array(&r, 1, &items);
	(void)cbor_read_array(&r, 3, &parts);
	if (r.err != ERR_OK || items != 1 || parts != 3)
		return ERR_USAGE;
	(void)cbor_read_bytes(&r, ENTRY_LEN_MAX, statement);
	(void)cbor_read_array(&r, STATEMENT_SIGNATURES_MAX - 1, count);
	for (size_t i = 0; r.err == ERR_OK && i < *count; i++)
		(void)cbor_read_bytes(&r, SSHSIG_LEN_MAX, &signatures[i]);
	cbor_close(&r);
	(void)cbor_read_bytes(&r, CONTENT_LEN_MAX, content);
	cbor_close(&r);
	cbor_close(&r);
	return cbor_finish(&r) == ERR_OK ? ERR_OK : ERR_USAGE;
}

enum err draft_read_body(struct draft *d, struct bytes body)
{
	struct bytes statement, content, signatures[STATEMENT_SIGNATURES_MAX - 1];
	struct fault fault;
	size_t count = 0;
	enum err e = read_parts(body, &statement, &content, signatures, &count);

	if (e != ERR_OK || count == 0)
		return ERR_USAGE;
	buf_put(&d->statement_bytes, statement);
	buf_put(&d->content_bytes, content);
	if (statement_read(buf_bytes(&d->statement_bytes), &d->statement, &fault) != ERR_OK)
		return ERR_USAGE;
	for (size_t i = 0; i < count; i++) {
		struct sshsig sig;
		if (sshsig_verify(signatures[i], BYTES_LIT(SSHSIG_STATEMENT), statement, &sig) != ERR_OK)
			return ERR_VERIFY;
		d->before[i] = keep(d, signatures[i]);
	}
	d->before_count = count;
	return ERR_OK;
}

enum err draft_read_file(struct draft *d, enum kind kind, const char *path)
{
	struct buf body;
	enum err e;

	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	e = file_read(path, &body);
	if (e == ERR_OK)
		e = draft_read_body(d, buf_bytes(&body));
	free(body.ptr);
	return e == ERR_OK && d->statement.kind != kind ? ERR_USAGE : e;
}

bool draft_is_signed_by(const struct draft *d, struct bytes public_key)
{
	for (size_t i = 0; i < d->before_count; i++) {
		struct sshsig sig;
		if (sshsig_read(d->before[i], &sig) == ERR_OK && bytes_equal(sig.public_key, public_key))
			return true;
	}
	return false;
}
