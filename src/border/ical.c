#include "border/ical.h"

#define FOLD_LEN 75u /* bytes of a line, without its end: RFC 5545 section 3.1 */

/* A line, folded before a character and never within one. */
static void put_line(struct buf *out, const char *name, struct bytes value, bool is_text)
{
	size_t len = 0;

	for (const char *at = name; *at != '\0'; at++, len++)
		buf_put_byte(out, (uint8_t)*at);
	buf_put_byte(out, ':');
	len++;
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.ptr[i];
		bool is_escaped = is_text && (c == '\\' || c == ';' || c == ',' || c == '\n');
		size_t character = 1 + is_escaped;
		while ((c & 0xc0) == 0xc0 && i + character < value.len &&
		       (value.ptr[i + character] & 0xc0) == 0x80)
			character++;
		if ((c & 0xc0) != 0x80 && len + character > FOLD_LEN) {
			buf_put_str(out, "\r\n ");
			len = 1;
		}
		if (is_escaped)
			buf_put_byte(out, '\\');
		buf_put_byte(out, is_text && c == '\n' ? 'n' : c);
		len += 1 + is_escaped;
	}
	buf_put_str(out, "\r\n");
}

/* 20261201T080000Z */
static void put_time(struct buf *out, const char *name, struct wall at, bool is_day)
{
	char text[WALL_TEXT_LEN], memory[24];
	struct buf value = BUF_ON(memory);

	wall_write(at, text);
	for (size_t i = 0; i < (is_day ? 10u : 19u); i++) {
		if (text[i] != '-' && text[i] != ':')
			buf_put_byte(&value, (uint8_t)text[i]);
	}
	if (!is_day)
		buf_put_byte(&value, 'Z');
	put_line(out, name, buf_bytes(&value), false);
}

static void put_known(struct buf *out, const char *name, struct bytes value)
{
	if (value.len > 0)
		put_line(out, name, value, true);
}

static void put_sequence(struct buf *out, uint64_t sequence)
{
	char memory[24];
	struct buf value = BUF_ON(memory);

	buf_put_decimal(&value, sequence);
	put_line(out, "SEQUENCE", buf_bytes(&value), false);
}

void ical_open(struct buf *out, const char *of, struct bytes name)
{
	char memory[64];
	struct buf product = BUF_ON(memory);

	buf_put_str(&product, "-//entente//");
	buf_put_str(&product, of);
	buf_put_str(&product, "//EN");
	put_line(out, "BEGIN", BYTES_LIT("VCALENDAR"), false);
	put_line(out, "VERSION", BYTES_LIT("2.0"), false);
	put_line(out, "PRODID", buf_bytes(&product), false);
	put_line(out, "X-WR-CALNAME", name, true);
}

void ical_put(struct buf *out, const struct ical_event *event)
{
	put_line(out, "BEGIN", BYTES_LIT("VEVENT"), false);
	put_line(out, "UID", event->uid, true);
	put_time(out, "DTSTAMP", event->stamp, false);
	if (event->has_sequence)
		put_sequence(out, event->sequence);
	put_time(out, event->is_in_days ? "DTSTART;VALUE=DATE" : "DTSTART", event->from, event->is_in_days);
	put_time(out, event->is_in_days ? "DTEND;VALUE=DATE" : "DTEND", event->to, event->is_in_days);
	put_line(out, "SUMMARY", event->summary, true);
	put_known(out, "DESCRIPTION", event->description);
	put_known(out, "LOCATION", event->location);
	put_known(out, "STATUS", event->status);
	put_known(out, "CLASS", event->class);
	put_known(out, "X-ENTENTE-LABEL", event->label);
	put_line(out, "TRANSP", event->is_free ? BYTES_LIT("TRANSPARENT") : BYTES_LIT("OPAQUE"), false);
	put_line(out, "END", BYTES_LIT("VEVENT"), false);
}

void ical_close(struct buf *out)
{
	put_line(out, "END", BYTES_LIT("VCALENDAR"), false);
}
