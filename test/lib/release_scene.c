#include "release_scene.h"

#include "fold_changed.h"
#include "fold_tried.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	uint64_t holder;
	const char *role;
} persons[PERSONS] = {
	[DUTY] = { 1, "duty" },	     [RELEASER] = { 2, "releaser" },
	[OTHER] = { 3, "releaser" }, [OTHER_AGAIN] = { 3, "releaser" },
	[DESK] = { 4, "desk" },	     [THIRD] = { 5, "releaser" },
};

/* Beyond the named ones a crowd of releasers. */
static uint64_t holder_of(enum person who)
{
	return who < PERSONS ? persons[who].holder : 100 + (uint64_t)who;
}

static size_t slot(uint32_t channel)
{
	return channel == SCENE_LEADER ? 0 : channel == SCENE_SHARE ? 1 : 2;
}

static void key_of(size_t party, enum person who, uint8_t out[KEY_HASH_LEN])
{
	memset(out, 0, KEY_HASH_LEN);
	out[0] = (uint8_t)(1 + party);
	out[1] = (uint8_t)who;
}

static void fold_one(struct scene *s, const struct fold_input *in, struct entry_view *v)
{
	assert_int_equal(fold_entry(&s->fold, in, v), ERR_OK);
	s->folded[s->folded_count++] = in;
}

static void keys_statement(struct scene *s, uint32_t channel, size_t party, enum person who, uint64_t act)
{
	static const uint64_t keys[4] = { FIELD_KEYS_ACT, FIELD_KEYS_USE, FIELD_KEYS_HOLDER,
					  FIELD_KEYS_ROLES };
	struct scene_keys *k = &s->keys[s->keys_count++];
	struct buf fields[4] = { BUF_ON(k->fields[0]), BUF_ON(k->fields[1]), BUF_ON(k->fields[2]),
				 BUF_ON(k->fields[3]) };
	struct entry_view view;

	assert_in_range(s->keys_count, 1, SCENE_KEYS_MAX);
	k->statement = (struct statement){ .kind = KIND_KEYS,
					   .party = bytes_str(s->accord->parties[party].name),
					   .role = BYTES_LIT("registrar") };
	k->entry = (struct entry){ .index = s->sizes[slot(channel)][party]++, .signatures_count = 1 };
	k->signer = (struct signer){ .is_good = true, .registrar_in = 1 };
	k->in = (struct fold_input){ .entry = &k->entry,
				     .statement = &k->statement,
				     .signers = &k->signer,
				     .log = { channel, party, 1 } };
	key_of(party, who, k->in.named_key);
	cbor_put_uint(&fields[0], act);
	cbor_put_uint(&fields[1], KEY_USE_OFFICER);
	cbor_put_uint(&fields[2], holder_of(who));
	cbor_put_array(&fields[3], 1);
	cbor_put_text(&fields[3], bytes_str(who < PERSONS ? persons[who].role : "releaser"));
	for (size_t i = 0; i < 4; i++)
		k->statement.fields[i] = (struct field){ keys[i], buf_bytes(&fields[i]) };
	k->statement.fields_count = 4;
	fold_one(s, &k->in, &view);
	assert_int_equal(view.verdict, VERDICT_OK);
}

void scene_withdraw(struct scene *s, uint32_t channel, size_t party, enum person who)
{
	keys_statement(s, channel, party, who, 1);
}

void scene_enrol(struct scene *s, uint32_t channel, size_t party, enum person who)
{
	keys_statement(s, channel, party, who, 0);
}

void scene_clear(struct scene *s)
{
	static const uint32_t channels[] = { SCENE_LEADER, SCENE_SHARE, SCENE_HOME };

	test_map_finish(&s->rows);
	s->map = test_map_open(&s->rows);
	s->fold = (struct fold){ .accord = s->accord, .map = &s->map };
	s->count = s->keys_count = s->folded_count = 0;
	s->ids = 100;
	memset(s->sizes, 0, sizeof s->sizes);
	for (size_t c = 0; c < 3; c++) {
		for (size_t party = 0; party < (c == 2 ? 1 : 2); party++) {
			for (int who = 0; who < PERSONS; who++)
				keys_statement(s, channels[c], party, (enum person)who, 0);
		}
	}
}

int scene_open(struct scene *s)
{
	struct accord_fault fault;

	memset(s, 0, sizeof *s);
	crypto_init();
	s->vectors = bundle_vectors("guidelines.json");
	if (s->vectors == NULL)
		return 1;
	bundle_make(&s->bundle, s->vectors, json_array_get(json_object_get(s->vectors, "vectors"), 0));
	if (bundle_read(&s->bundle, &s->accord, &fault) != ERR_OK || s->accord->guidelines == NULL)
		return 1;
	/* Every post may write everywhere: what is judged here is release. */
	for (size_t i = 0; i < s->accord->channels_count; i++)
		s->accord->channels[i].writers = UINT64_MAX;
	s->map = test_map_open(&s->rows);
	scene_clear(s);
	return 0;
}

void scene_close(struct scene *s)
{
	test_map_finish(&s->rows);
	bundle_clear(&s->bundle);
	json_decref(s->vectors);
}

/* ---- Statements. ---- */

static void put_label(struct label *l, const char *text)
{
	struct bytes rest = bytes_str(text), word, value;

	if (bytes_take_until(&rest, ' ', &l->level) != ERR_OK) {
		l->level = rest;
		return;
	}
	while (rest.len > 0) {
		struct label_category *c = &l->categories[l->categories_count++];
		if (bytes_take_until(&rest, ' ', &word) != ERR_OK) {
			word = rest;
			rest.len = 0;
		}
		assert_int_equal(bytes_take_until(&word, ':', &c->name), ERR_OK);
		c->first = l->values_count;
		while (bytes_take_until(&word, ',', &value) == ERR_OK)
			l->values[l->values_count++] = value;
		l->values[l->values_count++] = word;
		c->count = l->values_count - c->first;
	}
}

static void put_field(struct statement *st, uint64_t key, struct buf *value)
{
	st->fields[st->fields_count++] = (struct field){ key, buf_bytes(value) };
}

static void put_fields(struct statement *st, const struct line *l, uint8_t memory[3][2300])
{
	static const uint8_t acts[] = { 0, 1, 2, 3 };
	struct buf one = { memory[0], 0, 2300, false }, two = { memory[1], 0, 2300, false };
	uint8_t hash[HASH_LEN];

	if (l->act != 0)
		st->fields[st->fields_count++] = (struct field){ FORM_FIELD_ACT, { &acts[l->act], 1 } };
	memset(hash, l->hash, sizeof hash);
	if (l->kind == KIND_SUBMIT)
		cbor_put_bytes(&one, (struct bytes){ l->outgoing->bytes, l->outgoing->len });
	else if (l->kind == KIND_APPROVE)
		cbor_put_bytes(&one, BYTES_LIT("signature"));
	else if (l->hash != 0)
		cbor_put_bytes(&one, BYTES_OF(hash));
	else if (l->number > 0 && l->kind != KIND_RECALL_DONE)
		cbor_put_uint(&one, l->number - 1);
	if (l->kind == KIND_TRANSLATION) {
		cbor_put_uint(&one, TRANSLATION_DRAFT);
		cbor_put_text(&two, BYTES_LIT("ko"));
	}
	if (l->has_path)
		cbor_put_text(&one, BYTES_LIT("free text"));
	if (one.len > 0)
		put_field(st, 1, &one);
	if (l->kind == KIND_SUBMIT)
		cbor_put_bytes(&two, BYTES_LIT("signature"));
	else if (l->kind == KIND_RECALL_DONE && l->cause == 0)
		cbor_put_uint(&two, 0);
	if (l->to != NULL && l->kind == KIND_RELEASE)
		cbor_put_array(&two, 1);
	if (l->to != NULL)
		cbor_put_text(&two, bytes_str(l->to));
	if (l->from > 0)
		cbor_put_uint(&two, SCENE_START_MS + l->from);
	if (l->cause > 0)
		cbor_put_uint(&two, l->cause - 1);
	if (two.len > 0)
		put_field(st, 2, &two);
	if (l->has_unnamed) {
		struct buf text = { memory[2], 0, 2300, false };
		cbor_put_text(&text, BYTES_LIT("free text"));
		put_field(st, 900, &text);
	}
}

void scene_say(struct scene *s, const struct line *l, struct scene_entry *out)
{
	uint8_t memory[3][2300];
	struct statement st = { .kind = l->kind, .has_label = true };
	struct buf bytes = BUF_ON(out->bytes);
	struct fault fault = { 0 };
	uint32_t channel = l->channel == 0 ? SCENE_SHARE : l->channel;
	size_t other = 1 - l->party;

	memcpy(st.accord, s->accord->id, ACCORD_ID_LEN);
	st.accord[0] ^= l->is_elsewhere;
	st.channel = channel;
	st.id[0] = l->id != 0 ? l->id : ++s->ids;
	st.id[1] = l->id == 0;
	st.id[2] = l->id == 0 ? (uint8_t)s->count : 0;
	if (l->id_ms != 0) {
		be64_put(st.id, l->id_ms << 16 | s->ids);
		be64_put(st.id + 8, s->ids * 0x9e3779b97f4a7c15u);
	}
	st.party = bytes_str(s->accord->parties[l->party].name);
	st.role = bytes_str(l->role == NULL ? "duty" : l->role);
	st.claimed.ms = SCENE_START_MS + l->late_ms;
	put_label(&st.label, l->label == NULL ? "C rel:KOR,USA" : l->label);
	if (l->precedence > 0) {
		st.has_precedence = true;
		st.precedence = (enum precedence)(l->precedence - 1);
	}
	if (l->content != 0) {
		st.has_content = true;
		st.content.len = l->len == 0 ? 10 : l->len;
		memset(st.content.hash, l->content, HASH_LEN);
	}
	if (l->has_blob) {
		st.content.sealing = SEALING_X25519;
		st.blobs_count = 1;
		st.blobs[0].len = 1;
	}
	if (l->has_form) {
		st.has_form = true;
		st.form = BYTES_LIT("X9");
		st.form_version = 1;
	}
	for (const size_t *on = (const size_t[]){ l->refers, l->refers_too, 0 }; *on > 0; on++) {
		const struct place_key *at = &s->entries[*on - 1].at;
		st.refers[st.refers_count++] =
			(struct place){ at->log.channel,
					bytes_str(s->accord->parties[at->log.party].name),
					1,
					at->index,
					{ 0 } };
	}
	if (channel != SCENE_HOME && !l->is_blind) {
		st.seen_count = 1;
		st.seen[0] = (struct seen){ bytes_str(s->accord->parties[other].name), 1,
					    s->sizes[slot(channel)][other] - l->unseen };
	}
	put_fields(&st, l, memory);
	statement_write(&st, &bytes);
	out->len = bytes.len;
	if (buf_check(&bytes) != ERR_OK ||
	    statement_read((struct bytes){ out->bytes, out->len }, &out->statement, &fault) != ERR_OK)
		fail_msg("kind %u: %s", (unsigned)l->kind, fault.rule == NULL ? "too long" : fault.rule);
}

static enum person role_holder(const char *role)
{
	for (int i = 0; i < PERSONS; i++) {
		if (role != NULL && strcmp(persons[i].role, role) == 0)
			return (enum person)i;
	}
	return DUTY;
}

enum verdict scene_file(struct scene *s, const struct line *l, const struct scene_entry *said)
{
	struct scene_entry *e = &s->entries[s->count];
	struct log_key log = { l->channel == 0 ? SCENE_SHARE : l->channel, l->party, 1 };
	struct fold_input *in = &e->in;
	struct fault fault;

	assert_in_range(s->count, 0, SCENE_ENTRIES_MAX - 1);
	memcpy(e->bytes, said->bytes, said->len);
	e->len = said->len;
	assert_int_equal(statement_read((struct bytes){ e->bytes, e->len }, &e->statement, &fault), ERR_OK);
	e->entry = (struct entry){ .index = s->sizes[slot(log.channel)][l->party],
				   .filed = { SCENE_START_MS + l->late_ms + l->filed_late_ms },
				   .signatures_count = l->kind == KIND_FATE ? 0
						       : l->by_count == 0   ? 1
									    : l->by_count };
	*in = (struct fold_input){ .entry = &e->entry,
				   .statement = &e->statement,
				   .signers = e->signers,
				   .refers_match = e->match,
				   .log = log,
				   .is_at_door = l->is_at_door };
	memset(e->match, 1, sizeof e->match);
	memset(e->signers, 0, sizeof e->signers);
	for (size_t i = 0; i < e->entry.signatures_count; i++) {
		e->signers[i].is_good = !l->is_false || i + 1 < e->entry.signatures_count;
		key_of(l->party, l->by_count == 0 ? role_holder(l->role) : l->by[i], e->signers[i].key);
	}
	in->inner.is_good = (l->kind == KIND_SUBMIT || l->kind == KIND_APPROVE) && !l->is_inner_false;
	key_of(l->party, l->inner, in->inner.key);
	if (l->refers > 0 && !l->is_unread)
		in->subject = &s->entries[l->refers - 1].statement;
	e->at = (struct place_key){ log, e->entry.index };
	if (s->is_tried) {
		fold_tried(&s->fold, in);
		assert_true(fold_changed(&s->fold, in));
	}
	fold_one(s, in, &e->view);
	s->sizes[slot(log.channel)][l->party]++;
	s->count++;
	return e->view.verdict;
}

enum verdict scene_put(struct scene *s, const struct line *l)
{
	struct scene_entry said;

	scene_say(s, l, &said);
	return scene_file(s, l, &said);
}

static bool is_of(const struct fold_input *in, const struct log_key *log, uint64_t index)
{
	return log_key_equal(&in->log, log) && in->entry->index == index;
}

/* Of one log, as far as it is ready. */
static void refold_log(const struct scene *s, const struct fold *fold, const struct log_key *log,
		       size_t *done)
{
	uint64_t next = 0;
	bool any = true;

	assert_int_equal(fold_size(fold, log, &next), ERR_OK);
	while (any) {
		any = false;
		for (size_t i = 0; i < s->folded_count; i++) {
			struct fold_waits waits;
			struct entry_view v;
			if (!is_of(s->folded[i], log, next) ||
			    fold_is_ready(fold, s->folded[i], &waits) != ERR_OK)
				continue;
			assert_int_equal(fold_entry(fold, s->folded[i], &v), ERR_OK);
			next++;
			(*done)++;
			any = true;
		}
	}
}

void scene_refold(const struct scene *s, size_t kept, const struct log_key *logs, size_t count,
		  struct test_map *rows)
{
	struct map map = test_map_open(rows);
	struct fold fold = { .accord = s->accord, .map = &map };
	size_t done = kept, before;

	for (size_t i = 0; i < kept; i++) {
		struct entry_view v;
		assert_int_equal(fold_entry(&fold, s->folded[i], &v), ERR_OK);
	}
	do {
		before = done;
		for (size_t i = 0; i < count; i++)
			refold_log(s, &fold, &logs[i], &done);
	} while (done > before);
	assert_int_equal(done, s->folded_count); /* nothing waits for ever */
}
