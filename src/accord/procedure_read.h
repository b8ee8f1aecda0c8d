/*
 * procedure_read.h - what the readers of a procedure's file share.
 *
 * Layer: accord. Pure. For the files of this folder only.
 */
#ifndef ACCORD_PROCEDURE_READ_H
#define ACCORD_PROCEDURE_READ_H

#include "accord/json.h"
#include "accord/procedure.h"

struct procedure_reader {
	const struct accord *accord; /* NULL: none */
	struct procedure *p;
	struct procedure_step *step; /* that is being read */
	enum precedence precedence;
	struct arena *arena;
	const char *rule; /* the first fault, and its line */
	size_t line;
	bool is_full;
};

void procedure_refuse(struct procedure_reader *r, const struct json_value *at, const char *rule);

/* One key of an object: those that are needed must be there, and no other may. */
struct key_row {
	const char *name;
	void (*read)(struct procedure_reader *r, const struct json_value *v);
	bool is_needed;
	unsigned of; /* bit mask: of which kinds of step; 0: of all */
};
/* In the table's order, not the file's. `of`: one bit, or 0. */
void procedure_object(struct procedure_reader *r, const struct json_value *v, const struct key_row *rows,
		      size_t count, unsigned of);

bool procedure_is(struct procedure_reader *r, const struct json_value *v, enum json_kind kind);
uint32_t procedure_number(struct procedure_reader *r, const struct json_value *v, uint32_t min, uint32_t max);
/* A text that `name(i)` gives, i below count. */
size_t procedure_word(struct procedure_reader *r, const struct json_value *v, const char *(*name)(size_t i),
		      size_t count);
void procedure_id(struct procedure_reader *r, const struct json_value *v, struct bytes id,
		  char out[ROLE_NAME_MAX + 1]);
void procedure_names(struct procedure_reader *r, const struct json_value *v, struct accord_names *out);
struct procedure_who procedure_who(struct procedure_reader *r, const struct json_value *v);
uint8_t procedure_role(struct procedure_reader *r, const struct json_value *v, struct bytes name);

/* procedure_steps.c */
void procedure_steps(struct procedure_reader *r, const struct json_value *v);
/* procedure_guard.c: of steps that are read already. */
void procedure_guard(struct procedure_reader *r, const struct json_value *v, struct guard *out);

#endif
