#include "terminal/identity.h"

#include "base/alloc.h"
#include "home/words.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/random.h"
#include "terminal/client.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDENTITY_FILE_MAX (64u << 10)

/* ---- Files of keys: a line each, empty ones and remarks apart. ---- */

typedef enum err take_line(void *self, struct bytes line);

static enum err read_lines(const char *path, take_line *take, void *self)
{
	struct bytes rest, line;
	struct buf file;
	enum err e;

	buf_init(&file, xcalloc(1, IDENTITY_FILE_MAX), IDENTITY_FILE_MAX);
	e = file_read(path, &file);
	rest = buf_bytes(&file);
	while (e == ERR_OK && rest.len > 0) {
		if (bytes_take_until(&rest, '\n', &line) != ERR_OK) {
			line = rest;
			rest.len = 0;
		}
		if (line.len > 0 && line.ptr[0] != '#')
			e = take(self, line);
	}
	explicit_bzero(file.ptr, file.max);
	free(file.ptr);
	return e;
}

static enum err take_identity(void *self, struct bytes line)
{
	struct identities *ids = self;

	if (ids->count == AGE_IDENTITIES_MAX)
		return ERR_LIMIT;
	return age_identity_read(line, &ids->of[ids->count]) == ERR_OK ? (ids->count++, ERR_OK) : ERR_VERIFY;
}

struct recipients {
	struct age_recipient *of;
	size_t count;
};

static enum err take_recipient(void *self, struct bytes line)
{
	struct recipients *list = self;

	if (list->count == AGE_RECIPIENTS_MAX)
		return ERR_LIMIT;
	return age_recipient_read(line, &list->of[list->count]) == ERR_OK ? (list->count++, ERR_OK)
									  : ERR_VERIFY;
}

enum err recipients_read_file(const char *path, struct age_recipient *out, size_t *count)
{
	struct recipients list = { out, 0 };
	enum err e = read_lines(path, take_recipient, &list);

	*count = list.count;
	return e == ERR_OK && list.count == 0 ? ERR_VERIFY : e;
}

/* ---- The secrets of this terminal. ---- */

static enum exit_code read_identities(struct identities *ids, const char *path)
{
	size_t before = ids->count;
	enum err e = read_lines(path, take_identity, ids);

	if (e == ERR_OK && ids->count > before)
		return EXIT_DONE;
	if (e == ERR_NOT_FOUND)
		say_error(_("There is no file {1} with age secrets."), path);
	else if (e == ERR_LIMIT)
		say_error(_("There are more age secrets than {1}."), say_number(AGE_IDENTITIES_MAX));
	else
		say_error(_("{1} is no file of age secrets: a line AGE-SECRET-KEY-1... each."), path);
	say_next("entente keys --new-identity FILE");
	return e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_USAGE;
}

enum exit_code identities_open(struct identities *ids, const struct options *o)
{
	const char *path, *fallback = getenv("ENTENTE_IDENTITY");
	enum exit_code code = EXIT_DONE;
	size_t at = 0;

	ids->count = 0;
	if (!option_is_given(o, "identity"))
		return fallback == NULL || fallback[0] == '\0' ? EXIT_DONE : read_identities(ids, fallback);
	while (code == EXIT_DONE && (path = option_next(o, "identity", &at)) != NULL)
		code = read_identities(ids, path);
	return code;
}

void identities_close(struct identities *ids)
{
	age_wipe(ids, sizeof *ids);
}

/* ---- Making one. ---- */

static void put_identity(enum age_kind kind, struct buf *secrets, struct buf *keys)
{
	struct age_identity id = { .kind = kind };
	struct age_recipient key;
	size_t from = keys->len;

	random_read(id.secret, sizeof id.secret);
	if (age_identity_recipient(&id, &key) == ERR_OK) {
		age_recipient_write(&key, keys);
		buf_put_str(secrets, "# public key: ");
		buf_put(secrets, (struct bytes){ keys->ptr + from, keys->len - from });
		buf_put_byte(secrets, '\n');
		age_identity_write(&id, secrets);
		buf_put_byte(secrets, '\n');
		buf_put_byte(keys, '\n');
	}
	age_wipe(&id, sizeof id);
}

static enum err write_pair(const char *path, const char *public_path, const struct buf *secrets,
			   const struct buf *keys)
{
	enum err e;

	if (file_exists(path) || file_exists(public_path))
		return ERR_EXISTS;
	e = file_write_new(path, buf_bytes(secrets), 0600);
	return e == ERR_OK ? file_write_new(public_path, buf_bytes(keys), 0644) : e;
}

enum exit_code identity_make(const char *path, bool is_json)
{
	char public_path[FILE_PATH_MAX], secrets_memory[3 * AGE_TEXT_LEN_MAX],
		keys_memory[2 * AGE_TEXT_LEN_MAX];
	struct buf secrets = BUF_ON(secrets_memory), keys = BUF_ON(keys_memory);
	bool has_hybrid = age_kind_is_here(AGE_HYBRID);
	enum err e = ERR_LIMIT;

	put_identity(AGE_X25519, &secrets, &keys);
	if (has_hybrid)
		put_identity(AGE_HYBRID, &secrets, &keys);
	if ((size_t)snprintf(public_path, sizeof public_path, "%s.pub", path) < sizeof public_path)
		e = write_pair(path, public_path, &secrets, &keys);
	age_wipe(secrets_memory, sizeof secrets_memory);
	if (e != ERR_OK)
		return e == ERR_EXISTS ? refuse_existing(path) : refuse_unwritable(path);
	if (is_json) {
		json_say_done("public", public_path);
		return EXIT_DONE;
	}
	say(_("{1} holds the secrets and stays on this terminal; {1}.pub goes to the registrar\n"), path);
	if (!has_hybrid)
		say(_("X25519 alone: this machine's OpenSSL has no ML-KEM-768, which 3.5 and later have\n"));
	return EXIT_DONE;
}
