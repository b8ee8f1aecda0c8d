#include "border/xml.h"

#include <assert.h>

static void put_escaped(struct xml *x, struct bytes text)
{
	while (text.len > 0) {
		struct bytes one = text;
		uint32_t c;
		if (bytes_take_character(&text, &c) != ERR_OK)
			c = 0;
		one.len -= text.len;
		if (c == '<')
			buf_put_str(x->out, "&lt;");
		else if (c == '>')
			buf_put_str(x->out, "&gt;");
		else if (c == '&')
			buf_put_str(x->out, "&amp;");
		else if (c == '"')
			buf_put_str(x->out, "&quot;");
		else if (c == '\r')
			buf_put_str(x->out, "&#13;");
		else if ((c < 0x20 && c != '\t' && c != '\n') || c == 0xfffe || c == 0xffff)
			buf_put_str(x->out, "\xef\xbf\xbd");
		else
			buf_put(x->out, one);
	}
}

static void end_tag(struct xml *x)
{
	if (x->is_in_tag)
		buf_put_byte(x->out, '>');
	x->is_in_tag = false;
}

void xml_start(struct xml *x, struct buf *out)
{
	*x = (struct xml){ .out = out };
	buf_put_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void xml_start_html(struct xml *x, struct buf *out)
{
	*x = (struct xml){ .out = out };
	buf_put_str(out, "<!DOCTYPE html>\n");
}

void xml_open(struct xml *x, const char *name)
{
	assert(x->depth < XML_DEPTH_MAX);
	end_tag(x);
	x->open[x->depth++] = name;
	buf_put_byte(x->out, '<');
	buf_put_str(x->out, name);
	x->is_in_tag = true;
}

void xml_attribute(struct xml *x, const char *name, struct bytes value)
{
	assert(x->is_in_tag);
	buf_put_byte(x->out, ' ');
	buf_put_str(x->out, name);
	buf_put_str(x->out, "=\"");
	put_escaped(x, value);
	buf_put_byte(x->out, '"');
}

void xml_text(struct xml *x, struct bytes text)
{
	end_tag(x);
	put_escaped(x, text);
}

void xml_close(struct xml *x)
{
	assert(x->depth > 0);
	x->depth--;
	if (x->is_in_tag) {
		buf_put_str(x->out, "/>");
	} else {
		buf_put_str(x->out, "</");
		buf_put_str(x->out, x->open[x->depth]);
		buf_put_byte(x->out, '>');
	}
	x->is_in_tag = false;
	if (x->depth == 0)
		buf_put_byte(x->out, '\n');
}

void xml_put(struct xml *x, const char *name, struct bytes text)
{
	xml_open(x, name);
	xml_text(x, text);
	xml_close(x);
}

enum err xml_check(const struct xml *x)
{
	assert(x->depth == 0);
	return buf_check(x->out);
}
