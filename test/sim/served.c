#include "served.h"

#include "accord/guidelines.h"
#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "sys/socket.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EFFECTS_MEMORY (8u << 20)
#define QUIET_TURNS 4u
#define PATIENCE 100u

struct sign_key served_desk;
static struct guidelines guidelines;

static void code(char *out, const char *text)
{
	memcpy(out, text, strlen(text) + 1);
}

static void make_guidelines(const struct accord *a)
{
	struct guidelines *g = &guidelines;
	static const char *const feeds[] = { "taxii",	"cap", "atom",	     "misp",
					     "geojson", "csv", "adatp-4774", "ics" };
	struct clearance all = { 1, 1 };

	*g = (struct guidelines){ .parties_count = 2, .members = 3, .levels_count = 2, .values_count = 1 };
	for (size_t i = 0; i < 2; i++) {
		code(g->parties[i].code, a->parties[i].code);
		g->nodes[i] = (struct guidelines_reader){ all, false, 1 };
	}
	code(g->levels[0].code, "U");
	code(g->levels[1].code, "S");
	g->levels[0].names.text[0] = BYTES_LIT("OPEN");
	g->levels[1].names.text[0] = BYTES_LIT("SECRET");
	g->categories_count = 1;
	code(g->categories[0].name, "topic");
	g->categories[0].values = g->all = 1;
	code(g->values[0].code, "NORTH");
	g->agreements_count = 1;
	g->agreements[0] = (struct guidelines_agreement){
		.name = "both", .parties = 3, .ceiling = 1, .via = GUIDELINES_NO_VIA, .line = 2
	};
	g->roles[0] = (struct guidelines_reader){ all, true, 3 };
	g->roles[1] = (struct guidelines_reader){ { 0, 0 }, true, 4 };
	for (size_t i = 0; i < PLANE_COUNT; i++)
		g->planes[i] = (struct guidelines_ceiling){ 1, 5 };
	for (size_t i = 0; i < ARRAY_COUNT(feeds); i++) {
		code(g->feeds[i].name, feeds[i]);
		g->feeds[i].ceiling = (struct guidelines_ceiling){ 1, 9 };
	}
	for (uint8_t level = 0; level < 2; level++)
		g->maps[level] = (struct guidelines_map){ .format = "tlp",
							  .level = level,
							  .value = BYTES_LIT("amber") };
	g->feeds_count = ARRAY_COUNT(feeds);
	g->maps_count = 2;
	g->releases_count = 2;
	g->releases[0] = (struct guidelines_release){ .when = RELEASE_WITHIN, .line = 6 };
	g->releases[1] = (struct guidelines_release){ .when = RELEASE_OUTSIDE, .line = 7 };
	g->approval = (struct guidelines_span){ 86400000, 8 };
}

void served_world(struct world *w)
{
	uint8_t seed[SIGN_SEED_LEN] = { 77 };
	struct accord *a;

	crypto_init();
	w->seed = 7;
	w->nodes_count = 2;
	prng_init(&w->prng, w->seed);
	for (size_t i = 0; i < 2; i++)
		w->nodes[i].party = i;
	world_accord(w);
	a = (struct accord *)(void *)w->accord_memory;
	code(a->languages[0], "en");
	a->languages_count = 1;
	make_guidelines(a);
	a->guidelines = &guidelines;
	a->roles_count = 2;
	code(a->roles[1].name, "desk");
	a->roles[1].parties = 3;
	for (size_t i = 0; i < a->channels_count; i++)
		a->channels[i].writers = 3;
	sign_key_from_seed(&served_desk, seed);
}

static void say_desk(struct forge *f, bool is_withdrawn)
{
	uint8_t memory[5][128], wire_memory[128];
	struct buf b[5], wire = BUF_ON(wire_memory);
	struct statement s;

	for (int i = 0; i < 5; i++)
		buf_init(&b[i], memory[i], sizeof memory[i]);
	forge_statement(f, KIND_KEYS, &s);
	ssh_public_write(served_desk.public, &wire);
	cbor_put_uint(&b[0], is_withdrawn ? 1 : 0);
	cbor_put_uint(&b[1], KEY_USE_OFFICER);
	cbor_put_bytes(&b[2], buf_bytes(&wire));
	cbor_put_uint(&b[3], 9);
	cbor_put_array(&b[4], 1);
	cbor_put_text(&b[4], BYTES_LIT("desk"));
	for (uint64_t i = 0; i < 5; i++)
		s.fields[i] = (struct field){ i + 1, buf_bytes(&b[i]) };
	s.fields_count = 5;
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.registrar, (struct bytes){ NULL, 0 });
}

void served_begin(struct forge *f)
{
	forge_begin(f);
	if (f->key.party == 0)
		say_desk(f, false);
}

void served_withdraw_desk(struct forge *f)
{
	say_desk(f, true);
}

void served_message(struct forge *f, const char *level, const char *text)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	if (f->key.channel >= SERVED_HOME)
		s.addressees_count = 0;
	s.label.level = bytes_str(level);
	forge_content(f->w, &s, bytes_str(text), NULL, 0, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

/* ---- The node. ---- */

void served_turn(struct served *v)
{
	enum err e = node_commit(v->node, v->now, &v->fx);

	assert(e == ERR_OK);
	for (size_t i = 0; i < v->fx.count; i++) {
		const struct effect *effect = &v->fx.list[i];
		assert(effect->kind != EFFECT_STOP && !effect->is_held);
		if (effect->kind == EFFECT_ANSWER && v->api != NULL)
			api_answer(v->api, &effect->answer);
		else if (effect->kind == EFFECT_PUBLISH && v->api != NULL)
			api_publish(v->api, &effect->publish);
	}
	effects_reset(&v->fx);
	if (v->api == NULL)
		return;
	api_committed(v->api, e);
	e = api_turn(v->api, v->now, &v->fx);
	assert(e == ERR_OK);
}

/* ---- Its quarantine. ---- */

static enum err quarantined(void *self, const char *name, struct buf *out)
{
	const struct served *v = self;

	for (size_t i = 0; i < v->pushed_count; i++) {
		if (strcmp(v->pushed[i].name, name) != 0)
			continue;
		buf_put(out, v->pushed[i].what);
		return buf_check(out);
	}
	return ERR_NOT_FOUND;
}

static enum err quarantine(void *self, const char *name, struct bytes what)
{
	struct served *v = self;
	uint8_t *copy;

	for (size_t i = 0; i < v->pushed_count; i++) {
		if (strcmp(v->pushed[i].name, name) == 0)
			return ERR_EXISTS;
	}
	if (v->pushed_count == ARRAY_COUNT(v->pushed))
		return ERR_FULL;
	copy = xcalloc(1, what.len + 1);
	memcpy(copy, what.ptr, what.len);
	snprintf(v->pushed[v->pushed_count].name, sizeof v->pushed[0].name, "%s", name);
	v->pushed[v->pushed_count++].what = (struct bytes){ copy, what.len };
	return ERR_OK;
}

void served_open(struct served *v, struct world *w, const struct served_options *o)
{
	static unsigned count;
	struct node_options n = { .versions = { { w->accord }, 1 },
				  .store = o->store == NULL ? store_mem_new() : o->store };
	struct api_options a = { .path = v->path, .copies = "/nonexistent", .run = 1 };
	static struct mark rows[1];
	struct marks marks = { rows, 0, 1 };
	enum err e;

	*v = (struct served){ .stream = -1,
			      .is_keeping = o->is_keeping,
			      .kept = { -1, -1 },
			      .now = { { 1000000000 }, { 1793000000000 } } };
	/* An address of this process and this node alone: tests run side by side. */
	snprintf(v->address, sizeof v->address, "127.%d.%d.%d:%u", 64 + (getpid() >> 16 & 63),
		 getpid() >> 8 & 255, getpid() & 255, 17480 + count);
	a.address = o->has_browsers ? v->address : NULL;
	a.files = o->files;
	a.is_owner_blind = o->is_owner_blind;
	a.silence_s = o->silence_s;
	a.quarantine = quarantine;
	a.quarantined = quarantined;
	a.self = v;
	v->answer = xrealloc(NULL, SERVED_ANSWER_MAX);
	snprintf(v->path, sizeof v->path, "/tmp/entente-served-%d-%u", (int)getpid(), count++);
	effects_init(&v->fx, xcalloc(EFFECTS_MAX, sizeof(struct effect)), xrealloc(NULL, EFFECTS_MEMORY),
		     EFFECTS_MEMORY);
	e = node_new(&n, &v->node);
	assert(e == ERR_OK);
	node_start(v->node, v->now, &marks, true, true, &v->fx);
	served_turn(v);
	a.node = v->node;
	e = api_open(&a, &v->api);
	assert(e == ERR_OK);
}

void served_close(struct served *v)
{
	if (v->stream >= 0)
		close(v->stream);
	for (size_t i = 0; i < ARRAY_COUNT(v->kept); i++) {
		if (v->kept[i] >= 0)
			close(v->kept[i]);
	}
	api_close(v->api);
	node_free(v->node);
	for (size_t i = 0; i < v->pushed_count; i++)
		free((void *)(uintptr_t)v->pushed[i].what.ptr);
	free(v->fx.list);
	free(v->fx.arena.ptr);
	free(v->answer);
}

void served_say(struct served *v, const struct forge *f, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		struct command command = { .content = f->items[i].content };
		struct entry entry;
		struct fault fault;
		enum err e = entry_open(f->items[i].entry, &entry, &fault);
		assert(e == ERR_OK);
		command.statement = entry.statement;
		command.signatures_count = entry.signatures_count;
		memcpy(command.signatures, entry.signatures, sizeof command.signatures);
		e = node_command(v->node, v->now, &command, &v->fx);
		assert(e == ERR_OK);
	}
	served_turn(v);
}

void served_hear(struct served *v, const struct forge *f, size_t first, size_t end)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf batch = BUF_ON(memory);
	struct arrival in = { f->key.party, PATH_BUNDLE, { FRAME_BATCH, { 0 } } };
	enum err e;

	forge_batch(f, first, end, &batch);
	in.frame.payload = buf_bytes(&batch);
	e = node_receive(v->node, v->now, &in, &v->fx);
	assert(e == ERR_OK);
	served_turn(v);
}

/* ---- Asking. ---- */

static int connect_browser(const struct served *v)
{
	int fd = -1, on = 1;
	enum err e = socket_connect(v->address, &fd);

	/* Or the kernel would hold a body until its head is acknowledged. */
	if (e == ERR_OK && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
		abort();
	assert(e == ERR_OK);
	return fd;
}

int served_connect(const struct served *v)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, done;

	if (v->is_browser)
		return connect_browser(v);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, v->path, strlen(v->path) + 1);
	done = connect(fd, (const struct sockaddr *)&address, sizeof address);
	assert(fd >= 0 && done == 0);
	return fd;
}

struct bytes served_listen(struct served *v, int fd)
{
	size_t got = 0, quiet = 0;

	while (quiet < QUIET_TURNS) {
		ssize_t n;
		served_turn(v);
		n = recv(fd, v->answer + got, SERVED_ANSWER_MAX - got, MSG_DONTWAIT);
		quiet = n > 0 ? 0 : quiet + 1;
		got += n > 0 ? (size_t)n : 0;
	}
	return (struct bytes){ v->answer, got };
}

static void send_all(struct served *v, int fd, struct bytes out)
{
	while (out.len > 0) {
		ssize_t n = send(fd, out.ptr, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			out.ptr += n;
			out.len -= (size_t)n;
		}
		served_turn(v);
	}
}

/* The one that is kept, where the node has not ended it. */
static int kept_connection(struct served *v)
{
	int *kept = &v->kept[v->is_browser];
	uint8_t byte;

	if (*kept >= 0 && (recv(*kept, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN)) {
		close(*kept);
		*kept = -1;
	}
	if (*kept < 0)
		*kept = served_connect(v);
	return *kept;
}

struct bytes served_say_head(struct served *v, const char *head, struct bytes body)
{
	bool is_kept = v->is_keeping && strncmp(head, "GET /events", 11) != 0;
	int fd = is_kept ? kept_connection(v) : served_connect(v);
	struct bytes got;

	send_all(v, fd, bytes_str(head));
	send_all(v, fd, body);
	got = served_listen(v, fd);
	for (unsigned i = 0; got.len == 0 && i < PATIENCE; i++) /* the kernel holds a long body for a while */
		got = served_listen(v, fd);
	if (is_kept)
		return got;
	close(fd);
	served_turn(v);
	return got;
}

struct bytes served_body(struct bytes answer)
{
	const uint8_t *end = memmem(answer.ptr, answer.len, "\r\n\r\n", 4);

	assert(end != NULL);
	end += 4;
	return (struct bytes){ end, answer.len - (size_t)(end - answer.ptr) };
}

unsigned served_status(struct bytes answer)
{
	assert(answer.len > 12 && memcmp(answer.ptr, "HTTP/1.1 ", 9) == 0);
	return (unsigned)strtoul((const char *)answer.ptr + 9, NULL, 10);
}

/* What the answer puts into the cookie. */
static void take_cookie(struct bytes answer, char out[2 * TOKEN_LEN + 1])
{
	static const char name[] = "Set-Cookie: __Host-entente=";
	const char *at = memmem(answer.ptr, answer.len, name, sizeof name - 1);

	assert(at != NULL);
	memcpy(out, at + sizeof name - 1, 2 * TOKEN_LEN);
	out[2 * TOKEN_LEN] = '\0';
}

/* A string member of an answer's JSON, its escaped newlines made plain. */
static size_t take_member(struct bytes body, const char *name, char *out, size_t max)
{
	char key[64];
	const char *at, *end = (const char *)body.ptr + body.len;
	size_t len = 0;
	int n = snprintf(key, sizeof key, "\"%s\":\"", name);

	at = memmem(body.ptr, body.len, key, (size_t)n);
	assert(at != NULL);
	for (at += n; at < end && *at != '"' && len + 1 < max; at++) {
		bool is_newline = *at == '\\';
		at += is_newline;
		out[len++] = is_newline ? '\n' : *at;
	}
	out[len] = '\0';
	return len;
}

/* What a browser's page was given with its cookie. */
static void remember(struct served *v, struct bytes got)
{
	size_t slot = v->pages_count % ARRAY_COUNT(v->pages);

	if (memmem(got.ptr, got.len, "\"page\":", 7) == NULL)
		return;
	take_cookie(got, v->pages[slot].token);
	take_member(served_body(got), "page", v->pages[slot].word, sizeof v->pages[slot].word);
	v->pages_count++;
}

const char *served_cookie(struct served *v, const char *token)
{
	static char lines[256];
	const char *word = "";

	for (size_t i = 0; i < ARRAY_COUNT(v->pages); i++) {
		if (strcmp(v->pages[i].token, token) == 0)
			word = v->pages[i].word;
	}
	snprintf(lines, sizeof lines, "Cookie: __Host-entente=%s\r\nEntente-Page: %s\r\n", token, word);
	return lines;
}

struct bytes served_ask(struct served *v, const char *method, const char *target, const char *token,
			struct bytes body)
{
	char head[2048], who[256] = "";
	struct bytes got;

	if (token != NULL && v->is_browser)
		snprintf(who, sizeof who, "%s", served_cookie(v, token));
	else if (token != NULL)
		snprintf(who, sizeof who, "Authorization: Bearer %s\r\n", token);
	if (v->is_browser)
		snprintf(
			head, sizeof head,
			"%s %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nSec-Fetch-Site: same-origin\r\n%s"
			"Content-Type: application/cbor\r\nContent-Length: %zu\r\n\r\n",
			method, target, v->address, v->address, who, body.len);
	else
		snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: node\r\n%sContent-Length: %zu\r\n\r\n",
			 method, target, who, body.len);
	got = served_say_head(v, head, body);
	if (v->is_browser)
		remember(v, got);
	return got;
}

size_t served_challenge(struct served *v, char text[CHALLENGE_LEN_MAX + 1])
{
	struct bytes answer = served_ask(v, "POST", "/session", NULL, (struct bytes){ NULL, 0 });

	return take_member(served_body(answer), "challenge", text, CHALLENGE_LEN_MAX + 1);
}

void served_sign_in(struct served *v, enum served_reader who, struct world *w)
{
	const struct sign_key *key = who == READER_DESK ? &served_desk : &w->nodes[0].officer.key;
	uint8_t signature_memory[1024], body_memory[4096];
	struct buf signature = BUF_ON(signature_memory), body = BUF_ON(body_memory);
	char text[CHALLENGE_LEN_MAX + 1];
	struct bytes challenge = { (const uint8_t *)text, served_challenge(v, text) }, answer;

	sshsig_make(key, BYTES_LIT(SSHSIG_SESSION), challenge, &signature);
	cbor_put_array(&body, 2);
	cbor_put_bytes(&body, challenge);
	cbor_put_bytes(&body, buf_bytes(&signature));
	answer = served_ask(v, "POST", "/session", NULL, buf_bytes(&body));
	if (served_status(answer) != 200)
		fprintf(stderr, "%.*s\n", (int)answer.len, (const char *)answer.ptr);
	assert(served_status(answer) == 200);
	if (v->is_browser)
		take_cookie(answer, v->tokens[who]);
	else
		take_member(served_body(answer), "token", v->tokens[who], sizeof v->tokens[who]);
}
