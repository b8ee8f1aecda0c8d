/*
 * procedure_draw.h - a procedure as a picture.
 *
 * Layer: entente.
 */
#ifndef ENTENTE_PROCEDURE_DRAW_H
#define ENTENTE_PROCEDURE_DRAW_H

#include "accord/procedure.h"

/*
 * SVG to standard output: its steps from top to bottom, in every language that it has; what opens them as
 * lines.
 */
void procedure_draw(const struct procedure *p);

#endif
