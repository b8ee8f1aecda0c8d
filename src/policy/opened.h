/*
 * opened.h - the matrix as lines, and the file `opened`: what a version lets be read that could not be
 * before.
 *
 * Spec: docs/spec/guidelines.md sections 7 and 8. Layer: policy (may use base, wire, accord). Pure.
 *
 *	KOR watch from USA level C,S some DPRK-MSL,DPRK-NUC any NCG
 *	JPN - from KOR level U,R,C,S some DPRK-MSL,DPRK-NUC
 *	plane SHARE level TS
 *	feed taxii level C
 *	closed council post desk
 *	sealed leader post watch
 *	post deputy until 2027-06-30
 *	once caveat NCG from S excludes JPN (once.h)
 *	everything
 */
#ifndef POLICY_OPENED_H
#define POLICY_OPENED_H

#include "policy/matrix.h"

/* A line for each cell of each row. */
void matrix_write(const struct matrix *m, struct buf *out);
/* And for each plane and feed whose ceiling lets pass what it does not under the other; NULL: all. */
void matrix_write_carried(const struct accord *a, const struct accord *but, struct buf *out);

/*
 * A line for each closed or sealed channel that more posts read, by the later one's writers and seals, and
 * for each post that reads for longer. Nothing where one of them has no guidelines.
 */
void opened_write_let_in(const struct accord *next, const struct accord *old, struct buf *out);

/*
 * The file `opened` of a version that follows `old`; nothing if it opens nothing. ERR_MEMORY; ERR_LIMIT: as
 * matrix_make, or longer than out.
 */
enum err opened_write(const struct accord *next, const struct accord *old, struct arena *memory,
		      struct buf *out) MUST_CHECK;
/*
 * Whether next says what it opens. ERR_USAGE with *fault: `succession.opened`, or `succession.opened-limit`
 * where that cannot be written out; ERR_MEMORY.
 */
enum err opened_check(const struct accord *next, const struct accord *old, struct arena *memory,
		      struct accord_fault *fault) MUST_CHECK;

#endif
