/*
 * login.h - an officer's session with the node: begun for one command, or kept from entente login on.
 *
 * Spec: docs/spec/reading.md section 2. Layer: terminal.
 */
#ifndef TERMINAL_LOGIN_H
#define TERMINAL_LOGIN_H

#include "terminal/client.h"
#include "terminal/options.h"

/*
 * Opens the node for a command that reads: with --key or --as in a session of its own, which login_close
 * ends; otherwise in the one that entente login keeps; without one as whoever runs it. What was wrong has
 * been said.
 */
enum exit_code login_open(struct client *c, const struct options *o) MUST_CHECK;
/* For what the node's owner does: as he, while the settings let him read; else as login_open. */
enum exit_code login_open_owner(struct client *c, const struct options *o) MUST_CHECK;
/* The same for a command whose --key is no officer's: it begins no session. */
enum exit_code login_open_registrar(struct client *c, const struct options *o) MUST_CHECK;
/*
 * Likewise for a command that signs: he who signs can begin a session of his own, and does if the owner does
 * not read and nobody has signed in.
 */
enum exit_code login_open_to_sign(struct client *c, const struct options *o) MUST_CHECK;
/* Takes zeroed and closed ones. */
void login_close(struct client *c);
/* The session that is kept: *session is what the node says of it, the caller's. */
enum exit_code login_keep(const struct options *o, json_t **session) MUST_CHECK;
enum exit_code login_forget(const struct options *o) MUST_CHECK;
/* The same as whoever login_open found, once the node has come back. */
enum err login_again(struct client *c, const struct options *o) MUST_CHECK;

#endif
