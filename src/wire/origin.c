#include "wire/origin.h"

#include <string.h>

/* [a-z][a-z0-9-]* of 1 to len_max characters. */
static bool is_name(struct bytes name, size_t len_max)
{
	if (name.len == 0 || name.len > len_max || name.ptr[0] < 'a' || name.ptr[0] > 'z')
		return false;
	for (size_t i = 1; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return true;
}

bool is_party_name(struct bytes name)
{
	return is_name(name, PARTY_NAME_MAX);
}

bool is_role_name(struct bytes name)
{
	return is_name(name, ROLE_NAME_MAX);
}

enum err origin_read(struct bytes in, struct origin *out)
{
	struct bytes accord, channel, party;
	struct origin origin = { 0 };
	uint64_t number, epoch;

	if (bytes_take_until(&in, '/', &accord) != ERR_OK || bytes_take_until(&in, '/', &channel) != ERR_OK ||
	    bytes_take_until(&in, '/', &party) != ERR_OK)
		return ERR_USAGE;
	if (bytes_read_hex(accord, origin.accord, ACCORD_ID_LEN) != ERR_OK)
		return ERR_USAGE;
	if (bytes_read_decimal(channel, CHANNEL_MAX, &number) != ERR_OK || number == 0)
		return ERR_USAGE;
	if (!is_party_name(party))
		return ERR_USAGE;
	if (bytes_read_decimal(in, UINT32_MAX, &epoch) != ERR_OK || epoch == 0)
		return ERR_USAGE;
	memcpy(origin.party, party.ptr, party.len);
	origin.channel = (uint32_t)number;
	origin.epoch = (uint32_t)epoch;
	*out = origin;
	return ERR_OK;
}

void origin_write(const struct origin *o, struct buf *out)
{
	buf_put_hex(out, BYTES_OF(o->accord));
	buf_put_byte(out, '/');
	buf_put_decimal(out, o->channel);
	buf_put_byte(out, '/');
	buf_put_str(out, o->party);
	buf_put_byte(out, '/');
	buf_put_decimal(out, o->epoch);
}

bool origin_equal(const struct origin *a, const struct origin *b)
{
	return origin_compare(a, b) == 0;
}

int origin_compare(const struct origin *a, const struct origin *b)
{
	int order = memcmp(a->accord, b->accord, ACCORD_ID_LEN);

	if (order != 0)
		return order;
	if (a->channel != b->channel)
		return a->channel < b->channel ? -1 : 1;
	order = strcmp(a->party, b->party);
	if (order != 0)
		return order;
	return (a->epoch > b->epoch) - (a->epoch < b->epoch);
}
