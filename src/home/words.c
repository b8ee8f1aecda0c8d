#include "home/words.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* gettext looks at LANGUAGE anew once it is told its domain. */
static void turn_to(const char *language)
{
	if (language == NULL ? unsetenv("LANGUAGE") == 0 : setenv("LANGUAGE", language, 1) == 0)
		textdomain(textdomain(NULL));
}

const char *words_in(const char *language, const char *text)
{
	const char *said = getenv("LANGUAGE"), *words;
	size_t len = said == NULL ? 0 : strlen(said);
	char *own = said == NULL ? NULL : xcalloc(1, len + 1);

	if (own != NULL)
		memcpy(own, said, len);
	turn_to(language);
	words = gettext(text);
	turn_to(own);
	free(own);
	return words;
}
