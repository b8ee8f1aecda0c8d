#include "faults.h"

#include "../lib/child.h"

#include "base/alloc.h"
#include "gate.h"
#include "memory.h"
#include "record/vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEADER 1u
#define CONSULT 2u
#define APART_US 4000000 /* the line is cut, so that the peer has something to bring */
#define TOGETHER_US 6000000

struct faults {
	struct world *w;
	struct vfs *vfs;
	struct moment base; /* of node 0, all of it on the platter */
	struct prng prng;
	struct fail_counts *counts;
};

/* ---- The short history: every way into the store, once. ---- */

static void say_flash(struct probe *p)
{
	probe_say(p, LEADER);
}

static void say(struct probe *p)
{
	probe_say(p, CONSULT);
}

static void attach(struct probe *p)
{
	probe_attach(p, ATTACHMENT_PIECE_MAX + 5000);
}

static void tidy_idle(struct probe *p)
{
	probe_tidy(p, true);
}

static void tidy_busy(struct probe *p)
{
	probe_tidy(p, false);
}

static void backup(struct probe *p)
{
	probe_backup(p, "backup.db");
}

static void (*const steps[])(struct probe *p) = {
	probe_meet_peers,
	say,
	probe_read,
	probe_hear_peers,
	say_flash,
	tidy_busy,
	probe_read,
	say,
	attach,
	probe_tick,
	say,
	tidy_idle,
	say,
	probe_erase,
	tidy_busy,
	probe_read,
	say_flash,
	tidy_idle,
	backup,
	say,
	probe_read,
	say,
	tidy_busy,
};

static enum err play(struct probe *p)
{
	enum err e = probe_start(p, true);

	p->is_judged = true;
	for (size_t i = 0; e == ERR_OK && !p->is_stopped && i < ARRAY_COUNT(steps); i++)
		steps[i](p);
	return p->is_stopped ? ERR_IO : e;
}

/* ---- A world to begin from. ---- */

static void faults_open(struct faults *f, uint64_t seed)
{
	struct world *w = world_new(seed, 2, false);
	struct sim_node *n = &w->nodes[0];

	f->w = w;
	prng_init(&f->prng, seed * 0x9e3779b97f4a7c15u);
	world_advance(w, APART_US);
	w->is_cut = true;
	for (size_t k = 0; k < SIM_PATHS; k++)
		path_set(w, 0, 1, k, false);
	world_advance(w, TOGETHER_US);
	moment_take(w, n, &f->base);
	sim_disk_free(f->base.disk);
	f->base.disk = sim_disk_copy(n->disk, 1);
	signer_sync(f->base.signer);
	if (vfs_new(PROBE_LAYER, NULL, &f->vfs) != ERR_OK)
		world_fail(w, "no file layer");
}

static void faults_close(struct faults *f)
{
	moment_finish(&f->base);
	world_free(f->w);
	vfs_free(f->vfs);
}

static void judge_start(struct faults *f, struct probe *p)
{
	enum err e;

	p->is_faulty = false;
	p->was_faulty = true;
	p->core = NULL;
	e = probe_start(p, false);
	if (e != ERR_OK)
		world_fail(f->w, "the node does not start again: %s", err_text(e));
	probe_check(p);
	probe_meet_peers(p);
}

/* ---- The disk fails. ---- */

static void core_on_disk(void *self, bool is_running)
{
	struct probe *p = self;

	sim_disk_pause(p->n.disk, !is_running);
	p->is_doomed = p->is_for_ever && sim_disk_has_failed(p->n.disk);
}

/* A second fault, of the recovery from the first: its call, from 1. */
struct second {
	uint64_t in;
	bool is_room, is_for_ever;
};

/* A second fault while the first is recovered from, and what it leaves. */
static void fail_again(struct faults *f, struct probe *p)
{
	for (int i = 0; i < 2; i++) {
		uint64_t m = 1 + prng_below(&f->prng, 60);
		sim_disk_fail(p->n.disk, m, SIM_DISK_ANY, prng_is_one_in(&f->prng, 2));
		(void)!probe_start(p, false);
		f->counts->fired[FAIL_AGAIN] += sim_disk_has_failed(p->n.disk);
		sim_disk_pause(p->n.disk, false);
		probe_die(p);
		sim_disk_cut(p->n.disk, (enum sim_disk_damage)prng_below(&f->prng, SIM_DISK_DAMAGE_COUNT), m);
	}
}

/* The one call that is named; whether it came to that. */
static bool fail_once_more(struct faults *f, struct probe *p, const struct second *s)
{
	bool has_failed;

	sim_disk_fail(p->n.disk, s->in, s->is_room ? SIM_DISK_ROOM : SIM_DISK_ANY, s->is_for_ever);
	(void)!probe_start(p, false);
	has_failed = sim_disk_has_failed(p->n.disk);
	sim_disk_pause(p->n.disk, false);
	probe_die(p);
	sim_disk_cut(p->n.disk, (enum sim_disk_damage)prng_below(&f->prng, SIM_DISK_DAMAGE_COUNT), s->in);
	f->counts->fired[FAIL_EACH_AGAIN] += has_failed;
	f->counts->untouched[FAIL_EACH_AGAIN] += !has_failed;
	return has_failed;
}

/* False: the fault, or the second one where one is named, did not come to fire. */
static bool fail_disk(struct faults *f, enum fail mode, uint64_t n, const struct second *second)
{
	struct sim_disk *disk = sim_disk_moment(f->base.disk, n);
	bool is_room = mode == FAIL_ROOM_ONCE || mode == FAIL_ROOM_EVER, has_failed;
	struct probe p;
	enum err e;

	probe_init(&p, f->w, &f->base, disk, f->vfs);
	p.is_faulty = true;
	p.core = core_on_disk;
	p.self = &p;
	p.is_for_ever = mode == FAIL_ANY_EVER;
	sim_disk_fail(disk, n, is_room ? SIM_DISK_ROOM : SIM_DISK_ANY,
		      mode == FAIL_ANY_EVER || mode == FAIL_ROOM_EVER);
	sim_disk_pause(disk, true);
	e = play(&p);
	has_failed = sim_disk_has_failed(disk);
	sim_disk_pause(disk, false);
	if (!has_failed && e != ERR_OK)
		world_fail(f->w, "a history without a fault ends with %s", err_text(e));
	f->counts->fired[mode] += has_failed;
	f->counts->untouched[mode] += !has_failed;
	f->counts->stopped += has_failed && e != ERR_OK;
	f->counts->went_on += has_failed && e == ERR_OK;
	if (is_room && e != ERR_OK)
		world_fail(f->w, "write %llu found no room, and the node stopped: %s", (unsigned long long)n,
			   err_text(e));
	probe_die(&p);
	/* Half of the times the process alone is started again, on what the kernel shows. */
	if (n % 2 == 0)
		sim_disk_cut(disk, (enum sim_disk_damage)prng_below(&f->prng, SIM_DISK_DAMAGE_COUNT), n);
	if (second != NULL)
		has_failed = fail_once_more(f, &p, second) && has_failed;
	else if (n % 3 == 0)
		fail_again(f, &p);
	judge_start(f, &p);
	probe_say(&p, CONSULT);
	if (n % 4 == 1)
		probe_check_deep(&p);
	probe_die(&p);
	sim_disk_cut(disk, SIM_DISK_LOST, n);
	judge_start(f, &p);
	probe_finish(&p);
	sim_disk_free(disk);
	return has_failed;
}

/* Every call of the recovery from that fault, and every write that finds no room; once, and for ever. */
static void fail_each_again(struct faults *f, enum fail mode, uint64_t n)
{
	for (unsigned how = 0; how < 4; how++) {
		struct second second = { .in = 1, .is_room = how % 2 == 1, .is_for_ever = how / 2 == 1 };
		while (fail_disk(f, mode, n, &second))
			second.in++;
	}
}

/* ---- Memory fails. ---- */

static void core_on_memory(void *self, bool is_running)
{
	struct probe *p = self;

	memory.is_counting = is_running;
	p->is_doomed = memory.is_for_ever && memory.has_failed;
}

/* How a child ends that found nothing wrong. */
enum outcome { OUTCOME_UNTOUCHED = 20, OUTCOME_WENT_ON, OUTCOME_STOPPED, OUTCOME_ABORTED };

#define FIRST_WITHIN 400u /* calls of the disk: about as many as the history makes */

/* A call of the disk fails first, and what it leaves is cut. */
static void fail_disk_first(struct faults *f, struct probe *p, uint64_t n)
{
	struct sim_disk *disk = p->n.disk;

	p->core = core_on_disk;
	sim_disk_fail(disk, 1 + n * 61 % FIRST_WITHIN, SIM_DISK_ANY, false);
	sim_disk_pause(disk, true);
	(void)!play(p);
	sim_disk_pause(disk, false);
	probe_die(p);
	sim_disk_cut(disk, (enum sim_disk_damage)prng_below(&f->prng, SIM_DISK_DAMAGE_COUNT), n);
	p->core = core_on_memory;
	p->was_faulty = true;
}

static enum outcome fail_memory(struct faults *f, enum fail mode, uint64_t n)
{
	static struct gate gate;
	static struct probe p; /* outlives a longjmp */
	struct sim_disk *disk = sim_disk_moment(f->base.disk, n);
	volatile enum outcome outcome = OUTCOME_ABORTED;

	gate_init(&gate, sim_disk_disk(disk));
	probe_init(&p, f->w, &f->base, disk, f->vfs);
	vfs_set_disk(f->vfs, &gate.disk);
	p.is_faulty = true;
	p.core = core_on_memory;
	p.self = &p;
	if (mode == FAIL_MEMORY_AGAIN)
		fail_disk_first(f, &p, n);
	memory = (struct memory){ .fail_in = n, .is_for_ever = mode == FAIL_MEMORY_EVER };
	if (setjmp(memory.out) == 0) {
		enum err e = mode == FAIL_MEMORY_AGAIN ? probe_start(&p, false) : play(&p);
		memory.is_counting = false;
		outcome = !memory.has_failed ? OUTCOME_UNTOUCHED
			  : e == ERR_OK	     ? OUTCOME_WENT_ON
					     : OUTCOME_STOPPED;
		if (!memory.has_failed && e != ERR_OK)
			world_fail(f->w, "a history without a fault ends with %s", err_text(e));
		probe_die(&p);
	} else {
		/* The process is gone with all that it had; its disk stays. */
		p.n.node = NULL;
		probe_die(&p);
	}
	memory.fail_in = 0;
	memory.has_failed = false;
	sim_disk_cut(disk, (enum sim_disk_damage)prng_below(&f->prng, SIM_DISK_DAMAGE_COUNT), n);
	if (n % 3 == 0)
		fail_again(f, &p);
	judge_start(f, &p);
	probe_say(&p, CONSULT);
	probe_check_deep(&p);
	return outcome;
}

/* In a process of its own: what an abort leaves in memory is nobody's any more. */
static bool fail_memory_apart(struct faults *f, enum fail mode, uint64_t n)
{
	pid_t child;
	int status = 0;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		prng_init(&f->prng, n);
		child_end((int)fail_memory(f, mode, n));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		world_fail(f->w, "no child");
	if (!WIFEXITED(status) || WEXITSTATUS(status) < OUTCOME_UNTOUCHED)
		world_fail(f->w, "allocation %llu failed (%s), and the node ended as nobody chose: %s %d",
			   (unsigned long long)n, mode == FAIL_MEMORY_EVER ? "for ever" : "once",
			   WIFEXITED(status) ? "exit" : "signal",
			   WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	f->counts->aborted += WEXITSTATUS(status) == OUTCOME_ABORTED;
	f->counts->stopped += WEXITSTATUS(status) == OUTCOME_STOPPED;
	f->counts->went_on += WEXITSTATUS(status) == OUTCOME_WENT_ON;
	f->counts->fired[mode] += WEXITSTATUS(status) != OUTCOME_UNTOUCHED;
	f->counts->untouched[mode] += WEXITSTATUS(status) == OUTCOME_UNTOUCHED;
	return WEXITSTATUS(status) != OUTCOME_UNTOUCHED;
}

void faults_configure(void)
{
	memory_configure();
}

void faults_run(const struct fail_order *order, struct fail_counts *counts)
{
	static const enum fail on_disk[] = { FAIL_ANY_ONCE, FAIL_ANY_EVER, FAIL_ROOM_ONCE, FAIL_ROOM_EVER };
	static const enum fail on_memory[] = { FAIL_MEMORY_ONCE, FAIL_MEMORY_EVER, FAIL_MEMORY_AGAIN };
	struct faults f = { .counts = counts };
	uint64_t n;

	faults_open(&f, order->seed);
	for (size_t i = 0; i < ARRAY_COUNT(on_disk); i++) {
		uint64_t tried = 0;
		for (n = order->first; fail_disk(&f, on_disk[i], n, NULL); n += order->stride) {
			if (order->again > 0 && ++tried % order->again == 0)
				fail_each_again(&f, on_disk[i], n);
		}
	}
	for (size_t i = 0; i < ARRAY_COUNT(on_memory); i++) {
		for (n = order->memory_first; fail_memory_apart(&f, on_memory[i], n);
		     n += order->memory_stride)
			;
	}
	faults_close(&f);
}
