#include "terminal/follower.h"

#include "terminal/login.h"

#include "sys/clock.h"

#include <string.h>

#define EVENT_MS 20 /* what has begun to come is whole by then, or is another turn's */

static bool listen_again(struct follower *f)
{
	client_close(&f->stream);
	f->stream = (struct client){ .fd = -1 };
	if (client_try(&f->stream, f->options->home) != ERR_OK)
		return false;
	memcpy(f->stream.token, f->asks.token, sizeof f->stream.token);
	if (client_listen(&f->stream, NULL) != ERR_OK)
		return false;
	f->heard_ms = f->now_ms;
	return true;
}

enum exit_code follower_open(struct follower *f, const struct options *o)
{
	enum exit_code code;

	*f = (struct follower){ .options = o, .stream = { .fd = -1 }, .now_ms = clock_now().wall.ms };
	code = login_open(&f->asks, o);
	if (code == EXIT_DONE)
		f->is_down = !listen_again(f);
	return code;
}

void follower_close(struct follower *f)
{
	client_close(&f->stream);
	login_close(&f->asks);
}

bool follower_ask(struct follower *f, const char *target, json_t **view)
{
	struct client_answer answer;

	if (client_ask(&f->asks, "GET", target, (struct bytes){ NULL, 0 }, &answer) != ERR_OK) {
		f->is_down = true;
		return false;
	}
	f->is_over = f->is_over || answer.status == 401;
	if (answer.status == 200 && answer.json != NULL) {
		json_decref(*view);
		*view = json_incref(answer.json);
	}
	client_answer_finish(&answer);
	return !f->is_over;
}

bool follower_ask_inboxes(struct follower *f, const json_t *channels, uint64_t last, json_t **inboxes)
{
	json_t *all = json_array();
	const json_t *channel;
	bool is_whole = true;
	size_t i;

	json_array_foreach(json_object_get(channels, "channels"), i, channel)
	{
		json_t *inbox = NULL;
		struct query q;

		query_open(&q, "/inbox");
		query_put_number(&q, "channel", json_uint(channel, "number"));
		query_put_number(&q, "last", last);
		is_whole = is_whole && follower_ask(f, query_target(&q), &inbox);
		json_array_append_new(all, inbox == NULL ? json_null() : inbox);
	}
	if (is_whole) {
		json_decref(*inboxes);
		*inboxes = json_incref(all);
	}
	json_decref(all);
	return is_whole;
}

int follower_descriptor(const struct follower *f)
{
	return f->is_down ? -1 : f->stream.fd;
}

bool follower_hear(struct follower *f)
{
	bool is_changed = false;
	enum err e = ERR_OK;

	f->heard_ms = f->now_ms;
	while (e == ERR_OK) {
		json_t *event = NULL;
		bool is_reset;

		e = client_event(&f->stream, EVENT_MS, &event, NULL, &is_reset);
		is_changed = is_changed || e == ERR_OK;
		json_decref(event);
	}
	f->is_down = f->is_down || e != ERR_TIMEOUT;
	return is_changed;
}

bool follower_come_back(struct follower *f)
{
	client_close(&f->asks);
	f->asks = (struct client){ .fd = -1 };
	f->is_down = login_again(&f->asks, f->options) != ERR_OK || !listen_again(f);
	return !f->is_down;
}
