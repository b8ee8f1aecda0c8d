/*
 * A client of the node that says anything over its socket, in pieces: requests, one after another, of a real
 * node under guidelines, with a store in memory and some entries in it. Every answer is HTTP, and JSON where
 * it says so; the node never stops.
 *
 * What changed the node is gone before the next input, so that each meets the same.
 *
 * Input: u8 the length of a piece, by eights (0: all at once), above 127 by the door for browsers, then what
 * is sent.
 */
#include "served.h"

#include "api/api.h"
#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sign.h"
#include "sys/socket.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define PARTIES 2u
#define EFFECTS_MEMORY (8u << 20)
#define TURNS_MAX 400u
#define QUIET_TURNS 4u /* without a byte more: that is all */
#define ANSWERS_LEN_MAX (1u << 20)

static struct {
	struct world w;
	/* ahead: of a peer, an epoch of the highest number that there is */
	struct forge logs[PARTIES], ahead;
	struct node *node;
	struct api *api;
	struct effects fx;
	char path[64], address[64];
	uint64_t commits;
	uint8_t answers[ANSWERS_LEN_MAX];
} root;

static const struct now now = { { 1000000000 }, { 1793000000000 } };

static void remove_socket(void)
{
	unlink(root.path);
}

static void make_root(void)
{
	log_open("http", 0);
	served_world(&root.w);
	for (size_t i = 0; i < PARTIES; i++) {
		forge_open(&root.logs[i], &root.w, i, SERVED_CONSULT, 1);
		served_begin(&root.logs[i]);
		served_message(&root.logs[i], "U", "a word");
		served_message(&root.logs[i], "S", "another");
	}
	forge_open(&root.ahead, &root.w, 1, SERVED_CONSULT, UINT32_MAX);
	served_begin(&root.ahead);
	served_message(&root.ahead, "U", "a third");
	effects_init(&root.fx, xcalloc(EFFECTS_MAX, sizeof(struct effect)), xcalloc(1, EFFECTS_MEMORY),
		     EFFECTS_MEMORY);
	snprintf(root.path, sizeof root.path, "/tmp/entente-fuzz-http-%d", (int)getpid());
	snprintf(root.address, sizeof root.address, "127.%d.%d.%d:17479", 64 + (getpid() >> 16 & 63),
		 getpid() >> 8 & 255, getpid() & 255);
	atexit(remove_socket);
}

/* The node's turn: what it wants done is done by nobody, but clients get their answers. */
static void turn(void)
{
	enum err e = node_commit(root.node, now, &root.fx);

	assert(e == ERR_OK);
	for (size_t i = 0; i < root.fx.count; i++) {
		const struct effect *effect = &root.fx.list[i];
		assert(effect->kind != EFFECT_STOP && !effect->is_held);
		if (effect->kind == EFFECT_ANSWER && root.api != NULL)
			api_answer(root.api, &effect->answer);
		else if (effect->kind == EFFECT_PUBLISH && root.api != NULL)
			api_publish(root.api, &effect->publish);
	}
	effects_reset(&root.fx);
	if (root.api == NULL)
		return;
	api_committed(root.api, e);
	e = api_turn(root.api, now, &root.fx);
	assert(e == ERR_OK);
}

static void say_all(const struct forge *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct command command = { .content = f->items[i].content };
		struct entry entry;
		struct fault fault;
		enum err e = entry_open(f->items[i].entry, &entry, &fault);
		assert(e == ERR_OK);
		command.statement = entry.statement;
		command.signatures_count = entry.signatures_count;
		memcpy(command.signatures, entry.signatures, sizeof command.signatures);
		e = node_command(root.node, now, &command, &root.fx);
		assert(e == ERR_OK);
	}
	turn();
}

static void hear_all(const struct forge *f)
{
	static uint8_t memory[1u << 16];
	struct buf batch = BUF_ON(memory);
	struct arrival in = { f->key.party, PATH_BUNDLE, { FRAME_BATCH, { 0 } } };
	enum err e;

	forge_batch(f, 0, f->count, &batch);
	in.frame.payload = buf_bytes(&batch);
	e = node_receive(root.node, now, &in, &root.fx);
	assert(e == ERR_OK);
	turn();
}

static uint64_t commits(void)
{
	static struct node_status status;

	node_status(root.node, &status);
	return status.commits;
}

/* Nothing waits, and there is room for nothing. */
static enum err quarantine(void *self, const char *name, struct bytes what)
{
	(void)self;
	(void)name;
	(void)what;
	return ERR_FULL;
}

static enum err quarantined(void *self, const char *name, struct buf *out)
{
	(void)self;
	(void)name;
	(void)out;
	return ERR_NOT_FOUND;
}

static void node_begin(void)
{
	struct node_options o = { .versions = { { root.w.accord }, 1 }, .store = store_mem_new() };
	struct api_options a = { .path = root.path,
				 .copies = "/nonexistent",
				 .run = 1,
				 .quarantine = quarantine,
				 .quarantined = quarantined };
	static struct mark rows[1];
	struct marks marks = { rows, 0, 1 };
	enum err e = node_new(&o, &root.node);

	assert(e == ERR_OK);
	node_start(root.node, now, &marks, true, true, &root.fx);
	turn();
	say_all(&root.logs[0]);
	hear_all(&root.logs[1]);
	hear_all(&root.ahead);
	a.node = root.node;
	a.address = root.address;
	e = api_open(&a, &root.api);
	assert(e == ERR_OK);
	root.commits = commits();
}

static void root_end(void)
{
	api_close(root.api);
	node_free(root.node);
	root.api = NULL;
	root.node = NULL;
}

static int connect_browser(void)
{
	int fd = -1;
	enum err e = socket_connect(root.address, &fd);

	assert(e == ERR_OK);
	return fd;
}

static int connect_client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), done;

	memcpy(address.sun_path, root.path, strlen(root.path) + 1);
	done = connect(fd, (const struct sockaddr *)&address, sizeof address);
	assert(fd >= 0 && done == 0);
	return fd;
}

/* Sends it in pieces and gives what came back. */
static struct bytes talk(struct bytes in, size_t piece, bool is_browser)
{
	size_t got = 0, quiet = 0;
	int fd = is_browser ? connect_browser() : connect_client();

	for (unsigned i = 0; i < TURNS_MAX && quiet < QUIET_TURNS; i++) {
		size_t part = piece < in.len ? piece : in.len;
		ssize_t n = part == 0 ? 0 : send(fd, in.ptr, part, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			in.ptr += n;
			in.len -= (size_t)n;
		}
		turn();
		turn();
		quiet = n > 0 ? 0 : quiet + 1;
		n = recv(fd, root.answers + got, sizeof root.answers - got, MSG_DONTWAIT);
		if (n > 0) {
			got += (size_t)n;
			quiet = 0;
		} else if (n == 0) {
			break;
		}
	}
	close(fd);
	turn();
	return (struct bytes){ root.answers, got };
}

/* The first answer, if it has a length. */
static void check_answer(struct bytes in)
{
	static const char length[] = "Content-Length: ", json[] = "Content-Type: application/json\r\n";
	const char *text = (const char *)in.ptr, *end, *at;
	unsigned long len;
	json_error_t error;
	json_t *body;

	if (in.len == 0)
		return;
	assert(in.len > 9 && memcmp(in.ptr, "HTTP/1.", 7) == 0);
	end = memmem(text, in.len, "\r\n\r\n", 4);
	at = end == NULL ? NULL : memmem(text, (size_t)(end - text) + 2, length, sizeof length - 1);
	if (at == NULL || memmem(text, (size_t)(end - text) + 2, json, sizeof json - 1) == NULL)
		return;
	len = strtoul(at + sizeof length - 1, NULL, 10);
	end += 4;
	if (len == 0 || len > in.len - (size_t)(end - text))
		return; /* of HEAD, or more than was taken */
	body = json_loadb(end, len, 0, &error);
	assert(body != NULL);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	size_t piece;

	if (root.fx.list == NULL)
		make_root();
	if (len < 2 || len > 65536)
		return 0;
	if (root.node == NULL)
		node_begin();
	piece = ptr[0] & 127u;
	check_answer(talk((struct bytes){ ptr + 1, len - 1 }, piece == 0 ? len : 8u * piece, ptr[0] > 127));
	if (commits() != root.commits)
		root_end();
	return 0;
}
