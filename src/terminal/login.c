#include "terminal/login.h"

#include "crypto/hash.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/officer.h"
#include "terminal/refuse.h"
#include "terminal/say.h"
#include "wire/cbor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Of this user and this node: in the folder that ends with the user's log-in, and never in the node's home,
 * which is copied.
 */
static enum err token_path(const struct options *o, char out[FILE_PATH_MAX])
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char *home = realpath(o->home, NULL);
	char name[2 * HASH_LEN + 1];
	uint8_t hash[HASH_LEN];
	int n = -1;

	if (home != NULL && folder != NULL && folder[0] == '/') {
		hash_sha256(bytes_str(home), hash);
		bytes_write_hex(BYTES_OF(hash), name);
		n = snprintf(out, FILE_PATH_MAX, "%s/entente-%.16s.token", folder, name);
	}
	free(home);
	return n < 0 || n >= (int)FILE_PATH_MAX ? ERR_NOT_FOUND : ERR_OK;
}

/* Only what nobody else could have put there or read. */
static bool is_private(const char *path)
{
	struct stat s;

	return lstat(path, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() &&
	       (s.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* ERR_NOT_FOUND: nobody has signed in. */
static enum err token_read(const struct options *o, char out[CLIENT_TOKEN_LEN + 1])
{
	char path[FILE_PATH_MAX];
	uint8_t memory[CLIENT_TOKEN_LEN + 2], bytes[CLIENT_TOKEN_LEN / 2];
	struct buf text = BUF_ON(memory);
	enum err e = token_path(o, path);

	if (e == ERR_OK && !is_private(path))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = file_read(path, &text);
	if (e == ERR_OK && text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (e == ERR_OK)
		e = bytes_read_hex(buf_bytes(&text), bytes, sizeof bytes);
	if (e == ERR_OK)
		e = bytes_copy_str(buf_bytes(&text), out, CLIENT_TOKEN_LEN + 1);
	explicit_bzero(memory, sizeof memory);
	explicit_bzero(bytes, sizeof bytes);
	return e == ERR_OK ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- Signing in. ---- */

static enum exit_code ask(struct client *c, const char *method, struct bytes body, json_t **out)
{
	struct client_answer answer;
	enum exit_code code = EXIT_DONE;
	enum err e = client_ask(c, method, "/session", body, &answer);

	*out = NULL;
	if (e != ERR_OK)
		return client_lost(e);
	if (answer.status != 200 || answer.json == NULL)
		code = client_explain(&answer);
	else
		*out = json_incref(answer.json);
	client_answer_finish(&answer);
	return code;
}

/* The officer signs no text that is not a challenge: under this namespace nothing else has a meaning. */
static bool is_challenge(const char *text)
{
	static const char head[] = SSHSIG_SESSION "\nnode ";

	return strncmp(text, head, sizeof head - 1) == 0 && strlen(text) <= 512;
}

static enum exit_code answer_challenge(struct client *c, const struct officer *officer, const char *challenge,
				       json_t **out)
{
	uint8_t signature_memory[SSHSIG_LEN_MAX], body_memory[SSHSIG_LEN_MAX + 1024];
	struct buf signature = BUF_ON(signature_memory), body = BUF_ON(body_memory);

	*out = NULL;
	if (!is_challenge(challenge)) {
		say_error(_("The node asked for a signature over something that is no challenge."));
		say_next("entente doctor");
		return EXIT_INTEGRITY;
	}
	if (officer_sign(officer, SSHSIG_SESSION, bytes_str(challenge), &signature) != ERR_OK) {
		say_error(_("Your ssh-agent did not sign."));
		say_next(_("ssh-add -l shows what it holds; then the same command again"));
		return EXIT_ERROR;
	}
	cbor_put_array(&body, 2);
	cbor_put_bytes(&body, bytes_str(challenge));
	cbor_put_bytes(&body, buf_bytes(&signature));
	return ask(c, "POST", buf_bytes(&body), out);
}

/* *session is what the node says of it, token and all; the caller's. */
static enum exit_code sign_in(struct client *c, const struct options *o, json_t **session)
{
	struct officer officer;
	json_t *first = NULL;
	enum exit_code code = officer_open(&officer, o);

	*session = NULL;
	if (code != EXIT_DONE)
		return code;
	code = ask(c, "POST", (struct bytes){ NULL, 0 }, &first);
	if (code == EXIT_DONE)
		code = answer_challenge(c, &officer, json_str(first, "challenge"), session);
	officer_close(&officer);
	json_decref(first);
	if (code == EXIT_DONE &&
	    bytes_copy_str(bytes_str(json_str(*session, "token")), c->token, sizeof c->token) != ERR_OK)
		code = EXIT_ERROR;
	return code;
}

static bool is_own(const struct options *o)
{
	return option_is_given(o, "key") || option_is_given(o, "as");
}

/*
 * Of two who can be asked for: the node's owner without a session, and whoever signs, with one of his own;
 * none begins one whose key is a registrar's.
 */
struct wanted {
	bool owner, signer, registrar;
};

/* Whether what is asked without a session is answered. */
static enum exit_code does_owner_read(struct client *c, bool *out)
{
	struct client_answer answer;
	enum err e = client_ask(c, "GET", "/session", (struct bytes){ NULL, 0 }, &answer);

	if (e != ERR_OK)
		return client_lost(e);
	*out = answer.status == 200 && json_flag(answer.json, "reads");
	client_answer_finish(&answer);
	return EXIT_DONE;
}

/*
 * Whether the session that is kept is of the key that signs: a file is named by who gave it, and whoever
 * signs reads for himself what he answers. Where none is named it may be one that signs nothing.
 */
static enum exit_code is_of_signer(struct client *c, const struct options *o, bool *out)
{
	uint8_t key[HASH_LEN], named[HASH_LEN];
	struct client_answer answer;
	struct officer officer;
	const char *named_key = getenv("ENTENTE_KEY");
	enum exit_code code;
	enum err e;

	if (named_key == NULL || named_key[0] == '\0')
		return EXIT_DONE;
	code = officer_open(&officer, o);
	if (code != EXIT_DONE)
		return code;
	hash_sha256(officer.public_key, key);
	officer_close(&officer);
	e = client_ask(c, "GET", "/session", (struct bytes){ NULL, 0 }, &answer);
	if (e != ERR_OK)
		return client_lost(e);
	*out = bytes_read_hex(bytes_str(json_str(answer.json, "key")), named, sizeof named) != ERR_OK ||
	       memcmp(key, named, sizeof key) == 0; /* one that has ended is said to have */
	client_answer_finish(&answer);
	return EXIT_DONE;
}

static enum exit_code open_as(struct client *c, const struct options *o, struct wanted wanted)
{
	json_t *session = NULL;
	enum exit_code code = EXIT_DONE;
	bool is_owner = false, is_kept;

	if (client_open(c, o->home) != ERR_OK)
		return client_absent(o->home);
	if (wanted.owner)
		code = does_owner_read(c, &is_owner);
	is_kept = code == EXIT_DONE && !is_owner && !(is_own(o) && !wanted.registrar) &&
		  token_read(o, c->token) == ERR_OK;
	if (is_kept && wanted.signer)
		code = is_of_signer(c, o, &is_kept);
	if (code == EXIT_DONE && !is_owner && !is_kept &&
	    (wanted.signer || (is_own(o) && !wanted.registrar))) {
		c->token[0] = '\0';
		code = sign_in(c, o, &session);
		c->is_token_own = code == EXIT_DONE;
	}
	json_decref(session);
	if (code != EXIT_DONE)
		client_close(c);
	return code;
}

enum exit_code login_open(struct client *c, const struct options *o)
{
	return open_as(c, o, (struct wanted){ .owner = false });
}

enum exit_code login_open_owner(struct client *c, const struct options *o)
{
	return open_as(c, o, (struct wanted){ .owner = true });
}

enum exit_code login_open_registrar(struct client *c, const struct options *o)
{
	return open_as(c, o, (struct wanted){ .owner = true, .registrar = true });
}

enum exit_code login_open_to_sign(struct client *c, const struct options *o)
{
	return open_as(c, o, (struct wanted){ .owner = true, .signer = true });
}

enum err login_again(struct client *c, const struct options *o)
{
	json_t *session = NULL;
	enum err e = client_try(c, o->home);

	if (e != ERR_OK)
		return e;
	if (is_own(o)) {
		c->is_token_own = sign_in(c, o, &session) == EXIT_DONE;
		json_decref(session);
		return c->is_token_own ? ERR_OK : ERR_REFUSED;
	}
	return token_read(o, c->token) == ERR_OK || c->token[0] == '\0' ? ERR_OK : ERR_REFUSED;
}

void login_close(struct client *c)
{
	struct client_answer answer;

	if (c->in.ptr != NULL && c->is_token_own &&
	    client_ask(c, "DELETE", "/session", (struct bytes){ NULL, 0 }, &answer) == ERR_OK)
		client_answer_finish(&answer);
	explicit_bzero(c->token, sizeof c->token);
	client_close(c);
}

/* ---- A session that is kept. ---- */

static enum exit_code explain_folder(void)
{
	say_error(_("There is no folder to keep the session in: $XDG_RUNTIME_DIR is not set."));
	say_next(_("set it to a folder of yours alone, or give the reading command --key FILE itself"));
	return EXIT_USAGE;
}

static enum exit_code keep(const char *path, const struct client *c)
{
	char text[CLIENT_TOKEN_LEN + 2];
	enum err e;

	snprintf(text, sizeof text, "%s\n", c->token);
	e = file_write(path, bytes_str(text), 0600);
	explicit_bzero(text, sizeof text);
	return e == ERR_OK ? EXIT_DONE : refuse_unwritable(path);
}

enum exit_code login_keep(const struct options *o, json_t **session)
{
	char path[FILE_PATH_MAX];
	enum exit_code code;
	struct client c;

	*session = NULL;
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	code = token_path(o, path) == ERR_OK ? sign_in(&c, o, session) : explain_folder();
	if (code == EXIT_DONE)
		code = keep(path, &c);
	json_object_del(*session, "token");
	explicit_bzero(c.token, sizeof c.token);
	client_close(&c);
	return code;
}

enum exit_code login_forget(const struct options *o)
{
	char path[FILE_PATH_MAX];
	struct client_answer answer;
	struct client c;
	enum err e;

	if (token_path(o, path) != ERR_OK)
		return explain_folder();
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	if (token_read(o, c.token) != ERR_OK) {
		client_close(&c);
		say_error(_("Nobody has signed in here."));
		say_next("entente login --key FILE");
		return EXIT_NOT_FOUND;
	}
	/* That it has ended already is what is wanted, too. */
	e = client_ask(&c, "DELETE", "/session", (struct bytes){ NULL, 0 }, &answer);
	if (e == ERR_OK)
		client_answer_finish(&answer);
	explicit_bzero(c.token, sizeof c.token);
	client_close(&c);
	if (unlink(path) != 0)
		return refuse_unwritable(path);
	return e == ERR_OK ? EXIT_DONE : client_lost(e);
}
