#include "entente/sentences.h"

#include "base/attr.h"
#include "entente/words.h"

#include <string.h>

static const char *const sentences[] = {
	/* base/err.h */
	N_("done"),
	N_("more bytes are needed"),
	N_("a frame breaks the format of the link"),
	N_("the key is not pinned by the accord"),
	N_("the two sides hold different accords"),
	N_("the protocol version is not supported"),
	N_("a note is not signed by the key of its log"),
	N_("content does not have the hash that its statement names"),
	N_("the bytes are not strict deterministic CBOR"),
	N_("the entry breaks a rule of the record"),
	N_("the entries do not give the root that the log key signed"),
	N_("two signed notes of one log contradict each other"),
	N_("what is held here is not what was written: this disk has changed it"),
	N_("the request is not understood"),
	N_("there is no such thing"),
	N_("it exists already"),
	N_("a rule refuses it"),
	N_("it is over a limit"),
	N_("the log is stopped"),
	N_("the node is recovering its own log"),
	N_("the line is down"),
	N_("it took too long"),
	N_("a signature or a hash is wrong"),
	N_("the disk is full"),
	N_("the disk or a descriptor failed"),
	N_("what was read back is not what was written"),
	N_("the signer did not sign"),
	N_("a memory bound of this machine was reached"),
	/* view/fold.h */
	N_("counts"),
	N_("a kind that this version does not know: kept and shown raw"),
	N_("a signature is unreadable or false"),
	N_("signed by a key that is not good here"),
	N_("the role may not write this"),
	N_("the channel does not allow it"),
	N_("the channel does not allow this precedence"),
	N_("the label does not release it to every party of the channel"),
	N_("the statement was said before"),
	N_("what it refers to is not there, or is something else"),
	N_("the step before it was not taken"),
	N_("an addressee is not of this channel"),
	N_("a FLASH is brief, and this is over the accord's limit"),
	N_("it takes the signatures of two persons"),
	N_("not signed by the party's registrar"),
	N_("the accord wants the words of this channel sealed otherwise"),
	/* entente/settings.c */
	N_("it is given twice"),
	N_("it has no value"),
	N_("the value is too long"),
	N_("a name is [a-z][a-z0-9-]{0,15}"),
	N_("an address is 192.0.2.7:7400 or [2001:db8::7]:7400"),
	N_("there is no such key"),
	N_("an accord is named by 64 hexadecimal digits"),
	N_("more than LINK_LISTENERS_MAX lines"),
	N_("a path's section is [path PEER/NAME]"),
	N_("too many paths"),
	N_("a path has connect or listen, not both"),
	N_("there is no such section"),
	N_("the line is too long"),
	N_("the line has a zero byte"),
	N_("a path has connect, listen or serial"),
	N_("a path has connect, listen or serial, and one of them"),
	N_("a path with serial has speed and key"),
	N_("another path to this peer is serial"),
	N_("another path has the same device"),
	N_("speed, key and receive-only are of a path with serial"),
	N_("a serial device is /dev/ttyS0"),
	N_("a speed is THIN_SPEED_MIN to THIN_SPEED_MAX bit/s, a decimal number"),
	N_("it is yes or no"),
	N_("there is no such [listen] line"),
	N_("a path leads to another party"),
	N_("another path to this peer has the same [listen] line"),
	N_("more than LINK_PATHS_MAX paths to one peer"),
	N_("it is missing"),
	N_("this is no key = value and no [section]"),
	/* api/http.c */
	N_("this path takes another method"),
	N_("no such path: see docs/spec/api.md"),
	N_("only the node's own user of this machine may ask"),
	N_("the body is longer than this path takes"),
	/* api/state.c, node/read.c */
	N_("STOPPED"),
	N_("RECOVERING"),
	N_("CLOSED"),
	N_("our own log was longer than the store that we have"),
	N_("the signer's machine stopped without closing: every party must answer first"),
	/* record/verify.h */
	N_("an entry is not there or cannot be read"),
	N_("an entry is not of its place, or not of the form"),
	N_("the leaf or a node of the tree is not the hash of what is below it"),
	N_("the root that is kept is not the root of the entries"),
	N_("a note is not signed by the key of its log, or cannot be read"),
	N_("the log key signed another root than that of the entries"),
	N_("a cosignature is not good for the entries that it stands for"),
	N_("content does not have the hash that its statement names"),
	N_("content is neither held nor erased"),
	N_("an attachment does not have the hash that its content names"),
	N_("a row of the views is not what the folds wrote"),
};

bool sentence_is_known(const char *text)
{
	for (size_t i = 0; i < ARRAY_COUNT(sentences); i++) {
		if (strcmp(sentences[i], text) == 0)
			return true;
	}
	return false;
}
