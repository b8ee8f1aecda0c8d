#include "terminal/client.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "home/words.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "terminal/options.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_LEN_MAX 4096u
#define IN_MAX (REPLY_LEN_MAX + HEAD_LEN_MAX)
#define ANSWER_MS_MAX 120000 /* a node that says nothing for so long is gone */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

enum err client_try(struct client *c, const char *home)
{
	*c = (struct client){ .fd = -1 };
	if ((size_t)snprintf(c->path, sizeof c->path, "%s/socket", home) >= sizeof c->path)
		errno = ENAMETOOLONG;
	else
		c->fd = connect_to(c->path);
	if (c->fd < 0)
		return ERR_DOWN;
	buf_init(&c->in, xcalloc(1, IN_MAX), IN_MAX);
	return ERR_OK;
}

void client_take(struct client *c, int fd, const char *host)
{
	*c = (struct client){ .fd = fd, .host = host };
	buf_init(&c->in, xcalloc(1, IN_MAX), IN_MAX);
}

/* Whether it looks like one; what cannot be looked into may be. */
static bool is_home(const char *home)
{
	char path[FILE_PATH_MAX];

	return file_path(path, home, "settings") != ERR_OK || file_exists(path) || errno == EACCES;
}

enum err client_open(struct client *c, const char *home)
{
	int why;

	if (client_try(c, home) == ERR_OK)
		return ERR_OK;
	why = errno;
	if (!is_home(home)) {
		(void)refuse_no_home(home);
		return ERR_DOWN;
	}
	say_error(_("No node answers at {1}: {2}."), c->path, strerror(why));
	if (why == EACCES || why == EPERM)
		say_next(_("run this as the node's own user, or as root"));
	else
		say_next("entente serve --home {1}", home);
	return ERR_DOWN;
}

enum exit_code client_absent(const char *home)
{
	return is_home(home) ? EXIT_ERROR : EXIT_NOT_FOUND;
}

void client_close(struct client *c)
{
	if (c->in.ptr == NULL)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->in.ptr);
	*c = (struct client){ .fd = -1 };
}

/* Waits for more bytes, at most ms (below 0: for ever). */
static enum err read_more(struct client *c, int64_t ms)
{
	struct pollfd wait = { .fd = c->fd, .events = POLLIN };
	ssize_t n;
	int ready;

	if (c->in.len == c->in.max)
		return ERR_LIMIT;
	do
		ready = poll(&wait, 1, ms < 0 ? -1 : ms > INT32_MAX ? INT32_MAX : (int)ms);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return ERR_TIMEOUT;
	n = recv(c->fd, c->in.ptr + c->in.len, c->in.max - c->in.len, 0);
	if (n <= 0)
		return ERR_DOWN;
	c->in.len += (size_t)n;
	return ERR_OK;
}

/* One line without its end; it is copied, because the buffer moves on. */
static enum err read_line(struct client *c, char *out, size_t size, int64_t ms)
{
	for (;;) {
		struct bytes in = buf_bytes(&c->in), line;
		if (bytes_take_until(&in, '\n', &line) == ERR_OK) {
			size_t whole = line.len + 1;
			if (line.len > 0 && line.ptr[line.len - 1] == '\r')
				line.len--;
			enum err e = bytes_copy_str(line, out, size);
			buf_drop(&c->in, whole);
			return e;
		}
		enum err e = read_more(c, ms);
		if (e != ERR_OK)
			return e;
	}
}

static enum err read_exactly(struct client *c, size_t len, struct buf *out)
{
	while (len > 0) {
		size_t part = c->in.len < len ? c->in.len : len;
		enum err e;
		buf_put(out, (struct bytes){ c->in.ptr, part });
		if (out->full)
			return ERR_LIMIT;
		buf_drop(&c->in, part);
		len -= part;
		if (len == 0)
			break;
		e = read_more(c, ANSWER_MS_MAX);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

struct head {
	unsigned status;
	uint64_t len;
	bool is_chunked;
};

static enum err read_head(struct client *c, struct head *out)
{
	char line[HEAD_LEN_MAX];
	enum err e = read_line(c, line, sizeof line, ANSWER_MS_MAX);

	*out = (struct head){ 0 };
	if (e != ERR_OK)
		return e;
	if (strncmp(line, "HTTP/1.1 ", 9) != 0)
		return ERR_USAGE;
	out->status = (unsigned)strtoul(line + 9, NULL, 10);
	for (;;) {
		e = read_line(c, line, sizeof line, ANSWER_MS_MAX);
		if (e != ERR_OK || line[0] == '\0')
			return e;
		if (strncasecmp(line, "content-length:", 15) == 0)
			out->len = strtoull(line + 15, NULL, 10);
		if (strncasecmp(line, "transfer-encoding: chunked", 26) == 0)
			out->is_chunked = true;
	}
}

static enum err read_chunk_size(struct client *c, int64_t ms, uint64_t *len)
{
	char line[64];
	enum err e = read_line(c, line, sizeof line, ms);

	if (e == ERR_OK)
		*len = strtoull(line, NULL, 16);
	return e;
}

/* The end of a chunk: an empty line. */
static enum err read_chunk_end(struct client *c)
{
	char line[8];

	return read_line(c, line, sizeof line, ANSWER_MS_MAX);
}

static enum err read_body(struct client *c, const struct head *head, struct buf *out)
{
	uint64_t len;
	enum err e;

	if (!head->is_chunked)
		return head->len > out->max ? ERR_LIMIT : read_exactly(c, (size_t)head->len, out);
	for (;;) {
		e = read_chunk_size(c, ANSWER_MS_MAX, &len);
		if (e == ERR_OK && len > out->max)
			return ERR_LIMIT;
		if (e == ERR_OK)
			e = read_exactly(c, (size_t)len, out);
		if (e == ERR_OK)
			e = read_chunk_end(c);
		if (e != ERR_OK || len == 0)
			return e;
	}
}

/* As it comes: nothing of it is kept. */
static enum err pour_chunk(struct client *c, uint64_t len, FILE *to)
{
	while (len > 0) {
		size_t part = c->in.len < len ? c->in.len : (size_t)len;
		if (part > 0 && fwrite(c->in.ptr, 1, part, to) != part)
			return ERR_IO;
		buf_drop(&c->in, part);
		len -= part;
		if (len > 0) {
			enum err e = read_more(c, ANSWER_MS_MAX);
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

/* The node ends a connection on which nothing was asked for long: a person may take that long to write. */
static enum err connect_again(struct client *c)
{
	char byte;

	if (c->in.len > 0 || recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		return ERR_OK;
	close(c->fd);
	c->fd = connect_to(c->path);
	return c->fd < 0 ? ERR_DOWN : ERR_OK;
}

static enum err write_request(struct client *c, const char *method, const char *target, struct bytes body)
{
	char memory[HEAD_LEN_MAX];
	struct buf head = BUF_ON(memory);
	enum err e;

	buf_put_str(&head, method);
	buf_put_byte(&head, ' ');
	buf_put_str(&head, target);
	buf_put_str(&head, " HTTP/1.1\r\nHost: ");
	buf_put_str(&head, c->host == NULL ? "node" : c->host);
	buf_put_str(&head, "\r\n");
	if (c->token[0] != '\0') {
		buf_put_str(&head, "Authorization: Bearer ");
		buf_put_str(&head, c->token);
		buf_put_str(&head, "\r\n");
	}
	buf_put_str(&head, "Content-Length: ");
	buf_put_decimal(&head, body.len);
	buf_put_str(&head, "\r\n\r\n");
	e = buf_check(&head);
	if (e == ERR_OK)
		e = connect_again(c);
	if (e == ERR_OK)
		e = socket_write_all(c->fd, buf_bytes(&head));
	return e == ERR_OK ? socket_write_all(c->fd, body) : e;
}

enum err client_ask(struct client *c, const char *method, const char *target, struct bytes body,
		    struct client_answer *out)
{
	struct head head;
	json_error_t error;
	enum err e = write_request(c, method, target, body);

	*out = (struct client_answer){ .target = target };
	if (e == ERR_OK)
		e = read_head(c, &head);
	if (e != ERR_OK)
		return e;
	out->status = head.status;
	buf_init(&out->body, xcalloc(1, REPLY_LEN_MAX), REPLY_LEN_MAX);
	e = read_body(c, &head, &out->body);
	if (e != ERR_OK) {
		client_answer_finish(out);
		return e;
	}
	if (out->body.len > 0 && (out->body.ptr[0] == '{' || out->body.ptr[0] == '['))
		out->json = json_loadb((const char *)out->body.ptr, out->body.len, 0, &error);
	return ERR_OK;
}

void client_answer_finish(struct client_answer *a)
{
	free(a->body.ptr);
	json_decref(a->json);
	*a = (struct client_answer){ 0 };
}

/* An error in the place of what was to come piece by piece. */
static enum exit_code explain_answer(struct client *c, const struct head *head, const char *target)
{
	struct client_answer answer = { .status = head->status, .target = target };
	json_error_t error;
	enum exit_code code;

	buf_init(&answer.body, xcalloc(1, REPLY_LEN_MAX), REPLY_LEN_MAX);
	if (read_body(c, head, &answer.body) == ERR_OK)
		answer.json = json_loadb((const char *)answer.body.ptr, answer.body.len, 0, &error);
	code = client_explain(&answer);
	client_answer_finish(&answer);
	return code;
}

enum err client_download(struct client *c, const char *target, FILE *to, enum exit_code *code)
{
	uint64_t len = 1, sum = 0;
	struct head head;
	enum err e = write_request(c, "GET", target, (struct bytes){ NULL, 0 });

	if (e == ERR_OK)
		e = read_head(c, &head);
	if (e != ERR_OK)
		return e;
	if (head.status != 200) {
		*code = explain_answer(c, &head, target);
		return ERR_REFUSED;
	}
	if (!head.is_chunked)
		return pour_chunk(c, head.len, to);
	while (e == ERR_OK && len > 0) {
		e = read_chunk_size(c, ANSWER_MS_MAX, &len);
		if (e == ERR_OK)
			e = pour_chunk(c, len, to);
		if (e == ERR_OK)
			e = read_chunk_end(c);
		sum += len;
		say_progress(_("bytes"), sum, 0);
	}
	say_progress_end();
	return e;
}

static enum exit_code explain_fetch(enum err e, const char *path, enum exit_code code)
{
	if (e == ERR_REFUSED)
		return code;
	return e == ERR_IO || e == ERR_EXISTS ? refuse_unwritable(path) : client_lost(e);
}

enum exit_code client_fetch(struct client *c, const char *target, const char *path,
			    enum err (*place)(const char *from, const char *to))
{
	char part[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;
	int fd, why;
	enum err e = file_part(path, 0600, part, &fd);
	FILE *file;

	if (e != ERR_OK)
		return refuse_unwritable(path);
	file = fdopen(fd, "w");
	if (file == NULL)
		abort();
	e = client_download(c, target, file, &code);
	if (e == ERR_OK && (fflush(file) != 0 || fsync(fd) != 0))
		e = ERR_IO;
	if (e == ERR_OK)
		e = place(part, path);
	why = errno;
	if (e != ERR_OK)
		unlink(part);
	fclose(file);
	errno = why;
	return e == ERR_OK ? EXIT_DONE : explain_fetch(e, path, code);
}

/* ---- Queries. ---- */

void query_open(struct query *q, const char *path)
{
	q->text = BUF_ON(q->target);
	buf_put_str(&q->text, path);
}

void query_put(struct query *q, const char *name, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	struct bytes so_far = buf_bytes(&q->text);

	buf_put_byte(&q->text, memchr(so_far.ptr, '?', so_far.len) == NULL ? '?' : '&');
	buf_put_str(&q->text, name);
	buf_put_byte(&q->text, '=');
	for (; *value != '\0'; value++) {
		uint8_t c = (uint8_t)*value;
		if (strchr(plain, c) != NULL) {
			buf_put_byte(&q->text, c);
		} else {
			buf_put_byte(&q->text, '%');
			buf_put_hex(&q->text, (struct bytes){ &c, 1 });
		}
	}
}

void query_put_number(struct query *q, const char *name, uint64_t value)
{
	query_put(q, name, say_number(value));
}

const char *query_target(struct query *q)
{
	buf_put_byte(&q->text, 0);
	return q->text.full ? "/" : q->target; /* too long for any path: the node says that there is none */
}

enum exit_code client_lost(enum err e)
{
	say_error(_("The node stopped answering: {1}."), _(err_text(e)));
	say_next("entente doctor");
	return EXIT_ERROR;
}

enum exit_code client_get(struct client *c, struct query *q, json_t **out)
{
	struct client_answer answer;
	enum err e = client_ask(c, "GET", query_target(q), (struct bytes){ NULL, 0 }, &answer);
	enum exit_code code = EXIT_DONE;

	*out = NULL;
	if (e != ERR_OK)
		return client_lost(e);
	if (answer.status == 200 && answer.json != NULL)
		*out = json_incref(answer.json);
	else
		code = client_explain(&answer);
	client_answer_finish(&answer);
	return code;
}

/* ---- Events. ---- */

enum err client_listen(struct client *c, const char *after)
{
	struct query q;
	struct head head;
	enum err e;

	query_open(&q, "/events");
	if (after != NULL)
		query_put(&q, "after", after);
	e = write_request(c, "GET", query_target(&q), (struct bytes){ NULL, 0 });
	if (e == ERR_OK)
		e = read_head(c, &head);
	if (e != ERR_OK || (head.status == 200 && head.is_chunked))
		return e;
	if (head.status != 413)
		explain_answer(c, &head, query_target(&q));
	return head.status == 413 ? ERR_LIMIT : ERR_REFUSED;
}

/* Takes from the chunk under way up to the end of a line; *is_end says whether it was reached. */
static enum err chunk_take(struct client *c, struct buf *line, bool *is_end)
{
	size_t len = c->in.len < c->chunk_left ? c->in.len : (size_t)c->chunk_left;
	struct bytes part = { c->in.ptr, len }, found = part;

	*is_end = bytes_take_until(&part, '\n', &found) == ERR_OK;
	if (*is_end)
		len = found.len + 1;
	buf_put(line, found);
	buf_drop(&c->in, len);
	c->chunk_left -= len;
	return c->chunk_left == 0 ? read_chunk_end(c) : ERR_OK;
}

/* A line of the stream; chunks may end anywhere in it. */
static enum err stream_line(struct client *c, int64_t ms, struct buf *line)
{
	bool is_end = false;
	enum err e = ERR_OK;

	while (e == ERR_OK && !is_end) {
		if (c->chunk_left == 0) {
			e = read_chunk_size(c, ms, &c->chunk_left);
			if (e == ERR_OK && c->chunk_left == 0)
				e = ERR_DOWN; /* the last chunk: the node closes */
		} else if (c->in.len == 0) {
			e = read_more(c, ANSWER_MS_MAX);
		} else {
			e = chunk_take(c, line, &is_end);
		}
	}
	return e == ERR_OK ? buf_check(line) : e;
}

static bool begins_with(struct bytes in, const char *word)
{
	size_t len = strlen(word);

	return in.len >= len && memcmp(in.ptr, word, len) == 0;
}

enum err client_event(struct client *c, int64_t ms, json_t **out, char number[64], bool *is_reset)
{
	int64_t end = clock_now().mono.us / 1000 + ms;
	bool is_over = false, is_greeting = false;
	char id[64] = "";
	json_error_t error;
	struct buf line;
	enum err e = ERR_OK;

	*out = NULL;
	*is_reset = false;
	buf_init(&line, xcalloc(1, REPLY_LEN_MAX), REPLY_LEN_MAX);
	while (e == ERR_OK && !is_over) {
		int64_t left = ms < 0 ? -1 : end - clock_now().mono.us / 1000;
		struct bytes text;
		buf_reset(&line);
		e = ms >= 0 && left <= 0 ? ERR_TIMEOUT : stream_line(c, left, &line);
		if (e != ERR_OK)
			break;
		text = buf_bytes(&line);
		if (begins_with(text, "id: "))
			e = bytes_copy_str((struct bytes){ text.ptr + 4, text.len - 4 }, id, sizeof id);
		is_greeting = is_greeting || begins_with(text, "event: ");
		*is_reset = *is_reset || begins_with(text, "event: reset");
		if (begins_with(text, "data: ") && !is_greeting && *out == NULL)
			*out = json_loadb((const char *)text.ptr + 6, text.len - 6, 0, &error);
		is_over = text.len == 0 && (*out != NULL || *is_reset);
		if (text.len == 0)
			is_greeting = false;
	}
	free(line.ptr);
	if (e != ERR_OK) {
		json_decref(*out); /* its end has not come */
		*out = NULL;
	} else if (number != NULL && id[0] != '\0') {
		memcpy(number, id, sizeof id);
	}
	return e;
}

/* ---- JSON. ---- */

const char *json_str(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

uint64_t json_uint(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value < 0 ? 0 : (uint64_t)value;
}

bool json_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

enum err json_hex(const json_t *object, const char *key, uint8_t *out, size_t len)
{
	return bytes_read_hex(bytes_str(json_str(object, key)), out, len);
}

enum err json_bytes(const json_t *object, const char *key, struct buf *out)
{
	const json_t *value = json_object_get(object, key);
	struct bytes text;
	size_t len = 0;
	enum err e;

	if (!json_is_string(value))
		return ERR_NOT_FOUND;
	text = bytes_str(json_string_value(value));
	buf_init(out, xcalloc(1, text.len + 1), text.len + 1);
	e = bytes_read_base64(text, out->ptr, out->max, &len);
	out->len = len;
	if (e != ERR_OK) {
		free(out->ptr);
		*out = (struct buf){ 0 };
	}
	return e;
}

void json_say(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	fflush(stdout);
}

void json_say_done(const char *key, const char *value)
{
	json_t *row = json_pack("{s:s, s:s}", "err", "OK", key, value);

	json_say(row);
	json_decref(row);
}
