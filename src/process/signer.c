/*
 * The process that holds the node's keys and nothing else: it signs what carries on from what it signed
 * before. docs/spec/settings.md section 3.
 *
 * What comes in one read is one group: every mark of it is written before any answer of it goes out, and
 * synced right after, or before the same log is signed again. So no answer waits for the disk, and a machine
 * that dies has forgotten at most one signature a log, which the file then says.
 */
#include "base/alloc.h"
#include "base/log.h"
#include "crypto/tls.h"
#include "home/mark_file.h"
#include "home/node_keys.h"
#include "link/pipe.h"
#include "process/contain.h"
#include "process/process.h"
#include "record/checkpoint.h"
#include "sys/file.h"
#include "sys/socket.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRESH_MAX 64u
#define TO_CORE_LEN_MAX (4u << 20)
#define HANDSHAKES_PER_TURN 4u
#define REFUSED_MAX 1024u /* records that are thrown away at once */

/* The keys of one use: the one that was, while it is still needed, the one in use, and the next. */
struct key_ring {
	struct sign_key of[NODE_KEYS_MAX];
	size_t count;
};

struct signer {
	struct key_ring rings[NODE_USES]; /* in the order of enum node_use */
	struct pipe core;
	int link;
	struct mark_file file;
	struct mark_memory memory;
	struct marks marks;
	char mirror_name[ORIGIN_LEN_MAX + 1]; /* empty until core has asked for our memory */
	struct origin fresh[FRESH_MAX];	      /* logs signed for since the last sync */
	size_t fresh_count;
	bool is_moved;	  /* a mark has moved and is not written */
	struct mono told; /* when core was told last that we live */
	uint8_t certificate_memory[NODE_KEYS_MAX][TLS_CERTIFICATE_MAX];
	struct buf certificates[NODE_KEYS_MAX]; /* of the TLS keys */
};

/* ---- Keys. ---- */

static enum err read_key(const char *home, const char *name, struct sign_key *out)
{
	char path[FILE_PATH_MAX], text[2 * SIGN_SEED_LEN + 1];
	uint8_t seed[SIGN_SEED_LEN];
	struct buf in = BUF_ON(text);
	struct stat there;
	enum err e = file_path(path, home, name);

	if (e == ERR_OK && stat(path, &there) == 0 && (there.st_mode & 077) != 0) {
		log_error("%s can be read by others: chmod 600 it, and think of it as known to them", path);
		return ERR_REFUSED;
	}
	if (e == ERR_OK)
		e = file_read(path, &in);
	if (e == ERR_OK && in.len != sizeof text)
		e = ERR_USAGE;
	if (e == ERR_OK && text[in.len - 1] != '\n')
		e = ERR_USAGE;
	if (e == ERR_OK)
		e = bytes_read_hex((struct bytes){ in.ptr, in.len - 1 }, seed, sizeof seed);
	if (e == ERR_OK)
		sign_key_from_seed(out, seed);
	else
		log_error("the key %s cannot be used: %s", path, err_text(e));
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(text, sizeof text);
	return e;
}

/* Whatever a rotation that was cut off has left: at least one of a use is there. */
static enum err read_ring(struct key_ring *ring, const char *home, const char *use)
{
	enum err e = ERR_NOT_FOUND;

	for (size_t i = 0; i < NODE_KEYS_MAX; i++) {
		char name[NODE_KEY_NAME_LEN], path[FILE_PATH_MAX];
		struct stat there;

		node_key_name(use, (enum node_key_age)i, name);
		e = file_path(path, home, name);
		if (e == ERR_OK && stat(path, &there) != 0 && errno == ENOENT)
			continue;
		if (e == ERR_OK)
			e = read_key(home, name, &ring->of[ring->count]);
		/* Its destruction was cut off. */
		if (e == ERR_USAGE && i == NODE_KEY_OLD)
			continue;
		if (e != ERR_OK)
			return e;
		ring->count++;
	}
	if (ring->count > 0)
		return ERR_OK;
	log_error("there is no key %s/keys/%s", home, use);
	return ERR_NOT_FOUND;
}

static enum err read_keys(struct signer *s, const char *home)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < NODE_USES; i++)
		e = read_ring(&s->rings[i], home, node_use_names[i]);
	return e;
}

static const struct sign_key *find_key(const struct signer *s, enum node_use use,
				       const uint8_t public[SIGN_PUBLIC_LEN])
{
	const struct key_ring *ring = &s->rings[use];

	for (size_t i = 0; i < ring->count; i++) {
		if (memcmp(ring->of[i].public, public, SIGN_PUBLIC_LEN) == 0)
			return &ring->of[i];
	}
	return NULL;
}

/* ---- Marks. ---- */

static bool is_fresh(const struct signer *s, const struct origin *origin)
{
	for (size_t i = 0; i < s->fresh_count; i++) {
		if (origin_equal(&s->fresh[i], origin))
			return true;
	}
	return false;
}

/* The marks first, then the answers that rest on them. */
static enum err write_group(struct signer *s)
{
	enum err e = ERR_OK;

	if (s->is_moved) {
		e = mark_file_write(&s->file, &s->marks);
		s->is_moved = false;
	}
	if (e == ERR_OK)
		e = pipe_flush(&s->core);
	return e == ERR_SHORT ? ERR_OK : e;
}

static enum err sync_group(struct signer *s)
{
	s->fresh_count = 0;
	return mark_file_sync(&s->file);
}

/* ---- What core asks. ---- */

/* Whose log it is: our log key signs ours, our mirror key others'. */
static bool is_own_log(const struct signer *s, const struct origin *origin)
{
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);

	buf_put_hex(&name, BYTES_OF(origin->accord));
	buf_put_str(&name, "/");
	buf_put_str(&name, origin->party);
	buf_put_str(&name, "/mirror");
	return bytes_equal(buf_bytes(&name), bytes_str(s->mirror_name));
}

static enum err move_mark(struct signer *s, const struct record *r)
{
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	struct mark_request request = {
		.text = r->text,
		.proof = (const uint8_t(*)[HASH_LEN])proof,
		.proof_count = r->rest.len / HASH_LEN,
	};
	struct bytes text = r->text, first;
	struct origin origin;
	bool is_first;
	enum err e;

	if (r->rest.len % HASH_LEN != 0 || r->rest.len > sizeof proof ||
	    bytes_take_until(&text, '\n', &first) != ERR_OK || !bytes_equal(first, r->name) ||
	    origin_read(first, &origin) != ERR_OK)
		return ERR_USAGE;
	if (r->rest.len > 0)
		memcpy(proof, r->rest.ptr, r->rest.len);
	if (is_own_log(s, &origin) != (r->kind == RECORD_SIGN))
		return ERR_REFUSED;
	if (is_fresh(s, &origin) || s->fresh_count == FRESH_MAX) {
		e = write_group(s);
		if (e == ERR_OK)
			e = sync_group(s);
		if (e != ERR_OK)
			return e;
	}
	is_first = marks_find(&s->marks, &origin) == NULL;
	e = marks_move(&s->marks, &request);
	if (e != ERR_OK)
		return e;
	s->fresh[s->fresh_count++] = origin;
	s->is_moved = true;
	if (!is_first)
		return ERR_OK;
	/* A log whose note is held and whose mark is not looks like one of a signer that lost its memory. */
	e = write_group(s);
	return e == ERR_OK ? sync_group(s) : e;
}

static enum err take_sign(struct signer *s, const struct record *r)
{
	uint8_t memory[NOTE_LINE_LEN_MAX];
	struct buf line = BUF_ON(memory);
	const struct sign_key *key = find_key(s, r->kind == RECORD_SIGN ? NODE_LOG : NODE_MIRROR, r->key);
	struct record answer = {
		.kind = r->kind == RECORD_SIGN ? RECORD_SIGNED : RECORD_COSIGNED,
		.err = move_mark(s, r),
		.number = r->number,
		.name = r->name,
	};

	if (err_class(answer.err) == ERR_CLASS_LOCAL)
		return answer.err;
	/* It is destroyed. What it would have signed is remembered all the same: no other history follows. */
	if (answer.err == ERR_OK && key == NULL)
		answer.err = ERR_NOT_FOUND;
	if (answer.err == ERR_OK && r->kind == RECORD_SIGN)
		checkpoint_sign(key, r->text, &line);
	else if (answer.err == ERR_OK)
		checkpoint_cosign(key, bytes_str(s->mirror_name), r->time, r->text, &line);
	else
		log_error("not signed, %.*s at %llu: %s", (int)r->name.len, (const char *)r->name.ptr,
			  (unsigned long long)r->number, err_text(answer.err));
	answer.rest = buf_bytes(&line);
	return pipe_put(&s->core, &answer);
}

static enum err take_memory(struct signer *s, const struct record *r)
{
	struct record answer = { .kind = RECORD_REMEMBERS };
	uint8_t keys_memory[NODE_USES * (1 + NODE_KEYS_MAX * SIGN_PUBLIC_LEN)];
	struct buf text, keys = BUF_ON(keys_memory);
	enum err e;

	if (s->mirror_name[0] != '\0' ||
	    bytes_copy_str(r->name, s->mirror_name, sizeof s->mirror_name) != ERR_OK)
		return ERR_FRAME;
	buf_init(&text, xcalloc(1, MARK_SLOT_LEN), MARK_SLOT_LEN);
	marks_write(&s->marks, &text);
	answer.number = (s->memory.has_memory ? REMEMBERS_MEMORY : 0) |
			(s->memory.is_certain ? REMEMBERS_CERTAIN : 0);
	answer.rest = buf_bytes(&text);
	for (size_t i = 0; i < NODE_USES; i++) {
		buf_put_byte(&keys, (uint8_t)s->rings[i].count);
		for (size_t j = 0; j < s->rings[i].count; j++)
			buf_put(&keys, BYTES_OF(s->rings[i].of[j].public));
	}
	answer.text = buf_bytes(&keys);
	e = pipe_put(&s->core, &answer);
	free(text.ptr);
	return e;
}

/* What its next start says is what this file then says: nothing is in doubt. */
static enum err take_settled(struct signer *s)
{
	s->is_moved = false;
	s->fresh_count = 0;
	return mark_file_settle(&s->file, &s->marks);
}

static enum err take_record(struct signer *s, const struct record *r)
{
	if (r->kind == RECORD_MEMORY)
		return take_memory(s, r);
	/* Before that we do not know whose logs are ours. */
	if (s->mirror_name[0] == '\0')
		return ERR_FRAME;
	return r->kind == RECORD_SETTLED ? take_settled(s) : take_sign(s, r);
}

static enum err read_core(struct signer *s)
{
	struct record r;
	enum err e = pipe_fill(&s->core);

	if (e != ERR_OK)
		return e == ERR_SHORT ? ERR_OK : e;
	do {
		e = pipe_next(&s->core, &r);
		if (e == ERR_OK)
			e = take_record(s, &r);
	} while (e == ERR_OK);
	return e == ERR_SHORT ? write_group(s) : e;
}

/* ---- What link asks. ---- */

static enum err sign_own_certificate(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	sign_make(self, message, out);
	return ERR_OK;
}

static enum err make_certificates(struct signer *s)
{
	struct key_ring *ring = &s->rings[NODE_TLS];
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < ring->count; i++) {
		const struct tls_signer own = { sign_own_certificate, &ring->of[i] };

		buf_init(&s->certificates[i], s->certificate_memory[i], TLS_CERTIFICATE_MAX);
		e = tls_certificate_make(ring->of[i].public, &own, "entente", &s->certificates[i]);
	}
	if (e != ERR_OK)
		log_error("no certificate can be made for our TLS key: %s", err_text(e));
	return e;
}

static enum err read_link(struct signer *s)
{
	uint8_t memory[1024], answer_memory[1024], signature[SIGN_LEN];
	struct buf in = BUF_ON(memory), out = BUF_ON(answer_memory);
	struct record r, answer = { .kind = RECORD_TLS_SIGNED };
	const struct sign_key *key;
	struct bytes rest;
	size_t written;
	enum err e = socket_read(s->link, &in);

	if (e != ERR_OK)
		return e;
	rest = buf_bytes(&in);
	e = record_read(&rest, PIPE_LINK, PIPE_SIGNER, &r);
	if (e != ERR_OK || rest.len != 0)
		return ERR_FRAME;
	answer.number = r.number;
	key = find_key(s, NODE_TLS, r.key);
	if (r.kind == RECORD_TLS_SHOW) {
		answer.kind = RECORD_TLS_SHOWN;
		answer.err = key == NULL ? ERR_NOT_FOUND : ERR_OK;
		if (key != NULL)
			answer.rest = buf_bytes(&s->certificates[key - s->rings[NODE_TLS].of]);
	} else {
		answer.err = key == NULL ? ERR_NOT_FOUND : tls_check_signed(r.rest);
		if (answer.err == ERR_OK) {
			sign_make(key, r.rest, signature);
			answer.rest = BYTES_OF(signature);
		}
	}
	e = record_write(&answer, &out);
	assert(e == ERR_OK);
	/* Whoever does not fetch his answers gets none. */
	(void)!socket_write(s->link, buf_bytes(&out), &written);
	return ERR_OK;
}

/* It is broken or taken over, and core ends it: what else it has said is for nobody. */
static enum err refuse_link(struct signer *s)
{
	const struct record broken = { .kind = RECORD_LINK_BROKEN };
	uint8_t memory[1024];
	enum err e = ERR_OK;

	log_error("link said what it may not say");
	for (unsigned i = 0; i < REFUSED_MAX && e != ERR_SHORT; i++) {
		struct buf in = BUF_ON(memory);
		e = socket_read(s->link, &in);
	}
	/* Said once: a core that has not heard it yet need not hear it again. */
	if (pipe_waiting(&s->core) > 0)
		return ERR_OK;
	e = pipe_put(&s->core, &broken);
	return e == ERR_OK ? write_group(s) : e;
}

static enum err read_handshakes(struct signer *s)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; i < HANDSHAKES_PER_TURN && e == ERR_OK; i++)
		e = read_link(s);
	/*
	 * Core holds link's end too, so that it never closes: who seems to have closed it wrote an empty
	 * record.
	 */
	if (e == ERR_FRAME || e == ERR_DOWN)
		e = refuse_link(s);
	return e == ERR_SHORT ? ERR_OK : e;
}

/* ---- The turn. ---- */

/* Whatever link asks meanwhile. Not behind words that core has not heard yet. */
static enum err tell_alive(struct signer *s)
{
	struct mono now = clock_now().mono;
	enum err e;

	if (mono_is_before(now, mono_add_ms(s->told, ALIVE_MS)) || pipe_waiting(&s->core) > 0)
		return ERR_OK;
	s->told = now;
	e = pipe_put(&s->core, &(struct record){ .kind = RECORD_SIGNER_ALIVE });
	return e == ERR_OK ? write_group(s) : e;
}

static enum err turn(struct signer *s)
{
	struct pollfd ready[2] = {
		{ .fd = s->core.fd, .events = (short)(POLLIN | (pipe_waiting(&s->core) > 0 ? POLLOUT : 0)) },
		{ .fd = s->link, .events = POLLIN },
	};
	enum err e = ERR_OK;

	if (poll(ready, 2, ALIVE_MS) < 0 && errno != EINTR)
		return ERR_IO;
	if ((ready[0].revents & ~POLLOUT) != 0)
		e = read_core(s);
	else if ((ready[0].revents & POLLOUT) != 0)
		e = write_group(s);
	/* When that end is gone, so is core, and its own pipe says so. */
	if ((ready[1].revents & (POLLHUP | POLLERR)) != 0)
		s->link = -1;
	else if (e == ERR_OK && ready[1].revents != 0)
		e = read_handshakes(s);
	if (e == ERR_OK)
		e = tell_alive(s);
	/*
	 * The answers are out. What waits for the disk now is only the next question, and few come so soon.
	 */
	if (e == ERR_OK)
		e = sync_group(s);
	return e;
}

/* A file that is damaged is kept for whoever looks into it, and is no memory. */
static enum err open_marks(struct signer *s, const char *home)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX], aside[FILE_PATH_MAX], boot[CLOCK_BOOT_LEN];
	enum err e = file_path(dir, home, "signer");

	if (e == ERR_OK)
		e = file_path(path, home, "signer/marks");
	if (e == ERR_OK)
		e = file_path(aside, home, "signer/marks.damaged");
	if (e == ERR_OK)
		e = file_make_dir(dir);
	/* Nobody else writes there. */
	if (e == ERR_OK)
		file_sweep_parts(dir, 0);
	clock_boot(boot);
	if (e == ERR_OK)
		e = mark_file_open(&s->file, path, boot, &s->marks, &s->memory);
	if (e == ERR_CORRUPT && rename(path, aside) == 0) {
		log_error("%s is damaged and was put aside as %s; it counts as lost", path, aside);
		s->marks.count = 0;
		e = mark_file_open(&s->file, path, boot, &s->marks, &s->memory);
	}
	if (e != ERR_OK)
		log_error("%s/signer/marks cannot be used: %s", home, err_text(e));
	return e;
}

/* What it has open is all that it needs. */
static enum err enter_sandbox(struct signer *s)
{
	struct record contained = { .kind = RECORD_SIGNER_CONTAINED };
	struct sandbox_given given;
	enum err e = sandbox_enter(&(struct sandbox_wants){ 0 }, &given);

	if (e == ERR_OK)
		e = sandbox_shut(&contain_signer, &given);
	if (e != ERR_OK) {
		log_error("it cannot be contained: %s", strerror(errno));
		return e;
	}
	contained.number = sandbox_given_pack(&given);
	return pipe_put(&s->core, &contained);
}

static int run_signer(struct signer *s, const char *home)
{
	enum err e;

	pipe_open(&s->core, PROCESS_CORE_FD, PIPE_SIGNER, PIPE_CORE, TO_CORE_LEN_MAX);
	s->link = PROCESS_OTHER_FD;
	s->marks.max = LOGS_MAX;
	s->marks.rows = xcalloc(LOGS_MAX, sizeof *s->marks.rows);
	e = read_keys(s, home);
	if (e == ERR_OK)
		e = make_certificates(s);
	if (e == ERR_OK)
		e = open_marks(s, home);
	if (e == ERR_OK)
		e = enter_sandbox(s);
	if (e == ERR_OK) {
		do {
			e = turn(s);
		} while (e == ERR_OK);
		/* Core is gone, in order or not: what we signed is on the disk, and we say so. */
		if (e == ERR_DOWN)
			e = mark_file_close(&s->file, &s->marks);
		else
			log_error("the signer stops: %s", err_text(e));
	}
	mark_file_drop(&s->file);
	pipe_close(&s->core);
	free(s->marks.rows);
	return e == ERR_OK ? 0 : 1;
}

int process_signer(const char *home)
{
	struct signer *s = xcalloc(1, sizeof *s);
	int status;

	process_prepare("entente-signer");
	log_open("entente signer", LOG_LEVEL_NOTICE);
	/* Nobody may look into this process, whoever else runs as this user. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	status = run_signer(s, home);
	explicit_bzero(s->rings, sizeof s->rings);
	free(s);
	return status;
}
