/*
 * versions.h - the versions of the accord that lie in a home: HOME/accord/HASH, each following the one
 * before.
 *
 * Spec: docs/spec/accord.md section 12, docs/spec/settings.md section 1. Layer: home.
 */
#ifndef HOME_VERSIONS_H
#define HOME_VERSIONS_H

#include "home/accord_dir.h"

struct versions {
	struct accord_dir *dirs[ACCORD_VERSIONS_MAX]; /* heap */
	struct accord_versions held;		      /* borrows from them */
};

/* Why a version is not taken; what is said of it is in fault, or in party or bad. */
enum version_why {
	VERSION_GOOD,
	VERSION_UNREADABLE,
	VERSION_RULE,
	VERSION_NAME,
	VERSION_UNSIGNED,
	VERSION_FALSE
};
struct version_fault {
	enum version_why why;
	enum err err;		   /* UNREADABLE, RULE: what accord_dir_check says */
	struct accord_fault fault; /* RULE: of its files, or of its following the one before */
	char name[128];		   /* UNSIGNED: who has not signed; FALSE: the signature; NAME: its hash */
};

/*
 * The version in HOME/accord/HASH: every rule of its files, those of succession to the newest one held, and
 * everybody's signatures; added to *v. ERR_EXISTS: it is held already.
 */
enum err versions_add(struct versions *v, const char *home, const char *hash,
		      struct version_fault *fault) MUST_CHECK;
/* The one that the settings name, then all that follow; what does not follow is left out. */
enum err versions_read(struct versions *v, const char *home, const char *first,
		       struct version_fault *fault) MUST_CHECK;
/*
 * Whether next says what it opens over old (policy/opened.h). ERR_USAGE with *fault; ERR_MEMORY.
 */
enum err version_opened_check(const struct accord *next, const struct accord *old,
			      struct accord_fault *fault) MUST_CHECK;
void versions_close(struct versions *v); /* takes zeroed and closed ones */

#endif
