/*
 * Makes what a party needs, in three steps that happen at different desks:
 *
 *	entente init keys PARTY --to DIR	the party's keys, on the machine where they stay
 *	entente init accord DIR --lines FILE...	all parties' key lines and the MANIFEST, before it is signed
 *	entente init home --accord DIR ...	a node's folder, once every party has signed
 */
#include "entente/init.h"
#include "compose/registrar.h"
#include "entente/accord_life.h"
#include "entente/rows.h"
#include "home/words.h"
#include "sys/random.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "to", N_("DIR"), N_("keys: the folder to write them into") },
	{ "roots", N_("N"), N_("keys: how many root keys; 1 if not said") },
	{ "quorum", N_("K"), N_("keys: how many of the roots must sign; all if not said") },
	{ "lines", N_("FILE"), N_("accord: a party's key lines; given once for each party") },
	{ "party", N_("PARTY"), N_("home: which party this node is") },
	{ "accord", N_("DIR"), N_("home: the signed accord") },
	{ "keys", N_("DIR"), N_("home: what init keys wrote") },
	{ "officer", N_("ROLES=FILE"),
	  N_("home: an officer's .pub file and roles, as watch,head=kim.pub; may be given again") },
	{ "registrar", N_("FILE"), N_("home: the registrar's key; DIR/registrar of --keys if not said") },
	{ "listen", N_("NAME=ADDRESS"), N_("home: where peers are expected, as north=192.0.2.7:7400") },
	{ "path", N_("PEER/NAME=WAY"),
	  N_("home: connect:ADDRESS or listen:NAME, in the order of preference") },
	{ "console", N_("ADDRESS"),
	  N_("home: where browsers of this machine are served, as 127.0.0.1:7480") },
	{ "label", N_("LEVEL"), N_("home: the marking of the first statements; otherwise $ENTENTE_LABEL") },
	{ NULL, NULL, NULL },
};

enum exit_code init_write(const char *dir, const char *name, struct bytes content, unsigned mode)
{
	char path[FILE_PATH_MAX];

	if (file_path(path, dir, name) != ERR_OK)
		return EXIT_USAGE;
	if (file_exists(path))
		return refuse_existing(path);
	return file_write_new(path, content, mode) == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
}

enum exit_code init_write_pair(const char *dir, const char *name, struct bytes private, struct bytes public)
{
	char public_name[64];
	enum exit_code code = init_write(dir, name, private, 0600);

	snprintf(public_name, sizeof public_name, "%s.pub", name);
	return code == EXIT_DONE ? init_write(dir, public_name, public, 0644) : code;
}

/* ---- init keys ---- */

enum exit_code init_write_node_key(const char *dir, const char *name, uint8_t public[SIGN_PUBLIC_LEN])
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

/* An officer-like key: OpenSSH private file and .pub, so that stock tools can use it. */
static enum exit_code make_ssh_key(const char *dir, const char *name, const char *comment, struct buf *wire)
{
	uint8_t seed[SIGN_SEED_LEN], check[4], private_memory[4096], line_memory[1024];
	struct buf private = BUF_ON(private_memory), line = BUF_ON(line_memory);
	struct sign_key key;
	enum exit_code code;

	random_read(seed, sizeof seed);
	random_read(check, sizeof check);
	sign_key_from_seed(&key, seed);
	ssh_private_write(&key, comment, check, &private);
	ssh_public_write(key.public, wire);
	ssh_public_write_line(buf_bytes(wire), comment, &line);
	code = init_write_pair(dir, name, buf_bytes(&private), buf_bytes(&line));
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(private_memory, sizeof private_memory);
	sign_key_wipe(&key);
	return code;
}

static enum exit_code make_roots(const char *dir, const char *party, uint64_t roots, uint64_t quorum,
				 struct buf *lines)
{
	for (uint64_t i = 1; i <= roots; i++) {
		uint8_t memory[SSH_PUBLIC_MAX];
		struct buf wire = BUF_ON(memory);
		char name[32], comment[64];
		enum exit_code code;
		/* With one root the file has no number. */
		if (roots == 1)
			snprintf(name, sizeof name, "root");
		else
			snprintf(name, sizeof name, "root-%u", (unsigned)i);
		snprintf(comment, sizeof comment, "%s %s", party, name);
		code = make_ssh_key(dir, name, comment, &wire);
		if (code != EXIT_DONE)
			return code;
		accord_key_write(bytes_str(party),
				 &(struct accord_key){ .use = ACCORD_KEY_ROOT,
						       .key = buf_bytes(&wire),
						       .quorum = (unsigned)quorum,
						       .of = (unsigned)roots },
				 lines);
	}
	return EXIT_DONE;
}

static void put_key(struct buf *lines, const char *party, enum accord_key_use use, struct bytes key)
{
	accord_key_write(bytes_str(party), &(struct accord_key){ .use = use, .key = key }, lines);
}

static enum exit_code make_keys(struct options *o)
{
	static const enum accord_key_use node_keys[] = { ACCORD_KEY_LOG, ACCORD_KEY_MIRROR, ACCORD_KEY_TLS };
	uint8_t lines_memory[16384], wire_memory[SSH_PUBLIC_MAX];
	struct buf lines = BUF_ON(lines_memory), wire = BUF_ON(wire_memory);
	const char *party = o->arguments_count > 1 ? o->arguments[1] : "", *dir = option_value(o, "to");
	uint64_t roots, quorum;
	char comment[64];
	enum exit_code code;

	if (!is_party_name(bytes_str(party)) || dir == NULL) {
		say_error(_(
			"Whose keys, and where to? A party's name is of small letters, digits and hyphens."));
		say_next("entente init keys PARTY --to DIR");
		return EXIT_USAGE;
	}
	if (!option_count(o, "roots", 16, 1, &roots) || !option_count(o, "quorum", roots, roots, &quorum))
		return EXIT_USAGE;
	if (file_make_dir(dir) != ERR_OK)
		return refuse_unwritable(dir);
	code = make_roots(dir, party, roots, quorum, &lines);
	snprintf(comment, sizeof comment, "%s registrar", party);
	if (code == EXIT_DONE)
		code = make_ssh_key(dir, "registrar", comment, &wire);
	if (code == EXIT_DONE)
		put_key(&lines, party, ACCORD_KEY_REGISTRAR, buf_bytes(&wire));
	for (size_t i = 0; code == EXIT_DONE && i < ARRAY_COUNT(node_keys); i++) {
		uint8_t public[SIGN_PUBLIC_LEN];
		code = init_write_node_key(dir, accord_key_use_name(node_keys[i]), public);
		put_key(&lines, party, node_keys[i], BYTES_OF(public));
	}
	if (code == EXIT_DONE)
		code = init_write(dir, "lines", buf_bytes(&lines), 0644);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("folder", dir);
	else if (code == EXIT_DONE)
		say(_("{1}: keys of {2}; give {1}/lines to who writes the accord; root and registrar belong "
		      "off this machine\n"),
		    dir, party);
	return code;
}

/* ---- init accord ---- */

static int compare_lines(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

/* All lines of all files; a party's roots keep their order because they sort by their bytes everywhere. */
static enum exit_code gather_lines(struct options *o, struct buf *out)
{
	uint8_t memory[ACCORD_FILE_LEN_MAX];
	struct buf in = BUF_ON(memory);
	struct bytes lines[ACCORD_KEYS_MAX], rest;
	size_t count = 0, at = 0;
	const char *path;

	while ((path = option_next(o, "lines", &at)) != NULL) {
		if (file_read(path, &in) != ERR_OK) {
			say_error(_("The key lines {1} cannot be read: {2}."), path, strerror(errno));
			say_next("entente init keys PARTY --to DIR");
			return EXIT_NOT_FOUND;
		}
	}
	rest = buf_bytes(&in);
	while (count < ACCORD_KEYS_MAX && bytes_take_until(&rest, '\n', &lines[count]) == ERR_OK)
		count++;
	qsort(lines, count, sizeof lines[0], compare_lines);
	for (size_t i = 0; i < count; i++) {
		buf_put(out, lines[i]);
		buf_put_byte(out, '\n');
	}
	return EXIT_DONE;
}

static enum exit_code write_keys_file(struct options *o, const char *dir)
{
	uint8_t memory[ACCORD_FILE_LEN_MAX];
	struct buf keys = BUF_ON(memory);
	char path[FILE_PATH_MAX];
	enum exit_code code = gather_lines(o, &keys);

	if (code != EXIT_DONE || keys.len == 0)
		return code;
	if (file_path(path, dir, "keys") != ERR_OK || file_write(path, buf_bytes(&keys), 0644) != ERR_OK)
		return refuse_unwritable(path);
	return EXIT_DONE;
}

/* What was signed are the bytes of the MANIFEST: another one would be signed by nobody. */
static enum exit_code check_unsigned(const char *dir)
{
	struct accord_dir d;
	bool is_signed;

	if (accord_dir_open(&d, dir) != ERR_OK)
		return EXIT_DONE; /* make_accord says why */
	is_signed = d.signatures_count > 0;
	accord_dir_close(&d);
	if (!is_signed)
		return EXIT_DONE;
	say_error(_("{1} is signed already, and a new MANIFEST would be signed by nobody."), dir);
	say_next(
		_("a version that follows it: entente accord draft NEW {1}; if nobody uses it yet, take away "
		  "{1}/SIGNED first"),
		dir);
	return EXIT_REFUSED;
}

/* Nobody signs a MANIFEST of a folder that is none of an accord's. */
static enum exit_code check_folder(const char *dir)
{
	char path[FILE_PATH_MAX];
	struct accord_dir d;
	enum err e = accord_dir_open(&d, dir);

	if (e != ERR_OK)
		return accord_cannot_open(dir, e);
	accord_dir_close(&d);
	if (file_path(path, dir, "accord") == ERR_OK && file_exists(path))
		return EXIT_DONE;
	say_error(_("{1} is no accord's folder: the file accord is not in it."), dir);
	say_next(_("copy one of the examples (accords/), or: entente accord draft NEW OLD"));
	return EXIT_REFUSED;
}

static enum exit_code make_accord(struct options *o)
{
	const char *dir = o->arguments_count > 1 ? o->arguments[1] : NULL;
	uint8_t memory[MANIFEST_LEN_MAX];
	struct buf manifest = BUF_ON(memory);
	char path[FILE_PATH_MAX];
	struct accord_dir d;
	enum exit_code code;
	enum err e;

	if (dir == NULL) {
		say_error(_("Which folder holds the accord's files?"));
		say_next("entente init accord DIR --lines FILE --lines FILE");
		return EXIT_USAGE;
	}
	code = check_unsigned(dir);
	if (code == EXIT_DONE)
		code = check_folder(dir);
	if (code == EXIT_DONE)
		code = write_keys_file(o, dir);
	if (code != EXIT_DONE)
		return code;
	e = accord_dir_open(&d, dir);
	if (e != ERR_OK)
		return accord_cannot_open(dir, e);
	accord_manifest_write(d.files, d.files_count, &manifest);
	accord_dir_close(&d);
	if (buf_check(&manifest) != ERR_OK || file_path(path, dir, "MANIFEST") != ERR_OK ||
	    file_write(path, buf_bytes(&manifest), 0644) != ERR_OK)
		return refuse_unwritable(path);
	if (o->is_json)
		json_say_done("file", path);
	else
		say(_("{1} written; each party now signs: entente accord sign {2} --key ROOT\n"), path, dir);
	return EXIT_DONE;
}

static const struct verb verbs[] = {
	{ "keys --to --roots --quorum", 1, 2, make_keys },
	{ "accord --lines", 1, 2, make_accord },
	{ "home --party --accord --keys --officer --registrar --listen --path --console --label", 1, 1,
	  init_home },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_init = {
	"init",
	"keys PARTY | accord DIR | home",
	1,
	2,
	N_("make a party's keys, an accord's MANIFEST, or a node's home"),
	options,
	run,
	false,
};
