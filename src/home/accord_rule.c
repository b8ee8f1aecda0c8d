#include "home/accord_rule.h"

#include "base/attr.h"
#include "home/words.h"

#include <string.h>

/* What each rule of docs/spec/accord.md and guidelines.md asks, for who is to mend the file. */
/* clang-format off */
static const struct {
	const char *rule, *text; /* N_() */
} rows[] = {
	{ "manifest.form",
	  N_("a line is a SHA-256 in small letters, two spaces and a file's name, as "
	     "sha256sum writes it") },
	{ "manifest.name",
	  N_("a file of an accord has a name that section 1 of docs/spec/accord.md allows, "
	     "and no other") },
	{ "manifest.order", N_("the files are listed once each, in the order of their names' bytes") },
	{ "manifest.length", N_("MANIFEST has at most 65,536 bytes, and a folder 256 files") },
	{ "bundle.missing", N_("a file that is listed, or that every accord needs, is not in the folder") },
	{ "bundle.listed", N_("this file is in the folder, and MANIFEST does not list it") },
	{ "bundle.hash", N_("this file was changed after MANIFEST was written: its hash is another one") },
	{ "bundle.length", N_("a file has at most 65,536 bytes") },
	{ "line.newline", N_("the last line ends with a newline too") },
	{ "line.length", N_("a line has at most 4,096 bytes") },
	{ "line.utf8", N_("a line is UTF-8") },
	{ "line.control", N_("a line holds no tab, carriage return or other control character") },
	{ "line.space", N_("a space stands between two words, and between a word and a text in quotes") },
	{ "line.text", N_("a text in quotes is not empty, and ends on its line") },
	{ "line.text-length", N_("a text in quotes has at most 200 bytes") },
	{ "line.hidden", N_("a text holds no character that is not seen, or that turns what is seen") },
	{ "line.nfc", N_("a text is in Unicode's normal form C") },
	{ "line.keyword", N_("the first word of a line is one that this file knows") },
	{ "line.end", N_("nothing stands behind what the line has to say") },
	{ "names.language", N_("each language of the accord stands once, and no other") },
	{ "names.text", N_("a text in quotes stands behind each language") },
	{ "accord.founding",
	  N_("one line says founding, or previous with the version before, and only one") },
	{ "accord.previous", N_("behind previous stands the version's hash, 64 digits of 0-9 a-f") },
	{ "accord.id", N_("behind the hash stand the word id and the accord's id, 32 digits of 0-9 a-f") },
	{ "accord.mode", N_("one line says mode live or mode exercise") },
	{ "accord.post-quantum", N_("one line says post-quantum preferred or post-quantum required") },
	{ "accord.languages", N_("one line, above the title, lists 1 to 4 languages, as ko en") },
	{ "accord.title", N_("one line says the title in each language") },
	{ "parties.name",
	  N_("a party's name has 1 to 16 small letters, digits and hyphens and begins with a "
	     "letter") },
	{ "parties.zone",
	  N_("behind zone stands the name of a time zone, at most 48 bytes, as Asia/Seoul") },
	{ "parties.order", N_("a party stands once; in a founding version names rise") },
	{ "parties.count", N_("an accord has 2 to 8 parties") },
	{ "posts.name",
	  N_("a post's name has 1 to 32 small letters, digits and hyphens and begins with a "
	     "letter") },
	{ "posts.order", N_("a post stands once; in a founding version names rise") },
	{ "posts.of",
	  N_("behind the titles stand the word of and the parties that have the post, each "
	     "once") },
	{ "posts.able",
	  N_("behind able stand what the post asks for, as words, each once, at most 160 "
	     "bytes") },
	{ "posts.count", N_("an accord has 1 to 64 posts") },
	{ "keys.party", N_("the line begins with a party of the accord") },
	{ "keys.use", N_("behind the party stands root, registrar, log, mirror or tls") },
	{ "keys.algorithm", N_("the algorithm is the one that the key itself names") },
	{ "keys.key", N_("the key is one that may sign here, in whole base64") },
	{ "keys.quorum",
	  N_("behind a root stands how many of how many roots sign, the same on each of the "
	     "party's roots") },
	{ "keys.twice", N_("a key stands once, and each party has one key for each use but root") },
	{ "keys.missing", N_("each party has a root, a registrar, a log, a mirror and a tls key") },
	{ "keys.count", N_("an accord has at most 128 keys") },
	{ "channels.number", N_("a channel's number is 1 to 999") },
	{ "channels.order", N_("the channels' numbers rise") },
	{ "channels.name", N_("a channel's name is formed as a post's, and stands once") },
	{ "channels.plane", N_("behind the name stands LEADER, CONSULT, NOTIFY, SHARE, SERVICE or HOME") },
	{ "channels.parties",
	  N_("behind the titles stand the word parties and the channel's parties, each once") },
	{ "channels.observers",
	  N_("behind observers stand parties that do not stand before it, each once; two others speak there") },
	{ "channels.write",
	  N_("behind write stand the posts that may write there, each once; each party "
	     "that speaks there has one of them, and each is a post of one of these") },
	{ "channels.precedence",
	  N_("behind precedence stand one or more of FLASH, IMMEDIATE, PRIORITY and ROUTINE, "
	     "each once") },
	{ "channels.sealed", N_("behind sealed stand posts of the channel's parties, each once") },
	{ "channels.home",
	  N_("a HOME channel has one party and every other channel two or more; each party "
	     "has one HOME channel") },
	{ "channels.alone", N_("each party is on a channel with another party") },
	{ "channels.service",
	  N_("two parties that share a channel share one of plane SERVICE that takes "
	     "ROUTINE, for line checks") },
	{ "channels.count", N_("an accord has at most 64 channels") },
	{ "authority.post", N_("behind post stands a post of the accord, once") },
	{ "authority.by", N_("behind the post stand by two, until and a day, or both") },
	{ "authority.until", N_("a day is written as 2027-06-30, from 1970 on") },
	{ "authority.acts", N_("behind acts stand a post, for, and another post, each pair once; then plane and precedence with theirs") },
	{ "authority.closed", N_("behind closed stands the name of a channel; each of its parties has a post that writes there") },
	{ "timers.precedence", N_("each of FLASH, IMMEDIATE, PRIORITY and ROUTINE has one timer line") },
	{ "timers.receipt", N_("receipt is a span of time, as 30s, and not none") },
	{ "timers.read", N_("read is a span of time, as 8m, or none") },
	{ "timers.query", N_("query is a span of time, as 4m, or none") },
	{ "timers.alternate", N_("alternate is a span of time, as 5m, or none") },
	{ "timers.order",
	  N_("receipt, query and alternate are not later than read, and an answer not later "
	     "than the next check") },
	{ "timers.line-check", N_("one line says line-check every SPAN answer SPAN") },
	{ "timers.flash", N_("one line says flash length and a number from 1 to 98,304") },
	{ "timers.clock", N_("one line says clock offset and a span of time") },
	{ "timers.start", N_("one line says start strict or start free") },
	{ "timers.text", N_("one line at most says text hold and a span of time, not none") },
	{ "codes.list", N_("a list's name is formed as docs/spec/forms.md has it, and stands once") },
	{ "codes.value",
	  N_("under a list stand its values, each with a number from 0 to 65,535 and a name "
	     "of its own") },
	{ "codes.order", N_("the numbers of a list rise") },
	{ "forms.form", N_("the first line says form and the form's number") },
	{ "forms.version", N_("behind the form's number stand the word version and a number from 1 on") },
	{ "forms.file", N_("the file is named as its form, and no other has this number and version") },
	{ "forms.plane", N_("one line lists the planes that the form goes on, each once") },
	{ "forms.acts", N_("one line lists the form's acts, each once, announce among them") },
	{ "forms.precedence",
	  N_("one line lists the precedences, each once; subject only in a form that does "
	     "not answer") },
	{ "forms.after", N_("behind after stand the numbers of at most 8 forms of the accord") },
	{ "forms.corrects", N_("a form that corrects is as section 2 of docs/spec/forms.md has it") },
	{ "forms.twice", N_("this line stands once in a form") },
	{ "forms.limit",
	  N_("a limit is a span of time, and the field that it counts from stands above it") },
	{ "forms.where", N_("behind where stand a field above it that is one code, and values of its list, each "
			    "once and at most 16") },
	{ "forms.need", N_("behind need stand the name of an optional field above it, once, and where; a field of the "
			   "statement is needed for values of another of it") },
	{ "forms.number", N_("the fields' numbers are 1 to 199, and rise") },
	{ "forms.name",
	  N_("a field's name is formed as docs/spec/forms.md has it, stands once, and is "
	     "none that every form has") },
	{ "forms.type", N_("behind the name stands a type that forms have") },
	{ "forms.list", N_("the list that is named is one of the file codes") },
	{ "forms.place", N_("a field stands in the statement or in the content, as its type may") },
	{ "forms.group", N_("a group has members, each of a simple type and not optional") },
	{ "forms.count", N_("an accord has at most 64 forms") },
	{ "forms.words", N_("the forms have at most 1,024 fields, members, lists and values together") },
	{ "glossary.translate", N_("behind a status stand by and posts, each once; NONE has none") },
	{ "glossary.term", N_("the line begins with the name of a term") },
	{ "glossary.order", N_("terms rise by name") },
	{ "glossary.count", N_("a glossary has at most 256 terms") },
	{ "guidelines.lines", N_("guidelines have at most 256 lines") },
	{ "guidelines.count",
	  N_("there are no more of this kind than section 1 of docs/spec/guidelines.md "
	     "allows") },
	{ "guidelines.head",
	  N_("one line says guidelines and a name, version and a number, review-by and a day") },
	{ "guidelines.party", N_("each party of the accord stands once") },
	{ "guidelines.outside",
	  N_("behind outside stands a code of its own, of who is no party of the accord") },
	{ "guidelines.level", N_("a level has a code of its own, and one that is named stands above") },
	{ "guidelines.category",
	  N_("a category has a name of its own and a rule, and one that is named stands "
	     "above") },
	{ "guidelines.value", N_("a value has a code of its own") },
	{ "guidelines.excludes", N_("behind excludes stand parties, each once") },
	{ "guidelines.control", N_("behind control stands originator") },
	{ "guidelines.agreement", N_("an agreement has a name of its own") },
	{ "guidelines.parties",
	  N_("behind parties stand two or more, each once, a party of the accord among them") },
	{ "guidelines.basis", N_("behind basis stands the text that the agreement rests on") },
	{ "guidelines.only", N_("behind only stand a category that decides and values of it, each once") },
	{ "guidelines.via", N_("behind via stands a party of the accord that is one of the agreement's") },
	{ "guidelines.node", N_("each party has one node line") },
	{ "guidelines.role", N_("each post has one role line") },
	{ "guidelines.up-to", N_("behind up-to stands a level") },
	{ "guidelines.holds", N_("behind holds stand values that decide, each once") },
	{ "guidelines.may", N_("behind may stands release, and a node may not") },
	{ "guidelines.plane", N_("each plane that a channel has stands once") },
	{ "guidelines.feed", N_("a feed has a name of its own") },
	{ "guidelines.ceiling", N_("behind ceiling stands a level") },
	{ "guidelines.release",
	  N_("a release line has a condition, each stands once, and within and outside are "
	     "among them") },
	{ "guidelines.by", N_("behind by stands a number from 0 to 7") },
	{ "guidelines.consent", N_("behind consent stands each-party") },
	{ "guidelines.downgrade", N_("one line says downgrade by and a number from 0 to 7") },
	{ "guidelines.recall", N_("one line says recall by and a number from 0 to 7") },
	{ "guidelines.erase", N_("one line says erase by and a number from 0 to 7") },
	{ "guidelines.approval",
	  N_("one line says approval lasts and a span of time; others name a plane, each "
	     "once") },
	{ "guidelines.fate",
	  N_("one line says fate review and a number of days or years; others name a note, "
	     "each once") },
	{ "guidelines.words",
	  N_("one line names words.txt, which is in the accord; there a line is a word") },
	{ "guidelines.map",
	  N_("behind map stand a name, a level and the word that it has there, once for a "
	     "name and level") },
	{ "guidelines.alone", N_("nobody releases alone what goes on LEADER or as FLASH") },
	{ "guidelines.held", N_("each value that decides is held by a role") },
	{ "guidelines.reached", N_("each level and value is reached by a role that may release") },
	{ "succession.previous", N_("previous names the hash of the version that it follows") },
	{ "succession.id", N_("the accord's id stays") },
	{ "succession.mode", N_("an accord stays live, or an exercise") },
	{ "succession.post-quantum", N_("what was required stays required") },
	{ "succession.parties", N_("the parties keep their places, and new ones stand behind them") },
	{ "succession.posts", N_("the posts keep their places, and new ones stand behind them") },
	{ "succession.channels", N_("a channel stays, with its number, name, plane and parties") },
	{ "succession.keys", N_("the log, mirror and TLS keys of a party stay") },
	{ "succession.opened",
	  N_("the file opened says exactly what this version lets be read and the one before "
	     "did not") },
	{ "succession.opened-limit", N_("what a version opens is no longer than the file opened may be") },
};
/* clang-format on */

const char *accord_rule_text(const char *rule)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].rule, rule) == 0)
			return rows[i].text;
	}
	return NULL;
}

const char *accord_rule_at(size_t index)
{
	return index < ARRAY_COUNT(rows) ? rows[index].rule : NULL;
}
