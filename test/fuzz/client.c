/*
 * What a terminal is told: the node's answers, streams and downloads, of which it believes no more than the
 * form, and a file with a statement that others have signed before.
 *
 * Input: the first byte says which; the rest is what comes.
 */
#include "terminal/client.h"
#include "compose/draft.h"
#include "terminal/evidence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define IN_LEN_MAX (REPLY_LEN_MAX + 4096u)
#define SOCKET_LEN_MAX 60000u /* what a socket takes at once */
#define EVENTS_MAX 32u

static FILE *nowhere;

static bool client_on(struct client *c, struct bytes in)
{
	static uint8_t memory[IN_LEN_MAX];
	int ends[2];
	ssize_t put;

	if (in.len > SOCKET_LEN_MAX || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	put = send(ends[1], in.ptr, in.len, MSG_DONTWAIT);
	assert(put == (ssize_t)in.len && shutdown(ends[1], SHUT_WR) == 0);
	*c = (struct client){ .fd = ends[0] };
	buf_init(&c->in, memory, sizeof memory);
	/* What is asked goes nowhere; the other end stays open until the client has read all. */
	c->path[0] = (char)ends[1];
	return true;
}

static void client_off(struct client *c)
{
	close(c->path[0]);
	close(c->fd);
}

static void check_answer(struct bytes in)
{
	struct client_answer answer;
	struct evidence evidence;
	struct client c;
	enum err e;

	if (!client_on(&c, in))
		return;
	e = client_ask(&c, "GET", "/entry", (struct bytes){ NULL, 0 }, &answer);
	if (e == ERR_OK && answer.json != NULL && evidence_check(answer.json, &evidence) == ERR_OK)
		assert(evidence.good == evidence.signatures && evidence.good <= STATEMENT_SIGNATURES_MAX);
	if (e == ERR_OK)
		client_answer_finish(&answer);
	client_off(&c);
}

static void check_events(struct bytes in)
{
	struct client c;
	enum err e;

	if (!client_on(&c, in))
		return;
	e = client_listen(&c, "7");
	for (unsigned i = 0; e == ERR_OK && i < EVENTS_MAX; i++) {
		char number[64] = "";
		bool is_reset;
		json_t *event;
		e = client_event(&c, 1000, &event, number, &is_reset);
		assert(memchr(number, '\0', sizeof number) != NULL);
		if (e != ERR_OK)
			assert(event == NULL);
		json_decref(event);
	}
	client_off(&c);
}

static void check_download(struct bytes in)
{
	static const char good[] = "HTTP/1.1 200";
	struct client c;
	enum exit_code code;

	/* Any other answer is explained to a person, at length. */
	if (in.len < sizeof good || memcmp(in.ptr, good, sizeof good - 1) != 0 || !client_on(&c, in))
		return;
	if (client_download(&c, "/bundle", nowhere, &code) == ERR_OK)
		assert(in.len > sizeof good);
	client_off(&c);
}

static void check_draft(struct bytes in)
{
	static uint8_t memory[SSHSIG_LEN_MAX * STATEMENT_SIGNATURES_MAX + ENTRY_LEN_MAX + CONTENT_LEN_MAX];
	struct buf again = BUF_ON(memory);
	struct draft d;

	draft_open(&d, KIND_ERASE);
	if (draft_read_body(&d, in) == ERR_OK) {
		assert(d.before_count >= 1 && d.before_count < STATEMENT_SIGNATURES_MAX);
		draft_write_body(&d, &again);
		assert(bytes_equal(buf_bytes(&again), in));
	}
	draft_close(&d);
}

static void (*const checks[])(struct bytes in) = { check_answer, check_events, check_download, check_draft };

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	if (nowhere == NULL) {
		crypto_init();
		nowhere = fopen("/dev/null", "w");
		assert(nowhere != NULL);
	}
	if (len > 0)
		checks[ptr[0] % ARRAY_COUNT(checks)]((struct bytes){ ptr + 1, len - 1 });
	return 0;
}
