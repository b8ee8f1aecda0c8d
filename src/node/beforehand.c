/*
 * What is signed for a day to come. It waits in the home channel, where the peer does not see it and its
 * author takes it back; on that day its node files it by the door by which he would have. The clock is this
 * node's, and it is judged by the time at which it was filed, which is in the entry: both sides say the same.
 */
#include "node/core.h"

#include "accord/guidelines.h"
#include "base/alloc.h"
#include "base/log.h"
#include "policy/policy.h"
#include "view/release.h"

#include <stdlib.h>
#include <string.h>

#define BEFOREHAND_EVERY_MS 2000u
#define BEFOREHAND_ROWS 64u /* that are looked at in one tick */

/* One such statement with its signatures, out of the home channel. */
struct dated {
	uint8_t submit_memory[ENTRY_LEN_MAX], approve_memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	uint8_t signatures_memory[STATEMENT_SIGNATURES_MAX][SSHSIG_LEN_MAX];
	struct entry_read_out submit, approve;
	struct statement outgoing;
	struct draft_view draft;
	struct command command;
};

static enum err add_signature(struct dated *d, const struct statement *of)
{
	struct command *c = &d->command;
	struct bytes signature = inner_signature(of);

	if (signature.len > SSHSIG_LEN_MAX)
		return ERR_RULE;
	memcpy(d->signatures_memory[c->signatures_count], signature.ptr, signature.len);
	c->signatures[c->signatures_count] =
		(struct bytes){ d->signatures_memory[c->signatures_count], signature.len };
	c->signatures_count++;
	return ERR_OK;
}

enum err draft_signer_is_good(struct node *n, struct now now, const struct draft_signer *signer,
			      uint32_t channel, bool *out)
{
	const struct line *line = line_newest(n, channel, n->self);
	uint64_t posts = ~accord_ended(n->accord, now.wall.ms);
	struct key_view key;
	enum err e = line == NULL ? ERR_NOT_FOUND
				  : fold_key(&n->fold, &line->key, signer->key, line->folded, &key);

	if (signer->is_releaser)
		posts &= releasing_roles(n->accord);
	*out = e == ERR_OK && key_is_in_force(&key, line->folded) && (key.roles & posts) != 0;
	return err_unless(e, ERR_NOT_FOUND);
}

/* The author's, and those of all whose approval counts still. */
static enum err add_signatures(struct node *n, struct now now, struct dated *d, bool *is_enough)
{
	bool is_author;
	enum err e = draft_signer_is_good(n, now, &d->draft.author, d->draft.channel, &is_author);

	if (e == ERR_OK)
		e = add_signature(d, &d->submit.statement);
	for (size_t i = 0; e == ERR_OK && i < d->draft.signers_count; i++) {
		const struct draft_signer *s = &d->draft.signers[i];
		struct buf memory = BUF_ON(d->approve_memory);
		bool counts = false;
		if (s->is_releaser && d->command.signatures_count < STATEMENT_SIGNATURES_MAX)
			e = draft_signer_is_good(n, now, s, d->draft.channel, &counts);
		if (e != ERR_OK || !counts)
			continue;
		e = node_entry(n, &s->at, &memory, &d->approve);
		if (e == ERR_OK)
			e = add_signature(d, &d->approve.statement);
	}
	*is_enough = is_author && d->command.signatures_count > d->draft.needed;
	return e;
}

/* ERR_NOT_FOUND: nothing of it waits any more. */
static enum err read_dated(struct node *n, const struct place_key *at, struct dated *d)
{
	struct buf memory = BUF_ON(d->submit_memory), content = BUF_ON(d->content_memory);
	struct place_key released;
	enum err e = node_entry(n, at, &memory, &d->submit);

	if (e == ERR_OK)
		e = submit_read(&d->submit.statement, &d->command.statement, &d->outgoing);
	if (e == ERR_OK)
		e = draft_find(&n->fold, at->log.channel, d->outgoing.id, &d->draft);
	if (e != ERR_OK)
		return e;
	if (d->draft.state != DRAFT_SUBMITTED)
		return ERR_NOT_FOUND;
	e = draft_released(&n->fold, &d->draft, &released);
	if (e != ERR_NOT_FOUND)
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	e = d->outgoing.has_content ? node_content(n, &d->outgoing, &content) : ERR_OK;
	d->command.content = buf_bytes(&content);
	return e;
}

/*
 * The log that it stands in has ended, as after a restore, and nobody said yes in the one behind it: a CANCEL
 * may have been lost with the end of the old one.
 */
static bool is_of_ended_log(struct node *n, const struct draft_view *draft)
{
	const uint32_t epoch = line_newest(n, draft->at.log.channel, n->self)->key.epoch;
	bool is_of_it = draft->at.log.epoch == epoch;

	for (size_t i = 0; i < draft->signers_count; i++)
		is_of_it |= draft->signers[i].at.log.epoch == epoch;
	return !is_of_it;
}

/* The item is behind the labels that took each other's place. */
static enum err find_recall(struct node *n, const struct place *of, struct place_key *out)
{
	struct entry_read_out *label = xcalloc(1, sizeof *label);
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	struct item_view item;
	enum err e = ERR_OK;

	*out = (struct place_key){ .index = 0 };
	for (bool is_label = true; e == ERR_OK && is_label && out->log.epoch == 0;) {
		struct place_key at = { { of->channel, accord_party_find(n->accord, of->party), of->epoch },
					of->index };
		struct buf memory;
		buf_init(&memory, bytes, ENTRY_LEN_MAX);
		e = fold_item(&n->fold, &at, &item);
		if (e != ERR_OK)
			break;
		*out = item.recall;
		e = node_entry(n, &at, &memory, label);
		is_label = label->statement.kind == KIND_DOWNGRADE || label->statement.kind == KIND_RELABEL;
		of = &label->statement.refers[0];
	}
	free(bytes);
	free(label);
	return e;
}

/* The label of the item now, if it is not the one that this takes the place of. */
static enum err find_label(struct node *n, const struct place *of, struct place_key *out)
{
	struct place_key on = { { of->channel, accord_party_find(n->accord, of->party), of->epoch },
				of->index };
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	*out = (struct place_key){ .index = 0 };
	while ((e = fold_next_act(&n->fold, &on, &at)) == ERR_OK) {
		e = fold_get(&n->fold, &at.place, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind == KIND_DOWNGRADE || v.kind == KIND_RELABEL) {
			*out = on = at.place;
			at = (struct message_at){ 0 };
		}
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err node_unfiled(struct node *n, const struct draft_view *draft, const struct statement *outgoing,
		      enum unfiled *out, struct place_key *by)
{
	const struct line *line = line_newest(n, draft->channel, n->self);
	enum err e = find_label(n, &outgoing->refers[0], by);

	*out = UNFILED_LABEL;
	if (e != ERR_OK || by->log.epoch != 0)
		return e;
	e = find_recall(n, &outgoing->refers[0], by);
	if (by->log.epoch != 0)
		*out = UNFILED_RECALLED;
	else if (is_of_ended_log(n, draft))
		*out = UNFILED_ENDED_LOG;
	else
		*out = is_open_line(line) ? UNFILED_NOT : UNFILED_RECOVERING;
	return e;
}

const char *unfiled_name(enum unfiled why)
{
	static const char *const names[UNFILED_COUNT] = { "", "LABEL", "RECALLED", "ENDED LOG",
							  "RECOVERING" };

	return names[index_below(why, UNFILED_COUNT)];
}

/* What officers are to look at once more before it goes: NULL is nothing. The rest the door says. */
static enum err doubt_of(struct node *n, const struct dated *d, const char **out)
{
	struct place_key by;
	enum unfiled why;
	enum err e = node_unfiled(n, &d->draft, &d->outgoing, &why, &by);

	*out = why == UNFILED_RECALLED	  ? "its item was asked back"
	       : why == UNFILED_ENDED_LOG ? "it stands in a log that has ended, as after a restore, where "
					    "it may have been taken back: who approves it anew files it"
					  : NULL;
	return e;
}

static enum err file_dated(struct node *n, struct now now, const struct message_at *due)
{
	struct dated *d = xcalloc(1, sizeof *d);
	enum verdict why = VERDICT_APPROVAL;
	const char *doubt = NULL;
	bool is_enough = false;
	enum err e = read_dated(n, &due->place, d);

	if (e == ERR_OK && now.wall.ms > d->draft.lapses_ms)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = doubt_of(n, d, &doubt);
	if (e == ERR_OK && doubt == NULL)
		e = add_signatures(n, now, d, &is_enough);
	if (e == ERR_OK)
		e = doubt == NULL && is_enough ? command_of_day(n, now, &d->command, &why) : ERR_REFUSED;
	/* Officers read it among the drafts; here it is told once. */
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_LIMIT && due->order > n->beforehand_told_ms)
		log_notice("channel %u: what was signed for this day cannot be filed: %s", d->draft.channel,
			   doubt != NULL      ? doubt
			   : e == ERR_REFUSED ? verdict_name(why)
					      : err_text(e));
	n->unfiled_count += e == ERR_REFUSED || e == ERR_RECOVERING || e == ERR_STOPPED;
	free(d);
	return failure_of(e);
}

/* The oldest that has not lapsed is no older than an approval may be. */
static struct message_at walk_front(const struct node *n, struct now now)
{
	uint64_t lasts = 0;

	for (int plane = 0; plane < PLANE_COUNT; plane++) {
		struct guidelines_span span = policy_approval(n->accord->guidelines, (enum plane)plane);
		lasts = span.ms > lasts ? span.ms : lasts;
	}
	return (struct message_at){ .order = now.wall.ms > lasts ? now.wall.ms - lasts : 0 };
}

enum err beforehand_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	if (n->accord->guidelines == NULL ||
	    mono_is_before(now.mono, mono_add_ms(n->last_beforehand, BEFOREHAND_EVERY_MS)))
		return ERR_OK;
	n->last_beforehand = now.mono;
	for (size_t rows = 0; e == ERR_OK && rows < BEFOREHAND_ROWS;) {
		const struct accord_channel *c;
		if (n->beforehand_channel >= n->accord->channels_count) {
			n->beforehand_channel = 0;
			n->beforehand_at = walk_front(n, now);
			n->beforehand_told_ms = now.wall.ms;
			n->unfiled = n->unfiled_count;
			n->unfiled_count = 0;
			break;
		}
		c = &n->accord->channels[n->beforehand_channel];
		e = c->plane == PLANE_HOME && is_channel_of(c, n->self)
			    ? fold_next_beforehand(&n->fold, c->number, &n->beforehand_at)
			    : ERR_NOT_FOUND;
		if (e == ERR_NOT_FOUND || (e == ERR_OK && n->beforehand_at.order > now.wall.ms)) {
			n->beforehand_channel++;
			n->beforehand_at = walk_front(n, now);
			e = ERR_OK;
		} else if (e == ERR_OK) {
			rows++;
			e = file_dated(n, now, &n->beforehand_at);
		}
	}
	return e;
}
