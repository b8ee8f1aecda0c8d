#include "home/settings.h"

#include "wire/origin.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

struct reading {
	struct bytes left;
	size_t line;
	struct settings *out;
	struct settings_fault *fault;
	bool is_refused;
};

/* The first fault is the one that is told. */
static int refuse(struct reading *r, const char *section, const char *key, const char *why)
{
	if (r->is_refused)
		return 0;
	r->is_refused = true;
	r->fault->line = r->line;
	snprintf(r->fault->key, sizeof r->fault->key, "%s%s%s", section,
		 *section != '\0' && *key != '\0' ? "." : "", key);
	r->fault->why = why;
	return 0;
}

/* Copies a value that was not given before. */
static const char *take(const char *value, char *out, size_t size)
{
	if (out[0] != '\0')
		return "it is given twice";
	if (*value == '\0')
		return "it has no value";
	return bytes_copy_str(bytes_str(value), out, size) == ERR_OK ? NULL : "the value is too long";
}

static const char *take_name(const char *value, char out[SETTINGS_NAME_LEN])
{
	const char *why = take(value, out, SETTINGS_NAME_LEN);

	if (why == NULL && !is_party_name(bytes_str(out)))
		why = "a name is [a-z][a-z0-9-]{0,15}";
	return why;
}

static const char *take_address(const char *value, char out[SOCKET_ADDRESS_LEN])
{
	const char *why = take(value, out, SOCKET_ADDRESS_LEN);

	if (why == NULL && socket_address_check(out) != ERR_OK)
		why = "an address is 192.0.2.7:7400 or [2001:db8::7]:7400";
	return why;
}

/* Without TLS, whoever is on the way would have the session: so there is no way. */
static const char *take_console(const char *value, char out[SOCKET_ADDRESS_LEN])
{
	const char *why = take_address(value, out);

	return why == NULL && !socket_is_loopback(out) ? "browsers are served on 127.0.0.1:PORT or "
							 "[::1]:PORT alone: there is no TLS here, and a "
							 "session would cross the network in the clear"
						       : why;
}

static const char *take_yes_or_no(const char *value, char out[4])
{
	const char *why = take(value, out, 4);

	return why == NULL && strcmp(out, "yes") != 0 && strcmp(out, "no") != 0 ? "it is yes or no" : why;
}

/* As it stands in a certificate and in an address line. */
static const char *take_host(const char *value, char out[SETTINGS_HOST_LEN])
{
	const char *why = take(value, out, SETTINGS_HOST_LEN);

	if (why == NULL && (out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-.")] != '\0' ||
			    strchr(out, '.') == NULL || out[0] == '.' || out[0] == '-'))
		why = "a host name is of small letters, digits, - and ., as console.example";
	return why;
}

static const char *set_node(struct settings *s, const char *key, const char *value)
{
	uint8_t hash[HASH_LEN];
	const char *why;

	if (strcmp(key, "party") == 0)
		return take_name(value, s->party);
	if (strcmp(key, "owner-reads") == 0)
		return take_yes_or_no(value, s->owner_reads);
	if (strcmp(key, "console") == 0)
		return take_console(value, s->console);
	if (strcmp(key, "terminals") == 0)
		return take_address(value, s->terminals);
	if (strcmp(key, "terminals-name") == 0)
		return take_host(value, s->terminals_name);
	if (strcmp(key, "accord") != 0)
		return "there is no such key";
	why = take(value, s->accord, sizeof s->accord);
	if (why == NULL && bytes_read_hex(bytes_str(s->accord), hash, sizeof hash) != ERR_OK)
		why = "an accord is named by 64 hexadecimal digits";
	return why;
}

static const char *set_listen(struct settings *s, const char *key, const char *value)
{
	struct settings_listen *l = &s->listens[s->listens_count];
	const char *why;

	for (size_t i = 0; i < s->listens_count; i++) {
		if (strcmp(s->listens[i].name, key) == 0)
			return "it is given twice";
	}
	if (s->listens_count == LINK_LISTENERS_MAX)
		return "more than LINK_LISTENERS_MAX lines";
	memset(l, 0, sizeof *l);
	why = take_name(key, l->name);
	if (why == NULL)
		why = take_address(value, l->address);
	if (why == NULL)
		s->listens_count++;
	return why;
}

/* The path that a section names, made when it is new; *why says what is wrong with the section. */
static struct settings_path *path_of(struct settings *s, const char *section, size_t line, const char **why)
{
	struct bytes rest = bytes_str(section + strlen("path ")), peer;
	struct settings_path made = { .line = line }, *last = NULL;

	if (bytes_take_until(&rest, '/', &peer) != ERR_OK || !is_party_name(peer) || !is_party_name(rest)) {
		*why = "a path's section is [path PEER/NAME]";
		return NULL;
	}
	memcpy(made.peer, peer.ptr, peer.len);
	memcpy(made.name, rest.ptr, rest.len);
	for (size_t i = 0; i < s->paths_count; i++) {
		if (strcmp(s->paths[i].peer, made.peer) == 0 && strcmp(s->paths[i].name, made.name) == 0)
			last = &s->paths[i];
	}
	if (last != NULL)
		return last;
	if (s->paths_count == ARRAY_COUNT(s->paths)) {
		*why = "too many paths";
		return NULL;
	}
	s->paths[s->paths_count] = made;
	return &s->paths[s->paths_count++];
}

static const char *take_device(const char *value, char out[SERIAL_DEVICE_LEN])
{
	const char *why = take(value, out, SERIAL_DEVICE_LEN);

	return why == NULL && out[0] != '/' ? "a serial device is /dev/ttyS0" : why;
}

static const char *take_speed(const char *value, uint32_t *out)
{
	uint64_t speed;

	if (*out != 0)
		return "it is given twice";
	if (bytes_read_decimal(bytes_str(value), THIN_SPEED_MAX, &speed) != ERR_OK || speed < THIN_SPEED_MIN)
		return "a speed is THIN_SPEED_MIN to THIN_SPEED_MAX bit/s, a decimal number";
	*out = (uint32_t)speed;
	return NULL;
}

static const char *set_path(struct settings_path *p, const char *key, const char *value)
{
	const char *why = "there is no such key";

	if (strcmp(key, "connect") == 0)
		why = take_address(value, p->connect);
	else if (strcmp(key, "listen") == 0)
		why = take_name(value, p->listen);
	else if (strcmp(key, "serial") == 0)
		why = take_device(value, p->serial);
	else if (strcmp(key, "speed") == 0)
		why = take_speed(value, &p->speed);
	else if (strcmp(key, "modem") == 0)
		why = take_speed(value, &p->modem);
	else if (strcmp(key, "key") == 0)
		why = take(value, p->key, sizeof p->key);
	else if (strcmp(key, "receive-only") == 0)
		why = take_yes_or_no(value, p->receive);
	if (why == NULL && p->connect[0] != '\0' && p->listen[0] != '\0')
		why = "a path has connect or listen, not both";
	return why;
}

static int on_key(void *self, const char *section, const char *key, const char *value)
{
	struct reading *r = self;
	const char *why = NULL;
	struct settings_path *p;

	if (strcmp(section, "node") == 0) {
		why = set_node(r->out, key, value);
	} else if (strcmp(section, "listen") == 0) {
		why = set_listen(r->out, key, value);
	} else if (strncmp(section, "path ", strlen("path ")) == 0) {
		p = path_of(r->out, section, r->line, &why);
		if (p != NULL)
			why = set_path(p, key, value);
	} else {
		why = "there is no such section";
	}
	return why == NULL ? 1 : refuse(r, section, key, why);
}

/* fgets over our bytes. A line that does not fit would be cut in two by the library: it is refused. */
static char *read_line(char *out, int size, void *self)
{
	struct reading *r = self;
	const uint8_t *end = r->left.len == 0 ? NULL : memchr(r->left.ptr, '\n', r->left.len);
	size_t len = end == NULL ? r->left.len : (size_t)(end - r->left.ptr) + 1;

	if (len == 0)
		return NULL;
	r->line++;
	if (len >= (size_t)size) {
		refuse(r, "", "", "the line is too long");
		return NULL;
	}
	if (memchr(r->left.ptr, 0, len) != NULL) {
		refuse(r, "", "", "the line has a zero byte");
		return NULL;
	}
	memcpy(out, r->left.ptr, len);
	out[len] = '\0';
	r->left.ptr += len;
	r->left.len -= len;
	return out;
}

static bool is_listen_known(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->listens_count; i++) {
		if (strcmp(s->listens[i].name, name) == 0)
			return true;
	}
	return false;
}

/* What belongs to a thin path stands on no other. */
static const char *thin_check(const struct settings *s, size_t at)
{
	const struct settings_path *p = &s->paths[at];

	if (p->serial[0] == '\0')
		return p->speed != 0 || p->modem != 0 || p->key[0] != '\0' || p->receive[0] != '\0'
			       ? "speed, modem, key and receive-only are of a path with serial"
			       : NULL;
	if (p->connect[0] != '\0' || p->listen[0] != '\0')
		return "a path has connect, listen or serial, and one of them";
	if (p->speed == 0 || p->key[0] == '\0')
		return "a path with serial has speed and key";
	for (size_t i = 0; i < at; i++) {
		if (s->paths[i].serial[0] == '\0')
			continue;
		if (strcmp(s->paths[i].peer, p->peer) == 0)
			return "another path to this peer is serial";
		if (strcmp(s->paths[i].serial, p->serial) == 0)
			return "another path has the same device";
	}
	return NULL;
}

/* What a path must be beside the others. */
static const char *path_check(const struct settings *s, size_t at)
{
	const struct settings_path *p = &s->paths[at];
	size_t of_peer = 0;

	const char *why = thin_check(s, at);

	if (why != NULL)
		return why;
	if (p->connect[0] == '\0' && p->listen[0] == '\0' && p->serial[0] == '\0')
		return "a path has connect, listen or serial";
	if (p->listen[0] != '\0' && !is_listen_known(s, p->listen))
		return "there is no such [listen] line";
	if (strcmp(p->peer, s->party) == 0)
		return "a path leads to another party";
	for (size_t i = 0; i <= at; i++) {
		if (strcmp(s->paths[i].peer, p->peer) != 0)
			continue;
		of_peer++;
		if (i < at && p->listen[0] != '\0' && strcmp(s->paths[i].listen, p->listen) == 0)
			return "another path to this peer has the same [listen] line";
	}
	return of_peer > LINK_PATHS_MAX ? "more than LINK_PATHS_MAX paths to one peer" : NULL;
}

static void check_whole(struct reading *r)
{
	const struct settings *s = r->out;

	r->line = 0;
	if (s->party[0] == '\0')
		refuse(r, "node", "party", "it is missing");
	if (s->accord[0] == '\0')
		refuse(r, "node", "accord", "it is missing");
	if ((s->terminals[0] == '\0') != (s->terminals_name[0] == '\0'))
		refuse(r, "node", "terminals",
		       "terminals are served under an address and a name: terminals and terminals-name");
	for (size_t i = 0; i < s->paths_count; i++) {
		char section[64];
		const char *why = path_check(s, i);

		if (why == NULL)
			continue;
		r->line = s->paths[i].line;
		snprintf(section, sizeof section, "path %s/%s", s->paths[i].peer, s->paths[i].name);
		refuse(r, section, "", why);
	}
}

enum err settings_read(struct bytes text, struct settings *out, struct settings_fault *fault)
{
	struct reading r = { .left = text, .out = out, .fault = fault };
	int bad;

	memset(out, 0, sizeof *out);
	memset(fault, 0, sizeof *fault);
	bad = ini_parse_stream(read_line, &r, on_key, &r);
	/* What the library itself does not understand has no handler's reason, and it goes on after it. */
	if (bad != 0 && (!r.is_refused || (bad > 0 && (size_t)bad < fault->line))) {
		r.is_refused = false;
		r.line = bad > 0 ? (size_t)bad : 0;
		refuse(&r, "", "", "this is no key = value and no [section]");
	}
	if (!r.is_refused)
		check_whole(&r);
	return r.is_refused ? ERR_USAGE : ERR_OK;
}
