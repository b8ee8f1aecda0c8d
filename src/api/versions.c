/* Versions of the accord: those that are held, who else holds them, and one more. */
#include "api/runs.h"

#include <string.h>

/* By us, in our logs; by each peer that was heard in this run. */
static void reply_holders(struct api *a, struct reply *r, size_t version)
{
	const struct accord *accord = node_accord(a->node);

	reply_array(r, "held_by");
	for (size_t i = 0; i < accord->parties_count; i++) {
		if (i == node_self(a->node) || (node_peer_versions(a->node, i) >> version & 1) != 0)
			reply_str(r, NULL, accord->parties[i].name);
	}
	reply_array_end(r);
}

enum err run_versions(struct api *a, struct request *q, struct reply *r)
{
	const struct accord_versions *v = node_versions(a->node);
	size_t in_force = accord_version_find(v, node_in_force(a->node)->hash);

	(void)q;
	reply_object(r, NULL);
	reply_array(r, "versions");
	for (size_t i = 0; i < v->count; i++) {
		reply_object(r, NULL);
		reply_hex(r, "hash", BYTES_OF(v->of[i]->hash));
		reply_str(r, "state", i < in_force ? "SUPERSEDED" : i == in_force ? "IN FORCE" : "HELD");
		reply_holders(a, r, i);
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
	return ERR_OK;
}

enum err run_adopt(struct api *a, struct request *q, struct reply *r)
{
	char hash[2 * HASH_LEN + 1];
	uint8_t bytes[HASH_LEN];
	const char *rule = NULL;
	enum err e = bytes_read_hex(request_word(q, "hash"), bytes, sizeof bytes);

	if (e != ERR_OK || a->adopt == NULL)
		return ERR_USAGE;
	bytes_write_hex(BYTES_OF(bytes), hash);
	e = a->adopt(a->self, hash, &rule);
	if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL && e != ERR_MEMORY && e != ERR_CORRUPT)
		a->failed = e;
	reply_object(r, NULL);
	reply_str(r, "err", err_name(e));
	if (rule != NULL)
		reply_str(r, "rule", rule);
	reply_str(r, "text", err_text(e));
	reply_object_end(r);
	return ERR_OK;
}
