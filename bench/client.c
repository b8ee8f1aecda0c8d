/*
 * client - an officer's terminal that is quick enough to measure with.
 *
 *	client latency A B FILE   one statement after another: written to A's socket, seen at B's
 *	client load A FILE COUNT  all of them, COUNT connections with one request each under way
 *	client append A FILE      one statement after another, until each is answered
 *	client spread A FILE COUNT S...  one after another, seen by COUNT clients of each node S
 *
 * A, B and S are the nodes' sockets. FILE holds requests, signed beforehand: a length (4 bytes, big-endian),
 * the id of its first statement (16 bytes), and the body of a POST /statements of that length.
 *
 * latency prints two numbers a statement: microseconds from the request's first byte to the event at B's
 * client, and to the event of the receipt at A's. load prints how many were filed and the microseconds that
 * it took. append prints microseconds; spread two: to the first of the clients, and to the last.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define TEXT_LEN_MAX (1u << 20)
#define CONNECTIONS_MAX 64u
#define PATIENCE_MS 10000

/* What has come on a connection: bytes, or for a stream the text inside its chunks. */
struct stream {
	int fd;
	char *raw, *text;
	size_t raw_len, text_len, text_at;
	bool has_head;
};

struct request {
	const uint8_t *body;
	size_t len;
	char id[33];
};

struct requests {
	const uint8_t *at, *end;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void stream_open(struct stream *s, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*s = (struct stream){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	s->raw = malloc(TEXT_LEN_MAX);
	s->text = malloc(TEXT_LEN_MAX + 1);
	if (s->raw == NULL || s->text == NULL)
		err(1, "memory");
	if (strlen(path) >= sizeof address.sun_path)
		errx(2, "%s is too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path));
	if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)&address, sizeof address) != 0)
		err(1, "%s", path);
}

static void write_whole(int fd, const void *in, size_t len)
{
	const uint8_t *at = in;

	while (len > 0) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno != EINTR)
			err(1, "write");
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
}

static bool stream_fill(struct stream *s)
{
	ssize_t n;

	if (s->raw_len == TEXT_LEN_MAX)
		errx(1, "an answer is longer than expected");
	n = recv(s->fd, s->raw + s->raw_len, TEXT_LEN_MAX - s->raw_len, MSG_DONTWAIT);
	if (n == 0)
		errx(1, "the node closed the connection");
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		err(1, "read");
	if (n > 0)
		s->raw_len += (size_t)n;
	return n > 0;
}

static void stream_take(struct stream *s, size_t len)
{
	s->raw_len -= len;
	memmove(s->raw, s->raw + len, s->raw_len);
}

/* Where `word` ends in the first `len` bytes; 0: it is not there. */
static size_t end_of(const char *in, size_t len, const char *word)
{
	const char *found = memmem(in, len, word, strlen(word));

	return found == NULL ? 0 : (size_t)(found - in) + strlen(word);
}

/* Moves whole chunks of an event stream to its text. */
static void stream_unchunk(struct stream *s)
{
	size_t head;

	if (!s->has_head) {
		head = end_of(s->raw, s->raw_len, "\r\n\r\n");
		if (head == 0)
			return;
		stream_take(s, head);
		s->has_head = true;
	}
	while ((head = end_of(s->raw, s->raw_len, "\r\n")) != 0) {
		size_t len = strtoul(s->raw, NULL, 16);
		if (len == 0)
			errx(1, "the event stream ended");
		if (s->raw_len - head < len + 2)
			return;
		if (s->text_len + len > TEXT_LEN_MAX) {
			/* what was looked at is not needed again */
			memmove(s->text, s->text + s->text_at, s->text_len - s->text_at);
			s->text_len -= s->text_at;
			s->text_at = 0;
		}
		memcpy(s->text + s->text_len, s->raw + head, len);
		s->text_len += len;
		s->text[s->text_len] = '\0';
		stream_take(s, head + len + 2);
	}
}

static void stream_listen(struct stream *s, const char *path)
{
	static const char ask[] = "GET /events HTTP/1.1\r\nHost: entente\r\n\r\n";

	stream_open(s, path);
	write_whole(s->fd, ask, sizeof ask - 1);
	while (s->text_len == 0) {
		struct pollfd p = { s->fd, POLLIN, 0 };
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			errx(1, "%s sends no events", path);
		stream_fill(s);
		stream_unchunk(s);
	}
	s->text_at = s->text_len;
}

static void request_send(int fd, const struct request *q)
{
	char head[160];
	int len =
		snprintf(head, sizeof head,
			 "POST /statements HTTP/1.1\r\nHost: entente\r\nContent-Length: %zu\r\n\r\n", q->len);

	if (send(fd, head, (size_t)len, MSG_MORE | MSG_NOSIGNAL) != len)
		err(1, "send");
	write_whole(fd, q->body, q->len);
}

/* The answer's body when it is whole; NULL before. The caller takes it with stream_take(*whole). */
static const char *stream_answer(struct stream *s, size_t *len, size_t *whole)
{
	size_t head = end_of(s->raw, s->raw_len, "\r\n\r\n"), at;

	if (head == 0)
		return NULL;
	at = end_of(s->raw, head, "Content-Length: ");
	if (at == 0 || strncmp(s->raw, "HTTP/1.1 200", 12) != 0)
		errx(1, "answered: %.*s", (int)s->raw_len, s->raw);
	*len = strtoul(s->raw + at, NULL, 10);
	*whole = head + *len;
	return s->raw_len < *whole ? NULL : s->raw + head;
}

static bool requests_next(struct requests *r, struct request *out)
{
	if (r->end - r->at < 20)
		return false;
	out->len = (size_t)r->at[0] << 24 | (size_t)r->at[1] << 16 | (size_t)r->at[2] << 8 | r->at[3];
	for (size_t i = 0; i < 16; i++)
		snprintf(out->id + 2 * i, 3, "%02x", r->at[4 + i]);
	out->body = r->at + 20;
	if ((size_t)(r->end - out->body) < out->len)
		errx(1, "the file of requests ends early");
	r->at = out->body + out->len;
	return true;
}

static void requests_open(struct requests *r, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *at;

	if (fd < 0 || fstat(fd, &st) != 0)
		err(1, "%s", path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (at == MAP_FAILED)
		err(1, "%s", path);
	*r = (struct requests){ at, (const uint8_t *)at + st.st_size };
	close(fd);
}

/* The event of a receipt for this log that reaches beyond the index. */
static bool has_receipt(struct stream *s, const char *log, unsigned long index)
{
	for (;;) {
		char *line = s->text + s->text_at, *end = strstr(line, "\n\n"), *size;
		bool is_it;
		if (end == NULL)
			return false;
		*end = '\0';
		s->text_at += (size_t)(end - line) + 2;
		size = strstr(line, "\"size\":");
		is_it = strstr(line, "\"RECEIPT\"") != NULL && strstr(line, log) != NULL && size != NULL &&
			strtoul(size + 7, NULL, 10) > index;
		if (is_it)
			return true;
	}
}

/* From the answer [{"err":"OK","place":"KOR/LEADER 1.117",...}]: "\"KOR/LEADER 1\"" and 117. */
static unsigned long read_place(const char *body, size_t len, char log[128])
{
	char text[1024];
	char *place, *dot, *end;

	snprintf(text, sizeof text, "%.*s", (int)len, body);
	place = strstr(text, "\"place\":\"");
	if (place == NULL)
		errx(1, "refused: %s", text);
	place += 9;
	end = strchr(place, '"');
	dot = end == NULL ? NULL : memrchr(place, '.', (size_t)(end - place));
	if (dot == NULL)
		errx(1, "no place: %s", text);
	*dot = '\0';
	snprintf(log, 128, "\"%s\"", place);
	return strtoul(dot + 1, NULL, 10);
}

static void measure_one(struct stream *a, struct stream *events_a, struct stream *events_b,
			const struct request *q)
{
	struct pollfd p[3] = { { a->fd, POLLIN, 0 },
			       { events_a->fd, POLLIN, 0 },
			       { events_b->fd, POLLIN, 0 } };
	int64_t begin = now_us(), there = 0, back = 0;
	unsigned long index = 0;
	char log[128] = "";

	request_send(a->fd, q);
	while (there == 0 || back == 0) {
		if (poll(p, 3, PATIENCE_MS) <= 0)
			errx(1, "statement %s: nothing came for %d ms", q->id, PATIENCE_MS);
		if ((p[2].revents & POLLIN) && stream_fill(events_b)) {
			stream_unchunk(events_b);
			if (there == 0 && strstr(events_b->text + events_b->text_at, q->id) != NULL)
				there = now_us();
		}
		if ((p[0].revents & POLLIN) && stream_fill(a)) {
			size_t len, whole;
			const char *body = stream_answer(a, &len, &whole);
			if (body != NULL) {
				index = read_place(body, len, log);
				stream_take(a, whole);
			}
		}
		if ((p[1].revents & POLLIN) && stream_fill(events_a))
			stream_unchunk(events_a);
		if (log[0] != '\0' && back == 0 && has_receipt(events_a, log, index))
			back = now_us();
	}
	events_b->text_at = events_b->text_len;
	printf("%lld %lld\n", (long long)(there - begin), (long long)(back - begin));
}

static void latency(const char *path_a, const char *path_b, const char *file)
{
	struct stream a, events_a, events_b;
	struct requests all;
	struct request q;

	requests_open(&all, file);
	stream_open(&a, path_a);
	stream_listen(&events_a, path_a);
	stream_listen(&events_b, path_b);
	while (requests_next(&all, &q))
		measure_one(&a, &events_a, &events_b, &q);
}

static unsigned long count_of(const char *in, size_t len, const char *word)
{
	unsigned long count = 0;
	size_t end;

	while ((end = end_of(in, len, word)) != 0) {
		in += end;
		len -= end;
		count++;
	}
	return count;
}

static void load(const char *path, const char *file, size_t count)
{
	struct stream streams[CONNECTIONS_MAX];
	struct pollfd p[CONNECTIONS_MAX];
	struct requests all;
	struct request q;
	size_t waiting = 0;
	unsigned long filed = 0;
	int64_t begin;

	if (count == 0 || count > CONNECTIONS_MAX)
		errx(2, "COUNT is 1 to %u", CONNECTIONS_MAX);
	requests_open(&all, file);
	for (size_t i = 0; i < count; i++) {
		stream_open(&streams[i], path);
		p[i] = (struct pollfd){ streams[i].fd, POLLIN, 0 };
	}
	begin = now_us();
	for (size_t i = 0; i < count && requests_next(&all, &q); i++, waiting++)
		request_send(p[i].fd, &q);
	while (waiting > 0) {
		if (poll(p, count, PATIENCE_MS) <= 0)
			errx(1, "nothing came for %d ms", PATIENCE_MS);
		for (size_t i = 0; i < count; i++) {
			size_t len, whole;
			const char *body;
			if (!(p[i].revents & POLLIN) || !stream_fill(&streams[i]))
				continue;
			body = stream_answer(&streams[i], &len, &whole);
			if (body == NULL)
				continue;
			filed += count_of(body, len, "\"err\":\"OK\"");
			stream_take(&streams[i], whole);
			if (requests_next(&all, &q))
				request_send(p[i].fd, &q);
			else
				waiting--;
		}
	}
	printf("%lu %lld\n", filed, (long long)(now_us() - begin));
}

/* Waits for the answer of a request; what it says must be that it was filed. */
static void await_filed(struct stream *a)
{
	struct pollfd p = { a->fd, POLLIN, 0 };
	size_t len, whole;
	const char *body;

	while ((body = stream_answer(a, &len, &whole)) == NULL) {
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			errx(1, "nothing came for %d ms", PATIENCE_MS);
		stream_fill(a);
	}
	if (count_of(body, len, "\"err\":\"OK\"") == 0)
		errx(1, "refused: %.*s", (int)len, body);
	stream_take(a, whole);
}

static void append(const char *path, const char *file)
{
	struct stream a;
	struct requests all;
	struct request q;

	requests_open(&all, file);
	stream_open(&a, path);
	while (requests_next(&all, &q)) {
		int64_t begin = now_us();
		request_send(a.fd, &q);
		await_filed(&a);
		printf("%lld\n", (long long)(now_us() - begin));
	}
}

/* Reads all of them until each has seen the id. */
static void await_seen(struct stream *s, struct pollfd *p, size_t count, const char *id, int64_t begin)
{
	int64_t first = 0;
	size_t left = count;

	for (size_t i = 0; i < count; i++)
		p[i] = (struct pollfd){ s[i].fd, POLLIN, 0 };
	while (left > 0) {
		if (poll(p, count, PATIENCE_MS) <= 0)
			errx(1, "statement %s: nothing came for %d ms", id, PATIENCE_MS);
		for (size_t i = 0; i < count; i++) {
			if (!(p[i].revents & POLLIN) || !stream_fill(&s[i]))
				continue;
			stream_unchunk(&s[i]);
			if (strstr(s[i].text + s[i].text_at, id) == NULL)
				continue;
			s[i].text_len = s[i].text_at = 0;
			p[i].fd = -1; /* it has it */
			left--;
			first = first == 0 ? now_us() : first;
		}
	}
	printf("%lld %lld\n", (long long)(first - begin), (long long)(now_us() - begin));
}

static void spread(const char *path, const char *file, size_t count, char **paths, size_t paths_count)
{
	struct stream a, *s = calloc(count * paths_count, sizeof *s);
	struct pollfd *p = calloc(count * paths_count, sizeof *p);
	struct requests all;
	struct request q;

	if (s == NULL || p == NULL)
		err(1, "memory");
	requests_open(&all, file);
	stream_open(&a, path);
	for (size_t i = 0; i < count * paths_count; i++)
		stream_listen(&s[i], paths[i % paths_count]);
	printf("listening\n");
	fflush(stdout);
	if (getchar() == EOF)
		exit(1);
	while (requests_next(&all, &q)) {
		int64_t begin = now_us();
		request_send(a.fd, &q);
		await_seen(s, p, count * paths_count, q.id, begin);
		await_filed(&a);
	}
	printf("done\n");
	fflush(stdout);
	(void)getchar(); /* whoever started us looks at the nodes while all still listen */
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	raise_descriptors();
	if (argc == 5 && strcmp(argv[1], "latency") == 0)
		latency(argv[2], argv[3], argv[4]);
	else if (argc == 5 && strcmp(argv[1], "load") == 0)
		load(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	else if (argc == 4 && strcmp(argv[1], "append") == 0)
		append(argv[2], argv[3]);
	else if (argc > 5 && strcmp(argv[1], "spread") == 0)
		spread(argv[2], argv[3], strtoul(argv[4], NULL, 10), argv + 5, (size_t)argc - 5);
	else
		errx(2, "usage: client latency A B FILE | load A FILE COUNT | append A FILE | spread A FILE "
			"COUNT S...");
	return 0;
}
