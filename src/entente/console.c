/*
 * The console's files: their manifest, and whether a node serves just these. Asked from another machine,
 * since a page cannot vouch for itself: docs/spec/browser.md section 7.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/sshsig.h"
#include "entente/rows.h"
#include "home/installed.h"
#include "home/words.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/refuse.h"
#include "terminal/say.h"
#include "terminal/tunnel.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANIFEST_MAX (128u << 10)
#define SIGNERS_MAX (64u << 10)

static const struct option_row options[] = {
	{ "manifest", N_("FILE"),
	  N_("verify: the files as they must be, by sha256sum; those installed here if not said") },
	{ "signature", N_("FILE"),
	  N_("verify: the release's signature over the manifest, by ssh-keygen -Y sign") },
	{ "allowed-signers", N_("FILE"), N_("verify: whose signatures count, as ssh-keygen has them") },
	{ "device", N_("FILE"),
	  N_("verify: of https, the certificate and key of a device that the node knows") },
	{ "pin", N_("HEX"), N_("verify: of https, the SHA-256 of the server's public key") },
	{ NULL, NULL, NULL },
};

/* ---- The manifest of a folder. ---- */

static enum exit_code refuse_folder(const char *folder, enum err e)
{
	say_error(_("{1} cannot be read: {2}."), folder, e == ERR_IO ? strerror(errno) : _(err_text(e)));
	say_next("entente console --help");
	return e == ERR_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_ERROR;
}

static enum err put_row(const char *folder, struct bytes name, struct buf *file, struct buf *out)
{
	char path[FILE_PATH_MAX], text[FILE_NAME_MAX + 1];
	uint8_t hash[HASH_LEN];
	enum err e = bytes_copy_str(name, text, sizeof text);

	buf_reset(file);
	if (e == ERR_OK)
		e = file_path(path, folder, text);
	if (e == ERR_OK)
		e = file_read(path, file);
	if (e != ERR_OK)
		return e;
	hash_sha256(buf_bytes(file), hash);
	buf_put_hex(out, BYTES_OF(hash));
	buf_put_str(out, "  ");
	buf_put(out, name);
	buf_put_byte(out, '\n');
	return buf_check(out);
}

static enum err manifest_of(const char *folder, struct buf *out)
{
	struct bytes *names = xcalloc(CONSOLE_FILES_MAX, sizeof *names);
	void *memory = xcalloc(1, MANIFEST_MAX);
	struct arena arena;
	struct buf file;
	size_t count = 0;
	enum err e;

	arena_init(&arena, memory, MANIFEST_MAX);
	buf_init(&file, xcalloc(1, CONSOLE_LEN_MAX), CONSOLE_LEN_MAX);
	e = file_list(folder, &arena, names, CONSOLE_FILES_MAX, &count);
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = put_row(folder, names[i], &file, out);
	free(file.ptr);
	free(memory);
	free(names);
	return e;
}

static enum exit_code run_manifest(struct options *o)
{
	const char *folder = o->arguments_count > 1 ? o->arguments[1] : installed_console();
	struct buf out;
	enum exit_code code = EXIT_DONE;
	enum err e;

	if (!option_no_json(o))
		return EXIT_USAGE;
	buf_init(&out, xcalloc(1, MANIFEST_MAX), MANIFEST_MAX);
	e = manifest_of(folder, &out);
	if (e != ERR_OK)
		code = refuse_folder(folder, e);
	else
		fwrite(out.ptr, 1, out.len, stdout);
	free(out.ptr);
	return code;
}

/* ---- Whose word the manifest is. ---- */

/*
 * A line of ssh-keygen's allowed_signers: names, perhaps namespaces="...", a key. A line with another option
 * says something that is not looked at here, and does not count.
 */
static bool is_line_for(struct bytes line, struct bytes key)
{
	static const char only[] = "namespaces=\"" SSHSIG_CONSOLE "\" ";
	uint8_t memory[SSH_PUBLIC_MAX];
	struct buf wire = BUF_ON(memory);
	struct bytes names, comment, front, rest;

	if (line.len == 0 || line.ptr[0] == '#' || bytes_take_until(&line, ' ', &names) != ERR_OK)
		return false;
	rest = line;
	if (bytes_take(&rest, sizeof only - 1, &front) == ERR_OK && bytes_equal(front, BYTES_LIT(only)))
		line = rest;
	return ssh_public_read_line(line, &wire, &comment) == ERR_OK && bytes_equal(buf_bytes(&wire), key);
}

static bool is_allowed(struct bytes signers, struct bytes key)
{
	struct bytes line;

	while (signers.len > 0) {
		if (bytes_take_until(&signers, '\n', &line) != ERR_OK) {
			line = signers;
			signers.len = 0;
		}
		if (is_line_for(line, key))
			return true;
	}
	return false;
}

static enum exit_code read_whole(const char *path, size_t max, struct buf *out)
{
	enum err e;

	buf_init(out, xcalloc(1, max), max);
	e = file_read(path, out);
	return e == ERR_OK ? EXIT_DONE : refuse_folder(path, e);
}

static enum exit_code check_signature(const struct options *o, struct bytes manifest)
{
	const char *signature = option_value(o, "signature"), *allowed = option_value(o, "allowed-signers");
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf text = { 0 }, signers = { 0 }, blob = BUF_ON(memory);
	struct sshsig sig;
	enum exit_code code;

	if (signature == NULL && allowed == NULL)
		return EXIT_DONE;
	if (signature == NULL || allowed == NULL || option_value(o, "manifest") == NULL) {
		say_error(_("A signature is checked with --manifest, --signature and --allowed-signers."));
		say_next(_("see entente {1} --help"), "console");
		return EXIT_USAGE;
	}
	code = read_whole(signature, SIGNERS_MAX, &text);
	if (code == EXIT_DONE)
		code = read_whole(allowed, SIGNERS_MAX, &signers);
	if (code == EXIT_DONE &&
	    (sshsig_read_armour(buf_bytes(&text), &blob) != ERR_OK ||
	     sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_CONSOLE), manifest, &sig) != ERR_OK)) {
		say_error(_("{1} is no signature over this manifest."), signature);
		say_next(_("fetch the manifest and its signature anew, from where the release is published"));
		code = EXIT_INTEGRITY;
	} else if (code == EXIT_DONE && !is_allowed(buf_bytes(&signers), sig.public_key)) {
		say_error(_("{1} is by a key that {2} does not allow."), signature, allowed);
		say_next(_("fetch the manifest and its signature anew, from where the release is published"));
		code = EXIT_INTEGRITY;
	}
	free(text.ptr);
	free(signers.ptr);
	return code;
}

/* ---- The node. ---- */

struct target {
	char host[256], port[8], name[300]; /* name: as the request says it */
	bool is_tls;
};

static bool take_scheme(struct bytes *rest, struct bytes scheme)
{
	struct bytes all = *rest, head;

	if (bytes_take(&all, scheme.len, &head) != ERR_OK || !bytes_equal(head, scheme))
		return false;
	*rest = all;
	return true;
}

/* "http://HOST:PORT" or "https://HOST:PORT", perhaps with a slash behind it. */
static bool read_url(const char *url, struct target *t)
{
	struct bytes rest = bytes_str(url), host;
	const char *colon;

	t->is_tls = take_scheme(&rest, BYTES_LIT("https://"));
	if (!t->is_tls && !take_scheme(&rest, BYTES_LIT("http://")))
		return false;
	if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
		rest.len--;
	if (bytes_copy_str(rest, t->name, sizeof t->name) != ERR_OK || strchr(t->name, '/') != NULL)
		return false;
	colon = strrchr(t->name, ':');
	if (colon == NULL || bytes_copy_str(bytes_str(colon + 1), t->port, sizeof t->port) != ERR_OK)
		return false;
	host = (struct bytes){ rest.ptr, (size_t)(colon - t->name) };
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = (struct bytes){ host.ptr + 1, host.len - 2 };
	return host.len > 0 && bytes_copy_str(host, t->host, sizeof t->host) == ERR_OK;
}

/* What is below `localhost` is this machine, whether a name server knows it or not (RFC 6761). */
static const char *address_of(const struct target *t)
{
	static const char ending[] = ".localhost";
	size_t len = strlen(t->host), end = sizeof ending - 1;

	return len > end && strcmp(t->host + len - end, ending) == 0 ? "127.0.0.1" : t->host;
}

static int connect_to(const struct target *t)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	int fd = -1;

	if (getaddrinfo(address_of(t), t->port, &want, &found) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			int why = errno;
			close(fd);
			fd = -1;
			errno = why;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static enum exit_code refuse_tunnel(const char *url, enum err e, const struct tunnel *tunnel)
{
	char hex[2 * HASH_LEN + 1];
	struct buf text = BUF_ON(hex);

	buf_put_hex(&text, BYTES_OF(tunnel->key));
	buf_put_byte(&text, 0);
	if (e == ERR_NOT_PINNED && tunnel->has_key) {
		say_error(_("{1} shows another key than the pinned one, or does not know this device. Its "
			    "key is {2}."),
			  url, hex);
		say_next(_("ask whoever keeps that node for the hash of its key, by another way than this "
			   "line"));
		return EXIT_INTEGRITY;
	}
	say_error(_("No TLS with {1}: {2}."), url, _(err_text(e)));
	say_next(_("see entente {1} --help"), "console");
	return e == ERR_VERIFY ? EXIT_USAGE : EXIT_ERROR;
}

/* A terminal shows its device at TLS, always, and so does whoever looks whether its page is the right one. */
static enum exit_code open_tunnel(const struct options *o, int fd, struct tunnel *out)
{
	const char *device = option_value(o, "device"), *pin = option_value(o, "pin");
	uint8_t key[HASH_LEN];
	struct buf pem = { 0 };
	enum exit_code code = EXIT_USAGE;

	if (device == NULL || pin == NULL || bytes_read_hex(bytes_str(pin), key, HASH_LEN) != ERR_OK) {
		say_error(_("An https address is asked with --device, and with --pin and 64 hexadecimal "
			    "digits."));
		say_next(_("see entente {1} --help"), "console");
	} else {
		code = read_whole(device, SIGNERS_MAX, &pem);
	}
	if (code == EXIT_DONE) {
		enum err e = tunnel_connect(fd, buf_bytes(&pem), key, out);
		code = e == ERR_OK ? EXIT_DONE : refuse_tunnel(o->arguments[1], e, out);
	} else {
		close(fd);
	}
	if (pem.ptr != NULL)
		explicit_bzero(pem.ptr, pem.len);
	free(pem.ptr);
	return code;
}

static enum exit_code open_url(struct client *c, struct target *t, const struct options *o,
			       struct tunnel *tunnel)
{
	const char *url = o->arguments[1];
	enum exit_code code = EXIT_DONE;
	int fd;

	if (!read_url(url, t)) {
		say_error(_("{1} is no address of a console: http://HOST:PORT/ or https://HOST:PORT/"), url);
		say_next("entente status");
		return EXIT_USAGE;
	}
	fd = connect_to(t);
	if (fd >= 0 && t->is_tls) {
		code = open_tunnel(o, fd, tunnel);
		fd = tunnel->plain;
	}
	if (code != EXIT_DONE)
		return code;
	if (fd >= 0) {
		client_take(c, fd, t->name);
		return EXIT_DONE;
	}
	say_error(_("No node answers at {1}: {2}."), url, strerror(errno));
	say_next("ssh -L {1}:127.0.0.1:{1} NODE", t->port);
	return EXIT_ERROR;
}

/* ---- Comparing. ---- */

struct comparison {
	struct client *client;
	json_t *wrong; /* {"name", "why"} */
	size_t files;
};

static void note_wrong(struct comparison *m, const char *name, const char *why, bool is_json)
{
	json_array_append_new(m->wrong, json_pack("{s:s, s:s}", "name", name, "why", why));
	if (is_json)
		return;
	say_coloured(COLOUR_BAD, _(why));
	say("  {1}\n", name);
}

/* What the node gives under the name; "/" and "/index.html" are one file. */
static enum err compare(struct comparison *m, const char *target, const char *name,
			const uint8_t want[HASH_LEN], bool is_json)
{
	struct client_answer answer;
	uint8_t hash[HASH_LEN];
	enum err e = client_ask(m->client, "GET", target, (struct bytes){ NULL, 0 }, &answer);

	if (e != ERR_OK)
		return e;
	hash_sha256(buf_bytes(&answer.body), hash);
	if (answer.status == 404)
		note_wrong(m, name, N_("NOT THERE"), is_json);
	else if (answer.status != 200 || memcmp(hash, want, HASH_LEN) != 0)
		note_wrong(m, name, N_("DIFFERS"), is_json);
	client_answer_finish(&answer);
	m->files++;
	return ERR_OK;
}

/* ERR_USAGE: the manifest is none. */
static enum err compare_all(struct comparison *m, struct bytes manifest, bool is_json)
{
	struct bytes line, hash, space;
	char target[FILE_NAME_MAX + 2] = "/";
	uint8_t want[HASH_LEN];
	enum err e = manifest.len > 0 ? ERR_OK : ERR_USAGE;

	while (e == ERR_OK && manifest.len > 0) {
		if (bytes_take_until(&manifest, '\n', &line) != ERR_OK ||
		    bytes_take(&line, (size_t)2 * HASH_LEN, &hash) != ERR_OK ||
		    bytes_read_hex(hash, want, HASH_LEN) != ERR_OK ||
		    bytes_take(&line, 2, &space) != ERR_OK || !bytes_equal(space, BYTES_LIT("  ")) ||
		    line.len == 0 || bytes_copy_str(line, target + 1, sizeof target - 1) != ERR_OK)
			return ERR_USAGE;
		e = compare(m, target, target + 1, want, is_json);
		if (e == ERR_OK && strcmp(target, "/index.html") == 0)
			e = compare(m, "/", "/", want, is_json);
	}
	return e;
}

static enum exit_code conclude(const struct comparison *m, const char *url, bool is_json)
{
	size_t wrong = json_array_size(m->wrong);

	if (is_json) {
		json_t *said = json_pack("{s:s, s:i, s:b, s:O}", "url", url, "files", (int)m->files, "same",
					 wrong == 0, "wrong", m->wrong);
		json_say(said);
		json_decref(said);
	} else if (wrong == 0) {
		say(n_(m->files, "{1} serves {2} file, as the manifest has it.\n",
		       "{1} serves {2} files, each as the manifest has it.\n"),
		    url, say_number(m->files));
	} else {
		say_error(_("{1} serves another console than the manifest's: sign nothing there."), url);
		say_next(_("telephone whoever keeps that node"));
	}
	return wrong == 0 ? EXIT_DONE : EXIT_INTEGRITY;
}

static enum exit_code read_manifest(const struct options *o, struct buf *out)
{
	const char *file = option_value(o, "manifest");
	enum err e;

	if (file != NULL)
		return read_whole(file, MANIFEST_MAX, out);
	buf_init(out, xcalloc(1, MANIFEST_MAX), MANIFEST_MAX);
	e = manifest_of(installed_console(), out);
	return e == ERR_OK ? EXIT_DONE : refuse_folder(installed_console(), e);
}

static enum exit_code run_verify(struct options *o)
{
	struct client client = { .fd = -1 };
	struct comparison m = { .client = &client, .wrong = json_array() };
	struct tunnel tunnel = { .plain = -1 };
	struct buf manifest = { 0 };
	struct target t;
	enum exit_code code = read_manifest(o, &manifest);
	enum err e = ERR_OK;

	if (code == EXIT_DONE)
		code = check_signature(o, buf_bytes(&manifest));
	if (code == EXIT_DONE)
		code = open_url(&client, &t, o, &tunnel);
	if (code == EXIT_DONE) {
		e = compare_all(&m, buf_bytes(&manifest), o->is_json);
		if (e == ERR_USAGE) {
			say_error(_("The manifest is no list of sha256sum."));
			say_next("entente console manifest");
			code = EXIT_USAGE;
		} else {
			code = e == ERR_OK ? conclude(&m, o->arguments[1], o->is_json) : EXIT_ERROR;
		}
	}
	client_close(&client);
	if (!tunnel_close(&tunnel)) {
		say_error(_("{1} does not know this device."), o->arguments[1]);
		say_next(_("have its line put into the file `devices` of that node"));
		code = EXIT_REFUSED;
	} else if (e != ERR_OK && e != ERR_USAGE) {
		code = client_lost(e);
	}
	json_decref(m.wrong);
	free(manifest.ptr);
	return code;
}

static const struct verb verbs[] = {
	{ "manifest", 1, 2, run_manifest },
	{ "verify --manifest --signature --allowed-signers --device --pin", 2, 2, run_verify },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_console = {
	"console",
	"manifest [DIR] | verify URL",
	1,
	2,
	N_("the console's files: their hashes, and whether a node serves just these"),
	options,
	run,
	false,
};
