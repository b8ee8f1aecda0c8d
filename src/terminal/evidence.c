#include "terminal/evidence.h"

#include "crypto/hash.h"
#include "wire/statement.h"

#include <stdlib.h>
#include <string.h>

static enum err check_signatures(const json_t *entry, struct bytes statement, struct evidence *out)
{
	json_t *text;
	size_t i;

	json_array_foreach(json_object_get(entry, "sshsigs"), i, text)
	{
		uint8_t blob[SSHSIG_LEN_MAX];
		struct sshsig sig;
		size_t len;
		out->signatures++;
		if (!json_is_string(text) || out->good == STATEMENT_SIGNATURES_MAX ||
		    bytes_read_base64(bytes_str(json_string_value(text)), blob, sizeof blob, &len) != ERR_OK)
			continue;
		if (sshsig_verify((struct bytes){ blob, len }, BYTES_LIT(SSHSIG_STATEMENT), statement,
				  &sig) != ERR_OK)
			continue;
		ssh_fingerprint(sig.public_key, out->fingerprints[out->good++]);
	}
	return out->good == out->signatures ? ERR_OK : ERR_VERIFY;
}

static enum err check_content(const json_t *entry, const struct statement *s, struct evidence *out)
{
	uint8_t hash[HASH_LEN];
	struct buf content;
	enum err e;

	if (!s->has_content)
		return ERR_OK;
	out->has_content = true;
	bytes_write_hex(BYTES_OF(s->content.hash), out->hash);
	e = json_bytes(entry, "content_bytes", &content);
	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* erased, or not here yet: said elsewhere */
	if (e != ERR_OK)
		return ERR_USAGE;
	hash_sha256(buf_bytes(&content), hash);
	out->is_content_good = memcmp(hash, s->content.hash, HASH_LEN) == 0 && content.len == s->content.len;
	free(content.ptr);
	return out->is_content_good ? ERR_OK : ERR_VERIFY;
}

enum err evidence_check(const json_t *entry, struct evidence *out)
{
	struct statement s;
	struct buf statement;
	struct fault fault;
	enum err e, content;

	*out = (struct evidence){ 0 };
	if (json_bytes(entry, "statement", &statement) != ERR_OK)
		return ERR_USAGE;
	if (statement_read(buf_bytes(&statement), &s, &fault) != ERR_OK) {
		free(statement.ptr);
		return ERR_USAGE;
	}
	e = check_signatures(entry, buf_bytes(&statement), out);
	content = check_content(entry, &s, out);
	free(statement.ptr);
	return content != ERR_OK ? content : e;
}
