#include "api/feed.h"

#include "accord/form_text.h"
#include "api/runs.h"
#include "base/alloc.h"
#include "base/sort.h"
#include "border/format.h"
#include "view/release.h"
#include "wire/dialogue.h"

#include <stdlib.h>
#include <string.h>

#define LABELS_MAX 64u /* labels of one item that are looked back at */

enum look { LOOK_HIDDEN, LOOK_WITHDRAWN, LOOK_OPEN };

struct looked {
	enum look is;
	struct label_mask label; /* the newest that the reader may have */
	struct place_key at;
	struct place_key words; /* whose words it has: of a RELEASE to outside parties the item's */
};

struct feed_memory {
	uint8_t entry[ENTRY_LEN_MAX], other[ENTRY_LEN_MAX], content[CONTENT_LEN_MAX];
	struct entry_read_out read, beside;
	struct content words;
	uint8_t forms[ACCORD_LANGUAGES_MAX][FORM_WORDS_LEN_MAX];
	/* what is written in a form for each thing referred to; .len 0: its reader is not sent that */
	struct bytes names[STATEMENT_REFERENCES_MAX];
	char urns[STATEMENT_REFERENCES_MAX][URN_LEN];
};

/* ---- Who ---- */

/*
 * The one place where it is asked who may have what. What goes to an outside party by others' hands does not
 * go by ours.
 */
static bool may_have(const struct feed *f, const struct label_mask *m)
{
	struct decision d = policy_evaluate(f->guidelines, m, &f->reader);

	return d.is_allowed &&
	       (f->reader.role != READER_NODE || (d.via & ~(1u << node_self(f->api->node))) == 0);
}

static struct bytes word_of(struct request *q, const char *header, const char *word)
{
	struct bytes found = request_header(q, header);

	return found.ptr != NULL ? found : request_word(q, word);
}

enum err feed_open(struct api *a, struct request *q, const char *name, struct feed *out)
{
	/* All that a feed gives has one version: the one that all our logs have come to. */
	const struct accord *accord = node_in_force(a->node);
	const struct guidelines *g = accord->guidelines;
	struct bytes role = word_of(q, "X-Entente-Role", "role"),
		     code = word_of(q, "X-Entente-Party", "party");
	size_t found = READER_NODE, party = node_self(a->node), feed;

	if ((role.ptr == NULL) == (code.ptr == NULL))
		return ERR_USAGE;
	if (g == NULL)
		return ERR_NOT_FOUND;
	if (role.ptr != NULL)
		found = accord_role_find(accord, role);
	else
		party = guidelines_party_find(g, code);
	if (found == accord->roles_count || party == g->parties_count ||
	    (code.ptr != NULL && (g->members >> party & 1) != 0))
		return ERR_NOT_FOUND;
	feed = guidelines_feed_find(g, bytes_str(name));
	if (feed == g->feeds_count)
		return ERR_NOT_FOUND;
	*out = (struct feed){
		.api = a,
		.accord = accord,
		.guidelines = g,
		.reader = reader_of_feed(party, found, feed),
		.memory = xcalloc(1, sizeof *out->memory),
	};
	return ERR_OK;
}

const char *feed_reader_name(const struct feed *f)
{
	return f->reader.role == READER_NODE ? f->guidelines->parties[f->reader.party].code
					     : f->accord->roles[f->reader.role].name;
}

void feed_close(struct feed *f)
{
	free(f->memory);
	*f = (struct feed){ 0 };
}

/* ---- What ---- */

/* Into a closed channel its writers, and nowhere a post that has ended; an outside party by a RELEASE. */
static bool is_let_in(const struct feed *f, const struct place_key *at)
{
	const struct accord_channel *c = accord_channel_find(f->accord, at->log.channel);
	uint64_t roles = c == NULL ? 0 : accord_let_in(c) & ~accord_ended(f->accord, f->api->now.wall.ms);

	return f->reader.role == READER_NODE || (roles >> f->reader.role & 1) != 0;
}

static bool is_before(const struct place_key *a, const struct place_key *b)
{
	if (a->log.epoch != b->log.epoch)
		return a->log.epoch < b->log.epoch;
	return a->index < b->index;
}

static enum err read_beside(struct feed *f, const struct place_key *place)
{
	struct buf memory;

	buf_init(&memory, f->memory->other, ENTRY_LEN_MAX);
	return node_entry(f->api->node, place, &memory, &f->memory->beside);
}

static bool read_mask(const struct feed *f, const struct statement *s, size_t author, struct label_mask *out)
{
	return s->has_label && policy_label_read(f->guidelines, &s->label, author, out).is_allowed;
}

static enum err key_of(const struct feed *f, const struct place *p, struct place_key *out)
{
	out->log = (struct log_key){ p->channel, accord_party_find(f->accord, p->party), p->epoch };
	out->index = p->index;
	return out->log.party == f->accord->parties_count ? ERR_NOT_FOUND : ERR_OK;
}

/*
 * Back through the labels that took each other's place, to one that the reader may have: the newest opens the
 * item, an older one has shown him that it is there.
 */
static enum err look_back(struct feed *f, const struct place_key *item, struct place_key label,
			  bool *is_newest, struct label_mask *out)
{
	*is_newest = true;
	for (size_t i = 0; i < LABELS_MAX; i++, *is_newest = false) {
		const struct statement *s = &f->memory->beside.statement;
		enum err e = read_beside(f, &label);
		if (e != ERR_OK)
			return e;
		if (read_mask(f, s, item->log.party, out) && may_have(f, out))
			return ERR_OK;
		if (place_key_equal(&label, item) || s->refers_count == 0)
			return ERR_NOT_FOUND;
		e = key_of(f, &s->refers[0], &label);
		if (e != ERR_OK)
			return e;
	}
	return ERR_NOT_FOUND;
}

/* An erasure is a later word on the item, as a recall is. */
static void move_to_eraser(const struct feed *f, const struct place_key *item, const struct statement *s,
			   struct place_key *at)
{
	struct place_key eraser;

	if (node_eraser(f->api->node, item, s, &eraser) == ERR_OK && eraser.log.channel == at->log.channel &&
	    eraser.log.party == at->log.party && is_before(at, &eraser))
		*at = eraser;
}

/* Whether its words are here to be sent: HIDDEN if they are sealed or have not come, WITHDRAWN if erased. */
static enum look look_at_content(const struct feed *f, const struct place_key *place,
				 const struct statement *s)
{
	struct buf content;
	enum err e;

	if (!s->has_content) /* a form may stand in its statement alone */
		return form_of(f->accord, s) != NULL ? LOOK_OPEN : LOOK_HIDDEN;
	if (s->content.sealing != SEALING_NONE)
		return LOOK_HIDDEN;
	buf_init(&content, f->memory->content, CONTENT_LEN_MAX);
	e = node_words(f->api->node, place, s, &content);
	return e == ERR_OK ? LOOK_OPEN : e == ERR_REFUSED ? LOOK_WITHDRAWN : LOOK_HIDDEN;
}

/* ---- Events, and what is said of them ---- */

/* NULL: the statement is none of them. */
static const char *event_kind(const struct statement *s)
{
	if (s->kind == KIND_EVENT)
		return "event";
	if (s->kind == KIND_CLAIM)
		return "claim";
	if (s->kind == KIND_SAME)
		return dialogue_uint(s, DIALOGUE_ACT) == SAME_ONE ? BORDER_SAME : NULL;
	return s->kind == KIND_ACT && dialogue_uint(s, DIALOGUE_ACT) == DIALOGUE_ACT_ASSESS ? "assessment"
											    : NULL;
}

static bool is_place(const struct place *a, const struct place *b)
{
	return a->channel == b->channel && bytes_equal(a->party, b->party) && a->epoch == b->epoch &&
	       a->index == b->index;
}

/* Of two events, in either order. */
static bool is_of_pair(const struct statement *s, const struct statement *than)
{
	return s->kind == KIND_SAME && s->refers_count == 2 && than->refers_count == 2 &&
	       ((is_place(&s->refers[0], &than->refers[0]) && is_place(&s->refers[1], &than->refers[1])) ||
		(is_place(&s->refers[0], &than->refers[1]) && is_place(&s->refers[1], &than->refers[0])));
}

/* Whether it says that an own word stands no more: a claim, an assessment, that two events are one. */
static bool is_later_word(const struct statement *s, const struct statement *than)
{
	enum dialogue_act act;

	if (than->kind == KIND_SAME)
		return is_of_pair(s, than);
	act = than->kind == KIND_CLAIM ? DIALOGUE_ACT_WITHDRAW : DIALOGUE_ACT_ASSESS;
	return s->kind == KIND_ACT && dialogue_uint(s, DIALOGUE_ACT) == (uint64_t)act;
}

/*
 * A claim that its party took back, an assessment that it made anew: as far as the reader may know of that.
 */
static enum err look_for_later(struct feed *f, const struct place_key *place, const struct statement *s,
			       struct looked *out)
{
	struct message_at at = { 0 };
	struct place_key on = *place;
	struct label_mask label;
	enum err e = ERR_OK;

	if (s->kind == KIND_EVENT)
		return ERR_OK;
	if (s->kind == KIND_ACT || s->kind == KIND_SAME)
		e = key_of(f, &s->refers[0], &on);
	while (e == ERR_OK && (e = fold_next_act(node_fold(f->api->node), &on, &at)) == ERR_OK) {
		const struct statement *later = &f->memory->beside.statement;
		if (at.place.log.party != place->log.party || !is_before(place, &at.place))
			continue;
		e = read_beside(f, &at.place);
		if (e != ERR_OK || f->memory->beside.view.verdict != VERDICT_OK || !is_later_word(later, s) ||
		    !read_mask(f, later, place->log.party, &label) || !may_have(f, &label))
			continue;
		out->is = LOOK_WITHDRAWN;
		if (is_before(&out->at, &at.place))
			out->at = at.place;
		return ERR_OK;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- What was released to an outside party ---- */

/*
 * It stands in the log of the RELEASE; what is said of the item in another's comes behind what this party had
 * seen of it, so that whoever reads on is told.
 */
static enum err move_behind(const struct feed *f, const struct place_key *release, struct place_key event,
			    struct place_key *at)
{
	const struct place_key said = event;
	enum err e = ERR_OK;

	if (said.log.party != release->log.party)
		e = fold_first_to_see(node_fold(f->api->node), release, &said, &event);
	if (e == ERR_OK && is_before(at, &event))
		*at = event;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Not before the label that stands: an officer has not kept, downgraded or erased it since. */
static bool is_held_from(const struct item_view *v, const struct place_key *label)
{
	return v->fate.log.epoch != 0 && !is_before(&v->fate, label);
}

/*
 * The item under the label that the RELEASE widens, as long as that is its label. Leaves the item beside.
 */
static enum err look_at_release(struct feed *f, const struct place_key *place, const struct statement *s,
				struct looked *out)
{
	struct place_key label, events[4];
	struct item_view own, of;
	size_t count = 0;
	enum err e = key_of(f, &s->refers[0], &label);

	if (e == ERR_OK)
		e = key_of(f, &s->refers[s->refers_count - 1], &out->words);
	if (e == ERR_OK)
		e = read_beside(f, &out->words);
	if (e == ERR_OK)
		e = fold_item(node_fold(f->api->node), place, &own);
	if (e == ERR_OK)
		e = fold_item(node_fold(f->api->node), &out->words, &of);
	if (e != ERR_OK || !is_let_in(f, &out->words) || !read_mask(f, s, place->log.party, &out->label) ||
	    !may_have(f, &out->label))
		return e;
	out->at = *place;
	out->is = look_at_content(f, &out->words, &f->memory->beside.statement);
	if (own.recall.log.epoch != 0)
		events[count++] = own.recall;
	if (of.recall.log.epoch != 0)
		events[count++] = of.recall;
	if (of.label.log.epoch != 0 && !place_key_equal(&of.label, &label))
		events[count++] = of.label;
	if (out->is == LOOK_WITHDRAWN &&
	    node_eraser(f->api->node, &out->words, &f->memory->beside.statement, &events[count]) == ERR_OK)
		count++;
	for (size_t i = 0; e == ERR_OK && out->is != LOOK_HIDDEN && i < count; i++) {
		out->is = LOOK_WITHDRAWN;
		e = move_behind(f, place, events[i], &out->at);
	}
	if (out->is == LOOK_OPEN && (is_held_from(&own, place) || is_held_from(&of, &label)))
		out->is = LOOK_HIDDEN;
	return e;
}

/* Reads an item into `read` and says what it is to this reader. */
static enum err look_at(struct feed *f, const struct place_key *place, struct entry_read_out *read,
			struct buf *memory, struct looked *out)
{
	struct item_view v;
	bool is_newest;
	enum err e = node_entry(f->api->node, place, memory, read);

	out->is = LOOK_HIDDEN;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (!is_let_in(f, place) || !read->is_folded || read->view.verdict != VERDICT_OK ||
	    (!is_item(read->statement.kind) && event_kind(&read->statement) == NULL) ||
	    read->entry.signatures_count == 0)
		return ERR_OK;
	if (is_outside_release(&read->statement))
		return look_at_release(f, place, &read->statement, out);
	e = fold_item(node_fold(f->api->node), place, &v);
	if (e != ERR_OK)
		return e;
	out->at = out->words = *place;
	if (v.label.log.epoch == 0)
		v.label = *place;
	out->at = v.label;
	e = look_back(f, place, v.label, &is_newest, &out->label);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	out->is = event_kind(&read->statement) != NULL ? LOOK_OPEN
						       : look_at_content(f, place, &read->statement);
	if (v.recall.log.epoch != 0 && is_before(&out->at, &v.recall))
		out->at = v.recall;
	if (out->is == LOOK_WITHDRAWN)
		move_to_eraser(f, place, &read->statement, &out->at);
	if (out->is == LOOK_OPEN && (v.recall.log.epoch != 0 || !is_newest))
		out->is = LOOK_WITHDRAWN;
	/* What is withdrawn is told all the same. */
	if (out->is == LOOK_OPEN && is_held_from(&v, &v.label))
		out->is = LOOK_HIDDEN;
	if (out->is != LOOK_OPEN || event_kind(&read->statement) == NULL)
		return ERR_OK;
	return look_for_later(f, place, &read->statement, out);
}

static enum err look(struct feed *f, const struct place_key *place, struct looked *out)
{
	struct buf memory;

	buf_init(&memory, f->memory->entry, ENTRY_LEN_MAX);
	return look_at(f, place, &f->memory->read, &memory, out);
}

/* ---- Rows ---- */

struct rows {
	struct feed_row *of; /* heap */
	size_t count, room;
};

static int compare_rows(const void *a, const void *b)
{
	const struct feed_row *one = a, *two = b;

	if (is_before(&one->at, &two->at))
		return -1;
	return is_before(&two->at, &one->at) ? 1 : 0;
}

static enum err put_row(struct feed *f, const struct place_key *place, struct rows *rows)
{
	struct feed_row row = { .item = *place };
	struct looked l;
	enum err e = look(f, place, &l);

	if (e != ERR_OK || l.is == LOOK_HIDDEN)
		return e;
	row.at = l.at;
	row.filed = f->memory->read.entry.filed;
	if (!place_key_equal(&row.at, place)) {
		e = read_beside(f, &row.at);
		if (e != ERR_OK)
			return e;
		row.filed = f->memory->beside.entry.filed;
	}
	if (rows->count == rows->room) {
		rows->room = rows->room == 0 ? 64 : 2 * rows->room;
		rows->of = xrealloc(rows->of, rows->room * sizeof *rows->of);
	}
	rows->of[rows->count++] = row;
	return ERR_OK;
}

/* By its kind alone; an ACT is looked at. */
static bool may_leave(uint64_t kind)
{
	return is_item(kind) || kind == KIND_EVENT || kind == KIND_CLAIM || kind == KIND_ACT ||
	       kind == KIND_SAME;
}

static enum err put_rows(struct feed *f, const struct log_key *log, uint64_t size, struct rows *rows)
{
	const struct fold *fold = node_fold(f->api->node);
	enum err e = ERR_OK;

	for (uint64_t i = 0; e == ERR_OK && i < size; i++) {
		struct place_key place = { *log, i };
		struct entry_view v;
		e = fold_get(fold, &place, &v);
		if (e == ERR_OK && may_leave(v.kind) && v.verdict == VERDICT_OK)
			e = put_row(f, &place, rows);
	}
	return e;
}

enum err feed_rows(struct feed *f, uint32_t channel, size_t party, struct feed_row **rows, size_t *count)
{
	const struct fold *fold = node_fold(f->api->node);
	struct log_key log = { channel, party, 0 };
	struct rows found = { 0 };
	uint64_t size;
	enum err e;

	while ((e = fold_next_epoch(fold, &log, &size)) == ERR_OK) {
		e = put_rows(f, &log, size, &found);
		if (e != ERR_OK)
			break;
	}
	e = err_unless(e, ERR_NOT_FOUND);
	if (e != ERR_OK) {
		free(found.of);
		return e;
	}
	if (found.count > 0)
		sort_items(found.of, found.count, sizeof *found.of, compare_rows);
	*rows = found.of;
	*count = found.count;
	return ERR_OK;
}

/* ---- One item ---- */

static void put_portion(const struct feed *f, const struct portion *p, size_t author, struct border_item *out)
{
	struct border_portion *to = &out->portions[out->portions_count];
	struct cbor_reader r;
	struct label label;

	*to = (struct border_portion){ .text = p->text };
	if (p->label.len > 0) {
		cbor_open(&r, p->label);
		if (label_read(&r, &label) != ERR_OK ||
		    !policy_label_read(f->guidelines, &label, author, &to->label).is_allowed ||
		    !may_have(f, &to->label))
			return;
		to->is_marked = true;
	}
	out->portions_count++;
}

/* Only to what the same reader is sent too; of the rest not even the number. */
static enum err put_reference(struct feed *f, const struct place *p, struct border_item *out)
{
	struct border_reference *to = &out->references[out->references_count];
	struct entry_read_out *target = xcalloc(1, sizeof *target);
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	struct looked l = { .is = LOOK_HIDDEN };
	struct place_key place;
	struct buf memory;
	enum err e = key_of(f, p, &place);

	buf_init(&memory, bytes, ENTRY_LEN_MAX);
	if (e == ERR_OK)
		e = look_at(f, &place, target, &memory, &l);
	if (e == ERR_OK && l.is != LOOK_HIDDEN) {
		border_uuid(f->accord, "item", BYTES_OF(target->statement.id), to->id);
		to->created = target->statement.claimed;
		to->author = place.log.party;
		to->is_event = target->statement.kind == KIND_EVENT;
		to->is_published = is_outside_release(&target->statement);
		out->references_count++;
	} else {
		f->removed++;
	}
	free(bytes);
	free(target);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of what was released the item alone, for who has it too: its reader knows of nothing else, nor of that. */
static enum err put_references(struct feed *f, struct border_item *out)
{
	const struct statement *s = &f->memory->read.statement;
	size_t removed = f->removed;
	enum err e = ERR_OK;

	memset(f->memory->names, 0, sizeof f->memory->names);
	if (is_outside_release(s)) {
		e = put_reference(f, &s->refers[s->refers_count - 1], out);
		f->removed = removed;
		return e;
	}
	for (size_t i = 0; e == ERR_OK && i < s->refers_count; i++) {
		size_t count = out->references_count;
		e = put_reference(f, &s->refers[i], out);
		if (e != ERR_OK || out->references_count == count)
			continue;
		urn_write(out->references[count].id, f->memory->urns[i]);
		f->memory->names[i] = bytes_str(f->memory->urns[i]);
	}
	return e;
}

/* Of a form that says something: the accord's languages, first that of what was written, else English. */
static void put_form_languages(const struct feed *f, const struct statement *s, struct bytes written,
			       struct border_item *out)
{
	const struct accord *a = f->accord;
	size_t first = accord_language_find(a, BYTES_LIT("en"));

	if (!s->has_form || (form_of(a, s) == NULL && form_find(a, s->form, s->form_version) != NULL))
		return;
	if (written.len > 0 &&
	    bytes_equal(bytes_str(a->languages[accord_language_find(a, written)]), written))
		first = accord_language_find(a, written);
	out->languages[out->languages_count++] = bytes_str(a->languages[first]);
	for (size_t i = 0; i < a->languages_count; i++) {
		if (i != first)
			out->languages[out->languages_count++] = bytes_str(a->languages[i]);
	}
}

/* What was agreed beforehand stands before what was written, in each language. */
static void put_form(const struct feed *f, const struct statement *s, struct border_item *out)
{
	struct feed_memory *m = f->memory;
	bool is_written = m->words.portions_count > 0;

	put_form_languages(f, s, is_written ? m->words.language : (struct bytes){ NULL, 0 }, out);
	for (size_t i = 0; i < out->languages_count; i++) {
		struct buf text;
		buf_init(&text, m->forms[i], sizeof m->forms[i]);
		form_text_write(f->accord, accord_language_find(f->accord, out->languages[i]), s, &m->words,
				m->names, &text);
		out->portions[out->portions_count++] =
			(struct border_portion){ .text = buf_bytes(&text), .language = out->languages[i] };
	}
	if (out->languages_count > 0 && !is_written)
		out->language = out->languages[0];
}

static enum err put_words(struct feed *f, const struct place_key *place, struct border_item *out)
{
	const struct statement *s = &f->memory->read.statement;
	struct content *words = &f->memory->words;
	struct buf content;
	struct fault fault;
	enum err e = put_references(f, out);

	if (e == ERR_OK && is_outside_release(s)) {
		e = read_beside(f, place);
		s = &f->memory->beside.statement;
	}
	if (e != ERR_OK)
		return e;
	*words = (struct content){ .portions_count = 0 };
	buf_init(&content, f->memory->content, CONTENT_LEN_MAX);
	if (s->has_content)
		e = node_words(f->api->node, place, s, &content);
	if (e == ERR_OK && s->has_content)
		e = content_read(buf_bytes(&content), words, &fault);
	if (e != ERR_OK)
		return ERR_NOT_FOUND;
	out->language = words->language;
	out->subject = words->subject;
	put_form(f, s, out);
	for (size_t i = 0; i < words->portions_count; i++)
		put_portion(f, &words->portions[i], place->log.party, out);
	return ERR_OK;
}

/* Of words in several languages those that readers of other programs have: English, or the first. */
static struct bytes english_of(struct bytes words)
{
	struct dialogue_texts texts;
	struct bytes tag, text, found = { NULL, 0 };

	dialogue_texts_open(&texts, words);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		if (found.len == 0 || bytes_equal(tag, BYTES_LIT("en")))
			found = text;
	}
	return found;
}

static void put_event_fields(const struct statement *s, struct border_event *out)
{
	struct bytes where = dialogue_text(s, DIALOGUE_WHERE);

	out->name = dialogue_text(s, DIALOGUE_NAME);
	out->type = dialogue_text(s, DIALOGUE_TYPE);
	out->when = dialogue_text(s, DIALOGUE_WHEN);
	out->place = english_of(dialogue_field(s, DIALOGUE_LOCATION));
	out->source = dialogue_text(s, DIALOGUE_SOURCE);
	out->confidence = dialogue_text(s, DIALOGUE_CONFIDENCE);
	if (where.len > 0 && where_read(where, &out->where) != ERR_OK)
		out->where.count = 0;
}

/* Of both events, or it does not leave. */
static enum err put_pair(struct feed *f, const struct statement *s, struct border_item *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < s->refers_count; i++)
		e = put_reference(f, &s->refers[i], out);
	return e == ERR_OK && out->references_count != 2 ? ERR_NOT_FOUND : e;
}

/* The languages of what stands in a field, behind those that there are; English goes first. */
static void put_languages(struct bytes field, bool is_english, struct border_item *out)
{
	struct dialogue_texts texts;
	struct bytes tag, text;

	dialogue_texts_open(&texts, field);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		size_t i = 0;
		while (i < out->languages_count && !bytes_equal(out->languages[i], tag))
			i++;
		if (i == out->languages_count && i < ACCORD_LANGUAGES_MAX &&
		    (!is_english || bytes_equal(tag, BYTES_LIT("en"))))
			out->languages[out->languages_count++] = tag;
	}
}

static void put_event_words(const struct statement *s, struct border_item *out)
{
	struct bytes title = dialogue_field(s, DIALOGUE_TITLE), detail = dialogue_field(s, DIALOGUE_DETAIL);
	struct dialogue_texts texts;
	struct bytes tag, text;

	out->subject = english_of(title);
	out->language = out->languages_count > 0 ? out->languages[0] : (struct bytes){ NULL, 0 };
	dialogue_texts_open(&texts, title);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		for (size_t i = 0; i < out->languages_count; i++) {
			if (bytes_equal(out->languages[i], tag))
				out->titles[i] = text;
		}
	}
	dialogue_texts_open(&texts, detail);
	while (dialogue_texts_next(&texts, &tag) && dialogue_texts_next(&texts, &text)) {
		struct border_portion *p = &out->portions[out->portions_count++];
		*p = (struct border_portion){ .text = text };
		for (size_t i = 0; i < out->languages_count; i++) {
			if (bytes_equal(out->languages[i], tag))
				p->language = tag;
		}
	}
}

/* What it says stands in its fields: a portion a language. Of what is withdrawn only its kind is left. */
static enum err put_event(struct feed *f, struct border_item *out)
{
	const struct statement *s = &f->memory->read.statement;

	out->event.kind = event_kind(s);
	if (s->kind == KIND_SAME)
		return put_pair(f, s, out);
	put_languages(dialogue_field(s, DIALOGUE_TITLE), true, out);
	put_languages(dialogue_field(s, DIALOGUE_DETAIL), true, out);
	put_languages(dialogue_field(s, DIALOGUE_TITLE), false, out);
	put_languages(dialogue_field(s, DIALOGUE_DETAIL), false, out);
	if (out->is_withdrawn)
		return ERR_OK;
	put_event_fields(s, &out->event);
	put_event_words(s, out);
	return s->kind == KIND_EVENT ? ERR_OK : put_reference(f, &s->refers[0], out);
}

/* In which languages it was sent: so that each is taken back. */
static enum err put_withdrawn(struct feed *f, const struct place_key *words, struct border_item *out)
{
	const struct statement *s = &f->memory->read.statement;
	enum err e = ERR_OK;

	if (is_outside_release(s)) {
		e = read_beside(f, words);
		s = &f->memory->beside.statement;
	}
	if (e == ERR_OK)
		put_form_languages(f, s, (struct bytes){ NULL, 0 }, out);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err feed_item(struct feed *f, const struct feed_row *row, struct border_item *out)
{
	const struct statement *s = &f->memory->read.statement;
	struct looked l;
	enum err e = look(f, &row->item, &l);

	if (e != ERR_OK)
		return e;
	if (l.is == LOOK_HIDDEN)
		return ERR_NOT_FOUND;
	*out = (struct border_item){
		.created = s->claimed,
		.modified = s->claimed,
		.is_published = is_outside_release(s),
		.is_withdrawn = l.is == LOOK_WITHDRAWN,
		.author = row->item.log.party,
		.role = s->role,
		.precedence = s->has_precedence ? s->precedence : PRECEDENCE_ROUTINE,
		.label = l.label,
	};
	border_uuid(f->accord, "item", BYTES_OF(s->id), out->id);
	if (!place_key_equal(&row->at, &row->item))
		out->modified.ms = row->filed.ms > s->claimed.ms ? row->filed.ms : s->claimed.ms + 1;
	if (event_kind(s) != NULL)
		return put_event(f, out);
	return out->is_withdrawn ? put_withdrawn(f, &l.words, out) : put_words(f, &l.words, out);
}
