/*
 * MQTT 3.1.1 with QoS 2, by libmosquitto. Accepted: the PUBCOMP of server 1. The servers' bridge carries ab/#
 * from 1 to 2 and ba/# back. target: ADDRESS:PORT.
 */
#include "bench.h"

#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

const char peer_name[] = "mosquitto";

enum { QOS = 2 };

struct peer {
	struct mosquitto *m;
	struct peer_events ev;
	char topic[32];
	uint64_t id_of[65536]; /* by MQTT message id */
	int subscribed;
	time_t last_misc;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
	mosquitto_lib_init();
}

static void on_publish(struct mosquitto *m, void *obj, int mid)
{
	struct peer *p = obj;
	(void)m;
	p->ev.accepted(p->ev.self, p->id_of[mid & 0xffff]);
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
	struct peer *p = obj;
	(void)m;
	p->ev.message(p->ev.self, msg->payload, (size_t)msg->payloadlen);
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int n, const int *qos)
{
	(void)m, (void)mid, (void)n, (void)qos;
	((struct peer *)obj)->subscribed = 1;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	struct timespec now;
	struct pollfd f[2] = { { .fd = mosquitto_socket(p->m), .events = POLLIN },
			       { .fd = wake, .events = POLLIN } };

	if (f[0].fd < 0)
		return -1;
	if (mosquitto_want_write(p->m)) {
		if (mosquitto_loop_write(p->m, 1) != MOSQ_ERR_SUCCESS)
			return -1;
		if (mosquitto_want_write(p->m))
			f[0].events |= POLLOUT;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != p->last_misc) {
		p->last_misc = now.tv_sec;
		if (mosquitto_loop_misc(p->m) != MOSQ_ERR_SUCCESS)
			return -1;
	}
	if (poll(f, 2, timeout_ms) <= 0)
		return 0;
	if (f[0].revents & (POLLIN | POLLHUP | POLLERR)) {
		char byte;
		do { /* libmosquitto reads one packet per call */
			if (mosquitto_loop_read(p->m, 1) != MOSQ_ERR_SUCCESS)
				return -1;
		} while (recv(mosquitto_socket(p->m), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
	}
	return 0;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	char host[64], name[32];
	int port;
	struct peer *p = calloc(1, sizeof *p);

	pthread_once(&once, init);
	p->ev = *ev;
	snprintf(name, sizeof name, "%c%d", side, pair);
	snprintf(p->topic, sizeof p->topic, "%s/%d", side == 'A' ? "ab" : "ba", pair);
	if (sscanf(target, "%63[^:]:%d", host, &port) != 2 || !(p->m = mosquitto_new(name, false, p))) {
		free(p);
		return NULL;
	}
	mosquitto_publish_callback_set(p->m, on_publish);
	mosquitto_message_callback_set(p->m, on_message);
	mosquitto_subscribe_callback_set(p->m, on_subscribe);
	mosquitto_int_option(p->m, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_int_option(p->m, MOSQ_OPT_SEND_MAXIMUM, 1024);
	mosquitto_int_option(p->m, MOSQ_OPT_RECEIVE_MAXIMUM, 1024);
	mosquitto_max_inflight_messages_set(p->m, 0);
	if (mosquitto_connect(p->m, host, port, 60) == MOSQ_ERR_SUCCESS) {
		char from[32];
		snprintf(from, sizeof from, "%s/%d", side == 'A' ? "ba" : "ab", pair);
		mosquitto_subscribe(p->m, NULL, from, QOS);
		for (int i = 0; i < 200 && !p->subscribed; i++)
			if (peer_wait(p, -1, 10) != 0)
				break;
	}
	if (!p->subscribed) {
		peer_close(p);
		return NULL;
	}
	return p;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	int mid = 0;
	int rc = mosquitto_publish(p->m, &mid, p->topic, (int)len, text, QOS, false);
	p->id_of[mid & 0xffff] = id;
	return rc == MOSQ_ERR_SUCCESS ? 0 : -1;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	mosquitto_disconnect(p->m);
	mosquitto_destroy(p->m);
	free(p);
}
