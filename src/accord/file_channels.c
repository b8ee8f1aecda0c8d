/* `channels`: the numbered lines, who is on them, which posts may write, how urgently. */
#include "accord/file.h"

static const char *const planes[] = { "LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME" };

const char *plane_name(enum plane p)
{
	return planes[index_below(p, PLANE_COUNT)];
}

size_t file_plane_index(const struct accord *a, struct bytes word)
{
	size_t i = 0;

	(void)a;
	while (i < PLANE_COUNT && !bytes_equal(word, bytes_str(plane_name((enum plane)i))))
		i++;
	return i;
}

size_t file_precedence_index(const struct accord *a, struct bytes word)
{
	enum precedence p;

	(void)a;
	return precedence_read(word, &p) == ERR_OK ? (size_t)p : PRECEDENCE_COUNT;
}

static void read_head(struct line_reader *r, const struct accord *a, struct accord_channel *c)
{
	struct bytes name, plane;
	size_t i = 0;

	c->number = (uint32_t)line_number(r, CHANNEL_MAX, "channels.number");
	if (c->number == 0)
		line_refuse(r, "channels.number");
	if (a->channels_count > 0 && a->channels[a->channels_count - 1].number >= c->number)
		line_refuse(r, "channels.order");
	name = line_word(r, "channels.name");
	if (r->rule == NULL && (!is_role_name(name) || accord_channel_by_name(a, name) != NULL))
		line_refuse(r, "channels.name");
	if (r->rule == NULL)
		bytes_copy_checked(name, c->name, sizeof c->name);
	plane = line_word(r, "channels.plane");
	while (i < PLANE_COUNT && !bytes_equal(plane, bytes_str(planes[i])))
		i++;
	if (i == PLANE_COUNT)
		line_refuse(r, "channels.plane");
	c->plane = (enum plane)i;
}

/* Each party that speaks there has a post that may write there, and each such post is one of theirs. */
static void check_writers(struct line_reader *r, const struct accord *a, const struct accord_channel *c)
{
	unsigned able = 0;

	for (size_t i = 0; i < a->roles_count && r->rule == NULL; i++) {
		if ((c->writers >> i & 1) == 0)
			continue;
		if ((a->roles[i].parties & accord_voices(c)) == 0)
			line_refuse(r, "channels.write");
		able |= a->roles[i].parties;
	}
	if ((accord_voices(c) & ~able) != 0)
		line_refuse(r, "channels.write");
}

/* [ "observers" 1*PARTY ]: none of them speaks there too, and two others do. */
static void read_observers(struct line_reader *r, struct accord *a, struct accord_channel *c)
{
	if (!line_accept(r, "observers"))
		return;
	c->observers = (uint8_t)line_set(r, a, accord_party_find, a->parties_count, "channels.observers");
	if ((c->parties & c->observers) != 0 || (c->parties & (c->parties - 1)) == 0)
		line_refuse(r, "channels.observers");
	c->parties |= c->observers;
}

/* [ "sealed" *ROLE ]: each such post is one of the channel's parties. */
static void read_sealed(struct line_reader *r, const struct accord *a, struct accord_channel *c)
{
	c->is_sealed = line_accept(r, "sealed");
	if (c->is_sealed && line_has_more(r))
		c->readers = line_set(r, a, accord_role_find, a->roles_count, "channels.sealed");
	for (size_t i = 0; i < a->roles_count && r->rule == NULL; i++) {
		if ((c->readers >> i & 1) != 0 && (a->roles[i].parties & c->parties) == 0)
			line_refuse(r, "channels.sealed");
	}
	line_end(r, c->is_sealed ? "channels.sealed" : "channels.precedence");
}

static void read_channel(struct line_reader *r, struct accord *a)
{
	struct accord_channel c = { 0 };

	if (a->channels_count == ACCORD_CHANNELS_MAX)
		line_refuse(r, "channels.count");
	read_head(r, a, &c);
	line_names(r, a, c.names.text);
	line_expect(r, "parties", "channels.parties");
	c.parties = (uint8_t)line_set(r, a, accord_party_find, a->parties_count, "channels.parties");
	read_observers(r, a, &c);
	line_expect(r, "write", "channels.write");
	c.writers = line_set(r, a, accord_role_find, a->roles_count, "channels.write");
	line_expect(r, "precedence", "channels.precedence");
	c.precedences =
		(uint8_t)line_set(r, a, file_precedence_index, PRECEDENCE_COUNT, "channels.precedence");
	/* A channel of one party is its home channel, and no other is. */
	if (((c.parties & (c.parties - 1)) == 0) != (c.plane == PLANE_HOME))
		line_refuse(r, "channels.home");
	check_writers(r, a, &c);
	read_sealed(r, a, &c);
	if (r->rule == NULL)
		a->channels[a->channels_count++] = c;
}

static bool is_on(const struct accord_channel *c, unsigned parties)
{
	return (c->parties & parties) == parties;
}

/* Parties that share a channel both speak on one for line checks: SERVICE, and open to ROUTINE. */
static bool has_service(const struct accord *a, unsigned parties)
{
	bool is_shared = false;

	for (size_t i = 0; i < a->channels_count; i++) {
		const struct accord_channel *c = &a->channels[i];
		if (!is_on(c, parties))
			continue;
		is_shared = true;
		if (c->plane == PLANE_SERVICE && (accord_voices(c) & parties) == parties &&
		    (c->precedences >> PRECEDENCE_ROUTINE & 1) != 0)
			return true;
	}
	return !is_shared;
}

static void check(struct line_reader *r, const struct accord *a)
{
	for (size_t party = 0; party < a->parties_count; party++) {
		size_t homes = 0, shared = 0;
		for (size_t i = 0; i < a->channels_count; i++) {
			const struct accord_channel *c = &a->channels[i];
			homes += is_on(c, 1u << party) && c->plane == PLANE_HOME;
			shared += is_on(c, 1u << party) && c->plane != PLANE_HOME;
		}
		if (homes != 1)
			line_refuse(r, "channels.home");
		if (shared == 0)
			line_refuse(r, "channels.alone");
		for (size_t other = 0; other < party; other++) {
			if (!has_service(a, 1u << party | 1u << other))
				line_refuse(r, "channels.service");
		}
	}
}

static const struct line_row rows[] = { { NULL, read_channel, NULL } };

const struct file_row file_channels = { "channels", rows, ARRAY_COUNT(rows), check, NULL };
