/* Guidelines as an SPIF, and an SPIF as lines to look through: docs/spec/border.md section 11. */
#include "base/alloc.h"
#include "border/incoming.h"
#include "border/spif.h"
#include "entente/accord_life.h"
#include "home/words.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_code accord_spif(struct options *o)
{
	struct accord_dir d;
	struct buf out;
	enum exit_code code = accord_open_checked(&d, o->arguments[1]);

	if (code != EXIT_DONE)
		return code;
	buf_init(&out, xcalloc(1, SPIF_WRITTEN_LEN_MAX), SPIF_WRITTEN_LEN_MAX);
	if (d.accord->guidelines == NULL) {
		say_error(_("{1} has no guidelines: nothing of it is a policy of labels."), d.path);
		say_next("entente accord show {1}", d.path);
		code = EXIT_NOT_FOUND;
	} else if (spif_write(d.accord, clock_now().wall, &out) != ERR_OK) {
		say_error(_("Its guidelines are too long to be written as an SPIF."));
		say_next("entente accord show {1}", d.path);
		code = EXIT_ERROR;
	} else {
		fwrite(out.ptr, 1, out.len, stdout);
	}
	free(out.ptr);
	accord_dir_close(&d);
	return code;
}

/* ---- Back ---- */

static const char *const why_words[SPIF_LEFT_COUNT] = {
	[SPIF_RENAMED] =
		N_("\"{1}\" is called {2} here: a label that comes with the other name is not known"),
	[SPIF_OBSOLETE] = N_("\"{1}\" is obsolete there and is left out"),
	[SPIF_TYPED] = N_("\"{1}\" is typed freely there and is left out: values here are agreed beforehand"),
	[SPIF_EQUAL] = N_("level {1} is as high as {2} there, and above it here"),
	[SPIF_NAME] = N_("the name of {1} in {2} cannot stand in a line: its code is there"),
	[SPIF_LANGUAGE] = N_("words in \"{1}\", and in languages that come after it, are left out"),
	[SPIF_PORTION] = N_("beside a portion {1} is written \"{2}\" there"),
	[SPIF_KIND] = N_(
		"what kind \"{1}\" is of is not said in words that are read (\"{2}\"): all is the strictest"),
	[SPIF_ABOVE] = N_("{1} goes there with some levels from {2} on, and here with every one"),
	[SPIF_NOWHERE] = N_("\"{1}\" goes with no level there and is left out"),
	[SPIF_EXCLUDED] = N_("what {1} excludes of \"{2}\" is left out: only parties are excluded here"),
	[SPIF_FULL] = N_("\"{1}\" is one too many for a file and is left out"),
	[SPIF_OTHER] = N_("not read: {1} ({2})"),
};

static void say_left(const json_t *row)
{
	const char *why = json_str(row, "why");

	for (size_t i = 0; i < SPIF_LEFT_COUNT; i++) {
		char *of, *as;
		if (strcmp(spif_left_name((enum spif_left)i), why) != 0)
			continue;
		of = say_shown(bytes_str(json_str(row, "of")));
		as = say_shown(bytes_str(json_str(row, "as")));
		say("# ");
		say(_(why_words[i]), of, as);
		say("\n");
		free(of);
		free(as);
	}
}

static void say_proposal(const struct spif *s)
{
	const json_t *row;
	size_t i;

	say_line(_("# Proposed by an SPIF. Nothing of it is in force: it is looked through by a person, and "
		   "signed "
		   "with an accord."));
	say_line(_("# It says nothing of agreements, of who reads and releases what, nor until when it is "
		   "reviewed."));
	json_array_foreach(s->left, i, row) say_left(row);
	json_array_foreach(s->lines, i, row) say("{1}\n", json_string_value(row));
}

static void say_proposal_json(const struct spif *s)
{
	json_t *all = json_pack("{s:O, s:O}", "left", s->left, "lines", s->lines);

	json_say(all);
	json_decref(all);
}

static enum exit_code refuse(const char *path, enum err e, const struct spif *s)
{
	if (e != ERR_USAGE) {
		say_error(_("{1} is longer than what is taken at once."), path);
		say_next(_("divide it; docs/spec/border.md section 9 has the limits"));
		return EXIT_REFUSED;
	}
	say_error(_("{1} is refused: rule {2}, at byte {3}."), path, s->rule, say_number(s->offset));
	say_next(_("docs/spec/border.md section 11 explains the rule"));
	return EXIT_REFUSED;
}

enum exit_code accord_propose(struct options *o)
{
	const char *path = o->arguments[1];
	enum exit_code code = EXIT_DONE;
	struct spif s = { 0 };
	struct buf bytes;
	enum err e;

	buf_init(&bytes, xcalloc(1, INCOMING_LEN_MAX + 1), INCOMING_LEN_MAX + 1);
	e = file_read(path, &bytes);
	if (e == ERR_NOT_FOUND || e == ERR_IO) {
		say_error(_("{1} cannot be read: {2}."), path, strerror(errno));
		say_next("entente accord propose FILE");
		code = EXIT_NOT_FOUND;
	} else {
		if (e == ERR_OK)
			e = spif_read(buf_bytes(&bytes), &s);
		if (e != ERR_OK)
			code = refuse(path, e, &s);
		else if (o->is_json)
			say_proposal_json(&s);
		else
			say_proposal(&s);
	}
	spif_close(&s);
	free(bytes.ptr);
	return code;
}
