/*
 * dry_script.h - the acts of a dry run as a person writes them: a line an act, when, who and what.
 *
 * Spec: docs/spec/procedure.md section 12. Layer: entente (may use base, accord, proc). Pure.
 * Test: test/e2e/test_dry_run.py. Fuzz: test/fuzz/dry_script.c.
 */
#ifndef ENTENTE_DRY_SCRIPT_H
#define ENTENTE_DRY_SCRIPT_H

#include "accord/line.h"
#include "proc/move.h"

#define DRY_PERSONS_MAX 64u
#define DRY_WORDS_MAX 8u

enum dry_what { DRY_MOVE, DRY_LINE, DRY_SHOW };
/* Slow: nothing arrives either, and no node knows it. */
enum dry_line { DRY_LINE_UP, DRY_LINE_DOWN, DRY_LINE_SLOW };

struct dry_act {
	enum dry_what what;
	uint64_t at_ms;
	enum dry_line line;
	uint8_t parties;   /* DRY_LINE: bit mask of those that are cut off */
	const char *word;  /* DRY_MOVE: its word, for ever */
	struct move move;  /* without its number, its past and its instance; .about is what follows */
	uint8_t about;	   /* step whose last message, proposal or read-back it is about; STEP_NONE */
	size_t about_act;  /* the act of that number; 0: none */
	bool is_about_any; /* the recess that runs */
};

/* Persons that a script names, told apart by that name. */
struct dry_script {
	const struct procedure *procedure;
	const struct accord *accord; /* its parties */
	uint64_t day_ms, now_ms;
	struct {
		char name[ROLE_NAME_MAX + 1];
	} persons[DRY_PERSONS_MAX];
	size_t persons_count;
};

struct dry_rule {
	const char *name, *text, *next; /* "script.step", N_(), N_() */
};

/*
 * One line with its newline. ERR_NOT_FOUND: no act stands on it. ERR_USAGE: *why, for ever; the script is
 * then as it was but for persons.
 */
enum err dry_script_read(struct dry_script *s, struct bytes line, struct dry_act *out,
			 const struct dry_rule **why) MUST_CHECK;

#endif
