#include "wire/short.h"

#include "crypto/hash.h"
#include "crypto/sshsig.h"

#include <assert.h>
#include <string.h>

/* Like a payload's reader: the link is closed whatever was broken. */
static const char short_rule[] = "frame.payload";

/* A content's hash, length and sealing as a statement names them. */
#define CONTENT_REF_MAX (1u + 2u + HASH_LEN + 5u + 1u)

#define NOTE_CODE_LEN (HASH_LEN + KEY_ID_LEN + 64u) /* root, key id, Ed25519 */
#define LINE_CODE_LEN (KEY_ID_LEN + 8u + 64u)	    /* key id, seconds, Ed25519 */
#define NAME_CODE_MAX 128u			    /* an origin's or a line's parts, in CBOR */

static bool is_ours(const struct book *book, const uint8_t accord[ACCORD_ID_LEN])
{
	return book != NULL && memcmp(book->accord, accord, ACCORD_ID_LEN) == 0;
}

/* A short value, whole again; the reader's fault says why not. */
static struct bytes read_value(const struct book *book, struct cbor_reader *r, struct buf *out)
{
	struct bytes in;
	size_t from = out->len;
	enum err e = cbor_read_raw(r, &in);

	if (e == ERR_OK)
		e = book_get(book, in, out);
	if (e != ERR_OK)
		cbor_refuse(r, e == ERR_LIMIT ? ERR_LIMIT : ERR_FRAME, short_rule);
	return (struct bytes){ out->ptr + from, out->len - from };
}

/* ---- Statements. ---- */

void short_open(struct short_state *s, const struct book *book, const struct origin *origin)
{
	struct buf channel = BUF_ON(s->channel);

	memset(s, 0, sizeof *s);
	s->book = book;
	s->origin = *origin;
	cbor_put_uint(&channel, origin->channel);
	/*
	 * What the first is compared with: a FLASH message of this channel by somebody who has seen nothing.
	 */
	s->slots[STATEMENT_KEY_CHANNEL] = buf_bytes(&channel);
	s->slots[STATEMENT_KEY_KIND] = BYTES_LIT("\x08");
	s->slots[STATEMENT_KEY_SEEN] = BYTES_LIT("\x80");
	s->slots[STATEMENT_KEY_PRECEDENCE] = BYTES_LIT("\x00");
	_Static_assert(KIND_MESSAGE == 8 && PRECEDENCE_FLASH == 0, "as they stand in slots");
}

/*
 * A statement apart: the raw values, of the author the role alone; what stands for no value is beside them.
 */
struct parts {
	struct bytes values[STATEMENT_KEY_COUNT];
	struct wall claimed;
	uint8_t memory[CONTENT_REF_MAX];
	struct bytes content; /* the content that stands beside, as a statement names it; .len 0: none does */
};

static void name_content(struct parts *p, struct bytes content)
{
	struct buf ref = BUF_ON(p->memory);
	uint8_t hash[HASH_LEN];

	if (content.len == 0)
		return;
	hash_sha256(content, hash);
	cbor_put_array(&ref, 3);
	cbor_put_bytes(&ref, BYTES_OF(hash));
	cbor_put_uint(&ref, content.len);
	cbor_put_uint(&ref, 0);
	p->content = buf_bytes(&ref);
}

/* The sealing of the content that stands beside, if that is what the value names; else SEALING_COUNT. */
static unsigned sealing_of(const struct parts *p, struct bytes value)
{
	if (p->content.len == 0 || value.len != p->content.len ||
	    memcmp(value.ptr, p->content.ptr, value.len - 1) != 0 ||
	    value.ptr[value.len - 1] >= SEALING_COUNT)
		return SEALING_COUNT;
	return value.ptr[value.len - 1];
}

/* [party, role] of the log's own party; its role. */
static bool take_role(const struct short_state *s, struct bytes author, struct bytes *role)
{
	uint8_t memory[PARTY_NAME_MAX + 2];
	struct buf start = BUF_ON(memory);
	struct bytes own;

	cbor_put_array(&start, 2);
	cbor_put_text(&start, bytes_str(s->origin.party));
	*role = author;
	return bytes_take(role, start.len, &own) == ERR_OK && bytes_equal(own, buf_bytes(&start));
}

/* False: it says something that no short form does. */
static bool take_apart(const struct short_state *s, struct bytes statement, struct parts *out)
{
	uint8_t accord[ACCORD_ID_LEN];
	struct cbor_map map = { 0 };
	struct cbor_reader r;
	uint64_t key, version = 0;

	cbor_open(&r, statement);
	cbor_read_map(&r, STATEMENT_KEY_COUNT, &map);
	if (!cbor_next_key(&r, &map, &key) || key != STATEMENT_KEY_VERSION ||
	    cbor_read_uint(&r, UINT64_MAX, &version) != ERR_OK || version != STATEMENT_VERSION)
		return false;
	if (!cbor_next_key(&r, &map, &key) || key != STATEMENT_KEY_ACCORD ||
	    cbor_read_fixed(&r, accord, sizeof accord) != ERR_OK || !is_ours(s->book, accord))
		return false;
	out->claimed.ms = TIME_MS_MAX;
	while (cbor_next_key(&r, &map, &key)) {
		if (key >= STATEMENT_KEY_COUNT)
			return false;
		if (key == STATEMENT_KEY_CLAIMED)
			cbor_read_uint(&r, TIME_MS_MAX - 1, &out->claimed.ms);
		else
			cbor_read_raw(&r, &out->values[key]);
	}
	cbor_close(&r);
	if (cbor_finish(&r) != ERR_OK || out->claimed.ms == TIME_MS_MAX)
		return false;
	return take_role(s, out->values[STATEMENT_KEY_AUTHOR], &out->values[STATEMENT_KEY_AUTHOR]);
}

static void put_lead(int64_t lead, struct buf *out)
{
	if (lead >= 0)
		cbor_put_uint(out, (uint64_t)lead);
	else
		cbor_put_nint(out, (uint64_t)(-1 - lead));
}

static enum err put_key(const struct short_state *s, const struct parts *p, uint64_t key, int64_t lead,
			struct buf *out)
{
	struct bytes value = p->values[key];

	cbor_put_uint(out, key);
	if (key == STATEMENT_KEY_CLAIMED)
		put_lead(lead, out);
	else if (value.len == 0)
		cbor_put_bool(out, false);
	else if (key == STATEMENT_KEY_CONTENT && sealing_of(p, value) < SEALING_COUNT)
		cbor_put_uint(out, sealing_of(p, value));
	else
		return book_put(s->book, value, out);
	return buf_check(out);
}

enum err short_statement_write(struct short_state *s, struct bytes statement, struct bytes content,
			       struct wall beside, struct buf *out)
{
	struct buf before = *out;
	struct parts p = { 0 };
	bool differs[STATEMENT_KEY_COUNT];
	size_t count = 0;
	int64_t lead;
	enum err e = ERR_OK;

	if (s->book == NULL || beside.ms >= TIME_MS_MAX || !take_apart(s, statement, &p))
		return ERR_USAGE;
	name_content(&p, content);
	lead = (int64_t)beside.ms - (int64_t)p.claimed.ms;
	for (uint64_t key = STATEMENT_KEY_CHANNEL; key < STATEMENT_KEY_COUNT; key++) {
		if (key == STATEMENT_KEY_CLAIMED)
			differs[key] = lead != s->lead;
		else if (key == STATEMENT_KEY_CONTENT)
			differs[key] = !bytes_equal(p.values[key], p.content);
		else
			differs[key] = !bytes_equal(p.values[key], s->slots[key]);
		count += differs[key];
	}
	cbor_put_map(out, count);
	for (uint64_t key = STATEMENT_KEY_CHANNEL; key < STATEMENT_KEY_COUNT && e == ERR_OK; key++) {
		if (differs[key])
			e = put_key(s, &p, key, lead, out);
	}
	if (e != ERR_OK) {
		*out = before;
		return e;
	}
	s->lead = lead;
	p.values[STATEMENT_KEY_CONTENT] = (struct bytes){ NULL, 0 };
	memcpy(s->slots, p.values, sizeof s->slots);
	return ERR_OK;
}

/* The difference as it came: values are short, and .len 0 where nothing is said. */
struct difference {
	struct bytes values[STATEMENT_KEY_COUNT];
	bool is_gone[STATEMENT_KEY_COUNT];
	bool has_lead, has_sealing;
	int64_t lead;
	uint64_t sealing;
};

static void read_lead(struct cbor_reader *r, struct difference *d)
{
	bool is_behind = cbor_peek(r) == CBOR_NINT;
	uint64_t number = 0;

	d->has_lead = true;
	if (is_behind)
		cbor_read_nint(r, &number);
	else
		cbor_read_uint(r, UINT64_MAX, &number);
	if (number >= TIME_MS_MAX)
		cbor_refuse(r, ERR_FRAME, short_rule);
	else
		d->lead = is_behind ? -1 - (int64_t)number : (int64_t)number;
}

static bool read_difference(struct bytes in, struct difference *d)
{
	struct cbor_map map = { 0 };
	struct cbor_reader r;
	uint64_t key;
	bool flag = false;

	cbor_open(&r, in);
	cbor_read_map(&r, STATEMENT_KEY_COUNT, &map);
	while (cbor_next_key(&r, &map, &key)) {
		if (key < STATEMENT_KEY_CHANNEL || key >= STATEMENT_KEY_COUNT)
			return false;
		if (key == STATEMENT_KEY_CLAIMED) {
			read_lead(&r, d);
		} else if (cbor_peek(&r) == CBOR_BOOL) {
			cbor_read_bool(&r, &flag);
			d->is_gone[key] = !flag;
			if (flag)
				return false;
		} else if (key == STATEMENT_KEY_CONTENT && cbor_peek(&r) == CBOR_UINT) {
			d->has_sealing = true;
			cbor_read_uint(&r, UINT64_MAX, &d->sealing);
		} else {
			cbor_read_raw(&r, &d->values[key]);
		}
	}
	cbor_close(&r);
	return cbor_finish(&r) == ERR_OK;
}

/*
 * What the value of this key is now: said anew, gone, or as it was. ERR_FRAME if what is said says nothing.
 */
static enum err next_value(const struct short_state *s, const struct difference *d, uint64_t key,
			   struct bytes was, struct buf *out, struct bytes *value)
{
	size_t from = out->len;
	enum err e;

	*value = was;
	if (d->is_gone[key]) {
		*value = (struct bytes){ NULL, 0 };
		return was.len > 0 ? ERR_OK : ERR_FRAME;
	}
	if (d->values[key].len == 0) {
		buf_put(out, was);
		return buf_check(out);
	}
	e = book_get(s->book, d->values[key], out);
	if (e != ERR_OK)
		return e;
	*value = (struct bytes){ out->ptr + from, out->len - from };
	return bytes_equal(*value, was) ? ERR_FRAME : ERR_OK;
}

static enum err build_content(const struct short_state *s, const struct difference *d, struct parts *p,
			      struct buf *out)
{
	struct bytes value;
	enum err e;

	if (d->has_sealing)
		p->memory[p->content.len - 1] = (uint8_t)d->sealing;
	e = next_value(s, d, STATEMENT_KEY_CONTENT, p->content, out, &value);
	return e == ERR_OK && d->values[STATEMENT_KEY_CONTENT].len > 0 && sealing_of(p, value) < SEALING_COUNT
		       ? ERR_FRAME
		       : e;
}

/* The keys of the statement from 3 on, each behind its number. */
static enum err build(const struct short_state *s, const struct difference *d, struct parts *p,
		      struct buf *out)
{
	enum err e = ERR_OK;

	for (uint64_t key = STATEMENT_KEY_CHANNEL; key < STATEMENT_KEY_COUNT && e == ERR_OK; key++) {
		struct bytes was = key == STATEMENT_KEY_CONTENT ? p->content : s->slots[key];
		bool is_said = d->values[key].len > 0;
		if (key != STATEMENT_KEY_CLAIMED && (d->is_gone[key] || (!is_said && was.len == 0))) {
			e = next_value(s, d, key, was, out, &p->values[key]);
			continue;
		}
		cbor_put_uint(out, key);
		if (key == STATEMENT_KEY_CLAIMED) {
			cbor_put_uint(out, p->claimed.ms);
		} else if (key == STATEMENT_KEY_CONTENT) {
			e = build_content(s, d, p, out);
		} else {
			if (key == STATEMENT_KEY_AUTHOR) {
				cbor_put_array(out, 2);
				cbor_put_text(out, bytes_str(s->origin.party));
			}
			e = next_value(s, d, key, was, out, &p->values[key]);
		}
	}
	return e;
}

static size_t count_keys(const struct short_state *s, const struct difference *d, const struct parts *p)
{
	size_t count = 3; /* version, accord, claimed */

	for (uint64_t key = STATEMENT_KEY_CHANNEL; key < STATEMENT_KEY_COUNT; key++) {
		struct bytes was = key == STATEMENT_KEY_CONTENT ? p->content : s->slots[key];
		if (key != STATEMENT_KEY_CLAIMED)
			count += d->values[key].len > 0 || (was.len > 0 && !d->is_gone[key]);
	}
	return count;
}

enum err short_statement_read(struct short_state *s, struct bytes in, struct bytes content,
			      struct wall beside, struct buf *out)
{
	struct buf before = *out;
	struct difference d = { 0 };
	struct parts p = { 0 };
	int64_t claimed;
	enum err e;

	if (!read_difference(in, &d) || (d.has_lead && d.lead == s->lead))
		return ERR_FRAME;
	if (!d.has_lead)
		d.lead = s->lead;
	claimed = (int64_t)beside.ms - d.lead;
	if (claimed < 0 || claimed >= (int64_t)TIME_MS_MAX)
		return ERR_FRAME;
	p.claimed.ms = (uint64_t)claimed;
	if (d.has_sealing && (content.len == 0 || d.sealing == 0 || d.sealing >= SEALING_COUNT))
		return ERR_FRAME;
	name_content(&p, content);
	cbor_put_map(out, count_keys(s, &d, &p));
	cbor_put_uint(out, STATEMENT_KEY_VERSION);
	cbor_put_uint(out, STATEMENT_VERSION);
	cbor_put_uint(out, STATEMENT_KEY_ACCORD);
	cbor_put_bytes(out, BYTES_OF(s->book->accord));
	e = build(s, &d, &p, out);
	if (e == ERR_OK)
		e = buf_check(out);
	if (e != ERR_OK) {
		*out = before;
		return e;
	}
	s->lead = d.lead;
	p.values[STATEMENT_KEY_CONTENT] = (struct bytes){ NULL, 0 };
	memcpy(s->slots, p.values, sizeof s->slots);
	return ERR_OK;
}

/* ---- Signatures. ---- */

static size_t key_find(const struct short_state *s, struct bytes key)
{
	size_t i = 0;

	while (i < s->keys_count && !bytes_equal(s->keys[i], key))
		i++;
	return i;
}

/* Numbered as they come; when all numbers are taken a key comes whole each time. */
static void key_add(struct short_state *s, struct bytes key)
{
	if (s->keys_count < SHORT_KEYS_MAX)
		s->keys[s->keys_count++] = key;
}

void short_signature_write(struct short_state *s, struct bytes blob, struct buf *out)
{
	struct bytes key, rest;
	size_t number;

	if (s->book == NULL || sshsig_split(blob, BYTES_LIT(SSHSIG_STATEMENT), &key, &rest) != ERR_OK) {
		cbor_put_bytes(out, blob);
		return;
	}
	number = key_find(s, key);
	cbor_put_array(out, 2);
	if (number < s->keys_count) {
		cbor_put_uint(out, number);
	} else {
		cbor_put_bytes(out, key);
		key_add(s, key);
	}
	cbor_put_bytes(out, rest);
}

static void read_key(struct short_state *s, struct cbor_reader *r, struct bytes *key)
{
	uint64_t number = UINT64_MAX;

	if (cbor_peek(r) == CBOR_UINT) {
		cbor_read_uint(r, UINT64_MAX, &number);
		if (number < s->keys_count)
			*key = s->keys[number];
		else
			cbor_refuse(r, ERR_FRAME, short_rule);
	} else if (cbor_read_bytes(r, SSHSIG_LEN_MAX, key) == ERR_OK) {
		if (key_find(s, *key) < s->keys_count)
			cbor_refuse(r, ERR_FRAME, short_rule);
		else
			key_add(s, *key);
	}
}

void short_signature_read(struct short_state *s, struct cbor_reader *r, struct buf *out, struct bytes *blob)
{
	struct bytes key = { NULL, 0 }, rest = { NULL, 0 };
	size_t from;
	enum err e;

	if (s->book == NULL || cbor_peek(r) != CBOR_ARRAY) {
		if (cbor_read_bytes(r, SSHSIG_LEN_MAX, blob) == ERR_OK && blob->len == 0)
			cbor_refuse(r, ERR_FRAME, short_rule);
		return;
	}
	cbor_read_tuple(r, 2, short_rule);
	read_key(s, r, &key);
	cbor_read_bytes(r, SSHSIG_LEN_MAX, &rest);
	cbor_close(r);
	if (r->err != ERR_OK)
		return;
	from = out->len;
	e = sshsig_join(key, BYTES_LIT(SSHSIG_STATEMENT), rest, out);
	if (e != ERR_OK || buf_check(out) != ERR_OK)
		cbor_refuse(r, ERR_FRAME, short_rule);
	*blob = (struct bytes){ out->ptr + from, out->len - from };
}

/* ---- Origins, notes, lines. ---- */

void short_origin_write(const struct book *book, const struct origin *origin, struct buf *out)
{
	uint8_t memory[NAME_CODE_MAX];
	struct buf text = BUF_ON(memory);
	enum err e;

	if (!is_ours(book, origin->accord)) {
		origin_write(origin, &text);
		cbor_put_text(out, buf_bytes(&text));
		return;
	}
	cbor_put_array(&text, 3);
	cbor_put_uint(&text, origin->channel);
	cbor_put_text(&text, bytes_str(origin->party));
	cbor_put_uint(&text, origin->epoch);
	e = book_put(book, buf_bytes(&text), out);
	/* there is no negative number in it; *out remembers the rest */
	assert(e == ERR_OK || e == ERR_LIMIT);
}

void short_origin_read(const struct book *book, struct cbor_reader *r, struct origin *origin)
{
	uint8_t memory[NAME_CODE_MAX];
	struct buf whole = BUF_ON(memory);
	struct cbor_reader parts;
	struct bytes text, party = { NULL, 0 };

	*origin = (struct origin){ 0 };
	if (book == NULL || cbor_peek(r) != CBOR_ARRAY) {
		if (cbor_read_text(r, ORIGIN_LEN_MAX, &text) == ERR_OK && origin_read(text, origin) != ERR_OK)
			cbor_refuse(r, ERR_FRAME, short_rule);
		return;
	}
	cbor_open(&parts, read_value(book, r, &whole));
	if (r->err != ERR_OK)
		return;
	cbor_read_tuple(&parts, 3, short_rule);
	origin->channel = (uint32_t)cbor_read_number(&parts, 1, CHANNEL_MAX, short_rule);
	cbor_read_text(&parts, PARTY_NAME_MAX, &party);
	origin->epoch = (uint32_t)cbor_read_number(&parts, 1, UINT32_MAX, short_rule);
	cbor_close(&parts);
	memcpy(origin->accord, book->accord, ACCORD_ID_LEN);
	if (cbor_finish(&parts) == ERR_OK && is_party_name(party))
		memcpy(origin->party, party.ptr, party.len);
	else
		cbor_refuse(r, ERR_FRAME, short_rule);
}

void short_note_write(const struct book *book, const struct origin *origin, uint64_t size, struct bytes text,
		      struct buf *out)
{
	struct note note;
	struct fault fault;

	if (book == NULL || note_read(text, &note, &fault) != ERR_OK || !origin_equal(&note.origin, origin) ||
	    note.size != size || note.lines_count != 1) {
		cbor_put_text(out, text);
		return;
	}
	assert(note.lines[0].signature_len == NOTE_CODE_LEN - HASH_LEN - KEY_ID_LEN);
	cbor_put_bytes_head(out, NOTE_CODE_LEN);
	buf_put(out, BYTES_OF(note.root));
	buf_put(out, BYTES_OF(note.lines[0].key_id));
	buf_put(out, (struct bytes){ note.lines[0].signature, note.lines[0].signature_len });
}

void short_note_read(const struct book *book, const struct origin *origin, uint64_t size,
		     struct cbor_reader *r, struct buf *out, struct bytes *note)
{
	uint8_t code[NOTE_CODE_LEN], memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	size_t from;

	if (book == NULL || cbor_peek(r) != CBOR_BYTES) {
		if (cbor_read_text(r, NOTE_LEN_MAX, note) == ERR_OK && note->len == 0)
			cbor_refuse(r, ERR_FRAME, short_rule);
		return;
	}
	if (cbor_read_fixed(r, code, sizeof code) != ERR_OK)
		return;
	from = out->len;
	origin_write(origin, &name);
	note_write_text(origin, size, code, out);
	buf_put_byte(out, '\n');
	note_write_line(buf_bytes(&name), code + HASH_LEN,
			(struct bytes){ code + HASH_LEN + KEY_ID_LEN, NOTE_CODE_LEN - HASH_LEN - KEY_ID_LEN },
			out);
	if (buf_check(out) != ERR_OK)
		cbor_refuse(r, ERR_FRAME, short_rule);
	*note = (struct bytes){ out->ptr + from, out->len - from };
}

void short_line_write(const struct book *book, struct bytes line, struct buf *out)
{
	uint8_t memory[NAME_CODE_MAX];
	struct buf whole = BUF_ON(memory);
	struct note_line read;
	struct bytes party;
	enum err e;

	if (book == NULL || note_read_line(line, &read) != ERR_OK ||
	    !note_is_mirror_name(read.name, book->accord, &party)) {
		cbor_put_text(out, line);
		return;
	}
	cbor_put_array(&whole, 2);
	cbor_put_text(&whole, party);
	cbor_put_bytes_head(&whole, LINE_CODE_LEN);
	buf_put(&whole, BYTES_OF(read.key_id));
	buf_put(&whole, (struct bytes){ read.signature, read.signature_len });
	e = book_put(book, buf_bytes(&whole), out);
	assert(e == ERR_OK || e == ERR_LIMIT);
}

void short_line_read(const struct book *book, struct cbor_reader *r, struct buf *out, struct bytes *line)
{
	uint8_t memory[2 * NAME_CODE_MAX], name_memory[NOTE_LINE_LEN_MAX], code[LINE_CODE_LEN];
	struct buf whole = BUF_ON(memory), name = BUF_ON(name_memory);
	struct cbor_reader parts;
	struct bytes party = { NULL, 0 };
	size_t from;

	if (book == NULL || cbor_peek(r) != CBOR_ARRAY) {
		cbor_read_text(r, NOTE_LINE_LEN_MAX, line);
		return;
	}
	cbor_open(&parts, read_value(book, r, &whole));
	if (r->err != ERR_OK)
		return;
	cbor_read_tuple(&parts, 2, short_rule);
	cbor_read_text(&parts, PARTY_NAME_MAX, &party);
	cbor_read_fixed(&parts, code, sizeof code);
	cbor_close(&parts);
	if (cbor_finish(&parts) != ERR_OK || !is_party_name(party)) {
		cbor_refuse(r, ERR_FRAME, short_rule);
		return;
	}
	from = out->len;
	note_write_mirror_name(book->accord, party, &name);
	note_write_line(buf_bytes(&name), code,
			(struct bytes){ code + KEY_ID_LEN, LINE_CODE_LEN - KEY_ID_LEN }, out);
	if (buf_check(out) != ERR_OK)
		cbor_refuse(r, ERR_FRAME, short_rule);
	*line = (struct bytes){ out->ptr + from, out->len - from };
}
