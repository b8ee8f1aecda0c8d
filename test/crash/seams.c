/* The store, arenas and the signer of the core as it runs in a world: whole until a place is to fail. */
#include "seams.h"

#include "failing_store.h"

#include <assert.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap

/* ---- The store. ---- */

/* By party. */
static struct failing {
	bool is_ended; /* the core, or its signer */
	bool has_failed;
	struct store *store; /* while it is open */
} failing[SIM_NODES_MAX];

static struct sim_node *opening; /* whose store is opened now */

/* The seams of the store come first, in the order of enum failing_kind. */
static const enum err errors[SEAM_COUNT][PLACE_ERRORS_MAX] = {
	[SEAM_READ] = { ERR_IO, ERR_CORRUPT, ERR_IO },
	[SEAM_WRITE] = { ERR_IO, ERR_FULL, ERR_IO },
	[SEAM_BEGIN] = { ERR_IO, ERR_FULL, ERR_IO },
	[SEAM_COMMIT] = { ERR_IO, ERR_FULL, ERR_CORRUPT },
	[SEAM_ROW] = { ERR_IO, ERR_CORRUPT, ERR_IO },
	[SEAM_ROW_WRITE] = { ERR_IO, ERR_FULL, ERR_IO },
	[SEAM_HOUSE] = { ERR_IO, ERR_CORRUPT, ERR_IO },
	[SEAM_MEMORY] = { ERR_MEMORY, ERR_OK },
	[SEAM_SIGNER] = { ERR_SIGNER, ERR_TIMEOUT, ERR_OK },
};
static const enum seam seam_of[] = {
	[FAILING_READ] = SEAM_READ,	[FAILING_WRITE] = SEAM_WRITE, [FAILING_BEGIN] = SEAM_BEGIN,
	[FAILING_COMMIT] = SEAM_COMMIT, [FAILING_ROW] = SEAM_ROW,     [FAILING_ROW_WRITE] = SEAM_ROW_WRITE,
	[FAILING_HOUSE] = SEAM_HOUSE,
};

static enum err ask(void *self, enum failing_kind kind, const char *name)
{
	struct sim_node *n = self;
	enum seam seam = seam_of[kind];
	enum err e = ERR_OK;

	if (places_running() == NULL)
		return ERR_OK;
	if (places_is_for_ever() && failing[n->party].has_failed)
		return errors[seam][0];
	if (places_running() == n)
		e = place_fails(seam, name, errors[seam]);
	failing[n->party].has_failed |= e != ERR_OK;
	return e;
}

enum err __real_store_sqlite_open(const char *path, const char *vfs, struct store **out);
enum err __wrap_store_sqlite_open(const char *path, const char *vfs, struct store **out);
enum err __wrap_store_sqlite_open(const char *path, const char *vfs, struct store **out)
{
	enum err e = __real_store_sqlite_open(path, vfs, out);

	if (e == ERR_OK)
		*out = failing[opening->party].store = failing_store_new(*out, ask, opening);
	return e;
}

/* ---- What the world knows of it. ---- */

struct store *__real_disk_open(struct world *w, struct sim_node *n);
struct store *__wrap_disk_open(struct world *w, struct sim_node *n);
struct store *__wrap_disk_open(struct world *w, struct sim_node *n)
{
	places_world = w;
	opening = n;
	failing[n->party].is_ended = false;
	return __real_disk_open(w, n);
}

bool __real_disk_has_failed(const struct sim_node *n);
bool __wrap_disk_has_failed(const struct sim_node *n);
bool __wrap_disk_has_failed(const struct sim_node *n)
{
	return failing[n->party].has_failed || __real_disk_has_failed(n);
}

void __real_disk_mend(struct sim_node *n);
void __wrap_disk_mend(struct sim_node *n);
void __wrap_disk_mend(struct sim_node *n)
{
	if (failing[n->party].has_failed)
		places_mend();
	failing[n->party].has_failed = false;
	__real_disk_mend(n);
}

/* A node that went on after a call that failed once has to heal as it is. */
void places_rest(struct world *w)
{
	places_are_resting();
	places_mend();
	for (size_t i = 0; i < w->nodes_count; i++) {
		if (w->nodes[i].node == NULL ||
		    (!failing_store_is_dead(failing[i].store) && !failing[i].is_ended))
			failing[i].has_failed = false;
	}
}

/* ---- Arenas. ---- */

static bool has_room(const char *name)
{
	struct sim_node *n = places_running();

	if (n == NULL || place_fails(SEAM_MEMORY, name, errors[SEAM_MEMORY]) == ERR_OK)
		return true;
	failing[n->party].has_failed = true;
	return false;
}

void *__real_arena_alloc(struct arena *a, size_t count, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t count, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t count, size_t size)
{
	return has_room("arena_alloc") ? __real_arena_alloc(a, count, size) : NULL;
}

struct bytes __real_arena_copy(struct arena *a, struct bytes in);
struct bytes __wrap_arena_copy(struct arena *a, struct bytes in);
struct bytes __wrap_arena_copy(struct arena *a, struct bytes in)
{
	return has_room("arena_copy") ? __real_arena_copy(a, in) : (struct bytes){ NULL, 0 };
}

struct buf __real_arena_lend(const struct arena *a, size_t max);
struct buf __wrap_arena_lend(const struct arena *a, size_t max);
struct buf __wrap_arena_lend(const struct arena *a, size_t max)
{
	return __real_arena_lend(a, has_room("arena_lend") ? max : 0);
}

struct effect *__real_effects_add(struct effects *fx, enum effect_kind kind);
struct effect *__wrap_effects_add(struct effects *fx, enum effect_kind kind);
struct effect *__wrap_effects_add(struct effects *fx, enum effect_kind kind)
{
	/* That a node stops is never lost: the list keeps a place for it. */
	return kind == EFFECT_STOP || has_room("effects_add") ? __real_effects_add(fx, kind) : NULL;
}

/* ---- The doors of the core. ---- */

static struct sim_node *node_at(const struct node *node)
{
	for (size_t i = 0; places_world != NULL && i < places_world->nodes_count; i++) {
		if (places_world->nodes[i].node == node)
			return &places_world->nodes[i];
	}
	return NULL;
}

/*
 * What is left of a short child. A story may be of logs that halt, or of peers' that are forged: its own test
 * says what becomes of them.
 */
static void end_short_child(void)
{
	struct sim_node *n = places_ending();
	struct world *w = places_world;

	if (n == NULL)
		return;
	places_rest(w);
	w->is_rotten = true;
	w->forked |= (uint8_t)~(1u << n->party);
	if (n->is_flipped) /* its store has it, and somebody puts a backup in its place */
		places_child_end();
	n->cut_in = n->flip_in = 0;
	node_down(w, n);
	disk_mend(n);
	node_boot(w, n);
	if (n->node == NULL)
		world_fail(w, "node %zu does not start again", n->party);
	check_whole(w, n);
	places_child_end();
}

/* Such an error ends the core, whether or not the node has stopped itself. */
static enum err core_ends(const struct sim_node *n, enum err e)
{
	places_core_ends();
	if (n != NULL && failing[n->party].has_failed && err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		failing[n->party].is_ended = true;
	end_short_child();
	return e;
}

/* Of the type that the header says: the linker, which puts one in the place of the other, asks nobody. */
#define DOOR(name, node, params, args)     \
	__typeof__(name) __real_##name;    \
	__typeof__(name) __wrap_##name;    \
	enum err __wrap_##name params      \
	{                                  \
		enum err e;                \
		places_core_begins(node);  \
		e = __real_##name args;    \
		return core_ends(node, e); \
	}
/* clang-format off */
DOOR(node_receive, node_at(n), (struct node *n, struct now now, const struct arrival *in, struct effects *fx),
    (n, now, in, fx))
DOOR(node_heard, node_at(n), (struct node *n, struct now now, size_t peer, size_t path, struct bytes bytes, struct effects *fx),
   (n, now, peer, path, bytes, fx))
DOOR(node_link, node_at(n), (struct node *n, struct now now, const struct path_change *in, struct effects *fx),
    (n, now, in, fx))
DOOR(node_sent, node_at(n), (struct node *n, struct now now, size_t peer, size_t path, uint64_t tag, struct effects *fx),
    (n, now, peer, path, tag, fx))
DOOR(node_attach, node_at(n), (struct node *n, const uint8_t *by, const uint8_t hash[HASH_LEN], uint64_t total, uint64_t offset, struct bytes piece),
    (n, by, hash, total, offset, piece))
DOOR(node_tick, node_at(n), (struct node *n, struct now now, struct effects *fx), (n, now, fx))
DOOR(node_commit, node_at(n), (struct node *n, struct now now, struct effects *fx), (n, now, fx))
DOOR(node_refold, node_at(n), (struct node *n, struct now now, struct effects *fx), (n, now, fx))
DOOR(node_tidy, node_at(n), (struct node *n, bool is_idle, struct effects *fx), (n, is_idle, fx))
DOOR(node_scrub, node_at(n), (struct node *n, struct now now, struct effects *fx), (n, now, fx))
/* clang-format on */
#undef DOOR

/* The first start is the world's own: nobody would start it again. */
enum err __real_node_new(const struct node_options *o, struct node **out);
enum err __wrap_node_new(const struct node_options *o, struct node **out);
enum err __wrap_node_new(const struct node_options *o, struct node **out)
{
	enum err e;

	if (opening->life > 0)
		places_core_begins(opening);
	e = __real_node_new(o, out);
	places_core_ends();
	end_short_child();
	return e;
}

/* The world takes ERR_LIMIT for an error of its own. */
enum err __real_node_command(struct node *n, struct now now, const struct command *in, struct effects *fx);
enum err __wrap_node_command(struct node *n, struct now now, const struct command *in, struct effects *fx);
enum err __wrap_node_command(struct node *n, struct now now, const struct command *in, struct effects *fx)
{
	struct sim_node *of = node_at(n);
	enum err e;

	places_core_begins(of);
	e = core_ends(of, __real_node_command(n, now, in, fx));
	return e == ERR_LIMIT && failing[of->party].has_failed ? ERR_MEMORY : e;
}

void __real_node_start(struct node *n, struct now now, const struct marks *marks, bool has_memory,
		       bool is_certain, struct effects *fx);
void __wrap_node_start(struct node *n, struct now now, const struct marks *marks, bool has_memory,
		       bool is_certain, struct effects *fx);
void __wrap_node_start(struct node *n, struct now now, const struct marks *marks, bool has_memory,
		       bool is_certain, struct effects *fx)
{
	places_core_begins(node_at(n));
	__real_node_start(n, now, marks, has_memory, is_certain, fx);
	places_core_ends();
	end_short_child();
}

/* ---- The signer; ERR_TIMEOUT: it never answers. ---- */

enum err __real_node_signed(struct node *n, struct now now, const struct signer_answer *in,
			    struct effects *fx);
enum err __wrap_node_signed(struct node *n, struct now now, const struct signer_answer *in,
			    struct effects *fx);
enum err __wrap_node_signed(struct node *n, struct now now, const struct signer_answer *in,
			    struct effects *fx)
{
	struct signer_answer answer = *in;
	struct sim_node *of = node_at(n);
	enum err e;

	places_core_begins(of);
	e = in->err == ERR_OK
		    ? place_fails(SEAM_SIGNER, in->is_cosignature ? "cosign" : "sign", errors[SEAM_SIGNER])
		    : ERR_OK;
	if (e != ERR_OK) {
		failing[of->party].has_failed = failing[of->party].is_ended = true;
		answer.err = e;
	}
	e = e == ERR_TIMEOUT ? ERR_OK : __real_node_signed(n, now, &answer, fx);
	return core_ends(of, e);
}
// NOLINTEND(bugprone-reserved-identifier)
