/* A serial device, which here is a pseudo-terminal: its other end is in this program. */
#include "sys/serial.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void texts(void **state)
{
	static const struct {
		const char *why, *in;
		enum err want;
		struct serial_speed speed;
	} rows[] = {
		{ "the usual", "75 0 /dev/ttyS0", ERR_OK, { 75, 0 } },
		{ "the slowest", "50 50 /dev/x", ERR_OK, { 50, 50 } },
		{ "a modem behind it", "9600 75 /dev/ttyS0", ERR_OK, { 9600, 75 } },
		{ "no speed of a modem", "75 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "a modem too slow", "75 1 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "a device of no speed", "0 75 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "no speed", "/dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "no number", "fast 0 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "too slow", "1 0 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "too fast", "4000000000 0 /dev/ttyS0", ERR_USAGE, { 0, 0 } },
		{ "no device", "75 0 ", ERR_USAGE, { 0, 0 } },
		{ "the root alone", "75 0 /", ERR_USAGE, { 0, 0 } },
		{ "no absolute path", "75 0 ttyS0", ERR_USAGE, { 0, 0 } },
		{ "too long a path",
		  "75 0 /0123456789012345678901234567890123456789012345678901234567890123456789"
		  "01234567890123456789012345678901234567890",
		  ERR_USAGE,
		  { 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char device[SERIAL_DEVICE_LEN];
		struct serial_speed speed = { 0, 0 };

		print_message("# text: %s\n", rows[i].why);
		assert_int_equal(serial_text_read(bytes_str(rows[i].in), &speed, device), rows[i].want);
		assert_int_equal(speed.device, rows[i].speed.device);
		assert_int_equal(speed.modem, rows[i].speed.modem);
	}
}

static void what_is_no_line(void **state)
{
	int fd = -1;

	(void)state;
	assert_int_equal(serial_open("/dev/null", 75, &fd), ERR_USAGE);
	assert_int_equal(serial_open("/dev/nothing-of-that-name", 75, &fd), ERR_NOT_FOUND);
	assert_int_equal(serial_open("/", 75, &fd), ERR_IO);
	assert_int_equal(fd, -1);
}

static void both_ways(void **state)
{
	uint8_t memory[64], far[64];
	struct buf in = BUF_ON(memory);
	int other = posix_openpt(O_RDWR | O_NOCTTY), fd, second;
	size_t written = 0;
	enum err e;

	(void)state;
	assert_true(other >= 0 && grantpt(other) == 0 && unlockpt(other) == 0);
	/* Faster than any device: it gets the fastest. */
	assert_int_equal(serial_open(ptsname(other), 1000000, &fd), ERR_OK);
	assert_int_equal(serial_open(ptsname(other), 75, &second), ERR_EXISTS);
	assert_int_equal(serial_read(fd, &in), ERR_SHORT);
	assert_int_equal(write(other, "\r\n\x03", 3), 3); /* nothing of it means anything on the way */
	assert_int_equal(serial_read(fd, &in), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&in), BYTES_LIT("\r\n\x03")));
	assert_int_equal(serial_write(fd, BYTES_LIT("\nwords"), &written), ERR_OK);
	assert_int_equal(written, 6);
	assert_int_equal(serial_write(fd, (struct bytes){ far, 0 }, &written), ERR_SHORT); /* of nothing */
	assert_int_equal(read(other, far, sizeof far), 6);
	assert_memory_equal(far, "\nwords", 6);
	/* Nobody takes it: the rest waits. */
	do
		e = serial_write(fd, BYTES_OF(memory), &written);
	while (e == ERR_OK);
	assert_int_equal(e, ERR_SHORT);
	assert_int_equal(written, 0);
	close(other);
	assert_int_equal(serial_write(fd, BYTES_LIT("words"), &written), ERR_DOWN);
	buf_reset(&in);
	assert_int_equal(serial_read(fd, &in), ERR_DOWN);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(what_is_no_line),
		cmocka_unit_test(both_ways),
	};

	return cmocka_run_group_tests_name("serial", tests, NULL, NULL);
}
