/* HOME/settings: what is taken, and which line and key a refusal names. */
#include "home/settings.h"

#include "home/sentences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HASH "4b7a0c1f8a4e6a3bd2a9f0d6f4a1c4a6f3f6ff7f0c3b6d8e1f2a3b4c5d6e7f80"
#define NODE "[node]\nparty = alba\naccord = " HASH "\n"

static void a_whole_one(void **state)
{
	static const char text[] =
		"; the node of alba\n" NODE "\n[listen]\nnorth = 192.0.2.7:7400\n"
		"six = [2001:db8::7]:7400 ; v6\n\n[path borea/north]\nlisten = north\n"
		"[path borea/south]\nconnect = 198.51.100.9:7400\n[path cima/a]\nlisten=north\n"
		"[path borea/radio]\nserial = /dev/ttyS0\nspeed = 9600\nmodem = 75\nkey = keys/pair\n"
		"receive-only = yes\n";
	struct settings s;
	struct settings_fault fault;

	(void)state;
	assert_int_equal(settings_read(BYTES_LIT(text), &s, &fault), ERR_OK);
	assert_string_equal(s.party, "alba");
	assert_string_equal(s.accord, HASH);
	assert_int_equal(s.listens_count, 2);
	assert_string_equal(s.listens[1].name, "six");
	assert_string_equal(s.listens[1].address, "[2001:db8::7]:7400");
	assert_int_equal(s.paths_count, 4);
	assert_string_equal(s.paths[3].serial, "/dev/ttyS0");
	assert_int_equal(s.paths[3].speed, 9600);
	assert_int_equal(s.paths[3].modem, 75);
	assert_string_equal(s.paths[3].key, "keys/pair");
	assert_string_equal(s.paths[3].receive, "yes");
	assert_string_equal(s.paths[0].peer, "borea");
	assert_string_equal(s.paths[0].listen, "north");
	assert_string_equal(s.paths[0].connect, "");
	assert_string_equal(s.paths[1].name, "south");
	assert_string_equal(s.paths[1].connect, "198.51.100.9:7400");
}

/* clang-format off */
static const struct {
	const char *why, *in;
	size_t line;
	const char *key;
} bad[] = {
	{ "empty", "", 0, "node.party" },
	{ "no party", "[node]\naccord = " HASH "\n", 0, "node.party" },
	{ "no accord", "[node]\nparty = alba\n", 0, "node.accord" },
	{ "thin without a key", NODE "[path b/r]\nserial = /dev/ttyS0\nspeed = 75\n", 5, "path b/r" },
	{ "thin without a speed", NODE "[path b/r]\nserial = /dev/ttyS0\nkey = k\n", 5, "path b/r" },
	{ "thin and called", NODE "[path b/r]\nserial = /dev/ttyS0\nspeed = 75\nkey = k\nconnect = 127.0.0.1:1\n", 5, "path b/r" },
	{ "a speed of 49", NODE "[path b/r]\nserial = /dev/ttyS0\nspeed = 49\n", 6, "path b/r.speed" },
	{ "a speed of 115201", NODE "[path b/r]\nspeed = 115201\n", 5, "path b/r.speed" },
	{ "a modem of 49", NODE "[path b/r]\nmodem = 49\n", 5, "path b/r.modem" },
	{ "a modem of no thin path", NODE "[path b/r]\nconnect = 127.0.0.1:1\nmodem = 75\n", 5, "path b/r" },
	{ "a device with no path", NODE "[path b/r]\nserial = ttyS0\n", 5, "path b/r.serial" },
	{ "owner-reads is neither yes nor no", NODE "owner-reads = maybe\n", 4, "node.owner-reads" },
	{ "a console for the network", NODE "console = 192.0.2.7:7480\n", 4, "node.console" },
	{ "a console for every address", NODE "console = 0.0.0.0:7480\n", 4, "node.console" },
	{ "a console of a name", NODE "console = localhost:7480\n", 4, "node.console" },
	{ "neither yes nor no", NODE "[path b/r]\nreceive-only = y\n", 5, "path b/r.receive-only" },
	{ "a key of no thin path", NODE "[path b/r]\nconnect = 127.0.0.1:1\nkey = k\n", 5, "path b/r" },
	{ "two thin paths", NODE "[path b/r]\nserial = /dev/a\nspeed = 75\nkey = k\n[path b/s]\nserial = /dev/b\nspeed = 75\nkey = k\n", 9, "path b/s" },
	{ "one device twice", NODE "[path b/r]\nserial = /dev/a\nspeed = 75\nkey = k\n[path c/s]\nserial = /dev/a\nspeed = 75\nkey = k\n", 9, "path c/s" },
	{ "key before a section", "party = alba\n", 1, "party" },
	{ "unknown section", NODE "[nodes]\nparty = a\n", 5, "nodes.party" },
	{ "unknown key", NODE "port = 1\n", 4, "node.port" },
	{ "twice", NODE "party = alba\n", 4, "node.party" },
	{ "party in capitals", "[node]\nparty = Alba\n", 2, "node.party" },
	{ "party too long", "[node]\nparty = abcdefghijklmnopq\n", 2, "node.party" },
	{ "accord too short", "[node]\nparty = a\naccord = 4b7a\n", 3, "node.accord" },
	{ "accord in capitals", "[node]\nparty = a\naccord = 4B7A0C1F8A4E6A3BD2A9F0D6F4A1C4A6F3F6FF7F0C3B6D8E1F2A3B4C5D6E7F80\n", 3, "node.accord" },
	{ "neither key nor section", NODE "hello\n", 4, "" },
	{ "section not closed", NODE "[listen\nnorth = 127.0.0.1:1\n", 4, "" },
	{ "no port", NODE "[listen]\nnorth = 127.0.0.1\n", 5, "listen.north" },
	{ "port 0", NODE "[listen]\nnorth = 127.0.0.1:0\n", 5, "listen.north" },
	{ "port too high", NODE "[listen]\nnorth = 127.0.0.1:65536\n", 5, "listen.north" },
	{ "a name is looked up nowhere", NODE "[listen]\nnorth = example.org:7400\n", 5, "listen.north" },
	{ "IPv6 without brackets", NODE "[listen]\nnorth = ::1:7400\n", 5, "listen.north" },
	{ "path without a name", NODE "[path borea]\nlisten = x\n", 5, "path borea.listen" },
	{ "path to a bad name", NODE "[path borea/North]\nlisten = x\n", 5, "path borea/North.listen" },
	{ "path to itself", NODE "[path alba/x]\nconnect = 127.0.0.1:1\n", 5, "path alba/x" },
	{ "both", NODE "[path borea/x]\nconnect = 127.0.0.1:1\nlisten = n\n", 6, "path borea/x.listen" },
	{ "no such listener", NODE "[path borea/x]\nlisten = n\n", 5, "path borea/x" },
	{ "two paths on one listener", NODE "[listen]\nn = 127.0.0.1:1\n[path borea/x]\nlisten = n\n[path borea/y]\nlisten = n\n", 9, "path borea/y" },
	{ "no value", NODE "[path borea/x]\nconnect =\n", 5, "path borea/x.connect" },
};
/* clang-format on */

static void refusals_name_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		struct settings s;
		struct settings_fault fault;

		if (settings_read(bytes_str(bad[i].in), &s, &fault) != ERR_USAGE)
			fail_msg("%s: taken", bad[i].why);
		if (fault.line != bad[i].line || strcmp(fault.key, bad[i].key) != 0 || fault.why == NULL ||
		    !sentence_is_known(fault.why))
			fail_msg("%s: line %zu, %s: %s", bad[i].why, fault.line, fault.key, fault.why);
	}
}

static void too_many_and_too_long(void **state)
{
	static char text[SETTINGS_LEN_MAX];
	struct settings s;
	struct settings_fault fault;
	struct buf b = BUF_ON(text);

	(void)state;
	buf_put_str(&b, NODE "[listen]\n");
	for (uint64_t i = 0; i <= LINK_LISTENERS_MAX; i++) {
		buf_put_str(&b, "n");
		buf_put_decimal(&b, i);
		buf_put_str(&b, " = 127.0.0.1:1\n");
	}
	assert_int_equal(settings_read(buf_bytes(&b), &s, &fault), ERR_USAGE);
	assert_int_equal(fault.line, 5 + LINK_LISTENERS_MAX);

	buf_reset(&b);
	buf_put_str(&b, NODE);
	for (uint64_t i = 0; i <= LINK_PATHS_MAX; i++) {
		buf_put_str(&b, "[path borea/p");
		buf_put_decimal(&b, i);
		buf_put_str(&b, "]\nconnect = 127.0.0.1:1\n");
	}
	assert_int_equal(settings_read(buf_bytes(&b), &s, &fault), ERR_USAGE);
	assert_int_equal(fault.line, 5 + 2 * LINK_PATHS_MAX);

	buf_reset(&b);
	buf_put_str(&b, NODE ";");
	for (int i = 0; i < 1000; i++)
		buf_put_str(&b, "x");
	assert_int_equal(settings_read(buf_bytes(&b), &s, &fault), ERR_USAGE);
	assert_int_equal(fault.line, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_one),
		cmocka_unit_test(refusals_name_the_place),
		cmocka_unit_test(too_many_and_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
