/*
 * restored.h - a backup takes the record's place in one step, wherever the power goes.
 *
 * Layer: home. A record is several files and a rename moves one. So the backup first gets a name that says
 * where what stood there is to be kept; from then on it is the record, and whoever opens the home next moves
 * the rest. The caller holds the home's lock.
 */
#ifndef HOME_RESTORED_H
#define HOME_RESTORED_H

#include "sys/file.h"

/*
 * Puts `part`, a whole record that is on the disk, in the record's place; in `kept` the name of what stood
 * there. ERR_IO, ERR_EXISTS (KEPT_MAX are kept already): errno says why.
 */
enum err restored_place(const char *home, const char *part, char kept[FILE_PATH_MAX]) MUST_CHECK;

/* Ends what was cut off; ERR_NOT_FOUND: there is nothing to end. ERR_IO, of what stands in `kept`. */
enum err restored_finish(const char *home, char kept[FILE_PATH_MAX]) MUST_CHECK;

#endif
