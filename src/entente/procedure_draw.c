/*
 * Each step stands below all that it waits for: guards name steps above alone, so the rows are found in one
 * pass.
 */
#include "entente/procedure_draw.h"

#include <stdio.h>

#define BOX_WIDTH 230
#define BOX_HEAD 22 /* its kind and name; then a line a language */
#define LINE_HEIGHT 17
#define GAP_X 40
#define GAP_Y 64
#define TOP 56

struct drawing {
	const struct procedure *p;
	size_t row[PROCEDURE_STEPS_MAX], place[PROCEDURE_STEPS_MAX], in_row[PROCEDURE_STEPS_MAX];
	size_t rows, widest;
};

static void put_text(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			fputs("&amp;", stdout);
			break;
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		default:
			putchar(text.ptr[i]);
		}
	}
}

static void lay_out(struct drawing *d)
{
	for (size_t i = 0; i < d->p->steps_count; i++) {
		const struct guard *g = &d->p->steps[i].after;
		for (size_t n = 0; n < g->count; n++) {
			if (g->nodes[n].kind < GUARD_PRECEDENCE && d->row[i] <= d->row[g->nodes[n].step])
				d->row[i] = d->row[g->nodes[n].step] + 1;
		}
		d->place[i] = d->in_row[d->row[i]]++;
		if (d->in_row[d->row[i]] > d->widest)
			d->widest = d->in_row[d->row[i]];
		if (d->row[i] >= d->rows)
			d->rows = d->row[i] + 1;
	}
}

static int box_height(const struct drawing *d)
{
	return BOX_HEAD + LINE_HEIGHT * (int)d->p->languages_count + 6;
}

static int box_x(const struct drawing *d, size_t step)
{
	int all = (int)d->widest * (BOX_WIDTH + GAP_X),
	    row = (int)d->in_row[d->row[step]] * (BOX_WIDTH + GAP_X);

	return (all - row) / 2 + GAP_X / 2 + (int)d->place[step] * (BOX_WIDTH + GAP_X);
}

static int box_y(const struct drawing *d, size_t step)
{
	return TOP + (int)d->row[step] * (box_height(d) + GAP_Y);
}

/* What a line says: the option, the level; nothing of a step that is simply done. */
static const char *label_of(const struct drawing *d, const struct guard_node *n)
{
	if (n->kind == GUARD_DECIDED)
		return d->p->steps[n->step].options[n->which].id;
	return n->kind == GUARD_DONE ? "" : level_name((enum level)n->which);
}

static void draw_lines(const struct drawing *d, size_t step)
{
	const struct guard *g = &d->p->steps[step].after;
	size_t count = 0, drawn = 0;

	for (size_t n = 0; n < g->count; n++)
		count += g->nodes[n].kind < GUARD_PRECEDENCE;
	for (size_t n = 0; n < g->count; n++) {
		const struct guard_node *node = &g->nodes[n];
		int x1, y1, x2, y2;
		if (node->kind >= GUARD_PRECEDENCE)
			continue;
		x1 = box_x(d, node->step) + BOX_WIDTH / 2;
		y1 = box_y(d, node->step) + box_height(d);
		x2 = box_x(d, step) + BOX_WIDTH * (int)++drawn / (int)(count + 1);
		y2 = box_y(d, step);
		printf("<path class=\"%s\" d=\"M%d %dC%d %d %d %d %d %d\" marker-end=\"url(#tip)\"/>\n",
		       node->kind == GUARD_LAPSED ? "line lapsed" : "line", x1, y1, x1, y1 + GAP_Y / 2, x2,
		       y2 - GAP_Y / 2, x2, y2 - 3);
		if (node->kind != GUARD_DONE)
			printf("<text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s "
			       "%s</text>\n",
			       (x1 + 3 * x2) / 4, y2 - 14 - 12 * (int)((drawn - 1) % 3),
			       guard_name(node->kind), label_of(d, node));
	}
}

static void draw_box(const struct drawing *d, size_t step)
{
	const struct procedure_step *s = &d->p->steps[step];
	int x = box_x(d, step), y = box_y(d, step);

	printf("<g id=\"%s\"><rect class=\"%s%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n",
	       s->id, step_kind_name(s->kind), s->effect == STEP_EFFECT_IRREVERSIBLE ? " lasting" : "", x, y,
	       BOX_WIDTH, box_height(d), s->kind == STEP_KIND_GATE ? 0 : 8);
	printf("<text class=\"small\" x=\"%d\" y=\"%d\">%s%s%s %s%s%s</text>\n", x + 10, y + 15,
	       s->kind == STEP_KIND_GATE ? gate_rule_name(s->rule) : "", s->kind == STEP_KIND_GATE ? " " : "",
	       step_kind_name(s->kind), s->id, s->form[0] == '\0' ? "" : " ", s->form);
	for (size_t i = 0; i < d->p->languages_count; i++) {
		printf("<text x=\"%d\" y=\"%d\" xml:lang=\"%s\">", x + 10,
		       y + BOX_HEAD + LINE_HEIGHT * (int)i + 13, d->p->languages[i]);
		put_text(s->title.text[i]);
		puts("</text>");
	}
	puts("</g>");
}

void procedure_draw(const struct procedure *p)
{
	struct drawing d = { .p = p };
	int width, height;

	lay_out(&d);
	width = (int)d.widest * (BOX_WIDTH + GAP_X);
	height = TOP + (int)d.rows * (box_height(&d) + GAP_Y);
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
	       "font-family=\"sans-serif\" font-size=\"13\">\n",
	       width, height, width, height);
	puts("<style>rect{fill:#fff;stroke:#345;stroke-width:1.5}.gate{fill:#eef3fb}.lasting{stroke:#a11;"
	     "stroke-width:3}"
	     ".small{font-size:11px;fill:#567}.line{fill:none;stroke:#789;stroke-width:1.3}"
	     ".lapsed{stroke:#a11;stroke-dasharray:5 4}</style>");
	puts("<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"6\" refY=\"3\" "
	     "orient=\"auto\">"
	     "<path d=\"M0 0L7 3L0 6z\" fill=\"#789\"/></marker></defs>");
	printf("<rect x=\"0\" y=\"0\" width=\"%d\" height=\"%d\" style=\"stroke:none\"/>\n", width, height);
	printf("<text x=\"20\" y=\"26\" font-size=\"16\" font-weight=\"bold\">");
	for (size_t i = 0; i < p->languages_count; i++) {
		fputs(i == 0 ? "" : " · ", stdout);
		put_text(p->title.text[i]);
	}
	printf("</text><text class=\"small\" x=\"20\" y=\"44\">%s %u</text>\n", p->id, p->version);
	for (size_t i = 0; i < p->steps_count; i++)
		draw_lines(&d, i);
	for (size_t i = 0; i < p->steps_count; i++)
		draw_box(&d, i);
	puts("</svg>");
}
