/* What is made of several labels, and which of them may stand on a channel. */
#include "api/entry_reply.h"
#include "api/runs.h"
#include "policy/policy.h"

enum err labels_check(struct bytes body, size_t *count)
{
	struct cbor_reader in;
	struct label label;

	cbor_open(&in, body);
	(void)cbor_read_array(&in, PORTIONS_MAX, count);
	for (size_t i = 0; in.err == ERR_OK && i < *count; i++)
		(void)label_read(&in, &label);
	cbor_close(&in);
	return cbor_finish(&in) == ERR_OK && *count > 0 ? ERR_OK : ERR_USAGE;
}

static void reply_decision(struct reply *r, const struct accord *a, const struct decision *d)
{
	struct denial denial;

	reply_object(r, NULL);
	reply_bool(r, "may", d->is_allowed);
	policy_denial(a, d, &denial);
	if (!d->is_allowed)
		reply_denial(r, "guidelines", &denial);
	reply_object_end(r);
}

/* Of those that may stand there; d says why there is none. */
static void reply_joined(struct reply *r, const struct accord *a, size_t self, const struct label_mask *mask,
			 const struct decision *d)
{
	struct statement s = { .party = bytes_str(a->parties[self].name) };
	struct denial denial;

	if (d->is_allowed && policy_label_write(a->guidelines, mask, &s.label) == ERR_OK) {
		reply_label(r, a, &s);
	} else if (!d->is_allowed) {
		policy_denial(a, d, &denial);
		reply_denial(r, "guidelines", &denial);
	}
}

enum err run_labels(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	const struct guidelines *g = accord->guidelines;
	size_t count, self = node_self(a->node);
	struct decision d, joined = { .is_allowed = true };
	struct label_mask mask, all;
	struct label label;
	struct cbor_reader in;
	uint32_t channel;
	bool is_any = false;
	enum err e = request_channel(a, q, &channel);

	if (e == ERR_OK && g == NULL)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = labels_check(buf_bytes(&q->body), &count);
	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_array(r, "labels");
	cbor_open(&in, buf_bytes(&q->body));
	(void)cbor_read_array(&in, PORTIONS_MAX, &count);
	while (count-- > 0 && label_read(&in, &label) == ERR_OK) {
		d = policy_statement(g, &label, self, accord_channel_find(accord, channel));
		reply_decision(r, accord, &d);
		if (!d.is_allowed || !policy_label_read(g, &label, self, &mask).is_allowed)
			continue;
		if (is_any && joined.is_allowed)
			joined = policy_join(g, &all, &mask, &all);
		else if (!is_any)
			all = mask;
		is_any = true;
	}
	reply_array_end(r);
	if (is_any)
		reply_joined(r, accord, self, &all, &joined);
	reply_object_end(r);
	return ERR_OK;
}
