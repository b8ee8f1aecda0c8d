#include "home/installed.h"

#include <stdlib.h>

const char *installed_console(void)
{
	const char *folder = getenv("ENTENTE_CONSOLE_DIR");

	return folder != NULL ? folder : ENTENTE_CONSOLE_DIR;
}

const char *installed_locale(void)
{
	const char *folder = getenv("ENTENTE_LOCALE_DIR");

	return folder != NULL ? folder : ENTENTE_LOCALE_DIR;
}
