#include "record/signatures.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "wire/entry.h"

#include <stdlib.h>

#define GROUP_MAX 512u /* entries of one step */
#define GROUP_LEN (4u << 20)

struct group_row {
	struct bytes entry;
	struct signature_counts counts;
};

struct group {
	struct group_row rows[GROUP_MAX];
	struct crew_work work; /* .count: rows that are filled */
	struct buf memory;
	uint8_t bytes[GROUP_LEN];
};

/* One group is read while the crew verifies the other. */
struct signatures {
	struct record *record;
	struct crew *crew;
	struct signature_counts counts;
	size_t log; /* position of the log at hand */
	uint64_t next;
	struct group groups[2], *begun; /* begun: by the crew; NULL: none is */
};

struct signatures *signatures_new(struct record *r, struct crew *crew)
{
	struct signatures *s = xcalloc(1, sizeof *s);

	s->record = r;
	s->crew = crew;
	return s;
}

static void group_end(struct signatures *s)
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
	group_end(s);
	free(s);
}

const struct signature_counts *signatures_count(const struct signatures *s)
{
	return &s->counts;
}

static void verify_row(void *self, size_t index)
{
	struct group_row *row = &((struct group *)self)->rows[index];
	struct entry entry;
	struct fault fault;

	row->counts = (struct signature_counts){ 0, 0 };
	if (entry_open(row->entry, &entry, &fault) != ERR_OK)
		return;
	for (size_t i = 0; i < entry.signatures_count; i++) {
		struct sshsig sig;
		bool is_good = sshsig_verify(entry.signatures[i], BYTES_LIT(SSHSIG_STATEMENT),
					     entry.statement, &sig) == ERR_OK;
		row->counts.good += is_good;
		row->counts.bad += !is_good;
	}
}

/* Entries on from where the last group ended, as many as have room. */
static enum err fill(struct signatures *s, struct group *g)
{
	const struct log *log = record_log_at(s->record, s->log);

	while (g->work.count < GROUP_MAX && s->next < log->frontier.size &&
	       g->memory.max - g->memory.len >= ENTRY_LEN_MAX) {
		size_t from = g->memory.len;
		enum err e = record_entry(s->record, log, s->next++, &g->memory);
		if (e != ERR_OK && e != ERR_ROT)
			return e;
		if (e == ERR_OK)
			g->rows[g->work.count++].entry =
				(struct bytes){ g->memory.ptr + from, g->memory.len - from };
	}
	return ERR_OK;
}

enum err signatures_step(struct signatures *s)
{
	size_t logs = record_logs_count(s->record);
	struct group *g = &s->groups[s->begun == &s->groups[0]];
	enum err e = ERR_OK;

	g->work = (struct crew_work){ verify_row, g, 0 };
	buf_init(&g->memory, g->bytes, sizeof g->bytes);
	while (e == ERR_OK && s->log < logs && g->work.count < GROUP_MAX) {
		e = fill(s, g);
		if (e != ERR_OK || s->next < record_log_at(s->record, s->log)->frontier.size)
			break;
		s->log++;
		s->next = 0;
	}
	group_end(s);
	if (e != ERR_OK)
		return e;
	crew_begin(s->crew, &g->work);
	s->begun = g;
	if (s->log < logs)
		return ERR_SHORT;
	group_end(s);
	return ERR_OK;
}
