#include "sys/serial.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const struct {
	uint32_t speed;
	speed_t code;
} speeds[] = {
	{ 50, B50 },	   { 75, B75 },		{ 110, B110 },	 { 134, B134 },	    { 150, B150 },
	{ 200, B200 },	   { 300, B300 },	{ 600, B600 },	 { 1200, B1200 },   { 1800, B1800 },
	{ 2400, B2400 },   { 4800, B4800 },	{ 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 },
	{ 57600, B57600 }, { 115200, B115200 },
};

/* As settings have it. */
static enum err speed_take(struct bytes *text, uint32_t *out)
{
	struct bytes number;
	uint64_t value;

	if (bytes_take_until(text, ' ', &number) != ERR_OK ||
	    bytes_read_decimal(number, THIN_SPEED_MAX, &value) != ERR_OK)
		return ERR_USAGE;
	*out = (uint32_t)value;
	return value == 0 || value >= THIN_SPEED_MIN ? ERR_OK : ERR_USAGE;
}

enum err serial_text_read(struct bytes text, struct serial_speed *speed, char device[SERIAL_DEVICE_LEN])
{
	struct serial_speed said;

	if (speed_take(&text, &said.device) != ERR_OK || said.device == 0 ||
	    speed_take(&text, &said.modem) != ERR_OK || text.len < 2 || text.ptr[0] != '/' ||
	    bytes_copy_str(text, device, SERIAL_DEVICE_LEN) != ERR_OK)
		return ERR_USAGE;
	*speed = said;
	return ERR_OK;
}

int64_t serial_us(const struct serial_speed *speed, size_t len)
{
	int64_t device = (int64_t)len * 10 * 1000000 / speed->device;
	int64_t modem = speed->modem == 0 ? 0 : (int64_t)len * 8 * 1000000 / speed->modem;

	return modem > device ? modem : device;
}

static enum err tune(int fd, uint32_t speed)
{
	struct termios t;
	size_t i = 0;

	if (tcgetattr(fd, &t) != 0)
		return errno == ENOTTY ? ERR_USAGE : ERR_IO;
	while (i + 1 < ARRAY_COUNT(speeds) && speeds[i].speed < speed)
		i++;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(tcflag_t)(CRTSCTS | CSTOPB);
	t.c_cc[VMIN] = 1; /* so that nothing now is EAGAIN, and the end is 0 */
	t.c_cc[VTIME] = 0;
	if (cfsetspeed(&t, speeds[i].code) != 0 || tcsetattr(fd, TCSANOW, &t) != 0)
		return ERR_IO;
	(void)tcflush(fd, TCIOFLUSH);
	return ERR_OK;
}

enum err serial_open(const char *device, uint32_t speed, int *fd)
{
	int one = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	enum err e;

	if (one < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	e = flock(one, LOCK_EX | LOCK_NB) == 0 ? tune(one, speed) : ERR_EXISTS;
	if (e != ERR_OK) {
		int why = errno;

		close(one);
		errno = why;
		return e;
	}
	*fd = one;
	return ERR_OK;
}

enum err serial_read(int fd, struct buf *in)
{
	ssize_t got = read(fd, in->ptr + in->len, in->max - in->len);

	if (got > 0) {
		in->len += (size_t)got;
		return ERR_OK;
	}
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? ERR_SHORT : ERR_DOWN;
}

enum err serial_write(int fd, struct bytes part, size_t *written)
{
	ssize_t put = write(fd, part.ptr, part.len);

	*written = put > 0 ? (size_t)put : 0;
	if (put > 0)
		return ERR_OK;
	return put == 0 || errno == EAGAIN || errno == EINTR ? ERR_SHORT : ERR_DOWN;
}

size_t serial_queued(int fd)
{
	int queued = 0;

	return ioctl(fd, TIOCOUTQ, &queued) == 0 && queued > 0 ? (size_t)queued : 0;
}
