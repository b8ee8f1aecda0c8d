/*
 * say.h - words on the terminal: sentences with {1} in them, colours, columns that know how wide Hangul is.
 *
 * Layer: terminal. What was asked for goes to standard output, talk about it to standard error.
 */
#ifndef TERMINAL_SAY_H
#define TERMINAL_SAY_H

#include "base/buf.h"
#include "base/time.h"

/* Colours are words here; none is written to a file, with NO_COLOR or to a dumb terminal. */
enum colour { COLOUR_PLAIN, COLOUR_DIM, COLOUR_BOLD, COLOUR_GOOD, COLOUR_WARN, COLOUR_BAD, COLOUR_COUNT };

/* Every {1} .. {9} stands for the argument of that place: all are C strings, and the list ends by itself. */
#define say(...) say_parts((const char *[]){ __VA_ARGS__, NULL })
#define say_error(...) say_error_parts((const char *[]){ __VA_ARGS__, NULL })
#define say_note(...) say_error_parts((const char *[]){ __VA_ARGS__, NULL })
#define say_next(...) say_next_parts((const char *[]){ __VA_ARGS__, NULL })

/* The same into memory of size bytes, cut to the characters that it has room for. */
#define say_fill(out, size, ...) say_fill_parts(out, size, (const char *[]){ __VA_ARGS__, NULL })

void say_parts(const char *const *parts);
void say_fill_parts(char *out, size_t size, const char *const *parts);
/*
 * To standard error: "entente: ...". What happened and why; say_next follows. A note is no error, and ends
 * nothing.
 */
void say_error_parts(const char *const *parts);
/* To standard error, under it: what to do next. */
void say_next_parts(const char *const *parts);

void say_line(const char *text);
/* "  left      right", the left column so many cells wide; the right one is wrapped. */
void say_row(const char *left, size_t cells, const char *right);

void say_coloured(enum colour colour, const char *text);
/*
 * Words of others, as all that stands for a {1} or in a cell: what turns or hides text is shown as what it
 * is, and what is written from right to left stands in an isolate, so that it turns nothing beside it.
 */
void say_text(struct bytes text);
char *say_shown(struct bytes text); /* without the isolates: to be cut and measured; the caller's to free */
char *say_apart(struct bytes text); /* with them, for who puts it on a screen himself; likewise */

/* Padded to so many cells, or cut with "~" behind; .len never over what is left. */
void say_cell(const char *text, size_t cells, enum colour colour);
/* The beginning of text that fits in so many cells, into size bytes; gives the cells that it takes. */
size_t say_cut(const char *text, size_t cells, char *out, size_t size);
size_t cells_of(struct bytes text);
size_t terminal_width(void);
bool terminal_is_coloured(void);

/* "1 entry", "2 entries": a part of a sentence, both forms with {1}, in the memory that say_number has. */
const char *say_counted(uint64_t count, const char *one, const char *many);

/* Decimals and times as C strings for say(); each call has its own memory out of a ring of sixteen. */
const char *say_number(uint64_t value);
const char *say_time(uint64_t ms);  /* 14:06:02Z, with the day if it is another */
const char *say_span(uint64_t ms);  /* 42 s, 3 min, 2 h */
const char *say_offset(int64_t ms); /* of a clock: +3 d, -250 ms */
const char *say_dtg(uint64_t ms);   /* 240152Z NOV 26, 240152Z NOV 2126 */

/* One line that is written over, on a terminal only: progress of long work. */
void say_progress(const char *what, uint64_t done, uint64_t total);
void say_progress_end(void);

#endif
