/*
 * serial.h - a serial device: eight bits, no parity, no flow control, nothing changed on the way.
 *
 * Layer: sys. Never blocking. ERR_IO leaves errno as the system set it.
 */
#ifndef SYS_SERIAL_H
#define SYS_SERIAL_H

#include "base/buf.h"

/* bit/s. The device has ten to a byte, with start and stop; a modem behind it eight, 0: there is none. */
struct serial_speed {
	uint32_t device, modem;
};

/* "75 0 /dev/ttyS0": both speeds, at least THIN_SPEED_MIN, and the absolute path of the device. */
#define SERIAL_DEVICE_LEN 112 /* both with their terminators */
#define SERIAL_TEXT_LEN 136
enum err serial_text_read(struct bytes text, struct serial_speed *speed,
			  char device[SERIAL_DEVICE_LEN]) MUST_CHECK;
/* How long the slower one of them has so many bytes. */
int64_t serial_us(const struct serial_speed *speed, size_t len);

/*
 * The device's own speed becomes the least of its speeds that is no less. ERR_USAGE: it is no terminal
 * device, ERR_EXISTS: another program has it.
 */
enum err serial_open(const char *device, uint32_t speed, int *fd) MUST_CHECK;
/* As socket_read and socket_write. ERR_DOWN: the device is gone. */
enum err serial_read(int fd, struct buf *in) MUST_CHECK;
enum err serial_write(int fd, struct bytes part, size_t *written) MUST_CHECK;
/* Bytes that were written and have not left. 0 also of a device that does not tell. */
size_t serial_queued(int fd);

#endif
