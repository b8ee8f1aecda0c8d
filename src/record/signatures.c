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

struct signatures {
	struct record *record;
	struct crew *crew;
	struct signature_counts counts;
	size_t log; /* position of the log at hand */
	uint64_t next;
	struct group_row rows[GROUP_MAX];
	size_t rows_count;
	struct buf memory;
	uint8_t bytes[GROUP_LEN];
};

struct signatures *signatures_new(struct record *r, struct crew *crew)
{
	struct signatures *s = xcalloc(1, sizeof *s);

	s->record = r;
	s->crew = crew;
	return s;
}

void signatures_free(struct signatures *s)
{
	free(s);
}

const struct signature_counts *signatures_count(const struct signatures *s)
{
	return &s->counts;
}

static void verify_row(void *self, size_t index)
{
	struct group_row *row = &((struct signatures *)self)->rows[index];
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

/* Entries on from where the last step ended, as many as have room. */
static enum err fill(struct signatures *s)
{
	const struct log *log = record_log_at(s->record, s->log);

	while (s->rows_count < GROUP_MAX && s->next < log->frontier.size &&
	       s->memory.max - s->memory.len >= ENTRY_LEN_MAX) {
		size_t from = s->memory.len;
		enum err e = record_entry(s->record, log, s->next++, &s->memory);
		if (e != ERR_OK && e != ERR_ROT)
			return e;
		if (e == ERR_OK)
			s->rows[s->rows_count++].entry =
				(struct bytes){ s->memory.ptr + from, s->memory.len - from };
	}
	return ERR_OK;
}

enum err signatures_step(struct signatures *s)
{
	size_t logs = record_logs_count(s->record);
	enum err e = ERR_OK;

	s->rows_count = 0;
	buf_init(&s->memory, s->bytes, sizeof s->bytes);
	while (e == ERR_OK && s->log < logs && s->rows_count < GROUP_MAX) {
		e = fill(s);
		if (e != ERR_OK || s->next < record_log_at(s->record, s->log)->frontier.size)
			break;
		s->log++;
		s->next = 0;
	}
	crew_run(s->crew, verify_row, s, s->rows_count);
	for (size_t i = 0; i < s->rows_count; i++) {
		s->counts.good += s->rows[i].counts.good;
		s->counts.bad += s->rows[i].counts.bad;
	}
	if (e != ERR_OK)
		return e;
	return s->log < logs ? ERR_SHORT : ERR_OK;
}
