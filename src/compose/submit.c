#include "compose/submit.h"

#include "api/entry_reply.h"
#include "base/alloc.h"
#include "crypto/hash.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/unseal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Into the home channel. ---- */

enum exit_code home_find(struct client *c, const char *party, uint64_t *number)
{
	json_t *answer = NULL;
	const json_t *row;
	enum exit_code code = show_get(c, "/channels", &answer);
	size_t i;

	*number = 0;
	json_array_foreach(json_object_get(answer, "channels"), i, row)
	{
		const json_t *parties = json_object_get(row, "parties");
		const char *first = json_string_value(json_array_get(parties, 0));
		if (*number == 0 && strcmp(json_str(row, "plane"), "HOME") == 0 && first != NULL &&
		    strcmp(first, party) == 0)
			*number = json_uint(row, "number");
	}
	json_decref(answer);
	if (code != EXIT_DONE || *number != 0)
		return code;
	say_error(_("The accord has no home channel of {1}, where this would stand."), party);
	say_next("entente accord show");
	return EXIT_REFUSED;
}

/* The same bytes, with the same content: what is approved is what goes out. Submitted before: no place. */
static enum exit_code submit(struct client *c, const struct draft *d, const struct officer *officer,
			     char place[PLACE_TEXT_LEN])
{
	char party[PARTY_NAME_MAX + 1];
	struct post_wish wish = { .rule = "REPEATED" };
	struct draft s;
	uint64_t home;
	enum exit_code code = EXIT_ERROR;

	place[0] = '\0';
	draft_open(&s, KIND_SUBMIT);
	if (bytes_copy_str(d->statement.party, party, sizeof party) == ERR_OK)
		code = home_find(c, party, &home);
	if (code == EXIT_DONE)
		code = draft_address(&s, c, say_number(home));
	s.statement.has_label = d->statement.has_label;
	s.statement.label = d->statement.label;
	s.statement.has_content = d->statement.has_content;
	s.statement.content = d->statement.content;
	memcpy(s.statement.blobs, d->statement.blobs, sizeof s.statement.blobs);
	s.statement.blobs_count = d->statement.blobs_count;
	buf_put(&s.content_bytes, buf_bytes(&d->content_bytes));
	if (d->source.channel != 0)
		s.statement.refers[s.statement.refers_count++] = d->source;
	draft_field_bytes(&s, FIELD_SUBMIT_OUTGOING, buf_bytes(&d->statement_bytes));
	draft_field_bytes(&s, FIELD_SUBMIT_SIGNATURE, buf_bytes(&d->signature));
	if (code == EXIT_DONE)
		code = draft_sign(&s, officer);
	if (code == EXIT_DONE)
		code = post_draft_asking(c, &s, place, &wish);
	draft_close(&s);
	return code;
}

enum exit_code post_or_submit(struct client *c, const struct draft *d, const struct officer *officer,
			      struct posted *out)
{
	struct post_wish wish = { .rule = "APPROVAL" };
	enum exit_code code = post_draft_asking(c, d, out->place, &wish);

	out->is_waiting = wish.is_refused;
	out->is_held = wish.is_held;
	out->is_said = wish.is_said;
	out->needed = wish.needed;
	out->line = wish.line;
	return code == EXIT_DONE && wish.is_refused ? submit(c, d, officer, out->place) : code;
}

enum exit_code submit_again(struct client *c, const struct options *o, struct bytes body, struct posted *out)
{
	struct officer officer = { 0 };
	struct draft d;
	enum exit_code code = EXIT_INTEGRITY;

	draft_open(&d, KIND_MESSAGE);
	if (draft_read_body(&d, body) == ERR_OK)
		code = officer_open(&officer, o);
	if (code == EXIT_DONE &&
	    bytes_copy_str(d.statement.role, officer.role, sizeof officer.role) != ERR_OK)
		code = EXIT_INTEGRITY;
	if (code == EXIT_DONE && !draft_is_signed_by(&d, officer.public_key)) {
		say_error(_("Others must approve it, and it is submitted with the key that signed it."));
		say_next(_("the same command with --key"));
		code = EXIT_REFUSED;
	}
	if (code == EXIT_DONE) {
		buf_put(&d.signature, d.before[0]);
		out->is_waiting = true;
		code = submit(c, &d, &officer, out->place);
	}
	officer_close(&officer);
	draft_close(&d);
	return code;
}

void posted_say(const struct posted *p)
{
	say("{1}  {2}\n", p->place, _("SUBMITTED"));
	if (p->is_held)
		say_line(_("It has not gone out: a word that holds it is in it, or a file that could not be "
			   "looked into, or it is sealed and the node cannot look. Another officer looks and "
			   "lets it go, of a word or such a file with a reason, or refuses it."));
	if (p->needed == 0 && !p->is_held) {
		say_line(_("It has not gone out: the node files it by itself on its day."));
		say_next(_("entente cancel '{1}' takes it back until then"), p->place);
		return;
	}
	if (p->needed > 0)
		say(_("It has not gone out: {1} more must approve it (line {2} of the guidelines).\n"),
		    say_number(p->needed), say_number(p->line));
	say_next(_("another officer who may release: entente approve '{1}'"), p->place);
}

json_t *posted_json(const struct posted *p)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I}", "err", "OK", "place", p->place, "step", "SUBMITTED",
			 "needed", (json_int_t)p->needed, "line", (json_int_t)p->line);
}

/* ---- Out of it. ---- */

static enum err body_of(const json_t *waiting, struct buf *out)
{
	const json_t *list = json_object_get(waiting, "sshsigs");
	struct buf statement = { 0 }, content = { 0 };
	enum err e = json_bytes(waiting, "statement", &statement);
	json_t *one;
	size_t i;

	cbor_put_array(out, 1);
	cbor_put_array(out, 3);
	cbor_put_bytes(out, buf_bytes(&statement));
	cbor_put_array(out, json_array_size(list));
	json_array_foreach(list, i, one)
	{
		json_t *row = json_pack("{s:O}", "sshsig", one);
		struct buf signature = { 0 };
		if (e == ERR_OK)
			e = json_bytes(row, "sshsig", &signature);
		cbor_put_bytes(out, buf_bytes(&signature));
		free(signature.ptr);
		json_decref(row);
	}
	if (e == ERR_OK && json_object_get(waiting, "content_bytes") != NULL)
		e = json_bytes(waiting, "content_bytes", &content);
	cbor_put_bytes(out, buf_bytes(&content));
	free(statement.ptr);
	free(content.ptr);
	return e == ERR_OK ? buf_check(out) : e;
}

static enum exit_code refuse_false(const char *place)
{
	say_error(_("What the node shows of {1} is not what was signed: do not sign it."), place);
	say_next("entente verify");
	return EXIT_INTEGRITY;
}

enum exit_code waiting_read(struct client *c, const char *place, json_t **out, struct draft *d)
{
	struct query q;
	struct buf body;
	uint8_t hash[HASH_LEN];
	enum exit_code code;
	enum err e;

	query_open(&q, "/drafts");
	query_put(&q, "place", place);
	code = client_get(c, &q, out);
	if (code != EXIT_DONE)
		return code;
	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	e = body_of(*out, &body);
	if (e == ERR_OK)
		e = draft_read_body(d, buf_bytes(&body));
	free(body.ptr);
	hash_sha256(buf_bytes(&d->content_bytes), hash);
	if (e != ERR_OK ||
	    (d->statement.has_content && memcmp(hash, d->statement.content.hash, HASH_LEN) != 0))
		return refuse_false(place);
	return EXIT_DONE;
}

/* ---- What a releaser sees: from the bytes that he signs. ---- */

static json_t *label_of(const struct label *l)
{
	json_t *categories = json_array();

	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		json_t *values = json_array();
		for (size_t v = 0; v < c->count; v++)
			json_array_append_new(values, json_stringn((const char *)l->values[c->first + v].ptr,
								   l->values[c->first + v].len));
		json_array_append_new(categories, json_pack("{s:s%, s:o}", "name", (const char *)c->name.ptr,
							    c->name.len, "values", values));
	}
	return json_pack("{s:s%, s:o}", "level", (const char *)l->level.ptr, l->level.len, "categories",
			 categories);
}

/* With the marking in words as the node writes it for this very label; of another, what is signed. */
static json_t *marked_as_signed(const json_t *waiting, const struct draft *d)
{
	json_t *item = json_pack("{s:o}", "label", label_of(&d->statement.label));

	if (json_equal(json_object_get(item, "label"), json_object_get(waiting, "label")))
		json_object_set(item, "marking", json_object_get(waiting, "marking"));
	return item;
}

static void show_own_label(struct bytes bytes)
{
	struct cbor_reader r;
	struct label label;
	json_t *part;

	cbor_open(&r, bytes);
	if (label_read(&r, &label) != ERR_OK)
		return;
	part = json_pack("{s:o}", "label", label_of(&label));
	show_portion_mark(part);
	json_decref(part);
}

static void show_addressed(const struct statement *s)
{
	for (size_t i = 0; i < s->addressees_count; i++) {
		const struct addressee *a = &s->addressees[i];
		say(i == 0 ? _("to ") : ", ");
		say_text(a->party);
		say(" ");
		say_text(a->role);
		say(" ({1})", a->is_information ? _("information") : _("action"));
	}
	if (s->addressees_count > 0)
		say("\n");
	if (s->acting_for.len > 0) {
		char role[ROLE_NAME_MAX + 1];
		if (bytes_copy_str(s->acting_for, role, sizeof role) == ERR_OK)
			say(_("acting for {1}\n"), role);
	}
}

static void show_readers(const json_t *waiting)
{
	const json_t *row;
	json_t *role;
	size_t i, n;

	json_array_foreach(json_object_get(waiting, "readers"), i, row)
	{
		if (json_array_size(json_object_get(row, "roles")) == 0) {
			say(_("can be read by nobody of {1}\n"), json_str(row, "party"));
			continue;
		}
		say(_("can be read by {1}:"), json_str(row, "party"));
		json_array_foreach(json_object_get(row, "roles"), n, role)
			say("{1} {2}", n == 0 ? "" : ",", json_string_value(role));
		say("\n");
	}
}

enum exit_code waiting_words(const struct draft *d, const struct options *o, struct buf *words)
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	struct identities ids;
	struct fault fault;
	enum exit_code code;
	enum err e;

	buf_init(words, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	if (!d->statement.has_content || d->statement.content.sealing == SEALING_NONE) {
		buf_put(words, buf_bytes(&d->content_bytes));
		return EXIT_DONE;
	}
	code = identities_open(&ids, o);
	if (code != EXIT_DONE)
		return code;
	e = unseal(&ids, o, d->statement.content.sealing, buf_bytes(&d->content_bytes), words, file_key,
		   &fault);
	identities_close(&ids);
	age_wipe(file_key, sizeof file_key);
	if (e != ERR_VERIFY)
		return EXIT_DONE;
	say_error(_("What is sealed breaks the rule {1}: do not sign it."), fault.rule);
	say_next(_("entente refuse PLACE \"...\" stops it"));
	return EXIT_INTEGRITY;
}

void waiting_words_finish(struct buf *words)
{
	age_wipe(words->ptr, words->len);
	free(words->ptr);
}

static enum exit_code show_text(const struct draft *d, struct bytes words)
{
	char language[LANGUAGE_TAG_MAX + 1];
	struct content content;
	struct fault fault;

	if (!d->statement.has_content)
		return EXIT_DONE;
	if (words.len == 0) {
		say(_("The text is sealed: its readers open it at their terminals.\n"));
		return EXIT_DONE;
	}
	if (content_read(words, &content, &fault) != ERR_OK) {
		say_error(_("The text breaks the rule {1}: do not sign it."), fault.rule);
		say_next(_("entente refuse PLACE \"...\" stops it"));
		return EXIT_INTEGRITY;
	}
	if (bytes_copy_str(content.language, language, sizeof language) == ERR_OK)
		say(_("authentic language: {1}\n"), language);
	if (content.subject.len > 0) {
		say(_("subject: "));
		say_text(content.subject);
		say("\n");
	}
	say("\n");
	for (size_t i = 0; i < content.portions_count; i++) {
		show_own_label(content.portions[i].label);
		say_text(content.portions[i].text);
		say("\n");
	}
	for (size_t i = 0; i < content.attachments_count; i++) {
		say(_("attachment {1}: "), say_number(i + 1));
		show_own_label(content.attachments[i].label);
		say_text(content.attachments[i].name);
		say(", {1}, ", say_counted(content.attachments[i].len, "{1} byte", "{1} bytes"));
		say_text(content.attachments[i].media_type);
		say("\n");
	}
	say("\n");
	return EXIT_DONE;
}

static void show_newer(const json_t *waiting)
{
	const json_t *list = json_object_get(waiting, "newer");
	json_t *place;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	say_coloured(COLOUR_WARN, _("came since its author signed: "));
	json_array_foreach(list, i, place) say("{1}{2}", i == 0 ? "" : ", ", json_string_value(place));
	say("\n");
}

static void show_unseen(const json_t *waiting)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(waiting, "unseen"), i, one)
	{
		say_coloured(COLOUR_BAD, _("NOT LOOKED INTO: "));
		say_text(bytes_str(json_str(one, "name")));
		say(" ({1})\n", _(json_str(one, "kind")));
	}
}

/* Text in JSON takes at most six bytes for one, and its fields stand there twice. */
#define FIELDS_REPLY_LEN (12u * ENTRY_LEN_MAX)

/*
 * A form in the words of the accord in this home, and what it says in sealed words too; without one as the
 * node read it, where that read the same values, else by the numbers.
 */
static void show_fields(const json_t *waiting, const struct draft *d, const struct options *o,
			struct bytes words)
{
	struct buf out;
	struct reply r = { &out };
	json_t *own;

	buf_init(&out, xcalloc(1, FIELDS_REPLY_LEN), FIELDS_REPLY_LEN);
	reply_object(&r, NULL);
	reply_str(&r, "kind", kind_find(d->statement.kind)->name);
	reply_signed_fields(&r, &d->statement);
	reply_object_end(&r);
	own = json_loadb((const char *)out.ptr, out.len, 0, NULL);
	if (d->statement.has_form &&
	    json_equal(json_object_get(own, "fields"), json_object_get(waiting, "fields"))) {
		json_object_set(own, "filled", json_object_get(waiting, "filled"));
		json_object_set(own, "filled_content", json_object_get(waiting, "filled_content"));
	}
	form_words(own, o, &d->statement, words);
	show_signed_fields(own);
	json_decref(own);
	free(out.ptr);
}

#define ABOUT_DEPTH 3u /* an acceptance, its report, the commitment */

/* What stands there, and what that is about: a place alone says nothing to whoever is to approve it. */
static void show_chain(struct client *c, const char *place)
{
	json_t *entry = NULL;

	for (unsigned depth = 0; place != NULL && depth < ABOUT_DEPTH; depth++) {
		json_t *next = NULL;
		char line[512], instead[128];
		if (show_get_entry(c, place, &next) != EXIT_DONE) {
			json_decref(next);
			break;
		}
		show_says_line(next, line, sizeof line);
		say("  > {1} {2} ", place, show_kind(next));
		say_text(bytes_str(line[0] != '\0' ? line : json_str(next, "subject")));
		show_instead(next, instead, sizeof instead);
		say_coloured(COLOUR_BAD, instead);
		say("\n");
		json_decref(entry);
		entry = next;
		place = json_string_value(json_array_get(json_object_get(entry, "refers"), 0));
	}
	json_decref(entry);
}

static void show_about(struct client *c, const json_t *waiting)
{
	const json_t *place;
	size_t i;

	json_array_foreach(json_object_get(waiting, "refers"), i, place)
		show_chain(c, json_string_value(place));
}

void waiting_show_day(const json_t *waiting)
{
	static const struct {
		const char *unfiled, *text; /* N_(): {1} the place of the label, or its own */
	} rows[] = {
		{ "LABEL",
		  N_("{1} is the item's label now: the node does not file this, entente cancel ends it") },
		{ "RECALLED", N_("the item was asked back: the node does not file this by itself; entente "
				 "approve files it "
				 "all the same, entente cancel ends it") },
		{ "ENDED LOG",
		  N_("it stands in a log that has ended, as after a restore, and may have been taken back "
		     "there: who approves it anew files it, entente cancel ends it") },
		{ "RECOVERING",
		  N_("the log that it goes to is not open yet, as after a restore: the node files it when it "
		     "is") },
	};
	const json_t *other;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].unfiled, json_str(waiting, "unfiled")) == 0) {
			say_coloured(COLOUR_WARN, "    ");
			say(_(rows[i].text), json_str(waiting, "unfiled_by"));
			say("\n");
		}
	}
	json_array_foreach(json_object_get(waiting, "same_label"), i, other)
	{
		say_coloured(COLOUR_WARN, "    ");
		say(json_flag(other, "is_first") ? _("{1}, for the same label, is filed first if it is "
						     "approved, on {2}: then this one is not; "
						     "entente cancel ends one of the two\n")
						 : _("{1}, for the same label on {2}, is not filed once this "
						     "one is: entente cancel ends one of "
						     "the two\n"),
		    json_str(other, "place"), say_time(json_uint(other, "from_ms")));
	}
}

enum exit_code waiting_show(struct client *c, const struct options *o, const json_t *waiting,
			    const struct draft *d, struct bytes words)
{
	json_t *item = marked_as_signed(waiting, d);
	enum exit_code code;

	show_marking(item);
	show_homes(item);
	say_coloured(COLOUR_BOLD, json_str(waiting, "place"));
	say("  {1}  {2} -> {3}\n", _(json_str(waiting, "state")), _(json_str(waiting, "kind")),
	    json_str(waiting, "channel_name"));
	if (d->statement.has_precedence)
		say("{1}\n", precedence_name(d->statement.precedence));
	show_addressed(&d->statement);
	show_about(c, waiting);
	show_fields(waiting, d, o, words);
	code = show_text(d, words);
	if (json_object_get(waiting, "held") != NULL) {
		say_coloured(COLOUR_BAD, _("HELD by this word in it: "));
		say_text(bytes_str(json_str(waiting, "held")));
		say("\n");
	}
	show_unseen(waiting);
	show_readers(waiting);
	for (size_t i = 0; i < d->before_count; i++) {
		char fingerprint[SSH_FINGERPRINT_LEN];
		struct sshsig sig;
		if (sshsig_read(d->before[i], &sig) != ERR_OK)
			continue;
		ssh_fingerprint(sig.public_key, fingerprint);
		say(_("signed by {1}, checked here\n"), fingerprint);
	}
	if (downgrade_from(&d->statement) > 0)
		say(_("signed for {1}: the node files it then\n"), say_time(downgrade_from(&d->statement)));
	waiting_show_day(waiting);
	say(_("{1} of {2} have approved it (line {3} of the guidelines); it lapses {4}\n"),
	    say_number(json_uint(waiting, "approved")), say_number(json_uint(waiting, "needed")),
	    say_number(json_uint(waiting, "line")), say_time(json_uint(waiting, "lapses_ms")));
	show_newer(waiting);
	show_marking(item);
	json_decref(item);
	return code;
}
