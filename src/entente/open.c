/* A content file, opened without a node: by its file key or by a secret. */
#include "api/entry_reply.h"
#include "base/alloc.h"
#include "crypto/hash.h"
#include "entente/refuse.h"
#include "entente/rows.h"
#include "entente/say.h"
#include "entente/unseal.h"
#include "entente/words.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "file-key", N_("HEX"), N_("the file's key, which entente disclose gave") },
	{ "to", N_("FILE"), N_("write what was sealed into this file, as it is") },
	{ NULL, NULL, NULL },
};

static enum exit_code read_key(const struct options *o, uint8_t key[AGE_FILE_KEY_LEN])
{
	if (bytes_read_hex(bytes_str(option_value(o, "file-key")), key, AGE_FILE_KEY_LEN) == ERR_OK)
		return EXIT_DONE;
	say_error(_("A file key has 32 digits, 0 to 9 and a to f."));
	say_next("entente disclose PLACE");
	return EXIT_USAGE;
}

static enum exit_code say_closed(const struct options *o, enum err e, const struct fault *fault)
{
	const char *path = o->arguments[0];

	if (e == ERR_NOT_FOUND || e == ERR_REFUSED)
		say_error(_("No secret here opens {1}."), path);
	else if (strcmp(fault->rule, "age.mac") == 0)
		say_error(_("That key is not the one of {1}."), path);
	else
		say_error(_("{1} is no whole age file: {2}."), path, fault->rule);
	say_next(_("entente open FILE --file-key HEX, or --identity FILE; docs/spec/seal.md explains the "
		   "rules"));
	return e == ERR_NOT_FOUND || e == ERR_REFUSED ? EXIT_REFUSED : EXIT_INTEGRITY;
}

static enum exit_code unlock(const struct options *o, const struct identities *ids, struct bytes file,
			     struct buf *plain)
{
	uint8_t key[AGE_FILE_KEY_LEN];
	struct fault fault = { "", 0 };
	enum exit_code code = EXIT_DONE;
	enum err e;

	if (!option_is_given(o, "file-key")) {
		e = age_open(file, ids->of, ids->count, plain, NULL, &fault);
	} else {
		code = read_key(o, key);
		if (code != EXIT_DONE)
			return code;
		e = age_open_by_key(file, key, plain, &fault);
		age_wipe(key, sizeof key);
	}
	return e == ERR_OK ? EXIT_DONE : say_closed(o, e, &fault);
}

static void say_content(const struct content *c)
{
	if (c->subject.len > 0) {
		say(_("subject: "));
		say_text(c->subject);
		say("\n");
	}
	for (size_t i = 0; i < c->portions_count; i++) {
		say_text(c->portions[i].text);
		say("\n");
	}
	for (size_t i = 0; i < c->attachments_count; i++) {
		say(_("attachment {1}: "), say_number(i + 1));
		say_text(c->attachments[i].name);
		say("\n");
	}
}

static void say_json(struct bytes file, struct bytes plain)
{
	const size_t size = 1u << 20;
	uint8_t hash[HASH_LEN];
	struct buf text;
	struct reply r = { &text };

	buf_init(&text, xcalloc(1, size), size);
	hash_sha256(file, hash);
	reply_object(&r, NULL);
	reply_str(&r, "err", "OK");
	reply_hex(&r, "hash", BYTES_OF(hash));
	reply_content(&r, NULL, NULL, plain);
	reply_object_end(&r);
	fwrite(text.ptr, 1, text.len, stdout);
	say("\n");
	age_wipe(text.ptr, text.len);
	free(text.ptr);
}

static enum exit_code show(const struct options *o, struct bytes file, struct bytes plain)
{
	const char *to = option_value(o, "to");
	struct content content;
	struct fault fault;

	if (to != NULL)
		return file_write_new(to, plain, 0600) == ERR_OK ? EXIT_DONE : refuse_unwritable(to);
	if (o->is_json) {
		say_json(file, plain);
		return EXIT_DONE;
	}
	if (content_read(plain, &content, &fault) == ERR_OK) {
		say_content(&content);
		return EXIT_DONE;
	}
	say_error(_("What was sealed is no content of the record: {1}."), fault.rule);
	say_next(_("the same command with --to FILE, which writes it as it is"));
	return EXIT_INTEGRITY;
}

static enum exit_code run(struct options *o)
{
	const size_t size = ATTACHMENT_LEN_MAX;
	struct identities ids;
	struct buf file, plain;
	enum exit_code code = identities_open(&ids, o);

	if (code != EXIT_DONE)
		return code;
	buf_init(&file, xcalloc(1, size), size);
	buf_init(&plain, xcalloc(1, size), size);
	if (file_read(o->arguments[0], &file) != ERR_OK)
		code = refuse_missing(o->arguments[0]);
	if (code == EXIT_DONE)
		code = unlock(o, &ids, buf_bytes(&file), &plain);
	if (code == EXIT_DONE)
		code = show(o, buf_bytes(&file), buf_bytes(&plain));
	identities_close(&ids);
	age_wipe(plain.ptr, plain.len);
	free(plain.ptr);
	free(file.ptr);
	return code;
}

const struct command_row command_open = {
	"open",
	"FILE",
	1,
	1,
	N_("open a sealed content file, by its file key or your secrets; needs no node"),
	options,
	run,
	false,
};
