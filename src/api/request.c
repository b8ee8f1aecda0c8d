#include "api/request.h"

#include "api/http_library.h"
#include "api/place_text.h"
#include "api/routes.h"
#include "api/runs.h"
#include "base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned request_status(enum err e)
{
	static const unsigned statuses[ERR_COUNT] = {
		[ERR_OK] = MHD_HTTP_OK,
		[ERR_USAGE] = MHD_HTTP_BAD_REQUEST,
		[ERR_NOT_FOUND] = MHD_HTTP_NOT_FOUND,
		[ERR_EXISTS] = MHD_HTTP_CONFLICT,
		[ERR_REFUSED] = MHD_HTTP_FORBIDDEN,
		[ERR_LIMIT] = MHD_HTTP_CONTENT_TOO_LARGE,
		[ERR_STOPPED] = MHD_HTTP_CONFLICT,
		[ERR_RECOVERING] = MHD_HTTP_SERVICE_UNAVAILABLE,
		[ERR_DOWN] = MHD_HTTP_SERVICE_UNAVAILABLE,
		[ERR_TIMEOUT] = MHD_HTTP_GATEWAY_TIMEOUT,
		[ERR_FULL] = MHD_HTTP_INSUFFICIENT_STORAGE,
	};

	assert(e < ERR_COUNT);
	if (statuses[e] != 0)
		return statuses[e];
	return err_class(e) == ERR_CLASS_LOCAL ? MHD_HTTP_INTERNAL_SERVER_ERROR
					       : MHD_HTTP_UNPROCESSABLE_CONTENT;
}

struct bytes request_word(struct request *q, const char *name)
{
	const char *value = q->api->http->lookup_connection_value(q->connection, MHD_GET_ARGUMENT_KIND, name);

	q->word = name;
	return value == NULL ? (struct bytes){ NULL, 0 } : bytes_str(value);
}

struct bytes request_header(struct request *q, const char *name)
{
	const char *value = q->api->http->lookup_connection_value(q->connection, MHD_HEADER_KIND, name);

	return value == NULL ? (struct bytes){ NULL, 0 } : bytes_str(value);
}

static bool is_among(struct bytes words, const char *name)
{
	struct bytes one;

	while (words.len > 0) {
		if (bytes_take_until(&words, ' ', &one) != ERR_OK) {
			one = words;
			words.len = 0;
		}
		if (bytes_equal(one, bytes_str(name)))
			return true;
	}
	return false;
}

struct stranger {
	const char *prefix, *known;
	bool is_there;
};

static enum MHD_Result look_for_stranger(void *self, enum MHD_ValueKind kind, const char *name,
					 const char *value)
{
	struct stranger *s = self;

	(void)kind;
	(void)value;
	s->is_there =
		strncmp(name, s->prefix, strlen(s->prefix)) == 0 && !is_among(bytes_str(s->known), name);
	return s->is_there ? MHD_NO : MHD_YES;
}

bool request_has_stranger(struct request *q, const char *prefix, const char *known)
{
	struct stranger s = { .prefix = prefix, .known = known };

	q->api->http->get_connection_values(q->connection, MHD_GET_ARGUMENT_KIND, look_for_stranger, &s);
	return s.is_there;
}

void request_put_header(struct request *q, const char *name, const char *value)
{
	struct request_header *h = &q->headers[q->headers_count];

	assert(q->headers_count < REQUEST_HEADERS_MAX);
	h->name = name;
	snprintf(h->value, sizeof h->value, "%s", value);
	q->headers_count++;
}

enum err request_number(struct request *q, const char *name, uint64_t max, uint64_t otherwise, uint64_t *out)
{
	struct bytes word = request_word(q, name);

	if (word.ptr == NULL) {
		*out = otherwise;
		return ERR_OK;
	}
	return bytes_read_decimal(word, max, out);
}

/* A name that the accord does not have is this word's fault, and not that of what it would have led to. */
static enum err take_word(struct request *q, enum err e)
{
	q->is_word_unknown = e == ERR_NOT_FOUND;
	return e;
}

enum err request_place_as(struct api *a, struct request *q, const char *name, struct place_key *out)
{
	return take_word(q, place_text_read(node_accord(a->node), request_word(q, name), out));
}

enum err request_place(struct api *a, struct request *q, struct place_key *out)
{
	return request_place_as(a, q, "place", out);
}

enum err request_channel(struct api *a, struct request *q, uint32_t *out)
{
	return take_word(q, channel_text_read(node_accord(a->node), request_word(q, "channel"), out));
}

enum err request_party(struct api *a, struct request *q, const char *name, size_t otherwise, size_t *out)
{
	struct bytes word = request_word(q, name);

	if (word.ptr == NULL) {
		*out = otherwise;
		return ERR_OK;
	}
	return take_word(q, party_text_read(node_accord(a->node), word, out));
}

void request_suspend(struct request *q)
{
	assert(!q->is_suspended);
	q->is_suspended = true;
	q->api->http->suspend_connection(q->connection);
}

void request_resume(struct request *q)
{
	if (!q->is_suspended)
		return;
	q->is_suspended = false;
	q->api->http->resume_connection(q->connection);
}

/* ---- Where an answer is made. ---- */

void answer_block_take(struct api *a)
{
	a->block = a->spare != NULL ? a->spare : xcalloc(1, sizeof *a->block);
	a->block->api = a;
	a->reply_memory = a->block->memory;
	a->spare = NULL;
}

/* One is kept for the next: pages that were never written cost what the writing does. */
void answer_block_back(void *self)
{
	struct answer_block *b = self;

	if (b == NULL || b->api->spare != NULL) {
		free(b);
		return;
	}
	b->api->spare = b;
}

void request_answer(struct request *q, unsigned status, const char *media_type, struct bytes answer)
{
	assert(q->answer == NULL && q->block == NULL);
	if (answer.len >= ANSWER_BLOCK_MIN && answer.ptr == q->api->block->memory) {
		q->block = q->api->block;
		answer_block_take(q->api);
	} else {
		q->answer = xrealloc(NULL, answer.len + 1); /* all of it is written: no zeros before */
		if (answer.len > 0)
			memcpy(q->answer, answer.ptr, answer.len);
	}
	q->answer_len = answer.len;
	q->status = status;
	q->media_type = media_type;
	q->state = REQUEST_READY;
	request_resume(q);
}

/* Where no route is, as with another method, by its path: that is refused when the head is there. */
static bool is_of_taxii(const struct request *q)
{
	static const char path[] = "/taxii2/";

	return !q->listener->is_for_browsers &&
	       (q->route != NULL ? q->route->run == run_taxii : strncmp(q->path, path, sizeof path - 1) == 0);
}

void request_fail(struct api *a, struct request *q, enum err e, const char *text)
{
	struct buf out;
	struct reply r = { &out };

	if (is_of_taxii(q)) {
		taxii_fail(a, q, q->refused != 0 ? q->refused : request_status(e),
			   text == NULL ? err_text(e) : text);
		return;
	}
	buf_init(&out, a->reply_memory, REPLY_LEN_MAX);
	reply_object(&r, NULL);
	reply_str(&r, "err", err_name(e));
	if (q->rule != NULL)
		reply_str(&r, "rule", q->rule);
	else if (text == NULL && q->word != NULL && (e == ERR_USAGE || q->is_word_unknown))
		reply_str(&r, "rule", q->word);
	reply_str(&r, "text", text == NULL ? err_text(e) : text);
	reply_object_end(&r);
	if (q->is_unknown)
		q->refused = MHD_HTTP_UNAUTHORIZED;
	request_answer(q, q->refused != 0 ? q->refused : request_status(e), "application/json",
		       buf_bytes(&out));
}

void request_fail_method(struct api *a, struct request *q)
{
	char memory[REQUEST_HEADER_LEN];
	struct buf methods = BUF_ON(memory);

	if (is_of_taxii(q))
		taxii_methods(q->path, &methods);
	else
		route_methods(q->path, &methods);
	if (methods.len == 0) {
		request_fail(a, q, ERR_NOT_FOUND, "no such path: see docs/spec/api.md");
		return;
	}
	buf_put_byte(&methods, 0);
	assert(buf_check(&methods) == ERR_OK);
	request_put_header(q, MHD_HTTP_HEADER_ALLOW, memory);
	if (q->listener->is_for_browsers)
		q->rule = browser_rule_name(BROWSER_METHOD);
	q->refused = browser_rule_status(BROWSER_METHOD);
	request_fail(a, q, q->rule == NULL ? ERR_USAGE : ERR_REFUSED, browser_rule_text(BROWSER_METHOD));
}
