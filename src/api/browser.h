/*
 * browser.h - what a browser must have said before its request is heard, and what it is told beside an
 * answer.
 *
 * Spec: docs/spec/browser.md. Test: test/unit/test_browser.c, test/sim/test_gate.c. Layer: api.
 *
 * Whoever reaches the address is a stranger until a cookie names a session: other users of this machine, and
 * pages of other sites that this machine's browser has open.
 */
#ifndef API_BROWSER_H
#define API_BROWSER_H

#include "base/bytes.h"

struct request;
struct MHD_Response;
struct http_library;

#define BROWSER_COOKIE "__Host-entente"
#define BROWSER_PAGE "Entente-Page" /* a header: the word that goes with the cookie */
#define BROWSER_IDLE "Entente-Idle" /* a header: for so many seconds nobody has touched the page */

/* clang-format off */
#define BROWSER_LIST(X) \
	X(OK,           200u, "it is heard") \
	X(HOST,         421u, "this node is not served under that host name") \
	X(ORIGIN,       403u, "a page of another origin may ask nothing here") \
	X(CONTENT_TYPE, 415u, "a body is application/cbor or application/octet-stream") \
	X(METHOD,       405u, "this path takes another method")
/* clang-format on */
enum browser_rule {
#define BROWSER_ENUM(name, status, text) BROWSER_##name,
	BROWSER_LIST(BROWSER_ENUM)
#undef BROWSER_ENUM
		BROWSER_RULE_COUNT
};
const char *browser_rule_name(enum browser_rule rule);
const char *browser_rule_text(enum browser_rule rule);
unsigned browser_rule_status(enum browser_rule rule);

/* Header fields, .ptr NULL where one is absent. */
struct browser_head {
	struct bytes host, origin, fetch_site;
	size_t hosts;	 /* how many there are */
	bool is_reading; /* GET or HEAD */
	bool is_file;	 /* it asks for one of the console's files */
	bool is_tls;	 /* it came by TLS: then the address alone is our name */
};

/*
 * Pure. address: where the node listens. Its names are the address itself, `localhost`, and every name below
 * `localhost`, with the port: none that a name server of somebody else could give out (DNS rebinding).
 */
enum browser_rule browser_check(const char *address, const struct browser_head *head);
/* Of a body that has come; the type may have parameters. */
enum browser_rule browser_check_type(struct bytes content_type);

/* The headers of every answer over this listener: whether they all fitted. */
bool browser_put_headers(const struct http_library *http, struct MHD_Response *response);

/* The answer sets the cookie to this token, or takes it away (NULL). */
void browser_put_cookie(struct request *q, const char *token);
/* "HEX" of the request's cookie; .ptr NULL: none. */
struct bytes browser_token(struct request *q);
/* Without the header it was asked by a person's hand; one that cannot be read: it was not. Pure. */
uint64_t browser_idle_ms(struct bytes header);

#endif
