#include "crypto/pair.h"
#include "entente/post.h"
#include "entente/refuse.h"
#include "entente/registrar.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/words.h"
#include "sys/file.h"
#include "sys/random.h"

#include <errno.h>
#include <string.h>

static const struct option_row options[] = {
	{ "party", N_("PARTY"), N_("whose keys; our own if not said") },
	{ "add", N_("FILE"), N_("add the officer's key in this .pub file; signed by the registrar (--key)") },
	{ "withdraw", N_("FILE"),
	  N_("withdraw the officer's key in this .pub file; signed by the registrar (--key)") },
	{ "roles", N_("ROLES"), N_("with --add: the roles, as watch,head") },
	{ "holder", N_("N"), N_("with --add: the holder's number in your own roster") },
	{ "label", N_("LEVEL"), N_("the marking; otherwise $ENTENTE_LABEL") },
	{ "rel", N_("CODES"), N_("whom it is released to; all parties if not said") },
	{ "pair", N_("FILE"),
	  N_("write a new key for a thin path into this file; the other side gets the same one, by hand") },
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
	code = (enum exit_code)client_get(c, &q, &answer);
	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE) {
		say("{1}\n", json_str(answer, "log"));
		json_array_foreach(json_object_get(answer, "keys"), i, key) show_key(key);
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

static enum exit_code fill(struct draft *d, const struct options *o, const char *path, bool is_withdrawal)
{
	const char *roles = option_value(o, "roles");
	uint8_t memory[SSH_PUBLIC_MAX];
	struct buf wire = BUF_ON(memory);
	uint64_t holder = 0;
	enum err e = public_key_read(path, &wire);

	if (e != ERR_OK || ssh_public_check(buf_bytes(&wire)) != ERR_OK) {
		say_error(_("{1} is no public key that can sign here."), path);
		say_next(_("name the .pub file that ssh-keygen wrote"));
		return e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_USAGE;
	}
	if (!is_withdrawal && roles == NULL) {
		say_error(_("A key is added with the roles of its holder."));
		say_next("entente keys --add {1} --roles watch --holder 7 --key REGISTRAR", path);
		return EXIT_USAGE;
	}
	if (!is_withdrawal && read_holder(o, &holder) != EXIT_DONE)
		return EXIT_USAGE;
	return registrar_fill_key(d, is_withdrawal, buf_bytes(&wire), holder, roles);
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
	if (json_hex(accord, "accord", id, sizeof id) != ERR_OK) {
		draft_open(d, KIND_KEYS);
		code = EXIT_ERROR;
	} else {
		code = registrar_draft(d, KIND_KEYS, o, BYTES_OF(id), json_str(accord, "party"), names,
				       count);
	}
	json_decref(accord);
	return code;
}

static enum exit_code change(struct options *o, struct client *c, const char *path, bool is_withdrawal)
{
	struct officer registrar = { 0 };
	char place[PLACE_TEXT_LEN];
	struct draft d;
	enum exit_code code = draft_for_accord(&d, o, c);

	if (code == EXIT_DONE)
		code = officer_open(&registrar, o);
	if (code == EXIT_DONE)
		code = fill(&d, o, path, is_withdrawal);
	if (code == EXIT_DONE) {
		memcpy(registrar.role, REGISTRAR_ROLE, sizeof REGISTRAR_ROLE);
		code = draft_sign(&d, &registrar);
	}
	if (code == EXIT_DONE)
		code = post_draft(c, &d, place);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("place", place);
	else if (code == EXIT_DONE)
		say(is_withdrawal ? _("withdrawn in every log of ours, from the entry behind {1} on\n")
				  : _("added in every log of ours, from the entry behind {1} on\n"),
		    place);
	officer_close(&registrar);
	draft_close(&d);
	return code;
}

/* Needs no node: it may be made before there is one. */
static enum exit_code make_pair_key(const char *path)
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
	if (e == ERR_OK) {
		say(_("{1} holds the key; the other side needs the same file, and nobody else\n"), path);
		return EXIT_DONE;
	}
	return refuse_unwritable(path);
}

static enum exit_code run(struct options *o)
{
	const char *add = option_value(o, "add"), *withdraw = option_value(o, "withdraw");
	const char *pair = option_value(o, "pair");
	enum exit_code code;
	struct client c;

	if (pair != NULL && add == NULL && withdraw == NULL)
		return make_pair_key(pair);
	if ((add != NULL) + (withdraw != NULL) + (pair != NULL) > 1) {
		say_error(_("One at a time: --add, --withdraw or --pair."));
		say_next(_("see entente {1} --help"), o->command->name);
		return EXIT_USAGE;
	}
	if (client_open(&c, o->home) != ERR_OK)
		return EXIT_ERROR;
	if (add != NULL)
		code = change(o, &c, add, false);
	else if (withdraw != NULL)
		code = change(o, &c, withdraw, true);
	else
		code = list(o, &c);
	client_close(&c);
	return code;
}

const struct command_row command_keys = {
	"keys",	 "",  0,     0, N_("list officers' keys; add or withdraw one as the registrar"),
	options, run, false,
};
