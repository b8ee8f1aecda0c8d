/*
 * What is made of a text's canonical file: a page for the press, an original for people to sign. All of it is
 * read from that file alone, so what is seen is what has the hash.
 */
#include "base/alloc.h"
#include "border/xml.h"
#include "dialogue/text_part.h"
#include "entente/text.h"
#include "home/words.h"
#include "show/show.h"
#include "sys/file.h"
#include "terminal/login.h"
#include "terminal/refuse.h"
#include "terminal/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an original of this text: each letter may be written as five or six; a PDF's fonts and pages beside. */
#define PAGE_LEN_LEAST (16u << 20)

/* ---- A page. ---- */

static bool is_shown(const struct text_page *p, struct bytes language)
{
	return p->language == NULL || bytes_equal(language, bytes_str(p->language));
}

/* "대한민국 · 미합중국": the first one first. The caller's to drop. */
static json_t *parties_in(const struct text_page *p, const char *language)
{
	json_t *words = NULL;
	const json_t *party;
	size_t i;

	for (size_t turn = 0; turn < 2; turn++) {
		json_array_foreach(json_object_get(p->accord, "parties"), i, party)
		{
			const char *name = json_str(json_object_get(party, "names"), language);
			json_t *before = words;
			bool is_first = strcasecmp(json_str(party, "code"), p->first) == 0;
			if (is_first != (turn == 0))
				continue;
			words = before == NULL
					? json_string(name)
					: json_sprintf("%s \xC2\xB7 %s", json_string_value(before), name);
			json_decref(before);
		}
	}
	return words;
}

/* By language, in the text's order. The caller's to drop. */
static json_t *parties_of(const struct text_page *p)
{
	json_t *all = json_object();
	const json_t *language;
	size_t i;

	json_array_foreach(json_object_get(p->text, "languages"), i, language)
	{
		const char *tag = json_string_value(language);
		if (p->first != NULL && is_shown(p, bytes_str(tag)))
			json_object_set_new(all, tag, parties_in(p, tag));
	}
	return all;
}

/* Each of them a paragraph in its language. */
static void put_lines(struct xml *x, const char *class, const json_t *lines)
{
	const char *language;
	const json_t *line;

	json_object_foreach((json_t *)(uintptr_t)lines, language, line)
	{
		xml_open(x, "p");
		xml_attribute(x, "class", bytes_str(class));
		xml_attribute(x, "lang", bytes_str(language));
		xml_text(x, bytes_str(json_string_value(line)));
		xml_close(x);
	}
}

static void put_words(struct xml *x, const char *element, const struct text_part *part)
{
	char language[LANGUAGE_TAG_MAX + 1];

	if (bytes_copy_str(part->language, language, sizeof language) != ERR_OK)
		return;
	xml_open(x, element);
	xml_attribute(x, "lang", bytes_str(language));
	xml_text(x, part->words);
	xml_close(x);
}

/* A row a unit, a column a language. */
static void put_body(struct xml *x, const struct text_page *p)
{
	struct bytes file = bytes_str(json_str(p->text, "file")), unit = { NULL, 0 };
	bool is_in_table = false;
	struct text_part part;

	while (text_part_next(&file, &part)) {
		if (!is_shown(p, part.language))
			continue;
		if (part.name.len == 0) {
			put_words(x, "h1", &part);
			continue;
		}
		if (!is_in_table)
			xml_open(x, "table");
		if (!bytes_equal(unit, part.name)) {
			if (is_in_table)
				xml_close(x);
			xml_open(x, "tr");
			xml_attribute(x, "id", part.name);
		}
		is_in_table = true;
		unit = part.name;
		put_words(x, "td", &part);
	}
	if (is_in_table) {
		xml_close(x);
		xml_close(x);
	}
}

static void put_note(struct xml *x, const struct text_page *p)
{
	char href[DIALOGUE_NAME_MAX + LANGUAGE_TAG_MAX + 8];

	if (p->note == NULL)
		return;
	say_fill(href, sizeof href, "{1}.{2}.html", p->note, p->language == NULL ? "" : p->language);
	xml_open(x, "p");
	xml_attribute(x, "class", BYTES_LIT("note"));
	xml_text(x, bytes_str(p->note_key));
	if (p->is_note_linked) {
		xml_open(x, "a");
		xml_attribute(x, "href", bytes_str(href));
	}
	xml_text(x, bytes_str(p->note));
	if (p->is_note_linked)
		xml_close(x);
	xml_close(x);
}

static const char style[] =
	"body{font-family:Noto Serif CJK KR,Noto Serif,serif;max-width:60em;margin:2em auto;"
	"line-height:1.5}table{border-spacing:1em .6em}td{vertical-align:top;width:50%;"
	"white-space:pre-wrap}footer,.note{font-size:.8em;overflow-wrap:anywhere}";

void text_put_title(struct xml *x, const json_t *titles, const char *language)
{
	const json_t *title;
	const char *own = language == NULL ? "" : json_str(titles, language), *tag;
	char memory[DIALOGUE_LANGUAGES_MAX * (DIALOGUE_WORDS_MAX + 3) + 1];
	struct buf all;

	buf_init(&all, memory, sizeof memory);
	buf_put_str(&all, own);
	json_object_foreach((json_t *)(uintptr_t)titles, tag, title)
	{
		if (own[0] != '\0')
			break;
		buf_put_str(&all, all.len > 0 ? " / " : "");
		buf_put_str(&all, json_string_value(title));
	}
	xml_put(x, "title", buf_bytes(&all));
}

void text_page_put(struct buf *out, const struct text_page *p)
{
	const json_t *languages = json_object_get(p->text, "languages");
	json_t *parties = parties_of(p);
	struct xml x;

	xml_start_html(&x, out);
	xml_open(&x, "html");
	xml_attribute(&x, "xmlns", BYTES_LIT("http://www.w3.org/1999/xhtml"));
	xml_attribute(&x, "lang",
		      bytes_str(p->language != NULL ? p->language
						    : json_string_value(json_array_get(languages, 0))));
	xml_open(&x, "head");
	xml_open(&x, "meta");
	xml_attribute(&x, "charset", BYTES_LIT("utf-8"));
	xml_close(&x);
	text_put_title(&x, json_object_get(p->text, "title"), p->language);
	xml_put(&x, "style", bytes_str(style));
	xml_close(&x);
	xml_open(&x, "body");
	put_lines(&x, "mark", p->marks);
	put_lines(&x, "parties", parties);
	put_note(&x, p);
	put_body(&x, p);
	put_lines(&x, "mark", p->marks);
	xml_open(&x, "footer");
	xml_text(&x, BYTES_LIT("SHA-256 "));
	xml_put(&x, "code", bytes_str(json_str(p->text, "hash")));
	xml_close(&x);
	xml_close(&x);
	xml_close(&x);
	json_decref(parties);
}

void text_page_open(struct buf *out, const json_t *text, const json_t *other)
{
	size_t len = PAGE_LEN_LEAST + 6 * (strlen(json_str(text, "file")) + strlen(json_str(other, "file")));

	buf_init(out, xcalloc(1, len), len);
}

enum exit_code text_page_write(const char *path, const struct buf *out)
{
	if (buf_check(out) == ERR_OK && file_write(path, buf_bytes(out), 0644) == ERR_OK)
		return EXIT_DONE;
	say_error("{1}: {2}.", path, out->full ? _("it is too long") : strerror(errno));
	say_next(_("name a folder, or a file in one, that you may write to"));
	return EXIT_ERROR;
}

static enum exit_code put_original(const struct text_page *p, bool is_pdf, struct buf *out)
{
	json_t *parties;
	struct text_original t = { .file = json_str(p->text, "file"),
				   .hash = json_str(p->text, "hash"),
				   .language = p->language,
				   .marks = p->marks };
	enum exit_code code = EXIT_DONE;

	if (!is_pdf) {
		text_page_put(out, p);
		return code;
	}
	t.parties = parties = parties_of(p);
	code = text_pdf(&t, out);
	json_decref(parties);
	return code;
}

/* Its banner in each language, or without guidelines the label's words. The caller's to drop. */
static json_t *marks_of(const json_t *entry)
{
	json_t *banner = json_object_get(json_object_get(entry, "marking"), "banner"), *marks;
	char *words;

	if (json_object_size(banner) > 0)
		return json_incref(banner);
	words = show_label_words(entry);
	marks = json_pack("{s:s}", "en", words);
	free(words);
	return marks;
}

static enum exit_code render(struct options *o, struct client *c, const json_t *text)
{
	const char *path = option_value(o, "output"), *first = option_value(o, "original");
	json_t *accord = NULL, *entry = NULL, *marks = NULL;
	enum exit_code code = show_get(c, "/accord", &accord);
	struct buf out;

	if (code == EXIT_DONE)
		code = show_get_entry(c, json_str(text, "place"), &entry);
	text_page_open(&out, text, NULL);
	if (code == EXIT_DONE) {
		marks = marks_of(entry);
		struct text_page p = { .text = text,
				       .accord = accord,
				       .language = option_value(o, "language"),
				       .first = first != NULL ? first : json_str(accord, "code"),
				       .marks = marks };
		code = put_original(&p, option_is_given(o, "pdf"), &out);
	}
	if (code == EXIT_DONE && path != NULL)
		code = text_page_write(path, &out);
	else if (code == EXIT_DONE && fwrite(out.ptr, 1, out.len, stdout) != out.len)
		code = EXIT_ERROR;
	free(out.ptr);
	json_decref(marks);
	json_decref(entry);
	json_decref(accord);
	return code;
}

enum exit_code text_render(struct options *o)
{
	const char *path = option_value(o, "output");
	json_t *text = NULL;
	struct client c;
	enum exit_code code;

	if (path == NULL && !option_no_json(o))
		return EXIT_USAGE;
	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = text_get(&c, o->arguments[1], option_value(o, "since"), &text);
	if (code == EXIT_DONE)
		code = render(o, &c, text);
	if (code == EXIT_DONE && text_reach(text)[0] != '\0')
		say_note("{1}", text_reach(text));
	if (code == EXIT_DONE && o->is_json)
		json_say_done("file", path);
	json_decref(text);
	login_close(&c);
	return code;
}
