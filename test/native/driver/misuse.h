/* Breaches of libtaos's rules, which the stand-in must not let pass. */
#ifndef MISUSE_H
#define MISUSE_H

#include "taos.h"

/* Commits the breach of that name, if there is one; it does not come back when the stand-in does its work. */
void misuse(const char *name, TAOS *taos);

#endif
