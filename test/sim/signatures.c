/*
 * Signatures whose verdict is known are not judged again. A fifth of a seed's time would go by in the curve.
 *
 * As strict as before: whether a signature holds depends on key, message and signature alone, and what a key
 * makes holds under it (test_sign). So both are remembered under the hash of all three; whatever was made in
 * another way, a forgery, another key's line or a changed byte, has another hash and gets libsodium's own
 * verdict, which is then remembered too, true or false. The linker puts these in the place of crypto's
 * (meson.build: --wrap), in the simulator's programs alone.
 */
#include "world.h"

#include "crypto/sign.h"

#include <string.h>

#define REMEMBERED 16384u

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
bool __real_sign_verify(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
			const uint8_t signature[SIGN_LEN]);
bool __wrap_sign_verify(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
			const uint8_t signature[SIGN_LEN]);
void __real_sign_make(const struct sign_key *k, struct bytes message, uint8_t out[SIGN_LEN]);
void __wrap_sign_make(const struct sign_key *k, struct bytes message, uint8_t out[SIGN_LEN]);
// NOLINTEND(bugprone-reserved-identifier)

struct verdict_kept {
	uint8_t of[HASH_LEN]; /* key, signature and message */
	bool is_kept, is_good;
};

struct signature_kept {
	uint8_t of[HASH_LEN]; /* key and message */
	bool is_kept;
	uint8_t signature[SIGN_LEN];
};

static struct {
	struct verdict_kept verdicts[REMEMBERED];
	struct signature_kept signatures[REMEMBERED];
} kept;

void signatures_forget(void)
{
	memset(&kept, 0, sizeof kept);
}

static struct verdict_kept *verdict_of(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
				       const uint8_t signature[SIGN_LEN])
{
	struct bytes parts[] = { { public, SIGN_PUBLIC_LEN }, { signature, SIGN_LEN }, message };
	uint8_t of[HASH_LEN];
	struct verdict_kept *v;

	hash_parts(parts, ARRAY_COUNT(parts), of);
	v = &kept.verdicts[be64_get(of) % REMEMBERED];
	if (memcmp(v->of, of, HASH_LEN) != 0)
		v->is_kept = false;
	memcpy(v->of, of, HASH_LEN);
	return v;
}

bool __wrap_sign_verify(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
			const uint8_t signature[SIGN_LEN])
{
	struct verdict_kept *v = verdict_of(public, message, signature);

	if (!v->is_kept)
		v->is_good = __real_sign_verify(public, message, signature);
	v->is_kept = true;
	return v->is_good;
}

void __wrap_sign_make(const struct sign_key *k, struct bytes message, uint8_t out[SIGN_LEN])
{
	struct bytes parts[] = { BYTES_OF(k->secret), message };
	uint8_t of[HASH_LEN];
	struct signature_kept *s;
	struct verdict_kept *v;

	hash_parts(parts, ARRAY_COUNT(parts), of);
	s = &kept.signatures[be64_get(of) % REMEMBERED];
	if (!s->is_kept || memcmp(s->of, of, HASH_LEN) != 0) {
		memcpy(s->of, of, HASH_LEN);
		__real_sign_make(k, message, s->signature);
		s->is_kept = true;
		v = verdict_of(k->public, message, s->signature);
		v->is_kept = v->is_good = true;
	}
	memcpy(out, s->signature, SIGN_LEN);
}
