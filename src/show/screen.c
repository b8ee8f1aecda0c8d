#include "show/screen.h"

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ctype.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROW_LEN_MAX 2048u
#define ESCAPE_MS 50

static const struct {
	short pair, colour;
	attr_t attribute;
} looks[COLOUR_COUNT] = {
	[COLOUR_PLAIN] = { 0, -1, A_NORMAL },
	[COLOUR_DIM] = { 0, -1, A_DIM },
	[COLOUR_BOLD] = { 0, -1, A_BOLD },
	[COLOUR_GOOD] = { 1, COLOR_GREEN, A_NORMAL },
	[COLOUR_WARN] = { 2, COLOR_YELLOW, A_NORMAL },
	[COLOUR_BAD] = { 3, COLOR_RED, A_BOLD },
};

enum err screen_open(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || term == NULL || strcmp(term, "dumb") == 0)
		return ERR_USAGE;
	if (stdscr != NULL) { /* it was open before */
		refresh();
		return ERR_OK;
	}
	if (newterm(NULL, stdout, stdin) == NULL)
		return ERR_USAGE;
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, true);
	/* A terminal that does not do as its entry says must not have its arrows taken for letters. */
	define_key("\033[A", KEY_UP);
	define_key("\033[B", KEY_DOWN);
	define_key("\033[C", KEY_RIGHT);
	define_key("\033[D", KEY_LEFT);
	nodelay(stdscr, true);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	if (terminal_is_coloured() && has_colors() && start_color() == OK && use_default_colors() == OK) {
		for (size_t i = 0; i < COLOUR_COUNT; i++) {
			if (looks[i].pair != 0)
				init_pair(looks[i].pair, looks[i].colour, -1);
		}
	}
	return ERR_OK;
}

void screen_close(void)
{
	if (stdscr != NULL && !isendwin())
		endwin();
}

struct area screen_area(void)
{
	return (struct area){ 0, 0, (size_t)getmaxy(stdscr), (size_t)getmaxx(stdscr) };
}

void screen_begin(void)
{
	erase();
}

void screen_put(const struct area *area, size_t row, size_t column, size_t cells, enum colour colour,
		const char *text)
{
	attr_t marked = 0, attribute = looks[colour].attribute;
	char cut[ROW_LEN_MAX], *shown, *apart;
	short pair = 0;

	if (row >= area->rows || column >= area->columns)
		return;
	if (cells > area->columns - column)
		cells = area->columns - column;
	shown = say_shown(bytes_str(text));
	for (char *c = shown; *c != '\0'; c++) {
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	}
	(void)say_cut(shown, cells, cut, sizeof cut);
	free(shown);
	apart = say_apart(bytes_str(cut));
	move((int)(area->row + row), (int)(area->column + column));
	marked = inch() & A_REVERSE;
	if (terminal_is_coloured() && has_colors())
		pair = looks[colour].pair;
	attr_set(attribute | marked, pair, NULL);
	addstr(apart);
	free(apart);
	attr_set(A_NORMAL, 0, NULL);
}

void screen_mark(const struct area *area, size_t row)
{
	if (row >= area->rows)
		return;
	attr_set(A_REVERSE, 0, NULL);
	mvhline((int)(area->row + row), (int)area->column, ' ' | A_REVERSE, (int)area->columns);
	attr_set(A_NORMAL, 0, NULL);
}

void screen_title(const struct area *area, const char *title)
{
	char text[512];

	say_fill(text, sizeof text, " {1} ", title);
	attr_set(A_DIM, 0, NULL);
	mvhline((int)area->row, (int)area->column, '-', (int)area->columns);
	attr_set(A_NORMAL, 0, NULL);
	screen_put(area, 0, 2, area->columns - 2, COLOUR_BOLD, text);
}

void screen_end(void)
{
	refresh();
}

/* What stands on the key of a Korean keyboard of two sets: the letter of its Latin side. */
static char letter_of(wint_t typed)
{
	static const struct {
		wint_t korean;
		char latin;
	} keys[] = { { L'ㅁ', 'a' }, { L'ㅠ', 'b' }, { L'ㅊ', 'c' }, { L'ㅇ', 'd' }, { L'ㄷ', 'e' },
		     { L'ㄹ', 'f' }, { L'ㅎ', 'g' }, { L'ㅗ', 'h' }, { L'ㅑ', 'i' }, { L'ㅓ', 'j' },
		     { L'ㅏ', 'k' }, { L'ㅣ', 'l' }, { L'ㅡ', 'm' }, { L'ㅜ', 'n' }, { L'ㅐ', 'o' },
		     { L'ㅔ', 'p' }, { L'ㅂ', 'q' }, { L'ㄱ', 'r' }, { L'ㄴ', 's' }, { L'ㅅ', 't' },
		     { L'ㅕ', 'u' }, { L'ㅍ', 'v' }, { L'ㅈ', 'w' }, { L'ㅌ', 'x' }, { L'ㅛ', 'y' },
		     { L'ㅋ', 'z' } };

	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		if (keys[i].korean == typed)
			return keys[i].latin;
	}
	return typed < 0x80 ? (char)tolower((int)typed) : '\0';
}

enum screen_key screen_read(char *letter)
{
	wint_t typed = 0;
	int kind = get_wch(&typed);

	*letter = '\0';
	if (kind == ERR)
		return SCREEN_NONE;
	if (kind == KEY_CODE_YES) {
		switch (typed) {
		case KEY_UP:
			return SCREEN_ABOVE;
		case KEY_DOWN:
			return SCREEN_BELOW;
		case KEY_LEFT:
			return SCREEN_BEFORE;
		case KEY_RIGHT:
			return SCREEN_BEHIND;
		case KEY_ENTER:
			return SCREEN_OPEN;
		case KEY_RESIZE:
			return SCREEN_SIZE;
		default:
			return SCREEN_OTHER;
		}
	}
	if (typed == '\r' || typed == '\n')
		return SCREEN_OPEN;
	if (typed == '\t')
		return SCREEN_SWITCH;
	*letter = letter_of(typed);
	return SCREEN_OTHER;
}
