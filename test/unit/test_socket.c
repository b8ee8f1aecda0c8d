/* Addresses as texts, who of them is one host; and what comes over a pair of sockets, and what is refused. */
#include "sys/file.h"
#include "sys/socket.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Bound, and nobody listens: "127.0.0.1:PORT", for a port that is written into a test may be anybody's. */
static int take_port(char text[32])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(text, 32, "127.0.0.1:%u", ntohs(at.sin_port));
	return fd;
}

/* A host that is too long, and addresses that nobody has. */
static void nobody_listens_there(void **state)
{
	char long_host[2 * SOCKET_ADDRESS_LEN], text[32], twin[32];
	int fd = -1, held;
	enum err e;

	(void)state;
	memset(long_host, '1', sizeof long_host);
	memcpy(long_host + sizeof long_host - 3, ":1", 3);
	for (size_t i = 0; i < 2; i++) {
		const char *bad = i == 0 ? long_host : "nowhere";
		assert_int_equal(socket_address_check(bad), ERR_USAGE);
		assert_int_equal(socket_listen(bad, &fd), ERR_USAGE);
		assert_int_equal(socket_connect(bad, &fd), ERR_USAGE);
		assert_int_equal(socket_take_twin(bad, &fd), ERR_USAGE);
	}
	/* Only the loopback has a twin under the same name. */
	assert_int_equal(socket_take_twin("192.0.2.7:47301", &fd), ERR_OK);
	assert_int_equal(fd, -1);
	e = ERR_IO; /* somebody has the port there */
	for (size_t i = 0; i < 8 && e == ERR_IO; i++) {
		close(take_port(text));
		snprintf(twin, sizeof twin, "[::1]%s", strchr(text, ':'));
		e = socket_take_twin(twin, &fd);
	}
	assert_int_equal(e, ERR_OK);
	assert_true(fd >= 0);
	file_unlock(fd);
	/* Nobody is there who could take the call. */
	held = take_port(text);
	assert_int_equal(socket_connect(text, &fd), ERR_OK);
	assert_int_equal(socket_connected(fd), ERR_IO);
	file_unlock(fd);
	close(held);
}

/* The same over IPv6; who comes need not be asked who he is. */
static void loopback_of_ipv6(void **state)
{
	char text[32], listening[48], from[SOCKET_ADDRESS_LEN];
	int listener = -1, near, far;
	enum err e = ERR_IO; /* somebody has the port there */

	(void)state;
	for (size_t i = 0; i < 8 && e == ERR_IO; i++) {
		close(take_port(text));
		snprintf(listening, sizeof listening, "[::1]%s", strchr(text, ':'));
		e = socket_listen(listening, &listener);
	}
	assert_int_equal(e, ERR_OK);
	for (int is_asked = 0; is_asked < 2; is_asked++) {
		assert_int_equal(socket_connect(listening, &near), ERR_OK);
		do
			e = socket_accept(listener, &far, is_asked ? from : NULL);
		while (e == ERR_NOT_FOUND);
		assert_int_equal(e, ERR_OK);
		close(near);
		close(far);
	}
	assert_int_equal(strncmp(from, "[::1]:", 6), 0);
	assert_true(socket_is_loopback(from));
	file_unlock(listener);
}

/* ---- Records, and descriptors beside them. ---- */

static size_t open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

/* Whoever sends may send what nobody asked for: of it nothing stays open, and nothing is half taken. */
static void records(void **state)
{
	static const struct {
		const char *why;
		size_t len, sent, room;
		enum err want;
	} rows[] = {
		{ "a record", 4, 0, 2, ERR_OK },
		{ "with a descriptor", 4, 1, 2, ERR_OK },
		{ "with two", 4, 2, 2, ERR_OK },
		{ "with two where one is awaited", 4, 2, 1, ERR_FRAME },
		{ "with one where none is", 4, 1, 0, ERR_FRAME },
		{ "a record as long as may be", 16, 0, 0, ERR_OK },
		{ "a longer one", 17, 0, 0, ERR_FRAME },
		{ "a longer one with a descriptor", 17, 1, 2, ERR_FRAME },
	};
	const uint8_t bytes[32] = { 7 };
	const size_t before = open_descriptors();

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[16];
		struct buf in = BUF_ON(memory);
		int fds[2], along[2] = { STDIN_FILENO, STDOUT_FILENO }, came[2] = { -1, -1 };
		size_t count = rows[i].room;

		print_message("# %s\n", rows[i].why);
		assert_int_equal(socket_pair_records(fds), ERR_OK);
		assert_int_equal(socket_read_with(fds[1], &in, came, &count), ERR_SHORT);
		count = rows[i].room;
		assert_int_equal(
			socket_write_with(fds[0], (struct bytes){ bytes, rows[i].len }, along, rows[i].sent),
			ERR_OK);
		assert_int_equal(socket_read_with(fds[1], &in, came, &count), rows[i].want);
		assert_int_equal(in.len, rows[i].want == ERR_OK ? rows[i].len : 0);
		assert_int_equal(count, rows[i].want == ERR_OK ? rows[i].sent : 0);
		for (size_t n = 0; n < count; n++)
			close(came[n]);
		close(fds[0]);
		count = rows[i].room;
		assert_int_equal(socket_read_with(fds[1], &in, came, &count), ERR_DOWN);
		close(fds[1]);
		assert_int_equal(open_descriptors(), before);
	}
}

static void a_stream_ends(void **state)
{
	uint8_t memory[16];
	struct buf in = BUF_ON(memory);
	size_t written = 1;
	int fds[2];

	(void)state;
	assert_int_equal(socket_pair_stream(fds), ERR_OK);
	assert_int_equal(socket_write(fds[0], (struct bytes){ NULL, 0 }, &written), ERR_OK);
	assert_int_equal(written, 0);
	assert_int_equal(socket_read(fds[1], &in), ERR_SHORT);
	assert_int_equal(socket_write_all(fds[0], BYTES_LIT("word")), ERR_OK);
	assert_int_equal(socket_read(fds[1], &in), ERR_OK);
	assert_int_equal(in.len, 4);
	close(fds[0]);
	assert_int_equal(socket_read(fds[1], &in), ERR_DOWN);
	assert_int_equal(socket_write_all(fds[1], BYTES_LIT("word")), ERR_DOWN);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(what_is_no_address),
		cmocka_unit_test(loopback),
		cmocka_unit_test(loopback_of_ipv6),
		cmocka_unit_test(nobody_listens_there),
		cmocka_unit_test(records),
		cmocka_unit_test(a_stream_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
