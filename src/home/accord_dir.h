/*
 * accord_dir.h - an accord as it lies in a folder: its files, MANIFEST, SIGNED/.
 *
 * Spec: docs/spec/accord.md. Layer: home. accord/ reads no disk; this does it for it.
 */
#ifndef HOME_ACCORD_DIR_H
#define HOME_ACCORD_DIR_H

#include "accord/accord.h"
#include "sys/file.h"

struct accord_dir {
	char path[FILE_PATH_MAX];
	struct accord_file files[ACCORD_FILES_MAX]; /* all but MANIFEST and SIGNED/, rising by name */
	size_t files_count;
	struct bytes manifest;			  /* .len 0: there is none yet */
	struct bytes signatures[ACCORD_KEYS_MAX]; /* SIGNED/PARTY.N.sig, as they stand */
	struct bytes signature_names[ACCORD_KEYS_MAX];
	size_t signatures_count;
	struct accord *accord;	   /* after accord_dir_check */
	struct accord_fault fault; /* why not */
	struct arena arena;
	uint8_t *memory; /* heap: names, files, accord */
};

/* ERR_NOT_FOUND: no such folder; ERR_LIMIT: too many or too long files; ERR_USAGE: something is no file. */
enum err accord_dir_open(struct accord_dir *d, const char *path) MUST_CHECK;
/* Every rule of every file. ERR_NOT_FOUND: no MANIFEST; ERR_USAGE with fault. */
enum err accord_dir_check(struct accord_dir *d) MUST_CHECK;
void accord_dir_close(struct accord_dir *d); /* takes zeroed and closed ones */

/*
 * Whether party has signed with its quorum; *bad names a file in SIGNED/ that is false, NULL if there is
 * none. `old`, the version before: its roots may have signed beside; NULL if it is not known.
 */
bool accord_dir_is_signed(const struct accord_dir *d, const struct accord *old, size_t party,
			  const char **bad);

#endif
