/* The rows of a node's processes: not for people, serve starts them. */
#include "process/process.h"

#include "entente/rows.h"
#include "home/words.h"

static enum exit_code run_link(struct options *o)
{
	(void)o;
	return process_link() == 0 ? EXIT_DONE : EXIT_ERROR;
}

const struct command_row command_link = {
	.name = "link",
	.arguments = "",
	.text = N_("Started by serve: holds the connections to the peers."),
	.run = run_link,
	.is_hidden = true,
};

static enum exit_code run_signer(struct options *o)
{
	return process_signer(o->home) == 0 ? EXIT_DONE : EXIT_ERROR;
}

const struct command_row command_signer = {
	.name = "signer",
	.arguments = "",
	.text = N_("Started by serve: holds the node's keys."),
	.run = run_signer,
	.is_hidden = true,
};

static enum exit_code run_terminals(struct options *o)
{
	return process_terminals(o->home) == 0 ? EXIT_DONE : EXIT_ERROR;
}

const struct command_row command_terminals = {
	.name = "terminals",
	.arguments = "",
	.text = N_("Started by serve: ends the TLS of officers' terminals."),
	.run = run_terminals,
	.is_hidden = true,
};
