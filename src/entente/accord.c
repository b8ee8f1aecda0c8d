#include "accord/form.h"
#include "accord/guidelines.h"
#include "accord/procedure.h"
#include "entente/accord_life.h"
#include "entente/matrix.h"
#include "entente/rows.h"
#include "home/accord_rule.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"
#include "terminal/officer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READS_CELLS 120u

enum exit_code accord_cannot_open(const char *path, enum err e)
{
	if (e == ERR_NOT_FOUND && file_exists(path))
		say_error(_("{1} is a file, and an accord is a folder of files."), path);
	else if (e == ERR_NOT_FOUND)
		say_error(_("There is no folder {1}."), path);
	else if (e == ERR_LIMIT)
		say_error(_("{1} is no accord's folder: it has more than {2} files, or one of more than {3} "
			    "bytes."),
			  path, say_number(ACCORD_FILES_MAX), say_number(ACCORD_FILE_LEN_MAX));
	else
		say_error(_("{1} cannot be read as an accord's folder: {2}."), path,
			  e == ERR_IO ? strerror(errno) : _(err_text(e)));
	say_next(_("name the folder that holds the files accord, parties, keys, channels ...; a new one is "
		   "begun "
		   "by: entente accord draft NEW OLD"));
	return e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_ERROR;
}

static const char *rule_words(const char *rule)
{
	const struct procedure_rule *of_procedure = procedure_rule_find(rule);
	const char *text = accord_rule_text(rule);

	return text != NULL ? _(text) : of_procedure != NULL ? _(of_procedure->text) : rule;
}

static struct bytes file_of(const struct accord_dir *d, struct bytes name)
{
	for (size_t i = 0; i < d->files_count; i++) {
		if (bytes_equal(d->files[i].name, name))
			return d->files[i].content;
	}
	return bytes_equal(name, BYTES_LIT("MANIFEST")) ? d->manifest : (struct bytes){ NULL, 0 };
}

/* The line as it stands, so that nobody has to count; nothing where the file as a whole is meant. */
static void say_line_found(const struct accord_dir *d)
{
	struct bytes rest = file_of(d, d->fault.file), line = { NULL, 0 };
	char cut[4 * READS_CELLS], *shown;

	for (size_t i = 0; i < d->fault.fault.offset && rest.len > 0; i++) {
		const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
		line = (struct bytes){ rest.ptr, end == NULL ? rest.len : (size_t)(end - rest.ptr) };
		rest.ptr += line.len + (end != NULL);
		rest.len -= line.len + (end != NULL);
	}
	if (line.len == 0 || strncmp(d->fault.fault.rule, "bundle.", 7) == 0)
		return;
	shown = say_shown(line);
	say_cut(shown, READS_CELLS, cut, sizeof cut);
	free(shown);
	say_note(_("line {1} reads: {2}"), say_number(d->fault.fault.offset), cut);
}

static void say_rule(const struct accord_dir *d)
{
	char file[256];

	if (bytes_copy_str(d->fault.file, file, sizeof file) != ERR_OK)
		file[0] = '\0';
	say_error(_("{1}/{2}, line {3}: {4} ({5})."), d->path, file, say_number(d->fault.fault.offset),
		  rule_words(d->fault.fault.rule), d->fault.fault.rule);
	say_line_found(d);
	if (d->signatures_count > 0)
		say_next(_("what was signed is not mended: have it sent again; a change is a version that "
			   "follows: entente accord draft NEW OLD"));
	else
		say_next(_("mend it, then: entente init accord {1}; entente accord check {1}"), d->path);
}

/* Opens and checks; what is wrong is said with file and line. */
enum exit_code accord_open_checked(struct accord_dir *d, const char *path)
{
	enum err e = accord_dir_open(d, path);

	if (e != ERR_OK)
		return accord_cannot_open(path, e);
	e = accord_dir_check(d);
	if (e == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_NOT_FOUND && d->files_count == 0) {
		say_error(_("{1} is an empty folder: there is no accord in it."), path);
		say_next(_("copy one of the examples (accords/), or: entente accord draft NEW OLD"));
	} else if (e == ERR_NOT_FOUND) {
		say_error(_("{1} has no MANIFEST."), path);
		say_next("entente init accord {1}", path);
	} else if (e == ERR_USAGE && d->fault.fault.rule != NULL) {
		say_rule(d);
	} else {
		say_error("{1}: {2}.", path, _(err_text(e)));
		say_next("entente doctor");
	}
	accord_dir_close(d);
	return EXIT_REFUSED;
}

enum exit_code accord_check_signed(const struct accord_dir *d)
{
	const char *bad;

	for (size_t i = 0; i < d->accord->parties_count; i++) {
		if (accord_dir_is_signed(d, NULL, i, &bad))
			continue;
		say_error(_("The accord is not in force: {1} has not signed."), d->accord->parties[i].code);
		say_next("entente accord sign {1} --key ROOT", d->path);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static const char *hex_of(const uint8_t hash[HASH_LEN], char out[2 * HASH_LEN + 1])
{
	bytes_write_hex((struct bytes){ hash, HASH_LEN }, out);
	return out;
}

/* And those roots that it takes away have let go of it. */
static bool is_signed_by(const struct accord_dir *d, const struct accord *old, size_t party, const char **bad)
{
	return accord_dir_is_signed(d, old, party, bad) &&
	       (old == NULL || accord_is_let_go(old, d->accord, party, d->signatures, d->signatures_count));
}

/* `old`: the version before it; NULL if it was not named. */
static enum exit_code show_signatures(const struct accord_dir *d, const struct accord *old,
				      const struct options *o)
{
	enum exit_code code = EXIT_DONE;
	const char *bad = NULL;

	for (size_t i = 0; i < d->accord->parties_count; i++) {
		bool is_signed = is_signed_by(d, old, i, &bad);
		if (!is_signed)
			code = EXIT_REFUSED;
		if (!o->is_json)
			say("  {1}  {2}\n", d->accord->parties[i].code,
			    is_signed ? _("signed") : _("not signed"));
	}
	if (bad != NULL) {
		say_error(_("{1} is no good signature of a root over this MANIFEST."), bad);
		say_next(_("remove that file, then: entente accord sign {1} --key ROOT"), d->path);
		return EXIT_INTEGRITY;
	}
	if (code == EXIT_REFUSED) {
		say_error(_("The accord is not in force: not every party has signed."));
		say_next("entente accord sign {1} --key ROOT", d->path);
	}
	return code;
}

/* Whether it may follow the version before. */
static enum exit_code check_succession(const struct accord_dir *d, const struct accord_dir *old)
{
	struct accord_fault fault;
	char file[256];

	if (accord_succeeds(old->accord, d->accord, &fault) == ERR_OK)
		return check_opened(d, old);
	if (bytes_copy_str(fault.file, file, sizeof file) != ERR_OK)
		file[0] = '\0';
	say_error(_("{1}/{2} may not follow {3}: {4} ({5})."), d->path, file, old->path,
		  rule_words(fault.fault.rule), fault.fault.rule);
	say_next(_("docs/spec/accord.md section 12 says what a later version may change; compare: entente "
		   "accord diff {1} {2}"),
		 old->path, d->path);
	return EXIT_REFUSED;
}

/* Both checked; the second is optional, and `old` zeroed then. */
static enum exit_code open_both(const struct options *o, struct accord_dir *d, struct accord_dir *old)
{
	enum exit_code code = accord_open_checked(d, o->arguments[1]);

	*old = (struct accord_dir){ 0 };
	if (code == EXIT_DONE && o->arguments_count > 2) {
		code = accord_open_checked(old, o->arguments[2]);
		if (code != EXIT_DONE)
			accord_dir_close(d);
	}
	return code;
}

static void note_review(const struct guidelines *g)
{
	char day[GUIDELINES_DAY_LEN];

	if (g == NULL || !guidelines_is_review_due(g, clock_now().wall))
		return;
	guidelines_review_day(g, day);
	say_note(_("Its guidelines were to be reviewed by {1}."), day);
}

/* Posts that release, and that a registrar gives alone: so he makes as many approvers as are asked for. */
static uint64_t given_alone(const struct accord *a)
{
	uint64_t out = 0;

	for (size_t i = 0; a->guidelines != NULL && i < a->roles_count; i++) {
		if (a->guidelines->roles[i].may_release && (a->two_roles >> i & 1) == 0)
			out |= 1ull << i;
	}
	return out;
}

static void note_alone(const struct accord *a)
{
	char memory[ACCORD_ROLES_MAX * (ROLE_NAME_MAX + 2) + 1];
	struct buf names = { (uint8_t *)memory, 0, sizeof memory - 1, false };
	uint64_t alone = given_alone(a);

	for (size_t i = 0; i < a->roles_count; i++) {
		if ((alone >> i & 1) == 0)
			continue;
		buf_put_str(&names, names.len == 0 ? "" : ", ");
		buf_put_str(&names, a->roles[i].name);
	}
	memory[names.len] = '\0';
	if (alone == 0)
		return;
	say_note(_("One registrar alone gives posts that release: {1}. He can make as many approvers as a "
		   "line asks for."),
		 memory);
	say_next(_("a line for each in the file authority: post ROLE by two"));
}

/* ---- Words of a form that its author would have sealed, and its statement says to every node. ---- */

struct in_clear {
	const struct accord_channel *channel;
	const struct form *form;
	const struct form_field *field;
};

static bool is_in_clear(const struct in_clear *at)
{
	return at->channel->is_sealed && (at->form->planes >> at->channel->plane & 1) != 0 &&
	       !at->field->is_content &&
	       (at->field->type == FORM_TYPE_TEXT || at->field->type == FORM_TYPE_PAIR);
}

typedef void tell_in_clear(const struct in_clear *at, void *self);

static void each_in_clear(const struct accord *a, tell_in_clear *tell, void *self)
{
	struct in_clear at;

	for (size_t i = 0; i < a->channels_count; i++) {
		at.channel = &a->channels[i];
		for (at.form = a->forms; at.form != NULL; at.form = at.form->next) {
			for (at.field = at.form->fields; at.field != NULL; at.field = at.field->next) {
				if (is_in_clear(&at))
					tell(&at, self);
			}
		}
	}
}

static void note_in_clear(const struct in_clear *at, void *self)
{
	char file[64];

	(void)self;
	if (bytes_copy_str(at->form->file, file, sizeof file) != ERR_OK)
		file[0] = '\0';
	say_note(_("What the field {1} of {2} says stands in clear on the sealed channel {3}: every node "
		   "reads "
		   "it."),
		 at->field->name, file, at->channel->name);
	say_next(
		_("to have it sealed, write content instead of statement in the line of that field, where no "
		  "rule asks for it"));
}

static void put_in_clear(const struct in_clear *at, void *self)
{
	json_array_append_new(self, json_pack("{s:s, s:i, s:s, s:s}", "form", at->form->name, "version",
					      (int)at->form->version, "field", at->field->name, "channel",
					      at->channel->name));
}

static void say_checked(const struct accord_dir *d)
{
	char hash[2 * HASH_LEN + 1];
	uint64_t alone = given_alone(d->accord);
	json_t *matrix = matrix_json(d->accord, NULL), *posts = json_array(), *clear = json_array();
	json_t *all = json_pack("{s:s, s:s}", "err", "OK", "hash", hex_of(d->accord->hash, hash));

	for (size_t i = 0; i < d->accord->roles_count; i++) {
		if ((alone >> i & 1) != 0)
			json_array_append_new(posts, json_string(d->accord->roles[i].name));
	}
	json_object_set_new(all, "given_alone", posts);
	each_in_clear(d->accord, put_in_clear, clear);
	json_object_set_new(all, "in_clear", clear);
	if (matrix != NULL)
		json_object_set_new(all, "matrix", matrix);
	json_say(all);
	json_decref(all);
}

static enum exit_code check(struct options *o)
{
	struct accord_dir d, old;
	char hash[2 * HASH_LEN + 1];
	enum exit_code code = open_both(o, &d, &old);

	if (code != EXIT_DONE)
		return code;
	if (old.accord != NULL)
		code = check_succession(&d, &old);
	if (code == EXIT_DONE && o->is_json) {
		say_checked(&d);
	} else if (code == EXIT_DONE) {
		say(_("accord {1}: every rule holds\n"), hex_of(d.accord->hash, hash));
		show_matrix(d.accord);
		note_review(d.accord->guidelines);
		note_alone(d.accord);
		each_in_clear(d.accord, note_in_clear, NULL);
		if (old.accord != NULL)
			show_opened(d.accord, old.accord, true);
	}
	if (code == EXIT_DONE)
		code = show_signatures(&d, old.accord, o);
	accord_dir_close(&old);
	accord_dir_close(&d);
	return code;
}

/* Which root of which party this key is; the file's number counts the party's roots from 1. */
static const struct accord_key *find_root(const struct accord *a, struct bytes key, size_t *number)
{
	for (size_t i = 0; i < a->keys_count; i++) {
		if (a->keys[i].use != ACCORD_KEY_ROOT || !bytes_equal(a->keys[i].key, key))
			continue;
		*number = 1;
		for (size_t b = 0; b < i; b++)
			*number += a->keys[b].use == ACCORD_KEY_ROOT && a->keys[b].party == a->keys[i].party;
		return &a->keys[i];
	}
	return NULL;
}

static enum exit_code write_signature(const struct accord_dir *d, const struct officer *root,
				      const char *name, bool is_json)
{
	uint8_t blob_memory[SSHSIG_LEN_MAX], armour_memory[2 * SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(blob_memory), armour = BUF_ON(armour_memory);
	char path[FILE_PATH_MAX];

	if (officer_sign(root, SSHSIG_ACCORD, d->manifest, &blob) != ERR_OK) {
		say_error(_("Your key {1} did not sign."), root->fingerprint);
		say_next(_("see that it is plugged in and that your ssh-agent may use it: ssh-add -l"));
		return EXIT_ERROR;
	}
	sshsig_write_armour(buf_bytes(&blob), &armour);
	if ((size_t)snprintf(path, sizeof path, "%s/SIGNED", d->path) >= sizeof path - 64 ||
	    file_make_dir(path) != ERR_OK)
		return accord_cannot_open(d->path, ERR_IO);
	snprintf(path + strlen(path), sizeof path - strlen(path), "/%s.sig", name);
	if (file_write(path, buf_bytes(&armour), 0644) != ERR_OK)
		return accord_cannot_open(path, ERR_IO);
	if (is_json)
		json_say_done("file", path);
	else
		say(_("{1} written: the signature of {2}\n"), path, root->fingerprint);
	return EXIT_DONE;
}

/*
 * "kor.1", or "kor.before-1" of a root that this version takes away; false: it is a root of neither.
 * `old` may be NULL.
 */
static bool signature_name(const struct accord *a, const struct accord *old, struct bytes key, char *out,
			   size_t size)
{
	size_t number;
	const struct accord_key *root = find_root(a, key, &number);

	if (root != NULL)
		snprintf(out, size, "%s.%zu", a->parties[root->party].name, number);
	if (root != NULL || old == NULL)
		return root != NULL;
	root = find_root(old, key, &number);
	if (root != NULL)
		snprintf(out, size, "%s.before-%zu", old->parties[root->party].name, number);
	return root != NULL;
}

/*
 * What the version opens, before it is signed: compared with the one before where that is named, else as the
 * file that is signed says.
 */
static enum exit_code show_what_is_signed(const struct accord_dir *d, const struct accord_dir *old,
					  const struct options *o)
{
	enum exit_code code = EXIT_DONE;

	if (old->accord != NULL)
		code = check_opened(d, old);
	if (code != EXIT_DONE || o->is_json)
		return code;
	if (old->accord != NULL) {
		show_opened(d->accord, old->accord, true);
	} else if (d->accord->opened.len > 0) {
		say_line(_("by its file opened this version lets be read, and the one before did not:"));
		say_text(d->accord->opened);
	}
	return code;
}

static enum exit_code sign(struct options *o)
{
	struct officer root;
	struct accord_dir d, old;
	char name[PARTY_NAME_MAX + 32];
	enum exit_code code = open_both(o, &d, &old);

	if (code != EXIT_DONE)
		return code;
	code = show_what_is_signed(&d, &old, o);
	if (code == EXIT_DONE)
		code = officer_open(&root, o);
	if (code == EXIT_DONE) {
		if (signature_name(d.accord, old.accord, root.public_key, name, sizeof name)) {
			code = write_signature(&d, &root, name, o->is_json);
		} else {
			say_error(_("{1} is no root key of this accord."), root.fingerprint);
			say_next("entente accord show {1}", d.path);
			code = EXIT_REFUSED;
		}
		officer_close(&root);
	}
	accord_dir_close(&old);
	accord_dir_close(&d);
	return code;
}

/* ---- Show: from the running node what is in force, from a folder what its files say. ---- */

static void show_list(const char *title, const json_t *list, const char *extra)
{
	const json_t *row;
	size_t i;

	say_coloured(COLOUR_BOLD, title);
	say("\n");
	json_array_foreach(list, i, row)
	{
		char names[256];
		json_t *value;
		size_t v;
		show_names(json_object_get(row, "names"), names, sizeof names);
		say("  ");
		if (json_object_get(row, "number") != NULL)
			say_cell(say_number(json_uint(row, "number")), 4, COLOUR_PLAIN);
		say_cell(json_str(row, "name"), 16, COLOUR_PLAIN);
		say_cell(json_object_get(row, "plane") != NULL ? json_str(row, "plane") : "", 9, COLOUR_DIM);
		say(" {1}", names);
		json_array_foreach(json_object_get(row, extra), v, value)
			say("{1}{2}", v == 0 ? "  [" : " ", json_string_value(value));
		say("{1}", json_array_size(json_object_get(row, extra)) > 0 ? "]" : "");
		json_array_foreach(json_object_get(row, "observers"), v, value)
			say("{1}{2}", v == 0 ? _("  observes: ") : " ", json_string_value(value));
		if (json_str(row, "zone")[0] != '\0')
			say("  {1}", json_str(row, "zone"));
		if (json_str(row, "able")[0] != '\0')
			say(_("  able to: {1}"), json_str(row, "able"));
		json_array_foreach(json_object_get(row, "precedences"), v, value)
			say("{1}{2}", v == 0 ? "  " : " ", json_string_value(value));
		say("\n");
	}
}

static enum exit_code show_node(struct options *o)
{
	json_t *accord = NULL;
	enum exit_code code;
	struct client c;

	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = show_get(&c, "/accord", &accord);
	client_close(&c);
	if (code == EXIT_DONE && o->is_json) {
		json_say(accord);
	} else if (code == EXIT_DONE) {
		show_band(accord);
		say(_("accord {1}, version {2}\n"), json_str(accord, "accord"),
		    json_str(accord, "accord_hash"));
		show_list(_("parties"), json_object_get(accord, "parties"), "");
		show_list(_("roles"), json_object_get(accord, "roles"), "parties");
		show_list(_("channels"), json_object_get(accord, "channels"), "writers");
		say(_("a FLASH has at most {1} bytes\n"), say_number(json_uint(accord, "flash_len_max")));
	}
	json_decref(accord);
	return code;
}

#define KEY_SHOWN_LEN (SSH_FINGERPRINT_LEN + BASE64_LEN(SIGN_PUBLIC_LEN))

static void key_show(const struct accord_key *k, char out[KEY_SHOWN_LEN])
{
	if (k->use == ACCORD_KEY_ROOT || k->use == ACCORD_KEY_REGISTRAR)
		ssh_fingerprint(k->key, out);
	else
		bytes_write_base64(k->key, out);
}

static void show_files_json(const struct accord_dir *d)
{
	json_t *keys = json_array(), *files = json_array(), *all;
	char hash[2 * HASH_LEN + 1];

	for (size_t i = 0; i < d->accord->keys_count; i++) {
		const struct accord_key *k = &d->accord->keys[i];
		char shown[KEY_SHOWN_LEN];
		key_show(k, shown);
		json_array_append_new(keys, json_pack("{s:s, s:s, s:s, s:i, s:i}", "party",
						      d->accord->parties[k->party].name, "use",
						      accord_key_use_name(k->use), "key", shown, "quorum",
						      (int)k->quorum, "of", (int)k->of));
	}
	for (size_t i = 0; i < d->files_count; i++)
		json_array_append_new(files,
				      json_stringn((const char *)d->files[i].name.ptr, d->files[i].name.len));
	all = json_pack("{s:s, s:o, s:o}", "hash", hex_of(d->accord->hash, hash), "keys", keys, "files",
			files);
	if (d->accord->guidelines != NULL)
		json_object_set_new(all, "matrix", matrix_json(d->accord, NULL));
	json_say(all);
	json_decref(all);
}

static enum exit_code show(struct options *o)
{
	struct accord_dir d;
	char hash[2 * HASH_LEN + 1];
	enum exit_code code;

	if (o->arguments_count == 1)
		return show_node(o);
	code = accord_open_checked(&d, o->arguments[1]);
	if (code != EXIT_DONE)
		return code;
	if (o->is_json) {
		show_files_json(&d);
		accord_dir_close(&d);
		return EXIT_DONE;
	}
	say(_("accord {1}\n"), hex_of(d.accord->hash, hash));
	for (size_t i = 0; i < d.accord->keys_count; i++) {
		const struct accord_key *k = &d.accord->keys[i];
		char shown[KEY_SHOWN_LEN];
		key_show(k, shown);
		say("  ");
		say_cell(d.accord->parties[k->party].code, 6, COLOUR_PLAIN);
		say_cell(accord_key_use_name(k->use), 11, COLOUR_PLAIN);
		say("{1}", shown);
		if (k->use == ACCORD_KEY_ROOT)
			say(_("  {1} of {2}"), say_number(k->quorum), say_number(k->of));
		say("\n");
	}
	for (size_t i = 0; i < d.files_count; i++) {
		char name[256];
		if (bytes_copy_str(d.files[i].name, name, sizeof name) == ERR_OK)
			say("  {1}\n", name);
	}
	for (size_t i = 0; i < d.accord->roles_count; i++) {
		const struct accord_role *role = &d.accord->roles[i];
		if ((d.accord->two_roles >> i & 1) != 0 || role->until_ms != 0) {
			say("  ");
			say_cell(role->name, 16, COLOUR_PLAIN);
			if ((d.accord->two_roles >> i & 1) != 0)
				say(_("  given by two persons"));
			if (role->until_ms != 0)
				say(_("  speaks until {1}"), say_time(role->until_ms));
			say("\n");
		}
		if (role->able[0] != '\0') {
			say("  ");
			say_cell(role->name, 16, COLOUR_PLAIN);
			say(_("  able to: {1}"), role->able);
			say("\n");
		}
	}
	show_matrix(d.accord);
	code = show_signatures(&d, NULL, o);
	accord_dir_close(&d);
	return code == EXIT_REFUSED ? EXIT_DONE : code;
}

static const struct option_row options[] = {
	{ "lines", N_("FILE"),
	  N_("draft: lines of `keys` that take the place of those of the same party and use; may be given "
	     "again") },
	{ "label", N_("LEVEL"),
	  N_("adopt: the marking of what the registrar signs; otherwise $ENTENTE_LABEL") },
	{ "rel", N_("CODES"), N_("adopt: whom it is released to; all parties if not said") },
	{ "anyway", NULL, N_("adopt: also before every peer is known to hold the version") },
	{ "all", NULL, N_("diff: every row of what it opens") },
	{ "opened", NULL, N_("diff: write what it opens into NEW/opened, which is signed with it") },
	{ NULL, NULL, NULL },
};

static const struct verb verbs[] = {
	{ "draft --lines", 2, 3, accord_draft },
	{ "check", 2, 3, check },
	{ "diff --all --opened", 3, 3, accord_diff },
	{ "sign", 2, 3, sign },
	{ "adopt --label --rel --anyway", 2, 2, accord_adopt },
	{ "show", 1, 2, show },
	{ "spif", 2, 2, accord_spif },
	{ "propose", 2, 2, accord_propose },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_accord = {
	"accord",
	"draft NEW [OLD] | check DIR [OLD] | diff OLD NEW | sign DIR [OLD] | adopt DIR | show [DIR] | spif "
	"DIR | propose FILE",
	1,
	3,
	N_("draft, check, compare, sign, adopt or show what the parties agreed beforehand"),
	options,
	run,
	false,
};
