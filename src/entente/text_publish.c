/*
 * A text is made public: its file, a page in each language and a feed, into a folder for another server. Only
 * what every party released, and what it corrects as far as that went out.
 */
#include "base/alloc.h"
#include "border/xml.h"
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

struct publication {
	const char *folder;
	json_t *text, *corrected; /* corrected: what the text corrects, NULL: nothing */
	/* Of what is corrected: its words go out by this one too; else its name, if its label lets it. */
	bool is_in_pages, is_in_feed, is_named;
	struct buf out;
};

static const json_t *release_of(const json_t *text)
{
	return json_array_get(json_object_get(json_object_get(text, "released"), "by"), 0);
}

/* Whether every party of the channel has named the hash of this very file, whatever the node makes of it. */
static bool is_of_all(const json_t *text, const char *key)
{
	json_t *parties = json_object_get(text, "brackets"), *row;
	const json_t *one, *by = json_object_get(json_object_get(text, key), "by");
	const char *code;
	size_t i;

	json_object_foreach(parties, code, row)
	{
		bool is_there = false;
		json_array_foreach(by, i, one) is_there =
			is_there || (strcmp(json_str(one, "party"), code) == 0 &&
				     strcmp(json_str(one, "hash"), json_str(text, "hash")) == 0);
		if (!is_there)
			return false;
	}
	return json_object_size(parties) > 0;
}

/* Nothing goes out one-sided, or before its time. NULL: it goes out; else why not: {1} its name, {2} when. */
static const char *why_held(const json_t *text)
{
	const json_t *released = json_object_get(text, "released");

	if (!json_flag(released, "all") && json_array_size(json_object_get(released, "by")) > 0)
		return N_("{1} is released by one side only, or for another time, or by other outlets: it "
			  "does not go out.");
	if (!json_flag(released, "all"))
		return N_("{1} is released by nobody yet: it does not go out.");
	if (!is_of_all(text, "released") || !is_of_all(text, "signed"))
		return N_("{1} is another text than the one that was released.");
	if (json_uint(text, "now_ms") < json_uint(release_of(text), "from_ms"))
		return N_("{1} is under embargo until {2}.");
	return NULL;
}

static enum exit_code check_release(const json_t *text)
{
	const char *why = why_held(text), *name = json_str(text, "name");

	if (why == NULL)
		return EXIT_DONE;
	say_error(_(why), name, json_str(release_of(text), "when"));
	say_next(_("entente text show {1}"), name);
	return EXIT_REFUSED;
}

/*
 * Both released it; what carries it out has a ceiling all the same, and looks at every label in it. Out is
 * the first of these outlets that does not carry it, or NULL; the caller's to drop.
 */
static enum exit_code get_denied(struct client *c, const json_t *text, const char *outlets, json_t **out)
{
	json_t *answer = NULL;
	enum exit_code code;
	struct query q;

	query_open(&q, "/text");
	query_put(&q, "place", json_str(text, "place"));
	query_put_number(&q, "unit", UINT32_MAX); /* none: no answer holds all of a long text */
	query_put(&q, "outlets", outlets);
	code = client_get(c, &q, &answer);
	*out = json_incref(json_array_get(json_object_get(answer, "denied"), 0));
	json_decref(answer);
	return code;
}

#define OUTLETS_LEN ((DIALOGUE_NAME_MAX + 1) * DIALOGUE_OUTLETS_MAX + 1)

/* By what it was released; without a word all are meant. */
static void outlets_of(const json_t *text, char out[OUTLETS_LEN])
{
	const json_t *one, *outlets = json_object_get(release_of(text), "outlets");
	size_t i;

	say_fill(out, OUTLETS_LEN, "{1}", json_array_size(outlets) == 0 ? "press,atom" : "");
	json_array_foreach(outlets, i, one) say_fill(out + strlen(out), OUTLETS_LEN - strlen(out),
						     i == 0 ? "{1}" : ",{1}", json_string_value(one));
}

static enum exit_code check_outlets(struct client *c, const json_t *text)
{
	char names[OUTLETS_LEN], why[512];
	json_t *one = NULL;
	enum exit_code code;

	outlets_of(text, names);
	code = get_denied(c, text, names, &one);
	if (code == EXIT_DONE && one != NULL) {
		code = EXIT_REFUSED;
		if (!client_denial(json_object_get(one, "guidelines"), why, sizeof why))
			why[0] = '\0';
		say_error(_("{1} does not go out by {2}: {3}. The place that is marked so is {4}."),
			  json_str(text, "name"), json_str(one, "outlet"), why, json_str(one, "place"));
		say_next(_("write it anew under a label that the outlet carries, or release it by others: "
			   "entente text release {1} --outlets NAMES"),
			 json_str(text, "name"));
	}
	json_decref(one);
	return code;
}

static bool has_outlet(const json_t *text, const char *name)
{
	const json_t *one, *outlets = json_object_get(release_of(text), "outlets");
	size_t i;

	json_array_foreach(outlets, i, one)
	{
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return json_array_size(outlets) == 0;
}

static enum exit_code put_out(struct publication *p, const char *name, const char *language,
			      const char *ending)
{
	char file[DIALOGUE_NAME_MAX + LANGUAGE_TAG_MAX + 16], path[FILE_PATH_MAX];

	say_fill(file, sizeof file, language[0] == '\0' ? "{1}{2}.{3}" : "{1}.{2}.{3}", name, language,
		 ending);
	/* The node gave both, and they become part of a path. */
	if (!is_dialogue_name(bytes_str(name)) || strchr(language, '/') != NULL ||
	    file_path(path, p->folder, file) != ERR_OK) {
		say_error(_("The node gave a name that is none."));
		say_next("entente doctor");
		return EXIT_INTEGRITY;
	}
	return text_page_write(path, &p->out);
}

/* A page in each language; what was corrected stays, and each names the other. */
static enum exit_code put_pages(struct publication *p, const json_t *text, const char *note_key,
				const json_t *other, bool is_linked)
{
	const json_t *language;
	enum exit_code code = EXIT_DONE;
	size_t i;

	json_array_foreach(json_object_get(text, "languages"), i, language)
	{
		struct text_page page = { .text = text,
					  .language = json_string_value(language),
					  .note_key = words_in(json_string_value(language), note_key),
					  .note = other == NULL ? NULL : json_str(other, "name"),
					  .is_note_linked = is_linked };
		if (code != EXIT_DONE)
			break;
		buf_reset(&p->out);
		text_page_put(&p->out, &page);
		code = put_out(p, json_str(text, "name"), page.language, "html");
	}
	return code;
}

static void put_urn(struct xml *x, const char *element, const json_t *text)
{
	char urn[128];

	say_fill(urn, sizeof urn, "urn:sha256:{1}", json_str(text, "hash"));
	xml_put(x, element, bytes_str(urn));
}

static void put_authors(struct xml *x, const json_t *text)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(text, "released"), "by"), i, party)
	{
		xml_open(x, "author");
		xml_put(x, "name", bytes_str(json_str(party, "party")));
		xml_close(x);
	}
}

static void put_entry(struct xml *x, const json_t *text)
{
	const json_t *language;
	char time[WALL_TEXT_LEN], href[DIALOGUE_NAME_MAX + LANGUAGE_TAG_MAX + 8];
	size_t i;

	wall_write((struct wall){ json_uint(release_of(text), "from_ms") }, time);
	xml_open(x, "entry");
	put_urn(x, "id", text);
	text_put_title(x, json_object_get(text, "title"), NULL);
	xml_put(x, "updated", bytes_str(time));
	xml_put(x, "published", bytes_str(time));
	put_authors(x, text);
	json_array_foreach(json_object_get(text, "languages"), i, language)
	{
		say_fill(href, sizeof href, "{1}.{2}.html", json_str(text, "name"),
			 json_string_value(language));
		xml_open(x, "link");
		xml_attribute(x, "rel", BYTES_LIT("alternate"));
		xml_attribute(x, "hreflang", bytes_str(json_string_value(language)));
		xml_attribute(x, "type", BYTES_LIT("text/html"));
		xml_attribute(x, "href", bytes_str(href));
		xml_close(x);
	}
	xml_close(x);
}

/* RFC 4287: the text, and what it corrects. */
static enum exit_code put_feed(struct publication *p)
{
	char time[WALL_TEXT_LEN];
	struct xml x;

	buf_reset(&p->out);
	wall_write((struct wall){ json_uint(release_of(p->text), "from_ms") }, time);
	xml_start(&x, &p->out);
	xml_open(&x, "feed");
	xml_attribute(&x, "xmlns", BYTES_LIT("http://www.w3.org/2005/Atom"));
	put_urn(&x, "id", p->text);
	text_put_title(&x, json_object_get(p->text, "title"), NULL);
	xml_put(&x, "updated", bytes_str(time));
	put_entry(&x, p->text);
	if (p->is_in_feed)
		put_entry(&x, p->corrected);
	xml_close(&x);
	return put_out(p, json_str(p->text, "name"), "", "atom");
}

/* Whether the text was put into this folder before, or now. */
static bool is_in_folder(const struct publication *p, const char *name)
{
	char file[DIALOGUE_NAME_MAX + 8], path[FILE_PATH_MAX];

	say_fill(file, sizeof file, "{1}.txt", name);
	return is_dialogue_name(bytes_str(name)) && file_path(path, p->folder, file) == ERR_OK &&
	       file_exists(path);
}

/* Whether it goes out by the feed as things stand now; of its words the index holds none. */
static enum exit_code get_if_fed(struct client *c, const char *place, json_t **out)
{
	json_t *denied = NULL;
	enum exit_code code = text_get(c, place, NULL, out);

	if (code != EXIT_DONE || why_held(*out) != NULL || !has_outlet(*out, "atom")) {
		json_decref(*out);
		*out = NULL;
		return code;
	}
	code = get_denied(c, *out, "atom", &denied);
	if (code != EXIT_DONE || denied != NULL) {
		json_decref(*out);
		*out = NULL;
	} else {
		json_object_del(*out, "file");
		json_object_del(*out, "units");
	}
	json_decref(denied);
	return code;
}

/* Every text of the folder that goes out by the feed, the newest first. */
static enum exit_code get_fed(struct client *c, const struct publication *p, json_t *fed)
{
	json_t *things = NULL, *text;
	const json_t *row;
	enum exit_code code = dialogue_get(c, "text", &things);
	size_t i, at;

	json_array_foreach(json_object_get(things, "things"), i, row)
	{
		text = NULL;
		if (code == EXIT_DONE && is_in_folder(p, json_str(row, "name")))
			code = get_if_fed(c, json_str(row, "place"), &text);
		for (at = 0; text != NULL && at < json_array_size(fed); at++) {
			if (json_uint(release_of(json_array_get(fed, at)), "from_ms") <=
			    json_uint(release_of(text), "from_ms"))
				break;
		}
		if (text != NULL)
			json_array_insert_new(fed, at, text);
	}
	json_decref(things);
	return code;
}

#define INDEX_ENTRY_LEN (64u << 10) /* of one: titles, parties, a link a language */

/* What a reader subscribes to. Its id lasts as long as the accord's. */
static enum exit_code put_index(struct client *c, struct publication *p)
{
	json_t *accord = NULL, *fed = json_array(), *titles = json_object();
	char id[128], time[WALL_TEXT_LEN], path[FILE_PATH_MAX];
	const json_t *text, *language;
	struct buf out;
	struct xml x;
	size_t i;
	enum exit_code code = show_get(c, "/accord", &accord);

	if (code == EXIT_DONE)
		code = get_fed(c, p, fed);
	json_array_foreach(json_object_get(accord, "languages"), i, language)
		json_object_set_new(titles, json_string_value(language),
				    json_string(words_in(json_string_value(language), N_("Released texts"))));
	buf_init(&out, xcalloc(1, INDEX_ENTRY_LEN * (1 + json_array_size(fed))),
		 INDEX_ENTRY_LEN * (1 + json_array_size(fed)));
	if (code == EXIT_DONE && file_path(path, p->folder, "atom.xml") != ERR_OK)
		code = EXIT_USAGE;
	if (code == EXIT_DONE) {
		say_fill(id, sizeof id, "urn:entente:texts:{1}", json_str(accord, "accord"));
		wall_write((struct wall){ json_uint(release_of(json_array_get(fed, 0)), "from_ms") }, time);
		xml_start(&x, &out);
		xml_open(&x, "feed");
		xml_attribute(&x, "xmlns", BYTES_LIT("http://www.w3.org/2005/Atom"));
		xml_put(&x, "id", bytes_str(id));
		text_put_title(&x, titles, NULL);
		xml_put(&x, "updated", bytes_str(time));
		json_array_foreach(fed, i, text) put_entry(&x, text);
		xml_close(&x);
		code = text_page_write(path, &out);
	}
	free(out.ptr);
	json_decref(titles);
	json_decref(fed);
	json_decref(accord);
	return code;
}

/* ---- Nothing of somebody else's is written over. ---- */

/* What is not there, or has this word, which only this text's own files have. */
static bool is_ours(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	bool is_found = file == NULL && errno == ENOENT;
	char *line = NULL;
	size_t size = 0;

	while (file != NULL && !is_found && getline(&line, &size, file) >= 0)
		is_found = strstr(line, word) != NULL;
	free(line);
	if (file != NULL)
		fclose(file);
	return is_found;
}

/* An earlier form of the text has another hash, and the same place in its file. */
static enum exit_code check_files(const struct publication *p, const json_t *text, bool is_file)
{
	const char *at = strstr(json_str(text, "file"), "place ");
	char word[128], path[FILE_PATH_MAX], name[FILE_PATH_MAX];
	const json_t *language;
	size_t i;

	if (file_path(name, p->folder, json_str(text, "name")) != ERR_OK)
		return EXIT_USAGE;
	if (at == NULL || bytes_copy_str((struct bytes){ (const uint8_t *)at, strcspn(at, "\n") + 1 }, word,
					 sizeof word) != ERR_OK)
		return EXIT_INTEGRITY;
	say_fill(path, sizeof path, "{1}.txt", name);
	if (is_file && !is_ours(path, word))
		return refuse_existing(path);
	if (file_exists(path) && is_ours(path, word))
		return EXIT_DONE;
	say_fill(path, sizeof path, "{1}.atom", name);
	if (is_file && !is_ours(path, json_str(text, "hash")))
		return refuse_existing(path);
	json_array_foreach(json_object_get(text, "languages"), i, language)
	{
		say_fill(path, sizeof path, "{1}.{2}.html", name, json_string_value(language));
		if (!is_ours(path, json_str(text, "hash")))
			return refuse_existing(path);
	}
	return EXIT_DONE;
}

static enum exit_code check_folder(const struct publication *p)
{
	char path[FILE_PATH_MAX];
	enum exit_code code = check_files(p, p->text, true);

	if (code == EXIT_DONE && p->is_in_pages)
		code = check_files(p, p->corrected, false);
	if (code == EXIT_DONE && has_outlet(p->text, "atom") &&
	    file_path(path, p->folder, "atom.xml") == ERR_OK && !is_ours(path, "urn:entente:texts:"))
		code = refuse_existing(path);
	return code;
}

static enum exit_code put_all(struct publication *p)
{
	bool is_amending = json_flag(p->text, "amends");
	enum exit_code code;

	buf_put_str(&p->out, json_str(p->text, "file"));
	code = put_out(p, json_str(p->text, "name"), "", "txt");
	if (code == EXIT_DONE && has_outlet(p->text, "press"))
		code = put_pages(p, p->text, is_amending ? N_("This amends: ") : N_("This corrects: "),
				 p->is_named ? p->corrected : NULL, p->is_in_pages);
	if (code == EXIT_DONE && has_outlet(p->text, "press") && p->is_in_pages)
		code = put_pages(p, p->corrected,
				 is_amending ? N_("This was amended: ") : N_("This was corrected: "), p->text,
				 true);
	return code == EXIT_DONE && has_outlet(p->text, "atom") ? put_feed(p) : code;
}

static bool is_released(const json_t *text)
{
	return json_flag(json_object_get(text, "released"), "all");
}

/*
 * What is corrected goes out as any text does, or not at all; its name stands in its own statement, and is
 * said of none that both have not released at all.
 */
static enum exit_code judge_corrected(struct client *c, struct publication *p)
{
	char names[OUTLETS_LEN];
	json_t *denied = NULL;
	enum exit_code code = EXIT_DONE;
	bool is_out = why_held(p->corrected) == NULL;

	outlets_of(p->corrected, names);
	if (is_out)
		code = get_denied(c, p->corrected, names, &denied);
	is_out = is_out && denied == NULL;
	json_decref(denied);
	denied = NULL;
	p->is_in_pages = is_out && has_outlet(p->corrected, "press");
	p->is_in_feed = is_out && has_outlet(p->corrected, "atom");
	if (code == EXIT_DONE)
		code = get_denied(c, p->corrected, "press", &denied);
	p->is_named = is_released(p->corrected) &&
		      strcmp(json_str(denied, "place"), json_str(p->corrected, "place")) != 0;
	json_decref(denied);
	return code;
}

/* NULL: it corrects and amends none. */
static enum exit_code get_corrected(struct client *c, const json_t *text, json_t **out)
{
	const char *of = json_str(text, "of");
	json_t *entry = NULL;
	enum exit_code code = of[0] == '\0' ? EXIT_DONE : show_get_entry(c, of, &entry);

	if (code == EXIT_DONE && entry != NULL && strcmp(json_str(entry, "kind"), "text") == 0)
		code = text_get(c, of, NULL, out);
	json_decref(entry);
	return code;
}

void text_say_unreleased(const json_t *text)
{
	const char *of = json_str(text, "unreleased");

	if (of[0] == '\0')
		return;
	say(json_flag(text, "amends")
		    ? _("{1} amends {2}, which not every party has released: it goes out without the name of "
			"{2}.")
		    : _("{1} corrects {2}, which not every party has released: it goes out as a text that "
			"nobody has read before, without the name of {2}."),
	    json_str(text, "name"), of);
	say("\n");
}

enum exit_code text_publish(struct options *o)
{
	struct publication p = { .folder = o->arguments[2] };
	struct client c;
	enum exit_code code = login_open(&c, o);

	if (code == EXIT_DONE)
		code = text_get(&c, o->arguments[1], NULL, &p.text);
	if (code == EXIT_DONE)
		code = check_release(p.text);
	if (code == EXIT_DONE)
		code = check_outlets(&c, p.text);
	if (code == EXIT_DONE)
		code = get_corrected(&c, p.text, &p.corrected);
	if (code == EXIT_DONE && p.corrected != NULL)
		code = judge_corrected(&c, &p);
	if (code == EXIT_DONE)
		code = check_folder(&p);
	if (code == EXIT_DONE) {
		text_page_open(&p.out, p.text, p.corrected);
		code = put_all(&p);
		free(p.out.ptr);
	}
	if (code == EXIT_DONE && has_outlet(p.text, "atom"))
		code = put_index(&c, &p);
	if (code == EXIT_DONE && o->is_json)
		json_say_done("folder", p.folder);
	else if (code == EXIT_DONE)
		say(_("{1} is in {2}.\n"), json_str(p.text, "name"), p.folder);
	if (code == EXIT_DONE && !o->is_json)
		text_say_unreleased(p.text);
	json_decref(p.corrected);
	json_decref(p.text);
	login_close(&c);
	return code;
}
