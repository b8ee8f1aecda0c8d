#include "home/restored.h"

#include "record/store.h"

#include <dirent.h>
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

/* The number in the name of one that was decided for; 0: it is no such name. */
static unsigned number_of(const char *name)
{
	struct bytes rest = bytes_str(name), front;
	uint64_t number = 0;

	if (bytes_take(&rest, sizeof DECIDED, &front) != ERR_OK ||
	    !bytes_equal(front, BYTES_LIT(DECIDED ".")) ||
	    bytes_read_decimal(rest, KEPT_MAX, &number) != ERR_OK)
		return 0;
	return (unsigned)number;
}

/* The first of those that were decided for; 0: none was. Each start asks this, so no name is tried. */
static enum err find_decided(const char *home, unsigned *out)
{
	DIR *folder = opendir(home);
	const struct dirent *at;
	int why;

	*out = 0;
	if (folder == NULL)
		return errno == ENOENT || errno == ENOTDIR ? ERR_OK : ERR_IO;
	errno = 0;
	while ((at = readdir(folder)) != NULL) {
		unsigned number = number_of(at->d_name);
		if (number > 0 && (*out == 0 || number < *out))
			*out = number;
	}
	why = errno;
	closedir(folder);
	errno = why;
	return why == 0 ? ERR_OK : ERR_IO;
}

enum err restored_finish(const char *home, char kept[FILE_PATH_MAX])
{
	unsigned number;
	enum err e = bytes_copy_str(bytes_str(home), kept, FILE_PATH_MAX); /* if it cannot be read */

	if (e == ERR_OK)
		e = find_decided(home, &number);
	if (e != ERR_OK)
		return e;
	return number > 0 ? finish(home, number, kept) : ERR_NOT_FOUND;
}
