/* What an entry must be to count: who signed it, where it stands, what it refers to, what came before. */
#include "view/judge.h"

#include "accord/enrol.h"
#include "accord/form.h"
#include "policy/policy.h"
#include "view/rows.h"

/* Whose key a `keys` statement adds. */
static uint64_t named_holder(const struct statement *s)
{
	return statement_uint(s, FIELD_KEYS_HOLDER);
}

/*
 * One signature is enough before anybody has spoken in the first log: those whom the accord begins with. A
 * later epoch has those of the log before it; but a home channel, which nobody gives back and whose yes
 * releases nothing by itself, begins anew. And only of every log at once: where he has spoken in one, those
 * that are still silent, and the first of a channel that came later, let nobody in whom that one does not.
 */
static enum err judge_founding(const struct case_file *c, enum verdict *out)
{
	struct place_key at = { c->in->log, 0 };
	struct entry_view v;

	*out = c->in->statement->channel == 0 && (c->in->log.epoch == 1 || c->channel->plane == PLANE_HOME)
		       ? VERDICT_OK
		       : VERDICT_TWO;
	for (; *out == VERDICT_OK && at.index < c->in->entry->index; at.index++) {
		enum err e = fold_get(c->f, &at, &v);
		if (e != ERR_OK)
			return e;
		if (v.kind > KIND_KEYS)
			*out = VERDICT_TWO;
	}
	return ERR_OK;
}

/* The log of the epoch before this one, and how much of it this one had seen; false: there is none. */
static enum err log_before(const struct fold *f, const struct log_key *log, struct log_key *before,
			   uint64_t *size, bool *out)
{
	struct place_key open = { *log, 0 };
	struct entry_view v;
	enum err e = fold_get(f, &open, &v);

	*out = false;
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	*before = *log;
	before->epoch = v.past.of[log->party].epoch;
	*size = v.past.of[log->party].size;
	*out = before->epoch != 0 && before->epoch < log->epoch;
	return ERR_OK;
}

/*
 * How the key that is named stood in that log before the entry of that index. ERR_NOT_FOUND: nothing was said
 * of it.
 */
static enum err stood(const struct case_file *c, const struct log_key *log, uint64_t index,
		      struct key_view *out)
{
	struct recipient_view recipient;
	uint64_t use = statement_uint(c->in->statement, FIELD_KEYS_USE);
	enum err e;

	if (use != KEY_USE_OFFICER && use != KEY_USE_RECIPIENT)
		return ERR_NOT_FOUND; /* of a node's own keys the accord says which are good */
	if (use == KEY_USE_OFFICER)
		return row_get_key(c->f->map, log, c->in->named_key, index, out);
	e = row_get_recipient(c->f->map, log, c->in->named_key, index, &recipient);
	*out = recipient.view;
	return e;
}

/*
 * A new epoch repeats who was in force where the log before it ended: nobody is given anything by that. It
 * does so before anything else is said of the key there: what was changed or withdrawn since does not come
 * back.
 */
static enum err is_repeated_key(const struct case_file *c, bool *out)
{
	struct log_key before;
	struct key_view key;
	uint64_t size;
	bool has_before;
	enum err e = stood(c, &c->in->log, c->in->entry->index, &key);

	*out = false;
	if (e != ERR_NOT_FOUND)
		return e;
	e = log_before(c->f, &c->in->log, &before, &size, &has_before);
	if (e != ERR_OK || !has_before)
		return e;
	e = stood(c, &before, size, &key);
	*out = e == ERR_OK && key_is_in_force(&key, size) && key.holder == named_holder(c->in->statement) &&
	       (enrol_roles(c->f->accord, c->in->statement) & ~key.roles) == 0;
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * Posts whose authority has ended. By claimed times alone: whoever claims an earlier one is found out by the
 * time of filing.
 */
static uint64_t ended_roles(const struct case_file *c)
{
	return accord_ended(c->f->accord, c->in->statement->claimed.ms) |
	       accord_ended(c->f->accord, c->in->entry->filed.ms);
}

enum err judge_key(const struct case_file *c, size_t signature, struct key_view *out)
{
	enum err e =
		row_get_key(c->f->map, &c->in->log, c->in->signers[signature].key, c->in->entry->index, out);

	if (e == ERR_OK)
		out->roles &= ~ended_roles(c);
	return e;
}

/* Two keys of one holder are one person. */
static size_t persons(const uint64_t *holders, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t before = 0;
		while (before < i && holders[before] != holders[i])
			before++;
		found += before == i;
	}
	return found;
}

/* As many as the guidelines say, and never one alone. */
static size_t erasers(const struct accord *a)
{
	size_t by = a->guidelines == NULL ? 0 : a->guidelines->acts[GUIDELINES_ERASE].by;

	return by > 2 ? by : 2;
}

enum err judge_signatures(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	size_t role = accord_role_find(c->f->accord, s->role);
	bool has_registrar = false, holds_role = false, has_second = false, is_repeated = false;
	uint64_t holders[STATEMENT_SIGNATURES_MAX];
	size_t officers = 0;
	enum err e = ERR_OK;

	if (c->view->is_node)
		return ERR_OK;
	if (s->kind == KIND_KEYS && c->in->log.epoch > 1)
		e = is_repeated_key(c, &is_repeated);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < c->in->entry->signatures_count; i++) {
		const struct signer *signer = &c->in->signers[i];
		struct key_view key;
		if (!signer->is_good) {
			*out = VERDICT_SIGNATURE;
			return ERR_OK;
		}
		if (is_by_registrar(c, i)) {
			has_registrar = true;
			continue;
		}
		if (is_repeated)
			continue;
		e = judge_key(c, i, &key);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && !key_is_in_force(&key, c->in->entry->index))) {
			*out = VERDICT_KEY;
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		/* The first is the author's: who signs beneath it lends him no post. */
		if (officers == 0 && role < c->f->accord->roles_count)
			holds_role = (key.roles >> role & 1) != 0;
		/* Who gives such a post beside the registrar was given one himself by two. */
		has_second = has_second || enrol_is_second(c->f->accord, s, key.holder, key.roles);
		holders[officers++] = key.holder;
	}
	if (s->kind == KIND_KEYS && has_registrar && enrol_takes_two(c->f->accord, s) && !has_second &&
	    !is_repeated)
		return judge_founding(c, out);
	if (s->kind <= KIND_ACCORD)
		*out = has_registrar ? VERDICT_OK : VERDICT_REGISTRAR;
	else if (s->kind == KIND_ERASE && persons(holders, officers) < erasers(c->f->accord))
		*out = VERDICT_TWO;
	else
		*out = holds_role ? VERDICT_OK : VERDICT_ROLE;
	return ERR_OK;
}

/*
 * What was withdrawn may be lost, or in the wrong hands: it stays so, whoever is named, and in each epoch
 * behind the one where that was said.
 */
enum err judge_key_anew(const struct case_file *c, enum verdict *out)
{
	struct log_key log = c->in->log;
	uint64_t index = c->in->entry->index;
	bool has_log = true;
	enum err e = ERR_OK;

	if (c->in->statement->kind != KIND_KEYS || statement_uint(c->in->statement, FIELD_KEYS_ACT) != 0)
		return ERR_OK;
	while (e == ERR_OK && has_log && *out == VERDICT_OK) {
		struct key_view key;
		e = stood(c, &log, index, &key);
		/* What an ended log says behind where the next one begins was not in this one's past. */
		if (e == ERR_OK && key.withdrawn <= index)
			*out = VERDICT_WITHDRAWN;
		if (e == ERR_OK || e == ERR_NOT_FOUND)
			e = log_before(c->f, &(struct log_key){ log.channel, log.party, log.epoch }, &log,
				       &index, &has_log);
	}
	return e;
}

/*
 * What its party says on a channel that it observes: that its log is there and whose keys are good in it,
 * that another one forked, what became of a recall; and what it said is erased like any other words.
 */
bool is_beside_voices(const struct accord_channel *c, size_t party, uint64_t kind)
{
	return (c->observers >> party & 1) != 0 && kind > KIND_ACCORD && kind != KIND_FORK &&
	       kind != KIND_RECALL_DONE && kind != KIND_RECALL_REFUSED && kind != KIND_ERASE;
}

enum err judge_channel(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	size_t role = accord_role_find(c->f->accord, s->role);
	/* Of a party that observes no post writes: any that reads answers. */
	uint64_t writers = (c->channel->observers >> c->in->log.party & 1) != 0 ? accord_let_in(c->channel)
										: c->channel->writers;

	if ((c->channel->parties >> c->in->log.party & 1) == 0)
		*out = VERDICT_CHANNEL;
	else if (is_beside_voices(c->channel, c->in->log.party, s->kind))
		*out = VERDICT_OBSERVER;
	else if (s->has_precedence && (c->channel->precedences >> s->precedence & 1) == 0)
		*out = VERDICT_PRECEDENCE;
	else if (!c->view->is_node && s->kind > KIND_ACCORD &&
		 (role == c->f->accord->roles_count || (writers >> role & 1) == 0))
		*out = VERDICT_ROLE;
	else if (!c->view->is_node && s->kind > KIND_ACCORD && (ended_roles(c) >> role & 1) != 0)
		*out = VERDICT_EXPIRED;
	return ERR_OK;
}

/*
 * `rel` names all parties of the channel; guidelines ask for more. What is said in every log of its party is
 * for whoever holds them: on a channel that came later, others than it names.
 */
enum err judge_label(const struct case_file *c, enum verdict *out)
{
	const struct accord *a = c->f->accord;

	if (!c->in->statement->has_label || c->view->is_node || c->in->statement->channel == 0)
		return ERR_OK;
	for (size_t i = 0; i < a->parties_count; i++) {
		if ((c->channel->parties >> i & 1) != 0 &&
		    !label_has(&c->in->statement->label, BYTES_LIT("rel"), bytes_str(a->parties[i].code)))
			*out = VERDICT_REL;
	}
	if (*out == VERDICT_OK && a->guidelines != NULL) {
		struct decision d = policy_statement(a->guidelines, &c->in->statement->label,
						     c->in->log.party, c->channel);
		if (!d.is_allowed)
			*out = VERDICT_LABEL;
		c->view->line = d.line;
	}
	return ERR_OK;
}

/* By what way was tried, and whom, is free text: which way it went alone is none. */
bool is_free_attempt(const struct statement *s)
{
	return s->kind == KIND_ATTEMPT && (statement_field(s, FIELD_ATTEMPT_PATH) != NULL ||
					   statement_field(s, FIELD_ATTEMPT_WHOM) != NULL);
}

/*
 * What the bytes show of it: that they are said to be sealed, and for which kind of keys. For whom, and
 * whether they are sealed at all, only those find who hold a key. Fields are not sealed: what has its words
 * there is said on another channel.
 */
enum err judge_sealing(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	uint64_t wanted =
		c->f->accord->post_quantum == POST_QUANTUM_REQUIRED ? SEALING_HYBRID : SEALING_X25519;

	if (c->view->is_node)
		return ERR_OK;
	if (s->has_content && (c->channel->is_sealed || s->content.sealing != SEALING_NONE) &&
	    s->content.sealing < wanted)
		*out = VERDICT_SEALING;
	if (c->channel->is_sealed && (kind_is_dialogue(s->kind) || is_free_attempt(s)))
		*out = VERDICT_SEALING;
	/* Whether they are there, folds ask; what they say, nobody does. */
	if ((c->channel->is_sealed || (s->has_content && s->content.sealing != SEALING_NONE)) &&
	    form_has_clear_words(s))
		*out = VERDICT_SEALING;
	return ERR_OK;
}

/* Whoever observes is told, and asked nothing. */
enum err judge_addressees(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	const struct accord *a = c->f->accord;

	for (size_t i = 0; i < s->addressees_count; i++) {
		size_t party = accord_party_find(a, s->addressees[i].party);
		size_t role = accord_role_find(a, s->addressees[i].role);
		bool is_node = bytes_equal(s->addressees[i].role, BYTES_LIT(ROLE_NODE));
		unsigned to =
			s->addressees[i].is_information ? c->channel->parties : accord_voices(c->channel);
		if (is_node && party != a->parties_count && (to >> party & 1) != 0)
			continue;
		if (party == a->parties_count || (to >> party & 1) == 0 || role == a->roles_count ||
		    (a->roles[role].parties >> party & 1) == 0)
			*out = VERDICT_ADDRESSEE;
	}
	return ERR_OK;
}

/* What settles a message for whom it was said to. */
static bool is_answer(uint64_t kind)
{
	return kind == KIND_REPLY || kind == KIND_DECLINE || kind == KIND_DEFER;
}

/*
 * Whoever says that he acts for a post may, as long as that post says anything itself. An answer that does
 * not say for whom is one for every post of its party that the message is to (ladder.c): for none of which
 * the accord names others.
 */
enum err judge_acting(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement, *of = c->in->subject;
	const struct accord *a = c->f->accord;
	const struct statement *urgent = is_answer(s->kind) && of != NULL ? of : s;
	size_t role = accord_role_find(a, s->role), post;
	enum precedence precedence = urgent->has_precedence ? urgent->precedence : PRECEDENCE_ROUTINE;

	if (c->view->is_node || s->kind <= KIND_ACCORD)
		return ERR_OK;
	if (s->acting_for.len > 0) {
		post = accord_role_find(a, s->acting_for);
		if (post == a->roles_count || !accord_may_act(a, role, post, c->channel->plane, precedence))
			*out = VERDICT_ACTING;
		else if ((ended_roles(c) >> post & 1) != 0)
			*out = VERDICT_EXPIRED;
		return ERR_OK;
	}
	for (size_t i = 0; is_answer(s->kind) && of != NULL && i < of->addressees_count; i++) {
		post = accord_role_find(a, of->addressees[i].role);
		if (!bytes_equal(of->addressees[i].party, s->party) || of->addressees[i].is_information ||
		    post == a->roles_count || !accord_is_acted_for(a, post))
			continue;
		if (!accord_may_act(a, role, post, c->channel->plane, precedence))
			*out = VERDICT_ACTING;
		else if ((ended_roles(c) >> post & 1) != 0 && *out == VERDICT_OK)
			*out = VERDICT_EXPIRED;
	}
	return ERR_OK;
}

enum err judge_repetition(const struct case_file *c, enum verdict *out)
{
	struct place_key at = { 0 };
	enum err e;

	if (c->in->statement->kind <= KIND_ACCORD)
		return ERR_OK;
	while ((e = row_next_id(c->f->map, c->in->log.channel, c->in->statement->id, &at)) == ERR_OK) {
		bool is_seen;
		e = past_covers(c->f, &c->view->past, &at, &is_seen);
		if (e != ERR_OK)
			return e;
		if (is_seen)
			*out = VERDICT_REPEATED;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err judge_references(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;

	for (size_t i = 0; i < s->refers_count; i++) {
		struct place_key at;
		if (!refers_place(c->f, c->in, &s->refers[i], &at) || !c->in->refers_match[i])
			*out = VERDICT_REFERS;
	}
	return ERR_OK;
}

enum whose { WHOSE_ANY, WHOSE_OWN, WHOSE_OTHERS };

/* ---- What a node may say by itself; the rest a person signs: docs/spec/ladder.md section "Nodes". ---- */

/* What it is about has its own row below, or in the file of its kind. */
static const struct node_rule {
	enum kind kind;
	bool is_line_check; /* form N01, ROUTINE, on SERVICE, of a node's message; else it is no form */
	bool has_content;   /* the proof of a fork: no words */
	bool is_of_own;	    /* about a message of its own party */
} node_rules[] = {
	{ .kind = KIND_OPEN },
	{ .kind = KIND_FORK, .has_content = true },
	{ .kind = KIND_DIGEST },
	{ .kind = KIND_MESSAGE, .is_line_check = true },
	{ .kind = KIND_REPLY, .is_line_check = true },
	{ .kind = KIND_QUERY, .is_of_own = true },
	{ .kind = KIND_NEGATIVE },
	{ .kind = KIND_LAPSE },
	{ .kind = KIND_FATE },
	{ .kind = KIND_ESCALATED },
	{ .kind = KIND_CONFIRM },
	{ .kind = KIND_MANNING },
};

static const struct node_rule *node_rule_find(uint64_t kind)
{
	for (size_t i = 0; i < ARRAY_COUNT(node_rules); i++) {
		if (node_rules[i].kind == kind)
			return &node_rules[i];
	}
	return NULL;
}

static bool is_line_check(const struct case_file *c)
{
	const struct statement *s = c->in->statement;

	return c->channel->plane == PLANE_SERVICE && s->has_form &&
	       bytes_equal(s->form, BYTES_LIT(FORM_LINE_CHECK)) &&
	       (!s->has_precedence || s->precedence == PRECEDENCE_ROUTINE);
}

enum err judge_node(const struct case_file *c, enum verdict *out)
{
	const struct statement *s = c->in->statement;
	const struct node_rule *rule = node_rule_find(s->kind);

	if (!c->view->is_node)
		return ERR_OK;
	if (rule == NULL)
		*out = VERDICT_SIGNATURE; /* whoever it is that says it, nobody signed it */
	else if ((s->has_content && !rule->has_content) ||
		 (rule->is_line_check ? !is_line_check(c) : s->has_form))
		*out = VERDICT_ROLE;
	else if ((rule->is_line_check && c->kind->refers == KIND_REFERS_ONE && !c->subject_view.is_node) ||
		 (rule->is_of_own &&
		  (c->subject.log.party != c->in->log.party || !kind_is_message(c->subject_view.kind))))
		*out = VERDICT_REFERS;
	for (size_t i = 0; i < s->addressees_count && *out == VERDICT_OK; i++) {
		if (!bytes_equal(s->addressees[i].role, BYTES_LIT(ROLE_NODE)))
			*out = VERDICT_ADDRESSEE;
	}
	return ERR_OK;
}

/* ---- Which step must have been taken before: PROCEDURES section 1, a row a kind. ---- */

static const struct step_rule {
	enum kind kind;
	enum whose subject_of; /* whose statement it is about */
	/* the subject is a READ BACK of an own message; else a MESSAGE or REQUEST if is_on_message */
	bool is_on_read_back;
	bool is_on_message;
	bool needs_watch_read; /* by the same party, before; a node's own answer does not */
	bool may_be_void;      /* the subject need not count */
} step_rules[] = {
	{ KIND_ERASE, WHOSE_OWN, false, false, false, true },
	{ KIND_WATCH_READ, WHOSE_OTHERS, false, true, false, false },
	{ KIND_READ_BACK, WHOSE_OTHERS, false, true, true, false },
	{ KIND_MARK, WHOSE_OTHERS, true, false, false, false },
	{ KIND_PRESENTED, WHOSE_OTHERS, false, true, true, false },
	{ KIND_REPLY, WHOSE_OTHERS, false, true, true, false },
	{ KIND_DECLINE, WHOSE_OTHERS, false, true, true, false },
	{ KIND_DEFER, WHOSE_OTHERS, false, true, true, false },
	{ KIND_QUERY, WHOSE_ANY, false, false, false, false },
	{ KIND_NEGATIVE, WHOSE_OTHERS, false, false, false, true },
	{ KIND_CORRECTION, WHOSE_OWN, false, false, false, false },
	{ KIND_LAPSE, WHOSE_OWN, false, true, false, false },
	{ KIND_TRANSLATION, WHOSE_ANY, false, false, false, false },
	{ KIND_ESCALATED, WHOSE_OTHERS, false, true, false, false },
	{ KIND_RELIEF_ACCEPTED, WHOSE_OWN, false, false, false, false },
	{ KIND_APPROVE, WHOSE_OWN, false, false, false, false },
	{ KIND_REFUSE, WHOSE_OWN, false, false, false, false },
	{ KIND_CANCEL, WHOSE_OWN, false, false, false, false },
	{ KIND_CONSENT, WHOSE_ANY, false, false, false, false },
	{ KIND_RECALL, WHOSE_OWN, false, false, false, false },
	{ KIND_RECALL_DONE, WHOSE_OTHERS, false, false, false, false },
	{ KIND_RECALL_REFUSED, WHOSE_OTHERS, false, false, false, false },
	{ KIND_DOWNGRADE, WHOSE_OWN, false, false, false, false },
	{ KIND_RELABEL, WHOSE_OWN, false, false, false, false },
	{ KIND_FATE, WHOSE_OWN, false, false, false, false },
};

static const struct step_rule *step_rule_find(uint64_t kind)
{
	for (size_t i = 0; i < ARRAY_COUNT(step_rules); i++) {
		if (step_rules[i].kind == kind)
			return &step_rules[i];
	}
	return NULL;
}

/* Whether the author has an act of this kind that counts on its subject, in the past of this one. */
static enum err has_act(const struct case_file *c, enum kind kind, bool *out)
{
	const struct fold *f = c->f;
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	*out = false;
	while (!*out && (e = fold_next_act(f, &c->subject, &at)) == ERR_OK) {
		if (at.place.log.party != c->in->log.party)
			continue;
		e = fold_get(f, &at.place, &v);
		if (e == ERR_OK && v.kind == kind)
			e = past_covers(f, &c->view->past, &at.place, out);
		if (e != ERR_OK)
			return e;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* A READ BACK is of our own message if our message is what it acts on: then it stands in that list. */
static enum err is_read_back_of(const struct fold *f, const struct place_key *read_back, size_t party,
				bool *out)
{
	struct entry_view v;
	struct message_at at = { 0 };
	enum err e = fold_get(f, read_back, &v);

	*out = false;
	if (e != ERR_OK || v.kind != KIND_READ_BACK || v.verdict != VERDICT_OK)
		return e;
	/* Rows 'a' of a read-back begin with its subject, written when it was folded (fold_act). */
	while ((e = fold_next_act(f, read_back, &at)) == ERR_OK) {
		if (at.order == 0) {
			*out = at.place.log.party == party;
			return ERR_OK;
		}
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * On its own channel, so that whoever holds the entry holds the eraser. A node's evidence of a fork, and its
 * digest, are no words of a person.
 */
static bool is_erasable(const struct case_file *c)
{
	return c->has_subject && c->subject_view.kind != KIND_FORK && c->subject_view.kind != KIND_DIGEST;
}

/* An endorsement of another party is read back without a WATCH READ: of which kind it is, text.c looks. */
static bool is_of_text(const struct case_file *c)
{
	return c->in->statement->kind == KIND_READ_BACK && c->has_subject &&
	       c->subject_view.kind == KIND_ENDORSE && c->subject_view.verdict == VERDICT_OK &&
	       c->subject.log.party != c->in->log.party;
}

/*
 * A lapse or a call in an instance, which may be of a step or another party's message; a proposal is read
 * back.
 */
static bool is_of_machine(const struct case_file *c)
{
	const struct statement *s = c->in->statement;

	return ((s->kind == KIND_LAPSE || s->kind == KIND_ESCALATED) && s->has_instance) ||
	       (s->kind == KIND_READ_BACK && c->has_subject && c->subject_view.kind == KIND_PROPOSE &&
		c->subject_view.verdict == VERDICT_OK);
}

enum err judge_step(const struct case_file *c, enum verdict *out)
{
	const struct step_rule *rule = step_rule_find(c->in->statement->kind);
	size_t author = c->in->log.party;
	bool is_met = true;
	enum err e = ERR_OK;

	/* What is said in a procedure about what is no message, its machine judges. */
	if (rule == NULL || is_of_machine(c) || is_of_text(c))
		return ERR_OK;
	/* Beside it: elsewhere others write, others are let in, and fewer sign. */
	if ((c->subject_view.verdict != VERDICT_OK && !rule->may_be_void) ||
	    c->subject.log.channel != c->in->log.channel || (rule->kind == KIND_ERASE && !is_erasable(c)))
		*out = VERDICT_REFERS;
	else if ((rule->subject_of == WHOSE_OWN && c->subject.log.party != author) ||
		 (rule->subject_of == WHOSE_OTHERS && c->subject.log.party == author) ||
		 (rule->is_on_message && !kind_is_message(c->subject_view.kind)))
		*out = VERDICT_REFERS;
	else if (rule->is_on_read_back)
		e = is_read_back_of(c->f, &c->subject, author, &is_met);
	else if (rule->needs_watch_read && !c->view->is_node)
		e = has_act(c, KIND_WATCH_READ, &is_met);
	if (e == ERR_OK && !is_met)
		*out = rule->is_on_read_back ? VERDICT_REFERS : VERDICT_STEP;
	return e;
}
