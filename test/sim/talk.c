/*
 * Officers of standing dialogues: bodies, promises and what becomes of them, texts that both sides write and
 * sign at once, events with claims and assessments. Some are wrong on purpose, and refused at the own door:
 * hashes of what a text was, reports that their own author accepts. Draws are their own, so that all else
 * happens as it did without.
 */
#include "talk.h"

#include "node/node.h"
#include "view/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TALK_CHANNEL 2u /* world_accord's */
#define UNITS 2u

static uint64_t below(struct world *w, uint64_t limit)
{
	return prng_below(&w->talk_prng, limit);
}

/* ---- Fields. ---- */

static void end_field(struct talk_act *a, uint64_t key, const struct buf *memory, size_t *from)
{
	a->fields[a->fields_count++] = (struct field){ key, { memory->ptr + *from, memory->len - *from } };
	*from = memory->len;
}

static void put_text(struct talk_act *a, enum dialogue_field field, const char *text, struct buf *memory)
{
	size_t from = memory->len;

	cbor_put_text(memory, bytes_str(text));
	end_field(a, field, memory, &from);
}

static void put_uint(struct talk_act *a, enum dialogue_field field, uint64_t value, struct buf *memory)
{
	size_t from = memory->len;

	cbor_put_uint(memory, value);
	end_field(a, field, memory, &from);
}

static void put_texts(struct talk_act *a, enum dialogue_field field, const char *const *texts, size_t count,
		      struct buf *memory)
{
	size_t from = memory->len;

	cbor_put_array(memory, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(memory, bytes_str(texts[i]));
	end_field(a, field, memory, &from);
}

static void put_words(struct talk_act *a, enum dialogue_field field, const char *text, struct buf *memory)
{
	const char *const words[] = { "en", text };

	put_texts(a, field, words, 2, memory);
}

/* ---- What there is to talk about. ---- */

static bool pick(struct world *w, struct sim_node *n, enum kind kind, struct thing_row *out)
{
	static struct thing_row row;
	struct message_at at = { 0 };
	uint64_t count = 0;

	while (fold_next_thing(node_fold(n->node), TALK_CHANNEL, kind, NULL, &at, &row) == ERR_OK) {
		if (prng_is_one_in(&w->talk_prng, ++count))
			*out = row;
	}
	return count > 0;
}

static struct place_key place_at(const struct deed_at *at)
{
	return (struct place_key){ { TALK_CHANNEL, at->party, at->epoch }, at->index };
}

static void refer(struct talk_act *a, const struct place_key *at)
{
	a->about[a->about_count++] = *at;
}

/* One of a few names, so that two sides give the same at once. */
static const char *name_of(struct world *w, const char *kind, char *memory, size_t size)
{
	snprintf(memory, size, "%s-%u", kind, (unsigned)below(w, 6));
	return memory;
}

/* ---- Things. ---- */

static const struct talk_thing {
	enum kind kind, on;
} things[] = {
	{ KIND_BODY, 0 },
	{ KIND_COMMITMENT, KIND_BODY },
	{ KIND_TEXT, KIND_BODY },
	{ KIND_EVENT, 0 },
	{ KIND_CLAIM, KIND_EVENT },
	{ KIND_SESSION, KIND_BODY },
	{ KIND_ITEM, KIND_SESSION },
};

static bool choose_thing(struct world *w, struct sim_node *n, struct talk_act *a)
{
	static struct thing_row row;
	const struct talk_thing *t = &things[below(w, ARRAY_COUNT(things))];
	const char *owner = w->accord->parties[below(w, w->accord->parties_count)].code;
	static const char *const languages[] = { "ko", "en" };
	struct buf memory = BUF_ON(a->memory);
	char name[24];

	if (t->on != 0 && !pick(w, n, t->on, &row))
		return false;
	if (t->on != 0)
		refer(a, &row.place);
	a->kind = t->kind;
	put_text(a, DIALOGUE_NAME, name_of(w, "thing", name, sizeof name), &memory);
	if (t->kind != KIND_CLAIM)
		put_words(a, DIALOGUE_TITLE, "A title", &memory);
	if (t->kind == KIND_COMMITMENT)
		put_texts(a, DIALOGUE_PARTIES, &owner, 1, &memory);
	if (t->kind == KIND_CLAIM) {
		put_text(a, DIALOGUE_SOURCE, "a station", &memory);
		put_words(a, DIALOGUE_DETAIL, "Two were seen", &memory);
	}
	if (t->kind == KIND_TEXT)
		put_texts(a, DIALOGUE_LANGUAGES, languages, 2, &memory);
	return true;
}

/* ---- What is said of them. ---- */

static const struct talk_deed {
	enum kind kind, on;
	enum dialogue_act act;
} deeds[] = {
	{ KIND_ACT, KIND_COMMITMENT, DIALOGUE_ACT_CONFIRM },
	{ KIND_REPORTED, KIND_COMMITMENT, 0 },
	{ KIND_ACCEPTED, KIND_COMMITMENT, 0 },
	{ KIND_DISPUTED, KIND_COMMITMENT, 0 },
	{ KIND_ACT, KIND_EVENT, DIALOGUE_ACT_ASSESS },
	{ KIND_ACT, KIND_CLAIM, DIALOGUE_ACT_WITHDRAW },
	{ KIND_SAME, KIND_EVENT, 0 },
	{ KIND_ACT, KIND_BODY, DIALOGUE_ACT_AMEND },
	{ KIND_ACT, KIND_BODY, DIALOGUE_ACT_END },
	{ KIND_ACT, KIND_SESSION, DIALOGUE_ACT_AGENDA_AGREE },
	{ KIND_ACT, KIND_SESSION, DIALOGUE_ACT_BEGIN },
	{ KIND_ACT, KIND_SESSION, DIALOGUE_ACT_CONCLUDE },
	{ KIND_ACT, KIND_SESSION, DIALOGUE_ACT_RECORD_AGREE },
	{ KIND_ACT, KIND_ITEM, DIALOGUE_ACT_ITEM_CLOSE },
	{ KIND_ACT, KIND_ITEM, DIALOGUE_ACT_ITEM_DISCUSSED },
};

/* Mostly the oldest, so that one is signed. The caller closes *out. */
static bool pick_text(struct world *w, struct sim_node *n, struct thing_row *row, struct text *out)
{
	struct message_at oldest = { 0 };

	if (!pick(w, n, KIND_TEXT, row))
		return false;
	if (below(w, 4) > 0 &&
	    fold_next_thing(node_fold(n->node), TALK_CHANNEL, KIND_TEXT, NULL, &oldest, row) != ERR_OK)
		return false;
	if (fold_text(node_fold(n->node), &row->place, NULL, NULL, row, out) != ERR_OK)
		world_fail(w, "a text is not there");
	return true;
}

static void put_hash(struct talk_act *a, const uint8_t hash[HASH_LEN], struct buf *memory)
{
	size_t from = memory->len;

	cbor_put_bytes(memory, (struct bytes){ hash, HASH_LEN });
	end_field(a, DIALOGUE_HASH, memory, &from);
}

/* A text as it stands, or one that is not it; many are agreed by nobody yet. */
static bool choose_record(struct world *w, struct sim_node *n, struct talk_act *a, struct buf *memory)
{
	static struct thing_row row;
	struct statement says;
	struct text_head head;
	uint8_t hash[HASH_LEN];
	char name[DIALOGUE_NAME_MAX + 1];
	struct text t;
	bool is_named;

	if (!pick_text(w, n, &row, &t))
		return false;
	text_head_of(w->accord, &row, &says, &head);
	text_hash(&t, &head, hash);
	text_close(&t);
	hash[0] ^= below(w, 16) == 0;
	is_named = bytes_copy_str(head.name, name, sizeof name) == ERR_OK;
	if (is_named)
		put_text(a, DIALOGUE_TO, name, memory);
	put_hash(a, hash, memory);
	return is_named;
}

static bool choose_deed(struct world *w, struct sim_node *n, struct talk_act *a)
{
	static struct thing_row row, other;
	const struct talk_deed *d = &deeds[below(w, ARRAY_COUNT(deeds))];
	struct buf memory = BUF_ON(a->memory);
	size_t of = (size_t)below(w, w->accord->parties_count);
	struct place_key report;

	if (!pick(w, n, d->on, &row) || (d->act == DIALOGUE_ACT_END && below(w, 8) > 0))
		return false;
	a->kind = d->kind;
	refer(a, &row.place);
	if (d->kind == KIND_SAME && (!pick(w, n, KIND_EVENT, &other)))
		return false;
	if (d->kind == KIND_SAME) {
		refer(a, &other.place);
		put_uint(a, DIALOGUE_ACT, below(w, 2), &memory);
	}
	if (d->kind == KIND_ACCEPTED || d->kind == KIND_DISPUTED) {
		if (row.thing.reports[of].epoch == 0)
			return false;
		report = place_at(&row.thing.reports[of]);
		a->about[0] = report;
	}
	if (d->act == DIALOGUE_ACT_AMEND && d->kind == KIND_ACT)
		put_words(a, DIALOGUE_TITLE, "Another title", &memory);
	if (d->kind == KIND_ACT)
		put_uint(a, DIALOGUE_ACT, d->act, &memory);
	if (d->kind == KIND_DISPUTED || (d->kind == KIND_ACT && d->act == DIALOGUE_ACT_ASSESS))
		put_words(a, DIALOGUE_DETAIL, "As we have it", &memory);
	return d->kind != KIND_ACT || d->act != DIALOGUE_ACT_RECORD_AGREE || choose_record(w, n, a, &memory);
}

/* ---- Texts. ---- */

static void choose_unit(struct world *w, struct talk_act *a, struct buf *memory)
{
	static const char *const tags[] = { "ko", "en" };
	const char *tag = tags[below(w, 2)];
	char name[24], words[32];

	snprintf(name, sizeof name, "unit-%u", (unsigned)below(w, UNITS));
	snprintf(words, sizeof words, "%u words", (unsigned)below(w, 1000));
	a->kind = KIND_UNIT;
	put_text(a, DIALOGUE_NAME, name, memory);
	put_uint(a, DIALOGUE_NUMBER, below(w, 9), memory);
	put_texts(a, DIALOGUE_LANGUAGES, &tag, 1, memory);
	put_text(a, DIALOGUE_WORDS, words, memory);
}

/* Versions as they are shown, of one unit or of all; a concordance too names one in each language. */
static bool choose_named(struct world *w, const struct text *t, struct talk_act *a)
{
	size_t only = (size_t)below(w, 8 * UNITS);

	a->kind = below(w, 2) == 0 ? KIND_AGREE : KIND_CONCORDANCE;
	for (size_t i = 0; i < t->units_count; i++) {
		for (size_t l = 0; l < t->languages_count; l++) {
			const struct text_version *v = text_shown(t, &t->units[i], l);
			struct place_key at;
			if (v == NULL || (only < t->units_count && only != i) ||
			    a->about_count == TALK_REFERS_MAX)
				continue;
			at = place_at(&v->at);
			refer(a, &at);
		}
	}
	return a->about_count > 1;
}

/* Another's initial that this party has not read back, or a READ BACK of its own that it has not marked. */
static bool choose_about_initial(struct world *w, const struct sim_node *n, const struct text *t,
				 const uint8_t hash[HASH_LEN], struct talk_act *a, struct buf *memory)
{
	for (size_t i = 0; i < w->nodes_count; i++) {
		const struct text_endorsed *initial = &t->endorsed[ENDORSE_INITIAL][i];
		struct place_key at = place_at(&initial->at);
		if (i == n->party)
			continue;
		a->kind = KIND_READ_BACK;
		if (text_has_read_back(t, i, n->party, hash) &&
		    text_marking(t, i, n->party, hash) != TEXT_MARKED_CORRECT) {
			a->kind = KIND_MARK;
			at = place_at(&t->read_backs[i][n->party].at);
			put_uint(a, FIELD_MARK, below(w, 8) == 0, memory);
		} else if (initial->at.epoch == 0 || memcmp(initial->hash, hash, HASH_LEN) != 0 ||
			   text_has_read_back(t, n->party, i, hash)) {
			continue;
		}
		a->about_count = 0;
		refer(a, &at);
		return true;
	}
	return false;
}

static void choose_endorsement(struct world *w, struct sim_node *n, const struct thing_row *row,
			       const struct text *t, struct talk_act *a, struct buf *memory)
{
	enum endorsement what = below(w, 8) == 0 ? (enum endorsement)below(w, ENDORSEMENT_COUNT)
				: !text_is_endorsed(t, ENDORSE_INITIAL) ? ENDORSE_INITIAL
									: ENDORSE_SIGN;
	struct statement says;
	struct text_head head;
	uint8_t hash[HASH_LEN];

	text_head_of(w->accord, row, &says, &head);
	text_hash(t, &head, hash);
	if (below(w, 8) > 0 && choose_about_initial(w, n, t, hash, a, memory))
		return;
	hash[0] ^= below(w, 16) == 0; /* of what it is not */
	a->kind = KIND_ENDORSE;
	put_uint(a, DIALOGUE_ACT, what, memory);
	if (what == ENDORSE_RELEASE)
		put_text(a, DIALOGUE_WHEN, "2026-04-11T14:30Z", memory);
	put_hash(a, hash, memory);
}

static bool choose_of_text(struct world *w, struct sim_node *n, struct talk_act *a)
{
	static struct thing_row row;
	struct buf memory = BUF_ON(a->memory);
	uint64_t draw = below(w, 12);
	struct text t;
	bool is_said = true, is_clean;

	/* Of a clean one each word more outdates the initials. */
	if (!pick_text(w, n, &row, &t))
		return false;
	refer(a, &row.place);
	is_clean = text_is_clean(&t, UNIT_AD_REFERENDUM);
	if ((draw == 0 && (!is_clean || below(w, 4) == 0) &&
	     (t.versions_count < 4 * UNITS || below(w, 4) == 0)) ||
	    t.versions_count < 2 * UNITS)
		choose_unit(w, a, &memory);
	else if (is_clean ? draw == 1 && below(w, 4) == 0 : draw < 10)
		is_said = choose_named(w, &t, a);
	else
		choose_endorsement(w, n, &row, &t, a, &memory);
	text_close(&t);
	return is_said;
}

bool talk_choose(struct world *w, struct sim_node *n, struct talk_act *out)
{
	uint64_t draw = below(w, 10);

	*out = (struct talk_act){ .channel = TALK_CHANNEL };
	if (draw < 2)
		return choose_thing(w, n, out);
	return draw < 4 ? choose_deed(w, n, out) : choose_of_text(w, n, out);
}

/* ---- Once quiet. ---- */

static void count_text(struct world *w, const struct text *t)
{
	for (size_t i = 0; i < t->units_count; i++)
		w->counters.talk[TALK_BRACKETED] += text_status(t, &t->units[i]) == UNIT_BRACKETED;
	w->counters.talk[TALK_CLEAN] += text_is_clean(t, UNIT_AD_REFERENDUM);
	w->counters.talk[TALK_INITIALLED] += text_is_endorsed(t, ENDORSE_INITIAL);
	for (size_t i = 0; i < w->nodes_count; i++) {
		if (text_is_read_back(t, t->endorsed[ENDORSE_INITIAL][i].hash)) {
			w->counters.talk[TALK_READ_BACK]++;
			break;
		}
	}
	w->counters.talk[TALK_SIGNED] += text_is_endorsed(t, ENDORSE_SIGN);
}

static void check_text(struct world *w, struct sim_node *n, const struct place_key *at)
{
	static struct thing_row row;
	uint8_t hash[2][HASH_LEN];
	struct statement says;
	struct text_head head;
	struct text t;

	for (size_t i = 0; i < 2; i++) {
		struct sim_node *of = i == 0 ? n : &w->nodes[0];
		if (fold_text(node_fold(of->node), at, NULL, NULL, &row, &t) != ERR_OK)
			world_fail(w, "node %zu has not the text of node %zu", of->party, n->party);
		text_head_of(w->accord, &row, &says, &head);
		text_hash(&t, &head, hash[i]);
		if (n->party == 0 && i == 0)
			count_text(w, &t);
		text_close(&t);
	}
	if (memcmp(hash[0], hash[1], HASH_LEN) != 0)
		world_fail(w, "node %zu has another file of a text than node 0", n->party);
}

void talk_check(struct world *w, struct sim_node *n)
{
	static const struct {
		enum kind kind;
		enum talk_word word;
	} counted[] = { { KIND_EVENT, TALK_EVENT },
			{ KIND_CLAIM, TALK_CLAIM },
			{ KIND_COMMITMENT, TALK_PROMISE } };
	static struct thing_row row;
	struct message_at at = { 0 };

	if (!w->has_talk)
		return;
	while (fold_next_thing(node_fold(n->node), TALK_CHANNEL, KIND_TEXT, NULL, &at, &row) == ERR_OK)
		check_text(w, n, &at.place);
	for (size_t i = 0; n->party == 0 && i < ARRAY_COUNT(counted); i++) {
		at = (struct message_at){ 0 };
		while (fold_next_thing(node_fold(n->node), TALK_CHANNEL, counted[i].kind, NULL, &at, &row) ==
		       ERR_OK)
			w->counters.talk[counted[i].word]++;
	}
}
