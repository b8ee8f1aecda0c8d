/* `guidelines`: each kind of line, in the order of docs/spec/guidelines.md. */
#include "accord/file.h"
#include "accord/guidelines.h"
#include "wire/statement.h"

#include <string.h>

/* ---- Words that several kinds of line have ---- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* [A-Z][A-Z0-9-]* */
static bool is_code(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.ptr[i];
		if ((c < 'A' || c > 'Z') && (i == 0 || (!is_digit(c) && c != '-')))
			return false;
	}
	return word.len > 0;
}

/* A name of its own, copied; `is_formed` says which names there are. */
static void take_name(struct line_reader *r, bool (*is_formed)(struct bytes word), char *out, size_t size,
		      const char *rule)
{
	struct bytes word = line_word(r, rule);

	if (r->rule == NULL && (!is_formed(word) || bytes_copy_str(word, out, size) != ERR_OK))
		line_refuse(r, rule);
}

typedef size_t finder(const struct guidelines *g, struct bytes word);

/* The index of what was defined above; 0 after a fault. */
static size_t take_known(struct line_reader *r, finder *find, size_t count, const char *rule)
{
	struct bytes word = line_word(r, rule);
	size_t index = r->rule == NULL ? find(r->guidelines, word) : count;

	if (index < count)
		return index;
	line_refuse(r, rule);
	return 0;
}

static uint8_t take_level(struct line_reader *r, const char *rule)
{
	return (uint8_t)take_known(r, guidelines_level_find, r->guidelines->levels_count, rule);
}

/* Up to the first word that is none of them: at least one, each once. */
static uint64_t take_set(struct line_reader *r, finder *find, size_t count, const char *rule)
{
	uint64_t set = 0;

	while (line_has_more(r)) {
		size_t index = find(r->guidelines, line_peek(r));
		if (index >= count)
			break;
		(void)line_word(r, rule);
		if ((set >> index & 1) != 0)
			line_refuse(r, rule);
		set |= 1ull << index;
	}
	if (set == 0)
		line_refuse(r, rule);
	return set;
}

static uint32_t take_parties(struct line_reader *r, const char *rule)
{
	return (uint32_t)take_set(r, guidelines_party_find, r->guidelines->parties_count, rule);
}

static size_t plane_find(const struct guidelines *g, struct bytes word)
{
	size_t i = 0;

	(void)g;
	while (i < PLANE_COUNT && !bytes_equal(bytes_str(plane_name((enum plane)i)), word))
		i++;
	return i;
}

static size_t precedence_find(const struct guidelines *g, struct bytes word)
{
	enum precedence p;

	(void)g;
	return precedence_read(word, &p) == ERR_OK ? (size_t)p : PRECEDENCE_COUNT;
}

static uint8_t take_by(struct line_reader *r)
{
	line_expect(r, "by", "guidelines.by");
	return (uint8_t)line_number(r, APPROVERS_MAX, "guidelines.by");
}

static uint16_t line_of(const struct line_reader *r)
{
	return (uint16_t)r->number;
}

/* What is read goes into r->guidelines, from the first line on. */
static void begin_line(struct line_reader *r, struct accord *a)
{
	struct guidelines *g;

	if (r->number > GUIDELINES_LINES_MAX)
		line_refuse(r, "guidelines.lines");
	if (r->guidelines != NULL)
		return;
	g = arena_alloc(r->arena, 1, sizeof *g);
	if (g == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
		return;
	}
	/* The accord's parties have their places; each line fills in one. */
	g->parties_count = a->parties_count;
	g->members = (1u << a->parties_count) - 1;
	for (size_t i = 0; i < a->parties_count; i++)
		memcpy(g->parties[i].code, a->parties[i].code, sizeof a->parties[i].code);
	r->guidelines = g;
	a->guidelines = g;
}

/* ---- The head ---- */

static bool is_file_name(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.ptr[i], small = c | 0x20;
		if ((small < 'a' || small > 'z') && (i == 0 || (!is_digit(c) && c != '-')))
			return false;
	}
	return word.len > 0;
}

static void read_head(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;

	(void)a;
	take_name(r, is_file_name, g->name, sizeof g->name, "guidelines.head");
	line_expect(r, "version", "guidelines.head");
	g->version = (uint32_t)line_number(r, UINT32_MAX, "guidelines.head");
	line_expect(r, "review-by", "guidelines.head");
	line_day(r, "guidelines.head", &g->review_by);
	if (g->version == 0)
		line_refuse(r, "guidelines.head");
}

/* ---- Parties, levels, categories, values ---- */

static void read_party(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_party *p;
	size_t i;

	i = take_known(r, guidelines_party_find, a->parties_count, "guidelines.party");
	p = &g->parties[i];
	if (p->line != 0)
		line_refuse(r, "guidelines.party");
	p->line = line_of(r);
	line_names(r, a, p->names.text);
}

static void read_outside(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_party p = { 0 };

	take_name(r, is_code, p.code, sizeof p.code, "guidelines.outside");
	if (guidelines_party_find(g, bytes_str(p.code)) < g->parties_count)
		line_refuse(r, "guidelines.outside");
	if (g->parties_count == GUIDELINES_PARTIES_MAX)
		line_refuse(r, "guidelines.count");
	p.line = line_of(r);
	line_names(r, a, p.names.text);
	if (r->rule == NULL)
		g->parties[g->parties_count++] = p;
}

static void read_level(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_level l = { 0 };

	take_name(r, is_code, l.code, sizeof l.code, "guidelines.level");
	if (guidelines_level_find(g, bytes_str(l.code)) < g->levels_count)
		line_refuse(r, "guidelines.level");
	if (g->levels_count == GUIDELINES_LEVELS_MAX)
		line_refuse(r, "guidelines.count");
	l.line = line_of(r);
	line_names(r, a, l.names.text);
	if (r->rule == NULL)
		g->levels[g->levels_count++] = l;
}

/* rel and origin are categories of every label, and of no guidelines. */
static bool is_category_name(struct bytes word)
{
	return is_role_name(word) && !bytes_equal(word, BYTES_LIT("rel")) &&
	       !bytes_equal(word, BYTES_LIT("origin"));
}

static void read_category(struct line_reader *r, struct accord *a)
{
	static const char *const rules[] = { "all", "any", "info" };
	struct guidelines *g = r->guidelines;
	struct guidelines_category c = { 0 };

	(void)a;
	take_name(r, is_category_name, c.name, sizeof c.name, "guidelines.category");
	if (guidelines_category_find(g, bytes_str(c.name)) < g->categories_count)
		line_refuse(r, "guidelines.category");
	if (g->categories_count == GUIDELINES_CATEGORIES_MAX)
		line_refuse(r, "guidelines.count");
	while (c.rule < CATEGORY_RULE_COUNT && !line_accept(r, rules[c.rule]))
		c.rule++;
	if (c.rule == CATEGORY_RULE_COUNT)
		line_refuse(r, "guidelines.category");
	c.line = line_of(r);
	if (r->rule != NULL)
		return;
	if (c.rule == CATEGORY_ANY)
		g->any_category[g->any_count++] = (uint8_t)g->categories_count;
	g->categories[g->categories_count++] = c;
}

static void put_value(struct guidelines *g, const struct guidelines_value *v)
{
	uint64_t bit = 1ull << g->values_count;
	struct guidelines_category *c = &g->categories[v->category];

	c->values |= bit;
	if (c->rule == CATEGORY_ALL)
		g->all |= bit;
	for (size_t i = 0; i < g->any_count; i++) {
		if (g->any_category[i] == v->category)
			g->any[i] |= bit;
	}
	g->values[g->values_count++] = *v;
}

static void read_value(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_value v = { 0 };

	v.category = take_known(r, guidelines_category_find, g->categories_count, "guidelines.category");
	take_name(r, is_code, v.code, sizeof v.code, "guidelines.value");
	if (guidelines_value_find(g, bytes_str(v.code)) < g->values_count)
		line_refuse(r, "guidelines.value");
	if (g->values_count == GUIDELINES_VALUES_MAX)
		line_refuse(r, "guidelines.count");
	v.line = line_of(r);
	line_names(r, a, v.names.text);
	if (line_accept(r, "from"))
		v.from = take_level(r, "guidelines.level");
	if (line_accept(r, "excludes"))
		v.excludes = take_parties(r, "guidelines.excludes");
	v.is_originator_controlled = line_accept(r, "control");
	if (v.is_originator_controlled)
		line_expect(r, "originator", "guidelines.control");
	if (r->rule == NULL)
		put_value(g, &v);
}

/* ---- Agreements, and who may read ---- */

static void read_only(struct line_reader *r, struct guidelines *g, struct guidelines_agreement *t)
{
	size_t category = take_known(r, guidelines_category_find, g->categories_count, "guidelines.only");
	uint64_t values;

	if (r->rule != NULL)
		return;
	values = g->categories[category].values;
	t->only = take_set(r, guidelines_value_find, g->values_count, "guidelines.only");
	/* What is shown only cannot bind a reader. */
	if ((t->only & ~values) != 0 || g->categories[category].rule == CATEGORY_INFO)
		line_refuse(r, "guidelines.only");
}

static void read_agreement(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_agreement t = { .via = GUIDELINES_NO_VIA };

	take_name(r, is_role_name, t.name, sizeof t.name, "guidelines.agreement");
	for (size_t i = 0; i < g->agreements_count; i++) {
		if (strcmp(g->agreements[i].name, t.name) == 0)
			line_refuse(r, "guidelines.agreement");
	}
	if (g->agreements_count == GUIDELINES_AGREEMENTS_MAX)
		line_refuse(r, "guidelines.count");
	line_expect(r, "parties", "guidelines.parties");
	t.parties = take_parties(r, "guidelines.parties");
	if ((t.parties & (t.parties - 1)) == 0 || (t.parties & g->members) == 0)
		line_refuse(r, "guidelines.parties");
	line_expect(r, "ceiling", "guidelines.ceiling");
	t.ceiling = take_level(r, "guidelines.ceiling");
	if (line_accept(r, "basis"))
		t.basis = line_text(r, "guidelines.basis");
	if (line_accept(r, "only"))
		read_only(r, g, &t);
	if (line_accept(r, "via")) {
		t.via = (uint8_t)take_known(r, guidelines_party_find, a->parties_count, "guidelines.via");
		if ((t.parties >> t.via & 1) == 0)
			line_refuse(r, "guidelines.via");
	}
	t.line = line_of(r);
	if (r->rule == NULL)
		g->agreements[g->agreements_count++] = t;
}

/* CODE, or NAME.* for every value of a category that has been defined. */
static uint64_t holds_find(const struct guidelines *g, struct bytes word)
{
	size_t i;

	if (word.len < 2 || word.ptr[word.len - 2] != '.' || word.ptr[word.len - 1] != '*') {
		i = guidelines_value_find(g, word);
		return i < g->values_count ? 1ull << i : 0;
	}
	word.len -= 2;
	i = guidelines_category_find(g, word);
	return i < g->categories_count ? g->categories[i].values : 0;
}

static void read_holds(struct line_reader *r, struct clearance *out)
{
	const struct guidelines *g = r->guidelines;

	line_expect(r, "holds", "guidelines.holds");
	while (line_has_more(r) && !bytes_equal(line_peek(r), BYTES_LIT("may"))) {
		uint64_t values = holds_find(g, line_word(r, "guidelines.holds"));
		/* No value twice, and none that decides nothing. */
		if (values == 0 || (values & out->holds) != 0)
			line_refuse(r, "guidelines.holds");
		for (size_t i = 0; i < g->categories_count; i++) {
			if (g->categories[i].rule == CATEGORY_INFO && (g->categories[i].values & values) != 0)
				line_refuse(r, "guidelines.holds");
		}
		out->holds |= values;
	}
}

static void read_reader(struct line_reader *r, struct guidelines_reader *out)
{
	line_expect(r, "up-to", "guidelines.up-to");
	out->clearance.up_to = take_level(r, "guidelines.up-to");
	read_holds(r, &out->clearance);
	out->may_release = line_accept(r, "may");
	if (out->may_release)
		line_expect(r, "release", "guidelines.may");
	out->line = line_of(r);
}

static void read_node(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_reader *node;

	(void)a;
	node = &g->nodes[take_known(r, guidelines_party_find, g->parties_count, "guidelines.node")];
	if (node->line != 0)
		line_refuse(r, "guidelines.node");
	read_reader(r, node);
	/* Persons release; what a node says by itself is no item. */
	if (node->may_release)
		line_refuse(r, "guidelines.may");
}

static void read_role(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct bytes name = line_word(r, "guidelines.role");
	size_t role = accord_role_find(a, name);

	if (role == a->roles_count || g->roles[role].line != 0) {
		line_refuse(r, "guidelines.role");
		return;
	}
	read_reader(r, &g->roles[role]);
}

/* ---- Ceilings ---- */

static void read_planes(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_ceiling ceiling = { 0 };
	uint64_t planes;

	(void)a;
	planes = take_set(r, plane_find, PLANE_COUNT, "guidelines.plane");
	line_expect(r, "ceiling", "guidelines.ceiling");
	ceiling = (struct guidelines_ceiling){ take_level(r, "guidelines.ceiling"), line_of(r) };
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		if ((planes >> i & 1) == 0)
			continue;
		if (g->planes[i].line != 0)
			line_refuse(r, "guidelines.plane");
		g->planes[i] = ceiling;
	}
}

static void read_feeds(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_ceiling ceiling;
	size_t first;

	(void)a;
	first = g->feeds_count;
	do {
		struct guidelines_feed f = { 0 };
		take_name(r, is_role_name, f.name, sizeof f.name, "guidelines.feed");
		if (guidelines_feed_find(g, bytes_str(f.name)) < g->feeds_count)
			line_refuse(r, "guidelines.feed");
		if (g->feeds_count == GUIDELINES_FEEDS_MAX)
			line_refuse(r, "guidelines.count");
		if (r->rule != NULL)
			return;
		g->feeds[g->feeds_count++] = f;
	} while (line_has_more(r) && !bytes_equal(line_peek(r), BYTES_LIT("ceiling")));
	line_expect(r, "ceiling", "guidelines.ceiling");
	ceiling = (struct guidelines_ceiling){ take_level(r, "guidelines.ceiling"), line_of(r) };
	for (size_t i = first; i < g->feeds_count; i++)
		g->feeds[i].ceiling = ceiling;
}

/* ---- Release, and the acts after it ---- */

static void read_when(struct line_reader *r, struct guidelines_release *out)
{
	if (line_accept(r, "within")) {
		out->when = RELEASE_WITHIN;
	} else if (line_accept(r, "outside")) {
		out->when = RELEASE_OUTSIDE;
	} else if (line_accept(r, "above")) {
		out->when = RELEASE_ABOVE;
		out->of = take_level(r, "guidelines.level");
	} else if (line_accept(r, "plane")) {
		out->when = RELEASE_PLANE;
		out->of = (uint8_t)take_known(r, plane_find, PLANE_COUNT, "guidelines.plane");
	} else {
		line_expect(r, "precedence", "guidelines.release");
		out->when = RELEASE_PRECEDENCE;
		out->of = (uint8_t)take_known(r, precedence_find, PRECEDENCE_COUNT, "guidelines.release");
	}
}

static void read_release(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_release rule = { 0 };

	(void)a;
	read_when(r, &rule);
	for (size_t i = 0; i < g->releases_count; i++) {
		if (g->releases[i].when == rule.when && g->releases[i].of == rule.of)
			line_refuse(r, "guidelines.release");
	}
	if (g->releases_count == GUIDELINES_RELEASES_MAX)
		line_refuse(r, "guidelines.count");
	rule.by = take_by(r);
	rule.needs_consent = line_accept(r, "consent");
	if (rule.needs_consent)
		line_expect(r, "each-party", "guidelines.consent");
	rule.line = line_of(r);
	if (r->rule == NULL)
		g->releases[g->releases_count++] = rule;
}

static void read_act(struct line_reader *r, struct accord *a, enum guidelines_act act)
{
	struct guidelines *g = r->guidelines;
	uint8_t by = take_by(r);

	(void)a;
	if (g != NULL)
		g->acts[act] = (struct guidelines_count){ by, line_of(r) };
}

static void read_downgrade(struct line_reader *r, struct accord *a)
{
	read_act(r, a, GUIDELINES_DOWNGRADE);
}

static void read_recall(struct line_reader *r, struct accord *a)
{
	read_act(r, a, GUIDELINES_RECALL);
}

static void read_erase(struct line_reader *r, struct accord *a)
{
	read_act(r, a, GUIDELINES_ERASE);
}

static void read_approval(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_span *out, span;

	(void)a;
	line_expect(r, "lasts", "guidelines.approval");
	span = (struct guidelines_span){ line_span(r, "guidelines.approval"), line_of(r) };
	out = &g->approval;
	if (line_accept(r, "plane"))
		out = &g->approval_on[take_known(r, plane_find, PLANE_COUNT, "guidelines.plane")];
	if (span.ms == 0 || out->line != 0)
		line_refuse(r, "guidelines.approval");
	*out = span;
}

/* 90d or 5y; a year is 365 days. */
static uint32_t take_days(struct line_reader *r)
{
	struct bytes word = line_word(r, "guidelines.fate");
	uint64_t unit, value = 0;

	if (r->rule != NULL)
		return 0;
	unit = word.ptr[word.len - 1] == 'y' ? 365 : word.ptr[word.len - 1] == 'd' ? 1 : 0;
	word.len--;
	if (unit == 0 || bytes_read_decimal(word, GUIDELINES_REVIEW_DAYS_MAX / unit, &value) != ERR_OK ||
	    value == 0)
		line_refuse(r, "guidelines.fate");
	return (uint32_t)(value * unit);
}

static void read_fate(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_review *out, review;
	size_t value;

	(void)a;
	line_expect(r, "review", "guidelines.fate");
	review = (struct guidelines_review){ take_days(r), line_of(r) };
	out = &g->review;
	if (line_accept(r, "note")) {
		value = take_known(r, guidelines_value_find, g->values_count, "guidelines.fate");
		if (r->rule != NULL)
			return;
		if (g->categories[g->values[value].category].rule != CATEGORY_INFO)
			line_refuse(r, "guidelines.fate");
		out = &g->review_of[value];
	}
	if (out->line != 0)
		line_refuse(r, "guidelines.fate");
	*out = review;
}

static void read_words(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;

	(void)a;
	line_expect(r, "hold", "guidelines.words");
	line_expect(r, GUIDELINES_WORDS, "guidelines.words");
	if (g->words_line != 0)
		line_refuse(r, "guidelines.words");
	g->words_line = line_of(r);
}

/* As a party of the accord marks at home: a code that is no other level's, there or here. */
static bool is_home_code(const struct accord *a, const struct guidelines_map *m, struct bytes code)
{
	const struct guidelines *g = a->guidelines;
	size_t level = guidelines_level_find(g, code), prefix = strlen(GUIDELINES_HOME);

	for (size_t i = 0; i < g->maps_count; i++) {
		if (strcmp(g->maps[i].format, m->format) == 0 && bytes_equal(g->maps[i].value, code))
			return false;
	}
	return is_code(code) && (level == m->level || level == g->levels_count) &&
	       accord_party_find(a, bytes_str(m->format + prefix)) < a->parties_count;
}

static void read_map(struct line_reader *r, struct accord *a)
{
	struct guidelines *g = r->guidelines;
	struct guidelines_map m = { 0 };
	struct bytes value;

	take_name(r, is_role_name, m.format, sizeof m.format, "guidelines.map");
	m.level = take_level(r, "guidelines.map");
	value = line_word(r, "guidelines.map");
	for (size_t i = 0; i < g->maps_count; i++) {
		if (strcmp(g->maps[i].format, m.format) == 0 && g->maps[i].level == m.level)
			line_refuse(r, "guidelines.map");
	}
	if (g->maps_count == GUIDELINES_MAPS_MAX)
		line_refuse(r, "guidelines.count");
	if (r->rule == NULL && strncmp(m.format, GUIDELINES_HOME, strlen(GUIDELINES_HOME)) == 0 &&
	    !is_home_code(a, &m, value))
		line_refuse(r, "guidelines.map");
	if (r->rule != NULL)
		return;
	m.line = line_of(r);
	m.value = arena_copy(r->arena, value);
	if (m.value.ptr == NULL) {
		r->is_full = true;
		line_refuse(r, "line.memory");
		return;
	}
	g->maps[g->maps_count++] = m;
}

/* ---- What no single line shows: each is told at the line that it is about, or at the last ---- */

static void refuse_at(struct line_reader *r, size_t line, const char *rule)
{
	if (r->rule == NULL)
		r->number = line;
	line_refuse(r, rule);
}

static void check_missing(struct line_reader *r, const struct accord *a)
{
	const struct guidelines *g = r->guidelines;
	bool is_within = false, is_outside = g->parties_count == a->parties_count;

	for (size_t i = 0; i < a->parties_count; i++) {
		if (g->parties[i].line == 0)
			line_refuse(r, "guidelines.party");
	}
	if (g->levels_count == 0)
		line_refuse(r, "guidelines.level");
	for (size_t i = 0; i < g->parties_count; i++) {
		if (g->nodes[i].line == 0)
			refuse_at(r, g->parties[i].line, "guidelines.node");
	}
	for (size_t i = 0; i < a->roles_count; i++) {
		if (g->roles[i].line == 0)
			line_refuse(r, "guidelines.role");
	}
	for (size_t i = 0; i < a->channels_count; i++) {
		if (a->channels[i].plane != PLANE_HOME && g->planes[a->channels[i].plane].line == 0)
			line_refuse(r, "guidelines.plane");
	}
	for (size_t i = 0; i < g->releases_count; i++) {
		is_within = is_within || g->releases[i].when == RELEASE_WITHIN;
		is_outside = is_outside || g->releases[i].when == RELEASE_OUTSIDE;
	}
	if (!is_within || !is_outside)
		line_refuse(r, "guidelines.release");
	if (g->approval.line == 0)
		line_refuse(r, "guidelines.approval");
	if (g->review.line == 0)
		line_refuse(r, "guidelines.fate");
}

/* Nobody is alone there: two releasers, whatever the label. */
static void check_alone(struct line_reader *r, const struct guidelines *g, enum release_when when, uint8_t of)
{
	size_t line = r->number;
	uint8_t by = 0;

	for (size_t i = 0; i < g->releases_count; i++) {
		const struct guidelines_release *rule = &g->releases[i];
		bool is_own = rule->when == when && rule->of == of;
		if ((is_own || rule->when == RELEASE_WITHIN) && rule->by > by)
			by = rule->by;
		if (is_own)
			line = rule->line;
	}
	if (by < 2)
		refuse_at(r, line, "guidelines.alone");
}

/* Whether a role that may release, or any role, holds these values and is cleared up to this level. */
static bool is_reached(const struct guidelines *g, bool must_release, uint8_t level, uint64_t values)
{
	for (size_t i = 0; i < ACCORD_ROLES_MAX; i++) {
		const struct guidelines_reader *role = &g->roles[i];
		if (role->line != 0 && (role->may_release || !must_release) &&
		    role->clearance.up_to >= level && (values & ~role->clearance.holds) == 0)
			return true;
	}
	return false;
}

static void check_reached(struct line_reader *r, const struct guidelines *g)
{
	for (size_t i = 0; i < g->levels_count; i++) {
		if (!is_reached(g, true, (uint8_t)i, 0))
			refuse_at(r, g->levels[i].line, "guidelines.reached");
	}
	for (size_t i = 0; i < g->values_count; i++) {
		const struct guidelines_value *v = &g->values[i];
		if (g->categories[v->category].rule == CATEGORY_INFO)
			continue;
		if (!is_reached(g, false, 0, 1ull << i))
			refuse_at(r, v->line, "guidelines.held");
		if (!is_reached(g, true, v->from, 1ull << i))
			refuse_at(r, v->line, "guidelines.reached");
	}
}

static void check(struct line_reader *r, const struct accord *a)
{
	struct guidelines *g = r->guidelines;

	if (r->number > GUIDELINES_LINES_MAX)
		line_refuse(r, "guidelines.lines");
	/* What leaves no home is under no plane's ceiling, unless a line says so. */
	if (g->planes[PLANE_HOME].line == 0 && g->levels_count > 0)
		g->planes[PLANE_HOME].level = (uint8_t)(g->levels_count - 1);
	/* A later value of the same category is outside an agreement's list too. */
	for (size_t i = 0; i < g->agreements_count; i++) {
		struct guidelines_agreement *t = &g->agreements[i];
		for (size_t c = 0; c < g->categories_count; c++) {
			if ((g->categories[c].values & t->only) != 0)
				t->outside = g->categories[c].values & ~t->only;
		}
	}
	check_missing(r, a);
	check_alone(r, g, RELEASE_PLANE, PLANE_LEADER);
	check_alone(r, g, RELEASE_PRECEDENCE, PRECEDENCE_FLASH);
	check_reached(r, g);
}

static const struct line_row rows[] = {
	{ "guidelines", read_head, "guidelines.head" },
	{ "party", read_party, NULL },
	{ "outside", read_outside, NULL },
	{ "level", read_level, NULL },
	{ "category", read_category, NULL },
	{ "value", read_value, NULL },
	{ "agreement", read_agreement, NULL },
	{ "node", read_node, NULL },
	{ "role", read_role, NULL },
	{ "plane", read_planes, NULL },
	{ "feed", read_feeds, NULL },
	{ "release", read_release, NULL },
	{ "downgrade", read_downgrade, "guidelines.downgrade" },
	{ "recall", read_recall, "guidelines.recall" },
	{ "erase", read_erase, "guidelines.erase" },
	{ "approval", read_approval, NULL },
	{ "fate", read_fate, NULL },
	{ "words", read_words, NULL },
	{ "map", read_map, NULL },
};

const struct file_row file_guidelines = { "guidelines", rows, ARRAY_COUNT(rows), check, begin_line };
