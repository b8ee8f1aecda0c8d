#include "entente/rotate.h"

#include "accord/places.h"
#include "base/alloc.h"
#include "entente/init.h"
#include "home/node_keys.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/held.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum exit_code read_uses(const char *text, bool uses[NODE_USES])
{
	struct bytes rest = bytes_str(text), one;
	bool is_good = rest.len > 0;

	memset(uses, 0, NODE_USES * sizeof uses[0]);
	while (rest.len > 0 && is_good) {
		size_t i = 0;

		if (bytes_take_until(&rest, ',', &one) != ERR_OK) {
			one = rest;
			rest.len = 0;
		}
		while (i < NODE_USES && !bytes_equal(one, bytes_str(node_use_names[i])))
			i++;
		is_good = i < NODE_USES;
		if (is_good)
			uses[i] = true;
	}
	if (is_good)
		return EXIT_DONE;
	say_error(_("{1} are no uses of a node's keys."), text);
	say_next("entente keys --rotate log,mirror,tls");
	return EXIT_USAGE;
}

static enum exit_code key_path(const char *home, enum node_use use, enum node_key_age age, bool is_public,
			       char out[FILE_PATH_MAX])
{
	char name[NODE_KEY_NAME_LEN + 4];

	node_key_name(node_use_names[use], age, name);
	if (is_public)
		memcpy(name + strlen(name), ".pub", 5);
	return file_path(out, home, name) == ERR_OK ? EXIT_DONE : EXIT_USAGE;
}

static bool is_there(const char *home, enum node_use use, enum node_key_age age)
{
	char path[FILE_PATH_MAX];

	return key_path(home, use, age, false, path) == EXIT_DONE && file_exists(path);
}

/* ---- Rotate. ---- */

static enum exit_code make_next(const struct options *o, const char *party, enum node_use use,
				struct buf *lines)
{
	uint8_t public[SIGN_PUBLIC_LEN];
	char name[NODE_KEY_NAME_LEN];
	enum exit_code code;

	if (is_there(o->home, use, NODE_KEY_OLD)) {
		say_error(_("The key for {1} before this one is not destroyed yet."), node_use_names[use]);
		say_next("entente keys --retire {1}", node_use_names[use]);
		return EXIT_REFUSED;
	}
	if (is_there(o->home, use, NODE_KEY_NEXT)) {
		say_error(_("The next key for {1} is there already; its public half is in "
			    "keys/{1}.next.pub."),
			  node_use_names[use]);
		say_next(_("entente accord draft NEW --lines FILE with its line, and when that version is "
			   "in force: entente keys --retire {1}"),
			 node_use_names[use]);
		return EXIT_REFUSED;
	}
	node_key_name(node_use_names[use], NODE_KEY_NEXT, name);
	code = init_write_node_key(o->home, name, public);
	if (code == EXIT_DONE)
		accord_key_write(
			bytes_str(party),
			&(struct accord_key){ .use = node_use_of_accord(use), .key = BYTES_OF(public) },
			lines);
	return code;
}

enum exit_code keys_rotate(const struct options *o, const char *uses)
{
	uint8_t memory[1024];
	struct buf lines = BUF_ON(memory);
	bool is_used[NODE_USES];
	struct held h = { .lock = -1 };
	enum exit_code code = read_uses(uses, is_used);

	if (code == EXIT_DONE)
		code = held_accord(&h, o);
	for (size_t i = 0; code == EXIT_DONE && i < NODE_USES; i++) {
		if (is_used[i])
			code = make_next(o, h.settings.party, (enum node_use)i, &lines);
	}
	versions_close(&h.versions);
	if (code != EXIT_DONE)
		return code;
	if (o->is_json) {
		json_t *row =
			json_pack("{s:s, s:s%}", "err", "OK", "lines", (const char *)lines.ptr, lines.len);
		json_say(row);
		json_decref(row);
		return EXIT_DONE;
	}
	say_text(buf_bytes(&lines));
	say_next(_("restart the node, so that its signer has them; then entente accord draft NEW --lines "
		   "FILE with "
		   "these lines, signed by all"));
	return EXIT_DONE;
}

/* ---- Retire. ---- */

/* Of the private half itself: what stands beside it may be of another. */
static enum exit_code read_public(const struct options *o, enum node_use use, enum node_key_age age,
				  uint8_t public[SIGN_PUBLIC_LEN])
{
	uint8_t seed[SIGN_SEED_LEN], memory[2 * SIGN_SEED_LEN + 1];
	struct buf text = BUF_ON(memory);
	struct sign_key key;
	char path[FILE_PATH_MAX];
	enum exit_code code = key_path(o->home, use, age, false, path);
	bool is_good;

	if (code != EXIT_DONE)
		return code;
	is_good = file_read(path, &text) == ERR_OK && text.len == sizeof memory &&
		  bytes_read_hex((struct bytes){ text.ptr, text.len - 1 }, seed, sizeof seed) == ERR_OK;
	if (is_good) {
		sign_key_from_seed(&key, seed);
		memcpy(public, key.public, SIGN_PUBLIC_LEN);
		sign_key_wipe(&key);
	}
	explicit_bzero(seed, sizeof seed);
	explicit_bzero(memory, sizeof memory);
	if (is_good)
		return EXIT_DONE;
	say_error(_("{1} is no key."), path);
	say_next("entente doctor --home {1}", o->home);
	return EXIT_ERROR;
}

/* Which version the log has come to, by its own entries. */
static size_t version_of(const struct held *h, struct log *log, size_t party, uint8_t *memory)
{
	struct log_places places = { 0 };
	size_t known;

	for (uint64_t i = 0; i < log->durable; i++) {
		struct buf bytes;
		struct entry entry;
		struct statement s;

		buf_init(&bytes, memory, ENTRY_LEN_MAX);
		if (record_entry_read(h->record, log, i, &bytes, &entry, &s) == ERR_OK &&
		    is_of_places(&entry, &s))
			(void)places_pass(&places, &h->versions.held, party, &entry, &s);
	}
	return places_version(&places, &h->versions.held, UINT64_MAX, &known);
}

static bool is_newest(const struct held *h, const struct log *log)
{
	for (size_t i = 0; i < record_logs_count(h->record); i++) {
		const struct origin *o = &record_log_at(h->record, i)->origin;

		if (strcmp(o->party, log->origin.party) == 0 && o->channel == log->origin.channel &&
		    o->epoch > log->origin.epoch)
			return false;
	}
	return true;
}

/* Every log of ours is under a version with the next key, and what the one before had to sign is signed. */
static enum exit_code check_in_force(const struct held *h, enum node_use use,
				     const uint8_t next[SIGN_PUBLIC_LEN])
{
	size_t self = accord_party_find(h->accord, bytes_str(h->settings.party));
	uint8_t *memory = xcalloc(1, ENTRY_LEN_MAX);
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; code == EXIT_DONE && i < record_logs_count(h->record); i++) {
		struct log *log = record_log_at(h->record, i);
		const uint8_t *key = NULL;
		size_t version;

		if (strcmp(log->origin.party, h->settings.party) != 0 || log->durable == 0 ||
		    !is_newest(h, log))
			continue;
		version = version_of(h, log, self, memory);
		if (version < h->versions.held.count)
			key = accord_node_key(&h->versions.held, version, self, node_use_of_accord(use));
		if (key == NULL || memcmp(key, next, SIGN_PUBLIC_LEN) != 0) {
			say_error(_("The next key for {1} is not in force yet in our log on channel {2}."),
				  node_use_names[use], say_number(log->origin.channel));
			say_next(_("entente accord adopt DIR --key REGISTRAR, with the version that has it"));
			code = EXIT_REFUSED;
		} else if (use == NODE_LOG && log->noted != log->durable) {
			say_error(_("The newest entries of our log on channel {1} are not signed yet."),
				  say_number(log->origin.channel));
			say_next(_("wait until entente serve has had them signed, and say it again"));
			code = EXIT_REFUSED;
		}
	}
	free(memory);
	return code;
}

/* A peer who does not hold the newest version knows our line by the old key alone. */
static enum exit_code check_peers(const struct options *o)
{
	const json_t *row, *newest = NULL;
	json_t *versions = NULL, *accord = NULL;
	enum exit_code code;
	struct client c;
	size_t i;

	if (option_is_given(o, "anyway"))
		return EXIT_DONE;
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = show_get(&c, "/versions", &versions);
	if (code == EXIT_DONE)
		code = show_get(&c, "/accord", &accord);
	client_close(&c);
	json_array_foreach(json_object_get(versions, "versions"), i, row) newest = row;
	if (code == EXIT_DONE && json_array_size(json_object_get(newest, "held_by")) <
					 json_array_size(json_object_get(accord, "parties"))) {
		say_error(_("Not every peer is known to hold the version with the next TLS key."));
		say_next(_("wait until each has adopted it and the line is up, or say --anyway"));
		code = EXIT_REFUSED;
	}
	json_decref(versions);
	json_decref(accord);
	return code;
}

/* What the disk has of it is written over first; what a disk keeps beside that, nobody can say. */
static enum err destroy(const char *path)
{
	uint8_t zeros[2 * SIGN_SEED_LEN + 1] = { 0 };
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool is_done;

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	is_done = write(fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros && fsync(fd) == 0;
	return close(fd) == 0 && is_done ? file_remove(path) : ERR_IO;
}

/* At every moment the files are keys that the signer can start with, whatever of this is done. */
static enum exit_code retire_one(const struct options *o, enum node_use use)
{
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; code == EXIT_DONE && i < 2; i++) {
		char old[FILE_PATH_MAX], here[FILE_PATH_MAX], next[FILE_PATH_MAX];
		bool is_public = i == 1;

		code = key_path(o->home, use, NODE_KEY_OLD, is_public, old);
		if (code == EXIT_DONE)
			code = key_path(o->home, use, NODE_KEY_HERE, is_public, here);
		if (code == EXIT_DONE)
			code = key_path(o->home, use, NODE_KEY_NEXT, is_public, next);
		if (code != EXIT_DONE)
			return code;
		if (file_exists(next) &&
		    ((file_exists(here) && !file_exists(old) && file_place(here, old) != ERR_OK) ||
		     file_place(next, here) != ERR_OK))
			return refuse_unwritable(here);
		if ((is_public ? file_exists(old) && file_remove(old) != ERR_OK : destroy(old) != ERR_OK))
			return refuse_unwritable(old);
	}
	return code;
}

static enum exit_code retire_checked(const struct options *o, const struct held *h, enum node_use use)
{
	bool has_next = is_there(o->home, use, NODE_KEY_NEXT);
	uint8_t next[SIGN_PUBLIC_LEN];
	enum exit_code code;

	if (!has_next && !is_there(o->home, use, NODE_KEY_OLD)) {
		say_error(_("There is no next key for {1}."), node_use_names[use]);
		say_next("entente keys --rotate {1}", node_use_names[use]);
		return EXIT_REFUSED;
	}
	code = read_public(o, use, has_next ? NODE_KEY_NEXT : NODE_KEY_HERE, next);
	if (code == EXIT_DONE)
		code = check_in_force(h, use, next);
	if (code == EXIT_DONE && use == NODE_TLS)
		code = check_peers(o);
	return code == EXIT_DONE ? retire_one(o, use) : code;
}

enum exit_code keys_retire(const struct options *o, const char *uses)
{
	bool is_used[NODE_USES];
	struct held h = { .lock = -1 };
	enum exit_code code = read_uses(uses, is_used);

	if (code == EXIT_DONE)
		code = held_open(&h, o, NULL);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; code == EXIT_DONE && i < NODE_USES; i++) {
		if (is_used[i])
			code = retire_checked(o, &h, (enum node_use)i);
	}
	held_close(&h);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("retired", uses);
	else if (code == EXIT_DONE)
		say(_("the keys before are destroyed: {1}; restart the node, so that its signer forgets them "
		      "too\n"),
		    uses);
	return code;
}
