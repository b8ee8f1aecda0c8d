/* `timers`: when what is not there yet is asked for. */
#include "accord/reader.h"

#define SPAN_MS_MAX (366ull * 24 * 3600 * 1000)

static const struct {
	const char *unit;
	uint64_t ms;
} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };

/* "90s", "15m", "4h", or "none": 0. */
static enum err read_span(struct reader *r, uint64_t *out)
{
	struct bytes word, number;
	size_t digits = 0;
	uint64_t value;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	*out = 0;
	if (bytes_equal(word, BYTES_LIT("none")))
		return ERR_OK;
	while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9')
		digits++;
	number = (struct bytes){ word.ptr, digits };
	word = (struct bytes){ word.ptr + digits, word.len - digits };
	for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
		if (!bytes_equal(word, bytes_str(units[i].unit)))
			continue;
		if (bytes_read_decimal(number, SPAN_MS_MAX / units[i].ms, &value) != ERR_OK || value == 0)
			break;
		*out = value * units[i].ms;
		return ERR_OK;
	}
	return reader_refuse(r, "timers.span");
}

/* A span with the word that stands before it. */
static enum err read_named(struct reader *r, const char *name, uint64_t *out)
{
	enum err e = line_expect(&r->line, name);

	return e == ERR_OK ? read_span(r, out) : e;
}

static enum err read_timer(struct reader *r, enum precedence p)
{
	struct accord_timer *t = &r->a->timers[p];
	enum err e = read_named(r, "receipt", &t->receipt_ms);

	if (e == ERR_OK)
		e = read_named(r, "query", &t->query_ms);
	if (e == ERR_OK && t->query_ms > 0)
		t->is_query_doubling = line_expect(&r->line, "doubling") == ERR_OK;
	if (e == ERR_OK)
		e = read_named(r, "alternate", &t->alternate_ms);
	if (e == ERR_OK)
		e = read_named(r, "read", &t->read_ms);
	/* A lapse ends the asking: whatever is to come before it must be shorter. */
	if (e == ERR_OK && t->read_ms > 0 &&
	    (t->receipt_ms > t->read_ms || t->query_ms > t->read_ms || t->alternate_ms > t->read_ms))
		e = reader_refuse(r, "timers.order");
	return e;
}

static enum err read_flash(struct reader *r)
{
	return read_timer(r, PRECEDENCE_FLASH);
}

static enum err read_immediate(struct reader *r)
{
	return read_timer(r, PRECEDENCE_IMMEDIATE);
}

static enum err read_priority(struct reader *r)
{
	return read_timer(r, PRECEDENCE_PRIORITY);
}

static enum err read_routine(struct reader *r)
{
	return read_timer(r, PRECEDENCE_ROUTINE);
}

static enum err read_line_check(struct reader *r)
{
	struct accord *a = r->a;
	enum err e = read_named(r, "every", &a->line_check_ms);

	if (e == ERR_OK)
		e = read_named(r, "answer", &a->line_answer_ms);
	/* A check that may still be answered is not asked again. */
	if (e == ERR_OK && a->line_check_ms > 0 && (a->line_answer_ms == 0 || a->line_answer_ms > a->line_check_ms))
		e = reader_refuse(r, "timers.order");
	return e;
}

static enum err read_flash_length(struct reader *r)
{
	struct bytes word;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	if (bytes_read_decimal(word, CONTENT_LEN_MAX, &r->a->flash_len_max) != ERR_OK || r->a->flash_len_max == 0)
		return reader_refuse(r, "timers.flash-length");
	return ERR_OK;
}

static enum err read_clock_offset(struct reader *r)
{
	enum err e = read_span(r, &r->a->clock_offset_ms);

	return e == ERR_OK && r->a->clock_offset_ms == 0 ? reader_refuse(r, "timers.span") : e;
}

static const struct line_row rows[] = {
	{ "FLASH", read_flash, true },
	{ "IMMEDIATE", read_immediate, true },
	{ "PRIORITY", read_priority, true },
	{ "ROUTINE", read_routine, true },
	{ "line-check", read_line_check, true },
	{ "flash-length", read_flash_length, true },
	{ "clock-offset", read_clock_offset, true },
};

const struct file_row file_timers = FILE_ROW("timers", rows, NULL);
