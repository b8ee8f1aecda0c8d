#include "api/place_text.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static void put_capitals(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++)
		buf_put_byte(out, (uint8_t)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name));
}

void log_text_write(const struct accord *a, const struct log_key *log, struct buf *out)
{
	const struct accord_channel *c = accord_channel_find(a, log->channel);

	put_capitals(out, log->party < a->parties_count ? a->parties[log->party].name : "?");
	buf_put_byte(out, '/');
	if (c != NULL && c->name[0] != '\0')
		put_capitals(out, c->name);
	else
		buf_put_decimal(out, log->channel);
	buf_put_byte(out, ' ');
	buf_put_decimal(out, log->epoch);
}

void place_text_write(const struct accord *a, const struct place_key *place, struct buf *out)
{
	log_text_write(a, &place->log, out);
	buf_put_byte(out, '.');
	buf_put_decimal(out, place->index);
}

/* A name as it stands in the accord, from whatever case a person typed. */
static enum err read_name(struct bytes in, char *out, size_t size)
{
	if (in.len == 0 || in.len >= size)
		return ERR_USAGE;
	for (size_t i = 0; i < in.len; i++)
		out[i] = (char)lower(in.ptr[i]);
	out[in.len] = '\0';
	return ERR_OK;
}

enum err party_text_read(const struct accord *a, struct bytes in, size_t *party)
{
	char name[PARTY_NAME_MAX + 1];
	enum err e = read_name(in, name, sizeof name);

	if (e != ERR_OK || !is_party_name(bytes_str(name)))
		return ERR_USAGE;
	*party = accord_party_find(a, bytes_str(name));
	return *party < a->parties_count ? ERR_OK : ERR_NOT_FOUND;
}

enum err channel_text_read(const struct accord *a, struct bytes in, uint32_t *number)
{
	const struct accord_channel *c;
	char name[ROLE_NAME_MAX + 1];
	uint64_t value;
	enum err e;

	if (bytes_read_decimal(in, CHANNEL_MAX, &value) == ERR_OK) {
		*number = (uint32_t)value;
		return accord_channel_find(a, *number) == NULL ? ERR_NOT_FOUND : ERR_OK;
	}
	e = read_name(in, name, sizeof name);
	if (e != ERR_OK)
		return e;
	c = accord_channel_by_name(a, bytes_str(name));
	if (c == NULL)
		return ERR_NOT_FOUND;
	*number = c->number;
	return ERR_OK;
}

enum err place_text_read(const struct accord *a, struct bytes in, struct place_key *out)
{
	struct bytes party, channel, epoch;
	uint64_t epoch_number = 1;
	enum err e;

	if (bytes_take_until(&in, '/', &party) != ERR_OK || bytes_take_until(&in, ' ', &channel) != ERR_OK)
		return ERR_USAGE;
	e = party_text_read(a, party, &out->log.party);
	if (e != ERR_OK)
		return e;
	e = channel_text_read(a, channel, &out->log.channel);
	if (e != ERR_OK)
		return e;
	if (bytes_take_until(&in, '.', &epoch) == ERR_OK &&
	    (bytes_read_decimal(epoch, UINT32_MAX, &epoch_number) != ERR_OK || epoch_number == 0))
		return ERR_USAGE;
	out->log.epoch = (uint32_t)epoch_number;
	return bytes_read_decimal(in, UINT64_MAX, &out->index);
}
