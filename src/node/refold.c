/* From held entries to views: each entry once, after everything that it has seen or names. */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

/* In which versions of the accord the key in this signature is the party's registrar, as bits. */
static uint16_t registrar_in(const struct node *n, size_t party, struct bytes public_key)
{
	uint16_t versions = 0;

	for (size_t v = 0; v < n->versions.count; v++) {
		const struct accord_key *k = accord_key_find(n->versions.of[v], party, ACCORD_KEY_REGISTRAR);
		if (k != NULL && bytes_equal(k->key, public_key))
			versions |= (uint16_t)(1u << v);
	}
	return versions;
}

/*
 * The leaf that a reference names is the leaf that we hold. Not held counts as no match: the fold waits
 * before.
 */
static enum err match_reference(struct node *n, const struct place *refers, bool *out)
{
	struct log_key key = { refers->channel, accord_party_find(n->accord, refers->party), refers->epoch };
	struct line *line = line_find(n, &key);
	struct buf bytes = { n->scratch, 0, ENTRY_LEN_MAX, false };
	uint8_t leaf[HASH_LEN];
	enum err e;

	*out = false;
	if (line == NULL || refers->index >= line->log->frontier.size)
		return ERR_OK;
	e = record_leaf(n->record, line->log, refers->index, leaf);
	if (e != ERR_OK)
		return e;
	*out = memcmp(leaf, refers->leaf, HASH_LEN) == 0;
	if (*out)
		return ERR_OK;
	e = record_entry(n->record, line->log, refers->index, &bytes);
	if (e == ERR_ROT) /* one of the two, leaf and entry, has changed */
		rot_note(n, line, FINDING_NODE, refers->index);
	return e;
}

void signers_verify(const struct node *n, size_t party, const struct entry *entry, struct signer *out)
{
	for (size_t i = 0; i < entry->signatures_count; i++) {
		struct sshsig sig;
		out[i] = (struct signer){ 0 };
		if (sshsig_verify(entry->signatures[i], BYTES_LIT(SSHSIG_STATEMENT), entry->statement,
				  &sig) != ERR_OK)
			continue;
		out[i].is_good = true;
		out[i].registrar_in = registrar_in(n, party, sig.public_key);
		hash_sha256(sig.public_key, out[i].key);
	}
}

/*
 * What an answer, an erasure, a kind of release or words are about: their judges read labels, how urgent it
 * was and what was signed.
 */
static bool needs_subject(const struct statement *s)
{
	const struct kind_row *kind = kind_find(s->kind);

	return s->kind == KIND_ERASE || s->kind == KIND_READ_BACK || s->kind == KIND_REPLY ||
	       s->kind == KIND_DECLINE || s->kind == KIND_DEFER || s->kind == KIND_CORRECTION ||
	       (s->kind >= KIND_SUBMIT && s->kind <= KIND_REQUEST) ||
	       (kind != NULL && kind->refers == KIND_REFERS_ONE && !kind_is_dialogue(s->kind) &&
		(s->has_content || s->has_form));
}

static enum err read_subject(struct node *n, const struct statement *statement, struct judged *out)
{
	const struct place *refers = &statement->refers[0];
	struct log_key key = { refers->channel, accord_party_find(n->accord, refers->party), refers->epoch };
	struct line *line = line_find(n, &key);
	struct entry entry;
	struct buf bytes;
	enum err e;

	if (!needs_subject(statement) || statement->refers_count == 0 || !out->refers_match[0] ||
	    line == NULL)
		return ERR_OK;
	buf_init(&bytes, n->subject_bytes, ENTRY_LEN_MAX);
	e = line_entry(n, line, refers->index, &bytes, &entry, n->subject);
	if (e == ERR_OK)
		out->input.subject = n->subject;
	return err_unless(e, ERR_NOT_FOUND);
}

/* The signature within a SUBMIT or an APPROVE, over what is to go out. */
static void read_inner(const struct statement *statement, struct judged *out)
{
	const struct statement *submit = statement->kind == KIND_SUBMIT ? statement : out->input.subject;
	struct bytes outgoing;
	struct statement ignored;
	struct sshsig sig;

	if (submit == NULL || submit_read(submit, &outgoing, &ignored) != ERR_OK ||
	    sshsig_verify(inner_signature(statement), BYTES_LIT(SSHSIG_STATEMENT), outgoing, &sig) != ERR_OK)
		return;
	out->input.inner.is_good = true;
	hash_sha256(sig.public_key, out->input.inner.key);
}

static enum err read_named(struct node *n, const struct statement *statement, struct judged *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < statement->refers_count; i++)
		e = match_reference(n, &statement->refers[i], &out->refers_match[i]);
	if (e == ERR_OK && statement->has_instance)
		e = match_reference(n, &statement->instance, &out->input.instance_matches);
	return e == ERR_OK ? read_subject(n, statement, out) : e;
}

enum err judged_of(struct node *n, const struct log_key *log, const struct entry *entry,
		   const struct statement *statement, const struct signer *signers, struct judged *out)
{
	const struct field *named = statement_field(statement, FIELD_KEYS_KEY);
	struct cbor_reader r;
	struct bytes key;
	enum err e;

	*out = (struct judged){ .input = { .entry = entry, .statement = statement, .log = *log } };
	out->input.signers = out->signers;
	out->input.refers_match = out->refers_match;
	memcpy(out->signers, signers, entry->signatures_count * sizeof *signers);
	if (statement->kind == KIND_KEYS && named != NULL) {
		cbor_open(&r, named->value);
		if (cbor_read_bytes(&r, named->value.len, &key) == ERR_OK)
			hash_sha256(key, out->input.named_key);
	}
	e = read_named(n, statement, out);
	out->is_behind_rot = e == ERR_ROT;
	if (e == ERR_OK && (statement->kind == KIND_SUBMIT || statement->kind == KIND_APPROVE))
		read_inner(statement, out);
	return err_unless(e, ERR_ROT);
}

enum err judged_read(struct node *n, const struct log_key *log, const struct entry *entry,
		     const struct statement *statement, struct judged *out)
{
	struct signer signers[STATEMENT_SIGNATURES_MAX];

	signers_verify(n, log->party, entry, signers);
	return judged_of(n, log, entry, statement, signers, out);
}

/* Folds without asking whether it is ready; then what the node does about it. */
static enum err fold_now(struct node *n, struct now now, struct line *line, const struct judged *judged,
			 struct bytes bytes, struct entry_view *view)
{
	const struct fold_input *in = &judged->input;
	struct place_key at = { line->key, in->entry->index };
	uint8_t leaf[HASH_LEN];
	enum err e;

	*view = judged->view;
	e = judged->has_view ? fold_judged(&n->fold, in, view) : fold_entry(&n->fold, in, view);
	if (e != ERR_OK)
		return e;
	line->folded++;
	line->shows_more = true;
	if (in->statement->kind == KIND_ACCORD || in->statement->kind == KIND_OPEN) {
		e = fold_version(&n->fold, &line->key, &line->version);
		if (e != ERR_OK)
			return e;
	}
	if (!n->is_replaying) {
		e = procedure_folded(n, &at, in->statement, view);
		if (e != ERR_OK)
			return e;
		watch_folded(n, &at, in->statement);
	}
	if (view->verdict != VERDICT_OK) {
		n->void_entries += view->verdict != VERDICT_RAW;
		return ERR_OK;
	}
	if (in->statement->kind == KIND_ERASE)
		e = erase_folded(n, &at, in->statement, bytes);
	if (in->entry->signatures_count == 0 && !n->is_replaying) {
		hash_leaf(bytes, leaf);
		service_folded(n, now, &at, in->entry, in->statement, leaf);
	}
	return e;
}

enum err fold_next(struct node *n, struct now now, struct line *line, const struct judged *judged,
		   struct bytes bytes, struct entry_view *view)
{
	struct fold_waits waits;
	enum err e = judged->has_view	     ? ERR_OK
		     : judged->is_behind_rot ? ERR_SHORT
					     : fold_is_ready(&n->fold, &judged->input, &waits);
	bool awaits_word = false;

	if (e == ERR_OK)
		e = procedure_awaits_word(n, line, &awaits_word);
	if (awaits_word)
		return ERR_SHORT;
	return e == ERR_OK ? fold_now(n, now, line, judged, bytes, view) : e;
}

enum err line_waits(struct node *n, const struct line *line, struct fold_waits *out)
{
	struct buf bytes = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct entry entry;
	struct statement statement;
	struct fold_input bare = { .entry = &entry, .statement = &statement, .log = line->key };
	enum err e = lent(line_entry(n, line, line->folded, &bytes, &entry, &statement));

	out->count = 0;
	return e == ERR_OK ? fold_is_ready(&n->fold, &bare, out) : e;
}

/* The next held entry of a log, if it is ready; ERR_SHORT if it waits. */
static enum err fold_held(struct node *n, struct now now, struct line *line, bool is_forced)
{
	struct buf bytes = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct entry entry;
	struct statement statement;
	struct fold_input bare = { .entry = &entry, .statement = &statement, .log = line->key };
	struct fold_waits waits;
	struct judged judged;
	struct entry_view view;
	bool awaits_word = false;
	enum err e = lent(line_entry(n, line, line->folded, &bytes, &entry, &statement));

	if (e == ERR_ROT)
		return ERR_SHORT; /* until it is mended */
	/* What waits is looked at often: its signatures, which cost most, only when it waits no longer. */
	if (e == ERR_OK && !is_forced)
		e = fold_is_ready(&n->fold, &bare, &waits);
	if (e == ERR_OK && !is_forced)
		e = procedure_awaits_word(n, line, &awaits_word);
	if (awaits_word)
		return ERR_SHORT;
	if (e == ERR_OK)
		e = judged_read(n, &line->key, &entry, &statement, &judged);
	if (e == ERR_OK && judged.is_behind_rot)
		return ERR_SHORT;
	judged.input.is_forced = is_forced;
	return e == ERR_OK ? fold_now(n, now, line, &judged, buf_bytes(&bytes), &view) : e;
}

/* Folds a log as far as it is ready; *any: something was. */
/* It can take a minute before the node answers anybody: whoever started it sees that it goes on. */
static void tell_remade(struct node *n)
{
	if (++n->refolded % (n->remaking / 10 + 1) == 0)
		log_notice("%llu of %llu entries are folded anew", (unsigned long long)n->refolded,
			   (unsigned long long)n->remaking);
}

static enum err fold_line(struct node *n, struct now now, struct line *line, bool *any)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && line->folded < line->log->frontier.size) {
		e = fold_held(n, now, line, false);
		*any |= e == ERR_OK;
		if (e == ERR_OK && n->remaking > 0)
			tell_remade(n);
	}
	return e;
}

/*
 * Parties that each claim to have seen the other's later entry, or one that has seen what is lost: one entry
 * is folded as if it had seen only what is folded, flagged; then all that can be.
 */
static enum err untie(struct node *n, struct now now, bool *any)
{
	struct line *first;
	enum err e = knot_find(n, now, &first);

	if (e != ERR_OK || first == NULL)
		return e;
	e = lost_note(n, first);
	if (e == ERR_OK)
		e = fold_held(n, now, first, true);
	*any = e == ERR_OK;
	return err_unless(e, ERR_SHORT); /* what it names has rotted, too: until that is mended */
}

bool has_waiting(const struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		if (n->lines[i].folded < n->lines[i].log->frontier.size)
			return true;
	}
	return false;
}

enum err refold(struct node *n, struct now now, bool is_more)
{
	bool any = true;
	enum err opened;

	if (!has_waiting(n))
		return ERR_OK;
	opened = turn_open(n);
	if (opened != ERR_OK)
		return opened;
	while (any) {
		bool is_stuck = false;
		any = false;
		for (size_t i = 0; i < n->lines_count; i++) {
			enum err e = fold_line(n, now, &n->lines[i], &any);
			if (e == ERR_SHORT)
				is_stuck = true;
			else if (e != ERR_OK)
				return node_local(n, e, "a view could not be written");
		}
		if (!any && is_stuck && !is_more) {
			enum err e = untie(n, now, &any);
			if (e != ERR_OK)
				return node_local(n, e, "a view could not be written");
		}
	}
	return ERR_OK;
}

enum err line_stop(struct node *n, struct now now, struct line *line, const struct fault *why)
{
	enum err e = record_stop(n->record, line->log, why);

	return e == ERR_OK ? refold(n, now, false) : e;
}

enum err refold_all(struct node *n, struct now now)
{
	enum err e = fold_drop(&n->fold);

	n->is_replaying = true;
	for (size_t i = 0; i < n->lines_count; i++)
		n->lines[i].folded = n->lines[i].version = 0;
	if (e == ERR_OK)
		e = refold(n, now, false);
	n->is_replaying = false;
	return e;
}

/*
 * Who says that he has seen it holds it, and so does whoever has folded what he said: its author may have
 * kept it from us alone, and be the one who says so. Every party of the channel is asked.
 */
static void ask_for(struct node *n, const struct line *line, const struct fold_wait *wait)
{
	const struct line *waited = line_find(n, &wait->log);
	uint64_t held = waited == NULL ? 0 : waited->log->frontier.size;
	struct origin origin;

	/* Of our own log too: who has seen more of it than we hold has what a restore took from us. */
	if (line->is_own || wait->log.party >= n->accord->parties_count || held >= wait->size ||
	    wait->size > LOG_SIZE_MAX)
		return;
	origin_of(n, &wait->log, &origin);
	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		if (peer != n->self && is_shared_channel(n, wait->log.channel, peer))
			(void)want_origin(n, peer, &origin, held, wait->size);
	}
}

static enum err ask_seers(struct node *n, struct line *line)
{
	struct fold_waits waits;
	enum err e = line_waits(n, line, &waits);

	if (e != ERR_SHORT)
		return err_unless(e, ERR_ROT);
	for (size_t i = 0; i < waits.count; i++)
		ask_for(n, line, &waits.of[i]);
	return ERR_OK;
}

/* What it waits for may have been stopped or ended meanwhile; whatever waits still is asked for. */
static enum err look_at_waiting(struct node *n, struct now now)
{
	enum err e;

	if (!has_waiting(n))
		return ERR_OK;
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		if (line->folded == line->log->frontier.size || line->waits_at == line->folded)
			continue;
		line->waits_at = line->folded;
		line->waits_since = now.mono;
	}
	e = refold(n, now, false);
	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++) {
		if (n->lines[i].folded < n->lines[i].log->frontier.size)
			e = ask_seers(n, &n->lines[i]);
	}
	return e;
}

/*
 * Who wrote an entry has its content, or its eraser: he is asked while we have neither. For what a restore
 * took from us it is whoever holds our log.
 */
static void ask_author(struct node *n, struct line *line)
{
	struct place_key at;

	if ((!line->is_own && line->asked >= line->log->durable) || line->log->stopped.rule != NULL ||
	    erased_unproved(n, line, &at) != ERR_OK)
		return;
	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		if (line->is_own ? line->reach[peer].held > at.index : peer == line->key.party)
			(void)want_origin(n, peer, &line->log->origin, at.index, line->log->durable);
	}
}

/* As often as leaves most of the time to others: a peer can make it due as often as it likes. */
#define REFOLD_MS_PER_ENTRY 1u

/* And what an urgent message waits for is asked for so often, however many of them come. */
#define ASK_SOON_MS 500u

/* What comes to an ended log comes in some batches: they are taken together. */
#define REFOLD_SETTLE_MS 2000u

void refold_due(struct node *n, struct now now)
{
	struct mono settled = mono_add_ms(now.mono, REFOLD_SETTLE_MS);

	if (!n->is_refold_due && mono_is_before(n->next_refold, settled))
		n->next_refold = settled;
	n->is_refold_due = true;
}

void ask_soon(struct node *n, struct now now, const struct line *line)
{
	struct mono next = mono_add_ms(n->asked_at, ASK_SOON_MS);

	if (line->folded == line->log->frontier.size)
		return;
	if (mono_is_before(next, now.mono))
		next = now.mono;
	if (mono_is_before(next, n->next_ask))
		n->next_ask = next;
}

enum err refold_tick(struct node *n, struct now now)
{
	uint64_t entries = 0;
	enum err e = ERR_OK;

	if (!mono_is_before(now.mono, n->next_ask)) {
		n->next_ask = mono_add_ms(now.mono, WANT_AGAIN_MS);
		n->asked_at = now.mono;
		e = look_at_waiting(n, now);
		for (size_t i = 0; i < n->lines_count; i++)
			ask_author(n, &n->lines[i]);
	}
	if (e != ERR_OK || !n->is_refold_due || mono_is_before(now.mono, n->next_refold))
		return e;
	e = turn_open(n);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < n->lines_count; i++) {
		entries += n->lines[i].log->frontier.size;
		e = lost_forget(n, &n->lines[i]);
	}
	if (e != ERR_OK)
		return e;
	n->next_refold = mono_add_ms(now.mono, entries * REFOLD_MS_PER_ENTRY);
	n->is_refold_due = false;
	n->has_refolded = true;
	return refold_all(n, now);
}

enum err node_refold(struct node *n, struct now now, struct effects *fx)
{
	enum err e;

	n->fx = fx;
	if (record_is_open(n->record))
		return ERR_REFUSED;
	e = turn_open(n);
	if (e != ERR_OK)
		return e;
	e = refold_all(n, now);
	if (e == ERR_OK)
		return node_local(n, record_append(n->record), "the views could not be written");
	record_rollback(n->record);
	instance_forget(n->fold.instance);
	return e;
}
