/* The watch: who is on duty, who is at the others', what a relief hands over and is to read again. */
#include "api/entry_reply.h"
#include "api/place_text.h"
#include "api/runs.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 2048u /* of one post, in one answer */

static bool is_home(const struct api *a, const struct accord_channel *c)
{
	return c->plane == PLANE_HOME && (c->parties >> node_self(a->node) & 1) != 0;
}

/* ---- A post. ---- */

static void reply_on(struct reply *r, const struct duty *d)
{
	reply_array(r, "on");
	for (size_t i = 0; i < LADDER_RUNGS_MAX; i++) {
		if ((d->rungs >> i & 1) == 0)
			continue;
		reply_object(r, NULL);
		reply_uint(r, "rung", i);
		reply_str(r, "name", d->who[i].name);
		reply_str(r, "reach", d->who[i].reach);
		reply_str(r, "able", d->who[i].able);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static void reply_duty(struct reply *r, const struct duty *d)
{
	reply_str(r, "state", duty_state_name(d->state));
	reply_uint(r, "depth", d->depth);
	if (d->from_ms > 0)
		reply_uint(r, "from_ms", d->from_ms);
	if (d->to_ms < TIME_MS_MAX)
		reply_uint(r, "to_ms", d->to_ms);
	reply_on(r, d);
}

/* Whether somebody of ours has given it WATCH READ since. */
static enum err is_read_since(struct api *a, const struct place_key *message, uint64_t since_ms, bool *out)
{
	struct message_at at = { 0 };
	struct entry_read_out entry;
	struct entry_view v;
	struct buf memory;
	enum err e = ERR_OK;

	*out = false;
	while (!*out && (e = fold_next_act(node_fold(a->node), message, &at)) == ERR_OK) {
		if (at.place.log.party != node_self(a->node))
			continue;
		e = fold_get(node_fold(a->node), &at.place, &v);
		if (e == ERR_OK &&
		    ((v.kind != KIND_WATCH_READ && v.kind != KIND_REPLY && v.kind != KIND_DECLINE) ||
		     v.verdict != VERDICT_OK))
			continue;
		buf_init(&memory, a->last_memory, ENTRY_LEN_MAX);
		if (e == ERR_OK)
			e = node_entry(a->node, &at.place, &memory, &entry);
		if (e != ERR_OK)
			return e;
		*out = entry.entry.filed.ms >= since_ms || v.kind != KIND_WATCH_READ;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Who asks for open items, and where they are told. */
struct open_reply {
	struct api *a;
	struct reply *r;
};

static enum err reply_unwatched(void *self, const struct open_item *item)
{
	const struct open_reply *o = self;
	enum err e = request_may_place(o->a, &item->place);

	if (e == ERR_OK)
		reply_place(o->r, NULL, node_accord(o->a->node), &item->place);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What was handed over open is read again by who took it; what nobody handed over, by who is there now. */
static enum err reply_again(struct api *a, struct reply *r, uint32_t home, const struct post_view *post)
{
	const struct accord *accord = node_accord(a->node);
	struct entry_read_out relief;
	struct relief_items items;
	struct relief_item item;
	struct buf memory;
	enum err e;

	reply_array(r, "again");
	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	e = post->accepted.log.epoch == 0 ? ERR_NOT_FOUND
					  : node_entry(a->node, &post->accepted_offer, &memory, &relief);
	if (e == ERR_OK)
		relief_items_open(&items, &relief.statement);
	while (e == ERR_OK && relief_items_next(&items, &item)) {
		struct place_key at = { { (uint32_t)item.channel, accord_party_find(accord, item.party),
					  (uint32_t)item.epoch },
					item.index };
		struct entry_view v;
		bool is_read = true;
		e = at.log.party == accord->parties_count ? ERR_NOT_FOUND
							  : fold_get(node_fold(a->node), &at, &v);
		if (e == ERR_OK && kind_is_message(v.kind))
			e = request_may_place(a, &at);
		if (e == ERR_OK && kind_is_message(v.kind))
			e = is_read_since(a, &at, post->accepted_ms, &is_read);
		if (e == ERR_OK && !is_read)
			reply_place(r, NULL, accord, &at);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = node_unwatched(a->node, a->now.wall.ms, home, post, reply_unwatched,
				   &(struct open_reply){ a, r });
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What procedures ask for: so many may be called after the first. */
static unsigned alternates_of(const struct accord *accord, const char *post)
{
	unsigned most = 0;

	for (const struct procedure *p = accord->procedures; p != NULL; p = p->next) {
		size_t role = procedure_role_find(p, bytes_str(post));
		if (role < p->roles_count && p->roles[role].alternates > most)
			most = p->roles[role].alternates;
	}
	return most;
}

/* A relief that he may not know of has not been: there is no older one, for its row has the last alone. */
static enum err hide_relief(struct api *a, struct post_view *post)
{
	enum err e = post->offer.log.epoch == 0 ? ERR_OK : request_may_place(a, &post->offer);

	if (e == ERR_NOT_FOUND)
		post->offer = (struct place_key){ 0 };
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = post->accepted.log.epoch == 0 ? ERR_OK : request_may_place(a, &post->accepted);
	if (e == ERR_NOT_FOUND)
		post->accepted = post->accepted_offer = (struct place_key){ 0 };
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_post(struct api *a, struct reply *r, uint32_t home, const struct post_view *whole)
{
	const struct accord *accord = node_accord(a->node);
	struct duty *duty = xcalloc(1, sizeof *duty);
	struct post_view seen = *whole, *post = &seen;
	enum err e =
		node_duty_seen(a->node, home, bytes_str(post->post), a->now.wall.ms, request_sight(a), duty);

	if (e == ERR_OK)
		e = hide_relief(a, post);
	/* Nothing of it that he may know of. */
	if (e == ERR_OK && duty->state == DUTY_UNKNOWN && post->offer.log.epoch == 0 &&
	    post->accepted.log.epoch == 0) {
		free(duty);
		return ERR_OK;
	}
	if (e == ERR_OK) {
		reply_object(r, NULL);
		reply_str(r, "post", post->post);
		reply_uint(r, "channel", home);
		reply_uint(r, "alternates", alternates_of(accord, post->post));
		reply_duty(r, duty);
		if (post->offer.log.epoch != 0)
			reply_place(r, "offer", accord, &post->offer);
		if (post->accepted.log.epoch != 0) {
			reply_place(r, "accepted", accord, &post->accepted);
			reply_uint(r, "accepted_ms", post->accepted_ms);
		}
		reply_bool(r, "waits",
			   post->offer.log.epoch != 0 &&
				   !place_key_equal(&post->offer, &post->accepted_offer));
		e = reply_again(a, r, home, post);
		reply_object_end(r);
	}
	free(duty);
	return e;
}

static enum err reply_posts(struct api *a, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	enum err e = ERR_OK;

	reply_array(r, "posts");
	for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
		uint32_t home = accord->channels[i].number;
		struct post_view post = { .post = "" };
		bool may = false;
		if (is_home(a, &accord->channels[i]))
			e = reading_channel(&a->reading, home, &may);
		while (e == ERR_OK && may && (e = fold_next_post(node_fold(a->node), home, &post)) == ERR_OK)
			e = reply_post(a, r, home, &post);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	return e;
}

/* ---- MANNING, of everybody. ---- */

static void reply_manning(struct api *a, struct reply *r, size_t party, const struct manning_view *m)
{
	const struct accord *accord = node_accord(a->node);

	reply_object(r, NULL);
	reply_str(r, "party", accord->parties[party].code);
	reply_bool(r, "ours", party == node_self(a->node));
	reply_str(r, "post", m->post);
	reply_place(r, "place", accord, &m->place);
	reply_str(r, "state", duty_state_name(manning_state(m, a->now.wall.ms)));
	reply_uint(r, "depth", m->depth);
	if (m->gap_from_ms > 0)
		reply_uint(r, "gap_from_ms", m->gap_from_ms);
	if (m->gap_to_ms > 0)
		reply_uint(r, "gap_to_ms", m->gap_to_ms);
	reply_bool(r, "planned", m->is_planned);
	reply_object_end(r);
}

static enum err reply_mannings(struct api *a, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	enum err e = ERR_OK;

	reply_array(r, "manning");
	for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
		for (size_t party = 0; e == ERR_OK && party < accord->parties_count; party++) {
			struct manning_view m = { .post = "" };
			while ((e = fold_next_manning(node_fold(a->node), accord->channels[i].number, party,
						      &m)) == ERR_OK) {
				e = request_may_place(a, &m.place);
				if (e == ERR_OK)
					reply_manning(a, r, party, &m);
				else if (e != ERR_NOT_FOUND)
					return e;
			}
			e = e == ERR_NOT_FOUND ? ERR_OK : e;
		}
	}
	reply_array_end(r);
	return e;
}

/* ---- What a relief hands over now. ---- */

static enum err reply_item(void *self, const struct open_item *item)
{
	const struct open_reply *o = self;
	const struct accord *accord = node_accord(o->a->node);
	enum err e = request_may_place(o->a, &item->place);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	reply_object(o->r, NULL);
	reply_place(o->r, "place", accord, &item->place);
	reply_uint(o->r, "channel", item->place.log.channel);
	reply_str(o->r, "party", accord->parties[item->place.log.party].name);
	reply_uint(o->r, "epoch", item->place.log.epoch);
	reply_uint(o->r, "index", item->place.index);
	reply_str(o->r, "what", item->what);
	reply_str(o->r, "precedence", precedence_name(item->precedence));
	reply_bool(o->r, "unresolved", item->is_unresolved);
	reply_object_end(o->r);
	return ERR_OK;
}

enum err run_watch(struct api *a, struct request *q, struct reply *r)
{
	struct bytes post = request_word(q, "open");
	struct open_reply items = { a, r };
	enum err e;

	a->reading.is_asked = true; /* also of none */
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	e = reply_posts(a, r);
	if (e == ERR_OK)
		e = reply_mannings(a, r);
	if (e == ERR_OK && post.ptr != NULL) {
		reply_array(r, "open");
		e = node_open_items(a->node, a->now.wall.ms, post, reply_item, &items);
		reply_array_end(r);
	}
	reply_object_end(r);
	return e;
}

/* ---- The roster: everything that holds, one stretch after the other. ---- */

static enum err reply_segments(struct api *a, struct reply *r, uint32_t home, const char *post,
			       uint64_t from_ms, uint64_t to_ms)
{
	struct duty *duty = xcalloc(1, sizeof *duty);
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && from_ms < to_ms && i < SEGMENTS_MAX; i++) {
		e = node_duty_seen(a->node, home, bytes_str(post), from_ms, request_sight(a), duty);
		if (e != ERR_OK || duty->state == DUTY_UNKNOWN)
			break;
		if (duty->from_ms == 0 || i > 0)
			duty->from_ms = from_ms;
		if (duty->to_ms > to_ms)
			duty->to_ms = to_ms;
		reply_object(r, NULL);
		reply_str(r, "post", post);
		reply_duty(r, duty);
		reply_object_end(r);
		from_ms = duty->to_ms;
	}
	free(duty);
	return e;
}

enum err run_roster(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	uint64_t from_ms, days;
	enum err e = request_number(q, "from", TIME_MS_MAX - 1, a->now.wall.ms, &from_ms);

	if (e == ERR_OK)
		e = request_number(q, "days", 62, 35, &days);
	if (e != ERR_OK)
		return e;
	a->reading.is_asked = true; /* also of none */
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_array(r, "segments");
	for (size_t i = 0; e == ERR_OK && i < accord->channels_count; i++) {
		uint32_t home = accord->channels[i].number;
		struct post_view post = { .post = "" };
		bool may = false;
		if (is_home(a, &accord->channels[i]))
			e = reading_channel(&a->reading, home, &may);
		while (e == ERR_OK && may && r->out->len < REPLY_LEN_MAX / 2 &&
		       (e = fold_next_post(node_fold(a->node), home, &post)) == ERR_OK)
			e = reply_segments(a, r, home, post.post, from_ms, from_ms + days * 86400000);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	reply_object_end(r);
	return e;
}
