/* A writer with a maximum: what does not fit is not written, and is not forgotten either. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_holds(const struct buf *b, const char *want)
{
	assert_int_equal(b->len, strlen(want));
	assert_memory_equal(b->ptr, want, b->len);
}

static void test_puts(void **state)
{
	uint8_t room[128];
	struct buf b = BUF_ON(room);

	(void)state;
	buf_put_str(&b, "n=");
	buf_put_decimal(&b, 0);
	buf_put_byte(&b, ',');
	buf_put_decimal(&b, UINT64_MAX);
	buf_put_byte(&b, ' ');
	buf_put_hex(&b, BYTES_LIT("\x01\xfe"));
	buf_put_byte(&b, ' ');
	buf_put_base64(&b, BYTES_LIT("fooba"));
	assert_holds(&b, "n=0,18446744073709551615 01fe Zm9vYmE=");
	buf_reset(&b);
	buf_put_be32(&b, 0x41424344);
	buf_put_be64(&b, 0x4546474849505152);
	assert_holds(&b, "ABCDEFGHIPQR");
	buf_put(&b, (struct bytes){ NULL, 0 });
	assert_int_equal(buf_check(&b), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&b), BYTES_LIT("ABCDEFGHIPQR")));
}

/* Each kind of put at each length of room: all or nothing, and never a byte behind the room. */
static void test_full(void **state)
{
	uint8_t room[32];
	struct buf b;

	(void)state;
	for (size_t size = 0; size < 20; size++) {
		memset(room, 0xee, sizeof room);
		buf_init(&b, room, size);
		buf_put_str(&b, "ten bytes.");
		assert_int_equal(b.len, size >= 10 ? 10 : 0);
		assert_int_equal(buf_check(&b), size >= 10 ? ERR_OK : ERR_LIMIT);
		buf_put_be64(&b, 0);
		assert_int_equal(b.len, size >= 18 ? 18 : size >= 10 ? 10 : 0);
		for (size_t i = size; i < sizeof room; i++)
			assert_int_equal(room[i], 0xee);
	}
}

/* Once full it stays full: a later part that would fit must not stand in the place of the missing one. */
static void test_full_stays(void **state)
{
	uint8_t room[4];
	struct buf b = BUF_ON(room);

	(void)state;
	buf_put_str(&b, "abc");
	buf_put_str(&b, "de");
	buf_put_byte(&b, 'f');
	assert_holds(&b, "abc");
	assert_int_equal(buf_check(&b), ERR_LIMIT);
	buf_reset(&b);
	assert_int_equal(buf_check(&b), ERR_OK);
	buf_put_str(&b, "wxyz");
	assert_holds(&b, "wxyz");
	assert_int_equal(buf_check(&b), ERR_OK);
}

static void test_reserve(void **state)
{
	uint8_t room[8];
	struct buf b = BUF_ON(room);
	uint8_t *at;

	(void)state;
	buf_put_byte(&b, 'a');
	at = buf_reserve(&b, 3);
	assert_ptr_equal(at, room + 1);
	for (size_t i = 0; i < 3; i++)
		at[i] = (uint8_t)('b' + i);
	assert_holds(&b, "abcd");
	assert_null(buf_reserve(&b, 5));
	assert_int_equal(buf_check(&b), ERR_LIMIT);
	buf_reset(&b);
	assert_null(buf_reserve(&b, SIZE_MAX));
	buf_reset(&b);
	assert_ptr_equal(buf_reserve(&b, 8), room);
}

static void test_drop(void **state)
{
	uint8_t room[8];
	struct buf b = BUF_ON(room);

	(void)state;
	buf_drop(&b, 0);
	buf_put_str(&b, "abcdefgh");
	buf_drop(&b, 0);
	assert_holds(&b, "abcdefgh");
	buf_drop(&b, 3);
	assert_holds(&b, "defgh");
	buf_put_str(&b, "ijk");
	assert_holds(&b, "defghijk");
	buf_drop(&b, 8);
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_check(&b), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_puts),	   cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_stays), cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
