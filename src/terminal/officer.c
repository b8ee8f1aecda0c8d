#include "terminal/officer.h"

#include "home/words.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define KEY_FILE_MAX 16384u
#define AGENT_ANSWER_MAX (256u << 10)

enum err public_key_read(const char *path, struct buf *wire)
{
	uint8_t memory[KEY_FILE_MAX];
	struct buf file = BUF_ON(memory);
	struct bytes rest, line, comment;
	enum err e = file_read(path, &file);

	if (e != ERR_OK)
		return e;
	rest = buf_bytes(&file);
	if (bytes_take_until(&rest, '\n', &line) != ERR_OK)
		line = buf_bytes(&file);
	return ssh_public_read_line(line, wire, &comment);
}

/* ---- The agent. ---- */

static int agent_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("SSH_AUTH_SOCK");
	int fd;

	if (path == NULL || strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static enum err read_exactly(int fd, uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, out, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_DOWN;
		out += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* One question: a length and a message each way. Request and answer are kept with their length in front. */
static enum err agent_ask(struct bytes request, struct buf *answer)
{
	int fd = agent_connect();
	uint8_t head[4], *at;
	enum err e = ERR_DOWN;

	if (fd < 0)
		return ERR_DOWN;
	if (socket_write_all(fd, request) == ERR_OK)
		e = read_exactly(fd, head, sizeof head);
	if (e == ERR_OK) {
		buf_put(answer, BYTES_OF(head));
		at = buf_reserve(answer, be32_get(head));
		e = at == NULL ? ERR_LIMIT : read_exactly(fd, at, be32_get(head));
	}
	close(fd);
	return e;
}

/* The agent's only key that can be an officer's. */
static enum exit_code agent_only_key(struct buf *wire)
{
	uint8_t request[64];
	struct buf ask = BUF_ON(request), answer;
	struct ssh_agent_key *keys;
	size_t count, good = 0;
	struct arena arena;
	uint8_t *memory = malloc(AGENT_ANSWER_MAX), *rows = malloc(AGENT_ANSWER_MAX);
	enum err e = memory == NULL || rows == NULL ? ERR_MEMORY : ERR_OK;

	ssh_agent_write_list(&ask);
	if (e == ERR_OK) {
		buf_init(&answer, memory, AGENT_ANSWER_MAX);
		arena_init(&arena, rows, AGENT_ANSWER_MAX);
		e = agent_ask(buf_bytes(&ask), &answer);
	}
	if (e == ERR_OK)
		e = ssh_agent_read_list(buf_bytes(&answer), &arena, &keys, &count);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		if (ssh_public_check(keys[i].public_key) != ERR_OK)
			continue;
		if (good++ == 0)
			buf_put(wire, keys[i].public_key);
	}
	free(memory);
	free(rows);
	if (e == ERR_OK && good == 1)
		return EXIT_DONE;
	if (e != ERR_OK)
		say_error(_("There is no key to sign with: no --key, no $ENTENTE_KEY, and no ssh-agent "
			    "answers."));
	else if (good == 0)
		say_error(_("Your ssh-agent holds no key that can sign here (Ed25519, or ECDSA on P-256)."));
	else
		say_error(_("Your ssh-agent holds {1} keys that could sign; name one."), say_number(good));
	say_next(_(
		"the same command with --key FILE: a private key, or the .pub of one that the agent holds"));
	return EXIT_USAGE;
}

/* ---- Opening. ---- */

static enum exit_code explain_key(const char *path, enum err e)
{
	if (e == ERR_NOT_FOUND) {
		say_error(_("There is no key file {1}."), path);
		say_next(_("ssh-keygen -t ed25519 -f {1}, then have your registrar add it: entente keys "
			   "--add {1}.pub"),
			 path);
		return EXIT_NOT_FOUND;
	}
	say_error(_("{1} is no key that can sign here: an OpenSSH Ed25519 key, or the .pub of one in your "
		    "ssh-agent."),
		  path);
	say_next(_("ssh-keygen -t ed25519 makes one; a key on a token, or on P-256, signs through the agent: "
		   "ssh-add {1}, then --key {1}.pub"),
		 path);
	return EXIT_USAGE;
}

static enum exit_code open_file(struct officer *o, const char *path, struct buf *wire)
{
	char public_path[FILE_PATH_MAX];
	uint8_t memory[KEY_FILE_MAX];
	struct buf file = BUF_ON(memory);
	enum err e = file_read(path, &file);
	bool is_encrypted;

	if (e != ERR_OK)
		return explain_key(path, e);
	e = ssh_private_read(buf_bytes(&file), &o->key);
	explicit_bzero(memory, sizeof memory);
	if (e == ERR_OK) {
		o->has_private = true;
		ssh_public_write(o->key.public, wire);
		return EXIT_DONE;
	}
	is_encrypted = e == ERR_REFUSED;
	if (!is_encrypted && public_key_read(path, wire) == ERR_OK)
		return EXIT_DONE;
	/* Encrypted, of a token, or on P-256: the agent signs with it, or nobody does. */
	if ((size_t)snprintf(public_path, sizeof public_path, "%s.pub", path) >= sizeof public_path)
		return explain_key(path, ERR_USAGE);
	buf_reset(wire);
	if (public_key_read(public_path, wire) == ERR_OK)
		return EXIT_DONE;
	if (is_encrypted) {
		say_error(_("{1} is encrypted, and {1}.pub, by which your ssh-agent would know it, is not "
			    "there."),
			  path);
		say_next("ssh-keygen -y -f {1} > {1}.pub && ssh-add {1}", path);
		return EXIT_USAGE;
	}
	return explain_key(path, ERR_USAGE);
}

enum exit_code officer_open(struct officer *o, const struct options *options)
{
	const char *path = option_value(options, "key");
	struct buf wire;
	enum exit_code code;

	*o = (struct officer){ 0 };
	buf_init(&wire, o->wire, sizeof o->wire);
	if (path == NULL)
		path = getenv("ENTENTE_KEY");
	code = path != NULL && path[0] != '\0' ? open_file(o, path, &wire) : agent_only_key(&wire);
	if (code != EXIT_DONE)
		return code;
	o->public_key = buf_bytes(&wire);
	if (ssh_public_check(o->public_key) != ERR_OK)
		return explain_key(path == NULL ? "" : path, ERR_USAGE);
	ssh_fingerprint(o->public_key, o->fingerprint);
	return EXIT_DONE;
}

enum err officer_sign(const struct officer *o, const char *namespace, struct bytes message, struct buf *blob)
{
	uint8_t signed_memory[512], request_memory[2048], answer_memory[8192];
	struct buf to_sign = BUF_ON(signed_memory), request = BUF_ON(request_memory),
		   answer = BUF_ON(answer_memory);
	struct bytes signature;
	enum err e;

	if (o->has_private) {
		sshsig_make(&o->key, bytes_str(namespace), message, blob);
		return buf_check(blob);
	}
	sshsig_write_signed(bytes_str(namespace), message, &to_sign);
	ssh_agent_write_sign(o->public_key, buf_bytes(&to_sign), &request);
	e = buf_check(&request);
	if (e == ERR_OK)
		e = agent_ask(buf_bytes(&request), &answer);
	if (e == ERR_OK)
		e = ssh_agent_read_sign(buf_bytes(&answer), &signature);
	if (e != ERR_OK)
		return ERR_SIGNER;
	sshsig_write(o->public_key, bytes_str(namespace), signature, blob);
	return buf_check(blob);
}

void officer_close(struct officer *o)
{
	if (o->has_private)
		sign_key_wipe(&o->key);
	o->has_private = false;
}

/* ---- The role. ---- */

static const json_t *find_key(const json_t *keys, const char *fingerprint)
{
	const json_t *row;
	size_t i;

	json_array_foreach(keys, i, row)
	{
		if (strcmp(json_str(row, "fingerprint"), fingerprint) == 0 &&
		    json_object_get(row, "withdrawn") == NULL)
			return row;
	}
	return NULL;
}

enum exit_code officer_find_role(struct officer *o, const struct options *options, struct client *c)
{
	const char *as = option_value(options, "as");
	const json_t *row, *roles;
	enum exit_code code;
	struct query q;
	json_t *answer;

	if (as != NULL && is_role_name(bytes_str(as))) {
		memcpy(o->role, as, strlen(as) + 1);
		return EXIT_DONE;
	}
	if (as != NULL) {
		say_error(_("{1} is not the name of a role."), as);
		say_next("entente accord show");
		return EXIT_USAGE;
	}
	query_open(&q, "/keys");
	code = client_get(c, &q, &answer);
	if (code != EXIT_DONE)
		return code;
	row = find_key(json_object_get(answer, "keys"), o->fingerprint);
	roles = json_object_get(row, "roles");
	if (json_array_size(roles) == 1) {
		const char *role = json_string_value(json_array_get(roles, 0));
		code = bytes_copy_str(bytes_str(role == NULL ? "" : role), o->role, sizeof o->role) == ERR_OK
			       ? EXIT_DONE
			       : EXIT_ERROR;
	} else if (row == NULL) {
		say_error(_("Your key {1} is not enrolled here, or was withdrawn."), o->fingerprint);
		say_next(_("entente keys shows who is; the registrar adds you with entente keys --add"));
		code = EXIT_REFUSED;
	} else {
		say_error(_("Your key has {1} roles here; say which one you act in."),
			  say_number(json_array_size(roles)));
		say_next(_("the same command with --as ROLE; entente keys lists them"));
		code = EXIT_USAGE;
	}
	json_decref(answer);
	return code;
}
