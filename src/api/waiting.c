/* What is held and not folded: messages that have a receipt here and stand in no list of messages yet. */
#include "api/runs.h"

#include "api/list.h"
#include "api/place_text.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/*
 * Entries of one party, in however many logs, that one answer looks through for the urgent ones among them,
 * and again for the others.
 */
#define WAITING_LOOKED_MAX 1024u

struct waiting_list {
	struct api *api;
	struct reply *reply;
	const struct log_status *log;
	struct waiting waiting;
	uint64_t count; /* of the answer */
	uint64_t looked[PARTY_MAX];
};

static bool is_full(const struct waiting_list *w)
{
	return w->count >= PAGE_DEFAULT || w->reply->out->len > REPLY_LEN_MAX / 2;
}

static enum err put_message(struct waiting_list *w, const struct place_key *place)
{
	const struct accord *accord = node_accord(w->api->node);
	struct reply *r = w->reply;
	size_t before = r->out->len;
	enum err e;

	reply_object(r, NULL);
	reply_str(r, "cause", wait_cause_name(w->waiting.cause));
	reply_str(r, "code", accord->parties[place->log.party].code);
	reply_uint(r, "channel", place->log.channel);
	reply_key(r, "entry");
	e = list_row(w->api, r, place);
	reply_object_end(r);
	if (e == ERR_OK)
		w->count++;
	else
		r->out->len = before;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err put_messages(struct waiting_list *w, bool is_urgent)
{
	uint64_t end = w->waiting.from + w->waiting.count, *looked = &w->looked[w->log->log.party];
	struct place_key place = { w->log->log, w->waiting.from };
	enum err e = ERR_OK;

	for (; e == ERR_OK && place.index < end && *looked < WAITING_LOOKED_MAX && !is_full(w);
	     place.index++) {
		struct entry_read_out entry;
		struct buf memory;
		(*looked)++;
		buf_init(&memory, w->api->entry_memory, ENTRY_LEN_MAX);
		e = node_entry(w->api->node, &place, &memory, &entry);
		if (e == ERR_OK && kind_is_message(entry.statement.kind) &&
		    is_urgent_message(&entry.statement) == is_urgent)
			e = put_message(w, &place);
		e = e == ERR_ROT || e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	return e;
}

enum err run_waiting(struct api *a, struct request *q, struct reply *r)
{
	struct log_status *logs = xcalloc(LOGS_MAX, sizeof *logs);
	size_t count = node_logs(a->node, logs, LOGS_MAX);
	struct waiting_list w = { .api = a, .reply = r };
	enum err e = ERR_OK;

	(void)q;
	a->reading.is_asked = true; /* also of none */
	reply_object(r, NULL);
	reply_array(r, "waiting");
	for (size_t i = 0; e == ERR_OK && i < 2 * count; i++) {
		bool may;
		w.log = &logs[i % count];
		if (i == count)
			memset(w.looked, 0, sizeof w.looked);
		e = reading_channel(&a->reading, w.log->log.channel, &may);
		if (e == ERR_OK && may)
			e = node_waiting(a->node, &w.log->log, &w.waiting);
		/* What the nodes say to each other is no message. */
		if (accord_channel_find(node_accord(a->node), w.log->log.channel)->plane == PLANE_SERVICE)
			continue;
		/* His others hide no urgent one: what has none costs nothing of the first look. */
		if (e == ERR_OK && may && w.waiting.cause != WAIT_NONE &&
		    (i >= count || w.waiting.urgent > 0))
			e = put_messages(&w, i < count);
	}
	reply_array_end(r);
	reply_object_end(r);
	free(logs);
	return e;
}
