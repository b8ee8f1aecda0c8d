/*
 * What a browser says of itself, a line each: host, origin, site, type; then a text that is searched for.
 *
 * Whoever is heard came by a name of this machine with this port, and from a page of that name. A searched
 * text is well-formed whatever it was, and no longer than it can become.
 */
#include "api/browser.h"
#include "accord/searched.h"
#include "base/attr.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define ADDRESS "127.0.0.1:7480"
#define PORT ":7480"
#define GROWTH 18u /* no character is decomposed into more (Unicode, FAQ on normalization) */

static bool ends_with(struct bytes text, const char *end)
{
	size_t len = strlen(end);

	return text.len >= len && strncasecmp((const char *)text.ptr + text.len - len, end, len) == 0;
}

static void check_heard(const struct browser_head *h)
{
	struct bytes name = { h->host.ptr, h->host.len - sizeof PORT + 1 };

	assert(h->hosts == 1 && ends_with(h->host, PORT));
	assert(ends_with(name, "localhost") || bytes_equal(h->host, BYTES_LIT(ADDRESS)));
	assert(memchr(name.ptr, '@', name.len) == NULL && memchr(name.ptr, '/', name.len) == NULL);
	if (h->is_reading && h->is_file)
		return;
	assert(h->is_reading || h->origin.ptr != NULL);
	assert(h->origin.ptr == NULL || h->origin.len == h->host.len + 7 + h->is_tls);
}

static struct bytes take(struct bytes *in)
{
	struct bytes line = *in;

	if (bytes_take_until(in, '\n', &line) != ERR_OK)
		in->len = 0;
	return line.len == 0 ? (struct bytes){ NULL, 0 } : line;
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[GROWTH << 16];
	struct bytes in = { ptr, len };
	struct browser_head head = { .hosts = 1 };
	struct buf out = BUF_ON(memory);

	if (len > 65536)
		return 0;
	head.host = take(&in);
	head.origin = take(&in);
	head.fetch_site = take(&in);
	(void)browser_check_type(take(&in));
	for (unsigned i = 0; i < 8; i++) {
		head.is_reading = (i & 1) != 0;
		head.is_file = (i & 2) != 0;
		head.is_tls = (i & 4) != 0;
		if (browser_check(ADDRESS, &head) == BROWSER_OK)
			check_heard(&head);
	}
	searched_put(in, &out);
	assert(buf_check(&out) == ERR_OK && bytes_is_utf8(buf_bytes(&out)));
	return 0;
}
