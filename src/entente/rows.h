/*
 * rows.h - the row of every command, each defined in the file of its name; those of a node's processes in
 * process.c.
 *
 * Layer: entente.
 */
#ifndef ENTENTE_ROWS_H
#define ENTENTE_ROWS_H

#include "terminal/options.h"

/* clang-format off */
/* In the order of the help: setting up, sending, answering, looking, keeping. */
#define COMMAND_LIST(X) \
	X(init) X(accord) X(procedure) X(keys) X(serve) X(login) X(logout) \
	X(send) X(inbox) X(read) X(ack) X(readback) X(correct) X(wrong) X(present) \
	X(reply) X(decline) X(defer) X(query) X(negative) \
	X(forms) X(amend) X(cancel) X(close) X(rectify) X(translate) \
	X(body) X(session) X(commitments) X(event) X(text) \
	X(drafts) X(approve) X(refuse) \
	X(consult) X(owed) X(measure) \
	X(roster) X(relief) \
	X(release) X(request) X(consent) X(recall) X(recalled) X(downgrade) X(relabel) \
	X(ladder) X(watch) X(alarm) X(status) X(log) \
	X(feed) X(import) X(quarantine) \
	X(disclose) X(open) X(rewrap) \
	X(erase) X(verify) X(repair) X(export) X(bundle) X(restore) X(fork) X(doctor) \
	X(console) X(link) X(signer) X(terminals)
/* clang-format on */

#define COMMAND_ROW(name) extern const struct command_row command_##name;
COMMAND_LIST(COMMAND_ROW)
#undef COMMAND_ROW

#endif
