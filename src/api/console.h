/*
 * console.h - the console's files, held in memory: once contained, the process that serves them opens none.
 *
 * Spec: docs/spec/browser.md section 4. Test: test/unit/test_console.c. Layer: api.
 */
#ifndef API_CONSOLE_H
#define API_CONSOLE_H

#include "base/bytes.h"
#include "base/limits.h"

struct console_file {
	const char *path;	/* "/app.js" */
	const char *media_type; /* a literal */
	struct bytes bytes;
	char tag[2 * HASH_LEN + 3]; /* the SHA-256 in quotes: its ETag */
	bool is_lasting;	    /* in a folder that is named by what is in it */
};

/*
 * Every file below the folder whose name can be served. What cannot is left out, and said in the log: a node
 * runs without its console. Gives.
 */
struct console;
struct console *console_read(const char *folder);
void console_free(struct console *c); /* takes NULL */

/* By the path of a URL; "/" is "/index.html". NULL: none. */
const struct console_file *console_find(const struct console *c, const char *path);
size_t console_count(const struct console *c);

#endif
