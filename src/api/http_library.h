/*
 * http_library.h - libmicrohttpd, loaded by the process that answers HTTP and by no other.
 *
 * Layer: api. ADR 63. It brings GnuTLS and nine libraries more with it, of which nothing is used: a program
 * that is linked to it has them in every process, those that hold keys and meet strangers too.
 */
#ifndef API_HTTP_LIBRARY_H
#define API_HTTP_LIBRARY_H

#include "base/attr.h"
#include "base/err.h"

#include <microhttpd.h>

#define HTTP_LIBRARY "libmicrohttpd.so.12"

/* clang-format off */
#define HTTP_FUNCTIONS(X) \
	X(add_connection) X(add_response_header) X(create_response_from_buffer) \
	X(create_response_from_buffer_with_free_callback_cls) \
	X(create_response_from_callback) X(destroy_response) X(get_connection_info) X(get_connection_values) \
	X(get_daemon_info) X(get_timeout) \
	X(lookup_connection_value) X(queue_response) X(resume_connection) X(run) X(start_daemon) X(stop_daemon) \
	X(suspend_connection)
/* clang-format on */

struct http_library {
#define HTTP_FUNCTION(name) __typeof__(MHD_##name) *name;
	HTTP_FUNCTIONS(HTTP_FUNCTION)
#undef HTTP_FUNCTION
};

/* It stays until the process ends. ERR_NOT_FOUND: this machine has none, or another; the log names it. */
enum err http_library_load(struct http_library *out) MUST_CHECK;

#endif
