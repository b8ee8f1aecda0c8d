#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The one root struct of the process's log. */
static struct {
	const char *name;
	enum log_level max;
} root = { "entente", LOG_LEVEL_NOTICE };

void log_open(const char *name, enum log_level max)
{
	root.name = name;
	root.max = max;
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (level > root.max)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (getenv("JOURNAL_STREAM") != NULL)
		fprintf(stderr, "<%d>", (int)level);
	fprintf(stderr, "%s: %s\n", root.name, line);
}
