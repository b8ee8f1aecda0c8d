/*
 * A state chart: a region a step (waiting, open, done), a region for everything that a party or a role says
 * of it, and guards over both. An event is a move that counts: which do is our machine's to judge, what
 * follows is the chart's.
 */
#include "entente/procedure_export.h"

#include "base/alloc.h"
#include "border/xml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHART_MAX (32u << 20)
#define TEXT_MAX (64u << 10)
#define OURS "urn:entente:procedure:1"

struct chart {
	const struct procedure *p;
	const struct accord *a;
	struct xml xml;
	struct buf words[4]; /* the words of one attribute each, round and round */
	size_t at;
};

/* What is ours is in capitals, for whatever a definition or an accord names is not. */
/* ---- Words: "confirms.decide.kor" and what is made of them. ---- */

static struct buf *begin(struct chart *c)
{
	struct buf *out = &c->words[c->at++ % ARRAY_COUNT(c->words)];

	buf_reset(out);
	return out;
}

/* Names with a point between them; NULL ends them. */
static void put_names(struct buf *out, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (i > 0)
			buf_put_byte(out, '.');
		buf_put_str(out, names[i]);
	}
}
#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct bytes name(struct chart *c, const char *const *names)
{
	struct buf *out = begin(c);

	put_names(out, names);
	return buf_bytes(out);
}

static void put_in(struct buf *out, const char *const *names)
{
	buf_put_str(out, "In('");
	put_names(out, names);
	buf_put_str(out, "')");
}

static const char *party(const struct chart *c, size_t i)
{
	return c->a->parties[i].name;
}

/* Between the parts of a condition: nothing before the first. */
static void put_word(struct buf *out, bool *is_begun, const char *word)
{
	if (*is_begun)
		buf_put_str(out, word);
	*is_begun = true;
}

/* ---- Elements. ---- */

static void open_state(struct chart *c, const char *element, struct bytes id)
{
	xml_open(&c->xml, element);
	xml_attribute(&c->xml, "id", id);
}

/* A region that begins in its first state. */
static void open_region(struct chart *c, struct bytes id)
{
	open_state(c, "state", id);
}

static void put_transition(struct chart *c, struct bytes event, struct bytes condition, struct bytes target)
{
	xml_open(&c->xml, "transition");
	if (event.len > 0)
		xml_attribute(&c->xml, "event", event);
	if (condition.len > 0)
		xml_attribute(&c->xml, "cond", condition);
	xml_attribute(&c->xml, "target", target);
	xml_close(&c->xml);
}

static void put_state(struct chart *c, struct bytes id)
{
	open_state(c, "state", id);
	xml_close(&c->xml);
}

static const struct bytes none = { NULL, 0 };

/* no, and yes for ever once the event has come. */
static void put_latch(struct chart *c, const char *const *region, struct bytes event)
{
	const char *what = region[0], *of = region[1], *who = region[2];

	open_region(c, name(c, region));
	open_state(c, "state", name(c, NAMES(what, of, who, "no")));
	put_transition(c, event, none, name(c, NAMES(what, of, who, "yes")));
	xml_close(&c->xml);
	put_state(c, name(c, NAMES(what, of, who, "yes")));
	xml_close(&c->xml);
}

/* ---- Guards. ---- */

static bool is_asked(const struct guard *g, enum guard_kind kind, size_t step, unsigned which)
{
	for (size_t n = 0; n < g->count; n++) {
		if (g->nodes[n].kind == kind && g->nodes[n].step == step && g->nodes[n].which == which)
			return true;
	}
	return false;
}

static bool is_asked_anywhere(const struct chart *c, enum guard_kind kind, size_t step, unsigned which)
{
	for (size_t s = 0; s < c->p->steps_count; s++) {
		if (is_asked(&c->p->steps[s].after, kind, step, which))
			return true;
	}
	return is_asked(&c->p->close, kind, step, which);
}

/* Every party but the author has given it. */
static void put_reached(struct chart *c, const struct guard_node *n, struct buf *out)
{
	const char *id = c->p->steps[n->step].id, *level = level_name((enum level)n->which);
	bool is_begun = false;

	buf_put_byte(out, '(');
	for (size_t i = 0; i < c->a->parties_count; i++) {
		put_word(out, &is_begun, " && ");
		buf_put_byte(out, '(');
		put_in(out, NAMES("author", id, party(c, i)));
		buf_put_str(out, " || ");
		put_in(out, NAMES(level, id, party(c, i), "yes"));
		buf_put_byte(out, ')');
	}
	buf_put_byte(out, ')');
}

static void put_leaf(void *self, const struct guard_node *n, struct buf *out)
{
	struct chart *c = self;
	const struct procedure_step *s = &c->p->steps[n->step];

	switch (n->kind) {
	case GUARD_DONE:
		put_in(out, NAMES("step", s->id, "done"));
		break;
	case GUARD_REACHED:
		put_reached(c, n, out);
		break;
	case GUARD_DECIDED:
		put_in(out, NAMES("step", s->id, "done", s->options[n->which].id));
		break;
	case GUARD_LAPSED:
		put_in(out, NAMES("lapse", s->id, level_name((enum level)n->which), "yes"));
		break;
	case GUARD_PRECEDENCE:
		put_in(out, NAMES("precedence", precedence_name((enum precedence)n->which)));
		break;
	case GUARD_ALL:
	case GUARD_ANY:
	case GUARD_AT_LEAST:
	case GUARD_COUNT:
		break;
	}
}

static struct bytes guard_text(struct chart *c, const struct guard *g)
{
	const struct guard_words words = { " && ", " || ", put_leaf, c, true };
	struct buf *out = begin(c);

	guard_put(g, &words, out);
	return buf_bytes(out);
}

/* ---- What parties say, by kind of step. ---- */

static void put_notice(struct chart *c, const struct procedure_step *s, size_t step)
{
	open_region(c, name(c, NAMES("author", s->id)));
	open_state(c, "state", name(c, NAMES("author", s->id, "NONE")));
	for (size_t i = 0; i < c->a->parties_count; i++)
		put_transition(c, name(c, NAMES("message", s->id, party(c, i))), none,
			       name(c, NAMES("author", s->id, party(c, i))));
	xml_close(&c->xml);
	open_state(c, "state", name(c, NAMES("author", s->id, "SOME")));
	for (size_t i = 0; i < c->a->parties_count; i++)
		put_state(c, name(c, NAMES("author", s->id, party(c, i))));
	xml_close(&c->xml);
	xml_close(&c->xml);
	for (unsigned level = 0; level < LEVEL_COUNT; level++) {
		const char *word = level_name((enum level)level);
		if (is_asked_anywhere(c, GUARD_LAPSED, step, level))
			put_latch(c, NAMES("lapse", s->id, word), name(c, NAMES("lapse", s->id, word)));
		if (!is_asked_anywhere(c, GUARD_REACHED, step, level))
			continue;
		/* By any of the roles that owe it. */
		for (size_t i = 0; i < c->a->parties_count; i++) {
			struct buf *event = begin(c);
			for (size_t o = 0; o < s->owe_count; o++) {
				if (s->owe[o].what != level)
					continue;
				if (event->len > 0)
					buf_put_byte(event, ' ');
				put_names(event, NAMES(word, s->id, party(c, i),
						       c->p->roles[s->owe[o].who.role].name));
			}
			put_latch(c, NAMES(word, s->id, party(c, i)), buf_bytes(event));
		}
	}
}

/* How many of a party are there, up to the quorum; then it is met for ever. */
static void put_meet(struct chart *c, const struct procedure_step *s)
{
	char count[4] = "0", next[4], before[4];

	for (size_t i = 0; i < c->a->parties_count; i++) {
		open_region(c, name(c, NAMES("there", s->id, party(c, i))));
		for (unsigned n = 0; n < s->quorum; n++) {
			struct buf number = BUF_ON(count);
			buf_put_decimal(&number, n);
			count[number.len] = '\0';
			number = BUF_ON(next);
			buf_put_decimal(&number, n + 1);
			next[number.len] = '\0';
			number = BUF_ON(before);
			buf_put_decimal(&number, n == 0 ? 0 : n - 1);
			before[number.len] = '\0';
			open_state(c, "state", name(c, NAMES("there", s->id, party(c, i), count)));
			put_transition(c, name(c, NAMES("attend", s->id, party(c, i))), none,
				       name(c, NAMES("there", s->id, party(c, i),
						     n + 1 == s->quorum ? "met" : next)));
			if (n > 0)
				put_transition(c, name(c, NAMES("leave", s->id, party(c, i))), none,
					       name(c, NAMES("there", s->id, party(c, i), before)));
			xml_close(&c->xml);
		}
		put_state(c, name(c, NAMES("there", s->id, party(c, i), "met")));
		xml_close(&c->xml);
	}
}

/*
 * Of a party's role: which option it stands for. `withdraw` of the option leads back; condition: of the way
 * in.
 */
static void put_choice(struct chart *c, const struct procedure_step *s, const char *const *region,
		       const char *verb, bool is_back,
		       struct bytes (*condition)(struct chart *c, const struct procedure_step *s,
						 size_t option))
{
	const char *what = region[0], *of = region[1], *who = region[2];
	struct bytes text;

	open_region(c, name(c, NAMES(what, of, who)));
	open_state(c, "state", name(c, NAMES(what, of, who, "NONE")));
	for (size_t o = 0; o < s->options_count; o++) {
		const char *option = s->options[o].id;
		text = condition == NULL ? none : condition(c, s, o);
		put_transition(c, name(c, NAMES(verb, of, who, option)), text,
			       name(c, NAMES(what, of, who, option)));
	}
	xml_close(&c->xml);
	open_state(c, "state", name(c, NAMES(what, of, who, "SOME")));
	for (size_t o = 0; o < s->options_count; o++) {
		const char *option = s->options[o].id;
		open_state(c, "state", name(c, NAMES(what, of, who, option)));
		if (is_back)
			put_transition(c, name(c, NAMES("withdraw", of, option)), none,
				       name(c, NAMES(what, of, who, "NONE")));
		xml_close(&c->xml);
	}
	xml_close(&c->xml);
	xml_close(&c->xml);
}

/* "kor.principal" */
static const char *seat(const char *of, const char *role, char out[PARTY_NAME_MAX + ROLE_NAME_MAX + 2])
{
	struct buf text;

	buf_init(&text, out, PARTY_NAME_MAX + ROLE_NAME_MAX + 1);
	put_names(&text, NAMES(of, role));
	out[text.len] = '\0';
	return out;
}

static struct bytes all_concur(struct chart *c, const struct procedure_step *s, size_t option)
{
	struct buf *out = begin(c);
	bool is_begun = false;
	char who[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];

	for (size_t i = 0; i < c->a->parties_count; i++) {
		for (size_t r = 0; r < c->p->roles_count; r++) {
			if ((s->signers >> r & 1) == 0)
				continue;
			put_word(out, &is_begun, " && ");
			put_in(out, NAMES("concurs", s->id, seat(party(c, i), c->p->roles[r].name, who),
					  s->options[option].id));
		}
	}
	return buf_bytes(out);
}

static void put_joint(struct chart *c, const struct procedure_step *s)
{
	char who[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];

	for (size_t i = 0; i < c->a->parties_count; i++) {
		for (size_t r = 0; r < c->p->roles_count; r++) {
			if ((s->signers >> r & 1) != 0)
				put_choice(
					c, s,
					NAMES("concurs", s->id, seat(party(c, i), c->p->roles[r].name, who)),
					"concur", true, NULL);
		}
		put_choice(c, s, NAMES("confirms", s->id, party(c, i)), "confirm", true, all_concur);
	}
}

static void put_said(struct chart *c, size_t step)
{
	const struct procedure_step *s = &c->p->steps[step];

	for (size_t i = 0; i < c->a->parties_count; i++) {
		if (s->kind == STEP_KIND_EXCHANGE || s->kind == STEP_KIND_ACT)
			put_latch(c, NAMES("said", s->id, party(c, i)),
				  name(c, NAMES("done", s->id, party(c, i))));
		else if (s->kind == STEP_KIND_GATE && s->rule != GATE_JOINT)
			put_choice(c, s, NAMES("decides", s->id, party(c, i)), "decide", false, NULL);
	}
	if (s->kind == STEP_KIND_NOTICE)
		put_notice(c, s, step);
	else if (s->kind == STEP_KIND_MEET)
		put_meet(c, s);
	else if (s->kind == STEP_KIND_GATE && s->rule == GATE_JOINT)
		put_joint(c, s);
	for (unsigned level = 0; level < LEVEL_COUNT && s->kind != STEP_KIND_NOTICE; level++) {
		const char *word = level_name((enum level)level);
		if (is_asked_anywhere(c, GUARD_LAPSED, step, level))
			put_latch(c, NAMES("lapse", s->id, word), name(c, NAMES("lapse", s->id, word)));
	}
}

/* ---- When a step is done. ---- */

/* Of all, of any, or of the opener: what stands for each of them. */
static struct bytes by_parties(struct chart *c, enum procedure_of of, const char *what, const char *id,
			       const char *how)
{
	struct buf *out = begin(c);
	bool is_begun = false;

	for (size_t i = 0; i < c->a->parties_count; i++) {
		put_word(out, &is_begun, of == OF_EACH ? " && " : " || ");
		buf_put_byte(out, '(');
		if (of == OF_OPENER) {
			put_in(out, NAMES("opener", party(c, i)));
			buf_put_str(out, " && ");
		}
		put_in(out, NAMES(what, id, party(c, i), how));
		buf_put_byte(out, ')');
	}
	return buf_bytes(out);
}

static enum procedure_of of_gate(const struct procedure_step *s)
{
	return s->rule == GATE_ONE ? s->by.of : OF_EACH;
}

static void put_decided(struct chart *c, const struct procedure_step *s)
{
	const char *what = s->rule == GATE_JOINT ? "confirms" : "decides";

	for (size_t o = 0; o < s->options_count; o++)
		put_transition(c, none, by_parties(c, of_gate(s), what, s->id, s->options[o].id),
			       name(c, NAMES("step", s->id, "done", s->options[o].id)));
	if (s->rule == GATE_EACH)
		put_transition(c, none, by_parties(c, OF_EACH, what, s->id, "SOME"),
			       name(c, NAMES("step", s->id, "done", "DIFFER")));
}

static void put_done(struct chart *c, const struct procedure_step *s)
{
	struct bytes condition = none;
	struct buf *out;

	switch (s->kind) {
	case STEP_KIND_NOTICE:
		out = begin(c);
		put_in(out, NAMES("author", s->id, "SOME"));
		condition = buf_bytes(out);
		break;
	case STEP_KIND_MEET:
		condition = by_parties(c, OF_EACH, "there", s->id, "met");
		break;
	case STEP_KIND_EXCHANGE:
	case STEP_KIND_ACT:
		condition = by_parties(c, s->by.of, "said", s->id, "yes");
		break;
	case STEP_KIND_GATE:
		put_decided(c, s);
		return;
	case STEP_KIND_COUNT:
		return;
	}
	put_transition(c, none, condition, name(c, NAMES("step", s->id, "done")));
}

/* What the chart says and does not do, in a name space of ours. */
static void put_ours(struct chart *c, const struct procedure_step *s)
{
	for (size_t i = 0; i < c->p->languages_count; i++) {
		xml_open(&c->xml, "e:title");
		xml_attribute(&c->xml, "xml:lang", bytes_str(c->p->languages[i]));
		xml_text(&c->xml, s->title.text[i]);
		xml_close(&c->xml);
	}
	for (size_t o = 0; o < s->owe_count; o++) {
		for (unsigned x = 0; x < PRECEDENCE_COUNT; x++) {
			struct buf *out;
			if (c->p->precedence[x].line == 0)
				continue;
			xml_open(&c->xml, "e:owe");
			xml_attribute(&c->xml, "who",
				      name(c, NAMES(procedure_of_name(s->owe[o].who.of),
						    c->p->roles[s->owe[o].who.role].name)));
			xml_attribute(&c->xml, "what", bytes_str(level_name(s->owe[o].what)));
			xml_attribute(&c->xml, "precedence", bytes_str(precedence_name((enum precedence)x)));
			out = begin(c);
			buf_put_decimal(out, obligation_within(c->p, &s->owe[o], (enum precedence)x));
			xml_attribute(&c->xml, "seconds", buf_bytes(out));
			xml_close(&c->xml);
		}
	}
	if (s->hold > 0) {
		struct buf *out = begin(c);
		buf_put_decimal(out, s->hold);
		xml_open(&c->xml, "e:hold");
		xml_attribute(&c->xml, "seconds", buf_bytes(out));
		xml_close(&c->xml);
	}
}

static void put_step(struct chart *c, const struct procedure_step *s)
{
	open_region(c, name(c, NAMES("step", s->id)));
	put_ours(c, s);
	if (s->after.count > 0) {
		open_state(c, "state", name(c, NAMES("step", s->id, "waiting")));
		put_transition(c, none, guard_text(c, &s->after), name(c, NAMES("step", s->id, "open")));
		xml_close(&c->xml);
	}
	open_state(c, "state", name(c, NAMES("step", s->id, "open")));
	put_done(c, s);
	xml_close(&c->xml);
	open_state(c, "state", name(c, NAMES("step", s->id, "done")));
	for (size_t o = 0; o < s->options_count; o++)
		put_state(c, name(c, NAMES("step", s->id, "done", s->options[o].id)));
	if (s->kind == STEP_KIND_GATE && s->rule == GATE_EACH)
		put_state(c, name(c, NAMES("step", s->id, "done", "DIFFER")));
	xml_close(&c->xml);
	xml_close(&c->xml);
}

/* ---- The whole. ---- */

static void put_start(struct chart *c)
{
	open_region(c, bytes_str("opener"));
	open_state(c, "state", bytes_str("opener.NONE"));
	for (size_t i = 0; i < c->a->parties_count; i++)
		put_transition(c, name(c, NAMES("start", party(c, i))), none,
			       name(c, NAMES("opener", party(c, i))));
	xml_close(&c->xml);
	for (size_t i = 0; i < c->a->parties_count; i++)
		put_state(c, name(c, NAMES("opener", party(c, i))));
	xml_close(&c->xml);
	open_region(c, bytes_str("precedence"));
	open_state(c, "state", bytes_str("precedence.NONE"));
	for (unsigned x = 0; x < PRECEDENCE_COUNT; x++) {
		const char *word = precedence_name((enum precedence)x);
		if (c->p->precedence[x].line != 0)
			put_transition(c, name(c, NAMES("precedence", word)), none,
				       name(c, NAMES("precedence", word)));
	}
	xml_close(&c->xml);
	for (unsigned x = 0; x < PRECEDENCE_COUNT; x++) {
		if (c->p->precedence[x].line != 0)
			put_state(c, name(c, NAMES("precedence", precedence_name((enum precedence)x))));
	}
	xml_close(&c->xml);
}

static void put_life(struct chart *c)
{
	open_region(c, bytes_str("life"));
	open_state(c, "state", bytes_str("life.active"));
	put_transition(c, none, guard_text(c, &c->p->close), bytes_str("life.closed"));
	xml_close(&c->xml);
	put_state(c, bytes_str("life.closed"));
	xml_close(&c->xml);
}

char *procedure_scxml(const struct procedure *p, const struct accord *parties)
{
	struct chart c = { .p = p, .a = parties };
	char hash[2 * HASH_LEN + 1], *text = xcalloc(1, CHART_MAX);
	struct buf out;

	for (size_t i = 0; i < ARRAY_COUNT(c.words); i++)
		buf_init(&c.words[i], xcalloc(1, TEXT_MAX), TEXT_MAX);
	buf_init(&out, text, CHART_MAX - 1);
	bytes_write_hex(BYTES_OF(p->hash), hash);
	xml_start(&c.xml, &out);
	xml_open(&c.xml, "scxml");
	xml_attribute(&c.xml, "xmlns", bytes_str("http://www.w3.org/2005/07/scxml"));
	xml_attribute(&c.xml, "xmlns:e", bytes_str(OURS));
	xml_attribute(&c.xml, "version", bytes_str("1.0"));
	xml_attribute(&c.xml, "datamodel", bytes_str("ecmascript"));
	xml_attribute(&c.xml, "e:procedure", bytes_str(p->id)); /* a name is a function to some engines */
	xml_attribute(&c.xml, "e:definition", bytes_str(hash));
	xml_attribute(&c.xml, "initial", bytes_str("procedure"));
	open_state(&c, "parallel", bytes_str("procedure"));
	put_life(&c);
	put_start(&c);
	for (size_t s = 0; s < p->steps_count; s++) {
		put_said(&c, s);
		put_step(&c, &p->steps[s]);
	}
	xml_close(&c.xml);
	xml_close(&c.xml);
	for (size_t i = 0; i < ARRAY_COUNT(c.words); i++) {
		if (buf_check(&c.words[i]) != ERR_OK)
			out.full = true;
		free(c.words[i].ptr);
	}
	if (xml_check(&c.xml) != ERR_OK) {
		free(text);
		return NULL;
	}
	return text;
}
