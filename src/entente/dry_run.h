/*
 * dry_run.h - the nodes of every party of a definition, in this program: each folds what it holds by the real
 * machine, files what a node files of itself, and is shown as GET /instances shows it.
 *
 * Spec: docs/spec/procedure.md section 12. Layer: entente. Test: test/e2e/test_dry_run.py.
 */
#ifndef ENTENTE_DRY_RUN_H
#define ENTENTE_DRY_RUN_H

#include "entente/dry_script.h"
#include "proc/instance.h"
#include "terminal/options.h"

#include <jansson.h>

/* The parties of an accord that plays `procedure` alone: "kor,usa", or those of `like`. False: explained. */
bool dry_accord(struct accord *out, const struct procedure *procedure, const struct accord *like,
		const char *parties) MUST_CHECK;

struct dry_run;
struct dry_run *dry_run_new(const struct accord *accord,
			    const struct procedure *procedure); /* borrows both */
void dry_run_free(struct dry_run *d);

/*
 * One thing that happened: an act of the script, or what a node says of itself as time goes by.
 */
struct dry_event {
	struct dry_act act;
	size_t number;	    /* among the acts of the script, from 1; 0: a node said it of itself */
	size_t line;	    /* of the script; 0 likewise */
	enum ruling ruling; /* of a move */
	struct spot at;	    /* of one that counts */
};
typedef void dry_each(void *self, struct dry_run *d, const struct dry_event *event);

/*
 * Lets time go by until then, then does it; `each` hears of every event. ERR_NOT_FOUND: there is nothing that
 * it could be about. ERR_LIMIT: too much was said.
 */
enum err dry_run_play(struct dry_run *d, const struct dry_act *act, size_t line, dry_each *each,
		      void *self) MUST_CHECK;

/*
 * How it stands at that party, as its node would say it, with obligations and lines; NULL: it holds nothing.
 */
json_t *dry_run_state(struct dry_run *d, size_t party);
const struct accord *dry_run_accord(const struct dry_run *d);
const struct procedure *dry_run_procedure(const struct dry_run *d);

/* The command: plays the script at path, or what is typed; NULL: standard input. */
enum exit_code dry_run_command(const struct options *o, const struct accord *accord,
			       const struct procedure *procedure, const char *script) MUST_CHECK;

#endif
