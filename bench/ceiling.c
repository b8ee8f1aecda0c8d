/*
 * ceiling - how many Ed25519 signatures of officers one core can verify in a second, and nothing else.
 *
 *	ceiling SECONDS
 *
 * The message is as long as what an SSHSIG signs; the verdict is libsodium's, as everywhere.
 */
#include <err.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGE_LEN 111u
#define ROUND 64u

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	unsigned char messages[ROUND][MESSAGE_LEN], signatures[ROUND][crypto_sign_BYTES];
	double begin, limit = argc == 2 ? strtod(argv[1], NULL) : 0;
	uint64_t count = 0;

	if (limit <= 0 || sodium_init() < 0)
		errx(2, "usage: ceiling SECONDS");
	crypto_sign_keypair(public, secret);
	for (size_t i = 0; i < ROUND; i++) {
		randombytes_buf(messages[i], MESSAGE_LEN);
		crypto_sign_detached(signatures[i], NULL, messages[i], MESSAGE_LEN, secret);
	}
	begin = seconds();
	do {
		for (size_t i = 0; i < ROUND; i++) {
			if (crypto_sign_verify_detached(signatures[i], messages[i], MESSAGE_LEN, public) != 0)
				errx(1, "a good signature was refused");
		}
		count += ROUND;
	} while (seconds() - begin < limit);
	printf("%.0f\n", (double)count / (seconds() - begin));
	return 0;
}
