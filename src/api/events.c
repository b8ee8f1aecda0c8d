#include "api/events.h"

#include "api/entry_reply.h"
#include "api/place_text.h"
#include "api/runs.h"
#include "base/alloc.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

static const char *const change_names[CHANGE_COUNT] = {
	[CHANGE_ENTRY] = "ENTRY",	    [CHANGE_RECEIPT] = "RECEIPT", [CHANGE_SENT] = "SENT",
	[CHANGE_ADVANCE] = "ADVANCE",	    [CHANGE_PATH] = "PATH",	  [CHANGE_LOG] = "LOG",
	[CHANGE_ATTACHMENT] = "ATTACHMENT",
};

static void put_number(struct api *a, struct buf *out, uint64_t number)
{
	buf_put_decimal(out, a->run);
	buf_put_byte(out, '-');
	buf_put_decimal(out, number);
}

/* ---- The text of an event. ---- */

static void reply_entry_event(struct api *a, struct reply *r, const struct event *event,
			      struct entry_read_out *entry, struct bytes content)
{
	const struct accord *accord = node_accord(a->node);

	reply_object(r, "entry");
	/* As it was filed: what became of it since is an event of its own. */
	reply_entry(r, accord, &event->place, entry, &entry->statement, false);
	if (content.len > 0)
		reply_content(r, accord, &entry->statement, content);
	reply_object_end(r);
}

/* From the bytes that the effect brings, while they are at hand: nothing is read from the disk for it. */
static void reply_fresh_entry(struct api *a, struct reply *r, const struct event *event,
			      const struct effect_publish *publish)
{
	struct entry_read_out entry = { .is_folded = publish->is_folded, .view = publish->view };
	struct fault fault;

	if (entry_read(publish->entry, &entry.entry, &entry.statement, &fault) == ERR_OK)
		reply_entry_event(a, r, event, &entry, publish->content);
}

/* The statement came ahead of its log: it has no leaf and no verdict yet. */
static void reply_advance(struct api *a, struct reply *r, const struct effect_publish *publish)
{
	struct statement s;
	struct fault fault;

	if (statement_read(publish->entry, &s, &fault) == ERR_OK)
		reply_copy(r, node_accord(a->node), publish->advance, &publish->place, &s, publish->content);
}

/* From the record: a client comes back and asks for what nobody listened to. */
static void reply_stored_entry(struct api *a, struct reply *r, const struct event *event)
{
	struct entry_read_out entry;
	struct buf memory, content;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	buf_init(&content, a->content_memory, CONTENT_LEN_MAX);
	if (node_entry(a->node, &event->place, &memory, &entry) != ERR_OK)
		return;
	if (!entry.statement.has_content ||
	    node_words(a->node, &event->place, &entry.statement, &content) != ERR_OK)
		buf_reset(&content);
	reply_entry_event(a, r, event, &entry, buf_bytes(&content));
}

static void reply_log(struct api *a, struct reply *r, const struct place_key *place)
{
	char memory[96];
	struct buf text = BUF_ON(memory);

	log_text_write(node_accord(a->node), &place->log, &text);
	reply_text(r, "log", buf_bytes(&text));
}

static void event_write(struct api *a, const struct event *event, const struct effect_publish *fresh,
			struct buf *out)
{
	const struct accord *accord = node_accord(a->node);
	struct reply r = { out };

	buf_put_str(out, "id: ");
	put_number(a, out, event->number);
	buf_put_str(out, "\ndata: ");
	reply_object(&r, NULL);
	reply_str(&r, "change", change_names[event->change]);
	switch (event->change) {
	case CHANGE_ENTRY:
		reply_place(&r, "place", accord, &event->place);
		if (fresh != NULL)
			reply_fresh_entry(a, &r, event, fresh);
		else
			reply_stored_entry(a, &r, event);
		break;
	case CHANGE_ADVANCE:
		reply_log(a, &r, &event->place);
		if (fresh != NULL)
			reply_advance(a, &r, fresh);
		break;
	case CHANGE_RECEIPT:
	case CHANGE_SENT:
		reply_log(a, &r, &event->place);
		reply_uint(&r, "size", event->place.index);
		reply_str(&r, "peer", accord->parties[event->peer].name);
		break;
	case CHANGE_PATH:
		reply_str(&r, "peer", accord->parties[event->peer].name);
		break;
	case CHANGE_LOG:
		reply_log(a, &r, &event->place);
		break;
	case CHANGE_ATTACHMENT:
	case CHANGE_COUNT:
		break;
	}
	reply_object_end(&r);
	buf_put_str(out, "\n\n");
}

/* ---- The ring. ---- */

static void event_forget_text(struct api *a, struct event *event)
{
	if (event->text == NULL)
		return;
	a->events_len -= event->kept_len;
	free(event->text);
	event->text = NULL;
}

/* Texts are kept within EVENTS_LEN_MAX; an older one is written again if it is asked for. */
static void make_room(struct api *a, size_t len)
{
	for (size_t i = 1; i <= EVENTS_KEPT_MAX && a->events_len + len > EVENTS_LEN_MAX; i++)
		event_forget_text(a, &a->events[(a->newest + i) % EVENTS_KEPT_MAX]);
}

static void event_make_text(struct api *a, struct event *event, const struct effect_publish *fresh)
{
	size_t text_len;
	struct buf out;

	buf_init(&out, a->reply_memory, REPLY_LEN_MAX);
	event_write(a, event, fresh, &out);
	assert(buf_check(&out) == ERR_OK); /* an entry and its content as JSON are far below */
	text_len = out.len;
	/*
	 * Whether a session may be told of a copy is asked of its statement, which stands behind the text.
	 */
	if (event->change == CHANGE_ADVANCE && fresh != NULL)
		buf_put(&out, fresh->entry);
	assert(buf_check(&out) == ERR_OK);
	make_room(a, out.len);
	event->text = xcalloc(1, out.len + 1);
	memcpy(event->text, out.ptr, out.len);
	event->text_len = text_len;
	event->kept_len = out.len;
	a->events_len += out.len;
}

void events_publish(struct api *a, const struct effect_publish *publish)
{
	struct event *event = &a->events[publish->number % EVENTS_KEPT_MAX];

	event_forget_text(a, event);
	*event = (struct event){ .number = publish->number,
				 .change = publish->change,
				 .place = publish->place,
				 .peer = publish->peer < node_accord(a->node)->parties_count ? publish->peer
											     : 0 };
	a->newest = publish->number;
	/* An advance copy is in no log to be read from later. */
	if (a->streams_count == 0 && event->change != CHANGE_ADVANCE)
		return;
	event_make_text(a, event, publish);
	for (size_t i = 0; i < a->requests_end; i++) {
		struct request *q = a->requests[i];
		if (q != NULL && q->state == REQUEST_STREAMS)
			request_resume(q);
	}
}

void events_beat(struct api *a)
{
	if (a->streams_count == 0 || mono_is_before(a->now.mono, a->next_beat))
		return;
	a->next_beat = mono_add_ms(a->now.mono, BEAT_MS);
	for (size_t i = 0; i < a->requests_end; i++) {
		struct request *q = a->requests[i];
		if (q == NULL || q->state != REQUEST_STREAMS || !q->is_suspended)
			continue;
		q->stream.is_beaten = true;
		request_resume(q);
	}
}

void events_drop(struct api *a)
{
	for (size_t i = 0; i < EVENTS_KEPT_MAX; i++)
		event_forget_text(a, &a->events[i]);
}

/* ---- A stream. ---- */

/*
 * The event's text, made if it was not; NULL if it has left the ring. A text that was made before an erasure
 * may hold the words that it took.
 */
static struct event *event_at(struct api *a, uint64_t number)
{
	struct event *event = &a->events[number % EVENTS_KEPT_MAX];

	if (a->erasures != node_erasures(a->node))
		events_drop(a);
	a->erasures = node_erasures(a->node);
	if (event->number != number)
		return NULL;
	if (event->text == NULL)
		event_make_text(a, event, NULL);
	return event;
}

static void stream_say(struct stream *s, const char *text, size_t len)
{
	char *own = xcalloc(1, len + 1);

	memcpy(own, text, len);
	s->text = own;
	s->text_len = len;
	s->text_at = 0;
}

/* "hello" says from which number on the stream tells; "reset" that something was missed before it. */
static void stream_greet(struct api *a, struct stream *s, const char *word, uint64_t number)
{
	char memory[160];
	struct buf out = BUF_ON(memory);

	buf_put_str(&out, "id: ");
	put_number(a, &out, number);
	buf_put_str(&out, "\nevent: ");
	buf_put_str(&out, word);
	buf_put_str(&out, "\ndata: {\"number\":\"");
	put_number(a, &out, number);
	buf_put_str(&out, "\"}\n\n");
	stream_say(s, memory, out.len);
}

static bool stream_beat(struct stream *s)
{
	if (!s->is_beaten)
		return false;
	stream_say(s, ": beat\n\n", 8);
	s->is_beaten = false;
	return true;
}

/* Whether what comes next can still be told. */
static bool is_kept(struct api *a, const struct stream *s)
{
	return s->next <= a->newest + 1 && (s->next > a->newest || event_at(a, s->next) != NULL);
}

/* Chooses what to say next; false: nothing. */
static bool stream_next(struct api *a, struct stream *s)
{
	const struct event *event;

	if (!s->is_greeted || !is_kept(a, s)) {
		bool is_known = is_kept(a, s);
		s->is_greeted = true;
		if (!is_known)
			s->next = a->newest + 1;
		stream_greet(a, s, is_known ? "hello" : "reset", s->next - 1);
		return true;
	}
	if (s->next <= a->newest) {
		event = event_at(a, s->next);
		stream_say(s, event->text, event->text_len);
		s->next++;
		return true;
	}
	return stream_beat(s);
}

/*
 * ---- A session's stream: of the same events those that its officer knows of, in a count of its own. ----
 */

/* The size that was told before by the same peer in the same way; 0: none that is kept. */
static uint64_t size_before(const struct api *a, const struct event *event)
{
	for (uint64_t n = event->number - 1; n > 0 && n + EVENTS_KEPT_MAX > a->newest; n--) {
		const struct event *other = &a->events[n % EVENTS_KEPT_MAX];
		if (other->number == n && other->change == event->change && other->peer == event->peer &&
		    log_key_equal(&other->place.log, &event->place.log))
			return other->place.index;
	}
	return 0;
}

/*
 * Of sizes no more is told than how far it reaches of what he knows of, and only when it reaches further.
 */
static enum err may_tell_size(struct api *a, const struct event *event, uint64_t *size)
{
	enum err e = reading_size(&a->reading, &event->place.log, event->place.index, size);

	return e != ERR_OK || *size > size_before(a, event) ? e : ERR_NOT_FOUND;
}

static enum err may_tell_copy(struct api *a, const struct event *event)
{
	struct bytes bytes = { (const uint8_t *)event->text + event->text_len,
			       event->kept_len - event->text_len };
	struct statement s;
	struct fault fault;

	/*
	 * Its text was dropped, and no log has it: whose it was nobody can say, so he is told that he missed
	 * one.
	 */
	if (bytes.len == 0)
		return ERR_SHORT;
	if (statement_read(bytes, &s, &fault) != ERR_OK)
		return ERR_NOT_FOUND;
	return request_may_copy(a, &event->place, &s);
}

/* ERR_NOT_FOUND: it is nothing to him. */
static enum err may_tell(struct api *a, const struct event *event, uint64_t *size)
{
	bool may = false;
	enum err e = ERR_OK;

	switch (event->change) {
	case CHANGE_ENTRY:
		return request_may_place(a, &event->place);
	case CHANGE_ADVANCE:
		return may_tell_copy(a, event);
	case CHANGE_RECEIPT:
	case CHANGE_SENT:
		return may_tell_size(a, event, size);
	case CHANGE_LOG:
		e = reading_channel(&a->reading, event->place.log.channel, &may);
		break;
	case CHANGE_PATH:
		may = true;
		break;
	case CHANGE_ATTACHMENT: /* it does not say of what */
	case CHANGE_COUNT:
		break;
	}
	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

/*
 * Its number for the officer: the next one, or the one under which another stream of his has told it.
 * 0: it is not known any more under which.
 */
static uint64_t told_number(struct told *t, uint64_t number)
{
	if (number > t->at[t->count % SESSION_EVENTS_MAX]) {
		t->count++;
		t->at[t->count % SESSION_EVENTS_MAX] = number;
		return t->count;
	}
	for (uint64_t n = t->count; n > 0 && n + SESSION_EVENTS_MAX > t->count; n--) {
		if (t->at[n % SESSION_EVENTS_MAX] == number)
			return n;
	}
	return 0;
}

/* The event under that number: its text, or with another size. */
static void tell(struct api *a, struct stream *s, const struct event *event, uint64_t number, uint64_t size)
{
	const char *rest = memchr(event->text, '\n', event->text_len);
	struct event shown = *event;
	struct buf out;

	buf_init(&out, a->reply_memory, REPLY_LEN_MAX);
	if (event->change == CHANGE_RECEIPT || event->change == CHANGE_SENT) {
		shown.place.index = size;
		shown.number = number;
		event_write(a, &shown, NULL, &out);
	} else {
		buf_put_str(&out, "id: ");
		put_number(a, &out, number);
		buf_put(&out, (struct bytes){ (const uint8_t *)rest,
					      event->text_len - (size_t)(rest - event->text) });
	}
	stream_say(s, (const char *)out.ptr, out.len);
}

static void stream_end(struct stream *s)
{
	char memory[256];
	struct buf out = BUF_ON(memory);
	struct reply r = { &out };

	buf_put_str(&out, "event: end\ndata: ");
	reply_object(&r, NULL);
	reply_str(&r, "rule", login_rule_name(LOGIN_SESSION));
	reply_str(&r, "text", login_rule_text(LOGIN_SESSION));
	reply_object_end(&r);
	buf_put_str(&out, "\n\n");
	stream_say(s, memory, out.len);
	s->is_ended = true;
}

static bool login_reset(struct api *a, struct stream *s, const struct told *told)
{
	s->next = a->newest + 1;
	stream_greet(a, s, "reset", told->count);
	return true;
}

/* As stream_next. */
static bool login_next(struct api *a, struct request *q)
{
	struct login_asking asking = request_asking(a);
	struct stream *s = &q->stream;
	struct login *session = NULL;
	struct told *told;
	uint64_t number, size = 0;
	bool has_ended;
	enum err e = request_read_as(a, q, &has_ended);

	if (e == ERR_OK && !has_ended)
		e = login_find_serial(&a->logins, &asking, q->session, &session);
	if (e != ERR_OK) {
		s->is_ended = true; /* of the session this says nothing: who asks again is told why */
		return false;
	}
	if (session == NULL) {
		stream_end(s);
		return true;
	}
	told = login_told(&a->logins, session, a->newest);
	if (!s->is_greeted || !is_kept(a, s)) {
		bool is_known = is_kept(a, s);
		s->is_greeted = true;
		if (!is_known)
			return login_reset(a, s, told);
		stream_greet(a, s, "hello", s->greeted_at);
		return true;
	}
	for (; s->next <= a->newest; s->next++) {
		const struct event *event = event_at(a, s->next);
		if (event == NULL)
			return login_reset(a, s, told);
		e = may_tell(a, event, &size);
		if (e == ERR_NOT_FOUND)
			continue;
		number = e == ERR_OK ? told_number(told, event->number) : 0;
		if (number == 0)
			return login_reset(a, s, told);
		tell(a, s, event, number, size);
		s->next++;
		return true;
	}
	return stream_beat(s);
}

static void stream_drop_text(struct stream *s)
{
	free(s->text);
	s->text = NULL;
}

static bool next_text(struct api *a, struct request *q)
{
	return q->session == 0 ? stream_next(a, &q->stream) : login_next(a, q);
}

ssize_t events_read(void *self, uint64_t position, char *out, size_t max)
{
	struct request *q = self;
	struct stream *s = &q->stream;
	size_t done = 0;

	(void)position;
	while (done < max && (s->text != NULL || (!s->is_ended && next_text(q->api, q)))) {
		size_t left = s->text_len - s->text_at, len = left < max - done ? left : max - done;
		memcpy(out + done, s->text + s->text_at, len);
		done += len;
		s->text_at += len;
		if (s->text_at == s->text_len)
			stream_drop_text(s);
	}
	if (done > 0) {
		s->is_beaten = false;
		return (ssize_t)done;
	}
	if (s->is_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request_suspend(q);
	return 0;
}

/* "RUN-NUMBER"; false: of another run, or no such text. */
static bool read_after(struct api *a, struct bytes word, uint64_t *number)
{
	struct bytes run;
	uint64_t value;

	return bytes_take_until(&word, '-', &run) == ERR_OK &&
	       bytes_read_decimal(run, UINT64_MAX, &value) == ERR_OK && value == a->run &&
	       bytes_read_decimal(word, UINT64_MAX - 1, number) == ERR_OK;
}

/* In the officer's own count, which he cannot tell the node's from. */
static enum err login_go_on(struct api *a, struct request *q, struct bytes after)
{
	struct login_asking asking = request_asking(a);
	const struct told *told;
	struct login *s;
	uint64_t number;
	enum err e = login_find_serial(&a->logins, &asking, q->session, &s);

	if (e != ERR_OK || s == NULL)
		return e != ERR_OK ? e : ERR_REFUSED;
	told = login_told(&a->logins, s, a->newest);
	q->stream.next = a->newest + 1;
	q->stream.greeted_at = told->count;
	if (after.ptr == NULL)
		return ERR_OK;
	if (!read_after(a, after, &number) || number > told->count ||
	    number + SESSION_EVENTS_MAX <= told->count) {
		q->stream.next = UINT64_MAX;
		return ERR_OK;
	}
	q->stream.next = told->at[number % SESSION_EVENTS_MAX] + 1;
	q->stream.greeted_at = number;
	return ERR_OK;
}

enum err run_events(struct api *a, struct request *q, struct reply *r)
{
	struct bytes last = request_header(q, "Last-Event-ID"), after = request_word(q, "after");
	uint64_t number;
	enum err e;

	(void)r;
	a->reading.is_asked = true; /* of each event, when it is told */
	if (last.ptr != NULL) /* an EventSource that comes back asks with its first words, and says this */
		after = last;
	if (a->streams_count == STREAMS_MAX)
		return ERR_LIMIT;
	if (after.ptr == NULL)
		q->stream.next = a->newest + 1;
	else if (read_after(a, after, &number))
		q->stream.next = number + 1;
	else
		q->stream.next = UINT64_MAX; /* known to nobody: "reset" */
	if (q->session != 0) {
		e = login_go_on(a, q, after);
		if (e != ERR_OK)
			return e;
	}
	if (a->streams_count++ == 0)
		a->next_beat = mono_add_ms(a->now.mono, BEAT_MS);
	q->state = REQUEST_STREAMS;
	q->status = MHD_HTTP_OK;
	q->media_type = "text/event-stream";
	return ERR_OK;
}
