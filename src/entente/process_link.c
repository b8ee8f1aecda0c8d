/* The process that holds the sockets to peers. */
#include "base/log.h"
#include "entente/contain.h"
#include "entente/processes.h"
#include "link/link.h"

int process_link(void)
{
	const struct link_ends ends = { PROCESS_CORE_FD, PROCESS_OTHER_FD, PROCESS_STARTER_FD };

	process_prepare("entente-link");
	log_open("entente link", LOG_LEVEL_NOTICE);
	return link_run(&ends, &contain_link);
}
