/*
 * procedure_export.h - a definition in the formats of others: a CACAO 2.0 playbook, a W3C SCXML state chart.
 *
 * Spec: docs/spec/procedure.md section 13; what neither can carry:
 * docs/adr/0037-what-two-formats-cannot-carry.md. Layer: entente. Test: test/e2e/test_procedure_export.py.
 * Judges: test/interop/procedures.py.
 */
#ifndef ENTENTE_PROCEDURE_EXPORT_H
#define ENTENTE_PROCEDURE_EXPORT_H

#include "accord/procedure.h"
#include "base/time.h"

#include <jansson.h>

/* file: its bytes, which go along. The caller's. */
json_t *procedure_cacao(const struct procedure *p, struct bytes file, struct wall now);

/* Played by these parties, on heap: the caller's. */
char *procedure_scxml(const struct procedure *p, const struct accord *parties);

/* ---- procedure_guard_text.c ---- */

/* A guard as one expression. A language without sums (NULL) is asked for none: guard_has_sum. */
struct guard_words {
	const char *all, *any;
	void (*put)(void *self, const struct guard_node *leaf, struct buf *out);
	void *self;
	bool has_sums;
};
bool guard_has_sum(const struct guard *g);
void guard_put(const struct guard *g, const struct guard_words *words, struct buf *out);

#endif
