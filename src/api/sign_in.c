/* A session: asked for, begun, shown, ended. */
#include "api/entry_reply.h"
#include "api/runs.h"
#include "crypto/sshsig.h"
#include "sys/random.h"

#include <stdlib.h>

/* Of each channel on which there are any. */
static void reply_roles_held(struct reply *r, const struct accord *a, const struct login *s)
{
	reply_array(r, "channels");
	for (size_t i = 0; i < a->channels_count; i++) {
		if (s->roles[i] == 0)
			continue;
		reply_object(r, NULL);
		reply_str(r, "channel", a->channels[i].name);
		reply_array(r, "roles");
		for (size_t role = 0; role < a->roles_count; role++) {
			if (s->roles[i] >> role & 1)
				reply_str(r, NULL, a->roles[role].name);
		}
		reply_array_end(r);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static void reply_session(struct api *a, struct reply *r, const struct login *s)
{
	const struct accord *accord = node_accord(a->node);
	uint64_t lived_ms = (uint64_t)(a->now.mono.us - s->began.us) / 1000;

	reply_str(r, "party", accord->parties[node_self(a->node)].name);
	reply_uint(r, "holder", s->holder);
	reply_hex(r, "key", BYTES_OF(s->key));
	reply_roles_held(r, accord, s);
	reply_uint(r, "idle_ms_max", SESSION_IDLE_MS_MAX);
	reply_uint(r, "left_ms", SESSION_MS_MAX - lived_ms);
}

/*
 * A browser keeps it where no script can read it, and its page the other half; what it had before has ended.
 */
static void give_token(struct api *a, struct request *q, struct reply *r, struct bytes token)
{
	struct login_asking asking = request_asking(a);
	uint8_t word[HASH_LEN];
	char text[2 * TOKEN_LEN + 1];
	struct login *old;

	if (!q->listener->is_for_browsers) {
		reply_hex(r, "token", token);
		return;
	}
	bytes_write_hex(token, text);
	browser_put_cookie(q, text);
	login_page_word(&a->logins, token.ptr, word);
	reply_hex(r, "page", BYTES_OF(word));
	if (login_find_serial(&a->logins, &asking, q->session, &old) == ERR_OK && old != NULL)
		login_end(old);
}

static enum err challenge(struct api *a, struct reply *r)
{
	uint8_t nonce[NONCE_LEN];
	char memory[CHALLENGE_LEN_MAX];
	struct buf text = BUF_ON(memory);

	random_read(nonce, sizeof nonce);
	login_challenge(&a->logins, node_in_force(a->node), node_self(a->node), a->now.wall, nonce, &text);
	reply_object(r, NULL);
	reply_text(r, "challenge", buf_bytes(&text));
	reply_str(r, "namespace", SSHSIG_SESSION);
	reply_uint(r, "answer_ms_max", CHALLENGE_MS_MAX);
	reply_str(r, "mode", node_accord(a->node)->is_exercise ? "EXERCISE" : "LIVE");
	reply_object_end(r);
	return buf_check(&text);
}

enum err run_session_begin(struct api *a, struct request *q, struct reply *r)
{
	struct login_asking asking = request_asking(a);
	struct bytes text, signature;
	enum login_rule rule;
	struct login *s;
	enum err e;

	if (q->body.len == 0)
		return challenge(a, r);
	e = login_answer_read(buf_bytes(&q->body), &text, &signature);
	if (e != ERR_OK)
		return e;
	random_read(asking.token, sizeof asking.token);
	asking.is_browser = q->listener->is_for_browsers;
	e = login_begin(&a->logins, &asking, text, signature, &rule, &s);
	if (e != ERR_OK)
		return e;
	if (rule != LOGIN_OK) {
		q->rule = login_rule_name(rule);
		request_fail(a, q, rule >= LOGIN_SESSIONS_MAX ? ERR_LIMIT : ERR_REFUSED,
			     login_rule_text(rule));
		return ERR_OK;
	}
	reply_object(r, NULL);
	give_token(a, q, r, BYTES_OF(asking.token));
	reply_session(a, r, s);
	reply_object_end(r);
	return ERR_OK;
}

static enum err find(struct api *a, const struct request *q, struct login **out)
{
	struct login_asking asking = request_asking(a);
	enum err e = login_find_serial(&a->logins, &asking, q->session, out);

	return e == ERR_OK && *out == NULL ? ERR_NOT_FOUND : e;
}

enum err run_session(struct api *a, struct request *q, struct reply *r)
{
	struct login *s;
	enum err e = find(a, q, &s);

	if (e != ERR_OK && (e != ERR_NOT_FOUND || !request_is_owner(q)))
		return e;
	reply_object(r, NULL);
	if (e == ERR_OK)
		reply_session(a, r, s);
	else
		reply_bool(r, "reads", !a->is_owner_blind);
	reply_object_end(r);
	return ERR_OK;
}

enum err run_session_end(struct api *a, struct request *q, struct reply *r)
{
	struct login *s;
	enum err e = find(a, q, &s);

	if (e != ERR_OK)
		return e;
	login_end(s);
	if (q->listener->is_for_browsers)
		browser_put_cookie(q, NULL);
	reply_object(r, NULL);
	reply_str(r, "err", err_name(ERR_OK));
	reply_object_end(r);
	return ERR_OK;
}

/* Of each post of that home channel: whose offer was it that is accepted at this place. */
static void relieve(struct api *a, const struct place_key *place)
{
	struct post_view post = { .post = "" };

	while (fold_next_post(node_fold(a->node), place->log.channel, &post) == ERR_OK) {
		if (place_key_equal(&post.accepted, place) &&
		    place_key_equal(&post.accepted_offer, &post.offer))
			logins_relieve(&a->logins, post.holder);
	}
}

void session_relieved(struct api *a, const struct effect_publish *publish)
{
	if (publish->change == CHANGE_ENTRY && publish->is_folded &&
	    publish->view.kind == KIND_RELIEF_ACCEPTED && publish->view.verdict == VERDICT_OK)
		relieve(a, &publish->place);
}
