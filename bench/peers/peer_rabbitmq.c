/*
 * RabbitMQ: A publishes persistent messages to the exchange "out" with the pair as routing key; a shovel
 * takes them to the other server, which routes them to the queue in.PAIR that B consumes and acknowledges.
 * Accepted: the publisher confirm. target: ADDRESS:PORT.
 */
#include "bench.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char peer_name[] = "rabbitmq";

enum { RING = 65536, CHANNEL = 1 };

struct peer {
	amqp_connection_state_t c;
	struct peer_events ev;
	char key[16];
	uint64_t ids[RING]; /* by delivery tag: published, not yet confirmed */
	uint64_t tag, confirmed;
};

static int ok(amqp_connection_state_t c)
{
	return amqp_get_rpc_reply(c).reply_type == AMQP_RESPONSE_NORMAL;
}

/* Confirms may come out of order and in groups. */
static void confirm(struct peer *p, uint64_t tag, int multiple)
{
	for (uint64_t t = multiple ? p->confirmed + 1 : tag; t <= tag; t++) {
		if (p->ids[t % RING])
			p->ev.accepted(p->ev.self, p->ids[t % RING]);
		p->ids[t % RING] = 0;
	}
	while (p->confirmed < p->tag && !p->ids[(p->confirmed + 1) % RING])
		p->confirmed++;
}

/* The header and body frames that follow a basic.deliver. */
static int take_delivery(struct peer *p, uint64_t tag)
{
	amqp_frame_t f;
	char text[70000];
	size_t want, have = 0;

	if (amqp_simple_wait_frame(p->c, &f) != AMQP_STATUS_OK || f.frame_type != AMQP_FRAME_HEADER)
		return -1;
	want = f.payload.properties.body_size;
	while (have < want) {
		if (amqp_simple_wait_frame(p->c, &f) != AMQP_STATUS_OK || f.frame_type != AMQP_FRAME_BODY ||
		    have + f.payload.body_fragment.len > sizeof text)
			return -1;
		memcpy(text + have, f.payload.body_fragment.bytes, f.payload.body_fragment.len);
		have += f.payload.body_fragment.len;
	}
	p->ev.message(p->ev.self, text, have);
	return amqp_basic_ack(p->c, CHANNEL, tag, 0) == AMQP_STATUS_OK ? 0 : -1;
}

static int take_frame(struct peer *p, const amqp_frame_t *f)
{
	if (f->frame_type != AMQP_FRAME_METHOD)
		return 0;
	if (f->payload.method.id == AMQP_BASIC_ACK_METHOD) {
		amqp_basic_ack_t *a = f->payload.method.decoded;
		confirm(p, a->delivery_tag, a->multiple);
	} else if (f->payload.method.id == AMQP_BASIC_NACK_METHOD) {
		amqp_basic_nack_t *a = f->payload.method.decoded;
		p->ev.rejected(p->ev.self, p->ids[a->delivery_tag % RING]);
	} else if (f->payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
		return take_delivery(p, ((amqp_basic_deliver_t *)f->payload.method.decoded)->delivery_tag);
	} else if (f->payload.method.id == AMQP_CHANNEL_CLOSE_METHOD ||
		   f->payload.method.id == AMQP_CONNECTION_CLOSE_METHOD) {
		return -1;
	}
	return 0;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	struct pollfd f[2] = { { .fd = amqp_get_sockfd(p->c), .events = POLLIN },
			       { .fd = wake, .events = POLLIN } };
	struct timeval none = { 0, 0 };
	amqp_frame_t frame;
	int rc;

	if (!amqp_frames_enqueued(p->c) && !amqp_data_in_buffer(p->c) && poll(f, 2, timeout_ms) <= 0)
		return 0;
	if (f[1].revents && !f[0].revents)
		return 0;
	while ((rc = amqp_simple_wait_frame_noblock(p->c, &frame, &none)) == AMQP_STATUS_OK)
		if (take_frame(p, &frame) != 0)
			return -1;
	amqp_maybe_release_buffers(p->c);
	return rc == AMQP_STATUS_TIMEOUT ? 0 : -1;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	char host[64], queue[16];
	int port;
	struct timeval patience = { 5, 0 };

	(void)side;
	p->ev = *ev;
	snprintf(p->key, sizeof p->key, "%d", pair);
	snprintf(queue, sizeof queue, "in.%d", pair);
	p->c = amqp_new_connection();
	amqp_socket_t *socket = amqp_tcp_socket_new(p->c);
	if (sscanf(target, "%63[^:]:%d", host, &port) != 2 ||
	    amqp_socket_open_noblock(socket, host, port, &patience) != AMQP_STATUS_OK)
		goto failed;
	amqp_set_rpc_timeout(p->c, &patience);
	if (amqp_login(p->c, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest").reply_type !=
	    AMQP_RESPONSE_NORMAL)
		goto failed;
	amqp_channel_open(p->c, CHANNEL);
	if (!ok(p->c))
		goto failed;
	amqp_confirm_select(p->c, CHANNEL);
	if (!ok(p->c))
		goto failed;
	amqp_basic_qos(p->c, CHANNEL, 0, 500, 0);
	if (!ok(p->c))
		goto failed;
	amqp_basic_consume(p->c, CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0,
			   amqp_empty_table);
	if (!ok(p->c))
		goto failed;
	return p;
failed:
	peer_close(p);
	return NULL;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	amqp_basic_properties_t props = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2 };
	amqp_bytes_t body = { len, (void *)text };

	p->ids[++p->tag % RING] = id;
	return amqp_basic_publish(p->c, CHANNEL, amqp_cstring_bytes("out"), amqp_cstring_bytes(p->key), 0, 0,
				  &props, body) == AMQP_STATUS_OK
		       ? 0
		       : -1;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	amqp_connection_close(p->c, AMQP_REPLY_SUCCESS);
	amqp_destroy_connection(p->c);
	free(p);
}
