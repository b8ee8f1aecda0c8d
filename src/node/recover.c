/*
 * After a restore: own logs are closed until what anybody holds of them is back, or a new epoch is opened.
 * Spec: docs/spec/record.md section 9.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

static struct line *own_line_of_mark(struct node *n, const struct mark *m)
{
	struct origin origin;
	struct log_key key = { m->origin.channel, n->self, m->origin.epoch };

	origin_of(n, &key, &origin);
	return origin_equal(&origin, &m->origin) ? line_find(n, &key) : NULL;
}

static bool is_ours(const struct node *n, uint32_t channel)
{
	const struct accord_channel *c = accord_channel_find(n->accord, channel);

	return c != NULL && is_channel_of(c, n->self);
}

/* A log that the signer knows of and the store has forgotten altogether. */
static enum err open_forgotten(struct node *n, const struct mark *m)
{
	struct log_key key = { m->origin.channel, n->self, m->origin.epoch };
	struct origin origin;
	struct line *line;

	origin_of(n, &key, &origin);
	return origin_equal(&origin, &m->origin) && is_ours(n, key.channel) ? line_open(n, &key, &line)
									    : ERR_OK;
}

void recover_opening_dropped(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i], *before;
		if (!l->is_own || l->is_recovering || l->log->frontier.size > 0)
			continue;
		before = line_before(n, l);
		if (before != NULL)
			before->is_closed = false;
	}
}

static void close_older_epochs(struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		if (l->is_own && line_newest(n, l->key.channel, l->key.party) != l)
			l->is_closed = true;
	}
}

/*
 * Why a log is closed outlives a restart: a row beside the views, 'r' and the log, with one byte. A machine
 * that
 * was cut looks certain at its next start although nobody has answered yet, and a signer that lost its file
 * has a
 * new one.
 */

enum closed_for { CLOSED_DOUBTFUL = 1, CLOSED_UNREMEMBERED = 2 };

static void closed_key(const struct line *l, struct buf *key)
{
	buf_put_byte(key, ROW_CLOSED);
	log_key_write(&l->key, key);
}

static enum err keep_reason(struct node *n, const struct line *l)
{
	uint8_t memory[LOG_KEY_LEN + 1], reason = 0;
	struct buf key = BUF_ON(memory);

	reason |= l->is_doubtful ? CLOSED_DOUBTFUL : 0;
	reason |= l->is_unremembered ? CLOSED_UNREMEMBERED : 0;
	closed_key(l, &key);
	return beside_put(n, buf_bytes(&key), (struct bytes){ &reason, 1 });
}

static enum err forget_reason(struct node *n, const struct line *l)
{
	uint8_t memory[LOG_KEY_LEN + 1];
	struct buf key = BUF_ON(memory);

	closed_key(l, &key);
	return beside_del(n, buf_bytes(&key));
}

static enum err recover_line(struct node *n, struct line *l, const struct marks *marks, bool has_memory,
			     bool is_certain)
{
	uint8_t memory[LOG_KEY_LEN + 1], reason = 0;
	struct buf key = BUF_ON(memory), value = { &reason, 0, 1, false };
	bool is_unmarked = marks_find(marks, &l->log->origin) == NULL;
	/* Others may know more of it than we. */
	bool is_known = l->channel->plane != PLANE_HOME && (l->log->durable > 0 || !is_unmarked);
	enum err e;

	if (!l->is_own || l->is_closed)
		return ERR_OK;
	closed_key(l, &key);
	e = map_get(&n->views, buf_bytes(&key), &value);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	/*
	 * A note that we hold was signed: a signer that has no mark of it has lost its memory, whatever it
	 * says.
	 */
	l->is_unremembered =
		(reason & CLOSED_UNREMEMBERED) != 0 || (is_unmarked && (!has_memory || l->log->noted > 0));
	l->is_recovering = l->is_unremembered;
	l->is_doubtful = (reason & CLOSED_DOUBTFUL) != 0 || (!is_certain && is_known);
	/* A machine that went back with its signer looks like any other, until somebody answers. */
	l->is_unanswered = n->accord->is_start_strict && is_known;
	return (l->is_doubtful || l->is_unremembered) && reason == 0 ? keep_reason(n, l) : ERR_OK;
}

/* What stands from this size on is as if it had never been said. */
static enum err cut_to(struct node *n, struct line *l, uint64_t size)
{
	enum err e = turn_open(n);

	for (uint64_t at = l->log->durable; e == ERR_OK && at > size; at--)
		e = erase_cut(n, &(struct place_key){ l->key, at - 1 });
	if (e == ERR_OK)
		e = record_cut(n->record, l->log, size);
	return e == ERR_OK ? places_trim(n, l) : e;
}

/*
 * The tail of an own log that no held note proves: its note was to come with a commit that the backup does
 * not have,
 * and cannot be signed again below the mark. Nobody else can ever hold these entries at these numbers; the
 * officers'
 * terminals still have the statements.
 */
static enum err cut_unproved(struct node *n, struct now now)
{
	bool any = false;

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *l = &n->lines[i];
		enum err e;
		/* Of an ended log too, where the signer was further, or may have been. */
		bool is_unsignable =
			l->is_recovering || (l->is_closed && (l->marked == 0 || l->marked > l->log->durable));
		if (!l->is_own || l->log->durable <= l->log->noted || !is_unsignable ||
		    l->log->tree == TREE_LOST)
			continue;
		log_warning("channel %s: %llu of our entries are proved by no note and go; the terminals "
			    "have them: entente send --again",
			    l->channel->name, (unsigned long long)(l->log->durable - l->log->noted));
		e = cut_to(n, l, l->log->noted);
		if (e != ERR_OK)
			return e;
		any = true;
	}
	return any ? refold_all(n, now) : ERR_OK;
}

enum err recover_start(struct node *n, struct now now, const struct marks *marks, bool has_memory,
		       bool is_certain)
{
	enum err e = ERR_OK;

	n->is_unsettled = !has_memory || !is_certain;
	for (size_t i = 0; i < marks->count && e == ERR_OK; i++)
		e = open_forgotten(n, &marks->rows[i]);
	close_older_epochs(n);
	for (size_t i = 0; i < n->lines_count && e == ERR_OK; i++)
		e = recover_line(n, &n->lines[i], marks, has_memory, is_certain);
	for (size_t i = 0; i < marks->count; i++) {
		struct line *l = own_line_of_mark(n, &marks->rows[i]);
		if (l == NULL || l->is_closed || marks->rows[i].size <= l->log->durable ||
		    PLANTED(RESTORE_UNSEEN))
			continue;
		l->is_recovering = true;
		l->goal_size = l->known = marks->rows[i].size;
		log_warning("channel %s: our signer has signed %llu entries of our log, the store has %llu: "
			    "it is closed until a peer gives us the rest back: entente status",
			    l->channel->name, (unsigned long long)l->goal_size,
			    (unsigned long long)l->log->durable);
	}
	if (e == ERR_OK)
		e = cut_unproved(n, now);
	/* It may know a version of the accord that it did not when it stopped, or when a backup was taken. */
	return e == ERR_OK ? refold(n, now, false) : e;
}

/*
 * A log of ours that others have, and our signer has no mark of: it has lost its memory, whatever it says,
 * and nobody remembers what was signed of it.
 */
static enum err be_reborn(struct node *n, struct line *line)
{
	line->is_recovering = line->is_unremembered = true;
	return keep_reason(n, line);
}

enum err recover_note(struct node *n, struct now now, size_t peer, const struct note *note)
{
	struct log_key key = { note->origin.channel, n->self, note->origin.epoch };
	struct line *line = line_find(n, &key);
	uint8_t root[HASH_LEN];
	enum err e;

	if (!is_shared_channel(n, key.channel, peer))
		return ERR_OK;
	if (line == NULL) {
		e = line_open(n, &key, &line);
		if (e == ERR_OK)
			e = be_reborn(n, line);
		if (e != ERR_OK)
			return e;
		close_older_epochs(n);
	}
	if (note->size <= line->log->frontier.size) {
		e = record_root_at(n->record, line->log, note->size, root);
		if (e != ERR_OK)
			return e;
		if (memcmp(root, note->root, HASH_LEN) == 0 || has_tree_rotted(n, line, note->size))
			return ERR_OK;
		log_error(
			"channel %s: a peer holds a note of ours that contradicts our own log: entente fork "
			"list",
			line->channel->name);
		e = fork_keep(n, now, line, note, NULL, 0);
		line->is_recovering = true;
		return err_unless(e, ERR_NOT_FOUND);
	}
	/* A note under our own key that our store cannot reach. */
	if (!line->is_recovering && !line->is_closed)
		log_warning("channel %s: a peer holds %llu entries of our log, the store has %llu: it is "
			    "closed until he gives us the rest back: entente status",
			    line->channel->name, (unsigned long long)note->size,
			    (unsigned long long)line->log->durable);
	if (!line->is_closed)
		line->is_recovering = true;
	if (note->size > line->goal_size)
		line->goal_size = note->size;
	if (note->size > line->known)
		line->known = note->size;
	line->reach[peer].held = note->size;
	line->wanted_at = (struct mono){ now.mono.us - (int64_t)WANT_AGAIN_MS * 1000 - 1 };
	return ERR_OK;
}

/* The signer's last head is reached: on in the same epoch. */
void recover_check(struct line *line)
{
	if (line->is_unremembered || line->goal_size == 0 || line->log->durable < line->goal_size)
		return;
	line->is_recovering = false;
	log_notice("channel %s: our log is whole again at %llu entries, and open", line->channel->name,
		   (unsigned long long)line->log->durable);
}

enum err recover_answered(struct node *n, size_t peer)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n->lines_count && e == ERR_OK; i++) {
		struct line *l = &n->lines[i];
		uint8_t others = (uint8_t)(l->channel->parties & ~(1u << n->self));
		l->answered |= (uint8_t)(1u << peer);
		l->is_unanswered = l->is_unanswered && (others & 1u << peer) == 0;
		if (l->is_doubtful && (l->answered & others) == others) {
			l->is_doubtful = false;
			e = l->is_unremembered ? keep_reason(n, l) : forget_reason(n, l);
		}
	}
	return e;
}

static bool is_in_doubt(const struct line *l)
{
	return l->is_own && !l->is_closed && (l->is_doubtful || l->is_unremembered);
}

/* What peers are giving back is beyond the signer's mark: only this run knows by how much. */
static bool is_given_back(const struct line *l)
{
	return l->is_own && !l->is_closed && l->is_recovering;
}

/* A node that has not begun yet is settled with its first epochs: until then it may have lost everything. */
void recover_settle(struct node *n)
{
	if (!n->is_unsettled)
		return;
	for (size_t i = 0; i < n->lines_count; i++) {
		if ((is_in_doubt(&n->lines[i]) && !PLANTED(DOUBT_FORGOTTEN)) || is_given_back(&n->lines[i]))
			return;
	}
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (is_channel_of(c, n->self) && line_newest(n, c->number, n->self) == NULL)
			return;
	}
	if (effects_add(n->fx, EFFECT_SETTLED) == NULL)
		return; /* the next turn has room */
	n->is_unsettled = false;
}

/* ---- Epochs. ---- */

/*
 * A log with rot that nobody else can mend ends at the last note before it: what stands behind can reach
 * nobody at its place, and the terminals have it. A home channel has nobody to reach, and keeps what it has.
 */
enum err recover_sound(struct node *n, const struct line *l, uint64_t *size, uint8_t root[HASH_LEN])
{
	uint8_t memory[NOTE_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct note note;
	uint64_t lost;
	enum err e;

	*size = l->log->durable;
	record_root(l->log, root);
	if (!has_rot_stop(l))
		return ERR_OK;
	if (!rot_first_lost(n, l, &lost))
		return ERR_ROT;
	if (l->channel->plane == PLANE_HOME || lost == UINT64_MAX)
		return ERR_OK;
	e = line_note_read(n, l, lost, &text, &note);
	*size = e == ERR_OK ? note.size : 0;
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = record_root_at(n->record, l->log, *size, root);
	if (e == ERR_OK && *size > 0 && memcmp(root, note.root, HASH_LEN) != 0)
		return ERR_ROT;
	return is_failure(e) || e == ERR_OK ? e : ERR_ROT;
}

/* What stood behind it is as if it had never been said. */
static enum err give_up(struct node *n, struct now now, struct line *l, uint64_t size)
{
	struct store *store = record_store(n->record);
	uint8_t memory[NOTE_LEN_MAX];
	uint64_t found;
	enum err e = ERR_OK;

	log_warning(
		"channel %s: of our log %llu entries stay and %llu go, which nobody else has and this disk "
		"cannot give; the terminals have them: entente send --again",
		l->channel->name, (unsigned long long)size, (unsigned long long)(l->log->durable - size));
	while (e == ERR_OK) {
		struct buf text = BUF_ON(memory);
		e = store->ops->note_above(store, l->log->number, size + 1, &found, &text);
		if (e == ERR_OK || e == ERR_CORRUPT)
			e = record_del_note(n->record, l->log, found);
	}
	if (e == ERR_NOT_FOUND)
		e = cut_to(n, l, size);
	if (e != ERR_OK)
		return e;
	l->log->tree = TREE_KEPT;
	if (l->note.size > size)
		l->note = (struct unsaved){ .size = 0 };
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if (l->reach[i].sent > size)
			l->reach[i].sent = size;
	}
	if (rots_forget(n, l, size))
		e = record_stop(n->record, l->log, &(struct fault){ NULL, 0 });
	return e == ERR_OK ? refold_all(n, now) : e;
}

/* The statement gives up exactly what our store cannot show to be whole: its only bytes are known. */
static bool is_open_of(const struct line *old, const struct statement *s, uint64_t sound,
		       const uint8_t root[HASH_LEN])
{
	const struct field *f = statement_field(s, FIELD_OPEN_OLD);
	uint8_t memory[64];
	struct buf wanted = BUF_ON(memory);

	if (old == NULL || f == NULL)
		return old == NULL && f == NULL;
	cbor_put_array(&wanted, 3);
	cbor_put_uint(&wanted, old->key.epoch);
	cbor_put_uint(&wanted, sound);
	cbor_put_bytes(&wanted, (struct bytes){ root, HASH_LEN });
	return bytes_equal(f->value, buf_bytes(&wanted));
}

static enum err epoch_entry(struct node *n, struct now now, struct line *line, const struct entry *given,
			    const struct statement *s)
{
	struct entry entry = *given;
	struct addition add = { .line = line, .entry = &entry, .statement = s };
	struct buf out = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct judged judged;
	enum err e;

	add.judged = &judged;
	entry.origin = line->log->origin;
	entry.index = line->log->frontier.size;
	entry.filed = now.wall;
	entry_write(&entry, &out);
	e = buf_check(&out);
	add.bytes = arena_keep(&n->fx->arena, &out);
	if (e == ERR_OK)
		e = judged_read(n, &line->key, &entry, s, &judged);
	return e == ERR_OK ? entry_add(n, now, &add) : e;
}

enum err key_named(const struct node *n, const struct line *in, uint64_t use,
		   const uint8_t hash[KEY_HASH_LEN], uint64_t size, struct key_view *out)
{
	struct recipient_view recipient;
	enum err e;

	if (use != KEY_USE_RECIPIENT)
		return fold_key(&n->fold, &in->key, hash, size, out);
	e = fold_recipient(&n->fold, &in->key, hash, size, &recipient);
	*out = recipient.view;
	return e;
}

/*
 * Whether this `keys` statement is the one by which its key stands in force where the log ends. What was
 * changed or withdrawn since is not repeated: the next epoch knows what was withdrawn in the one before it.
 */
static enum err is_in_force(const struct node *n, const struct line *from, uint64_t index,
			    const struct fold_input *in, bool *out)
{
	const uint64_t use = statement_uint(in->statement, FIELD_KEYS_USE);
	struct key_view key;
	enum err e;

	*out = true;
	if (use < KEY_USE_OFFICER)
		return ERR_OK;
	e = key_named(n, from, use, in->named_key, from->log->durable, &key);
	*out = e == ERR_OK && statement_uint(in->statement, FIELD_KEYS_ACT) == 0 && key.added == index + 1 &&
	       key_is_in_force(&key, from->log->durable);
	return err_unless(e, ERR_NOT_FOUND);
}

/*
 * A new epoch repeats the keys in force after its `open`: same bytes, same ids. The first log of a channel
 * takes all that another says for every channel: nothing lies before it that would know what was withdrawn.
 */
static enum err repeat_keys(struct node *n, struct now now, const struct log_key *old,
			    const struct log_key *fresh)
{
	struct line *from = line_find(n, old);
	uint8_t *memory = arena_alloc(&n->fx->arena, ENTRY_LEN_MAX, 1);

	if (memory == NULL)
		return ERR_MEMORY;
	for (uint64_t i = 0; i < from->log->durable; i++) {
		struct buf bytes;
		struct entry entry;
		struct statement s;
		struct judged judged;
		struct place_key at = { *old, i };
		struct entry_view view;
		bool is_wanted = true;
		enum err e = fold_get(&n->fold, &at, &view);
		if (e != ERR_OK)
			return err_unless(e, ERR_NOT_FOUND);
		if (view.kind != KIND_KEYS || view.verdict != VERDICT_OK)
			continue;
		buf_init(&bytes, memory, ENTRY_LEN_MAX);
		e = line_entry(n, from, i, &bytes, &entry, &s);
		if (e == ERR_ROT) {
			log_error(
				"channel %u: the key that %s's entry %llu of epoch %u said is lost with it; "
				"add it anew: entente keys --add",
				old->channel, n->accord->parties[old->party].name, (unsigned long long)i,
				old->epoch);
			continue;
		}
		if (e == ERR_OK && s.channel != 0 && s.channel != fresh->channel)
			continue;
		if (e == ERR_OK)
			e = judged_read(n, old, &entry, &s, &judged);
		if (e == ERR_OK && old->channel == fresh->channel)
			e = is_in_force(n, from, i, &judged.input, &is_wanted);
		if (e == ERR_OK && is_wanted)
			e = epoch_entry(n, now, line_find(n, fresh), &entry, &s);
		if (e != ERR_OK)
			return e;
		from = line_find(n, old);
	}
	return ERR_OK;
}

/*
 * The number after the last one; but one that nobody can have used where a later epoch may have been opened,
 * and forgotten: the signer has no memory, or a machine that may have gone back, and not everybody who could
 * know has answered.
 */
static enum err epoch_number(struct node *n, const struct line *old, uint32_t *out)
{
	uint8_t others, random[2];
	uint64_t number;

	if (old == NULL) {
		*out = 1;
		return ERR_OK;
	}
	number = (uint64_t)old->key.epoch + 1;
	others = (uint8_t)(old->channel->parties & ~(1u << n->self));
	if (is_in_doubt(old) && (others == 0 || (old->answered & others) != others) &&
	    !PLANTED(EPOCH_IN_USE)) {
		drbg_read(&n->drbg, random, sizeof random);
		number += EPOCHS_MAX + ((uint64_t)random[0] << 8 | random[1]);
	}
	*out = (uint32_t)number;
	return number > UINT32_MAX ? ERR_LIMIT : ERR_OK;
}

/* The accord says `start strict`, and none of the others who could know more of this log has answered. */
static bool is_unheard(const struct node *n, const struct line *old)
{
	uint8_t others = (uint8_t)(old->channel->parties & ~(1u << n->self));

	return n->accord->is_start_strict && others != 0 && (old->answered & others) == 0;
}

/*
 * Another log of ours, whose keys the first epoch of a channel that came later begins with; false: there
 * is none.
 */
static bool first_log(struct node *n, uint32_t channel, struct log_key *out)
{
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct line *line = line_newest(n, n->accord->channels[i].number, n->self);
		if (line == NULL || line->key.channel == channel || line->log->durable == 0)
			continue;
		*out = line->key;
		return true;
	}
	return false;
}

/* One channel's next epoch, or its first. */
static enum err epoch_open_channel(struct node *n, struct now now, const struct statement *s,
				   const struct command *in, uint32_t channel, struct effect_answer *answer)
{
	struct line *old = line_newest(n, channel, n->self), *line;
	struct log_key key = { channel, n->self, 1 }, old_key;
	struct entry entry = { .statement = in->statement,
			       .signatures_count = in->signatures_count,
			       .filed = now.wall };
	struct judged judged;
	struct entry_view view;
	uint8_t root[HASH_LEN];
	uint64_t sound = 0;
	bool is_left, is_cut;
	enum err e = epoch_number(n, old, &key.epoch);

	if (e != ERR_OK)
		return e;
	if (old != NULL && old->log->frontier.size == 0 && !old->is_recovering) {
		key.epoch = old->key.epoch;
		old = line_before(n, old);
	}
	old_key = old == NULL ? key : old->key;
	if (old != NULL && is_unheard(n, old)) {
		answer->limit = "start.strict";
		return ERR_RECOVERING;
	}
	if (old != NULL && !is_shut(old) && old->log->stopped.rule == NULL)
		return ERR_EXISTS;
	if (old != NULL && (e = recover_sound(n, old, &sound, root)) != ERR_OK)
		return e;
	if (!is_open_of(old, s, sound, root)) {
		answer->verdict = VERDICT_REFERS;
		return ERR_REFUSED;
	}
	/* Of a log that was lost whole nothing is repeated: the next one begins as a channel's first does. */
	is_left = old != NULL && sound > 0;
	is_cut = old != NULL && sound < old->log->durable;
	origin_of(n, &key, &entry.origin);
	memcpy(entry.signatures, in->signatures, sizeof entry.signatures);
	e = judged_of(n, &key, &entry, s, in->signers, &judged);
	if (e == ERR_OK)
		e = fold_judge(&n->fold, &judged.input, &view);
	if (e == ERR_SHORT) {
		answer->limit = "accord.version";
		e = ERR_NOT_FOUND;
	}
	if (e != ERR_OK)
		return e;
	if (view.verdict != VERDICT_OK)
		return verdict_refuse(n, s, key.channel, &view, answer);
	/* Only now: an empty log that stood there after a refusal would be in the way of the next try. */
	e = line_open(n, &key, &line);
	if (e == ERR_LIMIT)
		answer->limit = "EPOCHS_MAX";
	if (e != ERR_OK)
		return e;
	answer->place = (struct place_key){ key, 0 };
	line->is_recovering = line->is_doubtful = line->is_unanswered = line->is_unremembered = false;
	e = forget_reason(n, line_find(n, &old_key));
	if (e == ERR_OK && is_cut)
		e = give_up(n, now, line_find(n, &old_key), sound);
	if (e == ERR_OK)
		e = epoch_entry(n, now, line_find(n, &key), &entry, s);
	close_older_epochs(n);
	if (e == ERR_OK && (is_left || first_log(n, channel, &old_key)))
		e = repeat_keys(n, now, &old_key, &key);
	return e;
}

enum err epoch_open(struct node *n, struct now now, const struct statement *s, const struct command *in,
		    struct effect_answer *answer)
{
	bool any = false;

	if (s->channel != 0)
		return epoch_open_channel(n, now, s, in, s->channel, answer);
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		enum err e;
		if (!is_channel_of(c, n->self) || line_newest(n, c->number, n->self) != NULL)
			continue;
		e = epoch_open_channel(n, now, s, in, c->number, answer);
		if (e != ERR_OK)
			return e;
		any = true;
	}
	return any ? ERR_OK : ERR_EXISTS;
}
