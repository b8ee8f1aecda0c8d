#include "api/browser.h"

#include "api/http_library.h"
#include "api/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	unsigned status;
	const char *text;
} rules[] = {
#define BROWSER_ROW(name, status, text) { #name, status, text },
	BROWSER_LIST(BROWSER_ROW)
#undef BROWSER_ROW
};

const char *browser_rule_name(enum browser_rule rule)
{
	return rules[rule].name;
}

const char *browser_rule_text(enum browser_rule rule)
{
	return rules[rule].text;
}

unsigned browser_rule_status(enum browser_rule rule)
{
	return rules[rule].status;
}

/* ---- Who asks. ---- */

static bool is_same_name(struct bytes a, const char *b)
{
	return a.len == strlen(b) && strncasecmp((const char *)a.ptr, b, a.len) == 0;
}

static bool is_below_localhost(struct bytes name)
{
	static const char ending[] = ".localhost";
	size_t len = sizeof ending - 1;

	return name.len > len && is_same_name((struct bytes){ name.ptr + name.len - len, len }, ending) &&
	       name.ptr[0] != '.';
}

#define HTTPS_PORT ":443"

static bool is_our_name(const char *address, struct bytes host, bool is_tls)
{
	const char *port = strrchr(address, ':');
	size_t port_len = strlen(port);

	if (is_same_name(host, address))
		return true;
	if (is_tls) /* a browser leaves out the port that every https has */
		return strcmp(port, HTTPS_PORT) == 0 && host.len == (size_t)(port - address) &&
		       strncasecmp((const char *)host.ptr, address, host.len) == 0;
	if (host.len <= port_len || memcmp(host.ptr + host.len - port_len, port, port_len) != 0)
		return false;
	host.len -= port_len;
	for (size_t i = 0; i < host.len; i++) {
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", host.ptr[i]) ==
			    NULL ||
		    host.ptr[i] == '\0')
			return false;
	}
	return is_same_name(host, "localhost") || is_below_localhost(host);
}

/* "http://" or "https://", and the very host that the request was sent to. */
static bool is_own_origin(struct bytes origin, struct bytes host, bool is_tls)
{
	const char *scheme = is_tls ? "https://" : "http://";
	struct bytes head;

	return bytes_take(&origin, strlen(scheme), &head) == ERR_OK && is_same_name(head, scheme) &&
	       origin.len == host.len &&
	       strncasecmp((const char *)origin.ptr, (const char *)host.ptr, host.len) == 0;
}

enum browser_rule browser_check(const char *address, const struct browser_head *head)
{
	struct bytes site = head->fetch_site;

	if (head->hosts != 1 || head->host.ptr == NULL || !is_our_name(address, head->host, head->is_tls))
		return BROWSER_HOST;
	if (head->is_reading && head->is_file) /* a link on another page may lead here */
		return BROWSER_OK;
	if (site.ptr != NULL && !bytes_equal(site, BYTES_LIT("same-origin")) &&
	    !(head->is_reading && bytes_equal(site, BYTES_LIT("none"))))
		return BROWSER_ORIGIN;
	if (head->origin.ptr == NULL)
		return head->is_reading ? BROWSER_OK : BROWSER_ORIGIN;
	return is_own_origin(head->origin, head->host, head->is_tls) ? BROWSER_OK : BROWSER_ORIGIN;
}

enum browser_rule browser_check_type(struct bytes type)
{
	struct bytes essence = type;

	if (type.ptr == NULL)
		return BROWSER_CONTENT_TYPE;
	if (bytes_take_until(&type, ';', &essence) != ERR_OK)
		essence = type;
	while (essence.len > 0 && essence.ptr[essence.len - 1] == ' ')
		essence.len--;
	return is_same_name(essence, "application/cbor") || is_same_name(essence, "application/octet-stream")
		       ? BROWSER_OK
		       : BROWSER_CONTENT_TYPE;
}

/* ---- What it is told. ---- */

bool browser_put_headers(const struct http_library *http, struct MHD_Response *response)
{
	static const struct {
		const char *name, *value;
	} headers[] = {
		{ "Content-Security-Policy",
		  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
		  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
		  "require-trusted-types-for 'script'; trusted-types 'none'" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Embedder-Policy", "require-corp" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
	};

	for (size_t i = 0; i < ARRAY_COUNT(headers); i++) {
		if (http->add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
			return false;
	}
	return true;
}

void browser_put_cookie(struct request *q, const char *token)
{
	char value[REQUEST_HEADER_LEN];

	snprintf(value, sizeof value, BROWSER_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
		 token == NULL ? "" : token, token == NULL ? "; Max-Age=0" : "");
	request_put_header(q, "Set-Cookie", value);
}

uint64_t browser_idle_ms(struct bytes header)
{
	uint64_t seconds = 0;

	if (header.ptr == NULL)
		return 0;
	return bytes_read_decimal(header, UINT32_MAX, &seconds) == ERR_OK ? seconds * 1000 : UINT64_MAX;
}

struct bytes browser_token(struct request *q)
{
	const char *value =
		q->api->http->lookup_connection_value(q->connection, MHD_COOKIE_KIND, BROWSER_COOKIE);

	return value == NULL ? (struct bytes){ NULL, 0 } : bytes_str(value);
}
