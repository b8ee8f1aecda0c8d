/*
 * login.h - officers who have proved that they have their key: a challenge, its answer, a token.
 *
 * Spec: docs/spec/reading.md section 2. Test: test/sim/test_sessions.c. Fuzz: test/fuzz/request.c.
 * Layer: api.
 *
 * In memory only: a restart ends them all. A token is kept as its hash. A challenge is not kept at all until
 * it was answered well: whoever asks for many costs nothing.
 */
#ifndef API_LOGIN_H
#define API_LOGIN_H

#include "node/node.h"
#include "view/reading.h"

#define TOKEN_LEN 32u /* bytes; twice as many hexadecimal digits */
#define NONCE_LEN 16u /* of a challenge */
#define CHALLENGE_LEN_MAX 512u

/* Why there is no session; names in login_rule(). */
/* clang-format off */
#define LOGIN_LIST(X) \
	X(OK,         "a session has begun") \
	X(CHALLENGE,  "this node made no such challenge") \
	X(LATE,       "the challenge is too old: ask for another one") \
	X(REPLAYED,   "the challenge was answered before") \
	X(SIGNATURE,  "it is no signature over this challenge for a session") \
	X(KEY,        "the key is enrolled in no log of this node's party, or was withdrawn") \
	X(EXPIRED,    "the authority of this post has ended") \
	X(GUIDELINES, "the accord has no guidelines: there is nothing to read by") \
	X(SESSION,    "there is no such session: it has ended, or never was") \
	X(SESSIONS_MAX, "there are as many sessions as there may be") \
	X(CHALLENGES_MAX, "too many have signed in within a minute")
/* clang-format on */
enum login_rule {
#define LOGIN_ENUM(name, text) LOGIN_##name,
	LOGIN_LIST(LOGIN_ENUM)
#undef LOGIN_ENUM
		LOGIN_RULE_COUNT
};
const char *login_rule_name(enum login_rule rule);
const char *login_rule_text(enum login_rule rule);

/*
 * Events that an officer was told, by number from 1: what each was in the node's own count. It outlives his
 * sessions, so that a stream that was cut goes on in the next one.
 */
struct told {
	uint8_t key[KEY_HASH_LEN];
	uint64_t serial; /* of the session that asked for it last; 0: free */
	uint64_t count, at[SESSION_EVENTS_MAX];
};

struct login {
	uint64_t serial; /* 0: free */
	uint8_t token[HASH_LEN];
	uint8_t key[KEY_HASH_LEN];
	uint64_t holder;
	const struct accord *accord;	     /* a newer version ends it: its roles are other bits */
	uint64_t roles[ACCORD_CHANNELS_MAX]; /* by accord.channels, at its beginning: one lost ends it */
	bool is_browser;		     /* a person's use keeps it, not that his page asks */
	struct mono began, used;
};

struct logins {
	struct login of[SESSIONS_MAX];
	struct told told[SESSIONS_MAX]; /* one an officer, of whom there are no more than sessions */
	uint64_t serial;
	uint8_t secret[32]; /* of this run: what a challenge is known by */
	struct {
		uint8_t nonce[NONCE_LEN];
		uint64_t until_ms; /* 0: free */
	} answered[CHALLENGES_MAX];
};

/* Takes zeroed ones: most of it is rows that nobody has used yet. secret: random, for this run. */
void logins_init(struct logins *s, const uint8_t secret[32]);

/*
 * A text that an officer signs under SSHSIG_SESSION: it names the node, the version of the accord and the
 * time, and ends with what this node knows it by. out: CHALLENGE_LEN_MAX.
 */
void login_challenge(const struct logins *s, const struct accord *a, size_t party, struct wall now,
		     const uint8_t nonce[NONCE_LEN], struct buf *out);

/* [challenge, signature] in CBOR; borrows. ERR_USAGE if it is no such body. Pure. */
enum err login_answer_read(struct bytes body, struct bytes *challenge, struct bytes *signature) MUST_CHECK;

/*
 * The answer to a challenge: with LOGIN_OK *out is the new session, whose token hash is that of `token`. An
 * error is the record's.
 */
struct login_asking {
	const struct reading_record *record;
	size_t party;
	struct now now;
	uint8_t token[TOKEN_LEN];
	bool is_browser;
	uint64_t idle_ms; /* of a browser: for so long nobody has touched it */
};
enum err login_begin(struct logins *s, const struct login_asking *asking, struct bytes challenge,
		     struct bytes signature, enum login_rule *rule, struct login **out) MUST_CHECK;

/*
 * The session of a token, which is now in use. NULL: there is none, or it has ended: by time, by another
 * version of the accord, because the key was withdrawn or lost a role.
 */
enum err login_find(struct logins *s, const struct login_asking *asking, struct bytes token,
		    struct login **out) MUST_CHECK;
/* Of a stream that is open: the session if it still lives. */
enum err login_find_serial(struct logins *s, const struct login_asking *asking, uint64_t serial,
			   struct login **out) MUST_CHECK;
void login_end(struct login *s);
/* A relief was accepted that this person had offered: what his browsers had ends. */
void logins_relieve(struct logins *s, uint64_t holder);

/*
 * The other half of a browser's token, which goes into no cookie: cookies are sent to every port of a name.
 * Without the secret of this run it follows from nothing.
 */
void login_page_word(const struct logins *s, const uint8_t token[TOKEN_LEN], uint8_t out[HASH_LEN]);
/* Whether these hexadecimal digits are the word of that token. */
bool login_is_page_word(const struct logins *s, struct bytes token, struct bytes word);

/* What the session's officer was told; a new one begins behind the node's event `newest`. */
struct told *login_told(struct logins *s, const struct login *session, uint64_t newest);

#endif
