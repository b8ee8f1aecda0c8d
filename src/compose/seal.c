#include "compose/seal.h"

#include "accord/form.h"
#include "base/alloc.h"
#include "compose/agreed.h"
#include "compose/enrolled.h"
#include "compose/parts.h"
#include "compose/withdrawn.h"
#include "home/words.h"
#include "sys/random.h"
#include "terminal/say.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- For whom. ---- */

struct choice {
	const struct agreed *agreed;
	struct enrolled enrolled;
	json_t *recipients; /* of GET /recipients, without what was withdrawn; its own */
	struct bytes roles[ACCORD_ROLES_MAX + 1];
	size_t roles_count;
	enum age_kind kind;
};

static void add_role(struct choice *c, struct bytes role)
{
	for (size_t i = 0; i < c->roles_count; i++) {
		if (bytes_equal(c->roles[i], role))
			return;
	}
	if (c->roles_count < ARRAY_COUNT(c->roles))
		c->roles[c->roles_count++] = role;
}

/*
 * The node tells those of the version in force: none that no version names. Whom the label keeps out is none.
 */
static enum exit_code add_reader(struct choice *c, const struct draft *d, struct bytes role)
{
	char *name;

	if (agreed_is_reader(c->agreed, role)) {
		if (agreed_may_read(c->agreed, &d->statement, role))
			add_role(c, role);
		return EXIT_DONE;
	}
	name = say_shown(role);
	say_error(
		_("The node says that {1} reads what is sealed there, and the accord in this home does not: "
		  "nothing was sealed."),
		name);
	say_next("entente accord show");
	free(name);
	return EXIT_INTEGRITY;
}

/* The author's, the addressees', those that the accord names, those of what is referred to. */
static enum exit_code add_roles(struct choice *c, const struct draft *d, const struct officer *officer,
				const json_t *answer)
{
	enum exit_code code = EXIT_DONE;
	json_t *name;
	size_t i;

	add_role(c, bytes_str(officer->role));
	for (i = 0; i < d->statement.addressees_count; i++)
		add_role(c, d->statement.addressees[i].role);
	json_array_foreach(json_object_get(answer, "readers"), i, name)
	{
		if (code == EXIT_DONE)
			code = add_reader(c, d,
					  bytes_str(json_is_string(name) ? json_string_value(name) : ""));
	}
	for (i = 0; i < d->readers_count; i++) {
		if (agreed_may_read(c->agreed, &d->statement, d->readers[i]))
			add_role(c, d->readers[i]);
	}
	return code;
}

static bool holds_role(const struct choice *c, const json_t *recipient, struct bytes role)
{
	json_t *name;
	size_t i;

	if (agreed_has_ended(c->agreed, role))
		return false;
	json_array_foreach(json_object_get(recipient, "roles"), i, name)
	{
		if (json_is_string(name) && bytes_equal(bytes_str(json_string_value(name)), role))
			return true;
	}
	return false;
}

/* Whether this post of this party has a key of the kind. */
static bool has_key(const struct choice *c, struct bytes party, struct bytes role, enum age_kind kind)
{
	const json_t *one;
	size_t i;

	json_array_foreach(c->recipients, i, one)
	{
		if (json_uint(one, "sealing") == kind &&
		    bytes_equal(bytes_str(json_str(one, "party")), party) && holds_role(c, one, role))
			return true;
	}
	return false;
}

/* A post that has keys, but no hybrid one: because of it all of the file is for X25519 keys. */
static const json_t *find_behind(const struct choice *c, struct bytes *role)
{
	const json_t *one;
	size_t i;

	json_array_foreach(c->recipients, i, one)
	{
		for (size_t r = 0; r < c->roles_count; r++) {
			if (!holds_role(c, one, c->roles[r]) ||
			    has_key(c, bytes_str(json_str(one, "party")), c->roles[r], AGE_HYBRID))
				continue;
			*role = c->roles[r];
			return one;
		}
	}
	return NULL;
}

static void name_post(struct bytes party, struct bytes role, char out[PARTY_NAME_MAX + ROLE_NAME_MAX + 2])
{
	struct buf text = { (uint8_t *)out, 0, PARTY_NAME_MAX + ROLE_NAME_MAX + 1, false };

	buf_put(&text, party);
	buf_put_byte(&text, '/');
	buf_put(&text, role);
	out[text.len] = '\0';
}

/* Hybrid, if it can be for everybody; why not is said, and where the accord requires it nothing is sealed. */
static enum exit_code choose_kind(struct choice *c, bool is_required, bool is_quiet)
{
	char post[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];
	bool is_here = age_kind_is_here(AGE_HYBRID);
	struct bytes role = { NULL, 0 };
	const json_t *behind = find_behind(c, &role);

	c->kind = is_here && behind == NULL ? AGE_HYBRID : AGE_X25519;
	if (c->kind == AGE_HYBRID)
		return EXIT_DONE;
	if (behind != NULL)
		name_post(bytes_str(json_str(behind, "party")), role, post);
	if (is_required) {
		if (!is_here)
			say_error(_(
				"The accord requires post-quantum sealing, and this machine's OpenSSL has no "
				"ML-KEM-768."));
		else
			say_error(_("The accord requires post-quantum sealing, and {1} has no such key."),
				  post);
		say_next(is_here ? _("its registrar adds one: entente keys --add FILE.pub --roles ROLE")
				 : _("write on a machine with OpenSSL 3.5 or later, as Debian 13 has it"));
		return EXIT_REFUSED;
	}
	if (is_quiet)
		return EXIT_DONE;
	if (!is_here)
		fputs(_("not post-quantum: this machine's OpenSSL has no ML-KEM-768\n"), stderr);
	else
		fprintf(stderr, "%s: %s\n", _("not post-quantum, for all, because of one post's keys"), post);
	return EXIT_DONE;
}

static enum exit_code need(const struct choice *c, struct bytes party, struct bytes role)
{
	char post[PARTY_NAME_MAX + ROLE_NAME_MAX + 2];

	if (has_key(c, party, role, c->kind))
		return EXIT_DONE;
	name_post(party, role, post);
	say_error(_("{1} has no key of kind {2} that words are sealed for, so nobody could read this there."),
		  post, age_kind_name(c->kind));
	say_next(_("entente keys --new-identity FILE makes one there; its registrar adds it: entente keys "
		   "--add FILE.pub "
		   "--roles ROLE"));
	return EXIT_REFUSED;
}

/* Whoever must be able to read it, and who wrote it. */
static enum exit_code check_needed(const struct choice *c, const struct draft *d,
				   const struct officer *officer)
{
	const struct statement *s = &d->statement;
	enum exit_code code = need(c, s->party, bytes_str(officer->role));

	for (size_t i = 0; code == EXIT_DONE && i < s->addressees_count; i++) {
		if (!bytes_equal(s->addressees[i].role, BYTES_LIT(ROLE_NODE)))
			code = need(c, s->addressees[i].party, s->addressees[i].role);
	}
	return code;
}

static bool is_wanted(const struct choice *c, const json_t *recipient)
{
	for (size_t i = 0; json_uint(recipient, "sealing") == c->kind && i < c->roles_count; i++) {
		if (holds_role(c, recipient, c->roles[i]))
			return true;
	}
	return false;
}

/* Who signed for it: the node is not believed. */
static enum exit_code check_key(const struct choice *c, const json_t *recipient)
{
	static const char *const whys[] = {
		[ENROLMENT_FALSE] = N_("The node shows a key of {1} that no registrar of the accord in this "
				       "home signed for: nothing was sealed."),
		[ENROLMENT_ALONE] = N_("The node shows a key of {1} for a post that two persons give, and "
				       "nothing shows that a second one did: nothing was sealed."),
	};
	enum enrolment enrolment = enrolled_adds(&c->enrolled, recipient);

	if (enrolment != ENROLMENT_GOOD) {
		say_error(_(whys[enrolment]), json_str(recipient, "party"));
		say_next("entente keys");
		return EXIT_INTEGRITY;
	}
	return EXIT_DONE;
}

static enum exit_code add_key(const struct choice *c, struct draft *d, const json_t *recipient)
{
	struct age_recipient *out = &d->sealed_for[d->sealed_for_count];
	enum exit_code code = check_key(c, recipient);
	struct buf key;
	enum err e;

	if (code != EXIT_DONE)
		return code;
	if (d->sealed_for_count == AGE_RECIPIENTS_MAX) {
		say_error(_("This would be sealed for more than {1} keys."), say_number(AGE_RECIPIENTS_MAX));
		say_next(_("address fewer posts; old keys of a post are withdrawn by its registrar"));
		return EXIT_REFUSED;
	}
	e = json_bytes(recipient, "key", &key);
	if (e == ERR_OK) {
		e = age_recipient_from(buf_bytes(&key), out);
		free(key.ptr);
	}
	for (size_t i = 0; e == ERR_OK && i < d->sealed_for_count; i++) {
		if (memcmp(&d->sealed_for[i], out, sizeof *out) == 0)
			return EXIT_DONE; /* of two posts at once */
	}
	d->sealed_for_count += e == ERR_OK ? 1 : 0;
	return e == ERR_OK ? EXIT_DONE : EXIT_ERROR;
}

/* Who has a key for it: "KOR: head, deputy; USA: head". */
static void put_readers(const struct choice *c, struct buf *out)
{
	const struct accord *a = c->agreed->held.accord;

	for (size_t p = 0; p < a->parties_count; p++) {
		size_t count = 0;
		for (size_t i = 0; i < c->roles_count; i++) {
			if (!has_key(c, bytes_str(a->parties[p].name), c->roles[i], c->kind))
				continue;
			if (count == 0) {
				buf_put_str(out, out->len == 0 ? "" : "; ");
				buf_put_str(out, a->parties[p].code);
			}
			buf_put_str(out, count++ == 0 ? ": " : ", ");
			buf_put(out, c->roles[i]);
		}
	}
}

static void say_choice(const struct choice *c, const struct draft *d)
{
	char names[4096], line[4352];
	struct buf text = { (uint8_t *)names, 0, sizeof names - 1, false };

	put_readers(c, &text);
	names[text.len] = '\0';
	say_fill(line, sizeof line,
		 n_(d->sealed_for_count, "sealed for {1} key of {2} (age {3})\n",
		    "sealed for {1} keys of {2} (age {3})\n"),
		 say_number(d->sealed_for_count), names, age_kind_name(c->kind));
	fputs(line, stderr);
}

/* A file is sealed as it is attached, before the label of the parts together says whom it keeps out. */
static enum exit_code check_label(const struct draft *d, const struct options *o)
{
	if (d->statement.has_label || draft_has_content(d) || !parts_are_given(o))
		return EXIT_DONE;
	say_error(_("Files are sealed before it is known whom the label of all parts keeps out: nothing was "
		    "sealed."));
	say_next(_("say the label of the whole beforehand: --label"));
	return EXIT_USAGE;
}

/* What was withdrawn is no key, whatever the node says of it, and holds nobody's words up. */
static json_t *known_keys(const struct enrolled *e, const struct options *o, const json_t *rows)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (!withdrawn_has(e, o->home, row)) {
			json_array_append(out, row);
			continue;
		}
		say_note(_("The node shows a key of {1} as good that its registrar has withdrawn: nothing is "
			   "sealed for it."),
			 json_str(row, "party"));
		say_next("entente doctor");
	}
	return out;
}

static enum exit_code choose_keys(struct choice *c, struct draft *d, const struct officer *officer,
				  const struct options *o, const json_t *answer)
{
	bool is_required = json_flag(answer, "post_quantum_required") ||
			   c->agreed->held.accord->post_quantum == POST_QUANTUM_REQUIRED;
	enum exit_code code = add_roles(c, d, officer, answer);
	const json_t *one;
	size_t i;

	if (code == EXIT_DONE)
		code = check_label(d, o);
	if (code == EXIT_DONE)
		code = choose_kind(c, is_required, o->is_json);
	if (code == EXIT_DONE)
		code = check_needed(c, d, officer);
	json_array_foreach(c->recipients, i, one)
	{
		if (code == EXIT_DONE && is_wanted(c, one))
			code = add_key(c, d, one);
	}
	return code;
}

static enum exit_code choose(struct draft *d, const struct officer *officer, const struct options *o,
			     const struct agreed *agreed, const json_t *answer)
{
	struct choice c = { .agreed = agreed };
	enum exit_code code;

	d->options = o;
	d->flash_len_max = json_uint(answer, "flash_len_max");
	d->sealed_for = xcalloc(AGE_RECIPIENTS_MAX, sizeof *d->sealed_for);
	enrolled_open(&c.enrolled, &agreed->held.versions.held, agreed->channel, answer);
	withdrawn_learn(&c.enrolled, o->home);
	c.recipients = known_keys(&c.enrolled, o, json_object_get(answer, "recipients"));
	code = choose_keys(&c, d, officer, o, answer);
	if (code == EXIT_DONE && !o->is_json)
		say_choice(&c, d);
	json_decref(c.recipients);
	enrolled_close(&c.enrolled);
	return code;
}

enum exit_code seal_choose(struct draft *d, const struct officer *officer, const struct options *o,
			   struct client *c)
{
	struct agreed agreed;
	enum exit_code code;
	struct query q;
	json_t *answer = NULL;

	if (d->sealed_for != NULL ||
	    (!draft_has_content(d) && !option_is_given(o, "attach") && !form_has_clear_words(&d->statement)))
		return EXIT_DONE;
	query_open(&q, "/recipients");
	query_put_number(&q, "channel", d->statement.channel);
	code = agreed_open(&agreed, o, d);
	if (code == EXIT_DONE)
		code = client_get(c, &q, &answer);
	if (code == EXIT_DONE && (json_flag(answer, "sealed") || agreed.channel->is_sealed ||
				  d->answers_sealed || option_is_given(o, "seal")))
		code = choose(d, officer, o, &agreed, answer);
	json_decref(answer);
	agreed_close(&agreed);
	return code;
}

/* ---- Sealing. ---- */

void seal_fields(struct draft *d)
{
	static const uint8_t is_there[] = { 0xf5 }; /* true */
	struct statement *s = &d->statement;
	const struct form_field *f;

	for (size_t i = 0; s->has_form && (f = form_shared_field(i)) != NULL; i++) {
		for (size_t n = 0; f->is_words && n < s->fields_count; n++) {
			if (s->fields[n].key != f->number)
				continue;
			draft_field(d, f->number, s->fields[n].value, true);
			s->fields[n].value = BYTES_OF(is_there);
		}
	}
}

enum exit_code seal_explain(const struct draft *d, enum err e, size_t bad)
{
	char text[AGE_TEXT_LEN_MAX + 1];
	struct buf key = { (uint8_t *)text, 0, sizeof text - 1, false };

	age_recipient_write(&d->sealed_for[bad], &key);
	text[key.len] = '\0';
	if (e == ERR_VERIFY)
		say_error(_("Nothing can be sealed for the key {1}: it is no sound one."), text);
	else
		say_error(_("The text could not be sealed: {1}."), _(err_text(e)));
	say_next("entente keys");
	return EXIT_ERROR;
}

/* What the node asks of a clear one. */
static enum exit_code check_flash(const struct draft *d)
{
	const struct statement *s = &d->statement;
	size_t len = 0;

	for (size_t i = 0; i < d->content.portions_count; i++)
		len += d->content.portions[i].text.len;
	if (!s->has_precedence || s->precedence != PRECEDENCE_FLASH || len <= d->flash_len_max)
		return EXIT_DONE;
	say_error(_("A FLASH is brief: its text has {1} bytes, and the accord takes {2}."), say_number(len),
		  say_number(d->flash_len_max));
	say_next(_("make it shorter, or send the rest behind it as IMMEDIATE"));
	return EXIT_REFUSED;
}

enum exit_code seal_content(struct draft *d)
{
	const struct age_recipient *to[AGE_RECIPIENTS_MAX];
	struct buf sealed;
	struct drbg random;
	size_t bad = 0;
	enum err e;

	enum exit_code code = check_flash(d);

	/* A file that holds it was found before. */
	if (code == EXIT_DONE && d->held[0] == '\0')
		code = word_filter(d->options, &d->statement, buf_bytes(&d->content_bytes), d->held);
	if (code != EXIT_DONE)
		return code;
	if (content_pad(&d->content, d->content_bytes.len) != ERR_OK) {
		say_error(_("What is sealed has at most {1} bytes."), say_number(SEALED_PLAIN_MAX));
		say_next(_("make it shorter, or send it in several messages"));
		return EXIT_REFUSED;
	}
	buf_reset(&d->content_bytes);
	content_write(&d->content, &d->content_bytes);
	assert(buf_check(&d->content_bytes) == ERR_OK && d->content_bytes.len <= SEALED_PLAIN_MAX);
	for (size_t i = 0; i < d->sealed_for_count; i++)
		to[i] = &d->sealed_for[i];
	random_read(random.seed, sizeof random.seed);
	buf_init(&sealed, xcalloc(1, CONTENT_LEN_MAX), CONTENT_LEN_MAX);
	e = age_seal(to, d->sealed_for_count, &random, buf_bytes(&d->content_bytes), &sealed, &bad);
	age_wipe(&random, sizeof random);
	age_wipe(d->content_bytes.ptr, d->content_bytes.len);
	buf_reset(&d->content_bytes);
	if (e == ERR_OK)
		buf_put(&d->content_bytes, buf_bytes(&sealed));
	free(sealed.ptr);
	if (e != ERR_OK)
		return seal_explain(d, e, bad);
	d->statement.content.sealing = d->sealed_for[0].kind;
	return EXIT_DONE;
}
