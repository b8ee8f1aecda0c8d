/* The routes: the page and the code hold the same table, and no row is without its authority. */
#include "api/routes.h"

#include "spec_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void every_row_is_on_the_page(void **state)
{
	const char *text = spec_page("api.md");

	(void)state;
	for (size_t i = 0; i < routes_count; i++) {
		char row[128];
		snprintf(row, sizeof row, "| %s | %s | %s |", routes[i].method, routes[i].path,
			 authority_name(routes[i].authority));
		if (strstr(text, row) == NULL)
			fail_msg("docs/spec/api.md has no row %s", row);
	}
}

/* "channel after" as the page has it: " channel, after " */
static bool are_the_words(const char *words, const char *page)
{
	for (;;) {
		page += strspn(page, ", ");
		if (*words == '\0' || *page == '\0')
			return *words == *page;
		for (; *words != '\0' && *words != ' '; words++) {
			if (*words != *page++)
				return false;
		}
		if (*page != ',' && *page != ' ')
			return false;
		words += *words == ' ';
	}
}

static void every_row_of_the_page_is_in_the_table(void **state)
{
	size_t count = 0;

	(void)state;
	for (const char *at = spec_page("api.md"); (at = strstr(at, "\n| ")) != NULL; at++) {
		char method[8], path[64], words[128] = "";
		const struct route *route;
		if (sscanf(at, "\n| %7s | %63s | %*s |%127[^|]", method, path, words) < 2 || path[0] != '/')
			continue;
		count++;
		if (route_find(method, path, &route) != ERR_OK)
			fail_msg("src/api/routes.c has no %s %s", method, path);
		if (route->words != NULL && !are_the_words(route->words, words))
			fail_msg("%s %s: other words than on the page: %s", method, path, route->words);
	}
	assert_int_equal(count, routes_count);
}

static void every_row_says_who_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes_count; i++) {
		assert_in_range(routes[i].authority, 1, AUTHORITY_COUNT - 1);
		assert_non_null(routes[i].run);
		if (strcmp(routes[i].method, "GET") == 0)
			assert_int_equal(routes[i].body_max, 0);
		for (size_t other = 0; other < i; other++)
			assert_false(strcmp(routes[i].path, routes[other].path) == 0 &&
				     strcmp(routes[i].method, routes[other].method) == 0);
	}
}

static const struct {
	const char *why, *method, *path;
	enum err want;
} lookups[] = {
	{ "a row", "GET", "/status", ERR_OK },
	{ "the other method of a path", "POST", "/attachments", ERR_OK },
	{ "a path with another method", "DELETE", "/status", ERR_USAGE },
	{ "no such path", "GET", "/nothing", ERR_NOT_FOUND },
	{ "the beginning of a path", "GET", "/stat", ERR_NOT_FOUND },
	{ "a path and more", "GET", "/status/", ERR_NOT_FOUND },
	{ "nothing", "GET", "", ERR_NOT_FOUND },
};

static void lookups_are_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(lookups); i++) {
		const struct route *route;
		if (route_find(lookups[i].method, lookups[i].path, &route) != lookups[i].want)
			fail_msg("%s", lookups[i].why);
	}
}

static void methods_are_named(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = { { "/status", "GET" },
		     { "/session", "POST, GET, DELETE" },
		     { "/taxii2/a", "GET, POST" },
		     { "/nothing", "" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char memory[64];
		struct buf out = BUF_ON(memory);
		route_methods(rows[i].path, &out);
		assert_true(bytes_equal(buf_bytes(&out), bytes_str(rows[i].want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_on_the_page),
		cmocka_unit_test(every_row_of_the_page_is_in_the_table),
		cmocka_unit_test(every_row_says_who_may),
		cmocka_unit_test(lookups_are_exact),
		cmocka_unit_test(methods_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
