#include "forge.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "record/checkpoint.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

#define STATEMENT_MAX 8192u

static struct bytes keep(struct bytes from)
{
	uint8_t *copy = xcalloc(from.len + 1, 1);

	if (from.len > 0)
		memcpy(copy, from.ptr, from.len);
	return (struct bytes){ copy, from.len };
}

void forge_open(struct forge *f, struct world *w, size_t party, uint32_t channel, uint32_t epoch)
{
	*f = (struct forge){ .w = w, .key = { channel, party, epoch }, .book = &w->book };
	f->origin = (struct origin){ .channel = channel, .epoch = epoch };
	memcpy(f->origin.accord, w->accord->id, ACCORD_ID_LEN);
	memcpy(f->origin.party, w->accord->parties[party].name, sizeof f->origin.party);
	f->frontiers = xcalloc(1, sizeof *f->frontiers);
}

void forge_put(struct forge *f, struct bytes entry, struct bytes content)
{
	uint8_t leaf[HASH_LEN];

	if (f->count == f->max) {
		f->max = f->max == 0 ? 64 : 2 * f->max;
		f->items = xrealloc(f->items, f->max * sizeof *f->items);
		f->frontiers = xrealloc(f->frontiers, (f->max + 1) * sizeof *f->frontiers);
	}
	f->items[f->count] = (struct forged){ .entry = keep(entry), .content = keep(content) };
	f->frontiers[f->count + 1] = f->frontiers[f->count];
	hash_leaf(entry, leaf);
	if (frontier_append(&f->frontiers[++f->count], leaf, NULL, NULL) != ERR_OK)
		world_fail(f->w, "a forged tree cannot grow");
}

void forge_load(struct forge *f, struct sim_node *n)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct place_key at = { f->key, 0 };

	for (;; at.index++) {
		struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
		struct entry_read_out read;
		if (node_entry(n->node, &at, &bytes, &read) != ERR_OK)
			return;
		if (node_content(n->node, &read.statement, &content) != ERR_OK)
			buf_reset(&content);
		forge_put(f, read.bytes, buf_bytes(&content));
	}
}

static void item_free(struct forged *item)
{
	free((void *)(uintptr_t)item->entry.ptr);
	free((void *)(uintptr_t)item->content.ptr);
}

void forge_cut(struct forge *f, size_t count)
{
	while (f->count > count)
		item_free(&f->items[--f->count]);
}

void forge_free(struct forge *f)
{
	forge_cut(f, 0);
	free(f->items);
	free(f->frontiers);
	*f = (struct forge){ 0 };
}

void forge_statement(struct forge *f, enum kind kind, struct statement *out)
{
	const struct accord *a = f->w->accord;
	const struct accord_channel *c = accord_channel_find(a, f->key.channel);
	struct label *label = &out->label;

	*out = (struct statement){ .channel = f->key.channel,
				   .kind = kind,
				   .party = bytes_str(a->parties[f->key.party].name),
				   .role = BYTES_LIT("watch"),
				   .claimed = world_now(f->w, &f->w->nodes[f->key.party]).wall,
				   .has_label = true };
	memcpy(out->accord, a->id, ACCORD_ID_LEN);
	for (size_t i = 0; i < sizeof out->id; i++)
		out->id[i] = (uint8_t)prng_next(&f->w->prng);
	label->level = BYTES_LIT("U");
	label->categories_count = 1;
	label->categories[0].name = BYTES_LIT("rel");
	for (size_t i = 0; i < a->parties_count; i++) {
		if ((c->parties >> i & 1) != 0)
			label->values[label->values_count++] = bytes_str(a->parties[i].code);
	}
	label->categories[0].count = label->values_count;
}

void forge_message(struct forge *f, enum precedence precedence, struct statement *out)
{
	const struct accord *a = f->w->accord;
	const struct accord_channel *c = accord_channel_find(a, f->key.channel);

	forge_statement(f, KIND_MESSAGE, out);
	out->has_precedence = true;
	out->precedence = precedence;
	for (size_t i = 0; i < a->parties_count; i++) {
		if (i != f->key.party && (c->parties >> i & 1) != 0)
			out->addressees[out->addressees_count++] =
				(struct addressee){ bytes_str(a->parties[i].name), BYTES_LIT("watch"),
						    false };
	}
}

void forge_content(struct world *w, struct statement *s, struct bytes text, const uint8_t blob[HASH_LEN],
		   size_t blob_len, struct buf *out)
{
	static struct content c;

	c = (struct content){ .language = BYTES_LIT("en"), .portions_count = 1 };
	for (size_t i = 0; i < CONTENT_SALT_LEN; i++)
		c.salt[i] = (uint8_t)prng_next(&w->prng);
	c.portions[0].text = text;
	if (blob_len > 0) {
		c.attachments_count = 1;
		c.attachments[0] = (struct attachment){ .len = blob_len,
							.media_type = BYTES_LIT("application/octet-stream"),
							.name = BYTES_LIT("blob") };
		memcpy(c.attachments[0].hash, blob, HASH_LEN);
	}
	content_write(&c, out);
	if (buf_check(out) != ERR_OK)
		world_fail(w, "a forged content does not fit");
	s->has_content = true;
	s->content.len = out->len;
	hash_sha256(buf_bytes(out), s->content.hash);
}

static void say(struct forge *f, const struct statement *s, const struct sign_key *const *keys, size_t count,
		struct bytes content)
{
	static uint8_t statement_memory[STATEMENT_MAX], signature_memory[2][1024],
		memory[STATEMENT_MAX + 2048];
	struct buf statement = BUF_ON(statement_memory), out = BUF_ON(memory);
	struct entry entry = { .origin = f->origin, .index = f->count, .filed = s->claimed };

	statement_write(s, &statement);
	entry.statement = buf_bytes(&statement);
	for (size_t i = 0; i < count; i++) {
		struct buf signature = BUF_ON(signature_memory[i]);
		sshsig_make(keys[i], BYTES_LIT(SSHSIG_STATEMENT), entry.statement, &signature);
		entry.signatures[entry.signatures_count++] = buf_bytes(&signature);
	}
	entry_write(&entry, &out);
	if (buf_check(&statement) != ERR_OK || buf_check(&out) != ERR_OK)
		world_fail(f->w, "a forged entry does not fit");
	forge_put(f, buf_bytes(&out), content);
}

void forge_say(struct forge *f, const struct statement *s, const struct sign_key *key, struct bytes content)
{
	say(f, s, &key, key == NULL ? 0 : 1, content);
}

void forge_line_check(struct forge *f, size_t to)
{
	struct statement s;

	forge_statement(f, KIND_MESSAGE, &s);
	s.role = BYTES_LIT(ROLE_NODE);
	s.has_label = false;
	s.has_precedence = s.has_form = true;
	s.precedence = PRECEDENCE_ROUTINE;
	s.form = BYTES_LIT(FORM_LINE_CHECK);
	s.form_version = 1;
	s.addressees[s.addressees_count++] =
		(struct addressee){ bytes_str(f->w->accord->parties[to].name), BYTES_LIT(ROLE_NODE), false };
	forge_say(f, &s, NULL, (struct bytes){ NULL, 0 });
}

void forge_erase(struct forge *f, const struct forge *of, size_t index)
{
	const struct sim_officer *o = &f->w->nodes[f->key.party].officer;
	const struct sign_key *keys[] = { &o->key, &o->second };
	struct statement s;

	forge_statement(f, KIND_ERASE, &s);
	s.refers[s.refers_count++] = forge_place(of, index);
	say(f, &s, keys, ARRAY_COUNT(keys), (struct bytes){ NULL, 0 });
}

struct place forge_place(const struct forge *f, size_t index)
{
	struct place p = { .channel = f->key.channel,
			   .party = bytes_str(f->w->accord->parties[f->key.party].name),
			   .epoch = f->key.epoch,
			   .index = index };

	hash_leaf(f->items[index].entry, p.leaf);
	return p;
}

static void enrol(struct forge *f, const struct sign_key *key, uint64_t holder)
{
	uint8_t memory[5][128], wire_memory[128];
	struct buf b[5], wire = BUF_ON(wire_memory);
	struct statement s;

	for (int i = 0; i < 5; i++)
		buf_init(&b[i], memory[i], sizeof memory[i]);
	forge_statement(f, KIND_KEYS, &s);
	ssh_public_write(key->public, &wire);
	cbor_put_uint(&b[0], 0);
	cbor_put_uint(&b[1], KEY_USE_OFFICER);
	cbor_put_bytes(&b[2], buf_bytes(&wire));
	cbor_put_uint(&b[3], holder);
	cbor_put_array(&b[4], 1);
	cbor_put_text(&b[4], BYTES_LIT("watch"));
	for (uint64_t i = 0; i < 5; i++)
		s.fields[i] = (struct field){ i + 1, buf_bytes(&b[i]) };
	s.fields_count = 5;
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.registrar, (struct bytes){ NULL, 0 });
}

void forge_begin(struct forge *f)
{
	const struct sim_officer *o = &f->w->nodes[f->key.party].officer;
	uint8_t memory[2][128], root[HASH_LEN] = { 0 };
	struct buf manifest = BUF_ON(memory[0]), old = BUF_ON(memory[1]);
	struct statement s;

	forge_statement(f, KIND_OPEN, &s);
	cbor_put_bytes(&manifest,
		       (struct bytes){ f->version == NULL ? f->w->accord->hash : f->version, HASH_LEN });
	s.fields[s.fields_count++] = (struct field){ FIELD_OPEN_MANIFEST, buf_bytes(&manifest) };
	if (f->key.epoch > 1) {
		cbor_put_array(&old, 3);
		cbor_put_uint(&old, f->key.epoch - 1);
		cbor_put_uint(&old, 0);
		cbor_put_bytes(&old, BYTES_OF(root));
		s.fields[s.fields_count++] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
	}
	forge_say(f, &s, &o->registrar, (struct bytes){ NULL, 0 });
	enrol(f, &o->key, 1);
	enrol(f, &o->second, 2);
}

void forge_version(struct forge *f, const uint8_t hash[HASH_LEN])
{
	uint8_t memory[48];
	struct buf manifest = BUF_ON(memory);
	struct statement s;

	forge_statement(f, KIND_ACCORD, &s);
	cbor_put_bytes(&manifest, (struct bytes){ hash, HASH_LEN });
	s.fields[s.fields_count++] = (struct field){ FIELD_ACCORD_MANIFEST, buf_bytes(&manifest) };
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.registrar, (struct bytes){ NULL, 0 });
}

static void note_text(const struct forge *f, size_t size, struct buf *out)
{
	uint8_t root[HASH_LEN];

	frontier_root(&f->frontiers[size], root);
	note_write_text(&f->origin, size, root, out);
}

void forge_note(const struct forge *f, size_t size, struct buf *out)
{
	uint8_t memory[512];
	struct buf line = BUF_ON(memory);
	size_t from = out->len;

	note_text(f, size, out);
	checkpoint_sign(f->log_key != NULL ? f->log_key : &f->w->nodes[f->key.party].log_key,
			(struct bytes){ out->ptr + from, out->len - from }, &line);
	buf_put_byte(out, '\n');
	buf_put(out, buf_bytes(&line));
}

void forge_line(const struct forge *f, size_t size, size_t mirror, struct buf *out)
{
	uint8_t memory[512], name_memory[ORIGIN_LEN_MAX];
	struct buf text = BUF_ON(memory), name = BUF_ON(name_memory);

	note_text(f, size, &text);
	accord_mirror_name(f->w->accord, mirror, &name);
	checkpoint_cosign(&f->w->nodes[mirror].mirror_key, buf_bytes(&name), 1793000000, buf_bytes(&text),
			  out);
}

void forge_batch(const struct forge *f, size_t first, size_t end, struct buf *out)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	uint8_t memory[1024];
	struct buf note = BUF_ON(memory);
	struct batch batch = { .origin = f->origin, .first = first, .items = items, .count = end - first };

	for (size_t i = first; i < end; i++)
		items[i - first] = (struct batch_item){
			.entry = f->items[i].entry,
			.content = f->items[i].is_erased ? (struct bytes){ NULL, 0 } : f->items[i].content,
			.is_erased = f->items[i].is_erased,
			.eraser = f->items[i].eraser,
		};
	forge_note(f, end, &note);
	batch.note = buf_bytes(&note);
	batch_write(&batch, f->book, out);
	if (buf_check(out) != ERR_OK)
		world_fail(f->w, "a forged batch does not fit");
}

void forge_cosignature(const struct forge *f, size_t size, size_t mirror, struct buf *out)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf line = BUF_ON(memory);
	struct cosignature c = { .origin = f->origin, .size = size };

	forge_line(f, size, mirror, &line);
	c.line = buf_bytes(&line);
	cosignature_write(&c, NULL, out);
}

void forge_advance(struct forge *f, const struct statement *s, const struct sign_key *key,
		   struct bytes content, struct buf *out)
{
	static uint8_t statement_memory[STATEMENT_MAX], signature_memory[1024];
	struct buf statement = BUF_ON(statement_memory), signature = BUF_ON(signature_memory);
	struct advance a = { .origin = f->origin, .content = content, .signatures_count = 1 };

	statement_write(s, &statement);
	a.statement = buf_bytes(&statement);
	sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), a.statement, &signature);
	a.signatures[0] = buf_bytes(&signature);
	advance_write(&a, f->book, out);
}

void forge_hello(struct world *w, size_t party, const struct bytes *notes, size_t count, struct buf *out)
{
	static struct hello h;

	h = (struct hello){ .protocol = LINK_PROTOCOL,
			    .manifest = w->accord->manifest,
			    .party = bytes_str(w->accord->parties[party].name),
			    .clock = world_now(w, &w->nodes[party]).wall,
			    .notes_count = count };
	memcpy(h.accord, w->accord->id, ACCORD_ID_LEN);
	memcpy(h.manifest_hash, w->accord->hash, HASH_LEN);
	for (size_t i = 0; i < count; i++)
		h.notes[i] = notes[i];
	hello_write(&h, out);
}
