/*
 * Which waiting entry is folded without all that it has seen: in the wait-for graph of the logs a knot, a
 * strongly connected part that waits for nothing outside itself (Holt 1972; found as Tarjan 1972 does,
 * without recursion). What is in a knot is there at every node that holds the same entries, whatever came
 * first, so all of them untie it at one place. Where anything may come yet nothing is decided.
 */
#include "node/core.h"

/* ---- What is lost. ---- */

/*
 * A row beside the views says what an entry was folded without, though it is not held: 'l', its log and size,
 * the entry's place. Should it come after all, everything is folded anew. Another's empty claim costs the
 * claimant's own entry its place in the order, and nobody else anything.
 */
#define LOST_KEY_LEN (1 + LOG_KEY_LEN + 8 + PLACE_KEY_LEN)

static void lost_key(const struct fold_wait *wait, const struct place_key *at, struct buf *key)
{
	buf_put_byte(key, ROW_LOST);
	log_key_write(&wait->log, key);
	buf_put_be64(key, wait->size);
	place_key_write(at, key);
}

/* The smallest size of a log that something was folded without; ERR_NOT_FOUND. */
static enum err lost_first(struct node *n, const struct log_key *log, struct buf *key, uint64_t *size)
{
	uint8_t memory[1 + LOG_KEY_LEN];
	struct buf prefix = BUF_ON(memory);
	enum err e;

	buf_put_byte(&prefix, ROW_LOST);
	log_key_write(log, &prefix);
	e = map_next(&n->views, buf_bytes(&prefix), buf_bytes(&prefix), key, NULL);
	if (e == ERR_OK && key->len != LOST_KEY_LEN)
		return ERR_CORRUPT;
	if (e == ERR_OK)
		*size = be64_get(key->ptr + sizeof memory);
	return e;
}

/* Whether what something was folded without is held by now; its row stays until that is folded anew. */
static enum err has_come(struct node *n, const struct line *line, struct buf *key, bool *out)
{
	uint64_t size = 0;
	enum err e = lost_first(n, &line->key, key, &size);

	*out = e == ERR_OK && size <= line->log->frontier.size;
	return e;
}

enum err lost_load(struct node *n, struct line *line)
{
	uint8_t memory[LOST_KEY_LEN];
	struct buf key = BUF_ON(memory);
	bool is_here;
	enum err e = has_come(n, line, &key, &is_here);

	line->has_lost = e == ERR_OK;
	n->is_refold_due |= is_here;
	return err_unless(e, ERR_NOT_FOUND);
}

bool lost_is_here(struct node *n, const struct line *line)
{
	uint8_t memory[LOST_KEY_LEN];
	struct buf key = BUF_ON(memory);
	bool is_here;

	return has_come(n, line, &key, &is_here) == ERR_OK && is_here;
}

enum err lost_found(struct node *n, struct now now, struct line *line)
{
	uint8_t memory[LOST_KEY_LEN];
	struct buf key = BUF_ON(memory);
	bool is_here;
	enum err e;

	if (!line->has_lost)
		return ERR_OK;
	e = has_come(n, line, &key, &is_here);
	line->has_lost = e == ERR_OK;
	if (is_here)
		refold_due(n, now);
	return err_unless(e, ERR_NOT_FOUND);
}

enum err lost_forget(struct node *n, struct line *line)
{
	bool is_here = line->has_lost;
	enum err e = ERR_OK;

	while (e == ERR_OK && is_here) {
		uint8_t memory[LOST_KEY_LEN];
		struct buf key = BUF_ON(memory);
		e = has_come(n, line, &key, &is_here);
		line->has_lost = e == ERR_OK;
		if (is_here)
			e = map_del(&n->views, buf_bytes(&key));
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err lost_note(struct node *n, const struct line *line)
{
	const struct place_key at = { line->key, line->folded };
	struct fold_waits waits;
	enum err e = line_waits(n, line, &waits);

	if (e != ERR_SHORT)
		return e;
	e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < waits.count; i++) {
		uint8_t memory[LOST_KEY_LEN];
		struct buf key = BUF_ON(memory);
		struct line *on = line_find(n, &waits.of[i].log);
		if (on != NULL && on->log->frontier.size >= waits.of[i].size)
			continue;
		if (on != NULL)
			on->has_lost = true;
		lost_key(&waits.of[i], &at, &key);
		e = map_put(&n->views, buf_bytes(&key), BYTES_LIT("1"));
	}
	return e;
}

/*
 * Nobody has it: for a while every other party of the channel has been there, and none says that he does. Its
 * author is asked too, but he may be the one who withholds it. Of a log that nobody had for so long what else
 * of it was seen is not waited for again: each entry would cost as long.
 */
static bool has_nobody(struct node *n, struct now now, const struct line *line, const struct fold_wait *wait,
		       const struct line *on, bool was_lost)
{
	const struct accord_channel *c = accord_channel_find(n->accord, wait->log.channel);
	size_t others = 0;

	if (c == NULL ||
	    (!was_lost && (line->waits_at != line->folded ||
			   mono_is_before(now.mono, mono_add_ms(line->waits_since, LOST_AFTER_MS)))))
		return false;
	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		if (peer == n->self || peer == wait->log.party || !is_channel_of(c, peer))
			continue;
		others++;
		if (best_path(&n->peers[peer]) == LINK_PATHS_MAX ||
		    (on != NULL && on->reach[peer].held >= wait->size))
			return false;
	}
	return others > 0 || wait->log.party == n->self ||
	       best_path(&n->peers[wait->log.party]) != LINK_PATHS_MAX;
}

static enum err is_lost(struct node *n, struct now now, const struct line *line, const struct fold_wait *wait,
			const struct line *on, bool *out)
{
	const struct place_key at = { line->key, line->folded };
	uint8_t memory[LOST_KEY_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	lost_key(wait, &at, &key);
	e = map_get(&n->views, buf_bytes(&key), NULL);
	*out = e == ERR_OK;
	if (e == ERR_NOT_FOUND) {
		uint64_t size;
		buf_reset(&key);
		e = lost_first(n, &wait->log, &key, &size);
		*out = (e == ERR_OK || e == ERR_NOT_FOUND) && has_nobody(n, now, line, wait, on, e == ERR_OK);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* ---- Knots. ---- */

struct knot {
	uint16_t on[FOLD_WAITS_MAX]; /* lines that it waits for, by position */
	uint16_t on_count, next;
	uint16_t number, low; /* Tarjan's; number 0: not visited */
	uint16_t parent;
	bool is_waiting, is_on_stack;
	bool is_open; /* it waits, or what it waits for waits, for what may come yet */
};

_Static_assert(LOGS_MAX < UINT16_MAX, "a line's position, and one more, fits");

size_t knots_len(void)
{
	return LOGS_MAX * sizeof(struct knot);
}

/* It was stopped, or its party has opened a later epoch. */
static bool has_ended(struct node *n, const struct line *line)
{
	return line->log->stopped.rule != NULL || line_newest(n, line->key.channel, line->key.party) != line;
}

/*
 * What is held of it waits for a version of the accord that is not, and it has ended: whoever forked it
 * may have shown others what they could fold. Should that version come after all, everything is folded
 * anew (versions.c).
 */
static enum err waits_for_ever(struct node *n, const struct line *on, bool *out)
{
	struct fold_waits waits = { .count = 0 };
	enum err e = ERR_OK;

	if (on->folded < on->log->frontier.size && has_ended(n, on))
		e = line_waits(n, on, &waits);
	*out = waits.has_version;
	return err_unless(err_unless(e, ERR_SHORT), ERR_ROT);
}

static enum err knot_load(struct node *n, struct now now, size_t at)
{
	struct line *line = &n->lines[at];
	struct knot *k = &n->knots[at];
	struct fold_waits waits;
	enum err e;

	*k = (struct knot){ .is_waiting = line->folded < line->log->frontier.size };
	if (!k->is_waiting)
		return ERR_OK;
	e = line_waits(n, line, &waits);
	/*
	 * Until it or what it names is mended (it is ready, and not folded), our word is said, or the version
	 * of the accord that it brings is here.
	 */
	k->is_open = e == ERR_ROT || e == ERR_OK || line->word == WORD_DUE || waits.has_version;
	if (e != ERR_SHORT)
		return err_unless(e, ERR_ROT);
	e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < waits.count; i++) {
		const struct line *on = line_find(n, &waits.of[i].log);
		bool is_held = on != NULL && on->log->frontier.size >= waits.of[i].size;
		bool is_gone = on != NULL && !is_held && has_ended(n, on), is_never = false;

		if (on != NULL)
			e = waits_for_ever(n, on, &is_never);
		if (is_never)
			continue;
		if (e == ERR_OK && !is_held && !is_gone)
			e = is_lost(n, now, line, &waits.of[i], on, &is_gone);
		/* Of what is gone all is folded first that there is. */
		if (is_held || (is_gone && on != NULL && on->folded < on->log->frontier.size))
			k->on[k->on_count++] = (uint16_t)(on - n->lines);
		else if (!is_gone)
			k->is_open = true;
	}
	return e;
}

/* By the parties' place in the accord: of one party the lower channel's first. */
static bool is_before(const struct log_key *a, const struct log_key *b)
{
	if (a->party != b->party)
		return a->party < b->party;
	return a->channel != b->channel ? a->channel < b->channel : a->epoch < b->epoch;
}

struct search {
	uint16_t stack[LOGS_MAX];
	uint16_t count, visited;
};

static void visit(struct node *n, struct search *s, uint16_t at, uint16_t parent)
{
	struct knot *k = &n->knots[at];

	k->number = k->low = ++s->visited;
	k->parent = parent;
	k->is_on_stack = true;
	s->stack[s->count++] = at;
}

/*
 * Takes the part whose root is `root` off the stack. Its first line, or NULL if anything in it is open: then
 * all of it is. What it leads to outside itself was taken off before, so that is open, or there is nothing.
 */
static struct line *take_part(struct node *n, struct search *s, uint16_t root)
{
	struct line *first = NULL;
	bool is_open = false;
	uint16_t from = s->count;

	do {
		const struct line *line = &n->lines[s->stack[--from]];
		is_open |= n->knots[s->stack[from]].is_open;
		if (first == NULL || is_before(&line->key, &first->key))
			first = &n->lines[s->stack[from]];
	} while (s->stack[from] != root);
	while (s->count > from) {
		struct knot *k = &n->knots[s->stack[--s->count]];
		k->is_on_stack = false;
		k->is_open = is_open;
	}
	return is_open ? NULL : first;
}

static struct line *search_from(struct node *n, struct search *s, uint16_t root)
{
	uint16_t at = root;

	visit(n, s, at, at);
	for (;;) {
		struct knot *k = &n->knots[at], *parent = &n->knots[k->parent];
		struct line *first;

		if (k->next < k->on_count) {
			uint16_t to = k->on[k->next++];
			struct knot *on = &n->knots[to];
			if (on->number == 0) {
				visit(n, s, to, at);
				at = to;
			} else if (on->is_on_stack) {
				k->low = on->number < k->low ? on->number : k->low;
			} else {
				k->is_open |= on->is_open;
			}
			continue;
		}
		if (k->low == k->number) {
			first = take_part(n, s, at);
			if (first != NULL || at == root)
				return first;
		}
		parent->low = k->low < parent->low ? k->low : parent->low;
		parent->is_open |= k->is_open;
		at = k->parent;
	}
}

enum err knot_find(struct node *n, struct now now, struct line **first)
{
	struct search s = { .count = 0 };
	enum err e = ERR_OK;

	*first = NULL;
	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++)
		e = knot_load(n, now, i);
	for (size_t i = 0; e == ERR_OK && *first == NULL && i < n->lines_count; i++) {
		if (n->knots[i].is_waiting && n->knots[i].number == 0)
			*first = search_from(n, &s, (uint16_t)i);
	}
	return e;
}
