/*
 * matrix.h - who reads what by an accord's guidelines, and what a version opens, as officers read and sign
 * it.
 *
 * Spec: docs/spec/guidelines.md sections 7 and 8. Layer: entente.
 */
#ifndef ENTENTE_MATRIX_H
#define ENTENTE_MATRIX_H

#include "home/accord_dir.h"
#include "terminal/client.h"
#include "terminal/options.h"

/* To standard output; nothing of an accord without guidelines. */
void show_matrix(const struct accord *a);
/* {rows, carries}, as docs/spec/api.md section 3 has a matrix; NULL without guidelines. The caller's. */
json_t *matrix_json(const struct accord *a, const struct accord *but);

/*
 * What next opens over old, and how much it closes; at most MATRIX_SHOWN lines unless is_all. Nothing where
 * neither has guidelines.
 */
#define MATRIX_SHOWN 24u
void show_opened(const struct accord *next, const struct accord *old, bool is_all);
json_t *opened_json(const struct accord *next, const struct accord *old);
/* The file `opened` of next, into out; ERR_LIMIT. */
enum err opened_text(const struct accord *next, const struct accord *old, struct buf *out) MUST_CHECK;
/* EXIT_REFUSED, and said why: the file `opened` does not say what next opens over old. */
enum exit_code check_opened(const struct accord_dir *next, const struct accord_dir *old) MUST_CHECK;

#endif
