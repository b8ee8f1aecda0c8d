/* Who reads the answer that is being made, and what the reading needs of the node for it. */
#include "api/request.h"

#include "base/alloc.h"

/*
 * What a statement of a dialogue says that decides who may know of it. An entry never changes, so a list that
 * is asked for again needs no record for it.
 */
#define MEMO_LABEL_LEN 64u

struct reading_memo {
	struct place_key at, of; /* .log.epoch 0: none */
	uint64_t kind;
	uint8_t label_len, label[MEMO_LABEL_LEN];
};

/* Entries of one log lie side by side, so a list of one log takes no place twice. */
static struct reading_memo *memo_at(const struct api *a, const struct place_key *at)
{
	uint64_t log = (uint64_t)at->log.channel * PARTY_MAX + at->log.party;

	return &a->memos[(at->index + log * 0x9e3779b1u) & (READING_MEMOS_MAX - 1)];
}

struct reading_memo *reading_memos_new(void)
{
	return xcalloc(READING_MEMOS_MAX, sizeof(struct reading_memo));
}

/* What it leads to is one place at most, and it is marked as every one of these is. */
static void memo_put(const struct api *a, const struct place_key *at, const struct statement *s)
{
	const struct accord *accord = node_accord(a->node);
	struct reading_memo *m = memo_at(a, at);
	struct buf label;

	if (!kind_is_dialogue(s->kind) || !s->has_label || s->has_instance || s->refers_count > 1)
		return;
	*m = (struct reading_memo){ .kind = s->kind };
	if (s->refers_count == 1)
		m->of = (struct place_key){ { s->refers[0].channel,
					      accord_party_find(accord, s->refers[0].party),
					      s->refers[0].epoch },
					    s->refers[0].index };
	buf_init(&label, m->label, sizeof m->label);
	label_write(&s->label, &label);
	m->label_len = (uint8_t)label.len;
	if (buf_check(&label) == ERR_OK && (s->refers_count == 0 || m->of.log.party < accord->parties_count))
		m->at = *at;
}

static bool memo_get(const struct api *a, const struct place_key *at, struct statement *out)
{
	const struct reading_memo *m = memo_at(a, at);
	struct cbor_reader r;

	if (m->at.log.epoch == 0 || !place_key_equal(&m->at, at))
		return false;
	/* All that a reading looks at: the whole of one would be written twice for each row of a list. */
	out->kind = m->kind;
	out->has_label = true;
	out->has_content = out->has_instance = false;
	out->fields_count = 0;
	out->refers_count = m->of.log.epoch != 0;
	if (out->refers_count > 0)
		out->refers[0] = (struct place){ .channel = m->of.log.channel,
						 .party = bytes_str(
							 node_accord(a->node)->parties[m->of.log.party].name),
						 .epoch = m->of.log.epoch,
						 .index = m->of.index };
	cbor_open_known(&r, (struct bytes){ m->label, m->label_len });
	return label_read(&r, &out->label) == ERR_OK;
}

static enum err fetch_entry(struct api *a, const struct place_key *at, struct statement *out)
{
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	buf_init(&memory, a->reading_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, &entry);
	if (e == ERR_OK) {
		*out = entry.statement;
		memo_put(a, at, out);
	}
	return e;
}

/* Apart from the above, whose entry would be zeroed for each memo too. */
static enum err fetch(void *self, const struct place_key *at, struct statement *out)
{
	struct api *a = self;

	return memo_get(a, at, out) ? ERR_OK : fetch_entry(a, at, out);
}

static uint32_t epoch(void *self, uint32_t channel, size_t party)
{
	const struct api *a = self;

	return node_epoch(a->node, channel, party);
}

struct login_asking request_asking(const struct api *a)
{
	return (struct login_asking){ .record = &a->record, .party = node_self(a->node), .now = a->now };
}

static enum err is_in_sight(void *self, const struct place_key *at)
{
	return request_may_place(self, at);
}

enum err request_read_as(struct api *a, const struct request *q, bool *has_ended)
{
	struct login_asking asking;
	struct login *s;
	enum err e;

	*has_ended = false;
	a->sight = (struct fold_sight){ is_in_sight, a };
	a->record = (struct reading_record){ node_fold(a->node), a, fetch, epoch, a->now.wall.ms };
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
