/* The node's own statements, and those that go with the line: checks of each path, forks. */
#include "node/core.h"

#include <string.h>

/* What our own word would name by a leaf that this disk has changed, and that nobody else has. */
static bool names_rot(struct node *n, const struct place_key *at)
{
	struct line *line = at->log.epoch == 0 ? NULL : line_find(n, &at->log);

	return line != NULL && has_rotted(n, line, at->index);
}

struct line *service_line(struct node *n, uint32_t channel)
{
	struct line *line = line_newest(n, channel, n->self);

	/* A log whose opening was rolled back has a line and is empty: its first entry is an `open`. */
	return is_open_line(line) && line->log->stopped.rule == NULL && line->log->frontier.size > 0 ? line
												     : NULL;
}

enum err service_add(struct node *n, struct now now, const struct say *what, struct place_key *at)
{
	struct line *line = service_line(n, what->channel);
	struct statement s = { .channel = what->channel,
			       .kind = what->kind,
			       .party = bytes_str(n->accord->parties[n->self].name),
			       .role = BYTES_LIT(ROLE_NODE),
			       .claimed = now.wall };
	struct entry entry = { .filed = now.wall };
	struct addition add = { .line = line, .entry = &entry, .statement = &s };
	uint8_t *memory = arena_alloc(&n->fx->arena, 2048, 1);
	struct judged judged;
	struct buf out;
	enum err e;

	if (line == NULL || memory == NULL)
		return ERR_STOPPED;
	if (names_rot(n, &what->refers) || names_rot(n, &what->instance))
		return ERR_ROT;
	memcpy(s.accord, n->accord->id, ACCORD_ID_LEN);
	drbg_read(&n->drbg, s.id, sizeof s.id);
	statement_id_date(s.id, s.claimed);
	s.seen_count = node_seen(n, what->channel, s.seen);
	if (what->to < n->accord->parties_count) {
		s.addressees[s.addressees_count++] =
			(struct addressee){ bytes_str(n->accord->parties[what->to].name),
					    BYTES_LIT(ROLE_NODE), false };
	}
	if (what->refers.log.epoch != 0) {
		struct place *p = &s.refers[s.refers_count++];
		*p = (struct place){ what->refers.log.channel,
				     bytes_str(n->accord->parties[what->refers.log.party].name),
				     what->refers.log.epoch,
				     what->refers.index,
				     { 0 } };
		memcpy(p->leaf, what->leaf, HASH_LEN);
	}
	if (what->instance.log.epoch != 0) {
		s.has_instance = true;
		s.instance = (struct place){ what->instance.log.channel,
					     bytes_str(n->accord->parties[what->instance.log.party].name),
					     what->instance.log.epoch,
					     what->instance.index,
					     { 0 } };
		memcpy(s.instance.leaf, what->instance_leaf, HASH_LEN);
	}
	if (what->form.len > 0) {
		s.has_form = true;
		s.form = what->form;
		s.form_version = 1;
		s.has_precedence = what->kind == KIND_MESSAGE;
		s.precedence = PRECEDENCE_ROUTINE;
	}
	if (what->content.len > 0) {
		s.has_content = true;
		s.content.len = what->content.len;
		hash_sha256(what->content, s.content.hash);
		add.content = what->content;
	}
	memcpy(s.fields, what->fields, sizeof what->fields);
	s.fields_count = what->fields_count;
	buf_init(&out, memory, 2048);
	statement_write(&s, &out);
	entry.origin = line->log->origin;
	entry.index = line->log->frontier.size;
	entry.statement = buf_bytes(&out);
	if (buf_check(&out) != ERR_OK)
		return ERR_LIMIT;
	memory = arena_alloc(&n->fx->arena, 3072, 1);
	if (memory == NULL)
		return ERR_MEMORY;
	buf_init(&out, memory, 3072);
	entry_write(&entry, &out);
	add.bytes = buf_bytes(&out);
	if (at != NULL)
		*at = (struct place_key){ line->key, entry.index };
	add.judged = &judged;
	e = turn_open(n);
	if (e == ERR_OK)
		e = judged_read(n, &line->key, &entry, &s, &judged);
	return e == ERR_OK ? entry_add(n, now, &add) : e;
}

static struct field field_of(uint64_t key, struct buf *value)
{
	return (struct field){ key, buf_bytes(value) };
}

enum err service_fork(struct node *n, struct now now, uint32_t channel, struct bytes content)
{
	struct say what = {
		.channel = channel, .kind = KIND_FORK, .to = n->accord->parties_count, .content = content
	};

	return service_add(n, now, &what, NULL);
}

/* ---- Line checks: each path, both directions, with the response time in the record. ---- */

static const struct accord_channel *service_channel(const struct node *n, size_t peer)
{
	for (size_t i = 0; i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (c->plane == PLANE_SERVICE && is_voice_of(c, n->self) && is_voice_of(c, peer))
			return c;
	}
	return NULL;
}

static enum err check_path(struct node *n, struct now now, size_t peer, size_t path)
{
	struct peer_path *p = &n->peers[peer].paths[path];
	const struct accord_channel *channel = service_channel(n, peer);
	struct say what = {
		.kind = KIND_MESSAGE, .to = peer, .form = BYTES_LIT(FORM_LINE_CHECK), .fields_count = 1
	};
	uint8_t memory[64];
	struct buf name = BUF_ON(memory);
	enum err e;

	if (channel == NULL || n->accord->line_check_ms == 0 || !p->has_hello ||
	    mono_is_before(now.mono, p->next_check))
		return ERR_OK;
	if (p->is_checking && mono_is_before(now.mono, mono_add_ms(p->asked_at, n->accord->line_answer_ms)))
		return ERR_OK;
	what.channel = channel->number;
	cbor_put_text(&name, bytes_str(n->paths[peer][path]));
	what.fields[0] = field_of(FIELD_LINE_PATH, &name);
	n->peers[peer].service_path = path;
	e = service_add(n, now, &what, &p->asked);
	if (e == ERR_STOPPED)
		return ERR_OK;
	p->is_checking = e == ERR_OK;
	p->asked_at = now.mono;
	p->next_check = mono_add_ms(now.mono, n->accord->line_check_ms);
	return e;
}

/* False: there is no room; a line check that is not answered is asked again. */
static bool due_add(struct node *n, const uint8_t leaf[HASH_LEN], const struct due *due)
{
	if (n->dues_count == DUES_MAX)
		return false;
	n->dues[n->dues_count] = *due;
	memcpy(n->dues[n->dues_count++].leaf, leaf, HASH_LEN);
	return true;
}

/* The answer to our own line check closes it, with the time on our own clock. */
static void answer_came(struct node *n, struct now now, size_t peer, const struct place *asked)
{
	for (size_t path = 0; path < n->paths_count[peer]; path++) {
		struct peer_path *p = &n->peers[peer].paths[path];

		if (!p->is_checking || p->asked.log.channel != asked->channel ||
		    p->asked.index != asked->index || p->asked.log.epoch != asked->epoch)
			continue;
		p->is_checking = false;
		p->line_checked = now.wall;
		p->line_check_ms = (uint64_t)(now.mono.us - p->asked_at.us) / 1000;
		(void)due_add(n, asked->leaf,
			      &(struct due){ .is_close = true,
					     .on = p->asked,
					     .peer = peer,
					     .path = path,
					     .ms = p->line_check_ms });
	}
}

static bool may_answer(struct node *n, struct now now, struct peer *p)
{
	if (!mono_is_before(now.mono, mono_add_ms(p->answers_since, n->accord->line_check_ms))) {
		p->answers_since = now.mono;
		p->answers = 0;
	}
	return p->answers < ANSWERS_MAX;
}

void service_folded(struct node *n, struct now now, const struct place_key *at, const struct entry *entry,
		    const struct statement *s, const uint8_t leaf[HASH_LEN])
{
	const struct accord_channel *channel = accord_channel_find(n->accord, at->log.channel);

	if (channel == NULL || channel->plane != PLANE_SERVICE || at->log.party == n->self ||
	    entry->signatures_count > 0 || !s->has_form || !bytes_equal(s->form, BYTES_LIT(FORM_LINE_CHECK)))
		return;
	if (s->kind == KIND_REPLY && s->refers_count == 1 &&
	    accord_party_find(n->accord, s->refers[0].party) == n->self)
		answer_came(n, now, at->log.party, &s->refers[0]);
	else if (s->kind == KIND_MESSAGE && s->refers_count == 0 && s->addressees_count == 1 &&
		 accord_party_find(n->accord, s->addressees[0].party) == n->self &&
		 best_path(&n->peers[at->log.party]) < LINK_PATHS_MAX &&
		 may_answer(n, now, &n->peers[at->log.party]) &&
		 due_add(n, leaf, &(struct due){ .on = *at, .peer = at->log.party }))
		n->peers[at->log.party].answers++;
}

static enum err say_due(struct node *n, struct now now, const struct due *due)
{
	struct say what = { .channel = due->on.log.channel,
			    .kind = due->is_close ? KIND_MESSAGE : KIND_REPLY,
			    .refers = due->on,
			    .leaf = due->leaf,
			    .to = due->peer,
			    .form = BYTES_LIT(FORM_LINE_CHECK) };
	uint8_t memory[4][64];
	struct buf name = BUF_ON(memory[0]), by = BUF_ON(memory[1]), ms = BUF_ON(memory[2]),
		   act = BUF_ON(memory[3]);

	if (due->is_close) {
		cbor_put_text(&name, bytes_str(n->paths[due->peer][due->path]));
		cbor_put_text(&by, BYTES_LIT(ROLE_NODE));
		cbor_put_uint(&ms, due->ms);
		cbor_put_uint(&act, LINE_CLOSE);
		what.fields[0] = field_of(FIELD_LINE_ACT, &act);
		what.fields[1] = field_of(FIELD_LINE_PATH, &name);
		what.fields[2] = field_of(FIELD_LINE_ANSWERED_BY, &by);
		what.fields[3] = field_of(FIELD_LINE_MS, &ms);
		what.fields_count = 4;
	}
	return service_add(n, now, &what, NULL);
}

enum err service_say(struct node *n, struct now now)
{
	while (n->dues_count > 0) {
		struct due due = n->dues[--n->dues_count];
		enum err e = say_due(n, now, &due);
		if (e != ERR_OK && e != ERR_STOPPED)
			return e;
	}
	return ERR_OK;
}

enum err service_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	for (size_t peer = 0; peer < n->accord->parties_count && e == ERR_OK; peer++) {
		for (size_t path = 0; peer != n->self && path < n->paths_count[peer] && e == ERR_OK; path++)
			e = check_path(n, now, peer, path);
	}
	if (e == ERR_OK)
		e = forks_say(n, now);
	if (e == ERR_OK)
		e = fate_tick(n, now);
	if (e == ERR_OK)
		e = beforehand_tick(n, now);
	if (e == ERR_OK)
		e = procedure_tick(n, now);
	if (e == ERR_OK)
		e = watch_tick(n, now);
	return e == ERR_OK ? remind_tick(n, now) : e;
}

/* Lines of the signer that no commit has taken along get one of their own. */
static bool has_unsaved(const struct node *n)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		if (n->lines[i].note.size > 0 || n->lines[i].cosignature.size > 0)
			return true;
	}
	return false;
}

enum err node_tick(struct node *n, struct now now, struct effects *fx)
{
	enum err e;

	n->fx = fx;
	if (n->is_stopped)
		return ERR_IO;
	e = service_tick(n, now);
	if (e == ERR_OK)
		e = heads_tick(n, now);
	if (e == ERR_OK)
		e = refold_tick(n, now);
	for (size_t peer = 0; peer < n->accord->parties_count && e == ERR_OK; peer++)
		e = peer == n->self ? ERR_OK : attachments_fetch(n, now, peer);
	if (e == ERR_OK)
		e = early_take(n);
	if (e == ERR_OK && has_unsaved(n))
		e = turn_open(n);
	return node_local(n, e, "a service statement could not be written");
}
