/*
 * Two nodes that are equal but for what the desk may not know of: whatever its officer asks of them, they
 * answer with the same bytes. The watch, who may know of it, gets other ones: or nothing was compared.
 */
#include "served.h"

#include "accord/form.h"
#include "accord/guidelines.h"
#include "accord/words.h"
#include "api/routes.h"
#include "base/plant.h"
#include "crypto/hash.h"
#include "crypto/sshsig.h"
#include "view/release.h"
#include "wire/dialogue.h"
#include "wire/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define NONE ((struct bytes){ NULL, 0 })
#define LAST 12u /* places that are asked for, beyond the end of each log */

#ifdef PLANT
enum plant plant_chosen = PLANT_ASK_NOBODY;
const char *plant_route;
#define IS_PLANTED true /* one route forgets to ask: the program must find it, or it compares nothing */
#else
#define IS_PLANTED false
#endif

static size_t found; /* answers to the desk that differed */
static struct world w;

/* The logs of one twin: ours and the peer's of a channel, and our home. */
struct logs {
	struct forge ours, theirs, home;
};

static void open_logs(struct logs *l)
{
	forge_open(&l->ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&l->theirs, &w, 1, SERVED_CONSULT, 1);
	forge_open(&l->home, &w, 0, SERVED_HOME, 1);
}

static void close_logs(struct logs *l)
{
	forge_free(&l->ours);
	forge_free(&l->theirs);
	forge_free(&l->home);
}

/* What both have. */
static void put_common(struct logs *l)
{
	served_begin(&l->ours);
	served_begin(&l->theirs);
	served_begin(&l->home);
	served_message(&l->ours, "U", "ours, open");
	served_message(&l->theirs, "U", "theirs, open");
	served_message(&l->theirs, "U", "theirs, open, the second");
}

/* An act of an officer of ours on an entry of a log. */
static void put_act(struct forge *f, enum kind kind, const struct forge *on, size_t index, const char *level)
{
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	s.refers[s.refers_count++] = forge_place(on, index);
	if (on->key.party != f->key.party)
		s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[1].name), 1, index + 1 };
	forge_say(f, &s, &w.nodes[0].officer.key, NONE);
}

static void put_start(struct forge *f)
{
	const struct procedure *p = w.accord->procedures;
	uint8_t memory[64];
	struct buf fields = BUF_ON(memory);
	struct statement s;

	forge_statement(f, KIND_START, &s);
	s.has_precedence = true;
	s.precedence = PRECEDENCE_PRIORITY;
	cbor_put_bytes(&fields, (struct bytes){ p->hash, HASH_LEN });
	s.fields[s.fields_count++] = (struct field){ 1, { memory, fields.len } };
	cbor_put_uint(&fields, 2 /* II, to advise */);
	s.fields[s.fields_count++] = (struct field){ 2, { memory + fields.len - 1, 1 } };
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* Their watch calls a recess of the procedure that ours began last. */
static void put_recess(struct forge *f, const struct forge *ours, const char *level)
{
	struct statement s;

	forge_statement(f, KIND_RECESS, &s);
	s.label.level = bytes_str(level);
	s.has_instance = true;
	s.instance = forge_place(ours, ours->count - 1);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[0].name), 1, ours->count };
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* An event of ours, then what the other side claims of it and makes of it. */
static void put_of_event(struct forge *f, enum kind kind, const struct forge *on, const char *level)
{
	uint8_t memory[4][64];
	struct buf name = BUF_ON(memory[0]), words = BUF_ON(memory[1]), source = BUF_ON(memory[2]),
		   act = BUF_ON(memory[3]);
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	cbor_put_text(&name, bytes_str(kind == KIND_EVENT ? "launch" : "radar"));
	cbor_put_array(&words, 2);
	cbor_put_text(&words, BYTES_LIT("en"));
	cbor_put_text(&words, BYTES_LIT("Two were seen"));
	cbor_put_text(&source, BYTES_LIT("a station"));
	cbor_put_uint(&act, DIALOGUE_ACT_ASSESS);
	if (kind != KIND_ACT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_NAME, buf_bytes(&name) };
	if (kind == KIND_EVENT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_TITLE, buf_bytes(&words) };
	if (kind == KIND_ACT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_ACT, buf_bytes(&act) };
	if (kind == KIND_CLAIM)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_SOURCE, buf_bytes(&source) };
	if (kind != KIND_EVENT)
		s.fields[s.fields_count++] = (struct field){ DIALOGUE_DETAIL, buf_bytes(&words) };
	if (on != NULL) {
		s.refers[s.refers_count++] = forge_place(on, on->count - 1);
		s.seen[s.seen_count++] =
			(struct seen){ bytes_str(w.accord->parties[on->key.party].name), 1, on->count };
	}
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

static void give(struct statement *s, enum dialogue_field number, const struct buf *value)
{
	s->fields[s->fields_count++] = (struct field){ number, buf_bytes(value) };
}

/* A body, a text of it, a unit, and who stands on what f ends with; each is about that place of `on`. */
static void put_of_text(struct forge *f, enum kind kind, const char *name, const struct forge *on,
			size_t text, const char *level)
{
	uint8_t memory[4][64];
	struct buf called = BUF_ON(memory[0]), title = BUF_ON(memory[1]), tags = BUF_ON(memory[2]),
		   words = BUF_ON(memory[3]);
	struct statement s;

	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	cbor_put_text(&called, bytes_str(name));
	cbor_put_array(&title, 2);
	cbor_put_text(&title, BYTES_LIT("en"));
	cbor_put_text(&title, BYTES_LIT("Joint statement"));
	cbor_put_array(&tags, 1);
	cbor_put_text(&tags, BYTES_LIT("en"));
	cbor_put_text(&words, bytes_str(level)); /* other words under another label */
	if (kind != KIND_AGREE)
		give(&s, DIALOGUE_NAME, &called);
	if (kind == KIND_BODY || kind == KIND_TEXT)
		give(&s, DIALOGUE_TITLE, &title);
	if (kind == KIND_TEXT || kind == KIND_UNIT)
		give(&s, DIALOGUE_LANGUAGES, &tags);
	if (kind == KIND_UNIT)
		give(&s, DIALOGUE_WORDS, &words);
	if (on != NULL) {
		s.refers[s.refers_count++] = forge_place(on, text);
		if (on->key.party != f->key.party)
			s.seen[s.seen_count++] =
				(struct seen){ bytes_str(w.accord->parties[on->key.party].name), 1,
					       on->count };
	}
	if (kind == KIND_AGREE)
		s.refers[s.refers_count++] = forge_place(f, f->count - 1);
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* What is to go out, with its words, as a draft. */
static void put_submit(struct forge *home, struct statement *going, const struct sign_key *key,
		       const char *level, struct bytes words)
{
	uint8_t out_memory[4096], sig_memory[1024], memory[2][4096];
	struct buf out = BUF_ON(out_memory), sig = BUF_ON(sig_memory),
		   fields[] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
	struct statement s;

	going->label.level = bytes_str(level);
	statement_write(going, &out);
	sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), buf_bytes(&out), &sig);
	forge_statement(home, KIND_SUBMIT, &s);
	s.role = going->role;
	s.label.level = bytes_str(level);
	s.has_content = going->has_content;
	s.content = going->content;
	cbor_put_bytes(&fields[0], buf_bytes(&out));
	cbor_put_bytes(&fields[1], buf_bytes(&sig));
	for (uint64_t i = 0; i < 2; i++)
		s.fields[s.fields_count++] = (struct field){ i + 1, buf_bytes(&fields[i]) };
	forge_say(home, &s, key, words);
}

static void copy_log(struct forge *to, const struct forge *from, size_t count)
{
	for (size_t i = to->count; i < count; i++)
		forge_put(to, from->items[i].entry, from->items[i].content);
}

static void copy_logs(struct logs *to, const struct logs *from)
{
	open_logs(to);
	copy_log(&to->ours, &from->ours, from->ours.count);
	copy_log(&to->theirs, &from->theirs, from->theirs.count);
	copy_log(&to->home, &from->home, from->home.count);
}

static void begin(struct served *v, const struct logs *l)
{
	struct served_options o = { .has_browsers = true, .is_keeping = true };

	served_open(v, &w, &o);
	served_say(v, &l->home, 0, l->home.count < 4 ? l->home.count : 4);
	served_say(v, &l->ours, 0, 4);
	served_hear(v, &l->theirs, 0, l->theirs.count);
	served_say(v, &l->ours, 4, l->ours.count);
	served_say(v, &l->home, 4, l->home.count);
	for (enum served_reader who = READER_WATCH; who < READERS; who++)
		served_sign_in(v, who, &w);
}

/* ---- Asking both. ---- */

/* The port at which a twin listens is its own, and no reader's. */
static void forget_port(struct bytes answer, const char *address)
{
	const char *port = strrchr(address, ':');
	void *at;

	while ((at = memmem(answer.ptr, answer.len, port, strlen(port))) != NULL)
		memset(at, '#', strlen(port));
}

/* What is drawn by lot, for each session anew. */
static void forget_lot(struct bytes answer, const char *before, size_t len)
{
	char *at = memmem(answer.ptr, answer.len, before, strlen(before));

	if (at != NULL)
		memset(at + strlen(before), '#', len);
}

/* Of each row of the table: whether the desk asked both, and whether any officer had an answer of it. */
#define ROWS_MAX 128u
static struct {
	bool is_asked, is_answered;
} rows[ROWS_MAX];

static void note_row(const char *method, const char *target, enum served_reader who, struct bytes answer)
{
	const struct route *row;
	char path[256];

	snprintf(path, sizeof path, "%.*s", (int)strcspn(target, "?"), target);
	if (who == READER_OWNER_ALONE || route_find(method, path, &row) != ERR_OK)
		return;
	rows[row - routes].is_asked |= who == READER_DESK;
	rows[row - routes].is_answered |= served_status(answer) < 300;
}

/* A plant is in one route: the others have nothing to find. */
static bool is_asked(const char *target)
{
#ifdef PLANT
	return strncmp(target, plant_route, strlen(plant_route)) == 0;
#else
	(void)target;
	return true;
#endif
}

static bool is_equal_of(struct served v[2], const char *method, const char *target, enum served_reader who,
			struct bytes body)
{
	struct bytes of[2];

	if (!is_asked(target))
		return true;
	for (size_t i = 0; i < 2; i++) {
		of[i] = served_ask(&v[i], method, target, who == READER_OWNER_ALONE ? NULL : v[i].tokens[who],
				   body);
		forget_port(of[i], v[i].address);
		if (strcmp(target, "/session") == 0) {
			forget_lot(of[i], "nonce ", 2 * (size_t)NONCE_LEN);
			forget_lot(of[i], "seal ", 2 * (size_t)HASH_LEN);
		}
	}
	note_row(method, target, who, of[0]);
	if (bytes_equal(of[0], of[1]))
		return true;
	if (who == READER_DESK && !IS_PLANTED)
		print_message("%s %s\n%.*s\n%.*s\n", method, target, (int)of[0].len, (const char *)of[0].ptr,
			      (int)of[1].len, (const char *)of[1].ptr);
	return false;
}

static bool is_equal(struct served v[2], const char *method, const char *target, enum served_reader who)
{
	return is_equal_of(v, method, target, who, NONE);
}

/* Lists: every page size and cursor. */
static const char *const plain[] = {
	"/inbox?channel=channel-2",
	"/inbox?channel=channel-900",
	"/inbox?channel=channel-2&limit=1",
	"/inbox?channel=channel-2&limit=2",
	"/inbox?channel=channel-2&limit=3",
	"/inbox?channel=channel-2&last=1",
	"/inbox?channel=channel-2&last=2",
	"/inbox?channel=channel-2&last=1000",
	"/inbox?channel=channel-2&after=1-ASTER/CHANNEL-2%201.1",
	"/inbox?channel=channel-2&after=nothing",
	"/inbox?channel=channel-2&limit=1001",
	"/inbox",
	"/log?channel=channel-2",
	"/log?channel=channel-2&party=birch",
	"/log?channel=channel-2&party=birch&limit=1",
	"/log?channel=channel-2&party=birch&from=4&limit=1",
	"/log?channel=channel-2&party=birch&from=5",
	"/log?channel=channel-2&party=birch&from=6",
	"/log?channel=channel-2&party=birch&last=1",
	"/log?channel=channel-2&party=birch&last=2",
	"/log?channel=channel-2&party=birch&epoch=2",
	"/log?channel=channel-900",
	"/log?channel=channel-901&party=birch",
	"/seen?channel=channel-2",
	"/seen?channel=channel-900",
	"/keys",
	"/keys?party=birch&channel=channel-2",
	"/recipients?channel=channel-2",
	"/logs",
	"/status",
	"/accord",
	"/forms",
	"/versions",
	"/glossary",
	"/channels",
	"/advances",
	"/waiting",
	"/drafts",
	"/drafts?all=1",
	"/session",
	"/owed",
	"/owed?limit=1",
	"/owed?limit=1&after=ROUTINE-BIRCH/CHANNEL-2%201.3",
	"/owed?after=FLASH-BIRCH/CHANNEL-2%201.4",
	"/search?words=open",
	"/search?words=desk",
	"/search?words=o&limit=1",
	"/search?words=open&after=1-ASTER/CHANNEL-2%201.1",
	"/instances",
	"/measures",
	"/obligations",
	"/procedures",
	"/watch",
	"/watch?open=watch",
	"/roster",
	"/roster?from=1792972800000&days=62",
	"/dialogues",
	"/assessments",
	"/assessments?limit=1",
	"/bundle?peer=birch",
	"/attachments?hash=00",
	"/nothing",
};

/* Of each place, which stands between the two. */
static const struct {
	const char *before, *after;
} of_place[] = {
	{ "/entry?place=", "" },
	{ "/content?place=", "" },
	{ "/ladder?place=", "" },
	{ "/note?place=", "" },
	{ "/note?place=", "&peer=birch" },
	{ "/proof?place=", "" },
	{ "/drafts?place=", "" },
	{ "/instances?place=", "" },
	{ "/measures?place=", "" },
	{ "/dialogues?place=", "" },
	{ "/dialogues?of=", "" },
	{ "/assessments?place=", "" },
	{ "/text?place=", "" },
	{ "/text?place=", "&file=0" },
	{ "/attachments?hash=0000000000000000000000000000000000000000000000000000000000000000&place=", "" },
	{ "/inbox?channel=channel-2&after=1793000000000-", "" },
};

static const char *const log_names[] = { "ASTER/CHANNEL-2", "BIRCH/CHANNEL-2", "ASTER/CHANNEL-900" };

static const struct sign_key *key_of(enum served_reader who)
{
	return who == READER_DESK ? &served_desk : &w.nodes[0].officer.key;
}

/* As POST /may takes it, or POST /statements: with his signature. */
static void put_body(const struct statement *s, const struct sign_key *key, struct bytes content,
		     struct buf *body)
{
	uint8_t memory[4096], signature_memory[1024];
	struct buf bytes = BUF_ON(memory), signature = BUF_ON(signature_memory);

	statement_write(s, &bytes);
	cbor_put_array(body, 1);
	cbor_put_array(body, 3);
	cbor_put_bytes(body, buf_bytes(&bytes));
	cbor_put_array(body, key != NULL);
	if (key != NULL) {
		sshsig_make(key, BYTES_LIT(SSHSIG_STATEMENT), buf_bytes(&bytes), &signature);
		cbor_put_bytes(body, buf_bytes(&signature));
	}
	cbor_put_bytes(body, content);
	assert_int_equal(buf_check(body), ERR_OK);
}

static bool is_said_alike(struct served v[2], enum served_reader who, const struct statement *s,
			  struct bytes content)
{
	uint8_t memory[8192];
	struct buf body = BUF_ON(memory);

	put_body(s, NULL, content, &body);
	return is_equal_of(v, "POST", "/may", who, buf_bytes(&body));
}

/*
 * What would be taken is not filed: it would stand at the end of logs of which one may be longer. Whether
 * both would take it is asked before.
 */
static bool would_take(struct served *v, enum served_reader who, const struct statement *s,
		       struct bytes content)
{
	static const char taken[] = "\"err\":\"OK\"";
	uint8_t memory[8192];
	struct buf body = BUF_ON(memory);
	struct bytes answer;

	put_body(s, NULL, content, &body);
	answer = served_ask(v, "POST", "/may", v->tokens[who], buf_bytes(&body));
	return memmem(answer.ptr, answer.len, taken, sizeof taken - 1) != NULL;
}

static bool is_filed_alike(struct served v[2], enum served_reader who, const struct statement *s,
			   struct bytes content)
{
	uint8_t memory[8192];
	struct buf body = BUF_ON(memory);

	if (!is_asked("/statements") || would_take(&v[0], who, s, content))
		return true;
	put_body(s, key_of(who), content, &body);
	return is_equal_of(v, "POST", "/statements", who, buf_bytes(&body));
}

/* Of an entry whose leaf he cannot know, or as if he had seen so much of a log. */
static void say_of(struct forge *f, enum served_reader who, enum kind kind, size_t party, uint64_t index,
		   struct statement *s)
{
	struct bytes name = bytes_str(w.accord->parties[party].name);

	forge_statement(f, kind, s);
	s->role = bytes_str(who == READER_DESK ? "desk" : "watch");
	if (kind == KIND_REMARK)
		s->seen[s->seen_count++] = (struct seen){ name, 1, index + 1 };
	else
		s->refers[s->refers_count++] = (struct place){ f->key.channel, name, 1, index, { 0 } };
}

typedef bool alike(struct served v[2], enum served_reader who, const struct statement *s,
		   struct bytes content);

static bool is_alike_of(struct served v[2], enum served_reader who, alike *ask, enum kind kind,
			uint32_t channel, size_t party, uint64_t index)
{
	struct statement s;
	struct forge f;
	bool is_alike;

	forge_open(&f, &w, 0, channel, 1);
	say_of(&f, who, kind, party, index, &s);
	is_alike = ask(v, who, &s, NONE);
	forge_free(&f);
	return is_alike;
}

/* What a forge ends with, said as the desk or the watch says it. */
static bool ask_entry(struct served v[2], enum served_reader who, alike *ask, const struct forge *f)
{
	const struct forged *last = &f->items[f->count - 1];
	struct entry entry;
	struct statement s;
	struct fault fault;

	assert_int_equal(entry_open(last->entry, &entry, &fault), ERR_OK);
	assert_int_equal(statement_read(entry.statement, &s, &fault), ERR_OK);
	return ask(v, who, &s, last->content);
}

/* A draft at home of words that would say something of it. */
static bool is_drafted_alike(struct served v[2], enum served_reader who, alike *ask, size_t party,
			     uint64_t index)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct forge ours, home;
	struct statement going;
	bool is_alike;

	forge_open(&ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&home, &w, 0, SERVED_HOME, 1);
	say_of(&ours, who, KIND_REPLY, party, index, &going);
	forge_content(&w, &going, BYTES_LIT("an answer"), NULL, 0, &content);
	put_submit(&home, &going, key_of(who), "U", buf_bytes(&content));
	is_alike = ask_entry(v, who, ask, &home);
	forge_free(&ours);
	forge_free(&home);
	return is_alike;
}

static size_t compare_sayings(struct served v[2], enum served_reader who, alike *ask)
{
	size_t differ = 0;

	for (uint64_t index = 0; index < LAST; index++) {
		for (size_t party = 0; party < 2; party++) {
			differ += !is_alike_of(v, who, ask, KIND_QUERY, SERVED_CONSULT, party, index);
			differ += !is_drafted_alike(v, who, ask, party, index);
		}
		differ += !is_alike_of(v, who, ask, KIND_WATCH_READ, SERVED_CONSULT, 1, index);
		differ += !is_alike_of(v, who, ask, KIND_RECALL, SERVED_CONSULT, 0, index);
		differ += !is_alike_of(v, who, ask, KIND_REFUSE, SERVED_HOME, 0, index);
		differ += !is_alike_of(v, who, ask, KIND_REMARK, SERVED_CONSULT, 1, index);
	}
	return differ;
}

/* ---- Every row of the table, as it is not to be asked; and sessions, which are of both alike. ---- */

/* Bare, with a word and a body of which it knows nothing, and by other methods: errors, most of them. */
static size_t compare_rows(struct served v[2])
{
	static const char *const others[] = { "PUT", "DELETE", "POST" };
	size_t differ = 0;

	for (size_t i = 0; i < routes_count; i++) {
		const struct route *row = &routes[i];
		char bare[128], word[160];
		if (strcmp(row->path, "/session") == 0)
			continue;
		snprintf(bare, sizeof bare, "%.*s", (int)strcspn(row->path, "*"), row->path);
		snprintf(word, sizeof word, "%s?nothing=1", bare);
		differ += !is_equal(v, row->method, bare, READER_DESK);
		differ += !is_equal(v, row->method, word, READER_DESK);
		differ += row->body_max > 0 &&
			  !is_equal_of(v, row->method, bare, READER_DESK, BYTES_LIT("\xff"));
		for (size_t m = 0; m < ARRAY_COUNT(others); m++)
			differ += !is_equal(v, others[m], bare, READER_DESK);
	}
	return differ;
}

static size_t compare_sessions(struct served v[2])
{
	size_t differ = !is_equal_of(v, "POST", "/session", READER_DESK, NONE);

	differ += !is_equal_of(v, "POST", "/session", READER_DESK, BYTES_LIT("\xff"));
	differ += !is_equal(v, "GET", "/session", READER_DESK);
	differ += !is_equal(v, "DELETE", "/session", READER_DESK);
	differ += !is_equal(v, "GET", "/inbox?channel=channel-2", READER_DESK);
	for (size_t i = 0; i < 2; i++)
		served_sign_in(&v[i], READER_DESK, &w);
	return differ;
}

/* Labels are joined as the guidelines say, whatever there is. */
static size_t compare_labels(struct served v[2], enum served_reader who)
{
	static const char *const levels[] = { "U", "S", "X" };
	size_t differ = 0;

	for (size_t i = 0; i < ARRAY_COUNT(levels); i++) {
		uint8_t memory[256];
		struct buf body = BUF_ON(memory);
		struct statement s;
		struct forge f;
		forge_open(&f, &w, 0, SERVED_CONSULT, 1);
		forge_statement(&f, KIND_REMARK, &s);
		forge_free(&f);
		s.label.level = bytes_str(levels[i]);
		cbor_put_array(&body, 1);
		label_write(&s.label, &body);
		differ += !is_equal_of(v, "POST", "/labels?channel=channel-2", who, buf_bytes(&body));
	}
	return differ;
}

/* How many of all that can be asked differ. */
static size_t compare(struct served v[2], enum served_reader who)
{
	size_t differ = 0;

	for (size_t i = 0; i < ARRAY_COUNT(plain); i++)
		differ += !is_equal(v, "GET", plain[i], who);
	for (size_t l = 0; l < ARRAY_COUNT(log_names); l++) {
		for (unsigned index = 0; index < LAST; index++) {
			for (size_t i = 0; i < ARRAY_COUNT(of_place); i++) {
				char target[256];
				snprintf(target, sizeof target, "%s%s%%201.%u%s", of_place[i].before,
					 log_names[l], index, of_place[i].after);
				differ += !is_equal(v, "GET", target, who);
			}
		}
	}
	if (who == READER_OWNER_ALONE)
		return differ;
	differ += compare_sayings(v, who, is_said_alike) + compare_labels(v, who);
	if (who == READER_DESK)
		differ += compare_sayings(v, who, is_filed_alike) + compare_rows(v) + compare_sessions(v);
	return differ;
}

/* The same officers, each in a session of his browser; whoever has none is told nothing at all. */
static void check_browsers(struct served v[2])
{
	for (size_t i = 0; i < 2; i++) {
		v[i].is_browser = true;
		for (enum served_reader who = READER_WATCH; who < READERS; who++)
			served_sign_in(&v[i], who, &w);
	}
	found += compare(v, READER_DESK);
	assert_true(IS_PLANTED || found == 0);
	assert_true(IS_PLANTED || compare(v, READER_WATCH) > 0);
	assert_int_equal(compare(v, READER_OWNER_ALONE), 0);
}

static void check_served(struct served v[2])
{
	found += compare(v, READER_DESK);
	assert_true(IS_PLANTED || found == 0);
	assert_true(IS_PLANTED || compare(v, READER_WATCH) > 0);
	assert_true(IS_PLANTED || compare(v, READER_OWNER_ALONE) > 0);
	check_browsers(v);
	served_close(&v[0]);
	served_close(&v[1]);
}

static void check_twins(const struct logs *with, const struct logs *without)
{
	struct served v[2];

	begin(&v[0], with);
	begin(&v[1], without);
	check_served(v);
}

static void check_and_close(struct logs *with, struct logs *without)
{
	check_twins(with, without);
	close_logs(with);
	close_logs(without);
}

/* The peer said one thing more. */
static void test_one_item_more(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	served_message(&with.theirs, "S", "not for the desk");
	check_twins(&with, &without);
	close_logs(&with);
	close_logs(&without);
}

/* Of an event that all may know of, the other side claims and thinks something that the desk may not. */
static void test_claims_more(void **state)
{
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_of_event(&without.theirs, KIND_EVENT, NULL, "U");
	copy_logs(&with, &without);
	put_of_event(&with.ours, KIND_CLAIM, &with.theirs, "S");
	put_of_event(&with.ours, KIND_ACT, &with.theirs, "S");
	check_twins(&with, &without);
	/* They count, and the watch is told: that the desk is not is no accident. */
	begin(&v[0], &with);
	begin(&v[1], &without);
	assert_true(IS_PLANTED || !is_equal(v, "GET", "/assessments", READER_WATCH));
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

/* One unit of an open text, of theirs; gives the text's index. */
static size_t put_text(struct logs *l)
{
	size_t text;

	open_logs(l);
	put_common(l);
	put_of_text(&l->theirs, KIND_BODY, "kidd", NULL, 0, "U");
	put_of_text(&l->theirs, KIND_TEXT, "statement", &l->theirs, l->theirs.count - 1, "U");
	text = l->theirs.count - 1;
	put_of_text(&l->theirs, KIND_UNIT, "goal", &l->theirs, text, "U");
	return text;
}

/* Of an open text one side has units that the desk may not know of, and stands on one with open words. */
static void test_units_more(void **state)
{
	struct logs without, with;
	struct bytes answer;
	struct served v[2];
	char target[64];
	size_t text;

	(void)state;
	text = put_text(&without);
	copy_logs(&with, &without);
	put_of_text(&with.ours, KIND_UNIT, "goal", &with.theirs, text, "S");
	put_of_text(&with.ours, KIND_AGREE, "", &with.theirs, text, "U");
	put_of_text(&with.ours, KIND_UNIT, "means", &with.theirs, text, "S");
	check_twins(&with, &without);
	/* The desk has the text itself, and the watch the brackets that are in it. */
	begin(&v[0], &with);
	begin(&v[1], &without);
	snprintf(target, sizeof target, "/text?place=BIRCH/CHANNEL-2%%201.%zu&file=0", text);
	answer = served_ask(&v[0], "GET", target, v[0].tokens[READER_DESK], NONE);
	assert_true(IS_PLANTED || memmem(answer.ptr, answer.len, "\"goal\"", 6) != NULL);
	assert_true(IS_PLANTED || memmem(answer.ptr, answer.len, "BRACKETED", 9) == NULL);
	answer = served_ask(&v[0], "GET", target, v[0].tokens[READER_WATCH], NONE);
	assert_true(IS_PLANTED || memmem(answer.ptr, answer.len, "BRACKETED", 9) != NULL);
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

/* What f's party has seen of the other's log. */
static void see(struct statement *s, const struct forge *other)
{
	s->seen[s->seen_count++] =
		(struct seen){ bytes_str(w.accord->parties[other->key.party].name), 1, other->count };
}

/* Of their text and its unit behind it: an agree, a concordance. */
static void put_on_unit(struct logs *l, struct forge *f, enum kind kind, size_t text)
{
	struct statement s;

	forge_statement(f, kind, &s);
	s.refers[s.refers_count++] = forge_place(&l->theirs, text);
	s.refers[s.refers_count++] = forge_place(&l->theirs, text + 1);
	see(&s, f == &l->ours ? &l->theirs : &l->ours);
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

static void put_endorsed(struct logs *l, struct forge *f, enum endorsement what, size_t text,
			 const uint8_t hash[HASH_LEN])
{
	uint8_t memory[2][HASH_LEN + 8];
	struct buf act = BUF_ON(memory[0]), of = BUF_ON(memory[1]);
	struct statement s;

	forge_statement(f, KIND_ENDORSE, &s);
	cbor_put_uint(&act, what);
	cbor_put_bytes(&of, (struct bytes){ hash, HASH_LEN });
	give(&s, DIALOGUE_ACT, &act);
	give(&s, DIALOGUE_HASH, &of);
	s.refers[s.refers_count++] = forge_place(&l->theirs, text);
	see(&s, f == &l->ours ? &l->theirs : &l->ours);
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* As the node makes it of the text as it stands. */
static void ask_hash(const struct logs *l, size_t text, uint8_t out[HASH_LEN])
{
	static const char key[] = "\"hash\":\"";
	struct bytes answer, hex = { NULL, 2 * (size_t)HASH_LEN };
	struct served v;
	char target[64];

	begin(&v, l);
	snprintf(target, sizeof target, "/text?place=BIRCH/CHANNEL-2%%201.%zu", text);
	answer = served_ask(&v, "GET", target, v.tokens[READER_WATCH], NONE);
	hex.ptr = memmem(answer.ptr, answer.len, key, sizeof key - 1);
	assert_non_null(hex.ptr);
	hex.ptr += sizeof key - 1;
	assert_int_equal(bytes_read_hex(hex, out, HASH_LEN), ERR_OK);
	served_close(&v);
}

/* A text that both have signed, and a correction of it of which the desk may not know. */
static void test_a_correction(void **state)
{
	struct logs without, with;
	uint8_t hash[HASH_LEN];
	struct bytes answer;
	struct served v;
	char target[64];
	size_t text;

	(void)state;
	text = put_text(&without);
	for (int i = 0; i < 2; i++) {
		put_on_unit(&without, i == 0 ? &without.theirs : &without.ours, KIND_AGREE, text);
		put_on_unit(&without, i == 0 ? &without.theirs : &without.ours, KIND_CONCORDANCE, text);
	}
	ask_hash(&without, text, hash);
	for (enum endorsement what = ENDORSE_INITIAL; what <= ENDORSE_SIGN; what++) {
		put_endorsed(&without, &without.theirs, what, text, hash);
		put_endorsed(&without, &without.ours, what, text, hash);
	}
	copy_logs(&with, &without);
	put_of_text(&with.ours, KIND_TEXT, "correction", &with.theirs, text, "S");
	check_twins(&with, &without);
	begin(&v, &with);
	snprintf(target, sizeof target, "/text?place=BIRCH/CHANNEL-2%%201.%zu", text);
	answer = served_ask(&v, "GET", target, v.tokens[READER_WATCH], NONE);
	assert_true(IS_PLANTED || memmem(answer.ptr, answer.len, "[\"correction\"]", 14) != NULL);
	served_close(&v);
	close_logs(&with);
	close_logs(&without);
}

/* And our watch has acted on it, under an open label: what names it would tell of it. */
static void test_acts_on_it(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	served_message(&with.theirs, "S", "not for the desk");
	put_act(&with.ours, KIND_WATCH_READ, &with.theirs, with.theirs.count - 1, "U");
	served_message(&with.home, "S", "nor this, at home");
	check_twins(&with, &without);
	close_logs(&with);
	close_logs(&without);
}

/* In the place of one thing that is not for it stands another: longer, with acts, of another kind. */
static void test_another_in_its_place(void **state)
{
	struct logs common, one, other;

	(void)state;
	open_logs(&common);
	put_common(&common);
	copy_logs(&one, &common);
	copy_logs(&other, &common);
	served_message(&one.theirs, "S", "short");
	served_message(&other.theirs, "S", "another, which is longer than the first one, as can be seen");
	served_message(&common.theirs, "S", "only for the number");
	served_message(&common.theirs, "U", "open again");
	copy_log(&one.theirs, &common.theirs, common.theirs.count);
	copy_log(&other.theirs, &common.theirs, common.theirs.count);
	check_twins(&one, &other);
	close_logs(&one);
	close_logs(&other);
	close_logs(&common);
}

static bool is_in_recess(struct served *v)
{
	static const char word[] = "\"life\":\"RECESS\"";
	struct bytes answer = served_ask(v, "GET", "/instances", v->tokens[READER_WATCH], NONE);

	return memmem(answer.ptr, answer.len, word, sizeof word - 1) != NULL;
}

/* A procedure that all may know of stands otherwise after a move that the desk may not know of. */
static void test_a_move_in_an_open_procedure(void **state)
{
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_start(&without.ours);
	copy_logs(&with, &without);
	put_recess(&with.theirs, &with.ours, "S");
	check_twins(&with, &without);
	begin(&v[0], &with);
	begin(&v[1], &without);
	assert_true(is_in_recess(&v[0]) && !is_in_recess(&v[1]));
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

/*
 * ---- What is said of what is said: drafts, forms, translations, labels, files, and the stream of it all.
 * ----
 */

static void say_words(struct forge *f, struct statement *s, const char *level, const char *text)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);

	s->label.level = bytes_str(level);
	forge_content(&w, s, bytes_str(text), NULL, 0, &content);
	forge_say(f, s, &w.nodes[f->key.party].officer.key, buf_bytes(&content));
}

/* A message of ours that waits at home to go out: where it stands there. */
static void put_draft(struct logs *l, const char *level, const char *text)
{
	uint8_t memory[1024];
	struct buf words = BUF_ON(memory);
	struct statement going;

	forge_message(&l->ours, PRECEDENCE_ROUTINE, &going);
	forge_content(&w, &going, bytes_str(text), NULL, 0, &words);
	put_submit(&l->home, &going, &w.nodes[0].officer.key, level, buf_bytes(&words));
}

/* The second officer says no to the last draft. */
static void put_refusal(struct logs *l, const char *level)
{
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_statement(&l->home, KIND_REFUSE, &s);
	s.label.level = bytes_str(level);
	s.refers[s.refers_count++] = forge_place(&l->home, l->home.count - 1);
	forge_content(&w, &s, BYTES_LIT("not like this"), NULL, 0, &content);
	forge_say(&l->home, &s, &w.nodes[0].officer.second, buf_bytes(&content));
}

static void test_drafts(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_draft(&without, "U", "an open draft");
	put_refusal(&without, "U");
	put_draft(&without, "U", "another open draft");
	copy_logs(&with, &without);
	put_draft(&with, "S", "a draft that is not for the desk");
	put_refusal(&with, "S");
	put_draft(&with, "S", "nor is this one");
	check_and_close(&with, &without);
}

/* A release outside of what stands there: its words are that one's. */
static void put_release(struct logs *l, size_t index)
{
	uint8_t memory[2][64], none[HASH_LEN] = { 0 };
	struct buf hash = BUF_ON(memory[0]), to = BUF_ON(memory[1]);
	struct statement going;

	say_of(&l->ours, READER_WATCH, KIND_RELEASE, 1, index, &going);
	cbor_put_bytes(&hash, BYTES_OF(none));
	cbor_put_array(&to, 1);
	cbor_put_text(&to, BYTES_LIT("PUBLIC"));
	going.fields[going.fields_count++] = (struct field){ FIELD_ITEM_HASH, buf_bytes(&hash) };
	going.fields[going.fields_count++] = (struct field){ FIELD_ITEM_TO, buf_bytes(&to) };
	put_submit(&l->home, &going, key_of(READER_WATCH), "U", NONE);
}

/*
 * An open draft refers to what the desk may not know of. How many it takes would tell how urgent that is, and
 * what holds it which words it has.
 */
static void test_drafts_of_what_is_hidden(void **state)
{
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	for (size_t i = 0; i < 2; i++) {
		struct logs *l = i == 0 ? &without : &with;
		uint8_t memory[1024];
		struct buf words = BUF_ON(memory);
		struct statement s;
		forge_message(&l->theirs, i == 0 ? PRECEDENCE_ROUTINE : PRECEDENCE_FLASH, &s);
		say_words(&l->theirs, &s, "S", i == 0 ? "not for the desk" : "at nightfall");
		prng_init(&w.prng, 41); /* the same drafts */
		say_of(&l->ours, READER_WATCH, KIND_REPLY, 1, l->theirs.count - 1, &s);
		forge_content(&w, &s, BYTES_LIT("an answer"), NULL, 0, &words);
		put_submit(&l->home, &s, key_of(READER_WATCH), "U", buf_bytes(&words));
		put_release(l, l->theirs.count - 1);
	}
	check_twins(&with, &without);
	/* They count, and the watch is told. */
	begin(&v[0], &with);
	begin(&v[1], &without);
	for (size_t i = 0; i < 2; i++) {
		struct bytes told = served_ask(&v[i], "GET", "/drafts", v[i].tokens[READER_WATCH], NONE);
		assert_int_equal(memmem(told.ptr, told.len, "\"needed\":1", 10) != NULL, i == 0);
		assert_int_equal(memmem(told.ptr, told.len, "nightfall", 9) != NULL, i == 0);
		served_close(&v[i]);
	}
	close_logs(&with);
	close_logs(&without);
}

#define ROSTER_FROM_MS 1792972800000ull /* hours before the worlds' time */

/* Who is on duty at the watch, by a roster of so many persons at one rung each. */
static void put_roster(struct forge *f, const char *level, size_t people)
{
	static struct roster r;
	uint8_t memory[6][512];
	struct buf fields[6] = { BUF_ON(memory[0]), BUF_ON(memory[1]), BUF_ON(memory[2]),
				 BUF_ON(memory[3]), BUF_ON(memory[4]), BUF_ON(memory[5]) };
	struct statement s;

	r = (struct roster){ .people_count = people, .shifts_count = people };
	for (size_t i = 0; i < people; i++) {
		r.people[i] = (struct roster_person){ BYTES_LIT("Kim"), BYTES_LIT("1234"), BYTES_LIT("ko") };
		r.shifts[i] = (struct roster_shift){ 0, 40 * 86400, (uint8_t)i, (uint8_t)i, 0 };
	}
	forge_statement(f, KIND_ROSTER, &s);
	s.label.level = bytes_str(level);
	cbor_put_text(&fields[0], BYTES_LIT("watch"));
	cbor_put_uint(&fields[1], ROSTER_FROM_MS);
	cbor_put_uint(&fields[2], ROSTER_FROM_MS + 40 * 86400000ull);
	roster_put_people(&r, &fields[3]);
	roster_put_shifts(&r, &fields[4]);
	roster_put_gaps(&r, &fields[5]);
	for (uint64_t i = 0; i < 6; i++)
		s.fields[s.fields_count++] = (struct field){ i + 1, buf_bytes(&fields[i]) };
	forge_say(f, &s, &w.nodes[0].officer.key, NONE);
}

static void check_rosters(bool is_open_one_first)
{
	struct logs without, with;
	struct served v[2];

	open_logs(&without);
	put_common(&without);
	if (is_open_one_first)
		put_roster(&without.home, "U", 1);
	copy_logs(&with, &without);
	put_roster(&with.home, "S", 2);
	check_twins(&with, &without);
	/* It counts, and the watch is told. */
	begin(&v[0], &with);
	begin(&v[1], &without);
	assert_true(IS_PLANTED || !is_equal(v, "GET", "/watch", READER_WATCH));
	assert_true(IS_PLANTED || !is_equal(v, "GET", "/roster", READER_WATCH));
	served_close(&v[0]);
	served_close(&v[1]);
	close_logs(&with);
	close_logs(&without);
}

/* Who is on duty by a roster that the desk may not know of: behind one that it may, and alone. */
static void test_rosters(void **state)
{
	(void)state;
	check_rosters(true);
	check_rosters(false);
}

/* A form that the other side announced openly is amended for some. */
static void put_form(struct forge *f, const struct forge *on, size_t index, const char *level)
{
	uint8_t memory[16];
	struct buf act = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	s.has_form = true;
	s.form = BYTES_LIT("N20");
	s.form_version = 1;
	if (on != NULL) {
		cbor_put_uint(&act, FORM_ACT_AMEND);
		s.fields[s.fields_count++] = (struct field){ FORM_FIELD_ACT, buf_bytes(&act) };
		s.refers[s.refers_count++] = forge_place(on, index);
	}
	say_words(f, &s, level, on == NULL ? "an event" : "more of it");
}

static void test_forms(void **state)
{
	struct logs without, with;

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_form(&without.theirs, NULL, 0, "U");
	copy_logs(&with, &without);
	put_form(&with.theirs, &with.theirs, without.theirs.count - 1, "S");
	put_form(&with.theirs, NULL, 0, "S");
	check_and_close(&with, &without);
}

static void put_translation(struct logs *l, const struct forge *on, size_t index, const char *level,
			    const char *language, const char *text)
{
	struct forge *f = &l->ours;
	uint8_t memory[2][16];
	struct buf status = BUF_ON(memory[0]), tag = BUF_ON(memory[1]);
	struct statement s;

	forge_statement(f, KIND_TRANSLATION, &s);
	cbor_put_uint(&status, text == NULL ? TRANSLATION_NONE : TRANSLATION_DRAFT);
	cbor_put_text(&tag, bytes_str(language));
	s.fields[s.fields_count++] = (struct field){ FIELD_TRANSLATION_STATUS, buf_bytes(&status) };
	s.fields[s.fields_count++] = (struct field){ FIELD_TRANSLATION_LANGUAGE, buf_bytes(&tag) };
	s.refers[s.refers_count++] = forge_place(on, index);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(w.accord->parties[1].name), 1, l->theirs.count };
	if (text != NULL) {
		say_words(f, &s, level, text);
		return;
	}
	s.label.level = bytes_str(level);
	forge_say(f, &s, &w.nodes[0].officer.key, NONE);
}

/* Of an open text an open translation; then others, and what some think of the first. */
static void test_translations(void **state)
{
	struct logs without, with;
	size_t text;

	(void)state;
	open_logs(&without);
	put_common(&without);
	text = without.theirs.count - 1;
	put_translation(&without, &without.theirs, text, "U", "ko", "둘째");
	copy_logs(&with, &without);
	put_translation(&with, &with.theirs, text, "S", "ko", "다른 말");
	put_translation(&with, &with.ours, without.ours.count - 1, "S", "ko", NULL);
	check_and_close(&with, &without);
}

/* The last entry of the log gets another label. */
static void put_label(struct forge *f, size_t index, enum kind kind, const char *level)
{
	uint8_t memory[64];
	struct buf hash = BUF_ON(memory);
	struct entry entry;
	struct statement item, s;
	struct fault fault;

	if (entry_open(f->items[index].entry, &entry, &fault) != ERR_OK ||
	    statement_read(entry.statement, &item, &fault) != ERR_OK)
		fail_msg("what was forged cannot be read");
	forge_statement(f, kind, &s);
	s.label.level = bytes_str(level);
	cbor_put_bytes(&hash, (struct bytes){ item.content.hash, HASH_LEN });
	s.fields[s.fields_count++] = (struct field){ FIELD_ITEM_HASH, buf_bytes(&hash) };
	s.refers[s.refers_count++] = forge_place(f, index);
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, NONE);
}

/* What the desk could read goes above it, with the answer to it: as if it had stood there from the first. */
static void test_relabelled(void **state)
{
	struct logs without, with;
	size_t item;

	(void)state;
	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	item = without.ours.count;
	served_message(&with.ours, "U", "it was open once");
	served_message(&without.ours, "S", "it never was open");
	put_act(&with.ours, KIND_REMARK, &with.ours, item, "U");
	put_label(&with.ours, item, KIND_RELABEL, "S");
	check_and_close(&with, &without);
}

/* A file is its item's: whoever may not know of that is not told whether the bytes are here. */
static void put_file(struct forge *f, const char *level, const char *bytes)
{
	uint8_t memory[1024], hash[HASH_LEN];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	s.label.level = bytes_str(level);
	hash_sha256(bytes_str(bytes), hash);
	forge_content(&w, &s, BYTES_LIT("with a file"), hash, strlen(bytes), &content);
	forge_say(f, &s, &w.nodes[f->key.party].officer.key, buf_bytes(&content));
}

/* The watch has it, and nobody else is said to. */
static void give_file(struct served *v, const char *bytes)
{
	uint8_t hash[HASH_LEN], key[HASH_LEN], memory[128];
	struct buf wire = BUF_ON(memory);

	ssh_public_write(key_of(READER_WATCH)->public, &wire);
	hash_sha256(buf_bytes(&wire), key);
	hash_sha256(bytes_str(bytes), hash);
	assert_int_equal(node_attach(v->node, key, hash, strlen(bytes), 0, bytes_str(bytes)), ERR_OK);
	served_turn(v);
}

static size_t compare_files(struct served v[2], enum served_reader who, const char *bytes)
{
	uint8_t hash[HASH_LEN];
	char hex[2 * HASH_LEN + 1], target[256];
	size_t differ = 0;

	hash_sha256(bytes_str(bytes), hash);
	bytes_write_hex(BYTES_OF(hash), hex);
	snprintf(target, sizeof target, "/attachments?hash=%s", hex);
	differ += !is_equal(v, "GET", target, who);
	for (unsigned index = 0; index < LAST; index++) {
		for (size_t i = 0; i < 2; i++) {
			snprintf(target, sizeof target,
				 "/attachments?hash=%s&place=BIRCH/CHANNEL-2%%201.%u%s", hex, index,
				 i == 0 ? "" : "&offset=0");
			differ += !is_equal(v, "GET", target, who);
		}
	}
	return differ;
}

static bool is_given_alike(struct served v[2], const char *hash, size_t total, size_t offset,
			   const char *piece)
{
	char target[256];

	snprintf(target, sizeof target, "/attachments?hash=%s&total=%zu&offset=%zu", hash, total, offset);
	return is_equal_of(v, "POST", target, READER_DESK, bytes_str(piece));
}

/* Whoever has a hash gives bytes for it, false ones and true, and is not told whether it is here. */
static size_t compare_gifts(struct served v[2], const char *bytes)
{
	uint8_t hash[HASH_LEN], memory[1024];
	struct buf content = BUF_ON(memory);
	size_t differ = 0, len = strlen(bytes);
	char hex[2 * HASH_LEN + 1], other[64];
	struct statement s;
	struct forge f;

	hash_sha256(bytes_str(bytes), hash);
	bytes_write_hex(BYTES_OF(hash), hex);
	snprintf(other, sizeof other, "%s", bytes);
	other[0] ^= 1;
	/* To name it, he has to have given it. */
	forge_open(&f, &w, 0, SERVED_CONSULT, 1);
	forge_message(&f, PRECEDENCE_ROUTINE, &s);
	s.role = BYTES_LIT("desk");
	forge_content(&w, &s, BYTES_LIT("with a file"), hash, len, &content);
	forge_free(&f);
	differ += !is_said_alike(v, READER_DESK, &s, buf_bytes(&content));
	differ += !is_filed_alike(v, READER_DESK, &s, buf_bytes(&content));
	differ += !is_given_alike(v, hex, len, len - 1, other + len - 1); /* its end alone */
	differ += !is_given_alike(v, hex, len + 1, 0, other);		  /* of another length */
	differ += !is_given_alike(v, hex, len + 1, len, "x");		  /* and the end of that */
	differ += !is_given_alike(v, hex, len, 0, other);		  /* another file */
	differ += !is_given_alike(v, hex, len, 1, bytes + 1);		  /* not from the front */
	differ += !is_given_alike(v, hex, len, len, "x");		  /* beyond it */
	differ += !is_given_alike(v, hex, len, 0, bytes);
	differ += !is_said_alike(v, READER_DESK, &s, buf_bytes(&content));
	return differ;
}

static void test_files(void **state)
{
	static const char open[] = "the bytes of an open file", closed[] = "and those of one that is not";
	struct logs without, with;
	struct served v[2];

	(void)state;
	open_logs(&without);
	put_common(&without);
	put_file(&without.theirs, "U", open);
	copy_logs(&with, &without);
	put_file(&with.theirs, "S", closed);
	put_file(&with.theirs, "S", open);
	begin(&v[0], &with);
	begin(&v[1], &without);
	give_file(&v[0], open);
	give_file(&v[1], open);
	give_file(&v[0], closed);
	for (size_t i = 0; i < 2; i++) {
		const char *bytes = i == 0 ? open : closed;
		found += compare_files(v, READER_DESK, bytes);
		assert_true(IS_PLANTED || found == 0);
		assert_true(IS_PLANTED || compare_files(v, READER_WATCH, bytes) > 0);
	}
	found += compare_gifts(v, closed);
	assert_true(IS_PLANTED || found == 0);
	check_served(v);
	close_logs(&with);
	close_logs(&without);
}

/* ---- The stream. ---- */

static void open_stream(struct served *v, enum served_reader who)
{
	char request[256];
	int len = snprintf(request, sizeof request,
			   "GET /events HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer %s\r\n\r\n",
			   v->tokens[who]);

	v->stream = served_connect(v);
	assert_int_equal(send(v->stream, request, (size_t)len, MSG_NOSIGNAL), len);
}

/* What both streams say from here on. */
static bool streams_equal(struct served v[2])
{
	struct bytes of[2];

	for (size_t i = 0; i < 2; i++)
		of[i] = served_listen(&v[i], v[i].stream);
	return bytes_equal(of[0], of[1]);
}

/* The one hears what is not for the desk while it listens; then both hear what is. */
static bool is_told_alike(enum served_reader who)
{
	struct logs without, with;
	struct served v[2];
	size_t had, said;
	bool is_alike;

	open_logs(&without);
	put_common(&without);
	copy_logs(&with, &without);
	begin(&v[0], &with);
	begin(&v[1], &without);
	had = without.theirs.count;
	said = without.ours.count;
	for (size_t i = 0; i < 2; i++)
		open_stream(&v[i], who);
	is_alike = streams_equal(v);
	/* In one place of the log each, or what comes behind would have another number. */
	served_message(&with.theirs, "S", "not for the desk");
	put_form(&with.theirs, &with.theirs, had, "S");
	served_message(&without.theirs, "S", "nor this");
	served_message(&without.theirs, "S", "nor that, which is longer");
	put_act(&with.ours, KIND_WATCH_READ, &with.theirs, had, "S");
	put_draft(&with, "S", "a draft that is not for the desk");
	served_hear(&v[0], &with.theirs, had, had + 2);
	served_hear(&v[1], &without.theirs, had, had + 2);
	served_say(&v[0], &with.ours, said, with.ours.count);
	served_say(&v[0], &with.home, without.home.count, with.home.count);
	is_alike = streams_equal(v) && is_alike;
	served_message(&without.theirs, "U", "for everybody");
	copy_log(&with.theirs, &without.theirs, without.theirs.count);
	served_hear(&v[0], &with.theirs, had + 2, had + 3);
	served_hear(&v[1], &without.theirs, had + 2, had + 3);
	is_alike = streams_equal(v) && is_alike;
	for (size_t i = 0; i < 2; i++)
		served_close(&v[i]);
	close_logs(&with);
	close_logs(&without);
	return is_alike;
}

static void test_streams(void **state)
{
	(void)state;
	if (IS_PLANTED)
		return;
	assert_true(is_told_alike(READER_DESK));
	assert_false(is_told_alike(READER_WATCH));
}

/* The one form of this accord: anybody, of anything. */
static void add_form(void)
{
	static struct form form = { .name = "N20",
				    .version = 1,
				    .planes = 1u << PLANE_CONSULT,
				    .acts = 0xf,
				    .precedences = 1u << PRECEDENCE_ROUTINE,
				    .precedence = PRECEDENCE_ROUTINE };
	struct accord *a = (struct accord *)(void *)w.accord_memory;

	a->forms = &form;
	a->forms_count = 1;
	accord_book(a, &w.book);
}

/* Words at FLASH are signed by two. */
static void add_release(void)
{
	struct guidelines *g = (struct guidelines *)(uintptr_t)w.accord->guidelines;

	g->releases[g->releases_count++] = (struct guidelines_release){
		.when = RELEASE_PRECEDENCE, .of = PRECEDENCE_FLASH, .by = 1, .line = 10
	};
}

static void add_words(void)
{
	static struct held_words words;
	static uint8_t memory[256];
	struct arena arena;
	size_t line;

	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(held_words_read(BYTES_LIT("nightfall\n"), &arena, &words, &line), ERR_OK);
	((struct accord *)(void *)w.accord_memory)->held = &words;
}

/* A row of the table that nothing above has asked is one of which nothing is known. */
static void test_every_row_was_asked(void **state)
{
	(void)state;
	assert_in_range(routes_count, 1, ROWS_MAX);
	for (size_t i = 0; !IS_PLANTED && i < routes_count; i++) {
		bool is_for_officers = routes[i].authority < AUTHORITY_OWNER;
		if (!rows[i].is_asked || (is_for_officers && !rows[i].is_answered))
			fail_msg("%s %s: asked %d, answered %d", routes[i].method, routes[i].path,
				 rows[i].is_asked, rows[i].is_answered);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_item_more),
		cmocka_unit_test(test_claims_more),
		cmocka_unit_test(test_units_more),
		cmocka_unit_test(test_a_correction),
		cmocka_unit_test(test_acts_on_it),
		cmocka_unit_test(test_another_in_its_place),
		cmocka_unit_test(test_a_move_in_an_open_procedure),
		cmocka_unit_test(test_drafts),
		cmocka_unit_test(test_drafts_of_what_is_hidden),
		cmocka_unit_test(test_rosters),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_translations),
		cmocka_unit_test(test_relabelled),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_every_row_was_asked),
	};

	(void)argc;
	(void)argv;
#ifdef PLANT
	plant_route = argv[1];
#endif
	served_world(&w);
	((struct accord *)(void *)w.accord_memory)->text_hold_ms = 0; /* nobody waits between his acts */
	add_form();
	add_release();
	add_words();
	return cmocka_run_group_tests(tests, NULL, NULL) != 0 || (IS_PLANTED && found == 0);
}
