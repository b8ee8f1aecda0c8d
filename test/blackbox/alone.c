/*
 * What is preloaded into a node's core beside this stays out of its other processes: they get what
 * $PRELOAD_OF_OTHERS says instead, and no libfiu that listens, since no sandbox lets it open its pipe. The
 * clock that a test fakes is the core's, which alone reads it.
 */
#include <stdlib.h>

static void __attribute__((constructor)) begin(void)
{
	const char *others = getenv("PRELOAD_OF_OTHERS");

	if (others != NULL)
		setenv("LD_PRELOAD", others, 1);
	else
		unsetenv("LD_PRELOAD");
	setenv("FIU_CTRL_FIFO", "", 1);
}
