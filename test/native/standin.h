/* What the stand-in has and libtaos has not: for tests. */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdint.h>

#include "taos.h"

/*
 * Objects that are alive, of one kind or (NULL) of all: connection, result (a message too), statement, consumer, conf,
 * list, fields, assignment, raw, meta.
 */
TAOS_EXPORT int64_t standin_live(const char *kind);

/*
 * Where libtaos's versions differ or nobody knows, it does what asks most of its caller:
 * - The result of a statement belongs to the statement before 3.4.0.1, and to the caller from then on (protocol.md §6.3,
 *   which is not certain of 3.4.0.0; the client draws the line there too).
 * - taos_stop_query does nothing to such a result.
 * - taos_cleanup, which runs when the process ends, must not come under a call, nor a call behind it.
 * - tmq_consumer_close that fails leaves the consumer alive.
 */

/* The call of this function that is the nth from now (1 = the next) fails with the code; 0 takes that back. */
TAOS_EXPORT void standin_fail(const char *function, int nth, int32_t code);

/* Every call of this function takes so many milliseconds longer; a stopped query does not wait for its end. */
TAOS_EXPORT void standin_delay(const char *function, int milliseconds);

/*
 * Rows that are bound from now on are read and dropped instead of being sent, so that a benchmark measures what is in
 * front of libtaos; 0 takes that back.
 */
TAOS_EXPORT void standin_drop_rows(int drops);

/* How often a function was called that can block, or that ends what blocks. */
TAOS_EXPORT int64_t standin_calls(const char *function);

/*
 * The last bind, as the payload of protocol.md §4.1 that the stand-in made of the structs it was given: copied as far
 * as there is room; its length.
 */
TAOS_EXPORT int64_t standin_last_bind(uint8_t *to, int64_t room);

#endif
