/*
 * What the machine reads of an entry: an instance of the example procedure, played in a map, with what
 * names no step, no party and no instance. Layers under test: view, proc.
 */
#include "accord/form.h"
#include "accord/procedure.h"
#include "fold_changed.h"
#include "fold_tried.h"
#include "test_map.h"
#include "view/procedure.h"
#include "view/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHANNEL 7u
#define SAID_MAX 40u
enum { A, B };
static const char *const names[] = { "aster", "birch" }, *const codes[] = { "ASTER", "BIRCH" };
static const char *const roles[] = { "duty", "principal", "scribe", "witness" };

static struct accord accord;
static struct form forms[4];
static struct procedure *procedure;
static struct instance instance;
static struct test_map rows;
static struct map map;
static struct fold fold;
static struct statement statements[SAID_MAX + 1];
static struct place_key places[SAID_MAX + 1];
static uint64_t sizes[2];
static size_t count;

/* ---- The accord. ---- */

static int read_procedure(void **state)
{
	static const char *const numbers[] = { "N10", "N20", "N30", "N31" };
	static uint8_t memory[ACCORD_ARENA_LEN];
	static char text[1u << 16], path[4096];
	struct fault fault;
	struct arena arena;
	size_t values = 0, len;
	FILE *file;

	(void)state;
	accord = (struct accord){ .languages_count = 2, .parties_count = 2, .forms = forms };
	memcpy(accord.languages[0], "ko", 3);
	memcpy(accord.languages[1], "en", 3);
	accord.roles_count = ARRAY_COUNT(roles);
	for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
		snprintf(accord.roles[i].name, sizeof accord.roles[i].name, "%s", roles[i]);
		accord.roles[i].parties = 3;
	}
	for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
		forms[i] = (struct form){
			.version = 1, .planes = 1u << PLANE_CONSULT, .acts = 1, .precedences = 15
		};
		snprintf(forms[i].name, sizeof forms[i].name, "%s", numbers[i]);
		forms[i].next = i + 1 < ARRAY_COUNT(forms) ? &forms[i + 1] : NULL;
	}
	for (size_t i = 0; i < 2; i++) {
		snprintf(accord.parties[i].name, sizeof accord.parties[i].name, "%s", names[i]);
		snprintf(accord.parties[i].code, sizeof accord.parties[i].code, "%s", codes[i]);
	}
	accord.channels_count = 1;
	accord.channels[0] = (struct accord_channel){
		.number = CHANNEL, .plane = PLANE_CONSULT, .parties = 3, .precedences = 15, .writers = 15
	};
	accord.clock_offset_ms = 2000;
	snprintf(path, sizeof path, "%s/procedures/consult-urgent.json", getenv("VECTORS"));
	file = fopen(path, "r");
	if (file == NULL)
		return 1;
	len = fread(text, 1, sizeof text, file);
	fclose(file);
	arena_init(&arena, memory, sizeof memory);
	if (procedure_read(&accord, BYTES_LIT("procedures/consult-urgent.json"),
			   (struct bytes){ (const uint8_t *)text, len }, &arena, &values, &procedure,
			   &fault) != ERR_OK)
		return 1;
	accord.procedures = procedure;
	return 0;
}

static void open_scene(void)
{
	map = test_map_open(&rows);
	fold = (struct fold){ .accord = &accord, .map = &map, .instance = &instance };
	count = 0;
	for (size_t party = 0; party < 2; party++) {
		struct key_view key = { .withdrawn = UINT64_MAX, .holder = 1, .roles = 15 };
		uint8_t hash[KEY_HASH_LEN] = { (uint8_t)(party + 1) };
		sizes[party] = 0;
		assert_int_equal(row_put_key(&map, &(struct log_key){ CHANNEL, party, 1 }, hash, &key),
				 ERR_OK);
	}
	instance_forget(&instance);
}

/* ---- What is said. ---- */

/* A field is a number, or a text; 0 ends them. */
struct said {
	const char *why;
	uint8_t party;
	enum kind kind;
	const char *role, *form;
	uint8_t refers, of; /* places in the play, from 1 on: what it is about, and whose instance it is of */
	struct {
		uint64_t key;
		const char *text;
		uint64_t number;
	} fields[4];
	enum verdict want;
	bool is_node, has_definition, has_precedence, is_wrong_leaf;
};

static void put_field(struct statement *st, struct buf *memory, uint64_t key, const char *text,
		      uint64_t number)
{
	size_t from = memory->len;

	if (text != NULL)
		cbor_put_text(memory, bytes_str(text));
	else
		cbor_put_uint(memory, number);
	st->fields[st->fields_count++] = (struct field){ key, { memory->ptr + from, memory->len - from } };
}

static struct place place_at(const struct place_key *at)
{
	return (struct place){ CHANNEL, bytes_str(names[at->log.party]), at->log.epoch, at->index, { 0 } };
}

static void put_fields(struct statement *st, struct buf *memory, const struct said *said)
{
	if (said->has_definition) {
		size_t from = memory->len;
		cbor_put_bytes(memory, BYTES_OF(procedure->hash));
		st->fields[st->fields_count++] =
			(struct field){ said->kind == KIND_PROPOSE ? FIELD_PROPOSE_TEXT
								   : FIELD_START_DEFINITION,
					{ memory->ptr + from, memory->len - from } };
	}
	for (size_t i = 0; i < ARRAY_COUNT(said->fields) && said->fields[i].key != 0; i++)
		put_field(st, memory, said->fields[i].key, said->fields[i].text, said->fields[i].number);
	if (said->kind == KIND_PROPOSE) /* they rise */
		st->fields[3] = st->fields[0], memmove(st->fields, st->fields + 1, 3 * sizeof st->fields[0]);
}

static enum verdict say(const struct said *said)
{
	static uint8_t memories[SAID_MAX + 1][256];
	struct statement *st = &statements[++count];
	struct buf memory = { memories[count], 0, sizeof memories[0], false };
	struct entry entry = { .index = sizes[said->party], .signatures_count = said->is_node ? 0 : 1 };
	struct signer signer = { .is_good = true, .key = { (uint8_t)(said->party + 1) } };
	bool match[STATEMENT_REFERENCES_MAX] = { true };
	struct fold_input in = { .entry = &entry,
				 .statement = st,
				 .log = { CHANNEL, said->party, 1 },
				 .signers = &signer,
				 .refers_match = match,
				 .instance_matches = !said->is_wrong_leaf };
	struct entry_view view;

	*st = (struct statement){ .channel = CHANNEL,
				  .kind = said->kind,
				  .party = bytes_str(names[said->party]),
				  .has_label = !said->is_node };
	st->role = bytes_str(said->is_node ? ROLE_NODE : said->role != NULL ? said->role : "duty");
	be32_put(st->id, (uint32_t)count);
	st->claimed.ms = entry.filed.ms = 100000 + 1000 * count;
	if (st->has_label) {
		st->label.level = BYTES_LIT("U");
		st->label.categories_count = 1;
		st->label.categories[0] = (struct label_category){ BYTES_LIT("rel"), 0, 2 };
		st->label.values_count = 2;
		st->label.values[0] = bytes_str(codes[0]);
		st->label.values[1] = bytes_str(codes[1]);
	}
	if (sizes[1 - said->party] > 0) {
		st->seen_count = 1;
		st->seen[0] = (struct seen){ bytes_str(names[1 - said->party]), 1, sizes[1 - said->party] };
	}
	if (said->kind == KIND_MESSAGE) {
		st->addressees_count = 1;
		st->addressees[0] = (struct addressee){ bytes_str(names[1 - said->party]), st->role, false };
	}
	st->has_precedence = said->has_precedence || said->kind == KIND_MESSAGE;
	st->precedence = PRECEDENCE_FLASH;
	if (said->form != NULL) {
		st->has_form = true;
		st->form = bytes_str(said->form);
		st->form_version = 1;
	}
	if (said->refers > 0) {
		st->refers[st->refers_count++] = place_at(&places[said->refers]);
		in.subject = &statements[said->refers];
	}
	if (said->of > 0) {
		st->has_instance = true;
		st->instance = place_at(&places[said->of]);
	}
	put_fields(st, &memory, said);
	fold_tried(&fold, &in);
	(void)fold_changed(&fold, &in);
	assert_int_equal(fold_entry(&fold, &in, &view), ERR_OK);
	places[count] = (struct place_key){ in.log, entry.index };
	sizes[said->party]++;
	return view.verdict;
}

static const struct said play[] = {
	{ "a start", A, KIND_START, .has_definition = true, .has_precedence = true,
	  .fields = { { FIELD_START_DEPTH, NULL, 1 } } }, /* 1 */
	{ "a start that is not urgent", B, KIND_START, .has_definition = true,
	  .fields = { { FIELD_START_DEPTH, NULL, 1 } }, .want = VERDICT_PROCEDURE },
	{ "a notice", A, KIND_MESSAGE, .form = "N20", .of = 1 }, /* 3 */
	{ "words in its course", A, KIND_MESSAGE, .of = 1 },
	{ "a form of no notice", A, KIND_MESSAGE, .form = "N31", .of = 1 },
	{ "it is read", B, KIND_WATCH_READ, .refers = 3 },
	{ "of an instance that is none", A, KIND_MESSAGE, .form = "N20", .of = 3, .want = VERDICT_PROCEDURE },
	{ "of one that is not there", A, KIND_MESSAGE, .form = "N20", .of = 1, .is_wrong_leaf = true,
	  .want = VERDICT_PROCEDURE },
	{ "a step that is none", A, KIND_ATTEND, .of = 1, .fields = { { FIELD_STEP, "nowhere", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a step without an instance", A, KIND_ATTEND, .fields = { { FIELD_STEP, "convene", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a step that is not open", A, KIND_DONE, .of = 1, .fields = { { FIELD_STEP, "consult", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a proposal before its gate", A, KIND_PROPOSE, .role = "principal", .of = 1, .has_definition = true,
	  .fields = { { FIELD_STEP, "decide", 0 }, { FIELD_OPTION, "no-action", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a proposal of nothing", A, KIND_PROPOSE, .role = "principal", .of = 1, .has_definition = true,
	  .fields = { { FIELD_STEP, "nowhere", 0 }, { FIELD_OPTION, "nothing", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a lapse of nobody", A, KIND_LAPSE, .refers = 1, .of = 1, .is_node = true,
	  .fields = { { FIELD_LAPSE_CAUSE, NULL, 0 },
		      { FIELD_LAPSE_STEP, "alert", 0 },
		      { FIELD_LAPSE_LEVEL, "watch-read", 0 },
		      { FIELD_LAPSE_PARTY, "nobody", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a lapse of nothing", A, KIND_LAPSE, .refers = 3, .of = 1, .is_node = true,
	  .fields = { { FIELD_LAPSE_CAUSE, NULL, 0 },
		      { FIELD_LAPSE_STEP, "alert", 0 },
		      { FIELD_LAPSE_LEVEL, "nothing", 0 },
		      { FIELD_LAPSE_PARTY, "birch", 0 } },
	  .want = VERDICT_PROCEDURE },
	{ "a digest", B, KIND_DIGEST, .of = 1, .is_node = true },
	{ "a digest of no instance", B, KIND_DIGEST, .is_node = true },
	{ "a remark", B, KIND_REMARK, .of = 1 },
	{ "a remark beside it", B, KIND_REMARK, .want = VERDICT_OK },
};

static void test_play(void **state)
{
	(void)state;
	open_scene();
	for (size_t i = 0; i < ARRAY_COUNT(play); i++) {
		enum verdict got = say(&play[i]);
		if (got != play[i].want)
			fail_msg("%s: %s", play[i].why, verdict_name(got));
	}
	test_map_finish(&rows);
}

/* ---- What is owed, and whose it is. ---- */

static enum err count_owed(void *self, const struct due_view *due)
{
	assert_int_equal(due->instance.log.party, A);
	++*(size_t *)self;
	return ERR_OK;
}

static void test_what_is_owed(void **state)
{
	struct tried_map t;
	const struct map tried = tried_map_open(&t, &map);
	struct place_key start;
	struct fold whole;
	size_t owed = 0;

	(void)state;
	open_scene();
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(say(&play[i]), play[i].want);
	assert_int_equal(fold_obligations(&fold, CHANNEL, B, 110000, count_owed, &owed), ERR_OK);
	assert_true(owed > 0);
	assert_int_equal(fold_instance_of(&fold, &places[3], &start), ERR_OK);
	assert_true(place_key_equal(&start, &places[1]));
	assert_int_equal(fold_instance_of(&fold, &places[2], &start), ERR_NOT_FOUND);
	/* Nor is anything owed where no procedures are folded. */
	assert_int_equal(fold_obligations(&fold, CHANNEL + 1, B, 110000, count_owed, &owed), ERR_OK);
	start = (struct place_key){ { CHANNEL + 1, A, 1 }, 0 };
	assert_int_equal(fold_instance_of(&fold, &start, &start), ERR_NOT_FOUND);
	/* Whichever row cannot be read, whoever asks is told. */
	whole = fold;
	whole.map = &tried;
	while (tried_map_next(&t)) {
		enum err e;
		instance_forget(&instance);
		e = fold_obligations(&whole, CHANNEL, B, 110000, count_owed, &owed);
		assert_int_equal(e, tried_map_has_failed(&t) ? ERR_IO : ERR_OK);
	}
	test_map_finish(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_play),
		cmocka_unit_test(test_what_is_owed),
	};

	return cmocka_run_group_tests(tests, read_procedure, NULL);
}
