#include "api/entry_reply.h"
#include "api/runs.h"

#include "api/form_reply.h"
#include "api/place_text.h"
#include "base/alloc.h"
#include "wire/cbor.h"

#include <assert.h>
#include <stdlib.h>

/* A command's client number: which request of this run, and which statement of its body. */
#define CLIENT_INDEX_BITS 12u
#define CLIENT_SLOT_BITS 11u
_Static_assert(COMMANDS_PER_TURN_MAX <= 1u << CLIENT_INDEX_BITS, "a statement's index fits");
_Static_assert(REQUESTS_MAX <= 1u << CLIENT_SLOT_BITS, "a request's slot fits");

static uint64_t client_of(const struct request *q, size_t index)
{
	return (q->serial << CLIENT_SLOT_BITS | q->slot) << CLIENT_INDEX_BITS | index;
}

/* NULL when the client has gone away meanwhile. */
static struct request *request_of(struct api *a, uint64_t client, size_t *index)
{
	struct request *q = a->requests[client >> CLIENT_INDEX_BITS & ((1u << CLIENT_SLOT_BITS) - 1)];

	*index = client & ((1u << CLIENT_INDEX_BITS) - 1);
	if (q == NULL || q->serial != client >> (CLIENT_INDEX_BITS + CLIENT_SLOT_BITS))
		return NULL;
	return *index < q->answers_count ? q : NULL;
}

/* Logs of ours that did not take what is for every one of them. */
static void reply_shut(struct reply *r, const struct accord *accord, uint64_t shut)
{
	if (shut == 0)
		return;
	reply_array(r, "shut");
	for (size_t i = 0; i < accord->channels_count; i++) {
		if ((shut >> i & 1) != 0)
			reply_str(r, NULL, accord->channels[i].name);
	}
	reply_array_end(r);
}

void reply_answer(struct api *a, struct reply *r, const struct effect_answer *answer)
{
	char place[64];
	struct buf text = BUF_ON(place);

	reply_object(r, NULL);
	reply_str(r, "err", err_name(answer->err));
	if (answer->err == ERR_OK) {
		place_text_write(node_accord(a->node), &answer->place, &text);
		reply_text(r, "place", buf_bytes(&text));
		reply_str(r, "step", step_name(STEP_QUEUED));
		reply_bool(r, "repeat", answer->is_repeat);
		reply_bool(r, "said", answer->is_said);
		reply_shut(r, node_accord(a->node), answer->shut);
	} else if (answer->err == ERR_REFUSED && answer->verdict != VERDICT_OK) {
		reply_str(r, "rule", verdict_name(answer->verdict));
		reply_str(r, "text",
			  answer->verdict == VERDICT_PROCEDURE ? ruling_text(answer->ruling)
							       : verdict_text(answer->verdict));
		if (answer->verdict == VERDICT_PROCEDURE)
			reply_str(r, "ruling", ruling_name(answer->ruling));
		reply_form_fault(r, NULL, &answer->fault);
		if (answer->line != 0)
			reply_uint(r, "line", answer->line);
		if (answer->verdict == VERDICT_APPROVAL || answer->verdict == VERDICT_HELD)
			reply_uint(r, "needed", answer->needed);
		if (answer->verdict == VERDICT_HOLD)
			reply_uint(r, "hold_ms", answer->hold_ms);
		if (answer->verdict == VERDICT_LABEL)
			reply_denial(r, "guidelines", &answer->denial);
	} else {
		if (answer->limit != NULL)
			reply_str(r, "rule", answer->limit);
		reply_str(r, "text", err_text(answer->err));
	}
	reply_object_end(r);
}

/* Every statement of the request has its answer: the request gets its own. */
static void statements_ready(struct api *a, struct request *q)
{
	struct buf out;
	struct reply r = { &out };

	buf_init(&out, a->reply_memory, REPLY_LEN_MAX);
	reply_array(&r, NULL);
	for (size_t i = 0; i < q->answers_count; i++)
		reply_answer(a, &r, &q->answers[i]);
	reply_array_end(&r);
	assert(reply_check(&r) == ERR_OK);
	request_answer(q, request_status(ERR_OK), "application/json", buf_bytes(&out));
}

static void put_answer(struct api *a, struct request *q, size_t index, const struct effect_answer *answer)
{
	if (q->is_answered[index])
		return;
	q->is_answered[index] = true;
	q->answers[index] = *answer;
	q->answered++;
	if (q->answered == q->answers_count)
		statements_ready(a, q);
}

void statements_answer(struct api *a, const struct effect_answer *answer)
{
	size_t index;
	struct request *q = request_of(a, answer->client, &index);

	if (q != NULL)
		put_answer(a, q, index, answer);
}

/* One statement of the body: [statement, [signature ...], content]. */
enum err statements_next(struct cbor_reader *in, struct command *out)
{
	size_t parts;

	(void)cbor_read_array(in, 3, &parts);
	if (in->err == ERR_OK && parts != 3)
		return ERR_USAGE;
	(void)cbor_read_bytes(in, ENTRY_LEN_MAX, &out->statement);
	(void)cbor_read_array(in, STATEMENT_SIGNATURES_MAX, &out->signatures_count);
	for (size_t i = 0; in->err == ERR_OK && i < out->signatures_count; i++)
		(void)cbor_read_bytes(in, SSHSIG_LEN_MAX, &out->signatures[i]);
	cbor_close(in);
	(void)cbor_read_bytes(in, CONTENT_LEN_MAX, &out->content);
	cbor_close(in);
	return in->err == ERR_OK ? ERR_OK : ERR_USAGE;
}

enum err statements_check(struct bytes body, size_t *count)
{
	struct cbor_reader in;
	enum err e = ERR_OK;

	cbor_open(&in, body);
	(void)cbor_read_array(&in, COMMANDS_PER_TURN_MAX, count);
	if (in.err != ERR_OK || *count == 0)
		return ERR_USAGE;
	for (size_t i = 0; e == ERR_OK && i < *count; i++) {
		struct command one = { 0 };
		e = statements_next(&in, &one);
	}
	cbor_close(&in);
	return e == ERR_OK && cbor_finish(&in) == ERR_OK ? ERR_OK : ERR_USAGE;
}

/*
 * Whoever names or claims to have seen what he may not know of is told what he would be told if it were not
 * there: or he could ask for every place by naming it.
 */
static enum err may_name(struct api *a, const struct command *one)
{
	const struct accord *accord = node_accord(a->node);
	struct statement s;
	struct fault fault;
	enum err e = ERR_OK;

	if (statement_read(one->statement, &s, &fault) != ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < s.refers_count + s.has_instance && e == ERR_OK; i++) {
		const struct place *named = i < s.refers_count ? &s.refers[i] : &s.instance;
		struct place_key at = { { named->channel, accord_party_find(accord, named->party),
					  named->epoch },
					named->index };
		e = request_may_place(a, &at);
	}
	for (size_t i = 0; i < s.seen_count && e == ERR_OK; i++) {
		struct log_key log = { s.channel, accord_party_find(accord, s.seen[i].party),
				       s.seen[i].epoch };
		uint64_t size;
		e = reading_size(&a->reading, &log, s.seen[i].size, &size);
		if (e == ERR_OK && size < s.seen[i].size)
			e = ERR_NOT_FOUND;
	}
	return e;
}

enum err statements_may_name(struct api *a, const struct request *q, const struct command *one)
{
	return q->session == 0 ? ERR_OK : may_name(a, one);
}

static void read_commands(const struct request *q, struct command *out)
{
	struct cbor_reader in;
	size_t count;

	cbor_open(&in, buf_bytes(&q->body));
	(void)cbor_read_array(&in, COMMANDS_PER_TURN_MAX, &count);
	for (size_t i = 0; i < q->answers_count; i++) {
		enum err e = statements_next(&in, &out[i]);
		assert(e == ERR_OK); /* statements_check read the same bytes */
		(void)e;
		out[i].client = client_of(q, i);
	}
}

void statements_run(struct api *a, struct request *q)
{
	struct node_signers signers = { .node = a->node, .count = q->answers_count };
	struct command *commands;

	if (a->commands > 0 && q->answers_count > COMMANDS_PER_TURN_MAX - a->commands) {
		q->state = REQUEST_DEFERRED;
		a->has_deferred = true;
		return;
	}
	/* It may have waited, and another have been answered meanwhile. */
	if (!request_may_go_on(a, q))
		return;
	q->state = REQUEST_ANSWERS;
	commands = xcalloc(q->answers_count, sizeof *commands);
	signers.commands = commands;
	signers.found = xcalloc(q->answers_count, sizeof *signers.found);
	read_commands(q, commands);
	for (size_t i = 0; i < q->answers_count; i++) {
		enum err e = statements_may_name(a, q, &commands[i]);
		node_signers_next(&signers, i);
		if (e == ERR_OK)
			e = node_command(a->node, a->now, &commands[i], a->fx);
		if (e != ERR_OK && err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
			a->failed = e;
		if (e != ERR_OK) {
			struct effect_answer answer = { .client = commands[i].client, .err = e };
			put_answer(a, q, i, &answer);
		}
	}
	free(signers.found);
	free(commands);
	a->commands += q->answers_count;
}

enum err run_statements(struct api *a, struct request *q, struct reply *r)
{
	enum err e = statements_check(buf_bytes(&q->body), &q->answers_count);

	(void)r;
	if (e != ERR_OK)
		return e;
	q->answers = xcalloc(q->answers_count, sizeof *q->answers);
	q->is_answered = xcalloc(q->answers_count, sizeof *q->is_answered);
	request_suspend(q);
	statements_run(a, q);
	return ERR_OK;
}
