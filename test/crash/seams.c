/* The store, arenas and the signer of the core as it runs in a world: whole until a place is to fail. */
#include "seams.h"

#include "record/store.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap

const char *seam_name(enum seam seam)
{
#define SEAM_TEXT(name, text) text,
	static const char *const names[] = { SEAM_LIST(SEAM_TEXT) };
#undef SEAM_TEXT
	return names[seam];
}

/* ---- A store that keeps its contract when a call of it fails. ---- */

/* By party. */
static struct failing {
	bool is_open, is_dead, is_ended, has_failed;
	enum err why; /* of this turn: its commit fails too */
	struct map rows, true_rows;
} failing[SIM_NODES_MAX];

static const struct store_ops *true_ops;

/* disk.c gives each node a table of its own. */
static struct sim_node *node_of(const struct store *s)
{
	return (struct sim_node *)((uintptr_t)s->ops - offsetof(struct sim_node, store_ops));
}

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

static bool is_writing(enum seam seam)
{
	return seam == SEAM_WRITE || seam == SEAM_ROW_WRITE;
}

/*
 * ERR_OK: it passes. A call that fails in a turn fails its commit, as store.h says; one that finds rot alone
 * does not.
 */
static enum err gate(struct sim_node *n, enum seam seam, const char *name)
{
	struct failing *f = &failing[n->party];
	enum err e;

	if (is_writing(seam) && f->is_open && f->why != ERR_OK)
		return f->why;
	e = places_is_for_ever() && places_running() != NULL && f->has_failed ? errors[seam][0] : ERR_OK;
	if (e == ERR_OK && places_running() == n)
		e = place_fails(seam, name, errors[seam]);
	if (e == ERR_OK)
		return ERR_OK;
	f->has_failed = true;
	if (f->is_open && f->why == ERR_OK && (e != ERR_CORRUPT || seam == SEAM_COMMIT))
		f->why = e;
	return e;
}

static enum err failing_begin(struct store *s)
{
	struct failing *f = &failing[node_of(s)->party];
	enum err e = f->is_dead ? ERR_IO : gate(node_of(s), SEAM_BEGIN, "begin");

	if (e == ERR_OK)
		e = true_ops->begin(s);
	f->is_open = e == ERR_OK;
	f->why = ERR_OK;
	return e;
}

static void failing_rollback(struct store *s)
{
	true_ops->rollback(s);
	failing[node_of(s)->party].is_open = false;
}

static enum err failing_commit(struct store *s)
{
	struct failing *f = &failing[node_of(s)->party];
	enum err e = f->why == ERR_OK ? gate(node_of(s), SEAM_COMMIT, "commit") : f->why;

	if (e == ERR_OK)
		e = true_ops->commit(s);
	else
		true_ops->rollback(s);
	f->is_open = false;
	f->is_dead |= err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL;
	return e;
}

#define OP(name, kind, params, args)                               \
	static enum err failing_##name params                      \
	{                                                          \
		enum err e = gate(node_of(s), SEAM_##kind, #name); \
		return e == ERR_OK ? true_ops->name args : e;      \
	}
/* clang-format off */
OP(log_open, WRITE, (struct store *s, const struct origin *origin, log_number *out), (s, origin, out))
OP(log_get, READ, (struct store *s, log_number log, struct store_log *out), (s, log, out))
OP(log_put, WRITE, (struct store *s, log_number log, const struct store_log *value), (s, log, value))
OP(log_next, READ, (struct store *s, log_number after, log_number *out), (s, after, out))
OP(entry_put, WRITE, (struct store *s, log_number log, uint64_t index, struct bytes entry, struct bytes hashes),
    (s, log, index, entry, hashes))
OP(entry_get, READ, (struct store *s, log_number log, uint64_t index, struct buf *entry, struct buf *hashes),
    (s, log, index, entry, hashes))
OP(entry_renew, WRITE, (struct store *s, log_number log, uint64_t index, struct bytes entry, struct bytes hashes),
    (s, log, index, entry, hashes))
OP(node_get, READ, (struct store *s, log_number log, unsigned level, uint64_t index, uint8_t hash[HASH_LEN]),
    (s, log, level, index, hash))
OP(entry_cut, WRITE, (struct store *s, log_number log, uint64_t from), (s, log, from))
OP(content_put, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes content), (s, hash, content))
OP(content_get, READ, (struct store *s, const uint8_t hash[HASH_LEN], struct buf *content), (s, hash, content))
OP(content_renew, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes content), (s, hash, content))
OP(content_erase, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes eraser), (s, hash, eraser))
OP(content_eraser, READ, (struct store *s, const uint8_t hash[HASH_LEN], struct buf *eraser), (s, hash, eraser))
OP(note_put, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes note), (s, log, size, note))
OP(note_del, WRITE, (struct store *s, log_number log, uint64_t size), (s, log, size))
OP(note_get, READ, (struct store *s, log_number log, uint64_t size, uint64_t *found, struct buf *note),
    (s, log, size, found, note))
OP(note_above, READ, (struct store *s, log_number log, uint64_t size, uint64_t *found, struct buf *note),
    (s, log, size, found, note))
OP(cosignature_put, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes party, struct bytes line),
    (s, log, size, party, line))
OP(cosignature_del, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes party), (s, log, size, party))
OP(cosignature_above, READ, (struct store *s, log_number log, uint64_t size, struct bytes party, uint64_t *found, struct buf *line),
    (s, log, size, party, found, line))
OP(cosignature_last, READ, (struct store *s, log_number log, struct bytes party, uint64_t *found, struct buf *line),
    (s, log, party, found, line))
OP(attachment_put, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t total, uint64_t offset, struct bytes piece),
    (s, hash, total, offset, piece))
OP(attachment_held, READ, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t *held, uint64_t *total),
    (s, hash, held, total))
OP(attachment_get, READ, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len, struct buf *piece),
    (s, hash, offset, len, piece))
OP(attachment_del, WRITE, (struct store *s, const uint8_t hash[HASH_LEN]), (s, hash))
OP(advance_put, WRITE, (struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct bytes payload), (s, id, payload))
OP(advance_get, READ, (struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload), (s, id, payload))
OP(advance_del, WRITE, (struct store *s, const uint8_t id[STATEMENT_ID_LEN]), (s, id))
OP(views_walk, READ, (struct store *s, bool is_first, struct buf *key), (s, is_first, key))
OP(views_recount, WRITE, (struct store *s), (s))
OP(tidy, HOUSE, (struct store *s, bool is_idle), (s, is_idle))
OP(backup, HOUSE, (struct store *s, const char *path, uint64_t *done, uint64_t *total), (s, path, done, total))
/* clang-format on */
#undef OP

/* The views' map: its self is the node. */
static struct failing *rows_of(const void *self)
{
	return &failing[((const struct sim_node *)self)->party];
}

static enum err failing_row_get(void *self, struct bytes key, struct buf *value)
{
	enum err e = gate(self, SEAM_ROW, "row_get");

	return e == ERR_OK ? map_get(&rows_of(self)->true_rows, key, value) : e;
}

static enum err failing_row_put(void *self, struct bytes key, struct bytes value)
{
	enum err e = gate(self, SEAM_ROW_WRITE, "row_put");

	return e == ERR_OK ? map_put(&rows_of(self)->true_rows, key, value) : e;
}

static enum err failing_row_del(void *self, struct bytes key)
{
	enum err e = gate(self, SEAM_ROW_WRITE, "row_del");

	return e == ERR_OK ? map_del(&rows_of(self)->true_rows, key) : e;
}

static enum err failing_row_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
				 struct buf *value)
{
	enum err e = gate(self, SEAM_ROW, "row_next");

	return e == ERR_OK ? map_next(&rows_of(self)->true_rows, prefix, after, key, value) : e;
}

static const struct map_ops failing_rows = {
	.get = failing_row_get,
	.put = failing_row_put,
	.del = failing_row_del,
	.next = failing_row_next,
};

static struct map failing_views(struct store *s)
{
	struct sim_node *n = node_of(s);

	failing[n->party].true_rows = true_ops->views(s);
	return (struct map){ &failing_rows, n };
}

static void failing_close(struct store *s)
{
	true_ops->close(s);
}

static const struct store_ops failing_ops = {
	.close = failing_close,
	.begin = failing_begin,
	.commit = failing_commit,
	.rollback = failing_rollback,
	.views = failing_views,
	.log_open = failing_log_open,
	.log_get = failing_log_get,
	.log_put = failing_log_put,
	.log_next = failing_log_next,
	.entry_put = failing_entry_put,
	.entry_get = failing_entry_get,
	.entry_renew = failing_entry_renew,
	.node_get = failing_node_get,
	.entry_cut = failing_entry_cut,
	.content_put = failing_content_put,
	.content_get = failing_content_get,
	.content_renew = failing_content_renew,
	.content_erase = failing_content_erase,
	.content_eraser = failing_content_eraser,
	.note_put = failing_note_put,
	.note_del = failing_note_del,
	.note_get = failing_note_get,
	.note_above = failing_note_above,
	.cosignature_put = failing_cosignature_put,
	.cosignature_del = failing_cosignature_del,
	.cosignature_above = failing_cosignature_above,
	.cosignature_last = failing_cosignature_last,
	.attachment_put = failing_attachment_put,
	.attachment_held = failing_attachment_held,
	.attachment_get = failing_attachment_get,
	.attachment_del = failing_attachment_del,
	.advance_put = failing_advance_put,
	.advance_get = failing_advance_get,
	.advance_del = failing_advance_del,
	.views_walk = failing_views_walk,
	.views_recount = failing_views_recount,
	.tidy = failing_tidy,
	.backup = failing_backup,
};

enum err __real_store_sqlite_open(const char *path, const char *vfs, struct store **out);
enum err __wrap_store_sqlite_open(const char *path, const char *vfs, struct store **out);
enum err __wrap_store_sqlite_open(const char *path, const char *vfs, struct store **out)
{
	enum err e = __real_store_sqlite_open(path, vfs, out);

	if (e == ERR_OK) {
		true_ops = (*out)->ops;
		(*out)->ops = &failing_ops;
	}
	return e;
}

/* ---- What the world knows of it. ---- */

struct store *__real_disk_open(struct world *w, struct sim_node *n);
struct store *__wrap_disk_open(struct world *w, struct sim_node *n);
struct store *__wrap_disk_open(struct world *w, struct sim_node *n)
{
	bool has_failed = failing[n->party].has_failed;

	places_world = w;
	failing[n->party] = (struct failing){ .has_failed = has_failed };
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
		if (!failing[i].is_dead && !failing[i].is_ended)
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

/* Such an error ends the core, whether or not the node has stopped itself. */
static enum err core_ends(const struct sim_node *n, enum err e)
{
	places_core_ends();
	if (n != NULL && failing[n->party].has_failed && err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		failing[n->party].is_ended = true;
	return e;
}

#define DOOR(name, node, params, args)     \
	enum err __real_##name params;     \
	enum err __wrap_##name params;     \
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
DOOR(node_link, node_at(n), (struct node *n, struct now now, const struct path_change *in, struct effects *fx),
    (n, now, in, fx))
DOOR(node_sent, node_at(n), (struct node *n, struct now now, size_t peer, size_t path, uint64_t tag, struct effects *fx),
    (n, now, peer, path, tag, fx))
DOOR(node_attach, node_at(n), (struct node *n, const uint8_t hash[HASH_LEN], uint64_t total, uint64_t offset, struct bytes piece),
    (n, hash, total, offset, piece))
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
	struct sim_node *of = node_of(o->store);
	enum err e;

	if (of->life > 0)
		places_core_begins(of);
	e = __real_node_new(o, out);
	places_core_ends();
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
