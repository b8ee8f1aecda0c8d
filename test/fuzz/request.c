/* What a client of the API can send: a body of statements, and the words of a query. */
#include "api/place_text.h"
#include "api/reply.h"
#include "api/runs.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static struct accord sample(void)
{
	struct accord a = { .parties_count = 2, .channels_count = 2 };

	a.parties[0] = (struct accord_party){ .name = "alba", .code = "ALBA" };
	a.parties[1] = (struct accord_party){ .name = "borea-2", .code = "BOREA-2" };
	a.channels[0] = (struct accord_channel){ .number = 1, .name = "leader", .parties = 3 };
	a.channels[1] = (struct accord_channel){ .number = 12, .name = "notify-1", .parties = 3 };
	return a;
}

/* A place that is read is written in one form, and that form is read as the same place. */
static void check_place(struct bytes in)
{
	struct accord a = sample();
	struct place_key place, again;
	char memory[96];
	struct buf text = BUF_ON(memory);

	if (place_text_read(&a, in, &place) != ERR_OK)
		return;
	place_text_write(&a, &place, &text);
	assert(buf_check(&text) == ERR_OK);
	assert(place_text_read(&a, buf_bytes(&text), &again) == ERR_OK && place_key_equal(&place, &again));
}

/* Whatever text is answered with: a string of JSON on one line, in UTF-8. */
static void check_reply(struct bytes in)
{
	static uint8_t memory[1 << 20];
	struct buf out = BUF_ON(memory);
	struct reply r = { &out };

	reply_text(&r, NULL, in);
	if (reply_check(&r) != ERR_OK)
		return;
	assert(out.len >= 2 && out.ptr[0] == '"' && out.ptr[out.len - 1] == '"' &&
	       bytes_is_utf8(buf_bytes(&out)));
	for (size_t i = 0; i < out.len; i++)
		assert(out.ptr[i] >= 0x20);
}

/* What answers a challenge is within its limits, and is read in one form. */
static void check_sign_in(struct bytes in)
{
	struct bytes challenge, signature;

	if (login_answer_read(in, &challenge, &signature) != ERR_OK)
		return;
	assert(challenge.len <= CHALLENGE_LEN_MAX && signature.len <= SSHSIG_LEN_MAX);
	assert(challenge.ptr >= in.ptr && challenge.ptr + challenge.len < signature.ptr &&
	       signature.ptr + signature.len == in.ptr + in.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct bytes in = { ptr, len };
	size_t count;

	check_sign_in(in);
	if (statements_check(in, &count) == ERR_OK)
		assert(count >= 1 && count <= COMMANDS_PER_TURN_MAX);
	if (labels_check(in, &count) == ERR_OK)
		assert(count >= 1 && count <= PORTIONS_MAX);
	check_place(in);
	check_reply(in);
	return 0;
}
