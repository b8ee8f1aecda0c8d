/*
 * procedure.h - a procedure as a file of the accord says it: roles, steps, guards, obligations, gates.
 *
 * Spec: docs/spec/procedure.md sections 1 to 3. Example: test/vectors/procedures/consult-urgent.json. Fuzz:
 * test/fuzz/procedure.c. Layer: accord (may use base, crypto, wire). Pure.
 *
 * A definition names no party: `who` is a role, and of which parties. It has no loops, no expressions and no
 * negation, so whatever has once become true under it stays true. What it says is checked before it enters an
 * accord; src/proc/ plays it.
 */
#ifndef ACCORD_PROCEDURE_H
#define ACCORD_PROCEDURE_H

#include "accord/accord.h"

#define PROCEDURE_WORD "procedure/1" /* the value of its key `entente` */

enum procedure_of { OF_ANY, OF_EACH, OF_OTHERS, OF_OPENER, OF_COUNT };

/* Whose, and which role: "others.duty". */
struct procedure_who {
	enum procedure_of of;
	uint8_t role; /* of procedure.roles */
};

/* What is owed; the words of the file. */
/* clang-format off */
#define LEVEL_LIST(X) \
	X(WATCH_READ, "watch-read") X(READ_BACK, "read-back") X(PRESENTED, "presented") X(REPLIED, "replied") \
	X(ATTEND, "attend") X(POSITION, "position") X(DONE, "done")
#define STEP_KIND_LIST(X) \
	X(NOTICE, "notice") X(MEET, "meet") X(EXCHANGE, "exchange") X(ACT, "act") X(GATE, "gate")
#define GUARD_LIST(X) \
	X(DONE, "done") X(REACHED, "reached") X(DECIDED, "decided") X(LAPSED, "lapsed") X(PRECEDENCE, "precedence") \
	X(ALL, "all") X(ANY, "any") X(AT_LEAST, "at-least")
/* clang-format on */

#define LEVEL_ENUM(name, word) LEVEL_##name,
enum level { LEVEL_LIST(LEVEL_ENUM) LEVEL_COUNT };
#undef LEVEL_ENUM
#define STEP_KIND_ENUM(name, word) STEP_KIND_##name,
enum step_kind { STEP_KIND_LIST(STEP_KIND_ENUM) STEP_KIND_COUNT };
#undef STEP_KIND_ENUM
#define GUARD_ENUM(name, word) GUARD_##name,
enum guard_kind { GUARD_LIST(GUARD_ENUM) GUARD_COUNT };
#undef GUARD_ENUM

enum gate_rule { GATE_JOINT, GATE_EACH, GATE_ONE, GATE_COUNT };
enum step_effect {
	STEP_EFFECT_NONE,
	STEP_EFFECT_REVERSIBLE,
	STEP_EFFECT_COMPENSABLE,
	STEP_EFFECT_IRREVERSIBLE,
	STEP_EFFECT_COUNT
};

const char *level_name(enum level l); /* "watch-read" */
const char *step_kind_name(enum step_kind k);
const char *guard_name(enum guard_kind g);
const char *gate_rule_name(enum gate_rule g);
const char *step_effect_name(enum step_effect e);
const char *procedure_of_name(enum procedure_of of);

/*
 * A guard is its nodes in the order of the file, each composite one before what it is made of: from the last
 * to the first they are evaluated without recursion. No nodes: it always holds.
 */
struct guard_node {
	enum guard_kind kind;
	uint8_t step;	/* DONE, REACHED, DECIDED, LAPSED: of procedure.steps */
	uint8_t which;	/* REACHED, LAPSED: enum level; DECIDED: option; PRECEDENCE: enum precedence */
	uint8_t needed; /* ALL, ANY, AT_LEAST: how many of its members */
	uint8_t parent; /* the node that it is a member of; its own index: none */
};

struct guard {
	struct guard_node nodes[GUARD_NODES_MAX];
	size_t count;
};

/* Whether one that is not composite holds. */
typedef bool guard_holds(void *self, const struct guard_node *node);
bool guard_evaluate(const struct guard *g, guard_holds *holds, void *self);

struct obligation {
	struct procedure_who who;
	enum level what;
	bool is_timer;
	uint32_t seconds; /* unless is_timer */
	uint8_t timer;	  /* of procedure.timers */
};

struct gate_option {
	char id[ROLE_NAME_MAX + 1];
	struct accord_names title;
};

struct procedure_step {
	char id[ROLE_NAME_MAX + 1];
	size_t line; /* of the file */
	enum step_kind kind;
	struct accord_names title;
	bool has_by;
	struct procedure_who by;
	char form[FORM_NUMBER_MAX + 1], undo[FORM_NUMBER_MAX + 1]; /* "": none */
	struct guard after;
	struct obligation owe[STEP_OBLIGATIONS_MAX];
	size_t owe_count;
	enum step_effect effect;
	bool runs_in_recess;
	unsigned quorum; /* meet: persons of each party */
	/* Of a gate. */
	enum gate_rule rule;
	uint16_t signers; /* bit mask of procedure.roles */
	bool has_confirm, is_read_back;
	uint8_t confirm; /* role */
	uint32_t hold;	 /* seconds */
	struct gate_option *options;
	size_t options_count;
};

struct procedure {
	struct procedure *next; /* rising by file name */
	struct bytes file;	/* "procedures/consult-urgent.json" */
	uint8_t hash[HASH_LEN]; /* of the file: what an instance is pinned to */
	char id[ROLE_NAME_MAX + 1];
	uint32_t version;
	char languages[ACCORD_LANGUAGES_MAX][16]; /* the accord's, in its order */
	size_t languages_count;
	struct accord_names title;
	struct {
		char name[ROLE_NAME_MAX + 1];
		unsigned alternates;
	} roles[PROCEDURE_ROLES_MAX];
	size_t roles_count;
	char timers[PROCEDURE_TIMERS_MAX][ROLE_NAME_MAX + 1];
	size_t timers_count;
	struct {
		size_t line;				/* 0: an instance cannot have this precedence */
		uint32_t seconds[PROCEDURE_TIMERS_MAX]; /* 0: not set */
		uint32_t ladder[LADDER_RUNGS_MAX];
		size_t ladder_count;
	} precedence[PRECEDENCE_COUNT];
	bool has_recess;
	struct procedure_who recess_by;
	uint32_t recess_max; /* seconds */
	struct procedure_step *steps;
	size_t steps_count;
	struct guard close;
	size_t close_line;
};

/*
 * Reads a file and holds it against every rule of the checker (C1 to C12). The roles and forms must be
 * the accord's; without one (NULL) they must be of the right shape, and the languages are those of the
 * procedure's title. ERR_USAGE with *fault: a rule that procedure_rule_find knows, and the line. ERR_MEMORY.
 * What is read lives in the arena and borrows nothing. *values: json_read.
 */
enum err procedure_read(const struct accord *accord, struct bytes name, struct bytes file, struct arena *a,
			size_t *values, struct procedure **out, struct fault *fault) MUST_CHECK;

/*
 * Every rule that can refuse a definition: its name in a fault, its number in the specification, a sentence.
 */
struct procedure_rule {
	const char *name, *number, *text; /* "procedure.above", "C3", English: the program translates it */
};
/* NULL: no such rule; behind the last. */
const struct procedure_rule *procedure_rule_find(const char *name);
const struct procedure_rule *procedure_rule_at(size_t index);

const struct procedure *procedure_find(const struct accord *a, const uint8_t hash[HASH_LEN]);
/* .roles_count if it has no such role; .steps_count, .options_count likewise. */
size_t procedure_role_find(const struct procedure *p, struct bytes name);
size_t procedure_step_find(const struct procedure *p, struct bytes id);
size_t step_option_find(const struct procedure_step *s, struct bytes id);
/* How long it is owed, in an instance of this precedence. */
uint32_t obligation_within(const struct procedure *p, const struct obligation *o, enum precedence precedence);

/* For the file that reads: check.c holds the rules that no single value shows. NULL: every rule holds. */
const char *procedure_check(const struct procedure *p, size_t *line);

#endif
