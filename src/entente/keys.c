#include "base/alloc.h"
#include "compose/post.h"
#include "compose/registrar.h"
#include "crypto/pair.h"
#include "entente/rotate.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "sys/random.h"
#include "terminal/aloud.h"
#include "terminal/identity.h"
#include "terminal/login.h"
#include "terminal/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLES_LEN_MAX (ACCORD_ROLES_MAX * (ROLE_NAME_MAX + 1))

static const struct option_row options[] = {
	{ "party", N_("PARTY"), N_("whose keys; our own if not said") },
	{ "add", N_("FILE"),
	  N_("add the keys in this .pub file, an officer's or those that words are sealed for; signed by the "
	     "registrar (--key)") },
	{ "withdraw", N_("FILE"),
	  N_("withdraw the keys in this .pub file; signed by the registrar (--key); with --add: that one "
	     "takes "
	     "its place") },
	{ "roles", N_("ROLES"), N_("with --add: the roles, as watch,head") },
	{ "holder", N_("N"), N_("with --add of an officer's key: the holder's number in your own roster") },
	{ "label", N_("LEVEL"), N_("the marking; otherwise $ENTENTE_LABEL") },
	{ "rel", N_("CODES"), N_("whom it is released to; all parties if not said") },
	{ "new-identity", N_("FILE"),
	  N_("write new age secrets into this file, and the keys that words are sealed for into FILE.pub") },
	{ "draft", N_("FILE"),
	  N_("with --add: the file to write the registrar's part into; alone: show what it gives") },
	{ "sign", NULL, N_("and sign it, having seen it, as an officer of your party") },
	{ "aloud", N_("FILE"),
	  N_("the fingerprint of this .pub file as it is read aloud, in Korean and in English") },
	{ "pair", N_("FILE"),
	  N_("write a new key for a thin path into this file; the other side gets the same one, by hand") },
	{ "rotate", N_("USES"),
	  N_("make this node's next keys for these uses, as log,mirror,tls, and say their lines for the "
	     "accord") },
	{ "retire", N_("USES"), N_("the next keys are in force: destroy the ones before them") },
	{ "anyway", NULL, N_("retire: also a TLS key of which a peer may not know the next") },
	{ NULL, NULL, NULL },
};

static void show_key(const json_t *key)
{
	json_t *role;
	size_t i;

	say("  ");
	say_cell(json_str(key, "fingerprint"), 51, COLOUR_PLAIN);
	say(_(" holder {1}"), say_number(json_uint(key, "holder")));
	json_array_foreach(json_object_get(key, "roles"), i, role)
		say("{1}{2}", i == 0 ? "  " : ",", json_string_value(role));
	if (json_object_get(key, "withdrawn") != NULL)
		say_coloured(COLOUR_WARN, _("  withdrawn"));
	say("\n");
}

static void show_recipient(const json_t *one)
{
	char text[AGE_TEXT_LEN_MAX + 1];
	struct buf out = { (uint8_t *)text, 0, sizeof text - 1, false }, key;
	struct age_recipient recipient;
	json_t *role;
	size_t i;

	if (json_bytes(one, "key", &key) != ERR_OK)
		return;
	if (age_recipient_from(buf_bytes(&key), &recipient) == ERR_OK)
		age_recipient_write(&recipient, &out);
	free(key.ptr);
	text[out.len] = '\0';
	say("  ");
	json_array_foreach(json_object_get(one, "roles"), i, role)
		say("{1}{2}", i == 0 ? "" : ",", json_string_value(role));
	if (json_object_get(one, "withdrawn") != NULL)
		say_coloured(COLOUR_WARN, _("  withdrawn"));
	say("  {1}\n", text);
}

static enum exit_code list(struct options *o, struct client *c)
{
	const char *party = option_value(o, "party");
	const json_t *key;
	enum exit_code code;
	json_t *answer;
	struct query q;
	size_t i;

	query_open(&q, "/keys");
	if (party != NULL)
		query_put(&q, "party", party);
	code = client_get(c, &q, &answer);
	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE) {
		say("{1}\n", json_str(answer, "log"));
		json_array_foreach(json_object_get(answer, "keys"), i, key) show_key(key);
		if (json_array_size(json_object_get(answer, "recipients")) > 0)
			say(_("sealed for:\n"));
		json_array_foreach(json_object_get(answer, "recipients"), i, key) show_recipient(key);
	}
	json_decref(answer);
	return code;
}

static enum exit_code read_holder(const struct options *o, uint64_t *holder)
{
	const char *text = option_value(o, "holder");

	if (text != NULL && bytes_read_decimal(bytes_str(text), UINT32_MAX, holder) == ERR_OK)
		return EXIT_DONE;
	say_error(_("A key is added with the number of its holder in your own roster."));
	say_next("entente keys --add FILE --roles watch --holder 7 --key REGISTRAR");
	return EXIT_USAGE;
}

/* What a .pub file holds: one key of an officer, or those of a post that words are sealed for. */
struct key_file {
	enum key_use use;
	uint8_t wire[SSH_PUBLIC_MAX];
	struct age_recipient recipients[AGE_RECIPIENTS_MAX];
	size_t count, wire_len;
	uint64_t holder;
	char place[PLACE_TEXT_LEN]; /* of the last statement about it that was filed; "": none was */
};

static enum exit_code read_key_file(struct key_file *f, const char *path)
{
	struct buf wire = BUF_ON(f->wire);
	enum err e = recipients_read_file(path, f->recipients, &f->count);

	f->use = KEY_USE_RECIPIENT;
	if (e == ERR_OK)
		return EXIT_DONE;
	e = public_key_read(path, &wire);
	f->use = KEY_USE_OFFICER;
	f->wire_len = wire.len;
	f->count = 1;
	if (e == ERR_OK && ssh_public_check(buf_bytes(&wire)) == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_NOT_FOUND)
		return refuse_missing(path);
	say_error(_("{1} is no public key that can sign here, and none that words can be sealed for."), path);
	say_next(_("name the .pub file that ssh-keygen or entente keys --new-identity wrote"));
	return EXIT_USAGE;
}

static enum exit_code check_addition(struct key_file *f, const struct options *o, const char *path)
{
	if (option_value(o, "roles") == NULL) {
		say_error(_("A key is added with the roles of its holder."));
		say_next("entente keys --add {1} --roles watch --holder 7 --key REGISTRAR", path);
		return EXIT_USAGE;
	}
	if (f->use == KEY_USE_OFFICER || option_is_given(o, "holder"))
		return read_holder(o, &f->holder);
	return EXIT_DONE;
}

static struct bytes key_at(const struct key_file *f, size_t i)
{
	if (f->use == KEY_USE_OFFICER)
		return (struct bytes){ f->wire, f->wire_len };
	return (struct bytes){ f->recipients[i].key, age_key_len(f->recipients[i].kind) };
}

/* What is signed stands in every log for ever: a slip of the hand is told before. */
static enum exit_code check_roles(const json_t *accord, const char *roles)
{
	struct bytes rest = bytes_str(roles), one;
	const json_t *list = json_object_get(accord, "roles"), *row;
	char names[1024] = "", name[ROLE_NAME_MAX + 1] = "";
	struct buf text = { (uint8_t *)names, 0, sizeof names - 1, false };
	bool is_there = true;
	size_t i;

	while (rest.len > 0 && is_there) {
		if (bytes_take_until(&rest, ',', &one) != ERR_OK) {
			one = rest;
			rest.len = 0;
		}
		is_there = false;
		json_array_foreach(list, i, row) is_there =
			is_there || bytes_equal(one, bytes_str(json_str(row, "name")));
	}
	if (is_there)
		return EXIT_DONE;
	json_array_foreach(list, i, row)
	{
		buf_put_str(&text, i == 0 ? "" : ", ");
		buf_put_str(&text, json_str(row, "name"));
	}
	names[text.len] = '\0';
	say_error(_("The accord has no role {1}. It has: {2}."),
		  bytes_copy_str(one, name, sizeof name) == ERR_OK ? name : roles, names);
	say_next(_("the same command with another --roles"));
	return EXIT_USAGE;
}

/* The registrar's statement for every log of the party. */
static enum exit_code draft_for_accord(struct draft *d, const struct options *o, struct client *c)
{
	const char *names[PARTY_MAX];
	uint8_t id[ACCORD_ID_LEN];
	const json_t *party;
	enum exit_code code;
	json_t *accord;
	size_t i, count = 0;

	code = show_get(c, "/accord", &accord);
	if (code != EXIT_DONE) {
		draft_open(d, KIND_KEYS);
		return code;
	}
	json_array_foreach(json_object_get(accord, "parties"), i, party)
	{
		if (count < PARTY_MAX)
			names[count++] = json_str(party, "name");
	}
	if (option_value(o, "roles") != NULL)
		code = check_roles(accord, option_value(o, "roles"));
	if (code != EXIT_DONE || json_hex(accord, "accord", id, sizeof id) != ERR_OK) {
		draft_open(d, KIND_KEYS);
		code = code == EXIT_DONE ? EXIT_ERROR : code;
	} else {
		code = registrar_draft(d, KIND_KEYS, o, BYTES_OF(id), json_str(accord, "party"), names,
				       count);
	}
	json_decref(accord);
	return code;
}

/* ---- What two persons sign: the registrar's part goes into a file, an officer sees it and signs. ---- */

static enum exit_code write_part(const struct draft *d, const char *path, bool is_json)
{
	struct buf body;
	enum exit_code code;
	enum err e;

	if (file_exists(path))
		return refuse_existing(path);
	buf_init(&body, xcalloc(1, REQUEST_LEN_MAX), REQUEST_LEN_MAX);
	draft_write_body(d, &body);
	e = file_write_new(path, buf_bytes(&body), 0600);
	code = e == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
	free(body.ptr);
	if (code == EXIT_DONE && is_json) {
		json_say_done("draft", path);
	} else if (code == EXIT_DONE) {
		say(_("{1} has the registrar's signature. Nobody has the post yet.\n"), path);
		say_next(_("an officer who is not the one named: entente keys --draft {1}"), path);
	}
	return code;
}

static enum exit_code read_part(struct draft *d, const char *path)
{
	enum err e = draft_read_file(d, KIND_KEYS, path);
	uint64_t use = e == ERR_OK ? statement_uint(&d->statement, FIELD_KEYS_USE) : KEY_USE_COUNT;

	/* What else a registrar says of keys takes nobody beside him. */
	if (e == ERR_OK && (statement_uint(&d->statement, FIELD_KEYS_ACT) != 0 ||
			    (use != KEY_USE_OFFICER && use != KEY_USE_RECIPIENT)))
		e = ERR_USAGE;
	if (e == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_NOT_FOUND)
		return refuse_missing(path);
	say_error(e == ERR_VERIFY ? _("A signature in {1} is false: do not sign it.")
				  : _("{1} is no draft of a key."),
		  path);
	say_next("entente keys --add FILE --roles head --holder 7 --draft {1} --key REGISTRAR", path);
	return e == ERR_VERIFY ? EXIT_INTEGRITY : EXIT_USAGE;
}

/* From the bytes that are signed, not from what anybody says of them. */
static void show_part(const struct draft *d)
{
	const struct field *key = statement_field(&d->statement, FIELD_KEYS_KEY);
	struct text_list roles = statement_list(&d->statement, FIELD_KEYS_ROLES);
	char fingerprint[SSH_FINGERPRINT_LEN] = "", role[ROLE_NAME_MAX + 1];
	uint64_t holder = 0;
	struct cbor_reader r;
	struct bytes wire, name;

	cbor_open(&r, key->value);
	if (cbor_read_bytes(&r, KEY_LEN_MAX, &wire) == ERR_OK)
		ssh_fingerprint(wire, fingerprint);
	if (statement_field_uint(&d->statement, FIELD_KEYS_HOLDER, UINT64_MAX, &holder) != ERR_OK)
		holder = 0;
	say(statement_uint(&d->statement, FIELD_KEYS_USE) == KEY_USE_RECIPIENT
		    ? _("The draft has words sealed for the key {1} of holder {2}, at these posts:")
		    : _("The draft gives the key {1} of holder {2} these posts:"),
	    fingerprint, say_number(holder));
	while (text_list_next(&roles, &name)) {
		if (bytes_copy_str(name, role, sizeof role) == ERR_OK)
			say(" {1}", role);
	}
	say("\n");
}

static enum exit_code finish_part(struct options *o, struct client *c, const char *path)
{
	bool is_signing = option_is_given(o, "sign");
	struct officer officer = { 0 };
	char place[PLACE_TEXT_LEN];
	struct draft d;
	enum exit_code code;

	draft_open(&d, KIND_KEYS);
	code = read_part(&d, path);
	if (code == EXIT_DONE && !o->is_json)
		show_part(&d);
	if (code == EXIT_DONE && is_signing) {
		code = officer_open(&officer, o);
		if (code == EXIT_DONE)
			code = draft_sign_bytes(&d, &officer);
		if (code == EXIT_DONE)
			code = post_draft(c, &d, place);
		if (code == EXIT_DONE && o->is_json)
			json_say_done("place", place);
		else if (code == EXIT_DONE)
			say(_("added in every log of ours, from the entry behind {1} on\n"), place);
		if (code == EXIT_DONE)
			code = check_lines(c, &d, place, o->is_json);
		officer_close(&officer);
	} else if (code == EXIT_DONE && !o->is_json) {
		say_next("entente keys --draft {1} --sign", path);
	}
	draft_close(&d);
	return code;
}

/* Withdrawn where a log of ours takes anything now: the others are named. */
static enum exit_code say_shut(const char *place, const char *channels)
{
	say_error(_("The key is withdrawn from {1} on, but not in our logs that take nothing now: {2}."),
		  place, channels);
	say_next(
		_("entente doctor says what to do for them; then withdraw it again: only where it is not yet "
		  "withdrawn"));
	return EXIT_INTEGRITY;
}

static enum exit_code change_one(struct options *o, struct client *c, struct key_file *f, size_t i,
				 bool is_withdrawal, const char *roles)
{
	struct officer registrar = { 0 };
	char place[PLACE_TEXT_LEN];
	struct post_wish wish = { .rule = "-" }; /* nothing but whether it was said */
	const char *part = is_withdrawal ? NULL : option_value(o, "draft");
	struct draft d;
	enum exit_code code = draft_for_accord(&d, o, c);

	if (code == EXIT_DONE)
		code = officer_open(&registrar, o);
	if (code == EXIT_DONE)
		code = registrar_fill_key(&d, is_withdrawal, f->use, key_at(f, i), f->holder, roles);
	if (code == EXIT_DONE) {
		memcpy(registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
		code = draft_sign(&d, &registrar);
	}
	if (code == EXIT_DONE)
		code = part == NULL ? post_draft_asking(c, &d, place, &wish)
				    : write_part(&d, part, o->is_json);
	if (code == EXIT_DONE && part == NULL && !wish.is_said)
		memcpy(f->place, place, sizeof f->place);
	if (code != EXIT_DONE || part != NULL)
		; /* it was said */
	else if (o->is_json)
		json_say_done("place", place);
	else if (wish.is_said)
		say(_("It was said before: {1}. Nothing was filed.\n"), place);
	else if (wish.shut[0] == '\0')
		say(is_withdrawal ? _("withdrawn in every log of ours, from the entry behind {1} on\n")
				  : _("added in every log of ours, from the entry behind {1} on\n"),
		    place);
	if (code == EXIT_DONE && wish.shut[0] != '\0')
		code = say_shut(place, wish.shut);
	officer_close(&registrar);
	draft_close(&d);
	return code;
}

/* In every log of ours: what is filed waits there for each peer to whom there is no line. */
static enum exit_code check_filed(const struct options *o, struct client *c, const struct key_file *f)
{
	return f->place[0] == '\0' ? EXIT_DONE : check_lines_on(c, 0, f->place, o->is_json);
}

/* A statement a key. */
static enum exit_code change(struct options *o, struct client *c, const char *path, bool is_withdrawal)
{
	struct key_file *f = xcalloc(1, sizeof *f);
	enum exit_code code = read_key_file(f, path), worst = EXIT_DONE;

	if (code == EXIT_DONE && !is_withdrawal)
		code = check_addition(f, o, path);
	for (size_t i = 0; code == EXIT_DONE && i < f->count; i++) {
		enum exit_code one = change_one(o, c, f, i, is_withdrawal, option_value(o, "roles"));
		/* What could not be withdrawn everywhere keeps no other key of the file in force. */
		if (is_withdrawal && i + 1 < f->count)
			worst = one == EXIT_DONE ? worst : one;
		else
			code = one;
	}
	if (code == EXIT_DONE)
		code = worst;
	if (code == EXIT_DONE)
		code = check_filed(o, c, f);
	free(f);
	return code;
}

/* ---- One is lost: the spare takes its place, with its holder and his roles. ---- */

/* Of the key in force; "" where our log has it not. Nor may the spare be one that cannot take its place. */
static enum exit_code find_holder(struct client *c, struct bytes wire, struct bytes spare, uint64_t *holder,
				  char roles[ROLES_LEN_MAX])
{
	struct buf text = { (uint8_t *)roles, 0, ROLES_LEN_MAX - 1, false };
	char fingerprint[SSH_FINGERPRINT_LEN], other[SSH_FINGERPRINT_LEN];
	json_t *answer = NULL, *name;
	const json_t *key;
	bool is_used = false;
	size_t i, n;
	enum exit_code code = show_get(c, "/keys", &answer);

	ssh_fingerprint(wire, fingerprint);
	ssh_fingerprint(spare, other);
	json_array_foreach(json_object_get(answer, "keys"), i, key)
	{
		is_used = is_used || strcmp(json_str(key, "fingerprint"), other) == 0;
		if (strcmp(json_str(key, "fingerprint"), fingerprint) != 0 ||
		    json_object_get(key, "withdrawn") != NULL)
			continue;
		*holder = json_uint(key, "holder");
		json_array_foreach(json_object_get(key, "roles"), n, name)
		{
			buf_put_str(&text, n == 0 ? "" : ",");
			buf_put_str(&text, json_string_value(name));
		}
	}
	roles[text.len] = '\0';
	json_decref(answer);
	if (code == EXIT_DONE && text.len > 0 && is_used) {
		say_error(_("Our logs have the key {1} already, in force or withdrawn: nothing was changed."),
			  other);
		say_next(_("the same command, with a key behind --add that nobody had"));
		return EXIT_REFUSED;
	}
	if (code != EXIT_DONE || text.len > 0)
		return code;
	say_error(_("Our logs have no key {1} in force."), fingerprint);
	say_next("entente keys");
	return EXIT_NOT_FOUND;
}

static enum exit_code replace(struct options *o, struct client *c, const char *lost, const char *spare)
{
	struct key_file *old = xcalloc(1, sizeof *old), *new = xcalloc(1, sizeof *new);
	char roles[ROLES_LEN_MAX];
	enum exit_code code = read_key_file(old, lost);

	if (code == EXIT_DONE)
		code = read_key_file(new, spare);
	if (code == EXIT_DONE && (old->use != KEY_USE_OFFICER || new->use != KEY_USE_OFFICER)) {
		say_error(_("An officer's key takes the place of an officer's key."));
		say_next(_("the keys of a post are added and withdrawn by themselves: entente keys --add, "
			   "entente keys --withdraw"));
		code = EXIT_USAGE;
	}
	if (code == EXIT_DONE)
		code = find_holder(c, key_at(old, 0), key_at(new, 0), &new->holder, roles);
	/* First the lost one goes: whatever becomes of the other, nobody signs with it from here on. */
	if (code == EXIT_DONE)
		code = change_one(o, c, old, 0, true, NULL);
	if (code == EXIT_DONE)
		code = change_one(o, c, new, 0, false, roles);
	if (code == EXIT_DONE && !o->is_json)
		say_next(_("say so to the other side, which confirms it: entente send service --form N05"));
	if (code == EXIT_DONE)
		code = check_filed(o, c, new);
	free(old);
	free(new);
	return code;
}

/* Both languages, whatever the terminal's is: two persons read it to each other. Needs no node. */
static enum exit_code read_aloud(const char *path, bool is_json)
{
	uint8_t memory[SSH_PUBLIC_MAX];
	struct buf wire = BUF_ON(memory);
	char groups[ALOUD_GROUPS][ALOUD_DIGITS + 1], fingerprint[SSH_FINGERPRINT_LEN], number[64] = "";
	enum err e = public_key_read(path, &wire);

	if (e == ERR_NOT_FOUND)
		return refuse_missing(path);
	if (e != ERR_OK || ssh_public_check(buf_bytes(&wire)) != ERR_OK) {
		say_error(_("{1} is no public key that can sign here."), path);
		say_next(_("name the .pub file that ssh-keygen wrote"));
		return EXIT_USAGE;
	}
	ssh_fingerprint(buf_bytes(&wire), fingerprint);
	aloud_groups(buf_bytes(&wire), groups);
	if (!is_json)
		say("{1}\n", fingerprint);
	for (size_t i = 0; i < ALOUD_GROUPS; i++) {
		char ko_memory[64] = "", en_memory[64] = "";
		struct buf ko = { (uint8_t *)ko_memory, 0, sizeof ko_memory - 1, false },
			   en = { (uint8_t *)en_memory, 0, sizeof en_memory - 1, false };
		aloud_words(groups[i], true, &ko);
		aloud_words(groups[i], false, &en);
		if (!is_json)
			say("  {1}  {2}  {3}\n", groups[i], ko_memory, en_memory);
		snprintf(number + strlen(number), sizeof number - strlen(number), "%s%s", i == 0 ? "" : " ",
			 groups[i]);
	}
	if (is_json) {
		json_t *out = json_pack("{s:s, s:s}", "fingerprint", fingerprint, "groups", number);
		json_say(out);
		json_decref(out);
	}
	return EXIT_DONE;
}

/* Needs no node: it may be made before there is one. */
static enum exit_code make_pair_key(const char *path, bool is_json)
{
	uint8_t secret[PAIR_SECRET_LEN];
	char text[2 * PAIR_SECRET_LEN + 2];
	enum err e;

	random_read(secret, sizeof secret);
	bytes_write_hex(BYTES_OF(secret), text);
	text[2 * PAIR_SECRET_LEN] = '\n';
	e = file_write_new(path, (struct bytes){ (const uint8_t *)text, 2 * PAIR_SECRET_LEN + 1 }, 0600);
	memset(secret, 0, sizeof secret);
	memset(text, 0, sizeof text);
	if (e != ERR_OK)
		return refuse_unwritable(path);
	if (is_json)
		json_say_done("file", path);
	else
		say(_("{1} holds the key; the other side needs the same file, and nobody else\n"), path);
	return EXIT_DONE;
}

static enum exit_code run(struct options *o)
{
	const char *add = option_value(o, "add"), *withdraw = option_value(o, "withdraw");
	const char *pair = option_value(o, "pair"), *identity = option_value(o, "new-identity");
	enum exit_code code;
	struct client c;

	if (option_value(o, "aloud") != NULL)
		return read_aloud(option_value(o, "aloud"), o->is_json);
	if ((add != NULL || withdraw != NULL) + (pair != NULL) + (identity != NULL) > 1) {
		say_error(_("One at a time: --add, --withdraw, --new-identity or --pair."));
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	if (!option_has_use(o, "roles", "add") || !option_has_use(o, "holder", "add") ||
	    !option_has_use(o, "sign", "draft"))
		return EXIT_USAGE;
	if (option_value(o, "rotate") != NULL)
		return keys_rotate(o, option_value(o, "rotate"));
	if (option_value(o, "retire") != NULL)
		return keys_retire(o, option_value(o, "retire"));
	if (pair != NULL)
		return make_pair_key(pair, o->is_json);
	if (identity != NULL)
		return identity_make(identity, o->is_json);
	code = add != NULL || withdraw != NULL ? login_open_registrar(&c, o) : login_open_owner(&c, o);
	if (code != EXIT_DONE)
		return code;
	if (add != NULL && withdraw != NULL)
		code = replace(o, &c, withdraw, add);
	else if (add != NULL)
		code = change(o, &c, add, false);
	else if (withdraw != NULL)
		code = change(o, &c, withdraw, true);
	else if (option_value(o, "draft") != NULL)
		code = finish_part(o, &c, option_value(o, "draft"));
	else
		code = list(o, &c);
	login_close(&c);
	return code;
}

const struct command_row command_keys = {
	"keys",	 "",  0,     0, N_("list officers' and posts' keys; add or withdraw one as the registrar"),
	options, run, false,
};
