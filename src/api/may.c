/* Whether the node would take these words from this officer, or which rule refuses them: asked, not known. */
#include "api/runs.h"
#include "wire/cbor.h"

/* What the door would say of one; the key is the session's. */
static enum err ask(struct api *a, const struct request *q, const struct command *one,
		    const uint8_t key[KEY_HASH_LEN], struct effect_answer *answer)
{
	enum err e = statements_may_name(a, q, one);

	if (e == ERR_OK)
		e = node_may(a->node, a->now, one, key, a->fx, answer);
	if (e != ERR_OK && err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		return e;
	answer->err = e;
	return ERR_OK;
}

static void reply_may(struct api *a, struct reply *r, const struct effect_answer *answer)
{
	if (answer->err != ERR_OK) {
		reply_answer(a, r, answer);
		return;
	}
	reply_object(r, NULL);
	reply_str(r, "err", err_name(ERR_OK));
	reply_object_end(r);
}

enum err run_may(struct api *a, struct request *q, struct reply *r)
{
	struct login_asking asking = request_asking(a);
	struct login *session;
	struct cbor_reader in;
	size_t count;
	enum err e = statements_check(buf_bytes(&q->body), &count);

	a->reading.is_asked = true; /* of what each of them names */
	if (e == ERR_OK)
		e = login_find_serial(&a->logins, &asking, q->session, &session);
	if (e == ERR_OK && session == NULL)
		e = ERR_REFUSED;
	if (e == ERR_OK && count > MAY_STATEMENTS_MAX) {
		q->rule = "MAY_STATEMENTS_MAX";
		e = ERR_LIMIT;
	}
	if (e != ERR_OK)
		return e;
	cbor_open(&in, buf_bytes(&q->body));
	(void)cbor_read_array(&in, MAY_STATEMENTS_MAX, &count);
	reply_array(r, NULL);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		struct effect_answer answer = { 0 };
		struct command one = { 0 };

		e = statements_next(&in, &one);
		if (e == ERR_OK)
			e = ask(a, q, &one, session->key, &answer);
		if (e == ERR_OK)
			reply_may(a, r, &answer);
	}
	reply_array_end(r);
	return e;
}
