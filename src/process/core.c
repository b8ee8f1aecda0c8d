/* The turn of the process that holds the record: events in, one flush, effects out. */
#include "process/core.h"

#include "base/alloc.h"
#include "base/log.h"
#include "home/installed.h"
#include "home/quarantine_store.h"
#include "process/contain.h"
#include "process/terminals.h"
#include "sys/random.h"
#include "sys/threads.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 250u
#define IDLE_MS 20u /* so long after the last event the store tidies up */
/*
 * A node that is never idle tidies up in between, and now and then as if it were: what was erased goes, and a
 * copy that nobody fetches, however busy a peer or a client keeps us.
 */
#define IDLE_AT_LEAST_MS 5000u
#define IDLE_FIRST_MS 1000u /* of a start: what was erased before it is still in the WAL */
#define BUSY_TURNS 16u
#define ROUNDS_MAX 8u

static_assert(URGENCY_COUNT == RECORD_URGENCY_COUNT, "link/pipe.h counts the urgencies of node/effects.h");
static_assert(REMEMBERS_MEMORY != REMEMBERS_CERTAIN, "two bits");

void core_end(struct core *c, int status)
{
	if (c->status == 0)
		c->status = status;
	c->is_ending = true;
	loop_stop(c->loop);
}

/* ---- Effects. ---- */

static void send_frame(struct core *c, const struct effect *effect)
{
	uint8_t memory[FRAME_HEAD_LEN];
	struct buf head = BUF_ON(memory);
	struct record r = {
		.kind = RECORD_SEND,
		.peer = effect->frame.peer,
		.path = effect->frame.path,
		.urgency = (unsigned)effect->frame.urgency,
		.number = effect->frame.tag,
		.rest = effect->frame.payload,
	};

	buf_put_be32(&head, (uint32_t)effect->frame.payload.len + 1);
	buf_put_byte(&head, (uint8_t)effect->frame.kind);
	r.head = buf_bytes(&head);
	children_tell(c, &c->link, &r);
}

static void write_thin(struct core *c, const struct effect *effect)
{
	struct record r = {
		.kind = RECORD_WRITE,
		.peer = effect->frame.peer,
		.path = effect->frame.path,
		.number = effect->frame.tag,
		.rest = effect->frame.payload,
	};

	children_tell(c, &c->link, &r);
}

static void ask_signer(struct core *c, const struct effect *effect)
{
	const struct effect_sign *sign = &effect->sign;
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	struct record r = {
		.kind = effect->kind == EFFECT_SIGN ? RECORD_SIGN : RECORD_COSIGN,
		.number = sign->size,
		.time = sign->seconds,
		.text = sign->text,
		.rest = { (const uint8_t *)sign->proof, sign->proof_count * HASH_LEN },
	};

	memcpy(r.key, sign->key, RECORD_KEY_LEN);
	if (effect->kind == EFFECT_SIGN)
		c->lines_asked++;
	origin_write(&sign->origin, &name);
	r.name = buf_bytes(&name);
	children_tell(c, &c->signer, &r);
}

static void settle_signer(struct core *c, const struct effect *effect)
{
	const struct record r = { .kind = RECORD_SETTLED };

	(void)effect;
	children_tell(c, &c->signer, &r);
}

static void answer_client(struct core *c, const struct effect *effect)
{
	if (effect->answer.client == FIRST_CLIENT)
		first_answer(c, &effect->answer);
	else
		api_answer(c->api, &effect->answer);
}

static void publish(struct core *c, const struct effect *effect)
{
	if (c->api != NULL)
		api_publish(c->api, &effect->publish);
}

static void close_path(struct core *c, const struct effect *effect)
{
	const char *rule = effect->close.fault.rule;
	struct record r = {
		.kind = RECORD_CLOSE,
		.peer = effect->close.peer,
		.path = effect->close.path,
		.err = effect->close.why,
		.name = bytes_str(rule == NULL ? "" : rule),
	};

	children_tell(c, &c->link, &r);
}

/* 6 is "integrity" in the table of exit codes; the node has said what happened. */
static void stop(struct core *c, const struct effect *effect)
{
	bool is_integrity = effect->stop.why == ERR_CORRUPT || effect->stop.why == ERR_VERIFY;

	log_error("the node stops: %s: %s", effect->stop.what, err_text(effect->stop.why));
	core_end(c, is_integrity ? 6 : 1);
}

static void give_reserve(struct core *c, const struct effect *effect)
{
	(void)effect;
	reserve_give(c);
}

static void (*const carriers[EFFECT_KIND_COUNT])(struct core *c, const struct effect *effect) = {
	[EFFECT_FRAME] = send_frame,  [EFFECT_THIN] = write_thin,	[EFFECT_SIGN] = ask_signer,
	[EFFECT_COSIGN] = ask_signer, [EFFECT_SETTLED] = settle_signer, [EFFECT_ANSWER] = answer_client,
	[EFFECT_PUBLISH] = publish,   [EFFECT_CLOSE] = close_path,	[EFFECT_STOP] = stop,
	[EFFECT_FULL] = give_reserve,
};
static_assert(EFFECT_KIND_COUNT == EFFECT_FULL + 1, "each kind of effect has its carrier");

/*
 * What goes to other processes first: their work runs beside ours. Only a receipt that our signer is asked
 * for comes behind our clients, who wait for the message itself: on few cores he would run in their place.
 */
static void carry_out(struct core *c)
{
	bool is_urgent = false;

	for (size_t i = 0; i < c->fx.count; i++) {
		enum effect_kind kind = c->fx.list[i].kind;

		if (kind == EFFECT_ANSWER || kind == EFFECT_PUBLISH)
			continue;
		carriers[kind](c, &c->fx.list[i]);
		is_urgent |= kind != EFFECT_COSIGN;
	}
	if (is_urgent)
		children_flush(c);
	for (size_t i = 0; i < c->fx.count; i++) {
		enum effect_kind kind = c->fx.list[i].kind;

		if (kind == EFFECT_ANSWER || kind == EFFECT_PUBLISH)
			carriers[kind](c, &c->fx.list[i]);
	}
	effects_reset(&c->fx);
}

void core_commit(struct core *c)
{
	enum err e = node_commit(c->node, loop_now(c->loop), &c->fx);

	carry_out(c);
	if (c->api != NULL)
		api_committed(c->api, e);
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL && !c->is_ending) {
		log_error("the node cannot go on: %s", err_text(e));
		core_end(c, e == ERR_CORRUPT ? 6 : 1);
	}
}

/* ---- The turn. ---- */

static void serve_clients(struct core *c)
{
	if (api_turn(c->api, loop_now(c->loop), &c->fx) != ERR_OK && !c->is_ending) {
		log_error("the node stops: clients cannot be served");
		core_end(c, 1);
	}
}

static void scrub(struct core *c)
{
	if (node_scrub(c->node, loop_now(c->loop), &c->fx) != ERR_OK || c->fx.count > 0)
		c->is_busy = true; /* the turn carries out what the node does about it */
}

static void tidy(struct core *c, bool is_idle)
{
	if (is_idle)
		c->idle_due = mono_add_ms(loop_now(c->loop).mono, IDLE_AT_LEAST_MS);
	if (node_tidy(c->node, is_idle, &c->fx) != ERR_OK)
		c->is_busy = true;
	scrub(c);
}

static void on_turn(void *self)
{
	struct core *c = self;
	int64_t due;

	if (!c->is_busy)
		return;
	c->is_busy = false;
	/* Answers that have become ready are written now; what comes in meanwhile gets a flush of its own. */
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		core_commit(c);
		/* An own entry goes out with its line: that comes before the talk to our clients. */
		if (c->lines_asked > 0) {
			children_await(c);
			core_commit(c);
		}
		core_link_keys(c);
		serve_clients(c);
		/* What the first round has made ready for clients goes out with the second. */
		if (round > 0)
			children_flush(c);
		if (round > 0 && c->fx.count == 0 && !api_is_waiting(c->api))
			break;
	}
	due = c->fx.count > 0 || api_is_waiting(c->api) ? 0 : api_timeout(c->api, loop_now(c->loop).mono);
	if (due >= 0)
		timer_set(c->api_due, (uint64_t)due);
	else
		timer_unset(c->api_due);
	if (++c->turns % BUSY_TURNS == 0)
		tidy(c, false);
	timer_set(c->idle, IDLE_MS);
}

static void on_api(void *self, bool is_readable, bool is_writable)
{
	struct core *c = self;

	(void)is_readable;
	(void)is_writable;
	c->is_busy = true;
	serve_clients(c);
}

static void on_api_due(void *self)
{
	on_api(self, false, false);
}

static void on_tick(void *self)
{
	struct core *c = self;

	c->is_busy = true;
	if (err_class(node_tick(c->node, loop_now(c->loop), &c->fx)) == ERR_CLASS_LOCAL)
		core_end(c, 1);
	children_tick(c, TICK_MS);
	reserve_tick(c);
	if (!mono_is_before(loop_now(c->loop).mono, c->idle_due))
		tidy(c, true);
	timer_set(c->tick, TICK_MS);
}

static void on_idle(void *self)
{
	tidy(self, true);
}

static void on_end_signal(void *self)
{
	struct core *c = self;

	log_notice("asked to end");
	core_end(c, 0);
}

/* ---- Life. ---- */

/* What lies in the home is read as the next start will read it. */
static enum err adopt(void *self, const char *hash, const char **rule)
{
	struct core *c = self;
	struct version_fault fault;
	enum err e = versions_add(&c->versions, c->home, hash, &fault);

	*rule = fault.fault.fault.rule;
	if (e != ERR_OK)
		return e == ERR_USAGE ? ERR_REFUSED : e;
	c->accord = accord_newest(&c->versions.held);
	c->is_busy = true;
	return node_adopt(c->node, loop_now(c->loop), c->accord, &c->fx);
}

static enum err quarantine(void *self, const char *name, struct bytes what)
{
	const struct core *c = self;

	return quarantine_put(c->home, name, what);
}

static enum err quarantined(void *self, const char *name, struct buf *out)
{
	const struct core *c = self;

	return quarantine_get(c->home, name, out);
}

static enum err open_api(struct core *c)
{
	char path[FILE_PATH_MAX];
	struct api_options options = {
		.node = c->node,
		.path = path,
		.address = c->settings.console[0] == '\0' ? NULL : c->settings.console,
		.files = installed_console(),
		.terminals = c->settings.terminals[0] == '\0' ? NULL : c->terminals.address,
		.copies = c->copies,
		.contained = c->contained,
		.contained_count = c->terminals.fd < 0 ? 3 : 4,
		.run = loop_now(c->loop).wall.ms,
		.is_owner_blind = strcmp(c->settings.owner_reads, "no") == 0,
		.adopt = adopt,
		.quarantine = quarantine,
		.quarantined = quarantined,
		.self = c,
	};
	enum err e = file_path(path, c->home, "socket");

	snprintf(c->terminals.address, sizeof c->terminals.address, "%s%s", c->settings.terminals_name,
		 c->settings.terminals[0] == '\0' ? "" : strrchr(c->settings.terminals, ':'));
	c->contained[0] = (struct api_contained){ "core", &c->given, &c->has_given };
	c->contained[1] = (struct api_contained){ "link", &c->link.given, &c->link.has_given };
	c->contained[2] = (struct api_contained){ "signer", &c->signer.given, &c->signer.has_given };
	c->contained[3] = (struct api_contained){ "terminals", &c->terminals.given, &c->terminals.has_given };
	if (e == ERR_OK)
		e = file_path(c->copies, c->home, "copies");
	return e == ERR_OK ? api_open(&options, &c->api) : e;
}

static void watch_api(struct core *c)
{
	int fds[API_DESCRIPTORS_MAX];
	size_t count = api_descriptors(c->api, fds);

	for (size_t i = 0; i < count; i++) {
		c->api_watches[i] = watch_open(c->loop, fds[i], on_api, c);
		watch_set(c->api_watches[i], true, false);
	}
}

enum err core_start(struct core *c, struct store *store)
{
	struct node_options options = { .versions = c->versions.held, .self = c->self, .store = store };
	enum err e;

	random_read(options.seed, sizeof options.seed);
	memcpy(options.paths, c->path_names, sizeof options.paths);
	memcpy(options.paths_count, c->path_counts, sizeof options.paths_count);
	memcpy(options.thin, c->thin, sizeof options.thin);
	c->effects_list = xcalloc(EFFECTS_MAX, sizeof(struct effect));
	c->effects_memory = xcalloc(1, EFFECTS_LEN_MAX);
	effects_init(&c->fx, c->effects_list, c->effects_memory, EFFECTS_LEN_MAX);
	c->loop = loop_new();
	e = node_new(&options, &c->node);
	memset(options.thin, 0, sizeof options.thin);
	memset(c->thin, 0, sizeof c->thin);
	if (e != ERR_OK)
		return e;
	reserve_start(c);
	node_signs_with(c->node, &(struct signer_keys){
					 .log = (const uint8_t(*)[32])c->signer_keys[NODE_LOG].of,
					 .log_count = c->signer_keys[NODE_LOG].count,
					 .mirror = (const uint8_t(*)[32])c->signer_keys[NODE_MIRROR].of,
					 .mirror_count = c->signer_keys[NODE_MIRROR].count,
				 });
	node_start(c->node, loop_now(c->loop), &c->marks, c->has_memory, c->is_certain, &c->fx);
	e = first_say(c);
	if (e == ERR_OK)
		e = open_api(c);
	if (e != ERR_OK)
		return e;
	c->api_due = timer_open(c->loop, on_api_due, c);
	c->tick = timer_open(c->loop, on_tick, c);
	c->idle = timer_open(c->loop, on_idle, c);
	watch_api(c);
	loop_on_end_signal(c->loop, on_end_signal, c);
	loop_on_turn(c->loop, on_turn, c);
	return ERR_OK;
}

/*
 * What can still be opened: the record, its reserve, copies that persons ask for, what others pushed,
 * and versions of the accord. Not the keys, which lie in the same home, and not the home itself. Then come
 * the threads, then the calls.
 */
enum err core_contain(struct core *c)
{
	static const struct {
		const char *name;
		unsigned rights;
	} rows[] = {
		{ "record.db", SANDBOX_READ | SANDBOX_WRITE },
		{ "record.db-wal", SANDBOX_READ | SANDBOX_WRITE },
		{ "record.db-redo", SANDBOX_READ | SANDBOX_WRITE },
		{ "reserve", SANDBOX_WRITE },
		{ "copies", SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE },
		{ QUARANTINE_DIR, SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE },
		{ "accord", SANDBOX_READ },
	};
	char paths[ARRAY_COUNT(rows)][FILE_PATH_MAX];
	struct sandbox_path allowed[ARRAY_COUNT(rows)];
	enum err e = ERR_OK;

	for (size_t i = 0; i < ARRAY_COUNT(rows) && e == ERR_OK; i++) {
		e = file_path(paths[i], c->home, rows[i].name);
		allowed[i] = (struct sandbox_path){ paths[i], rows[i].rights };
	}
	if (e == ERR_OK)
		e = sandbox_enter(&(struct sandbox_wants){ allowed, ARRAY_COUNT(rows) }, &c->given);
	c->has_given = true;
	c->threads = threads_new();
	node_crew(c->node, threads_crew(c->threads));
	return e == ERR_OK ? sandbox_shut(&contain_core, &c->given) : e;
}

void core_run(struct core *c)
{
	children_run(c);
	terminals_run(c);
	/* What this start has found halts first. Then who waits for it is served: its commit can wait. */
	scrub(c);
	c->idle_due = mono_add_ms(loop_now(c->loop).mono, IDLE_FIRST_MS);
	on_tick(c);
	if (!c->is_ending)
		loop_run(c->loop);
	log_notice("the node ends");
}

void core_finish(struct core *c)
{
	c->is_ending = true;
	for (size_t i = 0; i < API_DESCRIPTORS_MAX; i++)
		watch_close(c->api_watches[i]);
	timer_close(c->api_due);
	timer_close(c->tick);
	timer_close(c->idle);
	terminals_end(c);
	api_close(c->api);
	children_end(c);
	node_end(c->node);
	node_free(c->node);
	threads_free(c->threads);
	loop_free(c->loop);
	free(c->effects_list);
	free(c->effects_memory);
}
