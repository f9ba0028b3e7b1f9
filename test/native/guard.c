#define _GNU_SOURCE
#include "guard.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bytes.h"
#include "standin.h"
#include "taos.h"

static const char *const names[GUARD_KINDS] = {
    "connection", "result", "statement", "consumer", "conf", "list", "fields", "assignment", "raw", "meta",
};

static const uint64_t canary = 0x7a3c9e51b8d2f604;
enum { POISON = 0xdb, ENDED_KEPT = 4096, RETIRED_KEPT = 8 };

/* What stands before an object; a canary stands behind it too. */
struct guard {
  struct guard *next;
  size_t size;
  enum guard_kind kind;
  /* The call that uses it now. */
  const char *user;
  uint64_t canary;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guard *live;
static struct guard *ended[ENDED_KEPT];
static size_t ended_count;
static void *retired[RETIRED_KEPT];
static size_t retired_count;
static int64_t counts[GUARD_KINDS];
static bool is_over;

static void *object_of(struct guard *guard) { return guard + 1; }

static bool is_whole(const struct guard *guard) {
  uint64_t behind;
  memcpy(&behind, (const char *)(guard + 1) + guard->size, sizeof behind);
  return guard->canary == canary && behind == canary;
}

void *guard_new(enum guard_kind kind, size_t size) {
  struct guard *guard = allocate(sizeof *guard + size + sizeof canary);
  *guard = (struct guard){.size = size, .kind = kind, .canary = canary};
  memcpy((char *)(guard + 1) + size, &canary, sizeof canary);
  pthread_mutex_lock(&lock);
  guard->next = live;
  live = guard;
  counts[kind]++;
  pthread_mutex_unlock(&lock);
  return object_of(guard);
}

static bool was_ended(const void *object) {
  for (size_t i = 0; i < ENDED_KEPT; i++) {
    if (ended[i] != NULL && object_of(ended[i]) == object) return true;
  }
  return false;
}

void guard_over(void) {
  pthread_mutex_lock(&lock);
  for (struct guard *guard = live; guard != NULL; guard = guard->next) {
    if (guard->user != NULL) breach("taos_cleanup", "a thread is in %s", guard->user);
  }
  is_over = true;
  pthread_mutex_unlock(&lock);
}

/* The link that leads to an object's guard; the lock is held. */
static struct guard **find(const void *object, enum guard_kind kind, const char *function) {
  if (is_over) breach(function, "it comes after taos_cleanup");
  for (struct guard **link = &live; *link != NULL; link = &(*link)->next) {
    if (object_of(*link) != object) continue;
    if ((*link)->kind != kind) breach(function, "a %s was given as a %s", names[(*link)->kind], names[kind]);
    if (!is_whole(*link)) breach(function, "somebody wrote beside this %s", names[kind]);
    return link;
  }
  if (object == NULL) breach(function, "NULL was given as a %s", names[kind]);
  if (was_ended(object)) breach(function, "this %s has ended before", names[kind]);
  breach(function, "%p is no %s", object, names[kind]);
}

void guard_check(const void *object, enum guard_kind kind, const char *function) {
  pthread_mutex_lock(&lock);
  find(object, kind, function);
  pthread_mutex_unlock(&lock);
}

static struct guard **enter(const void *object, enum guard_kind kind, const char *function) {
  struct guard **link = find(object, kind, function);
  const char *user = (*link)->user;
  if (user != NULL) breach(function, "this %s is used by %s in another thread", names[kind], user);
  (*link)->user = function;
  return link;
}

void guard_enter(void *object, enum guard_kind kind, const char *function) {
  pthread_mutex_lock(&lock);
  enter(object, kind, function);
  pthread_mutex_unlock(&lock);
}

void guard_leave(void *object) {
  pthread_mutex_lock(&lock);
  ((struct guard *)object - 1)->user = NULL;
  pthread_mutex_unlock(&lock);
}

void guard_end(void *object, enum guard_kind kind, const char *function) {
  pthread_mutex_lock(&lock);
  struct guard **link = find(object, kind, function);
  if ((*link)->user == NULL) enter(object, kind, function);
  struct guard *guard = *link;
  *link = guard->next;
  counts[kind]--;
  memset(object_of(guard), POISON, guard->size);
  free(ended[ended_count % ENDED_KEPT]);
  ended[ended_count++ % ENDED_KEPT] = guard;
  pthread_mutex_unlock(&lock);
}

void guard_retire(void *memory, size_t size) {
  if (memory == NULL) return;
  memset(memory, POISON, size);
  pthread_mutex_lock(&lock);
  free(retired[retired_count % RETIRED_KEPT]);
  retired[retired_count++ % RETIRED_KEPT] = memory;
  pthread_mutex_unlock(&lock);
}

static bool can_read(const char *at) {
  char byte;
  struct iovec to = {&byte, 1}, from = {(void *)at, 1};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

void guard_readable(const void *memory, size_t size, const char *function, const char *what) {
  if (size == 0) return;
  if (memory == NULL) breach(function, "%s is NULL", what);
  const char *first = memory;
  if (!can_read(first) || !can_read(first + size - 1)) {
    breach(function, "%s: %zu bytes at %p cannot be read", what, size, memory);
  }
}

int64_t standin_live(const char *kind) {
  int64_t sum = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < GUARD_KINDS; i++) {
    if (kind == NULL || strcmp(kind, names[i]) == 0) sum += counts[i];
  }
  pthread_mutex_unlock(&lock);
  return sum;
}
