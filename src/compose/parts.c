#include "compose/parts.h"

#include "base/alloc.h"
#include "compose/post.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool parts_are_given(const struct options *o)
{
	return option_is_given(o, "portion") || option_is_given(o, "quote") || option_is_given(o, "redact");
}

/* ---- What the node says of labels. ---- */

static enum exit_code ask_labels(struct client *c, const struct draft *d, const struct label *labels,
				 size_t count, json_t **out)
{
	struct client_answer answer;
	enum exit_code code = EXIT_DONE;
	struct query q;
	struct buf body;

	*out = NULL;
	query_open(&q, "/labels");
	query_put_number(&q, "channel", d->statement.channel);
	buf_init(&body, xcalloc(1, ENTRY_LEN_MAX), ENTRY_LEN_MAX);
	cbor_put_array(&body, count);
	for (size_t i = 0; i < count; i++)
		label_write(&labels[i], &body);
	if (client_ask(c, "POST", query_target(&q), buf_bytes(&body), &answer) != ERR_OK) {
		free(body.ptr);
		return client_lost(ERR_DOWN);
	}
	free(body.ptr);
	if (answer.status == 200)
		*out = json_incref(answer.json);
	else
		code = client_explain(&answer);
	client_answer_finish(&answer);
	return code;
}

/* Why one of them may not stand there, or why they cannot be joined; NULL: nothing is in the way. */
static const json_t *first_denial(const json_t *answer)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "labels"), i, row)
	{
		if (!json_flag(row, "may"))
			return json_object_get(row, "guidelines");
	}
	return json_object_get(answer, "guidelines");
}

static enum exit_code refuse_denied(const json_t *denial)
{
	char why[256];

	if (!client_denial(denial, why, sizeof why))
		return EXIT_DONE;
	say_error(_("These parts cannot go on this channel together: {1}."), why);
	say_next(_("leave out what the channel may not have, or take over what it may: --redact PLACE"));
	return EXIT_REFUSED;
}

static struct bytes encode(struct draft *d, const struct label *l)
{
	struct buf lent = arena_lend(&d->words, ENTRY_LEN_MAX);

	label_write(l, &lent);
	assert(buf_check(&lent) == ERR_OK);
	return arena_keep(&d->words, &lent);
}

/* ---- Typed. ---- */

static enum exit_code refuse_too_many(void)
{
	say_error(_("There are more portions than {1}."), say_number(PORTIONS_MAX));
	say_next(_("send a second message, with --refers to this one"));
	return EXIT_USAGE;
}

static enum exit_code add_portion(struct draft *d, struct bytes text, const struct label *label)
{
	if (d->content.portions_count == PORTIONS_MAX)
		return refuse_too_many();
	d->content.portions[d->content.portions_count++] = (struct portion){ text, encode(d, label) };
	return EXIT_DONE;
}

/* "S caveat:NCG | the text" */
static enum exit_code type_portion(struct draft *d, const char *typed, const json_t *parties)
{
	struct bytes text = draft_word(d, typed), head;
	struct label label;
	char *words = NULL;
	enum err e = bytes_take_until(&text, '|', &head);

	while (e == ERR_OK && head.len > 0 && head.ptr[head.len - 1] == ' ')
		head.len--;
	while (text.len > 0 && text.ptr[0] == ' ')
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	if (e == ERR_OK && text.len > 0) {
		words = strndup((const char *)head.ptr, head.len);
		e = words == NULL ? ERR_USAGE : label_type(&d->words, words, NULL, parties, &label);
	}
	free(words);
	if (e == ERR_OK && text.len > 0)
		return add_portion(d, text, &label);
	say_error(_("{1} is no portion."), typed);
	say_next(_("a label, a bar, the text: \"S matter:EAST | The talks go on.\""));
	return EXIT_USAGE;
}

static enum exit_code type_portions(struct draft *d, const struct options *o, struct client *c)
{
	enum exit_code code;
	const char *typed;
	json_t *seen;
	struct query q;
	size_t at = 0;

	if (!option_is_given(o, "portion"))
		return EXIT_DONE;
	query_open(&q, "/seen");
	query_put_number(&q, "channel", d->statement.channel);
	code = client_get(c, &q, &seen);
	while (code == EXIT_DONE && (typed = option_next(o, "portion", &at)) != NULL)
		code = type_portion(d, typed, json_object_get(seen, "parties"));
	json_decref(seen);
	return code;
}

/* ---- Taken over from an item. ---- */

#define TAKEN_MAX (PORTIONS_MAX + ATTACHMENTS_MAX)

struct source {
	const char *place;
	json_t *entry;
	struct client_answer bytes;
	struct content content;
	struct label label;   /* of the whole, as it is now */
	struct label *labels; /* heap: of each portion, then of each file */
	bool may[TAKEN_MAX];
	size_t count;
};

static enum exit_code refuse_source(const struct source *s, const char *why)
{
	say_error(_("Nothing of {1} can be taken over: {2}."), s->place, why);
	say_next("entente read '{1}'", s->place);
	return EXIT_REFUSED;
}

/* The label that stands now. */
static enum exit_code find_label(struct source *s, struct draft *d)
{
	enum exit_code code = EXIT_DONE;

	if (!label_copy(&d->words, json_object_get(s->entry, "label"), &s->label))
		code = refuse_source(s, _("it has no label"));
	label_keep_origin(&d->words, &s->label, json_str(s->entry, "party"));
	return code;
}

static enum exit_code read_source(struct source *s, struct draft *d, struct client *c)
{
	struct fault fault;
	struct query q;
	enum exit_code code = show_get_entry(c, s->place, &s->entry);

	if (code != EXIT_DONE)
		return code;
	if (json_flag(s->entry, "erased"))
		return refuse_source(s, _("its text was erased"));
	if (json_object_get(s->entry, "content") == NULL)
		return refuse_source(s, _("it has no text"));
	if (json_uint(json_object_get(s->entry, "content"), "sealing") != SEALING_NONE)
		return refuse_source(s, _("it is sealed, and the node cannot see into it"));
	query_open(&q, "/content");
	query_put(&q, "place", s->place);
	if (client_ask(c, "GET", query_target(&q), (struct bytes){ NULL, 0 }, &s->bytes) != ERR_OK)
		return client_lost(ERR_DOWN);
	if (s->bytes.status != 200)
		return client_explain(&s->bytes);
	if (content_read(buf_bytes(&s->bytes.body), &s->content, &fault) != ERR_OK)
		return refuse_source(s, fault.rule);
	s->count = s->content.portions_count + s->content.attachments_count;
	if (s->count == 0)
		return refuse_source(s, _("it has no text"));
	return find_label(s, d);
}

static struct bytes own_label(const struct source *s, size_t i)
{
	return i < s->content.portions_count ? s->content.portions[i].label
					     : s->content.attachments[i - s->content.portions_count].label;
}

/* What has no label of its own has that of the whole. */
static void find_labels(struct source *s, struct draft *d)
{
	s->labels = xcalloc(s->count, sizeof *s->labels);
	for (size_t i = 0; i < s->count; i++) {
		struct bytes bytes = own_label(s, i);
		struct cbor_reader r;
		s->labels[i] = s->label;
		if (bytes.len == 0)
			continue;
		cbor_open(&r, arena_copy(&d->words, bytes));
		(void)label_read(&r, &s->labels[i]); /* content_read found it good */
		label_keep_origin(&d->words, &s->labels[i], json_str(s->entry, "party"));
	}
}

static enum exit_code ask_source(struct source *s, const struct draft *d, struct client *c)
{
	json_t *answer;
	const json_t *row;
	enum exit_code code = ask_labels(c, d, s->labels, s->count, &answer);
	size_t i;

	json_array_foreach(json_object_get(answer, "labels"), i, row)
	{
		if (i < s->count)
			s->may[i] = json_flag(row, "may");
	}
	json_decref(answer);
	return code;
}

static void add_file(struct draft *d, const struct attachment *from, const struct label *label)
{
	struct attachment *a = &d->content.attachments[d->content.attachments_count++];

	*a = *from;
	a->media_type = arena_copy(&d->words, from->media_type);
	a->name = arena_copy(&d->words, from->name);
	a->label = encode(d, label);
}

/* is_redacted: only what the channel may have, files too. A quotation is of the whole text, or is none. */
static enum exit_code take_over(const struct source *s, struct draft *d, bool is_redacted)
{
	size_t taken = 0, portions = s->content.portions_count;
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; code == EXIT_DONE && i < (is_redacted ? s->count : portions); i++) {
		if (is_redacted && !s->may[i])
			continue;
		taken++;
		if (i < portions)
			code = add_portion(d, arena_copy(&d->words, s->content.portions[i].text),
					   &s->labels[i]);
		else if (d->content.attachments_count == ATTACHMENTS_MAX)
			code = refuse_source(s, _("there are too many files"));
		else
			add_file(d, &s->content.attachments[i - portions], &s->labels[i]);
	}
	if (code == EXIT_DONE && taken == 0)
		return refuse_source(s, _("none of its parts may go on this channel"));
	if (code == EXIT_DONE && is_redacted)
		say_note(_("{1} of {2} parts of {3} are taken over."), say_number(taken),
			 say_number(s->count), s->place);
	if (d->content.language.len == 0)
		d->content.language = arena_copy(&d->words, s->content.language);
	return code;
}

/* Beside the item the link may stand in the open; elsewhere it is the home channel's. */
static enum exit_code link_source(const struct source *s, struct draft *d)
{
	enum exit_code code = draft_refer(d, s->entry);

	if (code == EXIT_DONE && json_uint(s->entry, "channel") != d->statement.channel)
		d->source = d->statement.refers[--d->statement.refers_count];
	return code;
}

/* Without a label given: that of all parts together. */
static enum exit_code join_labels(struct draft *d, struct client *c)
{
	size_t count = 0, portions = d->content.portions_count, all = portions + d->content.attachments_count;
	struct label *labels;
	json_t *answer;
	enum exit_code code;

	if (d->statement.has_label)
		return EXIT_DONE;
	labels = xcalloc(all, sizeof *labels);
	for (size_t i = 0; i < all; i++) {
		struct bytes bytes = i < portions ? d->content.portions[i].label
						  : d->content.attachments[i - portions].label;
		struct cbor_reader r;
		cbor_open(&r, bytes);
		count += bytes.len > 0 && label_read(&r, &labels[count]) == ERR_OK;
	}
	code = ask_labels(c, d, labels, count, &answer);
	if (code == EXIT_DONE)
		code = refuse_denied(first_denial(answer));
	if (code == EXIT_DONE)
		d->statement.has_label =
			label_copy(&d->words, json_object_get(answer, "label"), &d->statement.label);
	json_decref(answer);
	free(labels);
	return code;
}

static enum exit_code add_source(struct draft *d, const struct options *o, struct client *c, struct source *s)
{
	bool is_redacted = option_is_given(o, "redact");
	enum exit_code code = read_source(s, d, c);

	if (code == EXIT_DONE) {
		find_labels(s, d);
		code = ask_source(s, d, c);
	}
	if (code == EXIT_DONE)
		code = take_over(s, d, is_redacted);
	return code;
}

enum exit_code parts_add(struct draft *d, const struct options *o, struct client *c)
{
	struct source s = { .place = option_value(o, option_is_given(o, "redact") ? "redact" : "quote") };
	enum exit_code code = type_portions(d, o, c);

	if (code == EXIT_DONE && s.place != NULL && option_is_given(o, "quote") &&
	    option_is_given(o, "redact")) {
		say_error(_("A message quotes an item or redacts one."));
		say_next(_("see entente {1} --help"), o->command->name);
		code = EXIT_USAGE;
	}
	if (code == EXIT_DONE && s.place != NULL)
		code = add_source(d, o, c, &s);
	if (code == EXIT_DONE && d->content.language.len == 0)
		d->content.language = draft_word(d, text_language(o));
	if (code == EXIT_DONE)
		code = join_labels(d, c);
	if (code == EXIT_DONE && s.place != NULL)
		code = link_source(&s, d);
	client_answer_finish(&s.bytes);
	json_decref(s.entry);
	free(s.labels);
	return code;
}
