/*
 * Each forged move is VOID whatever its author's log holds before it: the second of two is where the first
 * counts and where it does not, nobody can have concurred with what was proposed one entry above, nor signed
 * what was begun there, and an interval that ends before it began is over on nobody's clock.
 */
#include "forge_moves.h"

#include "consult.h"
#include "view/procedure.h"
#include "wire/dialogue.h"

#include <stdio.h>
#include <string.h>

#define SAID_MAX 4u /* in one go */

struct saying {
	struct forge *f;
	struct sim_node *author;
	struct forged_moves *out;
	struct machine m; /* with an instance loaded */
	struct statement s;
	struct buf memory; /* of its fields */
	uint8_t bytes[512];
};

static uint64_t below(struct saying *x, uint64_t limit)
{
	return prng_below(&x->f->w->consult_prng, limit);
}

static struct place place_of(struct saying *x, struct spot at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct place_key key = place_of_spot(x->f->key.channel, at);
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct place p = { key.log.channel,
			   bytes_str(x->f->w->accord->parties[key.log.party].name),
			   key.log.epoch,
			   key.index,
			   { 0 } };

	if (node_entry(x->author->node, &key, &bytes, &read) != ERR_OK)
		world_fail(x->f->w, "a move that is folded cannot be read");
	memcpy(p.leaf, read.leaf, HASH_LEN);
	return p;
}

static void open_move(struct saying *x, enum kind kind)
{
	buf_init(&x->memory, x->bytes, sizeof x->bytes);
	forge_statement(x->f, kind, &x->s);
	x->s.seen_count = node_seen(x->author->node, x->f->key.channel, x->s.seen);
	if (kind != KIND_START) {
		x->s.instance = place_of(x, x->m.instance->start);
		x->s.has_instance = true;
	}
}

static void about(struct saying *x, struct place at)
{
	x->s.refers[x->s.refers_count++] = at;
}

static void field(struct saying *x, uint64_t key, size_t from)
{
	x->s.fields[x->s.fields_count++] =
		(struct field){ key, { x->memory.ptr + from, x->memory.len - from } };
}

static void text(struct saying *x, uint64_t key, const char *words)
{
	size_t from = x->memory.len;

	cbor_put_text(&x->memory, bytes_str(words));
	field(x, key, from);
}

static void number(struct saying *x, uint64_t key, uint64_t value)
{
	size_t from = x->memory.len;

	cbor_put_uint(&x->memory, value);
	field(x, key, from);
}

static void hash(struct saying *x, uint64_t key)
{
	static const uint8_t nothing[HASH_LEN] = { 3 };
	size_t from = x->memory.len;

	cbor_put_bytes(&x->memory, BYTES_OF(nothing));
	field(x, key, from);
}

static void say(struct saying *x)
{
	const struct sim_officer *o = &x->author->officer;
	bool is_node = x->s.kind == KIND_LAPSE;

	if (is_node) {
		x->s.role = BYTES_LIT(ROLE_NODE);
		x->s.has_label = false;
	}
	forge_say(x->f, &x->s, is_node ? NULL : &o->key, (struct bytes){ NULL, 0 });
}

/* The last that was said counts nowhere. */
static void is_void(struct saying *x, enum forged_move kind)
{
	if (x->out->count == FORGED_MOVES_MAX)
		return;
	hash_leaf(x->f->items[x->f->count - 1].entry, x->out->of[x->out->count].leaf);
	x->out->of[x->out->count++].kind = kind;
}

static const struct fact *find(struct saying *x, enum move_kind kind, bool is_own)
{
	const struct fact *found = NULL;
	uint64_t count = 0;

	for (size_t i = 0; i < x->m.instance->count; i++) {
		const struct fact *f = fact_nth(x->m.instance, i);
		if (f->move.kind == kind && (!is_own || f->move.at.party == x->author->party) &&
		    below(x, ++count) == 0)
			found = f;
	}
	return found;
}

static struct place say_proposal(struct saying *x)
{
	open_move(x, KIND_PROPOSE);
	text(x, FIELD_STEP, "decide");
	text(x, FIELD_OPTION, "a");
	hash(x, FIELD_PROPOSE_TEXT);
	say(x);
	return forge_place(x->f, x->f->count - 1);
}

/* Twice of the same proposal: few procedures come as far as one, so it may be his own. */
static bool say_twice(struct saying *x, enum kind kind, enum forged_move forged)
{
	const struct fact *proposal = find(x, MOVE_PROPOSE, false);
	struct place at = proposal == NULL ? say_proposal(x) : place_of(x, proposal->move.at);

	for (int i = 0; i < 2; i++) {
		open_move(x, kind);
		about(x, at);
		say(x);
	}
	is_void(x, forged);
	return true;
}

static bool say_confirm(struct saying *x)
{
	struct place at = say_proposal(x);

	open_move(x, KIND_CONFIRM);
	about(x, at);
	say(x);
	is_void(x, FORGED_CONFIRM);
	return true;
}

static bool say_start(struct saying *x)
{
	open_move(x, KIND_START);
	x->s.has_precedence = true;
	x->s.precedence = PRECEDENCE_PRIORITY;
	hash(x, FIELD_START_DEFINITION);
	number(x, FIELD_START_DEPTH, 3);
	say(x);
	is_void(x, FORGED_START);
	return true;
}

static bool say_withdraw(struct saying *x)
{
	const struct fact *confirm = find(x, MOVE_CONFIRM, true);

	if (confirm == NULL)
		return say_twice(x, KIND_WITHDRAW, FORGED_WITHDRAW);
	open_move(x, KIND_WITHDRAW);
	about(x, place_of(x, confirm->move.about));
	say(x);
	is_void(x, FORGED_WITHDRAW);
	return true;
}

static bool say_lapse(struct saying *x)
{
	const struct fact *message = find(x, MOVE_MESSAGE, true);
	size_t other = (x->author->party + 1) % x->f->w->nodes_count;

	if (message == NULL) /* another's, then */
		message = find(x, MOVE_MESSAGE, false);
	if (message == NULL)
		return false;
	open_move(x, KIND_LAPSE);
	about(x, place_of(x, message->move.at));
	number(x, FIELD_LAPSE_CAUSE, 0);
	text(x, FIELD_LAPSE_STEP, "alert");
	text(x, FIELD_LAPSE_LEVEL, "watch-read");
	text(x, FIELD_LAPSE_ROLE, "watch");
	text(x, FIELD_LAPSE_PARTY, x->f->w->accord->parties[other].name);
	x->s.claimed.ms = message->move.filed_ms - 1;
	say(x);
	is_void(x, FORGED_LAPSE);
	return true;
}

/* ---- Of dialogues: of a body, a session and a text of his own, each one entry above. ---- */

static void texts(struct saying *x, uint64_t key, const char *first, const char *second)
{
	size_t from = x->memory.len;

	cbor_put_array(&x->memory, 2);
	cbor_put_text(&x->memory, bytes_str(first));
	cbor_put_text(&x->memory, bytes_str(second));
	field(x, key, from);
}

static void open_deed(struct saying *x, enum kind kind, const struct place *of)
{
	buf_init(&x->memory, x->bytes, sizeof x->bytes);
	forge_statement(x->f, kind, &x->s);
	x->s.seen_count = node_seen(x->author->node, x->f->key.channel, x->s.seen);
	if (of != NULL)
		about(x, *of);
}

static struct place say_thing(struct saying *x, enum kind kind, const char *name, const struct place *of)
{
	open_deed(x, kind, of);
	text(x, DIALOGUE_NAME, name);
	texts(x, DIALOGUE_TITLE, "en", "A title");
	if (kind == KIND_TEXT)
		texts(x, DIALOGUE_LANGUAGES, "ko", "en");
	say(x);
	return forge_place(x->f, x->f->count - 1);
}

static void say_act(struct saying *x, enum dialogue_act act, const char *record, const struct place *of)
{
	open_deed(x, KIND_ACT, of);
	number(x, DIALOGUE_ACT, act);
	if (record != NULL) {
		text(x, DIALOGUE_TO, record);
		hash(x, DIALOGUE_HASH);
	}
	say(x);
}

#define NAME_LEN 24u

/* Nobody has used it. */
static void name_make(struct saying *x, const char *word, char out[NAME_LEN])
{
	snprintf(out, NAME_LEN, "%s-%llu", word, (unsigned long long)below(x, 1u << 30));
}

static bool say_record(struct saying *x)
{
	char names[3][NAME_LEN];
	struct place body, session;

	name_make(x, "body", names[0]);
	name_make(x, "session", names[1]);
	name_make(x, "text", names[2]);
	body = say_thing(x, KIND_BODY, names[0], NULL);
	session = say_thing(x, KIND_SESSION, names[1], &body);
	(void)say_thing(x, KIND_TEXT, names[2], &body);
	say_act(x, DIALOGUE_ACT_BEGIN, NULL, &session);
	say_act(x, DIALOGUE_ACT_CONCLUDE, NULL, &session);
	say_act(x, DIALOGUE_ACT_RECORD_AGREE, names[2], &session);
	is_void(x, FORGED_RECORD);
	return true;
}

static bool say_correction(struct saying *x)
{
	char names[3][NAME_LEN];
	struct place body, of;

	name_make(x, "body", names[0]);
	name_make(x, "text", names[1]);
	name_make(x, "text", names[2]);
	body = say_thing(x, KIND_BODY, names[0], NULL);
	of = say_thing(x, KIND_TEXT, names[1], &body);
	(void)say_thing(x, KIND_TEXT, names[2], &of);
	is_void(x, FORGED_CORRECTS);
	return true;
}

/* Of dialogues in every other seed: the rest, some of which have names, stay what they were. */
static bool say_one(struct saying *x)
{
	uint64_t kinds = x->f->w->seed % 2 == 0 ? FORGED_RECORD : FORGED_COUNT;

	switch ((enum forged_move)below(x, kinds)) {
	case FORGED_CONCUR:
		return say_twice(x, KIND_CONCUR, FORGED_CONCUR);
	case FORGED_CONFIRM:
		return say_confirm(x);
	case FORGED_START:
		return say_start(x);
	case FORGED_WITHDRAW:
		return say_withdraw(x);
	case FORGED_LAPSE:
		return say_lapse(x);
	case FORGED_RECORD:
		return say_record(x);
	case FORGED_CORRECTS:
		return say_correction(x);
	case FORGED_COUNT:
		break;
	}
	return false;
}

bool forge_moves(struct forge *f, struct sim_node *author, struct forged_moves *out)
{
	static struct saying x;
	struct spot at = { 0 }, chosen = { 0 };
	uint64_t count = 0;
	bool any = false;

	x = (struct saying){ .f = f, .author = author, .out = out };
	if (!fold_machine(node_fold(author->node), f->key.channel, &x.m))
		return false;
	while (machine_next(&x.m, &at) == ERR_OK) {
		if (below(&x, ++count) == 0)
			chosen = at;
	}
	if (count == 0 || machine_load(&x.m, chosen) != ERR_OK)
		return false;
	for (uint64_t i = 1 + below(&x, SAID_MAX); i > 0; i--)
		any |= say_one(&x);
	return any;
}

/*
 * Who writes on in an epoch after he has opened the next one, and has seen what others saw of that one, has
 * in his past only what it carries on: of what he had said before, perhaps nothing.
 */
static bool is_of_two_epochs(struct sim_node *n, const struct place_key *at, const struct entry_view *v)
{
	struct vector past = vector_of_view(node_fold(n->node), v);

	return epoch_of(past.of[at->log.party]) > at->log.epoch;
}

void forged_moves_check(struct world *w, struct sim_node *n, size_t author, const struct forged_moves *m,
			uint64_t seen[FORGED_COUNT])
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, 0 };
		for (; logs[i].log.party == author && at.index < logs[i].folded; at.index++) {
			struct buf bytes = BUF_ON(memory);
			struct entry_read_out read;
			if (node_entry(n->node, &at, &bytes, &read) != ERR_OK)
				world_fail(w, "an entry of the hostile log cannot be read");
			for (size_t k = 0; k < m->count; k++) {
				if (memcmp(m->of[k].leaf, read.leaf, HASH_LEN) != 0 ||
				    is_of_two_epochs(n, &at, &read.view))
					continue;
				if (read.view.verdict == VERDICT_OK)
					world_fail(w, "node %zu counts a forged move of kind %u", n->party,
						   (unsigned)m->of[k].kind);
				seen[m->of[k].kind]++;
			}
		}
	}
}
