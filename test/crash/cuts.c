#include "cuts.h"

#include "base/alloc.h"
#include "record/vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEAK_US 2000000 /* officers begin */
#define UNTIL_US 9000000
#define MOMENTS_MAX 4096u
#define CONSULT 2u

struct cutter {
	struct world *w;
	struct vfs *vfs;
	struct prng prng;
	struct cut_counts *counts;
	uint64_t end; /* of counts, summed up */
	uint64_t number;
	struct moment moments[MOMENTS_MAX];
	size_t moments_count;
	bool is_watching;		/* this turn's moments are wanted */
	char backup[SIM_NODES_MAX][24]; /* the copy under way; "": none */
	unsigned backups;
};

/* What the watcher of a disk is told. */
struct watched {
	struct cutter *c;
	size_t node;
};

uint64_t cuts_sum(const struct cut_counts *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < CUT_COUNT; i++)
		sum += c->cuts[i];
	return sum;
}

static void note_moment(void *self)
{
	struct watched *at = self;
	struct cutter *c = at->c;

	if (!c->is_watching)
		return;
	if (c->moments_count == MOMENTS_MAX)
		world_fail(c->w, "more moments in one turn than there is room for");
	moment_take(c->w, &c->w->nodes[at->node], &c->moments[c->moments_count++]);
}

/* ---- One cut. ---- */

static void start(struct cutter *c, struct probe *p, bool is_certain)
{
	enum err e = probe_start(p, is_certain);

	if (e != ERR_OK)
		world_fail(c->w, "node %zu does not start again: %s", p->of->party, err_text(e));
}

/* The recovery of this disk, with the power going at every change of it; one of those moments stays. */
struct again {
	struct probe *p;
	struct prng *prng;
	struct sim_disk *disk;
	uint64_t count;
};

static void note_again(void *self)
{
	struct again *a = self;

	if (!prng_is_one_in(a->prng, ++a->count))
		return;
	sim_disk_free(a->disk);
	a->disk = sim_disk_moment(a->p->n.disk, 1);
}

/* What is on this disk is right, and can be gone on from. */
static void judge(struct cutter *c, const struct moment *m, struct sim_disk *disk, bool is_first)
{
	uint64_t number = c->number++;
	struct probe p;

	probe_init(&p, c->w, m, disk, c->vfs);
	start(c, &p, false);
	probe_check(&p);
	if (!is_first)
		probe_meet_peers(&p);
	if (number % 8 == 1) {
		probe_check_deep(&p);
		c->counts->deep++;
	}
	if (number % 4 == 2 && !is_first) {
		probe_hear_peers(&p);
		probe_say(&p, CONSULT);
		if (number % 8 == 2)
			probe_tidy(&p, true);
		probe_die(&p);
		sim_disk_cut(disk, (enum sim_disk_damage)prng_below(&c->prng, SIM_DISK_DAMAGE_COUNT), number);
		start(c, &p, false);
		probe_check(&p);
		c->counts->cuts[CUT_WRITTEN]++;
	}
	c->counts->receipts += p.receipts;
	probe_finish(&p);
}

/* Power goes a second time while the first is recovered from. */
static void judge_again(struct cutter *c, const struct moment *m, struct sim_disk *disk)
{
	struct again again = { .prng = &c->prng };
	struct probe p;

	probe_init(&p, c->w, m, disk, c->vfs);
	again.p = &p;
	sim_disk_watch(disk, note_again, &again);
	start(c, &p, false);
	probe_finish(&p);
	if (again.disk == NULL)
		return;
	sim_disk_cut(again.disk, (enum sim_disk_damage)prng_below(&c->prng, SIM_DISK_DAMAGE_COUNT),
		     c->number);
	judge(c, m, again.disk, false);
	sim_disk_free(again.disk);
	c->counts->cuts[CUT_AGAIN]++;
}

/*
 * The process alone is killed: the kernel still shows all that it wrote. What the next start shows to anybody
 * has to last when the power goes then.
 */
static void judge_killed(struct cutter *c, const struct moment *m)
{
	struct sim_disk *disk = sim_disk_moment(m->disk, 1);
	struct probe p;

	probe_init(&p, c->w, m, disk, c->vfs);
	start(c, &p, true);
	probe_check(&p);
	if (c->number++ % 2 == 0)
		probe_say(&p, CONSULT);
	probe_die(&p);
	sim_disk_cut(disk, (enum sim_disk_damage)prng_below(&c->prng, SIM_DISK_DAMAGE_COUNT), c->number);
	start(c, &p, false);
	probe_check(&p);
	probe_finish(&p);
	sim_disk_free(disk);
	c->counts->cuts[CUT_KILLED]++;
}

static void judge_cut(struct cutter *c, const struct moment *m, enum sim_disk_damage damage, enum cut cut)
{
	struct sim_disk *disk = sim_disk_moment(m->disk, 1);

	/* The signer's last mark goes with the power, or was written back in time. */
	if (prng_is_one_in(&c->prng, 2))
		signer_forget(m->signer);
	sim_disk_cut(disk, damage, prng_next(&c->prng));
	if (c->number % 6 == 5)
		judge_again(c, m, disk);
	else
		judge(c, m, disk, false);
	sim_disk_free(disk);
	c->counts->cuts[cut]++;
}

static void judge_moment(struct cutter *c, const struct moment *m)
{
	c->counts->boundaries++;
	if (!sim_disk_is_dirty(m->disk)) {
		judge_cut(c, m, SIM_DISK_LOST, CUT_STILL);
		return;
	}
	for (int damage = 0; damage < SIM_DISK_DAMAGE_COUNT; damage++)
		judge_cut(c, m, (enum sim_disk_damage)damage, (enum cut)damage);
	if (c->counts->boundaries % 4 == 0)
		judge_killed(c, m);
}

static void judge_moments(struct cutter *c)
{
	for (size_t i = 0; i < c->moments_count; i++) {
		if (cuts_sum(c->counts) < c->end)
			judge_moment(c, &c->moments[i]);
		moment_finish(&c->moments[i]);
	}
	c->moments_count = 0;
}

/* A store that never was: every change of its making, and the power goes there. */
static void judge_first_start(struct cutter *c)
{
	struct moment m = { .node = 0, .disk = sim_disk_new(1) };
	enum err e = ERR_IO;

	m.signer = xcalloc(1, sizeof *m.signer);
	signer_new(m.signer);
	for (uint64_t at = 1; e != ERR_OK; at++) {
		struct sim_disk *disk = sim_disk_moment(m.disk, 1);
		struct probe p;
		probe_init(&p, c->w, &m, disk, c->vfs);
		p.is_faulty = true;
		sim_disk_fail(disk, at, SIM_DISK_CHANGES, true);
		e = probe_start(&p, true);
		probe_finish(&p);
		sim_disk_cut(disk, (enum sim_disk_damage)(at % SIM_DISK_DAMAGE_COUNT), at);
		judge(c, &m, disk, true);
		sim_disk_free(disk);
		c->counts->cuts[CUT_FIRST]++;
	}
	moment_finish(&m);
}

/* ---- A world that has much to lose. ---- */

/* A backup that was said to be whole lasts, and is a record. */
static void judge_backup(struct cutter *c, const struct sim_node *n, const char *name)
{
	struct moment m;
	struct probe p;

	moment_take(c->w, n, &m);
	m.acknowledged_count = 0; /* what came since the copy began need not be in it */
	memset(m.cosigned, 0, sizeof m.cosigned);
	sim_disk_cut(m.disk, SIM_DISK_LOST, 1);
	probe_init(&p, c->w, &m, m.disk, c->vfs);
	p.file = name;
	start(c, &p, false);
	probe_check(&p);
	if (node_logs(p.n.node, (struct log_status[64]){ 0 }, 64) == 0)
		world_fail(c->w, "a backup of node %zu has no log", n->party);
	probe_finish(&p);
	moment_finish(&m);
	c->counts->backups++;
}

/* Lines come and go, so that batches are long; the store has quiet moments; somebody makes a backup. */
static void stir(struct cutter *c)
{
	struct world *w = c->w;
	size_t i = prng_below(&c->prng, w->nodes_count);
	struct sim_node *n = &w->nodes[i];
	uint64_t draw = prng_below(&c->prng, 60), done, total;
	char *backup = c->backup[i];
	enum err e;

	if (draw < 2) {
		w->is_cut = draw == 0;
		for (size_t k = 0; w->is_cut && k < SIM_PATHS; k++)
			path_set(w, i, (i + 1) % w->nodes_count, k, false);
	} else if (draw < 8) {
		if (node_tidy(n->node, draw < 6, &n->fx) != ERR_OK)
			world_fail(w, "node %zu: housekeeping failed", i);
	} else if (draw == 8 && backup[0] == '\0') {
		snprintf(backup, sizeof c->backup[i], "backup-%u.db", c->backups++);
	}
	if (backup[0] == '\0' || draw % 8 != 0)
		return;
	e = node_backup(n->node, backup, &done, &total);
	if (e != ERR_OK && e != ERR_SHORT)
		world_fail(w, "node %zu: a backup failed: %s", i, err_text(e));
	if (e == ERR_OK) {
		judge_backup(c, n, backup);
		backup[0] = '\0';
	}
}

void cuts_run(uint64_t seed, uint64_t cuts_max, struct cut_counts *counts)
{
	struct cutter *c = xcalloc(1, sizeof *c);
	struct watched watched[SIM_NODES_MAX];

	c->counts = counts;
	c->end = cuts_sum(counts) + cuts_max;
	prng_init(&c->prng, seed * 0x9e3779b97f4a7c15u);
	c->w = world_new(seed, 2 + seed % 2, false);
	if (vfs_new(PROBE_LAYER, NULL, &c->vfs) != ERR_OK)
		world_fail(c->w, "no file layer");
	if (seed % 16 == 1)
		judge_first_start(c);
	for (size_t i = 0; i < c->w->nodes_count; i++) {
		watched[i] = (struct watched){ c, i };
		sim_disk_watch(c->w->nodes[i].disk, note_moment, &watched[i]);
	}
	while (c->w->now_us < UNTIL_US && cuts_sum(counts) < c->end) {
		/* Some turns of many worlds, rather than every turn of a few that have not begun to speak. */
		c->is_watching = prng_is_one_in(&c->prng, c->w->now_us < SPEAK_US ? 12 : 6);
		world_advance(c->w, c->w->now_us + 1);
		if (c->w->now_us > SPEAK_US)
			stir(c);
		judge_moments(c);
	}
	for (size_t i = 0; i < c->w->nodes_count; i++) {
		sim_disk_watch(c->w->nodes[i].disk, NULL, NULL);
		counts->acknowledged += c->w->nodes[i].acknowledged_count;
	}
	counts->entries += c->w->counters.entries;
	world_free(c->w);
	vfs_free(c->vfs);
	free(c);
}
