#include "record/verify.h"

#include "entente/rows.h"
#include "home/words.h"
#include "sys/threads.h"
#include "terminal/held.h"
#include "terminal/say.h"

#include <jansson.h>
#include <stdio.h>

#define SLICE_LEN (256u << 10) /* bytes between two words of progress */

struct reported {
	const struct options *o;
};

/* One line a finding, as it is found. */
static void report(void *self, const struct finding *f)
{
	const struct reported *r = self;
	char origin[ORIGIN_LEN_MAX + 1];
	struct buf text = { (uint8_t *)origin, 0, sizeof origin - 1, false };
	json_t *row;

	if (f->log == NULL)
		buf_put_str(&text, "views");
	else
		origin_write(&f->log->origin, &text);
	origin[text.len] = '\0';
	if (!r->o->is_json) {
		say_progress_end();
		say_coloured(COLOUR_BAD, finding_name(f->kind));
		say("  {1} {2}: {3}{4}{5}\n", origin, say_number(f->index), _(finding_text(f->kind)),
		    f->party == NULL ? "" : ", ", f->party == NULL ? "" : f->party);
		return;
	}
	row = json_pack("{s:s, s:s, s:I, s:s}", "finding", finding_name(f->kind), "log", origin, "index",
			(json_int_t)f->index, "text", finding_text(f->kind));
	if (f->party != NULL)
		json_object_set_new(row, "party", json_string(f->party));
	if (f->fault.rule != NULL)
		json_object_set_new(row, "rule", json_string(f->fault.rule));
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

static enum exit_code conclude(const struct options *o, const struct verify_counts *n,
			       const struct signature_counts *signatures, enum err e)
{
	if (e != ERR_OK) {
		say_error(_("The record cannot be read to its end: {1}."), _(err_text(e)));
		say_next("entente restore FILE");
		return EXIT_INTEGRITY;
	}
	if (o->is_json)
		say("{\"entries\":{1},\"notes\":{2},\"cosignatures\":{3},\"contents\":{4},\"erased\":{5},"
		    "\"attachments\":{6},\"findings\":{7},\"signatures\":{8},\"false\":{9}}\n",
		    say_number(n->entries), say_number(n->notes), say_number(n->cosignatures),
		    say_number(n->contents), say_number(n->erased), say_number(n->attachments),
		    say_number(n->findings), say_number(signatures->good), say_number(signatures->bad));
	else
		say(_("{1}, {2}, {3}, {4} ({5} erased), {6}: {7}\n"),
		    say_counted(n->entries, "{1} entry", "{1} entries"),
		    say_counted(n->notes, "{1} note", "{1} notes"),
		    say_counted(n->cosignatures, "{1} cosignature", "{1} cosignatures"),
		    say_counted(n->contents, "{1} content", "{1} contents"), say_number(n->erased),
		    say_counted(n->attachments, "{1} attachment", "{1} attachments"),
		    say_counted(n->findings, "{1} finding", "{1} findings"));
	if (!o->is_json)
		say(n_(signatures->good, "{1} officer's signature is good\n",
		       "{1} officers' signatures are good\n"),
		    say_number(signatures->good));
	if (!o->is_json && signatures->bad > 0)
		say(n_(signatures->bad, "{1} officer's signature is false: its entry is VOID\n",
		       "{1} officers' signatures are false: their entries are VOID\n"),
		    say_number(signatures->bad));
	if (n->findings == 0)
		return EXIT_DONE;
	say_error(_("What is held is not what was signed, or not all of it."));
	say_next(_("entente repair fetches it again from the peers; or entente restore FILE puts a backup "
		   "back, and "
		   "the peers fill it up"));
	return EXIT_INTEGRITY;
}

/* The crew verifies signatures while trees, contents and rows are gone through here. */
static enum err verify_all(struct verify *v, struct signature_counts *out)
{
	struct threads *threads = threads_new();
	struct signatures *s = signatures_new(threads_crew(threads));
	enum err e;

	verify_signatures(v, s);
	while ((e = verify_step(v, SLICE_LEN)) == ERR_SHORT)
		say_progress(_("verified, entries"), verify_count(v)->entries, 0);
	say_progress_end();
	*out = *signatures_count(s);
	signatures_free(s);
	threads_free(threads);
	return e;
}

static enum exit_code run(struct options *o)
{
	struct signature_counts signatures = { 0, 0 };
	struct reported reported = { .o = o };
	struct verify *v;
	struct held h;
	enum exit_code code = held_open(&h, o, o->arguments_count == 1 ? o->arguments[0] : NULL);
	enum err e;

	if (code != EXIT_DONE)
		return code;
	v = verify_new(h.record, &h.versions.held, report, &reported);
	e = verify_all(v, &signatures);
	code = conclude(o, verify_count(v), &signatures, e);
	verify_free(v);
	held_close(&h);
	return code;
}

const struct command_row command_verify = {
	"verify", "[FILE]", 0,	   1, N_("hash and check everything that is held again, or a backup's FILE"),
	NULL,	  run,	    false,
};
