/* Places as people write them. */
#include "api/place_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct accord sample(void)
{
	struct accord a = { .parties_count = 2, .channels_count = 2 };

	a.parties[0] = (struct accord_party){ .name = "alba", .code = "ALBA" };
	a.parties[1] = (struct accord_party){ .name = "borea-2", .code = "BOREA-2" };
	a.channels[0] = (struct accord_channel){ .number = 1, .name = "leader", .parties = 3 };
	a.channels[1] = (struct accord_channel){ .number = 12, .name = "notify-1", .parties = 3 };
	return a;
}

static const struct {
	const char *why, *in;
	enum err want;
	struct place_key place;
	const char *written; /* NULL: as it came */
} places[] = {
	{ "as it is written", "ALBA/LEADER 1.0", ERR_OK, { { 1, 0, 1 }, 0 }, NULL },
	{ "another party and epoch", "BOREA-2/NOTIFY-1 3.118", ERR_OK, { { 12, 1, 3 }, 118 }, NULL },
	{ "small letters", "alba/leader 2.7", ERR_OK, { { 1, 0, 2 }, 7 }, "ALBA/LEADER 2.7" },
	{ "without the epoch", "ALBA/LEADER 7", ERR_OK, { { 1, 0, 1 }, 7 }, "ALBA/LEADER 1.7" },
	{ "the channel's number", "ALBA/12 7", ERR_OK, { { 12, 0, 1 }, 7 }, "ALBA/NOTIFY-1 1.7" },
	{ "nothing", "", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "no channel", "ALBA 1.0", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "no index", "ALBA/LEADER", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "an empty index", "ALBA/LEADER ", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "an empty epoch", "ALBA/LEADER .7", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "epochs count from 1", "ALBA/LEADER 0.7", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "a leading zero", "ALBA/LEADER 1.07", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "an index beyond 64 bits",
	  "ALBA/LEADER 1.18446744073709551616",
	  ERR_USAGE,
	  { { 0, 0, 0 }, 0 },
	  NULL },
	{ "an epoch beyond 32 bits", "ALBA/LEADER 4294967296.7", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "more behind it", "ALBA/LEADER 1.7 ", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
	{ "no such party", "CORSA/LEADER 1.7", ERR_NOT_FOUND, { { 0, 0, 0 }, 0 }, NULL },
	{ "no such channel", "ALBA/SHARE 1.7", ERR_NOT_FOUND, { { 0, 0, 0 }, 0 }, NULL },
	{ "no such number", "ALBA/2 1.7", ERR_NOT_FOUND, { { 0, 0, 0 }, 0 }, NULL },
	{ "a name that can be none", "AL BA/LEADER 1.7", ERR_USAGE, { { 0, 0, 0 }, 0 }, NULL },
};

static void places_are_read_and_written(void **state)
{
	struct accord a = sample();

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
		struct place_key got;
		char memory[96];
		struct buf text = BUF_ON(memory);
		const char *written = places[i].written == NULL ? places[i].in : places[i].written;
		if (place_text_read(&a, bytes_str(places[i].in), &got) != places[i].want)
			fail_msg("%s: another verdict", places[i].why);
		if (places[i].want != ERR_OK)
			continue;
		if (!place_key_equal(&got, &places[i].place))
			fail_msg("%s: another place", places[i].why);
		place_text_write(&a, &got, &text);
		if (!bytes_equal(buf_bytes(&text), bytes_str(written)))
			fail_msg("%s: written as %.*s", places[i].why, (int)text.len, text.ptr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(places_are_read_and_written) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
