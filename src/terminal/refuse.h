/*
 * refuse.h - what many commands refuse in the same words; each names what to do next.
 *
 * Layer: terminal. Each says why and gives the code that the command ends with. errno is the system's reason.
 */
#ifndef TERMINAL_REFUSE_H
#define TERMINAL_REFUSE_H

#include "terminal/options.h"

enum exit_code refuse_unwritable(const char *path); /* EXIT_ERROR, or as refuse_existing */
enum exit_code refuse_missing(const char *path);    /* a file that is to be read: EXIT_NOT_FOUND */
enum exit_code refuse_existing(const char *path);   /* EXIT_REFUSED: nothing is written over */
enum exit_code refuse_no_home(const char *home);    /* EXIT_NOT_FOUND */
/* EXIT_ERROR: standard output did not take the answer. */
enum exit_code refuse_unanswered(void);
/* EXIT_DONE, or EXIT_REFUSED: the name of the home's socket would be longer than a socket's may be. */
enum exit_code refuse_long_home(const char *home);

#endif
