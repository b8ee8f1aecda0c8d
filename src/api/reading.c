/* Who reads the answer that is being made, and what the reading needs of the node for it. */
#include "api/request.h"

#include "view/dialogue.h"

static enum err marking_of(void *self, const struct place_key *at, struct marking *out)
{
	struct api *a = self;
	struct buf marking = BUF_ON(a->marking_memory);
	enum err e = fold_marking(node_fold(a->node), at, &marking);

	return e == ERR_OK ? marking_read(node_accord(a->node), buf_bytes(&marking), out) : e;
}

static enum err fetch(void *self, const struct place_key *at, struct statement *out)
{
	struct api *a = self;
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	buf_init(&memory, a->reading_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, &entry);
	if (e == ERR_OK)
		*out = entry.statement;
	return e;
}

static uint32_t epoch(void *self, uint32_t channel, size_t party)
{
	const struct api *a = self;

	return node_epoch(a->node, channel, party);
}

static const struct accord *in_force(void *self, uint32_t channel)
{
	const struct api *a = self;

	return node_in_force_on(a->node, channel);
}

struct login_asking request_asking(const struct api *a)
{
	return (struct login_asking){ .record = &a->record, .party = node_self(a->node), .now = a->now };
}

static enum err is_in_sight(void *self, const struct place_key *at)
{
	return request_may_place(self, at);
}

static enum err is_label_in_sight(void *self, const struct log_key *log, struct bytes label)
{
	struct api *a = self;
	struct marking m = { .label = label };
	bool may;
	enum err e = reading_marking_label(&a->reading, log, &m, &may);

	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

enum err request_read_as(struct api *a, const struct request *q, bool *has_ended)
{
	struct login_asking asking;
	struct login *s;
	enum err e;

	*has_ended = false;
	a->sight = (struct fold_sight){ is_in_sight, a, is_label_in_sight };
	a->record = (struct reading_record){ node_fold(a->node), a,	     fetch,   epoch,
					     a->now.wall.ms,	 marking_of, in_force };
	if (q->session == 0) {
		bool is_nobody = a->is_owner_blind || q->listener->is_for_browsers;
		reading_open(&a->reading, &a->record, is_nobody ? READING_NOBODY : READING_OWNER);
		return ERR_OK;
	}
	reading_open(&a->reading, &a->record, READING_NOBODY);
	asking = request_asking(a);
	e = login_find_serial(&a->logins, &asking, q->session, &s);
	*has_ended = s == NULL;
	if (e == ERR_OK && s != NULL)
		reading_open_officer(&a->reading, &a->record, node_self(a->node), s->key);
	return e;
}

bool request_may_go_on(struct api *a, struct request *q)
{
	bool has_ended;
	enum err e = request_read_as(a, q, &has_ended);

	if (e == ERR_OK && !has_ended)
		return true;
	q->is_unknown = e == ERR_OK;
	request_fail(a, q, e == ERR_OK ? ERR_REFUSED : e,
		     e == ERR_OK ? login_rule_text(LOGIN_SESSION) : NULL);
	return false;
}

enum err request_may(struct api *a, const struct place_key *at, const struct statement *s)
{
	bool may;
	enum err e = reading_statement(&a->reading, at, s, &may);

	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

enum err request_may_place(struct api *a, const struct place_key *at)
{
	bool may;
	enum err e = reading_place(&a->reading, at, &may);

	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

enum err request_may_thing(struct api *a, const struct thing_row *row)
{
	struct marking m;
	bool may;
	enum err e = thing_marking(row, &m);

	if (e == ERR_NOT_FOUND)
		return request_may_place(a, &row->place);
	e = reading_marking(&a->reading, &row->place, &m, &may);
	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

enum err request_may_state(struct api *a, const struct place_key *at)
{
	bool may = false;
	enum err e = request_may_place(a, at);

	if (e == ERR_OK)
		e = reading_whole(&a->reading, at->log.channel, &may);
	return e != ERR_OK || may ? e : ERR_NOT_FOUND;
}

const struct fold_sight *request_sight(const struct api *a)
{
	return a->reading.as == READING_OWNER ? NULL : &a->sight;
}

enum err request_sight_of(struct api *a, uint32_t channel, const struct fold_sight **out)
{
	bool is_whole;
	enum err e = reading_whole(&a->reading, channel, &is_whole);

	*out = is_whole ? NULL : request_sight(a);
	return e;
}

/* A place of no entry: nothing of this decision is found again under a place that somebody else takes. */
enum err request_may_copy(struct api *a, const struct place_key *at, const struct statement *s)
{
	struct place_key nowhere = { at->log, UINT64_MAX };
	enum err e;

	reading_forget(&a->reading, &nowhere);
	e = request_may(a, &nowhere, s);
	reading_forget(&a->reading, &nowhere);
	return e;
}
