/*
 * procedure.h - entries of a channel as moves of its procedures, and back.
 *
 * Spec: docs/spec/procedure.md sections 4 and 10. Layer: view. Pure. The machine is proc's; here is what of a
 * statement it reads.
 *
 * A statement belongs to the instance that it names, or, naming none, to that of what it is about: then what
 * the procedure does not count is still said.
 */
#ifndef VIEW_PROCEDURE_H
#define VIEW_PROCEDURE_H

#include "proc/instance.h"
#include "view/fold.h"

/* The machine of a channel, on the fold's map and in its memory. False: no procedures are folded there. */
bool fold_machine(const struct fold *f, uint32_t channel, struct machine *out);

struct spot spot_of_place(const struct place_key *at);
struct place_key place_of_spot(uint32_t channel, struct spot at);
/* What an entry had seen. */
struct vector vector_of_view(const struct fold *f, const struct entry_view *v);
/* Everything that is folded of a channel. */
enum err fold_vector(const struct fold *f, uint32_t channel, struct vector *out) MUST_CHECK;
/* Which instance an entry belongs to as one of its moves. ERR_NOT_FOUND. */
enum err fold_instance_of(const struct fold *f, const struct place_key *at,
			  struct place_key *start) MUST_CHECK;

/* Whether it is VOID where its procedure does not count it. */
bool statement_must_count(const struct statement *s);

/* What somebody owes in an instance that runs. Its times are on the clock of whoever asks: `self`. */
struct due_view {
	struct place_key instance;
	const struct procedure *procedure;
	enum precedence precedence;
	bool is_in_recess;
	struct owed owed;
	enum owed_state state;	   /* OPEN or LAPSED */
	bool is_shown;		   /* our log shows it: before, it has no time here */
	uint64_t since_ms, due_ms; /* due: if nothing else comes */
};
typedef enum err due_each(void *self, const struct due_view *due);
/*
 * Every one of a channel, by who began the instance, then by instance; what `each` returns ends it, but with
 * ERR_LIMIT those of that beginner alone. ERR_LIMIT: of somebody's not all were told, as of more than
 * RUNNING_MAX. So whoever begins many hides nobody else's.
 */
enum err fold_obligations(const struct fold *f, uint32_t channel, size_t party, uint64_t now_ms,
			  due_each *each, void *self) MUST_CHECK;

#endif
