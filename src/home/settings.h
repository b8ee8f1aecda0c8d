/*
 * settings.h - HOME/settings: which party this node is, where it listens, how it reaches whom.
 *
 * Spec: docs/spec/settings.md section 2. Test: test/unit/test_settings.c. Fuzz: test/fuzz/settings.c.
 * Layer: home. Pure: it is handed the text.
 */
#ifndef HOME_SETTINGS_H
#define HOME_SETTINGS_H

#include "base/bytes.h"
#include "base/limits.h"
#include "sys/serial.h"
#include "sys/socket.h"

#define SETTINGS_LEN_MAX (64u << 10)
#define SETTINGS_KEY_LEN 256
#define SETTINGS_HOST_LEN 64
#define SETTINGS_NAME_LEN (PARTY_NAME_MAX + 1)

struct settings_listen {
	char name[SETTINGS_NAME_LEN], address[SOCKET_ADDRESS_LEN];
};

struct settings_path {
	char peer[SETTINGS_NAME_LEN], name[SETTINGS_NAME_LEN];
	char connect[SOCKET_ADDRESS_LEN]; /* or empty, and then: */
	char listen[SETTINGS_NAME_LEN];
	/* Or a thin path: */
	char serial[SERIAL_DEVICE_LEN];
	uint32_t speed, modem;	    /* bit/s; 0: not said */
	char key[SETTINGS_KEY_LEN]; /* the file with the pair's key */
	char receive[4];	    /* "yes": nothing is sent; "no" or empty */
	size_t line;		    /* of its heading */
};

struct settings {
	char party[SETTINGS_NAME_LEN];
	char accord[2 * HASH_LEN + 1];	    /* hexadecimal */
	char console[SOCKET_ADDRESS_LEN];   /* where browsers are served; empty: they are not */
	char terminals[SOCKET_ADDRESS_LEN]; /* where those of the network are, by TLS; empty: they are not */
	char terminals_name[SETTINGS_HOST_LEN]; /* the host name that they know it by */
	char owner_reads[4]; /* "no": without a session nothing of the record is told; "yes" or empty */
	struct settings_listen listens[LINK_LISTENERS_MAX];
	size_t listens_count;
	struct settings_path paths[PARTY_MAX * LINK_PATHS_MAX]; /* in the order of the file */
	size_t paths_count;
};

/* Where it is wrong: line from 1 (0: nothing stands there), key ("node.party" or empty), why (English). */
struct settings_fault {
	size_t line;
	char key[128];
	const char *why;
};

/* ERR_USAGE with *fault. */
enum err settings_read(struct bytes text, struct settings *out, struct settings_fault *fault) MUST_CHECK;

#endif
