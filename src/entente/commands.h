/*
 * commands.h - the table of commands: one row and one file a command.
 *
 * Layer: entente.
 */
#ifndef ENTENTE_COMMANDS_H
#define ENTENTE_COMMANDS_H

#include "entente/options.h"

extern const struct command_row *const commands[];
extern const size_t commands_count;

#endif
