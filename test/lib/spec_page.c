#include "spec_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

char *spec_page(const char *name)
{
	static char text[1 << 17];
	const char *root = getenv("ENTENTE_ROOT");
	char path[4096];
	size_t len;
	FILE *file;

	snprintf(path, sizeof path, "%s/docs/spec/%s", root == NULL ? "." : root, name);
	file = fopen(path, "re");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	len = fread(text, 1, sizeof text, file);
	fclose(file);
	if (len == sizeof text)
		fail_msg("%s is longer than is read here", path);
	text[len] = '\0';
	return text;
}
