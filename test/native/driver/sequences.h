/* What the sequences of calls share. */
#ifndef SEQUENCES_H
#define SEQUENCES_H

#include <stdio.h>
#include <stdlib.h>

#include "taos.h"

#define CHECK(condition)                                                                                       \
  do {                                                                                                         \
    if (!(condition)) {                                                                                        \
      fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, taos_errstr(NULL));          \
      exit(1);                                                                                                 \
    }                                                                                                          \
  } while (0)

/* Runs a statement that gives no rows; how many it has written. */
int64_t exec(TAOS *taos, const char *sql);

/* Reads all blocks to their ends; the number of rows. */
int drain(TAOS_RES *result);

/* Uses one connection in several threads at once. */
void threads(TAOS *taos);
/* Subscribes to the database `driver`. */
void subscription(TAOS *taos, const char *host, uint16_t port);

#endif
