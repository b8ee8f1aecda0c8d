/*
 * Words that people and files write: origins, times, spans, addresses, devices. What is read is written again
 * as it stands.
 */
#include "home/roster_csv.h"
#include "home/roster_file.h"
#include "home/time_text.h"
#include "sys/serial.h"
#include "sys/socket.h"
#include "wire/date.h"
#include "wire/kinds.h"
#include "wire/origin.h"
#include "wire/thin.h"
#include "wire/where.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define DAY_MS 86400000ull

static void check_origin(struct bytes in)
{
	char memory[ORIGIN_LEN_MAX];
	struct buf again = BUF_ON(memory);
	struct origin origin;

	if (origin_read(in, &origin) != ERR_OK)
		return;
	assert(origin.channel >= 1 && origin.channel <= CHANNEL_MAX && origin.epoch >= 1);
	origin_write(&origin, &again);
	assert(bytes_equal(buf_bytes(&again), in));
}

static void check_precedence(struct bytes in)
{
	enum precedence p;

	if (precedence_read(in, &p) == ERR_OK)
		assert(bytes_equal(bytes_str(precedence_name(p)), in));
}

/* A moment that is read is the one that the clock writes so. */
static void check_time(const char *text)
{
	const struct wall now = { 1793000000000 };
	char again[WALL_TEXT_LEN];
	uint64_t ms, span;

	if (span_read(text, &span) == ERR_OK)
		assert(time_text_read(text, now, &ms) != ERR_OK || ms == now.ms + span);
	if (time_text_read(text, now, &ms) != ERR_OK || strchr(text, 'T') == NULL)
		return;
	wall_write((struct wall){ ms }, again);
	assert(strncmp(text, again, strlen(text) - 1) == 0);
}

static void check_serial(struct bytes in)
{
	char device[SERIAL_DEVICE_LEN];
	struct serial_speed speed;

	if (serial_text_read(in, &speed, device) != ERR_OK)
		return;
	assert(speed.device >= THIN_SPEED_MIN && speed.device <= THIN_SPEED_MAX && device[0] == '/');
	assert(speed.modem == 0 || (speed.modem >= THIN_SPEED_MIN && speed.modem <= THIN_SPEED_MAX));
	assert(in.len > strlen(device) &&
	       bytes_equal(bytes_str(device),
			   (struct bytes){ in.ptr + in.len - strlen(device), strlen(device) }));
}

static void check_date(struct bytes in)
{
	struct date date;

	if (date_read(in, &date) == ERR_OK)
		assert(date.first.ms <= date.end.ms); /* equal: before 1970 */
}

/* A place that is read is on the earth, and an area is one. */
static void check_where(struct bytes in)
{
	struct where where;

	if (where_read(in, &where) != ERR_OK)
		return;
	assert(where.count == 1 ||
	       (where.count >= 4 && where.count <= WHERE_POINTS_MAX && where_turn(&where) != 0));
	for (size_t i = 0; i < where.count; i++)
		assert(labs(where.points[i].lat) <= 90 * WHERE_UNITS &&
		       labs(where.points[i].lon) <= 180 * WHERE_UNITS);
}

/* A roster that is read is one that its statement may hold: within its time, in order. */
static void check_roster(struct bytes in, bool is_csv)
{
	static uint8_t memory[256u << 10];
	static struct roster roster;
	struct arena words;
	const char *why;
	size_t line;

	arena_init(&words, memory, sizeof memory);
	if ((is_csv ? roster_csv_read : roster_file_read)(in, &words, &roster, &line, &why) != ERR_OK) {
		assert(why != NULL);
		return;
	}
	for (size_t i = 0; i < roster.shifts_count; i++) {
		const struct roster_shift *s = &roster.shifts[i];
		assert(s->begin < s->end && s->person < roster.people_count && s->rung < RUNG_POST);
		assert(roster.from_ms + 1000ull * s->end <= roster.to_ms);
		assert(i == 0 || s[-1].begin < s->begin || s[-1].rung < s->rung);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct bytes in = { ptr, len };
	char text[80];

	check_origin(in);
	check_precedence(in);
	check_serial(in);
	check_date(in);
	check_where(in);
	check_roster(in, false);
	check_roster(in, true);
	if (bytes_copy_str(in, text, sizeof text) != ERR_OK)
		return 0;
	check_time(text);
	if (socket_address_check(text) == ERR_OK)
		assert(len < SOCKET_ADDRESS_LEN && strrchr(text, ':') != NULL);
	return 0;
}
