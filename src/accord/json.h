/*
 * json.h - a file of the accord that is JSON, read strictly: each value with the line that it stands on.
 *
 * Spec: docs/spec/procedure.md section 1. Layer: accord. Pure. For the files of this folder only.
 *
 * Objects, arrays, texts, whole numbers, true and false. What can be written in two ways is refused: floats,
 * signs, exponents, escapes in texts, a name twice in one object, null. Texts are UTF-8 in normal form C
 * without hidden characters. Depth, members, values and lengths are bounded (base/limits.h).
 */
#ifndef ACCORD_JSON_H
#define ACCORD_JSON_H

#include "base/arena.h"

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_TEXT, JSON_NUMBER, JSON_BOOL };

struct json_value {
	enum json_kind kind;
	size_t line;		   /* from 1 */
	struct bytes name;	   /* of a member of an object; borrowed from the file, as text is */
	struct bytes text;	   /* JSON_TEXT */
	uint64_t number;	   /* JSON_NUMBER; JSON_BOOL: 0, 1 */
	struct json_value *parent; /* NULL: the outermost */
	struct json_value *first, *last, *next; /* of an object or array, in the file's order; NULL: none */
	size_t count;				/* of its members */
};

/*
 * Reads a whole file. ERR_USAGE with *fault, whose rule is one of `json.`; ERR_MEMORY: the arena is too
 * small.
 * *values counts all values that are read, by several files together, up to JSON_VALUES_MAX.
 */
enum err json_read(struct bytes file, struct arena *a, size_t *values, struct json_value **out,
		   struct fault *fault) MUST_CHECK;

/* The member of that name; NULL if the object has none. */
const struct json_value *json_find(const struct json_value *object, const char *name);

#endif
