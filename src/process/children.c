/* The other two processes: started, told, heard, ended. */
#include "process/core.h"

#include "base/alloc.h"
#include "base/log.h"
#include "sys/clock.h"
#include "sys/threads.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAITING_LEN_MAX (64u << 20) /* for one child */
#define REMEMBER_MS 10000u
#define END_MS 5000u
#define LINK_STEADY_MS 1000u
#define LINK_AGAIN_MS_MAX 10000u
/*
 * In the ticks of our own loop: whoever was not run himself, as on a machine that slept, calls nobody silent.
 */
#define CHILD_SILENT_MS 20000u
#define AWAIT_US 300 /* a signature takes a fifth of it */
/* So long awake, if another core signs: to sleep and be woken takes as long as a signature. */
#define AWAKE_US 100

/* ---- Starting. ---- */

enum err children_tell_starter(const struct core *c, const struct record *r, const int *fds, size_t count)
{
	uint8_t memory[DOOR_RECORD_LEN_MAX];
	struct buf out = BUF_ON(memory);
	enum err e = record_write(r, &out);

	return e == ERR_OK ? socket_write_with(c->starter, buf_bytes(&out), fds, count) : e;
}

static enum err start(struct core *c, struct child *child, int other)
{
	const struct record ask = { .kind = RECORD_START };
	int ends[2];
	enum err e = socket_pair_stream(ends);

	child->fd = -1;
	child->pid = 0;
	if (e != ERR_OK)
		return e;
	if (child == &c->link)
		e = children_tell_starter(c, &ask, (const int[]){ ends[1], other }, 2);
	else
		e = process_spawn(child->command, c->home, (const int[]){ ends[1], other }, 2, &child->pid);
	close(ends[1]);
	if (e != ERR_OK) {
		log_error("%s does not start: %s", child->command, strerror(errno));
		close(ends[0]);
		return e;
	}
	child->fd = ends[0];
	child->started = clock_now().mono;
	child->has_given = false;
	child->silent_ms = 0;
	child->given = (struct sandbox_given){ 0 };
	pipe_open(&child->pipe, child->fd, PIPE_CORE, child == &c->link ? PIPE_LINK : PIPE_SIGNER,
		  WAITING_LEN_MAX);
	return ERR_OK;
}

/* A signer that hangs must not keep its keys, and the name of the node, when nobody is left to hear it. */
static enum err ward_signer(const struct core *c)
{
	const struct record ward = { .kind = RECORD_WARD };
	int fd = (int)syscall(SYS_pidfd_open, c->signer.pid, 0);
	enum err e = fd < 0 ? ERR_IO : children_tell_starter(c, &ward, &fd, 1);

	if (fd >= 0)
		close(fd);
	return e;
}

enum err children_start(struct core *c)
{
	int ends[2];
	enum err e;

	c->link = (struct child){ .command = "link", .fd = -1 };
	c->signer = (struct child){ .command = "signer", .fd = -1 };
	c->handshakes = c->terminals.fd = -1;
	e = socket_pair_records(ends);
	if (e != ERR_OK)
		return e;
	c->handshakes = ends[0];
	e = start(c, &c->signer, ends[1]);
	close(ends[1]);
	if (e == ERR_OK)
		e = ward_signer(c);
	if (e == ERR_OK)
		e = start(c, &c->link, c->handshakes);
	return e;
}

/* ---- What the kernel gave them. ---- */

/* Once: what it says later, strangers may have made it say. */
static enum err take_contained(struct core *c, const struct record *r)
{
	struct child *child = r->kind == RECORD_LINK_CONTAINED ? &c->link : &c->signer;

	if (child->has_given)
		return ERR_FRAME;
	sandbox_given_unpack(r->number, &child->given);
	child->has_given = true;
	return ERR_OK;
}

/* ---- What the signer remembers. ---- */

static enum err take_memory(struct core *c, const struct record *r)
{
	struct bytes text = r->text;

	if (r->kind != RECORD_REMEMBERS)
		return ERR_FRAME;
	for (size_t i = 0; i < NODE_USES; i++) {
		struct node_keys *keys = &c->signer_keys[i];
		struct bytes part;

		if (bytes_take(&text, 1, &part) != ERR_OK || part.ptr[0] == 0 || part.ptr[0] > NODE_KEYS_MAX)
			return ERR_FRAME;
		keys->count = part.ptr[0];
		if (bytes_take(&text, keys->count * SIGN_PUBLIC_LEN, &part) != ERR_OK)
			return ERR_FRAME;
		memcpy(keys->of, part.ptr, part.len);
	}
	if (text.len > 0)
		return ERR_FRAME;
	c->has_memory = (r->number & REMEMBERS_MEMORY) != 0;
	c->is_certain = (r->number & REMEMBERS_CERTAIN) != 0;
	c->marks.max = LOGS_MAX;
	c->marks.rows = xcalloc(LOGS_MAX, sizeof *c->marks.rows);
	return marks_read(r->rest, &c->marks);
}

enum err children_remember(struct core *c)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	struct record ask = { .kind = RECORD_MEMORY }, answer;
	int64_t until = clock_now().mono.us + (int64_t)REMEMBER_MS * 1000;
	enum err e;

	accord_mirror_name(c->accord, c->self, &name);
	ask.name = buf_bytes(&name);
	e = pipe_put(&c->signer.pipe, &ask);
	if (e == ERR_OK)
		e = pipe_flush(&c->signer.pipe);
	while (e == ERR_OK) {
		struct pollfd ready = { .fd = c->signer.fd, .events = POLLIN };

		e = pipe_next(&c->signer.pipe, &answer);
		if (e == ERR_OK && answer.kind == RECORD_SIGNER_CONTAINED) {
			e = take_contained(c, &answer);
			continue;
		}
		if (e == ERR_OK && answer.kind == RECORD_SIGNER_ALIVE)
			continue;
		if (e == ERR_OK && answer.kind == RECORD_LINK_BROKEN) {
			c->is_link_broken = true;
			continue;
		}
		if (e == ERR_OK)
			return take_memory(c, &answer);
		if (e != ERR_SHORT)
			break;
		if (clock_now().mono.us >= until)
			return ERR_TIMEOUT;
		if (poll(&ready, 1, 100) < 0 && errno != EINTR)
			return ERR_IO;
		e = pipe_fill(&c->signer.pipe);
		if (e == ERR_SHORT)
			e = ERR_OK;
	}
	return e == ERR_DOWN ? ERR_SIGNER : e;
}

/* ---- What they say. ---- */

/* Lines of the log in a minute about one path: whoever has the peer's key can make it come and go. */
#define PATH_LINES_MAX 10u
#define PATH_LINES_MS 60000u

static bool may_say_path(struct core *c, size_t peer, size_t path)
{
	struct path_lines *said = &c->path_lines[peer][path];
	struct mono now = loop_now(c->loop).mono;

	if (!mono_is_before(now, mono_add_ms(said->since, PATH_LINES_MS))) {
		if (said->count > PATH_LINES_MAX)
			log_warning("path %s/%s came and went %u more times in a minute",
				    c->accord->parties[peer].name, c->path_names[peer][path],
				    (said->count - PATH_LINES_MAX + 1) / 2);
		*said = (struct path_lines){ .since = now };
	}
	return said->count++ < PATH_LINES_MAX;
}

static enum err take_path_up(struct core *c, const struct record *r)
{
	char group[RECORD_NAME_MAX + 1], address[RECORD_TEXT_MAX + 1];
	struct path_change change = {
		.peer = r->peer, .path = r->path, .is_up = true, .group = group, .address = address
	};
	static const uint8_t none[RECORD_KEY_LEN];

	if (bytes_copy_str(r->name, group, sizeof group) != ERR_OK ||
	    bytes_copy_str(r->text, address, sizeof address) != ERR_OK)
		return ERR_FRAME;
	if (memcmp(r->key, none, sizeof none) != 0)
		change.key = r->key;
	c->is_up[r->peer][r->path] = true;
	c->own_shown[r->peer][r->path] = (size_t)r->number;
	if (may_say_path(c, r->peer, r->path))
		log_notice("path %s/%s is up: %s, %s", c->accord->parties[r->peer].name,
			   c->path_names[r->peer][r->path], address, group);
	return node_link(c->node, loop_now(c->loop), &change, &c->fx);
}

static enum err path_down(struct core *c, size_t peer, size_t path, enum err why, struct bytes rule)
{
	struct path_change change = { .peer = peer, .path = path, .why = why, .rule = rule };

	c->is_up[peer][path] = false;
	return node_link(c->node, loop_now(c->loop), &change, &c->fx);
}

static enum err take_path_down(struct core *c, const struct record *r)
{
	if (may_say_path(c, r->peer, r->path))
		log_notice("path %s/%s is down: %s%s%.*s", c->accord->parties[r->peer].name,
			   c->path_names[r->peer][r->path], err_text(r->err), r->name.len > 0 ? ", " : "",
			   (int)r->name.len, (const char *)r->name.ptr);
	return path_down(c, r->peer, r->path, r->err, r->name);
}

static enum err take_received(struct core *c, const struct record *r)
{
	struct bytes in = r->rest;
	struct arrival arrival = { .peer = r->peer, .path = r->path };

	if (frame_read(&in, &arrival.frame) != ERR_OK || in.len != 0)
		return ERR_FRAME;
	return node_receive(c->node, loop_now(c->loop), &arrival, &c->fx);
}

static enum err take_read(struct core *c, const struct record *r)
{
	return node_heard(c->node, loop_now(c->loop), r->peer, r->path, r->rest, &c->fx);
}

static enum err take_sent(struct core *c, const struct record *r)
{
	return node_sent(c->node, loop_now(c->loop), r->peer, r->path, r->number, &c->fx);
}

static enum err take_measured(struct core *c, const struct record *r)
{
	node_measured(c->node, loop_now(c->loop), r->peer, r->path, r->number);
	return ERR_OK;
}

static enum err take_refused(struct core *c, const struct record *r)
{
	static const uint8_t no_key[RECORD_KEY_LEN];
	char key[2 * RECORD_KEY_LEN + 1] = "none";

	(void)c;
	if (memcmp(r->key, no_key, sizeof no_key) != 0)
		bytes_write_hex(BYTES_OF(r->key), key);
	log_warning("%llu connections with %.*s turned away: %s%s%.*s; TLS key %s",
		    (unsigned long long)r->number, (int)r->text.len, (const char *)r->text.ptr,
		    err_text(r->err), r->name.len > 0 ? ", " : "", (int)r->name.len,
		    (const char *)r->name.ptr, key);
	return ERR_OK;
}

static enum err take_signed(struct core *c, const struct record *r)
{
	struct signer_answer answer = {
		.is_cosignature = r->kind == RECORD_COSIGNED,
		.size = r->number,
		.err = r->err,
		.line = r->rest,
	};

	if (origin_read(r->name, &answer.origin) != ERR_OK)
		return ERR_FRAME;
	if (r->kind == RECORD_SIGNED && c->lines_asked > 0)
		c->lines_asked--;
	return node_signed(c->node, loop_now(c->loop), &answer, &c->fx);
}

static void lose_link(struct core *c);

static enum err take_broken(struct core *c, const struct record *r)
{
	(void)r;
	log_error("link said to the signer what it may not say");
	lose_link(c);
	return ERR_OK;
}

/* That anything came is what it says. */
static enum err take_alive(struct core *c, const struct record *r)
{
	(void)c;
	(void)r;
	return ERR_OK;
}

static const struct {
	enum record_kind kind;
	enum err (*take)(struct core *c, const struct record *r);
} rows[] = {
	{ RECORD_RECEIVED, take_received },
	{ RECORD_READ, take_read },
	{ RECORD_SENT, take_sent },
	{ RECORD_SIGNED, take_signed },
	{ RECORD_COSIGNED, take_signed },
	{ RECORD_MEASURED, take_measured },
	{ RECORD_PATH_UP, take_path_up },
	{ RECORD_PATH_DOWN, take_path_down },
	{ RECORD_REFUSED, take_refused },
	{ RECORD_LINK_BROKEN, take_broken },
	{ RECORD_LINK_ALIVE, take_alive },
	{ RECORD_SIGNER_ALIVE, take_alive },
	{ RECORD_LINK_CONTAINED, take_contained },
	{ RECORD_SIGNER_CONTAINED, take_contained },
};

/* A path that the settings do not have is no path. */
static bool is_path_known(const struct core *c, const struct record *r)
{
	bool is_on_path = r->kind == RECORD_RECEIVED || r->kind == RECORD_READ || r->kind == RECORD_SENT ||
			  r->kind == RECORD_MEASURED || r->kind == RECORD_PATH_UP ||
			  r->kind == RECORD_PATH_DOWN;

	return !is_on_path || (r->peer < c->accord->parties_count && r->path < c->path_counts[r->peer]);
}

/* ERR_FRAME: the child is broken. Refusals of peers are the node's affair and end nothing here. */
static enum err take_record(struct core *c, const struct record *r)
{
	enum err e = ERR_FRAME;

	if (!is_path_known(c, r))
		return ERR_FRAME;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].kind == r->kind) {
			e = rows[i].take(c, r);
			if (e == ERR_FRAME && r->kind == RECORD_RECEIVED)
				return ERR_OK; /* the node has closed the path */
			return err_class(e) == ERR_CLASS_LOCAL || e == ERR_FRAME ? e : ERR_OK;
		}
	}
	return e;
}

static enum err hear(struct core *c, struct child *child)
{
	struct record r;
	enum err e = pipe_fill(&child->pipe);

	while (e == ERR_OK) {
		e = pipe_next(&child->pipe, &r);
		if (e != ERR_OK)
			break;
		c->is_busy = true;
		child->silent_ms = 0;
		/*
		 * One frame may bring BATCH_ENTRIES_MAX entries, and a path that comes and goes thousands of
		 * times says so; what the flush then asks for needs room as well.
		 */
		if (!effects_has_room(&c->fx, EFFECTS_MAX / 2, EFFECTS_LEN_MAX / 2))
			core_commit(c);
		if (child->fd >= 0) /* else it was dropped while it was told something, and this with it */
			e = take_record(c, &r);
		if (child->fd < 0)
			return ERR_SHORT; /* dropped meanwhile, and its pipe with it */
	}
	return e;
}

/* ---- Ends and beginnings anew. ---- */

static void drop(struct child *child)
{
	watch_close(child->watch);
	child->watch = NULL;
	if (child->fd >= 0) {
		close(child->fd);
		pipe_close(&child->pipe);
	}
	child->fd = -1;
}

static void lose_link(struct core *c)
{
	const struct record end = { .kind = RECORD_END };

	if (c->link.fd < 0)
		return;
	drop(&c->link);
	c->link.has_given = false;
	if (children_tell_starter(c, &end, NULL, 0) != ERR_OK)
		log_error("the starter does not hear");
	for (size_t i = 0; i < PARTY_MAX * LINK_PATHS_MAX; i++) {
		size_t peer = i / LINK_PATHS_MAX, path = i % LINK_PATHS_MAX;

		if (c->is_up[peer][path] &&
		    path_down(c, peer, path, ERR_DOWN, (struct bytes){ NULL, 0 }) != ERR_OK)
			core_end(c, 1);
	}
	c->is_busy = true;
	if (c->is_ending)
		return;
	/* At once, unless it ends as soon as it starts. */
	if (!mono_is_before(loop_now(c->loop).mono, mono_add_ms(c->link.started, LINK_STEADY_MS)))
		c->link_again_ms = 0;
	log_warning("the link process is gone; it is started again, nothing is lost");
	timer_set(c->link_again, c->link_again_ms);
	c->link_again_ms =
		c->link_again_ms > LINK_AGAIN_MS_MAX / 2 ? LINK_AGAIN_MS_MAX : 2 * c->link_again_ms + 100;
}

static void flush(struct child *child)
{
	enum err e;

	if (child->fd < 0)
		return;
	e = pipe_flush(&child->pipe);
	/* That it is gone is seen when it is read from. */
	if (child->watch != NULL)
		watch_set(child->watch, true, e == ERR_SHORT);
}

static void on_link(void *self, bool is_readable, bool is_writable)
{
	struct core *c = self;
	enum err e = is_readable ? hear(c, &c->link) : ERR_SHORT;

	/* What its socket had no room for: no turn may follow that would write it. */
	if (is_writable)
		flush(&c->link);
	if (err_class(e) == ERR_CLASS_LOCAL) {
		log_error("the node cannot go on: %s", err_text(e));
		core_end(c, 1);
	} else if (e != ERR_SHORT) {
		if (e == ERR_FRAME)
			log_error("link said what it may not say");
		lose_link(c);
	}
}

/* That its pipe is down says no more. */
static void lose_signer(struct core *c, const char *what, enum err e)
{
	log_error("the signer %s, and without it nothing can be proved%s%s: the node stops; start it again",
		  what, e == ERR_DOWN ? "" : ": ", e == ERR_DOWN ? "" : err_text(e));
	drop(&c->signer);
	core_end(c, 1);
}

static void on_signer(void *self, bool is_readable, bool is_writable)
{
	struct core *c = self;
	enum err e = is_readable ? hear(c, &c->signer) : ERR_SHORT;

	if (is_writable)
		flush(&c->signer);
	if (e == ERR_SHORT || c->is_ending)
		return;
	lose_signer(c, "is gone", e);
}

void children_tick(struct core *c, uint64_t ms)
{
	struct child *const all[] = { &c->link, &c->signer };

	for (size_t i = 0; i < ARRAY_COUNT(all) && !c->is_ending; i++) {
		if (all[i]->fd < 0 || (all[i]->silent_ms += ms) < CHILD_SILENT_MS)
			continue;
		if (all[i] == &c->signer) {
			lose_signer(c, "hangs", ERR_DOWN);
		} else {
			log_error("the link process hangs: it has said nothing for CHILD_SILENT_MS");
			lose_link(c);
		}
	}
}

static void on_child(void *self)
{
	struct core *c = self;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == c->signer.pid) {
			c->signer.pid = 0;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
				log_error("signer asked the kernel for what it may not have and was ended: a "
					  "fault of "
					  "ours, or it was taken over");
			if (!c->is_ending && c->signer.fd >= 0)
				on_signer(c, true, false);
		} else if (pid == c->terminals.pid) {
			c->terminals.pid = 0; /* the end of its pipe tells */
		} else if (pid == c->starter_pid) {
			c->starter_pid = 0;
			if (!c->is_ending) {
				log_error("the starter is gone, and without it no link can be started: the "
					  "node stops; "
					  "start it again");
				core_end(c, 1);
			}
		}
	}
}

/* ---- Running. ---- */

static void run_link(struct core *c)
{
	c->link.watch = watch_open(c->loop, c->link.fd, on_link, c);
	watch_set(c->link.watch, true, false);
	core_link_configure(c);
	c->is_busy = true;
}

static void on_link_again(void *self)
{
	struct core *c = self;

	if (start(c, &c->link, c->handshakes) == ERR_OK)
		run_link(c);
	else
		timer_set(c->link_again, LINK_AGAIN_MS_MAX);
}

void children_run(struct core *c)
{
	c->link_again = timer_open(c->loop, on_link_again, c);
	loop_on_child(c->loop, on_child, c);
	c->signer.watch = watch_open(c->loop, c->signer.fd, on_signer, c);
	watch_set(c->signer.watch, true, false);
	run_link(c);
	if (c->is_link_broken && take_broken(c, NULL) != ERR_OK)
		core_end(c, 1);
	on_child(c); /* who ended before anybody listened for it has told nobody */
}

/* ---- What they are told. ---- */

void children_tell(struct core *c, struct child *child, const struct record *r)
{
	if (child->fd < 0 || pipe_put(&child->pipe, r) == ERR_OK)
		return;
	log_error("%s does not read what it is told", child->command);
	if (child == &c->link)
		lose_link(c);
	else
		core_end(c, 1);
}

void children_flush(struct core *c)
{
	flush(&c->link);
	flush(&c->signer);
}

void children_await(struct core *c)
{
	struct pollfd ready = { .fd = c->signer.fd, .events = POLLIN };
	const struct timespec none = { 0 }, wait = { .tv_nsec = AWAIT_US * 1000 };
	bool has_cores = threads_crew(c->threads) != NULL;
	int64_t until = clock_now().mono.us + AWAKE_US;
	int count = 0;

	if (c->signer.fd < 0)
		return;
	while (has_cores && count == 0 && clock_now().mono.us < until)
		count = ppoll(&ready, 1, &none, NULL);
	if (count == 0)
		count = ppoll(&ready, 1, &wait, NULL);
	if (count > 0)
		on_signer(c, true, false);
}

static bool wait_for(pid_t *pid, int64_t until)
{
	while (*pid > 0) {
		if (waitpid(*pid, NULL, WNOHANG) != 0) {
			*pid = 0;
			break;
		}
		if (clock_now().mono.us >= until)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return true;
}

/* The starter sees to it that link and signer end. Nobody can be killed from here: core is contained. */
void children_end(struct core *c)
{
	int64_t until = clock_now().mono.us + (int64_t)END_MS * 1000;

	timer_close(c->link_again);
	c->link_again = NULL;
	drop(&c->link);
	drop(&c->signer);
	if (c->handshakes >= 0)
		close(c->handshakes);
	close(c->starter);
	if (!wait_for(&c->terminals.pid, until))
		log_error("the process of the terminals does not end");
	if (!wait_for(&c->starter_pid, until + (int64_t)END_MS * 1000))
		log_error("the starter does not end");
	if (!wait_for(&c->signer.pid, until + (int64_t)END_MS * 1000))
		log_error("signer does not end");
	free(c->marks.rows);
	c->marks.rows = NULL;
}
