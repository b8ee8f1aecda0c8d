/*
 * A file that holds disk for the day when it is full: given up then, so that what peers have signed still
 * finds room while our own statements are refused; taken again when there is plenty. docs/spec/settings.md
 * section 1.
 */
#include "process/core.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

#define RESERVE_LEN (16u << 20)
#define AGAIN_MS 1000u

static enum err reserve_path(const struct core *c, char path[FILE_PATH_MAX])
{
	return file_path(path, c->home, "reserve");
}

static void take(struct core *c, const char *path)
{
	enum err e = file_reserve(path, RESERVE_LEN);

	c->has_reserve = e == ERR_OK;
	if (e == ERR_IO)
		log_error("%s cannot be made: %s", path, strerror(errno));
}

void reserve_start(struct core *c)
{
	char path[FILE_PATH_MAX];

	if (reserve_path(c, path) == ERR_OK)
		take(c, path);
	if (!c->has_reserve) {
		log_warning("the disk is nearly full: own statements are refused until it has room");
		node_room(c->node, false);
	}
}

void reserve_give(struct core *c)
{
	char path[FILE_PATH_MAX];

	log_error("the disk is full: own statements are refused, what peers send is still held; make room in "
		  "%s",
		  c->home);
	c->has_reserve = false;
	c->reserve_next = mono_add_ms(loop_now(c->loop).mono, AGAIN_MS);
	if (reserve_path(c, path) != ERR_OK || file_reserve(path, 0) != ERR_OK)
		log_error("and the reserve cannot be given up: %s", strerror(errno));
}

/* Twice as much as it takes, so that the two states do not follow each other all the time. */
void reserve_tick(struct core *c)
{
	char path[FILE_PATH_MAX];
	struct mono now = loop_now(c->loop).mono;

	if (c->has_reserve || mono_is_before(now, c->reserve_next) || reserve_path(c, path) != ERR_OK)
		return;
	c->reserve_next = mono_add_ms(now, AGAIN_MS);
	if (file_room(c->home) < 2 * (uint64_t)RESERVE_LEN)
		return;
	take(c, path);
	if (!c->has_reserve)
		return;
	log_notice("the disk has room again");
	node_room(c->node, true);
}
