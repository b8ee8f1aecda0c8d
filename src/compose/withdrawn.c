#include "compose/withdrawn.h"

#include "home/words.h"
#include "sys/file.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "withdrawn"

static bool file_of(const char *home, const struct gone *g, char out[FILE_PATH_MAX])
{
	char hex[2 * HASH_LEN + 1], name[sizeof hex + PARTY_NAME_MAX + 8], folder[FILE_PATH_MAX];

	bytes_write_hex(BYTES_OF(g->key), hex);
	snprintf(name, sizeof name, "%u-%s-%s", (unsigned)g->channel, g->party, hex);
	return file_path(folder, home, FOLDER) == ERR_OK && file_path(out, folder, name) == ERR_OK;
}

/* On the disk before anything is sealed: a node that kept it back afterwards would find nothing forgotten. */
static bool remember(const char *home, const struct gone *g)
{
	char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];

	if (file_path(folder, home, FOLDER) != ERR_OK || !file_of(home, g, path))
		return false;
	return file_exists(path) || (file_make_dir(folder) == ERR_OK &&
				     file_write(path, (struct bytes){ NULL, 0 }, 0600) == ERR_OK);
}

void withdrawn_learn(const struct enrolled *e, const char *home)
{
	bool is_kept = true;
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(e->answer, "withdrawn"), i, row)
	{
		struct gone g;
		if (enrolled_withdraws(e, row, &g))
			is_kept = remember(home, &g) && is_kept;
	}
	if (!is_kept)
		say_note(_("Which keys were withdrawn could not be written into {1}: {2}. A node that keeps "
			   "it "
			   "back is believed next time."),
			 home, strerror(errno));
}

/* Now: a node may show both. */
static bool is_shown(const struct enrolled *e, const struct gone *of)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(e->answer, "withdrawn"), i, row)
	{
		struct gone g;
		if (enrolled_withdraws(e, row, &g) && strcmp(g.party, of->party) == 0 &&
		    memcmp(g.key, of->key, HASH_LEN) == 0)
			return true;
	}
	return false;
}

bool withdrawn_has(const struct enrolled *e, const char *home, const json_t *row)
{
	const struct accord *accord = accord_newest(e->held);
	struct gone g = { .party = json_str(row, "party") };
	const uint32_t channels[] = { 0, e->channel->number };
	struct buf key = { 0 };
	bool has;

	if (accord_party_find(accord, bytes_str(g.party)) == accord->parties_count ||
	    json_bytes(row, "key", &key) != ERR_OK)
		return false;
	hash_sha256(buf_bytes(&key), g.key);
	free(key.ptr);
	has = is_shown(e, &g);
	for (size_t i = 0; !has && i < ARRAY_COUNT(channels); i++) {
		char path[FILE_PATH_MAX];
		g.channel = channels[i];
		has = file_of(home, &g, path) && file_exists(path);
	}
	return has;
}
