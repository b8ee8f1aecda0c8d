#include "page/page.h"

#include "base/alloc.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <stdlib.h>
#include <string.h>

/* In points, of which an inch has 72. */
#define WIDTH 595.0
#define HEIGHT 842.0
#define MARGIN 56.0
#define GAP 18.0 /* between two columns */
#define ROW_GAP 7.0
#define MARK_HEIGHT 12.0
#define FONT "Noto Serif CJK KR, Noto Serif, serif"
#define NO_DATE "1970-01-01T00:00:00Z" /* the same file is the same bytes, whenever it is made */

/* A row of the page: of each column a paragraph, or one across all of them. */
struct row {
	PangoLayout *columns[PAGE_LANGUAGES_MAX]; /* NULL: no words there */
	bool is_across;
};

struct layout {
	const struct page_set *set;
	cairo_surface_t *surface;
	cairo_t *cr;
	char languages[PAGE_LANGUAGES_MAX][16]; /* a column each, in the order in which the file has them */
	size_t languages_count;
	struct row *rows; /* heap */
	size_t rows_count;
	size_t pages, page;
	double y;
	bool is_drawn; /* else the pages are counted */
	bool lacks_letters;
};

static double width_of(const struct layout *l)
{
	double all = WIDTH - 2 * MARGIN, count = (double)l->languages_count;

	return l->languages_count == 0 ? all : (all - GAP * (count - 1)) / count;
}

static double top_of(const struct layout *l)
{
	return MARGIN + MARK_HEIGHT * (double)l->set->marks_count;
}

static double bottom_of(const struct layout *l)
{
	return HEIGHT - MARGIN - MARK_HEIGHT * (double)(l->set->marks_count + 1);
}

static PangoLayout *paragraph(struct layout *l, struct bytes words, const char *language, double size,
			      bool is_bold, double width)
{
	PangoLayout *p = pango_cairo_create_layout(l->cr);
	PangoFontDescription *font = pango_font_description_from_string(FONT);

	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_font_description_set_weight(font, is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	if (language != NULL)
		pango_context_set_language(pango_layout_get_context(p), pango_language_from_string(language));
	pango_layout_set_font_description(p, font);
	pango_layout_set_width(p, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(p, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(p, 2 * PANGO_SCALE);
	pango_layout_set_text(p, (const char *)words.ptr, (int)words.len);
	pango_font_description_free(font);
	l->lacks_letters = l->lacks_letters || pango_layout_get_unknown_glyphs_count(p) > 0;
	return p;
}

/* ---- What stands on the pages. ---- */

static struct row *add_row(struct layout *l)
{
	if ((l->rows_count & (l->rows_count - 1)) == 0)
		l->rows = xrealloc(l->rows, (l->rows_count == 0 ? 1 : 2 * l->rows_count) * sizeof *l->rows);
	l->rows[l->rows_count] = (struct row){ .is_across = false };
	return &l->rows[l->rows_count++];
}

static void add_across(struct layout *l, struct bytes words, const char *language, double size, bool is_bold)
{
	struct row *r = add_row(l);

	r->is_across = true;
	r->columns[0] = paragraph(l, words, language, size, is_bold, WIDTH - 2 * MARGIN);
}

static bool is_wanted(const struct layout *l, struct bytes language)
{
	return l->set->language == NULL || bytes_equal(language, bytes_str(l->set->language));
}

static size_t column_of(const struct layout *l, struct bytes language)
{
	size_t i = 0;

	while (i < l->languages_count && !bytes_equal(bytes_str(l->languages[i]), language))
		i++;
	return i;
}

/* Which languages it has, as a first look at it. */
static enum err find_columns(struct layout *l)
{
	struct bytes file = l->set->file;
	struct text_part part;

	while (text_part_next(&file, &part)) {
		if (part.name.len == 0 || !is_wanted(l, part.language) ||
		    column_of(l, part.language) < l->languages_count)
			continue;
		if (l->languages_count == PAGE_LANGUAGES_MAX ||
		    bytes_copy_str(part.language, l->languages[l->languages_count], sizeof l->languages[0]) !=
			    ERR_OK)
			return ERR_USAGE;
		l->languages_count++;
	}
	return l->languages_count == 0 ? ERR_USAGE : ERR_OK;
}

static void add_titles(struct layout *l)
{
	struct bytes file = l->set->file;
	struct text_part part;
	char language[16];

	while (text_part_next(&file, &part)) {
		if (part.name.len == 0 && is_wanted(l, part.language) &&
		    bytes_copy_str(part.language, language, sizeof language) == ERR_OK)
			add_across(l, part.words, language, 17, true);
	}
	for (size_t i = 0; i < l->set->parties_count; i++)
		add_across(l, bytes_str(l->set->parties[i].text), l->set->parties[i].language, 11, false);
}

static void add_units(struct layout *l)
{
	struct bytes file = l->set->file, unit = { NULL, 0 };
	struct text_part part;
	struct row *r = NULL;

	while (text_part_next(&file, &part)) {
		size_t column = column_of(l, part.language);
		if (part.name.len == 0 || column == l->languages_count)
			continue;
		if (r == NULL || !bytes_equal(unit, part.name))
			r = add_row(l);
		unit = part.name;
		if (r->columns[column] == NULL)
			r->columns[column] =
				paragraph(l, part.words, l->languages[column], 10.5, false, width_of(l));
	}
}

/* ---- Pages. ---- */

static void put_line(struct layout *l, struct bytes words, const char *language, double y)
{
	PangoLayout *p = paragraph(l, words, language, 8, false, WIDTH - 2 * MARGIN);

	cairo_move_to(l->cr, MARGIN, y);
	pango_cairo_show_layout(l->cr, p);
	g_object_unref(p);
}

/* Its marks above and below, and which page of which file it is. */
static void end_page(struct layout *l)
{
	const struct page_set *s = l->set;
	char line[160];

	l->page++;
	if (!l->is_drawn)
		return;
	for (size_t i = 0; i < s->marks_count; i++) {
		struct bytes mark = bytes_str(s->marks[i].text);
		put_line(l, mark, s->marks[i].language, MARGIN / 2 + MARK_HEIGHT * (double)i);
		put_line(l, mark, s->marks[i].language,
			 HEIGHT - MARGIN / 2 - MARK_HEIGHT * (double)(s->marks_count - i));
	}
	snprintf(line, sizeof line, "%zu/%zu   SHA-256 %.64s", l->page, l->pages, s->hash);
	put_line(l, bytes_str(line), NULL, bottom_of(l) + MARK_HEIGHT / 2);
	cairo_show_page(l->cr);
}

/*
 * What fits of a paragraph from its line *from on: where it ends. A line that no page holds is on one of its
 * own.
 */
static double draw_lines(struct layout *l, PangoLayout *p, double x, size_t *from, double y)
{
	PangoLayoutIter *it = pango_layout_get_iter(p);
	size_t n = 0;
	bool is_more = true;

	while (is_more && n < *from) {
		n++;
		is_more = pango_layout_iter_next_line(it);
	}
	while (is_more) {
		PangoRectangle box;
		double height, above;
		pango_layout_iter_get_line_extents(it, NULL, &box);
		height = (double)box.height / PANGO_SCALE;
		above = (double)(pango_layout_iter_get_baseline(it) - box.y) / PANGO_SCALE;
		if (y + height > bottom_of(l) && y > top_of(l))
			break;
		if (l->is_drawn) {
			cairo_move_to(l->cr, x, y + above);
			pango_cairo_show_layout_line(l->cr, pango_layout_iter_get_line_readonly(it));
		}
		y += height + 2;
		n++;
		is_more = pango_layout_iter_next_line(it);
	}
	*from = n;
	pango_layout_iter_free(it);
	return y;
}

/* Over as many pages as it takes: each column goes on where it was. */
static void draw_row(struct layout *l, const struct row *r)
{
	size_t columns = r->is_across ? 1 : l->languages_count, from[PAGE_LANGUAGES_MAX] = { 0 };
	bool is_more = true;

	while (is_more) {
		double end = l->y;
		is_more = false;
		for (size_t i = 0; i < columns; i++) {
			double y;
			if (r->columns[i] == NULL)
				continue;
			y = draw_lines(l, r->columns[i], MARGIN + (double)i * (width_of(l) + GAP), &from[i],
				       l->y);
			end = y > end ? y : end;
			is_more = is_more || from[i] < (size_t)pango_layout_get_line_count(r->columns[i]);
		}
		l->y = end;
		if (is_more) {
			end_page(l);
			l->y = top_of(l);
		}
	}
	l->y += ROW_GAP;
}

static void draw_all(struct layout *l, bool is_drawn)
{
	l->is_drawn = is_drawn;
	l->page = 0;
	l->y = top_of(l);
	for (size_t i = 0; i < l->rows_count; i++)
		draw_row(l, &l->rows[i]);
	end_page(l);
	l->pages = l->page;
}

static cairo_status_t put_bytes(void *self, const unsigned char *ptr, unsigned len)
{
	return fwrite(ptr, 1, len, self) == len ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void open_surface(struct layout *l, FILE *out)
{
	struct bytes file = l->set->file;
	struct text_part part = { 0 };
	char title[1024], subject[96];

	l->surface = cairo_pdf_surface_create_for_stream(put_bytes, out, WIDTH, HEIGHT);
	snprintf(subject, sizeof subject, "SHA-256 %.64s", l->set->hash);
	cairo_pdf_surface_set_metadata(l->surface, CAIRO_PDF_METADATA_SUBJECT, subject);
	cairo_pdf_surface_set_metadata(l->surface, CAIRO_PDF_METADATA_CREATOR, "entente");
	cairo_pdf_surface_set_metadata(l->surface, CAIRO_PDF_METADATA_CREATE_DATE, NO_DATE);
	while (text_part_next(&file, &part) && !is_wanted(l, part.language))
		;
	if (part.name.len == 0 && bytes_copy_str(part.words, title, sizeof title) == ERR_OK)
		cairo_pdf_surface_set_metadata(l->surface, CAIRO_PDF_METADATA_TITLE, title);
	l->cr = cairo_create(l->surface);
}

enum err page_write(const struct page_set *s, FILE *out)
{
	struct layout l = { .set = s };
	enum err e = find_columns(&l);

	if (e != ERR_OK)
		return e;
	open_surface(&l, out);
	add_titles(&l);
	add_units(&l);
	draw_all(&l, false);
	if (l.lacks_letters)
		e = ERR_NOT_FOUND;
	else
		draw_all(&l, true);
	for (size_t i = 0; i < l.rows_count; i++) {
		for (size_t n = 0; n < PAGE_LANGUAGES_MAX; n++) {
			if (l.rows[i].columns[n] != NULL)
				g_object_unref(l.rows[i].columns[n]);
		}
	}
	free(l.rows);
	cairo_destroy(l.cr);
	cairo_surface_finish(l.surface);
	if (e == ERR_OK && (cairo_surface_status(l.surface) != CAIRO_STATUS_SUCCESS || fflush(out) != 0))
		e = ERR_IO;
	cairo_surface_destroy(l.surface);
	return e;
}
