/* What came over the border, and waits for a person. Nothing of it enters the record by itself. */
#include "base/alloc.h"
#include "border/border.h"
#include "border/imo.h"
#include "border/incoming.h"
#include "entente/rows.h"
#include "home/quarantine_store.h"
#include "home/words.h"
#include "policy/policy.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/held.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_LEN (1u << 16)

static const struct option_row options[] = {
	{ NULL, NULL, NULL },
};

static enum exit_code no_such(const char *name)
{
	say_error(_("{1} does not wait in quarantine."), name);
	say_next("entente quarantine list");
	return EXIT_NOT_FOUND;
}

static bool path_of(const struct options *o, const char *name, char out[FILE_PATH_MAX])
{
	char dir[FILE_PATH_MAX];

	return strchr(name, '/') == NULL && name[0] != '.' &&
	       file_path(dir, o->home, QUARANTINE_DIR) == ERR_OK && file_path(out, dir, name) == ERR_OK &&
	       file_exists(out);
}

static size_t home_of(const struct held *h)
{
	return accord_party_find(h->accord, bytes_str(h->settings.party));
}

/* It is named by its bytes: one that was cut short, or has changed, may still look like less of it. */
static bool is_as_it_came(const struct accord *a, const char *name, struct bytes bytes)
{
	char uuid[UUID_TEXT_LEN];
	uint8_t id[UUID_LEN];

	border_uuid(a, "pushed", bytes, id);
	border_uuid_write(id, uuid);
	return strncmp(name, uuid, UUID_TEXT_LEN - 1) == 0;
}

/* As it is read now, by the guidelines of now. */
static enum err read_one(const struct options *o, const struct held *h, const char *name, struct incoming *in)
{
	const char *ending = strchr(name, '.');
	char path[FILE_PATH_MAX];
	struct buf bytes;
	enum err e;

	*in = (struct incoming){ 0 };
	if (ending == NULL || !path_of(o, name, path))
		return ERR_NOT_FOUND;
	buf_init(&bytes, xcalloc(1, INCOMING_LEN_MAX + 1), INCOMING_LEN_MAX + 1);
	e = file_read(path, &bytes);
	if (e == ERR_OK && !is_as_it_came(h->accord, name, buf_bytes(&bytes)))
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		e = incoming_read(h->accord->guidelines, home_of(h), bytes_str(ending + 1), buf_bytes(&bytes),
				  in);
	free(bytes.ptr);
	return e;
}

/* The mark of the whole: that of the item which is furthest from being labelled. */
static const char *mark_of(const struct incoming *in)
{
	const json_t *item;
	const char *mark = "LABELLED";
	size_t i;

	json_array_foreach(in->items, i, item)
	{
		if (strcmp(json_str(item, "mark"), "LABELLED") != 0)
			mark = json_str(item, "mark");
	}
	return mark;
}

static void list_one(const struct options *o, const struct held *h, const char *name, json_t *list)
{
	struct incoming in;
	enum err e = read_one(o, h, name, &in);
	const char *mark = e == ERR_OK ? mark_of(&in) : "UNREADABLE";
	size_t count = json_array_size(in.items);

	if (o->is_json)
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:i}", "name", name, "mark", mark, "items", (int)count));
	else
		say("{1}  {2}  {3}\n", name, mark, say_number(count));
	incoming_close(&in);
}

static enum exit_code list(struct options *o, const struct held *h)
{
	struct bytes *names = xcalloc(QUARANTINE_MAX, sizeof *names);
	void *memory = xcalloc(1, NAMES_LEN);
	char dir[FILE_PATH_MAX];
	json_t *rows = json_array();
	struct arena arena;
	size_t count = 0;
	enum err e = file_path(dir, o->home, QUARANTINE_DIR);

	arena_init(&arena, memory, NAMES_LEN);
	if (e == ERR_OK)
		e = file_list(dir, &arena, names, QUARANTINE_MAX, &count);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		list_one(o, h, (const char *)names[i].ptr, rows);
	if (o->is_json)
		json_say(rows);
	else if (count == 0)
		say_line(_("Nothing waits in quarantine."));
	json_decref(rows);
	free(memory);
	free(names);
	return EXIT_DONE;
}

static const char *why(const char *mark)
{
	static const struct {
		const char *mark, *text;
	} whys[] = {
		{ "LABELLED",
		  N_("its label is one of our guidelines; whether it is true is for a person to say") },
		{ "UNLABELLED", N_("it has no label") },
		{ "UNKNOWN", N_("its label is not one of our guidelines") },
		{ "CONTRADICTORY", N_("its marks contradict each other; the stricter is shown") },
	};

	for (size_t i = 0; i < ARRAY_COUNT(whys); i++) {
		if (strcmp(whys[i].mark, mark) == 0)
			return _(whys[i].text);
	}
	return mark;
}

/* Kept as it is: who sent it may have meant another ship, or none. */
static void warn_of_number(struct bytes text)
{
	struct bytes wrong = imo_find_wrong(text);

	if (wrong.len == 0)
		return;
	say("  ");
	say_coloured(COLOUR_WARN, _("the check digit of this IMO number is wrong: "));
	say_text(wrong);
	say("\n");
}

static void say_unknown(const json_t *item)
{
	say("  ");
	say_coloured(COLOUR_WARN, _("its marking has a word that is not known here, and may bind more: "));
	say_text(bytes_str(json_str(item, "unknown")));
	say("\n");
}

static void show_item(const json_t *item)
{
	say_text(bytes_str(json_str(item, "id")));
	say("\n  {1}: {2}\n", json_str(item, "mark"), why(json_str(item, "mark")));
	if (json_str(item, "label")[0] != '\0')
		say("  {1}\n", json_str(item, "label"));
	if (json_str(item, "proposed")[0] != '\0')
		say(_("  if its marking is meant as it reads, you type: --label '{1}'\n"),
		    json_str(item, "proposed"));
	else if (json_str(item, "unknown")[0] != '\0')
		say_unknown(item);
	else if (json_is_true(json_object_get(item, "has_banner")))
		say(_("  no label is proposed: its marking does not say whose it is, or no such label "
		      "may be given\n"));
	warn_of_number(bytes_str(json_str(item, "title")));
	warn_of_number(bytes_str(json_str(item, "text")));
	say("\n");
	say_text(bytes_str(json_str(item, "title")));
	say("\n\n");
	say_text(bytes_str(json_str(item, "text")));
	say("\n\n");
}

/* Posts of a session that may release something, on whichever channel. */
static uint64_t releasers_of(const struct accord *a, const json_t *session)
{
	const json_t *channel, *role;
	uint64_t out = 0;
	size_t i, n;

	json_array_foreach(json_object_get(session, "channels"), i, channel)
	{
		json_array_foreach(json_object_get(channel, "roles"), n, role)
		{
			size_t at = accord_role_find(a, bytes_str(json_string_value(role)));
			if (at < a->roles_count && a->guidelines != NULL &&
			    a->guidelines->roles[at].may_release)
				out |= 1ull << at;
		}
	}
	return out;
}

static enum exit_code judge_reader(const struct accord *a, const json_t *session, const struct incoming *in)
{
	if (json_object_get(session, "channels") == NULL) {
		say_error(_("The settings say that the owner does not read: what waits is for an officer who "
			    "may release it (OWNER_READS)."));
		say_next(_("entente login --key FILE, then the same command again"));
		return EXIT_REFUSED;
	}
	if ((releasers_of(a, session) & in->readers) != 0)
		return EXIT_DONE;
	if (in->readers == 0) {
		say_error(_("Nobody here may read this: no post may read all that its labels say together "
			    "(NOBODY)."));
		say_next(_("ask who sent it which label is meant; entente quarantine drop takes it away"));
		return EXIT_REFUSED;
	}
	say_error(_("None of your posts may release this and read it (RELEASER)."));
	say_next(_("one whose role may release it: that line of the guidelines, and entente keys, say who"));
	return EXIT_REFUSED;
}

/* The words of what waits are read as those of the record are: by whom the settings let read. */
static enum exit_code ask_reader(const struct options *o, const struct held *h, const struct incoming *in)
{
	struct client c = { .fd = -1 };
	json_t *session = NULL;
	enum exit_code code;
	struct query q;

	if (strcmp(h->settings.owner_reads, "no") != 0)
		return EXIT_DONE;
	query_open(&q, "/session");
	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &session);
	if (code == EXIT_DONE)
		code = judge_reader(h->accord, session, in);
	json_decref(session);
	login_close(&c);
	return code;
}

static enum exit_code show(struct options *o, const struct held *h)
{
	struct incoming in;
	const json_t *item;
	enum exit_code code;
	size_t i;
	enum err e = read_one(o, h, o->arguments[1], &in);

	if (e == ERR_NOT_FOUND)
		return no_such(o->arguments[1]);
	if (e != ERR_OK) {
		say_error(_("{1} is not whole any more: {2}."), o->arguments[1], _(err_text(e)));
		say_next("entente quarantine drop {1}", o->arguments[1]);
		incoming_close(&in);
		return EXIT_INTEGRITY;
	}
	code = ask_reader(o, h, &in);
	if (code == EXIT_DONE && o->is_json) {
		json_say(in.items);
	} else if (code == EXIT_DONE) {
		json_array_foreach(in.items, i, item) show_item(item);
		say_line(_("What you take over you say yourself, with a label: entente send CHANNEL --label "
			   "LABEL"));
	}
	incoming_close(&in);
	return code;
}

static enum exit_code with_accord(struct options *o,
				  enum exit_code (*then)(struct options *, const struct held *))
{
	struct held h;
	enum exit_code code = held_accord(&h, o);

	if (code == EXIT_DONE)
		code = then(o, &h);
	versions_close(&h.versions);
	return code;
}

static enum exit_code run_list(struct options *o)
{
	return with_accord(o, list);
}

static enum exit_code run_show(struct options *o)
{
	return with_accord(o, show);
}

static enum exit_code run_drop(struct options *o)
{
	const char *name = o->arguments[1];
	char path[FILE_PATH_MAX];

	if (!path_of(o, name, path))
		return no_such(name);
	if (file_remove(path) != ERR_OK) {
		say_error(_("{1} could not be removed."), name);
		say_next("entente quarantine list");
		return EXIT_ERROR;
	}
	if (o->is_json)
		json_say_done("dropped", name);
	else
		say(_("{1} is gone.\n"), name);
	return EXIT_DONE;
}

static const struct verb verbs[] = {
	{ "list", 1, 1, run_list },
	{ "show", 2, 2, run_show },
	{ "drop", 2, 2, run_drop },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_quarantine = {
	"quarantine",
	"list | show NAME | drop NAME",
	1,
	2,
	N_("what others sent, and waits for a person"),
	options,
	run,
	false,
};
