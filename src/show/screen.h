/*
 * screen.h - a terminal as rows of cells: the only file that knows ncursesw.
 *
 * Layer: show. Hangul takes two cells. What is put is shown as say_text shows it, and cut to its room with
 * "~" behind. Colours are those of say.h; none with NO_COLOR, where what is marked is reversed all the same.
 */
#ifndef SHOW_SCREEN_H
#define SHOW_SCREEN_H

#include "terminal/say.h"

#define SCREEN_ROWS_MIN 20u
#define SCREEN_COLUMNS_MIN 72u

/* A rectangle of it. */
struct area {
	size_t row, column, rows, columns;
};

enum screen_key {
	SCREEN_NONE,
	SCREEN_ABOVE,
	SCREEN_BELOW,
	SCREEN_BEFORE,
	SCREEN_BEHIND,
	SCREEN_OPEN,
	SCREEN_SWITCH,
	SCREEN_SIZE, /* the terminal has another size now */
	SCREEN_OTHER /* what else was typed is in *letter */
};

/* ERR_USAGE: standard input and output are no terminal that can place a cell. */
enum err screen_open(void) MUST_CHECK;
/* Gives the terminal back as it was; screen_open takes it again. Does nothing when it is closed. */
void screen_close(void);
struct area screen_area(void);

void screen_begin(void); /* an empty screen */
void screen_put(const struct area *area, size_t row, size_t column, size_t cells, enum colour colour,
		const char *text);
/* A whole row of the area, under what is put on it next: the one that the keys act on. */
void screen_mark(const struct area *area, size_t row);
/* "-- title ------" across the area's first row. */
void screen_title(const struct area *area, const char *title);
void screen_end(void); /* shows what was put */

/*
 * The next key that was typed; SCREEN_NONE: none. A letter is a small one of the keyboard's Latin side,
 * whichever side is on: a Korean one gives the letter that stands on the same key.
 */
enum screen_key screen_read(char *letter);

#endif
