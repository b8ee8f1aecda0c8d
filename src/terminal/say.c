#include "terminal/say.h"

#include "home/words.h"
#include "sys/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static const char *const colours[COLOUR_COUNT] = {
	[COLOUR_PLAIN] = "",	    [COLOUR_DIM] = "\033[2m",	[COLOUR_BOLD] = "\033[1m",
	[COLOUR_GOOD] = "\033[32m", [COLOUR_WARN] = "\033[33m", [COLOUR_BAD] = "\033[1;31m",
};

bool terminal_is_coloured(void)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 160; /* for a file or another program: wide enough that nothing is wrapped */
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
		return 80;
	return size.ws_col;
}

/*
 * What turns or hides text is shown as what it is, so that what was signed is what is read: in every locale,
 * for a terminal may well show what the locale does not know.
 */
static void put_shown(FILE *to, struct bytes text)
{
	while (text.len > 0) {
		const uint8_t *at = text.ptr;
		uint32_t c;

		if (bytes_take_character(&text, &c) != ERR_OK)
			fputc('?', to);
		else if (c == '\n' || c == '\t' || !character_is_hidden(c))
			fwrite(at, 1, (size_t)(text.ptr - at), to);
		else if (c < 0x80)
			fputc('?', to);
		else
			fprintf(to, "<U+%04X>", (unsigned)c);
	}
}

/* U+2068 and U+2069: what stands between them has a direction of its own. */
static const char isolate[] = { '\xe2', '\x81', '\xa8', '\0' };
static const char isolate_end[] = { '\xe2', '\x81', '\xa9', '\0' };

/*
 * How far a run of letters from right to left goes, which begins here: to the last of them before a letter
 * from left to right, the end of the line, or a gap as it stands between two columns.
 */
static size_t turning_len(struct bytes text)
{
	const uint8_t *begin = text.ptr;
	uint32_t c, before = 0;
	size_t len = 0;

	while (bytes_take_character(&text, &c) == ERR_OK) {
		if (character_is_right_to_left(c))
			len = (size_t)(text.ptr - begin);
		else if (c < ' ' || c >= 0x7f || isalpha((int)c) || (c == ' ' && before == ' '))
			break;
		before = c;
	}
	return len;
}

/*
 * Words of others: what is written from right to left turns nothing that stands beside it, for each run of it
 * stands in an isolate. None of these signs is theirs, for theirs are shown. They take no cell, and come last
 * of all: behind what is cut and measured, and around what was put together before.
 */
static void put_apart(FILE *to, struct bytes text)
{
	while (text.len > 0) {
		struct bytes next = text;
		uint32_t c;
		bool is_turning = bytes_take_character(&next, &c) == ERR_OK && character_is_right_to_left(c);
		size_t len = is_turning ? turning_len(text) : (size_t)(next.ptr - text.ptr);

		fputs(is_turning ? isolate : "", to);
		put_shown(to, (struct bytes){ text.ptr, len });
		fputs(is_turning ? isolate_end : "", to);
		text.ptr += len;
		text.len -= len;
	}
}

/* The next run of a sentence: plain text, or what stands for {1}; NULL at the end. */
static const char *next_run(const char *at, const char *const *parts, size_t count, struct bytes *out,
			    bool *is_value)
{
	const char *begin = at;

	*is_value = false;
	for (; *at != '\0'; at++) {
		if (at[0] != '{' || at[1] < '1' || at[1] > '9' || at[2] != '}' ||
		    (size_t)(at[1] - '0') >= count)
			continue;
		if (at > begin)
			break;
		*out = bytes_str(parts[at[1] - '0']);
		*is_value = true;
		return at + 3;
	}
	*out = (struct bytes){ (const uint8_t *)begin, (size_t)(at - begin) };
	return at > begin ? at : NULL;
}

static size_t parts_count(const char *const *parts)
{
	size_t count = 0;

	while (parts[count] != NULL)
		count++;
	return count;
}

static void write_parts(FILE *to, const char *const *parts)
{
	size_t count = parts_count(parts);
	const char *at = parts[0];
	struct bytes run;
	bool is_value;

	while ((at = next_run(at, parts, count, &run, &is_value)) != NULL) {
		if (is_value)
			put_apart(to, run);
		else
			fwrite(run.ptr, 1, run.len, to);
	}
}

void say_fill_parts(char *out, size_t size, const char *const *parts)
{
	size_t count = parts_count(parts), len = 0;
	const char *at = parts[0];
	struct bytes run;
	bool is_value;

	while ((at = next_run(at, parts, count, &run, &is_value)) != NULL) {
		size_t part = run.len < size - 1 - len ? run.len : size - 1 - len;
		bool is_cut = part < run.len;
		while (is_cut && part > 0 && (run.ptr[part] & 0xc0) == 0x80)
			part--;
		memcpy(out + len, run.ptr, part);
		len += part;
		if (is_cut)
			break;
	}
	out[len] = '\0';
}

void say_parts(const char *const *parts)
{
	write_parts(stdout, parts);
}

void say_error_parts(const char *const *parts)
{
	fflush(stdout);
	fputs("entente: ", stderr);
	write_parts(stderr, parts);
	fputc('\n', stderr);
}

void say_next_parts(const char *const *parts)
{
	fputs(_("next: "), stderr);
	write_parts(stderr, parts);
	fputc('\n', stderr);
}

void say_line(const char *text)
{
	fputs(text, stdout);
	putchar('\n');
}

/* One character of UTF-8: its length and how many cells it takes; a broken byte is one of one. */
static size_t next_character(struct bytes text, size_t at, size_t *cells)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len = mbrtowc(&wide, (const char *)text.ptr + at, text.len - at, &state);
	int width;

	if (len == 0 || len > text.len - at) {
		*cells = 1;
		return 1;
	}
	width = wcwidth(wide);
	*cells = width < 0 ? 1 : (size_t)width;
	return len;
}

size_t cells_of(struct bytes text)
{
	size_t sum = 0, cells;

	for (size_t at = 0; at < text.len;) {
		at += next_character(text, at, &cells);
		sum += cells;
	}
	return sum;
}

void say_coloured(enum colour colour, const char *text)
{
	bool is_on = colour != COLOUR_PLAIN && terminal_is_coloured();

	if (is_on)
		fputs(colours[colour], stdout);
	put_apart(stdout, bytes_str(text));
	if (is_on)
		fputs("\033[0m", stdout);
}

size_t say_cut(const char *text, size_t cells, char *out, size_t size)
{
	struct bytes in = bytes_str(text);
	size_t at = 0, sum = 0, width = 0;
	bool is_cut = cells_of(in) > cells;

	while (at < in.len && at < size - 8) {
		size_t len = next_character(in, at, &width);
		if (sum + width > cells - (is_cut && cells > 0 ? 1 : 0))
			break;
		at += len;
		sum += width;
	}
	memcpy(out, text, at);
	if (is_cut && cells > 0) {
		out[at++] = '~';
		sum++;
	}
	out[at] = '\0';
	return sum;
}

void say_cell(const char *text, size_t cells, enum colour colour)
{
	char cut[512], *shown = say_shown(bytes_str(text));
	size_t sum = say_cut(shown, cells, cut, sizeof cut);

	free(shown);
	say_coloured(colour, cut);
	printf("%*s", (int)(cells - sum), "");
}

/* The words of one line that fits; returns what is left. */
static const char *put_wrapped(const char *text, size_t cells)
{
	struct bytes in = bytes_str(text);
	size_t sum = 0, width, fit = 0;

	for (size_t at = 0; at < in.len;) {
		size_t len = next_character(in, at, &width);
		if (sum + width > cells && fit > 0)
			break;
		if (sum + width > cells)
			fit = at;
		sum += width;
		at += len;
		if (at == in.len || text[at] == ' ')
			fit = at;
		if (sum > cells)
			break;
	}
	printf("%.*s\n", (int)fit, text);
	text += fit;
	while (*text == ' ')
		text++;
	return text;
}

void say_row(const char *left, size_t cells, const char *right)
{
	size_t width = terminal_width(), used = cells_of(bytes_str(left)), room = width - cells - 4;

	printf("  %s", left);
	if (used > cells) {
		putchar('\n');
		used = 0;
		fputs("  ", stdout);
	}
	printf("%*s  ", (int)(cells - used), "");
	if (width < cells + 24)
		room = width;
	right = put_wrapped(right, room);
	while (*right != '\0') {
		printf("%*s", (int)cells + 4, "");
		right = put_wrapped(right, room);
	}
}

void say_text(struct bytes text)
{
	put_apart(stdout, text);
}

static char *written(void (*put)(FILE *to, struct bytes text), struct bytes text)
{
	char *out = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&out, &len);

	if (to == NULL)
		abort();
	put(to, text);
	if (fclose(to) != 0)
		abort();
	return out;
}

char *say_shown(struct bytes text)
{
	return written(put_shown, text);
}

char *say_apart(struct bytes text)
{
	return written(put_apart, text);
}

static char *ring_slot(void)
{
	static struct {
		char text[16][64];
		unsigned at;
	} ring; /* what say() shows lives for a sentence */

	ring.at = (ring.at + 1) % 16;
	return ring.text[ring.at];
}

const char *say_number(uint64_t value)
{
	char *out = ring_slot();

	snprintf(out, 64, "%llu", (unsigned long long)value);
	return out;
}

const char *say_counted(uint64_t count, const char *one, const char *many)
{
	char *out = ring_slot(), digits[24];

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
	say_fill(out, 64, n_(count, one, many), digits);
	return out;
}

const char *say_time(uint64_t ms)
{
	uint64_t today = clock_now().wall.ms / 86400000;
	char full[WALL_TEXT_LEN], *out = ring_slot();

	wall_write((struct wall){ ms }, full);
	if (ms / 86400000 == today)
		snprintf(out, 64, "%.8sZ", full + 11);
	else
		snprintf(out, 64, "%.10s %.8sZ", full, full + 11);
	return out;
}

const char *say_dtg(uint64_t ms)
{
	char dtg[WALL_DTG_LEN], *out = ring_slot();

	wall_write_dtg((struct wall){ ms }, dtg);
	snprintf(out, 64, "%s", dtg);
	return out;
}

static const struct {
	uint64_t below, unit; /* milliseconds */
	const char *text;     /* N_() */
} spans[] = { { 1000, 1, N_("{1} ms") },
	      { 120000, 1000, N_("{1} s") },
	      { 7200000, 60000, N_("{1} min") },
	      { 172800000, 3600000, N_("{1} h") },
	      { UINT64_MAX, 86400000, N_("{1} d") } };

static size_t span_find(uint64_t ms)
{
	size_t i = 0;

	while (ms >= spans[i].below && i + 1 < ARRAY_COUNT(spans))
		i++;
	return i;
}

const char *say_span(uint64_t ms)
{
	char *out = ring_slot();
	size_t i = span_find(ms);

	say_fill(out, 64, _(spans[i].text), say_number(ms / spans[i].unit));
	return out;
}

const char *say_offset(int64_t ms)
{
	uint64_t off = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	char *out = ring_slot();
	size_t i = span_find(off);

	/*
	 * To the nearest: how old something is, is not rounded up, but three days less a second are three
	 * days off.
	 */
	out[0] = ms < 0 ? '-' : '+';
	say_fill(out + 1, 63, _(spans[i].text),
		 say_number(off / spans[i].unit + (off % spans[i].unit >= (spans[i].unit + 1) / 2)));
	return out;
}

void say_progress(const char *what, uint64_t done, uint64_t total)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K%s %llu", what, (unsigned long long)done);
	if (total > 0)
		fprintf(stderr, "/%llu", (unsigned long long)total);
	fflush(stderr);
}

void say_progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
