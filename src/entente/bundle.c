/*
 * A path that is carried by hand: the link's own frames in a file. The first is the writer's HELLO, which
 * names him; who reads hands one frame after another to his node, which checks them as it checks any others.
 */
#include "base/alloc.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/client.h"
#include "terminal/held.h"
#include "terminal/refuse.h"
#include "terminal/say.h"
#include "wire/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX (FRAME_HEAD_LEN + FRAME_LEN_MAX)

static const struct option_row options[] = {
	{ "peer", N_("PARTY"), N_("write: for whom; read: from whom, if the file does not say") },
	{ "limit", N_("MIB"), N_("write: at most so much of attachments; the records go whole") },
	{ NULL, NULL, NULL },
};

static enum exit_code no_party(const char *peer)
{
	say_error(_("{1} is no party of this accord."), peer);
	say_next(_("entente status names the peers"));
	return EXIT_NOT_FOUND;
}

/* That there is such a peer, before a file is made for him or a frame given to the node as his. */
static enum exit_code check_peer(struct client *c, const char *peer)
{
	json_t *status = NULL;
	const json_t *row;
	enum exit_code code = show_get(c, "/status", &status);
	bool is_self = strcmp(json_str(status, "party"), peer) == 0, is_peer = false;
	size_t i;

	json_array_foreach(json_object_get(status, "peers"), i, row) is_peer =
		is_peer || strcmp(json_str(row, "party"), peer) == 0;
	json_decref(status);
	if (code != EXIT_DONE || is_peer)
		return code;
	if (!is_self)
		return no_party(peer);
	say_error(_("{1} is the party of this node itself: a bundle goes from one party to another."), peer);
	say_next(_("entente status names the peers"));
	return EXIT_USAGE;
}

/* ---- Write. ---- */

#define NOTES_WAIT_MS 2000u
#define NOTES_STEP_MS 20u

/* Entries that the node holds and no signed note covers. */
static uint64_t unproved_now(struct client *c)
{
	struct client_answer answer;
	uint64_t count = 0;
	const json_t *row;
	size_t i;

	if (client_ask(c, "GET", "/logs", (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return 0;
	json_array_foreach(json_object_get(answer.json, "logs"), i, row)
	{
		uint64_t size = json_uint(row, "size"), noted = json_uint(row, "noted");
		count += size > noted ? size - noted : 0;
	}
	client_answer_finish(&answer);
	return count;
}

/* What was filed a moment ago may still be at the signer, and only what he has signed goes along. */
static uint64_t unproved_after_a_while(struct client *c)
{
	uint64_t count = unproved_now(c);

	for (unsigned ms = 0; count > 0 && ms < NOTES_WAIT_MS; ms += NOTES_STEP_MS) {
		nanosleep(&(struct timespec){ .tv_nsec = NOTES_STEP_MS * 1000000 }, NULL);
		count = unproved_now(c);
	}
	return count;
}

/* How many attachments the bundle that was just written had no room for. */
static uint64_t left_out(struct client *c, const char *peer)
{
	struct client_answer answer;
	uint64_t left = 0;
	const json_t *row;
	size_t i;

	if (client_ask(c, "GET", "/status", (struct bytes){ NULL, 0 }, &answer) != ERR_OK)
		return 0;
	json_array_foreach(json_object_get(answer.json, "peers"), i, row)
	{
		if (strcmp(json_str(row, "party"), peer) == 0)
			left = json_uint(row, "bundle_left");
	}
	client_answer_finish(&answer);
	return left;
}

static enum exit_code run_write(struct options *o)
{
	const char *peer = option_value(o, "peer"), *limit = option_value(o, "limit"),
		   *path = o->arguments[1];
	enum exit_code code;
	struct client c;
	struct query q;
	uint64_t left = 0, unproved, mib;

	if (peer == NULL) {
		say_error(_("For whom?"));
		say_next("entente bundle write --peer PARTY {1}", path);
		return EXIT_USAGE;
	}
	if (!option_count(o, "limit", BUNDLE_PIECES_MIB_MAX, BUNDLE_PIECES_MIB_MAX, &mib))
		return EXIT_USAGE;
	if (file_exists(path))
		return refuse_existing(path);
	if (client_open(&c, o->home) != ERR_OK)
		return client_absent(o->home);
	query_open(&q, "/bundle");
	query_put(&q, "peer", peer);
	if (limit != NULL)
		query_put(&q, "limit", limit);
	unproved = unproved_after_a_while(&c);
	code = check_peer(&c, peer);
	if (code == EXIT_DONE)
		code = client_fetch(&c, query_target(&q), path, file_place_new);
	if (code == EXIT_DONE)
		left = left_out(&c, peer);
	client_close(&c);
	if (code == EXIT_DONE && o->is_json)
		json_say(json_pack("{s:s,s:s,s:I,s:I}", "err", "OK", "file", path, "left", (json_int_t)left,
				   "unproved", (json_int_t)unproved));
	else if (code == EXIT_DONE)
		say(_("{1} written for {2}; there: entente bundle read {1}\n"), path, peer);
	if (code == EXIT_DONE && !o->is_json && unproved > 0) {
		held_say_unproved(unproved);
		say_next(_("let the node run until entente status names no log, then write another bundle"));
	}
	if (code == EXIT_DONE && !o->is_json && left > 0)
		say(n_(left,
		       "{1} attachment had no room and is for the next bundle, which goes on where {2} is, "
		       "once "
		       "a bundle of his was read here: entente bundle write --peer {2} FILE\n",
		       "{1} attachments had no room and are for the next bundle, which goes on where {2} is, "
		       "once "
		       "a bundle of his was read here: entente bundle write --peer {2} FILE\n"),
		    say_number(left), peer);
	return code;
}

/* ---- Read. ---- */

struct reading {
	FILE *file;
	struct buf in;
	char peer[PARTY_NAME_MAX + 1];
	uint64_t frames, bytes;
};

static enum exit_code not_a_bundle(const char *path, uint64_t at)
{
	if (at == 0) {
		say_error(_("{1} is no bundle: nothing of it was taken."), path);
		say_next(_("a bundle is written by: entente bundle write FILE --peer PARTY"));
		return EXIT_INTEGRITY;
	}
	say_error(_("{1} is no whole bundle: it breaks off, or is damaged, at byte {2}. What came before was "
		    "taken."),
		  path, say_number(at));
	say_next(_("have it written again: what is held already does no harm"));
	return EXIT_INTEGRITY;
}

static enum exit_code fill(struct reading *r, const char *path)
{
	r->in.len += fread(r->in.ptr + r->in.len, 1, r->in.max - r->in.len, r->file);
	if (ferror(r->file) == 0)
		return EXIT_DONE;
	say_error(_("{1} cannot be read on from byte {2}: {3}. What came before was taken."), path,
		  say_number(r->bytes), strerror(errno));
	say_next(_("have it written again: what is held already does no harm"));
	return EXIT_ERROR;
}

/* A medium mostly breaks off where a frame ends: they fill whole blocks. */
static bool is_whole(const struct reading *r, const struct frame *last, struct bytes behind)
{
	struct bundle_end end;

	return bundle_end_read(last->payload, &end) == ERR_OK && end.frames == r->frames && behind.len == 0 &&
	       feof(r->file) != 0;
}

static enum exit_code of_another_protocol(const char *path, uint64_t protocol)
{
	say_error(_("{1} is of protocol {2} and this node speaks {3}: nothing of it was taken."), path,
		  say_number(protocol), say_number(LINK_PROTOCOL));
	say_next(_("agree on one version of entente; entente --version tells ours"));
	return EXIT_REFUSED;
}

/* The writer's name stands in his HELLO, the first frame. */
static enum exit_code find_peer(struct client *c, struct reading *r, const struct frame *first,
				const char *path)
{
	struct hello hello;
	enum err e = first->kind == FRAME_HELLO ? hello_read(first->payload, &hello) : ERR_FRAME;

	if (e == ERR_PROTOCOL)
		return of_another_protocol(path, hello.protocol);
	if (r->peer[0] != '\0')
		e = ERR_OK; /* --peer says what the file does not */
	else if (e == ERR_OK)
		e = bytes_copy_str(hello.party, r->peer, sizeof r->peer);
	return e == ERR_OK ? check_peer(c, r->peer) : not_a_bundle(path, 0);
}

static enum exit_code give_frame(struct client *c, const struct reading *r, struct bytes frame)
{
	struct client_answer answer;
	enum exit_code code = EXIT_DONE;
	struct query q;

	query_open(&q, "/bundle");
	query_put(&q, "peer", r->peer);
	if (client_ask(c, "POST", query_target(&q), frame, &answer) != ERR_OK) {
		say_error(_("The node stopped answering; what it took so far stands in the record."));
		say_next(_("read the bundle again when it runs"));
		return EXIT_ERROR;
	}
	if (answer.status != 200)
		code = client_explain(&answer);
	client_answer_finish(&answer);
	return code;
}

static enum exit_code read_frames(struct client *c, struct reading *r, const char *path)
{
	for (;;) {
		struct bytes rest, whole;
		struct frame frame;
		enum exit_code code;
		enum err e;
		code = fill(r, path);
		if (code != EXIT_DONE)
			return code;
		rest = whole = buf_bytes(&r->in);
		e = frame_read(&rest, &frame);
		if (e == ERR_OK && frame.kind == FRAME_END && is_whole(r, &frame, rest))
			return EXIT_DONE;
		if (e != ERR_OK || frame.kind == FRAME_END)
			return not_a_bundle(path, r->bytes);
		whole.len -= rest.len;
		code = r->frames == 0 ? find_peer(c, r, &frame, path) : EXIT_DONE;
		if (code == EXIT_DONE)
			code = give_frame(c, r, whole);
		if (code != EXIT_DONE)
			return code;
		r->frames++;
		r->bytes += whole.len;
		buf_drop(&r->in, whole.len);
		say_progress(_("bytes"), r->bytes, 0);
	}
}

static enum exit_code run_read(struct options *o)
{
	const char *path = o->arguments[1], *peer = option_value(o, "peer");
	struct reading r = { 0 };
	enum exit_code code;
	struct client c;

	if (peer != NULL && bytes_copy_str(bytes_str(peer), r.peer, sizeof r.peer) != ERR_OK)
		return no_party(peer);
	r.file = file_open(path);
	if (r.file == NULL)
		return refuse_missing(path);
	if (client_open(&c, o->home) != ERR_OK) {
		fclose(r.file);
		return client_absent(o->home);
	}
	buf_init(&r.in, xcalloc(1, FRAME_MAX), FRAME_MAX);
	code = read_frames(&c, &r, path);
	client_close(&c);
	say_progress_end();
	if (code == EXIT_DONE && o->is_json)
		say("{\"err\":\"OK\",\"peer\":\"{1}\",\"frames\":{2}}\n", r.peer, say_number(r.frames));
	else if (code == EXIT_DONE)
		say(n_(r.frames,
		       "{1} taken: {2} frame of {3}; receipts go back by any path: entente bundle write "
		       "--peer "
		       "{3} FILE\n",
		       "{1} taken: {2} frames of {3}; receipts go back by any path: entente bundle write "
		       "--peer "
		       "{3} FILE\n"),
		    path, say_number(r.frames), r.peer);
	free(r.in.ptr);
	fclose(r.file);
	return code;
}

static const struct verb verbs[] = {
	{ "write --peer --limit", 2, 2, run_write },
	{ "read --peer", 2, 2, run_read },
	{ NULL, 0, 0, NULL },
};

static enum exit_code run(struct options *o)
{
	return verbs_run(o, verbs);
}

const struct command_row command_bundle = {
	"bundle",
	"write FILE --peer PARTY | read FILE",
	2,
	2,
	N_("carry the record by hand: write for a peer, read from one"),
	options,
	run,
	false,
};
