/*
 * imo.h - ships' numbers in a text: a digit that was mistyped is seen by the seventh.
 *
 * Spec: docs/spec/border.md section 9. Layer: border. Pure.
 */
#ifndef BORDER_IMO_H
#define BORDER_IMO_H

#include "base/bytes.h"

#define IMO_LEN 7u /* digits of a number: the last is the check digit */

/*
 * The first number behind "IMO" (in whatever case, a blank, colon or hyphen between) whose check digit is not
 * that of the others; .len 0: none. Borrows from text.
 */
struct bytes imo_find_wrong(struct bytes text);

#endif
