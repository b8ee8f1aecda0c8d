/*
 * Every order of what two parties of three persons can do about one item, through the real folds: drafts,
 * yes and no, keys withdrawn, files with whichever signatures there are, recalls and their answers, each of
 * them again. In each state the node is cut off, with less and less folded, and starts: whichever log it then
 * takes first, it comes to the same rows.
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
	REVIEWS_DESK, /* who may read it, and releases nothing */
	REFUSES_RELEASER,
	CANCELS_AUTHOR,
	WITHDRAWS_RELEASER, /* from the channel's log */
	WITHDRAWS_AT_HOME,  /* and from that of drafts */
	ENDS_RELEASERS,	    /* time: until the authority of the post has ended */
	FILES,		    /* with all signatures that there are */
	FILES_TURNED,	    /* in the other order */
	FILES_ONE,	    /* with the author's and the first other */
	FILES_TWICE_OTHER,  /* with both keys of one person */
	FILES_AUTHOR_TWICE,
	FILES_REVIEWED, /* with the reviewer's */
	FILES_CHANGED,	/* one byte more: those signatures are false */
	RECALLS,
	ANSWERS_DONE,
	ANSWERS_REFUSED,
	ACTIONS
};

static struct scene *s;
static struct scene_entry outgoing, changed;

/* What has happened, kept apart from the folds: the law is judged by this. */
struct truth {
	bool is_submitted, is_ended, is_withdrawn, is_withdrawn_at_home, is_expired;
	bool has_yes[PERSONS]; /* a key that signed the exact bytes */
	unsigned approved;     /* persons who may release and said so */
	unsigned released;     /* how often it counts on the channel */
	size_t item, recall;   /* positions in the scene and one */
	bool is_asked, is_answered, is_refused;
};

#define ENDED_MS 2000u /* it is so late once the post has ended */

static struct line home(const struct truth *t, uint64_t kind, enum person who, const char *role)
{
	return (struct line){ .kind = kind,
			      .channel = SCENE_HOME,
			      .role = role,
			      .refers = 1,
			      .label = LABEL,
			      .inner = who,
			      .by = { who },
			      .by_count = 1,
			      .filed_late_ms = t->is_expired ? ENDED_MS : 0 };
}

/* The post, and the key on the log of drafts. */
static bool may_say(const struct truth *t, enum person who)
{
	return who == DUTY || who == DESK ||
	       (!t->is_expired && !(who == RELEASER && t->is_withdrawn_at_home));
}

/* Of one draft one SUBMIT counts, also when the terminal says it again after a cut. */
static bool submit(struct truth *t)
{
	struct line l = { .kind = KIND_SUBMIT,
			  .channel = SCENE_HOME,
			  .label = LABEL,
			  .content = 1,
			  .outgoing = &outgoing,
			  .filed_late_ms = t->is_expired ? ENDED_MS : 0 };

	assert_int_equal(scene_put(s, &l), t->is_submitted ? VERDICT_REPEATED : VERDICT_OK);
	t->is_submitted = true;
	return true;
}

static bool approve(struct truth *t, enum person who, const char *role)
{
	struct line l = home(t, KIND_APPROVE, who, role);
	bool is_other = who == OTHER || who == OTHER_AGAIN, is_good;

	if (!t->is_submitted)
		return false;
	is_good = who != DUTY && !t->is_ended && may_say(t, who) && !t->has_yes[who] &&
		  !(is_other && (t->has_yes[OTHER] || t->has_yes[OTHER_AGAIN]));
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, is_good);
	t->approved += is_good && who != DESK;
	/* The signature exists whatever its entry is worth. */
	t->has_yes[who] = t->has_yes[who] || is_good || who == OTHER_AGAIN;
	return true;
}

static bool end(struct truth *t, uint64_t kind, enum person who, const char *role)
{
	struct line l = home(t, kind, who, role);
	bool is_good = !t->is_ended && may_say(t, who);

	if (!t->is_submitted)
		return false;
	assert_int_equal(scene_put(s, &l) == VERDICT_OK, is_good);
	t->is_ended = t->is_ended || is_good;
	return true;
}

static bool has(const enum person *others, size_t count, enum person who)
{
	return (count > 0 && others[0] == who) || (count > 1 && others[1] == who);
}

/*
 * The door: a resend is answered, what was refused at home stays; then the fold, which alone the peer has
 * too.
 */
static bool file(struct truth *t, const enum person *others, size_t count, bool is_changed)
{
	struct line l = { .kind = KIND_MESSAGE,
			  .label = LABEL,
			  .content = 1,
			  .by = { DUTY },
			  .by_count = 1,
			  .is_false = is_changed,
			  .filed_late_ms = t->is_expired ? ENDED_MS : 0 };
	bool is_ended, is_good;
	enum verdict got;

	if (!t->is_submitted || count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		l.by[l.by_count++] = others[i];
	assert_int_equal(draft_is_ended(&s->fold, 0, &outgoing.statement, &is_ended), ERR_OK);
	assert_int_equal(is_ended, t->is_ended);
	if (is_ended)
		return false;
	is_good = !is_changed && !t->is_withdrawn && !t->is_expired && t->released == 0 &&
		  has(others, count, RELEASER) && has(others, count, OTHER);
	got = scene_file(s, &l, is_changed ? &changed : &outgoing);
	if ((got == VERDICT_OK) != is_good)
		fail_msg("filed with %zu others: %s", count, verdict_name(got));
	if (got == VERDICT_OK) {
		t->released++;
		t->item = s->count;
	}
	return true;
}

static bool recall(struct truth *t)
{
	struct line l = { .kind = KIND_RECALL,
			  .label = LABEL,
			  .refers = t->item,
			  .filed_late_ms = t->is_expired ? ENDED_MS : 0 };
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

static bool withdraw(uint32_t channel, bool *is_done)
{
	if (*is_done)
		return false;
	scene_withdraw(s, channel, 0, RELEASER);
	return *is_done = true;
}

/* With those signatures, in which others stand beside the author's. */
static bool act_file(struct truth *t, enum action a)
{
	enum person others[2];
	size_t count = 0;

	if (t->has_yes[RELEASER])
		others[count++] = RELEASER;
	if (t->has_yes[OTHER])
		others[count++] = OTHER;
	if (a == FILES || a == FILES_CHANGED)
		return file(t, others, count, a == FILES_CHANGED);
	if (a == FILES_TURNED)
		return count == 2 && file(t, (enum person[]){ OTHER, RELEASER }, 2, false);
	if (a == FILES_TWICE_OTHER)
		return t->has_yes[OTHER] && t->has_yes[OTHER_AGAIN] &&
		       file(t, (enum person[]){ OTHER, OTHER_AGAIN }, 2, false);
	if (count == 0 || (a == FILES_REVIEWED && !t->has_yes[DESK]))
		return false;
	others[1] = a == FILES_REVIEWED ? DESK : DUTY;
	return file(t, others, a == FILES_ONE ? 1 : 2, false);
}

/* False: there is nothing to do it with, so nothing changes. */
static bool act(struct truth *t, enum action a)
{
	switch (a) {
	case SUBMITS:
		return submit(t);
	case APPROVES_RELEASER:
		return approve(t, RELEASER, "releaser");
	case APPROVES_OTHER:
		return approve(t, OTHER, "releaser");
	case APPROVES_OTHER_AGAIN:
		return approve(t, OTHER_AGAIN, "releaser");
	case APPROVES_AUTHOR:
		return approve(t, DUTY, "duty");
	case REVIEWS_DESK:
		return approve(t, DESK, "desk");
	case REFUSES_RELEASER:
		return end(t, KIND_REFUSE, RELEASER, "releaser");
	case CANCELS_AUTHOR:
		return end(t, KIND_CANCEL, DUTY, "duty");
	case WITHDRAWS_RELEASER:
		return withdraw(SCENE_SHARE, &t->is_withdrawn);
	case WITHDRAWS_AT_HOME:
		return withdraw(SCENE_HOME, &t->is_withdrawn_at_home);
	case ENDS_RELEASERS:
		return t->is_expired ? false : (t->is_expired = true);
	case FILES:
	case FILES_TURNED:
	case FILES_ONE:
	case FILES_TWICE_OTHER:
	case FILES_AUTHOR_TWICE:
	case FILES_REVIEWED:
	case FILES_CHANGED:
		return act_file(t, a);
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

/* What the folds make of it, but for the places: those tell how often something was said in vain. */
static uint64_t mix_folded(uint64_t hash, const struct truth *t)
{
	struct draft_view d;
	struct item_view v;

	if (draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &d) == ERR_OK) {
		const uint8_t numbers[] = { (uint8_t)d.state, d.needed, d.approved,
					    (uint8_t)d.signers_count };
		hash = mix(hash, numbers, sizeof numbers);
		for (size_t i = 0; i < d.signers_count; i++)
			hash = mix(hash, d.signers[i].key, KEY_HASH_LEN);
	}
	if (t->item > 0 && fold_item(&s->fold, &s->entries[t->item - 1].at, &v) == ERR_OK)
		hash = mix(hash, (const uint8_t *)&v.is_recall_asked, sizeof v.is_recall_asked);
	return hash;
}

/* What is so, in truth and in the folds, and what was done in the last two steps. */
static uint64_t state_of(const struct truth *t, enum action before, enum action last)
{
	uint64_t hash = 14695981039346656037ull;
	const bool flags[] = {
		t->is_submitted,      t->is_ended,	 t->is_withdrawn,	  t->is_withdrawn_at_home,
		t->has_yes[RELEASER], t->has_yes[OTHER], t->has_yes[OTHER_AGAIN], t->has_yes[DESK],
		t->released > 0,      t->is_asked,	 t->is_answered,	  t->is_refused,
		t->is_expired
	};

	for (size_t i = 0; i < sizeof flags; i++)
		hash = mix(hash, (const uint8_t *)&flags[i], 1);
	hash = mix_folded(hash, t);
	hash = mix(hash, (const uint8_t *)&before, sizeof before);
	return mix(hash, (const uint8_t *)&last, sizeof last);
}

static uint64_t rows_of(const struct test_map *rows)
{
	uint64_t hash = 14695981039346656037ull;

	for (size_t i = 0; i < rows->count; i++) {
		const struct test_map_row *row = &rows->rows[i];
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
	*t = (struct truth){ 0 };
	for (size_t i = 0; i < way->count; i++)
		(void)act(t, (enum action)way->actions[i]);
}

/* Where one was: what is said from there is taken back. */
struct place_in_way {
	struct test_map rows;
	uint64_t sizes[3][2];
	size_t count, keys_count, folded_count;
	uint8_t ids;
	struct truth truth;
};

static void keep(struct place_in_way *p, const struct truth *t)
{
	test_map_copy(&s->rows, &p->rows);
	memcpy(p->sizes, s->sizes, sizeof p->sizes);
	p->count = s->count;
	p->keys_count = s->keys_count;
	p->folded_count = s->folded_count;
	p->ids = s->ids;
	p->truth = *t;
}

static void go_back(const struct place_in_way *p, struct truth *t)
{
	test_map_finish(&s->rows);
	test_map_copy(&p->rows, &s->rows);
	memcpy(s->sizes, p->sizes, sizeof p->sizes);
	s->count = p->count;
	s->keys_count = p->keys_count;
	s->folded_count = p->folded_count;
	s->ids = p->ids;
	*t = p->truth;
}

/* The logs in one of their orders: a node folds what is ready of the first, then of the next. */
#define LOGS 5u
#define ORDERS 6u
static void order_logs(size_t n, struct log_key out[LOGS])
{
	static const struct log_key logs[LOGS] = { { SCENE_SHARE, 0, 1 },
						   { SCENE_SHARE, 1, 1 },
						   { SCENE_HOME, 0, 1 },
						   { SCENE_LEADER, 0, 1 },
						   { SCENE_LEADER, 1, 1 } };
	size_t first = n % 3, second = (first + 1 + n / 3) % 3;

	memcpy(out, logs, sizeof logs);
	out[0] = logs[first];
	out[1] = logs[second];
	out[2] = logs[3 - first - second];
}

/* Cut off after each step in turn, and started: it comes to the same rows by every order of the logs. */
static void check_replay(void)
{
	uint64_t wanted = rows_of(&s->rows);
	size_t enrolled = s->folded_count - s->count, steps = s->count + 1;

	/* Nothing was folded, or some of it: each in another order, by turns in every one. */
	for (size_t n = 0; n < 2; n++) {
		struct test_map rows = { 0 };
		struct log_key logs[LOGS];
		size_t kept = n == 0 ? 0 : enrolled + seen_count / ORDERS % steps;
		order_logs((seen_count + n) % ORDERS, logs);
		scene_refold(s, kept, logs, LOGS, &rows);
		assert_int_equal(rows_of(&rows), wanted);
		test_map_finish(&rows);
	}
}

static void check_laws(const struct truth *t)
{
	struct draft_view draft;
	struct place_key at;
	struct item_view v;

	assert_in_range(t->released, 0, 1);
	if (t->is_submitted) {
		assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
		assert_int_equal(draft.needed, NEEDED);
		assert_int_equal(draft.approved, t->approved);
		assert_int_equal(draft.state != DRAFT_SUBMITTED, t->is_ended);
		assert_int_equal(draft_released(&s->fold, &draft, &at), t->item > 0 ? ERR_OK : ERR_NOT_FOUND);
	}
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

#define BIT(action) (1u << (action))

/* Each state by its shortest way, without some of the actions. */
static void explore(uint32_t without)
{
	struct way *ways = calloc(STATES_MAX / 2, sizeof *ways);
	size_t first = 0, last = 1;
	struct place_in_way here;
	enum action before;
	struct truth t;

	assert_non_null(ways);
	for (; first < last; first++) {
		reach(&ways[first], &t);
		keep(&here, &t);
		for (uint8_t a = 0; ways[first].count < STEPS_MAX && a < ACTIONS; a++) {
			struct way *next = &ways[last];
			if ((without & BIT(a)) != 0)
				continue;
			go_back(&here, &t);
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
			check_replay();
			check_end(&t);
			last++;
		}
		test_map_finish(&here.rows);
		depth = ways[first].count;
	}
	free(ways);
}

static void check_every_state(uint32_t without)
{
	static const struct line out = { .kind = KIND_MESSAGE, .label = LABEL, .content = 1, .id = 7 },
				 other = { .kind = KIND_MESSAGE, .label = LABEL, .content = 2, .id = 7 };

	scene_clear(s);
	scene_say(s, &out, &outgoing);
	scene_say(s, &other, &changed);
	memset(seen, 0, STATES_MAX * sizeof *seen);
	seen_count = 0;
	explore(without);
	print_message("# %zu states, the furthest after %zu steps\n", seen_count, depth);
	assert_in_range(seen_count, 1000, STATES_MAX / 2);
	assert_in_range(depth, 8, STEPS_MAX - 1); /* all that there are */
}

/* Until it goes out, by whomever. */
static void test_every_state_of_a_draft(void **state)
{
	(void)state;
	check_every_state(BIT(RECALLS) | BIT(ANSWERS_DONE) | BIT(ANSWERS_REFUSED) | BIT(FILES_TWICE_OTHER) |
			  BIT(APPROVES_OTHER_AGAIN) | BIT(WITHDRAWS_RELEASER));
}

/* And what becomes of it, while drafts are refused, keys withdrawn and posts end. */
static void test_every_state_of_an_item(void **state)
{
	(void)state;
	check_every_state(BIT(REVIEWS_DESK) | BIT(FILES_REVIEWED) | BIT(WITHDRAWS_AT_HOME) |
			  BIT(FILES_TURNED) | BIT(FILES_AUTHOR_TWICE));
}

static int open_scene(void **state)
{
	(void)state;
	s = calloc(1, sizeof *s);
	seen = calloc(STATES_MAX, sizeof *seen);
	if (s == NULL || seen == NULL || scene_open(s) != 0)
		return 1;
	s->accord->roles[accord_role_find(s->accord, BYTES_LIT("releaser"))].until_ms =
		SCENE_START_MS + ENDED_MS / 2;
	return 0;
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
		cmocka_unit_test(test_every_state_of_a_draft),
		cmocka_unit_test(test_every_state_of_an_item),
	};

	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
