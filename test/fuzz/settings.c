/* HOME/settings: what is taken is sound, and what is not names a line that exists. */
#include "home/settings.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct settings s;
	struct settings_fault fault;
	size_t lines = 1;

	if (len > SETTINGS_LEN_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		lines += ptr[i] == '\n';
	if (settings_read((struct bytes){ ptr, len }, &s, &fault) != ERR_OK) {
		assert(fault.why != NULL && fault.line <= lines && strlen(fault.key) < sizeof fault.key);
		return 0;
	}
	assert(s.party[0] != '\0' && s.accord[0] != '\0' && s.listens_count <= LINK_LISTENERS_MAX);
	for (size_t i = 0; i < s.listens_count; i++)
		assert(socket_address_check(s.listens[i].address) == ERR_OK);
	for (size_t i = 0; i < s.paths_count; i++)
		assert((s.paths[i].connect[0] == '\0') != (s.paths[i].listen[0] == '\0'));
	return 0;
}
