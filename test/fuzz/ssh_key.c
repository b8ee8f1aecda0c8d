/* Keys as wire bytes, lines and files, and an agent's answers: what is taken is the same when written and
 * read again. */
#include "crypto/sshsig.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static void check_line(struct bytes in)
{
	uint8_t wire_memory[SSH_PUBLIC_MAX], again_memory[SSH_PUBLIC_MAX], line_memory[2 * SSH_PUBLIC_MAX];
	struct buf wire = BUF_ON(wire_memory), again = BUF_ON(again_memory), line = BUF_ON(line_memory);
	struct bytes comment;
	enum err e;

	if (ssh_public_read_line(in, &wire, &comment) != ERR_OK)
		return;
	assert(comment.len < in.len);
	ssh_public_write_line(buf_bytes(&wire), "comment", &line);
	e = ssh_public_read_line(buf_bytes(&line), &again, &comment);
	assert(e == ERR_OK && bytes_equal(buf_bytes(&wire), buf_bytes(&again)));
	assert(bytes_equal(comment, BYTES_LIT("comment")));
}

static void check_file(struct bytes in)
{
	uint8_t memory[2048], check[4] = { 1, 2, 3, 4 };
	struct buf file = BUF_ON(memory);
	struct sign_key key, again;
	enum err e;

	if (ssh_private_read(in, &key) != ERR_OK)
		return;
	ssh_private_write(&key, "comment", check, &file);
	e = ssh_private_read(buf_bytes(&file), &again);
	assert(e == ERR_OK && memcmp(&key, &again, sizeof key) == 0);
}

static void check_answers(struct bytes in)
{
	_Alignas(16) static uint8_t memory[1u << 16];
	struct arena arena;
	struct ssh_agent_key *keys;
	struct bytes signature;
	size_t count, total = 0;

	arena_init(&arena, memory, sizeof memory);
	if (ssh_agent_read_sign(in, &signature) == ERR_OK)
		assert(signature.len < in.len);
	if (ssh_agent_read_list(in, &arena, &keys, &count) != ERR_OK)
		return;
	for (size_t i = 0; i < count; i++)
		total += 8 + keys[i].public_key.len + keys[i].comment.len;
	assert(total + 9 == in.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready;
	struct bytes in = { ptr, len };

	if (!is_ready)
		crypto_init();
	is_ready = true;
	if (ssh_public_check(in) == ERR_OK) {
		char print[SSH_FINGERPRINT_LEN];
		ssh_fingerprint(in, print);
		assert(strlen(print) == SSH_FINGERPRINT_LEN - 1);
	}
	check_line(in);
	check_file(in);
	check_answers(in);
	return 0;
}
