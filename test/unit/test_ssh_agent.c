/* The agent protocol: answers in every broken form, and a real ssh-agent that signs a statement. */
#include "base/limits.h"
#include "crypto/sshsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_ssh_agent.XXXXXX";
static pid_t agent = -1;

/* Its socket is there a moment before anybody may call. */
static bool is_listening(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "agent" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool is = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;

	close(fd);
	return is;
}

static int start(void **state)
{
	(void)state;
	crypto_init();
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	agent = fork();
	if (agent == 0) {
		/* It prints commands for a shell, and this output is read as a test's. */
		if (freopen("/dev/null", "w", stdout) == NULL)
			_exit(126);
		execlp("ssh-agent", "ssh-agent", "-D", "-a", "agent", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !is_listening(); i++)
		usleep(10000);
	return is_listening() ? 0 : -1;
}

static int stop(void **state)
{
	char command[64];

	(void)state;
	kill(agent, SIGTERM);
	waitpid(agent, NULL, 0);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

typedef enum err is_whole(struct bytes answer, void *self);

/* Sends a request and reads until `read` no longer asks for more. */
static enum err ask(struct bytes request, uint8_t *memory, size_t size, is_whole *read, void *self)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "agent" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t len = 0;
	enum err e = ERR_SHORT;

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(write(fd, request.ptr, request.len), request.len);
	while (e == ERR_SHORT) {
		ssize_t got = recv(fd, memory + len, size - len, 0);
		assert_true(got > 0);
		len += (size_t)got;
		e = read((struct bytes){ memory, len }, self);
	}
	close(fd);
	return e;
}

struct listed {
	struct arena arena;
	struct ssh_agent_key *keys;
	size_t count;
	_Alignas(16) uint8_t memory[4096];
};

static enum err read_list(struct bytes answer, void *self)
{
	struct listed *l = self;

	arena_init(&l->arena, l->memory, sizeof l->memory);
	return ssh_agent_read_list(answer, &l->arena, &l->keys, &l->count);
}

static enum err read_sign(struct bytes answer, void *self)
{
	return ssh_agent_read_sign(answer, self);
}

static void test_real_agent(void **state)
{
	static const char *const kinds[] = { "ed25519", "ecdsa -b 256" };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
		uint8_t request_memory[1024], memory[8192], to_sign[256], blob_memory[SSHSIG_LEN_MAX];
		struct buf request = BUF_ON(request_memory), sign_buf = BUF_ON(to_sign),
			   blob = BUF_ON(blob_memory);
		char command[256];
		struct listed list;
		struct bytes signature, public_key;
		uint8_t public_memory[SSH_PUBLIC_MAX];
		struct buf public_buf = BUF_ON(public_memory);
		struct sshsig got;

		ssh_agent_write_list(&request);
		assert_int_equal(ask(buf_bytes(&request), memory, sizeof memory, read_list, &list), ERR_OK);
		assert_int_equal(list.count, 0);
		snprintf(command, sizeof command,
			 "rm -f key key.pub && ssh-keygen -q -t %s -N '' -C duty@watch -f key && "
			 "SSH_AUTH_SOCK=agent ssh-add -q key 2>/dev/null",
			 kinds[i]);
		assert_int_equal(system(command), 0);
		assert_int_equal(ask(buf_bytes(&request), memory, sizeof memory, read_list, &list), ERR_OK);
		assert_int_equal(list.count, 1);
		assert_true(bytes_equal(list.keys[0].comment, BYTES_LIT("duty@watch")));
		assert_int_equal(ssh_public_check(list.keys[0].public_key), ERR_OK);
		buf_put(&public_buf, list.keys[0].public_key);
		public_key = buf_bytes(&public_buf);

		buf_reset(&request);
		sshsig_write_signed(BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("a statement"), &sign_buf);
		ssh_agent_write_sign(public_key, buf_bytes(&sign_buf), &request);
		assert_int_equal(buf_check(&request), ERR_OK);
		assert_int_equal(ask(buf_bytes(&request), memory, sizeof memory, read_sign, &signature),
				 ERR_OK);
		sshsig_write(public_key, BYTES_LIT(SSHSIG_STATEMENT), signature, &blob);
		assert_int_equal(sshsig_verify(buf_bytes(&blob), BYTES_LIT(SSHSIG_STATEMENT),
					       BYTES_LIT("a statement"), &got),
				 ERR_OK);

		assert_int_equal(system("SSH_AUTH_SOCK=agent ssh-add -q -D 2>/dev/null"), 0);
		assert_int_equal(ask(buf_bytes(&request), memory, sizeof memory, read_sign, &signature),
				 ERR_REFUSED);
	}
}

/* What BYTES_LIT gives, in a form that a table may hold. */
#define ANSWER(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

#define TEN "\0\0\0\1a\0\0\0\1b"

static const struct {
	const char *why;
	struct bytes answer;
	enum err want;
	size_t count;
} lists[] = {
	{ "no key", ANSWER("\0\0\0\5\x0c\0\0\0\0"), ERR_OK, 0 },
	{ "one key", ANSWER("\0\0\0\x0f\x0c\0\0\0\1" TEN), ERR_OK, 1 },
	{ "two keys", ANSWER("\0\0\0\x19\x0c\0\0\0\2" TEN TEN), ERR_OK, 2 },
	{ "failure", ANSWER("\0\0\0\1\5"), ERR_REFUSED, 0 },
	{ "answer to something else", ANSWER("\0\0\0\5\x0e\0\0\0\0"), ERR_VERIFY, 0 },
	{ "length 0", ANSWER("\0\0\0\0"), ERR_VERIFY, 0 },
	{ "length beyond the limit", ANSWER("\0\4\0\0\x0c"), ERR_VERIFY, 0 },
	{ "length of 4 GiB", ANSWER("\xff\xff\xff\xff\x0c"), ERR_VERIFY, 0 },
	{ "a byte behind the answer", ANSWER("\0\0\0\5\x0c\0\0\0\0\0"), ERR_VERIFY, 0 },
	{ "a byte behind the keys", ANSWER("\0\0\0\6\x0c\0\0\0\0\0"), ERR_VERIFY, 0 },
	{ "more keys than bytes", ANSWER("\0\0\0\x0f\x0c\0\0\0\2" TEN), ERR_VERIFY, 0 },
	{ "4 thousand million keys", ANSWER("\0\0\0\x0f\x0c\xff\xff\xff\xff" TEN), ERR_VERIFY, 0 },
	{ "key beyond the end", ANSWER("\0\0\0\x0f\x0c\0\0\0\1\0\0\0\7a\0\0\0\1b"), ERR_VERIFY, 0 },
	{ "comment beyond the end", ANSWER("\0\0\0\x0f\x0c\0\0\0\1\0\0\0\1a\0\0\0\2b"), ERR_VERIFY, 0 },
	{ "count cut short", ANSWER("\0\0\0\4\x0c\0\0\0"), ERR_VERIFY, 0 },
};

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
		struct listed list = { .count = 0 };
		print_message("# %s\n", lists[i].why);
		assert_int_equal(read_list(lists[i].answer, &list), lists[i].want);
		assert_int_equal(list.count, lists[i].count);
		if (lists[i].want != ERR_OK)
			continue;
		for (size_t len = 0; len < lists[i].answer.len; len++)
			assert_int_equal(read_list((struct bytes){ lists[i].answer.ptr, len }, &list),
					 ERR_SHORT);
	}
}

static void test_list_larger_than_the_arena(void **state)
{
	uint8_t memory[16];
	struct ssh_agent_key *keys;
	struct arena a;
	size_t count;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	assert_int_equal(ssh_agent_read_list(lists[1].answer, &a, &keys, &count), ERR_LIMIT);
}

static const struct {
	const char *why;
	struct bytes answer;
	enum err want;
} signs[] = {
	{ "signature", ANSWER("\0\0\0\7\x0e\0\0\0\2ab"), ERR_OK },
	{ "failure", ANSWER("\0\0\0\1\5"), ERR_REFUSED },
	{ "cut short", ANSWER("\0\0\0\7\x0e\0\0\0\2a"), ERR_SHORT },
	{ "list", ANSWER("\0\0\0\5\x0c\0\0\0\0"), ERR_VERIFY },
	{ "signature beyond the end", ANSWER("\0\0\0\7\x0e\0\0\0\3ab"), ERR_VERIFY },
	{ "a byte more", ANSWER("\0\0\0\x08\x0e\0\0\0\2abc"), ERR_VERIFY },
};

static void test_signs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
		struct bytes signature = { NULL, 0 };
		print_message("# %s\n", signs[i].why);
		assert_int_equal(ssh_agent_read_sign(signs[i].answer, &signature), signs[i].want);
		if (signs[i].want == ERR_OK)
			assert_true(bytes_equal(signature, BYTES_LIT("ab")));
	}
}

static void test_request_that_does_not_fit(void **state)
{
	uint8_t memory[64];

	(void)state;
	for (size_t size = 0; size < sizeof memory; size++) {
		struct buf out;
		buf_init(&out, memory, size);
		ssh_agent_write_sign(BYTES_LIT("key"), BYTES_LIT("message"), &out);
		assert_int_equal(buf_check(&out), size < 4 + 1 + 7 + 11 + 4 ? ERR_LIMIT : ERR_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_agent),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_list_larger_than_the_arena),
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_request_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
