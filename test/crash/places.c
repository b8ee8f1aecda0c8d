#include "places.h"

#include "../lib/child.h"

#include "base/alloc.h"
#include "seams.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define FRAMES_MAX 32u
#define FRAMES_OURS 2u /* hash_of and place_fails stand innermost */
#define PROGRAM_LEN_MAX (1u << 28)
#define PLACES_MAX (1u << 16)
#define CHILDREN_MAX 16u
#define FAILURES_FLOOR \
	2u /* a failure for every so many places of the stride, which have two errors or three */

/* Calls of which one fails too: about as many as a repair makes in some seconds, and a start. */
static const uint64_t second_within[TWICE_COUNT] = { [TWICE_REPAIR] = 3000, [TWICE_START] = 600 };

/* At which visits of a place its first, second, third error is tried: early ones, and later ones too. */
static const uint64_t visits[PLACE_ERRORS_MAX] = { 1, 4, 16 };

struct visited {
	uint64_t hash, visits; /* hash 0: nothing is here */
};

struct child {
	pid_t pid;
	struct visited at;
	enum seam seam;
	enum err error;
	const char *name;
	size_t variant;
	void *frames[FRAMES_MAX];
	int frames_count;
};

static struct {
	struct place_order order;
	struct place_counts counts;
	struct visited places[PLACES_MAX];
	struct child children[CHILDREN_MAX];
	size_t children_count;
	bool is_bad;
	struct sim_node *running; /* NULL: what runs is no core */
	bool has_failed, is_resting, is_for_ever;
	int64_t since_us;
	struct sim_node *failed;
	uint64_t mixed;	    /* of the place that failed, its error and the seed */
	uint64_t second_in; /* calls until another one fails; 0: none will */
	uint64_t *seconds;  /* of every child: they share it */
} all;

struct world *places_world;

const char *seam_name(enum seam seam)
{
#define SEAM_TEXT(name, text) text,
	static const char *const names[] = { SEAM_LIST(SEAM_TEXT) };
#undef SEAM_TEXT
	return names[seam];
}

extern const char __executable_start; // NOLINT(bugprone-reserved-identifier): the linker's own name

void places_begin(const struct place_order *order)
{
	void *frames[1];

	all.order = *order;
	all.seconds =
		mmap(NULL, sizeof *all.seconds, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all.seconds == MAP_FAILED) {
		perror("places");
		exit(1);
	}
	(void)backtrace(frames, 1); /* it loads a library at its first call */
}

void places_core_begins(struct sim_node *n)
{
	all.running = n;
}

void places_core_ends(void)
{
	all.running = NULL;
}

bool places_are_short(void)
{
	return all.order.is_short;
}

struct sim_node *places_ending(void)
{
	return all.has_failed && all.order.is_short && !all.is_resting ? all.failed : NULL;
}

struct sim_node *places_running(void)
{
	return all.running;
}

bool places_has_failed(int64_t *since_us)
{
	*since_us = all.since_us;
	return all.has_failed;
}

bool places_is_for_ever(void)
{
	return all.has_failed && all.is_for_ever;
}

void places_mend(void)
{
	all.is_for_ever = false;
}

/* ---- Children. ---- */

static void say(const struct child *c, int status)
{
	fprintf(stderr, "FAIL PLACE=%llu ERROR=%zu: %s (%s) fails with %s; ended by %s %d; from within:\n",
		(unsigned long long)c->at.hash, c->variant, seam_name(c->seam), c->name, err_name(c->error),
		WIFEXITED(status) ? "exit" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	for (int i = 0; i < c->frames_count; i++)
		fprintf(stderr, "  0x%zx", (size_t)((char *)c->frames[i] - &__executable_start));
	fprintf(stderr, "\n");
}

static void wait_for_one(void)
{
	int status = 0;
	pid_t pid = wait(&status);

	for (size_t i = 0; i < all.children_count; i++) {
		if (all.children[i].pid != pid)
			continue;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			say(&all.children[i], status);
			all.is_bad = true;
		}
		all.children[i] = all.children[--all.children_count];
		return;
	}
	perror("places");
	exit(1);
}

_Noreturn void places_child_end(void)
{
	exit(0); /* with its counters, and what a sanitizer has to say at the end */
}

bool places_end(struct place_counts *out)
{
	while (all.children_count > 0)
		wait_for_one();
	*out = all.counts;
	out->seconds = *all.seconds;
	return !all.is_bad;
}

bool places_are_enough(const struct place_counts *c, const uint64_t floors[SEAM_COUNT])
{
	uint64_t places = 0, failures = 0;
	bool is_good = true;

	for (size_t i = 0; i < SEAM_COUNT; i++) {
		places += c->places[i];
		failures += c->failures[i];
		printf("# %-24s %6llu places %6llu failures\n", seam_name((enum seam)i),
		       (unsigned long long)c->places[i], (unsigned long long)c->failures[i]);
		if (c->places[i] >= floors[i] && (floors[i] == 0 || c->failures[i] > 0))
			continue;
		printf("# FAIL fewer than %llu places, or no failure\n", (unsigned long long)floors[i]);
		is_good = false;
	}
	printf("# %llu failures of %llu calls, a second one after %llu\n", (unsigned long long)failures,
	       (unsigned long long)c->passed, (unsigned long long)c->seconds);
	if (failures < places / all.order.stride / FAILURES_FLOOR) {
		printf("# FAIL at %llu places too few\n", (unsigned long long)places);
		is_good = false;
	}
	return is_good || all.order.only != 0;
}

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

/* True in the child. */
static bool go_apart(const struct child *c)
{
	pid_t pid;

	while (all.children_count == all.order.jobs)
		wait_for_one();
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("places");
		exit(1);
	}
	if (pid == 0) {
		all.children_count = 0;
		/* What kills it is its end, not the end of one of cmocka's tests. */
		for (size_t i = 0; all.order.is_short && i < ARRAY_COUNT(deadly); i++)
			(void)signal(deadly[i], SIG_DFL);
		return true;
	}
	all.children[all.children_count] = *c;
	all.children[all.children_count++].pid = pid;
	return false;
}

/* ---- Places. ---- */

static struct visited *place_find(uint64_t hash)
{
	size_t at = hash % PLACES_MAX;

	while (all.places[at].hash != 0 && all.places[at].hash != hash)
		at = (at + 1) % PLACES_MAX;
	return &all.places[at];
}

/* FNV-1a over the innermost return addresses beyond our own, as they are in the file. */
static uint64_t hash_of(enum seam seam, const char *name, struct child *c)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)seam;
	int from = (int)FRAMES_OURS, to = from + (int)all.order.depth;

	c->frames_count = backtrace(c->frames, FRAMES_MAX);
	for (const char *at = name; *at != 0; at++)
		hash = (hash ^ (uint64_t)*at) * 1099511628211u;
	for (int i = from; i < to && i < c->frames_count; i++) {
		uint64_t at = (uint64_t)((char *)c->frames[i] - &__executable_start);
		if (at > PROGRAM_LEN_MAX)
			break; /* a library's, which lies elsewhere in each run */
		hash = (hash ^ at) * 1099511628211u;
	}
	hash >>= 1; /* as large as an argument may be */
	return hash == 0 ? 1 : hash;
}

static enum err fails_again(const enum err *errors)
{
	if (all.second_in == 0 || (all.order.twice == TWICE_START && all.running != all.failed) ||
	    --all.second_in > 0)
		return ERR_OK;
	(void)__atomic_add_fetch(all.seconds, 1, __ATOMIC_RELAXED);
	all.is_for_ever = true;
	return errors[0];
}

static void begin_again(void)
{
	all.second_in = 1 + all.mixed % second_within[all.order.twice];
}

enum err place_fails(enum seam seam, const char *name, const enum err *errors)
{
	struct child c = { .seam = seam, .name = name };
	struct visited *p;

	if (all.running == NULL || all.is_resting)
		return ERR_OK;
	if (all.has_failed)
		return fails_again(errors);
	all.counts.passed++;
	c.at.hash = hash_of(seam, name, &c);
	p = place_find(c.at.hash);
	if (p->hash == 0) {
		p->hash = c.at.hash;
		all.counts.places[seam]++;
	}
	p->visits++;
	while (c.variant < PLACE_ERRORS_MAX && errors[c.variant] != ERR_OK && visits[c.variant] != p->visits)
		c.variant++;
	if (c.variant == PLACE_ERRORS_MAX || errors[c.variant] == ERR_OK)
		return ERR_OK;
	c.error = errors[c.variant];
	/* The first place of each seam is left out by no stride. */
	if (all.order.only != 0
		    ? c.at.hash != all.order.only || c.variant != all.order.only_error
		    : all.counts.failures[seam] > 0 && (c.at.hash / 7 + c.variant) % all.order.stride != 0)
		return ERR_OK;
	all.counts.failures[seam]++;
	if (all.order.only == 0 && !all.order.is_in_place && !go_apart(&c))
		return ERR_OK;
	all.has_failed = true;
	all.failed = all.running;
	all.mixed = c.at.hash / 5 + 7919 * c.variant + 104729 * places_world->seed;
	if (all.order.twice == TWICE_START)
		begin_again();
	all.is_for_ever = c.variant == PLACE_ERRORS_MAX - 1;
	all.since_us = places_world->now_us;
	/* A log may halt of it, and is repaired in the end. */
	places_world->is_rotten |= c.error == ERR_CORRUPT;
	if (all.order.only != 0)
		say(&c, 0);
	return c.error;
}

void places_go_on(void)
{
	all.has_failed = all.is_for_ever = false;
}

void places_again(void)
{
	begin_again();
}

void places_are_resting(void)
{
	all.second_in = 0;
	all.is_resting = true;
}
