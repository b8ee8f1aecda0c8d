#include "terminal/client.h"

#include "base/attr.h"
#include "home/rule_text.h"
#include "home/words.h"
#include "terminal/options.h"
#include "terminal/say.h"

#include <string.h>

/*
 * What the node's errors are to the person who asked, and what to type next. The first row that fits speaks:
 * of the rule, limit or word of the query that is at fault, else of the error.
 */
static const struct {
	const char *err, *rule; /* NULL: any */
	enum exit_code code;
	const char *next; /* N_() */
} explanations[] = {
	{ "REFUSED", "SIGNATURE", EXIT_REFUSED,
	  N_("sign it with your own key, as an officer of this node's party: --key FILE") },
	{ "REFUSED", "SESSION", EXIT_REFUSED, N_("entente login --key FILE, then the same command again") },
	{ "REFUSED", "LATE", EXIT_REFUSED, N_("the same command again") },
	{ "REFUSED", "EXPIRED", EXIT_REFUSED,
	  N_("act in a post whose authority goes on, by --as ROLE: entente accord show says until when each "
	     "has it; a "
	     "later day takes a version of the accord that all sign") },
	{ "REFUSED", "ACTING", EXIT_REFUSED,
	  N_("the accord's file authority says who acts for whom; answer for a post that is yours by --for "
	     "POST, or act "
	     "in the post that may by --as ROLE") },
	{ "REFUSED", "FIELDS", EXIT_REFUSED, N_("say it as text, or by a form: entente forms lists them") },
	{ "REFUSED", "WITHDRAWN", EXIT_REFUSED,
	  N_("make a new key with ssh-keygen, or entente keys --new-identity, and add that") },
	{ "REFUSED", "KEY", EXIT_REFUSED,
	  N_("entente keys shows which keys are good here; the registrar adds one with entente keys --add") },
	{ "REFUSED", "ROLE", EXIT_REFUSED,
	  N_("entente keys shows your roles, entente accord show who may write where; act in another by --as "
	     "ROLE") },
	{ "REFUSED", "CHANNEL", EXIT_REFUSED, N_("entente accord show says who may write on which channel") },
	{ "REFUSED", "PRECEDENCE", EXIT_REFUSED,
	  N_("entente accord show lists the precedences of each channel; then the same command with another "
	     "--precedence, or on another channel") },
	{ "REFUSED", "REL", EXIT_REFUSED,
	  N_("name every party of the channel in --rel, or leave --rel out; entente accord show lists "
	     "them") },
	{ "REFUSED", "OUTSIDE", EXIT_REFUSED,
	  N_("say it with --rel of the channel's parties, or without --rel; then entente release PLACE --to "
	     "CODE lets it go outside") },
	{ "REFUSED", "LABEL", EXIT_REFUSED,
	  N_("give it another --label, as 'LEVEL category:VALUE', or --rel, or another channel; what was "
	     "said "
	     "gets a lower label by entente downgrade; the accord's file guidelines says what each "
	     "carries") },
	{ "REFUSED", "REPEATED", EXIT_REFUSED, N_("entente log shows where it stands") },
	{ "REFUSED", "REFERS", EXIT_REFUSED,
	  N_("entente read PLACE shows what stands there, entente log what there is") },
	{ "REFUSED", "STEP", EXIT_REFUSED,
	  N_("entente ladder PLACE shows which step comes first; of a session or a text entente session "
	     "show, "
	     "entente text show") },
	{ "REFUSED", "TWICE", EXIT_REFUSED,
	  N_("nothing is left to do: session show, body show or commitments show says where it stands") },
	{ "REFUSED", "OVER", EXIT_REFUSED,
	  N_("entente commitments --all, entente session and entente body say how it stands") },
	{ "REFUSED", "OWES", EXIT_REFUSED, N_("entente commitments show NAME says who owes it") },
	{ "REFUSED", "OWED", EXIT_REFUSED, N_("entente commitments show NAME says to whom it is owed") },
	{ "REFUSED", "OWN", EXIT_REFUSED, N_("one to whom it is owed accepts or disputes it") },
	{ "REFUSED", "CREDITOR", EXIT_REFUSED, N_("name another party to whom it is owed: --to CODES") },
	{ "REFUSED", "LEFT", EXIT_REFUSED,
	  N_("entente commitments lists them: each is reported and accepted first, or dropped by every "
	     "party") },
	{ "REFUSED", "RENAMES", EXIT_REFUSED, N_("another title is given by --also TAG=TEXT") },
	{ "REFUSED", "LANGUAGE", EXIT_REFUSED,
	  N_("--language with one of those that entente text show TEXT has") },
	{ "REFUSED", "CLEAN", EXIT_REFUSED,
	  N_("entente text show TEXT says of each unit what is missing: entente text agree, entente text "
	     "concord") },
	{ "REFUSED", "STALE", EXIT_REFUSED,
	  N_("entente text show TEXT shows it as it stands, with its hash: read it, then the same command") },
	{ "REFUSED", "SIGNED", EXIT_REFUSED,
	  N_("another text changes it: entente text correct or entente text amend") },
	{ "REFUSED", "FULL", EXIT_REFUSED,
	  N_("what is left is for another text: entente text new, or entente text amend") },
	{ "REFUSED", "ADDRESSEE", EXIT_REFUSED,
	  N_("entente accord show lists the parties of each channel and the roles; for your own party there "
	     "is "
	     "the home channel") },
	{ "REFUSED", "READ_BACK", EXIT_REFUSED,
	  N_("entente text readback TEXT reads the others' initials back, entente text mark TEXT marks what "
	     "they "
	     "read back of the own; entente text show TEXT says what is missing") },
	{ "REFUSED", "NAMED", EXIT_REFUSED,
	  N_("give it another name; the list says where the other stands, if you may know of it") },
	{ "REFUSED", "CODE", EXIT_REFUSED,
	  N_("one of the list `event` or `confidence` in the accord's file codes, or none: then it is "
	     "unknown") },
	{ "REFUSED", "AUTHOR", EXIT_REFUSED,
	  N_("say what the own side has: entente event claim, entente event assess") },
	{ "REFUSED", "LENGTH", EXIT_REFUSED,
	  N_("make it shorter, or attach the rest: entente send --attach FILE; entente accord show tells how "
	     "long a FLASH may be") },
	{ "REFUSED", "REGISTRAR", EXIT_REFUSED,
	  N_("the same command with --key FILE: the registrar's key, not an officer's") },
	{ "REFUSED", "GUIDELINES", EXIT_REFUSED, N_("entente accord show says what the accord has") },
	{ "REFUSED", "ABLE", EXIT_REFUSED,
	  N_("put somebody there who is, or write it behind the name if it is true") },
	{ "REFUSED", "UNRESOLVED", EXIT_REFUSED,
	  N_("do them, or say why not: the same command with --note TEXT") },
	{ "REFUSED", "HOME", EXIT_REFUSED, N_("entente accord show names the home channel") },
	{ "REFUSED", "OUTGOING", EXIT_REFUSED, N_("nothing of it was kept: say it again") },
	{ "REFUSED", "OWNER_READS", EXIT_REFUSED,
	  N_("the line owner-reads in the node's settings decides that; a node that is started anew reads "
	     "it") },
	{ "REFUSED", "APPROVAL", EXIT_REFUSED,
	  N_("entente drafts shows what waits, entente approve PLACE --sign approves it") },
	{ "REFUSED", "HELD", EXIT_REFUSED,
	  N_("entente drafts shows what waits; another officer says entente approve PLACE --sign --override "
	     "REASON") },
	{ "REFUSED", "PERSON", EXIT_REFUSED,
	  N_("another officer, with his own key at his terminal: entente approve PLACE --sign, or entente "
	     "translate PLACE --status STATUS") },
	{ "REFUSED", "RELEASER", EXIT_REFUSED,
	  N_("one whose role may release it: that line of the guidelines, and entente keys, say who") },
	{ "REFUSED", "LAPSED", EXIT_REFUSED,
	  N_("its author signs it anew, with what has come since; was that just now, a clock is wrong: "
	     "entente status") },
	{ "REFUSED", "EARLY", EXIT_REFUSED, N_("the node files it by itself on that day: entente drafts") },
	{ "REFUSED", "ENDED", EXIT_REFUSED, N_("entente drafts --all says by whom; send it anew") },
	{ "REFUSED", "CONSENT", EXIT_REFUSED,
	  N_("ask for it on the channel; each other originator says entente consent PLACE --to CODE") },
	{ "REFUSED", "VIA", EXIT_REFUSED, N_("ask the party whose hand it is: that line of the guidelines") },
	{ "REFUSED", "OPENS", EXIT_REFUSED,
	  N_("entente downgrade PLACE opens it, entente relabel PLACE closes it further") },
	{ "REFUSED", "BELOW", EXIT_REFUSED,
	  N_("entente translate and entente readback give it the label that stands; entente read PLACE "
	     "shows that") },
	{ "REFUSED", "OBSERVER", EXIT_REFUSED,
	  N_("entente accord show names who observes; say it on a channel where your party speaks") },
	{ "REFUSED", "refers.version", EXIT_REFUSED,
	  N_("entente accord adopt DIR, with the version that entente status says is missing") },
	{ "REFUSED", "refers.others", EXIT_REFUSED,
	  N_("they are asked for by themselves; entente status shows what waits, entente inbox says which") },
	{ "REFUSED", "", EXIT_REFUSED, N_("run this as the node's own user, or as root") },
	{ "REFUSED", NULL, EXIT_REFUSED,
	  N_("entente keys shows who may write, entente accord show the rules") },
	{ "USAGE", "place", EXIT_USAGE,
	  N_("a place is written as 'CODE/CHANNEL 1.7'; entente log lists places") },
	{ "USAGE", "channel", EXIT_USAGE, N_("entente accord show lists the channels") },
	{ "USAGE", "party", EXIT_USAGE, N_("entente accord show lists the parties") },
	{ "USAGE", "peer", EXIT_USAGE, N_("entente status names the peers") },
	{ "USAGE", "words", EXIT_USAGE, "entente inbox --help" },
	{ "USAGE", NULL, EXIT_USAGE, N_("entente COMMAND --help says what it takes") },
	{ "NOT_FOUND", "content.attachment", EXIT_NOT_FOUND,
	  N_("a file is named by who gave it: entente login with the key that signs, or entente logout, then "
	     "attach it anew: entente send --attach FILE") },
	{ "NOT_FOUND", "keys.key", EXIT_NOT_FOUND, N_("entente keys lists those that are in force") },
	{ "NOT_FOUND", "keys.roles", EXIT_REFUSED, N_("entente accord show lists the roles") },
	{ "NOT_FOUND", "place", EXIT_NOT_FOUND,
	  N_("entente log lists the places that are held here, entente accord show the channels; entente "
	     "status "
	     "shows whether something is still on its way") },
	{ "NOT_FOUND", "role", EXIT_NOT_FOUND, N_("entente accord show lists the roles") },
	{ "NOT_FOUND", "channel", EXIT_NOT_FOUND, N_("entente accord show lists the channels") },
	{ "NOT_FOUND", "party", EXIT_NOT_FOUND, N_("entente accord show lists the parties") },
	{ "NOT_FOUND", "peer", EXIT_NOT_FOUND, N_("entente status names the peers") },
	{ "NOT_FOUND", NULL, EXIT_NOT_FOUND,
	  N_("entente log shows what there is, entente accord show the channels and parties") },
	{ "LIMIT", "", EXIT_REFUSED, N_("the node has no room for it now: say it again in a moment") },
	{ "LIMIT", NULL, EXIT_REFUSED, N_("make it shorter; the limits are in entente(1)") },
	{ "STRICT", NULL, EXIT_REFUSED, N_("docs/spec/entry.md explains the rule; nothing of it was kept") },
	{ "RULE", NULL, EXIT_REFUSED, N_("docs/spec/entry.md explains the rule; nothing of it was kept") },
	{ "ACCORD_DIFFERS", NULL, EXIT_REFUSED,
	  N_("it was signed under another accord than entente accord show has: write it anew") },
	{ "EXISTS", "keys.key", EXIT_REFUSED,
	  N_("entente keys says whose it is: each person signs with keys that nobody else had; if it was "
	     "given to the wrong one, withdraw it and let the right one make another") },
	{ "EXISTS", NULL, EXIT_REFUSED, N_("nothing is written over; entente status shows what stands") },
	{ "STOPPED", NULL, EXIT_INTEGRITY, N_("entente status names the log and the rule that it broke") },
	{ "RECOVERING", "start.strict", EXIT_REFUSED,
	  N_("the accord says start strict: no epoch is opened before another party has answered; entente "
	     "status shows the paths") },
	{ "RECOVERING", NULL, EXIT_REFUSED,
	  N_("it waits for the other parties: entente status says what is missing; if none of them can "
	     "answer, "
	     "the registrar: entente restore --open-epoch") },
	{ "DOWN", NULL, EXIT_LINE_DOWN, N_("entente status shows the paths") },
	{ "TIMEOUT", NULL, EXIT_TIMEOUT, N_("entente status") },
	{ "CONTENT", NULL, EXIT_INTEGRITY, N_("nothing of it was kept: say it again") },
	{ "VERIFY", NULL, EXIT_INTEGRITY, N_("nothing of it was kept: say it again") },
	{ "FRAME", NULL, EXIT_INTEGRITY, N_("have it written again: what is held already does no harm") },
	{ "NOTE", NULL, EXIT_INTEGRITY, N_("have it written again: what is held already does no harm") },
	{ "ROOT", NULL, EXIT_INTEGRITY, N_("have it written again: what is held already does no harm") },
	{ "ROT", NULL, EXIT_INTEGRITY, N_("entente repair fetches it again from a peer who holds it") },
	{ "CORRUPT", NULL, EXIT_INTEGRITY, N_("entente verify, then entente restore FILE") },
	{ "FULL", NULL, EXIT_ERROR, N_("make room on the disk, then say it again: nothing of it was kept") },
	{ NULL, NULL, EXIT_ERROR, N_("entente doctor; the node's log says why") },
};

static size_t find_explanation(const char *err, const char *rule)
{
	size_t i = 0;

	while (explanations[i].err != NULL &&
	       (strcmp(explanations[i].err, err) != 0 ||
		(explanations[i].rule != NULL && strcmp(explanations[i].rule, rule) != 0)))
		i++;
	return i;
}

void client_rule(const char *rule, char *out, size_t size)
{
	const char *text = rule_text(rule);

	if (text == NULL)
		say_fill(out, size, "{1}", rule);
	else
		say_fill(out, size, "{1} ({2})", _(text), rule);
}

bool client_denial(const json_t *denial, char *out, size_t size)
{
	char why[256];

	if (denial == NULL)
		return false;
	say_fill(why, sizeof why, _(json_str(denial, "why")), json_str(denial, "subject"),
		 json_str(denial, "needed"));
	if (json_object_get(denial, "line") != NULL)
		say_fill(out, size, _("guidelines, line {1}: {2}"), say_number(json_uint(denial, "line")),
			 why);
	else
		say_fill(out, size, _("guidelines: {1}"), why);
	return true;
}

/* What was asked under this word of the query: "KOR/CONSULT 1.7". */
static bool find_asked(const struct client_answer *a, const char *word, char *out, size_t size)
{
	size_t len = strlen(word), written = 0;
	const char *at = a->target == NULL ? NULL : strchr(a->target, '?');

	while (at != NULL && (strncmp(at + 1, word, len) != 0 || at[1 + len] != '='))
		at = strchr(at + 1, '&');
	if (at == NULL || len == 0)
		return false;
	for (at += len + 2; *at != '\0' && *at != '&' && written + 1 < size; at++) {
		unsigned byte = (uint8_t)*at;
		if (*at == '%' && sscanf(at + 1, "%2x", &byte) == 1)
			at += 2;
		out[written++] = (char)byte;
	}
	out[written] = '\0';
	return true;
}

/* What was asked for and is not there, or is not written as such things are. */
static const struct {
	const char *err, *word, *text; /* N_() */
} asked_rows[] = {
	{ "NOT_FOUND", "place", N_("Nothing stands at {1} here.") },
	{ "NOT_FOUND", "channel", N_("There is no channel {1}.") },
	{ "NOT_FOUND", "party", N_("There is no party {1}.") },
	{ "NOT_FOUND", "peer", N_("There is no peer {1}.") },
	{ "NOT_FOUND", "role", N_("There is no role {1}.") },
	{ "USAGE", "place", N_("{1} is no place.") },
	{ "USAGE", "channel", N_("{1} is no channel's name.") },
	{ "USAGE", "party", N_("{1} is no party's name.") },
	{ "USAGE", "peer", N_("{1} is no peer of this node.") },
	{ "USAGE", "words", N_("These are no words to look for: \"{1}\".") },
};

/* With what was asked, if the node's answer is about that; *rule is then the word of the query. */
static bool fill_asked(const struct client_answer *a, const char *err, const char **rule, char *out,
		       size_t size)
{
	char asked[256];

	for (size_t i = 0; i < ARRAY_COUNT(asked_rows); i++) {
		if (strcmp(asked_rows[i].err, err) != 0 ||
		    ((*rule)[0] != '\0' && strcmp(asked_rows[i].word, *rule) != 0) ||
		    !find_asked(a, asked_rows[i].word, asked, sizeof asked))
			continue;
		*rule = asked_rows[i].word;
		say_fill(out, size, _(asked_rows[i].text), asked);
		return true;
	}
	return false;
}

/* A verdict and a limit have a sentence of their own; of a rule of the formats it is looked up. */
static void fill_why(const struct client_answer *a, const json_t *object, const char *rule, char *out,
		     size_t size)
{
	const char *text = json_str(object, "text");
	char known[256];

	if (json_uint(object, "line") > 0) {
		say_fill(out, size, _("{1} ({2}, line {3} of the guidelines)."), _(text), rule,
			 say_number(json_uint(object, "line")));
	} else if (rule_text(rule) != NULL) {
		client_rule(rule, known, sizeof known);
		say_fill(out, size, "{1}: {2}.", _(text), known);
	} else if (rule[0] != '\0') {
		say_fill(out, size, "{1} ({2}).", _(text), rule);
	} else if (text[0] != '\0') {
		say_fill(out, size, "{1}.", _(text));
	} else {
		say_fill(out, size, _("The node answered with status {1}."), say_number(a->status));
	}
}

enum exit_code client_explain(const struct client_answer *a)
{
	const json_t *object = json_is_array(a->json) ? json_array_get(a->json, 0) : a->json;
	const char *err = json_str(object, "err"), *rule = json_str(object, "rule");
	char denial[512], why[1024];
	size_t i;

	if (!fill_asked(a, err, &rule, why, sizeof why))
		fill_why(a, object, rule, why, sizeof why);
	say_error("{1}", why);
	if (client_denial(json_object_get(object, "guidelines"), denial, sizeof denial))
		say_error("{1}.", denial);
	i = find_explanation(err, rule);
	say_next("{1}", _(explanations[i].next));
	return explanations[i].code;
}
