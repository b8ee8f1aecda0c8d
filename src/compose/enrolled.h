/*
 * enrolled.h - whether a `keys` statement gives what its node says that it gives: by whom it was signed, and
 * by whom those were let in.
 *
 * Layer: compose. Spec: docs/spec/accord.md section 13, docs/spec/seal.md section 3. What takes two persons
 * is the accord's one question (accord/enrol.h), which every node asks of the same statement.
 */
#ifndef COMPOSE_ENROLLED_H
#define COMPOSE_ENROLLED_H

#include "accord/enrol.h"
#include "crypto/hash.h"
#include "terminal/client.h"

struct said; /* a `keys` statement and whose signatures stand under it */

struct enrolled {
	const struct accord_versions *held;
	const struct accord_channel *channel;
	const json_t *answer; /* of GET /recipients; borrowed */
	struct said *officers;
	size_t officers_count; /* who may be a second */
};

/* Reads the officers that the answer names beside its keys. Takes what is false for what is not there. */
void enrolled_open(struct enrolled *e, const struct accord_versions *held,
		   const struct accord_channel *channel, const json_t *answer);
void enrolled_close(struct enrolled *e); /* takes zeroed ones */

enum enrolment {
	ENROLMENT_GOOD,
	ENROLMENT_FALSE, /* no registrar of the accord signed that */
	ENROLMENT_ALONE	 /* he did, and nobody beside him, for a post that two persons give */
};
/* That this key is sealed for, for all of its posts: a row of the answer. */
enum enrolment enrolled_adds(const struct enrolled *e, const json_t *row);

/* A key that nothing is sealed for any more. */
struct gone {
	const char *party;
	uint32_t channel;      /* 0: on every one */
	uint8_t key[HASH_LEN]; /* SHA-256 of it */
};
/* That a key is withdrawn: a row of the answer's `withdrawn`. */
bool enrolled_withdraws(const struct enrolled *e, const json_t *row, struct gone *out);

#endif
