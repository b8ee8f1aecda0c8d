/*
 * refuse.h - what many commands refuse in the same words; each names what to do next.
 *
 * Layer: entente. Each says why and gives the code that the command ends with. errno is the system's reason.
 */
#ifndef ENTENTE_REFUSE_H
#define ENTENTE_REFUSE_H

#include "entente/options.h"

enum exit_code refuse_unwritable(const char *path); /* EXIT_ERROR, or as refuse_existing */
enum exit_code refuse_missing(const char *path);    /* a file that is to be read: EXIT_NOT_FOUND */
enum exit_code refuse_existing(const char *path);   /* EXIT_REFUSED: nothing is written over */

#endif
