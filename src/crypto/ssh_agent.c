/* The two requests of the agent protocol that signing needs (draft-miller-ssh-agent sections 4.4 and 4.6). */
#include "crypto/ssh_wire.h"
#include "crypto/sshsig.h"

#define AGENT_FAILURE 5
#define AGENT_REQUEST_IDENTITIES 11
#define AGENT_IDENTITIES_ANSWER 12
#define AGENT_SIGN_REQUEST 13
#define AGENT_SIGN_RESPONSE 14

void ssh_agent_write_sign(struct bytes public_key, struct bytes message, struct buf *out)
{
	size_t start = out->len;
	uint8_t *len = buf_reserve(out, 4);

	buf_put_byte(out, AGENT_SIGN_REQUEST);
	ssh_put_string(out, public_key);
	ssh_put_string(out, message);
	buf_put_be32(out, 0); /* flags: they choose among RSA's hashes */
	if (!out->full)
		be32_put(len, (uint32_t)(out->len - start - 4));
}

void ssh_agent_write_list(struct buf *out)
{
	buf_put_be32(out, 1);
	buf_put_byte(out, AGENT_REQUEST_IDENTITIES);
}

/* What an answer of this kind holds. */
static enum err open_answer(struct bytes answer, uint8_t kind, struct bytes *payload)
{
	struct bytes prefix;
	uint32_t len;

	if (bytes_take(&answer, 4, &prefix) != ERR_OK)
		return ERR_SHORT;
	len = be32_get(prefix.ptr);
	if (len == 0 || len > SSH_AGENT_LEN_MAX - 4)
		return ERR_VERIFY;
	if (answer.len < len)
		return ERR_SHORT;
	if (answer.len > len)
		return ERR_VERIFY;
	if (answer.ptr[0] == AGENT_FAILURE)
		return ERR_REFUSED;
	if (answer.ptr[0] != kind)
		return ERR_VERIFY;
	*payload = (struct bytes){ answer.ptr + 1, answer.len - 1 };
	return ERR_OK;
}

enum err ssh_agent_read_sign(struct bytes answer, struct bytes *signature)
{
	struct bytes payload, read;
	enum err e = open_answer(answer, AGENT_SIGN_RESPONSE, &payload);

	if (e != ERR_OK)
		return e;
	if (ssh_take_string(&payload, &read) != ERR_OK || payload.len != 0)
		return ERR_VERIFY;
	*signature = read;
	return ERR_OK;
}

enum err ssh_agent_read_list(struct bytes answer, struct arena *a, struct ssh_agent_key **out, size_t *count)
{
	struct ssh_agent_key *keys;
	struct bytes payload;
	uint32_t claimed;
	enum err e = open_answer(answer, AGENT_IDENTITIES_ANSWER, &payload);

	if (e != ERR_OK)
		return e;
	/* Each key has two lengths at least: the bytes that came bound what is allocated. */
	if (ssh_take_u32(&payload, &claimed) != ERR_OK || claimed > payload.len / 8)
		return ERR_VERIFY;
	keys = arena_alloc(a, claimed, sizeof *keys);
	if (keys == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < claimed; i++) {
		if (ssh_take_string(&payload, &keys[i].public_key) != ERR_OK ||
		    ssh_take_string(&payload, &keys[i].comment) != ERR_OK)
			return ERR_VERIFY;
	}
	if (payload.len != 0)
		return ERR_VERIFY;
	*out = keys;
	*count = claimed;
	return ERR_OK;
}
