/*
 * What this disk has changed is fetched again from a peer who holds it: the node reads everything, asks,
 * verifies by hash, puts in place and reads everything once more (docs/spec/record.md section 13). Here one
 * waits for it.
 */
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"

#include <string.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 200u

static enum exit_code begin(struct client *c)
{
	struct client_answer answer;
	enum exit_code code = EXIT_DONE;
	enum err e = client_ask(c, "POST", "/repair", (struct bytes){ NULL, 0 }, &answer);

	if (e != ERR_OK)
		return client_lost(e);
	/* Under way already: then it is that one that we wait for. */
	if (answer.status != 200 && strcmp(json_str(answer.json, "err"), "EXISTS") != 0)
		code = client_explain(&answer);
	client_answer_finish(&answer);
	return code;
}

static enum exit_code await(struct client *c, json_t **status)
{
	enum exit_code code;

	while ((code = show_get(c, "/status", status)) == EXIT_DONE) {
		const json_t *scrub = json_object_get(*status, "scrub");
		if (!json_flag(scrub, "repairing"))
			break;
		say_progress(_("read again, entries"), json_uint(scrub, "done"), json_uint(scrub, "total"));
		json_decref(*status);
		*status = NULL;
		usleep(LOOK_AGAIN_MS * 1000);
	}
	say_progress_end();
	return code;
}

static enum exit_code conclude(const struct options *o, const json_t *status)
{
	const json_t *scrub = json_object_get(status, "scrub"), *log;
	uint64_t found = json_uint(scrub, "found"), left = json_uint(scrub, "left");
	uint64_t mended = found > left ? found - left : 0;
	bool is_lost = false;
	size_t i;

	if (o->is_json)
		say("{\"found\":{1},\"mended\":{2},\"left\":{3}}\n", say_number(found), say_number(mended),
		    say_number(left));
	else if (found == 0)
		say(_("Everything that is held is as it was written.\n"));
	else
		say(n_(found, "{1} place had changed on this disk; mended: {2}, left: {3}\n",
		       "{1} places had changed on this disk; mended: {2}, left: {3}\n"),
		    say_number(found), say_number(mended), say_number(left));
	if (left == 0)
		return EXIT_DONE;
	json_array_foreach(json_object_get(status, "stopped"), i, log)
	{
		if (o->is_json || strcmp(json_str(log, "rule"), "record.rot") != 0)
			continue;
		say("  {1}\n", json_str(log, "log"));
		is_lost |= show_rots(log);
	}
	say_error(_("No peer that can be reached holds the rest: those logs stay halted, the others go on."));
	if (is_lost)
		say_next(_("what each log has lost stands above, with what to do"));
	else
		say_next(_("entente status names them; when the line is up again the same command, or "
			   "entente restore FILE"));
	return EXIT_INTEGRITY;
}

static enum exit_code run(struct options *o)
{
	json_t *status = NULL;
	enum exit_code code;
	struct client c;

	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = begin(&c);
	if (code == EXIT_DONE)
		code = await(&c, &status);
	client_close(&c);
	if (code == EXIT_DONE)
		code = conclude(o, status);
	json_decref(status);
	return code;
}

const struct command_row command_repair = {
	"repair", "",  0,     0, N_("fetch what this disk has changed again from the peers who hold it"),
	NULL,	  run, false,
};
