/*
 * bench - one piece of work done to any messaging system, as one line of JSON.
 *
 *	bench latency A B COUNT               one message in flight, and B answers each
 *	bench rate    A B PAIRS WINDOW MS     as fast as it goes, at most WINDOW unfinished messages a pair
 *	bench wire    A B WINDOW COUNT        COUNT messages; says `begin` and `end` on its output around them
 *	bench crash   A B RATE                RATE messages a second; says `kill` after the first second
 *
 * A and B are what peer_open() takes. After a word on its output it waits for a line on its input: whoever
 * started it reads counters or kills server 2 meanwhile. Texts are TEXT_LEN bytes, answers ANSWER_LEN. Each
 * work has messages before it that are not counted.
 */
#include "bench.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TEXT_LEN 100u
#define ANSWER_LEN 32u
#define HEAD_LEN 27
#define WARM_UP 200u
#define SECOND_NS 1000000000ull
#define PATIENCE_NS (15 * SECOND_NS)
#define CRASH_LIMIT_NS (20 * SECOND_NS)
#define DRAIN_LIMIT_NS (10 * SECOND_NS)
#define STILL_NS (3 * SECOND_NS) /* nothing has moved for so long: nothing will */

/* What is known of one message; nanoseconds, 0: not yet. */
struct message {
	uint64_t sent, accepted, held, delivered, answered;
	bool is_rejected;
};

/* What two clients share. A's thread and B's own one peer each. */
struct pair {
	int number;
	struct peer *a, *b;
	int wake_a; /* eventfd: something came to B, A may send more */
	size_t slots;
	struct message *messages; /* by id */
	uint64_t answer_id;
	atomic_size_t sent, accepted, rejected, delivered, answered, duplicates;
	pthread_t thread_a, thread_b;
};

static struct {
	const char *work, *target_a, *target_b;
	unsigned run; /* what an earlier run left in a server is not ours */
	size_t window;
	bool answers;
	struct pair pairs[PAIRS_MAX];
	atomic_bool stops_sending, stops, is_killed, is_back;
	atomic_ullong killed, first_back;
} root;

/* Only an adapter whose messages are made by a person's own act has one of its own. */
__attribute__((weak)) void peer_ready(struct peer *p, uint64_t id, const char *text, size_t len)
{
	(void)p, (void)id, (void)text, (void)len;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

static void sleep_ms(unsigned ms)
{
	(void)poll(NULL, 0, (int)ms);
}

static _Noreturn void fail(const char *why)
{
	printf("{\"error\":\"%s\"}\n", why);
	fflush(stdout);
	_exit(1);
}

static void *grab(size_t count, size_t len)
{
	void *out = calloc(count, len);

	if (out == NULL)
		fail("no memory");
	return out;
}

/* Says a word to whoever started us, and waits until he has done it. */
static void ask(const char *word)
{
	char line[64];

	printf("%s\n", word);
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		_exit(1);
}

/* ---- Texts: kind, run, pair, id, and letters up to the length. ---- */

static void text_write(char *text, size_t len, char kind, const struct pair *p, uint64_t id)
{
	char head[64];

	snprintf(head, sizeof head, "%c%08x%02x%015llx ", kind, root.run, (unsigned)p->number & 0xff,
		 (unsigned long long)id);
	memcpy(text, head, HEAD_LEN);
	for (size_t i = HEAD_LEN; i < len; i++)
		text[i] = (char)('a' + (id + i * 7) % 26);
}

/* The id of a text of this kind, run and pair; 0: it is another's. */
static uint64_t text_read(const struct pair *p, const char *text, size_t len, char kind)
{
	char head[HEAD_LEN + 1] = { 0 }, mine[HEAD_LEN];
	uint64_t id;

	if (len < HEAD_LEN)
		return 0;
	memcpy(head, text, HEAD_LEN);
	id = strtoull(head + 11, NULL, 16);
	text_write(mine, HEAD_LEN, kind, p, id);
	return memcmp(mine, head, HEAD_LEN) == 0 && id < p->slots ? id : 0;
}

/* ---- What the peers report. ---- */

static void on_message_b(void *self, const char *text, size_t len)
{
	struct pair *p = self;
	uint64_t id = text_read(p, text, len, 'M'), now = now_ns();
	char answer[ANSWER_LEN];

	if (id == 0 || len != TEXT_LEN)
		return;
	if (p->messages[id].delivered != 0) {
		p->duplicates++;
	} else {
		p->messages[id].delivered = now;
		p->delivered++;
		if (root.is_back && root.first_back == 0)
			root.first_back = now;
	}
	if (root.answers) {
		text_write(answer, sizeof answer, 'R', p, id);
		peer_ready(p->b, p->answer_id, answer, sizeof answer);
		peer_send(p->b, p->answer_id++, answer, sizeof answer);
	}
}

static void on_message_a(void *self, const char *text, size_t len)
{
	struct pair *p = self;
	uint64_t id = text_read(p, text, len, 'R');

	if (id == 0 || p->messages[id].answered != 0)
		return;
	p->messages[id].answered = now_ns();
	p->answered++;
}

static void on_accepted_a(void *self, uint64_t id)
{
	struct pair *p = self;

	if (id == 0 || id >= p->slots || p->messages[id].accepted != 0)
		return;
	p->messages[id].accepted = now_ns();
	p->accepted++;
}

static void on_held_a(void *self, uint64_t id)
{
	struct pair *p = self;

	if (id > 0 && id < p->slots && p->messages[id].held == 0)
		p->messages[id].held = now_ns();
}

static void on_rejected_a(void *self, uint64_t id)
{
	struct pair *p = self;

	if (id == 0 || id >= p->slots || p->messages[id].is_rejected)
		return;
	p->messages[id].is_rejected = true;
	p->rejected++;
}

static void on_ignored(void *self, uint64_t id)
{
	(void)self, (void)id;
}

/* ---- Clients. ---- */

static struct peer *side_open(struct pair *p, char side, uint64_t patience_ns)
{
	struct peer_events a = { p, on_message_a, on_accepted_a, on_held_a, on_rejected_a };
	struct peer_events b = { p, on_message_b, on_ignored, on_ignored, on_ignored };
	uint64_t begin = now_ns();
	struct peer *out;

	while ((out = side == 'A' ? peer_open(root.target_a, p->number, 'A', &a)
				  : peer_open(root.target_b, p->number, 'B', &b)) == NULL) {
		if (now_ns() - begin >= patience_ns)
			return NULL;
		sleep_ms(5);
	}
	return out;
}

static void pair_open(struct pair *p, int number, size_t count)
{
	p->number = number;
	p->slots = count + 1;
	p->answer_id = 1;
	p->wake_a = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	p->messages = grab(p->slots, sizeof *p->messages);
	p->b = side_open(p, 'B', PATIENCE_NS);
	p->a = side_open(p, 'A', PATIENCE_NS);
	if (p->a == NULL || p->b == NULL)
		fail("cannot connect");
}

static uint64_t send_next(struct pair *p)
{
	char text[TEXT_LEN];
	uint64_t id = p->sent + 1;

	text_write(text, sizeof text, 'M', p, id);
	peer_ready(p->a, id, text, sizeof text);
	p->messages[id].sent = now_ns();
	p->sent++;
	if (peer_send(p->a, id, text, sizeof text) != 0)
		fail("connection of A lost");
	return id;
}

static void wait_a(struct pair *p, int ms)
{
	uint64_t drop;

	if (peer_wait(p->a, p->wake_a, ms) != 0)
		fail("connection of A lost");
	while (read(p->wake_a, &drop, sizeof drop) > 0)
		;
}

/* B's thread: takes what comes; when server 2 was killed it comes back as soon as it can. */
static void *run_b(void *self)
{
	struct pair *p = self;
	const uint64_t one = 1;

	while (!root.stops) {
		size_t before = p->delivered;
		if (p->b == NULL || peer_wait(p->b, -1, 50) != 0) {
			if (!root.is_killed)
				fail("connection of B lost");
			peer_close(p->b);
			p->b = NULL;
			p->b = side_open(p, 'B', 0);
			root.is_back = p->b != NULL;
			if (p->b == NULL)
				sleep_ms(2);
		}
		if (p->delivered != before && write(p->wake_a, &one, sizeof one) < 0)
			fail("eventfd");
	}
	return NULL;
}

static void pair_run_b(struct pair *p)
{
	if (pthread_create(&p->thread_b, NULL, run_b, p) != 0)
		fail("no thread");
}

static void pair_close(struct pair *p)
{
	root.stops = true;
	pthread_join(p->thread_b, NULL);
	peer_close(p->a);
	peer_close(p->b);
}

/* ---- latency ---- */

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of the messages from `first` on; a time that none has is left out. */
static void print_times(const char *name, const struct pair *p, size_t first, size_t at)
{
	uint64_t *ns = grab(p->slots, sizeof *ns);
	size_t count = 0;

	for (size_t id = first; id <= p->sent; id++) {
		uint64_t then;
		memcpy(&then, (const char *)&p->messages[id] + at, sizeof then);
		if (then != 0)
			ns[count++] = then - p->messages[id].sent;
	}
	qsort(ns, count, sizeof *ns, by_value);
	if (count > 0)
		printf("%s\"%s_p50_us\":%.1f,\"%s_p99_us\":%.1f",
		       at == offsetof(struct message, accepted) ? "" : ",", name, (double)ns[count / 2] / 1e3,
		       name, (double)ns[count * 99 / 100] / 1e3);
	free(ns);
}

/* held is asked for only where the first message had it: then all will. */
static bool is_finished(const struct pair *p, uint64_t id)
{
	const struct message *m = &p->messages[id];

	return m->accepted != 0 && m->answered != 0 && (m->held != 0 || p->messages[1].held == 0);
}

static void latency(size_t count)
{
	struct pair *p = &root.pairs[0];
	size_t warm_up = count < WARM_UP ? count : WARM_UP;

	root.answers = true;
	pair_open(p, 0, warm_up + count);
	pair_run_b(p);
	for (size_t i = 0; i < warm_up + count; i++) {
		uint64_t id = send_next(p), begin = now_ns();
		while (!is_finished(p, id)) {
			wait_a(p, 1000);
			if (now_ns() - begin > PATIENCE_NS)
				fail(p->messages[id].accepted == 0    ? "not accepted in 15 s"
				     : p->messages[id].delivered == 0 ? "not delivered in 15 s"
								      : "not answered in 15 s");
		}
	}
	pair_close(p);
	printf("{");
	print_times("accepted", p, warm_up + 1, offsetof(struct message, accepted));
	print_times("one_way", p, warm_up + 1, offsetof(struct message, delivered));
	print_times("held", p, warm_up + 1, offsetof(struct message, held));
	print_times("receipt", p, warm_up + 1, offsetof(struct message, answered));
	printf("}\n");
}

/* ---- rate ---- */

static size_t finished(struct pair *p)
{
	size_t accepted = p->accepted, delivered = p->delivered;

	return accepted < delivered ? accepted : delivered;
}

/* After the last message A waits as long as something still moves. */
static void *run_a(void *self)
{
	struct pair *p = self;
	uint64_t moved = 0;
	size_t done = 0;

	for (;;) {
		while (!root.stops_sending && p->sent - finished(p) < root.window && p->sent + 1 < p->slots)
			send_next(p);
		wait_a(p, 50);
		if (!root.stops_sending)
			continue;
		if (moved == 0 || finished(p) != done)
			moved = now_ns();
		done = finished(p);
		if (done + p->rejected >= p->sent || now_ns() - moved > STILL_NS)
			return NULL;
	}
}

static size_t finished_of(size_t pairs)
{
	size_t sum = 0;

	for (size_t i = 0; i < pairs; i++)
		sum += finished(&root.pairs[i]);
	return sum;
}

static void rate(size_t pairs, size_t window, unsigned ms)
{
	size_t slots = (size_t)(ms + 2000) * 1000 / pairs, begun, ended, missing = 0, duplicates = 0;
	uint64_t begin;
	double seconds;

	root.window = window;
	for (size_t i = 0; i < pairs; i++)
		pair_open(&root.pairs[i], (int)i, slots);
	for (size_t i = 0; i < pairs; i++) {
		pair_run_b(&root.pairs[i]);
		if (pthread_create(&root.pairs[i].thread_a, NULL, run_a, &root.pairs[i]) != 0)
			fail("no thread");
	}
	sleep_ms(500); /* warm-up */
	begin = now_ns();
	begun = finished_of(pairs);
	sleep_ms(ms);
	ended = finished_of(pairs);
	seconds = (double)(now_ns() - begin) / 1e9;
	root.stops_sending = true;
	for (size_t i = 0; i < pairs; i++)
		pthread_join(root.pairs[i].thread_a, NULL);
	for (size_t i = 0; i < pairs; i++) {
		struct pair *p = &root.pairs[i];
		missing += p->sent - p->delivered;
		duplicates += p->duplicates;
		pair_close(p);
	}
	printf("{\"per_s\":%.0f,\"missing\":%zu,\"duplicates\":%zu}\n", (double)(ended - begun) / seconds,
	       missing, duplicates);
}

/* ---- wire ---- */

static void pass(struct pair *p, size_t count)
{
	size_t goal = p->sent + count;
	uint64_t moved = now_ns();

	for (size_t done = finished(p); done < goal; done = finished(p)) {
		while (p->sent - done < root.window && p->sent < goal)
			send_next(p);
		wait_a(p, 50);
		if (finished(p) != done)
			moved = now_ns();
		if (now_ns() - moved > STILL_NS)
			fail("messages are missing");
	}
	sleep_ms(200); /* receipts and acknowledgements that come behind */
}

static void wire(size_t window, size_t count)
{
	struct pair *p = &root.pairs[0];

	root.window = window;
	pair_open(p, 0, WARM_UP + count);
	pair_run_b(p);
	pass(p, count < WARM_UP ? count : WARM_UP);
	ask("begin");
	pass(p, count);
	ask("end");
	pair_close(p);
	printf("{\"count\":%zu}\n", count);
}

/* ---- crash ---- */

static void *run_kill(void *unused)
{
	(void)unused;
	root.killed = now_ns();
	root.is_killed = true;
	ask("kill");
	return NULL;
}

/* Accepted, and neither delivered nor reported back. */
static size_t lost(const struct pair *p)
{
	size_t count = 0;

	for (size_t id = 1; id <= p->sent; id++) {
		const struct message *m = &p->messages[id];
		count += m->accepted != 0 && m->delivered == 0 && !m->is_rejected;
	}
	return count;
}

static size_t bounced(const struct pair *p)
{
	size_t count = 0;

	for (size_t id = 1; id <= p->sent; id++)
		count += p->messages[id].is_rejected && p->messages[id].delivered == 0;
	return count;
}

/* Until nothing is missing, or nothing moves any more. */
static void drain(struct pair *p)
{
	uint64_t begin = now_ns(), moved = begin;
	size_t before = 0;

	while (lost(p) > 0 && now_ns() - begin < DRAIN_LIMIT_NS && now_ns() - moved < STILL_NS) {
		wait_a(p, 20);
		if (p->delivered + p->rejected != before) {
			before = p->delivered + p->rejected;
			moved = now_ns();
		}
	}
}

static void crash(unsigned a_second)
{
	struct pair *p = &root.pairs[0];
	uint64_t gap = SECOND_NS / a_second, begin, now;
	pthread_t thread;

	pair_open(p, 0, (size_t)a_second * 60);
	pair_run_b(p);
	begin = now = now_ns();
	while (now - begin < CRASH_LIMIT_NS &&
	       (root.first_back == 0 || now - root.first_back < SECOND_NS / 2)) {
		uint64_t due = begin + p->sent * gap;
		if (now - begin > SECOND_NS && root.killed == 0) {
			root.killed = now;
			if (pthread_create(&thread, NULL, run_kill, NULL) != 0)
				fail("no thread");
		}
		if (now >= due)
			send_next(p);
		due = begin + p->sent * gap;
		wait_a(p, due > now ? (int)((due - now) / 1000000) + 1 : 0);
		now = now_ns();
	}
	pthread_join(thread, NULL);
	drain(p);
	pair_close(p);
	printf("{\"accepted\":%zu,\"delivered\":%zu,\"lost\":%zu,\"bounced\":%zu,\"duplicates\":%zu",
	       p->accepted, p->delivered, lost(p), bounced(p), p->duplicates);
	if (root.first_back != 0)
		printf(",\"kill_to_first_ms\":%.1f", (double)(root.first_back - root.killed) / 1e6);
	printf("}\n");
}

static unsigned number(const char *word)
{
	char *end;
	unsigned long out = strtoul(word, &end, 10);

	if (*end != '\0' || out == 0 || out > 100000000)
		fail("a number is expected");
	return (unsigned)out;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	root.run = (unsigned)(now_ns() ^ (uint64_t)getpid() << 20);
	if (argc < 5)
		fail("usage: see the top of bench.c");
	root.work = argv[1];
	root.target_a = argv[2];
	root.target_b = argv[3];
	if (strcmp(root.work, "latency") == 0 && argc == 5)
		latency(number(argv[4]));
	else if (strcmp(root.work, "rate") == 0 && argc == 7 && number(argv[4]) <= PAIRS_MAX)
		rate(number(argv[4]), number(argv[5]), number(argv[6]));
	else if (strcmp(root.work, "wire") == 0 && argc == 6)
		wire(number(argv[4]), number(argv[5]));
	else if (strcmp(root.work, "crash") == 0 && argc == 5)
		crash(number(argv[4]));
	else
		fail("usage: see the top of bench.c");
	return 0;
}
