/* One signature has one spelling: what is read is written again byte by byte. */
#include "crypto/sshsig.h"
#include "base/limits.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static void check_armour(struct bytes text)
{
	uint8_t blob_memory[SSHSIG_LEN_MAX], text_memory[2 * SSHSIG_LEN_MAX], again_memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(blob_memory), written = BUF_ON(text_memory), again = BUF_ON(again_memory);
	enum err e;

	if (sshsig_read_armour(text, &blob) != ERR_OK)
		return;
	sshsig_write_armour(buf_bytes(&blob), &written);
	e = sshsig_read_armour(buf_bytes(&written), &again);
	assert(e == ERR_OK && bytes_equal(buf_bytes(&blob), buf_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static bool is_ready;
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf again = BUF_ON(memory);
	struct bytes in = { ptr, len };
	struct sshsig sig, verified;

	if (!is_ready)
		crypto_init();
	is_ready = true;
	check_armour(in);
	/* Read on its own first: a verdict must not depend on it. */
	if (sshsig_read(in, &sig) != ERR_OK) {
		enum err e = sshsig_verify(in, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("the quick brown fox"),
					   &verified);
		assert(e == ERR_VERIFY);
		return 0;
	}
	sshsig_write(sig.public_key, sig.namespace, sig.signature, &again);
	assert(bytes_equal(buf_bytes(&again), in));
	if (sshsig_verify(in, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("the quick brown fox"), &verified) ==
	    ERR_OK) {
		enum err e = sshsig_verify(in, BYTES_LIT(SSHSIG_STATEMENT), BYTES_LIT("the quick brown fix"),
					   &verified);
		assert(bytes_equal(sig.namespace, BYTES_LIT(SSHSIG_STATEMENT)));
		assert(ssh_public_check(sig.public_key) == ERR_OK);
		assert(e == ERR_VERIFY);
	}
	return 0;
}
