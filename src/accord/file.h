/*
 * file.h - the files of the bundle that are read: for each a table of what may begin a line.
 *
 * Spec: docs/spec/accord.md sections 4 to 9, docs/spec/guidelines.md. Layer: accord. Pure.
 * For the files of this folder only.
 */
#ifndef ACCORD_FILE_H
#define ACCORD_FILE_H

#include "accord/line.h"

/* One kind of line. */
struct line_row {
	const char *word; /* its first word, taken; NULL: the line begins with a name or number of its own */
	void (*read)(struct line_reader *r, struct accord *a);
	const char *once; /* the rule that it stands there once; NULL: any number of times */
};

struct file_row {
	const char *name;
	const struct line_row *rows;
	size_t rows_count;
	/* What no single line shows; NULL: nothing. Faults are at the file's last line. */
	void (*check)(struct line_reader *r, const struct accord *a);
	/* Before each line, which is not read after a fault; NULL: nothing. */
	void (*begin_line)(struct line_reader *r, struct accord *a);
};

extern const struct file_row file_authority;
extern const struct file_row file_accord, file_parties, file_posts, file_keys, file_channels, file_timers,
	file_guidelines, file_codes, file_form, file_glossary;

/* Reads all lines of a file: r->rule says whether. */
void file_row_read(const struct file_row *file, struct line_reader *r, struct accord *a);

/*
 * A file of forms/ begins: what file_form reads from now on is of this form. ERR_USAGE with the rule;
 * ERR_MEMORY.
 */
enum err form_begin(struct accord *a, struct bytes file, struct arena *arena, const char **rule) MUST_CHECK;
/* Whether each form that comes before it is one of the accord's: known when all files are read. */
bool form_is_after_known(const struct accord *a, const struct form *f);

/* For line_set. */
size_t file_plane_index(const struct accord *a, struct bytes word);
size_t file_precedence_index(const struct accord *a, struct bytes word);

#endif
