/* The process that holds the sockets to peers. */
#include "link/link.h"
#include "base/log.h"
#include "process/contain.h"
#include "process/process.h"

int process_link(void)
{
	const struct link_ends ends = { PROCESS_CORE_FD, PROCESS_OTHER_FD, PROCESS_STARTER_FD };

	process_prepare("entente-link");
	process_end_with_parent();
	log_open("entente link", LOG_LEVEL_NOTICE);
	return link_run(&ends, &contain_link);
}
