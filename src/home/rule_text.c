#include "home/rule_text.h"

#include "base/attr.h"
#include "home/words.h"

#include <string.h>

/* The first row that is the rule, or its folder, speaks. */
static const struct {
	const char *rule, *text; /* N_() */
} rows[] = {
	{ "cbor.limit", N_("it is longer than may be") },
	{ "cbor.", N_("its bytes are not strict deterministic CBOR") },
	{ "entry.accord", N_("it is of another accord, perhaps of an exercise") },
	{ "entry.channel", N_("it is of another channel") },
	{ "entry.party", N_("it is of another party") },
	{ "entry.index", N_("it does not have the number of its place in the log") },
	{ "entry.limit", N_("it is longer than may be") },
	{ "entry.open", N_("its log does not begin with the act that opens it") },
	{ "entry.version", N_("it is of a version that is not known here") },
	{ "entry.", N_("it is not as an entry is written") },
	{ "statement.version", N_("it is of a version that is not known here") },
	{ "statement.time", N_("its time is no time that can be") },
	{ "statement.seen", N_("what its author had seen is not in order, or is not of other parties") },
	{ "statement.addressees", N_("its addressees are not in order, or one stands there twice") },
	{ "statement.refers", N_("it does not refer to as many things as its kind does") },
	{ "statement.", N_("it is not as a statement is written") },
	{ "label.", N_("its label is not as a label is written") },
	{ "keys.roles", N_("the accord has no such role") },
	{ "keys.key", N_("that key is in no log of this party, or is another holder's there") },
	{ "keys.", N_("the keys in it are not as keys are written") },
	{ "content.attachment", N_("an attachment that it names is not held here") },
	{ "content.", N_("its words are not as content is written") },
	{ "translation.", N_("no language is written so: two or three small letters, as ko, or en-GB") },
	{ "note.", N_("its log's signed note is not as a note is written") },
	{ "fork.", N_("what is to prove two histories does not prove them") },
	{ "record.fork", N_("its author has signed two histories, and the proof is kept") },
	{ "record.root", N_("the entries do not give the root that the log key signed") },
	{ "record.rot", N_("this disk has changed what was written") },
	{ "frame.", N_("a frame breaks the format of the link") },
	{ "age.said", N_("it is sealed for keys of another kind than its statement says") },
	{ "age.", N_("it is not as sealed words are written") },
	{ "keys.signer", N_("the signer does not have the node keys of that version; restart the node after "
			    "entente keys --rotate") },
	{ "record.key", N_("it is signed by a key that the log does not have at that place") },
	{ "accord.version", N_("that version of the accord is not held here") },
	{ "refers.version", N_("what it refers to is held here, under a version of the accord that is not") },
	{ "refers.others", N_("what it refers to is held here, and waits for entries of others") },
	{ "path.listen", N_("it came in by another line than the settings name for that path") },
	{ "disk", N_("the disk has no room but for what the peers say") },
};

const char *rule_text(const char *rule)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		size_t len = strlen(rows[i].rule);
		if (strncmp(rows[i].rule, rule, len) == 0 &&
		    (rows[i].rule[len - 1] == '.' || rule[len] == '\0'))
			return rows[i].text;
	}
	return NULL;
}
