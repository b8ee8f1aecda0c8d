/*
 * Officers under guidelines: what is above U waits at home for a second officer; items are labelled anew,
 * now or on a day to come, asked back, let go to a party outside and translated. Some are out of turn, and
 * refused at the own door. Draws are those of standing dialogues, so that all else happens as it did without.
 */
#include "papers.h"

#include "draft.h"

#include "accord/guidelines.h"
#include "accord/words.h"
#include "crypto/sshsig.h"
#include "view/release.h"

#include <string.h>

#define CHANNEL 2u    /* world_accord's */
#define HOME 900u     /* the first party's */
#define OUTSIDE "ZED" /* in no accord */

/* Words of one letter, as the officers' texts are: about a third of them is held. */
#define HELD "aaaa\neeee\niiii\nmmmm\nqqqq\nuuuu\nyyyy\nzzzz\n"

static struct guidelines guidelines;
static struct held_words held;

static void hold_words(struct world *w, struct accord *a)
{
	static uint8_t memory[1024];
	struct arena arena;
	size_t line;

	arena_init(&arena, memory, sizeof memory);
	if (held_words_read(BYTES_LIT(HELD), &arena, &held, &line) != ERR_OK)
		world_fail(w, "line %zu of the words that hold is none", line);
	a->held = w->next->held = &held;
}

void papers_begin(struct world *w)
{
	struct guidelines *g = &guidelines;
	const uint32_t members = (1u << w->nodes_count) - 1;
	const struct clearance all = { 1, 0 };

	*g = (struct guidelines){ .parties_count = w->nodes_count + 1,
				  .members = members,
				  .levels_count = 2 };
	for (size_t i = 0; i <= w->nodes_count; i++) {
		const char *code = i < w->nodes_count ? w->accord->parties[i].code : OUTSIDE;
		memcpy(g->parties[i].code, code, strlen(code) + 1);
		g->nodes[i] = (struct guidelines_reader){ all, false, 1 };
	}
	memcpy(g->levels[0].code, "U", 2);
	memcpy(g->levels[1].code, "S", 2);
	g->agreements_count = 1;
	g->agreements[0] = (struct guidelines_agreement){
		.name = "all", .parties = members << 1 | 1, .ceiling = 1, .via = GUIDELINES_NO_VIA, .line = 2
	};
	g->roles[0] = (struct guidelines_reader){ all, true, 3 };
	for (size_t i = 0; i < PLANE_COUNT; i++)
		g->planes[i] = (struct guidelines_ceiling){ 1, 4 };
	g->releases_count = 3;
	g->releases[0] = (struct guidelines_release){ .when = RELEASE_WITHIN, .line = 5 };
	g->releases[1] = (struct guidelines_release){ .when = RELEASE_ABOVE, .of = 0, .by = 1, .line = 6 };
	g->releases[2] =
		(struct guidelines_release){ .when = RELEASE_OUTSIDE, .needs_consent = true, .line = 7 };
	g->acts[GUIDELINES_RECALL] = (struct guidelines_count){ 0, 8 };
	g->approval = (struct guidelines_span){ 20000, 9 };
	((struct accord *)(void *)w->accord_memory)->guidelines = g;
	w->next->guidelines = g;
	hold_words(w, (struct accord *)(void *)w->accord_memory);
	prng_init(&w->talk_prng, w->seed ^ 0x70617065);
	w->has_papers = true;
}

static uint64_t below(struct world *w, uint64_t limit)
{
	return prng_below(&w->talk_prng, limit);
}

static void put_field(struct draft *d, uint64_t key, const struct buf *memory, size_t from)
{
	d->s.fields[d->s.fields_count++] = (struct field){ key, { memory->ptr + from, memory->len - from } };
}

/* ---- What there is. ---- */

struct found {
	struct place_key at;
	struct statement s;
	uint8_t memory[ENTRY_LEN_MAX];
};

static bool read_at(struct sim_node *n, const struct place_key *at, struct found *out)
{
	struct buf bytes = BUF_ON(out->memory);
	struct entry_read_out read;

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK)
		return false;
	out->at = *at;
	out->s = read.statement;
	return true;
}

/* A message by that party, or with nodes_count by anybody. */
static bool pick_item(struct world *w, struct sim_node *n, size_t party, struct found *out)
{
	struct message_at at = { 0 };
	struct place_key picked = { { 0 }, 0 };
	uint64_t count = 0;

	while (fold_next_message(node_fold(n->node), CHANNEL, &at) == ERR_OK) {
		if ((party == w->nodes_count || at.place.log.party == party) &&
		    prng_is_one_in(&w->talk_prng, ++count))
			picked = at.place;
	}
	return count > 0 && read_at(n, &picked, out) && out->s.has_content;
}

/* The label that stands now. */
static struct place_key label_of(struct sim_node *n, const struct place_key *item)
{
	struct item_view v;

	return fold_item(node_fold(n->node), item, &v) == ERR_OK && v.label.log.epoch != 0 ? v.label : *item;
}

static bool pick_draft(struct world *w, struct sim_node *n, struct draft_view *out)
{
	struct draft_view v = { 0 };
	uint64_t count = 0;

	for (bool is_first = true;
	     draft_next(node_fold(n->node), HOME + (uint32_t)n->party, is_first, &v) == ERR_OK;
	     is_first = false) {
		if (v.state == DRAFT_SUBMITTED && prng_is_one_in(&w->talk_prng, ++count))
			*out = v;
	}
	return count > 0;
}

/* ---- Drafts. ---- */

static void put_hash(struct draft *d, const struct found *item, struct buf *memory)
{
	size_t from = memory->len;

	cbor_put_bytes(memory, (struct bytes){ item->s.content.hash, HASH_LEN });
	put_field(d, FIELD_ITEM_HASH, memory, from);
}

/* What is to go out, signed, waits at home for another's yes. */
static void submit(struct world *w, struct sim_node *n, struct draft *going)
{
	static struct draft d;
	static uint8_t memory[2 * STATEMENT_MAX];
	struct buf fields = BUF_ON(memory);
	size_t from;

	draft_sign(w, going, &n->officer.key);
	draft_open(w, n, &d, HOME + (uint32_t)n->party, KIND_SUBMIT);
	d.s.label.level = BYTES_LIT("S");
	d.s.has_content = going->s.has_content;
	d.s.content = going->s.content;
	memcpy(d.content, going->content, going->content_len);
	d.content_len = going->content_len;
	cbor_put_bytes(&fields, (struct bytes){ going->bytes, going->len });
	put_field(&d, FIELD_SUBMIT_OUTGOING, &fields, 0);
	from = fields.len;
	cbor_put_bytes(&fields, (struct bytes){ going->signatures[0], going->signature_lens[0] });
	put_field(&d, FIELD_SUBMIT_SIGNATURE, &fields, from);
	draft_submit(w, n, &d, &n->officer.key);
}

static void submit_message(struct world *w, struct sim_node *n)
{
	static struct draft going;

	draft_open(w, n, &going, CHANNEL, KIND_MESSAGE);
	draft_addressees(w, n, &going);
	going.s.has_precedence = true;
	going.s.precedence = PRECEDENCE_ROUTINE;
	going.s.label.level = BYTES_LIT("S");
	draft_content(w, &going, 40, (struct bytes){ NULL, 0 });
	submit(w, n, &going);
}

/* Now and then by its own author, which the door refuses. */
static void answer_draft(struct world *w, struct sim_node *n, const struct draft_view *v)
{
	static struct found submit;
	static struct draft d;
	const struct sign_key *key = below(w, 8) == 0 ? &n->officer.key : &n->officer.second;
	enum kind kind = below(w, 6) > 0 ? KIND_APPROVE : below(w, 2) == 0 ? KIND_REFUSE : KIND_CANCEL;
	uint8_t sig_memory[1024], memory[1100];
	struct buf sig = BUF_ON(sig_memory), field = BUF_ON(memory);
	struct statement going;
	struct bytes outgoing;

	if (!read_at(n, &v->at, &submit) || submit_read(&submit.s, &outgoing, &going) != ERR_OK)
		return;
	draft_open(w, n, &d, HOME + (uint32_t)n->party, kind);
	d.s.label.level = BYTES_LIT("S");
	if (!draft_place(w, n, &v->at, &d.s.refers[d.s.refers_count++]))
		return;
	if (kind == KIND_APPROVE) {
		sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), outgoing, &sig);
		cbor_put_bytes(&field, buf_bytes(&sig));
		put_field(&d, FIELD_APPROVE_SIGNATURE, &field, 0);
		if (below(w, 2) == 0) /* the reason that lets go what a word holds */
			draft_content(w, &d, 10, (struct bytes){ NULL, 0 });
	} else if (kind == KIND_REFUSE) {
		draft_content(w, &d, 10, (struct bytes){ NULL, 0 });
	}
	draft_submit(w, n, &d, key);
}

static void send_approved(struct world *w, struct sim_node *n, const struct draft_view *v)
{
	static struct found submit, approve;
	static uint8_t words[CONTENT_LEN_MAX];
	struct buf content = BUF_ON(words);
	struct bytes outgoing, signatures[2];
	struct statement going;

	if (v->approved == 0 || !read_at(n, &v->at, &submit) || !read_at(n, &v->signers[0].at, &approve) ||
	    submit_read(&submit.s, &outgoing, &going) != ERR_OK ||
	    node_content(n->node, &submit.s, &content) != ERR_OK)
		return;
	signatures[0] = inner_signature(&submit.s);
	signatures[1] = inner_signature(&approve.s);
	(void)officer_submit(w, n, outgoing, buf_bytes(&content), signatures, 2);
}

static void act_on_draft(struct world *w, struct sim_node *n)
{
	struct draft_view v;

	if (below(w, 3) == 0 || !pick_draft(w, n, &v))
		submit_message(w, n);
	else if (v.approved >= v.needed && below(w, 4) > 0)
		send_approved(w, n, &v);
	else
		answer_draft(w, n, &v);
}

/* ---- Items. ---- */

/* A new label names the one that it takes the place of. */
static void label_anew(struct world *w, struct sim_node *n)
{
	static struct found item;
	static struct draft d;
	uint8_t memory[128];
	struct buf fields = BUF_ON(memory);
	bool is_up = below(w, 2) == 0;
	struct place_key label;

	if (!pick_item(w, n, n->party, &item))
		return;
	label = label_of(n, &item.at);
	draft_open(w, n, &d, CHANNEL, is_up ? KIND_RELABEL : KIND_DOWNGRADE);
	d.s.label.level = is_up ? BYTES_LIT("S") : BYTES_LIT("U");
	if (!draft_place(w, n, &label, &d.s.refers[d.s.refers_count++]))
		return;
	put_hash(&d, &item, &fields);
	if (is_up) /* what is above U takes two, whatever it is */
		draft_sign(w, &d, &n->officer.key);
	draft_submit(w, n, &d, is_up ? &n->officer.second : &n->officer.key);
}

/* An own item that is marked S now, and its label. */
static bool pick_secret(struct world *w, struct sim_node *n, struct found *item, struct place_key *label)
{
	static struct found at_label;

	for (size_t tries = 0; tries < 12; tries++) {
		if (!pick_item(w, n, n->party, item))
			return false;
		*label = label_of(n, &item->at);
		if (read_at(n, label, &at_label) && bytes_equal(at_label.s.label.level, BYTES_LIT("S")))
			return true;
	}
	return false;
}

/* A lower label for a day to come, on which the node files it; or what is low is labelled anew. */
static void lower_on_a_day(struct world *w, struct sim_node *n)
{
	static struct found item;
	static struct draft going;
	struct place_key label;
	uint8_t memory[64];
	struct buf fields = BUF_ON(memory);

	if (!pick_secret(w, n, &item, &label)) {
		label_anew(w, n);
		return;
	}
	draft_open(w, n, &going, CHANNEL, KIND_DOWNGRADE);
	going.s.label.level = BYTES_LIT("U");
	if (!draft_place(w, n, &label, &going.s.refers[going.s.refers_count++]))
		return;
	put_hash(&going, &item, &fields);
	cbor_put_uint(&fields, world_now(w, n).wall.ms + 2000 + below(w, 6000));
	put_field(&going, FIELD_DOWNGRADE_FROM, &fields, going.s.fields[0].value.len);
	submit(w, n, &going);
}

static void ask_back(struct world *w, struct sim_node *n)
{
	static struct found item;
	static struct draft d;
	struct item_view v;
	uint8_t memory[128];
	struct buf fields = BUF_ON(memory);
	size_t from;

	if (!pick_item(w, n, w->nodes_count, &item) || fold_item(node_fold(n->node), &item.at, &v) != ERR_OK)
		return;
	/* Little else can be said of what was asked back. */
	if (item.at.log.party == n->party && below(w, 4) > 0)
		return;
	if (item.at.log.party == n->party) {
		draft_open(w, n, &d, CHANNEL, KIND_RECALL);
		draft_content(w, &d, 10, (struct bytes){ NULL, 0 });
	} else if (v.recall.log.epoch == 0) {
		return;
	} else if (below(w, 2) == 0) {
		draft_open(w, n, &d, CHANNEL, KIND_RECALL_REFUSED);
		cbor_put_uint(&fields, below(w, RECALL_CAUSE_COUNT));
		put_field(&d, FIELD_RECALL_CAUSE, &fields, 0);
	} else {
		draft_open(w, n, &d, CHANNEL, KIND_RECALL_DONE);
		cbor_put_array(&fields, 1);
		cbor_put_text(&fields, BYTES_LIT("watch"));
		put_field(&d, FIELD_RECALL_READERS, &fields, 0);
		from = fields.len;
		cbor_put_uint(&fields, RECALL_WITHDRAWN);
		put_field(&d, FIELD_RECALL_DONE, &fields, from);
	}
	if (draft_place(w, n, item.at.log.party == n->party ? &item.at : &v.recall,
			&d.s.refers[d.s.refers_count++]))
		draft_submit(w, n, &d, &n->officer.key);
}

/* The author lets it go to the party outside, as it is labelled now; the others consent, or nobody does. */
static void let_go(struct world *w, struct sim_node *n)
{
	static struct found item, label;
	static struct draft d;
	uint8_t memory[128];
	struct buf fields = BUF_ON(memory);
	struct place_key labelled;
	size_t from;
	bool is_ours, is_up;

	if (!pick_item(w, n, w->nodes_count, &item))
		return;
	is_ours = item.at.log.party == n->party;
	labelled = label_of(n, &item.at);
	if (!read_at(n, &labelled, &label))
		return;
	is_up = is_ours && bytes_equal(label.s.label.level, BYTES_LIT("S"));
	draft_open(w, n, &d, CHANNEL, is_ours ? KIND_RELEASE : KIND_CONSENT);
	d.s.label.level = label.s.label.level;
	if (is_ours && !place_key_equal(&labelled, &item.at) &&
	    !draft_place(w, n, &labelled, &d.s.refers[d.s.refers_count++]))
		return;
	if (!draft_place(w, n, &item.at, &d.s.refers[d.s.refers_count++]))
		return;
	put_hash(&d, &item, &fields);
	from = fields.len;
	if (is_ours) {
		cbor_put_array(&fields, 1);
		d.s.label.values[d.s.label.values_count++] = BYTES_LIT(OUTSIDE);
		d.s.label.categories[0].count = d.s.label.values_count;
	}
	cbor_put_text(&fields, BYTES_LIT(OUTSIDE));
	put_field(&d, FIELD_ITEM_TO, &fields, from);
	if (is_up)
		draft_sign(w, &d, &n->officer.key);
	draft_submit(w, n, &d, is_up ? &n->officer.second : &n->officer.key);
}

static void translate(struct world *w, struct sim_node *n)
{
	static struct found item;
	static struct draft d;
	enum translation_status status = (enum translation_status)below(w, TRANSLATION_STATUS_COUNT);
	uint8_t memory[64];
	struct buf fields = BUF_ON(memory);
	size_t from;

	if (!pick_item(w, n, w->nodes_count, &item))
		return;
	draft_open(w, n, &d, CHANNEL, KIND_TRANSLATION);
	if (!draft_place(w, n, &item.at, &d.s.refers[d.s.refers_count++]))
		return;
	cbor_put_uint(&fields, (uint64_t)status);
	put_field(&d, FIELD_TRANSLATION_STATUS, &fields, 0);
	from = fields.len;
	cbor_put_text(&fields, below(w, 2) == 0 ? BYTES_LIT("ko") : BYTES_LIT("en"));
	put_field(&d, FIELD_TRANSLATION_LANGUAGE, &fields, from);
	if (status != TRANSLATION_NONE)
		draft_content(w, &d, 20, (struct bytes){ NULL, 0 });
	draft_submit(w, n, &d, below(w, 2) == 0 ? &n->officer.key : &n->officer.second);
}

void papers_act(struct world *w, struct sim_node *n)
{
	static void (*const acts[])(struct world *w,
				    struct sim_node *n) = { act_on_draft, act_on_draft,	  act_on_draft,
							    label_anew,	  lower_on_a_day, lower_on_a_day,
							    ask_back,	  let_go,	  translate };

	acts[below(w, ARRAY_COUNT(acts))](w, n);
}
