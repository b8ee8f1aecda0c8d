/* Translations beside what is authentic, and the words that both sides agreed on for them. */
#include "accord/glossary.h"
#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "api/runs.h"

/* Who said how good it is: the linguist stands by his post and his number. */
static enum err reply_by(struct api *a, struct reply *r, const struct place_key *place)
{
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, place, &memory, &entry);
	if (e != ERR_OK)
		return e;
	reply_object(r, "by");
	reply_place(r, "place", node_accord(a->node), place);
	reply_text(r, "party", entry.statement.party);
	reply_text(r, "role", entry.statement.role);
	if (entry.has_signer)
		reply_uint(r, "holder", entry.signer.holder);
	reply_object_end(r);
	return ERR_OK;
}

/* Marked above what the original is shown under: there its words have no place. Parties are the channel's. */
static bool is_apart(const struct accord *a, const struct statement *s, const struct label_mask *marked)
{
	size_t author = accord_party_find(a, s->party);
	struct label_mask own;

	if (marked == NULL)
		return false;
	if (author == a->parties_count ||
	    !policy_label_read(a->guidelines, &s->label, author, &own).is_allowed)
		return true;
	own.rel = marked->rel;
	own.origin = marked->origin;
	return !policy_is_within(a->guidelines, marked, &own);
}

static enum err reply_text_of(struct api *a, struct reply *r, const struct place_key *place,
			      const struct label_mask *marked)
{
	const struct accord *accord = node_accord(a->node);
	struct buf memory, content;
	struct entry_read_out entry;
	enum err e, read;

	buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
	buf_init(&content, a->content_memory, CONTENT_LEN_MAX);
	e = node_entry(a->node, place, &memory, &entry);
	if (e != ERR_OK)
		return e;
	read = node_words(a->node, place, &entry.statement, &content);
	if (err_class(read) == ERR_CLASS_LOCAL)
		return read;
	reply_label(r, accord, &entry.statement);
	reply_bool(r, "held", read == ERR_OK);
	reply_uint(r, "sealing", entry.statement.content.sealing);
	if (is_apart(accord, &entry.statement, marked))
		reply_place(r, "apart", accord, place);
	else if (read == ERR_OK)
		reply_content(r, accord, &entry.statement, buf_bytes(&content));
	return ERR_OK;
}

enum err reply_translations(struct api *a, struct reply *r, const struct place_key *original,
			    const struct label_mask *marked)
{
	const struct fold *fold = node_fold(a->node);
	struct message_at at = { 0 };
	struct translation t;
	bool is_any = false;
	enum err e;

	while ((e = fold_next_translation(fold, original, request_sight(a), &at, &t)) == ERR_OK &&
	       r->out->len < REPLY_LEN_MAX / 2) {
		if (!is_any)
			reply_array(r, "translations");
		is_any = true;
		reply_object(r, NULL);
		reply_place(r, "place", node_accord(a->node), &t.first);
		reply_str(r, "to", t.language);
		reply_str(r, "status", translation_status_name(t.status));
		e = reply_by(a, r, &t.by);
		if (e == ERR_OK)
			e = reply_text_of(a, r, &t.text, marked);
		reply_object_end(r);
		if (e != ERR_OK)
			break;
	}
	if (is_any)
		reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err run_glossary(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);

	(void)q;
	reply_object(r, NULL);
	reply_array(r, "terms");
	for (const struct glossary_term *t = accord->terms; t != NULL; t = t->next) {
		reply_object(r, NULL);
		reply_str(r, "name", t->name);
		reply_names(r, "words", accord, t->names.text);
		reply_bool(r, "contested", t->is_contested);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object(r, "translate");
	for (size_t i = TRANSLATION_MACHINE; i < TRANSLATION_STATUS_COUNT; i++) {
		reply_array(r, translation_status_name((enum translation_status)i));
		for (size_t role = 0; role < accord->roles_count; role++) {
			if (accord->translators[i] >> role & 1)
				reply_str(r, NULL, accord->roles[role].name);
		}
		reply_array_end(r);
	}
	reply_object_end(r);
	reply_object_end(r);
	return ERR_OK;
}
