/* Which requests of a browser are heard: by host, origin, and what the browser says of the page that asks. */
#include "api/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESS "127.0.0.1:7480"

static struct bytes text(const char *word)
{
	return word == NULL ? (struct bytes){ NULL, 0 } : bytes_str(word);
}

static const struct {
	const char *why, *host, *origin, *site;
	bool is_reading, is_file;
	enum browser_rule want;
} heads[] = {
	{ "a page of ours reads", "kor.localhost:7480", NULL, "same-origin", true, false, BROWSER_OK },
	{ "and changes", "kor.localhost:7480", "http://kor.localhost:7480", "same-origin", false, false,
	  BROWSER_OK },
	{ "an old browser, which says no site", "localhost:7480", "http://localhost:7480", NULL, false, false,
	  BROWSER_OK },
	{ "a name in capitals", "KOR.LocalHost:7480", "http://kor.localhost:7480", NULL, false, false,
	  BROWSER_OK },
	{ "by the address", ADDRESS, "http://" ADDRESS, "same-origin", false, false, BROWSER_OK },
	{ "typed into the address line", "localhost:7480", NULL, "none", true, true, BROWSER_OK },
	{ "a link on another page", "localhost:7480", NULL, "cross-site", true, true, BROWSER_OK },

	{ "no host", NULL, NULL, NULL, true, true, BROWSER_HOST },
	{ "another name, which a name server gave this address", "evil.example:7480", NULL, "same-origin",
	  true, true, BROWSER_HOST },
	{ "and of the same origin", "evil.example:7480", "http://evil.example:7480", "same-origin", false,
	  false, BROWSER_HOST },
	{ "our name at the front", "localhost.evil.example:7480", NULL, NULL, true, true, BROWSER_HOST },
	{ "our name without a dot", "evillocalhost:7480", NULL, NULL, true, true, BROWSER_HOST },
	{ "a dot and nothing before", ".localhost:7480", NULL, NULL, true, true, BROWSER_HOST },
	{ "another port", "localhost:7481", NULL, NULL, true, true, BROWSER_HOST },
	{ "a longer port", "localhost:17480", NULL, NULL, true, true, BROWSER_HOST },
	{ "no port", "localhost", NULL, NULL, true, true, BROWSER_HOST },
	{ "a port alone", ":7480", NULL, NULL, true, true, BROWSER_HOST },
	{ "somebody before an @", "localhost@evil.localhost:7480", NULL, NULL, true, true, BROWSER_HOST },
	{ "another loopback address", "127.0.0.2:7480", NULL, NULL, true, true, BROWSER_HOST },

	{ "another site's page changes", "localhost:7480", "http://evil.example", "cross-site", false, false,
	  BROWSER_ORIGIN },
	{ "its browser says no site", "localhost:7480", "http://evil.example", NULL, false, false,
	  BROWSER_ORIGIN },
	{ "a page of another port", "localhost:7480", "http://localhost:8000", "same-site", false, false,
	  BROWSER_ORIGIN },
	{ "a page of another party's console", "kor.localhost:7480", "http://usa.localhost:7480",
	  "cross-site", false, false, BROWSER_ORIGIN },
	{ "a page of another scheme", "localhost:7480", "https://localhost:7480", NULL, false, false,
	  BROWSER_ORIGIN },
	{ "a sandboxed frame", "localhost:7480", "null", "cross-site", false, false, BROWSER_ORIGIN },
	{ "no origin at all", "localhost:7480", NULL, NULL, false, false, BROWSER_ORIGIN },
	{ "typed, and changes", "localhost:7480", "http://localhost:7480", "none", false, false,
	  BROWSER_ORIGIN },
	{ "another page reads a route", "localhost:7480", NULL, "cross-site", true, false, BROWSER_ORIGIN },
	{ "one of another port", "localhost:7480", NULL, "same-site", true, false, BROWSER_ORIGIN },
	{ "its origin alone tells", "localhost:7480", "http://localhost:8000", NULL, true, false,
	  BROWSER_ORIGIN },
	{ "another site posts to a file", "localhost:7480", "http://evil.example", NULL, false, true,
	  BROWSER_ORIGIN },
	{ "a site of no known word", "localhost:7480", "http://localhost:7480", "friendly", false, false,
	  BROWSER_ORIGIN },
};

static void test_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(heads); i++) {
		struct browser_head head = { text(heads[i].host),
					     text(heads[i].origin),
					     text(heads[i].site),
					     heads[i].host != NULL,
					     heads[i].is_reading,
					     heads[i].is_file,
					     false };
		enum browser_rule got = browser_check(ADDRESS, &head);

		if (got != heads[i].want)
			fail_msg("%s: %s", heads[i].why, browser_rule_name(got));
		head.hosts = 2;
		assert_int_equal(browser_check(ADDRESS, &head), BROWSER_HOST);
	}
}

static void test_addresses(void **state)
{
	struct browser_head six = { .host = BYTES_LIT("[::1]:7480"), .hosts = 1, .is_reading = true };

	(void)state;
	assert_int_equal(browser_check("[::1]:7480", &six), BROWSER_OK);
	assert_int_equal(browser_check(ADDRESS, &six), BROWSER_HOST);
}

/* Terminals of the network know one name, by https alone. */
static void test_terminals(void **state)
{
	static const struct {
		const char *address, *host, *origin;
		enum browser_rule want;
	} rows[] = {
		{ "console.kor.example:7443", "console.kor.example:7443", "https://console.kor.example:7443",
		  BROWSER_OK },
		{ "console.kor.example:7443", "Console.KOR.example:7443", "https://console.kor.example:7443",
		  BROWSER_OK },
		{ "console.kor.example:443", "console.kor.example", "https://console.kor.example",
		  BROWSER_OK },
		{ "console.kor.example:7443", "console.kor.example", NULL, BROWSER_HOST },
		{ "console.kor.example:7443", "localhost:7443", NULL, BROWSER_HOST },
		{ "console.kor.example:7443", "kor.localhost:7443", NULL, BROWSER_HOST },
		{ "console.kor.example:443", "console.kor", NULL, BROWSER_HOST },
		{ "console.kor.example:7443", "console.kor.example:7443", "http://console.kor.example:7443",
		  BROWSER_ORIGIN },
		{ "console.kor.example:7443", "console.kor.example:7443", "https://evil.example:7443",
		  BROWSER_ORIGIN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct browser_head head = {
			.host = text(rows[i].host), .origin = text(rows[i].origin), .hosts = 1, .is_tls = true
		};

		assert_int_equal(browser_check(rows[i].address, &head), rows[i].want);
	}
}

static const struct {
	const char *type;
	enum browser_rule want;
} types[] = {
	{ "application/cbor", BROWSER_OK },
	{ "application/octet-stream", BROWSER_OK },
	{ "Application/CBOR ; q=1", BROWSER_OK },
	{ NULL, BROWSER_CONTENT_TYPE },
	{ "", BROWSER_CONTENT_TYPE },
	{ "text/plain", BROWSER_CONTENT_TYPE },
	{ "text/plain; application/cbor", BROWSER_CONTENT_TYPE },
	{ "application/cborx", BROWSER_CONTENT_TYPE },
	{ "application/json", BROWSER_CONTENT_TYPE },
	{ "multipart/form-data; boundary=x", BROWSER_CONTENT_TYPE },
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		if (browser_check_type(text(types[i].type)) != types[i].want)
			fail_msg("%s", types[i].type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_terminals),
		cmocka_unit_test(test_types),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
