/*
 * PostgreSQL: A inserts a row at server 1, logical replication brings it to server 2, where a trigger tells
 * B. Accepted: the COMMIT, one a message, pipelined. After a reconnect B reads the rows it has not seen yet.
 * target: what libpq takes.
 */
#include "bench.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char peer_name[] = "postgres";

enum { RING = 65536 };

struct peer {
	PGconn *send, *listen;
	struct peer_events ev;
	int pair;
	long long *last;    /* highest row delivered, kept over reconnects */
	PGresult *missed;   /* rows that came while we were away, for the first peer_wait() */
	uint64_t ids[RING]; /* sent, answer not yet in */
	size_t first, next;
};

static long long last_row[2][PAIRS_MAX];

static int run(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	int ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
	PQclear(r);
	return ok ? 0 : -1;
}

static void take_row(struct peer *p, long long row, const char *text, size_t len)
{
	if (row <= *p->last)
		return;
	*p->last = row;
	p->ev.message(p->ev.self, text, len);
}

/* A notification carries "row text". */
static int take_notifications(struct peer *p)
{
	PGnotify *n;

	if (!PQconsumeInput(p->listen))
		return -1;
	while ((n = PQnotifies(p->listen))) {
		char *text;
		long long row = strtoll(n->extra, &text, 10);
		if (*text == ' ')
			take_row(p, row, text + 1, strlen(text + 1));
		PQfreemem(n);
	}
	return 0;
}

static int take_answers(struct peer *p)
{
	if (!PQconsumeInput(p->send))
		return -1;
	while (p->first != p->next && !PQisBusy(p->send)) {
		PGresult *r = PQgetResult(p->send);
		if (!r)
			continue; /* end of one statement */
		ExecStatusType status = PQresultStatus(r);
		PQclear(r);
		if (status == PGRES_PIPELINE_SYNC)
			p->ev.accepted(p->ev.self, p->ids[p->first++ % RING]); /* committed */
		else if (status != PGRES_COMMAND_OK)
			return -1;
	}
	return 0;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	struct pollfd f[3] = { { .fd = PQsocket(p->send), .events = POLLIN },
			       { .fd = PQsocket(p->listen), .events = POLLIN },
			       { .fd = wake, .events = POLLIN } };
	int unsent = PQflush(p->send);

	for (int i = 0; i < PQntuples(p->missed); i++)
		take_row(p, strtoll(PQgetvalue(p->missed, i, 0), NULL, 10), PQgetvalue(p->missed, i, 1),
			 (size_t)PQgetlength(p->missed, i, 1));
	PQclear(p->missed);
	p->missed = NULL;
	if (unsent < 0)
		return -1;
	if (unsent)
		f[0].events |= POLLOUT;
	if (poll(f, 3, timeout_ms) < 0)
		return 0;
	if (f[0].revents && take_answers(p) != 0)
		return -1;
	if (f[1].revents && take_notifications(p) != 0)
		return -1;
	return 0;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	const char *out = side == 'A' ? "m_ab" : "m_ba", *in = side == 'A' ? "m_ba" : "m_ab";
	char sql[256];

	p->ev = *ev;
	p->pair = pair;
	p->last = &last_row[side == 'A'][pair];
	p->send = PQconnectdb(target);
	p->listen = PQconnectdb(target);
	snprintf(sql, sizeof sql, "PREPARE put (text) AS INSERT INTO %s (pair, body) VALUES (%d, $1)", out,
		 pair);
	if (PQstatus(p->send) != CONNECTION_OK || PQstatus(p->listen) != CONNECTION_OK ||
	    run(p->send, sql) != 0 || !PQenterPipelineMode(p->send) || PQsetnonblocking(p->send, 1) != 0)
		goto failed;
	snprintf(sql, sizeof sql, "LISTEN %s_%d", in, pair);
	if (run(p->listen, sql) != 0)
		goto failed;
	snprintf(sql, sizeof sql, "SELECT id, body FROM %s WHERE pair = %d AND id > %lld ORDER BY id", in,
		 pair, *p->last);
	p->missed = PQexec(p->listen, sql);
	if (PQresultStatus(p->missed) != PGRES_TUPLES_OK)
		goto failed;
	return p;
failed:
	peer_close(p);
	return NULL;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	char body[8000];
	const char *values[1] = { body };

	memcpy(body, text, len);
	body[len] = 0;
	if (p->next - p->first >= RING || !PQsendQueryPrepared(p->send, "put", 1, values, NULL, NULL, 0) ||
	    !PQpipelineSync(p->send))
		return -1;
	p->ids[p->next++ % RING] = id;
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	PQfinish(p->send);
	PQfinish(p->listen);
	PQclear(p->missed);
	free(p);
}
