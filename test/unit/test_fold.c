/* The folds and the ladder, played by hand: two parties, one channel, a map in memory. */
#include "accord/guidelines.h"
#include "crypto/hash.h"
#include "fold_changed.h"
#include "fold_tried.h"
#include "test_map.h"
#include "view/ladder.h"
#include "view/marking.h"
#include "view/procedure.h"
#include "view/rows.h"
#include "view/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES_MAX 160

/* A record in memory: what was folded, so that acts can be fetched again. */
struct scene {
	struct accord accord;
	struct test_map rows;
	struct map map;
	struct fold fold;
	struct statement statements[ENTRIES_MAX];
	struct place_key places[ENTRIES_MAX];
	struct wall filed[ENTRIES_MAX];
	size_t count;
	uint64_t sizes[2];
	uint8_t ids;
	/* The map's call that fails, counted from 1; 0: none. */
	unsigned calls, fails_at;
	struct map tried; /* map, but for that call: what the folds see */
	enum err err;	  /* of the first fold that failed, where one was to */
	bool is_tried;	  /* before each statement is folded, calls fail and rows are spoiled */
};

/* ---- A map whose n-th call fails. ---- */

static enum err call(struct scene *s)
{
	return ++s->calls == s->fails_at ? ERR_IO : ERR_OK;
}

static enum err tried_get(void *self, struct bytes key, struct buf *value)
{
	struct scene *s = self;
	enum err e = call(s);

	return e == ERR_OK ? map_get(&s->map, key, value) : e;
}

static enum err tried_put(void *self, struct bytes key, struct bytes value)
{
	struct scene *s = self;
	enum err e = call(s);

	return e == ERR_OK ? map_put(&s->map, key, value) : e;
}

static enum err tried_del(void *self, struct bytes key)
{
	struct scene *s = self;
	enum err e = call(s);

	return e == ERR_OK ? map_del(&s->map, key) : e;
}

static enum err tried_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			   struct buf *value)
{
	struct scene *s = self;
	enum err e = call(s);

	return e == ERR_OK ? map_next(&s->map, prefix, after, key, value) : e;
}

static const struct map_ops tried_ops = { tried_get, tried_put, tried_del, tried_next };

/* The first error that was not foreseen is kept; without a fault there is none. */
static bool worked(struct scene *s, enum err e)
{
	if (s->fails_at == 0)
		assert_int_equal(e, ERR_OK);
	if (s->err == ERR_OK)
		s->err = e;
	return e == ERR_OK;
}

static struct message_view *look(struct scene *s, size_t position);

static const char *const names[] = { "aster", "birch" };
static const char *const codes[] = { "ASTER", "BIRCH" };

static int open_scene(void **state)
{
	static struct scene s;
	struct accord *a = &s.accord;

	memset(&s, 0, sizeof s);
	a->parties_count = 2;
	for (size_t i = 0; i < 2; i++) {
		snprintf(a->parties[i].name, sizeof a->parties[i].name, "%s", names[i]);
		snprintf(a->parties[i].code, sizeof a->parties[i].code, "%s", codes[i]);
	}
	a->channels_count = 2;
	a->channels[0] = (struct accord_channel){
		.number = 7, .plane = PLANE_CONSULT, .parties = 3, .precedences = 5, .writers = 1
	};
	a->channels[1] = a->channels[0];
	a->channels[1].number = 8;
	a->roles_count = 2;
	snprintf(a->roles[0].name, sizeof a->roles[0].name, "watch");
	snprintf(a->roles[1].name, sizeof a->roles[1].name, "zeal");
	a->roles[0].parties = a->roles[1].parties = 3;
	a->clock_offset_ms = 2000;
	s.map = test_map_open(&s.rows);
	s.tried = (struct map){ &tried_ops, &s };
	s.fold = (struct fold){ .accord = a, .map = &s.tried };
	*state = &s;
	return 0;
}

static int close_scene(void **state)
{
	struct scene *s = *state;

	test_map_finish(&s->rows);
	return 0;
}

static struct form sample_forms[] = {
	{ .next = &sample_forms[1],
	  .name = "N20",
	  .version = 1,
	  .planes = 1u << PLANE_CONSULT,
	  .acts = 15,
	  .precedences = 15 },
	{ .next = &sample_forms[2],
	  .name = "N22",
	  .version = 1,
	  .planes = 1u << PLANE_CONSULT,
	  .acts = 3,
	  .precedences = 15,
	  .after = { "N20" } },
	{ .name = "N31", .version = 1, .planes = 1u << PLANE_CONSULT, .acts = 1, .is_correction = true },
};

/* What a test changes of an entry that would count. */
struct twist {
	bool is_false_signature, is_unknown_key, is_wrong_leaf, is_repeat, is_node;
	bool is_elsewhere;  /* the statement stands on the other channel */
	bool is_later;	    /* in the party's second log, as its entry 1 */
	uint8_t second_key; /* 0: there is one signature */
	uint8_t first_key;  /* 0: the party's own, party + 1 */
	const char *role;
	int precedence; /* 0: the default */
	bool is_without_rel;
	const char *to_role, *acting_for;
	uint64_t field;
	struct bytes had; /* of a WATCH READ: field 1 */
	uint64_t late_ms, filed_late_ms;
	const char *form;     /* the statement is one */
	uint64_t act;	      /* its field 0, unless 0 */
	const char *language; /* of a translation; its status is `field` */
	bool has_content;
	enum sealing sealing;
	size_t also;	/* it refers to this one too */
	uint64_t index; /* on the other channel: 0 is 1 */
	bool is_told;	/* its addressee is for information */
	bool is_blind;	/* its author says that he has seen nothing of the other party */
};

/* Builds and folds the next entry of a party; refers: position in the scene plus one, 0 for none. */
static struct entry_view put(struct scene *s, size_t party, uint64_t kind, size_t refers,
			     const struct twist *t)
{
	struct statement *st = &s->statements[s->count];
	struct entry entry = { .index = t->index > 0			 ? t->index
					: t->is_elsewhere || t->is_later ? 1
									 : s->sizes[party],
			       .signatures_count = t->is_node		? 0
						   : t->second_key != 0 ? 2
									: 1 };
	struct signer signers[2] = {
		{ .is_good = !t->is_false_signature, .registrar_in = kind <= KIND_ACCORD },
		{ .is_good = true },
	};
	bool match[2] = { !t->is_wrong_leaf, true };
	struct fold_input in = { .entry = &entry,
				 .statement = st,
				 .signers = signers,
				 .refers_match = match,
				 .log = { t->is_elsewhere ? 8 : 7, party, t->is_later ? 2 : 1 } };
	static uint8_t field_memory[ENTRIES_MAX][9];
	struct buf field = { field_memory[s->count], 0, 9, false };
	struct fold whole = s->fold;
	struct entry_view view;

	memset(st, 0, sizeof *st);
	signers[0].key[0] = t->is_unknown_key ? 9 : t->first_key != 0 ? t->first_key : (uint8_t)(party + 1);
	signers[1].key[0] = t->second_key;
	st->channel = in.log.channel;
	st->kind = kind;
	st->party = bytes_str(names[party]);
	st->role = bytes_str(t->is_node ? ROLE_NODE : t->role != NULL ? t->role : "watch");
	st->acting_for = bytes_str(t->acting_for != NULL ? t->acting_for : "");
	st->id[0] = t->is_repeat ? s->ids : ++s->ids;
	st->claimed.ms = 100000 + s->count * 1000 + t->late_ms;
	entry.filed.ms = 100000 + s->count * 1000 + t->filed_late_ms;
	st->has_label = true;
	st->label.level = BYTES_LIT("U");
	st->label.categories_count = 1;
	st->label.categories[0] = (struct label_category){ BYTES_LIT("rel"), 0, t->is_without_rel ? 1 : 2 };
	st->label.values_count = t->is_without_rel ? 1 : 2;
	st->label.values[0] = bytes_str(codes[0]);
	st->label.values[1] = bytes_str(codes[1]);
	if (kind == KIND_MESSAGE) {
		st->has_precedence = true;
		st->precedence = t->precedence == 9 ? PRECEDENCE_ROUTINE : (enum precedence)t->precedence;
		st->addressees_count = 1;
		st->addressees[0] = (struct addressee){ bytes_str(names[1 - party]),
							bytes_str(t->to_role != NULL ? t->to_role : "watch"),
							t->is_told };
	}
	if (s->sizes[1 - party] > 0 && !t->is_elsewhere && !t->is_blind) {
		st->seen_count = 1;
		st->seen[0] = (struct seen){ bytes_str(names[1 - party]), 1, s->sizes[1 - party] };
	}
	if (refers > 0) {
		const struct place_key *at = &s->places[refers - 1];
		st->refers_count = 1;
		st->refers[0] = (struct place){
			at->log.channel, bytes_str(names[at->log.party]), 1, at->index, { 0 }
		};
		in.subject = &s->statements[refers - 1];
	}
	if (t->also > 0) {
		const struct place_key *at = &s->places[t->also - 1];
		st->refers[st->refers_count++] =
			(struct place){ 7, bytes_str(names[at->log.party]), 1, at->index, { 0 } };
	}
	static_assert(FIELD_MARK == FIELD_DEFER_UNTIL, "one field for both");
	if (kind == KIND_MARK || kind == KIND_DEFER) {
		cbor_put_uint(&field, t->field);
		st->fields_count = 1;
		st->fields[0] = (struct field){ FIELD_MARK, buf_bytes(&field) };
	}
	if (t->form != NULL) {
		st->has_form = true;
		st->form = bytes_str(t->form);
		st->form_version = 1;
		if (t->act > 0) {
			cbor_put_uint(&field, t->act);
			st->fields_count = 1;
			st->fields[0] = (struct field){ FORM_FIELD_ACT, buf_bytes(&field) };
		}
	}
	if (t->language != NULL) {
		static uint8_t tag_memory[ENTRIES_MAX][9];
		struct buf tag = { tag_memory[s->count], 0, 9, false };
		cbor_put_uint(&field, t->field);
		cbor_put_text(&tag, bytes_str(t->language));
		st->fields_count = 2;
		st->fields[0] = (struct field){ FIELD_TRANSLATION_STATUS, buf_bytes(&field) };
		st->fields[1] = (struct field){ FIELD_TRANSLATION_LANGUAGE, buf_bytes(&tag) };
		st->has_content = t->has_content;
	}
	st->has_content = t->has_content;
	st->content.sealing = t->sealing;
	if (kind == KIND_MANNING) {
		static uint8_t post[] = { 0x65, 'w', 'a', 't', 'c', 'h' };
		cbor_put_uint(&field, t->field);
		st->has_label = false;
		st->label = (struct label){ 0 };
		st->fields_count = 2;
		st->fields[0] = (struct field){ FIELD_POST, BYTES_OF(post) };
		st->fields[1] = (struct field){ FIELD_MANNING_DEPTH, buf_bytes(&field) };
	}
	if (kind == KIND_ROSTER || kind == KIND_RELIEF) {
		static uint8_t post[] = { 0x65, 'w', 'a', 't', 'c', 'h' }, from[] = { 0x01 },
			       none[] = { 0x80 };
		cbor_put_uint(&field, 100 + t->field);
		st->fields_count = kind == KIND_ROSTER ? 3 : 2;
		st->fields[0] = (struct field){ FIELD_POST, BYTES_OF(post) };
		st->fields[1] = kind == KIND_ROSTER ? (struct field){ FIELD_ROSTER_FROM, BYTES_OF(from) }
						    : (struct field){ FIELD_RELIEF_ITEMS, BYTES_OF(none) };
		st->fields[2] = (struct field){ FIELD_ROSTER_TO, buf_bytes(&field) };
	}
	if (t->had.ptr != NULL) {
		st->fields_count = 1;
		st->fields[0] = (struct field){ FIELD_READ_ATTACHMENTS, t->had };
	}
	whole.map = &s->map;
	(void)fold_changed(&whole, &in); /* some are of nobody whom the border lets in */
	if (s->is_tried)
		fold_tried(&whole, &in);
	if (!worked(s, fold_entry(&s->fold, &in, &view)))
		view = (struct entry_view){ 0 };
	s->places[s->count] = (struct place_key){ in.log, entry.index };
	s->filed[s->count++] = entry.filed;
	s->sizes[party] += !t->is_later && !t->is_elsewhere;
	return view;
}

#define KEY_WITHOUT_POST 5u

/* A `keys` statement, as judged_read would hand it over; its entry, on the channel that all of this is on. */
static void put_key(struct scene *s, struct log_key log, uint64_t index, bool is_withdrawal, uint8_t key,
		    uint8_t holder)
{
	struct statement *st = &s->statements[s->count];
	size_t party = log.party;
	struct entry entry = { .index = index, .signatures_count = 1 };
	struct signer signer = { .is_good = true, .registrar_in = 1 };
	struct fold_input in = { .entry = &entry, .statement = st, .signers = &signer, .log = log };
	static uint8_t memory[4][16];
	struct buf act = BUF_ON(memory[0]), use = BUF_ON(memory[1]), roles = BUF_ON(memory[2]),
		   number = BUF_ON(memory[3]);
	struct entry_view view;

	memset(st, 0, sizeof *st);
	in.named_key[0] = key;
	st->kind = KIND_KEYS;
	st->party = bytes_str(names[party]);
	st->role = BYTES_LIT("watch");
	cbor_put_uint(&act, is_withdrawal);
	cbor_put_uint(&use, KEY_USE_OFFICER);
	cbor_put_uint(&number, holder);
	cbor_put_array(&roles, key == KEY_WITHOUT_POST ? 0 : 1);
	if (key != KEY_WITHOUT_POST)
		cbor_put_text(&roles, BYTES_LIT("watch"));
	st->fields[0] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&act) };
	st->fields[1] = (struct field){ FIELD_KEYS_USE, buf_bytes(&use) };
	st->fields[2] = (struct field){ FIELD_KEYS_HOLDER, buf_bytes(&number) };
	st->fields[3] = (struct field){ FIELD_KEYS_ROLES, buf_bytes(&roles) };
	st->fields_count = 4;
	if (worked(s, fold_entry(&s->fold, &in, &view)))
		assert_int_equal(view.verdict, VERDICT_OK);
}

static void add_key(struct scene *s, struct log_key log, uint64_t index, uint8_t key, uint8_t holder)
{
	put_key(s, log, index, false, key, holder);
}

#define GIVEN_MS 1000u

/* A post given by the registrar and, unless second is 0, by the holder of that key. */
static enum verdict give_on(struct scene *s, struct log_key log, uint64_t index, uint32_t channel,
			    const char *role, uint8_t key, uint8_t holder, uint8_t second)
{
	struct statement st = {
		.kind = KIND_KEYS, .channel = channel, .party = bytes_str(names[log.party]), .fields_count = 4
	};
	struct entry entry = { .index = index, .signatures_count = second == 0 ? 1 : 2 };
	struct signer signers[2] = { { .is_good = true, .registrar_in = 1 }, { .is_good = true } };
	struct fold_input in = { .entry = &entry, .statement = &st, .signers = signers, .log = log };
	uint8_t memory[4][16];
	struct buf act = BUF_ON(memory[0]), use = BUF_ON(memory[1]), roles = BUF_ON(memory[2]),
		   number = BUF_ON(memory[3]);
	struct entry_view view;

	in.named_key[0] = key;
	signers[1].key[0] = second;
	st.claimed.ms = entry.filed.ms = GIVEN_MS;
	st.role = BYTES_LIT("watch");
	cbor_put_uint(&act, 0);
	cbor_put_uint(&use, KEY_USE_OFFICER);
	cbor_put_uint(&number, holder);
	cbor_put_array(&roles, 1);
	cbor_put_text(&roles, bytes_str(role));
	st.fields[0] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&act) };
	st.fields[1] = (struct field){ FIELD_KEYS_USE, buf_bytes(&use) };
	st.fields[2] = (struct field){ FIELD_KEYS_HOLDER, buf_bytes(&number) };
	st.fields[3] = (struct field){ FIELD_KEYS_ROLES, buf_bytes(&roles) };
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	return view.verdict;
}

static enum verdict give(struct scene *s, struct log_key log, uint64_t index, const char *role, uint8_t key,
			 uint8_t holder, uint8_t second)
{
	return give_on(s, log, index, 0, role, key, holder, second);
}

/* What a node says first in an epoch: the log before it ends at that size. */
static void open_epoch(struct scene *s, struct log_key log, uint32_t old, uint64_t size)
{
	struct statement st = { .kind = KIND_OPEN,
				.party = bytes_str(names[log.party]),
				.role = BYTES_LIT("node") };
	struct entry entry = { .index = 0 };
	struct fold_input in = { .entry = &entry, .statement = &st, .log = log };
	uint8_t memory[64], root[HASH_LEN] = { 0 };
	struct buf value = BUF_ON(memory);
	struct entry_view view;

	if (old != 0) {
		cbor_put_array(&value, 3);
		cbor_put_uint(&value, old);
		cbor_put_uint(&value, size);
		cbor_put_bytes(&value, BYTES_OF(root));
		st.fields[st.fields_count++] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&value) };
	}
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
}

/*
 * A post by two: given by the registrar and one who holds such a post himself, or by the registrar alone
 * before anybody has spoken in the first log, or again in the next what stood in force in the one before.
 */
static void test_by_two(void **state)
{
	struct scene *s = *state;
	const struct log_key first = { 7, 0, 1 }, next = { 7, 0, 2 }, bare = { 7, 0, 3 };
	struct statement said = { .kind = KIND_REMARK, .channel = 7, .party = bytes_str(names[0]) };
	struct entry entry = { .index = 4, .signatures_count = 1 };
	struct signer watch = { .is_good = true, .key = { 1 } };
	struct fold_input in = { .entry = &entry, .statement = &said, .signers = &watch, .log = first };
	struct entry_view view;

	s->accord.two_roles = 2; /* zeal */
	open_epoch(s, first, 0, 0);
	assert_int_equal(give(s, first, 1, "watch", 1, 1, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 2, "zeal", 2, 2, 0), VERDICT_OK);
	/* One log alone may be silent for ever: nobody is let in there whom the others do not let in. */
	assert_int_equal(give_on(s, first, 2, 7, "zeal", 9, 9, 0), VERDICT_TWO);
	assert_int_equal(give_on(s, first, 2, 7, "watch", 9, 9, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 3, "zeal", 3, 3, 0), VERDICT_OK);
	said.role = BYTES_LIT("watch");
	said.claimed.ms = entry.filed.ms = GIVEN_MS;
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
	/* Now it takes two, and the second no puppet whom the registrar has let in alone. */
	assert_int_equal(give(s, first, 5, "zeal", 4, 4, 0), VERDICT_TWO);
	assert_int_equal(give(s, first, 6, "watch", 5, 5, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 7, "zeal", 4, 4, 5), VERDICT_TWO);
	assert_int_equal(give(s, first, 8, "zeal", 4, 4, 1), VERDICT_TWO);
	assert_int_equal(give(s, first, 9, "zeal", 6, 2, 2), VERDICT_TWO); /* to himself */
	assert_int_equal(give(s, first, 10, "zeal", 4, 4, 2), VERDICT_OK);
	s->accord.roles[1].until_ms = GIVEN_MS; /* the second's post has ended */
	assert_int_equal(give(s, first, 11, "zeal", 7, 7, 2), VERDICT_TWO);
	s->accord.roles[1].until_ms = 0;
	put_key(s, first, 12, true, 3, 3);
	/* What was in force goes on; nobody else begins with the epoch. */
	open_epoch(s, next, 1, 13);
	assert_int_equal(give(s, next, 1, "watch", 1, 1, 0), VERDICT_OK);
	assert_int_equal(give(s, next, 2, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, next, 3, "zeal", 4, 4, 3), VERDICT_OK);  /* whose second has left since */
	assert_int_equal(give(s, next, 4, "zeal", 3, 3, 0), VERDICT_TWO); /* withdrawn before */
	assert_int_equal(give(s, next, 5, "zeal", 1, 1, 0), VERDICT_TWO); /* another post */
	assert_int_equal(give(s, next, 6, "zeal", 4, 9, 0), VERDICT_TWO); /* another holder */
	assert_int_equal(give(s, next, 7, "zeal", 8, 8, 0), VERDICT_TWO);
	open_epoch(s, bare, 2, 0);
	assert_int_equal(give(s, bare, 1, "zeal", 2, 2, 0), VERDICT_TWO);
	s->accord.channels[0].plane = PLANE_HOME; /* nobody gives back what it was */
	assert_int_equal(give_on(s, bare, 2, 7, "zeal", 2, 2, 0), VERDICT_TWO);
	assert_int_equal(give(s, bare, 2, "zeal", 2, 2, 0), VERDICT_OK);
}

/* What was withdrawn comes back for nobody, by however many; what is in force takes other posts. */
static void test_what_is_withdrawn_stays_so(void **state)
{
	struct scene *s = *state;
	const struct log_key log = { 7, 0, 1 }, next = { 7, 0, 2 };

	s->accord.two_roles = 2; /* zeal */
	open_epoch(s, log, 0, 0);
	assert_int_equal(give(s, log, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, log, 2, "watch", 1, 1, 0), VERDICT_OK);
	assert_int_equal(give(s, log, 3, "zeal", 1, 1, 2), VERDICT_OK); /* another post: it was in force */
	put_key(s, log, 4, true, 1, 1);
	assert_int_equal(give(s, log, 5, "watch", 1, 1, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, log, 6, "watch", 1, 8, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, log, 7, "zeal", 1, 1, 2), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, log, 8, "watch", 8, 8, 0), VERDICT_OK);
	open_epoch(s, next, 1, 9);
	assert_int_equal(give(s, next, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, next, 2, "watch", 1, 1, 0), VERDICT_WITHDRAWN);
}

/* Nor in a later epoch, which does not repeat it: neither by the registrar alone nor by two. */
static void test_no_epoch_brings_a_key_back(void **state)
{
	struct scene *s = *state;
	const struct log_key first = { 7, 0, 1 }, second = { 7, 0, 2 }, third = { 7, 0, 3 };

	s->accord.two_roles = 2; /* zeal */
	open_epoch(s, first, 0, 0);
	assert_int_equal(give(s, first, 1, "watch", 1, 1, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 2, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 3, "zeal", 3, 3, 0), VERDICT_OK);
	put_key(s, first, 4, true, 1, 1);
	put_key(s, first, 5, true, 3, 3);
	open_epoch(s, second, 1, 6);
	assert_int_equal(give(s, second, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, second, 2, "watch", 1, 1, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give_on(s, second, 3, 7, "watch", 1, 8, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, second, 4, "zeal", 3, 3, 2), VERDICT_WITHDRAWN);
	assert_int_equal(give_on(s, second, 5, 7, "watch", 3, 3, 0), VERDICT_WITHDRAWN);
	/* What an ended log says behind where this one begins is not in its past, on whichever node. */
	put_key(s, first, 6, true, 2, 2);
	open_epoch(s, third, 2, 6);
	assert_int_equal(give(s, third, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, third, 2, "watch", 1, 1, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, third, 3, "zeal", 3, 3, 2), VERDICT_WITHDRAWN);
}

/*
 * A new epoch repeats how a key stood, once: what is changed or withdrawn there does not come back by that.
 */
static void test_a_key_is_repeated_once(void **state)
{
	struct scene *s = *state;
	const struct log_key first = { 7, 0, 1 }, next = { 7, 0, 2 };

	s->accord.two_roles = 2; /* zeal */
	open_epoch(s, first, 0, 0);
	assert_int_equal(give(s, first, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 2, "zeal", 3, 3, 0), VERDICT_OK);
	assert_int_equal(give(s, first, 3, "zeal", 4, 4, 0), VERDICT_OK);
	open_epoch(s, next, 1, 4);
	assert_int_equal(give(s, next, 1, "zeal", 2, 2, 0), VERDICT_OK);
	assert_int_equal(give(s, next, 2, "watch", 2, 2, 0), VERDICT_OK); /* his post by two is taken */
	assert_int_equal(give(s, next, 3, "zeal", 2, 2, 0), VERDICT_TWO);
	put_key(s, next, 4, true, 3, 3); /* before it was repeated there */
	assert_int_equal(give(s, next, 5, "zeal", 3, 3, 0), VERDICT_TWO);
	assert_int_equal(give(s, next, 6, "watch", 3, 3, 0), VERDICT_WITHDRAWN);
	assert_int_equal(give(s, next, 7, "zeal", 4, 4, 0), VERDICT_OK);
	/* Nor is one let in that was never there, once it was withdrawn. */
	put_key(s, next, 8, true, 9, 9);
	assert_int_equal(give(s, next, 9, "watch", 9, 9, 0), VERDICT_WITHDRAWN);
}

/*
 * The first log of a channel that came later is judged by itself: a node that holds no other log of that
 * party, as a third party may, says the same of each entry as one that does.
 */
static void test_a_first_log_is_judged_alone(void **state)
{
	enum verdict said[2][6];

	for (size_t holds_more = 0; holds_more < 2; holds_more++) {
		const struct log_key old = { 7, 0, 1 }, later = { 8, 0, 1 };
		enum verdict *v = said[holds_more];
		struct scene *s;
		(void)close_scene(state);
		(void)open_scene(state);
		s = *state;
		s->accord.two_roles = 2; /* zeal */
		if (holds_more) {
			open_epoch(s, old, 0, 0);
			assert_int_equal(give(s, old, 1, "zeal", 2, 2, 0), VERDICT_OK);
			assert_int_equal(give(s, old, 2, "zeal", 5, 5, 0), VERDICT_OK);
			put_key(s, old, 3, true, 5, 5);
		}
		open_epoch(s, later, 0, 0);
		v[0] = give(s, later, 1, "zeal", 2, 2, 0);
		v[1] = give(s, later, 2, "zeal", 5, 5, 0);
		put_key(s, later, 3, true, 5, 5); /* its node repeats that, too */
		v[2] = give(s, later, 4, "zeal", 5, 5, 2);
		v[3] = give_on(s, later, 5, 8, "zeal", 6, 6, 0);
		v[4] = give_on(s, later, 6, 8, "zeal", 6, 6, 2);
		v[5] = give(s, later, 7, "zeal", 7, 7, 0);
	}
	assert_memory_equal(said[0], said[1], sizeof said[0]);
	assert_int_equal(said[0][0], VERDICT_OK);
	assert_int_equal(said[0][2], VERDICT_WITHDRAWN);
	assert_int_equal(said[0][3], VERDICT_TWO);
	assert_int_equal(said[0][4], VERDICT_OK);
}

/* Who said what is a question of when: no later statement about the key is one about what it has said. */
static void test_a_key_has_its_times(void **state)
{
	static const struct {
		uint64_t index, holder, added, withdrawn;
	} rows[] = {
		{ 3, 1, 2, 5 }, { 4, 1, 2, 5 }, { 5, 2, 5, 6 },	 { 6, 9, 6, 7 },
		{ 7, 9, 6, 7 }, { 8, 9, 6, 7 }, { 99, 9, 6, 7 },
	};
	struct scene *s = *state;
	const struct log_key log = { 7, 0, 1 };
	uint8_t key[KEY_HASH_LEN] = { 3 }, at[KEY_HASH_LEN] = { 2 };
	struct key_view view;

	add_key(s, log, 0, 1, 7);
	add_key(s, log, 1, 3, 1); /* holder 1 has it from entry 2 on */
	add_key(s, log, 4, 3, 2); /* our own door refuses this: the one before it ends with it */
	add_key(s, log, 5, 3, 9);
	put_key(s, log, 6, true, 3, 1);
	put_key(s, log, 7, true, 3, 1); /* again: it ended before */
	assert_int_equal(fold_key(&s->fold, &log, key, 0, &view), ERR_NOT_FOUND);
	assert_int_equal(fold_key(&s->fold, &log, key, 1, &view), ERR_NOT_FOUND);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		assert_int_equal(fold_key(&s->fold, &log, key, rows[i].index, &view), ERR_OK);
		assert_int_equal(view.holder, rows[i].holder);
		assert_int_equal(view.added, rows[i].added);
		assert_int_equal(view.withdrawn, rows[i].withdrawn);
		assert_int_equal(key_is_in_force(&view, rows[i].index), rows[i].index < rows[i].withdrawn);
	}
	/* A list has each key once, as it stands now. */
	assert_int_equal(fold_next_key(&s->fold, &log, at, &view), ERR_OK);
	assert_int_equal(at[0], 3);
	assert_int_equal(view.holder, 9);
	assert_int_equal(fold_next_key(&s->fold, &log, at, &view), ERR_NOT_FOUND);
	memset(at, 0, sizeof at);
	assert_int_equal(fold_next_key(&s->fold, &log, at, &view), ERR_OK);
	assert_int_equal(view.holder, 7);
}

/* A post's key that words are sealed for; withdrawn where it was added before. */
static enum verdict put_recipient(struct scene *s, struct log_key log, uint64_t index, bool is_withdrawal,
				  uint8_t byte, size_t len)
{
	struct entry entry = { .index = index, .signatures_count = 1 };
	struct signer signer = { .is_good = true, .registrar_in = 1 };
	struct statement st = { .kind = KIND_KEYS,
				.party = bytes_str(names[log.party]),
				.role = BYTES_LIT("watch") };
	struct fold_input in = { .entry = &entry, .statement = &st, .signers = &signer, .log = log };
	uint8_t memory[4][RECIPIENT_HYBRID_LEN + 8], raw[RECIPIENT_HYBRID_LEN];
	struct buf act = BUF_ON(memory[0]), use = BUF_ON(memory[1]), key = BUF_ON(memory[2]),
		   roles = BUF_ON(memory[3]);
	struct entry_view view;

	memset(raw, byte, sizeof raw);
	in.named_key[0] = byte;
	cbor_put_uint(&act, is_withdrawal);
	cbor_put_uint(&use, KEY_USE_RECIPIENT);
	cbor_put_bytes(&key, (struct bytes){ raw, len });
	cbor_put_array(&roles, 2);
	cbor_put_text(&roles, BYTES_LIT("nobody"));
	cbor_put_text(&roles, BYTES_LIT("zeal"));
	st.fields[0] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&act) };
	st.fields[1] = (struct field){ FIELD_KEYS_USE, buf_bytes(&use) };
	st.fields[2] = (struct field){ FIELD_KEYS_KEY, buf_bytes(&key) };
	st.fields[3] = (struct field){ FIELD_KEYS_ROLES, buf_bytes(&roles) };
	st.fields_count = is_withdrawal ? 3 : 4;
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	return view.verdict;
}

/*
 * What words are sealed for goes on into the next epoch, of a post by two as of another; what was withdrawn
 * does not.
 */
static void test_recipients_go_on(void **state)
{
	struct scene *s = *state;
	const struct log_key first = { 7, 0, 1 }, next = { 7, 0, 2 };
	const uint8_t key[KEY_HASH_LEN] = { 3 };
	struct recipient_view view;

	s->accord.two_roles = 2; /* zeal */
	open_epoch(s, first, 0, 0);
	assert_int_equal(put_recipient(s, first, 1, false, 3, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, first, 2, false, 4, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, first, 3, true, 4, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, first, 4, false, 5, RECIPIENT_X25519_LEN), VERDICT_OK);
	/*
	 * Behind where the next one begins: added anew, and withdrawn. Which is folded first changes nothing.
	 */
	assert_int_equal(put_recipient(s, first, 5, false, 3, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, first, 6, true, 5, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(fold_recipient(&s->fold, &first, key, 4, &view), ERR_OK);
	assert_int_equal(view.view.added, 2);
	open_epoch(s, next, 1, 5);
	assert_int_equal(put_recipient(s, next, 1, false, 3, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, next, 2, false, 4, RECIPIENT_X25519_LEN), VERDICT_TWO);
	assert_int_equal(put_recipient(s, next, 3, false, 5, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, next, 4, false, 3, RECIPIENT_X25519_LEN), VERDICT_TWO); /* once */
	s->accord.two_roles = 0;
	assert_int_equal(put_recipient(s, next, 5, false, 4, RECIPIENT_X25519_LEN), VERDICT_WITHDRAWN);
}

/* Posts' keys act by position in a log, as officers' do, and are no officers' keys. */
static void test_recipients(void **state)
{
	struct scene *s = *state;
	struct log_key log = { 7, 0, 1 }, other = { 7, 1, 1 };
	uint8_t at[KEY_HASH_LEN] = { 0 };
	struct recipient_view view;
	struct key_view officer;

	assert_int_equal(put_recipient(s, log, 0, false, 3, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, log, 1, false, 5, RECIPIENT_HYBRID_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, log, 2, true, 3, RECIPIENT_X25519_LEN), VERDICT_OK);
	/* which nobody added */
	assert_int_equal(put_recipient(s, log, 3, true, 4, RECIPIENT_X25519_LEN), VERDICT_OK);
	assert_int_equal(put_recipient(s, log, 4, false, 3, RECIPIENT_X25519_LEN), VERDICT_WITHDRAWN);
	assert_int_equal(fold_next_recipient(&s->fold, &log, at, &view), ERR_OK);
	assert_int_equal(view.key_len, RECIPIENT_X25519_LEN);
	assert_int_equal(view.key[31], 3);
	assert_int_equal(view.view.roles, 1 << 1);
	assert_false(key_is_in_force(&view.view, 0));
	assert_true(key_is_in_force(&view.view, 1));
	assert_true(key_is_in_force(&view.view, 2));
	assert_false(key_is_in_force(&view.view, 3));
	assert_int_equal(fold_next_recipient(&s->fold, &log, at, &view), ERR_OK);
	assert_int_equal(view.key_len, RECIPIENT_HYBRID_LEN);
	assert_int_equal(view.key[RECIPIENT_HYBRID_LEN - 1], 5);
	assert_true(key_is_in_force(&view.view, UINT64_MAX - 1));
	assert_int_equal(fold_next_recipient(&s->fold, &log, at, &view), ERR_NOT_FOUND);
	memset(at, 0, sizeof at);
	assert_int_equal(fold_next_recipient(&s->fold, &other, at, &view), ERR_NOT_FOUND);
	assert_int_equal(fold_next_key(&s->fold, &log, at, &officer), ERR_NOT_FOUND);
	/* What was withdrawn before it was added bars the key: nobody has it, of either kind. */
	put_key(s, log, 5, true, 9, 1);
	assert_int_equal(fold_recipient(&s->fold, &log, (const uint8_t[KEY_HASH_LEN]){ 4 }, 5, &view),
			 ERR_NOT_FOUND);
	assert_int_equal(fold_key(&s->fold, &log, (const uint8_t[KEY_HASH_LEN]){ 9 }, 6, &officer),
			 ERR_NOT_FOUND);
	assert_int_equal(fold_next_key(&s->fold, &log, at, &officer), ERR_NOT_FOUND);
}

/* Of a node's own keys the accord says which are good: they leave no row, and nobody is let in by them. */
static void test_a_nodes_key_lets_nobody_in(void **state)
{
	struct scene *s = *state;
	const struct log_key log = { 7, 0, 1 };
	struct entry entry = { .index = 0, .signatures_count = 1 };
	struct signer signer = { .is_good = true, .registrar_in = 1 };
	struct statement st = { .kind = KIND_KEYS, .party = bytes_str(names[0]), .role = BYTES_LIT("watch") };
	struct fold_input in = { .entry = &entry, .statement = &st, .signers = &signer, .log = log };
	uint8_t memory[2][2], at[KEY_HASH_LEN] = { 0 };
	struct buf act = BUF_ON(memory[0]), use = BUF_ON(memory[1]);
	struct recipient_view recipient;
	struct entry_view view;
	struct key_view key;

	cbor_put_uint(&act, 0);
	cbor_put_uint(&use, KEY_USE_LOG);
	st.fields[0] = (struct field){ FIELD_KEYS_ACT, buf_bytes(&act) };
	st.fields[1] = (struct field){ FIELD_KEYS_USE, buf_bytes(&use) };
	st.fields_count = 2;
	assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
	assert_int_equal(fold_next_key(&s->fold, &log, at, &key), ERR_NOT_FOUND);
	assert_int_equal(fold_next_recipient(&s->fold, &log, at, &recipient), ERR_NOT_FOUND);
}

/* A party's one officer. */
static void enrol(struct scene *s, size_t party)
{
	struct log_key log = { 7, party, 1 };

	add_key(s, log, s->sizes[party], (uint8_t)(party + 1), 1);
	s->places[s->count++] = (struct place_key){ log, s->sizes[party]++ };
}

/* A third party that joined on channels of its own is nobody on this one: it says and hears nothing there. */
static void test_who_is_on_a_channel(void **state)
{
	static const struct {
		const char *party, *role;
		size_t author;
		enum verdict want;
	} rows[] = {
		{ "birch", "watch", 0, VERDICT_OK },
		{ "cedar", "watch", 0, VERDICT_ADDRESSEE },   /* not of this channel */
		{ "cedar", ROLE_NODE, 0, VERDICT_ADDRESSEE }, /* its node neither */
		{ "nobody", "watch", 0, VERDICT_ADDRESSEE },
		{ "birch", "nobody", 0, VERDICT_ADDRESSEE },
		{ "birch", "zeal", 0, VERDICT_ADDRESSEE }, /* a post of another party's */
		{ "birch", "watch", 2, VERDICT_CHANNEL },
	};
	struct scene *s = *state;
	struct signer signer = { .is_good = true };

	s->accord.parties_count = 3;
	for (size_t i = 0; i < 3; i++) {
		static const char *const all[] = { "aster", "birch", "cedar" };
		snprintf(s->accord.parties[i].name, sizeof s->accord.parties[i].name, "%s", all[i]);
	}
	snprintf(s->accord.parties[2].code, sizeof s->accord.parties[2].code, "CEDAR");
	s->accord.roles[0].parties = 7;
	s->accord.roles[1].parties = 1;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct log_key log = { 7, rows[i].author, 1 };
		struct statement st = { .kind = KIND_MESSAGE,
					.channel = 7,
					.id = { (uint8_t)(i + 1) },
					.party = bytes_str(s->accord.parties[rows[i].author].name),
					.role = BYTES_LIT("watch"),
					.has_precedence = true,
					.precedence = PRECEDENCE_PRIORITY,
					.has_label = true,
					.addressees_count = 1 };
		struct entry entry = { .index = i + 1, .signatures_count = 1 };
		struct fold_input in = { .entry = &entry, .statement = &st, .signers = &signer, .log = log };
		struct entry_view view;

		/* For the two that are on it; nobody else need be named. */
		st.label.level = BYTES_LIT("U");
		st.label.categories_count = 1;
		st.label.categories[0] = (struct label_category){ BYTES_LIT("rel"), 0, 2 };
		st.label.values_count = 2;
		st.label.values[0] = bytes_str(codes[0]);
		st.label.values[1] = bytes_str(codes[1]);
		st.addressees[0] =
			(struct addressee){ bytes_str(rows[i].party), bytes_str(rows[i].role), false };
		st.claimed.ms = entry.filed.ms = GIVEN_MS;
		signer.key[0] = (uint8_t)(rows[i].author + 1);
		if (i == 0)
			assert_int_equal(give(s, log, 0, "watch", signer.key[0], 1, 0), VERDICT_OK);
		assert_int_equal(fold_entry(&s->fold, &in, &view), ERR_OK);
		assert_int_equal(view.verdict, rows[i].want);
	}
}

/* A party that observes on a channel says there what its log needs, and nobody asks it anything. */
static void test_who_observes(void **state)
{
	static const struct {
		const char *why;
		size_t party;
		uint64_t kind;
		size_t refers;
		struct twist twist;
		enum verdict want;
	} rows[] = {
		{ "asked by another", 0, KIND_MESSAGE, 0, { 0 }, VERDICT_ADDRESSEE },
		{ "told by another", 0, KIND_MESSAGE, 0, { .is_told = true }, VERDICT_OK },
		{ "its node is asked", 0, KIND_MESSAGE, 0, { .to_role = ROLE_NODE }, VERDICT_ADDRESSEE },
		{ "it speaks", 1, KIND_MESSAGE, 0, { 0 }, VERDICT_OBSERVER },
		{ "... how urgently is not looked at",
		  1,
		  KIND_MESSAGE,
		  0,
		  { .precedence = 9 },
		  VERDICT_OBSERVER },
		{ "it has read it", 1, KIND_WATCH_READ, 4, { 0 }, VERDICT_OBSERVER },
		{ "it answers", 1, KIND_REPLY, 4, { 0 }, VERDICT_OBSERVER },
		{ "it remarks", 1, KIND_REMARK, 0, { 0 }, VERDICT_OBSERVER },
		{ "a kind that nobody knows", 1, 4000, 0, { 0 }, VERDICT_RAW },
		{ "a digest of its node", 1, KIND_DIGEST, 0, { .is_node = true }, VERDICT_OBSERVER },
		{ "a fork that its node proves",
		  1,
		  KIND_FORK,
		  0,
		  { .is_node = true, .has_content = true },
		  VERDICT_OK },
		{ "it erases its own words", 1, KIND_ERASE, 5, { .second_key = 8 }, VERDICT_OK },
		{ "... and by no post",
		  1,
		  KIND_ERASE,
		  5,
		  { .second_key = 8, .role = "nobody" },
		  VERDICT_ROLE },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct scene *s;
		struct entry_view view;
		struct machine machine;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		add_key(s, (struct log_key){ 7, 1, 1 }, s->sizes[1], 2, 3);
		s->places[s->count++] = (struct place_key){ { 7, 1, 1 }, s->sizes[1]++ };
		add_key(s, (struct log_key){ 7, 1, 1 }, s->sizes[1], 8, 4);
		s->places[s->count++] = (struct place_key){ { 7, 1, 1 }, s->sizes[1]++ };
		s->accord.channels[0].observers = 2;
		(void)put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .is_told = true });
		(void)put(s, 1, KIND_MESSAGE, 0, &(struct twist){ 0 });
		(void)fold_machine(&s->fold, 7, &machine);
		assert_int_equal(machine.parties, 1); /* of what begins now */
		if (rows[i].party == 1)
			s->accord.channels[0].writers = 2; /* none of its posts: it has no need of one */
		view = put(s, rows[i].party, rows[i].kind, rows[i].refers, &rows[i].twist);
		if (view.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(view.verdict));
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

static void test_sealing(void **state)
{
	static const struct {
		bool is_sealed, is_required, has_content;
		enum sealing sealing;
		enum verdict want;
	} rows[] = {
		{ false, false, true, SEALING_NONE, VERDICT_OK },
		{ false, false, true, SEALING_X25519, VERDICT_OK },
		{ false, true, true, SEALING_NONE, VERDICT_OK },
		{ false, true, true, SEALING_X25519, VERDICT_SEALING },
		{ false, true, true, SEALING_HYBRID, VERDICT_OK },
		{ true, false, false, SEALING_NONE, VERDICT_OK },
		{ true, false, true, SEALING_NONE, VERDICT_SEALING },
		{ true, false, true, SEALING_X25519, VERDICT_OK },
		{ true, false, true, SEALING_HYBRID, VERDICT_OK },
		{ true, true, true, SEALING_NONE, VERDICT_SEALING },
		{ true, true, true, SEALING_X25519, VERDICT_SEALING },
		{ true, true, true, SEALING_HYBRID, VERDICT_OK },
	};
	struct scene *s = *state;

	enrol(s, 0);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist t = { .has_content = rows[i].has_content, .sealing = rows[i].sealing };
		s->accord.channels[0].is_sealed = rows[i].is_sealed;
		s->accord.post_quantum = rows[i].is_required ? POST_QUANTUM_REQUIRED : POST_QUANTUM_PREFERRED;
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &t).verdict, rows[i].want);
		t.is_node = true; /* holds no words of a person */
		assert_int_equal(put(s, 0, KIND_FORK, 0, &t).verdict, VERDICT_OK);
	}
}

static void test_verdicts(void **state)
{
	static const struct {
		const char *why;
		size_t party;
		uint64_t kind;
		size_t refers; /* 3: aster's message */
		struct twist twist;
		enum verdict want;
	} rows[] = {
		{ "a message counts", 0, KIND_MESSAGE, 0, { 0 }, VERDICT_OK },
		{ "a false signature",
		  0,
		  KIND_MESSAGE,
		  0,
		  { .is_false_signature = true },
		  VERDICT_SIGNATURE },
		{ "an unknown key", 0, KIND_MESSAGE, 0, { .is_unknown_key = true }, VERDICT_KEY },
		{ "a role that may not write", 0, KIND_MESSAGE, 0, { .role = "zeal" }, VERDICT_ROLE },
		{ "a precedence that is not allowed",
		  0,
		  KIND_MESSAGE,
		  0,
		  { .precedence = 1 },
		  VERDICT_PRECEDENCE },
		{ "a label that leaves a party out",
		  0,
		  KIND_MESSAGE,
		  0,
		  { .is_without_rel = true },
		  VERDICT_REL },
		{ "an addressee that nobody knows",
		  0,
		  KIND_MESSAGE,
		  0,
		  { .to_role = "nobody" },
		  VERDICT_ADDRESSEE },
		{ "said before", 0, KIND_MESSAGE, 0, { .is_repeat = true }, VERDICT_REPEATED },
		{ "a kind of the future", 0, 700, 0, { 0 }, VERDICT_RAW },
		{ "read by the other party", 1, KIND_WATCH_READ, 3, { 0 }, VERDICT_OK },
		{ "read by its own author", 0, KIND_WATCH_READ, 3, { 0 }, VERDICT_REFERS },
		{ "refers to another leaf",
		  1,
		  KIND_WATCH_READ,
		  3,
		  { .is_wrong_leaf = true },
		  VERDICT_REFERS },
		{ "presented without having read", 1, KIND_PRESENTED, 3, { 0 }, VERDICT_STEP },
		{ "read back without having read", 1, KIND_READ_BACK, 3, { 0 }, VERDICT_STEP },
		{ "a mark on what is no read-back", 0, KIND_MARK, 3, { 0 }, VERDICT_REFERS },
		{ "an officer's kind without a signature",
		  1,
		  KIND_WATCH_READ,
		  3,
		  { .is_node = true },
		  VERDICT_SIGNATURE },
		{ "a node may ask", 0, KIND_QUERY, 3, { .is_node = true }, VERDICT_OK },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct scene *s;
		struct entry_view view;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		enrol(s, 1);
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
		view = put(s, rows[i].party, rows[i].kind, rows[i].refers, &rows[i].twist);
		if (view.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(view.verdict));
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/*
 * What a node may say by itself, of what and where. Position 2 is aster's FLASH, signed by an officer; 3 is a
 * line check of aster's node.
 */
static void test_a_node_says_little(void **state)
{
	static const struct {
		const char *why;
		enum plane plane;
		size_t party;
		uint64_t kind;
		size_t refers;
		struct twist twist;
		enum verdict want;
	} rows[] = {
		{ "it answers a line check", PLANE_SERVICE, 1, KIND_REPLY, 4, { .form = "N01" }, VERDICT_OK },
		{ "and no officer's message",
		  PLANE_SERVICE,
		  1,
		  KIND_REPLY,
		  3,
		  { .form = "N01" },
		  VERDICT_REFERS },
		{ "nor its own check", PLANE_SERVICE, 0, KIND_REPLY, 4, { .form = "N01" }, VERDICT_REFERS },
		{ "a reply without the form", PLANE_SERVICE, 1, KIND_REPLY, 4, { 0 }, VERDICT_ROLE },
		{ "a reply elsewhere", PLANE_LEADER, 1, KIND_REPLY, 3, { 0 }, VERDICT_ROLE },
		{ "nor with the form", PLANE_LEADER, 1, KIND_REPLY, 3, { .form = "N01" }, VERDICT_ROLE },
		{ "a line check",
		  PLANE_SERVICE,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .form = "N01", .precedence = 9 },
		  VERDICT_OK },
		{ "to a person",
		  PLANE_SERVICE,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .form = "N01", .precedence = 9, .to_role = "watch" },
		  VERDICT_ADDRESSEE },
		{ "that is urgent", PLANE_SERVICE, 1, KIND_MESSAGE, 0, { .form = "N01" }, VERDICT_ROLE },
		{ "with words",
		  PLANE_SERVICE,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .form = "N01", .precedence = 9, .has_content = true },
		  VERDICT_ROLE },
		{ "another form",
		  PLANE_SERVICE,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .form = "N20", .precedence = 9 },
		  VERDICT_ROLE },
		{ "a message", PLANE_SERVICE, 1, KIND_MESSAGE, 0, { .precedence = 9 }, VERDICT_ROLE },
		{ "a FLASH with words",
		  PLANE_LEADER,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .to_role = "watch", .has_content = true },
		  VERDICT_ROLE },
		{ "a line check elsewhere",
		  PLANE_LEADER,
		  1,
		  KIND_MESSAGE,
		  0,
		  { .form = "N01", .precedence = 9 },
		  VERDICT_ROLE },
		{ "what became of its own", PLANE_LEADER, 0, KIND_QUERY, 3, { 0 }, VERDICT_OK },
		{ "of another's", PLANE_LEADER, 1, KIND_QUERY, 3, { 0 }, VERDICT_REFERS },
		{ "of what is no message", PLANE_LEADER, 0, KIND_QUERY, 1, { 0 }, VERDICT_REFERS },
		{ "with words", PLANE_LEADER, 0, KIND_QUERY, 3, { .has_content = true }, VERDICT_ROLE },
		{ "it cannot be read", PLANE_LEADER, 1, KIND_NEGATIVE, 3, { 0 }, VERDICT_OK },
		{ "with words", PLANE_LEADER, 1, KIND_NEGATIVE, 3, { .has_content = true }, VERDICT_ROLE },
		{ "who was called", PLANE_LEADER, 1, KIND_ESCALATED, 3, { 0 }, VERDICT_OK },
		{ "of its own message", PLANE_LEADER, 0, KIND_ESCALATED, 3, { 0 }, VERDICT_REFERS },
		{ "with words", PLANE_LEADER, 1, KIND_ESCALATED, 3, { .has_content = true }, VERDICT_ROLE },
		{ "nobody answered", PLANE_LEADER, 0, KIND_LAPSE, 3, { 0 }, VERDICT_OK },
		{ "with words", PLANE_LEADER, 0, KIND_LAPSE, 3, { .has_content = true }, VERDICT_ROLE },
		{ "the proof of a fork", PLANE_LEADER, 1, KIND_FORK, 0, { .has_content = true }, VERDICT_OK },
		{ "a digest with words",
		  PLANE_LEADER,
		  1,
		  KIND_DIGEST,
		  0,
		  { .has_content = true },
		  VERDICT_ROLE },
		{ "what persons say", PLANE_LEADER, 1, KIND_PRESENTED, 3, { 0 }, VERDICT_SIGNATURE },
		{ "an answer of persons", PLANE_LEADER, 1, KIND_DECLINE, 3, { 0 }, VERDICT_SIGNATURE },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist twist = rows[i].twist, check = {
			.is_node = true, .form = "N01", .precedence = 9, .to_role = ROLE_NODE
		};
		struct accord_channel *channel;
		struct scene *s;
		struct entry_view view;
		(void)open_scene(state);
		s = *state;
		channel = &s->accord.channels[0];
		channel->precedences = 15;
		enrol(s, 0);
		enrol(s, 1);
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
		channel->plane = PLANE_SERVICE;
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &check).verdict, VERDICT_OK);
		channel->plane = rows[i].plane;
		twist.is_node = true;
		if (twist.to_role == NULL)
			twist.to_role = ROLE_NODE;
		view = put(s, rows[i].party, rows[i].kind, rows[i].refers, &twist);
		if (view.verdict != rows[i].want)
			fail_msg("%s, kind %u: got %s", rows[i].why, (unsigned)rows[i].kind,
				 verdict_name(view.verdict));
		assert_false(look(s, 2)->ladders[0].highest > STEP_QUEUED);
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/* The scene's accord gets guidelines with one level, which the plane of the channel carries. */
static struct guidelines *guide(struct scene *s)
{
	static struct guidelines g;

	g = (struct guidelines){ .parties_count = 2, .members = 3, .levels_count = 2, .agreements_count = 1 };
	snprintf(g.levels[0].code, sizeof g.levels[0].code, "LOW");
	snprintf(g.levels[1].code, sizeof g.levels[1].code, "U");
	for (size_t i = 0; i < 2; i++) {
		snprintf(g.parties[i].code, sizeof g.parties[i].code, "%s", codes[i]);
		g.nodes[i] = g.roles[i] = (struct guidelines_reader){ .clearance = { 1, 0 }, .line = 3 };
	}
	g.agreements[0] = (struct guidelines_agreement){
		.parties = 3, .ceiling = 1, .via = GUIDELINES_NO_VIA, .line = 2
	};
	g.planes[PLANE_CONSULT] = (struct guidelines_ceiling){ 1, 4 };
	g.releases[0] = (struct guidelines_release){ .when = RELEASE_WITHIN, .line = 5 };
	g.releases_count = 1;
	s->accord.guidelines = &g;
	return &g;
}

static void test_guidelines(void **state)
{
	struct scene *s = *state;
	struct guidelines *g = guide(s);

	enrol(s, 0);
	enrol(s, 1);
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .is_without_rel = true }).verdict,
			 VERDICT_REL);
	g->planes[PLANE_CONSULT].level = 0;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_LABEL);
	/* A node's own question has no marking to be judged. */
	assert_int_equal(put(s, 0, KIND_QUERY, 3, &(struct twist){ .is_node = true }).verdict, VERDICT_OK);
	s->accord.guidelines = NULL;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
}

struct acting_row {
	const char *why;
	uint64_t kind;
	const char *role, *acting_for, *to;
	struct accord_acting acting;
	enum verdict want;
};

/*
 * Who answers for zeal: by a line of the accord watch, on this plane at these precedences; of watch no line
 * speaks. Aster's message is to zeal.
 */
static void act_for(void **state, const struct acting_row *row, bool has_ended)
{
	const struct twist answer = { .role = row->role, .acting_for = row->acting_for, .field = 200000 };
	struct scene *s;
	enum verdict got;

	(void)open_scene(state);
	s = *state;
	s->accord.channels[0].writers = 3;
	s->accord.roles_count = 3;
	snprintf(s->accord.roles[2].name, sizeof s->accord.roles[2].name, "third");
	enrol(s, 0);
	enrol(s, 1);
	if (strcmp(row->role, "zeal") == 0)
		assert_int_equal(give(s, (struct log_key){ 7, 1, 1 }, s->sizes[1]++, "zeal", 2, 2, 0),
				 VERDICT_OK);
	s->accord.acting[0] = row->acting;
	s->accord.acting_count = row->acting.planes != 0;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .to_role = row->to }).verdict,
			 VERDICT_OK);
	assert_int_equal(put(s, 1, KIND_WATCH_READ, 3, &(struct twist){ .role = row->role }).verdict,
			 VERDICT_OK);
	s->accord.roles[1].until_ms = has_ended;
	got = put(s, 1, row->kind, 3, &answer).verdict;
	if (got != row->want)
		fail_msg("%s: got %s", row->why, verdict_name(got));
}

static void test_acting(void **state)
{
	static const struct acting_row rows[] = {
		{ "no line", KIND_DECLINE, "watch", NULL, "zeal", { 0 }, VERDICT_OK },
		{ "no line, and he says so", KIND_DECLINE, "watch", "zeal", "zeal", { 0 }, VERDICT_ACTING },
		{ "for his own post", KIND_DECLINE, "watch", "watch", "zeal", { 0 }, VERDICT_OK },
		{ "for none that there is", KIND_DECLINE, "watch", "head", "zeal", { 0 }, VERDICT_ACTING },
		{ "a line", KIND_DECLINE, "watch", "zeal", "zeal", { 0, 1, 2, 1 }, VERDICT_OK },
		{ "a line, silently", KIND_DECLINE, "watch", NULL, "zeal", { 0, 1, 2, 1 }, VERDICT_OK },
		{ "another plane", KIND_DECLINE, "watch", NULL, "zeal", { 0, 1, 61, 15 }, VERDICT_ACTING },
		{ "another precedence",
		  KIND_DECLINE,
		  "watch",
		  "zeal",
		  "zeal",
		  { 0, 1, 2, 14 },
		  VERDICT_ACTING },
		{ "of another post", KIND_DECLINE, "watch", NULL, "zeal", { 1, 0, 2, 1 }, VERDICT_OK },
		{ "for another that others act for",
		  KIND_DECLINE,
		  "watch",
		  NULL,
		  "zeal",
		  { 2, 1, 2, 1 },
		  VERDICT_ACTING },
		{ "its holder", KIND_DECLINE, "zeal", NULL, "zeal", { 2, 1, 2, 1 }, VERDICT_OK },
		{ "a reply", KIND_REPLY, "watch", NULL, "zeal", { 2, 1, 2, 1 }, VERDICT_ACTING },
		{ "deferred", KIND_DEFER, "watch", NULL, "zeal", { 2, 1, 2, 1 }, VERDICT_ACTING },
		{ "presented to it", KIND_PRESENTED, "watch", NULL, "zeal", { 2, 1, 2, 1 }, VERDICT_OK },
		{ "to a post that nobody acts for",
		  KIND_DECLINE,
		  "watch",
		  NULL,
		  "watch",
		  { 2, 1, 2, 1 },
		  VERDICT_OK },
		{ "to both, for one of them",
		  KIND_DECLINE,
		  "watch",
		  "watch",
		  "zeal",
		  { 2, 1, 2, 1 },
		  VERDICT_OK },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		act_for(state, &rows[i], false);
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/* Nobody goes on speaking for a post whose authority has ended. */
static void test_acting_for_what_has_ended(void **state)
{
	static const struct acting_row rows[] = {
		{ "for one that has ended",
		  KIND_DECLINE,
		  "watch",
		  "zeal",
		  "zeal",
		  { 0, 1, 2, 1 },
		  VERDICT_EXPIRED },
		{ "silently", KIND_REPLY, "watch", NULL, "zeal", { 0, 1, 2, 1 }, VERDICT_EXPIRED },
		{ "for nobody else", KIND_DECLINE, "watch", "watch", "zeal", { 0, 1, 2, 1 }, VERDICT_OK },
		{ "where nobody speaks of it", KIND_DECLINE, "watch", NULL, "zeal", { 0 }, VERDICT_OK },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		act_for(state, &rows[i], true);
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/* Until the last millisecond, by what is claimed and by what is filed. */
static void test_a_post_has_its_time(void **state)
{
	static const struct {
		const char *why;
		uint64_t until_ms, late_ms, filed_late_ms;
		enum verdict want;
	} rows[] = {
		{ "for ever", 0, 0, 0, VERDICT_OK },
		{ "the millisecond before", 103001, 0, 0, VERDICT_OK },
		{ "both at its end", 103000, 0, 0, VERDICT_EXPIRED },
		{ "filed at its end, claimed before", 103500, 0, 500, VERDICT_EXPIRED },
		{ "claimed at its end", 103500, 500, 0, VERDICT_EXPIRED },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct twist twist = { .late_ms = rows[i].late_ms,
					     .filed_late_ms = rows[i].filed_late_ms };
		struct scene *s;
		enum verdict got;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		enrol(s, 1);
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
		s->accord.roles[0].until_ms = rows[i].until_ms;
		got = put(s, 0, KIND_MESSAGE, 0, &twist).verdict;
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/*
 * An erasure is of the own party's words, on their channel, by two persons. Aster has three keys: 1 and 3 are
 * one person's, 4 is another's.
 */
static void test_erasures(void **state)
{
	static const struct {
		const char *why;
		size_t party;
		size_t refers; /* positions plus one: see below */
		struct twist twist;
		enum verdict want;
	} rows[] = {
		{ "two persons", 0, 5, { .second_key = 4 }, VERDICT_OK },
		{ "one signature", 0, 5, { 0 }, VERDICT_TWO },
		{ "one key twice", 0, 5, { .second_key = 1 }, VERDICT_TWO },
		{ "two keys of one person", 0, 5, { .second_key = 3 }, VERDICT_TWO },
		{ "a second key that is not enrolled", 0, 5, { .second_key = 9 }, VERDICT_KEY },
		{ "the other party's words", 0, 6, { .second_key = 4 }, VERDICT_REFERS },
		{ "words that never counted", 0, 7, { .second_key = 4 }, VERDICT_OK },
		{ "another leaf", 0, 5, { .second_key = 4, .is_wrong_leaf = true }, VERDICT_REFERS },
		{ "from another channel", 0, 5, { .second_key = 4, .is_elsewhere = true }, VERDICT_REFERS },
		{ "the evidence of a fork", 0, 8, { .second_key = 4 }, VERDICT_REFERS },
		{ "a role that may not write", 0, 5, { .second_key = 4, .role = "zeal" }, VERDICT_ROLE },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist none = { 0 }, node = { .is_node = true };
		struct log_key log = { 7, 0, 1 }, elsewhere = { 8, 0, 1 };
		struct scene *s;
		struct entry_view view;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0); /* positions 0 to 3 */
		enrol(s, 1);
		add_key(s, log, s->sizes[0]++, 3, 1);
		s->count++;
		add_key(s, log, s->sizes[0]++, 4, 2);
		s->count++;
		put(s, 0, KIND_MESSAGE, 0, &none);					   /* 4 */
		put(s, 1, KIND_MESSAGE, 0, &none);					   /* 5 */
		put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .is_false_signature = true }); /* 6 */
		assert_int_equal(put(s, 0, KIND_FORK, 0, &node).verdict, VERDICT_OK);	   /* 7 */
		add_key(s, elsewhere, 0, 1, 1);
		add_key(s, elsewhere, 0, 4, 2);
		view = put(s, rows[i].party, KIND_ERASE, rows[i].refers, &rows[i].twist);
		if (view.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(view.verdict));
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/* Under guidelines as many persons as they say, and never one alone. */
static void test_erasers(void **state)
{
	static const struct {
		uint8_t by, second_key;
		enum verdict want;
	} rows[] = {
		{ 3, 4, VERDICT_TWO }, { 2, 4, VERDICT_OK }, { 1, 0, VERDICT_TWO }, { 1, 4, VERDICT_OK }
	};
	struct scene *s = *state;
	struct guidelines *g = guide(s);

	enrol(s, 0);
	enrol(s, 1);
	add_key(s, (struct log_key){ 7, 0, 1 }, s->sizes[0]++, 4, 2);
	s->count++;
	put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }); /* 3 */
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist twist = { .second_key = rows[i].second_key };
		g->acts[GUIDELINES_ERASE].by = rows[i].by;
		g->roles[0].may_release = true;
		assert_int_equal(put(s, 0, KIND_ERASE, 4, &twist).verdict, rows[i].want);
	}
}

/*
 * The first signed it long before it was filed: no clock is off. A claim of the future shows one all the
 * same.
 */
static void test_two_take_their_time(void **state)
{
	struct scene *s = *state;
	struct twist slow = { .filed_late_ms = 3600000 }, slow_two = { .filed_late_ms = 3600000 },
		     early_two = { .late_ms = 3600000 };

	enrol(s, 0);
	enrol(s, 1);
	add_key(s, (struct log_key){ 7, 0, 1 }, s->sizes[0]++, 4, 2);
	slow_two.second_key = early_two.second_key = 4;
	assert_true(put(s, 0, KIND_MESSAGE, 0, &slow).is_flagged);
	assert_false(put(s, 0, KIND_MESSAGE, 0, &slow_two).is_flagged);
	assert_true(put(s, 0, KIND_MESSAGE, 0, &early_two).is_flagged);
}

static enum err fetch(void *self, const struct place_key *place, struct statement *statement,
		      struct wall *filed)
{
	const struct scene *s = self;

	for (size_t i = 0; i < s->count; i++) {
		if (place_key_equal(&s->places[i], place)) {
			*statement = s->statements[i];
			*filed = s->filed[i];
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

static enum err all_but_one(void *self, const struct place_key *at)
{
	const struct place_key *one = self;

	return place_key_equal(one, at) ? ERR_NOT_FOUND : ERR_OK;
}

static struct message_view *look(struct scene *s, size_t position)
{
	static struct message_view view;

	struct ladder_reading in = { &s->fold, NULL, fetch, s };

	worked(s,
	       ladder_read(&in, &s->places[position], &s->statements[position], s->filed[position], &view));
	return &view;
}

static void test_flash_climbs(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 };
	struct owed_view owed;
	struct message_view *v;

	enrol(s, 0);
	enrol(s, 1);
	put(s, 0, KIND_MESSAGE, 0, &none); /* position 2, a FLASH */
	v = look(s, 2);
	assert_int_equal(v->ladders[0].highest, STEP_QUEUED);
	assert_true(v->ladders[0].needs_read_back);
	assert_int_equal(fold_owed(&s->fold, &s->places[2], &owed), ERR_OK);
	put(s, 1, KIND_WATCH_READ, 3, &none);
	assert_int_equal(look(s, 2)->ladders[0].highest, STEP_WATCH_READ);
	put(s, 1, KIND_READ_BACK, 3, &none); /* position 4 */
	v = look(s, 2);
	assert_false(v->ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_true(v->ladders[0].read_back_offered.is_proved);
	put(s, 0, KIND_MARK, 5, &(struct twist){ .field = 1 });
	v = look(s, 2);
	assert_true(v->ladders[0].is_wrong);
	assert_false(v->ladders[0].steps[STEP_READ_BACK].is_proved);
	put(s, 1, KIND_READ_BACK, 3, &none); /* position 6: the author is to mark this one */
	v = look(s, 2);
	assert_false(v->ladders[0].is_wrong);
	assert_int_equal(v->ladders[0].read_back_offered.evidence.index, s->places[6].index);
	put(s, 0, KIND_MARK, 7, &none);
	v = look(s, 2);
	assert_false(v->ladders[0].is_wrong);
	assert_true(v->ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_int_equal(fold_owed(&s->fold, &s->places[2], &owed), ERR_NOT_FOUND);
	/* Its author sees that it was not: his last mark decides, on whichever of them. */
	put(s, 0, KIND_MARK, 7, &(struct twist){ .field = 1 });
	v = look(s, 2);
	assert_true(v->ladders[0].is_wrong);
	assert_false(v->ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_int_equal(v->ladders[0].highest, STEP_WATCH_READ);
	assert_int_equal(fold_owed(&s->fold, &s->places[2], &owed), ERR_OK);
	assert_int_equal(owed.precedence, PRECEDENCE_FLASH);
	assert_int_equal(owed.read, 0);
	assert_int_equal(owed.read_back, 1 << 1);
	put(s, 0, KIND_MARK, 5, &none); /* position 9: the first one was right after all */
	v = look(s, 2);
	assert_false(v->ladders[0].is_wrong);
	assert_true(v->ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_int_equal(v->ladders[0].steps[STEP_READ_BACK].evidence.index, s->places[9].index);
	assert_int_equal(fold_owed(&s->fold, &s->places[2], &owed), ERR_NOT_FOUND);
	/* Nothing is inferred: PRESENTED stays unproved when the reply comes first. */
	put(s, 1, KIND_REPLY, 3, &none);
	v = look(s, 2);
	assert_true(v->ladders[0].steps[STEP_REPLIED].is_proved);
	assert_false(v->ladders[0].steps[STEP_PRESENTED].is_proved);
}

/*
 * Two marks, one in each of the author's two logs, of which neither has seen the other: what an ended log had
 * lost comes to one node before what the next one says, and to another behind it. The ladder is as on the
 * first, and nothing else is owed.
 */
static void test_marks_in_whatever_order(void **state)
{
	static const struct {
		const char *why;
		uint64_t ms[2], marks[2]; /* of the log that ended, of the next one */
		bool is_correct;
	} rows[] = {
		{ "CORRECT, then WRONG", { 0, 1000 }, { 0, 1 }, false },
		{ "WRONG, then CORRECT", { 0, 1000 }, { 1, 0 }, true },
		{ "the one that was lost is the later, and says WRONG", { 1000, 0 }, { 1, 0 }, false },
		{ "the one that was lost is the later, and says CORRECT", { 1000, 0 }, { 0, 1 }, true },
		{ "at one time: by place", { 0, 0 }, { 0, 1 }, false },
		{ "at one time: by place", { 0, 0 }, { 1, 0 }, true },
	};

	for (size_t i = 0; i < 2 * ARRAY_COUNT(rows); i++) {
		const size_t r = i / 2, first = i % 2;
		struct twist none = { 0 };
		struct scene *s;
		struct owed_view owed;
		struct message_view *v;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		enrol(s, 1);
		add_key(s, (struct log_key){ 7, 0, 2 }, 0, 1, 1);
		put(s, 0, KIND_MESSAGE, 0, &none); /* position 2, a FLASH */
		put(s, 1, KIND_WATCH_READ, 3, &none);
		put(s, 1, KIND_READ_BACK, 3, &none);
		for (size_t n = 0; n < 2; n++) {
			size_t which = n ^ first;
			uint64_t ms = rows[r].ms[which] - n * 1000; /* put() gives each a second more */
			struct twist mark = { .is_later = which == 1,
					      .field = rows[r].marks[which],
					      .late_ms = ms,
					      .filed_late_ms = ms };
			assert_int_equal(put(s, 0, KIND_MARK, 5, &mark).verdict, VERDICT_OK);
		}
		v = look(s, 2);
		if (v->ladders[0].steps[STEP_READ_BACK].is_proved != rows[r].is_correct ||
		    v->ladders[0].is_wrong == rows[r].is_correct)
			fail_msg("%s: the ladder has another", rows[r].why);
		if ((fold_owed(&s->fold, &s->places[2], &owed) == ERR_NOT_FOUND) != rows[r].is_correct)
			fail_msg("%s: what is owed follows the order of folding", rows[r].why);
		test_map_finish(&s->rows);
		(void)open_scene(state);
	}
}

/* What a party says of its manning in two logs: the later counts, in whatever order they are folded. */
static void test_mannings_in_whatever_order(void **state)
{
	struct scene *s = *state;

	s->accord.channels[0].plane = PLANE_SERVICE;
	for (uint64_t first = 0; first < 2; first++) {
		struct manning_view view = { .depth = 9 };
		s->count = 0;
		s->sizes[0] = 1;
		for (size_t n = 0; n < 2; n++) {
			uint64_t depth = first ^ n, ms = (depth - n) * 1000;
			struct twist manning = { .is_node = true,
						 .is_later = depth == 0,
						 .field = depth,
						 .late_ms = ms,
						 .filed_late_ms = ms };
			assert_int_equal(put(s, 0, KIND_MANNING, 0, &manning).verdict, VERDICT_OK);
		}
		assert_int_equal(fold_next_manning(&s->fold, 7, 0, &view), ERR_OK);
		assert_int_equal(view.depth, 1);
		assert_int_equal(fold_drop(&s->fold), ERR_OK);
	}
}

/* A post is relieved by another person, of the last offer alone, and once. */
static void test_a_post_is_relieved_once(void **state)
{
	static const struct {
		const char *why;
		uint64_t kind;
		size_t refers;
		uint8_t key;
		const char *role;
		enum verdict want;
	} rows[] = {
		{ "a roster", KIND_ROSTER, 0, 1, NULL, VERDICT_OK },			       /* 4 */
		{ "an offer", KIND_RELIEF, 0, 1, NULL, VERDICT_OK },			       /* 5 */
		{ "another, later", KIND_RELIEF, 0, 1, NULL, VERDICT_OK },		       /* 6 */
		{ "of another's post", KIND_RELIEF, 0, 1, "zeal", VERDICT_ROLE },	       /* 7 */
		{ "by whom it is offered", KIND_RELIEF_ACCEPTED, 6, 1, NULL, VERDICT_PERSON }, /* 8 */
		{ "by another post", KIND_RELIEF_ACCEPTED, 6, 4, "zeal", VERDICT_ROLE },       /* 9 */
		{ "of the offer before", KIND_RELIEF_ACCEPTED, 5, 4, NULL, VERDICT_RELIEVED }, /* 10 */
		{ "of a roster", KIND_RELIEF_ACCEPTED, 4, 4, NULL, VERDICT_REFERS },	       /* 11 */
		{ "by another", KIND_RELIEF_ACCEPTED, 6, 4, NULL, VERDICT_OK },		       /* 12 */
		{ "and again", KIND_RELIEF_ACCEPTED, 6, 4, NULL, VERDICT_RELIEVED },	       /* 13 */
		{ "another roster", KIND_ROSTER, 0, 4, NULL, VERDICT_OK },
	};
	struct scene *s = *state;
	const struct log_key log = { 7, 0, 1 };
	struct post_view post = { 0 };
	uint8_t both[KEY_HASH_LEN] = { 4 };
	struct key_view key = { .added = 2, .withdrawn = UINT64_MAX, .holder = 9, .roles = 3 };

	s->accord.channels[0].plane = PLANE_HOME;
	s->accord.channels[0].parties = 1;
	s->accord.channels[0].writers = 3;
	enrol(s, 0);
	add_key(s, log, s->sizes[0]++, 4, 9);
	s->count += 2;
	assert_int_equal(row_put_key(&s->map, &log, both, &key), ERR_OK); /* of both posts */
	s->is_tried = true;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist t = { .field = i, .first_key = rows[i].key, .role = rows[i].role };
		struct entry_view v = put(s, 0, rows[i].kind, rows[i].refers, &t);
		if (v.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(v.verdict));
	}
	s->fold.map = &s->map;
	assert_int_equal(fold_next_post(&s->fold, 7, &post), ERR_OK);
	assert_true(post.has_roster && post.holder == 1);
	assert_true(place_key_equal(&post.offer, &s->places[5]));
	assert_true(place_key_equal(&post.accepted, &s->places[11]));
	assert_int_equal(fold_next_post(&s->fold, 7, &post), ERR_NOT_FOUND);
}

/* Of several answers the last one stands: what was deferred and then answered is answered. */
static void test_the_last_answer_stands(void **state)
{
	static const struct {
		const char *why;
		uint64_t answers[3], until[3];
		enum step highest;
		uint64_t until_ms;
	} rows[] = {
		{ "deferred", { KIND_DEFER }, { 50 }, STEP_DEFERRED, 50 },
		{ "deferred, then replied to", { KIND_DEFER, KIND_REPLY }, { 50 }, STEP_REPLIED, 0 },
		{ "deferred, then declined", { KIND_DEFER, KIND_DECLINE }, { 50 }, STEP_DECLINED, 0 },
		{ "replied to, then declined", { KIND_REPLY, KIND_DECLINE }, { 0 }, STEP_DECLINED, 0 },
		{ "declined, then replied to", { KIND_DECLINE, KIND_REPLY }, { 0 }, STEP_REPLIED, 0 },
		{ "replied to, then deferred", { KIND_REPLY, KIND_DEFER }, { 0, 60 }, STEP_DEFERRED, 60 },
		{ "deferred twice", { KIND_DEFER, KIND_DEFER }, { 50, 70 }, STEP_DEFERRED, 70 },
		{ "deferred, answered, deferred",
		  { KIND_DEFER, KIND_REPLY, KIND_DEFER },
		  { 50, 0, 80 },
		  STEP_DEFERRED,
		  80 },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct scene *s;
		const struct ladder *l;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		enrol(s, 1);
		put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 });
		put(s, 1, KIND_WATCH_READ, 3, &(struct twist){ 0 });
		for (size_t n = 0; n < 3 && rows[i].answers[n] != 0; n++)
			put(s, 1, rows[i].answers[n], 3, &(struct twist){ .field = rows[i].until[n] });
		l = &look(s, 2)->ladders[0];
		if (l->highest != rows[i].highest || l->deferred_until_ms != rows[i].until_ms)
			fail_msg("%s: %s until %u", rows[i].why, step_name(l->highest),
				 (unsigned)l->deferred_until_ms);
		if (l->highest == STEP_DEFERRED)
			assert_int_equal(l->steps[STEP_DEFERRED].evidence.index,
					 s->places[s->count - 1].index);
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

/* The first WATCH READ stands, and what it had; nothing said is not the same as nothing there. */
static void test_read_says_what_was_there(void **state)
{
	static const struct {
		const char *why;
		struct bytes first, second;
		bool says;
		size_t count;
	} rows[] = {
		{ "it says nothing", { NULL, 0 }, { NULL, 0 }, false, 0 },
		{ "none was there", { (const uint8_t *)"\x80", 1 }, { NULL, 0 }, true, 0 },
		{ "one was there, and a later reader had none",
		  { (const uint8_t *)"\x81\x58\x20"
				     "0123456789abcdef0123456789abcdef",
		    35 },
		  { (const uint8_t *)"\x80", 1 },
		  true,
		  1 },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct scene *s;
		const struct ladder *l;
		(void)open_scene(state);
		s = *state;
		enrol(s, 0);
		enrol(s, 1);
		put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 });
		put(s, 1, KIND_WATCH_READ, 3, &(struct twist){ .had = rows[i].first });
		put(s, 1, KIND_WATCH_READ, 3, &(struct twist){ .had = rows[i].second });
		l = &look(s, 2)->ladders[0];
		if (l->says_had != rows[i].says || l->had_count != rows[i].count)
			fail_msg("%s", rows[i].why);
		if (l->had_count > 0)
			assert_memory_equal(l->had[0], "0123456789abcdef0123456789abcdef", HASH_LEN);
		if (i + 1 < ARRAY_COUNT(rows))
			(void)close_scene(state);
	}
}

static void test_query_is_answered_by_the_next_step(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 }, node = { .is_node = true };

	enrol(s, 0);
	enrol(s, 1);
	put(s, 0, KIND_MESSAGE, 0, &none);
	put(s, 0, KIND_QUERY, 3, &node);
	assert_true(look(s, 2)->ladders[0].query.is_proved);
	put(s, 1, KIND_WATCH_READ, 3, &none);
	assert_false(look(s, 2)->ladders[0].query.is_proved);
}

/* What is said of a READ BACK and is no mark of its message's author moves nothing, nor a mark not shown. */
static void test_a_read_back_is_marked_by_its_author(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 };
	struct fold_sight sight = { all_but_one, &s->places[7], NULL };
	const struct ladder_reading in = { &s->fold, &sight, fetch, s };
	static struct message_view seen;

	enrol(s, 0);
	enrol(s, 1);
	put(s, 0, KIND_MESSAGE, 0, &none);    /* position 2, a FLASH */
	put(s, 1, KIND_WATCH_READ, 3, &none); /* 3 */
	put(s, 1, KIND_READ_BACK, 3, &none);  /* 4 */
	assert_int_equal(put(s, 1, KIND_QUERY, 5, &none).verdict, VERDICT_OK);
	assert_int_equal(put(s, 0, KIND_QUERY, 5, &none).verdict, VERDICT_OK);
	assert_false(look(s, 2)->ladders[0].steps[STEP_READ_BACK].is_proved);
	put(s, 0, KIND_MARK, 5, &none); /* 7 */
	assert_true(look(s, 2)->ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_int_equal(ladder_read(&in, &s->places[2], &s->statements[2], s->filed[2], &seen), ERR_OK);
	assert_false(seen.ladders[0].steps[STEP_READ_BACK].is_proved);
	assert_true(seen.ladders[0].steps[STEP_WATCH_READ].is_proved);
}

/* Crossed: neither had seen the other; the order of folding makes no difference. */
static void test_crossing_and_commuting(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 };
	uint64_t seen_by_birch;
	struct entry_view first, second;

	enrol(s, 0);
	enrol(s, 1);
	seen_by_birch = s->sizes[0];
	first = put(s, 0, KIND_MESSAGE, 0, &none);  /* position 2 */
	s->sizes[0] = seen_by_birch;		    /* birch has not seen it */
	second = put(s, 1, KIND_MESSAGE, 0, &none); /* position 3 */
	s->sizes[0] = seen_by_birch + 1;
	assert_int_equal(look(s, 2)->crossings_count, 1);
	assert_int_equal(look(s, 3)->crossings_count, 1);
	assert_true(first.order != second.order);
	put(s, 1, KIND_MESSAGE, 0, &none); /* this one has seen it */
	assert_int_equal(look(s, 2)->crossings_count, 1);
	assert_int_equal(look(s, 4)->crossings_count, 0);
}

/* Who says that he has seen nothing of a long log makes nobody read all of it. */
static void test_crossing_is_bounded(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 }, node = { .is_node = true };
	uint64_t seen_by_birch;

	enrol(s, 0);
	enrol(s, 1);
	seen_by_birch = s->sizes[0];
	put(s, 0, KIND_MESSAGE, 0, &none); /* position 2 */
	for (size_t i = 1; i < LADDER_CROSSED_MAX; i++)
		put(s, 0, KIND_QUERY, 3, &node);
	put(s, 0, KIND_MESSAGE, 0, &none); /* the first that is not looked at */
	s->sizes[0] = seen_by_birch;
	put(s, 1, KIND_MESSAGE, 0, &none);
	assert_int_equal(look(s, 3 + LADDER_CROSSED_MAX)->crossings_count, 1);
}

/*
 * A step is taken where its message stands: not in a room where others write and fewer sign. Nor is anything
 * corrected from elsewhere.
 */
static void test_steps_stand_beside_their_message(void **state)
{
	struct twist here = { 0 }, there = { .is_elsewhere = true }, right = { .form = "N31" };
	struct scene *s = *state;

	s->accord.forms = sample_forms;
	enrol(s, 0);
	enrol(s, 1);
	for (uint8_t party = 0; party < 2; party++)
		add_key(s, (struct log_key){ 8, party, 1 }, 0, (uint8_t)(party + 1), 1);
	put(s, 0, KIND_MESSAGE, 0, &there); /* position 2 */
	assert_int_equal(put(s, 1, KIND_WATCH_READ, 3, &here).verdict, VERDICT_REFERS);
	assert_int_equal(put(s, 1, KIND_WATCH_READ, 3, &there).verdict, VERDICT_OK);
	assert_int_equal(put(s, 1, KIND_REPLY, 3, &here).verdict, VERDICT_REFERS);
	assert_int_equal(put(s, 0, KIND_CORRECTION, 3, &here).verdict, VERDICT_REFERS);
	assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &right).verdict, VERDICT_REFERS);
	right.is_elsewhere = true;
	right.index = 2;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &right).verdict, VERDICT_OK);
}

/* What was seen stays before what saw it, whatever the clocks say; a wrong clock is flagged, not refused. */
static void test_wrong_clock(void **state)
{
	struct scene *s = *state;
	struct entry_view a, b;

	enrol(s, 0);
	enrol(s, 1);
	a = put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .late_ms = 86400000 });
	assert_int_equal(a.verdict, VERDICT_OK);
	assert_true(a.is_flagged);
	b = put(s, 1, KIND_WATCH_READ, 3, &(struct twist){ 0 });
	assert_true(b.order > a.order);
	assert_false(b.is_flagged);
}

/* An entry that has seen more than is held waits, and says for what. */
static void test_waits_for_its_past(void **state)
{
	struct scene *s = *state;
	struct statement st = { .channel = 7, .kind = KIND_MESSAGE, .seen_count = 1 };
	struct entry entry = { .index = 1, .signatures_count = 1 };
	struct fold_input in = { .entry = &entry, .statement = &st, .log = { 7, 0, 1 } };
	struct fold_waits waits;

	enrol(s, 0);
	enrol(s, 1);
	st.seen[0] = (struct seen){ bytes_str(names[1]), 1, 1 };
	assert_int_equal(fold_is_ready(&s->fold, &in, &waits), ERR_OK);
	st.seen[0].size = 2;
	assert_int_equal(fold_is_ready(&s->fold, &in, &waits), ERR_SHORT);
	assert_int_equal(waits.count, 1);
	assert_int_equal(waits.of[0].log.party, 1);
	assert_int_equal(waits.of[0].size, 2);
}

/* Whoever copies another's id, and stands before it in every order, takes no place from it. */
static void test_an_id_is_its_partys(void **state)
{
	struct scene *s = *state;
	const uint8_t *id;
	struct place_key at;

	enrol(s, 0);
	enrol(s, 1);
	put(s, 1, KIND_MESSAGE, 0, &(struct twist){ 0 });
	id = s->statements[s->count - 1].id;
	assert_int_equal(fold_find_id(&s->fold, 7, 0, id, &at), ERR_NOT_FOUND);
	s->sizes[1]--; /* the copy has not seen it, or it would be VOID */
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .is_repeat = true }).verdict,
			 VERDICT_OK);
	for (size_t party = 0; party < 2; party++) {
		assert_int_equal(fold_find_id(&s->fold, 7, party, id, &at), ERR_OK);
		assert_int_equal(at.log.party, party);
	}
}

/* ---- The map fails at every call. ---- */

static void fold_each(struct scene *s)
{
	struct twist none = { 0 };

	enrol(s, 0);
	enrol(s, 1);
	put(s, 0, KIND_MESSAGE, 0, &none);				  /* 3, a FLASH */
	put(s, 1, KIND_WATCH_READ, 3, &none);				  /* 4 */
	put(s, 1, KIND_READ_BACK, 3, &none);				  /* 5 */
	put(s, 0, KIND_MARK, 5, &none);					  /* 6 */
	put(s, 1, KIND_PRESENTED, 3, &none);				  /* 7 */
	put(s, 0, KIND_QUERY, 3, &none);				  /* 8 */
	put(s, 1, KIND_REPLY, 3, &none);				  /* 9 */
	put(s, 1, KIND_MESSAGE, 0, &(struct twist){ .precedence = 9 });	  /* 10 */
	put(s, 0, KIND_NEGATIVE, 10, &none);				  /* 11 */
	put(s, 0, KIND_MESSAGE, 0, &(struct twist){ .is_repeat = true }); /* 12 */
	put(s, 1, KIND_SUSPEND, 0, &none);				  /* 13 */
	put(s, 1, KIND_REINSTATE, 0, &none);				  /* 14 */
	put(s, 0, KIND_BODY, 0, &none);					  /* 15 */
}

static enum err count_row(void *self, struct bytes key, struct bytes value)
{
	(void)key;
	(void)value;
	++*(unsigned *)self;
	return ERR_OK;
}

static enum err hash_row(void *self, struct bytes key, struct bytes value)
{
	hash_add(self, key);
	hash_add(self, value);
	return ERR_OK;
}

/* At the end of a list stands ERR_NOT_FOUND, which is none of the faults. */
static enum err to_the_end(enum err e)
{
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void read_each(struct scene *s, unsigned *rows)
{
	struct message_at message = { 0 }, act = { 0 };
	struct place_key place = { 0 };
	const struct log_key log = { 7, 0, 1 };
	uint8_t key[KEY_HASH_LEN] = { 0 }, id[STATEMENT_ID_LEN] = { 1 };
	struct entry_view entry;
	struct owed_view owed = { 0 }, again;
	struct key_view view;
	uint8_t memory[MARKING_ROW_MAX];
	struct buf marking = BUF_ON(memory);
	bool is_suspended;
	enum err e;

	look(s, 2);
	while ((e = fold_next_message(&s->fold, 7, &message)) == ERR_OK)
		worked(s, fold_get(&s->fold, &message.place, &entry));
	worked(s, to_the_end(e));
	while ((e = fold_next_act(&s->fold, &s->places[2], &act)) == ERR_OK)
		;
	worked(s, to_the_end(e));
	while ((e = fold_next_owed(&s->fold, 7, &owed)) == ERR_OK)
		worked(s, fold_owed(&s->fold, &owed.place, &again));
	worked(s, to_the_end(e));
	while ((e = fold_next_key(&s->fold, &log, key, &view)) == ERR_OK)
		;
	worked(s, to_the_end(e));
	worked(s, fold_find_id(&s->fold, 7, 0, id, &place));
	worked(s, fold_marking(&s->fold, &s->places[14], &marking));
	worked(s, fold_is_suspended(&s->fold, 7, &is_suspended));
	worked(s, fold_rows(&s->fold, 7, count_row, rows));
	worked(s, fold_drop(&s->fold));
}

/* What decides who may know of it says the row as the statement does, and of nothing else there is one. */
static void test_a_marking_is_as_its_statement(void **state)
{
	struct scene *s = *state;
	struct twist none = { 0 }, false_one = { .is_false_signature = true };
	const size_t is_marked[] = { 3, 5, 6 };
	uint8_t memory[MARKING_ROW_MAX];
	struct marking read;
	struct label label;

	enrol(s, 0);
	enrol(s, 1);
	put(s, 0, KIND_MESSAGE, 0, &none);
	put(s, 0, KIND_BODY, 0, &none);
	put(s, 1, KIND_MESSAGE, 0, &none);
	put(s, 1, KIND_COMMITMENT, 4, &none);
	put(s, 0, KIND_REPORTED, 6, &false_one); /* also of what does not count */
	for (size_t i = 0, n = 0; i < s->count; i++) {
		struct buf marking = BUF_ON(memory);
		const struct statement *said = &s->statements[i];
		enum err e = fold_marking(&s->fold, &s->places[i], &marking);
		if (n == ARRAY_COUNT(is_marked) || is_marked[n] != i) {
			assert_int_equal(e, ERR_NOT_FOUND);
			continue;
		}
		n++;
		assert_int_equal(e, ERR_OK);
		memset(&read, 0xa5, sizeof read);
		memset(&label, 0xa5, sizeof label);
		assert_int_equal(marking_read(&s->accord, buf_bytes(&marking), &read), ERR_OK);
		assert_int_equal(marking_label(&read, &label), ERR_OK);
		assert_true(bytes_equal(label.level, said->label.level));
		assert_int_equal(label.values_count, 2);
		assert_true(bytes_equal(label.values[1], said->label.values[1]));
		assert_int_equal(read.has_named, said->refers_count == 1);
		if (read.has_named) {
			const char *party = s->accord.parties[read.named.log.party].name;
			assert_int_equal(read.named.log.channel, said->refers[0].channel);
			assert_true(bytes_equal(bytes_str(party), said->refers[0].party));
			assert_int_equal(read.named.log.epoch, said->refers[0].epoch);
			assert_int_equal(read.named.index, said->refers[0].index);
		}
		for (size_t len = 0; len < marking.len; len++)
			assert_true(marking_read(&s->accord, (struct bytes){ memory, len }, &read) !=
					    ERR_OK ||
				    marking_label(&read, &label) == ERR_CORRUPT);
	}
}

/*
 * What these folds write of that record. A row that is written otherwise means nothing to the folds of a
 * store that lies there: raise FOLD_FORMAT (fold.h) with whatever changes this hash.
 */
static void test_rows_have_a_format(void **state)
{
	static const char want[] = "35022312ba44ad8972b318a1bfc89aaaa6c94cda25c605da550ed6025cba767f";
	struct scene *s = *state;
	struct hash_stream rows;
	uint8_t hash[HASH_LEN];
	char text[2 * HASH_LEN + 1];

	fold_each(s);
	hash_open(&rows);
	worked(s, fold_rows(&s->fold, 7, hash_row, &rows));
	hash_finish(&rows, hash);
	bytes_write_hex(BYTES_OF(hash), text);
	assert_int_equal(FOLD_FORMAT, 37);
	assert_string_equal(text, want);
}

/*
 * Whichever call of the map fails, whoever asked is told: nothing is judged, shown or left out for want of a
 * row.
 */
static void tell(void **state, void (*fold)(struct scene *s), void (*read)(struct scene *s, unsigned *rows),
		 unsigned least)
{
	unsigned calls, all = 0;

	fold(*state);
	read(*state, &all);
	calls = ((struct scene *)*state)->calls;
	if (calls < 200 || all < least)
		fail_msg("%u calls, %u rows: too little was folded", calls, all);
	for (unsigned n = 1; n <= calls; n++) {
		struct scene *s;
		unsigned rows = 0;
		(void)close_scene(state);
		(void)open_scene(state);
		s = *state;
		s->fails_at = n;
		fold(s);
		if (s->err == ERR_OK)
			read(s, &rows);
		if (s->err != ERR_IO)
			fail_msg("call %u of the map failed, and nobody was told (%s)", n, err_name(s->err));
	}
}

static void test_no_fault_is_swallowed(void **state)
{
	tell(state, fold_each, read_each, 25);
}

/* A number and its life, and translations, over two logs of their author. */
static void fold_words(struct scene *s)
{
	static const struct twist number = { .form = "N20" },
				  amended = { .form = "N20", .act = FORM_ACT_AMEND },
				  right = { .form = "N31" },
				  words = { .field = TRANSLATION_DRAFT,
					    .language = "ko",
					    .has_content = true },
				  good = { .field = TRANSLATION_REVIEWED, .language = "ko" },
				  later = { .field = TRANSLATION_DRAFT,
					    .language = "ko",
					    .has_content = true,
					    .is_later = true };

	s->accord.forms = sample_forms;
	s->accord.translators[TRANSLATION_REVIEWED] = 1;
	enrol(s, 0);
	enrol(s, 1);
	add_key(s, (struct log_key){ 7, 0, 2 }, 0, 1, 1);
	put(s, 0, KIND_MESSAGE, 0, &number);	/* 3 */
	put(s, 0, KIND_MESSAGE, 3, &amended);	/* 4 */
	put(s, 0, KIND_MESSAGE, 4, &right);	/* 5 */
	put(s, 1, KIND_TRANSLATION, 3, &words); /* 6 */
	put(s, 0, KIND_TRANSLATION, 6, &good);	/* 7 */
	put(s, 0, KIND_TRANSLATION, 6, &words); /* 8 */
	put(s, 1, KIND_TRANSLATION, 6, &good);	/* 9 */
	put(s, 0, KIND_TRANSLATION, 6, &later);
}

static void read_words(struct scene *s, unsigned *rows)
{
	struct message_at at = { 0 };
	struct form_life life;
	struct translation t;
	enum err e;

	for (size_t i = 2; i < s->count; i++)
		worked(s, fold_form_life(&s->fold, &s->places[i], NULL, &life));
	while ((e = fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t)) == ERR_OK)
		++*rows;
	worked(s, to_the_end(e));
}

static void test_no_fault_in_words_is_swallowed(void **state)
{
	tell(state, fold_words, read_words, 1);
}

/* ---- Forms: one lifecycle under one number. ---- */

static struct scene *open_forms(void **state)
{
	struct scene *s = *state;

	s->accord.forms = sample_forms;
	enrol(s, 0);
	enrol(s, 1);
	s->is_tried = s->fails_at == 0;
	return s;
}

enum { AMEND = FORM_ACT_AMEND, CANCEL = FORM_ACT_CANCEL, CLOSE = FORM_ACT_CLOSE };

/* In a row: each of these refers to one before it, from 1; 3 is the first that stands there. */
static void test_forms(void **state)
{
	static const struct {
		const char *why;
		size_t party, refers;
		const char *form;
		uint64_t act;
		enum verdict want;
	} rows[] = {
		{ "announced", 0, 0, "N20", 0, VERDICT_OK },			       /* 3 */
		{ "another's is not amended", 1, 3, "N20", AMEND, VERDICT_REFERS },    /* 4 */
		{ "nothing is amended", 0, 0, "N20", AMEND, VERDICT_REFERS },	       /* 5 */
		{ "amended by another form", 0, 3, "N22", AMEND, VERDICT_REFERS },     /* 6 */
		{ "amended", 0, 3, "N20", AMEND, VERDICT_OK },			       /* 7 */
		{ "what amends is no number", 0, 7, "N20", CLOSE, VERDICT_REFERS },    /* 8 */
		{ "what does not count is none", 1, 4, "N20", AMEND, VERDICT_REFERS }, /* 9 */
		{ "corrected by its author", 0, 7, "N31", 0, VERDICT_OK },	       /* 10 */
		{ "corrected by another", 1, 7, "N31", 0, VERDICT_REFERS },	       /* 11 */
		{ "nothing is corrected", 0, 0, "N31", 0, VERDICT_REFERS },	       /* 12 */
		{ "after what comes before", 1, 3, "N22", 0, VERDICT_OK },	       /* 13 */
		{ "after something else", 1, 10, "N22", 0, VERDICT_STEP },	       /* 14 */
		{ "after nothing", 1, 0, "N22", 0, VERDICT_STEP },		       /* 15 */
		{ "no act of any form", 0, 3, "N20", 4, VERDICT_FORM },		       /* 16 */
		{ "closed", 0, 3, "N20", CLOSE, VERDICT_OK },			       /* 17 */
		{ "closed twice", 0, 3, "N20", CLOSE, VERDICT_STEP },		       /* 18 */
		{ "amended when closed", 0, 3, "N20", AMEND, VERDICT_STEP },	       /* 19 */
		{ "corrected when closed", 0, 3, "N31", 0, VERDICT_OK },	       /* 20 */
		{ "cancelled when closed", 0, 3, "N20", CANCEL, VERDICT_OK },	       /* 21 */
		{ "cancelled twice", 0, 3, "N20", CANCEL, VERDICT_STEP },	       /* 22 */
		{ "a form that nobody has", 0, 3, "N77", 9, VERDICT_OK },	       /* 23 */
		{ "after what was cancelled", 1, 3, "N22", 0, VERDICT_STEP },
		{ "after the cancelling of it", 1, 21, "N22", 0, VERDICT_STEP },
	};
	struct scene *s = open_forms(state);
	struct form_life life;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist t = { .form = rows[i].form, .act = rows[i].act };
		struct entry_view v = put(s, rows[i].party, KIND_MESSAGE, rows[i].refers, &t);
		if (v.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(v.verdict));
	}
	assert_int_equal(fold_form_life(&s->fold, &s->places[6], NULL, &life), ERR_OK);
	assert_true(place_key_equal(&life.first, &s->places[2]) &&
		    place_key_equal(&life.last, &s->places[6]));
	assert_int_equal(life.state, FORM_ACT_CANCEL);
	assert_int_equal(life.count,
			 5); /* amended, closed, corrected, cancelled, and what amended corrected */
}

/*
 * What a statement says of its past is of its own channel: what was cancelled on another is the same on every
 * node, whichever of the two logs came first.
 */
static void test_nothing_is_seen_of_another_channel(void **state)
{
	static const struct twist announced = { .form = "N20", .is_elsewhere = true },
				  cancelled = { .form = "N20",
						.act = CANCEL,
						.is_elsewhere = true,
						.index = 2 },
				  after = { .form = "N22" };

	for (size_t order = 0; order < 2; order++) {
		struct twist here = { 0 };
		struct scene *s;
		(void)close_scene(state);
		(void)open_scene(state);
		s = open_forms(state);
		add_key(s, (struct log_key){ 8, 0, 1 }, 0, 1, 1);
		put(s, 0, KIND_MESSAGE, 0, &announced); /* position 2 */
		for (size_t i = 0; i < 3; i++)
			put(s, 0, KIND_MESSAGE, 0, &here);
		if (order == 0)
			assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &cancelled).verdict, VERDICT_OK);
		assert_int_equal(put(s, 1, KIND_MESSAGE, 3, &after).verdict, VERDICT_OK);
		if (order == 1)
			assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &cancelled).verdict, VERDICT_OK);
	}
}

/* In a row, as above: what names a number behind another one is an act of that other. */
static void test_a_number_beside_another(void **state)
{
	static const struct {
		const char *why;
		size_t party, refers, also;
		const char *form;
		uint64_t act;
		enum verdict want;
	} rows[] = {
		{ "announced", 0, 0, 0, "N20", 0, VERDICT_OK },			       /* 3 */
		{ "amended", 0, 3, 0, "N20", AMEND, VERDICT_OK },		       /* 4 */
		{ "another number", 0, 0, 0, "N20", 0, VERDICT_OK },		       /* 5 */
		{ "cancelled, naming the first", 0, 5, 3, "N20", CANCEL, VERDICT_OK }, /* 6 */
		{ "after what was named there", 1, 3, 0, "N22", 0, VERDICT_OK },       /* 7 */
		{ "after what amended it", 1, 4, 0, "N22", 0, VERDICT_OK },	       /* 8 */
		{ "amended, as it stands", 0, 3, 0, "N20", AMEND, VERDICT_OK },	       /* 9 */
		{ "cancelled", 0, 3, 0, "N20", CANCEL, VERDICT_OK },		       /* 10 */
		{ "after what amended it then", 1, 4, 0, "N22", 0, VERDICT_STEP },     /* 11 */
		{ "one that stands", 0, 0, 0, "N20", 0, VERDICT_OK },		       /* 12 */
		{ "after both", 1, 4, 12, "N22", 0, VERDICT_OK },		       /* 13 */
		{ "corrected, naming it", 0, 9, 12, "N31", 0, VERDICT_OK },	       /* 14 */
	};
	struct scene *s = open_forms(state);
	struct form_life life;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist t = { .form = rows[i].form, .act = rows[i].act, .also = rows[i].also };
		struct entry_view v = put(s, rows[i].party, KIND_MESSAGE, rows[i].refers, &t);
		if (v.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(v.verdict));
	}
	assert_int_equal(fold_form_life(&s->fold, &s->places[3], NULL, &life), ERR_OK);
	assert_true(place_key_equal(&life.first, &s->places[2]) &&
		    place_key_equal(&life.last, &s->places[8]));
	assert_int_equal(life.count, 4); /* amended twice, cancelled, corrected */
	assert_int_equal(fold_form_life(&s->fold, &s->places[11], NULL, &life), ERR_OK);
	assert_int_equal(life.count, 0);
}

/* A number is as urgent as what stands under it in the past of who goes on with it, whatever came first. */
static void test_a_number_is_as_urgent_as_its_past(void **state)
{
	static const struct twist flash = { .form = "N20", .act = AMEND, .is_later = true },
				  slow = { .form = "N20", .precedence = 2 },
				  amended = { .form = "N20", .act = AMEND, .precedence = 2 },
				  corrected = { .form = "N31", .precedence = 2 };

	for (size_t order = 0; order < 2; order++) {
		struct scene *s;
		(void)close_scene(state);
		(void)open_scene(state);
		s = open_forms(state);
		add_key(s, (struct log_key){ 7, 0, 2 }, 0, 1, 1);
		assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &slow).urgency, PRECEDENCE_PRIORITY);
		if (order == 0)
			assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &flash).verdict, VERDICT_OK);
		/* this log had not seen the other */
		assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &amended).urgency, PRECEDENCE_PRIORITY);
		assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &corrected).urgency, PRECEDENCE_PRIORITY);
		if (order == 1)
			assert_int_equal(put(s, 0, KIND_MESSAGE, 3, &flash).verdict, VERDICT_OK);
	}
}

static void test_translations(void **state)
{
	static const struct {
		const char *why;
		size_t party, refers;
		uint64_t status;
		const char *language;
		bool has_content;
		const char *role;
		enum verdict want;
	} rows[] = {
		{ "by a machine", 1, 3, 1, "ko", true, NULL, VERDICT_OK },			  /* 4 */
		{ "without words", 1, 3, 2, "ko", false, NULL, VERDICT_REFERS },		  /* 5 */
		{ "raised by who may not", 1, 4, 4, "ko", false, "zeal", VERDICT_ROLE },	  /* 6 */
		{ "certified by its author", 1, 4, 3, "ko", false, NULL, VERDICT_PERSON },	  /* 7 */
		{ "into another language", 1, 4, 2, "en", false, NULL, VERDICT_REFERS },	  /* 8 */
		{ "raised, with other words", 0, 4, 2, "ko", true, NULL, VERDICT_OK },		  /* 9 */
		{ "a later word on a later word", 0, 9, 2, "ko", false, NULL, VERDICT_REFERS },	  /* 10 */
		{ "on what does not count", 0, 5, 2, "ko", false, NULL, VERDICT_REFERS },	  /* 11 */
		{ "its own author's", 0, 3, 2, "en", true, NULL, VERDICT_OK },			  /* 12 */
		{ "taken back", 0, 12, 0, "en", false, NULL, VERDICT_OK },			  /* 13 */
		{ "reviewed, with the words of another", 1, 4, 3, "ko", true, NULL, VERDICT_OK }, /* 14 */
		/* 15 */
		{ "reviewed again by whose words stand", 1, 4, 3, "ko", false, NULL, VERDICT_PERSON },
		{ "reviewed by another", 0, 4, 3, "ko", false, NULL, VERDICT_OK },		   /* 16 */
		{ "begun as reviewed", 0, 3, 3, "ko", true, NULL, VERDICT_PERSON },		   /* 17 */
		{ "certified, with words of his own", 0, 4, 4, "ko", true, NULL, VERDICT_PERSON }, /* 18 */
		{ "taken down by the other side", 1, 4, 0, "ko", false, NULL, VERDICT_OK },	   /* 19 */
		{ "and said again", 0, 4, 3, "ko", false, NULL, VERDICT_OK },			   /* 20 */
	};
	struct scene *s = open_forms(state);
	struct message_at at = { 0 };
	struct translation t;

	s->accord.translators[TRANSLATION_REVIEWED] = 1;
	s->accord.translators[TRANSLATION_CERTIFIED] = 1; /* watch alone */
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct twist twist = { .field = rows[i].status,
				       .language = rows[i].language,
				       .has_content = rows[i].has_content,
				       .role = rows[i].role };
		struct entry_view v = put(s, rows[i].party, KIND_TRANSLATION, rows[i].refers, &twist);
		if (v.verdict != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(v.verdict));
	}
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_OK);
	assert_true(place_key_equal(&t.first, &s->places[3]) && place_key_equal(&t.text, &s->places[13]));
	assert_true(t.status == TRANSLATION_REVIEWED && place_key_equal(&t.by, &s->places[19]));
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_OK);
	assert_true(t.status == TRANSLATION_NONE && place_key_equal(&t.by, &s->places[12]));
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_NOT_FOUND);
}

/*
 * Who has the post is who signs first, and is shown as who said it: a colleague's name before the own one
 * vouches for nothing, nor does what he signs beneath count for a post of his.
 */
static void test_the_first_signature_is_the_authors(void **state)
{
	struct scene *s = open_forms(state);
	struct log_key log = { 7, 0, 1 };
	struct twist words = { .field = TRANSLATION_DRAFT, .language = "ko", .has_content = true },
		     good = { .field = TRANSLATION_CERTIFIED, .language = "ko" };

	s->accord.translators[TRANSLATION_CERTIFIED] = 1;
	add_key(s, log, s->sizes[0]++, KEY_WITHOUT_POST, 2); /* 2 */
	s->count++;
	add_key(s, log, s->sizes[0]++, 4, 3); /* 3 */
	s->count++;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK); /* 4 */
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 5, &words).verdict, VERDICT_OK);		/* 5 */
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 6, &good).verdict, VERDICT_PERSON);
	good.first_key = KEY_WITHOUT_POST;
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 6, &good).verdict, VERDICT_ROLE);
	good.second_key = 1;
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 6, &good).verdict, VERDICT_ROLE);
	good.first_key = 1;
	good.second_key = 4;
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 6, &good).verdict, VERDICT_PERSON);
	good.first_key = 4;
	good.second_key = 0;
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 6, &good).verdict, VERDICT_OK);
}

/*
 * What is vouched for are the words that its author had before him. Others that come between, or say that
 * they are older, are nobody's but their author's; and so are older ones to whom the newer are not shown.
 */
static void test_other_words_are_not_vouched_for(void **state)
{
	struct scene *s = open_forms(state);
	struct message_at at = { 0 };
	struct translation t;
	struct twist words = { .field = TRANSLATION_DRAFT, .language = "ko", .has_content = true },
		     good = { .field = TRANSLATION_CERTIFIED, .language = "ko" };

	s->accord.translators[TRANSLATION_CERTIFIED] = 3;
	assert_int_equal(put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }).verdict, VERDICT_OK); /* 2 */
	assert_int_equal(put(s, 1, KIND_TRANSLATION, 3, &words).verdict, VERDICT_OK);		/* 3 */
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 4, &good).verdict, VERDICT_OK);		/* 4 */
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_OK);
	assert_true(t.status == TRANSLATION_CERTIFIED && place_key_equal(&t.text, &s->places[3]));
	/* The other side has its own words, of before, as it says, that were never shown. */
	words.is_blind = true;
	words.filed_late_ms = (uint64_t)-1500;
	assert_int_equal(put(s, 1, KIND_TRANSLATION, 4, &words).verdict, VERDICT_OK); /* 5 */
	at = (struct message_at){ 0 };
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_OK);
	assert_true(place_key_equal(&t.text, &s->places[5]));
	assert_true(t.status == TRANSLATION_DRAFT && place_key_equal(&t.by, &s->places[5]));
	/* Who has seen them says it of them. */
	assert_int_equal(put(s, 0, KIND_TRANSLATION, 4, &good).verdict, VERDICT_OK); /* 6 */
	at = (struct message_at){ 0 };
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2], NULL, &at, &t), ERR_OK);
	assert_true(t.status == TRANSLATION_CERTIFIED && place_key_equal(&t.by, &s->places[6]));
	assert_true(place_key_equal(&t.text, &s->places[5]));
	/* To whom those words are not shown, nothing is said of the others that was said of them. */
	at = (struct message_at){ 0 };
	assert_int_equal(fold_next_translation(&s->fold, &s->places[2],
					       &(struct fold_sight){ all_but_one, &s->places[5], NULL }, &at,
					       &t),
			 ERR_OK);
	assert_true(t.status == TRANSLATION_CERTIFIED && place_key_equal(&t.by, &s->places[4]));
	assert_true(place_key_equal(&t.text, &s->places[3]));
}

/* Who suspended takes it back: another's notice, whatever its time, is of his own side. */
static void test_each_side_suspends_for_itself(void **state)
{
	static const struct {
		size_t party;
		uint64_t kind;
		bool want;
	} rows[] = {
		{ 0, KIND_SUSPEND, true },    { 1, KIND_REINSTATE, true }, { 1, KIND_SUSPEND, true },
		{ 0, KIND_REINSTATE, true },  { 0, KIND_SUSPEND, true },   { 1, KIND_REINSTATE, true },
		{ 0, KIND_REINSTATE, false },
	};
	struct scene *s = open_forms(state);
	bool is_suspended;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		assert_int_equal(put(s, rows[i].party, rows[i].kind, 0, &(struct twist){ 0 }).verdict,
				 VERDICT_OK);
		assert_int_equal(fold_is_suspended(&s->fold, 7, &is_suspended), ERR_OK);
		if (is_suspended != rows[i].want)
			fail_msg("row %zu", i);
	}
}

/* On a channel that the accord has not, whatever it refers to. */
static void test_a_channel_of_no_accord(void **state)
{
	struct scene *s = open_forms(state);
	struct twist there = { .is_elsewhere = true };

	put(s, 0, KIND_MESSAGE, 0, &(struct twist){ 0 }); /* position 2 */
	s->accord.channels_count = 1;
	assert_int_equal(put(s, 1, KIND_BODY, 3, &there).verdict, VERDICT_CHANNEL);
	assert_int_equal(put(s, 1, KIND_REMARK, 3, &there).verdict, VERDICT_CHANNEL);
}

/* What a party's node says first in an epoch, and its registrar later: which version is meant. */
static enum err name_version(struct scene *s, uint64_t kind, struct log_key log, uint64_t index,
			     uint8_t version, struct entry_view *view)
{
	struct statement st = { .kind = kind, .channel = 7, .party = bytes_str(names[log.party]) };
	struct entry entry = { .index = index, .signatures_count = kind == KIND_ACCORD };
	struct signer signer = { .is_good = true, .registrar_in = 3 };
	struct fold_input in = { .entry = &entry, .statement = &st, .signers = &signer, .log = log };
	uint8_t memory[2][64], hash[HASH_LEN] = { version }, root[HASH_LEN] = { 0 };
	struct buf named = BUF_ON(memory[0]), old = BUF_ON(memory[1]);
	struct fold whole = s->fold;

	st.role = bytes_str(kind == KIND_OPEN ? ROLE_NODE : "watch");
	cbor_put_bytes(&named, BYTES_OF(hash));
	st.fields[st.fields_count++] = (struct field){ FIELD_ACCORD_MANIFEST, buf_bytes(&named) };
	if (log.epoch > 1) {
		cbor_put_array(&old, 3);
		cbor_put_uint(&old, log.epoch - 1);
		cbor_put_uint(&old, 2);
		cbor_put_bytes(&old, BYTES_OF(root));
		st.fields[st.fields_count++] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
	}
	whole.map = &s->map;
	if (version < 3)
		fold_tried(&whole, &in);
	return fold_entry(&s->fold, &in, view);
}

/* One version after the other; an epoch may begin under a later one than the log before it ended with. */
static void test_versions_follow_each_other(void **state)
{
	static struct accord next;
	struct scene *s = *state;
	struct accord_versions versions = { .of = { &s->accord, &next }, .count = 2 };
	const struct log_key first = { 7, 0, 1 }, second = { 7, 0, 2 }, other = { 7, 1, 1 };
	struct entry_view view;
	size_t version;

	s->accord.hash[0] = 1;
	next = s->accord;
	next.hash[0] = 2;
	/* The one that is held alone is named. */
	assert_int_equal(name_version(s, KIND_OPEN, other, 0, 1, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
	s->fold.versions = &versions;
	s->fold.accord = &next;
	assert_int_equal(name_version(s, KIND_OPEN, first, 0, 1, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
	assert_int_equal(name_version(s, KIND_ACCORD, first, 1, 2, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_OK);
	assert_int_equal(fold_version(&s->fold, &first, &version), ERR_OK);
	assert_int_equal(version, 1);
	assert_int_equal(name_version(s, KIND_ACCORD, first, 2, 2, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_VERSION);
	assert_int_equal(name_version(s, KIND_OPEN, second, 0, 1, &view), ERR_OK);
	assert_int_equal(view.verdict, VERDICT_VERSION);
	/* Nothing is decided of one that is not held. */
	assert_int_equal(name_version(s, KIND_ACCORD, other, 1, 3, &view), ERR_SHORT);
	assert_int_equal(name_version(s, KIND_OPEN, (struct log_key){ 7, 1, 2 }, 0, 3, &view), ERR_SHORT);
}

/* A later epoch may have any number: RECORD.md 10, of one that may have been opened and forgotten. */
static void test_epochs_leave_gaps(void **state)
{
	static const struct log_key logs[] = { { 2, 0, 1 }, { 2, 0, 70000 }, { 2, 1, 1 }, { 3, 0, 80000 } };
	static const uint64_t sizes[] = { 5, 3, 7, 9 };
	struct scene *s = *state;
	struct vector all;

	for (size_t i = 0; i < ARRAY_COUNT(logs); i++)
		assert_int_equal(row_put_folded(&s->map, &logs[i], sizes[i]), ERR_OK);
	s->fold.map = &s->map;
	assert_int_equal(fold_vector(&s->fold, 2, &all), ERR_OK);
	assert_int_equal(all.of[0], 70000ull << 32 | 3);
	assert_int_equal(all.of[1], 1ull << 32 | 7);
	assert_int_equal(all.of[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_verdicts, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_forms, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_number_beside_another, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_number_is_as_urgent_as_its_past, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_translations, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_the_first_signature_is_the_authors, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_other_words_are_not_vouched_for, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_guidelines, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_post_has_its_time, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_erasures, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_erasers, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_two_take_their_time, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_node_says_little, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_the_last_answer_stands, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_flash_climbs, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_marks_in_whatever_order, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_mannings_in_whatever_order, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_read_says_what_was_there, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_query_is_answered_by_the_next_step, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_crossing_and_commuting, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_crossing_is_bounded, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_nothing_is_seen_of_another_channel, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_steps_stand_beside_their_message, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_who_is_on_a_channel, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_by_two, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_what_is_withdrawn_stays_so, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_no_epoch_brings_a_key_back, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_key_is_repeated_once, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_recipients_go_on, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_first_log_is_judged_alone, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_acting, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_acting_for_what_has_ended, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_key_has_its_times, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_recipients, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_who_observes, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_sealing, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_wrong_clock, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_waits_for_its_past, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_an_id_is_its_partys, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_marking_is_as_its_statement, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_each_side_suspends_for_itself, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_rows_have_a_format, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_epochs_leave_gaps, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_no_fault_is_swallowed, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_no_fault_in_words_is_swallowed, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_nodes_key_lets_nobody_in, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_post_is_relieved_once, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_a_read_back_is_marked_by_its_author, open_scene,
						close_scene),
		cmocka_unit_test_setup_teardown(test_a_channel_of_no_accord, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(test_versions_follow_each_other, open_scene, close_scene),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
