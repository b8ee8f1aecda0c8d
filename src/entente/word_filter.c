#include "entente/word_filter.h"

#include "accord/words.h"
#include "base/alloc.h"
#include "crypto/age.h"
#include "entente/held.h"

#include <stdlib.h>
#include <string.h>

static void copy_cut(struct bytes found, char word[FILTER_WORD_LEN])
{
	size_t len = found.len < FILTER_WORD_LEN ? found.len : FILTER_WORD_LEN - 1;

	if (len > 0)
		memcpy(word, found.ptr, len);
	word[len] = '\0';
}

enum exit_code word_filter(const struct options *o, const struct statement *s, struct bytes content,
			   char word[FILTER_WORD_LEN])
{
	struct held *h = xcalloc(1, sizeof *h);
	struct content *c = xcalloc(1, sizeof *c);
	const struct accord_channel *channel;
	struct fault fault;
	enum exit_code code = held_accord(h, o);

	word[0] = '\0';
	if (code == EXIT_DONE) {
		channel = accord_channel_find(h->accord, s->channel);
		/* What stays at home is held by nothing. */
		if (h->accord->held != NULL && channel != NULL && channel->plane != PLANE_HOME &&
		    content_read(content, c, &fault) == ERR_OK)
			copy_cut(held_words_find_in(h->accord->held, c), word);
	}
	held_close(h);
	age_wipe(c, sizeof *c);
	free(c);
	free(h);
	return code;
}
