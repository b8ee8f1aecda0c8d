/*
 * Values that no line tells apart for a reader are one class, and a label is tried with one value of each:
 * the evaluator decides, and what it allows is put together again.
 */
#include "policy/matrix.h"

#include "policy/once.h"

#include <assert.h>
#include <string.h>

#define VECTORS_MAX (1u << MATRIX_CLASSES_MAX)

/* One side: a version, and the reader and origin as it numbers them; SIZE_MAX: it does not know them. */
struct side {
	const struct accord *a;
	size_t party, role, origin;
};

/* What the lines of one version say of a value, for one reader, origin and level. */
struct trait {
	bool is_known, is_any, is_only_shown, is_by_node, is_by_role, is_low, is_excluded;
	size_t category;
	uint64_t agreements, others; /* bit masks of agreements: it is on the list, or beside it */
};

/*
 * A class: its values of the version that reads, and of each one value in the other; SIZE_MAX: none.
 * was_given: by the other one or a version before it, at that level and to that reader.
 */
struct value_class {
	struct trait own, other;
	bool was_given;
	uint64_t values;
	size_t first, other_first;
};

struct trial {
	struct side reads, but;
	struct bytes opened; /* of but */
	uint64_t once;	     /* once_given: of its lines */
	size_t level, but_level;
	struct value_class classes[MATRIX_CLASSES_MAX];
	size_t classes_count;
};

/* ---- The other version's numbers ---- */

static size_t party_in(const struct accord *a, const char *code)
{
	size_t i = guidelines_party_find(a->guidelines, bytes_str(code));

	return i < a->guidelines->parties_count ? i : SIZE_MAX;
}

static size_t level_in(const struct guidelines *g, const char *code)
{
	size_t i = guidelines_level_find(g, bytes_str(code));

	return i < g->levels_count ? i : SIZE_MAX;
}

static struct side side_in(const struct accord *a, const struct side *of)
{
	const struct guidelines *g = of->a->guidelines;
	struct side out = { .a = a, .role = of->role };

	out.party = party_in(a, g->parties[of->party].code);
	out.origin = party_in(a, g->parties[of->origin].code);
	if (of->role != READER_NODE) {
		out.role = accord_role_find(a, bytes_str(of->a->roles[of->role].name));
		if (out.role == a->roles_count || out.party == SIZE_MAX ||
		    (a->roles[out.role].parties >> out.party & 1) == 0)
			out.role = SIZE_MAX;
	}
	return out;
}

static bool is_side_known(const struct side *s)
{
	return s->party != SIZE_MAX && s->origin != SIZE_MAX && s->role != SIZE_MAX;
}

/* ---- Classes ---- */

static struct trait trait_of(const struct side *s, size_t level, size_t value)
{
	const struct guidelines *g = s->a == NULL ? NULL : s->a->guidelines;
	struct trait out = { 0 };
	uint32_t both;
	uint64_t bit;

	if (g == NULL || !is_side_known(s) || level == SIZE_MAX || value == SIZE_MAX)
		return out;
	both = 1u << s->party | 1u << s->origin;
	bit = 1ull << value;
	out.is_known = true;
	out.is_any = g->categories[g->values[value].category].rule == CATEGORY_ANY;
	out.is_only_shown = g->categories[g->values[value].category].rule == CATEGORY_INFO;
	out.category = out.is_any ? g->values[value].category : 0;
	out.is_by_node = (g->nodes[s->party].clearance.holds & bit) != 0;
	out.is_by_role = s->role == READER_NODE || (g->roles[s->role].clearance.holds & bit) != 0;
	out.is_low = level < g->values[value].from;
	out.is_excluded = (g->values[value].excludes >> s->party & 1) != 0;
	for (size_t i = 0; s->party != s->origin && i < g->agreements_count; i++) {
		const struct guidelines_agreement *t = &g->agreements[i];
		if ((t->parties & both) != both || t->ceiling < level)
			continue;
		out.agreements |= (uint64_t)((t->only & bit) != 0) << i;
		out.others |= (uint64_t)((t->outside & bit) != 0) << i;
	}
	return out;
}

static bool is_same_trait(const struct trait *a, const struct trait *b)
{
	return a->is_known == b->is_known && a->is_any == b->is_any && a->is_only_shown == b->is_only_shown &&
	       a->is_by_node == b->is_by_node && a->is_by_role == b->is_by_role && a->is_low == b->is_low &&
	       a->is_excluded == b->is_excluded && a->category == b->category &&
	       a->agreements == b->agreements && a->others == b->others;
}

/* No label with it is read, whatever else it has; `is_given`: nor, where that is asked, given. */
static bool is_never_read(const struct trait *t, bool is_given)
{
	bool is_held = t->is_by_node && t->is_by_role;

	return (is_given && (t->is_low || t->is_excluded)) || (!t->is_any && !t->is_only_shown && !is_held);
}

/*
 * What decides under neither version is left out; what decided under the other may open by deciding no more.
 */
static bool decides(const struct side *s, size_t value)
{
	const struct guidelines *g = s->a == NULL ? NULL : s->a->guidelines;

	return g != NULL && value != SIZE_MAX &&
	       g->categories[g->values[value].category].rule != CATEGORY_INFO;
}

/*
 * Whether labels with it may be there from before: by what that version lets be given, or one before it did.
 * That it lacked the agreement is no matter: an earlier one may have had it.
 */
static bool was_given(const struct trial *t, size_t value, size_t other)
{
	const struct guidelines_value *v;

	if ((t->once >> value & 1) != 0)
		return true;
	if (other == SIZE_MAX || t->but_level == SIZE_MAX)
		return false;
	v = &t->but.a->guidelines->values[other];
	return t->but_level >= v->from &&
	       (t->but.party == SIZE_MAX || (v->excludes >> t->but.party & 1) == 0);
}

static enum err add_value(struct trial *t, size_t value)
{
	const struct guidelines *g = t->reads.a->guidelines;
	struct value_class made = { .own = trait_of(&t->reads, t->level, value),
				    .values = 1ull << value,
				    .first = value,
				    .other_first = SIZE_MAX };

	if (t->but.a != NULL) {
		made.other_first = guidelines_value_in(t->but.a->guidelines, g, value);
		made.was_given = was_given(t, value, made.other_first);
	}
	if (is_never_read(&made.own, t->but.a == NULL) ||
	    (made.own.is_only_shown && !decides(&t->but, made.other_first) &&
	     !(made.was_given && made.other_first == SIZE_MAX)))
		return ERR_OK;
	made.other = trait_of(&t->but, t->but_level, made.other_first);
	for (size_t i = 0; i < t->classes_count; i++) {
		struct value_class *c = &t->classes[i];
		if (is_same_trait(&c->own, &made.own) && is_same_trait(&c->other, &made.other) &&
		    c->was_given == made.was_given) {
			c->values |= made.values;
			return ERR_OK;
		}
	}
	if (t->classes_count == MATRIX_CLASSES_MAX)
		return ERR_LIMIT;
	t->classes[t->classes_count++] = made;
	return ERR_OK;
}

/* ---- Trying ---- */

static bool may_read(const struct side *s, const struct label_mask *l)
{
	struct reader r = reader_of(s->party, s->role);

	return policy_evaluate(s->a->guidelines, l, &r).is_allowed;
}

static bool may_be_given(const struct side *s, const struct label_mask *l)
{
	return policy_label_check(s->a->guidelines, l).is_allowed;
}

/*
 * One value of each class in `vector`: whether it is read, and under the other version was not, or could not
 * be given. What only an earlier one gave counts too: items that were given it keep it, and are read by this
 * one.
 */
static bool is_listed(const struct trial *t, size_t vector)
{
	struct label_mask own = { (uint8_t)t->level, 0, 1u << t->reads.party, 1u << t->reads.origin };
	struct label_mask other = { 0 };
	bool is_other_known = t->but.a != NULL && is_side_known(&t->but) && t->but_level != SIZE_MAX;
	bool is_from_before = t->but.a != NULL;

	for (size_t i = 0; i < t->classes_count; i++) {
		const struct value_class *c = &t->classes[i];
		if ((vector >> i & 1) == 0)
			continue;
		own.values |= 1ull << c->first;
		is_from_before = is_from_before && c->was_given;
		if (c->other_first == SIZE_MAX)
			is_other_known = false;
		else
			other.values |= 1ull << c->other_first;
	}
	if (!may_read(&t->reads, &own))
		return false;
	if (!is_from_before)
		return may_be_given(&t->reads, &own);
	if (!is_other_known)
		return true;
	other.level = (uint8_t)t->but_level;
	other.rel = 1u << t->but.party;
	other.origin = 1u << t->but.origin;
	return !may_read(&t->but, &other);
}

/* ---- Putting together: a set of vectors as few of them with classes that may be there or not ---- */

/* By vector: whether a label is listed that has exactly these classes, and those of any that it has too. */
struct cover {
	bool is_listed[VECTORS_MAX];
	uint32_t any[VECTORS_MAX];
};

static void try_all(const struct trial *t, struct cover *c)
{
	size_t count = (size_t)1 << t->classes_count;

	for (size_t v = 0; v < count; v++) {
		c->is_listed[v] = is_listed(t, v);
		c->any[v] = 0;
	}
	/* Of two that differ in one class alone one is made, in which it may be there or not. */
	for (size_t i = 0; i < t->classes_count; i++) {
		for (size_t v = 0; v < count; v++) {
			size_t twin = v | (size_t)1 << i;
			if (twin == v || !c->is_listed[v] || !c->is_listed[twin] || c->any[v] != c->any[twin])
				continue;
			c->any[v] |= 1u << i;
			c->is_listed[twin] = false;
		}
	}
}

static struct matrix_cell cell_of(const struct trial *t, size_t vector, uint32_t any)
{
	struct matrix_cell out = { .low = (uint8_t)t->level, .high = (uint8_t)t->level };

	for (size_t i = 0; i < t->classes_count; i++) {
		if ((any >> i & 1) != 0)
			out.any |= t->classes[i].values;
		else if ((vector >> i & 1) != 0)
			out.some[out.some_count++] = t->classes[i].values;
	}
	return out;
}

static bool has_same_values(const struct matrix_cell *a, const struct matrix_cell *b)
{
	if (a->any != b->any || a->some_count != b->some_count)
		return false;
	for (size_t i = 0; i < a->some_count; i++) {
		if (a->some[i] != b->some[i])
			return false;
	}
	return true;
}

/* The cells of the level before, if they are the same, reach up to this one instead. */
static bool is_as_before(struct matrix *m, size_t before, size_t first, size_t level)
{
	size_t count = m->cells_count - first;

	if (count != first - before || count == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct matrix_cell *c = &m->cells[before + i];
		if (c->high + 1u != level || !has_same_values(c, &m->cells[first + i]))
			return false;
	}
	for (size_t i = 0; i < count; i++)
		m->cells[before + i].high = (uint8_t)level;
	m->cells_count = first;
	return true;
}

static enum err add_level(struct matrix *m, struct trial *t, struct cover *c)
{
	const struct guidelines *g = t->reads.a->guidelines;
	enum err e = ERR_OK;

	t->classes_count = 0;
	t->but_level = t->but.a == NULL ? SIZE_MAX : level_in(t->but.a->guidelines, g->levels[t->level].code);
	t->once = once_given(t->opened, g, t->level, t->reads.party);
	for (size_t i = 0; e == ERR_OK && i < g->values_count; i++)
		e = add_value(t, i);
	if (e != ERR_OK)
		return e;
	try_all(t, c);
	for (size_t v = 0; v < (size_t)1 << t->classes_count; v++) {
		if (!c->is_listed[v])
			continue;
		if (m->cells_count == MATRIX_CELLS_MAX)
			return ERR_LIMIT;
		m->cells[m->cells_count++] = cell_of(t, v, c->any[v]);
	}
	return ERR_OK;
}

static enum err add_row(struct matrix *m, struct trial *t, struct cover *c)
{
	size_t first = m->cells_count, before = first;
	enum err e = ERR_OK;

	for (t->level = 0; e == ERR_OK && t->level < t->reads.a->guidelines->levels_count; t->level++) {
		size_t now = m->cells_count;
		e = add_level(m, t, c);
		if (e == ERR_OK && !is_as_before(m, before, now, t->level))
			before = now;
	}
	if (e != ERR_OK || m->cells_count == first)
		return e;
	if (m->rows_count == MATRIX_ROWS_MAX)
		return ERR_LIMIT;
	m->rows[m->rows_count++] = (struct matrix_row){
		.party = (uint8_t)t->reads.party,
		.origin = (uint8_t)t->reads.origin,
		.role = (uint8_t)t->reads.role,
		.first = first,
		.count = m->cells_count - first,
	};
	return ERR_OK;
}

static enum err add_reader(struct matrix *m, const struct accord *but, struct bytes opened, size_t party,
			   size_t role, struct cover *c)
{
	enum err e = ERR_OK;

	for (size_t origin = 0; e == ERR_OK && origin < m->accord->guidelines->parties_count; origin++) {
		struct trial t = { .reads = { m->accord, party, role, origin }, .opened = opened };
		if (but != NULL)
			t.but = side_in(but, &t.reads);
		e = add_row(m, &t, c);
	}
	return e;
}

enum err matrix_make(const struct accord *a, const struct accord *but, struct bytes opened,
		     struct arena *memory, struct matrix *out)
{
	struct matrix m = { .accord = a };
	const struct guidelines *g = a->guidelines;
	struct cover *c = arena_alloc(memory, 1, sizeof *c);
	enum err e = ERR_OK;

	assert(g != NULL);
	m.rows = arena_alloc(memory, MATRIX_ROWS_MAX, sizeof *m.rows);
	m.cells = arena_alloc(memory, MATRIX_CELLS_MAX, sizeof *m.cells);
	if (c == NULL || m.rows == NULL || m.cells == NULL)
		return ERR_MEMORY;
	if (but != NULL && but->guidelines == NULL) {
		*out = m;
		return ERR_OK;
	}
	for (size_t role = 0; e == ERR_OK && role < a->roles_count; role++) {
		for (size_t party = 0; e == ERR_OK && party < a->parties_count; party++) {
			if ((a->roles[role].parties >> party & 1) != 0)
				e = add_reader(&m, but, opened, party, role, c);
		}
	}
	for (size_t party = a->parties_count; e == ERR_OK && party < g->parties_count; party++)
		e = add_reader(&m, but, opened, party, READER_NODE, c);
	if (e == ERR_OK)
		*out = m;
	return e;
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply_capped(uint64_t a, uint64_t b)
{
	return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t subsets(uint64_t set)
{
	int count = 0;

	for (; set != 0; set &= set - 1)
		count++;
	return count < 64 ? 1ull << count : UINT64_MAX;
}

uint64_t matrix_cell_labels(const struct matrix_cell *c)
{
	uint64_t out = multiply_capped((uint64_t)(c->high - c->low) + 1, subsets(c->any));

	for (size_t i = 0; i < c->some_count; i++)
		out = multiply_capped(out, subsets(c->some[i]) - 1);
	return out;
}

uint64_t matrix_labels(const struct matrix *m)
{
	uint64_t out = 0;

	for (size_t i = 0; i < m->cells_count; i++)
		out = add_capped(out, matrix_cell_labels(&m->cells[i]));
	return out;
}

bool matrix_is_same(const struct matrix *m, const struct matrix_row *a, const struct matrix_row *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct matrix_cell *one = &m->cells[a->first + i], *other = &m->cells[b->first + i];
		if (one->low != other->low || one->high != other->high || !has_same_values(one, other))
			return false;
	}
	return true;
}
