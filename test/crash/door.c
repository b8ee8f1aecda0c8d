/* What the own door would answer to whatever was said before, said again now by this node's officer. */
#include "answers.h"

#include "crypto/sshsig.h"
#include "wire/content.h"

#include <string.h>

#define LOOKED_AT 64u /* of each log, from its end */
#define KINDS_MAX 256u

/* As of now, or as its author had seen the record; with its content, or nothing of it looked at. */
static void ask_may(struct answers *a, const struct statement *s, const uint8_t key[KEY_HASH_LEN],
		    bool is_now)
{
	static uint8_t statement[ENTRY_LEN_MAX], words[CONTENT_LEN_MAX];
	struct buf out = BUF_ON(statement), content = BUF_ON(words);
	struct statement again = *s;
	struct command c = { .client = 0 };
	struct effect_answer answer = { .verdict = VERDICT_OK };
	size_t lent = a->n->fx.arena.len;
	enum err e = ERR_OK;

	again.party = bytes_str(a->w->accord->parties[a->n->party].name);
	again.claimed = world_now(a->w, a->n).wall;
	memset(again.id, 0xd0, sizeof again.id); /* nobody's yet */
	if (is_now)
		again.seen_count = node_seen(a->n->node, s->channel, again.seen);
	statement_write(&again, &out);
	c.statement = buf_bytes(&out);
	if (is_now && s->has_content)
		e = node_content(a->n->node, s, &content);
	if (e == ERR_OK)
		c.content = buf_bytes(&content);
	if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_REFUSED)
		e = node_may(a->n->node, world_now(a->w, a->n), &c, key, &a->n->fx, &answer);
	a->n->fx.arena.len = lent;
	if (e == ERR_REFUSED)
		answers_put_number(a, "refused", ERR_OK, (uint64_t)answer.verdict << 8 | answer.ruling);
	else
		answers_put_number(a, "may", e, 0);
}

static void ask_again(struct answers *a, const struct place_key *at, const uint8_t key[KEY_HASH_LEN],
		      bool asked[KINDS_MAX])
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	enum err e = node_entry(a->n->node, at, &bytes, &read);

	if (e != ERR_OK) {
		answers_put(a, "said before", e, (struct bytes){ NULL, 0 });
		return;
	}
	if (read.statement.kind >= KINDS_MAX || asked[read.statement.kind])
		return;
	asked[read.statement.kind] = true;
	ask_may(a, &read.statement, key, false);
	ask_may(a, &read.statement, key, true);
}

void door_ask(struct answers *a)
{
	struct log_status logs[64];
	size_t count = node_logs(a->n->node, logs, ARRAY_COUNT(logs));
	uint8_t wire[64], key[KEY_HASH_LEN];
	struct buf public = BUF_ON(wire);

	ssh_public_write(a->n->officer.key.public, &public);
	hash_sha256(buf_bytes(&public), key);
	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, logs[i].size };
		bool asked[KINDS_MAX] = { false };
		for (size_t n = 0; n < LOOKED_AT && at.index > 0; n++) {
			at.index--;
			ask_again(a, &at, key, asked);
		}
	}
}
