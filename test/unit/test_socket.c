/* Addresses as texts, and who of them is one host. */
#include "sys/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void hosts(void **state)
{
	static const struct {
		const char *why, *a, *b;
		bool is_same;
	} rows[] = {
		{ "another port", "192.0.2.7:1", "192.0.2.7:65535", true },
		{ "another IPv4 address", "192.0.2.7:1", "192.0.2.8:1", false },
		{ "one that begins like it", "192.0.2.7:1", "192.0.2.70:1", false },
		{ "another of its network's addresses", "[2001:db8:1:2::7]:1", "[2001:db8:1:2:ffff::1]:2",
		  true },
		{ "another network", "[2001:db8:1:2::7]:1", "[2001:db8:1:3::7]:1", false },
		{ "the same, written otherwise", "[2001:db8::7]:1", "[2001:0db8:0:0:0:0:0:7]:1", true },
		{ "IPv4, and IPv6 that has its bits", "192.0.2.7:1", "[::1]:1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t a[SOCKET_HOST_LEN], b[SOCKET_HOST_LEN];

		print_message("# hosts: %s\n", rows[i].why);
		socket_host(rows[i].a, a);
		socket_host(rows[i].b, b);
		assert_int_equal(memcmp(a, b, sizeof a) == 0, rows[i].is_same);
	}
}

static void what_is_no_address(void **state)
{
	static const char *const texts[] = { "",
					     ":",
					     "192.0.2.7",
					     "192.0.2.7:0",
					     "192.0.2.7:65536",
					     "[2001:db8::7:1",
					     "host:1",
					     "[192.0.2.7]:1",
					     "2001:db8::7:1" };
	static const uint8_t zeros[SOCKET_HOST_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		uint8_t host[SOCKET_HOST_LEN];

		print_message("# no address: '%s'\n", texts[i]);
		assert_int_equal(socket_address_check(texts[i]), ERR_USAGE);
		socket_host(texts[i], host);
		assert_memory_equal(host, zeros, sizeof host);
	}
}

static void loopback(void **state)
{
	static const struct {
		const char *address;
		bool is;
	} rows[] = {
		{ "127.0.0.1:1", true },	   { "127.255.255.255:1", true }, { "[::1]:1", true },
		{ "128.0.0.1:1", false },	   { "0.0.0.0:1", false },	  { "[::]:1", false },
		{ "[::ffff:127.0.0.1]:1", false }, { "192.0.2.127:1", false },	  { "localhost:1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (socket_is_loopback(rows[i].address) != rows[i].is)
			fail_msg("%s", rows[i].address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(what_is_no_address),
		cmocka_unit_test(loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
