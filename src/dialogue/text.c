#include "dialogue/text.h"

#include "base/alloc.h"
#include "base/sort.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *unit_status_name(enum unit_status s)
{
	static const char *const names[UNIT_STATUS_COUNT] = { "MISSING", "PROPOSED", "BRACKETED",
							      "AGREED AD REFERENDUM", "AGREED" };

	return names[index_below(s, UNIT_STATUS_COUNT)];
}

static struct bytes keep(struct bytes in)
{
	uint8_t *copy = in.len == 0 ? NULL : xcalloc(1, in.len);

	if (in.len > 0)
		memcpy(copy, in.ptr, in.len);
	return (struct bytes){ copy, in.len };
}

static void drop(struct bytes *kept)
{
	free((void *)(uintptr_t)kept->ptr);
	*kept = (struct bytes){ NULL, 0 };
}

void text_open(struct text *t, const struct thing *thing, struct bytes languages)
{
	struct dialogue_texts tags;
	struct bytes tag;

	*t = (struct text){ .parties = thing->parties, .parties_count = thing->parties_count };
	dialogue_texts_open(&tags, languages);
	while (t->languages_count < DIALOGUE_LANGUAGES_MAX && dialogue_texts_next(&tags, &tag)) {
		if (bytes_copy_str(tag, t->languages[t->languages_count], sizeof t->languages[0]) == ERR_OK)
			t->languages_count++;
	}
}

void text_close(struct text *t)
{
	for (size_t i = 0; i < t->versions_count; i++)
		drop(&t->versions[i].words);
	for (size_t i = 0; i < PARTY_MAX; i++) {
		free(t->of[i]);
		for (size_t e = 0; e < ENDORSEMENT_COUNT; e++) {
			drop(&t->endorsed[e][i].when);
			drop(&t->endorsed[e][i].outlets);
		}
	}
	free(t->versions);
	free(t->by_name);
	free(t->units);
	*t = (struct text){ 0 };
}

size_t text_find_language(const struct text *t, struct bytes tag)
{
	size_t i = 0;

	while (i < t->languages_count && !bytes_equal(bytes_str(t->languages[i]), tag))
		i++;
	return i;
}

/* ---- Deeds. ---- */

/* Doubled whenever it is a power of two. */
static void *grown(void *items, size_t count, size_t size)
{
	bool is_full = (count & (count - 1)) == 0;

	return is_full ? xrealloc(items, (count == 0 ? 1 : 2 * count) * size) : items;
}

static size_t unit_rank(const struct text *t, struct bytes name, bool *is_there)
{
	size_t low = 0, high = t->units_count;

	*is_there = false;
	while (low < high && !*is_there) {
		size_t middle = low + (high - low) / 2;
		int order = bytes_compare(bytes_str(t->units[t->by_name[middle]].name), name);
		*is_there = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static uint32_t unit_of(struct text *t, struct bytes name)
{
	bool is_there;
	size_t rank = unit_rank(t, name, &is_there);
	struct buf to;

	if (is_there)
		return t->by_name[rank];
	t->by_name = grown(t->by_name, t->units_count, sizeof *t->by_name);
	t->units = grown(t->units, t->units_count, sizeof *t->units);
	memmove(t->by_name + rank + 1, t->by_name + rank, (t->units_count - rank) * sizeof *t->by_name);
	t->by_name[rank] = (uint32_t)t->units_count;
	t->units[t->units_count] = (struct text_unit){ .name = "" };
	to = (struct buf){ (uint8_t *)t->units[t->units_count].name, 0, DIALOGUE_NAME_MAX, false };
	buf_put(&to, name);
	return (uint32_t)t->units_count++;
}

static int place_order(const struct deed_at *a, const struct deed_at *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return a->index == b->index ? 0 : a->index < b->index ? -1 : 1;
}

const struct text_version *text_version(const struct text *t, const struct deed_at *at)
{
	size_t low = 0, high = t->of_count[at->party];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct text_version *v = &t->versions[t->of[at->party][middle]];
		int order = place_order(&v->at, at);
		if (order == 0)
			return v;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void take_unit(struct text *t, const struct text_deed *d)
{
	struct dialogue_texts tags;
	struct text_version v = { .at = d->at, .number = (uint32_t)dialogue_uint(d->says, DIALOGUE_NUMBER) };
	uint8_t party = d->at.party;
	struct bytes tag = { NULL, 0 };

	dialogue_texts_open(&tags, dialogue_field(d->says, DIALOGUE_LANGUAGES));
	(void)dialogue_texts_next(&tags, &tag);
	v.language = (uint8_t)text_find_language(t, tag);
	if (v.language == t->languages_count)
		return;
	v.unit = unit_of(t, dialogue_text(d->says, DIALOGUE_NAME));
	v.words = keep(dialogue_text(d->says, DIALOGUE_WORDS));
	t->versions = grown(t->versions, t->versions_count, sizeof v);
	t->of[party] = grown(t->of[party], t->of_count[party], sizeof *t->of[party]);
	t->of[party][t->of_count[party]++] = (uint32_t)t->versions_count;
	t->versions[t->versions_count++] = v;
	t->units[v.unit].stands[v.language][party] =
		(struct text_stand){ (uint32_t)t->versions_count, TEXT_PROPOSES };
}

static void take_named(struct text *t, const struct text_deed *d)
{
	bool is_ad_referendum = dialogue_uint(d->says, DIALOGUE_ACT) == AGREE_AD_REFERENDUM;

	for (size_t i = 0; i < d->named_count; i++) {
		const struct text_version *v = text_version(t, &d->named[i]);
		uint32_t version = v == NULL ? 0 : (uint32_t)(v - t->versions) + 1;
		if (v == NULL)
			continue;
		if (d->says->kind == KIND_CONCORDANCE)
			t->units[v->unit].concorded[v->language][d->at.party] = version;
		else
			t->units[v->unit].stands[v->language][d->at.party] =
				(struct text_stand){ version,
						     is_ad_referendum ? TEXT_AD_REFERENDUM : TEXT_AGREES };
	}
}

static void take_endorsement(struct text *t, const struct text_deed *d)
{
	uint64_t what = dialogue_uint(d->says, DIALOGUE_ACT);
	struct text_endorsed *e;
	struct cbor_reader r;

	if (what >= ENDORSEMENT_COUNT)
		return;
	e = &t->endorsed[what][d->at.party];
	drop(&e->when);
	drop(&e->outlets);
	e->at = d->at;
	cbor_open(&r, dialogue_field(d->says, DIALOGUE_HASH)); /* each has one: dialogue_check */
	(void)cbor_read_fixed(&r, e->hash, sizeof e->hash);
	e->when = keep(dialogue_text(d->says, DIALOGUE_WHEN));
	e->outlets = keep(dialogue_field(d->says, DIALOGUE_OUTLETS));
}

/* Of one hash the first READ BACK tells since when; of the initial before nothing is left. */
static void take_read_back(struct text *t, const struct text_deed *d, const uint8_t hash[HASH_LEN])
{
	struct text_read_back *b = &t->read_backs[d->at.party][d->named[0].party];

	if (b->at.epoch == 0 || memcmp(b->hash, hash, HASH_LEN) != 0)
		b->since_ms = d->filed_ms;
	b->at = d->at;
	memcpy(b->hash, hash, HASH_LEN);
}

static void take_mark(struct text *t, const struct text_deed *d, const uint8_t hash[HASH_LEN])
{
	struct text_read_back *b = &t->read_backs[d->named[0].party][d->at.party];

	b->marking = dialogue_uint(d->says, DIALOGUE_ACT) == 0 ? TEXT_MARKED_CORRECT : TEXT_MARKED_WRONG;
	b->marked_at = d->named[0];
	memcpy(b->marked_hash, hash, HASH_LEN);
}

static void take_about_initial(struct text *t, const struct text_deed *d)
{
	uint8_t hash[HASH_LEN] = { 0 };
	struct cbor_reader r;

	cbor_open(&r, dialogue_field(d->says, DIALOGUE_HASH));
	(void)cbor_read_fixed(&r, hash, sizeof hash);
	if (d->says->kind == KIND_READ_BACK)
		take_read_back(t, d, hash);
	else
		take_mark(t, d, hash);
}

bool text_is_revised_by(uint64_t kind)
{
	return kind == KIND_UNIT || kind == KIND_AGREE || kind == KIND_CONCORDANCE;
}

void text_take(struct text *t, const struct text_deed *d)
{
	assert(d->at.party < PARTY_MAX);
	t->deeds[d->at.party] += text_is_revised_by(d->says->kind);
	if (d->says->kind == KIND_UNIT)
		take_unit(t, d);
	else if (d->says->kind == KIND_ENDORSE)
		take_endorsement(t, d);
	else if (text_is_revised_by(d->says->kind))
		take_named(t, d);
	else
		take_about_initial(t, d);
}

/* ---- What follows from them. ---- */

bool text_is_same(const struct text *t, uint32_t version, uint32_t other)
{
	const struct text_version *one = &t->versions[version - 1], *two = &t->versions[other - 1];

	return one == two || (one->number == two->number && bytes_equal(one->words, two->words));
}

enum unit_status text_status_in(const struct text *t, const struct text_unit *u, size_t language)
{
	enum text_firmness least = TEXT_AGREES;
	uint32_t version = 0;
	bool do_all = true;

	for (size_t i = 0; i < t->parties_count; i++) {
		const struct text_stand *s = &u->stands[language][i];
		if ((t->parties >> i & 1) == 0)
			continue;
		if (s->version != 0 && version != 0 && !text_is_same(t, s->version, version))
			return UNIT_BRACKETED;
		version = s->version != 0 ? s->version : version;
		least = s->firmness < least ? s->firmness : least;
		do_all = do_all && s->version != 0;
	}
	if (version == 0)
		return UNIT_MISSING;
	if (!do_all || least == TEXT_PROPOSES)
		return UNIT_PROPOSED;
	return least == TEXT_AGREES ? UNIT_AGREED : UNIT_AD_REFERENDUM;
}

enum unit_status text_status(const struct text *t, const struct text_unit *u)
{
	enum unit_status least = UNIT_AGREED;
	bool is_bracketed = false;

	for (size_t i = 0; i < t->languages_count; i++) {
		enum unit_status s = text_status_in(t, u, i);
		is_bracketed = is_bracketed || s == UNIT_BRACKETED;
		least = s < least ? s : least;
	}
	return is_bracketed ? UNIT_BRACKETED : least == UNIT_MISSING ? UNIT_PROPOSED : least;
}

static uint32_t shown(const struct text *t, const struct text_unit *u, size_t language)
{
	for (size_t i = 0; i < t->parties_count; i++) {
		if ((t->parties >> i & 1) != 0 && u->stands[language][i].version != 0)
			return u->stands[language][i].version;
	}
	return 0;
}

const struct text_version *text_shown(const struct text *t, const struct text_unit *u, size_t language)
{
	uint32_t version = shown(t, u, language);

	return version == 0 ? NULL : &t->versions[version - 1];
}

bool text_is_concorded(const struct text *t, const struct text_unit *u, size_t party)
{
	for (size_t i = 0; i < t->languages_count; i++) {
		uint32_t version = shown(t, u, i);
		if (u->concorded[i][party] == 0 || version == 0 ||
		    !text_is_same(t, u->concorded[i][party], version) ||
		    text_status_in(t, u, i) == UNIT_BRACKETED)
			return false;
	}
	return true;
}

static size_t languages_with_words(const struct text *t, const struct text_unit *u)
{
	size_t count = 0;

	for (size_t i = 0; i < t->languages_count; i++) {
		const struct text_version *v = text_shown(t, u, i);
		count += v != NULL && v->words.len > 0;
	}
	return count;
}

bool text_is_left_out(const struct text *t, const struct text_unit *u)
{
	return text_status(t, u) >= UNIT_AD_REFERENDUM && languages_with_words(t, u) == 0;
}

bool text_is_agreed(const struct text *t, enum unit_status least)
{
	size_t left = 0;

	for (size_t n = 0; n < t->units_count; n++) {
		const struct text_unit *u = &t->units[n];
		size_t words = languages_with_words(t, u);
		if (text_status(t, u) < least || (words != 0 && words != t->languages_count))
			return false;
		left += words != 0;
	}
	return left > 0;
}

bool text_is_clean(const struct text *t, enum unit_status least)
{
	for (size_t n = 0; n < t->units_count; n++) {
		for (size_t i = 0; i < t->parties_count; i++) {
			if ((t->parties >> i & 1) != 0 && !text_is_concorded(t, &t->units[n], i))
				return false;
		}
	}
	return text_is_agreed(t, least);
}

bool text_is_endorsed(const struct text *t, enum endorsement what)
{
	const struct text_endorsed *first = NULL;

	for (size_t i = 0; i < t->parties_count; i++) {
		const struct text_endorsed *e = &t->endorsed[what][i];
		if ((t->parties >> i & 1) == 0)
			continue;
		if (e->at.epoch == 0)
			return false;
		if (first == NULL)
			first = e;
		if (memcmp(first->hash, e->hash, HASH_LEN) != 0 || !bytes_equal(first->when, e->when) ||
		    !bytes_equal(first->outlets, e->outlets))
			return false;
	}
	return first != NULL;
}

bool text_has_read_back(const struct text *t, size_t reader, size_t whose, const uint8_t hash[HASH_LEN])
{
	const struct text_read_back *b = &t->read_backs[reader][whose];

	return b->at.epoch != 0 && memcmp(b->hash, hash, HASH_LEN) == 0;
}

enum text_marking text_marking(const struct text *t, size_t reader, size_t whose,
			       const uint8_t hash[HASH_LEN])
{
	const struct text_read_back *b = &t->read_backs[reader][whose];

	if (b->marking == TEXT_UNMARKED || memcmp(b->marked_hash, hash, HASH_LEN) != 0)
		return TEXT_UNMARKED;
	/* What is read back anew after a WRONG is not that. */
	return b->marking == TEXT_MARKED_WRONG && place_order(&b->marked_at, &b->at) != 0 ? TEXT_UNMARKED
											  : b->marking;
}

bool text_is_read_back(const struct text *t, const uint8_t hash[HASH_LEN])
{
	for (size_t reader = 0; reader < t->parties_count; reader++) {
		for (size_t whose = 0; whose < t->parties_count; whose++) {
			if (reader != whose && (t->parties >> reader & t->parties >> whose & 1) != 0 &&
			    text_marking(t, reader, whose, hash) != TEXT_MARKED_CORRECT)
				return false;
		}
	}
	return true;
}

uint64_t text_stood_since(const struct text *t, size_t party, const uint8_t hash[HASH_LEN])
{
	uint64_t since = 0;

	for (size_t i = 0; i < t->parties_count; i++) {
		if (i == party || (t->parties >> i & 1) == 0)
			continue;
		if (!text_has_read_back(t, party, i, hash))
			return UINT64_MAX;
		if (t->read_backs[party][i].since_ms > since)
			since = t->read_backs[party][i].since_ms;
	}
	return since;
}

/* ---- The canonical file. ---- */

struct ranked {
	const struct text_unit *unit;
	uint32_t number;
};

static int rank_order(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->unit->name, y->unit->name);
}

/* Its number is that of the first language in which it has words. */
static uint32_t number_of(const struct text *t, const struct text_unit *u)
{
	for (size_t i = 0; i < t->languages_count; i++) {
		const struct text_version *v = text_shown(t, u, i);
		if (v != NULL)
			return v->number;
	}
	return 0;
}

const struct text_unit **text_order(const struct text *t)
{
	struct ranked *ranked = xcalloc(t->units_count + 1, sizeof *ranked);
	const struct text_unit **order = xcalloc(t->units_count + 1, sizeof *order);

	for (size_t i = 0; i < t->units_count; i++)
		ranked[i] = (struct ranked){ &t->units[i], number_of(t, &t->units[i]) };
	sort_items(ranked, t->units_count, sizeof *ranked, rank_order);
	for (size_t i = 0; i < t->units_count; i++)
		order[i] = ranked[i].unit;
	free(ranked);
	return order;
}

struct writer {
	text_put *put;
	void *self;
};

static void put_line(const struct writer *w, const struct buf *line)
{
	assert(buf_check(line) == ERR_OK);
	w->put(w->self, buf_bytes(line));
}

/* "unit NAME LANGUAGE LENGTH", then so many bytes and a line's end. */
static void put_words(const struct writer *w, const char *what, const char *name, struct bytes language,
		      struct bytes words)
{
	uint8_t memory[64 + DIALOGUE_NAME_MAX + LANGUAGE_TAG_MAX];
	struct buf line = BUF_ON(memory);

	buf_put_str(&line, what);
	buf_put_str(&line, name);
	buf_put_byte(&line, ' ');
	buf_put(&line, language);
	buf_put_byte(&line, ' ');
	buf_put_decimal(&line, words.len);
	buf_put_byte(&line, '\n');
	put_line(w, &line);
	w->put(w->self, words);
	w->put(w->self, BYTES_LIT("\n"));
}

static void put_head(const struct writer *w, const struct text *t, const struct text_head *head)
{
	uint8_t memory[512];
	struct buf line = BUF_ON(memory);
	struct dialogue_texts texts;
	struct bytes tag, words;

	buf_put_str(&line, "entente text/1\naccord ");
	buf_put_hex(&line, BYTES_OF(head->accord));
	buf_put_str(&line, "\nplace ");
	buf_put_decimal(&line, head->channel);
	buf_put_byte(&line, ' ');
	buf_put(&line, head->codes[head->at.party]);
	buf_put_byte(&line, ' ');
	buf_put_decimal(&line, head->at.epoch);
	buf_put_byte(&line, '.');
	buf_put_decimal(&line, head->at.index);
	buf_put_str(&line, "\nname ");
	buf_put(&line, head->name);
	buf_put_str(&line, "\nrevision");
	for (size_t i = 0; i < t->parties_count; i++) {
		if ((t->parties >> i & 1) == 0)
			continue;
		buf_put_byte(&line, ' ');
		buf_put(&line, head->codes[i]);
		buf_put_byte(&line, ' ');
		buf_put_decimal(&line, t->deeds[i]);
	}
	buf_put_str(&line, "\n");
	put_line(w, &line);
	dialogue_texts_open(&texts, head->title);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &words))
		put_words(w, "title", "", tag, words);
}

void text_write(const struct text *t, const struct text_head *head, text_put *put, void *self)
{
	struct writer w = { put, self };
	const struct text_unit **order = text_order(t);

	put_head(&w, t, head);
	for (size_t n = 0; n < t->units_count; n++) {
		if (text_is_left_out(t, order[n]))
			continue;
		for (size_t i = 0; i < t->languages_count; i++) {
			const struct text_version *v = text_shown(t, order[n], i);
			put_words(&w, "unit ", order[n]->name, bytes_str(t->languages[i]),
				  v == NULL ? (struct bytes){ NULL, 0 } : v->words);
		}
	}
	free(order);
}

static void add_to_hash(void *self, struct bytes part)
{
	hash_add(self, part);
}

void text_hash(const struct text *t, const struct text_head *head, uint8_t out[HASH_LEN])
{
	struct hash_stream h;

	hash_open(&h);
	text_write(t, head, add_to_hash, &h);
	hash_finish(&h, out);
}
