/*
 * glossary.h - terms that mean one thing in each language, and how good a translation can be said to be.
 *
 * Spec: docs/spec/translation.md. Examples: accords/. Fuzz: test/fuzz/accord.c.
 * Layer: accord. Pure.
 */
#ifndef ACCORD_GLOSSARY_H
#define ACCORD_GLOSSARY_H

#include "accord/accord.h"

struct glossary_term {
	struct glossary_term *next; /* rising by name */
	char name[FORM_WORD_MAX + 1];
	struct accord_names names;
	bool is_contested; /* the two sides do not mean the same by it */
};

const char *translation_status_name(enum translation_status status); /* "DRAFT" */
enum err translation_status_read(struct bytes in, enum translation_status *out) MUST_CHECK;

#endif
