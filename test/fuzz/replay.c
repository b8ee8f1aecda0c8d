/*
 * What any build can do with a fuzz target, without libFuzzer: run every file of its corpus, then the same
 * files with small damage done to them, always the same. A crash says which input it was and leaves it in the
 * working folder.
 *
 * usage: TARGET CORPUS_FOLDER [RUNS] | TARGET FILE
 */
#include "base/prng.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);
/* The sanitizers end a process without a signal. */
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is theirs
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

#define INPUT_LEN_MAX (1u << 20)
#define FILES_MAX 4096
#define DAMAGED_RUNS 20000 /* or as many as the command says, where each takes long */
#define SEED 20261124

struct input {
	char name[256];
	uint8_t *ptr;
	size_t len;
};

/* The one root struct of this process: a crash has no other way to know what ran. */
static struct {
	struct input files[FILES_MAX];
	size_t count;
	const uint8_t *now;
	size_t now_len;
	const char *now_name;
	unsigned damage;
} root;

// NOLINTBEGIN(bugprone-signal-handler): the process is about to die, and has nothing better to do
static void tell(void)
{
	FILE *out = fopen("crash-input", "wb");

	fprintf(stderr, "while running %s, damage %u: input is in ./crash-input (%zu bytes)\n", root.now_name,
		root.damage, root.now_len);
	if (out != NULL) {
		fwrite(root.now, 1, root.now_len, out);
		fclose(out);
	}
}

static void tell_signal(int signal_number)
{
	tell();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}
// NOLINTEND(bugprone-signal-handler)

static void die(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s: %s\n", path, what, strerror(errno));
	exit(1);
}

static void load_file(const char *path, const char *name)
{
	struct input *in = &root.files[root.count];
	FILE *file = fopen(path, "rb");

	if (file == NULL || root.count == FILES_MAX)
		die("cannot read", path);
	snprintf(in->name, sizeof in->name, "%s", name);
	in->ptr = malloc(INPUT_LEN_MAX);
	if (in->ptr == NULL)
		die("no memory", path);
	in->len = fread(in->ptr, 1, INPUT_LEN_MAX, file);
	fclose(file);
	root.count++;
}

static void load(const char *path)
{
	struct dirent **rows;
	struct stat status;
	int count;

	if (stat(path, &status) != 0)
		die("cannot read", path);
	if (!S_ISDIR(status.st_mode)) {
		load_file(path, path);
		return;
	}
	count = scandir(path, &rows, NULL, alphasort); /* the order decides what is damaged how */
	if (count < 0)
		die("cannot read", path);
	for (int i = 0; i < count; i++) {
		char file[4096];
		snprintf(file, sizeof file, "%s/%s", path, rows[i]->d_name);
		if (rows[i]->d_name[0] != '.')
			load_file(file, rows[i]->d_name);
		free(rows[i]);
	}
	free(rows);
}

/* In memory of its very size, so that a read beyond it is seen. */
static void run(const struct input *in, const uint8_t *from, size_t len, unsigned damage)
{
	uint8_t *ptr = malloc(len > 0 ? len : 1);

	if (ptr == NULL)
		die("no memory", in->name);
	memcpy(ptr, from, len);
	root.now = ptr;
	root.now_len = len;
	root.now_name = in->name;
	root.damage = damage;
	LLVMFuzzerTestOneInput(ptr, len);
	free(ptr);
}

/* One change; room has space for INPUT_LEN_MAX. */
static size_t damage_once(struct prng *p, uint8_t *room, size_t len)
{
	static const uint8_t telling[] = { 0x00, 0x01, 0x17, 0x18, 0x1b, 0x5f,
					   0x7f, 0x80, 0xf6, 0xff, '\n', '/' };
	size_t at = len == 0 ? 0 : (size_t)prng_below(p, len);
	size_t run_len = len == 0 ? 0 : (size_t)prng_below(p, len - at) + 1;

	switch (prng_below(p, 6)) {
	case 0:
		return at; /* cut short */
	case 1:		   /* a bit turned over */
		if (len > 0)
			room[at] ^= (uint8_t)(1u << prng_below(p, 8));
		return len;
	case 2: /* a byte that means something */
		if (len > 0)
			room[at] = telling[prng_below(p, sizeof telling)];
		return len;
	case 3: /* a run taken out */
		if (len > 0)
			memmove(room + at, room + at + run_len, len - at - run_len);
		return len - run_len;
	case 4: /* a run said twice */
		if (run_len > INPUT_LEN_MAX - len)
			return len;
		memmove(room + at + run_len, room + at, len - at);
		return len + run_len;
	default: /* a byte put in */
		if (len == INPUT_LEN_MAX)
			return len;
		memmove(room + at + 1, room + at, len - at);
		room[at] = (uint8_t)prng_below(p, 256);
		return len + 1;
	}
}

static void run_damaged(unsigned long runs)
{
	uint8_t *room = malloc(INPUT_LEN_MAX);
	struct prng p;

	if (room == NULL)
		die("no memory", "damage");
	prng_init(&p, SEED);
	for (unsigned n = 1; n <= runs; n++) {
		const struct input *in = &root.files[prng_below(&p, root.count)];
		size_t len = in->len;
		memcpy(room, in->ptr, len);
		for (uint64_t left = prng_below(&p, 4) + 1; left > 0; left--)
			len = damage_once(&p, room, len);
		run(in, room, len, n);
	}
	free(room);
}

int main(int argc, char **argv)
{
	unsigned long runs = argc == 3 ? strtoul(argv[2], NULL, 10) : DAMAGED_RUNS;
	struct stat status;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER [RUNS] | FILE\n", argv[0]);
		return 2;
	}
	signal(SIGABRT, tell_signal);
	signal(SIGSEGV, tell_signal);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(tell);
	load(argv[1]);
	if (root.count == 0) {
		fprintf(stderr, "%s: the corpus is empty\n", argv[1]);
		return 1;
	}
	for (size_t i = 0; i < root.count; i++)
		run(&root.files[i], root.files[i].ptr, root.files[i].len, 0);
	if (stat(argv[1], &status) == 0 && S_ISDIR(status.st_mode)) {
		run_damaged(runs);
		printf("%zu inputs, %lu damaged ones\n", root.count, runs);
	}
	for (size_t i = 0; i < root.count; i++)
		free(root.files[i].ptr);
	return 0;
}
