#define _GNU_SOURCE
#include "faults.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "standin.h"

/* What is asked for of a function. */
struct fault {
  struct fault *next;
  char *function;
  int64_t calls;
  /* The call that fails, counted from the first; 0 = none. */
  int64_t failing;
  int32_t code;
  int milliseconds;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault *faults;
static _Thread_local int32_t terrno;
static _Thread_local char terrstr[1024];

static struct fault *fault_of(const char *function) {
  struct fault *fault = faults;
  while (fault != NULL && strcmp(fault->function, function) != 0) fault = fault->next;
  if (fault != NULL) return fault;
  fault = allocate(sizeof *fault);
  fault->function = strdup(function);
  fault->next = faults;
  return faults = fault;
}

void standin_fail(const char *function, int nth, int32_t code) {
  pthread_mutex_lock(&lock);
  struct fault *fault = fault_of(function);
  fault->failing = nth == 0 ? 0 : fault->calls + nth;
  fault->code = code;
  pthread_mutex_unlock(&lock);
}

void standin_delay(const char *function, int milliseconds) {
  pthread_mutex_lock(&lock);
  fault_of(function)->milliseconds = milliseconds;
  pthread_mutex_unlock(&lock);
}

int64_t standin_calls(const char *function) {
  pthread_mutex_lock(&lock);
  int64_t calls = fault_of(function)->calls;
  pthread_mutex_unlock(&lock);
  return calls;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool never(const void *subject) {
  (void)subject;
  return false;
}

int32_t faults_enter_stoppable(const char *function, bool (*is_stopped)(const void *), const void *subject) {
  pthread_mutex_lock(&lock);
  struct fault *fault = fault_of(function);
  fault->calls++;
  int32_t code = fault->failing == fault->calls ? fault->code : 0;
  int milliseconds = fault->milliseconds;
  pthread_mutex_unlock(&lock);
  for (int64_t end = now_ms() + milliseconds; now_ms() < end && !is_stopped(subject);) usleep(1000);
  return code;
}

int32_t faults_enter(const char *function) { return faults_enter_stoppable(function, never, NULL); }

int32_t error_set(int32_t code, const char *message) {
  terrno = code;
  snprintf(terrstr, sizeof terrstr, "%s", message);
  return code;
}

int32_t error_code(void) { return terrno; }
const char *error_message(void) { return terrno == 0 ? "success" : terrstr; }

const char *code_message(int32_t code) {
  switch (code) {
    case 0: return "success";
    case CODE_CANNOT_CONNECT: return "Unable to establish connection";
    case CODE_INVALID_PARAMETER: return "Invalid parameters";
    case CODE_QUERY_KILLED: return "Query killed";
    case CODE_BROKEN: return "Conn is broken";
    case CODE_STATEMENT_MISUSE: return "Stmt API usage error";
    default: return "Error of the stand-in";
  }
}
