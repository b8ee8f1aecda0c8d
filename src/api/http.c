#include "api/request.h"

#include "api/events.h"
#include "api/http_library.h"
#include "api/routes.h"
#include "api/runs.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/plant.h"
#include "sys/random.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTION_MEMORY (32u << 10) /* of libmicrohttpd for each: head, query and a piece of the body */
#define MORE_BLOCK (16u << 10)
/*
 * Of a stream's own memory only who speaks HTTP/1.0 is served, an event in as many pieces as it takes: it is
 * small.
 */
#define EVENTS_BLOCK (1u << 10)

/* ---- One request, from its first line to its end. ---- */

/* The node's own user, or root, on the socket: nobody else's word for who he is comes from the kernel. */
bool request_is_owner(const struct request *q)
{
	const union MHD_ConnectionInfo *found =
		q->api->http->get_connection_info(q->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof peer;

	if (q->listener->is_for_browsers || found == NULL ||
	    getsockopt(found->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	return peer.uid == geteuid() || peer.uid == 0;
}

/* What names a session: on the socket "Bearer TOKEN", of a browser its cookie. */
static struct bytes find_token(struct request *q)
{
	static const char bearer[] = "Bearer ";
	struct bytes word;

	if (q->listener->is_for_browsers)
		return browser_token(q);
	word = request_header(q, "Authorization");
	if (word.ptr == NULL)
		return word;
	return strncmp((const char *)word.ptr, bearer, sizeof bearer - 1) == 0
		       ? bytes_str((const char *)word.ptr + sizeof bearer - 1)
		       : (struct bytes){ word.ptr, 0 };
}

static void refuse_unknown(struct api *a, struct request *q)
{
	q->is_unknown = true;
	q->rule = login_rule_name(LOGIN_SESSION);
	request_fail(a, q, ERR_REFUSED, login_rule_text(LOGIN_SESSION));
}

/* A browser without a session. */
static bool is_stranger(const struct request *q)
{
	return q->listener->is_for_browsers && q->session == 0 && q->route->authority != AUTHORITY_ANYONE;
}

/* Whoever brings a token is nobody else. A browser brings an old one until it is told another. */
static enum err find_session(struct api *a, struct request *q)
{
	bool is_cookie = q->listener->is_for_browsers, has_ended;
	struct bytes token = find_token(q), page = request_header(q, BROWSER_PAGE);
	struct login_asking asking;
	struct login *s = NULL;
	enum err e = request_read_as(a, q, &has_ended);

	if (token.ptr == NULL || e != ERR_OK)
		return e;
	asking = request_asking(a);
	if (is_cookie)
		asking.idle_ms = browser_idle_ms(request_header(q, BROWSER_IDLE));
	if (!is_cookie || login_is_page_word(&a->logins, token, page))
		e = login_find(&a->logins, &asking, token, &s);
	q->session = s == NULL ? 0 : s->serial;
	if (e != ERR_OK || s != NULL || (is_cookie && q->route->run == run_session_begin))
		return e;
	if (is_cookie && page.ptr != NULL) /* else it is not the page that asks */
		browser_put_cookie(q, NULL);
	refuse_unknown(a, q);
	return ERR_OK;
}

/* Why this one may not ask this; NULL: he may. */
static const char *why_not(const struct api *a, struct request *q)
{
	bool is_known = q->session != 0 || request_is_owner(q);

	switch (q->route->authority) {
	case AUTHORITY_ANYONE:
		return NULL;
	case AUTHORITY_KNOWN:
		return is_known ? NULL : "only the node's own user of this machine may ask";
	case AUTHORITY_READER:
		if (is_known && q->session == 0 && a->is_owner_blind) {
			q->rule = login_rule_name(LOGIN_SESSION);
			return "the settings say that the owner does not read: sign in as an officer";
		}
		return is_known ? NULL : "only the node's own user of this machine may ask";
	case AUTHORITY_OWNER:
	case AUTHORITY_KEEPER:
		if (q->session != 0 || !is_known)
			return "only the node's own user of this machine may ask, without a session";
		if (q->route->authority == AUTHORITY_KEEPER || !a->is_owner_blind)
			return NULL;
		q->rule = "OWNER_READS";
		return "the settings say that the owner does not read";
	case AUTHORITY_COUNT:
		break;
	}
	return "this path has no authority";
}

static struct request *request_new(struct listener *from, struct MHD_Connection *connection)
{
	struct api *a = from->api;
	struct request *q;
	size_t slot = 0;

	while (slot < a->requests_end && a->requests[slot] != NULL)
		slot++;
	if (slot == REQUESTS_MAX)
		return NULL;
	q = xcalloc(1, sizeof *q);
	q->api = a;
	q->listener = from;
	q->connection = connection;
	q->slot = slot;
	q->serial = ++a->serial;
	a->requests[slot] = q;
	if (slot == a->requests_end)
		a->requests_end++;
	return q;
}

static void body_drop(struct request *q)
{
	q->listener->bodies_len -= q->body.max;
	free(q->body.ptr);
	buf_init(&q->body, NULL, 0);
}

static void request_free(struct api *a, struct request *q)
{
	if (q->state == REQUEST_STREAMS)
		a->streams_count--;
	a->requests[q->slot] = NULL;
	while (a->requests_end > 0 && a->requests[a->requests_end - 1] == NULL)
		a->requests_end--;
	free(q->stream.text);
	body_drop(q);
	free(q->answer);
	answer_block_back(q->block);
	free(q->answers);
	free(q->is_answered);
	free(q->more_self);
	free(q);
}

static void refuse_browser(struct api *a, struct request *q, enum browser_rule rule)
{
	q->rule = browser_rule_name(rule);
	q->refused = browser_rule_status(rule);
	request_fail(a, q, ERR_REFUSED, browser_rule_text(rule));
}

/* Whoever has mistyped one would be told what he has not asked for. */
static void refuse_words(struct api *a, struct request *q)
{
	q->rule = "QUERY";
	request_fail(a, q, ERR_USAGE, "this path has no such word of the query: see docs/spec/api.md");
}

static enum MHD_Result count_host(void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
	size_t *count = self;

	(void)kind;
	(void)value;
	*count += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
	return MHD_YES;
}

/* A browser's: one of the console's files, or a route, and in either case from a page of ours. */
static enum browser_rule check_browser(struct api *a, struct request *q, const char *method, const char *url)
{
	struct browser_head head = {
		.host = request_header(q, MHD_HTTP_HEADER_HOST),
		.origin = request_header(q, MHD_HTTP_HEADER_ORIGIN),
		.fetch_site = request_header(q, "Sec-Fetch-Site"),
		.is_reading = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0,
		.is_file = q->route == NULL,
		.is_tls = q->listener->is_tls,
	};

	q->api->http->get_connection_values(q->connection, MHD_HEADER_KIND, count_host, &head.hosts);
	if (q->route == NULL && head.is_reading)
		q->file = console_find(a->console, url);
	return browser_check(q->listener->address, &head);
}

/* First call: the head is there. What is refused here is answered when the body has been read past. */
static void request_begin(struct api *a, struct request *q, const char *method, const char *url)
{
	enum browser_rule rule = BROWSER_OK;
	const char *why;
	enum err e = route_find(method, url, &q->route);

	if (q->listener->is_for_browsers)
		rule = check_browser(a, q, method, url);
	if (rule != BROWSER_OK) {
		q->file = NULL;
		refuse_browser(a, q, rule);
		return;
	}
	if (q->file != NULL) {
		q->state = REQUEST_READY;
		return;
	}
	if (e != ERR_OK) {
		request_fail_method(a, q);
		return;
	}
	e = find_session(a, q);
	if (e != ERR_OK)
		request_fail(a, q, e, NULL);
	else if (q->state == REQUEST_READS && is_stranger(q))
		refuse_unknown(a, q);
	else if (q->state == REQUEST_READS && (why = why_not(a, q)) != NULL)
		request_fail(a, q, ERR_REFUSED, why);
	else if (q->state == REQUEST_READS && q->route->words != NULL &&
		 request_has_stranger(q, "", q->route->words))
		refuse_words(a, q);
}

/*
 * The body's memory grows with what has really come, to the route's bound; and that of all who send one at
 * once to the door's: whoever sends half of many large ones holds so much and no more.
 */
static void request_take(struct request *q, struct bytes part)
{
	if (q->state != REQUEST_READS || q->is_room_over)
		return;
	if (part.len > q->route->body_max - q->body.len) {
		q->is_body_over = true;
		return;
	}
	if (part.len > q->body.max - q->body.len) {
		size_t want = 2 * (q->body.len + part.len);
		want = want < q->route->body_max ? want : q->route->body_max;
		if (want - q->body.max > BODIES_LEN_MAX - q->listener->bodies_len) {
			body_drop(q);
			q->is_room_over = true;
			return;
		}
		q->listener->bodies_len += want - q->body.max;
		q->body.max = want;
		q->body.ptr = xrealloc(q->body.ptr, q->body.max);
	}
	buf_put(&q->body, part);
}

/*
 * The last thing before an answer to a session goes out: somebody asked whether its officer may have it.
 * That a row of the table forgets to is our fault, and must not be his gain.
 */
static enum err check_asked(const struct api *a, const struct request *q)
{
	if (q->session == 0 || q->route->authority != AUTHORITY_READER || a->reading.is_asked)
		return ERR_OK;
	log_error("%s %s answers without asking who reads", q->route->method, q->route->path);
	return ERR_REFUSED;
}

static void request_run(struct api *a, struct request *q)
{
	struct buf out;
	struct reply r = { &out };
	enum err e;

	if (!request_may_go_on(a, q))
		return;
	if (q->is_room_over) {
		q->rule = "BODIES_LEN_MAX";
		request_fail(a, q, ERR_LIMIT,
			     "the node has no room for more bodies at once: say it again in a moment");
		return;
	}
	if (q->is_body_over) {
		request_fail(a, q, ERR_LIMIT, "the body is longer than this path takes");
		return;
	}
	if (q->listener->is_for_browsers && q->body.len > 0 &&
	    browser_check_type(request_header(q, MHD_HTTP_HEADER_CONTENT_TYPE)) != BROWSER_OK) {
		refuse_browser(a, q, BROWSER_CONTENT_TYPE);
		return;
	}
	if (PLANTED(ASK_NOBODY) && strcmp(q->route->path, PLANTED_ROUTE) == 0)
		reading_open(&a->reading, &a->record, READING_OWNER);
	buf_init(&out, a->reply_memory, REPLY_LEN_MAX);
	q->state = REQUEST_RUNS;
	e = q->route->run(a, q, &r);
	if (e == ERR_OK && q->state != REQUEST_RUNS)
		return;
	if (e == ERR_OK)
		e = check_asked(a, q);
	if (e == ERR_OK)
		e = reply_check(&r);
	if (e == ERR_LIMIT && out.full && q->rule == NULL)
		q->rule = "REPLY_LEN_MAX";
	if (e == ERR_OK)
		request_answer(q, MHD_HTTP_OK, "application/json", buf_bytes(&out));
	else
		request_fail(a, q, e, NULL);
}

static ssize_t more_read(void *self, uint64_t position, char *out, size_t max)
{
	struct request *q = self;
	struct buf b;
	enum err e;

	(void)position;
	buf_init(&b, out, max);
	e = q->more(q->api, q->more_self, &b);
	if (e == ERR_NOT_FOUND && b.len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return e == ERR_OK || e == ERR_NOT_FOUND ? (ssize_t)b.len : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *response_new(struct request *q)
{
	struct MHD_Response *made;

	if (q->file != NULL)
		return q->api->http->create_response_from_buffer(
			q->status == MHD_HTTP_NOT_MODIFIED ? 0 : q->file->bytes.len,
			(void *)(uintptr_t)q->file->bytes.ptr, MHD_RESPMEM_PERSISTENT);
	if (q->state == REQUEST_STREAMS)
		return q->api->http->create_response_from_callback(MHD_SIZE_UNKNOWN, EVENTS_BLOCK,
								   events_read, q, NULL);
	if (q->more != NULL)
		return q->api->http->create_response_from_callback(MHD_SIZE_UNKNOWN, MORE_BLOCK, more_read, q,
								   NULL);
	made = q->block != NULL ? q->api->http->create_response_from_buffer_with_free_callback_cls(
					  q->answer_len, q->block->memory, answer_block_back, q->block)
				: q->api->http->create_response_from_buffer(q->answer_len, q->answer,
									    MHD_RESPMEM_MUST_FREE);
	if (made != NULL) {
		q->answer = NULL;
		q->block = NULL;
	}
	return made;
}

static bool put_headers(const struct request *q, struct MHD_Response *response)
{
	bool is_file = q->file != NULL;

	if (q->api->http->add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
					      is_file ? q->file->media_type : q->media_type) != MHD_YES ||
	    q->api->http->add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
					      !is_file		    ? "no-store"
					      : q->file->is_lasting ? "max-age=31536000, immutable"
								    : "no-cache") != MHD_YES)
		return false;
	if (is_file &&
	    q->api->http->add_response_header(response, MHD_HTTP_HEADER_ETAG, q->file->tag) != MHD_YES)
		return false;
	for (size_t i = 0; i < q->headers_count; i++) {
		if (q->api->http->add_response_header(response, q->headers[i].name, q->headers[i].value) !=
		    MHD_YES)
			return false;
	}
	if (q->listener->is_for_browsers)
		return browser_put_headers(q->api->http, response);
	return !q->is_unknown || q->api->http->add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
								   "Bearer") == MHD_YES;
}

static enum MHD_Result request_send(struct request *q)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (q->file != NULL)
		q->status =
			bytes_equal(request_header(q, MHD_HTTP_HEADER_IF_NONE_MATCH), bytes_str(q->file->tag))
				? MHD_HTTP_NOT_MODIFIED
				: MHD_HTTP_OK;
	response = response_new(q);
	if (response == NULL)
		return MHD_NO;
	if (!put_headers(q, response)) {
		q->api->http->destroy_response(response);
		return MHD_NO;
	}
	if (q->state != REQUEST_STREAMS)
		q->state = REQUEST_SENT;
	result = q->api->http->queue_response(q->connection, q->status, response);
	q->api->http->destroy_response(response);
	return result;
}

static enum MHD_Result on_access(void *self, struct MHD_Connection *connection, const char *url,
				 const char *method, const char *version, const char *upload,
				 size_t *upload_len, void **own)
{
	struct listener *from = self;
	struct api *a = from->api;
	struct request *q = *own;

	(void)version;
	if (q == NULL) {
		q = request_new(from, connection);
		if (q == NULL)
			return MHD_NO;
		*own = q;
		q->path = url;
		request_begin(a, q, method, url);
		return MHD_YES;
	}
	if (*upload_len > 0) {
		request_take(q, (struct bytes){ (const uint8_t *)upload, *upload_len });
		*upload_len = 0;
		return MHD_YES;
	}
	q->path = url;
	if (q->state == REQUEST_READS)
		request_run(a, q);
	if (q->state == REQUEST_READY || q->state == REQUEST_STREAMS)
		return request_send(q);
	return MHD_YES;
}

static void on_end(void *self, struct MHD_Connection *connection, void **own,
		   enum MHD_RequestTerminationCode why)
{
	const struct listener *from = self;

	(void)connection;
	(void)why;
	if (*own != NULL)
		request_free(from->api, *own);
	*own = NULL;
}

/* ---- The api. ---- */

static int listen_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat old;
	mode_t mask;
	int fd, bound;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (lstat(path, &old) == 0 && S_ISSOCK(old.st_mode))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	mask = umask(0177);
	bound = bind(fd, (const struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (bound != 0 || listen(fd, 64) != 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

/* Takes the socket; -1: connections are brought. */
static enum err listener_open(struct listener *l, int fd, unsigned connections_max, unsigned silence_s)
{
	l->daemon = l->api->http->start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
			(fd < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0),
		0, NULL, NULL, on_access, l, MHD_OPTION_CONNECTION_LIMIT, connections_max,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
		silence_s, MHD_OPTION_NOTIFY_COMPLETED, on_end, l,
		fd < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
	l->is_open = l->daemon != NULL && fd >= 0;
	if (l->daemon != NULL)
		return ERR_OK;
	if (fd >= 0)
		close(fd);
	return ERR_IO;
}

/*
 * A node runs without its console: or whoever of this machine takes the port first would stop it. /status
 * tells of it.
 */
static void open_for_browsers(struct api *a, const struct api_options *options, unsigned silence_s)
{
	struct listener *l = &a->listeners[LISTENER_BROWSERS];
	enum err e;
	int fd;

	l->is_for_browsers = true;
	if (options->address == NULL)
		return;
	e = bytes_copy_str(bytes_str(options->address), l->address, sizeof l->address);
	if (e == ERR_OK)
		e = socket_take_twin(l->address, &a->twin);
	if (e == ERR_OK)
		e = socket_listen(l->address, &fd);
	if (e == ERR_OK)
		e = listener_open(l, fd, BROWSERS_MAX, silence_s);
	if (e != ERR_OK)
		log_error("browsers are not served at %s: %s", options->address, strerror(errno));
}

static void open_for_terminals(struct api *a, const struct api_options *options, unsigned silence_s)
{
	struct listener *l = &a->listeners[LISTENER_TERMINALS];
	enum err e;

	l->is_for_browsers = l->is_tls = true;
	if (options->terminals == NULL)
		return;
	e = bytes_copy_str(bytes_str(options->terminals), l->address, sizeof l->address);
	if (e == ERR_OK)
		e = listener_open(l, -1, BROWSERS_MAX, silence_s);
	if (e != ERR_OK)
		log_error("terminals are not served as %s", options->terminals);
}

void api_add_terminal(struct api *a, int fd)
{
	static const struct sockaddr_un nobody = { .sun_family = AF_UNIX };
	struct listener *l = &a->listeners[LISTENER_TERMINALS];

	if (l->daemon == NULL)
		close(fd);
	else
		(void)a->http->add_connection(l->daemon, fd, (const struct sockaddr *)&nobody, sizeof nobody);
}

void api_terminals(struct api *a, bool is_open)
{
	a->listeners[LISTENER_TERMINALS].is_open = is_open;
}

static struct api *api_new(const struct api_options *options)
{
	struct api *a = xcalloc(1, sizeof *a);
	struct node_status status;
	uint8_t secret[32];

	a->twin = -1;
	a->http = xcalloc(1, sizeof *a->http);
	a->node = options->node;
	a->run = options->run;
	node_status(options->node, &status);
	a->newest = status.published; /* a stream begins behind what the node told while it opened */
	a->copies = options->copies;
	a->adopt = options->adopt;
	a->quarantine = options->quarantine;
	a->quarantined = options->quarantined;
	a->self = options->self;
	a->contained = options->contained;
	a->contained_count = options->contained_count;
	memcpy(a->path, options->path, strlen(options->path) + 1);
	a->is_owner_blind = options->is_owner_blind;
	random_read(secret, sizeof secret);
	logins_init(&a->logins, secret);
	explicit_bzero(secret, sizeof secret);
	a->reading_memory = xcalloc(1, ENTRY_LEN_MAX);
	answer_block_take(a);
	a->entry_memory = xcalloc(1, ENTRY_LEN_MAX);
	a->content_memory = xcalloc(1, CONTENT_LEN_MAX);
	a->last_memory = xcalloc(1, ENTRY_LEN_MAX);
	for (size_t i = 0; i < LISTENERS; i++)
		a->listeners[i].api = a;
	return a;
}

enum err api_open(const struct api_options *options, struct api **out)
{
	unsigned silence_s = options->silence_s != 0 ? options->silence_s : REQUEST_SILENCE_S_MAX;
	struct api *a;
	enum err e;
	int fd;

	if (strlen(options->path) >= sizeof a->path)
		return ERR_USAGE;
	fd = listen_on(options->path);
	if (fd < 0) {
		log_error("no socket at %s: %s", options->path, strerror(errno));
		return ERR_IO;
	}
	a = api_new(options);
	e = http_library_load(a->http);
	if (e == ERR_OK)
		e = listener_open(&a->listeners[LISTENER_SOCKET], fd, CLIENTS_MAX, silence_s);
	if (e != ERR_OK)
		log_error("the HTTP library did not start on %s", options->path);
	if (e != ERR_OK) {
		api_close(a);
		return e;
	}
	open_for_browsers(a, options, silence_s);
	open_for_terminals(a, options, silence_s);
	if (options->files != NULL && (options->address != NULL || options->terminals != NULL))
		a->console = console_read(options->files);
	*out = a;
	return ERR_OK;
}

size_t api_descriptors(const struct api *a, int out[API_DESCRIPTORS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < LISTENERS; i++) {
		if (a->listeners[i].daemon != NULL)
			out[count++] =
				a->http->get_daemon_info(a->listeners[i].daemon, MHD_DAEMON_INFO_EPOLL_FD)
					->epoll_fd;
	}
	return count;
}

int64_t api_timeout(const struct api *a, struct mono now)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int64_t due = -1;

	if (a->has_deferred)
		return 0;
	if (a->streams_count > 0)
		due = mono_is_before(now, a->next_beat) ? (a->next_beat.us - now.us) / 1000 + 1 : 0;
	for (size_t i = 0; i < LISTENERS; i++) {
		if (a->listeners[i].daemon != NULL &&
		    a->http->get_timeout(a->listeners[i].daemon, &ms) == MHD_YES &&
		    (due < 0 || ms < (unsigned long long)due))
			due = (int64_t)ms;
	}
	return due;
}

enum err api_turn(struct api *a, struct now now, struct effects *fx)
{
	a->now = now;
	a->fx = fx;
	a->failed = ERR_OK;
	a->commands = 0;
	if (a->has_deferred) {
		a->has_deferred = false;
		for (size_t i = 0; i < a->requests_end; i++) {
			if (a->requests[i] != NULL && a->requests[i]->state == REQUEST_DEFERRED)
				statements_run(a, a->requests[i]);
		}
	}
	events_beat(a);
	for (size_t i = 0; i < LISTENERS; i++) {
		if (a->listeners[i].daemon != NULL && a->http->run(a->listeners[i].daemon) != MHD_YES)
			a->failed = ERR_IO;
	}
	a->fx = NULL;
	return a->failed;
}

void api_committed(struct api *a, enum err e)
{
	static const char done[] = "{\"err\":\"OK\"}";

	for (size_t i = 0; i < a->requests_end; i++) {
		struct request *q = a->requests[i];
		if (q == NULL || q->state != REQUEST_COMMITS)
			continue;
		if (e == ERR_OK)
			request_answer(q, MHD_HTTP_OK, "application/json", BYTES_LIT(done));
		else
			request_fail(a, q, e, NULL);
	}
}

bool api_is_waiting(const struct api *a)
{
	for (size_t i = 0; i < a->requests_end; i++) {
		if (a->requests[i] != NULL && a->requests[i]->state == REQUEST_COMMITS)
			return true;
	}
	return false;
}

void api_answer(struct api *a, const struct effect_answer *answer)
{
	statements_answer(a, answer);
}

void api_publish(struct api *a, const struct effect_publish *publish)
{
	session_relieved(a, publish);
	events_publish(a, publish);
}

void api_close(struct api *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->requests_end; i++) {
		if (a->requests[i] != NULL)
			request_resume(a->requests[i]);
	}
	for (size_t i = 0; i < LISTENERS; i++) {
		if (a->listeners[i].daemon != NULL)
			a->http->stop_daemon(a->listeners[i].daemon);
	}
	if (a->twin >= 0)
		close(a->twin);
	console_free(a->console);
	unlink(a->path);
	events_drop(a);
	explicit_bzero(&a->logins, sizeof a->logins);
	free(a->http);
	free(a->reading_memory);
	free(a->block);
	free(a->spare);
	free(a->entry_memory);
	free(a->content_memory);
	free(a->last_memory);
	free(a);
}
