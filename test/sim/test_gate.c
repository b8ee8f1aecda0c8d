/*
 * The door for browsers: files, sessions by cookie, and whoever tries it from elsewhere. Nobody is the owner
 * there, whatever user he is.
 */
#include "served.h"

#include "api/routes.h"
#include "crypto/sshsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define PAGE "<!doctype html><title>entente</title>"

static struct world w;
static struct forge ours, theirs, home;
static char folder[] = "/tmp/entente-gate-XXXXXX";

static void put_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int begin(void **state)
{
	static struct served v;
	struct served_options o = { .has_browsers = true, .files = folder };

	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	served_hear(&v, &theirs, 0, theirs.count);
	v.is_browser = true;
	*state = &v;
	return 0;
}

static int end(void **state)
{
	served_close(*state);
	return 0;
}

static bool says(struct bytes answer, const char *text)
{
	return memmem(answer.ptr, answer.len, text, strlen(text)) != NULL;
}

static void must(struct bytes got, unsigned status, const char *text)
{
	if (served_status(got) != status || !says(got, text))
		fail_msg("not %u with %s:\n%.*s", status, text, (int)got.len, (const char *)got.ptr);
}

static void refused(struct bytes got, unsigned status, const char *rule)
{
	char member[64];

	snprintf(member, sizeof member, "\"rule\":\"%s\"", rule);
	must(got, status, member);
	must(got, status, "Content-Security-Policy: default-src 'none';");
}

/* A request with these lines of its head, and the body's length. */
static struct bytes say(struct served *v, const char *line, const char *lines, struct bytes body)
{
	char head[2048];

	snprintf(head, sizeof head, "%s HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n", line, lines, body.len);
	return served_say_head(v, head, body);
}

/* The lines of a page of ours at this address, with one more. */
static const char *own_lines(const struct served *v, const char *more)
{
	static char lines[1024];

	snprintf(lines, sizeof lines, "Host: %s\r\nOrigin: http://%s\r\nSec-Fetch-Site: same-origin\r\n%s",
		 v->address, v->address, more);
	return lines;
}

/* ---- Files. ---- */

static void test_files(void **state)
{
	struct served *v = *state;
	char lines[256], etag[128] = "";
	struct bytes got = served_ask(v, "GET", "/", NULL, NONE);
	const char *at;

	must(got, 200, "Content-Type: text/html; charset=utf-8\r\n");
	must(got, 200, "Cache-Control: no-cache\r\n");
	must(got, 200, "trusted-types 'none'\r\n");
	must(got, 200, "X-Content-Type-Options: nosniff\r\n");
	must(got, 200, "Cross-Origin-Opener-Policy: same-origin\r\n");
	must(got, 200, "Cross-Origin-Embedder-Policy: require-corp\r\n");
	must(got, 200, "Cross-Origin-Resource-Policy: same-origin\r\n");
	must(got, 200, "Referrer-Policy: no-referrer\r\n");
	assert_true(bytes_equal(served_body(got), BYTES_LIT(PAGE)));
	at = memmem(got.ptr, got.len, "ETag: ", 6);
	assert_non_null(at);
	memcpy(etag, at + 6, 66);

	snprintf(lines, sizeof lines, "Host: %s\r\nIf-None-Match: %s\r\n", v->address, etag);
	got = say(v, "GET /index.html", lines, NONE);
	must(got, 304, etag);
	assert_int_equal(served_body(got).len, 0);
	etag[1] ^= 1;
	snprintf(lines, sizeof lines, "Host: %s\r\nIf-None-Match: %s\r\n", v->address, etag);
	assert_int_equal(served_status(say(v, "GET /index.html", lines, NONE)), 200);

	must(served_ask(v, "GET", "/lib/app.js", NULL, NONE), 200, "text/javascript");
	must(served_ask(v, "GET", "/lib/app.js", NULL, NONE), 200, "Cache-Control: no-cache\r\n");
	must(served_ask(v, "GET", "/0123456789abcdef/app.js", NULL, NONE), 200,
	     "Cache-Control: max-age=31536000, immutable\r\n");
	must(served_ask(v, "GET", "/0123456789abcdef0/app.js", NULL, NONE), 200,
	     "Cache-Control: no-cache\r\n");
	assert_int_equal(served_body(served_ask(v, "HEAD", "/lib/app.js", NULL, NONE)).len, 0);

	/* Left out, not there, or outside. */
	must(served_ask(v, "GET", "/notes.doc", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "/a%20b.js", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "/.secret.js", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "/lib", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "/lib/../index.html", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "/%2e%2e/etc/passwd", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "POST", "/index.html", NULL, NONE), 404, "NOT_FOUND");

	/* The commands' socket has none of it. */
	v->is_browser = false;
	must(served_ask(v, "GET", "/", NULL, NONE), 404, "NOT_FOUND");
	got = served_ask(v, "GET", "/status", NULL, NONE);
	must(got, 200, "\"open\":true,\"files\":4}");
	assert_false(says(got, "Content-Security-Policy"));
}

/* ---- Who is not heard. ---- */

static void test_attacks(void **state)
{
	struct served *v = *state;
	char lines[512];

	refused(say(v, "POST /session", "Host: evil.example:7480\r\nOrigin: http://evil.example:7480\r\n",
		    NONE),
		421, "HOST");
	snprintf(lines, sizeof lines, "Host: %s\r\nHost: evil.example\r\n", v->address);
	refused(say(v, "GET /", lines, NONE), 421, "HOST");
	snprintf(lines, sizeof lines, "Host: %s\r\nOrigin: http://evil.example\r\n", v->address);
	refused(say(v, "POST /session", lines, NONE), 403, "ORIGIN");
	refused(say(v, "DELETE /session", lines, NONE), 403, "ORIGIN");
	refused(say(v, "POST /statements", lines, NONE), 403, "ORIGIN");
	snprintf(lines, sizeof lines, "Host: %s\r\n", v->address);
	refused(say(v, "POST /session", lines, NONE), 403, "ORIGIN");
	snprintf(lines, sizeof lines, "Host: %s\r\nSec-Fetch-Site: same-site\r\n", v->address);
	refused(say(v, "GET /session", lines, NONE), 403, "ORIGIN");
	refused(served_ask(v, "PUT", "/status", NULL, NONE), 405, "METHOD");
	must(served_ask(v, "GET", "/nothing", NULL, NONE), 404, "NOT_FOUND");
	must(served_ask(v, "GET", "http://evil.example/status", NULL, NONE), 404, "NOT_FOUND");
}

/* Every row of the table: without a session to nobody, and what is the owner's to no officer either. */
static void test_authority(void **state)
{
	struct served *v = *state;

	served_sign_in(v, READER_WATCH, &w);
	for (size_t i = 0; i < routes_count; i++) {
		const struct route *r = &routes[i];

		if (r->authority != AUTHORITY_ANYONE)
			refused(served_ask(v, r->method, r->path, NULL, NONE), 401, "SESSION");
		if (r->authority == AUTHORITY_OWNER || r->authority == AUTHORITY_KEEPER)
			assert_int_equal(served_status(served_ask(v, r->method, r->path,
								  v->tokens[READER_WATCH], NONE)),
					 403);
	}
	/* A token is a cookie here, and nothing else. */
	snprintf(v->tokens[READER_OWNER_ALONE], sizeof v->tokens[0], "%s", v->tokens[READER_WATCH]);
	refused(say(v, "GET /status", own_lines(v, "Authorization: Bearer "), NONE), 401, "SESSION");
	must(served_ask(v, "GET", "/session", NULL, NONE), 404, "NOT_FOUND");
}

/* ---- Sessions. ---- */

static struct bytes sign_in(struct served *v, const char *cookie)
{
	uint8_t signature_memory[1024], body_memory[4096];
	struct buf signature = BUF_ON(signature_memory), body = BUF_ON(body_memory);
	char text[CHALLENGE_LEN_MAX + 1];
	struct bytes challenge = { (const uint8_t *)text, served_challenge(v, text) };

	sshsig_make(&served_desk, BYTES_LIT(SSHSIG_SESSION), challenge, &signature);
	cbor_put_array(&body, 2);
	cbor_put_bytes(&body, challenge);
	cbor_put_bytes(&body, buf_bytes(&signature));
	return served_ask(v, "POST", "/session", cookie, buf_bytes(&body));
}

static void test_sessions(void **state)
{
	struct served *v = *state;
	char first[2 * TOKEN_LEN + 1], *desk = v->tokens[READER_DESK];
	struct bytes got = sign_in(v, NULL);

	must(got, 200, "; Path=/; Secure; HttpOnly; SameSite=Strict\r\n");
	assert_false(says(served_body(got), "token"));
	served_sign_in(v, READER_DESK, &w);
	memcpy(first, desk, sizeof first);
	must(served_ask(v, "GET", "/session", first, NONE), 200, "\"roles\":[\"desk\"]");
	must(served_ask(v, "GET", "/inbox?channel=2", first, NONE), 200, "ours, open");
	assert_false(says(served_ask(v, "GET", "/inbox?channel=2", first, NONE), "not for the desk"));

	/* Signing in anew ends what the browser had; an old cookie keeps nobody from it. */
	assert_int_equal(served_status(sign_in(v, first)), 200);
	got = served_ask(v, "GET", "/session", first, NONE);
	refused(got, 401, "SESSION");
	must(got, 401,
	     "Set-Cookie: __Host-entente=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0\r\n");
	assert_false(says(got, "WWW-Authenticate"));
	assert_int_equal(served_status(sign_in(v, first)), 200);

	/* Left by himself, and by time. */
	served_sign_in(v, READER_DESK, &w);
	must(served_ask(v, "DELETE", "/session", desk, NONE), 200, "Max-Age=0");
	refused(served_ask(v, "GET", "/session", desk, NONE), 401, "SESSION");
	served_sign_in(v, READER_DESK, &w);
	v->now.mono.us += (int64_t)SESSION_IDLE_MS_MAX * 1000;
	refused(served_ask(v, "GET", "/status", desk, NONE), 401, "SESSION");
	refused(served_ask(v, "POST", "/statements", desk, BYTES_LIT("\x80")), 401, "SESSION");
}

static int open_stream(struct served *v, const char *query, const char *last)
{
	char head[1024];
	int fd = served_connect(v);

	snprintf(head, sizeof head, "GET /events%s HTTP/1.1\r\nHost: %s\r\nCookie: other=1; %s%s%s%s\r\n",
		 query, v->address, served_cookie(v, v->tokens[READER_DESK]) + strlen("Cookie: "),
		 last == NULL ? "" : "Last-Event-ID: ", last == NULL ? "" : last, last == NULL ? "" : "\r\n");
	served_turn(v);
	assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), (int)strlen(head));
	return fd;
}

/* The cookie goes to every port of the name: whoever was sent it has one half. */
static void test_cookie_alone(void **state)
{
	struct served *v = *state;
	char lines[512], page[128], *desk = v->tokens[READER_DESK];
	struct bytes got = sign_in(v, NULL);
	const char *at = memmem(got.ptr, got.len, "\"page\":\"", 8);

	assert_non_null(at);
	assert_int_equal(strspn(at + 8, "0123456789abcdef"), 64);
	snprintf(page, sizeof page, "Entente-Page: %.64s\r\n", at + 8);
	served_sign_in(v, READER_DESK, &w);
	must(served_ask(v, "GET", "/session", desk, NONE), 200, "\"roles\":[\"desk\"]");
	snprintf(lines, sizeof lines, "Cookie: __Host-entente=%s\r\n", desk);
	refused(say(v, "GET /status", own_lines(v, lines), NONE), 401, "SESSION");
	refused(say(v, "GET /events", own_lines(v, lines), NONE), 401, "SESSION");
	refused(say(v, "DELETE /session", own_lines(v, lines), NONE), 401, "SESSION");
	assert_false(says(say(v, "GET /status", own_lines(v, lines), NONE), "Set-Cookie"));
	snprintf(lines, sizeof lines, "Cookie: __Host-entente=%s\r\n%s", desk, page); /* of another session */
	refused(say(v, "GET /status", own_lines(v, lines), NONE), 401, "SESSION");
	refused(say(v, "GET /status", own_lines(v, page), NONE), 401, "SESSION");
	assert_int_equal(served_status(say(v, "GET /status", own_lines(v, served_cookie(v, desk)), NONE)),
			 200);
}

static unsigned idle(struct served *v, const char *seconds)
{
	char lines[512];

	snprintf(lines, sizeof lines, "%sEntente-Idle: %s\r\n", served_cookie(v, v->tokens[READER_DESK]),
		 seconds);
	return served_status(say(v, "GET /status", own_lines(v, lines), NONE));
}

/* A page asks by itself and holds a stream: neither keeps a session that nobody uses. */
static void test_idle(void **state)
{
	const int64_t minute_us = 60 * 1000000;
	struct served *v = *state;
	int fd;

	served_sign_in(v, READER_DESK, &w);
	v->now.mono.us += 20 * minute_us;
	assert_int_equal(idle(v, "60"), 200); /* he read on for 19 minutes */
	v->now.mono.us += 20 * minute_us;
	assert_int_equal(idle(v, "1260"), 200);
	assert_int_equal(idle(v, "99999999"), 200);
	assert_int_equal(idle(v, "soon"), 200);
	fd = open_stream(v, "", NULL);
	must(served_listen(v, fd), 200, "event: hello");
	v->now.mono.us += 29 * minute_us;
	served_turn(v);
	v->now.mono.us += minute_us;
	assert_true(says(served_listen(v, fd), "event: end"));
	close(fd);
	assert_int_equal(idle(v, "0"), 401);
}

/* ---- Bodies. ---- */

static void test_bodies(void **state)
{
	struct served *v = *state;
	uint8_t *large = calloc(1, REQUEST_LEN_MAX + 1);
	char lines[512], *desk = v->tokens[READER_DESK];

	assert_non_null(large);
	served_sign_in(v, READER_DESK, &w);
	must(served_ask(v, "POST", "/statements", desk, (struct bytes){ large, REQUEST_LEN_MAX + 1 }), 413,
	     "LIMIT");
	free(large);
	must(served_ask(v, "POST", "/statements", desk, BYTES_LIT("\xff")), 400, "USAGE");
	snprintf(lines, sizeof lines, "%sContent-Type: application/json\r\n", served_cookie(v, desk));
	refused(say(v, "POST /statements", own_lines(v, lines), BYTES_LIT("[]")), 415, "CONTENT_TYPE");
	refused(say(v, "POST /labels?channel=2", own_lines(v, served_cookie(v, desk)), BYTES_LIT("\x80")),
		415, "CONTENT_TYPE");
}

/* ---- Streams. ---- */

/* Two tabs hear the same; one that comes back says how far it was. */
static void test_streams(void **state)
{
	struct served *v = *state;
	struct forge more;
	struct bytes got;
	size_t index;
	int tabs[2];

	served_sign_in(v, READER_DESK, &w);
	for (size_t i = 0; i < 2; i++) {
		tabs[i] = open_stream(v, "", NULL);
		must(served_listen(v, tabs[i]), 200, "event: hello");
	}
	forge_open(&more, &w, 0, SERVED_CONSULT, 1);
	for (size_t i = 0; i < ours.count; i++)
		forge_put(&more, ours.items[i].entry, ours.items[i].content);
	served_message(&more, "S", "never the desk's");
	served_message(&more, "U", "for everybody");
	served_say(v, &more, ours.count, more.count);
	for (size_t i = 0; i < 2; i++) {
		got = served_listen(v, tabs[i]);
		assert_true(says(got, "id: 1-1\n") && says(got, "for everybody") && !says(got, "never"));
		close(tabs[i]);
	}
	served_turn(v);
	tabs[0] = open_stream(v, "?after=1-1", "1-0");
	assert_true(says(served_listen(v, tabs[0]), "for everybody"));
	close(tabs[0]);
	/* Cut for an hour: the session has ended, and in the next one it goes on where it was. */
	v->now.mono.us += 3600ll * 1000000;
	served_turn(v);
	refused(served_ask(v, "GET", "/events", v->tokens[READER_DESK], NONE), 401, "SESSION");
	index = more.count;
	served_message(&more, "S", "nor this");
	served_message(&more, "U", "while it was cut");
	served_say(v, &more, index, more.count);
	served_sign_in(v, READER_DESK, &w);
	tabs[0] = open_stream(v, "", "1-1");
	got = served_listen(v, tabs[0]);
	assert_true(says(got, "event: hello") && says(got, "id: 1-2\n") && says(got, "while it was cut") &&
		    !says(got, "for everybody") && !says(got, "nor this"));
	close(tabs[0]);
	/* Another officer's numbers are another count. */
	served_sign_in(v, READER_WATCH, &w);
	memcpy(v->tokens[READER_DESK], v->tokens[READER_WATCH], sizeof v->tokens[0]);
	tabs[0] = open_stream(v, "", "1-2");
	assert_true(says(served_listen(v, tabs[0]), "event: reset"));
	close(tabs[0]);
	tabs[0] = open_stream(v, "", "7-1");
	assert_true(says(served_listen(v, tabs[0]), "event: reset"));
	close(tabs[0]);
	served_turn(v);
	forge_free(&more);
}

static const char *const folders[] = { "lib", "0123456789abcdef", "0123456789abcdef0" };

static void make_folder(void)
{
	char path[64];

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof path, "%s/app.js", folders[i]);
		put_file(path, "1;");
	}
	put_file("index.html", PAGE);
	put_file("notes.doc", "no type");
	put_file("a b.js", "a name that is written another way");
	put_file(".secret.js", "hidden");
}

static void remove_folder(void)
{
	static const char *const names[] = { "index.html", "notes.doc", "a b.js", ".secret.js" };
	char path[128];

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
		snprintf(path, sizeof path, "%s/%s/app.js", folder, folders[i]);
		unlink(path);
		snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
		rmdir(path);
	}
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, begin, end),
		cmocka_unit_test_setup_teardown(test_attacks, begin, end),
		cmocka_unit_test_setup_teardown(test_authority, begin, end),
		cmocka_unit_test_setup_teardown(test_sessions, begin, end),
		cmocka_unit_test_setup_teardown(test_cookie_alone, begin, end),
		cmocka_unit_test_setup_teardown(test_idle, begin, end),
		cmocka_unit_test_setup_teardown(test_bodies, begin, end),
		cmocka_unit_test_setup_teardown(test_streams, begin, end),
	};
	int failed;

	make_folder();
	served_world(&w);
	forge_open(&ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&home, &w, 0, SERVED_HOME, 1);
	served_begin(&ours);
	served_begin(&theirs);
	served_begin(&home);
	served_message(&ours, "U", "ours, open");
	served_message(&theirs, "S", "not for the desk");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_folder();
	return failed;
}
