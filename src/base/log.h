/*
 * log.h - what an operator reads: one line an event, on standard error.
 *
 * Layer: base. A line has a level, the process's name and a sentence that says what happened and what
 * to do; systemd's <n> prefix is written when standard error is the journal's. Contents are never logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_DEBUG = 7 };

/* Names the process in each line and sets the highest level that is written; name must outlive it. */
void log_open(const char *name, enum log_level max);

void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
