/* Who signs what goes out, and what follows: a row a rule of docs/spec/release.md. */
#include "release_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scene *s;

static int open_scene(void **state)
{
	(void)state;
	s = calloc(1, sizeof *s);
	if (s == NULL || scene_open(s) != 0)
		return 1;
	s->is_tried = true;
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	scene_close(s);
	free(s);
	return 0;
}

#define TOP "S rel:KOR,USA"
#define BY(...) \
	.by = { __VA_ARGS__ }, .by_count = sizeof((enum person[]){ __VA_ARGS__ }) / sizeof(enum person)
#define HOUR 3600000ull
#define MINUTE 60000ull

static struct scene_entry outgoing;

/* One statement on a channel between the parties. */
static void test_words(void **state)
{
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
		unsigned needed;
	} rows[] = {
		{ "open words are their author's alone",
		  { .kind = KIND_MESSAGE, .label = "U rel:KOR,USA", .content = 1 },
		  VERDICT_OK,
		  0 },
		{ "one level up takes one more",
		  { .kind = KIND_MESSAGE, .content = 1 },
		  VERDICT_APPROVAL,
		  1 },
		{ "a message without a text is words too", { .kind = KIND_MESSAGE }, VERDICT_APPROVAL, 1 },
		{ "so is a reply",
		  { .kind = KIND_REPLY, .content = 1, .refers = 1, .party = 1 },
		  VERDICT_STEP,
		  0 },
		{ "and a query with a text",
		  { .kind = KIND_QUERY, .content = 1, .refers = 1 },
		  VERDICT_APPROVAL,
		  1 },
		{ "without a text it is an act", { .kind = KIND_QUERY, .refers = 1 }, VERDICT_OK, 0 },
		{ "a request is words", { .kind = KIND_REQUEST, .content = 1 }, VERDICT_APPROVAL, 1 },
		{ "one approval", { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER) }, VERDICT_OK, 0 },
		{ "more than it takes",
		  { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER, THIRD) },
		  VERDICT_OK,
		  0 },
		{ "two above C",
		  { .kind = KIND_MESSAGE, .label = "S rel:KOR,USA", .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL,
		  2 },
		{ "two there",
		  { .kind = KIND_MESSAGE,
		    .label = TOP,
		    .content = 1,
		    .channel = SCENE_LEADER,
		    BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK,
		  0 },
		{ "nobody is alone on LEADER",
		  { .kind = KIND_MESSAGE, .label = "U rel:KOR,USA", .content = 1, .channel = SCENE_LEADER },
		  VERDICT_APPROVAL,
		  2 },
		{ "nor with one other",
		  { .kind = KIND_MESSAGE,
		    .label = "U rel:KOR,USA",
		    .content = 1,
		    .channel = SCENE_LEADER,
		    BY(DUTY, OTHER) },
		  VERDICT_APPROVAL,
		  2 },
		{ "nobody is alone at FLASH",
		  { .kind = KIND_MESSAGE, .label = "U rel:KOR,USA", .content = 1, .precedence = 1 },
		  VERDICT_APPROVAL,
		  2 },
		{ "a FLASH of three",
		  { .kind = KIND_MESSAGE,
		    .label = "U rel:KOR,USA",
		    .content = 1,
		    .precedence = 1,
		    BY(DUTY, OTHER, THIRD) },
		  VERDICT_OK,
		  0 },
		{ "the author approves his own",
		  { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, DUTY) },
		  VERDICT_PERSON,
		  0 },
		{ "the same key twice",
		  { .kind = KIND_MESSAGE, .label = TOP, .content = 1, BY(DUTY, OTHER, OTHER) },
		  VERDICT_PERSON,
		  0 },
		{ "two keys of one person",
		  { .kind = KIND_MESSAGE, .label = TOP, .content = 1, BY(DUTY, OTHER, OTHER_AGAIN) },
		  VERDICT_PERSON,
		  0 },
		{ "a role that releases nothing",
		  { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, DESK) },
		  VERDICT_RELEASER,
		  0 },
		{ "one byte changed, so the signature is false",
		  { .kind = KIND_MESSAGE, .content = 1, .is_false = true, BY(DUTY, RELEASER) },
		  VERDICT_SIGNATURE,
		  0 },
		{ "the author does not hold his role",
		  { .kind = KIND_MESSAGE, .content = 1, .role = "desk", BY(DUTY, RELEASER) },
		  VERDICT_ROLE,
		  0 },
		{ "the approver's role is not the author's",
		  { .kind = KIND_MESSAGE, .content = 1, .role = "releaser", BY(DUTY, RELEASER) },
		  VERDICT_ROLE,
		  0 },
		{ "a day old",
		  { .kind = KIND_MESSAGE, .content = 1, .filed_late_ms = 24 * HOUR, BY(DUTY, RELEASER) },
		  VERDICT_OK,
		  0 },
		{ "older",
		  { .kind = KIND_MESSAGE, .content = 1, .filed_late_ms = 24 * HOUR + 1, BY(DUTY, RELEASER) },
		  VERDICT_LAPSED,
		  0 },
		{ "on LEADER a quarter of an hour",
		  { .kind = KIND_MESSAGE,
		    .content = 1,
		    .channel = SCENE_LEADER,
		    .filed_late_ms = 15 * MINUTE + 1,
		    BY(DUTY, RELEASER, OTHER) },
		  VERDICT_LAPSED,
		  0 },
		{ "dated ahead, so that it would not lapse",
		  { .kind = KIND_MESSAGE,
		    .content = 1,
		    .late_ms = 48 * HOUR,
		    .filed_late_ms = (uint64_t)0 - 25 * HOUR,
		    BY(DUTY, RELEASER) },
		  VERDICT_LAPSED,
		  0 },
		{ "what nobody had to approve does not lapse",
		  { .kind = KIND_MESSAGE,
		    .label = "U rel:KOR,USA",
		    .content = 1,
		    .filed_late_ms = 99 * HOUR },
		  VERDICT_OK,
		  0 },
		{ "a draft on a channel, its first statement",
		  { .kind = KIND_SUBMIT, .outgoing = &outgoing, .inner = DUTY },
		  VERDICT_HOME,
		  0 },
		{ "a request at home",
		  { .kind = KIND_REQUEST, .channel = SCENE_HOME, .label = "U rel:KOR", .content = 1 },
		  VERDICT_HOME,
		  0 },
		{ "a draft on a channel", { .kind = KIND_REFUSE, .refers = 1 }, VERDICT_HOME, 0 },
		{ "a recall at home",
		  { .kind = KIND_RECALL, .channel = SCENE_HOME, .label = "U rel:KOR", .refers = 2 },
		  VERDICT_HOME,
		  0 },
		{ "words at home are nobody's business",
		  { .kind = KIND_MESSAGE, .channel = SCENE_HOME, .label = TOP, .content = 1 },
		  VERDICT_OK,
		  0 },
		{ "a reference to a home channel never leaves",
		  { .kind = KIND_MESSAGE, .content = 1, .refers = 2, BY(DUTY, RELEASER) },
		  VERDICT_REFERS,
		  0 },
		{ "a released item",
		  { .kind = KIND_RELEASE, .content = 2, BY(DUTY, RELEASER) },
		  VERDICT_OK,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .label = "U rel:KOR,USA",
							      .content = 9 }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .label = "U rel:KOR",
							      .channel = SCENE_HOME,
							      .content = 8 }),
				 VERDICT_OK);
		scene_say(s, &(struct line){ .kind = KIND_MESSAGE, .content = 1 }, &outgoing);
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want ||
		    (got == VERDICT_APPROVAL && s->entries[2].view.needed != rows[i].needed))
			fail_msg("%s: got %s, %u", rows[i].why, verdict_name(got), s->entries[2].view.needed);
		if ((got == VERDICT_APPROVAL || got == VERDICT_LAPSED) && s->entries[2].view.line == 0)
			fail_msg("%s: no line of the guidelines is named", rows[i].why);
	}
}

/*
 * What one officer says alone to the other party: acts, and what has to be read back. Everything that can
 * hold free text is words: KOR's FLASH stands at 1, its routine message at 2, USA has read both.
 */
static void test_alone(void **state)
{
#define USA(k, at) .kind = k, .party = 1, .refers = at
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "a FLASH is read back by one", { USA(KIND_READ_BACK, 1), .content = 1 }, VERDICT_OK },
		{ "marked lower it opens what was said to it",
		  { USA(KIND_READ_BACK, 1), .content = 1, .label = "R rel:KOR,USA" },
		  VERDICT_BELOW },
		{ "whoever signs that",
		  { USA(KIND_READ_BACK, 1), .content = 1, .label = "R rel:KOR,USA",
		    BY(DUTY, RELEASER, OTHER) },
		  VERDICT_BELOW },
		{ "marked higher it is words",
		  { USA(KIND_READ_BACK, 1), .content = 1, .label = "S rel:KOR,USA" },
		  VERDICT_APPROVAL },
		{ "with a value more too",
		  { USA(KIND_READ_BACK, 1), .content = 1, .label = "C rel:KOR,USA topic:DPRK-MSL" },
		  VERDICT_APPROVAL },
		{ "with a file",
		  { USA(KIND_READ_BACK, 1), .content = 1, .has_blob = true },
		  VERDICT_APPROVAL },
		{ "of what is not held",
		  { USA(KIND_READ_BACK, 1), .content = 1, .is_unread = true },
		  VERDICT_APPROVAL },
		{ "translated it is words",
		  { USA(KIND_TRANSLATION, 1), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "a remark on a FLASH is none", { USA(KIND_REMARK, 1), .content = 1 }, VERDICT_APPROVAL },
		{ "with a form",
		  { USA(KIND_READ_BACK, 1), .content = 1, .has_form = true },
		  VERDICT_APPROVAL },
		{ "what need not be read back", { USA(KIND_READ_BACK, 2), .content = 1 }, VERDICT_APPROVAL },
		{ "approved it may be",
		  { USA(KIND_READ_BACK, 2), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_OK },
		{ "an act", { USA(KIND_WATCH_READ, 1) }, VERDICT_OK },
		{ "an act with a form", { USA(KIND_WATCH_READ, 1), .has_form = true }, VERDICT_APPROVAL },
		{ "an act with a field of its own making",
		  { USA(KIND_WATCH_READ, 1), .has_unnamed = true },
		  VERDICT_FIELDS },
		{ "whoever signs it",
		  { USA(KIND_WATCH_READ, 1), .has_unnamed = true, BY(DUTY, RELEASER) },
		  VERDICT_FIELDS },
		{ "words about a FLASH are as urgent, whatever they say themselves",
		  { USA(KIND_REPLY, 1), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "so is a correction of one's own",
		  { .kind = KIND_CORRECTION, .refers = 1, .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "a reply to it by two more",
		  { USA(KIND_REPLY, 1), .content = 1, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK },
		{ "to a routine message by one more",
		  { USA(KIND_REPLY, 2), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_OK },
		{ "a recall has its own number",
		  { .kind = KIND_RECALL, .refers = 1, .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_OK },
		{ "a remark", { USA(KIND_REMARK, 1), .has_unnamed = true }, VERDICT_FIELDS },
		{ "a suspension", { USA(KIND_SUSPEND, 1), .has_unnamed = true }, VERDICT_FIELDS },
		{ "a message",
		  { USA(KIND_MESSAGE, 0), .has_unnamed = true, BY(DUTY, RELEASER) },
		  VERDICT_FIELDS },
		{ "an attempt", { USA(KIND_ATTEMPT, 1) }, VERDICT_OK },
		{ "an attempt with words", { USA(KIND_ATTEMPT, 1), .has_path = true }, VERDICT_APPROVAL },
		{ "an attempt with words, approved",
		  { USA(KIND_ATTEMPT, 1), .has_path = true, BY(DUTY, RELEASER) },
		  VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .content = 9,
							      .precedence = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(
			scene_put(s,
				  &(struct line){ .kind = KIND_MESSAGE, .content = 8, BY(DUTY, RELEASER) }),
			VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 1) }), VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 2) }), VERDICT_OK);
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
	}
}

/* What is said of an answer to a FLASH is as urgent: KOR's FLASH stands at 1, what USA answered at 3. */
static void test_about_an_answer(void **state)
{
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "it is asked about by one more",
		  { .kind = KIND_QUERY, .refers = 3, .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "by two more",
		  { .kind = KIND_QUERY, .refers = 3, .content = 1, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK },
		{ "without a word by one", { .kind = KIND_QUERY, .refers = 3 }, VERDICT_OK },
		{ "corrected by one more",
		  { USA(KIND_CORRECTION, 3), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "by two more",
		  { USA(KIND_CORRECTION, 3), .content = 1, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK },
		{ "the question is asked about by one more",
		  { USA(KIND_QUERY, 4), .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .content = 9,
							      .precedence = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 1) }), VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_REPLY, 1), .content = 8,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_QUERY, .refers = 3 }), VERDICT_OK);
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
	}
}

/* WRONG is said at once by one; free text beside it is as urgent as what had to be read back. */
static void test_wrong(void **state)
{
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "WRONG alone", { .kind = KIND_MARK, .refers = 3, .number = 2 }, VERDICT_OK },
		{ "for the last cause of the list",
		  { .kind = KIND_MARK, .refers = 3, .number = 2, .cause = MARK_CAUSE_COUNT },
		  VERDICT_OK },
		{ "for one that a later version may know",
		  { .kind = KIND_MARK, .refers = 3, .number = 2, .cause = MARK_CAUSE_COUNT + 1 },
		  VERDICT_FIELDS },
		{ "nor is a number said in it by however many",
		  { .kind = KIND_MARK,
		    .refers = 3,
		    .number = 2,
		    .cause = UINT64_MAX,
		    BY(DUTY, RELEASER, OTHER) },
		  VERDICT_FIELDS },
		{ "in words, on an open label",
		  { .kind = KIND_MARK, .refers = 3, .number = 2, .content = 1, .label = "U rel:KOR,USA" },
		  VERDICT_APPROVAL },
		{ "with one more",
		  { .kind = KIND_MARK, .refers = 3, .number = 2, .content = 1, BY(DUTY, RELEASER) },
		  VERDICT_APPROVAL },
		{ "with two more",
		  { .kind = KIND_MARK, .refers = 3, .number = 2, .content = 1, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .content = 9,
							      .precedence = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 1) }), VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_READ_BACK, 1), .content = 1 }),
				 VERDICT_OK);
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
	}
}

/* What was withdrawn between approval and release no longer approves. */
static void test_role_lost(void **state)
{
	(void)state;
	scene_clear(s);
	scene_withdraw(s, SCENE_SHARE, 0, RELEASER);
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER) }),
		VERDICT_KEY);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE, .content = 1, BY(DUTY, OTHER) }),
			 VERDICT_OK);
}

/* What is a day of a DOWNGRADE is something else in the answer to a recall, and nobody's time. */
static void test_erased_there(void **state)
{
	(void)state;
	scene_clear(s);
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER) }),
		VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_RECALL, .refers = 1 }), VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line){ USA(KIND_RECALL_DONE, 2), .cause = 2 }), VERDICT_OK);
}

static void test_without_guidelines(void **state)
{
	const struct guidelines *kept = s->accord->guidelines;

	(void)state;
	scene_clear(s);
	s->accord->guidelines = NULL;
	assert_int_equal(
		scene_put(
			s,
			&(struct line){ .kind = KIND_MESSAGE, .label = TOP, .content = 1, .precedence = 1 }),
		VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_RECALL, .refers = 1 }),
			 VERDICT_GUIDELINES);
	assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 1) }), VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line){ USA(KIND_READ_BACK, 1), .content = 1 }), VERDICT_OK);
	s->accord->guidelines = kept;
}

/* ---- Drafts: SUBMIT stands at 1, of a message to SHARE. ---- */

static enum verdict submit(const struct line *out, struct line with)
{
	scene_say(s, out, &outgoing);
	with.kind = KIND_SUBMIT;
	with.channel = SCENE_HOME;
	with.outgoing = &outgoing;
	with.content = with.content != 0 ? with.content : out->content;
	return scene_put(s, &with);
}

#define ANSWER(k, who, r) { .kind = k, .channel = SCENE_HOME, .role = r, .refers = 1, .inner = who, BY(who) }

/* Who lost the key with which he said yes says it anew with his spare one. */
static void test_anew_with_the_spare(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 },
				 yes = ANSWER(KIND_APPROVE, OTHER, "releaser"),
				 again = ANSWER(KIND_APPROVE, OTHER_AGAIN, "releaser");

	(void)state;
	scene_clear(s);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	assert_int_equal(scene_put(s, &yes), VERDICT_OK);
	assert_int_equal(scene_put(s, &again), VERDICT_PERSON);
	scene_withdraw(s, SCENE_HOME, 0, OTHER);
	assert_int_equal(scene_put(s, &again), VERDICT_OK);
}

/* A no is one officer's, to the SUBMIT that counts. */
static void test_a_no(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	struct line no = ANSWER(KIND_REFUSE, RELEASER, "releaser");

	(void)state;
	scene_clear(s);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_SUBMIT,
						      .channel = SCENE_HOME,
						      .content = 1,
						      .outgoing = &outgoing }),
			 VERDICT_REPEATED);
	no.refers = 2;
	assert_int_equal(scene_put(s, &no), VERDICT_REFERS);
	no.refers = 1;
	no.by[no.by_count++] = OTHER;
	assert_int_equal(scene_put(s, &no), VERDICT_OUTGOING);
	no.by_count = 1;
	assert_int_equal(scene_put(s, &no), VERDICT_OK);
}

/* The statement that the n-th entry, a SUBMIT, is about. */
static const struct scene_entry *submitted_at(size_t n)
{
	static struct scene_entry out;
	struct bytes bytes;

	assert_int_equal(submit_read(&s->entries[n].statement, &bytes, &out.statement), ERR_OK);
	return &out;
}

static struct accord_channel *channel_of(uint32_t number)
{
	for (size_t i = 0; i < s->accord->channels_count; i++) {
		if (s->accord->channels[i].number == number)
			return &s->accord->channels[i];
	}
	fail_msg("no channel %u", number);
	return NULL;
}

static void test_submit(void **state)
{
	struct accord_channel *share = channel_of(SCENE_SHARE), *home = channel_of(SCENE_HOME);
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	static const struct {
		const char *why;
		struct line out, with;
		enum verdict want;
	} rows[] = {
		{ "as it should be", { .kind = KIND_MESSAGE, .content = 1 }, { .inner = DUTY }, VERDICT_OK },
		{ "another's signature under it",
		  { .kind = KIND_MESSAGE, .content = 1 },
		  { .inner = RELEASER },
		  VERDICT_OUTGOING },
		{ "a false one",
		  { .kind = KIND_MESSAGE, .content = 1 },
		  { .is_inner_false = true },
		  VERDICT_OUTGOING },
		{ "two submit it",
		  { .kind = KIND_MESSAGE, .content = 1 },
		  { BY(DUTY, RELEASER) },
		  VERDICT_OUTGOING },
		{ "another content",
		  { .kind = KIND_MESSAGE, .content = 1 },
		  { .content = 2 },
		  VERDICT_OUTGOING },
		{ "a longer one",
		  { .kind = KIND_MESSAGE, .content = 1, .len = 11 },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "one that is sealed",
		  { .kind = KIND_MESSAGE, .content = 1, .has_blob = true },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "a content that it has not", { .kind = KIND_MESSAGE }, { .content = 1 }, VERDICT_OUTGOING },
		{ "of another accord",
		  { .kind = KIND_MESSAGE, .content = 1, .is_elsewhere = true },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "of a kind that nobody knows", { .kind = 999, .content = 1 }, { 0 }, VERDICT_OUTGOING },
		{ "another role's",
		  { .kind = KIND_MESSAGE, .content = 1, .role = "desk" },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "the other party's",
		  { .kind = KIND_MESSAGE, .content = 1, .party = 1 },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "another version of the accord",
		  { .kind = KIND_ACCORD, .hash = 1, .content = 1 },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "for home",
		  { .kind = KIND_MESSAGE, .content = 1, .channel = SCENE_HOME },
		  { 0 },
		  VERDICT_OUTGOING },
		{ "a label that nobody knows",
		  { .kind = KIND_MESSAGE, .content = 1, .label = "X rel:KOR,USA" },
		  { 0 },
		  VERDICT_REL },
		{ "on a channel between parties", { .kind = KIND_MESSAGE, .content = 1 }, { 0 }, VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		got = submit(&rows[i].out, rows[i].with);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
	}
	scene_clear(s);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	assert_int_equal(scene_file(s,
				    &(struct line){ .kind = KIND_SUBMIT,
						    .channel = SCENE_HOME,
						    .content = 1,
						    .outgoing = &outgoing },
				    &s->entries[0]),
			 VERDICT_REPEATED);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_SUBMIT,
						      .channel = SCENE_HOME,
						      .content = 1,
						      .outgoing = &outgoing }),
			 VERDICT_REPEATED);
	scene_clear(s);
	share->parties = 2;
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OUTGOING);
	share->parties = 3;
	scene_clear(s);
	home->parties = 3;
	scene_enrol(s, SCENE_HOME, 1, DUTY);
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .party = 1, .content = 1 },
				(struct line){ .party = 1 }),
			 VERDICT_OK);
	home->parties = 1;
}

/* What goes outside is asked for by the lines of what leaves, already as a draft. */
static void test_submit_outside(void **state)
{
	struct draft_view draft;

	(void)state;
	scene_clear(s);
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_MESSAGE, .label = "U rel:KOR,USA", .content = 1 }),
		VERDICT_OK);
	assert_int_equal(submit(&(struct line){ .kind = KIND_RELEASE,
						.label = "U rel:KOR,PUBLIC,USA",
						.refers = 1,
						.hash = 1,
						.to = "PUBLIC" },
				(struct line){ 0 }),
			 VERDICT_OK);
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
	assert_int_equal(draft.needed, 2);
}

/* Nothing is drafted for where its party observes. */
static void test_submit_by_an_observer(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	struct accord_channel *share = channel_of(SCENE_SHARE);

	(void)state;
	scene_clear(s);
	share->observers = 1;
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OBSERVER);
	share->observers = 2;
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	share->observers = 0;
}

/* Its row says a state that there is not. */
static void damage_first_draft(void)
{
	uint8_t key_memory[256], memory[MAP_VALUE_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(memory);

	assert_int_equal(map_next(&s->map, BYTES_LIT("g"), BYTES_LIT("g"), &key, &value), ERR_OK);
	value.ptr[0] = DRAFT_STATE_COUNT;
	assert_int_equal(map_put(&s->map, buf_bytes(&key), buf_bytes(&value)), ERR_OK);
}

/* Rows of drafts: in the order of their ids, each whole, and none of a party that it is not of. */
static void test_draft_rows(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	struct accord_channel *home = channel_of(SCENE_HOME);
	struct draft_view draft;
	bool is_ended;

	(void)state;
	scene_clear(s);
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, true, &draft), ERR_NOT_FOUND);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, true, &draft), ERR_OK);
	assert_true(place_key_equal(&draft.at, &s->entries[0].at));
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, false, &draft), ERR_OK);
	assert_true(place_key_equal(&draft.at, &s->entries[1].at));
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, false, &draft), ERR_NOT_FOUND);
	assert_true(bytes_equal(inner_signature(&s->entries[0].statement), BYTES_LIT("signature")));
	assert_int_equal(scene_put(s, &(struct line)ANSWER(KIND_APPROVE, RELEASER, "releaser")), VERDICT_OK);
	assert_true(bytes_equal(inner_signature(&s->entries[2].statement), BYTES_LIT("signature")));

	/* Ended at the home of one party it is not ended for another. */
	assert_int_equal(scene_put(s, &(struct line)ANSWER(KIND_REFUSE, DESK, "desk")), VERDICT_OK);
	for (size_t party = 0; party < 2; party++) {
		assert_int_equal(draft_is_ended(&s->fold, party, &submitted_at(0)->statement, &is_ended),
				 ERR_OK);
		assert_int_equal(is_ended, party == 0);
	}
	home->parties = 2;
	assert_int_equal(draft_is_ended(&s->fold, 1, &submitted_at(0)->statement, &is_ended), ERR_OK);
	assert_true(is_ended);
	home->parties = 1;

	damage_first_draft();
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, true, &draft), ERR_CORRUPT);
}

/* As many as there may be say yes, and then somebody still says no. */
static void test_crowd(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	struct draft_view draft;

	(void)state;
	for (unsigned last = 0; last < 2; last++) {
		scene_clear(s);
		assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
		for (unsigned i = 0; i < DRAFT_SIGNERS_MAX + 2; i++) {
			enum person who = (enum person)(PERSONS + i);
			bool is_yes = i < DRAFT_SIGNERS_MAX || last == 0;
			struct line line = { .kind = is_yes ? KIND_APPROVE : KIND_CANCEL,
					     .channel = SCENE_HOME,
					     .role = "releaser",
					     .refers = 1,
					     .inner = who,
					     .by = { who },
					     .by_count = 1 };
			enum verdict want = i < DRAFT_SIGNERS_MAX    ? VERDICT_OK
					    : last == 0		     ? VERDICT_PERSON
					    : i == DRAFT_SIGNERS_MAX ? VERDICT_OK
								     : VERDICT_ENDED;
			scene_enrol(s, SCENE_HOME, 0, who);
			assert_int_equal(scene_put(s, &line), want);
		}
		assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
		assert_int_equal(draft.approved, DRAFT_SIGNERS_MAX);
	}
}

/* A review is by who may read it. */
static void test_review(void **state)
{
	static const char ncg[] = "S caveat:NCG rel:KOR,USA";
	struct line review = ANSWER(KIND_APPROVE, DESK, "desk");

	(void)state;
	scene_clear(s);
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .label = ncg, .content = 1 },
				(struct line){ .label = ncg }),
			 VERDICT_OK);
	review.label = ncg;
	assert_int_equal(scene_put(s, &review), VERDICT_RELEASER);
}

static void test_answers(void **state)
{
	static const struct {
		const char *why;
		struct line lines[3];
		size_t count;
		enum verdict want; /* of the last */
		unsigned approved;
		enum draft_state end;
	} rows[] = {
		{ "a releaser approves",
		  { ANSWER(KIND_APPROVE, RELEASER, "releaser") },
		  1,
		  VERDICT_OK,
		  1,
		  DRAFT_SUBMITTED },
		{ "its author",
		  { ANSWER(KIND_APPROVE, DUTY, "duty") },
		  1,
		  VERDICT_PERSON,
		  0,
		  DRAFT_SUBMITTED },
		{ "twice",
		  { ANSWER(KIND_APPROVE, OTHER, "releaser"), ANSWER(KIND_APPROVE, OTHER, "releaser") },
		  2,
		  VERDICT_PERSON,
		  1,
		  DRAFT_SUBMITTED },
		{ "with his second key",
		  { ANSWER(KIND_APPROVE, OTHER, "releaser"), ANSWER(KIND_APPROVE, OTHER_AGAIN, "releaser") },
		  2,
		  VERDICT_PERSON,
		  1,
		  DRAFT_SUBMITTED },
		{ "a reviewer is not counted",
		  { ANSWER(KIND_APPROVE, DESK, "desk") },
		  1,
		  VERDICT_OK,
		  0,
		  DRAFT_SUBMITTED },
		{ "a signature over something else",
		  { { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 1,
		      .is_inner_false = true,
		      BY(RELEASER) } },
		  1,
		  VERDICT_OUTGOING,
		  0,
		  DRAFT_SUBMITTED },
		{ "another's signature",
		  { { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 1,
		      .inner = THIRD,
		      BY(RELEASER) } },
		  1,
		  VERDICT_OUTGOING,
		  0,
		  DRAFT_SUBMITTED },
		{ "too late",
		  { { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 1,
		      .inner = RELEASER,
		      .filed_late_ms = 24 * HOUR + 1,
		      BY(RELEASER) } },
		  1,
		  VERDICT_LAPSED,
		  0,
		  DRAFT_SUBMITTED },
		{ "at the last moment",
		  { { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 1,
		      .inner = RELEASER,
		      .filed_late_ms = 24 * HOUR,
		      BY(RELEASER) } },
		  1,
		  VERDICT_OK,
		  1,
		  DRAFT_SUBMITTED },
		{ "of what is not held",
		  { { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 1,
		      .is_unread = true,
		      .inner = RELEASER,
		      BY(RELEASER) } },
		  1,
		  VERDICT_REFERS,
		  0,
		  DRAFT_SUBMITTED },
		{ "of what is no draft",
		  { { .kind = KIND_MESSAGE, .channel = SCENE_HOME, .content = 3 },
		    { .kind = KIND_APPROVE,
		      .channel = SCENE_HOME,
		      .role = "releaser",
		      .refers = 2,
		      .inner = RELEASER,
		      BY(RELEASER) } },
		  2,
		  VERDICT_REFERS,
		  0,
		  DRAFT_SUBMITTED },
		{ "refused", { ANSWER(KIND_REFUSE, DESK, "desk") }, 1, VERDICT_OK, 0, DRAFT_REFUSED },
		{ "refused under another label",
		  { { .kind = KIND_REFUSE,
		      .channel = SCENE_HOME,
		      .role = "desk",
		      .refers = 1,
		      .label = "U rel:KOR,USA",
		      BY(DESK) } },
		  1,
		  VERDICT_LABEL,
		  0,
		  DRAFT_SUBMITTED },
		{ "refused under one value more",
		  { { .kind = KIND_REFUSE,
		      .channel = SCENE_HOME,
		      .role = "desk",
		      .refers = 1,
		      .label = "C rel:KOR,USA topic:DPRK-MSL",
		      BY(DESK) } },
		  1,
		  VERDICT_LABEL,
		  0,
		  DRAFT_SUBMITTED },
		{ "refused for fewer",
		  { { .kind = KIND_REFUSE,
		      .channel = SCENE_HOME,
		      .role = "desk",
		      .refers = 1,
		      .label = "C rel:KOR",
		      BY(DESK) } },
		  1,
		  VERDICT_LABEL,
		  0,
		  DRAFT_SUBMITTED },
		{ "refused as another's",
		  { { .kind = KIND_REFUSE,
		      .channel = SCENE_HOME,
		      .role = "desk",
		      .refers = 1,
		      .label = "C origin:USA rel:KOR,USA",
		      BY(DESK) } },
		  1,
		  VERDICT_LABEL,
		  0,
		  DRAFT_SUBMITTED },
		{ "refused by its author",
		  { ANSWER(KIND_REFUSE, DUTY, "duty") },
		  1,
		  VERDICT_PERSON,
		  0,
		  DRAFT_SUBMITTED },
		{ "approved after a no",
		  { ANSWER(KIND_REFUSE, DESK, "desk"), ANSWER(KIND_APPROVE, RELEASER, "releaser") },
		  2,
		  VERDICT_ENDED,
		  0,
		  DRAFT_REFUSED },
		{ "who said yes says no",
		  { ANSWER(KIND_APPROVE, OTHER, "releaser"), ANSWER(KIND_REFUSE, OTHER, "releaser") },
		  2,
		  VERDICT_OK,
		  1,
		  DRAFT_REFUSED },
		{ "taken back by its author",
		  { ANSWER(KIND_CANCEL, DUTY, "duty") },
		  1,
		  VERDICT_OK,
		  0,
		  DRAFT_CANCELLED },
		{ "by a releaser",
		  { ANSWER(KIND_CANCEL, RELEASER, "releaser") },
		  1,
		  VERDICT_OK,
		  0,
		  DRAFT_CANCELLED },
		{ "by anybody",
		  { ANSWER(KIND_CANCEL, DESK, "desk") },
		  1,
		  VERDICT_RELEASER,
		  0,
		  DRAFT_SUBMITTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got = VERDICT_OK;
		struct draft_view draft;
		bool is_ended;
		scene_clear(s);
		assert_int_equal(
			submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1 }, (struct line){ 0 }),
			VERDICT_OK);
		for (size_t n = 0; n < rows[i].count; n++)
			got = scene_put(s, &rows[i].lines[n]);
		assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
		assert_int_equal(draft_is_ended(&s->fold, 0, &outgoing.statement, &is_ended), ERR_OK);
		if (got != rows[i].want || draft.approved != rows[i].approved || draft.state != rows[i].end ||
		    is_ended != (rows[i].end != DRAFT_SUBMITTED) || draft.needed != 1)
			fail_msg("%s: got %s, %u, %s", rows[i].why, verdict_name(got), draft.approved,
				 draft_state_name(draft.state));
	}
}

/* Who is not let into a closed room signs nothing of it, at home neither: he may not know what is there. */
static void test_closed_room(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER) };
	static const struct {
		const char *why;
		struct line line; /* what stands at 1 is a message by duty and releaser, or a draft of one */
		bool is_draft;
	} rows[] = {
		{ "an approval that goes along",
		  { .kind = KIND_MESSAGE, .content = 2, BY(DUTY, RELEASER) },
		  false },
		{ "an eraser", { .kind = KIND_ERASE, .refers = 1, BY(DUTY, RELEASER) }, false },
		{ "an eraser of what is void",
		  { .kind = KIND_ERASE, .refers = 2, BY(DUTY, RELEASER) },
		  false },
		{ "an approval at home", ANSWER(KIND_APPROVE, RELEASER, "releaser"), true },
		{ "a review", ANSWER(KIND_APPROVE, DESK, "desk"), true },
		{ "a no", ANSWER(KIND_REFUSE, DESK, "desk"), true },
		{ "taken back by a releaser", ANSWER(KIND_CANCEL, RELEASER, "releaser"), true },
	};
	struct accord_channel *room = channel_of(SCENE_SHARE);

	(void)state;
	for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
		bool is_let_in = i % 2 == 0;
		enum verdict got;
		scene_clear(s);
		if (rows[i / 2].is_draft) {
			assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1 },
						(struct line){ 0 }),
					 VERDICT_OK);
		} else {
			struct line void_one = { .kind = KIND_MESSAGE,
						 .label = "X rel:KOR,USA",
						 .content = 1 };
			assert_int_equal(scene_put(s, &message), VERDICT_OK);
			assert_int_equal(scene_put(s, &void_one), VERDICT_LABEL);
		}
		room->is_closed = true;
		if (!is_let_in)
			room->writers = 1ull << accord_role_find(s->accord, BYTES_LIT("duty"));
		got = scene_put(s, &rows[i / 2].line);
		room->is_closed = false;
		room->writers = UINT64_MAX;
		if (got != (is_let_in ? VERDICT_OK : VERDICT_RELEASER))
			fail_msg("%s, %s: got %s", rows[i / 2].why, is_let_in ? "let in" : "not",
				 verdict_name(got));
	}
}

/* What is dated ahead is not approved so long before that the approval would be older than it lasts. */
static void test_approved_beforehand(void **state)
{
	struct line approve = ANSWER(KIND_APPROVE, RELEASER, "releaser");

	(void)state;
	for (uint64_t early = 0; early < 2; early++) {
		scene_clear(s);
		assert_int_equal(
			submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1, .late_ms = 48 * HOUR },
			       (struct line){ 0 }),
			VERDICT_OK);
		approve.late_ms = 24 * HOUR - early;
		assert_int_equal(scene_put(s, &approve), early == 0 ? VERDICT_OK : VERDICT_LAPSED);
	}
}

/* A post that has ended approves and consents to nothing, by what is claimed and by what is filed. */
static void test_ended(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1, BY(DUTY, RELEASER) },
				 held_up = { .kind = KIND_MESSAGE,
					     .content = 1,
					     .filed_late_ms = 1,
					     BY(DUTY, RELEASER) },
				 review = ANSWER(KIND_APPROVE, DESK, "desk"),
				 approval = ANSWER(KIND_APPROVE, RELEASER, "releaser");
	struct accord_role *post = &s->accord->roles[accord_role_find(s->accord, BYTES_LIT("releaser"))];

	(void)state;
	scene_clear(s);
	post->until_ms = SCENE_START_MS + 1;
	assert_int_equal(scene_put(s, &message), VERDICT_OK);
	assert_int_equal(scene_put(s, &held_up), VERDICT_RELEASER);
	post->until_ms = SCENE_START_MS;
	assert_int_equal(scene_put(s, &message), VERDICT_RELEASER);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_CONSENT,
						      .party = 1,
						      .role = "duty",
						      .refers = 1,
						      .hash = 1,
						      BY(RELEASER) }),
			 VERDICT_ROLE);
	scene_clear(s);
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1 }, (struct line){ 0 }),
			 VERDICT_OK);
	assert_int_equal(scene_put(s, &review), VERDICT_OK);
	assert_int_equal(scene_put(s, &approval), VERDICT_EXPIRED);
	post->until_ms = 0;
}

/*
 * A row goes when a SUBMIT passes by it so long after it lapsed that nothing can come of it; its entry stays.
 */
static void test_lapsed_long_ago(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	uint8_t first[STATEMENT_ID_LEN];
	struct draft_view draft;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t later = 24 * HOUR + DRAFT_KEPT_MS + i;
		scene_clear(s);
		assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
		memcpy(first, outgoing.statement.id, sizeof first);
		assert_int_equal(submit(&message, (struct line){ .filed_late_ms = later }), VERDICT_OK);
		assert_int_equal(draft_find(&s->fold, SCENE_HOME, first, &draft),
				 i == 0 ? ERR_OK : ERR_NOT_FOUND);
		assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
	}
}

/* It looks behind its own row, whatever stands in front. */
static void test_lapsed_behind(void **state)
{
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	const uint64_t later = 24 * HOUR + DRAFT_KEPT_MS + 1;
	struct line live = message;
	uint8_t lapsed[STATEMENT_ID_LEN];
	struct draft_view draft;

	(void)state;
	scene_clear(s);
	live.id = 1;
	live.late_ms = later;
	assert_int_equal(submit(&live, (struct line){ .late_ms = later }), VERDICT_OK);
	assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
	memcpy(lapsed, outgoing.statement.id, sizeof lapsed);
	live.id = 2;
	assert_int_equal(submit(&live, (struct line){ .late_ms = later }), VERDICT_OK);
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, lapsed, &draft), ERR_NOT_FOUND);
	assert_int_equal(draft_next(&s->fold, SCENE_HOME, true, &draft), ERR_OK);
	assert_int_equal(draft.id[0], 1);
}

/* However many there are that live and are older. */
static void test_lapsed_behind_many(void **state)
{
	const uint64_t day = 24 * HOUR, later = day + DRAFT_KEPT_MS + 1;
	struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	uint8_t lapsed[16][STATEMENT_ID_LEN];
	struct draft_view draft;
	size_t left = 0;

	(void)state;
	scene_clear(s);
	message.late_ms = later;
	for (size_t i = 0; i < 20; i++) {
		message.id_ms = SCENE_START_MS - 3000 * day + i;
		assert_int_equal(submit(&message, (struct line){ .late_ms = later }), VERDICT_OK);
	}
	message.late_ms = 0;
	for (size_t i = 0; i < ARRAY_COUNT(lapsed); i++) {
		message.id_ms = SCENE_START_MS - day + i;
		assert_int_equal(submit(&message, (struct line){ 0 }), VERDICT_OK);
		memcpy(lapsed[i], outgoing.statement.id, STATEMENT_ID_LEN);
	}
	message.late_ms = later;
	for (size_t i = 0; i < 24; i++) {
		message.id_ms = SCENE_START_MS + later + i;
		assert_int_equal(submit(&message, (struct line){ .late_ms = later }), VERDICT_OK);
	}
	for (size_t i = 0; i < ARRAY_COUNT(lapsed); i++)
		left += draft_find(&s->fold, SCENE_HOME, lapsed[i], &draft) == ERR_OK;
	assert_in_range(left, 0, 4);
}

/* An approval of one item is none of another: the draft that it names has other bytes. */
static void test_used_for_another_item(void **state)
{
	struct draft_view draft;
	struct scene_entry first;

	(void)state;
	scene_clear(s);
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1 }, (struct line){ 0 }),
			 VERDICT_OK);
	first = outgoing;
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .content = 2 }, (struct line){ 0 }),
			 VERDICT_OK);
	assert_int_equal(scene_put(s, &(struct line)ANSWER(KIND_APPROVE, RELEASER, "releaser")), VERDICT_OK);
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, first.statement.id, &draft), ERR_OK);
	assert_int_equal(draft.approved, 1);
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
	assert_int_equal(draft.approved, 0);
	/* On the channel its signature is over other bytes, so it is false there. */
	assert_int_equal(
		scene_file(s, &(struct line){ .kind = KIND_MESSAGE, .is_false = true, BY(DUTY, RELEASER) },
			   &outgoing),
		VERDICT_SIGNATURE);
	assert_int_equal(draft_released(&s->fold, &draft, &(struct place_key){ 0 }), ERR_NOT_FOUND);
}

/* How many a draft is shown to need: by what it is about too, and by the version that is in force by now. */
static void test_how_many_a_draft_needs(void **state)
{
	const struct guidelines *kept = s->accord->guidelines;
	const struct statement *about;
	struct statement reply;
	struct draft_view draft;
	uint8_t needed;

	(void)state;
	scene_clear(s);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
						      .content = 9,
						      .precedence = 1,
						      BY(DUTY, RELEASER, OTHER) }),
			 VERDICT_OK);
	about = &s->entries[0].statement;
	assert_int_equal(submit(&(struct line){ .kind = KIND_MESSAGE, .content = 1 }, (struct line){ 0 }),
			 VERDICT_OK);
	assert_int_equal(draft_find(&s->fold, SCENE_HOME, outgoing.statement.id, &draft), ERR_OK);
	reply = outgoing.statement;
	reply.kind = KIND_REPLY;
	draft.needed = 0;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, NULL, &needed), ERR_OK);
	assert_int_equal(needed, 1);
	reply.refers_count = 1;
	reply.refers[0] = (struct place){ SCENE_SHARE, about->party, 1, s->entries[0].at.index, { 0 } };
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	assert_int_equal(needed, 2);
	/* A message may name what it likes, and is as urgent as it says; so is what nobody knows. */
	reply.kind = KIND_MESSAGE;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	assert_int_equal(needed, 1);
	reply.kind = 999;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	reply.kind = KIND_REPLY;
	draft.needed = 3;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	assert_int_equal(needed, 3);
	draft.needed = 0;
	reply.channel = 4095;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	assert_int_equal(needed, 0);
	reply.channel = outgoing.statement.channel;
	s->accord->guidelines = NULL;
	assert_int_equal(draft_needed(&s->fold, &draft, &reply, about, &needed), ERR_OK);
	assert_int_equal(needed, 0);
	s->accord->guidelines = kept;
}

/* Nobody corrects a FLASH alone, by a form of the accord either, whatever that says of its own urgency. */
static void test_corrected_by_a_form(void **state)
{
	static struct form x9 = {
		.name = "X9", .version = 1, .planes = 0xff, .acts = 1, .precedences = 0, .is_correction = true
	};
	static const struct line alone = { .kind = KIND_MESSAGE,
					   .label = "U rel:KOR,USA",
					   .refers = 1,
					   .has_form = true },
				 three = { .kind = KIND_MESSAGE,
					   .label = "U rel:KOR,USA",
					   .refers = 1,
					   .has_form = true,
					   BY(DUTY, RELEASER, OTHER) };
	struct form *kept = s->accord->forms;

	(void)state;
	s->accord->forms = &x9;
	for (int precedence = 1; precedence <= 4; precedence += 3) {
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .content = 1,
							      .label = "U rel:KOR,USA",
							      .precedence = precedence,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &alone), precedence == 1 ? VERDICT_APPROVAL : VERDICT_OK);
		assert_int_equal(scene_put(s, &three), VERDICT_OK);
		/* One that does neither may name what it likes. */
		x9.is_correction = false;
		assert_int_equal(scene_put(s, &alone), VERDICT_OK);
		x9.is_correction = true;
	}
	s->accord->forms = kept;
}

/* Whatever is said under a number is as urgent as what stands there, when it was said: judged by the past. */
static void test_under_a_number(void **state)
{
	static struct form x9 = {
		.name = "X9", .version = 1, .planes = 0xff, .acts = 0x0f, .precedences = 0x0f
	};
	static const struct {
		const char *why;
		int precedence; /* 1: FLASH, 4: ROUTINE */
		size_t refers;
		uint64_t act;
		enum verdict alone;
	} rows[] = {
		{ "announced as FLASH", 1, 0, FORM_ACT_ANNOUNCE, VERDICT_APPROVAL }, /* 1, 2 */
		{ "amended", 4, 2, FORM_ACT_AMEND, VERDICT_APPROVAL },		     /* 3, 4 */
		{ "cancelled", 4, 2, FORM_ACT_CANCEL, VERDICT_APPROVAL },	     /* 5, 6 */
		{ "announced as ROUTINE", 4, 0, FORM_ACT_ANNOUNCE, VERDICT_OK },     /* 7, 8 */
		{ "amended", 4, 8, FORM_ACT_AMEND, VERDICT_OK },		     /* 9, 10 */
		{ "amended as FLASH", 1, 8, FORM_ACT_AMEND, VERDICT_APPROVAL },	     /* 11, 12 */
		{ "amended since", 4, 8, FORM_ACT_AMEND, VERDICT_APPROVAL },	     /* 13, 14 */
		{ "closed", 4, 8, FORM_ACT_CLOSE, VERDICT_APPROVAL },		     /* 15, 16 */
		{ "a number beside them", 4, 0, FORM_ACT_ANNOUNCE, VERDICT_OK },     /* 17, 18 */
		{ "closed", 4, 18, FORM_ACT_CLOSE, VERDICT_OK },		     /* 19 */
		{ "announced, and naming a FLASH", 4, 2, FORM_ACT_ANNOUNCE, VERDICT_OK },
	};
	struct form *kept = s->accord->forms;

	(void)state;
	s->accord->forms = &x9;
	scene_clear(s);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct line alone = { .kind = KIND_MESSAGE,
				      .label = "U rel:KOR,USA",
				      .precedence = rows[i].precedence,
				      .refers = rows[i].refers,
				      .has_form = true,
				      .act = rows[i].act },
			    three = alone;
		enum verdict got = scene_put(s, &alone);
		if (got != rows[i].alone)
			fail_msg("%s (%zu): %s", rows[i].why, i, verdict_name(got));
		three.by_count = 3;
		memcpy(three.by, ((enum person[]){ DUTY, RELEASER, OTHER }), 3 * sizeof three.by[0]);
		if (got == VERDICT_APPROVAL || rows[i].act == FORM_ACT_ANNOUNCE ||
		    rows[i].act == FORM_ACT_AMEND)
			assert_int_equal(scene_put(s, &three), VERDICT_OK);
	}
	s->accord->forms = kept;
}

/* Which posts release: of an accord without guidelines every one does. */
static void test_who_releases(void **state)
{
	const struct guidelines *kept = s->accord->guidelines;
	uint64_t releaser = 1ull << accord_role_find(s->accord, BYTES_LIT("releaser")), roles;

	(void)state;
	roles = releasing_roles(s->accord);
	assert_int_equal(roles & releaser, releaser);
	assert_int_equal(roles & 1ull << accord_role_find(s->accord, BYTES_LIT("duty")), 0);
	assert_int_equal(roles & 1ull << accord_role_find(s->accord, BYTES_LIT("desk")), 0);
	s->accord->guidelines = NULL;
	assert_int_equal(releasing_roles(s->accord), (1ull << s->accord->roles_count) - 1);
	s->accord->guidelines = kept;
}

/* ---- What follows: KOR's item stands at 1. ---- */

#define ITEM "S origin:KOR,USA rel:KOR,USA topic:DPRK-MSL"
#define WIDE "S origin:KOR,USA rel:JPN,KOR,USA topic:DPRK-MSL"
#define NCG "S caveat:NCG origin:KOR,USA rel:KOR,USA topic:DPRK-MSL"
#define LOW "R origin:KOR,USA rel:KOR,USA topic:DPRK-MSL"

#define CONSENT_TO(who_label, code) \
	{ .kind = KIND_CONSENT,     \
	  .party = 1,               \
	  .role = "releaser",       \
	  .label = who_label,       \
	  .refers = 1,              \
	  .hash = 1,                \
	  .to = code }
#define OUT(p, item)            \
	{ .kind = KIND_RELEASE, \
	  .party = p,           \
	  .label = WIDE,        \
	  .refers = 1,          \
	  .hash = item,         \
	  .to = "JPN",          \
	  BY(DUTY, RELEASER, OTHER) }

static void play(const char *why, const char *item, const struct line *lines, size_t count, enum verdict want)
{
	enum verdict got = VERDICT_OK;

	scene_clear(s);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
						      .label = item,
						      .content = 1,
						      BY(DUTY, RELEASER, OTHER) }),
			 VERDICT_OK);
	for (size_t i = 0; i < count; i++) {
		got = scene_put(s, &lines[i]);
		if (i + 1 < count && got != VERDICT_OK)
			fail_msg("%s: line %zu got %s", why, i, verdict_name(got));
	}
	if (got != want)
		fail_msg("%s: got %s", why, verdict_name(got));
}

/*
 * An agreement names a hand: on a channel too. What tells nobody anything copies the label of what came so.
 */
static void test_by_another_hand(void **state)
{
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "by nobody's hand",
		  { .kind = KIND_MESSAGE, .label = ITEM, .content = 2, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_VIA },
		{ "released, for those of the channel",
		  { .kind = KIND_RELEASE, .label = ITEM, .content = 2, BY(DUTY, RELEASER, OTHER) },
		  VERDICT_VIA },
		{ "of the other party's own information",
		  { .kind = KIND_MESSAGE,
		    .label = "S origin:USA rel:KOR,USA topic:DPRK-MSL",
		    .content = 2,
		    BY(DUTY, RELEASER, OTHER) },
		  VERDICT_OK },
		{ "an act", { .kind = KIND_WATCH_READ, .party = 1, .label = ITEM, .refers = 1 }, VERDICT_OK },
	};
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines changed = *kept;

	(void)state;
	changed.agreements[0].via = 2; /* bilateral, by JPN's hand */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .label = ITEM,
							      .content = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		s->accord->guidelines = &changed;
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
		if (got == VERDICT_VIA)
			assert_int_equal(s->entries[s->count - 1].view.line, kept->agreements[0].line);
		s->accord->guidelines = kept;
	}
}

static void test_outside(void **state)
{
	static const struct {
		const char *why;
		struct line lines[2];
		size_t count;
		enum verdict want;
	} rows[] = {
		{ "with consent, but by another hand",
		  { CONSENT_TO(WIDE, "JPN"), OUT(0, 1) },
		  2,
		  VERDICT_VIA },
		{ "consent by who releases nothing",
		  { { .kind = KIND_CONSENT,
		      .party = 1,
		      .label = WIDE,
		      .refers = 1,
		      .hash = 1,
		      .to = "JPN" } },
		  1,
		  VERDICT_RELEASER },
		{ "consent to another content",
		  { { .kind = KIND_CONSENT,
		      .party = 1,
		      .role = "releaser",
		      .label = WIDE,
		      .refers = 1,
		      .hash = 2,
		      .to = "JPN" } },
		  1,
		  VERDICT_OUTGOING },
		{ "another content", { OUT(0, 2) }, 1, VERDICT_OUTGOING },
		{ "of an item that is not there",
		  { { .kind = KIND_RELEASE,
		      .label = WIDE,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_REFERS },
		{ "of an act",
		  { { .kind = KIND_RECALL, .label = ITEM, .refers = 1 },
		    { .kind = KIND_RELEASE,
		      .label = WIDE,
		      .refers = 2,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  2,
		  VERDICT_REFERS },
		{ "a topic less",
		  { { .kind = KIND_RELEASE,
		      .label = "S origin:KOR,USA rel:JPN,KOR,USA topic:DPRK-NUC",
		      .refers = 1,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_OPENS },
		{ "another origin",
		  { { .kind = KIND_RELEASE,
		      .label = "S origin:KOR rel:JPN,KOR,USA topic:DPRK-MSL",
		      .refers = 1,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_OPENS },
		{ "a label that says less",
		  { { .kind = KIND_RELEASE,
		      .label = "R origin:KOR,USA rel:JPN,KOR,USA topic:DPRK-MSL",
		      .refers = 1,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_OPENS },
		{ "an agreement that does not let it pass",
		  { { .kind = KIND_RELEASE,
		      .label = ITEM,
		      .refers = 1,
		      .hash = 1,
		      .to = "JPN",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_REL },
		{ "to one who is no party",
		  { { .kind = KIND_RELEASE,
		      .label = WIDE,
		      .refers = 1,
		      .hash = 1,
		      .to = "XYZ",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_ADDRESSEE },
		{ "to a member",
		  { { .kind = KIND_RELEASE,
		      .label = WIDE,
		      .refers = 1,
		      .hash = 1,
		      .to = "USA",
		      BY(DUTY, RELEASER, OTHER) } },
		  1,
		  VERDICT_ADDRESSEE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play(rows[i].why, ITEM, rows[i].lines, rows[i].count, rows[i].want);
	/* By USA's hand, as the arrangement says; with KOR's consent, which is for exactly this. */
	play("by the hand that is named", ITEM,
	     (struct line[]){ { .kind = KIND_CONSENT,
				.role = "releaser",
				.label = WIDE,
				.refers = 1,
				.hash = 1,
				.to = "JPN" },
			      OUT(1, 1) },
	     2, VERDICT_OK);
	play("silence is refusal", ITEM, (struct line[]){ OUT(1, 1) }, 1, VERDICT_CONSENT);
	play("a consent to another label", ITEM,
	     (struct line[]){ { .kind = KIND_CONSENT,
				.role = "releaser",
				.label = LOW,
				.refers = 1,
				.hash = 1,
				.to = "JPN" },
			      OUT(1, 1) },
	     2, VERDICT_CONSENT);
	play("a consent for another addressee", ITEM,
	     (struct line[]){ { .kind = KIND_CONSENT,
				.role = "releaser",
				.label = WIDE,
				.refers = 1,
				.hash = 1,
				.to = "PUBLIC" },
			      OUT(1, 1) },
	     2, VERDICT_CONSENT);
	assert_int_not_equal(s->entries[s->count - 1].view.line, 0);
	play("consent in words", "U rel:KOR,USA",
	     (struct line[]){ { .kind = KIND_CONSENT,
				.role = "releaser",
				.label = "U rel:KOR,PUBLIC,USA",
				.content = 3,
				.refers = 1,
				.hash = 1,
				.to = "PUBLIC" } },
	     1, VERDICT_OK);
	play("on another channel", ITEM,
	     (struct line[]){ { .kind = KIND_RELEASE,
				.party = 1,
				.channel = SCENE_LEADER,
				.label = WIDE,
				.refers = 1,
				.hash = 1,
				.to = "JPN",
				BY(DUTY, RELEASER, OTHER) } },
	     1, VERDICT_REFERS);
	play("a consent that it had not seen", ITEM,
	     (struct line[]){ { .kind = KIND_CONSENT,
				.role = "releaser",
				.label = WIDE,
				.refers = 1,
				.hash = 1,
				.to = "JPN" },
			      { .kind = KIND_RELEASE,
				.party = 1,
				.label = WIDE,
				.refers = 1,
				.hash = 1,
				.to = "JPN",
				.is_blind = true,
				BY(DUTY, RELEASER, OTHER) } },
	     2, VERDICT_CONSENT);
}

#define WIDELY_NOT_RECALLED(p, at) \
	{ .kind = KIND_RECALL_REFUSED, .party = p, .label = WIDE, .refers = at, .number = 1 }
#define RECALLED(p, at) { .kind = KIND_RECALL_DONE, .party = p, .label = ITEM, .refers = at, .number = 1 }
#define DOWN(l, at) { .kind = KIND_DOWNGRADE, .label = l, .refers = at, .hash = 1, BY(DUTY, RELEASER) }

/* Words that name an outside party from the start, by whatever kind; acts without words tell it nothing. */
static void test_outside_from_the_start(void **state)
{
	static const struct {
		const char *why;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "a message", { .kind = KIND_MESSAGE, .content = 2 }, VERDICT_OUTSIDE },
		{ "without a text", { .kind = KIND_MESSAGE }, VERDICT_OUTSIDE },
		{ "a correction", { .kind = KIND_CORRECTION, .content = 2, .refers = 1 }, VERDICT_OUTSIDE },
		{ "a remark", { .kind = KIND_REMARK, .content = 2, .refers = 1 }, VERDICT_OUTSIDE },
		{ "a request", { .kind = KIND_REQUEST, .content = 2 }, VERDICT_OUTSIDE },
		{ "that two events are one",
		  { .kind = KIND_SAME, .refers = 1, .refers_too = 1 },
		  VERDICT_OUTSIDE },
		{ "a release that names nobody", { .kind = KIND_RELEASE, .content = 2 }, VERDICT_OUTSIDE },
		{ "a recall with words",
		  { .kind = KIND_RECALL, .content = 2, .refers = 1 },
		  VERDICT_OUTSIDE },
		{ "one without", { .kind = KIND_RECALL, .refers = 1 }, VERDICT_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct line line = rows[i].line;
		line.label = WIDE;
		line.by_count = 3;
		memcpy(line.by, (enum person[]){ DUTY, RELEASER, OTHER }, 3 * sizeof *line.by);
		play(rows[i].why, ITEM, &line, 1, rows[i].want);
	}
}

#define CONSENTED(l) \
	{ .kind = KIND_CONSENT, .role = "releaser", .label = l, .refers = 1, .hash = 1, .to = "JPN" }
#define OUT_AS(l, at, also)     \
	{ .kind = KIND_RELEASE, \
	  .party = 1,           \
	  .label = l,           \
	  .refers = at,         \
	  .refers_too = also,   \
	  .hash = 1,            \
	  .to = "JPN",          \
	  BY(DUTY, RELEASER, OTHER) }

/* A consent is kept by codes in the order of their bytes, whatever their order is in the guidelines. */
static void test_consents_are_codes(void **state)
{
	static const char two[] = "S origin:KOR,USA rel:JPN,KOR,USA topic:DPRK-MSL,DPRK-NUC",
			  want[] = "JPN\0S\0DPRK-MSL\0DPRK-NUC\0\0JPN\0KOR\0USA\0\0KOR\0USA\0";
	uint8_t key_memory[MAP_KEY_MAX], memory[MAP_VALUE_MAX];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(memory);

	(void)state;
	play("kept", ITEM, (struct line[]){ CONSENTED(two) }, 1, VERDICT_OK);
	assert_int_equal(map_next(&s->map, BYTES_LIT("y"), BYTES_LIT("y"), &key, &value), ERR_OK);
	assert_int_equal(value.len, sizeof want);
	assert_memory_equal(memory, want, sizeof want);
	play("of another topic", ITEM, (struct line[]){ CONSENTED(two), OUT_AS(WIDE, 1, 0) }, 2,
	     VERDICT_CONSENT);
}

/* Under the label that the item has now, as far as it had seen; and only for whom it names. */
static void test_outside_under_its_label(void **state)
{
	static const char wide_low[] = "R origin:KOR,USA rel:JPN,KOR,USA topic:DPRK-MSL";
	static const struct line recall = { .kind = KIND_RECALL, .label = ITEM, .refers = 1 };

	(void)state;
	play("one more than it names", "U rel:KOR,USA topic:DPRK-MSL",
	     (struct line[]){ OUT_AS("U origin:KOR rel:JPN,KOR,PUBLIC,USA topic:DPRK-MSL", 1, 0) }, 1,
	     VERDICT_OPENS);
	play("with words of its own", ITEM,
	     (struct line[]){ CONSENTED(WIDE),
			      { .kind = KIND_RELEASE,
				.party = 1,
				.label = WIDE,
				.content = 1,
				.refers = 1,
				.hash = 1,
				.to = "JPN",
				BY(DUTY, RELEASER, OTHER) } },
	     2, VERDICT_OUTGOING);
	play("after another label took its place", ITEM,
	     (struct line[]){ CONSENTED(WIDE), DOWN(LOW, 1), OUT_AS(WIDE, 1, 0) }, 3, VERDICT_STEP);
	play("under that one", ITEM,
	     (struct line[]){ CONSENTED(wide_low), DOWN(LOW, 1), OUT_AS(wide_low, 3, 1) }, 3, VERDICT_OK);
	play("which does not name the item", ITEM,
	     (struct line[]){ CONSENTED(wide_low), DOWN(LOW, 1), OUT_AS(wide_low, 3, 0) }, 3, VERDICT_REFERS);
	play("under the one before, by that one", ITEM,
	     (struct line[]){ CONSENTED(WIDE), DOWN(LOW, 1), OUT_AS(WIDE, 3, 1) }, 3, VERDICT_OPENS);
	play("of what was asked back", ITEM, (struct line[]){ CONSENTED(WIDE), recall, OUT_AS(WIDE, 1, 0) },
	     3, VERDICT_STEP);
	/* By USA's hand, signed before KOR's last came: the fold lets it, its own door does not. */
	for (int at_door = 0; at_door < 2; at_door++) {
		const struct line last[] = { recall, DOWN(LOW, 1) };
		struct line out = OUT(1, 1), own = CONSENT_TO(WIDE, "JPN");
		own.party = 0;
		out.unseen = 1;
		out.is_at_door = at_door == 1;
		for (size_t i = 0; i < 2; i++)
			play("of what was asked back or relabelled meanwhile", ITEM,
			     (struct line[]){ own, last[i], out }, 3, at_door ? VERDICT_STEP : VERDICT_OK);
		out.unseen = 0;
		play("of what stands", ITEM, (struct line[]){ own, out }, 2, VERDICT_OK);
	}
	play("a release is relabelled by none", ITEM,
	     (struct line[]){ CONSENTED(WIDE),
			      OUT_AS(WIDE, 1, 0),
			      { .kind = KIND_RELABEL,
				.party = 1,
				.label = WIDE,
				.refers = 3,
				.hash = 1,
				BY(DUTY, RELEASER, OTHER) } },
	     3, VERDICT_OUTGOING);
	assert_true(is_outside_release(&s->entries[2].statement));
	assert_false(is_outside_release(&s->entries[1].statement));
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_RELEASE, .content = 2, BY(DUTY, RELEASER) }),
		VERDICT_OK);
	assert_false(is_outside_release(&s->entries[4].statement));
}

/* Who reads on in one log is told where that log first had seen what another said. */
static void test_first_to_see(void **state)
{
	struct place_key at;

	(void)state;
	play("said by both", ITEM,
	     (struct line[]){ { .kind = KIND_REMARK,
				.party = 1,
				.label = ITEM,
				.content = 2,
				.refers = 1,
				BY(DUTY, RELEASER, OTHER) },
			      { .kind = KIND_RECALL, .label = ITEM, .refers = 1 } },
	     2, VERDICT_OK);
	assert_int_equal(fold_first_to_see(&s->fold, &s->entries[1].at, &s->entries[2].at, &at),
			 ERR_NOT_FOUND);
	assert_int_equal(scene_put(s, &(struct line)RECALLED(1, 3)), VERDICT_OK);
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_QUERY, .party = 1, .label = ITEM, .refers = 1 }),
		VERDICT_OK);
	assert_int_equal(fold_first_to_see(&s->fold, &s->entries[1].at, &s->entries[2].at, &at), ERR_OK);
	assert_true(place_key_equal(&at, &s->entries[3].at));
	/* Behind another that had seen it too. */
	assert_int_equal(fold_first_to_see(&s->fold, &s->entries[3].at, &s->entries[2].at, &at), ERR_OK);
	assert_true(place_key_equal(&at, &s->entries[4].at));
}

#define NOT_RECALLED(p, at) \
	{ .kind = KIND_RECALL_REFUSED, .party = p, .label = ITEM, .refers = at, .number = 1 }

static void test_recall(void **state)
{
	static const struct line recall = { .kind = KIND_RECALL, .label = ITEM, .refers = 1 };
	struct item_view v;

	(void)state;
	play("asked", ITEM, (struct line[]){ recall }, 1, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(v.is_recall_asked && v.done == 0 && v.refused == 0);
	play("asked twice", ITEM, (struct line[]){ recall, recall }, 2, VERDICT_STEP);
	play("another's", ITEM,
	     (struct line[]){ { .kind = KIND_RECALL, .party = 1, .label = ITEM, .refers = 1 } }, 1,
	     VERDICT_REFERS);
	play("of an act", ITEM,
	     (struct line[]){ recall, { .kind = KIND_RECALL, .label = ITEM, .refers = 2 } }, 2,
	     VERDICT_REFERS);
	play("done", ITEM, (struct line[]){ recall, RECALLED(1, 2) }, 2, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(!v.is_recall_asked && v.done == 2 && v.refused == 0);
	play("done by who asked", ITEM, (struct line[]){ recall, RECALLED(0, 2) }, 2, VERDICT_REFERS);
	play("answered twice", ITEM, (struct line[]){ recall, RECALLED(1, 2), NOT_RECALLED(1, 2) }, 3,
	     VERDICT_STEP);
	play("a no", ITEM, (struct line[]){ recall, NOT_RECALLED(1, 2) }, 2, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(!v.is_recall_asked && v.done == 0 && v.refused == 2);
	play("from another channel", ITEM,
	     (struct line[]){ { .kind = KIND_RECALL, .channel = SCENE_LEADER, .label = ITEM, .refers = 1 } },
	     1, VERDICT_REFERS);
	play("of what is not held", ITEM,
	     (struct line[]){ { .kind = KIND_RECALL, .label = ITEM, .refers = 1, .is_unread = true } }, 1,
	     VERDICT_REFERS);
	play("the other party's own", ITEM,
	     (struct line[]){ { .kind = KIND_MESSAGE,
				.party = 1,
				.label = ITEM,
				.content = 2,
				BY(DUTY, RELEASER, OTHER) },
			      { .kind = KIND_RECALL, .party = 1, .label = ITEM, .refers = 2 },
			      RECALLED(0, 3) },
	     3, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[1].at, &v), ERR_OK);
	assert_true(!v.is_recall_asked && v.done == 1);
	play("asked again after it was done", ITEM, (struct line[]){ recall, RECALLED(1, 2), recall }, 3,
	     VERDICT_STEP);
	play("asked again after a no", ITEM, (struct line[]){ recall, NOT_RECALLED(1, 2), recall }, 3,
	     VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(v.is_recall_asked);
	play("an answer to the item", ITEM, (struct line[]){ RECALLED(1, 1) }, 1, VERDICT_REFERS);
}

/* Of three parties each answers for itself, and one that is not of the channel is not waited for. */
static void test_recall_of_three(void **state)
{
	static const struct line recall = { .kind = KIND_RECALL, .label = WIDE, .refers = 1 };
	struct accord_channel *share = channel_of(SCENE_SHARE);
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;
	struct item_view v;

	(void)state;
	g.members |= 4;
	g.agreements[1].via = GUIDELINES_NO_VIA; /* here KOR tells it all of them itself */
	s->accord->guidelines = &g;
	s->accord->parties[2] = (struct accord_party){ .name = "jpn", .code = "JPN" };
	s->accord->parties_count = 3;
	play("of two in the channel one says no", WIDE,
	     (struct line[]){ recall, WIDELY_NOT_RECALLED(1, 2), recall }, 3, VERDICT_OK);
	share->parties = 7;
	play("of three there one has not answered", WIDE,
	     (struct line[]){ recall, WIDELY_NOT_RECALLED(1, 2), recall }, 3, VERDICT_STEP);
	share->observers = 4;
	play("nor has one that observes", WIDE, (struct line[]){ recall, WIDELY_NOT_RECALLED(1, 2), recall },
	     3, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(v.is_recall_asked);
	share->parties = 3;
	share->observers = 2;
	play("it refuses itself", WIDE, (struct line[]){ recall, WIDELY_NOT_RECALLED(1, 2), recall }, 3,
	     VERDICT_OK);
	play("it has done so", WIDE,
	     (struct line[]){
		     recall,
		     { .kind = KIND_RECALL_DONE, .party = 1, .label = WIDE, .refers = 2, .number = 1 } },
	     2, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_int_equal(v.done, 2);
	share->observers = 0;
	s->accord->parties_count = 2;
	s->accord->guidelines = kept;
}

#define TOLD(l)                 \
	{ .kind = KIND_CONSENT, \
	  .party = 1,           \
	  .role = "releaser",   \
	  .label = l,           \
	  .refers = 1,          \
	  .hash = 1,            \
	  .to = "PUBLIC" }
#define PUBLISHED(l)            \
	{ .kind = KIND_RELEASE, \
	  .label = l,           \
	  .refers = 1,          \
	  .hash = 1,            \
	  .to = "PUBLIC",       \
	  BY(DUTY, RELEASER, OTHER) }

/*
 * Each voice of the channel consents, and whose information it is; who is on other channels, or observes
 * here, could not say so and is not asked: of what is his nothing goes out.
 */
static void test_who_is_asked_for_consent(void **state)
{
	static const struct {
		const char *why;
		uint8_t parties, observers;
		const char *item, *out;
		enum verdict want;
	} rows[] = {
		{ "of two alone", 3, 0, "U origin:KOR rel:KOR,USA", "U origin:KOR rel:KOR,PUBLIC,USA",
		  VERDICT_OK },
		{ "of a third that is not there", 3, 0, "U origin:JPN,KOR rel:KOR,USA",
		  "U origin:JPN,KOR rel:KOR,PUBLIC,USA", VERDICT_CONSENT },
		{ "of three", 7, 0, "U origin:KOR rel:JPN,KOR,USA", "U origin:KOR rel:JPN,KOR,PUBLIC,USA",
		  VERDICT_CONSENT },
		{ "of two, and one observes", 7, 4, "U origin:KOR rel:JPN,KOR,USA",
		  "U origin:KOR rel:JPN,KOR,PUBLIC,USA", VERDICT_OK },
		{ "of one that observes", 7, 4, "U origin:JPN,KOR rel:JPN,KOR,USA",
		  "U origin:JPN,KOR rel:JPN,KOR,PUBLIC,USA", VERDICT_CONSENT },
	};
	struct accord_channel *share = channel_of(SCENE_SHARE);
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;

	(void)state;
	g.members |= 4;
	g.agreements[2].parties |= 4; /* of the press */
	s->accord->guidelines = &g;
	s->accord->parties[2] = (struct accord_party){ .name = "jpn", .code = "JPN" };
	s->accord->parties_count = 3;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		share->parties = rows[i].parties;
		share->observers = rows[i].observers;
		play(rows[i].why, rows[i].item, (struct line[]){ TOLD(rows[i].out), PUBLISHED(rows[i].out) },
		     2, rows[i].want);
		play("nobody consented", rows[i].item, (struct line[]){ PUBLISHED(rows[i].out) }, 1,
		     VERDICT_CONSENT);
	}
	share->parties = 3;
	share->observers = 0;
	s->accord->parties_count = 2;
	s->accord->guidelines = kept;
}

/* Each kind of item is recalled; an act of words is none. */
static void test_items(void **state)
{
	static const struct {
		struct line line;
		enum verdict want;
	} rows[] = {
		{ { .kind = KIND_MESSAGE, .content = 2, BY(DUTY, RELEASER) }, VERDICT_OK },
		{ { .kind = KIND_REPLY, .content = 2, .refers = 1, BY(DUTY, RELEASER) }, VERDICT_OK },
		{ { .kind = KIND_CORRECTION, .content = 2, .refers = 3, BY(DUTY, RELEASER) }, VERDICT_OK },
		{ { .kind = KIND_RELEASE, .content = 2, BY(DUTY, RELEASER) }, VERDICT_OK },
		{ { .kind = KIND_REMARK, .content = 2, BY(DUTY, RELEASER) }, VERDICT_REFERS },
		{ { .kind = KIND_REQUEST, .content = 2, BY(DUTY, RELEASER) }, VERDICT_REFERS },
	};
	static const struct line said = { .kind = KIND_MESSAGE,
					  .party = 1,
					  .content = 1,
					  BY(DUTY, RELEASER) },
				 read = { .kind = KIND_WATCH_READ, .refers = 1 },
				 own = { .kind = KIND_MESSAGE, .content = 3, BY(DUTY, RELEASER) },
				 recall = { .kind = KIND_RECALL, .refers = 4 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		scene_clear(s);
		assert_int_equal(scene_put(s, &said), VERDICT_OK);
		assert_int_equal(scene_put(s, &read), VERDICT_OK);
		assert_int_equal(scene_put(s, &own), VERDICT_OK);
		assert_int_equal(scene_put(s, &rows[i].line), VERDICT_OK);
		if (scene_put(s, &recall) != rows[i].want)
			fail_msg("kind %u", (unsigned)rows[i].line.kind);
	}
}

#define RELABELLED(l, at) \
	{ .kind = KIND_RELABEL, .label = l, .refers = at, .hash = 1, BY(DUTY, RELEASER, OTHER) }

static void test_labels(void **state)
{
	static const char taken[] = "S origin:KOR,USA rel:KOR,USA";
	struct item_view v;

	(void)state;
	play("lower", ITEM, (struct line[]){ DOWN(LOW, 1) }, 1, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(place_key_equal(&v.label, &s->entries[1].at));
	play("a topic less", ITEM, (struct line[]){ DOWN(taken, 1) }, 1, VERDICT_OK);
	play("of an act", ITEM,
	     (struct line[]){ { .kind = KIND_RECALL, .label = ITEM, .refers = 1 }, DOWN(LOW, 2) }, 2,
	     VERDICT_REFERS);
	play("consent to an act", ITEM,
	     (struct line[]){ { .kind = KIND_RECALL, .label = ITEM, .refers = 1 },
			      { .kind = KIND_CONSENT,
				.party = 1,
				.role = "releaser",
				.label = LOW,
				.refers = 2,
				.hash = 1 } },
	     2, VERDICT_REFERS);
	play("lower and then a topic less", ITEM,
	     (struct line[]){ DOWN(LOW, 1), DOWN("R origin:KOR,USA rel:KOR,USA", 2) }, 2, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(place_key_equal(&v.label, &s->entries[2].at));
	play("two take the place of one", ITEM, (struct line[]){ DOWN(LOW, 1), DOWN(taken, 1) }, 2,
	     VERDICT_STEP);
	play("by one person", ITEM,
	     (struct line[]){ { .kind = KIND_DOWNGRADE, .label = LOW, .refers = 1, .hash = 1 } }, 1,
	     VERDICT_APPROVAL);
	assert_int_equal(s->entries[1].view.line, s->accord->guidelines->acts[GUIDELINES_DOWNGRADE].line);
	play("by one person, in words", ITEM,
	     (struct line[]){
		     { .kind = KIND_DOWNGRADE, .label = LOW, .content = 2, .refers = 1, .hash = 1 } },
	     1, VERDICT_APPROVAL);
	assert_int_not_equal(s->entries[1].view.line, s->accord->guidelines->acts[GUIDELINES_DOWNGRADE].line);
	play("by the other party", ITEM,
	     (struct line[]){ { .kind = KIND_DOWNGRADE,
				.party = 1,
				.label = LOW,
				.refers = 1,
				.hash = 1,
				BY(DUTY, RELEASER) } },
	     1, VERDICT_REFERS);
	play("another content than the label before", ITEM,
	     (struct line[]){ DOWN(LOW, 1),
			      { .kind = KIND_RELABEL,
				.label = ITEM,
				.refers = 2,
				.hash = 2,
				BY(DUTY, RELEASER, OTHER) } },
	     2, VERDICT_OUTGOING);
	play("higher is no downgrade", LOW, (struct line[]){ DOWN(ITEM, 1) }, 1, VERDICT_OPENS);
	play("nor are other parties", ITEM,
	     (struct line[]){ DOWN("R origin:KOR rel:KOR,USA topic:DPRK-MSL", 1) }, 1, VERDICT_OPENS);
	play("another content", ITEM,
	     (struct line[]){
		     { .kind = KIND_DOWNGRADE, .label = LOW, .refers = 1, .hash = 2, BY(DUTY, RELEASER) } },
	     1, VERDICT_OUTGOING);
	play("higher", LOW, (struct line[]){ RELABELLED(ITEM, 1) }, 1, VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(place_key_equal(&v.label, &s->entries[1].at));
	play("lower and higher again", ITEM, (struct line[]){ DOWN(LOW, 1), RELABELLED(ITEM, 2) }, 2,
	     VERDICT_OK);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(place_key_equal(&v.label, &s->entries[2].at));
	play("consent to words of no item", ITEM,
	     (struct line[]){ { .kind = KIND_REMARK,
				.label = ITEM,
				.content = 1,
				.refers = 1,
				BY(DUTY, RELEASER, OTHER) },
			      { .kind = KIND_CONSENT,
				.party = 1,
				.role = "releaser",
				.label = LOW,
				.refers = 2,
				.hash = 1 } },
	     2, VERDICT_REFERS);
	play("consent to an item without words", ITEM,
	     (struct line[]){ { .kind = KIND_MESSAGE, .label = ITEM, BY(DUTY, RELEASER, OTHER) },
			      { .kind = KIND_CONSENT,
				.party = 1,
				.role = "releaser",
				.label = LOW,
				.refers = 2,
				.hash = 1 } },
	     2, VERDICT_REFERS);
	play("a relabelling that opens", ITEM, (struct line[]){ RELABELLED(LOW, 1) }, 1, VERDICT_OPENS);
	play("under originator control", NCG, (struct line[]){ DOWN(ITEM, 1) }, 1, VERDICT_CONSENT);
	play("with its consent", NCG, (struct line[]){ CONSENT_TO(ITEM, NULL), DOWN(ITEM, 1) }, 2,
	     VERDICT_OK);
	play("with consent to another label", NCG, (struct line[]){ CONSENT_TO(LOW, NULL), DOWN(ITEM, 1) }, 2,
	     VERDICT_CONSENT);
}

/* Who consents to a lower label may release the item as it is marked now, or he may not know of it. */
static void test_consent_by_who_may_not_read(void **state)
{
	const struct guidelines *first = s->accord->guidelines;
	struct guidelines *also = malloc(sizeof *also);
	size_t desk = accord_role_find(s->accord, BYTES_LIT("desk"));
	const struct line consent = {
		.kind = KIND_CONSENT, .party = 1, .role = "desk", .label = ITEM, .refers = 1, .hash = 1
	};

	(void)state;
	assert_non_null(also);
	*also = *first;
	also->roles[desk].may_release = true;
	s->accord->guidelines = also;
	play("one who may not read it", NCG, (struct line[]){ consent }, 1, VERDICT_RELEASER);
	play("one who may", ITEM, (struct line[]){ consent }, 1, VERDICT_OK);
	play("closed to him since", ITEM, (struct line[]){ RELABELLED(NCG, 1), consent }, 2,
	     VERDICT_RELEASER);
	s->accord->guidelines = first;
	free(also);
}

/*
 * What an ATTEMPT says in words, and a dialogue everything, stands among the fields: nothing is sealed there.
 */
static void test_fields_are_not_sealed(void **state)
{
	struct line line = { .kind = KIND_ATTEMPT,
			     .channel = SCENE_LEADER,
			     .label = "U rel:KOR,USA",
			     .has_path = true,
			     BY(DUTY, RELEASER, OTHER) };
	struct accord_channel *leader = s->accord->channels;

	(void)state;
	while (leader->number != SCENE_LEADER)
		leader++;
	scene_clear(s);
	assert_int_equal(scene_put(s, &line), VERDICT_OK);
	leader->is_sealed = true;
	assert_int_equal(scene_put(s, &line), VERDICT_SEALING);
	line.has_path = false;
	assert_int_equal(scene_put(s, &line), VERDICT_OK);
	leader->is_sealed = false;
}

/* Of a category `any` one more value, or none, lets more of them read. */
#define YEAR (365 * 24 * HOUR)
#define DATED(...) { .kind = KIND_DOWNGRADE, .label = LOW, .refers = 1, .hash = 1, .from = YEAR, __VA_ARGS__ }

/* Signed for a day to come: filed on it and not before, and its approvals are as old as that day. */
static void test_beforehand(void **state)
{
	struct item_view v;

	(void)state;
	play("a moment early", ITEM, (struct line[]){ DATED(.filed_late_ms = YEAR - 1, BY(DUTY, RELEASER)) },
	     1, VERDICT_EARLY);
	assert_int_equal(s->entries[1].view.line, 0);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_int_equal(v.label.log.epoch, 0);
	play("on its day", ITEM, (struct line[]){ DATED(.filed_late_ms = YEAR, BY(DUTY, RELEASER)) }, 1,
	     VERDICT_OK);
	play("as late as an approval lasts", ITEM,
	     (struct line[]){ DATED(.filed_late_ms = YEAR + 24 * HOUR, BY(DUTY, RELEASER)) }, 1, VERDICT_OK);
	play("later", ITEM,
	     (struct line[]){ DATED(.filed_late_ms = YEAR + 24 * HOUR + 1, BY(DUTY, RELEASER)) }, 1,
	     VERDICT_LAPSED);
	assert_int_not_equal(s->entries[1].view.line, 0);
	play("by one", ITEM, (struct line[]){ DATED(.filed_late_ms = 0) }, 1, VERDICT_APPROVAL);
	play("another label took its place since", ITEM,
	     (struct line[]){ DOWN(LOW, 1), DATED(.filed_late_ms = YEAR, BY(DUTY, RELEASER)) }, 2,
	     VERDICT_STEP);
}

/* By nobody else, where the guidelines ask for nobody: it lapses all the same. */
static void test_beforehand_by_one(void **state)
{
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;

	(void)state;
	g.acts[GUIDELINES_DOWNGRADE].by = 1;
	s->accord->guidelines = &g;
	play("alone, early", ITEM, (struct line[]){ DATED(.filed_late_ms = 0) }, 1, VERDICT_EARLY);
	play("alone, late", ITEM, (struct line[]){ DATED(.filed_late_ms = YEAR + 24 * HOUR + 1) }, 1,
	     VERDICT_LAPSED);
	play("alone, that day", ITEM, (struct line[]){ DATED(.filed_late_ms = YEAR) }, 1, VERDICT_OK);
	s->accord->guidelines = kept;
}

/* It waits at home, is approved until its day is over, and stands in the list until it is taken back. */
static void test_beforehand_draft(void **state)
{
	static const struct line dated = DATED(.channel = SCENE_SHARE);
	static const struct {
		const char *why;
		struct line answer;
		enum verdict want;
		bool is_listed;
	} rows[] = {
		{ "approved long before",
		  { .kind = KIND_APPROVE, .late_ms = 200 * 24 * HOUR },
		  VERDICT_OK,
		  true },
		{ "approved on its day",
		  { .kind = KIND_APPROVE, .late_ms = YEAR + 24 * HOUR },
		  VERDICT_OK,
		  true },
		{ "approved when it is over",
		  { .kind = KIND_APPROVE, .late_ms = YEAR + 24 * HOUR + 1 },
		  VERDICT_LAPSED,
		  true },
		{ "refused", { .kind = KIND_REFUSE }, VERDICT_OK, false },
		{ "taken back", { .kind = KIND_CANCEL }, VERDICT_OK, false },
	};
	static const struct line message = { .kind = KIND_MESSAGE, .content = 1 };
	struct draft_view draft;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct line answer = rows[i].answer;
		struct message_at at = { 0 };
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .label = ITEM,
							      .content = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(submit(&dated, (struct line){ .label = LOW }), VERDICT_OK);
		assert_int_equal(draft_next(&s->fold, SCENE_HOME, true, &draft), ERR_OK);
		assert_int_equal(draft.from_ms, SCENE_START_MS + YEAR);
		assert_int_equal(draft.lapses_ms, SCENE_START_MS + YEAR + 24 * HOUR);
		assert_int_equal(fold_next_beforehand(&s->fold, SCENE_HOME, &at), ERR_OK);
		assert_int_equal(at.order, SCENE_START_MS + YEAR);
		assert_true(place_key_equal(&at.place, &s->entries[1].at));
		assert_int_equal(fold_next_beforehand(&s->fold, SCENE_HOME, &at), ERR_NOT_FOUND);
		answer.channel = SCENE_HOME;
		answer.label = LOW;
		answer.role = "releaser";
		answer.inner = RELEASER;
		answer.refers = 2;
		got = scene_put(s, &answer);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
		at = (struct message_at){ 0 };
		assert_int_equal(fold_next_beforehand(&s->fold, SCENE_HOME, &at),
				 rows[i].is_listed ? ERR_OK : ERR_NOT_FOUND);
	}
	/* What lapsed long ago is forgotten here as well. */
	for (unsigned late = 0; late < 2; late++) {
		struct message_at at = { 0 };
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .label = ITEM,
							      .content = 1,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(submit(&dated, (struct line){ .label = LOW }), VERDICT_OK);
		assert_int_equal(submit(&message, (struct line){ .filed_late_ms = YEAR + 24 * HOUR +
										  DRAFT_KEPT_MS + late }),
				 VERDICT_OK);
		assert_int_equal(fold_next_beforehand(&s->fold, SCENE_HOME, &at),
				 late == 0 ? ERR_OK : ERR_NOT_FOUND);
	}
}

#define TRANSLATED(by, l, at)       \
	{ .kind = KIND_TRANSLATION, \
	  .party = by,              \
	  .label = l,               \
	  .refers = at,             \
	  .content = 2,             \
	  BY(DUTY, RELEASER, OTHER) }

/* The same words in another language are marked as the words are: no later word gets below them. */
static void test_translations_below(void **state)
{
	static const char none[] = "S origin:KOR,USA rel:KOR,USA";
	struct line open = TRANSLATED(1, "U rel:KOR,USA", 1), later = TRANSLATED(0, LOW, 2);

	(void)state;
	play("as the original", ITEM, (struct line[]){ TRANSLATED(0, ITEM, 1) }, 1, VERDICT_OK);
	play("above it", LOW, (struct line[]){ TRANSLATED(1, ITEM, 1) }, 1, VERDICT_OK);
	play("below it", ITEM, (struct line[]){ TRANSLATED(0, LOW, 1) }, 1, VERDICT_BELOW);
	play("a topic less", ITEM, (struct line[]){ TRANSLATED(1, none, 1) }, 1, VERDICT_BELOW);
	open.by_count = 0;
	play("below it, by one who needs nobody there", ITEM, &open, 1, VERDICT_BELOW);
	play("later words below", ITEM, (struct line[]){ TRANSLATED(0, ITEM, 1), later }, 2, VERDICT_BELOW);
	later.content = 0;
	later.by_count = 0;
	play("a later status without words", ITEM, (struct line[]){ TRANSLATED(0, ITEM, 1), later }, 2,
	     VERDICT_OK);
	play("opened before", ITEM, (struct line[]){ DOWN(LOW, 1), TRANSLATED(1, LOW, 1) }, 2, VERDICT_OK);
	play("closed, then opened", LOW,
	     (struct line[]){ RELABELLED(ITEM, 1), DOWN("U origin:KOR,USA rel:KOR,USA topic:DPRK-MSL", 2),
			      TRANSLATED(1, "U origin:KOR,USA rel:KOR,USA topic:DPRK-MSL", 1) },
	     3, VERDICT_OK);
	play("closed further", LOW, (struct line[]){ RELABELLED(ITEM, 1), TRANSLATED(1, LOW, 1) }, 2,
	     VERDICT_BELOW);
	play("closed further, and so is it", LOW,
	     (struct line[]){ RELABELLED(ITEM, 1), TRANSLATED(1, ITEM, 1) }, 2, VERDICT_OK);
	play("opened, and closed again", ITEM,
	     (struct line[]){ DOWN(LOW, 1), RELABELLED(ITEM, 2), TRANSLATED(1, LOW, 1) }, 3, VERDICT_BELOW);
	play("later words on what was opened", ITEM,
	     (struct line[]){ TRANSLATED(0, ITEM, 1), DOWN(LOW, 1), TRANSLATED(0, LOW, 2) }, 3, VERDICT_OK);
	play("later words on what was closed", LOW,
	     (struct line[]){ TRANSLATED(0, LOW, 1), RELABELLED(ITEM, 1), TRANSLATED(1, LOW, 2) }, 3,
	     VERDICT_BELOW);
	/* What came meanwhile its own door knows, and the other party does not ask. */
	for (int at_door = 0; at_door < 2; at_door++) {
		struct line one = TRANSLATED(1, LOW, 1);
		one.unseen = 1;
		one.is_at_door = at_door == 1;
		play("closed meanwhile", LOW, (struct line[]){ RELABELLED(ITEM, 1), one }, 2,
		     at_door ? VERDICT_BELOW : VERDICT_OK);
		play("opened meanwhile", ITEM, (struct line[]){ DOWN(LOW, 1), one }, 2, VERDICT_BELOW);
		one.unseen = 0;
		play("as it stands", LOW, (struct line[]){ one }, 1, VERDICT_OK);
	}
}

/* Likewise what is read back, which its officer says alone: KOR's FLASH stands at 1, USA has read it. */
static void test_read_back_below(void **state)
{
#define READ_BACK(l) { .kind = KIND_READ_BACK, .party = 1, .content = 2, .label = l, .refers = 1 }
	static const struct {
		const char *why, *item;
		struct line label, line;
		enum verdict want;
	} rows[] = {
		{ "at the label that stands", LOW, RELABELLED(ITEM, 1), READ_BACK(ITEM), VERDICT_OK },
		{ "at the one before", LOW, RELABELLED(ITEM, 1), READ_BACK(LOW), VERDICT_BELOW },
		{ "opened", ITEM, DOWN(LOW, 1), READ_BACK(LOW), VERDICT_OK },
		{ "above what was opened it is words", ITEM, DOWN(LOW, 1), READ_BACK(ITEM),
		  VERDICT_APPROVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict got;
		scene_clear(s);
		assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_MESSAGE,
							      .content = 1,
							      .precedence = 1,
							      .label = rows[i].item,
							      BY(DUTY, RELEASER, OTHER) }),
				 VERDICT_OK);
		assert_int_equal(scene_put(s, &(struct line){ USA(KIND_WATCH_READ, 1) }), VERDICT_OK);
		assert_int_equal(scene_put(s, &rows[i].label), VERDICT_OK);
		got = scene_put(s, &rows[i].line);
		if (got != rows[i].want)
			fail_msg("%s: got %s", rows[i].why, verdict_name(got));
	}
}

static void test_labels_of_any(void **state)
{
	static const char one[] = "S origin:KOR,USA rel:KOR,USA topic:DPRK-MSL",
			  two[] = "S origin:KOR,USA rel:KOR,USA topic:DPRK-MSL,SANCTIONS",
			  none[] = "S origin:KOR,USA rel:KOR,USA";
	static const struct {
		const char *why, *item;
		struct line line;
		enum verdict want;
	} rows[] = {
		{ "one more relabels", one, RELABELLED(two, 1), VERDICT_OPENS },
		{ "none relabels", one, RELABELLED(none, 1), VERDICT_OPENS },
		{ "one less relabels", two, RELABELLED(one, 1), VERDICT_OK },
		{ "the first relabels", none, RELABELLED(one, 1), VERDICT_OK },
		{ "one more downgrades", one, DOWN(two, 1), VERDICT_OK },
		{ "none downgrades", one, DOWN(none, 1), VERDICT_OK },
		{ "one less downgrades", two, DOWN(one, 1), VERDICT_OPENS },
	};
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;
	size_t topic = guidelines_category_find(&g, BYTES_LIT("topic"));

	(void)state;
	g.any[g.any_count] = g.categories[topic].values;
	g.any_category[g.any_count++] = (uint8_t)topic;
	g.all &= ~g.categories[topic].values;
	s->accord->guidelines = &g;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play(rows[i].why, rows[i].item, &rows[i].line, 1, rows[i].want);
	s->accord->guidelines = kept;
}

/* Guidelines that ask nobody for a recall ask nobody. */
static void test_recall_by_none(void **state)
{
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;

	(void)state;
	g.acts[GUIDELINES_RECALL].by = 0;
	s->accord->guidelines = &g;
	play("by none", ITEM, (struct line[]){ { .kind = KIND_RECALL, .label = ITEM, .refers = 1 } }, 1,
	     VERDICT_OK);
	s->accord->guidelines = kept;
}

/* Nobody opens, closes or does away with what he may not know of. */
static void test_blind(void **state)
{
	static const struct line erase = { .kind = KIND_ERASE, .refers = 1, BY(DUTY, RELEASER) },
				 desks = { .kind = KIND_ERASE, .refers = 1, BY(DUTY, DESK) },
				 blind = {
					 .kind = KIND_ERASE, .role = "desk", .refers = 1, BY(DESK, RELEASER)
				 };
	static const struct line press = { .kind = KIND_DOWNGRADE,
					   .label = ITEM,
					   .role = "desk",
					   .refers = 1,
					   .hash = 1,
					   BY(DESK, RELEASER) };
	const struct guidelines *kept = s->accord->guidelines;
	struct guidelines g = *kept;
	struct guidelines_reader *releaser = &g.roles[accord_role_find(s->accord, BYTES_LIT("releaser"))];

	(void)state;
	play("its author may not know of it", NCG, (struct line[]){ CONSENT_TO(ITEM, NULL), press }, 2,
	     VERDICT_RELEASER);
	play("erased by who may", NCG, &erase, 1, VERDICT_OK);
	play("erased by none who releases", ITEM, &desks, 1, VERDICT_RELEASER);
	play("erased by one who may not know of it", NCG, &blind, 1, VERDICT_RELEASER);
	play("erased by one who may", ITEM, &blind, 1, VERDICT_OK);
	s->accord->guidelines = &g;
	play("its releaser may", LOW, NULL, 0, VERDICT_OK);
	releaser->clearance.up_to = 1;
	assert_int_equal(scene_put(s, &(struct line)DOWN(LOW, 1)), VERDICT_OK);
	s->accord->guidelines = kept;
	play("its releaser may not know of it", ITEM, NULL, 0, VERDICT_OK);
	s->accord->guidelines = &g;
	assert_int_equal(scene_put(s, &(struct line)DOWN(LOW, 1)), VERDICT_RELEASER);
	s->accord->guidelines = kept;
}

/* What did not count, or has a label that nobody knows, is erased all the same. */
static void test_erase_what_is_void(void **state)
{
	static const struct line erase = { .kind = KIND_ERASE, .refers = 1, BY(DUTY, RELEASER) },
				 desks = { .kind = KIND_ERASE, .refers = 1, BY(DUTY, DESK) };

	(void)state;
	scene_clear(s);
	assert_int_equal(
		scene_put(s, &(struct line){ .kind = KIND_MESSAGE, .label = "X rel:KOR,USA", .content = 1 }),
		VERDICT_LABEL);
	assert_int_equal(scene_put(s, &desks), VERDICT_RELEASER);
	assert_int_equal(scene_put(s, &erase), VERDICT_OK);
}

static void test_fate(void **state)
{
	const uint64_t year = 365ull * 24 * HOUR, due = 5 * year;
	struct guidelines *later = malloc(sizeof *later);
	const struct guidelines *first;
	struct message_at at = { 0 };
	struct item_view v;

	(void)state;
	assert_non_null(later);
	play("an item", ITEM, NULL, 0, VERDICT_OK);
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_OK);
	assert_int_equal(at.order, SCENE_START_MS + due);
	play("its review has come", ITEM,
	     (struct line[]){ { .kind = KIND_FATE,
				.role = "node",
				.refers = 1,
				.late_ms = due,
				.number = SCENE_START_MS + due + 1 } },
	     1, VERDICT_OK);
	at = (struct message_at){ 0 };
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_NOT_FOUND);
	assert_int_equal(fold_item(&s->fold, &s->entries[0].at, &v), ERR_OK);
	assert_true(place_key_equal(&v.fate, &s->entries[1].at) && v.label.log.epoch == 0);
	play("words that are no item", ITEM,
	     (struct line[]){ { .kind = KIND_REMARK,
				.label = ITEM,
				.content = 2,
				.refers = 1,
				BY(DUTY, RELEASER, OTHER) } },
	     1, VERDICT_OK);
	at = (struct message_at){ 0 };
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_OK);
	assert_true(place_key_equal(&at.place, &s->entries[0].at));
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_NOT_FOUND);
	at = (struct message_at){ 0 };
	play("a later span moves no day", ITEM, NULL, 0, VERDICT_OK);
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_OK);
	first = s->accord->guidelines;
	*later = *first;
	later->review.days *= 2;
	s->accord->guidelines = later;
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_FATE,
						      .role = "node",
						      .refers = 1,
						      .late_ms = due,
						      .number = at.order + 1 }),
			 VERDICT_OK);
	s->accord->guidelines = first;
	free(later);
	assert_int_equal(scene_put(s, &(struct line){ .kind = KIND_FATE,
						      .role = "node",
						      .refers = 1,
						      .late_ms = due,
						      .number = at.order + 1 }),
			 VERDICT_STEP);
	play("not yet", ITEM,
	     (struct line[]){ { .kind = KIND_FATE,
				.role = "node",
				.refers = 1,
				.late_ms = due - 1,
				.number = SCENE_START_MS + due + 1 } },
	     1, VERDICT_REFERS);
	play("another day", ITEM,
	     (struct line[]){ { .kind = KIND_FATE,
				.role = "node",
				.refers = 1,
				.late_ms = due,
				.number = SCENE_START_MS + due } },
	     1, VERDICT_REFERS);
	at = (struct message_at){ 0 };
	play("a note's shorter span", "U note:EXERCISE rel:KOR,USA", NULL, 0, VERDICT_OK);
	assert_int_equal(fold_next_due(&s->fold, SCENE_SHARE, &at), ERR_OK);
	assert_int_equal(at.order, SCENE_START_MS + 90 * 24 * HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_about_an_answer),
		cmocka_unit_test(test_role_lost),
		cmocka_unit_test(test_erased_there),
		cmocka_unit_test(test_anew_with_the_spare),
		cmocka_unit_test(test_a_no),
		cmocka_unit_test(test_without_guidelines),
		cmocka_unit_test(test_submit),
		cmocka_unit_test(test_submit_outside),
		cmocka_unit_test(test_submit_by_an_observer),
		cmocka_unit_test(test_draft_rows),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_review),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_closed_room),
		cmocka_unit_test(test_approved_beforehand),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_lapsed_long_ago),
		cmocka_unit_test(test_lapsed_behind),
		cmocka_unit_test(test_lapsed_behind_many),
		cmocka_unit_test(test_used_for_another_item),
		cmocka_unit_test(test_how_many_a_draft_needs),
		cmocka_unit_test(test_by_another_hand),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_outside_from_the_start),
		cmocka_unit_test(test_outside_under_its_label),
		cmocka_unit_test(test_consents_are_codes),
		cmocka_unit_test(test_who_releases),
		cmocka_unit_test(test_corrected_by_a_form),
		cmocka_unit_test(test_under_a_number),
		cmocka_unit_test(test_first_to_see),
		cmocka_unit_test(test_recall),
		cmocka_unit_test(test_recall_of_three),
		cmocka_unit_test(test_who_is_asked_for_consent),
		cmocka_unit_test(test_recall_by_none),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_consent_by_who_may_not_read),
		cmocka_unit_test(test_fields_are_not_sealed),
		cmocka_unit_test(test_beforehand),
		cmocka_unit_test(test_beforehand_by_one),
		cmocka_unit_test(test_beforehand_draft),
		cmocka_unit_test(test_translations_below),
		cmocka_unit_test(test_read_back_below),
		cmocka_unit_test(test_labels_of_any),
		cmocka_unit_test(test_blind),
		cmocka_unit_test(test_erase_what_is_void),
		cmocka_unit_test(test_fate),
	};

	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
