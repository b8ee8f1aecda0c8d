/*
 * Who may know of what (docs/spec/reading.md): a table of statements, and a column for each reader. Then what
 * a reading does when the record cannot be read, or leads to too much.
 */
#include "accord/guidelines.h"
#include "test_map.h"
#include "view/reading.h"
#include "view/release.h"
#include "view/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OPEN_ROOM 7u
#define CLOSED 8u /* for its writers alone, who are the chiefs */
#define HOME 900u
#define ENDS_MS 5000u /* the authority of envoys */
#define GONE 50u      /* nothing is held there */
#define DEEP 1000u    /* from here on each statement names the next two */

enum role { WATCH, CHIEF, ENVOY, ROLES };
#define BIT(role) (1ull << (role))

static struct accord accord;
static struct guidelines guidelines;

static void lay_out(void)
{
	struct accord *a = &accord;
	struct guidelines *g = &guidelines;
	static const char *const names[] = { "aster", "birch" }, *const codes[] = { "ASTER", "BIRCH" };

	*a = (struct accord){
		.parties_count = 2, .roles_count = ROLES, .channels_count = 3, .guidelines = g
	};
	*g = (struct guidelines){
		.parties_count = 2, .members = 3, .levels_count = 2, .agreements_count = 1
	};
	for (size_t i = 0; i < 2; i++) {
		snprintf(a->parties[i].name, sizeof a->parties[i].name, "%s", names[i]);
		snprintf(a->parties[i].code, sizeof a->parties[i].code, "%s", codes[i]);
		memcpy(g->parties[i].code, a->parties[i].code, sizeof "ASTER");
		g->nodes[i] = (struct guidelines_reader){ { 1, 0 }, false, 1 };
	}
	a->channels[0] = (struct accord_channel){ .number = OPEN_ROOM, .plane = PLANE_CONSULT, .parties = 3 };
	a->channels[1] = a->channels[0];
	a->channels[1].number = CLOSED;
	a->channels[1].is_closed = true;
	a->channels[1].writers = BIT(CHIEF);
	a->channels[2] = (struct accord_channel){ .number = HOME, .plane = PLANE_HOME, .parties = 1 };
	a->roles[ENVOY].until_ms = ENDS_MS;
	memcpy(g->levels[0].code, "U", 2);
	memcpy(g->levels[1].code, "S", 2);
	g->agreements[0] = (struct guidelines_agreement){
		.name = "all", .parties = 3, .ceiling = 1, .via = GUIDELINES_NO_VIA, .line = 2
	};
	for (size_t i = 0; i < ROLES; i++)
		g->roles[i] = (struct guidelines_reader){ { i == WATCH ? 0 : 1, 0 }, true, 3 };
	for (size_t i = 0; i < PLANE_COUNT; i++)
		g->planes[i] = (struct guidelines_ceiling){ 1, 4 };
}

/* ---- The record. ---- */

struct said {
	const char *why;
	uint32_t channel;
	enum kind kind;
	const char *level; /* NULL: it has no label, as what nodes say */
	uint64_t names;	   /* an index of its channel, plus one */
	uint64_t instance; /* likewise */
	uint32_t outgoing; /* SUBMIT: for which channel */
	uint64_t relabel;  /* the label that stands now was given there, plus one */
	bool has_old, has_words;
	/* owner, nobody, watch, chief, envoy, stranger, birch's watch, birch's node */
	const char *may;
};

static const struct said record[] = {
	/* clang-format off */
	{ "what all may read", OPEN_ROOM, KIND_MESSAGE, "U", 0, 0, 0, 0, false, true, "o.wce.bn" },
	{ "above the watch", OPEN_ROOM, KIND_MESSAGE, "S", 0, 0, 0, 0, false, true, "o..ce..n" },
	{ "it names what is above", OPEN_ROOM, KIND_REPLY, "U", 2, 0, 0, 0, false, true, "o..ce..n" },
	{ "it names what all may read", OPEN_ROOM, KIND_REPLY, "U", 1, 0, 0, 0, false, true, "o.wce.bn" },
	{ "it names what names what is above", OPEN_ROOM, KIND_WATCH_READ, "U", 3, 0, 0, 0, false, false, "o..ce..n" },
	{ "it names what is not there", OPEN_ROOM, KIND_REPLY, "U", GONE + 1, 0, 0, 0, false, true, "o......." },
	{ "a level that nobody knows", OPEN_ROOM, KIND_MESSAGE, "X", 0, 0, 0, 0, false, true, "o......." },
	{ "of an instance that is above", OPEN_ROOM, KIND_ATTEND, "U", 0, 2, 0, 0, false, false, "o..ce..n" },
	{ "a node's word of what all may read", OPEN_ROOM, KIND_LAPSE, NULL, 1, 0, 0, 0, false, false, "o.wce.bn" },
	{ "a node's word of what is above", OPEN_ROOM, KIND_LAPSE, NULL, 2, 0, 0, 0, false, false, "o..ce..n" },
	{ "evidence: of all that is held", OPEN_ROOM, KIND_DIGEST, NULL, 0, 0, 0, 0, false, false, "o..ce..." },
	{ "a fork", OPEN_ROOM, KIND_FORK, NULL, 0, 0, 0, 0, false, false, "o..ce..." },
	{ "a node's word with words", OPEN_ROOM, KIND_LAPSE, NULL, 0, 0, 0, 0, false, true, "o..ce..." },
	{ "an epoch that goes on from one", OPEN_ROOM, KIND_OPEN, NULL, 0, 0, 0, 0, true, false, "o..ce..." },
	{ "a first epoch", OPEN_ROOM, KIND_OPEN, NULL, 0, 0, 0, 0, false, false, "o.wce.bn" },
	{ "a label is its item's readers'", OPEN_ROOM, KIND_DOWNGRADE, "S", 1, 0, 0, 0, false, false, "o.wce.bn" },
	{ "another", OPEN_ROOM, KIND_RELABEL, "S", 1, 0, 0, 0, false, false, "o.wce.bn" },
	{ "labelled anew, above the watch", OPEN_ROOM, KIND_MESSAGE, "U", 0, 0, 0, 17, false, true, "o..ce..n" },
	{ "labelled anew by what is gone", OPEN_ROOM, KIND_MESSAGE, "U", 0, 0, 0, GONE + 1, false, true, "o......." },
	{ "it leads to all there is", OPEN_ROOM, KIND_REPLY, "U", DEEP + 1, 0, 0, 0, false, true, "o......." },
	{ "in a closed room", CLOSED, KIND_MESSAGE, "U", 0, 0, 0, 0, false, true, "o..c...." },
	{ "a draft for all", HOME, KIND_SUBMIT, "U", 0, 0, OPEN_ROOM, 0, false, true, "o.wce.bn" },
	{ "a draft for a closed room", HOME, KIND_SUBMIT, "U", 0, 0, CLOSED, 0, false, true, "o..c...." },
	{ "a draft of nothing", HOME, KIND_SUBMIT, "U", 0, 0, 0, 0, false, true, "o......." },
	{ "where no channel is", 99, KIND_MESSAGE, "U", 0, 0, 0, 0, false, true, "o......." },
	{ "a body", OPEN_ROOM, KIND_BODY, "U", 0, 0, 0, 0, false, false, "o.wce.bn" },
	{ "a promise above the watch", OPEN_ROOM, KIND_COMMITMENT, "S", 26, 0, 0, 0, false, false, "o..ce..n" },
	{ "what is said of it", OPEN_ROOM, KIND_REPORTED, "U", 27, 0, 0, 0, false, false, "o..ce..n" },
	{ "what is said of the body", OPEN_ROOM, KIND_ACT, "U", 26, 0, 0, 0, false, false, "o.wce.bn" },
	{ "of what is not there", OPEN_ROOM, KIND_ACT, "U", GONE + 1, 0, 0, 0, false, false, "o......." },
	{ "an event at a level that nobody knows", OPEN_ROOM, KIND_EVENT, "X", 0, 0, 0, 0, false, false, "o......." },
	{ "another body", OPEN_ROOM, KIND_BODY, "U", 0, 0, 0, 0, false, false, "o.wce.bn" },
	{ "a body in a closed room", CLOSED, KIND_BODY, "U", 0, 0, 0, 0, false, false, "o..c...." },
	/* clang-format on */
};

static struct {
	struct test_map rows;
	struct map map, tried;
	struct fold fold;
	unsigned calls, fails_at; /* the n-th call of the map or of fetch; 0: none */
	uint8_t statements[4096]; /* what an outgoing statement's bytes are in */
} scene;

static enum err call(void)
{
	return ++scene.calls == scene.fails_at ? ERR_IO : ERR_OK;
}

static enum err tried_get(void *self, struct bytes key, struct buf *value)
{
	enum err e = call();

	(void)self;
	return e == ERR_OK ? map_get(&scene.map, key, value) : e;
}

static enum err tried_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			   struct buf *value)
{
	enum err e = call();

	(void)self;
	return e == ERR_OK ? map_next(&scene.map, prefix, after, key, value) : e;
}

static void name(struct place *out, uint32_t channel, uint64_t index)
{
	*out = (struct place){ channel, BYTES_LIT("aster"), 1, index, { 0 } };
}

static void put_field(struct statement *s, uint64_t key, struct buf *memory, size_t from)
{
	s->fields[s->fields_count++] = (struct field){ key, { memory->ptr + from, memory->len - from } };
}

static void label(struct statement *s, const char *level)
{
	s->has_label = true;
	s->label.level = bytes_str(level);
	s->label.categories_count = 1;
	s->label.categories[0].name = BYTES_LIT("rel");
	s->label.categories[0].count = s->label.values_count = 2;
	s->label.values[0] = BYTES_LIT("ASTER");
	s->label.values[1] = BYTES_LIT("BIRCH");
}

static void put_outgoing(struct statement *s, uint32_t channel)
{
	static uint8_t inner_memory[2048];
	struct buf inner = BUF_ON(inner_memory), out = BUF_ON(scene.statements);
	struct statement going = { .channel = channel,
				   .kind = KIND_MESSAGE,
				   .party = BYTES_LIT("aster"),
				   .role = BYTES_LIT("watch"),
				   .has_content = true,
				   .has_precedence = true,
				   .precedence = PRECEDENCE_ROUTINE };

	label(&going, "U");
	going.content.len = 100;
	going.addressees_count = 1;
	going.addressees[0] = (struct addressee){ BYTES_LIT("birch"), BYTES_LIT("watch"), false };
	statement_write(&going, &inner);
	assert_int_equal(buf_check(&inner), ERR_OK);
	cbor_put_bytes(&out, buf_bytes(&inner));
	put_field(s, FIELD_SUBMIT_OUTGOING, &out, 0);
}

static void make(const struct said *said, struct statement *s)
{
	*s = (struct statement){ .channel = said->channel, .kind = said->kind, .party = BYTES_LIT("aster") };
	if (said->level != NULL)
		label(s, said->level);
	s->has_content = said->has_words;
	if (said->names > 0)
		name(&s->refers[s->refers_count++], said->channel, said->names - 1);
	s->has_instance = said->instance > 0;
	if (s->has_instance)
		name(&s->instance, said->channel, said->instance - 1);
	if (said->has_old)
		s->fields[s->fields_count++] = (struct field){ FIELD_OPEN_OLD, { NULL, 0 } };
	if (said->outgoing != 0)
		put_outgoing(s, said->outgoing);
}

static enum err fetch(void *self, const struct place_key *at, struct statement *out)
{
	const struct said deep = { .channel = OPEN_ROOM, .kind = KIND_REPLY, .level = "U" };
	enum err e = call();

	(void)self;
	if (e != ERR_OK)
		return e;
	if (at->index >= DEEP) {
		make(&deep, out);
		for (; out->refers_count < 2; out->refers_count++)
			name(&out->refers[out->refers_count], OPEN_ROOM, 2 * at->index + out->refers_count);
		return ERR_OK;
	}
	if (at->index >= ARRAY_COUNT(record) || record[at->index].channel != at->log.channel)
		return ERR_NOT_FOUND;
	make(&record[at->index], out);
	return ERR_OK;
}

/* What a row of it would say: the statement need not be read then. */
static enum err marking(void *self, const struct place_key *at, struct marking *out)
{
	static uint8_t memory[MARKING_ROW_MAX];
	struct buf row = BUF_ON(memory);
	struct statement s;
	enum err e = call();

	(void)self;
	if (e != ERR_OK)
		return e;
	if (at->index >= ARRAY_COUNT(record) || record[at->index].channel != at->log.channel ||
	    !kind_is_dialogue(record[at->index].kind))
		return ERR_NOT_FOUND;
	make(&record[at->index], &s);
	label_write(&s.label, &row);
	*out = (struct marking){ .has_named = s.refers_count == 1, .label = buf_bytes(&row) };
	out->named = (struct place_key){ at->log, s.refers[0].index };
	return ERR_OK;
}

static uint32_t epoch(void *self, uint32_t channel, size_t party)
{
	(void)self;
	return party == 0 && channel != 99 ? 1 : 0;
}

/* ---- Readers. ---- */

static const uint8_t keys[][KEY_HASH_LEN] = {
	{ 1 }, { 2 }, { 3 }, { 4 }
}; /* by role; the last is a stranger */
static struct reading_record here = { &scene.fold, NULL, fetch, epoch, 1000, NULL, NULL };
static const struct reading_record later = { &scene.fold, NULL, fetch, epoch, ENDS_MS, NULL, NULL };

static void open_officer(struct reading *r, size_t which)
{
	reading_open_officer(r, &here, 0, keys[which]);
}

static void open_column(struct reading *r, size_t column)
{
	const struct reader watch = reader_of(1, WATCH), node = reader_of(1, READER_NODE);

	switch (column) {
	case 0:
		reading_open(r, &here, READING_OWNER);
		break;
	case 1:
		reading_open(r, &here, READING_NOBODY);
		break;
	case 6:
		reading_open_role(r, &here, &watch);
		break;
	case 7:
		reading_open_role(r, &here, &node);
		break;
	default:
		open_officer(r, column - 2);
		break;
	}
}

/* Rows of keys, of how far is folded, and of labels that took the place of others. */
static void put_rows(void)
{
	for (size_t c = 0; c < accord.channels_count; c++) {
		const struct log_key log = { accord.channels[c].number, 0, 1 };
		for (size_t role = 0; role < ROLES; role++) {
			const struct key_view key = { 0, UINT64_MAX, role, BIT(role) };
			assert_int_equal(row_put_key(&scene.map, &log, keys[role], &key), ERR_OK);
		}
		assert_int_equal(row_put_folded(&scene.map, &log, ARRAY_COUNT(record)), ERR_OK);
	}
	for (size_t i = 0; i < ARRAY_COUNT(record); i++) {
		const struct place_key item = { { record[i].channel, 0, 1 }, i },
				       given = { item.log, record[i].relabel - 1 };
		const struct entry_view v = { .kind = KIND_RELABEL };
		struct row_key k;
		if (record[i].relabel == 0)
			continue;
		place_key_write(&item, row_open(&k, ROW_ACT));
		assert_int_equal(row_put_listed(&scene.map, &k, 1, &given), ERR_OK);
		assert_int_equal(row_put_entry(&scene.map, 2, &given, &v), ERR_OK);
	}
}

static int start(void **state)
{
	static const struct map_ops ops = { .get = tried_get, .next = tried_next };

	(void)state;
	lay_out();
	scene.map = test_map_open(&scene.rows);
	scene.tried = (struct map){ &ops, NULL };
	scene.fold = (struct fold){ .accord = &accord, .map = &scene.tried };
	put_rows();
	return 0;
}

static int finish(void **state)
{
	(void)state;
	test_map_finish(&scene.rows);
	return 0;
}

/* ---- ---- */

static struct place_key place_of_row(size_t i)
{
	return (struct place_key){ { record[i].channel, 0, 1 }, i };
}

static void each_reader(void **state)
{
	static struct reading r;

	(void)state;
	for (size_t column = 0; column < 8; column++) {
		for (size_t i = 0; i < ARRAY_COUNT(record); i++) {
			const struct place_key at = place_of_row(i);
			bool may = false, again = false;
			open_column(&r, column);
			assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
			assert_true(r.is_asked);
			if (may != (record[i].may[column] != '.'))
				fail_msg("%s: reader %zu %s", record[i].why, column, may ? "may" : "may not");
			/* What was decided is remembered, and decided again when it is forgotten. */
			assert_int_equal(reading_place(&r, &at, &again), ERR_OK);
			assert_true(again == may);
			reading_forget(&r, &at);
			assert_int_equal(reading_place(&r, &at, &again), ERR_OK);
			assert_true(again == may);
		}
	}
}

/*
 * A whole log is decided by one reading: what it remembers of one place, or of one label, decides no other.
 * By the statements, and by their markings where there are.
 */
static void one_reading(void **state)
{
	static struct reading r;

	(void)state;
	for (size_t column = 0; column < 2 * 8; column++) {
		here.marking = column < 8 ? NULL : marking;
		open_column(&r, column % 8);
		for (size_t i = ARRAY_COUNT(record); i-- > 0;) {
			const struct place_key at = place_of_row(i);
			bool may = false;
			assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
			assert_int_equal(may, record[i].may[column % 8] != '.');
		}
	}
	here.marking = NULL;
}

/* Up to the last that he knows of: what stands behind it would tell that there is more. */
static void size_in_sight(void **state)
{
	static const struct {
		size_t column;
		uint32_t channel;
		uint64_t size, want;
	} rows[] = {
		{ 0, OPEN_ROOM, 7, 7 }, { 1, OPEN_ROOM, 7, 0 }, { 2, OPEN_ROOM, 8, 4 },
		{ 3, OPEN_ROOM, 8, 8 }, { 3, OPEN_ROOM, 7, 5 }, { 5, OPEN_ROOM, 8, 0 },
		{ 2, CLOSED, 21, 0 },	{ 3, CLOSED, 21, 21 },	{ 7, CLOSED, 21, 0 },
		{ 7, HOME, 22, 0 },	{ 3, 99, 25, 0 },
	};
	static struct reading r;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct log_key log = { rows[i].channel, 0, 1 };
		uint64_t size = 77;
		open_column(&r, rows[i].column);
		assert_int_equal(reading_size(&r, &log, rows[i].size, &size), ERR_OK);
		if (size != rows[i].want)
			fail_msg("row %zu: %llu", i, (unsigned long long)size);
	}
}

/* A post says and reads nothing once its authority has ended; an old key, and another party's, is none. */
static void ended(void **state)
{
	const struct reader envoy = reader_of(0, ENVOY);
	const struct place_key at = place_of_row(0);
	static struct reading r;
	uint64_t roles = 0;
	bool may = true;

	(void)state;
	assert_int_equal(reading_roles(&here, 0, keys[ENVOY], OPEN_ROOM, &roles), ERR_OK);
	assert_int_equal(roles, BIT(ENVOY));
	assert_int_equal(reading_roles(&later, 0, keys[ENVOY], OPEN_ROOM, &roles), ERR_OK);
	assert_int_equal(roles, 0);
	assert_int_equal(reading_roles(&here, 1, keys[WATCH], OPEN_ROOM, &roles), ERR_OK);
	assert_int_equal(roles, 0);
	reading_open_role(&r, &here, &envoy);
	assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
	assert_true(may);
	reading_open_role(&r, &later, &envoy);
	assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
	assert_false(may);
}

/* On a plane that carries less, a reader of any plane reads less; without guidelines nobody reads a label. */
static void planes(void **state)
{
	struct reader anywhere = reader_of(1, CHIEF);
	const struct place_key at = place_of_row(1);
	static struct reading r;
	bool may = false;

	(void)state;
	anywhere.at = READER_ANYWHERE;
	reading_open_role(&r, &here, &anywhere);
	assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
	assert_true(may);
	guidelines.planes[PLANE_CONSULT].level = 0;
	reading_open_role(&r, &here, &anywhere);
	assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
	assert_false(may);
	guidelines.planes[PLANE_CONSULT].level = 1;
	accord.guidelines = NULL;
	open_officer(&r, CHIEF);
	assert_int_equal(reading_place(&r, &at, &may), ERR_OK);
	assert_false(may);
	assert_int_equal(reading_whole(&r, OPEN_ROOM, &may), ERR_OK);
	assert_false(may);
	accord.guidelines = &guidelines;
}

/* All of a channel is for whoever holds all that its plane and his node carry. */
static void whole(void **state)
{
	static struct reading r;
	bool may = true;

	(void)state;
	open_officer(&r, WATCH);
	assert_int_equal(reading_whole(&r, OPEN_ROOM, &may), ERR_OK);
	assert_false(may);
	guidelines.planes[PLANE_CONSULT].level = 0; /* nothing above U comes there */
	assert_int_equal(reading_whole(&r, OPEN_ROOM, &may), ERR_OK);
	assert_true(may);
	guidelines.any_count = 1;
	guidelines.any[0] = 4;
	guidelines.nodes[0].clearance.holds = 4; /* a value that the node holds, and the watch does not */
	assert_int_equal(reading_whole(&r, OPEN_ROOM, &may), ERR_OK);
	assert_false(may);
	guidelines.any_count = 0;
	guidelines.nodes[0].clearance.holds = 0;
	guidelines.planes[PLANE_CONSULT] =
		(struct guidelines_ceiling){ 0, 0 }; /* it carries whatever the node does */
	guidelines.nodes[0].clearance.up_to = 0;
	assert_int_equal(reading_whole(&r, OPEN_ROOM, &may), ERR_OK);
	assert_true(may);
	guidelines.nodes[0].clearance.up_to = 1;
	guidelines.planes[PLANE_CONSULT] = (struct guidelines_ceiling){ 1, 4 };
}

/* Whatever cannot be read, nobody is let in for it, and who asks is told. */
static void unreadable(void **state)
{
	static struct reading r;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(record); i++) {
		const struct place_key at = place_of_row(i);
		bool may;
		enum err e = ERR_IO;
		for (unsigned n = 1; e == ERR_IO; n++) {
			open_officer(&r, CHIEF);
			scene.calls = 0;
			scene.fails_at = n;
			e = reading_place(&r, &at, &may);
			if (scene.calls >= n)
				assert_int_equal(e, ERR_IO);
		}
		scene.fails_at = 0;
		assert_int_equal(e, ERR_OK);
		assert_int_equal(may, record[i].may[3] != '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reader), cmocka_unit_test(one_reading), cmocka_unit_test(size_in_sight),
		cmocka_unit_test(ended),       cmocka_unit_test(planes),      cmocka_unit_test(whole),
		cmocka_unit_test(unreadable),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, finish);
}
