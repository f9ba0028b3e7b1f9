/* Recorded results: the statement `golden NAME [TIMES]` gives those of test/golden/blocks, one after the other. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>

#include "bytes.h"

struct result;

/* Blocks of a recording, held in memory. */
struct recording {
  struct bytes *blocks;
  int count;
  /* Blocks that have been and that will be given. */
  int given, total;
};

/* Whether the statement asks for a recording; then the result has it, or an error. */
bool golden_open(struct result *result, const char *sql);
/* A copy of the next block; nothing at the end. */
void golden_next(struct recording *recording, struct bytes *block);
void golden_free(struct recording *recording);

#endif
