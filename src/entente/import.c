/* What others sent, into quarantine: docs/spec/border.md section 9. */
#include "base/alloc.h"
#include "border/incoming.h"
#include "entente/import_dialogues.h"
#include "entente/rows.h"
#include "home/quarantine_store.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/held.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ NULL, NULL, NULL },
};

static enum exit_code refuse(const char *format, const char *file, enum err e, const struct incoming *in)
{
	if (e == ERR_NOT_FOUND) {
		say_error(_("{1} is not read."), format);
		say_next("entente import stix|cap|atom|geojson|csv|adatp-4774|ic-ism|dialogues {1}", file);
		return EXIT_USAGE;
	}
	if (e == ERR_LIMIT) {
		say_error(_("{1} is longer than what is taken at once."), file);
		say_next(_("divide it; docs/spec/border.md section 9 has the limits"));
		return EXIT_REFUSED;
	}
	say_error(_("{1} is refused: rule {2}, at byte {3}."), file, in->rule, say_number(in->offset));
	say_next(_("docs/spec/border.md section 9 explains the rule"));
	return EXIT_REFUSED;
}

static enum exit_code put(const struct options *o, const struct accord *a, struct bytes bytes, size_t count)
{
	char name[UUID_TEXT_LEN + 40], uuid[UUID_TEXT_LEN], dir[FILE_PATH_MAX];
	uint8_t id[UUID_LEN];
	enum err e = file_path(dir, o->home, QUARANTINE_DIR);

	border_uuid(a, "pushed", bytes, id);
	border_uuid_write(id, uuid);
	snprintf(name, sizeof name, "%s.%.32s", uuid, o->arguments[0]);
	if (e == ERR_OK)
		e = file_make_dir(dir);
	if (e == ERR_OK)
		e = quarantine_put(o->home, name, bytes);
	if (e != ERR_OK && e != ERR_EXISTS) {
		say_error(_("It was not put into quarantine: {1}."), _(err_text(e)));
		say_next("entente quarantine list");
		return EXIT_ERROR;
	}
	if (o->is_json)
		json_say_done("name", name);
	else
		say(n_(count, "{1} item waits for a person: entente quarantine show {2}\n",
		       "{1} items wait for a person: entente quarantine show {2}\n"),
		    say_number(count), name);
	return EXIT_DONE;
}

static enum exit_code run(struct options *o)
{
	struct incoming in = { 0 };
	enum exit_code code;
	struct buf bytes;
	struct held h;
	enum err e;

	if (strcmp(o->arguments[0], "dialogues") == 0)
		return import_dialogues(o);
	buf_init(&bytes, xcalloc(1, INCOMING_LEN_MAX + 1), INCOMING_LEN_MAX + 1);
	code = held_accord(&h, o);
	e = code == EXIT_DONE ? file_read(o->arguments[1], &bytes) : ERR_OK;
	if (code == EXIT_DONE && (e == ERR_NOT_FOUND || e == ERR_IO)) {
		say_error(_("{1} cannot be read: {2}."), o->arguments[1], strerror(errno));
		say_next("entente import {1} FILE", o->arguments[0]);
		code = EXIT_NOT_FOUND;
	}
	if (code == EXIT_DONE) {
		if (e == ERR_OK)
			e = incoming_read(h.accord->guidelines,
					  accord_party_find(h.accord, bytes_str(h.settings.party)),
					  bytes_str(o->arguments[0]), buf_bytes(&bytes), &in);
		code = e != ERR_OK ? refuse(o->arguments[0], o->arguments[1], e, &in)
				   : put(o, h.accord, buf_bytes(&bytes), json_array_size(in.items));
	}
	incoming_close(&in);
	versions_close(&h.versions);
	free(bytes.ptr);
	return code;
}

const struct command_row command_import = {
	"import",
	"FORMAT FILE",
	2,
	2,
	N_("put what others sent into quarantine, where a person decides; or file a file of dialogues"),
	options,
	run,
	false,
};
