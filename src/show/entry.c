#include "crypto/age.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/evidence.h"
#include "wire/statement.h"

#include <string.h>

static void show_role_names(const json_t *accord, const json_t *entry)
{
	const json_t *party = show_find(json_object_get(accord, "parties"), json_str(entry, "party"));
	const json_t *role = show_find(json_object_get(accord, "roles"), json_str(entry, "role"));
	char names[256];

	if (party != NULL) {
		show_names(json_object_get(party, "names"), names, sizeof names);
		say("  {1}", names);
	}
	if (role != NULL) {
		show_names(json_object_get(role, "names"), names, sizeof names);
		say(", {1}", names);
	}
}

static void show_places(const char *word, const json_t *places)
{
	json_t *place;
	size_t i;

	if (json_array_size(places) == 0)
		return;
	say("{1} ", word);
	json_array_foreach(places, i, place) say("{1}{2}", i == 0 ? "" : ", ", json_string_value(place));
	say("\n");
}

static void show_outside(const json_t *entry)
{
	const json_t *release, *code;
	size_t i, n;

	json_array_foreach(json_object_get(entry, "outside"), i, release)
	{
		char codes[512];
		struct buf text = { (uint8_t *)codes, 0, sizeof codes - 1, false };
		json_array_foreach(json_object_get(release, "to"), n, code)
		{
			buf_put_str(&text, n == 0 ? "" : ", ");
			buf_put_str(&text, json_string_value(code));
		}
		codes[text.len] = '\0';
		say(_("released outside, to {1}: {2}\n"), codes, json_str(release, "place"));
	}
}

/* What became of an item is said before its text. */
static void show_became(const json_t *entry)
{
	const json_t *became = json_object_get(entry, "became");
	const char *recall = json_str(became, "recall");

	if (recall[0] != '\0') {
		say_coloured(COLOUR_BAD, show_recall(recall));
		say("  {1}\n", json_str(became, "recall_place"));
	}
	if (json_str(became, "label_place")[0] != '\0')
		say(_("its label is now that of {1}\n"), json_str(became, "label_place"));
	if (json_str(became, "fate_place")[0] != '\0')
		say(_("its review is due: {1}\n"), json_str(became, "fate_place"));
	show_outside(entry);
}

static void show_head(const json_t *entry, const json_t *accord)
{
	say_coloured(COLOUR_BOLD, json_str(entry, "place"));
	if (json_str(entry, "precedence")[0] != '\0')
		say("  {1}", json_str(entry, "precedence"));
	say("  {1}\n", show_kind(entry));
	show_void(entry);
	say("{1}", show_is_void(entry) ? _("names as its author ") : _("from "));
	show_author(entry);
	show_role_names(accord, entry);
	say("\n");
	if (json_str(entry, "acting_for")[0] != '\0')
		say(_("acting for {1}\n"), json_str(entry, "acting_for"));
	if (json_object_get(entry, "to") != NULL) {
		say(_("to "));
		show_addressees(entry);
		say("\n");
	}
	say(_("claimed {1}, filed {2}"), say_dtg(json_uint(entry, "claimed_ms")),
	    say_time(json_uint(entry, "filed_ms")));
	if (json_flag(entry, "flagged")) {
		say_coloured(COLOUR_WARN, _("  the clock that claimed it was off: "));
		say_coloured(COLOUR_WARN,
			     say_offset(json_integer_value(json_object_get(entry, "offset_ms"))));
	}
	if (json_uint(entry, "ahead_ms") != 0) {
		say_coloured(COLOUR_WARN, _("  it was filed ahead of our clock: "));
		say_coloured(COLOUR_WARN, say_offset((int64_t)json_uint(entry, "ahead_ms")));
	}
	say("\n");
	show_became(entry);
	show_places(_("refers to"), json_object_get(entry, "refers"));
	if (json_array_size(json_object_get(entry, "crossed")) > 0)
		say_coloured(COLOUR_WARN, _("crossed in transit: "));
	show_places("", json_object_get(entry, "crossed"));
}

/* How it is sealed and for whom; false: it was not opened here. */
static bool show_sealed(const json_t *entry)
{
	uint64_t sealing = json_uint(json_object_get(entry, "content"), "sealing");
	bool is_opened = json_flag(entry, "opened");
	json_t *row, *role;
	size_t i, n;

	say_coloured(is_opened ? COLOUR_GOOD : COLOUR_WARN,
		     is_opened ? _("SEALED, opened here") : _("SEALED"));
	say(" (age {1})",
	    sealing < SEALING_COUNT ? age_kind_name((enum age_kind)sealing) : say_number(sealing));
	json_array_foreach(json_object_get(entry, "sealed_for"), i, row)
	{
		say("{1}{2}:", i == 0 ? _(" for ") : "; ", json_str(row, "party"));
		json_array_foreach(json_object_get(row, "roles"), n, role) say(
			"{1} {2}", n == 0 ? "" : ",", json_is_string(role) ? json_string_value(role) : "");
	}
	say("\n");
	if (is_opened)
		return true;
	say_line(_("No secret here opens it: name yours by --identity FILE or $ENTENTE_IDENTITY. The node "
		   "cannot read it."));
	return false;
}

/* Of what nobody has opened here there is no name; its length is then that of the sealed file. */
static void show_attachments(struct client *c, const json_t *entry)
{
	const json_t *attachment;
	size_t i;

	json_array_foreach(json_object_get(entry, "attachments"), i, attachment)
	{
		bool is_sealed = json_object_get(attachment, "file_hash") != NULL;
		say(_("attachment {1}: "), say_number(i + 1));
		show_portion_mark(attachment);
		if (json_object_get(attachment, "name") == NULL)
			say_coloured(COLOUR_WARN, _("SEALED"));
		say_text(bytes_str(json_str(attachment, "name")));
		say(", {1}, {2}\n",
		    say_counted(json_uint(attachment, is_sealed ? "file_len" : "len"), "{1} byte",
				"{1} bytes"),
		    json_str(attachment, is_sealed ? "file_hash" : "hash"));
		if (!show_is_whole(c, json_str(entry, "place"), attachment))
			say_coloured(COLOUR_WARN, _("    INCOMPLETE: it is not here whole yet\n"));
	}
}

static void show_words(struct client *c, const json_t *entry)
{
	json_t *portion;
	char line[256];
	size_t i;

	if (json_object_get(entry, "unreadable") != NULL) {
		say_coloured(COLOUR_BAD, _("This text cannot be decoded; answer NEGATIVE.\n"));
		return;
	}
	if (json_object_get(entry, "content") == NULL)
		return;
	if (json_object_get(entry, "content_bytes") == NULL) {
		if (json_flag(entry, "erased"))
			say_fill(line, sizeof line, _("The text was erased by {1}; its hash stays.\n"),
				 json_str(entry, "eraser"));
		say_coloured(COLOUR_WARN, json_flag(entry, "erased")
						  ? line
						  : _("INCOMPLETE: the text is not here yet.\n"));
		return;
	}
	if (json_uint(json_object_get(entry, "content"), "sealing") != SEALING_NONE && !show_sealed(entry)) {
		show_attachments(c, entry);
		return;
	}
	say(_("authentic language: {1}\n"), json_str(entry, "language"));
	if (json_str(entry, "subject")[0] != '\0') {
		say(_("subject: "));
		say_text(bytes_str(json_str(entry, "subject")));
		say("\n");
	}
	say("\n");
	json_array_foreach(json_object_get(entry, "text"), i, portion)
	{
		show_portion_mark(json_array_get(json_object_get(entry, "portions"), i));
		say_text(bytes_str(json_is_string(portion) ? json_string_value(portion) : ""));
		say("\n");
	}
	show_attachments(c, entry);
	say("\n");
}

static enum exit_code show_evidence(const json_t *entry)
{
	struct evidence evidence;
	enum err e = evidence_check(entry, &evidence);

	if (evidence.signatures == 0)
		say(_("a service statement of the node: its log's checkpoint covers it\n"));
	for (size_t i = 0; evidence.good == evidence.signatures && i < evidence.signatures; i++)
		say(_("signed by {1}, checked here\n"), evidence.fingerprints[i]);
	if (evidence.hash[0] != '\0')
		say(_("content {1}\n"), evidence.hash);
	if (e == ERR_OK || show_is_void(entry))
		return EXIT_DONE;
	say_error(_("What the node shows is not what was signed: do not act on it."));
	say_next("entente verify");
	return EXIT_INTEGRITY;
}

static void show_ladders(const json_t *entry)
{
	const json_t *ladder, *step;
	size_t i, s;

	json_array_foreach(json_object_get(entry, "ladders"), i, ladder)
	{
		show_ladder_line(ladder);
		say("\n");
		json_array_foreach(json_object_get(ladder, "steps"), s, step)
			show_had(step, json_object_get(entry, "attachments"), "    ");
	}
	if (json_flag(entry, "suspended"))
		say_coloured(COLOUR_BAD, _("this channel is SUSPENDED by formal notice\n"));
}

enum exit_code show_entry(struct client *c, const json_t *entry)
{
	json_t *accord = NULL, *status = NULL;
	enum exit_code code = show_get(c, "/accord", &accord);

	if (code == EXIT_DONE)
		code = show_get(c, "/status", &status);
	if (code == EXIT_DONE) {
		show_band(status);
		show_marking(entry);
		show_homes(entry);
		show_head(entry, accord);
		show_form(entry);
		show_says(json_str(entry, "kind"), json_object_get(entry, "says"));
		show_words(c, entry);
		show_translations(entry);
		code = show_evidence(entry);
		show_ladders(entry);
		/* The number last too, as on paper: an end that is missing is seen. */
		say_coloured(COLOUR_BOLD, json_str(entry, "place"));
		say("\n");
		show_marking(entry);
	}
	json_decref(status);
	json_decref(accord);
	return code;
}
