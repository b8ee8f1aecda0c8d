/* `timers`: when what has not come is asked for, and what else is counted. */
#include "accord/file.h"

static void read_timer(struct line_reader *r, struct accord *a)
{
	struct accord_timer t = { 0 };
	enum precedence p = PRECEDENCE_ROUTINE;

	if (precedence_read(line_word(r, "timers.precedence"), &p) != ERR_OK || a->timers[p].receipt_ms != 0)
		line_refuse(r, "timers.precedence");
	line_expect(r, "receipt", "timers.receipt");
	t.receipt_ms = line_span(r, "timers.receipt");
	if (t.receipt_ms == 0)
		line_refuse(r, "timers.receipt");
	line_expect(r, "read", "timers.read");
	t.read_ms = line_span(r, "timers.read");
	line_expect(r, "query", "timers.query");
	t.query_ms = line_span(r, "timers.query");
	t.is_query_doubling = t.query_ms > 0 && line_accept(r, "doubling");
	line_expect(r, "alternate", "timers.alternate");
	t.alternate_ms = line_span(r, "timers.alternate");
	/* NO ANSWER ends the asking: what is to come before it is shorter. */
	if (t.read_ms > 0 &&
	    (t.receipt_ms > t.read_ms || t.query_ms > t.read_ms || t.alternate_ms > t.read_ms))
		line_refuse(r, "timers.order");
	if (r->rule == NULL)
		a->timers[p] = t;
}

static void read_line_check(struct line_reader *r, struct accord *a)
{
	line_expect(r, "every", "timers.line-check");
	a->line_check_ms = line_span(r, "timers.line-check");
	line_expect(r, "answer", "timers.line-check");
	a->line_answer_ms = line_span(r, "timers.line-check");
	/* A check that may still be answered is not followed by the next. */
	if (a->line_check_ms > 0 && (a->line_answer_ms == 0 || a->line_answer_ms > a->line_check_ms))
		line_refuse(r, "timers.order");
}

static void read_flash(struct line_reader *r, struct accord *a)
{
	line_expect(r, "length", "timers.flash");
	a->flash_len_max = line_number(r, CONTENT_LEN_MAX, "timers.flash");
	if (a->flash_len_max == 0)
		line_refuse(r, "timers.flash");
}

static void read_clock(struct line_reader *r, struct accord *a)
{
	line_expect(r, "offset", "timers.clock");
	a->clock_offset_ms = line_span(r, "timers.clock");
	if (a->clock_offset_ms == 0)
		line_refuse(r, "timers.clock");
}

/* Not none: without it the line is left out. */
static void read_text(struct line_reader *r, struct accord *a)
{
	if (a->text_hold_ms != 0)
		line_refuse(r, "timers.text");
	line_expect(r, "hold", "timers.text");
	a->text_hold_ms = line_span(r, "timers.text");
	if (a->text_hold_ms == 0)
		line_refuse(r, "timers.text");
}

static void read_start(struct line_reader *r, struct accord *a)
{
	a->is_start_strict = line_accept(r, "strict");
	if (!a->is_start_strict)
		line_expect(r, "free", "timers.start");
}

static void check(struct line_reader *r, const struct accord *a)
{
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (a->timers[i].receipt_ms == 0)
			line_refuse(r, "timers.precedence");
	}
}

static const struct line_row rows[] = {
	{ "timer", read_timer, NULL },		 { "line-check", read_line_check, "timers.line-check" },
	{ "flash", read_flash, "timers.flash" }, { "clock", read_clock, "timers.clock" },
	{ "start", read_start, "timers.start" }, { "text", read_text, NULL },
};

const struct file_row file_timers = { "timers", rows, ARRAY_COUNT(rows), check, NULL };
