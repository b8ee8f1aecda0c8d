#include "base/alloc.h"
#include "entente/accord_dir.h"
#include "entente/init.h"
#include "entente/refuse.h"
#include "entente/registrar.h"
#include "entente/say.h"
#include "entente/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_FILE_MAX (ENTRY_LEN_MAX + SSHSIG_LEN_MAX + 64u)

/* ---- The accord: every file as it is, in a folder named by its hash. ---- */

enum exit_code init_copy_file(const char *to, struct bytes name, struct bytes content)
{
	char path[FILE_PATH_MAX], file[FILE_PATH_MAX];

	if (bytes_copy_str(name, file, sizeof file) != ERR_OK || file_path(path, to, file) != ERR_OK)
		return EXIT_USAGE;
	/* Folders on the way: names come from file_list, so they do not leave `to`. */
	for (char *at = path + strlen(to) + 1; *at != '\0'; at++) {
		enum err e;
		if (*at != '/')
			continue;
		*at = '\0';
		e = file_make_dir(path);
		*at = '/';
		if (e != ERR_OK)
			return refuse_unwritable(path);
	}
	return file_write(path, content, 0644) == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
}

enum exit_code init_copy_accord(const struct accord_dir *d, const char *home, const char *hash)
{
	char to[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;

	if ((size_t)snprintf(to, sizeof to, "%s/accord", home) >= sizeof to || file_make_dir(to) != ERR_OK)
		return refuse_unwritable(to);
	if ((size_t)snprintf(to, sizeof to, "%s/accord/%s", home, hash) >= sizeof to ||
	    file_make_dir(to) != ERR_OK)
		return refuse_unwritable(to);
	for (size_t i = 0; code == EXIT_DONE && i < d->files_count; i++)
		code = init_copy_file(to, d->files[i].name, d->files[i].content);
	for (size_t i = 0; code == EXIT_DONE && i < d->signatures_count; i++)
		code = init_copy_file(to, d->signature_names[i], d->signatures[i]);
	return code == EXIT_DONE ? init_copy_file(to, BYTES_LIT("MANIFEST"), d->manifest) : code;
}

/* ---- The node keys. ---- */

static enum exit_code copy_keys(const char *from, const char *home)
{
	static const struct {
		const char *name;
		unsigned mode;
	} files[] = { { "log", 0600 },	   { "mirror", 0600 },	   { "tls", 0600 },
		      { "log.pub", 0644 }, { "mirror.pub", 0644 }, { "tls.pub", 0644 } };
	char to[FILE_PATH_MAX], path[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;
	uint8_t memory[1024];

	if ((size_t)snprintf(to, sizeof to, "%s/keys", home) >= sizeof to || file_make_dir(to) != ERR_OK)
		return refuse_unwritable(to);
	for (size_t i = 0; code == EXIT_DONE && i < ARRAY_COUNT(files); i++) {
		struct buf content = BUF_ON(memory);
		if (file_path(path, from, files[i].name) == ERR_OK && file_read(path, &content) == ERR_OK) {
			code = init_write(to, files[i].name, buf_bytes(&content), files[i].mode);
			continue;
		}
		say_error(_("The key {1} cannot be read."), path);
		say_next("entente init keys PARTY --to DIR");
		code = EXIT_NOT_FOUND;
	}
	explicit_bzero(memory, sizeof memory);
	return code;
}

/* ---- Settings. ---- */

static enum exit_code bad_option(const char *name, const char *value, const char *form)
{
	say_error(_("--{1} {2} is not of the form {3}."), name, value, form);
	say_next(_("see entente {1} --help"), "init");
	return EXIT_USAGE;
}

static enum exit_code put_listens(const struct options *o, struct buf *out)
{
	struct bytes name, address;
	const char *value;
	size_t at = 0;
	bool has_section = false;

	while ((value = option_next(o, "listen", &at)) != NULL) {
		address = bytes_str(value);
		if (bytes_take_until(&address, '=', &name) != ERR_OK || !is_party_name(name) ||
		    address.len == 0)
			return bad_option("listen", value, "NAME=ADDRESS");
		if (!has_section)
			buf_put_str(out, "\n[listen]\n");
		has_section = true;
		buf_put(out, name);
		buf_put_str(out, " = ");
		buf_put(out, address);
		buf_put_byte(out, '\n');
	}
	return EXIT_DONE;
}

static enum exit_code put_paths(const struct options *o, struct buf *out)
{
	struct bytes name, peer, way, key;
	const char *value;
	size_t at = 0;

	while ((value = option_next(o, "path", &at)) != NULL) {
		way = bytes_str(value);
		if (bytes_take_until(&way, '=', &name) != ERR_OK ||
		    bytes_take_until(&name, '/', &peer) != ERR_OK ||
		    bytes_take_until(&way, ':', &key) != ERR_OK || !is_party_name(peer) ||
		    !is_party_name(name) ||
		    (!bytes_equal(key, BYTES_LIT("connect")) && !bytes_equal(key, BYTES_LIT("listen"))))
			return bad_option("path", value, "PEER/NAME=connect:ADDRESS, PEER/NAME=listen:NAME");
		buf_put_str(out, "\n[path ");
		buf_put(out, peer);
		buf_put_byte(out, '/');
		buf_put(out, name);
		buf_put_str(out, "]\n");
		buf_put(out, key);
		buf_put_str(out, " = ");
		buf_put(out, way);
		buf_put_byte(out, '\n');
	}
	return EXIT_DONE;
}

static enum exit_code write_settings(const struct options *o, const char *party, const char *hash)
{
	uint8_t memory[16384];
	struct buf out = BUF_ON(memory);
	enum exit_code code;

	buf_put_str(&out, "[node]\nparty = ");
	buf_put_str(&out, party);
	buf_put_str(&out, "\naccord = ");
	buf_put_str(&out, hash);
	buf_put_byte(&out, '\n');
	code = put_listens(o, &out);
	if (code == EXIT_DONE)
		code = put_paths(o, &out);
	if (code == EXIT_DONE && buf_check(&out) != ERR_OK)
		code = EXIT_USAGE;
	return code == EXIT_DONE ? init_write(o->home, "settings", buf_bytes(&out), 0600) : code;
}

/* ---- The first statements: open, then a key for each officer. ---- */

struct first {
	const struct options *options;
	const struct accord *accord;
	const char *party;
	struct officer registrar;
	char dir[FILE_PATH_MAX];
	unsigned number;
};

static enum exit_code first_draft(struct draft *d, const struct first *f, enum kind kind)
{
	const char *names[PARTY_MAX];

	for (size_t i = 0; i < f->accord->parties_count; i++)
		names[i] = f->accord->parties[i].name;
	return registrar_draft(d, kind, f->options, BYTES_OF(f->accord->id), f->party, names,
			       f->accord->parties_count);
}

static enum exit_code first_write(struct first *f, struct draft *d, const char *what)
{
	uint8_t *memory = xcalloc(1, STATEMENT_FILE_MAX);
	struct buf out;
	char name[64];
	enum exit_code code = draft_sign(d, &f->registrar);

	buf_init(&out, memory, STATEMENT_FILE_MAX);
	cbor_put_array(&out, 2);
	cbor_put_bytes(&out, buf_bytes(&d->statement_bytes));
	cbor_put_array(&out, 1);
	cbor_put_bytes(&out, buf_bytes(&d->signature));
	snprintf(name, sizeof name, "%03u-%s.statement", f->number++, what);
	if (code == EXIT_DONE)
		code = init_write(f->dir, name, buf_bytes(&out), 0600);
	free(memory);
	return code;
}

static enum exit_code first_open(struct first *f)
{
	struct draft d;
	enum exit_code code = first_draft(&d, f, KIND_OPEN);

	registrar_fill_open(&d, f->accord->hash);
	if (code == EXIT_DONE)
		code = first_write(f, &d, "open");
	draft_close(&d);
	return code;
}

/* "watch,head=kim.pub"; holders are numbered in the order in which they are named. */
static enum exit_code first_officer(struct first *f, const char *value, uint64_t holder)
{
	const char *equals = strchr(value, '=');
	uint8_t memory[SSH_PUBLIC_MAX];
	struct buf wire = BUF_ON(memory);
	char roles[1024];
	enum exit_code code;
	struct draft d;

	if (equals == NULL ||
	    bytes_copy_str((struct bytes){ (const uint8_t *)value, (size_t)(equals - value) }, roles,
			   sizeof roles) != ERR_OK)
		return bad_option("officer", value, "ROLE[,ROLE]=FILE");
	if (public_key_read(equals + 1, &wire) != ERR_OK || ssh_public_check(buf_bytes(&wire)) != ERR_OK) {
		say_error(_("{1} is no public key that can sign here."), equals + 1);
		say_next("ssh-keygen -t ed25519");
		return EXIT_NOT_FOUND;
	}
	code = first_draft(&d, f, KIND_KEYS);
	if (code == EXIT_DONE)
		code = registrar_fill_key(&d, false, KEY_USE_OFFICER, buf_bytes(&wire), holder, roles);
	if (code == EXIT_DONE)
		code = first_write(f, &d, "key");
	draft_close(&d);
	return code;
}

static enum exit_code write_first(struct first *f)
{
	enum exit_code code;
	const char *officer;
	uint64_t holder = 1;
	size_t at = 0;

	if ((size_t)snprintf(f->dir, sizeof f->dir, "%s/first", f->options->home) >= sizeof f->dir ||
	    file_make_dir(f->dir) != ERR_OK)
		return refuse_unwritable(f->dir);
	memcpy(f->registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
	code = first_open(f);
	while (code == EXIT_DONE && (officer = option_next(f->options, "officer", &at)) != NULL)
		code = first_officer(f, officer, holder++);
	return code;
}

/* ---- All of it. ---- */

static enum exit_code check_accord(struct accord_dir *d, const char *path)
{
	enum err e = accord_dir_open(d, path);
	const char *bad;

	if (e == ERR_OK)
		e = accord_dir_check(d);
	if (e != ERR_OK) {
		say_error(_("{1} is no accord that holds its rules: {2}."), path, _(err_text(e)));
		say_next("entente accord check {1}", path);
		return EXIT_REFUSED;
	}
	for (size_t i = 0; i < d->accord->parties_count; i++) {
		if (accord_dir_is_signed(d, NULL, i, &bad) && bad == NULL)
			continue;
		say_error(_("The accord is not in force: {1} has not signed."), d->accord->parties[i].code);
		say_next("entente accord sign {1} --key ROOT", path);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code open_registrar(struct first *f, const char *keys)
{
	const char *given = option_value(f->options, "registrar");
	char path[FILE_PATH_MAX];
	struct options o = *f->options;
	static const struct option_row row = { "key", "FILE", "" };

	if (given == NULL && file_path(path, keys, "registrar") != ERR_OK)
		return EXIT_USAGE;
	if (o.given_count == OPTIONS_GIVEN_MAX)
		return EXIT_USAGE;
	o.given[o.given_count].row = &row;
	o.given[o.given_count++].value = given == NULL ? path : given;
	return officer_open(&f->registrar, &o);
}

static enum exit_code make_home(const struct options *o, struct accord_dir *d, const char *party,
				const char *keys)
{
	struct first f = { .options = o, .accord = d->accord, .party = party };
	char hash[2 * HASH_LEN + 1];
	enum exit_code code;

	if (accord_party_find(d->accord, bytes_str(party)) == d->accord->parties_count) {
		say_error(_("{1} is no party of this accord."), party);
		say_next("entente accord show {1}", d->path);
		return EXIT_NOT_FOUND;
	}
	code = open_registrar(&f, keys);
	if (code != EXIT_DONE)
		return code;
	bytes_write_hex(BYTES_OF(d->accord->hash), hash);
	if (file_make_dir(o->home) != ERR_OK)
		code = refuse_unwritable(o->home);
	if (code == EXIT_DONE)
		code = write_settings(o, party, hash);
	if (code == EXIT_DONE)
		code = init_copy_accord(d, o->home, hash);
	if (code == EXIT_DONE)
		code = copy_keys(keys, o->home);
	if (code == EXIT_DONE)
		code = write_first(&f);
	officer_close(&f.registrar);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("home", o->home);
	else if (code == EXIT_DONE)
		say(_("{1} is ready; start it: entente serve --home {1}\n"), o->home);
	return code;
}

enum exit_code init_home(struct options *o)
{
	const char *party = option_value(o, "party"), *accord = option_value(o, "accord"),
		   *keys = option_value(o, "keys");
	struct accord_dir d;
	enum exit_code code;

	if (party == NULL || accord == NULL || keys == NULL) {
		say_error(_("A home needs --party, --accord and --keys."));
		say_next("entente init home --home DIR --party PARTY --accord DIR --keys DIR --officer "
			 "watch=FILE");
		return EXIT_USAGE;
	}
	code = check_accord(&d, accord);
	if (code == EXIT_DONE)
		code = make_home(o, &d, party, keys);
	accord_dir_close(&d);
	return code;
}
