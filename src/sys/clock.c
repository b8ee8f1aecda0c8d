#include "sys/clock.h"

#include "sys/file.h"
#include "sys/random.h"

#include <assert.h>
#include <string.h>
#include <time.h>

struct now clock_now(void)
{
	struct timespec mono, wall;
	int failed;

	failed = clock_gettime(CLOCK_MONOTONIC, &mono);
	assert(failed == 0);
	failed = clock_gettime(CLOCK_REALTIME, &wall);
	assert(failed == 0);
	return (struct now){
		.mono = { (int64_t)mono.tv_sec * 1000000 + mono.tv_nsec / 1000 },
		/* A clock before 1970 claims 1970: wrong, and seen to be wrong. */
		.wall = { wall.tv_sec < 0 ? 0
					  : (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000 },
	};
}

void clock_boot(char out[CLOCK_BOOT_LEN])
{
	struct buf b;
	uint8_t other[(CLOCK_BOOT_LEN - 1) / 2];

	buf_init(&b, out, CLOCK_BOOT_LEN);
	/* Without an answer no start is taken for the one before: the safe mistake. */
	if (file_read("/proc/sys/kernel/random/boot_id", &b) != ERR_OK || b.len != CLOCK_BOOT_LEN) {
		random_read(other, sizeof other);
		bytes_write_hex(BYTES_OF(other), out);
	}
	out[CLOCK_BOOT_LEN - 1] = '\0';
}
