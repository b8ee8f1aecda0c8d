/* A decision in words: its reason's sentence and what stands in it. */
#include "policy/policy.h"

#include <assert.h>

static const struct {
	const char *name, *text;
} reasons[] = {
#define REASON_ROW(name, text) { #name, text },
	REASON_LIST(REASON_ROW)
#undef REASON_ROW
};

const char *reason_name(enum reason r)
{
	return reasons[index_below(r, REASON_COUNT)].name;
}

const char *reason_text(enum reason r)
{
	return reasons[index_below(r, REASON_COUNT)].text;
}

static void put_values(const struct guidelines *g, uint64_t values, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < g->values_count; i++) {
		if ((values >> i & 1) == 0)
			continue;
		buf_put_str(out, is_first ? "" : ", ");
		buf_put_str(out, g->values[i].code);
		is_first = false;
	}
}

void policy_write_subject(const struct accord *a, const struct decision *d, struct buf *out)
{
	const struct guidelines *g = a->guidelines;
	size_t i = d->subject_index;

	if (d->subject == SUBJECT_PARTY)
		buf_put_str(out, g->parties[i].code);
	else if (d->subject == SUBJECT_ROLE)
		buf_put_str(out, a->roles[i].name);
	else if (d->subject == SUBJECT_PLANE)
		buf_put_str(out, plane_name((enum plane)i));
	else if (d->subject == SUBJECT_FEED)
		buf_put_str(out, g->feeds[i].name);
	else if (d->subject == SUBJECT_VALUE)
		buf_put_str(out, g->values[i].code);
	else if (d->subject == SUBJECT_CATEGORY)
		buf_put_str(out, g->categories[i].name);
	else if (d->subject == SUBJECT_WORD)
		buf_put(out, d->word);
}

void policy_write_needed(const struct accord *a, const struct decision *d, struct buf *out)
{
	const struct guidelines *g = a->guidelines;

	static const enum needs {
		NOTHING,
		LEVEL,
		VALUES,
		PARTY
	} needs[REASON_COUNT] = {
		[REASON_LEVEL] = LEVEL, [REASON_OWN_LEVEL] = LEVEL,    [REASON_CEILING] = LEVEL,
		[REASON_FROM] = LEVEL,	[REASON_VALUES] = VALUES,      [REASON_OWN_VALUES] = VALUES,
		[REASON_REL] = PARTY,	[REASON_NO_AGREEMENT] = PARTY, [REASON_EXCLUDES] = PARTY,
	};

	if (needs[d->reason] == LEVEL)
		buf_put_str(out, g->levels[d->needed_level].code);
	else if (needs[d->reason] == VALUES)
		put_values(g, d->needed_values, out);
	else if (needs[d->reason] == PARTY)
		buf_put_str(out, g->parties[d->needed_party].code);
}

/* As much of it as has room, whole characters only. */
static void copy_text(struct bytes text, char *out, size_t size)
{
	struct buf copy;
	size_t len = 0;
	uint32_t c;

	for (struct bytes rest = text; text.len >= size && bytes_take_character(&rest, &c) == ERR_OK;) {
		if (text.len - rest.len > size - sizeof "...")
			break;
		len = text.len - rest.len;
	}
	buf_init(&copy, out, size);
	buf_put(&copy, text.len < size ? text : (struct bytes){ text.ptr, len });
	buf_put_str(&copy, text.len < size ? "" : "...");
	buf_put_byte(&copy, '\0');
	assert(buf_check(&copy) == ERR_OK);
}

void policy_denial(const struct accord *a, const struct decision *d, struct denial *out)
{
	char memory[GUIDELINES_VALUES_MAX * (CODE_LEN_MAX + 2)];
	struct buf text = BUF_ON(memory);

	*out = (struct denial){ .reason = d->reason, .line = d->line };
	/* A label's own word may be of any length. */
	if (d->subject != SUBJECT_WORD)
		policy_write_subject(a, d, &text);
	copy_text(d->subject == SUBJECT_WORD ? d->word : buf_bytes(&text), out->subject, sizeof out->subject);
	buf_reset(&text);
	policy_write_needed(a, d, &text);
	copy_text(buf_bytes(&text), out->needed, sizeof out->needed);
}
