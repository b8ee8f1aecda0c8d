/* What a person signed: evaluated on the fold with everything before it, then through the one door. */
#include "node/core.h"

#include "accord/enrol.h"
#include "base/alloc.h"
#include "view/procedure.h"

#include <stdlib.h>
#include <string.h>

static struct effect_answer *answer_add(struct node *n, const struct command *in)
{
	struct effect *effect = effects_add(n->fx, EFFECT_ANSWER);

	if (effect == NULL)
		return NULL;
	effect->answer.client = in->client;
	return &effect->answer;
}

static enum err refuse(struct node *n, struct effect_answer *answer, enum err why, const char *limit)
{
	answer->err = why;
	answer->limit = limit;
	n->refused++;
	return ERR_OK;
}

static bool has_unknown_role(const struct accord *a, const struct statement *s)
{
	struct text_list roles = statement_list(s, FIELD_KEYS_ROLES);
	struct bytes name;

	while (text_list_next(&roles, &name)) {
		if (accord_role_find(a, name) == a->roles_count)
			return true;
	}
	return false;
}

/* OTHERWISE: with other posts. */
enum had { HAD_NOT, HAD_SO, HAD_OTHERWISE, HAD_BY_OTHER };

/* What this log says by now of the key that a `keys` statement names. ERR_NOT_FOUND: nothing. */
static enum err key_there(struct node *n, const struct line *line, const struct statement *s,
			  struct key_view *out)
{
	uint64_t index = line->log->frontier.size;
	struct recipient_view recipient;
	uint8_t hash[KEY_HASH_LEN];
	enum err e;

	hash_sha256(statement_bytes(s, FIELD_KEYS_KEY), hash);
	if (statement_uint(s, FIELD_KEYS_USE) != KEY_USE_RECIPIENT)
		return fold_key(&n->fold, &line->key, hash, index, out);
	e = fold_recipient(&n->fold, &line->key, hash, index, &recipient);
	if (e == ERR_OK)
		*out = recipient.view;
	return e;
}

/*
 * Whether this log has the key in force now that a `keys` statement adds, with what that says of it or
 * otherwise.
 */
static enum err had_key(struct node *n, const struct line *line, const struct statement *s, enum had *out,
			struct place_key *at)
{
	uint64_t index = line->log->frontier.size;
	struct key_view key = { 0 };
	enum err e = key_there(n, line, s, &key);

	*out = HAD_NOT;
	if (e != ERR_OK || !key_is_in_force(&key, index))
		return err_unless(e, ERR_NOT_FOUND);
	if (key.holder != statement_uint(s, FIELD_KEYS_HOLDER))
		*out = HAD_BY_OTHER;
	else
		*out = key.roles == enrol_roles(accord_here(n, line->key.channel), s) ? HAD_SO
										      : HAD_OTHERWISE;
	*at = (struct place_key){ line->key, key.added - 1 };
	return ERR_OK;
}

static bool is_addition(const struct statement *s)
{
	return s->kind == KIND_KEYS && statement_uint(s, FIELD_KEYS_ACT) == 0;
}

static bool is_withdrawal(const struct statement *s)
{
	return s->kind == KIND_KEYS && !is_addition(s);
}

static bool is_by_registrar(const struct command *in)
{
	for (size_t i = 0; i < in->signatures_count; i++) {
		if (in->signers[i].is_good && in->signers[i].registrar_in != 0)
			return true;
	}
	return false;
}

/*
 * What is withdrawn is in force in a log that it would go to; else it would stand in each of them for ever
 * and say nothing.
 */
static enum err withdrawal_check(struct node *n, const struct statement *s, struct effect_answer *answer)
{
	uint64_t use = statement_uint(s, FIELD_KEYS_USE);

	if (use != KEY_USE_OFFICER && use != KEY_USE_RECIPIENT)
		return ERR_OK;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct place_key at;
		enum had had;
		enum err e;
		if (!n->lines[i].is_own || (s->channel != 0 && s->channel != n->lines[i].key.channel))
			continue;
		e = had_key(n, &n->lines[i], s, &had, &at);
		if (e != ERR_OK || had != HAD_NOT)
			return e;
	}
	answer->limit = "keys.key";
	return ERR_NOT_FOUND;
}

/*
 * What is added stands in the log for ever: posts that there are, and a key that nobody has. Asked of every
 * log that it would go to, before any takes it. One for every log may stand in some of them already: the
 * others lost it, or are new. Where all have it, nothing new is said.
 */
static enum err keys_check(struct node *n, const struct statement *s, const struct command *in,
			   struct effect_answer *answer)
{
	size_t had_so = 0, had_not = 0;

	if (!is_addition(s))
		return is_withdrawal(s) ? withdrawal_check(n, s, answer) : ERR_OK;
	if (!is_by_registrar(in)) {
		answer->verdict = VERDICT_REGISTRAR;
		return ERR_REFUSED;
	}
	answer->limit = "keys.roles";
	if (has_unknown_role(accord_here(n, s->channel), s))
		return ERR_NOT_FOUND;
	answer->limit = "keys.key";
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		struct line *line = line_newest(n, c->number, n->self);
		enum had had;
		enum err e;
		if (line == NULL || !is_channel_of(c, n->self) ||
		    (s->channel != 0 && s->channel != c->number))
			continue;
		e = had_key(n, line, s, &had, &answer->place);
		if (e != ERR_OK || had == HAD_BY_OTHER)
			return e == ERR_OK ? ERR_EXISTS : e;
		had_so += had == HAD_SO;
		had_not += had != HAD_SO;
	}
	answer->is_said = had_so > 0 && had_not == 0;
	answer->limit = NULL;
	return ERR_OK;
}

/* Among own entries that wait to be folded, which no view knows yet. ERR_NOT_FOUND. */
static enum err find_waiting(struct node *n, const struct statement *s, struct place_key *out)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *line = &n->lines[i];

		if (!line->is_own || line->key.channel != s->channel)
			continue;
		for (uint64_t at = line->folded; at < line->log->frontier.size; at++) {
			struct buf memory = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
			struct entry entry;
			struct statement held;
			enum err e = line_entry(n, line, at, &memory, &entry, &held);

			if (e == ERR_OK && memcmp(held.id, s->id, STATEMENT_ID_LEN) == 0) {
				*out = (struct place_key){ line->key, at };
				return ERR_OK;
			}
			if (e != ERR_OK && e != ERR_ROT)
				return e;
		}
	}
	return ERR_NOT_FOUND;
}

/* A resend: the same id on the channel is answered with the first one's place. ERR_NOT_FOUND. */
static enum err find_resend(struct node *n, const struct statement *s, struct effect_answer *answer)
{
	enum err e = ERR_NOT_FOUND;

	if (PLANTED(RESEND_FILED_AGAIN) || s->kind <= KIND_ACCORD)
		return e;
	e = fold_find_id(&n->fold, s->channel, n->self, s->id, &answer->place);
	if (e == ERR_NOT_FOUND)
		e = find_waiting(n, s, &answer->place);
	if (e != ERR_OK)
		return e;
	answer->is_repeat = true;
	answer->err = ERR_OK;
	answer->verdict = VERDICT_OK;
	return ERR_OK;
}

/*
 * Our own door: nobody may claim to have seen what we do not hold. What we hold and have not folded has a
 * reason that a person can do something about.
 */
static enum err refuse_waiting(struct node *n, const struct fold_waits *waits, struct effect_answer *answer)
{
	for (size_t i = 0; i < waits->count; i++) {
		const struct line *on = line_find(n, &waits->of[i].log);
		struct waiting w;
		enum err e;
		if (on == NULL || on->log->frontier.size < waits->of[i].size)
			continue;
		e = node_waiting(n, &on->key, &w);
		answer->limit = w.cause == WAIT_VERSION ? "refers.version" : "refers.others";
		return e == ERR_OK ? ERR_REFUSED : e;
	}
	return ERR_NOT_FOUND;
}

/* The line that this party writes to on the channel now, or why it may not. */
static enum err own_line(struct node *n, uint32_t channel, struct line **out)
{
	struct line *line = line_newest(n, channel, n->self);

	if (line == NULL || (line->log->frontier.size == 0 && !line->is_recovering))
		return ERR_NOT_FOUND; /* never opened, or its opening was rolled back */
	if (is_shut(line) || line->is_closed)
		return ERR_RECOVERING;
	if (line->log->stopped.rule != NULL)
		return ERR_STOPPED;
	*out = line;
	return ERR_OK;
}

static struct entry entry_of(struct now now, const struct line *line, const struct command *in)
{
	struct entry entry = { .origin = line->log->origin,
			       .index = line->log->frontier.size,
			       .filed = now.wall,
			       .statement = in->statement,
			       .signatures_count = in->signatures_count };

	for (size_t i = 0; i < in->signatures_count; i++)
		entry.signatures[i] = in->signatures[i];
	return entry;
}

/* Into the memory of the turn's effects: it is published and sent from there. */
static enum err entry_build(struct node *n, const struct entry *entry, struct bytes *bytes)
{
	struct buf out;
	uint8_t *memory;
	size_t len = entry->statement.len + 256;

	for (size_t i = 0; i < entry->signatures_count; i++)
		len += entry->signatures[i].len + 8;
	memory = arena_alloc(&n->fx->arena, len, 1);
	if (memory == NULL)
		return ERR_MEMORY;
	buf_init(&out, memory, len);
	entry_write(entry, &out);
	*bytes = buf_bytes(&out);
	return buf_check(&out) != ERR_OK || bytes->len > ENTRY_LEN_MAX ? ERR_LIMIT : ERR_OK;
}

/* A peer never sees the home channel; our own door does: what was refused or cancelled there stays here. */
static enum err refused_at_home(struct node *n, struct now now, const struct statement *s,
				struct entry_view *view)
{
	bool is_ended;
	enum err e = draft_is_ended(&n->fold, n->self, s, &is_ended);

	if (e != ERR_OK)
		return e;
	if (is_ended) {
		view->verdict = VERDICT_ENDED;
		return ERR_OK;
	}
	e = procedure_at_door(n, s, view);
	return e == ERR_OK ? relief_at_door(n, now, s, view) : e;
}

/* What is held is told before what is to be approved: whoever approves it is to know. */
static enum err held_at_door(struct node *n, struct now now, const struct command *in,
			     const struct statement *s, struct entry_view *view)
{
	struct bytes content = in->content;
	uint8_t *memory = NULL;
	struct held_by held;
	enum err e;

	if (is_outside_release(s)) {
		struct buf words;
		memory = xcalloc(1, CONTENT_LEN_MAX);
		buf_init(&words, memory, CONTENT_LEN_MAX);
		content =
			node_outgoing(n, s, &words) == ERR_OK ? buf_bytes(&words) : (struct bytes){ NULL, 0 };
	}
	e = node_held_by(n, now, s, in->statement, content, &held);
	free(memory);
	/* Who signs beside the author has opened it and looked. */
	if (e == ERR_OK && (is_held(&held) || (view->verdict == VERDICT_OK && in->signatures_count < 2 &&
					       node_is_unsearched(n, s))))
		view->verdict = VERDICT_HELD;
	return e;
}

enum err verdict_refuse(const struct node *n, const struct statement *s, uint32_t channel,
			const struct entry_view *view, struct effect_answer *answer)
{
	answer->verdict = view->verdict;
	answer->line = view->line;
	answer->needed = view->needed;
	answer->hold_ms = view->hold_ms;
	answer->ruling = view->ruling;
	if (view->verdict == VERDICT_LABEL) {
		struct decision d = policy_statement(n->accord->guidelines, &s->label, n->self,
						     accord_channel_find(n->accord, channel));
		policy_denial(n->accord, &d, &answer->denial);
	}
	return ERR_REFUSED;
}

/*
 * The same judge for a statement that nobody has signed yet. Of a SUBMIT or an APPROVE the signature within
 * is taken for good as well.
 */
static enum err may_judge(struct node *n, struct now now, const struct command *in, const struct statement *s,
			  const struct signer *signer, struct effect_answer *answer)
{
	struct entry entry = { .filed = now.wall, .statement = in->statement, .signatures_count = 1 };
	struct fold_waits waits;
	struct judged judged;
	struct line *line;
	enum err e = own_line(n, s->channel, &line);

	if (e != ERR_OK)
		return e;
	entry.origin = line->log->origin;
	entry.index = line->log->frontier.size;
	e = judged_of(n, &line->key, &entry, s, signer, &judged);
	if (e == ERR_OK && judged.is_behind_rot)
		return ERR_ROT;
	if (e == ERR_OK)
		e = fold_is_ready(&n->fold, &judged.input, &waits);
	if (e == ERR_SHORT)
		e = refuse_waiting(n, &waits, answer);
	if (!judged.input.inner.is_good)
		judged.input.inner = *signer;
	judged.input.is_at_door = true;
	if (e == ERR_OK)
		e = fold_judge(&n->fold, &judged.input, &judged.view);
	if (e == ERR_OK && judged.view.verdict == VERDICT_OK)
		e = refused_at_home(n, now, s, &judged.view);
	if (e == ERR_OK && (judged.view.verdict == VERDICT_OK || judged.view.verdict == VERDICT_APPROVAL) &&
	    in->content.len > 0)
		e = held_at_door(n, now, in, s, &judged.view);
	if (e != ERR_OK)
		return e == ERR_SHORT ? ERR_NOT_FOUND : e;
	return judged.view.verdict == VERDICT_OK ? ERR_OK
						 : verdict_refuse(n, s, s->channel, &judged.view, answer);
}

enum err node_may(struct node *n, struct now now, const struct command *in, const uint8_t key[KEY_HASH_LEN],
		  struct effects *fx, struct effect_answer *answer)
{
	struct signer signer = { .is_good = true };
	struct command signed_by;
	struct statement s;
	struct fault fault;
	enum err e = statement_read(in->statement, &s, &fault);

	n->fx = fx;
	memcpy(signer.key, key, KEY_HASH_LEN);
	if (e != ERR_OK) {
		answer->limit = fault.rule;
		return e;
	}
	if (memcmp(s.accord, n->accord->id, ACCORD_ID_LEN) != 0)
		return ERR_ACCORD_DIFFERS;
	if (!bytes_equal(s.party, bytes_str(n->accord->parties[n->self].name))) {
		answer->verdict = VERDICT_SIGNATURE;
		return ERR_REFUSED;
	}
	if (accord_channel_find(n->accord, s.channel) == NULL)
		return ERR_NOT_FOUND;
	signed_by = *in;
	signed_by.signers = &signer;
	signed_by.signatures_count = 1;
	if (in->content.len > 0 || is_to_itself(n, &s))
		e = statement_check(n, now, &s, &signed_by, answer);
	if (e == ERR_OK && n->is_full) {
		answer->limit = "disk";
		e = ERR_FULL;
	}
	return e == ERR_OK ? may_judge(n, now, in, &s, &signer, answer) : e;
}

/* Under this accord and by our party: the rest is refused without a look at who signed it. */
static bool is_own_statement(const struct node *n, const struct statement *s)
{
	return memcmp(s->accord, n->accord->id, ACCORD_ID_LEN) == 0 &&
	       bytes_equal(s->party, bytes_str(n->accord->parties[n->self].name));
}

static void signers_of(const struct node *n, const struct command *in, struct signer *out)
{
	struct entry entry = { .statement = in->statement, .signatures_count = in->signatures_count };

	for (size_t i = 0; i < in->signatures_count; i++)
		entry.signatures[i] = in->signatures[i];
	signers_verify(n, n->self, &entry, out);
}

/* So many are verified while those before them are filed. */
#define SIGNERS_AHEAD 32u

static void find_signers(void *self, size_t index)
{
	const struct node_signers *s = self;
	struct command *in = &s->commands[index];
	struct statement statement;
	struct fault fault;

	if (statement_read(in->statement, &statement, &fault) != ERR_OK ||
	    !is_own_statement(s->node, &statement))
		return;
	signers_of(s->node, in, s->found[index]);
	in->signers = s->found[index];
}

void node_signers_next(struct node_signers *s, size_t index)
{
	if (s->work.task == NULL)
		s->work = (struct crew_work){ .task = find_signers, .self = s };
	while (s->done <= index)
		s->done = crew_next(s->node->crew, &s->work, s->count, SIGNERS_AHEAD);
}

/* Whether it counts as the next entry of that log; if not, the answer says why. */
static enum err entry_judge(struct node *n, struct now now, const struct command *in,
			    const struct statement *s, const struct line *line, const struct entry *entry,
			    struct judged *judged, struct effect_answer *answer)
{
	struct fold_waits waits;
	enum err e = judged_of(n, &line->key, entry, s, in->signers, judged);

	if (e == ERR_OK && judged->is_behind_rot)
		return ERR_ROT;
	if (e == ERR_OK)
		e = fold_is_ready(&n->fold, &judged->input, &waits);
	if (e == ERR_SHORT)
		e = refuse_waiting(n, &waits, answer);
	judged->input.is_at_door = true;
	if (e == ERR_OK)
		e = fold_judge(&n->fold, &judged->input, &judged->view);
	if (e == ERR_SHORT) { /* nor move to a version that we do not hold */
		answer->limit = "accord.version";
		e = ERR_NOT_FOUND;
	}
	if (e != ERR_OK)
		return e;
	if (judged->view.verdict == VERDICT_OK)
		e = refused_at_home(n, now, s, &judged->view);
	if (e == ERR_OK && (judged->view.verdict == VERDICT_OK || judged->view.verdict == VERDICT_APPROVAL))
		e = held_at_door(n, now, in, s, &judged->view);
	if (e == ERR_OK && judged->view.verdict != VERDICT_OK)
		e = verdict_refuse(n, s, line->key.channel, &judged->view, answer);
	return e;
}

/*
 * Behind own entries that wait: whether one of them moved the log to a version by which we do not judge yet.
 */
static bool moved_unfolded(const struct node *n, const struct line *line)
{
	size_t known;

	return places_version(&line->places, &n->versions, line->log->frontier.size, &known) != line->version;
}

/*
 * A statement for one channel, or the channel's copy of a statement for every channel. Behind own entries
 * that wait, neither a procedure nor a version that they moved to can be asked whether it counts.
 */
static enum err command_file(struct node *n, struct now now, const struct command *in,
			     const struct statement *s, uint32_t channel, struct effect_answer *answer)
{
	struct line *line;
	struct entry entry;
	struct judged judged;
	struct addition add = { .statement = s, .entry = &entry };
	enum err e = own_line(n, channel, &line);

	if (e != ERR_OK)
		return e;
	if (line->folded < line->log->frontier.size && (statement_must_count(s) || moved_unfolded(n, line)))
		return ERR_RECOVERING;
	if (line->staged_len + in->statement.len + in->content.len > BATCH_LEN_MAX - ENTRY_LEN_MAX ||
	    line->log->frontier.size - line->log->durable >= BATCH_ENTRIES_MAX) {
		/* A commit holds at most what one BATCH frame carries. */
		e = turn_flush(n, now);
		if (e == ERR_OK)
			e = turn_open(n);
		if (e != ERR_OK)
			return e;
	}
	entry = entry_of(now, line, in);
	e = entry_build(n, &entry, &add.bytes);
	if (e == ERR_LIMIT)
		answer->limit = "ENTRY_LEN_MAX";
	if (e == ERR_OK)
		e = entry_judge(n, now, in, s, line, &entry, &judged, answer);
	if (e != ERR_OK)
		return e;
	e = said_before(n, now, line, s, in, &answer->is_said, &answer->place);
	if (e != ERR_OK || answer->is_said)
		return e;
	judged.has_view = true;
	add.line = line;
	add.judged = &judged;
	add.content = in->content.len == 0 ? in->content : arena_copy(&n->fx->arena, in->content);
	if (in->content.len > 0 && add.content.ptr == NULL)
		return ERR_MEMORY;
	answer->place = (struct place_key){ line->key, entry.index };
	return entry_add(n, now, &add);
}

/*
 * A channel that a later version brought, whose log is not open: it begins with the keys of the others.
 * Or the log has moved already: what stopped half-way can be said again.
 */
static bool is_done_there(struct node *n, const struct statement *s, uint32_t channel)
{
	const struct line *line = line_newest(n, channel, n->self);
	uint8_t hash[HASH_LEN];
	struct place_key at;
	struct key_view key;
	enum had had;

	if (line == NULL || line->log->frontier.size == 0)
		return line == NULL || !line->is_recovering;
	if (is_addition(s))
		return had_key(n, line, s, &had, &at) == ERR_OK && had == HAD_SO;
	if (is_withdrawal(s))
		return key_there(n, line, s, &key) == ERR_OK &&
		       !key_is_in_force(&key, line->log->frontier.size);
	return accord_named_version(s, hash) && line->version < n->versions.count &&
	       accord_version_find(&n->versions, hash) <= line->version;
}

/* Who is let in is let in everywhere: the logs that know least of it, first in order, take nothing alone. */
static enum err addition_judge(struct node *n, struct now now, const struct command *in,
			       const struct statement *s, struct effect_answer *answer)
{
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		struct judged judged;
		struct entry entry;
		struct line *line;
		enum err e;
		if (!is_channel_of(c, n->self) || is_done_there(n, s, c->number))
			continue;
		e = own_line(n, c->number, &line);
		if (e != ERR_OK)
			return e;
		entry = entry_of(now, line, in);
		e = entry_judge(n, now, in, s, line, &entry, &judged, answer);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/*
 * Kinds 0 to 2 may be for every channel: then each of the party's open logs takes a copy. What is lost is
 * revoked at once: a log that takes nothing now keeps a withdrawal from no other, and the answer names it.
 */
static enum err command_everywhere(struct node *n, struct now now, const struct command *in,
				   const struct statement *s, struct effect_answer *answer)
{
	enum err e = is_addition(s) ? addition_judge(n, now, in, s, answer) : ERR_OK, why = ERR_OK;
	bool any = false;

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (!is_channel_of(c, n->self) || is_done_there(n, s, c->number))
			continue;
		e = command_file(n, now, in, s, c->number, answer);
		if (is_withdrawal(s) &&
		    (e == ERR_STOPPED || e == ERR_RECOVERING || e == ERR_REFUSED || e == ERR_ROT)) {
			answer->shut |= UINT64_C(1) << i;
			why = e;
			continue;
		}
		if (e != ERR_OK)
			return e;
		any = true;
	}
	if (!any && why != ERR_OK)
		return why;
	return any ? ERR_OK : s->kind == KIND_ACCORD ? ERR_EXISTS : ERR_NOT_FOUND;
}

static enum err command_judge(struct node *n, struct now now, const struct command *in,
			      struct effect_answer *answer)
{
	struct signer signers[STATEMENT_SIGNATURES_MAX];
	uint8_t named[HASH_LEN];
	struct command signed_by;
	struct statement s;
	struct fault fault;
	const struct accord_channel *channel;
	enum err e = statement_read(in->statement, &s, &fault);

	if (e != ERR_OK) {
		answer->limit = fault.rule;
		return e;
	}
	if (memcmp(s.accord, n->accord->id, ACCORD_ID_LEN) != 0)
		return ERR_ACCORD_DIFFERS;
	if (!bytes_equal(s.party, bytes_str(n->accord->parties[n->self].name)) || in->signatures_count == 0) {
		answer->verdict = VERDICT_SIGNATURE;
		return ERR_REFUSED;
	}
	channel = accord_channel_find(n->accord, s.channel);
	if (s.channel != 0 && channel == NULL)
		return ERR_NOT_FOUND;
	e = find_resend(n, &s, answer);
	if (e != ERR_NOT_FOUND)
		return e;
	signed_by = *in;
	if (in->signers == NULL) {
		signers_of(n, in, signers);
		signed_by.signers = signers;
	}
	e = statement_check(n, now, &s, &signed_by, answer);
	if (e != ERR_OK)
		return e;
	if (n->is_full) {
		/* What is left is for the peers' entries: their receipts must not wait for our disk. */
		answer->limit = "disk";
		return ERR_FULL;
	}
	e = turn_open(n);
	if (e != ERR_OK)
		return e;
	if (accord_named_version(&s, named) && accord_version_find(&n->versions, named) < n->versions.count &&
	    !can_sign_under(n, accord_version_find(&n->versions, named))) {
		answer->limit = "keys.signer";
		return ERR_REFUSED;
	}
	e = keys_check(n, &s, &signed_by, answer);
	if (e != ERR_OK || answer->is_said)
		return e;
	if (s.kind == KIND_OPEN)
		return epoch_open(n, now, &s, &signed_by, answer);
	return s.channel == 0 ? command_everywhere(n, now, &signed_by, &s, answer)
			      : command_file(n, now, &signed_by, &s, s.channel, answer);
}

/* Begun only if all that it may lead to has room in this turn, the flush and its notes included. */
static bool has_room(const struct node *n, const struct command *in)
{
	const size_t note_len = 4096, rest_len = CONTENT_LEN_MAX + (64u << 10);
	size_t channels = n->accord->channels_count, len = in->statement.len + in->content.len + 512;

	for (size_t i = 0; i < in->signatures_count; i++)
		len += in->signatures[i].len + 8;
	return effects_has_room(n->fx, 2 * channels + n->lines_count + 64,
				(channels + 1) * len + n->lines_count * note_len + rest_len);
}

enum err command_of_day(struct node *n, struct now now, const struct command *in, enum verdict *out)
{
	struct effect_answer answer = { .verdict = VERDICT_OK };
	enum err e = has_room(n, in) ? command_judge(n, now, in, &answer) : ERR_LIMIT;

	*out = answer.verdict;
	return e;
}

enum err node_command(struct node *n, struct now now, const struct command *in, struct effects *fx)
{
	struct effect_answer *answer;
	size_t at = fx->count;
	enum err e;

	n->fx = fx;
	if (!has_room(n, in))
		return ERR_LIMIT;
	answer = answer_add(n, in);
	if (answer == NULL)
		return ERR_LIMIT;
	e = command_judge(n, now, in, answer);
	if (e == ERR_OK) {
		/* The answer is the receipt that it is durable: it waits for the flush, also when it is a
		 * repeat,
		 * since the first may stand in this same turn. */
		fx->list[at].is_held = record_is_open(n->record) && !PLANTED(SHOW_BEFORE_FLUSH);
		return ERR_OK;
	}
	return refuse(n, answer, node_local(n, e, "a statement could not be written"), answer->limit);
}
