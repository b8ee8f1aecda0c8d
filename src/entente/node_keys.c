#include "entente/node_keys.h"

#include "entente/init.h"
#include "sys/random.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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

enum exit_code node_key_make(const char *dir, const char *name, uint8_t public[SIGN_PUBLIC_LEN])
{
	uint8_t seed[SIGN_SEED_LEN], private_memory[2 * SIGN_SEED_LEN + 2], public_memory[64];
	struct buf private = BUF_ON(private_memory), line = BUF_ON(public_memory);
	struct sign_key key;
	enum exit_code code;

	random_read(seed, sizeof seed);
	sign_key_from_seed(&key, seed);
	memcpy(public, key.public, SIGN_PUBLIC_LEN);
	buf_put_hex(&private, BYTES_OF(seed));
	buf_put_byte(&private, '\n');
	buf_put_base64(&line, BYTES_OF(key.public));
	buf_put_byte(&line, '\n');
	code = init_write_pair(dir, name, buf_bytes(&private), buf_bytes(&line));
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(private_memory, sizeof private_memory);
	sign_key_wipe(&key);
	return code;
}
