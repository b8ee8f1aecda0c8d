/*
 * told.h - what a play tells a library that it has preloaded into a node: a file's bytes, mapped before the
 * node's processes enter their sandboxes, in which no file can be opened. nodes.tell() writes it.
 */
#ifndef TEST_TOLD_H
#define TEST_TOLD_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TOLD_LEN 64u

/* The file that the variable names, with a zero behind its words; "" if it names none. */
static inline const char *told_open(const char *variable)
{
	const char *path = getenv(variable), *words = MAP_FAILED;
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		words = mmap(NULL, TOLD_LEN, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	return words == MAP_FAILED ? "" : words;
}

#endif
