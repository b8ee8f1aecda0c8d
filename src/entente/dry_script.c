#include "entente/dry_script.h"

#include "home/time_text.h"
#include "home/words.h"

#include <string.h>

#define DAY_MS 86400000u

/* clang-format off */
static const struct dry_rule rules[] = {
	{ "line.length",       N_("the line is too long"), N_("write one act a line") },
	{ "line.utf8",         N_("the line is not UTF-8"), N_("save the file as UTF-8") },
	{ "line.control",      N_("the line has a control character"), N_("put spaces between words") },
	{ "line.newline",      N_("the line does not end with a newline"), N_("end the last line with a newline") },
	{ "line.space",        N_("a word is not set off by a space"), N_("put spaces between words") },
	{ "script.day",        N_("that is no day, or the play has begun"), N_("write `day 2026-12-01` before the first act") },
	{ "script.time",       N_("that is no time, or it is before the line above"),
			       N_("write 09:30:00, 09:30 or +30s behind the line above, each later than the one before") },
	{ "script.who",        N_("there is no such party, or the procedure has no such role"),
			       N_("write PARTY/ROLE, PARTY/ROLE/PERSON, or PARTY alone for its node") },
	{ "script.persons",    N_("the script names too many persons"), N_("name fewer: a role has one person of its own") },
	{ "script.move",       N_("there is no such act"),
			       N_("entente(1) has the words under `procedure dry-run`: start, message, ack, propose ...") },
	{ "script.precedence", N_("the procedure does not have that precedence"), N_("write `start PRECEDENCE DEPTH`, as start FLASH III") },
	{ "script.depth",      N_("that is no depth of consultation"), N_("write I, II or III behind the precedence") },
	{ "script.step",       N_("the procedure has no such step"), N_("name a step by its id; `entente procedure draw` shows them") },
	{ "script.option",     N_("the step has no such option"), N_("name an option of the gate by its id") },
	{ "script.about",      N_("what it is about is missing"), N_("name a step, or an act by its number") },
	{ "script.until",      N_("that is no span"), N_("write how long it is deferred, as 30m") },
	{ "script.party",      N_("there is no such party"), N_("name the parties that are cut off, or none for all") },
	{ "script.more",       N_("there is more on the line than that act takes"), N_("take the rest away, or put # before it") },
};
/* clang-format on */

static const struct dry_rule *rule_of(const char *name)
{
	size_t i = 0;

	while (i + 1 < ARRAY_COUNT(rules) && strcmp(rules[i].name, name) != 0)
		i++;
	return &rules[i];
}

/* ---- When and who. ---- */

static bool read_two(const uint8_t *at, uint64_t max, uint64_t *out)
{
	return bytes_read_decimal((struct bytes){ at, at[0] == '0' ? 1 : 2 }, max, out) == ERR_OK &&
	       (at[0] != '0' || bytes_read_decimal((struct bytes){ at + 1, 1 }, 9, out) == ERR_OK);
}

/* 09:30 or 09:30:05. */
static bool read_hour(struct bytes word, uint64_t *ms)
{
	uint64_t hour, minute, second = 0;

	if ((word.len != 5 && word.len != 8) || word.ptr[2] != ':' || !read_two(word.ptr, 23, &hour) ||
	    !read_two(word.ptr + 3, 59, &minute))
		return false;
	if (word.len == 8 && (word.ptr[5] != ':' || !read_two(word.ptr + 6, 59, &second)))
		return false;
	*ms = 1000 * (3600 * hour + 60 * minute + second);
	return true;
}

static bool read_span(struct bytes word, uint64_t *ms)
{
	char text[24];

	return bytes_copy_str(word, text, sizeof text) == ERR_OK && span_read(text, ms) == ERR_OK &&
	       *ms <= (uint64_t)366 * DAY_MS;
}

static void read_time(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	struct bytes word = line_word(r, "script.time"), sign;
	uint64_t ms = 0;

	if (r->rule != NULL)
		return;
	if (word.ptr[0] == '+' && bytes_take(&word, 1, &sign) == ERR_OK && read_span(word, &ms))
		out->at_ms = s->now_ms + ms;
	else if (read_hour(word, &ms))
		out->at_ms = s->day_ms + ms;
	if (out->at_ms < s->now_ms || out->at_ms == 0 || out->at_ms > TIME_MS_MAX)
		line_refuse(r, "script.time");
}

static void read_day(struct dry_script *s, struct line_reader *r)
{
	struct bytes word = line_word(r, "script.day");
	uint8_t memory[32];
	struct buf text = BUF_ON(memory);
	uint64_t ms = 0;

	buf_put(&text, word);
	buf_put_str(&text, "T00:00Z");
	buf_put_byte(&text, 0);
	line_end(r, "script.more");
	if (r->rule != NULL)
		return;
	if (word.len != 10 || buf_check(&text) != ERR_OK || s->now_ms != s->day_ms ||
	    time_text_read((const char *)memory, (struct wall){ 0 }, &ms) != ERR_OK || ms == 0)
		line_refuse(r, "script.day");
	else
		s->day_ms = s->now_ms = ms;
}

static uint64_t person_named(struct dry_script *s, struct line_reader *r, struct bytes name)
{
	size_t i = 0;

	while (i < s->persons_count && !bytes_equal(name, bytes_str(s->persons[i].name)))
		i++;
	if (i == DRY_PERSONS_MAX)
		line_refuse(r, "script.persons");
	else if (i == s->persons_count &&
		 bytes_copy_str(name, s->persons[i].name, sizeof s->persons[i].name) != ERR_OK)
		line_refuse(r, "script.who");
	else if (i == s->persons_count)
		s->persons_count++;
	return PROCEDURE_ROLES_MAX + i + 1;
}

static void read_who(struct dry_script *s, struct line_reader *r, struct move *m)
{
	struct bytes role = line_word(r, "script.who"), party = role, rest;
	size_t number;

	m->is_node = bytes_take_until(&role, '/', &party) != ERR_OK;
	number = accord_party_find(s->accord, party);
	if (r->rule != NULL || number == s->accord->parties_count) {
		line_refuse(r, "script.who");
		return;
	}
	m->at.party = (uint8_t)number;
	if (m->is_node)
		return;
	rest = role;
	if (bytes_take_until(&rest, '/', &role) != ERR_OK)
		rest.len = 0;
	m->role = (uint8_t)procedure_role_find(s->procedure, role);
	m->person = m->role + 1u; /* who is not named is the role's own */
	if (m->role == s->procedure->roles_count)
		line_refuse(r, "script.who");
	else if (rest.len > 0)
		m->person = person_named(s, r, rest);
}

/* ---- What. ---- */

static void read_start(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	static const char *const depths[] = { "I", "II", "III" };
	enum precedence precedence = PRECEDENCE_COUNT;
	struct move *m = &out->move;

	m->whose = DEPTH_MAX;
	memcpy(m->hash, s->procedure->hash, HASH_LEN);
	if (line_has_more(r)) {
		if (precedence_read(line_word(r, "script.precedence"), &precedence) != ERR_OK)
			line_refuse(r, "script.precedence");
	} else {
		for (unsigned i = PRECEDENCE_COUNT; i-- > 0;)
			precedence = s->procedure->precedence[i].line != 0 ? (enum precedence)i : precedence;
	}
	if (r->rule == NULL && s->procedure->precedence[precedence].line == 0)
		line_refuse(r, "script.precedence");
	m->which = (uint8_t)precedence;
	if (line_has_more(r)) {
		m->whose = 0;
		for (size_t i = 0; i < ARRAY_COUNT(depths); i++) {
			if (line_accept(r, depths[i]))
				m->whose = (uint8_t)(i + 1);
		}
		if (m->whose == 0)
			line_refuse(r, "script.depth");
	}
}

static uint8_t step_named(struct dry_script *s, struct line_reader *r)
{
	size_t step = procedure_step_find(s->procedure, line_word(r, "script.step"));

	if (r->rule == NULL && step == s->procedure->steps_count)
		line_refuse(r, "script.step");
	return (uint8_t)step;
}

static void read_step(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	out->move.step = step_named(s, r);
}

static void read_option(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	struct bytes option;

	read_step(s, r, out);
	option = line_word(r, "script.option");
	if (r->rule != NULL)
		return;
	out->move.which = (uint8_t)step_option_find(&s->procedure->steps[out->move.step], option);
	if (out->move.which == s->procedure->steps[out->move.step].options_count)
		line_refuse(r, "script.option");
}

/* A step, or the number of an act. */
static void read_about(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	uint64_t act = 0;

	if (!line_has_more(r)) {
		line_refuse(r, "script.about");
	} else if (bytes_read_decimal(line_peek(r), UINT32_MAX, &act) == ERR_OK && act > 0) {
		(void)line_word(r, "script.about");
		out->about_act = act;
	} else {
		out->about = step_named(s, r);
	}
}

static void read_defer(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	struct bytes word;
	uint64_t ms = 0;

	read_about(s, r, out);
	word = line_word(r, "script.until");
	if (r->rule == NULL && !read_span(word, &ms))
		line_refuse(r, "script.until");
	out->move.until_ms = out->at_ms + ms;
}

static void read_wrong(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	read_about(s, r, out);
	out->move.which = 1;
}

static void read_resume(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	(void)s;
	(void)r;
	out->is_about_any = true;
}

/* The words of the commands that say the same to a node. */
static const struct {
	const char *word;
	enum move_kind kind;
	void (*read)(struct dry_script *s, struct line_reader *r, struct dry_act *out); /* NULL: no more */
} moves[] = {
	{ "start", MOVE_START, read_start },	   { "message", MOVE_MESSAGE, read_step },
	{ "ack", MOVE_WATCH_READ, read_about },	   { "readback", MOVE_READ_BACK, read_about },
	{ "correct", MOVE_MARK, read_about },	   { "wrong", MOVE_MARK, read_wrong },
	{ "present", MOVE_PRESENTED, read_about }, { "reply", MOVE_REPLY, read_about },
	{ "decline", MOVE_DECLINE, read_about },   { "defer", MOVE_DEFER, read_defer },
	{ "attend", MOVE_ATTEND, read_step },	   { "leave", MOVE_LEAVE, read_step },
	{ "done", MOVE_DONE, read_step },	   { "escalated", MOVE_ESCALATED, read_about },
	{ "propose", MOVE_PROPOSE, read_option },  { "concur", MOVE_CONCUR, read_about },
	{ "withdraw", MOVE_WITHDRAW, read_about }, { "confirm", MOVE_CONFIRM, read_about },
	{ "reserve", MOVE_RESERVE, read_about },   { "object", MOVE_OBJECT, read_about },
	{ "await", MOVE_AWAIT, read_about },	   { "decide", MOVE_DECIDE, read_option },
	{ "recess", MOVE_RECESS, NULL },	   { "resume", MOVE_RESUME, read_resume },
	{ "stand-down", MOVE_STAND_DOWN, NULL },   { "end", MOVE_END, NULL },
	{ "remark", MOVE_REMARK, NULL },
};

static void read_move(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	size_t i = 0;

	read_who(s, r, &out->move);
	while (i < ARRAY_COUNT(moves) && !line_accept(r, moves[i].word))
		i++;
	if (i == ARRAY_COUNT(moves)) {
		line_refuse(r, "script.move");
		return;
	}
	out->word = moves[i].word;
	out->move.kind = moves[i].kind;
	out->move.filed_ms = out->at_ms;
	if (moves[i].read != NULL)
		moves[i].read(s, r, out);
}

static void read_line(struct dry_script *s, struct line_reader *r, struct dry_act *out)
{
	out->what = DRY_LINE;
	out->line = line_accept(r, "up")     ? DRY_LINE_UP
		    : line_accept(r, "slow") ? DRY_LINE_SLOW
		    : line_accept(r, "down") ? DRY_LINE_DOWN
					     : DRY_LINE_SLOW + 1;
	if (out->line > DRY_LINE_SLOW)
		line_refuse(r, "script.move");
	while (out->line != DRY_LINE_UP && line_has_more(r)) {
		size_t party = accord_party_find(s->accord, line_word(r, "script.party"));
		if (party == s->accord->parties_count)
			line_refuse(r, "script.party");
		else
			out->parties |= (uint8_t)(1u << party);
	}
	if (out->parties == 0)
		out->parties = (uint8_t)((1u << s->accord->parties_count) - 1);
}

enum err dry_script_read(struct dry_script *s, struct bytes line, struct dry_act *out,
			 const struct dry_rule **why)
{
	struct line_reader r;

	*out = (struct dry_act){ .about = STEP_NONE, .move = { .step = STEP_NONE } };
	*why = NULL;
	line_reader_open(&r, line, NULL);
	if (!line_next(&r)) {
		*why = r.rule == NULL ? NULL : rule_of(r.rule);
		return r.rule == NULL ? ERR_NOT_FOUND : ERR_USAGE;
	}
	if (line_accept(&r, "day")) {
		read_day(s, &r);
		*why = r.rule == NULL ? NULL : rule_of(r.rule);
		return r.rule == NULL ? ERR_NOT_FOUND : ERR_USAGE;
	}
	read_time(s, &r, out);
	if (line_accept(&r, "show"))
		out->what = DRY_SHOW;
	else if (line_accept(&r, "line"))
		read_line(s, &r, out);
	else
		read_move(s, &r, out);
	line_end(&r, "script.more");
	if (r.rule != NULL) {
		*why = rule_of(r.rule);
		return ERR_USAGE;
	}
	s->now_ms = out->at_ms;
	return ERR_OK;
}
