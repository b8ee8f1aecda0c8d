/* The two pages of entente watch --full, drawn from what the node said last. */
#include "entente/watch_full.h"

#include "base/limits.h"
#include "home/words.h"
#include "show/show.h"
#include "wire/kinds.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDE_COLUMNS 120u /* from here on two columns stand beside each other */
#define ITEM_ROWS 2u	  /* what it is and how far; then its words */

/* ---- What is on a page. ---- */

static void add(struct full *f, enum section section, const json_t *row)
{
	if (f->count < ITEMS_MAX)
		f->items[f->count++] = (struct full_item){ section, row };
	else
		f->missing++;
}

static struct owed_rank rank_of(const json_t *message)
{
	const json_t *owed = json_object_get(show_slowest_ladder(message), "owed");
	uint64_t due_ms = json_uint(owed, "due_ms"), since_ms = json_uint(owed, "since_ms");
	struct owed_rank rank = { PRECEDENCE_ROUTINE, due_ms > 0     ? due_ms
						      : since_ms > 0 ? since_ms
								     : json_uint(message, "filed_ms") };

	if (precedence_read(bytes_str(json_str(message, "precedence")), &rank.precedence) != ERR_OK)
		rank.precedence = PRECEDENCE_ROUTINE;
	return rank;
}

static int by_rank(const void *left, const void *right)
{
	const struct full_item *a = left, *b = right;

	return owed_rank_compare(rank_of(a->row), rank_of(b->row));
}

static int by_age(const void *left, const void *right)
{
	const struct full_item *a = left, *b = right;
	uint64_t ta = json_uint(a->row, "filed_ms"), tb = json_uint(b->row, "filed_ms");

	return ta != tb ? (ta > tb ? -1 : 1) : 0;
}

static bool is_said_by_person(const json_t *message)
{
	return json_uint(message, "signatures") > 0;
}

static void collect_owed(struct full *f, enum section section)
{
	size_t first = f->count, i;
	const json_t *message;

	json_array_foreach(json_object_get(f->owed, "messages"), i, message)
	{
		if (show_is_owed_by_us(message) == (section == SECTION_I_OWE))
			add(f, section, message);
	}
	qsort(&f->items[first], f->count - first, sizeof f->items[0], by_rank);
}

static void collect_last(struct full *f)
{
	size_t first = f->count, i, m;
	const json_t *inbox, *message;

	json_array_foreach(f->inboxes, i, inbox)
	{
		json_array_foreach(json_object_get(inbox, "messages"), m, message)
		{
			if (is_said_by_person(message))
				add(f, SECTION_LAST, message);
		}
	}
	qsort(&f->items[first], f->count - first, sizeof f->items[0], by_age);
}

static void collect_channel(struct full *f)
{
	const json_t *channel = json_array_get(json_object_get(f->channels, "channels"), f->channel);
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(f->copies, "advances"), i, row)
	{
		if (json_uint(row, "channel") == json_uint(channel, "number") && !json_flag(row, "ended"))
			add(f, SECTION_CHANNEL, row);
	}
	json_array_foreach(json_object_get(json_array_get(f->inboxes, f->channel), "messages"), i, row)
		add(f, SECTION_CHANNEL, row);
}

void full_mark(struct full *f, size_t index)
{
	f->marked = index;
	f->marked_place[0] = '\0';
	if (index >= f->count)
		return;
	f->marked_section = f->items[index].section;
	if (bytes_copy_str(bytes_str(json_str(f->items[index].row, "place")), f->marked_place,
			   sizeof f->marked_place) != ERR_OK)
		f->marked_place[0] = '\0';
}

void full_collect(struct full *f)
{
	const json_t *row;
	size_t i;

	f->count = f->missing = 0;
	if (f->is_on_channel) {
		collect_channel(f);
	} else {
		collect_owed(f, SECTION_I_OWE);
		collect_owed(f, SECTION_THEY_OWE);
		json_array_foreach(f->drafts, i, row) add(f, SECTION_DRAFTS, row);
		collect_last(f);
	}
	for (i = 0; i < f->count; i++) {
		if (f->marked_place[0] != '\0' && f->items[i].section == f->marked_section &&
		    strcmp(json_str(f->items[i].row, "place"), f->marked_place) == 0)
			f->marked = i;
	}
	if (f->marked >= f->count)
		f->marked = f->count == 0 ? 0 : f->count - 1;
}

/* ---- How it looks. ---- */

/* One cell of a row; *column goes behind it. */
static void put(const struct area *area, size_t row, size_t *column, size_t cells, enum colour colour,
		const char *text)
{
	screen_put(area, row, *column, cells, colour, text);
	*column += cells + 1;
}

/* A value without its age is no value. */
static const char *age(uint64_t then, uint64_t now)
{
	return say_span(now < then ? 0 : now - then);
}

/* By when a step is owed, if there is a time for it; true: it is over. */
static bool put_due(const json_t *owed, uint64_t now, char *out, size_t size)
{
	uint64_t due_ms = json_uint(owed, "due_ms");

	out[0] = '\0';
	if (due_ms > now)
		say_fill(out, size, _("due in {1}"), say_span(due_ms - now));
	else if (due_ms > 0)
		say_fill(out, size, _("overdue by {1}"), say_span(now - due_ms));
	return due_ms > 0 && due_ms <= now;
}

/* The second row of an item: its words behind their label. */
static void put_words(const struct area *area, size_t row, const char *label, enum colour colour,
		      const char *words)
{
	size_t column = 10;

	put(area, row, &column, cells_of(bytes_str(label)), COLOUR_BOLD, label);
	put(area, row, &column, area->columns, colour, words);
}

static void draw_message(const struct area *area, size_t row, const struct full *f, const json_t *m)
{
	const json_t *ladder = show_slowest_ladder(m), *owed = json_object_get(ladder, "owed");
	const char *highest = ladder == NULL ? "" : json_str(ladder, "highest");
	bool is_void = show_is_void(m), is_overdue;
	bool is_flash = strcmp(json_str(m, "precedence"), "FLASH") == 0;
	char due[64];
	bool is_late = put_due(owed, f->node.now_ms, due, sizeof due);
	char *label = show_label_words(m), title[1024], step[128];
	size_t column = 0;

	if (is_void)
		say_fill(step, sizeof step, "{1}{2}", show_void_word(m), json_str(m, "verdict"));
	else if (owed != NULL)
		say_fill(step, sizeof step, "> {1}", show_step(json_str(owed, "step")));
	else
		say_fill(step, sizeof step, "{1}", show_step(highest));
	show_title(m, title, sizeof title, &is_overdue);
	put(area, row, &column, 9, is_flash ? COLOUR_BAD : COLOUR_PLAIN, json_str(m, "precedence"));
	put(area, row, &column, 16, COLOUR_BOLD, json_str(m, "place"));
	put(area, row, &column, 17,
	    is_void	   ? COLOUR_BAD
	    : owed != NULL ? (json_flag(owed, "ours") ? COLOUR_WARN : COLOUR_PLAIN)
			   : show_step_colour(highest),
	    step);
	put(area, row, &column, 8, COLOUR_DIM, age(json_uint(m, "filed_ms"), f->node.now_ms));
	put(area, row, &column, 20, is_late ? COLOUR_BAD : COLOUR_PLAIN, due);
	put_words(area, row + 1, label, is_overdue ? COLOUR_BAD : COLOUR_PLAIN, title);
	free(label);
}

static void draw_copy(const struct area *area, size_t row, const json_t *copy)
{
	const json_t *entry = json_object_get(copy, "entry");
	char *label = show_label_words(entry);
	size_t column = 0;

	put(area, row, &column, 9, COLOUR_BAD, json_str(entry, "precedence"));
	put(area, row, &column, 16, COLOUR_BOLD, json_str(copy, "log"));
	put(area, row, &column, area->columns, COLOUR_BAD, _("AHEAD OF ITS LOG"));
	put_words(area, row + 1, label, COLOUR_PLAIN, json_str(entry, "title"));
	free(label);
}

static void draw_draft(const struct area *area, size_t row, const json_t *draft)
{
	char *label = show_label_words(draft), approved[64];
	size_t column = 0;

	say_fill(approved, sizeof approved, _("{1} of {2} approved"),
		 say_number(json_uint(draft, "approved")), say_number(json_uint(draft, "needed")));
	put(area, row, &column, 9, COLOUR_PLAIN, json_str(draft, "precedence"));
	put(area, row, &column, 16, COLOUR_BOLD, json_str(draft, "place"));
	put(area, row, &column, 17, COLOUR_WARN, approved);
	put_words(area, row + 1, label, COLOUR_PLAIN, json_str(draft, "title"));
	free(label);
}

static void draw_item(const struct area *area, size_t row, const struct full *f, size_t i)
{
	const struct full_item *item = &f->items[i];

	for (size_t r = 0; i == f->marked && r < ITEM_ROWS; r++)
		screen_mark(area, row + r);
	if (item->section == SECTION_DRAFTS)
		draw_draft(area, row, item->row);
	else if (json_object_get(item->row, "entry") != NULL)
		draw_copy(area, row, item->row);
	else
		draw_message(area, row, f, item->row);
}

/* So many of them as there is room for, the marked one among them; those that are left out are counted. */
static void draw_section(const struct area *area, const struct full *f, enum section section,
			 const char *name)
{
	size_t first = 0, count = 0, skip = 0;
	size_t room = area->rows < 2 ? 0 : (area->rows - 1) / ITEM_ROWS;
	char title[256];

	if (area->rows == 0)
		return;
	while (first < f->count && f->items[first].section != section)
		first++;
	while (first + count < f->count && f->items[first + count].section == section)
		count++;
	say_fill(title, sizeof title, "{1} ({2})", name, say_number(count));
	screen_title(area, title);
	if (count > room && room > 0) {
		char more[128];

		if ((area->rows - 1) % ITEM_ROWS == 0 && room > 1)
			room--; /* for the row that counts the others */
		if (f->marked >= first + room && f->marked < first + count)
			skip = f->marked - first - room + 1;
		else if (section == SECTION_CHANNEL)
			skip = f->marked >= first + count - room ? count - room : 0;
		say_fill(more, sizeof more, _("... {1} above, {2} below"), say_number(skip),
			 say_number(count - skip - room));
		screen_put(area, area->rows - 1, 0, area->columns, COLOUR_DIM, more);
	}
	for (size_t i = 0; i < room && skip + i < count; i++)
		draw_item(area, 1 + ITEM_ROWS * i, f, first + skip + i);
}

static void draw_path(const struct area *area, size_t row, const json_t *path, uint64_t now)
{
	bool is_up = json_flag(path, "up");
	char text[256] = "", trip[64] = "";
	size_t column = 2;

	if (json_uint(path, "round_trip_us") > 0)
		say_fill(trip, sizeof trip, _("round trip {1} us"),
			 say_number(json_uint(path, "round_trip_us")));
	if (json_uint(path, "heard_ms") > 0)
		say_fill(text, sizeof text, _("heard {1} ago"), age(json_uint(path, "heard_ms"), now));
	put(area, row, &column, 12, COLOUR_PLAIN, json_str(path, "name"));
	put(area, row, &column, 9, is_up ? COLOUR_GOOD : COLOUR_BAD,
	    is_up			? _("UP")
	    : json_flag(path, "was_up") ? _("DOWN")
					: _("UNPROVED"));
	put(area, row, &column, 20, COLOUR_PLAIN, text);
	put(area, row, &column, 24, COLOUR_DIM, trip);
}

static void draw_lines(const struct area *area, const struct full *f)
{
	const json_t *peer, *path;
	char text[512];
	size_t row = 1, i, p;

	screen_title(area, _("LINES"));
	json_array_foreach(json_object_get(f->status, "peers"), i, peer)
	{
		const json_t *offset = json_object_get(peer, "clock_offset_ms");

		say_fill(text, sizeof text, offset == NULL ? "{1}" : _("{1}   their clock {2} against ours"),
			 json_str(peer, "code"),
			 offset == NULL ? "" : say_offset(json_integer_value(offset)));
		screen_put(area, row++, 0, area->columns, COLOUR_BOLD, text);
		if (show_refusal(peer, text, sizeof text))
			screen_put(area, row++, 2, area->columns, COLOUR_BAD, text);
		json_array_foreach(json_object_get(peer, "paths"), p, path)
			draw_path(area, row++, path, f->node.now_ms);
	}
	if (json_array_size(json_object_get(f->status, "stopped")) > 0)
		screen_put(area, row++, 0, area->columns, COLOUR_BAD,
			   _("a log does not run: entente status"));
	if (json_uint(f->status, "diverged") > 0)
		screen_put(area, row, 0, area->columns, COLOUR_BAD,
			   _("THE STATES DIFFER: entente consult list"));
}

static size_t lines_needed(const struct full *f)
{
	size_t rows = 1, i;
	const json_t *peer;

	json_array_foreach(json_object_get(f->status, "peers"), i, peer) rows +=
		2 + json_array_size(json_object_get(peer, "paths"));
	return rows + (json_uint(f->status, "diverged") > 0);
}

static size_t section_needed(const struct full *f, enum section section)
{
	size_t rows = 1;

	for (size_t i = 0; i < f->count; i++)
		rows += f->items[i].section == section ? ITEM_ROWS : 0;
	return rows;
}

/* Cuts `rows` from the top of *rest. */
static struct area take(struct area *rest, size_t rows)
{
	struct area out = *rest;

	out.rows = rows < rest->rows ? rows : rest->rows;
	rest->row += out.rows;
	rest->rows -= out.rows;
	return out;
}

static size_t at_most(size_t value, size_t max)
{
	return value < max ? value : max;
}

static void draw_watch(const struct full *f, struct area body)
{
	struct area side = body;
	struct area area;

	if (body.columns >= WIDE_COLUMNS) {
		side.columns = body.columns / 3;
		side.column = body.columns - side.columns;
		body.columns -= side.columns + 1;
	}
	area = take(&body, at_most(section_needed(f, SECTION_I_OWE) + 1, body.rows / 3));
	draw_section(&area, f, SECTION_I_OWE, _("I OWE"));
	area = take(&body, at_most(section_needed(f, SECTION_THEY_OWE) + 1, body.rows / 3));
	draw_section(&area, f, SECTION_THEY_OWE, _("THEY OWE"));
	if (side.columns == body.columns)
		side = take(&body, body.rows * 2 / 3);
	area = take(&side, at_most(lines_needed(f), side.rows * 2 / 3));
	draw_lines(&area, f);
	draw_section(&side, f, SECTION_DRAFTS, _("WAITING TO GO OUT"));
	draw_section(&body, f, SECTION_LAST, _("LAST"));
}

/* The first row: what this is, whose, what time it is, and whether all of it may be old. */
static void draw_head(const struct full *f, const struct area *head)
{
	uint64_t silence_ms = f->node.now_ms > f->node.heard_ms ? f->node.now_ms - f->node.heard_ms : 0;
	char band[1024], stale[256] = "", clock[128], here[64];
	struct tm parts;
	size_t local;
	enum colour colour = show_band_text(f->status, band, sizeof band);

	screen_put(head, 0, 0, head->columns, colour, f->status == NULL ? "" : band);
	local = localtime_r(&(time_t){ (time_t)(f->node.now_ms / 1000) }, &parts) == NULL
			? 0
			: strftime(here, sizeof here, "%H:%M %Z", &parts);
	here[local] = '\0';
	say_fill(clock, sizeof clock, "{1}  {2}  {3}", say_time(f->node.now_ms), say_dtg(f->node.now_ms),
		 here);
	screen_put(head, 1, 0, 40, COLOUR_BOLD, clock);
	if (f->node.is_down)
		say_fill(stale, sizeof stale, _("THE NODE DOES NOT ANSWER; all below is {1} old"),
			 age(f->read_ms, f->node.now_ms));
	else if (silence_ms > SILENCE_MS_MAX)
		say_fill(stale, sizeof stale, _("STALE: nothing heard from the node for {1}"),
			 say_span(silence_ms));
	screen_put(head, 1, 42, head->columns, COLOUR_BAD, stale);
}

static void draw_foot(const struct full *f, const struct area *foot)
{
	bool is_draft = f->marked < f->count && f->items[f->marked].section == SECTION_DRAFTS;

	screen_put(foot, 0, 0, foot->columns, COLOUR_DIM,
		   is_draft ? _("Enter show  s see and sign")
			    : _("Enter open  a read  b read back  c correct  p present  r reply  y query"));
	screen_put(foot, 1, 0, foot->columns, COLOUR_DIM,
		   f->is_on_channel ? _("n new message  left, right: channel  Tab watch  q leave")
				    : _("up, down: choose  Tab channels  q leave"));
}

void full_draw(const struct full *f)
{
	struct area body = screen_area(), head, foot;

	screen_begin();
	if (body.rows < SCREEN_ROWS_MIN || body.columns < SCREEN_COLUMNS_MIN) {
		screen_put(&body, 0, 0, body.columns, COLOUR_WARN,
			   _("This terminal is too small: 72 x 20 are needed."));
		screen_end();
		return;
	}
	head = take(&body, 2);
	body.rows -= 2;
	foot = (struct area){ body.row + body.rows, 0, 2, body.columns };
	draw_head(f, &head);
	if (f->is_on_channel) {
		const json_t *channel = json_array_get(json_object_get(f->channels, "channels"), f->channel);
		char names[256], title[512];

		show_names(json_object_get(channel, "names"), names, sizeof names);
		say_fill(title, sizeof title, "{1}  {2}  {3}", json_str(channel, "name"),
			 json_str(channel, "plane"), names);
		draw_section(&body, f, SECTION_CHANNEL, title);
	} else {
		draw_watch(f, body);
	}
	draw_foot(f, &foot);
	screen_end();
}
