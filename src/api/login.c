#include "api/login.h"

#include "crypto/sshsig.h"
#include "wire/cbor.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name, *text;
} rules[] = {
#define LOGIN_ROW(name, text) { #name, text },
	LOGIN_LIST(LOGIN_ROW)
#undef LOGIN_ROW
};

const char *login_rule_name(enum login_rule rule)
{
	return rules[rule].name;
}

const char *login_rule_text(enum login_rule rule)
{
	return rules[rule].text;
}

void logins_init(struct logins *s, const uint8_t secret[32])
{
	memcpy(s->secret, secret, sizeof s->secret);
}

/* ---- Challenges. ---- */

/* HMAC-SHA-256 (RFC 2104): nobody else can make one. */
static void challenge_seal(const struct logins *s, struct bytes text, uint8_t out[HASH_LEN])
{
	uint8_t inner_pad[64], outer_pad[64], inner[HASH_LEN];

	memset(inner_pad, 0x36, sizeof inner_pad);
	memset(outer_pad, 0x5c, sizeof outer_pad);
	for (size_t i = 0; i < sizeof s->secret; i++) {
		inner_pad[i] ^= s->secret[i];
		outer_pad[i] ^= s->secret[i];
	}
	hash_parts((struct bytes[]){ BYTES_OF(inner_pad), text }, 2, inner);
	hash_parts((struct bytes[]){ BYTES_OF(outer_pad), BYTES_OF(inner) }, 2, out);
}

/* Like memcmp, in a time that does not tell how much is equal. */
static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= (uint8_t)(a[i] ^ b[i]);
	return differ == 0;
}

void login_challenge(const struct logins *s, const struct accord *a, size_t party, struct wall now,
		     const uint8_t nonce[NONCE_LEN], struct buf *out)
{
	uint8_t seal[HASH_LEN];

	buf_put_str(out, SSHSIG_SESSION "\nnode ");
	buf_put_str(out, a->parties[party].code);
	buf_put_str(out, "\naccord ");
	buf_put_hex(out, BYTES_OF(a->hash));
	buf_put_str(out, "\ntime ");
	buf_put_decimal(out, now.ms);
	buf_put_str(out, "\nnonce ");
	buf_put_hex(out, (struct bytes){ nonce, NONCE_LEN });
	buf_put_byte(out, '\n');
	challenge_seal(s, buf_bytes(out), seal);
	buf_put_str(out, "seal ");
	buf_put_hex(out, BYTES_OF(seal));
	buf_put_byte(out, '\n');
}

/* One line "name value". */
static bool take_line(struct bytes *in, const char *name, struct bytes *value)
{
	struct bytes word;

	return bytes_take_until(in, ' ', &word) == ERR_OK && bytes_equal(word, bytes_str(name)) &&
	       bytes_take_until(in, '\n', value) == ERR_OK;
}

/* It was made by this run of this node: then its lines are as login_challenge wrote them. */
static bool challenge_read(const struct logins *s, struct bytes in, uint64_t *time_ms,
			   uint8_t nonce[NONCE_LEN])
{
	const size_t tail = strlen("seal ") + 2 * HASH_LEN + 1;
	uint8_t said[HASH_LEN], seal[HASH_LEN];
	struct bytes text = in, value, rest;

	if (in.len <= tail || in.len > CHALLENGE_LEN_MAX)
		return false;
	text.len = in.len - tail;
	rest = (struct bytes){ in.ptr + text.len, tail };
	if (!take_line(&rest, "seal", &value) || bytes_read_hex(value, said, sizeof said) != ERR_OK)
		return false;
	challenge_seal(s, text, seal);
	if (!is_same(said, seal, sizeof seal))
		return false;
	return bytes_take_until(&text, '\n', &value) == ERR_OK && take_line(&text, "node", &value) &&
	       take_line(&text, "accord", &value) && take_line(&text, "time", &value) &&
	       bytes_read_decimal(value, UINT64_MAX, time_ms) == ERR_OK &&
	       take_line(&text, "nonce", &value) && bytes_read_hex(value, nonce, NONCE_LEN) == ERR_OK;
}

enum err login_answer_read(struct bytes body, struct bytes *challenge, struct bytes *signature)
{
	struct cbor_reader r;
	size_t parts = 0;

	cbor_open(&r, body);
	(void)cbor_read_array(&r, 2, &parts);
	(void)cbor_read_bytes(&r, CHALLENGE_LEN_MAX, challenge);
	(void)cbor_read_bytes(&r, SSHSIG_LEN_MAX, signature);
	cbor_close(&r);
	return parts == 2 && cbor_finish(&r) == ERR_OK ? ERR_OK : ERR_USAGE;
}

/* Whether it has not been answered yet; then it has been now. */
static enum login_rule use_challenge(struct logins *s, const uint8_t nonce[NONCE_LEN], uint64_t until_ms,
				     uint64_t now_ms)
{
	size_t room = CHALLENGES_MAX;

	for (size_t i = 0; i < CHALLENGES_MAX; i++) {
		if (s->answered[i].until_ms < now_ms)
			room = i;
		else if (memcmp(s->answered[i].nonce, nonce, NONCE_LEN) == 0)
			return LOGIN_REPLAYED;
	}
	if (room == CHALLENGES_MAX)
		return LOGIN_CHALLENGES_MAX;
	memcpy(s->answered[room].nonce, nonce, NONCE_LEN);
	s->answered[room].until_ms = until_ms;
	return LOGIN_OK;
}

/* ---- Life. ---- */

void login_end(struct login *s)
{
	*s = (struct login){ 0 };
}

void logins_relieve(struct logins *s, uint64_t holder)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (s->of[i].serial != 0 && s->of[i].is_browser && s->of[i].holder == holder)
			login_end(&s->of[i]);
	}
}

void login_page_word(const struct logins *s, const uint8_t token[TOKEN_LEN], uint8_t out[HASH_LEN])
{
	challenge_seal(s, (struct bytes){ token, TOKEN_LEN }, out);
}

bool login_is_page_word(const struct logins *s, struct bytes token, struct bytes word)
{
	uint8_t bytes[TOKEN_LEN], want[HASH_LEN], said[HASH_LEN];

	if (bytes_read_hex(token, bytes, sizeof bytes) != ERR_OK ||
	    bytes_read_hex(word, said, sizeof said) != ERR_OK)
		return false;
	login_page_word(s, bytes, want);
	return is_same(said, want, sizeof want);
}

/* What the key may do now, in every channel. */
static enum err roles_now(const struct login_asking *asking, const uint8_t key[KEY_HASH_LEN],
			  uint64_t roles[ACCORD_CHANNELS_MAX])
{
	const struct accord *a = asking->record->fold->accord;
	enum err e = ERR_OK;

	for (size_t i = 0; i < a->channels_count && e == ERR_OK; i++) {
		roles[i] = 0;
		if ((a->channels[i].parties >> asking->party & 1) != 0)
			e = reading_roles(asking->record, asking->party, key, a->channels[i].number,
					  &roles[i]);
	}
	return e;
}

/* Why a key without any role has none. */
static enum err find_reason(const struct login_asking *asking, const uint8_t key[KEY_HASH_LEN],
			    enum login_rule *out)
{
	struct reading_record record = *asking->record;
	const struct login_asking before = { .record = &record, .party = asking->party };
	uint64_t roles[ACCORD_CHANNELS_MAX];
	enum err e;

	record.now_ms = 0;
	e = roles_now(&before, key, roles);
	*out = LOGIN_KEY;
	for (size_t i = 0; e == ERR_OK && i < record.fold->accord->channels_count; i++) {
		if (roles[i] != 0)
			*out = LOGIN_EXPIRED;
	}
	return e;
}

/* The holder's number, of a log in which the key has a role. */
static enum err find_holder(const struct login_asking *asking, struct login *s)
{
	const struct accord *a = asking->record->fold->accord;

	for (size_t i = 0; i < a->channels_count; i++) {
		struct log_key log = { a->channels[i].number, asking->party, 0 };
		struct key_view view;
		uint64_t size;
		enum err e;

		if (s->roles[i] == 0)
			continue;
		log.epoch = asking->record->epoch(asking->record->self, log.channel, log.party);
		e = fold_size(asking->record->fold, &log, &size);
		if (e == ERR_OK)
			e = fold_key(asking->record->fold, &log, s->key, size, &view);
		if (e == ERR_OK)
			s->holder = view.holder;
		if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

static bool is_over(const struct login *s, struct mono now)
{
	return !mono_is_before(now, mono_add_ms(s->began, SESSION_MS_MAX)) ||
	       !mono_is_before(now, mono_add_ms(s->used, SESSION_IDLE_MS_MAX));
}

static bool is_used_before(const struct login *a, const struct login *b)
{
	return mono_is_before(a->used, b->used) ||
	       (!mono_is_before(b->used, a->used) && a->serial < b->serial);
}

/*
 * A free one; those that time has ended are. Who has as many as one may have loses the one that he has not
 * used for longest: a terminal that crashed keeps nobody out, for it has not said that it went.
 */
static enum login_rule find_room(struct logins *s, const uint8_t key[KEY_HASH_LEN], struct mono now,
				 struct login **out)
{
	struct login *last = NULL;
	size_t own = 0;

	*out = NULL;
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct login *one = &s->of[i];
		if (one->serial != 0 && is_over(one, now))
			login_end(one);
		if (one->serial == 0)
			*out = one;
		else if (memcmp(one->key, key, KEY_HASH_LEN) == 0 && ++own > 0 &&
			 (last == NULL || is_used_before(one, last)))
			last = one;
	}
	if (own >= SESSIONS_OF_OFFICER_MAX) {
		login_end(last);
		*out = last;
	}
	return *out == NULL ? LOGIN_SESSIONS_MAX : LOGIN_OK;
}

enum err login_begin(struct logins *s, const struct login_asking *asking, struct bytes challenge,
		     struct bytes signature, enum login_rule *rule, struct login **out)
{
	const uint64_t now_ms = asking->now.wall.ms;
	struct login made = { .accord = asking->record->fold->accord,
			      .is_browser = asking->is_browser,
			      .began = asking->now.mono,
			      .used = asking->now.mono };
	uint8_t nonce[NONCE_LEN];
	struct sshsig sig;
	uint64_t time_ms = 0, any = 0;
	enum err e;

	*rule = LOGIN_CHALLENGE;
	if (!challenge_read(s, challenge, &time_ms, nonce))
		return ERR_OK;
	*rule = LOGIN_LATE;
	if (now_ms < time_ms || now_ms - time_ms > CHALLENGE_MS_MAX)
		return ERR_OK;
	*rule = LOGIN_SIGNATURE;
	if (sshsig_verify(signature, BYTES_LIT(SSHSIG_SESSION), challenge, &sig) != ERR_OK)
		return ERR_OK;
	*rule = LOGIN_GUIDELINES;
	if (made.accord->guidelines == NULL)
		return ERR_OK;
	hash_sha256(sig.public_key, made.key);
	e = roles_now(asking, made.key, made.roles);
	if (e == ERR_OK)
		e = find_holder(asking, &made);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < ACCORD_CHANNELS_MAX; i++)
		any |= made.roles[i];
	if (any == 0)
		return find_reason(asking, made.key, rule);
	*rule = find_room(s, made.key, asking->now.mono, out);
	if (*rule == LOGIN_OK)
		*rule = use_challenge(s, nonce, time_ms + CHALLENGE_MS_MAX, now_ms);
	if (*rule != LOGIN_OK)
		return ERR_OK;
	made.serial = ++s->serial;
	hash_sha256(BYTES_OF(asking->token), made.token);
	**out = made;
	return ERR_OK;
}

/* *one becomes NULL if it has ended meanwhile. */
static enum err check(const struct login_asking *asking, struct login **one)
{
	uint64_t roles[ACCORD_CHANNELS_MAX] = { 0 };
	struct login *s = *one;
	bool has_ended = is_over(s, asking->now.mono) || s->accord != asking->record->fold->accord;
	enum err e = has_ended ? ERR_OK : roles_now(asking, s->key, roles);

	for (size_t i = 0; e == ERR_OK && !has_ended && i < s->accord->channels_count; i++)
		has_ended = (s->roles[i] & ~roles[i]) != 0;
	if (has_ended) {
		login_end(s);
		*one = NULL;
	}
	return e;
}

/* A browser's page asks by itself, day and night: what counts is when somebody touched it. */
static void touch(const struct login_asking *asking, struct login *s)
{
	struct mono at = asking->now.mono;

	if (s->is_browser)
		at.us -=
			(int64_t)(asking->idle_ms < SESSION_MS_MAX ? asking->idle_ms : SESSION_MS_MAX) * 1000;
	if (mono_is_before(s->used, at))
		s->used = at;
}

enum err login_find(struct logins *s, const struct login_asking *asking, struct bytes token,
		    struct login **out)
{
	uint8_t bytes[TOKEN_LEN], hash[HASH_LEN];
	enum err e = ERR_OK;

	*out = NULL;
	if (bytes_read_hex(token, bytes, sizeof bytes) != ERR_OK)
		return ERR_OK;
	hash_sha256(BYTES_OF(bytes), hash);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (s->of[i].serial != 0 && is_same(s->of[i].token, hash, sizeof hash))
			*out = &s->of[i];
	}
	if (*out != NULL)
		e = check(asking, out);
	if (*out != NULL)
		touch(asking, *out);
	return e;
}

enum err login_find_serial(struct logins *s, const struct login_asking *asking, uint64_t serial,
			   struct login **out)
{
	enum err e = ERR_OK;

	*out = NULL;
	for (size_t i = 0; serial != 0 && i < SESSIONS_MAX; i++) {
		if (s->of[i].serial == serial)
			*out = &s->of[i];
	}
	if (*out != NULL)
		e = check(asking, out);
	if (*out != NULL && !(*out)->is_browser)
		touch(asking, *out);
	return e;
}

static bool is_alive(const struct logins *s, const uint8_t key[KEY_HASH_LEN])
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (s->of[i].serial != 0 && memcmp(s->of[i].key, key, KEY_HASH_LEN) == 0)
			return true;
	}
	return false;
}

struct told *login_told(struct logins *s, const struct login *session, uint64_t newest)
{
	struct told *oldest = NULL;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct told *t = &s->told[i];
		if (t->serial != 0 && memcmp(t->key, session->key, KEY_HASH_LEN) == 0) {
			t->serial = session->serial;
			return t;
		}
		/* His own stands nowhere yet, so of as many there is one of somebody who has no session. */
		if ((oldest == NULL || t->serial < oldest->serial) &&
		    (t->serial == 0 || !is_alive(s, t->key)))
			oldest = t;
	}
	assert(oldest != NULL);
	*oldest = (struct told){ .serial = session->serial, .at = { newest } };
	memcpy(oldest->key, session->key, KEY_HASH_LEN);
	return oldest;
}
