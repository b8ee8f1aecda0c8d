/* Frames from a peer: each kind is a row, and what the link says of a payload is not believed. */
#include "node/core.h"

#include <string.h>

/* What was refused comes again with the next session alone: a close that has no room may not be left out. */
static enum err close_path(struct node *n, const struct arrival *in, enum err why, const char *rule)
{
	struct effect *effect;

	if (in->path == PATH_BUNDLE)
		return ERR_OK;
	path_why(&n->peers[in->peer].paths[in->path], why, bytes_str(rule));
	effect = effects_add(n->fx, EFFECT_CLOSE);
	if (effect == NULL)
		return ERR_MEMORY;
	effect->close.peer = in->peer;
	effect->close.path = in->path;
	effect->close.why = why;
	effect->close.fault.rule = rule;
	return ERR_OK;
}

/* A party, a file or a rule, none of which is so long. */
static void refusal_put(struct refusal *r, enum refusal_kind kind, struct bytes name)
{
	*r = (struct refusal){ .kind = kind };
	if (name.len > 0)
		memcpy(r->name, name.ptr, name.len);
}

/*
 * Two accords under one name: both sides say which file differs. One that all have signed, and we hold, is no
 * other: one side moves first.
 */
static enum err hello_check(struct node *n, size_t peer, const struct hello *h, struct refusal *why)
{
	struct bytes file = { NULL, 0 };

	refusal_put(why, REFUSAL_NONE, file);
	if (h->protocol != LINK_PROTOCOL) {
		*why = (struct refusal){ .kind = REFUSAL_PROTOCOL, .number = h->protocol };
		return ERR_PROTOCOL;
	}
	if (!bytes_equal(h->party, bytes_str(n->accord->parties[peer].name))) {
		refusal_put(why, REFUSAL_PARTY, h->party);
		return ERR_NOT_PINNED;
	}
	if (accord_version_find(&n->versions, h->manifest_hash) < n->versions.count)
		return ERR_OK;
	if (accord_manifest_diff(node_in_force(n)->manifest, h->manifest, &file) == ERR_OK)
		refusal_put(why, REFUSAL_ACCORD_FILE, file);
	else
		why->kind = REFUSAL_ACCORD_ID;
	return ERR_ACCORD_DIFFERS;
}

/* What a note alone shows: nobody sent the entries, so nobody is told which. */
static enum err stop_quietly(struct node *n, struct now now, struct line *line, const struct fault *why)
{
	struct effect_publish *p;
	enum err e = turn_open(n);

	if (e == ERR_OK)
		e = line_stop(n, now, line, why);
	p = publish(n, CHANGE_LOG);
	if (p != NULL)
		p->place.log = line->key;
	return e;
}

/*
 * A note that we can reach is of our history, or it proves another: alone, or with the entries that we then
 * ask for.
 */
static enum err history_check(struct node *n, struct now now, size_t peer, struct line *line,
			      const struct note *note)
{
	static const struct fault fork = { "record.fork", 0 };
	uint8_t root[HASH_LEN];
	enum err e = record_root_at(n->record, line->log, note->size, root);

	if (e != ERR_OK || memcmp(root, note->root, HASH_LEN) == 0 || line->log->stopped.rule != NULL ||
	    has_tree_rotted(n, line, note->size))
		return e;
	e = fork_keep(n, now, line, note, NULL, 0);
	if (e == ERR_NOT_FOUND) {
		want_back(n, now, peer, line, note->size);
		return ERR_OK;
	}
	return e == ERR_OK ? stop_quietly(n, now, line, &fork) : e;
}

/*
 * The log that a note in a HELLO is of, opened if we have nothing of it: its author may tell others and not
 * us. NULL: it is none that both of us are to hold.
 */
static enum err hello_line(struct node *n, size_t peer, size_t author, const struct note *note,
			   struct line **out)
{
	struct log_key key = { note->origin.channel, author, note->origin.epoch };
	const struct accord_channel *c = accord_channel_find(n->accord, key.channel);
	struct line *line = line_find(n, &key);
	enum err e = ERR_OK;

	*out = NULL;
	if (c == NULL || c->plane == PLANE_HOME || !is_channel_of(c, author) || !is_channel_of(c, peer) ||
	    !is_channel_of(c, n->self))
		return ERR_OK;
	if (line == NULL)
		e = turn_open(n);
	if (line == NULL && e == ERR_OK)
		e = line_open_of_peer(n, peer, &key, &line);
	if (e == ERR_OK)
		*out = line;
	return err_unless(e, ERR_LIMIT);
}

/* ERR_SHORT: it says nothing yet, or never will. */
static enum err hello_judge(struct node *n, struct now now, size_t author, const struct note *note)
{
	struct log_key key = { note->origin.channel, author, note->origin.epoch };
	struct line *line = line_find(n, &key);
	static const struct fault misused = { "record.key", 0 };
	enum note_word word = note_judge(n, author, line, note, NULL);

	if (word == NOTE_GOOD)
		return ERR_OK;
	if (line != NULL && line->log->stopped.rule != NULL)
		return ERR_SHORT;
	if (word == NOTE_MISUSED && line != NULL) {
		enum err e = misused_keep(n, line, note);
		if (e == ERR_OK && !line->is_own)
			e = stop_quietly(n, now, line, &misused);
		return e == ERR_OK ? ERR_SHORT : e;
	}
	return word == NOTE_AWAITS ? ERR_SHORT : ERR_NOTE;
}

/* What a peer says it holds of a log; a note that its key does not prove says nothing. */
enum err hello_note(struct node *n, struct now now, const struct arrival *in, struct bytes text)
{
	size_t peer = in->peer;
	struct note note;
	struct fault fault;
	struct line *line;
	size_t author;
	enum err e = note_read(text, &note, &fault);

	if (e != ERR_OK)
		return e;
	author = accord_party_find(n->accord, bytes_str(note.origin.party));
	if (author == n->accord->parties_count ||
	    memcmp(note.origin.accord, n->accord->id, ACCORD_ID_LEN) != 0)
		return ERR_NOTE;
	e = hello_judge(n, now, author, &note);
	if (e != ERR_OK)
		return err_unless(e, ERR_SHORT);
	if (author == n->self) {
		e = recover_note(n, now, peer, &note);
		if (e != ERR_OK)
			return e;
	}
	e = hello_line(n, peer, author, &note, &line);
	if (e != ERR_OK || line == NULL)
		return e;
	if (note.size > line->reach[peer].held)
		line->reach[peer].held = note.size;
	if (note.size > line->known)
		line->known = note.size;
	if (author != n->self && note.size <= line->log->durable) {
		e = history_check(n, now, peer, line, &note);
		if (e != ERR_OK || line->log->stopped.rule != NULL)
			return e;
	}
	/* After one that is false nobody's word is worth the work. */
	for (size_t i = 1; i < note.lines_count && e == ERR_OK; i++) {
		e = cosignature_take(n, in, line, note.size, note.lines[i].text);
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return err_unless(e, ERR_VERIFY);
}

static void hello_greet(struct peer *p, struct now now, size_t path, const struct hello *h)
{
	p->paths[path].has_hello = true;
	p->has_clock = true;
	p->warned = 0;
	p->compared = now.wall;
	p->clock_offset_ms = (int64_t)h->clock.ms - (int64_t)now.wall.ms;
}

/* What it does not name it does not hold, nor has it a receipt for it any more. */
static void held_anew(struct node *n, size_t peer, bool is_carried, bool is_first)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct reach *r = &n->lines[i].reach[peer];
		r->held = 0;
		if (!is_carried)
			r->is_suspect = r->is_kept_back = false;
		if (is_first && !is_carried)
			n->lines[i].early[peer][EARLY_OWN].size = 0;
	}
}

static void send_from_held(struct node *n, size_t peer, bool is_first)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct reach *r = &n->lines[i].reach[peer];
		/* With nothing under way on another path, what it does not name it has lost, or never had. */
		if (is_first && r->sent > r->held)
			r->sent = r->held;
		if (r->sent < r->held)
			r->sent = r->held;
		/* A FLASH behind what it lacks goes ahead; looked for among the latest only. */
		if (n->lines[i].is_own && n->lines[i].log->durable > ADVANCE_LOOK_BACK)
			r->goal = n->lines[i].log->durable - ADVANCE_LOOK_BACK;
	}
}

static enum err receive_hello(struct node *n, struct now now, const struct arrival *in)
{
	struct peer *p = &n->peers[in->peer];
	struct hello *h = arena_alloc(&n->fx->arena, 1, sizeof *h);
	/* A bundle may be old, and anybody's: what it says of its writer is nothing that is so now. */
	bool is_carried = in->path == PATH_BUNDLE, is_first = best_path(p) == LINK_PATHS_MAX;
	struct refusal why;
	enum err e;

	if (h == NULL)
		return ERR_MEMORY;
	/* It makes us look at every log: once a session. */
	if (!is_carried && p->paths[in->path].has_hello)
		return ERR_FRAME;
	e = hello_read(in->frame.payload, h);
	if (e == ERR_OK || e == ERR_PROTOCOL) { /* of another protocol its number is known, to be named */
		e = hello_check(n, in->peer, h, &why);
		if (!is_carried)
			p->refused = why;
	}
	if (e != ERR_OK)
		return e;
	e = bundle_forget(n, in->peer);
	if (e != ERR_OK)
		return e;
	versions_hear(n, in->peer, in->path, h);
	p->has_said = true;
	if (!is_carried)
		hello_greet(p, now, in->path, h);
	held_anew(n, in->peer, is_carried, is_first);
	for (size_t i = 0; i < h->notes_count; i++) {
		e = hello_note(n, now, in, h->notes[i]);
		if (e != ERR_OK)
			return e;
	}
	/* A file may be old, and anybody's: it changes nothing of what a line has under way. */
	if (!is_carried || is_first)
		send_from_held(n, in->peer, is_first);
	if (is_carried)
		return ERR_OK;
	e = recover_answered(n, in->peer);
	if (e != ERR_OK)
		return e;
	cosignatures_send_all(n, in->peer);
	return attachments_fetch(n, now, in->peer);
}

static enum err receive_want(struct node *n, struct now now, const struct arrival *in)
{
	struct want want;
	struct line *line;
	enum err e = want_read(in->frame.payload, &want);

	(void)now;
	if (e != ERR_OK)
		return e;
	line = line_by_origin(n, &want.origin);
	if (line == NULL || !is_shared_with(line, in->peer))
		return ERR_OK;
	if (want.first < line->reach[in->peer].sent)
		line->reach[in->peer].sent = want.first;
	line->reach[in->peer].wanted = want.first;
	line->reach[in->peer].wanted_end = want.end;
	if (!line->is_own) {
		if (line->reach[in->peer].sent < want.first)
			line->reach[in->peer].sent = want.first;
		e = noted_end(n, line, want.end, &line->reach[in->peer].goal);
	}
	return e;
}

/* The peer stopped our log, and says where and why: that is for people. */
static enum err receive_refuse(struct node *n, struct now now, const struct arrival *in)
{
	struct refuse refuse;
	struct line *line;
	struct effect_publish *p;
	enum err e = refuse_read(in->frame.payload, &refuse);

	(void)now;
	if (e != ERR_OK)
		return e;
	line = line_by_origin(n, &refuse.origin);
	if (line == NULL || !line->is_own || !is_shared_with(line, in->peer))
		return ERR_OK;
	refusal_put(&n->peers[in->peer].refused, REFUSAL_LOG_STOPPED, refuse.rule);
	n->peers[in->peer].refused.at = (struct place_key){ line->key, refuse.index };
	n->peers[in->peer].refused.number = refuse.offset;
	p = publish(n, CHANGE_LOG);
	if (p != NULL)
		p->place.log = line->key;
	return ERR_OK;
}

/*
 * A line over another root is of another history, which its notes will show: it is no receipt of ours, and a
 * few close nothing. Of more the session ends, and the HELLO of the next one has those notes.
 */
static enum err receive_line(struct node *n, struct now now, const struct arrival *in)
{
	struct peer *p = &n->peers[in->peer];
	enum err e = receive_cosignature(n, now, in);

	if (e != ERR_VERIFY)
		return e;
	if (p->false_lines == 0 || !mono_is_before(now.mono, mono_add_ms(p->false_since, HEADS_MS))) {
		p->false_since = now.mono;
		p->false_lines = 0;
	}
	return p->false_lines++ < COSIGNATURES_FALSE_MAX
		       ? ERR_OK
		       : close_path(n, in, ERR_LIMIT, "COSIGNATURES_FALSE_MAX");
}

static enum err receive_fetch_row(struct node *n, struct now now, const struct arrival *in)
{
	(void)now;
	return receive_fetch(n, in);
}

static const struct {
	enum frame_kind kind;
	bool is_before_hello; /* may come on a path before its HELLO */
	bool is_carried;      /* may come in a bundle: what proves itself, and what its reader lacks */
	enum err (*receive)(struct node *n, struct now now, const struct arrival *in);
} rows[] = {
	{ FRAME_HELLO, true, true, receive_hello },	  { FRAME_WANT, false, false, receive_want },
	{ FRAME_BATCH, false, true, receive_batch },	  { FRAME_COSIGNATURE, false, true, receive_line },
	{ FRAME_ADVANCE, false, true, receive_advance },  { FRAME_REFUSE, false, false, receive_refuse },
	{ FRAME_ATTACHMENT, false, true, receive_piece }, { FRAME_FETCH, false, true, receive_fetch_row },
	{ FRAME_HEADS, false, false, receive_heads },
};

enum err node_receive(struct node *n, struct now now, const struct arrival *in, struct effects *fx)
{
	struct peer_path *path = in->path < LINK_PATHS_MAX ? &n->peers[in->peer].paths[in->path] : NULL;
	enum err e = ERR_FRAME;

	n->fx = fx;
	if (n->is_stopped)
		return ERR_IO;
	if (path != NULL)
		path->heard = now.wall;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].kind != in->frame.kind)
			continue;
		/*
		 * What was meant for the session before this one is not read: HELLO starts everything anew.
		 */
		if (!rows[i].is_before_hello && path != NULL && !path->has_hello)
			return ERR_OK;
		if (rows[i].is_carried || in->path != PATH_BUNDLE)
			e = rows[i].receive(n, now, in);
	}
	if (err_class(e) == ERR_CLASS_PEER) {
		enum err closed = close_path(n, in, e, err_name(e));
		e = closed == ERR_OK ? e : closed;
	}
	return node_local(n, e, "a peer's frame could not be kept");
}
