/* The process that holds the sockets to peers. */
#include "base/log.h"
#include "entente/contain.h"
#include "entente/processes.h"
#include "entente/rows.h"
#include "entente/words.h"
#include "link/link.h"

static enum exit_code run(struct options *o)
{
	const struct link_ends ends = { PROCESS_CORE_FD, PROCESS_OTHER_FD, PROCESS_STARTER_FD };

	(void)o;
	process_prepare("entente-link");
	log_open("entente link", LOG_LEVEL_NOTICE);
	return link_run(&ends, &contain_link) == 0 ? EXIT_DONE : EXIT_ERROR;
}

const struct command_row command_link = {
	.name = "link",
	.arguments = "",
	.text = N_("Started by serve: holds the connections to the peers."),
	.run = run,
	.is_hidden = true,
};
