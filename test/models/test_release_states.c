/*
 * Every order of what two parties of three persons can do about one item, through the real folds: drafts,
 * yes and no, keys withdrawn, files with whichever signatures there are, recalls and their answers. Each
 * state is reached again from an empty map, as a start that folds anew does. Of other orders of the logs one
 * is played, by hand.
 */
#include "release_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEPS_MAX 20u
#define STATES_MAX (1u << 18)
#define LABEL "S origin:KOR rel:KOR,USA" /* asks for two beside its author */
#define NEEDED 2u

/* KOR: author, two releasers; USA: who answers. */
enum action {
	SUBMITS,
	APPROVES_RELEASER,
	APPROVES_OTHER,
	APPROVES_OTHER_AGAIN, /* by that person's second key */
	APPROVES_AUTHOR,
	REFUSES_RELEASER,
	CANCELS_AUTHOR,
	WITHDRAWS_RELEASER, /* from the channel's log */
	ENDS_RELEASERS,	    /* the authority of the post, by its date */
	FILES,		    /* with all signatures that there are */
	FILES_ONE,	    /* with the author's and the first other */
	FILES_TWICE_OTHER,  /* with both keys of one person */
	FILES_CHANGED,	    /* one byte more: those signatures are false */
	RECALLS,
	ANSWERS_DONE,
	ANSWERS_REFUSED,
	ACTIONS
};

static struct scene *s;
static struct scene_entry outgoing, changed;

/* What has happened, kept apart from the folds: the law is judged by this. */
struct truth {
	bool is_submitted, is_ended, is_withdrawn, is_expired;
	bool has_yes[PERSONS]; /* a key that signed the exact bytes */
	unsigned released;     /* how often it counts on the channel */
	size_t item, recall;   /* positions in the scene and one */
	bool is_asked, is_answered, is_refused;
};

static struct line home(uint64_t kind, enum person who, const char *role)
{
	return (struct line){ .kind = kind,
			      .channel = SCENE_HOME,
			      .role = role,
			      .refers = 1,
			      .label = LABEL,
			      .inner = who,
			      .by = { who },
			      .by_count = 1 };
}

static bool approve(struct truth *t, enum person who, const char *role)
{
	struct line l = home(KIND_APPROVE, who, role);
	bool is_other = who == OTHER || who == OTHER_AGAIN, is_good;

	if (!t->is_submitted)
		return false;
	is_good = who != DUTY && !t->is_ended && !t->is_expired && !t->has_yes[who] &&
		  !(is_other && (t->has_yes[OTHER] || t->has_yes[OTHER_AGAIN]));
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, is_good);
	/* The signature exists whatever its entry is worth. */
	t->has_yes[who] = t->has_yes[who] || is_good || who == OTHER_AGAIN;
	return true;
}

static bool end(struct truth *t, uint64_t kind, enum person who, const char *role)
{
	struct line l = home(kind, who, role);
	bool is_good = !t->is_ended && (who == DUTY || !t->is_expired);

	if (!t->is_submitted)
		return false;
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, is_good);
	t->is_ended = t->is_ended || is_good;
	return true;
}

/*
 * The door: a resend is answered, what was refused at home stays; then the fold, which alone the peer has
 * too.
 */
static bool file(struct truth *t, const enum person *others, size_t count, bool is_changed)
{
	struct line l = { .kind = KIND_MESSAGE, .label = LABEL, .content = 1, .by = { DUTY }, .by_count = 1 };
	unsigned persons = 0;
	bool is_ended, is_lost = false, is_good;
	enum verdict got;

	if (!t->is_submitted || count == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		l.by[l.by_count++] = others[i];
		is_lost = is_lost || (others[i] == RELEASER && t->is_withdrawn);
	}
	persons = (unsigned)count - (count == 2 && others[0] != RELEASER && others[1] != RELEASER);
	l.is_false = is_changed;
	assert_int_equal(draft_is_ended(&s->fold, 0, &outgoing.statement, &is_ended), ERR_OK);
	assert_int_equal(is_ended, t->is_ended);
	if (is_ended)
		return false;
	is_good = !is_changed && !is_lost && !t->is_expired && persons == NEEDED && count == NEEDED &&
		  t->released == 0;
	got = scene_file(s, &l, is_changed ? &changed : &outgoing);
	if ((got == VERDICT_OK) != is_good)
		fail_msg("filed with %zu of %u persons: %s", count, persons, verdict_name(got));
	if (got == VERDICT_OK) {
		t->released++;
		t->item = s->count;
	}
	return true;
}

static bool recall(struct truth *t)
{
	struct line l = { .kind = KIND_RECALL, .label = LABEL, .refers = t->item };
	bool is_good = !t->is_asked || (t->is_answered && t->is_refused);

	if (t->item == 0)
		return false;
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, is_good);
	if (is_good) {
		t->recall = s->count;
		t->is_asked = true;
		t->is_answered = t->is_refused = false;
	}
	return true;
}

static bool answer(struct truth *t, uint64_t kind)
{
	struct line l = { .kind = kind, .party = 1, .label = LABEL, .refers = t->recall, .number = 1 };

	if (t->recall == 0)
		return false;
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, !t->is_answered);
	t->is_refused = t->is_answered ? t->is_refused : kind == KIND_RECALL_REFUSED;
	t->is_answered = true;
	return true;
}

static struct accord_role *releasers(void)
{
	return &s->accord->roles[accord_role_find(s->accord, BYTES_LIT("releaser"))];
}

/* False: there is nothing to do it with, so nothing changes. */
static bool act(struct truth *t, enum action a)
{
	enum person others[2];
	size_t count = 0;
	struct line l;

	if (t->has_yes[RELEASER])
		others[count++] = RELEASER;
	if (t->has_yes[OTHER] && count < 2)
		others[count++] = OTHER;
	switch (a) {
	case SUBMITS:
		if (t->is_submitted)
			return false;
		l = (struct line){ .kind = KIND_SUBMIT,
				   .channel = SCENE_HOME,
				   .label = LABEL,
				   .content = 1,
				   .outgoing = &outgoing };
		assert_int_equal(scene_put(s, &l), VERDICT_OK);
		return t->is_submitted = true;
	case APPROVES_RELEASER:
		return approve(t, RELEASER, "releaser");
	case APPROVES_OTHER:
		return approve(t, OTHER, "releaser");
	case APPROVES_OTHER_AGAIN:
		return approve(t, OTHER_AGAIN, "releaser");
	case APPROVES_AUTHOR:
		return approve(t, DUTY, "duty");
	case REFUSES_RELEASER:
		return end(t, KIND_REFUSE, RELEASER, "releaser");
	case CANCELS_AUTHOR:
		return end(t, KIND_CANCEL, DUTY, "duty");
	case WITHDRAWS_RELEASER:
		if (t->is_withdrawn)
			return false;
		scene_withdraw(s, SCENE_SHARE, 0, RELEASER);
		return t->is_withdrawn = true;
	case ENDS_RELEASERS:
		if (t->is_expired)
			return false;
		releasers()->until_ms = SCENE_START_MS;
		return t->is_expired = true;
	case FILES:
		return file(t, others, count, false);
	case FILES_ONE:
		return file(t, others, count < 1 ? count : 1, false);
	case FILES_TWICE_OTHER:
		return t->has_yes[OTHER] && t->has_yes[OTHER_AGAIN] &&
		       file(t, (enum person[]){ OTHER, OTHER_AGAIN }, 2, false);
	case FILES_CHANGED:
		return file(t, others, count, true);
	case RECALLS:
		return recall(t);
	case ANSWERS_DONE:
		return answer(t, KIND_RECALL_DONE);
	case ANSWERS_REFUSED:
		return answer(t, KIND_RECALL_REFUSED);
	case ACTIONS:
		break;
	}
	return false;
}

/* ---- States: the rows of the folds. ---- */

static uint64_t mix(uint64_t hash, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 1099511628211ull;
	return hash;
}

/* What is so, and what was done in the last two steps. */
static uint64_t state_of(const struct truth *t, enum action before, enum action last)
{
	uint64_t hash = 14695981039346656037ull;
	const bool flags[] = { t->is_submitted,	     t->is_ended,	t->is_withdrawn,
			       t->has_yes[RELEASER], t->has_yes[OTHER], t->has_yes[OTHER_AGAIN],
			       t->released > 0,	     t->is_asked,	t->is_answered,
			       t->is_refused,	     t->is_expired };

	for (size_t i = 0; i < sizeof flags; i++)
		hash = mix(hash, (const uint8_t *)&flags[i], 1);
	hash = mix(hash, (const uint8_t *)&before, sizeof before);
	return mix(hash, (const uint8_t *)&last, sizeof last);
}

static uint64_t rows_of(void)
{
	uint64_t hash = 14695981039346656037ull;

	for (size_t i = 0; i < s->rows.count; i++) {
		const struct test_map_row *row = &s->rows.rows[i];
		hash = mix(hash, row->key, row->key_len);
		hash = mix(hash, row->value, row->value_len);
	}
	return hash;
}

static uint64_t *seen;
static size_t seen_count, depth;

static bool is_new(uint64_t state)
{
	size_t at = state % STATES_MAX;

	while (seen[at] != 0 && seen[at] != state)
		at = (at + 1) % STATES_MAX;
	if (seen[at] == state)
		return false;
	assert_in_range(++seen_count, 1, STATES_MAX / 2);
	seen[at] = state;
	return true;
}

/* What was done to come to a state. */
struct way {
	uint8_t actions[STEPS_MAX];
	size_t count;
};

static void reach(const struct way *way, struct truth *t)
{
	scene_clear(s);
	releasers()->until_ms = 0;
	*t = (struct truth){ 0 };
	for (size_t i = 0; i < way->count; i++)
		(void)act(t, (enum action)way->actions[i]);
}

/* A node that folds anew comes to the same rows. */
static void check_replay(const struct way *way, const struct truth *t)
{
	uint64_t rows = rows_of();
	struct truth again;

	reach(way, &again);
	assert_int_equal(rows_of(), rows);
	assert_int_equal(again.released, t->released);
}

static void check_laws(const struct truth *t)
{
	struct item_view v;

	assert_in_range(t->released, 0, 1);
	if (t->item == 0)
		return;
	assert_int_equal(fold_item(&s->fold, &s->entries[t->item - 1].at, &v), ERR_OK);
	assert_int_equal(v.is_recall_asked, t->is_asked && !t->is_answered);
}

/* A recall always ends: whatever happened, the other party's answer counts and ends it. */
static void check_end(struct truth *t)
{
	struct item_view v;

	if (!t->is_asked || t->is_answered)
		return;
	assert_true(answer(t, KIND_RECALL_DONE));
	assert_int_equal(fold_item(&s->fold, &s->entries[t->item - 1].at, &v), ERR_OK);
	assert_false(v.is_recall_asked);
}

/* Each state by its shortest way. */
static void explore(void)
{
	struct way *ways = calloc(STATES_MAX / 2, sizeof *ways);
	size_t first = 0, last = 1;
	enum action before;
	struct truth t;

	assert_non_null(ways);
	for (; first < last; first++) {
		for (uint8_t a = 0; ways[first].count < STEPS_MAX && a < ACTIONS; a++) {
			struct way *next = &ways[last];
			reach(&ways[first], &t);
			if (!act(&t, (enum action)a))
				continue;
			check_laws(&t);
			before = ways[first].count == 0
					 ? ACTIONS
					 : (enum action)ways[first].actions[ways[first].count - 1];
			/* At home what came before is in the draft; on the channel it may be in no row. */
			before = before < FILES ? ACTIONS : before;
			if (!is_new(state_of(&t, before, (enum action)a)))
				continue;
			*next = ways[first];
			next->actions[next->count++] = a;
			check_replay(next, &t);
			check_end(&t);
			last++;
		}
		depth = ways[first].count;
	}
	free(ways);
}

static void test_every_state(void **state)
{
	static const struct line out = { .kind = KIND_MESSAGE, .label = LABEL, .content = 1, .id = 7 },
				 other = { .kind = KIND_MESSAGE, .label = LABEL, .content = 2, .id = 7 };

	(void)state;
	scene_say(s, &out, &outgoing);
	scene_say(s, &other, &changed);
	explore();
	print_message("# %zu states, the furthest after %zu steps\n", seen_count, depth);
	assert_in_range(seen_count, 1000, STATES_MAX / 2);
	assert_in_range(depth, 8, STEPS_MAX - 1); /* all that there are */
}

/* The channel's log folded before the home one changes neither. */
static void test_reordered(void **state)
{
	static const enum action at_home[] = { SUBMITS, APPROVES_RELEASER, APPROVES_OTHER };
	struct truth t = { 0 };
	struct draft_view draft;
	struct place_key released;

	(void)state;
	scene_clear(s);
	releasers()->until_ms = 0;
	/* The channel's log comes first, as a replay may take it. */
	t.is_submitted = t.has_yes[RELEASER] = t.has_yes[OTHER] = true;
	assert_true(file(&t, (enum person[]){ RELEASER, OTHER }, 2, false));
	assert_int_equal(t.released, 1);
	s->entries[10] = s->entries[0];
	s->count = 0;
	t = (struct truth){ 0 };
	for (size_t i = 0; i < sizeof at_home / sizeof *at_home; i++)
		assert_true(act(&t, at_home[i]));
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
	assert_int_equal(draft.approved, NEEDED);
	assert_int_equal(draft_released(&s->fold, &draft, &released), ERR_OK);
	assert_true(place_key_equal(&released, &s->entries[10].at));
}

static int open_scene(void **state)
{
	(void)state;
	s = calloc(1, sizeof *s);
	seen = calloc(STATES_MAX, sizeof *seen);
	return s == NULL || seen == NULL ? 1 : scene_open(s);
}

static int close_scene(void **state)
{
	(void)state;
	scene_close(s);
	free(seen);
	free(s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state),
		cmocka_unit_test(test_reordered),
	};

	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
