/* Failures and slowness on demand (standin.h), and the errors of each thread. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* Codes of libtaos that the stand-in raises itself. */
enum {
  CODE_CANNOT_CONNECT = (int)0x8000000b,
  /* With an errno in its lower half. */
  CODE_SYSTEM = (int)0x80ff0000,
  CODE_INVALID_PARAMETER = (int)0x80000118,
  CODE_QUERY_KILLED = (int)0x8000022d,
  CODE_BROKEN = (int)0x80000018,
  CODE_STATEMENT_MISUSE = (int)0x8000022a,
};

/* Counts a call that can block, and waits as long as asked for; not 0 when it is to fail with that code. */
int32_t faults_enter(const char *function);
/* The same, with a wait that ends early when `is_stopped` says so. */
int32_t faults_enter_stoppable(const char *function, bool (*is_stopped)(const void *), const void *subject);

/* Sets this thread's error, as libtaos does for calls that give no result. */
int32_t error_set(int32_t code, const char *message);
int32_t error_code(void);
const char *error_message(void);
/* Text of a code that comes without one. */
const char *code_message(int32_t code);

#endif
