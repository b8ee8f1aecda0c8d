/* What `entente init` left to stand at the front of our logs. docs/spec/settings.md section 4. */
#include "process/core.h"

#include "base/alloc.h"
#include "base/log.h"
#include "wire/cbor.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_MAX 256u
#define FILE_LEN_MAX (ENTRY_LEN_MAX + STATEMENT_SIGNATURES_MAX * SSHSIG_LEN_MAX)
#define NAMES_LEN (64u << 10)

static enum err read_item(struct bytes in, struct command *out)
{
	struct cbor_reader r;
	size_t parts;

	*out = (struct command){ .client = FIRST_CLIENT };
	cbor_open(&r, in);
	if (cbor_read_array(&r, 2, &parts) == ERR_OK && parts != 2)
		return ERR_STRICT;
	cbor_read_bytes(&r, ENTRY_LEN_MAX, &out->statement);
	cbor_read_array(&r, STATEMENT_SIGNATURES_MAX, &out->signatures_count);
	for (size_t i = 0; i < out->signatures_count && r.err == ERR_OK; i++)
		cbor_read_bytes(&r, SSHSIG_LEN_MAX, &out->signatures[i]);
	cbor_close(&r);
	cbor_close(&r);
	return cbor_finish(&r);
}

/* Whether one of our logs was ever opened, as far as the store or the signer knows. */
static bool is_begun(const struct core *c)
{
	const struct accord *a = c->accord;

	for (size_t i = 0; i < a->channels_count; i++) {
		if ((a->channels[i].parties & 1u << c->self) != 0 &&
		    node_epoch(c->node, a->channels[i].number, c->self) != 0)
			return true;
	}
	for (size_t i = 0; i < c->marks.count; i++) {
		if (bytes_equal(bytes_str(c->marks.rows[i].origin.party),
				bytes_str(a->parties[c->self].name)))
			return true;
	}
	return false;
}

static enum err say_file(struct core *c, const char *dir, const char *name, struct buf *memory)
{
	char path[FILE_PATH_MAX];
	struct command command;
	enum err e = file_path(path, dir, name);

	buf_reset(memory);
	if (e == ERR_OK)
		e = file_read(path, memory);
	if (e == ERR_OK)
		e = read_item(buf_bytes(memory), &command);
	if (e == ERR_OK)
		e = node_command(c->node, loop_now(c->loop), &command, &c->fx);
	if (e != ERR_OK)
		log_error("%s cannot be said: %s", path, err_text(e));
	return e;
}

static enum err say_all(struct core *c, const char *dir)
{
	struct bytes names[FIRST_MAX];
	struct arena arena;
	struct buf memory;
	void *names_memory = xcalloc(1, NAMES_LEN);
	size_t count = 0;
	enum err e;

	arena_init(&arena, names_memory, NAMES_LEN);
	buf_init(&memory, xcalloc(1, FILE_LEN_MAX), FILE_LEN_MAX);
	e = file_list(dir, &arena, names, FIRST_MAX, &count);
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = say_file(c, dir, (const char *)names[i].ptr, &memory);
	free(memory.ptr);
	free(names_memory);
	if (e == ERR_OK)
		core_commit(c); /* all of them in one flush, or none */
	return e == ERR_OK && c->is_ending ? ERR_IO : e;
}

enum err first_say(struct core *c)
{
	char dir[FILE_PATH_MAX], said[FILE_PATH_MAX];
	enum err e = file_path(dir, c->home, "first");

	if (e == ERR_OK)
		e = file_path(said, c->home, "first.said");
	if (e != ERR_OK || !file_exists(dir))
		return e;
	if (!is_begun(c)) {
		e = say_all(c, dir);
		if (e != ERR_OK)
			return e;
		log_notice("our logs are open");
	}
	/* So that a store that is lost later does not begin anew under the same numbers. */
	return rename(dir, said) == 0 ? ERR_OK : ERR_IO;
}

void first_answer(struct core *c, const struct effect_answer *answer)
{
	if (answer->err == ERR_OK)
		return;
	log_error("a first statement was refused: %s%s%s", err_text(answer->err),
		  answer->err == ERR_REFUSED ? ", " : "",
		  answer->err == ERR_REFUSED ? verdict_text(answer->verdict) : "");
	core_end(c, 4);
}
