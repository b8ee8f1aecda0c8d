/* entente login, entente logout: login.h does it, here it is shown. */
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/login.h"
#include "terminal/say.h"

static void show(const json_t *session)
{
	const json_t *channel, *role;
	size_t i, j;

	say(_("signed in at {1}, as officer {2}\n"), json_str(session, "party"),
	    say_number(json_uint(session, "holder")));
	json_array_foreach(json_object_get(session, "channels"), i, channel)
	{
		say("  {1}:", json_str(channel, "channel"));
		json_array_foreach(json_object_get(channel, "roles"), j, role)
			say(" {1}", json_string_value(role));
		say("\n");
	}
}

static enum exit_code run_login(struct options *o)
{
	json_t *session;
	enum exit_code code = login_keep(o, &session);

	if (code == EXIT_DONE && o->is_json)
		json_say(session);
	else if (code == EXIT_DONE)
		show(session);
	json_decref(session);
	return code;
}

static enum exit_code run_logout(struct options *o)
{
	enum exit_code code = login_forget(o);

	if (code == EXIT_DONE && o->is_json)
		json_say_done("session", "ended");
	else if (code == EXIT_DONE)
		say(_("signed out\n"));
	return code;
}

const struct command_row command_login = {
	"login",
	"",
	0,
	0,
	N_("sign in to the node: the commands that read show what your roles may know of"),
	NULL,
	run_login,
	false,
};

const struct command_row command_logout = {
	"logout", "", 0, 0, N_("end the session that entente login began"), NULL, run_logout, false,
};
