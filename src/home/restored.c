#include "home/restored.h"

#include "record/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEPT_MAX 999u /* records of before beside the restored one */
#define DECIDED "record.db.restored"

static const char *const endings[] = STORE_SQLITE_ENDINGS;

/* record.db.before, then record.db.before.2 and so on. */
static enum err name_kept(const char *home, unsigned number, char out[FILE_PATH_MAX])
{
	char name[64];

	if (number == 1)
		return file_path(out, home, "record.db.before");
	snprintf(name, sizeof name, "record.db.before.%u", number);
	return file_path(out, home, name);
}

/* The backup that has been decided for, whose number is that of what it replaces. */
static enum err name_decided(const char *home, unsigned number, char out[FILE_PATH_MAX])
{
	char name[64];

	snprintf(name, sizeof name, DECIDED ".%u", number);
	return file_path(out, home, name);
}

static enum err file_of(const char *base, const char *ending, char out[FILE_PATH_MAX])
{
	int len = snprintf(out, FILE_PATH_MAX, "%s%s", base, ending);

	return len < 0 || (size_t)len >= FILE_PATH_MAX ? ERR_LIMIT : ERR_OK;
}

static bool is_free(const char *kept)
{
	char path[FILE_PATH_MAX];

	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		if (file_of(kept, endings[i], path) != ERR_OK || file_exists(path))
			return false;
	}
	return true;
}

/* What stood there is kept: nobody's last copy is thrown away by a restore, nor by the next one. */
static enum err finish(const char *home, unsigned number, char kept[FILE_PATH_MAX])
{
	char base[FILE_PATH_MAX], now[FILE_PATH_MAX], before[FILE_PATH_MAX];
	enum err e = file_path(base, home, "record.db");

	if (e == ERR_OK)
		e = name_kept(home, number, kept);
	for (size_t i = 0; i < ARRAY_COUNT(endings) && e == ERR_OK; i++) {
		e = file_of(base, endings[i], now);
		if (e == ERR_OK)
			e = file_of(kept, endings[i], before);
		if (e == ERR_OK && file_exists(now))
			e = file_place(now, before);
	}
	if (e == ERR_OK)
		e = name_decided(home, number, now);
	return e == ERR_OK ? file_place(now, base) : e;
}

enum err restored_place(const char *home, const char *part, char kept[FILE_PATH_MAX])
{
	for (unsigned number = 1; number <= KEPT_MAX; number++) {
		char decided[FILE_PATH_MAX];
		enum err e = name_kept(home, number, kept);

		if (e == ERR_OK && !is_free(kept))
			continue;
		if (e == ERR_OK)
			e = name_decided(home, number, decided);
		if (e == ERR_OK)
			e = file_place(part, decided);
		return e == ERR_OK ? finish(home, number, kept) : e;
	}
	errno = EEXIST;
	return ERR_EXISTS;
}

enum err restored_finish(const char *home, char kept[FILE_PATH_MAX])
{
	for (unsigned number = 1; number <= KEPT_MAX; number++) {
		char decided[FILE_PATH_MAX];
		enum err e = name_decided(home, number, decided);

		if (e != ERR_OK)
			return e;
		if (file_exists(decided))
			return finish(home, number, kept);
	}
	return ERR_NOT_FOUND;
}
