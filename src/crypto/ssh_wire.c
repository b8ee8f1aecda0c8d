#include "crypto/ssh_wire.h"

#include "base/limits.h"
#include "crypto/p256.h"
#include "crypto/sshsig.h"

#include <sodium.h>
#include <string.h>

#define LINE_LEN 70u	 /* what ssh-keygen writes */
#define LINE_LEN_MAX 76u /* what PROTOCOL.sshsig recommends */

_Static_assert(SSH_ARMOUR_MAX >= SSHSIG_LEN_MAX, "every signature that the record takes has an armour");

static const struct ssh_key_type types[] = {
	{ "ssh-ed25519", false, false },
	{ "sk-ssh-ed25519@openssh.com", false, true },
	{ "ecdsa-sha2-nistp256", true, false },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", true, true },
};

enum err ssh_take_u32(struct bytes *in, uint32_t *out)
{
	struct bytes part;

	if (bytes_take(in, 4, &part) != ERR_OK)
		return ERR_VERIFY;
	*out = be32_get(part.ptr);
	return ERR_OK;
}

enum err ssh_take_string(struct bytes *in, struct bytes *out)
{
	uint32_t len;

	if (ssh_take_u32(in, &len) != ERR_OK || bytes_take(in, len, out) != ERR_OK)
		return ERR_VERIFY;
	return ERR_OK;
}

enum err ssh_expect_string(struct bytes *in, struct bytes want)
{
	struct bytes got;

	if (ssh_take_string(in, &got) != ERR_OK || !bytes_equal(got, want))
		return ERR_VERIFY;
	return ERR_OK;
}

void ssh_put_string(struct buf *out, struct bytes string)
{
	buf_put_be32(out, (uint32_t)string.len);
	buf_put(out, string); /* no buffer has room for one that is longer than 32 bits say */
}

enum err ssh_key_read(struct bytes wire, struct ssh_key *out)
{
	struct ssh_key key = { 0 };
	struct bytes name;

	if (wire.len > SSH_PUBLIC_MAX || ssh_take_string(&wire, &name) != ERR_OK)
		return ERR_VERIFY;
	for (size_t i = 0; i < ARRAY_COUNT(types) && key.type == NULL; i++) {
		if (bytes_equal(name, bytes_str(types[i].name)))
			key.type = &types[i];
	}
	if (key.type == NULL)
		return ERR_VERIFY;
	if (key.type->is_p256 && ssh_expect_string(&wire, BYTES_LIT("nistp256")) != ERR_OK)
		return ERR_VERIFY;
	if (ssh_take_string(&wire, &key.point) != ERR_OK)
		return ERR_VERIFY;
	if (key.point.len != (key.type->is_p256 ? (size_t)P256_POINT_LEN : (size_t)SIGN_PUBLIC_LEN))
		return ERR_VERIFY;
	if (key.type->is_token &&
	    (ssh_take_string(&wire, &key.application) != ERR_OK || key.application.len == 0 ||
	     memchr(key.application.ptr, 0, key.application.len) != NULL))
		return ERR_VERIFY;
	if (wire.len != 0)
		return ERR_VERIFY;
	*out = key;
	return ERR_OK;
}

void ssh_armour_write(const char *begin, const char *end, struct bytes in, struct buf *out)
{
	char group[5];
	size_t column = 0;

	buf_put_str(out, begin);
	buf_put_byte(out, '\n');
	for (size_t i = 0; i < in.len; i += 3) {
		size_t len = in.len - i < 3 ? in.len - i : 3;
		bytes_write_base64((struct bytes){ in.ptr + i, len }, group);
		for (size_t j = 0; j < 4; j++) {
			buf_put_byte(out, (uint8_t)group[j]);
			if (++column == LINE_LEN) {
				buf_put_byte(out, '\n');
				column = 0;
			}
		}
	}
	if (column > 0)
		buf_put_byte(out, '\n');
	buf_put_str(out, end);
	buf_put_byte(out, '\n');
	sodium_memzero(group, sizeof group);
}

enum err ssh_armour_read(const char *begin, const char *end, struct bytes text, struct buf *out)
{
	uint8_t digits[BASE64_LEN(SSH_ARMOUR_MAX)];
	struct buf joined = BUF_ON(digits);
	struct bytes line;
	size_t len = 0;
	enum err e = ERR_VERIFY;

	if (bytes_take_until(&text, '\n', &line) != ERR_OK || !bytes_equal(line, bytes_str(begin)))
		return ERR_VERIFY;
	while (bytes_take_until(&text, '\n', &line) == ERR_OK && !bytes_equal(line, bytes_str(end))) {
		if (line.len == 0 || line.len > LINE_LEN_MAX)
			goto out;
		buf_put(&joined, line);
	}
	/* Either the end mark was a line, or it is what is left. */
	if (!bytes_equal(line, bytes_str(end))) {
		line = text;
		text.len = 0;
	}
	if (!bytes_equal(line, bytes_str(end)) || text.len != 0 || joined.len == 0)
		goto out;
	if (joined.full || out->full) {
		e = ERR_LIMIT;
		goto out;
	}
	e = bytes_read_base64(buf_bytes(&joined), out->ptr + out->len, out->max - out->len, &len);
	if (e == ERR_OK)
		out->len += len;
	else if (e != ERR_LIMIT)
		e = ERR_VERIFY;
out:
	sodium_memzero(digits, sizeof digits); /* a private key has this armour too */
	return e;
}
