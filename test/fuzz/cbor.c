/* cbor_read_raw and cbor_read_value agree: what has no map inside is read alike by both. */
#include "wire/cbor.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct bytes in = { ptr, len }, whole, value;
	struct cbor_reader raw, plain;

	cbor_open(&raw, in);
	cbor_read_raw(&raw, &whole);
	if (cbor_finish(&raw) != ERR_OK) {
		assert(raw.fault.rule != NULL && raw.fault.offset <= len);
	} else {
		assert(bytes_equal(whole, in));
	}
	cbor_open(&plain, in);
	cbor_read_value(&plain, &value);
	if (cbor_finish(&plain) == ERR_OK)
		assert(raw.err == ERR_OK && bytes_equal(whole, value));
	return 0;
}
