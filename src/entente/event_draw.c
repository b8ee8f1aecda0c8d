/*
 * Claims as a map and as a time line: docs/spec/dialogue.md section 14. Only degrees and marks with numbers
 * are drawn, no border and no name of a place; the table beside it has the words under the same numbers.
 */
#include "entente/event.h"

#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "sys/file.h"
#include "wire/where.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 900
#define MARGIN 60
#define ROW 26
#define MARKS_MAX 8u /* different labels that stand above and below */

/* What stands in both the picture and the table; rows without a number are in the table alone. */
struct drawing {
	const json_t *answer, *base;
	FILE *out;
	bool is_map;
	size_t numbers;
	int top, height;
	struct where_point low, high; /* of a map */
	uint64_t from, to;	      /* of a time line */
	char *marks[MARKS_MAX];
	size_t marks_count;
};

typedef void each_claim(struct drawing *d, const json_t *event, const json_t *claim);

static bool get_where(const json_t *claim, struct where *out)
{
	return where_read(bytes_str(json_str(claim, "where")), out) == ERR_OK;
}

static bool is_drawn(const struct drawing *d, const json_t *claim)
{
	struct where where;

	if (json_object_get(claim, "withdrawn") != NULL)
		return false;
	return d->is_map ? get_where(claim, &where) : json_object_get(claim, "first_ms") != NULL;
}

static void for_each(struct drawing *d, each_claim *each)
{
	const json_t *event, *claim;
	size_t i, n;

	json_array_foreach(json_object_get(d->answer, "events"), i, event)
	{
		json_array_foreach(json_object_get(event, "claims"), n, claim) each(d, event, claim);
	}
}

/* ---- What it holds, before anything is drawn. ---- */

static void put_mark(struct drawing *d, char *mark)
{
	for (size_t i = 0; i < d->marks_count; i++) {
		if (strcmp(d->marks[i], mark) == 0) {
			free(mark);
			return;
		}
	}
	if (d->marks_count < MARKS_MAX)
		d->marks[d->marks_count++] = mark;
	else
		free(mark);
}

static void measure(struct drawing *d, const json_t *event, const json_t *claim)
{
	struct where where;

	(void)event;
	if (!is_drawn(d, claim))
		return;
	put_mark(d, show_label_words(claim));
	d->numbers++;
	if (!d->is_map) {
		uint64_t first = json_uint(claim, "first_ms"), end = json_uint(claim, "end_ms");
		d->from = first < d->from ? first : d->from;
		d->to = end > d->to ? end : d->to;
		return;
	}
	if (!get_where(claim, &where))
		return;
	for (size_t i = 0; i < where.count; i++) {
		const struct where_point *p = &where.points[i];
		d->low.lat = p->lat < d->low.lat ? p->lat : d->low.lat;
		d->low.lon = p->lon < d->low.lon ? p->lon : d->low.lon;
		d->high.lat = p->lat > d->high.lat ? p->lat : d->high.lat;
		d->high.lon = p->lon > d->high.lon ? p->lon : d->high.lon;
	}
}

/* ---- The picture. ---- */

static void put_text(struct drawing *d, int x, int y, const char *text)
{
	fprintf(d->out, "<text x=\"%d\" y=\"%d\">", x, y);
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '&' || *at == '<')
			fputs(*at == '&' ? "&amp;" : "&lt;", d->out);
		else
			fputc(*at, d->out);
	}
	fputs("</text>\n", d->out);
}

/* Each label of what is in it, above and below. */
static void put_marks(struct drawing *d, int y)
{
	for (size_t i = 0; i < d->marks_count; i++)
		put_text(d, MARGIN, y + (int)i * 16, d->marks[i]);
}

static int scale(int64_t value, int64_t low, int64_t high, int room)
{
	return high == low ? room / 2 : (int)((value - low) * room / (high - low));
}

static int x_of(const struct drawing *d, int32_t lon)
{
	return MARGIN + scale(lon, d->low.lon, d->high.lon, WIDTH - 2 * MARGIN);
}

static int y_of(const struct drawing *d, int32_t lat)
{
	return d->top + d->height - scale(lat, d->low.lat, d->high.lat, d->height);
}

/* Whole degrees, as few as fit; their numbers are all the names there are. */
static void put_graticule(struct drawing *d)
{
	static const int32_t steps[] = { 1, 2, 5, 10, 30 };
	int32_t span = (d->high.lon - d->low.lon) / WHERE_UNITS, step = steps[0];
	char text[24];

	for (size_t i = 0; i < ARRAY_COUNT(steps) && span / step > 12; i++)
		step = steps[i];
	for (int32_t lon = d->low.lon / WHERE_UNITS; lon <= d->high.lon / WHERE_UNITS; lon++) {
		int x = x_of(d, lon * WHERE_UNITS);
		if (lon % step != 0)
			continue;
		fprintf(d->out, "<path class=\"grid\" d=\"M%d %dV%d\"/>\n", x, d->top, d->top + d->height);
		snprintf(text, sizeof text, "%d\u00b0%s", abs(lon), lon < 0 ? "W" : "E");
		put_text(d, x + 3, d->top + d->height + 14, text);
	}
	for (int32_t lat = d->low.lat / WHERE_UNITS; lat <= d->high.lat / WHERE_UNITS; lat++) {
		int y = y_of(d, lat * WHERE_UNITS);
		if (lat % step != 0)
			continue;
		fprintf(d->out, "<path class=\"grid\" d=\"M%d %dH%d\"/>\n", MARGIN, y, WIDTH - MARGIN);
		snprintf(text, sizeof text, "%d\u00b0%s", abs(lat), lat < 0 ? "S" : "N");
		put_text(d, 8, y + 4, text);
	}
}

static void put_base_point(void *self, bool begins, struct where_point at)
{
	struct drawing *d = self;

	fprintf(d->out, "%s%d %d", begins ? "M" : "L", x_of(d, at.lon), y_of(d, at.lat));
}

/* What whoever draws has chosen to have under it, cut at the map's edge. */
static void put_base(struct drawing *d)
{
	fprintf(d->out,
		"<clipPath id=\"map\"><path d=\"M%d %dh%dv%dh-%dz\"/></clipPath>\n<path class=\"base\" "
		"clip-path=\"url(#map)\" d=\"",
		MARGIN, d->top, WIDTH - 2 * MARGIN, d->height, WIDTH - 2 * MARGIN);
	event_base_each(d->base, put_base_point, d);
	fputs("\"/>\n", d->out);
}

static void draw_where(struct drawing *d, const json_t *claim)
{
	struct where where;

	if (!get_where(claim, &where))
		return;
	if (where.count == 1) {
		fprintf(d->out, "<circle cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", x_of(d, where.points[0].lon),
			y_of(d, where.points[0].lat));
	} else {
		fputs("<polygon points=\"", d->out);
		for (size_t i = 0; i < where.count; i++)
			fprintf(d->out, "%d,%d ", x_of(d, where.points[i].lon), y_of(d, where.points[i].lat));
		fputs("\"/>\n", d->out);
	}
	put_text(d, x_of(d, where.points[0].lon) + 8, y_of(d, where.points[0].lat) - 6,
		 say_number(d->numbers));
}

/* From the first moment that it may mean to the last: a month is a long bar, and no day in it. */
static void draw_when(struct drawing *d, const json_t *claim)
{
	int x = MARGIN + scale((int64_t)(json_uint(claim, "first_ms") - d->from), 0,
			       (int64_t)(d->to - d->from), WIDTH - 2 * MARGIN - 100),
	    end = MARGIN + scale((int64_t)(json_uint(claim, "end_ms") - d->from), 0,
				 (int64_t)(d->to - d->from), WIDTH - 2 * MARGIN - 100),
	    y = d->top + (int)d->numbers * ROW;

	fprintf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"10\"/>\n", x, y - 14,
		end - x < 3 ? 3 : end - x);
	put_text(d, 24, y - 5, say_number(d->numbers));
	put_text(d, end + 6, y - 5, json_str(claim, "when"));
}

static void draw(struct drawing *d, const json_t *event, const json_t *claim)
{
	(void)event;
	if (!is_drawn(d, claim))
		return;
	d->numbers++;
	if (d->is_map)
		draw_where(d, claim);
	else
		draw_when(d, claim);
}

/* Room around what there is, in whole degrees. */
static void lay_out(struct drawing *d)
{
	int32_t span_lat, span_lon;

	d->top = 30 + (int)d->marks_count * 16;
	d->height = d->is_map ? 500 : (int)(d->numbers + 1) * ROW;
	if (!d->is_map || d->numbers == 0)
		return;
	d->low = (struct where_point){ d->low.lat - WHERE_UNITS, d->low.lon - WHERE_UNITS };
	d->high = (struct where_point){ d->high.lat + WHERE_UNITS, d->high.lon + WHERE_UNITS };
	span_lat = d->high.lat - d->low.lat;
	span_lon = d->high.lon - d->low.lon;
	d->height = (int)((int64_t)(WIDTH - 2 * MARGIN) * span_lat / span_lon);
	d->height = d->height > 2000 ? 2000 : d->height < 60 ? 60 : d->height;
}

static void draw_all(struct drawing *d)
{
	int bottom;

	lay_out(d);
	bottom = d->top + d->height + 40;
	fprintf(d->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>.grid{stroke:#bbb;stroke-width:1}.base{fill:none;stroke:#876;stroke-width:.7}circle,"
		"rect{fill:#345}polygon{fill:#3453;stroke:#"
		"345}"
		"</style>\n",
		WIDTH, bottom + (int)d->marks_count * 16);
	put_marks(d, 20);
	if (d->is_map && d->numbers > 0 && d->base != NULL)
		put_base(d);
	if (d->is_map && d->numbers > 0)
		put_graticule(d);
	d->numbers = 0;
	for_each(d, draw);
	put_marks(d, bottom);
	fputs("</svg>\n", d->out);
}

/* ---- The table beside it, under the same numbers. ---- */

static void put_row(struct drawing *d, struct table *t, const json_t *event, const json_t *claim)
{
	bool is_there = is_drawn(d, claim);
	char *label = show_label_words(claim);

	d->numbers += is_there;
	table_put(t, COLOUR_BOLD, is_there ? say_number(d->numbers) : "-");
	table_put(t, COLOUR_DIM, label);
	table_put(t, COLOUR_PLAIN, json_str(event, "name"));
	table_put(t, COLOUR_PLAIN, json_str(claim, "name"));
	table_put(t, COLOUR_PLAIN, json_str(claim, "party"));
	table_put(t, COLOUR_PLAIN, event_when(claim));
	table_put(t, COLOUR_PLAIN, event_where(claim));
	table_put(t, COLOUR_PLAIN, event_code(d->answer, "confidences", json_str(claim, "confidence")));
	table_end_row(t);
	free(label);
}

static void say_twin(struct drawing *d)
{
	struct table *t = table_new();
	const json_t *event, *claim;
	size_t i, n;

	d->numbers = 0;
	json_array_foreach(json_object_get(d->answer, "events"), i, event)
	{
		json_array_foreach(json_object_get(event, "claims"), n, claim) put_row(d, t, event, claim);
	}
	table_say(t);
	table_free(t);
}

enum exit_code event_draw(const json_t *answer, const char *path, bool is_map, const json_t *base,
			  bool is_quiet)
{
	struct drawing d = { .answer = answer,
			     .base = base,
			     .is_map = is_map,
			     .low = { INT32_MAX, INT32_MAX },
			     .high = { INT32_MIN, INT32_MIN },
			     .from = UINT64_MAX };
	char *text = NULL;
	size_t len = 0;
	enum err e = ERR_IO;

	for_each(&d, measure);
	d.out = open_memstream(&text, &len);
	if (d.out != NULL) {
		draw_all(&d);
		fclose(d.out);
		e = file_write(path, (struct bytes){ (const uint8_t *)text, len }, 0600);
	}
	free(text);
	if (e == ERR_OK && is_quiet)
		json_say_done("file", path);
	else if (e == ERR_OK)
		say_twin(&d);
	else
		say_error(_("{1} was not written: {2}"), path, strerror(errno));
	if (e != ERR_OK)
		say_next(_("name a file in a folder that you may write to"));
	for (size_t i = 0; i < d.marks_count; i++)
		free(d.marks[i]);
	return e == ERR_OK ? EXIT_DONE : EXIT_ERROR;
}
