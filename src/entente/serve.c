/* The node itself: what must be there before it runs, and what it ends with. */
#include "home/quarantine_store.h"
#include "process/core.h"
#include "terminal/client.h"

#include "accord/places.h"
#include "base/alloc.h"
#include "base/log.h"
#include "crypto/tls.h"
#include "entente/rows.h"
#include "home/accord_rule.h"
#include "home/words.h"
#include "process/terminals.h"
#include "terminal/held.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum exit_code read_settings(struct core *c)
{
	char path[FILE_PATH_MAX];
	struct settings_fault fault;
	struct buf text;
	enum exit_code code = EXIT_DONE;
	enum err e = file_path(path, c->home, "settings");

	buf_init(&text, xcalloc(1, SETTINGS_LEN_MAX), SETTINGS_LEN_MAX);
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e != ERR_OK) {
		say_error(_("There is no node here: {1} cannot be read: {2}"), path, _(err_text(e)));
		say_next("entente init --help");
		code = e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_ERROR;
	} else if (settings_read(buf_bytes(&text), &c->settings, &fault) != ERR_OK) {
		say_error(_("{1}, line {2}: {3}: {4}"), path, say_number(fault.line), fault.key,
			  _(fault.why));
		say_next(_("mend that line; docs/spec/settings.md explains it"));
		code = EXIT_ERROR;
	}
	free(text.ptr);
	return code;
}

static enum exit_code explain_version(const struct core *c, const struct version_fault *f)
{
	char file[FILE_PATH_MAX] = "", path[FILE_PATH_MAX];
	enum exit_code code = f->err == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_ERROR;
	const char *verb = "check";

	if ((size_t)snprintf(path, sizeof path, "%s/accord/%s", c->home, c->settings.accord) >= sizeof path)
		path[0] = '\0';
	if (f->why == VERSION_RULE && bytes_copy_str(f->fault.file, file, sizeof file) == ERR_OK) {
		const char *rule = f->fault.fault.rule, *text = accord_rule_text(rule);
		say_error(_("The accord is not sound: {1}, line {2}: {3} ({4})."), file,
			  say_number(f->fault.fault.offset), text != NULL ? _(text) : rule, rule);
	} else if (f->why == VERSION_NAME) {
		say_error(_("{1} holds another accord than its name says: {2}"), path, f->name);
		code = EXIT_INTEGRITY;
	} else if (f->why == VERSION_UNSIGNED || f->why == VERSION_FALSE) {
		say_error(
			f->why == VERSION_FALSE
				? _("A signature of the accord is false: {1}")
				: _("The accord is not in force: {1} has not signed it with as many roots as "
				    "it must."),
			f->name);
		verb = "sign";
		code = EXIT_REFUSED;
	} else {
		say_error(_("The accord cannot be read: {1}: {2}"), path, _(err_text(f->err)));
	}
	say_next("entente accord {1} {2}{3}", verb, path, code == EXIT_REFUSED ? " --key ROOT" : "");
	return code;
}

/* What the home began with, and what followed; each signed by every party's roots. */
static enum exit_code read_accord(struct core *c)
{
	struct version_fault fault;

	if (versions_read(&c->versions, c->home, c->settings.accord, &fault) != ERR_OK)
		return explain_version(c, &fault);
	c->accord = accord_newest(&c->versions.held);
	if (c->accord->post_quantum == POST_QUANTUM_REQUIRED && !tls_has_post_quantum()) {
		say_error(_("The accord requires a post-quantum link, and this machine's OpenSSL has none "
			    "(3.5 and later have)."));
		say_next("entente doctor --home {1}", c->home);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* 64 hexadecimal digits, as node keys have them; a relative name is one in the home. */
static enum exit_code read_pair_key(const struct core *c, const struct settings_path *p,
				    struct thin_options *out)
{
	char path[FILE_PATH_MAX];
	uint8_t memory[2 * PAIR_SECRET_LEN + 2];
	struct buf text = BUF_ON(memory);
	enum err e = p->key[0] == '/' ? bytes_copy_str(bytes_str(p->key), path, sizeof path)
				      : file_path(path, c->home, p->key);

	*out = (struct thin_options){ .is_thin = true,
				      .is_receive_only = strcmp(p->receive, "yes") == 0,
				      .speed = p->modem > 0 ? p->modem : p->speed };
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK && text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (e == ERR_OK)
		e = bytes_read_hex(buf_bytes(&text), out->secret, sizeof out->secret);
	memset(memory, 0, sizeof memory);
	if (e == ERR_OK)
		return EXIT_DONE;
	say_error(_("The key of path {1}/{2} cannot be read: {3}: {4}"), p->peer, p->name, path,
		  _(err_text(e)));
	say_next(_("entente keys --pair FILE makes one; both sides have the same, handed over in person"));
	return EXIT_ERROR;
}

/* The settings' parties are the accord's, and each path gets its number. */
static enum exit_code place_paths(struct core *c)
{
	const struct accord *a = c->accord;

	c->self = accord_party_find(a, bytes_str(c->settings.party));
	if (c->self == a->parties_count) {
		say_error(_("The settings say that this node is {1}, and the accord has no such party."),
			  c->settings.party);
		say_next(_("mend {1}/settings; entente accord show {2} lists the parties"), c->home,
			 c->versions.dirs[c->versions.held.count - 1]->path);
		return EXIT_ERROR;
	}
	for (size_t i = 0; i < c->settings.paths_count; i++) {
		const struct settings_path *p = &c->settings.paths[i];
		size_t peer = accord_party_find(a, bytes_str(p->peer));

		if (peer == a->parties_count) {
			say_error(_("The settings have a path to {1}, and the accord has no such party."),
				  p->peer);
			say_next(_("mend {1}/settings; entente accord show {2} lists the parties"), c->home,
				 c->versions.dirs[c->versions.held.count - 1]->path);
			return EXIT_ERROR;
		}
		if (p->serial[0] != '\0' &&
		    read_pair_key(c, p, &c->thin[peer][c->path_counts[peer]]) != EXIT_DONE)
			return EXIT_ERROR;
		c->is_thin[peer][c->path_counts[peer]] = p->serial[0] != '\0';
		c->path_names[peer][c->path_counts[peer]++] = p->name;
	}
	return EXIT_DONE;
}

static enum exit_code take_lock(const struct core *c, int *fd)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, c->home, "lock");

	if (e == ERR_OK)
		e = file_lock(path, fd);
	if (e == ERR_EXISTS) {
		say_error(_("This node runs already: {1} is held by another process."), path);
		say_next("entente status");
	} else if (e != ERR_OK) {
		say_error(_("{1} cannot be locked: {2}"), path, strerror(errno));
		say_next("entente doctor --home {1}", c->home);
	}
	return e == ERR_OK ? EXIT_DONE : EXIT_ERROR;
}

static enum exit_code explain_start(const struct core *c, const char *what, enum err e)
{
	say_error(_("{1}: {2}"), what, _(err_text(e)));
	if (e == ERR_CORRUPT || e == ERR_ROOT)
		say_next("entente verify --home {1}; entente restore FILE --home {1}", c->home);
	else if (e == ERR_FULL)
		say_next(_("make room on the disk, then start it again: entente serve --home {1}"), c->home);
	else
		say_next("entente doctor --home {1}", c->home);
	return c->status != 0 ? (enum exit_code)c->status : e == ERR_CORRUPT ? EXIT_INTEGRITY : EXIT_ERROR;
}

/* What the running node writes must be there before: it can make no name in its home. */
static enum err make_room(const struct core *c)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, c->home, "copies");

	if (e == ERR_OK)
		e = file_make_dir(path);
	if (e == ERR_OK)
		e = file_path(path, c->home, QUARANTINE_DIR);
	if (e == ERR_OK)
		e = file_make_dir(path);
	if (e == ERR_OK)
		e = file_path(path, c->home, "record.db" STORE_REDO_ENDING);
	return e == ERR_OK ? file_touch(path) : e;
}

static bool has_key(const struct core *c, enum node_use use, const uint8_t *key)
{
	for (size_t i = 0; i < c->signer_keys[use].count; i++) {
		if (memcmp(c->signer_keys[use].of[i], key, SIGN_PUBLIC_LEN) == 0)
			return true;
	}
	return false;
}

/*
 * What other keys sign nobody could read: not the peers, and not our own next start. The keys of a version
 * that is not in force yet may still be made, and those of one that was may be gone.
 */
static enum exit_code check_keys(const struct core *c)
{
	/* A wrong TLS key shows itself: the peers do not let it in, and status says so. */
	for (size_t i = 0; i < NODE_TLS; i++) {
		enum node_use use = (enum node_use)i;
		char file[NODE_KEY_NAME_LEN];
		bool has_any = false;

		node_key_name(node_use_names[use], NODE_KEY_HERE, file);
		for (size_t v = 0; v < c->versions.held.count; v++) {
			const uint8_t *key =
				accord_node_key(&c->versions.held, v, c->self, node_use_of_accord(use));
			has_any = has_any || (key != NULL && has_key(c, use, key));
		}
		if (has_any)
			continue;
		say_error(_("{1}/{2} is not the key that the accord has for {3}."), c->home, file,
			  c->accord->parties[c->self].code);
		say_next(_("put the one there that entente init keys made for {1}"), c->settings.party);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code start(struct core *c)
{
	char path[FILE_PATH_MAX], what[FILE_PATH_MAX + 128];
	struct store *store = NULL;
	enum exit_code code;
	enum err e = file_path(path, c->home, "record.db");

	if (e == ERR_OK)
		e = store_sqlite_open(path, NULL, &store);
	if (e == ERR_OK)
		e = make_room(c);
	if (e != ERR_OK) {
		say_fill(what, sizeof what, _("The record {1} cannot be opened"), path);
		return explain_start(c, what, e);
	}
	e = children_remember(c);
	code = e != ERR_OK ? explain_start(c, _("The signer does not say what it has signed"), e)
			   : check_keys(c);
	if (code != EXIT_DONE) {
		store->ops->close(store);
		return code;
	}
	e = core_start(c, store);
	return e == ERR_OK ? EXIT_DONE : explain_start(c, _("The node does not start"), e);
}

/* One line for whoever started it: from here on the socket answers. */
static void say_ready(const struct core *c)
{
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:s, s:I}", "err", "OK", "home", c->home, "party",
			  c->settings.party, "accord_hash", c->settings.accord, "pid", (json_int_t)getpid());

	json_say(row);
	json_decref(row);
}

/*
 * The other processes come first: they find their libraries and keys while the accord and the record are
 * read.
 */
static enum exit_code serve(struct core *c, bool is_json)
{
	enum err e = children_start(c);
	enum exit_code code;

	if (e != ERR_OK)
		code = explain_start(c, _("The node's processes do not start"), e);
	else
		code = read_accord(c);
	if (code == EXIT_DONE)
		code = place_paths(c);
	if (code == EXIT_DONE && (e = core_link_shut(c)) != ERR_OK)
		code = explain_start(c, _("The node's processes do not start"), e);
	if (code == EXIT_DONE)
		terminals_start(c);
	if (code == EXIT_DONE)
		code = start(c);
	if (code == EXIT_DONE && core_contain(c) != ERR_OK) {
		say_error(_("The node cannot be contained as it must: {1}"), strerror(errno));
		say_next("entente doctor --home {1}", c->home);
		code = EXIT_ERROR;
	}
	if (code == EXIT_DONE) {
		if (is_json)
			say_ready(c);
		log_notice("%s runs under accord %.12s", c->settings.party, c->settings.accord);
		core_run(c);
		code = (enum exit_code)c->status;
	}
	core_finish(c);
	return code;
}

/*
 * The whole name: a node that is contained cannot ask where it is, and a relative name would be one of
 * whoever started it.
 */
static enum exit_code find_home(const char *home, char **whole)
{
	*whole = realpath(home, NULL);
	return *whole == NULL ? refuse_no_home(home) : refuse_long_home(*whole);
}

static enum exit_code run(struct options *o)
{
	struct core *c = xcalloc(1, sizeof *c);
	enum exit_code code;
	char *home = NULL;
	int lock = -1;

	file_keep_private();
	file_allow_open(CLIENTS_MAX + 2 * BROWSERS_MAX + FILES_OWN_MAX);
	log_open("entente", LOG_LEVEL_NOTICE);
	code = find_home(o->home, &home);
	c->home = home;
	if (code == EXIT_DONE && starter_split(&c->starter, &c->starter_pid) != ERR_OK) {
		say_error(_("{1}: {2}"), _("The node's processes do not start"), strerror(errno));
		say_next("entente doctor --home {1}", c->home);
		code = EXIT_ERROR;
	}
	if (code != EXIT_DONE) {
		free(home);
		free(c);
		return code;
	}
	code = read_settings(c);
	if (code == EXIT_DONE)
		code = take_lock(c, &lock);
	if (code == EXIT_DONE)
		code = held_finish_restore(c->home);
	if (code == EXIT_DONE) {
		held_sweep(c->home);
		code = serve(c, o->is_json);
	} else {
		close(c->starter);
	}
	versions_close(&c->versions);
	file_unlock(lock);
	free(home);
	free(c);
	return code;
}

const struct command_row command_serve = {
	.name = "serve",
	.arguments = "",
	.text = N_("run the node: hold the record, keep the lines to the peers, answer the other commands"),
	.run = run,
};
