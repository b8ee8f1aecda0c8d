/* SSH keys as files and lines (PROTOCOL.key). */
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "crypto/ssh_wire.h"
#include "crypto/sshsig.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define KEY_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define KEY_END "-----END OPENSSH PRIVATE KEY-----"
#define KEY_MAGIC "openssh-key-v1\0"
#define KEY_BLOCK_LEN 8u /* the cipher "none" counts in blocks of 8 */

void ssh_public_write(const uint8_t public[SIGN_PUBLIC_LEN], struct buf *out)
{
	ssh_put_string(out, BYTES_LIT("ssh-ed25519"));
	ssh_put_string(out, (struct bytes){ public, SIGN_PUBLIC_LEN });
}

enum err ssh_public_check(struct bytes wire)
{
	struct ssh_key key;
	bool is_good;

	if (ssh_key_read(wire, &key) != ERR_OK)
		return ERR_VERIFY;
	is_good = key.type->is_p256 ? p256_is_good_public(key.point.ptr) : sign_is_good_public(key.point.ptr);
	return is_good ? ERR_OK : ERR_VERIFY;
}

/* The next word of a line, without the space behind it. */
static struct bytes take_word(struct bytes *line)
{
	struct bytes word;

	if (bytes_take_until(line, ' ', &word) == ERR_OK)
		return word;
	word = *line;
	line->ptr += line->len;
	line->len = 0;
	return word;
}

enum err ssh_public_read_line(struct bytes line, struct buf *wire, struct bytes *comment)
{
	struct bytes type, base64, name, read;
	uint8_t key[SSH_PUBLIC_MAX];
	size_t len;
	enum err e;

	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] < 0x20 || line.ptr[i] == 0x7f)
			return ERR_USAGE;
	}
	if (line.len == 0 || !bytes_is_utf8(line))
		return ERR_USAGE;
	type = take_word(&line);
	base64 = take_word(&line);
	e = bytes_read_base64(base64, key, sizeof key, &len);
	if (e != ERR_OK)
		return e == ERR_LIMIT ? ERR_VERIFY : ERR_USAGE;
	read = (struct bytes){ key, len };
	/* The word in front says what the key says itself. */
	if (ssh_take_string(&read, &name) != ERR_OK || !bytes_equal(name, type))
		return ERR_USAGE;
	e = ssh_public_check((struct bytes){ key, len });
	if (e != ERR_OK)
		return e;
	buf_put(wire, (struct bytes){ key, len });
	if (buf_check(wire) != ERR_OK)
		return ERR_LIMIT;
	*comment = line;
	return ERR_OK;
}

void ssh_public_write_line(struct bytes wire, const char *comment, struct buf *out)
{
	struct ssh_key key;
	enum err e = ssh_key_read(wire, &key);

	assert(e == ERR_OK);
	buf_put_str(out, key.type->name);
	buf_put_byte(out, ' ');
	buf_put_base64(out, wire);
	if (comment[0] != '\0') {
		buf_put_byte(out, ' ');
		buf_put_str(out, comment);
	}
	buf_put_byte(out, '\n');
}

void ssh_fingerprint(struct bytes wire, char out[SSH_FINGERPRINT_LEN])
{
	static const char prefix[] = "SHA256:";
	uint8_t hash[HASH_LEN];
	char text[BASE64_LEN(HASH_LEN) + 1];

	_Static_assert(sizeof prefix - 1 + BASE64_LEN(HASH_LEN) - 1 + 1 == SSH_FINGERPRINT_LEN,
		       "without the padding");
	hash_sha256(wire, hash);
	bytes_write_base64(BYTES_OF(hash), text);
	memcpy(out, prefix, sizeof prefix - 1);
	memcpy(out + sizeof prefix - 1, text, BASE64_LEN(HASH_LEN) - 1);
	out[SSH_FINGERPRINT_LEN - 1] = '\0';
}

/* The part that a passphrase would encrypt; `public_key` is what the file says outside of it. */
static enum err read_secret_part(struct bytes in, struct bytes public_key, struct sign_key *out)
{
	struct bytes checks, public, secret, comment;
	struct sign_key k;
	enum err e = ERR_USAGE;

	/* Four bytes twice: who decrypts with a wrong passphrase finds others. */
	if (in.len % KEY_BLOCK_LEN != 0 || bytes_take(&in, 8, &checks) != ERR_OK ||
	    memcmp(checks.ptr, checks.ptr + 4, 4) != 0)
		return ERR_USAGE;
	if (ssh_expect_string(&in, BYTES_LIT("ssh-ed25519")) != ERR_OK ||
	    ssh_take_string(&in, &public) != ERR_OK || ssh_take_string(&in, &secret) != ERR_OK ||
	    ssh_take_string(&in, &comment) != ERR_OK)
		return ERR_USAGE;
	if (secret.len != sizeof k.secret || in.len >= KEY_BLOCK_LEN)
		return ERR_USAGE;
	for (size_t i = 0; i < in.len; i++) {
		if (in.ptr[i] != i + 1)
			return ERR_USAGE;
	}
	/* Three places name the public key; all must be that of the seed. */
	sign_key_from_seed(&k, secret.ptr);
	if (bytes_equal(secret, BYTES_OF(k.secret)) && bytes_equal(public, BYTES_OF(k.public)) &&
	    ssh_expect_string(&public_key, BYTES_LIT("ssh-ed25519")) == ERR_OK &&
	    ssh_expect_string(&public_key, public) == ERR_OK && public_key.len == 0) {
		*out = k;
		e = ERR_OK;
	}
	sign_key_wipe(&k);
	return e;
}

enum err ssh_private_read(struct bytes file, struct sign_key *out)
{
	uint8_t memory[SSH_ARMOUR_MAX];
	struct buf decoded = BUF_ON(memory);
	struct bytes in, magic, cipher, kdf, options, public_key, secret;
	uint32_t count;
	enum err e = ERR_USAGE;

	if (ssh_armour_read(KEY_BEGIN, KEY_END, file, &decoded) != ERR_OK)
		goto out;
	in = buf_bytes(&decoded);
	if (bytes_take(&in, sizeof KEY_MAGIC - 1, &magic) != ERR_OK ||
	    !bytes_equal(magic, BYTES_LIT(KEY_MAGIC)))
		goto out;
	if (ssh_take_string(&in, &cipher) != ERR_OK || ssh_take_string(&in, &kdf) != ERR_OK ||
	    ssh_take_string(&in, &options) != ERR_OK || ssh_take_u32(&in, &count) != ERR_OK || count != 1)
		goto out;
	if (ssh_take_string(&in, &public_key) != ERR_OK || ssh_take_string(&in, &secret) != ERR_OK)
		goto out;
	if (!bytes_equal(cipher, BYTES_LIT("none"))) {
		e = ERR_REFUSED;
		goto out;
	}
	if (bytes_equal(kdf, BYTES_LIT("none")) && options.len == 0 && in.len == 0)
		e = read_secret_part(secret, public_key, out);
out:
	sodium_memzero(memory, sizeof memory);
	return e;
}

void ssh_private_write(const struct sign_key *k, const char *comment, const uint8_t check[4], struct buf *out)
{
	uint8_t part_memory[512], file_memory[1024];
	struct buf part = BUF_ON(part_memory), file = BUF_ON(file_memory);

	buf_put(&part, (struct bytes){ check, 4 });
	buf_put(&part, (struct bytes){ check, 4 });
	ssh_public_write(k->public, &part);
	ssh_put_string(&part, BYTES_OF(k->secret));
	ssh_put_string(&part, bytes_str(comment));
	for (uint8_t i = 1; part.len % KEY_BLOCK_LEN != 0 && !part.full; i++)
		buf_put_byte(&part, i);

	buf_put(&file, BYTES_LIT(KEY_MAGIC));
	ssh_put_string(&file, BYTES_LIT("none"));
	ssh_put_string(&file, BYTES_LIT("none"));
	ssh_put_string(&file, (struct bytes){ NULL, 0 });
	buf_put_be32(&file, 1);
	buf_put_be32(&file, 4 + 11 + 4 + SIGN_PUBLIC_LEN);
	ssh_public_write(k->public, &file);
	ssh_put_string(&file, buf_bytes(&part));
	if (part.full)
		out->full = true; /* a comment that no key file of ours can have */
	else
		ssh_armour_write(KEY_BEGIN, KEY_END, buf_bytes(&file), out);
	sodium_memzero(part_memory, sizeof part_memory);
	sodium_memzero(file_memory, sizeof file_memory);
}
