/*
 * What is held and not folded: shown, so that a message that has a receipt here is never out of sight. Its
 * log is under a version of the accord that is not held, which a person mends; or others have not come yet.
 */
#include "node/core.h"

/* Entries of one log that are read for one answer: a peer can put any number of them there. */
#define WAITING_READ_MAX 1024u

const char *wait_cause_name(enum wait_cause c)
{
#define CAUSE_NAME(name) #name,
	static const char *const names[] = { WAIT_CAUSE_LIST(CAUSE_NAME) };
#undef CAUSE_NAME

	return names[index_below(c, WAIT_CAUSE_COUNT)];
}

bool is_urgent_message(const struct statement *s)
{
	return kind_is_message(s->kind) && s->has_precedence && s->precedence <= PRECEDENCE_IMMEDIATE;
}

static enum err read_statement(struct node *n, const struct line *line, uint64_t index, struct entry *entry,
			       struct statement *s)
{
	struct buf bytes = { n->scratch, 0, ENTRY_LEN_MAX, false };

	return line_entry(n, line, index, &bytes, entry, s);
}

/* Of the first one, behind which the others wait. What has rotted is others' to bring. */
static enum err find_cause(struct node *n, const struct line *line, enum wait_cause *out)
{
	struct entry entry;
	struct statement s;
	struct fold_input bare = { .entry = &entry, .statement = &s, .log = line->key };
	struct fold_waits waits;
	enum err e = read_statement(n, line, line->folded, &entry, &s);

	*out = WAIT_OTHERS;
	if (e != ERR_OK)
		return err_unless(e, ERR_ROT);
	e = fold_is_ready(&n->fold, &bare, &waits);
	if ((e == ERR_OK && waits.has_version) || (e == ERR_SHORT && waits.count == 0))
		*out = WAIT_VERSION;
	return err_unless(e, ERR_SHORT);
}

/* Each is read once, however often this is asked; what the bound leaves out is read for the next answer. */
static enum err count_urgent(struct node *n, struct line *line)
{
	uint64_t left = WAITING_READ_MAX;

	if (line->urgent.from != line->folded) {
		line->urgent.from = line->urgent.to = line->folded;
		line->urgent.count = 0;
	}
	for (; line->urgent.to < line->log->frontier.size && left > 0; left--) {
		struct entry entry;
		struct statement s;
		enum err e = read_statement(n, line, line->urgent.to, &entry, &s);
		if (e != ERR_OK && e != ERR_ROT)
			return e;
		line->urgent.count += e == ERR_OK && is_urgent_message(&s);
		line->urgent.to++;
	}
	return ERR_OK;
}

enum err node_waiting(struct node *n, const struct log_key *log, struct waiting *out)
{
	struct line *line = line_find(n, log);
	enum err e;

	*out = (struct waiting){ .cause = WAIT_NONE };
	if (line == NULL || line->folded == line->log->frontier.size)
		return ERR_OK;
	e = find_cause(n, line, &out->cause);
	if (e == ERR_OK)
		e = count_urgent(n, line);
	out->from = line->folded;
	out->count = line->log->frontier.size - line->folded;
	out->urgent = line->urgent.count;
	return e;
}
