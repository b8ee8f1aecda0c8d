/* What views answer of who is on duty and what is owed: watches and procedures. */
#include "answers.h"

#include "view/procedure.h"
#include "view/watch.h"

#define POSTS_MAX 8u
#define DAY_MS 86400000u
#define STATE_MAX (1u << 20)

static uint64_t now_of(const struct answers *a)
{
	return world_now(a->w, a->n).wall.ms;
}

/* ---- Watches. ---- */

static enum err item_put(void *self, const struct open_item *item)
{
	struct answers *a = self;

	answers_put_place(a, item->what, ERR_OK, &item->place);
	return ERR_OK;
}

static void ask_post(struct answers *a, uint32_t home, const struct post_view *post)
{
	struct bytes name = bytes_str(post->post);
	struct duty duty = { 0 };
	enum err e = node_duty(a->n->node, home, name, now_of(a), &duty);

	answers_put_number(a, "duty", e, duty.depth);
	e = node_open_items(a->n->node, now_of(a), name, item_put, a);
	answers_put_number(a, "open items", e, 0);
	e = node_unwatched(a->n->node, now_of(a) + DAY_MS, home, post, item_put, a);
	answers_put_number(a, "unwatched", e, 0);
}

static void ask_watch(struct answers *a, uint32_t home)
{
	struct post_view posts[POSTS_MAX], post = { .post = "" };
	size_t count = 0;
	enum err e;

	while ((e = fold_next_post(a->fold, home, &post)) == ERR_OK)
		posts[count++ % POSTS_MAX] = post;
	answers_put_number(a, "posts", answers_ended(e), count);
	for (size_t i = 0; i < count && i < POSTS_MAX; i++)
		ask_post(a, home, &posts[i]);
	for (size_t party = 0; party < a->w->nodes_count; party++) {
		struct manning_view m = { .post = "" };
		while ((e = fold_next_manning(a->fold, home, party, &m)) == ERR_OK)
			answers_put_number(a, "manning", e, m.depth);
		answers_put_number(a, "mannings", answers_ended(e), 0);
	}
}

/* ---- Procedures. ---- */

static enum err due_put(void *self, const struct due_view *due)
{
	struct answers *a = self;

	answers_put_number(a, "obligation", ERR_OK, due->due_ms);
	return ERR_OK;
}

static void ask_instance(struct answers *a, const struct machine *m, const struct place_key *start)
{
	const struct procedure *p = NULL;
	struct place_key of = { 0 };
	struct vector shown = { 0 };
	struct fact fact;
	struct spot at = spot_of_place(start);
	enum err e = machine_instance_of(m, at, &at);

	answers_put_number(a, "instance", e, at.number);
	e = machine_definition(m, at, &p);
	answers_put_number(a, "definition", e, p != NULL);
	e = machine_shown(m, at, &shown);
	answers_put(a, "shown", e, (struct bytes){ (const uint8_t *)&shown, sizeof shown });
	e = machine_fact(m, at, at, &fact);
	answers_put_number(a, "fact", e, fact.move.kind);
	answers_put_place(a, "instance of", fold_instance_of(a->fold, start, &of), &of);
	answers_put_place(a, "divergence", node_divergence(a->n->node, start, &of), &of);
}

static void ask_procedures(struct answers *a, uint32_t channel)
{
	static uint8_t memory[STATE_MAX];
	struct buf out = BUF_ON(memory);
	struct spot at = { 0 };
	struct machine m;
	struct vector all = { 0 };
	enum err e;

	if (!fold_machine(a->fold, channel, &m))
		return;
	e = fold_vector(a->fold, channel, &all);
	if (e == ERR_OK)
		e = machine_write(&m, &all, &out);
	answers_put(a, "procedures", e, buf_bytes(&out));
	while ((e = machine_next(&m, &at)) == ERR_OK) {
		const struct place_key start = place_of_spot(channel, at);
		ask_instance(a, &m, &start);
	}
	answers_put_number(a, "instances", answers_ended(e), 0);
	e = fold_obligations(a->fold, channel, a->n->party, now_of(a), due_put, a);
	answers_put_number(a, "obligations", e, 0);
}

void owed_ask(struct answers *a, uint32_t channel)
{
	ask_watch(a, channel);
	ask_procedures(a, channel);
}
