/* `channels`: the numbered lines, who is on them and who of those may write. */
#include "accord/reader.h"

#include <assert.h>
#include <string.h>

static const char *const plane_words[PLANE_COUNT] = {
	[PLANE_LEADER] = "LEADER", [PLANE_CONSULT] = "CONSULT", [PLANE_NOTIFY] = "NOTIFY",
	[PLANE_SHARE] = "SHARE",   [PLANE_SERVICE] = "SERVICE", [PLANE_HOME] = "HOME",
};

const char *plane_name(enum plane p)
{
	assert(p < PLANE_COUNT);
	return plane_words[p];
}

static enum err read_number(struct reader *r, uint32_t *out)
{
	struct bytes word;
	uint64_t number = 0;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	if (bytes_read_decimal(word, CHANNEL_MAX, &number) != ERR_OK || number == 0)
		return reader_refuse(r, "channels.number");
	if (accord_channel_find(r->a, (uint32_t)number) != NULL)
		return reader_refuse(r, "channels.twice");
	*out = (uint32_t)number;
	return ERR_OK;
}

static enum err read_name(struct reader *r, struct accord_channel *c)
{
	struct bytes name;
	enum err e = line_word(&r->line, &name);

	if (e != ERR_OK)
		return e;
	if (!is_role_name(name) || bytes_copy_str(name, c->name, sizeof c->name) != ERR_OK)
		return reader_refuse(r, "channels.name");
	return accord_channel_by_name(r->a, name) == NULL ? ERR_OK : reader_refuse(r, "channels.twice");
}

static enum err read_plane(struct reader *r, enum plane *out)
{
	struct bytes word;
	enum err e = line_word(&r->line, &word);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < PLANE_COUNT; i++) {
		if (bytes_equal(word, bytes_str(plane_words[i]))) {
			*out = (enum plane)i;
			return ERR_OK;
		}
	}
	return reader_refuse(r, "channels.plane");
}

static size_t find_precedence(const struct accord *a, struct bytes word)
{
	enum precedence p;

	(void)a;
	return precedence_read(word, &p) == ERR_OK ? (size_t)p : PRECEDENCE_COUNT;
}

/* The three lists: `parties ... precedence ... writers ...`. */
static enum err read_lists(struct reader *r, struct accord_channel *c)
{
	const struct accord *a = r->a;
	uint64_t parties = 0, precedences = 0;
	enum err e = line_expect(&r->line, "parties");

	if (e == ERR_OK)
		e = reader_set(r, accord_party_find, a->parties_count, "precedence", "channels.party", &parties);
	if (e == ERR_OK)
		e = line_expect(&r->line, "precedence");
	if (e == ERR_OK)
		e = reader_set(r, find_precedence, PRECEDENCE_COUNT, "writers", "channels.precedence", &precedences);
	if (e == ERR_OK)
		e = line_expect(&r->line, "writers");
	if (e == ERR_OK)
		e = reader_set(r, accord_role_find, a->roles_count, NULL, "channels.writer", &c->writers);
	c->parties = (uint8_t)parties;
	c->precedences = (uint8_t)precedences;
	return e;
}

/* A home channel has one party and any other at least two; each of them has a post that may write. */
static enum err check_channel(struct reader *r, const struct accord_channel *c)
{
	const struct accord *a = r->a;
	bool is_of_one = (c->parties & (c->parties - 1)) == 0;
	unsigned able = 0;

	if (is_of_one != (c->plane == PLANE_HOME))
		return reader_refuse(r, "channels.home");
	for (size_t i = 0; i < a->roles_count; i++) {
		if ((c->writers >> i & 1) == 0)
			continue;
		if ((a->roles[i].parties & c->parties) == 0 && c->writers != UINT64_MAX >> (64 - a->roles_count))
			return reader_refuse(r, "channels.writer");
		able |= a->roles[i].parties;
	}
	return (c->parties & ~able) == 0 ? ERR_OK : reader_refuse(r, "channels.writer");
}

static enum err read_channel(struct reader *r)
{
	struct accord *a = r->a;
	struct accord_channel c = { 0 };
	size_t at = a->channels_count;
	enum err e = read_number(r, &c.number);

	if (e == ERR_OK)
		e = read_name(r, &c);
	if (e == ERR_OK)
		e = read_plane(r, &c.plane);
	if (e == ERR_OK && a->channels_count == ACCORD_CHANNELS_MAX)
		e = reader_refuse(r, "channels.limit");
	if (e == ERR_OK)
		e = read_lists(r, &c);
	if (e == ERR_OK)
		e = check_channel(r, &c);
	if (e == ERR_OK)
		e = reader_names(r, "channels.names", c.names.text);
	if (e != ERR_OK)
		return e;
	for (; at > 0 && a->channels[at - 1].number > c.number; at--)
		a->channels[at] = a->channels[at - 1];
	a->channels[at] = c;
	a->channels_count++;
	return ERR_OK;
}

/* Line checks between two parties need a channel that both are on and that takes a ROUTINE. */
static bool has_service(const struct accord *a, unsigned both)
{
	bool is_shared = false;

	for (size_t i = 0; i < a->channels_count; i++) {
		const struct accord_channel *c = &a->channels[i];
		if ((c->parties & both) != both)
			continue;
		is_shared = true;
		if (c->plane == PLANE_SERVICE && (c->precedences >> PRECEDENCE_ROUTINE & 1) != 0)
			return true;
	}
	return !is_shared;
}

static enum err check(struct reader *r)
{
	const struct accord *a = r->a;

	for (size_t i = 0; i < a->parties_count; i++) {
		unsigned homes = 0, shared = 0;
		for (size_t n = 0; n < a->channels_count; n++) {
			if ((a->channels[n].parties >> i & 1) == 0)
				continue;
			homes += a->channels[n].plane == PLANE_HOME;
			shared += a->channels[n].plane != PLANE_HOME;
		}
		if (homes != 1)
			return reader_refuse(r, "channels.home");
		if (shared == 0)
			return reader_refuse(r, "channels.missing");
		for (size_t other = 0; other < i; other++) {
			if (!has_service(a, 1u << i | 1u << other))
				return reader_refuse(r, "channels.service");
		}
	}
	return ERR_OK;
}

static const struct line_row rows[] = { { NULL, read_channel, true } };

const struct file_row file_channels = FILE_ROW("channels", rows, check);
