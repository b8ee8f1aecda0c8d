/*
 * founded.h - with whom a party's log begins: what its registrar said alone, before anybody had spoken there.
 *
 * Layer: terminal. Spec: docs/spec/seal.md section 3, docs/spec/accord.md section 13. Its node shows the
 * entries; that the log begins so, its own key and another party's mirror have signed.
 */
#ifndef TERMINAL_FOUNDED_H
#define TERMINAL_FOUNDED_H

#include "accord/accord.h"
#include "terminal/client.h"

/*
 * Whether this `keys` statement, for every channel, is one of those with which the party's first log of the
 * channel begins. answer: GET /recipients, of which nothing is believed.
 */
bool founded_has(const json_t *answer, const struct accord_versions *held,
		 const struct accord_channel *channel, size_t party, struct bytes statement);

#endif
