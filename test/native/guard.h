/*
 * Objects that the caller holds: counted, told apart from anything else, never used after their end, and by one thread
 * at a time where libtaos asks for that. A breach ends the process with a message, as a sanitiser would.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "breach.h"

enum guard_kind {
  GUARD_CONNECTION,
  GUARD_RESULT,
  GUARD_STATEMENT,
  GUARD_CONSUMER,
  GUARD_CONF,
  GUARD_LIST,
  GUARD_FIELDS,
  GUARD_ASSIGNMENT,
  GUARD_RAW,
  GUARD_META,
  GUARD_KINDS,
};

/* Zeroed memory between canaries. */
void *guard_new(enum guard_kind kind, size_t size);
/* Checks that it is alive and of this kind. */
void guard_check(const void *object, enum guard_kind kind, const char *function);
/* The same, and that no other thread is using it; until guard_leave. */
void guard_enter(void *object, enum guard_kind kind, const char *function);
void guard_leave(void *object);
/* The same as guard_enter, then its end: it is poisoned, and kept for a while so that a later use is noticed. */
void guard_end(void *object, enum guard_kind kind, const char *function);

/* From now on a call is a breach: taos_cleanup() has ended everything, and must not have come under a call. */
void guard_over(void);

/* Poisons memory that was handed out, and frees it later. */
void guard_retire(void *memory, size_t size);

/* Checks that memory handed in can be read. */
void guard_readable(const void *memory, size_t size, const char *function, const char *what);

#endif
