/*
 * err.h - what went wrong, whose fault it is, and therefore what to do.
 *
 * Layer: base. Pure.
 *
 * One list for the whole program. A refusal by policy or procedure is a result and not an error; a
 * bug of ours is an assertion and not an error. The class decides what the caller does:
 *
 *	MORE   nobody's fault      wait for more bytes
 *	PEER   the link's bytes    refuse, close the link, reconnect
 *	LOG    one log's bytes     stop that log, tell its writer, keep the link and the other logs
 *	USER   the request         answer with the reason
 *	LOCAL  this machine        log it and stop the node; a failed sync is never tried again
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

#include <stddef.h>

enum err_class {
	ERR_CLASS_NONE,
	ERR_CLASS_MORE,
	ERR_CLASS_PEER,
	ERR_CLASS_LOG,
	ERR_CLASS_USER,
	ERR_CLASS_LOCAL
};

/* clang-format off */
#define ERR_LIST(X) \
	X(OK,             NONE,  "done") \
	X(SHORT,          MORE,  "more bytes are needed") \
	X(FRAME,          PEER,  "a frame breaks the format of the link") \
	X(NOT_PINNED,     PEER,  "the key is not pinned by the accord") \
	X(ACCORD_DIFFERS, PEER,  "the two sides hold different accords") \
	X(PROTOCOL,       PEER,  "the protocol version is not supported") \
	X(NOTE,           PEER,  "a note is not signed by the key of its log") \
	X(CONTENT,        PEER,  "content does not have the hash that its statement names") \
	X(STRICT,         LOG,   "the bytes are not strict deterministic CBOR") \
	X(RULE,           LOG,   "the entry breaks a rule of the record") \
	X(ROOT,           LOG,   "the entries do not give the root that the log key signed") \
	X(FORK,           LOG,   "two signed notes of one log contradict each other") \
	X(ROT,            LOG,   "what is held here is not what was written: this disk has changed it") \
	X(USAGE,          USER,  "the request is not understood") \
	X(NOT_FOUND,      USER,  "there is no such thing") \
	X(EXISTS,         USER,  "it exists already") \
	X(REFUSED,        USER,  "a rule refuses it") \
	X(LIMIT,          USER,  "it is over a limit") \
	X(STOPPED,        USER,  "the log is stopped") \
	X(RECOVERING,     USER,  "the node is recovering its own log") \
	X(DOWN,           USER,  "the line is down") \
	X(TIMEOUT,        USER,  "it took too long") \
	X(VERIFY,         USER,  "a signature or a hash is wrong") \
	X(FULL,           LOCAL, "the disk is full") \
	X(IO,             LOCAL, "the disk or a descriptor failed") \
	X(CORRUPT,        LOCAL, "what was read back is not what was written") \
	X(SIGNER,         LOCAL, "the signer did not sign") \
	X(MEMORY,         LOCAL, "a memory bound of this machine was reached")
/* clang-format on */

#define ERR_ENUM(code, class, text) ERR_##code,
enum err { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/*
 * Where and why bytes or a text were refused: what their author needs to find the place.
 * `rule` is a static name such as "cbor.shortest"; the names are listed in docs/spec/.
 * For a text, `offset` is the number of the line, from 1.
 */
struct fault {
	const char *rule;
	size_t offset;
};

/* The class, the code's name ("NOT_FOUND") and an English sentence; static, for every code. */
enum err_class err_class(enum err e);
const char *err_name(enum err e);
const char *err_text(enum err e);

/* e, or ERR_OK where it is this one: that there is none, or no more, is no error to who looks. */
enum err err_unless(enum err e, enum err none) MUST_CHECK;

/* The index of a table that has so many rows. One beyond is a bug of ours. */
size_t index_below(size_t index, size_t count);

#endif
