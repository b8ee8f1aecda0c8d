#include "record/signatures.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"

#include <assert.h>
#include <stdlib.h>

#define GROUP_MAX 512u /* entries that are verified while the next ones are read */
#define GROUP_LEN (4u << 20)

struct group_row {
	struct bytes statement, signatures[STATEMENT_SIGNATURES_MAX];
	size_t signatures_count;
	struct signature_counts counts;
};

struct group {
	struct group_row rows[GROUP_MAX];
	struct crew_work work; /* .count: rows that are filled */
	struct buf memory;
	uint8_t bytes[GROUP_LEN];
};

/* One group is filled while the crew verifies the other. */
struct signatures {
	struct crew *crew;
	struct signature_counts counts;
	struct group groups[2], *filled, *begun; /* begun: by the crew; NULL: none is */
};

static void verify_row(void *self, size_t index)
{
	struct group_row *row = &((struct group *)self)->rows[index];

	row->counts = (struct signature_counts){ 0, 0 };
	for (size_t i = 0; i < row->signatures_count; i++) {
		struct sshsig sig;
		bool is_good = sshsig_verify(row->signatures[i], BYTES_LIT(SSHSIG_STATEMENT), row->statement,
					     &sig) == ERR_OK;
		row->counts.good += is_good;
		row->counts.bad += !is_good;
	}
}

static void group_open(struct group *g)
{
	g->work = (struct crew_work){ .task = verify_row, .self = g };
	buf_init(&g->memory, g->bytes, sizeof g->bytes);
}

struct signatures *signatures_new(struct crew *crew)
{
	struct signatures *s = xcalloc(1, sizeof *s);

	s->crew = crew;
	s->filled = &s->groups[0];
	group_open(s->filled);
	return s;
}

static void begun_end(struct signatures *s)
{
	struct group *g = s->begun;

	if (g == NULL)
		return;
	crew_end(s->crew, &g->work);
	for (size_t i = 0; i < g->work.count; i++) {
		s->counts.good += g->rows[i].counts.good;
		s->counts.bad += g->rows[i].counts.bad;
	}
	s->begun = NULL;
}

void signatures_free(struct signatures *s)
{
	begun_end(s);
	free(s);
}

/* The crew has the group that was filled, and the other one is filled next. */
static void filled_begin(struct signatures *s)
{
	struct group *g = s->filled;

	begun_end(s);
	crew_begin(s->crew, &g->work);
	s->begun = g;
	s->filled = &s->groups[g == &s->groups[0]];
	group_open(s->filled);
}

static struct bytes kept(struct group *g, struct bytes part)
{
	struct bytes copy = { g->memory.ptr + g->memory.len, part.len };

	buf_put(&g->memory, part);
	return copy;
}

void signatures_add(struct signatures *s, const struct entry *entry)
{
	struct group *g = s->filled;
	struct group_row *row = &g->rows[g->work.count++];
	size_t from = g->memory.len;

	row->statement = kept(g, entry->statement);
	for (size_t i = 0; i < entry->signatures_count; i++)
		row->signatures[i] = kept(g, entry->signatures[i]);
	row->signatures_count = entry->signatures_count;
	assert(!g->memory.full && g->memory.len - from <= ENTRY_LEN_MAX);
	if (g->work.count == GROUP_MAX || g->memory.max - g->memory.len < ENTRY_LEN_MAX)
		filled_begin(s);
}

const struct signature_counts *signatures_count(struct signatures *s)
{
	filled_begin(s);
	begun_end(s);
	return &s->counts;
}
