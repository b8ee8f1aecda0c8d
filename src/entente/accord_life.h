/*
 * accord_life.h - the life of a version of the accord: drafted from the one in force, compared, adopted.
 *
 * Spec: docs/spec/accord.md section 12. Layer: entente. Checking, signing and showing are in accord.c.
 */
#ifndef ENTENTE_ACCORD_LIFE_H
#define ENTENTE_ACCORD_LIFE_H

#include "home/accord_dir.h"
#include "terminal/options.h"

/* draft NEW [OLD], diff OLD NEW, adopt DIR */
enum exit_code accord_draft(struct options *o) MUST_CHECK;
enum exit_code accord_diff(struct options *o) MUST_CHECK;
enum exit_code accord_adopt(struct options *o) MUST_CHECK;

/* In accord_spif.c: spif DIR, propose FILE */
enum exit_code accord_spif(struct options *o) MUST_CHECK;
enum exit_code accord_propose(struct options *o) MUST_CHECK;

/* In accord.c: opens and checks; what is wrong is said with file and line. */
enum exit_code accord_open_checked(struct accord_dir *d, const char *path) MUST_CHECK;
enum exit_code accord_cannot_open(const char *path, enum err e) MUST_CHECK;
/* Whether every party has signed it, with as many roots as it must; who has not is named. */
enum exit_code accord_check_signed(const struct accord_dir *d) MUST_CHECK;

#endif
