#include "base/alloc.h"
#include "compose/registrar.h"
#include "entente/accord_life.h"
#include "entente/init.h"
#include "home/settings.h"
#include "home/words.h"
#include "policy/policy.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

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

static enum exit_code refuse_key(const char *path)
{
	say_error(_("The key {1} cannot be read."), path);
	say_next("entente init keys PARTY --to DIR");
	return EXIT_NOT_FOUND;
}

/* The seed is the one of the key that the accord has: another one's notes nobody could read. */
static enum exit_code check_node_key(const struct accord_key *key, const struct accord_party *party,
				     const char *dir, const char *name)
{
	char path[FILE_PATH_MAX];
	uint8_t memory[2 * SIGN_SEED_LEN + 2], seed[SIGN_SEED_LEN];
	struct buf text = BUF_ON(memory);
	struct sign_key own = { 0 };
	bool is_ours = false;
	enum err e = file_path(path, dir, name);

	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK && text.len > 0)
		e = bytes_read_hex((struct bytes){ memory, text.len - 1 }, seed, sizeof seed);
	if (e == ERR_OK) {
		sign_key_from_seed(&own, seed);
		is_ours = key != NULL && bytes_equal(key->key, BYTES_OF(own.public));
	}
	explicit_bzero(memory, sizeof memory);
	explicit_bzero(seed, sizeof seed);
	sign_key_wipe(&own);
	if (e != ERR_OK)
		return refuse_key(path);
	if (is_ours)
		return EXIT_DONE;
	say_error(_("{1}/{2} is not the key that the accord has for {3}."), dir, name, party->code);
	say_next(_("put the one there that entente init keys made for {1}"), party->name);
	return EXIT_REFUSED;
}

static enum exit_code check_node_keys(const struct accord *a, size_t self, const char *dir)
{
	static const struct {
		const char *name;
		enum accord_key_use use;
	} rows[] = { { "log", ACCORD_KEY_LOG }, { "mirror", ACCORD_KEY_MIRROR }, { "tls", ACCORD_KEY_TLS } };
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; code == EXIT_DONE && i < ARRAY_COUNT(rows); i++)
		code = check_node_key(accord_key_find(a, self, rows[i].use), &a->parties[self], dir,
				      rows[i].name);
	return code;
}

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
		if (file_path(path, from, files[i].name) == ERR_OK && file_read(path, &content) == ERR_OK)
			code = init_write(to, files[i].name, buf_bytes(&content), files[i].mode);
		else
			code = refuse_key(path);
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

/* As the node's start will read them. */
static enum exit_code check_settings(struct bytes text, const struct accord_dir *d)
{
	struct settings *s = xcalloc(1, sizeof *s);
	struct settings_fault fault;
	enum exit_code code = EXIT_DONE;

	if (settings_read(text, s, &fault) != ERR_OK) {
		say_error(_("{1}: {2}"), fault.key, _(fault.why));
		say_next(_("see entente {1} --help"), "init");
		code = EXIT_USAGE;
	}
	for (size_t i = 0; code == EXIT_DONE && i < s->paths_count; i++) {
		size_t peer = accord_party_find(d->accord, bytes_str(s->paths[i].peer));

		if (peer != d->accord->parties_count)
			continue;
		say_error(_("The settings have a path to {1}, and the accord has no such party."),
			  s->paths[i].peer);
		say_next("entente accord show {1}", d->path);
		code = EXIT_NOT_FOUND;
	}
	free(s);
	return code;
}

static enum exit_code put_settings(const struct options *o, const struct accord_dir *d, size_t self,
				   const char *hash, struct buf *out)
{
	const char *console = option_value(o, "console");
	enum exit_code code;

	buf_put_str(out, "[node]\nparty = ");
	buf_put_str(out, d->accord->parties[self].name);
	buf_put_str(out, "\naccord = ");
	buf_put_str(out, hash);
	buf_put_byte(out, '\n');
	if (console != NULL) {
		buf_put_str(out, "console = ");
		buf_put_str(out, console);
		buf_put_byte(out, '\n');
	}
	code = put_listens(o, out);
	if (code == EXIT_DONE)
		code = put_paths(o, out);
	if (code == EXIT_DONE && buf_check(out) != ERR_OK)
		code = EXIT_USAGE;
	return code == EXIT_DONE ? check_settings(buf_bytes(out), d) : code;
}

/* ---- The first statements: open, then a key for each officer. ---- */

struct first {
	const struct options *options;
	const struct accord_dir *dir;
	const struct accord *accord;
	size_t self;
	struct officer registrar;
	struct {
		char name[32];
		struct buf content; /* heap */
	} files[OPTIONS_GIVEN_MAX + 1];
	size_t count;
};

static void first_close(struct first *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->files[i].content.ptr);
	officer_close(&f->registrar);
}

static enum exit_code first_draft(struct draft *d, const struct first *f, enum kind kind)
{
	const char *names[PARTY_MAX];

	for (size_t i = 0; i < f->accord->parties_count; i++)
		names[i] = f->accord->parties[i].name;
	return registrar_draft(d, kind, f->options, BYTES_OF(f->accord->id), f->accord->parties[f->self].name,
			       names, f->accord->parties_count);
}

static enum exit_code first_keep(struct first *f, struct draft *d, const char *what)
{
	struct buf out;
	enum exit_code code = draft_sign(d, &f->registrar);

	if (code != EXIT_DONE)
		return code;
	buf_init(&out, xcalloc(1, STATEMENT_FILE_MAX), STATEMENT_FILE_MAX);
	cbor_put_array(&out, 2);
	cbor_put_bytes(&out, buf_bytes(&d->statement_bytes));
	cbor_put_array(&out, 1);
	cbor_put_bytes(&out, buf_bytes(&d->signature));
	snprintf(f->files[f->count].name, sizeof f->files[0].name, "%03u-%s.statement", (unsigned)f->count,
		 what);
	f->files[f->count++].content = out;
	return EXIT_DONE;
}

/* The registrar's statements are judged by no guidelines: what is typed wrong would stand there for good. */
static enum exit_code check_label(const struct first *f, const struct label *label)
{
	struct decision d;
	struct label_mask mask;
	struct denial why;

	if (f->accord->guidelines == NULL)
		return EXIT_DONE;
	d = policy_label_read(f->accord->guidelines, label, f->self, &mask);
	if (d.is_allowed)
		return EXIT_DONE;
	policy_denial(f->accord, &d, &why);
	say_error(_("The accord's guidelines do not know the label {1}."), why.subject);
	say_next("entente accord show {1}", f->dir->path);
	return EXIT_REFUSED;
}

static enum exit_code first_open(struct first *f)
{
	struct draft d;
	enum exit_code code = first_draft(&d, f, KIND_OPEN);

	registrar_fill_open(&d, f->accord->hash);
	if (code == EXIT_DONE)
		code = check_label(f, &d.statement.label);
	if (code == EXIT_DONE)
		code = first_keep(f, &d, "open");
	draft_close(&d);
	return code;
}

static enum exit_code check_posts(const struct first *f, const char *roles)
{
	struct bytes rest = bytes_str(roles), one;
	const struct accord_party *party = &f->accord->parties[f->self];

	while (rest.len > 0) {
		char name[ROLE_NAME_MAX + 1] = "";
		size_t role;

		if (bytes_take_until(&rest, ',', &one) != ERR_OK) {
			one = rest;
			rest.len = 0;
		}
		role = accord_role_find(f->accord, one);
		if (role < f->accord->roles_count && (f->accord->roles[role].parties & (1u << f->self)) != 0)
			continue;
		say_error(_("The accord has no post {1} of {2}."),
			  bytes_copy_str(one, name, sizeof name) == ERR_OK ? name : roles, party->code);
		say_next("entente accord show {1}", f->dir->path);
		return EXIT_NOT_FOUND;
	}
	return EXIT_DONE;
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
		code = check_posts(f, roles);
	if (code == EXIT_DONE)
		code = first_keep(f, &d, "key");
	draft_close(&d);
	return code;
}

static enum exit_code first_make(struct first *f)
{
	enum exit_code code = first_open(f);
	const char *officer;
	uint64_t holder = 1;
	size_t at = 0;

	while (code == EXIT_DONE && (officer = option_next(f->options, "officer", &at)) != NULL)
		code = first_officer(f, officer, holder++);
	return code;
}

static enum exit_code first_write(const struct first *f)
{
	char dir[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;

	if (file_path(dir, f->options->home, "first") != ERR_OK || file_make_dir(dir) != ERR_OK)
		return refuse_unwritable(dir);
	for (size_t i = 0; code == EXIT_DONE && i < f->count; i++)
		code = init_write(dir, f->files[i].name, buf_bytes(&f->files[i].content), 0600);
	return code;
}

/* ---- All of it. ---- */

static enum exit_code check_accord(struct accord_dir *d, const char *path)
{
	enum exit_code code = accord_open_checked(d, path);

	return code == EXIT_DONE ? accord_check_signed(d) : code;
}

static enum exit_code open_registrar(struct first *f, const char *keys)
{
	const struct accord_key *key = accord_key_find(f->accord, f->self, ACCORD_KEY_REGISTRAR);
	const char *given = option_value(f->options, "registrar");
	char path[FILE_PATH_MAX];
	struct options o = *f->options;
	enum exit_code code;
	static const struct option_row row = { "key", "FILE", "" };

	if (given == NULL && file_path(path, keys, "registrar") != ERR_OK)
		return EXIT_USAGE;
	if (o.given_count == OPTIONS_GIVEN_MAX)
		return EXIT_USAGE;
	o.given[o.given_count].row = &row;
	o.given[o.given_count++].value = given == NULL ? path : given;
	code = officer_open(&f->registrar, &o);
	memcpy(f->registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
	if (code != EXIT_DONE || (key != NULL && bytes_equal(key->key, f->registrar.public_key)))
		return code;
	say_error(_("{1} is not the registrar's key that the accord has for {2}."),
		  o.given[o.given_count - 1].value, f->accord->parties[f->self].code);
	say_next(_("the same command with --registrar FILE"));
	return EXIT_REFUSED;
}

/* Settings come last: without them it is no home yet, and no node starts in it. */
static enum exit_code write_home(const struct first *f, const char *keys, const char *hash,
				 struct bytes settings)
{
	const char *home = f->options->home;
	char path[FILE_PATH_MAX];
	enum exit_code code = EXIT_DONE;

	if (file_path(path, home, "settings") != ERR_OK || file_exists(path))
		return refuse_existing(path);
	if (file_make_dir(home) != ERR_OK)
		return refuse_unwritable(home);
	code = init_copy_accord(f->dir, home, hash);
	if (code == EXIT_DONE)
		code = copy_keys(keys, home);
	if (code == EXIT_DONE)
		code = first_write(f);
	return code == EXIT_DONE ? init_write(home, "settings", settings, 0600) : code;
}

/* All of it is put together and checked before the first byte of it is written. */
static enum exit_code make_home(struct first *f, const char *keys)
{
	char hash[2 * HASH_LEN + 1];
	uint8_t memory[16384];
	struct buf settings = BUF_ON(memory);
	enum exit_code code = refuse_long_home(f->options->home);

	bytes_write_hex(BYTES_OF(f->accord->hash), hash);
	if (code == EXIT_DONE)
		code = put_settings(f->options, f->dir, f->self, hash, &settings);
	if (code == EXIT_DONE)
		code = check_node_keys(f->accord, f->self, keys);
	if (code == EXIT_DONE)
		code = open_registrar(f, keys);
	if (code == EXIT_DONE)
		code = first_make(f);
	if (code == EXIT_DONE)
		code = write_home(f, keys, hash, buf_bytes(&settings));
	if (code == EXIT_DONE && f->options->is_json)
		json_say_done("home", f->options->home);
	else if (code == EXIT_DONE)
		say(_("{1} is ready; start it: entente serve --home {1}\n"), f->options->home);
	return code;
}

enum exit_code init_home(struct options *o)
{
	const char *party = option_value(o, "party"), *accord = option_value(o, "accord"),
		   *keys = option_value(o, "keys");
	struct first *f;
	struct accord_dir d;
	enum exit_code code;

	if (party == NULL || accord == NULL || keys == NULL) {
		say_error(_("A home needs --party, --accord and --keys."));
		say_next("entente init home --home DIR --party PARTY --accord DIR --keys DIR --officer "
			 "watch=FILE");
		return EXIT_USAGE;
	}
	code = check_accord(&d, accord);
	f = xcalloc(1, sizeof *f);
	*f = (struct first){ .options = o, .dir = &d, .accord = d.accord };
	if (code == EXIT_DONE &&
	    (f->self = accord_party_find(d.accord, bytes_str(party))) == d.accord->parties_count) {
		say_error(_("{1} is no party of this accord."), party);
		say_next("entente accord show {1}", d.path);
		code = EXIT_NOT_FOUND;
	}
	if (code == EXIT_DONE)
		code = make_home(f, keys);
	first_close(f);
	free(f);
	accord_dir_close(&d);
	return code;
}
