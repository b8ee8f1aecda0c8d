/* CAP 1.2 read: what its schema lets pass, and must not, is refused here. docs/spec/border.md section 9. */
#include "base/alloc.h"
#include "border/incoming.h"
#include "border/xml_read.h"

#include <stdlib.h>
#include <string.h>

#define CAP_NS "urn:oasis:names:tc:emergency:cap:1.2"
#define POINTS_MIN 4u

static struct bytes text_below(const struct xml_node *parent, const char *name)
{
	const struct xml_node *n = xml_next(parent, NULL, CAP_NS, name);

	return n == NULL ? (struct bytes){ NULL, 0 } : xml_text_of(n);
}

/* ---- Times: with a numeric offset, never Z ---- */

static bool read_digits(const uint8_t *at, size_t len, int64_t max, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < len; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*out = *out * 10 + (at[i] - '0');
	}
	return *out <= max;
}

/* Days since 1970-01-01 of the proleptic calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Seconds since 1970. */
static bool read_time(struct bytes in, int64_t *out)
{
	static const char shape[] = "0000-00-00T00:00:00+00:00";
	int64_t year, month, day, hour, minute, second, ahead_h, ahead_m;

	if (in.len != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < in.len; i++) {
		if (shape[i] != '0' && in.ptr[i] != (uint8_t)shape[i] &&
		    !(shape[i] == '+' && in.ptr[i] == '-'))
			return false;
	}
	if (!read_digits(in.ptr, 4, 9999, &year) || !read_digits(in.ptr + 5, 2, 12, &month) ||
	    !read_digits(in.ptr + 8, 2, 31, &day) || !read_digits(in.ptr + 11, 2, 23, &hour) ||
	    !read_digits(in.ptr + 14, 2, 59, &minute) || !read_digits(in.ptr + 17, 2, 60, &second) ||
	    !read_digits(in.ptr + 20, 2, 14, &ahead_h) || !read_digits(in.ptr + 23, 2, 59, &ahead_m) ||
	    month == 0 || day == 0)
		return false;
	*out = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
	       (in.ptr[19] == '-' ? -1 : 1) * (ahead_h * 3600 + ahead_m * 60);
	return true;
}

/* ---- Areas ---- */

/* "-12.5": at most six digits on each side; in millionths. */
static bool read_degrees(struct bytes in, int64_t max, int64_t *out)
{
	bool is_negative = in.len > 0 && in.ptr[0] == '-';
	int64_t whole = 0, part = 0;
	size_t at = is_negative, digits = 0, behind = 0;

	for (; at < in.len && in.ptr[at] >= '0' && in.ptr[at] <= '9'; at++, digits++) {
		whole = whole * 10 + (in.ptr[at] - '0');
		if (whole > 1000)
			return false;
	}
	if (at < in.len && in.ptr[at] == '.') {
		for (at++; at < in.len && in.ptr[at] >= '0' && in.ptr[at] <= '9'; at++, behind++) {
			if (behind < 6)
				part = part * 10 + (in.ptr[at] - '0');
		}
		if (behind == 0)
			return false;
	}
	for (; behind < 6; behind++)
		part *= 10;
	*out = whole * 1000000 + part;
	if (digits == 0 || at != in.len || *out > max * 1000000)
		return false;
	*out = is_negative ? -*out : *out;
	return true;
}

struct point {
	int64_t lat, lon;
};

static bool read_point(struct bytes in, struct point *out)
{
	struct bytes lat;

	return bytes_take_until(&in, ',', &lat) == ERR_OK && read_degrees(lat, 90, &out->lat) &&
	       read_degrees(in, 180, &out->lon);
}

/* lat,lon pairs with a blank between; the last is the first. */
static bool is_polygon(struct bytes in)
{
	struct point first = { 0 }, last = { 0 };
	struct bytes word;
	size_t count = 0;

	for (bool is_end = false; !is_end; count++) {
		is_end = bytes_take_until(&in, ' ', &word) != ERR_OK;
		if (!read_point(is_end ? in : word, &last))
			return false;
		if (count == 0)
			first = last;
	}
	return count >= POINTS_MIN && first.lat == last.lat && first.lon == last.lon;
}

static bool is_circle(struct bytes in)
{
	struct bytes centre;
	struct point point;
	int64_t radius;

	return bytes_take_until(&in, ' ', &centre) == ERR_OK && read_point(centre, &point) &&
	       read_degrees(in, 1000, &radius) && radius >= 0;
}

static const char *check_areas(const struct xml_node *block)
{
	for (const struct xml_node *area = xml_next(block, NULL, CAP_NS, "area"); area != NULL;
	     area = xml_next(block, area, CAP_NS, "area")) {
		for (const struct xml_node *n = xml_next(area, NULL, CAP_NS, "polygon"); n != NULL;
		     n = xml_next(area, n, CAP_NS, "polygon")) {
			if (!is_polygon(xml_text_of(n)))
				return "cap.polygon";
		}
		for (const struct xml_node *n = xml_next(area, NULL, CAP_NS, "circle"); n != NULL;
		     n = xml_next(area, n, CAP_NS, "circle")) {
			if (!is_circle(xml_text_of(n)))
				return "cap.circle";
		}
	}
	return NULL;
}

/* ---- The alert ---- */

/* sent <= effective < expires */
static const char *check_times(const struct xml_node *block, int64_t sent)
{
	struct bytes effective = text_below(block, "effective"), expires = text_below(block, "expires");
	int64_t from = sent, until;

	if (effective.ptr != NULL && !read_time(effective, &from))
		return "cap.time";
	if (from < sent)
		return "cap.effective";
	if (expires.ptr != NULL && !read_time(expires, &until))
		return "cap.time";
	return expires.ptr != NULL && until <= from ? "cap.expires" : NULL;
}

static bool is_one_of(struct bytes text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (bytes_equal(text, bytes_str(*words)))
			return true;
	}
	return false;
}

/* What the schema has once: of two that differ a reader would take the one or the other. */
static bool has_twice(const struct xml_node *parent, const char *const *names)
{
	for (; *names != NULL; names++) {
		const struct xml_node *n = xml_next(parent, NULL, CAP_NS, *names);
		if (n != NULL && xml_next(parent, n, CAP_NS, *names) != NULL)
			return true;
	}
	return false;
}

static const char *check_block(const struct xml_node *block, int64_t sent)
{
	static const char *const once[] = { "language",	  "event",	 "urgency",	"severity",
					    "certainty",  "audience",	 "onset",	"expires",
					    "senderName", "effective",	 "headline",	"web",
					    "contact",	  "instruction", "description", NULL };
	const char *rule = has_twice(block, once) ? "cap.once" : check_times(block, sent);

	return rule != NULL ? rule : check_areas(block);
}

static const char *check_alert(const struct xml_node *alert)
{
	static const char *const once[] = { "identifier", "sender",    "sent", "status",      "msgType",
					    "source",	  "scope",     "note", "restriction", "addresses",
					    "references", "incidents", NULL };
	static const char *const statuses[] = { "Actual", "Exercise", "System", "Test", "Draft", NULL };
	static const char *const kinds[] = { "Alert", "Update", "Cancel", "Ack", "Error", NULL };
	static const char *const scopes[] = { "Public", "Restricted", "Private", NULL };
	int64_t sent;

	if (!xml_is(alert, CAP_NS, "alert"))
		return "cap.alert";
	if (has_twice(alert, once))
		return "cap.once";
	if (text_below(alert, "identifier").len == 0 || text_below(alert, "sender").len == 0)
		return "cap.identifier";
	if (!read_time(text_below(alert, "sent"), &sent))
		return "cap.time";
	if (!is_one_of(text_below(alert, "status"), statuses) ||
	    !is_one_of(text_below(alert, "msgType"), kinds) || !is_one_of(text_below(alert, "scope"), scopes))
		return "cap.word";
	if (bytes_equal(text_below(alert, "scope"), BYTES_LIT("Restricted")) &&
	    text_below(alert, "restriction").len == 0)
		return "cap.restriction";
	for (const struct xml_node *block = xml_next(alert, NULL, CAP_NS, "info"); block != NULL;
	     block = xml_next(alert, block, CAP_NS, "info")) {
		const char *rule = check_block(block, sent);
		if (rule != NULL)
			return rule;
	}
	return NULL;
}

static void take_marks(struct incoming *in, const struct xml_node *alert, struct incoming_marks *m)
{
	bool is_public;

	for (const struct xml_node *n = xml_next(alert, NULL, CAP_NS, "code"); n != NULL;
	     n = xml_next(alert, n, CAP_NS, "code")) {
		if (incoming_is_line(xml_text_of(n)))
			incoming_take_line(in, xml_text_of(n), m);
	}
	is_public = bytes_equal(text_below(alert, "scope"), BYTES_LIT("Public"));
	if (m->mark == INCOMING_LABELLED && (is_public != border_is_public(in->guidelines, &m->label) ||
					     (is_public && text_below(alert, "restriction").len > 0)))
		m->mark = INCOMING_CONTRADICTORY;
	for (const struct xml_node *n = xml_next(alert, NULL, CAP_NS, "restriction"); n != NULL;
	     n = xml_next(alert, n, CAP_NS, "restriction"))
		incoming_take_banner(in, xml_text_of(n), m);
	(void)incoming_take_ism(in, alert, m);
}

static struct bytes title_of(const struct xml_node *block)
{
	struct bytes title = text_below(block, "headline");

	return title.len > 0 ? title : text_below(block, "event");
}

static void put_apart(struct buf *out, struct bytes text)
{
	if (out->len > 0 && text.len > 0)
		buf_put_str(out, "\n\n");
	buf_put(out, text);
}

/* The first block's title, and the words of each: a block may be of another language, or of another event. */
static bool put_item(struct incoming *in, const struct xml_node *alert, const struct incoming_marks *marks)
{
	const struct xml_node *first = xml_next(alert, NULL, CAP_NS, "info");
	struct buf text;
	bool is_put;

	/* Words are no longer than the file, nor is what stands between them. */
	buf_init(&text, xcalloc(1, in->whole.len), in->whole.len);
	for (const struct xml_node *block = first; block != NULL;
	     block = xml_next(alert, block, CAP_NS, "info")) {
		if (block != first)
			put_apart(&text, title_of(block));
		put_apart(&text, text_below(block, "description"));
	}
	is_put = buf_check(&text) == ERR_OK &&
		 incoming_put(in, text_below(alert, "identifier"),
			      first == NULL ? (struct bytes){ NULL, 0 } : title_of(first), buf_bytes(&text),
			      marks);
	free(text.ptr);
	return is_put;
}

enum err cap_incoming(struct incoming *in, struct bytes bytes)
{
	struct incoming_marks marks = { .mark = INCOMING_UNLABELLED };
	const struct xml_node *alert;
	struct xml_doc *doc;
	enum err e = xml_read(bytes, &doc, &in->rule, &in->offset);

	if (e != ERR_OK)
		return e;
	alert = xml_root(doc);
	in->rule = check_alert(alert);
	if (in->rule == NULL) {
		take_marks(in, alert, &marks);
		if (!put_item(in, alert, &marks))
			in->rule = "cap.text";
	}
	xml_read_close(doc);
	return in->rule == NULL ? ERR_OK : ERR_USAGE;
}
