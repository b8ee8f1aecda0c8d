/* The file key of one sealed message: it opens this one for whoever has its content file, and no other. */
#include "base/alloc.h"
#include "entente/refuse.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/unseal.h"
#include "entente/words.h"
#include "sys/file.h"
#include "wire/statement.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "content", N_("FILE"), N_("write the content as it is sealed into this file") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

/* The key and the sealed bytes of an entry that this terminal opens. */
static enum exit_code find_key(const json_t *entry, const struct identities *ids, const struct options *o,
			       struct buf *file, char key[2 * AGE_FILE_KEY_LEN + 1])
{
	uint8_t file_key[AGE_FILE_KEY_LEN];
	struct fault fault;
	struct buf plain;
	enum err e;

	buf_init(&plain, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	e = unseal(ids, o, buf_bytes(file), &plain, file_key, &fault);
	if (e == ERR_OK)
		bytes_write_hex(BYTES_OF(file_key), key);
	age_wipe(file_key, sizeof file_key);
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
	if (e == ERR_OK)
		return EXIT_DONE;
	say_error(_("No secret here opens {1}."), json_str(entry, "place"));
	say_next(_("the same command with --identity FILE, a secret of a post that it is sealed for: entente "
		   "read '{1}'"),
		 json_str(entry, "place"));
	return EXIT_REFUSED;
}

static enum exit_code get_sealed(const json_t *entry, struct buf *file)
{
	if (json_uint(json_object_get(entry, "content"), "sealing") == SEALING_NONE) {
		say_error(_("{1} is not sealed: whoever has its content reads it."),
			  json_str(entry, "place"));
		say_next("entente read '{1}'", json_str(entry, "place"));
		return EXIT_REFUSED;
	}
	if (json_bytes(entry, "content_bytes", file) == ERR_OK)
		return EXIT_DONE;
	say_error(_("The content of {1} is not here."), json_str(entry, "place"));
	say_next("entente read '{1}'", json_str(entry, "place"));
	return EXIT_NOT_FOUND;
}

static void say_key(const struct options *o, const json_t *entry, const char *key)
{
	const char *hash = json_str(json_object_get(entry, "content"), "hash");

	if (o->is_json) {
		json_t *out = json_pack("{s:s, s:s, s:s, s:s}", "err", "OK", "place",
					json_str(entry, "place"), "hash", hash, "file_key", key);
		json_say(out);
		json_decref(out);
		return;
	}
	say("{1}\n", key);
	fputs(_("this key opens the content of that hash and no other; it cannot be taken back\n"), stderr);
	fprintf(stderr, "%s\n", hash);
}

static enum exit_code disclose(const struct options *o, const struct identities *ids, const json_t *entry)
{
	const char *path = option_value(o, "content");
	char key[2 * AGE_FILE_KEY_LEN + 1];
	struct buf file = { 0 };
	enum exit_code code = get_sealed(entry, &file);

	if (code == EXIT_DONE)
		code = find_key(entry, ids, o, &file, key);
	if (code == EXIT_DONE && path != NULL && file_write_new(path, buf_bytes(&file), 0600) != ERR_OK)
		code = refuse_unwritable(path);
	if (code == EXIT_DONE)
		say_key(o, entry, key);
	age_wipe(key, sizeof key);
	free(file.ptr);
	return code;
}

static enum exit_code run(struct options *o)
{
	struct identities ids;
	json_t *entry = NULL;
	enum exit_code code = identities_open(&ids, o);
	struct client c;
	struct query q;

	if (code == EXIT_DONE && client_open(&c, o->home) != ERR_OK)
		code = (enum exit_code)client_absent(o->home);
	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	code = (enum exit_code)client_get(&c, &q, &entry);
	if (code == EXIT_DONE)
		code = disclose(o, &ids, entry);
	json_decref(entry);
	client_close(&c);
	identities_close(&ids);
	return code;
}

const struct command_row command_disclose = {
	"disclose",
	"PLACE",
	1,
	1,
	N_("give the key of one sealed message, by which anybody opens its content file"),
	options,
	run,
	false,
};
