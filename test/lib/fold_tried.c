#include "fold_tried.h"

#include "test_map.h"

#include "proc/instance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* It is found, or read as what it says: a store has sums of its rows, and no row alone makes a node fall. */
static void try_spoiled(const struct fold *f, const struct fold_input *in, enum spoil how)
{
	struct spoiled_map s;
	const struct map map = spoiled_map_open(&s, f->map, how);
	struct fold fold = *f;
	struct entry_view v;

	fold.map = &map;
	while (tried_map_next(&s.tried)) {
		enum err e;
		if (fold.instance != NULL)
			instance_forget(fold.instance);
		e = fold_entry(&fold, in, &v);
		if (e != ERR_OK && e != ERR_CORRUPT && e != ERR_NOT_FOUND && e != ERR_SHORT)
			fail_msg("row %u is spoiled in way %d for kind %u, and it gives %s", s.tried.fails_at,
				 (int)how, (unsigned)in->statement->kind, err_name(e));
	}
	if (fold.instance != NULL)
		instance_forget(fold.instance);
}

void fold_tried(const struct fold *f, const struct fold_input *in)
{
	struct tried_map t;
	const struct map map = tried_map_open(&t, f->map);
	struct fold fold = *f;
	struct entry_view v, judged = { .verdict = VERDICT_OK };
	enum err e;

	fold.map = &map;
	for (unsigned is_judged = 0; is_judged < 2; is_judged++) {
		t.fails_at = 0;
		e = ERR_OK;
		while (tried_map_next(&t)) {
			if (fold.instance != NULL)
				instance_forget(fold.instance);
			e = is_judged == 0 ? fold_judge(&fold, in, &v) : fold_judged(&fold, in, &judged);
			if (tried_map_has_failed(&t) && e != ERR_IO)
				fail_msg("call %u of the map fails for kind %u, and %s gives %s", t.fails_at,
					 (unsigned)in->statement->kind,
					 is_judged == 0 ? "the judge" : "the fold", err_name(e));
		}
		/* The fold may miss what it has just not written. */
		if (is_judged == 0)
			assert_int_equal(e, ERR_OK);
		judged = v;
	}
	if (fold.instance != NULL)
		instance_forget(fold.instance);
	for (unsigned how = 0; how < SPOIL_COUNT; how++)
		try_spoiled(f, in, (enum spoil)how);
}
