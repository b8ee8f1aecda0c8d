#include "home/node_keys.h"

#include <assert.h>
#include <stdio.h>

const char *const node_use_names[NODE_USES] = { "log", "mirror", "tls" };

enum accord_key_use node_use_of_accord(enum node_use use)
{
	static const enum accord_key_use uses[NODE_USES] = { ACCORD_KEY_LOG, ACCORD_KEY_MIRROR,
							     ACCORD_KEY_TLS };

	return uses[use];
}

void node_key_name(const char *use, enum node_key_age age, char out[NODE_KEY_NAME_LEN])
{
	static const char *const endings[NODE_KEYS_MAX] = { ".old", "", ".next" };
	int len = snprintf(out, NODE_KEY_NAME_LEN, "keys/%s%s", use, endings[age]);

	assert(len > 0 && (unsigned)len < NODE_KEY_NAME_LEN);
}
